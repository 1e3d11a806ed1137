// SPDX-License-Identifier: MIT
#include "ladder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "decimal.h"
#include "engine.h"
#include "table.h"

#define OWN_COLUMN 22

const char *ladder_status(unsigned int trading_status)
{
	static const char *const names[] = { "",	    "open",	 "HALTED",    "CLOSED",	  "auction",
					     "cancel only", "post only", "limit only", "reduce only" };

	return trading_status < sizeof(names) / sizeof(names[0]) ? names[trading_status] : "?";
}

__attribute__((format(printf, 3, 4)))
static void row(struct ladder *l, enum ladder_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (l->rows == LADDER_ROWS)
		return;
	l->kind[l->rows] = kind;
	va_start(ap, fmt);
	vsnprintf(l->row[l->rows++], LADDER_COLUMNS, fmt, ap);
	va_end(ap);
}

static const char *e8(__s64 v, char buf[TG_DECIMAL_LEN])
{
	return v == TG_PX_NONE ? "-" : tg_decimal_format(v, buf);
}

/* Millionths as percent with one decimal, without floating point. */
static const char *percent(__s64 ppm, char buf[TG_DECIMAL_LEN])
{
	__s64 tenths = (ppm < 0 ? -ppm : ppm) / 1000;

	snprintf(buf, TG_DECIMAL_LEN, "%s%lld.%lld %%", ppm < 0 ? "-" : "", (long long)(tenths / 10),
		 (long long)(tenths % 10));
	return buf;
}

static void seen(struct ladder *l, const struct tg_book_image *b)
{
	if (b->last_px == TG_PX_NONE ||
	    (l->trades && l->trade[0].px == b->last_px && l->trade[0].qty == b->last_qty))
		return;
	memmove(&l->trade[1], &l->trade[0], sizeof(l->trade[0]) * (LADDER_TRADES - 1));
	l->trade[0] = (struct ladder_trade){ b->last_px, b->last_qty, b->time_ns };
	l->trades += l->trades < LADDER_TRADES;
}

/* What of ours stands at this price: the sum, for the column. */
static __s64 own_qty(const struct tg_book_image *b, enum tg_book_side side, __s64 px)
{
	__s64 sum = 0;
	unsigned int i;

	for (i = 0; i < b->own_orders && i < TG_IMAGE_OWN; i++)
		if (b->own[i].side == side && b->own[i].px == px)
			sum += b->own[i].leaves_qty;
	return sum;
}

static void level(struct ladder *l, const struct tg_book_image *b, enum tg_book_side side,
		  const struct tg_level *v)
{
	char own[TG_DECIMAL_LEN + 4] = "", text[TG_DECIMAL_LEN], px[TG_DECIMAL_LEN], qty[TG_DECIMAL_LEN];
	__s64 mine = own_qty(b, side, v->px);
	enum ladder_kind kind = mine ? LADDER_OWN : side == TG_BID ? LADDER_BID : LADDER_ASK;

	if (mine)
		snprintf(own, sizeof(own), "*%s", e8(mine, text));
	if (side == TG_BID)
		row(l, kind, "%*s %20s %20s", OWN_COLUMN, own, e8(v->qty, qty), e8(v->px, px));
	else
		row(l, kind, "%*s %20s %20s %20s %s", OWN_COLUMN, "", "", e8(v->px, px), e8(v->qty, qty),
		    own);
}

static void derived(struct ladder *l, const struct tg_book_image *b)
{
	char a[TG_DECIMAL_LEN], c[TG_DECIMAL_LEN], d[TG_DECIMAL_LEN], f[TG_DECIMAL_LEN];

	if (!b->bid_levels || !b->ask_levels) {
		row(l, LADDER_PLAIN, "%*s", OWN_COLUMN, "one side is empty");
		return;
	}
	row(l, b->crossed ? LADDER_WARN : LADDER_PLAIN,
	    "%*s spread %s  mid %s  micro %s  imbalance %s%s", OWN_COLUMN, "",
	    e8(b->ask[0].px - b->bid[0].px, a), e8(b->mid_px, c), e8(b->micro_px, d),
	    percent(b->imbalance_ppm, f), b->crossed == 1 ? "  CROSSED" : b->crossed ? "  LOCKED" : "");
}

