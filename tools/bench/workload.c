// SPDX-License-Identifier: MIT
/*
 * Workloads. FIX 4.4 in six classes: X1, X4, X10 (35=X with as many entries), W10+10 (35=W), ER
 * (35=8 with 25 fields), MIX of them. Level updates: a random walk of a dense book of about 100
 * levels a side. Each with the truth from code that shares nothing with the core.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u64 rng_state;

static u32 rng(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)(rng_state * 2685821657736338717ULL >> 33) % n;
}

/* ---- truth ---- */

u64 wl_hash(const struct wl_out *o)
{
	u64 h = wl_mix((u8)o->msg_type, o->seq);
	u32 i;

	if (o->msg_type == '8') {
		const u64 v[] = { o->order_id,	   o->cl_ord_id,     o->exec_id,
				  (u64)o->qty,	   (u64)o->px,	     (u64)o->last_qty,
				  (u64)o->last_px, (u64)o->leaves,   (u64)o->cum,
				  (u64)o->avg_px,  (u8)o->exec_type, (u8)o->ord_status,
				  (u8)o->side };

		for (i = 0; i < sizeof(v) / sizeof(v[0]); i++)
			h = wl_mix(h, v[i]);
		return h;
	}
	h = wl_mix(wl_mix(h, o->n), o->msg_type == 'W' ? o->secid : 0);
	for (i = 0; i < o->n; i++) {
		const struct wl_entry *e = &o->e[i];

		h = wl_mix(wl_mix(wl_mix(wl_mix(h, (u64)e->px), (u64)e->qty), e->nord),
			   (u8)e->type);
		if (o->msg_type == 'X')
			h = wl_mix(wl_mix(wl_mix(h, (u64)e->id), e->secid), (u8)e->act);
		else
			h = wl_mix(h, e->pos);
	}
	return h;
}

static s64 e8_of(const char *s)
{
	s64 v = 0;
	int places = -1;

	for (; *s; s++) {
		if (*s == '.') {
			places = 0;
			continue;
		}
		v = v * 10 + (*s - '0');
		places += places >= 0;
	}
	for (places = places < 0 ? 0 : places; places < 8; places++)
		v *= 10;
	return v;
}

bool wl_reference(const u8 *msg, u32 len, struct wl_out *o)
{
	char text[4096], *p = text, *end;
	struct wl_entry *e = NULL;

	if (len >= sizeof(text))
		return false;
	memset(o, 0, sizeof(*o));
	memcpy(text, msg, len);
	text[len] = 0;
	for (; *p; p = end + 1) {
		char *val = strchr(p, '=');
		int tag = atoi(p);

		end = strchr(p, 1);
		if (!end || !val || val > end)
			return false;
		*end = 0;
		val++;
		if (tag == (o->msg_type == 'X' ? 279 : 269) &&
		    (o->msg_type == 'X' || o->msg_type == 'W')) {
			e = e ? e + 1 : o->e;
			if (e == o->e + WL_ENTRIES)
				return false;
		}
		switch (tag) {
		case 35: o->msg_type = *val; break;
		case 34: o->seq = (u32)atoi(val); break;
		case 268: o->n = (u32)atoi(val); break;
		case 48: *(e ? &e->secid : &o->secid) = (u32)atoi(val); break;
		case 279: e->act = *val; break;
		case 269: e->type = *val; break;
		case 278: e->id = atoll(val); break;
		case 270: e->px = e8_of(val); break;
		case 271: e->qty = e8_of(val); break;
		case 346: e->nord = (u32)atoi(val); break;
		case 290: e->pos = (u32)atoi(val); break;
		case 37: o->order_id = (u64)atoll(val); break;
		case 11: o->cl_ord_id = (u64)atoll(val); break;
		case 17: o->exec_id = (u64)atoll(val); break;
		case 150: o->exec_type = *val; break;
		case 39: o->ord_status = *val; break;
		case 54: o->side = *val; break;
		case 38: o->qty = e8_of(val); break;
		case 44: o->px = e8_of(val); break;
		case 32: o->last_qty = e8_of(val); break;
		case 31: o->last_px = e8_of(val); break;
		case 151: o->leaves = e8_of(val); break;
		case 14: o->cum = e8_of(val); break;
		case 6: o->avg_px = e8_of(val); break;
		}
	}
	return true;
}

/* ---- FIX ---- */

static u32 put_px(char *to)
{
	u32 whole = 10 + rng(4990);

	return rng(10) < 7 ? (u32)sprintf(to, "%u.%02u", whole, rng(100))
			   : (u32)sprintf(to, "%u.%04u", whole, rng(10000));
}

static u32 quantity(void)
{
	switch (rng(4)) {
	case 0: return 1 + rng(99);
	case 1: return 100 * (1 + rng(9));
	case 2: return 100 * (1 + rng(99));
	default: return 1 + rng(99999);
	}
}

