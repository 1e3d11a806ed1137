// SPDX-License-Identifier: MIT
/*
 * The L3 job. Its stream is made here, with the mix of a full day of one ITCH instrument (per 1,000
 * events 455 adds, 436 deletes, 76 replaces, 28 executions, 5 partial cancels; about 5,000 live
 * orders on 200 levels), or read from the workload generator's book.l3. The truth is from totals in
 * a grid of prices, which shares nothing with the core. Order numbers become ids as venues write
 * them: UUIDs of 36 characters, or decimal numbers.
 */
#include "bench.h"
#include "book/l3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 8192, LEVELS = 512, LIVE = 5000, EVENTS = 300000 };
enum { PRICES = 1 << 17 };
/* Of a timed pass: short, so that on a busy host most are not interrupted. All are verified. */
enum { PASS = 50000 };
/* as FIX brings them: a cent in 1e-8, whole lots */
static const s64 tick = 1000000, lot = 100000000;

/* An event is one line, or two for a replace: 'U' with the old id, then 'V' with the new one. */
struct l3_line {
	s64 px, qty;
	u8 type, side, len, pad;
	u8 id[TG_L3_ID_MAX];
	u64 number;
};

static_assert(sizeof(struct l3_line) == 64, "as much memory an event as an order has");

struct l3_work { struct l3_line *line; u32 lines, warm, events; u64 truth; };

/* ---- the stream ---- */

struct order { u64 number; u32 px, qty, side, live_at, prev, next; };
struct price { u64 total; u32 first, last; };

static struct {
	struct order o[1 << 20];
	struct price p[2][PRICES];
	u32 live[LIVE * 2], recent[1 << 20];
	u32 orders, lives, recents, best[2], levels[2];
	u64 state, number, truth;
	struct l3_work *w;
} *g;

static u32 rng(u32 n)
{
	g->state ^= g->state >> 12;
	g->state ^= g->state << 25;
	g->state ^= g->state >> 27;
	return (u32)(g->state * 2685821657736338717ULL >> 33) % n;
}

static void emit(char type, const struct order *o, u32 qty)
{
	g->w->line[g->w->lines++] = (struct l3_line){ .px = o->px, .qty = qty, .type = (u8)type,
						      .side = (u8)o->side, .number = o->number };
}

static void insert(char type, u32 side, u32 px, u32 qty)
{
	u32 at = ++g->orders;
	struct order *o = &g->o[at];
	struct price *p = &g->p[side][px];

	g->number += 1 + rng(16);
	*o = (struct order){ .number = g->number, .px = px, .qty = qty, .side = side,
			     .live_at = g->lives, .prev = p->last };
	*(p->last ? &g->o[p->last].next : &p->first) = at;
	p->last = at;
	g->levels[side] += !p->total;
	p->total += qty;
	if (!g->best[side] || (side ? px < g->best[side] : px > g->best[side]))
		g->best[side] = px;
	g->live[g->lives++] = at;
	g->recent[g->recents++] = at;
	emit(type, o, qty);
}

static void take(u32 at, u32 qty)
{
	struct order *o = &g->o[at];
	struct price *p = &g->p[o->side][o->px];

	p->total -= qty;
	o->qty -= qty;
	if (o->qty)
		return;
	*(o->prev ? &g->o[o->prev].next : &p->first) = o->next;
	*(o->next ? &g->o[o->next].prev : &p->last) = o->prev;
	g->live[o->live_at] = g->live[--g->lives];
	g->o[g->live[o->live_at]].live_at = o->live_at;
	g->levels[o->side] -= !p->total;
	while (g->levels[o->side] && !g->p[o->side][g->best[o->side]].total)
		g->best[o->side] += o->side ? 1 : -1u;
}

/* Distance from the best of its side: geometric, a quarter anywhere within 100; some improve it. */
static u32 price(u32 side)
{
	u32 d = 0;

	if (rng(100) < 8 && g->best[1] - g->best[0] > 1)
		return side ? g->best[1] - 1 : g->best[0] + 1;
	while (d < 99 && rng(14))
		d++;
	if (!rng(4))
		d = rng(100);
	return side ? g->best[1] + d : g->best[0] - d;
}

