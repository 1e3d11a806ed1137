/* SPDX-License-Identifier: MIT */
/* What the tests of the risk controls share: each control is tried at every scope, by orders of client 1. */
#ifndef RISKKIT_H
#define RISKKIT_H

#include "orderkit.h"

#define LOT (TG_SCALE / 1000)

static const struct { u16 scope; u32 id; } scopes[] = {
	{ TG_SCOPE_FIRM, 0 },	{ TG_SCOPE_VENUE, 1 },	    { TG_SCOPE_ACCOUNT, 1 },
	{ TG_SCOPE_CLIENT, 1 }, { TG_SCOPE_INSTRUMENT, 1 }, { TG_SCOPE_STRATEGY, 1 },
};

#define FOR_SCOPES(k) for (k = 0; k < sizeof(scopes) / sizeof(scopes[0]); k++)
#define LIMITS(f, l) assert_int_equal(fx_limits(f, l), TG_REASON_OK)

/* Nothing limited, and orders are the strategy's where the scope is. */
static inline struct tg_in_limits rk_scope(u32 k)
{
	fx_strategy = scopes[k].scope == TG_SCOPE_STRATEGY;
	return fx_unlimited(scopes[k].scope, scopes[k].id);
}

/* Ready, with strategy 1 permitted and orders booked under it; *l: its scope, nothing limited. */
static inline struct fx *rk_ready(u32 k, struct tg_in_limits *l)
{
	struct fx *f = fx_ready();

	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 1)), TG_REASON_OK);
	fx_strategy = 1;
	*l = fx_unlimited(scopes[k].scope, scopes[k].id);
	return f;
}

static inline enum tg_reason rk_try(struct fx *f, u8 side, s64 px, s64 qty)
{
	return fx_submit(f, 1, fx_limit(side, px, qty));
}

static inline u64 rk_last(const struct fx *f)
{
	return tg_engine_last_order_id(f->e);
}

static inline void rk_filled(struct fx *f, u64 id, s64 px)
{
	s64 qty = fx_order(f, id)->qty;

	REPORT(f, id, .exec = 'F', .status = '2', .cum = qty, .last_qty = qty, .last_px = px);
}

static inline void rk_hold(struct fx *f, u8 side, s64 px, s64 qty)
{
	rk_filled(f, fx_working(f, side, px, qty), px);
}

static inline bool rk_killed(const struct fx *f, u32 k, enum tg_kill_cause cause)
{
	u32 n;

	for (n = 0; n < f->e->kills.n; n++)
		if (f->e->kills.k[n].scope == scopes[k].scope && f->e->kills.k[n].id == scopes[k].id && f->e->kills.k[n].cause == cause)
			return true;
	return false;
}

static inline int rk_no_strategy(void **state)
{
	(void)state;
	fx_strategy = 0;
	return 0;
}

#define TEST(t) cmocka_unit_test_teardown(t, rk_no_strategy)

#endif
