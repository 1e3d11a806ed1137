// SPDX-License-Identifier: GPL-2.0 OR MIT
/* What a message from the venue does to the session (FIX 4.4 volume 2, "FIX session protocol", and its test cases). */
#include "state.h"
#include "dispatch.h"
#include "fix/dict.h"
#include "fix/lexer.h"
#include "session/session.h"

#define NS_PER_MS	1000000ULL

/* Session rejects that the session itself decides on (tag 373). */
enum { REJECT_MISSING = 1, REJECT_VALUE = 5, REJECT_COMP_ID = 9, REJECT_SENDING_TIME = 10 };

static bool same(const struct tg_fix_slice *v, const char *padded)
{
	u32 i;

	for (i = 0; i < v->len; i++)
		if (i == TG_COMPID_LEN || (char)v->p[i] != padded[i])
			return false;
	return i == TG_COMPID_LEN || !padded[i];
}

/* Logout with a reason, then the end of the connection. */
static void expel(struct tg_engine *e, struct tg_session *s, u16 next, const char *text, struct tg_outbox *ob)
{
	tg_session_logout(e, s, text, ob);
	tg_session_close(e, s, next, text, ob);
}

static u32 put(char *to, u32 n, const char *text)
{
	while (*text)
		to[n++] = *text++;
	return n;
}

