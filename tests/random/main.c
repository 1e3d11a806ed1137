// SPDX-License-Identifier: MIT
/*
 * The engine against a random venue with every fault on: partial fills, rejects, races of cancels
 * and replaces with fills, cancels that nobody asked for, orders held and let go, busts and
 * corrections also of orders that ended long ago, reports that overtake each other, come twice, are
 * lost with the connection and sent again.
 *
 *   random [--events N] [--seed N] [--json] [--help] [--version]
 *
 * Every so often, and at the end, everything is let run out: then each order that the engine still
 * knows is as the venue has it, and positions, money and fees are the venue's own book-keeping. No
 * order may be SUSPECT: the venue lies about nothing. Beside the engine stands a model of the risk
 * controls (risk.h), which must decide the same; a run of a million events must meet every refusal. The records are replayed in a second engine,
 * and the digests are equal. On a failure the seed and the step are printed. Exit status 0, 1, or 2
 * for usage.
 */
#include <getopt.h>
#include <time.h>
#include "people.h"
#include "risk.h"

#define SETTLE 2000u /* events between two comparisons */

static struct venue v;
static struct fx *f;
static struct tg_engine *second;
static struct tg_outbox second_ob;
static u64 seed = 1, wanted = 50000, step, comparisons;
static s64 worst;

static void failed(const char *what, const struct v_order *o)
{
	const struct tg_order *g = o ? tg_order_find(f->e, o->id, 0) : NULL;

	printf("not ok 1 - %s\n# seed %llu, step %llu, event %llu\n", what,
	       (unsigned long long)seed, (unsigned long long)step,
	       (unsigned long long)v.stats.events);
	if (o)
		printf("# venue: order %u, %016llX, state %u, 39=%c, %lld of %lld, value %lld\n",
		       (u32)(o - v.orders), (unsigned long long)o->id, o->state, o->status,
		       (long long)o->cum, (long long)o->qty, (long long)o->value);
	if (g)
		printf("# engine: %s, known %s, %s, %lld of %lld, value %lld, request %u, lost %u, "
		       "caught %lld, busts %u\n",
		       tg_ord_status_name(g->status), tg_ord_status_name(g->prior_status),
		       tg_reason_name(g->reason), (long long)(g->cum_qty / UNIT),
		       (long long)(g->qty / UNIT), (long long)(g->value / UNIT), g->req_type,
		       g->lost, (long long)(g->caught_qty / UNIT), g->busts);
	if (o)
		v_print_heard(&v, o);
	printf("1..1\n");
	exit(1);
}

void failed_with(const char *what)
{
	failed(what, NULL);
}

/* ---- the second engine ---- */

static void second_init(void)
{
	u64 bytes = tg_engine_size(&f->params);

	second = aligned_alloc(64, (bytes + 63) & ~63ULL);
	second_ob.buf = aligned_alloc(8, f->ob.cap);
	second_ob.cap = f->ob.cap;
	if (tg_engine_init(second, bytes, &f->params))
		failed("second engine refused", NULL);
}

static void replay(void)
{
	u64 at;

	for (at = 0; at < f->records_len;) {
		const struct tg_record *r = (const struct tg_record *)(f->records + at);

		second_ob.len = 0;
		second_ob.lost = 0;
		tg_engine_step(second, r, r + 1, &second_ob);
		if (tg_engine_digest(second) != r->digest)
			failed("replay differs", NULL);
		at += TG_RECORD_SIZE(r->len);
	}
	f->records_len = 0;
}

/* ---- comparison ---- */

static void timers(void)
{
	while (tg_engine_deadline_ns(f->e) <= f->now) {
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		v_collect(&v);
	}
}

static void run_out(void)
{
	bool busy = true;

	if (!v.connected)
		v_connect(&v);
	while (busy) {
		f->now += MS;
		busy = v_process(&v) | v_deliver(&v, true);
		timers();
	}
	if (tg_session(f->e, 1)->state != TG_SESSION_UP)
		failed("session is not up when all is quiet", NULL);
}

