// SPDX-License-Identifier: MIT
/*
 * Clients come and go, submit, map, wait and read the journal in several threads while the engine
 * is started and stopped by force under them. Nothing but the engine's own errors may come back;
 * the kernel's log is the other half of the verdict.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tickgate.h>
#include "gateway.h"
#include "ktap.h"

#define THREADS		4
#define SECONDS		8

static volatile bool stop;
static int strange[THREADS + 2];	/* results that nobody should get, by thread */
static int attached[THREADS];
static const struct tg_callbacks none;

static bool expected(int err)
{
	switch (err) {
	case 0:
	case -ENODEV:
	case -ENOSPC:
	case -EBUSY:
	case -ENOTCONN:
	case -EINTR:
	case -EOVERFLOW:
	case -ETIMEDOUT:	/* an emulated processor may be away for a second */
		return true;
	default:
		return false;
	}
}

static void note(int who, const char *what, int err)
{
	if (expected(err))
		return;
	ktap_note("%s: %s", what, strerror(-err));
	strange[who]++;
}

/*
 * Odd threads on another processor, also where that one is isolated and the scheduler would never
 * use it.
 */
static void spread(int me)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(me & 1, &set);
	sched_setaffinity(0, sizeof(set),
			  &set); /* with one processor only it fails, and nothing is lost */
}

static void *client(void *arg)
{
	struct tg_submission bad = { .type = TG_SUB_CANCEL, .order_id = 5 };
	struct tg_attach_options o = { .name = "churn",
				       .private_slots = 64,
				       .submission_slots = 16 };
	int me = (int)(long)arg, i, r;
	unsigned int seed = (unsigned int)me;
	struct tg_book_image b;
	struct tg_handle *h;

	spread(me);
	while (!stop) {
		r = tg_open(&h, NULL);
		if (r) {
			note(me, "open", r);
			continue;
		}
		o.flags = rand_r(&seed) & 1 ? TG_CLIENT_AUTO_CANCEL : 0;
		r = tg_attach(h, &o, &none, NULL);
		note(me, "attach", r);
		attached[me] += !r;
		for (i = rand_r(&seed) % 20; !r && i > 0; i--) {
			r = tg_submit(h, &bad);
			if (r > 0)
				r = 0;
			note(me, "submit", r);
			if (rand_r(&seed) & 1) {
				r = tg_submit_ioctl(h, &bad, NULL);
				if (r > 0)
					r = 0;
				note(me, "submit by ioctl", r);
			}
			r = tg_poll(h, 8);
			note(me, "poll", r < 0 ? r : 0);
			tg_book(h, 1, &b);
			r = tg_wait(h, 1);
			note(me, "wait", r < 0 ? r : 0);
			r = r < 0 ? r : 0;
		}
		tg_close(h);
	}
	return NULL;
}

/* The journal's reader, and processes that are killed with the device mapped. */
static void *other(void *arg)
{
	struct tg_ioc_journal j;
	struct pollfd p = { .events = POLLIN };
	void *map;
	pid_t pid;

	(void)arg;
	spread(1);
	while (!stop) {
		p.fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
		j = (struct tg_ioc_journal){ .size = sizeof(j) };
		if (!ioctl(p.fd, TG_IOC_JOURNAL, &j)) {
			map = mmap(NULL, j.map_bytes, PROT_READ, MAP_SHARED, p.fd, TG_MMAP_JOURNAL);
			poll(&p, 1, 2);
			if (map != MAP_FAILED)
				munmap(map, j.map_bytes);
		} else if (!expected(-errno)) {
			note(THREADS, "journal", -errno);
		}
		close(p.fd);
		pid = fork();
		if (!pid) {
			struct tg_handle *h;

			if (!tg_open(&h, NULL) && !tg_attach(h, NULL, &none, NULL))
				for (;;)
					tg_download(h);
			_exit(0);
		}
		sleep_ms(3);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return NULL;
}

static void *reader_of_state(void *arg)
{
	static const __u8 dumps[] = { TG_CMD_CLIENTS, TG_CMD_SESSIONS, TG_CMD_ORDERS,
				      TG_CMD_PARENTS, TG_CMD_POSITIONS, TG_CMD_LATENCY };
	static struct gnl n;
	struct gnl_msg m;
	unsigned int i = 0;
	int err;

	(void)arg;
	if (gnl_open(&n))
		return NULL;
	while (!stop) {
		gnl_begin(&m, dumps[i++ % sizeof(dumps)]);
		err = gnl_dump(&n, &m, NULL, NULL);
		note(THREADS + 1, "dump", err);
		gnl_begin(&m, TG_CMD_COUNTERS);
		note(THREADS + 1, "counters", gnl_call(&n, &m));
	}
	gnl_close(&n);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct gnl n;
	pthread_t t[THREADS + 2];
	struct tg_in_engine p;
	struct tg_nl_status st;
	struct tg_nl_host h;
	__u64 end;
	int i, starts = 0, wrong = 0, all = 0, err;

	ktap_usage(argc, argv, "clients come and go while the engine starts and stops");
	ktap_begin();
	gw_need(&n);
	gw_params(&p, &h);
	for (i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, client, (void *)(long)i);
	pthread_create(&t[THREADS], NULL, other, NULL);
	pthread_create(&t[THREADS + 1], NULL, reader_of_state, NULL);
	end = now_ms() + SECONDS * 1000;
	while (now_ms() < end) {
		h.wait = (__u16)(TG_WAIT_ADAPTIVE + starts % 2);
		err = gw_start_with(&n, &p, &h);
		if (err) {
			ktap_note("start: %s: %s", strerror(-err), n.text);
			wrong++;
			break;
		}
		starts++;
		gw_configure(&n);
		sleep_ms(20 + (unsigned int)starts % 50);
		wrong += gw_stop(&n, true) != 0;
	}
	stop = true;
	for (i = 0; i < THREADS + 2; i++)
		pthread_join(t[i], NULL);
	ktap_ok(!wrong && starts >= 3,
		"the engine was started and stopped %d times under its clients", starts);
	for (i = 0; i < THREADS; i++)
		all += attached[i];
	ktap_ok(all > starts, "%d clients came and went", all);
	for (i = 0; i < THREADS + 2; i++)
		ktap_is(strange[i], 0, "thread %d saw only the errors it may see", i);
	gw_start(&n);
	ktap_ok(!gw_status(&n, &st) && st.running && !st.clients && !st.journal_attached,
		"and it starts clean after that");
	ktap_is(gw_stop(&n, false), 0, "stopped");
	return ktap_end();
}
