/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the encoder's files share. Digits are made eight at a time: multiplications in one word instead of a division for each. Words are stored whole, so a
 * writer may store up to TG_FIX_SPARE bytes past its own field; all ask for room first.
 *
 * The functions with `sum` add up the bytes they write: what is known digit by digit, or once for a template, is not read a second time for CheckSum.
 */
#ifndef TG_FIX_ENCODE_INLINE_H
#define TG_FIX_ENCODE_INLINE_H

#include "fix/encode.h"
#include "fix/lexer_inline.h"

#define TG_FIX_SPARE		32u
#define TG_FIX_STAMP_LEN	18u	/* YYYYMMDD-HH:MM:SS. */
#define TG_FIX_TIME_LEN		21u	/* and .sss */

static __always_inline void tg_fix_store(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

static __always_inline void tg_fix_store4(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

/* Sum of eight bytes that are 31 at most. */
static __always_inline u32 tg_fix_small_sum(u64 x)
{
	return (u32)(x * TG_BYTES(1) >> 56);
}

static __always_inline u8 *tg_fix_tag_to(u8 *p, u64 tag)
{
	tg_fix_store(p, tag);
	return p + (tag >> 56);
}

/* A constant when the tag is one. */
static __always_inline u32 tg_fix_tag_sum(u64 tag)
{
	return (u32)((tag & 0xff) + (tag >> 8 & 0xff) + (tag >> 16 & 0xff) + (tag >> 24 & 0xff) + (tag >> 32 & 0xff) + (tag >> 40 & 0xff) +
		     (tag >> 48 & 0xff));
}

/* Eight digits of v < 10^8 as bytes 0..9, the first in the lowest: tg_fix_eight() backwards. */
static __always_inline u64 tg_fix_digits8(u32 v)
{
	u64 x, q;

	x = v / 10000 | (u64)(v % 10000) << 32;
	q = (x * 10486) >> 20 & 0x0000007f0000007fULL;		/* each half / 100, right below 10,000 */
	x = q | (x - q * 100) << 16;
	q = (x * 103) >> 10 & 0x000f000f000f000fULL;		/* each quarter / 10, right below 100 */
	return q | (x - q * 10) << 8;
}

/* Four of v < 10,000, likewise. */
static __always_inline u32 tg_fix_digits4(u32 v)
{
	u32 q = v * 5243 >> 19, x = q | (v - q * 100) << 16;	/* / 100, right below 43,699 */

	q = x * 103 >> 10 & 0x000f000fu;
	return q | (x - q * 10) << 8;
}

static __always_inline u32 tg_fix_small_sum4(u32 x)
{
	return x * 0x01010101u >> 24;
}

/* Without leading zeros; v < 10^8. Most numbers have four digits at most. */
static __always_inline u8 *tg_fix_short_to(u8 *p, u32 v, u32 *sum)
{
	u32 zeros, d;
	u64 x;

	if (v < 10000) {
		d = tg_fix_digits4(v);
		zeros = (u32)__builtin_ctz(d | 1u << 24) >> 3;
		tg_fix_store4(p, (d | 0x30303030u) >> 8 * zeros);
		*sum += tg_fix_small_sum4(d) + '0' * (4 - zeros);
		return p + 4 - zeros;
	}
	x = tg_fix_digits8(v);
	zeros = (u32)__builtin_ctzll(x) >> 3;
	tg_fix_store(p, (x | TG_BYTES('0')) >> 8 * zeros);
	*sum += tg_fix_small_sum(x) + '0' * (8 - zeros);
	return p + 8 - zeros;
}

/* Eight hex digits of v, the first in the lowest byte; letter: 'A' or 'a'. */
static __always_inline u64 tg_fix_hex8(u32 v, u8 letter, u32 *sum)
{
	u64 x = __builtin_bswap32(v), above9;

	/* Bytes two apart, then their halves, the high one first. */
	x = (x | x << 16) & 0x0000ffff0000ffffULL;
	x = (x | x << 8) & 0x00ff00ff00ff00ffULL;
	x = (x >> 4 & 0x000f000f000f000fULL) | (x & 0x000f000f000f000fULL) << 8;
	above9 = (x + TG_BYTES(6)) >> 4 & TG_BYTES(1);
	*sum += tg_fix_small_sum(x) + tg_fix_small_sum(above9) * (u32)(letter - '0' - 10) + '0' * 8;
	return x + TG_BYTES('0') + above9 * (u8)(letter - '0' - 10);
}

/*
 * A decimal that is not negative and below 10^8, with at least min_digits (0..8) after the point. No point when there is nothing behind it.
 */
static __always_inline u8 *tg_fix_e8_to(u8 *p, u64 v, u32 min_digits, u32 *sum)
{
	u64 whole = v / TG_SCALE, x;
	u32 frac = (u32)(v - whole * TG_SCALE), n, high, d;

	p = tg_fix_short_to(p, (u32)whole, sum);
	if (!(frac | min_digits))
		return p;
	*p++ = '.';
	high = frac / 10000;
	/* zeros at the end are in the highest bytes */
	if (high * 10000 == frac && min_digits <= 4) {
		d = tg_fix_digits4(high);
		tg_fix_store4(p, d | 0x30303030u);
		n = 4 - ((u32)__builtin_clz(d | 1) >> 3);
		*sum += tg_fix_small_sum4(d);
	} else {
		x = tg_fix_digits8(frac);
		tg_fix_store(p, x | TG_BYTES('0'));
		n = 8 - ((u32)__builtin_clzll(x | 1) >> 3);
		*sum += tg_fix_small_sum(x);
	}
	if (!frac || n < min_digits)
		n = min_digits;
	*sum += '0' * n + '.';
	return p + n;
}

/* The values of eight hex digits (0-9, A-F), a byte each. *wrong: bits are set where they are none. */
static __always_inline u64 tg_fix_unhex8(u64 w, u64 *wrong)
{
	u64 x = (w & TG_BYTES(15)) + (w >> 6 & TG_BYTES(1)) * 9;
	u64 letters = (x + TG_BYTES(6)) >> 4 & TG_BYTES(1);

	/* 15 at most, and written out again they are what they were. */
	*wrong |= (x & TG_BYTES(0xf0)) | (w ^ (x + TG_BYTES('0') + letters * 7));
	x = (x << 4 | x >> 8) & 0x00ff00ff00ff00ffULL;
	x = (x | x >> 8) & 0x0000ffff0000ffffULL;
	return __builtin_bswap32((u32)(x | x >> 16));
}

static __always_inline bool tg_fix_unhex16(const u8 *v, u64 *out)
{
	u64 wrong = 0;

	*out = tg_fix_unhex8(tg_load64(v), &wrong) << 32;
	*out |= tg_fix_unhex8(tg_load64(v + 8), &wrong);
	return !wrong;
}

#endif
