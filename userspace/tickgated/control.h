/* SPDX-License-Identifier: MIT */
/* Starting, adopting, configuring and stopping the engine through netlink. */
#ifndef TGD_CONTROL_H
#define TGD_CONTROL_H

#include "journal.h"
#include "nl.h"
#include "records.h"
#include "sessions.h"

#define TGD_DEVICE	"/dev/tickgate0"

struct tgd_control {
	struct tg_nl *nl;
	struct tgd_journal_writer *journal;
	struct tgd_sessions *sessions;	/* freed by who has the control */
	bool adopted;			/* the engine ran before us */
	__u64 started_ns;
};

/*
 * Fresh start: START, journal, RESUME of the journal's own halt, all records, sequence numbers. Engine already
 * running: journal again, then limits and permits, which replace equal ones, and feeds, products and instruments
 * that are new; sessions and
 * trading state are left as they are. 0 or -errno; every failure is logged, and a fresh engine is
 * stopped again.
 */
int tgd_control_begin(struct tgd_control *ct, const struct tgd_config *c,
		      struct tgd_records *rs);

/* Sends records; logs refusals with their section and marks them. Returns how many were refused, or -errno. */
int tgd_control_send(struct tgd_control *ct, struct tgd_records *rs, bool tell);

/* Halts the firm and cancels; waits until no order works or timeout_ms. */
void tgd_control_cancel_all(struct tgd_control *ct, unsigned int timeout_ms);
/* CHECKPOINT, journal drained, STOP (clients get 1 s to detach). */
void tgd_control_end(struct tgd_control *ct);

#endif
