// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Dialects by number. Adding one: its file, its row here, its value in enum tg_dialect. */
#include "venue/venue.h"
#include "venue/sim.h"

const struct tg_venue_caps *tg_venue_caps(u16 dialect)
{
	switch (dialect) {
	case TG_DIALECT_SIM: return &tg_sim_caps;
	default: return NULL;
	}
}

void tg_venue_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: break;	/* nothing beyond 98, 108 and 141 */
	}
	(void)cred;
	(void)w;
}

void tg_venue_put_new(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: tg_sim_put_new(i, account, o, now_ns, w); break;
	}
}

void tg_venue_put_cancel(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: tg_sim_put_cancel(i, account, o, now_ns, w); break;
	}
}

void tg_venue_put_replace(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, u64 now_ns, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: tg_sim_put_replace(i, account, o, now_ns, w); break;
	}
}

void tg_venue_put_status(const struct tg_in_venue *v, const struct tg_in_instrument *i, const char *account, const struct tg_order *o, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: tg_sim_put_status(i, account, o, w); break;
	}
}

void tg_venue_put_md_request(const struct tg_in_venue *v, const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w)
{
	switch (v->dialect) {
	case TG_DIALECT_SIM: tg_sim_put_md_request(v, i, req_id, unsubscribe, w); break;
	}
}
