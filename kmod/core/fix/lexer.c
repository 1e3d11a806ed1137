// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Framing and the cold half of the field walk. See lexer.h. */
#include "fix/lexer_inline.h"

/* Text as a word, first byte lowest. */
#define FOUR(s)		((u32)(u8)(s)[0] | (u32)(u8)(s)[1] << 8 | (u32)(u8)(s)[2] << 16 | (u32)(u8)(s)[3] << 24)
#define EIGHT(s)	((u64)FOUR(s) | (u64)FOUR(&(s)[4]) << 32)

#define TRAILER		7u	/* 10=ddd and SOH */
#define LENGTH_DIGITS	9u	/* of BodyLength, leading zeros included */

/* Where the next message could begin: a full "8=FIX", or as much of it as the bytes end with. Never 0. */
static u32 resync(const u8 *p, u32 avail)
{
	static const u8 start[5] = { '8', '=', 'F', 'I', 'X' };
	u32 i, k;

	for (i = 1; i < avail; i++) {
		for (k = 0; k < sizeof(start) && i + k < avail && p[i + k] == start[k]; k++)
			;
		if (k == sizeof(start) || i + k == avail)
			return i;
	}
	return avail;
}

u32 tg_fix_sum(const u8 *p, u32 n)
{
	const u64 even_bytes = 0x00ff00ff00ff00ffULL;
	u64 all, even, odd;
	u32 total = 0, left = n;

	/*
	 * All words are added up as they are, and once more with only their even bytes, in four 16-bit lanes. What the first sum has more is the lanes of
	 * odd bytes; the highest one runs over the top, but its low byte is all that counts. 256 words fill no lane.
	 */
	while (left >= 8) {
		u32 words = left / 8 < 256 ? left / 8 : 256;

		left -= words * 8;
		all = even = 0;
		for (; words >= 8; words -= 8, p += 64) {
			all += tg_load64(p) + tg_load64(p + 8) + tg_load64(p + 16) + tg_load64(p + 24);
			even += (tg_load64(p) & even_bytes) + (tg_load64(p + 8) & even_bytes) + (tg_load64(p + 16) & even_bytes) +
				(tg_load64(p + 24) & even_bytes);
			all += tg_load64(p + 32) + tg_load64(p + 40) + tg_load64(p + 48) + tg_load64(p + 56);
			even += (tg_load64(p + 32) & even_bytes) + (tg_load64(p + 40) & even_bytes) + (tg_load64(p + 48) & even_bytes) +
				(tg_load64(p + 56) & even_bytes);
		}
		for (; words; words--, p += 8) {
			all += tg_load64(p);
			even += tg_load64(p) & even_bytes;
		}
		odd = (all - even) >> 8;
		total += (u32)(((even & even_bytes) + (odd & even_bytes)) * 0x0001000100010001ULL >> 48);
	}
	while (left--)
		total += *p++;
	return total & 0xff;
}

static bool digit(u8 b)
{
	return b >= '0' && b <= '9';
}

static bool printable(u8 b)
{
	return b > ' ' && b < 0x7f;
}

#define BEGIN_MAX	12u	/* "8=", a version, SOH: nothing longer is a BeginString */

/*
 * 8= and its version: length of the field; 0 = more bytes needed; -1 = a BeginString, but none of ours; -2 = no BeginString. What has come so
 * far must agree, so that a peer cannot make us wait behind bytes that can never become a message.
 */
static int begin_string(const u8 *p, u32 avail, u16 *version)
{
	static const struct {
		u8 text[12];
		u8 len;
		u8 version;
	} known[] = {
		{ "8=FIX.4.4\001", 10, 44 },
		{ "8=FIX.4.2\001", 10, 42 },
		{ "8=FIXT.1.1\001", 11, 50 },
	};
	u32 i, k;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (k = 0; k < known[i].len && k < avail && p[k] == known[i].text[k]; k++)
			;
		if (k == known[i].len) {
			*version = known[i].version;
			return (int)k;
		}
		if (k == avail)
			return 0;
	}
	for (k = 0; k < 5; k++)
		if (k < avail && p[k] != known[0].text[k])
			return -2;
	for (; k < avail && k < BEGIN_MAX; k++) {
		if (p[k] == TG_SOH)
			return -1;
		if (p[k] != '.' && p[k] != 'T' && !digit(p[k]))
			return -2;
	}
	return k < BEGIN_MAX ? 0 : -2;
}

