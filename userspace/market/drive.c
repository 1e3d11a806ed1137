// SPDX-License-Identifier: MIT
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_S	30u
#define QUIET_NS	20000000000ULL	/* the venue says something at least this often */
#define BOOK_LEVELS	16384u
#define PENDING		32768u
#define RX_BYTES	(1u << 20)	/* first try; a snapshot of both sides must fit */

u32 drive_rng(struct drive *d, u32 n)
{
	d->rng ^= d->rng >> 12;
	d->rng ^= d->rng << 25;
	d->rng ^= d->rng >> 27;
	return (u32)(d->rng * 2685821657736338717ULL >> 33) % n;
}

/* ---- what the engine sends ---- */

/* A field's value in a message of the engine's, NUL terminated; false = not there. */
static bool field(const u8 *p, u32 len, unsigned int tag, char *out, u32 cap)
{
	char key[16];
	u32 k = (u32)snprintf(key, sizeof(key), "\001%u=", tag), i, n;

	for (i = 0; i + k <= len; i++) {
		if (memcmp(p + i, key, k))
			continue;
		for (n = 0; i + k + n < len && p[i + k + n] != 1 && n + 1 < cap; n++)
			out[n] = (char)p[i + k + n];
		out[n] = 0;
		return true;
	}
	return false;
}

static void requested(struct drive *d, const u8 *p, u32 len)
{
	struct drive_request r = { 0 };
	char text[TG_SYMBOL_LEN + 1], symbol[TG_SYMBOL_LEN + 1];
	struct tg_in_instrument in;

	if (field(p, len, 262, text, sizeof(text)))
		r.req_id = strtoull(text, NULL, 10);
	r.end = field(p, len, 263, text, sizeof(text)) && text[0] == '2';
	if (!field(p, len, 55, symbol, sizeof(symbol)))
		symbol[0] = 0;
	for (r.instrument_id = 1; tg_engine_instrument(d->e, r.instrument_id, &in);
	     r.instrument_id++)
		if (!strncmp(in.symbol, symbol, sizeof(in.symbol)))
			break;
	if (d->requests == d->request_cap) {
		d->request_cap = d->request_cap ? d->request_cap * 2 : 64;
		d->request = realloc(d->request, d->request_cap * sizeof(*d->request));
		if (!d->request) {
			fputs("no memory\n", stderr);
			exit(1);
		}
	}
	d->request[d->requests++] = r;
}

static void look(struct drive *d)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&d->ob, &pos))) {
		const u8 *p = tg_out_bytes(o);
		char type[4];

		d->closed |= o->type == TG_OUT_CLOSE;
		if (o->type != TG_OUT_TCP || !field(p, o->len, 35, type, sizeof(type)))
			continue;
		switch (type[0]) {
		case 'A': d->logon_due = true; break;
		case '5': d->logout_due = true; break;
		case '1': field(p, o->len, 112, d->test_id, sizeof(d->test_id)); break;
		case 'V': requested(d, p, o->len); break;
		}
	}
}

static void keep(struct drive *d, struct tg_record *rec, const void *p)
{
	static const char zero[TG_RECORD_ALIGN];

	rec->digest = tg_engine_digest(d->e);
	fwrite(rec, sizeof(*rec), 1, d->journal);
	fwrite(p ? p : zero, 1, rec->len, d->journal);
	fwrite(zero, 1, TG_RECORD_SIZE(rec->len) - sizeof(*rec) - rec->len, d->journal);
}

static enum tg_reason step(struct drive *d, u16 type, u16 source, const void *p, u32 len)
{
	struct tg_record rec = {
		.seq = ++d->seq, .time_ns = d->now, .type = type, .source = source, .len = len
	};
	enum tg_reason why;

	d->ob.len = 0;
	d->ob.lost = 0;
	why = tg_engine_step(d->e, &rec, p, &d->ob);
	if (d->journal)
		keep(d, &rec, p);
	look(d);
	return why;
}

/* ---- start and end ---- */

