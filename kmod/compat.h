/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that asks which kernel this is. Built and tested on 6.12; 6.6 is kept in mind:
 * what differs between the two is wrapped here and nowhere else.
 */
#ifndef TGK_COMPAT_H
#define TGK_COMPAT_H

#include <linux/btf.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#error "tickgate needs Linux 6.6 or later"
#endif
#ifndef CONFIG_64BIT
#error "tickgate needs a 64-bit kernel"
#endif
#ifdef CONFIG_PREEMPT_RT
#error "tickgate needs bottom halves that cannot be preempted: PREEMPT_RT is not supported"
#endif
#ifndef CONFIG_NET_RX_BUSY_POLL
#error "tickgate polls NAPI instances itself: CONFIG_NET_RX_BUSY_POLL is required"
#endif

/* 6.9 renamed the markers of a set of kfuncs. */
#ifdef BTF_KFUNCS_START
#define TGK_KFUNCS_START(name)	BTF_KFUNCS_START(name)
#define TGK_KFUNCS_END(name)	BTF_KFUNCS_END(name)
#else
#define TGK_KFUNCS_START(name)	BTF_SET8_START(name)
#define TGK_KFUNCS_END(name)	BTF_SET8_END(name)
#endif

/* 6.7 gave both of these to kfunc writers. */
#ifdef __bpf_kfunc_start_defs
#define TGK_KFUNC_DEFS_START	__bpf_kfunc_start_defs()
#define TGK_KFUNC_DEFS_END	__bpf_kfunc_end_defs()
#else
#define TGK_KFUNC_DEFS_START \
	__diag_push(); \
	__diag_ignore_all("-Wmissing-prototypes", "called from BPF only")
#define TGK_KFUNC_DEFS_END	__diag_pop()
#endif

static inline void tgk_hrtimer_setup(struct hrtimer *t, enum hrtimer_restart (*fn)(struct hrtimer *),
				     enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(t, fn, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(t, CLOCK_MONOTONIC, mode);
	t->function = fn;
#endif
}

/* Off the scheduler's load balancing: isolcpus=, or an isolated cpuset partition. */
static inline bool tgk_cpu_is_isolated(int cpu)
{
	return cpu_is_isolated(cpu);
}

/*
 * What a thread that never sleeps owes to the kernel on each turn: cond_resched() alone is no
 * quiescent state for RCU tasks, and freeing a BPF trampoline would wait for this thread forever.
 */
static inline void tgk_quiesce(void)
{
	cond_resched_tasks_rcu_qs();
}

/*
 * Huge pages where there are some: the arena is walked all over, and each TLB miss is on the path
 * of an order.
 */
static inline void *tgk_arena_alloc(size_t bytes)
{
	return vmalloc_huge(bytes, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
}

#endif
