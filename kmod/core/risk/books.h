/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Where the books are: a row for the firm, each account, each strategy, each client, in this order; in it the instruments. */
#ifndef TG_RISK_BOOKS_H
#define TG_RISK_BOOKS_H

#include "state.h"

static inline struct tg_position *tg_book_row(const struct tg_engine *e, u32 row)
{
	return TG_TABLE(e, off_positions, struct tg_position) + (u64)row * (e->params.max_instruments + 1u);
}

/* The books of an order; NULL: it is in none of that kind. owner: tg_order_owner(). */
struct tg_books {
	struct tg_position *firm, *account, *strategy, *client;
};

static __always_inline struct tg_books tg_books_of(const struct tg_engine *e, const struct tg_order *o, u16 owner)
{
	const u64 row = sizeof(struct tg_position) * (e->params.max_instruments + 1u);
	const u32 strategies = e->params.max_accounts, clients = strategies + e->params.max_strategies;
	u8 *firm = (u8 *)(tg_book_row(e, 0) + o->instrument_id);

	return (struct tg_books){
		.firm = (struct tg_position *)firm,
		.account = o->account_id ? (struct tg_position *)(firm + row * o->account_id) : NULL,
		.strategy = o->strategy_id ? (struct tg_position *)(firm + row * (strategies + o->strategy_id)) : NULL,
		.client = owner ? (struct tg_position *)(firm + row * (clients + owner)) : NULL,
	};
}

#endif
