/* SPDX-License-Identifier: MIT */
/*
 * When a venue may be connected to, and from where: connects in a sliding window, and source
 * addresses that rest after they were refused. Pure: times come in, nothing is done here.
 */
#ifndef TGD_PLAN_H
#define TGD_PLAN_H

#include <stdbool.h>
#include "config.h"

#define TGD_PLAN_CONNECTS	512	/* largest connect_limit */

struct tgd_plan {
	__u64 connect_ns[TGD_PLAN_CONNECTS];	/* ring: when the last ones were */
	unsigned int head, n;
	__u64 rest_ns[TGD_SOURCES];	/* until when a source is passed over */
	unsigned int turn;		/* source to begin with */
};

/* When the next connect may be made, <= now: at once. limit 0 = no bound. */
__u64 tgd_plan_allowed_ns(const struct tgd_plan *p, unsigned int limit, __u64 window_ns,
			  __u64 now_ns);
void tgd_plan_connected(struct tgd_plan *p, __u64 now_ns);
/*
 * Index of the source to use for a destination of this family: in turn, those at rest only when no
 * other is left, then the one whose rest ends first. -1: there is none of this family.
 */
int tgd_plan_source(struct tgd_plan *p, const struct tgd_address *source, unsigned int sources,
		    int family, __u64 now_ns);
void tgd_plan_rest(struct tgd_plan *p, int source, __u64 until_ns);

/* Pause before attempt number `failures` (from 1), with `random` picking the jitter: doubled each
 * time, capped, then less up to half. */
__u64 tgd_backoff_ms(long long min_ms, long long max_ms, unsigned int failures, __u32 random);

#endif