static void same_order(const struct v_order *o)
{
	const struct tg_order *g = tg_order_find(f->e, o->id, 0);

	if (!g)
		return; /* its slot is another's by now */
	if (g->status != v_status_at_gateway(o))
		failed("state is not the venue's", o);
	if (g->cum_qty != o->cum * UNIT)
		failed("filled quantity is not the venue's", o);
	if (g->status != TG_OS_REJECTED && g->qty != o->qty * UNIT)
		failed("quantity is not the venue's", o);
	if (g->working && (g->leaves_qty != (o->qty - o->cum) * UNIT ||
			   g->open_qty != g->leaves_qty || g->req_type || g->lost))
		failed("open quantity is not the venue's", o);
	if (g->caught_qty)
		failed("trades are still unexplained", o);
	if (g->value != o->value * UNIT)
		failed("money of the order is not the venue's", o);
}

static void same_position(u16 account, u32 i)
{
	const struct tg_position *p = fx_position(f, account, i);
	const struct v_position *theirs = &v.position[account][i];
	s64 off = p->cost - p->realised_pnl - theirs->cash * UNIT;

	if (p->qty != theirs->qty * UNIT)
		failed("position is not the venue's", NULL);
	if (p->fees != theirs->fees * UNIT)
		failed("fees are not the venue's", NULL);
	if (off < 0)
		off = -off;
	if (off > worst)
		worst = off;
	/* A guessed price is rounded to 1e-8, for up to 9 units, until the trade itself comes. */
	if (off > (s64)(9 * fx_counter(f, TG_CC_FILLS_LATE)))
		failed("money is not the venue's", NULL);
}

static void compare(void)
{
	u32 i;

	run_out();
	for (i = v.n_orders > 1000 ? v.n_orders - 1000 : 0; i < v.n_orders; i++)
		same_order(&v.orders[i]);
	for (i = 0; i < 4; i++)
		same_position((u16)(1 + i / 2), 1 + i % 2);
	risk_compare();
	if (fx_counter(f, TG_CC_ORDERS_SUSPECT))
		failed("SUSPECT though the venue is honest", NULL);
	if (fx_counter(f, TG_CC_EXEC_REF_UNKNOWN))
		failed("a bust was not understood", NULL);
	comparisons++;
	replay();
}

static void look_for_suspects(void)
{
	u32 i;

	for (i = 0; i < v.n_orders; i++) {
		const struct tg_order *g = tg_order_find(f->e, v.orders[i].id, 0);

		if (g && g->prior_status == TG_OS_SUSPECT)
			failed("SUSPECT though the venue is honest", &v.orders[i]);
	}
	failed("SUSPECT though the venue is honest", NULL);
}

static void one_step(void)
{
	u64 what = v_random(&v) % 1000;

	f->now += v_one_in(&v, 60) ? MS * (1 + v_random(&v) % 200) : MS;
	if (v_one_in(&v, 20))
		people_market();
	if (v_one_in(&v, 20))
		people_manage();
	if (what < 180)
		people_order();
	else if (what < 420)
		v_process(&v);
	else if (what < 740)
		v_fault(&v);
	else if (what < 998)
		v_deliver(&v, false);
	else if (v.connected)
		v_drop(&v);
	if (!v.connected && v_one_in(&v, 10))
		v_connect(&v);
	timers();
	if (fx_counter(f, TG_CC_ORDERS_SUSPECT))
		look_for_suspects();
	step++;
}

static int usage(FILE *to, int rc)
{
	fputs("usage: random [--events N] [--seed N] [--json]\n"
	      "Orders against a random venue with every fault on; at the end both have the same "
	      "books.\n",
	      to);
	return rc;
}

static const struct option options[] = {
	{ "events", 1, NULL, 'e' }, { "seed", 1, NULL, 's' },	 { "json", 0, NULL, 'j' },
	{ "help", 0, NULL, 'h' },   { "version", 0, NULL, 'V' }, { NULL, 0, NULL, 0 },
};

