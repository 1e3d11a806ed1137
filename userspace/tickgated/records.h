/* SPDX-License-Identifier: MIT */
/* A checked configuration as the input records that carry it to the engine, in the order in which
 * the engine wants them. */
#ifndef TGD_RECORDS_H
#define TGD_RECORDS_H

#include "config.h"

struct tgd_record {
	enum tg_in type;
	__u32 len;
	char label[80];			/* "[venue sim]": for errors and the log */
	bool gone;			/* takes back what its like gave */
	bool refused;			/* by the engine */
	union {
		struct tg_in_venue venue;
		struct tg_in_product product;
		struct tg_in_strategy strategy;
		struct tg_in_instrument instrument;
		struct tg_in_feed feed;
		struct tg_in_account account;
		struct tg_in_permit permit;
		struct tg_in_limits limits;
		struct tg_in_rate rate;
		struct tg_in_trigger trigger;
		struct tg_in_watch watch;
		struct tg_in_mode mode;
	} u;
};

struct tgd_records {
	struct tgd_record *r;
	unsigned int n;
};

void tgd_engine_params(const struct tgd_config *c, struct tg_in_engine *engine,
		       struct tg_nl_host *host);

/* *out is zeroed first. */
void tgd_venue_record(const struct tgd_venue *v, struct tg_in_venue *out);

/* 0 or -ENOMEM. VENUE, PRODUCT, STRATEGY, INSTRUMENT, FEED, ACCOUNT, PERMIT, LIMITS,
 * RATE, TRIGGER, WATCH, MODE. */
int tgd_records_build(const struct tgd_config *c, struct tgd_records *out);
void tgd_records_free(struct tgd_records *rs);

/*
 * What a reload sends: limits, message budgets, permits, triggers and watches of `to` that differ from `from`, and for each that is
 * gone a record that takes it back: permits without rights, limits that let nothing through (firm,
 * account, instrument: they must exist) or everything (venue, client: they are optional, and
 * unlimited is the same as absent). Products, strategies and instruments that are new. Feeds that are new, and
 * TG_FEED_REMOVE for those that are gone; one that changed is both.
 */
int tgd_records_reload(const struct tgd_records *from, const struct tgd_records *to,
		       struct tgd_records *out);
/* Numbered limits of `from`, of which no more than the number is known, are those of `to` with the same number. */
void tgd_records_numbered(struct tgd_records *from, const struct tgd_records *to);
/* Makes rs what the engine has after the change, without what it refused. 0 or -ENOMEM. */
int tgd_records_apply(struct tgd_records *rs, const struct tgd_records *change);
/* The next record, *pos from 0, in which the two differ in a way that needs a restart; NULL = no more. */
const struct tgd_record *tgd_records_fixed_difference(const struct tgd_records *from,
						      const struct tgd_records *to,
						      unsigned int *pos);

/* One line of text, or one JSON object. */
void tgd_record_print(FILE *f, const struct tgd_record *r, bool json);
void tgd_engine_print(FILE *f, const struct tg_in_engine *e, const struct tg_nl_host *h, bool json);

#endif