static u32 put_number(char *to, u32 n, u64 v)
{
	char tmp[20];
	u32 k = 0;

	do {
		tmp[k++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (k)
		to[n++] = tmp[--k];
	return n;
}

/* A number already used: one side has lost count, and a person must say which (FIX 4.4 volume 2: serious, disconnect). */
static void too_low(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, struct tg_outbox *ob)
{
	char text[96];
	u32 n;

	if (h->poss_dup) {
		tg_cc(e, TG_CC_SESSION_POSSDUP);
		/* A repeat must say when it was first sent (FIX 4.4 volume 2, "PossDupFlag"); a gap fill has nothing to repeat. */
		if (!h->orig_sending_time_ns && h->msg_type != '4')
			tg_session_reject_reason(e, s, h->seq, h->msg_type, 122, REJECT_MISSING, "OrigSendingTime missing", ob);
		return;
	}
	tg_cc(e, TG_CC_SESSION_LOW_SEQ);
	n = put(text, 0, "MsgSeqNum too low, expecting ");
	n = put_number(text, n, s->next_rx_seq);
	n = put(text, n, " but received ");
	n = put_number(text, n, h->seq);
	text[n] = 0;
	expel(e, s, TG_SESSION_HALTED, text, ob);
}

/* next_rx_seq has moved on. */
static void progress(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	s->gap_storm = 0;
	s->resend_ns = e->time_ns;
	if (s->resend_out && s->next_rx_seq > s->resend_end)
		s->resend_out = 0;
	/* The next piece of a gap that could not be asked for at once. */
	if (s->cfg.resend_max && s->state == TG_SESSION_RECOVERING && !s->resend_out && s->next_rx_seq <= s->resend_high)
		tg_session_resend_request(e, s, s->next_rx_seq, s->resend_high, ob);
	if (s->state == TG_SESSION_RECOVERING && s->next_rx_seq > s->resend_high) {
		s->resend_out = 0;
		tg_session_state(e, s, TG_SESSION_UP, ob);
	}
}

static void in_sequence(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	s->next_rx_seq++;
	progress(e, s, ob);
}

/* Message `seq` came too early and is dropped: the venue is asked once for all that is missing. */
static void gap(struct tg_engine *e, struct tg_session *s, u64 seq, struct tg_outbox *ob)
{
	if (s->state == TG_SESSION_LOGOUT_SENT)
		return;		/* the next logon shows the gap again */
	if (seq > s->resend_high || s->state != TG_SESSION_RECOVERING)
		s->resend_high = seq;
	if (s->resend_out && s->next_rx_seq <= s->resend_end)
		return;
	tg_cc(e, TG_CC_SESSION_GAPS);
	tg_health_gap(e, s->cfg.venue_id);
	if (s->gap_storm >= TG_SESSION_STORM) {
		expel(e, s, TG_SESSION_HALTED, "too many resend requests without progress", ob);
		return;
	}
	/* A bounded request has to name the message that was just dropped too. */
	tg_session_resend_request(e, s, s->next_rx_seq, s->cfg.resend_max ? seq : seq - 1, ob);
	tg_session_state(e, s, TG_SESSION_RECOVERING, ob);
}

/* A venue that answers no ResendRequest: what is missing stays missing, and books and orders recover by their own means. */
static bool skip_gap(struct tg_engine *e, struct tg_session *s, u64 seq, struct tg_outbox *ob)
{
	if (seq <= s->next_rx_seq || tg_venue_caps(s->cfg.dialect)->resend)
		return false;
	tg_cc(e, TG_CC_SESSION_GAPS);
	tg_health_gap(e, s->cfg.venue_id);
	tg_md_session_gap(e, s, s->next_rx_seq, seq, ob);
	s->next_rx_seq = seq;
	return true;
}

static bool text_given(const struct tg_fix_slice *t)
{
	return t->p && t->len;
}

/* NextExpectedMsgSeqNum of the venue's Logon (FIX 4.4 volume 2, "Logon", 789): what it has not seen is sent again without being asked for. */
static bool next_expected(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if (!(s->cfg.flags & TG_VENUE_NEXT_EXPECTED) || a->next_expected <= s->next_tx_seq)
		return true;
	expel(e, s, TG_SESSION_HALTED, "NextExpectedMsgSeqNum too high", ob);
	return false;
}

static void serve_expected(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if ((s->cfg.flags & TG_VENUE_NEXT_EXPECTED) && a->next_expected && a->next_expected < s->next_tx_seq && s->transport)
		tg_session_resend(e, s, a->next_expected, s->next_tx_seq - 1, ob);
}

/* The venue counts anew, and so do we, from these numbers on: nothing that went before can be asked for. */
static void restart_numbers(struct tg_session *s, u64 tx, u64 rx)
{
	s->next_tx_seq = tx;
	s->next_rx_seq = rx;
	tg_session_store_clear(s);
	s->resend_tx_next = 0;
	s->resend_out = 0;
	s->resend_high = 0;
	s->resend_rx_begin = 0;
	s->resend_rx_storm = 0;
}

static void logged_on(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if (a->reset_seq) {
		if (h->seq != 1) {
			expel(e, s, TG_SESSION_DOWN, "Logon with ResetSeqNumFlag=Y must have MsgSeqNum 1", ob);
			return;
		}
		s->next_rx_seq = 1;
		/* The venue resets though we did not ask: our Logon counts as number 1. */
		if (!(s->cfg.flags & TG_VENUE_RESET_ON_LOGON))
			restart_numbers(s, 2, 1);
	}
	skip_gap(e, s, h->seq, ob);
	if (h->seq < s->next_rx_seq) {
		struct tg_fix_header plain = *h;

		plain.poss_dup = false;		/* an answer to a Logon cannot be an old one */
		too_low(e, s, &plain, ob);
		return;
	}
	if (!next_expected(e, s, a, ob))
		return;
	/* The initiator chooses; a venue that wants to hear more often gets it, one that wants less or nothing does not. */
	if (a->heartbeat_s && a->heartbeat_s < s->cfg.heartbeat_s)
		s->heartbeat_s = a->heartbeat_s < s->cfg.heartbeat_min_s ? s->cfg.heartbeat_min_s : (u16)a->heartbeat_s;
	s->logons++;
	memset(s->text, 0, sizeof(s->text));
	serve_expected(e, s, a, ob);	/* before anything new is sent */
	if (h->seq > s->next_rx_seq) {
		s->up_since_ns = e->time_ns;
		/* Our 789 has asked already; the venue is reminded if nothing comes. */
		if ((s->cfg.flags & TG_VENUE_NEXT_EXPECTED) && a->next_expected) {
			tg_cc(e, TG_CC_SESSION_GAPS);
			tg_health_gap(e, s->cfg.venue_id);
			s->resend_out = 1;
			s->resend_begin = s->next_rx_seq;
			s->resend_end = h->seq - 1;
			s->resend_high = h->seq;
			s->resend_ns = e->time_ns;
			tg_session_state(e, s, TG_SESSION_RECOVERING, ob);
		} else {
			gap(e, s, h->seq, ob);
		}
		return;
	}
	s->next_rx_seq++;
	tg_session_state(e, s, TG_SESSION_UP, ob);
}

/* 24-hour sessions: the venue restarts the numbers while logged on; the answer is a Logon with the same flag. */
static void reset_in_session(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	if (s->gap_storm++ >= TG_SESSION_STORM) {
		expel(e, s, TG_SESSION_HALTED, "venue keeps resetting sequence numbers", ob);
		return;
	}
	restart_numbers(s, 1, 2);
	if (s->cfg.flags & TG_VENUE_CREDENTIALS) {
		/*
		 * A Logon that the daemon has to write cannot be written into a session that is under way: the socket is the module's by now. Over a new
		 * connection it can.
		 */
		if (tg_venue_caps(s->cfg.dialect)->logon_secret) {
			expel(e, s, TG_SESSION_DOWN, "venue reset sequence numbers", ob);
			return;
		}
		s->reset_asked = 1;
		tg_session_ask_credentials(e, s, ob);
		return;
	}
	tg_session_logon(e, s, NULL, true, ob);
	if (s->state == TG_SESSION_RECOVERING)
		tg_session_state(e, s, TG_SESSION_UP, ob);
}

static void on_logout(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	u16 was = s->state;

	/* One that is said again (43=Y) is of a session that is over. */
	if (h->poss_dup && h->seq < s->next_rx_seq) {
		too_low(e, s, h, ob);
		return;
	}
	s->logout_rx = 1;
	if (h->seq == s->next_rx_seq)
		s->next_rx_seq++;
	if (was == TG_SESSION_UP || was == TG_SESSION_RECOVERING)
		tg_session_logout(e, s, NULL, ob);
	if (text_given(&a->text))
		tg_session_text(s, a->text.p, a->text.len);
	else if (was != TG_SESSION_LOGOUT_SENT)
		tg_session_text(s, "venue logged out", 16);
	tg_session_close(e, s, TG_SESSION_DOWN, NULL, ob);
}

static void on_resend_request(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	tg_cc(e, TG_CC_SESSION_RESEND_RX);
	if (!a->begin_seq || a->begin_seq >= s->next_tx_seq || (a->end_seq && a->end_seq < a->begin_seq)) {
		tg_session_reject_reason(e, s, h->seq, h->msg_type, 7, REJECT_VALUE, "nothing was sent under that number", ob);
		return;
	}
	/* The same again and again: whatever is wrong there, sending once more will not mend it. */
	if (a->begin_seq > s->resend_rx_begin || !s->resend_rx_begin) {
		s->resend_rx_begin = a->begin_seq;
		s->resend_rx_storm = 0;
	}
	if (++s->resend_rx_storm > TG_SESSION_STORM) {
		expel(e, s, TG_SESSION_HALTED, "venue keeps asking for the same messages", ob);
		return;
	}
	/* Not past what was asked for: what came behind it may wait in the venue's own queue, and filling that too would make it drop messages that it has. */
	tg_session_resend(e, s, a->begin_seq, a->end_seq, ob);
}

static void on_sequence_reset(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if (!a->gap_fill) {
		/* Reset: MsgSeqNum is ignored, the new number may only go up. */
		if (a->new_seq < s->next_rx_seq || a->new_seq > TG_SESSION_SEQ_MAX) {
			tg_session_reject_reason(e, s, h->seq, h->msg_type, 36, REJECT_VALUE,
						 a->new_seq < s->next_rx_seq ? "NewSeqNo lower than expected" : "NewSeqNo too high", ob);
			return;
		}
		s->next_rx_seq = a->new_seq;
		s->resend_high = 0;
		progress(e, s, ob);
		return;
	}
	skip_gap(e, s, h->seq, ob);
	if (h->seq > s->next_rx_seq) {
		gap(e, s, h->seq, ob);
	} else if (h->seq < s->next_rx_seq) {
		too_low(e, s, h, ob);
	} else if (a->new_seq <= h->seq || a->new_seq > TG_SESSION_SEQ_MAX) {
		tg_session_reject_reason(e, s, h->seq, h->msg_type, 36, REJECT_VALUE,
					 a->new_seq <= h->seq ? "NewSeqNo not above MsgSeqNum" : "NewSeqNo too high", ob);
		in_sequence(e, s, ob);
	} else {
		/* What is filled over will not come: books that have no better test cannot know what was in it. */
		if (a->new_seq > h->seq + 1)
			tg_md_session_gap(e, s, h->seq, a->new_seq, ob);
		s->next_rx_seq = a->new_seq;
		progress(e, s, ob);
	}
}

/* 35=3 and 35=j about a message of ours. */
static void on_rejected(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if (text_given(&a->text))
		tg_session_text(s, a->text.p, a->text.len);
	else
		tg_session_text(s, "venue rejected a message", 24);
	tg_app_rejected(e, s, a, ob);
}

static bool admin_type(u32 type)
{
	switch (type) {
	case '0': case '1': case '2': case '3': case '4': case '5': case 'A': case 'j':
		return true;
	default:
		return false;
	}
}

/* A TestReqID that does not fit into a message of ours is said to be wrong; silence would look like a dead session. */
static void answer_test(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	if (!tg_session_heartbeat(e, s, &a->test_req_id, ob))
		tg_session_reject_reason(e, s, h->seq, h->msg_type, 112, REJECT_VALUE, "TestReqID too long", ob);
}

/* In sequence, and not one of those that come before the gap logic. */
static void deliver(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f, const struct tg_fix_header *h, struct tg_fix_cursor *c,
		    const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	enum tg_fix_error err;
	u32 bad_tag = 0;

	s->next_rx_seq++;
	switch (h->msg_type) {
	case '0': case '2': case 'A':
		break;
	case '1':
		answer_test(e, s, h, a, ob);
		break;
	case '3': case 'j':
		on_rejected(e, s, a, ob);
		break;
	default:
		err = tg_app_message(e, s, f, h, c, &bad_tag, ob);
		if (err)
			tg_session_reject(e, s, h->seq, h->msg_type, bad_tag, err, ob);
	}
	if (s->transport)
		progress(e, s, ob);
}

/* True: the header is the session's own, and of now. */
static bool header_accepted(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, struct tg_outbox *ob)
{
	u64 skew = (u64)s->cfg.sending_time_max_skew_ms * NS_PER_MS, now = e->time_ns, sent = h->sending_time_ns;

	if (!same(&h->sender, s->cfg.target_comp_id) || !same(&h->target, s->cfg.sender_comp_id)) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		tg_session_reject_reason(e, s, h->seq, h->msg_type, same(&h->sender, s->cfg.target_comp_id) ? 56 : 49, REJECT_COMP_ID,
					 "CompID problem", ob);
		expel(e, s, TG_SESSION_DOWN, "CompID problem", ob);
		return false;
	}
	if (skew && (now > sent ? now - sent : sent - now) > skew) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		tg_session_reject_reason(e, s, h->seq, h->msg_type, 52, REJECT_SENDING_TIME, "SendingTime accuracy problem", ob);
		expel(e, s, TG_SESSION_DOWN, "SendingTime accuracy problem", ob);
		return false;
	}
	if (h->poss_dup && h->orig_sending_time_ns > sent) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		tg_session_reject_reason(e, s, h->seq, h->msg_type, 122, REJECT_SENDING_TIME, "OrigSendingTime after SendingTime", ob);
		expel(e, s, TG_SESSION_DOWN, "OrigSendingTime after SendingTime", ob);
		return false;
	}
	return true;
}

