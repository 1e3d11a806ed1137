// SPDX-License-Identifier: MIT
/*
 * tg-replay: journals through the real core, in userspace. Prints what was compared; the first difference is found and named.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "replay.h"

static const char usage[] =
	"usage: tg-replay [options] JOURNAL...\n"
	"Replays journals of tickgated through the engine and compares the digest after every record.\n"
	"\n"
	"  -d, --digests       print a line per record: seq, time_ns, type, source, bytes, digest, verdict\n"
	"  -f, --fix           print the FIX messages that the engine sent, SOH shown as |\n"
	"  -e, --every N       with --digests: only every N-th record\n"
	"  -u, --until SEQ     stop after this record\n"
	"  -c, --compare FILE  compare the digests of JOURNAL with those of FILE, record by record, without replaying\n"
	"  -j, --json          one JSON object as the result\n"
	"  -q, --quiet         only the exit status\n"
	"  -h, --help          this text\n"
	"  -V, --version\n"
	"\n"
	"Exit status: 0 all digests equal, 1 a difference or an unreadable journal, 2 usage.\n";

struct options {
	bool digests, fix, json, quiet;
	u64 every, until;
	const char *compare;
};

enum { STOP_UNTIL = 2 };

static void print_fix(const struct tg_replay *r, const struct tg_record *rec)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&r->ob, &pos))) {
		const u8 *b = tg_out_bytes(o);
		u32 i;

		if (o->type != TG_OUT_TCP)
			continue;
		printf("%" PRIu64 " %" PRIu64 " venue %u ", (uint64_t)rec->seq, (uint64_t)rec->time_ns, o->target);
		for (i = 0; i < o->len; i++)
			putchar(b[i] == 1 ? '|' : b[i] >= 0x20 && b[i] < 0x7f ? b[i] : '?');
		putchar('\n');
	}
}

static int each(struct tg_replay *r, const struct tg_record *rec, const void *payload, enum tg_reason verdict, void *arg)
{
	const struct options *opt = arg;

	(void)payload;
	if (opt->digests && rec->seq % opt->every == 0)
		printf("%" PRIu64 " %" PRIu64 " %s %u %u %016" PRIx64 " %s\n", (uint64_t)rec->seq, (uint64_t)rec->time_ns,
		       tg_input_name(rec->type), rec->source, rec->len, (uint64_t)r->digest, tg_reason_name(verdict));
	if (opt->fix)
		print_fix(r, rec);
	return opt->until && rec->seq >= opt->until ? STOP_UNTIL : 0;
}

static int compare(const char *a, const char *b, const struct options *opt)
{
	struct tg_journal ja, jb;
	const struct tg_record *ra, *rb;
	const void *pa, *pb;
	u64 n = 0;
	int rc = 1, na, nb;

	if (tg_journal_open(&ja, a)) {
		fprintf(stderr, "tg-replay: %s\n", ja.error);
		return 1;
	}
	if (tg_journal_open(&jb, b)) {
		fprintf(stderr, "tg-replay: %s\n", jb.error);
		tg_journal_close(&ja);
		return 1;
	}
	for (;; n++) {
		na = tg_journal_next(&ja, &ra, &pa);
		nb = tg_journal_next(&jb, &rb, &pb);
		if (na < 0 || nb < 0) {
			fprintf(stderr, "tg-replay: %s\n", na < 0 ? ja.error : jb.error);
			break;
		}
		if (!na || !nb) {
			rc = na != nb;
			if (!opt->quiet && na != nb)
				printf("%s ends first, after %" PRIu64 " equal records\n", na ? b : a, (uint64_t)n);
			break;
		}
		if (ra->seq != rb->seq || ra->type != rb->type || ra->digest != rb->digest) {
			if (!opt->quiet)
				printf("first difference at record %" PRIu64 ": %s has seq %" PRIu64 " %s %016" PRIx64 ", %s has seq %" PRIu64 " %s %016" PRIx64 "\n",
				       (uint64_t)n + 1, a, (uint64_t)ra->seq, tg_input_name(ra->type), (uint64_t)ra->digest,
				       b, (uint64_t)rb->seq, tg_input_name(rb->type), (uint64_t)rb->digest);
			break;
		}
	}
	if (!rc && !opt->quiet)
		printf("%" PRIu64 " records compared, digests equal\n", (uint64_t)n);
	tg_journal_close(&ja);
	tg_journal_close(&jb);
	return rc;
}

static void report(const struct tg_replay *r, int rc, const struct options *opt)
{
	bool equal = rc == 0 || rc == STOP_UNTIL;

	if (opt->json) {
		printf("{\"records\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"engines\":%u,\"torn_bytes\":%" PRIu64 ",\"equal\":%s,\"digest\":\"%016" PRIx64 "\"",
		       (uint64_t)r->records, (uint64_t)r->repeated, r->engines, (uint64_t)r->torn_bytes, equal ? "true" : "false",
		       (uint64_t)r->digest);
		if (r->differs)
			printf(",\"difference\":{\"seq\":%" PRIu64 ",\"type\":\"%s\",\"journal\":\"%016" PRIx64 "\",\"replay\":\"%016" PRIx64 "\"}",
			       (uint64_t)r->diff_seq, tg_input_name(r->diff_type), (uint64_t)r->diff_journal, (uint64_t)r->diff_replay);
		printf("}\n");
		return;
	}
	if (opt->quiet)
		return;
	if (r->differs)
		printf("first difference: %s record %" PRIu64 " (%s): journal says %016" PRIx64 ", replay gives %016" PRIx64 "\n",
		       r->diff_path, (uint64_t)r->diff_seq, tg_input_name(r->diff_type), (uint64_t)r->diff_journal, (uint64_t)r->diff_replay);
	else if (equal)
		printf("%" PRIu64 " records replayed in userspace, digests equal (last %016" PRIx64 ")\n", (uint64_t)r->records, (uint64_t)r->digest);
	if (r->torn_bytes)
		printf("the last record was cut short: %" PRIu64 " bytes not replayed\n", (uint64_t)r->torn_bytes);
}

static u64 number(const char *what, const char *s)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno || end == s || *end || *s == '-' || !v) {
		fprintf(stderr, "tg-replay: %s: '%s' is not a whole number from 1\n", what, s);
		exit(2);
	}
	return v;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "digests", no_argument, NULL, 'd' }, { "fix", no_argument, NULL, 'f' }, { "every", required_argument, NULL, 'e' },
		{ "until", required_argument, NULL, 'u' }, { "compare", required_argument, NULL, 'c' }, { "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 }
	};
	struct options opt = { .every = 1 };
	struct tg_replay r;
	int o, rc;

	while ((o = getopt_long(argc, argv, "dfe:u:c:jqhV", longs, NULL)) != -1) {
		switch (o) {
		case 'd': opt.digests = true; break;
		case 'f': opt.fix = true; break;
		case 'e': opt.every = number("--every", optarg); break;
		case 'u': opt.until = number("--until", optarg); break;
		case 'c': opt.compare = optarg; break;
		case 'j': opt.json = true; break;
		case 'q': opt.quiet = true; break;
		case 'h': fputs(usage, stdout); return 0;
		case 'V': printf("tg-replay %s\n", TG_VERSION); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind == argc || (opt.compare && argc - optind != 1)) {
		fputs(usage, stderr);
		return 2;
	}
	if (opt.compare)
		return compare(argv[optind], opt.compare, &opt);

	tg_replay_init(&r);
	rc = tg_replay_files(&r, argv + optind, (u32)(argc - optind), each, &opt);
	if (rc < 0)
		fprintf(stderr, "tg-replay: %s\n", r.error);
	report(&r, rc, &opt);
	tg_replay_destroy(&r);
	return rc == 0 || rc == STOP_UNTIL ? 0 : 1;
}
