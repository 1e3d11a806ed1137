// SPDX-License-Identifier: MIT
/*
 * Market data of any content and order. An input is lines: the first character says what the rest
 * is, '|' stands for SOH.
 *   a b	35=X on line A or B, framed right, with the next number
 *   A B	the same; the byte after it tells how far off the number is
 *   w x y	35=W, X, Y over TCP, framed right
 *   r		a datagram as it is
 *   t		time passes (length of the line in 100 ms), timers run
 *   u d	transport up with logon, down
 *   h f q	35=h, f, y over TCP
 *   s	35=W on the snapshot channel, with the next number; S leaves one out
 * The first byte of all says which venue: K Kraken, C Coinbase, L the test exchange order by order,
 * P the same by price with crossed books that recover, else the test exchange.
 * After every step: books sorted and within bounds, nothing held by a LIVE book, a refused message
 * has changed nothing, and a UDP step fits the outbox that tg_engine_udp_outbox_bytes() promises.
 */
#include <stdint.h>
#include "../unit/mdkit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LEVELS	6u
#define PENDING	40u
#define CHANNEL	3u

static void must(bool ok, const char *what)
{
	if (!ok)
		kit_die(what);
}

static u64 books_hash(const struct kit *k)
{
	u64 h = 0;
	u32 n;

	for (n = 1; n <= 2; n++)
		h = tg_hash_bytes(h ^ kit_i(k, n)->update_id, tg_l2_of(k->e, kit_i(k, n)),
				  tg_l2_bytes(LEVELS));
	return h;
}

static void check(const struct kit *k)
{
	u32 n, side, d;

	for (n = 1; n <= 2; n++) {
		const struct tg_instrument *i = kit_i(k, n);

		must(i->npending <= PENDING, "more held than fits");
		must(i->state != TG_BOOK_LIVE || !i->npending, "a LIVE book holds updates back");
		must(i->state <= TG_BOOK_STALE, "state");
		for (side = 0; side < 2; side++) {
			struct tg_level l, before = { 0 };

			must(tg_engine_book_levels(k->e, n, side) <= LEVELS,
			     "more levels than fit");
			for (d = 0; tg_engine_book_level(k->e, n, side, d, &l); d++) {
				must(l.qty > 0, "a level without quantity");
				must(!d || (side == TG_BID ? l.px < before.px : l.px > before.px),
				     "levels out of order");
				before = l;
			}
		}
	}
}

static void udp(struct kit *k, u16 feed, const void *p, u32 len)
{
	u32 cap = k->ob.cap;

	if (!len)
		return;
	k->ob.cap = tg_engine_udp_outbox_bytes(len);
	kit_step(k, TG_IN_UDP, feed, p, len);
	must(!k->ob.lost, "a UDP step did not fit the promised outbox");
	k->ob.cap = cap;
}

static u64 channel_seq;

static void line(struct kit *k, const uint8_t *p, u32 len)
{
	char body[8192], type[2] = { 0 };
	u64 rejected = kit_cc(k, TG_CC_FIX_REJECTED), books = books_hash(k), seq;
	u32 skip = 1;

	switch (p[0]) {
	case 'A':
	case 'B':
		skip = len > 1 ? 2 : 1;
		/* fall through */
	case 'a':
	case 'b':
		seq = k->feed_seq + (skip == 2 ? (u64)(p[1] & 31) - 16 : 0);
		k->feed_time += (skip == 2 && p[1] & 64) ? 1000000 : 0;
		snprintf(body, sizeof(body), "%.*s", (int)(len - skip), (const char *)p + skip);
		kit_build(k, "X", "VENUE", "MD", seq, k->feed_time, body);
		k->feed_seq = seq + 1;
		udp(k, p[0] == 'a' || p[0] == 'A' ? KIT_FEED_A : KIT_FEED_B, k->msg, k->msg_len);
		must(kit_cc(k, TG_CC_FIX_REJECTED) == rejected || books_hash(k) == books,
		     "a refused message changed a book");
		break;
	case 'w':
	case 'x':
	case 'y':
		type[0] = (char)(p[0] - 32);
		snprintf(body, sizeof(body), "%.*s", (int)(len - 1), (const char *)p + 1);
		kit_tcp(k, type, body);
		must(!k->ob.lost, "a TCP step did not fit the outbox");
		break;
	case 'h':
	case 'f':
	case 'q':
		type[0] = p[0] == 'q' ? 'y' : (char)p[0];
		snprintf(body, sizeof(body), "%.*s", (int)(len - 1), (const char *)p + 1);
		kit_tcp(k, type, body);
		must(!k->ob.lost, "a TCP step did not fit the outbox");
		break;
	case 's':
	case 'S':
		channel_seq += p[0] == 's' ? 1 : 2;
		snprintf(body, sizeof(body), "%.*s", (int)(len - 1), (const char *)p + 1);
		kit_build(k, "W", "VENUE", "MD", channel_seq, k->feed_time, body);
		udp(k, CHANNEL, k->msg, k->msg_len);
		break;
	case 'r':
		udp(k, KIT_FEED_A, p + 1, len - 1);
		break;
	case 't':
		kit_wait(k, len * 100000000ULL);
		must(tg_engine_deadline_ns(k->e) > k->now || tg_md_deadline_ns(k->e) > k->now,
		     "timer did not move on");
		break;
	case 'u':
		kit_connect(k);
		break;
	case 'd':
		kit_step(k, TG_IN_TCP_DOWN, KIT_VENUE, NULL, 0);
		break;
	default:
		return;
	}
	check(k);
}

