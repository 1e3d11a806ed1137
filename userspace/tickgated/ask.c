// SPDX-License-Identifier: MIT
/* The thread that fetches secrets, signs, and keeps Vault's token alive. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include "credentials.h"
#include "log.h"
#include "records.h"
#include "session/session.h"

#define QUEUE		64	/* more venues than an engine may have */
#define RENEW_AGAIN_S	30

struct question {
	const struct tgd_venue *venue;
	__u64 msg_seq, sending_time_ns;
};

struct tgd_ask {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	const struct tgd_vault *vault;
	struct question question[QUEUE];
	struct tgd_answer *answer[QUEUE];
	unsigned int questions, answers;
	__u64 last_nonce_ms;
	int fd;
	bool stop;
};

static __u64 clock_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (__u64)t.tv_sec * 1000u + (__u64)t.tv_nsec / 1000000u;
}

/* The Logon with its secret, encoded by the core's own encoder; the record keeps none. */
static int encode(const struct tg_in_venue *v, struct tgd_answer *a)
{
	a->logon_len = tg_session_encode_logon(v, &a->cred, a->cred.msg_seq, a->cred.sending_time_ns,
					       a->logon, sizeof(a->logon));
	OPENSSL_cleanse(a->cred.password, sizeof(a->cred.password));
	if (a->logon_len)
		return 0;
	snprintf(a->error, sizeof(a->error), "the Logon could not be encoded");
	return -EMSGSIZE;
}

static int make(struct tgd_ask *k, const struct question *q, struct tgd_answer *a,
		struct tgd_secrets *s)
{
	struct tgd_sign_input in = {
		.kind = tgd_sign_of(q->venue->dialect),
		.sender = q->venue->sender,
		.target = q->venue->target,
		.msg_seq = q->msg_seq,
		.sending_time_ns = q->sending_time_ns,
		.nonce_ms = clock_ms(CLOCK_REALTIME),
	};
	struct tg_in_venue v;
	int err;

	if (RAND_bytes(in.random, sizeof(in.random)) != 1) {
		snprintf(a->error, sizeof(a->error), "no random bytes");
		return -EIO;
	}
	/* Venues refuse a nonce that does not rise. */
	if (in.nonce_ms <= k->last_nonce_ms)
		in.nonce_ms = k->last_nonce_ms + 1;
	k->last_nonce_ms = in.nonce_ms;
	err = tgd_secrets_load(q->venue->credentials, k->vault, s, a->error);
	if (!err)
		err = tgd_sign(&in, s, &a->cred, a->error);
	if (!err && tgd_sign_logon_secret(q->venue->dialect)) {
		tgd_venue_record(q->venue, &v);
		err = encode(&v, a);
		a->cred.flags = TG_CREDENTIALS_SENT;
	}
	return err;
}

static struct tgd_answer *answer(struct tgd_ask *k, const struct question *q)
{
	struct tgd_answer *a = tgd_secret_alloc(sizeof(*a));
	struct tgd_secrets *s = tgd_secret_alloc(sizeof(*s));
	int err = -ENOMEM;

	if (a && s)
		err = make(k, q, a, s);
	else if (a)
		snprintf(a->error, sizeof(a->error), "secure memory is full");
	tgd_secret_free(s);
	if (a && err) {
		OPENSSL_cleanse(&a->cred, sizeof(a->cred));
		a->logon_len = 0;
		a->cred.msg_seq = q->msg_seq;
		a->cred.sending_time_ns = q->sending_time_ns;
		a->cred.flags = TG_CREDENTIALS_FAILED;
	}
	if (a)
		a->cred.venue_id = (__u16)q->venue->id;
	return a;
}

/* Milliseconds (monotonic) of the next renewal. */
static __u64 renew(const struct tgd_ask *k)
{
	char err[TGD_SECRET_ERROR];
	long s = tgd_vault_renew(k->vault, err);

	if (s < 0)
		tgd_log(LOG_WARNING, "vault: the token could not be renewed: %s", err);
	else if (!s)
		tgd_log(LOG_NOTICE, "vault: the token cannot be renewed; it ends when it ends");
	if (!s)
		return ~0ull;
	return clock_ms(CLOCK_MONOTONIC) + (s < 0 ? RENEW_AGAIN_S : (__u64)s) * 1000u;
}

static void wait_until(struct tgd_ask *k, __u64 ms)
{
	struct timespec t = { (time_t)(ms / 1000u), (long)(ms % 1000u) * 1000000 };

	if (ms == ~0ull)
		pthread_cond_wait(&k->wake, &k->lock);
	else
		pthread_cond_timedwait(&k->wake, &k->lock, &t);
}

static void *run(void *arg)
{
	struct tgd_ask *k = arg;
	__u64 renew_ms = k->vault ? 0 : ~0ull;
	struct tgd_answer *a;
	struct question q;

	pthread_mutex_lock(&k->lock);
	while (!k->stop) {
		if (k->questions && k->answers < QUEUE) {
			q = k->question[0];
			memmove(&k->question[0], &k->question[1], --k->questions * sizeof(q));
			pthread_mutex_unlock(&k->lock);
			a = answer(k, &q);
			pthread_mutex_lock(&k->lock);
			if (a) {
				k->answer[k->answers++] = a;
				eventfd_write(k->fd, 1);
			}
		} else if (renew_ms <= clock_ms(CLOCK_MONOTONIC)) {
			pthread_mutex_unlock(&k->lock);
			renew_ms = renew(k);
			pthread_mutex_lock(&k->lock);
		} else {
			wait_until(k, renew_ms);
		}
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

int tgd_ask_begin(struct tgd_ask **out, const struct tgd_vault *vault)
{
	struct tgd_ask *k = calloc(1, sizeof(*k));
	pthread_condattr_t attr;
	int err;

	*out = NULL;
	if (!k)
		return -ENOMEM;
	k->vault = vault;
	k->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (k->fd < 0) {
		err = errno;
		free(k);
		return -err;
	}
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&k->thread, NULL, run, k);
	if (err) {
		close(k->fd);
		free(k);
		return -err;
	}
	*out = k;
	return 0;
}

void tgd_ask_end(struct tgd_ask *k)
{
	struct tgd_answer *a;

	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	while ((a = tgd_ask_take(k)))
		tgd_secret_free(a);
	close(k->fd);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

int tgd_ask(struct tgd_ask *k, const struct tgd_venue *v, __u64 msg_seq, __u64 sending_time_ns)
{
	int err = 0;

	pthread_mutex_lock(&k->lock);
	if (k->questions < QUEUE)
		k->question[k->questions++] =
			(struct question){ v, msg_seq, sending_time_ns };
	else
		err = -EBUSY;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	return err;
}

int tgd_ask_fd(const struct tgd_ask *k)
{
	return k->fd;
}

struct tgd_answer *tgd_ask_take(struct tgd_ask *k)
{
	struct tgd_answer *a = NULL;
	eventfd_t n;

	pthread_mutex_lock(&k->lock);
	if (k->answers) {
		a = k->answer[0];
		memmove(&k->answer[0], &k->answer[1], --k->answers * sizeof(k->answer[0]));
	} else {
		eventfd_read(k->fd, &n);
	}
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	return a;
}
