// SPDX-License-Identifier: MIT
/*
 * What the kernel host promises around the packet path: which CPUs and parameters it takes, the
 * halt while a required journal does not write, each wait strategy, tracepoints, debugfs, and that
 * a spinning thread holds up neither RCU nor CPU hotplug. Ends with an engine running: the rmmod
 * after it has to stop that. Runs in a guest; see run.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "fixture.h"
#include "rig.h"

#define TRACING	"/sys/kernel/tracing/"
#define DEBUG	"/sys/kernel/debug/tickgate/"
#define CPU1	"/sys/devices/system/cpu/cpu1/online"

static char buf[1 << 20];

static bool read_file(const char *path)
{
	int fd = open(path, O_RDONLY), n, len = 0;

	buf[0] = 0;
	if (fd < 0)
		return false;
	while (len < (int)sizeof(buf) - 1 && (n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	buf[len] = 0;
	close(fd);
	return len > 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int start(struct rig *r, struct tg_nl_host h)
{
	struct tg_in_engine e = { .abi_version = TG_ABI_VERSION,
				  .engine_id = RIG_ENGINE,
				  .epoch = 1 };
	int err = tg_nl_start(r->nl, &e, &h);

	if (!err)
		tg_nl_stop(r->nl, true);
	return err;
}

static void test_parameters(struct rig *r)
{
	check(start(r, (struct tg_nl_host){ .cpu = 0 }) == -EINVAL &&
		      strstr(tg_nl_error(r->nl), "isolated"),
	      "a CPU that is not isolated is refused: %s", tg_nl_error(r->nl));
	check(!start(r, (struct tg_nl_host){ .cpu = 0,
					     .flags = TG_HOST_FORCE_CPU,
					     .wait = TG_WAIT_BLOCK }),
	      "unless forced");
	check(start(r, (struct tg_nl_host){ .cpu = 4096 }) == -EINVAL,
	      "a CPU that is not there is refused");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .wait = 3 }) == -EINVAL,
	      "an unknown wait strategy is refused");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .flags = 4 }) == -EINVAL,
	      "an unknown flag is refused");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .public_slots = 1000 }) == -EINVAL,
	      "public_slots: not a power of two");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .packet_slots = 8 }) == -EINVAL,
	      "packet_slots: too few");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .journal_bytes = 4096 }) == -EINVAL,
	      "journal_bytes: too few");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .deadman_ms = 60001 }) == -EINVAL,
	      "deadman_ms: too long");
	check(start(r, (struct tg_nl_host){ .cpu = 1, .reserved = { 0, 0, 1 } }) == -EINVAL,
	      "a reserved field is not zero");
}

static bool wait_killed(struct rig *r, bool killed)
{
	struct timespec nap = { .tv_nsec = 10000000 };
	struct tg_nl_status s;
	int i;

	for (i = 0; i < 200; i++) {
		if (!tg_nl_status(r->nl, &s) && !!s.killed == killed)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

static bool killed_now(struct rig *r)
{
	struct tg_nl_status s;

	return !tg_nl_status(r->nl, &s) && s.killed;
}

static int resume(struct rig *r)
{
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM,
				.cause = TG_KILL_OPERATOR,
				.who = "host_test",
				.text = "test" };

	return tg_nl_input(r->nl, TG_IN_RESUME, &k, sizeof(k), NULL, NULL);
}

static void deliver(struct rig *r, unsigned int n, unsigned int len)
{
	static __u8 payload[2000];
	struct frame_spec spec = { .family = 4, .payload = payload, .len = len };
	LIBBPF_OPTS(bpf_test_run_opts, o);
	struct timespec nap = { .tv_nsec = 1000000 };
	unsigned int off, i;
	__u8 frame[FRAME_MAX];

	memset(payload, 'x', sizeof(payload));
	o.data_size_in = frame_make(&spec, frame, &off);
	o.data_in = frame;
	o.repeat = 1;
	for (i = 0; i < n; i++) {
		bpf_prog_test_run_opts(r->prog, &o);
		if (i % 16 == 15)
			nanosleep(&nap, NULL);
	}
}

static void test_journal_required(struct rig *r, const char *object)
{
	const __u8 *payload;
	struct tg_record rec;

	rig_start(r, object,
		  (struct tg_nl_host){ .wait = TG_WAIT_BLOCK,
				       .flags = TG_HOST_JOURNAL_REQUIRED,
				       .journal_bytes = 1 << 20 });
	rig_steer(r, 4, 0, (struct tg_steer_value){ RIG_ENGINE, 1, 0 });
	check(killed_now(r), "journal required: halted at the start");
	check(!resume(r) && killed_now(r), "resuming without a reader halts again");
	rig_journal_open(r);
	check(killed_now(r), "a reader alone does not resume");
	check(!resume(r) && !killed_now(r), "a reader and a resume do");
	rig_journal_close(r);
	check(wait_killed(r, true), "the reader goes: halted");
	rig_journal_open(r);
	check(!resume(r) && !killed_now(r), "resumed again");
	deliver(r, 1200, 1000);
	check(wait_killed(r, true) && rig_host(r, TG_HC_JOURNAL_LOST) > 0,
	      "a reader that does not read: %llu records lost, halted",
	      rig_host(r, TG_HC_JOURNAL_LOST));
	while (r->tail != __atomic_load_n(&r->journal->head, __ATOMIC_ACQUIRE) &&
	       rig_udp(r, &rec, &payload))
		;
	__atomic_store_n(&r->user->tail, r->journal->head, __ATOMIC_RELEASE);
	r->tail = r->journal->head;
	check(!resume(r) && !killed_now(r), "it has caught up, and a resume");
	rig_stop(r);
}

static void test_waits(struct rig *r, const char *object)
{
	static const char *const name[] = { "busy", "adaptive", "block" };
	unsigned int wait, n;
	const __u8 *payload;
	struct tg_record rec;

	for (wait = 0; wait < 3; wait++) {
		rig_start(r, object, (struct tg_nl_host){ .wait = wait });
		rig_journal_open(r);
		rig_steer(r, 4, 0, (struct tg_steer_value){ RIG_ENGINE, 1, 0 });
		deliver(r, 100, 100);
		for (n = 0; n < 100 && rig_udp(r, &rec, &payload); n++)
			;
		usleep(100000);
		check(n == 100 && !!rig_host(r, TG_HC_SLEEPS) == (wait != TG_WAIT_BUSY),
		      "%s: all arrive, sleeps %llu", name[wait], rig_host(r, TG_HC_SLEEPS));
		rig_stop(r);
	}
}

static bool within(int seconds, int (*fn)(void))
{
	struct timespec a, b;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &a);
	err = fn();
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("# %ld ms\n", (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000);
	return !err && b.tv_sec - a.tv_sec < seconds;
}

/* Turning the function tracer off waits for RCU tasks. */
static int trace_functions(void)
{
	int err = write_file(TRACING "set_ftrace_filter", "vfs_read");

	if (!err)
		err = write_file(TRACING "current_tracer", "function");
	return err ? err : write_file(TRACING "current_tracer", "nop");
}

