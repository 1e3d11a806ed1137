// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Dialects by number. Adding one: its file, its row here, its value in enum tg_dialect. */
#include "venue/dialects.h"
#include "fix/lexer.h"

const struct tg_venue_caps *tg_venue_caps(u16 dialect)
{
	switch (dialect) {
	case TG_DIALECT_SIM: return &tg_sim_caps;
	case TG_DIALECT_BINANCE: return &tg_binance_caps;
	case TG_DIALECT_KRAKEN: return &tg_kraken_caps;
	case TG_DIALECT_COINBASE: return &tg_coinbase_caps;
	case TG_DIALECT_DERIBIT: return &tg_deribit_caps;
	default: return NULL;
	}
}

static const struct tg_venue_caps *caps_of(const struct tg_in_venue *v)
{
	return tg_venue_caps(v->dialect);
}

bool tg_venue_accepts(const struct tg_in_venue *v)
{
	const struct tg_venue_caps *c = caps_of(v);
	u16 version = tg_venue_version(v);
	u8 bit = version == 42 ? TG_FIX_VERSION_42 : version == 44 ? TG_FIX_VERSION_44 : version == 50 ? TG_FIX_VERSION_50 : 0;

	return c && (c->fix_versions & bit) && (!c->logon_reset || (v->flags & TG_VENUE_RESET_ON_LOGON)) &&
	       (!(v->flags & TG_VENUE_CANCEL_ON_DISCONNECT) || c->cancel_on_disconnect) &&
	       (!c->heartbeat_min_s || v->heartbeat_s >= c->heartbeat_min_s) &&
	       (!c->heartbeat_max_s || (v->heartbeat_s && v->heartbeat_s <= c->heartbeat_max_s));
}

bool tg_venue_can_order(const struct tg_venue_caps *c, u8 ord_type, u8 tif, u16 flags)
{
	if (ord_type > 7 || tif > 7 || !(c->ord_types & 1 << ord_type) || !(c->tifs & 1 << tif))
		return false;
	if (ord_type == TG_ORD_MARKET && !c->tif_market && tif == TG_TIF_FOK)
		return false;	/* what could not be said must not be left out */
	if ((flags & TG_SUB_POST_ONLY) && !c->post_only[0])
		return false;
	if ((flags & TG_SUB_REDUCE_ONLY) && !c->reduce_only[0])
		return false;
	/* No venue of these says how the two values stand in one field. */
	return (flags & (TG_SUB_POST_ONLY | TG_SUB_REDUCE_ONLY)) != (TG_SUB_POST_ONLY | TG_SUB_REDUCE_ONLY);
}

/* FIX 4.2, volume 4, ExecTransType (20): a trade is 150=1 or 150=2, and what is no new event is told apart by 20 alone. */
static u8 exec_type_42(const struct tg_fix_exec *x)
{
	switch (x->trans_type) {
	case '1': return 'H';	/* trade cancel */
	case '2': return 'G';	/* trade correct */
	case '3': return 'I';	/* status */
	default: return x->exec_type == '1' || x->exec_type == '2' ? 'F' : x->exec_type;
	}
}

enum tg_fix_error tg_venue_exec(const struct tg_in_venue *v, struct tg_fix_exec *x, enum tg_fix_error err)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (unlikely(err)) {
		if (err != TG_FIX_MISSING || !c || (x->missing & ~c->exec_missing))
			return err;
		/* Without an ExecType a report is its OrdStatus (39). Fills have one: they are asked for as 150=F. */
		if (x->missing & TG_EXEC_NO_TYPE)
			x->exec_type = x->ord_status == '1' || x->ord_status == '2' ? 'I' : x->ord_status;
		if (x->missing & TG_EXEC_NO_EXEC_ID)
			x->exec_id = x->secondary_exec_id;
	}
	if (c->id_echo_swapped && x->cl_ord_id.len)
		x->order_id = x->cl_ord_id;	/* the id that cancels and replaces have to name */
	if (tg_venue_version(v) == 42)
		x->exec_type = exec_type_42(x);
	return TG_FIX_OK;
}

enum tg_fix_error tg_venue_cxlrej(const struct tg_in_venue *v, const struct tg_fix_cancel_reject *x, enum tg_fix_error err)
{
	const struct tg_venue_caps *c = caps_of(v);

	return err == TG_FIX_MISSING && c && !(x->missing & ~c->cxlrej_missing) ? TG_FIX_OK : err;
}

void tg_venue_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_BINANCE: tg_binance_put_logon(cred, w); break;
	case TG_DIALECT_KRAKEN: tg_kraken_put_logon(v, cred, w); break;
	case TG_DIALECT_COINBASE: tg_coinbase_put_logon(v, cred, w); break;
	case TG_DIALECT_DERIBIT: tg_deribit_put_logon(v, cred, w); break;
	}
}

void tg_venue_put_new(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (c)
		tg_body_new(c, tg_venue_version(v), i, account, o, now_ns, w);
}

