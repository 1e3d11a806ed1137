/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * FIX session, initiator side (FIX 4.4 volume 2, "FIX session protocol"). One per venue. Owns: stream reassembly, sequence numbers, logon, heartbeat, test
 * request, gap recovery, logout. Hands application messages that are in sequence to tg_app_message() (dispatch.h).
 *
 * Rules beyond the text: at most one outstanding ResendRequest per gap; Logon, Logout, ResendRequest and SequenceReset-Reset are handled before gap logic;
 * any inbound message disarms a test request; inbound ResendRequest is answered with one SequenceReset-GapFill (no stale order is ever sent again);
 * more than TG_SESSION_STORM resend requests without a message in sequence between them halt the session.
 */
#ifndef TG_SESSION_H
#define TG_SESSION_H

#include "fix/decode.h"
#include "fix/encode.h"
#include "outbox.h"
#include <tickgate/record.h>
#include <tickgate/netlink.h>

struct tg_engine;

#define TG_SESSION_STORM	8u
#define TG_SESSION_RESEND_NS	10000000000ULL	/* a gap that nothing fills for this long is asked for again */
#define TG_SESSION_LOGON_MS	10000u		/* when the configuration says 0 */
#define TG_SESSION_LOGOUT_MS	5000u

struct tg_session {
	struct tg_in_venue cfg;		/* cfg.venue_id 0 = slot empty */
	u16 state;			/* enum tg_session_state */
	u8 test_request_out;		/* a TestRequest waits for its Heartbeat */
	u8 resend_out;			/* a ResendRequest is outstanding */
	u8 transport;			/* bytes can be sent */
	u8 logout_rx;
	u16 heartbeat_s;		/* in force: ours, or the venue's if it asked for shorter ones */
	u64 next_tx_seq, next_rx_seq;
	u64 resend_begin, resend_end;	/* the gap asked for: first and last missing */
	u64 resend_high;		/* highest number seen behind the gap: recovered once next_rx_seq is past it */
	u64 resend_ns;			/* request, or last progress after it */
	u64 last_rx_ns, last_tx_ns, up_since_ns;
	u64 state_since_ns;
	u64 test_request_ns;
	u64 rx_messages, tx_messages;
	u32 logons, drops;
	u32 gap_storm;			/* resend requests since the last message in sequence */
	u32 rx_len;			/* bytes in the reassembly buffer */
	u64 credentials_seq, credentials_ns;	/* MsgSeqNum and SendingTime of the Logon that waits for its credentials */
	u64 rx_off;			/* arena offset of the reassembly buffer (params.rx_buffer_bytes) */
	char text[64];
};

void tg_session_config(struct tg_engine *e, struct tg_session *s, const struct tg_in_venue *cfg);	/* a fresh slot; rx_off is set by the caller */
void tg_session_transport_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);		/* sends Logon */
void tg_session_transport_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
void tg_session_rx(struct tg_engine *e, struct tg_session *s, const u8 *bytes, u32 len, struct tg_outbox *ob);
void tg_session_timer(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
u64 tg_session_deadline_ns(const struct tg_session *s);		/* ~0 = none */
enum tg_reason tg_session_command(struct tg_engine *e, struct tg_session *s, const struct tg_in_session *c, struct tg_outbox *ob);
/* The answer to TG_PUB_CREDENTIALS (logon.c). */
enum tg_reason tg_session_credentials(struct tg_engine *e, struct tg_session *s, const struct tg_in_credentials *c, struct tg_outbox *ob);
void tg_session_query(const struct tg_session *s, struct tg_nl_session *out);

static inline bool tg_session_can_send(const struct tg_session *s)
{
	return s->state == TG_SESSION_UP;
}

/*
 * Application messages out: begin writes header (8 9 35 49 56 34 52), the caller appends body fields, send ends it, takes the sequence number and commits it to the outbox
 * (TG_OUT_TCP, arg = cause_ns). begin: false when the session cannot send or the outbox is full. Nothing may be appended to the outbox between the two.
 */
bool tg_session_begin(struct tg_engine *e, struct tg_session *s, u32 msg_type, struct tg_fix_writer *w, struct tg_outbox *ob);
bool tg_session_send(struct tg_engine *e, struct tg_session *s, struct tg_fix_writer *w, u64 cause_ns, struct tg_outbox *ob);

/*
 * The Logon of a venue, encoded as the engine would, without an engine: for the daemon, when the Logon has to hold a secret (TG_CREDENTIALS_SENT).
 * v: as configured. cred: may hold the secret itself. Returns bytes, 0 = did not fit.
 */
u32 tg_session_encode_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, u64 msg_seq, u64 sending_time_ns, u8 *buf, u32 cap);

/* ---- between the session's files ---- */

void tg_session_header(struct tg_fix_writer *w, const struct tg_in_venue *v, u32 msg_type, u64 seq, u64 time_ns, u8 *buf, u32 cap);

/* Any message, in any state with a transport. */
bool tg_session_start(struct tg_engine *e, struct tg_session *s, u32 msg_type, struct tg_fix_writer *w, struct tg_outbox *ob);
/* With a MsgSeqNum and SendingTime of the caller's. Room for the longest message is taken from the outbox, so that ending it cannot fail. */
bool tg_session_start_at(struct tg_engine *e, struct tg_session *s, u32 msg_type, u64 seq, u64 time_ns, struct tg_fix_writer *w, struct tg_outbox *ob);
void tg_session_logon(struct tg_engine *e, struct tg_session *s, const struct tg_in_credentials *cred, bool reset, struct tg_outbox *ob);
void tg_session_ask_credentials(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
void tg_session_logout(struct tg_engine *e, struct tg_session *s, const char *text, struct tg_outbox *ob);
void tg_session_heartbeat(struct tg_engine *e, struct tg_session *s, const struct tg_fix_slice *test_req_id, struct tg_outbox *ob);
void tg_session_test_request(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
void tg_session_resend_request(struct tg_engine *e, struct tg_session *s, u64 begin, u64 end, struct tg_outbox *ob);
void tg_session_gap_fill(struct tg_engine *e, struct tg_session *s, u64 begin, u64 next, struct tg_outbox *ob);
void tg_session_reject(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, enum tg_fix_error err, struct tg_outbox *ob);
/* 35=3 with a reason given by the session itself (373). */
void tg_session_reject_reason(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, u32 reason, const char *text,
			      struct tg_outbox *ob);

void tg_session_text(struct tg_session *s, const void *text, u32 len);	/* made printable */
void tg_session_state(struct tg_engine *e, struct tg_session *s, u16 state, struct tg_outbox *ob);
/* Closes the transport; `next` is DOWN or HALTED. text NULL: s->text stays. */
void tg_session_close(struct tg_engine *e, struct tg_session *s, u16 next, const char *text, struct tg_outbox *ob);
/* One framed message. */
void tg_session_message(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f, struct tg_outbox *ob);

#endif
