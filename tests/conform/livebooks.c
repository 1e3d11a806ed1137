// SPDX-License-Identifier: MIT
/*
 * livebooks TG-VENUE DIALECT [feed]: the engine, as a library, takes market data of the test venue over loopback, and every level of its book is then compared with
 * the venue's own; before, after a thousand updates, after faults. With `feed` over UDP, two lines that lose, repeat and swap datagrams, each in its own way.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "state.h"

#define SEC	1000000000ULL

static struct tg_engine *e;
static struct tg_outbox ob;
static struct tg_in_venue venue = { .venue_id = 1, .heartbeat_s = 30, .flags = TG_VENUE_MD_TCP | TG_VENUE_RESET_ON_LOGON, .logon_timeout_ms = 5000,
				    .logout_timeout_ms = 2000, .name = "venue", .sender_comp_id = "GW", .target_comp_id = "VENUE" };
static const struct tg_venue_caps *caps;
static u64 seq;
static int sock = -1, control = -1, port, lines[2] = { -1, -1 };
static pid_t child;
static u32 tests;
static char differs[160];	/* the first level that did, last time */
static char dir[] = "/tmp/tg-livebooks-XXXXXX", path[64];

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (u64)ts.tv_sec * SEC + (u64)ts.tv_nsec;
}

static void leave(int status)
{
	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	unlink(path);
	rmdir(dir);
	exit(status);
}

static u64 counter(enum tg_core_counter c)
{
	return tg_engine_counters(e)[c];
}

static void ok(bool good, const char *what)
{
	printf("%sok %u - %s%s: %s\n", good ? "" : "not ", ++tests, caps->name, lines[0] >= 0 ? " over UDP" : "", what);
	if (good)
		return;
	if (!tg_session(e, 1) || !tg_instrument(e, 1))
		leave(1);
	printf("# session %s, book %u, gaps %llu, feed gaps %llu, rejected %llu, checksums %llu, bad %llu; %s\n1..%u\n", tg_session_state_name(tg_session(e, 1)->state),
	       tg_instrument(e, 1)->state, (unsigned long long)counter(TG_CC_MD_GAPS), (unsigned long long)counter(TG_CC_MD_FEED_GAPS),
	       (unsigned long long)counter(TG_CC_FIX_REJECTED), (unsigned long long)counter(TG_CC_MD_CHECKSUMS),
	       (unsigned long long)counter(TG_CC_MD_CHECKSUM_BAD), differs, tests);
	leave(1);
}

static enum tg_reason step(u16 type, u16 source, const void *payload, u32 len)
{
	struct tg_record r = { .seq = ++seq, .time_ns = now_ns(), .type = type, .source = source, .len = len };
	struct tg_in_credentials k = { .venue_id = 1 };
	enum tg_reason why;
	const struct tg_out *o;
	bool asked = false;
	u32 pos = 0;

	ob.len = 0;
	why = tg_engine_step(e, &r, payload, &ob);
	while ((o = tg_outbox_next(&ob, &pos))) {
		const struct tg_pub_event *pub = tg_out_bytes(o);

		if (o->type == TG_OUT_TCP && sock >= 0 && write(sock, tg_out_bytes(o), o->len) != (ssize_t)o->len && errno != EPIPE && errno != ECONNRESET)
			ok(false, "the socket takes a message whole");
		if (o->type == TG_OUT_PUBLIC && pub->type == TG_PUB_CREDENTIALS) {
			asked = true;
			k.msg_seq = pub->u.logon.msg_seq;
			k.sending_time_ns = pub->u.logon.sending_time_ns;
		}
	}
	if (asked) {
		strcpy(k.username, "user");
		strcpy(k.password, "password");
		strcpy(k.raw_data, "signature");
		strcpy(k.nonce, "1700000000000");
		step(TG_IN_CREDENTIALS, 0, &k, sizeof(k));
	}
	return why;
}

