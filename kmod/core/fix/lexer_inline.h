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
 *		if (tg_fix_at(&c, TG_K3('2', '7', '0')) && !tg_fix_take_px(&c, &px))
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
struct tg_fix_words { u64 zeros, to_high, high, pairs, fours, join, below_2, points; };
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
u32 tg_fix_far_e8(const u8 *v, s64 *out);		/* any value: its length, 0 = wrong */
u32 tg_fix_far_time(struct tg_fix_cursor *c, u64 *out);	/* any UTCTimestamp: likewise */
/* Any number; any price or quantity. len 0 = wrong. In registers, so that the caller needs no variable whose address goes out. */
struct tg_fix_number { u64 v, len; };
struct tg_fix_number tg_fix_far_number(const u8 *v);
struct tg_fix_number tg_fix_far_price(const u8 *v);

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
 * Where a value ends is all that the next field's place depends on, and it is a chain from field to field: so it is found first, by as few steps as can be, and
 * the conversions go on beside it. A byte below 2 borrows and shows in bit 7, and so does one above 0x81; the first that shows is nearly always the SOH,
 * and a caller looks whether it is.
 */
static __always_inline u64 tg_fix_ends(u64 w)
{
	return (w + tg_fix_words.below_2) & tg_fix_words.high;
}

static __always_inline u32 tg_fix_first(u64 ends)
{
	return (u32)__builtin_ctzll(ends | 1ULL << 63) >> 3;
}

/* Any value: c->len is set. If the byte found is no SOH (NUL, a value that is not ASCII), or there is none among sixteen, a slower search is exact. */
static __always_inline bool tg_fix_take(struct tg_fix_cursor *c)
{
	u64 t = tg_fix_ends(tg_load64(c->val));
	const u8 *soh;

	if (likely(t))
		soh = c->val + ((u32)__builtin_ctzll(t) >> 3);
	else
		soh = c->val + 8 + tg_fix_first(tg_fix_ends(tg_load64(c->val + 8)));
	if (unlikely(*soh != TG_SOH))
		soh = tg_fix_far(c->val);
	c->len = (u32)(soh - c->val);
	if (unlikely(soh == c->val))
		return tg_fix_wrong(c);
	c->p = soh + 1;
	return true;
}

/* The same of a value that is mostly one character: the next field need not wait for its end. */
static __always_inline bool tg_fix_take_short(struct tg_fix_cursor *c)
{
	if (unlikely(c->val[0] == TG_SOH || c->val[1] != TG_SOH))
		return tg_fix_take(c);
	c->len = 1;
	c->p = c->val + 2;
	return true;
}

