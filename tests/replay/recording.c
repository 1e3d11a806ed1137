// SPDX-License-Identifier: MIT
#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LINE_MAX_BYTES (1u << 20)

static bool number_after(const char *line, const char *key, uint64_t *out)
{
	const char *p = strstr(line, key);

	if (!p)
		return false;
	*out = strtoull(p + strlen(key), NULL, 10);
	return true;
}

/* The string value after a key: "b":"61837.63000000" */
static const char *text_after(const char *line, const char *key)
{
	const char *p = strstr(line, key), *end;

	if (!p)
		return NULL;
	p += strlen(key);
	end = strchr(p, '"');
	return end ? strndup(p, (size_t)(end - p)) : NULL;
}

static void add_level(struct rec_event *ev, const char *px, const char *qty, bool ask)
{
	if (!(ev->nlevels & (ev->nlevels - 1)))	/* grows at powers of two */
		ev->levels = realloc(ev->levels,
				     sizeof(*ev->levels) * (ev->nlevels ? ev->nlevels * 2 : 1));
	ev->levels[ev->nlevels++] = (struct rec_level){ .px = px, .qty = qty, .ask = ask };
}

/* [["61737.63000000","0.00000000"],...] after a key */
static bool levels_after(const char *line, const char *key, bool ask, struct rec_event *ev)
{
	const char *p = strstr(line, key);

	if (!p)
		return false;
	p += strlen(key);
	if (*p++ != '[')
		return false;
	while (*p == '[' || *p == ',') {
		const char *px, *qty, *end;

		if (*p == ',')
			p++;
		if (strncmp(p, "[\"", 2) || !(end = strchr(p + 2, '"')))
			return false;
		px = strndup(p + 2, (size_t)(end - p - 2));
		if (strncmp(end, "\",\"", 3))
			return false;
		p = end + 3;
		end = strchr(p, '"');
		if (!end || strncmp(end, "\"]", 2))
			return false;
		qty = strndup(p, (size_t)(end - p));
		add_level(ev, px, qty, ask);
		p = end + 2;
	}
	return *p == ']';
}

/* false: a line that is none of ours */
static bool parse(const char *line, struct rec_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (strstr(line, "\"depthUpdate\"")) {
		ev->type = REC_DIFF;
		return number_after(line, "\"U\":", &ev->first_id) &&
		       number_after(line, "\"u\":", &ev->last_id) &&
		       levels_after(line, "\"b\":", false, ev) &&
		       levels_after(line, "\"a\":", true, ev);
	}
	if (strstr(line, "\"lastUpdateId\"")) {
		ev->type = REC_SNAPSHOT;
		return number_after(line, "\"lastUpdateId\":", &ev->last_id) &&
		       levels_after(line, "\"bids\":", false, ev) &&
		       levels_after(line, "\"asks\":", true, ev);
	}
	if (strstr(line, "@bookTicker\"")) {
		const char *data = strstr(line, "\"data\"");

		ev->type = REC_TICKER;
		if (!data || !number_after(data, "\"u\":", &ev->last_id))
			return false;
		add_level(ev, text_after(data, "\"b\":\""), text_after(data, "\"B\":\""), false);
		add_level(ev, text_after(data, "\"a\":\""), text_after(data, "\"A\":\""), true);
		return ev->levels[0].px && ev->levels[0].qty && ev->levels[1].px &&
		       ev->levels[1].qty;
	}
	if (strstr(line, "\"e\":\"trade\"")) {
		ev->type = REC_TRADE;
		add_level(ev, text_after(line, "\"p\":\""), text_after(line, "\"q\":\""), false);
		return ev->levels[0].px && ev->levels[0].qty;
	}
	return false;
}

const struct recording *recording_load(const char *path, const char **why)
{
	static char line[LINE_MAX_BYTES];
	gzFile f = gzopen(path, "rb");
	struct recording *r;
	size_t cap = 0;

	*why = "no such file";
	if (!f)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	*why = "a line of it cannot be read";
	while (gzgets(f, line, sizeof(line))) {
		if (!strchr(line, '{'))
			continue;
		if (r->n == cap) {
			cap = cap ? cap * 2 : 1024;
			r->events = realloc(r->events, cap * sizeof(*r->events));
		}
		if (!r->events || !parse(line, &r->events[r->n]))
			return NULL;
		r->n++;
	}
	gzclose(f);
	*why = "it is empty";
	return r->n ? r : NULL;
}
