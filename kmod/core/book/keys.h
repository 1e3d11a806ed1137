/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Sorted price keys, the same for L2 and L3 books: a side's best price has the largest key, so that
 * it is the last one and most changes move few.
 */
#ifndef TG_BOOK_KEYS_H
#define TG_BOOK_KEYS_H

#include "port.h"

/* A price is never TG_PX_NONE, so its negation exists. */
static inline s64 tg_key_of(u32 side, s64 px)
{
	s64 m = -(s64)side;

	return (px ^ m) - m;
}

/*
 * Index of the first key >= key, n if there is none. No branch depends on the keys: where in the
 * book an update falls cannot be predicted, and a mispredicted branch costs more than the whole
 * search. The number of rounds depends on n alone.
 */
static inline u32 tg_lower_bound(const s64 *k, u32 n, s64 key)
{
	const s64 *base = k;

	if (!n)
		return 0;
	while (n > 1) {
		u32 half = n >> 1;
		const s64 *mid = base + half;

		base = mid[-1] < key ? mid : base;
		n -= half;
	}
	return (u32)(base - k) + (*base < key);
}

#endif
