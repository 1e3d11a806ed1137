// SPDX-License-Identifier: MIT
/* Dialects: the bodies they write, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "venue/venue.h"
#include "fix/lexer.h"

#define NOW	1700000000123000000ULL

static struct tg_in_venue venue = { .venue_id = 1, .dialect = TG_DIALECT_SIM, .md_depth = 10 };
static const struct tg_in_instrument instrument = { .instrument_id = 1, .symbol = "BTCUSDT" };
static const char account[TG_NAME_LEN] = "ACC", nobody[TG_NAME_LEN];
static u8 buf[4096];
static struct tg_fix_writer w;

static void begin(u32 type)
{
	tg_fix_begin(&w, buf, sizeof(buf), tg_venue_caps(venue.dialect)->fix_version, type);
}

/* The message's fields after 35, '|' for SOH. */
static void expect(const char *want)
{
	struct tg_fix_frame f;
	char got[2048];
	u32 n = tg_fix_end(&w), used, i;

	assert_int_equal(tg_fix_frame(buf, n, sizeof(buf), &f, &used), TG_FIX_OK);
	n = f.body_off + f.body_len - f.fields_off;
	memcpy(got, buf + f.fields_off, n);
	got[n] = 0;
	for (i = 0; i < n; i++)
		if (got[i] == 1)
			got[i] = '|';
	assert_string_equal(got, want);
}

static struct tg_order order(void)
{
	return (struct tg_order){ .order_id = 0x10000, .cl_ord_id = 0x10001, .req_cl_ord_id = 0x10002, .px = 6183763000000, .qty = 50000000,
				  .req_px = 6183700000000, .req_qty = 70000000, .side = TG_SIDE_SELL, .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_GTC };
}

static void caps(void **state)
{
	assert_non_null(tg_venue_caps(TG_DIALECT_SIM));
	assert_int_equal(tg_venue_caps(TG_DIALECT_SIM)->dialect, TG_DIALECT_SIM);
	assert_int_equal(tg_venue_caps(TG_DIALECT_SIM)->fix_version, 44);
	assert_null(tg_venue_caps(0));
	assert_null(tg_venue_caps(999));
}

static void orders(void **state)
{
	struct tg_order o = order();

	begin('D');
	tg_venue_put_new(&venue, &instrument, account, &o, NOW, &w);
	expect("11=0000000000010002|1=ACC|55=BTCUSDT|54=2|60=20231114-22:13:20.123|38=0.5|40=2|44=61837.63|59=1|");
	o.flags = TG_SUB_POST_ONLY;
	o.side = TG_SIDE_BUY;
	begin('D');
	tg_venue_put_new(&venue, &instrument, nobody, &o, NOW, &w);
	expect("11=0000000000010002|18=6|55=BTCUSDT|54=1|60=20231114-22:13:20.123|38=0.5|40=2|44=61837.63|59=1|");
	o.flags = 0;
	o.ord_type = TG_ORD_MARKET;
	o.tif = TG_TIF_IOC;
	begin('D');
	tg_venue_put_new(&venue, &instrument, account, &o, NOW, &w);
	expect("11=0000000000010002|1=ACC|55=BTCUSDT|54=1|60=20231114-22:13:20.123|38=0.5|40=1|59=3|");
}

static void changes(void **state)
{
	struct tg_order o = order();

	begin('F');
	tg_venue_put_cancel(&venue, &instrument, account, &o, NOW, &w);
	expect("41=0000000000010001|11=0000000000010002|1=ACC|55=BTCUSDT|54=2|60=20231114-22:13:20.123|");
	begin('G');
	tg_venue_put_replace(&venue, &instrument, account, &o, NOW, &w);
	expect("41=0000000000010001|11=0000000000010002|1=ACC|55=BTCUSDT|54=2|60=20231114-22:13:20.123|38=0.7|40=2|44=61837|59=1|");
	begin('H');
	tg_venue_put_status(&venue, &instrument, account, &o, &w);
	expect("11=0000000000010001|1=ACC|55=BTCUSDT|54=2|");
}

static void market_data(void **state)
{
	venue.flags = 0;
	begin('V');
	tg_venue_put_md_request(&venue, &instrument, 77, false, &w);
	expect("262=77|263=0|264=10|267=3|269=0|269=1|269=2|146=1|55=BTCUSDT|");
	venue.flags = TG_VENUE_MD_TCP;
	begin('V');
	tg_venue_put_md_request(&venue, &instrument, 78, false, &w);
	expect("262=78|263=1|264=10|265=1|267=3|269=0|269=1|269=2|146=1|55=BTCUSDT|");
	begin('V');
	tg_venue_put_md_request(&venue, &instrument, 78, true, &w);
	expect("262=78|263=2|264=10|267=3|269=0|269=1|269=2|146=1|55=BTCUSDT|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps),
		cmocka_unit_test(orders),
		cmocka_unit_test(changes),
		cmocka_unit_test(market_data),
	};

	return cmocka_run_group_tests_name("venue", tests, NULL, NULL);
}
