// SPDX-License-Identifier: MIT
/*
 * Vault's HTTP interface: KV version 2 (GET /v1/MOUNT/data/PATH) and the token's renewal
 * (POST /v1/auth/token/renew-self). Blocks; the credentials thread calls it. What libcurl itself
 * buffers is ordinary memory, though never in a core dump.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include "secrets.h"

struct answer {
	char *text;			/* secure heap, TGD_SECRET_TEXT */
	size_t len;
};

static size_t collect(char *bytes, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	n *= size;
	if (n >= TGD_SECRET_TEXT - a->len)
		return 0;	/* ends the transfer with an error */
	memcpy(a->text + a->len, bytes, n);
	a->len += n;
	a->text[a->len] = 0;
	return n;
}

static void free_headers(struct curl_slist *h)
{
	struct curl_slist *p;

	for (p = h; p; p = p->next)
		OPENSSL_cleanse(p->data, strlen(p->data));
	curl_slist_free_all(h);
}

static struct curl_slist *token_header(const struct tgd_vault *v, char err[TGD_SECRET_ERROR])
{
	static const char name[] = "X-Vault-Token: ";
	struct curl_slist *h = NULL;
	char *text = tgd_secret_alloc(1024);

	if (!text) {
		snprintf(err, TGD_SECRET_ERROR, "secure memory is full");
		return NULL;
	}
	memcpy(text, name, sizeof(name));
	if (tgd_secret_read(v->token, text + sizeof(name) - 1, 1024 - sizeof(name), err) > 0) {
		/* more than one line would be headers of its own */
		if (strpbrk(text, "\r\n"))
			snprintf(err, TGD_SECRET_ERROR, "[vault] token: more than one line");
		else
			h = curl_slist_append(NULL, text);
	}
	tgd_secret_free(text);
	return h;
}

/* One request; *out is to be freed by json_decref(). */
static int request(const struct tgd_vault *v, const char *url, bool post, json_t **out,
		   char err[TGD_SECRET_ERROR])
{
	struct answer a = { .text = tgd_secret_alloc(TGD_SECRET_TEXT) };
	struct curl_slist *headers = token_header(v, err);
	char why[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	json_error_t je;
	long status = 0;
	int ret = -EIO;
	CURLcode rc;

	*out = NULL;
	if (!a.text || !headers || !curl)
		goto out;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)v->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &a);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	if (v->ca[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, v->ca);
	if (post)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc != CURLE_OK) {
		snprintf(err, TGD_SECRET_ERROR, "vault: %.120s: %.100s", url,
			 *why ? why : curl_easy_strerror(rc));
	} else if (status != 200) {
		snprintf(err, TGD_SECRET_ERROR, "vault: %.150s: HTTP status %ld%s", url, status,
			 status == 403	 ? ", the token may not read this or has ended"
			 : status == 404 ? ", no such secret"
					 : "");
		ret = status == 404 ? -ENOENT : -EACCES;
	} else {
		*out = json_loads(a.text, 0, &je);
		ret = *out ? 0 : -EPROTO;
		if (ret)
			snprintf(err, TGD_SECRET_ERROR, "vault: %.150s: the answer is no JSON", url);
	}
out:
	free_headers(headers);
	curl_easy_cleanup(curl);
	tgd_secret_free(a.text);
	return ret;
}

static int take(const json_t *data, const char *name, char *field, size_t cap)
{
	const char *text = json_string_value(json_object_get(data, name));

	if (!text)
		return 0;
	if (strlen(text) >= cap)
		return -EFBIG;
	strcpy(field, text);
	return 0;
}

int tgd_vault_read(const struct tgd_vault *v, const char *path, struct tgd_secrets *out,
		   char err[TGD_SECRET_ERROR])
{
	const char *slash = strchr(path, '/'), *field = strchr(path, '#');
	char url[700], why[TGD_SECRET_ERROR];
	const json_t *data;
	json_t *root;
	int ret;

	if (!slash) {
		snprintf(err, TGD_SECRET_ERROR, "vault: no MOUNT/PATH");
		return -EINVAL;
	}
	snprintf(url, sizeof(url), "%s/v1/%.*s/data/%.*s", v->address, (int)(slash - path), path,
		 (int)(field ? field - slash - 1 : (long)strlen(slash + 1)), slash + 1);
	/* What jansson makes of the answer is as secret as the answer. */
	json_set_alloc_funcs(tgd_secret_alloc, tgd_secret_free);
	ret = request(v, url, false, &root, err);
	if (ret)
		return ret;
	data = json_object_get(json_object_get(root, "data"), "data");
	if (field) {
		const char *text = json_string_value(json_object_get(data, field + 1));

		ret = text ? tgd_secrets_parse(text, out, why) : -ENOENT;
		if (ret)
			snprintf(err, TGD_SECRET_ERROR, "vault:%.100s: %.120s", path,
				 text ? why : "no such field");
	} else if (take(data, "key", out->key, sizeof(out->key)) ||
		   take(data, "secret", out->secret, sizeof(out->secret)) ||
		   take(data, "passphrase", out->passphrase, sizeof(out->passphrase)) ||
		   !out->secret[0]) {
		snprintf(err, TGD_SECRET_ERROR,
			 "vault:%.100s: needs the fields secret, and key and passphrase where the venue has them",
			 path);
		ret = -EINVAL;
	}
	json_decref(root);
	return ret;
}

long tgd_vault_renew(const struct tgd_vault *v, char err[TGD_SECRET_ERROR])
{
	const json_t *auth;
	long long lease;
	bool renewable;
	char url[400];
	json_t *root;
	int ret;

	snprintf(url, sizeof(url), "%s/v1/auth/token/renew-self", v->address);
	json_set_alloc_funcs(tgd_secret_alloc, tgd_secret_free);
	ret = request(v, url, true, &root, err);
	if (ret)
		return ret;
	auth = json_object_get(root, "auth");
	lease = json_integer_value(json_object_get(auth, "lease_duration"));
	renewable = json_is_true(json_object_get(auth, "renewable"));
	json_decref(root);
	if (!renewable || lease <= 0)
		return 0;
	return lease > 2 ? (long)(lease > 2000000 ? 1000000 : lease / 2) : 1;
}
