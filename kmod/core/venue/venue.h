/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Venue dialects: capabilities as data and the few functions that differ. A dialect is one file and
 * one row of the table in venue.c. Encoders append body fields only; header and trailer are the
 * session's. `account` is NUL padded to TG_NAME_LEN bytes. What a capability means in a message is
 * in docs/VENUES.md, from the venues' published pages.
 */
#ifndef TG_VENUE_H
#define TG_VENUE_H

#include "fix/encode.h"
#include "order/order.h"
#include <tickgate/record.h>

/* Whether gaps can be filled by ResendRequest (35=2). */
enum tg_venue_resend {
	TG_RESEND_NONE = 0,	/* a missing message stays missing */
	TG_RESEND_BOTH = 1,
	TG_RESEND_UNSURE = 2,	/* the venue's pages contradict each other: ask, and do without */
};

/* How a working order is changed. */
enum tg_venue_replace {
	TG_REPLACE_NONE,
	TG_REPLACE_G,		/* 35=G keeps the order */
	TG_REPLACE_XCN,		/* one message cancels and enters anew: another order, no 35=G */
};

enum tg_venue_status {
	TG_STATUS_NONE = 0,
	TG_STATUS_H = 1,	/* 35=H by ClOrdID */
	TG_STATUS_AF = 2,	/* 35=AF by ClOrdID */
};

/* Scopes of 35=q (530), as bits. */
enum tg_venue_mass_cancel {
	TG_MASS_SYMBOL = 1,	/* 530=1 */
	TG_MASS_TYPE = 2,	/* 530=5 */
	TG_MASS_SESSION = 4,	/* 530=6 */
	TG_MASS_ALL = 8,	/* 530=7 */
};

/* Who signs what; the daemon does (userspace/tickgated). */
enum tg_venue_credentials {
	TG_CRED_NONE,
	TG_CRED_BINANCE_ED25519,
	TG_CRED_KRAKEN_HMAC_SHA512,
	TG_CRED_COINBASE_HMAC_SHA256,
	TG_CRED_DERIBIT_SHA256,
};

enum tg_venue_cancel_reject {
	TG_CANCEL_REJECT_9,	/* 35=9 */
	TG_CANCEL_REJECT_J,	/* 35=j */
};

/* ClOrdID (11): how our 64-bit request id is written. */
enum tg_venue_cl_ord_id {
	TG_ID_HEX16,		/* 16 upper-case hex digits; 8 more with a routing id */
	TG_ID_UUID4,		/* lower-case UUID, version 4, variant 1: id and a check */
	TG_ID_TIME_UUID4,	/* the same, its first 48 bits the time of the request in 10 us */
};

enum tg_venue_md_level {
	TG_MD_NONE,
	TG_MD_L2,		/* by price */
	TG_MD_L3,		/* order by order, and nothing else */
	TG_MD_L2_L3,		/* either (266) */
};

enum tg_venue_md_ids {		/* 278 in X */
	TG_MD_ID_NONE,
	TG_MD_ID_SIDE_PX,	/* `B` or `O` and the price */
	TG_MD_ID_ORDER,		/* of an order */
};

/* How a venue lets one see that something of a book is missing. */
enum tg_venue_md_gap {
	TG_MD_GAP_CHAIN,	/* update ids: 25043 is the 25044 before, plus 1 */
	TG_MD_GAP_RPT_SEQ,	/* 83 of a symbol counts every entry, also those that change no book */
	TG_MD_GAP_MSG_SEQ,	/* 34 and nothing else */
	TG_MD_GAP_CHECKSUM,	/* a checksum of the best levels (md_checksum_tag); and 34 */
};

/* Market data request (35=V): what is said beside 262 263 264 146 267. */
#define TG_MDREQ_UPDATE_TYPE	1u	/* 265 */
#define TG_MDREQ_AGGREGATED	2u	/* 266=Y */
#define TG_MDREQ_TRADES		4u	/* 269=2 may be asked for along with the book */
#define TG_MDREQ_END_SHORT	8u	/* 263=2 carries 262 and nothing else */
#define TG_MDREQ_NO_SNAPSHOT	16u	/* 263=0 is not taken: only subscriptions (TG_VENUE_MD_TCP) */

/* Fields of order messages that not every venue takes. */
#define TG_ORD_ACCOUNT		1u	/* 1 in D F G H */
#define TG_ORD_TIME		2u	/* 60 in D F G q */
#define TG_ORD_CANCEL_SIDE	4u	/* 54 in F H */
#define TG_ORD_VENUE_ID		8u	/* 37 in F G H, once it is known */
#define TG_ORD_CANCEL_QTY	16u	/* 38 in F */

