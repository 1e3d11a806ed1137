/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Consolidated book of one product: its instruments' books as one, ranked by what taking there
 * costs, the price with the taker's fee on it. Nothing is copied: levels stay where they are, in
 * the instruments' books; a product keeps its members' best prices and the best of these. Only
 * LIVE books count. The levels behind the best are merged when an image is asked for.
 */
#ifndef TG_CONS_H
#define TG_CONS_H

#include "port.h"
#include <tickgate/record.h>
#include <tickgate/reasons.h>
#include <tickgate/shm.h>

struct tg_engine;
struct tg_instrument;
struct tg_outbox;

#define TG_PRODUCT_MEMBERS	16u	/* instruments in one product */
#define TG_COST_NONE		((s64)0x7fffffffffffffffLL)

struct tg_product_member {
	u32 instrument_id;
	u32 live;
	struct tg_level best[2];	/* index = enum tg_book_side; as ranked */
};

struct tg_product {
	struct tg_in_product cfg;	/* cfg.product_id 0 = empty */
	u16 members, live;
	u8 crossed;
	u8 pad[3];
	u64 noted_seq;			/* record that has its TG_OUT_PRODUCT in the outbox */
	u64 changed_seq, changed_ns;
	u64 pad1;
	/*
	 * What the best of each member costs, lowest best: a bid's is negated. TG_COST_NONE = none.
	 * Side by side, so that the lowest is found without leaving two cache lines.
	 */
	s64 cost[2][TG_PRODUCT_MEMBERS];
	u8 best[2];			/* member */
	u8 pad2[6];
	struct { s64 px; u32 instrument_id, pad; } told[2];	/* as published last */
	struct tg_product_member member[TG_PRODUCT_MEMBERS];
};

enum tg_reason tg_product_config(struct tg_engine *e, const struct tg_in_product *p);
/* false: no such product, or it has TG_PRODUCT_MEMBERS. */
bool tg_product_has_room(const struct tg_engine *e, u16 product_id);
void tg_product_join(struct tg_engine *e, struct tg_instrument *i);
/* The instrument's book is consistent, or has changed its state. */
void tg_product_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
void tg_product_image(const struct tg_engine *e, const struct tg_product *p,
		      struct tg_product_image *out);

/*
 * px with a fee of fee_e8 of it on top (ask) or taken off (bid), rounded against the taker to e8;
 * saturating at +-(2^63 - 1). |fee_e8| <= TG_SCALE. Exact without 128 bits: the whole units' fee
 * needs no division.
 */
static inline s64 tg_cost_px(u32 side, s64 px, s64 fee_e8)
{
	u64 size = px < 0 ? 0 - (u64)px : (u64)px;
	u64 units = size / TG_SCALE, rest = size % TG_SCALE;
	s64 fee = (s64)units * fee_e8, part = (s64)rest * fee_e8, cost;

	fee += part / TG_SCALE + (part % TG_SCALE > 0);
	if (side == 0 ? __builtin_sub_overflow(px, fee, &cost) : __builtin_add_overflow(px, fee, &cost))
		return (fee < 0) == (side == 0) ? TG_COST_NONE : -TG_COST_NONE;
	return cost;
}

#endif
