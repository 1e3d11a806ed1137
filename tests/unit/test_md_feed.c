// SPDX-License-Identifier: MIT
/* Feeds: what each line delivered, snapshot channels, silence and failover, feeds that go and come, numbers as the only test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define SECOND		1000000000ULL
#define CHANNEL		3u

static enum tg_reason feed(struct kit *k, u16 id, u16 line, u16 flags, u32 silence_ms)
{
	struct tg_in_feed f = { .feed_id = id, .venue_id = KIT_VENUE, .line = line, .flags = flags,
				.name = "F", .silence_ms = silence_ms };

	return kit_step(k, TG_IN_FEED, 0, &f, sizeof(f));
}

static struct kit *start(u32 held)
{
	struct kit *k = kit_new(0, held, 0);

	kit_instrument(k, 1, "BTC", 0);
	kit_connect(k);
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|268=2|269=0|270=10|271=1|269=1|270=11|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	return k;
}

static void x(struct kit *k, u16 f, u64 seq, u32 id)
{
	char body[96];

	snprintf(body, sizeof(body), "268=1|279=1|269=0|55=BTC|270=10|271=%u|25043=%u|25044=%u|", id,
		 id, id);
	kit_udp_at(k, f, seq, body);
}

/* A W as a datagram of the snapshot channel; more: another piece follows. */
static void piece(struct kit *k, u64 seq, u32 id, bool more)
{
	char body[128];

	snprintf(body, sizeof(body), "55=BTC|25044=%u|%s268=2|269=0|270=%u|271=%u|269=1|270=11|271=1|",
		 id, more ? "893=N|" : "", more ? 9 : 10, id);
	kit_build(k, "W", "VENUE", "MD", seq, k->feed_time, body);
	kit_step(k, TG_IN_UDP, CHANNEL, k->msg, k->msg_len);
}

static void channel(struct kit *k, u64 seq, u32 id)
{
	piece(k, seq, id, false);
}

static void expect_line(const struct kit *k, u32 id, u64 messages, u64 first, u64 dups, u64 lost)
{
	struct tg_nl_feed f;

	assert_true(tg_engine_feed(k->e, id, &f));
	assert_int_equal(f.messages, messages);
	assert_int_equal(f.first, first);
	assert_int_equal(f.duplicates, dups);
	assert_int_equal(f.lost, lost);
}

static void lines_are_counted(void **state)
{
	struct kit *k = start(0);
	struct tg_nl_feed f;

	(void)state;
	x(k, KIT_FEED_A, 1, 101);
	x(k, KIT_FEED_B, 1, 101);
	x(k, KIT_FEED_B, 2, 102);	/* B first */
	x(k, KIT_FEED_A, 2, 102);
	x(k, KIT_FEED_B, 3, 103);	/* A loses 3 */
	x(k, KIT_FEED_A, 4, 104);
	x(k, KIT_FEED_B, 4, 104);
	expect_line(k, KIT_FEED_A, 3, 2, 1, 1);
	expect_line(k, KIT_FEED_B, 4, 2, 2, 0);
	x(k, KIT_FEED_A, 3, 103);	/* late, not lost */
	expect_line(k, KIT_FEED_A, 4, 2, 2, 0);
	assert_int_equal(kit_cc(k, TG_CC_MD_FEED_GAPS), 0);
	assert_int_equal(kit_i(k, 1)->update_id, 104);
	assert_int_equal(kit_cc(k, TG_CC_MD_GAPS), 0);
	x(k, KIT_FEED_A, 200, 105);	/* more than the window: lost on the line, and everywhere */
	assert_true(tg_engine_feed(k->e, KIT_FEED_A, &f));
	assert_int_equal(f.lost, 195);
	assert_int_equal(f.gaps, 195);
	assert_int_equal(f.next_seq, 201);
	assert_int_equal(f.line, 0);
	assert_string_equal(f.name, "A");
	assert_false(tg_engine_feed(k->e, 4, &f));
	kit_free(k);
}

static void channel_used_when_needed(void **state)
{
	struct kit *k = start(0);

	(void)state;
	assert_int_equal(feed(k, CHANNEL, 0, TG_FEED_SNAPSHOT, 0), 0);
	channel(k, 7, 150);	/* numbers of its own; the book is well */
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	assert_int_equal(kit_count(k, 0), 0);
	x(k, KIT_FEED_A, 1, 103);	/* a gap */
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_CHAIN);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.expected, 101);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.got, 103);
	/* behind a hole it may be the last piece of another: not used */
	channel(k, 9, 102);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	channel(k, 10, 102);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(kit_pub(k, TG_PUB_RECOVERED, 0)->u.recovered.held, 1);
	/* no updates on it */
	x(k, CHANNEL, 11, 104);
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(kit_cc(k, TG_CC_FIX_UNKNOWN_TYPE), 1);
	kit_free(k);
}

/* More is held than a datagram's step may replay: the timer does it, with the room that it has. */
static void channel_with_much_held(void **state)
{
	struct kit *k = start(512);
	u32 n;

	(void)state;
	assert_int_equal(feed(k, CHANNEL, 0, TG_FEED_SNAPSHOT, 0), 0);
	channel(k, 1, 90);
	for (n = 0; n < 3 * TG_MD_UDP_REPLAY; n++)
		x(k, KIT_FEED_A, n + 1, 102 + n);
	channel(k, 2, 101);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	x(k, KIT_FEED_A, n + 1, 102 + n);
	assert_true(tg_engine_deadline_ns(k->e) <= k->now);
	kit_wait(k, 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 102 + n);
	assert_int_equal(kit_pub(k, TG_PUB_RECOVERED, 0)->u.recovered.held, n + 1);
	kit_free(k);
}

