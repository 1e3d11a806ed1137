// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "tls.h"

/* What kernel TLS can carry, and nothing without forward secrecy. */
#define CIPHERS_12	"ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_13	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define SECRET_MAX	64

struct tgd_tls {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
	short events;
	unsigned char *secret;		/* secure heap: the server's application traffic secret */
	size_t secret_len;
};

__attribute__((format(printf, 2, 3)))
static void say(char err[TGD_TLS_ERROR_LEN], const char *fmt, ...)
{
	unsigned long code = ERR_peek_last_error();
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(err, TGD_TLS_ERROR_LEN, fmt, ap);
	va_end(ap);
	if (code && n > 0 && n < TGD_TLS_ERROR_LEN) {
		const char *reason = ERR_reason_error_string(code);

		snprintf(err + n, TGD_TLS_ERROR_LEN - (size_t)n, ": %s",
			 reason ? reason : "OpenSSL error");
	}
	ERR_clear_error();
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "SERVER_TRAFFIC_SECRET_0 <client random> <secret>", hexadecimal. */
static void keylog(const SSL *ssl, const char *line)
{
	struct tgd_tls *t = SSL_get_app_data(ssl);
	static const char label[] = "SERVER_TRAFFIC_SECRET_0 ";
	const char *p;
	size_t n = 0;

	if (!t || strncmp(line, label, sizeof(label) - 1))
		return;
	p = strchr(line + sizeof(label) - 1, ' ');
	if (!p)
		return;
	for (p++; hex(p[0]) >= 0 && hex(p[1]) >= 0 && n < SECRET_MAX; p += 2)
		t->secret[n++] = (unsigned char)(hex(p[0]) << 4 | hex(p[1]));
	t->secret_len = n;
}

static int set_peer(struct tgd_tls *t, const char *host)
{
	unsigned char addr[16];
	bool literal = inet_pton(AF_INET, host, addr) == 1 || inet_pton(AF_INET6, host, addr) == 1;
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);

	SSL_set_verify(t->ssl, SSL_VERIFY_PEER, NULL);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (literal)	/* RFC 6066, 3: no addresses in SNI */
		return X509_VERIFY_PARAM_set1_ip_asc(param, host);
	return SSL_set1_host(t->ssl, host) && SSL_set_tlsext_host_name(t->ssl, host);
}

int tgd_tls_begin(struct tgd_tls **out, const struct tgd_tls_settings *s, int fd,
		  char err[TGD_TLS_ERROR_LEN])
{
	struct tgd_tls *t = calloc(1, sizeof(*t));
	bool ok;

	*out = NULL;
	ERR_clear_error();
	if (!t)
		goto no_memory;
	t->fd = fd;
	t->events = POLLOUT;
	t->secret = OPENSSL_secure_zalloc(SECRET_MAX);
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->secret || !t->ctx)
		goto no_memory;
	SSL_CTX_set_keylog_callback(t->ctx, keylog);
	SSL_CTX_set_options(t->ctx, SSL_OP_ENABLE_KTLS | SSL_OP_NO_COMPRESSION |
				    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	/* Bytes past the handshake belong to the kernel: OpenSSL must not read ahead. */
	SSL_CTX_set_read_ahead(t->ctx, 0);
	if (!SSL_CTX_set_min_proto_version(t->ctx, s->min_version == 13 ? TLS1_3_VERSION
									  : TLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(t->ctx, CIPHERS_12) ||
	    !SSL_CTX_set_ciphersuites(t->ctx, CIPHERS_13)) {
		say(err, "TLS: versions and ciphers");
		goto bad;
	}
	ok = *s->ca_file ? SSL_CTX_load_verify_file(t->ctx, s->ca_file)
			 : SSL_CTX_set_default_verify_paths(t->ctx);
	if (!ok) {
		say(err, "TLS: tls_ca: %s", *s->ca_file ? s->ca_file : "the system's certificates");
		goto bad;
	}
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || !SSL_set_fd(t->ssl, fd) || !set_peer(t, s->host)) {
		say(err, "TLS: \"%s\" as server name", s->host);
		goto bad;
	}
	SSL_set_app_data(t->ssl, t);
	SSL_set_quiet_shutdown(t->ssl, 1);
	SSL_set_connect_state(t->ssl);
	*out = t;
	return 0;

no_memory:
	snprintf(err, TGD_TLS_ERROR_LEN, "TLS: out of memory");
	tgd_tls_free(t);
	return -ENOMEM;
bad:
	tgd_tls_free(t);
	return -EINVAL;
}

