// SPDX-License-Identifier: MIT
/*
 * Model checker for a parent with two legs: the engine and an honest venue, every interleaving of
 * what client, clock, operator and venue may do within the bounds of the command line. The engine
 * is the real one, behind real FIX bytes; a state is put back by copying the arena.
 *
 *   parent [--cancels N] [--timeouts N] [--kills N] [--refusals N] [--unsolicited N]
 *          [--duplicates N] [--states N] [--json] [--help] [--version]
 *
 * Each option bounds how often that may happen on one path. A multi_leg parent buys 2 of one
 * instrument and sells 2 of another. Requests and reports of each order keep their order, those of
 * different orders overtake each other in every way. A working order is filled one by one, or
 * cancelled by the venue; a request may be refused; the hedge is filled in part, in full or not.
 *
 * After every step: the tables agree (fx_check); no order is SUSPECT, no event was illegal, no child
 * an orphan; the parent has what its children have, and so has the position; neither leg can ever
 * be filled with more than was wanted, whatever of what is on its way still arrives; a hedge goes
 * out only for an imbalance, of its size, when nothing else works; DONE is told once, and after it
 * nothing is sent. When nothing is in flight and nothing works any more: the parent is DONE, and
 * its legs agree unless it says HEDGE_FAILED or KILL_SWITCH.
 *
 * Prints the states visited and the steps taken; on a violation the path to it. Exit status 0, 1
 * for a violation or a bound on states that was met, 2 for usage.
 */
#include "fixture.h"
#include "parent/parent.h"
#include "options.h"
#include "visited.h"

#define UNIT		TG_SCALE
#define QTY		2
#define ORDERS		3u	/* two legs and a hedge */
#define QUEUE		6u
#define DEPTH		96u

enum { NOT_YET, WORKING, DEAD };

struct report { u8 exec, status, cum, leaves, last, exec_id; u16 request; };

struct order {			/* at the venue */
	u64 id;			/* 0 = never sent */
	u8 state, status, qty, cum, leg, ioc;
	u8 new_in, cancel_in;	/* on their way; cancel_in: its request number */
	u8 request;		/* number that the order is under */
	u8 nout;
	u8 execs;
	u8 pad[5];
	struct report out[QUEUE];
};

enum bound { CANCELS, TIMEOUTS, KILLS, REFUSALS, UNSOLICITED, DUPLICATES, BOUNDS };

struct world {
	struct order o[ORDERS];
	u8 left[BOUNDS];
	u8 killed, done;
};

struct action { u8 what, arg; };
enum { A_CANCEL, A_TIMEOUT, A_KILL, A_PROCESS, A_REFUSE, A_FILL, A_UNSOLICITED, A_REST, A_DELIVER, A_DUPLICATE, A_MAX };

static const char *const names[A_MAX] = {
	"client cancels", "leg timeout", "operator kills", "venue takes the request of", "venue refuses the request of",
	"one is filled of", "venue cancels unasked", "venue cancels what is left of the immediate", "report arrives of",
	"report arrives, and will once more, of",
};

static struct fx *f;
static struct world w;
static u32 parent_id;
static u8 bound[BOUNDS] = { 1, 1, 1, 1, 1, 0 };
static u64 max_states = 50000000, states, steps, quiet, ends[TG_PARENT_EXECUTION_ABORTED + 1], hedges, depth_seen;
static struct action path[DEPTH];
static u32 depth;
static bool json;

static struct tg_parent *parent(void)
{
	return tg_parent_slot(f->e, (parent_id & 0xffff) - 1);
}

static void violated(const char *what)
{
	const struct tg_parent *p = parent();
	u32 i;

	printf("not ok 1 - %s\n", what);
	for (i = 0; i < depth; i++)
		if (path[i].what < A_PROCESS)
			printf("# %2u %s\n", i + 1, names[path[i].what]);
		else
			printf("# %2u %s %u\n", i + 1, names[path[i].what], path[i].arg + 1);
	printf("# parent: state %u end %u, legs %lld and %lld, told DONE %u times\n", p->state, p->end,
	       (long long)(p->leg[0].cum / UNIT), (long long)(p->leg[1].cum / UNIT), w.done);
	for (i = 0; i < ORDERS; i++)
		printf("# order %u: leg %u state %u, %u of %u, new %u cancel %u on the way, %u reports\n", i + 1, w.o[i].leg + 1, w.o[i].state,
		       w.o[i].cum, w.o[i].qty, w.o[i].new_in, w.o[i].cancel_in, w.o[i].nout);
	printf("1..1\n");
	exit(1);
}

