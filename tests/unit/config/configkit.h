/* SPDX-License-Identifier: MIT */
/* What the tests of the configuration share: texts that are loaded, and the whole error output. */
#ifndef CONFIGKIT_H
#define CONFIGKIT_H

#include "records.h"

#define FIRM \
	"max_order_qty=1\nmax_order_notional=2\nmax_position=3\ncollar_bps=4\nmax_open_orders=5\nrate_per_s=6\nrate_burst=7\n"
#define ENGINE "[engine]\ncpu=1\n[journal]\npath=/j\n" /* lines 1 to 4 */
#define VENUE "[venue v]\nid=1\ndialect=sim\nhost=h\nport=1\nsender=S\ntarget=T\n" /* 7 lines */
#define INST "[instrument I]\nid=1\nvenue=v\ntick=0.01\nlot=0.001\n"		   /* 5 lines */

static inline int load(const char *text, size_t len, struct tgd_config *c, char **err)
{
	size_t n;
	FILE *f = open_memstream(err, &n);
	int ret = tgd_config_load_buffer("t.conf", text, len, c, f);

	fclose(f);
	return ret;
}

static inline void expect(const char *text, const char *want)
{
	struct tgd_config c;
	char *err = NULL;
	int ret = load(text, strlen(text), &c, &err), lines = 0;
	const char *p;

	for (p = want; *p; p++)
		lines += *p == '\n';
	if (strcmp(err, want))
		fail_msg("got:\n%swanted:\n%s", err, want);
	assert_int_equal(ret, lines);
	free(err);
	tgd_config_free(&c);
}

static inline void good(const char *text, struct tgd_config *c)
{
	char *err = NULL;

	if (load(text, strlen(text), c, &err))
		fail_msg("%s", err);
	assert_string_equal(err, "");
	free(err);
}

#endif
