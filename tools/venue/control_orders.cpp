// SPDX-License-Identifier: MIT
// Commands about orders, their reports, trades and positions.
#include "control.hpp"
#include "decimal.hpp"

namespace venue {

static std::string done_or(const std::string &why)
{
	return why.empty() ? "ok" : "err " + why;
}

// "all" is 0.
static bool qty_or_all(const std::string &text, int64_t *out)
{
	*out = 0;
	return text == "all" || (parse_decimal(text, out) && *out > 0);
}

// Counters that later events use up.
std::string control::arm(const words &w)
{
	const std::string &verb = w[0];
	uint64_t n = 0, extra = 0;
	int64_t qty;
	std::string why;

	if (verb == "chance")
		return w.size() != 3 ? "err usage: chance KIND|all PPM" : faults_.arm_chance(w[1], w[2], &why) ? "ok" : "err " + why;
	if (verb == "refuse") {
		bool cancel = w.size() > 1 && w[1] == "cancel";

		if (w.size() < 3 || w.size() > 4 || (!cancel && w[1] != "replace") || !parse_unsigned(w[2], &n) ||
		    (w.size() == 4 && (!parse_unsigned(w[3], &extra) || extra > 99)))
			return "err usage: refuse cancel|replace N [REASON], REASON of tag 102, at most 99";
		(cancel ? faults_.refuse_cancels : faults_.refuse_replaces) = n;
		faults_.refuse_reason = w.size() == 4 ? static_cast<int>(extra) : 2;
		return "ok";
	}
	if (verb == "race") {
		if (w.size() != 3 || !parse_unsigned(w[1], &n) || !qty_or_all(w[2], &qty))
			return "err usage: race N QTY|all";
		faults_.races = n;
		faults_.race_qty = qty;
		return "ok";
	}
	if (verb == "late") {
		if (w.size() < 2 || w.size() > 3 || !parse_unsigned(w[1], &n) || (w.size() == 3 && (!parse_unsigned(w[2], &extra) || extra > 600000)))
			return "err usage: late N [MS], MS at most 600000";
		faults_.late_reports = n;
		if (w.size() == 3)
			faults_.late_ns = extra * 1000000;
		return "ok";
	}
	if (w.size() != 2 || !parse_unsigned(w[1], &n))
		return "err usage: " + verb + " N";
	(verb == "reject" ? faults_.reject_orders : verb == "repeat" ? faults_.repeat_reports : faults_.lose_copies) = n;
	return "ok";
}

// What happens at once, to one order or trade.
std::string control::incident(const words &w)
{
	const std::string &verb = w[0], id = w.size() > 1 ? w[1] : "";
	int64_t qty = 0, px = 0;

	if (verb == "fill") {
		if (w.size() < 3 || w.size() > 4 || !qty_or_all(w[2], &qty) || (w.size() == 4 && !parse_decimal(w[3], &px)))
			return "err usage: fill CLORDID QTY|all [PX]";
		return done_or(exchange_.fill_order(id, qty, px));
	}
	if (verb == "correct") {
		if (w.size() != 4 || !parse_decimal(w[2], &qty) || !parse_decimal(w[3], &px))
			return "err usage: correct EXECID|last QTY PX";
		return done_or(exchange_.correct(id, qty, px));
	}
	if (w.size() != 2)
		return "err usage: " + verb + (verb == "bust" ? " EXECID|last" : " CLORDID");
	if (verb == "bust")
		return done_or(exchange_.bust(id));
	if (verb == "suspend")
		return done_or(exchange_.suspend(id));
	if (verb == "reinstate")
		return done_or(exchange_.reinstate(id));
	if (verb == "cancel-unsolicited")
		return done_or(exchange_.cancel_unsolicited(id, "canceled by the venue"));
	return done_or(exchange_.expire(id, verb == "expire" ? STATUS_EXPIRED : STATUS_DONE_FOR_DAY));
}

std::string control::adjust(const words &w)
{
	int64_t qty;

	if (w.size() < 4 || w.size() > 5 || !parse_decimal(w[3], &qty))
		return "err usage: position CLIENT SYMBOL QTY [ACCOUNT]";
	if (!exchange_.has(w[2]))
		return "err unknown symbol '" + w[2] + "'";
	exchange_.adjust_position(position_key{ w[1], w.size() == 5 ? w[4] : "", w[2] }, qty);
	return "ok";
}

// Of the client, but not sent by this session of it: an earlier program's, or another one's under the same id.
std::string control::stray(const words &w)
{
	order o;

	if (w.size() < 6 || w.size() > 7 || (w[3] != "buy" && w[3] != "sell") || !parse_decimal(w[4], &o.qty) || !parse_decimal(w[5], &o.px))
		return "err usage: stray CLIENT SYMBOL buy|sell QTY PX [ACCOUNT]";
	o.client = w[1];
	o.cl_ord_id = "STRAY" + std::to_string(++strays_);
	o.symbol = w[2];
	o.side = w[3] == "buy" ? MD_BID : MD_OFFER;
	o.account = w.size() == 7 ? w[6] : "";
	exchange_.submit(o);
	return exchange_.find(o.client, o.cl_ord_id) ? "ok " + o.cl_ord_id : "err it was rejected";
}

bool control::order_command(const words &w, std::string *answer)
{
	static const std::set<std::string> armed = { "chance", "refuse", "race", "late", "reject", "repeat", "lose-copies" },
		incidents = { "fill", "correct", "bust", "suspend", "reinstate", "cancel-unsolicited", "expire", "done" };
	const std::string &verb = w[0];
	uint64_t n = 0;

	if (armed.count(verb)) {
		*answer = arm(w);
	} else if (incidents.count(verb)) {
		*answer = incident(w);
		driver_.publish_touched();
	} else if (verb == "position") {
		*answer = adjust(w);
	} else if (verb == "stray") {
		*answer = stray(w);
		driver_.publish_touched();
	} else if (verb == "hold" && w.size() == 1) {
		app_.mail().hold();
		*answer = "ok";
	} else if (verb == "release" && (w.size() == 1 || (w.size() == 2 && w[1] == "reverse"))) {
		*answer = "ok reports=" + std::to_string(app_.mail().release(w.size() == 2));
	} else if (verb == "orders" && (w.size() == 1 || (w.size() == 2 && w[1] == "others"))) {
		*answer = "ok " + exchange_.orders_json(w.size() == 2);
	} else if (verb == "trades" && (w.size() == 1 || (w.size() == 2 && parse_unsigned(w[1], &n)))) {
		*answer = "ok " + exchange_.trades_json(n);
	} else if (verb == "positions" && w.size() == 1) {
		*answer = "ok " + exchange_.positions_json();
	} else {
		return false;
	}
	return true;
}

}
