// SPDX-License-Identifier: MIT
/* Loading: lines (config_index.c), iniparser for values, conversion by the table, cross checks. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* memfd_create */
#endif
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>
#include "config.h"
#include "decimal.h"

static int quiet(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

int tgd_address_parse(const char *text, struct tgd_address *out)
{
	struct in_addr in4;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in4) == 1) {
		out->family = AF_INET;
		out->in6.s6_addr[10] = out->in6.s6_addr[11] = 0xff;
		memcpy(&out->in6.s6_addr[12], &in4, sizeof(in4));
		return 0;
	}
	if (inet_pton(AF_INET6, text, &out->in6) == 1) {
		out->family = AF_INET6;
		return 0;
	}
	return -EINVAL;
}

const char *tgd_address_format(const struct tgd_address *a, char buf[INET6_ADDRSTRLEN])
{
	const void *bytes =
		a->family == AF_INET ? (const void *)&a->in6.s6_addr[12] : (const void *)&a->in6;

	if (!a->family || !inet_ntop(a->family, bytes, buf, INET6_ADDRSTRLEN))
		strcpy(buf, "-");
	return buf;
}

/* ---- values ---- */

struct place {
	struct tgd_errors *e;
	const char *section;
	int line;
	const struct tgd_key *key;
	const char *value;
};

__attribute__((format(printf, 2, 3)))
static void wrong(const struct place *p, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	/* A secret written in place of its place must not get into a log. */
	if (!strcmp(p->key->name, "credentials") || !strcmp(p->key->name, "token"))
		tgd_error(p->e, p->line, "[%s] %s: not shown here, %s", p->section, p->key->name,
			  what);
	else
		tgd_error(p->e, p->line, "[%s] %s: \"%.100s\" %s", p->section, p->key->name,
			  p->value, what);
}

static void take_uint(const struct place *p, long long *out, bool unlimited)
{
	const struct tgd_key *k = p->key;
	__u64 v;
	int err;

	if (unlimited && !strcmp(p->value, "unlimited")) {
		*out = 0xffffffffLL;
		return;
	}
	err = tg_uint_parse(p->value, (__u64)k->max, &v);
	if (!err && v >= (__u64)k->min)
		*out = (long long)v;
	else
		wrong(p, "is not allowed; give a whole number from %lld to %lld%s", k->min, k->max,
		      unlimited ? ", or unlimited" : "");
}

static void take_e8(const struct place *p, long long *out, bool unlimited)
{
	char min[TG_DECIMAL_LEN], max[TG_DECIMAL_LEN];
	const struct tgd_key *k = p->key;
	__s64 v;

	if (unlimited && !strcmp(p->value, "unlimited")) {
		*out = TG_PX_MAX;
		return;
	}
	if (!tg_decimal_parse(p->value, &v) && v >= k->min && v <= k->max)
		*out = v;
	else
		wrong(p, "is not allowed; give a decimal from %s to %s with at most %d decimals%s",
		      tg_decimal_format(k->min, min), tg_decimal_format(k->max, max),
		      TG_SCALE_DIGITS, unlimited ? ", or unlimited" : "");
}

static void take_bool(const struct place *p, long long *out)
{
	if (!strcmp(p->value, "yes"))
		*out = 1;
	else if (!strcmp(p->value, "no"))
		*out = 0;
	else
		wrong(p, "is not allowed; give yes or no");
}

static void take_enum(const struct place *p, long long *out)
{
	size_t n = strlen(p->value), w;
	const char *word = p->key->words;
	long long i;

	for (i = p->key->min; *word; word += w + (word[w] == ' '), i++) {
		w = strcspn(word, " ");
		if (w == n && !memcmp(word, p->value, n)) {
			*out = i;
			return;
		}
	}
	wrong(p, "is not allowed; give one of: %s", p->key->words);
}

static void take_text(const struct place *p, char *out)
{
	size_t n = strlen(p->value), i;

	if (!n)
		tgd_error(p->e, p->line, "[%s] %s: empty; give %s", p->section, p->key->name,
			  p->key->help);
	else if (n >= (size_t)p->key->max)
		wrong(p, "is too long; at most %lld bytes", p->key->max - 1);
	else
		memcpy(out, p->value, n + 1);
	for (i = 0; i < n; i++) {
		if ((unsigned char)p->value[i] < 0x20 || (unsigned char)p->value[i] >= 0x7f) {
			wrong(p, "has a character that is not printable ASCII");
			return;
		}
	}
}

