// SPDX-License-Identifier: MIT
/*
 * A logged-on engine fed by a program: messages with right header and number (or nearly), raw bytes, time, transport changes, commands, cut anywhere.
 * Checked: numbers never go back but by a reset, nothing is sent without a transport, output is well formed, timers come to rest, replay gives the same digest.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "state.h"
#include "fix/encode.h"
#include "fix/lexer.h"

#define T0	1700000000000000000ULL
#define STEPS	4096u

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct run {
	struct tg_engine *e;
	struct tg_outbox ob;
	u64 seq, now, digest;
	u32 venue_seq;
	bool connected;
};

static u64 *digests;		/* of the first run, to be met by the second */
static bool second;
static u32 steps;

static void output(struct run *r)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&r->ob, &pos))) {
		if (o->type == TG_OUT_TCP) {
			struct tg_fix_frame f;
			struct tg_fix_cursor c;
			struct tg_fix_header h;
			u32 used;

			assert(r->connected);
			assert(!tg_fix_frame(tg_out_bytes(o), o->len, o->len, &f, &used) && used == o->len);
			assert(!tg_fix_decode_header(&f, &c, &h));
			while (tg_fix_next(&c))
				;
			assert(!c.err);
		} else if (o->type == TG_OUT_CLOSE) {
			r->connected = false;
		}
	}
}

static void step(struct run *r, u16 type, u16 source, const void *payload, u32 len)
{
	struct tg_record rec = { .seq = ++r->seq, .time_ns = r->now, .type = type, .source = source, .len = len };
	struct tg_session *s;

	r->ob.len = 0;
	r->ob.lost = 0;
	if (type == TG_IN_TCP_UP)
		r->connected = true;
	tg_engine_step(r->e, &rec, payload, &r->ob);
	assert(!r->ob.lost);
	output(r);
	if (type == TG_IN_TCP_DOWN)
		r->connected = false;
	s = tg_session(r->e, 1);
	if (s) {
		assert(s->rx_len < r->e->params.rx_buffer_bytes);
		assert(s->transport == r->connected || type == TG_IN_TCP_UP);
		assert(s->next_tx_seq && s->next_rx_seq);
		assert(memchr(s->text, 0, sizeof(s->text)));
	}
	r->digest = tg_engine_digest(r->e);
	if (steps < STEPS) {
		if (second)
			assert(digests[steps] == r->digest);
		digests[steps] = r->digest;
	}
	steps++;
}

static void pass(struct run *r, u64 ns)
{
	u64 until = r->now + ns, due;
	u32 n = 0;

	while ((due = tg_engine_deadline_ns(r->e)) <= until) {
		assert(++n < 1000);
		if (due > r->now)
			r->now = due;
		step(r, TG_IN_TIMER, 0, NULL, 0);
		assert(tg_engine_deadline_ns(r->e) > r->now);
	}
	r->now = until;
}

static void setup(struct run *r, u8 flags)
{
	struct tg_in_engine p = { .epoch = 1, .max_venues = 1, .max_instruments = 1, .max_feeds = 1, .max_accounts = 1, .max_clients = 1, .max_permits = 1,
				  .max_orders = 4, .max_limits = 4, .book_levels = 8, .md_pending = 8, .exec_ids = 8, .rx_buffer_bytes = 4096,
				  .session_store_bytes = 4096, .session_store_messages = 8 };
	struct tg_in_venue v = { .venue_id = 1, .dialect = TG_DIALECT_SIM, .name = "v", .sender_comp_id = "GW", .target_comp_id = "V" };
	struct tg_in_instrument in = { .instrument_id = 1, .venue_id = 1, .flags = TG_INSTRUMENT_SUBSCRIBE, .tick = 1, .lot = 1, .symbol = "B" };
	static struct tg_engine *mem;
	static u8 *buf;
	u32 cap;

	tg_engine_defaults(&p);
	if (!mem) {
		mem = aligned_alloc(64, (tg_engine_size(&p) + 63) & ~63ULL);
		buf = aligned_alloc(8, (tg_engine_outbox_bytes(&p) + 7u) & ~7u);
		digests = malloc(STEPS * sizeof(*digests));
	}
	cap = tg_engine_outbox_bytes(&p) & ~7u;
	memset(r, 0, sizeof(*r));
	r->e = mem;
	r->ob = (struct tg_outbox){ .buf = buf, .cap = cap };
	r->now = T0;
	steps = 0;
	assert(!tg_engine_init(mem, tg_engine_size(&p), &p));
	step(r, TG_IN_ENGINE, 0, &p, sizeof(p));
	v.heartbeat_s = flags & 1 ? 30 : 0;
	v.flags = (flags & 2 ? TG_VENUE_RESET_ON_LOGON : 0) | TG_VENUE_MD_TCP | TG_VENUE_ORDERS;
	v.sending_time_max_skew_ms = flags & 4 ? 60000 : 0;
	v.logon_timeout_ms = v.logout_timeout_ms = 1000;
	step(r, TG_IN_VENUE, 0, &v, sizeof(v));
	step(r, TG_IN_INSTRUMENT, 0, &in, sizeof(in));
	step(r, TG_IN_TCP_UP, 1, NULL, 0);
	r->venue_seq = 1;
}

