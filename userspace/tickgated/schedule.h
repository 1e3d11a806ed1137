/* SPDX-License-Identifier: MIT */
/*
 * When a session may be up. Times are civil times of a zone; zones are read from the system's
 * zoneinfo (RFC 8536) and kept, so that neither TZ nor any other global state is touched: other
 * threads of the daemon run libc code that reads the environment.
 *
 * Daily: open from start to end each day, over midnight when end is not after start. Weekly: start
 * and end have a weekday. Equal start and end: open always, with a new period at that time. A start
 * or end that the clocks skip is taken as late as they skip; one that comes twice, as the first.
 */
#ifndef TGD_SCHEDULE_H
#define TGD_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct tgd_zone;

struct tgd_schedule {
	bool always;		/* no schedule */
	bool weekly;
	int start_wday, end_wday;	/* 0 = Sunday */
	int start_s, end_s;	/* seconds of the day */
	const struct tgd_zone *zone;	/* NULL = UTC */
};

/* A zone by IANA name, "UTC", or "+HH:MM"/"-HH:MM". dir NULL = /usr/share/zoneinfo. NULL with errno
 * when there is none such or it cannot be read. */
struct tgd_zone *tgd_zone_load(const char *dir, const char *name);
void tgd_zone_free(struct tgd_zone *z);
/* Seconds east of UTC at that time. */
int tgd_zone_offset(const struct tgd_zone *z, time_t at);

/* "HH:MM[:SS]" or "mon HH:MM[:SS]"; both or neither with a weekday. false: not of this form. */
bool tgd_schedule_parse(const char *start, const char *end, struct tgd_schedule *out);

/* May the session be up? *next_change: when the answer, or the period, changes; 0 = never. */
bool tgd_schedule_open(const struct tgd_schedule *s, time_t now, time_t *next_change);
/* Start of the period that now lies in; 0 = closed. Always open: 1. */
time_t tgd_schedule_period(const struct tgd_schedule *s, time_t now);

#endif
