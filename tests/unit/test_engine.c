// SPDX-License-Identifier: MIT
/*
 * The engine as a host sees it: records in and out of place, verdicts, digests, snapshots,
 * deadlines, read-only views.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY

static void capacities(void **state)
{
	struct tg_in_engine p = { 0 }, bad;
	u64 bytes;
	void *mem;

	(void)state;
	assert_int_equal(tg_engine_size(&p),
			 0); /* zero is not a capacity until the defaults are in */
	tg_engine_defaults(&p);
	bytes = tg_engine_size(&p);
	assert_true(bytes > 0);
#define BAD(field, value)                                  \
	do {                                               \
		bad = p;                                   \
		bad.field = value;                         \
		assert_int_equal(tg_engine_size(&bad), 0); \
	} while (0)
	BAD(abi_version, TG_ABI_VERSION + 1);
	BAD(flags, 1);
	BAD(max_parents, 65536);
	BAD(max_timers, 131071);
	BAD(reserved0, 1);
	BAD(max_strategies, 257);
	BAD(day_start_s, 86400);
	BAD(session_store_bytes, 4095);
	BAD(session_store_messages, 0);
	BAD(max_venues, TG_MAX_VENUES + 1);
	BAD(max_orders, (1u << TG_ORDER_SLOT_BITS) + 1);
	BAD(max_clients, 0);
	BAD(rx_buffer_bytes, 100);
	mem = aligned_alloc(64, bytes);
	assert_int_equal(tg_engine_init(mem, bytes - 1, &p), -EINVAL);
	assert_int_equal(tg_engine_init(mem, bytes, &bad), -EINVAL);
	assert_int_equal(tg_engine_init(mem, bytes, &p), 0);
	free(mem);
}

static void first_record_first(void **state)
{
	struct tg_in_engine p = { .max_orders = 4 }, other;
	struct tg_record r = { .seq = 1, .time_ns = FX_T0, .type = TG_IN_TIMER };
	struct tg_outbox ob;
	struct tg_engine *e;
	u64 digest;

	(void)state;
	tg_engine_defaults(&p);
	e = aligned_alloc(64, tg_engine_size(&p));
	assert_int_equal(tg_engine_init(e, tg_engine_size(&p), &p), 0);
	ob = (struct tg_outbox){ .buf = malloc(tg_engine_outbox_bytes(&p)),
				 .cap = tg_engine_outbox_bytes(&p) };
	digest = tg_engine_digest(e);
	assert_int_equal(tg_engine_step(e, &r, NULL, &ob),
			 TG_REASON_BAD_REQUEST); /* consumed all the same */
	assert_int_equal(tg_engine_seq(e), 1);
	assert_true(tg_engine_digest(e) != digest);
	other = p;
	other.max_orders = 5;
	r = (struct tg_record){
		.seq = 2, .time_ns = FX_T0, .type = TG_IN_ENGINE, .len = sizeof(p)
	};
	assert_int_equal(tg_engine_step(e, &r, &other, &ob), TG_REASON_BAD_REQUEST);
	r.seq = 3;
	assert_int_equal(tg_engine_step(e, &r, &p, &ob), TG_REASON_OK);
	r.seq = 4;
	assert_int_equal(tg_engine_step(e, &r, &p, &ob), TG_REASON_BAD_REQUEST); /* once only */
	free(ob.buf);
	free(e);
}

static void out_of_place_changes_nothing(void **state)
{
	struct fx *f = fx_ready();
	struct tg_record r = { .time_ns = f->now + SEC, .type = TG_IN_TIMER };
	u64 seq = tg_engine_seq(f->e), digest = tg_engine_digest(f->e),
	    hash = tg_engine_arena_hash(f->e);
	static const s64 off[] = { 0, 2, -1, 1000 };
	u32 i;

	(void)state;
	for (i = 0; i < 4; i++) {
		r.seq = seq + (u64)off[i];
		assert_int_equal(tg_engine_step(f->e, &r, NULL, &f->ob), TG_REASON_BAD_REQUEST);
		assert_int_equal(tg_engine_seq(f->e), seq);
		assert_int_equal(tg_engine_digest(f->e), digest);
		assert_int_equal(tg_engine_arena_hash(f->e), hash);
	}
	fx_free(f);
}

