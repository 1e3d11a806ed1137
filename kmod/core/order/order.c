// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Requests: new, cancel, replace, cancel all, and the sweep that sends what could not go at once.
 * Whatever adds exposure is refused unless everything holds; a cancel needs an order that is alive
 * and a session, nothing else.
 */
#include "order/stp.h"
#include "state.h"

/*
 * Room for the longest message and for the verdict and updates after it: a message never leaves
 * without its client hearing of it.
 */
#define SEND_ROOM (TG_OUT_SIZE(TG_FIX_TX_MAX) + 4 * TG_OUT_SIZE(sizeof(struct tg_priv_event)) + \
		   2 * TG_RISK_SCOPES * TG_OUT_SIZE(sizeof(struct tg_pub_event)))	/* kills and alerts that follow */

static bool has_room(const struct tg_outbox *ob)
{
	return (u64)ob->len + SEND_ROOM <= ob->cap;
}

/* New orders that the client may send there at once, plus 1; 0 = no budget counts them. */
static __attribute__((__noinline__)) u32 budget(const struct tg_engine *e, u16 client_id, u32 instrument_id)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);
	u32 left = tg_rate_left(e, i ? i->def.venue_id : 0, client_id);

	return left == TG_RATE_NONE ? 0 : left + 1;
}

/*
 * The gateway's verdict, to the client that asked. o: the order when it is the client's to see,
 * else NULL.
 */
static void verdict(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
		    const struct tg_order *o, enum tg_reason why, struct tg_outbox *ob)
{
	struct tg_priv_event *ev;

	if (o) {
		struct tg_order_note n;

		memset(&n, 0, sizeof(n));
		n.type = TG_PRIV_ORDER_ACK;
		n.request = (u8)s->type;
		n.reason = (u16)why;
		if (unlikely(e->rates_on))
			n.budget = budget(e, client_id, o->instrument_id);
		tg_order_tell_one(e, client_id, o, &n, ob);
		return;
	}
	ev = tg_priv(e, ob, client_id, TG_PRIV_ORDER_ACK, s->instrument_id, 0);
	if (!ev)
		return;
	ev->u.order.order_id = s->type == TG_SUB_NEW ? 0 : s->order_id;
	ev->u.order.user_ref = s->user_ref;
	ev->u.order.px = s->px;
	ev->u.order.qty = s->qty;
	ev->u.order.reason = (u16)why;
	ev->u.order.account_id = s->account_id;
	ev->u.order.status = s->type == TG_SUB_NEW ? TG_OS_REJECTED : TG_OS_NONE;
	ev->u.order.side = s->side;
	ev->u.order.request = (u8)s->type;
	ev->u.order.routing_id = s->routing_id;
	if (unlikely(e->rates_on)) {
		u32 left = budget(e, client_id, s->instrument_id);

		if (left) {
			ev->flags |= TG_EV_BUDGET;
			ev->u.order.budget_left = left - 1;
		}
	}
}

void tg_order_verdict(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
		      enum tg_reason why, struct tg_outbox *ob)
{
	verdict(e, client_id, s, NULL, why, ob);
}

static enum tg_reason check_px(const struct tg_instrument *i, s64 px)
{
	s64 tick = tg_instrument_tick(i);

	if (!tick)
		return TG_REASON_NO_TICK;
	return px > 0 && px <= TG_PX_MAX && px % tick == 0 ? TG_REASON_OK : TG_REASON_BAD_PRICE;
}

static bool qty_ok(const struct tg_in_instrument *i, s64 qty)
{
	return qty > 0 && qty <= TG_PX_MAX && qty % i->lot == 0 && qty >= i->min_qty;
}

enum tg_reason tg_order_terms(const struct tg_instrument *i, const struct tg_submission *s)
{
	enum tg_reason why;

