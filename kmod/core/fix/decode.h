/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Typed views of FIX messages. Pointers go into the frame and die with it. A has_* flag tells absent from zero. */
#ifndef TG_FIX_DECODE_H
#define TG_FIX_DECODE_H

#include "fix/lexer.h"

struct tg_fix_slice { const u8 *p; u32 len; };

struct tg_fix_header {
	u32 msg_type;
	u64 seq;			/* 34, required */
	struct tg_fix_slice sender;	/* 49, required */
	struct tg_fix_slice target;	/* 56, required */
	u64 sending_time_ns;		/* 52, required */
	u64 orig_sending_time_ns;	/* 122, 0 = absent */
	bool poss_dup;			/* 43=Y */
	bool poss_resend;		/* 97=Y */
	u32 bad_tag;			/* on error: the tag at fault, 0 = unknown */
};

/*
 * What the last header looked like, as a guess for the next of the same peer: the bytes around MsgSeqNum and SendingTime (BeginString, BodyLength and MsgType
 * excluded), which one peer sends the same way in every message. Where the bytes agree, so does what they mean, and all fields among them are done at
 * once; where they do not, the header is walked field by field, and remembered. Nothing is believed: with any hint, or none, the result is the same.
 * All zero = nothing remembered. Pointer-free; belongs to the caller, in the arena where there is one.
 */
#define TG_FIX_HINT_WORDS	16u
struct tg_fix_hint {
	u64 word[TG_FIX_HINT_WORDS];	/* three spans, each filled up to whole words */
	u64 mask[3];			/* of a span's last word: its own bytes */
	u64 date, date_ns;		/* of the last SendingTime */
	u32 need;			/* so many bytes before the body's end, the words of the first two spans can be loaded */
	u8 words[3], len[3];		/* of each span; words[0] 0 = nothing remembered */
	u8 time_first;			/* 52 stands before 34 */
	u8 sender_span, sender_off, sender_len, target_span, target_off, target_len;
	u8 pad[7];
};

/* Header of a frame; leaves the cursor just before the first body field (it may be the one tg_fix_next() returns next). */
enum tg_fix_error tg_fix_decode_header(const struct tg_fix_frame *f, struct tg_fix_cursor *c, struct tg_fix_header *h);
enum tg_fix_error tg_fix_decode_header_like(const struct tg_fix_frame *f, struct tg_fix_hint *hint, struct tg_fix_cursor *c, struct tg_fix_header *h);

/* Admin messages: one struct, what each type uses is set. Unknown tags are skipped; required ones checked per type. */
struct tg_fix_admin {
	u32 heartbeat_s;		/* A: 108 */
	bool reset_seq;			/* A: 141=Y */
	u64 next_expected;		/* A: 789, 0 = absent */
	struct tg_fix_slice test_req_id;	/* 0, 1: 112 */
	u64 begin_seq, end_seq;		/* 2: 7, 16 (0 = infinity) */
	u64 new_seq;			/* 4: 36 */
	bool gap_fill;			/* 4: 123=Y */
	u64 ref_seq;			/* 3, j: 45 */
	u32 ref_tag;			/* 3: 371 */
	struct tg_fix_slice ref_msg_type;	/* 3, j: 372 */
	u32 reject_reason;		/* 3: 373, j: 380 */
	struct tg_fix_slice ref_id;	/* j: 379 */
	struct tg_fix_slice text;	/* 58 */
	u32 bad_tag;
};
/* bare: data field that may stand without its length field, and then ends at the SOH as any other (a dialect's); 0 = none. */
enum tg_fix_error tg_fix_decode_admin(u32 msg_type, u32 bare, struct tg_fix_cursor *c, struct tg_fix_admin *a);

/* Required fields that are missing, as bits: some venues leave some of them out (struct tg_venue_caps). */
#define TG_EXEC_NO_ORDER_ID	1u	/* 37 */
#define TG_EXEC_NO_EXEC_ID	2u	/* 17 */
#define TG_EXEC_NO_TYPE		4u	/* 150 */
#define TG_EXEC_NO_STATUS	8u	/* 39 */
#define TG_EXEC_NO_CUM		16u	/* 14 */
#define TG_CXLREJ_NO_ID		1u	/* 11 */
#define TG_CXLREJ_NO_STATUS	2u	/* 39 */
#define TG_CXLREJ_NO_RESPONSE	4u	/* 434 */

