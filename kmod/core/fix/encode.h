/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * FIX encoder: fields are appended in order; tg_fix_end() puts BodyLength and CheckSum. Works in the outbox's own memory.
 * Overflowing the buffer sets w->full and writes nothing more; tg_fix_end() then returns 0.
 */
#ifndef TG_FIX_ENCODE_H
#define TG_FIX_ENCODE_H

#include "port.h"
#include <tickgate/types.h>

#define TG_FIX_TX_MAX	4096u	/* longest message we produce */

struct tg_fix_writer {
	u8 *buf;	/* message will start here */
	u8 *p;		/* next byte */
	u8 *end;
	u8 *time;	/* a time already written, and which: 52 and 60 are mostly the same one */
	u64 time_ns;
	u8 *summed;	/* the bytes up to here, without BodyLength's digits, add up to sum; NULL = nothing is known */
	u32 sum;
	u32 time_sum;	/* of the 21 bytes at time; only while summed */
	u32 msg_type;
	bool full;
};

/* begin: version 44 writes 8=FIX.4.4; room for 9= is kept. */
void tg_fix_begin(struct tg_fix_writer *w, u8 *buf, u32 cap, u16 version, u32 msg_type);

/*
 * The header as a template: what stands before MsgSeqNum's value, from an ordinary header that was written once, and the text of a second. All zero = none. A
 * template is for one configuration: whoever changes that empties it.
 */
#define TG_FIX_HEAD_MAX	112u
struct tg_fix_head {
	u8 text[TG_FIX_HEAD_MAX];	/* 8= to "34="; MsgType and BodyLength are put in */
	u8 stamp[24];			/* YYYYMMDD-HH:MM:SS., zeros */
	u64 second_ns;			/* the time of stamp */
	u32 len;			/* 0 = empty */
	u32 type_at;
	u32 sum;			/* of text without MsgType and BodyLength's digits */
	u32 stamp_sum;
};
/* Writes 8= to 52= and returns true, or does nothing: no template, a MsgType of two letters, no room. */
bool tg_fix_begin_like(struct tg_fix_writer *w, struct tg_fix_head *t, u8 *buf, u32 cap, u32 msg_type, u64 seq, u64 time_ns);
/* After a header was written that ends with 34= and 52=: the next one like it. */
void tg_fix_head_learn(struct tg_fix_head *t, const struct tg_fix_writer *w, u64 time_ns);

/* Total bytes, starting at w->buf; 0 = did not fit. Up to the next multiple of 8 zeros follow, as the outbox wants it. */
u32 tg_fix_end(struct tg_fix_writer *w);

/*
 * Tags are constants, so that the compiler makes their bytes: "270=" in the low bytes, how many in the highest.
 */
static __always_inline u64 tg_fix_tag_bytes(u32 t)
{
	u64 n = t < 10 ? 1 : t < 100 ? 2 : t < 1000 ? 3 : t < 10000 ? 4 : t < 100000 ? 5 : 6, k;

	k = (u64)'=' << 8 * n | (u64)('0' + t % 10) << 8 * (n - 1);
	if (n > 1)
		k |= (u64)('0' + t / 10 % 10) << 8 * (n - 2);
	if (n > 2)
		k |= (u64)('0' + t / 100 % 10) << 8 * (n - 3);
	if (n > 3)
		k |= (u64)('0' + t / 1000 % 10) << 8 * (n - 4);
	if (n > 4)
		k |= (u64)('0' + t / 10000 % 10) << 8 * (n - 5);
	if (n > 5)
		k |= (u64)('0' + t / 100000 % 10);
	return k | (n + 1) << 56;
}

void tg_fix_write_bytes(struct tg_fix_writer *w, u64 tag, const void *v, u32 len);
void tg_fix_write_str(struct tg_fix_writer *w, u64 tag, const char *padded, u32 max);
void tg_fix_write_char(struct tg_fix_writer *w, u64 tag, u8 v);
void tg_fix_write_u64(struct tg_fix_writer *w, u64 tag, u64 v);
void tg_fix_write_e8(struct tg_fix_writer *w, u64 tag, s64 v);
void tg_fix_write_time(struct tg_fix_writer *w, u64 tag, u64 time_ns);
void tg_fix_write_hex64(struct tg_fix_writer *w, u64 tag, u64 v);

/* Tag, value and SOH in one word where they fit. */
static __always_inline void tg_fix_char(struct tg_fix_writer *w, u64 tag, u8 v)
{
	const u32 n = (u32)(tag >> 56);
	u64 x = (tag & ~0ULL >> 8) | (u64)v << 8 * n | 1ULL << 8 * (n + 1);

	if (n > 6 || w->end - w->p < 64) {
		tg_fix_write_char(w, tag, v);
		return;
	}
	memcpy(w->p, &x, sizeof(x));
	w->p += n + 2;
}

#define tg_fix_put_bytes(w, tag, v, len)	tg_fix_write_bytes(w, tg_fix_tag_bytes(tag), v, len)	/* len 0: the field is left out */
/* max readable bytes, NUL padded; empty: left out */
#define tg_fix_put_str(w, tag, padded, max)	tg_fix_write_str(w, tg_fix_tag_bytes(tag), padded, max)
#define tg_fix_put_char(w, tag, v)		tg_fix_char(w, tg_fix_tag_bytes(tag), v)
#define tg_fix_put_u64(w, tag, v)		tg_fix_write_u64(w, tg_fix_tag_bytes(tag), v)
#define tg_fix_put_e8(w, tag, v)		tg_fix_write_e8(w, tg_fix_tag_bytes(tag), v)		/* shortest exact decimal: 61837.63, 5, 0.00001 */
#define tg_fix_put_time(w, tag, time_ns)	tg_fix_write_time(w, tg_fix_tag_bytes(tag), time_ns)	/* YYYYMMDD-HH:MM:SS.sss */
#define tg_fix_put_hex64(w, tag, v)		tg_fix_write_hex64(w, tg_fix_tag_bytes(tag), v)		/* 16 upper-case hex digits: our ClOrdID */

/* Parses what tg_fix_put_hex64 wrote; false = not ours. */
bool tg_fix_hex64(const u8 *v, u32 len, u64 *out);

#endif