static void take_user(const struct place *p, long long *out)
{
	struct passwd *pw;
	__u64 v;

	if (!tg_uint_parse(p->value, (__u64)p->key->max, &v)) {
		*out = (long long)v;
		return;
	}
	pw = *p->value && !isdigit((unsigned char)*p->value) ? getpwnam(p->value) : NULL;
	if (pw)
		*out = pw->pw_uid;
	else
		wrong(p, "is no user of this machine; give a user name or a uid");
}

static void take_addresses(const struct place *p, struct tgd_address *out)
{
	long long *n = (long long *)(out + TGD_SOURCES);
	char list[1024], *save = NULL, *word;

	snprintf(list, sizeof(list), "%s", p->value);
	*n = 0;
	for (word = strtok_r(list, ", \t", &save); word; word = strtok_r(NULL, ", \t", &save)) {
		if (*n == TGD_SOURCES) {
			wrong(p, "has too many addresses; at most %d", TGD_SOURCES);
			return;
		}
		if (tgd_address_parse(word, &out[*n])) {
			wrong(p,
			      "is not allowed; give IPv4 or IPv6 addresses separated by commas (no names)");
			return;
		}
		++*n;
	}
}

static void take(const struct place *p, char *base)
{
	void *out = base + p->key->offset;

	switch (p->key->type) {
	case TGD_UINT:
		take_uint(p, out, false);
		break;
	case TGD_LIMIT:
		take_uint(p, out, true);
		break;
	case TGD_BOOL:
		take_bool(p, out);
		break;
	case TGD_ENUM:
		take_enum(p, out);
		break;
	case TGD_E8:
		take_e8(p, out, false);
		break;
	case TGD_E8_LIMIT:
		take_e8(p, out, true);
		break;
	case TGD_TEXT:
		take_text(p, out);
		break;
	case TGD_USER:
		take_user(p, out);
		break;
	case TGD_ADDRESS:
		if (tgd_address_parse(p->value, out))
			wrong(p, "is not allowed; give an IPv4 or IPv6 address (no name)");
		break;
	case TGD_ADDRESSES:
		take_addresses(p, out);
		break;
	case TGD_VLAN:
		if (!strcmp(p->value, "any"))
			*(long long *)out = -1;
		else
			take_uint(p, out, false);
		break;
	}
}

/* ---- sections ---- */

static const struct tgd_key *find_key(enum tgd_kind kind, const char *name)
{
	const struct tgd_key *k;

	for (k = tgd_keys; k->name; k++)
		if (k->kind == kind && !strcmp(k->name, name))
			return k;
	return NULL;
}

static void unknown_key(struct tgd_errors *e, int line, const char *section, enum tgd_kind kind,
			const char *name)
{
	const struct tgd_key *k;
	char known[1024];
	size_t n = 0;

	known[0] = 0;
	for (k = tgd_keys; k->name; k++)
		if (k->kind == kind && n < sizeof(known))
			n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", n ? " " : "",
					      k->name);
	tgd_error(e, line, "[%s] %s: unknown key; known are: %s", section, name, known);
}

static const char *value_of(const dictionary *d, const char *section, const char *key)
{
	char name[300];

	snprintf(name, sizeof(name), "%s:%s", section, key);
	return iniparser_getstring(d, name, NULL);
}

static void fill(const struct tgd_index *ix, int section, enum tgd_kind kind, const dictionary *d,
		 char *base, struct tgd_errors *e)
{
	const struct tgd_entry *sec = &ix->entry[section];
	struct place p = { .e = e, .section = sec->name };
	int *key_line = ((struct tgd_section *)base)->key_line;
	const struct tgd_key *k;
	unsigned int i, nth = 0;

	for (i = (unsigned int)section + 1; i < ix->n && ix->entry[i].section == section; i++) {
		const struct tgd_entry *en = &ix->entry[i];

		if (!en->ignored && !find_key(kind, en->name))
			unknown_key(e, en->line, sec->name, kind, en->name);
	}
	for (k = tgd_keys; k->name; k++) {
		bool written = false;

		if (k->kind != kind)
			continue;
		p.key = k;
		p.line = sec->line;
		p.value = value_of(d, sec->name, k->name);
		for (i = (unsigned int)section + 1; i < ix->n && ix->entry[i].section == section;
		     i++) {
			if (strcmp(ix->entry[i].name, k->name))
				continue;
			written = true;
			if (!ix->entry[i].ignored)
				p.line = ix->entry[i].line;
		}
		key_line[nth++] = p.line;
		if (!p.value)
			p.value = written ? NULL : k->def;
		if (!p.value && !written)
			tgd_error(e, sec->line, "[%s] %s: missing; give %s", sec->name, k->name,
				  k->help);
		if (p.value && (*p.value || !k->def || *k->def))
			take(&p, base);
	}
}

