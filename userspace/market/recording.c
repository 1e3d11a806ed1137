// SPDX-License-Identifier: MIT
#include "recording.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define LINE_MAX_BYTES	(64u << 20)

static int fail(struct mkt_reader *r, const char *what)
{
	snprintf(r->error, sizeof(r->error), "%s:%llu: %s", r->path, (unsigned long long)r->line,
		 what);
	return -1;
}

bool mkt_venue_parse(const char *name, enum mkt_venue *out)
{
	if (!strcmp(name, "binance"))
		*out = MKT_BINANCE;
	else if (!strcmp(name, "kraken"))
		*out = MKT_KRAKEN;
	else
		return false;
	return true;
}

const char *mkt_venue_name(enum mkt_venue venue)
{
	return venue == MKT_BINANCE ? "binance" : "kraken";
}

bool mkt_e8(const char *text, int64_t *out, uint8_t *digits)
{
	int64_t v = 0;
	int places = -1;
	const char *p;

	for (p = text; *p; p++) {
		int64_t d = *p - '0';

		if (*p == '.' && places < 0 && p != text) {
			places = 0;
			continue;
		}
		if (d < 0 || d > 9)
			return false;
		if (places >= 8) {
			if (d)
				return false;
			places++;
			continue;
		}
		if (v > (TG_PX_MAX - d) / 10)
			return false;
		v = v * 10 + d;
		places += places >= 0;
	}
	if (p == text || !places || places > 18)
		return false;
	if (digits)
		*digits = (uint8_t)(places < 0 ? 0 : places);
	for (places = places < 0 ? 0 : places; places < 8; places++) {
		if (v > TG_PX_MAX / 10)
			return false;
		v *= 10;
	}
	*out = v;
	return true;
}

/* ---- lines ---- */

int mkt_open(struct mkt_reader *r, enum mkt_venue venue, const char *path)
{
	struct stat st;

	memset(r, 0, sizeof(*r));
	r->venue = venue;
	r->path = path;
	if (!stat(path, &st))
		r->packed = (uint64_t)st.st_size;
	r->file = gzopen(path, "rb");
	if (!r->file) {
		snprintf(r->error, sizeof(r->error), "%s: cannot be opened", path);
		return -1;
	}
	gzbuffer(r->file, 1 << 17);
	r->text_cap = 1 << 16;
	r->text = malloc(r->text_cap);
	return r->text ? 0 : fail(r, "no memory");
}

void mkt_close(struct mkt_reader *r)
{
	if (r->file)
		gzclose(r->file);
	free(r->text);
	free(r->levels);
	r->file = NULL;
	r->text = NULL;
	r->levels = NULL;
}

/* 1 a line without its end, 0 the end of the file, -1 with r->error. */
static int read_line(struct mkt_reader *r)
{
	size_t n = 0;
	int err = 0;

	for (;;) {
		if (!gzgets(r->file, r->text + n, (int)(r->text_cap - n))) {
			const char *why = gzerror(r->file, &err);

			if (err != Z_OK && err != Z_STREAM_END) {
				r->line++;
				return fail(r, err == Z_BUF_ERROR ? "compressed data end too early"
								  : why);
			}
			break;
		}
		n += strlen(r->text + n);
		if (n && r->text[n - 1] == '\n')
			break;
		if (n + 1 < r->text_cap)
			continue;	/* a NUL inside, or the last line */
		if (r->text_cap >= LINE_MAX_BYTES) {
			r->line++;
			return fail(r, "longer than 64 MiB");
		}
		r->text_cap *= 2;
		r->text = realloc(r->text, r->text_cap);
		if (!r->text)
			return fail(r, "no memory");
	}
	if (!n)
		return 0;
	r->line++;
	r->bytes += n;
	r->packed_at = (uint64_t)gzoffset(r->file);
	while (n && (r->text[n - 1] == '\n' || r->text[n - 1] == '\r'))
		r->text[--n] = 0;
	return 1;
}

/* ---- levels ---- */

