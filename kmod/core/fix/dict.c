// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The walk that judges a message by its dictionary. See dict.h; the tables are described in dict_tables.h.
 *
 * Three roots (header, body, trailer) and on top of the current one the groups that are open. A field belongs to the innermost open level that has it and does
 * not hold it yet; levels above that one are over, and are judged when they are left. Work is bounded: TG_DICT_DEPTH levels and TG_DICT_PROBES steps for a field.
 */
#include "fix/dict_tables.h"
#include "fix/lexer_inline.h"

enum { HEADER, BODY, TRAILER, ROOTS };

struct level {
	const struct tg_dict_set *set;	/* NULL: any member */
	u32 count_tag, want, have;
	u16 delim;
	u8 seen;			/* word in walk.seen where this level's begin */
	u8 words;
};

struct walk {
	const struct tg_fix_dict *d;
	const struct tg_fix_frame *f;
	struct tg_fix_verdict *v;
	struct level at[ROOTS + TG_DICT_DEPTH];
	u64 seen[TG_DICT_SEEN_WORDS];
	u32 flags;
	u32 open;	/* groups open, at[ROOTS] the outermost */
	u32 words;	/* of seen in use */
	u8 root;
};

struct field {
	const u8 *from, *val;
	u32 tag, len, kind;
	u16 index;	/* TG_DICT_NONE: not in the dictionary */
};

const struct tg_fix_dict *tg_fix_dict(u16 version, u16 dialect)
{
	u32 i;

	for (i = 0; i < tg_dict_count; i++)
		if (tg_dict_all[i].version == version && tg_dict_all[i].dialect == dialect)
			return &tg_dict_all[i];
	return NULL;
}

static bool fault(struct walk *w, enum tg_fix_error err, enum tg_fix_reject reason, u32 tag, const u8 *at)
{
	w->v->err = err;
	w->v->reason = reason;
	w->v->ref_tag = tag;
	w->v->offset = (u32)(at - w->f->msg);
	return false;
}

static const u8 *body_end(const struct walk *w)
{
	return w->f->msg + w->f->body_off + w->f->body_len - 1;
}

/* Index and kind of a tag. */
static void look_up(const struct tg_fix_dict *d, u32 tag, u16 *index, u32 *kind)
{
	u32 at, i, page = tag >> 6;

	*index = TG_DICT_NONE;
	*kind = 0;
	if (d->n_over) {
		at = ((tag & 0xffff) * 40503 & 0xffff) * d->n_over >> 16;
		for (i = 0; i < TG_DICT_PROBES; i++) {
			const struct tg_dict_over *o = &tg_dict_over[d->over + at];

			if (o->tag == tag) {
				*index = o->index;
				*kind = o->kind;
				return;
			}
			if (!o->tag)
				break;
			at = at + 1 == d->n_over ? 0 : at + 1;
		}
	}
	if (page >= d->n_pages)
		return;
	*index = tg_dict_pages[tg_dict_page_of[d->pages + page]][tag & 63];
	if (*index != TG_DICT_NONE)
		*kind = tg_dict_kinds[*index];
}

/* Place of a field in a set; -1 = it is no member. */
static int find(const struct tg_dict_set *s, u16 index)
{
	const u16 *slots = &tg_dict_slots[s->first];
	u32 at = ((u32)index * 40503 & 0xffff) * s->n_slots >> 16, i;

	for (i = 0; i < TG_DICT_PROBES; i++) {
		if (slots[at] == TG_DICT_NONE)
			return -1;
		if ((slots[at] & TG_DICT_INDEX) == index)
			return (int)at;
		at = at + 1 == s->n_slots ? 0 : at + 1;
	}
	return -1;
}

static bool is_seen(const struct walk *w, const struct level *l, u32 place)
{
	return w->seen[l->seen + place / 64] >> place % 64 & 1;
}

static void see(struct walk *w, const struct level *l, u32 place)
{
	w->seen[l->seen + place / 64] |= 1ULL << place % 64;
}

static void enter(struct walk *w, struct level *l, const struct tg_dict_set *set)
{
	memset(l, 0, sizeof(*l));
	l->set = set;
	l->seen = (u8)w->words;
	l->words = set ? (u8)((set->n_slots + 63) / 64) : 0;
	memset(&w->seen[w->words], 0, l->words * sizeof(w->seen[0]));
	w->words += l->words;
}