/* ---- the engine's side ---- */

static u64 number_of(const struct tg_out *m, u32 tag)
{
	char t[64];

	return fx_tag(m, tag, t, sizeof(t)) ? strtoull(t, NULL, tag == 11 || tag == 41 ? 16 : 10) : 0;
}

static struct order *by_id(u64 id)
{
	u32 i;

	for (i = 0; i < ORDERS; i++)
		if (w.o[i].id == (id & ~0xffffULL))
			return &w.o[i];
	return NULL;
}

static u8 leg_of(const struct tg_out *m)
{
	return number_of(m, 54) == TG_SIDE_BUY ? 0 : 1;
}

/* A hedge: for what the other leg has more of, when nothing else works. */
static void check_hedge(const struct order *h)
{
	const struct tg_parent *p = parent();

	u32 i;

	hedges++;
	for (i = 0; i < 2; i++)
		if (w.o[i].state != DEAD || fx_order(f, w.o[i].id)->cum_qty != w.o[i].cum * UNIT)
			violated("a hedge while a leg works, or before all its fills are known");
	if (p->leg[1 - h->leg].cum - p->leg[h->leg].cum != h->qty * UNIT)
		violated("a hedge that is not the imbalance");
	if (w.killed)
		violated("a hedge under a kill");
}

static void collect(void)
{
	const struct tg_out *m;
	u32 n;

	for (n = 0; (m = fx_tcp(f, 'D', n)); n++) {
		struct order *o = by_id(0);

		if (!o || w.done)
			violated(o ? "an order after the end" : "more orders than legs and a hedge");
		o->id = number_of(m, 11) & ~0xffffULL;
		o->qty = (u8)number_of(m, 38);
		o->leg = leg_of(m);
		o->ioc = number_of(m, 59) == TG_TIF_IOC;
		o->new_in = 1;
		if (o == &w.o[2])
			check_hedge(o);
	}
	for (n = 0; (m = fx_tcp(f, 'F', n)); n++) {
		struct order *o = by_id(number_of(m, 11));

		if (!o || o->cancel_in)
			violated(o ? "two cancels of one order" : "a cancel of no order");
		o->cancel_in = (u8)(number_of(m, 11) & 0xffff);
	}
	for (n = 0; n < 8; n++) {
		const struct tg_priv_event *ev = fx_priv(f, 1, TG_PRIV_PARENT, n);

		if (!ev)
			break;
		if (w.done)
			violated("a word of a parent that has ended");
		w.done += ev->u.parent.state == TG_PARENT_DONE;
	}
}

static void tell(const struct order *o, const struct report *r)
{
	const char *symbol = o->leg ? "ETHUSDT" : "BTCUSDT";
	char body[512];
	int n;

	if (!r->exec) {
		snprintf(body, sizeof(body), "37=V1|11=%016llX|41=%016llX|39=%c|434=1|102=0|", (unsigned long long)(o->id | r->request),
			 (unsigned long long)(o->id | 1), r->status);
		fx_venue(f, "9", body);
	} else {
		n = snprintf(body, sizeof(body), "37=V%u|11=%016llX|17=E%u.%u|150=%c|39=%c|55=%s|54=%c|151=%u|14=%u|6=0|", (u32)(o - w.o),
			     (unsigned long long)(o->id | r->request), (u32)(o - w.o), r->exec_id, r->exec, r->status, symbol,
			     o->leg ? '2' : '1', r->leaves, r->cum);
		if (r->exec == 'F')
			snprintf(body + n, sizeof(body) - (u32)n, "32=%u|31=100|", r->last);
		fx_venue(f, "8", body);
	}
	collect();
}

/* ---- the venue's side ---- */

