// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What venues say of orders: execution reports (35=8) and cancel rejects (35=9). Two questions are
 * asked of a report, in this order: can its numbers be true (fills.c), and does its event fit the
 * order's state (table.c)? If not, the order becomes SUSPECT and nothing of the report is applied:
 * its exposure stays, a person must look.
 */
#include "fix/encode_inline.h"
#include "parent/parent.h"
#include "state.h"
#include "order/fills.h"

void tg_order_suspect(struct tg_engine *e, struct tg_order *o, enum tg_reason why,
		      struct tg_outbox *ob)
{
	bool before = !tg_ord_terminal(o->status) && o->prior_status == TG_OS_SUSPECT;

	if (before)
		return;
	o->reason = (u16)why;
	o->updated_ns = e->time_ns;
	tg_cc(e, TG_CC_ORDERS_SUSPECT);
	tg_trigger_order(e, TG_TRIGGER_SUSPECT, o);
	if (tg_ord_terminal(o->status))
		tg_order_revive(e, o);
	o->prior_status = TG_OS_SUSPECT;
	tg_order_derive(o);
	tg_order_recount(e, o);
	tg_order_update(e, o, ob);
}

/* The request in flight is answered, one way or the other. */
void tg_order_request_done(struct tg_order *o)
{
	if (o->req_type == TG_SUB_REPLACE) {
		o->req_px = 0;
		o->req_qty = 0;
	}
	o->req_type = 0;
	o->req_cl_ord_id = 0;
	o->lost &= (u8)~TG_LOST_REQ;
}

static void replaced(struct tg_order *o, u64 cl_ord_id)
{
	o->px = o->req_px;
	o->qty = o->req_qty;
	/* Found by one of the two, and the time goes with it. */
	o->cl_ord_ns = cl_ord_id == o->repl_cl_ord_id ? o->repl_cl_ord_ns : o->cl_ord_ns;
	o->cl_ord_id = cl_ord_id;
	if (o->req_type == TG_SUB_REPLACE)
		tg_order_request_done(o);
	o->req_px = 0;
	o->req_qty = 0;
	o->lost &= (u8)~TG_LOST_REPLACE;
}

/*
 * A status report settles everything that was lost with the session. id: the ClOrdID that the venue
 * has the order under.
 */
static void settle_lost(struct tg_order *o, const struct tg_fix_exec *x, u64 id)
{
	bool replace_lost =
		o->req_qty && ((o->lost & TG_LOST_REPLACE) ||
			       (o->req_type == TG_SUB_REPLACE && (o->lost & TG_LOST_REQ)));

	if (!o->lost)
		return;
	/* Sent after the question, by an order that seemed whole: its own answer is still to come. */
	if (replace_lost && (u16)o->repl_cl_ord_id > o->asked_request)
		return;
	if (replace_lost) {
		/* With equal quantities the price tells, with both equal it does not matter. */
		if (x->has_qty && x->qty == o->req_qty && (!x->has_px || x->px == o->req_px)) {
			replaced(o, id);
		} else {
			o->req_px = 0;
			o->req_qty = 0;
		}
	}
	if (o->lost & TG_LOST_REQ)
		tg_order_request_done(o);
	o->lost = 0;
}

/* What was found; id: with its request number. In two registers. */
struct found {
	struct tg_order *o;
	u64 id;
};

static __always_inline struct found as_ours(const struct tg_engine *e, const struct tg_session *s, u64 id,
					    u32 routing)
{
	struct tg_order *o = tg_order_find(e, id, s->cfg.venue_id);

	/* right slot, but never a request of ours */
	if (o && ((id & 0xffff) == 0 || (id & 0xffff) > o->request || routing != o->routing_id))
		o = NULL;
	return (struct found){ o, id };
}

/*
 * Finds the order by ClOrdID (11), else OrigClOrdID (41). Where the venue swaps the two, only 41 is
 * ours, and it is the new order's in every report.
 */