static int add_level(struct mkt_reader *r, struct mkt_event *ev, const json_t *px,
		     const json_t *qty, bool ask)
{
	struct mkt_level l = { .ask = ask };
	uint8_t pd, qd;

	if (!json_is_string(px) || !mkt_e8(json_string_value(px), &l.px, &pd) || !l.px)
		return fail(r, "a price is no decimal string above 0 with at most 8 decimals that count");
	if (!json_is_string(qty) || !mkt_e8(json_string_value(qty), &l.qty, &qd))
		return fail(r, "a quantity is no decimal string with at most 8 decimals that count");
	if (!ev->nlevels) {
		ev->px_digits = pd;
		ev->qty_digits = qd;
	}
	if (ev->nlevels == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 1024;
		r->levels = realloc(r->levels, sizeof(*r->levels) * r->cap);
		if (!r->levels)
			return fail(r, "no memory");
	}
	ev->levels = r->levels;
	ev->levels[ev->nlevels++] = l;
	return 0;
}

/* [["61737.63000000","0.00000000"],...] */
static int add_levels(struct mkt_reader *r, struct mkt_event *ev, const json_t *list, bool ask)
{
	size_t i;

	if (!json_is_array(list))
		return fail(r, "a side of the book is no list");
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *l = json_array_get(list, i);

		if (json_array_size(l) < 2)
			return fail(r, "a level is no list of price and quantity");
		if (add_level(r, ev, json_array_get(l, 0), json_array_get(l, 1), ask))
			return -1;
	}
	return 0;
}

static int set_symbol(struct mkt_reader *r, struct mkt_event *ev, const json_t *s)
{
	size_t n = json_is_string(s) ? strlen(json_string_value(s)) : 0;

	if (!n || n >= sizeof(ev->symbol) || strpbrk(json_string_value(s), "\001="))
		return fail(r, "no symbol, or one that does not fit into 55");
	memcpy(ev->symbol, json_string_value(s), n + 1);
	return 0;
}

static int get_id(struct mkt_reader *r, const json_t *o, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) <= 0)
		return fail(r, "an update id is missing or no number above 0");
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

/* ---- venues ---- */

static int binance(struct mkt_reader *r, const json_t *root, struct mkt_event *ev)
{
	const json_t *o = json_object_get(root, "data"), *e;
	const char *kind;

	if (!o)
		o = root;
	if (!json_is_object(o))
		return fail(r, "no JSON object");
	if (json_object_get(o, "lastUpdateId")) {
		ev->type = MKT_SNAPSHOT;
		if (get_id(r, o, "lastUpdateId", &ev->last_id) ||
		    add_levels(r, ev, json_object_get(o, "bids"), false) ||
		    add_levels(r, ev, json_object_get(o, "asks"), true))
			return -1;
		return 1;
	}
	if (set_symbol(r, ev, json_object_get(o, "s")))
		return -1;
	e = json_object_get(o, "e");
	kind = json_is_string(e) ? json_string_value(e) : "";
	if (!strcmp(kind, "depthUpdate")) {
		ev->type = MKT_DIFF;
		if (get_id(r, o, "U", &ev->first_id) || get_id(r, o, "u", &ev->last_id) ||
		    add_levels(r, ev, json_object_get(o, "b"), false) ||
		    add_levels(r, ev, json_object_get(o, "a"), true))
			return -1;
		return ev->first_id > ev->last_id ? fail(r, "U is above u") : 1;
	}
	if (!strcmp(kind, "trade")) {
		ev->type = MKT_TRADE;
		return add_level(r, ev, json_object_get(o, "p"), json_object_get(o, "q"), false) ?
			       -1 : 1;
	}
	if (json_object_get(o, "u") && json_object_get(o, "B")) {
		ev->type = MKT_TICKER;
		return get_id(r, o, "u", &ev->last_id) ||
		       add_level(r, ev, json_object_get(o, "b"), json_object_get(o, "B"), false) ||
		       add_level(r, ev, json_object_get(o, "a"), json_object_get(o, "A"), true) ?
			       -1 : 1;
	}
	return fail(r, "neither depthUpdate, depth snapshot, bookTicker nor trade");
}

