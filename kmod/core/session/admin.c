// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The session's own messages but for the Logon: Logout, Heartbeat, TestRequest, ResendRequest, SequenceReset, Reject. */
#include "state.h"
#include "fix/lexer.h"
#include "session/session.h"

static u32 text_len(const char *s, u32 max)
{
	u32 n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

static __always_inline bool start_at(struct tg_engine *e, struct tg_session *s, u32 msg_type, u64 seq, u64 time_ns, struct tg_fix_writer *w, struct tg_outbox *ob)
{
	u8 *buf;

	/* nothing but a Logon before the Logon */
	if (!s->transport || (s->state == TG_SESSION_CREDENTIALS && msg_type != 'A'))
		return false;
	buf = tg_outbox_reserve(ob, TG_FIX_TX_MAX);
	if (!buf) {
		tg_cc(e, TG_CC_OUTBOX_FULL);
		return false;
	}
	if (tg_fix_begin_like(w, &s->tx_head, buf, TG_FIX_TX_MAX, msg_type, seq, time_ns))
		return true;
	tg_session_header(w, &s->cfg, msg_type, seq, time_ns, buf, TG_FIX_TX_MAX);
	tg_fix_head_learn(&s->tx_head, w, time_ns);
	return true;
}

bool tg_session_start_at(struct tg_engine *e, struct tg_session *s, u32 msg_type, u64 seq, u64 time_ns, struct tg_fix_writer *w, struct tg_outbox *ob)
{
	return start_at(e, s, msg_type, seq, time_ns, w, ob);
}

bool tg_session_finish(struct tg_engine *e, struct tg_session *s, struct tg_fix_writer *w, u64 cause_ns, struct tg_outbox *ob)
{
	u32 len = tg_fix_end(w);

	if (!len)
		return false;
	tg_outbox_commit_padded(ob, TG_OUT_TCP, s->cfg.venue_id, cause_ns, len);
	s->tx_messages++;
	s->last_tx_ns = e->time_ns;
	if (unlikely(e->rates_on))
		tg_rate_message(e, s->cfg.venue_id);
	tg_cc(e, TG_CC_FIX_TX);
	return true;
}

bool tg_session_start(struct tg_engine *e, struct tg_session *s, u32 msg_type, struct tg_fix_writer *w, struct tg_outbox *ob)
{
	return tg_session_granted(s) && tg_session_start_at(e, s, msg_type, s->next_tx_seq, e->time_ns, w, ob);
}

bool tg_session_begin(struct tg_engine *e, struct tg_session *s, u32 msg_type, struct tg_fix_writer *w, struct tg_outbox *ob)
{
	return tg_session_can_send(s) && start_at(e, s, msg_type, s->next_tx_seq, e->time_ns, w, ob);
}

bool tg_session_send(struct tg_engine *e, struct tg_session *s, struct tg_fix_writer *w, u64 cause_ns, struct tg_outbox *ob)
{
	if (!tg_session_finish(e, s, w, cause_ns, ob))
		return false;
	if (!tg_session_type(w->msg_type))
		tg_session_store(e, s, s->next_tx_seq, w->msg_type, e->time_ns, w->buf, (u32)(w->p - w->buf));
	s->next_tx_seq++;
	if (unlikely(s->next_tx_seq == s->granted_tx_seq))
		tg_cc(e, TG_CC_SESSION_LEASE);
	return true;
}

void tg_session_logout(struct tg_engine *e, struct tg_session *s, const char *text, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	if (!tg_session_start(e, s, '5', &w, ob))
		return;
	if (text)
		tg_fix_put_bytes(&w, 58, text, text_len(text, 128));
	tg_session_send(e, s, &w, 0, ob);
}

bool tg_session_heartbeat(struct tg_engine *e, struct tg_session *s, const struct tg_fix_slice *test_req_id, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	if (!tg_session_start(e, s, '0', &w, ob))
		return true;	/* nothing can be said at all */
	if (test_req_id)
		tg_fix_put_bytes(&w, 112, test_req_id->p, test_req_id->len);
	return tg_session_send(e, s, &w, 0, ob);
}

void tg_session_test_request(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	s->test_request_out = 1;
	s->test_request_ns = e->time_ns;
	if (!tg_session_start(e, s, '1', &w, ob))
		return;
	tg_fix_put_u64(&w, 112, e->seq);	/* any text of ours that does not repeat */
	tg_session_send(e, s, &w, 0, ob);
}

/*
 * `end` is the last number known to be missing; the request asks to infinity, as more may have been sent by the time it is read. A venue that limits how much may
 * be asked for at once is asked piece by piece.
 */
void tg_session_resend_request(struct tg_engine *e, struct tg_session *s, u64 begin, u64 end, struct tg_outbox *ob)
{
	u64 max = s->cfg.resend_max;
	struct tg_fix_writer w;

	if (max && end - begin >= max)
		end = begin + max - 1;
	s->resend_out = 1;
	s->resend_begin = begin;
	s->resend_end = end;
	s->resend_ns = e->time_ns;
	s->gap_storm++;
	if (!tg_session_start(e, s, '2', &w, ob))
		return;
	tg_fix_put_u64(&w, 7, begin);
	tg_fix_put_u64(&w, 16, max ? end : 0);
	if (tg_session_send(e, s, &w, 0, ob))
		tg_cc(e, TG_CC_SESSION_RESEND_TX);
}

/* In an answer to a ResendRequest: nothing from `begin` to before `next` is sent again. It goes out under the number asked for and takes none of its own. */
void tg_session_gap_fill(struct tg_engine *e, struct tg_session *s, u64 begin, u64 next, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	if (!tg_session_start_at(e, s, '4', begin, e->time_ns, &w, ob))
		return;
	tg_fix_put_char(&w, 43, 'Y');
	tg_fix_put_time(&w, 122, e->time_ns);
	tg_fix_put_char(&w, 123, 'Y');
	tg_fix_put_u64(&w, 36, next);
	tg_session_finish(e, s, &w, 0, ob);
}

void tg_session_reject_reason(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, u32 reason, const char *text,
			      struct tg_outbox *ob)
{
	struct tg_fix_writer w;
	u8 type[4];
	u32 n;

	for (n = 0; n < 4 && ref_type >> 8 * n; n++)
		type[n] = (u8)(ref_type >> 8 * n);
	if (!tg_session_start(e, s, '3', &w, ob))
		return;
	tg_fix_put_u64(&w, 45, ref_seq);
	if (ref_tag)
		tg_fix_put_u64(&w, 371, ref_tag);
	tg_fix_put_bytes(&w, 372, type, n);
	if (reason <= 11 || s->cfg.fix_version > 42)	/* FIX 4.2 volume 6, tag 373: the list ends there */
		tg_fix_put_u64(&w, 373, reason);
	tg_fix_put_bytes(&w, 58, text, text_len(text, 128));
	tg_session_send(e, s, &w, 0, ob);
}

void tg_session_business_reject(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 reason, const char *text, struct tg_outbox *ob)
{
	struct tg_fix_writer w;
	u8 type[4];
	u32 n;

	for (n = 0; n < 4 && ref_type >> 8 * n; n++)
		type[n] = (u8)(ref_type >> 8 * n);
	if (!tg_session_start(e, s, 'j', &w, ob))
		return;
	tg_fix_put_u64(&w, 45, ref_seq);
	tg_fix_put_bytes(&w, 372, type, n);
	tg_fix_put_u64(&w, 380, reason);
	tg_fix_put_bytes(&w, 58, text, text_len(text, 128));
	if (tg_session_send(e, s, &w, 0, ob))
		tg_cc(e, TG_CC_BUSINESS_REJECTS_TX);
}

/* SessionRejectReason (FIX 4.4 volume 6, tag 373). */
static u32 reject_reason(enum tg_fix_error err)
{
	switch (err) {
	case TG_FIX_TAG: return 0;
	case TG_FIX_MISSING: return 1;
	case TG_FIX_VALUE: return 4;
	case TG_FIX_RANGE: return 5;
	case TG_FIX_FORMAT: return 6;
	case TG_FIX_DUPLICATE: return 13;
	case TG_FIX_GROUP_COUNT: return 16;
	case TG_FIX_MSG_TYPE: return 11;
	default: return 99;
	}
}

void tg_session_reject(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, enum tg_fix_error err, struct tg_outbox *ob)
{
	tg_cc(e, TG_CC_FIX_REJECTED);
	if (ref_type == '3')	/* never a Reject for a Reject */
		return;
	tg_session_reject_reason(e, s, ref_seq, ref_type, ref_tag, reject_reason(err), tg_fix_error_text(err), ob);
}
