// SPDX-License-Identifier: MIT
#include "ctl.h"

struct row {
	const char *name, *help;
};

static const struct row core_rows[] = {
#define X(name, text, help) { text, help },
	TG_CORE_COUNTERS(X)
#undef X
};

static const struct row host_rows[] = {
#define X(name, text, help) { text, help },
	TG_HOST_COUNTERS(X)
#undef X
};

static const struct row reason_rows[] = {
#define X(name, text) { #name, text },
	TG_REASONS(X)
#undef X
};

static void text(const char *title, const struct row *rows, const __u64 *v, unsigned int n,
		 bool nonzero)
{
	const char *heads[] = { title, ">VALUE", "WHAT" };
	struct tg_table tab;
	unsigned int i;

	tg_table_begin(&tab, heads, 3);
	for (i = 0; i < n; i++) {
		if (nonzero && !v[i])
			continue;
		tg_table_cell(&tab, "%s", rows[i].name);
		tg_table_cell(&tab, "%llu", (unsigned long long)v[i]);
		tg_table_cell(&tab, "%s", rows[i].help);
	}
	tg_table_print(&tab, stdout);
}

static void json_out(struct tg_json *j, const char *key, const struct row *rows, const __u64 *v,
		     unsigned int n, bool nonzero)
{
	unsigned int i;

	tg_json_object(j, key);
	for (i = 0; i < n; i++)
		if (!nonzero || v[i])
			tg_json_u64(j, rows[i].name, v[i]);
	tg_json_end(j, '}');
}

int cmd_counters(int argc, char **argv, const struct ctl_command *self)
{
	bool json = false, nonzero = false;
	const struct ctl_option opts[] = {
		{ "nonzero", &nonzero, NULL, NULL, "only those that counted something" },
		{ 0 },
	};
	struct tg_nl_counters v;
	struct tg_json j;
	struct ctl c;
	int ret, err;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, false))
		return 1;
	err = tg_nl_counters(c.nl, &v);
	ret = err ? ctl_fail(&c, self, "counters", err) : 0;
	if (!err && json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		json_out(&j, "core", core_rows, v.core, TG_CC_MAX, nonzero);
		json_out(&j, "host", host_rows, v.host, TG_HC_MAX, nonzero);
		json_out(&j, "reasons", reason_rows, v.reason, TG_REASON_MAX, nonzero);
		tg_json_end(&j, '}');
	} else if (!err) {
		text("CORE", core_rows, v.core, TG_CC_MAX, nonzero);
		putchar('\n');
		text("HOST", host_rows, v.host, TG_HC_MAX, nonzero);
		putchar('\n');
		text("VERDICT", reason_rows, v.reason, TG_REASON_MAX, nonzero);
	}
	ctl_close(&c);
	return ret;
}
