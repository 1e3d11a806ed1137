// SPDX-License-Identifier: MIT
/*
 * Model checker for one order: the engine and an honest venue, every interleaving of what client,
 * venue, market and network may do within the bounds of the command line. The engine is the real
 * one, behind real FIX bytes; a state is put back by copying the arena.
 *
 *   order [--cancels N] [--replaces N] [--unsolicited N] [--duplicates N] [--swaps N] [--drops N]
 *         [--pending N] [--busts N] [--silences N] [--states N] [--json] [--help] [--version]
 *
 * Each option bounds how often that may happen on one path. An order of 3 is sent; it may be
 * replaced to 4 or to 2, filled one by one, refused, cancelled by the venue, expire; each request
 * may be refused; a trade may be taken back, also after the end, and a filled order then works again; a
 * report may come twice, or swapped with the next (but nothing overtakes a bust); the connection may drop, with
 * all that was in flight lost both ways, and come back with sequence numbers reset; a question about the order may get no answer, or a late one.
 *
 * After every step: the tables agree with each other (fx_check), nothing the venue does honestly
 * makes the order SUSPECT, what is filled never falls nor exceeds the quantity, the position is
 * what was filled, and the exposure counted covers all that may still be filled at the venue. When
 * nothing is in flight any more: the order is as the venue has it.
 *
 * Prints the states visited and the steps taken; on a violation the path to it. Exit status 0, 1
 * for a violation or a bound on states that was met, 2 for usage.
 */
#include "fixture.h"
#include "options.h"
#include "visited.h"

#define UNIT		TG_SCALE
#define QTY		3
#define QUEUE		12u
#define DEPTH		96u

enum { DEAD = 0, WORKING = 1 };

struct request {		/* on its way to the venue */
	u8 type;		/* 'D' 'F' 'G' 'H' */
	u8 qty, px;		/* units; ticks above the first price */
	u8 pad;
	u32 id, orig;		/* request numbers: the last 16 bits of ClOrdIDs */
};

struct report {			/* on its way to us */
	u8 exec;		/* 150; 0 = 35=9 */
	u8 status;		/* 39 */
	u8 cum, leaves, last, qty, px, response_to;
	u8 epoch;		/* 60: so many busts have been; all that it has to tell apart */
	u32 id, orig, exec_id, ref;
};

enum bound { CANCELS, REPLACES, UNSOLICITED, DUPLICATES, SWAPS, DROPS, PENDING, BUSTS, SILENCES, BOUNDS };

struct venue {
	u8 known, state, status, qty, cum, px;
	u8 connected;
	u8 nin, nout;
	u8 left[BOUNDS];
	u8 epoch;
	u8 ntrades;
	u32 trade[8];		/* exec ids of what was filled, one by one */
	u32 id;			/* request number that the order is under */
	u32 exec_id;
	struct request in[QUEUE];
	struct report out[QUEUE];
};

struct action { u8 what, arg; };
enum {
	A_CANCEL, A_REPLACE,			/* arg: new quantity */
	A_PROCESS, A_PROCESS_PENDING, A_REFUSE,	/* the request that came first */
	A_FILL, A_UNSOLICITED, A_EXPIRE, A_BUST,
	A_DELIVER, A_DUPLICATE, A_SWAP,
	A_DROP, A_CONNECT,
	A_IGNORE, A_LATE,			/* a question: never answered, not yet answered */
	A_MAX
};

static const char *const names[A_MAX] = {
	"client cancels", "client replaces to", "venue takes the request",
	"venue says pending, then takes the request", "venue refuses the request", "one is filled",
	"venue cancels unasked", "order expires", "trade taken back", "report arrives",
	"report arrives and will once more", "report arrives before the one ahead of it",
	"connection drops", "connection comes back",
	"venue does not answer a question", "time passes, and a question is not answered yet",
};

static struct fx *f;
static struct report told[64];
static u32 heard;
static struct venue v;
static u64 order_id;
static u8 bound[BOUNDS] = { 1, 1, 1, 1, 0, 1, 1, 0, 0 };
static u64 max_states = 50000000;
static u64 states, steps, quiet, depth_seen;
static struct action path[DEPTH];
static u32 depth;
static bool json;

