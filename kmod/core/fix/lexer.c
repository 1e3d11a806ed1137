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

#define EVEN_BYTES	0x00ff00ff00ff00ffULL

/*
 * 32 * blocks bytes and the n < 32 after them, at most 2,048 together. All words are added up as they are, and once more with only their even bytes, in four
 * 16-bit lanes. What the first sum has more is the lanes of odd bytes; the highest one runs over the top, but its low byte is all that counts. 256 words fill
 * no lane.
 *
 * The rest is the last 32 bytes of everything, of which a mask leaves what was not yet added: no loop whose length changes with each message, so no
 * branch that is foretold wrong.
 */
static __always_inline u32 sum_blocks(const u8 *p, u32 n)
{
	static const u64 masks[8] = { 0, 0, 0, 0, ~0ULL, ~0ULL, ~0ULL, ~0ULL };
	const u8 *last = p + (n & ~31u), *mask = (const u8 *)masks + (n & 31);
	u64 all = 0, even = 0, w;

	for (; p != last; p += 32) {
		all += tg_load64(p) + tg_load64(p + 8);
		even += (tg_load64(p) & EVEN_BYTES) + (tg_load64(p + 8) & EVEN_BYTES);
		all += tg_load64(p + 16) + tg_load64(p + 24);
		even += (tg_load64(p + 16) & EVEN_BYTES) + (tg_load64(p + 24) & EVEN_BYTES);
	}
	p += n & 31;
#define LAST(off) \
	do { \
		w = tg_load64(p - 32 + (off)) & tg_load64(mask + (off)); \
		all += w; \
		even += w & EVEN_BYTES; \
	} while (0)
	LAST(0);
	LAST(8);
	LAST(16);
	LAST(24);
#undef LAST
	w = (all - even) >> 8;
	return (u32)(((even & EVEN_BYTES) + (w & EVEN_BYTES)) * 0x0001000100010001ULL >> 48);
}

/* Shorter than a block, or longer than the lanes hold. */
static __attribute__((__noinline__)) u32 sum_odd(const u8 *p, u32 n)
{
	u32 total = 0;

	for (; n > 2048; p += 1024, n -= 1024)
		total += sum_blocks(p, 1024);
	if (n >= 32)
		return (total + sum_blocks(p, n)) & 0xff;
	while (n--)
		total += *p++;
	return total & 0xff;
}

static __always_inline u32 sum(const u8 *p, u32 n)
{
	if (unlikely(n - 32 > 2048 - 32))
		return sum_odd(p, n);
	return sum_blocks(p, n) & 0xff;
}

