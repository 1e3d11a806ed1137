// SPDX-License-Identifier: MIT
/*
 * A recorded Binance market through the engine: diffs become 35=X datagrams (cut into fragments
 * like a venue does), the REST snapshot the 35=W that answers the engine's request. Wherever the
 * recording has a bookTicker with the update id of a diff, the engine's best bid and ask must be
 * the ticker's. Then the same with a lossy, reordered pair of lines, where snapshots come from a
 * reference book; and over TCP cut at random places.
 */
#include "mdkit.h"
#include "recording.h"
#include "reference.h"

#define MTU	1400u
#define SYMBOL	"BTCUSDT"

static const struct recording *rec;
/* by event index of a diff: the ticker with its id, or NULL */
static struct rec_event **ticker_of;
static u32 tests, failed;

static void result(bool ok, const char *text)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, text);
	failed += !ok;
}

static u64 rng_state;

static u32 rng(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)(rng_state * 2685821657736338717ULL >> 33) % n;
}

/* ---- events to FIX ---- */

struct dgram { u8 *bytes; u32 len; u64 due; };

static struct dgram keep(const struct kit *k)
{
	struct dgram d = { .bytes = malloc(k->msg_len), .len = k->msg_len };

	memcpy(d.bytes, k->msg, k->msg_len);
	return d;
}

static u32 put_entry(char *to, u32 cap, const struct rec_level *l, const struct rec_event *ev,
		     bool first)
{
	bool gone = !ref_e8(l->qty);
	u32 n = (u32)snprintf(to, cap, "279=%c|269=%c|", gone ? '2' : '1', l->ask ? '1' : '0');

	if (first)
		n += (u32)snprintf(to + n, cap - n, "55=" SYMBOL "|");
	n += (u32)snprintf(to + n, cap - n, "270=%s|", l->px);
	if (!gone)
		n += (u32)snprintf(to + n, cap - n, "271=%s|", l->qty);
	if (first)
		n += (u32)snprintf(to + n, cap - n, "25043=%llu|25044=%llu|",
				   (unsigned long long)ev->first_id,
				   (unsigned long long)ev->last_id);
	return n;
}

/* One diff as one or more X; returns how many messages. mtu 0: never cut. */
static u32 diff_messages(struct kit *k, const struct rec_event *ev, u32 mtu, const char *target,
			 u64 *seq, struct dgram *out, u32 max)
{
	static char body[1 << 19], head[64], entry[256];
	u32 i, n = 0, len = 0, in_group = 0;

	for (i = 0; i <= ev->nlevels; i++) {
		bool end = i == ev->nlevels;
		u32 el = end ? 0 : put_entry(entry, sizeof(entry), &ev->levels[i], ev, !in_group);

		if (in_group && (end || (mtu && len + el + 130 > mtu))) {
			static char whole[1 << 19];

			snprintf(head, sizeof(head), "%s268=%u|", end ? "" : "893=N|", in_group);
			snprintf(whole, sizeof(whole), "%s%.*s", head, (int)len, body);
			kit_build(k, "X", "VENUE", target, (*seq)++, k->feed_time, whole);
			if (n == max)
				kit_die("too many fragments");
			out[n++] = keep(k);
			len = in_group = 0;
			el = end ? 0 : put_entry(entry, sizeof(entry), &ev->levels[i], ev, true);
		}
		memcpy(body + len, entry, el);
		len += el;
		in_group += !end;
	}
	return n;
}

static void trade_message(struct kit *k, const struct rec_event *ev, const char *target, u64 *seq)
{
	char body[256];

	snprintf(body, sizeof(body), "268=1|279=0|269=2|55=" SYMBOL "|270=%s|271=%s|",
		 ev->levels[0].px, ev->levels[0].qty);
	kit_build(k, "X", "VENUE", target, (*seq)++, k->feed_time, body);
}

static void send_snapshot(struct kit *k, const struct ref_book *ref, u64 req_id)
{
	static char body[1 << 19];
	u32 n, d, count = ref->n[0] + ref->n[1];
	int side;

	n = (u32)snprintf(body, sizeof(body), "262=%llu|55=" SYMBOL "|25044=%llu|268=%u|",
			  (unsigned long long)req_id, (unsigned long long)ref->update_id, count);
	for (side = 0; side < 2; side++) {
		const struct ref_level *l;

		for (d = 0; (l = ref_at(ref, side, d)); d++)
			n += (u32)snprintf(body + n, sizeof(body) - n, "269=%c|270=%s|271=%s|",
					   side ? '1' : '0', l->px_text, l->qty_text);
	}
	kit_tcp(k, "W", body);
}

