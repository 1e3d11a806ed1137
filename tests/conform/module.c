// SPDX-License-Identifier: MIT
/*
 * Conversations with the engine in the kernel: the script's messages go over a loopback TCP connection whose other end the module has, control records by
 * netlink, requests by ioctl. Time is the world's: a script that counts on more than a moment passing cannot be held here; one that waits for what comes can, if
 * that comes within seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "conv.h"
#include "gateway.h"

#define EXACT_MAX_MS	20u
#define WAIT_MAX_NS	(8000 * MS)	/* a script's longest wait for a timer; Logon and Logout time out within this too */
#define PATIENCE_NS	(3000 * MS)
#define QUIET_MS	5	/* after an action: time for what nobody expects */

struct link {
	struct gnl ctl, events;
	int listener, venue_fd, client_fd;
	u64 until_ns;
	u64 sent, read_before;	/* bytes to the module, and what it had read when we came */
	u32 len;
	char rx[65536];
};

static u64 clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

const char *link_cannot(u64 exact_ms, u64 wait_ms)
{
	if (exact_ms > EXACT_MAX_MS)
		return "counts on a clock of its own; the module has the world's";
	return wait_ms * MS > WAIT_MAX_NS ? "waits longer for a timer than a test may" : NULL;
}

unsigned int link_uid(void)
{
	return geteuid();
}

void link_now(struct conv *c)
{
	c->now = clock_ns(CLOCK_REALTIME);
}

