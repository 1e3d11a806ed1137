// SPDX-License-Identifier: MIT
/*
 * The other way to do it: the same core, the same work, in a userspace program over UDP and TCP sockets. One thread, busy-polling sockets
 * (SO_BUSY_POLL with SO_PREFER_BUSY_POLL, so that recvmsg() itself polls the NIC, as the engine does), no journal, no rings: the strategy is a function
 * call. For every packet that makes the strategy send, the time from the kernel's receive timestamp (SO_TIMESTAMPNS, taken after XDP would have run) to the
 * return of send() is one sample. Under the instruction clock 1 ns is 1 instruction.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "engine.h"
#include "strategy.h"

#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL	69
#endif
#define MAX_SAMPLES	100000u

static struct tg_engine *engine;
static struct tg_outbox ob;
static u64 seq;
static int tcp_fd = -1, udp_fd = -1;
static u32 orders_left;
static u64 samples[MAX_SAMPLES];
static u32 nsamples;
static bool session_up;

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "tg-path-user: %s: %s\n", what, strerror(errno));
	exit(1);
}

static enum tg_reason step_at(u16 type, u16 source, const void *p, u32 len, u64 time_ns)
{
	struct tg_record r = { .seq = ++seq, .time_ns = time_ns, .len = len, .type = type, .source = source };

	return tg_engine_step(engine, &r, p, &ob);
}

static enum tg_reason step(u16 type, u16 source, const void *p, u32 len)
{
	return step_at(type, source, p, len, now_ns());
}

static void must(u16 type, const void *p, u32 len)
{
	enum tg_reason r = step(type, 0, p, len);

	if (r != TG_REASON_OK) {
		fprintf(stderr, "tg-path-user: configuration record %u: %s\n", type, tg_reason_text(r));
		exit(1);
	}
	ob.len = 0;
}

static void send_all(const void *p, u32 len)
{
	ssize_t n = send(tcp_fd, p, len, MSG_NOSIGNAL);

	if (n != (ssize_t)len)
		die("send");
}

/* Carries the outbox out; events go to the strategy, whose orders are stepped and sent at once. */
static void flush(u64 rx_ns)
{
	struct tg_outbox work;
	const struct tg_out *o;
	u32 pos = 0;

	if (!ob.len)
		return;
	/* The strategy acts at most once a packet; its step appends behind what is walked here. */
	work = ob;
	while ((o = tg_outbox_next(&work, &pos))) {
		struct tg_submission sub;

		if (o->type == TG_OUT_TCP) {
			send_all(tg_out_bytes(o), o->len);
			continue;
		}
		if (o->type == TG_OUT_PUBLIC) {
			const struct tg_pub_event *ev = tg_out_bytes(o);

			if (ev->type == TG_PUB_SESSION)
				session_up = ev->u.state.state == TG_SESSION_UP;
			if (rx_ns && orders_left && session_up && path_strategy(ev, &sub)) {
				u32 from = ob.len, at = from;

				step(TG_IN_SUBMIT, 1, &sub, sizeof(sub));
				while ((o = tg_outbox_next(&ob, &at))) {
					if (o->type != TG_OUT_TCP)
						continue;
					send_all(tg_out_bytes(o), o->len);
					if (nsamples < MAX_SAMPLES)
						samples[nsamples++] = now_ns() - rx_ns;
					orders_left--;
				}
				break;
			}
		}
	}
	ob.len = 0;
}

