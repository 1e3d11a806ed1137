// SPDX-License-Identifier: MIT
#include "venue.h"

#define BODY 360u
#define QUEUE 4096u
#define LOG 4096u /* messages that can be sent again */
#define RECENT 150u /* orders that the gateway surely remembers */
#define MARKET_PX 100 /* what market orders get */
#define BUSTABLE 250u /* trades back: their ids are still in the gateway's store */

struct message {
	char type[2];
	char body[BODY];
	u32 order;
	bool reorders;
	bool barrier; /* nothing of the same order overtakes it: a bust or correction */
};
struct sent {
	u64 seq;
	char type[2];
	char body[BODY];
	u32 order;
};
struct request {
	u8 type;
	u8 side, tif, instrument, account;
	bool market;
	s64 qty, px;
	u64 id, orig;
};

static struct message out[QUEUE];
static u32 out_head, out_n;
static struct sent sent_log[LOG];
static struct request in[QUEUE];
static u32 in_head, in_n;

static struct message heard[256]; /* and what the venue took; for people */
static u64 heard_n;

void v_print_heard(const struct venue *v, const struct v_order *o)
{
	u64 i;

	for (i = heard_n > 256 ? heard_n - 256 : 0; i < heard_n; i++)
		if (heard[i % 256].order == (u32)(o - v->orders))
			printf("# %s 35=%s %s\n", heard[i % 256].barrier ? "asked" : "heard",
			       heard[i % 256].type, heard[i % 256].body);
}

u64 v_random(struct venue *v)
{
	v->random ^= v->random << 13;
	v->random ^= v->random >> 7;
	v->random ^= v->random << 17;
	return v->random * 0x2545f4914f6cdd1dULL >> 16;
}

bool v_one_in(struct venue *v, u32 n)
{
	return v_random(v) % n == 0;
}

void v_init(struct venue *v, struct fx *f, u64 seed)
{
	memset(v, 0, sizeof(*v));
	v->f = f;
	v->random = seed * 0x9e3779b97f4a7c15ULL + 1;
	v->connected = true;
	out_n = in_n = 0;
}

void v_free(struct venue *v)
{
	free(v->orders);
	free(v->trades);
}

struct v_order *v_find(struct venue *v, u64 id)
{
	u32 i;

	for (i = v->n_orders; i--;)
		if (v->orders[i].id == (id & ~0xffffULL))
			return &v->orders[i];
	return NULL;
}

static struct v_order *add_order(struct venue *v)
{
	if (v->n_orders == v->cap_orders) {
		v->cap_orders = v->cap_orders ? v->cap_orders * 2 : 1024;
		v->orders = realloc(v->orders, v->cap_orders * sizeof(*v->orders));
	}
	memset(&v->orders[v->n_orders], 0, sizeof(v->orders[0]));
	return &v->orders[v->n_orders++];
}

static struct v_trade *add_trade(struct venue *v)
{
	if (v->n_trades == v->cap_trades) {
		v->cap_trades = v->cap_trades ? v->cap_trades * 2 : 1024;
		v->trades = realloc(v->trades, v->cap_trades * sizeof(*v->trades));
	}
	memset(&v->trades[v->n_trades], 0, sizeof(v->trades[0]));
	return &v->trades[v->n_trades++];
}

/* ---- what the gateway sends ---- */

static s64 number(const struct tg_out *m, u32 tag)
{
	char t[64];

	return fx_tag(m, tag, t, sizeof(t)) ? strtoll(t, NULL, 10) : 0;
}

static u64 hex(const struct tg_out *m, u32 tag)
{
	char t[64];

	return fx_tag(m, tag, t, sizeof(t)) ? strtoull(t, NULL, 16) : 0;
}

static void resend(struct venue *v, u64 begin, u64 end)
{
	u64 last = v->f->venue_seq - 1, s;

	if (!end || end > last)
		end = last;
	for (s = begin; s <= end; s++) {
		const struct sent *m = &sent_log[s % LOG];
		char type[2] = { m->type[0], 0 };

		if (m->seq != s) {
			char body[32];

			/* not an application message, or too old */
			snprintf(body, sizeof(body), "123=Y|36=%llu|", (unsigned long long)s + 1);
			fx_venue_again(v->f, "4", s, body);
		} else {
			struct message *h = &heard[heard_n++ % 256];

			memset(h, 0, sizeof(*h));
			h->type[0] = 'R';
			h->order = m->order;
			memcpy(h->body, m->body, BODY);
			fx_venue_again(v->f, type, s, m->body);
			v->stats.resent++;
		}
		v_collect(v);
	}
}

