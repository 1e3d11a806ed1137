// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include "ctl.h"

/* Whose it is: an account's, a strategy's, or with neither the firm's. */
static const char *owner(const struct tg_nl_position *p)
{
	static char t[TG_NAME_LEN + 10];

	if (p->account_id)
		return ctl_account(p->account_id);
	if (!p->strategy_id)
		return "firm";
	snprintf(t, sizeof(t), "strategy:%s", ctl_strategy(p->strategy_id));
	return t;
}

static void text(struct ctl *c, const struct tg_nl_position *p, __u32 n)
{
	static const char *const heads[] = {
		"ACCOUNT", "SYMBOL",  ">POSITION", ">AVG PRICE", ">REALISED",  ">UNREALISED",
		">FEES",   ">BOUGHT", ">SOLD",	   ">OPEN BUY",	 ">OPEN SELL", ">FILLS", ">VENUE", "",
	};
	struct tg_table tab;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, p++) {
		tg_table_cell(&tab, "%s", owner(p));
		tg_table_cell(&tab, "%s", ctl_instrument(c, p->instrument_id));
		tg_table_e8(&tab, p->qty);
		tg_table_e8(&tab, p->qty ? p->avg_px : TG_PX_NONE);
		tg_table_e8(&tab, p->realised_pnl);
		tg_table_e8(&tab, p->unrealised_pnl);
		tg_table_e8(&tab, p->fees);
		tg_table_e8(&tab, p->bought_qty);
		tg_table_e8(&tab, p->sold_qty);
		tg_table_e8(&tab, p->open_buy_qty);
		tg_table_e8(&tab, p->open_sell_qty);
		tg_table_cell(&tab, "%llu", (unsigned long long)p->fills);
		tg_table_e8(&tab, p->venue_ns ? p->venue_qty : TG_PX_NONE);
		tg_table_cell(&tab, "%s", p->venue_differs ? "differs" : "");
	}
	tg_table_print(&tab, stdout);
}

static void json_out(struct ctl *c, const struct tg_nl_position *p, __u32 n)
{
	struct tg_json j;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "positions");
	for (i = 0; i < n; i++, p++) {
		tg_json_object(&j, NULL);
		tg_json_str(&j, "account", owner(p));
		tg_json_u64(&j, "account_id", p->account_id);
		tg_json_u64(&j, "strategy_id", p->strategy_id);
		tg_json_str(&j, "symbol", ctl_instrument(c, p->instrument_id));
		tg_json_u64(&j, "instrument_id", p->instrument_id);
		tg_json_e8(&j, "qty", p->qty);
		tg_json_e8(&j, "avg_px", p->avg_px);
		tg_json_e8(&j, "realised_pnl", p->realised_pnl);
		tg_json_e8(&j, "unrealised_pnl", p->unrealised_pnl);
		tg_json_e8(&j, "fees", p->fees);
		tg_json_e8(&j, "bought_qty", p->bought_qty);
		tg_json_e8(&j, "sold_qty", p->sold_qty);
		tg_json_e8(&j, "open_buy_qty", p->open_buy_qty);
		tg_json_e8(&j, "open_sell_qty", p->open_sell_qty);
		tg_json_u64(&j, "fills", p->fills);
		if (p->venue_ns) {
			tg_json_e8(&j, "venue_qty", p->venue_qty);
			tg_json_e8(&j, "venue_base", p->venue_base);
			tg_json_u64(&j, "venue_ns", p->venue_ns);
			tg_json_bool(&j, "venue_differs", p->venue_differs);
		}
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_positions(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_position *p;
	bool json = false;
	struct ctl c;
	__u32 n;
	int ret, err;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, true))
		return 1;
	err = tg_nl_positions(c.nl, &p, &n);
	ret = err ? ctl_fail(&c, self, "positions", err) : 0;
	if (!err && json)
		json_out(&c, p, n);
	else if (!err)
		text(&c, p, n);
	free(p);
	ctl_close(&c);
	return ret;
}
