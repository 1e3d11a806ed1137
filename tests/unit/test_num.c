// SPDX-License-Identifier: MIT
/* Integer helpers against 128-bit arithmetic, which userspace may divide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "num.h"

static u64 rng_state = 42;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

/* Numbers of every length, not only long ones. */
static u64 any(void)
{
	return rng() >> (rng() % 64);
}

static void muldiv(void **state)
{
	u64 out;
	u32 i, ok = 0;

	(void)state;
	assert_false(tg_muldiv_u64(1, 1, 0, &out));
	assert_false(tg_muldiv_u64(~0ULL, 2, 1, &out));
	assert_true(tg_muldiv_u64(~0ULL, ~0ULL, ~0ULL, &out));
	assert_true(out == ~0ULL);
	for (i = 0; i < 1000000; i++) {
		u64 a = any(), b = any(), c = any();
		unsigned __int128 want = c ? (unsigned __int128)a * b / c : 0;
		bool fits = c && !(want >> 64);

		out = 0;
		assert_int_equal(tg_muldiv_u64(a, b, c, &out), fits);
		if (fits) {
			assert_true(out == (u64)want);
			ok++;
		}
	}
	assert_true(ok > 100000);
}

static void notional(void **state)
{
	s64 out;

	(void)state;
	assert_true(tg_notional(6183763000000, 150000000, &out));	/* 61837.63 * 1.5 */
	assert_int_equal(out, 9275644500000);
	assert_true(tg_notional(0, TG_PX_MAX, &out));
	assert_int_equal(out, 0);
	assert_false(tg_notional(-1, 1, &out));
	assert_false(tg_notional(1, -1, &out));
	assert_true(tg_notional(TG_PX_MAX, TG_SCALE, &out));
	assert_int_equal(out, TG_PX_MAX);
	assert_false(tg_notional(TG_PX_MAX, TG_SCALE + 1, &out));
	assert_false(tg_notional(TG_PX_MAX, TG_PX_MAX, &out));
	assert_true(tg_notional(1, 99999999, &out));	/* towards zero */
	assert_int_equal(out, 0);
}

/* The reciprocal's quotient, everywhere in its range and on both sides of each multiple. */
static void scale(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 1000000; i++) {
		u64 hi = any() % TG_SCALE, lo = any(), near = any();
		unsigned __int128 n = (unsigned __int128)hi << 64 | lo, at;
		int off;

		assert_true(tg_div_scale(hi, lo) == (u64)(n / TG_SCALE));
		for (off = -1; off <= 1; off++) {
			at = (unsigned __int128)near * TG_SCALE + (unsigned __int128)(__int128)off;
			if ((u64)(at >> 64) < TG_SCALE)
				assert_true(tg_div_scale((u64)(at >> 64), (u64)at) == (u64)(at / TG_SCALE));
		}
	}
	assert_true(tg_div_scale(TG_SCALE - 1, ~0ULL) == ~0ULL);
}

static void notional_random(void **state)
{
	u32 i, ok = 0;

	(void)state;
	for (i = 0; i < 1000000; i++) {
		s64 px = (s64)any(), qty = (s64)any(), out = -1;
		unsigned __int128 want = (unsigned __int128)(u64)px * (u64)qty / TG_SCALE;
		bool fits = px >= 0 && qty >= 0 && want <= (u64)TG_PX_MAX;

		assert_int_equal(tg_notional(px, qty, &out), fits);
		if (fits) {
			assert_true(out == (s64)want);
			ok++;
		}
	}
	assert_true(ok > 100000);
}

static void checked(void **state)
{
	s64 out;

	(void)state;
	assert_true(tg_add_s64(INT64_MAX - 1, 1, &out));
	assert_false(tg_add_s64(INT64_MAX, 1, &out));
	assert_false(tg_sub_s64(INT64_MIN, 1, &out));
	assert_true(tg_sub_s64(-1, INT64_MAX, &out));
	assert_true(out == INT64_MIN);
}

static void hash(void **state)
{
	u8 buf[300], moved[310];
	u32 n, i, at;

	(void)state;
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)(i * 7);
	for (n = 0; n < 256; n++) {
		u64 h = tg_hash_bytes(1, buf, n);

		/* alignment does not matter; seed, length and each single bit do */
		for (at = 0; at < 8; at++) {
			memcpy(moved + at, buf, n);
			assert_true(tg_hash_bytes(1, moved + at, n) == h);
		}
		assert_true(tg_hash_bytes(2, buf, n) != h);
		assert_true(tg_hash_bytes(1, buf, n + 1) != h);
		for (i = 0; i < n * 8; i++) {
			buf[i / 8] ^= (u8)(1 << i % 8);
			assert_true(tg_hash_bytes(1, buf, n) != h);
			buf[i / 8] ^= (u8)(1 << i % 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(muldiv),
		cmocka_unit_test(notional),
		cmocka_unit_test(scale),
		cmocka_unit_test(notional_random),
		cmocka_unit_test(checked),
		cmocka_unit_test(hash),
	};

	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
