// SPDX-License-Identifier: MIT
#include "render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SOH		'\001'
#define HEAD_ROOM	512u	/* before the body: 8, 9 and the header */
#define BINANCE_DIGITS	7u	/* of BodyLength */

static void room(struct render *r, uint32_t more)
{
	if (r->body_len + more + 64 <= r->cap)
		return;
	r->cap = (r->body_len + more + 64) * 2;
	r->body = realloc(r->body, r->cap);
	r->msg = realloc(r->msg, r->cap + HEAD_ROOM + 16);
	if (!r->body || !r->msg) {
		fputs("no memory\n", stderr);
		exit(1);
	}
}

void render_init(struct render *r, enum mkt_venue venue, const char *sender, const char *target)
{
	memset(r, 0, sizeof(*r));
	r->venue = venue;
	r->sender = sender;
	r->target = target;
	r->seq = 1;
	room(r, 1 << 16);
}

void render_free(struct render *r)
{
	free(r->msg);
	free(r->body);
	memset(r, 0, sizeof(*r));
}

static uint32_t put_number(char *to, uint64_t v)
{
	char rev[24];
	uint32_t n = 0, i;

	do
		rev[n++] = (char)('0' + v % 10);
	while ((v /= 10));
	for (i = 0; i < n; i++)
		to[i] = rev[n - 1 - i];
	return n;
}

void render_u64(struct render *r, unsigned int tag, uint64_t value)
{
	room(r, 64);
	r->body_len += put_number(r->body + r->body_len, tag);
	r->body[r->body_len++] = '=';
	r->body_len += put_number(r->body + r->body_len, value);
	r->body[r->body_len++] = SOH;
}

void render_text(struct render *r, unsigned int tag, const char *value)
{
	size_t n = strlen(value);

	room(r, (uint32_t)n + 16);
	r->body_len += put_number(r->body + r->body_len, tag);
	r->body[r->body_len++] = '=';
	memcpy(r->body + r->body_len, value, n);
	r->body_len += (uint32_t)n;
	r->body[r->body_len++] = SOH;
}

static void put_char(struct render *r, unsigned int tag, char c)
{
	const char text[2] = { c, 0 };

	render_text(r, tag, text);
}

/* Binance: eight decimals, always. Kraken: as few as will do, but one ("0.0", "8.44867022"). */
static uint32_t put_e8(const struct render *r, char *to, int64_t value)
{
	uint64_t v = (uint64_t)value, frac = v % 100000000;
	uint32_t n = put_number(to, v / 100000000), i, last = 1;

	to[n++] = '.';
	for (i = 0; i < 8; i++) {
		to[n + 7 - i] = (char)('0' + frac % 10);
		if (frac % 10 && last == 1)
			last = 8 - i;
		frac /= 10;
	}
	return n + (r->venue == MKT_BINANCE ? 8 : last);
}

void render_e8(struct render *r, unsigned int tag, int64_t value)
{
	room(r, 64);
	r->body_len += put_number(r->body + r->body_len, tag);
	r->body[r->body_len++] = '=';
	r->body_len += put_e8(r, r->body + r->body_len, value);
	r->body[r->body_len++] = SOH;
}



void render_begin(struct render *r, char msg_type)
{
	r->type = msg_type;
	r->body_len = 0;
}

static void put_time(char out[32], uint64_t ns)
{
	time_t s = (time_t)(ns / 1000000000);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(out, 32, "%Y%m%d-%H:%M:%S", &tm);
	snprintf(out + 17, 15, ".%03u", (unsigned int)(ns / 1000000 % 1000));
}

void render_end(struct render *r, uint64_t time_ns)
{
	char head[HEAD_ROOM], when[32];
	unsigned int digits = r->length_digits;
	uint32_t i, sum = 0;
	int h, n;

	put_time(when, time_ns);
	h = snprintf(head, sizeof(head), "35=%c%c49=%s%c56=%s%c34=%llu%c52=%s%c", r->type, SOH,
		     r->sender, SOH, r->target, SOH, (unsigned long long)r->seq++, SOH, when, SOH);
	if (!digits && r->venue == MKT_BINANCE)
		digits = BINANCE_DIGITS;
	n = snprintf(r->msg, HEAD_ROOM, "8=FIX.4.4%c9=%0*u%c", SOH, (int)digits,
		     (unsigned int)h + r->body_len, SOH);
	memcpy(r->msg + n, head, (size_t)h);
	memcpy(r->msg + n + h, r->body, r->body_len);
	r->len = (uint32_t)(n + h) + r->body_len;
	for (i = 0; i < r->len; i++)
		sum += (unsigned char)r->msg[i];
	r->len += (uint32_t)sprintf(r->msg + r->len, "10=%03u%c", sum & 255, SOH);
}

