// SPDX-License-Identifier: MIT
/*
 * Market data through a whole engine: chain of update ids, snapshots, fragments, feed lines,
 * staleness, malformed messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define E8		100000000LL
#define SECOND		1000000000ULL

static struct kit *start(u16 venue_flags)
{
	struct kit *k = kit_new(0, 0, venue_flags);

	kit_instrument(k, 1, "BTCUSDT", 0);
	return k;
}

/* Connected, book of instrument 1 LIVE at update id 100: bid 10 x 1, 9 x 2; ask 11 x 3, 12 x 4. */
static struct kit *start_live(void)
{
	struct kit *k = start(0);

	kit_connect(k);
	kit_tcp(k, "W",
		"262=1|55=BTCUSDT|25044=100|268=4|269=0|270=10|271=1|269=0|270=9|271=2|269=1|270="
		"11|271=3|269=1|270=12|271=4|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	return k;
}

static void expect_level(const struct kit *k, u32 id, enum tg_book_side side, u32 depth, s64 px,
			 s64 qty)
{
	struct tg_level l;

	assert_true(tg_engine_book_level(k->e, id, side, depth, &l));
	assert_int_equal(l.px, px);
	assert_int_equal(l.qty, qty);
}

static void expect_state_event(const struct kit *k, u32 nth, u32 previous, u32 state)
{
	const struct tg_pub_event *ev = kit_pub(k, TG_PUB_BOOK_STATE, nth);

	assert_non_null(ev);
	assert_int_equal(ev->u.state.previous, previous);
	assert_int_equal(ev->u.state.state, state);
}

/* ---- snapshots ---- */

static void snapshot_asked_and_applied(void **state)
{
	struct kit *k = start(0);
	const struct tg_pub_event *ev;
	u64 req = 0;

	(void)state;
	assert_int_equal(kit_i(k, 1)->requested, TG_MD_REQ_WANTED);
	kit_connect(k);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_EMPTY);
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);

	kit_tcp(k, "W",
		"262=1|55=BTCUSDT|25044=100|268=3|269=0|270=10|271=1|269=0|270=9.5|271=2|269=1|270="
		"11|271=3|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	ev = kit_pub(k, 0, 0);
	assert_int_equal(ev->type, TG_PUB_CLEAR);
	assert_int_equal(ev->flags, TG_EV_SNAPSHOT);
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 3);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_SNAPSHOT);
	ev = kit_pub(k, TG_PUB_LEVEL, 2);
	assert_int_equal(ev->flags, TG_EV_SNAPSHOT | TG_EV_LAST);
	assert_int_equal(ev->u.level.side, TG_ASK);
	assert_int_equal(ev->u.level.px, 11 * E8);
	assert_int_equal(ev->u.level.qty, 3 * E8);
	assert_int_equal(ev->u.level.update_id, 100);
	expect_state_event(k, 0, TG_BOOK_EMPTY, TG_BOOK_LIVE);
	assert_int_equal(kit_outs(k, TG_OUT_BOOK), 1);
	expect_level(k, 1, TG_BID, 1, 950000000, 2 * E8);
	assert_int_equal(tg_md_reference_px(k->e, kit_i(k, 1)), 1050000000);
	kit_free(k);
}

static void empty_snapshot(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_tcp(k, "W", "55=BTCUSDT|25044=200|268=0|");
	assert_int_equal(kit_count(k, TG_PUB_CLEAR), 1);
	assert_int_equal(kit_pub(k, TG_PUB_CLEAR, 0)->flags, TG_EV_SNAPSHOT | TG_EV_LAST);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);
	kit_free(k);
}

