// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "schedule.h"

#define DAY 86400

static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

/* wday -1: none given */
static bool when(const char *text, int *wday, int *s)
{
	int h, m, sec = 0, n = 0;

	*wday = -1;
	if (*text < '0' || *text > '9') {
		for (*wday = 0; *wday < 7 && strncasecmp(text, days[*wday], 3); (*wday)++)
			;
		if (*wday == 7 || text[3] != ' ')
			return false;
		text += 4;
	}
	if (sscanf(text, "%2d:%2d%n", &h, &m, &n) != 2 || n != 5)
		return false;
	text += n;
	if (*text && (sscanf(text, ":%2d%n", &sec, &n) != 1 || n != 3 || text[3]))
		return false;
	if (h > 23 || m > 59 || sec > 59 || h < 0 || m < 0 || sec < 0)
		return false;
	*s = h * 3600 + m * 60 + sec;
	return true;
}

bool tgd_schedule_parse(const char *start, const char *end, struct tgd_schedule *out)
{
	memset(out, 0, sizeof(*out));
	if (!*start && !*end) {
		out->always = true;
		return true;
	}
	if (!when(start, &out->start_wday, &out->start_s) ||
	    !when(end, &out->end_wday, &out->end_s) ||
	    (out->start_wday < 0) != (out->end_wday < 0))
		return false;
	out->weekly = out->start_wday >= 0;
	return true;
}

static int64_t floor_day(int64_t t)
{
	return t >= 0 ? t / DAY : -((-t + DAY - 1) / DAY);
}

/* A local time (seconds since 1970 as a clock there would count them) in UTC. */
static time_t to_utc(const struct tgd_zone *z, int64_t local)
{
	int before = tgd_zone_offset(z, (time_t)(local - DAY)),
	    after = tgd_zone_offset(z, (time_t)(local + DAY));
	time_t t = (time_t)(local - before), u = (time_t)(local - after);

	/* Before the change, or the first of two; else after it; else skipped: as late as the clocks skip. */
	if (tgd_zone_offset(z, t) == before)
		return t;
	return tgd_zone_offset(z, u) == after ? u : t;
}

/* The period that begins on a local day; false: none does. */
static bool period_on(const struct tgd_schedule *s, int64_t day, time_t *from, time_t *to)
{
	int wday = (int)(((day + 4) % 7 + 7) % 7), length = s->end_s > s->start_s ? 0 : 1;

	if (s->weekly) {
		if (wday != s->start_wday)
			return false;
		length = (s->end_wday - s->start_wday + 7) % 7;
		if (!length && s->end_s <= s->start_s)
			length = 7;
	}
	*from = to_utc(s->zone, day * DAY + s->start_s);
	*to = to_utc(s->zone, (day + length) * DAY + s->end_s);
	return *from < *to;	/* a change of the clocks may swallow it */
}

static time_t look(const struct tgd_schedule *s, time_t now, time_t *next_change)
{
	int64_t today = floor_day((int64_t)now + tgd_zone_offset(s->zone, now)), day;
	time_t from, to, inside = 0;

	*next_change = 0;
	for (day = today - 8; day <= today + 8; day++) {
		if (!period_on(s, day, &from, &to))
			continue;
		/* Periods follow each other; the later one counts from its start on. */
		if (from <= now && now < to) {
			inside = from;
			*next_change = to;
		} else if (from > now) {
			if (!*next_change || from < *next_change)
				*next_change = from;
			break;
		}
	}
	return inside;
}

bool tgd_schedule_open(const struct tgd_schedule *s, time_t now, time_t *next_change)
{
	*next_change = 0;
	return s->always || look(s, now, next_change);
}

time_t tgd_schedule_period(const struct tgd_schedule *s, time_t now)
{
	time_t next;

	return s->always ? 1 : look(s, now, &next);
}
