// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Frames to typed views: header, admin messages, reports. Market data is in decode_md.c. */
#include "fix/decode_inline.h"

static __always_inline bool take_flag(struct tg_fix_cursor *k, bool *out)
{
	u8 v;

	if (!tg_fix_take_char(k, &v))
		return false;
	*out = v == 'Y';
	if (unlikely(v != 'Y' && v != 'N'))
		k->err = TG_FIX_FORMAT;
	return v == 'Y' || v == 'N';
}

static __always_inline bool take_u16(struct tg_fix_cursor *k, u16 *out)
{
	u32 v;

	if (!tg_fix_take_u32(k, &v))
		return false;
	*out = (u16)v;
	if (unlikely(v > 0xffff))
		k->err = TG_FIX_RANGE;
	return v <= 0xffff;
}

/* An average may have more decimals than we keep; those are cut, as it decides nothing. */
static bool average(const u8 *v, u32 len, s64 *out)
{
	u32 i, point, keep;

	for (point = 0; point < len && v[point] != '.'; point++)
		;
	keep = len - point > TG_SCALE_DIGITS + 1 ? point + TG_SCALE_DIGITS + 1 : len;
	for (i = keep; i < len; i++)
		if (v[i] < '0' || v[i] > '9')
			return false;
	return tg_fix_e8(v, keep, out);
}

static __always_inline bool take_average(struct tg_fix_cursor *k, s64 *out)
{
	s64 v;

	if (!tg_fix_take(k))
		return false;
	if (unlikely(!average(k->val, k->len, &v))) {
		k->err = TG_FIX_FORMAT;
		return false;
	}
	*out = v;
	return true;
}

enum { H_SEQ = 1, H_SENDER = 2, H_TARGET = 4, H_TIME = 8, H_DUP = 16, H_RESEND = 32, H_ORIG = 64, H_REQUIRED = 15 };

/* Header fields that we have no use for (FIX 4.4 volume 2, standard header). */
static bool header_tag(u32 tag)
{
	switch (tag) {
	case 50: case 57: case 90: case 91: case 115: case 116: case 128: case 129: case 142: case 143: case 144: case 145: case 212: case 213:
	case 347: case 369: case 627: case 628: case 629: case 630: case 1128: case 1129: case 1156:
		return true;
	default:
		return false;
	}
}

#define SEQ_MAX		16u	/* fifteen digits and SOH: what tg_fix_take_u64() converts by itself */
#define TIME_LEN	22u	/* YYYYMMDD-HH:MM:SS.sss and SOH */

/* The n words of a span against the message; there are that many bytes. */
static __always_inline bool span_same(const u8 *p, const u64 *w, u32 n, u64 mask)
{
	u64 diff = (tg_load64(p + 8 * n - 8) & mask) ^ w[n - 1];

	for (; --n; p += 8, w++)
		diff |= tg_load64(p) ^ *w;
	return likely(!diff);
}

static __always_inline bool take_seq(const u8 **p, u64 *out)
{
	struct tg_fix_cursor k = { .val = *p };
	bool ok = tg_fix_take_u64(&k, out);

	*p = k.p;
	return ok;
}

/*
 * A header in one piece. A span holds whole header fields and then "34=" or "52=", or nothing; no field 10 is ever among them, so one that agrees with the
 * message ends before the trailer. false: as if nothing had been done.
 */
