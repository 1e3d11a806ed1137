// SPDX-License-Identifier: MIT
/*
 * Overrun is told: a lapped reader becomes SLOW and gets a download, a full ring says FULL at once,
 * poll() wakes and does not spin.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tickgate.h>
#include "gateway.h"
#include "ktap.h"

static struct gnl n;

struct seen {
	int slow_public, slow_private, begins, ends, instruments, acks, kills, resumes, attached;
	__u64 lost;
};

static void on_slow(void *user, enum tg_slow_ring ring, __u64 lost)
{
	struct seen *s = user;

	s->lost += lost;
	if (ring == TG_SLOW_PUBLIC)
		s->slow_public++;
	else
		s->slow_private++;
}

#define COUNTER(name, field, type) \
static void name(void *user, const struct type *ev) { (void)ev; ((struct seen *)user)->field++; }
COUNTER(on_begin, begins, tg_priv_event)
COUNTER(on_end, ends, tg_priv_event)
COUNTER(on_instrument, instruments, tg_priv_event)
COUNTER(on_ack, acks, tg_priv_event)
COUNTER(on_attached, attached, tg_priv_event)
COUNTER(on_kill, kills, tg_pub_event)
COUNTER(on_resume, resumes, tg_pub_event)

static const struct tg_callbacks cb = {
	.on_slow = on_slow,
	.on_download_begin = on_begin,
	.on_download_end = on_end,
	.on_instrument = on_instrument,
	.on_order_ack = on_ack,
	.on_attached = on_attached,
	.on_kill = on_kill,
	.on_resume = on_resume,
};

static struct tg_handle *attach(struct seen *s, __u32 private_slots, __u32 submission_slots)
{
	struct tg_attach_options o = { .name = "slow",
				       .private_slots = private_slots,
				       .submission_slots = submission_slots };
	struct tg_handle *h;
	int err = tg_open(&h, NULL);

	memset(s, 0, sizeof(*s));
	if (err)
		ktap_bail("open: %s", strerror(-err));
	err = tg_attach(h, &o, &cb, s);
	if (err)
		ktap_bail("attach: %s", tg_error(h));
	return h;
}

/* Polls until *field reaches want, at most 3 s. */
static bool until(struct tg_handle *h, const int *field, int want)
{
	__u64 end = now_ms() + 3000;
	int r;

	while (*field < want && now_ms() < end) {
		r = tg_poll(h, 64);
		if (r < 0) {
			ktap_note("poll: %s", tg_error(h));
			return false;
		}
		if (!r)
			tg_wait(h, 20);
	}
	return *field >= want;
}

static void downloads(void)
{
	struct seen s;
	struct tg_handle *h = attach(&s, 0, 0);

	ktap_ok(until(h, &s.ends, 1) && s.begins == 1 && s.attached == 1,
		"attach brings a download");
	ktap_is(s.instruments, 3, "with the three instruments");
	ktap_ok(tg_ready(h), "and the client is ready");
	ktap_is(tg_download(h), 0, "another is asked for");
	ktap_ok(until(h, &s.ends, 2) && s.instruments == 6, "and comes");
	tg_close(h);
}

static void lapped_private(void)
{
	struct tg_submission bad = { .type = TG_SUB_CANCEL, .order_id = 1 };
	struct seen s;
	struct tg_handle *h = attach(&s, 64, 0);
	int i;

	until(h, &s.ends, 1);
	/* more verdicts than the private ring holds, none of them read */
	for (i = 0; i < 200; i++)
		tg_submit_ioctl(h, &bad, NULL);
	ktap_ok(until(h, &s.ends, 2), "a reader that was lapped gets a fresh download");
	ktap_is(s.slow_private, 1, "it was told SLOW once");
	ktap_ok(s.lost >= 200 - 64 && s.lost + (__u64)s.acks >= 200,
		"and how much it lost (%llu, read %d)", (unsigned long long)s.lost, s.acks);
	s.acks = 0;
	tg_submit_ioctl(h, &bad, NULL);
	ktap_ok(until(h, &s.acks, 1), "and reads on");
	ktap_is((long)tg_slow_count(h), 1, "without a second time");
	tg_close(h);
}

