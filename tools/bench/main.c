// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX	32u

static const char usage[] =
	"usage: tg-bench [--workloads DIR] [--contract FILE] [--repeats N] [--cpu N] [--only "
	"PREFIX] [--once JOB]\n"
	"                [--branches] [--json]\n"
	"\n"
	"Times the core, built as the module builds it, and counts user-mode instructions. Every "
	"job's results\n"
	"are compared with a reference that shares no code with the core before it is timed.\n"
	"  --workloads DIR  use the files of the workload generator instead of the ones made here\n"
	"  --contract FILE  fail when a job needs more instructions than its ceiling there; no "
	"timing. The\n"
	"                   ceilings are for the workloads made here\n"
	"  --repeats N      passes to take the median of (default 25)\n"
	"  --branches       simulate branch misses (valgrind) where the processor counts none\n"
	"  --cpu N          pin to this processor (default: the last one)\n"
	"  --only PREFIX    jobs whose name starts so\n"
	"  --once JOB       two passes of exactly this job, nothing else: for profilers\n"
	"  --json           machine output\n"
	"  --help, --version\n"
	"Exit status: 0; 1 a result is wrong or a ceiling is exceeded; 2 usage.\n";

struct result {
	double median_ns, min_ns, instructions, misses;
	double scalar;		/* fastest pass over the yardstick's fastest; 0 = none */
	bool simulated;
	const char *how, *wrong;
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void time_job(const struct job *j, u32 repeats, struct result *r)
{
	double *v = calloc(repeats, sizeof(*v)), scalar = 0, ns;
	u32 i;

	for (i = 0; i < repeats; i++) {
		double from;

		j->reset(j->ctx);
		from = now_ns();
		j->pass(j->ctx, j->ops);
		v[i] = (now_ns() - from) / j->ops;
		if (!j->scalar)
			continue;
		/* in turns: what the host does meanwhile hits both */
		from = now_ns();
		j->scalar(j->ctx, j->ops);
		ns = (now_ns() - from) / j->ops;
		if (!i || ns < scalar)
			scalar = ns;
	}
	qsort(v, repeats, sizeof(*v), by_value);
	r->median_ns = v[repeats / 2];
	r->min_ns = v[0];
	r->scalar = scalar > 0 ? v[0] / scalar : 0;
	free(v);
}

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		cpu = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fprintf(stderr, "tg-bench: cannot pin to processor %d; times will vary more\n",
			cpu);
}

/*
 * Ceiling of a job, < 0 = none. Lines: name, TAB, instructions per operation; '#' starts a comment.
 */
static double ceiling(const char *path, const char *name)
{
	char line[256], who[128];
	double v, found = -1;
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "tg-bench: %s: cannot be read\n", path);
		exit(2);
	}
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%127s %lf", who, &v) == 2 && !strcmp(who, name))
			found = v;
	fclose(f);
	return found;
}

static void table_head(void)
{
	printf("%-14s %9s %9s  %-11s %8s %-11s %10s  %-11s %9s\n", "job", "ns median", "ns min", "(min)", "scalar", "(min)", "instr.", "",
	       "br. miss");
}

