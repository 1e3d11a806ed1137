/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Orders, cancels and replaces from a template. Between the ids and the side (54) stands what is the same in every order of one account in one instrument:
 * account, symbol and what goes with them. It is learnt from an ordinary encode, kept with its sum, and used only after it has made the same bytes as that
 * encode did. The other fields are written and added up in one pass, so that CheckSum needs no second one.
 *
 * Nothing can make a template wrong later: instruments and accounts are defined once in an engine's life. An order without an account's name has none.
 */
#ifndef TG_VENUE_QUICK_H
#define TG_VENUE_QUICK_H

#include "venue/venue.h"

enum tg_request_kind { TG_REQUEST_NEW, TG_REQUEST_CANCEL, TG_REQUEST_REPLACE };	/* 35=D, F, G */

#define TG_TEMPLATE_TEXT	80u	/* 1= 21= 18= STP 55= at their longest, and 54= */
#define TG_TEMPLATES		8u	/* of an instrument: plain, post-only, reduce-only and cancel, of two accounts */

struct tg_template {
	u16 account_id;
	u8 variant;		/* + 1; 0 = empty */
	u8 len;
	u32 sum;
	u8 text[TG_TEMPLATE_TEXT];
};

/*
 * The same body as tg_venue_put_new(), _cancel() or _replace(). t: the instrument's TG_TEMPLATES.
 */
void tg_venue_put_request(enum tg_request_kind kind, const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account,
			  const struct tg_order *o, u64 now_ns, struct tg_template *t, struct tg_fix_writer *w);

#endif