static void bad_header(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, enum tg_fix_error err, struct tg_outbox *ob)
{
	if (!h->seq || s->state == TG_SESSION_LOGON_SENT) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		expel(e, s, TG_SESSION_DOWN, h->seq ? "first message has a bad header" : "MsgSeqNum missing", ob);
		return;
	}
	tg_session_reject(e, s, h->seq, h->msg_type, h->bad_tag, err, ob);
	if (h->seq == s->next_rx_seq)
		in_sequence(e, s, ob);
}

/* Before the Logon is answered only its answer may come. */
static void awaiting_logon(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	switch (h->msg_type) {
	case 'A':
		logged_on(e, s, h, a, ob);
		break;
	case '5':
		on_logout(e, s, h, a, ob);
		break;
	case '3':
		if (text_given(&a->text))
			tg_session_text(s, a->text.p, a->text.len);
		else
			tg_session_text(s, "Logon rejected", 14);
		tg_session_close(e, s, TG_SESSION_DOWN, NULL, ob);
		break;
	default:
		expel(e, s, TG_SESSION_DOWN, "first message is not a Logon", ob);
	}
}

/* MsgSeqNum of a SequenceReset-Reset is to be ignored (FIX 4.4 volume 2, "Sequence Reset"): 0 is seen. */
static bool reset_without_number(struct tg_engine *e, struct tg_session *s, const struct tg_fix_header *h, struct tg_fix_cursor *c, struct tg_outbox *ob)
{
	struct tg_fix_admin a;

	if (s->state == TG_SESSION_LOGON_SENT || tg_fix_decode_admin(h->msg_type, 0, c, &a) || a.gap_fill)
		return false;
	if (header_accepted(e, s, h, ob))
		on_sequence_reset(e, s, h, &a, ob);
	return true;
}