/* ---- failure ---- */

static void print_path(void)
{
	u32 i;

	for (i = 0; i < depth; i++)
		if (path[i].what == A_REPLACE)
			printf("# %2u %s %u\n", i + 1, names[path[i].what], path[i].arg);
		else
			printf("# %2u %s\n", i + 1, names[path[i].what]);
}

static void violated(const char *what)
{
	const struct tg_order *o = tg_order_find(f->e, order_id, 0);

	printf("not ok 1 - %s\n", what);
	print_path();
	if (o)
		printf("# order: %s, known %s, filled %lld of %lld, left %lld, request %u, lost %u, cancel due %u\n",
		       tg_ord_status_name(o->status), tg_ord_status_name(o->prior_status),
		       (long long)(o->cum_qty / UNIT), (long long)(o->qty / UNIT),
		       (long long)(o->leaves_qty / UNIT), o->req_type, o->lost, o->cancel_due);
	printf("# venue: %s, filled %u of %u, %u requests and %u reports in flight\n",
	       !v.known ? "does not know it" : v.state == WORKING ? "working" : "dead", v.cum, v.qty,
	       v.nin, v.nout);
	for (u32 i = 0; i < heard; i++)
		printf("# heard %c/%c id %u orig %u cum %u leaves %u\n", told[i].exec ? told[i].exec : '9', told[i].status, told[i].id, told[i].orig, told[i].cum, told[i].leaves);
	printf("1..1\n");
	exit(1);
}

/* ---- the engine's side ---- */

static u32 number_of(const struct tg_out *m, u32 tag)
{
	char t[64];

	return fx_tag(m, tag, t, sizeof(t)) ? (u32)(strtoull(t, NULL, 16) & 0xffff) : 0;
}

static u8 units_of(const struct tg_out *m, u32 tag)
{
	char t[64];

	return fx_tag(m, tag, t, sizeof(t)) ? (u8)atoi(t) : 0;
}

/* What the last step sent goes on its way. */
static void collect(void)
{
	const char types[] = "DFGH";
	const struct tg_out *m;
	u32 pos = 0;

	while ((m = tg_outbox_next(&f->ob, &pos))) {
		struct request *r = &v.in[v.nin];
		char type[8];

		if (m->type != TG_OUT_TCP || !fx_tag(m, 35, type, sizeof(type)) || type[1] ||
		    !strchr(types, type[0]))
			continue;
		if (v.nin == QUEUE)
			violated("more requests in flight than the model holds");
		memset(r, 0, sizeof(*r));
		r->type = (u8)type[0];
		r->id = number_of(m, 11);
		r->orig = number_of(m, 41);
		r->qty = units_of(m, 38);
		r->px = (u8)(units_of(m, 44) - 100);
		v.nin++;
	}
}

static u64 full_id(u32 n)
{
	return order_id | n;
}

static void tell(const struct report *r)
{
	char body[512], orig[40] = "";
	int n;

	if (r->orig)
		snprintf(orig, sizeof(orig), "41=%016llX|", (unsigned long long)full_id(r->orig));
	if (!r->exec) {
		snprintf(body, sizeof(body), "37=V1|11=%016llX|%s39=%c|434=%c|102=%u|",
			 (unsigned long long)full_id(r->id), orig, r->status, r->response_to, r->last);
		fx_venue(f, "9", body);
		collect();
		return;
	}
	n = snprintf(body, sizeof(body),
		     "37=V1|11=%016llX|%s17=E%u|150=%c|39=%c|55=BTCUSDT|54=1|38=%u|44=%u|151=%u|14=%u|6=%u|60=20231114-22:13:%02u|",
		     (unsigned long long)full_id(r->id), orig, r->exec_id, r->exec, r->status, r->qty,
		     r->px + 100, r->leaves, r->cum, r->cum ? 100 : 0, 10 + r->epoch);
	if (r->exec == 'F')
		snprintf(body + n, sizeof(body) - (u32)n, "32=%u|31=100|", r->last);
	if (r->exec == 'H')
		snprintf(body + n, sizeof(body) - (u32)n, "19=E%u|32=1|31=100|", r->ref);
	fx_venue(f, "8", body);
	collect();
}

