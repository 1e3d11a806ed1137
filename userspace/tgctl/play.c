// SPDX-License-Identifier: MIT
/* tgctl play: the datagrams of a journal go out again, with their spacing, faster, slower, or at once. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ctl.h"
#include "endpoint.h"
#include "replay.h"

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

struct play {
	const struct ctl_command *self;
	int fd;
	u64 feed;		/* 0 = all */
	u64 speed_e8;		/* 0 = as fast as it goes */
	u64 sent, bytes, refused, late_ns;
	u64 first_ns, begun_ns;	/* of the recording; of this loop */
	u64 total;		/* records of the file: progress */
	time_t shown;
};

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

/* Until this much of the recording has gone by. Sleeps to a point in time, so that delays do not add up. */
static void wait_for(struct play *p, u64 at_ns)
{
	/* 128 bits: a day in nanoseconds by 1e8 is more than 64 */
	u64 due = p->begun_ns + (u64)((unsigned __int128)at_ns * TG_SCALE / p->speed_e8), now = now_ns();
	struct timespec t = { .tv_sec = (time_t)(due / 1000000000u), .tv_nsec = (long)(due % 1000000000u) };

	if (due <= now) {
		if (now - due > p->late_ns)
			p->late_ns = now - due;
		return;
	}
	while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void progress(struct play *p, const struct tg_journal *j)
{
	time_t t = time(NULL);

	if (t == p->shown || !isatty(STDERR_FILENO))
		return;
	p->shown = t;
	fprintf(stderr, "\r%llu %%, %llu datagrams", (unsigned long long)(j->pos * 100 / (j->bytes + !j->bytes)),
		(unsigned long long)p->sent);
}

static int one_loop(struct play *p, const char *path)
{
	const struct tg_record *rec;
	const void *payload;
	struct tg_journal j;
	u64 before = p->sent;
	int ret = 0;

	if (tg_journal_open(&j, path)) {
		fprintf(stderr, "tgctl %s: %s\n", p->self->name, j.error);
		return 1;
	}
	p->first_ns = 0;
	while (!stopped && (ret = tg_journal_next(&j, &rec, &payload)) > 0) {
		if (rec->type != TG_IN_UDP || (p->feed && rec->source != p->feed))
			continue;
		if (!p->first_ns) {
			p->first_ns = rec->time_ns;
			p->begun_ns = now_ns();
		}
		if (p->speed_e8)
			wait_for(p, rec->time_ns - p->first_ns);
		if (stopped)
			break;
		/* Nobody there yet is no reason to stop: a feed does not know who listens. */
		if (send(p->fd, payload, rec->len, 0) < 0 &&
		    (errno != ECONNREFUSED || send(p->fd, payload, rec->len, 0) < 0)) {
			if (errno != ECONNREFUSED && errno != ENOBUFS) {
				fprintf(stderr, "tgctl %s: record %llu, %u bytes: %s\n", p->self->name,
					(unsigned long long)rec->seq, rec->len, strerror(errno));
				tg_journal_close(&j);
				return 1;
			}
			p->refused++;
			continue;
		}
		p->sent++;
		p->bytes += rec->len;
		progress(p, &j);
	}
	if (!stopped && ret < 0)
		fprintf(stderr, "tgctl %s: %s\n", p->self->name, j.error);
	tg_journal_close(&j);
	if (!stopped && ret >= 0 && p->sent == before && !p->refused) {
		fprintf(stderr, "tgctl %s: %s: no datagrams%s in it\n", p->self->name, path,
			p->feed ? " of this feed" : "");
		return 1;
	}
	return !stopped && ret < 0;
}

int cmd_play(int argc, char **argv, const struct ctl_command *self)
{
	const char *to = NULL, *speed = NULL, *loops_text = NULL, *feed = NULL, *interface = NULL;
	struct play p = { .self = self, .speed_e8 = TG_SCALE };
	bool json = false;
	const struct ctl_option opts[] = {
		{ "to", NULL, &to, "ADDR:PORT", "where to: an address or a group" },
		{ "speed", NULL, &speed, "X", "times as fast as recorded (0.5, 10), or max (default 1)" },
		{ "feed", NULL, &feed, "ID", "this feed's datagrams only (default all)" },
		{ "loops", NULL, &loops_text, "N", "so often (default 1)" },
		{ "interface", NULL, &interface, "NAME", "to a group: where it goes out" },
		{ 0 },
	};
	u64 loops = 1, begun;
	char error[200];
	s64 v;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 1, 1);
	if (ret != CTL_GO_ON)
		return ret;
	if (!to)
		return ctl_usage_error(self, "--to ADDR:PORT is missing");
	if (speed && !strcmp(speed, "max"))
		p.speed_e8 = 0;
	else if (speed && (tg_decimal_parse(speed, &v) || v <= 0 || v > 1000000 * TG_SCALE))
		return ctl_usage_error(self, "--speed \"%s\": give a number above 0, at most 1000000, or max", speed);
	else if (speed)
		p.speed_e8 = (u64)v;
	if ((feed && !ctl_number(self, "--feed", feed, 1, 65535, &p.feed)) ||
	    (loops_text && !ctl_number(self, "--loops", loops_text, 1, ~0ull, &loops)))
		return CTL_USAGE;
	p.fd = tg_endpoint_connect(to, interface, error, sizeof(error));
	if (p.fd < 0) {
		fprintf(stderr, "tgctl %s: --to %s: %s\n", self->name, to, error);
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	begun = now_ns();
	for (ret = 0; !ret && !stopped && loops; loops--)
		ret = one_loop(&p, argv[optind]);
	close(p.fd);
	if (p.shown)
		fputc('\n', stderr);
	if (ret)
		return ret;
	if (json) {
		struct tg_json j;

		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "datagrams", p.sent);
		tg_json_u64(&j, "bytes", p.bytes);
		tg_json_u64(&j, "refused", p.refused);
		tg_json_u64(&j, "duration_ns", now_ns() - begun);
		tg_json_u64(&j, "latest_ns", p.late_ns);
		tg_json_end(&j, '}');
	} else {
		printf("%llu datagrams, %llu bytes in %llu ms; %llu refused; at most %llu us late\n",
		       (unsigned long long)p.sent, (unsigned long long)p.bytes,
		       (unsigned long long)((now_ns() - begun) / 1000000), (unsigned long long)p.refused,
		       (unsigned long long)(p.late_ns / 1000));
	}
	return 0;
}