	if (s->side != TG_SIDE_BUY && s->side != TG_SIDE_SELL)
		return TG_REASON_BAD_SIDE;
	if (s->ord_type != TG_ORD_LIMIT && s->ord_type != TG_ORD_MARKET)
		return TG_REASON_BAD_TYPE;
	if (s->tif != TG_TIF_DAY && s->tif != TG_TIF_GTC && s->tif != TG_TIF_IOC &&
	    s->tif != TG_TIF_FOK)
		return TG_REASON_BAD_TYPE;
	/* An order that must not take cannot be one that must take now. */
	if ((s->flags & TG_SUB_POST_ONLY) &&
	    (s->ord_type == TG_ORD_MARKET || s->tif == TG_TIF_IOC || s->tif == TG_TIF_FOK))
		return TG_REASON_BAD_TYPE;
	if (s->ord_type == TG_ORD_MARKET)
		why = s->px ? TG_REASON_BAD_PRICE : TG_REASON_OK;
	else
		why = check_px(i, s->px);
	if (why)
		return why;
	if (!qty_ok(&i->def, s->qty))
		return TG_REASON_BAD_QUANTITY;
	return TG_REASON_OK;
}

static __always_inline bool session_takes_orders(const struct tg_session *s)
{
	return s && (s->cfg.flags & TG_VENUE_ORDERS) && tg_session_can_send(s);
}

static const char *account_name(const struct tg_engine *e, u16 account_id)
{
	const struct tg_account *a = tg_account(e, account_id);

	return a ? a->cfg.name : "";
}

static void put_request(struct tg_engine *e, enum tg_request_kind kind, const struct tg_session *v,
			const struct tg_instrument *i, const struct tg_order *o,
			struct tg_fix_writer *w)
{
	tg_venue_put_request(kind, &v->cfg, &i->def, account_name(e, o->account_id), o, e->time_ns,
			     tg_templates(e, i), w);
}

/* What a new order and a replace ask of the limits; add_qty and is_replace are the caller's. */
static void risk_request(struct tg_risk_request *r, u16 client_id, u16 account_id,
			 const struct tg_in_instrument *i, u8 side, u8 ord_type,
			 const struct tg_submission *s)
{
	memset(r, 0, sizeof(*r));
	r->client_id = client_id;
	r->account_id = account_id;
	r->venue_id = i->venue_id;
	r->instrument_id = i->instrument_id;
	r->side = side;
	r->ord_type = ord_type;
	r->flags = (u8)s->flags;
	r->px = s->px;
	r->qty = s->qty;
}

/* The last questions before something that adds exposure is encoded. */
static __always_inline enum tg_reason check_risk(struct tg_engine *e, const struct tg_risk_request *r,
				 enum tg_rate_op op, const struct tg_outbox *ob)
{
	enum tg_reason why;

	why = tg_kill_reason(e, r);
	if (why)
		return why;
	why = tg_risk_check(e, r);
	if (unlikely(why)) {
		tg_trigger(e, TG_TRIGGER_RISK_REJECTS, r);
		return why;
	}
	if (unlikely(e->rates_on)) {
		why = tg_rate_check(e, r->venue_id, r->client_id, op);
		if (why)
			return why;
	}
	return has_room(ob) ? TG_REASON_OK : TG_REASON_NO_OUTBOX;
}

/* It is sent: budgets, rates, duplicates. */
static void count_request(struct tg_engine *e, const struct tg_risk_request *r, enum tg_rate_op op,
			  struct tg_outbox *ob)
{
	if (unlikely(e->rates_on)) {
		tg_rate_count(e, r->venue_id, op);
		tg_rate_count_client(e, r->client_id, op);
	}
	tg_risk_count(e, r, ob);
}

/* Who sends it may: the client, or for a child of a parent the user. */
static enum tg_reason may_send(const struct tg_engine *e, u16 client_id, u16 account_id,
			       u32 instrument_id, u8 ord_type, const struct tg_order_source *from, u16 *strategy_id)
{
	if (unlikely(from))
		return tg_client_uid_books(e, from->uid, account_id, instrument_id, ord_type, strategy_id);
	return tg_client_books(e, client_id, account_id, instrument_id, ord_type, strategy_id);
}