/* 35= at p: its length with SOH, 0 = more bytes needed, -1 = wrong. */
static int msg_type(const u8 *p, u32 avail, u32 *type)
{
	u32 i;

	*type = 0;
	for (i = 0; i < 3; i++) {
		if (i == avail)
			return 0;
		if (p[i] != "35="[i])
			return -1;
	}
	for (; i < 8; i++) {
		if (i == avail)
			return 0;
		if (p[i] == TG_SOH)
			return i > 3 ? (int)i + 1 : -1;
		if (i == 7 || !printable(p[i]))
			return -1;
		*type |= (u32)p[i] << 8 * (i - 3);
	}
	return -1;
}

static bool too_many_fields(const u8 *p, u32 n)
{
	u32 i, fields = 0;

	for (i = 0; i < n; i++)
		fields += p[i] == TG_SOH;
	return fields > TG_FIX_MAX_FIELDS;
}

enum tg_fix_error tg_fix_frame(const u8 *p, u32 avail, u32 max, struct tg_fix_frame *f, u32 *used)
{
	u32 i, digits, body_len = 0, type, total, end;
	enum tg_fix_error err;
	const u8 *t;
	u64 w, w1;
	int n;

	*used = 0;
	f->msg = p;
	/* The common case in one look: FIX.4.4, at most seven digits of length, a MsgType of one byte. */
	if (likely(avail >= 32 && tg_load64(p) == EIGHT("8=FIX.4.") && (u32)tg_load64(p + 8) == FOUR("4\0019="))) {
		w = tg_load64(p + 12);
		w ^= TG_BYTES('0');
		i = (u32)__builtin_ctzll(tg_fix_non_digits(w) | 1ULL << 63) >> 3;
		body_len = (u32)tg_fix_eight(w << ((64 - 8 * i) & 63));
		i += 13;
		w1 = p[i - 1] == TG_SOH && i > 13 ? tg_load64(p + i) : 0;
		if (likely((w1 & 0xff00ffffff) == (FOUR("35=") | (u64)TG_SOH << 32) && printable((u8)(w1 >> 24)) && body_len >= 5)) {
			f->version = 44;
			type = (u8)(w1 >> 24);
			n = 5;
			goto whole;
		}
		body_len = 0;
	}
	{
		if (!avail)
			return TG_FIX_OK;
		n = begin_string(p, avail, &f->version);
		if (!n)
			return TG_FIX_OK;
		if (n < 0) {
			*used = resync(p, avail);
			return n == -1 ? TG_FIX_BEGIN_STRING : TG_FIX_GARBAGE;
		}
	}
	i = (u32)n;
	err = TG_FIX_BODY_LENGTH;
	if (i + 2 > avail) {
		if (i < avail && p[i] != '9')
			goto bad;
		return TG_FIX_OK;
	}
	if (p[i] != '9' || p[i + 1] != '=')
		goto bad;
	for (i += 2, digits = 0; i < avail && p[i] != TG_SOH; i++, digits++) {
		if (!digit(p[i]) || digits == LENGTH_DIGITS)
			goto bad;
		body_len = body_len * 10 + (p[i] - '0');
	}
	if (i == avail)
		return TG_FIX_OK;
	if (!digits || body_len < 5)	/* 35=0 and SOH */
		goto bad;
	i++;
	if ((u64)i + body_len + TRAILER > max) {
		err = TG_FIX_RANGE;
		goto bad;
	}
	n = msg_type(p + i, avail - i < body_len ? avail - i : body_len, &type);
	if (n < 0 || (!n && avail - i >= body_len)) {
		err = TG_FIX_MSG_TYPE;
		goto bad;
	}
whole:
	end = i + body_len;	/* both are far below 2^31 */
	total = end + TRAILER;
	if (unlikely(total > max)) {
		err = TG_FIX_RANGE;
		goto bad;
	}
	if (avail < total)
		return TG_FIX_OK;
	/* SOH of the body, 10=, three digits, SOH: one load. */
	t = p + end - 1;
	w = tg_load64(t);
	if ((w & 0xff000000ffffffffULL) != 0x010000003d303101ULL ||
	    !digit(t[4]) || !digit(t[5]) || !digit(t[6])) {
		err = (w & 0xffffffff) == 0x3d303101 ? TG_FIX_CHECKSUM : TG_FIX_BODY_LENGTH;
		goto bad;
	}
	if (tg_fix_sum(p, end) != (((u32)t[4] - '0') * 100 + (t[5] - '0') * 10u + (t[6] - '0'))) {
		*used = total;
		return TG_FIX_CHECKSUM;
	}
	if (body_len > TG_FIX_MAX_FIELDS * 4 && too_many_fields(p + i, body_len)) {
		*used = total;
		return TG_FIX_TOO_MANY;
	}
	f->len = total;
	f->body_off = i;
	f->body_len = body_len;
	f->msg_type = type;
	f->fields_off = i + (u32)n;
	*used = total;
	return TG_FIX_OK;
bad:
	*used = resync(p, avail);
	return err;
}

