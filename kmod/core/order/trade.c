// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The report that comes most often: a trade, by its numbers the next one, of an order at work that
 * nothing else is going on with. All that report.c asks of reports, and decides, is answered by
 * that; what is left is done here, in the same order and with the same effects. A report that does
 * not tell LeavesQty (151) never goes this way: so tests/unit/test_trade.c compares the two.
 */
#include "state.h"
#include "order/fills.h"

/* No request is in flight, lost or due, no trade was taken back, no parent sent it. A status question may be open: a trade does not answer it. */
static __always_inline bool at_work(const struct tg_order *o)
{
	return (o->prior_status == TG_OS_NEW || o->prior_status == TG_OS_PARTIALLY_FILLED) &&
	       o->working && o->acked && !(o->req_type | o->lost | o->cancel_due | o->busts) &&
	       !((u64)o->req_qty | o->parent_id);
}

/* Of the next fill, with something left after it. */
static __always_inline bool next_trade(const struct tg_order *o, const struct tg_fix_exec *x)
{
	return x->exec_type == 'F' && x->ord_status == '1' && x->has_last && x->has_leaves &&
	       x->has_cum && !x->mass_req_id.len && x->last_qty > 0 && x->leaves_qty > 0 &&
	       x->last_px > 0 && x->last_px <= TG_PX_MAX && x->cum_qty > o->cum_qty &&
	       x->cum_qty - o->cum_qty == x->last_qty && o->qty - x->cum_qty == x->leaves_qty;
}

static __always_inline void venue_id(struct tg_order *o, const u8 *id, u32 len)
{
	u64 word;
	u32 at;

	if (!len || unlikely(len > sizeof(o->venue_order_id)))
		return;
	memset(o->venue_order_id, 0, sizeof(o->venue_order_id));
	if (len < 8) {
		word = tg_load_tail(id, len, len);
		memcpy(o->venue_order_id, &word, 8);
		return;
	}
	for (at = 0; at + 8 < len; at += 8)
		memcpy(o->venue_order_id + at, id + at, 8);
	memcpy(o->venue_order_id + len - 8, id + len - 8, 8);
}

bool tg_order_trade(struct tg_engine *e, struct tg_session *s, struct tg_order *o,
		    const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	struct tg_risk_trade t = { .qty = x->last_qty, .px = x->last_px, .fee = x->commission };
	struct tg_order_note fill = { .type = TG_PRIV_FILL, .origin = TG_ORIGIN_VENUE };
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	u64 seen = e->exec_total;
	struct tg_exec_id *id = NULL;
	bool booked;
	u16 owner;

	if (!at_work(o) || !next_trade(o, x) || !tg_report_is_of(i, o, x) ||
	    !tg_notional(t.px, t.qty, &t.value))
		return false;
	if (likely(x->exec_id.len))
		id = tg_exec_id_note(e, s->cfg.venue_id, x->exec_id.p, x->exec_id.len);
	if (unlikely(id && e->exec_total == seen)) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return true;
	}
	tg_cc(e, TG_CC_EXEC_REPORTS);
	venue_id(o, x->order_id.p, x->order_id.len);
	o->updated_ns = e->time_ns;
	o->cum_qty = x->cum_qty;
	o->leaves_qty = x->leaves_qty;
	o->fewer = 0;
	tg_order_add_value(o, t.value);
	o->prior_status = TG_OS_PARTIALLY_FILLED;
	o->status = TG_OS_PARTIALLY_FILLED;
	if (x->transact_time_ns > o->told_ns)
		o->told_ns = x->transact_time_ns;
	tg_book_order_filled(e, i, o, ob);
	owner = tg_order_owner(e, o);
	booked = tg_risk_trade(e, o, owner, x->leaves_qty, &t);
	tg_cc(e, TG_CC_FILLS);
	if (likely(id)) {
		tg_exec_id_trade(id, o, t.qty, t.px, t.fee);
		fill.exec_hash = id->hash;
	}
	fill.last_px = t.px;
	fill.last_qty = t.qty;
	fill.liquidity = x->liquidity;
	if (likely(owner)) {
		tg_order_tell_trade(e, owner, o, &fill, ob);
	} else {
		tg_order_tell(e, o, &fill, ob);
		tg_order_update(e, o, ob);
	}
	tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
	if (unlikely(!booked))
		tg_order_suspect(e, o, TG_REASON_OVERFLOW, ob);
	if (unlikely(e->risk_watched))
		tg_risk_filled(e, o, ob);
	return true;
}
