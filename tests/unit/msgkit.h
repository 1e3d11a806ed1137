/* SPDX-License-Identifier: MIT */
/* Messages made up by their layouts: every field, or some, with values that the dictionary takes; and two structs compared field by field. */
#ifndef TG_TESTS_MSGKIT_H
#define TG_TESTS_MSGKIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fix/messages.h"

#define KIT_ARENA	65536u

struct kit {
	u8 arena[KIT_ARENA];	/* texts and groups live here */
	u32 used;
	u64 seed;
};

static inline u64 kit_random(struct kit *k)
{
	k->seed ^= k->seed << 13;
	k->seed ^= k->seed >> 7;
	k->seed ^= k->seed << 17;
	return k->seed;
}

static inline u8 *kit_take(struct kit *k, u32 n)
{
	u8 *p = k->arena + k->used;

	if (k->used + n > KIT_ARENA)
		abort();
	k->used += n;
	return p;
}

/* Values of tags that may not have any; others get what their form allows. */
static inline const char *kit_value(u32 tag, u16 version)
{
	static const struct { u32 tag; const char *text; } t[] = {
		{ 98, "0" }, { 22, "8" }, { 21, "1" }, { 18, "6" }, { 54, "1" }, { 40, "2" }, { 59, "1" }, { 528, "A" }, { 447, "D" }, { 452, "1" },
		{ 803, "1" }, { 585, "7" }, { 530, "7" }, { 531, "7" }, { 532, "0" }, { 20, "0" }, { 150, "0" }, { 39, "0" }, { 103, "1" }, { 378, "1" },
		{ 851, "1" }, { 13, "3" }, { 139, "7" }, { 434, "1" }, { 102, "1" }, { 263, "1" }, { 265, "1" }, { 269, "0" }, { 279, "0" }, { 285, "0" },
		{ 276, "A" }, { 277, "C" }, { 281, "0" }, { 559, "4" }, { 560, "0" }, { 167, "FUT" }, { 340, "2" }, { 326, "2" }, { 724, "0" },
		{ 581, "1" }, { 728, "0" }, { 731, "1" }, { 703, "TQ" }, { 706, "0" }, { 707, "FMTM" }, { 394, "3" }, { 433, "1" }, { 61, "0" },
		{ 373, "5" }, { 380, "3" }, { 1137, "9" }, { 1409, "0" }, { 715, "20231114" }, { 272, "20231114" }, { 273, "22:13:20" },
		{ 460, "1" }, { 372, "D" },
	};
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (t[i].tag == tag)
			return t[i].text;
	return NULL;
}

static inline void kit_fill(struct kit *k, const struct tg_msg_layout *l, void *m, u16 version, const struct tg_fix_dict *d, bool all);

static inline void kit_group(struct kit *k, const struct tg_msg_layout *entry, struct tg_fix_group *g, u16 version, bool all)
{
	u32 n = all ? 2 : (u32)(kit_random(k) % 4), i;
	struct tg_fix_writer w;
	u64 e[64];

	tg_msg_begin_group(&w, kit_take(k, 4096), 4096);
	for (i = 0; i < n; i++) {
		kit_fill(k, entry, e, version, NULL, all);
		if (!tg_msg_put_entry(entry, &w, e))
			abort();
	}
	if (!tg_msg_end_group(&w, n, g))
		abort();
}

