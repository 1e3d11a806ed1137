// SPDX-License-Identifier: MIT
/*
 * Kernel TLS by hand. OpenSSL 3.0 gives the kernel both keys of TLS 1.2, of TLS 1.3 only the one
 * for sending.
 */
#include <errno.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>
#include <sys/socket.h>
#include "tls.h"

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

/* RFC 8446, 7.1: struct { uint16 length; opaque label<7..255> = "tls13 " + label; opaque context<0..255>; } */
int tgd_hkdf_expand_label(const char *digest, const unsigned char *secret, size_t len,
			  const char *label, unsigned char *out, size_t out_len)
{
	unsigned char info[64];
	size_t n = strlen(label), at = 0;
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY, ok = 0;
	OSSL_PARAM p[5];
	EVP_KDF_CTX *ctx;
	EVP_KDF *kdf;

	if (n > 32 || out_len > 255)
		return -EINVAL;
	info[at++] = 0;
	info[at++] = (unsigned char)out_len;
	info[at++] = (unsigned char)(6 + n);
	memcpy(info + at, "tls13 ", 6);
	memcpy(info + at + 6, label, n);
	at += 6 + n;
	info[at++] = 0;

	p[0] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	p[1] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0);
	p[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, len);
	p[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, at);
	p[4] = OSSL_PARAM_construct_end();
	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	ctx = EVP_KDF_CTX_new(kdf);
	if (ctx)
		ok = EVP_KDF_derive(ctx, out, out_len, p) > 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0 : -EIO;
}

int tgd_ktls_rx13(int fd, unsigned int cipher, const unsigned char *secret, size_t len)
{
	/* rec_seq 0: OpenSSL reads record by record and was never asked for data, so that the first
	 * record under this key, a ticket usually, is still in the socket. */
	union {
		struct tls12_crypto_info_aes_gcm_128 gcm128;
		struct tls12_crypto_info_aes_gcm_256 gcm256;
		struct tls12_crypto_info_chacha20_poly1305 chacha;
	} ci;
	const char *digest = cipher == 0x1302 ? "SHA384" : "SHA256";
	size_t key_len = cipher == 0x1301 ? 16 : 32, ci_len;
	unsigned char key[32], iv[12];
	int err;

	memset(&ci, 0, sizeof(ci));
	err = tgd_hkdf_expand_label(digest, secret, len, "key", key, key_len);
	if (!err)
		err = tgd_hkdf_expand_label(digest, secret, len, "iv", iv, sizeof(iv));
	if (err)
		return err;
	switch (cipher) {
	case 0x1301:
		ci.gcm128.info.cipher_type = TLS_CIPHER_AES_GCM_128;
		memcpy(ci.gcm128.key, key, sizeof(ci.gcm128.key));
		memcpy(ci.gcm128.salt, iv, 4);
		memcpy(ci.gcm128.iv, iv + 4, 8);
		ci_len = sizeof(ci.gcm128);
		break;
	case 0x1302:
		ci.gcm256.info.cipher_type = TLS_CIPHER_AES_GCM_256;
		memcpy(ci.gcm256.key, key, sizeof(ci.gcm256.key));
		memcpy(ci.gcm256.salt, iv, 4);
		memcpy(ci.gcm256.iv, iv + 4, 8);
		ci_len = sizeof(ci.gcm256);
		break;
	case 0x1303:
		ci.chacha.info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305;
		memcpy(ci.chacha.key, key, sizeof(ci.chacha.key));
		memcpy(ci.chacha.iv, iv, sizeof(ci.chacha.iv));
		ci_len = sizeof(ci.chacha);
		break;
	default:
		return -EPROTONOSUPPORT;
	}
	ci.gcm128.info.version = TLS_1_3_VERSION;
	/* There already when OpenSSL gave the kernel the sending key. */
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) && errno != EEXIST)
		err = -errno;
	else if (setsockopt(fd, SOL_TLS, TLS_RX, &ci, (socklen_t)ci_len))
		err = -errno;
	OPENSSL_cleanse(&ci, sizeof(ci));
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(iv, sizeof(iv));
	return err;
}

int tgd_ktls_check(int fd)
{
	static const int way[] = { TLS_TX, TLS_RX };
	struct tls_crypto_info info;
	socklen_t len;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		len = sizeof(info);
		if (getsockopt(fd, SOL_TLS, way[i], &info, &len))
			return -errno;
		if (info.version != TLS_1_2_VERSION && info.version != TLS_1_3_VERSION)
			return -EPROTONOSUPPORT;
	}
	return 0;
}