static __always_inline bool take_hinted(const struct tg_fix_frame *f, const struct tg_fix_hint *hint, struct tg_fix_cursor *c, struct tg_fix_header *h)
{
	const u8 *s0 = f->msg + f->fields_off, *end = f->msg + f->body_off + f->body_len - 1, *s1, *p = s0;
	const u64 *w = hint->word, date = hint->date, date_ns = hint->date_ns;
	u64 seq = 0, time_ns = 0;
	u32 n;

	if (unlikely((s64)(end - s0) < (s64)hint->need) || !span_same(p, w, hint->words[0], hint->mask[0]))
		return false;
	p += hint->len[0];
	w += hint->words[0];
	if (unlikely(hint->time_first)) {
		if (!tg_fix_near_time(p, date, date_ns, &time_ns))
			return false;
		p += TIME_LEN;
	} else if (!take_seq(&p, &seq)) {
		return false;
	}
	s1 = p;
	if (!span_same(p, w, hint->words[1], hint->mask[1]))
		return false;
	p += hint->len[1];
	if (unlikely(hint->time_first)) {
		if (!take_seq(&p, &seq))
			return false;
	} else {
		if (!tg_fix_near_time(p, date, date_ns, &time_ns))
			return false;
		p += TIME_LEN;
	}
	n = hint->words[2];
	if (n && ((s64)(end + 8 - p) < (s64)(8 * n) || !span_same(p, w + hint->words[1], n, hint->mask[2])))
		return false;
	if (unlikely(!seq))
		return false;
	h->msg_type = f->msg_type;
	h->seq = seq;
	h->sending_time_ns = time_ns;
	h->orig_sending_time_ns = 0;
	h->poss_dup = h->poss_resend = false;
	h->bad_tag = 0;
	h->sender.p = (likely(!hint->sender_span) ? s0 : hint->sender_span == 1 ? s1 : p) + hint->sender_off;
	h->target.p = (likely(!hint->target_span) ? s0 : hint->target_span == 1 ? s1 : p) + hint->target_off;
	h->sender.len = hint->sender_len;
	h->target.len = hint->target_len;
	c->p = p + hint->len[2];
	c->end = end;
	c->val = NULL;
	c->len = c->tag = 0;
	c->err = TG_FIX_OK;
	c->date = date;
	c->date_ns = date_ns;
	return true;
}

static void learn_span(struct tg_fix_hint *hint, u32 i, const u8 *p, u32 len, u32 *at)
{
	u32 n = (len + 7) / 8;

	memcpy(&hint->word[*at], p, len);
	hint->words[i] = (u8)n;
	hint->len[i] = (u8)len;
	hint->mask[i] = len & 7 ? ~0ULL >> (64 - 8 * (len & 7)) : ~0ULL;
	*at += n;
}

/* from .. end: a header that has nothing variable but 34 and 52, whose values are at seq and time. */
static void learn(struct tg_fix_hint *hint, const struct tg_fix_header *h, const u8 *from, const u8 *seq, const u8 *time, const u8 *end)
{
	const u8 *first = seq < time ? seq : time, *second = seq < time ? time : seq, *s1 = tg_fix_far(first) + 1, *s2 = tg_fix_far(second) + 1, *v;
	u32 n0 = (u32)(first - from), n1 = (u32)(second - s1), n2 = (u32)(end - s2), at = 0;

	hint->words[0] = 0;
	if ((u64)(end - from) > 8 * TG_FIX_HINT_WORDS + SEQ_MAX + TIME_LEN || (n0 + 7) / 8 + (n1 + 7) / 8 + (n2 + 7) / 8 > TG_FIX_HINT_WORDS)
		return;
	memset(hint->word, 0, sizeof(hint->word));
	learn_span(hint, 0, from, n0, &at);
	learn_span(hint, 1, s1, n1, &at);
	learn_span(hint, 2, s2, n2, &at);
	hint->time_first = time < seq;
	hint->need = n0 + (hint->time_first ? TIME_LEN : SEQ_MAX) + 8 * hint->words[1] - 8;
	if (hint->need < 8u * hint->words[0])
		hint->need = 8u * hint->words[0];
	v = h->sender.p;
	hint->sender_span = v < s1 ? 0 : v < s2 ? 1 : 2;
	hint->sender_off = (u8)(v - (v < s1 ? from : v < s2 ? s1 : s2));
	hint->sender_len = (u8)h->sender.len;
	v = h->target.p;
	hint->target_span = v < s1 ? 0 : v < s2 ? 1 : 2;
	hint->target_off = (u8)(v - (v < s1 ? from : v < s2 ? s1 : s2));
	hint->target_len = (u8)h->target.len;
}

/* No header field begins with 26 or 37; the bodies of market data and reports do. */
static __always_inline bool body_begins(const u8 *p)
{
	return (p[0] == '2' && p[1] == '6') || (p[0] == '3' && p[1] == '7');
}

