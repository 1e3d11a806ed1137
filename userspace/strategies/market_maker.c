// SPDX-License-Identifier: MIT
/*
 * tg-market-maker: quotes one instrument on both sides, some ticks away from the mid, and follows
 * it. An example of a client: rings or ioctl, callbacks, replace or cancel-and-new, what to do on
 * SLOW, kill and shutdown. Not advice on how to make money.
 *
 * Orders are told apart by user_ref: run tag, counter, side. A quote is `live` from its submission
 * until the order is complete, and `pending` while a request of it is on its way: one request at a
 * time per side.
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <tickgate.h>
#include "json.h"
#include "latency.h"
#include "program.h"

#define PROGRAM		"tg-market-maker"
/* after a refusal: no storm of orders that will be refused again */
#define BACKOFF_NS	50000000ULL
#define CANCEL_WAIT_NS	3000000000ULL
#define BATCH		256

struct quote {
	__u64 user_ref;
	__u64 order_id;
	__u64 sent_ns;
	__s64 px;		/* of the order, or asked for */
	bool live, pending;
	bool timed_gateway, timed_venue;	/* answers to the last request not yet seen */
};

struct maker {
	struct tg_handle *h;
	/* options */
	__u32 instrument;
	__u16 account, strategy;
	__s64 qty, max_position;
	__u32 ticks, threshold_ticks, skew_ticks;
	__u64 max_requests;
	bool by_ioctl, by_cancel, post_only, json, spin;
	/* the instrument */
	struct tg_ioc_instrument def;
	__s64 tick;
	/* state */
	struct quote quote[2];	/* index: enum tg_book_side */
	bool look;		/* the book moved since the last look */
	__u32 tag, refs;
	__u64 hold_until_ns;
	const char *ended;	/* why, once it is to end */
	/* tally */
	__u64 news, replaces, cancels, refused, full, fills;
	__s64 bought, sold, position, avg_px, realised, unrealised, fees;
	char last_refusal[64];
	struct latency gateway, venue_ack;
};

static const char usage_text[] =
	"usage: tg-market-maker --instrument SYMBOL|ID [options]\n"
	"Quotes both sides of one instrument around the mid and follows it.\n"
	"  --device PATH         default " TG_DEVICE "\n"
	"  --instrument X        symbol or id\n"
	"  --account ID          default 1\n"
	"  --strategy ID         to book under (default: that of the first permit)\n"
	"  --qty Q               of each quote (default: the instrument's smallest)\n"
	"  --ticks N             distance from the mid (default 2)\n"
	"  --requote-ticks N     follow when the quote is off by this much (default 1)\n"
	"  --skew-ticks N        move both quotes against the position, by N ticks per --qty held "
	"(default 1)\n"
	"  --max-position Q      no quote on the side that would go beyond (default: none)\n"
	"  --mode ring|ioctl     how to submit (default ring)\n"
	"  --requote replace|cancel  by replace, or by cancel and a new order (default replace)\n"
	"  --post-only           orders that never take\n"
	"  --seconds S           stop after S seconds\n"
	"  --max-orders N        stop after N new orders and replaces\n"
	"  --spin                poll without sleeping (on a core of its own)\n"
	"  --json                the summary as JSON\n"
	"  --help, --version\n"
	"It ends by itself on a kill switch that covers it and when the gateway shuts down; "
	"working orders are\n"
	"cancelled first, and by the gateway when this program dies.\n"
	"exit status: 0; 1 no gateway, or it went away; 2 wrong usage\n";

/* ---- sending ---- */

static void refusal(struct maker *m, const char *why)
{
	m->refused++;
	snprintf(m->last_refusal, sizeof(m->last_refusal), "%s", why);
	m->hold_until_ns = latency_now_ns() + BACKOFF_NS;
	m->look = true;
}

