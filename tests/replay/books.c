// SPDX-License-Identifier: MIT
/*
 * The engine's L2 book against a sorted array, on random streams: single levels, whole snapshots,
 * bounded sides that overflow. After every event the best of both sides and what the book said of
 * the event, now and then every level. TG_BOOK_EVENTS: how many events (default 4,000,000).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "book/l2.h"
#include "refbook.h"

#define DEFAULT_EVENTS	4000000ULL
#define WHOLE_EVERY	20011u

static u64 rng_state;
static unsigned int tests, failed;

static u32 rng(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)(rng_state * 2685821657736338717ULL >> 33) % n;
}

struct shape {
	const char *what;
	u32 levels;		/* a side */
	u32 prices;		/* different ones a side */
	u32 near;		/* one in so many events is far from the best; 0 = anywhere */
	u32 deletes;		/* percent */
	u32 snapshots;		/* one in so many events; 0 = none */
	s64 tick;
};

static const struct shape shapes[] = {
	{ "near the best, never full", 4096, 2000, 20, 35, 0, 1000000 },
	{ "anywhere, never full", 4096, 4000, 0, 45, 0, 1 },
	{ "anywhere, sides overflow", 64, 400, 0, 35, 0, 1000 },
	{ "near the best, sides overflow", 16, 300, 10, 25, 0, 100000000 },
	{ "snapshots between updates", 512, 700, 8, 35, 400, 50 },
	{ "one level a side", 1, 5, 0, 40, 0, 7 },
};

struct side_ref { u32 cap; struct ref_book b; };

/* What a bounded book does: full, and the furthest goes, or the new one if that is the furthest. */
static u32 bounded_set(struct side_ref *r, bool ask, s64 px, s64 qty)
{
	const struct ref_level *best = ref_at(&r->b, ask, 0), *far;
	s64 best_px = best ? best->px : 0, best_qty = best ? best->qty : 0, gone;
	u32 res;
	bool was, top;

	if (!qty) {
		was = ref_set(&r->b, ask, px, 0);
		res = was ? TG_L2_DELETED : TG_L2_UNKNOWN_DELETE;
	} else {
		was = ref_set(&r->b, ask, px, qty);
		res = was ? TG_L2_CHANGED : TG_L2_ADDED;
		if (r->b.n[ask] > r->cap) {
			far = ref_at(&r->b, ask, r->cap);
			gone = far->px;
			ref_set(&r->b, ask, gone, 0);
			res = gone == px ? TG_L2_EVICTED : TG_L2_ADDED | TG_L2_EVICTED;
		}
	}
	best = ref_at(&r->b, ask, 0);
	top = (best ? best->px : 0) != best_px || (best ? best->qty : 0) != best_qty;
	return res | (top ? TG_L2_TOP : 0);
}

static bool whole(const struct tg_l2 *b, const struct side_ref *r)
{
	struct tg_level l;
	u32 side, d;

	for (side = 0; side < 2; side++) {
		if (tg_l2_count(b, side) != r->b.n[side] || tg_l2_level(b, side, r->b.n[side], &l))
			return false;
		for (d = 0; d < r->b.n[side]; d++) {
			const struct ref_level *want = ref_at(&r->b, side, d);

			if (!tg_l2_level(b, side, d, &l) || l.px != want->px || l.qty != want->qty)
				return false;
		}
	}
	return true;
}

static bool best_equal(const struct tg_l2 *b, const struct side_ref *r)
{
	const struct ref_level *rb = ref_at(&r->b, false, 0), *ra = ref_at(&r->b, true, 0);
	struct tg_level bid, ask;

	tg_l2_best(b, &bid, &ask);
	return bid.px == (rb ? rb->px : TG_PX_NONE) && bid.qty == (rb ? rb->qty : 0) &&
	       ask.px == (ra ? ra->px : TG_PX_NONE) && ask.qty == (ra ? ra->qty : 0);
}

/* Prices of both sides overlap a little: a book may be crossed, and must not mind. */
static s64 price(const struct shape *s, bool ask, u32 mid)
{
	u32 far = s->near && rng(s->near) ? rng(12) : rng(s->prices);

	return s->tick * (s64)(ask ? 100000 + mid + far : 100001 + mid - far);
}

static void snapshot(const struct shape *s, struct tg_l2 *b, struct side_ref *r, u32 mid)
{
	u32 n = rng(s->levels + s->levels / 4 + 1), i;

	tg_l2_clear(b);
	ref_clear(&r->b);
	for (i = 0; i < n; i++) {
		/* mostly best first, as venues send them */
		bool ask = rng(2);
		s64 px = rng(10) ? s->tick * (s64)(ask ? 100000 + mid + i : 100001 + mid - i)
				 : price(s, ask, mid);
		s64 qty = 1 + rng(1000000);

		tg_l2_load(b, ask ? TG_ASK : TG_BID, px, qty);
		bounded_set(r, ask, px, qty);
	}
	tg_l2_load_end(b);
}

static void run(const struct shape *s, u64 events, u64 seed)
{
	struct tg_l2 *b = aligned_alloc(64, tg_l2_bytes(s->levels));
	struct side_ref r = { .cap = s->levels };
	u64 i, snapshots = 0, evicted = 0;
	const char *bad = NULL;
	u32 mid = 1000;

	rng_state = 0x9e3779b97f4a7c15ULL + seed;
	tg_l2_init(b, s->levels);
	for (i = 0; i < events && !bad; i++) {
		bool ask = rng(2);
		s64 px, qty;
		u32 got, want;

		if (s->snapshots && !rng(s->snapshots)) {
			snapshot(s, b, &r, mid);
			snapshots++;
			bad = whole(b, &r) ? NULL : "snapshot";
			continue;
		}
		if (!rng(50))
			mid = mid + rng(5) - 2;
		px = price(s, ask, mid);
		qty = rng(100) < s->deletes ? 0 : 1 + rng(1000000);
		want = bounded_set(&r, ask, px, qty);
		got = tg_l2_set(b, ask ? TG_ASK : TG_BID, px, qty);
		evicted += !!(got & TG_L2_EVICTED);
		if (got != want)
			bad = "verdict";
		else if (!best_equal(b, &r))
			bad = "best";
		else if (i % WHOLE_EVERY == 0 && !whole(b, &r))
			bad = "levels";
	}
	if (!bad && !whole(b, &r))
		bad = "levels at the end";
	printf("%sok %u - L2, %s: %llu events, %llu snapshots, %llu evictions, at the end %u and %u levels%s%s\n",
	       bad ? "not " : "", ++tests, s->what, (unsigned long long)i, (unsigned long long)snapshots,
	       (unsigned long long)evicted, r.b.n[0], r.b.n[1], bad ? "; differs: " : "", bad ? bad : "");
	failed += !!bad;
	free(b);
	ref_free(&r.b);
}

int main(int argc, char **argv)
{
	const char *text = getenv("TG_BOOK_EVENTS");
	u64 events = text ? strtoull(text, NULL, 10) : DEFAULT_EVENTS;
	u32 i, n = sizeof(shapes) / sizeof(shapes[0]);

	if (argc > 1) {
		printf("usage: books	(TG_BOOK_EVENTS=N: how many events, default %llu)\n", DEFAULT_EVENTS);
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	for (i = 0; i < n; i++)
		run(&shapes[i], events / n, i + 1);
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
