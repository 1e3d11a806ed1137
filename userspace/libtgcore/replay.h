/* SPDX-License-Identifier: MIT */
/*
 * Journals: opening, walking with validation, and replaying them through the real core.
 *
 * A journal is what record.h says. tickgated begins a new file at each engine start (first record
 * TG_IN_ENGINE) and at each later attachment to the same engine (a continuation). Files given in
 * order are one stream: a continuation may repeat records that the file before it already has (the
 * writer died between writing and telling the kernel), and only a file that is followed by its
 * continuation, or the very last one, may end in the middle of a record.
 */
#ifndef TG_REPLAY_H
#define TG_REPLAY_H

#include <stdio.h>
#include "engine.h"

struct tg_journal {
	const char *path;
	const u8 *map;		/* the whole file, read only */
	u64 bytes;
	u64 pos;		/* of the next record */
	u64 torn_bytes;		/* set at the end: bytes of a record cut short */
	u64 records;
	u64 last_seq;		/* 0 before the first record */
	u64 last_time_ns;
	char error[160];	/* what is wrong and where, after a failure */
	int fd;
};

/* 0, or -errno with j->error set. The journal may be empty. */
int tg_journal_open(struct tg_journal *j, const char *path);
/* For tests and fuzzers: bytes in memory, 8-byte aligned. */
void tg_journal_open_memory(struct tg_journal *j, const char *name, const void *bytes, u64 len);
void tg_journal_close(struct tg_journal *j);

/*
 * 1: *rec and *payload point into the map, checked: type and length known, padding zero, seq
 * without holes, time not falling. 0: end (j->torn_bytes says whether it was clean). -EBADMSG:
 * j->error names the offset and what is wrong.
 */
int tg_journal_next(struct tg_journal *j, const struct tg_record **rec, const void **payload);

/* A payload size that this type may have? */
bool tg_record_len_ok(u16 type, u32 len);
/* "VENUE"; "?" for an unknown type. */
const char *tg_input_name(u16 type);

struct tg_replay {
	struct tg_engine *core;	/* NULL before the first TG_IN_ENGINE */
	void *arena;
	struct tg_outbox ob;	/* outputs of the last step */
	u64 records;		/* stepped, all files */
	u64 repeated;		/* skipped at the start of continuations */
	u64 torn_bytes;
	u32 engines;		/* TG_IN_ENGINE seen */
	u64 digest;		/* the core's, after the last record */
	/* first difference; valid when differs */
	bool differs;
	const char *diff_path;
	u64 diff_seq;
	u16 diff_type;
	u64 diff_journal, diff_replay;
	char error[192];
};

/* Called after each step, with the outbox as the step left it. Non-zero stops the replay and is
 * returned. */
typedef int tg_replay_fn(struct tg_replay *r, const struct tg_record *rec, const void *payload,
			 enum tg_reason verdict, void *arg);

void tg_replay_init(struct tg_replay *r);
void tg_replay_destroy(struct tg_replay *r);

/*
 * One record, already validated. 0 equal digest; 1 it differs (diff_* set, first one only); -errno:
 * r->error says why. TG_IN_ENGINE begins a new engine.
 */
int tg_replay_step(struct tg_replay *r, const char *path, const struct tg_record *rec,
		   const void *payload);

/* Whole files in order. 0 all equal, 1 a difference (replay stops there), -errno with r->error. fn
 * may be NULL. */
int tg_replay_files(struct tg_replay *r, char *const *paths, u32 n, tg_replay_fn *fn, void *arg);

#endif
