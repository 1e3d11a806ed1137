// SPDX-License-Identifier: MIT
#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "drive.h"
#include "truth.h"

#define DEFAULT_ONE_IN	40u
#define ANSWER_WITHIN	4u	/* with faults a snapshot comes up to so many updates after it was asked for */
#define END_NS		30000000000ULL	/* at the end: time for what the engine asks for again */
#define DIFF_LEVELS	12u

#define LAG		4u	/* line B comes up to so many updates after line A, where updates may swap */
#define SWAP_LATER	2u
#define DEAD_FACTOR	15u	/* both lines go silent this much more rarely than a fault comes */
#define DEAD_UPDATES	8u

struct dgram { u8 *bytes; u32 len; u64 due; };
struct line { struct dgram *q; u32 n, cap; };	/* on its way, in the order sent */

/* An update kept for later. */
struct kept { struct mkt_event ev; struct render_entry *entries; u32 n; bool old; };

struct market {			/* one instrument at the venue */
	struct truth_symbol *t;
	u32 id;
	struct ref_book ref;
	bool known;			/* a snapshot was in the recording, and no hole since */
	bool has_checksum;
	u32 checksum;			/* of ref, said by the venue */
	bool subscribed, asked;
	u64 req_id, due;		/* asked: answered when `events` is due */
	u64 compared_id;		/* Binance: the last update id looked at */
	struct kept held;		/* CHECK_SWAP; entries NULL = none */
	struct kept *early;		/* updates before the first snapshot */
	u32 nearly, early_cap;
};

struct check {
	const struct check_options *o;
	struct check_result *r;
	struct truth truth;
	struct drive d;
	struct market *m;
	u32 n;
	u64 events;			/* updates and trades */
	struct line line[DRIVE_LINES];
	u64 dead_until;
	struct render_entry *entries;
	u32 nentries, cap;
};

static const char *const fault_names[CHECK_FAULTS] = {
	"drop", "duplicate", "swap", "cut", "bytes", "length"
};

const char *check_fault_name(unsigned int index)
{
	return index < CHECK_FAULTS ? fault_names[index] : "?";
}

bool check_faults_parse(const char *text, unsigned int *out, const char **bad)
{
	*out = 0;
	if (!strcmp(text, "none"))
		return true;
	for (;;) {
		size_t n = strcspn(text, ",");
		unsigned int i;

		for (i = 0; i < CHECK_FAULTS; i++)
			if (strlen(fault_names[i]) == n && !memcmp(fault_names[i], text, n))
				break;
		if (i < CHECK_FAULTS) {
			*out |= 1u << i;
		} else if (n == 3 && !memcmp(text, "all", 3)) {
			*out = (1u << CHECK_FAULTS) - 1;
		} else {
			*bad = text;
			return false;
		}
		if (!text[n])
			return true;
		text += n + 1;
	}
}

static void *grown(void *p, u64 n, u64 size)
{
	p = realloc(p, n * size);
	if (!p) {
		fputs("no memory\n", stderr);
		exit(1);
	}
	return p;
}

/* ---- differences ---- */

static void ladder(FILE *f, const char *name, ref_level_fn *at, const void *book)
{
	struct ref_level b, a;
	u32 d;

	fprintf(f, "  %s\n  %20s %20s   %20s %20s\n", name, "bid qty", "bid", "ask", "ask qty");
	for (d = 0; d < DIFF_LEVELS; d++) {
		bool has_b = at(book, false, d, &b), has_a = at(book, true, d, &a);

		if (!has_b && !has_a)
			break;
		if (has_b)
			fprintf(f, "  %11lld.%08lld %11lld.%08lld |",
				(long long)(b.qty / TG_SCALE), (long long)(b.qty % TG_SCALE),
				(long long)(b.px / TG_SCALE), (long long)(b.px % TG_SCALE));
		else
			fprintf(f, "  %41s |", "");
		if (has_a)
			fprintf(f, " %11lld.%08lld %11lld.%08lld",
				(long long)(a.px / TG_SCALE), (long long)(a.px % TG_SCALE),
				(long long)(a.qty / TG_SCALE), (long long)(a.qty % TG_SCALE));
		fputc('\n', f);
	}
}

