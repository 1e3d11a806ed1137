// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What venues say of orders: execution reports (35=8) and cancel rejects (35=9). Two questions are
 * asked of a report, in this order: can its numbers be true, and does its event fit the order's
 * state? If not, the order becomes SUSPECT and nothing of the report is applied: its exposure
 * stays, a person must look. Fills are applied by CumQty (14); LastQty (32) and ExecID (17) are
 * checked against it, PossDup and PossResend are hints and not looked at. Reports that overtook
 * each other are recognised by it too; tests/model tries all orders of arrival.
 *
 * The table is over what the venue is known to have confirmed (prior_status); a request in flight
 * or lost is kept beside it, so that races need no states of their own: a fill that crosses a
 * cancel is the same fill, and the cancel stays in flight.
 */
#include "state.h"

enum event {
	EV_ACK,		/* 150=0 */
	EV_PENDING,	/* A 6 E 7 9 B: heard, nothing settled */
	EV_PARTIAL,	/* F with something left */
	EV_FILL,	/* F or status: all of it */
	EV_CANCELED,	/* 4 */
	EV_REPLACED,	/* 5 */
	EV_REJECTED,	/* 8 */
	EV_EXPIRED,	/* C; 3 for orders that end with the day */
	EV_WORKING,	/* status (I, D): the venue has it, in 39=0 or 39=1 */
	EV_BROKEN,	/* G H: a trade taken back or changed, not for a machine to settle */
	EV_MAX
};

enum action {
	S,	/* impossible: SUSPECT */
	K,	/* keep the state; fills count */
	N,	/* the venue has it: NEW or PARTIALLY_FILLED by what is filled */
	F, C, J, E,	/* filled, canceled, rejected, expired */
	P,	/* replaced */
	D,	/* said before: ignored, unless it tells of new fills */
};

static const u8 table[TG_OS_MAX][EV_MAX] = {
	/*			    ACK PEND PART FILL CANC REPL REJ EXP WORK BROKEN */
	[TG_OS_PENDING_NEW]	= { N,  K,   N,   F,   C,   P,   J,  E,  N,   S },
	[TG_OS_NEW]		= { K,  K,   N,   F,   C,   P,   J,  E,  N,   S },
	[TG_OS_PARTIALLY_FILLED] = { K, K,   N,   F,   C,   P,   S,  E,  N,   S },
	[TG_OS_SUSPECT]		= { K,  K,   K,   F,   C,   P,   J,  E,  K,   S },
	[TG_OS_FILLED]		= { D,  D,   S,   D,   S,   S,   S,  S,  S,   S },
	[TG_OS_CANCELED]	= { D,  D,   S,   S,   D,   S,   S,  S,  S,   S },
	[TG_OS_REJECTED]	= { S,  D,   S,   S,   S,   S,   D,  S,  S,   S },
	[TG_OS_EXPIRED]		= { D,  D,   S,   S,   S,   S,   S,  D,  S,   S },
	/* The other states are never a prior status; their rows are S. */
};

/* false: ExecType (150) or OrdStatus (39) is none that FIX 4.4 knows. */
static bool classify(const struct tg_order *o, const struct tg_fix_exec *x, enum event *ev)
{
	u8 what = x->exec_type;
	s64 leaves = x->has_leaves ? x->leaves_qty : x->ord_status == '2' ? 0 : 1;

	if (what == 'I' || what == 'D') {	/* Order status, restated: what counts is 39 */
		what = x->ord_status;
		if (what == '0' || what == '1' || what == '5') {
			*ev = EV_WORKING;
			return true;
		}
		if (what == '2') {
			*ev = EV_FILL;
			return true;
		}
	}
	switch (what) {
	case '0':
		*ev = EV_ACK;
		return true;
	case 'A':
	case '6':
	case 'E':
	case '7':
	case '9':
	case 'B':
		*ev = EV_PENDING;
		return true;
	case 'F':
		*ev = leaves ? EV_PARTIAL : EV_FILL;
		return true;
	case '4':
		*ev = EV_CANCELED;
		return true;
	case '5':
		*ev = EV_REPLACED;
		return true;
	case '8':
		*ev = EV_REJECTED;
		return true;
	case '3':
		*ev = o->tif == TG_TIF_GTC ? EV_PENDING : EV_EXPIRED;
		return true;
	case 'C':
		*ev = EV_EXPIRED;
		return true;
	case 'G':
	case 'H':
		*ev = EV_BROKEN;
		return true;
	default:
		return false;
	}
}

