// SPDX-License-Identifier: MIT
/*
 * Prices as text, and the ring algorithms under threads: nothing torn, nothing lost untold, full
 * and lapped told. TAP.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "client.h"

static int n, failed;

static void ok(bool good, const char *what)
{
	printf("%sok %d %s\n", good ? "" : "not ", ++n, what);
	failed |= !good;
}

static bool parses(const char *text, int err, __s64 want)
{
	__s64 v = -1;
	int r = tg_px_parse(text, &v);
	bool good = r == err && (r || v == want);

	if (!good)
		printf("# \"%s\": %d, %lld\n", text, r, (long long)v);
	return good;
}

static bool round_trip(__s64 v, const char *want)
{
	char buf[TG_PX_TEXT];
	__s64 back = 0;

	tg_px_format(v, buf);
	if (strcmp(buf, want))
		printf("# %lld: \"%s\"\n", (long long)v, buf);
	return !strcmp(buf, want) && !tg_px_parse(buf, &back) && back == v;
}

static void prices(void)
{
	char buf[TG_PX_TEXT];

	ok(parses("61837.63", 0, 6183763000000) && parses("-0.00000001", 0, -1) &&
		   parses("7", 0, 700000000) && parses("90000000000", 0, TG_PX_MAX),
	   "prices that are prices");
	ok(parses("", -EINVAL, 0) && parses("-", -EINVAL, 0) && parses(".5", -EINVAL, 0) &&
		   parses("5.", -EINVAL, 0) && parses("1e3", -EINVAL, 0) &&
		   parses(" 1", -EINVAL, 0) && parses("1.2.3", -EINVAL, 0) &&
		   parses("0.123456789", -EINVAL, 0) && parses("+1", -EINVAL, 0),
	   "what is not a price");
	ok(parses("90000000000.00000001", -ERANGE, 0) &&
		   parses("99999999999999999999999", -ERANGE, 0) &&
		   parses("922337203685", -ERANGE, 0),
	   "out of range");
	ok(round_trip(6183763000000, "61837.63") && round_trip(-1, "-0.00000001") &&
		   round_trip(0, "0") && round_trip(TG_PX_MAX, "90000000000") &&
		   round_trip(-TG_PX_MAX, "-90000000000"),
	   "format, and back");
	ok(!strcmp(tg_px_format(TG_PX_NONE, buf), "-"), "no price");
}

static void names(void)
{
	ok(!strcmp(tg_strreason(TG_REASON_PRICE_COLLAR), "PRICE_COLLAR") &&
		   !strcmp(tg_strreason(9999), "UNKNOWN") &&
		   !strcmp(tg_strstatus(TG_OS_SUSPECT), "SUSPECT") &&
		   !strcmp(tg_strstatus(TG_OS_MAX), "UNKNOWN"),
	   "names of codes");
	ok(tg_order_is_complete(TG_OS_FILLED) && !tg_order_is_complete(TG_OS_UNKNOWN) &&
		   !tg_order_is_complete(TG_OS_PENDING_CANCEL),
	   "UNKNOWN and PENDING_CANCEL are not complete");
}

/* ---- broadcast ---- */

#define SLOTS	64u
#define EVENTS	400000ULL

#define LOCKSTEP	4000ULL

static __u64 progress[2];	/* written by each reader: the event it wants next */
static struct tg_ring_header header;
static struct tg_priv_event slots[SLOTS] __attribute__((aligned(64)));

static void *writer(void *arg)
{
	struct tg_priv_event ev;
	__u64 i;
	int k;

	(void)arg;
	memset(&ev, 0, sizeof(ev));
	for (i = 0; i < EVENTS; i++) {
		for (k = 0; k < 12; k++)
			ev.u.raw[k] = i * 31 + (__u64)k;
		ev.time_ns = i;
		tg_ring_write(&header, slots, SLOTS, sizeof(ev), i, &ev);
		/* in step with the readers first, as fast as it goes then: they are lapped */
		while (i < LOCKSTEP && (tg_load(&progress[0]) + SLOTS / 2 < i ||
					tg_load(&progress[1]) + SLOTS / 2 < i))
			sched_yield();
	}
	return NULL;
}

struct seen {
	int me;
	__u64 good, laps, lost, torn;
};

static void *reader(void *arg)
{
	struct seen *s = arg;
	struct tg_priv_event ev;
	__u64 next = 0, head;
	int k;

	while (next < EVENTS) {
		switch (tg_ring_read(slots, SLOTS, sizeof(ev), next, &ev)) {
		case TG_RING_EMPTY:
			sched_yield();
			continue;
		case TG_RING_LAPPED:
			head = tg_ring_head(&header);
			s->laps++;
			s->lost += head - next;
			next = head;
			continue;
		case TG_RING_GOOD:
			s->torn += ev.time_ns != next || ev.ring_seq != next + 1;
			for (k = 0; k < 12; k++)
				s->torn += ev.u.raw[k] != next * 31 + (__u64)k;
			s->good++;
			tg_store(&progress[s->me], ++next);
		}
	}
	return NULL;
}

