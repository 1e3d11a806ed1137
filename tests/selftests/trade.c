// SPDX-License-Identifier: MIT
/*
 * Orders through the module against a FIX acceptor in this program: both submission ways, fill,
 * kill switch, a client that dies.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tickgate.h>
#include "fake_venue.h"
#include "gateway.h"
#include "ktap.h"

static struct gnl n;
static struct fake_venue venue;

struct trader {
	struct tg_handle *h;
	int ends, gateway_acks, venue_acks, updates, fills, positions, rejects, kills;
	struct tg_priv_event ack, update, fill, position;
};

static void on_end(void *user, const struct tg_priv_event *ev)
{
	(void)ev;
	((struct trader *)user)->ends++;
}

static void on_ack(void *user, const struct tg_priv_event *ev)
{
	struct trader *t = user;

	if (ev->u.order.origin == TG_ORIGIN_VENUE) {
		t->venue_acks++;
		return;
	}
	t->gateway_acks++;
	t->ack = *ev;
}

static void on_update(void *user, const struct tg_priv_event *ev)
{
	struct trader *t = user;

	t->updates++;
	t->update = *ev;
}

static void on_fill(void *user, const struct tg_priv_event *ev)
{
	struct trader *t = user;

	t->fills++;
	t->fill = *ev;
}

static void on_position(void *user, const struct tg_priv_event *ev)
{
	struct trader *t = user;

	t->positions++;
	t->position = *ev;
}

static void on_kill(void *user, const struct tg_pub_event *ev)
{
	(void)ev;
	((struct trader *)user)->kills++;
}

static const struct tg_callbacks cb = {
	.on_download_end = on_end,
	.on_order_ack = on_ack,
	.on_order_update = on_update,
	.on_fill = on_fill,
	.on_position = on_position,
	.on_kill = on_kill,
};

static void attach(struct trader *t, __u32 flags)
{
	struct tg_attach_options o = { .name = "trader", .flags = flags };
	int err;

	memset(t, 0, sizeof(*t));
	err = tg_open(&t->h, NULL);
	if (err)
		ktap_bail("open: %s", strerror(-err));
	if (tg_attach(t->h, &o, &cb, t))
		ktap_bail("attach: %s", tg_error(t->h));
}

static bool until(struct trader *t, const int *field, int want)
{
	__u64 end = deadline_ms(5000);

	while (*field < want && now_ms() < end)
		if (!tg_poll(t->h, 64))
			tg_wait(t->h, 20);
	return *field >= want;
}

static bool until_status(struct trader *t, __u64 order_id, enum tg_ord_status want)
{
	__u64 end = deadline_ms(5000);

	while (now_ms() < end) {
		if (t->update.u.order.order_id == order_id && t->update.u.order.status == want)
			return true;
		if (!tg_poll(t->h, 1))
			tg_wait(t->h, 20);
	}
	ktap_note("order is %s, not %s", tg_strstatus(t->update.u.order.status),
		  tg_strstatus(want));
	return false;
}

static struct tg_submission order(__s64 px, __u64 ref)
{
	return tg_submission_new(1, 1, TG_SIDE_BUY, px, E8(1), ref);
}

static void not_connected(void)
{
	struct tg_submission s = order(E8(100), 1);
	struct trader t;

	attach(&t, 0);
	until(&t, &t.ends, 1);
	ktap_is(tg_submit_ioctl(t.h, &s, NULL), TG_REASON_SESSION_DOWN,
		"an order without a session: SESSION_DOWN");
	tg_close(t.h);
}

static void go_up(void)
{
	int fd = fake_venue_dial(&venue), err;

	if (fd < 0)
		ktap_bail("the test's venue cannot be reached: %s", strerror(-fd));
	err = gw_connect(&n, fd);
	ktap_is(err, 0, "CONNECT (%s)", n.text);
	close(fd);
	ktap_ok(gw_wait_session(&n, TG_SESSION_UP),
		"the session is up, on the module's own reference");
	ktap_ok(gw_wait_book_live(&n, 1), "the book is live");
	fd = fake_venue_dial(&venue);
	err = gw_connect(&n, fd);
	ktap_ok(err == -EBUSY || err == -EISCONN, "CONNECT of a venue that is connected (%s)",
		strerror(-err));
	close(fd);
}

static void by_ring_and_ioctl(void)
{
	struct tg_submission s = order(E8(99), 7), c;
	struct tg_book_image b;
	struct trader t;
	__u64 id = 0;

	attach(&t, TG_CLIENT_AUTO_CANCEL);
	until(&t, &t.ends, 1);
	ktap_ok(!tg_book(t.h, 1, &b) && b.state == TG_BOOK_LIVE && b.bid[0].px == 9999 * CENT &&
			b.ask[0].qty == E8(5),
		"the book image has the venue's levels");
	ktap_is(tg_submit(t.h, &s), 0, "an order by ring");
	ktap_ok(until(&t, &t.gateway_acks, 1) && !t.ack.u.order.reason &&
			t.ack.u.order.user_ref == 7,
		"the gateway's verdict: %s", tg_strreason(t.ack.u.order.reason));
	id = t.ack.u.order.order_id;
	ktap_ok(until(&t, &t.venue_acks, 1), "the venue's acknowledgement");
	ktap_ok(until_status(&t, id, TG_OS_NEW), "the order is NEW");
	c = tg_submission_cancel(id, 7);
	ktap_is(tg_submit(t.h, &c), 0, "its cancel");
	ktap_ok(until_status(&t, id, TG_OS_CANCELED), "the order is CANCELED");

	s.user_ref = 8;
	ktap_is(tg_submit_ioctl(t.h, &s, &id), TG_REASON_OK, "an order by ioctl");
	ktap_ok(id && until_status(&t, id, TG_OS_NEW), "its id comes back at once; it is NEW");
	c = tg_submission_replace(id, E8(98), E8(2), 8);
	ktap_is(tg_submit_ioctl(t.h, &c, NULL), TG_REASON_OK, "its replace");
	ktap_ok(until_status(&t, id, TG_OS_NEW) || until_status(&t, id, TG_OS_NEW),
		"it is NEW again");
	c = tg_submission_cancel(id, 8);
	while (tg_submit_ioctl(t.h, &c, NULL) == TG_REASON_ORDER_STATE)
		sleep_ms(5);	/* the venue's word on the replace is on its way */
	ktap_ok(until_status(&t, id, TG_OS_CANCELED), "and is cancelled");
	ktap_ok(t.update.u.order.px == E8(98) && t.update.u.order.qty == E8(2),
		"as it was replaced");

	venue.fill = true;
	s.user_ref = 9;
	ktap_is(tg_submit(t.h, &s), 0, "an order that is filled");
	ktap_ok(until(&t, &t.fills, 1) && t.fill.u.order.last_qty == E8(1) &&
			t.fill.u.order.last_px == E8(99),
		"the fill");
	ktap_ok(until(&t, &t.positions, 1) && t.position.u.position.qty == E8(1), "the position");
	venue.fill = false;
	tg_close(t.h);
}