static void time_does_not_go_back(void **state)
{
	struct fx *f = fx_ready();
	u64 t = tg_engine_time_ns(f->e);

	(void)state;
	f->now = t - SEC;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_int_equal(tg_engine_time_ns(f->e), t);
	fx_free(f);
}

static void wrong_types_and_sizes(void **state)
{
	static const struct { u16 type; u32 size;
	} structs[] = {
		{ TG_IN_ENGINE, sizeof(struct tg_in_engine) },
		{ TG_IN_CLIENT_OPEN, sizeof(struct tg_in_client) },
		{ TG_IN_SUBMIT, sizeof(struct tg_submission) },
		{ TG_IN_VENUE, sizeof(struct tg_in_venue) },
		{ TG_IN_INSTRUMENT, sizeof(struct tg_in_instrument) },
		{ TG_IN_FEED, sizeof(struct tg_in_feed) },
		{ TG_IN_ACCOUNT, sizeof(struct tg_in_account) },
		{ TG_IN_PERMIT, sizeof(struct tg_in_permit) },
		{ TG_IN_STRATEGY, sizeof(struct tg_in_strategy) },
		{ TG_IN_LIMITS, sizeof(struct tg_in_limits) },
		{ TG_IN_RATE, sizeof(struct tg_in_rate) },
		{ TG_IN_TRIGGER, sizeof(struct tg_in_trigger) },
		{ TG_IN_WATCH, sizeof(struct tg_in_watch) },
		{ TG_IN_KILL, sizeof(struct tg_in_kill) },
		{ TG_IN_RESUME, sizeof(struct tg_in_kill) },
		{ TG_IN_MODE, sizeof(struct tg_in_mode) },
		{ TG_IN_SESSION, sizeof(struct tg_in_session) },
		{ TG_IN_TIMER, 0 },
		{ TG_IN_TCP_UP, 0 },
		{ TG_IN_TCP_DOWN, 0 },
		{ TG_IN_CLIENT_CLOSE, 0 },
		{ TG_IN_CHECKPOINT, 0 },
	};
	struct fx *f = fx_ready();
	u64 zeros[64] = { 0 };
	u64 bad = fx_counter(f, TG_CC_RECORDS_BAD);
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(structs) / sizeof(structs[0]); i++) {
		assert_int_equal(fx_step(f, structs[i].type, 1, zeros, structs[i].size + 8),
				 TG_REASON_BAD_REQUEST);
		if (structs[i].size)
			assert_int_equal(fx_step(f, structs[i].type, 1, zeros, structs[i].size - 8),
					 TG_REASON_BAD_REQUEST);
		bad += structs[i].size ? 2 : 1;
	}
	for (i = TG_IN_MAX; i < TG_IN_MAX + 3; i++, bad++)
		assert_int_equal(fx_step(f, (u16)i, 0, zeros, 8), TG_REASON_BAD_REQUEST);
	for (i = 10; i < 32; i++, bad++)
		assert_int_equal(fx_step(f, (u16)i, 0, NULL, 0), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, 0, 0, NULL, 0), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, 65535, 0, NULL, 0), TG_REASON_BAD_REQUEST);
	/* sources that are not there */
	assert_int_equal(fx_step(f, TG_IN_UDP, 9, "x", 1), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, TG_IN_TCP_RX, 9, "x", 1), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, TG_IN_TCP_UP, 0, NULL, 0), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, TG_IN_SUBMIT, 65535, zeros, sizeof(struct tg_submission)),
			 TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_counter(f, TG_CC_RECORDS_BAD), bad + 6);
	fx_free(f);
}

static void verdicts_are_counted(void **state)
{
	struct fx *f = fx_ready();
	u64 before = tg_engine_reasons(f->e)[TG_REASON_BAD_PRICE],
	    ok = tg_engine_reasons(f->e)[TG_REASON_OK];

	(void)state;
	fx_submit(f, 1, fx_limit(BUY, 0, PX(1)));
	fx_submit(f, 1, fx_limit(BUY, PX(1), PX(1)));
	assert_int_equal(tg_engine_reasons(f->e)[TG_REASON_BAD_PRICE], before + 1);
	assert_int_equal(tg_engine_reasons(f->e)[TG_REASON_OK], ok + 1);
	fx_free(f);
}

