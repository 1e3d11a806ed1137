// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Feed datagrams: framing, order by MsgSeqNum, lines A and B. A feed of line B (line = 1) belongs
 * to the nearest feed of line A with a lower id at the same venue; both count into the state of
 * that one, so that the first copy of a message is used and the second dropped.
 *
 * A hole in MsgSeqNum is counted, and does not by itself make a book suspect: what was lost may
 * have been about another instrument. The chain of update ids decides (md.c). The last 64 messages
 * are remembered one by one, so that a reordered or late copy still counts.
 */
#include "state.h"

#define WINDOW		64u
/* in one datagram, then the rest is dropped: bounds the search for a next start */
#define MAX_GARBLED	8u

enum seq_verdict { SEQ_USE, SEQ_DUP, SEQ_RESTART };

static struct tg_feed *lead_of(const struct tg_engine *e, struct tg_feed *f)
{
	u32 n;

	if (likely(f->cfg.line == 0))
		return f;
	for (n = f->cfg.feed_id - 1u; n; n--) {
		struct tg_feed *a = tg_feed(e, n);

		if (a && a->cfg.venue_id == f->cfg.venue_id && a->cfg.line == 0)
			return a;
	}
	return f;
}

static enum seq_verdict place(struct tg_engine *e, struct tg_feed *lead,
			      const struct tg_fix_header *h, bool *after_gap)
{
	u64 seq = h->seq, behind;

	if (likely(seq == lead->next_seq) || !lead->next_seq) {
		lead->seen = lead->next_seq ? lead->seen << 1 | 1 : ~0ULL;
		lead->next_seq = seq + 1;
		return SEQ_USE;
	}
	if (seq > lead->next_seq) {
		u64 missing = seq - lead->next_seq;

		tg_cc_add(e, TG_CC_MD_FEED_GAPS, missing);
		lead->gaps += missing;
		lead->seen = missing + 1 < WINDOW ? lead->seen << (missing + 1) | 1 : 1;
		lead->next_seq = seq + 1;
		*after_gap = true;
		return SEQ_USE;
	}
	behind = lead->next_seq - 1 - seq;
	if (behind < WINDOW && !(lead->seen >> behind & 1)) {
		lead->seen |= 1ULL << behind;
		return SEQ_USE;
	}
	/*
	 * Copies were sent before or with the newest message. A low number sent after it: the
	 * publisher counts anew.
	 */
	if (h->sending_time_ns > lead->newest_ns)
		return SEQ_RESTART;
	tg_cc(e, TG_CC_MD_FEED_DUPS);
	return SEQ_DUP;
}

static void message(struct tg_engine *e, struct tg_feed *f, struct tg_feed *lead,
		    const struct tg_fix_frame *frame, struct tg_outbox *ob)
{
	struct tg_md_source src = { .venue_id = f->cfg.venue_id, .udp = true };
	struct tg_fix_cursor c;
	struct tg_fix_header h;
	enum tg_fix_error err;
	u32 bad_tag = 0;

	tg_fix_cursor_init(&c, frame);
	if (unlikely(tg_fix_decode_header_like(frame, &f->hint, &c, &h))) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		return;
	}
	switch (place(e, lead, &h, &src.after_gap)) {
	case SEQ_USE:
		break;
	case SEQ_DUP:
		return;
	case SEQ_RESTART:
		/*
		 * Every book of the venue starts again, with events and requests that this step's
		 * outbox has no room for: left to the timer, which is due at once. Until then the
		 * feed is deaf.
		 */
		lead->next_seq = 0;
		lead->newest_ns = 0;
		lead->restarted = 1;
		if (e->time_ns < e->md_deadline_ns)
			e->md_deadline_ns = e->time_ns;
		return;
	}
	if (h.sending_time_ns > lead->newest_ns)
		lead->newest_ns = h.sending_time_ns;
	src.holes = lead->seen != ~0ULL;
	f->messages++;
	tg_cc(e, TG_CC_FIX_RX);
	switch (frame->msg_type) {
	case TG_MT1('X'):
	case TG_MT1('W'):
		err = tg_md_refresh(e, &src, frame->msg_type, &c, &bad_tag, ob);
		break;
	case TG_MT1('0'):
		err = TG_FIX_OK;
		break;
	default:
		tg_cc(e, TG_CC_FIX_UNKNOWN_TYPE);
		return;
	}
	if (unlikely(err))
		tg_cc(e, TG_CC_FIX_REJECTED);
}

void tg_feed_datagram(struct tg_engine *e, struct tg_feed *f, const u8 *bytes, u32 len,
		      struct tg_outbox *ob)
{
	struct tg_feed *lead = lead_of(e, f);
	u32 garbled = 0;

	while (len && !lead->restarted) {
		struct tg_fix_frame frame;
		enum tg_fix_error err;
		u32 used = 0;

		err = tg_fix_frame(bytes, len, len, &frame, &used);
		if (likely(!err && used)) {
			message(e, f, lead, &frame, ob);
		} else {
			/*
			 * A datagram holds whole messages: a partial one is as wrong as a garbled
			 * one.
			 */
			tg_cc(e, TG_CC_FIX_GARBLED);
			if (!used || used > len || ++garbled == MAX_GARBLED)
				used = len;
			tg_cc_add(e, TG_CC_FIX_GARBAGE_BYTES, used);
		}
		bytes += used;
		len -= used;
	}
}