/* True when it is on its way. */
static bool request(struct maker *m, struct quote *q, struct tg_submission *s)
{
	__u64 order_id = 0;
	int r;

	q->sent_ns = latency_now_ns();
	q->timed_gateway = !m->by_ioctl;
	q->timed_venue = s->type == TG_SUB_NEW;
	r = m->by_ioctl ? tg_submit_ioctl(m->h, s, &order_id) : tg_submit(m->h, s);
	if (r < 0) {
		m->ended = "submit failed";
		return false;
	}
	if (m->by_ioctl)
		latency_add(&m->gateway, q->sent_ns);
	if (r == TG_REASON_FULL) {
		m->full++;
		return false;
	}
	if (r) {
		/*
		 * by ring the verdict comes as an event, by ioctl as both: on_order_ack counts it
		 */
		return false;
	}
	if (order_id)
		q->order_id = order_id;
	return true;
}

static void quote_new(struct maker *m, enum tg_book_side side, __s64 px, __u64 cause_ns)
{
	struct quote *q = &m->quote[side];
	struct tg_submission s;

	q->user_ref = (__u64)m->tag << 32 | ++m->refs << 1 | side;
	s = tg_submission_new(m->instrument, m->account,
			      side == TG_BID ? TG_SIDE_BUY : TG_SIDE_SELL, px, m->qty, q->user_ref);
	s.cause_time_ns = cause_ns;
	s.strategy_id = m->strategy;
	if (m->post_only)
		s.flags = TG_SUB_POST_ONLY;
	q->order_id = 0;
	if (!request(m, q, &s))
		return;
	m->news++;
	q->px = px;
	q->live = true;
	q->pending = true;
}

static void quote_cancel(struct maker *m, struct quote *q)
{
	struct tg_submission s = tg_submission_cancel(q->order_id, q->user_ref);

	if (!request(m, q, &s))
		return;
	m->cancels++;
	q->pending = true;
}

static void quote_move(struct maker *m, struct quote *q, __s64 px, __u64 cause_ns)
{
	struct tg_submission s;

	if (m->by_cancel) {
		quote_cancel(m, q);	/* the new one follows when it is gone */
		return;
	}
	s = tg_submission_replace(q->order_id, px, m->qty, q->user_ref);
	s.instrument_id = m->instrument;
	s.cause_time_ns = cause_ns;
	if (!request(m, q, &s))
		return;
	m->replaces++;
	q->px = px;
	q->pending = true;
}

/* ---- deciding ---- */

static __s64 floor_to(__s64 px, __s64 tick)
{
	return px - px % tick;		/* prices here are positive */
}

static void follow(struct maker *m, enum tg_book_side side, __s64 px, __u64 cause_ns, bool wanted)
{
	struct quote *q = &m->quote[side];
	__s64 off = px > q->px ? px - q->px : q->px - px;

	if (q->pending)
		return;
	if (!q->live) {
		if (wanted && px > 0)
			quote_new(m, side, px, cause_ns);
		return;
	}
	if (!wanted || px <= 0)
		quote_cancel(m, q);
	else if (off >= (__s64)m->threshold_ticks * m->tick)
		quote_move(m, q, px, cause_ns);
}

static void look_at_book(struct maker *m)
{
	struct tg_book_image b;
	__s64 mid, shift, bid, ask;
	bool live;

	if (!tg_ready(m->h) || latency_now_ns() < m->hold_until_ns)
		return;
	if (tg_book(m->h, m->instrument, &b))
		return;		/* tried again at the next turn */
	m->look = false;
	live = b.state == TG_BOOK_LIVE && b.bid_levels && b.ask_levels;
	if (m->max_requests && m->news + m->replaces >= m->max_requests) {
		m->ended = "max-orders";
		return;
	}
	if (!live) {
		/* a book that is not live is no reason for a price */
		follow(m, TG_BID, 0, 0, false);
		follow(m, TG_ASK, 0, 0, false);
		return;
	}
	mid = b.bid[0].px + (b.ask[0].px - b.bid[0].px) / 2;
	shift = m->position / m->qty * (__s64)m->skew_ticks * m->tick;
	bid = floor_to(mid - shift, m->tick) - (__s64)m->ticks * m->tick;
	ask = floor_to(mid - shift + m->tick - 1, m->tick) + (__s64)m->ticks * m->tick;
	if (bid >= b.ask[0].px)
		bid = b.ask[0].px - m->tick;
	if (ask <= b.bid[0].px)
		ask = b.bid[0].px + m->tick;
	follow(m, TG_BID, bid, b.time_ns,
	       !m->max_position || m->position + m->qty <= m->max_position);
	follow(m, TG_ASK, ask, b.time_ns,
	       !m->max_position || m->position - m->qty >= -m->max_position);
}

