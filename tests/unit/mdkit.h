/* SPDX-License-Identifier: MIT */
/*
 * A whole engine with one venue and its feeds, for tests of market data: builds FIX messages from
 * readable text ('|' for SOH), steps the engine, looks into the outbox. Shared by unit tests,
 * fuzzer and replay test.
 */
#ifndef TG_TESTS_MDKIT_H
#define TG_TESTS_MDKIT_H

#include <stdio.h>
#include <stdlib.h>
#include "state.h"

#define KIT_VENUE	1u
#define KIT_FEED_A	1u
#define KIT_FEED_B	2u
#define KIT_MSG_MAX	(1u << 20)
#define KIT_T0		1700000000000000000ULL	/* 2023-11-14 22:13:20 UTC */

struct kit {
	struct tg_engine *e;
	struct tg_outbox ob;
	u64 seq, now;
	u64 venue_seq;		/* 34 of the venue's next message */
	u64 feed_seq;		/* 34 of the feed's next message */
	u64 feed_time;		/* 52 of the feed's messages */
	char *msg;		/* the message built last */
	u32 msg_len;
};

/* Of the venue that kits made from now on have: 0 = sim; enum tg_crossed_policy. */
static u16 kit_dialect, kit_crossed;
/* BeginString of the venue's messages. */
static const char *kit_begin = "FIX.4.4";

static inline void kit_die(const char *what)
{
	fprintf(stderr, "mdkit: %s\n", what);
	abort();
}

static inline enum tg_reason kit_step(struct kit *k, u16 type, u16 source, const void *p, u32 len)
{
	struct tg_record r = {
		.seq = ++k->seq, .time_ns = k->now, .type = type, .source = source, .len = len
	};

	k->ob.len = 0;
	k->ob.lost = 0;
	return tg_engine_step(k->e, &r, p, &k->ob);
}

static inline void kit_time(char *out, u64 ns)
{
	u64 ms = ns / 1000000 % 1000, s = ns / 1000000000 % 86400;

	snprintf(out, 32, "20231114-%02u:%02u:%02u.%03u", (u32)(s / 3600), (u32)(s / 60 % 60),
		 (u32)(s % 60), (u32)ms);
}

/* Builds 8=..10= around `body` (header fields after 35 are added); result in k->msg. */
static inline void kit_build(struct kit *k, const char *type, const char *sender,
			     const char *target, u64 seq, u64 sent_ns, const char *body)
{
	char when[32], head[256], start[48];
	u32 i, n, sum = 0;
	int h, s;

	kit_time(when, sent_ns);
	h = snprintf(head, sizeof(head), "35=%s|49=%s|56=%s|34=%llu|52=%s|", type, sender, target,
		     (unsigned long long)seq, when);
	s = snprintf(start, sizeof(start), "8=%s|9=%u|", kit_begin, (u32)(h + strlen(body)));
	n = (u32)s + (u32)h + (u32)strlen(body);
	if (n + 8 > KIT_MSG_MAX)
		kit_die("message too long");
	memcpy(k->msg, start, (u32)s);
	memcpy(k->msg + s, head, (u32)h);
	memcpy(k->msg + s + h, body, strlen(body));
	for (i = 0; i < n; i++) {
		if (k->msg[i] == '|')
			k->msg[i] = 1;
		sum += (u8)k->msg[i];
	}
	k->msg_len = n + (u32)snprintf(k->msg + n, 8, "10=%03u\001", sum & 255);
}

/* One datagram of one X on a feed with a given 34. */
static inline void kit_udp_at(struct kit *k, u16 feed, u64 seq, const char *body)
{
	kit_build(k, "X", "VENUE", "MD", seq, k->feed_time, body);
	kit_step(k, TG_IN_UDP, feed, k->msg, k->msg_len);
}

static inline void kit_udp(struct kit *k, const char *body)
{
	kit_udp_at(k, KIT_FEED_A, k->feed_seq++, body);
}

static inline void kit_tcp(struct kit *k, const char *type, const char *body)
{
	u32 at, n;

	kit_build(k, type, "VENUE", "GW", k->venue_seq++, k->now, body);
	for (at = 0; at < k->msg_len; at += n) {
		n = k->msg_len - at > TG_RECORD_MAX_PAYLOAD ? TG_RECORD_MAX_PAYLOAD
							    : k->msg_len - at;
		kit_step(k, TG_IN_TCP_RX, KIT_VENUE, k->msg + at, n);
	}
}

static inline void kit_connect(struct kit *k)
{
	k->venue_seq = 1;
	kit_step(k, TG_IN_TCP_UP, KIT_VENUE, NULL, 0);
	kit_tcp(k, "A", "98=0|108=30|141=Y|");
}

static inline enum tg_reason kit_define(struct kit *k, u32 id, const char *symbol, u16 flags,
					u8 px_digits, u8 qty_digits, u32 depth)
{
	struct tg_in_instrument i = { .instrument_id = id,
				      .venue_id = KIT_VENUE,
				      .flags = flags,
				      .tick = 1,
				      .lot = 1,
				      .px_digits = px_digits,
				      .qty_digits = qty_digits,
				      .md_depth = depth };

	snprintf(i.symbol, sizeof(i.symbol), "%s", symbol);
	return kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i));
}

static inline void kit_instrument(struct kit *k, u32 id, const char *symbol, u64 stale_ns)
{
	struct tg_in_instrument i = { .instrument_id = id,
				      .venue_id = KIT_VENUE,
				      .flags = TG_INSTRUMENT_SUBSCRIBE,
				      .tick = 1000000,
				      .lot = 1000,
				      .stale_ns_lo = (u32)stale_ns,
				      .stale_ns_hi = (u32)(stale_ns >> 32) };

	snprintf(i.symbol, sizeof(i.symbol), "%s", symbol);
	if (kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)))
		kit_die("instrument refused");
}

