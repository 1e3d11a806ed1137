// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The engine: arena layout, the step, lifecycle, digest and snapshot. A step: check the record's place, dispatch by type, hash what came out,
 * work out the next deadline. All else is in the parts.
 */
#include "dispatch.h"
#include "parent/parent.h"
#include "state.h"
#include "timer.h"

#define DIGEST_SEED	0x7469636b67617465ULL
#define NEVER		(~0ULL)
#define PRODUCTS_MAX	1024u
#define L3_ORDERS	65536u
#define STRATEGIES_MAX	256u
#define DAY_S		86400u

/* X(field, default, largest): capacities and their bounds. */
#define CAPACITIES(X) \
	X(max_venues, 4, TG_MAX_VENUES) \
	X(max_instruments, 64, TG_SYMBOL_BUCKETS / 2) \
	X(max_feeds, 16, 256) \
	X(max_accounts, 16, 256) \
	X(max_clients, 32, 256) \
	X(max_permits, 64, 1024) \
	X(max_orders, 4096, 1u << TG_ORDER_SLOT_BITS) \
	X(max_limits, 256, 65536) \
	X(max_parents, 256, TG_PARENT_MAX) \
	X(max_timers, 512, 2 * TG_PARENT_MAX) \
	X(book_levels, 4096, 65535) \
	X(md_pending, 4096, 1u << 20) \
	X(exec_ids, 8192, 1u << 20) \
	X(rx_buffer_bytes, 524288, 1u << 24) \
	X(session_store_bytes, 1048576, 1u << 28) \
	X(session_store_messages, 4096, 1u << 20)

void tg_engine_defaults(struct tg_in_engine *p)
{
	if (!p->abi_version)
		p->abi_version = TG_ABI_VERSION;
	if (!p->engine_id)
		p->engine_id = 1;
#define X(field, def, max) \
	if (!p->field) \
		p->field = def;
	CAPACITIES(X)
#undef X
	if (p->l3_books && !p->l3_orders)
		p->l3_orders = L3_ORDERS;
}

static bool params_ok(const struct tg_in_engine *p)
{
	if (p->abi_version != TG_ABI_VERSION || !p->engine_id || p->flags || p->reserved0)
		return false;
	/* These may be 0: no order books, no products. */
	if (p->l3_books > p->max_instruments || !p->l3_books != !p->l3_orders || p->l3_orders > TG_L3_ORDERS_MAX || p->max_products > PRODUCTS_MAX ||
	    p->max_strategies > STRATEGIES_MAX || p->day_start_s >= DAY_S)
		return false;
#define X(field, def, max) \
	if (!p->field || p->field > (max)) \
		return false;
	CAPACITIES(X)
#undef X
	return p->rx_buffer_bytes >= 4096 && p->session_store_bytes >= TG_FIX_TX_MAX;
}

static u64 place(u64 *at, u64 bytes)
{
	u64 off = *at;

	*at = (off + bytes + 63) & ~63ULL;	/* tables start on cache lines */
	return off;
}

