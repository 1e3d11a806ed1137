/* SPDX-License-Identifier: MIT */
/*
 * Journal writer: a thread that copies the kernel's journal ring to a file.
 *
 * One file per attachment: DIR/journal-<engine start, ns>-<number>.tgj, numbered from 000; 000
 * begins with the ENGINE record, the others continue the one before. The file holds records only
 * (record.h), nothing else.
 *
 * What a crash can lose. The kernel is told that a record was taken (tail) only after write()
 * returned: when the daemon dies, the next one goes on where it stopped, and may write the last
 * batch again. When the machine dies, what was not yet fdatasync'ed is lost: at most sync_ms of
 * records plus the ring. Both distances are measured: see struct tgd_journal_progress.
 *
 * When writing fails (disk full) the thread tries again each second from the same place. The ring
 * then fills, and the engine halts trading if it was started with journal_required.
 */
#ifndef TGD_JOURNAL_H
#define TGD_JOURNAL_H

#include <stdbool.h>
#include <linux/types.h>

struct tgd_journal_writer;

struct tgd_journal_progress {
	char path[320];
	__u64 records, bytes;		/* written to the file */
	__u64 synced_bytes;
	__u64 last_seq;
	__u64 max_unsynced_bytes;	/* largest loss window so far */
	__u64 max_unsynced_ns;		/* and longest */
	__u64 max_ring_bytes;		/* largest backlog found in the ring */
	__u64 holes; /* records the engine could not put into the full ring, seen as jumps of seq */
	bool failing;
};

/* Attaches and starts the thread. 0 or -errno; the reason is logged. -EBUSY: another reader is
 * attached. */
int tgd_journal_start(struct tgd_journal_writer **out, const char *device, const char *dir,
		      __u64 engine_started_ns, unsigned int sync_ms);
void tgd_journal_progress(struct tgd_journal_writer *w, struct tgd_journal_progress *out);
/* Waits until everything in the ring is written and synced; false after timeout_ms. */
bool tgd_journal_drain(struct tgd_journal_writer *w, unsigned int timeout_ms);
/* Writes what is left, syncs, ends the thread, detaches. */
void tgd_journal_stop(struct tgd_journal_writer *w);

/* Next value of DIR/epoch (1..65535): part of every order id, so that two starts never make the
 * same one. 0 or -errno. */
int tgd_journal_next_epoch(const char *dir, __u16 *epoch);

#endif