static void connect_venue(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	sock = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sock, (struct sockaddr *)&to, sizeof(to)))
		ok(false, "the venue is there");
	step(TG_IN_TCP_UP, 1, NULL, 0);
}

/* Whatever comes within ms; true when something did. */
static bool turn(int ms)
{
	struct pollfd p[3] = { { .fd = sock, .events = POLLIN }, { .fd = lines[0], .events = POLLIN }, { .fd = lines[1], .events = POLLIN } };
	static u8 bytes[65536];
	bool any = false;
	ssize_t n;
	int i;

	if (poll(p, 3, ms) > 0) {
		if (p[0].revents) {
			/* a few bytes a time now and then: a stream has no borders */
			n = read(sock, bytes, seq % 7 ? sizeof(bytes) : 11);
			if (n > 0) {
				step(TG_IN_TCP_RX, 1, bytes, (u32)n);
			} else {
				close(sock);
				sock = -1;
				step(TG_IN_TCP_DOWN, 1, NULL, 0);
				connect_venue();
			}
			any = true;
		}
		for (i = 0; i < 2; i++) {
			if (!p[i + 1].revents)
				continue;
			n = recv(lines[i], bytes, sizeof(bytes), 0);
			if (n > 0)
				step(TG_IN_UDP, (u16)(i + 1), bytes, (u32)n);
			any = true;
		}
	}
	if (tg_engine_deadline_ns(e) <= now_ns())
		step(TG_IN_TIMER, 0, NULL, 0);
	return any;
}

static void quiet(void)
{
	u64 end = now_ns() + 20 * SEC;
	int idle = 0;

	while (idle < 4 && now_ns() < end)
		idle = turn(50) ? 0 : idle + 1;
}

#define until(cond)								\
	({									\
		u64 end_ = now_ns() + 15 * SEC;					\
										\
		while (!(cond) && now_ns() < end_)				\
			turn(10);						\
		(cond);								\
	})

static const char *command(const char *line)
{
	static char answer[1 << 20];
	size_t got = 0;
	ssize_t n;

	if (write(control, line, strlen(line)) < 0 || write(control, "\n", 1) < 0)
		ok(false, line);
	while ((n = read(control, answer + got, sizeof(answer) - 1 - got)) > 0) {
		got += (size_t)n;
		if (answer[got - 1] == '\n')
			break;
	}
	answer[got] = 0;
	if (strncmp(answer, "ok", 2)) {
		printf("# %s", answer);
		ok(false, line);
	}
	return answer;
}

static s64 decimal(const char *s, const char **end)
{
	s64 v = 0;
	int decimals = -1;

	for (; (*s >= '0' && *s <= '9') || *s == '.'; s++) {
		if (*s == '.') {
			decimals = 0;
		} else {
			v = v * 10 + *s - '0';
			decimals += decimals >= 0;
		}
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 8; decimals++)
		v *= 10;
	*end = s;
	return v;
}

/* Every level of the venue's book, `depth` a side (0 = all), is in ours in its place. */
static bool same_book(u32 depth)
{
	const struct tg_instrument *i = tg_instrument(e, 1);
	const char *json = command(depth ? "book BTCUSDT 10" : "book BTCUSDT"), *s;
	struct tg_level l;
	int side;
	u32 n;

	if (i->state != TG_BOOK_LIVE)
		return false;
	for (side = TG_BID; side <= TG_ASK; side++) {
		s = strstr(json, side == TG_BID ? "\"bids\":[" : "\"offers\":[");
		s = strchr(s, '[') + 1;
		for (n = 0; *s == '['; n++) {
			s64 px = decimal(s + 2, &s), qty = decimal(s + 3, &s);

			if (!tg_l2_level(tg_l2_of(e, i), (enum tg_book_side)side, n, &l) || l.px != px || l.qty != qty) {
				snprintf(differs, sizeof(differs), "side %d level %u: ours %lld x %lld, the venue's %lld x %lld", side, n,
					 (long long)l.px, (long long)l.qty, (long long)px, (long long)qty);
				return false;
			}
			s += 2;
			s += *s == ',';
		}
		if (!n || (!depth && tg_l2_level(tg_l2_of(e, i), (enum tg_book_side)side, n, &l)))
			return false;
	}
	return true;
}