static void configure(void)
{
	struct tg_in_engine p = { .max_instruments = 8, .book_levels = 4096, .epoch = 1 };
	struct tg_in_venue v = {
		.venue_id = 1, .dialect = TG_DIALECT_SIM, .heartbeat_s = 0, .flags = TG_VENUE_RESET_ON_LOGON | TG_VENUE_ORDERS,
		.logon_timeout_ms = 60000, .logout_timeout_ms = 2000, .name = "sim", .sender_comp_id = "TICKGATE", .target_comp_id = "VENUE",
	};
	struct tg_in_instrument i = { .instrument_id = 1, .venue_id = 1, .flags = TG_INSTRUMENT_SUBSCRIBE, .tick = 1000000, .lot = 1000, .symbol = "BTCUSDT" };
	struct tg_in_feed f = { .feed_id = 1, .venue_id = 1, .name = "sim-a" };
	struct tg_in_account a = { .account_id = 1, .name = "main" };
	struct tg_in_permit m = { .permit_id = 1, .account_id = 1, .uid = getuid(), .flags = TG_PERMIT_TRADE };
	struct tg_in_limits l = {
		.max_order_qty = TG_PX_MAX, .max_order_notional = TG_PX_MAX, .max_position = TG_PX_MAX, .collar_bps = 1000,
		.max_open_orders = 100000, .rate_per_s = 1000000, .rate_burst = 100000,
	};
	struct tg_in_mode mode = { .mode = TG_MODE_LEADER };
	struct tg_in_client c = { .uid = getuid(), .name = "path" };
	u64 bytes;

	tg_engine_defaults(&p);
	bytes = tg_engine_size(&p);
	engine = aligned_alloc(64, (bytes + 63) & ~63ULL);
	ob.cap = tg_engine_outbox_bytes(&p) + 65536;
	ob.buf = aligned_alloc(64, (ob.cap + 63u) & ~63u);
	if (!engine || !ob.buf || tg_engine_init(engine, bytes, &p))
		die("engine");
	memset(ob.buf, 0, ob.cap);	/* touched now, not on the path */
	must(TG_IN_ENGINE, &p, sizeof(p));
	must(TG_IN_VENUE, &v, sizeof(v));
	must(TG_IN_INSTRUMENT, &i, sizeof(i));
	must(TG_IN_FEED, &f, sizeof(f));
	must(TG_IN_ACCOUNT, &a, sizeof(a));
	must(TG_IN_PERMIT, &m, sizeof(m));
	l.scope = TG_SCOPE_FIRM;
	must(TG_IN_LIMITS, &l, sizeof(l));
	l.scope = TG_SCOPE_ACCOUNT;
	l.id = 1;
	must(TG_IN_LIMITS, &l, sizeof(l));
	l.scope = TG_SCOPE_INSTRUMENT;
	must(TG_IN_LIMITS, &l, sizeof(l));
	must(TG_IN_MODE, &mode, sizeof(mode));
	step(TG_IN_CLIENT_OPEN, 1, &c, sizeof(c));
	ob.len = 0;
}

static void sockets(const char *venue, u16 port, const char *group, u16 group_port, const char *ifaddr, u32 busy_us)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(group_port) };
	struct ip_mreq mr;
	int one = 1;

	udp_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (udp_fd < 0)
		die("UDP socket");
	inet_pton(AF_INET, group, &sa.sin_addr);
	inet_pton(AF_INET, group, &mr.imr_multiaddr);
	inet_pton(AF_INET, ifaddr, &mr.imr_interface);
	if (setsockopt(udp_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) || bind(udp_fd, (void *)&sa, sizeof(sa)) ||
	    setsockopt(udp_fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mr, sizeof(mr)) ||
	    setsockopt(udp_fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)))
		die("UDP set-up");
	if (busy_us && (setsockopt(udp_fd, SOL_SOCKET, SO_BUSY_POLL, &busy_us, sizeof(busy_us)) ||
			setsockopt(udp_fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &one, sizeof(one))))
		die("SO_BUSY_POLL");

	tcp_fd = socket(AF_INET, SOCK_STREAM, 0);
	sa.sin_port = htons(port);
	inet_pton(AF_INET, venue, &sa.sin_addr);
	if (tcp_fd < 0 || connect(tcp_fd, (void *)&sa, sizeof(sa)))
		die("connect to the venue");
	setsockopt(tcp_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(tcp_fd, F_SETFL, O_NONBLOCK);
}