u32 tg_fix_sum(const u8 *p, u32 n)
{
	return sum(p, n);
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
	u64 w, w1;
	int n;

	*used = 0;
	f->msg = p;
	/* The common case in one look: one of our versions, at most seven digits of length (leading zeros among them), a MsgType of one or two bytes. */
	if (likely(avail >= 32)) {
		w = tg_load64(p);
		w1 = tg_load64(p + 8);
		if (likely(w == EIGHT("8=FIX.4.") && (u32)w1 >> 8 == FOUR("\0019=\0") && ((u8)w1 == '4' || (u8)w1 == '2'))) {
			i = 12;
			f->version = (u16)(40 + ((u8)w1 - '0'));
		} else if (w == EIGHT("8=FIXT.1") && (w1 & 0xffffffffff) == (FOUR(".1\0019") | (u64)'=' << 32)) {
			i = 13;
			f->version = 50;
		} else {
			goto any;
		}
		w = tg_load64(p + i) ^ TG_BYTES('0');
		w1 = w ^ (TG_SOH ^ '0') << 24;
		if (likely(!((w1 | (w1 + 0x767676)) & 0xff808080))) {	/* three digits and SOH: nearly every message */
			body_len = (u32)(w1 & 0xff) * 100 + (u32)(w1 >> 8 & 0xff) * 10 + (u32)(w1 >> 16 & 0xff);
			i += 4;
		} else {
			n = __builtin_ctzll(tg_fix_non_digits(w) | 1ULL << 63) >> 3;
			body_len = (u32)tg_fix_eight(w << ((64 - 8 * n) & 63));
			i += (u32)n + 1;
			if (unlikely(p[i - 1] != TG_SOH || !n))
				goto any;
		}
		if (unlikely(body_len < 5))
			goto any;
		w1 = tg_load64(p + i);	/* "35=", the type, SOH */
		if (unlikely((w1 & 0xffffff) != FOUR("35=\0")))
			goto any;
		w1 >>= 24;
		type = (u8)w1;
		n = 5;
		if (unlikely((w1 >> 8 & 0xff) != TG_SOH)) {
			if ((w1 >> 16 & 0xff) != TG_SOH || !printable((u8)(w1 >> 8)) || body_len < 6)
				goto any;
			type = (u16)w1;
			n = 6;
		}
		if (likely(printable((u8)type)))
			goto whole;
	}
any:
	body_len = 0;
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
	w = tg_load64(p + end - 1) ^ 0x013030303d303101ULL;
	if (unlikely((w & 0xff000000ffffffffULL) || tg_fix_non_digits(w))) {
		err = w & 0xffffffff ? TG_FIX_BODY_LENGTH : TG_FIX_CHECKSUM;
		goto bad;
	}
	if (unlikely(sum(p, end) != (u32)(w >> 32 & 0xff) * 100 + (u32)(w >> 40 & 0xff) * 10 + (u32)(w >> 48 & 0xff))) {
		*used = total;
		return TG_FIX_CHECKSUM;
	}
	if (unlikely(body_len > TG_FIX_MAX_FIELDS * 4) && too_many_fields(p + i, body_len)) {
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

	for (;;) {
		t = tg_fix_soh(tg_load64(v));
		if (t)
			break;
		v += 8;
	}
	return v + (__builtin_ctzll(t) >> 3);
}

/*
 * Data tag that belongs to a length tag; 0 = not a length tag. All of FIX 4.2, 4.4, 5.0SP2 and FIXT.1.1 (field dictionaries, types Length and data). A fixed
 * number of comparisons, however many tags nobody knows a message has.
 */
static u32 data_tag(u32 tag)
{
	switch (tag) {
	case 93: return 89;	/* Signature: the only early pair that is not in this order */
	case 90: case 95: case 212: case 348: case 350: case 352: case 354: case 356: case 358:
	case 360: case 362: case 364: case 445: case 618: case 621: case 1184: case 1277:
	case 1280: case 1282: case 1397: case 1401: case 1403: case 1468: case 1578: case 1620:
	case 1664: case 1733: case 1871: case 1874: case 2072: case 2074: case 2111: case 2179:
	case 2287: case 2351: case 2481: case 2637: case 2651: case 2665: case 2715: case 2718:
	case 2721: case 2797: case 40004: case 40008: case 40978: case 40980: case 40982:
	case 40984: case 40986: case 40988: case 41083: case 41101: case 41107: case 41256:
	case 41320: case 41324: case 41458: case 41476: case 41482: case 41653: case 41710:
	case 41806: case 41811: case 41873: case 41969: case 42025: case 42171: case 42451:
	case 42652: case 42947:
		return tag + 1;
	case 1525: return 1527;
	case 1678: return 1697;
	case 2372: return 2371;
	case 2494: return 2493;
	case 2522: return 2521;
	case 2802: return 2801;
	case 2809: return 2808;
	case 2815: return 2814;
	case 43109: return 42684;
	case 43110: return 42486;
	case 43111: return 42982;
	default: return 0;
	}
}

static bool is_data(u32 tag)
{
	switch (tag) {
	case 89: case 1527: case 1697: case 2371: case 2493: case 2521: case 2801:
	case 2808: case 2814: case 42684: case 42486: case 42982:
		return true;
	default:
		return data_tag(tag - 1) == tag;
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