static u32 pow2_at_least(u32 n)
{
	u32 p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

static void put(u64 *off, u64 *at, u64 bytes)
{
	u64 here = place(at, bytes);

	if (off)
		*off = here;
}

/* Lays the arena out; e may be NULL to learn the size only. */
static u64 layout(const struct tg_in_engine *p, struct tg_engine *e)
{
	u64 at = 0;
	u64 rx, books, pending, bytes, index;
	u32 i;

	place(&at, sizeof(struct tg_engine));
	put(e ? &e->off_sessions : NULL, &at, sizeof(struct tg_session) * (p->max_venues + 1ULL));
	put(e ? &e->off_instruments : NULL, &at, sizeof(struct tg_instrument) * (p->max_instruments + 1ULL));
	put(e ? &e->off_templates : NULL, &at, sizeof(struct tg_template) * (p->max_instruments + 1ULL) * TG_TEMPLATES);
	put(e ? &e->off_feeds : NULL, &at, sizeof(struct tg_feed) * (p->max_feeds + 1ULL));
	put(e ? &e->off_accounts : NULL, &at, sizeof(struct tg_account) * (p->max_accounts + 1ULL));
	put(e ? &e->off_clients : NULL, &at, sizeof(struct tg_client) * (p->max_clients + 1ULL));
	put(e ? &e->off_recent : NULL, &at, sizeof(struct tg_recent) * tg_risk_scopes(p));
	put(e ? &e->off_recent_seen : NULL, &at, sizeof(u32) << TG_RECENT_SEEN_BITS);
	put(e ? &e->off_permits : NULL, &at, sizeof(struct tg_in_permit) * (p->max_permits + 1ULL));
	put(e ? &e->off_limits : NULL, &at, sizeof(struct tg_limits) * (u64)p->max_limits);
	put(e ? &e->off_rates : NULL, &at, sizeof(struct tg_rate) * tg_rate_places(p));
	put(e ? &e->off_exposures : NULL, &at, sizeof(struct tg_exposure) * tg_risk_scopes(p));
	put(e ? &e->off_latches : NULL, &at, sizeof(struct tg_latch) * tg_risk_scopes(p));
	put(e ? &e->off_windows : NULL, &at, sizeof(struct tg_window) * (p->max_instruments + 1ULL));
	put(e ? &e->off_strategies : NULL, &at, sizeof(struct tg_strategy) * (p->max_strategies + 1ULL));
	put(e ? &e->off_risk_rows : NULL, &at, sizeof(struct tg_risk_row) * (u64)TG_RISK_ROWS);
	put(e ? &e->off_orders : NULL, &at, sizeof(struct tg_order) * (u64)p->max_orders);
	put(e ? &e->off_positions : NULL, &at, sizeof(struct tg_position) * tg_risk_books(p) * (p->max_instruments + 1ULL));
	put(e ? &e->off_exec_ids : NULL, &at, sizeof(struct tg_exec_id) * (u64)p->exec_ids);
	put(e ? &e->off_exec_buckets : NULL, &at, sizeof(u32) * (u64)pow2_at_least(p->exec_ids));
	put(e ? &e->off_symbols : NULL, &at, sizeof(u32) * (u64)TG_SYMBOL_BUCKETS);
	put(e ? &e->off_products : NULL, &at, sizeof(struct tg_product) * (p->max_products + 1ULL));
	put(e ? &e->off_parents : NULL, &at, tg_parent_bytes(p));
	put(e ? &e->off_timers : NULL, &at, tg_timer_bytes(p));
	put(e ? &e->off_venue_positions : NULL, &at, tg_reconcile_bytes(p));
	if (p->l3_books)
		put(e ? &e->off_l3 : NULL, &at, tg_l3_bytes(p->l3_orders, p->book_levels) * p->l3_books);
	rx = place(&at, (u64)p->rx_buffer_bytes * (p->max_venues + 1ULL));
	books = place(&at, tg_l2_bytes(p->book_levels) * (p->max_instruments + 1ULL));
	pending = place(&at, sizeof(struct tg_md_pending) * (u64)p->md_pending * (p->max_instruments + 1ULL));
	bytes = place(&at, (u64)p->session_store_bytes * (p->max_venues + 1ULL));
	index = place(&at, sizeof(struct tg_stored) * (u64)p->session_store_messages * (p->max_venues + 1ULL));
	if (!e)
		return at;

	for (i = 0; i <= p->max_venues; i++) {
		struct tg_session *s = TG_TABLE(e, off_sessions, struct tg_session) + i;

		s->rx_off = rx + (u64)p->rx_buffer_bytes * i;
		s->store_bytes_off = bytes + (u64)p->session_store_bytes * i;
		s->store_index_off = index + sizeof(struct tg_stored) * (u64)p->session_store_messages * i;
	}
	for (i = 0; i <= p->max_instruments; i++) {
		struct tg_instrument *in = TG_TABLE(e, off_instruments, struct tg_instrument) + i;

		in->book_off = books + tg_l2_bytes(p->book_levels) * i;
		in->pending_off = pending + sizeof(struct tg_md_pending) * (u64)p->md_pending * i;
	}
	return at;
}

u64 tg_engine_size(const struct tg_in_engine *p)
{
	return params_ok(p) ? layout(p, NULL) : 0;
}

u32 tg_engine_outbox_bytes(const struct tg_in_engine *p)
{
	/*
	 * The largest steps: market data that one record completes, with what else is in that record, and every held update applied after it; a mass
	 * cancel of every order with its events. Output of a byte of market data, see tg_engine_udp_outbox_bytes(): 320 from 29 bytes with L2 books (a level that
	 * falls out of the venue's depth makes two of one entry), 320
	 * from 23 with L3 books; held updates make one event or three; notes and state of each instrument once.
	 */
	u64 event = TG_OUT_SIZE(sizeof(struct tg_pub_event));
	u64 snapshot = ((u64)p->rx_buffer_bytes + TG_RECORD_MAX_PAYLOAD) * (p->l3_books ? 14 : 12) +
		       (u64)p->md_pending * event * (p->l3_books ? 3 : 1) + (p->max_instruments + 1ULL) * (8 * event + 2048);
	u64 cancels = (u64)p->max_orders * (TG_OUT_SIZE(512) + 2 * TG_OUT_SIZE(sizeof(struct tg_priv_event)));
	/* Beside them, a piece of an answer to a ResendRequest on every session. */
	u64 resends = (u64)p->max_venues * (TG_SESSION_RESEND_CHUNK + 2 * TG_OUT_SIZE(TG_FIX_TX_MAX));
	/* A parent tells of its end, an order of it is cancelled or sent; what is left of it has room in the next record. */
	u64 parents = (u64)p->max_parents * 2 * TG_OUT_SIZE(sizeof(struct tg_priv_event));
	u64 n = 65536 + resends + parents + (snapshot > cancels ? snapshot : cancels);

	if (n < tg_engine_udp_outbox_bytes(TG_RECORD_MAX_PAYLOAD))
		n = tg_engine_udp_outbox_bytes(TG_RECORD_MAX_PAYLOAD);
	return n > 0x7fffffff ? 0x7fffffff : (u32)n;
}

int tg_engine_init(void *mem, u64 bytes, const struct tg_in_engine *p)
{
	struct tg_engine *e = mem;
	u64 need = tg_engine_size(p);
	u32 i;

	if (!need || bytes < need)
		return -EINVAL;
	memset(mem, 0, need);
	e->magic = TG_ARENA_MAGIC;
	e->bytes = need;
	e->params = *p;
	e->outbox_bytes = tg_engine_outbox_bytes(p);
	e->digest = DIGEST_SEED;
	e->deadline_ns = NEVER;
	e->md_deadline_ns = NEVER;
	e->client_deadline_ns = NEVER;
	e->risk_mark_ns = NEVER;
	e->rate_due_ns = NEVER;
	e->health_ns = NEVER;
	e->reconcile_ns = NEVER;
	e->asked_ns = NEVER;
	layout(p, e);
	/* Free order slots in a queue, oldest first, so that a slot rests as long as possible before its next generation. */
	for (i = 0; i < p->max_orders; i++)
		tg_order_slot(e, i)->next = i + 1 < p->max_orders ? i + 2 : 0;
	e->free_head = 1;
	e->free_tail = p->max_orders;
	tg_exec_ids_init(e);
	tg_parent_init(e);
	tg_timer_init(e);
	return 0;
}

/* ---- dispatch from the session ---- */

#define UNSUPPORTED_TYPE	3	/* 380 */

/* News, quotes, statuses: one-way messages that no venue expects an answer to. */
static bool hearsay(u32 type)
{
	switch (type) {
	case TG_MT1('B'): case TG_MT1('C'): case TG_MT1('x'):
	case TG_MT1('r'): case TG_MT1('S'): case TG_MT1('P'): case TG_MT2('A', 'E'): case TG_MT2('A', 'Q'):
	case TG_MT2('A', 'R'): case TG_MT2('B', 'A'): case TG_MT2('B', 'Z'):
		return true;
	default:
		return false;
	}
}

enum tg_fix_error tg_app_message(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f,
				 const struct tg_fix_header *h, struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	enum tg_fix_error err;

	switch (f->msg_type) {
	case TG_MT1('8'): {
		struct tg_fix_exec x;

		err = tg_venue_exec(&s->cfg, &x, tg_fix_decode_exec(c, &x));
		if (err) {
			*bad_tag = x.bad_tag;
			return err;
		}
		return tg_order_exec_report(e, s, &x, ob);
	}
	case TG_MT1('9'): {
		struct tg_fix_cancel_reject x;

		err = tg_venue_cxlrej(&s->cfg, &x, tg_fix_decode_cancel_reject(c, &x));
		if (err) {
			*bad_tag = x.bad_tag;
			return err;
		}
		return tg_order_cancel_reject(e, s, &x, ob);
	}
	case TG_MT1('j'): {
		struct tg_fix_admin a;

		err = tg_fix_decode_admin(f->msg_type, 0, c, &a);
		if (err) {
			*bad_tag = a.bad_tag;
			return err;
		}
		tg_app_rejected(e, s, &a, ob);
		return TG_FIX_OK;
	}
	case TG_MT1('W'):
	case TG_MT1('X'):
	case TG_MT1('Y'):
	case TG_MT1('h'):
	case TG_MT1('f'):
	case TG_MT1('y'):
	case TG_MT1('d'):
		return tg_md_message(e, s, h, c, bad_tag, ob);
	case TG_MT2('A', 'O'):
	case TG_MT2('A', 'P'):
		return tg_position_report(e, s, c, f->msg_type == TG_MT2('A', 'O'), bad_tag, ob);
	default:
		tg_cc(e, TG_CC_FIX_UNKNOWN_TYPE);
		/* What a venue tells everybody wants no answer; anything else expects that somebody acts on it (FIX 4.4 volume 1, "Business Message Reject"). */
		if (!hearsay(f->msg_type))
			tg_session_business_reject(e, s, h->seq, f->msg_type, UNSUPPORTED_TYPE, "Unsupported Message Type", ob);
		return TG_FIX_OK;
	}
}

void tg_app_rejected(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	tg_order_business_reject(e, s, a, ob);
}

void tg_app_session_state(struct tg_engine *e, struct tg_session *s, u16 previous, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_SESSION, s->cfg.venue_id, TG_EV_LAST);
	bool was_up = previous == TG_SESSION_UP || previous == TG_SESSION_RECOVERING || previous == TG_SESSION_LOGOUT_SENT || s->reset_asked;

	if (ev) {
		ev->u.state.state = s->state;
		ev->u.state.previous = previous;
	}
	if (s->state == TG_SESSION_UP) {
		if (previous == TG_SESSION_LOGON_SENT || previous == TG_SESSION_RECOVERING || previous == TG_SESSION_CREDENTIALS) {
			tg_order_session_up(e, s, ob);
			tg_md_session_up(e, s, ob);
			tg_reconcile_session(e, s);
		}
	} else if ((s->state == TG_SESSION_DOWN || s->state == TG_SESSION_HALTED) && was_up) {
		tg_order_session_down(e, s, ob);
		tg_md_session_down(e, s, ob);
		tg_reconcile_session(e, s);
	}
}

