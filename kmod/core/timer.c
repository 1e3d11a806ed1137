// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Timers with owners: see timer.h. */
#include "timer.h"
#include "parent/parent.h"
#include "state.h"

static struct tg_timer *slot(const struct tg_engine *e, u32 timer)
{
	return TG_TABLE(e, off_timers, struct tg_timer) + (timer - 1);
}

/* The heap: slots + 1, the earliest first; of equal ones the lower slot. */
static u32 *heap(const struct tg_engine *e)
{
	return (u32 *)(TG_TABLE(e, off_timers, struct tg_timer) + e->params.max_timers);
}

u64 tg_timer_bytes(const struct tg_in_engine *p)
{
	return (sizeof(struct tg_timer) + sizeof(u32)) * (u64)p->max_timers;
}

void tg_timer_init(struct tg_engine *e)
{
	u32 i;

	for (i = 1; i <= e->params.max_timers; i++)
		slot(e, i)->place = i < e->params.max_timers ? i + 1 : 0;
	e->timer_free = 1;
}

static bool before(const struct tg_engine *e, u32 a, u32 b)
{
	const struct tg_timer *x = slot(e, a), *y = slot(e, b);

	return x->deadline_ns < y->deadline_ns || (x->deadline_ns == y->deadline_ns && a < b);
}

static void put(struct tg_engine *e, u32 at, u32 timer)
{
	heap(e)[at] = timer;
	slot(e, timer)->place = at;
}

static void rise(struct tg_engine *e, u32 at, u32 timer)
{
	while (at && before(e, timer, heap(e)[(at - 1) / 2])) {
		put(e, at, heap(e)[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(e, at, timer);
}

static void sink(struct tg_engine *e, u32 at, u32 timer)
{
	u32 n = e->timers, child;

	while ((child = 2 * at + 1) < n) {
		if (child + 1 < n && before(e, heap(e)[child + 1], heap(e)[child]))
			child++;
		if (before(e, timer, heap(e)[child]))
			break;
		put(e, at, heap(e)[child]);
		at = child;
	}
	put(e, at, timer);
}

u32 tg_timer_arm(struct tg_engine *e, enum tg_timer_kind kind, u32 owner_id, u16 what,
		 u64 deadline_ns)
{
	u32 timer = e->timer_free;
	struct tg_timer *t;

	if (!timer) {
		tg_cc(e, TG_CC_TIMERS_FULL);
		return 0;
	}
	t = slot(e, timer);
	e->timer_free = t->place;
	t->deadline_ns = deadline_ns;
	t->owner_id = owner_id;
	t->kind = (u16)kind;
	t->what = what;
	rise(e, e->timers++, timer);
	return timer;
}

static void take_out(struct tg_engine *e, u32 timer)
{
	struct tg_timer *t = slot(e, timer);
	u32 at = t->place, last = heap(e)[--e->timers];

	heap(e)[e->timers] = 0;
	if (last != timer) {
		if (at && before(e, last, heap(e)[(at - 1) / 2]))
			rise(e, at, last);
		else
			sink(e, at, last);
	}
	memset(t, 0, sizeof(*t));
	t->place = e->timer_free;
	e->timer_free = timer;
}

void tg_timer_disarm(struct tg_engine *e, u32 timer, enum tg_timer_kind kind, u32 owner_id)
{
	if (!timer || timer > e->params.max_timers || slot(e, timer)->kind != kind ||
	    slot(e, timer)->owner_id != owner_id)
		return;
	take_out(e, timer);
}

u64 tg_timer_deadline_ns(const struct tg_engine *e)
{
	return e->timers ? slot(e, heap(e)[0])->deadline_ns : ~0ULL;
}

void tg_timer_run(struct tg_engine *e)
{
	while (tg_timer_deadline_ns(e) <= e->time_ns) {
		struct tg_timer t = *slot(e, heap(e)[0]);

		take_out(e, heap(e)[0]);
		tg_parent_timer(e, t.owner_id, t.what);
	}
}