static int receiver(int *at)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 8 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || getsockname(fd, (struct sockaddr *)&a, &len))
		return -1;
	*at = ntohs(a.sin_port);
	return fd;
}

static void start_venue(const char *program, const char *dialect, bool feed)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char udp[2][32], line[64];
	const char *args[32] = { program, "--client", "GW", "--symbols", "BTCUSDT:0.01:0.001:60000", "--rate", "0", "--seed", "11", "--control", path,
				 "--dialect", dialect };
	int n = 13, i, out[2];
	FILE *f;

	if (!mkdtemp(dir) || pipe(out))
		exit(1);
	snprintf(path, sizeof(path), "%s/ctl", dir);
	for (i = 0; feed && i < 2; i++) {
		int p = 0;

		lines[i] = receiver(&p);
		snprintf(udp[i], sizeof(udp[i]), "127.0.0.1:%d", p);
		args[n++] = "--udp";
		args[n++] = udp[i];
	}
	child = fork();
	if (!child) {
		dup2(out[1], 1);
		execv(program, (char **)(unsigned long)args);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	if (!f || !fgets(line, sizeof(line), f) || sscanf(line, "ready fix=%d", &port) != 1) {
		printf("not ok 1 - the venue starts\n1..1\n");
		leave(1);
	}
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	control = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(control, (struct sockaddr *)&at, sizeof(at)))
		leave(1);
}

static void start_engine(bool feed)
{
	struct tg_in_engine p = { .epoch = 1, .max_venues = 1, .max_instruments = 1, .max_feeds = 2, .max_accounts = 1, .max_clients = 1, .max_permits = 1,
				  .max_orders = 16, .max_limits = 4, .book_levels = 256, .md_pending = 4096, .exec_ids = 64, .rx_buffer_bytes = 1 << 20 };
	struct tg_in_instrument in = { .instrument_id = 1, .venue_id = 1, .tick = TG_SCALE / 100, .lot = TG_SCALE / 1000, .symbol = "BTCUSDT",
				       .flags = TG_INSTRUMENT_SUBSCRIBE, .px_digits = 2, .qty_digits = 3 };
	struct tg_in_feed f = { .venue_id = 1 };
	bool by_order = caps->md_level == TG_MD_L3;
	struct tg_in_mode m = { .mode = TG_MODE_LEADER };
	u64 bytes;

	tg_engine_defaults(&p);
	if (by_order) {
		p.l3_books = 1;
		p.l3_orders = 4096;
		in.flags |= TG_INSTRUMENT_L3;
	}
	bytes = tg_engine_size(&p);
	if (by_order && !bytes) {
		puts("1..0 # SKIP this engine keeps no books order by order");
		leave(4);
	}
	e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	ob.cap = tg_engine_outbox_bytes(&p) & ~7u;
	ob.buf = aligned_alloc(8, ob.cap);
	if (!e || !ob.buf || tg_engine_init(e, bytes, &p))
		exit(1);
	if (caps->credentials)
		venue.flags |= TG_VENUE_CREDENTIALS;
	if (feed)
		venue.flags &= ~TG_VENUE_MD_TCP;
	ok(!step(TG_IN_ENGINE, 0, &p, sizeof(p)) && !step(TG_IN_VENUE, 0, &venue, sizeof(venue)) && !step(TG_IN_INSTRUMENT, 0, &in, sizeof(in)),
	   "records are taken");
	for (f.feed_id = 1; feed && f.feed_id <= 2; f.feed_id++) {
		f.line = f.feed_id - 1;
		snprintf(f.name, sizeof(f.name), "line-%u", f.feed_id);
		ok(!step(TG_IN_FEED, 0, &f, sizeof(f)), "a feed");
	}
	step(TG_IN_MODE, 0, &m, sizeof(m));
}

