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
 * Constants of the conversions, in memory and unknown to the compiler: as immediates each would be an instruction of ten bytes before every use, since the
 * decoders have no register to keep them in.
 */
struct tg_fix_words { u64 zeros, to_high, high, pairs, fours, join; };
extern const struct tg_fix_words tg_fix_words;

/*
 * Bytes that were xored with '0': bit 7 of the first one that is no digit is the lowest bit set; 0 = all are digits. A byte before the first such one is
 * at most 9 and carries nothing upwards, nor does a decimal point, so the second one is right too when the first is a point.
 */
static __always_inline u64 tg_fix_non_digits(u64 d)
{
	return ((d + tg_fix_words.to_high) | d) & tg_fix_words.high;
}

/* Eight digits (bytes 0..9, the first in the lowest byte) to a number: pairs, fours, eight. */
static __always_inline u64 tg_fix_eight(u64 d)
{
	d = (d * 10 + (d >> 8)) & tg_fix_words.pairs;
	d = (d * (100ULL << 16 | 1)) >> 16 & tg_fix_words.fours;
	return (d * tg_fix_words.join) >> 32;
}

extern const u64 tg_fix_pow10[9];

/* The cold half, in lexer.c and value.c. */
bool tg_fix_skip_cold(struct tg_fix_cursor *c);
const u8 *tg_fix_far(const u8 *v);			/* SOH that ends a value */
u32 tg_fix_far_u64(const u8 *v, u64 *out);		/* begins with sixteen digits: its length, 0 = wrong */
u32 tg_fix_far_e8(const u8 *v, s64 *out);		/* any value: likewise */
u32 tg_fix_far_time(struct tg_fix_cursor *c, u64 *out);	/* any UTCTimestamp: likewise */

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
		memcpy(&w, c->p - 1, sizeof(w));	/* with the SOH before it: one comparison and no mask */
		if (unlikely(w != (u32)(key << 8 | TG_SOH)))
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

/*
 * Any value: c->len is set. A byte below 2 borrows and shows in bit 7, and so does one above 0x81; the first that shows is nearly always the SOH, and if not
 * (NUL, a value that is not ASCII), or if there is none among eight, a slower search is exact.
 */
static __always_inline bool tg_fix_take(struct tg_fix_cursor *c)
{
	u64 t = (tg_load64(c->val) - TG_BYTES(2)) & TG_HIGH_BITS, n;

	if (likely(t)) {
		n = (u64)__builtin_ctzll(t) >> 3;
	} else {
		t = (tg_load64(c->val + 8) - TG_BYTES(2)) & TG_HIGH_BITS;
		n = 8 + ((u64)__builtin_ctzll(t | 1ULL << 63) >> 3);
	}
	if (unlikely(c->val[n] != TG_SOH))
		n = (u64)(tg_fix_far(c->val) - c->val);
	c->len = (u32)n;
	if (unlikely(!n))
		return tg_fix_wrong(c);
	c->p = c->val + n + 1;
	return true;
}

/* The same, of a value that mostly has 16 to 23 bytes: a time. */
static __always_inline bool tg_fix_take_long(struct tg_fix_cursor *c)
{
	u64 t = (tg_load64(c->val) - TG_BYTES(2)) & TG_HIGH_BITS, n;

	/* Eight bytes without any below 2: the value goes on there, so eight more can be loaded. */
	if (unlikely(t) || unlikely((tg_load64(c->val + 8) - TG_BYTES(2)) & TG_HIGH_BITS))
		return tg_fix_take(c);
	t = (tg_load64(c->val + 16) - TG_BYTES(2)) & TG_HIGH_BITS;
	n = 16 + ((u64)__builtin_ctzll(t | 1ULL << 63) >> 3);
	if (unlikely(c->val[n] != TG_SOH))
		return tg_fix_take(c);
	c->len = (u32)n;
	c->p = c->val + n + 1;
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
	u64 d = tg_load64(c->val) ^ tg_fix_words.zeros, stop = tg_fix_non_digits(d), last, far;
	u32 at;

	if (likely(stop)) {
		at = (u32)__builtin_ctzll(stop);	/* 8 * digits + 7 */
		if (unlikely(c->val[at >> 3] != TG_SOH || at == 7))
			return tg_fix_wrong(c);
		*out = tg_fix_eight(d << ((7 - at) & 63));	/* the last digit into the highest byte */
		c->p = c->val + (at >> 3) + 1;
		return true;
	}
	last = tg_load64(c->val + 8) ^ tg_fix_words.zeros;
	stop = tg_fix_non_digits(last);
	at = (u32)__builtin_ctzll(stop | 1ULL << 63) >> 3;
	if (likely(c->val[8 + at] == TG_SOH)) {		/* eight to fifteen */
		*out = tg_fix_eight(d) * tg_fix_pow10[at] + tg_fix_eight(last << (56 - 8 * at) << 8);
		c->p = c->val + 9 + at;
		return true;
	}
	at = stop ? 0 : tg_fix_far_u64(c->val, &far);
	if (unlikely(!at))
		return tg_fix_wrong(c);
	*out = far;
	c->p = c->val + at + 1;
	return true;
}

