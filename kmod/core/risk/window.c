// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Price collar over a time window (RTS 6 art. 15(1)(a)): a price may be no further from any reference price of the last ns than the limit says. The collar around
 * the current price follows a market that runs away; this one does not. After a jump by more than the limit nothing passes until the window has left the old
 * price behind.
 *
 * Reference prices are the book's mid as it moves, trades, and what the reference is when an order asks. They are kept as the lowest and the highest of each
 * bucket, one sixteenth of the window; one bucket more than the window holds, so that none is forgotten before its time, and none kept longer than a sixteenth over.
 */
#include "state.h"

void tg_window_set(struct tg_engine *e, u32 instrument_id, u64 ns)
{
	struct tg_window *w = tg_window(e, instrument_id);
	struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (!i || w->ns == ns)
		return;
	memset(w, 0, sizeof(*w));
	w->ns = ns;
	w->width_ns = (ns + TG_WINDOW_BUCKETS - 1) / TG_WINDOW_BUCKETS;
	i->windowed = ns != 0;
}

/* Empties the buckets between the last news and now. */
void tg_window_roll(struct tg_window *w, u64 now)
{
	u64 gone = now - w->at;
	u32 k;

	if (gone > TG_WINDOW_BUCKETS)
		gone = TG_WINDOW_BUCKETS + 1;
	for (; gone; gone--) {
		k = (u32)((now - gone + 1) % (TG_WINDOW_BUCKETS + 1));
		w->bucket[k].low = 0;
		w->bucket[k].high = 0;
	}
	w->at = now;
	w->from_ns = now * w->width_ns;
	w->newest = (u32)(now % (TG_WINDOW_BUCKETS + 1));
	w->fed_px = 0;
	w->low = 0;
	w->high = 0;
	for (k = 0; k <= TG_WINDOW_BUCKETS; k++) {
		if (!w->bucket[k].low)
			continue;
		tg_widen(&w->low, &w->high, w->bucket[k].low);
		tg_widen(&w->low, &w->high, w->bucket[k].high);
	}
}
