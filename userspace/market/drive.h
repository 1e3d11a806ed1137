/* SPDX-License-Identifier: MIT */
/*
 * An engine in userspace and the venue at the other end of its session: what a host would do, and
 * what a venue would, in one thread and without a clock of their own. Used by the checker and the
 * tests of recorded markets.
 */
#ifndef TG_MARKET_DRIVE_H
#define TG_MARKET_DRIVE_H

#include <stdio.h>
#include "engine.h"
#include "render.h"

#define DRIVE_VENUE	1u
#define DRIVE_LINES	2u	/* A and B of one feed: ids 1 and 2 */
#define DRIVE_MTU	1400u

struct drive_request { u32 instrument_id; u64 req_id; bool end; };	/* one 35=V; end: 263=2 */

struct drive {
	struct tg_engine *e;
	struct tg_outbox ob;
	u64 seq, now;
	u64 rng;
	struct render tcp, feed;	/* the venue's side of the session; its datagrams */
	u64 sent_ns;			/* when the venue sent last */
	bool up;
	u64 reconnects;
	/* 35=V that the engine has sent and nobody has looked at */
	struct drive_request *request;
	u32 requests, request_cap;
	/* what a step asked of the venue, answered when its caller is done */
	bool logon_due, closed, logout_due;
	char test_id[64];
	FILE *journal;			/* NULL, or where every record goes; not closed here */
	char error[256];
};

/* 0, or -1 with d->error. journal may be NULL. */
int drive_open(struct drive *d, enum mkt_venue venue, u32 instruments, u64 seed, FILE *journal);
void drive_close(struct drive *d);
/* Asked for by its id, from 1. Digits above what the engine takes are cut. */
int drive_instrument(struct drive *d, u32 id, const char *symbol, u8 px_digits, u8 qty_digits);

/* Time: timers and heartbeats that fall due on the way. */
void drive_time(struct drive *d, u64 ns);
/* Transport up, logged on. 0, or -1 with d->error. */
int drive_connect(struct drive *d);
void drive_disconnect(struct drive *d);

enum drive_cut { DRIVE_RANDOM, DRIVE_BYTES };
/* The message in d->tcp goes to the engine, cut at random points or byte by byte: the first so many bytes of it. */
void drive_tcp(struct drive *d, enum drive_cut how, u32 len);
/* A datagram on a line, 0 or 1. */
void drive_udp(struct drive *d, u32 line, const void *bytes, u32 len);

u32 drive_rng(struct drive *d, u32 n);
u64 drive_counter(const struct drive *d, enum tg_core_counter c);
u8 drive_book_state(const struct drive *d, u32 instrument_id, u64 *update_id);
/* A level of the engine's book, for ref_checksum(). */
struct drive_book { const struct drive *d; u32 instrument_id; };
bool drive_level(const void *book, bool ask, uint32_t depth, struct ref_level *out);

#endif