static __attribute__((__noinline__)) struct found
find_any(const struct tg_engine *e, const struct tg_session *s, const struct tg_fix_slice *cl_ord_id,
	 const struct tg_fix_slice *orig)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	u32 routing;
	u64 id = 0;

	if (!caps->id_echo_swapped &&
	    tg_venue_cl_ord_id(caps, cl_ord_id->p, cl_ord_id->len, &id, &routing) &&
	    tg_order_find(e, id, s->cfg.venue_id))
		return as_ours(e, s, id, routing);
	if (tg_venue_cl_ord_id(caps, orig->p, orig->len, &id, &routing))
		return as_ours(e, s, id, routing);
	return (struct found){ NULL, id };
}

/* The form that most venues have, under the first of the two. */
static __always_inline struct found find_by(const struct tg_engine *e, const struct tg_session *s,
					    const struct tg_fix_slice *cl_ord_id,
					    const struct tg_fix_slice *orig)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct found f;
	u64 id;

	if (likely(cl_ord_id->len == 16 && caps->cl_ord_id == TG_ID_HEX16 &&
		   !caps->id_echo_swapped) && tg_fix_unhex16(cl_ord_id->p, &id)) {
		f = as_ours(e, s, id, 0);
		if (likely(f.o))
			return f;
	}
	return find_any(e, s, cl_ord_id, orig);
}

/* Such a venue's answer to a cancel or replace does not name it: it is the one in flight. */
static bool names_new_only(const struct tg_session *s)
{
	return tg_venue_caps(s->cfg.dialect)->id_echo_swapped;
}

/* Verdict of the venue on a request, if the event is one. request 0 = it is none. */
static u8 answered_request(const struct tg_order *o, enum tg_order_event ev)
{
	bool waiting = o->prior_status == TG_OS_PENDING_NEW;

	switch (ev) {
	case TG_OE_ACK:
		return waiting ? TG_SUB_NEW : 0;
	case TG_OE_REJECTED:
		return TG_SUB_NEW;
	case TG_OE_REPLACED:
		return TG_SUB_REPLACE;
	case TG_OE_CANCELED:
		return o->req_type == TG_SUB_CANCEL ? TG_SUB_CANCEL : 0;
	default:
		return 0;
	}
}

/* Made before the report that the order's state is from, by the venue's own clock. */
static bool older_than_state(const struct tg_order *o, const struct tg_fix_exec *x)
{
	return x->transact_time_ns && x->transact_time_ns < o->told_ns;
}

/*
 * Old news: what the order's end may have overtaken (the last replace, the answer to a question
 * that was asked before, whatever was made before it), and a status from before the last replace.
 */
static bool overtaken(const struct tg_order *o, const struct tg_fix_exec *x, enum tg_order_event ev,
		      u64 id, bool asked, bool older)
{
	if (ev == TG_OE_WORKING && asked && older && !tg_ord_terminal(o->prior_status))
		return true;
	/* Restated under an earlier ClOrdID, before the replace. */
	if (ev == TG_OE_WORKING && older && older_than_state(o, x) && x->has_cum &&
	    x->cum_qty <= o->cum_qty)
		return true;
	if (!tg_ord_terminal(o->prior_status) || o->prior_status == TG_OS_REJECTED ||
	    (x->has_cum && x->cum_qty > o->cum_qty))
		return false;
	return (ev == TG_OE_REPLACED && id == o->repl_cl_ord_id) ||
	       (ev == TG_OE_WORKING && asked) ||
	       (older_than_state(o, x) &&
		(ev == TG_OE_WORKING || ev == TG_OE_SUSPENDED || ev == TG_OE_DONE));
}

static bool was_held(const struct tg_order *o)
{
	return o->prior_status == TG_OS_SUSPENDED || o->prior_status == TG_OS_DONE_FOR_DAY;
}

/* The last replace had been taken when the order ended: its terms are the order's. */
static void replaced_before_end(struct tg_order *o, const struct tg_fix_exec *x)
{
	if (!o->end_qty || o->cum_qty > o->end_qty || (x->has_qty && x->qty != o->end_qty) ||
	    (x->has_px && x->px != o->end_px))
		return;
	if (o->prior_status == TG_OS_FILLED)
		return; /* as much as was ordered in the end */
	o->qty = o->end_qty;
	o->px = o->end_px;
	o->end_qty = 0;
}

