// SPDX-License-Identifier: MIT
/*
 * tg-taker: takes liquidity. When the mid has moved some ticks it takes in that direction, either
 * with one immediate-or-cancel order at the touch (direct) or with a sweep that the gateway works
 * (a parent order). An example of a client with one request at a time that lives through a kill:
 * with --stay it keeps quiet until somebody resumes. Not advice on how to make money.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tickgate.h>
#include "json.h"
#include "latency.h"
#include "program.h"

#define PROGRAM		"tg-taker"
#define BACKOFF_NS	50000000ULL
#define BATCH		256

struct taker {
	struct tg_handle *h;
	/* options */
	__u16 account, strategy;
	__s64 qty, max_position;
	__u32 trigger_ticks, slip_ticks;
	__u64 max_orders;
	bool sweep, stay, json;
	struct tg_ioc_instrument def;
	/* state */
	bool look, busy, halted;
	__s64 from_mid;		/* where the mid was at the last decision; 0 = none yet */
	__u32 tag, refs;
	__u64 hold_until_ns;
	const char *ended;
	/* tally */
	__u64 orders, fills, done, kills, resumes, refused[TG_REASON_MAX];
	__s64 bought, sold, position, realised, fees;
};

static const char usage_text[] =
	"usage: tg-taker --instrument SYMBOL|ID [options]\n"
	"Takes one instrument's liquidity in the direction its mid moves.\n"
	"  --device PATH         default " TG_DEVICE "\n"
	"  --instrument X        symbol or id\n"
	"  --account ID          default 1\n"
	"  --strategy ID         to book under (default: that of the first permit)\n"
	"  --qty Q               of each order (default: the instrument's smallest)\n"
	"  --trigger-ticks N     take when the mid has moved so far (default 5)\n"
	"  --slip-ticks N        pay so much more than the best price (default 0)\n"
	"  --max-position Q      nothing that would go beyond (default: none)\n"
	"  --exec direct|sweep   an order, or a parent that the gateway works (default direct)\n"
	"  --stay                after a kill wait for the resume, and go on\n"
	"  --seconds S           stop after S seconds\n"
	"  --max-orders N        stop after N orders\n"
	"  --json                the summary as JSON\n"
	"  --help, --version\n"
	"exit status: 0; 1 no gateway, or it went away; 2 wrong usage\n";

static void answered(struct taker *t, enum tg_reason why)
{
	t->busy = false;
	t->look = true;
	if (!why)
		return;
	if (why < TG_REASON_MAX)
		t->refused[why]++;
	t->hold_until_ns = latency_now_ns() + BACKOFF_NS;
}

static void take(struct taker *t, const struct tg_book_image *b, bool up)
{
	enum tg_side side = up ? TG_SIDE_BUY : TG_SIDE_SELL;
	__s64 slip = (__s64)t->slip_ticks * t->def.tick;
	__s64 px = up ? b->ask[0].px + slip : b->bid[0].px - slip;
	__u64 ref = (__u64)t->tag << 32 | ++t->refs;
	struct tg_submission s;

	if (px <= 0)
		return;
	if (t->sweep)
		s = tg_submission_intent(TG_EXEC_SWEEP, t->def.instrument_id, t->account, side, px,
					 t->qty, ref);
	else
		s = tg_submission_new(t->def.instrument_id, t->account, side, px, t->qty, ref);
	s.tif = TG_TIF_IOC;
	s.strategy_id = t->strategy;
	s.cause_time_ns = b->time_ns;
	switch (tg_submit(t->h, &s)) {
	case 0:
		t->orders++;
		t->busy = true;
		break;
	case TG_REASON_FULL:
		t->refused[TG_REASON_FULL]++;
		break;
	default:
		t->ended = "submit failed";
	}
}

static void look_at_book(struct taker *t)
{
	struct tg_book_image b;
	__s64 mid, moved, after;

	if (t->busy || t->halted || !tg_ready(t->h) || latency_now_ns() < t->hold_until_ns ||
	    tg_book(t->h, t->def.instrument_id, &b))
		return;
	t->look = false;
	if (t->max_orders && t->orders >= t->max_orders) {
		t->ended = "max-orders";
		return;
	}
	if (b.state != TG_BOOK_LIVE || !b.bid_levels || !b.ask_levels)
		return;
	mid = b.bid[0].px + (b.ask[0].px - b.bid[0].px) / 2;
	moved = t->from_mid ? mid - t->from_mid : 0;
	if (t->from_mid && (moved < 0 ? -moved : moved) < (__s64)t->trigger_ticks * t->def.tick)
		return;
	t->from_mid = mid;
	after = moved > 0 ? t->position + t->qty : t->qty - t->position;
	if (moved && (!t->max_position || after <= t->max_position))
		take(t, &b, moved > 0);
}

/* ---- hearing ---- */

