/* SPDX-License-Identifier: MIT */
/*
 * A small gateway for the tests: three instruments on one venue, account 1 for root and for user
 * NOBODY, limits wide open.
 */
#ifndef SELFTESTS_GATEWAY_H
#define SELFTESTS_GATEWAY_H

#include <stdbool.h>
#include <tickgate/tickgate.h>
#include "gnl.h"

#define NOBODY		65534
#define E8(x)		((__s64)(x) * TG_SCALE)
#define CENT		(TG_SCALE / 100)
#define MAX_CLIENTS	6u
#define MAX_INSTRUMENTS	8u
#define MAX_VENUES	2u

/* Bails or skips the whole program when the module is not there or this is not root. */
void gw_need(struct gnl *n);

void gw_params(struct tg_in_engine *p, struct tg_nl_host *h);
int gw_start_with(struct gnl *n, const struct tg_in_engine *p, const struct tg_nl_host *h);
/* Default parameters and the whole configuration; bails on failure. */
void gw_start(struct gnl *n);
int gw_stop(struct gnl *n, bool force);

/* One control record: 0 or -errno; *reason (may be NULL) as the engine said. */
int gw_input(struct gnl *n, enum tg_in type, const void *payload, __u32 len, __u32 *reason);
void gw_configure(struct gnl *n);
int gw_kill(struct gnl *n, enum tg_scope scope, __u32 id, bool resume);

int gw_status(struct gnl *n, struct tg_nl_status *st);
__u64 gw_core_counter(struct gnl *n, enum tg_core_counter c);
__u64 gw_host_counter(struct gnl *n, enum tg_host_counter c);
/* State of venue 1's session; TG_SESSION_DOWN when unknown. */
enum tg_session_state gw_session(struct gnl *n);
/* Waits at most 5 s; on a slow kernel (TG_SLOW) that many times longer. */
bool gw_wait_session(struct gnl *n, enum tg_session_state want);
bool gw_wait_book_live(struct gnl *n, __u32 instrument);

/* TG_CMD_CONNECT of venue 1 with this socket. */
int gw_connect(struct gnl *n, int fd);

/* Runs fn in a child without privileges (uid and gid NOBODY); its return value, -128 to 127. */
int as_nobody(int (*fn)(void *arg), void *arg);

__u64 now_ms(void);
/* Until when to wait for what takes less than `ms` on Debian's kernel. */
__u64 deadline_ms(unsigned int ms);
void sleep_ms(unsigned int ms);

#endif