static inline void kit_fill(struct kit *k, const struct tg_msg_layout *l, void *m, u16 version, const struct tg_fix_dict *d, bool all)
{
	u64 *has = m;
	u32 i;

	memset(m, 0, l->size);
	for (i = 0; i < l->n_fields; i++) {
		const struct tg_msg_field *f = &l->fields[i];
		const char *text = kit_value(f->tag, version);
		void *at = (u8 *)m + f->offset;
		struct tg_fix_slice *s = at;

		if (!f->required && !all && kit_random(k) % 2)
			continue;
		if (d && !tg_fix_dict_allows(d, l->msg_type, f->tag))
			continue;
		*has |= 1ULL << i;
		switch ((enum tg_msg_kind)f->kind) {
		case TG_KIND_STR:
			if (text) {
				s->len = (u32)strlen(text);
				s->p = memcpy(kit_take(k, s->len), text, s->len);
				break;
			}
			s->len = 1 + (u32)(kit_random(k) % 12);
			s->p = memset(kit_take(k, s->len), 'a' + (int)(kit_random(k) % 26), s->len);
			break;
		case TG_KIND_DATA:
			s->len = 1 + (u32)(kit_random(k) % 12);
			s->p = memset(kit_take(k, s->len), kit_random(k) % 2 ? TG_SOH : '=', s->len);
			break;
		case TG_KIND_CHAR: *(u8 *)at = text ? (u8)text[0] : 'A'; break;
		case TG_KIND_BOOL: *(bool *)at = kit_random(k) & 1; break;
		case TG_KIND_UINT: *(u64 *)at = text ? strtoull(text, NULL, 10) : kit_random(k) % 1000000; break;
		case TG_KIND_E8: *(s64 *)at = (s64)(kit_random(k) % 1000000000000000ULL) - (kit_random(k) % 4 ? 0 : 500000000000000LL); break;
		case TG_KIND_TIME:
			*(u64 *)at = 1700000000000000000ULL + kit_random(k) % 1000000000000ULL * (kit_random(k) % 3 ? 1 : 1000);
			break;
		case TG_KIND_GROUP: kit_group(k, f->sub, at, version, all); break;
		}
	}
}

static inline bool kit_bytes_same(const u8 *a, u32 n, const u8 *b, u32 m)
{
	return n == m && (!n || !memcmp(a, b, n));
}

/* 0 = same, else the tag that differs. */
static inline u32 kit_differs(const struct tg_msg_layout *l, const void *a, const void *b)
{
	u32 i;

	if (*(const u64 *)a != *(const u64 *)b)
		return 999999;
	for (i = 0; i < l->n_fields; i++) {
		const struct tg_msg_field *f = &l->fields[i];
		const void *x = (const u8 *)a + f->offset, *y = (const u8 *)b + f->offset;
		const struct tg_fix_slice *s = x, *t = y;
		const struct tg_fix_group *g = x, *h = y;
		bool same = true;

		switch ((enum tg_msg_kind)f->kind) {
		case TG_KIND_STR: case TG_KIND_DATA: same = kit_bytes_same(s->p, s->len, t->p, t->len); break;
		case TG_KIND_CHAR: same = *(const u8 *)x == *(const u8 *)y; break;
		case TG_KIND_BOOL: same = *(const bool *)x == *(const bool *)y; break;
		case TG_KIND_UINT: case TG_KIND_TIME: same = *(const u64 *)x == *(const u64 *)y; break;
		case TG_KIND_E8: same = *(const s64 *)x == *(const s64 *)y; break;
		case TG_KIND_GROUP: same = g->count == h->count && kit_bytes_same(g->p, g->len, h->p, h->len); break;
		}
		if (!same)
			return f->tag;
	}
	return 0;
}

/* The whole message with a header; 0 = tg_msg_encode() refused, or it did not fit. */
static inline u32 kit_encode(const struct tg_msg_layout *l, const void *m, u16 version, const struct tg_fix_dict *d, u8 *buf, u32 cap)
{
	struct tg_fix_writer w;

	tg_fix_begin(&w, buf, cap, version, l->msg_type);
	tg_fix_put_bytes(&w, 49, "GW", 2);
	tg_fix_put_bytes(&w, 56, "V", 1);
	tg_fix_put_u64(&w, 34, 7);
	tg_fix_put_time(&w, 52, 1700000000123000000ULL);
	return tg_msg_encode(l, &w, d, m) ? tg_fix_end(&w) : 0;
}

#endif
