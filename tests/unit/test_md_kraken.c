// SPDX-License-Identifier: MIT
/*
 * Kraken's market data: the checksum of the ten best levels on every update, against the exchange's
 * own in a recording; what a wrong one leads to; depth; snapshots that do not help.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define SECOND	1000000000ULL

static struct kit *start(u32 levels, u32 depth)
{
	struct kit *k;

	kit_dialect = TG_DIALECT_KRAKEN;
	k = kit_new(levels, 0, TG_VENUE_MD_TCP);
	kit_dialect = 0;
	assert_int_equal(kit_define(k, 1, "BTC/USD", TG_INSTRUMENT_SUBSCRIBE, 1, 8, depth), 0);
	kit_connect(k);
	return k;
}

static void crc(void **state)
{
	(void)state;
	assert_int_equal(tg_md_crc32((const u8 *)"123456789", 9), 0xcbf43926);
	assert_int_equal(tg_md_crc32((const u8 *)"", 0), 0);
}

/* The text is "303000" "50000000" "302999" "150000000": price with one decimal, quantity with eight. */
static u32 one_level_crc(void)
{
	static const char text[] = "30300050000000302999150000000";

	return tg_md_crc32((const u8 *)text, sizeof(text) - 1);
}

static void snapshot(struct kit *k, u32 req, u32 sum)
{
	char body[256];

	snprintf(body, sizeof(body),
		 "262=%u|55=BTC/USD|268=2|269=0|270=30299.9|271=1.5|269=1|270=30300|271=0.5|5041=%u|",
		 req, sum);
	kit_tcp(k, "W", body);
}

static void checked_on_every_update(void **state)
{
	struct kit *k = start(0, 10);
	u64 req = 0;

	(void)state;
	snapshot(k, 1, one_level_crc());
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUMS), 1);
	/* deleted and there again in one message, in order: nothing has changed in the end */
	kit_tcp(k, "X", "268=2|279=2|269=1|278=O30300|55=BTC/USD|270=30300|271=0|279=0|269=1|278="
			"O30300|270=30300|271=0.5|5041=1|");
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_count(k, TG_PUB_GAP), 1);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_CHECKSUM);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.expected, 1);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.got, one_level_crc());
	/* the subscription is ended and made anew; what comes before its snapshot is not used */
	assert_int_equal(kit_sent(k, "V", &req), 2);
	assert_int_equal(req, 2);
	kit_tcp(k, "X", "268=1|279=0|269=1|278=O30301|55=BTC/USD|270=30301|271=1|5041=2|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 1);
	k->now += SECOND;
	snapshot(k, 2, one_level_crc());
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_RECOVERED), 1);
	assert_int_equal(kit_pub(k, TG_PUB_RECOVERED, 0)->u.recovered.outage_ns, SECOND);
	assert_int_equal(kit_cc(k, TG_CC_MD_RECOVERED), 1);
	kit_free(k);
}

/* A configuration that can never be right must not ask without end. */
static void snapshots_that_do_not_help(void **state)
{
	struct kit *k = start(0, 10);
	u32 n, asked = 0;

	(void)state;
	snapshot(k, 1, 7);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_sent(k, "V", NULL), 0);	/* later */
	kit_wait(k, TG_MD_RETRY_NS);
	assert_int_equal(kit_sent(k, "V", NULL), 2);
	for (n = 0; n < 20; n++) {
		kit_tcp(k, "W", "55=BTC/USD|268=1|269=0|270=5|271=1|");
		assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
		kit_tcp(k, "X", "268=1|279=1|269=0|278=B5|55=BTC/USD|270=5|271=2|5041=1|");
		asked += kit_sent(k, "V", NULL) / 2;
	}
	assert_true(asked <= TG_MD_CHURN + 1);
	kit_free(k);
}

/* Precision is not known: not judged, until the venue tells it. */
static void precision_learnt(void **state)
{
	struct kit *k;

	(void)state;
	kit_dialect = TG_DIALECT_KRAKEN;
	k = kit_new(0, 0, TG_VENUE_MD_TCP);
	kit_dialect = 0;
	assert_int_equal(kit_define(k, 1, "BTC/USD", TG_INSTRUMENT_SUBSCRIBE, 0, 0, 10), 0);
	kit_connect(k);
	assert_int_equal(kit_sent(k, "x", NULL), 1);
	assert_int_equal(kit_sent(k, "g", NULL), 1);
	snapshot(k, 1, 7);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_tcp(k, "y", "320=1|322=1|560=0|146=2|55=ETH/USD|2349=2|5010=8|55=BTC/USD|2349=1|5010=8|");
	assert_int_equal(kit_cc(k, TG_CC_MD_DEFINITIONS), 1);
	kit_tcp(k, "X", "268=1|279=1|269=1|278=O30300|55=BTC/USD|270=30300|271=0.5|5041=7|");
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 1);
	k->now += 2 * SECOND;
	snapshot(k, 2, one_level_crc());
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUMS), 1);
	kit_free(k);
}

/* A price with more decimals than the precision has no text: the book cannot be the venue's. */
static void off_precision(void **state)
{
	struct kit *k = start(0, 10);

	(void)state;
	kit_tcp(k, "W", "55=BTC/USD|268=1|269=0|270=30299.95|271=1|5041=1|");
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 1);
	kit_free(k);
}

