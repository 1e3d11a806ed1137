/* SPDX-License-Identifier: MIT */
/* A venue's schedule carried out: outside of it the session is logged out and not connected; where
 * the configuration says so, each period begins with numbers at 1. */
#ifndef TGD_GATE_H
#define TGD_GATE_H

#include "schedule.h"
#include "sessions.h"
#include "venue.h"

struct tgd_gate {
	struct tgd_schedule schedule;
	struct tgd_zone *zone;
	time_t period;		/* that the session may be up in; 0 = none yet */
	bool closed;		/* told */
	bool leaving;		/* Logout was asked for */
};

/* The configuration was checked: 0 or -errno. */
int tgd_gate_init(struct tgd_gate *g, const struct tgd_venue *v);
void tgd_gate_free(struct tgd_gate *g);

/* true: tgd_conn_run() may go on with this connection. */
bool tgd_gate_open(struct tgd_gate *g, struct tgd_conn *c, struct tgd_sessions *s,
		   struct tg_nl *nl, time_t now);

#endif