/* ---- the venue's side ---- */

static u8 status_now(void)
{
	return v.state == WORKING ? (v.cum ? '1' : '0') : v.status;
}

static void say(u8 exec, u32 id, u32 orig, u8 last)
{
	struct report *r;

	if (v.nout == QUEUE)
		violated("more reports in flight than the model holds");
	r = &v.out[v.nout++];
	memset(r, 0, sizeof(*r));
	r->exec = exec;
	r->status = exec == '6' ? '6' : exec == 'E' ? 'E' : status_now();
	r->cum = v.cum;
	r->leaves = v.state == WORKING ? v.qty - v.cum : 0;
	r->last = last;
	r->qty = v.qty;
	r->px = v.px;
	r->id = id;
	r->orig = orig;
	r->exec_id = exec == 'I' ? 0 : ++v.exec_id;
	r->epoch = v.epoch;
}

/* 35=9. reason: 0 too late, 1 unknown order, 2 the venue's own */
static void refuse(const struct request *q, u8 reason)
{
	struct report *r;

	if (v.nout == QUEUE)
		violated("more reports in flight than the model holds");
	r = &v.out[v.nout++];
	memset(r, 0, sizeof(*r));
	r->status = v.known ? status_now() : '8';
	r->id = q->id;
	r->orig = q->orig;
	r->last = reason;
	r->response_to = q->type == 'G' ? '2' : '1';
}

/* An order that is over is known under all its ids; one that works only under its last. */
static u8 why_not(const struct request *q)
{
	if (!v.known || q->orig > v.id)
		return 1;
	if (v.state != WORKING)
		return 0;
	return q->orig == v.id ? 2 : 1;
}

static void take_request(void)
{
	memmove(v.in, v.in + 1, sizeof(v.in[0]) * --v.nin);
	memset(&v.in[v.nin], 0, sizeof(v.in[0]));
}

static void process(bool willing, bool pending)
{
	struct request q = v.in[0];
	bool ours = v.known && q.orig == v.id;

	take_request();
	switch (q.type) {
	case 'D':
		v.known = 1;
		v.qty = q.qty;
		v.px = q.px;
		v.id = q.id;
		v.state = willing ? WORKING : DEAD;
		v.status = '8';
		say(willing ? '0' : '8', q.id, 0, 0);
		break;
	case 'F':
		if (!ours || v.state != WORKING || !willing) {
			refuse(&q, why_not(&q));
			break;
		}
		if (pending)
			say('6', q.id, q.orig, 0);
		v.state = DEAD;
		v.status = '4';
		v.id = q.id;
		say('4', q.id, q.orig, 0);
		break;
	case 'G':
		if (!ours || v.state != WORKING || !willing || q.qty < v.cum) {
			refuse(&q, why_not(&q));
			break;
		}
		if (pending)
			say('E', q.id, q.orig, 0);
		v.qty = q.qty;
		v.px = q.px;
		v.id = q.id;
		if (v.cum == v.qty) {	/* nothing left: it is done with the replace */
			v.state = DEAD;
			v.status = '2';
		}
		say('5', q.id, q.orig, 0);
		break;
	default:	/* H: by the ClOrdID it has the order under, or had */
		if (!v.known || q.id > v.id) {
			struct report *r;

			say('I', q.id, 0, 0);
			r = &v.out[v.nout - 1];
			r->status = '8';
			r->cum = r->leaves = r->qty = 0;
		} else {
			say('I', v.id, 0, 0);
		}
		break;
	}
}

/* ---- actions ---- */