/* Field by field from *c on; seen: what was found before it. */
static __attribute__((__noinline__)) enum tg_fix_error walk_header(const struct tg_fix_frame *f, struct tg_fix_hint *hint, struct tg_fix_cursor *c, struct tg_fix_header *h, u32 seen)
{
	const u8 *from, *seq_val = NULL, *time_val = NULL;
	struct tg_fix_cursor k = *c;

	while (!tg_fix_done(&k)) {
		struct tg_fix_cursor next;

		from = k.p;
		if (body_begins(from))
			break;
		FIELD(TG_K2('4', '9'), H_SENDER, take_slice(&k, &h->sender));
		FIELD(TG_K2('5', '6'), H_TARGET, take_slice(&k, &h->target));
		FIELD(TG_K2('3', '4'), H_SEQ, (seq_val = k.val, tg_fix_take_u64(&k, &h->seq)));
		FIELD(TG_K2('4', '3'), H_DUP, take_flag(&k, &h->poss_dup));
		FIELD(TG_K2('4', '9'), H_SENDER, take_slice(&k, &h->sender));
		FIELD(TG_K2('5', '2'), H_TIME, (time_val = k.val, tg_fix_take_time(&k, &h->sending_time_ns)));
		FIELD(TG_K2('5', '6'), H_TARGET, take_slice(&k, &h->target));
		FIELD(TG_K2('9', '7'), H_RESEND, take_flag(&k, &h->poss_resend));
		FIELD(TG_K3('1', '2', '2'), H_ORIG, tg_fix_take_time(&k, &h->orig_sending_time_ns));
		if (k.p != from)
			continue;
		next = k;
		if (!tg_fix_next(&next)) {
			if ((seen & H_REQUIRED) == H_REQUIRED)
				break;		/* the body's decoder will say what is wrong */
			k = next;
			goto bad;
		}
		if (!header_tag(next.tag))
			break;
		k = next;
	}
	h->bad_tag = !(seen & H_SEQ) ? 34 : !(seen & H_SENDER) ? 49 : !(seen & H_TARGET) ? 56 : !(seen & H_TIME) ? 52 : 0;
	if (unlikely(h->bad_tag))
		return TG_FIX_MISSING;
	if (unlikely(!h->seq)) {	/* 34 starts at 1; a SequenceReset-Reset may say 0, and is read on */
		h->bad_tag = 34;
		*c = k;
		return TG_FIX_FORMAT;
	}
	if (hint && seen == H_REQUIRED && seq_val) {
		learn(hint, h, f->msg + f->fields_off, seq_val, time_val, k.p);
		hint->date = k.date;
		hint->date_ns = k.date_ns;
	}
	*c = k;
	return TG_FIX_OK;
bad:
	h->bad_tag = tg_fix_bad_tag(k.val);
	if (h->bad_tag == 34)
		h->seq = 0;
	return k.err;
}

enum tg_fix_error tg_fix_decode_header_like(const struct tg_fix_frame *f, struct tg_fix_hint *hint, struct tg_fix_cursor *c, struct tg_fix_header *h)
{
	if (hint && likely(hint->words[0]) && likely(take_hinted(f, hint, c, h))) {
		if (likely(body_begins(c->p)))
			return TG_FIX_OK;
		return walk_header(f, NULL, c, h, H_REQUIRED);	/* what follows may still belong to it: 43, 97, 122 */
	}
	memset(h, 0, sizeof(*h));
	h->msg_type = f->msg_type;
	tg_fix_cursor_init(c, f);
	return walk_header(f, hint, c, h, 0);
}

enum tg_fix_error tg_fix_decode_header(const struct tg_fix_frame *f, struct tg_fix_cursor *c, struct tg_fix_header *h)
{
	return tg_fix_decode_header_like(f, NULL, c, h);
}

/* Tags that a type must have, besides 98 of the Logon, which says nothing: no encryption is ever used. */
static u32 admin_missing(u32 msg_type, u64 seen)
{
	switch (msg_type) {
	case 'A': return seen & 1 ? 0 : 108;
	case '1': return seen & 8 ? 0 : 112;
	case '2': return !(seen & 16) ? 7 : !(seen & 32) ? 16 : 0;
	case '4': return seen & 64 ? 0 : 36;
	case '3': case 'j': return seen & 256 ? 0 : 45;
	default: return 0;
	}
}

