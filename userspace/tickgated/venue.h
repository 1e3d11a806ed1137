/* SPDX-License-Identifier: MIT */
/*
 * Venue transports: resolve, connect (never blocking), TLS where it is asked for, hand the socket
 * to the module, connect again when the session is down.
 *
 *	WAITING --time--> RESOLVING --> CONNECTING [--> TLS] --TG_CMD_CONNECT--> HANDED
 *	   ^                   |             |           |                         |
 *	   '---- backoff ------+-------------+-----------+---- session DOWN -------'
 *
 * HALTED: a protocol error; only an operator's ENABLE leads out (the session then reports DOWN).
 */
#ifndef TGD_VENUE_H
#define TGD_VENUE_H

#include <netdb.h>
#include <poll.h>
#include "config.h"
#include "json.h"
#include "nl.h"
#include "plan.h"
#include "tls.h"

enum tgd_conn_state {
	TGD_CONN_WAITING,
	TGD_CONN_RESOLVING,
	TGD_CONN_CONNECTING,
	TGD_CONN_TLS,
	TGD_CONN_HANDED,
	TGD_CONN_HALTED
};

#define TGD_DESTINATIONS	8

/* Since the daemon started. */
struct tgd_conn_count {
	__u64 attempts;			/* TCP connects begun */
	__u64 failures;			/* attempts that came to no session */
	__u64 refused;			/* of them: by the peer, before the session was up */
	__u64 tls_failures;
	__u64 limited;			/* times connect_limit made us wait */
	__u64 handed;			/* sockets given to the module */
	__u64 credentials_failed;
};

struct tgd_conn {
	const struct tgd_venue *venue;
	const struct tgd_config *config;	/* budgets of source addresses; follows a reload */
	unsigned int budget_source;	/* the number told last */
	enum tgd_conn_state state;
	int session;			/* enum tg_session_state, as last told */
	int fd;				/* CONNECTING, TLS */
	int logon_fd;			/* kept until the Logon with a secret in it is written; -1 */
	struct tgd_tls *tls;		/* TLS */
	struct sockaddr_storage dest[TGD_DESTINATIONS];
	socklen_t dest_len[TGD_DESTINATIONS];
	unsigned int dests;
	unsigned int attempt;		/* picks the destination in turn */
	unsigned int failures;		/* in a row: sets the pause */
	int source;			/* in use; -1 = the system's choice */
	bool was_up;			/* this transport had a session */
	__u64 deadline_ns;		/* monotonic: when to try, or when an attempt is too late */
	__u64 handed_ns; /* realtime: older DOWN events belong to the transport before */
	__u64 asked_seq, asked_ns;	/* credentials asked for, not answered */
	const char *dir;		/* where the times of connects are kept; NULL = nowhere */
	struct tgd_plan plan;
	struct tgd_conn_count count;
	bool changed;			/* since tgd_conn_write() */
	char error[TGD_TLS_ERROR_LEN];	/* last failure */
	__u64 error_ns;			/* realtime */
	char tls_version[16], tls_cipher[48];
	struct gaicb lookup;
	struct addrinfo hints;
	char port[8];
};

/* dir: the times of earlier connects are there (connects.h); it must stay. */
void tgd_conn_init(struct tgd_conn *c, const struct tgd_config *config, const struct tgd_venue *v, const char *dir);
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

/* Its state, counts and last error, for tgctl session. */
void tgd_conn_write(struct tgd_conn *c, struct tg_json *j);

void tgd_conn_credentials_failed(struct tgd_conn *c, const char *why);
void tgd_conn_answered(struct tgd_conn *c);
/* What the answer to TG_PUB_CREDENTIALS needs: the socket for a Logon that the daemon writes. 0 or -errno. */
int tgd_conn_write_logon(struct tgd_conn *c, const void *bytes, size_t len);

#endif
