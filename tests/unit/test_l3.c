// SPDX-License-Identifier: MIT
/* L3 book: every result by hand. The random streams are in test_l3_random.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "book/l3.h"

#define ADDED_LEVEL	(TG_L3_ADDED | TG_L3_LEVEL_ADDED)
#define DELETED_LEVEL	(TG_L3_DELETED | TG_L3_LEVEL_DELETED)

static struct tg_l3 *new_book(u32 orders, u32 levels, u64 seed)
{
	struct tg_l3 *b = aligned_alloc(64, tg_l3_bytes(orders, levels));

	assert_non_null(b);
	/* What was there must not matter. */
	memset(b, 0xa5, tg_l3_bytes(orders, levels));
	tg_l3_init(b, orders, levels, seed);
	return b;
}

static struct tg_l3_out out;

/* Every id in a piece of memory of its own: a byte read beyond is found. */
static u32 call(struct tg_l3 *b, char what, u32 side, s64 px, s64 qty, const char *id, u64 more)
{
	u32 len = (u32)strlen(id), res;
	u8 *copy = malloc(len ? len : 1);

	memcpy(copy, id, len);
	memset(&out, 0xee, sizeof(out));
	switch (what) {
	case 'A': res = tg_l3_add(b, side, px, qty, copy, len, &out); break;
	case 'K': res = tg_l3_add_key(b, side, px, qty, copy, len, more, &out); break;
	case 'C': res = tg_l3_change(b, px, qty, copy, len, (u32)more, &out); break;
	case 'D': res = tg_l3_delete(b, copy, len, &out); break;
	case 'R': res = tg_l3_reduce(b, qty, copy, len, &out); break;
	default: res = tg_l3_load(b, side, px, qty, copy, len, more); break;
	}
	free(copy);
	return res;
}

static u32 add(struct tg_l3 *b, u32 side, s64 px, s64 qty, const char *id)
{
	return call(b, 'A', side, px, qty, id, 0);
}

static u32 find(const struct tg_l3 *b, const char *id)
{
	return tg_l3_find(b, (const u8 *)id, (u32)strlen(id));
}

static u32 delete(struct tg_l3 *b, const char *id)
{
	return call(b, 'D', 0, 0, 0, id, 0);
}

static u32 reduce(struct tg_l3 *b, s64 qty, const char *id)
{
	return call(b, 'R', 0, 0, qty, id, 0);
}

static u32 change(struct tg_l3 *b, s64 px, s64 qty, const char *id, enum tg_l3_priority p)
{
	return call(b, 'C', 0, px, qty, id, p);
}

/* The ids of a queue, front first, as one text. */
static const char *queue(const struct tg_l3 *b, u32 side, s64 px)
{
	const struct tg_l3_level *l = tg_l3_level_at(b, side, px);
	static char text[4096];
	u32 h, at = 0, last = 0;

	text[0] = 0;
	for (h = l ? l->first : 0; h; h = tg_l3_next(b, h)) {
		const struct tg_l3_order *o = tg_l3_order(b, h);

		if (last)
			assert_int_equal(o->ring_prev, last);
		assert_ptr_equal(tg_l3_level_of(b, o), l);
		at += (u32)snprintf(text + at, sizeof(text) - at, "%.*s ", (int)tg_l3_id_len(o), o->id);
		last = h;
	}
	if (l)
		assert_int_equal(l->last, last);
	return text;
}

static void check_out(u32 side, s64 left, s64 was, s64 px, s64 total, u32 orders)
{
	assert_int_equal(out.side, side);
	assert_int_equal(out.touched, 1);
	assert_int_equal(out.qty, left);
	assert_int_equal(out.was, was);
	assert_int_equal(out.level[0].px, px);
	assert_int_equal(out.level[0].qty, total);
	assert_int_equal(out.level[0].orders, orders);
}

