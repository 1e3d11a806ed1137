// SPDX-License-Identifier: MIT
/*
 * Instructions of one pass. By the processor's counter where there is one; else by single-stepping
 * through the pass, which is slow but exact and the same everywhere. Each way also runs an empty
 * pass, and takes it off. A step costs up to 20 us in a virtual machine: samples are small.
 */
#include "bench.h"

#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int perf_open(u64 what)
{
	struct perf_event_attr a;

	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	a.type = PERF_TYPE_HARDWARE;
	a.config = what;
	a.exclude_kernel = 1;
	a.exclude_hv = 1;
	a.disabled = 1;
	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
}

static void nothing(void *ctx, u32 ops)
{
	(void)ctx;
	(void)ops;
}

static s64 by_perf(int fd, const struct job *j, void (*pass)(void *, u32), u32 ops)
{
	u64 v = 0;

	j->reset(j->ctx);
	ioctl(fd, PERF_EVENT_IOC_RESET, 0);
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	pass(j->ctx, ops);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return read(fd, &v, sizeof(v)) == sizeof(v) ? (s64)v : -1;
}

#ifdef __x86_64__
static volatile u64 steps;

static void on_step(int sig)
{
	(void)sig;
	steps++;
}

/*
 * The trap flag: a signal after every instruction, handled in this process, so that no other has to
 * be scheduled. The red zone is stepped over.
 */
static s64 by_steps(const struct job *j, void (*pass)(void *, u32), u32 ops)
{
	struct sigaction sa = { .sa_handler = on_step }, old;

	j->reset(j->ctx);
	pass(j->ctx, ops);	/* once unseen, so that no symbol is looked up while counting */
	j->reset(j->ctx);
	if (sigaction(SIGTRAP, &sa, &old))
		return -1;
	steps = 0;
	__asm__ volatile(
		"lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
		:
		:
		: "memory", "cc");
	pass(j->ctx, ops);
	__asm__ volatile(
		"lea -128(%%rsp), %%rsp; pushfq; andq $-257, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
		:
		:
		: "memory", "cc");
	sigaction(SIGTRAP, &old, NULL);
	return steps ? (s64)steps : -1;
}
#else
static s64 by_steps(const struct job *j, void (*pass)(void *, u32), u32 ops)
{
	(void)j;
	(void)pass;
	(void)ops;
	return -1;
}
#endif

s64 count_instructions(const struct job *j, u32 ops, const char **how)
{
	int fd = perf_open(PERF_COUNT_HW_INSTRUCTIONS);
	s64 all, none;

	if (fd >= 0) {
		*how = "processor counter";
		by_perf(fd, j, j->pass, ops);
		all = by_perf(fd, j, j->pass, ops);
		none = by_perf(fd, j, nothing, ops);
		close(fd);
		if (all > 0)
			return all - none;
	}
	*how = "single steps";
	all = by_steps(j, j->pass, ops);
	none = by_steps(j, nothing, ops);
	if (all >= 0 && none >= 0)
		return all - none;
	*how = "no processor counter here, and single steps are for x86-64";
	return -1;
}

s64 count_branch_misses(const struct job *j)
{
	int fd = perf_open(PERF_COUNT_HW_BRANCH_MISSES);
	s64 all;

	if (fd < 0)
		return -1;
	by_perf(fd, j, j->pass, j->ops);
	all = by_perf(fd, j, j->pass, j->ops);
	close(fd);
	return all;
}
