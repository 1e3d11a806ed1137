// SPDX-License-Identifier: MIT
/* Names for people: the venue's own, then its version's, then the newest version's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fix_names.h"
#include <tickgate/types.h>

static void tags(void **state)
{
	const struct tg_fix_dict *d = tg_fix_dict(44, 0);

	assert_string_equal(tg_fix_tag_name(d, 11), "ClOrdID");
	assert_string_equal(tg_fix_tag_name(d, 956), "LegInterestAccrualDate");
	assert_string_equal(tg_fix_tag_name(tg_fix_dict(42, 0), 32), "LastShares");
	assert_string_equal(tg_fix_tag_name(d, 32), "LastQty");
	assert_string_equal(tg_fix_tag_name(d, 1682), "MDSecurityTradingStatus");	/* of 5.0 */
	assert_string_equal(tg_fix_tag_name(tg_fix_dict(44, TG_DIALECT_BINANCE), 25016), "ErrorCode");
	assert_string_equal(tg_fix_tag_name(tg_fix_dict(44, TG_DIALECT_KRAKEN), 7928), "SelfTradePrevention");
	assert_string_equal(tg_fix_tag_name(tg_fix_dict(50, TG_DIALECT_COINBASE), 7928), "SelfTradeType");
	assert_string_equal(tg_fix_tag_name(tg_fix_dict(50, TG_DIALECT_COINBASE), 11), "ClOrdID");
	assert_null(tg_fix_tag_name(d, 25016));
	assert_null(tg_fix_tag_name(d, 999999));
	assert_null(tg_fix_tag_name(d, 0));
}

static void types(void **state)
{
	const struct tg_fix_dict *d = tg_fix_dict(44, 0);

	assert_string_equal(tg_fix_msg_name(d, TG_MT1('D')), "NewOrderSingle");
	assert_string_equal(tg_fix_msg_name(d, TG_MT2('A', 'E')), "TradeCaptureReport");
	assert_string_equal(tg_fix_msg_name(tg_fix_dict(42, 0), TG_MT1('E')), "NewOrderList");
	assert_string_equal(tg_fix_msg_name(tg_fix_dict(50, TG_DIALECT_COINBASE), TG_MT2('U', '6')), "NewOrderBatch");
	assert_null(tg_fix_msg_name(d, TG_MT2('U', '6')));
	assert_null(tg_fix_msg_name(d, 0));
	assert_null(tg_fix_msg_name(d, 0xffffffff));
}

static void values(void **state)
{
	const struct tg_fix_dict *d = tg_fix_dict(44, 0);

	assert_string_equal(tg_fix_value_name(d, 54, "1", 1), "BUY");
	assert_string_equal(tg_fix_value_name(tg_fix_dict(42, 0), 150, "1", 1), "PARTIAL_FILL");
	assert_string_equal(tg_fix_value_name(d, 150, "F", 1), "TRADE");
	assert_string_equal(tg_fix_value_name(tg_fix_dict(44, TG_DIALECT_KRAKEN), 7928, "2", 1), "CANCEL_OLDEST");
	assert_string_equal(tg_fix_value_name(tg_fix_dict(50, TG_DIALECT_COINBASE), 7928, "O", 1), "CANCEL_OLDEST");
	assert_string_equal(tg_fix_value_name(tg_fix_dict(44, TG_DIALECT_DERIBIT), 18, "6A", 2), "POST_ONLY_REJECT");
	assert_null(tg_fix_value_name(d, 54, "@", 1));
	assert_null(tg_fix_value_name(d, 54, "12345", 5));
	assert_null(tg_fix_value_name(d, 55, "BTC", 3));
	assert_null(tg_fix_value_name(d, 54, "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tags), cmocka_unit_test(types), cmocka_unit_test(values) };

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