void v_collect(struct venue *v)
{
	struct {
		u64 begin, end;
	} asked[4];
	const struct tg_out *m;
	u32 pos = 0, n = 0, i;

	while ((m = tg_outbox_next(&v->f->ob, &pos))) {
		struct request *r;
		char type[8];

		if (m->type != TG_OUT_TCP || !fx_tag(m, 35, type, sizeof(type)) ||
		    (type[1] && strcmp(type, "AF")))
			continue;
		if (type[0] == '2' && n < 4) {
			asked[n].begin = (u64)number(m, 7);
			asked[n++].end = (u64)number(m, 16);
		}
		if (!strchr("DFGHA", type[0]) || (type[0] == 'A' && type[1] != 'F') ||
		    in_n == QUEUE)
			continue;
		r = &in[(in_head + in_n++) % QUEUE];
		memset(r, 0, sizeof(*r));
		r->type = (u8)type[0];
		r->id = type[0] == 'A' ? (u64)number(m, 584) : hex(m, 11);
		r->orig = hex(m, 41);
		r->qty = number(m, 38);
		r->px = number(m, 44);
		r->side = (u8)number(m, 54);
		r->tif = (u8)number(m, 59);
		r->market = number(m, 40) == 1;
		r->account = fx_tag(m, 1, type, sizeof(type)) && type[3] == '2' ? 2 : 1;
		r->instrument = fx_tag(m, 55, type, sizeof(type)) && type[0] == 'B' ? 1 : 2;
	}
	v->f->ob.len = 0;
	for (i = 0; i < n; i++)
		resend(v, asked[i].begin, asked[i].end);
}

/* ---- reports ---- */

static u8 status_now(const struct v_order *o)
{
	switch (o->state) {
	case WORKING:
		return o->cum ? '1' : '0';
	case SUSPENDED:
		return '9';
	case DONE:
		return '3';
	default:
		return o->status;
	}
}

u8 v_status_at_gateway(const struct v_order *o)
{
	switch (status_now(o)) {
	case '0':
		return TG_OS_NEW;
	case '1':
		return TG_OS_PARTIALLY_FILLED;
	case '2':
		return TG_OS_FILLED;
	case '3':
		return o->tif == TG_TIF_GTC ? TG_OS_DONE_FOR_DAY : TG_OS_EXPIRED;
	case '4':
		return TG_OS_CANCELED;
	case '8':
		return TG_OS_REJECTED;
	case '9':
		return TG_OS_SUSPENDED;
	default:
		return TG_OS_EXPIRED;
	}
}

static struct message *push(struct venue *v, const char *type, const struct v_order *o)
{
	struct message *m = &out[(out_head + out_n++) % QUEUE];

	if (out_n > QUEUE)
		abort();
	m->type[0] = type[0];
	m->type[1] = 0;
	m->order = o ? (u32)(o - v->orders) : ~0u;
	m->reorders = true;
	m->barrier = false;
	return m;
}

static const char *when(u64 ns)
{
	static char t[32];
	u64 ms = ns / MS % 1000, s = ns / SEC % 86400;

	snprintf(t, sizeof(t), "202311%02u-%02u:%02u:%02u.%03u",
		 14 + (u32)(ns / SEC / 86400 - FX_T0 / SEC / 86400), (u32)(s / 3600),
		 (u32)(s / 60 % 60), (u32)(s % 60), (u32)ms);
	return t;
}

/* exec: 150. t: the trade that it is about, NULL = none. ref: ExecRefID. */
static struct message *say(struct venue *v, const struct v_order *o, char exec, u64 orig,
			   const struct v_trade *t, u32 ref)
{
	struct message *m = push(v, "8", o);
	bool open = o->state == WORKING || o->state == SUSPENDED;
	u64 avg = o->cum ? (u64)o->value * UNIT / (u64)o->cum : 0;
	u8 status = exec == '6' || exec == 'E' ? (u8)exec : status_now(o);
	u32 n;

	n = (u32)snprintf(m->body, BODY,
			  "37=V%u|11=%016llX|17=E%u|150=%c|39=%c|55=%s|54=%u|38=%lld|151=%"
			  "lld|14=%lld|6=%llu.%08llu|60=%s|",
			  (u32)(o - v->orders), (unsigned long long)(o->id | o->request),
			  exec == 'I' ? 0 : ++v->exec_id, exec, status,
			  o->instrument == 1 ? "BTCUSDT" : "ETHUSDT", o->side, (long long)o->qty,
			  (long long)(open ? o->qty - o->cum : 0),
			  (long long)o->cum, (unsigned long long)avg / UNIT,
			  (unsigned long long)avg % UNIT, when(v->f->now));
	if (!o->market)
		n += (u32)snprintf(m->body + n, BODY - n, "44=%lld|", (long long)o->px);
	if (orig)
		n += (u32)snprintf(m->body + n, BODY - n, "41=%016llX|", (unsigned long long)orig);
	if (ref)
		n += (u32)snprintf(m->body + n, BODY - n, "19=E%u|", ref);
	if (t)
		snprintf(m->body + n, BODY - n, "32=%lld|31=%lld|12=%lld|13=3|", (long long)t->qty,
			 (long long)t->px, (long long)t->fee);
	return m;
}

