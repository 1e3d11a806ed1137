// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Busts and corrections: 150=H and 150=G (FIX 4.4 volume 4, "Execution Report"; in 4.2
 * ExecTransType 20=1 and 20=2, which the dialect turns into these). The trade is the one that
 * ExecRefID (19) names, looked up among the execution ids that are remembered: it is taken out of
 * the order, the position, the result and the fees as it was booked, and a correction books what is
 * true in its place. One that names a trade we do not know any more makes its order SUSPECT: it is
 * never guessed.
 *
 * What becomes of the order is the report's OrdStatus (39) and LeavesQty (151): volume 4, "Order
 * state changes", shows a filled order that works again for what was taken back, and a cancelled
 * one that stays so. From then on CumQty means another sum than before, so reports of the order
 * that were made earlier and arrive later are told apart by TransactTime (60): see tg_report_age().
 */
#include "state.h"
#include "order/fills.h"

struct bust {
	struct tg_exec_id
		*old; /* the trade as it was; NULL: it never came, or was told of by CumQty only */
	s64 old_qty, old_px, old_fee;
	s64 new_qty, new_px, new_fee; /* G; 0 = taken back altogether */
	bool caught; /* old is part of caught_qty */
	bool fresh; /* old's entry was made for this, after the report's own */
};

static bool corrects(const struct tg_fix_exec *x)
{
	return x->exec_type == 'G';
}

static bool trade_told(const struct tg_fix_exec *x)
{
	return x->has_last && x->last_qty > 0 && x->last_qty <= TG_PX_MAX && x->last_px > 0 &&
	       x->last_px <= TG_PX_MAX;
}

static void not_known(struct tg_engine *e, struct tg_order *o, enum tg_reason why,
		      struct tg_outbox *ob)
{
	tg_cc(e, TG_CC_EXEC_REF_UNKNOWN);
	if (o)
		tg_order_suspect(e, o, why, ob);
}

/* Position, result and fees. false: overflow, and nothing has changed. */
static bool book(struct tg_engine *e, const struct tg_order *o, const struct bust *b)
{
	const struct tg_trade_change t = { .old_qty = b->old_qty, .old_px = b->old_px, .old_fee = b->old_fee,
					   .new_qty = b->new_qty, .new_px = b->new_px, .new_fee = b->new_fee };

	return tg_risk_book_trade(e, o, &t);
}

static void tell(struct tg_engine *e, const struct tg_order *o, const struct bust *b, u64 hash,
		 struct tg_outbox *ob)
{
	struct tg_order_note note;

	if (b->old_qty) {
		tg_note_init(&note, TG_PRIV_BUST, 0, TG_REASON_OK);
		note.last_px = b->old_px;
		note.last_qty = b->old_qty;
		note.exec_hash = b->old ? b->old->hash : 0;
		tg_order_tell(e, o, &note, ob);
	}
	if (b->new_qty)
		tg_order_tell_fill(e, o, b->new_qty, b->new_px, 0, hash, ob);
}

/* The trade's place in the store: taken back, or changed to what the report's own id stands for
 * now. */
static void remember(const struct tg_engine *e, const struct tg_order *o, const struct bust *b,
		     struct tg_exec_id *id)
{
	if (b->fresh && b->new_qty && b->old) {
		/* A successor has to be the younger entry. */
		tg_exec_id_trade(b->old, o, b->new_qty, b->new_px, b->new_fee);
		if (id)
			tg_exec_id_supersede(e, id, b->old);
		return;
	}
	if (b->new_qty)
		tg_exec_id_trade(id, o, b->new_qty, b->new_px, b->new_fee);
	if (b->old)
		tg_exec_id_supersede(e, b->old, b->new_qty ? id : NULL);
}

/* The order is too old to be known; the trade is not, and the position must become right. */
static void without_order(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x,
			  struct bust *b, struct tg_exec_id *id, struct tg_outbox *ob)
{
	struct tg_order gone;

	memset(&gone, 0, sizeof(gone));
	gone.order_id = b->old->order_id;
	gone.instrument_id = b->old->instrument_id;
	gone.account_id = b->old->account_id;
	gone.strategy_id = (u16)b->old->strategy_id;
	gone.venue_id = s->cfg.venue_id;
	gone.side = b->old->side;
	if (!tg_report_is_of(tg_instrument(e, gone.instrument_id), &gone, x) || (corrects(x) && !trade_told(x)) ||
	    !book(e, &gone, b)) {
		not_known(e, NULL, TG_REASON_EXEC_REF, ob);
		return;
	}
	remember(e, &gone, b, id);
	tg_cc(e, corrects(x) ? TG_CC_CORRECTIONS : TG_CC_BUSTS);
	tell(e, &gone, b, id ? id->hash : 0, ob);
	tg_client_tell_position(e, gone.account_id, gone.instrument_id, ob);
}