static void table_row(const struct job *j, const struct result *r)
{
	char ins[32] = "n/a", bar_ns[32] = "", bar_ins[32] = "", misses[32] = "n/a", scalar[32] = "", bar_scalar[32] = "";

	if (r->instructions >= 0)
		snprintf(ins, sizeof(ins), "%.1f", r->instructions);
	if (j->bar_ns > 0)
		snprintf(bar_ns, sizeof(bar_ns), "%.2f x bar", r->min_ns / j->bar_ns);
	if (j->bar_instructions > 0 && r->instructions >= 0)
		snprintf(bar_ins, sizeof(bar_ins), "%.2f x bar",
			 r->instructions / j->bar_instructions);
	if (r->scalar > 0)
		snprintf(scalar, sizeof(scalar), "%.2f", r->scalar);
	if (r->scalar > 0 && j->bar_scalar > 0)
		snprintf(bar_scalar, sizeof(bar_scalar), "%.2f x bar", r->scalar / j->bar_scalar);
	if (r->misses >= 0)
		snprintf(misses, sizeof(misses), "%.2f%s", r->misses, r->simulated ? " sim" : "");
	printf("%-14s %9.1f %9.1f  %-11s %8s %-11s %10s  %-11s %9s  per %s%s%s\n", j->name, r->median_ns, r->min_ns, bar_ns, scalar, bar_scalar,
	       ins, bar_ins, misses, j->unit, r->wrong ? "  WRONG: " : "", r->wrong ? r->wrong : "");
}

static void json_row(const struct job *j, const struct result *r, bool first)
{
	printf("%s\n  {\"job\":\"%s\",\"unit\":\"%s\",\"ns_median\":%.2f,\"ns_min\":%.2f",
	       first ? "" : ",", j->name, j->unit, r->median_ns, r->min_ns);
	if (r->instructions >= 0)
		printf(",\"instructions\":%.2f", r->instructions);
	else
		printf(",\"instructions\":null");
	if (r->misses >= 0)
		printf(",\"branch_misses\":%.3f,\"branch_misses_simulated\":%s", r->misses, r->simulated ? "true" : "false");
	else
		printf(",\"branch_misses\":null");
	if (r->scalar > 0)
		printf(",\"time_over_scalar\":%.3f", r->scalar);
	if (j->bar_scalar > 0)
		printf(",\"bar_time_over_scalar\":%.2f", j->bar_scalar);
	if (j->bar_ns > 0)
		printf(",\"bar_ns\":%.0f", j->bar_ns);
	if (j->bar_instructions > 0)
		printf(",\"bar_instructions\":%.0f", j->bar_instructions);
	printf(",\"counted_by\":\"%s\",\"correct\":%s}", r->how, r->wrong ? "false" : "true");
}

static int contract(const struct job *jobs, u32 n, const char *path)
{
	int rc = 0;
	u32 i;

	printf("1..%u\n", n);
	for (i = 0; i < n; i++) {
		const struct job *j = &jobs[i];
		const char *how = "", *wrong = j->verify(j->ctx);
		s64 all = count_instructions(j, j->sample, &how);
		double max = ceiling(path, j->name), per = (double)all / j->sample;

		if (wrong || max < 0 || (all >= 0 && per > max)) {
			rc = 1;
			printf("not ok %u - %s: %.1f instructions a %s, ceiling %.0f%s%s\n", i + 1,
			       j->name, per, j->unit, max, wrong ? "; wrong: " : "",
			       wrong ? wrong : "");
		} else if (all < 0) {
			printf("ok %u - %s # SKIP %s\n", i + 1, j->name, how);
		} else {
			printf("ok %u - %s: %.1f instructions a %s, ceiling %.0f (%s)\n", i + 1,
			       j->name, per, j->unit, max, how);
		}
		fflush(stdout);
	}
	return rc;
}

static void measure(const struct job *j, u32 repeats, const char *dir, bool branches, struct result *r)
{
	s64 count;

	r->wrong = j->verify(j->ctx);
	time_job(j, repeats, r);
	count = count_instructions(j, j->sample, &r->how);
	r->instructions = count < 0 ? -1 : (double)count / j->sample;
	count = count_branch_misses(j);
	r->misses = count < 0 ? -1 : (double)count / j->ops;
	if (count < 0 && branches) {
		r->misses = simulated_misses(j, dir);
		r->simulated = r->misses >= 0;
	}
}

static int run_once(const struct job *j)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		j->reset(j->ctx);
		j->pass(j->ctx, j->ops);
	}
	return 0;
}

static int no_job(const char *name)
{
	fprintf(stderr, "tg-bench: %s: no such job\n", name);
	return 2;
}

