/* SPDX-License-Identifier: MIT */
/*
 * A recording rendered as its venue's FIX, through an engine's own path, and every truth that the
 * recording holds compared with the engine's book: Kraken's checksum after each update, Binance's
 * best-price ticker where its update id is that of a diff.
 */
#ifndef TG_MARKET_CHECK_H
#define TG_MARKET_CHECK_H

#include <stdio.h>
#include "recording.h"

/* What may happen to an update on its way; bits of check_options.faults. */
enum check_fault {
	CHECK_DROP = 1,		/* never sent */
	CHECK_DUPLICATE = 2,	/* sent twice */
	CHECK_SWAP = 4,		/* sent after the next one of its instrument */
	CHECK_CUT = 8,		/* TCP: the connection breaks inside it; UDP: the datagram is cut short */
	CHECK_BYTES = 16,	/* arrives byte by byte; TCP only */
	CHECK_LENGTH = 32,	/* BodyLength of seven digits */
	CHECK_FAULTS = 6,	/* how many there are */
};
/* "drop,swap", "all", "none". false: *bad is where it is wrong. */
bool check_faults_parse(const char *text, unsigned int *out, const char **bad);
const char *check_fault_name(unsigned int index);

struct check_options {
	enum mkt_venue venue;
	uint64_t seed;
	unsigned int faults;		/* CHECK_* */
	unsigned int one_in;		/* a fault in about one of so many updates; 0 = 40 */
	bool udp;			/* updates as datagrams, snapshots over TCP */
	FILE *journal;			/* NULL, or where the engine's records go */
	/* May be NULL. percent: of the file. */
	void (*progress)(void *arg, const char *path, unsigned int percent, uint64_t compared);
	void *progress_arg;
};

struct check_result {
	uint64_t lines, instruments, updates, entries, trades, snapshots;
	uint64_t recorded;		/* truths in the recording */
	uint64_t compared, equal;
	uint64_t undelivered;		/* truths of updates that a fault kept from the engine */
	uint64_t recovering;		/* truths while the engine knew that its book was not right */
	uint64_t before;		/* truths before the first snapshot, or after a hole in the recording */
	uint64_t holes;			/* in the recording itself */
	uint64_t injected[CHECK_FAULTS];
	/* the engine's and the session's */
	uint64_t requests, gaps, recovered, reconnects, snapshots_sent, garbled, rejected, evicted;
	uint64_t checksums, checksums_bad;	/* verified by the engine itself */
	bool live;			/* all books at the end */
	bool whole;			/* and all of their levels equal to the venue's; only where that can be told */
	bool whole_told;
	char *difference;		/* the first: text with both books; NULL = none */
	uint64_t digest;		/* the engine's at the end */
	char error[400];		/* after -1 */
};

/* 0 the file was read to its end, -1 with error. Free with check_free(). */
int check_file(const char *path, const struct check_options *o, struct check_result *r);
bool check_passed(const struct check_result *r);
void check_free(struct check_result *r);

#endif
