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
#include "connects.h"
#include "credentials.h"
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

static void drop_logon_fd(struct tgd_conn *c)
{
	if (c->logon_fd >= 0)
		close(c->logon_fd);
	c->logon_fd = -1;
	c->asked_seq = 0;
}

/* connect_limit as configured, else the venue's own (tg_venue_caps). */
static void limits(const struct tgd_conn *c, unsigned int *limit, __u64 *window_ns)
{
	const struct tg_venue_caps *caps = tg_venue_caps((u16)c->venue->dialect);

	*limit = (unsigned int)c->venue->connect_limit;
	*window_ns = (__u64)c->venue->connect_window_s * 1000 * MS;
	if (!*limit && caps && caps->connects) {
		*limit = caps->connects < TGD_PLAN_CONNECTS ? caps->connects : TGD_PLAN_CONNECTS;
		*window_ns = (__u64)caps->connects_window_ms * MS;
	}
}

/* The peer would not have us: another source address may do better. */
static void refused(struct tgd_conn *c)
{
	c->count.refused++;
	if (c->source < 0 || c->venue->sources < 2 || !c->venue->source_rest_s)
		return;
	tgd_plan_rest(&c->plan, c->source,
		      clock_ns(CLOCK_MONOTONIC) + (__u64)c->venue->source_rest_s * 1000 * MS);
}

static void remember(struct tgd_conn *c, const char *what, const char *why)
{
	snprintf(c->error, sizeof(c->error), "%.100s%s%.140s", what, *what ? ": " : "", why);
	c->error_ns = clock_ns(CLOCK_REALTIME);
	c->changed = true;
}

/* A venue's limit that the next attempt would break: put off to when it would not. */
static bool limited(struct tgd_conn *c, __u64 now)
{
	unsigned int limit;
	__u64 window_ns, allowed;

	limits(c, &limit, &window_ns);
	allowed = tgd_plan_allowed_ns(&c->plan, limit, window_ns, now);
	if (allowed <= now || allowed <= c->deadline_ns)
		return false;
	c->deadline_ns = allowed;
	c->count.limited++;
	c->changed = true;
	tgd_log(LOG_WARNING,
		"venue %s: %u connects in %llu s is all it allows: connecting again in %llu ms",
		c->venue->s.name, limit, (unsigned long long)(window_ns / (1000 * MS)),
		(unsigned long long)((allowed - now) / MS));
	return true;
}

static void wait_and_retry(struct tgd_conn *c)
{
	__u32 r = 0;
	__u64 ms, now = clock_ns(CLOCK_MONOTONIC);

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) < 0)
		r = (__u32)clock_ns(CLOCK_MONOTONIC);
	ms = tgd_backoff_ms(c->venue->backoff_min_ms, c->venue->backoff_max_ms, ++c->failures, r);
	c->state = TGD_CONN_WAITING;
	c->deadline_ns = now + ms * MS;
	c->count.failures++;
	c->changed = true;
	drop_logon_fd(c);
	if (!limited(c, now))
		tgd_log(LOG_INFO, "venue %s: connecting again in %llu ms", c->venue->s.name,
			(unsigned long long)ms);
}

void tgd_conn_init(struct tgd_conn *c, const struct tgd_config *config, const struct tgd_venue *v, const char *dir)
{
	unsigned int limit;
	__u64 window_ns;
	char what[256];

	memset(c, 0, sizeof(*c));
	c->config = config;
	c->venue = v;
	c->dir = dir;
	limits(c, &limit, &window_ns);
	if (limit && dir &&
	    tgd_connects_load(dir, v->s.name, &c->plan, limit, window_ns,
			      clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME), what, sizeof(what)))
		tgd_log(LOG_WARNING, "venue %s: %s; the first connect waits for a whole window",
			v->s.name, what);
	c->fd = -1;
	c->logon_fd = -1;
	c->source = -1;
	c->changed = true;
	snprintf(c->port, sizeof(c->port), "%lld", v->port);
}

