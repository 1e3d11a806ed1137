// SPDX-License-Identifier: MIT
/*
 * Own orders in a book. A queue of one price is kept as a plain list, order by order, as the
 * venue has it; market data about it and reports of our own orders come in either order, late ones
 * too. With an order book the place is the list's exactly; with totals only it is never less than
 * the list's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define L3_ID	4u
#define LOT	(TG_SCALE / 1000)

static u64 rng_state;

static u32 pick(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)((rng_state * 2685821657736338717ULL >> 32) * n >> 32);
}

static struct tg_own_place place(const struct fx *f, u64 id)
{
	const struct tg_order *o = fx_order(f, id);
	u32 walk = TG_OWN_WALK;
	struct tg_own_place p;

	tg_own_place(f->e, tg_instrument(f->e, o->instrument_id), o, &walk, &p);
	return p;
}

/* The engine's clock goes with its records. */
static void pass(struct fx *f, u64 ns)
{
	f->now += ns;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
}

static struct fx *world_fx(void)
{
	struct tg_in_instrument in = { .instrument_id = L3_ID,
				       .venue_id = 1,
				       .flags = TG_INSTRUMENT_L3,
				       .tick = CENT(1),
				       .lot = LOT,
				       .symbol = "L3" };
	struct fx *f = fx_ready();

	f->check = false;
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, L3_ID)), TG_REASON_OK);
	return f;
}

/* ---- a queue, as the venue has it and as market data has told it ---- */

enum { QUEUE = 256, OWN = 4, LATE = 64 };

struct entry { u32 name; s64 qty; int own; };	/* own: index, -1 = another's */
struct queue { struct entry o[QUEUE]; u32 n; };

enum what { ADD, CUT, TRADE };
struct news { enum what what; struct entry o; s64 qty; };	/* CUT: qty left; TRADE: executed */

struct world {
	struct fx *f;
	struct tg_instrument *i;
	bool l3;
	s64 px;
	u32 side, names;
	struct queue venue, view;
	struct news late[LATE];
	u32 nlate;
	struct { u64 id; u32 name; s64 cum, qty; } own[OWN];
	u64 checks, exact, known;
};

static s64 total(const struct queue *q)
{
	s64 sum = 0;
	u32 n;

	for (n = 0; n < q->n; n++)
		sum += q->o[n].qty;
	return sum;
}

static u32 find(const struct queue *q, u32 name)
{
	u32 n;

	for (n = 0; n < q->n; n++)
		if (q->o[n].name == name)
			break;
	return n;
}

static void drop(struct queue *q, u32 at)
{
	memmove(&q->o[at], &q->o[at + 1], (q->n - at - 1) * sizeof(q->o[0]));
	q->n--;
}

static u32 name_of(const struct world *w, const struct entry *o, char *out)
{
	if (o->own >= 0)
		return (u32)sprintf(out, "V%llu",
				    (unsigned long long)(w->own[o->own].id >> 16 & 0xffff));
	return (u32)sprintf(out, "O%u", o->name);
}

static void told_order(struct world *w, u8 action, const struct entry *o, s64 qty)
{
	struct tg_pub_event *last = NULL;
	char id[32];
	u32 len = name_of(w, o, id), res;

	w->f->ob.len = 0;
	res = tg_book_order(w->f->e, w->i, action, (u8)w->side, w->px, qty, (const u8 *)id, len, 0,
			    1, &last, &w->f->ob);
	assert_false(res & TG_L3_FAILED);
	assert_non_null(last);
}

static void told_level(struct world *w)
{
	w->f->ob.len = 0;
	tg_book_set(w->f->e, w->i, (u8)w->side, w->px, total(&w->view), &w->f->ob);
}

static void told_trade(struct world *w, s64 qty)
{
	u8 aggressor = pick(2) ? 0 : w->side == TG_BID ? TG_SIDE_SELL : TG_SIDE_BUY;

	tg_book_trade(w->f->e, w->i, w->px, qty, aggressor);
}

/* Others', and what was ours until its end was reported, which market data has yet to tell. */
static bool not_ours(const struct world *w, const struct entry *o)
{
	return o->own < 0 || !fx_order(w->f, w->own[o->own].id)->own.in;
}

