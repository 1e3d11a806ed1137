// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What was sent, and sending it again. Application messages are kept as the bytes that went over the wire, in a ring of bytes with an index beside it, both of fixed
 * size: what is oldest falls out and is then filled over like what was never kept.
 *
 * A ResendRequest is answered from these bytes with 34 kept, 52 new, 43=Y and 122 added, 9 and 10 made anew (FIX 4.4 volume 2, "Resend Request"); nothing is built
 * a second time from orders, which have moved on since. Session messages are never kept and always filled over. What else is filled over is the session's policy:
 * an order that is sent again late is a new risk, a cancel never is.
 *
 * The answer goes out in pieces of TG_SESSION_RESEND_CHUNK bytes, the next one when the timer says; new messages wait for the end of it, so that the venue sees
 * numbers in order.
 */
#include "state.h"
#include "fix/lexer.h"
#include "session/session.h"

#define HEADER_FIELDS	4u	/* 49 56 34 52, as tg_session_header() writes them */
#define SCAN_MAX	2048u	/* entries looked at in one piece */
#define ADDED		128u	/* 43, 122 and a longer 9 */

static struct tg_stored *entry(const struct tg_engine *e, const struct tg_session *s, u32 n)
{
	u32 at = s->store_first + n;

	if (at >= e->params.session_store_messages)
		at -= e->params.session_store_messages;
	return (struct tg_stored *)((u8 *)e + s->store_index_off) + at;
}

static u8 *bytes_of(const struct tg_engine *e, const struct tg_session *s, const struct tg_stored *m)
{
	return (u8 *)e + s->store_bytes_off + m->off;
}

static void drop_oldest(struct tg_engine *e, struct tg_session *s)
{
	if (++s->store_first == e->params.session_store_messages)
		s->store_first = 0;
	s->store_count--;
	tg_cc(e, TG_CC_SESSION_STORE_EVICTED);
}

void tg_session_store_clear(struct tg_session *s)
{
	s->store_first = 0;
	s->store_count = 0;
	s->store_at = 0;
}

void tg_session_store(struct tg_engine *e, struct tg_session *s, u64 seq, u32 msg_type, u64 time_ns, const u8 *msg, u32 len)
{
	u32 cap = e->params.session_store_bytes, at = s->store_at;
	struct tg_stored *m;

	if (s->store_count == e->params.session_store_messages)
		drop_oldest(e, s);
	if (len > cap - at) {
		/* Messages are not cut at the ring's end. What is there now is older than all that is at its beginning. */
		while (s->store_count && entry(e, s, 0)->off >= at)
			drop_oldest(e, s);
		at = 0;
	}
	while (s->store_count && entry(e, s, 0)->off >= at && entry(e, s, 0)->off < at + len)
		drop_oldest(e, s);
	m = entry(e, s, s->store_count++);
	m->seq = seq;
	m->time_ns = time_ns;
	m->off = at;
	m->len = len;
	m->msg_type = msg_type;
	m->pad = 0;
	memcpy(bytes_of(e, s, m), msg, len);
	s->store_at = at + len;
}

bool tg_session_type(u32 msg_type)
{
	switch (msg_type) {
	case '0': case '1': case '2': case '3': case '4': case '5': case 'A':
		return true;
	default:
		return false;
	}
}

/* May this one go out again? */
static bool replayable(const struct tg_engine *e, const struct tg_session *s, const struct tg_stored *m)
{
	if (m->msg_type != 'D' && m->msg_type != 'G')
		return true;
	switch (s->cfg.resend_policy) {
	case TG_RESEND_REPLAY:
		return true;
	case TG_RESEND_YOUNG:
		return e->time_ns - m->time_ns <= s->cfg.resend_max_age_ns;
	default:
		return false;
	}
}

