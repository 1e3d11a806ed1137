// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "log.h"
#include "venue.h"

#define MS		1000000ull
#define LOOKUP_POLL_NS	(20 * MS)
#define SETTLE_NS	(500 * MS)	/* a poll of the sessions may be older than the hand-over */

static __u64 clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (__u64)t.tv_sec * 1000000000u + (__u64)t.tv_nsec;
}

__u64 tgd_backoff_ms(long long min_ms, long long max_ms, unsigned int failures, __u32 random)
{
	__u64 ms = (__u64)min_ms;

	for (; failures > 1 && ms < (__u64)max_ms; failures--)
		ms *= 2;
	if (ms > (__u64)max_ms)
		ms = (__u64)max_ms;
	/* Many gateways that lost one venue together must not come back together. */
	return ms - ms / 2 * (random % 1024) / 1023;
}

static void wait_and_retry(struct tgd_conn *c)
{
	__u32 r = 0;
	__u64 ms;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) < 0)
		r = (__u32)clock_ns(CLOCK_MONOTONIC);
	ms = tgd_backoff_ms(c->venue->backoff_min_ms, c->venue->backoff_max_ms, ++c->failures, r);
	c->state = TGD_CONN_WAITING;
	c->deadline_ns = clock_ns(CLOCK_MONOTONIC) + ms * MS;
	tgd_log(LOG_INFO, "venue %s: connecting again in %llu ms", c->venue->s.name,
		(unsigned long long)ms);
}

void tgd_conn_init(struct tgd_conn *c, const struct tgd_venue *v)
{
	memset(c, 0, sizeof(*c));
	c->venue = v;
	c->fd = -1;
	snprintf(c->port, sizeof(c->port), "%lld", v->port);
}

void tgd_conn_adopt(struct tgd_conn *c, const struct tg_nl_session *s)
{
	c->session = s->state;
	if (s->state == TG_SESSION_HALTED)
		c->state = TGD_CONN_HALTED;
	else if (s->state != TG_SESSION_DOWN)
		c->state = TGD_CONN_HANDED;
	c->deadline_ns = c->state == TGD_CONN_WAITING ? 0 : ~0ull;
}

bool tgd_conn_close(struct tgd_conn *c)
{
	bool done = true;

	if (c->state == TGD_CONN_RESOLVING)
		done = gai_cancel(&c->lookup) != EAI_NOTCANCELED;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->state = TGD_CONN_WAITING;
	c->deadline_ns = ~0ull;
	return done;
}

void tgd_conn_session(struct tgd_conn *c, int state, __u64 time_ns, const char *text)
{
	bool changed = state != c->session;

	/* A poll that still sees DOWN right after the hand-over, or an event from before it, speaks
	 * of the old transport. */
	if (c->state == TGD_CONN_HANDED && state == TG_SESSION_DOWN &&
	    (time_ns ? time_ns < c->handed_ns
		     : clock_ns(CLOCK_REALTIME) - c->handed_ns < SETTLE_NS))
		return;
	c->session = state;
	switch (state) {
	case TG_SESSION_UP:
		c->failures = 0;
		if (c->state == TGD_CONN_HALTED || c->state == TGD_CONN_WAITING)
			c->state = TGD_CONN_HANDED;
		if (changed)
			tgd_log(LOG_NOTICE, "venue %s: session is up", c->venue->s.name);
		break;
	case TG_SESSION_DOWN:
		if (c->state == TGD_CONN_HANDED || c->state == TGD_CONN_HALTED) {
			tgd_log(LOG_WARNING, "venue %s: session is down%s%s", c->venue->s.name,
				text && *text ? ": " : "", text ? text : "");
			wait_and_retry(c);
		}
		break;
	case TG_SESSION_HALTED:
		if (c->state != TGD_CONN_HALTED)
			tgd_log(LOG_ERR,
				"venue %s: session halted by a protocol error%s%s; `tgctl session enable %s` tries again",
				c->venue->s.name, text && *text ? ": " : "", text ? text : "",
				c->venue->s.name);
		c->state = TGD_CONN_HALTED;
		c->deadline_ns = ~0ull;
		break;
	default:
		break;
	}
}