static void empty_book(void **state)
{
	struct tg_l3 *b = new_book(10, 4, 1);
	struct tg_level bid, ask;
	struct tg_l3_place place;

	(void)state;
	tg_l3_best(b, &bid, &ask);
	assert_true(bid.px == TG_PX_NONE && ask.px == TG_PX_NONE);
	assert_true(bid.qty == 0 && ask.qty == 0);
	assert_false(tg_l3_crossed(b));
	assert_null(tg_l3_level(b, TG_BID, 0));
	assert_null(tg_l3_level_at(b, TG_ASK, 5));
	assert_null(tg_l3_level_at(b, TG_ASK, TG_PX_NONE));
	assert_null(tg_l3_order(b, 0));
	assert_null(tg_l3_order(b, 1));
	assert_null(tg_l3_order(b, 0xffffffff));
	assert_false(tg_l3_ahead(b, 1, &place));
	assert_int_equal(tg_l3_next(b, 1), 0);
	assert_int_equal(find(b, "x"), 0);
	assert_int_equal(delete(b, "x"), TG_L3_UNKNOWN);
	assert_int_equal(reduce(b, 1, "x"), TG_L3_UNKNOWN);
	assert_int_equal(change(b, 1, 1, "x", 0), TG_L3_UNKNOWN);
	assert_int_equal(tg_l3_count(b, TG_BID) + tg_l3_count(b, TG_ASK), 0);
	free(b);
}

static void results(void **state)
{
	struct tg_l3 *b = new_book(10, 4, 1);
	struct tg_level bid, ask;

	(void)state;
	assert_int_equal(add(b, TG_BID, 100, 5, "a"), ADDED_LEVEL | TG_L3_TOP);
	check_out(TG_BID, 5, 0, 100, 5, 1);
	assert_int_equal(out.handle, find(b, "a"));
	assert_int_equal(add(b, TG_BID, 100, 7, "b"), TG_L3_ADDED | TG_L3_TOP);
	check_out(TG_BID, 7, 0, 100, 12, 2);
	assert_int_equal(add(b, TG_BID, 99, 1, "c"), ADDED_LEVEL);
	assert_int_equal(add(b, TG_ASK, 103, 2, "d"), ADDED_LEVEL | TG_L3_TOP);
	assert_int_equal(add(b, TG_ASK, 102, 2, "e"), ADDED_LEVEL | TG_L3_TOP);
	assert_int_equal(add(b, TG_ASK, 103, 2, "f"), TG_L3_ADDED);
	assert_int_equal(add(b, TG_BID, 98, 2, "a"), TG_L3_DUPLICATE);
	assert_null(tg_l3_level_at(b, TG_BID, 98));
	tg_l3_best(b, &bid, &ask);
	assert_true(bid.px == 100 && bid.qty == 12 && ask.px == 102 && ask.qty == 2);
	assert_string_equal(queue(b, TG_BID, 100), "a b ");
	assert_string_equal(queue(b, TG_ASK, 103), "d f ");

	assert_int_equal(reduce(b, 2, "a"), TG_L3_CHANGED | TG_L3_TOP);
	check_out(TG_BID, 3, 5, 100, 10, 2);
	assert_int_equal(reduce(b, 3, "a"), TG_L3_DELETED | TG_L3_TOP);
	check_out(TG_BID, 0, 3, 100, 7, 1);
	assert_int_equal(reduce(b, 3, "a"), TG_L3_UNKNOWN);
	assert_int_equal(reduce(b, 1, "f"), TG_L3_CHANGED);
	assert_int_equal(reduce(b, 8, "b"), DELETED_LEVEL | TG_L3_TOP | TG_L3_OVER);
	check_out(TG_BID, 0, 7, 100, 0, 0);
	tg_l3_best(b, &bid, &ask);
	assert_true(bid.px == 99 && bid.qty == 1);
	assert_int_equal(delete(b, "d"), TG_L3_DELETED);
	check_out(TG_ASK, 0, 2, 103, 1, 1);
	assert_int_equal(delete(b, "f"), DELETED_LEVEL);
	assert_int_equal(delete(b, "e"), DELETED_LEVEL | TG_L3_TOP);
	assert_int_equal(delete(b, "c"), DELETED_LEVEL | TG_L3_TOP);
	assert_int_equal(b->orders, 0);
	tg_l3_best(b, &bid, &ask);
	assert_true(bid.px == TG_PX_NONE && ask.px == TG_PX_NONE && !bid.qty && !ask.qty);
	free(b);
}