static void print_risk(void)
{
	const struct risk_stats *s = &risk_stats;
	u32 k;

	printf("# risk: %llu decisions as the model's, %llu limits set (%llu stale), %llu kills and %llu resumes by hand, %llu client sessions\n",
	       (unsigned long long)s->decisions, (unsigned long long)s->limits, (unsigned long long)s->leases, (unsigned long long)s->kills,
	       (unsigned long long)s->resumes, (unsigned long long)s->sessions);
	for (k = 0; k < TG_REASON_MAX; k++)
		if (s->seen[k])
			printf("#   %-20s %llu\n", tg_reason_name(k), (unsigned long long)s->seen[k]);
}

static void print_result(bool json)
{
	const struct v_stats *s = &v.stats;

	if (json) {
		printf("{\"seed\":%llu,\"events\":%llu,\"orders\":%u,\"trades\":%llu,\"busts\":%"
		       "llu,\"corrections\":%llu,\"drops\":%llu,\"comparisons\":%llu,\"decisions\":%llu}\n",
		       (unsigned long long)seed, (unsigned long long)s->events, v.n_orders,
		       (unsigned long long)s->trades, (unsigned long long)s->busts,
		       (unsigned long long)s->corrections, (unsigned long long)s->drops,
		       (unsigned long long)comparisons, (unsigned long long)risk_stats.decisions);
		return;
	}
	printf("ok 1 - seed %llu: %llu order events, %u orders, %llu fills; as the venue has it "
	       "%llu times\n",
	       (unsigned long long)seed, (unsigned long long)s->events, v.n_orders,
	       (unsigned long long)s->trades, (unsigned long long)comparisons);
	printf("# %llu busts, %llu corrections, %llu replaced, %llu refused, %llu unsolicited "
	       "ends, %llu held and let go\n",
	       (unsigned long long)s->busts, (unsigned long long)s->corrections,
	       (unsigned long long)s->replaced, (unsigned long long)s->refused,
	       (unsigned long long)s->unsolicited, (unsigned long long)s->held);
	printf("# %llu reports, %llu overtook, %llu came twice, %llu drops, %llu mass status "
	       "requests, %llu sent again; fills caught up %llu, late %llu\n",
	       (unsigned long long)s->reports, (unsigned long long)s->swaps,
	       (unsigned long long)s->duplicates, (unsigned long long)s->drops,
	       (unsigned long long)s->mass, (unsigned long long)s->resent,
	       (unsigned long long)fx_counter(f, TG_CC_FILLS_CAUGHT_UP),
	       (unsigned long long)fx_counter(f, TG_CC_FILLS_LATE));
	print_risk();
	printf("# money at most %lld.%08lld off; digest %016llx\n1..1\n", (long long)(worst / UNIT),
	       (long long)(worst % UNIT), (unsigned long long)tg_engine_digest(f->e));
}

int main(int argc, char **argv)
{
	u64 next = SETTLE;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'e':
			wanted = strtoull(optarg, NULL, 10);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 10);
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return usage(stdout, 0);
		case 'V':
			return puts("random venue (tickgate)"), 0;
		default:
			return usage(stderr, 2);
		}
	}
	if (optind != argc)
		return usage(stderr, 2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fx_max_orders = 512;
	fx_exec_ids = 4096;
	fx_day_start_s = FX_T0 / SEC % 86400 + 20;	/* a day begins on the way */
	fx_self_trade[0] = TG_SELF_TRADE_SKIP;
	fx_self_trade[1] = TG_SELF_TRADE_CANCEL;
	f = fx_ready();
	v_init(&v, f, seed);
	people_begin(&v);
	risk_begin(f);
	second_init();
	f->check = wanted <= 100000;
	while (v.stats.events < wanted) {
		one_step();
		if (v.stats.events >= next) {
			compare();
			next = v.stats.events + SETTLE;
		}
	}
	compare();
	if (tg_engine_arena_hash(second) != tg_engine_arena_hash(f->e))
		failed("replayed arena differs", NULL);
	if (wanted >= 1000000 && rm_reason_missing(risk_stats.seen))
		failed(rm_reason_missing(risk_stats.seen), NULL);
	print_result(json);
	free(second);
	free(second_ob.buf);
	v_free(&v);
	risk_end();
	fx_drop(f);
	return 0;
}
