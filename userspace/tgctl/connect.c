// SPDX-License-Identifier: MIT
/* What the daemon tells of its connects (connects.json in the run directory), for `tgctl session`. */
#include <string.h>
#include <jansson.h>
#include "ctl.h"
#include "rundir.h"

static json_t *load(void)
{
	char path[512];
	json_error_t err;
	json_t *all;
	int n = snprintf(path, sizeof(path), "%s/connects.json", tg_rundir());

	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	all = json_load_file(path, 0, &err);
	if (all && !json_is_array(all)) {
		json_decref(all);
		all = NULL;
	}
	return all;
}

static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static unsigned long long num(const json_t *o, const char *key)
{
	return (unsigned long long)json_integer_value(json_object_get(o, key));
}

void ctl_connects_text(void)
{
	static const char *const heads[] = {
		"VENUE", "TRANSPORT", "TLS", "CIPHER", "SOURCE", ">ATTEMPTS", ">FAILURES",
		">REFUSED", ">TLS FAILED", ">LIMITED", "NEXT ATTEMPT", "LAST ERROR",
	};
	static const char *const counts[] = { "attempts", "failures", "refused", "tls_failures",
					      "limited" };
	json_t *all = load(), *c;
	struct tg_table tab;
	size_t i, k;

	if (!all || !json_array_size(all)) {
		json_decref(all);
		return;
	}
	putchar('\n');
	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	json_array_foreach(all, i, c) {
		tg_table_cell(&tab, "%s", str(c, "venue"));
		tg_table_cell(&tab, "%s", str(c, "state"));
		tg_table_cell(&tab, "%s", str(c, "tls"));
		tg_table_cell(&tab, "%s", str(c, "cipher"));
		tg_table_cell(&tab, "%s", str(c, "source"));
		for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			tg_table_cell(&tab, "%llu", num(c, counts[k]));
		tg_table_time(&tab, num(c, "next_attempt_ns"));
		tg_table_cell(&tab, "%s", str(c, "last_error"));
	}
	tg_table_print(&tab, stdout);
	json_decref(all);
}

void ctl_connects_json(struct tg_json *j)
{
	json_t *all = load(), *c, *v;
	const char *key;
	size_t i;

	tg_json_array(j, "connects");
	json_array_foreach(all, i, c) {
		tg_json_object(j, NULL);
		json_object_foreach(c, key, v) {
			if (json_is_integer(v))
				tg_json_u64(j, key, (__u64)json_integer_value(v));
			else if (json_is_string(v))
				tg_json_str(j, key, json_string_value(v));
		}
		tg_json_end(j, '}');
	}
	tg_json_end(j, ']');
	json_decref(all);
}