/* ---- session ---- */

void render_logon(struct render *r, unsigned int heartbeat_s, uint64_t time_ns)
{
	render_begin(r, 'A');
	render_text(r, 98, "0");
	render_u64(r, 108, heartbeat_s);
	render_text(r, 141, "Y");
	render_end(r, time_ns);
}

void render_heartbeat(struct render *r, const char *id, uint64_t time_ns)
{
	render_begin(r, '0');
	if (id)
		render_text(r, 112, id);
	render_end(r, time_ns);
}

/* ---- market data ---- */

void render_snapshot(struct render *r, const char *symbol, uint64_t req_id,
		     const struct ref_book *book, const uint32_t *checksum, uint64_t time_ns)
{
	const struct ref_level *l;
	uint32_t d;
	int side;

	render_begin(r, 'W');
	render_u64(r, 262, req_id);
	render_text(r, 55, symbol);
	if (r->venue == MKT_BINANCE)
		render_u64(r, 25044, book->update_id);
	render_u64(r, 268, book->n[0] + book->n[1]);
	for (side = 0; side < 2; side++)
		for (d = 0; (l = ref_at(book, side, d)); d++) {
			put_char(r, 269, side ? '1' : '0');
			render_e8(r, 270, l->px);
			render_e8(r, 271, l->qty);
		}
	if (checksum)
		render_u64(r, 5041, *checksum);
	render_end(r, time_ns);
}

/* 278 of Kraken's book by price: side and price. */
static void put_side_px(struct render *r, const struct render_entry *e)
{
	char id[48];
	uint32_t n;

	id[0] = e->ask ? 'O' : 'B';
	n = 1 + put_e8(r, id + 1, e->px);
	id[n] = 0;
	render_text(r, 278, id);
}

static void put_entry(struct render *r, const char *symbol, const struct mkt_event *ev,
		      const struct render_entry *e, bool first)
{
	put_char(r, 279, e->action);
	put_char(r, 269, e->ask ? '1' : '0');
	if (r->venue == MKT_KRAKEN)
		put_side_px(r, e);
	else if (first)
		render_text(r, 55, symbol);
	render_e8(r, 270, e->px);
	/* Binance leaves 271 of a delete out; Kraken: 0 = gone, above = fell out of the depth. */
	if (r->venue == MKT_KRAKEN || e->action != '2')
		render_e8(r, 271, e->qty);
	if (r->venue == MKT_BINANCE && first) {
		render_u64(r, 25043, ev->first_id);
		render_u64(r, 25044, ev->last_id);
	}
}

uint32_t render_update(struct render *r, const char *symbol, uint64_t req_id,
		       const struct mkt_event *ev, const struct render_entry *entries,
		       uint32_t from, uint32_t n, uint32_t max, uint64_t time_ns)
{
	uint32_t to = n, i, entry_bytes = r->venue == MKT_BINANCE ? 60 : 110;

	if (max && n - from > (max - 220) / entry_bytes)
		to = from + (max - 220) / entry_bytes;
	render_begin(r, 'X');
	if (to < n && r->venue == MKT_BINANCE)
		render_text(r, 893, "N");
	if (r->venue == MKT_KRAKEN) {
		render_u64(r, 262, req_id);
		render_text(r, 55, symbol);
	}
	render_u64(r, 268, to - from);
	for (i = from; i < to; i++)
		put_entry(r, symbol, ev, &entries[i], i == from);
	if (to == n && ev->has_checksum)
		render_u64(r, 5041, ev->checksum);
	render_end(r, time_ns);
	return to;
}

void render_trade(struct render *r, const char *symbol, uint64_t req_id,
		  const struct mkt_event *ev, uint64_t time_ns)
{
	render_begin(r, 'X');
	if (r->venue == MKT_KRAKEN) {
		render_u64(r, 262, req_id);
		render_text(r, 55, symbol);
	}
	render_u64(r, 268, 1);
	put_char(r, 279, '0');
	put_char(r, 269, '2');
	if (r->venue == MKT_BINANCE)
		render_text(r, 55, symbol);
	render_e8(r, 270, ev->levels[0].px);
	render_e8(r, 271, ev->levels[0].qty);
	render_end(r, time_ns);
}