/* from: NULL but for a child. */
static __always_inline enum tg_reason try_new(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			      const struct tg_order_source *from, struct tg_order **out,
			      struct tg_outbox *ob)
{
	struct tg_instrument *i;
	struct tg_session *v;
	struct tg_risk_request r;
	struct tg_submission cut;
	struct tg_fix_writer w;
	struct tg_order o;
	enum tg_reason why;
	u16 strategy_id = s->strategy_id;
	u32 slot;

	if (e->mode != TG_MODE_LEADER)
		return TG_REASON_NOT_LEADER;
	why = may_send(e, client_id, s->account_id, s->instrument_id, s->ord_type, from, &strategy_id);
	if (why)
		return why;
	i = tg_instrument(e, s->instrument_id);
	if (!i)
		return TG_REASON_BAD_INSTRUMENT;
	why = tg_order_terms(i, s);
	if (why)
		return why;
	v = tg_session(e, i->def.venue_id);
	if (!v || !tg_venue_can_order(tg_venue_caps(v->cfg.dialect), s->ord_type, s->tif, s->flags))
		return TG_REASON_UNSUPPORTED;
	if (unlikely(s->routing_id) && s->routing_id > tg_venue_routing_max(tg_venue_caps(v->cfg.dialect)))
		return TG_REASON_BAD_ROUTING;
	if (!session_takes_orders(v))
		return TG_REASON_SESSION_DOWN;
	slot = tg_order_next_slot(e);
	if (!slot)
		return TG_REASON_CAPACITY;
	slot--;
	if (unlikely(tg_stp_on(i))) {
		why = tg_stp_new(e, i, &s, &cut, ob);
		if (why)
			return why;
	}

	risk_request(&r, client_id, s->account_id, &i->def, s->side, s->ord_type, s);
	r.strategy_id = strategy_id;
	r.add_qty = s->qty;
	why = check_risk(e, &r, TG_RATE_NEW, ob);
	if (why)
		return why;

	memset(&o, 0, sizeof(o));
	o.generation = (u16)(tg_order_slot(e, slot)->generation + 1);
	if (!o.generation)
		o.generation = 1; /* 0 would make the very first order's id 0, which means none */
	o.order_id = tg_order_make_id(e, o.generation, slot);
	o.user_ref = s->user_ref;
	o.request = 1;
	o.cl_ord_id = o.order_id | o.request;
	o.req_cl_ord_id = o.cl_ord_id;
	o.cl_ord_ns = e->time_ns;
	o.req_cl_ord_ns = e->time_ns;
	o.created_seq = e->seq;
	o.created_ns = e->time_ns;
	o.updated_ns = e->time_ns;
	o.sent_ns = e->time_ns;
	o.px = s->px;
	o.qty = s->qty;
	o.leaves_qty = s->qty;
	o.instrument_id = s->instrument_id;
	o.routing_id = s->routing_id;
	o.client_id = client_id;
	o.account_id = s->account_id;
	o.venue_id = i->def.venue_id;
	o.strategy_id = strategy_id;
	/* Also while nothing asks what it is worth: limits that do may come while it works. */
	if (unlikely(s->ord_type == TG_ORD_MARKET))
		o.value_px = tg_risk_market_px(e, &r);
	o.status = TG_OS_PENDING_NEW;
	o.prior_status = TG_OS_PENDING_NEW;
	o.side = s->side;
	o.ord_type = s->ord_type;
	o.tif = s->tif;
	o.flags = (u8)s->flags;
	o.new_seq = v->next_tx_seq;
	o.first_exec = e->exec_total;
	if (from)
		o.parent_id = from->parent_id;