/* The first entry with that number or a higher one. */
static u32 find(const struct tg_engine *e, const struct tg_session *s, u64 seq)
{
	u32 lo = 0, hi = s->store_count;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (entry(e, s, mid)->seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool replay(struct tg_engine *e, struct tg_session *s, const struct tg_stored *m, struct tg_outbox *ob)
{
	const u8 *p = bytes_of(e, s, m), *end = p + m->len - 7, *orig = NULL, *b;	/* 7: the trailer */
	struct tg_fix_writer w;
	u32 n, len;
	u8 *to;

	/* Past 8=, 9= and 35=, then the four of the header; the last of them is 52. */
	for (n = 0; n < 3 + HEADER_FIELDS; n++) {
		orig = p;
		while (*p++ != TG_SOH)
			;
	}
	to = tg_outbox_reserve(ob, m->len + ADDED);
	if (!to) {
		tg_cc(e, TG_CC_OUTBOX_FULL);
		return false;
	}
	tg_fix_begin(&w, to, m->len + ADDED, s->cfg.fix_version, m->msg_type);
	tg_fix_put_str(&w, 49, s->cfg.sender_comp_id, TG_COMPID_LEN);
	tg_fix_put_str(&w, 56, s->cfg.target_comp_id, TG_COMPID_LEN);
	tg_fix_put_u64(&w, 34, m->seq);
	tg_fix_put_char(&w, 43, 'Y');
	tg_fix_put_time(&w, 52, e->time_ns);
	tg_fix_put_bytes(&w, 122, orig + 3, (u32)(p - 1 - orig) - 3);
	b = p;
	len = (u32)(end - b);
	if (w.full || (u64)(w.end - w.p) < len + 64u)	/* cannot be: room was made for it */
		return false;
	memcpy(w.p, b, len);
	w.p += len;
	if (!tg_session_finish(e, s, &w, 0, ob))
		return false;
	tg_cc(e, TG_CC_SESSION_REPLAYED);
	return true;
}

/* One piece of the answer. */
void tg_session_resend_serve(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u32 n = find(e, s, s->resend_tx_next), scanned = 0, from = ob->len;

	s->resend_tx_ns = e->time_ns + TG_SESSION_RESEND_PACE_NS;
	if (s->resend_tx_seq != e->seq) {
		s->resend_tx_seq = e->seq;
		s->resend_tx_used = 0;
	}
	while (s->resend_tx_next) {
		u64 last = s->resend_tx_end && s->resend_tx_end < s->next_tx_seq ? s->resend_tx_end : s->next_tx_seq - 1, to;
		struct tg_stored *m = NULL;

		if (s->resend_tx_next > last) {
			s->resend_tx_next = 0;
			e->sweep_due = 1;	/* cancels that waited */
			break;
		}
		if (s->resend_tx_used + (ob->len - from) >= TG_SESSION_RESEND_CHUNK || scanned >= SCAN_MAX)
			break;
		for (; n < s->store_count && scanned < SCAN_MAX; n++, scanned++) {
			m = entry(e, s, n);
			if (replayable(e, s, m))
				break;
		}
		/* Nothing more of use, or a scan that was broken off: up to there it is filled over. */
		to = n < s->store_count ? entry(e, s, n)->seq : last + 1;
		if (to > last + 1)
			to = last + 1;
		if (to > s->resend_tx_next) {
			tg_session_gap_fill(e, s, s->resend_tx_next, to, ob);
			tg_cc_add(e, TG_CC_SESSION_FILLED, to - s->resend_tx_next);
			s->resend_tx_next = to;
			continue;
		}
		if (m && m->seq == s->resend_tx_next && scanned < SCAN_MAX) {
			if (!replay(e, s, m, ob))
				break;	/* the rest with the next timer */
			s->resend_tx_next++;
			n++;
		}
	}
	s->resend_tx_used += ob->len - from;
}

void tg_session_resend(struct tg_engine *e, struct tg_session *s, u64 begin, u64 end, struct tg_outbox *ob)
{
	s->resend_tx_next = begin;
	s->resend_tx_end = end;
	tg_session_resend_serve(e, s, ob);
}

/* Number and SendingTime as the header of our own messages has them: from 35= on, as 9= has another length here. */
static bool own_header(const struct tg_session *s, const struct tg_in_stored *m, const struct tg_fix_frame *f)
{
	u32 skip = (s->cfg.fix_version == 50 ? 13u : 12u) + 4;	/* 8=, 9= and what tg_fix_begin() keeps for the length */
	struct tg_fix_writer w;
	u8 want[256];
	u32 n;

	if (f->version != s->cfg.fix_version)
		return false;
	tg_session_header(&w, &s->cfg, f->msg_type, m->seq, m->sending_time_ns, want, sizeof(want));
	if (w.full)
		return false;
	n = (u32)(w.p - want) - skip;
	return f->body_len > n && !memcmp(f->msg + f->body_off, want + skip, n);
}

/* Well formed to the end, and not itself a repeat. */
static bool own_body(const struct tg_fix_frame *f)
{
	struct tg_fix_cursor c;

	tg_fix_cursor_init(&c, f);
	while (tg_fix_next(&c))
		if (c.tag == 43 || c.tag == 122)
			return false;
	return !c.err;
}

enum tg_reason tg_session_restore(struct tg_engine *e, struct tg_session *s, const struct tg_in_stored *m, u32 len, struct tg_outbox *ob)
{
	const u8 *bytes = (const u8 *)(m + 1);
	struct tg_fix_frame f;
	u32 used = 0;

	if (m->flags || m->len != len - sizeof(*m) || !m->seq)
		return TG_REASON_BAD_REQUEST;
	if (s->transport)
		return TG_REASON_CONFIG;	/* only while disconnected */
	if (m->seq >= s->next_tx_seq || (s->store_count && m->seq <= entry(e, s, s->store_count - 1)->seq))
		return TG_REASON_BAD_REQUEST;
	if (m->len > e->params.session_store_bytes)
		return TG_REASON_CAPACITY;
	if (tg_fix_frame(bytes, m->len, TG_FIX_TX_MAX, &f, &used) || used != m->len || tg_session_type(f.msg_type) || !own_header(s, m, &f) ||
	    !own_body(&f))
		return TG_REASON_BAD_REQUEST;
	tg_session_store(e, s, m->seq, f.msg_type, m->sending_time_ns, bytes, m->len);
	return TG_REASON_OK;
}

bool tg_session_stored(const struct tg_engine *e, u32 venue_id, u32 n, struct tg_in_stored *out, const u8 **bytes)
{
	const struct tg_session *s = tg_session(e, venue_id);
	const struct tg_stored *m;

	if (!s || n >= s->store_count)
		return false;
	m = entry(e, s, n);
	memset(out, 0, sizeof(*out));
	out->venue_id = (u16)venue_id;
	out->len = m->len;
	out->seq = m->seq;
	out->sending_time_ns = m->time_ns;
	*bytes = bytes_of(e, s, m);
	return true;
}
