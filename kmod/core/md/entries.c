// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Entries of refresh messages as a book needs them: venue's way to number, to name and to leave out
 * is undone here. By price where the instrument's book is by price, by order where it is by order.
 */
#include "state.h"

#define TAG_SYMBOL	55u
#define TAG_COUNT	268u
#define TAG_PX		270u
#define TAG_SIZE	271u
#define TAG_ENTRY_ID	278u
#define TAG_LAST_ID	25044u

static enum tg_fix_error bad(u32 *bad_tag, u32 tag, enum tg_fix_error err)
{
	*bad_tag = tag;
	return err;
}

/* Orders must not pass for levels, nor the venue's data for a client's. */
struct tg_instrument *tg_md_instrument(const struct tg_engine *e, const struct tg_md_source *src,
				       const struct tg_fix_slice *symbol)
{
	struct tg_instrument *i =
		tg_instrument_by_symbol(e, src->venue_id, symbol->p, symbol->len);

	if (!i || (i->def.flags & TG_INSTRUMENT_PUBLISHED) ||
	    (src->caps->md_level == TG_MD_L3 && !(i->def.flags & TG_INSTRUMENT_L3)))
		return NULL;
	return i;
}

static u32 instrument_of(const struct tg_engine *e, const struct tg_md_source *src,
			 const struct tg_fix_slice *symbol, struct tg_md_symbols *sc)
{
	const struct tg_instrument *i;

	if (symbol->p == sc->p && symbol->len == sc->len)
		return sc->instrument_id;
	i = tg_md_instrument(e, src, symbol);
	sc->p = symbol->p;
	sc->len = symbol->len;
	sc->instrument_id = i ? i->def.instrument_id : 0;
	return sc->instrument_id;
}

/* 278 of a book by price may be the side and the price, which then need not stand in 270 too (Kraken, 35=X). */
static bool side_px_id(const struct tg_fix_md_entry *in)
{
	return in->entry_id.len > 1 &&
	       ((in->type == '0' && in->entry_id.p[0] == 'B') ||
		(in->type == '1' && in->entry_id.p[0] == 'O'));
}

static enum tg_fix_error by_price(const struct tg_fix_md_entry *in, struct tg_md_scratch *out,
				  u32 *bad_tag)
{
	bool has_px = in->has_px;

	if (unlikely(!has_px && side_px_id(in)))
		has_px = tg_fix_e8(in->entry_id.p + 1, in->entry_id.len - 1, &out->px);
	if (unlikely(!has_px))
		return bad(bad_tag, TAG_PX, TG_FIX_MISSING);
	if (in->action == '2') {
		/* 271 of a delete tells why (Kraken: 0 = gone, more = fell out of depth): it goes either way. */
		out->qty = 0;
		return TG_FIX_OK;
	}
	if (unlikely(!in->has_qty))
		return bad(bad_tag, TAG_SIZE, TG_FIX_MISSING);
	if (unlikely(in->qty < 0))
		return bad(bad_tag, TAG_SIZE, TG_FIX_RANGE);
	return TG_FIX_OK;
}

static enum tg_fix_error by_order(const struct tg_fix_md_entry *in, struct tg_md_scratch *out,
				  u32 *bad_tag)
{
	out->action = in->action - '0';
	out->sort_ns = in->sort_ns;
	out->id_len = 0;
	if (out->kind > TG_ASK)
		return TG_FIX_OK;
	if (!in->entry_id.len) {
		/* Coinbase: the matching engine has taken an order; it is not in the book. */
		out->kind = TG_MD_ACK;
		return TG_FIX_OK;
	}
	if (unlikely(in->entry_id.len > TG_MD_ID_MAX))
		return bad(bad_tag, TAG_ENTRY_ID, TG_FIX_RANGE);
	memset(out->id, 0, sizeof(out->id));
	memcpy(out->id, in->entry_id.p, in->entry_id.len);
	out->id_len = (u8)in->entry_id.len;
	if (!in->has_px)
		out->px = TG_PX_NONE;
	if (out->action == TG_MD_DELETE)
		return TG_FIX_OK;
	if (unlikely(!in->has_px && out->action == TG_MD_NEW))
		return bad(bad_tag, TAG_PX, TG_FIX_MISSING);
	if (unlikely(!in->has_qty))
		return bad(bad_tag, TAG_SIZE, TG_FIX_MISSING);
	if (unlikely(in->qty < 0))
		return bad(bad_tag, TAG_SIZE, TG_FIX_RANGE);
	return TG_FIX_OK;
}

