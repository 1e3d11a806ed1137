// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Mass status (35=AF, FIX 4.4 volume 4, "Order Mass Status Request"): one question about all
 * working orders, answered by a report for each (150=I with 584), the last marked by 912=Y. An
 * order of ours that the answers leave out is not known to be gone: it may have ended meanwhile. It
 * is asked for by itself (35=H), and that answer decides; where a venue has no such question, it
 * becomes SUSPECT.
 */
#include "state.h"

#define FROM 4u /* fewer orders are asked for one by one */

bool tg_mass_status_send(struct tg_engine *e, struct tg_session *s, u32 orders,
			 struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct tg_fix_writer w;

	if (!caps->mass_status || s->mass_refused || orders < FROM || !tg_session_can_send(s) ||
	    !tg_session_begin(e, s, TG_MT2('A', 'F'), &w, ob))
		return false;
	tg_venue_put_mass_status(e->seq, &w);
	if (!tg_session_send(e, s, &w, 0, ob))
		return false;
	s->mass_id = e->seq;
	/* Never held back: it saves as many messages as there are orders. */
	if (e->rates_on)
		tg_rate_count(e, s->cfg.venue_id, TG_RATE_STATUS);
	tg_cc(e, TG_CC_MASS_STATUS);
	return true;
}

/* Those that still wait for their answer get a question of their own, or are for a person. */
static void ask_the_rest(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	u32 at;

	s->mass_id = 0;
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (o->venue_id != s->cfg.venue_id || o->asked != TG_ASKED_MASS)
			continue;
		o->asked = 0;
		if (caps->status_request)
			o->inquire = 1;
		else
			tg_order_suspect(e, o, TG_REASON_FORGOTTEN, ob);
	}
	tg_order_sweep(e, ob);
}

void tg_mass_status_refused(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	s->mass_refused = 1;
	ask_the_rest(e, s, ob);
}

static bool works_there(u8 ord_status)
{
	return ord_status != '2' && ord_status != '4' && ord_status != '8' && ord_status != 'C';
}

void tg_mass_status_report(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x,
			   const struct tg_order *o, struct tg_outbox *ob)
{
	u64 id;

	if (!s->mass_id || !tg_fix_u64(x->mass_req_id.p, x->mass_req_id.len, &id) ||
	    id != s->mass_id)
		return;
	if (!o && works_there(x->ord_status))
		tg_cc(e, TG_CC_VENUE_ORDERS_UNKNOWN);
	/* A venue without any order says so by a reject of the question (39=8). */
	if (x->last_report || (!o && x->ord_status == '8'))
		ask_the_rest(e, s, ob);
}