/* A network namespace's end waits for RCU. */
static int make_namespace(void)
{
	return system("unshare -n true");
}

static bool traced(const char *event)
{
	char line[64];

	snprintf(line, sizeof(line), ": %s: ", event);
	return strstr(buf, line);
}

static void test_faces(struct rig *r, const char *object)
{
	static const char *const files[] = { "status", "counters", "latency" };
	static const char *const words[] = { "mode\t\t", "queued_packets           10\n",
					     "md_step" };
	static const char *const events[] = { "record", "packet", "reject", "kill" };
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM,
				.cause = TG_KILL_OPERATOR,
				.who = "host_test",
				.text = "test" };
	unsigned int i;

	check(read_file(DEBUG "status") && !strcmp(buf, "no engine running\n"),
	      "debugfs says that no engine runs");
	rig_start(r, object, (struct tg_nl_host){ .wait = TG_WAIT_BUSY });
	rig_journal_open(r);
	rig_steer(r, 4, 0, (struct tg_steer_value){ RIG_ENGINE, 1, 0 });

	write_file(TRACING "events/tickgate/enable", "1");
	deliver(r, 10, 100);
	tg_nl_input(r->nl, TG_IN_KILL, &k, sizeof(k), NULL, NULL);
	k.scope = 99;
	tg_nl_input(r->nl, TG_IN_KILL, &k, sizeof(k), NULL, NULL);
	usleep(50000);
	write_file(TRACING "events/tickgate/enable", "0");
	read_file(TRACING "trace");
	for (i = 0; i < 4; i++)
		check(traced(events[i]), "tracepoint %s", events[i]);
	for (i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof(path), DEBUG "%s", files[i]);
		check(read_file(path) && strstr(buf, words[i]), "debugfs %s", files[i]);
	}
	check(write_file(CPU1, "0") == -EBUSY, "the engine's CPU cannot be taken offline");
	if (access(TRACING "current_tracer", W_OK))
		check(true, "RCU tasks # SKIP no function tracer in this kernel");
	else
		check(within(60, trace_functions),
		      "RCU tasks is not held up by a thread that spins");
	check(within(60, make_namespace), "nor is RCU");
	rig_journal_close(r);
	bpf_object__close(r->obj);
}

int main(int argc, char **argv)
{
	struct rig r;

	if (argc != 2) {
		fprintf(stderr, "usage: host_test tickgate_xdp.bpf.o\n");
		return 2;
	}
	plan(9 + 8 + 3 + 11);
	rig_open(&r);
	test_parameters(&r);
	test_journal_required(&r, argv[1]);
	test_waits(&r, argv[1]);
	test_faces(&r, argv[1]);
	tg_nl_close(r.nl);
	return totals();
}