/* The tag of a place: slots know only the index, and pages only the other way. Seldom needed: for what is missing. */
static u32 tag_of(const struct tg_fix_dict *d, u16 index)
{
	u32 page, k;

	for (k = 0; k < d->n_over; k++)
		if (tg_dict_over[d->over + k].tag && tg_dict_over[d->over + k].index == index)
			return tg_dict_over[d->over + k].tag;
	for (page = 0; page < d->n_pages; page++)
		for (k = 0; k < 64; k++)
			if (tg_dict_pages[tg_dict_page_of[d->pages + page]][k] == index)
				return page * 64 + k;
	return 0;
}

static bool complete(struct walk *w, const struct level *l, const u8 *at)
{
	const struct tg_dict_set *s = l->set;
	u32 i, place;

	if (w->flags & TG_VALIDATE_SHAPE)
		return true;
	for (i = 0; s && i < s->n_required; i++) {
		place = tg_dict_required[s->required + i];
		if (!is_seen(w, l, place))
			return fault(w, TG_FIX_MISSING, TG_REJECT_REQUIRED_MISSING, tag_of(w->d, tg_dict_slots[s->first + place] & TG_DICT_INDEX), at);
	}
	return true;
}

/* Groups above the level `keep` are over. */
static bool leave(struct walk *w, u32 keep, const u8 *at)
{
	while (w->open > keep) {
		struct level *l = &w->at[ROOTS + w->open - 1];

		if (l->have != l->want)
			return fault(w, TG_FIX_GROUP_COUNT, TG_REJECT_GROUP_COUNT, l->count_tag, at);
		if (l->have && !complete(w, l, at))
			return false;
		w->open--;
		w->words -= l->words;
	}
	return true;
}

static bool digits(const u8 *v, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if ((u32)v[i] - '0' > 9)
			return false;
	return n > 0;
}

static bool number(const u8 *v, u32 len, bool decimal)
{
	u32 point, i = len && v[0] == '-';

	for (point = i; point < len && v[point] != '.'; point++)
		;
	if (point == len)
		return digits(v + i, len - i);
	if (!decimal || len - i < 2)
		return false;
	return (point == i || digits(v + i, point - i)) && (point + 1 == len || digits(v + point + 1, len - point - 1));
}

static u32 two(const u8 *v)
{
	return (v[0] - '0') * 10u + (v[1] - '0');
}

static bool date(const u8 *v, u32 len)
{
	return len == 8 && digits(v, 8) && two(v + 4) >= 1 && two(v + 4) <= 12 && two(v + 6) >= 1 && two(v + 6) <= 31;
}

/* YYYYMM, YYYYMMDD, or YYYYMMw1 to w5 (FIX 4.4 volume 1, "month-year"). */
static bool month(const u8 *v, u32 len)
{
	if (len == 8 && v[6] != 'w')
		return date(v, len);
	return (len == 6 || (len == 8 && v[7] >= '1' && v[7] <= '5')) && digits(v, 6) && two(v + 4) >= 1 && two(v + 4) <= 12;
}

static bool time_only(const u8 *v, u32 len)
{
	if (len < 8 || v[2] != ':' || v[5] != ':' || !digits(v, 2) || !digits(v + 3, 2) || !digits(v + 6, 2))
		return false;
	if (two(v) > 23 || two(v + 3) > 59 || two(v + 6) > 60)
		return false;
	return len == 8 || (v[8] == '.' && len <= 18 && digits(v + 9, len - 9));
}

static bool form_ok(enum tg_dict_form form, const u8 *v, u32 len)
{
	u64 t;

	switch (form) {
	case TG_FORM_CHAR: return len == 1;
	case TG_FORM_BOOLEAN: return len == 1 && (v[0] == 'Y' || v[0] == 'N');
	case TG_FORM_INT: return number(v, len, false);
	case TG_FORM_UINT: case TG_FORM_LENGTH: return digits(v, len);
	case TG_FORM_DAY: return len <= 2 && tg_fix_u64(v, len, &t) && t >= 1 && t <= 31;
	case TG_FORM_DECIMAL: return number(v, len, true);
	case TG_FORM_TIMESTAMP: return tg_fix_time_ns(v, len, &t);
	case TG_FORM_TIME: return time_only(v, len);
	case TG_FORM_DATE: return date(v, len);
	case TG_FORM_MONTH: return month(v, len);
	default: return true;
	}
}

static bool listed(u32 set, const u8 *v, u32 len)
{
	const u8 *p = &tg_dict_values[tg_dict_value_at[set]];
	u32 n;

	for (n = *p++; n; n--) {
		if (*p == len && !memcmp(p + 1, v, len))
			return true;
		p += 1 + *p;
	}
	return false;
}

