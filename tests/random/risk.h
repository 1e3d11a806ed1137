/* SPDX-License-Identifier: MIT */
/*
 * The model of the risk controls (tests/unit/risk_model.h) beside the engine: every decision on a new order and a replace is asked of both, every trade is booked by
 * both, and after every record both have the same kills. The engine's calls of its own risk functions are listened to (--wrap): what they are called with is the
 * model's input, never what they answer.
 */
#ifndef TG_TESTS_RANDOM_RISK_H
#define TG_TESTS_RANDOM_RISK_H

#include "fixture.h"
#include "risk_model.h"

struct risk_stats {
	u64 decisions, limits, kills, resumes, leases, sessions;
	u64 seen[TG_REASON_MAX];
};

extern struct risk_stats risk_stats;
extern struct rm risk_model;

void failed_with(const char *what);	/* main.c: prints the seed and the step, and ends */

void risk_begin(struct fx *f);
void risk_end(void);
void risk_compare(void);		/* books, as users see them */

/* What clients and persons do: to the engine and to the model. true: it has gone out. */
void risk_client(u16 client, u32 uid, bool open, u32 flags);
void risk_limits(const struct tg_in_limits *c);
void risk_kill(u16 type, u16 scope, u32 id, u32 flags);
bool risk_submit(u16 client, const struct tg_submission *s);
bool risk_replace(u16 client, u64 order_id, s64 px, s64 qty);

#endif
