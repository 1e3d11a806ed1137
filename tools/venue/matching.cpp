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

exchange::exchange(const options &opt, faults &f, report_sink &sink, const std::string &id_prefix)
	: opt_(opt), faults_(f), sink_(sink), id_prefix_(id_prefix)
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
	report rep(o, 'F');

	o->cum_qty += qty;
	o->px_qty_sum += static_cast<__int128>(px) * qty;
	o->status = o->cum_qty == o->qty ? STATUS_FILLED : STATUS_PARTIAL;
	if (o->px)
		touch(b, o->side, o->px);
	if (o->other) {
		stats_.other_fills++;
		return;
	}
	rep.last_px = px;
	rep.last_qty = qty;
	rep.liquidity = liquidity;
	rep.fee = fee_of(px, qty, liquidity);
	stats_.fills++;
	rep.exec_id = next_exec_id();
	book_trade(*o, px, qty, rep.fee);
	record(o, rep);
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
	if (o->other)
		return;
	if (faults_.chance(CHANCE_PARTIAL))
		due_.push_back({ CHANCE_PARTIAL, o, "" });
	order *&last = rested_[o->client];

	if (last && last != o && last->working() && faults_.chance(CHANCE_UNSOLICITED))
		due_.push_back({ CHANCE_UNSOLICITED, last, "" });
	last = o;
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

// With an id of its own, to who has a session.
void exchange::tell(report rep)
{
	if (rep.ord->other)
		return;
	rep.exec_id = next_exec_id();
	sink_.on_report(rep);
}

void exchange::close(order *o, const std::string &orig, const std::string &text, order_status as)
{
	o->status = as;
	if (!o->other)
		stats_.cancels++;
	tell(report(o, static_cast<char>(as), orig, text));
}

void exchange::reject(const order &request, int reason, const std::string &text)
{
	order copy = request;
	report rep(&copy, '8', "", text);

	copy.status = STATUS_REJECTED;
	copy.order_id = "NONE";
	rep.reject_reason = reason;
	if (!copy.other)
		stats_.rejects++;
	tell(rep);
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
	if (free_.empty() && orders_.size() >= opt_.max_orders)
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

	order *o;

	if (free_.empty()) {
		orders_.push_back(request);
		o = &orders_.back();
	} else {
		o = free_.back();
		free_.pop_back();
		*o = request;
	}
	(o->other ? stats_.other_orders : stats_.orders)++;
	o->order_id = id_prefix_ + (o->other ? "X" + std::to_string(stats_.other_orders) : "O" + std::to_string(stats_.orders));
	o->status = STATUS_NEW;
	by_id_[key(o->client, o->cl_ord_id)] = o;
	if (opt_.pending_acks) {
		report pending(o, 'A');

		pending.ord_status = STATUS_PENDING_NEW;
		tell(pending);
	}
	tell(report(o, '0'));
	finish_new(b, o);
	settle();
}

void exchange::forget(const std::string &client, const std::string &cl_ord_id)
{
	auto it = by_id_.find(key(client, cl_ord_id));

	if (it == by_id_.end() || it->second->working() || !it->second->other)
		return;
	order *o = it->second;

	by_id_.erase(it);
	by_id_.erase(key(client, o->cl_ord_id));	// a cancel has given it another
	o->client.clear();
	free_.push_back(o);
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
	settle();
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
	if (o->status == STATUS_SUSPENDED)
		*text = "order is suspended";
	else if (type != '2')
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
	tell(report(o, '5', orig));
	if (!keeps_priority)
		finish_new(b, o);
	settle();
	return 0;
}

std::vector<const order *> exchange::working(const std::string &client, const std::string &symbol) const
{
	std::vector<const order *> out;

	for (const order &o : orders_)
		if (o.working() && o.client == client && (symbol.empty() || o.symbol == symbol))
			out.push_back(&o);
	return out;
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
	settle();
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
	settle();
}

}