static void changes(void **state)
{
	struct tg_l3 *b = new_book(10, 4, 1);

	(void)state;
	add(b, TG_ASK, 100, 5, "a");
	add(b, TG_ASK, 100, 5, "b");
	add(b, TG_ASK, 100, 5, "c");
	add(b, TG_ASK, 101, 5, "x");
	/* less keeps its place, more loses it, unless the venue says otherwise */
	assert_int_equal(change(b, 100, 4, "a", TG_L3_PRIORITY_USUAL), TG_L3_CHANGED | TG_L3_TOP);
	check_out(TG_ASK, 4, 5, 100, 14, 3);
	assert_string_equal(queue(b, TG_ASK, 100), "a b c ");
	assert_int_equal(change(b, TG_PX_NONE, 6, "a", TG_L3_PRIORITY_USUAL),
			 TG_L3_CHANGED | TG_L3_TOP | TG_L3_REQUEUED);
	check_out(TG_ASK, 6, 4, 100, 16, 3);
	assert_string_equal(queue(b, TG_ASK, 100), "b c a ");
	assert_int_equal(change(b, 100, 9, "b", TG_L3_PRIORITY_KEEP), TG_L3_CHANGED | TG_L3_TOP);
	assert_string_equal(queue(b, TG_ASK, 100), "b c a ");
	assert_int_equal(change(b, 100, 9, "b", TG_L3_PRIORITY_LOSE),
			 TG_L3_CHANGED | TG_L3_TOP | TG_L3_REQUEUED);
	assert_string_equal(queue(b, TG_ASK, 100), "c a b ");
	/* to another price: two levels */
	assert_int_equal(change(b, 101, 3, "a", TG_L3_PRIORITY_KEEP),
			 TG_L3_CHANGED | TG_L3_TOP | TG_L3_REQUEUED);
	assert_int_equal(out.touched, 2);
	assert_true(out.level[0].px == 100 && out.level[0].qty == 14 && out.level[0].orders == 2);
	assert_true(out.level[1].px == 101 && out.level[1].qty == 8 && out.level[1].orders == 2);
	assert_true(out.qty == 3 && out.was == 6 && out.handle == find(b, "a"));
	assert_string_equal(queue(b, TG_ASK, 101), "x a ");
	assert_int_equal(change(b, 105, 3, "x", TG_L3_PRIORITY_USUAL),
			 TG_L3_CHANGED | TG_L3_REQUEUED | TG_L3_LEVEL_ADDED);
	assert_int_equal(change(b, 99, 3, "a", TG_L3_PRIORITY_USUAL),
			 TG_L3_CHANGED | TG_L3_REQUEUED | TG_L3_LEVEL_ADDED | TG_L3_LEVEL_DELETED |
			 TG_L3_TOP);
	assert_true(out.level[0].px == 101 && !out.level[0].qty && !out.level[0].orders);
	/* nothing left: deleted */
	assert_int_equal(change(b, 99, 0, "a", TG_L3_PRIORITY_USUAL), DELETED_LEVEL | TG_L3_TOP);
	assert_int_equal(find(b, "a"), 0);
	free(b);
}

static void refused(void **state)
{
	struct tg_l3 *b = new_book(10, 4, 1);
	static const char id37[] = "1234567890123456789012345678901234567";

	(void)state;
	assert_int_equal(add(b, TG_BID, 1, 1, ""), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, 1, 1, id37), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, 1, 0, "a"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, 1, -1, "a"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, 1, TG_PX_MAX + 1, "a"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, TG_PX_NONE, 1, "a"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, TG_PX_MAX + 1, 1, "a"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, -TG_PX_MAX - 1, 1, "a"), TG_L3_REFUSED);
	assert_int_equal(b->orders, 0);
	assert_int_equal(add(b, TG_BID, TG_PX_MAX, TG_PX_MAX, "a"), ADDED_LEVEL | TG_L3_TOP);
	assert_int_equal(add(b, TG_BID, TG_PX_MAX, 1, "b"), TG_L3_REFUSED);
	assert_int_equal(add(b, TG_BID, -TG_PX_MAX, 1, "b"), ADDED_LEVEL);
	assert_int_equal(add(b, TG_BID, -TG_PX_MAX, 1, "c"), TG_L3_ADDED);
	assert_int_equal(change(b, -TG_PX_MAX, TG_PX_MAX, "b", 0), TG_L3_REFUSED);
	assert_int_equal(change(b, TG_PX_MAX, 1, "b", 0), TG_L3_REFUSED);
	assert_int_equal(change(b, TG_PX_MAX + 1, 1, "b", 0), TG_L3_REFUSED);
	assert_int_equal(change(b, 5, -1, "b", 0), TG_L3_REFUSED);
	assert_int_equal(reduce(b, 0, "b"), TG_L3_REFUSED);
	assert_int_equal(reduce(b, -5, "b"), TG_L3_REFUSED);
	assert_int_equal(delete(b, id37), TG_L3_REFUSED);
	assert_int_equal(delete(b, ""), TG_L3_REFUSED);
	assert_int_equal(find(b, id37), 0);
	assert_string_equal(queue(b, TG_BID, -TG_PX_MAX), "b c ");
	assert_int_equal(tg_l3_level_at(b, TG_BID, -TG_PX_MAX)->qty, 2);
	free(b);
}