/* ---- comparing ---- */

struct score { u32 compared, equal; };

static bool best_is(const struct kit *k, enum tg_book_side side, const struct rec_level *want)
{
	struct tg_level l;

	return tg_engine_book_level(k->e, 1, side, 0, &l) && l.px == ref_e8(want->px) &&
	       l.qty == ref_e8(want->qty);
}

static void compare(const struct kit *k, const struct rec_event *ticker, struct score *s)
{
	s->compared++;
	s->equal += best_is(k, TG_BID, &ticker->levels[0]) &&
		    best_is(k, TG_ASK, &ticker->levels[1]);
}

static bool books_equal(const struct kit *k, const struct ref_book *ref)
{
	u32 side, d;

	for (side = 0; side < 2; side++) {
		if (tg_engine_book_levels(k->e, 1, side) != ref->n[side])
			return false;
		for (d = 0; d < ref->n[side]; d++) {
			const struct ref_level *want = ref_at(ref, side, d);
			struct tg_level l;

			if (!tg_engine_book_level(k->e, 1, side, d, &l) || l.px != want->px ||
			    l.qty != want->qty)
				return false;
		}
	}
	return true;
}

/*
 * Reference and snapshot handling: diffs older than the snapshot are dropped, the first used one
 * may overlap.
 */
static void ref_event(struct ref_book *ref, const struct rec_event *ev)
{
	u32 i;

	if (ev->type == REC_SNAPSHOT)
		ref_clear(ref);
	else if (ev->last_id <= ref->update_id)
		return;
	for (i = 0; i < ev->nlevels; i++)
		ref_set(ref, ev->levels[i].ask, ev->levels[i].px, ev->levels[i].qty);
	ref->update_id = ev->last_id;
}

static struct kit *start(u16 flags)
{
	struct kit *k = kit_new(16384, 32768, flags);

	kit_instrument(k, 1, SYMBOL, 0);
	return k;
}

/* Diffs before the snapshot in the file: the engine holds them until it comes. */
static size_t snapshot_at(void)
{
	size_t i;

	for (i = 0; i < rec->n && rec->events[i].type != REC_SNAPSHOT; i++)
		;
	return i;
}

/* ---- the three runs ---- */

static u64 plain(struct score *s, struct ref_book *ref)
{
	struct kit *k = start(0);
	struct dgram d[256];
	u64 digest;
	size_t i;
	u32 n, j;

	kit_connect(k);
	for (i = 0; i < rec->n; i++) {
		const struct rec_event *ev = &rec->events[i];

		k->now += 1000000;
		switch (ev->type) {
		case REC_SNAPSHOT:
			ref_clear(ref);
			ref->update_id = 0;
			ref_event(ref, ev);
			send_snapshot(k, ref, 1);
			/* the diffs held until now follow it in the reference too */
			for (j = 0; j < i; j++)
				if (rec->events[j].type == REC_DIFF)
					ref_event(ref, &rec->events[j]);
			break;
		case REC_DIFF:
			n = diff_messages(k, ev, MTU, "MD", &k->feed_seq, d, 256);
			for (j = 0; j < n; j++) {
				kit_step(k, TG_IN_UDP, KIT_FEED_A, d[j].bytes, d[j].len);
				free(d[j].bytes);
			}
			if (i > snapshot_at())
				ref_event(ref, ev);
			if (ticker_of[i] && kit_i(k, 1)->state == TG_BOOK_LIVE)
				compare(k, ticker_of[i], s);
			break;
		case REC_TRADE:
			trade_message(k, ev, "MD", &k->feed_seq);
			kit_step(k, TG_IN_UDP, KIT_FEED_A, k->msg, k->msg_len);
			break;
		case REC_TICKER:
			break;
		}
	}
	if (!books_equal(k, ref) || kit_cc(k, TG_CC_FIX_REJECTED) || kit_cc(k, TG_CC_MD_GAPS) ||
	    kit_i(k, 1)->state != TG_BOOK_LIVE)
		s->equal = 0;
	digest = tg_mix(tg_engine_digest(k->e), tg_engine_arena_hash(k->e));
	kit_free(k);
	return digest;
}

