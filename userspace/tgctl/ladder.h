/* SPDX-License-Identifier: MIT */
/* A book image as a ladder: one price a row, bids left, asks right, own orders beside them. Text only: a terminal and a test read the same rows. */
#ifndef TGCTL_LADDER_H
#define TGCTL_LADDER_H

#include <stdbool.h>
#include <tickgate/tickgate.h>

#define LADDER_ROWS	64u
#define LADDER_COLUMNS	160u
#define LADDER_TRADES	4u

enum ladder_kind { LADDER_HEAD, LADDER_PLAIN, LADDER_BID, LADDER_ASK, LADDER_OWN, LADDER_WARN };

struct ladder_trade { __s64 px, qty; __u64 time_ns; };

struct ladder {
	char row[LADDER_ROWS][LADDER_COLUMNS];
	enum ladder_kind kind[LADDER_ROWS];
	unsigned int rows;
	/* What the image said of trades while it was looked at, newest first. */
	struct ladder_trade trade[LADDER_TRADES];
	unsigned int trades;
};

const char *ladder_status(unsigned int trading_status);
/* depth: levels a side, at most TG_IMAGE_LEVELS. name: what is written above it. */
void ladder_frame(struct ladder *l, const char *name, const struct tg_book_image *b, __u32 depth);
/* Likewise a product's book; venue(arg, instrument id) names who stands at a level. */
void ladder_product(struct ladder *l, const char *name, const struct tg_product_image *b, __u32 depth,
		    const char *(*venue)(void *arg, __u32 instrument_id), void *arg);

#endif