/* 35=8 */
struct tg_fix_exec {
	struct tg_fix_slice order_id;	/* 37, required */
	struct tg_fix_slice cl_ord_id;	/* 11 */
	struct tg_fix_slice orig_cl_ord_id;	/* 41 */
	struct tg_fix_slice exec_id;	/* 17, required */
	struct tg_fix_slice symbol;	/* 55 */
	struct tg_fix_slice account;	/* 1 */
	struct tg_fix_slice text;	/* 58 */
	struct tg_fix_slice secondary_exec_id;	/* 527 */
	struct tg_fix_slice exec_ref_id;	/* 19 */
	struct tg_fix_slice mass_req_id;	/* 584 */
	u8 trans_type;			/* 20: FIX 4.2, 0 = absent */
	u8 missing;			/* TG_EXEC_NO_*; the rest is filled in all the same */
	u8 exec_type;			/* 150, required */
	u8 ord_status;			/* 39, required */
	u8 side;			/* 54 */
	u8 ord_type;			/* 40 */
	u8 tif;				/* 59 */
	u8 liquidity;			/* 851, 0 = absent */
	u16 ord_rej_reason;		/* 103 */
	bool has_qty, has_px, has_last, has_leaves, has_cum;
	s64 qty, px;			/* 38, 44 */
	s64 last_qty, last_px;		/* 32, 31 */
	s64 leaves_qty, cum_qty;	/* 151, 14 (required) */
	s64 avg_px;			/* 6 */
	s64 commission;			/* 12, when 13=3 (absolute) or 13 absent */
	bool has_commission;		/* as money */
	bool last_report;		/* 912=Y */
	u64 total_reports;		/* 911 */
	u64 transact_time_ns;		/* 60, 0 = absent */
	u32 bad_tag;
};
enum tg_fix_error tg_fix_decode_exec(struct tg_fix_cursor *c, struct tg_fix_exec *x);

/* 35=9 */
struct tg_fix_cancel_reject {
	struct tg_fix_slice order_id, cl_ord_id, orig_cl_ord_id, text;
	u8 ord_status;			/* 39 */
	u8 response_to;			/* 434: '1' cancel, '2' replace */
	u16 reason;			/* 102 */
	u8 missing;			/* TG_CXLREJ_NO_*; the rest is filled in all the same */
	u32 bad_tag;
};
enum tg_fix_error tg_fix_decode_cancel_reject(struct tg_fix_cursor *c, struct tg_fix_cancel_reject *x);

/*
 * 35=W and 35=X, entry by entry. tg_fix_md_begin() reads up to and including 268; tg_fix_md_next() gives entries until it returns false; then
 * it.err tells: TG_FIX_OK only if the group had exactly 268 entries and the rest of the message was well formed. A caller that must not apply half a message
 * runs tg_fix_md_check() first (a dry walk).
 */
struct tg_fix_md_entry {
	u8 action;			/* 279: '0' new, '1' change, '2' delete; W: '0' */
	u8 type;			/* 269: '0' bid, '1' offer, '2' trade, others passed through */
	bool has_px, has_qty;
	s64 px, qty;			/* 270, 271 */
	u8 aggressor;			/* 2446 or 5797: enum tg_side; 0 = not told */
	struct tg_fix_slice entry_id;	/* 278; not inherited */
	struct tg_fix_slice symbol;	/* 55; in X inherited from the entry before when absent */
	u64 first_id, last_id;		/* 25043, 25044; inherited likewise; W: the message's own 25044 in last_id; 0 = none */
	u64 rpt_seq;			/* 83; X: of the entry, else of the message; 0 = none */
	u64 sort_ns;			/* 5273: place in the queue (Kraken L3); 0 = none */
};
struct tg_fix_md_iter {
	struct tg_fix_cursor c;
	u32 msg_type;
	u32 count;			/* 268 */
	u32 seen;
	bool fragment_seen;
	bool last_fragment;		/* 893: false only when 893=N (set once the walk is over, or by begin when it stood before 268) */
	struct tg_fix_slice req_id;	/* 262 */
	struct tg_fix_slice symbol;	/* W: 55 */
	u64 update_id;			/* W: 25044 */
	u64 rpt_seq;			/* 83 of the message; 0 = none */
	u64 checksum;			/* 5041; wherever it stands it is known once the walk is over */
	bool has_checksum;
	struct tg_fix_md_entry inherit;
	enum tg_fix_error err;
	u32 bad_tag;
};
enum tg_fix_error tg_fix_md_begin(struct tg_fix_md_iter *it, u32 msg_type, const struct tg_fix_cursor *c);
bool tg_fix_md_next(struct tg_fix_md_iter *it, struct tg_fix_md_entry *e);
enum tg_fix_error tg_fix_md_check(u32 msg_type, const struct tg_fix_cursor *c, bool *last_fragment);

/* 35=Y */
struct tg_fix_md_reject { struct tg_fix_slice req_id, text; u8 reason; };
enum tg_fix_error tg_fix_decode_md_reject(struct tg_fix_cursor *c, struct tg_fix_md_reject *r);

#endif