/*
 * Every datagram goes out on both lines; each line drops, doubles and delays on its own, and now
 * and then both are dead for a while. A snapshot arrives some messages after it was asked for, and
 * holds the state of that time.
 */
static void faulty(u32 seed, struct score *s, u32 *snapshots, u32 *late)
{
	enum { QUEUE = 65536 };
	static struct dgram queue[2][QUEUE];
	u32 head[2] = { 0 }, tail[2] = { 0 };
	struct ref_book ref = { 0 };
	struct kit *k = start(0);
	struct dgram d[256];
	u64 tick = 0, answer_at = 0, req_id = 0, dead_until = 0, recoveries;
	size_t i, from = snapshot_at();
	u32 n, j, line;

	rng_state = 0x9e3779b97f4a7c15ULL + seed;
	for (i = from; i < rec->n; i++) {
		const struct rec_event *ev = &rec->events[i];
		bool live;

		if (ev->type == REC_TICKER)
			continue;
		tick++;
		k->now += 1000000;
		if (ev->type == REC_SNAPSHOT) {
			ref_event(&ref, ev);
			for (j = 0; j < i; j++)
				if (rec->events[j].type == REC_DIFF)
					ref_event(&ref, &rec->events[j]);
			kit_connect(k);
			if (kit_sent(k, "V", &req_id))
				answer_at = tick + 1 + rng(20);
			continue;
		}
		if (ev->type == REC_TRADE) {
			trade_message(k, ev, "MD", &k->feed_seq);
			d[0] = keep(k);
			n = 1;
		} else {
			n = diff_messages(k, ev, MTU, "MD", &k->feed_seq, d, 256);
			ref_event(&ref, ev);
		}
		if (!rng(600))
			dead_until = tick + 1 + rng(8);
		for (j = 0; j < n; j++) {
			for (line = 0; line < 2; line++) {
				u32 copies = tick < dead_until || !rng(25) ? 0 : rng(30) ? 1 : 2;

				while (copies--) {
					struct dgram *q = &queue[line][tail[line]++ % QUEUE];

					q->bytes = malloc(d[j].len);
					memcpy(q->bytes, d[j].bytes, d[j].len);
					q->len = d[j].len;
					/*
					 * line B lags; either may hold one back so that the next
					 * overtakes it
					 */
					q->due = tick + (line ? rng(4) : 0) + (rng(40) ? 0 : 2);
				}
			}
			free(d[j].bytes);
		}
		for (line = 0; line < 2; line++) {
			for (j = head[line]; j < tail[line]; j++) {
				struct dgram *q = &queue[line][j % QUEUE];
				bool was = kit_i(k, 1)->state == TG_BOOK_RECOVERING;

				if (!q->bytes || q->due > tick)
					continue;
				kit_step(k, TG_IN_UDP, line ? KIT_FEED_B : KIT_FEED_A, q->bytes,
					 q->len);
				if (kit_sent(k, "V", &req_id))
					answer_at = tick + 1 + rng(20);
				*late += was && kit_i(k, 1)->state == TG_BOOK_LIVE;
				free(q->bytes);
				q->bytes = NULL;
			}
			while (head[line] < tail[line] && !queue[line][head[line] % QUEUE].bytes)
				head[line]++;
		}
		if (answer_at && tick >= answer_at) {
			answer_at = 0;
			send_snapshot(k, &ref, req_id);
			(*snapshots)++;
			if (kit_sent(k, "V", &req_id))
				answer_at = tick + 1 + rng(20);
		}
		if (tg_engine_deadline_ns(k->e) <= k->now) {
			kit_step(k, TG_IN_TIMER, 0, NULL, 0);
			if (kit_sent(k, "V", &req_id))
				answer_at = tick + 1 + rng(20);
		}
		/* A book that says LIVE must be right, whatever was lost. */
		live = kit_i(k, 1)->state == TG_BOOK_LIVE &&
		       kit_i(k, 1)->update_id == ref.update_id && !kit_i(k, 1)->in_set;
		if (ev->type == REC_DIFF && live) {
			if (ticker_of[i])
				compare(k, ticker_of[i], s);
			if (ticker_of[i] || !rng(10)) {
				s->compared++;
				s->equal += books_equal(k, &ref);
			}
		}
	}
	for (line = 0; line < 2; line++)
		for (; head[line] < tail[line]; head[line]++)
			free(queue[line][head[line] % QUEUE].bytes);
	recoveries = kit_cc(k, TG_CC_MD_GAPS);
	if (!recoveries || !kit_cc(k, TG_CC_MD_FEED_DUPS) || kit_cc(k, TG_CC_FIX_REJECTED))
		s->equal = 0;
	kit_free(k);
	free(ref.side[0]);
	free(ref.side[1]);
}