/* ---- hearing ---- */

static struct quote *quote_of(struct maker *m, const struct tg_priv_event *ev)
{
	struct quote *q = &m->quote[ev->u.order.user_ref & 1];

	return ev->u.order.user_ref == q->user_ref && q->user_ref ? q : NULL;
}

static void on_level(void *user, const struct tg_pub_event *ev)
{
	struct maker *m = user;

	if (ev->id == m->instrument && ev->flags & TG_EV_LAST)
		m->look = true;
}

static void on_book_state(void *user, const struct tg_pub_event *ev)
{
	struct maker *m = user;

	if (ev->id == m->instrument)
		m->look = true;
}

static void on_kill(void *user, const struct tg_pub_event *ev)
{
	struct maker *m = user;

	if (program_covers(m->h, ev, &m->def, m->account, m->strategy) && !m->ended)
		m->ended = "kill";
}

static void on_shutdown(void *user, const struct tg_pub_event *ev)
{
	struct maker *m = user;

	(void)ev;
	m->ended = "shutdown";
}

static void on_order_ack(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;
	struct quote *q = quote_of(m, ev);

	if (ev->u.order.origin == TG_ORIGIN_GATEWAY && ev->u.order.reason)
		refusal(m, tg_strreason(ev->u.order.reason));
	if (!q)
		return;
	if (ev->u.order.origin == TG_ORIGIN_VENUE) {
		if (q->timed_venue)
			latency_add(&m->venue_ack, q->sent_ns);
		q->timed_venue = false;
		return;		/* what became of the order is in its ORDER_UPDATE */
	}
	if (q->timed_gateway)
		latency_add(&m->gateway, q->sent_ns);
	q->timed_gateway = false;
	if (!ev->u.order.reason) {
		if (ev->u.order.request == TG_SUB_NEW)
			q->order_id = ev->u.order.order_id;
		return;
	}
	q->pending = false;
	q->timed_venue = false;
	if (ev->u.order.request == TG_SUB_NEW)
		q->live = false;
}

static void on_order_update(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;
	__u64 ref = ev->u.order.user_ref;
	struct quote *q = quote_of(m, ev);

	if (!q && ref >> 32 == m->tag && !m->quote[ref & 1].live) {
		/* an order of ours that a download brings back after SLOW */
		q = &m->quote[ref & 1];
		q->user_ref = ref;
		q->timed_gateway = false;
		q->timed_venue = false;
	}
	if (!q)
		return;
	q->order_id = ev->u.order.order_id;
	q->live = !tg_order_is_complete(ev->u.order.status);
	switch (ev->u.order.status) {
	case TG_OS_PENDING_NEW:
	case TG_OS_PENDING_CANCEL:
	case TG_OS_PENDING_REPLACE:
	case TG_OS_UNKNOWN:
	case TG_OS_SUSPECT:
		q->pending = true;
		break;
	default:
		q->pending = false;
		q->px = ev->u.order.px;
		break;
	}
	if (ev->u.order.status == TG_OS_REJECTED)
		refusal(m, tg_strreason(ev->u.order.reason));
	m->look = true;
}

