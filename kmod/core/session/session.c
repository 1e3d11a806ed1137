// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Session life: transport, stream reassembly, timers, commands. What a message does is in inbound.c, what we send in admin.c. */
#include "state.h"
#include "dispatch.h"
#include "fix/lexer.h"
#include "session/session.h"

#define NS_PER_S	1000000000ULL
#define NS_PER_MS	1000000ULL
#define NEVER		(~0ULL)

void tg_session_config(struct tg_engine *e, struct tg_session *s, const struct tg_in_venue *cfg)
{
	u64 rx_off = s->rx_off, bytes_off = s->store_bytes_off, index_off = s->store_index_off;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->rx_off = rx_off;
	s->store_bytes_off = bytes_off;
	s->store_index_off = index_off;
	s->cfg.fix_version = tg_venue_version(cfg);
	if (!cfg->resend_max)
		s->cfg.resend_max = tg_venue_caps(cfg->dialect)->resend_max;
	s->state = TG_SESSION_DOWN;
	s->heartbeat_s = cfg->heartbeat_s;
	s->next_tx_seq = 1;
	s->next_rx_seq = 1;
	s->state_since_ns = e->time_ns;
	s->reconcile.ask_ns = ~0ULL;
}

void tg_session_text(struct tg_session *s, const void *text, u32 len)
{
	const u8 *t = text;
	u32 i;

	memset(s->text, 0, sizeof(s->text));
	for (i = 0; i < len && i < sizeof(s->text) - 1; i++)
		s->text[i] = (char)(t[i] >= ' ' && t[i] < 0x7f ? t[i] : '?');
}

static void set_text(struct tg_session *s, const char *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	tg_session_text(s, text, n);
}

void tg_session_state(struct tg_engine *e, struct tg_session *s, u16 state, struct tg_outbox *ob)
{
	u16 previous = s->state;

	if (state == previous)
		return;
	s->state = state;
	s->state_since_ns = e->time_ns;
	if (state == TG_SESSION_UP && previous != TG_SESSION_RECOVERING)
		s->up_since_ns = e->time_ns;
	tg_app_session_state(e, s, previous, ob);
	if (state != TG_SESSION_CREDENTIALS)
		s->reset_asked = 0;
}

static void forget_connection(struct tg_session *s)
{
	s->transport = 0;
	s->rx_len = 0;
	s->test_request_out = 0;
	s->resend_out = 0;
	s->gap_storm = 0;
	s->logout_rx = 0;
	s->resend_begin = 0;
	s->resend_end = 0;
	s->resend_high = 0;
	s->up_since_ns = 0;
	s->resend_tx_next = 0;
	s->resend_rx_begin = 0;
	s->resend_rx_storm = 0;
}

void tg_session_close(struct tg_engine *e, struct tg_session *s, u16 next, const char *text, struct tg_outbox *ob)
{
	if (text)
		set_text(s, text);
	if (s->transport) {
		tg_out_note(e, ob, TG_OUT_CLOSE, s->cfg.venue_id, 0);
		s->drops += s->state != TG_SESSION_LOGOUT_SENT;
	}
	forget_connection(s);
	tg_session_state(e, s, next, ob);
}

void tg_session_transport_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	bool reset = s->cfg.flags & TG_VENUE_RESET_ON_LOGON;

	if (s->state == TG_SESSION_HALTED) {
		tg_out_note(e, ob, TG_OUT_CLOSE, s->cfg.venue_id, 0);	/* an operator must enable it first */
		return;
	}
	/* A host that lost a DOWN record: what was in flight is as lost as the connection. */
	if (s->state != TG_SESSION_DOWN)
		tg_session_state(e, s, TG_SESSION_DOWN, ob);
	forget_connection(s);
	s->transport = 1;
	s->heartbeat_s = s->cfg.heartbeat_s;
	if (reset) {
		s->next_tx_seq = 1;
		s->next_rx_seq = 1;
		tg_session_store_clear(s);
	}
	if (!tg_session_granted(s)) {
		tg_session_close(e, s, TG_SESSION_DOWN, "no sequence numbers granted", ob);
		return;
	}
	s->last_rx_ns = e->time_ns;
	s->last_tx_ns = e->time_ns;
	if (s->cfg.flags & TG_VENUE_CREDENTIALS) {
		tg_session_ask_credentials(e, s, ob);
		return;
	}
	tg_session_logon(e, s, NULL, reset, ob);
	tg_session_state(e, s, TG_SESSION_LOGON_SENT, ob);
}