/* What others have before the order of this name; all of it when the view has no such order. */
static struct tg_own_place truth(const struct world *w, u32 name, bool *there)
{
	struct tg_own_place t = { 0 };
	u32 at = find(&w->view, name), n;

	*there = at < w->view.n;
	for (n = 0; n < w->view.n; n++) {
		if (w->l3 ? !not_ours(w, &w->view.o[n]) : w->view.o[n].own >= 0)
			continue;
		if (n < at) {
			t.ahead += w->view.o[n].qty;
			t.orders_ahead++;
		} else {
			t.behind += w->view.o[n].qty;
		}
	}
	return t;
}

static void check(struct world *w)
{
	s64 others = 0;
	u32 n;

	for (n = 0; n < w->view.n; n++)
		if (not_ours(w, &w->view.o[n]))
			others += w->view.o[n].qty;
	for (n = 0; n < OWN; n++) {
		struct tg_own_place p, t;
		bool there;

		if (!w->own[n].id || !fx_order(w->f, w->own[n].id)->own.in)
			continue;
		p = place(w->f, w->own[n].id);
		t = truth(w, w->own[n].name, &there);
		w->checks++;
		assert_true(p.ahead >= 0 && p.behind >= 0);
		assert_true(p.ahead_adjusted >= 0 && p.ahead_adjusted <= p.ahead);
		assert_true(p.fill_ppm <= 1000000);
		if (!w->l3) {
			/* Ended there, which the report has yet to say: it stands nowhere. */
			if (!there && find(&w->venue, w->own[n].name) == w->venue.n)
				continue;
			if (p.ahead < t.ahead)
				fail_msg("promised %lld ahead of %u, there are %lld (%s, flags %llx)",
					 (long long)(p.ahead / LOT), n, (long long)(t.ahead / LOT),
					 there ? "seen" : "not seen", (unsigned long long)p.flags);
			assert_true(p.ahead <= total(&w->view));
			assert_false(p.flags & TG_QUEUE_EXACT);
			w->known += p.flags & TG_QUEUE_KNOWN ? 1 : 0;
			/* Some of what is not ours is taken to be behind. */
			w->exact += p.ahead < total(&w->view) - fx_order(w->f, w->own[n].id)->own.qty;
			continue;
		}
		if (!there) {
			assert_int_equal(p.flags, 0);
			assert_true(p.ahead >= t.ahead);
			continue;
		}
		assert_int_equal(p.flags, TG_QUEUE_KNOWN | TG_QUEUE_EXACT);
		assert_true(p.ahead == t.ahead && p.behind == t.behind);
		assert_int_equal(p.orders_ahead, t.orders_ahead);
		w->exact++;
	}
	if (w->l3) {
		u32 listed = 0, seen = 0;
		const struct tg_l3_level *l = tg_l3_level_at(tg_l3_of(w->f->e, w->i), w->side, w->px);
		s64 gross = l ? l->qty : 0;

		for (n = 0; n < OWN; n++)
			if (w->own[n].id && fx_order(w->f, w->own[n].id)->own.in) {
				listed++;
				seen += !!fx_order(w->f, w->own[n].id)->own.handle;
			}
		assert_int_equal(w->i->book.own_orders, listed);
		assert_int_equal(w->i->book.own_unseen, listed - seen);
		assert_true(gross == total(&w->view));
		assert_true(tg_own_external(w->f->e, w->i, w->side, w->px, gross) ==
			    others);
	}
}

/* Market data tells the oldest news. */
static void deliver(struct world *w)
{
	struct news x;
	u32 at;

	if (!w->nlate)
		return;
	x = w->late[0];
	memmove(w->late, w->late + 1, --w->nlate * sizeof(x));
	switch (x.what) {
	case ADD:
		w->view.o[w->view.n++] = x.o;
		if (w->l3)
			told_order(w, TG_MD_NEW, &x.o, x.o.qty);
		else
			told_level(w);
		break;
	case CUT:
		at = find(&w->view, x.o.name);
		assert_true(at < w->view.n);
		w->view.o[at].qty = x.qty;
		if (!x.qty)
			drop(&w->view, at);
		if (w->l3)
			told_order(w, x.qty ? TG_MD_CHANGE : TG_MD_DELETE, &x.o, x.qty);
		else
			told_level(w);
		break;
	case TRADE: {
		bool first = pick(2);
		s64 left = x.qty;

		if (first)
			told_trade(w, x.qty);
		while (left) {
			struct entry *o = &w->view.o[0], was = *o;
			s64 part = o->qty < left ? o->qty : left;

			left -= part;
			o->qty -= part;
			if (!o->qty)
				drop(&w->view, 0);
			if (w->l3)
				told_order(w, TG_MD_EXECUTE, &was, part);
		}
		if (!w->l3)
			told_level(w);
		if (!first)
			told_trade(w, x.qty);
		break;
	}
	}
	check(w);
}