static u32 body_refresh(char *to, char type, u32 count)
{
	static const char *const symbols[] = { "GOLDX", "SILV",	 "EUR-CHF", "COPPER5",
					       "WHEAT", "OIL.B", "TIN",	    "ETH-EUR" };
	u32 n, i;

	if (type == 'X')
		n = (u32)sprintf(to, "262=SUBSCR001\001268=%u\001", count);
	else
		n = (u32)sprintf(to, "262=SUBSCR001\00155=%s\00148=%u\00122=8\001268=%u\001",
				 symbols[rng(8)], 100000 + rng(9000000), count);
	for (i = 0; i < count; i++) {
		if (type == 'X') {
			n += (u32)sprintf(
				to + n,
				"279=%c\001269=%c\001278=%u\00155=%s\00148=%u\00122=8\001270=",
				"0011122012"[rng(10)], '0' + (char)rng(2),
				10000000 + rng(1000000000), symbols[rng(8)], 100000 + rng(9000000));
			n += put_px(to + n);
			n += (u32)sprintf(to + n, "\001271=%u\001346=%u\001", quantity(),
					  1 + rng(60));
		} else {
			n += (u32)sprintf(to + n, "269=%c\001270=", i < count / 2 ? '0' : '1');
			n += put_px(to + n);
			n += (u32)sprintf(to + n, "\001271=%u\001346=%u\001290=%u\001", quantity(),
					  1 + rng(60), i % (count / 2) + 1);
		}
	}
	return n;
}

static u32 body_report(char *to)
{
	u32 kind = rng(3), qty = quantity(), last = kind == 1 ? 1 + rng(qty) : 0, n;
	char last_px[16] = "0", avg_px[16] = "0", px[16];

	put_px(px);
	if (kind == 1) {
		put_px(last_px);
		put_px(avg_px);
	}
	n = (u32)sprintf(to,
			 "37=%u\00111=%u\00117=%u\001150=%c\00139=%c\0011=ACCT-%04u\00155=SYMBOL%"
			 "u\00154=%c\00138=%u\00140=2\00144=%s\00159=0\001",
			 100000000 + rng(900000000), 1000000 + rng(90000000),
			 1000000000 + rng(1000000000), "0F4"[kind], "014"[kind], rng(10000),
			 rng(10), '1' + (char)rng(2), qty, px);
	return n + (u32)sprintf(to + n,
				"32=%u\00131=%s\001151=%u\00114=%u\0016=%s\00160=20260822-13:%02u:%"
				"02u.%03u\001",
				last, last_px, qty - last, last, avg_px, rng(60), rng(60),
				rng(1000));
}

static void make(struct wl_class *c, u32 i, u32 kind)
{
	static const char types[] = "XXXW8";
	static const u32 counts[] = { 1, 4, 10, 20, 0 };
	static char body[4096], head[128], msg[4352];
	u32 b, h, n, k, sum = 0;
	struct wl_out o;
	u8 *copy;

	b = types[kind] == '8' ? body_report(body) : body_refresh(body, types[kind], counts[kind]);
	h = (u32)sprintf(
		head,
		"35=%c\00149=EXCHANGE\00156=CLIENT01\00134=%u\00152=20260822-13:%02u:%02u.%03u\001",
		types[kind], 1000 + i * 37, rng(60), rng(60), rng(1000));
	n = (u32)sprintf(msg, "8=FIX.4.4\0019=%u\001", h + b);
	memcpy(msg + n, head, h);
	memcpy(msg + n + h, body, b);
	n += h + b;
	for (k = 0; k < n; k++)
		sum += (u8)msg[k];
	n += (u32)sprintf(msg + n, "10=%03u\001", sum & 255);
	copy = malloc(n);
	memcpy(copy, msg, n);
	wl_reference(copy, n, &o);
	c->m[i] = (struct wl_msg){ .p = copy, .len = n, .truth = wl_hash(&o) };
}

static bool from_file(struct wl_class *c, const char *dir)
{
	char path[4096];
	FILE *f;
	u32 len;

	snprintf(path, sizeof(path), "%s/%s", dir, c->name);
	f = fopen(path, "rb");
	if (!f) {
		fprintf(stderr,
			"tg-bench: %s: no such workload; make it with the workload generator, or "
			"leave --workloads out\n",
			path);
		return false;
	}
	c->m = calloc(4096, sizeof(*c->m));
	for (c->n = 0; c->n < 4096 && fread(&len, 4, 1, f) == 1; c->n++) {
		u8 *p = len < 4096 ? malloc(len) : NULL;
		struct wl_out o;

		if (!p || fread(p, 1, len, f) != len || !wl_reference(p, len, &o)) {
			fprintf(stderr, "tg-bench: %s: message %u is cut short or no FIX\n", path,
				c->n);
			fclose(f);
			return false;
		}
		c->m[c->n] = (struct wl_msg){ .p = p, .len = len, .truth = wl_hash(&o) };
	}
	fclose(f);
	return c->n > 0;
}