__attribute__((format(printf, 4, 5)))
static void difference(struct check *c, const struct market *m, u64 line, const char *fmt, ...)
{
	const struct drive_book mine = { &c->d, m->id };
	va_list ap;
	size_t n;
	FILE *f;

	if (c->r->difference)
		return;
	f = open_memstream(&c->r->difference, &n);
	if (!f)
		return;
	fprintf(f, "%s:%llu: %s: ", c->truth.path, (unsigned long long)line, m->t->symbol);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	ladder(f, "engine", drive_level, &mine);
	ladder(f, "venue", ref_level_at, &m->ref);
	fclose(f);
}

/* ---- comparing ---- */

static void compare_checksum(struct check *c, struct market *m, const struct mkt_event *ev)
{
	const struct drive_book mine = { &c->d, m->id };
	u32 got = ref_checksum(drive_level, &mine, m->t->px_digits, m->t->qty_digits);

	c->r->compared++;
	if (got == ev->checksum)
		c->r->equal++;
	else
		difference(c, m, ev->line, "the engine's book has checksum %u, the recording says %u",
			   got, ev->checksum);
}

static bool books_equal(struct check *c, const struct market *m)
{
	const struct drive_book mine = { &c->d, m->id };
	struct ref_level a = { 0 }, b = { 0 };
	int side;
	u32 d;

	for (side = 0; side < 2; side++)
		for (d = 0;; d++) {
			bool has = drive_level(&mine, side, d, &a);

			if (has != ref_level_at(&m->ref, side, d, &b))
				return false;
			if (!has)
				break;
			if (a.px != b.px || a.qty != b.qty)
				return false;
		}
	return true;
}

/* Where the engine stands now: it may have come here late, by the other line or out of what it held. */
static void compare_ticker(struct check *c, struct market *m, u64 line)
{
	const struct drive_book mine = { &c->d, m->id };
	struct ref_level b = { 0 }, a = { 0 };
	const struct truth_ticker *t;
	u64 update_id = 0;

	if (c->o->venue != MKT_BINANCE || !m->known ||
	    drive_book_state(&c->d, m->id, &update_id) != TG_BOOK_LIVE || update_id <= m->compared_id)
		return;
	m->compared_id = update_id;
	t = truth_ticker(&c->truth, m->t, update_id);
	if (!t || !truth_is_diff(&c->truth, m->t, update_id))
		return;
	c->r->compared++;
	drive_level(&mine, false, 0, &b);
	drive_level(&mine, true, 0, &a);
	if (b.px != t->bid.px || b.qty != t->bid.qty || a.px != t->ask.px || a.qty != t->ask.qty)
		difference(c, m, line, "the engine's best bid and ask are not the ticker's of update %llu",
			   (unsigned long long)update_id);
	else if (update_id == m->ref.update_id && !books_equal(c, m))
		difference(c, m, line, "the engine's whole book is not the venue's at update %llu",
			   (unsigned long long)update_id);
	else
		c->r->equal++;
}

/* After `ev` was delivered, and the engine has what it asked for. */
static void compare(struct check *c, struct market *m, const struct mkt_event *ev, bool delivered)
{
	bool binance = c->o->venue == MKT_BINANCE;
	u64 update_id = 0;

	if (binance ? !truth_ticker(&c->truth, m->t, ev->last_id) : !ev->has_checksum)
		return;
	c->r->recorded++;
	if (!m->known) {
		c->r->before++;
	} else if (!delivered) {
		c->r->undelivered++;
	} else if (!binance) {
		/* Undisturbed, a book that is not LIVE is one whose checksum the engine refused itself. */
		if (!c->o->faults ||
		    drive_book_state(&c->d, m->id, &update_id) == TG_BOOK_LIVE)
			compare_checksum(c, m, ev);
	}
}