static void on_fill(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;

	m->fills++;
	if (ev->u.order.side == TG_SIDE_BUY)
		m->bought += ev->u.order.last_qty;
	else
		m->sold += ev->u.order.last_qty;
}

static void on_cancel_reject(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;
	struct quote *q = quote_of(m, ev);

	refusal(m, "CANCEL_REJECT");
	if (q)
		q->px = ev->u.order.px;
}

static void on_position(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;

	if (ev->instrument_id != m->instrument || ev->u.position.account_id != m->account)
		return;
	m->position = ev->u.position.qty;
	m->avg_px = ev->u.position.avg_px;
	m->realised = ev->u.position.realised_pnl;
	m->unrealised = ev->u.position.unrealised_pnl;
	m->fees = ev->u.position.fees;
	m->look = true;
}

static void on_download_end(void *user, const struct tg_priv_event *ev)
{
	struct maker *m = user;

	(void)ev;
	m->look = true;
}

static void on_slow(void *user, enum tg_slow_ring ring, __u64 lost)
{
	struct maker *m = user;

	(void)lost;
	if (ring == TG_SLOW_PUBLIC)
		return;		/* prices are read from the image */
	/* the download that follows brings back what works */
	memset(m->quote, 0, sizeof(m->quote));
}

static const struct tg_callbacks callbacks = {
	.on_level = on_level,
	.on_book_state = on_book_state,
	.on_kill = on_kill,
	.on_shutdown = on_shutdown,
	.on_order_ack = on_order_ack,
	.on_order_update = on_order_update,
	.on_fill = on_fill,
	.on_cancel_reject = on_cancel_reject,
	.on_position = on_position,
	.on_download_end = on_download_end,
	.on_slow = on_slow,
};

/* ---- running ---- */

static int turn(struct maker *m)
{
	int n = tg_poll(m->h, BATCH);

	if (n)
		return n < 0 ? n : 0;
	if (m->spin)
		return 0;
	n = tg_wait(m->h, m->look ? 1 : 20);
	return n < 0 && n != -EINTR ? n : 0;
}

static int trade(struct maker *m, __u64 end_ns)
{
	int err = 0;

	while (!m->ended && !err) {
		err = turn(m);
		if (program_stopped)
			m->ended = "signal";
		else if (latency_now_ns() >= end_ns && !m->ended)
			m->ended = "seconds";
		else if (m->look && !m->ended)
			look_at_book(m);
	}
	return err;
}

/* Working orders are cancelled and waited for, also those that only now become cancellable. */
static int wind_down(struct maker *m)
{
	struct tg_submission all = { .type = TG_SUB_CANCEL_ALL, .instrument_id = m->instrument };
	__u64 end = latency_now_ns() + CANCEL_WAIT_NS, again = 0;
	int err = 0;

	while (!err && (m->quote[0].live || m->quote[1].live) && latency_now_ns() < end) {
		if (latency_now_ns() >= again) {
			if (m->by_ioctl ? tg_submit_ioctl(m->h, &all, NULL) < 0
					: tg_submit(m->h, &all) < 0)
				return -EIO;
			m->cancels++;
			again = latency_now_ns() + CANCEL_WAIT_NS / 6;
		}
		err = turn(m);
	}
	return err;
}