static void deliver_all(struct world *w)
{
	while (w->nlate)
		deliver(w);
}

static void news(struct world *w, enum what what, const struct entry *o, s64 qty)
{
	assert_true(w->nlate < LATE);
	w->late[w->nlate++] = (struct news){ .what = what, .o = *o, .qty = qty };
}

/* ---- what happens at the venue ---- */

static void other_adds(struct world *w)
{
	struct entry o = { .name = ++w->names, .qty = (s64)(1 + pick(20)) * LOT, .own = -1 };

	if (w->venue.n >= QUEUE / 2)
		return;
	w->venue.o[w->venue.n++] = o;
	news(w, ADD, &o, o.qty);
}

static void other_cuts(struct world *w)
{
	u32 at = w->venue.n ? pick(w->venue.n) : 0;
	struct entry *o = &w->venue.o[at], was;

	if (!w->venue.n || o->own >= 0)
		return;
	was = *o;
	o->qty = pick(3) ? 0 : o->qty / 2 / LOT * LOT;
	news(w, CUT, &was, o->qty);
	if (!o->qty)
		drop(&w->venue, at);
}

static void report_fill(struct world *w, u32 n, s64 qty)
{
	s64 leaves = w->own[n].qty - w->own[n].cum - qty;

	w->own[n].cum += qty;
	REPORT(w->f, w->own[n].id, .exec = 'F', .status = leaves ? '1' : '2',
	       .cum = w->own[n].cum, .leaves = leaves, .last_qty = qty, .last_px = w->px);
	if (!leaves)
		assert_int_equal(fx_order(w->f, w->own[n].id)->status, TG_OS_FILLED);
}

static void trades(struct world *w)
{
	s64 all = total(&w->venue), qty = (s64)(1 + pick(25)) * LOT, left;
	struct entry none = { .own = -1 };
	struct { u32 own; s64 qty; } fill[OWN];
	u32 fills = 0, k;
	bool told = pick(2);

	if (qty > all)
		qty = all;
	if (!qty)
		return;
	news(w, TRADE, &none, qty);
	for (left = qty; left;) {
		struct entry *o = &w->venue.o[0];
		s64 part = o->qty < left ? o->qty : left;

		left -= part;
		o->qty -= part;
		if (o->own >= 0) {
			fill[fills].own = (u32)o->own;
			fill[fills++].qty = part;
		}
		if (!o->qty)
			drop(&w->venue, 0);
	}
	if (told)
		deliver_all(w);
	for (k = 0; k < fills; k++)
		report_fill(w, fill[k].own, fill[k].qty);
}

static void own_enters(struct world *w)
{
	struct tg_submission s = fx_limit(w->side == TG_BID ? TG_SIDE_BUY : TG_SIDE_SELL, w->px,
					  (s64)(10 + pick(20)) * LOT);
	struct entry o = { .qty = s.qty };
	u32 n, k;

	for (n = 0; n < OWN && w->own[n].id; n++)
		;
	if (n == OWN)
		return;
	s.instrument_id = w->i->def.instrument_id;
	s.tif = TG_TIF_GTC;
	assert_int_equal(fx_submit(w->f, 1, s), TG_REASON_OK);
	w->own[n].id = w->f->e->last_order_id;
	w->own[n].name = ++w->names;
	w->own[n].cum = 0;
	w->own[n].qty = s.qty;
	o.name = w->own[n].name;
	o.own = (int)n;
	w->f->now += 300000;
	for (k = pick(4); k; k--)
		other_adds(w);
	w->venue.o[w->venue.n++] = o;
	news(w, ADD, &o, o.qty);
	for (k = pick(3); k; k--)
		other_adds(w);
	if (pick(2))
		deliver_all(w);
	for (k = pick(3); k; k--)
		deliver(w);
	REPORT(w->f, w->own[n].id, .exec = '0', .status = '0', .leaves = s.qty);
	assert_true(fx_order(w->f, w->own[n].id)->own.in);
	check(w);
	deliver_all(w);
	pass(w->f, 2 * MS);	/* whatever was on its way has come */
}

