/* SPDX-License-Identifier: MIT */
/*
 * JSON writer. Prices, quantities and money are strings ("61837.63"): a reader that parses numbers
 * as doubles must not lose the last digit. Identifiers, counts and nanoseconds are numbers.
 */
#ifndef TG_JSON_H
#define TG_JSON_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

struct tg_json {
	FILE *f;
	int depth;
	bool comma;
};

void tg_json_begin(struct tg_json *j, FILE *f);
/* key NULL inside arrays and at the top. */
void tg_json_object(struct tg_json *j, const char *key);
void tg_json_array(struct tg_json *j, const char *key);
void tg_json_end(struct tg_json *j,
		 char bracket); /* '}' or ']'; the outermost ends the line and flushes */
void tg_json_str(struct tg_json *j, const char *key,
		 const char *value); /* bytes outside ASCII and control bytes escaped */
void tg_json_strn(struct tg_json *j, const char *key, const char *value,
		  size_t max); /* NUL padded field */
void tg_json_u64(struct tg_json *j, const char *key, __u64 value);
void tg_json_s64(struct tg_json *j, const char *key, __s64 value);
void tg_json_bool(struct tg_json *j, const char *key, bool value);
void tg_json_e8(struct tg_json *j, const char *key, __s64 value);  /* TG_PX_NONE is null */
void tg_json_hex(struct tg_json *j, const char *key, __u64 value); /* "0x..." */

#endif
