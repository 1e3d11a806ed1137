// SPDX-License-Identifier: MIT
/*
 * The engine, as a library, against the test venue over a real connection: one dialect, from Logon to a lost connection and back. The two sides share no code,
 * so what one misunderstands the other refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "state.h"

#define SEC	1000000000ULL
#define PX(n)	((s64)(n) * TG_SCALE)

static struct tg_engine *e;
static struct tg_outbox ob;
static struct tg_in_venue venue = { .venue_id = 1, .heartbeat_s = 30, .flags = TG_VENUE_ORDERS | TG_VENUE_MD_TCP | TG_VENUE_RESET_ON_LOGON,
				    .logon_timeout_ms = 5000, .logout_timeout_ms = 2000, .name = "venue", .sender_comp_id = "GW", .target_comp_id = "VENUE" };
static const struct tg_venue_caps *caps;
static u64 seq, cancel_rejects, acks;
static int sock = -1, control = -1, port;
static u32 tests;

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (u64)ts.tv_sec * SEC + (u64)ts.tv_nsec;
}

static void ok(bool good, const char *what)
{
	printf("%sok %u - %s: %s\n", good ? "" : "not ", ++tests, caps->name, what);
	if (!good) {
		printf("# session %s: %s\n1..%u\n", tg_session_state_name(tg_session(e, 1)->state), tg_session(e, 1)->text, tests);
		exit(1);
	}
}

static enum tg_reason step(u16 type, u16 source, const void *payload, u32 len)
{
	struct tg_record r = { .seq = ++seq, .time_ns = now_ns(), .type = type, .source = source, .len = len };
	const struct tg_in_credentials none = { .venue_id = 1 };
	struct tg_in_credentials k = none;
	enum tg_reason why;
	const struct tg_out *o;
	bool asked = false;
	u32 pos = 0;

	ob.len = 0;
	why = tg_engine_step(e, &r, payload, &ob);
	while ((o = tg_outbox_next(&ob, &pos))) {
		const struct tg_pub_event *pub = tg_out_bytes(o);
		const struct tg_priv_event *priv = tg_out_bytes(o);

		if (o->type == TG_OUT_TCP && write(sock, tg_out_bytes(o), o->len) != (ssize_t)o->len)
			ok(false, "the socket takes a message whole");
		if (o->type == TG_OUT_PRIVATE && priv->type == TG_PRIV_CANCEL_REJECT)
			cancel_rejects++;
		if (o->type == TG_OUT_PRIVATE && priv->type == TG_PRIV_ORDER_ACK && priv->u.order.origin == TG_ORIGIN_VENUE)
			acks++;
		if (o->type == TG_OUT_PUBLIC && pub->type == TG_PUB_CREDENTIALS) {
			asked = true;
			k.msg_seq = pub->u.logon.msg_seq;
			k.sending_time_ns = pub->u.logon.sending_time_ns;
		}
	}
	if (asked) {	/* the form is what is judged here; signatures are in tools/venue/tests */
		strcpy(k.username, "user");
		strcpy(k.password, "password");
		strcpy(k.raw_data, "signature");
		strcpy(k.nonce, "1700000000000");
		step(TG_IN_CREDENTIALS, 0, &k, sizeof(k));
	}
	return why;
}

/* Until the condition holds, at most 5 s. */
#define until(cond)								\
	({									\
		u64 end_ = now_ns() + 5 * SEC;					\
										\
		while (!(cond) && now_ns() < end_)				\
			turn();							\
		(cond);								\
	})

static void turn(void)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	static u8 bytes[65536];
	ssize_t n;

	if (poll(&p, 1, 5) > 0) {
		n = read(sock, bytes, sizeof(bytes));
		if (n > 0) {
			step(TG_IN_TCP_RX, 1, bytes, (u32)n);
		} else {
			close(sock);
			sock = -1;
			step(TG_IN_TCP_DOWN, 1, NULL, 0);
		}
	}
	if (tg_engine_deadline_ns(e) <= now_ns())
		step(TG_IN_TIMER, 0, NULL, 0);
}