static void killed(void)
{
	struct tg_submission s = order(E8(99), 20);
	struct trader t;

	attach(&t, 0);
	until(&t, &t.ends, 1);
	ktap_is(gw_kill(&n, TG_SCOPE_FIRM, 0, false), 0, "the kill switch");
	ktap_is(tg_submit_ioctl(t.h, &s, NULL), TG_REASON_KILLED, "the very next order is refused");
	ktap_ok(until(&t, &t.kills, 1), "clients are told");
	ktap_is(gw_kill(&n, TG_SCOPE_FIRM, 0, true), 0, "resume");
	ktap_is(tg_submit_ioctl(t.h, &s, NULL), TG_REASON_OK, "orders pass again");
	s = (struct tg_submission){ .type = TG_SUB_CANCEL_ALL };
	ktap_is(tg_submit_ioctl(t.h, &s, NULL), TG_REASON_OK, "cancel all");
	sleep_ms(50);
	tg_close(t.h);
}

static bool wait_working(__u32 want)
{
	__u64 end = deadline_ms(5000);
	struct tg_nl_status st;

	do {
		if (gw_status(&n, &st))
			return false;
		if (st.working_orders == want && (want || !st.clients))
			return true;
		sleep_ms(5);
	} while (now_ms() < end);
	ktap_note("%u working orders, %u clients", st.working_orders, st.clients);
	return false;
}

