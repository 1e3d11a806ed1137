/* SPDX-License-Identifier: MIT */
/* KTAP output and kselftest's exit codes. */
#ifndef SELFTESTS_KTAP_H
#define SELFTESTS_KTAP_H

#include <stdbool.h>

#define KSFT_SKIP 4

void ktap_begin(void);
/* One result; returns good. */
__attribute__((format(printf, 2, 3)))
bool ktap_ok(bool good, const char *fmt, ...);
/* ok when got == want; else shows both. Errors are negative errno values. */
__attribute__((format(printf, 3, 4)))
bool ktap_is(long got, long want, const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void ktap_skip(const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void ktap_note(const char *fmt, ...);
/* The test cannot go on: prints why as a failure and exits. */
__attribute__((format(printf, 1, 2), noreturn))
void ktap_bail(const char *fmt, ...);
/* Nothing can run here: prints why and exits with KSFT_SKIP. */
__attribute__((format(printf, 1, 2), noreturn))
void ktap_skip_all(const char *fmt, ...);
/* Prints the plan; the program's exit status. */
int ktap_end(void);
/* --help, --version; anything else is wrong usage. */
void ktap_usage(int argc, char **argv, const char *what);

#endif
