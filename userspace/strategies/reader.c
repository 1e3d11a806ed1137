// SPDX-License-Identifier: MIT
/*
 * tg-reader: prints what a client sees: every event, or the top of one book. The smallest useful
 * program over libtickgate.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tickgate.h>
#include "json.h"
#include "program.h"

#define PROGRAM "tg-reader"

struct reader {
	struct tg_handle *h;
	bool json;
	bool quiet;		/* count, do not print */
	__u32 top;		/* instrument whose top of book is shown; 0 = events */
	bool top_changed;
	__u64 events, limit;
	__u64 slow;
	bool down;
};

static const char usage_text[] =
	"usage: tg-reader [options]\n"
	"Prints the events of a tickgate gateway, or the top of one book.\n"
	"  --device PATH      default " TG_DEVICE "\n"
	"  --top ID           one line whenever the best levels of instrument ID change\n"
	"  --count N          stop after N lines\n"
	"  --seconds S        stop after S seconds\n"
	"  --lag-ms MS        sleep this long before each poll: a reader that is too slow on "
	"purpose\n"
	"  --private-slots N  size of the private ring\n"
	"  --quiet            count events, print only SLOW and the summary\n"
	"  --json             one JSON object a line\n"
	"  --help, --version\n"
	"exit status: 0; 1 no gateway or it went away; 2 wrong usage\n";

static void count_line(struct reader *r)
{
	r->events++;
	if (r->limit && r->events >= r->limit)
		program_stopped = 1;
}

static void print_public(struct reader *r, const char *name, const struct tg_pub_event *ev)
{
	char px[TG_PX_TEXT], qty[TG_PX_TEXT];
	bool level = ev->type == TG_PUB_LEVEL, trade = ev->type == TG_PUB_TRADE;
	struct tg_json j;

	if (r->json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_str(&j, "event", name);
		tg_json_u64(&j, "id", ev->id);
		tg_json_u64(&j, "time_ns", ev->time_ns);
		if (level)
			tg_json_str(&j, "side", ev->u.level.side == TG_BID ? "bid" : "ask");
		if (level || trade) {
			tg_json_e8(&j, "px", ev->u.level.px);
			tg_json_e8(&j, "qty", ev->u.level.qty);
		} else {
			tg_json_u64(&j, "state", ev->u.state.state);
		}
		tg_json_bool(&j, "last", ev->flags & TG_EV_LAST);
		tg_json_end(&j, '}');
		return;
	}
	if (level)
		printf("%s %u %s %s %s%s\n", name, ev->id,
		       ev->u.level.side == TG_BID ? "bid" : "ask", tg_px_format(ev->u.level.px, px),
		       tg_px_format(ev->u.level.qty, qty), ev->flags & TG_EV_LAST ? " last" : "");
	else if (trade)
		printf("%s %u %s %s\n", name, ev->id, tg_px_format(ev->u.trade.px, px),
		       tg_px_format(ev->u.trade.qty, qty));
	else if (ev->type == TG_PUB_BOOK_STATE)
		printf("%s %u %s\n", name, ev->id, tg_strbookstate(ev->u.state.state));
	else if (ev->type == TG_PUB_SESSION)
		printf("%s %u %s\n", name, ev->id, tg_strsession(ev->u.state.state));
	else
		printf("%s %u\n", name, ev->id);
}

static void public_event(void *user, const struct tg_pub_event *ev)
{
	static const char *const names[] = {
		[TG_PUB_LEVEL] = "LEVEL",	    [TG_PUB_TRADE] = "TRADE",
		[TG_PUB_BOOK_STATE] = "BOOK_STATE", [TG_PUB_CLEAR] = "CLEAR",
		[TG_PUB_SESSION] = "SESSION",	    [TG_PUB_KILL] = "KILL",
		[TG_PUB_RESUME] = "RESUME",	    [TG_PUB_MODE] = "MODE",
		[TG_PUB_INSTRUMENT] = "INSTRUMENT", [TG_PUB_SHUTDOWN] = "SHUTDOWN",
	};
	struct reader *r = user;

	if (ev->type == TG_PUB_SHUTDOWN)
		r->down = true;
	if (r->top) {
		if (ev->id == r->top && (ev->flags & TG_EV_LAST || ev->type == TG_PUB_BOOK_STATE))
			r->top_changed = true;
		return;
	}
	/* what came in the same batch as the last line asked for is not shown */
	if (program_stopped)
		return;
	if (!r->quiet)
		print_public(r, names[ev->type], ev);
	count_line(r);
}