static void summary_json(struct maker *m)
{
	struct tg_json j;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "ended", m->ended ? m->ended : "error");
	tg_json_u64(&j, "orders", m->news);
	tg_json_u64(&j, "replaces", m->replaces);
	tg_json_u64(&j, "cancels", m->cancels);
	tg_json_u64(&j, "refused", m->refused);
	tg_json_str(&j, "last_refusal", m->last_refusal);
	tg_json_u64(&j, "ring_full", m->full);
	tg_json_u64(&j, "fills", m->fills);
	tg_json_e8(&j, "bought", m->bought);
	tg_json_e8(&j, "sold", m->sold);
	tg_json_e8(&j, "position", m->position);
	tg_json_e8(&j, "avg_px", m->avg_px);
	tg_json_e8(&j, "realised_pnl", m->realised);
	tg_json_e8(&j, "unrealised_pnl", m->unrealised);
	tg_json_e8(&j, "fees", m->fees);
	tg_json_u64(&j, "working", (__u64)(m->quote[0].live + m->quote[1].live));
	tg_json_u64(&j, "slow", tg_slow_count(m->h));
	tg_json_u64(&j, "acks", m->gateway.count);
	tg_json_u64(&j, "ack_p50_ns", latency_at(&m->gateway, 500));
	tg_json_u64(&j, "ack_p99_ns", latency_at(&m->gateway, 990));
	tg_json_u64(&j, "ack_max_ns", latency_at(&m->gateway, 1000));
	tg_json_u64(&j, "venue_acks", m->venue_ack.count);
	tg_json_u64(&j, "venue_ack_p50_ns", latency_at(&m->venue_ack, 500));
	tg_json_u64(&j, "venue_ack_p99_ns", latency_at(&m->venue_ack, 990));
	tg_json_u64(&j, "venue_ack_max_ns", latency_at(&m->venue_ack, 1000));
	tg_json_end(&j, '}');
}

static void summary_text(struct maker *m)
{
	char a[TG_PX_TEXT], b[TG_PX_TEXT], c[TG_PX_TEXT];

	printf("ended: %s\n", m->ended ? m->ended : "error");
	printf("orders %llu  replaces %llu  cancels %llu  refused %llu%s%s  ring full %llu  slow "
	       "%llu\n",
	       (unsigned long long)m->news, (unsigned long long)m->replaces,
	       (unsigned long long)m->cancels, (unsigned long long)m->refused,
	       m->refused ? " last " : "", m->last_refusal, (unsigned long long)m->full,
	       (unsigned long long)tg_slow_count(m->h));
	printf("fills %llu  bought %s  sold %s\n", (unsigned long long)m->fills,
	       tg_px_format(m->bought, a), tg_px_format(m->sold, b));
	printf("position %s at %s\n", tg_px_format(m->position, a), tg_px_format(m->avg_px, b));
	printf("PnL realised %s  unrealised %s  fees %s\n", tg_px_format(m->realised, a),
	       tg_px_format(m->unrealised, b), tg_px_format(m->fees, c));
	printf("gateway ack ns p50 %llu p99 %llu max %llu (%llu)\n",
	       (unsigned long long)latency_at(&m->gateway, 500),
	       (unsigned long long)latency_at(&m->gateway, 990),
	       (unsigned long long)latency_at(&m->gateway, 1000),
	       (unsigned long long)m->gateway.count);
	printf("venue ack ns   p50 %llu p99 %llu max %llu (%llu)\n",
	       (unsigned long long)latency_at(&m->venue_ack, 500),
	       (unsigned long long)latency_at(&m->venue_ack, 990),
	       (unsigned long long)latency_at(&m->venue_ack, 1000),
	       (unsigned long long)m->venue_ack.count);
	if (m->quote[0].live || m->quote[1].live)
		printf("still working: %d\n", m->quote[0].live + m->quote[1].live);
}

struct arguments {
	const char *device, *instrument;
	__u64 seconds;
};

static bool word(const char *name, const char *text, const char *yes, const char *no)
{
	if (!strcmp(text, yes))
		return true;
	if (!strcmp(text, no))
		return false;
	fprintf(stderr, PROGRAM ": %s %s: %s or %s is wanted\n", name, text, no, yes);
	exit(2);
}