static void over_udp(void)
{
	const struct tg_instrument *i = tg_instrument(e, 1);
	u64 gaps;

	command("rate drop 30000");
	command("rate dup 30000");
	command("rate reorder 30000");
	for (int n = 0; n < 40; n++) {
		command("step 50");
		quiet();
	}
	command("rate drop 0");
	command("rate reorder 0");
	command("step 5");
	quiet();
	ok(until(i->state == TG_BOOK_LIVE), "the book is live after 2000 updates on two bad lines");
	ok(same_book(0), "and the venue's");
	ok(counter(TG_CC_MD_FEED_DUPS) > 1000, "second copies were dropped");
	gaps = counter(TG_CC_MD_GAPS);
	command("drop udp 3");
	command("step 20");
	quiet();
	ok(counter(TG_CC_MD_GAPS) > gaps, "what both lines lose is a gap");
	ok(until(i->state == TG_BOOK_LIVE && same_book(0)), "which a snapshot ends");
}

static void over_tcp(void)
{
	const struct tg_instrument *i = tg_instrument(e, 1);
	u64 sums = counter(TG_CC_MD_CHECKSUMS), had = counter(TG_CC_MD_MESSAGES);

	command("step 1000");
	quiet();
	ok(counter(TG_CC_MD_MESSAGES) >= had + 900 && i->state == TG_BOOK_LIVE, "a thousand updates");
	ok(same_book(0), "the book is the venue's");
	ok(!counter(TG_CC_MD_GAPS) && !counter(TG_CC_FIX_REJECTED) && !counter(TG_CC_FIX_GARBLED), "without a gap or a bad message");
	if (caps->md_checksum_tag) {
		ok(counter(TG_CC_MD_CHECKSUMS) >= sums + 900 && !counter(TG_CC_MD_CHECKSUM_BAD), "every checksum was verified");
		command("bad-checksum 1");
		command("step 1");
		quiet();
		ok(counter(TG_CC_MD_CHECKSUM_BAD) == 1, "a wrong one is noticed");
	}
	command("disconnect midmessage next");
	command("step 10");
	quiet();
	command("step 50");
	ok(until(i->state == TG_BOOK_LIVE), "live again after a cut in mid-message");
	command("step 200");
	quiet();
	ok(until(i->state == TG_BOOK_LIVE && same_book(0)), "and the venue's");
	if (caps->resend == TG_RESEND_BOTH) {
		command("gap 3");
		command("step 20");
		quiet();
		/* what was lost with the numbers is seen at the next update of a venue whose updates have ids */
		command("step 20");
		quiet();
		ok(until(i->state == TG_BOOK_LIVE && same_book(0)), "after a gap in the session's numbers too");
	}
}

int main(int argc, char **argv)
{
	bool feed = argc == 4 && !strcmp(argv[3], "feed");
	u16 d;

	if (argc < 3 || (argc == 4 && !feed) || argc > 4) {
		fputs("usage: livebooks TG-VENUE DIALECT [feed]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (d = 1; (caps = tg_venue_caps(d)) && strcmp(caps->name, argv[2]); d++)
		;
	if (!caps)
		return 2;
	if (access(argv[1], X_OK)) {
		printf("1..0 # SKIP no %s; make -C tools/venue builds it\n", argv[1]);
		return 4;
	}
	venue.dialect = d;
	start_venue(argv[1], argv[2], feed);
	command("pause");
	start_engine(feed);
	connect_venue();
	ok(until(tg_session(e, 1)->state == TG_SESSION_UP), "logged on");
	if (feed)	/* a feed without a snapshot over TCP has nothing to start from but what the request brings */
		command("step 1");
	ok(until(tg_instrument(e, 1)->state == TG_BOOK_LIVE), "the book is live");
	quiet();
	ok(same_book(0), "and the venue's");
	if (feed)
		over_udp();
	else
		over_tcp();
	printf("1..%u\n", tests);
	leave(0);
	return 0;
}
