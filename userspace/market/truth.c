// SPDX-License-Identifier: MIT
#include "truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *a, const void *b)
{
	const struct truth_ticker *x = a, *y = b;

	if (x->symbol != y->symbol)
		return x->symbol < y->symbol ? -1 : 1;
	if (x->update_id != y->update_id)
		return x->update_id < y->update_id ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int diff_order(const void *a, const void *b)
{
	const struct truth_diff *x = a, *y = b;

	if (x->symbol != y->symbol)
		return x->symbol < y->symbol ? -1 : 1;
	return x->update_id < y->update_id ? -1 : x->update_id > y->update_id;
}

static int no_memory(struct truth *t)
{
	snprintf(t->error, sizeof(t->error), "%s: no memory", t->path);
	return -1;
}

static int symbol_of(struct truth *t, const struct mkt_event *ev, uint32_t *out)
{
	uint32_t i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->symbol[i].symbol, ev->symbol))
			break;
	if (i == t->n) {
		t->symbol = realloc(t->symbol, sizeof(*t->symbol) * (t->n + 1));
		if (!t->symbol)
			return no_memory(t);
		memset(&t->symbol[i], 0, sizeof(t->symbol[i]));
		memcpy(t->symbol[i].symbol, ev->symbol, sizeof(ev->symbol));
		t->symbol[i].px_digits = 255;
		t->n++;
	}
	/* the venue writes all prices of an instrument with equally many */
	if (t->symbol[i].px_digits == 255 && ev->px_digits != 255) {
		t->symbol[i].px_digits = ev->px_digits;
		t->symbol[i].qty_digits = ev->qty_digits;
	}
	*out = i;
	return 0;
}

static int add_ticker(struct truth *t, const struct mkt_event *ev, uint32_t symbol)
{
	if (t->tickers == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 4096;
		t->ticker = realloc(t->ticker, sizeof(*t->ticker) * t->cap);
		if (!t->ticker)
			return no_memory(t);
	}
	t->ticker[t->tickers] = (struct truth_ticker){ .update_id = ev->last_id,
						       .bid = ev->levels[0],
						       .ask = ev->levels[1],
						       .symbol = symbol,
						       .order = (uint32_t)t->tickers };
	t->tickers++;
	return 0;
}

static int add_diff(struct truth *t, const struct mkt_event *ev, uint32_t symbol)
{
	if (!ev->last_id)
		return 0;
	if (t->diffs == t->diff_cap) {
		t->diff_cap = t->diff_cap ? t->diff_cap * 2 : 4096;
		t->diff = realloc(t->diff, sizeof(*t->diff) * t->diff_cap);
		if (!t->diff)
			return no_memory(t);
	}
	t->diff[t->diffs++] = (struct truth_diff){ .update_id = ev->last_id, .symbol = symbol };
	return 0;
}

static int take(struct truth *t, const struct mkt_event *ev, uint64_t *nameless)
{
	uint32_t symbol = 0;

	t->lines++;
	if (!ev->symbol[0]) {
		if (!*nameless)
			*nameless = ev->line;
		return 0;
	}
	if (symbol_of(t, ev, &symbol))
		return -1;
	if (ev->type == MKT_TICKER)
		return add_ticker(t, ev, symbol);
	return ev->type == MKT_DIFF ? add_diff(t, ev, symbol) : 0;
}

int truth_load(struct truth *t, enum mkt_venue venue, const char *path)
{
	struct mkt_reader in;
	struct mkt_event ev;
	uint64_t nameless = 0;
	uint32_t i;
	int ret;

	memset(t, 0, sizeof(*t));
	t->path = path;
	ret = mkt_open(&in, venue, path);
	while (!ret && (ret = mkt_next(&in, &ev)) > 0)
		ret = take(t, &ev, &nameless);
	if (ret < 0 && !t->error[0])
		snprintf(t->error, sizeof(t->error), "%s", in.error);
	mkt_close(&in);
	if (ret)
		return -1;
	if (!t->n || (nameless && t->n > 1)) {
		snprintf(t->error, sizeof(t->error), "%s%s%.0llu: %s", path, t->n ? ":" : "",
			 (unsigned long long)(t->n ? nameless : 0),
			 t->n ? "a snapshot that names no symbol, in a recording of several"
			      : "holds no market data of this venue");
		return -1;
	}
	for (i = 0; i < t->n; i++)
		if (t->symbol[i].px_digits == 255)
			t->symbol[i].px_digits = t->symbol[i].qty_digits = 8;
	if (t->tickers)
		qsort(t->ticker, t->tickers, sizeof(*t->ticker), order);
	if (t->diffs)
		qsort(t->diff, t->diffs, sizeof(*t->diff), diff_order);
	return 0;
}

void truth_free(struct truth *t)
{
	free(t->symbol);
	free(t->ticker);
	free(t->diff);
	memset(t, 0, sizeof(*t));
}

const struct truth_ticker *truth_ticker(const struct truth *t, const struct truth_symbol *s,
					uint64_t update_id)
{
	const struct truth_ticker key = { .update_id = update_id,
					  .symbol = (uint32_t)(s - t->symbol) };
	uint64_t lo = 0, hi = t->tickers;

	while (lo < hi) {
		uint64_t mid = (lo + hi) / 2;

		if (order(&t->ticker[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->tickers && t->ticker[lo].symbol == key.symbol &&
	       t->ticker[lo].update_id == update_id ? &t->ticker[lo] : NULL;
}

bool truth_is_diff(const struct truth *t, const struct truth_symbol *s, uint64_t update_id)
{
	const struct truth_diff key = { .update_id = update_id,
					.symbol = (uint32_t)(s - t->symbol) };

	return t->diffs && bsearch(&key, t->diff, t->diffs, sizeof(key), diff_order);
}