static void own_leaves(struct world *w)
{
	u32 n = pick(OWN), at;
	struct entry was;
	bool told = pick(2);

	if (!w->own[n].id)
		return;
	at = find(&w->venue, w->own[n].name);
	if (at == w->venue.n)
		return;
	was = w->venue.o[at];
	assert_int_equal(fx_cancel(w->f, 1, w->own[n].id), TG_REASON_OK);
	drop(&w->venue, at);
	news(w, CUT, &was, 0);
	if (told)
		deliver_all(w);
	REPORT(w->f, w->own[n].id, .exec = '4', .status = '4', .cum = w->own[n].cum);
	assert_int_equal(fx_order(w->f, w->own[n].id)->status, TG_OS_CANCELED);
	check(w);
}

static void forget_finished(struct world *w)
{
	u32 n;

	for (n = 0; n < OWN; n++)
		if (w->own[n].id && tg_ord_terminal(fx_order(w->f, w->own[n].id)->status) &&
		    find(&w->view, w->own[n].name) == w->view.n)
			w->own[n].id = 0;
}

static void run(bool l3, u32 side, u32 steps, u64 *exact, u64 *checks)
{
	struct world w = { .l3 = l3, .px = PX(100), .side = side };
	u32 n;

	rng_state = 88172645463325252ULL + l3 * 2 + side;
	w.f = world_fx();
	w.i = tg_instrument(w.f->e, l3 ? L3_ID : 1);
	for (n = 0; n < steps; n++) {
		u32 what = pick(20);

		pass(w.f, 100000);
		if (!(n % 64))
			fx_advance(w.f, 1000);	/* keeps the session */
		if (what < 7)
			other_adds(&w);
		else if (what < 12)
			other_cuts(&w);
		else if (what < 15)
			trades(&w);
		else if (what < 18)
			own_enters(&w);
		else
			own_leaves(&w);
		deliver_all(&w);
		check(&w);
		forget_finished(&w);
	}
	*exact = w.exact;
	*checks = w.checks;
	if (!l3)
		assert_true(w.known > w.checks / 2);
	fx_drop(w.f);
}

static void exact_with_an_order_book(void **state)
{
	u64 exact, checks;
	u32 side;

	(void)state;
	for (side = 0; side < 2; side++) {
		run(true, side, 4000, &exact, &checks);
		assert_true(exact > checks / 2 && checks > 4000);
	}
}

static void never_less_ahead_than_there_is(void **state)
{
	u64 exact, checks;
	u32 side;

	(void)state;
	for (side = 0; side < 2; side++) {
		run(false, side, 6000, &exact, &checks);
		assert_true(checks > 4000);
		/* And not by calling everything ahead. */
		assert_true(exact > checks / 4);
	}
}

/* ---- one thing at a time ---- */

static void level(struct fx *f, u32 instrument, u8 side, s64 px, s64 qty)
{
	f->ob.len = 0;
	tg_book_set(f->e, tg_instrument(f->e, instrument), side, px, qty, &f->ob);
}

