// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include "ctl.h"

static bool terminal(unsigned int status)
{
	return status == TG_OS_FILLED || status == TG_OS_CANCELED || status == TG_OS_REJECTED ||
	       status == TG_OS_EXPIRED;
}

static void text(struct ctl *c, const struct tg_nl_order *o, __u32 n, bool all)
{
	static const char *const heads[] = {
		"ORDER", "SYMBOL", "SIDE",    ">PRICE",	 ">QTY",    ">FILLED", ">LEAVES",
		">AVG",	 "STATUS", "ACCOUNT", ">CLIENT", "UPDATED", "REASON",
	};
	struct tg_table tab;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, o++) {
		if (!all && terminal(o->status))
			continue;
		tg_table_cell(&tab, "%016llX", (unsigned long long)o->order_id);
		tg_table_cell(&tab, "%s", ctl_instrument(c, o->instrument_id));
		tg_table_cell(&tab, "%s", ctl_side(o->side));
		if (o->ord_type == TG_ORD_MARKET)
			tg_table_cell(&tab, "market");
		else
			tg_table_e8(&tab, o->px);
		tg_table_e8(&tab, o->qty);
		tg_table_e8(&tab, o->cum_qty);
		tg_table_e8(&tab, o->leaves_qty);
		tg_table_e8(&tab, o->cum_qty ? o->avg_px : TG_PX_NONE);
		tg_table_cell(&tab, "%s", tg_ord_status_name(o->status));
		tg_table_cell(&tab, "%s", ctl_account(o->account_id));
		tg_table_cell(&tab, "%u", o->client_id);
		tg_table_time(&tab, o->updated_ns);
		tg_table_cell(&tab, "%s", o->reason ? tg_reason_text(o->reason) : "");
	}
	tg_table_print(&tab, stdout);
}

static void json_out(struct ctl *c, const struct tg_nl_order *o, __u32 n, bool all)
{
	struct tg_json j;
	char id[20];
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "orders");
	for (i = 0; i < n; i++, o++) {
		if (!all && terminal(o->status))
			continue;
		tg_json_object(&j, NULL);
		snprintf(id, sizeof(id), "%016llX",
			 (unsigned long long)o->order_id); /* as ClOrdID (11) begins */
		tg_json_str(&j, "order_id", id);
		tg_json_u64(&j, "user_ref", o->user_ref);
		tg_json_str(&j, "symbol", ctl_instrument(c, o->instrument_id));
		tg_json_u64(&j, "instrument_id", o->instrument_id);
		tg_json_str(&j, "account", ctl_account(o->account_id));
		tg_json_u64(&j, "account_id", o->account_id);
		tg_json_u64(&j, "client_id", o->client_id);
		tg_json_str(&j, "side", ctl_side(o->side));
		tg_json_str(&j, "type", o->ord_type == TG_ORD_MARKET ? "market" : "limit");
		tg_json_u64(&j, "tif", o->tif);
		tg_json_str(&j, "status", tg_ord_status_name(o->status));
		tg_json_str(&j, "reason", tg_reason_name(o->reason));
		tg_json_e8(&j, "px", o->px);
		tg_json_e8(&j, "qty", o->qty);
		tg_json_e8(&j, "cum_qty", o->cum_qty);
		tg_json_e8(&j, "leaves_qty", o->leaves_qty);
		tg_json_e8(&j, "avg_px", o->avg_px);
		tg_json_u64(&j, "created_ns", o->created_ns);
		tg_json_u64(&j, "updated_ns", o->updated_ns);
		tg_json_strn(&j, "venue_order_id", o->venue_order_id, TG_VENUE_ORDER_ID_LEN);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_orders(int argc, char **argv, const struct ctl_command *self)
{
	bool json = false, all = false;
	const struct ctl_option opts[] = {
		{ "all", &all, NULL, NULL, "finished orders too, as many as the engine keeps" },
		{ 0 },
	};
	struct tg_nl_order *o;
	struct ctl c;
	__u32 n;
	int ret, err;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, true))
		return 1;
	err = tg_nl_orders(c.nl, &o, &n);
	ret = err ? ctl_fail(&c, self, "orders", err) : 0;
	if (!err && json)
		json_out(&c, o, n, all);
	else if (!err)
		text(&c, o, n, all);
	free(o);
	ctl_close(&c);
	return ret;
}