static void say(struct order *o, u8 exec, u8 status, u8 request, u8 last)
{
	struct report *r = &o->out[o->nout++];

	if (o->nout > QUEUE)
		violated("more reports in flight than the model holds");
	*r = (struct report){ .exec = exec, .status = status, .cum = o->cum, .last = last, .request = request,
			      .leaves = o->state == WORKING ? o->qty - o->cum : 0, .exec_id = ++o->execs };
}

static void end(struct order *o, u8 exec, u8 request)
{
	o->state = DEAD;
	o->status = exec;
	say(o, exec, exec, request, 0);
}

static void process(struct order *o, bool willing)
{
	u8 request;

	if (o->new_in) {
		o->new_in = 0;
		o->request = 1;
		o->state = WORKING;
		if (willing)
			say(o, '0', '0', 1, 0);
		else
			end(o, '8', 1);
		return;
	}
	request = o->cancel_in;
	o->cancel_in = 0;
	if (willing && o->state == WORKING)
		end(o, '4', request);
	else
		say(o, 0, o->state == WORKING ? '0' : o->status, request, 0);
}

static void fill(struct order *o)
{
	o->cum++;
	if (o->cum == o->qty) {
		o->state = DEAD;
		o->status = '2';
	}
	say(o, 'F', o->cum == o->qty ? '2' : '1', o->request, 1);
}

/* ---- actions ---- */

static u32 choices(struct action *a)
{
	u32 n = 0, i;

#define ADD(x, y) (a[n++] = (struct action){ x, (u8)(y) })
	if (!w.done) {
		if (w.left[CANCELS])
			ADD(A_CANCEL, 0);
		if (w.left[TIMEOUTS])
			ADD(A_TIMEOUT, 0);
	}
	if (w.left[KILLS] && !w.done)
		ADD(A_KILL, 0);
	for (i = 0; i < ORDERS; i++) {
		const struct order *o = &w.o[i];

		if (o->new_in || o->cancel_in) {
			ADD(A_PROCESS, i);
			if (w.left[REFUSALS])
				ADD(A_REFUSE, i);
		}
		if (o->state == WORKING && !o->new_in) {
			ADD(A_FILL, i);
			if (o->ioc)
				ADD(A_REST, i);
			else if (w.left[UNSOLICITED])
				ADD(A_UNSOLICITED, i);
		}
		if (o->nout) {
			ADD(A_DELIVER, i);
			if (w.left[DUPLICATES])
				ADD(A_DUPLICATE, i);
		}
	}
#undef ADD
	return n;
}

static void act(struct action a)
{
	struct order *o = &w.o[a.arg];
	struct report r;

	f->ob.len = 0;
	switch (a.what) {
	case A_CANCEL:
		w.left[CANCELS]--;
		fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL, .order_id = parent_id });
		collect();
		break;
	case A_TIMEOUT:
		w.left[TIMEOUTS]--;
		f->now += SEC;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		collect();
		break;
	case A_KILL:
		w.left[KILLS]--;
		w.killed = 1;
		fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 2, TG_KILL_CANCEL);
		collect();
		break;
	case A_PROCESS:
		process(o, true);
		break;
	case A_REFUSE:
		w.left[REFUSALS]--;
		process(o, false);
		break;
	case A_FILL:
		fill(o);
		break;
	case A_UNSOLICITED:
		w.left[UNSOLICITED]--;
		end(o, '4', o->request);
		break;
	case A_REST:
		end(o, '4', o->request);
		break;
	case A_DUPLICATE:
		w.left[DUPLICATES]--;
		r = o->out[0];
		tell(o, &r);
		break;
	case A_DELIVER:
		r = o->out[0];
		memmove(o->out, o->out + 1, sizeof(r) * --o->nout);
		memset(&o->out[o->nout], 0, sizeof(r));
		tell(o, &r);
		break;
	}
	/* what one step left for the next */
	while (f->e->parent_due || f->e->sweep_due) {
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		collect();
	}
	f->records_len = 0;
	steps++;
}

/* ---- what must hold ---- */

/* The most that a leg may ever be filled with. */
static u32 most(u32 leg)
{
	u32 i, n = 0;

	for (i = 0; i < ORDERS; i++)
		if (w.o[i].id && w.o[i].leg == leg)
			n += w.o[i].state == DEAD ? w.o[i].cum : w.o[i].qty;
	return n;
}

