// SPDX-License-Identifier: MIT
/*
 * L3 book against its reference (ref_l3.h) on random streams. TG_L3_EVENTS=N: N events a shape
 * instead of its own number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ops_l3.h"

static u64 rng_state;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

static u32 pick(u32 n)
{
	return (u32)((rng() >> 32) * n >> 32);
}

static struct tg_l3 *new_book(u32 orders, u32 levels, u64 seed)
{
	struct tg_l3 *b = aligned_alloc(64, tg_l3_bytes(orders, levels));

	assert_non_null(b);
	memset(b, 0xa5, tg_l3_bytes(orders, levels));
	tg_l3_init(b, orders, levels, seed);
	return b;
}

static struct ref ref;

static void differential(void **state)
{
	static const struct { u32 orders, levels, spread, events, check; s64 tick; } shape[] = {
		{ 1, 1, 3, 20000, 1, 1 },
		{ 4, 2, 5, 100000, 3, 1000000 },
		{ 12, 4, 6, 150000, 7, 1 },
		{ 40, 12, 20, 250000, 50, 100000000 },
		{ 60, 64, 40, 250000, 50, 250000 },
		{ 150, 20, 24, 200000, 500, 1000000 },
		{ 800, 120, 150, 60000, 5000, 13 },
		{ 3000, 10, 4, 12000, 5000, 1 },
	};
	const char *more = getenv("TG_L3_EVENTS");
	u64 events = 0, fulls = 0, duplicates = 0, unknown = 0, refused = 0, late = 0, loads = 0;
	u32 s, kind;

	(void)state;
	for (s = 0; s < sizeof(shape) / sizeof(shape[0]); s++)
		for (kind = 0; kind < L3_IDS_KINDS; kind++) {
			u32 n = more ? (u32)atoi(more) : shape[s].events / L3_IDS_KINDS, i;
			struct l3_world w = {
				.b = new_book(shape[s].orders, shape[s].levels, s * 7 + kind),
				.r = &ref,
				.pick = pick,
				.ids = kind,
				.population = shape[s].orders * 3 / 2 + 2,
				.spread = shape[s].spread,
				.tick = shape[s].tick,
				.clock = 1000000,
				.keyed = kind & 1,
			};

			rng_state = 88172645463325252ULL + s * 31 + kind;
			ref.n = 0;
			ref.order_cap = shape[s].orders;
			ref.level_cap = shape[s].levels;
			for (i = 0; i < n; i++) {
				if (!pick(shape[s].orders < 100 ? 500 : 4000))
					l3_load(&w);
				l3_step(&w);
				if (i % 8 == 0)
					ref_same_best(w.b, &ref);
				if (i % shape[s].check == 0)
					ref_same(w.b, &ref);
			}
			ref_same(w.b, &ref);
			events += n;
			fulls += w.fulls;
			duplicates += w.duplicates;
			unknown += w.unknown;
			refused += w.refused;
			late += w.late;
			loads += w.loads;
			free(w.b);
		}
	/* What the streams are to reach, they reach. */
	assert_true(fulls > 1000 && duplicates > 1000 && unknown > 1000 && refused > 1000);
	assert_true(loads > 100);
	assert_true(events >= 1000000 || more);
	print_message("# %llu events, %llu snapshots, %llu full, %llu duplicate, %llu unknown, "
		      "%llu refused, %llu late\n", (unsigned long long)events,
		      (unsigned long long)loads, (unsigned long long)fulls,
		      (unsigned long long)duplicates, (unsigned long long)unknown,
		      (unsigned long long)refused, (unsigned long long)late);
}

/*
 * Two books of the same seed, one of them moved to another place on the way: the same bytes after
 * the same calls, whatever was in the memory before.
 */
static void same_bytes(void **state)
{
	u64 bytes = tg_l3_bytes(64, 16);
	struct tg_l3 *a = new_book(64, 16, 5), *b = aligned_alloc(64, bytes);
	struct tg_l3_out x, y;
	u32 i;

	(void)state;
	memset(b, 0x11, bytes);
	tg_l3_init(b, 64, 16, 5);
	assert_memory_equal(a, b, bytes);
	rng_state = 99;
	for (i = 0; i < 20000; i++) {
		u8 id[8];
		u32 len = (u32)sprintf((char *)id, "%u", pick(90)), what = pick(8);
		s64 px = pick(12), qty = 1 + pick(9);

		if (what < 4)
			assert_int_equal(tg_l3_add(a, px & 1, px, qty, id, len, &x),
					 tg_l3_add(b, px & 1, px, qty, id, len, &y));
		else if (what < 6)
			assert_int_equal(tg_l3_delete(a, id, len, &x),
					 tg_l3_delete(b, id, len, &y));
		else
			assert_int_equal(tg_l3_change(a, px, qty, id, len, 0, &x),
					 tg_l3_change(b, px, qty, id, len, 0, &y));
		if (i % 100 == 0) {
			struct tg_l3 *c = aligned_alloc(64, bytes);

			assert_memory_equal(a, b, bytes);
			memcpy(c, b, bytes);
			memset(b, 0xee, bytes);
			free(b);
			b = c;
		}
		if (i % 3000 == 2999) {
			tg_l3_clear(a);
			tg_l3_clear(b);
		}
	}
	assert_memory_equal(a, b, bytes);
	free(a);
	free(b);
}

