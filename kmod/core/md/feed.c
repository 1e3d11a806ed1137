// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Feed datagrams: framing, order by MsgSeqNum, lines A and B. A feed of line B (line = 1) belongs
 * to the nearest feed of line A with a lower id at the same venue; both count into the state of
 * that one, so that the first copy of a message is used and the second dropped.
 *
 * A hole in MsgSeqNum is counted, and does not by itself make a book suspect: what was lost may
 * have been about another instrument. The chain of update ids decides (md.c). The last 64 messages
 * are remembered one by one, so that a reordered or late copy still counts.
 *
 * A snapshot channel has numbers of its own, repeats itself for ever, and is used only for books
 * that need a snapshot. Silence is that of all lines together: one of them is enough.
 */
#include "state.h"

#define WINDOW		64u
/* in one datagram, then the rest is dropped: bounds the search for a next start */
#define MAX_GARBLED	8u

enum seq_verdict { SEQ_USE, SEQ_DUP, SEQ_RESTART };

static struct tg_feed *lead_of(const struct tg_engine *e, struct tg_feed *f)
{
	u32 n;

	if (likely(f->cfg.line == 0) || (f->cfg.flags & TG_FEED_SNAPSHOT))
		return f;
	for (n = f->cfg.feed_id - 1u; n; n--) {
		struct tg_feed *a = tg_feed(e, n);

		if (a && a->cfg.venue_id == f->cfg.venue_id && a->cfg.line == 0 &&
		    !(a->cfg.flags & TG_FEED_SNAPSHOT))
			return a;
	}
	return f;
}

/* What this line alone has delivered: for the operator, who has to know which of two is the worse. */
static void line_count(struct tg_feed *f, u64 seq)
{
	u64 missing;

	f->messages++;
	if (likely(seq == f->line_next) || !f->line_next) {
		f->line_seen = f->line_next ? f->line_seen << 1 | 1 : ~0ULL;
		f->line_next = seq + 1;
		return;
	}
	if (seq > f->line_next) {
		missing = seq - f->line_next;
		f->lost += missing;
		f->line_seen = missing + 1 < WINDOW ? f->line_seen << (missing + 1) | 1 : 1;
		f->line_next = seq + 1;
		return;
	}
	missing = f->line_next - 1 - seq;
	if (missing < WINDOW && !(f->line_seen >> missing & 1)) {
		f->line_seen |= 1ULL << missing;	/* late, not lost */
		f->lost--;
	}
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
		lead->hole_expected = lead->next_seq;
		lead->hole_got = seq;
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

/* A snapshot that the channel began and did not end: what comes next is another. */
static void abandon(struct tg_engine *e, const struct tg_feed *f)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (i && i->def.venue_id == f->cfg.venue_id && i->in_snapshot &&
		    !(i->def.flags & TG_INSTRUMENT_PUBLISHED))
			i->in_snapshot = 0;
	}
}

/*
 * A snapshot on a channel may come in several messages, and nothing in them tells the first from the
 * others: it is the one behind the last of another. So a snapshot is used only from its first piece,
 * with no number missing up to its last. false: not this one.
 */
static bool channel_piece(struct tg_engine *e, struct tg_feed *f, const struct tg_fix_cursor *c,
			  bool in_order)
{
	bool last, use;

	if (tg_fix_md_check(TG_MT1('W'), c, &last))
		return true;	/* refused, with the reason, by whoever looks next */
	if (!in_order)
		f->piece = TG_FEED_PIECE_UNKNOWN;
	use = f->piece != TG_FEED_PIECE_UNKNOWN;
	if (f->piece != TG_FEED_PIECE_INSIDE)
		abandon(e, f);
	if (last)
		f->piece = TG_FEED_PIECE_FIRST;
	else if (use)
		f->piece = TG_FEED_PIECE_INSIDE;
	return use;
}