static int failed(struct drive *d, const char *what)
{
	snprintf(d->error, sizeof(d->error), "%s", what);
	return -1;
}

static int configure(struct drive *d, enum mkt_venue venue)
{
	struct tg_in_venue v = {
		.venue_id = DRIVE_VENUE,
		.dialect = venue == MKT_BINANCE ? TG_DIALECT_BINANCE : TG_DIALECT_KRAKEN,
		.heartbeat_s = HEARTBEAT_S,
		.flags = TG_VENUE_RESET_ON_LOGON | TG_VENUE_MD_TCP,
		.logon_timeout_ms = 5000,
		.logout_timeout_ms = 2000,
		.sender_comp_id = "GW",
	};
	struct tg_in_feed f = { .venue_id = DRIVE_VENUE };
	enum tg_reason why;

	snprintf(v.name, sizeof(v.name), "%s", mkt_venue_name(venue));
	snprintf(v.target_comp_id, sizeof(v.target_comp_id), "%s", d->tcp.sender);
	why = step(d, TG_IN_VENUE, 0, &v, sizeof(v));
	for (; !why && f.line < DRIVE_LINES; f.line++) {
		f.feed_id = f.line + 1;
		snprintf(f.name, sizeof(f.name), "feed-%c", 'A' + f.line);
		why = step(d, TG_IN_FEED, 0, &f, sizeof(f));
	}
	if (why)
		return failed(d, "the engine refused the venue's configuration");
	return 0;
}

int drive_open(struct drive *d, enum mkt_venue venue, u32 instruments, u64 seed, FILE *journal)
{
	struct tg_in_engine p = { .abi_version = TG_ABI_VERSION,
				  .max_instruments = (u16)instruments,
				  .max_venues = 1,
				  .max_feeds = DRIVE_LINES,
				  .max_accounts = 1,
				  .max_clients = 1,
				  .max_orders = 16,
				  .max_limits = 16,
				  .exec_ids = 64,
				  .book_levels = BOOK_LEVELS,
				  .md_pending = PENDING,
				  .rx_buffer_bytes = RX_BYTES };
	u64 bytes;

	memset(d, 0, sizeof(*d));
	d->journal = journal;
	d->rng = 0x9e3779b97f4a7c15ULL + seed;
	if (!d->rng)
		d->rng = 1;
	render_init(&d->tcp, venue, venue == MKT_BINANCE ? "SPOT" : "KRAKEN-MD", "GW");
	render_init(&d->feed, venue, d->tcp.sender, "MD");
	tg_engine_defaults(&p);
	bytes = tg_engine_size(&p);
	if (!bytes)
		return failed(d, "more instruments than an engine takes");
	d->e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	d->ob.cap = tg_engine_outbox_bytes(&p);
	d->ob.buf = malloc(d->ob.cap);
	if (!d->e || !d->ob.buf)
		return failed(d, "no memory");
	if (tg_engine_init(d->e, bytes, &p) || step(d, TG_IN_ENGINE, 0, &p, sizeof(p)))
		return failed(d, "the engine refused its capacities");
	return configure(d, venue);
}

void drive_close(struct drive *d)
{
	render_free(&d->tcp);
	render_free(&d->feed);
	free(d->e);
	free(d->ob.buf);
	free(d->request);
	memset(d, 0, sizeof(*d));
}

static s64 unit(unsigned int digits)
{
	s64 v = TG_SCALE;

	while (digits-- && v > 1)
		v /= 10;
	return v;
}

int drive_instrument(struct drive *d, u32 id, const char *symbol, u8 px_digits, u8 qty_digits)
{
	struct tg_in_instrument in = { .instrument_id = id,
				       .venue_id = DRIVE_VENUE,
				       .flags = TG_INSTRUMENT_SUBSCRIBE,
				       .tick = unit(px_digits),
				       .lot = unit(qty_digits),
				       .px_digits = px_digits,
				       .qty_digits = qty_digits };
	enum tg_reason why;

	snprintf(in.symbol, sizeof(in.symbol), "%s", symbol);
	why = step(d, TG_IN_INSTRUMENT, 0, &in, sizeof(in));
	if (!why)
		return 0;
	snprintf(d->error, sizeof(d->error), "the engine refused instrument %s with %u and %u decimals: %s",
		 symbol, px_digits, qty_digits, tg_reason_name(why));
	return -1;
}