/* What the table says, with the conditions that it has no columns for. */
static struct tg_order_rule decide(const struct tg_order *o, const struct tg_fix_exec *x,
				   enum tg_order_event ev, u64 id, s64 delta)
{
	static const struct tg_order_rule late = { TG_OA_SUSPECT, TG_REASON_FILL_AFTER_END },
					  rejected = { TG_OA_SUSPECT, TG_REASON_REJECTED_LATE },
					  otherwise = { TG_OA_SUSPECT,
							TG_REASON_REPLACED_OTHERWISE };
	struct tg_order_rule r = tg_order_rule(o->prior_status, ev);

	if (r.action != TG_OA_SUSPECT && tg_ord_terminal(o->prior_status) && delta)
		return late;
	/*
	 * A reject of an order that has fills, or one that names a cancel or replace (35=9 is for
	 * those), leaves it unclear what lives.
	 */
	if (r.action == TG_OA_REJECT &&
	    (o->cum_qty || delta || (o->req_type && id == o->req_cl_ord_id)))
		return rejected;
	/* A status has told of it before, and settled it. */
	if (r.action == TG_OA_REPLACE && id == o->cl_ord_id && id == o->repl_cl_ord_id &&
	    (!x->has_qty || x->qty == o->qty) && (!x->has_px || x->px == o->px))
		r.action = TG_OA_KEEP;
	if (r.action == TG_OA_REPLACE) {
		if (!o->req_qty || (x->has_qty && x->qty != o->req_qty) ||
		    (x->has_px && x->px != o->req_px))
			return otherwise;
		if (o->req_type == TG_SUB_REPLACE && id != o->req_cl_ord_id)
			return otherwise;
	}
	/* The venue held it, or let it go, after this was made: the fills count, the state stays.
	 */
	if ((r.action == TG_OA_WORK || r.action == TG_OA_SUSPEND || r.action == TG_OA_DONE) &&
	    older_than_state(o, x) && o->prior_status != TG_OS_PENDING_NEW &&
	    (ev != TG_OE_PARTIAL || was_held(o)))
		r.action = TG_OA_KEEP;
	return r;
}

/* NEW or PARTIALLY_FILLED by what is filled; one that is SUSPECT stays so. */
static void works(struct tg_order *o)
{
	if (o->prior_status != TG_OS_SUSPECT)
		o->prior_status = o->cum_qty ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW;
	o->lost &= (u8)~TG_LOST_NEW;
}

/* Held by the venue. */
static void held(struct tg_order *o, u8 status)
{
	o->prior_status = status;
	o->lost &= (u8)~TG_LOST_NEW;
}

/*
 * An end that tells of fills which only the replace in flight allows, or comes under its ClOrdID:
 * it was taken, its own report is late.
 */
static void finish(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x, u64 id,
		   u8 status)
{
	bool renamed = id == o->repl_cl_ord_id && id != o->cl_ord_id &&
		       (!x->has_qty || x->qty == o->req_qty);

	if (o->req_qty && o->req_qty >= o->cum_qty &&
	    (renamed || o->cum_qty > o->qty ||
	     (status == TG_OS_FILLED && o->cum_qty == o->req_qty && o->cum_qty != o->qty))) {
		o->qty = o->req_qty;
		o->px = o->req_px;
		o->req_qty = 0;
		o->req_px = 0;
	}
	tg_order_finish(e, o, status);
}

