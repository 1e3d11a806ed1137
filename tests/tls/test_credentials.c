// SPDX-License-Identifier: MIT
/*
 * Signatures against published vectors and against the openssl command; secrets: where they may
 * lie, what is said when they may not; Vault, played by a small server; connect limits and sources.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "credentials.h"
#include "plan.h"
#include "session/session.h"
#include "tls.h"

#define NS	1732252800123456789ull		/* 20241122-05:20:00.123 */
#define TIME	"20241122-05:20:00.123"

static char dir[] = "/tmp/tg-credentials-XXXXXX";

static const char *put(const char *name, const char *text, mode_t mode)
{
	static char ref[300];
	FILE *f;

	snprintf(ref, sizeof(ref), "file:%s/%s", dir, name);
	unlink(ref + 5);
	f = fopen(ref + 5, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(ref + 5, mode), 0);
	return ref;
}

/* ---- signatures ---- */

static void unhex(const char *hex, unsigned char *out)
{
	for (; *hex; hex += 2)
		assert_int_equal(sscanf(hex, "%2hhx", out++), 1);
}

/* What `command` prints when the bytes are its input: one line. */
static void shell(const char *command, const void *in, size_t len, char out[256])
{
	char path[300], line[900];
	FILE *f;

	snprintf(path, sizeof(path), "%s/in", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(in, 1, len, f), len);
	fclose(f);
	snprintf(line, sizeof(line), "{ %s; } <%s", command, path);
	f = popen(line, "r");
	assert_non_null(f);
	assert_non_null(fgets(out, 256, f));
	assert_int_equal(pclose(f), 0);
	out[strcspn(out, "\n")] = 0;
}

static struct tgd_sign_input input(long long dialect)
{
	struct tgd_sign_input in = { .kind = tgd_sign_of(dialect),
				     .sender = "SENDER",
				     .target = "TARGET",
				     .msg_seq = 17,
				     .sending_time_ns = NS,
				     .nonce_ms = 1732252800124ull };

	memset(in.random, 0x5a, sizeof(in.random));
	return in;
}

/* RFC 8032, 7.1, test 1: the key itself; then a Logon, verified by the openssl command. */
static void binance(void **state)
{
	static const char text[] = "A\001SENDER\001TARGET\00117\001" TIME;
	struct tgd_sign_input in = input(TG_DIALECT_BINANCE);
	struct tgd_secrets s = { .key = "APIKEY" };
	unsigned char seed[32], sig[66];
	struct tg_in_credentials c;
	char err[TGD_SECRET_ERROR], path[300], line[900], out[256];
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	size_t len = sizeof(sig);
	FILE *f;

	(void)state;
	unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", seed);
	EVP_EncodeBlock((unsigned char *)s.secret, seed, 32);
	assert_int_equal(tgd_sign(&in, &s, &c, err), 0);
	assert_string_equal(c.username, "APIKEY");
	assert_string_equal(c.password, "");
	assert_int_equal(c.msg_seq, 17);
	assert_int_equal(c.sending_time_ns, NS);
	assert_int_equal(EVP_DecodeBlock(sig, (unsigned char *)c.raw_data, 88), 66);

	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	len = 32;
	EVP_PKEY_get_raw_public_key(key, seed, &len);
	unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", sig);
	assert_memory_equal(seed, sig, 32);
	EVP_DecodeBlock(sig, (unsigned char *)c.raw_data, 88);
	ctx = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig, 64, (const unsigned char *)text, sizeof(text) - 1), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);

	/* A key in PEM, as the command makes it; Ed25519 is deterministic: the same signature. */
	snprintf(line, sizeof(line),
		 "openssl genpkey -algorithm ed25519 -out %s/k.pem 2>/dev/null && { echo 'key=APIKEY'; cat %s/k.pem; } >%s/k.secret && chmod 400 %s/k.secret",
		 dir, dir, dir, dir);
	assert_int_equal(system(line), 0);
	snprintf(path, sizeof(path), "file:%s/k.secret", dir);
	assert_int_equal(tgd_secrets_load(path, NULL, &s, err), 0);
	assert_int_equal(tgd_sign(&in, &s, &c, err), 0);
	snprintf(path, sizeof(path), "%s/text", dir);
	f = fopen(path, "w");
	fwrite(text, 1, sizeof(text) - 1, f);
	fclose(f);
	snprintf(line, sizeof(line), "openssl pkeyutl -sign -inkey %s/k.pem -rawin -in %s | base64 -w0", dir, path);
	shell(line, "", 0, out);
	assert_string_equal(c.raw_data, out);

	strcpy(s.secret, "bm8ga2V5");
	assert_int_equal(tgd_sign(&in, &s, &c, err), -EINVAL);
	assert_non_null(strstr(err, "no Ed25519 private key"));
}