static const char *dest_text(const struct tgd_conn *c, unsigned int i, char buf[80])
{
	char host[INET6_ADDRSTRLEN] = "?", port[8] = "?";

	getnameinfo((const struct sockaddr *)&c->dest[i], c->dest_len[i], host, sizeof(host), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(buf, 80, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	return buf;
}

static void failed(struct tgd_conn *c, const char *what, int err)
{
	tgd_log(LOG_WARNING, "venue %s: %s: %s", c->venue->s.name, what, strerror(err));
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	wait_and_retry(c);
}

static int bind_source(struct tgd_conn *c, int family)
{
	const struct tgd_address *s;
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	unsigned int i;

	/* In turn, skipping addresses of the other family. */
	for (i = 0; i < (unsigned int)c->venue->sources; i++) {
		s = &c->venue->source[(c->attempt + i) % (unsigned int)c->venue->sources];
		if (s->family != family)
			continue;
		memcpy(&a4.sin_addr, &s->in6.s6_addr[12], 4);
		a6.sin6_addr = s->in6;
		if (bind(c->fd, family == AF_INET ? (struct sockaddr *)&a4 : (struct sockaddr *)&a6,
			 family == AF_INET ? sizeof(a4) : sizeof(a6)))
			return -errno;
		return 0;
	}
	return c->venue->sources ? -EADDRNOTAVAIL : 0;
}

static void hand_over(struct tgd_conn *c, struct tg_nl *nl)
{
	char to[80];
	int err;

	c->handed_ns = clock_ns(CLOCK_REALTIME);
	err = tg_nl_connect(nl, (__u16)c->venue->id, c->fd);
	if (err) {
		tgd_log(LOG_WARNING, "venue %s: the module refused the connection: %s",
			c->venue->s.name, tg_nl_error(nl));
		failed(c, "hand-over", -err);
		return;
	}
	tgd_log(LOG_INFO, "venue %s: connected to %s", c->venue->s.name,
		dest_text(c, c->attempt % c->dests, to));
	close(c->fd);	/* the module has its own reference */
	c->fd = -1;
	c->state = TGD_CONN_HANDED;
	c->deadline_ns = ~0ull;
	c->attempt++;
}

static void try_connect(struct tgd_conn *c, struct tg_nl *nl)
{
	unsigned int i = c->attempt % c->dests;
	char to[80], what[120];
	int err;

	snprintf(what, sizeof(what), "connect to %s", dest_text(c, i, to));
	c->fd = socket(c->dest[i].ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       IPPROTO_TCP);
	if (c->fd < 0) {
		failed(c, what, errno);
		return;
	}
	err = bind_source(c, c->dest[i].ss_family);
	if (err) {
		c->attempt++;
		failed(c, "bind to the source address", -err);
		return;
	}
	if (!connect(c->fd, (struct sockaddr *)&c->dest[i], c->dest_len[i])) {
		hand_over(c, nl);
		return;
	}
	if (errno != EINPROGRESS) {
		c->attempt++;
		failed(c, what, errno);
		return;
	}
	c->state = TGD_CONN_CONNECTING;
	c->deadline_ns = clock_ns(CLOCK_MONOTONIC) + (__u64)c->venue->connect_timeout_ms * MS;
}

static void connecting(struct tgd_conn *c, struct tg_nl *nl, __u64 now, short revents)
{
	char to[80], what[120];
	socklen_t len = sizeof(int);
	int err = 0;

	if (!revents && now < c->deadline_ns)
		return;
	if (!revents)
		err = ETIMEDOUT;
	else if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (!err) {
		hand_over(c, nl);
		return;
	}
	snprintf(what, sizeof(what), "connect to %s", dest_text(c, c->attempt % c->dests, to));
	c->attempt++;
	failed(c, what, err);
}

static void take_addresses(struct tgd_conn *c, const struct addrinfo *list)
{
	const struct addrinfo *a;

	for (c->dests = 0, a = list; a && c->dests < TGD_DESTINATIONS; a = a->ai_next) {
		memcpy(&c->dest[c->dests], a->ai_addr, a->ai_addrlen);
		c->dest_len[c->dests++] = a->ai_addrlen;
	}
}

static void resolve(struct tgd_conn *c, struct tg_nl *nl)
{
	struct addrinfo *list = NULL;
	struct gaicb *cb = &c->lookup;

	c->hints = (struct addrinfo){ .ai_socktype = SOCK_STREAM,
				      .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	if (!getaddrinfo(c->venue->host, c->port, &c->hints, &list)) {
		take_addresses(c, list);
		freeaddrinfo(list);
		try_connect(c, nl);
		return;
	}
	/* A name: asked in the background, each time anew, so that a venue may move. */
	c->hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
	memset(cb, 0, sizeof(*cb));
	cb->ar_name = c->venue->host;
	cb->ar_service = c->port;
	cb->ar_request = &c->hints;
	if (getaddrinfo_a(GAI_NOWAIT, &cb, 1, NULL)) {
		failed(c, "name lookup", EAGAIN);
		return;
	}
	c->state = TGD_CONN_RESOLVING;
	c->deadline_ns = clock_ns(CLOCK_MONOTONIC) + LOOKUP_POLL_NS;
}

static void resolving(struct tgd_conn *c, struct tg_nl *nl, __u64 now)
{
	int err = gai_error(&c->lookup);

	if (err == EAI_INPROGRESS) {
		c->deadline_ns = now + LOOKUP_POLL_NS;
		return;
	}
	if (!err)
		take_addresses(c, c->lookup.ar_result);
	if (c->lookup.ar_result)
		freeaddrinfo(c->lookup.ar_result);
	c->lookup.ar_result = NULL;
	if (!err && c->dests) {
		try_connect(c, nl);
		return;
	}
	tgd_log(LOG_WARNING, "venue %s: host \"%s\": %s", c->venue->s.name, c->venue->host,
		gai_strerror(err));
	wait_and_retry(c);
}

void tgd_conn_run(struct tgd_conn *c, struct tg_nl *nl, __u64 now_ns, short pfd_revents)
{
	switch (c->state) {
	case TGD_CONN_WAITING:
		if (now_ns >= c->deadline_ns)
			resolve(c, nl);
		break;
	case TGD_CONN_RESOLVING:
		if (now_ns >= c->deadline_ns)
			resolving(c, nl, now_ns);
		break;
	case TGD_CONN_CONNECTING:
		connecting(c, nl, now_ns, pfd_revents);
		break;
	case TGD_CONN_HANDED:
	case TGD_CONN_HALTED:
		break;
	}
}

bool tgd_conn_pollfd(const struct tgd_conn *c, struct pollfd *out)
{
	if (c->state != TGD_CONN_CONNECTING)
		return false;
	*out = (struct pollfd){ .fd = c->fd, .events = POLLOUT };
	return true;
}

__u64 tgd_conn_deadline(const struct tgd_conn *c)
{
	return c->state == TGD_CONN_HANDED || c->state == TGD_CONN_HALTED ? ~0ull : c->deadline_ns;
}
