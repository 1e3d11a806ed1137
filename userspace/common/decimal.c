// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "decimal.h"

int tg_decimal_parse(const char *text, __s64 *out)
{
	bool negative = *text == '-';
	const char *p = text + negative;
	int decimals = -1, digits = 0;
	__u64 v = 0;

	for (; *p; p++) {
		if (*p == '.') {
			if (decimals >= 0 || !digits)
				return -EINVAL;
			decimals = 0;
			continue;
		}
		if (*p < '0' || *p > '9')
			return -EINVAL;
		if (decimals >= 0 && ++decimals > TG_SCALE_DIGITS)
			return -EINVAL;
		digits++;
		if (v > (__u64)TG_PX_MAX / 10)
			v = (__u64)TG_PX_MAX +
			    1; /* stays too large; the rest is still checked for form */
		else
			v = v * 10 + (__u64)(*p - '0');
	}
	if (!digits || decimals == 0)
		return -EINVAL;
	for (digits = decimals < 0 ? 0 : decimals; digits < TG_SCALE_DIGITS; digits++) {
		if (v > (__u64)TG_PX_MAX / 10)
			return -ERANGE;
		v *= 10;
	}
	if (v > (__u64)TG_PX_MAX)
		return -ERANGE;
	*out = negative ? -(__s64)v : (__s64)v;
	return 0;
}

const char *tg_decimal_format(__s64 value, char buf[TG_DECIMAL_LEN])
{
	__u64 v = value < 0 ? 0 - (__u64)value : (__u64)value;
	int n;

	n = snprintf(buf, TG_DECIMAL_LEN, "%s%llu.%08llu", value < 0 ? "-" : "",
		     (unsigned long long)(v / TG_SCALE), (unsigned long long)(v % TG_SCALE));
	while (buf[n - 1] == '0')
		n--;
	if (buf[n - 1] == '.')
		n--;
	buf[n] = 0;
	return buf;
}

int tg_uint_parse(const char *text, __u64 max, __u64 *out)
{
	const char *p = text;
	__u64 v = 0;
	bool over = false;

	for (; *p; p++) {
		if (*p < '0' || *p > '9')
			return -EINVAL;
		over |= __builtin_mul_overflow(v, 10, &v);
		over |= __builtin_add_overflow(v, (__u64)(*p - '0'), &v);
	}
	if (p == text)
		return -EINVAL;
	if (over || v > max)
		return -ERANGE;
	*out = v;
	return 0;
}