static void refuse(struct venue *v, const struct request *r, const struct v_order *o, u32 reason)
{
	struct message *m = push(v, "9", o);

	v->stats.refused++;
	snprintf(m->body, BODY, "37=V1|11=%016llX|41=%016llX|39=%c|434=%c|102=%u|",
		 (unsigned long long)r->id, (unsigned long long)r->orig, o ? status_now(o) : '8',
		 r->type == 'G' ? '2' : '1', reason);
}

static void note_request(struct venue *v, const struct request *r)
{
	const struct v_order *o = v_find(v, r->id);
	struct message *m = &heard[heard_n++ % 256];

	memset(m, 0, sizeof(*m));
	m->type[0] = (char)r->type;
	m->order = o ? (u32)(o - v->orders) : ~0u;
	m->barrier = true;
	snprintf(m->body, BODY, "11=%016llX|41=%016llX|38=%lld|", (unsigned long long)r->id,
		 (unsigned long long)r->orig, (long long)r->qty);
}

/* ---- requests ---- */

static bool alive(const struct v_order *o)
{
	return o->state == WORKING || o->state == SUSPENDED || o->state == DONE;
}

static void take_new(struct venue *v, const struct request *r)
{
	struct v_order *o = add_order(v);

	o->id = r->id & ~0xffffULL;
	o->request = r->id & 0xffff;
	o->side = r->side;
	o->tif = r->tif;
	o->instrument = r->instrument;
	o->qty = r->qty;
	o->px = r->market ? MARKET_PX : r->px;
	o->market = r->market;
	o->account = r->account;
	o->state = v_one_in(v, 20) ? DEAD : WORKING;
	o->status = '8';
	say(v, o, o->state == DEAD ? '8' : '0', 0, NULL, 0);
}

static void take_change(struct venue *v, const struct request *r)
{
	struct v_order *o = v_find(v, r->orig);

	if (!o || (r->orig & 0xffff) != o->request || !alive(o)) {
		refuse(v, r, o, !o || (alive(o) && (r->orig & 0xffff) != o->request) ? 1 : 0);
		return;
	}
	if (v_one_in(v, 10) || (r->type == 'G' && r->qty <= o->cum)) {
		refuse(v, r, o, 2);
		return;
	}
	if (v_one_in(v, 4))
		say(v, o, r->type == 'F' ? '6' : 'E', 0, NULL, 0);
	o->request = r->id & 0xffff;
	if (r->type == 'F') {
		o->state = DEAD;
		o->status = '4';
		say(v, o, '4', r->orig, NULL, 0);
		return;
	}
	o->qty = r->qty;
	o->px = r->px;
	o->state = WORKING;
	v->stats.replaced++;
	say(v, o, '5', r->orig, NULL, 0);
}

static void take_status(struct venue *v, const struct request *r)
{
	struct v_order *o = v_find(v, r->id);
	struct message *m;

	if (o && (r->id & 0xffff) <= o->request) {
		say(v, o, 'I', 0, NULL, 0);
		return;
	}
	m = push(v, "8", NULL);
	snprintf(m->body, BODY, "37=NONE|11=%016llX|17=0|150=I|39=8|55=%s|54=%u|151=0|14=0|6=0|",
		 (unsigned long long)r->id, r->instrument == 1 ? "BTCUSDT" : "ETHUSDT", r->side);
}

static void take_mass_status(struct venue *v, const struct request *r)
{
	struct message *m = NULL;
	u32 i, n;

	v->stats.mass++;
	for (i = v->n_orders > 2 * RECENT ? v->n_orders - 2 * RECENT : 0; i < v->n_orders; i++) {
		if (!alive(&v->orders[i]))
			continue;
		m = say(v, &v->orders[i], 'I', 0, NULL, 0);
		m->reorders = false;
		n = (u32)strlen(m->body);
		snprintf(m->body + n, BODY - n, "584=%llu|912=N|", (unsigned long long)r->id);
	}
	if (!m) {
		m = push(v, "8", NULL);
		snprintf(m->body, BODY, "37=NONE|17=0|150=I|39=8|151=0|14=0|6=0|584=%llu|911=0|",
			 (unsigned long long)r->id);
		return;
	}
	memcpy(strstr(m->body, "|912=N|"), "|912=Y|", 7);
}

