// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Market data, entry by entry (FIX 4.4 volume 3: 35=W, 35=X, 35=Y). The group's delimiter is its first field: 279 in X, 269 in W. Whatever else stands between
 * two delimiters belongs to the entry before; fields after the last entry cannot be told from that entry's own, so 893 is looked for there too.
 */
#include "fix/decode_inline.h"

#define DELIM_X		TG_K3('2', '7', '9')
#define DELIM_W		TG_K3('2', '6', '9')

enum { M_REQ = 1, M_SYMBOL = 2, M_ID = 4, M_LAST = 8, M_RPT = 16 };
enum { E_TYPE = 1, E_PX = 2, E_QTY = 4, E_SYMBOL = 8, E_FIRST = 16, E_LAST = 32, E_ID = 64 };

/* 893 may stand before the group or after it, not both. */
static __always_inline bool take_last_fragment(struct tg_fix_cursor *k, struct tg_fix_md_iter *it)
{
	u8 v;

	if (!tg_fix_take_char(k, &v))
		return false;
	k->err = it->fragment_seen ? TG_FIX_DUPLICATE : v != 'Y' && v != 'N' ? TG_FIX_FORMAT : TG_FIX_OK;
	it->fragment_seen = true;
	it->last_fragment = v == 'Y';
	return !k->err;
}

/* An ISO 8601 time (2023-11-14T22:13:20.123456789Z) is a UTCTimestamp with other punctuation. */
static bool take_any_time(struct tg_fix_cursor *k, u64 *out)
{
	u8 text[32];
	u32 n, at = 0;

	if (!tg_fix_take(k))
		return false;
	for (n = 0; n < k->len && at < sizeof(text); n++) {
		u8 ch = k->val[n];

		if (((n == 4 || n == 7) && ch == '-') || (ch == 'Z' && n + 1 == k->len))
			continue;
		text[at++] = ch == 'T' ? '-' : ch;
	}
	if (tg_fix_time_ns(text, at, out))
		return true;
	k->err = TG_FIX_FORMAT;
	return false;
}

static bool take_checksum(struct tg_fix_cursor *k, struct tg_fix_md_iter *it)
{
	if (!tg_fix_take_u64(k, &it->checksum))
		return false;
	k->err = it->has_checksum ? TG_FIX_DUPLICATE : it->checksum >> 32 ? TG_FIX_RANGE : TG_FIX_OK;
	it->has_checksum = true;
	return !k->err;
}

/* The field at the cursor is none of those that each entry has: what some venues add, 893, or a field that nobody asks for. */
static __attribute__((__noinline__)) bool other(struct tg_fix_md_iter *it, struct tg_fix_md_entry *e, struct tg_fix_cursor *k)
{
	u8 v;

	if (tg_fix_at(k, TG_K3('2', '7', '8'))) {	/* W; in X it was looked for before */
		if (e->entry_id.len) {
			k->err = TG_FIX_DUPLICATE;
			return false;
		}
		return take_slice(k, &e->entry_id);
	}
	if (tg_fix_at(k, TG_K2('8', '3'))) {
		if (it->msg_type == 'X')
			return tg_fix_take_u64(k, &e->rpt_seq);
		return tg_fix_take_u64(k, &it->rpt_seq);
	}
	if (tg_fix_at(k, TG_K4('5', '0', '4', '1')))
		return take_checksum(k, it);
	if (tg_fix_at(k, TG_K4('5', '2', '7', '3')))
		return take_any_time(k, &e->sort_ns);
	if (tg_fix_at(k, TG_K4('2', '4', '4', '6')) || tg_fix_at(k, TG_K4('5', '7', '9', '7'))) {
		if (!tg_fix_take_char(k, &v))
			return false;
		e->aggressor = v == '1' || v == '2' ? v - '0' : 0;
		return true;
	}
	if (tg_fix_at(k, TG_K3('8', '9', '3')))
		return take_last_fragment(k, it);
	return tg_fix_skip(k);
}

enum tg_fix_error tg_fix_md_begin(struct tg_fix_md_iter *it, u32 msg_type, const struct tg_fix_cursor *c)
{
	struct tg_fix_cursor k = *c;
	u32 seen = 0;

	memset(it, 0, sizeof(*it));
	it->msg_type = msg_type;
	it->last_fragment = true;
	for (;;) {
		const u8 *from = k.p;

		if (unlikely(tg_fix_done(&k))) {
			it->bad_tag = 268;
			return it->err = TG_FIX_MISSING;
		}
		FIELD(TG_K3('2', '6', '2'), M_REQ, take_slice(&k, &it->req_id));
		FIELD(TG_K2('5', '5'), M_SYMBOL, take_slice(&k, &it->symbol));
		FIELD(TG_K5('2', '5', '0', '4', '4'), M_ID, tg_fix_take_u64(&k, &it->update_id));
		if (tg_fix_at(&k, TG_K3('2', '6', '8'))) {
			if (!tg_fix_take_small(&k, &it->count))
				goto bad;
			break;
		}
		FIELD(TG_K3('8', '9', '3'), M_LAST, take_last_fragment(&k, it));
		if (k.p != from)
			continue;
		FIELD(TG_K2('8', '3'), M_RPT, tg_fix_take_u64(&k, &it->rpt_seq));
		if (tg_fix_at(&k, TG_K4('5', '0', '4', '1')) && !take_checksum(&k, it))
			goto bad;
		if (k.p == from && !tg_fix_skip(&k))
			goto bad;
	}
	if (msg_type == 'W' && !(seen & M_SYMBOL)) {
		it->bad_tag = 55;
		return it->err = TG_FIX_MISSING;
	}
	it->inherit.symbol = it->symbol;
	it->inherit.last_id = it->update_id;
	it->c = k;
	return TG_FIX_OK;
bad:
	it->bad_tag = tg_fix_bad_tag(k.val);
	return it->err = k.err;
}

