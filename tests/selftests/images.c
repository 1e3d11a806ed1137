// SPDX-License-Identifier: MIT
/*
 * A client publishes two books of one product; another one sees them: levels, images, the product
 * with fees counted, the sequence of a lapped reader's copy. What is not permitted or not in order is
 * refused, and a publisher that goes leaves STALE books.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tickgate.h>
#include "gateway.h"
#include "ktap.h"

#define CHEAP	4u	/* no fee */
#define DEAR	5u	/* 10 bps */
#define BPS	10000	/* e8 of 1 bps */

static struct gnl n;

struct seen {
	int ends, refused, product_tops, trades;
	__u32 reason;
	struct tg_pub_event product_top;
	struct tg_handle *h;
	struct tg_book_copy copy;
	int copy_errors;
};

static void on_end(void *user, const struct tg_priv_event *ev)
{
	(void)ev;
	((struct seen *)user)->ends++;
}

static void on_ack(void *user, const struct tg_priv_event *ev)
{
	struct seen *s = user;

	s->refused += ev->u.order.reason != TG_REASON_OK;
	s->reason = ev->u.order.reason;
}

static void on_product_top(void *user, const struct tg_pub_event *ev)
{
	struct seen *s = user;

	s->product_tops++;
	s->product_top = *ev;
}

static void on_trade(void *user, const struct tg_pub_event *ev)
{
	(void)ev;
	((struct seen *)user)->trades++;
}

static void on_book(void *user, const struct tg_pub_event *ev)
{
	struct seen *s = user;

	if (s->copy.instrument_id && tg_copy_event(s->h, &s->copy, ev) < 0)
		s->copy_errors++;
}

static const struct tg_callbacks cb = {
	.on_download_end = on_end,
	.on_order_ack = on_ack,
	.on_product_top = on_product_top,
	.on_trade = on_trade,
	.on_level = on_book,
	.on_book_state = on_book,
};

static void drain(struct tg_handle *h)
{
	int quiet = 0;

	while (quiet < 3) {
		if (tg_poll(h, 256) > 0) {
			quiet = 0;
			continue;
		}
		quiet++;
		sleep_ms(10);
	}
}

static struct tg_handle *attach(struct seen *s, const char *name)
{
	struct tg_attach_options o = { .name = name, .submission_slots = 1024 };

	memset(s, 0, sizeof(*s));
	if (tg_open(&s->h, NULL) || tg_attach(s->h, &o, &cb, s))
		ktap_bail("attach failed");
	drain(s->h);
	if (!s->ends)
		ktap_bail("no download");
	return s->h;
}

static void configure(void)
{
	struct tg_in_product product = { .product_id = 1, .name = "THING" };
	struct tg_in_permit permit = { .permit_id = 3, .account_id = 1, .flags = TG_PERMIT_PUBLISH };
	__u32 id, reason;

	ktap_is(gw_input(&n, TG_IN_PRODUCT, &product, sizeof(product), NULL), 0, "a product");
	for (id = CHEAP; id <= DEAR; id++) {
		struct tg_in_instrument d = {
			.instrument_id = id,
			.venue_id = 1,
			.flags = TG_INSTRUMENT_PUBLISHED,
			.tick = CENT,
			.lot = TG_SCALE / 1000,
			.product_id = 1,
			.taker_fee_e8 = id == DEAR ? 10 * BPS : 0,
		};

		strcpy(d.symbol, id == CHEAP ? "CHEAP" : "DEAR");
		ktap_is(gw_input(&n, TG_IN_INSTRUMENT, &d, sizeof(d), &reason), 0,
			"a published instrument of it");
	}
	ktap_is(gw_input(&n, TG_IN_PERMIT, &permit, sizeof(permit), NULL), 0,
		"root may publish");
}

static void put(struct tg_handle *h, __u32 id, __u64 update, enum tg_book_side side, __s64 px,
		__s64 qty)
{
	struct tg_publish u = { .instrument_id = id, .update_id = update };

	while (tg_publish_level(h, &u, side, px, qty) == TG_REASON_FULL)
		sleep_ms(1);
}

static void end(struct tg_handle *h, __u32 id, __u64 update)
{
	struct tg_publish u = { .instrument_id = id, .update_id = update };

	while (tg_publish_end(h, &u) == TG_REASON_FULL)
		sleep_ms(1);
}