bool v_process(struct venue *v)
{
	struct request r;

	if (!in_n)
		return false;
	r = in[in_head];
	in_head = (in_head + 1) % QUEUE;
	in_n--;
	v->stats.requests++;
	v->stats.events++;
	note_request(v, &r);
	switch (r.type) {
	case 'D':
		take_new(v, &r);
		break;
	case 'H':
		take_status(v, &r);
		break;
	case 'A':
		take_mass_status(v, &r);
		break;
	default:
		take_change(v, &r);
		break;
	}
	return true;
}

/* ---- the market ---- */

static void count(struct venue *v, const struct v_order *o, s64 qty, s64 px, s64 fee)
{
	struct v_position *p = &v->position[o->account][o->instrument];

	p->qty += o->side == TG_SIDE_BUY ? qty : -qty;
	p->cash += o->side == TG_SIDE_BUY ? qty * px : -qty * px;
	p->fees += fee;
}

static void fill(struct venue *v, struct v_order *o)
{
	struct v_trade *t = add_trade(v);

	t->order = (u32)(o - v->orders);
	t->qty = v_one_in(v, 3) ? o->qty - o->cum : 1 + (s64)(v_random(v) % (u64)(o->qty - o->cum));
	t->px = o->px + (s64)(v_random(v) % 3) - 1;
	t->fee = (s64)(v_random(v) % 5);
	t->live = true;
	o->cum += t->qty;
	o->value += t->qty * t->px;
	count(v, o, t->qty, t->px, t->fee);
	if (o->cum == o->qty) {
		o->state = DEAD;
		o->status = '2';
	}
	v->stats.trades++;
	say(v, o, 'F', 0, t, 0);
	t->exec = v->exec_id;
}

static bool recent(const struct venue *v, const struct v_order *o)
{
	return v->n_orders - (u32)(o - v->orders) <= RECENT;
}

/* A filled order works again for what was taken back, or is cancelled for it; one that ended
 * otherwise stays so. */
static void reopen(struct venue *v, struct v_order *o)
{
	if (o->cum == o->qty && alive(o)) {
		o->state = DEAD;
		o->status = '2';
	} else if (o->state == DEAD && o->status == '2' && o->cum < o->qty) {
		if (recent(v, o) && !v_one_in(v, 4))
			o->state = WORKING;
		else
			o->status = '4';
	}
}

static void bust(struct venue *v)
{
	u32 back = v->n_trades < BUSTABLE ? v->n_trades : BUSTABLE;
	struct v_trade *t = back ? &v->trades[v->n_trades - 1 - v_random(v) % back] : NULL, old;
	struct v_order *o;
	u32 ref;

	if (!t || !t->live || v->exec_id - t->exec > 600)
		return;
	o = &v->orders[t->order];
	old = *t;
	ref = t->exec;
	o->cum -= t->qty;
	o->value -= t->qty * t->px;
	count(v, o, -t->qty, t->px, -t->fee);
	if (v_one_in(v, 2)) {
		t->live = false;
		v->stats.busts++;
		reopen(v, o);
		say(v, o, 'H', 0, &old, ref)->barrier = true;
		return;
	}
	t->qty = 1 + (s64)(v_random(v) % (u64)(o->qty - o->cum));
	t->px += (s64)(v_random(v) % 3) - 1;
	t->fee += 1;
	o->cum += t->qty;
	o->value += t->qty * t->px;
	count(v, o, t->qty, t->px, t->fee);
	v->stats.corrections++;
	reopen(v, o);
	say(v, o, 'G', 0, t, ref)->barrier = true;
	t->exec = v->exec_id;
}

static struct v_order *any_alive(struct venue *v)
{
	u32 tries, back = v->n_orders < RECENT ? v->n_orders : RECENT;

	for (tries = 0; tries < 8 && back; tries++) {
		struct v_order *o = &v->orders[v->n_orders - 1 - v_random(v) % back];

		if (alive(o))
			return o;
	}
	return NULL;
}

