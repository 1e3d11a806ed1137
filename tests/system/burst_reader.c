// SPDX-License-Identifier: MIT
/*
 * burst_reader INSTRUMENT: a reader that does not read. Attaches, says "ready" when its download is complete, and sleeps until a line comes on standard input;
 * by then the ring has gone round. It must be told SLOW, with a number of what it lost, get a fresh download and read on to the end. Then one line of JSON:
 * what it was told, and the book image, which is where a reader that was lapped finds the levels again.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libtickgate/tickgate.h>

struct seen {
	uint64_t slow, lost, downloads, levels, last_update_id;
	uint32_t instrument_id;
};

static void on_slow(void *user, enum tg_slow_ring ring, __u64 lost)
{
	struct seen *s = user;

	if (ring != TG_SLOW_PUBLIC)
		return;
	s->slow++;
	s->lost += lost;
	s->levels = 0;
}

static void on_download_end(void *user, const struct tg_priv_event *ev)
{
	(void)ev;
	((struct seen *)user)->downloads++;
}

static void on_level(void *user, const struct tg_pub_event *ev)
{
	struct seen *s = user;

	if (ev->id != s->instrument_id)
		return;
	s->levels++;
	s->last_update_id = ev->u.level.update_id;
}

static const struct tg_callbacks callbacks = {
	.on_slow = on_slow,
	.on_download_end = on_download_end,
	.on_level = on_level,
};

static int fail(struct tg_handle *h, const char *what)
{
	fprintf(stderr, "burst_reader: %s: %s\n", what, tg_error(h));
	return 1;
}

/* Reads until nothing comes for a second, or until `downloads` of them are complete. */
static int drain(struct tg_handle *h, struct seen *s, uint64_t downloads)
{
	int n, idle = 0;

	while (idle < 10 && (!downloads || s->downloads < downloads)) {
		n = tg_poll(h, 256);
		if (n < 0)
			return n;
		idle = n ? 0 : idle + 1;
		if (!n)
			tg_wait(h, 100);
	}
	return 0;
}

static void levels(const char *key, const struct tg_level *l, unsigned int n)
{
	char px[TG_PX_TEXT], qty[TG_PX_TEXT];
	unsigned int i;

	printf(",\"%s\":[", key);
	for (i = 0; i < n; i++)
		printf("%s[\"%s\",\"%s\"]", i ? "," : "", tg_px_format(l[i].px, px), tg_px_format(l[i].qty, qty));
	printf("]");
}

int main(int argc, char **argv)
{
	struct tg_attach_options o = { .name = "burst-reader" };
	struct seen s = { 0 };
	struct tg_book_image b;
	struct tg_handle *h;
	char line[64];
	int tries, err;

	if (argc != 2 || !(s.instrument_id = (uint32_t)atoi(argv[1]))) {
		fputs("usage: burst_reader INSTRUMENT\n", stderr);
		return 2;
	}
	if (tg_open(&h, NULL) || tg_attach(h, &o, &callbacks, &s) || drain(h, &s, 1))
		return fail(h, "attach");
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return fail(h, "standard input");
	if (drain(h, &s, 0))
		return fail(h, "read");
	puts("read");
	fflush(stdout);
	/* what comes after the recovery is read like any other event */
	if (!fgets(line, sizeof(line), stdin))
		return fail(h, "standard input");
	if (drain(h, &s, 0))
		return fail(h, "read");
	for (tries = 0; (err = tg_book(h, s.instrument_id, &b)) && tries < 100; tries++)
		;
	if (err)
		return fail(h, "book");
	printf("{\"slow\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"downloads\":%" PRIu64 ",\"levels\":%" PRIu64 ",\"last_update_id\":%" PRIu64
	       ",\"update_id\":%llu,\"state\":\"%s\"", s.slow, s.lost, s.downloads, s.levels, s.last_update_id, (unsigned long long)b.update_id,
	       tg_strbookstate(b.state));
	levels("bids", b.bid, b.bid_levels);
	levels("asks", b.ask, b.ask_levels);
	puts("}");
	tg_close(h);
	return 0;
}
