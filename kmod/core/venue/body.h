/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Bodies that capabilities describe well enough; what a dialect has of its own is in its file. */
#ifndef TG_VENUE_BODY_H
#define TG_VENUE_BODY_H

#include "venue/venue.h"

void tg_body_new(const struct tg_venue_caps *c, u16 version, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		 u64 now_ns, struct tg_fix_writer *w);
void tg_body_cancel(const struct tg_venue_caps *c, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns,
		    struct tg_fix_writer *w);
void tg_body_replace(const struct tg_venue_caps *c, u16 version, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		     u64 now_ns, struct tg_fix_writer *w);
void tg_body_status(const struct tg_venue_caps *c, const struct tg_in_instrument *i, const char *account, const struct tg_order *o,
		    struct tg_fix_writer *w);
/* depth: 264 as the venue wants it */
void tg_body_md_request(const struct tg_venue_caps *c, const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, u32 depth,
			bool unsubscribe, struct tg_fix_writer *w);

/* 95 and 96, or nothing when there is no text. */
void tg_body_raw_data(const struct tg_in_credentials *cred, struct tg_fix_writer *w);
/* caps.cod_*: on when the venue record asks for it. */
void tg_body_cancel_on_disconnect(const struct tg_in_venue *v, u8 on, u8 off, u64 tag_bytes, struct tg_fix_writer *w);

#endif