static void check_quiet(const struct tg_parent *p)
{
	bool failed = p->end == TG_PARENT_HEDGE_FAILED;

	quiet++;
	if (p->state != TG_PARENT_DONE || w.done != 1)
		violated("nothing works and nothing is in flight, and the parent has not ended");
	if (p->leg[0].cum != p->leg[1].cum && !failed && p->end != TG_PARENT_KILL_SWITCH)
		violated("the legs do not agree, and the end does not say so");
	if (failed && p->leg[0].cum == p->leg[1].cum)
		violated("a hedge that failed though the legs agree");
	if ((p->end == TG_PARENT_COMPLETED) != (p->leg[0].cum == QTY * UNIT && p->leg[1].cum == QTY * UNIT) &&
	    p->end != TG_PARENT_KILL_SWITCH)
		violated("COMPLETED, or not, and the fills say otherwise");
	if (p->end == TG_PARENT_KILL_SWITCH && !w.killed)
		violated("KILL_SWITCH without a kill");
	if (tg_engine_kills(f->e) != (u32)w.killed + failed)
		violated("kills are latched that should not, or not that should");
	ends[p->end]++;
}

static void check(void)
{
	const struct tg_parent *p = parent();
	bool still = true;
	u32 leg, i;

	for (leg = 0; leg < 2; leg++) {
		s64 cum = 0;

		for (i = 0; i < ORDERS; i++)
			if (w.o[i].id && w.o[i].leg == leg)
				cum += fx_order(f, w.o[i].id)->cum_qty;
		if (p->leg[leg].cum != cum || fx_position(f, 1, leg + 1)->qty != (leg ? -cum : cum))
			violated("parent, children and position disagree on what is filled");
		if (most(leg) > QTY)
			violated("a leg may be filled with more than was wanted");
	}
	for (i = 0; i < ORDERS; i++) {
		if (!w.o[i].id)
			continue;
		if (fx_order(f, w.o[i].id)->prior_status == TG_OS_SUSPECT)
			violated("SUSPECT though the venue is honest");
		if (w.done && fx_order(f, w.o[i].id)->working)
			violated("DONE, and an order of it works");
		still = still && w.o[i].state == DEAD && !w.o[i].nout && !w.o[i].cancel_in;
	}
	if (w.done > 1 || (w.done == 1) != (p->state == TG_PARENT_DONE))
		violated("the end was not told once");
	if (fx_counter(f, TG_CC_PARENT_ILLEGAL) || fx_counter(f, TG_CC_PARENT_ORPHANS))
		violated("an illegal event, or an orphan");
	if (still)
		check_quiet(p);
}

static u64 state_hash(void)
{
	struct { struct world w; struct tg_parent p; u32 kills, timers; struct { s64 cum; u8 v[8]; u16 r[2]; } o[ORDERS]; } k;
	u32 i;

	memset(&k, 0, sizeof(k));
	k.w = w;
	k.p = *parent();
	k.kills = tg_engine_kills(f->e);
	k.timers = f->e->timers;
	for (i = 0; i < ORDERS; i++) {
		const struct tg_order *o = w.o[i].id ? fx_order(f, w.o[i].id) : NULL;

		if (!o)
			continue;
		k.o[i].cum = o->cum_qty;
		k.o[i].v[0] = o->status;
		k.o[i].v[1] = o->prior_status;
		k.o[i].v[2] = o->req_type;
		k.o[i].v[3] = o->cancel_due;
		k.o[i].v[4] = o->working;
		k.o[i].v[5] = o->acked;
		k.o[i].r[0] = o->request;
		k.o[i].r[1] = o->reason;
	}
	/* which reports were heard before: a duplicate's second copy is in the queue still */
	return tg_hash_bytes(f->e->exec_count, (const u8 *)&k, sizeof(k));
}