/* A number that is nearly always below 1,000: a count, a position. */
static __always_inline bool tg_fix_take_small(struct tg_fix_cursor *c, u32 *out)
{
	u32 d, stop, at;
	u64 v;

	memcpy(&d, c->val, sizeof(d));
	d ^= 0x30303030u;
	stop = ((d + 0x76767676u) | d) & 0x80808080u;
	at = (u32)__builtin_ctz(stop | 1u << 31);
	if (likely(c->val[at >> 3] == TG_SOH && at != 7)) {
		d <<= 31 - at;				/* the last digit into the third byte */
		d = (d >> 8 & 0xff) * 10 + (d >> 16 & 0xff) + (d & 0xff) * 100;
		*out = d;
		c->p = c->val + (at >> 3) + 1;
		return true;
	}
	if (!tg_fix_take_u64(c, &v))
		return false;
	*out = (u32)v;
	if (unlikely(v >> 32))
		c->err = TG_FIX_RANGE;
	return !(v >> 32);
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
	u64 d = tg_load64(c->val) ^ tg_fix_words.zeros, stop = tg_fix_non_digits(d), next, point;
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
	} else if (c->val[k] == '.') {
		/*
		 * A point and seven digits, and one digit more or none: 61837.63, 4708.8739. No SOH yet, so eight more bytes can be loaded.
		 */
		next = tg_load64(c->val + 8) ^ tg_fix_words.zeros;
		at = (u32)__builtin_ctzll(tg_fix_non_digits(next) | 1ULL << 63);	/* 7 or 15 */
		if (likely(at <= 15 && c->val[8 + (at >> 3)] == TG_SOH)) {
			point = stop & -stop;
			d = (d & ((point >> 7) - 1)) << 8 | (d & -(point << 1));
			d = d >> (at - 7) | next << (63 - at) << 8;
			*out = (s64)(tg_fix_eight(d) * tg_fix_pow10[1 + k - (at >> 3)]);
			c->p = c->val + 9 + (at >> 3);
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

/*
 * UTCTimestamp in its usual form, with milliseconds, and on the day of the one before (date, date_ns): seconds are all there is to convert. Eight bytes without
 * SOH were seen before the next eight are loaded. false = another form, or none: nothing is said about it.
 */
static __always_inline bool tg_fix_near_time(const u8 *v, u64 date, u64 date_ns, u64 *out)
{
	u64 a, b, pairs;
	u32 h, m, s, n;

	if (unlikely(tg_load64(v) != date))
		return false;
	a = tg_load64(v + 8) ^ 0x303a30303a30302dULL;	/* -00:00:0 */
	if (unlikely(tg_fix_non_digits(a) | (a & 0x00ff0000ff0000ffULL)))
		return false;
	b = (tg_load64(v + 16) ^ 0x013030302e30ULL) << 16;	/* 0.000 and SOH */
	if (unlikely(tg_fix_non_digits(b) | (b & 0xff000000ff000000ULL)))
		return false;
	pairs = a * 10 + (a >> 8);	/* in bytes 1, 4 and 7 */
	h = (u8)(pairs >> 8);
	m = (u8)(pairs >> 32);
	s = (u32)(pairs >> 56) + (u8)(b >> 16);
	if (unlikely(h > 23) || unlikely(m > 59) || unlikely(s > 60))
		return false;
	n = (u32)(b >> 32);
	n = (u8)n * 100 + (u8)(n >> 8) * 10 + (n >> 16);
	*out = date_ns + (u64)((h * 3600 + m * 60 + s) * 1000 + n) * 1000000;
	return true;
}

static __always_inline bool tg_fix_take_time(struct tg_fix_cursor *c, u64 *out)
{
	struct tg_fix_cursor far;
	u32 n;

	if (likely(tg_fix_near_time(c->val, c->date, c->date_ns, out))) {
		c->p = c->val + 22;
		return true;
	}
	far = *c;
	n = tg_fix_far_time(&far, out);
	if (unlikely(!n))
		return tg_fix_wrong(c);
	c->date = far.date;
	c->date_ns = far.date_ns;
	c->p = c->val + n + 1;
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
