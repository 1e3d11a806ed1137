/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Shape of the dictionary's tables (dict_tables.c), which tools/gen/fix_tables makes. Everything is constant and shared: versions and venues that say the same
 * of a message have the same set. Each look-up takes at most TG_DICT_PROBES steps, whatever the peer sends.
 *
 * A tag becomes a field index: by the venue's own tags first (tg_dict_over, hashed), then by the page of tag / 64. All else goes by index.
 */
#ifndef TG_FIX_DICT_TABLES_H
#define TG_FIX_DICT_TABLES_H

#include "fix/dict.h"

#define TG_DICT_NONE		0xffffu
#define TG_DICT_LOOSE		0xfffeu	/* set of a type whose members are not known: any tag may come */
#define TG_DICT_PROBES		8u
#define TG_DICT_DEPTH		8u	/* levels, the message's own included */
#define TG_DICT_SEEN_WORDS	42u	/* of 64 members, header and trailer included */

#define TG_DICT_INDEX		0x1fffu	/* in a slot: the field's index, */
#define TG_DICT_REQUIRED	0x2000u	/* it must be there, */
#define TG_DICT_GROUP		0x4000u	/* it is the count of a group */

/* Forms of values: the types of FIX that can be told apart in the bytes. Same order as TYPES in tools/gen/fixdict.py. */
enum tg_dict_form {
	TG_FORM_STRING, TG_FORM_CHAR, TG_FORM_BOOLEAN, TG_FORM_INT, TG_FORM_UINT, TG_FORM_DAY, TG_FORM_DECIMAL, TG_FORM_TIMESTAMP, TG_FORM_TIME,
	TG_FORM_DATE, TG_FORM_MONTH, TG_FORM_MULTIPLE, TG_FORM_LENGTH, TG_FORM_DATA,
};

/* Kind of a field: its form in the low 5 bits; above, its set of values (0: any), or the pair of a length. */
#define TG_DICT_FORM(kind)	((enum tg_dict_form)((kind) & 31))
#define TG_DICT_AUX(kind)	((u32)(kind) >> 5)

/* Members of a message or of a group's entry: n_slots places from slots[first], hashed by index; TG_DICT_NONE = free. */
struct tg_dict_set {
	u16 first, n_slots;
	u16 required;		/* in tg_dict_required: places of those that must be there, in order of tag */
	u16 owned;		/* in tg_dict_owned */
	u8 n_required, n_owned;
};

struct tg_dict_owned { u16 place, group; };	/* the group whose count stands at this place */
struct tg_dict_group { u16 set, delim; };	/* delim: index of the field that begins an entry */
struct tg_dict_type { u32 msg_type; u16 set; };	/* hashed by type; 0 = free */
struct tg_dict_over { u32 tag; u16 index, kind; };	/* hashed by tag; 0 = free */

struct tg_fix_dict {
	u16 version, dialect;
	u16 pages, n_pages;	/* in tg_dict_page_of */
	u16 over, n_over;
	u16 types, types_mask;
	u16 header, trailer;	/* sets */
	u16 transport;		/* set of the tags that admin messages know; TG_DICT_NONE: they know all */
};

extern const u16 tg_dict_kinds[];
extern const u16 tg_dict_pages[][64];
extern const u8 tg_dict_page_of[];
extern const u8 tg_dict_values[];	/* a set: how many, then length and bytes of each */
extern const u32 tg_dict_value_at[];
extern const u16 tg_dict_pairs[];	/* index of the data field that follows a length */
extern const u16 tg_dict_slots[];
extern const u16 tg_dict_required[];
extern const struct tg_dict_owned tg_dict_owned[];
extern const struct tg_dict_set tg_dict_sets[];
extern const struct tg_dict_group tg_dict_groups[];
extern const struct tg_dict_type tg_dict_types[];
extern const struct tg_dict_over tg_dict_over[];
extern const struct tg_fix_dict tg_dict_all[];
extern const u32 tg_dict_count;

#endif
