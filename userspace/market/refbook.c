// SPDX-License-Identifier: MIT
#include "refbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHECKSUM_LEVELS	10u

bool ref_set(struct ref_book *b, bool ask, int64_t px, int64_t qty)
{
	struct ref_level *s = b->side[ask];
	uint32_t lo = 0, hi = b->n[ask];

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s[mid].px < px)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < b->n[ask] && s[lo].px == px) {
		if (qty)
			s[lo].qty = qty;
		else
			memmove(s + lo, s + lo + 1, sizeof(*s) * (--b->n[ask] - lo));
		return true;
	}
	if (!qty)
		return false;
	if (b->n[ask] == b->cap[ask]) {
		b->cap[ask] = b->cap[ask] ? b->cap[ask] * 2 : 1024;
		s = b->side[ask] = realloc(s, sizeof(*s) * b->cap[ask]);
		if (!s) {
			fputs("no memory\n", stderr);
			exit(1);
		}
	}
	memmove(s + lo + 1, s + lo, sizeof(*s) * (b->n[ask]++ - lo));
	s[lo] = (struct ref_level){ .px = px, .qty = qty };
	return false;
}

void ref_clear(struct ref_book *b)
{
	b->n[0] = b->n[1] = 0;
}

void ref_free(struct ref_book *b)
{
	free(b->side[0]);
	free(b->side[1]);
	memset(b, 0, sizeof(*b));
}

const struct ref_level *ref_at(const struct ref_book *b, bool ask, uint32_t depth)
{
	if (depth >= b->n[ask])
		return NULL;
	return ask ? &b->side[1][depth] : &b->side[0][b->n[0] - 1 - depth];
}

bool ref_level_at(const void *book, bool ask, uint32_t depth, struct ref_level *out)
{
	const struct ref_level *l = ref_at(book, ask, depth);

	if (l)
		*out = *l;
	return l;
}

/* e8 with so many decimals and no point: the digits from the first that is not 0. */
static uint32_t crc_number(uint32_t crc, int64_t v, unsigned int digits)
{
	char text[48];
	int n;

	for (; digits < 8; digits++)
		v /= 10;
	n = snprintf(text, sizeof(text), "%lld", (long long)v);
	for (; digits > 8 && n < (int)sizeof(text) - 1; digits--)
		text[n++] = '0';
	return (uint32_t)crc32(crc, (const unsigned char *)text, (unsigned int)n);
}

uint32_t ref_checksum(ref_level_fn *at, const void *book, unsigned int px_digits,
		      unsigned int qty_digits)
{
	uint32_t crc = 0, d;
	struct ref_level l;
	int side;

	for (side = 1; side >= 0; side--)
		for (d = 0; d < CHECKSUM_LEVELS && at(book, side, d, &l); d++) {
			crc = crc_number(crc, l.px, px_digits);
			crc = crc_number(crc, l.qty, qty_digits);
		}
	return crc;
}
