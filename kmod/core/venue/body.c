// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Message bodies by capabilities. Field order as in FIX 4.4 volumes 3 and 4; venues that care about it say so in their own file. */
#include "venue/body.h"

#define HANDL_INST	'1'	/* 21: automated, private; required up to FIX 4.2 */

void tg_venue_write_e8(struct tg_fix_writer *w, u64 tag_bytes, s64 v, u8 min_digits)
{
	u64 u = v < 0 ? 0 - (u64)v : (u64)v, whole = u / TG_SCALE;
	u32 frac = (u32)(u % TG_SCALE), n, at = 0, kept = TG_SCALE_DIGITS;
	u8 text[32], rev[20];

	if (!min_digits) {
		tg_fix_write_e8(w, tag_bytes, v);
		return;
	}
	if (v < 0)
		text[at++] = '-';
	n = 0;
	do {
		rev[n++] = (u8)('0' + whole % 10);
		whole /= 10;
	} while (whole);
	while (n)
		text[at++] = rev[--n];
	text[at++] = '.';
	for (n = TG_SCALE_DIGITS; n--; frac /= 10)
		text[at + n] = (u8)('0' + frac % 10);
	while (kept > min_digits && text[at + kept - 1] == '0')
		kept--;
	tg_fix_write_bytes(w, tag_bytes, text, at + kept);
}

/* The ClOrdID that the venue has the order under. With the echo swapped that is the new order's, for ever. */
static void put_own_id(const struct tg_venue_caps *c, const struct tg_order *o, u64 tag_bytes, struct tg_fix_writer *w)
{
	tg_venue_write_cl_ord_id(c, w, tag_bytes, c->id_echo_swapped ? o->order_id | 1 : o->cl_ord_id, o->routing_id, o->cl_ord_ns);
}

/* 41 and 11 of a cancel or replace. */
static void put_ids(const struct tg_venue_caps *c, const struct tg_order *o, struct tg_fix_writer *w)
{
	if (c->id_echo_swapped) {
		/* 41 is the venue's id, 11 the new order's: either will do, the first is faster (Deribit, Order Cancel Request). */
		tg_fix_put_str(w, 41, o->venue_order_id, TG_VENUE_ORDER_ID_LEN);
		put_own_id(c, o, tg_fix_tag_bytes(11), w);
		return;
	}
	put_own_id(c, o, tg_fix_tag_bytes(41), w);
	tg_venue_put_cl_ord_id(c, w, 11, o->req_cl_ord_id, o->routing_id, o->req_cl_ord_ns);
	if (c->ord_fields & TG_ORD_VENUE_ID)
		tg_fix_put_str(w, 37, o->venue_order_id, TG_VENUE_ORDER_ID_LEN);
}

static void put_tif(const struct tg_venue_caps *c, const struct tg_order *o, struct tg_fix_writer *w)
{
	if ('0' + o->tif != c->tif_default && (c->tif_market || o->ord_type != TG_ORD_MARKET))
		tg_fix_put_char(w, 59, (u8)('0' + o->tif));
}

static void put_exec_inst(const struct tg_venue_caps *c, const struct tg_order *o, struct tg_fix_writer *w)
{
	if (o->flags & TG_SUB_POST_ONLY)
		tg_fix_put_str(w, 18, c->post_only, sizeof(c->post_only));
	else if (o->flags & TG_SUB_REDUCE_ONLY)
		tg_fix_put_str(w, 18, c->reduce_only, sizeof(c->reduce_only));
}

/* From Account on a new order and a replace say the same; a replace with the terms asked for. */
static __always_inline void put_terms(const struct tg_venue_caps *c, u16 version, const struct tg_in_instrument *i, const char *account,
				      const struct tg_order *o, bool stp, s64 px, s64 qty, u64 now_ns, struct tg_fix_writer *w)
{
	if (c->ord_fields & TG_ORD_ACCOUNT)
		tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	if (version == 42)
		tg_fix_put_char(w, 21, HANDL_INST);
	put_exec_inst(c, o, w);
	if (stp)	/* the last resort, in every order: see enum tg_self_trade */
		tg_fix_put_char(w, c->stp.tag, c->stp.newest);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	tg_fix_put_char(w, 54, (u8)('0' + o->side));
	if (c->ord_fields & TG_ORD_TIME)
		tg_fix_put_time(w, 60, now_ns);
	tg_venue_put_e8(w, 38, qty, i->qty_digits);
	tg_fix_put_char(w, 40, (u8)('0' + o->ord_type));
	if (o->ord_type == TG_ORD_LIMIT)
		tg_venue_put_e8(w, 44, px, i->px_digits);
	put_tif(c, o, w);
}

