/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Integer helpers: overflow-checked scaled arithmetic, hashing. Scale: types.h. */
#ifndef TG_CORE_NUM_H
#define TG_CORE_NUM_H

#include "port.h"
#include <tickgate/types.h>

/* a * b / c, rounded towards zero, by way of 128 bits; false on overflow or c == 0. */
bool tg_muldiv_u64(u64 a, u64 b, u64 c, u64 *out);

/*
 * 128 bits by TG_SCALE, rounded towards zero, without a division: those of 128 bits take some forty
 * cycles on processors still in use. Two words by one that is normalised, with a reciprocal (Möller
 * and Granlund, "Improved division by invariant integers", 2011, algorithm 4). hi < TG_SCALE.
 */
static inline u64 tg_div_scale(u64 hi, u64 lo)
{
	enum { SHIFT = 37 };	/* TG_SCALE has 27 bits */
	const u64 d = (u64)TG_SCALE << SHIFT, v = (u64)(~(unsigned __int128)0 / d);
	u64 u1 = hi << SHIFT | lo >> (64 - SHIFT), u0 = lo << SHIFT, q, r;
	unsigned __int128 m = (unsigned __int128)v * u1 + ((unsigned __int128)u1 << 64 | u0);

	q = (u64)(m >> 64) + 1;
	r = u0 - q * d;
	if (r > (u64)m) {
		q--;
		r += d;
	}
	return q + (r >= d);
}

/* px * qty in money e8, rounded towards zero; both non-negative; false on overflow past TG_PX_MAX. */
static inline bool tg_notional(s64 px, s64 qty, s64 *out)
{
	unsigned __int128 p = (unsigned __int128)(u64)px * (u64)qty;
	u64 v;

	if ((px | qty) < 0 || (u64)(p >> 64) >= (u64)TG_SCALE)
		return false;
	v = tg_div_scale((u64)(p >> 64), (u64)p);
	if (v > (u64)TG_PX_MAX)
		return false;
	*out = (s64)v;
	return true;
}

static inline bool tg_add_s64(s64 a, s64 b, s64 *out) { return !__builtin_add_overflow(a, b, out); }
static inline bool tg_sub_s64(s64 a, s64 b, s64 *out) { return !__builtin_sub_overflow(a, b, out); }

/* Mixes one word into a running hash. Not cryptographic. */
static inline u64 tg_mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9fb21c651e98df25ULL;
	return h ^ (h >> 32);
}

#define TG_HASH_0 0x243f6a8885a308d3ULL
#define TG_HASH_1 0x13198a2e03707344ULL
#define TG_HASH_3 0xa4093822299f31d0ULL

/* Hash of n bytes, any alignment; four independent lanes. Same result on every little-endian machine. */
u64 tg_hash_bytes(u64 seed, const void *p, u64 n);

static inline u64 tg_load64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The last one to seven bytes of n in all, the first of them lowest: by loads that overlap. */
static inline u64 tg_load_tail(const u8 *b, u64 left, u64 n)
{
	u32 first, last;

	if (n >= 8)
		return tg_load64(b + left - 8) >> (64 - 8 * left);
	if (left >= 4) {
		memcpy(&first, b, 4);
		memcpy(&last, b + left - 4, 4);
		return first | (u64)last << 8 * (left - 4);
	}
	return b[0] | (u64)b[left / 2] << 8 * (left / 2) | (u64)b[left - 1] << 8 * (left - 1);
}

/* Of 8 to 15 bytes: the second word, the rest of them, zeros behind it. */
static __always_inline u64 tg_load_second(const u8 *b, u64 n)
{
	return tg_load64(b + n - 8) >> 8 * (15 - n) >> 8;
}

/* tg_hash_bytes() of 8 to 15 bytes that are in words already. */
static __always_inline u64 tg_hash_two(u64 seed, u64 first, u64 second, u64 n)
{
	u64 h = tg_mix(tg_mix(tg_mix(seed ^ TG_HASH_0, seed + TG_HASH_1), ~seed), seed ^ TG_HASH_3);

	return tg_mix(tg_mix(tg_mix(h, first), second), n);
}

/* Are these the same n bytes? In words that overlap at the end. */
static __always_inline bool tg_same_bytes(const void *a, const void *b, u64 n)
{
	const u8 *p = a, *q = b;
	u64 differs = 0, at;

	if (unlikely(n < 8))
		return !n || tg_load_tail(p, n, n) == tg_load_tail(q, n, n);
	for (at = 8; unlikely(at + 8 < n); at += 8)
		differs |= tg_load64(p + at) ^ tg_load64(q + at);
	return !(differs | (tg_load64(p) ^ tg_load64(q)) | (tg_load64(p + n - 8) ^ tg_load64(q + n - 8)));
}

#endif