/* Anything different in a record or in what came out must show in the digest. */
static void digest_tells_records_apart(void **state)
{
	u64 digest[5];
	u32 i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct fx *f = fx_ready();
		struct tg_submission s = fx_limit(BUY, PX(100), PX(1));

		if (i == 1)
			s.px += CENT(1);
		if (i == 2)
			s.user_ref++;
		if (i == 3)
			f->now++;
		fx_submit(f, 1, s);
		if (i == 4)
			fx_step(f, TG_IN_CHECKPOINT, 0, NULL, 0);
		digest[i] = tg_engine_digest(f->e);
		assert_true(i == 0 || digest[i] != digest[0]);
		fx_free(f);
	}
}

static void a_checkpoint_sees_the_arena(void **state)
{
	struct fx *a = fx_ready(), *b = fx_ready();

	(void)state;
	assert_int_equal(tg_engine_digest(a->e), tg_engine_digest(b->e));
	b->check = false;
	tg_position(b->e, 1, 1)->fees++;	/* what no record did */
	fx_step(a, TG_IN_TIMER, 0, NULL, 0);
	fx_step(b, TG_IN_TIMER, 0, NULL, 0);
	assert_int_equal(tg_engine_digest(a->e), tg_engine_digest(b->e));
	fx_step(a, TG_IN_CHECKPOINT, 0, NULL, 0);
	fx_step(b, TG_IN_CHECKPOINT, 0, NULL, 0);
	assert_true(tg_engine_digest(a->e) != tg_engine_digest(b->e));
	fx_free(a);
	fx_drop(b);
}

/* A restored snapshot goes on exactly like the engine it was taken from. */
static void snapshot_continues(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(3)), bytes = f->e->bytes, from;
	struct tg_engine *e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	u8 *image = malloc(bytes);
	struct tg_outbox ob = { .buf = malloc(f->ob.cap), .cap = f->ob.cap };

	(void)state;
	assert_int_equal(tg_engine_snapshot(f->e, image, bytes - 1), 0);
	assert_int_equal(tg_engine_snapshot(f->e, image, bytes), bytes);
	from = f->records_len;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(100));
	fx_replace(f, 1, id, PX(101), PX(3));
	REPORT(f, id, .exec = '5', .status = '1', .qty = PX(3), .px = PX(101), .cum = PX(1),
	       .leaves = PX(2));
	fx_advance(f, 100 * SEC);
	fx_close(f, 1);

	assert_int_equal(tg_engine_restore(e, bytes - 1, image, bytes), -EINVAL);
	assert_int_equal(tg_engine_restore(e, bytes, image, bytes - 1), -EINVAL);
	assert_int_equal(tg_engine_restore(e, bytes, image, 8), -EINVAL);
	image[0] ^= 1;
	assert_int_equal(tg_engine_restore(e, bytes, image, bytes), -EINVAL);
	image[0] ^= 1;
	assert_int_equal(tg_engine_restore(e, bytes, image, bytes), 0);
	while (from < f->records_len) {
		const struct tg_record *r = (const struct tg_record *)(f->records + from);

		ob.len = 0;
		tg_engine_step(e, r, r + 1, &ob);
		assert_int_equal(tg_engine_digest(e), r->digest);
		from += TG_RECORD_SIZE(r->len);
	}
	assert_int_equal(tg_engine_arena_hash(e), tg_engine_arena_hash(f->e));
	free(e);
	free(image);
	free(ob.buf);
	fx_free(f);
}

static void modes(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_mode m = { .mode = TG_MODE_FOLLOWER };

	(void)state;
	assert_int_equal(tg_engine_mode(f->e), TG_MODE_LEADER);
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	assert_int_equal(fx_pub(f, TG_PUB_MODE, 0)->u.state.state, TG_MODE_FOLLOWER);
	assert_int_equal(fx_pub(f, TG_PUB_MODE, 0)->u.state.previous, TG_MODE_LEADER);
	m.mode = 4;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_BAD_REQUEST);
	m.mode = TG_MODE_LEADER;
	m.reserved0 = 1;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_BAD_REQUEST);
	m.reserved0 = 0;
	m.mode = TG_MODE_ABORTED;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	m.mode = TG_MODE_LEADER;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_NOT_LEADER);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_NOT_LEADER);
	fx_free(f);
}

