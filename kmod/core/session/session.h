/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * FIX session, initiator side (FIX 4.4 volume 2, "FIX session protocol"). One per venue. Owns: stream reassembly, sequence numbers, logon, heartbeat, test
 * request, gap recovery, logout. Hands application messages that are in sequence to tg_app_message() (dispatch.h).
 *
 * Rules beyond the text: at most one outstanding ResendRequest per gap; Logon, Logout, ResendRequest and SequenceReset-Reset are handled before gap logic;
 * any inbound message disarms a test request; a ResendRequest is answered from stored bytes under the session's policy (store.c);
 * more than TG_SESSION_STORM resend requests without progress, ours or the venue's, halt the session.
 */
#ifndef TG_SESSION_H
#define TG_SESSION_H

#include "fix/decode.h"
#include "fix/encode.h"
#include "outbox.h"
#include "risk/health.h"
#include <tickgate/record.h>
#include <tickgate/netlink.h>

struct tg_engine;

#define TG_SESSION_STORM	8u
#define TG_SESSION_RESEND_NS	10000000000ULL	/* a gap that nothing fills for this long is asked for again */
#define TG_SESSION_RESEND_CHUNK	16384u		/* bytes of an answer to a ResendRequest in one step */
#define TG_SESSION_RESEND_PACE_NS 1000000ULL	/* and the pause to the next: a socket's buffer must not overflow */
#define TG_SESSION_SEQ_MAX	((1ULL << 62) - 2)	/* no number is higher, whoever says it: leases on disk hold the next one, and nothing overflows */
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
	/* store.c */
	u64 store_bytes_off, store_index_off;	/* arena offsets: params.session_store_bytes, struct tg_stored [params.session_store_messages] */
	u32 store_first, store_count;	/* index entries */
	u32 store_at;			/* where the next message goes */
	u32 resend_tx_used;		/* bytes of it in this step */
	u64 resend_tx_next;		/* number to send again next; 0 = no ResendRequest is being answered */
	u64 resend_tx_end;		/* last one asked for; 0 = all */
	u64 resend_tx_ns;		/* when the next piece is due */
	u64 resend_tx_seq;		/* step in which resend_tx_used counts */
	u64 resend_rx_begin;		/* what the venue asked for last, */
	u32 resend_rx_storm;		/* and how often */
	u32 reset_asked;		/* state CREDENTIALS: the venue reset the numbers of a session that was up */
	u32 mass_refused;		/* order/: the venue does not answer 35=AF */
	u32 mass_pad;
	u64 mass_id;			/* order/: 584 of the question that waits for its last report; 0 = none */
	u64 granted_tx_seq;		/* first number that may not be used; 0 = no bound */
	char text[64];
	struct tg_fix_hint rx_hint;	/* the last header received */
	struct tg_fix_head tx_head;	/* the last header sent */
	struct tg_health health;	/* risk/ */
	struct tg_reconcile reconcile;
};

/* One message that was sent. */
struct tg_stored {
	u64 seq;
	u64 time_ns;
	u32 off, len;			/* in the session's bytes */
	u32 msg_type;
	u32 pad;
};

void tg_session_config(struct tg_engine *e, struct tg_session *s, const struct tg_in_venue *cfg);	/* a fresh slot; rx_off is set by the caller */
void tg_session_transport_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);		/* sends Logon */
void tg_session_transport_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
void tg_session_rx(struct tg_engine *e, struct tg_session *s, const u8 *bytes, u32 len, struct tg_outbox *ob);
void tg_session_timer(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
u64 tg_session_deadline_ns(const struct tg_session *s);		/* ~0 = none */
enum tg_reason tg_session_command(struct tg_engine *e, struct tg_session *s, const struct tg_in_session *c, struct tg_outbox *ob);
/* TG_IN_STORED, len payload bytes (store.c). */
enum tg_reason tg_session_restore(struct tg_engine *e, struct tg_session *s, const struct tg_in_stored *m, u32 len, struct tg_outbox *ob);
/* Message n of a venue's store, oldest first; false = there are no more. For hosts that carry the store over to the next engine. */
bool tg_session_stored(const struct tg_engine *e, u32 venue_id, u32 n, struct tg_in_stored *out, const u8 **bytes);
/* The answer to TG_PUB_CREDENTIALS (logon.c). */
enum tg_reason tg_session_credentials(struct tg_engine *e, struct tg_session *s, const struct tg_in_credentials *c, struct tg_outbox *ob);
void tg_session_query(const struct tg_session *s, struct tg_nl_session *out);

/* May the next number be used? */
static inline bool tg_session_granted(const struct tg_session *s)
{
	return !s->granted_tx_seq || s->next_tx_seq < s->granted_tx_seq;
}

static inline bool tg_session_can_send(const struct tg_session *s)
{
	return s->state == TG_SESSION_UP && !s->resend_tx_next && tg_session_granted(s);
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
/* The answer to a TestRequest, or of our own accord (NULL). false = the id is too long to be sent back. */
bool tg_session_heartbeat(struct tg_engine *e, struct tg_session *s, const struct tg_fix_slice *test_req_id, struct tg_outbox *ob);
void tg_session_test_request(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
void tg_session_resend_request(struct tg_engine *e, struct tg_session *s, u64 begin, u64 end, struct tg_outbox *ob);
void tg_session_gap_fill(struct tg_engine *e, struct tg_session *s, u64 begin, u64 next, struct tg_outbox *ob);
void tg_session_reject(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, enum tg_fix_error err, struct tg_outbox *ob);
/* 35=3 with a reason given by the session itself (373). */
void tg_session_reject_reason(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 ref_tag, u32 reason, const char *text,
			      struct tg_outbox *ob);

/* 35=j about message ref_seq (380). */
void tg_session_business_reject(struct tg_engine *e, struct tg_session *s, u64 ref_seq, u32 ref_type, u32 reason, const char *text, struct tg_outbox *ob);

/* store.c */
bool tg_session_type(u32 msg_type);	/* a session message: never sent again */
void tg_session_store(struct tg_engine *e, struct tg_session *s, u64 seq, u32 msg_type, u64 time_ns, const u8 *msg, u32 len);
void tg_session_store_clear(struct tg_session *s);
/* Answers a ResendRequest from begin to end (0 = all that was sent): the first piece now. */
void tg_session_resend(struct tg_engine *e, struct tg_session *s, u64 begin, u64 end, struct tg_outbox *ob);
void tg_session_resend_serve(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* Ends a message that takes no new number. */
bool tg_session_finish(struct tg_engine *e, struct tg_session *s, struct tg_fix_writer *w, u64 cause_ns, struct tg_outbox *ob);

void tg_session_text(struct tg_session *s, const void *text, u32 len);	/* made printable */
void tg_session_state(struct tg_engine *e, struct tg_session *s, u16 state, struct tg_outbox *ob);
/* Closes the transport; `next` is DOWN or HALTED. text NULL: s->text stays. */
void tg_session_close(struct tg_engine *e, struct tg_session *s, u16 next, const char *text, struct tg_outbox *ob);
/* Takes what came while the credentials were awaited. */
void tg_session_rx_kept(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* One framed message. */
void tg_session_message(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f, struct tg_outbox *ob);

#endif
