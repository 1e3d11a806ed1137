/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Timers with owners: a bounded list in the arena. A timer belongs to something that exists already
 * (owner first, timer second) and names it by an id that holds its generation: one that outlives
 * its owner finds nobody and does nothing. Arming fails when all are in use; the owner then undoes
 * what it has begun.
 *
 * A binary heap over the slots: arm and disarm O(log timers), the earliest O(1).
 */
#ifndef TG_CORE_TIMER_H
#define TG_CORE_TIMER_H

#include "port.h"

struct tg_engine;
struct tg_in_engine;
struct tg_outbox;

enum tg_timer_kind {
	TG_TIMER_PARENT = 1,		/* owner: parent id; what: enum tg_parent_timer */
};

struct tg_timer {
	u64 deadline_ns;
	u32 owner_id;
	u16 kind;			/* enum tg_timer_kind; 0 = free */
	u16 what;			/* for the owner */
	u32 place;			/* in the heap; of a free one: the next free, slot + 1 */
	u32 pad;
};

u64 tg_timer_bytes(const struct tg_in_engine *p);
void tg_timer_init(struct tg_engine *e);
/* Slot + 1, or 0: all are in use (counted). */
u32 tg_timer_arm(struct tg_engine *e, enum tg_timer_kind kind, u32 owner_id, u16 what,
		 u64 deadline_ns);
/* timer: what arming gave; 0, one that has fired or is another owner's: nothing. */
void tg_timer_disarm(struct tg_engine *e, u32 timer, enum tg_timer_kind kind, u32 owner_id);
u64 tg_timer_deadline_ns(const struct tg_engine *e);	/* ~0 = none */
/* Fires what is due. An owner may not arm from it: it marks itself and acts at the end of the step. */
void tg_timer_run(struct tg_engine *e);

#endif