static bool slice_is(const struct tg_fix_slice *s, const char *padded, u32 max)
{
	u32 n = 0;

	while (n < max && padded[n])
		n++;
	return s->len == n && !memcmp(s->p, padded, n);
}

/* Is this the order it says it is? */
static bool same_order(const struct tg_engine *e, const struct tg_order *o,
		       const struct tg_fix_exec *x)
{
	const struct tg_instrument *i = tg_instrument(e, o->instrument_id);

	return i &&
	       (!x->symbol.len || slice_is(&x->symbol, i->def.symbol, sizeof(i->def.symbol))) &&
	       (!x->side || x->side == '0' + o->side);
}

/*
 * Reports can overtake each other on their way through a venue. One that knows of fewer fills than
 * we do is old news, but only of an order that still works; an end that forgets fills is none.
 */
static bool may_be_late(enum event ev)
{
	return ev == EV_ACK || ev == EV_PENDING || ev == EV_WORKING || ev == EV_REPLACED;
}

/* Can the quantities be true? *delta: what is newly filled. */
static bool quantities_ok(const struct tg_order *o, const struct tg_fix_exec *x, enum event ev,
			  s64 *delta)
{
	s64 cum = x->has_cum ? x->cum_qty : o->cum_qty, sum;
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;
	bool trade = x->exec_type == 'F';

	if (cum > most || (cum < o->cum_qty && !may_be_late(ev)))
		return false;
	*delta = cum > o->cum_qty ? cum - o->cum_qty : 0;
	if (x->has_leaves && (x->leaves_qty < 0 || x->leaves_qty > TG_PX_MAX))
		return false;
	if (ev == EV_ACK && *delta)
		return false;
	/*
	 * Open for more, or complete: what is done and what is left make the order's quantity, the
	 * old one or the one asked for.
	 */
	if (x->has_leaves && cum >= o->cum_qty &&
	    (ev == EV_ACK || ev == EV_PARTIAL || ev == EV_FILL || ev == EV_REPLACED ||
	     ev == EV_WORKING)) {
		if (!tg_add_s64(cum, x->leaves_qty, &sum) ||
		    (sum != o->qty && (!o->req_qty || sum != o->req_qty)))
			return false;
	}
	if (ev == EV_FILL &&
	    (x->ord_status != '2' || (cum != o->qty && (!o->req_qty || cum != o->req_qty))))
		return false;
	if (ev == EV_PARTIAL && x->ord_status == '2')
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

/*
 * The price of what is newly filled: the trade's; where the report is none, what its AvgPx (6)
 * implies. 0 = cannot be told.
 */
static s64 fill_px(const struct tg_order *o, const struct tg_fix_exec *x, s64 delta)
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

static void add_value(struct tg_order *o, s64 value)
{
	u64 avg;

	if (!tg_add_s64(o->value, value, &o->value) || o->value > TG_PX_MAX)
		o->value = TG_PX_MAX;
	if (tg_muldiv_u64((u64)o->value, TG_SCALE, (u64)o->cum_qty, &avg) && avg <= (u64)TG_PX_MAX)
		o->avg_px = (s64)avg;
}

/* caught: the part of delta whose own reports were missed. */
static void add_fill(struct tg_order *o, s64 delta, s64 px, s64 caught)
{
	s64 value;

	o->cum_qty += delta;
	add_value(o, tg_notional(px, delta, &value) ? value : TG_PX_MAX);
	if (caught && tg_notional(px, caught, &value) &&
	    tg_add_s64(o->caught_value, value, &value)) {
		o->caught_qty += caught;
		o->caught_value = value;
	}
}

void tg_order_suspect(struct tg_engine *e, struct tg_order *o, enum tg_reason why,
		      struct tg_outbox *ob)
{
	bool before = !tg_ord_terminal(o->status) && o->prior_status == TG_OS_SUSPECT;

	if (before)
		return;
	o->reason = (u16)why;
	o->updated_ns = e->time_ns;
	tg_cc(e, TG_CC_ORDERS_SUSPECT);
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

/*
 * Finds the order by ClOrdID (11), else OrigClOrdID (41). *id: the one that was found, with its
 * request number. Where the venue swaps the two, only 41 is ours, and it is the new order's in every
 * report.
 */
static struct tg_order *find_by(const struct tg_engine *e, const struct tg_session *s,
				const struct tg_fix_slice *cl_ord_id,
				const struct tg_fix_slice *orig, u64 *id)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct tg_order *o = NULL;

	if (!caps->id_echo_swapped && tg_venue_cl_ord_id(caps, cl_ord_id->p, cl_ord_id->len, id))
		o = tg_order_find(e, *id, s->cfg.venue_id);
	if (!o && tg_venue_cl_ord_id(caps, orig->p, orig->len, id))
		o = tg_order_find(e, *id, s->cfg.venue_id);
	if (o && ((*id & 0xffff) == 0 || (*id & 0xffff) > o->request))
		return NULL;	/* right slot, but never a request of ours */
	return o;
}

/* Such a venue's answer to a cancel or replace does not name it: it is the one in flight. */
static bool names_new_only(const struct tg_session *s)
{
	return tg_venue_caps(s->cfg.dialect)->id_echo_swapped;
}

static void note_init(struct tg_order_note *n, enum tg_priv_type type, u8 request,
		      enum tg_reason why)
{
	memset(n, 0, sizeof(*n));
	n->type = type;
	n->origin = TG_ORIGIN_VENUE;
	n->request = request;
	n->reason = (u16)why;
}

/* Verdict of the venue on a request, if the event is one. request 0 = it is none. */
static u8 answered_request(const struct tg_order *o, enum event ev)
{
	bool waiting = o->prior_status == TG_OS_PENDING_NEW;

	switch (ev) {
	case EV_ACK:
		return waiting ? TG_SUB_NEW : 0;
	case EV_REJECTED:
		return TG_SUB_NEW;
	case EV_REPLACED:
		return TG_SUB_REPLACE;
	case EV_CANCELED:
		return o->req_type == TG_SUB_CANCEL ? TG_SUB_CANCEL : 0;
	default:
		return 0;
	}
}

/*
 * Old news: what the order's end may have overtaken (the last replace, the answer to a question
 * that was asked before), and a status from before the last replace.
 */
static bool overtaken(const struct tg_order *o, const struct tg_fix_exec *x, enum event ev, u64 id,
		      bool asked, bool older)
{
	if (ev == EV_WORKING && asked && older && !tg_ord_terminal(o->prior_status))
		return true;
	if (!tg_ord_terminal(o->prior_status) || o->prior_status == TG_OS_REJECTED ||
	    (x->has_cum && x->cum_qty > o->cum_qty))
		return false;
	return (ev == EV_REPLACED && id == o->repl_cl_ord_id) || (ev == EV_WORKING && asked);
}

/* What the table says, with the conditions that it has no columns for. */
static enum action decide(const struct tg_order *o, const struct tg_fix_exec *x, enum event ev,
			  u64 id, s64 delta)
{
	enum action a = table[o->prior_status][ev];

	if (tg_ord_terminal(o->prior_status) && delta)
		return S;
	/*
	 * A reject of an order that has fills, or one that names a cancel or replace (35=9 is for
	 * those), leaves it unclear what lives.
	 */
	if (a == J && (o->cum_qty || delta || (o->req_type && id == o->req_cl_ord_id)))
		return S;
	if (a == P) {
		if (!o->req_qty || (x->has_qty && x->qty != o->req_qty) ||
		    (x->has_px && x->px != o->req_px))
			return S;
		if (o->req_type == TG_SUB_REPLACE && id != o->req_cl_ord_id)
			return S;
	}
	return a;
}

static void apply(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		  enum event ev, enum action a, u64 id)
{
	switch (a) {
	case N:
		o->prior_status = o->cum_qty ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW;
		o->lost &= (u8)~TG_LOST_NEW;
		break;
	case P:
		replaced(o, id);
		if (o->prior_status != TG_OS_SUSPECT)
			o->prior_status = o->cum_qty ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW;
		o->lost &= (u8)~TG_LOST_NEW;
		break;
	case F:
		if (o->req_qty && o->cum_qty == o->req_qty && o->cum_qty != o->qty) {
			o->qty = o->req_qty;	/* the replace was taken, its own report is late */
			o->px = o->req_px;
		}
		tg_order_finish(e, o, TG_OS_FILLED);
		break;
	case C:
		tg_order_finish(e, o, TG_OS_CANCELED);
		break;
	case J:
		o->reason = TG_REASON_VENUE_REJECT;
		tg_order_finish(e, o, TG_OS_REJECTED);
		break;
	case E:
		tg_order_finish(e, o, TG_OS_EXPIRED);
		break;
	default:
		break;
	}
	if (x->exec_type == 'I' && ev == EV_WORKING && o->working)
		settle_lost(o, x, id);
	/* A replace to exactly what was filled meanwhile leaves nothing to work. */
	if (a == P && o->working && o->cum_qty >= o->qty)
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
	tg_order_suspect(e, o, TG_REASON_SUSPECT, ob);
}

/*
 * A trade that CumQty told of before its own report came: the quantity is booked, at a price that
 * was a guess. Now the true one is known. false: no such quantity is open to be explained.
 */
static bool late_trade(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x,
		       struct tg_outbox *ob)
{
	struct tg_position *p = tg_position(e, o->account_id, o->instrument_id);
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
	add_value(o, value - (s64)guess);
	if (p)
		tg_position_reprice(p, o->side, x->last_qty, (s64)guess_px, x->last_px,
				    x->commission);
	tg_cc(e, TG_CC_FILLS_LATE);
	tg_order_update(e, o, ob);
	tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
	return true;
}

enum tg_fix_error tg_order_exec_report(struct tg_engine *e, struct tg_session *s,
				       const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	struct tg_order_note note;
	struct tg_position *p;
	struct tg_order *o;
	enum event ev;
	enum action a;
	u64 id, hash = 0;
	s64 delta = 0, px = 0;
	u8 request, before;
	bool booked = true, asked;

	o = find_by(e, s, &x->cl_ord_id, &x->orig_cl_ord_id, &id);
	if (!o) {
		tg_cc(e, TG_CC_EXEC_UNKNOWN_ORDER);
		return TG_FIX_OK;
	}
	if (!classify(o, x, &ev))
		return TG_FIX_FORMAT;
	if (ev == EV_REPLACED && o->req_type == TG_SUB_REPLACE && names_new_only(s))
		id = o->req_cl_ord_id;
	if (x->exec_type != 'I' && x->exec_id.len &&
	    tg_exec_id_seen(e, s->cfg.venue_id, x->exec_id.p, x->exec_id.len, &hash)) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return TG_FIX_OK;
	}
	tg_cc(e, TG_CC_EXEC_REPORTS);
	asked = o->asked && x->exec_type == 'I';
	if (x->exec_type == 'I') {
		o->asked = 0;
		if (x->ord_status == '8' && o->prior_status != TG_OS_PENDING_NEW) {
			unknown_to_venue(e, o, id, names_new_only(s), ob);
			return TG_FIX_OK;
		}
	}
	if (!o->acked) {
		o->acked = 1;
		if (!o->lost) {
			tg_out_note(e, ob, TG_OUT_STAT, TG_STAGE_VENUE_ACK,
				    e->time_ns - o->sent_ns);
			tg_own_latency(e, o->venue_id, e->time_ns - o->sent_ns);
		}
	}
	if (same_order(e, o, x) && x->exec_type == 'F' && x->has_cum && x->cum_qty <= o->cum_qty &&
	    late_trade(e, o, x, ob))
		return TG_FIX_OK;
	if (same_order(e, o, x) && overtaken(o, x, ev, id, asked, id < o->cl_ord_id && !names_new_only(s))) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return TG_FIX_OK;
	}
	if (!same_order(e, o, x) || !quantities_ok(o, x, ev, &delta)) {
		tg_order_suspect(e, o, TG_REASON_SUSPECT, ob);
		return TG_FIX_OK;
	}
	if (x->exec_type == 'F' && !delta) {	/* CumQty has it already */
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return TG_FIX_OK;
	}
	a = decide(o, x, ev, id, delta);
	if (delta)
		px = fill_px(o, x, delta);
	if (a == S || (delta && px <= 0)) {
		tg_order_suspect(e, o, TG_REASON_SUSPECT, ob);
		return TG_FIX_OK;
	}
	if (a == D) {
		tg_cc(e, TG_CC_EXEC_DUPLICATES);
		return TG_FIX_OK;
	}

	/* The order. */
	request = answered_request(o, ev);
	before = o->status;
	if (x->order_id.len && x->order_id.len <= sizeof(o->venue_order_id) &&
	    ev != EV_REJECTED) { /* a reject's is NONE */
		memset(o->venue_order_id, 0, sizeof(o->venue_order_id));
		memcpy(o->venue_order_id, x->order_id.p, x->order_id.len);
	}
	o->updated_ns = e->time_ns;
	if (delta)
		add_fill(o, delta, px, x->exec_type == 'F' ? delta - x->last_qty : delta);
	apply(e, o, x, ev, a, id);
	tg_book_order_own(e, o, ob);

	/* Position. */
	if (delta) {
		p = tg_position(e, o->account_id, o->instrument_id);
		booked = p && tg_position_fill(p, o->side, delta, px,
					       x->exec_type == 'F' ? x->commission : 0);
		tg_cc(e, TG_CC_FILLS);
		if (x->exec_type != 'F' || delta != x->last_qty)
			tg_cc(e, TG_CC_FILLS_CAUGHT_UP);
	}

	/* Clients. */
	if (request) {
		note_init(&note, TG_PRIV_ORDER_ACK, request,
			  ev == EV_REJECTED ? TG_REASON_VENUE_REJECT : TG_REASON_OK);
		note.venue_reason = ev == EV_REJECTED ? x->ord_rej_reason : 0;
		tg_order_tell(e, o, &note, ob);
	}
	if (delta) {
		note_init(&note, TG_PRIV_FILL, 0, TG_REASON_OK);
		note.last_px = px;
		note.last_qty = delta;
		note.liquidity = x->liquidity;
		note.exec_hash = hash;
		tg_order_tell(e, o, &note, ob);
	}
	if (delta || request || before != o->status)
		tg_order_update(e, o, ob);
	if (delta)
		tg_client_tell_position(e, o->account_id, o->instrument_id, ob);
	if (!booked)
		tg_order_suspect(e, o, TG_REASON_OVERFLOW, ob);
	tg_order_cancel_if_due(e, o, ob);
	return TG_FIX_OK;
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

	tg_order_request_done(o);
	o->updated_ns = e->time_ns;
	tg_order_derive(o);
	tg_order_recount(e, o);
	note_init(&note, TG_PRIV_CANCEL_REJECT, request, TG_REASON_CANCEL_REJECT);
	note.venue_reason = venue_reason;
	tg_order_tell(e, o, &note, ob);
	tg_order_update(e, o, ob);
	tg_order_cancel_if_due(e, o, ob);
}

enum tg_fix_error tg_order_cancel_reject(struct tg_engine *e, struct tg_session *s,
					 const struct tg_fix_cancel_reject *x, struct tg_outbox *ob)
{
	struct tg_order_note note;
	struct tg_order *o;
	u64 id;

	o = find_by(e, s, &x->cl_ord_id, &x->orig_cl_ord_id, &id);
	if (!o) {
		tg_cc(e, TG_CC_EXEC_UNKNOWN_ORDER);
		return TG_FIX_OK;
	}
	if (o->req_type && names_new_only(s))
		id = o->req_cl_ord_id;
	if (tg_ord_terminal(o->status)) {
		/*
		 * The fill or cancel that beat it was told before; its client still waits for this.
		 */
		note_init(&note, TG_PRIV_CANCEL_REJECT,
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
	return TG_FIX_OK;
}
