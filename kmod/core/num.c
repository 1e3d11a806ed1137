// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "num.h"

bool tg_muldiv_u64(u64 a, u64 b, u64 c, u64 *out)
{
	unsigned __int128 p = (unsigned __int128)a * b;
	u64 hi = (u64)(p >> 64), lo = (u64)p;

	if (hi >= c)	/* also c == 0: the quotient does not fit */
		return false;
	if (hi == 0) {
		*out = lo / c;
		return true;
	}
#if defined(__x86_64__)
	{
		u64 rem;

		__asm__("divq %4" : "=a"(*out), "=d"(rem) : "0"(lo), "1"(hi), "r"(c) : "cc");
	}
#else
	{
		/* Long division, one bit at a time; hi < c holds throughout. */
		u64 q = 0;
		int i;

		for (i = 0; i < 64; i++) {
			u64 top = hi >> 63;

			hi = hi << 1 | lo >> 63;
			lo <<= 1;
			q <<= 1;
			if (top || hi >= c) {
				hi -= c;
				q |= 1;
			}
		}
		*out = q;
	}
#endif
	return true;
}

u64 tg_hash_bytes(u64 seed, const void *p, u64 n)
{
	const u8 *b = p;
	u64 l0 = seed ^ TG_HASH_0, l1 = seed + TG_HASH_1;
	u64 l2 = ~seed, l3 = seed ^ TG_HASH_3, h, tail = 0;
	u64 left = n;

	for (; left >= 32; left -= 32, b += 32) {
		l0 = (l0 ^ tg_load64(b)) * 0x9fb21c651e98df25ULL;
		l1 = (l1 ^ tg_load64(b + 8)) * 0xc2b2ae3d27d4eb4fULL;
		l2 = (l2 ^ tg_load64(b + 16)) * 0x165667b19e3779f9ULL;
		l3 = (l3 ^ tg_load64(b + 24)) * 0xff51afd7ed558ccdULL;
		/* A multiply moves bits up only: bring the high ones back, or they fall off. */
		l0 ^= l0 >> 29;
		l1 ^= l1 >> 31;
		l2 ^= l2 >> 32;
		l3 ^= l3 >> 33;
	}
	h = tg_mix(tg_mix(tg_mix(l0, l1), l2), l3);
	for (; left >= 8; left -= 8, b += 8)
		h = tg_mix(h, tg_load64(b));
	if (left)
		tail = tg_load_tail(b, left, n);
	return tg_mix(tg_mix(h, tail), n);
}