/* ---- the step ---- */

/* Exact payload size of a type: structs; or bytes of any length. false = unknown type or wrong size. */
static bool payload_ok(u16 type, u32 len)
{
	switch (type) {
	case TG_IN_ENGINE: return len == sizeof(struct tg_in_engine);
	case TG_IN_TIMER:
	case TG_IN_TCP_UP:
	case TG_IN_TCP_DOWN:
	case TG_IN_CLIENT_CLOSE:
	case TG_IN_CHECKPOINT: return len == 0;
	case TG_IN_UDP:
	case TG_IN_TCP_RX: return len > 0 && len <= TG_RECORD_MAX_PAYLOAD;
	case TG_IN_CLIENT_OPEN: return len == sizeof(struct tg_in_client);
	case TG_IN_SUBMIT: return len == sizeof(struct tg_submission);
	case TG_IN_VENUE: return len == sizeof(struct tg_in_venue);
	case TG_IN_INSTRUMENT: return len == sizeof(struct tg_in_instrument);
	case TG_IN_FEED: return len == sizeof(struct tg_in_feed);
	case TG_IN_ACCOUNT: return len == sizeof(struct tg_in_account);
	case TG_IN_PERMIT: return len == sizeof(struct tg_in_permit);
	case TG_IN_LIMITS: return len == sizeof(struct tg_in_limits);
	case TG_IN_RATE: return len == sizeof(struct tg_in_rate);
	case TG_IN_KILL:
	case TG_IN_RESUME: return len == sizeof(struct tg_in_kill);
	case TG_IN_MODE: return len == sizeof(struct tg_in_mode);
	case TG_IN_SESSION: return len == sizeof(struct tg_in_session);
	case TG_IN_STRATEGY: return len == sizeof(struct tg_in_strategy);
	case TG_IN_PRODUCT: return len == sizeof(struct tg_in_product);
	case TG_IN_TRIGGER: return len == sizeof(struct tg_in_trigger);
	case TG_IN_WATCH: return len == sizeof(struct tg_in_watch);
	case TG_IN_CREDENTIALS: return len == sizeof(struct tg_in_credentials);
	case TG_IN_STORED: return len > sizeof(struct tg_in_stored) && len <= sizeof(struct tg_in_stored) + TG_FIX_TX_MAX;
	default: return false;
	}
}