void tg_session_transport_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	if (s->transport && s->state != TG_SESSION_LOGOUT_SENT) {
		s->drops++;
		set_text(s, "connection lost");
	}
	forget_connection(s);
	if (s->state != TG_SESSION_HALTED)
		tg_session_state(e, s, TG_SESSION_DOWN, ob);
}

/* One attempt at a message at p. Returns bytes consumed; 0 = more are needed. */
static u32 take(struct tg_engine *e, struct tg_session *s, const u8 *p, u32 avail, struct tg_outbox *ob)
{
	struct tg_fix_frame f;
	enum tg_fix_error err;
	u32 used;

	err = tg_fix_frame(p, avail, e->params.rx_buffer_bytes, &f, &used);
	if (!err) {
		if (used)
			tg_session_message(e, s, &f, ob);
		return used;
	}
	switch (err) {
	case TG_FIX_RANGE:
		tg_cc(e, TG_CC_FIX_GARBLED);
		tg_session_logout(e, s, "message longer than can be taken", ob);
		tg_session_close(e, s, TG_SESSION_DOWN, "venue sent a message longer than rx_buffer_bytes", ob);
		break;
	case TG_FIX_BEGIN_STRING:
		tg_cc(e, TG_CC_FIX_GARBLED);
		tg_session_logout(e, s, "Incorrect BeginString", ob);
		tg_session_close(e, s, TG_SESSION_DOWN, "venue sent another BeginString", ob);
		break;
	case TG_FIX_GARBAGE:
		tg_cc_add(e, TG_CC_FIX_GARBAGE_BYTES, used);
		break;
	default:
		/* FIX 4.4 volume 2, "garbled message": ignored; the gap it leaves is asked for when the next one comes. */
		tg_cc(e, TG_CC_FIX_GARBLED);
		break;
	}
	return used;
}

/*
 * What came before the Logon was out: kept until then, as the answer to a Logon that the daemon wrote may overtake its word that it was written.
 */
static void keep(struct tg_engine *e, struct tg_session *s, const u8 *bytes, u32 len, struct tg_outbox *ob)
{
	if (len > e->params.rx_buffer_bytes - s->rx_len) {
		tg_session_close(e, s, TG_SESSION_DOWN, "venue sent too much before the Logon", ob);
		return;
	}
	memcpy((u8 *)e + s->rx_off + s->rx_len, bytes, len);
	s->rx_len += len;
}

void tg_session_rx_kept(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u8 *buf = (u8 *)e + s->rx_off;
	u32 len = s->rx_len, off = 0, used = 1;

	while (used && off < len && s->transport && s->state != TG_SESSION_CREDENTIALS) {
		used = take(e, s, buf + off, len - off, ob);
		off += used;
	}
	if (!s->transport)
		return;
	if (off && off < len)
		memmove(buf, buf + off, len - off);
	s->rx_len = len - off;
}

/*
 * Messages are taken straight from the input; only a piece of one waits in the buffer. When the buffer holds a piece, input is added behind it, and as
 * soon as what was consumed reaches into the added bytes the input itself is read on.
 */
void tg_session_rx(struct tg_engine *e, struct tg_session *s, const u8 *bytes, u32 len, struct tg_outbox *ob)
{
	u8 *buf = (u8 *)e + s->rx_off;
	u32 cap = e->params.rx_buffer_bytes, old, add, off, used;

	while (len && s->transport) {
		if (unlikely(s->state == TG_SESSION_CREDENTIALS)) {
			keep(e, s, bytes, len, ob);
			return;
		}
		if (!s->rx_len) {
			used = take(e, s, bytes, len, ob);
			if (!used) {
				/* Shorter than the message, which fits the buffer. */
				memcpy(buf, bytes, len);
				s->rx_len = len;
				return;
			}
			bytes += used;
			len -= used;
			continue;
		}
		old = s->rx_len;
		add = len < cap - old ? len : cap - old;
		memcpy(buf + old, bytes, add);
		for (off = 0, used = 1; used && off < old && s->transport && s->state != TG_SESSION_CREDENTIALS; off += used)
			used = take(e, s, buf + off, old + add - off, ob);
		if (!s->transport)
			return;
		if (off >= old) {
			s->rx_len = 0;
			bytes += off - old;
			len -= off - old;
			continue;
		}
		if (off)
			memmove(buf, buf + off, old + add - off);
		s->rx_len = old + add - off;
		bytes += add;
		len -= add;
	}
}

static u64 heartbeat_ns(const struct tg_session *s)
{
	return s->heartbeat_s * NS_PER_S;
}

