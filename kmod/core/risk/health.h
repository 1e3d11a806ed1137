/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * How well a venue does: time to answer, refusals, books that are not live, gaps, over a window in
 * buckets. The worst of them in percent of what was configured is its score; a score that reaches a
 * threshold takes exposure away from the venue before a person does, and gives it back when the
 * score has been well below for long enough (venue_health.c).
 */
#ifndef TG_RISK_HEALTH_H
#define TG_RISK_HEALTH_H

#include "port.h"
#include <tickgate/record.h>

#define TG_HEALTH_BUCKETS	17u
#define TG_HEALTH_NS		100000000ULL	/* looked at so often */

struct tg_health_bucket {
	u64 ack_sum_ns;
	u32 acks, answers, rejects, gaps;
};

struct tg_health {
	struct tg_in_watch cfg;		/* cfg.venue_id 0 = not watched */
	u64 width_ns;			/* of one bucket; 0 = health is not scored */
	u64 at;				/* number of the newest one: time / width */
	u64 level_ns;			/* the level is what it is since */
	u64 better_ns;			/* since when the score allows a lower level; 0 = it does not */
	u64 ack_ns;			/* as last scored */
	u32 score, reject_percent, stale_percent, gaps;
	u32 level;			/* enum tg_health_level */
	u32 pad;
	struct tg_health_bucket sum, bucket[TG_HEALTH_BUCKETS];
};

/* reconcile.c: what the venue says of one account and instrument. */
struct tg_venue_position {
	s64 qty;
	s64 base;			/* of it, what was there before us */
	u64 time_ns;
	u64 off_ns;			/* since when it is not ours; 0 = it is */
	u64 round;			/* of questions in which it was told; 0 = never */
	u8 based, told, pad[6];		/* base is known; the difference was told */
};

struct tg_reconcile {
	u64 ask_ns;			/* the next question; ~0 = none */
	u64 round;			/* record of the last ones: part of PosReqID (710) */
	u32 at;				/* account to be asked for next; 0 = a new round begins */
	u32 refused;			/* the venue does not answer, in this session */
};

/* stray.c: a fill in a drop copy that its order did not have then. */
#define TG_COPIES	64u
struct tg_copy { u64 order_id; s64 cum_qty; u64 due_ns; };

#endif