static void read_only_views(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(3)), hash;
	struct tg_nl_session s;
	struct tg_in_instrument in;
	struct tg_in_account a;
	struct tg_nl_client c;
	struct tg_nl_order o;
	struct tg_nl_position p;
	struct tg_book_image b;
	struct tg_level l;
	u32 i, found = 0;

	(void)state;
	fx_book(f, 1, PX(99), PX(101));
	hash = tg_engine_arena_hash(f->e);
	assert_true(tg_engine_session(f->e, 1, &s));
	assert_int_equal(s.state, TG_SESSION_UP);
	assert_string_equal(s.target_comp_id, "VENUE1");
	assert_false(tg_engine_session(f->e, 0, &s));
	assert_false(tg_engine_session(f->e, 3, &s));
	assert_true(tg_engine_instrument(f->e, 2, &in));
	assert_string_equal(in.symbol, "ETHUSDT");
	assert_false(tg_engine_instrument(f->e, 4, &in));
	assert_false(tg_engine_instrument(f->e, 5, &in));
	assert_true(tg_engine_account(f->e, 1, &a));
	assert_false(tg_engine_account(f->e, 3, &a));
	assert_true(tg_engine_client(f->e, 1, &c));
	assert_int_equal(c.uid, 1000);
	assert_int_equal(c.working_orders, 1);
	assert_int_equal(c.submissions, 1);
	assert_false(tg_engine_client(f->e, 2, &c));
	for (i = 0; i < f->params.max_orders; i++)
		if (tg_engine_order_at(f->e, i, &o)) {
			found++;
			assert_int_equal(o.order_id, id);
			assert_int_equal(o.leaves_qty, PX(3));
			assert_string_equal(o.venue_order_id, "V0");
		}
	assert_int_equal(found, 1);
	assert_false(tg_engine_order_at(f->e, f->params.max_orders, &o));
	assert_true(tg_engine_position(f->e, 1, 1, &p));
	assert_int_equal(p.open_buy_qty, PX(3));
	assert_false(tg_engine_position(f->e, 2, 1, &p));
	assert_true(tg_engine_book(f->e, 1, &b));
	assert_int_equal(b.state, TG_BOOK_LIVE);
	assert_int_equal(b.bid[0].px, PX(99));
	assert_false(tg_engine_book(f->e, 4, &b));
	assert_int_equal(tg_engine_book_levels(f->e, 1, TG_ASK), 1);
	assert_true(tg_engine_book_level(f->e, 1, TG_ASK, 0, &l));
	assert_int_equal(l.px, PX(101));
	assert_false(tg_engine_book_level(f->e, 1, TG_ASK, 1, &l));
	assert_int_equal(tg_engine_working_orders(f->e), 1);
	assert_int_equal(tg_engine_arena_hash(f->e), hash);
	fx_free(f);
}

static void texts(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < TG_REASON_MAX; i++)
		assert_true(strlen(tg_reason_name(i)) && strlen(tg_reason_text(i)));
	assert_string_equal(tg_reason_name(TG_REASON_MAX_QUANTITY), "MAX_QUANTITY");
	assert_string_equal(tg_core_counter_name(TG_CC_FILLS), "fills");
	assert_non_null(tg_reason_name(~0u));
	assert_non_null(tg_reason_text(~0u));
	assert_non_null(tg_core_counter_name(~0u));
	assert_non_null(tg_host_counter_name(~0u));
	assert_non_null(tg_stage_name(~0u));
	assert_non_null(tg_ord_status_name(~0u));
	assert_non_null(tg_session_state_name(~0u));
	assert_non_null(tg_book_state_name(~0u));
	assert_non_null(tg_mode_name(~0u));
}

