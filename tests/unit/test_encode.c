// SPDX-License-Identifier: MIT
/* The encoder: bytes exactly as they should be, and what it writes is taken back by the lexer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fix/encode.h"
#include "fix/lexer.h"

static void soh(char *text)
{
	for (; *text; text++)
		if (*text == '|')
			*text = 1;
}

static void exact(void **state)
{
	u8 *buf = malloc(4096);
	struct tg_fix_writer w;
	char want[512] = "8=FIX.4.4|9=219|35=D|49=GW|51=FULLFULL|52=FULLFULLxy|53=FULLFULLx|11=00FEDCBA98765432|44=61837.63|38=0.00001|99=-0.5|40=2|100=5|101=0|102=18446744073709551615|"
			 "60=20231114-22:13:20.123|61=19700101-00:00:00.000|62=20240229-23:59:59.999|63=20000301-00:00:00.000|58=hello|10=000|";
	u32 n, i, sum = 0, body;

	tg_fix_begin(&w, buf, 4096, 44, 'D');
	tg_fix_put_str(&w, 49, "GW\0\0\0xx", 8);
	tg_fix_put_str(&w, 50, "\0\0\0\0\0\0\0", 8);
	tg_fix_put_str(&w, 50, "", 0);
	tg_fix_put_str(&w, 51, "FULLFULL", 8);
	tg_fix_put_str(&w, 52, "FULLFULLxy", 10);
	tg_fix_put_str(&w, 53, "FULLFULLx\0", 10);
	tg_fix_put_hex64(&w, 11, 0x00fedcba98765432ULL);
	tg_fix_put_e8(&w, 44, 6183763000000);
	tg_fix_put_e8(&w, 38, 1000);
	tg_fix_put_e8(&w, 99, -50000000);
	tg_fix_put_char(&w, 40, '2');
	tg_fix_put_e8(&w, 100, 500000000);
	tg_fix_put_e8(&w, 101, 0);
	tg_fix_put_u64(&w, 102, ~0ULL);
	tg_fix_put_time(&w, 60, 1700000000123999999);
	tg_fix_put_time(&w, 61, 0);
	tg_fix_put_time(&w, 62, 1709251199999000000);
	tg_fix_put_time(&w, 63, 951868800000000000);
	tg_fix_put_bytes(&w, 58, "hello", 5);
	tg_fix_put_bytes(&w, 59, "x", 0);
	n = tg_fix_end(&w);
	soh(want);
	body = (u32)(strlen(want) - 16 - 7);
	assert_int_equal(n, strlen(want));
	want[12] = (char)('0' + body / 100);
	want[13] = (char)('0' + body / 10 % 10);
	want[14] = (char)('0' + body % 10);
	for (i = 0; i < n - 7; i++)
		sum += (u8)want[i];
	snprintf(want + n - 7, 9, "10=%03u\1", sum & 255);
	assert_memory_equal(buf, want, n);
	free(buf);
}

/* BodyLength of two, three and four digits, in each version; the lexer takes them all. */
static void lengths(void **state)
{
	static const u16 versions[] = { 42, 44, 50 };
	u8 *buf = malloc(8192), text[4096];
	struct tg_fix_frame f;
	struct tg_fix_writer w;
	u32 v, k, n, used;

	memset(text, 'x', sizeof(text));
	for (v = 0; v < 3; v++) {
		for (k = 1; k < 2000; k++) {
			tg_fix_begin(&w, buf, 8192, versions[v], TG_MT2('A', 'E'));
			tg_fix_put_bytes(&w, 58, text, k);
			n = tg_fix_end(&w);
			assert_int_not_equal(n, 0);
			assert_int_equal(tg_fix_frame(buf, n, 8192, &f, &used), TG_FIX_OK);
			assert_int_equal(used, n);
			assert_int_equal(f.body_len, 6 + 3 + k + 1);
			assert_int_equal(f.version, versions[v]);
			assert_int_equal(f.msg_type, TG_MT2('A', 'E'));
			assert_true(buf[f.body_off - 2] != '0' || f.body_len % 10 == 0);
		}
	}
	free(buf);
}