	if (!tg_session_begin(e, v, TG_MT1('D'), &w, ob))
		return TG_REASON_NO_OUTBOX;
	put_request(e, TG_REQUEST_NEW, v, i, &o, &w);
	if (!tg_session_send(e, v, &w, s->cause_time_ns, ob))
		return TG_REASON_NO_OUTBOX;

	/* It is on its way: from here on it counts. */
	o.req_cl_ord_id = 0;
	*out = tg_order_take(e, &o, slot);
	count_request(e, &r, TG_RATE_NEW, ob);
	if (!from)
		e->last_order_id = o.order_id;	/* an intent's answer is its parent's id */
	tg_cc(e, TG_CC_ORDERS_SENT);
	return TG_REASON_OK;
}

enum tg_reason tg_order_new(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			    struct tg_outbox *ob)
{
	struct tg_order *o = NULL;
	enum tg_reason why = try_new(e, client_id, s, NULL, &o, ob);

	verdict(e, client_id, s, o, why, ob);
	return why;
}

/* To the owner while it is attached, else to all who may see the account. */
static void sent(struct tg_engine *e, const struct tg_order *o, enum tg_sub_type type, struct tg_outbox *ob)
{
	struct tg_order_note n;

	memset(&n, 0, sizeof(n));
	n.type = TG_PRIV_ORDER_ACK;
	n.request = (u8)type;
	tg_order_tell(e, o, &n, ob);
}

enum tg_reason tg_order_child(struct tg_engine *e, const struct tg_order_source *from,
			      const struct tg_submission *s, u64 *order_id, struct tg_outbox *ob)
{
	struct tg_order *o = NULL;
	enum tg_reason why = try_new(e, from->client_id, s, from, &o, ob);

	if (why)
		return why;
	*order_id = o->order_id;
	sent(e, o, TG_SUB_NEW, ob);
	return TG_REASON_OK;
}

bool tg_order_can_cancel(const struct tg_order *o)
{
	/*
	 * A replace in flight is waited for: until it is settled nobody knows which ClOrdID the
	 * venue has the order under.
	 */
	return o->working && (!o->req_type || (o->lost & TG_LOST_REQ));
}

enum tg_reason tg_order_send_cancel(struct tg_engine *e, struct tg_order *o, u64 cause_ns,
				    struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	struct tg_session *v = tg_session(e, o->venue_id);
	u64 before = o->req_cl_ord_id, before_ns = o->req_cl_ord_ns;
	struct tg_fix_writer w;
	u64 seq;

	if (!i || !session_takes_orders(v))
		return TG_REASON_SESSION_DOWN;
	if (o->request >= TG_ORDER_REQUEST_MAX)
		return TG_REASON_CAPACITY;
	if (!has_room(ob))
		return TG_REASON_NO_OUTBOX;
	if (unlikely(e->rates_on) && !tg_rate_cancel(e, o))
		return TG_REASON_VENUE_RATE;
	seq = v->next_tx_seq;
	o->req_cl_ord_id = o->order_id | (u64)(o->request + 1u);
	o->req_cl_ord_ns = e->time_ns;
	if (!tg_session_begin(e, v, TG_MT1('F'), &w, ob))
		goto undo;
	put_request(e, TG_REQUEST_CANCEL, v, i, o, &w);
	if (!tg_session_send(e, v, &w, cause_ns, ob))
		goto undo;
	o->request++;
	o->req_seq = seq;
	if (o->req_type == TG_SUB_REPLACE)
		o->lost |= TG_LOST_REPLACE;	/* its outcome is still open, and still counts */
	o->lost &= (u8)~TG_LOST_REQ;
	o->req_type = TG_SUB_CANCEL;
	o->cancel_due = 0;
	o->updated_ns = e->time_ns;
	tg_order_derive(o);
	if (unlikely(e->rates_on)) {
		tg_rate_count(e, o->venue_id, TG_RATE_CANCEL);
		if (o->paced)
			tg_rate_forget(e, o);
	}
	tg_cc(e, TG_CC_CANCELS_SENT);
	return TG_REASON_OK;
undo:
	o->req_cl_ord_id = before;
	o->req_cl_ord_ns = before_ns;
	return TG_REASON_NO_OUTBOX;
}

