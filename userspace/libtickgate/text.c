// SPDX-License-Identifier: MIT
/* Prices as text, names of codes. Integers only. */
#include <errno.h>
#include <string.h>
#include "client.h"

TG_API int tg_px_parse(const char *text, __s64 *out)
{
	bool negative = *text == '-';
	const char *p = text + negative;
	int decimals = -1;	/* -1: before the point */
	__u64 v = 0;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p; p++) {
		if (*p == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (*p < '0' || *p > '9' || decimals == TG_SCALE_DIGITS)
			return -EINVAL;
		if (v > (__u64)TG_PX_MAX / 10)
			return -ERANGE;
		v = v * 10 + (__u64)(*p - '0');
		decimals += decimals >= 0;
	}
	if (!decimals)
		return -EINVAL;		/* a point with nothing behind it */
	for (decimals = decimals < 0 ? 0 : decimals; decimals < TG_SCALE_DIGITS; decimals++) {
		if (v > (__u64)TG_PX_MAX / 10)
			return -ERANGE;
		v *= 10;
	}
	if (v > (__u64)TG_PX_MAX)
		return -ERANGE;
	*out = negative ? -(__s64)v : (__s64)v;
	return 0;
}

TG_API const char *tg_px_format(__s64 px, char buf[TG_PX_TEXT])
{
	__u64 v = px < 0 ? 0 - (__u64)px : (__u64)px;
	__u64 whole = v / TG_SCALE, part = v % TG_SCALE;
	char digits[12];
	char *out = buf;
	int n = 0;

	if (px == TG_PX_NONE)
		return strcpy(buf, "-");
	if (px < 0)
		*out++ = '-';
	do {
		digits[n++] = (char)('0' + whole % 10);
		whole /= 10;
	} while (whole);
	while (n)
		*out++ = digits[--n];
	if (part) {
		__u64 unit = TG_SCALE / 10;

		*out++ = '.';
		for (; part; unit /= 10) {
			*out++ = (char)('0' + part / unit);
			part %= unit;
		}
	}
	*out = 0;
	return buf;
}

TG_API bool tg_order_is_complete(enum tg_ord_status status)
{
	return status == TG_OS_FILLED || status == TG_OS_CANCELED || status == TG_OS_REJECTED ||
	       status == TG_OS_EXPIRED;
}

#define NAME_OF(names, i)                                                                          \
	((i) < sizeof(names) / sizeof(names[0]) && names[i] ? names[i] : "UNKNOWN")

TG_API const char *tg_strreason(__u32 reason)
{
	static const char *const names[] = {
#define X(name, text) [TG_REASON_##name] = #name,
		TG_REASONS(X)
#undef X
	};

	return NAME_OF(names, reason);
}

TG_API const char *tg_strreason_text(__u32 reason)
{
	static const char *const texts[] = {
#define X(name, text) [TG_REASON_##name] = text,
		TG_REASONS(X)
#undef X
	};

	return NAME_OF(texts, reason);
}

TG_API const char *tg_strstatus(__u32 status)
{
	static const char *const names[TG_OS_MAX] = {
		[TG_OS_NONE] = "NONE",
		[TG_OS_PENDING_NEW] = "PENDING_NEW",
		[TG_OS_NEW] = "NEW",
		[TG_OS_PARTIALLY_FILLED] = "PARTIALLY_FILLED",
		[TG_OS_FILLED] = "FILLED",
		[TG_OS_PENDING_CANCEL] = "PENDING_CANCEL",
		[TG_OS_PENDING_REPLACE] = "PENDING_REPLACE",
		[TG_OS_CANCELED] = "CANCELED",
		[TG_OS_REJECTED] = "REJECTED",
		[TG_OS_EXPIRED] = "EXPIRED",
		[TG_OS_UNKNOWN] = "UNKNOWN",
		[TG_OS_SUSPECT] = "SUSPECT",
		[TG_OS_SUSPENDED] = "SUSPENDED",
		[TG_OS_DONE_FOR_DAY] = "DONE_FOR_DAY",
	};

	return NAME_OF(names, status);
}

TG_API const char *tg_strbookstate(__u32 state)
{
	static const char *const names[] = {
		[TG_BOOK_EMPTY] = "EMPTY",
		[TG_BOOK_LIVE] = "LIVE",
		[TG_BOOK_RECOVERING] = "RECOVERING",
		[TG_BOOK_STALE] = "STALE",
	};

	return NAME_OF(names, state);
}

TG_API const char *tg_strtrading(__u32 status)
{
	static const char *const names[] = {
		[TG_TRADING_UNKNOWN] = "UNKNOWN",
		[TG_TRADING_OPEN] = "OPEN",
		[TG_TRADING_HALTED] = "HALTED",
		[TG_TRADING_CLOSED] = "CLOSED",
		[TG_TRADING_AUCTION] = "AUCTION",
		[TG_TRADING_CANCEL_ONLY] = "CANCEL_ONLY",
		[TG_TRADING_POST_ONLY] = "POST_ONLY",
		[TG_TRADING_LIMIT_ONLY] = "LIMIT_ONLY",
		[TG_TRADING_REDUCE_ONLY] = "REDUCE_ONLY",
	};

	return NAME_OF(names, status);
}

TG_API const char *tg_strgap(__u32 cause)
{
	static const char *const names[] = {
		[TG_GAP_CHAIN] = "CHAIN",	[TG_GAP_MSG_SEQ] = "MSG_SEQ",
		[TG_GAP_RPT_SEQ] = "RPT_SEQ",	[TG_GAP_CHECKSUM] = "CHECKSUM",
		[TG_GAP_CROSSED] = "CROSSED",	[TG_GAP_CAPACITY] = "CAPACITY",
		[TG_GAP_SILENCE] = "SILENCE",	[TG_GAP_SESSION] = "SESSION",
	};

	return NAME_OF(names, cause);
}

TG_API const char *tg_strsession(__u32 state)
{
	static const char *const names[] = {
		[TG_SESSION_DOWN] = "DOWN",
		[TG_SESSION_LOGON_SENT] = "LOGON_SENT",
		[TG_SESSION_UP] = "UP",
		[TG_SESSION_RECOVERING] = "RECOVERING",
		[TG_SESSION_LOGOUT_SENT] = "LOGOUT_SENT",
		[TG_SESSION_HALTED] = "HALTED",
		[TG_SESSION_CREDENTIALS] = "CREDENTIALS",
	};

	return NAME_OF(names, state);
}
