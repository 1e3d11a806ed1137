/* SPDX-License-Identifier: MIT */
/*
 * Round-trip times of one run, all of them up to a fixed number, so that percentiles are exact and
 * nothing allocates.
 */
#ifndef STRATEGIES_LATENCY_H
#define STRATEGIES_LATENCY_H

#include <linux/types.h>

#define LATENCY_SAMPLES 65536u

struct latency {
	__u64 count;		/* of all; only the first LATENCY_SAMPLES are kept */
	__u64 ns[LATENCY_SAMPLES];
};

__u64 latency_now_ns(void);
void latency_add(struct latency *l, __u64 from_ns);
/* Sorts; then percentiles in per mille: 500 = median, 1000 = maximum. 0 when empty. */
void latency_finish(struct latency *l);
__u64 latency_at(const struct latency *l, __u32 per_mille);

#endif
