// SPDX-License-Identifier: MIT
/* tgctl book check: recorded markets against the engine's own path. Needs neither module nor engine. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "check.h"
#include "ctl.h"

struct shown { time_t last; bool any; };

static void progress(void *arg, const char *path, unsigned int percent, uint64_t compared)
{
	struct shown *s = arg;
	time_t now = time(NULL);

	if (!s->last)
		s->last = now;
	if (now == s->last)
		return;		/* short work needs none */
	s->last = now;
	s->any = true;
	fprintf(stderr, "\r%s: %u %%, %llu compared", path, percent, (unsigned long long)compared);
}

static void text_faults(const struct check_result *r)
{
	unsigned int i;

	printf("  injected:");
	for (i = 0; i < CHECK_FAULTS; i++)
		printf(" %llu %s", (unsigned long long)r->injected[i], check_fault_name(i));
	printf("\n  recovery: %llu gaps, %llu snapshots asked for, %llu sent, %llu connections lost\n",
	       (unsigned long long)r->gaps, (unsigned long long)r->requests,
	       (unsigned long long)r->snapshots_sent, (unsigned long long)r->reconnects);
}

static void text(const char *path, const struct check_options *o, const struct check_result *r)
{
	printf("%s: %llu compared, %llu equal\n", path, (unsigned long long)r->compared,
	       (unsigned long long)r->equal);
	printf("  %llu instruments, %llu updates, %llu entries, %llu trades; %llu %s recorded",
	       (unsigned long long)r->instruments, (unsigned long long)r->updates,
	       (unsigned long long)r->entries, (unsigned long long)r->trades,
	       (unsigned long long)r->recorded,
	       o->venue == MKT_BINANCE ? "tickers at an update" : "checksums");
	if (r->undelivered || r->recovering || r->before)
		printf(": %llu of updates kept from the engine, %llu while it recovered, %llu without a snapshot",
		       (unsigned long long)r->undelivered, (unsigned long long)r->recovering,
		       (unsigned long long)r->before);
	putchar('\n');
	if (r->checksums || r->checksums_bad)
		printf("  verified by the engine itself: %llu, of them %llu different\n",
		       (unsigned long long)(r->checksums + r->checksums_bad),
		       (unsigned long long)r->checksums_bad);
	if (o->faults)
		text_faults(r);
	if (r->holes)
		printf("  %llu holes in the recording itself\n", (unsigned long long)r->holes);
	if (!r->recorded)
		printf("  nothing to compare with in it\n");
	if (!r->live)
		printf("  not every book was LIVE at the end\n");
	if (r->whole_told && r->live)
		printf("  whole books at the end: %s\n", r->whole ? "equal" : "DIFFERENT");
	if (r->difference)
		printf("first difference: %s", r->difference);
}

static void json_one(struct tg_json *j, const char *path, const struct check_result *r)
{
	unsigned int i;

	tg_json_object(j, NULL);
	tg_json_str(j, "file", path);
	tg_json_bool(j, "passed", check_passed(r));
	tg_json_u64(j, "compared", r->compared);
	tg_json_u64(j, "equal", r->equal);
	tg_json_u64(j, "recorded", r->recorded);
	tg_json_u64(j, "undelivered", r->undelivered);
	tg_json_u64(j, "recovering", r->recovering);
	tg_json_u64(j, "without_snapshot", r->before);
	tg_json_u64(j, "holes", r->holes);
	tg_json_u64(j, "instruments", r->instruments);
	tg_json_u64(j, "updates", r->updates);
	tg_json_u64(j, "entries", r->entries);
	tg_json_u64(j, "trades", r->trades);
	tg_json_u64(j, "engine_checksums", r->checksums);
	tg_json_u64(j, "engine_checksums_bad", r->checksums_bad);
	tg_json_u64(j, "gaps", r->gaps);
	tg_json_u64(j, "snapshots_asked_for", r->requests);
	tg_json_u64(j, "snapshots_sent", r->snapshots_sent);
	tg_json_u64(j, "connections_lost", r->reconnects);
	tg_json_object(j, "injected");
	for (i = 0; i < CHECK_FAULTS; i++)
		tg_json_u64(j, check_fault_name(i), r->injected[i]);
	tg_json_end(j, '}');
	tg_json_bool(j, "live", r->live);
	if (r->whole_told)
		tg_json_bool(j, "whole_books_equal", r->whole);
	if (r->error[0])
		tg_json_str(j, "error", r->error);
	if (r->difference)
		tg_json_str(j, "difference", r->difference);
	tg_json_hex(j, "digest", r->digest);
	tg_json_end(j, '}');
}