/* RFC 4231, test case 2, then our own text by the openssl command. */
static void coinbase(void **state)
{
	static const char text[] = TIME "\001A\00117\001APIKEY\001TARGET\001pass phrase";
	struct tgd_sign_input in = input(TG_DIALECT_COINBASE);
	struct tgd_secrets s = { .key = "APIKEY", .secret = "SmVmZQ==", .passphrase = "pass phrase" };
	unsigned char want[32], got[64];
	char err[TGD_SECRET_ERROR], out[256];
	struct tg_in_credentials c;
	unsigned int n;

	(void)state;
	unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", want);
	HMAC(EVP_sha256(), "Jefe", 4, (const unsigned char *)"what do ya want for nothing?", 28, got, &n);
	assert_memory_equal(got, want, 32);
	assert_int_equal(tgd_sign(&in, &s, &c, err), 0);
	shell("openssl dgst -sha256 -hmac Jefe -binary | base64 -w0", text, sizeof(text) - 1, out);
	assert_string_equal(c.raw_data, out);
	assert_string_equal(c.username, "APIKEY");
	assert_string_equal(c.password, "pass phrase");
	s.passphrase[0] = 0;
	assert_int_equal(tgd_sign(&in, &s, &c, err), -EINVAL);
	assert_string_equal(err, "passphrase: missing");
	strcpy(s.passphrase, "p");
	strcpy(s.secret, "not base64");
	assert_int_equal(tgd_sign(&in, &s, &c, err), -EINVAL);
	assert_string_equal(err, "secret: is no base64");
}

static void kraken(void **state)
{
	static const char text[] =
		"35=A\00134=17\00149=SENDER\00156=TARGET\001553=APIKEY\0011732252800124";
	struct tgd_sign_input in = input(TG_DIALECT_KRAKEN);
	struct tgd_secrets s = { .key = "APIKEY", .secret = "SmVmZQ==" };
	char err[TGD_SECRET_ERROR], out[256];
	struct tg_in_credentials c;

	(void)state;
	assert_int_equal(tgd_sign(&in, &s, &c, err), 0);
	shell("openssl dgst -sha256 -binary | openssl dgst -sha512 -hmac Jefe -binary | base64 -w0",
	      text, sizeof(text) - 1, out);
	assert_string_equal(c.password, out);
	assert_string_equal(c.nonce, "1732252800124");
	assert_string_equal(c.raw_data, "");
}

static void deribit(void **state)
{
	struct tgd_sign_input in = input(TG_DIALECT_DERIBIT);
	struct tgd_secrets s = { .key = "client", .secret = "not base64!" };
	char err[TGD_SECRET_ERROR], out[256], text[300];
	struct tg_in_credentials c;

	(void)state;
	assert_int_equal(tgd_sign(&in, &s, &c, err), 0);
	assert_string_equal(c.raw_data, "1732252800124.WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=");
	snprintf(text, sizeof(text), "%s%s", c.raw_data, s.secret);
	shell("openssl dgst -sha256 -binary | base64 -w0", text, strlen(text), out);
	assert_string_equal(c.password, out);
	assert_string_equal(c.username, "client");
}

