/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The hot half of the lexer: eight bytes at a time, in general registers (the kernel has no others to give).
 *
 * A decoder never makes a number of a tag: it asks whether the bytes at the cursor are "270=", in the order in which the fields usually come, and takes the value
 * by the form it must have. Messages of one venue repeat their shape, so nearly every question is answered yes; a field out of that order costs another
 * round, and one that is not asked for goes through tg_fix_skip(), which refuses what is not a field:
 *
 *	while (!tg_fix_done(&c)) {
 *		const u8 *from = c.p;
 *
 *		if (tg_fix_at(&c, TG_K3('2', '7', '0')) && !tg_fix_take_e8(&c, &px))
 *			break;
 *		if (tg_fix_at(&c, TG_K3('2', '7', '1')) && !tg_fix_take_e8(&c, &qty))
 *			break;
 *		if (c.p == from && !tg_fix_skip(&c))
 *			break;
 *	}
 *	if (c.err)
 *		...
 *
 * The cursor should be a local variable whose address goes to nobody but the inline functions here: then it lives in registers.
 *
 * Why the loads stay inside the message: c.p is at or before end + 1, where the trailer's seven bytes begin, and tg_fix_at() loads at most six. A
 * key holds no SOH, so one that matches ends before `end`, the body's last SOH: the value begins at or before `end` and eight bytes can be loaded there.
 */
#ifndef TG_FIX_LEXER_INLINE_H
#define TG_FIX_LEXER_INLINE_H

#include "fix/lexer.h"
#include "num.h"

#define TG_K1(a)		((u64)(a) | (u64)'=' << 8)
#define TG_K2(a, b)		((u64)(a) | (u64)(b) << 8 | (u64)'=' << 16)
#define TG_K3(a, b, c)		((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)'=' << 24)
#define TG_K4(a, b, c, d)	((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)'=' << 32)
#define TG_K5(a, b, c, d, e)	((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 | (u64)'=' << 40)

#define TG_BYTES(b)		(0x0101010101010101ULL * (u8)(b))
#define TG_HIGH_BITS		TG_BYTES(0x80)

/* Bit 7 of the first zero byte of x is the lowest bit set; 0 = none. Bits above that one mean nothing. */
static __always_inline u64 tg_fix_zero_byte(u64 x)
{
	return (x - TG_BYTES(1)) & ~x & TG_HIGH_BITS;
}

static __always_inline u64 tg_fix_soh(u64 w)
{
	return tg_fix_zero_byte(w ^ TG_BYTES(TG_SOH));
}

/*
 * Bytes that were xored with '0': bit 7 of the first one that is no digit is the lowest bit set; 0 = all are digits. A byte before the first such one is
 * at most 9 and carries nothing upwards, nor does a decimal point, so the second one is right too when the first is a point.
 */
static __always_inline u64 tg_fix_non_digits(u64 d)
{
	return ((d + TG_BYTES(0x76)) | d) & TG_HIGH_BITS;
}

/* Eight digits (bytes 0..9, the first in the lowest byte) to a number: pairs, fours, eight. */
static __always_inline u64 tg_fix_eight(u64 d)
{
	d = (d * (10ULL << 8 | 1)) >> 8 & 0x00ff00ff00ff00ffULL;
	d = (d * (100ULL << 16 | 1)) >> 16 & 0x0000ffff0000ffffULL;
	return (d * (10000ULL << 32 | 1)) >> 32;
}

extern const u64 tg_fix_pow10[9];

/* The cold half, in lexer.c and value.c. */
bool tg_fix_skip_cold(struct tg_fix_cursor *c);
const u8 *tg_fix_far(const u8 *v);			/* SOH of a value that has none in its first eight bytes */
u32 tg_fix_far_u64(const u8 *v, u64 *out);		/* begins with eight digits: its length, 0 = wrong */
u32 tg_fix_far_e8(const u8 *v, s64 *out);		/* any value: likewise */

/* The tag at fault after a failure, from c.val: that of the value last looked at; 0 = no tag was found. */
u32 tg_fix_bad_tag(const u8 *val);

static __always_inline bool tg_fix_wrong(struct tg_fix_cursor *c)
{
	c->err = c->val[0] == TG_SOH ? TG_FIX_VALUE : TG_FIX_FORMAT;
	return false;
}

static __always_inline bool tg_fix_done(const struct tg_fix_cursor *c)
{
	return c->p > c->end;
}