struct wl_class *wl_fix(const char *dir)
{
	static struct wl_class c[WL_CLASSES] = { { .name = "X1" },  { .name = "X4" },
						 { .name = "X10" }, { .name = "W10+10" },
						 { .name = "ER" },  { .name = "MIX" } };
	u32 k, i;

	for (k = 0; k < WL_CLASSES; k++) {
		if (dir) {
			if (!from_file(&c[k], dir))
				return NULL;
			continue;
		}
		rng_state = 1000003 + k;
		c[k].n = k == 5 ? 2000 : 1000;
		c[k].m = calloc(c[k].n, sizeof(*c[k].m));
		for (i = 0; i < c[k].n; i++) {
			u32 r = rng(100);

			make(&c[k], i,
			     k < 5    ? k
			     : r < 40 ? 0
			     : r < 65 ? 1
			     : r < 75 ? 2
			     : r < 80 ? 3
				      : 4);
		}
	}
	return c;
}

/* ---- levels ---- */

enum { PRICES = 4096, L2_WARM = 20000, L2_UPDATES = 500000 };
static u64 grid[2][PRICES];	/* quantity by price */

/* The best price now, not further than two ticks better than `was`. */
static s32 best_from(u32 side, s32 was)
{
	s32 i;

	if (side == 0) {
		for (i = was + 2 < PRICES ? was + 2 : PRICES - 1; i >= 0 && !grid[0][i]; i--)
			;
		return i;
	}
	for (i = was >= 2 ? was - 2 : 0; i < PRICES && !grid[1][i]; i++)
		;
	return i;
}

static void l2_make(struct wl_l2 *w)
{
	s32 best[2] = { PRICES / 2 - 1, PRICES / 2 };
	u64 i;

	rng_state = 77;
	w->warm = L2_WARM;
	w->n = L2_UPDATES;
	w->u = calloc(w->warm + w->n, sizeof(*w->u));
	for (i = 0; i < w->warm + w->n; i++) {
		u32 side = rng(2), d = 0;
		s32 px;
		u64 qty;

		/* distance from the best: geometric, a quarter of them anywhere within 100 */
		while (d < 99 && rng(13))
			d++;
		if (!rng(4))
			d = rng(100);
		px = side ? best[1] + (s32)d : best[0] - (s32)d;
		/*
		 * now and then a level goes, or one appears inside the spread; never the last one
		 * of a side
		 */
		qty = rng(400) || i < 1000 ? 1 + rng(5000) : 0;
		if (d == 0 && best[1] - best[0] > 1 && !rng(12))
			px += side ? -1 : 1;
		if (!qty && !grid[side][px])
			qty = 100;
		grid[side][px] = qty;
		if (best_from(side, best[side]) < 0 || best_from(side, best[side]) >= PRICES)
			grid[side][px] = qty = 100;
		best[side] = best_from(side, best[side]);
		w->u[i] = (struct wl_update){ .px = px, .side = side, .qty = qty };
	}
	memset(grid, 0, sizeof(grid));
}

static bool l2_file(const char *dir, struct wl_l2 *w)
{
	char path[4096];
	u64 head[3];
	FILE *f;

	snprintf(path, sizeof(path), "%s/book.l2", dir);
	f = fopen(path, "rb");
	if (!f || fread(head, sizeof(head), 1, f) != 1 || head[0] + head[1] > 100000000) {
		fprintf(stderr, "tg-bench: %s: no such workload, or not one\n", path);
		return false;
	}
	w->warm = head[0];
	w->n = head[1];
	w->truth = head[2];
	w->u = calloc(w->warm + w->n, sizeof(*w->u));
	if (fread(w->u, sizeof(*w->u), w->warm + w->n, f) != w->warm + w->n) {
		fprintf(stderr, "tg-bench: %s: cut short\n", path);
		fclose(f);
		return false;
	}
	fclose(f);
	return true;
}

bool wl_l2(const char *dir, struct wl_l2 *w)
{
	s32 bid = PRICES / 2, ask = PRICES / 2;	/* no level is better at the start */
	u64 i;

	if (dir)
		return l2_file(dir, w);
	l2_make(w);
	for (i = 0; i < w->warm + w->n; i++) {
		const struct wl_update *u = &w->u[i];

		grid[u->side][u->px] = u->qty;
		bid = best_from(0, bid < 0 ? PRICES / 2 : bid);
		ask = best_from(1, ask >= PRICES ? PRICES / 2 : ask);
		if (i >= w->warm)
			w->truth = wl_mix(
				wl_mix(wl_mix(wl_mix(w->truth, (u64)bid), grid[0][bid]), (u64)ask),
				grid[1][ask]);
	}
	return true;
}