static enum tg_fix_error convert(const struct tg_md_source *src, const struct tg_fix_md_entry *in,
				 bool orders, struct tg_md_scratch *out, u32 *bad_tag)
{
	enum tg_fix_error err;

	out->px = in->px;
	out->qty = in->qty;
	out->aggressor = in->aggressor;
	if (unlikely(src->caps->md_gap == TG_MD_GAP_RPT_SEQ)) {
		out->first_id = in->rpt_seq;
		out->last_id = in->rpt_seq;
	} else {
		out->first_id = in->first_id ? in->first_id : in->last_id;
		out->last_id = in->last_id;
	}
	if (unlikely(in->type < '0' || in->type > '2')) {
		out->kind = TG_MD_OTHER;
		return TG_FIX_OK;
	}
	out->kind = in->type - '0';
	if (unlikely(!in->symbol.len))
		return bad(bad_tag, TAG_SYMBOL, TG_FIX_MISSING);
	if (unlikely(out->kind == TG_MD_TRADE)) {
		if (!in->has_px)
			return bad(bad_tag, TAG_PX, TG_FIX_MISSING);
		if (in->action != '2' && !in->has_qty)
			return bad(bad_tag, TAG_SIZE, TG_FIX_MISSING);
		if (in->qty < 0)
			return bad(bad_tag, TAG_SIZE, TG_FIX_RANGE);
		out->action = in->action - '0';
		out->id_len = 0;
	} else {
		err = unlikely(orders) ? by_order(in, out, bad_tag) : by_price(in, out, bad_tag);
		if (unlikely(err))
			return err;
	}
	if (unlikely(out->last_id < out->first_id))
		return bad(bad_tag, TAG_LAST_ID, TG_FIX_RANGE);
	return TG_FIX_OK;
}

static __always_inline bool entry(const struct tg_engine *e, const struct tg_md_source *src,
				 struct tg_fix_md_iter *it, struct tg_md_symbols *sc,
				 u32 instrument_id, struct tg_md_scratch *out,
				 enum tg_fix_error *err, u32 *bad_tag)
{
	const struct tg_instrument *i;
	struct tg_fix_md_entry in;

	if (!tg_fix_md_next(it, &in)) {
		*err = it->err;
		*bad_tag = it->bad_tag;
		return false;
	}
	if (sc)
		instrument_id = instrument_of(e, src, &in.symbol, sc);
	i = tg_instrument(e, instrument_id);
	out->instrument_id = instrument_id;
	*err = convert(src, &in,
		       i ? i->def.flags & TG_INSTRUMENT_L3 : src->caps->md_level == TG_MD_L3, out,
		       bad_tag);
	return !*err;
}

bool tg_md_entry(const struct tg_engine *e, const struct tg_md_source *src,
		 struct tg_fix_md_iter *it, struct tg_md_symbols *sc, u32 instrument_id,
		 struct tg_md_scratch *out, enum tg_fix_error *err, u32 *bad_tag)
{
	return entry(e, src, it, sc, instrument_id, out, err, bad_tag);
}

enum tg_fix_error tg_md_decode(struct tg_engine *e, const struct tg_md_source *src,
			       struct tg_fix_md_iter *it, u32 instrument_id, u32 *held,
			       u32 *bad_tag)
{
	struct tg_md_symbols sc = { 0 };
	bool keep = it->count <= TG_MD_SCRATCH;
	enum tg_fix_error err;
	u32 n = 0;

	/* A group never gives more entries than its count says. */
	while (entry(e, src, it, it->msg_type == TG_MT1('X') ? &sc : NULL, instrument_id,
		     &e->md_scratch[keep ? n : 0], &err, bad_tag))
		n++;
	*held = keep ? n : 0;
	return err;
}
