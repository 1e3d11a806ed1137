// SPDX-License-Identifier: MIT
/*
 * kill_latency [--rounds N]: how long the kill switch takes under load. One thread submits orders by ring as fast as the ring takes them, market data runs; the main
 * thread sends the kill command by netlink. latched: from before the command is sent to the time of the engine's kill record, after which every order is refused;
 * command: to the answer being back here; first_refusal: to the time of the first refusal. Then it looks at the verdicts: none that was given after the kill's record may be OK. One order in
 * eight rests in the book: all of them must be gone before it resumes, and goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libtickgate/tickgate.h>
#include "nl.h"

static atomic_bool stop;
static atomic_ullong last_ok_seq, first_killed_seq, first_killed_ns, submitted, killed;
static atomic_ullong kill_seq, kill_event_ns;
#define ROUNDS_MAX 10000

static atomic_uint broken_promise;
static bool ready;

static uint64_t now_ns(clockid_t c)
{
	struct timespec t;

	clock_gettime(c, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

static void on_download_end(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	(void)ev;
	ready = true;
}

static void on_order_ack(void *user, const struct tg_priv_event *ev)
{
	uint64_t k = atomic_load(&kill_seq);

	(void)user;
	if (ev->u.order.origin != TG_ORIGIN_GATEWAY || ev->u.order.request != TG_SUB_NEW)
		return;
	if (ev->u.order.reason == TG_REASON_OK) {
		atomic_store(&last_ok_seq, ev->record_seq);
		if (k && ev->record_seq > k)
			atomic_fetch_add(&broken_promise, 1);
	} else if (ev->u.order.reason == TG_REASON_KILLED) {
		atomic_fetch_add(&killed, 1);
		if (!atomic_load(&first_killed_seq)) {
			atomic_store(&first_killed_ns, ev->time_ns);
			atomic_store(&first_killed_seq, ev->record_seq);
		}
	}
}

static void on_kill(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	atomic_store(&kill_event_ns, ev->time_ns);
}

static void *trade(void *arg)
{
	static const struct tg_callbacks cb = { .on_download_end = on_download_end, .on_order_ack = on_order_ack, .on_kill = on_kill };
	struct tg_attach_options opt = { .name = "load", .flags = TG_CLIENT_AUTO_CANCEL, .private_slots = 65536, .submission_slots = 256 };
	struct tg_submission sub;
	struct tg_book_image img;
	struct tg_handle *c;
	uint64_t ref = 0;

	(void)arg;
	if (tg_open(&c, NULL) || tg_attach(c, &opt, &cb, NULL)) {
		fprintf(stderr, "kill_latency: %s\n", tg_error(c));
		exit(1);
	}
	while (!ready)
		tg_poll(c, 64);
	while (!atomic_load(&stop)) {
		if (!tg_book(c, 1, &img) && img.bid_levels) {
			sub = tg_submission_new(1, 1, TG_SIDE_BUY, img.bid[0].px - img.bid[0].px % 1000000, 100000, ++ref);
			sub.tif = TG_TIF_IOC;
			if (!(ref % 8)) {	/* half a per cent below the best bid: it stays */
				sub.tif = TG_TIF_DAY;
				sub.px -= sub.px / 200 / 1000000 * 1000000;
			}
			if (!tg_submit(c, &sub))
				atomic_fetch_add(&submitted, 1);
		}
		tg_poll(c, 16);
	}
	tg_close(c);
	return NULL;
}

