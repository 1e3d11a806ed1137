// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ktap.h"

static int count, failed;

void ktap_begin(void)
{
	/* children and a killed guest must not take lines with them */
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

static void line(bool good, const char *fmt, va_list ap)
{
	printf("%s %d ", good ? "ok" : "not ok", ++count);
	vprintf(fmt, ap);
	failed += !good;
}

bool ktap_ok(bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(good, fmt, ap);
	va_end(ap);
	putchar('\n');
	return good;
}

bool ktap_is(long got, long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(got == want, fmt, ap);
	va_end(ap);
	if (got == want)
		putchar('\n');
	else
		printf(": %ld (%s), wanted %ld (%s)\n", got, got < 0 ? strerror((int)-got) : "-",
		       want, want < 0 ? strerror((int)-want) : "-");
	return got == want;
}

void ktap_skip(const char *fmt, ...)
{
	va_list ap;

	printf("ok %d # SKIP ", ++count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void ktap_note(const char *fmt, ...)
{
	va_list ap;

	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void ktap_bail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(false, fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(ktap_end());
}

void ktap_skip_all(const char *fmt, ...)
{
	va_list ap;

	fputs("1..0 # SKIP ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(KSFT_SKIP);
}

int ktap_end(void)
{
	printf("1..%d\n", count);
	return failed ? 1 : 0;
}

void ktap_usage(int argc, char **argv, const char *what)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		printf("usage: %s    %s (KTAP; needs root and the module)\n", argv[0], what);
		exit(0);
	}
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("tickgate selftests %s\n", TG_VERSION);
		exit(0);
	}
	if (argc != 1) {
		fprintf(stderr, "usage: %s [--help | --version]\n", argv[0]);
		exit(2);
	}
}