static void lapped_public(void)
{
	struct seen s;
	struct tg_handle *h = attach(&s, 0, 0);
	int i;

	until(h, &s.ends, 1);
	for (i = 0; i < 600; i++) {	/* two events each; the ring has 1024 slots */
		gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, false);
		gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, true);
	}
	ktap_ok(until(h, &s.ends, 2) && s.slow_public == 1,
		"lapped on the public ring: SLOW and a download");
	s.kills = 0;
	gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, false);
	gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, true);
	ktap_ok(until(h, &s.resumes, 1) && s.kills == 1, "and reads on");
	tg_close(h);
}

static void full(void)
{
	struct tg_submission all = { .type = TG_SUB_CANCEL_ALL };
	struct seen s;
	struct tg_handle *h = attach(&s, 0, 16);
	int i, r, got_full = 0, sent = 0;
	struct tg_handle *other;
	struct seen o;

	until(h, &s.ends, 1);
	/*
	 * The engine is faster than this loop unless it shares its core: FULL must come and go, and
	 * what was taken answered.
	 */
	for (i = 0; i < 200000 && !got_full; i++) {
		r = tg_submit(h, &all);
		if (r == TG_REASON_FULL)
			got_full++;
		else if (!r)
			sent++;
		else
			ktap_bail("submit: %s", tg_error(h));
	}
	if (got_full)
		ktap_ok(true, "a full ring says FULL at once (after %d)", sent);
	else
		ktap_skip(
			"FULL: the engine emptied 16 slots faster than they were filled, %d times",
			sent);
	other = attach(&o, 0, 0);
	ktap_ok(until(other, &o.ends, 1), "another client is served meanwhile");
	tg_close(other);
	sleep_ms(50);
	ktap_is(tg_submit(h, &all), 0, "and there is room again");
	tg_close(h);
}

static void parting(void)
{
	struct tg_submission all = { .type = TG_SUB_CANCEL_ALL };
	__u64 before = gw_host_counter(&n, TG_HC_SUB_RECORDS);
	struct seen s;
	struct tg_handle *h = attach(&s, 0, 16);
	int i, sent = 0;

	for (i = 0; i < 16; i++)
		sent += tg_submit(h, &all) == 0;
	tg_close(h);
	ktap_is((long)(gw_host_counter(&n, TG_HC_SUB_RECORDS) - before), sent,
		"what a client submitted before it closed is carried out");
}

static void waiting(void)
{
	struct tg_submission bad = { .type = TG_SUB_CANCEL, .order_id = 1 };
	struct pollfd p = { .events = POLLIN };
	struct seen s;
	struct tg_handle *h = attach(&s, 0, 0);
	__u64 from;
	pid_t pid;
	int r;

	until(h, &s.ends, 1);
	while (tg_poll(h, 64) > 0)
		;
	from = now_ms();
	r = tg_wait(h, 200);
	ktap_ok(r == 0 && now_ms() - from >= 190, "nothing to read: wait times out");
	pid = fork();
	if (!pid) {
		sleep_ms(100);
		gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, false);
		gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, true);
		_exit(0);
	}
	from = now_ms();
	r = tg_wait(h, 5000);
	ktap_ok(r == 1 && now_ms() - from < 4000, "a public event wakes it");
	ktap_ok(until(h, &s.kills, 1), "and is there");
	p.fd = tg_fd(h);
	tg_submit_ioctl(h, &bad, NULL);
	ktap_ok(poll(&p, 1, 0) == 1 && p.revents == POLLIN,
		"a private event makes the file readable");
	ktap_ok(poll(&p, 1, 0) == 1, "until it is looked at");
	ktap_ok(tg_wait(h, 0) == 1 && until(h, &s.acks, 1), "tg_wait() sees it at once");
	tg_wait(h, 0);
	ktap_is(poll(&p, 1, 0), 0, "then it is not readable any more");
	/* the child has the file too: while it lives the client does */
	waitpid(pid, NULL, 0);
	tg_close(h);
}

int main(int argc, char **argv)
{
	ktap_usage(argc, argv, "slow readers, full rings, waiting");
	signal(SIGCHLD, SIG_IGN);
	ktap_begin();
	gw_need(&n);
	gw_start(&n);
	downloads();
	lapped_private();
	lapped_public();
	full();
	parting();
	signal(SIGCHLD, SIG_IGN);
	waiting();
	ktap_is(gw_stop(&n, false), 0, "no client is left behind");
	return ktap_end();
}
