/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Venue dialects: capabilities as data and the few functions that differ. A dialect is one file and one row of the table in venue.c.
 * Encoders append body fields only; header and trailer are the session's. `account` is NUL padded to TG_NAME_LEN bytes.
 */
#ifndef TG_VENUE_H
#define TG_VENUE_H

#include "fix/encode.h"
#include "order/order.h"
#include <tickgate/record.h>

enum tg_venue_replace { TG_REPLACE_NONE, TG_REPLACE_G };

struct tg_venue_caps {
	u16 dialect;			/* enum tg_dialect */
	u16 fix_version;		/* 42, 44, 50 */
	u8 resend;			/* venue answers 35=2 */
	u8 replace;			/* enum tg_venue_replace */
	u8 status_request;		/* 35=H */
	u8 mass_cancel;			/* 35=q */
	u8 cancel_on_disconnect;
	u8 md_update_ids;		/* 25043/25044 chain */
	u8 md_omit_delete_qty;
	u8 pad;
	const char *name;
};

const struct tg_venue_caps *tg_venue_caps(u16 dialect);	/* NULL = unknown */

/* FIX version of a session: as configured, else the dialect's own. 0 = unknown dialect. */
static inline u16 tg_venue_version(const struct tg_in_venue *v)
{
	const struct tg_venue_caps *caps = tg_venue_caps(v->dialect);

	return v->fix_version ? v->fix_version : caps ? caps->fix_version : 0;
}

/* cred: NULL when the venue wants none. */
void tg_venue_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w);
void tg_venue_put_new(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_venue_put_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_venue_put_replace(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
/* 35=H about the order's last accepted request. */
void tg_venue_put_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w);
void tg_venue_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w);

#endif
