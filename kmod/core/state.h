/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The arena's layout. One struct, then the tables, all inside one block, linked by offsets and indices only. Parts include this to reach each other's
 * tables; each part writes only its own, but for the counters.
 *
 * Order of effects on an execution report: child order, (parent), position and risk, then client events.
 */
#ifndef TG_CORE_STATE_H
#define TG_CORE_STATE_H

#include "engine.h"
#include "num.h"
#include "book/l2.h"
#include "book/cons.h"
#include "book/part.h"
#include "client/client.h"
#include "md/md.h"
#include "order/order.h"
#include "risk/rate.h"
#include "risk/risk.h"
#include "session/session.h"
#include "venue/quick.h"
#include "venue/venue.h"

#define TG_ARENA_MAGIC		0x31616e6572616774ULL
#define TG_MAX_VENUES		16u
#define TG_SYMBOL_BUCKETS	1024u	/* power of two */

struct tg_account { struct tg_in_account cfg; };	/* cfg.account_id 0 = empty */
struct tg_strategy { struct tg_in_strategy cfg; };	/* cfg.strategy_id 0 = empty */

struct tg_engine {
	u64 magic;
	u64 bytes;			/* of the arena */
	struct tg_in_engine params;

	/* engine.c */
	u64 seq, time_ns, digest;
	u64 deadline_ns;		/* recomputed after every step */
	u32 outbox_bytes;		/* what a step other than UDP may fill */
	u32 pad_outbox;
	u32 mode;			/* enum tg_mode */
	u32 started;			/* TG_IN_ENGINE was seen */
	u64 counters[TG_CC_MAX];
	u64 reasons[TG_REASON_MAX];

	/* order/ */
	u32 free_head, free_tail;	/* order slots + 1 */
	u32 working_head, working_tail;	/* working orders, oldest first */
	u32 working;
	u32 orders_used;		/* slots ever used: bound of scans */
	u64 last_order_id;
	u32 exec_next;			/* ring position; exec ids */
	u32 exec_count;
	u64 exec_total;			/* ids ever remembered */
	u32 sweep_due;			/* cancels or status requests are left over for the next timer */
	u32 order_pad;

	/* md/ */
	u64 md_deadline_ns;
	u64 md_request_id;
	u64 md_replay_seq;		/* record in which md_replayed counts */
	u32 md_replayed;		/* held entries replayed by it */
	u32 md_burst;			/* requests in the window that began at */
	u64 md_burst_ns;

	/* book/ */
	u64 ack_latency_ns[TG_MAX_VENUES + 1];	/* order sent to first report of it, running mean; index = venue id */
	u32 l3_used;			/* of params.l3_books */
	u32 book_pad;

	/* client/ */
	u32 clients_top;		/* no client that is open has a higher id */
	u32 pad_clients;
	u64 client_deadline_ns;

	/* parent/, timer.c */
	u32 parents;			/* not DONE */
	u32 parent_free, parent_free_tail;	/* slots + 1 */
	u32 parent_due, parent_due_tail;	/* to run at the end of the record; slots + 1 */
	u32 parent_orphans;		/* reports of children without a parent, in this record */
	u32 watch_due;			/* triggers to act at the end of the record: bit trigger_id - 1 */
	u32 triggers_on;		/* bits enum tg_trigger_on of those that there are */
	u32 timers;			/* armed */
	u32 timer_free;

