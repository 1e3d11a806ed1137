/* SPDX-License-Identifier: MIT */
/* Prices, quantities and money as text: signed 64-bit integers scaled by 10^8, no floating point on
 * the way. */
#ifndef TG_DECIMAL_H
#define TG_DECIMAL_H

#include <stdbool.h>
#include <tickgate/types.h>

#define TG_DECIMAL_LEN	24	/* "-90000000000.00000000" and NUL fit */

/*
 * "[-]digits[.digits]": at most 8 decimals, no exponent, no sign "+", no spaces, at least one digit
 * before the point. 0; -EINVAL not such a number; -ERANGE beyond +-TG_PX_MAX. *out is written only
 * on success.
 */
int tg_decimal_parse(const char *text, __s64 *out);

/* Shortest text that parses back to the value ("0.00001", "61837.63"); returns buf. Works for every
 * __s64. */
const char *tg_decimal_format(__s64 value, char buf[TG_DECIMAL_LEN]);

/* Unsigned integer in decimal digits only: 0, -EINVAL, -ERANGE above max. */
int tg_uint_parse(const char *text, __u64 max, __u64 *out);

#endif