static u32 choices(struct action *a)
{
	const struct tg_order *o = tg_order_find(f->e, order_id, 0);
	bool alive = o && !tg_ord_terminal(o->status);
	u32 n = 0;

#define ADD(w, x) (a[n++] = (struct action){ w, x })
	if (v.connected) {
		if (alive && v.left[CANCELS])
			ADD(A_CANCEL, 0);
		if (alive && v.left[REPLACES]) {
			ADD(A_REPLACE, QTY + 1);
			ADD(A_REPLACE, QTY - 1);
		}
		if (v.nin) {
			ADD(A_PROCESS, 0);
			if (v.in[0].type != 'H')
				ADD(A_REFUSE, 0);
			if (v.left[PENDING] && (v.in[0].type == 'F' || v.in[0].type == 'G'))
				ADD(A_PROCESS_PENDING, 0);
		}
		if (v.nout) {
			ADD(A_DELIVER, 0);
			if (v.left[DUPLICATES] && v.out[0].exec != 'I')
				ADD(A_DUPLICATE, 0);
		}
		/* 35=9 and 35=8 of one venue may come from two systems */
		if (v.nout > 1 && v.left[SWAPS] && v.out[0].exec != 'H')
			ADD(A_SWAP, 0);
		if (v.left[DROPS])
			ADD(A_DROP, 0);
		if (v.left[SILENCES] && v.nin && v.in[0].type == 'H')
			ADD(A_IGNORE, 0);
		if (v.left[SILENCES] && o->asked)
			ADD(A_LATE, 0);
	} else {
		ADD(A_CONNECT, 0);
	}
	if (v.known && v.state == WORKING) {
		ADD(A_FILL, 0);
		if (v.left[UNSOLICITED]) {
			ADD(A_UNSOLICITED, 0);
			ADD(A_EXPIRE, 0);
		}
	}
	if (v.ntrades && v.connected && v.left[BUSTS])
		ADD(A_BUST, 0);
#undef ADD
	return n;
}

static void pop_report(u32 i)
{
	struct report r = v.out[i];

	memmove(v.out + i, v.out + i + 1, sizeof(v.out[0]) * (--v.nout - i));
	memset(&v.out[v.nout], 0, sizeof(v.out[0]));
	told[heard++ % 64] = r;
	tell(&r);
}

static void act(struct action a)
{
	f->now += MS;
	f->ob.len = 0;
	switch (a.what) {
	case A_CANCEL:
		v.left[CANCELS]--;
		fx_cancel(f, 1, order_id);
		collect();
		break;
	case A_REPLACE:
		v.left[REPLACES]--;
		fx_replace(f, 1, order_id, PX(101), a.arg * UNIT);
		collect();
		break;
	case A_PROCESS:
		process(true, false);
		break;
	case A_PROCESS_PENDING:
		v.left[PENDING]--;
		process(true, true);
		break;
	case A_REFUSE:
		process(false, false);
		break;
	case A_FILL:
		v.cum++;
		if (v.cum == v.qty) {
			v.state = DEAD;
			v.status = '2';
		}
		if (v.connected)
			say('F', v.id, 0, 1);
		if (v.ntrades < 8)
			v.trade[v.ntrades++] = v.exec_id;
		break;
	case A_BUST:
		v.left[BUSTS]--;
		v.epoch++;
		v.cum--;
		if (v.state == DEAD && v.status == '2')
			v.state = WORKING;
		say('H', v.id, 0, 0);
		v.out[v.nout - 1].ref = v.trade[--v.ntrades];
		v.trade[v.ntrades] = 0;
		break;
	case A_UNSOLICITED:
	case A_EXPIRE:
		v.left[UNSOLICITED]--;
		v.state = DEAD;
		v.status = a.what == A_EXPIRE ? 'C' : '4';
		if (v.connected)
			say(v.status, v.id, 0, 0);
		break;
	case A_DELIVER:
		pop_report(0);
		break;
	case A_DUPLICATE: {
		struct report r = v.out[0];

		v.left[DUPLICATES]--;
		tell(&r);
		break;
	}
	case A_SWAP:
		v.left[SWAPS]--;
		pop_report(1);
		break;
	case A_DROP:
		v.left[DROPS]--;
		v.connected = 0;
		memset(v.in, 0, sizeof(v.in));
		memset(v.out, 0, sizeof(v.out));
		v.nin = v.nout = 0;
		fx_disconnect(f);
		break;
	case A_CONNECT:
		v.connected = 1;
		f->venue_seq = 1;
		fx_step(f, TG_IN_TCP_UP, 1, NULL, 0);
		fx_venue(f, "A", "98=0|108=30|141=Y|");
		if (tg_session(f->e, 1)->state != TG_SESSION_UP)
			violated("session did not come up again");
		collect();
		break;
	case A_IGNORE:
		v.left[SILENCES]--;
		take_request();
		f->now += TG_ANSWER_NS;
		break;
	case A_LATE:
		v.left[SILENCES]--;
		f->now += TG_ANSWER_NS;
		break;
	}
	/* what one step had no room for, and cancels that are due */
	while (tg_engine_deadline_ns(f->e) <= f->now) {
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		collect();
	}
	f->records_len = 0;
	steps++;
}

