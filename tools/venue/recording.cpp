// SPDX-License-Identifier: MIT
#include "recording.hpp"
#include "decimal.hpp"

#include <cerrno>
#include <cstdio>
#include <set>
#include <utility>
#include <zlib.h>

namespace venue {

// Only what a Binance stream line needs: the position of a key's value, strings, numbers and level
// arrays. Keys are unique within a line's object, so a search by "key": is exact.
class json_line {
public:
	explicit json_line(const std::string &text) : text_(text) {}

	bool value(const char *key, size_t *pos) const
	{
		std::string quoted = std::string("\"") + key + "\":";
		size_t at = text_.find(quoted);

		if (at == std::string::npos)
			return false;
		*pos = at + quoted.size();
		return true;
	}

	bool string(const char *key, std::string *out) const
	{
		size_t pos;

		return value(key, &pos) && string_at(&pos, out);
	}

	bool decimal(const char *key, int64_t *out) const
	{
		std::string text;

		return string(key, &text) && parse_decimal(text, out);
	}

	bool number(const char *key, uint64_t *out) const
	{
		size_t pos, end;

		if (!value(key, &pos))
			return false;
		for (end = pos; end < text_.size() && text_[end] >= '0' && text_[end] <= '9'; end++)
			;
		return parse_unsigned(text_.substr(pos, end - pos), out);
	}

	bool boolean(const char *key, bool *out) const
	{
		size_t pos;

		if (!value(key, &pos))
			return false;
		*out = text_.compare(pos, 4, "true") == 0;
		return *out || text_.compare(pos, 5, "false") == 0;
	}

	// [["px","qty"],...]
	bool levels(const char *key, md_side side, std::vector<level_key> *keys,
		    std::vector<int64_t> *qtys) const
	{
		size_t pos;
		std::string px_text, qty_text;
		int64_t px, qty;

		if (!value(key, &pos) || !expect(&pos, '['))
			return false;
		if (expect(&pos, ']'))
			return true;
		do {
			if (!expect(&pos, '[') || !string_at(&pos, &px_text) || !expect(&pos, ',') ||
			    !string_at(&pos, &qty_text) || !expect(&pos, ']') ||
			    !parse_decimal(px_text, &px) || !parse_decimal(qty_text, &qty) ||
			    px <= 0 || qty < 0)
				return false;
			keys->push_back(level_key{ side, px });
			qtys->push_back(qty);
		} while (expect(&pos, ','));
		return expect(&pos, ']');
	}

private:
	bool expect(size_t *pos, char c) const
	{
		if (*pos >= text_.size() || text_[*pos] != c)
			return false;
		(*pos)++;
		return true;
	}

	bool string_at(size_t *pos, std::string *out) const
	{
		size_t end;

		if (!expect(pos, '"'))
			return false;
		end = text_.find('"', *pos);
		if (end == std::string::npos)
			return false;
		*out = text_.substr(*pos, end - *pos);
		*pos = end + 1;
		return true;
	}