	/* risk/ */
	struct tg_kills kills;
	struct tg_trigger triggers[TG_TRIGGERS];	/* trigger.c; [id - 1] */
	u64 limits_version;		/* grows with every change of limits */
	u32 limits_used;		/* slots of limits but for FIRM's */
	u32 risk_valued;		/* 1: sums of struct tg_exposure are kept */
	u64 risk_day_ns;		/* the next day begins; 0 = not before sums are kept */
	u64 risk_mark_ns;		/* positions are valued anew; ~0 = all are flat */
	u32 risk_mark_at;		/* instruments done in this round */
	u32 risk_mark_held;		/* a position was met in it */
	u32 risk_watched;		/* 1: some limits are looked at after the event (watch.c) */
	u32 rates_on;			/* 1: a TG_IN_RATE came */
	u64 rate_due_ns;		/* what waits for a budget is looked at; ~0 = nothing does */
	u32 rate_asks;			/* a status request waits too */
	u32 risk_pad;
	u32 health_on;			/* 1: the health of some venue is scored */
	u32 copy_sessions;		/* 1: some session is a drop copy */
	u64 health_ns;			/* when they are looked at next; ~0 = never */
	u64 reconcile_ns;		/* the next question for positions, or copy to be settled; ~0 = none */
	u64 asked_ns;			/* a status question is looked at whose answer is late, at the latest then; ~0 = none is asked */
	u64 strays;			/* cancels for orders that are not ours */
	u32 copies_used;
	u32 copies_pad;
	struct tg_copy copies[TG_COPIES];	/* stray.c: by due_ns */

	/* Offsets from the arena's start. */
	u64 off_sessions;		/* struct tg_session [max_venues + 1], index = venue id */
	u64 off_instruments;		/* struct tg_instrument [max_instruments + 1] */
	u64 off_templates;		/* struct tg_template [(max_instruments + 1) * TG_TEMPLATES] */
	u64 off_feeds;			/* struct tg_feed [max_feeds + 1] */
	u64 off_accounts;		/* struct tg_account [max_accounts + 1] */
	u64 off_clients;		/* struct tg_client [max_clients + 1] */
	u64 off_recent;			/* struct tg_recent, as off_exposures */
	u64 off_recent_seen;		/* u32 [2^TG_RECENT_SEEN_BITS], see recent.h */
	u64 off_permits;		/* struct tg_in_permit [max_permits + 1] */
	u64 off_limits;			/* struct tg_limits [max_limits]: [0] is FIRM; the others in the order in which they came */
	u64 off_rates;			/* struct tg_rate [tg_rate_places()]: by venue, client, source */
	u64 off_exposures;		/* struct tg_exposure [tg_risk_scopes()]: FIRM, then by venue, account, client, instrument, strategy */
	u64 off_latches;		/* struct tg_latch, likewise: restriction.c */
	u64 off_windows;		/* struct tg_window [max_instruments + 1] */
	u64 off_strategies;		/* struct tg_strategy [max_strategies + 1] */
	u64 off_risk_rows;		/* struct tg_risk_row [TG_RISK_ROWS] */
	u64 off_orders;			/* struct tg_order [max_orders], index = slot */
	u64 off_positions;		/* struct tg_position [tg_risk_books() * (max_instruments + 1)]: books of the firm, accounts, strategies, clients */
	u64 off_exec_ids;		/* struct tg_exec_id [exec_ids] */
	u64 off_exec_buckets;		/* u32 [exec_ids rounded up to 2^k]: index + 1 */
	u64 off_products;		/* struct tg_product [max_products + 1] */
	u64 off_venue_positions;	/* struct tg_venue_position: reconcile.c */
	u64 off_l3;			/* params.l3_books times struct tg_l3 */
	u64 off_parents;		/* struct tg_parent [max_parents] */
	u64 off_timers;			/* struct tg_timer [max_timers], then u32 [max_timers]: the heap */
	u64 off_symbols;		/* u32 [TG_SYMBOL_BUCKETS]: instrument id, open addressing on (venue, symbol) */

	struct tg_md_scratch md_scratch[TG_MD_SCRATCH];	/* md/: the message at work */
};

#define TG_TABLE(e, off, type)	((type *)((u8 *)(e) + (e)->off))

static inline struct tg_session *tg_session(const struct tg_engine *e, u32 id)
{
	struct tg_session *s = TG_TABLE(e, off_sessions, struct tg_session) + id;

	return id && id <= e->params.max_venues && s->cfg.venue_id ? s : NULL;
}