/* The same, of a value that mostly has 16 to 23 bytes: a time. */
static __always_inline bool tg_fix_take_long(struct tg_fix_cursor *c)
{
	const u8 *soh;

	/* Eight bytes without any below 2: the value goes on there, so eight more can be loaded. */
	if (unlikely(tg_fix_ends(tg_load64(c->val))) || unlikely(tg_fix_ends(tg_load64(c->val + 8))))
		return tg_fix_take(c);
	soh = c->val + 16 + tg_fix_first(tg_fix_ends(tg_load64(c->val + 16)));
	if (unlikely(*soh != TG_SOH))
		return tg_fix_take(c);
	c->len = (u32)(soh - c->val);
	c->p = soh + 1;
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

static __always_inline bool tg_fix_take_far(struct tg_fix_cursor *c, struct tg_fix_number far, u64 *out)
{
	if (unlikely(!far.len))
		return tg_fix_wrong(c);
	*out = far.v;
	c->p = c->val + far.len + 1;
	return true;
}

static __always_inline bool tg_fix_take_u64(struct tg_fix_cursor *c, u64 *out)
{
	u64 d = tg_load64(c->val), t = tg_fix_ends(d), low;
	const u8 *soh;
	u32 n;

	d ^= tg_fix_words.zeros;
	if (likely(t)) {
		n = (u32)__builtin_ctzll(t);		/* 8 * digits + 7 */
		soh = c->val + (n >> 3);
		d <<= (7 - n) & 63;			/* the last digit into the highest byte; without one, all eight bytes must be digits, and the SOH is none */
		if (unlikely(*soh != TG_SOH || tg_fix_non_digits(d)))
			return tg_fix_wrong(c);
		*out = tg_fix_eight(d);
		c->p = soh + 1;
		return true;
	}
	/* Eight bytes without SOH: eight more can be loaded. Eight to fifteen digits: the last eight, and those before them. */
	n = tg_fix_first(tg_fix_ends(tg_load64(c->val + 8)));
	soh = c->val + 8 + n;
	low = tg_load64(soh - 8) ^ tg_fix_words.zeros;
	d = d << (56 - 8 * n) << 8;
	if (likely(*soh == TG_SOH && !(tg_fix_non_digits(d) | tg_fix_non_digits(low)))) {
		*out = tg_fix_eight(d) * 100000000 + tg_fix_eight(low);
		c->p = soh + 1;
		return true;
	}
	return tg_fix_take_far(c, tg_fix_far_number(c->val), out);
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

/* A number that is nearly always below 1,000: a count, a position. */
static __always_inline bool tg_fix_take_small(struct tg_fix_cursor *c, u32 *out)
{
	u32 d, n;

	memcpy(&d, c->val, sizeof(d));
	n = (u32)__builtin_ctz(((d - 0x02020202u) & 0x80808080u) | 1u << 31);	/* 8 * digits + 7 */
	d = (d ^ 0x30303030u) << (31 - n);		/* the last digit into the third byte, the SOH into the fourth */
	if (likely(c->val[n >> 3] == TG_SOH && n != 7 && !(((d + 0x00767676u) | d) & 0x00808080u))) {
		*out = (d >> 8 & 0xff) * 10 + (d >> 16 & 0xff) + (d & 0xff) * 100;
		c->p = c->val + (n >> 3) + 1;
		return true;
	}
	return tg_fix_take_u32(c, out);
}

/*
 * The value up to `soh` with a point in it, two to nine characters: what stands before the point must move up by one byte to close the gap, which is what a load
 * from one byte earlier does. kb: bit 4 of the point's byte. false = another form; nothing is said about it.
 */
static __always_inline bool tg_fix_pointed(const u8 *val, const u8 *soh, u32 kb, s64 *out)
{
	u32 up = (u32)(val - soh) * 8, scale = up + kb + 68, free = up + 72;	/* 64 - 8 * decimals, 72 - 8 * length */
	u64 early = tg_load64(soh - 9), d;

	if (unlikely((scale | free) > 63))
		return false;
	d = ((tg_load64(soh - 8) ^ early) & ~0ULL << scale) ^ early ^ tg_fix_words.zeros;
	d = d >> free << free;
	if (unlikely(tg_fix_non_digits(d)))
		return false;
	*out = (s64)(tg_fix_eight(d) * tg_fix_pow10[scale >> 3]);
	return true;
}

/* d: the value's first bytes xored with '0'. A point has bit 4 then, as SOH has, and a digit has not. */
static __always_inline u32 tg_fix_point(u64 d)
{
	return (u32)__builtin_ctzll((d & tg_fix_words.points) | 1ULL << 63);
}

/*
 * A price: three to nine characters with a point, one way for all of them, so that prices of eight characters among shorter ones mispredict nothing. The
 * eight bytes from the third on hold their end; as the point is not the first byte, two bytes are the value's and they can be loaded. false = another form.
 */
static __always_inline bool tg_fix_near_px(struct tg_fix_cursor *c, u64 d, s64 *out)
{
	u32 kb = tg_fix_point(d);
	const u8 *soh;
	u64 t;

	if (unlikely(c->val[kb >> 3] != '.' || kb < 8))
		return false;
	t = tg_fix_ends(tg_load64(c->val + 2));
	if (unlikely(!t))
		return false;
	soh = c->val + ((u32)__builtin_ctzll(t) >> 3) + 2;
	if (unlikely(*soh != TG_SOH || !tg_fix_pointed(c->val, soh, kb, out)))
		return false;
	c->p = soh + 1;
	return true;
}

static __always_inline bool tg_fix_take_px(struct tg_fix_cursor *c, s64 *out)
{
	if (likely(tg_fix_near_px(c, tg_load64(c->val) ^ tg_fix_words.zeros, out)))
		return true;
	return tg_fix_take_far(c, tg_fix_far_price(c->val), (u64 *)out);
}

/* A quantity, or a price that may be 0: up to seven digits, or with a point as above. */
static __always_inline bool tg_fix_take_e8(struct tg_fix_cursor *c, s64 *out)
{
	u64 w = tg_load64(c->val), d = w ^ tg_fix_words.zeros, t = tg_fix_ends(w), up;
	const u8 *soh;
	u32 n;

	if (likely(t)) {
		n = (u32)__builtin_ctzll(t);
		soh = c->val + (n >> 3);
		up = d << ((7 - n) & 63);
		if (likely(*soh == TG_SOH && !tg_fix_non_digits(up))) {
			*out = (s64)(tg_fix_eight(up) * TG_SCALE);
			c->p = soh + 1;
			return true;
		}
	}
	if (likely(tg_fix_near_px(c, d, out)))
		return true;
	return tg_fix_take_far(c, tg_fix_far_price(c->val), (u64 *)out);
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