static u32 quantity(void)
{
	switch (rng(3)) {
	case 0: return 100;
	case 1: return 100 * (1 + rng(10));
	default: return 1 + rng(999);
	}
}

static u32 pick(void)
{
	u32 k, at;

	if (rng(10) < 7 && g->recents > 600)
		for (k = 0; k < 8; k++) {
			at = g->recent[g->recents - 1 - rng(500)];
			if (g->o[at].qty)
				return at;
		}
	return g->live[rng(g->lives)];
}

static void event(void)
{
	u32 k = rng(1000), side = rng(2), at, qty;

	if (g->lives < LIVE * 94 / 100 && k >= 455 && k < 891)
		k = 0;
	if (g->lives > LIVE * 106 / 100 && k < 455)
		k = 500;
	at = k >= 967 && k < 995 ? g->p[side][g->best[side]].first : pick();
	if (k < 455 || g->levels[g->o[at].side] < 3 || (k >= 995 && g->o[at].qty < 2)) {
		insert('A', side, price(side), quantity());
	} else if (k < 891) {
		emit('D', &g->o[at], g->o[at].qty);
		take(at, g->o[at].qty);
	} else if (k < 967) {
		side = g->o[at].side;
		emit('U', &g->o[at], g->o[at].qty);
		take(at, g->o[at].qty);
		insert('V', side, price(side), quantity());
	} else {
		qty = k >= 995 ? 1 + rng(g->o[at].qty - 1) :
		      rng(3) ? g->o[at].qty : 1 + rng(g->o[at].qty);
		emit(k >= 995 ? 'X' : 'E', &g->o[at], qty);
		take(at, qty);
	}
}

static bool make(struct l3_work *w)
{
	u32 i, side;

	g = calloc(1, sizeof(*g));
	w->line = calloc(LIVE + EVENTS * 2, sizeof(*w->line));
	if (!g || !w->line)
		return false;
	g->w = w;
	g->state = 7;
	g->number = 1000;
	insert('A', 0, PRICES / 2 - 1, quantity());
	insert('A', 1, PRICES / 2, quantity());
	while (g->lives < LIVE) {
		side = rng(2);
		insert('A', side, price(side), quantity());
	}
	w->warm = w->lines;
	w->events = EVENTS;
	for (i = 0; i < EVENTS; i++) {
		event();
		for (side = 0; side < 2; side++)
			w->truth = wl_mix(wl_mix(w->truth, g->best[side]),
					  g->p[side][g->best[side]].total);
	}
	free(g);
	return true;
}

struct event { u8 type, side; u16 pad; s32 px; u32 qty, pad2; u64 number, new_number; };

static bool from_file(const char *dir, struct l3_work *w)
{
	char path[4096];
	struct event e;
	u64 head[3], i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/book.l3", dir);
	f = fopen(path, "rb");
	if (!f || fread(head, sizeof(head), 1, f) != 1 || head[0] + head[1] > 10000000) {
		fprintf(stderr, "tg-bench: %s: no such workload, or not one\n", path);
		return false;
	}
	w->warm = (u32)head[0];
	w->events = (u32)head[1];
	w->truth = head[2];
	w->line = calloc((head[0] + head[1]) * 2, sizeof(*w->line));
	for (i = 0; i < head[0] + head[1]; i++) {
		if (!w->line || fread(&e, sizeof(e), 1, f) != 1) {
			fprintf(stderr, "tg-bench: %s: cut short\n", path);
			fclose(f);
			return false;
		}
		w->line[w->lines++] = (struct l3_line){ .px = e.px, .qty = e.qty, .type = e.type,
							.side = e.side, .number = e.number };
		if (e.type != 'U')
			continue;
		w->line[w->lines] = w->line[w->lines - 1];
		w->line[w->lines].type = 'V';
		w->line[w->lines++].number = e.new_number;
	}
	fclose(f);
	return true;
}

/* ---- ids ---- */

