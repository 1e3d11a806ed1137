/* SPDX-License-Identifier: MIT */
/* What everybody but the venue does, at random: four clients of three users on two accounts, the market, a risk manager, and a person at the kill switch. */
#ifndef TG_TESTS_RANDOM_PEOPLE_H
#define TG_TESTS_RANDOM_PEOPLE_H

#include "venue.h"

void people_begin(struct venue *v);
void people_order(void);	/* a client sends, cancels or replaces */
void people_market(void);	/* a price, a trade or a status */
void people_manage(void);	/* limits, kills, clients that come and go */

#endif
