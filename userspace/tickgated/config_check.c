// SPDX-License-Identifier: MIT
/* What no single key can tell: references, duplicate ids, capacities, what belongs together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "config.h"
#include "decimal.h"
#include "engine.h"
#include "exec/exec.h"
#include "schedule.h"

#define FIND(c, array, n, what) find((c)->array, (c)->n, sizeof(*(c)->array), what)

/* Every element begins with struct tgd_section. */
static void *find(void *array, unsigned int n, size_t size, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct tgd_section *s = (struct tgd_section *)((char *)array + i * size);

		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

static void check_ids(struct tgd_errors *e, enum tgd_kind k, const void *array, unsigned int n,
		      size_t size, size_t at, long long max, const char *max_key)
{
	const char *kind = tgd_kinds[k].word;
	unsigned int i, j;
	int line;

	for (i = 0; i < n; i++) {
		const char *p = (const char *)array + i * size;
		const struct tgd_section *s = (const struct tgd_section *)p;
		long long id = *(const long long *)(p + at);

		if (!id)
			continue;	/* missing or wrong: already told */
		line = tgd_key_line(k, s, "id");
		if (max && id > max)
			tgd_error(
				e, line,
				"[%s %s] id: %lld is above [engine] %s = %lld; use a smaller id or raise it",
				kind, s->name, id, max_key, max);
		for (j = 0; j < i; j++) {
			const char *q = (const char *)array + j * size;

			if (*(const long long *)(q + at) == id)
				tgd_error(
					e, line,
					"[%s %s] id: %lld is already the id of [%s %s] in line %d; ids are unique",
					kind, s->name, id, kind,
					((const struct tgd_section *)q)->name,
					((const struct tgd_section *)q)->line);
		}
	}
}

static void check_engine(struct tgd_config *c, struct tgd_errors *e)
{
	const struct {
		const char *name;
		long long v;
	} pow2[] = {
		{ "public_slots", c->engine.public_slots },
		{ "packet_slots", c->engine.packet_slots },
		{ "journal_mib", c->engine.journal_mib },
		{ "exec_ids", c->engine.exec_ids },
	};
	size_t i;

	for (i = 0; i < sizeof(pow2) / sizeof(pow2[0]); i++)
		if (pow2[i].v & (pow2[i].v - 1))
			tgd_error(e, tgd_key_line(TGD_ENGINE, &c->engine.s, pow2[i].name),
				  "[engine] %s: %lld is not a power of two; use %lld or %lld",
				  pow2[i].name, pow2[i].v,
				  1LL << (63 - __builtin_clzll((unsigned long long)pow2[i].v)),
				  2LL << (63 - __builtin_clzll((unsigned long long)pow2[i].v)));
	if (c->journal.path[0] && c->journal.path[0] != '/')
		tgd_error(e, tgd_key_line(TGD_JOURNAL, &c->journal.s, "path"),
			  "[journal] path: \"%s\" is relative; give an absolute directory",
			  c->journal.path);
}

/* vault: whether this kind is allowed here. */
static bool secret_ref_ok(const char *ref, bool vault)
{
	const char *slash;

	if (!strncmp(ref, "file:", 5))
		return ref[5] == '/';
	if (!strncmp(ref, "systemd:", 8))
		return ref[8] && ref[8] != '.' && !strchr(ref + 8, '/');
	if (vault && !strncmp(ref, "vault:", 6)) {
		slash = strchr(ref + 6, '/');
		return slash && slash > ref + 6 && slash[1] && slash[1] != '#' &&
		       !strpbrk(ref + 6, "?% ") && !strstr(ref + 6, "..");
	}
	return false;
}

static void check_credentials(struct tgd_config *c, struct tgd_venue *v, struct tgd_errors *e)
{
	int line = tgd_key_line(TGD_VENUE, &v->s, "credentials");

	if (!v->credentials[0])
		return;
	/* What is written here may be the secret itself, by mistake: it must not be shown. */
	if (!secret_ref_ok(v->credentials, true))
		tgd_error(e, line,
			  "[venue %s] credentials: not shown here, and not allowed; give systemd:NAME, file:/PATH, vault:MOUNT/PATH or vault:MOUNT/PATH#FIELD",
			  v->s.name);
	else if (!strncmp(v->credentials, "vault:", 6) && !c->vault.s.line)
		tgd_error(e, line,
			  "[venue %s] credentials: vault: needs a [vault] section; add one",
			  v->s.name);
}

static void check_vault(struct tgd_config *c, struct tgd_errors *e)
{
	const struct tgd_vault *v = &c->vault;
	int line;

	if (!v->s.line)
		return;
	line = tgd_key_line(TGD_VAULT, &v->s, "address");
	/* The token and the secrets travel there: in clear only within this machine. */
	if (v->address[0] && strncmp(v->address, "https://", 8) &&
	    strncmp(v->address, "http://127.0.0.1:", 17) && strncmp(v->address, "http://[::1]:", 13))
		tgd_error(e, line,
			  "[vault] address: \"%s\" is not allowed; give https://HOST:PORT, or http://127.0.0.1:PORT",
			  v->address);
	if (v->token[0] && !secret_ref_ok(v->token, false))
		tgd_error(e, tgd_key_line(TGD_VAULT, &v->s, "token"),
			  "[vault] token: not shown here, and not allowed; give systemd:NAME or file:/PATH");
}

static void check_schedule(const struct tgd_venue *v, struct tgd_errors *e)
{
	struct tgd_schedule s;
	struct tgd_zone *z;

	if (!tgd_schedule_parse(v->session_start, v->session_end, &s))
		tgd_error(e,
			  tgd_key_line(TGD_VENUE, &v->s,
				       v->session_start[0] ? "session_start" : "session_end"),
			  "[venue %s] session_start, session_end: \"%s\" to \"%s\" is no schedule; give both as HH:MM[:SS], or both with a weekday (mon 08:00)",
			  v->s.name, v->session_start, v->session_end);
	else if (s.always && v->session_reset)
		tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, "session_reset"),
			  "[venue %s] session_reset: there is no schedule; give session_start and session_end",
			  v->s.name);
	if (!v->session_zone[0])
		return;		/* wrong: already told */
	z = tgd_zone_load(NULL, v->session_zone);
	if (!z)
		tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, "session_zone"),
			  "[venue %s] session_zone: \"%s\": no such time zone (%s); give a name under /usr/share/zoneinfo, UTC, or +HH:MM",
			  v->s.name, v->session_zone, strerror(errno));
	tgd_zone_free(z);
}