/* The handshake is complete: everything after it is the kernel's. */
static int to_kernel(struct tgd_tls *t, char err[TGD_TLS_ERROR_LEN])
{
	int ret;

	if (SSL_get_verify_result(t->ssl) != X509_V_OK || !SSL_get0_peer_certificate(t->ssl)) {
		say(err, "TLS: no verified certificate");
		return -EKEYREJECTED;
	}
	if (SSL_has_pending(t->ssl)) {
		say(err, "TLS: bytes behind the handshake were read already");
		return -EPROTO;
	}
	if (!BIO_get_ktls_send(SSL_get_wbio(t->ssl))) {
		say(err, "kernel TLS did not take sending (%s, %s); is the module tls loaded?",
		    tgd_tls_version(t), tgd_tls_cipher(t));
		return -EPROTONOSUPPORT;
	}
	if (SSL_version(t->ssl) == TLS1_3_VERSION && !BIO_get_ktls_recv(SSL_get_rbio(t->ssl))) {
		unsigned int id = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(t->ssl));

		ret = t->secret_len ? tgd_ktls_rx13(t->fd, id, t->secret, t->secret_len) : -ENOKEY;
		if (ret) {
			say(err, "kernel TLS did not take receiving (%s, %s): %s",
			    tgd_tls_version(t), tgd_tls_cipher(t), strerror(-ret));
			return ret;
		}
	}
	/* OpenSSL falls back without a word: ask the kernel itself. */
	ret = tgd_ktls_check(t->fd);
	if (ret)
		say(err, "kernel TLS is not on in both directions (%s, %s): %s", tgd_tls_version(t),
		    tgd_tls_cipher(t), strerror(-ret));
	return ret;
}

int tgd_tls_step(struct tgd_tls *t, char err[TGD_TLS_ERROR_LEN])
{
	long verify;
	int ret;

	ERR_clear_error();
	errno = 0;
	ret = SSL_do_handshake(t->ssl);
	if (ret == 1)
		return to_kernel(t, err);
	switch (SSL_get_error(t->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		t->events = POLLIN;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		t->events = POLLOUT;
		return -EAGAIN;
	case SSL_ERROR_SYSCALL:
		ret = errno ? -errno : -ECONNRESET;
		say(err, "TLS handshake: %s", errno ? strerror(errno) : "the peer closed the connection");
		return ret;
	default:
		verify = SSL_get_verify_result(t->ssl);
		if (verify != X509_V_OK) {
			ERR_clear_error();
			say(err, "TLS: certificate refused: %s",
			    X509_verify_cert_error_string(verify));
			return -EKEYREJECTED;
		}
		say(err, "TLS handshake");
		return -EPROTO;
	}
}

short tgd_tls_events(const struct tgd_tls *t)
{
	return t->events;
}

const char *tgd_tls_version(const struct tgd_tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *tgd_tls_cipher(const struct tgd_tls *t)
{
	return SSL_get_cipher_name(t->ssl);
}

void tgd_tls_free(struct tgd_tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);	/* SSL_set_fd() leaves the descriptor open */
	SSL_CTX_free(t->ctx);
	OPENSSL_secure_clear_free(t->secret, SECRET_MAX);
	free(t);
}