static void channel_in_pieces(void **state)
{
	struct kit *k = start(0);

	(void)state;
	assert_int_equal(feed(k, CHANNEL, 0, TG_FEED_SNAPSHOT, 0), 0);
	x(k, KIT_FEED_A, 1, 103);
	piece(k, 1, 102, true);		/* the channel is joined in the midst of something */
	piece(k, 2, 102, false);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	piece(k, 3, 102, true);
	piece(k, 5, 102, false);	/* one is missing */
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	piece(k, 6, 102, true);
	piece(k, 7, 102, false);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	kit_free(k);
}

static void silence(void **state)
{
	struct kit *k = kit_new(0, 0, 0);
	struct tg_nl_feed f;

	(void)state;
	assert_int_equal(feed(k, CHANNEL, 0, 0, 500), 0);
	assert_int_equal(feed(k, 4, 1, 0, 0), 0);	/* its line B */
	kit_instrument(k, 1, "BTC", 0);
	kit_connect(k);
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|268=1|269=0|270=10|271=1|");
	kit_wait(k, SECOND / 4);
	kit_build(k, "0", "VENUE", "MD", 1, k->feed_time, "");
	kit_step(k, TG_IN_UDP, 4, k->msg, k->msg_len);	/* a heartbeat on line B will do */
	kit_wait(k, SECOND / 4);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_wait(k, SECOND / 4 + 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_SILENCE);
	assert_int_equal(kit_cc(k, TG_CC_MD_SILENCE), 1);
	assert_true(tg_engine_feed(k->e, CHANNEL, &f));
	assert_int_equal(f.silent, 1);
	assert_int_equal(f.silence_ms, 500);
	kit_wait(k, SECOND);
	assert_int_equal(kit_cc(k, TG_CC_MD_SILENCE), 1);	/* once a silence */
	/* heard again, and nothing was missed */
	x(k, 4, 2, 101);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_RECOVERED), 1);
	kit_wait(k, SECOND / 4);
	kit_wait(k, SECOND / 4);
	assert_true(tg_engine_deadline_ns(k->e) != ~0ULL);
	kit_free(k);
}

static void removed_and_given_anew(void **state)
{
	struct kit *k = start(0);
	struct tg_nl_feed f;

	(void)state;
	assert_int_equal(feed(k, KIT_FEED_A, 0, TG_FEED_REMOVE, 0), 0);
	assert_false(tg_engine_feed(k->e, KIT_FEED_A, &f));
	x(k, KIT_FEED_A, 1, 101);
	assert_int_equal(kit_i(k, 1)->update_id, 100);
	/* line B goes on by itself */
	x(k, KIT_FEED_B, 1, 101);
	assert_int_equal(kit_i(k, 1)->update_id, 101);
	assert_int_equal(feed(k, KIT_FEED_A, 0, TG_FEED_REMOVE, 0), TG_REASON_CONFIG);
	assert_int_equal(feed(k, KIT_FEED_B, 0, 64, 0), TG_REASON_CONFIG);
	assert_int_equal(feed(k, KIT_FEED_A, 0, 0, 0), 0);
	x(k, KIT_FEED_A, 50, 102);
	assert_int_equal(kit_i(k, 1)->update_id, 102);
	expect_line(k, KIT_FEED_A, 1, 1, 0, 0);
	kit_free(k);
}

/* A venue without update ids on a feed: a hole in 34 makes all its books suspect, by the timer. */
static void numbers_only(void **state)
{
	struct kit *k;
	u64 req;

	(void)state;
	kit_dialect = TG_DIALECT_DERIBIT;
	k = kit_new(0, 0, 0);
	kit_dialect = 0;
	kit_instrument(k, 1, "BTC", 0);
	kit_connect(k);
	kit_tcp(k, "W", "55=BTC|268=1|269=0|270=10|271=1|");
	kit_udp_at(k, KIT_FEED_A, 1, "55=BTC|268=1|279=1|269=0|270=10|271=2|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_udp_at(k, KIT_FEED_A, 4, "55=BTC|268=1|279=1|269=0|270=10|271=3|");
	kit_wait(k, 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_MSG_SEQ);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.expected, 2);
	assert_int_equal(kit_sent(k, "V", &req), 1);
	kit_free(k);
}

/* A snapshot in pieces: nothing but its own pieces ends it, updates wait. */
static void pieces(void **state)
{
	struct kit *k = kit_new(0, 0, TG_VENUE_MD_TCP);

	(void)state;
	kit_instrument(k, 1, "BTC", 0);
	kit_connect(k);
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|893=N|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_EMPTY);
	kit_tcp(k, "X", "268=1|279=1|269=0|55=BTC|270=10|271=5|25043=101|25044=101|");
	assert_int_equal(kit_i(k, 1)->npending, 1);
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|893=N|268=1|269=0|270=9|271=1|");
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|893=Y|268=1|269=1|270=11|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 101);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	assert_int_equal(kit_count(k, TG_PUB_CLEAR), 0);	/* with the first one only */
	/* an older one, in pieces, is not wanted: none of them */
	kit_tcp(k, "W", "262=1|55=BTC|25044=90|893=N|268=1|269=0|270=1|271=1|");
	kit_tcp(k, "W", "262=1|55=BTC|25044=90|893=Y|268=1|269=0|270=2|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 2);
	/* one that never ends is asked for again */
	kit_tcp(k, "W", "262=1|55=BTC|25044=200|893=N|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	kit_tcp(k, "W", "262=1|55=BTC|25044=300|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 300);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(channel_used_when_needed),
		cmocka_unit_test(channel_with_much_held),
		cmocka_unit_test(channel_in_pieces),
		cmocka_unit_test(silence),
		cmocka_unit_test(removed_and_given_anew),
		cmocka_unit_test(numbers_only),
		cmocka_unit_test(pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
