/* SPDX-License-Identifier: MIT */
/*
 * A Binance recording (gzip; lines "<local ns> <json>") as C structs. Numbers stay text: they go
 * into FIX messages as they are.
 */
#ifndef TG_TESTS_RECORDING_H
#define TG_TESTS_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rec_type { REC_DIFF, REC_SNAPSHOT, REC_TICKER, REC_TRADE };

struct rec_level {
	const char *px, *qty;	/* NUL terminated decimals */
	bool ask;
};

struct rec_event {
	enum rec_type type;
	uint64_t first_id, last_id;	/* DIFF U, u; SNAPSHOT last_id; TICKER last_id */
	/* DIFF, SNAPSHOT: all of it; TICKER: bid, ask; TRADE: one */
	struct rec_level *levels;
	uint32_t nlevels;
};

struct recording {
	struct rec_event *events;
	size_t n;
};

/*
 * NULL: *why says what is wrong. Nothing is ever freed: one recording lives as long as the program.
 */
const struct recording *recording_load(const char *path, const char **why);

#endif