static void apply(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		  enum tg_order_event ev, enum tg_order_action a, u64 id, bool asked)
{
	switch (a) {
	case TG_OA_WORK:
		works(o);
		break;
	case TG_OA_REPLACE:
		replaced(o, id);
		if (!was_held(o) || !older_than_state(o, x))
			works(o);
		break;
	case TG_OA_SUSPEND:
		held(o, TG_OS_SUSPENDED);
		break;
	case TG_OA_DONE:
		if (o->tif == TG_TIF_GTC)
			held(o, TG_OS_DONE_FOR_DAY);
		else
			finish(e, o, x, id, TG_OS_EXPIRED);
		break;
	case TG_OA_FILL:
		finish(e, o, x, id, TG_OS_FILLED);
		break;
	case TG_OA_CANCEL:
		finish(e, o, x, id, TG_OS_CANCELED);
		break;
	case TG_OA_REJECT:
		o->reason = TG_REASON_VENUE_REJECT;
		tg_watch_reject(e, o);
		finish(e, o, x, id, TG_OS_REJECTED);
		break;
	case TG_OA_EXPIRE:
		finish(e, o, x, id, TG_OS_EXPIRED);
		break;
	default:
		break;
	}
	if ((a != TG_OA_KEEP || ev == TG_OE_SUSPENDED || ev == TG_OE_DONE) &&
	    x->transact_time_ns > o->told_ns)
		o->told_ns = x->transact_time_ns;
	/* One that was asked for: a status that is sent again may be older than what was lost. */
	if (asked && o->working &&
	    (ev == TG_OE_WORKING || ev == TG_OE_SUSPENDED || ev == TG_OE_DONE))
		settle_lost(o, x, id);
	/* A replace to exactly what was filled meanwhile leaves nothing to work. */
	if (a == TG_OA_REPLACE && o->working && o->cum_qty >= o->qty)
		tg_order_finish(e, o, TG_OS_FILLED);
	if (o->working) {
		o->leaves_qty = o->qty > o->cum_qty ? o->qty - o->cum_qty : 0;
		tg_order_derive(o);
		tg_order_recount(e, o);
	}
}

/*
 * The answer to a status request is that there is no such order (150=I, 39=8), though the venue had
 * taken it. Either it has the order under the ClOrdID of a replace that was lost with the session,
 * and is asked for that; or it has forgotten an order that may have traded.
 */
static void unknown_to_venue(struct tg_engine *e, struct tg_order *o, u64 id, bool one_id,
			     struct tg_outbox *ob)
{
	if (tg_ord_terminal(o->status)) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return;
	}
	if (!one_id && o->req_qty && o->lost && id != o->repl_cl_ord_id) {
		o->inquire = 2;
		if (tg_order_send_inquiry(e, o, ob) == TG_REASON_NO_OUTBOX)
			e->sweep_due = 1;
		return;
	}
	tg_order_suspect(e, o, TG_REASON_FORGOTTEN, ob);
}

/*
 * The answer to a status request tells of fewer fills than we have: it may be older than the last
 * of them, so the venue is asked once more. If it says so again, a bust was missed.
 */
static bool tells_fewer(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
			struct tg_outbox *ob)
{
	if (!x->has_cum || x->cum_qty >= o->cum_qty)
		return false;
	if (o->fewer && o->fewer_cum == x->cum_qty) {
		tg_order_suspect(e, o, TG_REASON_FEWER_FILLS, ob);
		return true;
	}
	o->fewer = 1;
	o->fewer_cum = x->cum_qty;
	o->inquire = 1;
	if (tg_order_send_inquiry(e, o, ob) == TG_REASON_NO_OUTBOX)
		e->sweep_due = 1;
	return false;
}

/* The venue has spoken of it for the first time. */
static void first_word(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob)
{
	if (o->acked)
		return;
	o->acked = 1;
	if (o->lost)
		return;
	tg_out_note(e, ob, TG_OUT_STAT, TG_STAGE_VENUE_ACK, e->time_ns - o->sent_ns);
	tg_own_latency(e, o->venue_id, e->time_ns - o->sent_ns);
	if (unlikely(e->health_on))
		tg_health_ack(e, o->venue_id, e->time_ns - o->sent_ns);
}

/* A trade that is booked already: told again, or told of by CumQty before. */
static bool booked_before(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
			  struct tg_exec_id *entry, struct tg_outbox *ob)
{
	enum tg_report_age age = tg_report_age(o, x);

	if (x->exec_type != 'F' || !x->has_cum)
		return false;
	if ((x->cum_qty <= o->cum_qty || age != TG_REPORT_AFTER) &&
	    tg_order_late_trade(e, o, x, ob)) {
		tg_exec_id_trade(entry, o, x->last_qty, x->last_px, x->commission);
		return true;
	}
	/* From before a bust, and counted before it: the id has fallen out of the store. */
	if (age == TG_REPORT_BEFORE && x->cum_qty <= o->cum_qty + o->busted_qty) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return true;
	}
	return false;
}