void tgd_conn_adopt(struct tgd_conn *c, const struct tg_nl_session *s)
{
	c->session = s->state;
	c->budget_source = ~0u;	/* not known: told in any case */
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
	tgd_tls_free(c->tls);
	c->tls = NULL;
	drop_logon_fd(c);
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
	c->changed |= changed;
	switch (state) {
	case TG_SESSION_UP:
		c->failures = 0;
		c->was_up = true;
		if (c->state == TGD_CONN_HALTED || c->state == TGD_CONN_WAITING)
			c->state = TGD_CONN_HANDED;
		if (changed)
			tgd_log(LOG_NOTICE, "venue %s: session is up", c->venue->s.name);
		break;
	case TG_SESSION_DOWN:
		if (c->state == TGD_CONN_HANDED || c->state == TGD_CONN_HALTED) {
			tgd_log(LOG_WARNING, "venue %s: session is down%s%s", c->venue->s.name,
				text && *text ? ": " : "", text ? text : "");
			remember(c, "session is down", text ? text : "");
			/* Never up: the venue took the connection and not us. */
			if (!c->was_up && c->state == TGD_CONN_HANDED)
				refused(c);
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
	const char *why = err ? strerror(err) : "";

	tgd_log(LOG_WARNING, "venue %s: %s%s%s", c->venue->s.name, what, err ? ": " : "", why);
	remember(c, what, why);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	tgd_tls_free(c->tls);
	c->tls = NULL;
	wait_and_retry(c);
}

static int bind_source(struct tgd_conn *c, int family)
{
	const struct tgd_address *s;
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };

	c->source = tgd_plan_source(&c->plan, c->venue->source, (unsigned int)c->venue->sources,
				    family, clock_ns(CLOCK_MONOTONIC));
	if (c->source < 0)
		return c->venue->sources ? -EADDRNOTAVAIL : 0;
	s = &c->venue->source[c->source];
	memcpy(&a4.sin_addr, &s->in6.s6_addr[12], 4);
	a6.sin6_addr = s->in6;
	if (bind(c->fd, family == AF_INET ? (struct sockaddr *)&a4 : (struct sockaddr *)&a6,
		 family == AF_INET ? sizeof(a4) : sizeof(a6)))
		return -errno;
	return 0;
}

/* The engine is told before the socket: the Logon counts in the source's budget too. */
static int tell_source(struct tgd_conn *c, struct tg_nl *nl)
{
	struct tg_in_session cmd = { .venue_id = (__u16)c->venue->id, .command = TG_SESSION_CMD_SOURCE };
	struct tgd_address local = { 0 };
	struct sockaddr_in6 a = { 0 };
	socklen_t len = sizeof(a);
	unsigned int number;
	int err;

	if (getsockname(c->fd, (struct sockaddr *)&a, &len))
		return -errno;
	local.family = a.sin6_family;
	if (a.sin6_family == AF_INET6) {
		local.in6 = a.sin6_addr;
	} else {
		local.in6.s6_addr[10] = local.in6.s6_addr[11] = 0xff;
		memcpy(&local.in6.s6_addr[12], &((struct sockaddr_in *)&a)->sin_addr, 4);
	}
	number = tgd_rate_source(c->config, &local);
	if (!number && !c->budget_source)
		return 0;
	cmd.next_rx_seq = number;
	err = tg_nl_input(nl, TG_IN_SESSION, &cmd, sizeof(cmd), NULL, NULL);
	if (!err)
		c->budget_source = number;
	return err;
}

static void hand_over(struct tgd_conn *c, struct tg_nl *nl)
{
	char to[80];
	int err;

	err = tell_source(c, nl);
	if (err) {
		failed(c, "budget of the source address", -err);
		return;
	}

	drop_logon_fd(c);
	if (c->venue->credentials[0] && tgd_sign_logon_secret(c->venue->dialect))
		c->logon_fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 3);
	c->handed_ns = clock_ns(CLOCK_REALTIME);
	c->was_up = false;
	err = tg_nl_connect(nl, (__u16)c->venue->id, c->fd);
	if (err) {
		tgd_log(LOG_WARNING, "venue %s: the module refused the connection: %s",
			c->venue->s.name, tg_nl_error(nl));
		failed(c, "hand-over", -err);
		return;
	}
	tgd_log(LOG_INFO, "venue %s: connected to %s%s%s%s%s", c->venue->s.name,
		dest_text(c, c->attempt % c->dests, to), c->tls ? ", " : "",
		c->tls ? c->tls_version : "", c->tls ? " " : "", c->tls ? c->tls_cipher : "");
	close(c->fd);	/* the module has its own reference */
	c->fd = -1;
	tgd_tls_free(c->tls);
	c->tls = NULL;
	c->state = TGD_CONN_HANDED;
	c->deadline_ns = ~0ull;
	c->attempt++;
	c->count.handed++;
	c->changed = true;
}