static void snapshot(struct tg_handle *h, __u32 id, __u64 update, __s64 bid, __s64 ask)
{
	struct tg_publish u = { .instrument_id = id, .update_id = update };

	tg_publish_clear(h, &u);
	put(h, id, update, TG_BID, bid, E8(1));
	put(h, id, update, TG_BID, bid - CENT, E8(2));
	put(h, id, update, TG_ASK, ask, E8(3));
	end(h, id, update);
}

static void refused(struct seen *p)
{
	struct tg_publish u = { .instrument_id = CHEAP, .update_id = 1 };

	put(p->h, CHEAP, 1, TG_BID, E8(100), E8(1));
	drain(p->h);
	ktap_ok(p->refused == 1 && p->reason == TG_REASON_NOT_READY, "a level before any snapshot");
	u.instrument_id = 1;
	tg_publish_clear(p->h, &u);
	drain(p->h);
	ktap_ok(p->refused == 2 && p->reason == TG_REASON_BAD_INSTRUMENT,
		"a book that the venue has, not a publisher");
}

/* A book has one publisher at a time. */
static int clear_by(struct tg_handle *h)
{
	struct tg_publish u = { .instrument_id = CHEAP, .update_id = 1 };
	struct tg_submission s = { .type = TG_SUB_BOOK,
				   .flags = TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_NONE,
				   .instrument_id = u.instrument_id,
				   .user_ref = u.update_id };

	return tg_submit_ioctl(h, &s, NULL);
}

static void books(struct seen *p, struct seen *r)
{
	struct tg_product_image i;
	struct tg_book_image b;

	snapshot(p->h, CHEAP, 10, E8(100), E8(101));
	drain(p->h);
	drain(r->h);
	ktap_ok(!tg_book(r->h, CHEAP, &b) && b.state == TG_BOOK_LIVE && b.bid_levels == 2 &&
			b.bid[0].px == E8(100) && b.ask[0].px == E8(101) && b.ask[0].qty == E8(3),
		"the published book is in its image");
	ktap_ok(!tg_product(r->h, 1, &i) && i.instruments == 2 && i.live == 1 &&
			i.bid_levels == 2 && i.bid[0].px == E8(100),
		"the product has the one that is live");
	/* a better raw price that costs more: 10 bps of 100.05 is about 0.10 */
	snapshot(p->h, DEAR, 7, E8(100) + 5 * CENT, E8(101));
	drain(p->h);
	drain(r->h);
	ktap_ok(!tg_product(r->h, 1, &i) && i.live == 2 && i.bid_levels == 4, "then both");
	ktap_ok(i.bid[0].instrument_id == CHEAP && i.bid[0].px == E8(100),
		"the dearer venue's better price is not the better one");
	ktap_ok(i.ask[0].instrument_id == CHEAP && i.ask[0].cost_px == E8(101) &&
			i.ask[1].cost_px > E8(101),
		"nor the same price there");
	put(p->h, CHEAP, 11, TG_BID, E8(100), 0);
	put(p->h, CHEAP, 11, TG_BID, E8(100) - CENT, 0);
	end(p->h, CHEAP, 11);
	r->product_tops = 0;
	drain(p->h);
	drain(r->h);
	ktap_ok(r->product_tops == 1 && r->product_top.id == 1 &&
			r->product_top.u.product_top.bid_instrument == DEAR &&
			r->product_top.u.product_top.bid_px == E8(100) + 5 * CENT,
		"the best of the product changed: told once");
	ktap_is(p->refused, 2, "and nothing was refused");
	ktap_ok(tg_product(r->h, 2, &i) == -ENOENT && tg_product(r->h, 0, &i) == -ENOENT,
		"no such product");
}

/* Only the best of the product wakes; levels do not. */
static void wakes(struct seen *p, struct seen *r)
{
	ktap_is(tg_subscribe(r->h, CHEAP, TG_SUBSCRIBE_PRODUCT, 0), 0, "the product of instrument 4");
	do
		drain(r->h);
	while (tg_wait(r->h, 30) > 0);
	put(p->h, DEAR, 8, TG_BID, E8(90), E8(1));
	end(p->h, DEAR, 8);
	ktap_is(tg_wait(r->h, 150), 0, "a level deep in one of its books does not wake");
	put(p->h, DEAR, 9, TG_BID, E8(100) + 6 * CENT, E8(1));
	end(p->h, DEAR, 9);
	ktap_is(tg_wait(r->h, 2000), 1, "a new best of the product does");
	drain(r->h);
}