void v_fault(struct venue *v)
{
	struct v_order *o = any_alive(v);
	u64 what = v_random(v) % 100;

	if (what >= 92) {
		bust(v);
		v->stats.events++;
		return;
	}
	if (!o)
		return;
	v->stats.events++;
	if (what < 70) {
		if (o->state == WORKING)
			fill(v, o);
		return;
	}
	if (what < 78) { /* unasked */
		v->stats.unsolicited++;
		o->state = DEAD;
		o->status = what < 74 ? '4' : 'C';
		say(v, o, (char)o->status, 0, NULL, 0);
		return;
	}
	v->stats.held++;
	if (o->state != WORKING) {
		o->state = WORKING;
		say(v, o, 'D', 0, NULL, 0);
	} else if (what < 86) {
		o->state = SUSPENDED;
		say(v, o, '9', 0, NULL, 0);
	} else if (o->tif == TG_TIF_GTC) {
		o->state = DONE;
		say(v, o, '3', 0, NULL, 0);
	} else {
		o->state = DEAD;
		o->status = '3';
		say(v, o, '3', 0, NULL, 0);
	}
}

/* ---- the way to the gateway ---- */

static void log_message(struct venue *v, const struct message *m)
{
	struct sent *s = &sent_log[v->f->venue_seq % LOG];

	s->seq = v->f->venue_seq;
	s->order = m->order;
	memcpy(s->type, m->type, 2);
	memcpy(s->body, m->body, BODY);
}

static void hand_over(struct venue *v, const struct message *m)
{
	heard[heard_n++ % 256] = *m;
	heard[(heard_n - 1) % 256].barrier = false;
	log_message(v, m);
	v->stats.reports++;
	v->stats.events++;
	fx_venue(v->f, m->type, m->body);
	v_collect(v);
}

/*
 * One of the next few goes first, mostly one of the same order. What was once overtaken is not
 * again. Nothing made after a bust overtakes it: its CumQty would say neither what was filled
 * before nor what after, and the gateway could only make the order SUSPECT.
 */
static void swap(struct venue *v)
{
	u32 far = 1 + (u32)(v_random(v) % 12), i, passed = 0, k;
	struct message m;

	if (far >= out_n)
		return;
	if (!v_one_in(v, 4)) { /* the next of the same order as the first */
		for (i = 1; i < out_n && i < 24; i++)
			if (out[(out_head + i) % QUEUE].order == out[out_head].order)
				break;
		if (i == out_n || i == 24)
			return;
		far = i;
	}
	m = out[(out_head + far) % QUEUE];
	if (!m.reorders)
		return;
	for (i = 0; i < far; i++) {
		const struct message *a = &out[(out_head + i) % QUEUE];

		if (a->order != m.order)
			continue;
		if (!a->reorders || a->barrier || passed++)
			return;
	}
	for (i = far; i--;)
		out[(out_head + i + 1) % QUEUE] = out[(out_head + i) % QUEUE];
	m.reorders = false;
	out[out_head] = m;
	for (k = 1; k <= far; k++)
		if (out[(out_head + k) % QUEUE].order == m.order)
			out[(out_head + k) % QUEUE].reorders = false;
	v->stats.swaps++;
}

bool v_deliver(struct venue *v, bool orderly)
{
	struct message m;

	if (!v->connected || !out_n)
		return false;
	if (!orderly && v_one_in(v, 12))
		swap(v);
	m = out[out_head];
	out_head = (out_head + 1) % QUEUE;
	out_n--;
	hand_over(v, &m);
	if (!orderly && v_one_in(v, 15) && m.type[0] == '8' && !strstr(m.body, "150=I")) {
		v->stats.duplicates++;
		hand_over(v, &m);
	}
	return true;
}

static void drop_at(u32 i)
{
	for (out_n--; i < out_n; i++)
		out[(out_head + i) % QUEUE] = out[(out_head + i + 1) % QUEUE];
}

/* All requests on their way are lost; of the reports some are, and are sent again. */
void v_drop(struct venue *v)
{
	u32 i;
	u64 lost = out_n ? v_random(v) % (out_n < 6 ? out_n + 1 : 6) : 0;

	v->connected = false;
	v->stats.drops++;
	v->stats.events++;
	in_n = 0;
	while (lost--) {
		log_message(v, &out[out_head]);
		v->f->venue_seq++;
		out_head = (out_head + 1) % QUEUE;
		out_n--;
	}
	fx_disconnect(v->f);
	v_collect(v);
	in_n = 0;
	/* Answers to questions belong to their session: those that were not sent yet never are. */
	for (i = 0; i < out_n; i++)
		if (strstr(out[(out_head + i) % QUEUE].body, "|150=I|"))
			drop_at(i--);
}

void v_connect(struct venue *v)
{
	fx_step(v->f, TG_IN_TCP_UP, 1, NULL, 0);
	v->f->ob.len = 0;
	fx_venue(v->f, "A", "98=0|108=30|");
	v->connected = true;
	v_collect(v);
}