/* Does the field at the cursor have this tag? Then c->val is its value, and one of the tg_fix_take functions must be called. */
static __always_inline bool tg_fix_at(struct tg_fix_cursor *c, const u64 key)
{
	u32 w;
	u16 h;

	if (key >> 32) {
		memcpy(&w, c->p, sizeof(w));
		memcpy(&h, c->p + 4, sizeof(h));
		if (key >> 40) {
			if (unlikely(w != (u32)key || h != key >> 32))
				return false;
			c->val = c->p + 6;
			return true;
		}
		if (unlikely(w != (u32)key || (u8)h != key >> 32))
			return false;
		c->val = c->p + 5;
		return true;
	}
	if (key >> 24) {
		memcpy(&w, c->p, sizeof(w));
		if (unlikely(w != (u32)key))
			return false;
		c->val = c->p + 4;
		return true;
	}
	if (key >> 16) {
		memcpy(&w, c->p, sizeof(w));
		if (unlikely((w & 0xffffff) != key))
			return false;
		c->val = c->p + 3;
		return true;
	}
	memcpy(&h, c->p, sizeof(h));
	if (unlikely(h != key))
		return false;
	c->val = c->p + 2;
	return true;
}

/* Any value: c->len is set. */
static __always_inline bool tg_fix_take(struct tg_fix_cursor *c)
{
	u64 t = tg_fix_soh(tg_load64(c->val));
	const u8 *end;

	if (likely(t))
		end = c->val + (__builtin_ctzll(t) >> 3);
	else
		end = tg_fix_far(c->val);
	c->len = (u32)(end - c->val);
	if (unlikely(!c->len))
		return tg_fix_wrong(c);
	c->p = end + 1;
	return true;
}

static __always_inline bool tg_fix_take_char(struct tg_fix_cursor *c, u8 *out)
{
	*out = c->val[0];
	if (unlikely(c->val[0] == TG_SOH || c->val[1] != TG_SOH))
		return tg_fix_wrong(c);
	c->p = c->val + 2;
	return true;
}

static __always_inline bool tg_fix_take_u64(struct tg_fix_cursor *c, u64 *out)
{
	u64 d = tg_load64(c->val) ^ TG_BYTES('0'), stop = tg_fix_non_digits(d), far;
	u32 at;

	if (likely(stop)) {
		at = (u32)__builtin_ctzll(stop);	/* 8 * digits + 7 */
		if (unlikely(c->val[at >> 3] != TG_SOH || at == 7))
			return tg_fix_wrong(c);
		*out = tg_fix_eight(d << ((7 - at) & 63));	/* the last digit into the highest byte */
		c->p = c->val + (at >> 3) + 1;
		return true;
	}
	at = tg_fix_far_u64(c->val, &far);
	if (unlikely(!at))
		return tg_fix_wrong(c);
	*out = far;
	c->p = c->val + at + 1;
	return true;
}

static __always_inline bool tg_fix_take_u32(struct tg_fix_cursor *c, u32 *out)
{
	u64 v;

	if (!tg_fix_take_u64(c, &v))
		return false;
	*out = (u32)v;
	if (unlikely(v >> 32))
		c->err = TG_FIX_RANGE;
	return !(v >> 32);
}

static __always_inline bool tg_fix_take_e8(struct tg_fix_cursor *c, s64 *out)
{
	u64 d = tg_load64(c->val) ^ TG_BYTES('0'), stop = tg_fix_non_digits(d), next, point;
	u32 at, k;
	s64 far;

	k = (u32)__builtin_ctzll(stop | 1ULL << 63) >> 3;
	next = stop & (stop - 1);
	if (c->val[k] == '.' && likely(next)) {
		at = (u32)__builtin_ctzll(next);
		if (likely(c->val[at >> 3] == TG_SOH && at > 15)) {
			/* Close the gap that the point leaves: what stands before it moves up by one byte. */
			point = stop & -stop;
			d = (d & ((point >> 7) - 1)) << 8 | (d & -(point << 1));
			*out = (s64)(tg_fix_eight(d << ((7 - at) & 63)) * tg_fix_pow10[9 + k - (at >> 3)]);
			c->p = c->val + (at >> 3) + 1;
			return true;
		}
	} else if (c->val[k] == TG_SOH && likely(k)) {
		*out = (s64)(tg_fix_eight(d << ((64 - 8 * k) & 63)) * TG_SCALE);
		c->p = c->val + k + 1;
		return true;
	}
	at = tg_fix_far_e8(c->val, &far);
	if (unlikely(!at))
		return tg_fix_wrong(c);
	*out = far;
	c->p = c->val + at + 1;
	return true;
}

/* The field at the cursor, whatever it is: tag, val and len are set; a length field brings its data field. false = c->err. */
static __always_inline bool tg_fix_skip(struct tg_fix_cursor *c)
{
	struct tg_fix_cursor k = *c;	/* only a copy goes out of line, or the caller's would have to live in memory */
	bool ok = tg_fix_skip_cold(&k);

	*c = k;
	return ok;
}

#endif
