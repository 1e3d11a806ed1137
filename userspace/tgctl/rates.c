// SPDX-License-Identifier: MIT
/* Message budgets: what there is, what is left, what was refused or waited. */
#include <stdlib.h>
#include "ctl.h"

static const char *const scopes[] = { "?", "venue", "client", "source" };
static const char *const ops[TG_RATE_OPS] = { "all", "new", "replace", "cancel", "status" };

static const char *scope(const struct tg_nl_rate *r)
{
	return scopes[r->scope < TG_RATE_SCOPES ? r->scope : 0];
}

static void text(const struct tg_nl_rate *r, __u32 n)
{
	static const char *const heads[] = { "SCOPE", ">ID",   "OPERATION", ">MESSAGES", ">WINDOW ms", ">BURST",
					     ">LEFT", ">SENT", ">REFUSED",  ">WAITING" };
	struct tg_table tab;
	unsigned int op;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, r++) {
		for (op = 0; op < TG_RATE_OPS; op++) {
			if (r->messages[op] == TG_RATE_NONE)
				continue;
			tg_table_cell(&tab, "%s", scope(r));
			tg_table_cell(&tab, "%u", r->id);
			tg_table_cell(&tab, "%s", ops[op]);
			tg_table_cell(&tab, "%u", r->messages[op]);
			tg_table_cell(&tab, "%llu", (unsigned long long)(r->window_ns / 1000000));
			tg_table_cell(&tab, "%u", r->burst[op]);
			tg_table_cell(&tab, "%u", r->left[op]);
			tg_table_cell(&tab, "%llu", (unsigned long long)r->sent[op]);
			tg_table_cell(&tab, "%llu", (unsigned long long)r->refused[op]);
			tg_table_cell(&tab, "%u", r->scope == TG_RATE_VENUE && (op == TG_RATE_ALL || op == TG_RATE_CANCEL) ? r->waiting : 0);
		}
	}
	tg_table_print(&tab, stdout);
}

static void json_out(const struct tg_nl_rate *r, __u32 n)
{
	struct tg_json j;
	unsigned int op;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "rates");
	for (i = 0; i < n; i++, r++) {
		tg_json_object(&j, NULL);
		tg_json_str(&j, "scope", scope(r));
		tg_json_u64(&j, "id", r->id);
		tg_json_u64(&j, "window_ns", r->window_ns);
		tg_json_u64(&j, "cancel_reserve", r->cancel_reserve);
		tg_json_u64(&j, "cancels_waiting", r->waiting);
		tg_json_u64(&j, "source", r->source);
		tg_json_array(&j, "budgets");
		for (op = 0; op < TG_RATE_OPS; op++) {
			if (r->messages[op] == TG_RATE_NONE)
				continue;
			tg_json_object(&j, NULL);
			tg_json_str(&j, "operation", ops[op]);
			tg_json_u64(&j, "messages", r->messages[op]);
			tg_json_u64(&j, "burst", r->burst[op]);
			tg_json_u64(&j, "left", r->left[op]);
			tg_json_u64(&j, "sent", r->sent[op]);
			tg_json_u64(&j, "refused", r->refused[op]);
			tg_json_end(&j, '}');
		}
		tg_json_end(&j, ']');
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_rates(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_rate *r;
	bool json = false;
	struct ctl c;
	int ret, err;
	__u32 n;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, false))
		return 1;
	err = tg_nl_rates(c.nl, &r, &n);
	ret = err ? ctl_fail(&c, self, "rates", err) : 0;
	if (!err && json)
		json_out(r, n);
	else if (!err)
		text(r, n);
	free(r);
	ctl_close(&c);
	return ret;
}
