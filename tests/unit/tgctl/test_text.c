// SPDX-License-Identifier: MIT
/* Numbers to text and back, JSON, tables, percentiles: the edges. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "decimal.h"
#include "json.h"
#include "percentile.h"
#include "table.h"

static void decimal_parse(void **state)
{
	static const struct {
		const char *text;
		int ret;
		__s64 value;
	} t[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "1", 0, 100000000 },
		{ "-1", 0, -100000000 },
		{ "0.00000001", 0, 1 },
		{ "-0.00000001", 0, -1 },
		{ "61837.63", 0, 6183763000000 },
		{ "000001.10", 0, 110000000 },
		{ "90000000000", 0, TG_PX_MAX },
		{ "90000000000.00000000", 0, TG_PX_MAX },
		{ "-90000000000", 0, -TG_PX_MAX },
		{ "90000000000.00000001", -ERANGE, 0 },
		{ "90000000001", -ERANGE, 0 },
		{ "99999999999999999999999999", -ERANGE, 0 },
		{ "9223372036854775807", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ ".5", -EINVAL, 0 },
		{ "5.", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1e5", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "0.000000001", -EINVAL, 0 },
		{ "--1", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "99999999999999999999x", -EINVAL, 0 },
	};
	__s64 v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		v = 4711;
		if (tg_decimal_parse(t[i].text, &v) != t[i].ret ||
		    v != (t[i].ret ? 4711 : t[i].value))
			fail_msg("\"%s\": %d, %lld", t[i].text, tg_decimal_parse(t[i].text, &v),
				 (long long)v);
	}
}

static void decimal_format(void **state)
{
	static const struct {
		__s64 value;
		const char *text;
	} t[] = {
		{ 0, "0" },
		{ 1, "0.00000001" },
		{ -1, "-0.00000001" },
		{ 100000000, "1" },
		{ 6183763000000, "61837.63" },
		{ 1000000000, "10" },
		{ TG_PX_MAX, "90000000000" },
		{ -TG_PX_MAX, "-90000000000" },
		{ INT64_MAX, "92233720368.54775807" },
		{ INT64_MIN, "-92233720368.54775808" },
	};
	char buf[TG_DECIMAL_LEN];
	__s64 v, back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_string_equal(tg_decimal_format(t[i].value, buf), t[i].text);
	for (i = 0, v = 1; i < 60; i++, v = v * -3 + 7) {
		if (v > TG_PX_MAX || v < -TG_PX_MAX)
			break;
		assert_int_equal(tg_decimal_parse(tg_decimal_format(v, buf), &back), 0);
		assert_int_equal(back, v);
	}
}

static void uints(void **state)
{
	__u64 v = 7;

	(void)state;
	assert_int_equal(tg_uint_parse("18446744073709551615", ~0ull, &v), 0);
	assert_true(v == ~0ull);
	v = 7;
	assert_int_equal(tg_uint_parse("18446744073709551616", ~0ull, &v), -ERANGE);
	assert_int_equal(tg_uint_parse("99999999999999999999999", ~0ull, &v), -ERANGE);
	assert_int_equal(tg_uint_parse("11", 10, &v), -ERANGE);
	assert_int_equal(tg_uint_parse("", 10, &v), -EINVAL);
	assert_int_equal(tg_uint_parse("-1", 10, &v), -EINVAL);
	assert_int_equal(tg_uint_parse("1 ", 10, &v), -EINVAL);
	assert_int_equal(v, 7);
}

static void json(void **state)
{
	static const char padded[4] = { 'a', 'b', 'c', 'd' };	/* no NUL: a full field */
	char *text = NULL;
	struct tg_json j;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	tg_json_begin(&j, f);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "s", "q\"b\\n\n\x01\xff");
	tg_json_strn(&j, "p", padded, sizeof(padded));
	tg_json_array(&j, "a");
	tg_json_u64(&j, NULL, ~0ull);
	tg_json_s64(&j, NULL, -1);
	tg_json_object(&j, NULL);
	tg_json_end(&j, '}');
	tg_json_end(&j, ']');
	tg_json_e8(&j, "px", 6183763000000);
	tg_json_e8(&j, "none", TG_PX_NONE);
	tg_json_hex(&j, "h", 0xabc);
	tg_json_bool(&j, "b", false);
	tg_json_end(&j, '}');
	fclose(f);
	assert_string_equal(
		text,
		"{\"s\": \"q\\\"b\\\\n\\u000a\\u0001\\u00ff\", \"p\": \"abcd\", \"a\": [18446744073709551615, -1, {}], "
		"\"px\": \"61837.63\", \"none\": null, \"h\": \"0x0000000000000abc\", \"b\": false}\n");
	free(text);
}

static void table(void **state)
{
	static const char *const heads[] = { "NAME", ">QTY", "TIME" };
	char *text = NULL;
	struct tg_table t;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	tg_table_begin(&t, heads, 3);
	tg_table_cell(&t, "%s", "longer name");
	tg_table_e8(&t, 150000000);
	tg_table_time(&t, 0);
	tg_table_cell(&t, "x");
	tg_table_e8(&t, TG_PX_NONE);
	tg_table_time(&t, 1795302478198194661ull);
	tg_table_print(&t, f);
	fclose(f);
	assert_string_equal(text, "NAME         QTY  TIME\n"
				  "longer name  1.5  -\n"
				  "x              -  2026-11-21 23:07:58.198194\n");
	free(text);
}

static unsigned int bucket_of(__u64 v)
{
	unsigned int shift;

	if (v < 16)
		return (unsigned int)v;
	shift = 63u - (unsigned int)__builtin_clzll(v) - TG_HIST_SUB_BITS;
	return 16 * (shift + 1) + ((v >> shift) & 15);
}

static void percentiles(void **state)
{
	struct tg_nl_latency *l = calloc(1, sizeof(*l));
	unsigned int b, v;

	(void)state;
	for (b = 0; b < TG_HIST_BUCKETS; b++) {
		assert_int_equal(bucket_of(ctl_bucket_top(b)), b);
		if (b + 1 < TG_HIST_BUCKETS)
			assert_int_equal(bucket_of(ctl_bucket_top(b) + 1), b + 1);
	}
	assert_int_equal(ctl_percentile(l, 5000), 0);
	for (v = 1; v <= 1000; v++)
		l->bucket[bucket_of(v)]++;
	l->h.max_ns = 1000;
	assert_in_range(ctl_percentile(l, 5000), 500, 500 + 500 / 16);
	assert_in_range(ctl_percentile(l, 9000), 900, 900 + 900 / 16);
	assert_in_range(ctl_percentile(l, 9990), 999, 1000);
	assert_int_equal(ctl_percentile(l, 10000), 1000);
	memset(l, 0, sizeof(*l));
	l->bucket[TG_HIST_BUCKETS - 1] = 1;
	l->h.max_ns = 1ull << 60;
	assert_true(ctl_percentile(l, 5000) == ctl_bucket_top(TG_HIST_BUCKETS - 1));
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_parse), cmocka_unit_test(decimal_format),
		cmocka_unit_test(uints),	 cmocka_unit_test(json),
		cmocka_unit_test(table),	 cmocka_unit_test(percentiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
