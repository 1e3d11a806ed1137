/* SPDX-License-Identifier: MIT */
/*
 * Venue transports: resolve, connect (never blocking), hand the socket to the module, connect again
 *when the session is down.
 *
 *	WAITING --time--> RESOLVING --> CONNECTING --connected, TG_CMD_CONNECT--> HANDED --session
 *DOWN--> WAITING
 *	                      \________________\______failure,
 *backoff______________________________________/ HALTED: a protocol error; only an operator's ENABLE
 *leads out (the session then reports DOWN)
 */
#ifndef TGD_VENUE_H
#define TGD_VENUE_H

#include <netdb.h>
#include <poll.h>
#include "config.h"
#include "nl.h"

enum tgd_conn_state {
	TGD_CONN_WAITING,
	TGD_CONN_RESOLVING,
	TGD_CONN_CONNECTING,
	TGD_CONN_HANDED,
	TGD_CONN_HALTED
};

#define TGD_DESTINATIONS	8

struct tgd_conn {
	const struct tgd_venue *venue;
	enum tgd_conn_state state;
	int session;			/* enum tg_session_state, as last told */
	int fd;				/* CONNECTING */
	struct sockaddr_storage dest[TGD_DESTINATIONS];
	socklen_t dest_len[TGD_DESTINATIONS];
	unsigned int dests;
	unsigned int attempt; /* since the daemon started: picks destination and source in turn */
	unsigned int failures;		/* in a row: sets the pause */
	__u64 deadline_ns;		/* monotonic: when to try, or when an attempt is too late */
	__u64 handed_ns; /* realtime: older DOWN events belong to the transport before */
	struct gaicb lookup;
	struct addrinfo hints;
	char port[8];
};

void tgd_conn_init(struct tgd_conn *c, const struct tgd_venue *v);
/* The engine ran before us: take what it says as our state. */
void tgd_conn_adopt(struct tgd_conn *c, const struct tg_nl_session *s);
/* false: a name lookup still writes into *c; it must not be freed. */
bool tgd_conn_close(struct tgd_conn *c);

/* A session state from an event (time_ns > 0) or from a poll of the sessions (time_ns 0). */
void tgd_conn_session(struct tgd_conn *c, int state, __u64 time_ns, const char *text);

/* Time or descriptor: does what is due. pfd_revents: of the entry tgd_conn_pollfd() filled, or 0.
 */
void tgd_conn_run(struct tgd_conn *c, struct tg_nl *nl, __u64 now_ns, short pfd_revents);
bool tgd_conn_pollfd(const struct tgd_conn *c, struct pollfd *out);
__u64 tgd_conn_deadline(const struct tgd_conn *c);

/* Pause before attempt number `failures` (from 1), with `random` picking the jitter: doubled each
 * time, capped, then less up to half. */
__u64 tgd_backoff_ms(long long min_ms, long long max_ms, unsigned int failures, __u32 random);

#endif