/* ---- the venue ---- */

static void answer(struct drive *d)
{
	if (d->test_id[0] && d->up) {
		char id[sizeof(d->test_id)];

		memcpy(id, d->test_id, sizeof(id));
		d->test_id[0] = 0;
		render_heartbeat(&d->tcp, id, d->now);
		drive_tcp(d, DRIVE_RANDOM, d->tcp.len);
	}
	if ((d->closed || d->logout_due) && d->up)
		drive_disconnect(d);
	d->closed = d->logout_due = false;
}

void drive_tcp(struct drive *d, enum drive_cut how, u32 len)
{
	u32 at, n;

	for (at = 0; at < len; at += n) {
		n = how == DRIVE_BYTES ? 1 : 1 + drive_rng(d, drive_rng(d, 8) ? 1448 : 16384);
		if (n > len - at)
			n = len - at;
		step(d, TG_IN_TCP_RX, DRIVE_VENUE, d->tcp.msg + at, n);
	}
	d->sent_ns = d->now;
	answer(d);
}

void drive_udp(struct drive *d, u32 line, const void *bytes, u32 len)
{
	step(d, TG_IN_UDP, (u16)(line + 1), bytes, len);
	answer(d);
}

int drive_connect(struct drive *d)
{
	d->closed = d->logout_due = d->logon_due = false;
	d->test_id[0] = 0;
	d->requests = 0;
	step(d, TG_IN_TCP_UP, DRIVE_VENUE, NULL, 0);
	if (!d->logon_due)
		return failed(d, "the engine sent no Logon");
	d->up = true;
	d->tcp.seq = 1;
	render_logon(&d->tcp, HEARTBEAT_S, d->now);
	drive_tcp(d, DRIVE_RANDOM, d->tcp.len);
	return d->up ? 0 : failed(d, "the engine refused the Logon");
}

void drive_disconnect(struct drive *d)
{
	if (!d->up)
		return;
	d->up = false;
	d->requests = 0;
	d->reconnects++;
	step(d, TG_IN_TCP_DOWN, DRIVE_VENUE, NULL, 0);
}

static void timers(struct drive *d)
{
	u32 n;

	for (n = 0; n < 64 && tg_engine_deadline_ns(d->e) <= d->now; n++) {
		step(d, TG_IN_TIMER, 0, NULL, 0);
		answer(d);
	}
}

void drive_time(struct drive *d, u64 ns)
{
	while (d->up && ns > d->sent_ns && ns - d->sent_ns > QUIET_NS) {
		d->now = d->sent_ns + QUIET_NS > d->now ? d->sent_ns + QUIET_NS : d->now;
		timers(d);
		if (!d->up)
			break;
		render_heartbeat(&d->tcp, NULL, d->now);
		drive_tcp(d, DRIVE_RANDOM, d->tcp.len);
	}
	if (ns > d->now)
		d->now = ns;
	timers(d);
}

/* ---- looking ---- */

u64 drive_counter(const struct drive *d, enum tg_core_counter c)
{
	return tg_engine_counters(d->e)[c];
}

u8 drive_book_state(const struct drive *d, u32 instrument_id, u64 *update_id)
{
	struct tg_book_image b;

	if (!tg_engine_book(d->e, instrument_id, &b))
		return TG_BOOK_EMPTY;
	*update_id = b.update_id;
	return (u8)b.state;
}

bool drive_level(const void *book, bool ask, uint32_t depth, struct ref_level *out)
{
	const struct drive_book *b = book;
	struct tg_level l;

	if (!tg_engine_book_level(b->d->e, b->instrument_id, ask ? TG_ASK : TG_BID, depth, &l))
		return false;
	out->px = l.px;
	out->qty = l.qty;
	return true;
}