/*
 * A trade of this order that we never heard of by its own report. Either CumQty told of it, and it
 * is part of what was caught up; or its report was overtaken and is still to come, and then its id
 * is remembered here as taken back. That holds only while nothing younger than the order has fallen
 * out of the store. false: it may have fallen out.
 */
static bool never_heard(struct tg_engine *e, struct tg_session *s, struct tg_order *o,
			const struct tg_fix_exec *x, struct bust *b)
{
	u64 px;

	if (!corrects(x) && trade_told(x) && o->caught_qty >= x->last_qty &&
	    tg_muldiv_u64((u64)o->caught_value, TG_SCALE, (u64)o->caught_qty, &px) && px &&
	    px <= (u64)TG_PX_MAX) {
		b->caught = true;
		b->old_qty = x->last_qty;
		b->old_px = (s64)px;
	} else if (!tg_exec_ids_complete(e, o->first_exec) || o->caught_qty) {
		return false;
	}
	tg_exec_id_seen(e, s->cfg.venue_id, x->exec_ref_id.p, x->exec_ref_id.len, &b->old);
	b->fresh = true;
	return true;
}

/* What the order is after it, by the report's own word. TG_OS_MAX: the word cannot be. */
static u8 state_after(const struct tg_order *o, const struct tg_fix_exec *x, s64 cum)
{
	s64 leaves = x->has_leaves ? x->leaves_qty : 0;
	bool ended = x->ord_status == '4' || x->ord_status == 'C' || x->ord_status == '8' ||
		     (x->ord_status == '3' && o->tif != TG_TIF_GTC);
	u8 works = cum ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW;

	if (x->ord_status == '2')
		return cum == o->qty || (o->req_qty && cum == o->req_qty) ? TG_OS_FILLED
									  : TG_OS_MAX;
	if (ended)
		return leaves					      ? TG_OS_MAX
		       : x->ord_status == '4' || x->ord_status == '8' ? TG_OS_CANCELED
								      : TG_OS_EXPIRED;
	if (o->working && o->prior_status != TG_OS_SUSPECT && cum == o->qty && !o->req_qty)
		return TG_OS_FILLED; /* corrected upwards to the whole of it */
	if (o->working)
		return o->prior_status == TG_OS_SUSPENDED ||
				       o->prior_status == TG_OS_DONE_FOR_DAY ||
				       o->prior_status == TG_OS_SUSPECT
			       ? o->prior_status
			       : works;
	/* It had ended. */
	if (o->prior_status == TG_OS_FILLED)
		return leaves > 0 && (!x->has_cum || leaves == o->qty - cum) ? works : TG_OS_MAX;
	return leaves ? TG_OS_MAX : o->prior_status;
}

static void become(struct tg_engine *e, struct tg_order *o, u8 status)
{
	if (tg_ord_terminal(status)) {
		if (o->working)
			tg_order_finish(e, o, status);
		o->status = status;
		o->prior_status = status;
		return;
	}
	if (!o->working) {
		tg_order_revive(e, o);
		o->reason = TG_REASON_OK;
		if (o->end_qty) {
			/* A replace was in flight when it ended, and may be taken yet: it counts,
			 * and the venue is asked. */
			o->req_px = o->end_px;
			o->req_qty = o->end_qty;
			o->end_qty = 0;
			o->lost |= TG_LOST_REPLACE;
			o->inquire = 1;
			e->sweep_due = 1;
		}
	}
	o->prior_status = status;
	o->lost &= (u8)~TG_LOST_NEW;
	o->leaves_qty = o->qty > o->cum_qty ? o->qty - o->cum_qty : 0;
	tg_order_derive(o);
	tg_order_recount(e, o);
}

static void take_out(struct tg_order *o, const struct bust *b)
{
	u64 guess;
	s64 v;

	if (b->caught &&
	    tg_muldiv_u64((u64)o->caught_value, (u64)b->old_qty, (u64)o->caught_qty, &guess)) {
		o->caught_qty -= b->old_qty;
		o->caught_value -= (s64)guess;
		o->cum_qty -= b->old_qty;
		tg_order_add_value(o, -(s64)guess);
	} else if (b->old_qty) {
		o->cum_qty -= b->old_qty;
		tg_order_add_value(o, tg_notional(b->old_px, b->old_qty, &v) ? -v : 0);
	}
	if (b->new_qty) {
		o->cum_qty += b->new_qty;
		tg_order_add_value(o, tg_notional(b->new_px, b->new_qty, &v) ? v : TG_PX_MAX);
	}
}

/* The report's CumQty tells of more than the trade it is about: fills whose own reports were missed
 * or are still to come. */
static bool catch_up(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		     s64 *delta, s64 *px)
{
	s64 more = x->has_cum ? x->cum_qty - o->cum_qty : 0;
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;

	if (more <= 0)
		return true;
	*px = tg_report_fill_px(o, x, more);
	if (*px <= 0 || x->cum_qty > most)
		return false;
	*delta = more;
	tg_order_add_fill(o, more, *px, more);
	if (!tg_order_book_fill(e, o, more, *px, 0))
		return false;
	tg_cc(e, TG_CC_FILLS);
	tg_cc(e, TG_CC_FILLS_CAUGHT_UP);
	return true;
}

