// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * ClOrdIDs. Our 64-bit request id says slot, generation and request (order.h), so a report finds its
 * order without a search; each venue's form carries those 64 bits whole. The forms with room to
 * spare carry a check too: an id that somebody else made, by hand or by another program of the same
 * account, must not happen to name an order of ours. A routing id takes most of that check's bits; but as the
 * order must have the very same one, an id that passes both is as hard to hit as before.
 */
#include "venue/venue.h"
#include "fix/encode_inline.h"

#define UUID_LEN	36u
#define VERSION		0x4000ULL		/* RFC 9562, 5.4: version 4 */
#define VERSION_MASK	0xf000ULL
#define VARIANT		0x8000000000000000ULL	/* and variant 1, 0b10 */
#define VARIANT_MASK	0xc000000000000000ULL
#define CHECK58		((1ULL << 58) - 1)
#define CHECK10		((1ULL << 10) - 1)
#define ROUTING_58	26u			/* of a check, so many bits stay one */
#define ROUTING_10	2u
#define LOW52		((1ULL << 52) - 1)
#define TIME48		((1ULL << 48) - 1)
#define TIME_UNIT_NS	10000u			/* Kraken: "10 microseconds maximum" */

static u64 check(u64 id, u64 seed)
{
	return tg_mix(tg_mix(0x7469636b67617465ULL, id), seed) >> 6;
}

/* Words overlap what is written after them. */
static u32 put_uuid(u8 *out, u64 hi, u64 lo, u32 *sum)
{
	u64 x;

	tg_fix_store(out, tg_fix_hex8((u32)(hi >> 32), 'a', sum));
	out[8] = '-';
	x = tg_fix_hex8((u32)hi, 'a', sum);
	tg_fix_store4(out + 9, (u32)x);
	out[13] = '-';
	tg_fix_store4(out + 14, (u32)(x >> 32));
	out[18] = '-';
	x = tg_fix_hex8((u32)(lo >> 32), 'a', sum);
	tg_fix_store4(out + 19, (u32)x);
	out[23] = '-';
	tg_fix_store4(out + 24, (u32)(x >> 32));
	tg_fix_store(out + 28, tg_fix_hex8((u32)lo, 'a', sum));
	*sum += 4 * '-';
	return UUID_LEN;
}

/* Lower case only: what we wrote comes back as it was. */
static bool get_hex(const u8 *p, u32 digits, u64 *v)
{
	u32 n;

	for (n = 0; n < digits; n++) {
		u32 d = (u32)p[n] - '0';

		if (d > 9) {
			d = (u32)p[n] - 'a';
			if (d > 5)
				return false;
			d += 10;
		}
		*v = *v << 4 | d;
	}
	return true;
}

static bool get_uuid(const u8 *v, u32 len, u64 *hi, u64 *lo)
{
	*hi = 0;
	*lo = 0;
	return len == UUID_LEN && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-' &&
	       get_hex(v, 8, hi) && get_hex(v + 9, 4, hi) && get_hex(v + 14, 4, hi) &&
	       get_hex(v + 19, 4, lo) && get_hex(v + 24, 12, lo) &&
	       (*hi & VERSION_MASK) == VERSION && (*lo & VARIANT_MASK) == VARIANT;
}

u32 tg_venue_cl_ord_id_sum(const struct tg_venue_caps *c, u64 id, u32 routing, u64 time_ns, u8 *out, u32 *sum)
{
	u64 t;

	switch (c->cl_ord_id) {
	case TG_ID_UUID4:
		/* id 48 | 4 | id 12 | 10 | id 4, check 58; routing in the upper 32 bits of the check */
		return put_uuid(out, (id & ~0xffffULL) | VERSION | (id >> 4 & 0xfff),
				VARIANT | (id & 0xf) << 58 | ((check(id, 0) & CHECK58) ^ (u64)routing << ROUTING_58), sum);
	case TG_ID_TIME_UUID4:
		/* time 48 | 4 | id 12 | 10 | id 52, check 10; routing in the upper 8 bits of the check */
		t = time_ns / TIME_UNIT_NS & TIME48;
		return put_uuid(out, t << 16 | VERSION | id >> 52,
				VARIANT | (id & LOW52) << 10 | ((check(id, t) & CHECK10) ^ (u64)(routing & 0xff) << ROUTING_10), sum);
	default:
		tg_fix_store(out, tg_fix_hex8((u32)(id >> 32), 'A', sum));
		tg_fix_store(out + 8, tg_fix_hex8((u32)id, 'A', sum));
		if (likely(!routing))
			return 16;
		tg_fix_store(out + 16, tg_fix_hex8(routing, 'A', sum));
		return 24;
	}
}

u32 tg_venue_cl_ord_id_text(const struct tg_venue_caps *c, u64 id, u32 routing, u64 time_ns, u8 *out)
{
	u32 unused = 0;

	return tg_venue_cl_ord_id_sum(c, id, routing, time_ns, out, &unused);
}

void tg_venue_write_cl_ord_id(const struct tg_venue_caps *c, struct tg_fix_writer *w, u64 tag_bytes,
			      u64 id, u32 routing, u64 time_ns)
{
	u8 text[TG_CL_ORD_ID_LEN];

	if (likely(c->cl_ord_id == TG_ID_HEX16 && !routing))
		tg_fix_write_hex64(w, tag_bytes, id);
	else
		tg_fix_write_bytes(w, tag_bytes, text,
				   tg_venue_cl_ord_id_text(c, id, routing, time_ns, text));
}

/* What a routing id leaves of the check has to be right. */
static bool routed(u64 differs, u32 shift, u32 *routing)
{
	*routing = (u32)(differs >> shift);
	return !(differs & ((1ULL << shift) - 1));
}

bool tg_venue_cl_ord_id(const struct tg_venue_caps *c, const u8 *v, u32 len, u64 *id, u32 *routing)
{
	u64 hi, lo, x;

	*routing = 0;

	switch (c->cl_ord_id) {
	case TG_ID_UUID4:
		if (!get_uuid(v, len, &hi, &lo))
			return false;
		x = (hi & ~0xffffULL) | (hi & 0xfff) << 4 | (lo >> 58 & 0xf);
		if (!routed((lo ^ check(x, 0)) & CHECK58, ROUTING_58, routing))
			return false;
		break;
	case TG_ID_TIME_UUID4:
		if (!get_uuid(v, len, &hi, &lo))
			return false;
		x = (hi & 0xfff) << 52 | (lo >> 10 & LOW52);
		if (!routed((lo ^ check(x, hi >> 16)) & CHECK10, ROUTING_10, routing))
			return false;
		break;
	default:
		if (unlikely(len == 24)) {
			/* the last eight; 0 is written by leaving them out */
			if (!tg_fix_hex64(v + 8, 16, &x) || !(u32)x)
				return false;
			*routing = (u32)x;
			len = 16;
		}
		return tg_fix_hex64(v, len, id);
	}
	*id = x;
	return true;
}