/* One to one, so that no two numbers become the same id. */
static u64 scatter(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void name(struct l3_work *w, bool uuid)
{
	char text[64];
	u32 i;

	for (i = 0; i < w->lines; i++) {
		struct l3_line *l = &w->line[i];
		u64 hi = scatter(l->number), lo = scatter(hi + 1);

		l->len = (u8)(uuid ? sprintf(text, "%08x-%04x-4%03x-a%03x-%04x%08x", (u32)(hi >> 32),
					     (u32)hi >> 16, (u32)hi & 0xfff, (u32)(lo >> 52),
					     (u32)hi & 0xffff, (u32)lo)
				   : sprintf(text, "%llu", (unsigned long long)l->number));
		memcpy(l->id, text, l->len);
		l->px *= tick;
		l->qty *= lot;
	}
}

/* ---- the job ---- */

struct l3_ctx { struct l3_work w; struct tg_l3 *b; s64 sink; };

static __attribute__((__always_inline__)) inline u32 apply(struct tg_l3 *b, const struct l3_line *l)
{
	struct tg_l3_out out;

	switch (l->type) {
	case 'A':
	case 'V':
		return tg_l3_add(b, l->side, l->px, l->qty, l->id, l->len, &out);
	case 'D':
	case 'U':
		return tg_l3_delete(b, l->id, l->len, &out);
	default:
		return tg_l3_reduce(b, l->qty, l->id, l->len, &out);
	}
}

static void l3_reset(void *ctx)
{
	struct l3_ctx *c = ctx;
	u32 i;

	tg_l3_init(c->b, ORDERS, LEVELS, 12345);
	for (i = 0; i < c->w.warm; i++)
		apply(c->b, &c->w.line[i]);
}

static void l3_pass(void *ctx, u32 ops)
{
	struct l3_ctx *c = ctx;
	const struct l3_line *l = c->w.line + c->w.warm;
	struct tg_level bid, ask;
	s64 sink = 0;

	for (; ops; l++) {
		/* a message is in the cache when it is read: the card has put it there */
		__builtin_prefetch(l + 8);
		apply(c->b, l);
		if (l->type == 'U')
			continue;
		tg_l3_best(c->b, &bid, &ask);
		sink += bid.px + bid.qty + ask.px + ask.qty;
		ops--;
	}
	c->sink = sink;
}

static const char *l3_verify(void *ctx)
{
	struct l3_ctx *c = ctx;
	const struct l3_line *l = c->w.line, *end = l + c->w.lines, *warm = l + c->w.warm;
	struct tg_level bid, ask;
	u64 h = 0;

	tg_l3_init(c->b, ORDERS, LEVELS, 12345);
	for (; l < end; l++) {
		if (apply(c->b, l) & (TG_L3_FAILED | TG_L3_OVER))
			return "an event was refused";
		if (l < warm || l->type == 'U')
			continue;
		tg_l3_best(c->b, &bid, &ask);
		h = wl_mix(wl_mix(wl_mix(wl_mix(h, (u64)(bid.px / tick)), (u64)(bid.qty / lot)),
				  (u64)(ask.px / tick)), (u64)(ask.qty / lot));
	}
	return h == c->w.truth ? NULL : "best bid and ask differ from the reference";
}

u32 jobs_l3(const char *dir, struct job *out)
{
	static const char *const names[] = { "book.l3", "book.l3.num" };
	static struct l3_ctx ctx[2];
	u32 i;

	for (i = 0; i < 2; i++) {
		struct l3_ctx *c = &ctx[i];

		if (!(dir ? from_file(dir, &c->w) : make(&c->w)))
			return 0;
		name(&c->w, i == 0);
		c->b = aligned_alloc(64, tg_l3_bytes(ORDERS, LEVELS));
		if (!c->b)
			return 0;
		out[i] = (struct job){ .name = names[i],
				       .unit = "event",
				       .ops = c->w.events < PASS ? c->w.events : PASS,
				       .sample = 1000,
				       .ctx = c,
				       .reset = l3_reset,
				       .pass = l3_pass,
				       .symbol = "l3_pass",
				       .verify = l3_verify,
				       .bar_ns = 25,
				       .bar_instructions = 200 };
	}
	return 2;
}
