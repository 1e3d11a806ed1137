// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Dialect `sim`. Field order follows FIX 4.4 volume 4 (orders) and volume 3 (market data). */
#include "venue/sim.h"

#define POST_ONLY	'6'	/* 18: participate, don't initiate */

const struct tg_venue_caps tg_sim_caps = {
	.dialect = TG_DIALECT_SIM,
	.fix_version = 44,
	.resend = 1,
	.replace = TG_REPLACE_G,
	.status_request = 1,
	.mass_cancel = 1,
	.cancel_on_disconnect = 0,
	.md_update_ids = 1,
	.md_omit_delete_qty = 1,
	.name = "sim",
};

void tg_sim_put_new(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	tg_fix_put_hex64(w, 11, o->req_cl_ord_id);
	tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	if (o->flags & TG_SUB_POST_ONLY)
		tg_fix_put_char(w, 18, POST_ONLY);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	tg_fix_put_char(w, 54, (u8)('0' + o->side));
	tg_fix_put_time(w, 60, now_ns);
	tg_fix_put_e8(w, 38, o->qty);
	tg_fix_put_char(w, 40, (u8)('0' + o->ord_type));
	if (o->ord_type == TG_ORD_LIMIT)
		tg_fix_put_e8(w, 44, o->px);
	tg_fix_put_char(w, 59, (u8)('0' + o->tif));
}

void tg_sim_put_cancel(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	tg_fix_put_hex64(w, 41, o->cl_ord_id);
	tg_fix_put_hex64(w, 11, o->req_cl_ord_id);
	tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	tg_fix_put_char(w, 54, (u8)('0' + o->side));
	tg_fix_put_time(w, 60, now_ns);
}

void tg_sim_put_replace(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	tg_fix_put_hex64(w, 41, o->cl_ord_id);
	tg_fix_put_hex64(w, 11, o->req_cl_ord_id);
	tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	tg_fix_put_char(w, 54, (u8)('0' + o->side));
	tg_fix_put_time(w, 60, now_ns);
	tg_fix_put_e8(w, 38, o->req_qty);
	tg_fix_put_char(w, 40, (u8)('0' + o->ord_type));
	if (o->ord_type == TG_ORD_LIMIT)
		tg_fix_put_e8(w, 44, o->req_px);
	tg_fix_put_char(w, 59, (u8)('0' + o->tif));
}

void tg_sim_put_status(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w)
{
	tg_fix_put_hex64(w, 11, o->cl_ord_id);
	tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	tg_fix_put_char(w, 54, (u8)('0' + o->side));
}

void tg_sim_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w)
{
	bool updates = v->flags & TG_VENUE_MD_TCP;

	tg_fix_put_u64(w, 262, req_id);
	tg_fix_put_char(w, 263, unsubscribe ? '2' : updates ? '1' : '0');
	tg_fix_put_u64(w, 264, v->md_depth);
	if (updates && !unsubscribe)
		tg_fix_put_char(w, 265, '1');	/* incremental refresh */
	tg_fix_put_char(w, 267, '3');
	tg_fix_put_char(w, 269, '0');
	tg_fix_put_char(w, 269, '1');
	tg_fix_put_char(w, 269, '2');
	tg_fix_put_char(w, 146, '1');
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
}
