/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Orders sent lately, for duplicate detection: by client, and by every other scope that asks for it (TG_LIMITS_DUPLICATE_SCOPE).
 */
#ifndef TG_RISK_RECENT_H
#define TG_RISK_RECENT_H

#include "state.h"

static inline struct tg_recent *tg_recent(const struct tg_engine *e, u32 scope_at)
{
	return TG_TABLE(e, off_recent, struct tg_recent) + scope_at;
}

/* What two equal orders have in common, in 16 bits; never 0. */
static __always_inline u64 tg_recent_tag(const struct tg_risk_request *r)
{
	u64 qty = (u64)r->qty << 32 | (u64)r->qty >> 32;

	return (((u64)r->px ^ qty) + r->side) * 0x9fb21c651e98df25ULL >> 48 | 1;
}

static inline u32 *tg_recent_seen(const struct tg_engine *e, u64 tag)
{
	return TG_TABLE(e, off_recent_seen, u32) + (tag >> (16 - TG_RECENT_SEEN_BITS));
}

/* false: none of the orders remembered is the same. Four tags at a time; bit 15 of a lane that is 0 is set. */
static __always_inline bool tg_recent_maybe(const struct tg_recent *t, const struct tg_risk_request *r)
{
	const u64 ones = 0x0001000100010001ULL, want = tg_recent_tag(r) * ones;
	u64 x, found = 0;

#define LOOK(n) \
	do { \
		x = tg_load64(t->tag + 4 * (n)) ^ want; \
		found |= (x - ones) & ~x; \
	} while (0)
	LOOK(0);
	LOOK(1);
	LOOK(2);
	LOOK(3);
#undef LOOK
	return found & ones << 15;
}

static inline bool tg_recent_same(const struct tg_recent *t, const struct tg_risk_request *r, u64 now_ns, u64 window_ns)
{
	const struct tg_recent_order *x = t->order;
	u32 i;

	for (i = 0; i < TG_RISK_RECENT; i++, x++)
		if (x->qty && now_ns - x->time_ns < window_ns && x->instrument_id == r->instrument_id && x->side == r->side &&
		    x->px == r->px && x->qty == r->qty)
			return true;
	return false;
}

static inline void tg_recent_drop(struct tg_engine *e, u64 tag)
{
	if (tag)
		--*tg_recent_seen(e, tag);
}

static inline void tg_recent_forget(struct tg_engine *e, struct tg_recent *t)
{
	u32 i;

	for (i = 0; i < TG_RISK_RECENT; i++)
		tg_recent_drop(e, t->tag[i]);
	memset(t, 0, sizeof(*t));
}

static inline void tg_recent_add(struct tg_engine *e, struct tg_recent *t, const struct tg_risk_request *r, u64 now_ns)
{
	u32 at = t->next++ % TG_RISK_RECENT;
	struct tg_recent_order *x = &t->order[at];
	u64 tag = tg_recent_tag(r);

	tg_recent_drop(e, t->tag[at]);
	++*tg_recent_seen(e, tag);
	t->tag[at] = (u16)tag;
	x->time_ns = now_ns;
	x->px = r->px;
	x->qty = r->qty;
	x->instrument_id = r->instrument_id;
	x->side = r->side;
}

#endif
