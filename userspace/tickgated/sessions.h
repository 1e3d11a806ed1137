/* SPDX-License-Identifier: MIT */
/*
 * Sequence numbers and stored messages over restarts.
 *
 * No number is used twice: the engine only uses numbers below a bound, and the bound is on disk
 * (lease.h) before the engine hears of it. After an orderly stop the exact numbers are set again;
 * after anything else sending goes on at the bound, whatever the journal says, since the journal's
 * tail may be lost: the venue sees a gap, asks, and is answered from the stored messages and by gap
 * fills. What is expected from the venue, and the stored messages, come from a replay of the last
 * engine's journal.
 *
 * Sessions that reset their numbers at logon need none of this.
 */
#ifndef TGD_SESSIONS_H
#define TGD_SESSIONS_H

#include <time.h>
#include "config.h"
#include "lease.h"
#include "nl.h"

struct tgd_sessions;

/* Before an engine starts and its journal begins: reads leases, replays the last journal (not when
 * the engine runs already). 0; or
 * -errno, logged: a damaged lease stops the start, as any guess could use a number twice. */
int tgd_sessions_load(struct tgd_sessions **out, const struct tgd_config *c, bool replay);
/* After the venues are configured and before any is connected: numbers, messages, grants. adopted:
 * the engine ran before us and has them. 0 or -errno, logged. */
int tgd_sessions_begin(struct tgd_sessions *s, struct tg_nl *nl, bool adopted);
/* With what the engine says of its sessions: extends leases ahead of use. */
void tgd_sessions_poll(struct tgd_sessions *s, struct tg_nl *nl, const struct tg_nl_session *list,
		       __u32 n);
/* Do the numbers on disk belong to this period of the venue's schedule? */
bool tgd_sessions_period(const struct tgd_sessions *s, const struct tgd_venue *v, time_t period);
/* Disconnected session, a new period: noted on disk; with reset, both numbers go back to 1. 0 or
 * -errno, logged. */
int tgd_sessions_new_period(struct tgd_sessions *s, struct tg_nl *nl, const struct tgd_venue *v,
			    time_t period, bool reset);
/* After the sessions are logged out: exact numbers, marked clean. Only for an engine that is about
 * to be stopped. */
void tgd_sessions_end(struct tgd_sessions *s, struct tg_nl *nl);
void tgd_sessions_free(struct tgd_sessions *s);

/* For tests: where to go on by lease and journal. have_journal: jtx, jrx are what it ended with. */
struct tgd_numbers {
	__u64 tx, rx;
	bool restore;		/* the journal's messages belong to these numbers */
};
struct tgd_numbers tgd_numbers_after(const struct tg_lease *l, bool have_journal, __u64 jtx,
				     __u64 jrx);

#endif