static inline struct tg_instrument *tg_instrument(const struct tg_engine *e, u32 id)
{
	struct tg_instrument *i = TG_TABLE(e, off_instruments, struct tg_instrument) + id;

	return id && id <= e->params.max_instruments && i->def.instrument_id ? i : NULL;
}

/* e8; what is configured, else what the venue said; 0 = not known yet. */
static inline s64 tg_instrument_tick(const struct tg_instrument *i)
{
	return i->def.tick ? i->def.tick : i->venue_tick;
}

static inline struct tg_feed *tg_feed(const struct tg_engine *e, u32 id)
{
	struct tg_feed *f = TG_TABLE(e, off_feeds, struct tg_feed) + id;

	return id && id <= e->params.max_feeds && f->cfg.feed_id ? f : NULL;
}

static inline struct tg_product *tg_product(const struct tg_engine *e, u32 id)
{
	struct tg_product *p = TG_TABLE(e, off_products, struct tg_product) + id;

	return id && id <= e->params.max_products && p->cfg.product_id ? p : NULL;
}

static inline struct tg_account *tg_account(const struct tg_engine *e, u32 id)
{
	struct tg_account *a = TG_TABLE(e, off_accounts, struct tg_account) + id;

	return id && id <= e->params.max_accounts && a->cfg.account_id ? a : NULL;
}

static inline struct tg_strategy *tg_strategy(const struct tg_engine *e, u32 id)
{
	struct tg_strategy *s = TG_TABLE(e, off_strategies, struct tg_strategy) + id;

	return id && id <= e->params.max_strategies && s->cfg.strategy_id ? s : NULL;
}

/* Open clients only. */
static inline struct tg_client *tg_client(const struct tg_engine *e, u32 id)
{
	struct tg_client *c = TG_TABLE(e, off_clients, struct tg_client) + id;

	return id && id <= e->params.max_clients && c->open ? c : NULL;
}

static inline struct tg_order *tg_order_slot(const struct tg_engine *e, u32 slot)
{
	return TG_TABLE(e, off_orders, struct tg_order) + slot;
}

/* The client that sent it, while attached; else 0: a finished order keeps its client's number, and another client may have the number by now. */
static inline u16 tg_order_owner(const struct tg_engine *e, const struct tg_order *o)
{
	const struct tg_client *c = tg_client(e, o->client_id);

	return c && o->created_seq > c->opened_seq ? o->client_id : 0;
}

/* By any request's id; venue 0 = any. */
static inline struct tg_order *tg_order_find(const struct tg_engine *e, u64 id, u16 venue_id)
{
	u32 slot = (u32)(id >> 16) & ((1u << TG_ORDER_SLOT_BITS) - 1);
	struct tg_order *o;

	if (slot >= e->orders_used)
		return NULL;
	o = tg_order_slot(e, slot);
	if (!o->order_id || o->order_id != (id & ~0xffffULL) || (venue_id && o->venue_id != venue_id))
		return NULL;
	return o;
}

static inline struct tg_l2 *tg_l2_of(const struct tg_engine *e, const struct tg_instrument *i)
{
	return (struct tg_l2 *)((u8 *)e + i->book_off);
}

static inline struct tg_window *tg_window(const struct tg_engine *e, u32 instrument_id)
{
	return TG_TABLE(e, off_windows, struct tg_window) + instrument_id;
}

/* What tg_md_reference_px() says, for those who cannot spare the call. */
static __always_inline s64 tg_reference_px(const struct tg_engine *e, const struct tg_instrument *i)
{
	struct tg_level bid, ask;

	if (i->state != TG_BOOK_LIVE)
		return TG_PX_NONE;
	tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (bid.px == TG_PX_NONE || ask.px == TG_PX_NONE)
		return i->last_px;
	/* Half of the sum, rounded down; the sum itself can overflow: prices go up to 9e18. */
	return (bid.px & ask.px) + ((bid.px ^ ask.px) >> 1);
}

static inline struct tg_template *tg_templates(const struct tg_engine *e, const struct tg_instrument *i)
{
	return TG_TABLE(e, off_templates, struct tg_template) + (u64)i->def.instrument_id * TG_TEMPLATES;
}