static bool value_ok(u32 kind, const u8 *v, u32 len)
{
	u32 set = TG_DICT_AUX(kind), from, i;

	if (!set || TG_DICT_FORM(kind) == TG_FORM_LENGTH)
		return true;
	if (TG_DICT_FORM(kind) != TG_FORM_MULTIPLE)
		return listed(set, v, len);
	for (from = i = 0; i <= len; i++) {	/* several, with one space between them */
		if (i < len && v[i] != ' ')
			continue;
		if (i == from || !listed(set, v + from, i - from))
			return false;
		from = i + 1;
	}
	return true;
}

/* tag=value at p. The bytes are within the body; what they hold is anybody's guess. */
static bool read_field(struct walk *w, const u8 *p, struct field *x, u32 last_tag)
{
	const u8 *end = body_end(w), *q = p;
	struct tg_fix_cursor c;
	u32 tag = 0;

	x->from = p;
	for (; q < end && *q != '=' && *q != TG_SOH; q++)
		tag = tag <= TG_FIX_MAX_TAG ? tag * 10 + ((u32)*q - '0') : tag;
	if (*q != '=')	/* no field at all: a value had the delimiter in it */
		return fault(w, TG_FIX_VALUE, TG_REJECT_EMBEDDED_SOH, last_tag, p);
	if (!digits(p, (u32)(q - p)) || *p == '0' || tag > TG_FIX_MAX_TAG)
		return fault(w, TG_FIX_TAG, TG_REJECT_INVALID_TAG, 0, p);
	x->tag = tag;
	look_up(w->d, tag, &x->index, &x->kind);
	if (tag == 8 || tag == 9 || tag == 10 || tag == 35)
		return fault(w, TG_FIX_DUPLICATE, TG_REJECT_DUPLICATE, tag, p);
	c.val = q + 1;
	if (!tg_fix_take(&c))
		return fault(w, TG_FIX_VALUE, TG_REJECT_NO_VALUE, tag, p);
	x->val = c.val;
	x->len = c.len;
	return true;
}

/* The data field after the length field x: taken by that length, whatever is in it. */
static bool read_data(struct walk *w, const struct field *x, struct field *data)
{
	const u8 *p = x->val + x->len + 1, *end = body_end(w), *q;
	u32 n, tag = 0;

	for (q = p; q < end && (u32)*q - '0' <= 9 && tag <= TG_FIX_MAX_TAG; q++)
		tag = tag * 10 + ((u32)*q - '0');
	look_up(w->d, tag, &data->index, &data->kind);
	if (q >= end || *q != '=' || data->index != tg_dict_pairs[TG_DICT_AUX(x->kind)])
		return fault(w, TG_FIX_DATA_LENGTH, TG_REJECT_FORMAT, x->tag, x->from);
	if (!tg_fix_u32(x->val, x->len, &n) || !n || (u64)(end - q) < (u64)n + 1 || q[n + 1] != TG_SOH)
		return fault(w, TG_FIX_DATA_LENGTH, TG_REJECT_FORMAT, x->tag, x->from);
	data->from = p;
	data->tag = tag;
	data->val = q + 1;
	data->len = n;
	return true;
}

/* Begins the group whose count is x, at this place of the level's set. */
static bool open_group(struct walk *w, const struct tg_dict_set *s, u32 place, const struct field *x)
{
	const struct tg_dict_owned *o = &tg_dict_owned[s->owned];
	const struct tg_dict_group *g;
	struct level *l;
	u32 i, want;

	if (!tg_fix_u32(x->val, x->len, &want))
		return fault(w, TG_FIX_FORMAT, TG_REJECT_FORMAT, x->tag, x->from);
	for (i = 0; i + 1 < s->n_owned && o[i].place != place; i++)
		;
	g = &tg_dict_groups[o[i].group];
	l = &w->at[ROOTS + w->open];
	if (w->open == TG_DICT_DEPTH || w->words + (tg_dict_sets[g->set].n_slots + 63u) / 64 > TG_DICT_SEEN_WORDS)
		return fault(w, TG_FIX_TOO_MANY, TG_REJECT_OTHER, x->tag, x->from);	/* the generator has proved that it cannot be */
	enter(w, l, &tg_dict_sets[g->set]);
	l->count_tag = x->tag;
	l->want = want;
	l->delim = g->delim;
	w->open++;
	return true;
}