static void own_orders(struct ladder *l, const struct tg_book_image *b)
{
	char q[TG_DECIMAL_LEN], p[TG_DECIMAL_LEN], ah[TG_DECIMAL_LEN], be[TG_DECIMAL_LEN], f[TG_DECIMAL_LEN];
	unsigned int i;

	for (i = 0; i < b->own_orders && i < TG_IMAGE_OWN; i++) {
		const struct tg_image_own *o = &b->own[i];

		row(l, LADDER_OWN, "own %016llX client %u %s %s @ %s: ahead %s%s, behind %s, fill %s%s",
		    (unsigned long long)o->order_id, o->client_id, o->side == TG_BID ? "buy" : "sell",
		    e8(o->leaves_qty, q), e8(o->px, p), o->flags & TG_QUEUE_EXACT ? "" : "<= ",
		    e8(o->ahead_qty, ah), e8(o->behind_qty, be), percent(o->fill_ppm, f),
		    o->flags & TG_QUEUE_KNOWN ? "" : " (not seen in the book yet)");
	}
	if (b->own_orders > TG_IMAGE_OWN)
		row(l, LADDER_OWN, "own orders further off: %u", b->own_orders - TG_IMAGE_OWN);
}

void ladder_frame(struct ladder *l, const char *name, const struct tg_book_image *b, __u32 depth)
{
	char t[TG_TIME_LEN], q[TG_DECIMAL_LEN], p[TG_DECIMAL_LEN];
	unsigned int i;

	l->rows = 0;
	seen(l, b);
	row(l, b->state == TG_BOOK_LIVE ? LADDER_HEAD : LADDER_WARN, "%s  %s%s%s%s  update %llu  %s", name,
	    tg_book_state_name(b->state), b->trading_status ? "  " : "", ladder_status(b->trading_status),
	    b->flags & TG_IMAGE_L3 ? "  L3" : "", (unsigned long long)b->update_id,
	    tg_time_format(b->time_ns, t));
	row(l, LADDER_HEAD, "%*s %20s %20s %20s %s", OWN_COLUMN, "OWN", "BID QTY", "PRICE", "ASK QTY", "OWN");
	for (i = b->ask_levels < depth ? b->ask_levels : depth; i--; )
		level(l, b, TG_ASK, &b->ask[i]);
	derived(l, b);
	for (i = 0; i < depth && i < b->bid_levels; i++)
		level(l, b, TG_BID, &b->bid[i]);
	own_orders(l, b);
	for (i = 0; i < l->trades; i++)
		row(l, LADDER_PLAIN, "trade %s x %s", e8(l->trade[i].qty, q), e8(l->trade[i].px, p));
}

void ladder_product(struct ladder *l, const char *name, const struct tg_product_image *b, __u32 depth,
		    const char *(*venue)(void *arg, __u32 instrument_id), void *arg)
{
	char t[TG_TIME_LEN], q[TG_DECIMAL_LEN], p[TG_DECIMAL_LEN], c[TG_DECIMAL_LEN];
	unsigned int i;

	l->rows = 0;
	row(l, b->live ? LADDER_HEAD : LADDER_WARN, "%s  %u of %u books live%s  %s", name, b->live,
	    b->instruments, b->crossed ? "  CROSSED" : "", tg_time_format(b->time_ns, t));
	row(l, LADDER_HEAD, "%20s %20s %20s %20s  %s", "BID QTY", "PRICE", "ASK QTY", "WITH FEE", "WHERE");
	for (i = b->ask_levels < depth ? b->ask_levels : depth; i--; )
		row(l, LADDER_ASK, "%20s %20s %20s %20s  %s", "", e8(b->ask[i].px, p), e8(b->ask[i].qty, q),
		    e8(b->ask[i].cost_px, c), venue(arg, b->ask[i].instrument_id));
	row(l, LADDER_PLAIN, "%20s %20s", "", "--");
	for (i = 0; i < depth && i < b->bid_levels; i++)
		row(l, LADDER_BID, "%20s %20s %20s %20s  %s", e8(b->bid[i].qty, q), e8(b->bid[i].px, p), "",
		    e8(b->bid[i].cost_px, c), venue(arg, b->bid[i].instrument_id));
}
