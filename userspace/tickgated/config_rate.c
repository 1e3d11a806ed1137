// SPDX-License-Identifier: MIT
/* [rate]: what a message budget is of, and what that scope cannot have. */
#include <stdlib.h>
#include <string.h>
#include "config.h"

#define ERROR(key, text, ...) tgd_error(e, tgd_key_line(TGD_RATE, &r->s, key), "[rate %s] " key ": " text, r->s.name, ##__VA_ARGS__)

static void venue_scope(const struct tgd_config *c, struct tgd_rate *r, struct tgd_errors *e)
{
	unsigned int i;

	r->scope = TG_RATE_VENUE;
	for (i = 0; i < c->venues; i++)
		if (!strcmp(c->venue[i].s.name, r->venue))
			r->scope_id = c->venue[i].id;
	if (!r->scope_id)
		ERROR("venue", "no [venue %s]; add it or name another", r->venue);
}

static void client_scope(const struct tgd_config *c, struct tgd_rate *r, struct tgd_errors *e)
{
	char *end;
	unsigned long n = strtoul(r->client, &end, 10);

	r->scope = TG_RATE_CLIENT;
	if (r->messages[TG_RATE_CANCEL] != TG_RATE_NONE)
		ERROR("cancel", "a client's cancels are never held back; leave the key out");
	if (r->messages[TG_RATE_STATUS] != TG_RATE_NONE)
		ERROR("status", "clients send none; leave the key out");
	if (!strcmp(r->client, "all"))
		return;
	r->scope_id = (long long)n;
	if (*end || r->client[0] == '-' || !n || n > (unsigned long)c->engine.max_clients)
		ERROR("client", "%s; give all, or a client number from 1 to [engine] max_clients = %lld", r->client,
		      c->engine.max_clients);
}

static bool same_scope(const struct tgd_rate *a, const struct tgd_rate *b)
{
	return a->scope == b->scope && a->scope_id == b->scope_id;
}

void tgd_check_rates(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i, k;

	for (i = 0; i < c->rates; i++) {
		struct tgd_rate *r = &c->rate[i];

		if (!!r->venue[0] + !!r->client[0] + !!r->source.family != 1) {
			tgd_error(e, r->s.line, "[rate %s]: give one of venue, client and source", r->s.name);
			continue;
		}
		if (r->venue[0])
			venue_scope(c, r, e);
		else if (r->client[0])
			client_scope(c, r, e);
		else
			r->scope = TG_RATE_SOURCE;
		if (r->scope == TG_RATE_SOURCE)
			r->scope_id = r->id;
		if (r->scope == TG_RATE_SOURCE && !r->id)
			ERROR("id", "missing; give a number from 1 to %u, another one for each source", TG_RATE_SOURCES);
		if (r->scope != TG_RATE_SOURCE && r->id)
			ERROR("id", "of a source only; leave it out");
		for (k = 0; k < i; k++) {
			const struct tgd_rate *o = &c->rate[k];

			if (same_scope(o, r) || (r->source.family && !memcmp(&o->source, &r->source, sizeof(o->source))))
				tgd_error(e, r->s.line, "[rate %s]: of the same venue, client or source as [rate %s] in line %d; put them together",
					  r->s.name, o->s.name, o->s.line);
		}
	}
}

unsigned int tgd_rate_source(const struct tgd_config *c, const struct tgd_address *local)
{
	unsigned int i;

	for (i = 0; i < c->rates; i++)
		/* A socket of IPv6 may have an IPv4 peer: the same mapped address. */
		if (c->rate[i].scope == TG_RATE_SOURCE && !memcmp(&c->rate[i].source.in6, &local->in6, sizeof(local->in6)))
			return (unsigned int)c->rate[i].scope_id;
	return 0;
}
