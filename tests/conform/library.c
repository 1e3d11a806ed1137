// SPDX-License-Identifier: MIT
/* Conversations with an engine in this process: time is the script's, and the records are replayed in a second engine, whose digest must be the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conv.h"

#define T0	1700000000000000000ULL	/* 20231114-22:13:20 */

struct link {
	struct tg_engine *e;
	struct tg_outbox ob;
	u64 seq;
	u8 *records;
	u64 records_len, records_cap;
};

const char *link_cannot(u64 exact_ms, u64 wait_ms)
{
	(void)exact_ms;
	(void)wait_ms;
	return NULL;
}

unsigned int link_uid(void)
{
	return 1000;
}

static struct tg_engine *engine_new(const struct tg_in_engine *p)
{
	u64 bytes = tg_engine_size(p);
	void *mem = bytes ? aligned_alloc(64, (bytes + 63) & ~63ULL) : NULL;

	if (!mem || tg_engine_init(mem, bytes, p)) {
		fprintf(stderr, "run: engine refused its capacities\n");
		exit(1);
	}
	return mem;
}

void link_open(struct conv *c)
{
	u32 bytes = tg_engine_outbox_bytes(&c->params);
	struct link *l = calloc(1, sizeof(*l));

	l->e = engine_new(&c->params);
	l->ob = (struct tg_outbox){ .buf = aligned_alloc(8, (bytes + 7) & ~7u), .cap = bytes & ~7u };
	c->link = l;
	c->now = T0;
}

static void collect(struct conv *c)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&c->link->ob, &pos))) {
		if (o->type == TG_OUT_PUBLIC && ((const struct tg_pub_event *)tg_out_bytes(o))->type == TG_PUB_CREDENTIALS) {
			const struct tg_pub_event *ev = tg_out_bytes(o);

			c->asked_seq = ev->u.logon.msg_seq;
			c->asked_ns = ev->u.logon.sending_time_ns;
			conv_did(c, strdup("credentials"));
		} else if (o->type == TG_OUT_CLOSE) {
			conv_did(c, strdup("close"));
		} else if (o->type == TG_OUT_TCP) {
			conv_message(c, tg_out_bytes(o), o->len);
		}
	}
}

enum tg_reason link_step(struct conv *c, u16 type, u16 source, const void *payload, u32 len)
{
	struct link *l = c->link;
	struct tg_record r = { .seq = ++l->seq, .time_ns = c->now, .type = type, .source = source, .len = len }, *kept;
	u64 need = l->records_len + TG_RECORD_SIZE(len);

	if (need > l->records_cap) {
		l->records_cap = need * 2;
		l->records = realloc(l->records, l->records_cap);
	}
	kept = (struct tg_record *)(l->records + l->records_len);
	memset(kept, 0, TG_RECORD_SIZE(len));
	*kept = r;
	if (len)
		memcpy(kept + 1, payload, len);
	l->records_len = need;
	l->ob.len = 0;
	l->ob.lost = 0;
	c->verdict = tg_engine_step(l->e, &r, kept + 1, &l->ob);
	kept->digest = tg_engine_digest(l->e);
	if (l->ob.lost)
		conv_failed(c, "outbox overflowed");
	collect(c);
	if (type == TG_IN_SUBMIT && !c->verdict && ((const struct tg_submission *)payload)->type == TG_SUB_NEW)
		c->last_order = tg_engine_last_order_id(l->e);
	return c->verdict;
}

void link_pass_time(struct conv *c, u64 ns)
{
	u64 until = c->now + ns, due;
	u32 steps = 0;

	while ((due = tg_engine_deadline_ns(c->link->e)) <= until && steps++ < 100000) {
		if (due > c->now)
			c->now = due;
		link_step(c, TG_IN_TIMER, 0, NULL, 0);
	}
	if (steps >= 100000)
		conv_failed(c, "a timer fires without end");
	c->now = until;
}

/* Timer by timer. */
void link_wait(struct conv *c, u64 ns)
{
	u64 until = c->now + ns, due;

	while (c->out_head == c->out_tail && (due = tg_engine_deadline_ns(c->link->e)) <= until)
		link_pass_time(c, due > c->now ? due - c->now : 0);
}

void link_settled(struct conv *c)
{
	(void)c;
}

void link_ready(struct conv *c)
{
	while (tg_engine_deadline_ns(c->link->e) < c->now + 1000 * MS)
		link_pass_time(c, MS);
	c->now = T0 + 10000 * MS;	/* past the client's download */
}

void link_now(struct conv *c)
{
	(void)c;
}

void link_patience(struct conv *c)
{
	(void)c;
}

bool link_again(struct conv *c)
{
	(void)c;
	return false;
}

bool link_session(struct conv *c, struct tg_nl_session *out)
{
	return tg_engine_session(c->link->e, 1, out);
}

u32 link_stored(struct conv *c, u32 otherwise)
{
	(void)otherwise;
	return tg_session(c->link->e, 1)->store_count;
}

u64 link_counter(struct conv *c, enum tg_core_counter which)
{
	return tg_engine_counters(c->link->e)[which];
}

enum tg_ord_status link_order(struct conv *c, u64 order_id)
{
	struct tg_nl_order o;
	u32 i;

	for (i = 0; i < c->params.max_orders; i++)
		if (tg_engine_order_at(c->link->e, i, &o) && o.order_id == order_id)
			return (enum tg_ord_status)o.status;
	return TG_OS_NONE;
}

bool link_best(struct conv *c, enum tg_book_side side, struct tg_level *out)
{
	return tg_engine_book_level(c->link->e, 1, side, 0, out);
}

bool link_verify(struct conv *c)
{
	struct tg_engine *e = engine_new(&c->params);
	struct link *l = c->link;
	bool same = true;
	u64 at;

	for (at = 0; at < l->records_len && same;) {
		const struct tg_record *r = (const struct tg_record *)(l->records + at);

		l->ob.len = 0;
		tg_engine_step(e, r, r + 1, &l->ob);
		same = tg_engine_digest(e) == r->digest;
		if (!same)
			conv_failed(c, "replay differs at record %llu", (unsigned long long)r->seq);
		at += TG_RECORD_SIZE(r->len);
	}
	free(e);
	return same;
}

void link_close(struct conv *c)
{
	free(c->link->e);
	free(c->link->ob.buf);
	free(c->link->records);
	free(c->link);
	c->link = NULL;
}