static void start(void)
{
	struct tg_in_engine p = { .epoch = 1, .max_venues = 1, .max_instruments = 1, .max_feeds = 1, .max_accounts = 1, .max_clients = 1, .max_permits = 1,
				  .max_orders = 16, .max_limits = 4, .book_levels = 64, .md_pending = 64, .exec_ids = 64, .rx_buffer_bytes = 65536 };
	struct tg_in_instrument in = { .instrument_id = 1, .venue_id = 1, .tick = TG_SCALE / 100, .lot = TG_SCALE / 1000, .symbol = "BTCUSDT" };
	struct tg_in_account a = { .account_id = 1, .name = "ACC1" };
	struct tg_in_permit pm = { .permit_id = 1, .account_id = 1, .uid = 1000, .flags = TG_PERMIT_TRADE | TG_PERMIT_MARKET };
	struct tg_in_limits l = { .max_order_qty = TG_PX_MAX, .max_order_notional = TG_PX_MAX, .max_position = TG_PX_MAX, .collar_bps = 0xffffffff,
				  .max_open_orders = 0xffffffff, .rate_per_s = 0xffffffff, .rate_burst = 0xffffffff };
	struct tg_in_client cl = { .uid = 1000, .name = "live" };
	struct tg_in_mode m = { .mode = TG_MODE_LEADER };
	u64 bytes;

	tg_engine_defaults(&p);
	bytes = tg_engine_size(&p);
	e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	ob.cap = tg_engine_outbox_bytes(&p) & ~7u;
	ob.buf = aligned_alloc(8, ob.cap);
	if (!e || !ob.buf || tg_engine_init(e, bytes, &p))
		exit(1);
	if (caps->md_level == TG_MD_L2)
		in.flags = TG_INSTRUMENT_SUBSCRIBE;
	if (caps->credentials)
		venue.flags |= TG_VENUE_CREDENTIALS;
	in.px_digits = 2;
	ok(!step(TG_IN_ENGINE, 0, &p, sizeof(p)) && !step(TG_IN_VENUE, 0, &venue, sizeof(venue)) && !step(TG_IN_INSTRUMENT, 0, &in, sizeof(in)) &&
	   !step(TG_IN_ACCOUNT, 0, &a, sizeof(a)) && !step(TG_IN_PERMIT, 0, &pm, sizeof(pm)), "records are taken");
	l.scope = TG_SCOPE_FIRM;
	step(TG_IN_LIMITS, 0, &l, sizeof(l));
	l.scope = TG_SCOPE_ACCOUNT;
	l.id = 1;
	step(TG_IN_LIMITS, 0, &l, sizeof(l));
	l.scope = TG_SCOPE_INSTRUMENT;
	step(TG_IN_LIMITS, 0, &l, sizeof(l));
	step(TG_IN_MODE, 0, &m, sizeof(m));
	step(TG_IN_CLIENT_OPEN, 1, &cl, sizeof(cl));
}

static void up(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (sock >= 0)
		close(sock);
	sock = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sock, (struct sockaddr *)&to, sizeof(to)))
		ok(false, "the venue is there");
	step(TG_IN_TCP_UP, 1, NULL, 0);
	ok(until(tg_session(e, 1)->state == TG_SESSION_UP), "logged on");
}

static void command(const char *line)
{
	char answer[256];
	ssize_t n;

	if (write(control, line, strlen(line)) < 0)
		ok(false, line);
	n = read(control, answer, sizeof(answer));
	ok(n > 1 && !memcmp(answer, "ok", 2), line);
}

static struct tg_submission new_order(s64 px, s64 qty)
{
	return (struct tg_submission){ .type = TG_SUB_NEW, .side = TG_SIDE_BUY, .ord_type = px ? TG_ORD_LIMIT : TG_ORD_MARKET, .account_id = 1,
				       .tif = px ? TG_TIF_GTC : TG_TIF_IOC, .px = px, .qty = qty, .instrument_id = 1, .user_ref = seq };
}

static const struct tg_order *last(void)
{
	return tg_order_find(e, tg_engine_last_order_id(e), 0);
}

static enum tg_reason submit(struct tg_submission s)
{
	return step(TG_IN_SUBMIT, 1, &s, sizeof(s));
}