static void tls_run(struct tgd_conn *c, struct tg_nl *nl, __u64 now, short revents)
{
	char err[TGD_TLS_ERROR_LEN];
	int ret;

	if (!revents && now < c->deadline_ns)
		return;
	ret = tgd_tls_step(c->tls, err);
	if (ret == -EAGAIN && now < c->deadline_ns)
		return;
	if (!ret) {
		snprintf(c->tls_version, sizeof(c->tls_version), "%s", tgd_tls_version(c->tls));
		snprintf(c->tls_cipher, sizeof(c->tls_cipher), "%s", tgd_tls_cipher(c->tls));
		hand_over(c, nl);
		return;
	}
	c->count.tls_failures++;
	c->attempt++;
	/* A peer that ends the handshake may be limiting us; a bad certificate is no such thing. */
	if (ret == -ECONNRESET || ret == -EPIPE)
		refused(c);
	failed(c, ret == -EAGAIN ? "TLS handshake: no answer in time" : err, 0);
}

static void connected(struct tgd_conn *c, struct tg_nl *nl)
{
	const struct tgd_venue *v = c->venue;
	const struct tgd_tls_settings s = {
		.host = v->tls_server_name[0] ? v->tls_server_name : v->host,
		.ca_file = v->tls_ca,
		.min_version = v->tls_min_version,
	};
	char err[TGD_TLS_ERROR_LEN];
	__u64 now = clock_ns(CLOCK_MONOTONIC);

	if (!v->tls) {
		hand_over(c, nl);
		return;
	}
	if (tgd_tls_begin(&c->tls, &s, c->fd, err)) {
		c->count.tls_failures++;
		c->attempt++;
		failed(c, err, 0);
		return;
	}
	c->state = TGD_CONN_TLS;
	c->deadline_ns = now + (__u64)v->connect_timeout_ms * MS;
	c->changed = true;
	tls_run(c, nl, now, POLLOUT);
}

/* On disk before it is made: a daemon that dies and starts again and again must not be a burst to the venue. */
static void connect_noted(struct tgd_conn *c)
{
	__u64 now = clock_ns(CLOCK_MONOTONIC), window_ns;
	unsigned int limit;
	int err;

	tgd_plan_connected(&c->plan, now);
	limits(c, &limit, &window_ns);
	if (!limit || !c->dir)
		return;
	err = tgd_connects_save(c->dir, c->venue->s.name, &c->plan, limit, now,
				clock_ns(CLOCK_REALTIME));
	if (err)
		tgd_log(LOG_WARNING,
			"venue %s: the time of this connect cannot be kept: %s; a restart may exceed connect_limit",
			c->venue->s.name, strerror(-err));
}

static void try_connect(struct tgd_conn *c, struct tg_nl *nl)
{
	unsigned int i = c->attempt % c->dests;
	char to[80], what[120];
	int err;

	snprintf(what, sizeof(what), "connect to %s", dest_text(c, i, to));
	c->tls_version[0] = c->tls_cipher[0] = 0;
	c->fd = socket(c->dest[i].ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       IPPROTO_TCP);
	if (c->fd < 0) {
		failed(c, what, errno);
		return;
	}
	err = bind_source(c, c->dest[i].ss_family);
	if (err) {
		/* An address that is not ours today is as good as refused. */
		refused(c);
		c->attempt++;
		failed(c, "bind to the source address", -err);
		return;
	}
	connect_noted(c);
	c->count.attempts++;
	c->changed = true;
	if (!connect(c->fd, (struct sockaddr *)&c->dest[i], c->dest_len[i])) {
		connected(c, nl);
		return;
	}
	if (errno != EINPROGRESS) {
		err = errno;
		refused(c);
		c->attempt++;
		failed(c, what, err);
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
		connected(c, nl);
		return;
	}
	snprintf(what, sizeof(what), "connect to %s", dest_text(c, c->attempt % c->dests, to));
	refused(c);
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
	remember(c, "name lookup", gai_strerror(err));
	wait_and_retry(c);
}