/* ---- what must hold ---- */

/* The most that may ever be filled under what the venue has or may yet get. */
static u8 most_at_venue(void)
{
	u8 most = v.known && v.state == WORKING ? v.qty : v.cum;
	u32 i;

	if (v.known && v.state != WORKING)
		return most;	/* dead: no replace revives it */
	for (i = 0; i < v.nin; i++)
		if ((v.in[i].type == 'D' || v.in[i].type == 'G') && v.in[i].qty > most)
			most = v.in[i].qty;
	return most;
}

static void check(s64 cum_before)
{
	u32 i, busts = 0;
	const struct tg_order *o = tg_order_find(f->e, order_id, 0);
	s64 most;

	if (!o)
		violated("the order is gone");
	if (o->status == TG_OS_SUSPECT)
		violated("SUSPECT though the venue is honest");
	if (o->cum_qty < cum_before && (!heard || told[(heard - 1) % 64].exec != 'H'))
		violated("what is filled fell");
	most = o->req_qty > o->qty ? o->req_qty : o->qty;
	if (o->cum_qty > most)
		violated("more filled than ordered");
	for (i = 0; i < v.nout; i++)
		busts += v.out[i].exec == 'H';
	if (o->cum_qty > (v.cum + busts) * UNIT)
		violated("more filled than at the venue");
	if (fx_position(f, 1, 1)->qty != o->cum_qty)
		violated("position is not what was filled");
	/* While a bust is on its way nobody here can know of it. */
	if (!busts && o->cum_qty + (o->working ? o->open_qty : 0) < most_at_venue() * UNIT &&
	    !(tg_ord_terminal(o->status) && v.cum * UNIT == o->cum_qty && v.state == DEAD))
		violated("exposure counted is less than what may still be filled");
	if (v.nin || v.nout || !v.connected)
		return;
	if (o->asked && o->unanswered && !tg_ord_terminal(o->status))
		return;		/* not known here until the next session asks */
	quiet++;
	if (o->cum_qty != v.cum * UNIT)
		violated("all is quiet, and what is filled differs from the venue's");
	if (!v.known) {
		if (!tg_ord_terminal(o->status))
			violated("all is quiet, the venue never had the order, and it still works here");
		return;
	}
	if (v.state == WORKING) {
		if (o->status != (v.cum ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW))
			violated("all is quiet, the order works at the venue, and is something else here");
		if (o->qty != v.qty * UNIT || o->leaves_qty != (v.qty - v.cum) * UNIT)
			violated("all is quiet, and the quantities differ from the venue's");
		if (o->req_qty || o->req_type)
			violated("all is quiet, and a request is still waited for");
	} else {
		u8 want = v.status == '2' ? TG_OS_FILLED : v.status == '4' ? TG_OS_CANCELED :
			  v.status == '8' ? TG_OS_REJECTED : TG_OS_EXPIRED;

		if (o->status != want)
			violated("all is quiet, and the order ended otherwise than at the venue");
	}
}

