// SPDX-License-Identifier: MIT
/*
 * Messages of hundreds of kilobytes, through the session and into a book: a snapshot with 5,000 levels a side as venues send it (Binance pads the numbers, and
 * BodyLength to seven digits), cut at random; one whose count is wrong; data that holds SOH and what looks like messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define LEVELS	5000u
#define MAX	(512u * 1024)

static char msg[MAX];

/* Body with 35= first and SOH in place, to a whole message in msg. */
static u32 finish(const char *body, u32 n)
{
	u32 head = (u32)snprintf(msg, sizeof(msg), "8=FIX.4.4\0019=%07u\001", n), i, sum = 0;

	assert_true(head + n + 8 < sizeof(msg));
	memcpy(msg + head, body, n);
	for (i = 0; i < head + n; i++)
		sum += (u8)msg[i];
	return head + n + (u32)snprintf(msg + head + n, 8, "10=%03u\001", sum & 255);
}

static u32 header(struct fx *f, char *to, const char *type)
{
	return (u32)sprintf(to, "35=%s\00149=VENUE1\00156=GW\00134=%llu\00152=20231114-22:13:20.000\001", type, (unsigned long long)f->venue_seq++);
}

static u32 snapshot(struct fx *f, u32 count)
{
	const struct tg_instrument *i = tg_instrument(f->e, 1);
	static char body[MAX];
	u32 n = header(f, body, "W"), k, side;

	n += (u32)sprintf(body + n, "262=%llu\00155=%s\00125044=77\001268=%u\001", (unsigned long long)i->request_id, i->def.symbol, count);
	for (side = 0; side < 2; side++)
		for (k = 0; k < LEVELS; k++)
			n += (u32)sprintf(body + n, "269=%u\001270=%u.%02u000000\001271=%u.50000000\001", side, 61837 + (side ? k / 100 + 1 : 0) - (side ? 0 : k / 100),
					  side ? k % 100 : 99 - k % 100, k % 9 + 1);
	return finish(body, n);
}

static u64 seed;

static u32 below(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed % n);
}

/* By pieces of up to `most` bytes. */
static void feed(struct fx *f, u32 n, u32 most)
{
	u32 at, piece;

	for (at = 0; at < n; at += piece) {
		piece = 1 + below(most);
		if (piece > n - at)
			piece = n - at;
		fx_step(f, TG_IN_TCP_RX, 1, msg + at, piece);
	}
}

static struct fx *start(void)
{
	struct fx *f;

	fx_book_levels = LEVELS;
	fx_own_rx_buffer = true;
	f = fx_new();
	assert_int_equal(f->params.rx_buffer_bytes, MAX);
	f->check = false;
	fx_logon(f);
	return f;
}

static void full_snapshot(void **state)
{
	static const u32 most[] = { 65536, 1448, 20000, 300 };
	const struct tg_l2 *book;
	struct tg_level level;
	struct fx *f;
	u32 i, n;

	for (i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		f = start();
		seed = 1000 + i;
		n = snapshot(f, 2 * LEVELS);
		assert_true(n > 390000 && n < 420000);
		feed(f, n, most[i]);
		assert_int_equal(tg_session(f->e, 1)->state, TG_SESSION_UP);
		assert_int_equal(tg_session(f->e, 1)->rx_len, 0);
		assert_int_equal(tg_session(f->e, 1)->next_rx_seq, f->venue_seq);
		assert_int_equal(fx_counter(f, TG_CC_FIX_GARBLED) + fx_counter(f, TG_CC_FIX_GARBAGE_BYTES), 0);
		assert_int_equal(tg_instrument(f->e, 1)->state, TG_BOOK_LIVE);
		book = (const void *)((const u8 *)f->e + tg_instrument(f->e, 1)->book_off);
		assert_int_equal(tg_l2_count(book, TG_BID), LEVELS);
		assert_int_equal(tg_l2_count(book, TG_ASK), LEVELS);
		assert_true(tg_l2_level(book, TG_BID, 0, &level));
		assert_int_equal(level.px, CENT(6183799));
		assert_true(tg_l2_level(book, TG_ASK, LEVELS - 1, &level));
		assert_int_equal(level.px, CENT(6188799));
		fx_free(f);
	}
}

/* One entry less than the count says: refused with the count's tag (371=268, 373=16), and nothing of it is in the book. */
static void wrong_count(void **state)
{
	struct fx *f = start();
	char value[16];

	seed = 99;
	feed(f, snapshot(f, 2 * LEVELS + 1), 65536);
	assert_non_null(fx_tcp(f, '3', 0));
	assert_true(fx_tag(fx_tcp(f, '3', 0), 371, value, sizeof(value)));
	assert_string_equal(value, "268");
	assert_true(fx_tag(fx_tcp(f, '3', 0), 373, value, sizeof(value)));
	assert_string_equal(value, "16");
	assert_int_not_equal(tg_instrument(f->e, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(tg_session(f->e, 1)->next_rx_seq, f->venue_seq);
	fx_free(f);
}

/* News with 300 KB of raw data, all of it SOH and beginnings of messages: one message, and the next one is understood. */
static void data_with_soh(void **state)
{
	static const char trap[] = "\00110=000\0018=FIX.4.4\0019=5\00135=0\001";
	struct fx *f = start();
	static char body[MAX];
	u32 n = header(f, body, "B"), k, bytes = 300000;

	n += (u32)sprintf(body + n, "148=x\00195=%u\00196=", bytes);
	for (k = 0; k < bytes; k++)
		body[n++] = trap[k % (sizeof(trap) - 1)];
	body[n++] = 1;
	seed = 5;
	feed(f, finish(body, n), 30000);
	assert_int_equal(tg_session(f->e, 1)->next_rx_seq, f->venue_seq);
	assert_int_equal(fx_counter(f, TG_CC_FIX_GARBLED) + fx_counter(f, TG_CC_FIX_GARBAGE_BYTES), 0);
	n = header(f, body, "1");
	n += (u32)sprintf(body + n, "112=after\001");
	feed(f, finish(body, n), 40);
	assert_int_equal(tg_session(f->e, 1)->next_rx_seq, f->venue_seq);
	assert_int_equal(tg_session(f->e, 1)->state, TG_SESSION_UP);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_snapshot),
		cmocka_unit_test(wrong_count),
		cmocka_unit_test(data_with_soh),
	};

	return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