/* x is the member at `place` of level l, which is the innermost one open. */
static bool place_field(struct walk *w, struct level *l, u32 place, const struct field *x)
{
	if (w->flags & TG_VALIDATE_SHAPE && l->count_tag && l->want && !l->have)
		l->delim = x->index;
	if (l->count_tag && x->index == l->delim) {
		if (l->have && !complete(w, l, x->from))
			return false;
		if (l->have == l->want)
			return fault(w, TG_FIX_GROUP_COUNT, TG_REJECT_GROUP_COUNT, l->count_tag, x->from);
		l->have++;
		memset(&w->seen[l->seen], 0, l->words * sizeof(w->seen[0]));
	} else if (l->count_tag && !l->have) {
		if (!l->want)
			return fault(w, TG_FIX_GROUP_COUNT, TG_REJECT_GROUP_COUNT, l->count_tag, x->from);
		return fault(w, TG_FIX_ORDER, TG_REJECT_GROUP_ORDER, x->tag, x->from);
	}
	see(w, l, place);
	if (tg_dict_slots[l->set->first + place] & TG_DICT_GROUP)
		return open_group(w, l->set, place, x);
	return true;
}

/* The level that takes x: index in w->at, its place in *place; -1 = none has it, -2 = they have it already. */
static int level_of(const struct walk *w, const struct field *x, int *place)
{
	u32 n;
	bool held = false;

	for (n = w->open + 1; n; n--) {
		u32 i = n > 1 ? ROOTS + n - 2 : w->root;
		const struct level *l = &w->at[i];

		if (!l->set)
			return (int)i;
		*place = find(l->set, x->index);
		if (*place < 0)
			continue;
		if (!is_seen(w, l, (u32)*place) || (l->count_tag && x->index == l->delim))
			return (int)i;
		held = true;
	}
	return held ? -2 : -1;
}

static bool member_of(const struct walk *w, u8 root, const struct field *x, bool *seen)
{
	int place = w->at[root].set ? find(w->at[root].set, x->index) : -1;

	*seen = place >= 0 && is_seen(w, &w->at[root], (u32)place);
	return place >= 0;
}

/* Where does x belong? The header may end, the trailer may begin. */
static bool judge_field(struct walk *w, const struct field *x)
{
	bool seen;
	int place = -1, i;

	i = level_of(w, x, &place);
	if (i == -1 && w->root == HEADER && !member_of(w, TRAILER, x, &seen)) {
		if (!leave(w, 0, x->from))
			return false;
		w->root = BODY;
		i = level_of(w, x, &place);
	}
	if (i == -1 && w->root != TRAILER && member_of(w, TRAILER, x, &seen)) {
		if (!leave(w, 0, x->from))
			return false;
		w->root = TRAILER;
		i = level_of(w, x, &place);
	}
	/* A type whose members are not known takes all but the header's and the trailer's own. */
	if (i == BODY && !w->at[BODY].set)
		i = member_of(w, HEADER, x, &seen) ? -1 : member_of(w, TRAILER, x, &seen) ? TRAILER : BODY;
	if (i == TRAILER)
		w->root = TRAILER;
	if (i == -2)
		return fault(w, TG_FIX_DUPLICATE, TG_REJECT_DUPLICATE, x->tag, x->from);
	if (i == -1 && w->flags & TG_VALIDATE_SHAPE)
		return true;
	if (i == -1) {
		if (w->root != HEADER && member_of(w, HEADER, x, &seen))
			return fault(w, seen ? TG_FIX_DUPLICATE : TG_FIX_ORDER, seen ? TG_REJECT_DUPLICATE : TG_REJECT_ORDER, x->tag, x->from);
		if (w->root == TRAILER && (!w->at[BODY].set || member_of(w, BODY, x, &seen)))
			return fault(w, TG_FIX_ORDER, TG_REJECT_ORDER, x->tag, x->from);
		return fault(w, TG_FIX_NOT_FOR_TYPE, TG_REJECT_NOT_FOR_TYPE, x->tag, x->from);
	}
	if (!leave(w, i >= ROOTS ? (u32)i - ROOTS + 1 : 0, x->from))
		return false;
	if (!w->at[i].set)
		return true;
	return place_field(w, &w->at[i], (u32)(place >= 0 ? place : find(w->at[i].set, x->index)), x);
}

/* FIXT.1.1: a session message has the transport's tags and none of the application's (FIXT.1.1, "session layer"). */
static bool known(const struct walk *w, const struct field *x)
{
	bool admin = w->f->msg_type == 'A' || (w->f->msg_type >= '0' && w->f->msg_type <= '5');

	if (x->index == TG_DICT_NONE)
		return false;
	return !admin || w->d->transport == TG_DICT_NONE || find(&tg_dict_sets[w->d->transport], x->index) >= 0;
}