/* "Heartbeat interval plus some reasonable transmission time" (FIX 4.4 volume 2): a fifth more. */
static u64 patience_ns(const struct tg_session *s)
{
	return heartbeat_ns(s) + heartbeat_ns(s) / 5;
}

static u64 logon_ns(const struct tg_session *s)
{
	return (s->cfg.logon_timeout_ms ? s->cfg.logon_timeout_ms : TG_SESSION_LOGON_MS) * NS_PER_MS;
}

static u64 logout_ns(const struct tg_session *s)
{
	return (s->cfg.logout_timeout_ms ? s->cfg.logout_timeout_ms : TG_SESSION_LOGOUT_MS) * NS_PER_MS;
}

static bool logged_on(const struct tg_session *s)
{
	return s->state == TG_SESSION_UP || s->state == TG_SESSION_RECOVERING;
}

u64 tg_session_deadline_ns(const struct tg_session *s)
{
	u64 at = NEVER, t;

	if (!s->transport)
		return NEVER;
	if (s->state == TG_SESSION_LOGON_SENT || s->state == TG_SESSION_CREDENTIALS)
		return s->state_since_ns + logon_ns(s);
	if (s->state == TG_SESSION_LOGOUT_SENT) {
		at = s->state_since_ns + logout_ns(s);
		return s->resend_tx_next && s->resend_tx_ns < at ? s->resend_tx_ns : at;
	}
	if (!logged_on(s))
		return NEVER;
	if (s->heartbeat_s) {
		at = s->last_tx_ns + heartbeat_ns(s);
		t = s->test_request_out ? s->test_request_ns + patience_ns(s) : s->last_rx_ns + patience_ns(s);
		/* While a gap is being filled a silent venue is left to the recovery's own limit. */
		if (t < at && !(s->test_request_out && (s->state == TG_SESSION_RECOVERING || s->resend_tx_next)))
			at = t;
	}
	if (s->resend_tx_next && s->resend_tx_ns < at)
		at = s->resend_tx_ns;
	if (s->state == TG_SESSION_RECOVERING && s->resend_ns + TG_SESSION_RESEND_NS < at)
		at = s->resend_ns + TG_SESSION_RESEND_NS;
	return at;
}

static void recovery_timer(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	if (s->gap_storm >= TG_SESSION_STORM) {
		tg_session_logout(e, s, "gap not filled", ob);
		tg_session_close(e, s, TG_SESSION_HALTED, "venue did not fill a sequence gap", ob);
		return;
	}
	tg_session_resend_request(e, s, s->next_rx_seq, s->resend_high, ob);
}

void tg_session_timer(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u64 now = e->time_ns;

	if (!s->transport)
		return;
	if (s->state == TG_SESSION_LOGON_SENT && now >= s->state_since_ns + logon_ns(s)) {
		tg_session_close(e, s, TG_SESSION_DOWN, "no answer to Logon", ob);
		return;
	}
	if (s->state == TG_SESSION_CREDENTIALS && now >= s->state_since_ns + logon_ns(s)) {
		tg_session_close(e, s, TG_SESSION_DOWN, "no answer to the request for credentials", ob);
		return;
	}
	if (s->state == TG_SESSION_LOGOUT_SENT && now >= s->state_since_ns + logout_ns(s)) {
		tg_session_close(e, s, TG_SESSION_DOWN, "no answer to Logout", ob);
		return;
	}
	/* What the venue still misses goes out to the end; it answers the Logout after that (FIX 4.4 volume 2, "Logout"). */
	if (s->state == TG_SESSION_LOGOUT_SENT && s->resend_tx_next && now >= s->resend_tx_ns)
		tg_session_resend_serve(e, s, ob);
	if (!logged_on(s))
		return;
	if (s->state == TG_SESSION_RECOVERING && now >= s->resend_ns + TG_SESSION_RESEND_NS) {
		recovery_timer(e, s, ob);
		if (!s->transport)
			return;
	}
	if (s->resend_tx_next && now >= s->resend_tx_ns)
		tg_session_resend_serve(e, s, ob);
	if (!s->heartbeat_s)
		return;
	if (s->test_request_out) {
		if (s->state == TG_SESSION_UP && !s->resend_tx_next && now >= s->test_request_ns + patience_ns(s)) {
			tg_session_logout(e, s, "no answer to TestRequest", ob);
			tg_session_close(e, s, TG_SESSION_DOWN, "venue went silent", ob);
			return;
		}
	} else if (now >= s->last_rx_ns + patience_ns(s)) {
		tg_session_test_request(e, s, ob);
	}
	if (now >= s->last_tx_ns + heartbeat_ns(s)) {
		tg_session_heartbeat(e, s, NULL, ob);
		s->last_tx_ns = now;	/* also when the outbox was full: the deadline must move */
	}
}

