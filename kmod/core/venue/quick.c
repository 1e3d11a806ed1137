// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Request bodies from templates. See quick.h. The fields and their order are those of body.c, which is the reference: a test compares the two. */
#include "venue/quick.h"
#include "fix/encode_inline.h"

#define ROOM		512u	/* the longest body written here, and whole words behind it: ids 2 x 41, 37 up to 70, template, time, two decimals */
#define VARIANT_CANCEL	3u

static __always_inline u8 *end_field(u8 *p, u32 *sum)
{
	*p = TG_SOH;
	*sum += TG_SOH;
	return p + 1;
}

/* ClOrdID with its tag: a constant. */
static __always_inline u8 *put_id(const struct tg_venue_caps *c, u8 *p, u64 tag, u64 id, u32 routing, u64 time_ns, u32 *sum)
{
	p = tg_fix_tag_to(p, tag);
	*sum += tg_fix_tag_sum(tag);
	if (likely(c->cl_ord_id == TG_ID_HEX16 && !routing)) {
		tg_fix_store(p, tg_fix_hex8((u32)(id >> 32), 'A', sum));
		tg_fix_store(p + 8, tg_fix_hex8((u32)id, 'A', sum));
		return end_field(p + 16, sum);
	}
	return end_field(p + tg_venue_cl_ord_id_sum(c, id, routing, time_ns, p, sum), sum);
}

static u8 *put_venue_id(u8 *p, struct tg_fix_writer *w, u64 tag, const struct tg_order *o, u32 *sum)
{
	const u8 *from = p;

	w->p = p;
	tg_fix_write_str(w, tag, o->venue_order_id, TG_VENUE_ORDER_ID_LEN);
	*sum += tg_fix_sum(from, (u32)(w->p - from));
	return w->p;
}

/* 41, 11 and 37 of a cancel or replace: put_ids() of body.c. */
static u8 *put_ids(const struct tg_venue_caps *c, const struct tg_order *o, u8 *p, struct tg_fix_writer *w, u32 *sum)
{
	if (c->id_echo_swapped) {
		p = put_venue_id(p, w, tg_fix_tag_bytes(41), o, sum);
		return put_id(c, p, tg_fix_tag_bytes(11), o->order_id | 1, o->routing_id, o->cl_ord_ns, sum);
	}
	p = put_id(c, p, tg_fix_tag_bytes(41), o->cl_ord_id, o->routing_id, o->cl_ord_ns, sum);
	p = put_id(c, p, tg_fix_tag_bytes(11), o->req_cl_ord_id, o->routing_id, o->req_cl_ord_ns, sum);
	if (c->ord_fields & TG_ORD_VENUE_ID)
		p = put_venue_id(p, w, tg_fix_tag_bytes(37), o, sum);
	return p;
}

static __always_inline u8 *put_qty(u8 *p, s64 qty, u32 min_digits, u32 *sum)
{
	tg_fix_store4(p, '3' | '8' << 8 | '=' << 16);
	*sum += '3' + '8' + '=' + TG_SOH;
	p = tg_fix_e8_to(p + 3, (u64)qty, min_digits, sum);
	*p++ = TG_SOH;
	return p;
}

/* 40, 44 and 59. */
static __always_inline u8 *put_terms(const struct tg_venue_caps *c, u8 *p, const struct tg_order *o, s64 px, u32 min_digits, u32 *sum)
{
	bool limit = o->ord_type == TG_ORD_LIMIT;

	tg_fix_store(p, '4' | '0' << 8 | '=' << 16 | (u64)('0' + o->ord_type) << 24 | (u64)TG_SOH << 32 | (u64)'4' << 40 | (u64)'4' << 48 |
			(u64)'=' << 56);
	*sum += '4' + '0' + '=' + '0' + o->ord_type + TG_SOH;
	if (likely(limit)) {
		*sum += '4' + '4' + '=' + TG_SOH;
		p = tg_fix_e8_to(p + 8, (u64)px, min_digits, sum);
		*p++ = TG_SOH;
	} else {
		p += 5;
	}
	if ('0' + o->tif != c->tif_default && (c->tif_market || limit)) {
		tg_fix_store(p, '5' | '9' << 8 | '=' << 16 | (u64)('0' + o->tif) << 24 | (u64)TG_SOH << 32);
		*sum += '5' + '9' + '=' + '0' + o->tif + TG_SOH;
		p += 5;
	}
	return p;
}