static enum tg_fix_error admin_field(struct tg_fix_cursor *c, struct tg_fix_admin *a, u32 *bit)
{
	struct tg_fix_slice v = { c->val, c->len };
	bool flag = v.p[0] == 'Y', flag_ok = v.len == 1 && (flag || v.p[0] == 'N'), ok = true;

	switch (c->tag) {
	case 108: *bit = 1; ok = tg_fix_u32(v.p, v.len, &a->heartbeat_s); break;
	case 141: *bit = 2; ok = flag_ok; a->reset_seq = flag; break;
	case 789: *bit = 4; ok = tg_fix_u64(v.p, v.len, &a->next_expected); break;
	case 112: *bit = 8; a->test_req_id = v; break;
	case 7: *bit = 16; ok = tg_fix_u64(v.p, v.len, &a->begin_seq); break;
	case 16: *bit = 32; ok = tg_fix_u64(v.p, v.len, &a->end_seq); break;
	case 36: *bit = 64; ok = tg_fix_u64(v.p, v.len, &a->new_seq); break;
	case 123: *bit = 128; ok = flag_ok; a->gap_fill = flag; break;
	case 45: *bit = 256; ok = tg_fix_u64(v.p, v.len, &a->ref_seq); break;
	case 371: *bit = 512; ok = tg_fix_u32(v.p, v.len, &a->ref_tag); break;
	case 372: *bit = 1024; a->ref_msg_type = v; break;
	case 373: case 380: *bit = 2048; ok = tg_fix_u32(v.p, v.len, &a->reject_reason); break;
	case 379: *bit = 4096; a->ref_id = v; break;
	case 58: *bit = 8192; a->text = v; break;
	default: *bit = 0; break;
	}
	return ok ? TG_FIX_OK : TG_FIX_FORMAT;
}

/* The cursor has been stopped by a data field without its length; it stands behind the value all the same. */
static bool bare_data(struct tg_fix_cursor *c, u32 bare)
{
	if (!bare || c->tag != bare || c->err != TG_FIX_DATA_LENGTH)
		return false;
	c->err = TG_FIX_OK;
	return true;
}

enum tg_fix_error tg_fix_decode_admin(u32 msg_type, u32 bare, struct tg_fix_cursor *c, struct tg_fix_admin *a)
{
	enum tg_fix_error err;
	u32 seen = 0, bit;

	memset(a, 0, sizeof(*a));
	while (tg_fix_skip_cold(c) || bare_data(c, bare)) {
		err = admin_field(c, a, &bit);
		if (err || seen & bit) {
			a->bad_tag = c->tag;
			return err ? err : TG_FIX_DUPLICATE;
		}
		seen |= bit;
	}
	if (c->err) {
		a->bad_tag = tg_fix_bad_tag(c->val);
		return c->err;
	}
	a->bad_tag = admin_missing(msg_type, seen);
	return a->bad_tag ? TG_FIX_MISSING : TG_FIX_OK;
}

enum {
	X_ORDER_ID = 1 << 0, X_CL = 1 << 1, X_ORIG = 1 << 2, X_EXEC_ID = 1 << 3, X_SYMBOL = 1 << 4, X_ACCOUNT = 1 << 5, X_TEXT = 1 << 6,
	X_EXEC_TYPE = 1 << 7, X_STATUS = 1 << 8, X_SIDE = 1 << 9, X_TYPE = 1 << 10, X_TIF = 1 << 11, X_LIQ = 1 << 12, X_REJ = 1 << 13,
	X_QTY = 1 << 14, X_PX = 1 << 15, X_LAST_QTY = 1 << 16, X_LAST_PX = 1 << 17, X_LEAVES = 1 << 18, X_CUM = 1 << 19, X_AVG = 1 << 20,
	X_COMM = 1 << 21, X_COMM_TYPE = 1 << 22, X_TIME = 1 << 23, X_TRANS = 1 << 24, X_EXEC_ID2 = 1 << 25,
	X_REF = 1 << 26, X_MASS_ID = 1 << 27, X_TOTAL = 1 << 28, X_LAST = 1 << 29,
};