static void broadcast(void)
{
	struct seen s[2] = { { .me = 0 }, { .me = 1 } };
	pthread_t t[3];
	struct tg_priv_event ev;
	int i;

	ok(tg_ring_read(slots, SLOTS, sizeof(ev), 0, &ev) == TG_RING_EMPTY,
	   "an empty ring is empty");
	for (i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, reader, &s[i]);
	pthread_create(&t[2], NULL, writer, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < 2; i++)
		printf("# reader %d: %llu good, %llu laps, %llu lost\n", i,
		       (unsigned long long)s[i].good, (unsigned long long)s[i].laps,
		       (unsigned long long)s[i].lost);
	ok(s[0].good && s[0].laps && s[1].good && s[1].laps, "readers kept up and were lapped");
	ok(!s[0].torn && !s[1].torn, "no copy is torn");
	ok(s[0].good + s[0].lost == EVENTS && s[1].good + s[1].lost == EVENTS,
	   "each event was read or told lost");
	ok(tg_ring_read(slots, SLOTS, sizeof(ev), EVENTS - SLOTS - 1, &ev) == TG_RING_LAPPED &&
		   tg_ring_read(slots, SLOTS, sizeof(ev), EVENTS - SLOTS, &ev) == TG_RING_GOOD &&
		   tg_ring_read(slots, SLOTS, sizeof(ev), EVENTS, &ev) == TG_RING_EMPTY,
	   "the last lap can be read, the one before not");
}

/* ---- submissions ---- */

#define SUBS 300000ULL

static struct tg_sub_user sub_user;
static struct tg_sub_kernel sub_kernel;
static struct tg_submission subs[16];

static void *consumer(void *arg)
{
	__u64 *bad = arg;
	struct tg_submission s;
	__u64 head = 0;

	while (head < SUBS) {
		switch (tg_sub_pop(&sub_user, subs, 16, head, &s)) {
		case TG_SUB_NONE:
			sched_yield();
			continue;
		case TG_SUB_BAD:
			*bad += 1;
			return NULL;
		case TG_SUB_GOOD:
			*bad += s.user_ref != head || s.reserved[7] != ~head;
			tg_sub_consumed(&sub_kernel, ++head);
		}
	}
	return NULL;
}

static void submissions(void)
{
	struct tg_sub_ring r = {
		.user = &sub_user, .kernel = &sub_kernel, .slots = subs, .nslots = 16
	};
	struct tg_submission s = {};
	__u64 i, full = 0, bad = 0;
	pthread_t t;

	for (i = 0; i < 16; i++)
		full += tg_sub_push(&r, &s) != 0;
	ok(!full && tg_sub_push(&r, &s) == -1, "16 fit into 16 slots, the next is told FULL");
	ok(tg_sub_pop(&sub_user, subs, 16, 17, &s) == TG_SUB_BAD &&
		   tg_sub_pop(&sub_user, subs, 8, 0, &s) == TG_SUB_BAD,
	   "a tail behind the head or too far before it is bad");
	sub_user.tail = 0;
	r.tail = 0;
	r.head = 0;
	pthread_create(&t, NULL, consumer, &bad);
	for (i = 0, full = 0; i < SUBS; ) {
		s.user_ref = i;
		s.reserved[7] = ~i;
		if (tg_sub_push(&r, &s)) {
			full++;
			sched_yield();
		} else {
			i++;
		}
	}
	pthread_join(t, NULL);
	printf("# %llu times full\n", (unsigned long long)full);
	ok(!bad, "submissions arrive whole and in order");
	sub_kernel.flags = TG_SUBK_NEED_WAKE;
	ok(tg_sub_needs_wake(&r), "NEED_WAKE is seen");
}

/* ---- book images ---- */

static struct tg_book_image image;

static void *image_writer(void *arg)
{
	struct tg_book_image b = { .instrument_id = 7,
				   .bid_levels = TG_IMAGE_LEVELS,
				   .ask_levels = TG_IMAGE_LEVELS };
	__s64 i;
	int k;

	for (i = 1; i <= 200000; i++) {
		for (k = 0; k < (int)TG_IMAGE_LEVELS; k++) {
			b.bid[k].px = i;
			b.ask[k].qty = -i;
		}
		b.update_id = (__u64)i;
		tg_image_write(&image, &b);
		if (!(i & 255))
			sched_yield();
	}
	tg_store((bool *)arg, true);
	return NULL;
}