/* A client with three working orders that dies by SIGKILL, between two instructions of its own. */
static void dies(bool auto_cancel)
{
	int to_parent[2], cancels = venue.cancels, status, i;
	struct tg_nl_status st;
	struct trader t;
	char byte;
	pid_t pid;

	if (pipe(to_parent))
		ktap_bail("pipe");
	pid = fork();
	if (!pid) {
		attach(&t, auto_cancel ? TG_CLIENT_AUTO_CANCEL : 0);
		until(&t, &t.ends, 1);
		for (i = 0; i < 3; i++) {
			struct tg_submission s = order(E8(90 + i), 30);

			tg_submit(t.h, &s);
		}
		until(&t, &t.venue_acks, 3);
		if (write(to_parent[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			tg_poll(t.h, 1);
	}
	close(to_parent[1]);
	ktap_ok(read(to_parent[0], &byte, 1) == 1 && wait_working(3),
		"a client with three working orders");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (auto_cancel) {
		ktap_ok(wait_working(0), "is killed: its orders are cancelled");
		ktap_is(venue.cancels - cancels, 3, "by a cancel for each");
		ktap_ok(gw_core_counter(&n, TG_CC_AUTO_CANCELS) >= 3, "and counted");
	} else {
		sleep_ms(100);
		ktap_ok(!gw_status(&n, &st) && st.working_orders == 3 && !st.clients,
			"is killed: without AUTO_CANCEL its orders stay");
		ktap_is(venue.cancels - cancels, 0, "no cancel was sent");
	}
	close(to_parent[0]);
}

static int order_as_nobody(void *arg)
{
	struct trader *t = arg;
	struct tg_submission s = order(E8(99), 40);
	int r = tg_submit_ioctl(t->h, &s, NULL);

	return r;
}

/* Whoever opened the file is the client, whoever holds it. */
static void credentials(void)
{
	struct tg_submission s;
	struct trader t;

	attach(&t, TG_CLIENT_AUTO_CANCEL);
	until(&t, &t.ends, 1);
	ktap_is(as_nobody(order_as_nobody, &t), TG_REASON_OK,
		"an order through a descriptor that root opened");
	s = (struct tg_submission){ .type = TG_SUB_CANCEL_ALL };
	tg_submit_ioctl(t.h, &s, NULL);
	sleep_ms(50);
	tg_close(t.h);
	attach(&t, TG_CLIENT_READ_ONLY);
	until(&t, &t.ends, 1);
	s = order(E8(99), 41);
	ktap_is(tg_submit_ioctl(t.h, &s, NULL), TG_REASON_NOT_PERMITTED,
		"a READ_ONLY client may not trade");
	tg_close(t.h);
}

static void goes_down(void)
{
	struct gnl_msg m;
	__u16 id = 1;

	gnl_begin(&m, TG_CMD_DISCONNECT);
	gnl_put(&m, TG_A_VENUE, &id, sizeof(id));
	ktap_is(gnl_call(&n, &m), 0, "DISCONNECT");
	ktap_ok(gw_wait_session(&n, TG_SESSION_DOWN), "the session is down");
	ktap_is(gnl_call(&n, &m), -ENOTCONN, "DISCONNECT twice");
}

int main(int argc, char **argv)
{
	int err;

	ktap_usage(argc, argv, "orders against a FIX acceptor in the test");
	signal(SIGPIPE, SIG_IGN);
	ktap_begin();
	gw_need(&n);
	err = fake_venue_start(&venue);
	if (err)
		ktap_bail("the test's venue cannot listen: %s", strerror(-err));
	gw_start(&n);
	not_connected();
	go_up();
	by_ring_and_ioctl();
	killed();
	dies(true);
	credentials();
	dies(false);
	goes_down();
	ktap_is(venue.bad, 0, "the venue understood every message");
	ktap_is(gw_stop(&n, false), 0, "no client is left behind");
	fake_venue_stop(&venue);
	return ktap_end();
}