enum tg_reason tg_session_command(struct tg_engine *e, struct tg_session *s, const struct tg_in_session *c, struct tg_outbox *ob)
{
	bool set = c->command == TG_SESSION_CMD_SET_SEQ, grant = c->command == TG_SESSION_CMD_GRANT;
	bool md = c->command == TG_SESSION_CMD_SUBSCRIBE || c->command == TG_SESSION_CMD_UNSUBSCRIBE;
	bool source = c->command == TG_SESSION_CMD_SOURCE;

	if (c->reserved0 || (!set && !grant && c->next_tx_seq) || (!set && !md && !source && c->next_rx_seq) ||
	    (set && (c->next_tx_seq > TG_SESSION_SEQ_MAX || c->next_rx_seq > TG_SESSION_SEQ_MAX)))
		return TG_REASON_BAD_REQUEST;
	switch (c->command) {
	case TG_SESSION_CMD_SOURCE:
		return s->transport ? TG_REASON_CONFIG : tg_rate_set_source(e, s->cfg.venue_id, c->next_rx_seq);
	case TG_SESSION_CMD_LOGOUT:
		if (!s->transport)
			return TG_REASON_SESSION_DOWN;
		if (!logged_on(s)) {
			tg_session_close(e, s, TG_SESSION_DOWN, "logout by command", ob);
			return TG_REASON_OK;
		}
		tg_session_logout(e, s, NULL, ob);
		set_text(s, "logout by command");
		tg_session_state(e, s, TG_SESSION_LOGOUT_SENT, ob);
		return TG_REASON_OK;
	case TG_SESSION_CMD_SET_SEQ:
		if (s->transport)
			return TG_REASON_CONFIG;	/* only while disconnected */
		if (c->next_tx_seq) {
			/* What is kept belongs to numbers below the next one. */
			if (c->next_tx_seq < s->next_tx_seq)
				tg_session_store_clear(s);
			s->next_tx_seq = c->next_tx_seq;
		}
		if (c->next_rx_seq)
			s->next_rx_seq = c->next_rx_seq;
		return TG_REASON_OK;
	case TG_SESSION_CMD_GRANT:
		s->granted_tx_seq = c->next_tx_seq;
		e->sweep_due = 1;	/* cancels that waited for a number */
		return TG_REASON_OK;
	case TG_SESSION_CMD_ENABLE:
		if (s->state == TG_SESSION_HALTED) {
			memset(s->text, 0, sizeof(s->text));
			tg_session_state(e, s, TG_SESSION_DOWN, ob);
		}
		return TG_REASON_OK;
	case TG_SESSION_CMD_SUBSCRIBE:
	case TG_SESSION_CMD_UNSUBSCRIBE:
		return tg_md_command(e, s, c->command == TG_SESSION_CMD_SUBSCRIBE, c->next_rx_seq, ob);
	case TG_SESSION_CMD_TEST_REQUEST:
		if (!logged_on(s))
			return TG_REASON_SESSION_DOWN;
		tg_session_test_request(e, s, ob);
		return TG_REASON_OK;
	default:
		return TG_REASON_BAD_REQUEST;
	}
}

void tg_session_query(const struct tg_session *s, struct tg_nl_session *out)
{
	memset(out, 0, sizeof(*out));
	out->venue_id = s->cfg.venue_id;
	out->state = s->state;
	out->dialect = s->cfg.dialect;
	out->heartbeat_s = s->heartbeat_s;
	out->next_tx_seq = s->next_tx_seq;
	out->next_rx_seq = s->next_rx_seq;
	out->rx_messages = s->rx_messages;
	out->tx_messages = s->tx_messages;
	out->last_rx_ns = s->last_rx_ns;
	out->last_tx_ns = s->last_tx_ns;
	out->up_since_ns = s->up_since_ns;
	out->logons = s->logons;
	out->drops = s->drops;
	out->granted_tx_seq = s->granted_tx_seq;
	out->stored = s->store_count;
	out->resending = s->resend_tx_next != 0;
	out->logon_ns = s->state == TG_SESSION_CREDENTIALS ? s->credentials_ns : 0;
	memcpy(out->name, s->cfg.name, sizeof(out->name));
	memcpy(out->sender_comp_id, s->cfg.sender_comp_id, sizeof(out->sender_comp_id));
	memcpy(out->target_comp_id, s->cfg.target_comp_id, sizeof(out->target_comp_id));
	memcpy(out->text, s->text, sizeof(out->text));
}