static void updates_held_until_snapshot(void **state)
{
	struct kit *k = start(0);

	(void)state;
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=8|271=7|25043=98|25044=99|");
	kit_udp(k, "268=2|279=0|269=0|55=BTCUSDT|270=10|271=5|25043=100|25044=101|279=2|269=1|270="
		   "12|");
	kit_udp(k, "268=1|279=1|269=1|55=BTCUSDT|270=11|271=6|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->npending, 4);
	assert_int_equal(kit_count(k, 0), 0);
	kit_connect(k);
	/* the first held set ends before the snapshot, the second overlaps it */
	kit_tcp(k, "W",
		"262=1|55=BTCUSDT|25044=100|268=4|269=0|270=10|271=1|269=0|270=9|271=2|269=1|270="
		"11|271=3|269=1|270=12|271=4|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 102);
	assert_int_equal(kit_i(k, 1)->npending, 0);
	assert_int_equal(kit_cc(k, TG_CC_MD_STALE_DROPPED), 1);
	expect_level(k, 1, TG_BID, 0, 10 * E8, 5 * E8);
	expect_level(k, 1, TG_BID, 1, 9 * E8, 2 * E8);
	expect_level(k, 1, TG_ASK, 0, 11 * E8, 6 * E8);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_ASK), 1);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	/* each set ends with LAST, and the state comes after all of it */
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 4)->flags, 0);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 5)->flags, TG_EV_LAST);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 6)->flags, TG_EV_LAST);
	assert_int_equal(kit_pub(k, 0, kit_count(k, 0) - 1)->type, TG_PUB_BOOK_STATE);
	kit_free(k);
}

static void old_snapshot_dropped(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_tcp(k, "W", "55=BTCUSDT|25044=99|268=1|269=0|270=1|271=1|");
	assert_int_equal(kit_count(k, 0), 0);
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	expect_level(k, 1, TG_BID, 0, 10 * E8, E8);
	kit_free(k);
}

static void snapshot_too_old_for_what_is_held(void **state)
{
	struct kit *k = start(0);
	u64 req = 0;

	(void)state;
	kit_connect(k);
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=8|271=7|25043=105|25044=105|");
	kit_tcp(k, "W", "55=BTCUSDT|25044=100|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 2);
	kit_tcp(k, "W", "55=BTCUSDT|25044=104|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 105);
	kit_free(k);
}

static void pending_overflow(void **state)
{
	struct kit *k = kit_new(0, 4, 0);
	char body[128];
	u64 id;

	(void)state;
	kit_instrument(k, 1, "BTCUSDT", 0);
	kit_connect(k);
	for (id = 1; id <= 4; id++) {
		snprintf(body, sizeof(body),
			 "268=1|279=0|269=0|55=BTCUSDT|270=%llu|271=1|25043=%llu|25044=%llu|", id,
			 id, id);
		kit_udp(k, body);
		assert_int_equal(kit_sent(k, "V", NULL), 0);
	}
	/* half a set must not be left held: both entries of this one go */
	kit_udp(k, "268=2|279=0|269=0|55=BTCUSDT|270=5|271=1|25043=5|25044=5|279=0|269=0|270=6|271="
		   "1|");
	assert_int_equal(kit_cc(k, TG_CC_MD_PENDING_OVERFLOW), 1);
	assert_int_equal(kit_i(k, 1)->npending, 0);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=7|271=1|25043=6|25044=6|");
	kit_tcp(k, "W", "55=BTCUSDT|25044=5|268=1|269=0|270=1|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	kit_free(k);
}

static void large_snapshot(void **state)
{
	struct kit *k = start(0);
	static char body[1 << 18];
	u32 n = 0, i;

	(void)state;
	kit_connect(k);
	n = (u32)snprintf(body, sizeof(body), "55=BTCUSDT|25044=7|268=6000|");
	for (i = 0; i < 3000; i++)
		n += (u32)snprintf(body + n, sizeof(body) - n,
				   "269=0|270=%u.5|271=%u|269=1|270=%u.25|271=%u|", 5000 - i, i + 1,
				   5001 + i, i + 2);
	kit_tcp(k, "W", body);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 6000);
	/* the capacity of 64 keeps the best ones, and counts */
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 64);
	assert_int_equal(kit_cc(k, TG_CC_BOOK_EVICTED), 2 * (3000 - 64));
	expect_level(k, 1, TG_BID, 0, 500050000000, E8);
	expect_level(k, 1, TG_BID, 63, 493750000000, 64 * E8);
	expect_level(k, 1, TG_ASK, 63, 506425000000, 65 * E8);
	assert_int_equal(k->ob.lost, 0);
	kit_free(k);
}

/* ---- the chain ---- */

static void chain_and_gap(void **state)
{
	struct kit *k = start_live();
	u64 req = 0;

	(void)state;
	kit_udp(k,
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=9|25043=101|25044=103|279=2|269=0|270=9|");
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 2);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, 0);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->flags, TG_EV_LAST);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->u.level.qty, 0);
	assert_int_equal(kit_outs(k, TG_OUT_BOOK), 1);
	expect_level(k, 1, TG_BID, 0, 10 * E8, 9 * E8);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 1);

	/* older than the book: dropped */
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=1|25043=102|25044=103|");
	assert_int_equal(kit_cc(k, TG_CC_MD_STALE_DROPPED), 1);
	assert_int_equal(kit_count(k, 0), 0);

	/* a hole: RECOVERING, snapshot asked for, update held */
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=1|25043=105|25044=105|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	expect_state_event(k, 0, TG_BOOK_LIVE, TG_BOOK_RECOVERING);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 2);
	assert_int_equal(kit_cc(k, TG_CC_MD_GAPS), 1);
	assert_int_equal(kit_i(k, 1)->npending, 1);
	expect_level(k, 1, TG_BID, 0, 10 * E8, 9 * E8);
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=106|25044=106|");
	assert_int_equal(kit_sent(k, "V", NULL), 0);	/* one request at a time */

	kit_tcp(k, "W", "262=2|55=BTCUSDT|25044=105|268=1|269=0|270=10|271=8|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 106);
	expect_level(k, 1, TG_BID, 0, 10 * E8, 2 * E8);
	kit_free(k);
}

