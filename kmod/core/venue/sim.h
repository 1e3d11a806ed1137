/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Dialect `sim`: FIX 4.4 as the test exchange of tools/venue speaks it. */
#ifndef TG_VENUE_SIM_H
#define TG_VENUE_SIM_H

#include "venue/venue.h"

extern const struct tg_venue_caps tg_sim_caps;

void tg_sim_put_new(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_sim_put_cancel(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_sim_put_replace(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w);
void tg_sim_put_status(const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w);
void tg_sim_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w);

#endif