static bool mine(const struct taker *t, __u64 ref)
{
	return ref == ((__u64)t->tag << 32 | t->refs);
}

static void on_level(void *user, const struct tg_pub_event *ev)
{
	struct taker *t = user;

	if (ev->id == t->def.instrument_id)
		t->look = true;
}

static void on_kill(void *user, const struct tg_pub_event *ev)
{
	struct taker *t = user;

	if (!program_covers(t->h, ev, &t->def, t->account, t->strategy))
		return;
	t->kills++;
	t->halted = true;
	if (!t->stay && !t->ended)
		t->ended = "kill";
}

static void on_resume(void *user, const struct tg_pub_event *ev)
{
	struct taker *t = user;

	if (!program_covers(t->h, ev, &t->def, t->account, t->strategy))
		return;
	t->resumes++;
	t->halted = false;
	t->from_mid = 0;	/* what moved meanwhile is no reason */
	t->look = true;
}

static void on_shutdown(void *user, const struct tg_pub_event *ev)
{
	struct taker *t = user;

	(void)ev;
	t->ended = "shutdown";
}

static void on_order_ack(void *user, const struct tg_priv_event *ev)
{
	struct taker *t = user;

	if (mine(t, ev->u.order.user_ref) && ev->u.order.origin == TG_ORIGIN_GATEWAY && ev->u.order.reason)
		answered(t, ev->u.order.reason);
}

static void on_order_update(void *user, const struct tg_priv_event *ev)
{
	struct taker *t = user;

	if (t->sweep || !mine(t, ev->u.order.user_ref) || !tg_order_is_complete(ev->u.order.status))
		return;
	t->done++;
	answered(t, ev->u.order.status == TG_OS_REJECTED ? ev->u.order.reason : TG_REASON_OK);
}

static void on_parent(void *user, const struct tg_priv_event *ev)
{
	struct taker *t = user;

	if (!mine(t, ev->u.parent.user_ref) || ev->u.parent.state != TG_PARENT_DONE)
		return;
	t->done++;
	answered(t, ev->u.parent.reason);
}

static void on_fill(void *user, const struct tg_priv_event *ev)
{
	struct taker *t = user;

	t->fills++;
	if (ev->u.order.side == TG_SIDE_BUY)
		t->bought += ev->u.order.last_qty;
	else
		t->sold += ev->u.order.last_qty;
	t->position = t->bought - t->sold;
}

static void on_position(void *user, const struct tg_priv_event *ev)
{
	struct taker *t = user;

	if (ev->instrument_id != t->def.instrument_id || ev->u.position.account_id != t->account)
		return;
	t->realised = ev->u.position.realised_pnl;
	t->fees = ev->u.position.fees;
}

static void on_slow(void *user, enum tg_slow_ring ring, __u64 lost)
{
	struct taker *t = user;

	(void)lost;
	if (ring == TG_SLOW_PRIVATE)
		t->busy = false;	/* an order that may still be out ends by itself */
	t->look = true;
}

static const struct tg_callbacks callbacks = {
	.on_level = on_level,
	.on_book_state = on_level,
	.on_kill = on_kill,
	.on_resume = on_resume,
	.on_shutdown = on_shutdown,
	.on_order_ack = on_order_ack,
	.on_order_update = on_order_update,
	.on_parent = on_parent,
	.on_fill = on_fill,
	.on_position = on_position,
	.on_slow = on_slow,
};

/* ---- running ---- */

static int trade(struct taker *t, __u64 end_ns)
{
	int n = 0;

	while (!t->ended && n >= 0) {
		n = tg_poll(t->h, BATCH);
		if (!n) {
			n = tg_wait(t->h, 20);
			n = n == -EINTR ? 0 : n;
		}
		if (program_stopped)
			t->ended = "signal";
		else if (latency_now_ns() >= end_ns && !t->ended)
			t->ended = "seconds";
		else if (t->look && !t->ended)
			look_at_book(t);
	}
	return n < 0 ? n : 0;
}

static __u64 refused_in_all(const struct taker *t)
{
	__u64 n = 0;
	__u32 i;

	for (i = 0; i < TG_REASON_MAX; i++)
		n += t->refused[i];
	return n;
}