static enum tg_reason set_mode(struct tg_engine *e, const struct tg_in_mode *m, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	if (m->mode > TG_MODE_ABORTED || m->reserved0 || m->reserved1)
		return TG_REASON_BAD_REQUEST;
	if (e->mode == TG_MODE_ABORTED)
		return TG_REASON_NOT_LEADER;	/* an aborted engine stays so */
	ev = tg_pub(e, ob, TG_PUB_MODE, 0, TG_EV_LAST);
	if (ev) {
		ev->u.state.state = m->mode;
		ev->u.state.previous = e->mode;
	}
	e->mode = m->mode;
	return TG_REASON_OK;
}

static void timers(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 v;

	for (v = 1; v <= e->params.max_venues; v++) {
		struct tg_session *s = tg_session(e, v);

		if (s && tg_session_deadline_ns(s) <= e->time_ns)
			tg_session_timer(e, s, ob);
	}
	if (tg_md_deadline_ns(e) <= e->time_ns)
		tg_md_timer(e, ob);
	if (tg_risk_deadline_ns(e) <= e->time_ns)
		tg_risk_timer(e, ob);
	if (unlikely(e->rate_due_ns <= e->time_ns))
		tg_rate_timer(e, ob);
	if (e->health_ns <= e->time_ns)
		tg_health_timer(e, ob);
	if (e->reconcile_ns <= e->time_ns)
		tg_reconcile_timer(e, ob);
	if (e->asked_ns <= e->time_ns)
		tg_order_asked_timer(e, ob);
	if (tg_client_deadline_ns(e) <= e->time_ns)
		tg_client_timer(e, ob);
	tg_timer_run(e);
}