/* No entry left: the count must agree. An empty group may be followed by other fields. */
static bool finish(struct tg_fix_md_iter *it)
{
	struct tg_fix_cursor k = it->c;

	it->err = TG_FIX_OK;
	while (!it->count && !tg_fix_done(&k)) {
		struct tg_fix_md_entry none = { .action = '0' };

		if (tg_fix_at(&k, it->msg_type == 'X' ? DELIM_X : DELIM_W))
			break;
		if (!other(it, &none, &k)) {
			it->err = k.err;
			it->bad_tag = tg_fix_bad_tag(k.val);
			break;
		}
	}
	if (!it->err && (it->seen != it->count || !tg_fix_done(&k))) {
		it->err = TG_FIX_GROUP_COUNT;
		it->bad_tag = 268;
	}
	it->c = k;
	return false;
}

bool tg_fix_md_next(struct tg_fix_md_iter *it, struct tg_fix_md_entry *e)
{
	struct tg_fix_cursor k = it->c;
	bool incremental = it->msg_type == 'X';
	u32 seen = 0;

	if (unlikely(it->err))
		return false;
	if (it->seen == it->count || tg_fix_done(&k))
		return finish(it);
	e->symbol = it->inherit.symbol;
	e->first_id = it->inherit.first_id;
	e->last_id = it->inherit.last_id;
	e->px = e->qty = 0;
	e->entry_id.len = 0;
	e->rpt_seq = it->rpt_seq;
	e->sort_ns = 0;
	e->aggressor = 0;
	if (incremental) {
		if (unlikely(!tg_fix_at(&k, DELIM_X)))
			goto count;
		if (!tg_fix_take_char(&k, &e->action))
			goto bad;
		if (unlikely(e->action < '0' || e->action > '2')) {
			k.err = TG_FIX_FORMAT;
			goto bad;
		}
	} else {
		if (unlikely(!tg_fix_at(&k, DELIM_W)))
			goto count;
		e->action = '0';
		if (!tg_fix_take_char(&k, &e->type))
			goto bad;
		seen = E_TYPE;
	}
	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

		if (incremental) {
			FIELD(TG_K3('2', '6', '9'), E_TYPE, tg_fix_take_char(&k, &e->type));
			FIELD(TG_K2('5', '5'), E_SYMBOL, take_slice(&k, &e->symbol));
		}
		FIELD(TG_K3('2', '7', '0'), E_PX, tg_fix_take_px(&k, &e->px));
		FIELD(TG_K3('2', '7', '1'), E_QTY, tg_fix_take_e8(&k, &e->qty));
		/* In this order a delimiter is met at once by venues that send no ids, or only in the first entry. */
		if (incremental) {
			if (tg_fix_at(&k, DELIM_X))
				break;
			FIELD(TG_K5('2', '5', '0', '4', '3'), E_FIRST, tg_fix_take_u64(&k, &e->first_id));
			FIELD(TG_K5('2', '5', '0', '4', '4'), E_LAST, tg_fix_take_u64(&k, &e->last_id));
			FIELD(TG_K3('2', '7', '8'), E_ID, take_slice(&k, &e->entry_id));
		} else if (tg_fix_at(&k, DELIM_W)) {
			break;
		}
		if (k.p == from) {
			struct tg_fix_cursor far = k;	/* only a copy goes out of line */
			bool ok = other(it, e, &far);

			k = far;
			if (!ok)
				goto bad;
		}
	}
	if (unlikely(!(seen & E_TYPE))) {
		it->bad_tag = 269;
		it->err = TG_FIX_MISSING;
		return false;
	}
	e->has_px = seen & E_PX;
	e->has_qty = seen & E_QTY;
	if (seen & (E_SYMBOL | E_FIRST | E_LAST)) {
		it->inherit.symbol = e->symbol;
		it->inherit.first_id = e->first_id;
		it->inherit.last_id = e->last_id;
	}
	it->seen++;
	it->c = k;
	return true;
count:
	it->err = TG_FIX_GROUP_COUNT;
	it->bad_tag = 268;
	return false;
bad:
	it->bad_tag = tg_fix_bad_tag(k.val);
	it->err = k.err;
	return false;
}

enum tg_fix_error tg_fix_md_check(u32 msg_type, const struct tg_fix_cursor *c, bool *last_fragment)
{
	struct tg_fix_md_iter it;
	struct tg_fix_md_entry e;

	if (!tg_fix_md_begin(&it, msg_type, c))
		while (tg_fix_md_next(&it, &e))
			;
	*last_fragment = it.last_fragment;
	return it.err;
}

enum tg_fix_error tg_fix_decode_md_reject(struct tg_fix_cursor *c, struct tg_fix_md_reject *r)
{
	struct tg_fix_cursor k = *c;
	u32 seen = 0;

	memset(r, 0, sizeof(*r));
	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

		FIELD(TG_K3('2', '6', '2'), 1, take_slice(&k, &r->req_id));
		FIELD(TG_K3('2', '8', '1'), 2, tg_fix_take_char(&k, &r->reason));
		FIELD(TG_K2('5', '8'), 4, take_slice(&k, &r->text));
		if (k.p == from && !tg_fix_skip(&k))
			goto bad;
	}
	*c = k;
	return seen & 1 ? TG_FIX_OK : TG_FIX_MISSING;
bad:
	*c = k;
	return k.err;
}
