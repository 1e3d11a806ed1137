/* SPDX-License-Identifier: MIT */
/* FIX market data as each venue writes it: fields, order, numbers, BodyLength. Shares nothing with the engine's encoder. */
#ifndef TG_MARKET_RENDER_H
#define TG_MARKET_RENDER_H

#include "recording.h"
#include "refbook.h"

struct render {
	enum mkt_venue venue;
	const char *sender, *target;	/* 49, 56 */
	uint64_t seq;			/* 34 of the next message */
	char type;			/* 35 of the one begun */
	unsigned int length_digits;	/* BodyLength padded to so many; 0 = as the venue does */
	/* the message */
	char *msg;
	uint32_t len;
	/* the body as it grows */
	char *body;
	uint32_t body_len, cap;
};

void render_init(struct render *r, enum mkt_venue venue, const char *sender, const char *target);
void render_free(struct render *r);

/* Any message: render_begin(), fields, render_end(). After that r->msg, r->len until the next. */
void render_begin(struct render *r, char msg_type);
void render_text(struct render *r, unsigned int tag, const char *value);
void render_u64(struct render *r, unsigned int tag, uint64_t value);
void render_e8(struct render *r, unsigned int tag, int64_t value);	/* as the venue writes numbers */
void render_end(struct render *r, uint64_t time_ns);

/* Session: Logon, Heartbeat with 112 (id may be NULL), SequenceReset-GapFill to the next number. */
void render_logon(struct render *r, unsigned int heartbeat_s, uint64_t time_ns);
void render_heartbeat(struct render *r, const char *id, uint64_t time_ns);

/* 35=W. checksum: NULL = none. */
void render_snapshot(struct render *r, const char *symbol, uint64_t req_id,
		     const struct ref_book *book, const uint32_t *checksum, uint64_t time_ns);

/* One entry of an update as it goes out: 279 says what became of the level. */
struct render_entry { int64_t px, qty; bool ask; char action; };

/*
 * 35=X of an update's entries [from, n) as far as `max` bytes allow (0: all of them); returns where the
 * next fragment begins, n when this was the last. Fragments (893) are Binance's.
 */
uint32_t render_update(struct render *r, const char *symbol, uint64_t req_id,
		       const struct mkt_event *ev, const struct render_entry *entries,
		       uint32_t from, uint32_t n, uint32_t max, uint64_t time_ns);
void render_trade(struct render *r, const char *symbol, uint64_t req_id,
		  const struct mkt_event *ev, uint64_t time_ns);

#endif