static void notes(bool counted, bool simulated)
{
	printf("scalar: our time over that of a plain loop doing the same work in turns with it; %s\n",
	       "comparable between hosts, which nanoseconds are not");
	if (simulated)
		printf("sim: branch misses by valgrind's predictor, which is simpler than a processor's\n");
	else if (!counted)
		printf("branch misses: no processor counters here; --branches simulates them (valgrind)\n");
}

int main(int argc, char **argv)
{
	const char *dir = NULL, *only = "", *ceilings = NULL, *once = NULL;
	static struct job all[JOBS_MAX], jobs[JOBS_MAX];
	u32 repeats = 25, n = 0, i, total = 0;
	bool json = false, first = true, counted = false, branches = false, simulated = false;
	int cpu = -1, rc = 0;

	for (i = 1; i < (u32)argc; i++) {
		const char *a = argv[i], *v = i + 1 < (u32)argc ? argv[i + 1] : NULL;

		if (!strcmp(a, "--help")) {
			fputs(usage, stdout);
			return 0;
		} else if (!strcmp(a, "--version")) {
			printf("tg-bench (tickgate) %s\n", TG_VERSION);
			return 0;
		} else if (!strcmp(a, "--json")) {
			json = true;
			continue;
		} else if (!strcmp(a, "--branches")) {
			branches = true;
			continue;
		}
		if (v && !strcmp(a, "--workloads")) {
			dir = v;
		} else if (v && !strcmp(a, "--contract")) {
			ceilings = v;
		} else if (v && !strcmp(a, "--only")) {
			only = v;
		} else if (v && !strcmp(a, "--once")) {
			once = only = v;
		} else if (v && !strcmp(a, "--repeats") && atoi(v) > 0) {
			repeats = (u32)atoi(v);
		} else if (v && !strcmp(a, "--cpu") && atoi(v) >= 0) {
			cpu = atoi(v);
		} else {
			fprintf(stderr, "tg-bench: %s: unknown option or no good value\n%s", a,
				usage);
			return 2;
		}
		i++;
	}
	if (ceilings && dir) {
		fprintf(stderr, "tg-bench: --contract and --workloads exclude each other: the "
				"ceilings are for the workloads made here\n");
		return 2;
	}
	pin(cpu);
	/* Making what a job works on takes longer than the job: under a profiler only the one that is asked for. */
	if (!once || !strncmp(once, "parse.", 6))
		total += jobs_fix(dir, all);
	if (!once || !strncmp(once, "book.", 5))
		total += jobs_book(dir, all + total);
	if (!once || !strncmp(once, "book.l3", 7))
		total += jobs_l3(dir, all + total);
	if (!once || !strcmp(once, "book.cons") || !strcmp(once, "book.own"))
		total += jobs_books(dir, all + total);
	if (!once || !total)
		total += jobs_engine(all + total);
	if (!total || (!once && total < WL_CLASSES + 1))
		return 1;
	for (i = 0; i < total; i++)
		if (once ? !strcmp(all[i].name, once) : !strncmp(all[i].name, only, strlen(only)))
			jobs[n++] = all[i];
	if (ceilings)
		return contract(jobs, n, ceilings);
	if (once)
		return n == 1 ? run_once(&jobs[0]) : no_job(once);

	if (json)
		printf("[");
	else
		table_head();
	for (i = 0; i < n; i++) {
		struct result r = { .how = "" };

		measure(&jobs[i], repeats, dir, branches, &r);
		counted |= r.misses >= 0;
		simulated |= r.simulated;
		rc |= r.wrong != NULL;
		if (json)
			json_row(&jobs[i], &r, first);
		else
			table_row(&jobs[i], &r);
		first = false;
		fflush(stdout);
	}
	if (json)
		printf("\n]\n");
	else
		notes(counted, simulated);
	return rc;
}
