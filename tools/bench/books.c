// SPDX-License-Identifier: MIT
/*
 * Books behind the facade: the consolidated book of four venues, an update to what is published;
 * and one book in which orders of ours rest at a level that is not touched.
 */
#include "bench.h"
#include "mdkit.h"

enum { VENUES = 4, LEVELS = 512, OWN = 4, CHECKED = 60000 };

static const s32 fee[VENUES] = { 200000, 260000, 250000, 190000 };

struct books { struct wl_l2 w; struct kit *k; struct tg_instrument *i[VENUES + 1]; s64 sink; };

static void must(enum tg_reason why)
{
	if (why) {
		fprintf(stderr, "tg-bench: set-up of books: %s\n", tg_reason_name(why));
		exit(1);
	}
}

static struct kit *rig(void)
{
	struct tg_in_engine p = { .max_instruments = VENUES + 1,
				  .max_venues = 1,
				  .max_feeds = 2,
				  .max_accounts = 1,
				  .max_clients = 1,
				  .max_orders = 16,
				  .max_limits = 16,
				  .exec_ids = 64,
				  .rx_buffer_bytes = 1u << 16,
				  .book_levels = LEVELS,
				  .md_pending = 16,
				  .max_products = 1 };
	struct tg_in_product product = { .product_id = 1, .name = "BTC" };
	struct kit *k = kit_new_params(&p, 0);
	u32 v;

	must(kit_step(k, TG_IN_PRODUCT, 0, &product, sizeof(product)));
	for (v = 0; v <= VENUES; v++) {
		struct tg_in_instrument i = { .instrument_id = v + 1,
					      .venue_id = KIT_VENUE,
					      .tick = 1,
					      .lot = 1,
					      .product_id = v < VENUES,
					      .taker_fee_e8 = v < VENUES ? fee[v] : 0 };

		snprintf(i.symbol, sizeof(i.symbol), "SYM%u", v);
		must(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)));
	}
	return k;
}

/* ---- four venues ---- */

static inline __attribute__((always_inline)) void update(struct books *c, u64 n)
{
	const struct wl_update *u = &c->w.u[n];
	struct tg_instrument *i = c->i[n % VENUES];

	c->k->e->seq++;		/* a record of its own: its notes too */
	c->k->ob.len = 0;
	tg_book_set(c->k->e, i, (u8)u->side, u->px, (s64)u->qty, &c->k->ob);
	tg_book_settled(c->k->e, i, &c->k->ob);
}

static void cons_reset(void *ctx)
{
	struct books *c = ctx;
	u64 n;
	u32 v;

	for (v = 0; v < VENUES; v++) {
		tg_book_clear(c->k->e, c->i[v]);
		c->i[v]->state = TG_BOOK_LIVE;
		tg_book_state(c->k->e, c->i[v], TG_BOOK_EMPTY, &c->k->ob);
		c->k->ob.len = 0;
	}
	for (n = 0; n < c->w.warm; n++)
		update(c, n);
}

static void cons_pass(void *ctx, u32 ops)
{
	struct books *c = ctx;
	u64 n;

	for (n = c->w.warm; n < c->w.warm + ops; n++)
		update(c, n);
}

/* Every price of every venue, looked at one by one; costs by long division. */
struct totals { s64 *qty[VENUES][2]; s32 low, high; };

static s64 best_of(const struct totals *t, u32 side, u32 *venue)
{
	s64 best = TG_PX_NONE;
	__int128 best_cost = 0;
	u32 v;

	for (v = 0; v < VENUES; v++) {
		s32 px = side == TG_BID ? t->high : t->low, step = side == TG_BID ? -1 : 1;
		__int128 part, cost;

		while (px >= t->low && px <= t->high && !t->qty[v][side][px - t->low])
			px += step;
		if (px < t->low || px > t->high)
			continue;
		part = ((__int128)px * fee[v] + TG_SCALE - 1) / TG_SCALE;
		cost = side == TG_BID ? -(px - part) : px + part;
		if (best == TG_PX_NONE || cost < best_cost) {
			best = px;
			best_cost = cost;
			*venue = v;
		}
	}
	return best;
}

