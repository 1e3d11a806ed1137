// SPDX-License-Identifier: MIT
#include "recording.hpp"
#include "checksum.hpp"
#include "decimal.hpp"

#include <algorithm>
#include <cerrno>
#include <zlib.h>

namespace venue {

// Seconds with a fraction, as text; no floating point.
static bool parse_seconds(const std::string &text, uint64_t *ns)
{
	size_t point = text.find('.');
	std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
	uint64_t seconds, part = 0;

	if (fraction.size() > 9)
		fraction.resize(9);
	fraction.append(9 - fraction.size(), '0');
	if (!parse_unsigned(text.substr(0, point), &seconds) || !parse_unsigned(fraction, &part))
		return false;
	*ns = seconds * 1000000000ULL + part;
	return true;
}

// A decimal of any length whose digits past the eighth are zeros; *decimals: how many were written.
static bool parse_padded(std::string text, int64_t *out, int *decimals)
{
	size_t point = text.find('.');

	*decimals = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
	while (*decimals > 8 && text.size() - point - 1 > 8 && text.back() == '0')
		text.pop_back();
	return parse_decimal(text, out);
}

// The lists ["px","qty","time"(,"r")] behind a key; false only when they are malformed.
static bool levels(const std::string &json, const char *key, md_side side, recorded_book *book, std::vector<level_key> *keys,
		   std::vector<int64_t> *qtys)
{
	size_t at = json.find(std::string("\"") + key + "\":[");

	if (at == std::string::npos)
		return true;
	at += std::string(key).size() + 4;
	while (at < json.size() && json[at] == '[') {
		size_t end = json.find(']', at), a = json.find('"', at), b = json.find('"', a + 1), c = json.find('"', b + 1), d = json.find('"', c + 1);
		int64_t px, qty;

		if (end == std::string::npos || d > end || !parse_padded(json.substr(a + 1, b - a - 1), &px, &book->px_decimals) ||
		    !parse_padded(json.substr(c + 1, d - c - 1), &qty, &book->qty_decimals) || px <= 0 || qty < 0)
			return false;
		keys->push_back(level_key{ side, px });
		qtys->push_back(qty);
		at = end + 1;
		if (at < json.size() && json[at] == ',')
			at++;
	}
	return at < json.size() && json[at] == ']';
}

int recording::load_kraken(const std::string &path, std::string *why)
{
	gzFile file = gzopen(path.c_str(), "rb");
	std::string line;
	uint64_t line_no = 0;

	if (!file) {
		*why = path + ": cannot be opened";
		return errno ? -errno : -ENOMEM;
	}
	auto bad = [&](const char *what) {
		*why = path + ":" + std::to_string(line_no) + ": " + what;
		gzclose(file);
		return -EINVAL;
	};

	while (read_recording_line(file, &line)) {
		size_t space = line.find(": "), end = line.rfind("\"]"), start = end == std::string::npos ? end : line.rfind('"', end - 1);
		recorded_event ev;

		line_no++;
		if (space == std::string::npos || !parse_seconds(line.substr(0, space), &ev.local_ns))
			return bad("expected '<local seconds>: <json>'");
		if (line[space + 2] != '[')	// what is no channel's message: heartbeats, states
			continue;
		if (start == std::string::npos || start < space)
			return bad("expected the symbol at the end of the message");
		std::string symbol = line.substr(start + 1, end - start - 1);
		auto book = std::find_if(books.begin(), books.end(), [&](const recorded_book &b) { return b.symbol == symbol; });

		if (line.find("\"as\":") != std::string::npos) {
			if (book != books.end())
				return bad("a second snapshot of this symbol");
			books.emplace_back();
			recorded_book &b = books.back();

			b.symbol = symbol;
			if (!levels(line, "as", MD_OFFER, &b, &b.snapshot_keys, &b.snapshot_qtys) ||
			    !levels(line, "bs", MD_BID, &b, &b.snapshot_keys, &b.snapshot_qtys))
				return bad("snapshot needs as and bs as [[px,qty,time],...]");
			continue;
		}
		if (book == books.end())
			return bad("an update before the snapshot of its symbol");
		size_t sum = line.find("\"c\":\"");
		uint64_t value;

		if (!levels(line, "a", MD_OFFER, &*book, &ev.keys, &ev.qtys) || !levels(line, "b", MD_BID, &*book, &ev.keys, &ev.qtys) || ev.keys.empty())
			return bad("update needs a or b as [[px,qty,time],...]");
		if (sum == std::string::npos || !parse_unsigned(line.substr(sum + 5, line.find('"', sum + 5) - sum - 5), &value) || value > UINT32_MAX)
			return bad("update needs a checksum c");
		ev.book = static_cast<size_t>(book - books.begin());
		ev.has_checksum = true;
		ev.checksum = static_cast<uint32_t>(value);
		diffs++;
		events.push_back(std::move(ev));
	}
	gzclose(file);
	if (events.empty()) {
		*why = path + ": no update in the whole file";
		return -EINVAL;
	}
	return 0;
}

}
