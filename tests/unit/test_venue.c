// SPDX-License-Identifier: MIT
/* Dialects: the bodies they write, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Without a routing id. */
static u32 write_id(const struct tg_venue_caps *c, u64 id, u64 time_ns, u8 *out)
{
	return tg_venue_cl_ord_id_text(c, id, 0, time_ns, out);
}

static bool read_id(const struct tg_venue_caps *c, const u8 *v, u32 len, u64 *id)
{
	u32 routing;

	return tg_venue_cl_ord_id(c, v, len, id, &routing) && !routing;
}

/* Each form: what was written is read back; nothing else is. */
static void ids(void **state)
{
	static const u64 sample[] = { 1, 0x10001, 0xfff0123456789abcULL, 0x8000000000000001ULL, 0x00100007fffe0002ULL, ~0ULL };
	u16 d;
	u32 k, n, len;

	for (d = TG_DIALECT_SIM; d <= TG_DIALECT_DERIBIT; d++) {
		const struct tg_venue_caps *c = tg_venue_caps(d);

		for (k = 0; k < sizeof(sample) / sizeof(sample[0]); k++) {
			u8 text[TG_CL_ORD_ID_LEN], bad[TG_CL_ORD_ID_LEN + 1];
			u64 id = 0;

			len = write_id(c, sample[k], NOW + k * 10000, text);
			assert_in_range(len, 16, c->cl_ord_id_max);
			assert_true(read_id(c, text, len, &id));
			assert_true(id == sample[k]);
			assert_false(read_id(c, text, len - 1, &id));
			memcpy(bad, text, len);
			bad[len] = '0';
			assert_false(read_id(c, bad, len + 1, &id));
			if (c->cl_ord_id == TG_ID_HEX16)
				continue;
			/* version 4 and variant 1 (RFC 9562), lower case */
			assert_int_equal(len, 36);
			assert_int_equal(text[14], '4');
			assert_non_null(strchr("89ab", text[19]));
			for (n = 0; n < len; n++) {
				assert_true(n == 8 || n == 13 || n == 18 || n == 23 ? text[n] == '-' : strchr("0123456789abcdef", text[n]) != NULL);
				memcpy(bad, text, len);
				bad[n] = text[n] == '-' ? '0' : 'g';
				assert_false(read_id(c, bad, len, &id));
				bad[n] = 'A';
				assert_false(read_id(c, bad, len, &id));
			}
			memcpy(bad, text, len);
			bad[14] = '1';
			assert_false(read_id(c, bad, len, &id));
			memcpy(bad, text, len);
			bad[19] = 'c';
			assert_false(read_id(c, bad, len, &id));
		}
	}
	/* Nothing of ours: an empty one, somebody else's UUID. */
	assert_false(read_id(tg_venue_caps(TG_DIALECT_COINBASE), NULL, 0, &(u64){ 0 }));
	assert_false(read_id(tg_venue_caps(TG_DIALECT_COINBASE), (const u8 *)"f81d4fae-7dec-41d0-a765-00a0c91e6bf6", 36, &(u64){ 0 }));
	assert_false(read_id(tg_venue_caps(TG_DIALECT_KRAKEN), (const u8 *)"1b4e28ba-2fa1-41d2-883f-0016d3cca427", 36, &(u64){ 0 }));
}

/* A changed digit is found in every place where the check can: that of Coinbase misses one of 2^58, that of Kraken one of 2^10. */
static void id_checks(void **state)
{
	const struct tg_venue_caps *kraken = tg_venue_caps(TG_DIALECT_KRAKEN), *coinbase = tg_venue_caps(TG_DIALECT_COINBASE);
	u32 n, k, taken = 0, tried = 0;
	u8 text[TG_CL_ORD_ID_LEN];
	u64 id;

	for (n = 0; n < 36; n++) {
		write_id(coinbase, 0x0010000700020001ULL, NOW, text);
		if (text[n] == '-' || n == 14)
			continue;
		text[n] = text[n] == '8' ? '9' : '8';
		assert_false(read_id(coinbase, text, 36, &id));
	}
	for (k = 0; k < 200; k++)
		for (n = 24; n < 36; n++) {
			write_id(kraken, 0x0010000700020001ULL + k, NOW + k * 10000, text);
			text[n] = text[n] == '0' ? '1' : '0';
			tried++;
			taken += read_id(kraken, text, 36, &id);
		}
	assert_in_range(taken, 0, tried / 200);
}

/* Time first, in 10 us, rising with the time whatever the id. */
static void time_first(void **state)
{
	const struct tg_venue_caps *c = tg_venue_caps(TG_DIALECT_KRAKEN);
	u8 a[TG_CL_ORD_ID_LEN], b[TG_CL_ORD_ID_LEN];
	char want[16];

	write_id(c, ~0ULL, NOW, a);
	write_id(c, 1, NOW + 10000, b);
	assert_true(memcmp(a, b, 36) < 0);
	snprintf(want, sizeof(want), "%012llx", (unsigned long long)(NOW / 10000));
	assert_memory_equal(a, want, 8);
	assert_memory_equal(a + 9, want + 8, 4);
	/* the same request named again is the same text */
	write_id(c, ~0ULL, NOW + 9999, b);
	assert_memory_equal(a, b, 36);
}