/* ---- sending ---- */

static struct market *market_of(struct check *c, const char *symbol)
{
	u32 i;

	if (!symbol[0])
		return c->n ? &c->m[0] : NULL;	/* truth_load() has seen to it that there is one */
	for (i = 0; i < c->n; i++)
		if (!strcmp(c->m[i].t->symbol, symbol))
			return &c->m[i];
	return NULL;
}

/* What the engine has asked for since the last time. */
static void take_requests(struct check *c)
{
	u32 i;

	for (i = 0; i < c->d.requests; i++) {
		const struct drive_request *q = &c->d.request[i];
		struct market *m = q->instrument_id && q->instrument_id <= c->n ?
					   &c->m[q->instrument_id - 1] : NULL;

		if (!m)
			continue;
		m->subscribed = !q->end;
		m->asked = !q->end;
		if (!q->end) {
			m->req_id = q->req_id;
			m->due = c->events +
				 (c->o->faults ? drive_rng(&c->d, ANSWER_WITHIN) : 0);
		}
	}
	c->d.requests = 0;
}

static int connected(struct check *c)
{
	u32 i;

	if (c->d.up)
		return 0;
	for (i = 0; i < c->n; i++)
		c->m[i].subscribed = c->m[i].asked = false;
	if (drive_connect(&c->d)) {
		snprintf(c->r->error, sizeof(c->r->error), "%s: %s", c->truth.path, c->d.error);
		return -1;
	}
	take_requests(c);
	return 0;
}

static int answer_requests(struct check *c, bool all)
{
	u32 i, rounds;
	bool again = true;

	for (rounds = 0; again && rounds < 8; rounds++) {
		again = false;
		if (connected(c))
			return -1;
		take_requests(c);
		for (i = 0; i < c->n; i++) {
			struct market *m = &c->m[i];

			if (!m->asked || !m->known || (!all && m->due > c->events))
				continue;
			m->asked = false;
			render_snapshot(&c->d.tcp, m->t->symbol, m->req_id, &m->ref,
					m->has_checksum ? &m->checksum : NULL, c->d.now);
			drive_tcp(&c->d, DRIVE_RANDOM, c->d.tcp.len);
			c->r->snapshots_sent++;
			compare_ticker(c, m, 0);
			again = true;
		}
	}
	return 0;
}

static u32 one_in(const struct check *c)
{
	return c->o->one_in ? c->o->one_in : DEFAULT_ONE_IN;
}

/* Which fault befalls this one: CHECK_*, 0 = none. */
static unsigned int fault_of(struct check *c, unsigned int among)
{
	unsigned int pick;

	among &= c->o->faults;
	if (!among || drive_rng(&c->d, one_in(c)))
		return 0;
	do
		pick = drive_rng(&c->d, CHECK_FAULTS);
	while (!(among >> pick & 1));
	c->r->injected[pick]++;
	return 1u << pick;
}

/* ---- two lines ---- */

static void post(struct check *c, u32 line, const char *bytes, u32 len, u64 due)
{
	struct line *l = &c->line[line];

	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->q = grown(l->q, l->cap, sizeof(*l->q));
	}
	l->q[l->n] = (struct dgram){ .bytes = grown(NULL, len, 1), .len = len, .due = due };
	memcpy(l->q[l->n++].bytes, bytes, len);
}

/* What is due arrives; what is held back is overtaken. */
static void arrive(struct check *c, struct market *m, u64 until, u64 at_line)
{
	u32 line, i, kept;

	for (line = 0; line < DRIVE_LINES; line++) {
		struct line *l = &c->line[line];

		for (i = kept = 0; i < l->n; i++) {
			if (l->q[i].due > until) {
				l->q[kept++] = l->q[i];
				continue;
			}
			drive_udp(&c->d, line, l->q[i].bytes, l->q[i].len);
			free(l->q[i].bytes);
			if (m)
				compare_ticker(c, m, at_line);
		}
		l->n = kept;
	}
}

