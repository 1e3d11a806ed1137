/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Integer helpers: overflow-checked scaled arithmetic, hashing. Scale: types.h. */
#ifndef TG_CORE_NUM_H
#define TG_CORE_NUM_H

#include "port.h"
#include <tickgate/types.h>

/* a * b / c, rounded towards zero, by way of 128 bits; false on overflow or c == 0. */
bool tg_muldiv_u64(u64 a, u64 b, u64 c, u64 *out);

/* px * qty in money e8, rounded towards zero; both non-negative; false on overflow past TG_PX_MAX. */
static inline bool tg_notional(s64 px, s64 qty, s64 *out)
{
	u64 v;

	if (px < 0 || qty < 0 || !tg_muldiv_u64((u64)px, (u64)qty, TG_SCALE, &v) || v > (u64)TG_PX_MAX)
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

/* Hash of n bytes, any alignment; four independent lanes. Same result on every little-endian machine. */
u64 tg_hash_bytes(u64 seed, const void *p, u64 n);

static inline u64 tg_load64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