static void explore(void)
{
	struct action a[32];
	struct world before = w;
	u64 now = f->now, seq = f->seq, venue_seq = f->venue_seq, bytes = f->e->bytes;
	u32 i, n = choices(a);
	void *snap;

	if (depth > depth_seen)
		depth_seen = depth;
	if (!n)
		return;
	if (depth == DEPTH)
		violated("a path longer than the model holds: something never settles");
	snap = malloc(bytes);
	memcpy(snap, f->e, bytes);
	for (i = 0; i < n; i++) {
		if (i) {
			memcpy(f->e, snap, bytes);
			w = before;
			f->now = now;
			f->seq = seq;
			f->venue_seq = venue_seq;
		}
		path[depth++] = a[i];
		act(a[i]);
		check();
		if (set_put(state_hash())) {
			if (++states >= max_states)
				violated("more states than --states allows");
			explore();
		}
		depth--;
	}
	free(snap);
}

static const struct option options[] = {
	{ "cancels", 1, NULL, CANCELS }, { "timeouts", 1, NULL, TIMEOUTS }, { "kills", 1, NULL, KILLS },
	{ "refusals", 1, NULL, REFUSALS }, { "unsolicited", 1, NULL, UNSOLICITED }, { "duplicates", 1, NULL, DUPLICATES },
	{ "states", 1, NULL, 's' }, { "json", 0, NULL, 'j' }, { "help", 0, NULL, 'h' }, { "version", 0, NULL, 'V' }, { NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: parent [--cancels N] [--timeouts N] [--kills N] [--refusals N] [--unsolicited N]\n"
	"              [--duplicates N] [--states N] [--json]\n"
	"Every interleaving around a parent with two legs; N times each at most.\n";

static void begin(void)
{
	struct tg_in_permit permit = { .permit_id = 1, .account_id = 1, .uid = 1000, .flags = TG_PERMIT_TRADE,
				       .exec = TG_EXEC_BIT(TG_EXEC_MULTI_LEG) };
	struct tg_submission s;

	fx_small_store = true;
	f = fx_ready();
	if (fx_step(f, TG_IN_PERMIT, 0, &permit, sizeof(permit)))
		violated("permit refused");
	memcpy(w.left, bound, sizeof(bound));
	s = fx_limit(TG_SIDE_BUY, PX(100), QTY * UNIT);
	s.type = TG_SUB_INTENT;
	s.intent = (struct tg_intent){ .px2 = PX(100), .qty2 = QTY * UNIT, .leg_timeout_ns = SEC, .instrument_id2 = 2,
				       .hedge_ticks = 1, .side2 = TG_SIDE_SELL };
	if (fx_submit(f, 1, s))
		violated("intent refused");
	parent_id = (u32)tg_engine_last_order_id(f->e);
	collect();
}

int main(int argc, char **argv)
{
	const struct checker checker = { .name = "parent", .usage = usage, .options = options, .bound = bound, .bounds = BOUNDS,
					 .max_states = &max_states, .json = &json };
	int c = take_options(argc, argv, &checker);

	if (c >= 0)
		return c;
	set = calloc(1ULL << set_bits, sizeof(*set));
	begin();
	check();
	set_put(state_hash());
	states = 1;
	explore();
	if (json)
		printf("{\"states\":%llu,\"steps\":%llu,\"quiet\":%llu,\"hedges\":%llu,\"depth\":%llu}\n", (unsigned long long)states,
		       (unsigned long long)steps, (unsigned long long)quiet, (unsigned long long)hedges, (unsigned long long)depth_seen);
	else
		printf("ok 1 - %llu states by %llu steps, paths of up to %llu; hedges sent in %llu; ends: %llu completed, %llu canceled, %llu expired, %llu hedge failed, %llu killed, %llu aborted\n1..1\n",
		       (unsigned long long)states, (unsigned long long)steps, (unsigned long long)depth_seen, (unsigned long long)hedges,
		       (unsigned long long)ends[TG_PARENT_COMPLETED], (unsigned long long)ends[TG_PARENT_CANCELED_BY_PARENT],
		       (unsigned long long)ends[TG_PARENT_EXPIRED], (unsigned long long)ends[TG_PARENT_HEDGE_FAILED],
		       (unsigned long long)ends[TG_PARENT_KILL_SWITCH], (unsigned long long)ends[TG_PARENT_EXECUTION_ABORTED]);
	fx_drop(f);
	free(set);
	return 0;
}
