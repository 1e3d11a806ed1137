// SPDX-License-Identifier: MIT
/*
 * tg-conflated: the state of books at the reader's own pace. It reads images (tg_book(),
 * tg_product()) and no events: between two readings any number of changes are one. So it is never
 * SLOW, costs the engine nothing (no wake-up, no ring position), and what it shows is the newest
 * there is; what it cannot know is what happened between. A program that draws, archives once a
 * second or computes a slow signal is written like this.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tickgate.h>
#include "json.h"
#include "program.h"

#define PROGRAM "tg-conflated"
#define MAX_IDS	64

struct conflated {
	struct tg_handle *h;
	bool json, all;
	__u32 instrument[MAX_IDS], instruments;
	__u32 product[MAX_IDS], products;
	__u64 seen[2][MAX_IDS];	/* record_seq of the image shown last */
	__u64 lines, limit, readings;
};

static const char usage_text[] =
	"usage: tg-conflated [options]\n"
	"Reads book images at its own pace: the newest state, whatever happened between two readings.\n"
	"  --device PATH      default " TG_DEVICE "\n"
	"  --instrument ID    a book; may be given again (default: all that are defined)\n"
	"  --product ID       a consolidated book; may be given again\n"
	"  --interval-ms MS   between two readings (default 1000)\n"
	"  --all              a line at each reading, not only after a change\n"
	"  --count N          stop after N lines\n"
	"  --seconds S        stop after S seconds\n"
	"  --json             one JSON object a line\n"
	"  --help, --version\n"
	"exit status: 0; 1 no gateway or it went away; 2 wrong usage\n";

static void top_json(struct tg_json *j, const char *side, __s64 px, __s64 qty)
{
	char key[16];

	snprintf(key, sizeof(key), "%s_px", side);
	tg_json_e8(j, key, px);
	snprintf(key, sizeof(key), "%s_qty", side);
	tg_json_e8(j, key, qty);
}

