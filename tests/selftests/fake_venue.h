/* SPDX-License-Identifier: MIT */
/*
 * A FIX 4.4 acceptor of a few lines in a thread of the test, over loopback TCP: logon, heartbeat,
 * one market-data snapshot for each request, orders acknowledged, cancelled, replaced; filled when
 * told. No sequence checks: what a real venue does is tools/venue.
 */
#ifndef SELFTESTS_FAKE_VENUE_H
#define SELFTESTS_FAKE_VENUE_H

#include <pthread.h>
#include <stdbool.h>

struct fake_venue {
	int listener, fd;
	pthread_t thread;
	int port;
	bool fill;		/* fill each new order at once, in full */
	bool mute;		/* answer no orders */
	unsigned int tx_seq, execs;
	/* tally, read by the test */
	int logons, orders, cancels, replaces, requests, bad;
};

/* Listens; the thread serves one connection after the other. 0 or -errno. */
int fake_venue_start(struct fake_venue *v);
/* A socket connected to it. -errno on failure. */
int fake_venue_dial(struct fake_venue *v);
/* A market-data message in between: body with '|' for SOH. Not while an order is being answered. */
void fake_venue_say(struct fake_venue *v, const char *type, const char *body);
void fake_venue_stop(struct fake_venue *v);

#endif