static u64 next_deadline(const struct tg_engine *e)
{
	u64 d = tg_md_deadline_ns(e), t;
	u32 v;

	t = tg_client_deadline_ns(e);
	if (t < d)
		d = t;
	t = e->parent_due ? e->time_ns : tg_timer_deadline_ns(e);
	if (t < d)
		d = t;
	t = tg_risk_deadline_ns(e);
	if (t < d)
		d = t;
	t = e->rate_due_ns;
	if (t < d)
		d = t;
	if (e->health_ns < d)
		d = e->health_ns;
	if (e->reconcile_ns < d)
		d = e->reconcile_ns;
	if (e->asked_ns < d)
		d = e->asked_ns;
	for (v = 1; v <= e->params.max_venues; v++) {
		const struct tg_session *s = tg_session(e, v);

		if (!s)
			continue;
		t = tg_session_deadline_ns(s);
		if (t < d)
			d = t;
	}
	return d;
}

static enum tg_reason dispatch(struct tg_engine *e, const struct tg_record *rec, const void *p, struct tg_outbox *ob)
{
	switch (rec->type) {
	case TG_IN_ENGINE:
		if (e->started || memcmp(p, &e->params, sizeof(e->params)))
			return TG_REASON_BAD_REQUEST;
		e->started = 1;
		return TG_REASON_OK;
	case TG_IN_UDP: {
		struct tg_feed *f = tg_feed(e, rec->source);

		if (!f)
			return TG_REASON_BAD_REQUEST;
		tg_feed_datagram(e, f, p, rec->len, ob);
		return TG_REASON_OK;
	}
	case TG_IN_TCP_UP:
	case TG_IN_TCP_RX:
	case TG_IN_TCP_DOWN: {
		struct tg_session *s = tg_session(e, rec->source);

		if (!s)
			return TG_REASON_BAD_REQUEST;
		if (rec->type == TG_IN_TCP_RX)
			tg_session_rx(e, s, p, rec->len, ob);
		else if (rec->type == TG_IN_TCP_UP)
			tg_session_transport_up(e, s, ob);
		else
			tg_session_transport_down(e, s, ob);
		return TG_REASON_OK;
	}
	case TG_IN_SUBMIT:
		return tg_client_submit(e, rec->source, p, ob);
	case TG_IN_TIMER:
		timers(e, ob);
		return TG_REASON_OK;
	case TG_IN_CLIENT_OPEN:
		return tg_client_open(e, rec->source, p, ob);
	case TG_IN_CLIENT_CLOSE:
		return tg_client_close(e, rec->source, ob);
	case TG_IN_VENUE:
		return tg_config_venue(e, p);
	case TG_IN_INSTRUMENT:
		return tg_config_instrument(e, p, ob);
	case TG_IN_PRODUCT:
		return tg_product_config(e, p);
	case TG_IN_FEED:
		return tg_config_feed(e, p);
	case TG_IN_ACCOUNT:
		return tg_config_account(e, p);
	case TG_IN_STRATEGY:
		return tg_config_strategy(e, p);
	case TG_IN_PERMIT:
		return tg_client_permit(e, p);
	case TG_IN_LIMITS:
		return tg_risk_set_limits(e, p, ob);
	case TG_IN_RATE:
		return tg_rate_set(e, p);
	case TG_IN_TRIGGER:
		return tg_trigger_config(e, p);
	case TG_IN_WATCH:
		return tg_watch_config(e, p, ob);
	case TG_IN_KILL:
		return tg_kill_latch(e, p, ob);
	case TG_IN_RESUME:
		return tg_kill_clear(e, p, ob);
	case TG_IN_MODE:
		return set_mode(e, p, ob);
	case TG_IN_SESSION: {
		const struct tg_in_session *c = p;
		struct tg_session *s = tg_session(e, c->venue_id);

		return s ? tg_session_command(e, s, c, ob) : TG_REASON_BAD_REQUEST;
	}
	case TG_IN_STORED: {
		const struct tg_in_stored *m = p;
		struct tg_session *s = tg_session(e, m->venue_id);

		return s ? tg_session_restore(e, s, m, rec->len, ob) : TG_REASON_BAD_REQUEST;
	}
	case TG_IN_CREDENTIALS: {
		const struct tg_in_credentials *c = p;
		struct tg_session *s = tg_session(e, c->venue_id);

		return s ? tg_session_credentials(e, s, c, ob) : TG_REASON_BAD_REQUEST;
	}
	case TG_IN_CHECKPOINT:
		e->digest = tg_mix(e->digest, tg_engine_arena_hash(e));
		return TG_REASON_OK;
	default:
		return TG_REASON_BAD_REQUEST;
	}
}

