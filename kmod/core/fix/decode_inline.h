/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What the hand-written decoders share: decode.c and decode_md.c. */
#ifndef TG_FIX_DECODE_INLINE_H
#define TG_FIX_DECODE_INLINE_H

#include "fix/lexer_inline.h"
#include "fix/decode.h"

/*
 * One known field inside a decoder: `k` the cursor, `seen` the bits of what came before; jumps to bad with k.err set. A tag that comes twice outside a group
 * makes the message ambiguous (which of two quantities was meant?), so it is refused and not resolved by position.
 */
#define FIELD(key, bit, take)						\
	do {								\
		if (tg_fix_at(&k, key)) {				\
			if (seen & (bit)) {				\
				k.err = TG_FIX_DUPLICATE;		\
				goto bad;				\
			}						\
			seen |= (bit);					\
			if (!(take))					\
				goto bad;				\
		}							\
	} while (0)

static __always_inline bool take_slice(struct tg_fix_cursor *k, struct tg_fix_slice *s)
{
	if (!tg_fix_take(k))
		return false;
	s->p = k->val;
	s->len = k->len;
	return true;
}

#endif