static const struct variant { char letter; u16 dialect, crossed, flags; } variants[] = {
	{ 0, TG_DIALECT_SIM, TG_CROSSED_COUNT, 0 },
	{ 'K', TG_DIALECT_KRAKEN, TG_CROSSED_STALE, 0 },
	{ 'C', TG_DIALECT_COINBASE, TG_CROSSED_COUNT, TG_INSTRUMENT_L3 },
	{ 'L', TG_DIALECT_SIM, TG_CROSSED_COUNT, TG_INSTRUMENT_L3 },
	{ 'P', TG_DIALECT_SIM, TG_CROSSED_RECOVER, 0 },
};
#define VARIANTS	(sizeof(variants) / sizeof(variants[0]))

static struct kit *make(const struct variant *v)
{
	struct tg_in_engine p = { .max_instruments = 8, .max_venues = 2, .max_feeds = 4,
				  .max_accounts = 2, .max_clients = 2, .max_orders = 16,
				  .max_limits = 16, .exec_ids = 64, .book_levels = LEVELS,
				  .md_pending = PENDING, .rx_buffer_bytes = 16384, .l3_books = 2,
				  .l3_orders = 12, .max_products = 1 };
	struct tg_in_feed f = { .feed_id = CHANNEL, .venue_id = KIT_VENUE,
				.flags = TG_FEED_SNAPSHOT, .name = "S" };
	struct kit *k;

	kit_dialect = v->dialect;
	kit_crossed = v->crossed;
	k = kit_new_params(&p, v->dialect == TG_DIALECT_SIM ? 0 : TG_VENUE_MD_TCP);
	must(!kit_step(k, TG_IN_FEED, 0, &f, sizeof(f)), "feed");
	if (v->letter) {
		must(!kit_define(k, 1, "BTC", TG_INSTRUMENT_SUBSCRIBE | v->flags, 2, 8, 0),
		     "instrument");
		must(!kit_define(k, 2, "ETH", TG_INSTRUMENT_SUBSCRIBE | v->flags, 0, 0, 0),
		     "instrument");
	} else {
		kit_instrument(k, 1, "BTC", 0);
		kit_instrument(k, 2, "ETH", 1000000000);
	}
	return k;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kit *kits[VARIANTS], fresh[VARIANTS];
	static void *snapshots[VARIANTS];
	size_t at = 0, end, n, v = 0;
	struct tg_engine *was;
	struct kit *k;

	for (n = 1; n < VARIANTS; n++)
		if (size && data[0] == (uint8_t)variants[n].letter)
			v = n;
	at = v ? 1 : 0;
	kit_begin = variants[v].dialect == TG_DIALECT_COINBASE ? "FIXT.1.1" : "FIX.4.4";
	if (!kits[v]) {
		k = kits[v] = make(&variants[v]);
		snapshots[v] = malloc(k->e->bytes);
		must(snapshots[v] && tg_engine_snapshot(k->e, snapshots[v], k->e->bytes), "snapshot");
		fresh[v] = *k;
	}
	k = kits[v];
	*k = fresh[v];
	channel_seq = 0;
	was = snapshots[v];
	must(!tg_engine_restore(k->e, was->bytes, was, was->bytes), "restore");
	for (; at < size; at = end + 1) {
		for (end = at; end < size && data[end] != '\n'; end++)
			;
		if (end > at)
			line(k, data + at, (u32)(end - at < 4096 ? end - at : 4096));
	}
	return 0;
}
