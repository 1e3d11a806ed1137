// SPDX-License-Identifier: GPL-2.0
/*
 * The dead-man timer: what acts when the engine thread does not. It shares nothing with the thread
 * but its counter of loops: a high-resolution timer on another CPU looks at that counter four times
 * in host.deadman_ms, wakes the thread if it sleeps, and after four looks at the same number closes
 * the venues' connections, so that their cancel-on-disconnect takes our orders away.
 *
 * Looks are counted and not time: a virtual machine that was stopped as a whole wakes up with one
 * look missed, not with all of them.
 *
 * What the thread was about to send finds its socket shut. If it comes back, its first act is a
 * kill of scope FIRM with cause DEAD_MAN, before any submission; only a person clears that. A thread
 * that hangs inside the kernel's TCP holds the lock of one socket: that venue's heartbeat ends the
 * session then, and a worker waits here for it.
 */
#include <linux/hrtimer.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "compat.h"
#include "tickgate.h"

#define TGK_DEADMAN_LOOKS	4u

static void close_venues(struct work_struct *work)
{
	struct tgk_deadman *d = container_of(work, struct tgk_deadman, work);
	struct tgk_engine *eng = container_of(d, struct tgk_engine, deadman);
	u32 closed = tgk_tcp_shut(eng);

	pr_crit("tickgate/%u: the engine thread has not moved for %u ms: %u venue connections closed, trading is halted until it is resumed\n",
		eng->params.engine_id, eng->host.deadman_ms, closed);
}

static enum hrtimer_restart look(struct hrtimer *t)
{
	struct tgk_deadman *d = container_of(t, struct tgk_deadman, timer);
	struct tgk_engine *eng = container_of(d, struct tgk_engine, deadman);
	u64 loops = READ_ONCE(eng->stats->counter[TG_HC_LOOPS]);

	hrtimer_forward_now(t, d->period);
	if (loops != d->loops) {
		d->loops = loops;
		d->same = 0;
		d->acted = false;
		return HRTIMER_RESTART;
	}
	if (++d->same < TGK_DEADMAN_LOOKS) {
		tgk_wake(eng);	/* asleep is not dead: it has to make a turn for this */
	} else if (!d->acted) {
		d->acted = true;
		tgk_count_any(eng, TG_HC_DEADMAN);
		WRITE_ONCE(d->fired, true);
		queue_work(system_unbound_wq, &d->work);
	}
	return HRTIMER_RESTART;
}

static void start_here(void *arg)
{
	struct tgk_deadman *d = arg;

	hrtimer_start(&d->timer, d->period, HRTIMER_MODE_REL_PINNED);
}

/* A CPU that does the kernel's timers and is not the engine's; with one CPU there is no choice. */
static unsigned int watcher(unsigned int engine_cpu)
{
	unsigned int cpu;

	for_each_cpu_and(cpu, cpu_online_mask, housekeeping_cpumask(HK_TYPE_TIMER))
		if (cpu != engine_cpu)
			return cpu;
	cpu = cpumask_any_but(cpu_online_mask, engine_cpu);
	return cpu < nr_cpu_ids ? cpu : engine_cpu;
}

void tgk_deadman_start(struct tgk_engine *eng)
{
	struct tgk_deadman *d = &eng->deadman;

	INIT_WORK(&d->work, close_venues);
	tgk_hrtimer_setup(&d->timer, look, HRTIMER_MODE_REL_PINNED);
	d->period = ns_to_ktime((u64)eng->host.deadman_ms * NSEC_PER_MSEC / TGK_DEADMAN_LOOKS);
	if (!eng->host.deadman_ms)
		return;
	/* fails when that CPU goes offline at this moment: any is better than none */
	if (smp_call_function_single(watcher(eng->host.cpu), start_here, d, 1))
		start_here(d);
}

void tgk_deadman_stop(struct tgk_engine *eng)
{
	hrtimer_cancel(&eng->deadman.timer);
	cancel_work_sync(&eng->deadman.work);
}

void tgk_deadman_halt(struct tgk_engine *eng)
{
	struct tg_in_kill kill = {
		.scope = TG_SCOPE_FIRM, .cause = TG_KILL_DEAD_MAN, .flags = TG_KILL_CANCEL,
		.who = "tickgate", .text = "dead-man: the engine thread did not move",
	};

	WRITE_ONCE(eng->deadman.fired, false);
	tgk_step(eng, TG_IN_KILL, 0, &kill, sizeof(kill));
	if (eng->ob.len)
		tgk_flush(eng);
}