static void check_venues(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i;

	for (i = 0; i < c->venues; i++) {
		struct tgd_venue *v = &c->venue[i];

		check_credentials(c, v, e);
		if (v->tls_ca[0] && v->tls_ca[0] != '/')
			tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, "tls_ca"),
				  "[venue %s] tls_ca: \"%s\" is relative; give an absolute path",
				  v->s.name, v->tls_ca);
		if (!v->connect_limit != !v->connect_window_s)
			tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, "connect_limit"),
				  "[venue %s] connect_limit and connect_window_s: give both or neither",
				  v->s.name);
		check_schedule(v, e);
		if (v->backoff_min_ms > v->backoff_max_ms)
			tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, "backoff_min_ms"),
				  "[venue %s] backoff_min_ms: %lld is above backoff_max_ms = %lld",
				  v->s.name, v->backoff_min_ms, v->backoff_max_ms);
		tgd_check_dialect(v, e);
	}
	check_ids(e, TGD_VENUE, c->venue, c->venues, sizeof(*c->venue),
		  offsetof(struct tgd_venue, id), c->engine.max_venues, "max_venues");
}

/* A fee is kept as e8 of the notional: basis points have four decimals then. */
static void check_fee(const struct tgd_instrument *in, const char *key, long long bps,
		      struct tgd_errors *e)
{
	char a[TG_DECIMAL_LEN];

	if (bps % TGD_BPS)
		tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, key),
			  "[instrument %s] %s: %s has more than 4 decimals", in->s.name, key,
			  tg_decimal_format(bps, a));
}

static void check_products(struct tgd_config *c, struct tgd_errors *e)
{
	const struct tgd_product *p = c->product;

	if (c->products && !c->engine.max_products)
		tgd_error(e, p->s.line,
			  "[product %s]: the engine has no room for products; set [engine] max_products",
			  p->s.name);
	check_ids(e, TGD_PRODUCT, p, c->products, sizeof(*p), offsetof(struct tgd_product, id),
		  c->engine.max_products, "max_products");
}