static void orders(void)
{
	struct tg_submission s = new_order(PX(50000), PX(1)), change;
	u64 before;

	ok(!submit(s) && last()->status == TG_OS_PENDING_NEW, "an order leaves");
	ok(until(last()->status == TG_OS_NEW), "and is acknowledged");
	change = (struct tg_submission){ .type = TG_SUB_REPLACE, .order_id = last()->order_id, .px = PX(50001), .qty = PX(2) };
	if (caps->replace == TG_REPLACE_G) {
		ok(!submit(change), "a replace leaves");
		ok(until(last()->status == TG_OS_NEW && last()->px == PX(50001) && last()->qty == PX(2)), "and is taken");
	} else {
		ok(submit(change) == TG_REASON_UNSUPPORTED, "a replace is refused here");
	}
	change = (struct tg_submission){ .type = TG_SUB_CANCEL, .order_id = last()->order_id };
	ok(!submit(change), "a cancel leaves");
	ok(until(last()->status == TG_OS_CANCELED), "and is taken");
	s.flags = TG_SUB_POST_ONLY;
	ok(!submit(s) && until(last()->status == TG_OS_NEW), "post-only");
	change.order_id = last()->order_id;
	ok(!submit(change) && until(last()->status == TG_OS_CANCELED), "and cancelled");
	ok(!submit(new_order(0, TG_SCALE / 1000)) && until(last()->status == TG_OS_FILLED), "a market order is filled");
	ok(tg_engine_counters(e)[TG_CC_FILLS] >= 1 && last()->cum_qty == TG_SCALE / 1000, "its fill is booked");

	/* An order that the venue never saw cannot be cancelled: refused in the venue's own form. */
	command("silent on\n");
	ok(!submit(new_order(PX(50000), PX(1))), "an order goes astray");
	change.order_id = last()->order_id;
	for (before = now_ns(); now_ns() < before + SEC / 5;)
		turn();
	command("silent off\n");
	before = cancel_rejects;
	ok(!submit(change), "its cancel leaves");
	ok(until(cancel_rejects == before + 1) && last()->status == TG_OS_PENDING_NEW, "and is refused");
}

static void lost(void)
{
	struct tg_submission cancel = { .type = TG_SUB_CANCEL };

	ok(!submit(new_order(PX(50000), PX(1))) && until(last()->status == TG_OS_NEW), "another order");
	/* The replace or cancel in flight is lost with the connection. */
	command("silent work\n");
	cancel.order_id = last()->order_id;
	ok(!submit(cancel) && last()->status == TG_OS_PENDING_CANCEL, "its cancel is in flight");
	for (u64 t = now_ns(); now_ns() < t + SEC / 5;)
		turn();
	command("disconnect\n");
	ok(until(sock < 0) && last()->status == TG_OS_UNKNOWN, "when the connection goes");
	command("silent off\n");
	up();
	if (caps->status_request) {
		ok(until(last()->status == TG_OS_CANCELED), "the venue is asked, and says that it was taken");
	} else {
		ok(!submit(cancel), "the venue cannot be asked: cancelled again");
		ok(until(last()->req_type == 0), "it is refused, as there is nothing left to cancel");
		ok(last()->status == TG_OS_UNKNOWN || last()->status == TG_OS_NEW, "and the order stays open to a person's look");
	}
}

static void book(void)
{
	const struct tg_instrument *i = tg_instrument(e, 1);
	u64 had = tg_engine_counters(e)[TG_CC_MD_MESSAGES];

	if (caps->md_level != TG_MD_L2)
		return;
	ok(until(i->state == TG_BOOK_LIVE), "the book is live");
	ok(until(tg_engine_counters(e)[TG_CC_MD_MESSAGES] > had + 20), "and moves");
	ok(!tg_engine_counters(e)[TG_CC_MD_GAPS] && !tg_engine_counters(e)[TG_CC_BOOK_UNKNOWN_DELETE] && !tg_engine_counters(e)[TG_CC_FIX_REJECTED],
	   "without a gap, an unknown level or a bad field");
}

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	u16 d;

	if (argc != 5) {
		fprintf(stderr, "usage: live DIALECT VERSION PORT CONTROL\nThe engine against tg-venue; run by tests/conform/live.sh.\n");
		return 2;
	}
	for (d = 1; (caps = tg_venue_caps(d)) && strcmp(caps->name, argv[1]); d++)
		;
	if (!caps)
		return 2;
	venue.dialect = d;
	venue.fix_version = (u16)atoi(argv[2]);
	port = atoi(argv[3]);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argv[4]);
	control = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(control, (struct sockaddr *)&at, sizeof(at)))
		return 1;
	start();
	up();
	ok(until(tg_client(e, 1) && tg_engine_deadline_ns(e) > now_ns()), "the client is attached");
	book();
	orders();
	lost();
	book();
	ok(!tg_engine_counters(e)[TG_CC_FIX_REJECTED] && !tg_engine_counters(e)[TG_CC_FIX_GARBLED] && !tg_engine_counters(e)[TG_CC_ORDERS_SUSPECT],
	   "nothing was rejected, garbled or suspect");
	printf("1..%u\n", tests);
	return 0;
}
