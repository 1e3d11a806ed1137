// SPDX-License-Identifier: MIT
/*
 * ticker_check TRUTH JOURNAL...: replays the journal that the module wrote and, whenever the book stands at an update id for which the recording holds a
 * ticker, compares best bid and offer, price and quantity. TRUTH has lines "u bid_px bid_qty ask_px ask_qty". Since the digest of every record is compared too, equal
 * here means equal in the module.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "replay.h"

struct truth { u64 id; s64 v[4]; bool seen; };

static struct truth *truths;
static u32 ntruths, equal, compared;

static s64 e8(const char *s)
{
	s64 v = 0;
	int decimals = -1;

	for (; *s; s++) {
		if (*s == '.' && decimals < 0) {
			decimals = 0;
		} else if (*s >= '0' && *s <= '9' && decimals < 8) {
			v = v * 10 + (*s - '0');
			decimals += decimals >= 0;
		}
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 8; decimals++)
		v *= 10;
	return v;
}

static int by_id(const void *a, const void *b)
{
	const struct truth *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int each(struct tg_replay *r, const struct tg_record *rec, const void *payload, enum tg_reason verdict, void *arg)
{
	struct tg_book_image img;
	struct truth key, *t;
	s64 got[4];

	(void)payload;
	(void)verdict;
	(void)arg;
	if (rec->type != TG_IN_UDP || !tg_engine_book(r->core, 1, &img) || img.state != TG_BOOK_LIVE)
		return 0;
	key.id = img.update_id;
	t = bsearch(&key, truths, ntruths, sizeof(*truths), by_id);
	if (!t || t->seen)
		return 0;
	t->seen = true;
	compared++;
	got[0] = img.bid[0].px;
	got[1] = img.bid[0].qty;
	got[2] = img.ask[0].px;
	got[3] = img.ask[0].qty;
	if (!memcmp(got, t->v, sizeof(got)))
		equal++;
	else if (compared - equal <= 3)
		printf("# update %" PRIu64 ": book %" PRId64 " x %" PRId64 " / %" PRId64 " x %" PRId64 ", ticker %" PRId64 " x %" PRId64 " / %" PRId64 " x %" PRId64 "\n",
		       (uint64_t)t->id, (int64_t)got[0], (int64_t)got[1], (int64_t)got[2], (int64_t)got[3], (int64_t)t->v[0], (int64_t)t->v[1],
		       (int64_t)t->v[2], (int64_t)t->v[3]);
	return 0;
}

int main(int argc, char **argv)
{
	char line[256], s[4][40];
	struct tg_replay r;
	uint64_t id;
	FILE *f;
	int rc, i;

	if (argc < 3) {
		fprintf(stderr, "usage: ticker_check TRUTH JOURNAL...\n");
		return 2;
	}
	f = fopen(argv[1], "r");
	if (!f) {
		fprintf(stderr, "ticker_check: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	truths = calloc(100000, sizeof(*truths));
	while (truths && ntruths < 100000 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNu64 " %39s %39s %39s %39s", &id, s[0], s[1], s[2], s[3]) != 5)
			continue;
		truths[ntruths].id = id;
		for (i = 0; i < 4; i++)
			truths[ntruths].v[i] = e8(s[i]);
		ntruths++;
	}
	fclose(f);
	qsort(truths, ntruths, sizeof(*truths), by_id);
	tg_replay_init(&r);
	rc = tg_replay_files(&r, argv + 2, (u32)argc - 2, each, NULL);
	printf("%u tickers, %u compared, %u equal; %" PRIu64 " records replayed, digests %s\n", ntruths, compared, equal, (uint64_t)r.records,
	       rc ? "NOT equal" : "equal");
	if (rc < 0)
		printf("# %s\n", r.error);
	tg_replay_destroy(&r);
	free(truths);
	return rc || !ntruths || compared != ntruths || equal != ntruths;
}
