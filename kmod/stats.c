// SPDX-License-Identifier: GPL-2.0
/*
 * Host counters and latency histograms. The thread's own counters are plain words that only it
 * writes; what other contexts count goes to per-CPU words. Readers load 64-bit words, which do not
 * tear on the machines this builds for; a sum over CPUs is not a snapshot.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include "tickgate.h"

/* Counted while no engine runs. */
static DEFINE_PER_CPU(u64 [TG_HC_MAX], orphan_counters);

int tgk_stats_init(struct tgk_engine *eng)
{
	eng->stats = kvzalloc(sizeof(*eng->stats), GFP_KERNEL);
	if (!eng->stats)
		return -ENOMEM;
	eng->counter_cpu = __alloc_percpu(TG_HC_MAX * sizeof(u64), __alignof__(u64));
	if (!eng->counter_cpu) {
		kvfree(eng->stats);
		eng->stats = NULL;
		return -ENOMEM;
	}
	return 0;
}

void tgk_stats_destroy(struct tgk_engine *eng)
{
	free_percpu(eng->counter_cpu);
	kvfree(eng->stats);
}

void tgk_count_any(struct tgk_engine *eng, enum tg_host_counter c)
{
	if (eng)
		this_cpu_inc(eng->counter_cpu[c]);
	else
		this_cpu_inc(orphan_counters[c]);
}

u64 tgk_counter_read(struct tgk_engine *eng, enum tg_host_counter c)
{
	u64 sum = READ_ONCE(eng->stats->counter[c]);
	int cpu;

	for_each_possible_cpu(cpu) {
		sum += READ_ONCE(per_cpu_ptr(eng->counter_cpu, cpu)[c]);
		sum += READ_ONCE(per_cpu(orphan_counters, cpu)[c]);
	}
	return sum;
}

static u32 bucket_of(u64 ns)
{
	u32 shift, b;

	if (ns < 16)
		return ns;
	shift = fls64(ns) - 1 - TG_HIST_SUB_BITS;
	b = 16 * (shift + 1) + ((ns >> shift) & 15);
	return min_t(u32, b, TG_HIST_BUCKETS - 1);
}

static u64 bucket_end(u32 b)
{
	return b < 16 ? b : ((17ull + b % 16) << (b / 16 - 1)) - 1;
}

void tgk_hist_add(struct tgk_engine *eng, enum tg_stage s, s64 ns)
{
	struct tgk_hist *h = &eng->stats->hist[s];
	u32 b;

	if (ns < 0)
		return;
	b = bucket_of(ns);
	if (!h->h.count || ns < h->h.min_ns)
		WRITE_ONCE(h->h.min_ns, ns);
	if (ns > h->h.max_ns)
		WRITE_ONCE(h->h.max_ns, ns);
	WRITE_ONCE(h->h.sum_ns, h->h.sum_ns + ns);
	WRITE_ONCE(h->bucket[b], h->bucket[b] + 1);
	WRITE_ONCE(h->h.count, h->h.count + 1);
}

void tgk_hist_reset(struct tgk_engine *eng)
{
	memset(eng->stats->hist, 0, sizeof(eng->stats->hist));
}

u64 tgk_hist_percentile(const struct tgk_hist *h, u32 per_100000)
{
	u64 total = 0, rank, seen = 0;
	u32 b;

	/* From the buckets, not from count: a reader beside the writer sees one of them first. */
	for (b = 0; b < TG_HIST_BUCKETS; b++)
		total += READ_ONCE(h->bucket[b]);
	if (!total)
		return 0;
	rank = (total * per_100000 + 99999) / 100000;
	if (!rank)
		rank = 1;
	for (b = 0; b < TG_HIST_BUCKETS; b++) {
		seen += READ_ONCE(h->bucket[b]);
		if (seen >= rank)
			return min(bucket_end(b), READ_ONCE(h->h.max_ns));
	}
	return READ_ONCE(h->h.max_ns);
}
