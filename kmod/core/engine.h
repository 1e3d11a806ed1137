/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The engine: a deterministic single-writer state machine. This is all that a host sees of it.
 *
 * A host gives memory, then records one by one, and carries out what the outbox says. Equal records give equal arenas, digests and
 * outbox bytes on every host. No function here sleeps, allocates, locks, logs, reads a clock or keeps a pointer to its arguments.
 * Only one thread may be inside an engine at a time; the read-only functions count as being inside.
 */
#ifndef TG_CORE_ENGINE_H
#define TG_CORE_ENGINE_H

#include "port.h"
#include "outbox.h"
#include <tickgate/tickgate.h>

struct tg_engine;

/* Fills zero fields of p with defaults. */
void tg_engine_defaults(struct tg_in_engine *p);

/* Bytes of arena that these capacities need; 0 if they are refused (a zero or too large field, reserved not zero). */
u64 tg_engine_size(const struct tg_in_engine *p);

/* Outbox bytes that are enough for any one step. */
u32 tg_engine_outbox_bytes(const struct tg_in_engine *p);

/*
 * Outbox bytes that are enough for one TG_IN_UDP step of `len` payload bytes. An entry of an L2 book takes at least 24 bytes of message
 * (279=0|269=0|270=1|271=1|), and 80 bytes of output for its LEVEL. If it is about another instrument than the one before (55=A|) or another update
 * (25044=1|), 80 more for the TOP and 80 for the PRODUCT_TOP: 240 from 29. An entry of an L3 book takes 18 (279=2|269=0|278=1|), and 160 for ORDER and
 * LEVEL; 240 from 24 where an order moves (270=1|), which touches two levels, or comes again under its id; 320 from 23 about another instrument. So no
 * byte of message makes more than 14 of output, and once for each instrument and product there are notes (TG_OUT_BOOK, TG_OUT_PRODUCT: 16 bytes), a change of
 * state and a request, for which the other 10 are there. The constant: what is held of a book and replayed (TG_MD_UDP_REPLAY entries of up to three events each).
 */
static inline u32 tg_engine_udp_outbox_bytes(u32 len)
{
	return 16384u + 24u * len;
}

/* mem: at least tg_engine_size(p) bytes, 64-byte aligned. 0, or -EINVAL. The first record must be TG_IN_ENGINE with the same p. */
int tg_engine_init(void *mem, u64 bytes, const struct tg_in_engine *p);

/*
 * Consumes one record. rec->seq must be the last one's plus 1; rec->time_ns below the last one's is taken as the last one's (the host should not do it);
 * rec->digest is ignored. payload: rec->len bytes, any alignment for UDP and TCP_RX, 8-byte aligned for structs.
 * Returns the verdict: TG_REASON_OK, or why the record (config, control, submission) was refused. A refused record has been consumed
 * all the same (seq advances, digest changes). rec->seq out of order: returns TG_REASON_BAD_REQUEST and nothing changes. Less room in the outbox than
 * tg_engine_udp_outbox_bytes(len) for TG_IN_UDP, tg_engine_outbox_bytes() for all others: TG_REASON_NO_OUTBOX, and nothing changes: empty it and try again.
 */
enum tg_reason tg_engine_step(struct tg_engine *e, const struct tg_record *rec, const void *payload, struct tg_outbox *ob);

/* Running digest: covers every record and every output so far, and the whole arena at each TG_IN_CHECKPOINT. O(1). */
u64 tg_engine_digest(const struct tg_engine *e);
/* Hash of the whole arena. O(arena). */
u64 tg_engine_arena_hash(const struct tg_engine *e);

/* Sequence number and time of the last record. */
u64 tg_engine_seq(const struct tg_engine *e);
u64 tg_engine_time_ns(const struct tg_engine *e);

/* The host must send TG_IN_TIMER at or soon after this time; ~0 = nothing is armed. O(1). */
u64 tg_engine_deadline_ns(const struct tg_engine *e);

/* Snapshot: the arena's bytes. Returns bytes written, or 0 if cap is too small. Restore checks magic, ABI and size: 0 or -EINVAL. */
u64 tg_engine_snapshot(const struct tg_engine *e, void *dst, u64 cap);
int tg_engine_restore(void *mem, u64 bytes, const void *snapshot, u64 snapshot_bytes);

/* ---- read only ---- */