/* Fields that few reports have, out of the way of those that all have. */
static __attribute__((__noinline__)) bool exec_rare(struct tg_fix_cursor *c, struct tg_fix_exec *x, u32 *fields)
{
	struct tg_fix_cursor k = *c;
	const u8 *from = k.p;
	u32 seen = *fields;
	u8 last = 'N';

	FIELD(TG_K2('1', '9'), X_REF, take_slice(&k, &x->exec_ref_id));
	FIELD(TG_K2('2', '0'), X_TRANS, tg_fix_take_char(&k, &x->trans_type));
	FIELD(TG_K3('5', '2', '7'), X_EXEC_ID2, take_slice(&k, &x->secondary_exec_id));
	FIELD(TG_K3('5', '8', '4'), X_MASS_ID, take_slice(&k, &x->mass_req_id));
	FIELD(TG_K3('9', '1', '1'), X_TOTAL, tg_fix_take_u64(&k, &x->total_reports));
	FIELD(TG_K3('9', '1', '2'), X_LAST, tg_fix_take_char(&k, &last) && (last == 'Y' || last == 'N'));
	if (last == 'Y')
		x->last_report = true;
	if (k.p == from && !tg_fix_skip(&k))
		goto bad;
	*fields = seen;
	*c = k;
	return true;
bad:
	*c = k;
	return false;
}

enum tg_fix_error tg_fix_decode_exec(struct tg_fix_cursor *c, struct tg_fix_exec *x)
{
	struct tg_fix_cursor k = *c;
	u32 seen = 0;
	u8 liquidity = '0', comm_type = '3';

	memset(x, 0, sizeof(*x));
	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

		FIELD(TG_K2('3', '7'), X_ORDER_ID, take_slice(&k, &x->order_id));
		FIELD(TG_K2('1', '1'), X_CL, take_slice(&k, &x->cl_ord_id));
		FIELD(TG_K2('4', '1'), X_ORIG, take_slice(&k, &x->orig_cl_ord_id));
		FIELD(TG_K2('1', '7'), X_EXEC_ID, take_slice(&k, &x->exec_id));
		FIELD(TG_K3('1', '5', '0'), X_EXEC_TYPE, tg_fix_take_char(&k, &x->exec_type));
		FIELD(TG_K2('3', '9'), X_STATUS, tg_fix_take_char(&k, &x->ord_status));
		FIELD(TG_K1('1'), X_ACCOUNT, take_slice(&k, &x->account));
		FIELD(TG_K2('5', '5'), X_SYMBOL, take_slice(&k, &x->symbol));
		FIELD(TG_K2('5', '4'), X_SIDE, tg_fix_take_char(&k, &x->side));
		FIELD(TG_K2('3', '8'), X_QTY, tg_fix_take_e8(&k, &x->qty));
		FIELD(TG_K2('4', '0'), X_TYPE, tg_fix_take_char(&k, &x->ord_type));
		FIELD(TG_K2('4', '4'), X_PX, tg_fix_take_px(&k, &x->px));
		FIELD(TG_K2('5', '9'), X_TIF, tg_fix_take_char(&k, &x->tif));
		FIELD(TG_K2('3', '2'), X_LAST_QTY, tg_fix_take_e8(&k, &x->last_qty));
		FIELD(TG_K2('3', '1'), X_LAST_PX, tg_fix_take_e8(&k, &x->last_px));
		FIELD(TG_K3('1', '5', '1'), X_LEAVES, tg_fix_take_e8(&k, &x->leaves_qty));
		FIELD(TG_K2('1', '4'), X_CUM, tg_fix_take_e8(&k, &x->cum_qty));
		FIELD(TG_K1('6'), X_AVG, take_average(&k, &x->avg_px));
		FIELD(TG_K2('6', '0'), X_TIME, tg_fix_take_time(&k, &x->transact_time_ns));
		FIELD(TG_K3('8', '5', '1'), X_LIQ, tg_fix_take_char(&k, &liquidity));
		FIELD(TG_K2('1', '2'), X_COMM, tg_fix_take_e8(&k, &x->commission));
		FIELD(TG_K2('1', '3'), X_COMM_TYPE, tg_fix_take_char(&k, &comm_type));
		FIELD(TG_K3('1', '0', '3'), X_REJ, take_u16(&k, &x->ord_rej_reason));
		FIELD(TG_K2('5', '8'), X_TEXT, take_slice(&k, &x->text));
		if (k.p == from && !exec_rare(&k, x, &seen))
			goto bad;
	}
	*c = k;
	x->bad_tag = !(seen & X_ORDER_ID) ? 37 : !(seen & X_EXEC_ID) ? 17 : !(seen & X_EXEC_TYPE) ? 150 : !(seen & X_STATUS) ? 39 : !(seen & X_CUM) ? 14 : 0;
	x->liquidity = (u8)(liquidity - '0');
	if (comm_type != '3')		/* per unit or percentage: not money of this fill */
		x->commission = 0;
	x->has_commission = seen & X_COMM && comm_type == '3';
	x->has_qty = seen & X_QTY;
	x->has_px = seen & X_PX;
	x->has_last = seen & X_LAST_QTY && seen & X_LAST_PX;
	x->has_leaves = seen & X_LEAVES;
	x->has_cum = seen & X_CUM;
	if (likely(!x->bad_tag))
		return TG_FIX_OK;
	x->missing = (u8)((seen & X_ORDER_ID ? 0 : TG_EXEC_NO_ORDER_ID) | (seen & X_EXEC_ID ? 0 : TG_EXEC_NO_EXEC_ID) |
			  (seen & X_EXEC_TYPE ? 0 : TG_EXEC_NO_TYPE) | (seen & X_STATUS ? 0 : TG_EXEC_NO_STATUS) | (seen & X_CUM ? 0 : TG_EXEC_NO_CUM));
	return TG_FIX_MISSING;
