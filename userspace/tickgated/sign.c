// SPDX-License-Identifier: MIT
/* Signatures of Logons, each as its venue's own page describes it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include "credentials.h"

#define SOH "\001"

enum tg_venue_credentials tgd_sign_of(long long dialect)
{
	const struct tg_venue_caps *caps = tg_venue_caps((u16)dialect);

	return caps ? (enum tg_venue_credentials)caps->credentials : TG_CRED_NONE;
}

bool tgd_sign_logon_secret(long long dialect)
{
	const struct tg_venue_caps *caps = tg_venue_caps((u16)dialect);

	return caps && caps->logon_secret;
}

void tgd_sending_time(__u64 ns, char out[22])
{
	time_t s = (time_t)(ns / 1000000000u);
	unsigned int ms = (unsigned int)(ns / 1000000u % 1000u);
	struct tm t;

	gmtime_r(&s, &t);
	snprintf(out, 22, "%04u%02u%02u-%02u:%02u:%02u.%03u", ((unsigned int)t.tm_year + 1900) % 10000,
		 ((unsigned int)t.tm_mon + 1) % 100, (unsigned int)t.tm_mday % 100,
		 (unsigned int)t.tm_hour % 100, (unsigned int)t.tm_min % 100,
		 (unsigned int)t.tm_sec % 100, ms);
}

static int bad(char err[TGD_SECRET_ERROR], const char *what)
{
	snprintf(err, TGD_SECRET_ERROR, "%s", what);
	return -EINVAL;
}

/* Bytes, or -EINVAL: strict base64 with padding. */
static int from_base64(const char *text, unsigned char *out, size_t cap)
{
	size_t n = strlen(text);
	int len;

	if (!n || n % 4 || n / 4 * 3 > cap)
		return -EINVAL;
	len = EVP_DecodeBlock(out, (const unsigned char *)text, (int)n);
	if (len < 0)
		return -EINVAL;
	len -= text[n - 1] == '=';
	len -= text[n - 2] == '=';
	return len;
}

static void to_base64(char *out, const unsigned char *bytes, size_t len)
{
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
}

static int no_password(char *buf, int size, int rw, void *arg)
{
	(void)buf;
	(void)size;
	(void)rw;
	(void)arg;
	return 0;	/* never asks a terminal */
}

/* PEM, or in base64 the DER of PKCS#8, or in base64 the 32 bytes of the seed (RFC 8032, 5.1.5). */
static EVP_PKEY *ed25519_key(const char *text)
{
	const unsigned char *p;
	unsigned char *der;
	EVP_PKEY *key = NULL;
	BIO *bio;
	int n;

	if (strstr(text, "-----BEGIN ")) {
		bio = BIO_new_mem_buf(text, -1);
		key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
		BIO_free(bio);
	} else {
		der = tgd_secret_alloc(2048);
		n = der ? from_base64(text, der, 2048) : -ENOMEM;
		p = der;
		if (n == 32)
			key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, der, 32);
		else if (n > 0)
			key = d2i_AutoPrivateKey(NULL, &p, n);
		tgd_secret_free(der);
	}
	if (key && EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* Binance: 35 SOH 49 SOH 56 SOH 34 SOH 52, values alone, no SOH at the end. */
static int ed25519(const struct tgd_sign_input *in, const char *time, const struct tgd_secrets *s,
		   struct tg_in_credentials *out, char err[TGD_SECRET_ERROR])
{
	unsigned char sig[64];
	size_t len = sizeof(sig);
	char text[256];
	EVP_MD_CTX *ctx;
	EVP_PKEY *key;
	int n, ok = 0;

	n = snprintf(text, sizeof(text), "A" SOH "%s" SOH "%s" SOH "%llu" SOH "%s", in->sender,
		     in->target, (unsigned long long)in->msg_seq, time);
	key = ed25519_key(s->secret);
	if (!key)
		return bad(err, "secret: no Ed25519 private key; give PEM, or base64 of PKCS#8 or of the 32-byte seed");
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1)
		ok = EVP_DigestSign(ctx, sig, &len, (unsigned char *)text, (size_t)n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	if (!ok || len != sizeof(sig))
		return bad(err, "Ed25519 signature failed");
	to_base64(out->raw_data, sig, sizeof(sig));
	return 0;
}

static int hmac(const EVP_MD *md, const char *secret, const void *text, size_t len,
		unsigned char *out, char err[TGD_SECRET_ERROR])
{
	unsigned char *key = tgd_secret_alloc(2048);
	int n = key ? from_base64(secret, key, 2048) : -ENOMEM;
	unsigned int got = 0;

	if (n > 0)
		HMAC(md, key, n, text, len, out, &got);
	tgd_secret_free(key);
	if (n <= 0)
		return bad(err, "secret: is no base64");
	return got ? 0 : bad(err, "HMAC failed");
}

/* Coinbase Exchange: 52 SOH 35 SOH 34 SOH key SOH 56 SOH passphrase, no SOH at the end. */
static int hmac_sha256(const struct tgd_sign_input *in, const char *time,
		       const struct tgd_secrets *s, struct tg_in_credentials *out,
		       char err[TGD_SECRET_ERROR])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char *text;
	int n, ret;

	if (!s->passphrase[0])
		return bad(err, "passphrase: missing");
	text = tgd_secret_alloc(1024);
	if (!text)
		return bad(err, "secure memory is full");
	n = snprintf(text, 1024, "%s" SOH "A" SOH "%llu" SOH "%s" SOH "%s" SOH "%s", time,
		     (unsigned long long)in->msg_seq, s->key, in->target, s->passphrase);
	ret = hmac(EVP_sha256(), s->secret, text, (size_t)n, mac, err);
	tgd_secret_free(text);
	if (ret)
		return ret;
	to_base64(out->raw_data, mac, 32);
	strcpy(out->password, s->passphrase);
	return 0;
}

