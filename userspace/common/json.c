// SPDX-License-Identifier: MIT
#include <string.h>
#include "decimal.h"
#include "json.h"

static void quote(struct tg_json *j, const char *s, size_t max)
{
	size_t i;

	fputc('"', j->f);
	for (i = 0; i < max && s[i]; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			fprintf(j->f, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(j->f, "\\u%04x", c); /* taken as Latin-1: always valid JSON,
							whatever a venue sends */
		else
			fputc(c, j->f);
	}
	fputc('"', j->f);
}

static void lead(struct tg_json *j, const char *key)
{
	if (j->comma)
		fputs(", ", j->f);
	if (key) {
		quote(j, key, strlen(key));
		fputs(": ", j->f);
	}
	j->comma = true;
}

void tg_json_begin(struct tg_json *j, FILE *f)
{
	*j = (struct tg_json){ .f = f };
}

static void open_bracket(struct tg_json *j, const char *key, char c)
{
	lead(j, key);
	fputc(c, j->f);
	j->depth++;
	j->comma = false;
}

void tg_json_object(struct tg_json *j, const char *key)
{
	open_bracket(j, key, '{');
}

void tg_json_array(struct tg_json *j, const char *key)
{
	open_bracket(j, key, '[');
}

void tg_json_end(struct tg_json *j, char bracket)
{
	fputc(bracket, j->f);
	j->comma = true;
	if (--j->depth)
		return;
	j->comma = false;
	fputc('\n', j->f);
	fflush(j->f);
}

void tg_json_strn(struct tg_json *j, const char *key, const char *value, size_t max)
{
	lead(j, key);
	quote(j, value, max);
}

void tg_json_str(struct tg_json *j, const char *key, const char *value)
{
	tg_json_strn(j, key, value, strlen(value));
}

void tg_json_u64(struct tg_json *j, const char *key, __u64 value)
{
	lead(j, key);
	fprintf(j->f, "%llu", (unsigned long long)value);
}

void tg_json_s64(struct tg_json *j, const char *key, __s64 value)
{
	lead(j, key);
	fprintf(j->f, "%lld", (long long)value);
}

void tg_json_bool(struct tg_json *j, const char *key, bool value)
{
	lead(j, key);
	fputs(value ? "true" : "false", j->f);
}

void tg_json_e8(struct tg_json *j, const char *key, __s64 value)
{
	char buf[TG_DECIMAL_LEN];

	if (value != TG_PX_NONE) {
		tg_json_str(j, key, tg_decimal_format(value, buf));
		return;
	}
	lead(j, key);
	fputs("null", j->f);
}

void tg_json_hex(struct tg_json *j, const char *key, __u64 value)
{
	lead(j, key);
	fprintf(j->f, "\"0x%016llx\"", (unsigned long long)value);
}