/* All lengths, and ids that differ in one byte or in length only. */
static void ids(void **state)
{
	struct tg_l3 *b = new_book(4000, 4, 99);
	u8 id[TG_L3_ID_MAX], *copy;
	u32 len, i, n = 0, pass;

	(void)state;
	for (pass = 0; pass < 3; pass++)
		for (len = 1; len <= TG_L3_ID_MAX; len++)
			for (i = 0; i <= len * 2; i++) {
				u32 want = pass == 1 ? TG_L3_DUPLICATE : 0, res;

				memset(id, 0, sizeof(id));
				if (i < len * 2)
					id[i / 2] = i & 1 ? 0xff : 1;
				copy = malloc(len);
				memcpy(copy, id, len);
				if (pass < 2)
					res = tg_l3_add(b, TG_BID, 7, 1, copy, len, &out);
				else
					res = tg_l3_delete(b, copy, len, &out);
				if (want) {
					const struct tg_l3_order *o;

					assert_int_equal(res, want);
					o = tg_l3_order(b, tg_l3_find(b, copy, len));
					assert_non_null(o);
					assert_int_equal(tg_l3_id_len(o), len);
					assert_memory_equal(o->id, copy, len);
				} else {
					assert_true(res & (pass ? TG_L3_DELETED : TG_L3_ADDED));
					n++;
				}
				free(copy);
			}
	assert_int_equal(n, 2 * (36 * 37 + 36));
	assert_int_equal(b->orders, 0);
	free(b);
}

static void full(void **state)
{
	struct tg_l3 *b = new_book(4, 2, 3);

	(void)state;
	add(b, TG_BID, 10, 1, "a");
	add(b, TG_BID, 9, 1, "b");
	/* levels */
	assert_int_equal(add(b, TG_BID, 11, 1, "c"), TG_L3_FULL);
	assert_int_equal(find(b, "c"), 0);
	assert_int_equal(add(b, TG_BID, 10, 1, "c"), TG_L3_ADDED | TG_L3_TOP);
	assert_int_equal(change(b, 11, 1, "a", 0), TG_L3_FULL);
	assert_string_equal(queue(b, TG_BID, 10), "a c ");
	/* the only order of its level takes the level's place along */
	assert_int_equal(change(b, 11, 1, "b", 0), TG_L3_CHANGED | TG_L3_REQUEUED | TG_L3_TOP |
			 TG_L3_LEVEL_ADDED | TG_L3_LEVEL_DELETED);
	assert_int_equal(add(b, TG_ASK, 11, 1, "d"), ADDED_LEVEL | TG_L3_TOP);
	assert_true(tg_l3_crossed(b));
	/* orders */
	assert_int_equal(add(b, TG_ASK, 11, 1, "e"), TG_L3_FULL);
	assert_int_equal(add(b, TG_ASK, 11, 1, "d"), TG_L3_DUPLICATE);
	assert_int_equal(delete(b, "d"), DELETED_LEVEL | TG_L3_TOP);
	assert_int_equal(add(b, TG_ASK, 12, 1, "e"), ADDED_LEVEL | TG_L3_TOP);
	assert_false(tg_l3_crossed(b));
	tg_l3_clear(b);
	assert_int_equal(b->orders, 0);
	assert_int_equal(find(b, "a"), 0);
	assert_null(tg_l3_order(b, 1));
	assert_null(tg_l3_level_at(b, TG_BID, 10));
	assert_int_equal(add(b, TG_BID, 10, 1, "a"), ADDED_LEVEL | TG_L3_TOP);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_book),
		cmocka_unit_test(results),
		cmocka_unit_test(changes),
		cmocka_unit_test(refused),
		cmocka_unit_test(ids),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests_name("l3", tests, NULL, NULL);
}
