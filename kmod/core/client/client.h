/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Clients: who may do what, downloads, and what happens when one goes away. A client may trade when a permit for its uid covers account and instrument.
 * Download: ATTACHED, then DOWNLOAD_BEGIN, instruments, working orders and positions of its accounts, DOWNLOAD_END; in chunks of TG_DOWNLOAD_CHUNK events a
 * step so that no ring is lapped by it; requests that add exposure are refused (NOT_READY) until it is complete. Books are read from the book images.
 */
#ifndef TG_CLIENT_H
#define TG_CLIENT_H

#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/netlink.h>
#include <tickgate/reasons.h>
#include <tickgate/record.h>

struct tg_engine;

#define TG_DOWNLOAD_CHUNK	32u
#define TG_DOWNLOAD_PACE_NS	20000u

enum tg_download_phase { TG_DL_NONE = 0, TG_DL_INSTRUMENTS, TG_DL_ORDERS, TG_DL_PARENTS, TG_DL_POSITIONS, TG_DL_END };

struct tg_client {
	struct tg_in_client info;
	u8 open;
	u8 phase;		/* enum tg_download_phase; NONE = complete */
	u16 sees_account;	/* one that its permits let it see, found last; 0 = none yet */
	u32 cursor;		/* within the phase */
	u32 count;		/* events sent in this download */
	u32 working_orders;
	u64 due_ns;		/* next chunk */
	u64 submissions;
	u32 pad2;
	u16 permit_first, permit_last;	/* lowest and highest permit of this uid; first 0 = none */
	u64 opened_seq;		/* record of the open: older orders with this client id are somebody else's */
};

enum tg_reason tg_client_open(struct tg_engine *e, u16 client_id, const struct tg_in_client *c, struct tg_outbox *ob);
enum tg_reason tg_client_close(struct tg_engine *e, u16 client_id, struct tg_outbox *ob);
/* Validates the submission's form, counts, routes to order/ or download. */
enum tg_reason tg_client_submit(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_client_permit(struct tg_engine *e, const struct tg_in_permit *p);
/* TG_REASON_OK, BAD_ACCOUNT, NOT_PERMITTED or NOT_READY. */
enum tg_reason tg_client_allowed(const struct tg_engine *e, u16 client_id, u16 account_id, u32 instrument_id, u8 ord_type);
/* TG_EXEC_BIT() of all strategies that its permits for the account and instrument name. */
u32 tg_client_execs(const struct tg_engine *e, u32 uid, u16 account_id, u32 instrument_id);
/*
 * The same; and the strategy that the order is booked under: *strategy_id if a permit that covers the order names it (else BAD_STRATEGY), or with 0 that of the
 * first permit that covers the order.
 */
enum tg_reason tg_client_books(const struct tg_engine *e, u16 client_id, u16 account_id, u32 instrument_id, u8 ord_type, u16 *strategy_id);
enum tg_reason tg_client_uid_books(const struct tg_engine *e, u32 uid, u16 account_id, u32 instrument_id, u8 ord_type, u16 *strategy_id);
/* May this client see this account's orders and positions? */
bool tg_client_sees(const struct tg_engine *e, u16 client_id, u16 account_id);
/* POSITION to every client that may see the account. */
void tg_client_tell_position(struct tg_engine *e, u16 account_id, u32 instrument_id, struct tg_outbox *ob);
/* Permit for all of `flags` on the account and the instrument (0 = any). */
bool tg_client_permitted(const struct tg_engine *e, const struct tg_client *c, u16 account_id, u32 instrument_id, u32 flags);
/* A permit with TG_PERMIT_PUBLISH for the instrument, on whatever account. */
bool tg_client_may_publish(const struct tg_engine *e, u16 client_id, u32 instrument_id);
/* download.c: starts over; next chunk. */
void tg_download_begin(struct tg_engine *e, u16 client_id, struct tg_outbox *ob);
void tg_download_step(struct tg_engine *e, u16 client_id, struct tg_outbox *ob);
void tg_client_timer(struct tg_engine *e, struct tg_outbox *ob);
u64 tg_client_deadline_ns(const struct tg_engine *e);

#endif