void tg_body_new(const struct tg_venue_caps *c, u16 version, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		 u64 now_ns, struct tg_fix_writer *w)
{
	tg_venue_put_cl_ord_id(c, w, 11, o->req_cl_ord_id, o->routing_id, o->req_cl_ord_ns);
	put_terms(c, version, i, account, o, c->stp.newest, o->px, o->qty, now_ns, w);
}

void tg_body_cancel(const struct tg_venue_caps *c, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns,
		    struct tg_fix_writer *w)
{
	put_ids(c, o, w);
	if (c->ord_fields & TG_ORD_ACCOUNT)
		tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	if (c->ord_fields & TG_ORD_CANCEL_SIDE)
		tg_fix_put_char(w, 54, (u8)('0' + o->side));
	if (c->ord_fields & TG_ORD_TIME)
		tg_fix_put_time(w, 60, now_ns);
	if (c->ord_fields & TG_ORD_CANCEL_QTY)
		tg_venue_put_e8(w, 38, o->qty, i->qty_digits);
}

void tg_body_replace(const struct tg_venue_caps *c, u16 version, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		     u64 now_ns, struct tg_fix_writer *w)
{
	put_ids(c, o, w);
	put_terms(c, version, i, account, o, c->stp.newest && c->stp.in_replace, o->req_px, o->req_qty, now_ns, w);
}

void tg_body_status(const struct tg_venue_caps *c, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		    struct tg_fix_writer *w)
{
	if (c->status_request == TG_STATUS_AF) {
		/* One order by its ClOrdID (Deribit, Order Mass Status Request: 585=7 with 9014=1). */
		put_own_id(c, o, tg_fix_tag_bytes(584), w);
		tg_fix_put_char(w, 585, '7');
		tg_fix_put_char(w, 9014, '1');
		tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
		return;
	}
	put_own_id(c, o, tg_fix_tag_bytes(11), w);
	if (c->ord_fields & TG_ORD_VENUE_ID)
		tg_fix_put_str(w, 37, o->venue_order_id, TG_VENUE_ORDER_ID_LEN);
	if (c->ord_fields & TG_ORD_ACCOUNT)
		tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	if (c->ord_fields & TG_ORD_CANCEL_SIDE)
		tg_fix_put_char(w, 54, (u8)('0' + o->side));
}

void tg_body_md_request(const struct tg_venue_caps *c, const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, u32 depth,
			bool unsubscribe, struct tg_fix_writer *w)
{
	bool updates = v->flags & TG_VENUE_MD_TCP, trades = c->md_request & TG_MDREQ_TRADES;

	tg_fix_put_u64(w, 262, req_id);
	tg_fix_put_char(w, 263, unsubscribe ? '2' : updates ? '1' : '0');
	if (unsubscribe && (c->md_request & TG_MDREQ_END_SHORT))
		return;
	tg_fix_put_u64(w, 264, depth);
	if (updates && !unsubscribe && (c->md_request & TG_MDREQ_UPDATE_TYPE))
		tg_fix_put_char(w, 265, '1');	/* incremental refresh */
	if (i->flags & TG_INSTRUMENT_L3)
		tg_fix_put_char(w, 266, 'N');
	else if (c->md_request & TG_MDREQ_AGGREGATED)
		tg_fix_put_char(w, 266, 'Y');
	tg_fix_put_char(w, 267, trades ? '3' : '2');
	tg_fix_put_char(w, 269, '0');
	tg_fix_put_char(w, 269, '1');
	if (trades)
		tg_fix_put_char(w, 269, '2');
	tg_fix_put_char(w, 146, '1');
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
}

void tg_body_raw_data(const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	u32 n = 0;

	while (n < sizeof(cred->raw_data) && cred->raw_data[n])
		n++;
	if (!n)
		return;
	tg_fix_put_u64(w, 95, n);
	tg_fix_put_bytes(w, 96, cred->raw_data, n);
}

void tg_body_cancel_on_disconnect(const struct tg_in_venue *v, u8 on, u8 off, u64 tag_bytes, struct tg_fix_writer *w)
{
	if (v->flags & TG_VENUE_CANCEL_ON_DISCONNECT)
		tg_fix_write_char(w, tag_bytes, on);
	else if (off)
		tg_fix_write_char(w, tag_bytes, off);
}
