/* SPDX-License-Identifier: MIT */
/*
 * The venue's own book in checks and tests. It shares nothing with the engine's: one sorted array a
 * side, unbounded, prices ascending.
 */
#ifndef TG_MARKET_REFBOOK_H
#define TG_MARKET_REFBOOK_H

#include <stdbool.h>
#include <stdint.h>

struct ref_level { int64_t px, qty; };
struct ref_book { struct ref_level *side[2]; uint32_t n[2], cap[2]; uint64_t update_id; };

/* qty 0 deletes. true: there was a level at this price. Out of memory ends the program. */
bool ref_set(struct ref_book *b, bool ask, int64_t px, int64_t qty);
void ref_clear(struct ref_book *b);
void ref_free(struct ref_book *b);
/* depth 0 = best; NULL = not that many */
const struct ref_level *ref_at(const struct ref_book *b, bool ask, uint32_t depth);

/*
 * CRC32 of the ten best levels a side as Kraken defines it: asks from the best, then bids; price and
 * quantity with the venue's decimals, without the point and leading zeros. `at` gives a level,
 * false = not that many, so that any book can be asked.
 */
typedef bool ref_level_fn(const void *book, bool ask, uint32_t depth, struct ref_level *out);
uint32_t ref_checksum(ref_level_fn *at, const void *book, unsigned int px_digits,
		      unsigned int qty_digits);
ref_level_fn ref_level_at;	/* of a struct ref_book */

#endif
