/* SPDX-License-Identifier: MIT */
/* Text tables: columns as wide as their widest cell, numbers to the right. */
#ifndef TG_TABLE_H
#define TG_TABLE_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

#define TG_TABLE_COLUMNS	16

struct tg_table {
	const char *head[TG_TABLE_COLUMNS];	/* a leading '>' aligns right and is not shown */
	unsigned int columns, col;
	char **cell;
	size_t cells, cap;
	bool failed;				/* out of memory: the print says so */
};

/* heads: n strings that live until the print. */
void tg_table_begin(struct tg_table *t, const char *const *heads, unsigned int n);
__attribute__((format(printf, 2, 3))) void tg_table_cell(struct tg_table *t, const char *fmt, ...);
void tg_table_e8(struct tg_table *t, __s64 value);	/* TG_PX_NONE is "-" */
/* Nanoseconds of CLOCK_REALTIME as UTC "2026-01-31 12:00:00.123456"; 0 is "-". */
void tg_table_time(struct tg_table *t, __u64 time_ns);
/* Prints and frees. */
void tg_table_print(struct tg_table *t, FILE *f);

#define TG_TIME_LEN	32
const char *tg_time_format(__u64 time_ns, char buf[TG_TIME_LEN]);

#endif
