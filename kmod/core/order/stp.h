/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Self-trade prevention, before the venue's: would an order cross one of the firm's own? Market
 * books are no witness here, they are late; what counts is what we have sent and not seen the end
 * of. Each instrument that asks for it keeps its working orders in a list a side; a check walks the
 * opposite one, so its cost is bounded by the firm's own orders in that instrument. An instrument
 * without it has no list, and pays a branch.
 *
 * What cannot be seen from here: orders of the firm that other programs send to the venue. The
 * venue's own prevention (enum tg_self_trade) is for those, and for what changes in flight.
 */
#ifndef TG_STP_H
#define TG_STP_H

#include "state.h"

static inline bool tg_stp_on(const struct tg_instrument *i)
{
	return i->def.self_trade >= TG_SELF_TRADE_SKIP;
}

/*
 * A new order: TG_REASON_OK or SELF_CROSS. Where it has to be cut, *s is made to point to *cut, a
 * copy with less quantity.
 */
enum tg_reason tg_stp_new(struct tg_engine *e, struct tg_instrument *i,
			  const struct tg_submission **s, struct tg_submission *cut,
			  struct tg_outbox *ob);
/* A replace of o to px. Never cut: its quantity is a total that is partly done. */
enum tg_reason tg_stp_replace(struct tg_engine *e, struct tg_instrument *i,
			      const struct tg_order *o, s64 px, struct tg_outbox *ob);

/* o starts to work; it is over. */
void tg_stp_add(struct tg_engine *e, struct tg_order *o);
void tg_stp_remove(struct tg_engine *e, struct tg_order *o);

#endif