/*
 * A cancel would name a ClOrdID that a lost replace may have taken the order away from: while an
 * answer is awaited, that decides first. Not for ever: asked.c.
 */
bool tg_order_cancel_ready(const struct tg_order *o)
{
	return o->cancel_due && tg_order_can_cancel(o) && !(o->asked && o->req_qty && !o->unanswered);
}

/* FIX 4.4 volume 4, Order Status Request; or what the dialect has in its place. */
enum tg_reason tg_order_send_inquiry(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	struct tg_session *v = tg_session(e, o->venue_id);
	struct tg_fix_writer w;
	u64 own = o->cl_ord_id, own_ns = o->cl_ord_ns;
	u32 type;
	bool sent;

	/* One question at a time, as an answer does not say to which; the next goes when it is there. */
	if (o->asked == TG_ASKED_ONE)
		return TG_REASON_OK;
	if (!i || !session_takes_orders(v))
		return TG_REASON_SESSION_DOWN;
	type = tg_venue_status_type(tg_venue_caps(v->cfg.dialect));
	if (!type)
		return TG_REASON_UNSUPPORTED;
	if (!has_room(ob))
		return TG_REASON_NO_OUTBOX;
	if (unlikely(e->rates_on) && !tg_rate_status(e, o->venue_id))
		return TG_REASON_VENUE_RATE;
	if (!tg_session_begin(e, v, type, &w, ob))
		return TG_REASON_NO_OUTBOX;
	if (o->inquire == 2) {
		o->cl_ord_id = o->repl_cl_ord_id;	/* for the encoder's eyes only */
		o->cl_ord_ns = o->repl_cl_ord_ns;
	}
	tg_venue_put_status(&v->cfg, &i->def, account_name(e, o->account_id), o, &w);
	o->cl_ord_id = own;
	o->cl_ord_ns = own_ns;
	sent = tg_session_send(e, v, &w, 0, ob);
	if (!sent)
		return TG_REASON_NO_OUTBOX;
	if (unlikely(e->rates_on))
		tg_rate_count(e, o->venue_id, TG_RATE_STATUS);
	o->inquire = 0;
	tg_order_asked(e, o, TG_ASKED_ONE);
	return TG_REASON_OK;
}

u32 tg_order_sweep(struct tg_engine *e, struct tg_outbox *ob)
{
	enum tg_reason why;
	u32 at, sent = 0;

	e->sweep_due = 0;
	if (unlikely(e->rates_on)) {
		e->rate_due_ns = ~0ULL;
		e->rate_asks = 0;
		sent = tg_rate_run(e, ob);
	}
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (o->inquire && tg_order_send_inquiry(e, o, ob) == TG_REASON_NO_OUTBOX) {
			e->sweep_due = 1;
			break;
		}
		if (tg_order_cancel_ready(o) && !o->paced) {
			why = tg_order_send_cancel(e, o, 0, ob);
			if (why == TG_REASON_NO_OUTBOX) {
				e->sweep_due = 1;
				break;
			}
			if (why == TG_REASON_OK) {
				sent++;
				tg_order_update(e, o, ob);
			}
		}
	}
	return sent;
}

/*
 * The order that this client may cancel: its own, or one without an owner on an account and
 * instrument it may trade.
 */
static struct tg_order *order_to_cancel(struct tg_engine *e, u16 client_id, u64 order_id)
{
	const struct tg_client *c = tg_client(e, client_id);
	struct tg_order *o = tg_order_find(e, order_id, 0);
	u16 owner;

