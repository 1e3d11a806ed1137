// SPDX-License-Identifier: MIT
#include "mdtext.hpp"
#include "decimal.hpp"

#include <cstdio>
#include <ctime>
#include <functional>

namespace venue {

// Orders in one W of a venue that sends its snapshots in parts.
static const size_t orders_per_part = 100;

bool trading_of(const std::string &word, trading *out)
{
	static const struct { const char *word; trading value; } words[] = {
		{ "open", trading::open }, { "halted", trading::halted }, { "closed", trading::closed }, { "auction", trading::auction },
		{ "cancel-only", trading::cancel_only }, { "post-only", trading::post_only },
	};

	for (const auto &w : words) {
		if (word == w.word) {
			*out = w.value;
			return true;
		}
	}
	return false;
}

static std::string field(int tag, const std::string &value)
{
	std::string out;

	append_field(out, tag, value);
	return out;
}

static const char *side_of(md_side side)
{
	return side == MD_BID ? "0" : "1";
}

// 5273: ISO 8601 with nanoseconds.
static std::string iso_time(uint64_t ns)
{
	time_t seconds = static_cast<time_t>(ns / 1000000000ULL);
	struct tm tm;
	char day[32], text[64];

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09lluZ", day, static_cast<unsigned long long>(ns % 1000000000ULL));
	return text;
}

// As many bodies as the room needs, each: head(entries, last part), the entries, tail(last part).
static std::vector<std::string> parts(size_t count, size_t room, size_t most, const std::function<std::string(size_t, bool)> &head,
				      const std::function<std::string(size_t, bool)> &entry, const std::function<std::string(bool)> &tail)
{
	std::vector<std::string> out;
	size_t i = 0;

	do {
		std::string group;
		size_t n = 0, frame = head(999999, false).size() + tail(true).size();

		while (i < count && (!most || n < most)) {
			std::string next = entry(i, n == 0);

			if (n && room && frame + group.size() + next.size() > room)
				break;
			group += next;
			n++;
			i++;
		}
		out.push_back(head(n, i == count) + group + tail(i == count));
	} while (i < count);
	return out;
}

std::vector<std::string> md_text::snapshot(const md_snapshot &s, const md_stream &to) const
{
	const dialect &d = opt_.speech;
	bool chain = d.update_ids, pieces = d.name == tongue::coinbase;
	size_t bids = s.bids.size(), count = to.by_order ? s.orders.size() : bids + s.offers.size();
	auto head = [&](size_t n, bool last) {
		std::string out;

		if (!to.request_id.empty())
			append_field(out, 262, to.request_id);
		append_field(out, 55, s.symbol);
		if (chain)
			append_field(out, 25044, std::to_string(s.last_id));
		if (pieces)
			append_field(out, 83, std::to_string(s.rpt_seq));
		if (pieces || !last)
			append_field(out, 893, last ? "Y" : "N");
		return out + field(268, std::to_string(n));
	};
	auto entry = [&](size_t i, bool) {
		std::string out;

		if (to.by_order) {
			const order_entry &o = s.orders[i];

			out = field(269, side_of(o.side)) + field(278, o.id) + field(270, format_decimal(o.px, opt_.min_decimals)) +
			      field(271, format_decimal(o.qty, opt_.min_decimals));
			return d.name == tongue::kraken ? out + field(5273, iso_time(o.time_ns)) : out;
		}
		const md_level &l = i < bids ? s.bids[i] : s.offers[i - bids];

		return field(269, i < bids ? "0" : "1") + field(270, format_decimal(l.px, opt_.min_decimals)) +
		       field(271, format_decimal(l.qty, opt_.min_decimals));
	};
	auto tail = [&](bool last) {
		return d.name == tongue::kraken && last && !to.by_order ? field(5041, std::to_string(s.checksum)) : std::string();
	};

	return parts(count, to.room, pieces ? orders_per_part : 0, head, entry, tail);
}

std::string md_text::level_text(const md_change &c, const md_entry &e, bool first) const
{
	const dialect &d = opt_.speech;
	std::string px = format_decimal(e.px, opt_.min_decimals), out;

	if (d.update_ids)
		return encode_entry(e, first ? &c.symbol : nullptr, c.first_id, c.last_id, opt_.min_decimals);
	out = field(279, std::string(1, e.action)) + field(269, side_of(e.side));
	if (d.entry_ids)
		out += field(278, (e.side == MD_BID ? "B" : "O") + px);
	out += field(270, px);
	// What only fell out of the depth still says how much there is.
	out += field(271, format_decimal(e.qty, opt_.min_decimals));
	if (d.name == tongue::deribit)
		out += field(272, utc_timestamp());
	return out;
}

std::string md_text::order_text(const md_change &c, size_t i, bool first) const
{
	const dialect &d = opt_.speech;
	const order_entry &o = c.orders[i];
	std::string out = field(279, std::string(1, o.action)) + field(269, side_of(o.side));

	if (!o.id.empty())
		out += field(278, o.id);
	if (d.name == tongue::sim && first)
		out += field(55, c.symbol);
	out += field(270, format_decimal(o.px, opt_.min_decimals));
	if (o.action != '2' || d.name == tongue::kraken)
		out += field(271, format_decimal(o.qty, opt_.min_decimals));
	if (d.name == tongue::sim && first)
		out += field(25043, std::to_string(c.first_order_id)) + field(25044, std::to_string(c.last_id));
	if (d.name == tongue::kraken)
		out += field(5273, iso_time(o.time_ns));
	return out;
}

std::vector<std::string> md_text::changes(const md_change &c, const md_stream &to, const std::vector<md_entry> &entries) const
{
	const dialect &d = opt_.speech;
	size_t count = to.by_order ? c.orders.size() : entries.size(), done = 0;
	bool above = d.name != tongue::sim && d.name != tongue::binance;
	auto head = [&](size_t n, bool last) {
		std::string out;

		if (!to.request_id.empty() && above)
			append_field(out, 262, to.request_id);
		if (above)
			append_field(out, 55, c.symbol);
		if (d.name == tongue::coinbase)
			append_field(out, 83, std::to_string(c.rpt_seq + done++));
		if (!above && !last)
			append_field(out, 893, "N");
		return out + field(268, std::to_string(n));
	};
	auto entry = [&](size_t i, bool first) {
		return to.by_order ? order_text(c, i, first) : level_text(c, entries[i], first);
	};
	auto tail = [&](bool last) {
		return d.name == tongue::kraken && last && !to.by_order ? field(5041, std::to_string(c.checksum)) : std::string();
	};

	if (!count)
		return {};
	if (d.name == tongue::coinbase) {	// one entry a message, each with its number
		std::vector<std::string> out;

		for (size_t i = 0; i < count; i++)
			out.push_back(head(1, true) + entry(i, true));
		return out;
	}
	return parts(count, to.room, 0, head, entry, tail);
}

std::string md_text::trade(const md_change &c, const md_stream &to) const
{
	const dialect &d = opt_.speech;
	std::string px = format_decimal(c.px, opt_.min_decimals), qty = format_decimal(c.qty, opt_.min_decimals), out;

	if (d.name == tongue::sim || d.name == tongue::binance)
		return encode_trade(c.symbol, c.px, c.qty, opt_.min_decimals);
	if (!to.request_id.empty())
		append_field(out, 262, to.request_id);
	append_field(out, 55, c.symbol);
	if (d.name == tongue::coinbase)
		append_field(out, 83, std::to_string(c.rpt_seq));
	out += field(268, "1") + field(279, "0") + field(269, "2");
	if (d.name == tongue::kraken)
		out += field(278, "T" + px);
	out += field(270, px) + field(271, qty);
	if (d.name == tongue::deribit)
		out += field(54, c.aggressor == MD_BID ? "1" : "2") + field(272, utc_timestamp());
	else
		out += field(2446, c.aggressor == MD_BID ? "1" : "2");
	return out;
}

std::string md_text::status(const std::string &symbol, trading what, const std::string &request_id, std::string *type) const
{
	const dialect &d = opt_.speech;
	std::string out;

	type->clear();
	switch (d.name) {
	case tongue::kraken: {		// of the market as a whole
		static const char *const values[] = { "2", "1", "1", "102", "101", "102" };

		*type = "h";
		append_field(out, 335, request_id.empty() ? "TSS" : request_id);
		append_field(out, 336, "SESSION");
		append_field(out, 340, values[static_cast<int>(what)]);
		return out;
	}
	case tongue::coinbase: {
		static const char *const values[] = { "online", "offline", "offline", "auction", "cancel_only", "post_only" };

		*type = "f";
		append_field(out, 55, symbol);
		append_field(out, 1682, values[static_cast<int>(what)]);
		return out;
	}
	case tongue::binance:
		return out;		// its security list is all that it says
	default: {
		// SecurityTradingStatus: ready, halt, not available, pre-open; the rest has no value of its own in FIX 4.4.
		static const char *const values[] = { "17", "2", "18", "21", "2", "17" };

		*type = "f";
		if (!request_id.empty())
			append_field(out, 324, request_id);
		append_field(out, 55, symbol);
		append_field(out, 326, values[static_cast<int>(what)]);
		return out;
	}
	}
}

std::string md_text::definition(const instrument &ins) const
{
	std::string tick = format_decimal(ins.tick_px, 0), lot = format_decimal(ins.lot_qty, 0);

	switch (opt_.speech.name) {
	case tongue::kraken:
		return field(55, ins.symbol) + field(562, lot) + field(5010, std::to_string(ins.qty_decimals)) + field(5011, lot) +
		       field(2349, std::to_string(ins.px_decimals)) + field(5022, tick);
	case tongue::deribit:
		return field(55, ins.symbol) + field(231, "1") + field(969, tick) + field(562, lot);
	default:
		return field(55, ins.symbol) + field(969, tick) + field(562, lot);
	}
}

std::string md_text::security_list(const std::string &request_id, const std::vector<instrument> &list) const
{
	std::string out = field(320, request_id) + field(322, "L" + request_id) + field(560, "0") +
			  field(146, std::to_string(list.size()));

	for (const instrument &ins : list)
		out += definition(ins);
	return out;
}

std::string md_text::security_definition(const std::string &request_id, const instrument &ins) const
{
	return field(320, request_id) + field(322, "D" + request_id) + field(323, "4") + definition(ins);
}

}
