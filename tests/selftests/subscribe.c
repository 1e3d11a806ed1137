// SPDX-License-Identifier: MIT
/*
 * TG_IOC_SUBSCRIBE: a sleeper is woken for what it asked for and for nothing else; the events are in
 * the ring all the same; whoever has not subscribed is woken as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <tickgate.h>
#include "fake_venue.h"
#include "gateway.h"
#include "ktap.h"

static struct gnl n;
static struct fake_venue venue;
/* last update id of instruments 1 and 2; snapshots say 100 */
static unsigned long long chain[2] = { 100, 100 };
static int levels;

static int io(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static void negative(void)
{
	struct tg_ioc_attach a = { .size = sizeof(a),
				   .abi_version = TG_ABI_VERSION,
				   .abi_hash = TG_ABI_HASH,
				   .name = "subscribe" };
	struct tg_ioc_subscribe good = { .size = sizeof(good),
					 .instrument_id = 1,
					 .flags = TG_SUBSCRIBE_LEVELS }, s;
	int fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC), k;

	s = good;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -ENOTCONN, "SUBSCRIBE before ATTACH");
	ktap_is(io(fd, TG_IOC_ATTACH, &a), 0, "a client");
	s.size--;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -EINVAL, "SUBSCRIBE: size");
	for (k = 5; k < 32; k++) {
		s = good;
		s.flags |= 1u << k;
		if (io(fd, TG_IOC_SUBSCRIBE, &s) != -EINVAL)
			break;
	}
	ktap_is(k, 32, "SUBSCRIBE: every unknown flag is refused");
	for (k = 0; k < 4; k++) {
		s = good;
		s.reserved[k] = 1;
		ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -EINVAL, "SUBSCRIBE: reserved[%d]", k);
	}
	s = good;
	s.depth = 65536;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -EINVAL, "SUBSCRIBE: a depth that no book has");
	s = good;
	s.flags = TG_SUBSCRIBE_TRADES;
	s.depth = 1;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -EINVAL, "SUBSCRIBE: depth without levels");
	s = good;
	s.instrument_id = 4;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -ENOENT, "SUBSCRIBE: an instrument that is not defined");
	s.instrument_id = MAX_INSTRUMENTS + 1;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -ENOENT, "SUBSCRIBE: one above the capacity");
	s.instrument_id = ~0u;
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, &s), -ENOENT, "SUBSCRIBE: instrument ~0");
	ktap_is(io(fd, TG_IOC_SUBSCRIBE, (void *)16), -EFAULT, "SUBSCRIBE: bad pointer");
	for (k = 0; k < 100; k++) {
		s = good;
		s.flags = k & 31;
		s.instrument_id = k & 3;
		if (io(fd, TG_IOC_SUBSCRIBE, &s))
			break;
	}
	ktap_is(k, 100, "SUBSCRIBE a hundred times");
	close(fd);
}

static void on_level(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	levels += ev->id != 0;
}

static const struct tg_callbacks cb = { .on_level = on_level };

static struct tg_handle *attach(void)
{
	struct tg_handle *h;

	if (tg_open(&h, NULL) || tg_attach(h, NULL, &cb, NULL))
		ktap_bail("attach failed");
	while (!tg_ready(h))
		if (!tg_poll(h, 64))
			tg_wait(h, 100);
	return h;
}

static void drain(struct tg_handle *h)
{
	while (tg_poll(h, 256) > 0)
		;
}

/* All quiet: nothing that came before is still to wake. */
static void settle(struct tg_handle *h)
{
	do
		drain(h);
	while (tg_wait(h, 30) > 0);
}

/* One bid of an instrument. */
static void level(int instrument, const char *px, const char *qty)
{
	unsigned long long id = ++chain[instrument - 1];
	char body[200];

	snprintf(body, sizeof(body), "268=1|279=1|269=0|55=%s|270=%s|271=%s|25043=%llu|25044=%llu|",
		 instrument == 1 ? "TESTUSD" : "OTHERUSD", px, qty, id, id);
	fake_venue_say(&venue, "X", body);
}

/* Sends one level and tells whether h was woken within a short time; reads it all then. */
static bool wakes(struct tg_handle *h, int instrument, const char *px, const char *qty)
{
	int before = levels, i;
	bool woken;

	level(instrument, px, qty);
	woken = tg_wait(h, 150) > 0;
	for (i = 0; i < 100 && levels == before; i++) {
		sleep_ms(5);
		drain(h);
	}
	if (levels == before)
		ktap_ok(false, "the level %s of instrument %d came", px, instrument);
	drain(h);
	return woken;
}

static void wake(void)
{
	struct tg_handle *h = attach(), *all = attach();
	struct pollfd p = { .events = POLLIN };
	__u64 heads[2];

	ktap_is(tg_subscribe(h, 1, TG_SUBSCRIBE_LEVELS, 1), 0, "levels of instrument 1, top only");
	settle(h);
	settle(all);
	ktap_ok(wakes(h, 1, "100.00", "1"), "a better bid wakes");
	settle(h);
	ktap_ok(!wakes(h, 1, "99.00", "1"), "one further down does not");
	settle(h);
	ktap_ok(wakes(h, 1, "100.00", "0"), "the best one gone wakes");
	settle(h);
	p.fd = tg_fd(all);
	ktap_ok(poll(&p, 1, 1000) == 1, "and whoever has not subscribed");
	settle(all);
	if (read(tg_fd(all), heads, sizeof(heads)) != sizeof(heads))
		ktap_bail("read");
	ktap_is(poll(&p, 1, 0), 0, "nothing wakes without news");
	ktap_ok(!wakes(h, 2, "99.995", "1"), "a level of instrument 2 does not wake a subscriber of 1");
	ktap_ok(poll(&p, 1, 1000) == 1, "but whoever has not subscribed");
	ktap_is(tg_subscribe(h, 2, TG_SUBSCRIBE_LEVELS, 0), 0, "instrument 2 too, any depth");
	settle(h);
	ktap_ok(wakes(h, 2, "50.00", "1"), "now it does");
	ktap_is(tg_subscribe(h, 1, 0, 0), 0, "instrument 1 no more");
	settle(h);
	ktap_ok(!wakes(h, 1, "100.00", "2"), "and its best bid does not wake");
	gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, false);
	ktap_is(tg_wait(h, 1000), 1, "a kill wakes whatever was asked for");
	gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, true);
	ktap_is(tg_subscribe(h, 0, TG_SUBSCRIBE_LEVELS, 0), 0, "levels of all");
	settle(h);
	ktap_ok(wakes(h, 1, "100.00", "3"), "then any wakes");
	settle(all);
	tg_close(h);
	tg_close(all);
}

int main(int argc, char **argv)
{
	int fd;

	ktap_usage(argc, argv, "subscriptions: who is woken for what");
	ktap_begin();
	gw_need(&n);
	gw_start(&n);
	negative();
	if (fake_venue_start(&venue))
		ktap_bail("no venue");
	fd = fake_venue_dial(&venue);
	ktap_is(gw_connect(&n, fd), 0, "connected");
	close(fd);
	ktap_ok(gw_wait_book_live(&n, 1) && gw_wait_book_live(&n, 2), "books are live");
	wake();
	gw_stop(&n, true);
	fake_venue_stop(&venue);
	return ktap_end();
}