static int check_all(const struct ctl_command *self, const struct check_options *given, char **files,
		     int n, bool json)
{
	struct check_options o = *given;
	u64 compared = 0, equal = 0;
	struct check_result r;
	struct shown shown = { 0 };
	struct tg_json j;
	int i, ret = 0;

	if (isatty(STDERR_FILENO)) {
		o.progress = progress;
		o.progress_arg = &shown;
	}
	if (json) {
		tg_json_begin(&j, stdout);
		tg_json_array(&j, NULL);
	}
	for (i = 0; i < n; i++) {
		int err = check_file(files[i], &o, &r);

		if (shown.any)
			fputc('\n', stderr);
		shown = (struct shown){ 0 };
		if (err)
			fprintf(stderr, "tgctl %s check: %s\n", self->name, r.error);
		else if (!json)
			text(files[i], &o, &r);
		if (json)
			json_one(&j, files[i], &r);
		if (err || !check_passed(&r))
			ret = 1;
		compared += r.compared;
		equal += r.equal;
		check_free(&r);
	}
	if (json)
		tg_json_end(&j, ']');
	else if (n > 1)
		printf("together: %llu compared, %llu equal\n", (unsigned long long)compared,
		       (unsigned long long)equal);
	return ret;
}

int ctl_book_check(int argc, char **argv, const struct ctl_command *self)
{
	const char *venue = NULL, *seed = NULL, *faults = NULL, *one_in = NULL, *bad = NULL, *journal = NULL;
	struct check_options o = { .seed = 1 };
	bool json = false;
	const struct ctl_option opts[] = {
		{ "venue", NULL, &venue, "NAME", "kraken or binance: whose recording, and whose FIX" },
		{ "seed", NULL, &seed, "N", "of all that is random: where the stream is cut, faults (default 1)" },
		{ "faults", NULL, &faults, "LIST",
		  "of drop,duplicate,swap,cut,bytes,length; or all (default none)" },
		{ "one-in", NULL, &one_in, "N", "with --faults: in about one of N updates (default 40)" },
		{ "journal", NULL, &journal, "FILE", "keep what went into the engine; one recording only" },
		{ "udp", &o.udp, NULL, NULL, "updates as datagrams of a feed, snapshots over TCP" },
		{ 0 },
	};
	static const struct ctl_command check = {
		"book check", NULL, "--venue NAME FILE... [--seed N] [--faults LIST] [--one-in N] [--udp] [--journal FILE] [--json]",
		"recorded markets through the engine, compared with what the venue said"
	};
	u64 v;
	int ret;

	(void)self;
	ret = ctl_options(argc, argv, &check, opts, &json, 1, 1 << 20);
	if (ret != CTL_GO_ON)
		return ret;
	if (!venue || !mkt_venue_parse(venue, &o.venue))
		return ctl_usage_error(&check, "--venue \"%s\": give kraken or binance",
				       venue ? venue : "");
	if (faults && !check_faults_parse(faults, &o.faults, &bad))
		return ctl_usage_error(&check,
				       "--faults \"%s\": give some of drop,duplicate,swap,cut,bytes,length, or all, or none",
				       bad);
	if (seed) {
		if (!ctl_number(&check, "--seed", seed, 0, ~0ull, &v))
			return CTL_USAGE;
		o.seed = v;
	}
	if (one_in) {
		if (!ctl_number(&check, "--one-in", one_in, 1, 1000000, &v))
			return CTL_USAGE;
		o.one_in = (unsigned int)v;
	}
	if (o.udp && o.venue == MKT_KRAKEN)
		return ctl_usage_error(&check, "--udp: this venue's updates carry no ids that a feed could lose and find");
	if (!journal)
		return check_all(self, &o, argv + optind, argc - optind, json);
	if (argc - optind != 1)
		return ctl_usage_error(&check, "--journal: give one recording");
	o.journal = fopen(journal, "wbx");
	if (!o.journal) {
		fprintf(stderr, "tgctl book check: %s: %s\n", journal, strerror(errno));
		return 1;
	}
	ret = check_all(self, &o, argv + optind, 1, json);
	if (ferror(o.journal) | fclose(o.journal)) {
		fprintf(stderr, "tgctl book check: %s: cannot be written\n", journal);
		ret = 1;
	}
	return ret;
}
