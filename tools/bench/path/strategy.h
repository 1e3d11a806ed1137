/* SPDX-License-Identifier: MIT */
/*
 * The decision both paths make, so that both do the same work: at the last event of a change to the bid, buy one lot a little below the new price, with an
 * order that leaves nothing behind (immediate or cancel).
 */
#ifndef PATH_STRATEGY_H
#define PATH_STRATEGY_H

#include <stdbool.h>
#include <string.h>
#include <tickgate/tickgate.h>

static inline bool path_strategy(const struct tg_pub_event *ev, struct tg_submission *sub)
{
	if (ev->type != TG_PUB_LEVEL || !(ev->flags & TG_EV_LAST) || ev->flags & TG_EV_SNAPSHOT || ev->u.level.side != TG_BID)
		return false;
	memset(sub, 0, sizeof(*sub));
	sub->type = TG_SUB_NEW;
	sub->instrument_id = ev->id;
	sub->user_ref = ev->record_seq;
	sub->px = ev->u.level.px - ev->u.level.px % 1000000;
	sub->qty = 100000;
	sub->cause_time_ns = ev->time_ns;
	sub->account_id = 1;
	sub->side = TG_SIDE_BUY;
	sub->ord_type = TG_ORD_LIMIT;
	sub->tif = TG_TIF_IOC;
	return true;
}

#endif