int tgd_key_line(enum tgd_kind kind, const struct tgd_section *s, const char *key)
{
	const struct tgd_key *k;
	unsigned int nth = 0;

	for (k = tgd_keys; k->name; k++) {
		if (k->kind != kind)
			continue;
		if (!strcmp(k->name, key))
			return s->key_line[nth];
		nth++;
	}
	return s->line;
}

static void *grow(void **array, unsigned int *n, size_t size)
{
	char *p = *array;

	if (!(*n & (*n - 1))) {
		p = realloc(p, (*n ? *n * 2 : 1) * size);
		if (!p)
			return NULL;
		*array = p;
	}
	memset(p + *n * size, 0, size);
	return p + (*n)++ * size;
}

static void *new_section(struct tgd_config *c, enum tgd_kind kind)
{
	size_t size = tgd_kinds[kind].size;

	switch (kind) {
	case TGD_ENGINE:
		return &c->engine;
	case TGD_JOURNAL:
		return &c->journal;
	case TGD_XDP:
		return &c->xdp;
	case TGD_VAULT:
		return &c->vault;
	case TGD_VENUE:
		return grow((void **)&c->venue, &c->venues, size);
	case TGD_PRODUCT:
		return grow((void **)&c->product, &c->products, size);
	case TGD_STRATEGY:
		return grow((void **)&c->strategy, &c->strategies, size);
	case TGD_INSTRUMENT:
		return grow((void **)&c->instrument, &c->instruments, size);
	case TGD_ACCOUNT:
		return grow((void **)&c->account, &c->accounts, size);
	case TGD_PERMIT:
		return grow((void **)&c->permit, &c->permits, size);
	case TGD_LIMITS:
		return grow((void **)&c->limits, &c->n_limits, size);
	case TGD_RATE:
		return grow((void **)&c->rate, &c->rates, size);
	case TGD_TRIGGER:
		return grow((void **)&c->trigger, &c->triggers, size);
	case TGD_WATCH:
		return grow((void **)&c->watch, &c->watches, size);
	case TGD_FEED:
		return grow((void **)&c->feed, &c->feeds, size);
	default:
		return NULL;
	}
}

/* "limits account main" to scope and name; -1 and an error where the words are wrong. */
static int limits_scope(const struct tgd_entry *en, const char *rest, struct tgd_limits *l,
			struct tgd_errors *e)
{
	static const struct {
		const char *word;
		enum tg_scope scope;
	} scopes[] = {
		{ "firm", TG_SCOPE_FIRM },
		{ "venue", TG_SCOPE_VENUE },
		{ "account", TG_SCOPE_ACCOUNT },
		{ "client", TG_SCOPE_CLIENT },
		{ "instrument", TG_SCOPE_INSTRUMENT },
		{ "strategy", TG_SCOPE_STRATEGY },
	};
	size_t w = strcspn(rest, " "), i;

	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (strlen(scopes[i].word) == w && !strncasecmp(rest, scopes[i].word, w))
			break;
	if (i == sizeof(scopes) / sizeof(scopes[0]) ||
	    (rest[w] == ' ') != (scopes[i].scope != TG_SCOPE_FIRM)) {
		tgd_error(
			e, en->line,
			"[%s]: write [limits firm], [limits account NAME], [limits instrument NAME], [limits venue NAME], "
			"[limits strategy NAME] or [limits client N]",
			en->name);
		return -1;
	}
	l->scope = scopes[i].scope;
	snprintf(l->s.name, sizeof(l->s.name), "%.*s", (int)sizeof(l->s.name) - 1,
		 rest[w] ? rest + w + 1 : "");
	if (rest[w] && (strlen(rest + w + 1) >= sizeof(l->s.name) || strchr(rest + w + 1, ' '))) {
		tgd_error(e, en->line, "[%s]: a name is one word of at most %u bytes", en->name,
			  TG_NAME_LEN - 1);
		return -1;
	}
	return 0;
}