/* The body, or false and nothing written: no template's text, no time in the header, no room, or a number with more digits than are made here. */
static __always_inline bool put_like(enum tg_request_kind kind, const struct tg_venue_caps *c, const struct tg_in_instrument *i, const struct tg_order *o,
				     u64 now_ns, const struct tg_template *t, struct tg_fix_writer *w)
{
	const s64 qty = kind == TG_REQUEST_REPLACE ? o->req_qty : o->qty, px = kind == TG_REQUEST_REPLACE ? o->req_px : o->px;
	u32 sum = w->sum, n;
	u8 *p = w->p;

	/* A negative number is a large one. */
	if (unlikely(w->summed != p || w->time_ns != now_ns || w->end - p < (s64)ROOM || (u64)qty >= (u64)TG_SCALE * TG_SCALE ||
		     (u64)px >= (u64)TG_SCALE * TG_SCALE))
		return false;
	if (kind == TG_REQUEST_NEW)
		p = put_id(c, p, tg_fix_tag_bytes(11), o->req_cl_ord_id, o->routing_id, o->req_cl_ord_ns, &sum);
	else
		p = put_ids(c, o, p, w, &sum);
	for (n = 0; n < 32; n += 8)
		tg_fix_store(p + n, tg_load64(t->text + n));
	for (; unlikely(n < t->len); n += 8)
		tg_fix_store(p + n, tg_load64(t->text + n));
	p += t->len;
	sum += t->sum;
	if (kind != TG_REQUEST_CANCEL || (c->ord_fields & TG_ORD_CANCEL_SIDE)) {
		p[0] = (u8)('0' + o->side);
		p[1] = TG_SOH;
		sum += '0' + o->side + TG_SOH;
		p += 2;
	}
	if (c->ord_fields & TG_ORD_TIME) {
		tg_fix_store4(p, '6' | '0' << 8 | '=' << 16);
		tg_fix_store(p + 3, tg_load64(w->time));
		tg_fix_store(p + 11, tg_load64(w->time + 8));
		tg_fix_store(p + 17, tg_load64(w->time + 14));
		sum += '6' + '0' + '=' + w->time_sum + TG_SOH;
		p += 3 + TG_FIX_TIME_LEN + 1;
	}
	if (kind == TG_REQUEST_CANCEL) {
		if (c->ord_fields & TG_ORD_CANCEL_QTY)
			p = put_qty(p, qty, i->qty_digits, &sum);
	} else {
		p = put_qty(p, qty, i->qty_digits, &sum);
		p = put_terms(c, p, o, px, i->px_digits, &sum);
	}
	w->p = p;
	w->summed = p;
	w->sum = sum;
	return true;
}

static __attribute__((__noinline__)) bool put_new_like(const struct tg_venue_caps *c, const struct tg_in_instrument *i, const struct tg_order *o, u64 now_ns,
			 const struct tg_template *t, struct tg_fix_writer *w)
{
	return put_like(TG_REQUEST_NEW, c, i, o, now_ns, t, w);
}

static __attribute__((__noinline__)) bool put_change_like(enum tg_request_kind kind, const struct tg_venue_caps *c, const struct tg_in_instrument *i,
			    const struct tg_order *o, u64 now_ns, const struct tg_template *t, struct tg_fix_writer *w)
{
	return kind == TG_REQUEST_CANCEL ? put_like(TG_REQUEST_CANCEL, c, i, o, now_ns, t, w) :
					   put_like(TG_REQUEST_REPLACE, c, i, o, now_ns, t, w);
}

static __always_inline bool known(const struct tg_template *t, const struct tg_order *o, u8 variant)
{
	return t->variant == variant + 1 && t->account_id == o->account_id;
}

