// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Values: digits to scaled integers, exactly. The fast forms for short values are in lexer_inline.h; these take any length and any memory. */
#include "fix/lexer_inline.h"

const struct tg_fix_words tg_fix_words = {
	.zeros = TG_BYTES('0'),
	.to_high = TG_BYTES(0x76),
	.high = TG_HIGH_BITS,
	.pairs = 0x00ff00ff00ff00ffULL,
	.fours = 0x0000ffff0000ffffULL,
	.join = 10000ULL << 32 | 1,
	.below_2 = 0 - TG_BYTES(2),
	.points = TG_BYTES(0x10),
};

const u64 tg_fix_pow10[9] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

bool tg_fix_u64(const u8 *v, u32 len, u64 *out)
{
	u64 n = 0;
	u32 i;

	if (!len)
		return false;
	for (i = 0; i < len; i++) {
		u32 d = (u32)v[i] - '0';

		if (d > 9 || n > (~0ULL - d) / 10)
			return false;
		n = n * 10 + d;
	}
	*out = n;
	return true;
}

u32 tg_fix_far_e8(const u8 *v, s64 *out)
{
	u64 whole = tg_load64(v) ^ TG_BYTES('0'), stop = tg_fix_non_digits(whole), part;
	u32 n, k, m;

	k = (u32)__builtin_ctzll(stop | 1ULL << 63) >> 3;
	if (likely(stop && v[k] == '.' && k)) {
		/* k digits, the point, m digits. */
		part = tg_load64(v + k + 1) ^ TG_BYTES('0');
		stop = tg_fix_non_digits(part);
		m = (u32)__builtin_ctzll(stop | 1ULL << 63) >> 3;
		if (likely(stop && m && v[k + 1 + m] == TG_SOH)) {
			whole <<= 64 - 8 * k;
			part <<= 64 - 8 * m;
			*out = (s64)(tg_fix_eight(whole) * TG_SCALE + tg_fix_eight(part) * tg_fix_pow10[8 - m]);
			return k + 1 + m;
		}
	}
	n = (u32)(tg_fix_far(v) - v);
	return tg_fix_e8(v, n, out) ? n : 0;
}

struct tg_fix_number tg_fix_far_number(const u8 *v)
{
	u32 n = (u32)(tg_fix_far(v) - v);
	struct tg_fix_number r = { .v = 0 };

	r.len = tg_fix_u64(v, n, &r.v) ? n : 0;
	return r;
}

struct tg_fix_number tg_fix_far_price(const u8 *v)
{
	struct tg_fix_number r;
	s64 e8 = 0;

	r.len = tg_fix_far_e8(v, &e8);
	r.v = (u64)e8;
	return r;
}

bool tg_fix_u32(const u8 *v, u32 len, u32 *out)
{
	u64 n;

	if (!tg_fix_u64(v, len, &n) || n > 0xffffffffu)
		return false;
	*out = (u32)n;
	return true;
}

bool tg_fix_e8(const u8 *v, u32 len, s64 *out)
{
	const u64 max = (u64)TG_PX_MAX;
	u32 i = 0, digits = 0, decimals = 0;
	bool negative = false, point = false;
	u64 n = 0;

	if (len && (v[0] == '-' || v[0] == '+')) {
		/* FIX 4.4 volume 1, "int" and "float": a leading plus is not among the allowed forms. */
		if (v[0] == '+')
			return false;
		negative = true;
		i = 1;
	}
	for (; i < len; i++) {
		u32 d = (u32)v[i] - '0';

		if (v[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (d > 9)
			return false;
		digits++;
		if (point && ++decimals > TG_SCALE_DIGITS) {
			if (d)
				return false;	/* cannot be kept exactly */
			continue;
		}
		if (n > (max - d) / 10)
			return false;
		n = n * 10 + d;
	}
	if (!digits)
		return false;
	for (; decimals < TG_SCALE_DIGITS; decimals++) {
		if (n > max / 10)
			return false;
		n *= 10;
	}
	*out = negative ? -(s64)n : (s64)n;
	return true;
}

/* Exactly n digits, n <= 9; false = another byte among them. */
static bool fixed_digits(const u8 *v, u32 n, u32 *out)
{
	u32 x = 0, i;

	for (i = 0; i < n; i++) {
		u32 d = (u32)v[i] - '0';

		if (d > 9)
			return false;
		x = x * 10 + d;
	}
	*out = x;
	return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; year >= 1970. Years begin in March, so that the leap day comes last. */
static u32 days_from_date(u32 y, u32 m, u32 d)
{
	u32 era, yoe, doy;

	if (m <= 2)
		y--;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool date_valid(u32 y, u32 m, u32 d)
{
	static const u8 length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	u32 last;

	if (y < 1970 || y > 2261 || m < 1 || m > 12 || d < 1)	/* signed 64-bit ns end in April 2262 */
		return false;
	last = length[m - 1];
	if (m == 2 && y % 4 == 0 && (y % 100 || y % 400 == 0))
		last = 29;
	return d <= last;
}

bool tg_fix_date_ns(u64 yyyymmdd, u64 *out)
{
	u64 digits = yyyymmdd ^ TG_BYTES('0');
	u32 date, y, m, d;

	if (tg_fix_non_digits(digits))
		return false;
	date = (u32)tg_fix_eight(digits);
	y = date / 10000;
	m = date / 100 % 100;
	d = date % 100;
	if (!date_valid(y, m, d))
		return false;
	*out = (u64)days_from_date(y, m, d) * 86400 * 1000000000ULL;
	return true;
}

bool tg_fix_time_ns(const u8 *v, u32 len, u64 *out)
{
	u32 hour, min, sec, frac = 0, i;
	u64 b, day;

	if (len < 17 || len == 18 || len > 27 || v[8] != '-' || v[11] != ':' || v[14] != ':')
		return false;
	/* HH:MM:SS in one word; the colons become zeros that the sum below leaves out. */
	b = (tg_load64(v + 9) ^ TG_BYTES('0')) & 0xffff00ffff00ffffULL;
	if (tg_fix_non_digits(b))
		return false;
	hour = (u32)(b & 0xf) * 10 + (u32)(b >> 8 & 0xf);
	min = (u32)(b >> 24 & 0xf) * 10 + (u32)(b >> 32 & 0xf);
	sec = (u32)(b >> 48 & 0xf) * 10 + (u32)(b >> 56 & 0xf);
	if (hour > 23 || min > 59 || sec > 60 || !tg_fix_date_ns(tg_load64(v), &day))
		return false;
	if (len > 17) {
		if (v[17] != '.' || !fixed_digits(v + 18, len - 18, &frac))
			return false;
		for (i = len - 18; i < 9; i++)
			frac *= 10;
	}
	*out = day + (u64)(hour * 3600 + min * 60 + sec) * 1000000000ULL + frac;
	return true;
}

u32 tg_fix_far_time(struct tg_fix_cursor *c, u64 *out)
{
	u32 n = (u32)(tg_fix_far(c->val) - c->val);

	if (!tg_fix_time_ns(c->val, n, out))
		return 0;
	c->date = tg_load64(c->val);
	return tg_fix_date_ns(c->date, &c->date_ns) ? n : 0;
}
