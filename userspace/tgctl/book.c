// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "book.h"

static void text(struct ctl *c, const struct tg_book_image *b, __u32 depth)
{
	static const char *const heads[] = { ">BID QTY", ">BID", "", "ASK", "ASK QTY" };
	char t[TG_TIME_LEN], px[TG_DECIMAL_LEN], qty[TG_DECIMAL_LEN];
	struct tg_table tab;
	__u32 i;

	printf("%s  %s  update %llu  %s\n", ctl_instrument(c, b->instrument_id),
	       tg_book_state_name(b->state), (unsigned long long)b->update_id,
	       tg_time_format(b->time_ns, t));
	if (b->last_px != TG_PX_NONE)
		printf("last trade %s x %s\n", tg_decimal_format(b->last_qty, qty),
		       tg_decimal_format(b->last_px, px));
	tg_table_begin(&tab, heads, 5);
	for (i = 0; i < depth && (i < b->bid_levels || i < b->ask_levels); i++) {
		tg_table_e8(&tab, i < b->bid_levels ? b->bid[i].qty : TG_PX_NONE);
		tg_table_e8(&tab, i < b->bid_levels ? b->bid[i].px : TG_PX_NONE);
		tg_table_cell(&tab, "|");
		tg_table_e8(&tab, i < b->ask_levels ? b->ask[i].px : TG_PX_NONE);
		tg_table_e8(&tab, i < b->ask_levels ? b->ask[i].qty : TG_PX_NONE);
	}
	tg_table_print(&tab, stdout);
	fflush(stdout);
}

static void side(struct tg_json *j, const char *key, const struct tg_level *l, __u32 n)
{
	__u32 i;

	tg_json_array(j, key);
	for (i = 0; i < n; i++) {
		tg_json_array(j, NULL);
		tg_json_e8(j, NULL, l[i].px);
		tg_json_e8(j, NULL, l[i].qty);
		tg_json_end(j, ']');
	}
	tg_json_end(j, ']');
}

static void json_out(struct ctl *c, const struct tg_book_image *b, __u32 depth)
{
	struct tg_json j;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "symbol", ctl_instrument(c, b->instrument_id));
	tg_json_u64(&j, "instrument_id", b->instrument_id);
	tg_json_str(&j, "state", tg_book_state_name(b->state));
	tg_json_bool(&j, "l3", b->flags & TG_IMAGE_L3);
	tg_json_u64(&j, "time_ns", b->time_ns);
	tg_json_u64(&j, "record_seq", b->record_seq);
	tg_json_u64(&j, "update_id", b->update_id);
	tg_json_e8(&j, "last_px", b->last_px);
	tg_json_e8(&j, "last_qty", b->last_px == TG_PX_NONE ? TG_PX_NONE : b->last_qty);
	side(&j, "bids", b->bid, b->bid_levels < depth ? b->bid_levels : depth);
	side(&j, "asks", b->ask, b->ask_levels < depth ? b->ask_levels : depth);
	tg_json_end(&j, '}');
}

/* The ladder: in the terminal, or printed once or again and again. */
static int ladder(struct ctl *c, const struct ctl_command *self, const char *name, const char *product,
		  __u32 id, __u32 depth, int interval, __u64 count, bool watch)
{
	struct book_view v = { .c = c, .name = name, .id = id, .depth = depth, .fd = -1 };
	int ret = product ? book_product_open(&v, self, product) : 0;

	if (!ret && watch && count == ~0ull && isatty(STDOUT_FILENO))
		ret = book_terminal(&v, self, interval);
	else if (!ret)
		while (!(ret = book_print(&v, self)) && watch && --count)
			poll(NULL, 0, interval);
	book_product_close(&v);
	return ret;
}

int cmd_book(int argc, char **argv, const struct ctl_command *self)
{
	const char *depth_text = NULL, *interval_text = NULL, *count_text = NULL;
	const char *product = NULL;
	bool json = false, watch = false, once = false, terminal;
	const struct ctl_option opts[] = {
		{ "depth", NULL, &depth_text, "N", "levels a side, 1 to 16 (default 10)" },
		{ "watch", &watch, NULL, NULL,
		  "again and again; on a terminal a ladder (keys q, +, -)" },
		{ "once", &once, NULL, NULL, "the ladder, once, as text" },
		{ "product", NULL, &product, "NAME", "the consolidated book of a product, in place of SYMBOL" },
		{ "interval", NULL, &interval_text, "MS",
		  "with --watch: milliseconds between two (default 500)" },
		{ "count", NULL, &count_text, "N", "with --watch: stop after N" },
		{ 0 },
	};
	__u64 depth = 10, interval = 500, count = ~0ull;
	struct tg_book_image b;
	struct ctl c;
	__u32 id = 0;
	int ret, err;

	if (argc > 1 && !strcmp(argv[1], "check")) {
		argv[1] = "tgctl book check";
		return ctl_book_check(argc - 1, argv + 1, self);
	}
	ret = ctl_options(argc, argv, self, opts, &json, 0, 1);
	if (ret != CTL_GO_ON)
		return ret;
	if ((depth_text && !ctl_number(self, "--depth", depth_text, 1, TG_IMAGE_LEVELS, &depth)) ||
	    (interval_text &&
	     !ctl_number(self, "--interval", interval_text, 1, 3600000, &interval)) ||
	    (count_text && !ctl_number(self, "--count", count_text, 1, ~0ull, &count)))
		return CTL_USAGE;
	if ((argc == optind) != !!product)
		return ctl_usage_error(self, "give SYMBOL, or --product NAME");
	if (json && (product || once))
		return ctl_usage_error(self, "--json: of a SYMBOL's book only");
	if (once && watch)
		return ctl_usage_error(self, "--once or --watch, not both");
	if (ctl_open(&c, self, true))
		return 1;
	/* text for programs that read what goes on stays as it is: a table each time */
	terminal = product || once || (watch && !json && count == ~0ull && isatty(STDOUT_FILENO));
	ret = product ? 0 : ctl_find_instrument(&c, self, argv[optind], &id);
	if (!ret && terminal) {
		ret = ladder(&c, self, product ? product : argv[optind], product, id, (__u32)depth,
			     (int)interval, count, watch);
		ctl_close(&c);
		return ret;
	}
	while (!ret) {
		err = tg_nl_book(c.nl, id, &b);
		if (err) {
			ret = ctl_fail(&c, self, argv[optind], err);
			break;
		}
		if (json)
			json_out(&c, &b, (__u32)depth);
		else
			text(&c, &b, (__u32)depth);
		if (!watch || !--count)
			break;
		poll(NULL, 0, (int)interval);
	}
	ctl_close(&c);
	return ret;
}
