// SPDX-License-Identifier: MIT
#include "mddesk.hpp"
#include "checksum.hpp"
#include "decimal.hpp"

#include <algorithm>

#include <quickfix/Exceptions.h>
#include <quickfix/Group.h>

namespace venue {

// Kraken: 264=0 is the full book, of at most this many levels.
static const uint64_t kraken_depth_max = 1000;

md_desk::md_desk(const options &opt, faults &f, sender send)
	: opt_(opt), faults_(f), send_(std::move(send)), text_(opt),
	  queues_(opt.speech.name == tongue::coinbase ? id_form::uuid : opt.speech.name == tongue::kraken ? id_form::kraken : id_form::hex16)
{
}

static std::string optional(const FIX::FieldMap &m, int tag)
{
	return m.isSetField(tag) ? m.getField(tag) : std::string();
}

static bool contains(const std::vector<std::string> &list, const std::string &what)
{
	return std::find(list.begin(), list.end(), what) != list.end();
}

std::vector<md_entry> md_window::update(const std::vector<md_level> &bids, const std::vector<md_level> &offers,
					const std::function<int64_t(md_side, int64_t)> &there)
{
	std::map<level_key, int64_t> now;
	std::vector<md_entry> out;

	for (const md_level &l : bids)
		now[level_key{ MD_BID, l.px }] = l.qty;
	for (const md_level &l : offers)
		now[level_key{ MD_OFFER, l.px }] = l.qty;
	for (const auto &old : shown_)
		if (!now.count(old.first))
			out.push_back(md_entry{ '2', old.first.side, old.first.px, there(old.first.side, old.first.px) });
	for (const auto &level : now) {
		auto old = shown_.find(level.first);

		if (old == shown_.end())
			out.push_back(md_entry{ '0', level.first.side, level.first.px, level.second });
		else if (old->second != level.second)
			out.push_back(md_entry{ '1', level.first.side, level.first.px, level.second });
	}
	shown_.swap(now);
	return out;
}

const instrument *md_desk::find(const std::string &symbol) const
{
	for (const instrument &ins : instruments_)
		if (ins.symbol == symbol)
			return &ins;
	return nullptr;
}

void md_desk::open(const instrument &ins)
{
	std::vector<order_entry> unused;

	instruments_.push_back(ins);
	status_[ins.symbol] = trading::open;
	order_ids_[ins.symbol] = exchange_->last_id(ins.symbol);
	if (opt_.speech.orders)
		for (md_side side : { MD_BID, MD_OFFER })
			for (const md_level &l : exchange_->levels(ins.symbol, side, 0))
				queues_.set_level(ins.symbol, side, l.px, l.qty, {}, &unused);
	if (opt_.speech.name == tongue::kraken)
		shown(feed_windows_[ins.symbol], ins.symbol, 0);
}

uint32_t md_desk::checksum(const std::string &symbol) const
{
	const instrument *ins = find(symbol);

	return book_checksum(exchange_->levels(symbol, MD_BID, 10), exchange_->levels(symbol, MD_OFFER, 10), ins->px_decimals, ins->qty_decimals);
}

std::vector<md_entry> md_desk::shown(md_window &w, const std::string &symbol, uint64_t depth)
{
	depth = depth ? depth : kraken_depth_max;
	return w.update(exchange_->levels(symbol, MD_BID, depth), exchange_->levels(symbol, MD_OFFER, depth),
			[&](md_side side, int64_t px) { return exchange_->shown(symbol, side, px); });
}

md_change md_desk::change(const std::string &symbol, uint64_t first_id, uint64_t last_id, const std::vector<md_entry> &entries, const uint32_t *truth)
{
	const dialect &d = opt_.speech;
	uint64_t &order_id = order_ids_[symbol];
	md_change c;

	c.symbol = symbol;
	c.first_id = first_id;
	c.last_id = last_id;
	c.entries = entries;
	if (d.orders) {
		for (const md_entry &e : entries)
			queues_.set_level(symbol, e.side, e.px, exchange_->shown(symbol, e.side, e.px), exchange_->own_at(symbol, e.side, e.px), &c.orders);
		if (d.name == tongue::coinbase && !entries.empty()) {
			const md_entry &e = entries.front();
			uint64_t n = ++changes_[symbol];

			// What the book must not be touched by: the engine's word that an order came in, and a change of an order that is not in the book.
			if (n % 8 == 3)
				c.orders.insert(c.orders.begin(), order_entry{ '0', e.side, e.px, opt_.symbols[0].lot_qty, "", 0 });
			if (n % 32 == 7)
				c.orders.push_back(order_entry{ '1', e.side, e.px, opt_.symbols[0].lot_qty, "00000000-0000-4000-8000-000000000000", 0 });
		}
		if (!c.orders.empty()) {
			c.first_order_id = order_id + 1;
			order_id = last_id;
			c.rpt_seq = rpt_seqs_[symbol] + 1;
			rpt_seqs_[symbol] += c.orders.size();
		}
	}
	if (d.name == tongue::kraken) {
		c.checksum = checksum(symbol);
		if (truth && *truth != c.checksum)
			checksum_differs_++;
		if (truth)
			c.checksum = *truth;
		if (faults::take(&faults_.bad_checksums))
			c.checksum ^= 1;
	}
	return c;
}

md_change md_desk::trade(const std::string &symbol, int64_t px, int64_t qty, md_side aggressor)
{
	md_change c;

	c.symbol = symbol;
	c.trade = true;
	c.px = px;
	c.qty = qty;
	c.aggressor = aggressor;
	c.rpt_seq = ++rpt_seqs_[symbol];
	return c;
}

std::vector<std::string> md_desk::snapshot(const std::string &symbol, const md_stream &to)
{
	md_snapshot s;

	s.symbol = symbol;
	s.rpt_seq = rpt_seqs_[symbol];
	s.last_id = to.by_order ? order_ids_[symbol] : exchange_->last_id(symbol);
	if (to.by_order) {
		for (md_side side : { MD_BID, MD_OFFER })
			for (const order_entry &o : queues_.all(symbol, side, to.depth))
				s.orders.push_back(o);
	} else {
		s.bids = exchange_->levels(symbol, MD_BID, to.depth);
		s.offers = exchange_->levels(symbol, MD_OFFER, to.depth);
		if (opt_.speech.name == tongue::kraken)
			s.checksum = checksum(symbol);
	}
	return text_.snapshot(s, to);
}

void md_desk::send_snapshot(subscription &s, const std::string &symbol)
{
	md_stream to = s.stream;

	if (opt_.speech.name == tongue::kraken && !to.depth)
		to.depth = kraken_depth_max;
	for (const std::string &body : snapshot(symbol, to))
		send_("W", body, s.client);
	if (opt_.speech.name == tongue::kraken && !to.by_order)
		shown(s.windows[symbol], symbol, s.stream.depth);
}

void md_desk::send(const md_change &c)
{
	for (subscription &s : subscriptions_) {
		if (!contains(s.symbols, c.symbol) || !(c.trade ? s.trades : s.book))
			continue;
		if (c.trade) {
			send_("X", text_.trade(c, s.stream), s.client);
			continue;
		}
		if (s.stream.full) {
			send_snapshot(s, c.symbol);
			continue;
		}
		bool window = opt_.speech.name == tongue::kraken && !s.stream.by_order;

		for (const std::string &body : text_.changes(c, s.stream, window ? shown(s.windows[c.symbol], c.symbol, s.stream.depth) : c.entries))
			send_("X", body, s.client);
	}
}

std::vector<std::string> md_desk::feed_changes(const md_change &c, size_t room)
{
	md_stream to;

	to.by_order = feed_by_order();
	to.room = room;
	if (c.trade)
		return { text_.trade(c, to) };
	if (opt_.speech.name == tongue::kraken && !to.by_order)
		return text_.changes(c, to, shown(feed_windows_[c.symbol], c.symbol, 0));
	return text_.changes(c, to, c.entries);
}

void md_desk::refuse(const std::string &client, const std::string &request_id, char reason, const std::string &text)
{
	std::string body;

	append_field(body, 262, request_id);
	append_field(body, 281, std::string(1, reason));
	append_field(body, 58, text);
	send_("Y", body, client);
}

void md_desk::drop(const std::string &client)
{
	auto mine = [&](const subscription &s) { return s.client == client; };

	subscriptions_.erase(std::remove_if(subscriptions_.begin(), subscriptions_.end(), mine), subscriptions_.end());
	status_wanted_.erase(client);
}

void md_desk::request(const std::string &type, const FIX::Message &m, const std::string &client)
{
	if (type == "V") {
		market_data(m, client);
	} else if (type == "x") {
		std::vector<instrument> list;

		for (const instrument &ins : instruments_)
			if (!m.isSetField(55) || m.getField(55) == ins.symbol)
				list.push_back(ins);
		send_("y", text_.security_list(m.getField(320), list), client);
	} else if (type == "c") {
		const instrument *ins = find(m.getField(55));

		if (!ins)
			throw FIX::IncorrectTagValue(55);
		send_("d", text_.security_definition(m.getField(320), *ins), client);
	} else {
		answer_status(type, m, client);
	}
}

// 35=e for one symbol, 35=g for the market (Kraken).
void md_desk::answer_status(const std::string &type, const FIX::Message &m, const std::string &client)
{
	std::string id = m.getField(type == "e" ? 324 : 335), kind = m.getField(263), reply;
	std::string symbol = type == "e" ? m.getField(55) : instruments_.front().symbol;

	if (!find(symbol))
		throw FIX::IncorrectTagValue(55);
	if (kind == "2") {
		status_wanted_.erase(client);
		return;
	}
	if (kind == "1")
		status_wanted_[client] = id;
	std::string body = text_.status(symbol, status_[symbol], id, &reply);

	if (reply.empty())
		throw FIX::UnsupportedMessageType();
	send_(reply, body, client);
}

std::string md_desk::status_body(const std::string &symbol, std::string *type) const
{
	return text_.status(symbol, status_.at(symbol), "", type);
}

std::string md_desk::set_status(const std::string &symbol, const std::string &word)
{
	std::vector<std::string> told;
	trading what;

	if (!trading_of(word, &what))
		return "status must be open, halted, closed, auction, cancel-only or post-only";
	if (symbol != "all" && !find(symbol))
		return "unknown symbol '" + symbol + "'";
	for (const instrument &ins : instruments_) {
		if (symbol != "all" && symbol != ins.symbol)
			continue;
		status_[ins.symbol] = what;
		for (const auto &wanted : status_wanted_) {
			std::string type, body = text_.status(ins.symbol, what, wanted.second, &type);

			if (!type.empty())
				send_(type, body, wanted.first);
		}
		for (const subscription &s : subscriptions_) {	// a subscription of the book is told too
			std::string type, body = text_.status(ins.symbol, what, "", &type);

			if (!type.empty() && !status_wanted_.count(s.client) && contains(s.symbols, ins.symbol))
				send_(type, body, s.client);
		}
	}
	return "";
}

void md_desk::market_data(const FIX::Message &m, const std::string &client)
{
	std::string id = m.getField(262), kind = m.getField(263), types;
	const dialect &d = opt_.speech;
	subscription sub{ client, md_stream(), {}, false, false, {} };
	auto same = [&](const subscription &s) { return s.client == client && s.stream.request_id == id; };
	auto known = std::find_if(subscriptions_.begin(), subscriptions_.end(), same);

	if (kind == "2") {
		if (known == subscriptions_.end())
			return refuse(client, id, '4', "no such subscription to end");
		subscriptions_.erase(known);
		return;
	}
	sub.stream.request_id = id;
	m.getField(146);
	for (size_t i = 1; i <= m.groupCount(146); i++) {
		FIX::Group entry(146, 55);

		sub.symbols.push_back(m.getGroup(static_cast<unsigned int>(i), entry).getField(55));
	}
	if ((kind != "0" || !d.snapshot_only) && kind != "1")
		return refuse(client, id, '4', "263 must be 0, 1 or 2");
	if (known != subscriptions_.end())
		return refuse(client, id, '1', "MDReqID is in use");
	if (d.name == tongue::coinbase) {	// one feed, order by order, and nothing to choose
		sub.stream.by_order = true;
		types = "012";
	} else {
		std::string depth = m.getField(264), aggregated = optional(m, 266), update = optional(m, 265);

		m.getField(267);
		for (size_t i = 1; i <= m.groupCount(267); i++) {
			FIX::Group entry(267, 269);
			const std::string &type = m.getGroup(static_cast<unsigned int>(i), entry).getField(269);

			types += type.size() == 1 ? type : "?";
		}
		if (aggregated == "N" && d.orders)
			sub.stream.by_order = true;
		else if ((d.aggregated && aggregated != "Y") || aggregated == "N")
			return refuse(client, id, '7', d.orders ? "266 must be Y or N" : "266 must be Y");
		if (!parse_unsigned(depth, &sub.stream.depth))
			return refuse(client, id, '5', "264 must be 0 (full) or a number of levels");
		bool full = d.name == tongue::deribit && update == "0";

		if (full ? sub.stream.depth != 1 && sub.stream.depth != 10 && sub.stream.depth != 20
			 : !d.depths.empty() && std::find(d.depths.begin(), d.depths.end(), sub.stream.depth) == d.depths.end())
			return refuse(client, id, '5', "264 is none of the dialect's");
		if (d.name == tongue::binance && (sub.stream.depth < 2 || sub.stream.depth > 5000))
			return refuse(client, id, '5', "264 must be 2 to 5000");
		if (d.name == tongue::kraken && (types.find('0') == std::string::npos || types.find('1') == std::string::npos))
			return refuse(client, id, '8', "both sides must be asked for");
		if (kind == "1" && !update.empty() && update != "1" && !full)
			return refuse(client, id, '6', "265 must be 1 (incremental)");
		sub.stream.full = full;
		if (types.empty() || types.find_first_not_of("012") != std::string::npos)
			return refuse(client, id, '8', "269 must be 0, 1 or 2");
	}
	for (const std::string &symbol : sub.symbols)
		if (!find(symbol))
			return refuse(client, id, '0', "unknown symbol " + symbol);
	if (sub.symbols.empty())
		throw FIX::FieldNotFound(55);
	// The same stream twice (Binance's rule; elsewhere two requests are two streams).
	if (d.name == tongue::binance && kind == "1")
		for (const subscription &s : subscriptions_)
			if (s.client == client && s.stream.depth == sub.stream.depth && s.symbols == sub.symbols)
				return refuse(client, id, '2', "already subscribed");
	sub.book = types.find_first_of("01") != std::string::npos;
	sub.trades = types.find('2') != std::string::npos;
	if (d.name == tongue::coinbase)
		for (const std::string &symbol : sub.symbols) {
			std::string type, body = text_.status(symbol, status_[symbol], "", &type);

			send_(type, body, client);
		}
	for (const std::string &symbol : sub.symbols)
		if (sub.book)
			send_snapshot(sub, symbol);
	if (kind == "1")
		subscriptions_.push_back(sub);
	subscribed_ = true;
}

}