#define TG_FIX_VERSION_42	1u	/* fix_versions */
#define TG_FIX_VERSION_44	2u
#define TG_FIX_VERSION_50	4u

struct tg_venue_stp {		/* self-trade prevention of one order: tag, and its values; 0 = cannot be said */
	u16 tag;
	u8 none, newest, oldest, both, decrement;
	u8 in_replace;		/* 35=G takes it too */
};

struct tg_venue_caps {
	u16 dialect;			/* enum tg_dialect */
	u16 fix_version;		/* 42, 44, 50: of a venue record that says 0 */
	u8 resend;			/* enum tg_venue_resend; false = the venue does not answer 35=2 */
	u8 replace;			/* enum tg_venue_replace */
	u8 status_request;		/* enum tg_venue_status */
	u8 positions;			/* 35=AN for an account is answered by 35=AP, 35=AO */
	u8 mass_status;			/* 35=AF with 585=7 asks for all working orders of the session */
	u8 mass_cancel;			/* TG_MASS_*; 0 = no 35=q */
	u8 cancel_on_disconnect;	/* the Logon can ask for it: cod_* */
	u8 md_gap;			/* enum tg_venue_md_gap */
	u8 md_omit_delete_qty;
	u8 fix_versions;		/* TG_FIX_VERSION_* that a venue record may name */
	const char *name;

	/* session */
	u32 resend_max;			/* messages in one ResendRequest; 0 = as many as are missing */
	u8 logon_reset;			/* every Logon must carry 141=Y */
	u8 credentials;			/* enum tg_venue_credentials */
	u16 logon_bare_data;		/* the venue's Logon echoes this data field without its length field; 0 = no such thing */
	u8 logon_secret;		/* the Logon itself holds a secret: the daemon sends it */
	u8 tls;				/* the venue takes nothing but TLS */
	u16 heartbeat_min_s, heartbeat_max_s;	/* 108; 0 = no bound */
	u16 cod_tag;			/* cancel on disconnect */
	u8 cod_on, cod_off;		/* its values; off 0 = left out */
	u32 rate_messages, rate_window_ms;	/* messages we may send in a window; 0 = not known */
	u32 connects, connects_window_ms;
	u16 connections;		/* at once; 0 = not known */

	/* orders */
	u16 ord_fields;			/* TG_ORD_* */
	u8 exec_missing;		/* TG_EXEC_NO_* that reports of this venue may leave out */
	u8 cxlrej_missing;		/* TG_CXLREJ_NO_* likewise */
	u8 cl_ord_id;			/* enum tg_venue_cl_ord_id */
	u8 cl_ord_id_max;		/* what the venue takes */
	u8 id_echo_swapped;		/* reports: 41 is our ClOrdID of the new order, 11 the venue's id */
	u8 cancel_reject;		/* enum tg_venue_cancel_reject */
	u8 tifs;			/* 1 << enum tg_tif */
	u8 tif_default;			/* '0' + the TIF that is said by leaving 59 out; 0 = none */
	u8 tif_market;			/* market orders may carry 59; else they are IOC by nature and leave it out */
	u8 ord_types;			/* 1 << enum tg_ord_type */
	char post_only[4];		/* 18; "" = cannot be said */
	char reduce_only[4];
	struct tg_venue_stp stp;

	/* market data */
	u8 md_level;			/* enum tg_venue_md_level */
	u8 md_ids;			/* enum tg_venue_md_ids */
	u8 md_request;			/* TG_MDREQ_* */
	u8 md_inherit;			/* X: 55, 25043 and 25044 omitted = as in the entry before */
	u8 md_fragments;		/* 893 */
	u8 security_list;		/* 35=x is answered */
	u8 trading_status;		/* MsgType that asks for an instrument's trading status: 'e', 'g', 0 = none */
	u16 md_checksum_tag;		/* of the ten best levels; 0 = none */
	u32 md_depth_max;		/* 264; 0 = no bound */
	u8 md_depth_kept;		/* updates are about so many levels only: a level further off is no longer told of */
};

const struct tg_venue_caps *tg_venue_caps(u16 dialect);	/* NULL = unknown */

/* FIX version of a session: as configured, else the dialect's own. 0 = unknown dialect. */
static inline u16 tg_venue_version(const struct tg_in_venue *v)
{
	const struct tg_venue_caps *caps = tg_venue_caps(v->dialect);

	return v->fix_version ? v->fix_version : caps ? caps->fix_version : 0;
}