/* The dictionary's verdict, where the session wants one: a message in sequence that breaks it is rejected by tag and reason, and its number is spent. */
static bool valid(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f, const struct tg_fix_header *h, struct tg_outbox *ob)
{
	bool first = s->state == TG_SESSION_LOGON_SENT;
	struct tg_fix_verdict v;

	if (!(s->cfg.flags & TG_VENUE_VALIDATE) || (h->seq != s->next_rx_seq && !first) ||
	    tg_fix_validate(tg_fix_dict(s->cfg.fix_version, s->cfg.dialect), f, TG_VALIDATE_UNKNOWN, &v))
		return true;
	tg_cc(e, TG_CC_FIX_REJECTED);
	if (h->msg_type != '3')		/* never a Reject for a Reject */
		tg_session_reject_reason(e, s, h->seq, h->msg_type, v.ref_tag, v.reason, tg_fix_error_text(v.err), ob);
	if (first)
		expel(e, s, TG_SESSION_DOWN, "answer to Logon breaks the dictionary", ob);
	else
		in_sequence(e, s, ob);
	return false;
}

void tg_session_message(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f, struct tg_outbox *ob)
{
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	struct tg_fix_admin a;
	enum tg_fix_error err;

	s->rx_messages++;
	s->last_rx_ns = e->time_ns;
	s->test_request_out = 0;
	tg_cc(e, TG_CC_FIX_RX);
	if (f->version != s->cfg.fix_version) {
		expel(e, s, TG_SESSION_DOWN, "Incorrect BeginString", ob);
		return;
	}
	c.p = NULL;
	err = tg_fix_decode_header_like(f, &s->rx_hint, &c, &h);
	if (err) {
		if (h.msg_type == '4' && err == TG_FIX_FORMAT && h.bad_tag == 34 && !h.seq && c.p && reset_without_number(e, s, &h, &c, ob))
			return;
		bad_header(e, s, &h, err, ob);
		return;
	}
	if (unlikely(h.seq > TG_SESSION_SEQ_MAX)) {
		tg_cc(e, TG_CC_FIX_REJECTED);
		expel(e, s, TG_SESSION_DOWN, "MsgSeqNum too high", ob);
		return;
	}
	if (!header_accepted(e, s, &h, ob) || !valid(e, s, f, &h, ob))
		return;
	if (!admin_type(h.msg_type)) {
		if (s->state == TG_SESSION_LOGON_SENT) {
			expel(e, s, TG_SESSION_DOWN, "first message is not a Logon", ob);
			return;
		}
		skip_gap(e, s, h.seq, ob);
		if (h.seq > s->next_rx_seq) {
			tg_cc(e, TG_CC_SESSION_HELD);
			gap(e, s, h.seq, ob);
		} else if (h.seq < s->next_rx_seq) {
			too_low(e, s, &h, ob);
		} else {
			deliver(e, s, f, &h, &c, NULL, ob);
		}
		return;
	}
	err = tg_fix_decode_admin(h.msg_type, h.msg_type == 'A' ? tg_venue_caps(s->cfg.dialect)->logon_bare_data : 0, &c, &a);
	if (err) {
		if (s->state == TG_SESSION_LOGON_SENT) {
			tg_session_reject(e, s, h.seq, h.msg_type, a.bad_tag, err, ob);
			expel(e, s, TG_SESSION_DOWN, "answer to Logon has a bad field", ob);
			return;
		}
		if (h.seq > s->next_rx_seq) {
			gap(e, s, h.seq, ob);
			return;
		}
		if (h.seq < s->next_rx_seq) {
			too_low(e, s, &h, ob);
			return;
		}
		tg_session_reject(e, s, h.seq, h.msg_type, a.bad_tag, err, ob);
		in_sequence(e, s, ob);
		return;
	}
	if (s->state == TG_SESSION_LOGON_SENT) {
		awaiting_logon(e, s, &h, &a, ob);
		return;
	}
	switch (h.msg_type) {
	case '5':
		on_logout(e, s, &h, &a, ob);
		return;
	case '4':
		on_sequence_reset(e, s, &h, &a, ob);
		return;
	case 'A':
		/* Said again in answer to a ResendRequest (43=Y) it is the Logon that this session began with. */
		if (a.reset_seq && h.seq == 1 && !h.poss_dup) {
			reset_in_session(e, s, ob);
			return;
		}
		break;
	case '2':
		/* Answered before our own gap is looked at: with a gap on both sides each would else wait for the other. */
		if (h.seq >= s->next_rx_seq)
			on_resend_request(e, s, &h, &a, ob);
		if (!s->transport)
			return;
		break;
	case '1':
		/* A TestRequest behind a gap will not come again; it will be filled over. */
		if (h.seq > s->next_rx_seq)
			answer_test(e, s, &h, &a, ob);
		break;
	}
	skip_gap(e, s, h.seq, ob);
	if (h.seq > s->next_rx_seq)
		gap(e, s, h.seq, ob);
	else if (h.seq < s->next_rx_seq)
		too_low(e, s, &h, ob);
	else
		deliver(e, s, f, &h, &c, &a, ob);
}
