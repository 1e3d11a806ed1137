/* SPDX-License-Identifier: MIT */
/*
 * What a venue wants in the Logon: made of the secrets, the session's ids and the MsgSeqNum and
 * SendingTime that the engine has fixed. sign.c makes it, ask.c is the thread that fetches secrets
 * and signs, so that neither a slow disk nor a slow Vault holds up the daemon's loop.
 */
#ifndef TGD_CREDENTIALS_H
#define TGD_CREDENTIALS_H

#include "secrets.h"
#include "venue/venue.h"

#define TGD_LOGON_MAX	1024

/* What the dialect's venue wants (its capabilities). */
enum tg_venue_credentials tgd_sign_of(long long dialect);
/* The Logon itself holds a secret (Coinbase: the passphrase): it must not pass through the module. */
bool tgd_sign_logon_secret(long long dialect);

struct tgd_sign_input {
	enum tg_venue_credentials kind;
	const char *sender, *target;	/* 49, 56 */
	__u64 msg_seq, sending_time_ns;	/* 34, 52 */
	__u64 nonce_ms;			/* milliseconds since 1970; rises from one logon to the next */
	unsigned char random[32];
};

/*
 * 0, or -errno with words in err. *out then holds username, password, raw_data, nonce and what was
 * asked for; where tgd_sign_logon_secret() its password is a secret.
 */
int tgd_sign(const struct tgd_sign_input *in, const struct tgd_secrets *s,
	     struct tg_in_credentials *out, char err[TGD_SECRET_ERROR]);
/* 52 as the engine writes it: YYYYMMDD-HH:MM:SS.sss. */
void tgd_sending_time(__u64 ns, char out[22]);

/* ---- ask.c ---- */

struct tgd_ask;

struct tgd_answer {
	struct tg_in_credentials cred;	/* ready to be sent: without secrets; FAILED is set */
	unsigned int logon_len;
	unsigned char logon[TGD_LOGON_MAX]; /* to be written to the socket first, when logon_len */
	char error[TGD_SECRET_ERROR];
};

/* vault: NULL = none. Starts the thread; signals must be blocked. */
int tgd_ask_begin(struct tgd_ask **out, const struct tgd_vault *vault);
void tgd_ask_end(struct tgd_ask *a);
/* v must stay as it is until the answer or the end. -EBUSY: too many at once. */
int tgd_ask(struct tgd_ask *a, const struct tgd_venue *v, __u64 msg_seq, __u64 sending_time_ns);
int tgd_ask_fd(const struct tgd_ask *a);	/* readable: there are answers */
/* One answer, to be freed by tgd_secret_free(); NULL = none. */
struct tgd_answer *tgd_ask_take(struct tgd_ask *a);

#endif
