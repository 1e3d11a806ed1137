/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Bytes to FIX frames, frames to tag=value fields (FIX 4.4 volume 1, "FIX message format and delimiter"; volume 2 for header and trailer).
 * Nothing here keeps state between calls or reads past the bytes it was given: a partial message is 0, "come back with more".
 */
#ifndef TG_FIX_LEXER_H
#define TG_FIX_LEXER_H

#include "port.h"
#include <tickgate/types.h>

#define TG_SOH			1
#define TG_FIX_MAX_FIELDS	65536u	/* per message; more is refused */
#define TG_FIX_MAX_TAG		999999u

/* MsgType (35) of one to four bytes as an integer, first byte lowest: 'D', 'A' | 'E' << 8. */
#define TG_MT1(a)		((u32)(a))
#define TG_MT2(a, b)		((u32)(a) | (u32)(b) << 8)

/* Why bytes were refused. Values are part of no ABI. X(NAME, text). */
#define TG_FIX_ERRORS(X) \
	X(OK,		"valid") \
	X(GARBAGE,	"bytes before 8=") \
	X(BEGIN_STRING,	"8= is not the session's") \
	X(BODY_LENGTH,	"9= missing, not a number, too large or wrong") \
	X(CHECKSUM,	"10= missing, malformed or wrong") \
	X(MSG_TYPE,	"35= is not the third field, or not 1 to 4 printable bytes") \
	X(TAG,		"tag is not a number from 1 to 999999 without leading zero") \
	X(VALUE,	"empty value or bare SOH") \
	X(TOO_MANY,	"more fields than the bound") \
	X(DUPLICATE,	"tag repeated outside a group") \
	X(MISSING,	"required tag missing") \
	X(FORMAT,	"value has the wrong form for its tag") \
	X(GROUP_COUNT,	"group has another number of entries than its count says") \
	X(RANGE,	"number too large") \
	X(DATA_LENGTH,	"length field does not fit its data field") \
	X(UNKNOWN_TAG,	"tag is not in the dictionary") \
	X(NOT_FOR_TYPE,	"tag does not belong to this type of message") \
	X(ENUM,		"value is none of those that the tag may have") \
	X(ORDER,	"header, body, trailer or group entry is out of order")

enum tg_fix_error {
#define X(name, text) TG_FIX_##name,
	TG_FIX_ERRORS(X)
#undef X
	TG_FIX_ERROR_MAX
};

struct tg_fix_frame {
	const u8 *msg;		/* at 8= */
	u32 len;		/* whole message, trailer included */
	u32 body_off;		/* of 35= */
	u32 body_len;		/* 9='s value: from 35= up to and including the SOH before 10= */
	u32 msg_type;		/* TG_MT1/2 */
	u32 fields_off;		/* first byte after 35=...SOH */
	u16 version;		/* 42, 44, 50 (FIXT.1.1) */
};

/*
 * Finds one message at p[0..avail). max: longest message accepted.
 * TG_FIX_OK: frame is set, *used = its length. More bytes needed: *used = 0 and TG_FIX_OK. Otherwise the reason, and *used >= 1 bytes to drop before
 * trying again: up to the next possible "8=FIX" start.
 * Checked: 8=, 9=, 35= first and in order; BodyLength (leading zeros allowed) lands on 10=; three-digit CheckSum right; trailing SOH.
 * A well-formed BodyLength that makes the message longer than max is RANGE at once; nothing of it is waited for. When the trailer stands where BodyLength
 * says but the sum is wrong, the whole message is dropped, so that nothing inside a data field can pass for a message.
 */
enum tg_fix_error tg_fix_frame(const u8 *p, u32 avail, u32 max, struct tg_fix_frame *f, u32 *used);

/*
 * Walks the fields of a checked frame, from fields_off to the trailer (10= is not returned). Only for frames that tg_fix_frame() returned: the walk loads
 * eight bytes at a time and stays inside the message because seven bytes of trailer follow `end`.
 */
struct tg_fix_cursor {
	const u8 *p;		/* next unread byte */
	const u8 *end;		/* the body's last SOH */
	const u8 *val;
	u32 len;		/* of the value */
	u32 tag;		/* set by tg_fix_next() */
	enum tg_fix_error err;
	u64 date, date_ns;	/* the day of the last UTCTimestamp, as eight bytes and as time; always a true pair, as any bytes may come */
};

static inline void tg_fix_cursor_init(struct tg_fix_cursor *c, const struct tg_fix_frame *f)
{
	c->p = f->msg + f->fields_off;
	c->end = f->msg + f->body_off + f->body_len - 1;
	c->val = NULL;
	c->len = 0;
	c->tag = 0;
	c->err = TG_FIX_OK;
	c->date = 0x3130313030373931ULL;	/* 19700101 */
	c->date_ns = 0;
}

/*
 * true: tag/val/len hold the next field. false: end, or c->err is set. A length field is not returned: its data field is, taken by that length and free to hold
 * SOH (95/96, 354/355, ...). 8, 9, 10 and 35 are refused here. Decoders on the hot path use lexer_inline.h instead.
 */
bool tg_fix_next(struct tg_fix_cursor *c);

/* Values. false = wrong form or out of range. Exact: no float, no rounding; more than 8 decimals is refused unless they are zeros. */
/* The value must lie in memory of at least len bytes; nothing around it is touched. */
bool tg_fix_u32(const u8 *v, u32 len, u32 *out);
bool tg_fix_u64(const u8 *v, u32 len, u64 *out);
bool tg_fix_e8(const u8 *v, u32 len, s64 *out);			/* price or quantity, optional sign, to e8 */
bool tg_fix_date_ns(u64 yyyymmdd, u64 *out);			/* eight bytes as they stand in the message, first lowest: midnight of that day */
bool tg_fix_time_ns(const u8 *v, u32 len, u64 *out);		/* UTCTimestamp YYYYMMDD-HH:MM:SS[.s{1,9}], leap second 60 accepted */

/* Sum of n bytes modulo 256: CheckSum. */
u32 tg_fix_sum(const u8 *p, u32 n);

const char *tg_fix_error_text(u32 err);	/* texts.c */

#endif
