// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "log.h"

static int verbose;

void tgd_log_verbose(int on)
{
	verbose = on;
}

void tgd_log(int priority, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n = 0, m;

	if (priority == LOG_DEBUG && !verbose)
		return;
	if (!isatty(STDERR_FILENO))
		n = snprintf(line, sizeof(line), "<%d>", priority);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	n += m;
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	/* one write, so that lines of two threads do not mix */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}