/* What clients hear of a report that was applied. before: the state that they knew. */
static void tell_clients(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
			 enum tg_order_event ev, u8 request, u8 before, s64 delta, s64 px, u64 hash,
			 struct tg_outbox *ob)
{
	struct tg_order_note note;

	if (request) {
		tg_note_init(&note, TG_PRIV_ORDER_ACK, request,
			     ev == TG_OE_REJECTED ? TG_REASON_VENUE_REJECT : TG_REASON_OK);
		note.venue_reason = ev == TG_OE_REJECTED ? x->ord_rej_reason : 0;
		tg_order_tell(e, o, &note, ob);
	}
	if (delta)
		tg_order_tell_fill(e, o, delta, px, x->liquidity, hash, ob);
	if (delta || request || before != o->status)
		tg_order_update(e, o, ob);
	if (delta)
		tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
}

/* Order, parent, position, clients, in this order. false: the position has overflowed. */
static bool take(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		 enum tg_order_event ev, enum tg_order_action a, u64 id, bool asked, s64 delta,
		 s64 px, struct tg_exec_id *entry, struct tg_outbox *ob)
{
	u8 request = answered_request(o, ev), before = o->status;
	bool trade = x->exec_type == 'F', booked = true;

	if (x->order_id.len && x->order_id.len <= sizeof(o->venue_order_id) &&
	    ev != TG_OE_REJECTED) { /* a reject's is NONE */
		memset(o->venue_order_id, 0, sizeof(o->venue_order_id));
		memcpy(o->venue_order_id, x->order_id.p, x->order_id.len);
	}
	o->updated_ns = e->time_ns;
	if (delta)
		tg_order_add_fill(o, delta, px, trade ? delta - x->last_qty : delta);
	apply(e, o, x, ev, a, id, asked);
	tg_book_order_own(e, o, ob);
	if (delta && unlikely(o->parent_id))
		tg_parent_fill(e, o);
	if (delta) {
		booked = tg_order_book_fill(e, o, delta, px, trade ? x->commission : 0);
		tg_cc(e, TG_CC_FILLS);
		if (trade)
			tg_exec_id_trade(entry, o, x->last_qty, px, x->commission);
		if (!trade || delta != x->last_qty)
			tg_cc(e, TG_CC_FILLS_CAUGHT_UP);
	}
	tell_clients(e, o, x, ev, request, before, delta, px, entry ? entry->hash : 0, ob);
	return booked;
}

/* An order of ours, and a report that was not seen before. */
static void report(struct tg_engine *e, struct tg_session *s, struct tg_order *o,
		   const struct tg_fix_exec *x, enum tg_order_event ev, u64 id, bool asked,
		   struct tg_exec_id *entry, struct tg_outbox *ob)
{
	struct tg_order_rule r;
	s64 delta = 0, px = 0;

	if (!tg_report_is_of(tg_instrument(e, o->instrument_id), o, x)) {
		tg_order_suspect(e, o, TG_REASON_OTHER_ORDER, ob);
		return;
	}
	if (booked_before(e, o, x, entry, ob))
		return;
	if (ev == TG_OE_REPLACED && id == o->repl_cl_ord_id && tg_ord_terminal(o->prior_status))
		replaced_before_end(o, x);
	if (overtaken(o, x, ev, id, asked, id < o->cl_ord_id && !names_new_only(s)) ||
	    (ev == TG_OE_FILL && x->exec_type != 'F' && tg_report_age(o, x) == TG_REPORT_BEFORE)) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return;
	}
	if (asked && ev == TG_OE_WORKING && tells_fewer(e, o, x, ob))
		return;
	if (!tg_report_quantities_ok(o, x, ev, &delta)) {
		tg_order_suspect(e, o, TG_REASON_BAD_NUMBERS, ob);
		return;
	}
	if (x->exec_type == 'F' && !delta) { /* CumQty has it already */
		/* But its id cannot have been forgotten: it is new, and what CumQty leaves out is a
		 * bust that is still to come. */
		if (entry && tg_exec_ids_complete(e, o->first_exec)) {
			tg_order_suspect(e, o, TG_REASON_BAD_NUMBERS, ob);
			return;
		}
		tg_exec_id_trade(entry, o, x->last_qty, x->last_px, x->commission);
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return;
	}
	r = decide(o, x, ev, id, delta);
	if (r.action == TG_OA_SUSPECT) {
		tg_order_suspect(e, o, (enum tg_reason)r.reason, ob);
		return;
	}
	if (delta) {
		px = tg_report_fill_px(o, x, delta);
		if (px <= 0) {
			tg_order_suspect(e, o, TG_REASON_FILL_WITHOUT_PX, ob);
			return;
		}
	}
	if (r.action == TG_OA_AGAIN) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return;
	}
	if (!take(e, o, x, ev, (enum tg_order_action)r.action, id, asked, delta, px, entry, ob))
		tg_order_suspect(e, o, TG_REASON_OVERFLOW, ob);
	tg_order_cancel_if_due(e, o, ob);
}