static void apply(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		  const struct bust *b, struct tg_exec_id *id, struct tg_outbox *ob)
{
	s64 cum = o->cum_qty - b->old_qty + b->new_qty, delta = 0, px = 0;
	bool newest = tg_report_age(o, x) == TG_REPORT_AFTER, complete = true;
	u8 after;

	after = state_after(o, x, newest && x->has_cum && x->cum_qty > cum ? x->cum_qty : cum);
	if (cum < 0 || cum > (o->req_qty > o->qty ? o->req_qty : o->qty) || after == TG_OS_MAX) {
		tg_order_suspect(
			e, o, after == TG_OS_MAX ? TG_REASON_LIFE_AFTER_END : TG_REASON_BAD_NUMBERS,
			ob);
		return;
	}
	if (!book(e, o, b)) {
		tg_order_suspect(e, o, TG_REASON_OVERFLOW, ob);
		return;
	}
	take_out(o, b);
	remember(e, o, b, id);
	if (newest)
		complete = catch_up(e, o, x, &delta, &px);
	if (o->busts < 0xffff)
		o->busts++;
	o->busted_qty += b->old_qty - b->new_qty;
	if (newest)
		o->bust_ns = x->transact_time_ns;
	o->fewer = 0;
	o->updated_ns = e->time_ns;
	if (after != o->prior_status && x->transact_time_ns > o->told_ns)
		o->told_ns = x->transact_time_ns;
	become(e, o, after);
	tg_book_order_own(e, o, ob);
	tg_cc(e, corrects(x) ? TG_CC_CORRECTIONS : TG_CC_BUSTS);
	tell(e, o, b, id ? id->hash : 0, ob);
	if (delta)
		tg_order_tell_fill(e, o, delta, px, 0, 0, ob);
	tg_order_update(e, o, ob);
	tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
	if (!complete)
		tg_order_suspect(e, o, TG_REASON_FILL_WITHOUT_PX, ob);
	tg_order_cancel_if_due(e, o, ob);
}

void tg_order_bust(struct tg_engine *e, struct tg_session *s, struct tg_order *o,
		   const struct tg_fix_exec *x, struct tg_exec_id *id, struct tg_outbox *ob)
{
	struct bust b;

	memset(&b, 0, sizeof(b));
	tg_cc(e, TG_CC_EXEC_REPORTS);
	if (o && !tg_report_is_of(tg_instrument(e, o->instrument_id), o, x)) {
		tg_order_suspect(e, o, TG_REASON_OTHER_ORDER, ob);
		return;
	}
	if (o && tg_order_rule(o->prior_status, corrects(x) ? TG_OE_CORRECT : TG_OE_BUST).action !=
			 TG_OA_BUST) {
		not_known(e, o, TG_REASON_EXEC_REF, ob);
		return;
	}
	if (corrects(x)) {
		if (!trade_told(x)) {
			not_known(e, o, TG_REASON_BAD_NUMBERS, ob);
			return;
		}
		b.new_qty = x->last_qty;
		b.new_px = x->last_px;
	}
	b.old = x->exec_ref_id.len
			? tg_exec_id_find(e, s->cfg.venue_id, x->exec_ref_id.p, x->exec_ref_id.len)
			: NULL;
	if (!b.old) {
		/* The store may move on with it: the report's own entry stays, it is the one made
		 * last but one at most. */
		if (!o || !x->exec_ref_id.len || e->params.exec_ids < 2 ||
		    !never_heard(e, s, o, x, &b)) {
			not_known(e, o, TG_REASON_EXEC_REF, ob);
			return;
		}
		b.new_fee = x->commission;
		apply(e, o, x, &b, id, ob);
		return;
	}
	b.old = tg_exec_id_last(e, b.old);
	if (b.old->state == TG_EXEC_BUSTED) { /* the same again under another id */
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return;
	}
	if (b.old->state != TG_EXEC_TRADE || (o && b.old->order_id != o->order_id)) {
		not_known(e, o, TG_REASON_EXEC_REF, ob);
		return;
	}
	b.old_qty = b.old->qty;
	b.old_px = b.old->px;
	b.old_fee = b.old->fee;
	if (corrects(x))
		b.new_fee = x->has_commission ? x->commission : b.old_fee;
	if (!o) {
		without_order(e, s, x, &b, id, ob);
		return;
	}
	if (!corrects(x) && x->has_last && x->last_qty && x->last_qty != b.old_qty) {
		tg_order_suspect(e, o, TG_REASON_BAD_NUMBERS, ob);
		return;
	}
	apply(e, o, x, &b, id, ob);
}