static void images(void)
{
	struct tg_book_image b;
	bool done = false;
	__u64 good = 0, torn = 0;
	pthread_t t;
	int k;

	pthread_create(&t, NULL, image_writer, &done);
	while (!tg_load(&done)) {
		if (!tg_image_read(&b, &image))
			continue;
		good++;
		for (k = 0; k < (int)TG_IMAGE_LEVELS; k++)
			torn += b.bid[k].px != (__s64)b.update_id ||
				b.ask[k].qty != -(__s64)b.update_id;
	}
	pthread_join(t, NULL);
	printf("# %llu images read\n", (unsigned long long)good);
	ok(good && !torn, "no image is torn");
	image.seqcount++;
	ok(!tg_image_read(&b, &image), "an image being written is refused");
}

/* ---- copies of books ---- */

/*
 * A writer as the module's: records change a book of its own, a flush of some records publishes
 * their events, then the image, then settled. The reader sees them with the image too old (between
 * events and image), of the moment, or newer (it is behind), and now and then loses events.
 */
#define MODEL	40

struct model {
	__s64 qty[2][MODEL];	/* by distance from the best that there can be */
	__u64 record, events;
	struct tg_pub_event log[1 << 16];
};

static __u32 seed = 1;

static __u32 rnd(__u32 below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static __s64 px_of(int side, int k)
{
	return side == TG_BID ? 1000 - k : 1001 + k;
}

static void model_image(const struct model *m, struct tg_book_image *b)
{
	int side, k;

	memset(b, 0, sizeof(*b));
	b->instrument_id = 1;
	b->state = TG_BOOK_LIVE;
	b->record_seq = m->record;
	for (side = 0; side < 2; side++) {
		struct tg_level *l = side == TG_BID ? b->bid : b->ask;
		__u16 *levels = side == TG_BID ? &b->bid_levels : &b->ask_levels;

		for (k = 0; k < MODEL && *levels < TG_IMAGE_LEVELS; k++)
			if (m->qty[side][k])
				l[(*levels)++] = (struct tg_level){ px_of(side, k),
								    m->qty[side][k] };
	}
}

static void model_event(struct model *m, int side, int k, __s64 qty)
{
	m->qty[side][k] = qty;
	m->log[m->events++] = (struct tg_pub_event){
		.type = TG_PUB_LEVEL, .id = 1, .record_seq = m->record,
		.u.level = { .px = px_of(side, k), .qty = qty, .side = (__u8)side } };
}

static void model_record(struct model *m)
{
	int i, side, k, entries = 1 + (int)rnd(4);

	m->record++;
	if (!rnd(100)) {	/* a snapshot */
		memset(m->qty, 0, sizeof(m->qty));
		m->log[m->events++] = (struct tg_pub_event){
			.type = TG_PUB_CLEAR, .id = 1, .record_seq = m->record };
		for (side = 0; side < 2; side++)
			for (k = 0; k < MODEL; k++)
				if (rnd(2))
					model_event(m, side, k, 1 + rnd(9));
		return;
	}
	for (i = 0; i < entries; i++) {
		side = (int)rnd(2);
		k = (int)rnd(rnd(2) ? MODEL : 8);
		model_event(m, side, k, rnd(5) < 2 ? 0 : 1 + rnd(9));
	}
}

/* The copy's sides are the best levels of the model's, in order, and all of them where it says so. */
static bool same(const struct tg_book_copy *b, const struct model *m)
{
	int side, k;

	for (side = 0; side < 2; side++) {
		const struct tg_copy_side *s = &b->side[side];
		__u32 at = 0;

		for (k = 0; k < MODEL; k++) {
			if (!m->qty[side][k])
				continue;
			if (at == s->levels)
				break;
			if (s->level[at].px != px_of(side, k) || s->level[at].qty != m->qty[side][k])
				return false;
			at++;
		}
		if (at < s->levels || (s->whole && k < MODEL))
			return false;
	}
	return true;
}

static void copies(void)
{
	static struct model m;
	static struct tg_book_image img[2];
	struct tg_handle c = { .books = img, .max_instruments = 1 };
	struct tg_book_copy b;
	__u64 next = 0, settled, wrong = 0, compared = 0, shortest = MODEL, lost = 0;
	struct tg_book_image fresh;
	int flush, i, records;

	model_image(&m, &img[1]);
	ok(!tg_copy_begin(&c, 1, &b) && b.side[0].whole && !b.side[0].levels && same(&b, &m),
	   "a copy of an empty book");
	ok(tg_copy_begin(&c, 2, &b) == -ENOENT, "of no book");
	tg_copy_begin(&c, 1, &b);
	for (flush = 0; flush < 4000; flush++) {
		settled = m.events;
		records = 1 + (int)rnd(6);
		for (i = 0; i < records; i++)
			model_record(&m);
		/* the events are there, the image is not: some are read at once */
		for (i = (int)rnd(8); i && next < m.events; i--)
			tg_copy_event(&c, &b, &m.log[next++]);
		if (!rnd(50)) {		/* lapped: on from settled, the image is the old one */
			lost += next < settled;
			c.slow++;
			next = settled;
			wrong += tg_copy_mend(&c, &b) != 0;
		}
		model_image(&m, &fresh);
		tg_image_write(&img[1], &fresh);
		if (rnd(4))
			while (next < m.events)
				wrong += tg_copy_event(&c, &b, &m.log[next++]) < 0;
		if (next == m.events) {
			compared++;
			wrong += !same(&b, &m);
			if (b.side[0].levels < shortest)
				shortest = b.side[0].levels;
			m.events = next = 0;
		}
	}
	printf("# %llu compared, %llu times events lost, shortest %llu levels\n",
	       (unsigned long long)compared, (unsigned long long)lost,
	       (unsigned long long)shortest);
	ok(compared > 1000 && lost > 5 && !wrong,
	   "a copy is the book's best levels, whatever was lost on the way");
	ok(tg_copy_event(&c, &b, &(struct tg_pub_event){ .type = TG_PUB_LEVEL, .id = 7 }) == 0,
	   "events of other books are not its own");
}

/* ---- requests made easy ---- */

/* Nothing is set but what is said: the gateway refuses a request with anything in a field it does not know. */
static bool is(struct tg_submission s, struct tg_submission want)
{
	return !memcmp(&s, &want, sizeof(s));
}

static void requests(void)
{
	ok(is(tg_submission_new(1, 2, TG_SIDE_SELL, 3, 4, 5),
	      (struct tg_submission){ .type = TG_SUB_NEW, .instrument_id = 1, .account_id = 2, .side = TG_SIDE_SELL, .ord_type = TG_ORD_LIMIT,
				      .tif = TG_TIF_DAY, .px = 3, .qty = 4, .user_ref = 5 }) &&
		   is(tg_submission_cancel(6, 7), (struct tg_submission){ .type = TG_SUB_CANCEL, .order_id = 6, .user_ref = 7 }) &&
		   is(tg_submission_replace(6, 8, 9, 7),
		      (struct tg_submission){ .type = TG_SUB_REPLACE, .order_id = 6, .px = 8, .qty = 9, .user_ref = 7 }),
	   "new, cancel and replace");
	ok(is(tg_submission_intent(TG_EXEC_DIRECT, 1, 2, TG_SIDE_BUY, 3, 4, 5),
	      (struct tg_submission){ .type = TG_SUB_INTENT, .instrument_id = 1, .account_id = 2, .side = TG_SIDE_BUY, .ord_type = TG_ORD_LIMIT,
				      .tif = TG_TIF_DAY, .px = 3, .qty = 4, .user_ref = 5, .intent = { .exec = TG_EXEC_DIRECT } }) &&
		   is(tg_submission_intent(TG_EXEC_SWEEP, 1, 2, TG_SIDE_BUY, 3, 4, 5),
		      (struct tg_submission){ .type = TG_SUB_INTENT, .instrument_id = 1, .account_id = 2, .side = TG_SIDE_BUY,
					      .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_IOC, .px = 3, .qty = 4, .user_ref = 5,
					      .intent = { .exec = TG_EXEC_SWEEP } }),
	   "intents; a sweep takes now or not at all");
	ok(is(tg_submission_quote(1, 2, 3, 4, 5, 6, 7),
	      (struct tg_submission){ .type = TG_SUB_INTENT, .instrument_id = 1, .account_id = 2, .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_DAY,
				      .px = 3, .qty = 4, .user_ref = 7, .flags = TG_SUB_POST_ONLY,
				      .intent = { .exec = TG_EXEC_QUOTE, .px2 = 5, .qty2 = 6 } }),
	   "a quote has no side, and only adds liquidity");
	ok(is(tg_submission_intent_cancel(8, 9), (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL, .order_id = 8, .user_ref = 9 }) &&
		   is(tg_submission_intent_replace(8, 3, 4, 5, 6, 9),
		      (struct tg_submission){ .type = TG_SUB_INTENT_REPLACE, .order_id = 8, .px = 3, .qty = 4, .user_ref = 9,
					      .intent = { .px2 = 5, .qty2 = 6 } }),
	   "an intent's cancel and new terms");
}

int main(void)
{
	puts("TAP version 13");
	prices();
	names();
	broadcast();
	submissions();
	images();
	copies();
	requests();
	printf("1..%d\n", n);
	return failed;
}
