/* SPDX-License-Identifier: MIT */
/* What the tests of parents and of execution strategies share. */
#ifndef PARENTKIT_H
#define PARENTKIT_H

#include "orderkit.h"
#include "exec/exec.h"
#include "parent/parent.h"
#include "timer.h"

#define ALL_EXECS (TG_EXEC_BIT(TG_EXEC_DIRECT) | TG_EXEC_BIT(TG_EXEC_QUOTE) | TG_EXEC_BIT(TG_EXEC_SWEEP) | TG_EXEC_BIT(TG_EXEC_MULTI_LEG))

static inline enum tg_reason pk_permit(struct fx *f, u16 id, u32 uid, u16 account, u32 instrument, u16 exec)
{
	struct tg_in_permit p = { .permit_id = id, .account_id = account, .uid = uid, .instrument_id = instrument,
				  .flags = TG_PERMIT_TRADE | TG_PERMIT_MARKET, .exec = exec };

	return fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p));
}

/* User 1000 may have everything. */
static inline struct fx *pk_ready(void)
{
	struct fx *f = fx_ready();

	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, ALL_EXECS), TG_REASON_OK);
	return f;
}

static inline struct tg_submission pk_intent(u8 exec, u8 side, s64 px, s64 qty)
{
	struct tg_submission s = fx_limit(side, px, qty);

	s.type = TG_SUB_INTENT;
	s.intent.exec = exec;
	if (exec == TG_EXEC_QUOTE)
		s.flags = TG_SUB_POST_ONLY;
	if (exec == TG_EXEC_SWEEP)
		s.tif = TG_TIF_IOC;
	return s;
}

/* Must be taken: its id. */
static inline u32 pk_send(struct fx *f, struct tg_submission s)
{
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	return (u32)tg_engine_last_order_id(f->e);
}

static inline struct tg_parent *pk(const struct fx *f, u32 id)
{
	return tg_parent_slot(f->e, (id & 0xffff) - 1);
}

/* The order that works a leg now. */
static inline u64 pk_child(const struct fx *f, u32 id, u32 leg)
{
	struct tg_child *c = tg_leg_child(pk(f, id), leg);

	assert_non_null(c);
	return c->order_id;
}

static inline void pk_ack(struct fx *f, u64 order)
{
	REPORT(f, order, .exec = '0', .status = '0', .leaves = fx_order(f, order)->qty);
}

static inline void pk_fill(struct fx *f, u64 order, s64 qty, s64 px)
{
	const struct tg_order *o = fx_order(f, order);
	s64 cum = o->cum_qty + qty;

	REPORT(f, order, .id = o->cl_ord_id, .exec = 'F', .status = cum == o->qty ? '2' : '1', .cum = cum, .leaves = o->qty - cum,
	       .last_qty = qty, .last_px = px);
}

static inline void pk_canceled(struct fx *f, u64 order)
{
	REPORT(f, order, .exec = '4', .status = '4', .cum = fx_order(f, order)->cum_qty);
}

static inline void pk_rejected(struct fx *f, u64 order)
{
	REPORT(f, order, .exec = '8', .status = '8');
}

/* The last step ended the parent so, and said it once. */
static inline void pk_done(struct fx *f, u32 id, u8 end)
{
	const struct tg_priv_event *ev;
	u32 n, seen = 0;

	for (n = 0; (ev = fx_priv(f, 1, TG_PRIV_PARENT, n)); n++) {
		if (ev->u.parent.parent_id != id || ev->u.parent.state != TG_PARENT_DONE)
			continue;
		seen++;
		assert_int_equal(ev->u.parent.end, end);
		assert_int_equal(ev->u.parent.children, 0);
	}
	assert_int_equal(seen, 1);
	assert_int_equal(pk(f, id)->state, TG_PARENT_DONE);
	assert_null(tg_parent_find(f->e, id));
}

#define STATE(f, id) (pk(f, id)->state)

#endif
