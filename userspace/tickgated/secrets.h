/* SPDX-License-Identifier: MIT */
/*
 * Secrets by reference. A configuration names a place, never a secret:
 *
 *	systemd:NAME		$CREDENTIALS_DIRECTORY/NAME (LoadCredential= in the unit)
 *	file:/PATH		a regular file of root or of our user that nobody else may read
 *	vault:MOUNT/PATH	an object of Vault's KV version 2 with the fields key, secret, passphrase
 *	vault:MOUNT/PATH#FIELD	one field of it that holds such lines as a file would
 *
 * A file holds lines `key = ...`, `secret = ...`, `passphrase = ...`; a PEM block stands for the
 * secret. Everything is read anew at each logon, so that keys change without a restart, and lives
 * in OpenSSL's secure heap: locked, out of core dumps, wiped when freed.
 */
#ifndef TGD_SECRETS_H
#define TGD_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include "config.h"

#define TGD_SECRET_TEXT		8192	/* longest file or answer */
#define TGD_SECRET_ERROR	640

struct tgd_secrets {
	char key[128];			/* API key or client id */
	char secret[2048];
	char passphrase[192];
};

/* Before the first secret is read: no core dumps, no ptrace by others, secure heap. */
void tgd_secrets_begin(void);

/* Secure heap; NULL when it is full. free wipes; NULL is fine. */
void *tgd_secret_alloc(size_t bytes);
void tgd_secret_free(void *p);

/* 0, or -errno with words in err that hold nothing of what was read. */
int tgd_secrets_load(const char *ref, const struct tgd_vault *vault, struct tgd_secrets *out,
		     char err[TGD_SECRET_ERROR]);
/* systemd: and file: only. Length without trailing newlines, NUL terminated; -errno. */
long tgd_secret_read(const char *ref, char *buf, size_t cap, char err[TGD_SECRET_ERROR]);
int tgd_secrets_parse(const char *text, struct tgd_secrets *out, char err[TGD_SECRET_ERROR]);

/* ---- vault.c ---- */

int tgd_vault_read(const struct tgd_vault *v, const char *path, struct tgd_secrets *out,
		   char err[TGD_SECRET_ERROR]);
/* Renews the token. Seconds until the next time, 0 = never (it cannot be renewed), -errno. */
long tgd_vault_renew(const struct tgd_vault *v, char err[TGD_SECRET_ERROR]);

#endif