/* Configuration: each id once, nothing that could not be worked with later. */
static void configuration_is_checked(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_instrument in = { .instrument_id = 4,
				       .venue_id = 1,
				       .tick = 1,
				       .lot = 10,
				       .symbol = "NEW" },
				i;
	struct tg_in_venue venue = { .venue_id = 1,
				     .dialect = TG_DIALECT_SIM,
				     .logon_timeout_ms = 1,
				     .logout_timeout_ms = 1,
				     .name = "x",
				     .sender_comp_id = "a",
				     .target_comp_id = "b" };
	struct tg_in_account acc = { .account_id = 3, .name = "x" }, a;
	struct tg_in_strategy strategy = { .strategy_id = 2, .name = "x" }, st;
	struct tg_in_feed feed = { .feed_id = 1, .venue_id = 1, .name = "f" }, d;

	(void)state;
#undef BAD
#define BAD(var, good, type, field, value)                                                  \
	do {                                                                                \
		var = good;                                                                 \
		var.field = value;                                                          \
		assert_int_equal(fx_step(f, type, 0, &var, sizeof(var)), TG_REASON_CONFIG); \
	} while (0)
	BAD(i, in, TG_IN_INSTRUMENT, instrument_id, 0);
	BAD(i, in, TG_IN_INSTRUMENT, instrument_id, 5);
	BAD(i, in, TG_IN_INSTRUMENT, venue_id, 3);
	BAD(i, in, TG_IN_INSTRUMENT, flags, 0x8000);
	BAD(i, in, TG_IN_INSTRUMENT, tick, -1);
	BAD(i, in, TG_IN_INSTRUMENT, lot, -1);
	BAD(i, in, TG_IN_INSTRUMENT, min_qty, 5);
	BAD(i, in, TG_IN_INSTRUMENT, symbol[0], 0);
	BAD(i, in, TG_IN_INSTRUMENT, symbol[1], 1);
	BAD(i, in, TG_IN_INSTRUMENT, product_id, 1);
	BAD(i, in, TG_IN_INSTRUMENT, reserved[0], 1);
	BAD(i, in, TG_IN_INSTRUMENT, reserved0[6], 1);
	BAD(i, in, TG_IN_INSTRUMENT, self_trade, TG_SELF_TRADE_CANCEL + 1);
	BAD(a, acc, TG_IN_ACCOUNT, account_id, 4);
	BAD(a, acc, TG_IN_ACCOUNT, flags, 1);
	BAD(st, strategy, TG_IN_STRATEGY, strategy_id, 0);
	BAD(st, strategy, TG_IN_STRATEGY, strategy_id, 3);
	BAD(st, strategy, TG_IN_STRATEGY, flags, 1);
	BAD(st, strategy, TG_IN_STRATEGY, reserved0, 1);
	BAD(st, strategy, TG_IN_STRATEGY, reserved[1], 1);
	BAD(st, strategy, TG_IN_STRATEGY, name[0], 0);
	assert_int_equal(fx_step(f, TG_IN_STRATEGY, 0, &strategy, sizeof(strategy)), TG_REASON_DUPLICATE_ID);
	BAD(d, feed, TG_IN_FEED, line, 2);
	BAD(d, feed, TG_IN_FEED, feed_id, 3);
	assert_int_equal(fx_step(f, TG_IN_VENUE, 0, &venue, sizeof(venue)), TG_REASON_DUPLICATE_ID);
	i = in;
	i.instrument_id = 1;
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_DUPLICATE_ID);
	i = in;
	snprintf(i.symbol, sizeof(i.symbol), "BTCUSDT");
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_DUPLICATE_ID);
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_OK);
	assert_non_null(fx_pub(f, TG_PUB_INSTRUMENT, 0));
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capacities),
		cmocka_unit_test(first_record_first),
		cmocka_unit_test(out_of_place_changes_nothing),
		cmocka_unit_test(time_does_not_go_back),
		cmocka_unit_test(wrong_types_and_sizes),
		cmocka_unit_test(verdicts_are_counted),
		cmocka_unit_test(digest_tells_records_apart),
		cmocka_unit_test(a_checkpoint_sees_the_arena),
		cmocka_unit_test(snapshot_continues),
		cmocka_unit_test(modes),
		cmocka_unit_test(read_only_views),
		cmocka_unit_test(texts),
		cmocka_unit_test(configuration_is_checked),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