void tgd_conn_run(struct tgd_conn *c, struct tg_nl *nl, __u64 now_ns, short pfd_revents)
{
	switch (c->state) {
	case TGD_CONN_WAITING:
		if (now_ns >= c->deadline_ns && !limited(c, now_ns))
			resolve(c, nl);
		break;
	case TGD_CONN_RESOLVING:
		if (now_ns >= c->deadline_ns)
			resolving(c, nl, now_ns);
		break;
	case TGD_CONN_CONNECTING:
		connecting(c, nl, now_ns, pfd_revents);
		break;
	case TGD_CONN_TLS:
		tls_run(c, nl, now_ns, pfd_revents);
		break;
	case TGD_CONN_HANDED:
	case TGD_CONN_HALTED:
		break;
	}
}

bool tgd_conn_pollfd(const struct tgd_conn *c, struct pollfd *out)
{
	if (c->state != TGD_CONN_CONNECTING && c->state != TGD_CONN_TLS)
		return false;
	*out = (struct pollfd){ .fd = c->fd, .events = c->tls ? tgd_tls_events(c->tls) : POLLOUT };
	return true;
}

__u64 tgd_conn_deadline(const struct tgd_conn *c)
{
	return c->state == TGD_CONN_HANDED || c->state == TGD_CONN_HALTED ? ~0ull : c->deadline_ns;
}

int tgd_conn_write_logon(struct tgd_conn *c, const void *bytes, size_t len)
{
	ssize_t n = -1;

	errno = ENOTCONN;
	if (c->logon_fd >= 0)
		n = send(c->logon_fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	/* Half a Logon cannot be taken back; the session ends with its timeout. */
	return (size_t)n == len ? 0 : -EMSGSIZE;
}

void tgd_conn_credentials_failed(struct tgd_conn *c, const char *why)
{
	tgd_log(LOG_ERR, "venue %s: no credentials: %s", c->venue->s.name, why);
	remember(c, "no credentials", why);
	c->count.credentials_failed++;
}

void tgd_conn_answered(struct tgd_conn *c)
{
	drop_logon_fd(c);
}

void tgd_conn_write(struct tgd_conn *c, struct tg_json *j)
{
	static const char *const states[] = {
		"waiting", "resolving", "connecting", "tls handshake", "connected", "halted"
	};
	__u64 now = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME);
	char text[INET6_ADDRSTRLEN];

	tg_json_object(j, NULL);
	tg_json_str(j, "venue", c->venue->s.name);
	tg_json_str(j, "state", states[c->state]);
	tg_json_str(j, "source",
		    c->source < 0 ? "" : tgd_address_format(&c->venue->source[c->source], text));
	tg_json_u64(j, "attempts", c->count.attempts);
	tg_json_u64(j, "connected", c->count.handed);
	tg_json_u64(j, "failures", c->count.failures);
	tg_json_u64(j, "failures_in_a_row", c->failures);
	tg_json_u64(j, "refused", c->count.refused);
	tg_json_u64(j, "tls_failures", c->count.tls_failures);
	tg_json_u64(j, "credentials_failed", c->count.credentials_failed);
	tg_json_u64(j, "limited", c->count.limited);
	/* realtime; 0 = none is due */
	tg_json_u64(j, "next_attempt_ns",
		    c->state != TGD_CONN_WAITING || c->deadline_ns == ~0ull ? 0
		    : c->deadline_ns > now ? real + (c->deadline_ns - now)
					   : real);
	tg_json_str(j, "tls", c->tls_version);
	tg_json_str(j, "cipher", c->tls_cipher);
	tg_json_str(j, "last_error", c->error);
	tg_json_u64(j, "last_error_ns", c->error_ns);
	tg_json_end(j, '}');
	c->changed = false;
}