/* Message with a right header; number off by `skip`; body from the input, '|' for SOH. */
static void message(struct run *r, u8 type, s32 skip, const u8 *body, u32 len, u32 cut)
{
	static u8 buf[1024];
	struct tg_fix_writer w;
	u32 n, i;

	tg_fix_begin(&w, buf, sizeof(buf), 44, type > ' ' && type < 127 ? type : 'A');
	tg_fix_put_str(&w, 49, "V", 2);
	tg_fix_put_str(&w, 56, "GW", 3);
	tg_fix_put_u64(&w, 34, (u64)((s64)r->venue_seq + skip > 0 ? (s64)r->venue_seq + skip : 1));
	tg_fix_put_time(&w, 52, r->now);
	for (i = 0; i < len; i++)
		*w.p++ = body[i] == '|' ? TG_SOH : body[i];
	if (len && w.p[-1] != TG_SOH)
		*w.p++ = TG_SOH;
	n = tg_fix_end(&w);
	assert(n);
	if (!skip)
		r->venue_seq++;
	if (cut && cut < n) {
		step(r, TG_IN_TCP_RX, 1, buf, cut);
		step(r, TG_IN_TCP_RX, 1, buf + cut, n - cut);
	} else {
		step(r, TG_IN_TCP_RX, 1, buf, n);
	}
}

static void program(const u8 *d, size_t size)
{
	struct run r;
	size_t at = 1;

	setup(&r, d[0]);
	while (at + 4 <= size && steps < STEPS - 1100) {
		u8 op = d[at] & 7, a = d[at + 1], b = d[at + 2];
		u32 len = d[at + 3];

		at += 4;
		if (len > size - at)
			len = (u32)(size - at);
		switch (op) {
		case 0: case 1: case 2:
			message(&r, a, op == 1 ? (s8)b : 0, d + at, len, op == 2 ? b : 0);
			at += len;
			break;
		case 3:
			if (len)
				step(&r, TG_IN_TCP_RX, 1, d + at, len);
			at += len;
			break;
		case 4:
			pass(&r, (u64)a * a * 40000000);
			break;
		case 5: {
			struct tg_in_session c = { .venue_id = 1, .command = a & 7, .next_tx_seq = (a & 7) == TG_SESSION_CMD_SET_SEQ ? b : 0,
						   .next_rx_seq = (a & 7) == TG_SESSION_CMD_SET_SEQ ? len : 0 };

			step(&r, TG_IN_SESSION, 0, &c, sizeof(c));
			break;
		}
		case 6:
			step(&r, TG_IN_TCP_DOWN, 1, NULL, 0);
			break;
		default:
			step(&r, TG_IN_TCP_UP, 1, NULL, 0);
			r.venue_seq = a ? (u32)tg_session(r.e, 1)->next_rx_seq : 1;
			break;
		}
	}
	step(&r, TG_IN_CHECKPOINT, 0, NULL, 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 1)
		return 0;
	second = false;
	program(data, size);
	second = true;
	program(data, size);
	return 0;
}