static void message(struct tg_engine *e, struct tg_feed *f, struct tg_feed *lead,
		    const struct tg_fix_frame *frame, struct tg_outbox *ob)
{
	struct tg_md_source src = { .venue_id = f->cfg.venue_id, .udp = true };
	bool channel = f->cfg.flags & TG_FEED_SNAPSHOT, in_order;
	struct tg_fix_cursor c;
	struct tg_fix_header h;
	enum tg_fix_error err;
	u32 bad_tag = 0;

	tg_fix_cursor_init(&c, frame);
	if (unlikely(tg_fix_decode_header_like(frame, &f->hint, &c, &h))) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		return;
	}
	src.caps = tg_venue_caps(tg_session(e, f->cfg.venue_id)->cfg.dialect);
	src.channel = channel;
	in_order = h.seq == f->line_next;
	line_count(f, h.seq);
	f->last_ns = e->time_ns;
	lead->heard_ns = e->time_ns;
	switch (channel ? SEQ_USE : place(e, lead, &h, &src.after_gap)) {
	case SEQ_USE:
		break;
	case SEQ_DUP:
		f->dups++;
		return;
	case SEQ_RESTART:
		f->line_next = 0;
		/*
		 * Every book of the venue starts again, with events and requests that this step's
		 * outbox has no room for: left to the timer, which is due at once. Until then the
		 * feed is deaf.
		 */
		lead->next_seq = 0;
		lead->newest_ns = 0;
		lead->restarted = 1;
		tg_md_arm(e, e->time_ns);
		return;
	}
	if (h.sending_time_ns > lead->newest_ns)
		lead->newest_ns = h.sending_time_ns;
	src.holes = !channel && lead->seen != ~0ULL;
	f->first++;
	tg_cc(e, TG_CC_FIX_RX);
	if (unlikely(src.after_gap) && (src.caps->md_gap == TG_MD_GAP_MSG_SEQ ||
					src.caps->md_gap == TG_MD_GAP_CHECKSUM)) {
		lead->holes = 1;	/* left to the timer, as a restart is */
		tg_md_arm(e, e->time_ns);
	}
	switch (frame->msg_type) {
	case TG_MT1('X'):
	case TG_MT1('W'):
		if (unlikely(channel && frame->msg_type == TG_MT1('X'))) {
			tg_cc(e, TG_CC_FIX_UNKNOWN_TYPE);
			return;
		}
		if (channel && !channel_piece(e, f, &c, in_order))
			return;
		err = tg_md_refresh(e, &src, frame->msg_type, &c, &bad_tag, ob);
		break;
	case TG_MT1('0'):
		err = TG_FIX_OK;
		break;
	case TG_MT1('f'):	/* of one instrument: h could be of all, for which a datagram's step has no room */
		err = tg_md_status(e, tg_session(e, f->cfg.venue_id), frame->msg_type, &c, &bad_tag, ob);
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

void tg_feed_config(struct tg_engine *e, struct tg_feed *f)
{
	f->heard_ns = e->time_ns;
	if (f->cfg.silence_ms)
		tg_md_arm(e, tg_md_after(e->time_ns, f->cfg.silence_ms * 1000000ULL));
}

enum concern { RESTARTED, HOLES, SILENT };

static void books_of(struct tg_engine *e, const struct tg_feed *f, enum concern what,
		     struct tg_outbox *ob)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->def.venue_id != f->cfg.venue_id ||
		    (i->def.flags & TG_INSTRUMENT_PUBLISHED))
			continue;
		if (what == RESTARTED)
			tg_md_forget(e, i, ob);
		else if (what == SILENT)
			tg_md_stale(e, i, TG_GAP_SILENCE, ob);
		else if (i->state == TG_BOOK_LIVE || i->state == TG_BOOK_STALE)
			tg_md_wrong(e, i, TG_GAP_MSG_SEQ, f->hole_expected, f->hole_got, ob);
	}
}

static u64 silence(struct tg_engine *e, struct tg_feed *f, struct tg_outbox *ob)
{
	u64 due = tg_md_after(f->heard_ns, f->cfg.silence_ms * 1000000ULL);

	if (due > e->time_ns) {
		f->silent = 0;
		return due;
	}
	if (!f->silent) {
		f->silent = 1;
		tg_cc(e, TG_CC_MD_SILENCE);
		/* A channel of snapshots says nothing of books that need none. */
		if (!(f->cfg.flags & TG_FEED_SNAPSHOT))
			books_of(e, f, SILENT, ob);
	}
	/* Heard again is seen at the next look: soon enough, as the books know it by themselves. */
	return tg_md_after(e->time_ns, f->cfg.silence_ms * 1000000ULL);
}

u64 tg_feed_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u64 next = ~0ULL, due;
	u32 n;

	for (n = 1; n <= e->params.max_feeds; n++) {
		struct tg_feed *f = tg_feed(e, n);

		if (!f)
			continue;
		if (f->restarted) {
			f->restarted = 0;
			f->holes = 0;
			/*
			 * The publisher has started again, and its update ids may have too: nothing
			 * that is known connects to what comes.
			 */
			books_of(e, f, RESTARTED, ob);
		}
		if (f->holes) {
			f->holes = 0;
			books_of(e, f, HOLES, ob);
		}
		if (f->cfg.silence_ms && (!f->cfg.line || (f->cfg.flags & TG_FEED_SNAPSHOT))) {
			due = silence(e, f, ob);
			next = due < next ? due : next;
		}
	}
	return next;
}

void tg_feed_query(const struct tg_feed *f, struct tg_nl_feed *out)
{
	out->feed_id = f->cfg.feed_id;
	out->venue_id = f->cfg.venue_id;
	out->line = f->cfg.line;
	out->flags = f->cfg.flags;
	memcpy(out->name, f->cfg.name, sizeof(out->name));
	out->messages = f->messages;
	out->first = f->first;
	out->duplicates = f->dups;
	out->lost = f->lost;
	out->gaps = f->gaps;
	out->next_seq = f->line_next;
	out->last_ns = f->last_ns;
	out->silence_ms = f->cfg.silence_ms;
	out->silent = f->silent;
}