/* The dialect takes such a record: version, reset, heartbeat, cancel on disconnect. */
bool tg_venue_accepts(const struct tg_in_venue *v);
/* false = the dialect cannot say such an order (type, TIF, post-only). */
bool tg_venue_can_order(const struct tg_venue_caps *c, u8 ord_type, u8 tif, u16 flags);

/*
 * ClOrdID. time_ns: of the request; part of the time-first form, so the same must be given whenever
 * the request is named again. routing: the client's own 32 bits, up to tg_venue_routing_max(); 0 =
 * none, and the id is as if there was no such thing. Reading refuses (false) whatever we did not
 * write; that routing is the order's own is for the caller to see.
 */
#define TG_CL_ORD_ID_LEN	36u	/* longest */
u32 tg_venue_cl_ord_id_text(const struct tg_venue_caps *c, u64 id, u32 routing, u64 time_ns, u8 *out);	/* bytes written, <= TG_CL_ORD_ID_LEN */
/* The same; *sum grows by the bytes written. Whole words are stored: at most TG_CL_ORD_ID_LEN. */
u32 tg_venue_cl_ord_id_sum(const struct tg_venue_caps *c, u64 id, u32 routing, u64 time_ns, u8 *out, u32 *sum);
void tg_venue_write_cl_ord_id(const struct tg_venue_caps *c, struct tg_fix_writer *w, u64 tag_bytes, u64 id, u32 routing, u64 time_ns);
#define tg_venue_put_cl_ord_id(c, w, tag, id, routing, time_ns) \
	tg_venue_write_cl_ord_id(c, w, tg_fix_tag_bytes(tag), id, routing, time_ns)
bool tg_venue_cl_ord_id(const struct tg_venue_caps *c, const u8 *v, u32 len, u64 *id, u32 *routing);
static inline u32 tg_venue_routing_max(const struct tg_venue_caps *c)
{
	return c->cl_ord_id == TG_ID_TIME_UUID4 ? 0xff : c->cl_ord_id == TG_ID_HEX16 && c->cl_ord_id_max < 24 ? 0 : 0xffffffff;
}

/*
 * What a decoder made of a report, as every venue and version would have said it: fields that this one leaves out, FIX 4.2's way to tell of trades, ids the
 * other way round. err: the decoder's; returns what is left of it.
 */
enum tg_fix_error tg_venue_exec(const struct tg_in_venue *v, struct tg_fix_exec *x, enum tg_fix_error err);
enum tg_fix_error tg_venue_cxlrej(const struct tg_in_venue *v, const struct tg_fix_cancel_reject *x, enum tg_fix_error err);

/* A decimal with at least min_digits (0..8) digits after the point. */
void tg_venue_write_e8(struct tg_fix_writer *w, u64 tag_bytes, s64 v, u8 min_digits);
#define tg_venue_put_e8(w, tag, v, min_digits) \
	tg_venue_write_e8(w, tg_fix_tag_bytes(tag), v, min_digits)

/* Beside 98, 108, 141 and 1137, which the session writes. cred: NULL when the venue wants none. */
void tg_venue_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w);
void tg_venue_put_new(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_venue_put_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
/* 35=G; only where caps.replace is TG_REPLACE_G. */
void tg_venue_put_replace(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
/* About the order's last accepted request; the message type is tg_venue_status_type(). */
void tg_venue_put_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w);
void tg_venue_put_mass_status(u64 req_id, struct tg_fix_writer *w);	/* 35=AF; only where caps.mass_status */
void tg_venue_put_positions(const char *account, u64 req_id, u64 now_ns, struct tg_fix_writer *w);	/* 35=AN; only where caps.positions */
/* 35=F for an order that is none of ours, by what its report says; not where ids come back swapped. */
void tg_venue_put_stray_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const struct tg_fix_exec *x, u64 id, u64 now_ns,
			       struct tg_fix_writer *w);
u32 tg_venue_status_type(const struct tg_venue_caps *c);	/* 35, packed; 0 = cannot ask */
/* 35=q. scope: one TG_MASS_* bit that the dialect has; i: NULL unless TG_MASS_SYMBOL. */
void tg_venue_put_mass_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, u8 scope, u64 req_id, u64 now_ns, struct tg_fix_writer *w);
/* Levels a side that the venue keeps up to date for this instrument; 0 = all. */
u32 tg_venue_kept_depth(const struct tg_in_venue *v, const struct tg_in_instrument *i);
void tg_venue_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w);
/* 35=x. i: NULL = all instruments. */
void tg_venue_put_security_list(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, struct tg_fix_writer *w);
/* 35=caps.trading_status. */
void tg_venue_put_trading_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w);

#endif