static void over_tcp(struct score *s)
{
	struct kit *k = start(TG_VENUE_MD_TCP);
	struct ref_book ref = { 0 };
	struct dgram d[4];
	size_t i;
	u32 n, j, at;

	rng_state = 3;
	kit_connect(k);
	for (i = snapshot_at(); i < rec->n; i++) {
		const struct rec_event *ev = &rec->events[i];

		k->now += 1000000;
		if (ev->type == REC_SNAPSHOT) {
			ref_event(&ref, ev);
			for (j = 0; j < i; j++)
				if (rec->events[j].type == REC_DIFF)
					ref_event(&ref, &rec->events[j]);
			send_snapshot(k, &ref, 1);
		} else if (ev->type == REC_DIFF) {
			if (ev->last_id <= ref.update_id)
				continue;
			ref_event(&ref, ev);
			n = diff_messages(k, ev, 0, "GW", &k->venue_seq, d, 4);
			for (j = 0; j < n; j++) {
				u32 cut;

				for (at = 0; at < d[j].len; at += cut) {
					cut = 1 + rng(700);
					if (cut > d[j].len - at)
						cut = d[j].len - at;
					kit_step(k, TG_IN_TCP_RX, KIT_VENUE, d[j].bytes + at, cut);
				}
				free(d[j].bytes);
			}
			if (ticker_of[i])
				compare(k, ticker_of[i], s);
		}
	}
	if (!books_equal(k, &ref) || kit_i(k, 1)->state != TG_BOOK_LIVE || kit_cc(k, TG_CC_MD_GAPS))
		s->equal = 0;
	kit_free(k);
	free(ref.side[0]);
	free(ref.side[1]);
}

/* Tickers by update id: each is looked up by the diff that ends there. */
static void index_tickers(void)
{
	size_t i, j, from = 0;

	ticker_of = calloc(rec->n, sizeof(*ticker_of));
	for (i = 0; i < rec->n; i++) {
		if (rec->events[i].type != REC_DIFF)
			continue;
		for (j = from; j < rec->n; j++) {
			if (rec->events[j].type != REC_TICKER)
				continue;
			if (rec->events[j].last_id < rec->events[i].last_id)
				from = j;
			else
				break;
		}
		if (j < rec->n && rec->events[j].last_id == rec->events[i].last_id)
			ticker_of[i] = &rec->events[j];
	}
}

int main(int argc, char **argv)
{
	const char *data = getenv("TG_DATA"), *why;
	struct score a = { 0 }, b = { 0 }, t = { 0 };
	struct ref_book ref = { 0 };
	char path[4096], text[160];
	u64 first, second;
	u32 seed;

	if (argc > 1) {
		printf("usage: binance	(data: $TG_DATA/binance-btcusdt, default "
		       "../shared/data)\n");
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	snprintf(path, sizeof(path), "%s/binance-btcusdt/spot-btcusdt_20240808.gz",
		 data ? data : "../shared/data");
	rec = recording_load(path, &why);
	if (!rec) {
		printf("1..0 # SKIP %s: %s\n", path, why);
		return 0;
	}
	index_tickers();
	first = plain(&a, &ref);
	snprintf(text, sizeof(text), "recording: %u compared, %u equal", a.compared, a.equal);
	result(a.compared == 564 && a.equal == 564, text);
	second = plain(&b, &ref);
	result(first == second, "a second run ends in the same digest and arena");
	for (seed = 1; seed <= 3; seed++) {
		struct score s = { 0 };
		u32 snapshots = 0, late = 0;

		faulty(seed, &s, &snapshots, &late);
		snprintf(text, sizeof(text),
			 "two faulty lines, seed %u: %u compared, %u equal, %u snapshots, %u gaps "
			 "closed by the other line",
			 seed, s.compared, s.equal, snapshots, late);
		result(s.compared > 600 && s.compared == s.equal && snapshots > 1 && late, text);
	}
	over_tcp(&t);
	snprintf(text, sizeof(text), "over TCP, cut anywhere: %u compared, %u equal", t.compared,
		 t.equal);
	result(t.compared == 564 && t.compared == t.equal, text);
	free(ref.side[0]);
	free(ref.side[1]);
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