static void bounds_from_totals(void **state)
{
	struct fx *f = fx_ready();
	struct tg_own_place p;
	u64 id;

	(void)state;
	f->check = false;
	level(f, 1, TG_BID, PX(100), PX(10));
	id = fx_working(f, TG_SIDE_BUY, PX(100), PX(2));
	p = place(f, id);
	assert_int_equal(p.flags, 0);
	assert_true(p.ahead == PX(10));
	level(f, 1, TG_BID, PX(100), PX(12));		/* our own, or another's before it */
	p = place(f, id);
	assert_int_equal(p.flags, 0);
	assert_true(p.ahead == PX(12));
	pass(f, 2 * MS);
	p = place(f, id);
	assert_int_equal(p.flags, TG_QUEUE_KNOWN);
	assert_true(p.ahead == PX(10));
	level(f, 1, TG_BID, PX(100), PX(20));		/* behind */
	p = place(f, id);
	assert_true(p.ahead == PX(10) && p.behind == PX(8));
	assert_int_equal(p.fill_ppm, 0);
	level(f, 1, TG_BID, PX(100), PX(17));
	tg_book_trade(f->e, tg_instrument(f->e, 1), PX(100), PX(3), TG_SIDE_SELL);
	p = place(f, id);
	assert_true(p.ahead == PX(7) && p.behind == PX(8));
	assert_int_equal(p.fill_ppm, 250000);		/* 3 / (3 + 7 + 2) */
	tg_book_trade(f->e, tg_instrument(f->e, 1), PX(100), PX(3), TG_SIDE_BUY);	/* asks */
	tg_book_trade(f->e, tg_instrument(f->e, 1), PX(101), PX(3), 0);
	level(f, 1, TG_ASK, PX(100), PX(1));
	level(f, 1, TG_ASK, PX(100), 0);
	p = place(f, id);
	assert_true(p.ahead == PX(7));
	level(f, 1, TG_BID, PX(100), PX(5));		/* cancels from behind, then from ahead */
	p = place(f, id);
	assert_true(p.ahead == PX(3) && p.behind == 0);
	pass(f, 10 * MS);
	p = place(f, id);
	assert_true(p.ahead_adjusted <= p.ahead);
	/* Fallen out of the venue's depth: nothing is known of the place any more. */
	level(f, 1, TG_BID, PX(100), 0);
	p = place(f, id);
	assert_int_equal(p.flags, 0);
	level(f, 1, TG_BID, PX(100), PX(9));
	pass(f, 2 * MS);
	p = place(f, id);
	assert_int_equal(p.flags, TG_QUEUE_KNOWN);
	assert_true(p.ahead == PX(7));
	/* External: what is not ours. */
	assert_true(tg_own_external(f->e, tg_instrument(f->e, 1), TG_BID, PX(100), PX(9)) == PX(7));
	assert_true(tg_own_external(f->e, tg_instrument(f->e, 1), TG_BID, PX(99), PX(9)) == PX(9));
	assert_true(tg_own_external(f->e, tg_instrument(f->e, 1), TG_BID, PX(100), PX(1)) == 0);
	/* Gone with its last report. */
	fx_cancel(f, 1, id);
	REPORT(f, id, .exec = '4', .status = '4');
	assert_int_equal(tg_instrument(f->e, 1)->book.own_orders, 0);
	assert_int_equal(tg_instrument(f->e, 1)->book.has, 0);
	fx_drop(f);
}

static void a_replace_gives_the_place_up(void **state)
{
	struct fx *f = fx_ready();
	struct tg_own_place p;
	u64 id;

	(void)state;
	f->check = false;
	level(f, 1, TG_ASK, PX(100), PX(10));
	level(f, 1, TG_ASK, PX(101), PX(30));
	id = fx_working(f, TG_SIDE_SELL, PX(100), PX(4));
	level(f, 1, TG_ASK, PX(100), PX(14));
	pass(f, 2 * MS);
	level(f, 1, TG_ASK, PX(100), PX(16));
	assert_true(place(f, id).ahead == PX(10));
	/* Less of it: the place is kept, and while nobody knows which one is there, less is ours. */
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(1)), TG_REASON_OK);
	level(f, 1, TG_ASK, PX(100), PX(13));
	p = place(f, id);
	assert_true(p.ahead == PX(10));
	REPORT(f, id, .exec = '5', .status = '5', .leaves = PX(1), .qty = PX(1), .px = PX(100));
	p = place(f, id);
	assert_true(p.ahead == PX(10) && p.behind == PX(2));
	/* Another price: at its end. */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(1)), TG_REASON_OK);
	REPORT(f, id, .exec = '5', .status = '5', .leaves = PX(1), .qty = PX(1), .px = PX(101));
	p = place(f, id);
	assert_int_equal(p.flags, 0);
	assert_true(p.ahead == PX(30));
	fx_drop(f);
}

