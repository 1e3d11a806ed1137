// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "applied.h"
#include "log.h"
#include "rundir.h"

#define APPLIED		"applied"
#define MAX_RECORDS	(TGD_MAX_SECTIONS * 2)

void tgd_applied_write(const struct tgd_records *rs, __u64 started_ns)
{
	FILE *f = tg_rundir_begin(APPLIED);
	unsigned int i;

	if (!f) {
		tgd_log(LOG_WARNING, "%s/" APPLIED ": %m", tg_rundir());
		return;
	}
	fprintf(f, "engine %llu\n", (unsigned long long)started_ns);
	for (i = 0; i < rs->n; i++) {
		const struct tgd_record *r = &rs->r[i];

		if (r->type == TG_IN_PERMIT)
			fprintf(f, "permit %u %u\n", r->u.permit.permit_id, r->u.permit.account_id);
		else if (r->type == TG_IN_LIMITS)
			fprintf(f, "limits %u %u %llu\n", r->u.limits.scope, r->u.limits.id,
				(unsigned long long)r->u.limits.seq);
		else if (r->type == TG_IN_RATE)
			fprintf(f, "rate %u %u\n", r->u.rate.scope, r->u.rate.id);
		else if (r->type == TG_IN_TRIGGER)
			fprintf(f, "trigger %u\n", r->u.trigger.trigger_id);
		else if (r->type == TG_IN_WATCH)
			fprintf(f, "watch %u\n", r->u.watch.venue_id);
		else if (r->type == TG_IN_PRODUCT)
			fprintf(f, "product %u\n", r->u.product.product_id);
		else if (r->type == TG_IN_STRATEGY)
			fprintf(f, "strategy %u\n", r->u.strategy.strategy_id);
		else if (r->type == TG_IN_INSTRUMENT)
			fprintf(f, "instrument %u\n", r->u.instrument.instrument_id);
		else if (r->type == TG_IN_FEED)
			fprintf(f, "feed %u %u %u %u %u %s\n", r->u.feed.feed_id,
				r->u.feed.venue_id, r->u.feed.line, r->u.feed.flags,
				r->u.feed.silence_ms, r->u.feed.name);
	}
	if (tg_rundir_commit(APPLIED, f))
		tgd_log(LOG_WARNING, "%s/" APPLIED ": %m", tg_rundir());
}

/* A feed is kept whole: one that is still the same must not be taken away and given again. */
static bool take_feed(struct tgd_record *r, const char *line)
{
	unsigned int id, venue, side, flags, silence;
	char name[TG_NAME_LEN];

	if (sscanf(line, "feed %u %u %u %u %u %23s", &id, &venue, &side, &flags, &silence, name) != 6 ||
	    id > 0xffff || venue > 0xffff || side > 1 || flags > 0xffff)
		return false;
	r->type = TG_IN_FEED;
	r->len = sizeof(r->u.feed);
	r->u.feed.feed_id = (__u16)id;
	r->u.feed.venue_id = (__u16)venue;
	r->u.feed.line = (__u16)side;
	r->u.feed.flags = (__u16)flags;
	r->u.feed.silence_ms = silence;
	memcpy(r->u.feed.name, name, strlen(name));
	snprintf(r->label, sizeof(r->label), "[feed %s]", name);
	return true;
}

static void take_line(struct tgd_records *out, const char *line)
{
	struct tgd_record *r = &out->r[out->n];
	unsigned long long seq = 0;
	unsigned int a, b;

	if (sscanf(line, "permit %u %u", &a, &b) == 2 && a <= 0xffff && b <= 0xffff) {
		r->type = TG_IN_PERMIT;
		r->len = sizeof(r->u.permit);
		r->u.permit.permit_id = (__u16)a;
		r->u.permit.account_id = (__u16)b;
		r->u.permit.flags = 0x80000000u;
		snprintf(r->label, sizeof(r->label), "[permit] id %u", a);
		out->n++;
	} else if (sscanf(line, "limits %u %u %llu", &a, &b, &seq) >= 2 && a >= TG_SCOPE_FIRM &&
		   a <= TG_SCOPE_STRATEGY) {
		r->type = TG_IN_LIMITS;
		r->len = sizeof(r->u.limits);
		r->u.limits.scope = (__u16)a;
		r->u.limits.id = b;
		r->u.limits.seq = seq;
		r->u.limits.duplicate_window_ns = ~0ull;
		snprintf(r->label, sizeof(r->label), "[limits] scope %u id %u", a, b);
		out->n++;
	} else if (sscanf(line, "rate %u %u", &a, &b) == 2 && a && a < TG_RATE_SCOPES) {
		r->type = TG_IN_RATE;
		r->len = sizeof(r->u.rate);
		r->u.rate.scope = (__u16)a;
		r->u.rate.id = b;
		snprintf(r->label, sizeof(r->label), "[rate] scope %u id %u", a, b);
		out->n++;
	} else if (sscanf(line, "trigger %u", &a) == 1 && a && a <= TG_TRIGGERS) {
		r->type = TG_IN_TRIGGER;
		r->len = sizeof(r->u.trigger);
		r->u.trigger.trigger_id = (__u16)a;
		snprintf(r->label, sizeof(r->label), "[trigger] id %u", a);
		out->n++;
	} else if (sscanf(line, "watch %u", &a) == 1 && a <= 0xffff) {
		r->type = TG_IN_WATCH;
		r->len = sizeof(r->u.watch);
		r->u.watch.venue_id = (__u16)a;
		snprintf(r->label, sizeof(r->label), "[watch] venue %u", a);
		out->n++;
	} else if (sscanf(line, "product %u", &a) == 1 && a <= 0xffff) {
		r->type = TG_IN_PRODUCT;
		r->u.product.product_id = (__u16)a;
		out->n++;
	} else if (sscanf(line, "strategy %u", &a) == 1 && a <= 0xffff) {
		r->type = TG_IN_STRATEGY;
		r->u.strategy.strategy_id = (__u16)a;
		out->n++;
	} else if (sscanf(line, "instrument %u", &a) == 1) {
		r->type = TG_IN_INSTRUMENT;
		r->u.instrument.instrument_id = a;
		out->n++;
	} else if (take_feed(r, line)) {
		out->n++;
	}
}

int tgd_applied_read(struct tgd_records *out, __u64 started_ns)
{
	unsigned long long engine = 0;
	char path[512], line[128];
	FILE *f;

	out->n = 0;
	out->r = calloc(MAX_RECORDS, sizeof(*out->r));
	if (!out->r)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/" APPLIED, tg_rundir());
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f) && sscanf(line, "engine %llu", &engine) == 1 &&
	    engine == started_ns)
		while (out->n < MAX_RECORDS && fgets(line, sizeof(line), f))
			take_line(out, line);
	fclose(f);
	return 0;
}