static void show_book(struct conflated *c, const struct tg_book_image *b)
{
	struct tg_level bid = { TG_PX_NONE, 0 }, ask = bid;
	char t[5][TG_PX_TEXT];
	struct tg_json j;

	if (b->bid_levels)
		bid = b->bid[0];
	if (b->ask_levels)
		ask = b->ask[0];
	if (!c->json) {
		printf("book %u %s %s  %s x %s | %s x %s  last %s\n", b->instrument_id,
		       tg_strbookstate(b->state), tg_strtrading(b->trading_status),
		       tg_px_format(bid.qty, t[0]), tg_px_format(bid.px, t[1]),
		       tg_px_format(ask.px, t[2]), tg_px_format(ask.qty, t[3]),
		       tg_px_format(b->last_px, t[4]));
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_u64(&j, "instrument", b->instrument_id);
	tg_json_str(&j, "state", tg_strbookstate(b->state));
	tg_json_str(&j, "trading", tg_strtrading(b->trading_status));
	tg_json_u64(&j, "time_ns", b->time_ns);
	tg_json_u64(&j, "record_seq", b->record_seq);
	tg_json_u64(&j, "update_id", b->update_id);
	top_json(&j, "bid", bid.px, bid.qty);
	top_json(&j, "ask", ask.px, ask.qty);
	tg_json_u64(&j, "bid_levels", b->bid_levels);
	tg_json_u64(&j, "ask_levels", b->ask_levels);
	tg_json_e8(&j, "mid_px", b->mid_px);
	tg_json_e8(&j, "last_px", b->last_px);
	tg_json_end(&j, '}');
}

static void show_product(struct conflated *c, const struct tg_product_image *p)
{
	struct tg_product_level bid = { .px = TG_PX_NONE }, ask = bid;
	char t[4][TG_PX_TEXT];
	struct tg_json j;

	if (p->bid_levels)
		bid = p->bid[0];
	if (p->ask_levels)
		ask = p->ask[0];
	if (!c->json) {
		printf("product %u %u/%u live  %s x %s (%u) | %s x %s (%u)%s\n", p->product_id,
		       p->live, p->instruments, tg_px_format(bid.qty, t[0]),
		       tg_px_format(bid.px, t[1]), bid.instrument_id, tg_px_format(ask.px, t[2]),
		       tg_px_format(ask.qty, t[3]), ask.instrument_id,
		       p->crossed ? " crossed" : "");
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_u64(&j, "product", p->product_id);
	tg_json_u64(&j, "instruments", p->instruments);
	tg_json_u64(&j, "live", p->live);
	tg_json_bool(&j, "crossed", p->crossed);
	tg_json_u64(&j, "time_ns", p->time_ns);
	tg_json_u64(&j, "record_seq", p->record_seq);
	top_json(&j, "bid", bid.px, bid.qty);
	tg_json_e8(&j, "bid_cost_px", p->bid_levels ? bid.cost_px : TG_PX_NONE);
	tg_json_u64(&j, "bid_instrument", bid.instrument_id);
	top_json(&j, "ask", ask.px, ask.qty);
	tg_json_e8(&j, "ask_cost_px", p->ask_levels ? ask.cost_px : TG_PX_NONE);
	tg_json_u64(&j, "ask_instrument", ask.instrument_id);
	tg_json_end(&j, '}');
}

/* true: this one is to be shown. */
static bool take(struct conflated *c, __u64 *seen, __u64 record_seq)
{
	bool news = c->all || *seen != record_seq + 1;

	*seen = record_seq + 1;		/* 0 = never shown */
	if (!news || program_stopped)
		return false;
	if (++c->lines == c->limit)
		program_stopped = 1;
	return true;
}

static void reading(struct conflated *c)
{
	struct tg_product_image p;
	struct tg_book_image b;
	__u32 i;

	c->readings++;
	for (i = 0; i < c->instruments; i++)
		if (!tg_book(c->h, c->instrument[i], &b) && !program_stopped &&
		    take(c, &c->seen[0][i], b.record_seq))
			show_book(c, &b);
	for (i = 0; i < c->products; i++)
		if (!tg_product(c->h, c->product[i], &p) && !program_stopped &&
		    take(c, &c->seen[1][i], p.record_seq))
			show_product(c, &p);
	fflush(stdout);
}

static void defined_instruments(struct conflated *c)
{
	struct tg_ioc_instrument d;
	__u32 id;

	for (id = 1; id <= tg_max_instruments(c->h) && c->instruments < MAX_IDS; id++)
		if (!tg_instrument(c->h, id, &d))
			c->instrument[c->instruments++] = id;
}

static int run(struct conflated *c, __u64 seconds, __u64 interval_ms)
{
	/*
	 * Sleeps by the clock and not in poll(): the engine would look at a sleeper's wait queue at
	 * every flush. poll() is only asked whether the engine is still there.
	 */
	struct pollfd p = { .fd = tg_fd(c->h), .events = 0 };
	__u64 end = seconds ? program_now_ms() + seconds * 1000 : ~0ULL, next = program_now_ms(), now;

	while (!program_stopped && program_now_ms() < end) {
		reading(c);
		next += interval_ms;
		while (!program_stopped && (now = program_now_ms()) < next && now < end) {
			__u64 ms = next - now > 1000 ? 1000 : next - now;
			struct timespec t = { .tv_sec = (time_t)(ms / 1000),
					      .tv_nsec = (long)(ms % 1000) * 1000000 };

			nanosleep(&t, NULL);
			if (poll(&p, 1, 0) > 0 && p.revents & POLLHUP)
				return -ENODEV;
		}
	}
	return 0;
}

static void add_id(__u32 *list, __u32 *n, const char *option, const char *text)
{
	if (*n == MAX_IDS) {
		fprintf(stderr, PROGRAM ": %s %s: more than %d of them\n", option, text, MAX_IDS);
		exit(2);
	}
	list[(*n)++] = (__u32)option_number(PROGRAM, option, text, 1, 65535);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", 1, NULL, 'd' },	 { "instrument", 1, NULL, 'i' },
		{ "product", 1, NULL, 'p' },	 { "interval-ms", 1, NULL, 'm' },
		{ "all", 0, NULL, 'a' },	 { "count", 1, NULL, 'c' },
		{ "seconds", 1, NULL, 's' },	 { "json", 0, NULL, 'j' },
		{ "help", 0, NULL, 'h' },	 { "version", 0, NULL, 'v' },
		{},
	};
	static const struct tg_callbacks none;
	struct tg_attach_options o = { .name = PROGRAM, .flags = TG_CLIENT_READ_ONLY };
	__u64 seconds = 0, interval_ms = 1000;
	const char *device = NULL;
	struct conflated c = {};
	int opt, err;

	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'i':
			add_id(c.instrument, &c.instruments, "--instrument", optarg);
			break;
		case 'p':
			add_id(c.product, &c.products, "--product", optarg);
			break;
		case 'm':
			interval_ms = option_number(PROGRAM, "--interval-ms", optarg, 1, 3600000);
			break;
		case 'a':
			c.all = true;
			break;
		case 'c':
			c.limit = option_number(PROGRAM, "--count", optarg, 1, ~0ULL);
			break;
		case 's':
			seconds = option_number(PROGRAM, "--seconds", optarg, 1, 1000000);
			break;
		case 'j':
			c.json = true;
			break;
		default:
			option_other(PROGRAM, opt, usage_text);
		}
	}
	option_no_arguments(PROGRAM, argc, argv);
	c.h = program_attach(PROGRAM, device, &o, &none, NULL);
	if (!c.h)
		return 1;
	if (!c.instruments && !c.products)
		defined_instruments(&c);
	err = run(&c, seconds, interval_ms);
	if (err)
		fprintf(stderr, PROGRAM ": %s\n",
			err == -ENODEV && c.readings ? "the gateway shut down" : tg_error(c.h));
	tg_close(c.h);
	return err ? 1 : 0;
}
