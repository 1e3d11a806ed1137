// SPDX-License-Identifier: MIT
/* Configuration of how orders are worked: execution strategies of permits, self-trade prevention. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "configkit.h"

#define PERMIT(more) "[account a]\nid=1\n[permit p]\nid=1\nuser=1000\naccount=a\n" more "\n" /* 7 lines */
#define WORDS "direct, post_only_quote, sweep, multi_leg"

static void execs(void **state)
{
	struct tgd_records rs;
	struct tgd_config c;
	unsigned int i, seen = 0;

	(void)state;
	expect(ENGINE VENUE INST PERMIT("trade=yes\nexec=direct iceberg"),
	       "t.conf:24: [permit p] exec: \"iceberg\" is none; take of " WORDS "\n");
	expect(ENGINE VENUE INST PERMIT("trade=yes\nexec=Direct, sweeps"),
	       "t.conf:24: [permit p] exec: \"Direct\" is none; take of " WORDS "\n"
	       "t.conf:24: [permit p] exec: \"sweeps\" is none; take of " WORDS "\n");
	expect(ENGINE VENUE INST PERMIT("exec=direct"),
	       "t.conf:23: [permit p] exec: strategies without trade = yes; allow trade or drop them\n");
	/* a venue that takes no orders, where the permit says which it is */
	expect(ENGINE VENUE "orders=no\n" INST PERMIT("trade=yes\ninstrument=I\nexec=sweep direct"),
	       "t.conf:26: [permit p] exec: sweep cannot be had at venue v (orders, immediate-or-cancel, post-only); leave it out\n"
	       "t.conf:26: [permit p] exec: direct cannot be had at venue v (orders, immediate-or-cancel, post-only); leave it out\n");
	expect(ENGINE VENUE "orders=no\n" INST PERMIT("trade=yes\nexec=sweep direct"), "");
	good(ENGINE VENUE INST PERMIT("trade=yes\nexec=direct,multi_leg  sweep direct"), &c);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	for (i = 0; i < rs.n; i++) {
		if (rs.r[i].type != TG_IN_PERMIT)
			continue;
		seen++;
		assert_int_equal(rs.r[i].u.permit.exec, TG_EXEC_BIT(TG_EXEC_DIRECT) | TG_EXEC_BIT(TG_EXEC_MULTI_LEG) | TG_EXEC_BIT(TG_EXEC_SWEEP));
	}
	assert_int_equal(seen, 1);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

#define NO_TAG "self_trade: dialect sim has no tag for it; say skip, reduce, cancel or off\n"

static void self_trade(void **state)
{
	static const struct { const char *word; unsigned int action; } words[] = {
		{ "off", TG_SELF_TRADE_OFF }, { "skip", TG_SELF_TRADE_SKIP }, { "reduce", TG_SELF_TRADE_REDUCE },
		{ "cancel", TG_SELF_TRADE_CANCEL }, { "default", TG_SELF_TRADE_DEFAULT },
	};
	struct tgd_records rs;
	struct tgd_config c;
	char text[512];
	unsigned int i, k, seen;

	(void)state;
	expect(ENGINE VENUE "self_trade=venue\n", "t.conf:12: [venue v] " NO_TAG);
	expect(ENGINE VENUE INST "self_trade=venue\n", "t.conf:17: [instrument I] " NO_TAG);
	expect(ENGINE VENUE "self_trade=default\n",
	       "t.conf:12: [venue v] self_trade: \"default\" is not allowed; give one of: off venue skip reduce cancel\n");
	expect(ENGINE VENUE INST "self_trade=allow\n",
	       "t.conf:17: [instrument I] self_trade: \"allow\" is not allowed; give one of: default off venue skip reduce cancel\n");
	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		snprintf(text, sizeof(text), ENGINE VENUE "self_trade=reduce\n" INST "self_trade=%s\n", words[k].word);
		good(text, &c);
		assert_int_equal(tgd_records_build(&c, &rs), 0);
		for (i = 0, seen = 0; i < rs.n; i++) {
			if (rs.r[i].type == TG_IN_VENUE) {
				assert_int_equal(rs.r[i].u.venue.self_trade, TG_SELF_TRADE_REDUCE);
				seen |= 1;
			} else if (rs.r[i].type == TG_IN_INSTRUMENT) {
				assert_int_equal(rs.r[i].u.instrument.self_trade, words[k].action);
				seen |= 2;
			}
		}
		assert_int_equal(seen, 3);
		tgd_records_free(&rs);
		tgd_config_free(&c);
	}
	/* a dialect that has it */
	expect(ENGINE "[venue v]\nid=1\nhost=h\nport=1\nsender=S\ntarget=T\ndialect=kraken\nself_trade=venue\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(execs),
		cmocka_unit_test(self_trade),
	};

	return cmocka_run_group_tests_name("config-trading", tests, NULL, NULL);
}