static void several_instruments_in_one_message(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_instrument(k, 2, "ETHUSDT", 0);
	assert_int_equal(kit_sent(k, "V", NULL), 1);	/* the session is up: asked for at once */
	kit_tcp(k, "W", "55=ETHUSDT|25044=5|268=1|269=0|270=3|271=1|");
	kit_udp(k, "268=4|279=1|269=0|55=BTCUSDT|270=10|271=4|25043=101|25044=101|279=0|269=0|55="
		   "ETHUSDT|270=4|271=4|25043=6|25044=7|"
		   "279=0|269=0|55=NOSUCH|270=4|271=4|25043=6|25044=7|279=0|269=1|55=ETHUSDT|270=5|"
		   "271=5|25043=8|25044=8|");
	assert_int_equal(kit_i(k, 1)->update_id, 101);
	assert_int_equal(kit_i(k, 2)->update_id, 8);
	assert_int_equal(kit_cc(k, TG_CC_MD_UNKNOWN_SYMBOL), 1);
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 3);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_LAST);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->flags, TG_EV_LAST);
	assert_int_equal(kit_outs(k, TG_OUT_BOOK), 2);
	kit_free(k);
}

static void without_update_ids(void **state)
{
	struct kit *k = start(0);

	(void)state;
	kit_connect(k);
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=10|271=4|");
	/* no base yet, and nothing to hold it by */
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 0);
	kit_tcp(k, "W", "55=BTCUSDT|268=1|269=0|270=3|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=10|271=4|");
	expect_level(k, 1, TG_BID, 0, 10 * E8, 4 * E8);
	kit_free(k);
}

static void trades(void **state)
{
	struct kit *k = start(0);
	struct tg_book_image img;
	const struct tg_pub_event *ev;

	(void)state;
	assert_true(tg_engine_book(k->e, 1, &img));
	assert_true(img.last_px == TG_PX_NONE);
	/* no live book needed */
	kit_udp(k, "268=1|279=0|269=2|55=BTCUSDT|270=10.5|271=0.25|");
	ev = kit_pub(k, TG_PUB_TRADE, 0);
	assert_non_null(ev);
	assert_int_equal(ev->u.trade.px, 1050000000);
	assert_int_equal(ev->u.trade.qty, 25000000);
	assert_int_equal(ev->flags, TG_EV_LAST);
	assert_int_equal(kit_outs(k, TG_OUT_BOOK), 1);
	assert_true(tg_engine_book(k->e, 1, &img));
	assert_int_equal(img.last_px, 1050000000);
	/* but no reference price before the book lives */
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);
	kit_connect(k);
	kit_tcp(k, "W", "55=BTCUSDT|25044=1|268=1|269=0|270=3|271=1|");
	assert_int_equal(tg_md_reference_px(k->e, kit_i(k, 1)), 1050000000);
	kit_free(k);
}

