// SPDX-License-Identifier: MIT
/* Looks names up in fix_names.c. See fix_names.h. */
#include "fix_names.h"
#include "fix_names_tables.h"
#include "fix/dict_tables.h"

/* A list speaks for d when it is of its venue and version, of its version, or the last one. */
static bool speaks(u32 n, const struct tg_fix_dict *d)
{
	const struct tg_name_list *l = &tg_name_lists[n];

	return n + 1 == tg_name_list_count || (l->version == d->version && (!l->dialect || l->dialect == d->dialect));
}

static const char *field_name(const struct tg_name_list *l, u32 tag)
{
	u32 low = 0, high = l->n_fields, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (l->fields[mid].tag < tag)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n_fields && l->fields[low].tag == tag ? l->fields[low].name : NULL;
}

const char *tg_fix_tag_name(const struct tg_fix_dict *d, u32 tag)
{
	const char *name = NULL;
	u32 i;

	for (i = 0; i < tg_name_list_count && !name; i++)
		if (speaks(i, d))
			name = field_name(&tg_name_lists[i], tag);
	return name;
}

const char *tg_fix_msg_name(const struct tg_fix_dict *d, u32 msg_type)
{
	char type[5] = { (char)msg_type, (char)(msg_type >> 8), (char)(msg_type >> 16), (char)(msg_type >> 24), 0 };
	u32 i, k;

	for (i = 0; i < tg_name_list_count; i++)
		for (k = 0; speaks(i, d) && k < tg_name_lists[i].n_types; k++)
			if (!strcmp(tg_name_lists[i].types[k].type, type))
				return tg_name_lists[i].types[k].name;
	return NULL;
}

static const char *value_name(const struct tg_name_list *l, u32 tag, const char *val, u32 len)
{
	u32 low = 0, high = l->n_values, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (l->values[mid].tag < tag)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < l->n_values && l->values[low].tag == tag; low++)
		if (strlen(l->values[low].value) == len && !memcmp(l->values[low].value, val, len))
			return l->values[low].name;
	return NULL;
}

const char *tg_fix_value_name(const struct tg_fix_dict *d, u32 tag, const void *val, u32 len)
{
	const char *name = NULL;
	u32 i;

	for (i = 0; i < tg_name_list_count && !name; i++)
		if (speaks(i, d))
			name = value_name(&tg_name_lists[i], tag, val, len);
	return name;
}