static void levels_beyond_the_depth_go(void **state)
{
	char body[4096];
	struct kit *k = start(0, 10);
	u32 n, at = 0;

	(void)state;
	at += (u32)snprintf(body, sizeof(body), "262=1|55=BTC/USD|268=10|");
	for (n = 0; n < 10; n++)
		at += (u32)snprintf(body + at, sizeof(body) - at, "269=0|270=%u|271=1|", 100 - n);
	kit_tcp(k, "W", body);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 10);
	kit_tcp(k, "X", "268=1|279=0|269=0|278=B101|55=BTC/USD|270=101|271=1|");
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 10);
	/* readers are told which went, and that it is the end of the message */
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 2);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, 0);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->flags, TG_EV_LAST);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->u.level.px, 91 * TG_SCALE);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 1)->u.level.qty, 0);
	/* the venue says so too, later: nothing is there */
	kit_tcp(k, "X", "268=1|279=2|269=0|278=B91|55=BTC/USD|270=91|271=1|");
	assert_int_equal(kit_cc(k, TG_CC_BOOK_UNKNOWN_DELETE), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_free(k);
}

/* Messages that were filled over are missing for good. */
static void gap_filled_over(void **state)
{
	struct kit *k = start(0, 10);
	char body[64];

	(void)state;
	snapshot(k, 1, one_level_crc());
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	snprintf(body, sizeof(body), "123=Y|36=%llu|", (unsigned long long)k->venue_seq + 5);
	kit_tcp(k, "4", body);
	k->venue_seq += 4;
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_MSG_SEQ);
	assert_int_equal(kit_sent(k, "V", NULL), 2);
	kit_free(k);
}

/* ---- the recording ---- */

/* One side's entries of a line: [["px","qty","time"],...] behind `key`. Returns their number. */
static u32 side(const char *line, const char *key, char type, bool update, const char *symbol,
		char *out, u32 *at)
{
	const char *p = strstr(line, key);
	u32 n = 0;

	if (!p)
		return 0;
	p += strlen(key);
	while (*p == '[') {
		char px[32], qty[32];

		assert_int_equal(sscanf(p, "[\"%31[0-9.]\",\"%31[0-9.]\"", px, qty), 2);
		if (!update)
			*at += (u32)sprintf(out + *at, "269=%c|270=%s|271=%s|", type, px, qty);
		else if (strtod(qty, NULL) == 0)
			*at += (u32)sprintf(out + *at, "279=2|269=%c|278=%c%s|55=%s|271=0|", type,
					    type == '0' ? 'B' : 'O', px, symbol);
		else
			*at += (u32)sprintf(out + *at, "279=1|269=%c|55=%s|270=%s|271=%s|", type,
					    symbol, px, qty);
		n++;
		p = strchr(p, ']') + 1;
		p += *p == ',';
	}
	return n;
}

static void recording(void **state)
{
	const char *dir = getenv("TG_DATA");
	static char line[1 << 19], body[1 << 20], entries[1 << 19];
	u32 lines = 0, sums = 0;
	char path[512];
	struct kit *k;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/kraken-l2-crc/book.log", dir ? dir : "../shared/data");
	f = fopen(path, "r");
	if (!f)
		skip();
	kit_dialect = TG_DIALECT_KRAKEN;
	k = kit_new(1000, 0, TG_VENUE_MD_TCP);
	kit_dialect = 0;
	assert_int_equal(kit_define(k, 1, "GRT/ETH", TG_INSTRUMENT_SUBSCRIBE, 9, 8, 1000), 0);
	assert_int_equal(kit_define(k, 2, "ADA/XBT", TG_INSTRUMENT_SUBSCRIBE, 9, 8, 1000), 0);
	assert_int_equal(kit_define(k, 3, "WAVES/EUR", TG_INSTRUMENT_SUBSCRIBE, 6, 8, 1000), 0);
	kit_connect(k);
	while (fgets(line, sizeof(line), f)) {
		const char *sum = strstr(line, "\"c\":\"");
		char *symbol = strrchr(line, ']');
		u32 n = 0, at = 0;

		if (!symbol || !strstr(line, "\"book-1000\""))
			continue;
		symbol[-1] = 0;
		symbol = strrchr(line, '"') + 1;
		n += side(line, sum ? "\"a\":[" : "\"as\":[", '1', sum, symbol, entries, &at);
		n += side(line, sum ? "\"b\":[" : "\"bs\":[", '0', sum, symbol, entries, &at);
		entries[at] = 0;
		if (!sum)
			snprintf(body, sizeof(body), "55=%s|268=%u|%s", symbol, n, entries);
		else
			snprintf(body, sizeof(body), "268=%u|%s5041=%u|", n, entries,
				(u32)strtoul(sum + 5, NULL, 10));
		kit_tcp(k, sum ? "X" : "W", body);
		lines++;
		sums += !!sum;
		assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUMS), sums);
	}
	print_message("# %u lines, %u checksums equal\n", lines, sums);
	assert_int_equal(lines, sums + 3);
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 0);
	assert_int_equal(sums, 943);

	/* Any one update of the ten best left out is noticed by the next ones. */
	kit_tcp(k, "X", "268=1|279=2|269=0|278=B0.000000010|55=ADA/XBT|271=0|5041=1|");
	assert_int_equal(kit_cc(k, TG_CC_MD_CHECKSUM_BAD), 1);
	fclose(f);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc),
		cmocka_unit_test(checked_on_every_update),
		cmocka_unit_test(snapshots_that_do_not_help),
		cmocka_unit_test(precision_learnt),
		cmocka_unit_test(off_precision),
		cmocka_unit_test(levels_beyond_the_depth_go),
		cmocka_unit_test(gap_filled_over),
		cmocka_unit_test(recording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
