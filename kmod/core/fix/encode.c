// SPDX-License-Identifier: GPL-2.0 OR MIT
/* FIX encoder. See encode.h. Digits are made eight at a time: multiplications in one word instead of a division for each. */
#include "fix/encode.h"
#include "fix/lexer_inline.h"

#define LENGTH_DIGITS	3u	/* room kept after 9=; nearly every message's body is 100 to 999 bytes long */
#define SPARE		32u	/* what a writer may store past its own field: whole words */

/* Room for n more bytes and whole words behind them? All writers ask first; after the first no, nothing fits any more. */
static __always_inline bool room(struct tg_fix_writer *w, u32 n)
{
	if (likely((u64)(w->end - w->p) >= n + SPARE))
		return true;
	w->full = true;
	w->end = w->p;
	return false;
}

static __always_inline void store(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

static __always_inline u8 *put_tag(u8 *p, u64 tag)
{
	store(p, tag);
	return p + (tag >> 56);
}

/* Eight digits of v < 10^8 as bytes 0..9, the first in the lowest: tg_fix_eight() backwards. */
static __always_inline u64 eight(u32 v)
{
	u64 x, q;

	x = v / 10000 | (u64)(v % 10000) << 32;
	q = (x * 10486) >> 20 & 0x0000007f0000007fULL;		/* each half / 100, right below 10,000 */
	x = q | (x - q * 100) << 16;
	q = (x * 103) >> 10 & 0x000f000f000f000fULL;		/* each quarter / 10, right below 100 */
	return q | (x - q * 10) << 8;
}

static __always_inline u8 *put_eight(u8 *p, u32 v)
{
	store(p, eight(v) | TG_BYTES('0'));
	return p + 8;
}

/* Without leading zeros; v < 10^8. */
static __always_inline u8 *put_short(u8 *p, u32 v)
{
	u64 x = eight(v);
	u32 zeros = (u32)__builtin_ctzll(x | 1ULL << 56) >> 3;

	store(p, (x | TG_BYTES('0')) >> 8 * zeros);
	return p + 8 - zeros;
}

static u8 *decimal(u8 *p, u64 v)
{
	u64 high;

	if (likely(v < TG_SCALE))
		return put_short(p, (u32)v);
	high = v / TG_SCALE;
	if (high < TG_SCALE)
		p = put_short(p, (u32)high);
	else
		p = put_eight(put_short(p, (u32)(high / TG_SCALE)), (u32)(high % TG_SCALE));
	return put_eight(p, (u32)(v % TG_SCALE));
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
	w->time = NULL;
	w->time_ns = 0;
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

#define STAMP_LEN	18u	/* YYYYMMDD-HH:MM:SS. */

void tg_fix_head_learn(struct tg_fix_head *t, const struct tg_fix_writer *w, u32 msg_type, u64 time_ns)
{
	const u8 *p = w->time;

	t->len = 0;
	/* "34=", digits, SOH, "52=", a time of 21 bytes, SOH, and nothing more */
	if (w->full || !p || w->time_ns != time_ns || w->p != p + 22 || memcmp(p - 4, "\00152=", 4))
		return;
	for (p -= 5; *p >= '0' && *p <= '9'; p--)
		;
	if (*p++ != '=' || memcmp(p - 4, "\00134=", 4) || p - w->buf > (s64)TG_FIX_HEAD_MAX)
		return;
	memset(t->text, 0, sizeof(t->text));
	memcpy(t->text, w->buf, (u32)(p - w->buf));
	/* BodyLength comes at the end of a message: what stands there now is not ours, and would make equal engines differ */
	memset(t->text + (t->text[5] == 'T' ? 13 : 12), '0', LENGTH_DIGITS);
	memcpy(t->stamp, w->time, STAMP_LEN);
	t->second_ns = time_ns - time_ns % 1000000000;
	t->len = (u32)(p - w->buf);
	t->msg_type = msg_type;
}

bool tg_fix_begin_like(struct tg_fix_writer *w, struct tg_fix_head *t, u8 *buf, u32 cap, u32 msg_type, u64 seq, u64 time_ns)
{
	u64 part = time_ns - t->second_ns;
	u8 *p = buf;
	u32 i;

	/* text in whole words, 20 digits of 34, 52 and its time, and what a store may run over */
	if (!t->len || t->msg_type != msg_type || cap < TG_FIX_HEAD_MAX + 20 + 26 + SPARE)
		return false;
	w->buf = buf;
	w->end = buf + cap;
	w->full = false;
	for (i = 0; i < t->len; i += 8)
		store(p + i, tg_load64(t->text + i));
	p = decimal(p + t->len, seq);
	store(p, (u64)TG_SOH | '5' << 8 | '2' << 16 | (u64)'=' << 24);
	if (unlikely(part >= 1000000000)) {
		*p = TG_SOH;
		w->p = p + 1;
		w->time = NULL;
		tg_fix_write_time(w, tg_fix_tag_bytes(52), time_ns);
		memcpy(t->stamp, w->time, STAMP_LEN);
		t->second_ns = time_ns - time_ns % 1000000000;
		return true;
	}
	p += 4;
	w->time = p;
	w->time_ns = time_ns;
	store(p, tg_load64(t->stamp));
	store(p + 8, tg_load64(t->stamp + 8));
	store(p + 16, tg_load64(t->stamp + 16));
	store(p + STAMP_LEN, ((eight((u32)part / 1000000) | TG_BYTES('0')) >> 40) | (u64)TG_SOH << 24);
	w->p = p + 22;
	return true;
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
	if (unlikely(n != LENGTH_DIGITS)) {
		memmove(at + n, from, body + 1);
		w->p = at + n + body + 1;
	}
	if (likely(n == 3)) {
		at[0] = (u8)('0' + body / 100);
		at[1] = (u8)('0' + body / 10 % 10);
		at[2] = (u8)('0' + body % 10);
	} else {
		digits(at, body, n);
	}
	n = tg_fix_sum(w->buf, (u32)(w->p - w->buf));
	/* "10=", three digits, SOH */
	store(w->p, 0x0001000000000000ULL | '1' | '0' << 8 | '=' << 16 | (u64)('0' + n / 100) << 24 | (u64)('0' + n / 10 % 10) << 32 |
		    (u64)('0' + n % 10) << 40);
	w->p += 7;
	return (u32)(w->p - w->buf);
}

void tg_fix_write_bytes(struct tg_fix_writer *w, u64 tag, const void *v, u32 len)
{
	if (!len || !room(w, 8 + len))
		return;
	w->p = put_tag(w->p, tag);
	memcpy(w->p, v, len);
	w->p += len;
	*w->p++ = TG_SOH;
}

void tg_fix_write_str(struct tg_fix_writer *w, u64 tag, const char *padded, u32 max)
{
	u8 *p, *from;
	u64 word, zero;
	u32 i;

	if (!room(w, 8 + max))
		return;
	p = from = put_tag(w->p, tag);
	for (i = 0; i + 8 <= max; i += 8) {
		word = tg_load64(padded + i);
		zero = tg_fix_zero_byte(word);
		store(p, word);
		if (zero) {
			p += __builtin_ctzll(zero) >> 3;
			goto out;
		}
		p += 8;
	}
	for (; i < max && padded[i]; i++)
		*p++ = (u8)padded[i];
out:
	if (p == from)
		return;
	*p++ = TG_SOH;
	w->p = p;
}

void tg_fix_write_char(struct tg_fix_writer *w, u64 tag, u8 v)
{
	u8 *p;

	if (!room(w, 10))
		return;
	p = put_tag(w->p, tag);
	p[0] = v;
	p[1] = TG_SOH;
	w->p = p + 2;
}

void tg_fix_write_u64(struct tg_fix_writer *w, u64 tag, u64 v)
{
	u8 *p;

	if (!room(w, 32))
		return;
	p = decimal(put_tag(w->p, tag), v);
	*p++ = TG_SOH;
	w->p = p;
}

void tg_fix_write_e8(struct tg_fix_writer *w, u64 tag, s64 v)
{
	u64 u = v < 0 ? 0 - (u64)v : (u64)v, x;
	u32 frac = (u32)(u % TG_SCALE);
	u8 *p;

	if (!room(w, 32))
		return;
	p = put_tag(w->p, tag);
	if (v < 0)
		*p++ = '-';
	p = decimal(p, u / TG_SCALE);
	if (frac) {
		x = eight(frac);
		*p++ = '.';
		store(p, x | TG_BYTES('0'));
		p += 8 - (__builtin_clzll(x) >> 3);	/* zeros at the end are in the highest bytes */
	}
	*p++ = TG_SOH;
	w->p = p;
}

void tg_fix_write_time(struct tg_fix_writer *w, u64 tag, u64 time_ns)
{
	u64 ms = time_ns / 1000000, x;
	u32 day_ms, days, era, doe, yoe, doy, mp, y, m, d, sec;
	u8 *p;

	if (!room(w, 34))
		return;
	if (w->time && w->time_ns == time_ns) {
		p = put_tag(w->p, tag);
		store(p, tg_load64(w->time));
		store(p + 8, tg_load64(w->time + 8));
		store(p + 14, tg_load64(w->time + 14));
		w->p = p + 22;
		return;
	}
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
	w->time = put_tag(w->p, tag);
	w->time_ns = time_ns;
	p = put_eight(w->time, y * 10000 + m * 100 + d);
	/* HH:MM:SS is eight digits of HH0MM0SS with colons for the zeros; then .sss */
	sec = day_ms / 1000;
	x = eight(sec / 3600 * 1000000 + sec / 60 % 60 * 1000 + sec % 60) | TG_BYTES('0');
	x |= 0x00000a00000a0000ULL;		/* '0' to ':' in bytes 2 and 5 */
	p[0] = '-';
	store(p + 1, x);
	p[9] = '.';
	store(p + 10, (eight(day_ms % 1000) | TG_BYTES('0')) >> 40);
	p[13] = TG_SOH;
	w->p = p + 14;
}

/* Eight hex digits of v, the first in the lowest byte. */
static __always_inline u64 hex_eight(u32 v)
{
	u64 x = __builtin_bswap32(v);

	/* Bytes two apart, then their halves, the high one first. */
	x = (x | x << 16) & 0x0000ffff0000ffffULL;
	x = (x | x << 8) & 0x00ff00ff00ff00ffULL;
	x = (x >> 4 & 0x000f000f000f000fULL) | (x & 0x000f000f000f000fULL) << 8;
	/* 7 more for what is above 9 */
	return x + TG_BYTES('0') + (((x + TG_BYTES(6)) >> 4) & TG_BYTES(1)) * ('A' - '0' - 10);
}

void tg_fix_write_hex64(struct tg_fix_writer *w, u64 tag, u64 v)
{
	u8 *p;

	if (!room(w, 26))
		return;
	p = put_tag(w->p, tag);
	store(p, hex_eight((u32)(v >> 32)));
	store(p + 8, hex_eight((u32)v));
	p[16] = TG_SOH;
	w->p = p + 17;
}

/* Eight hex digits (0-9, A-F) to a word: wrong ones do not come back as they were. */
static __always_inline bool unhex_eight(const u8 *v, u64 *out)
{
	u64 w = tg_load64(v), x;

	x = (w & TG_BYTES(15)) + (w >> 6 & TG_BYTES(1)) * 9;
	x = (x << 4 | x >> 8) & 0x00ff00ff00ff00ffULL;
	x = (x | x >> 8) & 0x0000ffff0000ffffULL;
	*out = __builtin_bswap32((u32)(x | x >> 16));
	return hex_eight((u32)*out) == w;
}

bool tg_fix_hex64(const u8 *v, u32 len, u64 *out)
{
	u64 high, low;

	if (len != 16 || !unhex_eight(v, &high) || !unhex_eight(v + 8, &low))
		return false;
	*out = high << 32 | low;
	return true;
}