static void crossed_is_counted_when_complete(void **state)
{
	struct kit *k = start_live();

	(void)state;
	/* crossed between its entries, not at its end */
	kit_udp(k, "268=2|279=0|269=0|55=BTCUSDT|270=11|271=9|25043=101|25044=101|279=2|269=1|270="
		   "11|");
	assert_int_equal(kit_cc(k, TG_CC_BOOK_CROSSED), 0);
	kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=13|271=9|25043=102|25044=102|");
	assert_int_equal(kit_cc(k, TG_CC_BOOK_CROSSED), 1);
	kit_free(k);
}

/* ---- fragments ---- */

#define FRAG_1	"893=N|268=1|279=0|269=0|55=BTCUSDT|270=10.1|271=1|25043=101|25044=103|"
#define FRAG_2	"893=N|268=1|279=0|269=0|55=BTCUSDT|270=10.2|271=2|25043=101|25044=103|"
#define FRAG_3	"268=1|279=0|269=0|55=BTCUSDT|270=10.3|271=3|25043=101|25044=103|"

static void fragments(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_udp(k, FRAG_1);
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, 0);
	kit_udp(k, FRAG_2);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, 0);
	kit_udp(k, FRAG_3);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_LAST);
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	expect_level(k, 1, TG_BID, 0, 1030000000, 3 * E8);
	expect_level(k, 1, TG_BID, 2, 1010000000, E8);
	kit_free(k);
}

/* All three carry the same ids, so the chain alone would not see that one is missing. */
static void lost_fragment(void **state)
{
	static const char *const body[3] = { FRAG_1, FRAG_2, FRAG_3 };
	u32 lost, i;

	(void)state;
	for (lost = 0; lost < 3; lost++) {
		struct kit *k = start_live();

		/* so that the feed has a number */
		kit_udp(k, "268=1|279=1|269=1|55=BTCUSDT|270=12|271=5|25043=100|25044=100|");
		for (i = 0; i < 3; i++) {
			if (i == lost)
				k->feed_seq++;
			else
				kit_udp(k, body[i]);
		}
		kit_udp(k, "268=1|279=0|269=0|55=BTCUSDT|270=10.4|271=4|25043=104|25044=104|");
		assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
		assert_int_equal(kit_i(k, 1)->update_id, 100);
		/* the snapshot puts it right */
		kit_tcp(k, "W",
			"55=BTCUSDT|25044=103|268=3|269=0|270=10.1|271=1|269=0|270=10.2|271=2|269="
			"0|270=10.3|271=3|");
		assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
		assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 4);
		kit_free(k);
	}
}

/*
 * The hole shows with a message about something else; the set goes on as if nothing had happened.
 */
static void lost_fragment_seen_elsewhere(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_instrument(k, 2, "ETHUSDT", 0);
	kit_udp(k, FRAG_1);
	k->feed_seq++;
	kit_udp(k, "268=1|279=0|269=2|55=ETHUSDT|270=1|271=1|");
	kit_udp(k, FRAG_3);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	kit_free(k);
}

/*
 * A set of which some fragments were held when the snapshot came is not complete before its last
 * one.
 */
static void snapshot_between_fragments(void **state)
{
	struct kit *k = start(0);

	(void)state;
	kit_connect(k);
	kit_udp(k, FRAG_1);
	kit_udp(k, FRAG_2);
	kit_tcp(k, "W", "55=BTCUSDT|25044=100|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 2)->flags, 0);
	kit_udp(k, FRAG_3);
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_LAST);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 4);
	kit_free(k);
}

static void late_fragment(void **state)
{
	static const char *const body[3] = { FRAG_1, FRAG_2, FRAG_3 };
	u32 late, i;

	(void)state;
	for (late = 0; late < 3; late++) {
		struct kit *k = start_live();
		u64 seq = 50;

		kit_udp_at(k, KIT_FEED_A, seq - 1,
			   "268=1|279=1|269=1|55=BTCUSDT|270=12|271=5|25043=100|25044=100|");
		for (i = 0; i < 3; i++)
			if (i != late)
				kit_udp_at(k, KIT_FEED_A, seq + i, body[i]);
		kit_udp_at(k, KIT_FEED_B, seq + late, body[late]);
		assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
		assert_int_equal(kit_i(k, 1)->update_id, 103);
		assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 5);
		kit_free(k);
	}
}