/* One datagram, on both lines; each loses, doubles, delays and cuts on its own. */
static void send_dgram(struct check *c, const char *bytes, u32 len)
{
	u32 line;

	for (line = 0; line < DRIVE_LINES; line++) {
		unsigned int fault = fault_of(c, CHECK_DROP | CHECK_DUPLICATE | CHECK_SWAP | CHECK_CUT);
		u64 due = c->events;

		if (line && (c->o->faults & CHECK_SWAP))
			due += drive_rng(&c->d, LAG);
		if (fault == CHECK_SWAP)
			due += SWAP_LATER;
		if (fault != CHECK_DROP && c->events >= c->dead_until)
			post(c, line, bytes, fault == CHECK_CUT ? len / 2 : len, due);
		if (fault == CHECK_DUPLICATE)
			post(c, line, bytes, len, due);
	}
}

static void send_udp(struct check *c, struct market *m, const struct kept *k)
{
	struct render *r = &c->d.feed;
	u32 at = 0;

	if ((c->o->faults & CHECK_DROP) && !drive_rng(&c->d, one_in(c) * DEAD_FACTOR))
		c->dead_until = c->events + 1 + drive_rng(&c->d, DEAD_UPDATES);
	if (fault_of(c, CHECK_LENGTH))
		r->length_digits = 7;
	do {
		at = render_update(r, m->t->symbol, m->req_id, &k->ev, k->entries, at, k->n,
				   DRIVE_MTU, c->d.now);
		send_dgram(c, r->msg, r->len);
	} while (at < k->n);
	r->length_digits = 0;
	arrive(c, m, c->events, k->ev.line);
}

/* ---- one stream ---- */

/* One update to the engine; cut: only half of it. */
static void send_tcp(struct check *c, struct market *m, const struct kept *k, enum drive_cut how,
		     bool cut)
{
	struct render *r = &c->d.tcp;

	if (!m->subscribed)
		return;
	render_update(r, m->t->symbol, m->req_id, &k->ev, k->entries, 0, k->n, 0, c->d.now);
	drive_tcp(&c->d, how, cut ? r->len / 2 : r->len);
	if (cut)
		drive_disconnect(&c->d);
	else
		compare_ticker(c, m, k->ev.line);
}

static void drop_kept(struct kept *k)
{
	free(k->entries);
	k->entries = NULL;
	k->n = 0;
}

static struct kept keep(const struct kept *from)
{
	struct kept k = *from;

	k.ev.levels = NULL;
	k.entries = grown(NULL, k.n + 1, sizeof(*k.entries));
	memcpy(k.entries, from->entries, k.n * sizeof(*k.entries));
	return k;
}

/*
 * Sends it, or not; *delivered: the engine got all of it. true: compared already, as the one held back
 * goes out after it and takes the engine's book to another state. Where both set one level, its
 * checksum fits then too: no one at this end can tell.
 */
static bool publish(struct check *c, struct market *m, const struct kept *k, bool *delivered)
{
	unsigned int fault = fault_of(c, ~0u);
	bool second = m->held.entries, whole;

	/* two in a row: this one goes out before the other */
	whole = fault != CHECK_DROP && fault != CHECK_CUT && (fault != CHECK_SWAP || second);
	if (fault == CHECK_LENGTH)
		c->d.tcp.length_digits = 7;
	if (whole || fault == CHECK_CUT)
		send_tcp(c, m, k, fault == CHECK_BYTES ? DRIVE_BYTES : DRIVE_RANDOM,
			 fault == CHECK_CUT);
	c->d.tcp.length_digits = 0;
	if (fault == CHECK_DUPLICATE && c->d.up)
		send_tcp(c, m, k, DRIVE_RANDOM, false);
	*delivered = whole;
	if (second) {
		compare(c, m, &k->ev, whole);
		if (c->d.up)
			send_tcp(c, m, &m->held, DRIVE_RANDOM, false);
		drop_kept(&m->held);
	} else if (fault == CHECK_SWAP) {
		m->held = keep(k);
	}
	return second;
}