static u8 *next_field(u8 *p)
{
	while (*p++ != TG_SOH)
		;
	return p;
}

/* What an ordinary encode wrote from `from` on: past the ids, up to and with "54=". */
static void learn(struct tg_template *t, enum tg_request_kind kind, const struct tg_venue_caps *c, const struct tg_in_instrument *i, u8 *from,
		  const struct tg_order *o, u64 now_ns, u8 variant, struct tg_fix_writer *w)
{
	struct tg_fix_writer again = *w;
	u32 len = (u32)(w->p - from), n;
	u8 *p = from, *text;

	memset(t, 0, sizeof(*t));
	while (p < w->p && (!memcmp(p, "11=", 3) || !memcmp(p, "41=", 3) || !memcmp(p, "37=", 3)))
		p = next_field(p);
	text = p;
	while (p < w->p && memcmp(p, "54=", 3) && memcmp(p, "60=", 3) && memcmp(p, "38=", 3))
		p = next_field(p);
	if (p < w->p && !memcmp(p, "54=", 3))
		p += 3;
	n = (u32)(p - text);
	if (w->full || n > TG_TEMPLATE_TEXT)
		return;
	memcpy(t->text, text, n);
	t->len = (u8)n;
	t->sum = tg_fix_sum(t->text, n);
	/* Checked before it is trusted: once more behind the message, and no byte may differ. */
	again.summed = again.p;
	if ((kind == TG_REQUEST_NEW ? put_new_like(c, i, o, now_ns, t, &again) : put_change_like(kind, c, i, o, now_ns, t, &again)) &&
	    (u32)(again.p - w->p) == len && !memcmp(w->p, from, len) &&
	    ((again.sum - w->sum) & 0xff) == tg_fix_sum(from, len)) {
		t->account_id = o->account_id;
		t->variant = (u8)(variant + 1);
	} else {
		memset(t, 0, sizeof(*t));
	}
}

static __attribute__((__noinline__)) void put_plain(enum tg_request_kind kind, const struct tg_in_venue *v, const struct tg_venue_caps *c,
						    const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
						    u64 now_ns, struct tg_template *t, u8 variant, struct tg_fix_writer *w)
{
	u8 *from = w->p;

	switch (kind) {
	case TG_REQUEST_NEW: tg_venue_put_new(v, i, account, o, now_ns, w); break;
	case TG_REQUEST_CANCEL: tg_venue_put_cancel(v, i, account, o, now_ns, w); break;
	case TG_REQUEST_REPLACE: tg_venue_put_replace(v, i, account, o, now_ns, w); break;
	}
	if (!known(t, o, variant) && o->account_id && account[0] && w->summed == from)
		learn(t, kind, c, i, from, o, now_ns, variant, w);
}

void tg_venue_put_request(enum tg_request_kind kind, const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account,
			  const struct tg_order *o, u64 now_ns, struct tg_template *t, struct tg_fix_writer *w)
{
	const struct tg_venue_caps *c = tg_venue_caps(v->dialect);
	u8 variant;

	if (unlikely(!c))
		return;
	/* What a template has of a new order is not what such a venue's replace has. */
	if (unlikely(kind == TG_REQUEST_REPLACE && c->stp.newest && !c->stp.in_replace)) {
		tg_venue_put_replace(v, i, account, o, now_ns, w);
		return;
	}
	/* body.c: post-only is looked at first */
	variant = kind == TG_REQUEST_CANCEL ? VARIANT_CANCEL : (o->flags & TG_SUB_POST_ONLY) ? 1 : (o->flags & TG_SUB_REDUCE_ONLY) ? 2 : 0;
	t += variant | (o->account_id & 1u) << 2;
	if (likely(known(t, o, variant) &&
		   (kind == TG_REQUEST_NEW ? put_like(TG_REQUEST_NEW, c, i, o, now_ns, t, w) : put_change_like(kind, c, i, o, now_ns, t, w))))
		return;
	put_plain(kind, v, c, i, account, o, now_ns, t, variant, w);
}