static void image_shows_the_nearest(void **state)
{
	struct fx *f = fx_ready();
	struct tg_book_image img;
	u64 id[9];
	u32 n;

	(void)state;
	f->check = false;
	level(f, 1, TG_BID, PX(100), PX(1));
	level(f, 1, TG_BID, PX(99), PX(5));
	level(f, 1, TG_ASK, PX(101), PX(3));
	for (n = 0; n < 5; n++)
		id[n] = fx_working(f, TG_SIDE_BUY, PX(100) - CENT(10 * n), PX(1));
	for (n = 5; n < 9; n++)
		id[n] = fx_working(f, TG_SIDE_SELL, PX(101) + CENT(10 * n), PX(1));
	assert_int_equal(tg_instrument(f->e, 1)->book.noted_seq, f->seq);
	assert_true(tg_engine_book(f->e, 1, &img));
	assert_int_equal(img.own_orders, TG_IMAGE_OWN);
	for (n = 0; n < 5; n++)
		assert_true(img.own[n].order_id == id[n] && img.own[n].side == TG_BID &&
			    img.own[n].client_id == 1);
	for (n = 5; n < 8; n++)
		assert_true(img.own[n].order_id == id[n] && img.own[n].side == TG_ASK);
	/* The best bid is ours alone. */
	assert_true(img.external_bid.px == PX(99) && img.external_bid.qty == PX(5));
	assert_true(img.external_ask.px == PX(101) && img.external_ask.qty == PX(3));
	/* They go, and what was written goes with them. */
	for (n = 0; n < 9; n++) {
		fx_cancel(f, 1, id[n]);
		REPORT(f, id[n], .exec = '4', .status = '4');
	}
	assert_true(tg_engine_book_update(f->e, 1, &img));
	assert_int_equal(img.own_orders, 0);
	for (n = 0; n < sizeof(img.own); n++)
		assert_int_equal(((const u8 *)img.own)[n], 0);
	assert_true(img.external_bid.px == PX(100));
	fx_drop(f);
}

static void asked_by_its_client(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = { .type = TG_SUB_QUEUE, .user_ref = 5 };
	const struct tg_priv_event *ev;
	u64 id;

	(void)state;
	fx_open(f, 2, 1002, 0);
	id = fx_send(f, TG_SIDE_BUY, PX(100), PX(2));
	s.order_id = id;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_ORDER_STATE);	/* nobody has it yet */
	fx_advance(f, 3 * MS);
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(2));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	ev = fx_priv(f, 1, TG_PRIV_QUEUE, 0);
	assert_non_null(ev);
	assert_true(ev->u.queue.order_id == id && ev->u.queue.user_ref == 5);
	assert_true(ev->u.queue.px == PX(100) && ev->u.queue.leaves_qty == PX(2));
	assert_true(ev->u.queue.ahead_qty == 0 && !ev->u.queue.flags);
	assert_true(ev->u.queue.latency_ns >= 3 * MS && ev->u.queue.latency_ns < 4 * MS);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_BAD_ORDER);
	s.order_id = id + 1;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_ORDER);
	s.order_id = id;
	s.flags = 1;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_REQUEST);
	s.flags = 0;
	assert_int_equal(fx_counter(f, TG_CC_QUEUE_REQUESTS), 4);
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(2), .last_qty = PX(2),
	       .last_px = PX(100));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_ORDER_STATE);
	fx_free(f);
}

/* Orders that do not rest, and one that a person has to look at. */
static void what_is_listed(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(TG_SIDE_BUY, PX(100), PX(1));
	struct tg_instrument *i = tg_instrument(f->e, 1);
	u64 id;

	(void)state;
	f->check = false;
	s.tif = TG_TIF_IOC;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	id = f->e->last_order_id;
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(1));
	assert_int_equal(i->book.own_orders, 0);
	id = fx_working(f, TG_SIDE_BUY, PX(100), PX(3));
	assert_int_equal(i->book.own_orders, 1);
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2),
	       .last_qty = PX(1), .last_px = PX(100));
	assert_true(fx_order(f, id)->own.qty == PX(2));
	REPORT(f, id, .exec = 'H', .status = '1', .cum = PX(1), .leaves = PX(2));
	assert_int_equal(fx_order(f, id)->status, TG_OS_SUSPECT);
	assert_int_equal(i->book.own_orders, 1);	/* still ours, if it is there */
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_from_totals),
		cmocka_unit_test(a_replace_gives_the_place_up),
		cmocka_unit_test(image_shows_the_nearest),
		cmocka_unit_test(asked_by_its_client),
		cmocka_unit_test(what_is_listed),
		cmocka_unit_test(exact_with_an_order_book),
		cmocka_unit_test(never_less_ahead_than_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
