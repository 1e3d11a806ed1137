// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <time.h>
#include "latency.h"

__u64 latency_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000u + (__u64)t.tv_nsec;
}

void latency_add(struct latency *l, __u64 from_ns)
{
	if (l->count < LATENCY_SAMPLES)
		l->ns[l->count] = latency_now_ns() - from_ns;
	l->count++;
}

static __u64 kept(const struct latency *l)
{
	return l->count < LATENCY_SAMPLES ? l->count : LATENCY_SAMPLES;
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

void latency_finish(struct latency *l)
{
	qsort(l->ns, kept(l), sizeof(l->ns[0]), compare);
}

__u64 latency_at(const struct latency *l, __u32 per_mille)
{
	__u64 n = kept(l);

	return n ? l->ns[(n - 1) * per_mille / 1000] : 0;
}