/* Kraken: the signed fields as tag=value, an SOH after each, then the nonce. */
static int hmac_sha512(const struct tgd_sign_input *in, const struct tgd_secrets *s,
		       struct tg_in_credentials *out, char err[TGD_SECRET_ERROR])
{
	unsigned char hash[32], mac[EVP_MAX_MD_SIZE];
	char text[512];
	int n, ret;

	snprintf(out->nonce, sizeof(out->nonce), "%llu", (unsigned long long)in->nonce_ms);
	n = snprintf(text, sizeof(text),
		     "35=A" SOH "34=%llu" SOH "49=%s" SOH "56=%s" SOH "553=%s" SOH "%s",
		     (unsigned long long)in->msg_seq, in->sender, in->target, s->key, out->nonce);
	SHA256((unsigned char *)text, (size_t)n, hash);
	ret = hmac(EVP_sha512(), s->secret, hash, sizeof(hash), mac, err);
	if (!ret)
		to_base64(out->password, mac, 64);
	return ret;
}

/* Deribit: 96 = milliseconds, a point, 32 random bytes in base64; 554 = SHA-256 of 96 and the secret. */
static int sha256(const struct tgd_sign_input *in, const struct tgd_secrets *s,
		  struct tg_in_credentials *out, char err[TGD_SECRET_ERROR])
{
	unsigned char hash[32];
	unsigned int got = 0;
	char random[48];
	EVP_MD_CTX *ctx;

	to_base64(random, in->random, sizeof(in->random));
	snprintf(out->raw_data, sizeof(out->raw_data), "%llu.%s",
		 (unsigned long long)in->nonce_ms, random);
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, out->raw_data, strlen(out->raw_data)) == 1 &&
	    EVP_DigestUpdate(ctx, s->secret, strlen(s->secret)) == 1)
		EVP_DigestFinal_ex(ctx, hash, &got);
	EVP_MD_CTX_free(ctx);
	if (got != sizeof(hash))
		return bad(err, "SHA-256 failed");
	to_base64(out->password, hash, sizeof(hash));
	return 0;
}

static bool printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

int tgd_sign(const struct tgd_sign_input *in, const struct tgd_secrets *s,
	     struct tg_in_credentials *out, char err[TGD_SECRET_ERROR])
{
	char time[22];

	memset(out, 0, sizeof(*out));
	out->msg_seq = in->msg_seq;
	out->sending_time_ns = in->sending_time_ns;
	if (!s->key[0] || !printable(s->key) || !printable(s->passphrase))
		return bad(err, s->key[0] ? "key, passphrase: not printable ASCII" : "key: missing");
	strcpy(out->username, s->key);
	tgd_sending_time(in->sending_time_ns, time);
	switch (in->kind) {
	case TG_CRED_BINANCE_ED25519:
		return ed25519(in, time, s, out, err);
	case TG_CRED_COINBASE_HMAC_SHA256:
		return hmac_sha256(in, time, s, out, err);
	case TG_CRED_KRAKEN_HMAC_SHA512:
		return hmac_sha512(in, s, out, err);
	case TG_CRED_DERIBIT_SHA256:
		return sha256(in, s, out, err);
	default:
		return bad(err, "the dialect knows no credentials");
	}
}