	if (!c || !o || order_id != o->order_id)
		return NULL;
	owner = tg_order_owner(e, o);
	if (owner == client_id)
		return o;
	if (!owner && !tg_ord_terminal(o->status) && !(c->info.flags & TG_CLIENT_READ_ONLY) &&
	    tg_client_permitted(e, c, o->account_id, o->instrument_id, TG_PERMIT_TRADE))
		return o;
	return NULL;
}

enum tg_reason tg_order_cancel(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			       struct tg_outbox *ob)
{
	struct tg_order *o = order_to_cancel(e, client_id, s->order_id);
	enum tg_reason why;

	if (!o) {
		verdict(e, client_id, s, NULL, TG_REASON_BAD_ORDER, ob);
		return TG_REASON_BAD_ORDER;
	}
	if (tg_ord_terminal(o->status) ||
	    (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)) || o->cancel_due) {
		why = TG_REASON_ORDER_STATE;
	} else if (!tg_order_can_cancel(o)) {
		o->cancel_due = 1;	/* goes out the moment the replace in flight is settled */
		why = TG_REASON_OK;
	} else {
		why = tg_order_send_cancel(e, o, s->cause_time_ns, ob);
		if (why == TG_REASON_VENUE_RATE)
			why = TG_REASON_OK;	/* kept, and sent when the budget lets it */
	}
	if (unlikely(e->rates_on) && !why)
		tg_rate_count_client(e, client_id, TG_RATE_CANCEL);
	verdict(e, client_id, s, o, why, ob);
	return why;
}

static enum tg_reason try_replace(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				  const struct tg_order_source *from, struct tg_order *o,
				  struct tg_outbox *ob)
{
	u16 any = 0;	/* the order keeps its strategy */
	const struct tg_venue_caps *caps;
	struct tg_instrument *i;
	struct tg_session *v;
	struct tg_risk_request r;
	struct tg_fix_writer w;
	enum tg_reason why;
	u64 seq;

	if (e->mode != TG_MODE_LEADER)
		return TG_REASON_NOT_LEADER;
	why = may_send(e, client_id, o->account_id, o->instrument_id, o->ord_type, from, &any);
	if (why)
		return why;
	i = tg_instrument(e, o->instrument_id);
	v = tg_session(e, o->venue_id);
	if (!i || !v)
		return TG_REASON_BAD_INSTRUMENT;
	caps = tg_venue_caps(v->cfg.dialect);
	if (!caps || caps->replace != TG_REPLACE_G)
		return TG_REASON_UNSUPPORTED;
	if (o->ord_type != TG_ORD_LIMIT)
		return TG_REASON_BAD_TYPE;
	if ((o->status != TG_OS_NEW && o->status != TG_OS_PARTIALLY_FILLED) || o->cancel_due)
		return TG_REASON_ORDER_STATE;
	why = check_px(i, s->px);
	if (why)
		return why;
	if (!qty_ok(&i->def, s->qty) || s->qty <= o->cum_qty)
		return TG_REASON_BAD_QUANTITY;
	if (!session_takes_orders(v))
		return TG_REASON_SESSION_DOWN;
	if (o->request >= TG_ORDER_REPLACE_MAX)
		return TG_REASON_CAPACITY;
	if (unlikely(tg_stp_on(i))) {
		why = tg_stp_replace(e, i, o, s->px, ob);
		if (why)
			return why;
	}

	risk_request(&r, client_id, o->account_id, &i->def, o->side, o->ord_type, s);
	r.strategy_id = o->strategy_id;
	r.flags = o->flags;
	r.add_qty = s->qty > o->qty ? s->qty - o->qty : 0;
	if (e->risk_valued)
		r.add_value = tg_risk_replace_value(o, s->px, s->qty);
	r.is_replace = true;
	why = check_risk(e, &r, TG_RATE_REPLACE, ob);
	if (why)
		return why;