static int take_section(struct tgd_config *c, const struct tgd_index *ix, int section,
			const dictionary *d, struct tgd_errors *e, bool seen[TGD_KINDS])
{
	const struct tgd_entry *en = &ix->entry[section];
	size_t w = strcspn(en->name, " ");
	const char *rest = en->name[w] ? en->name + w + 1 : "";
	struct tgd_section *s;
	int kind;

	for (kind = 0; kind < TGD_KINDS; kind++)
		if (strlen(tgd_kinds[kind].word) == w &&
		    !strncasecmp(tgd_kinds[kind].word, en->name, w))
			break;
	if (kind == TGD_KINDS) {
		tgd_error(
			e, en->line,
			"[%s]: unknown section; known are: engine journal venue product strategy instrument account permit limits rate trigger watch feed xdp vault",
			en->name);
		return 0;
	}
	if (!tgd_kinds[kind].argument != !*rest) {
		tgd_error(e, en->line, "[%s]: write [%s%s%s]", en->name, tgd_kinds[kind].word,
			  tgd_kinds[kind].argument ? " " : "",
			  tgd_kinds[kind].argument ? tgd_kinds[kind].argument : "");
		return 0;
	}
	seen[kind] = true;
	s = new_section(c, (enum tgd_kind)kind);
	if (!s)
		return -ENOMEM;
	s->line = en->line;
	if (kind == TGD_LIMITS) {
		if (limits_scope(en, rest, (struct tgd_limits *)s, e)) {
			c->n_limits--;
			return 0;
		}
	} else if (strlen(rest) >= sizeof(s->name) || strchr(rest, ' ')) {
		tgd_error(e, en->line, "[%s]: a name is one word of at most %u bytes", en->name,
			  TG_NAME_LEN - 1);
		snprintf(s->name, sizeof(s->name), "%.*s", (int)sizeof(s->name) - 1, rest);
	} else {
		strcpy(s->name, rest);
	}
	fill(ix, section, (enum tgd_kind)kind, d, (char *)s, e);
	return 0;
}

/* iniparser 4.1 reads files only: give it one that exists in memory alone. */
static dictionary *parse_clean(const struct tgd_index *ix)
{
	dictionary *d = NULL;
	char path[40];
	int fd;

	fd = memfd_create("tickgated.conf", MFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (write(fd, ix->clean, ix->clean_len) == (ssize_t)ix->clean_len) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		iniparser_set_error_callback(quiet);
		d = iniparser_load(path);
		iniparser_set_error_callback(NULL);
	}
	close(fd);
	return d;
}

int tgd_config_load_buffer(const char *name, const char *text, size_t len, struct tgd_config *out,
			   FILE *err)
{
	struct tgd_errors e = { .file = name, .err = err };
	bool seen[TGD_KINDS] = { false };
	struct tgd_index ix = { 0 };
	dictionary *d = NULL;
	unsigned int i;
	int ret, kind;

	memset(out, 0, sizeof(*out));
	if (len > TGD_MAX_BYTES) {
		tgd_error(&e, 0, "file larger than %u bytes", TGD_MAX_BYTES);
		return e.count;
	}
	ret = tgd_index_build(&ix, text, len, &e);
	if (ret)
		goto out;
	d = parse_clean(&ix);
	if (!d) {
		ret = -EIO;
		tgd_error(&e, 0, "iniparser cannot read this file (is /proc mounted?)");
		goto out;
	}
	for (i = 0; i < ix.n && !ret; i++)
		if (ix.entry[i].is_section && !ix.entry[i].ignored)
			ret = take_section(out, &ix, (int)i, d, &e, seen);
	for (kind = 0; kind < TGD_KINDS && !ret; kind++)
		if (tgd_kinds[kind].required && !seen[kind])
			tgd_error(&e, 0, "[%s]: section missing; %s", tgd_kinds[kind].word,
				  tgd_kinds[kind].help);
	if (!ret)
		ret = tgd_config_check(out, &e);
	if (!ret)
		ret = e.count;
out:
	if (ret == -ENOMEM)
		tgd_error(&e, 0, "out of memory");
	if (d)
		iniparser_freedict(d);
	tgd_index_free(&ix);
	if (ret)
		tgd_config_free(out);
	return ret;
}

int tgd_config_load(const char *path, struct tgd_config *out, FILE *err)
{
	char *text = NULL;
	size_t len = 0, cap = TGD_MAX_BYTES + 1;
	ssize_t n = -1;
	int fd, ret;

	memset(out, 0, sizeof(*out));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		text = malloc(cap);
	while (text && len < cap && (n = read(fd, text + len, cap - len)) > 0)
		len += (size_t)n;
	if (fd < 0 || !text || n < 0) {
		ret = -errno;
		fprintf(err, "%s: %s\n", path, strerror(errno));
	} else {
		ret = tgd_config_load_buffer(path, text, len, out, err);
	}
	free(text);
	if (fd >= 0)
		close(fd);
	return ret;
}

void tgd_config_free(struct tgd_config *c)
{
	free(c->venue);
	free(c->product);
	free(c->strategy);
	free(c->instrument);
	free(c->account);
	free(c->permit);
	free(c->limits);
	free(c->rate);
	free(c->trigger);
	free(c->watch);
	free(c->feed);
	memset(c, 0, sizeof(*c));
}