static bool judge(struct walk *w, const struct field *x)
{
	if (!known(w, x))
		return !(w->flags & TG_VALIDATE_UNKNOWN) || fault(w, TG_FIX_UNKNOWN_TAG, TG_REJECT_INVALID_TAG, x->tag, x->from);
	if (w->flags & TG_VALIDATE_SHAPE)
		return judge_field(w, x);
	if (!form_ok(TG_DICT_FORM(x->kind), x->val, x->len))
		return fault(w, TG_FIX_FORMAT, TG_REJECT_FORMAT, x->tag, x->from);
	if (!value_ok(x->kind, x->val, x->len))
		return fault(w, TG_FIX_ENUM, TG_REJECT_VALUE, x->tag, x->from);
	return judge_field(w, x);
}

/* Set of a type: TG_DICT_NONE = the dictionary does not know it. */
static u32 set_of(const struct tg_fix_dict *d, u32 msg_type)
{
	u32 at = (u32)((msg_type * 2654435761u) >> 16) & d->types_mask, i;

	for (i = 0; i < TG_DICT_PROBES; i++) {
		const struct tg_dict_type *t = &tg_dict_types[d->types + at];

		if (t->msg_type == msg_type)
			return t->set;
		if (!t->msg_type)
			break;
		at = (at + 1) & d->types_mask;
	}
	return TG_DICT_NONE;
}

bool tg_fix_dict_allows(const struct tg_fix_dict *d, u32 msg_type, u32 tag)
{
	u32 set = set_of(d, msg_type), kind;
	u16 index;

	look_up(d, tag, &index, &kind);
	if (set == TG_DICT_NONE || index == TG_DICT_NONE)
		return false;
	return set == TG_DICT_LOOSE || find(&tg_dict_sets[set], index) >= 0;
}

static void see_tag(struct walk *w, u8 root, u32 tag)
{
	u16 index;
	u32 kind;
	int place;

	look_up(w->d, tag, &index, &kind);
	place = find(w->at[root].set, index);
	if (place >= 0)
		see(w, &w->at[root], (u32)place);
}

bool tg_fix_validate(const struct tg_fix_dict *d, const struct tg_fix_frame *f, u32 flags, struct tg_fix_verdict *v)
{
	const u8 *p = f->msg + f->fields_off, *end;
	struct field x, data;
	struct walk w;
	u32 set, last = 35;
	int i;

	memset(v, 0, sizeof(*v));
	w.d = d;
	w.f = f;
	w.v = v;
	w.flags = flags;
	w.open = w.words = 0;
	w.root = HEADER;
	set = set_of(d, f->msg_type);
	if (set == TG_DICT_NONE && flags & TG_VALIDATE_SHAPE)
		set = TG_DICT_LOOSE;
	if (set == TG_DICT_NONE)
		return fault(&w, TG_FIX_MSG_TYPE, TG_REJECT_MSG_TYPE, 0, f->msg + f->body_off);
	enter(&w, &w.at[HEADER], &tg_dict_sets[d->header]);
	enter(&w, &w.at[TRAILER], &tg_dict_sets[d->trailer]);
	enter(&w, &w.at[BODY], set == TG_DICT_LOOSE ? NULL : &tg_dict_sets[set]);
	/* The frame has seen to these. */
	see_tag(&w, HEADER, 8);
	see_tag(&w, HEADER, 9);
	see_tag(&w, HEADER, 35);
	see_tag(&w, TRAILER, 10);
	for (end = body_end(&w); p <= end; p = x.val + x.len + 1) {
		if (!read_field(&w, p, &x, last) || !judge(&w, &x))
			return false;
		if (TG_DICT_FORM(x.kind) == TG_FORM_LENGTH) {
			if (!read_data(&w, &x, &data) || !judge(&w, &data))
				return false;
			x = data;
		} else if (TG_DICT_FORM(x.kind) == TG_FORM_DATA) {
			return fault(&w, TG_FIX_DATA_LENGTH, TG_REJECT_FORMAT, x.tag, x.from);	/* without its length nobody knows where it ends */
		}
		last = x.tag;
	}
	if (!leave(&w, 0, end + 1))
		return false;
	for (i = 0; i < ROOTS; i++)
		if (!complete(&w, &w.at[i], end + 1))
			return false;
	return true;
}