/* Each form with a routing id: within the venue's length, read back whole, and another text for each. */
static void routing_ids(void **state)
{
	static const u32 sample[] = { 1, 2, 0x7f, 0xff, 0x100, 0xdeadbeef, 0x80000000, 0xffffffff };
	static const u64 orders[] = { 0x10001, 0xfff0123456789abcULL, 0x00100007fffe0002ULL };
	u16 d;
	u32 k, n, i;

	for (d = TG_DIALECT_SIM; d <= TG_DIALECT_DERIBIT; d++) {
		const struct tg_venue_caps *c = tg_venue_caps(d);
		u32 most = tg_venue_routing_max(c), tried = 0;

		assert_true(most == (d == TG_DIALECT_KRAKEN ? 0xff : 0xffffffff));
		for (k = 0; k < sizeof(sample) / sizeof(sample[0]); k++)
			for (i = 0; i < 3; i++) {
				u8 text[TG_CL_ORD_ID_LEN], plain[TG_CL_ORD_ID_LEN], bad[TG_CL_ORD_ID_LEN];
				u32 routing = 0, len, sum = 0, want = 0;
				u64 id = 0;

				if (sample[k] > most)
					continue;
				tried++;
				len = tg_venue_cl_ord_id_sum(c, orders[i], sample[k], NOW, text, &sum);
				assert_in_range(len, 17, c->cl_ord_id_max);
				for (n = 0; n < len; n++)
					want += text[n];
				assert_int_equal(sum & 0xff, want & 0xff);
				assert_true(tg_venue_cl_ord_id(c, text, len, &id, &routing));
				assert_true(id == orders[i]);
				assert_int_equal(routing, sample[k]);
				assert_false(len == write_id(c, orders[i], NOW, plain) && !memcmp(text, plain, len));
				if (c->cl_ord_id == TG_ID_HEX16) {
					assert_int_equal(len, 24);
					/* none is left out, and not written as 0 */
					memcpy(bad, text, len);
					memcpy(bad + 16, "00000000", 8);
					assert_false(tg_venue_cl_ord_id(c, bad, len, &id, &routing));
					assert_false(tg_venue_cl_ord_id(c, text, len - 1, &id, &routing));
					continue;
				}
				assert_int_equal(len, 36);
				assert_int_equal(text[14], '4');
				assert_non_null(strchr("89ab", text[19]));
			}
		assert_int_equal(tried, d == TG_DIALECT_KRAKEN ? 12 : 24);
	}
}

static void decimals(void **state)
{
	static const struct { s64 v; u8 digits; const char *want; } t[] = {
		{ 50000000, 0, "38=0.5|" }, { 50000000, 1, "38=0.5|" }, { 50000000, 8, "38=0.50000000|" }, { 100000000, 0, "38=1|" },
		{ 100000000, 2, "38=1.00|" }, { 1, 2, "38=0.00000001|" }, { 123456789, 2, "38=1.23456789|" }, { -150000000, 2, "38=-1.50|" },
		{ TG_PX_MAX, 3, "38=90000000000.000|" }, { 0, 4, "38=0.0000|" },
	};
	u32 k;

	for (k = 0; k < sizeof(t) / sizeof(t[0]); k++) {
		begin('D');
		tg_venue_put_e8(&w, 38, t[k].v, t[k].digits);
		expect(t[k].want);
	}
}

/* What a dialect cannot say is known before it is asked. */
static void can_order(void **state)
{
	const struct tg_venue_caps *sim = tg_venue_caps(TG_DIALECT_SIM), *binance = tg_venue_caps(TG_DIALECT_BINANCE), *deribit = tg_venue_caps(TG_DIALECT_DERIBIT);

	assert_true(tg_venue_can_order(sim, TG_ORD_LIMIT, TG_TIF_DAY, TG_SUB_POST_ONLY));
	assert_false(tg_venue_can_order(sim, TG_ORD_LIMIT, TG_TIF_DAY, TG_SUB_REDUCE_ONLY));
	assert_false(tg_venue_can_order(sim, 0, TG_TIF_DAY, 0));
	assert_false(tg_venue_can_order(sim, 255, TG_TIF_DAY, 0));
	assert_false(tg_venue_can_order(sim, TG_ORD_LIMIT, 255, 0));
	assert_false(tg_venue_can_order(binance, TG_ORD_LIMIT, TG_TIF_DAY, 0));
	assert_true(tg_venue_can_order(binance, TG_ORD_MARKET, TG_TIF_IOC, 0));
	assert_false(tg_venue_can_order(binance, TG_ORD_MARKET, TG_TIF_FOK, 0));
	assert_true(tg_venue_can_order(deribit, TG_ORD_LIMIT, TG_TIF_GTC, TG_SUB_REDUCE_ONLY));
	assert_false(tg_venue_can_order(deribit, TG_ORD_LIMIT, TG_TIF_GTC, TG_SUB_REDUCE_ONLY | TG_SUB_POST_ONLY));
}