/* What is signed as 52 is what the engine writes. */
static void sending_time(void **state)
{
	static const __u64 ns[] = { NS, 0, 951782399999999999ull, 4102444800000000000ull,
				    1709164800000999999ull };
	struct tg_in_venue v = { .venue_id = 1, .dialect = TG_DIALECT_SIM, .heartbeat_s = 30,
				 .sender_comp_id = "S", .target_comp_id = "T" };
	char time[22], want[32];
	unsigned char buf[1024];
	unsigned int i, len;

	(void)state;
	for (i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		tgd_sending_time(ns[i], time);
		snprintf(want, sizeof(want), "\00152=%s\001", time);
		len = tg_session_encode_logon(&v, NULL, 5, ns[i], buf, sizeof(buf) - 1);
		assert_int_not_equal(len, 0);
		assert_non_null(memmem(buf, len, want, strlen(want)));
	}
	tgd_sending_time(NS, time);
	assert_string_equal(time, TIME);
}

/* RFC 8448, 3: "server_application_traffic_secret_0" and the keys written down there. */
static void traffic_keys(void **state)
{
	unsigned char secret[32], want[16], got[16];

	(void)state;
	unhex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", secret);
	unhex("9f02283b6c9c07efc26bb9f2ac92e356", want);
	assert_int_equal(tgd_hkdf_expand_label("SHA256", secret, 32, "key", got, 16), 0);
	assert_memory_equal(got, want, 16);
	unhex("cf782b88dd83549aadf1e984", want);
	assert_int_equal(tgd_hkdf_expand_label("SHA256", secret, 32, "iv", got, 12), 0);
	assert_memory_equal(got, want, 12);
}

/* ---- where secrets may lie ---- */

static void refuse(const char *ref, const char *want)
{
	struct tgd_secrets s;
	char err[TGD_SECRET_ERROR] = "";

	assert_true(tgd_secrets_load(ref, NULL, &s, err) < 0);
	if (!strstr(err, want))
		fail_msg("\"%s\" is not in \"%s\"", want, err);
	assert_null(strstr(err, "hunter2"));
}

static void files(void **state)
{
	char err[TGD_SECRET_ERROR], path[300], text[9000];
	struct tgd_secrets s;

	(void)state;
	assert_int_equal(tgd_secrets_load(put("a", "# c\n key = K \nsecret=hunter2\r\n\npassphrase = p = q\n\n", 0600),
					  NULL, &s, err), 0);
	assert_string_equal(s.key, "K");
	assert_string_equal(s.secret, "hunter2");
	assert_string_equal(s.passphrase, "p = q");
	refuse(put("b", "secret=hunter2\n", 0640), "mode 640 lets others at it");
	refuse(put("b", "secret=hunter2\n", 0604), "mode 604");
	refuse(put("b", "hunter2\n", 0600), "line 1: give key");
	refuse(put("b", "secret=hunter2\nsecret=hunter2\n", 0600), "line 2: secret is given twice");
	refuse(put("b", "key=hunter2\n", 0600), "no secret");
	refuse(put("b", "secret=\nkey=hunter2\n", 0600), "line 1: secret is empty");
	refuse(put("b", "-----BEGIN PRIVATE KEY-----\nhunter2\n", 0600), "PEM block without end");
	refuse(put("b", "", 0600), "is empty");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	refuse(put("b", text, 0600), "longer than");
	snprintf(path, sizeof(path), "%s/link", dir);
	put("b", "secret=hunter2\n", 0600);
	snprintf(text, sizeof(text), "%s/b", dir);
	assert_int_equal(symlink(text, path), 0);
	snprintf(text, sizeof(text), "file:%s", path);
	refuse(text, "symbolic link");
	snprintf(text, sizeof(text), "file:%s", dir);
	refuse(text, "is no regular file");
	refuse("file:/nonexistent/hunter", "No such file");
	if (!geteuid()) {
		put("c", "secret=hunter2\n", 0600);
		snprintf(path, sizeof(path), "%s/c", dir);
		assert_int_equal(chown(path, 12345, 0), 0);
		snprintf(text, sizeof(text), "file:%s", path);
		refuse(text, "belongs to uid 12345");
	}
}