/* ---- feeds ---- */

static void lines_a_and_b(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_udp_at(k, KIT_FEED_A, 10,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	kit_udp_at(k, KIT_FEED_B, 10,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	assert_int_equal(kit_cc(k, TG_CC_MD_FEED_DUPS), 1);
	assert_int_equal(kit_cc(k, TG_CC_MD_STALE_DROPPED), 0);
	assert_int_equal(kit_count(k, 0), 0);
	/* B first */
	kit_udp_at(k, KIT_FEED_B, 11,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	kit_udp_at(k, KIT_FEED_A, 11,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	assert_int_equal(kit_cc(k, TG_CC_MD_FEED_DUPS), 2);
	/*
	 * A loses one, B brings it: the book was RECOVERING in between, and no snapshot is needed
	 */
	kit_udp_at(k, KIT_FEED_A, 13,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=5|25043=104|25044=104|");
	assert_int_equal(kit_cc(k, TG_CC_MD_FEED_GAPS), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	kit_udp_at(k, KIT_FEED_B, 12,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=4|25043=103|25044=103|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 104);
	expect_level(k, 1, TG_BID, 0, 10 * E8, 5 * E8);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->u.level.qty, 4 * E8);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->u.level.qty, 5 * E8);
	expect_state_event(k, 0, TG_BOOK_RECOVERING, TG_BOOK_LIVE);
	/* the snapshot that was asked for meanwhile is older than the book: dropped */
	kit_tcp(k, "W", "262=2|55=BTCUSDT|25044=103|268=1|269=0|270=1|271=1|");
	expect_level(k, 1, TG_BID, 0, 10 * E8, 5 * E8);
	assert_int_equal(kit_i(k, 1)->requested, TG_MD_REQ_NONE);
	kit_free(k);
}

static void feed_gap_of_another_instrument(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_instrument(k, 2, "ETHUSDT", 0);
	kit_tcp(k, "W", "55=ETHUSDT|25044=5|268=1|269=0|270=3|271=1|");
	kit_udp_at(k, KIT_FEED_A, 10,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	/* 11 is lost, and was about ETHUSDT; it shows with its own next update */
	kit_udp_at(k, KIT_FEED_A, 12, "268=1|279=0|269=0|55=ETHUSDT|270=3|271=2|25043=7|25044=7|");
	kit_udp_at(k, KIT_FEED_A, 13,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 2)->state, TG_BOOK_RECOVERING);
	kit_free(k);
}

static void feed_restart(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_udp_at(k, KIT_FEED_A, 1000,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	/* an old copy: same or older 52 */
	kit_udp_at(k, KIT_FEED_A, 3,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	assert_int_equal(kit_cc(k, TG_CC_MD_FEED_DUPS), 1);
	assert_int_equal(kit_i(k, 1)->update_id, 101);
	/* a low number sent later: the publisher counts anew, and so may its ids */
	k->feed_time += SECOND;
	k->now += SECOND;
	kit_udp_at(k, KIT_FEED_A, 1, "268=1|279=0|269=0|55=BTCUSDT|270=1|271=1|25043=1|25044=1|");
	assert_true(tg_engine_deadline_ns(k->e) <= k->now);
	kit_wait(k, 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_EMPTY);
	assert_int_equal(kit_count(k, TG_PUB_CLEAR), 1);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	kit_udp_at(k, KIT_FEED_A, 2, "268=1|279=0|269=0|55=BTCUSDT|270=2|271=2|25043=2|25044=2|");
	kit_tcp(k, "W", "55=BTCUSDT|25044=1|268=1|269=0|270=1|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 2);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	kit_free(k);
}

static void several_messages_in_a_datagram(void **state)
{
	struct kit *k = start_live();
	static u8 dgram[4096];
	u32 n = 0;

	(void)state;
	kit_build(k, "X", "VENUE", "MD", 1, k->feed_time,
		  "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	memcpy(dgram, k->msg, k->msg_len);
	n = k->msg_len;
	memcpy(dgram + n, "rubbish", 7);
	n += 7;
	kit_build(k, "X", "VENUE", "MD", 2, k->feed_time,
		  "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	memcpy(dgram + n, k->msg, k->msg_len);
	n += k->msg_len;
	memcpy(dgram + n, k->msg, k->msg_len / 2);	/* and one cut short */
	n += k->msg_len / 2;
	kit_step(k, TG_IN_UDP, KIT_FEED_A, dgram, n);
	assert_int_equal(kit_i(k, 1)->update_id, 102);
	assert_int_equal(kit_outs(k, TG_OUT_BOOK), 1);
	assert_true(kit_cc(k, TG_CC_FIX_GARBLED) >= 2);
	assert_true(kit_cc(k, TG_CC_FIX_GARBAGE_BYTES) >= 7 + k->msg_len / 2);
	kit_free(k);
}

/* ---- malformed ---- */

static u64 book_hash(const struct kit *k)
{
	const struct tg_instrument *i = kit_i(k, 1);

	return tg_hash_bytes(tg_hash_bytes(1, i, sizeof(*i)), tg_l2_of(k->e, i),
			     tg_l2_bytes(k->e->params.book_levels));
}

static void malformed_changes_nothing(void **state)
{
	static const char *const incremental[] = {
		/* one entry too few */
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|",
		/* too many */
		"268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|279=1|269=0|270=9|"
		"271=1|",
		/* number */
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|279=1|269=0|270=9x|"
		"271=1|",
		/* no size */
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|279=1|269=0|270=9|",
		/* no price */
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|279=1|269=0|271=9|",
		/* delete of nothing */
		"268=2|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|279=2|269=0|",
		/* negative size */
		"268=1|279=1|269=0|55=BTCUSDT|270=10|271=-2|25043=101|25044=101|",
		/* ids backwards */
		"268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=102|25044=101|",
		/* range */
		"268=1|279=1|269=0|55=BTCUSDT|270=99999999999999999999|271=2|25043=101|25044=101|",
		/* action */
		"268=1|279=7|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|",
		"268=x|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|",
		/* no count */
		"279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|",
		"268=4000000000|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|",
		/* no symbol */
		"268=1|279=1|269=0|270=10|271=2|25043=101|25044=101|",
	};
	static const char *const full[] = {
		"55=BTCUSDT|25044=300|268=2|269=0|270=1|271=1|",
		"55=BTCUSDT|25044=300|268=1|269=0|270=1|271=1|269=0|270=2|271=1|",
		"55=BTCUSDT|25044=300|268=1|269=0|270=1|",
		"55=BTCUSDT|25044=300|268=1|269=0|270=1|271=-1|",
		"55=BTCUSDT|25044=-3|268=1|269=0|270=1|271=1|",
		"25044=300|268=1|269=0|270=1|271=1|",
	};
	struct kit *k = start_live();
	u64 want = book_hash(k);
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(incremental) / sizeof(incremental[0]); i++) {
		kit_udp(k, incremental[i]);
		if (book_hash(k) != want || kit_count(k, 0))
			fail_msg("changed by: %s", incremental[i]);
		assert_int_equal(kit_cc(k, TG_CC_FIX_REJECTED), i + 1);
	}
	for (i = 0; i < sizeof(full) / sizeof(full[0]); i++) {
		kit_tcp(k, "W", full[i]);
		if (book_hash(k) != want || kit_count(k, 0))
			fail_msg("changed by: %s", full[i]);
		assert_int_equal(kit_sent(k, "3", NULL), 1);	/* the session says no */
	}
	kit_free(k);
}

/* More entries than are decoded at once: walked dry first. The last entry is the bad one. */
static void long_messages_are_whole_or_nothing(void **state)
{
	static const u32 counts[] = { TG_MD_SCRATCH - 1, TG_MD_SCRATCH, TG_MD_SCRATCH + 1,
				      3 * TG_MD_SCRATCH };
	static char body[1 << 16];
	u32 c, i, good;

	(void)state;
	for (c = 0; c < 4; c++) {
		for (good = 0; good < 2; good++) {
			struct kit *k = start_live();
			u64 want = book_hash(k);
			u32 n = (u32)snprintf(
				body, sizeof(body),
				"268=%u|279=0|269=0|55=BTCUSDT|270=1|271=1|25043=101|25044=101|",
				counts[c]);

			for (i = 1; i < counts[c]; i++)
				n += (u32)snprintf(body + n, sizeof(body) - n,
						   "279=0|269=0|270=1.%03u|271=%s|", i,
						   i == counts[c] - 1 && !good ? "-1" : "1");
			kit_udp(k, body);
			assert_int_equal(book_hash(k) == want, !good);
			assert_int_equal(kit_count(k, TG_PUB_LEVEL), good ? counts[c] : 0);
			if (good) {
				assert_int_equal(kit_pub(k, TG_PUB_LEVEL, counts[c] - 1)->flags,
						 TG_EV_LAST);
				assert_int_equal(kit_pub(k, TG_PUB_LEVEL, counts[c] - 2)->flags, 0);
				assert_int_equal(kit_i(k, 1)->update_id, 101);
			}
			kit_free(k);
		}
	}
}

/* ---- time and sessions ---- */

static void staleness(void **state)
{
	struct kit *k = kit_new(0, 0, 0);

	(void)state;
	kit_instrument(k, 1, "BTCUSDT", 2 * SECOND);
	kit_connect(k);
	kit_tcp(k, "W", "55=BTCUSDT|25044=100|268=2|269=0|270=10|271=1|269=1|270=11|271=1|");
	assert_true(tg_engine_deadline_ns(k->e) <= k->now + 2 * SECOND);
	kit_wait(k, SECOND);
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	kit_wait(k, SECOND + SECOND / 2);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_true(tg_engine_deadline_ns(k->e) > k->now);
	kit_wait(k, SECOND / 2);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	expect_state_event(k, 0, TG_BOOK_LIVE, TG_BOOK_STALE);
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);
	/* the chain holds: the next good news is enough */
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	expect_state_event(k, 0, TG_BOOK_STALE, TG_BOOK_LIVE);
	kit_free(k);
}

static void unanswered_request_goes_out_again(void **state)
{
	struct kit *k = start(0);
	u64 req = 0;

	(void)state;
	kit_connect(k);
	kit_wait(k, 4 * SECOND);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	kit_wait(k, SECOND);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 2);
	kit_free(k);
}

/*
 * The other line closes a gap while its snapshot is under way; the answer is too old for the next
 * gap, which asks anew.
 */
static void second_gap_asks_again(void **state)
{
	struct kit *k = start_live();
	u64 req = 0;

	(void)state;
	kit_udp_at(k, KIT_FEED_A, 10,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	kit_udp_at(k, KIT_FEED_A, 12,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=4|25043=103|25044=103|");
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 2);
	kit_udp_at(k, KIT_FEED_B, 11,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=3|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_udp_at(k, KIT_FEED_A, 14,
		   "268=1|279=1|269=0|55=BTCUSDT|270=10|271=6|25043=105|25044=105|");
	assert_int_equal(kit_sent(k, "V", &req), 1);
	assert_int_equal(req, 3);
	kit_tcp(k, "W", "262=2|55=BTCUSDT|25044=102|268=1|269=0|270=10|271=3|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	kit_tcp(k, "W", "262=3|55=BTCUSDT|25044=104|268=1|269=0|270=10|271=5|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 105);
	kit_free(k);
}

/* A gap in the session's own numbers is filled; the request made before it stands. */
static void request_outlives_a_session_gap(void **state)
{
	struct kit *k = start(0);
	char body[32];

	(void)state;
	kit_connect(k);
	assert_int_equal(kit_i(k, 1)->requested, TG_MD_REQ_OUT);
	k->venue_seq++;
	kit_tcp(k, "0", "");
	assert_int_equal(tg_session(k->e, KIT_VENUE)->state, TG_SESSION_RECOVERING);
	k->venue_seq -= 2;
	snprintf(body, sizeof(body), "43=Y|123=Y|36=%u|", (u32)k->venue_seq + 2);
	kit_tcp(k, "4", body);
	assert_int_equal(tg_session(k->e, KIT_VENUE)->state, TG_SESSION_UP);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	assert_int_equal(kit_i(k, 1)->requested, TG_MD_REQ_OUT);
	kit_free(k);
}

static void refused_request(void **state)
{
	struct kit *k = start(0);

	(void)state;
	kit_connect(k);
	kit_tcp(k, "Y", "262=1|281=0|58=unknown symbol|");
	assert_int_equal(kit_cc(k, TG_CC_MD_REJECTED), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_EMPTY);
	kit_wait(k, 10 * SECOND);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	kit_free(k);
}

static void session_loss_of_a_book_fed_by_tcp(void **state)
{
	struct kit *k = start(TG_VENUE_MD_TCP);
	u64 req = 0;

	(void)state;
	kit_connect(k);
	kit_tcp(k, "W", "55=BTCUSDT|25044=100|268=1|269=0|270=10|271=1|");
	kit_tcp(k, "X", "268=1|279=1|269=0|55=BTCUSDT|270=10|271=2|25043=101|25044=101|");
	expect_level(k, 1, TG_BID, 0, 10 * E8, 2 * E8);
	kit_step(k, TG_IN_TCP_DOWN, KIT_VENUE, NULL, 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	kit_connect(k);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	/* the venue may have begun its ids again: a lower one is believed now */
	kit_tcp(k, "W", "55=BTCUSDT|25044=7|268=1|269=0|270=12|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 7);
	kit_free(k);
}

static void session_loss_of_a_book_fed_by_udp(void **state)
{
	struct kit *k = start_live();

	(void)state;
	kit_step(k, TG_IN_TCP_DOWN, KIT_VENUE, NULL, 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	/* a gap now: the request waits for the session */
	kit_udp(k, "268=1|279=1|269=0|55=BTCUSDT|270=10|271=1|25043=105|25044=105|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	kit_connect(k);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	kit_free(k);
}

static void image(void **state)
{
	struct kit *k = start_live();
	struct tg_book_image img;

	(void)state;
	assert_true(tg_engine_book(k->e, 1, &img));
	assert_int_equal(img.state, TG_BOOK_LIVE);
	assert_int_equal(img.bid_levels, 2);
	assert_int_equal(img.ask_levels, 2);
	assert_int_equal(img.bid[0].px, 10 * E8);
	assert_int_equal(img.ask[1].qty, 4 * E8);
	assert_int_equal(img.bid[2].px, 0);
	assert_int_equal(img.update_id, 100);
	assert_int_equal(img.record_seq, k->seq);
	assert_false(tg_engine_book(k->e, 2, &img));
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshot_asked_and_applied),
		cmocka_unit_test(empty_snapshot),
		cmocka_unit_test(updates_held_until_snapshot),
		cmocka_unit_test(old_snapshot_dropped),
		cmocka_unit_test(snapshot_too_old_for_what_is_held),
		cmocka_unit_test(pending_overflow),
		cmocka_unit_test(large_snapshot),
		cmocka_unit_test(chain_and_gap),
		cmocka_unit_test(several_instruments_in_one_message),
		cmocka_unit_test(without_update_ids),
		cmocka_unit_test(trades),
		cmocka_unit_test(crossed_is_counted_when_complete),
		cmocka_unit_test(fragments),
		cmocka_unit_test(lost_fragment),
		cmocka_unit_test(lost_fragment_seen_elsewhere),
		cmocka_unit_test(snapshot_between_fragments),
		cmocka_unit_test(late_fragment),
		cmocka_unit_test(lines_a_and_b),
		cmocka_unit_test(feed_gap_of_another_instrument),
		cmocka_unit_test(feed_restart),
		cmocka_unit_test(several_messages_in_a_datagram),
		cmocka_unit_test(malformed_changes_nothing),
		cmocka_unit_test(long_messages_are_whole_or_nothing),
		cmocka_unit_test(staleness),
		cmocka_unit_test(unanswered_request_goes_out_again),
		cmocka_unit_test(second_gap_asks_again),
		cmocka_unit_test(request_outlives_a_session_gap),
		cmocka_unit_test(refused_request),
		cmocka_unit_test(session_loss_of_a_book_fed_by_tcp),
		cmocka_unit_test(session_loss_of_a_book_fed_by_udp),
		cmocka_unit_test(image),
	};

	return cmocka_run_group_tests_name("md", tests, NULL, NULL);
}
