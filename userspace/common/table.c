// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "decimal.h"
#include "table.h"

void tg_table_begin(struct tg_table *t, const char *const *heads, unsigned int n)
{
	memset(t, 0, sizeof(*t));
	t->columns = n < TG_TABLE_COLUMNS ? n : TG_TABLE_COLUMNS;
	memcpy(t->head, heads, t->columns * sizeof(*heads));
}

void tg_table_cell(struct tg_table *t, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	if (t->cells == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 256;
		char **cell = realloc(t->cell, cap * sizeof(*cell));

		if (!cell) {
			t->failed = true;
			return;
		}
		t->cell = cell;
		t->cap = cap;
	}
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		t->failed = true;
		return;
	}
	t->cell[t->cells++] = text;
}

void tg_table_e8(struct tg_table *t, __s64 value)
{
	char buf[TG_DECIMAL_LEN];

	tg_table_cell(t, "%s", value == TG_PX_NONE ? "-" : tg_decimal_format(value, buf));
}

const char *tg_time_format(__u64 time_ns, char buf[TG_TIME_LEN])
{
	time_t s = (time_t)(time_ns / 1000000000u);
	struct tm tm;
	size_t n;

	if (!time_ns || !gmtime_r(&s, &tm))
		return strcpy(buf, "-");
	n = strftime(buf, TG_TIME_LEN, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + n, TG_TIME_LEN - n, ".%06u", (unsigned int)(time_ns % 1000000000u / 1000u));
	return buf;
}

void tg_table_time(struct tg_table *t, __u64 time_ns)
{
	char buf[TG_TIME_LEN];

	tg_table_cell(t, "%s", tg_time_format(time_ns, buf));
}

static void put(struct tg_table *t, FILE *f, unsigned int c, const char *text, const size_t *width)
{
	bool last = c + 1 == t->columns;

	if (t->head[c][0] == '>')
		fprintf(f, "%*s%s", (int)width[c], text, last ? "\n" : "  ");
	else
		fprintf(f, "%-*s%s", last ? 0 : (int)width[c], text, last ? "\n" : "  ");
}

void tg_table_print(struct tg_table *t, FILE *f)
{
	size_t width[TG_TABLE_COLUMNS], i;
	unsigned int c;

	for (c = 0; c < t->columns; c++)
		width[c] = strlen(t->head[c]) - (t->head[c][0] == '>');
	for (i = 0; i < t->cells; i++)
		if (strlen(t->cell[i]) > width[i % t->columns])
			width[i % t->columns] = strlen(t->cell[i]);
	for (c = 0; c < t->columns; c++)
		put(t, f, c, t->head[c] + (t->head[c][0] == '>'), width);
	for (i = 0; i < t->cells; i++)
		put(t, f, (unsigned int)(i % t->columns), t->cell[i], width);
	if (t->failed)
		fputs("(table cut short: out of memory)\n", f);
	for (i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	t->cell = NULL;
	t->cells = t->cap = 0;
}
