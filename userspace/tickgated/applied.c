// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
			fprintf(f, "limits %u %u\n", r->u.limits.scope, r->u.limits.id);
	}
	if (tg_rundir_commit(APPLIED, f))
		tgd_log(LOG_WARNING, "%s/" APPLIED ": %m", tg_rundir());
}

static void take_line(struct tgd_records *out, const char *line)
{
	struct tgd_record *r = &out->r[out->n];
	unsigned int a, b;

	if (sscanf(line, "permit %u %u", &a, &b) == 2 && a <= 0xffff && b <= 0xffff) {
		r->type = TG_IN_PERMIT;
		r->len = sizeof(r->u.permit);
		r->u.permit.permit_id = (__u16)a;
		r->u.permit.account_id = (__u16)b;
		r->u.permit.flags = 0x80000000u;
		snprintf(r->label, sizeof(r->label), "[permit] id %u", a);
		out->n++;
	} else if (sscanf(line, "limits %u %u", &a, &b) == 2 && a >= TG_SCOPE_FIRM &&
		   a <= TG_SCOPE_INSTRUMENT) {
		r->type = TG_IN_LIMITS;
		r->len = sizeof(r->u.limits);
		r->u.limits.scope = (__u16)a;
		r->u.limits.id = b;
		r->u.limits.duplicate_window_ns = ~0ull;
		snprintf(r->label, sizeof(r->label), "[limits] scope %u id %u", a, b);
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
