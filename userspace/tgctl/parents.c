// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include "ctl.h"

static const char *end_of(const struct tg_nl_parent *p)
{
	return p->state == TG_PARENT_DONE ? tg_parent_end_name(p->end) : "";
}

static void leg(struct ctl *c, struct tg_table *tab, __u32 instrument, __u8 side, __s64 px, __s64 qty, __s64 cum, __s64 avg)
{
	tg_table_cell(tab, "%s", ctl_instrument(c, instrument));
	tg_table_cell(tab, "%s", ctl_side(side));
	if (px)
		tg_table_e8(tab, px);
	else
		tg_table_cell(tab, "market");
	tg_table_e8(tab, qty);
	tg_table_e8(tab, cum);
	tg_table_e8(tab, cum ? avg : TG_PX_NONE);
}

/* A line a leg; what is the parent's own stands in the first. */
static void text(struct ctl *c, const struct tg_nl_parent *p, __u32 n, bool all)
{
	static const char *const heads[] = {
		"PARENT", "WORKED BY", "SYMBOL",   "SIDE",    ">PRICE",  ">QTY",    ">FILLED", ">AVG",
		"STATE",  ">ORDERS",   "ACCOUNT", "STRATEGY", ">CLIENT", "CREATED", "END",     "REASON",
	};
	struct tg_table tab;
	__u32 i, k;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, p++) {
		if (!all && p->state == TG_PARENT_DONE)
			continue;
		tg_table_cell(&tab, "%08X", p->parent_id);
		tg_table_cell(&tab, "%s", tg_exec_name(p->exec));
		leg(c, &tab, p->instrument_id, p->side, p->px, p->qty, p->cum_qty, p->avg_px);
		tg_table_cell(&tab, "%s", tg_parent_state_name(p->state));
		tg_table_cell(&tab, "%u", p->children);
		tg_table_cell(&tab, "%s", ctl_account(p->account_id));
		tg_table_cell(&tab, "%s", p->strategy_id ? ctl_strategy(p->strategy_id) : "");
		tg_table_cell(&tab, "%u", p->client_id);
		tg_table_time(&tab, p->created_ns);
		tg_table_cell(&tab, "%s", end_of(p));
		tg_table_cell(&tab, "%s", p->reason ? tg_reason_text(p->reason) : "");
		if (!p->instrument_id2)
			continue;
		tg_table_cell(&tab, "%s", "");
		tg_table_cell(&tab, "%s", "");
		leg(c, &tab, p->instrument_id2, p->side2, p->px2, p->qty2, p->cum_qty2, p->avg_px2);
		for (k = 0; k < 8; k++)
			tg_table_cell(&tab, "%s", "");
	}
	tg_table_print(&tab, stdout);
}

static void json_leg(struct ctl *c, struct tg_json *j, __u32 instrument, __u8 side, __s64 px, __s64 qty, __s64 cum, __s64 avg)
{
	tg_json_object(j, NULL);
	tg_json_str(j, "symbol", ctl_instrument(c, instrument));
	tg_json_u64(j, "instrument_id", instrument);
	tg_json_str(j, "side", ctl_side(side));
	tg_json_e8(j, "px", px);
	tg_json_e8(j, "qty", qty);
	tg_json_e8(j, "cum_qty", cum);
	tg_json_e8(j, "avg_px", avg);
	tg_json_end(j, '}');
}

static void json_out(struct ctl *c, const struct tg_nl_parent *p, __u32 n, bool all)
{
	struct tg_json j;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "parents");
	for (i = 0; i < n; i++, p++) {
		if (!all && p->state == TG_PARENT_DONE)
			continue;
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "parent_id", p->parent_id);
		tg_json_u64(&j, "user_ref", p->user_ref);
		tg_json_str(&j, "exec", tg_exec_name(p->exec));
		tg_json_str(&j, "state", tg_parent_state_name(p->state));
		tg_json_str(&j, "end", tg_parent_end_name(p->end));
		tg_json_str(&j, "reason", tg_reason_name(p->reason));
		tg_json_str(&j, "type", p->ord_type == TG_ORD_MARKET ? "market" : "limit");
		tg_json_u64(&j, "tif", p->tif);
		tg_json_u64(&j, "orders", p->children);
		tg_json_u64(&j, "hedged", p->hedged);
		tg_json_str(&j, "account", ctl_account(p->account_id));
		tg_json_u64(&j, "account_id", p->account_id);
		tg_json_u64(&j, "strategy_id", p->strategy_id);
		tg_json_u64(&j, "client_id", p->client_id);
		tg_json_u64(&j, "uid", p->uid);
		tg_json_u64(&j, "created_ns", p->created_ns);
		tg_json_array(&j, "legs");
		json_leg(c, &j, p->instrument_id, p->side, p->px, p->qty, p->cum_qty, p->avg_px);
		if (p->instrument_id2)
			json_leg(c, &j, p->instrument_id2, p->side2, p->px2, p->qty2, p->cum_qty2, p->avg_px2);
		tg_json_end(&j, ']');
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_parents(int argc, char **argv, const struct ctl_command *self)
{
	bool json = false, all = false;
	const struct ctl_option opts[] = {
		{ "all", &all, NULL, NULL, "those that are over too, as many as the engine keeps" },
		{ 0 },
	};
	struct tg_nl_parent *p;
	struct ctl c;
	__u32 n;
	int ret, err;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, true))
		return 1;
	err = tg_nl_parents(c.nl, &p, &n);
	ret = err ? ctl_fail(&c, self, "parents", err) : 0;
	if (!err && json)
		json_out(&c, p, n, all);
	else if (!err)
		text(&c, p, n, all);
	free(p);
	ctl_close(&c);
	return ret;
}
