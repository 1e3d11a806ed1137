// SPDX-License-Identifier: MIT
/*
 * Recorded markets through the engine, by the same path as `tgctl book check`: every checksum and
 * ticker of the recordings, undisturbed, then with each mutation alone, then with all of them. A
 * mutation must be seen to have happened, and its way of recovery too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

static unsigned int tests, failed;

static void result(bool ok, const struct check_result *r, const char *what)
{
	printf("%sok %u - %s: %llu compared, %llu equal; %llu gaps, %llu snapshots, %llu connections lost, %llu checksums bad\n",
	       ok ? "" : "not ", ++tests, what, (unsigned long long)r->compared,
	       (unsigned long long)r->equal, (unsigned long long)r->gaps,
	       (unsigned long long)r->snapshots_sent, (unsigned long long)r->reconnects,
	       (unsigned long long)r->checksums_bad);
	if (!ok) {
		printf("# %s\n", r->error[0] ? r->error : "see above");
		if (r->difference)
			fputs(r->difference, stderr);
		failed++;
	}
}

struct expect {
	const char *what;
	struct check_options o;
	uint64_t least;			/* truths compared */
	bool gaps, reconnects, all;	/* all: every truth of the recording was compared */
};

static uint64_t injected(const struct check_result *r, unsigned int faults)
{
	uint64_t least = ~0ULL;
	unsigned int i;

	for (i = 0; i < CHECK_FAULTS; i++)
		if (faults >> i & 1 && r->injected[i] < least)
			least = r->injected[i];
	return least;
}


static void run(const char *path, const struct expect *x)
{
	struct check_result r;
	bool ok = !check_file(path, &x->o, &r) && check_passed(&r) &&
		  r.compared >= x->least && (!x->gaps || (r.gaps && r.snapshots_sent > r.instruments)) &&
		  (!x->reconnects || r.reconnects) && (!x->all || r.compared == r.recorded) &&
		  injected(&r, x->o.faults);

	if (!x->o.faults)
		ok = ok && !r.gaps && !r.reconnects && !r.rejected && !r.garbled && !r.evicted;
	result(ok, &r, x->what);
	check_free(&r);
}

static void twice(const char *path, enum mkt_venue venue)
{
	const struct check_options o = { .venue = venue, .seed = 5, .faults = (1u << CHECK_FAULTS) - 1 };
	struct check_result a, b;
	bool ok = !check_file(path, &o, &a) && !check_file(path, &o, &b) && a.digest == b.digest;

	result(ok, &b, "a second run ends in the same digest");
	check_free(&a);
	check_free(&b);
}

#define ALL ((1u << CHECK_FAULTS) - 1)
#define UDP (CHECK_DROP | CHECK_DUPLICATE | CHECK_SWAP | CHECK_CUT | CHECK_LENGTH)
#define B(...) { .venue = MKT_BINANCE, __VA_ARGS__ }
#define K(...) { .venue = MKT_KRAKEN, __VA_ARGS__ }

static const struct expect binance[] = {
	{ "binance over TCP", B(.seed = 1), 564, .all = true },
	{ "binance, datagrams", B(.seed = 1, .udp = true), 564, .all = true },
	{ "binance, dropped updates", B(.seed = 2, .faults = CHECK_DROP), 500, .gaps = true },
	{ "binance, doubled updates", B(.seed = 3, .faults = CHECK_DUPLICATE), 564, .all = true },
	{ "binance, swapped updates", B(.seed = 4, .faults = CHECK_SWAP), 500, .gaps = true },
	{ "binance, connections cut inside an update", B(.seed = 5, .faults = CHECK_CUT), 500, .reconnects = true },
	{ "binance, byte by byte", B(.seed = 6, .faults = CHECK_BYTES, .one_in = 4), 564, .all = true },
	{ "binance, BodyLength of seven digits", B(.seed = 7, .faults = CHECK_LENGTH), 564, .all = true },
	{ "binance, all of these", B(.seed = 8, .faults = ALL), 500, .gaps = true, .reconnects = true },
	{ "binance, two lines that drop and double", B(.seed = 2, .udp = true, .faults = CHECK_DROP | CHECK_DUPLICATE, .one_in = 120),
	  564, .gaps = true, .all = true },
	{ "binance, two lines with every fault", B(.seed = 10, .udp = true, .faults = UDP), 500, .gaps = true },
	{ "binance, two lines with every fault, another seed", B(.seed = 11, .udp = true, .faults = UDP, .one_in = 15), 200, .gaps = true },
};

static const struct expect kraken[] = {
	{ "kraken", K(.seed = 1), 943, .all = true },
	{ "kraken, cut elsewhere", K(.seed = 99), 943, .all = true },
	{ "kraken, doubled updates", K(.seed = 3, .faults = CHECK_DUPLICATE), 943, .all = true },
	{ "kraken, connections cut inside an update", K(.seed = 5, .faults = CHECK_CUT), 800, .reconnects = true },
	{ "kraken, byte by byte", K(.seed = 6, .faults = CHECK_BYTES, .one_in = 4), 943, .all = true },
	{ "kraken, BodyLength of seven digits", K(.seed = 7, .faults = CHECK_LENGTH), 943, .all = true },
};

/* Only the checksum in 5041 tells of these. */
static const struct expect kraken_lost[] = {
	{ "kraken, dropped updates", K(.seed = 2, .faults = CHECK_DROP), 800, .gaps = true },
	{ "kraken, swapped updates", K(.seed = 4, .faults = CHECK_SWAP), 800, .gaps = true },
	{ "kraken, all of these", K(.seed = 8, .faults = ALL, .one_in = 20), 700, .gaps = true, .reconnects = true },
};

static void run_all(const char *path, const struct expect *x, unsigned int n)
{
	while (n--)
		run(path, x++);
}

int main(int argc, char **argv)
{
	const char *data = getenv("TG_DATA");
	struct check_result r;
	char b[4096], k[4096];

	if (argc > 1) {
		printf("usage: recorded	(data: $TG_DATA/binance-btcusdt and kraken-l2-crc, default ../shared/data)\n");
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	snprintf(b, sizeof(b), "%s/binance-btcusdt/spot-btcusdt_20240808.gz", data ? data : "../shared/data");
	snprintf(k, sizeof(k), "%s/kraken-l2-crc/book.log", data ? data : "../shared/data");
	if (access(b, R_OK) || access(k, R_OK)) {
		printf("1..0 # SKIP %s or %s cannot be read\n", b, k);
		return 4;
	}
	run_all(b, binance, sizeof(binance) / sizeof(binance[0]));
	twice(b, MKT_BINANCE);
	run_all(k, kraken, sizeof(kraken) / sizeof(kraken[0]));
	twice(k, MKT_KRAKEN);
	if (!check_file(k, &kraken[0].o, &r)) {
		if (r.checksums)
			run_all(k, kraken_lost, sizeof(kraken_lost) / sizeof(kraken_lost[0]));
		check_free(&r);
	}
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