/* Instrument of a venue by symbol (config.c); NULL = not configured. */
struct tg_instrument *tg_instrument_by_symbol(const struct tg_engine *e, u16 venue_id, const u8 *symbol, u32 len);

/* NUL padded, at least one character unless empty is allowed, printable ASCII without SOH: what may stand in a FIX field (config.c). */
bool tg_text_ok(const char *s, u32 max, bool may_be_empty);

/* config.c: applies one control record. */
enum tg_reason tg_config_venue(struct tg_engine *e, const struct tg_in_venue *v);
enum tg_reason tg_config_instrument(struct tg_engine *e, const struct tg_in_instrument *i, struct tg_outbox *ob);
enum tg_reason tg_config_feed(struct tg_engine *e, const struct tg_in_feed *f);
enum tg_reason tg_config_account(struct tg_engine *e, const struct tg_in_account *a);
enum tg_reason tg_config_strategy(struct tg_engine *e, const struct tg_in_strategy *s);

static inline void tg_cc(struct tg_engine *e, enum tg_core_counter c)
{
	e->counters[c]++;
}

static inline void tg_cc_add(struct tg_engine *e, enum tg_core_counter c, u64 n)
{
	e->counters[c] += n;
}

/*
 * Room for one event in the outbox, zeroed but for the common fields; NULL when full (counted). It is committed at once: fill it in before anything else is appended.
 */
static inline struct tg_pub_event *tg_pub(struct tg_engine *e, struct tg_outbox *ob, enum tg_pub_type type, u32 id, u16 flags)
{
	struct tg_pub_event *ev = (struct tg_pub_event *)tg_outbox_reserve(ob, sizeof(*ev));

	if (unlikely(!ev)) {
		tg_cc(e, TG_CC_OUTBOX_FULL);
		return NULL;
	}
	memset(ev, 0, sizeof(*ev));
	ev->time_ns = e->time_ns;
	ev->record_seq = e->seq;
	ev->id = id;
	ev->type = type;
	ev->flags = flags;
	tg_outbox_commit(ob, TG_OUT_PUBLIC, 0, 0, sizeof(*ev));
	return ev;
}

/* The same with a body (u) that is not zeroed: all of it is written by who asks. */
static __always_inline struct tg_priv_event *tg_priv_bare(struct tg_engine *e, struct tg_outbox *ob, u16 client_id, enum tg_priv_type type,
							  u32 instrument_id, u16 flags)
{
	struct tg_priv_event *ev = (struct tg_priv_event *)tg_outbox_reserve(ob, sizeof(*ev));

	if (unlikely(!ev)) {
		tg_cc(e, TG_CC_OUTBOX_FULL);
		return NULL;
	}
	ev->ring_seq = 0;
	ev->time_ns = e->time_ns;
	ev->record_seq = e->seq;
	ev->instrument_id = instrument_id;
	ev->type = type;
	ev->flags = flags;
	tg_outbox_commit(ob, TG_OUT_PRIVATE, client_id, 0, sizeof(*ev));
	return ev;
}

static inline struct tg_priv_event *tg_priv(struct tg_engine *e, struct tg_outbox *ob, u16 client_id, enum tg_priv_type type, u32 instrument_id, u16 flags)
{
	struct tg_priv_event *ev = tg_priv_bare(e, ob, client_id, type, instrument_id, flags);

	if (ev)
		memset(&ev->u, 0, sizeof(ev->u));
	return ev;
}

/* An entry without bytes: CLOSE, BOOK, STAT. */
static inline void tg_out_note(struct tg_engine *e, struct tg_outbox *ob, u16 type, u16 target, u64 arg)
{
	if (unlikely(!tg_outbox_reserve(ob, 0))) {
		tg_cc(e, TG_CC_OUTBOX_FULL);
		return;
	}
	tg_outbox_commit(ob, type, target, arg, 0);
}

#include "book/book.h"

#endif
