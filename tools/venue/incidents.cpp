// SPDX-License-Identifier: MIT
// What happens to orders without their client's doing: fills on command, busts and corrections, ends that nobody asked for; and what the
// clients' trades add up to.
#include "decimal.hpp"
#include "matching.hpp"

#include <algorithm>

namespace venue {

// Trades that can be taken back or corrected: the last so many.
static const size_t trades_max = 100000;

int64_t exchange::fee_of(int64_t px, int64_t qty, char liquidity) const
{
	int64_t bps = liquidity == '1' ? opt_.maker_fee_bps : opt_.taker_fee_bps;

	return static_cast<int64_t>(static_cast<__int128>(notional(px, qty)) * bps / scale / 10000);
}

// A negative quantity takes back what was booked.
void exchange::book_trade(const order &o, int64_t px, int64_t qty, int64_t fee)
{
	position &p = positions_[position_key{ o.client, o.account, o.symbol }];

	p.qty += o.side == MD_BID ? qty : -qty;
	(o.side == MD_BID ? p.bought_qty : p.sold_qty) += qty;
	p.fees += fee;
	p.last_px = px;
}

void exchange::record(order *o, const report &rep)
{
	trade t;

	t.exec_id = rep.exec_id;
	t.ord = o;
	t.px = rep.last_px;
	t.qty = rep.last_qty;
	t.fee = rep.fee;
	while (trades_.size() >= trades_max) {
		trade_by_id_.erase(trades_.front().exec_id);
		trades_.pop_front();
	}
	trades_.push_back(t);
	trade_by_id_[t.exec_id] = &trades_.back();
	if (rep.exec_type != 'F')
		return;
	if (faults_.chance(CHANCE_BUST))
		due_.push_back({ CHANCE_BUST, o, t.exec_id });
	else if (faults_.chance(CHANCE_CORRECT))
		due_.push_back({ CHANCE_CORRECT, o, t.exec_id });
}

// From one lot to so much.
int64_t exchange::random_lots(const book &b, int64_t most)
{
	uint64_t lots = static_cast<uint64_t>(std::max(most / b.ins.lot_qty, INT64_C(1)));

	return static_cast<int64_t>(1 + faults_.random.below(lots)) * b.ins.lot_qty;
}

order *exchange::working_order(const std::string &cl_ord_id)
{
	for (order &o : orders_)
		if (!o.other && o.working() && o.cl_ord_id == cl_ord_id)
			return &o;
	return nullptr;
}

static std::string no_order(const std::string &cl_ord_id)
{
	return "no working order with ClOrdID " + cl_ord_id;
}

std::string exchange::cancel_unsolicited(const std::string &cl_ord_id, const std::string &text)
{
	order *o = working_order(cl_ord_id);

	if (!o)
		return no_order(cl_ord_id);
	unrest(books_.at(o->symbol), o);
	close(o, "", text);
	return "";
}

std::string exchange::expire(const std::string &cl_ord_id, order_status as)
{
	order *o = working_order(cl_ord_id);

	if (!o)
		return no_order(cl_ord_id);
	unrest(books_.at(o->symbol), o);
	close(o, "", as == STATUS_EXPIRED ? "expired" : "done for day", as);
	return "";
}

std::string exchange::suspend(const std::string &cl_ord_id)
{
	order *o = working_order(cl_ord_id);

	if (!o)
		return no_order(cl_ord_id);
	if (o->status == STATUS_SUSPENDED)
		return "it is suspended";
	unrest(books_.at(o->symbol), o);
	o->status = STATUS_SUSPENDED;
	tell(report(o, '9', "", "suspended by the venue"));
	return "";
}

std::string exchange::reinstate(const std::string &cl_ord_id)
{
	order *o = working_order(cl_ord_id);

	if (!o || o->status != STATUS_SUSPENDED)
		return "no suspended order with ClOrdID " + cl_ord_id;
	o->status = o->cum_qty ? STATUS_PARTIAL : STATUS_NEW;
	tell(report(o, 'D', "", "reinstated by the venue"));
	finish_new(books_.at(o->symbol), o);
	settle();
	return "";
}

// Against nobody: neither the external book nor another client has part in it.
void exchange::fill_resting(order *o, int64_t qty, int64_t px)
{
	book &b = books_.at(o->symbol);

	fill(b, o, px, qty, '1');
	if (!o->working())
		unrest(b, o);
}

std::string exchange::fill_order(const std::string &cl_ord_id, int64_t qty, int64_t px)
{
	order *o = working_order(cl_ord_id);

	if (!o || o->status == STATUS_SUSPENDED)
		return no_order(cl_ord_id);
	if (!qty)
		qty = o->leaves_qty();
	if (!px)
		px = o->px;
	if (qty <= 0 || qty > o->leaves_qty() || qty % lot(o->symbol))
		return "QTY must be lots of " + format_decimal(lot(o->symbol), 0) + ", above 0 and at most " + format_decimal(o->leaves_qty(), 0);
	if (px <= 0)
		return "PX must be above 0";
	fill_resting(o, qty, px);
	settle();
	return "";
}

void exchange::race(const std::string &client, const std::string &cl_ord_id)
{
	order *o = lookup(client, cl_ord_id);
	int64_t qty;

	if (!o || !o->working() || o->status == STATUS_SUSPENDED)
		return;
	if (faults::take(&faults_.races))
		qty = faults_.race_qty ? std::min(faults_.race_qty, o->leaves_qty()) : o->leaves_qty();
	else if (faults_.chance(CHANCE_RACE))
		qty = faults_.random.below(2) ? o->leaves_qty() : random_lots(books_.at(o->symbol), o->leaves_qty());
	else
		return;
	fill_resting(o, qty, o->px);
}

trade *exchange::live_trade(const std::string &exec_id, std::string *why)
{
	trade *t = nullptr;

	if (exec_id == "last") {
		for (auto it = trades_.rbegin(); it != trades_.rend() && !t; ++it)
			if (!it->gone)
				t = &*it;
	} else if (trade_by_id_.count(exec_id)) {
		t = trade_by_id_[exec_id];
	}
	if (t && !t->gone)
		return t;
	*why = t ? "trade " + exec_id + " is gone already" : "no trade " + exec_id;
	return nullptr;
}

// Takes a trade back, or (qty above 0) puts another in its place. An order that it had filled works again for what is open, if it can rest;
// one that has ended stays so (FIX 4.4 volume 4, "Order state changes").
void exchange::change(trade *t, int64_t qty, int64_t px)
{
	order *o = t->ord;
	book &b = books_.at(o->symbol);
	report rep(o, qty ? 'G' : 'H', "", qty ? "trade corrected" : "trade canceled");
	bool filled = o->status == STATUS_FILLED, again = false;

	rep.exec_ref_id = t->exec_id;
	rep.exec_id = next_exec_id();
	rep.last_qty = qty ? qty : t->qty;
	rep.last_px = qty ? px : t->px;
	rep.fee = qty && t->qty && t->px ? static_cast<int64_t>(static_cast<__int128>(t->fee) * notional(px, qty) /
								 std::max<int64_t>(notional(t->px, t->qty), 1)) : 0;
	t->gone = true;
	book_trade(*o, t->px, -t->qty, -t->fee);
	o->cum_qty += qty - t->qty;
	o->px_qty_sum += static_cast<__int128>(px) * qty - static_cast<__int128>(t->px) * t->qty;
	if (qty)
		book_trade(*o, px, qty, rep.fee);
	if (!o->over() && o->cum_qty == o->qty) {
		if (!filled)
			unrest(b, o);
		o->status = STATUS_FILLED;
	} else if (filled && (o->type == '1' || o->tif == '3' || o->tif == '4')) {
		o->status = STATUS_CANCELED;
	} else if (!o->over() && o->status != STATUS_SUSPENDED) {
		o->status = o->cum_qty ? STATUS_PARTIAL : STATUS_NEW;
		again = filled;
	}
	if (o->px)
		touch(b, o->side, o->px);
	(qty ? stats_.corrections : stats_.busts)++;
	if (qty)
		record(o, rep);
	sink_.on_report(rep);
	if (again)
		finish_new(b, o);
}

std::string exchange::bust(const std::string &exec_id)
{
	std::string why;
	trade *t = live_trade(exec_id, &why);

	if (!t)
		return why;
	change(t, 0, 0);
	settle();
	return "";
}

std::string exchange::correct(const std::string &exec_id, int64_t qty, int64_t px)
{
	std::string why;
	trade *t = live_trade(exec_id, &why);

	if (!t)
		return why;
	if (qty <= 0 || px <= 0 || qty > t->qty + t->ord->qty - t->ord->cum_qty || qty % lot(t->ord->symbol))
		return "QTY and PX must be above 0, QTY in lots and at most " + format_decimal(t->qty + t->ord->qty - t->ord->cum_qty, 0);
	change(t, qty, px);
	settle();
	return "";
}

// What chance has made due while orders were worked. What that leads to waits for the next time, so that there is an end.
void exchange::settle()
{
	std::vector<due_incident> due;

	due.swap(due_);
	for (const due_incident &d : due) {
		order *o = d.ord;
		book &b = books_.at(o->symbol);
		auto found = trade_by_id_.find(d.exec_id);
		trade *t = found == trade_by_id_.end() || found->second->gone ? nullptr : found->second;

		if (d.kind == CHANCE_PARTIAL && o->working() && o->status != STATUS_SUSPENDED && o->leaves_qty() > b.ins.lot_qty) {
			fill_resting(o, random_lots(b, o->leaves_qty() - b.ins.lot_qty), o->px);
		} else if (d.kind == CHANCE_UNSOLICITED && o->working()) {
			unrest(b, o);
			close(o, "", "canceled by the venue");
		} else if (d.kind == CHANCE_BUST && t) {
			change(t, 0, 0);
		} else if (d.kind == CHANCE_CORRECT && t) {
			int64_t most = t->qty + o->qty - o->cum_qty, ticks = static_cast<int64_t>(faults_.random.below(11)) - 5;
			int64_t px = std::max(b.ins.tick_px, t->px + ticks * b.ins.tick_px);

			change(t, random_lots(b, most), px);
		}
	}
}

}