/* ---- events ---- */

static void add_entry(struct check *c, struct render_entry e)
{
	if (c->nentries == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 1024;
		c->entries = grown(c->entries, c->cap, sizeof(*c->entries));
	}
	c->entries[c->nentries++] = e;
}

/* Into the venue's book, and what the venue would say of it. */
static void apply(struct check *c, struct market *m, const struct mkt_event *ev)
{
	u32 i;
	int side;

	c->nentries = 0;
	for (i = 0; i < ev->nlevels; i++) {
		const struct mkt_level *l = &ev->levels[i];
		bool was = ref_set(&m->ref, l->ask, l->px, l->qty);

		add_entry(c, (struct render_entry){ .px = l->px, .qty = l->qty, .ask = l->ask,
			.action = !l->qty ? '2' : was || c->o->venue == MKT_BINANCE ? '1' : '0' });
	}
	/* A venue that shows so many levels says which one fell out. */
	for (side = 0; ev->depth && side < 2; side++)
		while (m->ref.n[side] > ev->depth) {
			struct ref_level l = *ref_at(&m->ref, side, m->ref.n[side] - 1);

			ref_set(&m->ref, side, l.px, 0);
			add_entry(c, (struct render_entry){ .px = l.px, .qty = l.qty, .ask = side,
							    .action = '2' });
		}
	if (ev->last_id)
		m->ref.update_id = ev->last_id;
	m->has_checksum = ev->has_checksum;
	m->checksum = ev->checksum;
}

/* Only entries, for an update that is not the venue's state (yet). */
static void entries_only(struct check *c, const struct mkt_event *ev)
{
	u32 i;

	c->nentries = 0;
	for (i = 0; i < ev->nlevels; i++)
		add_entry(c, (struct render_entry){ .px = ev->levels[i].px, .qty = ev->levels[i].qty,
						    .ask = ev->levels[i].ask,
						    .action = ev->levels[i].qty ? '1' : '2' });
}

static int on_update(struct check *c, struct market *m, const struct mkt_event *ev)
{
	struct kept k = { .ev = *ev };
	bool delivered = true, compared = false;

	c->r->updates++;
	c->r->entries += ev->nlevels;
	if (ev->last_id && m->known && ev->first_id > m->ref.update_id + 1) {
		c->r->holes++;
		m->known = false;
	}
	if (!m->known || (ev->last_id && ev->last_id <= m->ref.update_id)) {
		/* The engine has to hold what comes before its snapshot, and to drop what is older. */
		entries_only(c, ev);
		k.entries = c->entries;
		k.n = c->nentries;
		if (!m->known) {
			if (m->nearly == m->early_cap) {
				m->early_cap = m->early_cap ? m->early_cap * 2 : 64;
				m->early = grown(m->early, m->early_cap, sizeof(*m->early));
			}
			m->early[m->nearly++] = keep(&k);
		}
		if (!c->r->holes && c->o->udp)
			send_udp(c, m, &k);
		else if (!c->r->holes)
			send_tcp(c, m, &k, DRIVE_RANDOM, false);
		if (!m->known)
			compare(c, m, ev, false);
		return 0;
	}
	apply(c, m, ev);
	k.entries = c->entries;
	k.n = c->nentries;
	if (c->o->udp)
		send_udp(c, m, &k);
	else
		compared = publish(c, m, &k, &delivered);
	if (answer_requests(c, false))
		return -1;
	if (!compared)
		compare(c, m, ev, delivered);
	return 0;
}

