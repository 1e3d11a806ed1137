// SPDX-License-Identifier: MIT
#include "percentile.h"

#define SUB	(1u << TG_HIST_SUB_BITS)

__u64 ctl_bucket_top(unsigned int b)
{
	unsigned int shift;

	if (b < SUB)
		return b;
	shift = b / SUB - 1;
	return ((((__u64)SUB + b % SUB) + 1) << shift) - 1;
}

__u64 ctl_percentile(const struct tg_nl_latency *l, unsigned int p)
{
	__u64 total = 0, seen = 0, want, top;
	unsigned int b;

	/* Summed here: count may run ahead of the buckets while the engine writes. */
	for (b = 0; b < TG_HIST_BUCKETS; b++)
		total += l->bucket[b];
	if (!total)
		return 0;
	want = total / 10000 * p + (total % 10000 * p + 9999) / 10000;
	for (b = 0; b < TG_HIST_BUCKETS - 1; b++) {
		seen += l->bucket[b];
		if (seen >= want)
			break;
	}
	top = ctl_bucket_top(b);
	return l->h.max_ns && top > l->h.max_ns ? l->h.max_ns : top;
}
