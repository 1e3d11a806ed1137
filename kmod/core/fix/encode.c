// SPDX-License-Identifier: GPL-2.0 OR MIT
/* FIX encoder. See encode.h; how digits are made: encode_inline.h. */
#include "fix/encode_inline.h"

#define LENGTH_DIGITS	3u	/* room kept after 9=; nearly every message's body is 100 to 999 bytes long */

/* Room for n more bytes and whole words behind them? All writers ask first; after the first no, nothing fits any more. */
static __always_inline bool room(struct tg_fix_writer *w, u32 n)
{
	if (likely((u64)(w->end - w->p) >= n + TG_FIX_SPARE))
		return true;
	w->full = true;
	w->end = w->p;
	return false;
}

static __always_inline u8 *put_eight(u8 *p, u32 v)
{
	tg_fix_store(p, tg_fix_digits8(v) | TG_BYTES('0'));
	return p + 8;
}

static u8 *decimal(u8 *p, u64 v)
{
	u32 unused = 0;
	u64 high;

	if (likely(v < TG_SCALE))
		return tg_fix_short_to(p, (u32)v, &unused);
	high = v / TG_SCALE;
	if (high < TG_SCALE)
		p = tg_fix_short_to(p, (u32)high, &unused);
	else
		p = put_eight(tg_fix_short_to(p, (u32)(high / TG_SCALE), &unused), (u32)(high % TG_SCALE));
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
	w->summed = NULL;
	w->msg_type = msg_type;
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

/* The text of a second, and its sum. */
static void stamp(struct tg_fix_head *t, u64 time_ns)
{
	u8 text[8 + 34 + TG_FIX_SPARE];
	struct tg_fix_writer w = { .p = text, .end = text + sizeof(text) };

	tg_fix_write_time(&w, tg_fix_tag_bytes(52), time_ns);
	memcpy(t->stamp, w.time, TG_FIX_STAMP_LEN);
	t->stamp_sum = tg_fix_sum(t->stamp, TG_FIX_STAMP_LEN);
	t->second_ns = time_ns - time_ns % 1000000000;
}

void tg_fix_head_learn(struct tg_fix_head *t, const struct tg_fix_writer *w, u64 time_ns)
{
	u32 at = w->buf[5] == 'T' ? 13 : 12;
	const u8 *p = w->time;

	/* "34=", digits, SOH, "52=", a time of 21 bytes, SOH, and nothing more */
	if (w->full || !p || w->time_ns != time_ns || w->p != p + TG_FIX_TIME_LEN + 1 || memcmp(p - 4, "\00152=", 4) || w->msg_type > 0xff)
		return;
	for (p -= 5; *p >= '0' && *p <= '9'; p--)
		;
	if (*p++ != '=' || memcmp(p - 4, "\00134=", 4) || p - w->buf > (s64)TG_FIX_HEAD_MAX)
		return;
	memset(t, 0, sizeof(*t));
	t->len = (u32)(p - w->buf);
	memcpy(t->text, w->buf, t->len);
	/* BodyLength comes at the end of a message: what stands there now is not ours, and would make equal engines differ */
	memset(t->text + at, '0', LENGTH_DIGITS);
	t->type_at = at + LENGTH_DIGITS + 4;
	t->text[t->type_at] = 0;
	t->sum = tg_fix_sum(t->text, t->len) - '0' * LENGTH_DIGITS;
	stamp(t, time_ns);
}

/* Three digits of v < 1000 as bytes 0..9, the first in the lowest. */
static __always_inline u32 digits3(u32 v)
{
	u32 a = v * 41 >> 12, b;

	v -= a * 100;
	b = v * 103 >> 10;
	return a | b << 8 | (v - b * 10) << 16;
}

static __always_inline u32 sum3(u32 x)
{
	return (x * 0x010101 >> 16 & 0xff) + 3 * '0';
}

#define THREE_ZEROS	0x303030u

bool tg_fix_begin_like(struct tg_fix_writer *w, struct tg_fix_head *t, u8 *buf, u32 cap, u32 msg_type, u64 seq, u64 time_ns)
{
	u32 i, sum = t->sum + TG_SOH + '5' + '2' + '=' + TG_SOH, x;
	u8 *p = buf;

	/* text in whole words, 20 digits of 34, 52 and its time, and what a store may run over */
	if (unlikely(!t->len || msg_type > 0xff || cap < TG_FIX_HEAD_MAX + 20 + 26 + TG_FIX_SPARE))
		return false;
	if (unlikely(time_ns - t->second_ns >= 1000000000))
		stamp(t, time_ns);
	w->buf = buf;
	w->end = buf + cap;
	w->full = false;
	w->msg_type = msg_type;
	for (i = 0; i < 64; i += 8)
		tg_fix_store(p + i, tg_load64(t->text + i));
	for (; unlikely(i < t->len); i += 8)
		tg_fix_store(p + i, tg_load64(t->text + i));
	p[t->type_at] = (u8)msg_type;
	sum += msg_type;
	p += t->len;
	if (likely(seq < TG_SCALE)) {
		p = tg_fix_short_to(p, (u32)seq, &sum);
	} else {
		u8 *end = decimal(p, seq);

		while (p < end)
			sum += *p++;
	}
	tg_fix_store4(p, (u32)TG_SOH | '5' << 8 | '2' << 16 | (u32)'=' << 24);
	p += 4;
	x = digits3((u32)(time_ns - t->second_ns) / 1000000);
	w->time = p;
	w->time_ns = time_ns;
	w->time_sum = t->stamp_sum + sum3(x);
	tg_fix_store(p, tg_load64(t->stamp));
	tg_fix_store(p + 8, tg_load64(t->stamp + 8));
	/* the last two of the stamp (zeros follow) and what is behind it, in one word */
	tg_fix_store(p + 16, tg_load64(t->stamp + 16) | (u64)(x | THREE_ZEROS | (u32)TG_SOH << 24) << 16);
	w->p = p + TG_FIX_TIME_LEN + 1;
	w->sum = sum + w->time_sum;
	w->summed = w->p;
	return true;
}

u32 tg_fix_end(struct tg_fix_writer *w)
{
	u32 body, n = 1, ten = 10, sum;
	u8 *at, *from;

	if (!room(w, 7 + 7))	/* the trailer, and a length of up to ten digits */
		return 0;
	at = w->buf + (w->buf[5] == 'T' ? 13 : 12);
	from = at + LENGTH_DIGITS;	/* the SOH after the length */
	body = (u32)(w->p - from) - 1;
	if (likely(body - 100 < 900)) {
		n = digits3(body);
		sum = sum3(n);
		tg_fix_store4(at, n | THREE_ZEROS | (u32)TG_SOH << 24);
	} else {
		for (; body >= ten; ten *= 10)
			n++;
		if (w->summed)
			w->summed += (s32)(n - LENGTH_DIGITS);
		memmove(at + n, from, body + 1);
		w->p = at + n + body + 1;
		digits(at, body, n);
		for (sum = 0; n--; )
			sum += at[n];
	}
	if (!w->summed)
		sum = tg_fix_sum(w->buf, (u32)(w->p - w->buf));
	else if (w->summed == w->p)
		sum += w->sum;
	else
		sum += w->sum + tg_fix_sum(w->summed, (u32)(w->p - w->summed));
	/* "10=", three digits, SOH; zeros up to the outbox's next word */
	tg_fix_store(w->p, '1' | '0' << 8 | '=' << 16 | (u64)(digits3(sum & 0xff) | THREE_ZEROS | (u32)TG_SOH << 24) << 24);
	tg_fix_store(w->p + 7, 0);
	w->p += 7;
	return (u32)(w->p - w->buf);
}

void tg_fix_write_bytes(struct tg_fix_writer *w, u64 tag, const void *v, u32 len)
{
	if (!len || !room(w, 8 + len))
		return;
	w->p = tg_fix_tag_to(w->p, tag);
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
	p = from = tg_fix_tag_to(w->p, tag);
	for (i = 0; i + 8 <= max; i += 8) {
		word = tg_load64(padded + i);
		zero = tg_fix_zero_byte(word);
		tg_fix_store(p, word);
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
	p = tg_fix_tag_to(w->p, tag);
	p[0] = v;
	p[1] = TG_SOH;
	w->p = p + 2;
}

void tg_fix_write_u64(struct tg_fix_writer *w, u64 tag, u64 v)
{
	u8 *p;

	if (!room(w, 32))
		return;
	p = decimal(tg_fix_tag_to(w->p, tag), v);
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
	p = tg_fix_tag_to(w->p, tag);
	if (v < 0)
		*p++ = '-';
	p = decimal(p, u / TG_SCALE);
	if (frac) {
		x = tg_fix_digits8(frac);
		*p++ = '.';
		tg_fix_store(p, x | TG_BYTES('0'));
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
		p = tg_fix_tag_to(w->p, tag);
		tg_fix_store(p, tg_load64(w->time));
		tg_fix_store(p + 8, tg_load64(w->time + 8));
		tg_fix_store(p + 14, tg_load64(w->time + 14));
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
	w->time = tg_fix_tag_to(w->p, tag);
	w->time_ns = time_ns;
	p = put_eight(w->time, y * 10000 + m * 100 + d);
	/* HH:MM:SS is eight digits of HH0MM0SS with colons for the zeros; then .sss */
	sec = day_ms / 1000;
	x = tg_fix_digits8(sec / 3600 * 1000000 + sec / 60 % 60 * 1000 + sec % 60) | TG_BYTES('0');
	x |= 0x00000a00000a0000ULL;		/* '0' to ':' in bytes 2 and 5 */
	p[0] = '-';
	tg_fix_store(p + 1, x);
	p[9] = '.';
	tg_fix_store(p + 10, (tg_fix_digits8(day_ms % 1000) | TG_BYTES('0')) >> 40);
	p[13] = TG_SOH;
	w->p = p + 14;
}

void tg_fix_write_hex64(struct tg_fix_writer *w, u64 tag, u64 v)
{
	u32 unused = 0;
	u8 *p;

	if (!room(w, 26))
		return;
	p = tg_fix_tag_to(w->p, tag);
	tg_fix_store(p, tg_fix_hex8((u32)(v >> 32), 'A', &unused));
	tg_fix_store(p + 8, tg_fix_hex8((u32)v, 'A', &unused));
	p[16] = TG_SOH;
	w->p = p + 17;
}

bool tg_fix_hex64(const u8 *v, u32 len, u64 *out)
{
	return len == 16 && tg_fix_unhex16(v, out);
}
