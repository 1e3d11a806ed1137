// SPDX-License-Identifier: GPL-2.0 OR MIT
/* `direct`: one order, as the intent says it. What a parent adds: one end, a life, new terms. */
#include "exec/exec.h"
#include "state.h"

enum tg_work tg_direct_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	struct tg_leg *l = &p->leg[0];
	enum tg_work r = tg_leg_run(e, p, 0, ob);

	if (r == TG_WORK_OK && !p->end && l->cum >= l->qty && !tg_children_work(p))
		tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
	return r;
}
