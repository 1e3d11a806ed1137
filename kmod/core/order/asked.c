// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Questions about orders (35=H, 35=AF), from when they are sent to their answer. A venue may be silent: then what is not known is not guessed, and the order's
 * exposure stays counted; but a cancel that waited for the answer goes out now. The question is not put again in this session, which has lost nothing: of two
 * answers that came late nobody could say which is the younger. The next session asks.
 *
 * asked_ns of the engine is a lower bound: asking only lowers it, and the timer, when it finds that nothing is due, works it out anew.
 */
#include "state.h"

static void look_by(struct tg_engine *e, u64 due_ns)
{
	if (due_ns < e->asked_ns)
		e->asked_ns = due_ns;
}

void tg_order_asked(struct tg_engine *e, struct tg_order *o, u8 how)
{
	o->asked = how;
	o->asked_request = o->request;
	o->asked_due_ns = e->time_ns + TG_ANSWER_NS;
	look_by(e, o->asked_due_ns);
}

void tg_order_answered(struct tg_engine *e, struct tg_order *o)
{
	o->asked = 0;
	o->unanswered = 0;
	if (o->inquire)
		e->sweep_due = 1;
}

void tg_order_asked_still(struct tg_engine *e, const struct tg_order *o)
{
	if (o->asked && !o->unanswered)
		look_by(e, o->asked_due_ns);
}

void tg_order_asked_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 at;

	e->asked_ns = ~0ULL;
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (!o->asked || o->unanswered)
			continue;
		if (o->asked_due_ns > e->time_ns) {
			look_by(e, o->asked_due_ns);
			continue;
		}
		tg_cc(e, TG_CC_STATUS_UNANSWERED);
		o->unanswered = 1;
		e->sweep_due |= o->cancel_due;
	}
}
