// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Fills, as reports tell of them. They are applied by CumQty (14); LastQty (32) and ExecID (17) are
 * checked against it, PossDup and PossResend are hints and not looked at. Reports that overtook
 * each other are recognised by it too; tests/model tries all orders of arrival.
 */
#include "state.h"
#include "order/fills.h"

enum tg_report_age tg_report_age(const struct tg_order *o, const struct tg_fix_exec *x)
{
	if (likely(!o->busts))
		return TG_REPORT_AFTER;
	if (!o->bust_ns || !x->transact_time_ns)
		return TG_REPORT_UNSURE;
	return x->transact_time_ns < o->bust_ns ? TG_REPORT_BEFORE : TG_REPORT_AFTER;
}

/*
 * Reports can overtake each other on their way through a venue. One that knows of fewer fills than
 * we do is old news, but only of an order that still works; an end that forgets fills is none.
 */
static bool may_be_late(enum tg_order_event ev)
{
	return ev == TG_OE_ACK || ev == TG_OE_PENDING || ev == TG_OE_CALCULATED ||
	       ev == TG_OE_WORKING || ev == TG_OE_REPLACED || ev == TG_OE_SUSPENDED ||
	       ev == TG_OE_DONE;
}

/* Open for more, or complete: what is done and what is left make the order's quantity, the old one
 * or the one asked for. */
static bool sum_is_told(enum tg_order_event ev)
{
	return ev == TG_OE_ACK || ev == TG_OE_PARTIAL || ev == TG_OE_FILL || ev == TG_OE_REPLACED ||
	       ev == TG_OE_WORKING;
}

/* Either of the two quantities that the order may have. */
static bool is_whole(const struct tg_order *o, s64 sum)
{
	return sum == o->qty || (o->req_qty && sum == o->req_qty);
}

bool tg_report_quantities_ok(const struct tg_order *o, const struct tg_fix_exec *x,
			     enum tg_order_event ev, s64 *delta)
{
	s64 cum = x->has_cum ? x->cum_qty : o->cum_qty, sum;
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;
	enum tg_report_age age = tg_report_age(o, x);
	bool trade = x->exec_type == 'F';

	*delta = 0;
	if (cum < 0 || cum > most)
		return false;
	if (x->has_leaves && (x->leaves_qty < 0 || x->leaves_qty > TG_PX_MAX))
		return false;
	if (unlikely(age == TG_REPORT_BEFORE)) {
		/* The bust's own CumQty has told what was filled by then: nothing is new but the
		 * state. */
		return !trade;
	}
	if (cum < o->cum_qty && !may_be_late(ev))
		return false;
	*delta = cum > o->cum_qty ? cum - o->cum_qty : 0;
	/* Fills that were missed, or one that a bust took back? Without a time nobody can say. */
	if (unlikely(age == TG_REPORT_UNSURE) && *delta &&
	    (!trade || !x->has_last || *delta != x->last_qty))
		return false;
	if (ev == TG_OE_ACK && *delta)
		return false;
	if (x->has_leaves && cum >= o->cum_qty && sum_is_told(ev) &&
	    (!tg_add_s64(cum, x->leaves_qty, &sum) || !is_whole(o, sum)))
		return false;
	if (ev == TG_OE_FILL && (x->ord_status != '2' || !is_whole(o, cum)))
		return false;
	if (ev == TG_OE_PARTIAL && x->ord_status == '2')
		return false;
	if (!trade)
		return true;
	if (!x->has_last || x->last_qty <= 0 || x->last_px <= 0 || x->last_px > TG_PX_MAX)
		return false;
	/*
	 * More than LastQty is a report that was missed, and made up for; less is a contradiction;
	 * nothing is a report told again.
	 */
	return *delta == 0 || x->last_qty <= *delta;
}

s64 tg_report_fill_px(const struct tg_order *o, const struct tg_fix_exec *x, s64 delta)
{
	s64 value;
	u64 px;

	if (x->exec_type == 'F')
		return x->last_px;
	if (x->avg_px <= 0 || !tg_notional(x->avg_px, x->cum_qty, &value) || value <= o->value ||
	    !tg_muldiv_u64((u64)(value - o->value), TG_SCALE, (u64)delta, &px) ||
	    px > (u64)TG_PX_MAX)
		return 0;
	return (s64)px;
}

void tg_order_add_value(struct tg_order *o, s64 value)
{
	if (!tg_add_s64(o->value, value, &o->value) || o->value > TG_PX_MAX)
		o->value = TG_PX_MAX;
	if (o->value < 0 || !o->cum_qty)
		o->value = 0;
}

void tg_order_add_fill(struct tg_order *o, s64 delta, s64 px, s64 caught)
{
	s64 value;

	o->cum_qty += delta;
	o->fewer = 0;
	tg_order_add_value(o, tg_notional(px, delta, &value) ? value : TG_PX_MAX);
	if (caught && tg_notional(px, caught, &value) &&
	    tg_add_s64(o->caught_value, value, &value)) {
		o->caught_qty += caught;
		o->caught_value = value;
	}
}

bool tg_order_book_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee)
{
	return tg_risk_fill(e, o, qty, px, fee);
}

/* The quantity is booked, at a price that was a guess. Now the true one is known. */
bool tg_order_late_trade(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
			 struct tg_outbox *ob)
{
	u64 guess, guess_px;
	s64 value;

	if (!x->has_last || x->last_qty <= 0 || x->last_qty > o->caught_qty || x->last_px <= 0 ||
	    x->last_px > TG_PX_MAX || !tg_notional(x->last_px, x->last_qty, &value) ||
	    !tg_muldiv_u64((u64)o->caught_value, (u64)x->last_qty, (u64)o->caught_qty, &guess) ||
	    !tg_muldiv_u64((u64)o->caught_value, TG_SCALE, (u64)o->caught_qty, &guess_px) ||
	    guess > (u64)TG_PX_MAX || !guess_px || guess_px > (u64)TG_PX_MAX)
		return false;
	o->caught_qty -= x->last_qty;
	o->caught_value -= (s64)guess;
	o->updated_ns = e->time_ns;
	tg_order_add_value(o, value - (s64)guess);
	tg_risk_reprice(e, o, x->last_qty, (s64)guess_px, x->last_px, x->commission);
	tg_cc(e, TG_CC_FILLS_LATE);
	tg_order_update(e, o, ob);
	tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
	return true;
}

void tg_exec_id_trade(struct tg_exec_id *id, const struct tg_order *o, s64 qty, s64 px, s64 fee)
{
	if (!id)
		return;
	id->order_id = o->order_id;
	id->instrument_id = o->instrument_id;
	id->account_id = o->account_id;
	id->strategy_id = o->strategy_id;
	id->side = o->side;
	id->qty = qty;
	id->px = px;
	id->fee = fee;
	id->state = TG_EXEC_TRADE;
}

void tg_note_init(struct tg_order_note *n, enum tg_priv_type type, u8 request, enum tg_reason why)
{
	memset(n, 0, sizeof(*n));
	n->type = type;
	n->origin = TG_ORIGIN_VENUE;
	n->request = request;
	n->reason = (u16)why;
}

void tg_order_tell_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px,
			u8 liquidity, u64 exec_hash, struct tg_outbox *ob)
{
	struct tg_order_note note;

	tg_note_init(&note, TG_PRIV_FILL, 0, TG_REASON_OK);
	note.last_px = px;
	note.last_qty = qty;
	note.liquidity = liquidity;
	note.exec_hash = exec_hash;
	tg_order_tell(e, o, &note, ob);
}