/*
 * Engine, venue GW -> VENUE, feeds A and B; no instrument, not connected. Capacities that are 0 get
 * the engine's defaults.
 */
static inline struct kit *kit_new_params(struct tg_in_engine *p, u16 venue_flags)
{
	struct tg_in_venue v = { .venue_id = KIT_VENUE,
				 .dialect = kit_dialect ? kit_dialect : TG_DIALECT_SIM,
				 .crossed_policy = kit_crossed,
				 .heartbeat_s = 30,
				 .flags = (u16)(TG_VENUE_RESET_ON_LOGON | TG_VENUE_ORDERS |
						venue_flags),
				 .logon_timeout_ms = 5000,
				 .logout_timeout_ms = 2000 };
	struct tg_in_feed f = { .feed_id = KIT_FEED_A, .venue_id = KIT_VENUE, .name = "A" };
	struct kit *k = calloc(1, sizeof(*k));
	u64 bytes;

	tg_engine_defaults(p);
	bytes = tg_engine_size(p);
	if (!k || !bytes)
		kit_die("capacities refused");
	k->e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	k->ob.cap = tg_engine_outbox_bytes(p);
	k->ob.buf = malloc(k->ob.cap);
	k->msg = malloc(KIT_MSG_MAX);
	k->now = k->feed_time = KIT_T0;
	k->feed_seq = 1;
	if (!k->e || !k->ob.buf || !k->msg || tg_engine_init(k->e, bytes, p))
		kit_die("engine init failed");
	if (kit_step(k, TG_IN_ENGINE, 0, p, sizeof(*p)))
		kit_die("engine record refused");
	snprintf(v.name, sizeof(v.name), "venue");
	snprintf(v.sender_comp_id, sizeof(v.sender_comp_id), "GW");
	snprintf(v.target_comp_id, sizeof(v.target_comp_id), "VENUE");
	if (kit_step(k, TG_IN_VENUE, 0, &v, sizeof(v)))
		kit_die("venue refused");
	if (kit_step(k, TG_IN_FEED, 0, &f, sizeof(f)))
		kit_die("feed refused");
	f.feed_id = KIT_FEED_B;
	f.line = 1;
	snprintf(f.name, sizeof(f.name), "B");
	if (kit_step(k, TG_IN_FEED, 0, &f, sizeof(f)))
		kit_die("feed refused");
	return k;
}

/* Small capacities; 0: 64 levels a side, 256 held entries. */
static inline struct kit *kit_new_rx(u32 book_levels, u32 md_pending, u16 venue_flags, u32 rx_bytes)
{
	struct tg_in_engine p = { .max_instruments = 8,
				  .max_venues = 2,
				  .max_feeds = 4,
				  .max_accounts = 2,
				  .max_clients = 2,
				  .max_orders = 16,
				  .max_limits = 16,
				  .exec_ids = 64,
				  .book_levels = book_levels ? book_levels : 64,
				  .md_pending = md_pending ? md_pending : 256,
				  .rx_buffer_bytes = rx_bytes };

	return kit_new_params(&p, venue_flags);
}

static inline struct kit *kit_new(u32 book_levels, u32 md_pending, u16 venue_flags)
{
	return kit_new_rx(book_levels, md_pending, venue_flags, 1u << 19);
}

static inline void kit_free(struct kit *k)
{
	free(k->e);
	free(k->ob.buf);
	free(k->msg);
	free(k);
}

/* The nth public event of a type in the outbox, NULL = not that many; type 0: any. */
static inline const struct tg_pub_event *kit_pub(const struct kit *k, u16 type, u32 nth)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&k->ob, &pos))) {
		const struct tg_pub_event *ev = tg_out_bytes(o);

		if (o->type == TG_OUT_PUBLIC && (!type || ev->type == type) && !nth--)
			return ev;
	}
	return NULL;
}

static inline u32 kit_count(const struct kit *k, u16 type)
{
	u32 n = 0;

	while (kit_pub(k, type, n))
		n++;
	return n;
}

/* Entries of an outbox type. */
static inline u32 kit_outs(const struct kit *k, u16 type)
{
	const struct tg_out *o;
	u32 pos = 0, n = 0;

	while ((o = tg_outbox_next(&k->ob, &pos)))
		n += o->type == type;
	return n;
}

/* FIX messages of one MsgType sent in the last step; *req_id = 262 of the last one. */
static inline u32 kit_sent(const struct kit *k, const char *msg_type, u64 *req_id)
{
	const struct tg_out *o;
	char want[16];
	u32 pos = 0, n = 0;

	snprintf(want, sizeof(want), "\00135=%s\001", msg_type);
	while ((o = tg_outbox_next(&k->ob, &pos))) {
		char text[4097];
		const char *id;
		u32 len = o->len < 4096 ? o->len : 4096;

		if (o->type != TG_OUT_TCP)
			continue;
		memcpy(text, tg_out_bytes(o), len);
		text[len] = 0;
		if (!strstr(text, want))
			continue;
		n++;
		id = strstr(text, "\001262=");
		if (id && req_id)
			*req_id = strtoull(id + 5, NULL, 10);
	}
	return n;
}

static inline struct tg_instrument *kit_i(const struct kit *k, u32 id)
{
	return tg_instrument(k->e, id);
}

static inline u64 kit_cc(const struct kit *k, enum tg_core_counter c)
{
	return tg_engine_counters(k->e)[c];
}

/* Lets time pass and the timer run when it is due. */
static inline void kit_wait(struct kit *k, u64 ns)
{
	k->now += ns;
	kit_step(k, TG_IN_TIMER, 0, NULL, 0);
}

#endif