/* A kill comes before what parents would send, and after what they have met. */
static __attribute__((__noinline__)) void after_record(struct tg_engine *e, struct tg_outbox *ob)
{
	tg_trigger_run(e, ob);
	tg_parent_run(e, ob);
	tg_trigger_run(e, ob);
}

enum tg_reason tg_engine_step(struct tg_engine *e, const struct tg_record *rec, const void *payload, struct tg_outbox *ob)
{
	enum tg_reason verdict = TG_REASON_BAD_REQUEST;
	u32 need = rec->type == TG_IN_UDP ? tg_engine_udp_outbox_bytes(rec->len) : e->outbox_bytes;
	u32 from = ob->len, lost = ob->lost, cap = ob->cap;

	if (unlikely(rec->seq != e->seq + 1 || rec->len > TG_RECORD_MAX_PAYLOAD))
		return TG_REASON_BAD_REQUEST;
	if (unlikely(cap < from || cap - from < need))
		return TG_REASON_NO_OUTBOX;
	/* A step may use what its kind is promised and no more: how much the host has left must not change what the step does. */
	ob->cap = from + need;
	e->seq = rec->seq;
	if (likely(rec->time_ns > e->time_ns))
		e->time_ns = rec->time_ns;
	tg_cc(e, TG_CC_RECORDS);