static const char *cons_verify(void *ctx)
{
	struct books *c = ctx;
	struct totals t = { .low = 0x7fffffff };
	const char *wrong = NULL;
	u32 v, side;
	u64 n;

	for (n = 0; n < CHECKED; n++) {
		t.low = c->w.u[n].px < t.low ? c->w.u[n].px : t.low;
		t.high = c->w.u[n].px > t.high ? c->w.u[n].px : t.high;
	}
	for (v = 0; v < VENUES * 2; v++)
		t.qty[v / 2][v % 2] = calloc((size_t)(t.high - t.low) + 1, sizeof(s64));
	cons_reset(c);
	for (v = 0; v < VENUES; v++)
		tg_book_clear(c->k->e, c->i[v]);
	for (n = 0; n < CHECKED && !wrong; n++) {
		const struct wl_update *u = &c->w.u[n];
		const struct tg_product *p = tg_product(c->k->e, 1);

		update(c, n);
		t.qty[n % VENUES][u->side][u->px - t.low] = (s64)u->qty;
		if (n < c->w.warm / 2 || n % 8)
			continue;
		for (side = 0; side < 2; side++) {
			u32 venue = 0;
			s64 px = best_of(&t, side, &venue);

			if (p->told[side].px != px ||
			    p->told[side].instrument_id != (px == TG_PX_NONE ? 0 : venue + 1))
				wrong = "the product's best differs from the reference";
		}
	}
	for (v = 0; v < VENUES * 2; v++)
		free(t.qty[v / 2][v % 2]);
	return wrong;
}

/* ---- own orders elsewhere ---- */

static void own_reset(void *ctx)
{
	struct books *c = ctx;
	struct tg_instrument *i = c->i[VENUES];
	u32 n;

	for (n = 0; n < OWN; n++) {
		struct tg_order *o = tg_order_slot(c->k->e, n);

		o->order_id = tg_order_make_id(c->k->e, 1, n);
		o->instrument_id = i->def.instrument_id;
		o->venue_id = KIT_VENUE;
		o->px = 1 + n;
		o->qty = 5;
		o->side = n % 2 ? TG_SIDE_SELL : TG_SIDE_BUY;
		o->ord_type = TG_ORD_LIMIT;
		o->tif = TG_TIF_GTC;
		o->working = 1;
		o->prior_status = TG_OS_NEW;
		tg_own_order(c->k->e, i, o);
	}
	tg_book_clear(c->k->e, i);
	for (n = 0; n < c->w.warm; n++)
		tg_book_set(c->k->e, i, (u8)c->w.u[n].side, c->w.u[n].px, (s64)c->w.u[n].qty,
			    &c->k->ob);
}

static void own_pass(void *ctx, u32 ops)
{
	struct books *c = ctx;
	struct tg_instrument *i = c->i[VENUES];
	const struct wl_update *u = c->w.u + c->w.warm, *end = u + ops;
	struct tg_level bid, ask;
	s64 sink = 0;

	for (; u < end; u++) {
		tg_book_set(c->k->e, i, (u8)u->side, u->px, (s64)u->qty, &c->k->ob);
		tg_l2_best(tg_l2_of(c->k->e, i), &bid, &ask);
		sink += bid.px + bid.qty + ask.px + ask.qty;
	}
	c->sink = sink;
}

static const char *own_verify(void *ctx)
{
	struct books *c = ctx;
	struct tg_instrument *i = c->i[VENUES];
	u64 h = 0, n;

	own_reset(c);
	if (i->book.own_orders != OWN || !(i->book.has & TG_BOOK_HAS_OWN))
		return "own orders are not listed";
	for (n = c->w.warm; n < c->w.warm + c->w.n; n++) {
		const struct wl_update *u = &c->w.u[n];
		struct tg_level bid, ask;

		tg_book_set(c->k->e, i, (u8)u->side, u->px, (s64)u->qty, &c->k->ob);
		tg_l2_best(tg_l2_of(c->k->e, i), &bid, &ask);
		h = wl_mix(wl_mix(wl_mix(wl_mix(h, (u64)bid.px), (u64)bid.qty), (u64)ask.px),
			   (u64)ask.qty);
	}
	return h == c->w.truth ? NULL : "best bid and ask differ from the reference";
}

u32 jobs_books(const char *dir, struct job *out)
{
	static struct books c;
	u32 v;

	if (!wl_l2(dir, &c.w) || c.w.warm + c.w.n < CHECKED)
		return 0;
	c.k = rig();
	for (v = 0; v <= VENUES; v++)
		c.i[v] = tg_instrument(c.k->e, v + 1);
	out[0] = (struct job){ .name = "book.cons",
			       .unit = "update",
			       .ops = (u32)c.w.n,
			       .sample = 1000,
			       .ctx = &c,
			       .reset = cons_reset,
			       .pass = cons_pass,
			       .verify = cons_verify,
			       .bar_ns = 60 };
	out[1] = (struct job){ .name = "book.own",
			       .unit = "update",
			       .ops = (u32)c.w.n,
			       .sample = 1000,
			       .ctx = &c,
			       .reset = own_reset,
			       .pass = own_pass,
			       .verify = own_verify };
	return 2;
}
