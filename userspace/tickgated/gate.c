// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include "gate.h"
#include "log.h"

int tgd_gate_init(struct tgd_gate *g, const struct tgd_venue *v)
{
	memset(g, 0, sizeof(*g));
	if (!tgd_schedule_parse(v->session_start, v->session_end, &g->schedule))
		return -EINVAL;
	g->zone = tgd_zone_load(NULL, v->session_zone);
	if (!g->zone)
		return -errno;
	g->schedule.zone = g->zone;
	return 0;
}

void tgd_gate_free(struct tgd_gate *g)
{
	tgd_zone_free(g->zone);
	g->zone = NULL;
}

static void log_out(struct tgd_gate *g, struct tgd_conn *c, struct tg_nl *nl)
{
	struct tg_in_session cmd = { .venue_id = (__u16)c->venue->id,
				     .command = TG_SESSION_CMD_LOGOUT };

	if (g->leaving)
		return;
	g->leaving = true;
	tgd_log(LOG_NOTICE, "venue %s: the session's time is over: logging out", c->venue->s.name);
	if (tg_nl_input(nl, TG_IN_SESSION, &cmd, sizeof(cmd), NULL, NULL))
		tgd_log(LOG_WARNING, "venue %s: logout: %s", c->venue->s.name, tg_nl_error(nl));
}

bool tgd_gate_open(struct tgd_gate *g, struct tgd_conn *c, struct tgd_sessions *s,
		   struct tg_nl *nl, time_t now)
{
	time_t period = tgd_schedule_period(&g->schedule, now);

	if (g->schedule.always || (period && period == g->period))
		return true;
	switch (c->state) {
	case TGD_CONN_HANDED:
		/* A daemon that finds a session up (the engine ran before it) takes it as this
		 * period's, unless the numbers on disk say that it is an older one's. */
		if (period && !g->period && tgd_sessions_period(s, c->venue, period)) {
			g->period = period;
			return true;
		}
		log_out(g, c, nl);
		return true;
	case TGD_CONN_WAITING:
	case TGD_CONN_HALTED:
		break;
	default:
		return true;	/* an attempt under way ends by itself, or is handed over and logged out */
	}
	g->leaving = false;
	if (!period) {
		if (!g->closed)
			tgd_log(LOG_NOTICE, "venue %s: closed by its schedule", c->venue->s.name);
		g->closed = true;
		g->period = 0;
		c->deadline_ns = ~0ull;
		return false;
	}
	if (!tgd_sessions_period(s, c->venue, period) &&
	    tgd_sessions_new_period(s, nl, c->venue, period, c->venue->session_reset)) {
		/* Told, and tried again with the next turn: a period that is not on disk must not
		 * begin, as the next daemon would go on with the last one's numbers. */
		c->deadline_ns = ~0ull;
		return false;
	}
	if (g->closed)
		tgd_log(LOG_NOTICE, "venue %s: open by its schedule", c->venue->s.name);
	g->closed = false;
	g->period = period;
	if (c->state == TGD_CONN_WAITING)
		c->deadline_ns = 0;
	return true;
}
