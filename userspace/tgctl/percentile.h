/* SPDX-License-Identifier: MIT */
/* Percentiles of the log-linear histograms of counters.h. */
#ifndef TGCTL_PERCENTILE_H
#define TGCTL_PERCENTILE_H

#include "nl.h"

/* Largest value of bucket b: b < 16 holds b; above, 16 buckets for each power of two. */
__u64 ctl_bucket_top(unsigned int b);
/* Smallest value that at least p/10000 of all values do not exceed, rounded up to its bucket's top
 * (never above the maximum); 0 without values. */
__u64 ctl_percentile(const struct tg_nl_latency *l, unsigned int p);

#endif