static void private_event(void *user, const struct tg_priv_event *ev)
{
	static const char *const names[] = {
		[TG_PRIV_ATTACHED] = "ATTACHED", [TG_PRIV_DOWNLOAD_BEGIN] = "DOWNLOAD_BEGIN",
		[TG_PRIV_DOWNLOAD_END] = "DOWNLOAD_END", [TG_PRIV_INSTRUMENT] = "DEFINITION",
		[TG_PRIV_POSITION] = "POSITION", [TG_PRIV_ORDER_ACK] = "ORDER_ACK",
		[TG_PRIV_ORDER_UPDATE] = "ORDER_UPDATE", [TG_PRIV_FILL] = "FILL",
		[TG_PRIV_CANCEL_REJECT] = "CANCEL_REJECT",
	};
	struct reader *r = user;
	char qty[TG_PX_TEXT];
	struct tg_json j;

	if (r->top || program_stopped)
		return;
	if (!r->quiet && r->json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_str(&j, "event", names[ev->type]);
		tg_json_u64(&j, "id", ev->instrument_id);
		tg_json_u64(&j, "time_ns", ev->time_ns);
		if (ev->type == TG_PRIV_INSTRUMENT) {
			tg_json_strn(&j, "symbol", ev->u.instrument.symbol,
				     sizeof(ev->u.instrument.symbol));
			tg_json_e8(&j, "tick", ev->u.instrument.tick);
			tg_json_e8(&j, "lot", ev->u.instrument.lot);
		} else if (ev->type == TG_PRIV_POSITION) {
			tg_json_e8(&j, "qty", ev->u.position.qty);
		} else if (ev->type >= TG_PRIV_ORDER_ACK) {
			tg_json_hex(&j, "order_id", ev->u.order.order_id);
			tg_json_str(&j, "status", tg_strstatus(ev->u.order.status));
		}
		tg_json_end(&j, '}');
	} else if (!r->quiet) {
		printf("%s %u", names[ev->type], ev->instrument_id);
		if (ev->type == TG_PRIV_INSTRUMENT)
			printf(" %.*s", TG_SYMBOL_LEN, ev->u.instrument.symbol);
		else if (ev->type == TG_PRIV_POSITION)
			printf(" %s", tg_px_format(ev->u.position.qty, qty));
		else if (ev->type >= TG_PRIV_ORDER_ACK)
			printf(" %016llx %s", (unsigned long long)ev->u.order.order_id,
			       tg_strstatus(ev->u.order.status));
		putchar('\n');
	}
	count_line(r);
}

static void on_slow(void *user, enum tg_slow_ring ring, __u64 lost)
{
	struct reader *r = user;
	const char *which = ring == TG_SLOW_PUBLIC ? "public" : "private";
	struct tg_json j;

	r->slow++;
	r->top_changed = true;
	if (!r->json) {
		printf("SLOW %s ring, %llu events lost\n", which, (unsigned long long)lost);
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "event", "SLOW");
	tg_json_str(&j, "ring", which);
	tg_json_u64(&j, "lost", lost);
	tg_json_end(&j, '}');
}

static const struct tg_callbacks callbacks = {
	.on_level = public_event,
	.on_trade = public_event,
	.on_book_state = public_event,
	.on_session = public_event,
	.on_kill = public_event,
	.on_resume = public_event,
	.on_mode = public_event,
	.on_new_instrument = public_event,
	.on_shutdown = public_event,
	.on_attached = private_event,
	.on_download_begin = private_event,
	.on_download_end = private_event,
	.on_instrument = private_event,
	.on_position = private_event,
	.on_order_ack = private_event,
	.on_order_update = private_event,
	.on_fill = private_event,
	.on_cancel_reject = private_event,
	.on_slow = on_slow,
};