bad:
	x->bad_tag = tg_fix_bad_tag(k.val);
	*c = k;
	return k.err;
}

enum { R_ORDER_ID = 1, R_CL = 2, R_ORIG = 4, R_TEXT = 8, R_STATUS = 16, R_RESPONSE = 32, R_REASON = 64 };

enum tg_fix_error tg_fix_decode_cancel_reject(struct tg_fix_cursor *c, struct tg_fix_cancel_reject *x)
{
	struct tg_fix_cursor k = *c;
	u32 seen = 0;

	memset(x, 0, sizeof(*x));
	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

		FIELD(TG_K2('3', '7'), R_ORDER_ID, take_slice(&k, &x->order_id));
		FIELD(TG_K2('1', '1'), R_CL, take_slice(&k, &x->cl_ord_id));
		FIELD(TG_K2('4', '1'), R_ORIG, take_slice(&k, &x->orig_cl_ord_id));
		FIELD(TG_K2('3', '9'), R_STATUS, tg_fix_take_char(&k, &x->ord_status));
		FIELD(TG_K3('4', '3', '4'), R_RESPONSE, tg_fix_take_char(&k, &x->response_to));
		FIELD(TG_K3('1', '0', '2'), R_REASON, take_u16(&k, &x->reason));
		FIELD(TG_K2('5', '8'), R_TEXT, take_slice(&k, &x->text));
		if (k.p == from && !tg_fix_skip(&k))
			goto bad;
	}
	*c = k;
	x->bad_tag = !(seen & R_CL) ? 11 : !(seen & R_STATUS) ? 39 : !(seen & R_RESPONSE) ? 434 : 0;
	x->missing = (u8)((seen & R_CL ? 0 : TG_CXLREJ_NO_ID) | (seen & R_STATUS ? 0 : TG_CXLREJ_NO_STATUS) | (seen & R_RESPONSE ? 0 : TG_CXLREJ_NO_RESPONSE));
	return x->bad_tag ? TG_FIX_MISSING : TG_FIX_OK;
bad:
	x->bad_tag = tg_fix_bad_tag(k.val);
	*c = k;
	return k.err;
}