static bool read_udp(void)
{
	static u8 buf[2048 + 64];
	char control[128];
	struct iovec iov = { buf, 2048 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	u64 rx_ns = 0;
	ssize_t n = recvmsg(udp_fd, &m, 0);

	if (n <= 0)
		return false;
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof(t));
			rx_ns = (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
		}
	}
	step_at(TG_IN_UDP, 1, buf, (u32)n, rx_ns);
	flush(rx_ns);
	return true;
}

static void read_tcp(void)
{
	static u8 buf[65536];
	ssize_t n = recv(tcp_fd, buf, sizeof(buf), 0);

	if (n > 0) {
		step(TG_IN_TCP_RX, 1, buf, (u32)n);
		flush(0);
	} else if (!n || (errno != EAGAIN && errno != EINTR)) {
		errno = n ? errno : ECONNRESET;
		die("venue");
	}
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static const char usage[] =
	"usage: tg-path-user --venue ADDR:PORT --feed GROUP:PORT@IFADDR [--orders N] [--busy-us N] [--cpu N]\n"
	"The path of a tick to an order through sockets, in userspace: prints its cost in ns (instructions, under the instruction clock).\n"
	"  --orders N   samples to take (500)\n"
	"  --busy-us N  SO_BUSY_POLL budget, 0 = plain non-blocking reads (50)\n"
	"  --cpu N      pin to this CPU\n"
	"Result: one JSON line: samples, min, p50, p90, p99.\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "venue", required_argument, NULL, 'v' }, { "feed", required_argument, NULL, 'f' }, { "orders", required_argument, NULL, 'n' },
		{ "busy-us", required_argument, NULL, 'b' }, { "cpu", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	char venue[64] = "", group[64] = "", ifaddr[64] = "";
	unsigned int port = 0, gport = 0, busy = 50, cpu = ~0u;
	u64 give_up;
	int o;

	orders_left = 500;
	while ((o = getopt_long(argc, argv, "v:f:n:b:c:h", longs, NULL)) != -1) {
		switch (o) {
		case 'v':
			if (sscanf(optarg, "%63[^:]:%u", venue, &port) != 2)
				goto bad;
			break;
		case 'f':
			if (sscanf(optarg, "%63[^:]:%u@%63s", group, &gport, ifaddr) != 3)
				goto bad;
			break;
		case 'n': orders_left = (u32)atoi(optarg); break;
		case 'b': busy = (u32)atoi(optarg); break;
		case 'c': cpu = (u32)atoi(optarg); break;
		case 'h': fputs(usage, stdout); return 0;
		default: goto bad;
		}
	}
	if (!port || !gport) {
bad:
		fputs(usage, stderr);
		return 2;
	}
	if (cpu != ~0u) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			die("--cpu");
	}
	configure();
	sockets(venue, (u16)port, group, (u16)gport, ifaddr, busy);
	step(TG_IN_TCP_UP, 1, NULL, 0);
	flush(0);
	give_up = now_ns() + 120ULL * 1000000000ULL;
	while (orders_left && now_ns() < give_up) {
		read_udp();
		read_tcp();
		if (tg_engine_deadline_ns(engine) <= now_ns()) {
			step(TG_IN_TIMER, 0, NULL, 0);
			flush(0);
		}
	}
	if (!nsamples) {
		fprintf(stderr, "tg-path-user: no order went out in 120 s\n");
		return 1;
	}
	qsort(samples, nsamples, sizeof(samples[0]), by_value);
	printf("{\"path\":\"userspace\",\"busy_us\":%u,\"samples\":%u,\"min\":%" PRIu64 ",\"p50\":%" PRIu64 ",\"p90\":%" PRIu64 ",\"p99\":%" PRIu64 "}\n", busy, nsamples,
	       (uint64_t)samples[0], (uint64_t)samples[nsamples / 2], (uint64_t)samples[nsamples * 9ULL / 10], (uint64_t)samples[nsamples * 99ULL / 100]);
	return 0;
}