/* More events than the ring has, while nobody reads: the copy is right again by itself. */
static void lapped(struct seen *p, struct seen *r)
{
	struct tg_book_image b;
	__u64 update = 100;
	int k, side;
	bool same = true;

	ktap_is(tg_copy_begin(r->h, CHEAP, &r->copy), 0, "a copy of a book");
	for (k = 0; k < 3000; k++, update++) {
		put(p->h, CHEAP, update, k & 1 ? TG_BID : TG_ASK,
		    k & 1 ? E8(90) + k % 20 * CENT : E8(101) + k % 20 * CENT, E8(1 + k % 7));
		end(p->h, CHEAP, update);
		if (!(k % 64))
			while (tg_poll(p->h, 256) > 0)
				;
	}
	drain(p->h);
	drain(r->h);
	ktap_ok(tg_slow_count(r->h) >= 1 && r->ends >= 2, "the reader was lapped and told");
	put(p->h, CHEAP, update, TG_ASK, E8(101), E8(9));
	end(p->h, CHEAP, update);
	drain(p->h);
	drain(r->h);
	if (tg_book(r->h, CHEAP, &b))
		ktap_bail("no image");
	for (side = 0; side < 2; side++) {
		const struct tg_level *l = side == TG_BID ? b.bid : b.ask;
		__u32 have = r->copy.side[side].levels;

		same &= have >= 8 && !memcmp(l, r->copy.side[side].level,
					     (have < TG_IMAGE_LEVELS ? have : TG_IMAGE_LEVELS) *
						     sizeof(*l));
	}
	ktap_ok(same && !r->copy_errors && r->copy.state == TG_BOOK_LIVE,
		"its copy equals the image (%u and %u levels)", r->copy.side[0].levels,
		r->copy.side[1].levels);
	ktap_is(p->refused, 2, "nothing was refused meanwhile");
}

static void goes(struct seen *p, struct seen *r)
{
	struct tg_product_image i;
	struct tg_book_image b;

	tg_close(p->h);
	drain(r->h);
	ktap_ok(!tg_book(r->h, CHEAP, &b) && b.state != TG_BOOK_LIVE,
		"without its publisher a book is not live");
	ktap_ok(!tg_product(r->h, 1, &i) && i.live == 0 && i.bid_levels == 0,
		"and not in the product");
}

static void maps(void)
{
	struct tg_handle *h;
	static const struct tg_callbacks none;
	void *m;

	if (tg_open(&h, NULL) || tg_attach(h, NULL, &none, NULL))
		ktap_bail("attach failed");
	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, tg_fd(h), (off_t)TG_MMAP_PRODUCTS);
	ktap_ok(m == MAP_FAILED && errno == EPERM, "products, writable");
	m = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, tg_fd(h), (off_t)TG_MMAP_PRODUCTS);
	ktap_ok(m == MAP_FAILED && errno == EPERM, "products, executable");
	m = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, tg_fd(h), (off_t)TG_MMAP_PRODUCTS);
	ktap_ok(m == MAP_FAILED && errno == EINVAL, "products, private");
	m = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, tg_fd(h), (off_t)TG_MMAP_PRODUCTS);
	ktap_ok(m == MAP_FAILED && errno == EINVAL, "products, more than there is");
	tg_close(h);
}

int main(int argc, char **argv)
{
	struct seen p, r, x;
	struct tg_in_engine params;
	struct tg_nl_host host;

	ktap_usage(argc, argv, "published books, product images, copies of books");
	ktap_begin();
	gw_need(&n);
	gw_params(&params, &host);
	params.max_products = 1;
	if (gw_start_with(&n, &params, &host))
		ktap_bail("start: %s", n.text);
	gw_configure(&n);
	configure();
	attach(&p, "publisher");
	attach(&r, "reader");
	refused(&p);
	books(&p, &r);
	ktap_is(clear_by(attach(&x, "second")), TG_REASON_DUPLICATE_ID,
		"a second publisher of the same book");
	tg_close(x.h);
	wakes(&p, &r);
	lapped(&p, &r);
	maps();
	goes(&p, &r);
	tg_close(r.h);
	ktap_is(gw_stop(&n, false), 0, "stopped");
	return ktap_end();
}