/* The question that a status report answers: some venues have 35=AF for a single order too. */
static u8 answers(const struct tg_session *s, const struct tg_fix_exec *x)
{
	return x->mass_req_id.len && tg_venue_caps(s->cfg.dialect)->status_request != TG_STATUS_AF ?
		       TG_ASKED_MASS :
		       TG_ASKED_ONE;
}

static enum tg_fix_error other_report(struct tg_engine *e, struct tg_session *s, struct found f,
				      const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	bool bust = x->exec_type == 'H' || x->exec_type == 'G', asked;
	struct tg_exec_id *entry = NULL;
	enum tg_order_event ev;
	struct tg_order *o = f.o;
	u64 id = f.id;

	if (!o && !bust) {
		tg_cc(e, TG_CC_EXEC_UNKNOWN_ORDER);
		tg_order_unknown(e, s->cfg.venue_id, x, ob);
		if (x->mass_req_id.len)
			tg_mass_status_report(e, s, x, NULL, ob);
		return TG_FIX_OK;
	}
	if (!tg_order_classify(x, &ev))
		return TG_FIX_FORMAT;
	if (o && ev == TG_OE_REPLACED && o->req_type == TG_SUB_REPLACE && names_new_only(s))
		id = o->req_cl_ord_id;
	if (x->exec_type != 'I' && x->exec_id.len &&
	    tg_exec_id_seen(e, s->cfg.venue_id, x->exec_id.p, x->exec_id.len, &entry)) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return TG_FIX_OK;
	}
	if (unlikely(bust)) {
		tg_order_bust(e, s, o, x, entry, ob);
		if (o)
			tg_risk_filled(e, o, ob);
		return TG_FIX_OK;
	}
	tg_cc(e, TG_CC_EXEC_REPORTS);
	asked = x->exec_type == 'I' && o->asked == answers(s, x);
	if (asked)
		tg_order_answered(e, o);
	if (x->exec_type == 'I') {
		if (x->ord_status == '8' && o->prior_status != TG_OS_PENDING_NEW) {
			unknown_to_venue(e, o, id, names_new_only(s), ob);
			return TG_FIX_OK;
		}
	}
	first_word(e, o, ob);
	report(e, s, o, x, ev, id, asked, entry, ob);
	if (unlikely(x->mass_req_id.len))
		tg_mass_status_report(e, s, x, o, ob);
	tg_risk_filled(e, o, ob);
	return TG_FIX_OK;
}

enum tg_fix_error tg_order_exec_report(struct tg_engine *e, struct tg_session *s,
				       const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	struct found f;

	if (unlikely(e->copy_sessions) && s->health.cfg.copy_of) {
		tg_drop_copy(e, s, x, ob);
		return TG_FIX_OK;
	}
	f = find_by(e, s, &x->cl_ord_id, &x->orig_cl_ord_id);
	if (likely(f.o) && tg_order_trade(e, s, f.o, x, ob))
		return TG_FIX_OK;
	return other_report(e, s, f, x, ob);
}

