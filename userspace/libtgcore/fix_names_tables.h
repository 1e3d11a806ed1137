/* SPDX-License-Identifier: MIT */
/* Shape of the name tables (fix_names.c, made by tools/gen/fix_tables). All are sorted: by tag; by tag and value; by type. */
#ifndef TG_FIX_NAMES_TABLES_H
#define TG_FIX_NAMES_TABLES_H

#include <stddef.h>

struct tg_name_field { unsigned int tag; const char *name; };
struct tg_name_value { unsigned int tag; const char *value, *name; };
struct tg_name_type { const char *type, *name; };

struct tg_name_list {
	unsigned short version, dialect;	/* dialect 0: the version itself */
	const struct tg_name_field *fields;
	unsigned int n_fields;
	const struct tg_name_value *values;
	unsigned int n_values;
	const struct tg_name_type *types;
	unsigned int n_types;
};

extern const struct tg_name_list tg_name_lists[];	/* venues' first, then versions, the newest last */
extern const unsigned int tg_name_list_count;

#endif
