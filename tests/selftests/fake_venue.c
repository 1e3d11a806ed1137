// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "fake_venue.h"

#define SOH '\001'

/* Value of a tag; NULL when absent. The message ends in SOH, values are cut with NUL in `out`. */
static const char *tag(const char *msg, size_t len, int want, char out[64])
{
	const char *p = msg, *end = msg + len;

	while (p < end) {
		const char *stop = memchr(p, SOH, (size_t)(end - p));
		const char *eq = stop ? memchr(p, '=', (size_t)(stop - p)) : NULL;

		if (!eq)
			return NULL;
		if (atoi(p) == want) {
			snprintf(out, 64, "%.*s", (int)(stop - eq - 1), eq + 1);
			return out;
		}
		p = stop + 1;
	}
	return NULL;
}

/* Body with '|' for SOH; header, length and checksum are added. */
__attribute__((format(printf, 3, 4)))
static void say(struct fake_venue *v, const char *type, const char *fmt, ...)
{
	char body[1024], msg[1400], when[32];
	unsigned int sum = 0;
	struct timespec t;
	struct tm tm;
	va_list ap;
	int n, head, i;

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y%m%d-%H:%M:%S", &tm);
	n = snprintf(body, sizeof(body), "35=%s|49=FAKE|56=GATE|34=%u|52=%s.%03ld|", type,
		     ++v->tx_seq, when, t.tv_nsec / 1000000);
	va_start(ap, fmt);
	n += vsnprintf(body + n, sizeof(body) - (size_t)n, fmt, ap);
	va_end(ap);
	head = snprintf(msg, sizeof(msg), "8=FIX.4.4|9=%d|%s", n, body);
	for (i = 0; i < head; i++) {
		if (msg[i] == '|')
			msg[i] = SOH;
		sum += (unsigned char)msg[i];
	}
	head += snprintf(msg + head, sizeof(msg) - (size_t)head, "10=%03u%c", sum & 255, SOH);
	if (send(v->fd, msg, (size_t)head, MSG_NOSIGNAL) != head)
		v->bad++;
}

static void report(struct fake_venue *v, const char *m, size_t len, const char *kind,
		   const char *status, const char *leaves, const char *cum)
{
	char id[64], orig[64], symbol[64], side[64], qty[64], px[64];
	bool has_orig = tag(m, len, 41, orig);
	bool filled = !strcmp(kind, "F");

	if (!tag(m, len, 11, id) || !tag(m, len, 55, symbol) || !tag(m, len, 54, side)) {
		v->bad++;
		return;
	}
	if (!tag(m, len, 38, qty))
		strcpy(qty, "1");
	if (!tag(m, len, 44, px))
		strcpy(px, "100");
	say(v, "8",
	    "37=V%s|11=%s|%s%s%s17=E%u|150=%s|39=%s|55=%s|54=%s|38=%s|44=%s|%s%s%s%s%s151=%s|14=%s|"
	    "6=%s|",
	    has_orig ? orig : id, id, has_orig ? "41=" : "", has_orig ? orig : "",
	    has_orig ? "|" : "", ++v->execs, kind, status, symbol, side, qty, px,
	    filled ? "32=" : "", filled ? qty : "", filled ? "|31=" : "", filled ? px : "",
	    filled ? "|851=1|" : "", leaves ? leaves : qty, cum ? cum : qty, filled ? px : "0");
}

static void answer(struct fake_venue *v, const char *m, size_t len)
{
	char type[64], a[64], b[64];

	if (!tag(m, len, 35, type)) {
		v->bad++;
		return;
	}
	switch (type[0]) {
	case 'A':
		v->logons++;
		v->tx_seq = 0;
		say(v, "A", "98=0|108=%s|141=Y|", tag(m, len, 108, a) ? a : "30");
		break;
	case '1':
		say(v, "0", "112=%s|", tag(m, len, 112, a) ? a : "");
		break;
	case '5':
		say(v, "5", "58=bye|");
		break;
	case 'V':
		v->requests++;
		if (tag(m, len, 262, a) && tag(m, len, 55, b))
			say(v, "W",
			    "262=%s|55=%s|25044=100|268=2|269=0|270=99.99|271=5|269=1|270=100.01|"
			    "271=5|",
			    a, b);
		break;
	case 'D':
		v->orders++;
		if (v->mute)
			break;
		report(v, m, len, "0", "0", NULL, "0");
		if (v->fill)
			report(v, m, len, "F", "2", "0", NULL);
		break;
	case 'F':
		v->cancels++;
		if (v->mute)
			break;
		/* what was filled at once cannot be cancelled: too late (102=0) */
		if (v->fill && tag(m, len, 11, a) && tag(m, len, 41, b))
			say(v, "9", "37=V%s|11=%s|41=%s|39=2|434=1|102=0|", b, a, b);
		else
			report(v, m, len, "4", "4", "0", "0");
		break;
	case 'G':
		v->replaces++;
		if (!v->mute)
			report(v, m, len, "5", "0", NULL, "0");
		break;
	}
}

/* Whole messages end in SOH 10=nnn SOH. */
static size_t serve(struct fake_venue *v, char *buf, size_t have)
{
	size_t at = 0;

	for (;;) {
		char *p = have - at >= 8 ? memmem(buf + at, have - at, "\00110=", 4) : NULL;

		if (!p || (size_t)(p - buf) + 8 > have)
			break;
		answer(v, buf + at, (size_t)(p - buf) + 8 - at);
		at = (size_t)(p - buf) + 8;
	}
	memmove(buf, buf + at, have - at);
	return have - at;
}

static void *run(void *arg)
{
	struct fake_venue *v = arg;
	char buf[65536];
	size_t have;
	ssize_t got;
	int fd;

	while ((fd = accept(v->listener, NULL, NULL)) >= 0) {
		v->fd = fd;
		have = 0;
		while ((got = recv(fd, buf + have, sizeof(buf) - have, 0)) > 0)
			have = serve(v, buf, have + (size_t)got);
		v->fd = -1;
		close(fd);
	}
	return NULL;
}

int fake_venue_start(struct fake_venue *v)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	v->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->listener < 0 || bind(v->listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(v->listener, 4) || getsockname(v->listener, (struct sockaddr *)&a, &len))
		return -errno;
	v->port = ntohs(a.sin_port);
	return -pthread_create(&v->thread, NULL, run, v);
}

int fake_venue_dial(struct fake_venue *v)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)v->port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -errno;
	}
	return fd;
}

void fake_venue_say(struct fake_venue *v, const char *type, const char *body)
{
	say(v, type, "%s", body);
}

void fake_venue_stop(struct fake_venue *v)
{
	shutdown(v->listener, SHUT_RDWR);
	if (v->fd > 0)
		shutdown(v->fd, SHUT_RDWR);
	pthread_join(v->thread, NULL);
	close(v->listener);
}
