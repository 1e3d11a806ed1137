/* SPDX-License-Identifier: MIT */
/* The states that a model checker has seen, by hash. */
#ifndef VISITED_H
#define VISITED_H

static u64 *set, set_bits = 20, set_used;

static bool set_put(u64 h)
{
	u64 mask = (1ULL << set_bits) - 1, i;

	if (!h)
		h = 1;
	if (set_used * 2 > mask) {
		u64 *old = set, n = mask + 1;

		set = calloc(1ULL << ++set_bits, sizeof(*set));
		set_used = 0;
		for (i = 0; i < n; i++)
			if (old[i])
				set_put(old[i]);
		free(old);
		mask = (1ULL << set_bits) - 1;
	}
	for (i = h & mask; set[i]; i = (i + 1) & mask)
		if (set[i] == h)
			return false;
	set[i] = h;
	set_used++;
	return true;
}

#endif