static void records(void **state)
{
	struct tg_in_venue v = { .dialect = TG_DIALECT_BINANCE, .heartbeat_s = 30, .flags = TG_VENUE_RESET_ON_LOGON };

	assert_true(tg_venue_accepts(&v));
	v.flags = 0;
	assert_false(tg_venue_accepts(&v));	/* 141=Y is a must */
	v.flags = TG_VENUE_RESET_ON_LOGON | TG_VENUE_CANCEL_ON_DISCONNECT;
	assert_false(tg_venue_accepts(&v));
	v.flags = TG_VENUE_RESET_ON_LOGON;
	v.heartbeat_s = 4;
	assert_false(tg_venue_accepts(&v));
	v.heartbeat_s = 61;
	assert_false(tg_venue_accepts(&v));
	v.heartbeat_s = 60;
	v.fix_version = 42;
	assert_false(tg_venue_accepts(&v));
	v.fix_version = 44;
	assert_true(tg_venue_accepts(&v));
	v = (struct tg_in_venue){ .dialect = TG_DIALECT_COINBASE, .heartbeat_s = 30 };
	assert_true(tg_venue_accepts(&v));
	assert_int_equal(tg_venue_version(&v), 50);
	v.heartbeat_s = 0;
	assert_false(tg_venue_accepts(&v));
	v = (struct tg_in_venue){ .dialect = TG_DIALECT_SIM, .fix_version = 42 };
	assert_true(tg_venue_accepts(&v));
	v.fix_version = 43;
	assert_false(tg_venue_accepts(&v));
	v.dialect = 99;
	assert_false(tg_venue_accepts(&v));
}

/* Every dialect's row is whole, and its ids fit. */
static void rows(void **state)
{
	const struct tg_venue_caps *c;
	u16 d;

	for (d = TG_DIALECT_SIM; d <= TG_DIALECT_DERIBIT; d++) {
		struct tg_in_venue v = { .dialect = d };

		c = tg_venue_caps(d);
		assert_non_null(c);
		assert_int_equal(c->dialect, d);
		assert_non_null(c->name);
		assert_true(c->fix_versions && c->tifs && c->ord_types && c->cl_ord_id_max >= 16);
		assert_true(!c->cancel_on_disconnect == !c->cod_tag && !c->cod_tag == !c->cod_on);
		assert_true(!c->status_request == !tg_venue_status_type(c));
		assert_true(tg_venue_version(&v) == c->fix_version);
	}
}

/* Messages that no order needs: 35=q, 35=x, 35=e and g. */
static void others(void **state)
{
	static const struct tg_in_instrument pair = { .instrument_id = 1, .symbol = "BTC/USD" };
	struct tg_in_venue v = { .dialect = TG_DIALECT_KRAKEN };

	static const struct { u8 scope; const char *want; } mass[] = {
		{ TG_MASS_SYMBOL, "530=1|" }, { TG_MASS_TYPE, "530=5|" }, { TG_MASS_SESSION, "530=6|" }, { TG_MASS_ALL, "530=7|" },
	};
	u8 id[TG_CL_ORD_ID_LEN];
	char want[256];
	u32 k, len;

	len = tg_venue_cl_ord_id_text(tg_venue_caps(v.dialect), 5, 0, NOW, id);
	for (k = 0; k < 4; k++) {
		begin('q');
		tg_venue_put_mass_cancel(&v, k ? NULL : &pair, mass[k].scope, 5, NOW, &w);
		snprintf(want, sizeof(want), "11=%.*s|%s%s60=20231114-22:13:20.123|", (int)len, id, mass[k].want, k ? "" : "55=BTC/USD|");
		expect(want);
	}
	begin('x');
	tg_venue_put_security_list(&v, NULL, 7, &w);
	expect("320=7|559=4|");
	begin('x');
	tg_venue_put_security_list(&v, &pair, 7, &w);
	expect("320=7|559=0|55=BTC/USD|");
	begin('g');
	tg_venue_put_trading_status(&v, &pair, 8, false, &w);
	expect("335=8|263=1|55=BTC/USD|");
	v.dialect = TG_DIALECT_DERIBIT;
	begin('e');
	tg_venue_put_trading_status(&v, &pair, 8, true, &w);
	expect("324=8|263=2|55=BTC/USD|");
	v.dialect = TG_DIALECT_COINBASE;
	begin('V');
	tg_venue_put_md_request(&v, &pair, 9, false, &w);
	expect("262=9|263=1|146=1|55=BTC/USD|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps),
		cmocka_unit_test(orders),
		cmocka_unit_test(changes),
		cmocka_unit_test(market_data),
		cmocka_unit_test(ids),
		cmocka_unit_test(routing_ids),
		cmocka_unit_test(id_checks),
		cmocka_unit_test(time_first),
		cmocka_unit_test(decimals),
		cmocka_unit_test(can_order),
		cmocka_unit_test(records),
		cmocka_unit_test(rows),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests_name("venue", tests, NULL, NULL);
}