/* Every capacity: either the whole message or nothing, never a byte outside the block. */
static void bounds(void **state)
{
	u32 cap, n = 0;

	for (cap = 0; cap < 400; cap++) {
		u8 *buf = malloc(cap ? cap : 1);
		struct tg_fix_writer w;

		tg_fix_begin(&w, buf, cap, 44, 'D');
		tg_fix_put_str(&w, 49, "GATEWAY\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
		tg_fix_put_u64(&w, 34, ~0ULL);
		tg_fix_put_e8(&w, 44, -9000000000000000000);
		tg_fix_put_time(&w, 52, 1700000000123999999);
		tg_fix_put_hex64(&w, 11, ~0ULL);
		tg_fix_put_char(&w, 54, '1');
		tg_fix_put_bytes(&w, 58, "some text that is not too short", 31);
		n = tg_fix_end(&w);
		if (cap < 150)
			assert_int_equal(n, 0);
		assert_in_range(n, 0, cap);
		assert_int_equal(!n, w.full);
		free(buf);
		if (n)
			break;
	}
	assert_in_range(n, 150, 250);
	assert_in_range(cap, n, n + 40);
}

static void values_come_back(void **state)
{
	static const s64 values[] = { 0, 1, -1, 10, 99999999, 100000000, 100000001, 6183763000000, 9000000000000000000, -9000000000000000000, 123456789012345678 };
	struct tg_fix_writer w;
	u8 buf[512];
	u64 t, back;
	u32 i;
	s64 v;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		tg_fix_begin(&w, buf, sizeof(buf), 44, 'D');
		w.p = buf;
		tg_fix_put_e8(&w, 1, values[i]);
		assert_true(tg_fix_e8(buf + 2, (u32)(w.p - buf) - 3, &v));
		assert_int_equal(v, values[i]);
	}
	/* the same time twice, then another: the second is copied, the third is not */
	tg_fix_begin(&w, buf, sizeof(buf), 44, 'D');
	w.p = buf;
	tg_fix_put_time(&w, 52, 1700000000123000000);
	tg_fix_put_time(&w, 60, 1700000000123000000);
	tg_fix_put_time(&w, 61, 1700000000124000000);
	assert_int_equal(w.p - buf, 75);
	assert_memory_equal(buf, "52=20231114-22:13:20.123\00160=20231114-22:13:20.123\00161=20231114-22:13:20.124\001", 75);
	for (t = 0; t < 20; t++) {
		u64 p, n = 1;

		for (p = 0; p < t; p++)
			n *= 10;
		for (p = 0; p < 3; p++) {
			w.p = buf;
			tg_fix_put_u64(&w, 1, n + p - 1);
			assert_true(tg_fix_u64(buf + 2, (u32)(w.p - buf) - 3, &back));
			assert_int_equal(back, n + p - 1);
			assert_true(buf[2] != '0' || !back);
		}
	}
	for (t = 0; t < 9000000000000ULL; t += 86399999ULL * 617) {	/* ms, 285 years */
		w.p = buf;
		tg_fix_put_time(&w, 1, t * 1000000);
		assert_int_equal(w.p - buf, 2 + 21 + 1);
		if (tg_fix_time_ns(buf + 2, 21, &back))
			assert_int_equal(back, t * 1000000);
		else
			assert_true(t * 1000000 > 9183110400000000000ULL);
	}
}

static void hex(void **state)
{
	struct tg_fix_writer w;
	char want[32];
	u8 buf[128];
	u64 v = 1;
	u32 i;

	for (i = 0; i < 1000; i++) {
		v = v * 6364136223846793005ULL + 1442695040888963407ULL;
		tg_fix_begin(&w, buf, sizeof(buf), 44, 'D');
		w.p = buf;
		tg_fix_put_hex64(&w, 1, v);
		snprintf(want, sizeof(want), "1=%016llX\1", (unsigned long long)v);
		assert_int_equal(w.p - buf, 19);
		assert_memory_equal(buf, want, 19);
	}
	v = 1;
	assert_true(tg_fix_hex64((const u8 *)"00FEDCBA98765432", 16, &v));
	assert_int_equal(v, 0x00fedcba98765432ULL);
	assert_false(tg_fix_hex64((const u8 *)"00FEDCBA9876543", 15, &v));
	assert_false(tg_fix_hex64((const u8 *)"00FEDCBA987654321", 17, &v));
	assert_false(tg_fix_hex64((const u8 *)"00fedcba98765432", 16, &v));
	assert_false(tg_fix_hex64((const u8 *)"00FEDCBA9876543G", 16, &v));
	assert_false(tg_fix_hex64((const u8 *)"00FEDCBA9876543/", 16, &v));
	assert_false(tg_fix_hex64((const u8 *)"00FEDCBA9876543@", 16, &v));
}