void link_open(struct conv *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct link *l = calloc(1, sizeof(*l));
	struct tg_nl_host h = { .cpu = 0, .wait = TG_WAIT_BLOCK, .flags = TG_HOST_FORCE_CPU, .public_slots = 1024 };

	c->link = l;
	link_now(c);
	l->venue_fd = -1;
	l->client_fd = -1;
	l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (gnl_open(&l->ctl) || gnl_open(&l->events) || gnl_listen(&l->events) || bind(l->listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(l->listener, 1)) {
		conv_failed(c, "no module, or no loopback: %s", strerror(errno));
		return;
	}
	gw_stop(&l->ctl, true);
	c->params.abi_version = TG_ABI_VERSION;
	if (gw_start_with(&l->ctl, &c->params, &h))
		conv_failed(c, "the engine does not start: %s", l->ctl.text);
	else
		l->read_before = gw_host_counter(&l->ctl, TG_HC_TCP_RX_BYTES);
}

void link_ready(struct conv *c)
{
	sleep_ms(100);	/* the client's download */
	link_now(c);
}

static enum tg_reason attach(struct conv *c)
{
	struct tg_ioc_attach a = { .size = sizeof(a), .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH, .name = "conversation" };
	struct link *l = c->link;

	l->client_fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	if (l->client_fd < 0 || ioctl(l->client_fd, TG_IOC_ATTACH, &a))
		conv_failed(c, "attach: %s", strerror(errno));
	return TG_REASON_OK;
}

static enum tg_reason submit(struct conv *c, const struct tg_submission *s)
{
	struct tg_ioc_submit io = { .size = sizeof(io), .sub = *s };

	if (ioctl(c->link->client_fd, TG_IOC_SUBMIT, &io))
		conv_failed(c, "submit: %s", strerror(errno));
	else if (s->type == TG_SUB_NEW && !io.reason)
		c->last_order = io.order_id;
	return (enum tg_reason)io.reason;
}

static void dial(struct conv *c)
{
	struct link *l = c->link;
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd, one = 1;

	if (l->venue_fd >= 0)
		close(l->venue_fd);
	l->len = 0;
	getsockname(l->listener, (struct sockaddr *)&a, &len);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) || (l->venue_fd = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
		conv_failed(c, "loopback: %s", strerror(errno));
	setsockopt(l->venue_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (gw_connect(&l->ctl, fd))
		conv_failed(c, "the module refused the connection: %s", l->ctl.text);
	close(fd);
}

/* Whole messages out of what has been read. */
static void split(struct conv *c)
{
	struct link *l = c->link;
	char *end;
	size_t n;

	while ((end = memmem(l->rx, l->len, "\00110=", 4)) && end + 8 <= l->rx + l->len) {
		n = (size_t)(end + 8 - l->rx);
		conv_message(c, l->rx, (u32)n);
		l->len -= (u32)n;
		memmove(l->rx, l->rx + n, l->len);
	}
}

static void listen_ms(struct conv *c, int ms)
{
	struct link *l = c->link;
	struct pollfd p[2] = { { .fd = l->venue_fd, .events = POLLIN }, { .fd = l->events.fd, .events = POLLIN } };
	struct tg_pub_event ev;
	ssize_t n;

	if (poll(p, 2, ms) <= 0)
		return;
	if (p[1].revents && !gnl_event(&l->events, &ev, 0) && ev.type == TG_PUB_CREDENTIALS) {
		c->asked_seq = ev.u.logon.msg_seq;
		c->asked_ns = ev.u.logon.sending_time_ns;
		conv_did(c, strdup("credentials"));
	}
	if (!p[0].revents)
		return;
	n = recv(l->venue_fd, l->rx + l->len, sizeof(l->rx) - l->len, 0);
	if (n > 0) {
		l->len += (u32)n;
		split(c);
		return;
	}
	conv_did(c, strdup("close"));
	close(l->venue_fd);
	l->venue_fd = -1;
}

/* Until the module has read what it was sent: a request by another way must not overtake it. */
static void arrived(struct conv *c)
{
	struct link *l = c->link;

	while (gw_host_counter(&l->ctl, TG_HC_TCP_RX_BYTES) - l->read_before < l->sent && l->venue_fd >= 0)
		if (!link_again(c))
			return;
}

enum tg_reason link_step(struct conv *c, u16 type, u16 source, const void *payload, u32 len)
{
	struct link *l = c->link;
	u32 reason = TG_REASON_OK;

	(void)source;
	c->verdict = TG_REASON_OK;
	if (type != TG_IN_TCP_RX && type != TG_IN_ENGINE)
		arrived(c);
	switch (type) {
	case TG_IN_ENGINE:
		return c->verdict;	/* the module's own first record */
	case TG_IN_TCP_UP:
		dial(c);
		break;
	case TG_IN_TCP_DOWN:
		if (l->venue_fd >= 0)
			close(l->venue_fd);
		l->venue_fd = -1;
		break;
	case TG_IN_TCP_RX:
		if (l->venue_fd < 0)
			break;
		if (send(l->venue_fd, payload, len, MSG_NOSIGNAL) == (ssize_t)len)
			l->sent += len;
		else if (errno != EPIPE && errno != ECONNRESET)
			conv_failed(c, "send: %s", strerror(errno));
		break;
	case TG_IN_CLIENT_OPEN:
		return attach(c);
	case TG_IN_SUBMIT:
		c->verdict = submit(c, payload);
		break;
	default:
		if (gw_input(&l->ctl, type, payload, len, &reason) && reason == ~0u)
			conv_failed(c, "record of type %u refused: %s", type, l->ctl.text);
		c->verdict = reason == ~0u ? TG_REASON_OK : (enum tg_reason)reason;
	}
	return c->verdict;
}

void link_pass_time(struct conv *c, u64 ns)
{
	u64 end = clock_ns(CLOCK_MONOTONIC) + ns + 20 * MS;

	while (clock_ns(CLOCK_MONOTONIC) < end)
		listen_ms(c, 5);
	link_now(c);
}

void link_wait(struct conv *c, u64 ns)
{
	u64 end = clock_ns(CLOCK_MONOTONIC) + (ns < WAIT_MAX_NS ? ns : WAIT_MAX_NS);

	while (c->out_head == c->out_tail && clock_ns(CLOCK_MONOTONIC) < end)
		listen_ms(c, QUIET_MS);
	link_now(c);
}

void link_settled(struct conv *c)
{
	arrived(c);
	listen_ms(c, QUIET_MS);
}

void link_patience(struct conv *c)
{
	c->link->until_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;
}

bool link_again(struct conv *c)
{
	if (clock_ns(CLOCK_MONOTONIC) > c->link->until_ns)
		return false;
	listen_ms(c, QUIET_MS);
	return true;
}

static void session_row(struct gnl *n, void *arg)
{
	if (n->attr[TG_A_SESSION] && n->attr_len[TG_A_SESSION] == sizeof(struct tg_nl_session))
		memcpy(arg, n->attr[TG_A_SESSION], sizeof(struct tg_nl_session));
}

bool link_session(struct conv *c, struct tg_nl_session *out)
{
	struct gnl_msg m;

	memset(out, 0, sizeof(*out));
	gnl_begin(&m, TG_CMD_SESSIONS);
	return !gnl_dump(&c->link->ctl, &m, session_row, out) && out->venue_id == 1;
}

u32 link_stored(struct conv *c, u32 otherwise)
{
	(void)c;
	return otherwise;
}

u64 link_counter(struct conv *c, enum tg_core_counter which)
{
	return gw_core_counter(&c->link->ctl, which);
}

struct wanted { u64 id; enum tg_ord_status status; };

static void order_row(struct gnl *n, void *arg)
{
	struct wanted *w = arg;
	struct tg_nl_order o;

	if (!n->attr[TG_A_ORDER] || n->attr_len[TG_A_ORDER] != sizeof(o))
		return;
	memcpy(&o, n->attr[TG_A_ORDER], sizeof(o));
	if (o.order_id == w->id)
		w->status = (enum tg_ord_status)o.status;
}

enum tg_ord_status link_order(struct conv *c, u64 order_id)
{
	struct wanted w = { .id = order_id, .status = TG_OS_NONE };
	struct gnl_msg m;

	gnl_begin(&m, TG_CMD_ORDERS);
	gnl_dump(&c->link->ctl, &m, order_row, &w);
	return w.status;
}

bool link_best(struct conv *c, enum tg_book_side side, struct tg_level *out)
{
	const struct gnl *n = &c->link->ctl;
	struct tg_book_image b;
	struct gnl_msg m;
	u32 instrument = 1;

	arrived(c);
	gnl_begin(&m, TG_CMD_BOOK);
	gnl_put(&m, TG_A_INSTRUMENT, &instrument, sizeof(instrument));
	if (gnl_call(&c->link->ctl, &m) || n->attr_len[TG_A_BOOK] != sizeof(b))
		return false;
	memcpy(&b, n->attr[TG_A_BOOK], sizeof(b));
	if (!(side == TG_BID ? b.bid_levels : b.ask_levels))
		return false;
	*out = side == TG_BID ? b.bid[0] : b.ask[0];
	return true;
}

bool link_verify(struct conv *c)
{
	listen_ms(c, 50);
	return true;
}

void link_close(struct conv *c)
{
	struct link *l = c->link;

	if (l->client_fd >= 0)
		close(l->client_fd);
	if (l->venue_fd >= 0)
		close(l->venue_fd);
	close(l->listener);
	gw_stop(&l->ctl, true);
	gnl_close(&l->events);
	gnl_close(&l->ctl);
	free(l);
	c->link = NULL;
}
