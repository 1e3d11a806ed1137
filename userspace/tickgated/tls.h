/* SPDX-License-Identifier: MIT */
/*
 * TLS to a venue: OpenSSL does the handshake and checks the certificate, then kernel TLS takes the
 * connection over in both directions and OpenSSL is gone. What the kernel did not take is no
 * connection: the module reads and writes plain FIX through the socket.
 */
#ifndef TGD_TLS_H
#define TGD_TLS_H

#include <stddef.h>
#include <linux/types.h>

#define TGD_TLS_ERROR_LEN	256

struct tgd_tls;

struct tgd_tls_settings {
	const char *host;	/* name or address the certificate must be for; a name is sent as SNI */
	const char *ca_file;	/* PEM; "" = the system's */
	long long min_version;	/* 12 or 13 */
};

/* fd: connected, non-blocking; stays the caller's. 0, or -errno with words in err. */
int tgd_tls_begin(struct tgd_tls **out, const struct tgd_tls_settings *s, int fd,
		  char err[TGD_TLS_ERROR_LEN]);
/*
 * 0: kernel TLS is on in both directions, nothing of the stream was read past the handshake.
 * -EAGAIN: poll for tgd_tls_events(), call again. Other -errno: refused, words in err.
 */
int tgd_tls_step(struct tgd_tls *t, char err[TGD_TLS_ERROR_LEN]);
short tgd_tls_events(const struct tgd_tls *t);
/* "TLSv1.3", "TLS_AES_256_GCM_SHA384"; valid until free. */
const char *tgd_tls_version(const struct tgd_tls *t);
const char *tgd_tls_cipher(const struct tgd_tls *t);
/* Says nothing to the peer and leaves the socket open. NULL is fine. */
void tgd_tls_free(struct tgd_tls *t);

/* ---- ktls.c ---- */

/*
 * Receive key of TLS 1.3 from the server's application traffic secret (RFC 8446, 7.3). cipher:
 * the IANA number (0x1301..0x1303). The next record to be read is number 0.
 */
int tgd_ktls_rx13(int fd, unsigned int cipher, const unsigned char *secret, size_t len);
/* 0, or -ENOTCONN etc.: this direction is not kernel TLS. */
int tgd_ktls_check(int fd);
/* HKDF-Expand-Label(secret, label, "", out_len) with SHA-256 or SHA-384. */
int tgd_hkdf_expand_label(const char *digest, const unsigned char *secret, size_t len,
			  const char *label, unsigned char *out, size_t out_len);

#endif
