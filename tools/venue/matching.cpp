// SPDX-License-Identifier: MIT
#include "matching.hpp"
#include "decimal.hpp"

#include <algorithm>

namespace venue {

int64_t order::leaves_qty() const
{
	return working() ? qty - cum_qty : 0;
}

int64_t order::avg_px() const
{
	return cum_qty ? static_cast<int64_t>(px_qty_sum / cum_qty) : 0;
}

static md_side opposite(md_side side)
{
	return side == MD_BID ? MD_OFFER : MD_BID;
}

// True when a is a better (more aggressive) price than b for that side of the book.
static bool better(md_side side, int64_t a, int64_t b)
{
	return side == MD_BID ? a > b : a < b;
}

exchange::exchange(const options &opt, report_sink &sink, const std::string &id_prefix)
	: opt_(opt), sink_(sink), id_prefix_(id_prefix)
{
}

void exchange::add_instrument(const instrument &ins)
{
	books_[ins.symbol].ins = ins;
}

std::vector<std::string> exchange::symbols() const
{
	std::vector<std::string> out;

	for (const auto &entry : books_)
		out.push_back(entry.first);
	return out;
}

std::string exchange::key(const std::string &client, const std::string &cl_ord_id)
{
	return client + SOH + cl_ord_id;
}

order *exchange::lookup(const std::string &client, const std::string &cl_ord_id) const
{
	auto it = by_id_.find(key(client, cl_ord_id));

	return it == by_id_.end() ? nullptr : it->second;
}

const order *exchange::find(const std::string &client, const std::string &cl_ord_id) const
{
	return lookup(client, cl_ord_id);
}

bool exchange::acceptable(const order &o, int64_t px) const
{
	if (o.type == '1')
		return true;
	return o.side == MD_BID ? px <= o.px : px >= o.px;
}

// Best price on a side where anything can be traded, external or client.
bool exchange::best_opposite(const book &b, md_side side, int64_t *px) const
{
	bool have = false;
	auto consider = [&](int64_t candidate) {
		if (!have || better(side, candidate, *px))
			*px = candidate;
		have = true;
	};

	if (side == MD_BID) {
		for (auto it = b.ext[side].rbegin(); it != b.ext[side].rend(); ++it) {
			if (it->second.available() > 0) {
				consider(it->first);
				break;
			}
		}
		if (!b.own[side].empty())
			consider(b.own[side].rbegin()->first);
	} else {
		for (auto it = b.ext[side].begin(); it != b.ext[side].end(); ++it) {
			if (it->second.available() > 0) {
				consider(it->first);
				break;
			}
		}
		if (!b.own[side].empty())
			consider(b.own[side].begin()->first);
	}
	return have;
}

int64_t exchange::fillable(const book &b, const order &o) const
{
	md_side p = opposite(o.side);
	__int128 total = 0;

	for (const auto &level : b.ext[p])
		if (acceptable(o, level.first))
			total += level.second.available();
	for (const auto &level : b.own[p])
		if (acceptable(o, level.first))
			for (const order *other : level.second)
				total += other->leaves_qty();
	return static_cast<int64_t>(std::min<__int128>(total, INT64_MAX));
}

void exchange::touch(book &b, md_side side, int64_t px)
{
	if (opt_.publish_client_orders)
		b.touched.insert(level_key{ side, px });
}

void exchange::fill(book &b, order *o, int64_t px, int64_t qty, char liquidity)
{
	int64_t bps = liquidity == '1' ? opt_.maker_fee_bps : opt_.taker_fee_bps;
	report rep{ o, 'F', "", px, qty, liquidity, 0, -1, "" };

	o->cum_qty += qty;
	o->px_qty_sum += static_cast<__int128>(px) * qty;
	o->status = o->cum_qty == o->qty ? STATUS_FILLED : STATUS_PARTIAL;
	rep.fee = static_cast<int64_t>(static_cast<__int128>(notional(px, qty)) * bps / scale / 10000);
	stats_.fills++;
	if (o->px)
		touch(b, o->side, o->px);
	sink_.on_report(rep);
}

// External quantity at a price was used up: every client order there moves up the queue.
void exchange::consume_ahead(book &b, md_side side, int64_t px, int64_t qty)
{
	auto it = b.own[side].find(px);

	if (it == b.own[side].end())
		return;
	for (order *o : it->second)
		o->ahead_qty = std::max<int64_t>(0, o->ahead_qty - qty);
}

void exchange::aggress(book &b, order *o)
{
	md_side p = opposite(o->side);
	int64_t px;

	while (o->leaves_qty() > 0 && best_opposite(b, p, &px) && acceptable(*o, px)) {
		auto own = b.own[p].find(px);
		auto ext = b.ext[p].find(px);
		int64_t available = ext == b.ext[p].end() ? 0 : ext->second.available();
		order *maker = own == b.own[p].end() ? nullptr : own->second.front();
		int64_t from_ext = maker ? std::min(available, maker->ahead_qty) : available;
		int64_t qty;

		if (from_ext > 0) {
			qty = std::min(o->leaves_qty(), from_ext);
			ext->second.taken_qty += qty;
			consume_ahead(b, p, px, qty);
			touch(b, p, px);
			fill(b, o, px, qty, '2');
			continue;
		}
		qty = std::min(o->leaves_qty(), maker->leaves_qty());
		fill(b, maker, px, qty, '1');
		fill(b, o, px, qty, '2');
		if (!maker->working())
			unrest(b, maker);
	}
}

void exchange::rest(book &b, order *o)
{
	auto ext = b.ext[o->side].find(o->px);

	o->ahead_qty = ext == b.ext[o->side].end() ? 0 : ext->second.available();
	b.own[o->side][o->px].push_back(o);
	touch(b, o->side, o->px);
}

void exchange::unrest(book &b, order *o)
{
	auto it = b.own[o->side].find(o->px);

	if (it == b.own[o->side].end())
		return;
	it->second.remove(o);
	if (it->second.empty())
		b.own[o->side].erase(it);
	touch(b, o->side, o->px);
}

void exchange::close(order *o, const std::string &orig, const std::string &text)
{
	report rep{ o, '4', orig, 0, 0, 0, 0, -1, text };

	o->status = STATUS_CANCELED;
	stats_.cancels++;
	sink_.on_report(rep);
}

void exchange::reject(const order &request, int reason, const std::string &text)
{
	order copy = request;
	report rep{ &copy, '8', "", 0, 0, 0, 0, reason, text };

	copy.status = STATUS_REJECTED;
	copy.order_id = "NONE";
	stats_.rejects++;
	sink_.on_report(rep);
}

// Takes what it may, then rests or ends what is left.
void exchange::finish_new(book &b, order *o)
{
	if (o->tif == '4' && fillable(b, *o) < o->leaves_qty()) {
		close(o, "", "fill or kill: not enough quantity");
		return;
	}
	aggress(b, o);
	if (!o->working())
		return;
	if (o->type == '1')
		close(o, "", "market order: no liquidity left");
	else if (o->tif == '3')
		close(o, "", "immediate or cancel: remainder");
	else
		rest(b, o);
}

void exchange::submit(const order &request)
{
	int64_t px;
	auto it = books_.find(request.symbol);

	if (it == books_.end())
		return reject(request, 1, "unknown symbol");
	book &b = it->second;

	if (lookup(request.client, request.cl_ord_id))
		return reject(request, 6, "duplicate ClOrdID");
	if (orders_.size() >= opt_.max_orders)
		return reject(request, 3, "order capacity reached");
	if (request.qty <= 0 || request.qty % b.ins.lot_qty != 0)
		return reject(request, 13, "quantity must be a positive multiple of " +
			      format_decimal(b.ins.lot_qty, 0));
	if (request.type == '2' && (request.px <= 0 || request.px % b.ins.tick_px != 0))
		return reject(request, 99, "price must be a positive multiple of " +
			      format_decimal(b.ins.tick_px, 0));
	if (request.post_only && (request.type == '1' || request.tif == '3' || request.tif == '4'))
		return reject(request, 11, "post-only needs a resting limit order");
	if (request.post_only && best_opposite(b, opposite(request.side), &px) &&
	    acceptable(request, px))
		return reject(request, 99, "post-only order would take liquidity");

	orders_.push_back(request);
	order *o = &orders_.back();

	stats_.orders++;
	o->order_id = id_prefix_ + "O" + std::to_string(stats_.orders);
	o->status = STATUS_NEW;
	by_id_[key(o->client, o->cl_ord_id)] = o;
	sink_.on_report(report{ o, '0', "", 0, 0, 0, 0, -1, "" });
	finish_new(b, o);
}

// Common checks of cancel and replace; nullptr with *reason = tag 102.
order *exchange::cancelable(const std::string &client, const std::string &orig,
			    const std::string &symbol, md_side side, int *reason,
			    order **found, std::string *text)
{
	order *o = lookup(client, orig);

	*found = o;
	*reason = 1;
	if (!o) {
		*text = "unknown order";
		return nullptr;
	}
	if (o->symbol != symbol || o->side != side) {
		*reason = 99;
		*text = "symbol or side differs from the order";
		return nullptr;
	}
	if (!o->working()) {
		*reason = 0;
		*text = "too late: order is done";
		return nullptr;
	}
	if (o->cl_ord_id != orig) {
		*text = "order was replaced; its ClOrdID is now " + o->cl_ord_id;
		return nullptr;
	}
	return o;
}

int exchange::cancel(const std::string &client, const std::string &cl_ord_id,
		     const std::string &orig, const std::string &symbol, md_side side,
		     order **found, std::string *text)
{
	int reason;
	order *o = cancelable(client, orig, symbol, side, &reason, found, text);

	if (!o)
		return reason + 1;
	if (lookup(client, cl_ord_id)) {
		*text = "duplicate ClOrdID";
		return 6 + 1;
	}
	unrest(books_.at(o->symbol), o);
	o->cl_ord_id = cl_ord_id;
	by_id_[key(client, cl_ord_id)] = o;
	close(o, orig, "");
	return 0;
}

int exchange::replace(const std::string &client, const std::string &cl_ord_id,
		      const std::string &orig, const std::string &symbol, md_side side,
		      char type, int64_t px, int64_t qty, order **found, std::string *text)
{
	int reason;
	int64_t best;
	order *o = cancelable(client, orig, symbol, side, &reason, found, text);

	if (!o)
		return reason + 1;
	book &b = books_.at(o->symbol);
	order probe = *o;

	probe.px = px;
	*text = "";
	if (lookup(client, cl_ord_id)) {
		*text = "duplicate ClOrdID";
		return 6 + 1;
	}
	if (type != '2')
		*text = "a working order can only be replaced by a limit order";
	else if (qty <= 0 || qty % b.ins.lot_qty != 0)
		*text = "quantity must be a positive multiple of " + format_decimal(b.ins.lot_qty, 0);
	else if (qty <= o->cum_qty)
		*text = "quantity must exceed the filled quantity; cancel instead";
	else if (px <= 0 || px % b.ins.tick_px != 0)
		*text = "price must be a positive multiple of " + format_decimal(b.ins.tick_px, 0);
	else if (o->post_only && best_opposite(b, opposite(side), &best) && acceptable(probe, best))
		*text = "post-only order would take liquidity";
	if (!text->empty())
		return 99 + 1;

	// Size down at the same price keeps the place in the queue; anything else goes to its end.
	bool keeps_priority = px == o->px && qty <= o->qty;

	if (!keeps_priority)
		unrest(b, o);
	o->px = px;
	o->qty = qty;
	o->cl_ord_id = cl_ord_id;
	by_id_[key(client, cl_ord_id)] = o;
	stats_.replaces++;
	touch(b, o->side, o->px);
	sink_.on_report(report{ o, '5', orig, 0, 0, 0, 0, -1, "" });
	if (!keeps_priority)
		finish_new(b, o);
	return 0;
}

bool exchange::cancel_unsolicited(const std::string &cl_ord_id, const std::string &text)
{
	for (order &o : orders_) {
		if (o.working() && o.cl_ord_id == cl_ord_id) {
			unrest(books_.at(o.symbol), &o);
			close(&o, "", text);
			return true;
		}
	}
	return false;
}

unsigned int exchange::cancel_all(const std::string &client, const std::string &symbol,
				  const std::string &text)
{
	unsigned int n = 0;

	for (order &o : orders_) {
		if (!o.working() || o.client != client || (!symbol.empty() && o.symbol != symbol))
			continue;
		unrest(books_.at(o.symbol), &o);
		close(&o, "", text);
		n++;
	}
	return n;
}

int64_t exchange::shown_qty(const book &b, md_side side, int64_t px) const
{
	auto ext = b.ext[side].find(px);
	auto own = b.own[side].find(px);
	int64_t qty = 0;

	if (!opt_.publish_client_orders)
		return ext == b.ext[side].end() ? 0 : ext->second.qty;
	if (ext != b.ext[side].end())
		qty += ext->second.available();
	if (own != b.own[side].end())
		for (const order *o : own->second)
			qty += o->leaves_qty();
	return qty;
}

std::vector<md_entry> exchange::apply_external(const std::string &symbol,
					       const std::vector<level_key> &keys,
					       const std::vector<int64_t> &qtys)
{
	book &b = books_.at(symbol);
	std::vector<md_entry> entries;

	for (size_t i = 0; i < keys.size(); i++) {
		md_side side = keys[i].side;
		int64_t px = keys[i].px;
		auto ext = b.ext[side].find(px);
		bool existed = ext != b.ext[side].end();
		auto own = b.own[side].find(px);

		if (qtys[i] == 0) {
			if (existed)
				b.ext[side].erase(ext);
		} else {
			ext_level &level = b.ext[side][px];

			level.qty = qtys[i];
			level.taken_qty = 0;
		}
		if (own != b.own[side].end())
			for (order *o : own->second)
				o->ahead_qty = std::min(o->ahead_qty, qtys[i]);
		touch(b, side, px);
		if (!opt_.publish_client_orders)
			entries.push_back(md_entry{ qtys[i] == 0 ? '2' : existed ? '1' : '0', side, px,
						    qtys[i] });
	}
	return entries;
}

// Client orders that the external book has crossed fill at their own price.
void exchange::match_external(const std::string &symbol)
{
	book &b = books_.at(symbol);

	for (md_side side : { MD_BID, MD_OFFER }) {
		md_side p = opposite(side);

		while (!b.own[side].empty()) {
			auto own = side == MD_BID ? std::prev(b.own[side].end()) : b.own[side].begin();
			order *o = own->second.front();
			ext_level *level = nullptr;
			int64_t level_px = 0;
			auto consider = [&](int64_t px, ext_level &candidate) {
				if (level || candidate.available() == 0 || !acceptable(*o, px))
					return;
				level = &candidate;
				level_px = px;
			};

			if (p == MD_OFFER) {
				for (auto it = b.ext[p].begin(); it != b.ext[p].end() && !level &&
				     acceptable(*o, it->first); ++it)
					consider(it->first, it->second);
			} else {
				for (auto it = b.ext[p].rbegin(); it != b.ext[p].rend() && !level &&
				     acceptable(*o, it->first); ++it)
					consider(it->first, it->second);
			}
			if (!level)
				break;
			int64_t qty = std::min(o->leaves_qty(), level->available());

			level->taken_qty += qty;
			touch(b, p, level_px);
			fill(b, o, o->px, qty, '1');
			if (!o->working())
				unrest(b, o);
		}
	}
}

// A trade printed: it fills client orders at its price once their queue is used up, and better ones.
void exchange::trade_external(const std::string &symbol, int64_t px, int64_t qty, md_side aggressor)
{
	book &b = books_.at(symbol);
	md_side side = opposite(aggressor);

	while (qty > 0 && !b.own[side].empty()) {
		auto own = side == MD_BID ? std::prev(b.own[side].end()) : b.own[side].begin();
		order *o = own->second.front();

		if (better(side, px, own->first))
			break;
		if (own->first == px && o->ahead_qty > 0) {
			int64_t used = std::min(o->ahead_qty, qty);

			consume_ahead(b, side, px, used);
			qty -= used;
			continue;
		}
		int64_t filled = std::min(o->leaves_qty(), qty);

		qty -= filled;
		fill(b, o, o->px, filled, '1');
		if (!o->working())
			unrest(b, o);
	}
}

std::vector<md_level> exchange::levels(const std::string &symbol, md_side side,
				       uint64_t depth) const
{
	const book &b = books_.at(symbol);
	std::vector<md_level> out;
	std::map<int64_t, int64_t> merged;

	for (const auto &level : b.ext[side])
		merged[level.first] = shown_qty(b, side, level.first);
	if (opt_.publish_client_orders)
		for (const auto &level : b.own[side])
			merged[level.first] = shown_qty(b, side, level.first);
	for (const auto &level : merged)
		if (level.second > 0)
			out.push_back(md_level{ level.first, level.second });
	if (side == MD_BID)
		std::reverse(out.begin(), out.end());
	if (depth && out.size() > depth)
		out.resize(depth);
	return out;
}

std::vector<own_order> exchange::own_at(const std::string &symbol, md_side side, int64_t px) const
{
	const book &b = books_.at(symbol);
	std::vector<own_order> out;
	auto own = b.own[side].find(px);

	if (opt_.publish_client_orders && own != b.own[side].end())
		for (const order *o : own->second)
			if (o->leaves_qty())
				out.push_back(own_order{ o->order_id, o->leaves_qty() });
	return out;
}

std::vector<md_entry> exchange::take_touched(const std::string &symbol)
{
	book &b = books_.at(symbol);
	std::vector<md_entry> out;

	for (const level_key &level : b.touched) {
		int64_t qty = shown_qty(b, level.side, level.px);
		auto before = b.published.find(level);
		bool existed = before != b.published.end();

		if (qty == (existed ? before->second : 0))
			continue;
		out.push_back(md_entry{ qty == 0 ? '2' : existed ? '1' : '0', level.side, level.px, qty });
		if (qty)
			b.published[level] = qty;
		else
			b.published.erase(before);
	}
	b.touched.clear();
	return out;
}

static std::string quoted(const std::string &text)
{
	std::string out = "\"";

	for (char c : text) {
		if (c == '"' || c == '\\')
			out += '\\';
		out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
	}
	return out + "\"";
}

std::string exchange::orders_json() const
{
	std::string out = "[";

	for (const order &o : orders_) {
		if (out.size() > 1)
			out += ",";
		out += "{\"client\":" + quoted(o.client) + ",\"cl_ord_id\":" + quoted(o.cl_ord_id) +
		       ",\"order_id\":" + quoted(o.order_id) + ",\"symbol\":" + quoted(o.symbol) +
		       ",\"side\":" + (o.side == MD_BID ? "\"buy\"" : "\"sell\"") +
		       ",\"status\":\"" + static_cast<char>(o.status) + "\"" +
		       ",\"px\":\"" + format_decimal(o.px, 0) + "\",\"qty\":\"" +
		       format_decimal(o.qty, 0) + "\",\"cum_qty\":\"" +
		       format_decimal(o.cum_qty, 0) + "\",\"leaves_qty\":\"" +
		       format_decimal(o.leaves_qty(), 0) + "\",\"ahead_qty\":\"" +
		       format_decimal(o.ahead_qty, 0) + "\"}";
	}
	return out + "]";
}

std::string exchange::book_json(const std::string &symbol, uint64_t depth) const
{
	std::string out = "{\"symbol\":" + quoted(symbol) + ",\"last_id\":" +
			  std::to_string(last_id(symbol));

	for (md_side side : { MD_BID, MD_OFFER }) {
		bool first = true;

		out += side == MD_BID ? ",\"bids\":[" : ",\"offers\":[";
		for (const md_level &level : levels(symbol, side, depth)) {
			out += std::string(first ? "" : ",") + "[\"" +
			       format_decimal(level.px, opt_.min_decimals) + "\",\"" +
			       format_decimal(level.qty, opt_.min_decimals) + "\"]";
			first = false;
		}
		out += "]";
	}
	return out + "}";
}

}
