/* SPDX-License-Identifier: MIT */
/* First pass over a recording: its instruments with their decimals, and the tickers by update id. */
#ifndef TG_MARKET_TRUTH_H
#define TG_MARKET_TRUTH_H

#include "recording.h"

struct truth_symbol { char symbol[TG_SYMBOL_LEN]; uint8_t px_digits, qty_digits; };
struct truth_ticker {
	uint64_t update_id;
	struct mkt_level bid, ask;
	uint32_t symbol, order;
};
/* Where an update ends: only there the book stands as a ticker saw it. */
struct truth_diff { uint64_t update_id; uint32_t symbol; };

struct truth {
	const char *path;
	struct truth_symbol *symbol;
	uint32_t n;
	struct truth_ticker *ticker;	/* by symbol, update id, place in the file */
	uint64_t tickers, cap;
	struct truth_diff *diff;	/* sorted likewise */
	uint64_t diffs, diff_cap;
	uint64_t lines;
	char error[400];
};

/* 0, or -1 with t->error, which names file and line. */
int truth_load(struct truth *t, enum mkt_venue venue, const char *path);
void truth_free(struct truth *t);
/* The first ticker with this update id; NULL = none. */
const struct truth_ticker *truth_ticker(const struct truth *t, const struct truth_symbol *s,
					uint64_t update_id);
bool truth_is_diff(const struct truth *t, const struct truth_symbol *s, uint64_t update_id);

#endif