const struct tg_in_engine *tg_engine_params(const struct tg_engine *e);
enum tg_mode tg_engine_mode(const struct tg_engine *e);
const u64 *tg_engine_counters(const struct tg_engine *e);	/* [TG_CC_MAX] */
const u64 *tg_engine_reasons(const struct tg_engine *e);	/* [TG_REASON_MAX]: verdicts given, by reason */
u32 tg_engine_working_orders(const struct tg_engine *e);
u32 tg_engine_kills(const struct tg_engine *e);			/* latched */
u64 tg_engine_last_order_id(const struct tg_engine *e);	/* order id of the last accepted TG_SUB_NEW (to answer the ioctl) */

/* Fill *out; false = no such thing. Iterate ids from 1 to the capacity in params; false for gaps. */
bool tg_engine_session(const struct tg_engine *e, u32 venue_id, struct tg_nl_session *out);
u16 tg_engine_venue_flags(const struct tg_engine *e, u32 venue_id);	/* TG_VENUE_*; 0 also when there is no such venue */
bool tg_engine_instrument(const struct tg_engine *e, u32 instrument_id, struct tg_in_instrument *out);
bool tg_engine_feed(const struct tg_engine *e, u32 feed_id, struct tg_nl_feed *out);
bool tg_engine_md(const struct tg_engine *e, u32 instrument_id, struct tg_nl_md *out);
bool tg_engine_account(const struct tg_engine *e, u32 account_id, struct tg_in_account *out);
bool tg_engine_client(const struct tg_engine *e, u32 client_id, struct tg_nl_client *out);	/* private_head, broken: left 0 for the host */
u64 tg_engine_rates(const struct tg_engine *e);	/* places of message budgets */
bool tg_engine_rate(const struct tg_engine *e, u64 at, struct tg_nl_rate *out);	/* at < that; false = none */
u64 tg_engine_restrictions(const struct tg_engine *e);	/* places of what may be latched */
bool tg_engine_restriction(const struct tg_engine *e, u64 at, struct tg_nl_restriction *out);	/* at < that; false = none there */
bool tg_engine_order_at(const struct tg_engine *e, u32 index, struct tg_nl_order *out);	/* index < max_orders */
bool tg_engine_parent_at(const struct tg_engine *e, u32 index, struct tg_nl_parent *out);	/* index < max_parents */
bool tg_engine_position(const struct tg_engine *e, u32 account_id, u32 instrument_id, struct tg_nl_position *out); /* false when never touched */
bool tg_engine_strategy_position(const struct tg_engine *e, u32 strategy_id, u32 instrument_id, struct tg_nl_position *out);
bool tg_engine_firm_position(const struct tg_engine *e, u32 instrument_id, struct tg_nl_position *out);	/* all accounts as one */
bool tg_engine_strategy(const struct tg_engine *e, u32 strategy_id, struct tg_in_strategy *out);
bool tg_engine_book(const struct tg_engine *e, u32 instrument_id, struct tg_book_image *out);	/* seqcount left 0 */
/* The same, for one that writes many: *out is all zero, or what this filled before, of any instrument. Only what is used, or was, is written. */
bool tg_engine_book_update(const struct tg_engine *e, u32 instrument_id, struct tg_book_image *out);
bool tg_engine_product(const struct tg_engine *e, u32 product_id, struct tg_product_image *out);	/* seqcount left 0 */
u32 tg_engine_book_levels(const struct tg_engine *e, u32 instrument_id, enum tg_book_side side);
bool tg_engine_book_level(const struct tg_engine *e, u32 instrument_id, enum tg_book_side side, u32 depth, struct tg_level *out); /* depth 0 = best */

/* Texts from the X-macro lists (texts.c); never NULL. */
const char *tg_reason_name(u32 reason);		/* "MAX_QUANTITY" */
const char *tg_reason_text(u32 reason);
const char *tg_core_counter_name(u32 counter);
const char *tg_host_counter_name(u32 counter);
const char *tg_stage_name(u32 stage);
const char *tg_ord_status_name(u32 status);
const char *tg_session_state_name(u32 state);
const char *tg_parent_state_name(u32 state);	/* "working" */
const char *tg_parent_end_name(u32 end);
const char *tg_exec_name(u32 exec);		/* as in the configuration: "multi_leg" */
const char *tg_book_state_name(u32 state);
const char *tg_mode_name(u32 mode);

#endif
