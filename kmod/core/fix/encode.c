// SPDX-License-Identifier: GPL-2.0 OR MIT
/* FIX encoder. See encode.h. */
#include "fix/encode.h"
#include "fix/lexer.h"

#define LENGTH_DIGITS	3u	/* room kept after 9=; nearly every message's body is 100 to 999 bytes long */

/* Room for n more bytes? All writers ask first, so that nothing is written past the end. */
static bool room(struct tg_fix_writer *w, u32 n)
{
	if (unlikely(w->full || (u64)(w->end - w->p) < n)) {
		w->full = true;
		return false;
	}
	return true;
}

static u8 *decimal(u8 *p, u64 v)
{
	u8 tmp[20];
	u32 n = 0;

	do {
		tmp[n++] = (u8)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		*p++ = tmp[--n];
	return p;
}

static u8 *tag(u8 *p, u32 t)
{
	p = decimal(p, t);
	*p++ = '=';
	return p;
}

/* n decimal digits, leading zeros kept. */
static u8 *digits(u8 *p, u32 v, u32 n)
{
	u32 i;

	for (i = n; i--; v /= 10)
		p[i] = (u8)('0' + v % 10);
	return p + n;
}

void tg_fix_begin(struct tg_fix_writer *w, u8 *buf, u32 cap, u16 version, u32 msg_type)
{
	const char *begin = version == 50 ? "8=FIXT.1.1\0019=" : version == 42 ? "8=FIX.4.2\0019=" : "8=FIX.4.4\0019=";
	u32 n = version == 50 ? 13 : 12;

	w->buf = buf;
	w->p = buf;
	w->end = buf + cap;
	w->full = false;
	if (!room(w, n + LENGTH_DIGITS + 1 + 8))
		return;
	memcpy(w->p, begin, n);
	w->p += n + LENGTH_DIGITS;
	*w->p++ = TG_SOH;
	*w->p++ = '3';
	*w->p++ = '5';
	*w->p++ = '=';
	for (; msg_type; msg_type >>= 8)
		*w->p++ = (u8)msg_type;
	*w->p++ = TG_SOH;
}

u32 tg_fix_end(struct tg_fix_writer *w)
{
	u32 body, n = 1, ten = 10;
	u8 *at, *from;

	if (!room(w, 7 + 7))	/* the trailer, and a length of up to ten digits */
		return 0;
	at = w->buf + (w->buf[5] == 'T' ? 13 : 12);
	from = at + LENGTH_DIGITS;	/* the SOH after the length */
	body = (u32)(w->p - from) - 1;
	for (; body >= ten; ten *= 10)
		n++;
	if (n != LENGTH_DIGITS) {
		memmove(at + n, from, body + 1);
		w->p = at + n + body + 1;
	}
	digits(at, body, n);
	n = tg_fix_sum(w->buf, (u32)(w->p - w->buf));
	memcpy(w->p, "10=", 3);
	w->p = digits(w->p + 3, n, 3);
	*w->p++ = TG_SOH;
	return (u32)(w->p - w->buf);
}

void tg_fix_put_bytes(struct tg_fix_writer *w, u32 t, const void *v, u32 len)
{
	if (!len || !room(w, 12 + len))
		return;
	w->p = tag(w->p, t);
	memcpy(w->p, v, len);
	w->p += len;
	*w->p++ = TG_SOH;
}

void tg_fix_put_str(struct tg_fix_writer *w, u32 t, const char *padded, u32 max)
{
	u32 n = 0;

	while (n < max && padded[n])
		n++;
	tg_fix_put_bytes(w, t, padded, n);
}

void tg_fix_put_char(struct tg_fix_writer *w, u32 t, u8 v)
{
	if (!room(w, 13))
		return;
	w->p = tag(w->p, t);
	*w->p++ = v;
	*w->p++ = TG_SOH;
}

void tg_fix_put_u64(struct tg_fix_writer *w, u32 t, u64 v)
{
	if (!room(w, 32))
		return;
	w->p = decimal(tag(w->p, t), v);
	*w->p++ = TG_SOH;
}

void tg_fix_put_e8(struct tg_fix_writer *w, u32 t, s64 v)
{
	u64 u = v < 0 ? 0 - (u64)v : (u64)v;
	u32 frac = (u32)(u % TG_SCALE), n = TG_SCALE_DIGITS;

	if (!room(w, 36))
		return;
	w->p = tag(w->p, t);
	if (v < 0)
		*w->p++ = '-';
	w->p = decimal(w->p, u / TG_SCALE);
	if (frac) {
		for (; frac % 10 == 0; frac /= 10)
			n--;
		*w->p++ = '.';
		w->p = digits(w->p, frac, n);
	}
	*w->p++ = TG_SOH;
}

void tg_fix_put_time(struct tg_fix_writer *w, u32 t, u64 time_ns)
{
	u64 ms = time_ns / 1000000;
	u32 day_ms, days, era, doe, yoe, doy, mp, y, m, d;
	u8 *p;

	if (!room(w, 34))
		return;
	/* Days to a civil date; years begin in March, so that the leap day comes last. */
	days = (u32)(ms / 86400000) + 719468;
	day_ms = (u32)(ms % 86400000);
	era = days / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d = doy - (153 * mp + 2) / 5 + 1;
	m = mp < 10 ? mp + 3 : mp - 9;
	y = yoe + era * 400 + (m <= 2);
	p = digits(tag(w->p, t), y, 4);
	p = digits(digits(p, m, 2), d, 2);
	*p++ = '-';
	p = digits(p, day_ms / 3600000, 2);
	*p++ = ':';
	p = digits(p, day_ms / 60000 % 60, 2);
	*p++ = ':';
	p = digits(p, day_ms / 1000 % 60, 2);
	*p++ = '.';
	p = digits(p, day_ms % 1000, 3);
	*p++ = TG_SOH;
	w->p = p;
}

void tg_fix_put_hex64(struct tg_fix_writer *w, u32 t, u64 v)
{
	u32 i;

	if (!room(w, 28))
		return;
	w->p = tag(w->p, t);
	for (i = 0; i < 16; i++)
		*w->p++ = (u8)"0123456789ABCDEF"[v >> (60 - 4 * i) & 15];
	*w->p++ = TG_SOH;
}

bool tg_fix_hex64(const u8 *v, u32 len, u64 *out)
{
	u64 x = 0;
	u32 i;

	if (len != 16)
		return false;
	for (i = 0; i < 16; i++) {
		u32 c = v[i], d = c - '0';

		if (d > 9) {
			d = c - 'A';
			if (d > 5)
				return false;
			d += 10;
		}
		x = x << 4 | d;
	}
	*out = x;
	return true;
}
