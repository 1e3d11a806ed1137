/* SPDX-License-Identifier: MIT */
/*
 * What tickgated tells tgctl outside the kernel: small "key<TAB>value" files in /run/tickgate
 * (TICKGATE_RUNDIR overrides it for tests), each replaced whole by rename. names: "account 1",
 * "venue 1", ... to their configured names. journal: the writer's progress.
 */
#ifndef TG_RUNDIR_H
#define TG_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TG_RUNDIR	"/run/tickgate"

const char *tg_rundir(void);
/* Value of key in file; false when there is none. */
bool tg_rundir_get(const char *file, const char *key, char *out, size_t len);
/* Writes go to the FILE between begin and commit. NULL/-errno: cannot be written. */
FILE *tg_rundir_begin(const char *file);
int tg_rundir_commit(const char *file, FILE *f);
void tg_rundir_remove(const char *file);

#endif