static void summary(struct taker *t)
{
	char a[TG_PX_TEXT], b[TG_PX_TEXT], c[TG_PX_TEXT];
	struct tg_json j;
	__u32 i;

	if (!t->json) {
		printf("ended: %s\norders %llu  done %llu  fills %llu  kills %llu  resumes %llu  refused %llu",
		       t->ended ? t->ended : "error", (unsigned long long)t->orders,
		       (unsigned long long)t->done, (unsigned long long)t->fills,
		       (unsigned long long)t->kills, (unsigned long long)t->resumes,
		       (unsigned long long)refused_in_all(t));
		for (i = 0; i < TG_REASON_MAX; i++)
			if (t->refused[i])
				printf("  %s %llu", tg_strreason(i), (unsigned long long)t->refused[i]);
		printf("\nbought %s  sold %s  position %s\n", tg_px_format(t->bought, a),
		       tg_px_format(t->sold, b), tg_px_format(t->position, c));
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "ended", t->ended ? t->ended : "error");
	tg_json_str(&j, "exec", t->sweep ? "sweep" : "direct");
	tg_json_u64(&j, "orders", t->orders);
	tg_json_u64(&j, "done", t->done);
	tg_json_u64(&j, "fills", t->fills);
	tg_json_u64(&j, "kills", t->kills);
	tg_json_u64(&j, "resumes", t->resumes);
	tg_json_u64(&j, "refused", refused_in_all(t));
	tg_json_object(&j, "refusals");
	for (i = 0; i < TG_REASON_MAX; i++)
		if (t->refused[i])
			tg_json_u64(&j, tg_strreason(i), t->refused[i]);
	tg_json_end(&j, '}');
	tg_json_e8(&j, "bought", t->bought);
	tg_json_e8(&j, "sold", t->sold);
	tg_json_e8(&j, "position", t->position);
	tg_json_e8(&j, "account_realised_pnl", t->realised);
	tg_json_e8(&j, "account_fees", t->fees);
	tg_json_end(&j, '}');
}

struct arguments {
	const char *device, *instrument;
	__u64 seconds;
};

static void read_arguments(struct taker *t, struct arguments *a, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", 1, NULL, 'd' }, { "instrument", 1, NULL, 'i' }, { "account", 1, NULL, 'a' },
		{ "strategy", 1, NULL, 'b' }, { "qty", 1, NULL, 'q' }, { "trigger-ticks", 1, NULL, 't' },
		{ "slip-ticks", 1, NULL, 'k' }, { "max-position", 1, NULL, 'p' }, { "exec", 1, NULL, 'e' },
		{ "stay", 0, NULL, 'S' }, { "seconds", 1, NULL, 's' }, { "max-orders", 1, NULL, 'n' },
		{ "json", 0, NULL, 'j' }, { "help", 0, NULL, 'h' }, { "version", 0, NULL, 'v' }, {},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd': a->device = optarg; break;
		case 'i': a->instrument = optarg; break;
		case 'a': t->account = (__u16)option_number(PROGRAM, "--account", optarg, 1, 65535); break;
		case 'b': t->strategy = (__u16)option_number(PROGRAM, "--strategy", optarg, 1, 65535); break;
		case 'q': t->qty = option_decimal(PROGRAM, "--qty", optarg); break;
		case 't': t->trigger_ticks = (__u32)option_number(PROGRAM, "--trigger-ticks", optarg, 1, 100000); break;
		case 'k': t->slip_ticks = (__u32)option_number(PROGRAM, "--slip-ticks", optarg, 0, 100000); break;
		case 'p': t->max_position = option_decimal(PROGRAM, "--max-position", optarg); break;
		case 'e':
			t->sweep = !strcmp(optarg, "sweep");
			if (t->sweep || !strcmp(optarg, "direct"))
				break;
			fprintf(stderr, PROGRAM ": --exec %s: direct or sweep is wanted\n", optarg);
			exit(2);
		case 'S': t->stay = true; break;
		case 's': a->seconds = option_number(PROGRAM, "--seconds", optarg, 1, 1000000); break;
		case 'n': t->max_orders = option_number(PROGRAM, "--max-orders", optarg, 1, 1000000000); break;
		case 'j': t->json = true; break;
		default: option_other(PROGRAM, c, usage_text);
		}
	}
	option_no_arguments(PROGRAM, argc, argv);
	if (!a->instrument) {
		fprintf(stderr, PROGRAM ": --instrument is missing\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct taker t = { .account = 1, .trigger_ticks = 5, .look = true };
	struct tg_attach_options o = { .name = PROGRAM, .flags = TG_CLIENT_AUTO_CANCEL };
	struct arguments a = {};
	bool failed;

	read_arguments(&t, &a, argc, argv);
	t.h = program_attach(PROGRAM, a.device, &o, &callbacks, &t);
	if (!t.h)
		return 1;
	if (program_instrument(PROGRAM, t.h, a.instrument, &t.def) || program_qty(PROGRAM, &t.def, &t.qty)) {
		tg_close(t.h);
		return 1;
	}
	t.tag = (__u32)getpid() | 1u << 31;
	failed = trade(&t, a.seconds ? latency_now_ns() + a.seconds * 1000000000ULL : ~0ULL) ||
		 !strcmp(t.ended, "submit failed");
	if (failed)
		fprintf(stderr, PROGRAM ": %s\n", tg_error(t.h));
	summary(&t);
	tg_close(t.h);
	return failed;
}
