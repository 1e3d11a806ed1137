/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Child orders. States change on execution reports only (and on what the gateway itself sends or loses). Order ids: epoch 12 | generation 16 | slot 20 | request 16 bits;
 * the order's id has request 0; each request sent (new, cancel, replace) counts it up, and the 64 bits in hex are its ClOrdID: a report finds its order without a search.
 */
#ifndef TG_ORDER_H
#define TG_ORDER_H

#include "fix/decode.h"
#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/netlink.h>
#include <tickgate/reasons.h>
#include <tickgate/types.h>

struct tg_engine;
struct tg_session;

#define TG_ORDER_SLOT_BITS	20
#define TG_ORDER_REQUEST_MAX	65535u

struct tg_order {
	u64 order_id;		/* 0 = slot never used */
	u64 user_ref;
	u64 cl_ord_id;		/* of the last request the venue accepted (or the first one) */
	u64 req_cl_ord_id;	/* of the request in flight, 0 = none */
	u64 created_ns, updated_ns, sent_ns;
	s64 px, qty;		/* as accepted; as submitted before that */
	s64 cum_qty, leaves_qty;
	s64 avg_px;
	s64 value;		/* sum of fills, money e8, saturating */
	s64 req_px, req_qty;	/* replace in flight */
	u32 instrument_id;
	u32 next, prev;		/* free list (FIFO) or working list; slot index + 1, 0 = end */
	u32 parent_id;		/* 0: client order without a parent */
	u32 routing_id;
	u16 client_id;		/* 0 once the client is gone */
	u16 account_id;
	u16 venue_id;
	u16 reason;
	u16 request;		/* last request number used */
	u16 generation;
	u8 status;		/* enum tg_ord_status */
	u8 prior_status;	/* what a refused cancel or replace falls back to */
	u8 side, ord_type, tif;
	u8 flags;		/* TG_SUB_POST_ONLY */
	u8 acked;		/* the venue has spoken of it */
	u8 working;		/* counted in positions' open quantities and in the working list */
	char venue_order_id[TG_VENUE_ORDER_ID_LEN];
};

static inline bool tg_ord_terminal(u8 status)
{
	return status == TG_OS_FILLED || status == TG_OS_CANCELED || status == TG_OS_REJECTED || status == TG_OS_EXPIRED;
}

/* Client requests; each answers with a private ORDER_ACK (origin GATEWAY) carrying the verdict, which is also returned. */
enum tg_reason tg_order_new(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_cancel(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_replace(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_cancel_all(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);

/* Cancels every working order in a scope (kill, client gone); returns how many requests went out. */
u32 tg_order_cancel_scope(struct tg_engine *e, enum tg_scope scope, u32 id, enum tg_reason why, struct tg_outbox *ob);
void tg_order_client_gone(struct tg_engine *e, u16 client_id, bool auto_cancel, struct tg_outbox *ob);

/* report.c */
enum tg_fix_error tg_order_exec_report(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x, struct tg_outbox *ob);
enum tg_fix_error tg_order_cancel_reject(struct tg_engine *e, struct tg_session *s, const struct tg_fix_cancel_reject *x, struct tg_outbox *ob);
void tg_order_business_reject(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob);	/* 35=3, 35=j with 379 = our ClOrdID */
void tg_order_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);	/* in flight -> UNKNOWN, told to clients */
void tg_order_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);	/* UNKNOWN orders are asked about (35=H) where the venue can */

void tg_order_query(const struct tg_engine *e, const struct tg_order *o, struct tg_nl_order *out);
void tg_order_event(const struct tg_order *o, enum tg_priv_type type, struct tg_priv_event *ev);	/* fills the order part */

/* exec_ids.c: the last params.exec_ids execution ids, compared byte by byte; true = seen before (else remembered now). */
struct tg_exec_id { u64 hash; u32 next; u16 venue_id; u8 len; u8 bytes[TG_EXEC_ID_LEN]; u8 pad; };
void tg_exec_ids_init(struct tg_engine *e);
bool tg_exec_id_seen(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len, u64 *hash);

#endif
