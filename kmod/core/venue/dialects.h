/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What venue.c takes from the dialects' files. */
#ifndef TG_VENUE_DIALECTS_H
#define TG_VENUE_DIALECTS_H

#include "venue/body.h"

extern const struct tg_venue_caps tg_sim_caps, tg_binance_caps, tg_kraken_caps, tg_coinbase_caps, tg_deribit_caps;

void tg_binance_put_logon(const struct tg_in_credentials *cred, struct tg_fix_writer *w);
void tg_kraken_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w);
void tg_coinbase_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w);
void tg_deribit_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w);

/* MarketDepth (264) that the venue takes, for the depth asked for (0 = all). */
u32 tg_binance_depth(u32 wanted);
u32 tg_kraken_depth(u32 wanted);

void tg_coinbase_put_md_request(const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w);

#endif