static void systemd(void **state)
{
	char err[TGD_SECRET_ERROR];
	struct tgd_secrets s;

	(void)state;
	put("cred", "key=K\nsecret=hunter2\n", 0400);
	unsetenv("CREDENTIALS_DIRECTORY");
	refuse("systemd:cred", "no CREDENTIALS_DIRECTORY");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(tgd_secrets_load("systemd:cred", NULL, &s, err), 0);
	assert_string_equal(s.secret, "hunter2");
	refuse("systemd:other", "No such file");
}

/* ---- Vault ---- */

struct vault {
	int fd, port, renewals, requests;
	pthread_t thread;
};

static void *vault_serve(void *arg)
{
	static const char object[] =
		"{\"data\":{\"data\":{\"key\":\"K\",\"secret\":\"hunter2\",\"lines\":\"key=L\\nsecret=hunter2\\n\"},\"metadata\":{}}}";
	struct vault *v = arg;
	char req[4096], out[1024];
	const char *body, *status;
	ssize_t n;
	int c;

	while ((c = accept(v->fd, NULL, NULL)) >= 0) {
		size_t len = 0;

		while (len < sizeof(req) - 1 && (n = read(c, req + len, sizeof(req) - 1 - len)) > 0) {
			len += (size_t)n;
			req[len] = 0;
			if (strstr(req, "\r\n\r\n"))
				break;
		}
		v->requests++;
		status = "200 OK";
		body = "{}";
		if (!strstr(req, "X-Vault-Token: s.tok3n\r\n")) {
			status = "403 Forbidden";
		} else if (!strncmp(req, "GET /v1/kv/data/venues/x HTTP", 29)) {
			body = object;
		} else if (!strncmp(req, "GET /v1/kv/data/bad HTTP", 24)) {
			body = "<html>";
		} else if (!strncmp(req, "POST /v1/auth/token/renew-self HTTP", 35)) {
			v->renewals++;
			body = "{\"auth\":{\"renewable\":true,\"lease_duration\":2}}";
		} else {
			status = "404 Not Found";
		}
		n = snprintf(out, sizeof(out),
			     "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status,
			     strlen(body), body);
		if (write(c, out, (size_t)n) < 0)
			perror("vault");
		close(c);
	}
	return NULL;
}

static void vault_begin(struct vault *v, struct tgd_vault *cfg)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	memset(v, 0, sizeof(*v));
	v->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(v->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(v->fd, 8), 0);
	getsockname(v->fd, (struct sockaddr *)&a, &len);
	assert_int_equal(pthread_create(&v->thread, NULL, vault_serve, v), 0);
	memset(cfg, 0, sizeof(*cfg));
	snprintf(cfg->address, sizeof(cfg->address), "http://127.0.0.1:%u", ntohs(a.sin_port));
	snprintf(cfg->token, sizeof(cfg->token), "%s", put("token", "s.tok3n\n", 0600));
	cfg->timeout_ms = 2000;
}

static void vault_end(struct vault *v)
{
	shutdown(v->fd, SHUT_RDWR);
	pthread_join(v->thread, NULL);
	close(v->fd);
}