static bool fail(struct tg_fix_cursor *c, enum tg_fix_error err)
{
	c->err = err;
	return false;
}

const u8 *tg_fix_far(const u8 *v)
{
	u64 t;

	do {
		v += 8;
		t = tg_fix_soh(tg_load64(v));
	} while (!t);
	return v + (__builtin_ctzll(t) >> 3);
}

/* Data tag that belongs to a length tag; 0 = not a length tag. */
static u32 data_tag(u32 tag)
{
	switch (tag) {
	case 90: return 91;	/* SecureData */
	case 93: return 89;	/* Signature */
	case 95: return 96;	/* RawData */
	case 212: return 213;	/* XmlData */
	case 348: case 350: case 352: case 354: case 356: case 358: case 360: case 362: case 364: return tag + 1;	/* Encoded* */
	case 445: return 446;
	case 618: return 619;
	case 621: return 622;
	default: return 0;
	}
}

static bool is_data(u32 tag)
{
	switch (tag) {
	case 89: case 91: case 96: case 213: case 446: case 619: case 622: return true;
	case 349: case 351: case 353: case 355: case 357: case 359: case 361: case 363: case 365: return true;
	default: return false;
	}
}

/* The cursor stands on a length field: take the data field that must follow by that length. */
static bool take_data(struct tg_fix_cursor *c, u32 want)
{
	const u8 *p = c->p;
	u32 n, tag = 0;

	if (!tg_fix_u32(c->val, c->len, &n))
		return fail(c, TG_FIX_FORMAT);
	for (; p < c->end && *p >= '0' && *p <= '9' && tag <= TG_FIX_MAX_TAG; p++)
		tag = tag * 10 + (*p - '0');
	if (tag != want || p >= c->end || *p != '=' || !n || (u64)(c->end - p) < (u64)n + 1 || p[n + 1] != TG_SOH)
		return fail(c, TG_FIX_DATA_LENGTH);
	c->tag = want;
	c->val = p + 1;
	c->len = n;
	c->p = p + n + 2;
	return true;
}

/*
 * One field. The tag first: one to six digits without a leading zero, within the body, then '='. 8, 9, 10 and 35 belong to the frame and cannot come again.
 */
bool tg_fix_next(struct tg_fix_cursor *c)
{
	const u8 *p = c->p;
	u32 tag, i, data;

	if (p > c->end)
		return false;
	c->tag = 0;
	c->val = NULL;
	if (p == c->end)
		return fail(c, TG_FIX_VALUE);
	tag = (u32)*p++ - '0';
	if (tag - 1 > 8)
		return fail(c, TG_FIX_TAG);
	for (i = 1; *p != '='; i++, p++) {	/* stops at `end` at the latest: SOH is no digit */
		if (!digit(*p) || i == 6)
			return fail(c, TG_FIX_TAG);
		tag = tag * 10 + (*p - '0');
	}
	c->tag = tag;
	c->val = p + 1;
	if (tag == 8 || tag == 9 || tag == 10 || tag == 35)
		return fail(c, TG_FIX_DUPLICATE);
	if (!tg_fix_take(c))
		return false;
	if (likely(tag < 89))
		return true;
	data = data_tag(tag);
	if (data)
		return take_data(c, data);
	if (is_data(tag))
		return fail(c, TG_FIX_DATA_LENGTH);	/* without its length nobody knows where it ends */
	return true;
}

/* tg_fix_next() for decoders of a body: the header is over, a field of it here is its second one, or out of place. */
bool tg_fix_skip_cold(struct tg_fix_cursor *c)
{
	if (!tg_fix_next(c))
		return false;
	if (c->tag == 34 || c->tag == 49 || c->tag == 52 || c->tag == 56)
		return fail(c, TG_FIX_DUPLICATE);
	return true;
}

u32 tg_fix_bad_tag(const u8 *val)
{
	const u8 *p = val;
	u32 tag = 0, unit = 1;

	if (!p)
		return 0;
	for (p -= 2; digit(*p) && unit <= 100000; p--, unit *= 10)	/* "35=" at the latest ends it */
		tag += (*p - '0') * unit;
	return tag;
}