static void read_arguments(struct maker *m, struct arguments *a, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", 1, NULL, 'd' },	{ "instrument", 1, NULL, 'i' },
		{ "account", 1, NULL, 'a' },	{ "qty", 1, NULL, 'q' },
		{ "ticks", 1, NULL, 't' },	{ "requote-ticks", 1, NULL, 'r' },
		{ "skew-ticks", 1, NULL, 'k' }, { "max-position", 1, NULL, 'p' },
		{ "mode", 1, NULL, 'm' },	{ "requote", 1, NULL, 'R' },
		{ "post-only", 0, NULL, 'P' },	{ "seconds", 1, NULL, 's' },
		{ "strategy", 1, NULL, 'b' },
		{ "max-orders", 1, NULL, 'n' }, { "spin", 0, NULL, 'S' },
		{ "json", 0, NULL, 'j' },	{ "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'v' },	{},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			a->device = optarg;
			break;
		case 'i':
			a->instrument = optarg;
			break;
		case 'a':
			m->account = (__u16)option_number(PROGRAM, "--account", optarg, 1, 65535);
			break;
		case 'b':
			m->strategy = (__u16)option_number(PROGRAM, "--strategy", optarg, 1, 65535);
			break;
		case 'q':
			m->qty = option_decimal(PROGRAM, "--qty", optarg);
			break;
		case 't':
			m->ticks = (__u32)option_number(PROGRAM, "--ticks", optarg, 0, 100000);
			break;
		case 'r':
			m->threshold_ticks =
				(__u32)option_number(PROGRAM, "--requote-ticks", optarg, 1, 100000);
			break;
		case 'k':
			m->skew_ticks =
				(__u32)option_number(PROGRAM, "--skew-ticks", optarg, 0, 100000);
			break;
		case 'p':
			m->max_position = option_decimal(PROGRAM, "--max-position", optarg);
			break;
		case 'm':
			m->by_ioctl = word("--mode", optarg, "ioctl", "ring");
			break;
		case 'R':
			m->by_cancel = word("--requote", optarg, "cancel", "replace");
			break;
		case 'P':
			m->post_only = true;
			break;
		case 's':
			a->seconds = option_number(PROGRAM, "--seconds", optarg, 1, 1000000);
			break;
		case 'n':
			m->max_requests =
				option_number(PROGRAM, "--max-orders", optarg, 1, 1000000000);
			break;
		case 'S':
			m->spin = true;
			break;
		case 'j':
			m->json = true;
			break;
		default:
			option_other(PROGRAM, c, usage_text);
		}
	}
	if (optind != argc || !a->instrument) {
		fprintf(stderr, PROGRAM ": %s\n",
			a->instrument ? "too many arguments" : "--instrument is missing");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	/* static: the latency samples are large */
	static struct maker m = { .account = 1, .ticks = 2, .threshold_ticks = 1, .skew_ticks = 1 };
	struct tg_attach_options o = { .name = PROGRAM, .flags = TG_CLIENT_AUTO_CANCEL };
	struct arguments a = {};
	int err;

	read_arguments(&m, &a, argc, argv);
	m.h = program_attach(PROGRAM, a.device, &o, &callbacks, &m);
	if (!m.h)
		return 1;
	if (program_instrument(PROGRAM, m.h, a.instrument, &m.def) ||
	    program_qty(PROGRAM, &m.def, &m.qty)) {
		tg_close(m.h);
		return 1;
	}
	m.instrument = m.def.instrument_id;
	m.tick = m.def.tick;
	m.tag = (__u32)getpid() | 1u << 31;
	m.look = true;
	err = trade(&m, a.seconds ? latency_now_ns() + a.seconds * 1000000000ULL : ~0ULL);
	if (!err && strcmp(m.ended, "shutdown"))
		err = wind_down(&m);
	latency_finish(&m.gateway);
	latency_finish(&m.venue_ack);
	if (m.json)
		summary_json(&m);
	else
		summary_text(&m);
	if (err || !strcmp(m.ended, "submit failed"))
		fprintf(stderr, PROGRAM ": %s\n", tg_error(m.h));
	tg_close(m.h);
	return err || !strcmp(m.ended, "submit failed") ? 1 : 0;
}