static void print_top(struct reader *r)
{
	char bid[TG_PX_TEXT], bid_qty[TG_PX_TEXT], ask[TG_PX_TEXT], ask_qty[TG_PX_TEXT];
	struct tg_book_image b;
	struct tg_json j;

	r->top_changed = false;
	if (tg_book(r->h, r->top, &b))
		return;
	if (!b.bid_levels)
		b.bid[0].px = TG_PX_NONE;
	if (!b.ask_levels)
		b.ask[0].px = TG_PX_NONE;
	if (r->json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "id", r->top);
		tg_json_str(&j, "state", tg_strbookstate(b.state));
		tg_json_u64(&j, "update_id", b.update_id);
		tg_json_e8(&j, "bid_px", b.bid[0].px);
		tg_json_e8(&j, "bid_qty", b.bid[0].qty);
		tg_json_e8(&j, "ask_px", b.ask[0].px);
		tg_json_e8(&j, "ask_qty", b.ask[0].qty);
		tg_json_end(&j, '}');
	} else {
		printf("%s %llu  %s x %s | %s x %s\n", tg_strbookstate(b.state),
		       (unsigned long long)b.update_id, tg_px_format(b.bid[0].qty, bid_qty),
		       tg_px_format(b.bid[0].px, bid), tg_px_format(b.ask[0].px, ask),
		       tg_px_format(b.ask[0].qty, ask_qty));
	}
	count_line(r);
}

static int run(struct reader *r, __u64 seconds, __u64 lag_ms)
{
	__u64 end = seconds ? program_now_ms() + seconds * 1000 : ~0ULL;
	struct timespec lag = { .tv_sec = (time_t)(lag_ms / 1000),
				.tv_nsec = (long)(lag_ms % 1000) * 1000000 };
	int n;

	if (r->top)
		print_top(r);
	while (!program_stopped && program_now_ms() < end) {
		if (lag_ms)
			nanosleep(&lag, NULL);
		n = tg_poll(r->h, 256);
		if (n < 0)
			return n;
		if (r->top && r->top_changed && !program_stopped)
			print_top(r);
		if (r->down)
			return -ENODEV;
		if (!n) {
			fflush(stdout);
			n = tg_wait(r->h, 100);
			if (n < 0 && n != -EINTR)
				return n;
		}
	}
	return 0;
}

static void summary(const struct reader *r)
{
	struct tg_json j;

	if (!r->json) {
		printf("%llu lines, %llu times slow\n", (unsigned long long)r->events,
		       (unsigned long long)r->slow);
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "event", "SUMMARY");
	tg_json_u64(&j, "lines", r->events);
	tg_json_u64(&j, "slow", r->slow);
	tg_json_end(&j, '}');
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", 1, NULL, 'd' },
		{ "top", 1, NULL, 't' },
		{ "count", 1, NULL, 'c' },
		{ "seconds", 1, NULL, 's' },
		{ "lag-ms", 1, NULL, 'l' },
		{ "private-slots", 1, NULL, 'p' },
		{ "quiet", 0, NULL, 'q' },
		{ "json", 0, NULL, 'j' },
		{ "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'v' },
		{},
	};
	struct tg_attach_options o = { .name = PROGRAM, .flags = TG_CLIENT_READ_ONLY };
	const char *device = NULL;
	__u64 seconds = 0, lag_ms = 0;
	struct reader r = {};
	int c, err;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			device = optarg;
			break;
		case 't':
			r.top = (__u32)option_number(PROGRAM, "--top", optarg, 1, 65535);
			break;
		case 'c':
			r.limit = option_number(PROGRAM, "--count", optarg, 1, ~0ULL);
			break;
		case 's':
			seconds = option_number(PROGRAM, "--seconds", optarg, 1, 1000000);
			break;
		case 'l':
			lag_ms = option_number(PROGRAM, "--lag-ms", optarg, 0, 1000000);
			break;
		case 'p':
			o.private_slots =
				(__u32)option_number(PROGRAM, "--private-slots", optarg, 64, 65536);
			break;
		case 'q':
			r.quiet = true;
			break;
		case 'j':
			r.json = true;
			break;
		default:
			option_other(PROGRAM, c, usage_text);
		}
	}
	option_no_arguments(PROGRAM, argc, argv);
	r.h = program_attach(PROGRAM, device, &o, &callbacks, &r);
	if (!r.h)
		return 1;
	err = run(&r, seconds, lag_ms);
	summary(&r);
	if (err)
		fprintf(stderr, PROGRAM ": %s\n", r.down ? "the gateway shut down" : tg_error(r.h));
	tg_close(r.h);
	return err ? 1 : 0;
}
