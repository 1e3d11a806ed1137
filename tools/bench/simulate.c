// SPDX-License-Identifier: MIT
/*
 * Branch misses where the processor shows none: this program runs itself under valgrind, one job at a time, two passes of it. The predictor is valgrind's, a simple
 * one; real ones do better on patterns. Good for before and after, not for nanoseconds.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_valgrind(const struct job *j, const char *dir, const char *out)
{
	char toggle[128], file[128], self[4096] = "";
	int null = open("/dev/null", O_WRONLY);

	/* not /proc/self/exe: that will be valgrind */
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
		_exit(127);
	dup2(null, 1);
	dup2(null, 2);
	snprintf(toggle, sizeof(toggle), "--toggle-collect=%s", j->symbol);
	snprintf(file, sizeof(file), "--callgrind-out-file=%s", out);
	execlp("valgrind", "valgrind", "--tool=callgrind", "--branch-sim=yes", toggle, file, self, "--once", j->name,
	       dir ? "--workloads" : NULL, dir, NULL);
	_exit(127);
}

/* "events:" names the columns of "totals:": the misses of conditional and of indirect branches are Bcm and Bim. */
static double misses_in(const char *path)
{
	char line[512], names[16][16];
	double sum = -1, v;
	int n = 0, k, at, step;
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "events:", 7)) {
			for (n = 0, at = 7; n < 16 && sscanf(line + at, "%15s%n", names[n], &step) == 1; n++)
				at += step;
		} else if (!strncmp(line, "totals:", 7)) {
			sum = 0;
			for (k = 0, at = 7; k < n && sscanf(line + at, "%lf%n", &v, &step) == 1; k++, at += step)
				if (!strcmp(names[k], "Bcm") || !strcmp(names[k], "Bim"))
					sum += v;
		}
	}
	fclose(f);
	return sum;
}

double simulated_misses(const struct job *j, const char *dir)
{
	char out[] = "/tmp/tg-bench-XXXXXX";
	double sum = -1;
	int fd, status;
	pid_t child;

	if (!j->symbol)
		return -1;
	fd = mkstemp(out);
	if (fd < 0)
		return -1;
	close(fd);
	child = fork();
	if (!child)
		run_valgrind(j, dir, out);
	if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status))
		sum = misses_in(out);
	unlink(out);
	return sum < 0 ? -1 : sum / 2 / j->ops;
}