static int on_snapshot(struct check *c, struct market *m, const struct mkt_event *ev)
{
	bool again = m->known || m->ref.n[0] || m->ref.n[1];
	u32 i, j;

	c->r->snapshots++;
	/* The recorder asked once more while nothing was missing: the book is newer. */
	if (m->known && ev->last_id && ev->last_id <= m->ref.update_id)
		return 0;
	ref_clear(&m->ref);
	for (i = 0; i < ev->nlevels; i++)
		ref_set(&m->ref, ev->levels[i].ask, ev->levels[i].px, ev->levels[i].qty);
	m->ref.update_id = ev->last_id;
	m->known = true;
	m->has_checksum = false;
	for (i = 0; i < m->nearly; i++) {
		const struct kept *k = &m->early[i];

		if (ev->last_id && k->ev.last_id > m->ref.update_id &&
		    k->ev.first_id <= m->ref.update_id + 1) {
			for (j = 0; j < k->n; j++)
				ref_set(&m->ref, k->entries[j].ask, k->entries[j].px, k->entries[j].qty);
			m->ref.update_id = k->ev.last_id;
		}
		drop_kept(&m->early[i]);
	}
	m->nearly = 0;
	/* The recorder had lost its connection, and so do we: what changed meanwhile nobody has seen. */
	if (again)
		drive_disconnect(&c->d);
	return answer_requests(c, true);
}

static int on_event(struct check *c, const struct mkt_event *ev)
{
	struct market *m = market_of(c, ev->symbol);

	c->r->lines++;
	c->events += ev->type == MKT_DIFF || ev->type == MKT_TRADE;
	drive_time(&c->d, ev->time_ns);
	if (connected(c))
		return -1;
	take_requests(c);
	if (!m)
		return 0;
	switch (ev->type) {
	case MKT_DIFF:
		return on_update(c, m, ev);
	case MKT_SNAPSHOT:
		return on_snapshot(c, m, ev);
	case MKT_TRADE:
		c->r->trades++;
		if (c->o->udp) {
			render_trade(&c->d.feed, m->t->symbol, 0, ev, c->d.now);
			send_dgram(c, c->d.feed.msg, c->d.feed.len);
			arrive(c, m, c->events, ev->line);
		} else if (m->subscribed) {
			render_trade(&c->d.tcp, m->t->symbol, m->req_id, ev, c->d.now);
			drive_tcp(&c->d, DRIVE_RANDOM, c->d.tcp.len);
		}
		break;
	case MKT_TICKER:
		break;
	}
	return answer_requests(c, false);
}

/* ---- the whole ---- */

static int finish(struct check *c)
{
	struct check_result *r = c->r;
	u64 id, t, end = c->d.now + END_NS;
	u32 i;

	for (i = 0; i < c->n; i++) {
		struct market *m = &c->m[i];

		if (m->held.entries && c->d.up)
			send_tcp(c, m, &m->held, DRIVE_RANDOM, false);
		drop_kept(&m->held);
	}
	arrive(c, c->n == 1 ? &c->m[0] : NULL, ~0ULL, r->lines);
	for (t = c->d.now; t <= end; t += 1000000000) {
		drive_time(&c->d, t);
		if (answer_requests(c, true))
			return -1;
	}
	/*
	 * Without update ids a lost change far from the best is seen by nobody until it comes near:
	 * then only the checksum's levels are known to be right.
	 */
	r->whole_told = !c->o->faults || c->o->venue == MKT_BINANCE;
	r->live = r->whole = c->n > 0;
	for (i = 0; i < c->n; i++) {
		struct market *m = &c->m[i];

		if (!m->known)
			continue;
		r->live &= drive_book_state(&c->d, m->id, &id) == TG_BOOK_LIVE;
		if (!r->whole_told || books_equal(c, m))
			continue;
		r->whole = false;
		difference(c, m, c->r->lines, "at the end the engine's whole book is not the venue's");
	}
	r->recovering = r->recorded - r->compared - r->undelivered - r->before;
	r->instruments = c->n;
	r->requests = drive_counter(&c->d, TG_CC_MD_SNAPSHOT_REQUESTS);
	r->gaps = drive_counter(&c->d, TG_CC_MD_GAPS);
	r->recovered = drive_counter(&c->d, TG_CC_MD_RECOVERED);
	r->checksums = drive_counter(&c->d, TG_CC_MD_CHECKSUMS);
	r->checksums_bad = drive_counter(&c->d, TG_CC_MD_CHECKSUM_BAD);
	r->garbled = drive_counter(&c->d, TG_CC_FIX_GARBLED);
	r->rejected = drive_counter(&c->d, TG_CC_FIX_REJECTED);
	r->evicted = drive_counter(&c->d, TG_CC_BOOK_EVICTED);
	r->reconnects = c->d.reconnects;
	r->digest = tg_engine_digest(c->d.e);
	return 0;
}

