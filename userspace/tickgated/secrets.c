// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "log.h"
#include "secrets.h"

#define SECURE_HEAP	(1u << 18)

void tgd_secrets_begin(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0))
		tgd_log(LOG_WARNING, "core dumps cannot be turned off: %s", strerror(errno));
	/* 1: as asked for; 2: not all protections, mlock above all */
	if (CRYPTO_secure_malloc_init(SECURE_HEAP, 32) != 1)
		tgd_log(LOG_WARNING,
			"secrets cannot be locked in memory and may reach the swap; raise LimitMEMLOCK");
}

void *tgd_secret_alloc(size_t bytes)
{
	return OPENSSL_secure_zalloc(bytes);
}

void tgd_secret_free(void *p)
{
	OPENSSL_secure_free(p);		/* wipes what comes from the secure heap */
}

/* ---- files ---- */

static int open_checked(const char *path, char err[TGD_SECRET_ERROR])
{
	struct stat st;
	int fd;

	/* Checked is what was opened: no name is looked at twice. */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int e = errno;

		snprintf(err, TGD_SECRET_ERROR, "%s: %s", path,
			 e == ELOOP ? "is a symbolic link; name the file itself" : strerror(e));
		return -e;
	}
	if (fstat(fd, &st))
		snprintf(err, TGD_SECRET_ERROR, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(err, TGD_SECRET_ERROR, "%s: is no regular file", path);
	else if (st.st_uid && st.st_uid != geteuid())
		snprintf(err, TGD_SECRET_ERROR, "%s: belongs to uid %u; chown it to root", path,
			 st.st_uid);
	else if (st.st_mode & 077)
		snprintf(err, TGD_SECRET_ERROR,
			 "%s: mode %03o lets others at it; chmod it to 600 or 400", path,
			 st.st_mode & 0777);
	else
		return fd;
	close(fd);
	return -EPERM;
}

static int path_of(const char *ref, char *path, size_t cap, char err[TGD_SECRET_ERROR])
{
	const char *dir;
	int n;

	if (!strncmp(ref, "file:", 5)) {
		n = snprintf(path, cap, "%s", ref + 5);
	} else if (!strncmp(ref, "systemd:", 8)) {
		dir = getenv("CREDENTIALS_DIRECTORY");
		if (!dir || !*dir) {
			snprintf(err, TGD_SECRET_ERROR,
				 "%s: no CREDENTIALS_DIRECTORY; run by systemd with LoadCredential=",
				 ref);
			return -ENOENT;
		}
		n = snprintf(path, cap, "%s/%s", dir, ref + 8);
	} else {
		snprintf(err, TGD_SECRET_ERROR, "no systemd: or file: reference");
		return -EINVAL;
	}
	if (n < 0 || (size_t)n >= cap) {
		snprintf(err, TGD_SECRET_ERROR, "path too long");
		return -ENAMETOOLONG;
	}
	return 0;
}

long tgd_secret_read(const char *ref, char *buf, size_t cap, char err[TGD_SECRET_ERROR])
{
	char path[512];
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	fd = path_of(ref, path, sizeof(path), err);
	if (!fd)
		fd = open_checked(path, err);
	if (fd < 0)
		return fd;
	while (len < cap && n > 0) {
		n = read(fd, buf + len, cap - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		snprintf(err, TGD_SECRET_ERROR, "%s: %s", path, strerror(errno));
	else if (len == cap)
		snprintf(err, TGD_SECRET_ERROR, "%s: longer than %zu bytes", path, cap - 1);
	close(fd);
	if (n < 0 || len == cap)
		return n < 0 ? -EIO : -EFBIG;
	while (len && (buf[len - 1] == '\n' || buf[len - 1] == '\r'))
		len--;
	buf[len] = 0;
	if (!len || strlen(buf) != len) {
		snprintf(err, TGD_SECRET_ERROR, "%s: %s", path, len ? "has a NUL byte" : "is empty");
		return -EINVAL;
	}
	return (long)len;
}

/* ---- text ---- */

static int take(char *field, size_t cap, const char *from, size_t len, const char *name, int line,
		char err[TGD_SECRET_ERROR])
{
	if (*field || !len || len >= cap) {
		snprintf(err, TGD_SECRET_ERROR, "line %d: %s %s", line, name,
			 *field ? "is given twice" : len ? "is too long" : "is empty");
		return -EINVAL;
	}
	memcpy(field, from, len);
	field[len] = 0;
	return 0;
}

int tgd_secrets_parse(const char *text, struct tgd_secrets *out, char err[TGD_SECRET_ERROR])
{
	const struct {
		const char *name;
		char *field;
		size_t cap;
	} known[] = {
		{ "key", out->key, sizeof(out->key) },
		{ "secret", out->secret, sizeof(out->secret) },
		{ "passphrase", out->passphrase, sizeof(out->passphrase) },
	};
	const char *p = text, *end, *v;
	size_t n, i;
	int line = 1;

	for (; *p; p = *end ? end + 1 : end, line++) {
		end = p + strcspn(p, "\n");
		while (*p == ' ' || *p == '\t')
			p++;
		if (p >= end || *p == '#' || *p == '\r')
			continue;
		if (!strncmp(p, "-----BEGIN ", 11)) {
			const char *last = strstr(p, "\n-----END ");

			if (!last) {
				snprintf(err, TGD_SECRET_ERROR, "line %d: PEM block without end", line);
				return -EINVAL;
			}
			end = last + 1 + strcspn(last + 1, "\n");
			if (take(out->secret, sizeof(out->secret), p, (size_t)(end - p), "secret",
				 line, err))
				return -EINVAL;
			for (v = p; v < end; v++)
				line += *v == '\n';
			continue;
		}
		n = strcspn(p, "= \t\n");
		v = p + n;
		while (*v == ' ' || *v == '\t')
			v++;
		for (i = 0; i < 3; i++)
			if (strlen(known[i].name) == n && !memcmp(known[i].name, p, n))
				break;
		if (i == 3 || *v != '=') {
			/* never the line itself: it may be the secret */
			snprintf(err, TGD_SECRET_ERROR,
				 "line %d: give key = ..., secret = ..., passphrase = ... or a PEM block",
				 line);
			return -EINVAL;
		}
		for (v++; *v == ' ' || *v == '\t'; v++)
			;
		for (n = (size_t)(end - v); n && strchr(" \t\r", v[n - 1]); n--)
			;
		if (v > end)
			n = 0;
		if (take(known[i].field, known[i].cap, v, n, known[i].name, line, err))
			return -EINVAL;
	}
	if (!out->secret[0]) {
		snprintf(err, TGD_SECRET_ERROR, "no secret in it");
		return -EINVAL;
	}
	return 0;
}

int tgd_secrets_load(const char *ref, const struct tgd_vault *vault, struct tgd_secrets *out,
		     char err[TGD_SECRET_ERROR])
{
	char *text, why[TGD_SECRET_ERROR];
	long n;

	OPENSSL_cleanse(out, sizeof(*out));
	if (!strncmp(ref, "vault:", 6))
		return tgd_vault_read(vault, ref + 6, out, err);
	text = tgd_secret_alloc(TGD_SECRET_TEXT);
	if (!text) {
		snprintf(err, TGD_SECRET_ERROR, "secure memory is full");
		return -ENOMEM;
	}
	n = tgd_secret_read(ref, text, TGD_SECRET_TEXT, err);
	if (n > 0) {
		n = tgd_secrets_parse(text, out, why);
		if (n)
			snprintf(err, TGD_SECRET_ERROR, "%.100s: %.150s", ref, why);
	}
	tgd_secret_free(text);
	return (int)n;
}