	if (likely(payload_ok(rec->type, rec->len) && (e->started || rec->type == TG_IN_ENGINE)))
		verdict = dispatch(e, rec, payload, ob);
	if (unlikely(e->parent_due | e->parent_orphans | e->watch_due))
		after_record(e, ob);
	if (unlikely(verdict == TG_REASON_BAD_REQUEST))
		tg_cc(e, TG_CC_RECORDS_BAD);
	if (unlikely((u32)verdict >= TG_REASON_MAX))
		verdict = TG_REASON_BAD_REQUEST;
	e->reasons[verdict]++;

	e->digest = tg_mix(e->digest, (u64)rec->type << 48 | (u64)rec->source << 32 | rec->len);
	e->digest = tg_mix(e->digest, e->time_ns);
	e->digest = tg_mix(e->digest, tg_hash_bytes((u64)verdict, payload, rec->len));
	if (ob->len != from)
		e->digest = tg_hash_bytes(e->digest, ob->buf + from, ob->len - from);
	e->digest = tg_mix(e->digest, ob->lost - lost);
	ob->cap = cap;

	e->deadline_ns = next_deadline(e);
	return verdict;
}

/* ---- digest and snapshot ---- */

u64 tg_engine_arena_hash(const struct tg_engine *e)
{
	return tg_hash_bytes(DIGEST_SEED, e, e->bytes);
}

u64 tg_engine_snapshot(const struct tg_engine *e, void *dst, u64 cap)
{
	if (cap < e->bytes)
		return 0;
	memcpy(dst, e, e->bytes);
	return e->bytes;
}

int tg_engine_restore(void *mem, u64 bytes, const void *snapshot, u64 snapshot_bytes)
{
	const struct tg_engine *s = snapshot;

	if (snapshot_bytes < sizeof(*s) || s->magic != TG_ARENA_MAGIC || s->bytes > snapshot_bytes || s->bytes > bytes ||
	    s->bytes != tg_engine_size(&s->params))
		return -EINVAL;
	memcpy(mem, snapshot, s->bytes);
	return 0;
}
