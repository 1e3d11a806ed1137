/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What reports tell of fills, and what is booked of it. Shared by report.c and bust.c. */
#ifndef TG_ORDER_FILLS_H
#define TG_ORDER_FILLS_H

#include "order/order.h"
#include "order/table.h"
#include "state.h"

/* Where a report stands to the last bust or correction of its order, by TransactTime (60): CumQty (14) means another sum before and after. */
enum tg_report_age { TG_REPORT_AFTER, TG_REPORT_BEFORE, TG_REPORT_UNSURE };
enum tg_report_age tg_report_age(const struct tg_order *o, const struct tg_fix_exec *x);

/* Is this the order it says it is? i: the order's instrument. */
static __always_inline bool tg_report_is_of(const struct tg_instrument *i, const struct tg_order *o, const struct tg_fix_exec *x)
{
	const char *symbol = i ? i->def.symbol : NULL;
	const u32 len = x->symbol.len;

	return i && (!x->side || x->side == '0' + o->side) &&
	       (!len || (len <= TG_SYMBOL_LEN && symbol[len - 1] && (len == TG_SYMBOL_LEN || !symbol[len]) && tg_same_bytes(x->symbol.p, symbol, len)));
}
/* Can the quantities be true? *delta: what is newly filled. */
bool tg_report_quantities_ok(const struct tg_order *o, const struct tg_fix_exec *x, enum tg_order_event ev, s64 *delta);
/* The price of what is newly filled: the trade's; where the report is none, what its AvgPx (6) implies. 0 = cannot be told. */
s64 tg_report_fill_px(const struct tg_order *o, const struct tg_fix_exec *x, s64 delta);

/* value may be negative: what a bust takes back. */
void tg_order_add_value(struct tg_order *o, s64 value);
/* caught: the part of delta whose own reports were missed. */
void tg_order_add_fill(struct tg_order *o, s64 delta, s64 px, s64 caught);
/* In the position; false: overflow. */
bool tg_order_book_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee);
/* A trade that CumQty told of before its own report came. false: no such quantity is open to be explained. */
bool tg_order_late_trade(struct tg_engine *e, struct tg_order *o, const struct tg_fix_exec *x, struct tg_outbox *ob);
/* Keeps what a bust or correction will name by ExecRefID (19). */
void tg_exec_id_trade(struct tg_exec_id *id, const struct tg_order *o, s64 qty, s64 px, s64 fee);

void tg_note_init(struct tg_order_note *n, enum tg_priv_type type, u8 request, enum tg_reason why);
void tg_order_tell_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, u8 liquidity, u64 exec_hash, struct tg_outbox *ob);

/* trade.c. false: it is something else, and nothing was done. */
bool tg_order_trade(struct tg_engine *e, struct tg_session *s, struct tg_order *o, const struct tg_fix_exec *x, struct tg_outbox *ob);

/* bust.c: 150=G and H. o: the order that the report names, NULL when it is not known (any more). id: the report's own entry. */
void tg_order_bust(struct tg_engine *e, struct tg_session *s, struct tg_order *o, const struct tg_fix_exec *x, struct tg_exec_id *id,
		   struct tg_outbox *ob);

#endif