static void vault_kv(void **state)
{
	char err[TGD_SECRET_ERROR];
	struct tgd_vault cfg;
	struct tgd_secrets s;
	struct vault v;

	(void)state;
	vault_begin(&v, &cfg);
	assert_int_equal(tgd_secrets_load("vault:kv/venues/x", &cfg, &s, err), 0);
	assert_string_equal(s.key, "K");
	assert_string_equal(s.secret, "hunter2");
	assert_int_equal(tgd_secrets_load("vault:kv/venues/x#lines", &cfg, &s, err), 0);
	assert_string_equal(s.key, "L");
	assert_int_equal(tgd_secrets_load("vault:kv/venues/x#none", &cfg, &s, err), -ENOENT);
	assert_non_null(strstr(err, "no such field"));
	assert_int_equal(tgd_secrets_load("vault:kv/other", &cfg, &s, err), -ENOENT);
	assert_non_null(strstr(err, "HTTP status 404, no such secret"));
	assert_int_equal(tgd_secrets_load("vault:kv/bad", &cfg, &s, err), -EPROTO);
	assert_int_equal(tgd_vault_renew(&cfg, err), 1);
	put("token", "s.other\n", 0600);
	assert_int_equal(tgd_secrets_load("vault:kv/venues/x", &cfg, &s, err), -EACCES);
	assert_non_null(strstr(err, "HTTP status 403"));
	put("token", "s.tok3n\nX: y\n", 0600);
	assert_true(tgd_secrets_load("vault:kv/venues/x", &cfg, &s, err) < 0);
	assert_non_null(strstr(err, "more than one line"));
	vault_end(&v);
	put("token", "s.tok3n\n", 0600);
	assert_true(tgd_secrets_load("vault:kv/venues/x", &cfg, &s, err) < 0);
}

/* ---- the thread ---- */

static struct tgd_answer *ask_one(struct tgd_ask *k, const struct tgd_venue *v, __u64 seq)
{
	struct pollfd p = { .fd = tgd_ask_fd(k), .events = POLLIN };
	struct tgd_answer *a = NULL;

	assert_int_equal(tgd_ask(k, v, seq, NS), 0);
	while (!a) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		a = tgd_ask_take(k);
	}
	return a;
}

static void asking(void **state)
{
	struct tgd_venue kraken_ = { .id = 4, .dialect = TG_DIALECT_KRAKEN, .sender = "S", .target = "T" };
	struct tgd_venue coinbase_ = { .id = 5, .dialect = TG_DIALECT_COINBASE, .sender = "K",
				       .target = "Coinbase", .heartbeat_s = 10, .reset_on_logon = 1, .tls = 1 };
	struct tgd_answer *a, *b;
	struct tgd_vault cfg;
	struct tgd_ask *k;
	struct vault v;
	unsigned int i;

	(void)state;
	vault_begin(&v, &cfg);
	assert_int_equal(tgd_ask_begin(&k, &cfg), 0);
	strcpy(kraken_.credentials, put("kraken", "key=K\nsecret=SmVmZQ==\n", 0600));
	a = ask_one(k, &kraken_, 3);
	assert_non_null(a);
	assert_int_equal(a->cred.flags, 0);
	assert_int_equal(a->cred.venue_id, 4);
	assert_int_equal(a->cred.msg_seq, 3);
	assert_int_equal(strlen(a->cred.password), 88);
	assert_int_equal(a->logon_len, 0);
	/* rotated: the next logon has the new key; the nonce rises within one millisecond too */
	put("kraken", "key=L\nsecret=SmVmZQ==\n", 0600);
	b = ask_one(k, &kraken_, 4);
	assert_string_equal(b->cred.username, "L");
	assert_true(strtoull(b->cred.nonce, NULL, 10) > strtoull(a->cred.nonce, NULL, 10));
	tgd_secret_free(a);
	tgd_secret_free(b);

	/* the Logon that holds a secret: encoded here, and the record has none of it */
	strcpy(coinbase_.credentials, put("coinbase", "key=K\nsecret=SmVmZQ==\npassphrase=hunter2\n", 0600));
	a = ask_one(k, &coinbase_, 1);
	assert_int_equal(a->cred.flags, TG_CREDENTIALS_SENT);
	assert_non_null(memmem(a->logon, a->logon_len, "\001554=hunter2\001", 13));
	assert_non_null(memmem(a->logon, a->logon_len, "\00134=1\00152=" TIME "\001", 30));
	assert_null(memmem(&a->cred, sizeof(a->cred), "hunter2", 7));
	tgd_secret_free(a);

	put("coinbase", "key=K\nsecret=SmVmZQ==\npassphrase=hunter2\n", 0644);
	a = ask_one(k, &coinbase_, 1);
	assert_int_equal(a->cred.flags, TG_CREDENTIALS_FAILED);
	assert_int_equal(a->logon_len, 0);
	assert_non_null(strstr(a->error, "mode 644"));
	assert_null(strstr(a->error, "hunter2"));
	tgd_secret_free(a);
	/* the token lives two seconds and is renewed each */
	for (i = 0; i < 40 && v.renewals < 2; i++)
		poll(NULL, 0, 100);
	assert_true(v.renewals >= 2);
	tgd_ask_end(k);
	vault_end(&v);
}