static u64 state_hash(void)
{
	const struct tg_order *o = tg_order_find(f->e, order_id, 0);
	struct {
		struct venue v;
		s64 px, qty, cum, leaves, req_px, req_qty, open;
		u64 seen;
		u8 status, prior, req_type, lost, cancel_due, inquire, asked, unanswered, acked, working, session;
		u16 request, cl, req, asked_request;
		u32 sweep;
	} k;
	u32 i;

	memset(&k, 0, sizeof(k));
	k.v = v;
	k.px = o->px;
	k.qty = o->qty;
	k.cum = o->cum_qty;
	k.leaves = o->leaves_qty;
	k.req_px = o->req_px;
	k.req_qty = o->req_qty;
	k.open = o->open_qty;
	k.status = o->status;
	k.prior = o->prior_status;
	k.req_type = o->req_type;
	k.lost = o->lost;
	k.cancel_due = o->cancel_due;
	k.inquire = o->inquire;
	k.asked = o->asked;
	k.unanswered = o->unanswered;
	k.asked_request = o->asked_request;
	k.acked = o->acked;
	k.working = o->working;
	k.session = tg_session(f->e, 1)->state;
	k.request = o->request;
	k.cl = (u16)o->cl_ord_id;
	k.req = (u16)o->req_cl_ord_id;
	k.sweep = f->e->sweep_due;
	/* which of the reports still in flight were heard before */
	for (i = 0; i < v.nout; i++)
		k.seen |= (u64)(v.out[i].exec_id < 64 ? 1 : 0) << i;
	k.seen ^= (u64)f->e->exec_count << 32;
	return tg_hash_bytes(1, (const u8 *)&k, sizeof(k));
}

static void explore(void)
{
	struct action a[16];
	struct venue before = v;
	u64 now = f->now, seq = f->seq, venue_seq = f->venue_seq, bytes = f->e->bytes;
	s64 cum = tg_order_find(f->e, order_id, 0)->cum_qty;
	u32 i, n = choices(a), h = heard;
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
			v = before;
			f->now = now;
			f->seq = seq;
			f->venue_seq = venue_seq;
		}
		heard = h;
		path[depth++] = a[i];
		act(a[i]);
		check(cum);
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
	{ "cancels", 1, NULL, CANCELS }, { "replaces", 1, NULL, REPLACES },
	{ "unsolicited", 1, NULL, UNSOLICITED }, { "duplicates", 1, NULL, DUPLICATES },
	{ "swaps", 1, NULL, SWAPS }, { "drops", 1, NULL, DROPS }, { "pending", 1, NULL, PENDING },
	{ "busts", 1, NULL, BUSTS }, { "silences", 1, NULL, SILENCES },
	{ "states", 1, NULL, 's' }, { "json", 0, NULL, 'j' }, { "help", 0, NULL, 'h' },
	{ "version", 0, NULL, 'V' }, { NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: order [--cancels N] [--replaces N] [--unsolicited N] [--duplicates N]\n"
	"             [--swaps N] [--drops N] [--pending N] [--busts N] [--silences N]\n"
	"             [--states N] [--json]\n"
	"Every interleaving of client, venue, market and network around one order; N times each at most.\n";

int main(int argc, char **argv)
{
	const struct checker checker = { .name = "order", .usage = usage, .options = options, .bound = bound, .bounds = BOUNDS,
					 .max_states = &max_states, .json = &json };
	int c = take_options(argc, argv, &checker);

	if (c >= 0)
		return c;
	set = calloc(1ULL << set_bits, sizeof(*set));
	fx_small_store = true;
	f = fx_ready();
	tg_session(f->e, 1)->cfg.flags |= TG_VENUE_RESET_ON_LOGON;
	memcpy(v.left, bound, sizeof(bound));
	v.connected = 1;
	order_id = fx_send(f, TG_SIDE_BUY, PX(100), QTY * UNIT);
	collect();
	check(0);
	set_put(state_hash());
	states = 1;
	explore();
	if (json)
		printf("{\"states\":%llu,\"steps\":%llu,\"quiet\":%llu,\"depth\":%llu}\n",
		       (unsigned long long)states, (unsigned long long)steps,
		       (unsigned long long)quiet, (unsigned long long)depth_seen);
	else
		printf("ok 1 - %llu states by %llu steps, %llu of them quiet, paths of up to %llu\n1..1\n",
		       (unsigned long long)states, (unsigned long long)steps,
		       (unsigned long long)quiet, (unsigned long long)depth_seen);
	fx_drop(f);
	free(set);
	return 0;
}
