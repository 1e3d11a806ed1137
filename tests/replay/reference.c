// SPDX-License-Identifier: MIT
#include "reference.h"

#include <stdlib.h>
#include <string.h>

int64_t ref_e8(const char *decimal)
{
	int64_t v = 0;
	int places = -1;

	for (; *decimal; decimal++) {
		if (*decimal == '.') {
			places = 0;
		} else if (places < 8) {
			v = v * 10 + (*decimal - '0');
			places += places >= 0;
		}
	}
	for (places = places < 0 ? 0 : places; places < 8; places++)
		v *= 10;
	return v;
}

void ref_set(struct ref_book *b, bool ask, const char *px_text, const char *qty_text)
{
	struct ref_level l = { .px = ref_e8(px_text),
			       .qty = ref_e8(qty_text),
			       .px_text = px_text,
			       .qty_text = qty_text };
	struct ref_level *s = b->side[ask];
	uint32_t lo = 0, hi = b->n[ask];

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s[mid].px < l.px)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < b->n[ask] && s[lo].px == l.px) {
		if (l.qty)
			s[lo] = l;
		else
			memmove(s + lo, s + lo + 1, sizeof(*s) * (--b->n[ask] - lo));
		return;
	}
	if (!l.qty)
		return;
	if (b->n[ask] == b->cap[ask]) {
		b->cap[ask] = b->cap[ask] ? b->cap[ask] * 2 : 1024;
		s = b->side[ask] = realloc(s, sizeof(*s) * b->cap[ask]);
	}
	memmove(s + lo + 1, s + lo, sizeof(*s) * (b->n[ask]++ - lo));
	s[lo] = l;
}

void ref_clear(struct ref_book *b)
{
	b->n[0] = b->n[1] = 0;
}

const struct ref_level *ref_at(const struct ref_book *b, bool ask, uint32_t depth)
{
	if (depth >= b->n[ask])
		return NULL;
	return ask ? &b->side[1][depth] : &b->side[0][b->n[0] - 1 - depth];
}
