/* SPDX-License-Identifier: MIT */
/*
 * Recorded markets, line by line, plain or gzip. What a line is:
 *
 *   binance   `<local ns> <json>`: depthUpdate, bookTicker and trade streams ("data" around them or not), and the REST depth snapshot
 *             (lastUpdateId, bids, asks), which names no symbol: a file holds one
 *   kraken    `<seconds>: <json>`: book-N snapshots (as, bs) and updates (a, b, c) of the WebSocket API, version 1, and its trades;
 *             objects ({"event":...}) are passed over
 *
 * Numbers become integers scaled by 1e8 at once. How many decimals the venue wrote is kept: its checksum is over those.
 */
#ifndef TG_MARKET_RECORDING_H
#define TG_MARKET_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tickgate/types.h>

enum mkt_venue { MKT_BINANCE, MKT_KRAKEN };
enum mkt_type { MKT_DIFF, MKT_SNAPSHOT, MKT_TICKER, MKT_TRADE };

struct mkt_level { int64_t px, qty; bool ask; };

struct mkt_event {
	enum mkt_type type;
	uint64_t time_ns;
	uint64_t line;			/* in the file, from 1 */
	char symbol[TG_SYMBOL_LEN];	/* "" = not said */
	uint64_t first_id, last_id;	/* Binance: DIFF U and u; SNAPSHOT and TICKER last_id */
	bool has_checksum;
	uint32_t checksum;		/* Kraken's c: after this update */
	uint32_t depth;			/* Kraken's book-N; 0 = no bound */
	uint8_t px_digits, qty_digits;	/* decimals of the first level; 255 = no level */
	/* DIFF, SNAPSHOT: in the order of the line; TICKER: bid, ask; TRADE: one. Live until the next call. */
	struct mkt_level *levels;
	uint32_t nlevels;
};

struct mkt_reader {
	enum mkt_venue venue;
	const char *path;
	void *file;			/* gzFile */
	uint64_t line, bytes;		/* read so far, uncompressed */
	uint64_t packed, packed_at;	/* size of the file and how far it is read: progress */
	char *text;
	size_t text_cap;
	struct mkt_level *levels;
	uint32_t cap;
	char error[320];		/* "FILE:LINE: what is wrong" */
};

bool mkt_venue_parse(const char *name, enum mkt_venue *out);
const char *mkt_venue_name(enum mkt_venue venue);

/* 0, or -1 with r->error. */
int mkt_open(struct mkt_reader *r, enum mkt_venue venue, const char *path);
/* 1 an event, 0 the end, -1 with r->error: a line that is none of this format. */
int mkt_next(struct mkt_reader *r, struct mkt_event *ev);
void mkt_close(struct mkt_reader *r);

/* Decimal text to e8. false: no number, negative, more than fits, or a ninth decimal that is not 0. *digits: decimals written. */
bool mkt_e8(const char *text, int64_t *out, uint8_t *digits);

#endif