static void check_strategies(struct tgd_config *c, struct tgd_errors *e)
{
	const struct tgd_strategy *p = c->strategy;

	if (c->strategies && !c->engine.max_strategies)
		tgd_error(e, p->s.line,
			  "[strategy %s]: the engine has no room for strategies; set [engine] max_strategies",
			  p->s.name);
	check_ids(e, TGD_STRATEGY, p, c->strategies, sizeof(*p), offsetof(struct tgd_strategy, id),
		  c->engine.max_strategies, "max_strategies");
}

static void check_books(struct tgd_config *c, struct tgd_instrument *in, struct tgd_errors *e)
{
	const struct tgd_product *p = FIND(c, product, products, in->product);
	int line = tgd_key_line(TGD_INSTRUMENT, &in->s, "subscribe");

	if (p)
		in->product_id = p->id;
	else if (in->product[0])
		tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "product"),
			  "[instrument %s] product: no [product %s]; add it or name another",
			  in->s.name, in->product);
	check_fee(in, "taker_fee_bps", in->taker_fee_bps, e);
	check_fee(in, "maker_fee_bps", in->maker_fee_bps, e);
	/* The default of subscribe gives way; what was written does not. */
	if (in->published && in->subscribe && line != in->s.line)
		tgd_error(e, line,
			  "[instrument %s] subscribe: yes with published = yes; the book comes from one of the two",
			  in->s.name);
	if (in->published)
		in->subscribe = 0;
}

static void check_l3(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i;
	long long n = 0;

	for (i = 0; i < c->instruments; i++) {
		struct tgd_instrument *in = &c->instrument[i];

		n += in->l3;
		if (in->l3 && n > c->engine.l3_books)
			tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "l3"),
				  "[instrument %s] l3: the engine has room for %lld such books; raise [engine] l3_books",
				  in->s.name, c->engine.l3_books);
	}
	if (c->engine.l3_orders && !c->engine.l3_books)
		tgd_error(e, tgd_key_line(TGD_ENGINE, &c->engine.s, "l3_orders"),
			  "[engine] l3_orders: %lld without l3_books; set both or neither",
			  c->engine.l3_orders);
}

static void check_instruments(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i, j;

	for (i = 0; i < c->instruments; i++) {
		struct tgd_instrument *in = &c->instrument[i];
		struct tgd_venue *v = FIND(c, venue, venues, in->venue);

		check_books(c, in, e);
		if (v) {
			in->venue_id = v->id;
			tgd_check_subscription(in, v, e);
		} else if (in->venue[0]) {
			tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "venue"),
				  "[instrument %s] venue: no [venue %s]; add it or name another",
				  in->s.name, in->venue);
		}
		if (!in->symbol[0])
			strcpy(in->symbol, in->s.name);
		if (in->min_qty && in->lot && in->min_qty % in->lot) {
			char a[TG_DECIMAL_LEN], b[TG_DECIMAL_LEN];

			tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "min_qty"),
				  "[instrument %s] min_qty: %s is no multiple of lot = %s",
				  in->s.name, tg_decimal_format(in->min_qty, a),
				  tg_decimal_format(in->lot, b));
		}
		for (j = 0; j < i; j++)
			if (in->venue_id && c->instrument[j].venue_id == in->venue_id &&
			    !strcmp(c->instrument[j].symbol, in->symbol))
				tgd_error(
					e, tgd_key_line(TGD_INSTRUMENT, &in->s, "symbol"),
					"[instrument %s] symbol: \"%s\" of venue %s is already [instrument %s] in line %d",
					in->s.name, in->symbol, in->venue, c->instrument[j].s.name,
					c->instrument[j].s.line);
	}
	check_ids(e, TGD_INSTRUMENT, c->instrument, c->instruments, sizeof(*c->instrument),
		  offsetof(struct tgd_instrument, id), c->engine.max_instruments,
		  "max_instruments");
}