	seq = v->next_tx_seq;
	o->req_cl_ord_id = o->order_id | (u64)(o->request + 1u);
	o->req_cl_ord_ns = e->time_ns;
	o->req_px = s->px;
	o->req_qty = s->qty;
	if (!tg_session_begin(e, v, TG_MT1('G'), &w, ob))
		goto undo;
	put_request(e, TG_REQUEST_REPLACE, v, i, o, &w);
	if (!tg_session_send(e, v, &w, s->cause_time_ns, ob))
		goto undo;
	o->request++;
	o->req_seq = seq;
	o->repl_cl_ord_id = o->req_cl_ord_id;
	o->repl_cl_ord_ns = o->req_cl_ord_ns;
	o->req_type = TG_SUB_REPLACE;
	o->updated_ns = e->time_ns;
	tg_order_derive(o);
	tg_order_recount(e, o);
	count_request(e, &r, TG_RATE_REPLACE, ob);
	tg_cc(e, TG_CC_REPLACES_SENT);
	return TG_REASON_OK;
undo:
	o->req_cl_ord_id = 0;
	o->req_px = 0;
	o->req_qty = 0;
	return TG_REASON_NO_OUTBOX;
}

enum tg_reason tg_order_replace(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				struct tg_outbox *ob)
{
	struct tg_order *o = tg_order_find(e, s->order_id, 0);
	enum tg_reason why = TG_REASON_BAD_ORDER;

	if (o && (o->order_id != s->order_id || tg_order_owner(e, o) != client_id))
		o = NULL;
	if (o)
		why = o->parent_id ? TG_REASON_ORDER_STATE : try_replace(e, client_id, s, NULL, o, ob);
	verdict(e, client_id, s, o, why, ob);
	return why;
}

enum tg_reason tg_order_child_replace(struct tg_engine *e, const struct tg_order_source *from,
				      struct tg_order *o, s64 px, s64 qty, struct tg_outbox *ob)
{
	struct tg_submission s;
	enum tg_reason why;

	memset(&s, 0, sizeof(s));
	s.type = TG_SUB_REPLACE;
	s.px = px;
	s.qty = qty;
	why = try_replace(e, from->client_id, &s, from, o, ob);
	if (!why)
		sent(e, o, TG_SUB_REPLACE, ob);
	return why;
}

enum tg_reason tg_order_cancel_all(struct tg_engine *e, u16 client_id,
				   const struct tg_submission *s, struct tg_outbox *ob)
{
	enum tg_reason why = TG_REASON_OK;
	u32 at;

	if (s->instrument_id && !tg_instrument(e, s->instrument_id)) {
		why = TG_REASON_BAD_INSTRUMENT;
	} else {
		for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
			struct tg_order *o = tg_order_slot(e, at - 1);

			if (o->client_id != client_id ||
			    (s->instrument_id && o->instrument_id != s->instrument_id) ||
			    (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)))
				continue;
			o->cancel_due = 1;
		}
		tg_order_sweep(e, ob);
	}
	verdict(e, client_id, s, NULL, why, ob);
	return why;
}

u32 tg_order_cancel_scope(struct tg_engine *e, enum tg_scope scope, u32 id, enum tg_reason why,
			  struct tg_outbox *ob)
{
	u32 at;

	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (!tg_order_in_scope(o, scope, id) ||
		    (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)))
			continue;
		o->cancel_due = 1;
		o->reason = (u16)why;
	}
	return tg_order_sweep(e, ob);
}

void tg_order_client_gone(struct tg_engine *e, u16 client_id, bool auto_cancel,
			  struct tg_outbox *ob)
{
	u32 at;

	tg_trigger_working(e, TG_TRIGGER_CLIENT_LOST, 0, client_id);
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (o->client_id != client_id)
			continue;
		/* Out of the client's own limits with it: the number goes to somebody else. */
		tg_risk_detach(e, o);
		if (!auto_cancel || (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)))
			continue;
		o->cancel_due = 1;
		o->reason = TG_REASON_CLIENT_GONE;
		tg_cc(e, TG_CC_AUTO_CANCELS);
	}
	if (auto_cancel)
		tg_order_sweep(e, ob);
}