static void plain_header(struct tg_fix_writer *w, u8 *buf, u16 version, u32 type, u64 seq, u64 ns)
{
	tg_fix_begin(w, buf, 4096, version, type);
	tg_fix_put_str(w, 49, "GATEWAY", 7);
	tg_fix_put_str(w, 56, "VENUE", 5);
	tg_fix_put_u64(w, 34, seq);
	tg_fix_put_time(w, 52, ns);
}

/* A message begun from a template is the same as one written out, over digits, seconds and days that roll over; also of another MsgType, but not of one of two letters. */
static void templates(void **state)
{
	static const u64 times[] = { 1700000000123000000, 1700000000999999999, 1700000001000000000, 1700000001000000001, 1699999999000000000,
		1709164799999000000, 1709164800000000000, 0 };
	static const u64 seqs[] = { 1, 9, 10, 99999999, 100000000, 12345678901234567890ULL };
	static u8 want[4096], got[4096];
	struct tg_fix_writer a, b;
	struct tg_fix_head t;
	u32 v, i, k, n;

	for (v = 42; v <= 50; v += v == 42 ? 2 : 6) {
		memset(&t, 0, sizeof(t));
		assert_false(tg_fix_begin_like(&b, &t, got, sizeof(got), 'D', 1, times[0]));
		plain_header(&a, want, (u16)v, 'D', 7, times[0]);
		tg_fix_head_learn(&t, &a, times[0]);
		assert_false(tg_fix_begin_like(&b, &t, got, sizeof(got), TG_MT2('A', 'F'), 1, times[0]));
		assert_false(tg_fix_begin_like(&b, &t, got, 64, 'D', 1, times[0]));
		for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
			for (k = 0; k < sizeof(seqs) / sizeof(seqs[0]); k++) {
				plain_header(&a, want, (u16)v, "DFG"[i % 3], seqs[k], times[i]);
				assert_true(tg_fix_begin_like(&b, &t, got, sizeof(got), "DFG"[i % 3], seqs[k], times[i]));
				tg_fix_put_time(&a, 60, times[i]);
				tg_fix_put_time(&b, 60, times[i]);
				tg_fix_put_char(&a, 54, '1');
				tg_fix_write_char(&b, tg_fix_tag_bytes(54), '1');
				tg_fix_put_char(&a, 25044, '1');
				tg_fix_write_char(&b, tg_fix_tag_bytes(25044), '1');
				n = tg_fix_end(&a);
				assert_true(n && tg_fix_end(&b) == n);
				assert_memory_equal(want, got, n);
			}
	}
	/* a header of another shape is no template */
	plain_header(&a, want, 44, 'D', 7, times[0]);
	tg_fix_put_char(&a, 43, 'Y');
	memset(&t, 0, sizeof(t));
	tg_fix_head_learn(&t, &a, times[0]);
	assert_false(tg_fix_begin_like(&b, &t, got, sizeof(got), 'D', 1, times[0]));
	tg_fix_begin(&a, want, sizeof(want), 44, 'D');
	tg_fix_put_time(&a, 52, times[0]);
	tg_fix_head_learn(&t, &a, times[0]);
	assert_false(tg_fix_begin_like(&b, &t, got, sizeof(got), 'D', 1, times[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact),
		cmocka_unit_test(lengths),
		cmocka_unit_test(bounds),
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(hex),
		cmocka_unit_test(templates),
	};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
