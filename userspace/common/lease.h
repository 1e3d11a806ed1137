/* SPDX-License-Identifier: MIT */
/*
 * The sequence numbers of a session on disk, one small text file a venue in the journal's directory.
 *
 * While an engine runs, `bound` is what counts: the engine may only use numbers below it, and it is
 * on disk before the engine is told. After an orderly stop `clean` is set and tx and rx are exact.
 * After anything else the next number to send is `bound`: higher than any that can have been on the
 * wire, whatever was lost.
 */
#ifndef TG_LEASE_H
#define TG_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <tickgate/types.h>

struct tg_lease {
	char venue[TG_NAME_LEN];
	char sender[TG_COMPID_LEN], target[TG_COMPID_LEN];
	__u64 tx, rx;		/* next numbers; exact when clean, else as last seen */
	__u64 bound;		/* first number that cannot have been used */
	__u64 period;		/* start of the schedule's period they belong to, seconds; 0 = none */
	bool clean;
};

/* DIR/session-NAME.lease. 0, -ENOENT, -EBADMSG (the file is damaged), or another -errno. `what`
 * then says which file and why. */
int tg_lease_read(const char *dir, const char *venue, struct tg_lease *out, char *what, size_t len);
/* Atomic, on disk when it returns 0. */
int tg_lease_write(const char *dir, const struct tg_lease *l);
/* The next number to send by what is on disk. */
__u64 tg_lease_next_tx(const struct tg_lease *l);
/* One line in DIR/session-audit.log, with the time and the user; on disk when it returns 0. */
int tg_lease_audit(const char *dir, const char *who, const char *text);

#endif
