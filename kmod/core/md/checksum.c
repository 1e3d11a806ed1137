// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The venue's checksum of a book's ten best levels (Kraken, tag 5041): CRC-32 over the text of
 * price and quantity of each ask from the best, then of each bid from the best. A number is written
 * with the instrument's precision, without the point and without leading zeros: that is the scaled
 * integer in decimal.
 *
 * Most updates change none of these levels, so levels that are what they were have the checksum that
 * they had. The table of the CRC is made by the compiler from its eight columns: a CRC is linear.
 */
#include "state.h"

#define POLY	0xedb88320u	/* reflected, ISO 3309 */

/* One, two, ... zero bits behind a 1: the columns of the byte table. */
#define STEP(v)	((v) & 1 ? (v) >> 1 ^ POLY : (v) >> 1)
enum {
	C7 = (int)STEP(1u), C6 = (int)STEP((u32)C7), C5 = (int)STEP((u32)C6),
	C4 = (int)STEP((u32)C5), C3 = (int)STEP((u32)C4), C2 = (int)STEP((u32)C3),
	C1 = (int)STEP((u32)C2), C0 = (int)STEP((u32)C1),
};

#define B(i)	((u32)(((i) & 1 ? C0 : 0) ^ ((i) & 2 ? C1 : 0) ^ ((i) & 4 ? C2 : 0) ^ \
		       ((i) & 8 ? C3 : 0) ^ ((i) & 16 ? C4 : 0) ^ ((i) & 32 ? C5 : 0) ^ \
		       ((i) & 64 ? C6 : 0) ^ ((i) & 128 ? C7 : 0)))
#define B4(i)	B(i), B((i) + 1), B((i) + 2), B((i) + 3)
#define B16(i)	B4(i), B4((i) + 4), B4((i) + 8), B4((i) + 12)
#define B64(i)	B16(i), B16((i) + 16), B16((i) + 32), B16((i) + 48)

static const u32 table[256] = { B64(0), B64(64), B64(128), B64(192) };

static u32 crc_bytes(u32 crc, const u8 *p, u32 len)
{
	while (len--)
		crc = table[(u8)crc ^ *p++] ^ crc >> 8;
	return crc;
}

u32 tg_md_crc32(const u8 *p, u32 len)
{
	return ~crc_bytes(~0u, p, len);
}

/* v is positive. */
static u32 crc_decimal(u32 crc, u64 v)
{
	u8 text[20];
	u32 n = sizeof(text);

	while (v) {
		text[--n] = (u8)('0' + v % 10);
		v /= 10;
	}
	return crc_bytes(crc, text + n, (u32)sizeof(text) - n);
}

/* e8 to the venue's own scale. More decimals than it has, or too large a number: there is no such text. */
static bool rescale(s64 v, u8 digits, u64 *out)
{
	u64 u = (u64)v;
	u8 n;

	if (v <= 0)
		return false;
	for (n = digits; n < TG_SCALE_DIGITS; n++) {
		if (u % 10)
			return false;
		u /= 10;
	}
	for (n = TG_SCALE_DIGITS; n < digits; n++)
		if (__builtin_mul_overflow(u, 10ull, &u))
			return false;
	*out = u;
	return true;
}

static bool render(const struct tg_instrument *i, const struct tg_level *level, u32 *out)
{
	u32 crc = ~0u, n;
	u64 px, qty;

	for (n = 0; n < 20; n++) {
		if (!level[n].qty)
			continue;
		if (!rescale(level[n].px, i->px_digits, &px) ||
		    !rescale(level[n].qty, i->qty_digits, &qty))
			return false;
		crc = crc_decimal(crc_decimal(crc, px), qty);
	}
	*out = ~crc;
	return true;
}

void tg_md_checksum(struct tg_engine *e, struct tg_instrument *i, u32 theirs, struct tg_outbox *ob)
{
	const struct tg_l2 *b = tg_l2_of(e, i);
	struct tg_md_check *k = &i->check;
	struct tg_level level[20];
	u32 n;

	/* The checksum is of levels as the book by price has them; order by order there is none that is known. */
	if (!i->digits_known || (i->def.flags & TG_INSTRUMENT_L3) || !tg_venue_caps(tg_session(e, i->def.venue_id)->cfg.dialect)->md_checksum_tag)
		return;		/* the text cannot be known */
	memset(level, 0, sizeof(level));
	for (n = 0; n < 10 && tg_l2_level(b, TG_ASK, n, &level[n]); n++)
		;
	for (n = 0; n < 10 && tg_l2_level(b, TG_BID, n, &level[10 + n]); n++)
		;
	if (!k->valid || memcmp(k->level, level, sizeof(level))) {
		memcpy(k->level, level, sizeof(level));
		k->valid = render(i, level, &k->crc);
	}
	if (likely(k->valid && k->crc == theirs)) {
		tg_cc(e, TG_CC_MD_CHECKSUMS);
		return;
	}
	tg_cc(e, TG_CC_MD_CHECKSUM_BAD);
	tg_md_wrong(e, i, TG_GAP_CHECKSUM, theirs, k->valid ? k->crc : 0, ob);
}