/* The words of [permit] exec; each has to fit the venue of the instrument that the permit names. */
static void check_execs(struct tgd_config *c, struct tgd_permit *p, const struct tgd_instrument *in, struct tgd_errors *e)
{
	const struct tgd_venue *v = in ? FIND(c, venue, venues, in->venue) : NULL;
	int line = tgd_key_line(TGD_PERMIT, &p->s, "exec");
	char text[TGD_EXEC_LEN], *rest = text, *w;
	unsigned int n;

	memcpy(text, p->exec, sizeof(text));
	while ((w = strtok_r(rest, " ,", &rest))) {
		for (n = 1; n < TG_EXEC_MAX && strcmp(w, tg_exec_name(n)); n++)
			;
		if (n == TG_EXEC_MAX) {
			tgd_error(e, line, "[permit %s] exec: \"%s\" is none; take of direct, post_only_quote, sweep, multi_leg",
				  p->s.name, w);
			continue;
		}
		p->execs |= TG_EXEC_BIT(n);
		if (v && (!v->orders || !tg_exec_fits(tg_venue_caps((u16)v->dialect), (u8)n)))
			tgd_error(e, line, "[permit %s] exec: %s cannot be had at venue %s (orders, immediate-or-cancel, post-only); leave it out",
				  p->s.name, w, v->s.name);
	}
	if (p->execs && !p->trade)
		tgd_error(e, line, "[permit %s] exec: strategies without trade = yes; allow trade or drop them", p->s.name);
}

static void check_permits(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i;

	check_ids(e, TGD_ACCOUNT, c->account, c->accounts, sizeof(*c->account),
		  offsetof(struct tgd_account, id), c->engine.max_accounts, "max_accounts");
	check_ids(e, TGD_PERMIT, c->permit, c->permits, sizeof(*c->permit),
		  offsetof(struct tgd_permit, id), c->engine.max_permits, "max_permits");
	for (i = 0; i < c->permits; i++) {
		struct tgd_permit *p = &c->permit[i];
		struct tgd_account *a = FIND(c, account, accounts, p->account);
		struct tgd_instrument *in = FIND(c, instrument, instruments, p->instrument);
		struct tgd_strategy *st = FIND(c, strategy, strategies, p->strategy);

		if (a)
			p->account_id = a->id;
		else if (p->account[0])
			tgd_error(e, tgd_key_line(TGD_PERMIT, &p->s, "account"),
				  "[permit %s] account: no [account %s]; add it or name another",
				  p->s.name, p->account);
		if (in)
			p->instrument_id = in->id;
		else if (p->instrument[0] && strcmp(p->instrument, "all"))
			tgd_error(e, tgd_key_line(TGD_PERMIT, &p->s, "instrument"),
				  "[permit %s] instrument: no [instrument %s]; name one, or all",
				  p->s.name, p->instrument);
		if (st)
			p->strategy_id = st->id;
		else if (p->strategy[0])
			tgd_error(e, tgd_key_line(TGD_PERMIT, &p->s, "strategy"),
				  "[permit %s] strategy: no [strategy %s]; add it or name another",
				  p->s.name, p->strategy);
		check_execs(c, p, in, e);
		if (p->market_orders && !p->trade)
			tgd_error(
				e, tgd_key_line(TGD_PERMIT, &p->s, "market_orders"),
				"[permit %s] market_orders: yes without trade = yes; allow trade or drop it",
				p->s.name);
	}
}

/* Keys that need another one. */
static void check_controls(const struct tgd_limits *l, struct tgd_errors *e)
{
	if (l->duplicate_scope && !l->duplicate_window_ms)
		tgd_error(e, tgd_key_line(TGD_LIMITS, &l->s, "duplicate_scope"),
			  "[limits] duplicate_scope: yes without a time to look back; give duplicate_window_ms");
	if (l->collar_window_ms && l->scope != TG_SCOPE_FIRM && l->scope != TG_SCOPE_INSTRUMENT)
		tgd_error(e, tgd_key_line(TGD_LIMITS, &l->s, "collar_window_ms"),
			  "[limits] collar_window_ms: give it in [limits firm] or [limits instrument NAME]; window_collar_bps may stay here");
}