/* ---- connects ---- */

static void connect_limit(void **state)
{
	static struct tgd_plan p;
	unsigned int i;

	(void)state;
	assert_int_equal(tgd_plan_allowed_ns(&p, 3, 1000, 50), 50);
	for (i = 0; i < 3; i++)
		tgd_plan_connected(&p, 100 + i * 10);
	assert_int_equal(tgd_plan_allowed_ns(&p, 4, 1000, 200), 200);
	assert_int_equal(tgd_plan_allowed_ns(&p, 3, 1000, 200), 1100);
	assert_int_equal(tgd_plan_allowed_ns(&p, 0, 1000, 200), 200);
	tgd_plan_connected(&p, 1100);
	assert_int_equal(tgd_plan_allowed_ns(&p, 3, 1000, 1101), 1110);
	/* through a ring that has wrapped: never more than the limit in any window */
	for (i = 0; i < 2000; i++) {
		__u64 t = tgd_plan_allowed_ns(&p, 3, 1000, 0);

		tgd_plan_connected(&p, t);
		assert_int_equal(t, i < 2 ? 1110 + i * 10 : t);
		assert_true(p.connect_ns[(p.head + 508) % 512] + 1000 <= t);
	}
}

static void sources(void **state)
{
	struct tgd_plan p = { 0 };
	struct tgd_address a[4] = { { .family = AF_INET }, { .family = AF_INET },
				    { .family = AF_INET6 }, { .family = AF_INET } };

	(void)state;
	assert_int_equal(tgd_plan_source(&p, a, 0, AF_INET, 0), -1);
	assert_int_equal(tgd_plan_source(&p, a, 2, AF_INET6, 0), -1);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 1), 0);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 1), 1);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 1), 3);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 1), 0);
	tgd_plan_rest(&p, 1, 100);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 50), 3);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 50), 0);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 100), 1);
	/* all at rest: the one whose rest ends first, for the backoff already paces us */
	tgd_plan_rest(&p, 0, 300);
	tgd_plan_rest(&p, 1, 200);
	tgd_plan_rest(&p, 3, 400);
	assert_int_equal(tgd_plan_source(&p, a, 4, AF_INET, 150), 1);
	tgd_plan_rest(&p, -1, 1);
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	char line[300];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", dir);
	return system(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binance),	cmocka_unit_test(coinbase),
		cmocka_unit_test(kraken),	cmocka_unit_test(deribit),
		cmocka_unit_test(sending_time), cmocka_unit_test(traffic_keys),
		cmocka_unit_test(files),	cmocka_unit_test(systemd),
		cmocka_unit_test(vault_kv),	cmocka_unit_test(asking),
		cmocka_unit_test(connect_limit), cmocka_unit_test(sources),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