void tg_order_cancel_if_due(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob)
{
	enum tg_reason why;

	if (!tg_order_cancel_ready(o))
		return;
	why = tg_order_send_cancel(e, o, 0, ob);
	if (why == TG_REASON_OK)
		tg_order_update(e, o, ob);
	else if (why == TG_REASON_NO_OUTBOX)
		e->sweep_due = 1;
}

void tg_order_request_refused(struct tg_engine *e, struct tg_order *o, u16 venue_reason,
			      struct tg_outbox *ob)
{
	struct tg_order_note note;
	u8 request = o->req_type;

	if (request == TG_SUB_REPLACE)
		tg_watch_reject(e, o);
	tg_order_request_done(o);
	o->updated_ns = e->time_ns;
	tg_order_derive(o);
	tg_order_recount(e, o);
	tg_note_init(&note, TG_PRIV_CANCEL_REJECT, request, TG_REASON_CANCEL_REJECT);
	note.venue_reason = venue_reason;
	tg_order_tell(e, o, &note, ob);
	tg_order_update(e, o, ob);
	tg_order_cancel_if_due(e, o, ob);
}

static bool ended_there(u8 ord_status)
{
	return ord_status == '2' || ord_status == '4' || ord_status == 'C';
}

enum tg_fix_error tg_order_cancel_reject(struct tg_engine *e, struct tg_session *s,
					 const struct tg_fix_cancel_reject *x, struct tg_outbox *ob)
{
	struct tg_order_note note;
	struct tg_order *o;
	struct found f;
	u64 id;

	f = find_by(e, s, &x->cl_ord_id, &x->orig_cl_ord_id);
	o = f.o;
	id = f.id;
	if (!o) {
		tg_cc(e, TG_CC_EXEC_UNKNOWN_ORDER);
		return TG_FIX_OK;
	}
	if (o->req_type && names_new_only(s))
		id = o->req_cl_ord_id;
	if (id == o->repl_cl_ord_id)
		o->end_qty = 0;
	if (o->lost & TG_LOST_REPLACE && id == o->repl_cl_ord_id) {
		/* In flight when the order ended, or when the session dropped, and a cancel went
		 * out since. */
		o->lost &= (u8)~TG_LOST_REPLACE;
		o->req_px = 0;
		o->req_qty = 0;
		o->updated_ns = e->time_ns;
		tg_order_derive(o);
		tg_order_recount(e, o);
		tg_order_update(e, o, ob);
		tg_order_cancel_if_due(e, o, ob);
		return TG_FIX_OK;
	}
	if (tg_ord_terminal(o->status)) {
		/*
		 * The fill or cancel that beat it was told before; its client still waits for this.
		 */
		tg_note_init(&note, TG_PRIV_CANCEL_REJECT,
			     x->response_to == '2' ? TG_SUB_REPLACE : TG_SUB_CANCEL,
			     TG_REASON_CANCEL_REJECT);
		note.venue_reason = x->reason;
		tg_order_tell(e, o, &note, ob);
		return TG_FIX_OK;
	}
	if (!o->req_type || id != o->req_cl_ord_id) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES); /* answers a request that was settled, or given up,
						    before */
		return TG_FIX_OK;
	}
	if (x->reason == 1 && !o->acked && (o->lost & TG_LOST_NEW)) {
		/*
		 * 102=1: the venue never saw the order that was in flight when the session dropped.
		 */
		o->reason = TG_REASON_SESSION_LOST;
		o->updated_ns = e->time_ns;
		tg_order_finish(e, o, TG_OS_REJECTED);
		tg_order_update(e, o, ob);
		return TG_FIX_OK;
	}
	tg_order_request_refused(e, o, x->reason, ob);
	/*
	 * The order has ended there (FIX 4.4 volume 4, 35=9: 39 is its state after the reject), and no report has said so: it is on its way, or
	 * was lost with what it told of. The answer to a question says which.
	 */
	if (o->working && ended_there(x->ord_status)) {
		o->inquire = 1;
		if (tg_order_send_inquiry(e, o, ob) == TG_REASON_NO_OUTBOX)
			e->sweep_due = 1;
	}
	return TG_FIX_OK;
}