static void check_limits(struct tgd_config *c, struct tgd_errors *e)
{
	const char *kind;
	unsigned int i;

	for (i = 0; i < c->n_limits; i++) {
		struct tgd_limits *l = &c->limits[i];

		check_controls(l, e);
		if (l->scope == TG_SCOPE_FIRM)
			continue;
		l->scope_id = tgd_scope_id(c, (unsigned int)l->scope, l->s.name);
		kind = tgd_scope_word((unsigned int)l->scope);
		if (!l->scope_id && l->scope == TG_SCOPE_CLIENT)
			tgd_error(e, l->s.line,
				  "[limits client %s]: give a client number from 1 to [engine] max_clients = %lld",
				  l->s.name, c->engine.max_clients);
		else if (!l->scope_id)
			tgd_error(e, l->s.line,
				  "[limits %s %s]: no [%s %s]; add it or name another", kind,
				  l->s.name, kind, l->s.name);
	}
	if (c->engine.max_limits && c->n_limits > c->engine.max_limits)
		tgd_error(e, tgd_key_line(TGD_ENGINE, &c->engine.s, "max_limits"),
			  "[engine] max_limits: %lld is too small for %u [limits] sections",
			  c->engine.max_limits, c->n_limits);
}

bool tgd_address_multicast(const struct tgd_address *a)
{
	return a->family == AF_INET ? (a->in6.s6_addr[12] & 0xf0) == 0xe0 :
				      a->in6.s6_addr[0] == 0xff;
}

static void check_membership(const struct tgd_feed *f, struct tgd_errors *e)
{
	int line = tgd_key_line(TGD_FEED, &f->s, "source");
	long long i;

	if (f->sources && f->address.family && !tgd_address_multicast(&f->address))
		tgd_error(e, line, "[feed %s] source: address is no multicast group; drop one of them",
			  f->s.name);
	for (i = 0; i < f->sources; i++)
		if (f->address.family && f->source[i].family != f->address.family)
			tgd_error(e, line,
				  "[feed %s] source: address is IPv%d and a source is not; give sources of its family",
				  f->s.name, f->address.family == AF_INET ? 4 : 6);
		else if (tgd_address_multicast(&f->source[i]))
			tgd_error(e, line,
				  "[feed %s] source: a multicast group is no sender; give a host's address",
				  f->s.name);
	if (f->snapshot && f->line_no)
		tgd_error(e, tgd_key_line(TGD_FEED, &f->s, "snapshot"),
			  "[feed %s] snapshot: a snapshot channel has no line b; say line = a",
			  f->s.name);
}

static void check_feeds(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i, j;

	check_ids(e, TGD_FEED, c->feed, c->feeds, sizeof(*c->feed), offsetof(struct tgd_feed, id),
		  c->engine.max_feeds, "max_feeds");
	for (i = 0; i < c->feeds; i++) {
		struct tgd_feed *f = &c->feed[i];
		struct tgd_venue *v = FIND(c, venue, venues, f->venue);

		if (v)
			f->venue_id = v->id;
		else if (f->venue[0])
			tgd_error(e, tgd_key_line(TGD_FEED, &f->s, "venue"),
				  "[feed %s] venue: no [venue %s]; add it or name another",
				  f->s.name, f->venue);
		check_membership(f, e);
		for (j = 0; j < i; j++) {
			struct tgd_feed *g = &c->feed[j];

			/* One steering key leads to one feed, whatever interface it came by. */
			if (f->address.family && f->port == g->port && f->vlan == g->vlan &&
			    !memcmp(&f->address, &g->address, sizeof(f->address)))
				tgd_error(
					e, tgd_key_line(TGD_FEED, &f->s, "address"),
					"[feed %s] address: same address, port and vlan as [feed %s] in line %d",
					f->s.name, g->s.name, g->s.line);
		}
	}
	if (c->feeds && !c->xdp.s.line)
		tgd_error(e, c->feed[0].s.line,
			  "[feed %s]: feeds need an [xdp] section; add one (it may be empty)",
			  c->feed[0].s.name);
}

int tgd_config_check(struct tgd_config *c, struct tgd_errors *e)
{
	check_engine(c, e);
	check_venues(c, e);
	check_vault(c, e);
	check_products(c, e);
	check_strategies(c, e);
	check_instruments(c, e);
	check_l3(c, e);
	check_permits(c, e);
	check_limits(c, e);
	tgd_check_rates(c, e);
	tgd_check_watch(c, e);
	check_feeds(c, e);
	return 0;
}