/* false: after five seconds there are still some. */
static bool none_working(struct tg_nl *nl)
{
	struct tg_nl_status st;
	uint64_t end = now_ns(CLOCK_MONOTONIC) + 5000000000ULL;

	do {
		if (tg_nl_status(nl, &st))
			return false;
		if (!st.working_orders)
			return true;
		usleep(1000);
	} while (now_ns(CLOCK_MONOTONIC) < end);
	return false;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM, .cause = TG_KILL_OPERATOR, .flags = TG_KILL_CANCEL, .who = "kill_latency", .text = "measuring" };
	static uint64_t took[ROUNDS_MAX], latch[ROUNDS_MAX], latched[ROUNDS_MAX];
	unsigned int rounds = 20, i, n = 0, left = 0;
	uint64_t t0, r0;
	enum tg_reason reason;
	struct tg_nl *nl;
	pthread_t t;
	__u64 seq;

	if (argc == 3 && !strcmp(argv[1], "--rounds"))
		rounds = (unsigned int)atoi(argv[2]);
	if (rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	if (tg_nl_open(&nl)) {
		fprintf(stderr, "kill_latency: %s\n", tg_nl_error(nl));
		return 1;
	}
	k.uid = getuid();
	pthread_create(&t, NULL, trade, NULL);
	/* The command alone, not the load: on one processor it would otherwise wait for the load's time slice before it is even sent. */
	if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 40 }))
		perror("kill_latency: real-time priority");
	for (i = 0; i < rounds; i++) {
		uint64_t before, end;

		before = atomic_load(&last_ok_seq);
		for (end = now_ns(CLOCK_MONOTONIC) + 5000000000ULL; atomic_load(&last_ok_seq) == before && now_ns(CLOCK_MONOTONIC) < end; )
			usleep(1000);	/* orders flow */
		atomic_store(&first_killed_seq, 0);
		atomic_store(&kill_event_ns, 0);
		r0 = now_ns(CLOCK_REALTIME);
		t0 = now_ns(CLOCK_MONOTONIC);
		if (tg_nl_input(nl, TG_IN_KILL, &k, sizeof(k), &reason, &seq)) {
			fprintf(stderr, "kill_latency: %s\n", tg_nl_error(nl));
			return 1;
		}
		took[n] = now_ns(CLOCK_MONOTONIC) - t0;
		atomic_store(&kill_seq, seq);
		for (end = now_ns(CLOCK_MONOTONIC) + 5000000000ULL; !atomic_load(&first_killed_seq) && now_ns(CLOCK_MONOTONIC) < end; )
			usleep(1000);
		usleep(20000);
		for (end = now_ns(CLOCK_MONOTONIC) + 5000000000ULL; !atomic_load(&kill_event_ns) && now_ns(CLOCK_MONOTONIC) < end; )
			usleep(1000);
		if (!atomic_load(&first_killed_seq)) {
			printf("# round %u: no order came to be refused\n", i);
			return 1;
		}
		if (atomic_load(&last_ok_seq) > seq)
			atomic_fetch_add(&broken_promise, 1);
		latched[n] = atomic_load(&kill_event_ns) - r0;
		latch[n++] = atomic_load(&first_killed_ns) - r0;
		left += !none_working(nl);
		atomic_store(&kill_seq, 0);
		if (rounds > 100 && n % 100 == 0)
			fprintf(stderr, "kill_latency: %u of %u\n", n, rounds);
		if (tg_nl_input(nl, TG_IN_RESUME, &k, sizeof(k), &reason, &seq)) {
			fprintf(stderr, "kill_latency: %s\n", tg_nl_error(nl));
			return 1;
		}
	}
	atomic_store(&stop, true);
	pthread_join(t, NULL);
	tg_nl_close(nl);
	qsort(took, n, sizeof(took[0]), by_value);
	qsort(latched, n, sizeof(latched[0]), by_value);
	qsort(latch, n, sizeof(latch[0]), by_value);
	printf("{\"rounds\":%u,\"orders_submitted\":%llu,\"orders_refused\":%llu,\"accepted_after_kill\":%u,\"rounds_with_orders_left\":%u,"
	       "\"latched_ns\":{\"min\":%" PRIu64 ",\"p50\":%" PRIu64 ",\"max\":%" PRIu64 "},"
	       "\"command_ns\":{\"min\":%" PRIu64 ",\"p50\":%" PRIu64 ",\"max\":%" PRIu64 "},"
	       "\"first_refusal_ns\":{\"min\":%" PRIu64 ",\"p50\":%" PRIu64 ",\"max\":%" PRIu64 "}}\n",
	       n, (unsigned long long)atomic_load(&submitted), (unsigned long long)atomic_load(&killed), atomic_load(&broken_promise), left, latched[0], latched[n / 2], latched[n - 1], took[0], took[n / 2],
	       took[n - 1], latch[0], latch[n / 2], latch[n - 1]);
	return atomic_load(&broken_promise) || left;
}