void tg_venue_put_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (c)
		tg_body_cancel(c, i, account, o, now_ns, w);
}

void tg_venue_put_replace(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (c)
		tg_body_replace(c, tg_venue_version(v), i, account, o, now_ns, w);
}

void tg_venue_put_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (c)
		tg_body_status(c, i, account, o, w);
}

void tg_venue_put_mass_status(u64 req_id, struct tg_fix_writer *w)
{
	tg_fix_put_u64(w, 584, req_id);
	tg_fix_put_char(w, 585, '7');	/* all orders */
}

#define POSITIONS_DATE	8	/* YYYYMMDD of a time */

/* FIX 4.4 volume 5, "Request For Positions": 724=0, 581=1 the account as the customer's side has it. */
void tg_venue_put_positions(const char *account, u64 req_id, u64 now_ns, struct tg_fix_writer *w)
{
	tg_fix_put_u64(w, 710, req_id);
	tg_fix_put_char(w, 724, '0');
	tg_fix_put_str(w, 1, account, TG_NAME_LEN);
	tg_fix_put_char(w, 581, '1');
	tg_fix_put_time(w, 60, now_ns);
	if (w->time)
		tg_fix_put_bytes(w, 715, w->time, POSITIONS_DATE);
}

void tg_venue_put_stray_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const struct tg_fix_exec *x, u64 id, u64 now_ns,
			       struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	tg_fix_put_bytes(w, 41, x->cl_ord_id.p, x->cl_ord_id.len);
	tg_venue_put_cl_ord_id(c, w, 11, id, 0, now_ns);
	tg_fix_put_bytes(w, 37, x->order_id.p, x->order_id.len);
	if (c->ord_fields & TG_ORD_ACCOUNT)
		tg_fix_put_bytes(w, 1, x->account.p, x->account.len);
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	if (c->ord_fields & TG_ORD_CANCEL_SIDE)
		tg_fix_put_char(w, 54, x->side);
	if (c->ord_fields & TG_ORD_TIME)
		tg_fix_put_time(w, 60, now_ns);
	if (c->ord_fields & TG_ORD_CANCEL_QTY && x->has_qty)
		tg_venue_put_e8(w, 38, x->qty, i->qty_digits);
}

u32 tg_venue_status_type(const struct tg_venue_caps *c)
{
	switch (c->status_request) {
	case TG_STATUS_H: return TG_MT1('H');
	case TG_STATUS_AF: return TG_MT2('A', 'F');
	default: return 0;
	}
}

void tg_venue_put_mass_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, u8 scope, u64 req_id, u64 now_ns, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (!c)
		return;
	tg_venue_put_cl_ord_id(c, w, 11, req_id, 0, now_ns);
	switch (scope) {
	case TG_MASS_SYMBOL: tg_fix_put_char(w, 530, '1'); break;
	case TG_MASS_TYPE: tg_fix_put_char(w, 530, '5'); break;
	case TG_MASS_SESSION: tg_fix_put_char(w, 530, '6'); break;
	default: tg_fix_put_char(w, 530, '7'); break;
	}
	if (i)
		tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
	if (c->ord_fields & TG_ORD_TIME)
		tg_fix_put_time(w, 60, now_ns);
}

/* 264 as the venue takes it. */
static u32 depth_of(const struct tg_in_venue *v, const struct tg_in_instrument *i)
{
	u32 depth = i->md_depth ? i->md_depth : v->md_depth;

	switch (v->dialect) {
	case TG_DIALECT_BINANCE: return tg_binance_depth(depth);
	case TG_DIALECT_KRAKEN: return tg_kraken_depth(depth);
	case TG_DIALECT_DERIBIT: return 0;	/* updates exist for the full book only */
	default: return depth;
	}
}

void tg_venue_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (v->dialect == TG_DIALECT_COINBASE)
		tg_coinbase_put_md_request(i, req_id, unsubscribe, w);
	else if (c)
		tg_body_md_request(c, v, i, req_id, depth_of(v, i), unsubscribe, w);
}

u32 tg_venue_kept_depth(const struct tg_in_venue *v, const struct tg_in_instrument *i)
{
	const struct tg_venue_caps *c = caps_of(v);

	return c && c->md_depth_kept && !(i->flags & (TG_INSTRUMENT_L3 | TG_INSTRUMENT_PUBLISHED)) ? depth_of(v, i) : 0;
}

void tg_venue_put_security_list(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, struct tg_fix_writer *w)
{
	(void)v;
	tg_fix_put_u64(w, 320, req_id);
	tg_fix_put_char(w, 559, i ? '0' : '4');
	if (i)
		tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
}

void tg_venue_put_trading_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = caps_of(v);

	if (!c || !c->trading_status)
		return;
	if (c->trading_status == 'g')
		tg_fix_put_u64(w, 335, req_id);	/* TradSesReqID */
	else
		tg_fix_put_u64(w, 324, req_id);	/* SecurityStatusReqID */
	tg_fix_put_char(w, 263, unsubscribe ? '2' : '1');
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
}