	const std::string &text_;
};

bool read_recording_line(gzFile file, std::string *line)
{
	char chunk[65536];

	line->clear();
	while (gzgets(file, chunk, sizeof(chunk))) {
		*line += chunk;
		if (line->back() == '\n') {
			line->pop_back();
			return true;
		}
	}
	return !line->empty();
}

int recording::load(const std::string &path, std::string *why)
{
	gzFile file = gzopen(path.c_str(), "rb");
	std::string line;
	std::vector<recorded_event> all;
	uint64_t line_no = 0, last_id;
	bool have_snapshot = false, started = false;
	recorded_book book;
	int zerr;

	if (!file) {
		*why = path + ": " + (errno ? std::string("cannot be opened") : "out of memory");
		return errno ? -errno : -ENOMEM;
	}
	auto bad = [&](const char *what) {
		*why = path + ":" + std::to_string(line_no) + ": " + what;
		gzclose(file);
		return -EINVAL;
	};

	while (read_recording_line(file, &line)) {
		size_t space = line.find(' ');
		recorded_event ev;
		std::string kind, text;

		line_no++;
		if (space == std::string::npos || !parse_unsigned(line.substr(0, space), &ev.local_ns))
			return bad("expected '<local ns> <json>'");
		line.erase(0, space + 1);
		json_line json(line);

		if (json.number("lastUpdateId", &last_id)) {
			if (have_snapshot)
				continue;
			if (!json.levels("bids", MD_BID, &book.snapshot_keys, &book.snapshot_qtys) ||
			    !json.levels("asks", MD_OFFER, &book.snapshot_keys, &book.snapshot_qtys))
				return bad("snapshot needs bids and asks as [[px,qty],...]");
			book.snapshot_id = last_id;
			have_snapshot = true;
			continue;
		}
		if (!json.string("s", &text))
			return bad("expected a symbol in key s");
		if (book.symbol.empty())
			book.symbol = text;
		else if (book.symbol != text)
			return bad("a second symbol; one recording holds one symbol");
		if (!json.string("e", &kind)) {
			recorded_ticker t;

			if (!json.number("u", &t.id) || !json.string("b", &t.bid_px) ||
			    !json.string("B", &t.bid_qty) || !json.string("a", &t.offer_px) ||
			    !json.string("A", &t.offer_qty))
				return bad("bookTicker needs u, b, B, a and A");
			tickers.push_back(t);
		} else if (kind == "depthUpdate") {
			if (!json.number("U", &ev.first_id) || !json.number("u", &ev.last_id) ||
			    ev.last_id < ev.first_id ||
			    !json.levels("b", MD_BID, &ev.keys, &ev.qtys) ||
			    !json.levels("a", MD_OFFER, &ev.keys, &ev.qtys))
				return bad("depthUpdate needs U, u, b and a");
			all.push_back(std::move(ev));
		} else if (kind == "trade") {
			bool buyer_is_maker;

			ev.is_trade = true;
			if (!json.decimal("p", &ev.px) || !json.decimal("q", &ev.qty) ||
			    !json.boolean("m", &buyer_is_maker) || ev.px <= 0 || ev.qty <= 0)
				return bad("trade needs p, q and m");
			ev.aggressor = buyer_is_maker ? MD_OFFER : MD_BID;
			all.push_back(std::move(ev));
		}
	}
	gzerror(file, &zerr);
	if (zerr != Z_OK && zerr != Z_STREAM_END)
		return bad("damaged gzip data");
	if (!have_snapshot)
		return bad("no snapshot line with lastUpdateId in the whole file");
	gzclose(file);

	// Binance's rule for joining: drop what the snapshot already has, then the first diff must
	// overlap or touch it, and each later one must follow the one before.
	last_id = book.snapshot_id;
	for (recorded_event &ev : all) {
		if (ev.is_trade) {
			if (started)
				events.push_back(std::move(ev));
			continue;
		}
		if (ev.last_id <= last_id && !started)
			continue;
		if (started ? ev.first_id != last_id + 1 : ev.first_id > last_id + 1) {
			*why = path + ": update " + std::to_string(ev.first_id) +
			       " does not follow update " + std::to_string(last_id);
			return -EINVAL;
		}
		ev.first_id = last_id + 1;
		last_id = ev.last_id;
		started = true;
		// An X without entries has nowhere to carry its update ids.
		if (ev.keys.empty()) {
			*why = path + ": update " + std::to_string(ev.last_id) + " holds no levels";
			return -EINVAL;
		}
		diffs++;
		events.push_back(std::move(ev));
	}
	if (!started) {
		*why = path + ": no update follows the snapshot";
		return -EINVAL;
	}
	books.push_back(book);
	return 0;
}

int recording::write_ticker_truth(const std::string &path, uint64_t count) const
{
	std::set<uint64_t> ids;
	FILE *file;
	int lines = 0;

	for (const recorded_event &ev : events) {
		if (ev.is_trade)
			continue;
		if (count && ids.size() >= count)
			break;
		ids.insert(ev.last_id);
	}
	file = fopen(path.c_str(), "we");
	if (!file)
		return -errno;
	for (const recorded_ticker &t : tickers) {
		if (!ids.count(t.id))
			continue;
		fprintf(file, "%llu %s %s %s %s\n", static_cast<unsigned long long>(t.id),
			t.bid_px.c_str(), t.bid_qty.c_str(), t.offer_px.c_str(), t.offer_qty.c_str());
		lines++;
	}
	if (fclose(file))
		return -errno;
	return lines;
}

}