static int setup(struct check *c, const char *path)
{
	u32 i;

	if (truth_load(&c->truth, c->o->venue, path))
		return snprintf(c->r->error, sizeof(c->r->error), "%s", c->truth.error), -1;
	c->n = c->truth.n;
	c->m = grown(NULL, c->n + 1, sizeof(*c->m));
	memset(c->m, 0, (c->n + 1) * sizeof(*c->m));
	if (drive_open(&c->d, c->o->venue, c->n, c->o->seed, c->o->journal))
		return snprintf(c->r->error, sizeof(c->r->error), "%s: %s", path, c->d.error), -1;
	for (i = 0; i < c->n; i++) {
		c->m[i].t = &c->truth.symbol[i];
		c->m[i].id = i + 1;
		if (drive_instrument(&c->d, i + 1, c->m[i].t->symbol, c->m[i].t->px_digits,
				     c->m[i].t->qty_digits))
			return snprintf(c->r->error, sizeof(c->r->error), "%s: %s", path,
					c->d.error), -1;
	}
	return 0;
}

static int run(struct check *c, const char *path)
{
	struct mkt_reader in;
	struct mkt_event ev;
	unsigned int shown = ~0u;
	int ret;

	ret = setup(c, path);
	if (ret)
		return ret;
	if (mkt_open(&in, c->o->venue, path)) {
		snprintf(c->r->error, sizeof(c->r->error), "%s", in.error);
		return -1;
	}
	while ((ret = mkt_next(&in, &ev)) > 0) {
		unsigned int percent = in.packed ? (unsigned int)(in.packed_at * 100 / in.packed) : 0;

		if (on_event(c, &ev)) {
			ret = -1;
			break;
		}
		if (c->o->progress && percent != shown)
			c->o->progress(c->o->progress_arg, path, shown = percent, c->r->compared);
	}
	if (ret < 0 && !c->r->error[0])
		snprintf(c->r->error, sizeof(c->r->error), "%s", in.error);
	mkt_close(&in);
	return ret ? ret : finish(c);
}

int check_file(const char *path, const struct check_options *o, struct check_result *r)
{
	struct check c = { .o = o, .r = r };
	u32 i, j;
	int ret;

	memset(r, 0, sizeof(*r));
	ret = run(&c, path);
	for (i = 0; i < c.n && c.m; i++) {
		ref_free(&c.m[i].ref);
		drop_kept(&c.m[i].held);
		for (j = 0; j < c.m[i].nearly; j++)
			drop_kept(&c.m[i].early[j]);
		free(c.m[i].early);
	}
	for (i = 0; i < DRIVE_LINES; i++) {
		for (j = 0; j < c.line[i].n; j++)
			free(c.line[i].q[j].bytes);
		free(c.line[i].q);
	}
	free(c.m);
	free(c.entries);
	drive_close(&c.d);
	truth_free(&c.truth);
	return ret;
}

bool check_passed(const struct check_result *r)
{
	unsigned int i;

	/* The engine may find a checksum wrong only where something was done to the updates. */
	for (i = 0; i < CHECK_FAULTS; i++)
		if (r->injected[i])
			break;
	return r->compared && r->compared == r->equal && r->live && r->whole &&
	       (i < CHECK_FAULTS || !r->checksums_bad);
}

void check_free(struct check_result *r)
{
	free(r->difference);
	r->difference = NULL;
}
