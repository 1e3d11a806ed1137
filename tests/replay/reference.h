/* SPDX-License-Identifier: MIT */
/*
 * A book that shares nothing with the engine's: one sorted array a side, unbounded, prices
 * ascending.
 */
#ifndef TG_TESTS_REFERENCE_H
#define TG_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct ref_level { int64_t px, qty; const char *px_text, *qty_text; };
struct ref_book { struct ref_level *side[2]; uint32_t n[2], cap[2]; uint64_t update_id; };

int64_t ref_e8(const char *decimal);
void ref_set(struct ref_book *b, bool ask, const char *px, const char *qty);
void ref_clear(struct ref_book *b);
/* depth 0 = best; NULL = not that many */
const struct ref_level *ref_at(const struct ref_book *b, bool ask, uint32_t depth);

#endif