/* Ids that all begin at the same place of the index: how a venue that knew the seed would do it. */
static void flood(void **state)
{
	enum { ORDERS = 3000, PLACE = 77, MOST = 6 * TG_L3_PROBES };
	struct tg_l3 *b = new_book(ORDERS, 4, 42), *c = new_book(ORDERS, 4, 43);
	u8 *place = (u8 *)b + sizeof(*b) + PLACE * 32;
	static u8 ids[MOST + 1][24];
	struct tg_l3_out out;
	u32 n, k, len = 0;

	(void)state;
	for (n = 0, k = 0; n <= MOST; k++) {
		u8 id[24];

		len = (u32)sprintf((char *)id, "%020u", k);
		assert_int_equal(tg_l3_add(b, TG_BID, 5, 1, id, len, &out) & TG_L3_FAILED, 0);
		if (place[0])
			memcpy(ids[n++], id, sizeof(id));
		tg_l3_delete(b, id, len, &out);
	}
	for (n = 0; n < MOST; n++)
		assert_int_equal(tg_l3_add(b, TG_BID, 5, 1, ids[n], len, &out) & TG_L3_FAILED, 0);
	assert_int_equal(tg_l3_add(b, TG_BID, 5, 1, ids[MOST], len, &out), TG_L3_FULL);
	assert_int_equal(tg_l3_add(b, TG_BID, 6, 1, ids[MOST], len, &out), TG_L3_FULL);
	assert_null(tg_l3_level_at(b, TG_BID, 6));
	assert_int_equal(b->orders, MOST);
	assert_int_equal(tg_l3_level(b, TG_BID, 0)->qty, MOST);
	/* nobody else is hurt; what is there is found, and there is room again when one goes */
	assert_int_equal(tg_l3_delete(b, ids[MOST], len, &out), TG_L3_UNKNOWN);
	for (n = 0; n < MOST; n++)
		assert_int_equal(tg_l3_add(b, TG_BID, 5, 1, ids[n], len, &out), TG_L3_DUPLICATE);
	assert_true(tg_l3_delete(b, ids[3], len, &out) & TG_L3_DELETED);
	assert_int_equal(tg_l3_find(b, ids[3], len), 0);
	assert_true(tg_l3_add(b, TG_BID, 5, 1, ids[MOST], len, &out) & TG_L3_ADDED);
	for (n = 0; n <= MOST; n++)
		assert_int_equal(!tg_l3_find(b, ids[n], len), n == 3);
	for (n = 0; n <= MOST; n++)
		tg_l3_delete(b, ids[n], len, &out);
	assert_int_equal(b->orders, 0);
	/* nothing is left in the index */
	for (k = 0; k <= b->bucket_mask; k += 32)
		assert_int_equal(*(u64 *)((u8 *)b + sizeof(*b) + k), 0);
	/* under another seed they are ids like any */
	for (n = 0; n <= MOST; n++)
		assert_int_equal(tg_l3_add(c, TG_BID, 5, 1, ids[n], len, &out) & TG_L3_FAILED, 0);
	free(b);
	free(c);
}

/* Every order the book was made for fits, whatever the ids look like. */
static void all_fit(void **state)
{
	static const u32 orders[] = { 1, 6, 12, 13, 100, 768, 769, 3000, 12288, 50000 };
	struct l3_world w = { .ids = 0 };
	struct tg_l3_out out;
	u32 s, i, len;
	u8 id[64];

	(void)state;
	for (s = 0; s < sizeof(orders) / sizeof(orders[0]); s++)
		for (w.ids = 0; w.ids < L3_IDS_KINDS; w.ids++) {
			struct tg_l3 *b;

			/* this kind does not have so many */
			if (w.ids == L3_IDS_TAIL && orders[s] > 800)
				continue;
			b = new_book(orders[s], 1, orders[s]);
			for (i = 0; i < orders[s]; i++) {
				u32 res;

				len = l3_id(&w, w.ids == L3_IDS_ANY ? i * 36 + 35 : i, id);
				res = tg_l3_add(b, TG_ASK, 1, 1, id, len, &out);
				assert_int_equal(res & TG_L3_FAILED, 0);
			}
			assert_int_equal(tg_l3_add(b, TG_ASK, 1, 1, (const u8 *)"?", 1, &out),
					 TG_L3_FULL);
			free(b);
		}
}

/* A key further back than the walk: refused, nothing changed. */
static void late(void **state)
{
	struct tg_l3 *b = new_book(2000, 4, 1);
	struct tg_l3_out out;
	u32 i, len;
	u8 id[16];

	(void)state;
	for (i = 0; i < TG_L3_WALK; i++) {
		len = (u32)sprintf((char *)id, "%u", i);
		assert_false(tg_l3_add_key(b, TG_BID, 1, 1, id, len, 10 + i, &out) & TG_L3_FAILED);
	}
	assert_true(tg_l3_add_key(b, TG_BID, 1, 1, (const u8 *)"a", 1, 5, &out) & TG_L3_ADDED);
	assert_int_equal(tg_l3_level(b, TG_BID, 0)->first, out.handle);
	assert_int_equal(tg_l3_add_key(b, TG_BID, 1, 1, (const u8 *)"b", 1, 4, &out), TG_L3_LATE);
	assert_int_equal(b->orders, TG_L3_WALK + 1);
	assert_int_equal(tg_l3_find(b, (const u8 *)"b", 1), 0);
	assert_true(tg_l3_add_key(b, TG_BID, 1, 1, (const u8 *)"b", 1, 5, &out) & TG_L3_ADDED);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differential),
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(flood),
		cmocka_unit_test(all_fit),
		cmocka_unit_test(late),
	};

	return cmocka_run_group_tests_name("l3 random", tests, NULL, NULL);
}