static int kraken_book(struct mkt_reader *r, const json_t *root, struct mkt_event *ev)
{
	size_t i, n = json_array_size(root);
	bool update = false;

	for (i = 1; i + 2 < n; i++) {
		json_t *o = json_array_get(root, i), *v;
		const char *key;

		if (!json_is_object(o))
			return fail(r, "a part of a book message is no object");
		/* in the order of the line: the order counts */
		json_object_foreach(o, key, v) {
			bool whole = key[0] && key[1] == 's' && !key[2];

			if (!strcmp(key, "c")) {
				char *end = NULL;

				ev->has_checksum = json_is_string(v);
				if (ev->has_checksum)
					ev->checksum = (uint32_t)strtoul(json_string_value(v), &end,
									 10);
				if (!end || *end)
					return fail(r, "c is no checksum");
				continue;
			}
			if ((key[0] != 'a' && key[0] != 'b') || (key[1] && !whole))
				return fail(r, "a book message has a key other than as, bs, a, b, c");
			update |= !whole;
			ev->type = whole ? MKT_SNAPSHOT : MKT_DIFF;
			if (add_levels(r, ev, v, key[0] == 'a'))
				return -1;
		}
	}
	if (update != (ev->type == MKT_DIFF))
		return fail(r, "snapshot and update in one line");
	return 1;
}

static int kraken(struct mkt_reader *r, const json_t *root, struct mkt_event *ev)
{
	size_t n = json_array_size(root);
	const json_t *name;
	unsigned int depth;
	char end;

	if (json_is_object(root))
		return 0;		/* {"event":"heartbeat"} and the like */
	name = n >= 4 ? json_array_get(root, n - 2) : NULL;
	if (!json_is_string(name))
		return fail(r, "no [channel, ..., \"book-N\", \"PAIR\"]");
	if (set_symbol(r, ev, json_array_get(root, n - 1)))
		return -1;
	if (sscanf(json_string_value(name), "book-%u%c", &depth, &end) == 1 && depth) {
		ev->depth = depth;
		return kraken_book(r, root, ev);
	}
	if (!strcmp(json_string_value(name), "trade")) {
		const json_t *list = json_array_get(root, 1);
		size_t last = json_array_size(list);

		ev->type = MKT_TRADE;
		if (!last)
			return fail(r, "trades without one");
		list = json_array_get(list, last - 1);
		return add_level(r, ev, json_array_get(list, 0), json_array_get(list, 1), false) ?
			       -1 : 1;
	}
	return fail(r, "neither book-N nor trade");
}

/* `1723161253937085768 {` or `1618678133.626511: [`: both nanoseconds since 1970 then. */
static const char *time_of(const struct mkt_reader *r, uint64_t *ns)
{
	const char *p = r->text;
	uint64_t whole = 0, frac = 0, unit = 100000000;

	for (; *p >= '0' && *p <= '9'; p++)
		whole = whole * 10 + (uint64_t)(*p - '0');
	if (p == r->text)
		return NULL;
	if (r->venue == MKT_BINANCE) {
		*ns = whole;
		return *p == ' ' ? p + 1 : NULL;
	}
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			frac += (uint64_t)(*p - '0') * unit;
	*ns = whole * 1000000000u + frac;
	return p[0] == ':' && p[1] == ' ' ? p + 2 : NULL;
}

int mkt_next(struct mkt_reader *r, struct mkt_event *ev)
{
	for (;;) {
		const char *text;
		json_error_t err;
		json_t *root;
		int ret = read_line(r);

		if (ret <= 0)
			return ret;
		if (!r->text[0])
			continue;
		memset(ev, 0, sizeof(*ev));
		ev->line = r->line;
		ev->px_digits = ev->qty_digits = 255;
		text = time_of(r, &ev->time_ns);
		if (!text)
			return fail(r, r->venue == MKT_BINANCE ?
					       "does not begin with `<local ns> `" :
					       "does not begin with `<seconds>: `");
		root = json_loads(text, 0, &err);
		if (!root) {
			char what[220];

			snprintf(what, sizeof(what), "JSON: %s (column %d)", err.text,
				 err.column + (int)(text - r->text));
			return fail(r, what);
		}
		ret = r->venue == MKT_BINANCE ? binance(r, root, ev) : kraken(r, root, ev);
		json_decref(root);
		if (ret)
			return ret;
	}
}
