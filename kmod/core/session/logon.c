// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The Logon, and the wait for what only the daemon knows. MsgSeqNum and SendingTime are fixed when the credentials are asked for, since venues sign them; the
 * Logon then goes out with exactly these, however long the answer took (within logon_timeout_ms).
 */
#include "state.h"
#include "dispatch.h"
#include "session/session.h"

#define APPL_VER_50SP2	'9'	/* 1137 (FIXT.1.1 volume 1, DefaultApplVerID) */

void tg_session_header(struct tg_fix_writer *w, const struct tg_in_venue *v, u32 msg_type, u64 seq, u64 time_ns, u8 *buf, u32 cap)
{
	tg_fix_begin(w, buf, cap, tg_venue_version(v), msg_type);
	tg_fix_put_str(w, 49, v->sender_comp_id, TG_COMPID_LEN);
	tg_fix_put_str(w, 56, v->target_comp_id, TG_COMPID_LEN);
	tg_fix_put_u64(w, 34, seq);
	tg_fix_put_time(w, 52, time_ns);
}

/* next_expected: 789, 0 = left out. */
static void put_logon(struct tg_fix_writer *w, const struct tg_in_venue *v, const struct tg_in_credentials *cred, bool reset, u64 next_expected)
{
	tg_fix_put_char(w, 98, '0');
	tg_fix_put_u64(w, 108, v->heartbeat_s);
	tg_fix_put_char(w, 141, reset ? 'Y' : 'N');
	if (next_expected)
		tg_fix_put_u64(w, 789, next_expected);
	tg_venue_put_logon(v, cred, w);
	if (tg_venue_version(v) == 50)
		tg_fix_put_char(w, 1137, APPL_VER_50SP2);
}

u32 tg_session_encode_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, u64 msg_seq, u64 sending_time_ns, u8 *buf, u32 cap)
{
	struct tg_fix_writer w;

	if (!tg_venue_caps(v->dialect))
		return 0;
	tg_session_header(&w, v, 'A', msg_seq, sending_time_ns, buf, cap);
	put_logon(&w, v, cred, v->flags & TG_VENUE_RESET_ON_LOGON, 0);
	return tg_fix_end(&w);
}

void tg_session_logon(struct tg_engine *e, struct tg_session *s, const struct tg_in_credentials *cred, bool reset, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	if (!tg_session_granted(s) || !tg_session_start_at(e, s, 'A', s->next_tx_seq, cred ? cred->sending_time_ns : e->time_ns, &w, ob))
		return;
	put_logon(&w, &s->cfg, cred, reset, s->cfg.flags & TG_VENUE_NEXT_EXPECTED ? s->next_rx_seq : 0);
	tg_session_send(e, s, &w, 0, ob);
}

void tg_session_ask_credentials(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	s->credentials_seq = s->next_tx_seq;
	s->credentials_ns = e->time_ns;
	tg_session_state(e, s, TG_SESSION_CREDENTIALS, ob);
	ev = tg_pub(e, ob, TG_PUB_CREDENTIALS, s->cfg.venue_id, TG_EV_LAST);
	if (ev) {
		ev->u.logon.msg_seq = s->credentials_seq;
		ev->u.logon.sending_time_ns = s->credentials_ns;
	}
}

static bool sane(const struct tg_in_credentials *c)
{
	u32 i;

	if (c->reserved0 || (c->flags & ~(TG_CREDENTIALS_SENT | TG_CREDENTIALS_FAILED)) ||
	    c->flags == (TG_CREDENTIALS_SENT | TG_CREDENTIALS_FAILED))
		return false;
	for (i = 0; i < sizeof(c->reserved) / sizeof(c->reserved[0]); i++)
		if (c->reserved[i])
			return false;
	/* What stands in a FIX field: an SOH inside would make fields of its own. */
	return tg_text_ok(c->username, sizeof(c->username), true) && tg_text_ok(c->password, sizeof(c->password), true) &&
	       tg_text_ok(c->raw_data, sizeof(c->raw_data), true) && tg_text_ok(c->nonce, sizeof(c->nonce), true);
}

enum tg_reason tg_session_credentials(struct tg_engine *e, struct tg_session *s, const struct tg_in_credentials *c, struct tg_outbox *ob)
{
	bool reset = s->cfg.flags & TG_VENUE_RESET_ON_LOGON || s->reset_asked, answers = s->reset_asked;

	if (s->state != TG_SESSION_CREDENTIALS || !sane(c) || c->msg_seq != s->credentials_seq || c->sending_time_ns != s->credentials_ns)
		return TG_REASON_BAD_REQUEST;
	if (c->flags & TG_CREDENTIALS_FAILED) {
		tg_session_close(e, s, TG_SESSION_DOWN, "no credentials for the Logon", ob);
		return TG_REASON_OK;
	}
	if (c->flags & TG_CREDENTIALS_SENT) {
		s->next_tx_seq++;
		s->tx_messages++;
		s->last_tx_ns = e->time_ns;
		if (e->rates_on)
			tg_rate_message(e, s->cfg.venue_id);
		tg_cc(e, TG_CC_FIX_TX);
	} else {
		tg_session_logon(e, s, c, reset, ob);
	}
	/* Where the venue's Logon came first, ours ends the handshake. */
	tg_session_state(e, s, answers ? TG_SESSION_UP : TG_SESSION_LOGON_SENT, ob);
	tg_session_rx_kept(e, s, ob);
	return TG_REASON_OK;
}
