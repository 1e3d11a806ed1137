// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include "ctl.h"
#include "percentile.h"

static const unsigned int permille10[] = { 5000, 9000, 9900, 9990 };	/* of 10000 */
static const char *const names[] = { "p50", "p90", "p99", "p99.9" };
#define N_PERCENTILES	4

static const struct {
	const char *name, *help;
} stages[] = {
#define X(name, text, help) { text, help },
	TG_STAGES(X)
#undef X
};

static void text(const struct tg_nl_latency *l)
{
	static const char *const heads[] = {
		"STAGE (ns)", ">COUNT", ">MIN",	  ">MEAN", ">P50",
		">P90",	      ">P99",	">P99.9", ">MAX",  "FROM, TO"
	};
	struct tg_table tab;
	unsigned int s, i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (s = 0; s < TG_STAGE_MAX; s++) {
		tg_table_cell(&tab, "%s", stages[s].name);
		tg_table_cell(&tab, "%llu", (unsigned long long)l[s].h.count);
		tg_table_cell(&tab, "%llu", (unsigned long long)(l[s].h.count ? l[s].h.min_ns : 0));
		tg_table_cell(
			&tab, "%llu",
			(unsigned long long)(l[s].h.count ? l[s].h.sum_ns / l[s].h.count : 0));
		for (i = 0; i < N_PERCENTILES; i++)
			tg_table_cell(&tab, "%llu",
				      (unsigned long long)ctl_percentile(&l[s], permille10[i]));
		tg_table_cell(&tab, "%llu", (unsigned long long)l[s].h.max_ns);
		tg_table_cell(&tab, "%s", stages[s].help);
	}
	tg_table_print(&tab, stdout);
}

static void json_out(const struct tg_nl_latency *l)
{
	struct tg_json j;
	unsigned int s, i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "stages");
	for (s = 0; s < TG_STAGE_MAX; s++) {
		tg_json_object(&j, NULL);
		tg_json_str(&j, "stage", stages[s].name);
		tg_json_u64(&j, "count", l[s].h.count);
		tg_json_u64(&j, "min_ns", l[s].h.count ? l[s].h.min_ns : 0);
		tg_json_u64(&j, "mean_ns", l[s].h.count ? l[s].h.sum_ns / l[s].h.count : 0);
		for (i = 0; i < N_PERCENTILES; i++)
			tg_json_u64(&j, names[i], ctl_percentile(&l[s], permille10[i]));
		tg_json_u64(&j, "max_ns", l[s].h.max_ns);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_latency(int argc, char **argv, const struct ctl_command *self)
{
	bool json = false, reset = false;
	const struct ctl_option opts[] = {
		{ "reset", &reset, NULL, NULL, "start anew after printing" },
		{ 0 },
	};
	struct tg_nl_latency *l;
	struct ctl c;
	int ret, err;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	l = calloc(TG_STAGE_MAX, sizeof(*l));
	if (!l || ctl_open(&c, self, false)) {
		free(l);
		return 1;
	}
	err = tg_nl_latency(c.nl, l);
	ret = err ? ctl_fail(&c, self, "latency", err) : 0;
	if (!err && json)
		json_out(l);
	else if (!err)
		text(l);
	if (!err && reset) {
		err = tg_nl_reset_latency(c.nl);
		ret = err ? ctl_fail(&c, self, "reset", err) : 0;
	}
	free(l);
	ctl_close(&c);
	return ret;
}
