// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Structs from messages and back, by tables. See messages.h. Groups are two deep at most and are walked by nested loops, without recursion. */
#include "fix/lexer_inline.h"
#include "fix/messages.h"

#define ENTRY_MAX	320u	/* bytes of an entry's struct: what the check of a group keeps on the stack */
#define MAX_FIELDS	64u	/* of a struct: a bit of has_bits for each */

/* The tables. */
#define NEED_REQ	1
#define NEED_OPT	0
#define SUB_none	NULL
#define SUB_sub_id	&tg_layout_entry_sub_id
#define SUB_session	&tg_layout_entry_session
#define SUB_symbol	&tg_layout_entry_symbol
#define SUB_type	&tg_layout_entry_type
#define SUB_affected	&tg_layout_entry_affected
#define SUB_fee		&tg_layout_entry_fee
#define SUB_level	&tg_layout_entry_level
#define SUB_change	&tg_layout_entry_change
#define SUB_instrument	&tg_layout_entry_instrument
#define SUB_position	&tg_layout_entry_position
#define SUB_amount	&tg_layout_entry_amount
#define SUB_list_order	&tg_layout_entry_list_order
#define SUB_line	&tg_layout_entry_line
#define SUB_party	&tg_layout_entry_party

#define ROW(S, tag, kind, name, need, sub)	{ tag, offsetof(struct S, name), TG_KIND_##kind, NEED_##need, SUB_##sub },
#define ENTRY_ROWS(name, LIST)							\
	static_assert(sizeof(struct tg_entry_##name) <= ENTRY_MAX, "an entry fits where it is checked");	\
	static const struct tg_msg_field entry_##name[] = { TG_ENTRY_##LIST(ROW, tg_entry_##name) };		\
	static_assert(sizeof(entry_##name) / sizeof(entry_##name[0]) <= MAX_FIELDS, "too many fields");		\
	const struct tg_msg_layout tg_layout_entry_##name =							\
		{ 0, sizeof(struct tg_entry_##name), sizeof(entry_##name) / sizeof(entry_##name[0]), entry_##name };
#define MSG_ROWS(name, LIST, type)						\
	static const struct tg_msg_field msg_##name[] = { TG_MSG_##LIST(ROW, tg_msg_##name) };			\
	static_assert(sizeof(msg_##name) / sizeof(msg_##name[0]) <= MAX_FIELDS, "too many fields");		\
	const struct tg_msg_layout tg_layout_##name =								\
		{ type, sizeof(struct tg_msg_##name), sizeof(msg_##name) / sizeof(msg_##name[0]), msg_##name };
TG_ENTRIES(ENTRY_ROWS)
TG_MESSAGES(MSG_ROWS)

const struct tg_msg_layout *tg_msg_layout(u32 msg_type)
{
	static const struct tg_msg_layout *const all[] = {
#define EACH(name, LIST, type) &tg_layout_##name,
		TG_MESSAGES(EACH)
#undef EACH
	};
	u32 i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->msg_type == msg_type)
			return all[i];
	return NULL;
}

/* Data field to the length field before it, of those that a list has. */
static u32 length_tag(u32 data_tag)
{
	return data_tag == 96 ? 95 : 354;
}

/* Which field has the tag: fields mostly come in the list's order, so the search begins after the last one found. n_fields = none has it. */
static u32 find(const struct tg_msg_layout *l, u32 tag, u32 after)
{
	u32 i, k;

	for (i = 0, k = after; i < l->n_fields; i++, k++) {
		if (k >= l->n_fields)
			k = 0;
		if (l->fields[k].tag == tag)
			return k;
	}
	return l->n_fields;
}

/* Is the tag in an entry, or in a group of it? */
static bool within(const struct tg_msg_layout *l, u32 tag)
{
	u32 i;

	for (i = 0; i < l->n_fields; i++)
		if (l->fields[i].tag == tag || (l->fields[i].sub && find(l->fields[i].sub, tag, 0) < l->fields[i].sub->n_fields))
			return true;
	return false;
}

/*
 * The bytes of a group whose count has just been read. It ends before a field that its owner has and it has not; fields that neither knows are the entry's,
 * as venues put their own there.
 */
static enum tg_fix_error take_group(struct tg_fix_cursor *c, const struct tg_msg_layout *owner, const struct tg_msg_layout *entry, struct tg_fix_group *g)
{
	struct tg_fix_cursor k = *c;
	u32 want, seen = 0;

	if (!tg_fix_u32(c->val, c->len, &want))
		return TG_FIX_FORMAT;
	g->p = c->p;
	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

		if (!tg_fix_next(&k)) {
			*c = k;
			return k.err;
		}
		if (k.tag == entry->fields[0].tag) {
			if (seen++ == want)
				return TG_FIX_GROUP_COUNT;
		} else if (!within(entry, k.tag) ? !seen || find(owner, k.tag, 0) < owner->n_fields : false) {
			k.p = from;
			break;
		} else if (!seen) {
			return TG_FIX_GROUP_COUNT;	/* something of an entry, and not what begins it */
		}
	}
	if (seen != want)
		return TG_FIX_GROUP_COUNT;
	g->len = (u32)(k.p - g->p);
	g->count = want;
	c->p = k.p;
	return TG_FIX_OK;
}

static enum tg_fix_error take_value(struct tg_fix_cursor *c, const struct tg_msg_layout *l, const struct tg_msg_field *f, void *at)
{
	struct tg_fix_slice *slice = at;
	u64 v;

	switch ((enum tg_msg_kind)f->kind) {
	case TG_KIND_STR: case TG_KIND_DATA:
		slice->p = c->val;
		slice->len = c->len;
		return TG_FIX_OK;
	case TG_KIND_CHAR:
		*(u8 *)at = c->val[0];
		return c->len == 1 && c->val[0] ? TG_FIX_OK : TG_FIX_FORMAT;	/* NUL: an absent character in these structs */
	case TG_KIND_BOOL:
		*(bool *)at = c->val[0] == 'Y';
		return c->len == 1 && (c->val[0] == 'Y' || c->val[0] == 'N') ? TG_FIX_OK : TG_FIX_FORMAT;
	case TG_KIND_UINT:
		if (!tg_fix_u64(c->val, c->len, &v))
			return TG_FIX_FORMAT;
		*(u64 *)at = v;
		return TG_FIX_OK;
	case TG_KIND_E8:
		return tg_fix_e8(c->val, c->len, at) ? TG_FIX_OK : TG_FIX_FORMAT;
	case TG_KIND_TIME:
		return tg_fix_time_ns(c->val, c->len, at) ? TG_FIX_OK : TG_FIX_FORMAT;
	case TG_KIND_GROUP:
		break;
	}
	return take_group(c, l, f->sub, at);
}

/* Fields into the struct until the end; in an entry, until the next one begins. */
static enum tg_fix_error take_fields(const struct tg_msg_layout *l, struct tg_fix_cursor *c, void *m, u32 *bad_tag)
{
	u64 *has = m;
	enum tg_fix_error err;
	u32 i = 0, at = 0;

	memset(m, 0, l->size);
	while (!tg_fix_done(c)) {
		const u8 *from = c->p;

		if (!(l->msg_type ? tg_fix_skip_cold(c) : tg_fix_next(c))) {
			*bad_tag = tg_fix_bad_tag(c->val);
			return c->err;
		}
		i = find(l, c->tag, at);
		if (i == l->n_fields)
			continue;
		*bad_tag = c->tag;
		if (*has >> i & 1) {
			if (l->msg_type || i)
				return TG_FIX_DUPLICATE;
			c->p = from;
			break;
		}
		*has |= 1ULL << i;
		err = take_value(c, l, &l->fields[i], (u8 *)m + l->fields[i].offset);
		if (err) {
			if (c->err)	/* within a group */
				*bad_tag = tg_fix_bad_tag(c->val);
			return err;
		}
		at = i + 1;
	}
	for (i = 0; i < l->n_fields; i++) {
		if (l->fields[i].required && !(*has >> i & 1)) {
			*bad_tag = l->fields[i].tag;
			return TG_FIX_MISSING;
		}
	}
	*bad_tag = 0;
	return TG_FIX_OK;
}

void tg_msg_entries(struct tg_msg_iter *it, const struct tg_msg_layout *entry, const struct tg_fix_group *g)
{
	memset(it, 0, sizeof(*it));
	it->entry = entry;
	it->c.p = g->p;
	it->c.end = g->p + g->len - 1;
}

bool tg_msg_next(struct tg_msg_iter *it, void *e)
{
	if (it->err || tg_fix_done(&it->c))
		return false;
	it->err = take_fields(it->entry, &it->c, e, &it->bad_tag);
	return !it->err;
}

static const struct tg_fix_group *group_of(const struct tg_msg_field *f, const void *m)
{
	const struct tg_fix_group *g = (const void *)((const u8 *)m + f->offset);

	return f->sub && g->count ? g : NULL;
}

/* The groups in an entry: these have none of their own. */
static enum tg_fix_error check_inner(const struct tg_msg_layout *l, const void *e, u32 *bad_tag)
{
	u64 inner[ENTRY_MAX / sizeof(u64)];
	const struct tg_fix_group *g;
	struct tg_msg_iter it;
	u32 i;

	for (i = 0; i < l->n_fields; i++) {
		g = group_of(&l->fields[i], e);
		if (!g)
			continue;
		tg_msg_entries(&it, l->fields[i].sub, g);
		while (tg_msg_next(&it, inner))
			;
		if (it.err) {
			*bad_tag = it.bad_tag;
			return it.err;
		}
	}
	return TG_FIX_OK;
}

static enum tg_fix_error check_groups(const struct tg_msg_layout *l, const void *m, u32 *bad_tag)
{
	u64 entry[ENTRY_MAX / sizeof(u64)];
	const struct tg_fix_group *g;
	enum tg_fix_error err;
	struct tg_msg_iter it;
	u32 i;

	for (i = 0; i < l->n_fields; i++) {
		g = group_of(&l->fields[i], m);
		if (!g)
			continue;
		tg_msg_entries(&it, l->fields[i].sub, g);
		while (tg_msg_next(&it, entry)) {
			err = check_inner(it.entry, entry, bad_tag);
			if (err)
				return err;
		}
		if (it.err) {
			*bad_tag = it.bad_tag;
			return it.err;
		}
	}
	return TG_FIX_OK;
}

enum tg_fix_error tg_msg_decode(const struct tg_msg_layout *l, struct tg_fix_cursor *c, void *m, u32 *bad_tag)
{
	enum tg_fix_error err = take_fields(l, c, m, bad_tag);

	return err ? err : check_groups(l, m, bad_tag);
}

static bool has_soh(const u8 *p, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (p[i] == TG_SOH)
			return true;
	return false;
}

/* To the nanosecond: what the encoder's own milliseconds leave is put behind them. */
static void put_time(struct tg_fix_writer *w, u32 tag, u64 time_ns)
{
	u32 rest = (u32)(time_ns % 1000000), n = rest % 1000 ? 6 : 3, i;

	tg_fix_write_time(w, tg_fix_tag_bytes(tag), time_ns);
	if (w->full || !rest)
		return;
	if (n == 3)
		rest /= 1000;
	for (i = n; i--; rest /= 10)
		w->p[(s32)i - 1] = (u8)('0' + rest % 10);	/* the SOH is the first byte to go */
	w->p += n;
	w->p[-1] = TG_SOH;
	w->time = NULL;		/* it no longer ends where the next such field would take it to end */
}

static void put_raw(struct tg_fix_writer *w, const u8 *p, u32 len)
{
	if (w->full || (u64)(w->end - w->p) < (u64)len + 32) {	/* as much is left over as the encoder's own writers leave */
		w->full = true;
		w->end = w->p;
		return;
	}
	memcpy(w->p, p, len);
	w->p += len;
}

static bool put_field(struct tg_fix_writer *w, const struct tg_msg_field *f, const void *at)
{
	const struct tg_fix_slice *slice = at;
	const struct tg_fix_group *g = at;
	u64 tag = tg_fix_tag_bytes(f->tag);
	u8 c;

	switch ((enum tg_msg_kind)f->kind) {
	case TG_KIND_STR:
		if (!slice->len || has_soh(slice->p, slice->len))
			return false;
		tg_fix_write_bytes(w, tag, slice->p, slice->len);
		return true;
	case TG_KIND_DATA:
		if (!slice->len)
			return false;
		tg_fix_write_u64(w, tg_fix_tag_bytes(length_tag(f->tag)), slice->len);
		tg_fix_write_bytes(w, tag, slice->p, slice->len);
		return true;
	case TG_KIND_CHAR:
		c = *(const u8 *)at;
		if (!c || c == TG_SOH)
			return false;
		tg_fix_write_char(w, tag, c);
		return true;
	case TG_KIND_BOOL:
		tg_fix_write_char(w, tag, *(const bool *)at ? 'Y' : 'N');
		return true;
	case TG_KIND_UINT:
		tg_fix_write_u64(w, tag, *(const u64 *)at);
		return true;
	case TG_KIND_E8:
		tg_fix_write_e8(w, tag, *(const s64 *)at);
		return true;
	case TG_KIND_TIME:
		put_time(w, f->tag, *(const u64 *)at);
		return true;
	case TG_KIND_GROUP:
		break;
	}
	if (!g->count != !g->len)
		return false;
	tg_fix_write_u64(w, tag, g->count);
	put_raw(w, g->p, g->len);
	return true;
}

static bool put_fields(const struct tg_msg_layout *l, struct tg_fix_writer *w, const struct tg_fix_dict *d, const void *m)
{
	const u64 *has = m;
	u32 i;

	for (i = 0; i < l->n_fields; i++) {
		const struct tg_msg_field *f = &l->fields[i];

		if (!(*has >> i & 1)) {
			if (f->required)
				return false;
			continue;
		}
		if (d && !tg_fix_dict_allows(d, l->msg_type, f->tag))
			return false;
		if (!put_field(w, f, (const u8 *)m + f->offset))
			return false;
	}
	return true;
}

bool tg_msg_encode(const struct tg_msg_layout *l, struct tg_fix_writer *w, const struct tg_fix_dict *d, const void *m)
{
	return put_fields(l, w, d, m);
}

void tg_msg_begin_group(struct tg_fix_writer *w, u8 *buf, u32 cap)
{
	memset(w, 0, sizeof(*w));
	w->buf = w->p = buf;
	w->end = buf + cap;
}

bool tg_msg_put_entry(const struct tg_msg_layout *entry, struct tg_fix_writer *w, const void *e)
{
	return put_fields(entry, w, NULL, e);
}

bool tg_msg_end_group(struct tg_fix_writer *w, u32 count, struct tg_fix_group *g)
{
	g->p = w->buf;
	g->len = (u32)(w->p - w->buf);
	g->count = count;
	return !w->full && !count == !g->len;
}
