// SPDX-License-Identifier: MIT
/*
 * Time zones from TZif files (RFC 8536): the 64-bit transitions, and behind the last of them the
 * rule in the footer (POSIX TZ with M dates, which is what zoneinfo has).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "schedule.h"

#define MAX_FILE (1u << 20)

struct rule {
	int month, week, wday;	/* Mm.w.d */
	int s;			/* of the day, may be negative or beyond it */
};

struct tgd_zone {
	unsigned int n;
	int64_t *at;
	int32_t *offset;	/* from at[i] on */
	int32_t first;		/* before at[0] */
	bool has_footer, has_dst;
	int32_t std, dst;
	struct rule begin, end;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* ---- the footer ---- */

static bool skip_name(const char **p)
{
	const char *q = *p;

	if (*q == '<') {
		q = strchr(q, '>');
		if (!q)
			return false;
		*p = q + 1;
		return true;
	}
	while ((*q >= 'A' && *q <= 'Z') || (*q >= 'a' && *q <= 'z'))
		q++;
	if (q - *p < 3)
		return false;
	*p = q;
	return true;
}

/* [+-]h[h][h][:mm[:ss]] in seconds */
static bool hms(const char **p, int *out)
{
	int sign = 1, part[3] = { 0 }, i;
	char *end;

	if (**p == '+' || **p == '-')
		sign = *(*p)++ == '-' ? -1 : 1;
	for (i = 0; i < 3; i++) {
		if (**p < '0' || **p > '9')
			return false;
		part[i] = (int)strtol(*p, &end, 10);
		*p = end;
		if (part[i] > (i ? 59 : 167))
			return false;
		if (i == 2 || **p != ':')
			break;
		(*p)++;
	}
	*out = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

static bool date(const char **p, struct rule *r)
{
	int n = 0;

	if (sscanf(*p, ",M%d.%d.%d%n", &r->month, &r->week, &r->wday, &n) != 3 || !n ||
	    r->month < 1 || r->month > 12 || r->week < 1 || r->week > 5 || r->wday < 0 ||
	    r->wday > 6)
		return false;
	*p += n;
	r->s = 7200;
	if (**p == '/') {
		(*p)++;
		return hms(p, &r->s);
	}
	return true;
}

static bool footer(struct tgd_zone *z, const char *p)
{
	int v;

	if (!*p)
		return true;
	if (!skip_name(&p) || !hms(&p, &v))
		return false;
	z->std = -v;	/* POSIX counts west */
	z->has_footer = true;
	if (!*p)
		return true;
	if (!skip_name(&p))
		return false;
	z->dst = z->std + 3600;
	if (*p != ',') {
		if (!hms(&p, &v))
			return false;
		z->dst = -v;
	}
	z->has_dst = true;
	return date(&p, &z->begin) && date(&p, &z->end) && !*p;
}

/* ---- the calendar ---- */

/* Days since 1970-01-01 of the first of a month. */
static int64_t days_to(int64_t y, int m)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t year_of(int64_t at)
{
	int64_t y = 1970 + at / 31556952;

	while (days_to(y, 1) * 86400 > at)
		y--;
	while (days_to(y + 1, 1) * 86400 <= at)
		y++;
	return y;
}

/* Local seconds since 1970 at which a rule takes effect in a year. */
static int64_t effect(const struct rule *r, int64_t year)
{
	int64_t first = days_to(year, r->month), next = days_to(year + r->month / 12, r->month % 12 + 1);
	int64_t day = first + (r->wday - (first + 4) % 7 + 7) % 7 + (r->week - 1) * 7;

	while (day >= next)	/* week 5 is the last */
		day -= 7;
	return day * 86400 + r->s;
}

static int by_footer(const struct tgd_zone *z, int64_t at)
{
	int64_t year = year_of(at + z->std), on, off;

	if (!z->has_dst)
		return z->std;
	on = effect(&z->begin, year) - z->std;
	off = effect(&z->end, year) - z->dst;
	if (on < off)
		return at >= on && at < off ? z->dst : z->std;
	return at >= off && at < on ? z->std : z->dst;
}

int tgd_zone_offset(const struct tgd_zone *z, time_t at)
{
	unsigned int lo = 0, hi, mid;

	if (!z)
		return 0;
	if (!z->n || at < z->at[0])
		return z->n ? z->first : z->has_footer ? by_footer(z, at) : z->first;
	if (at >= z->at[z->n - 1] && z->has_footer)
		return by_footer(z, at);
	for (hi = z->n; hi - lo > 1;) {
		mid = (lo + hi) / 2;
		if (z->at[mid] <= at)
			lo = mid;
		else
			hi = mid;
	}
	return z->offset[lo];
}

/* ---- the file ---- */

struct counts {
	uint32_t isutc, isstd, leap, times, types, chars;
};

static struct counts counts_of(const unsigned char *h)
{
	return (struct counts){ be32(h + 20), be32(h + 24), be32(h + 28),
				be32(h + 32), be32(h + 36), be32(h + 40) };
}

static size_t block(const struct counts *c, size_t time_size)
{
	return c->times * time_size + c->times + c->types * 6ul + c->chars +
	       c->leap * (time_size + 4) + c->isstd + c->isutc;
}

static bool small(const struct counts *c)
{
	return c->times < 100000 && c->types && c->types <= 256 && c->chars < 100000 &&
	       c->leap < 10000 && c->isstd <= 256 && c->isutc <= 256;
}

static bool parse(struct tgd_zone *z, unsigned char *p, size_t len)
{
	const unsigned char *times, *index, *types;
	struct counts c;
	size_t skip;
	uint32_t i;
	char *end;

	if (len < 88 || memcmp(p, "TZif", 4) || p[4] < '2')
		return false;
	c = counts_of(p);
	if (c.times >= 100000 || c.chars >= 100000 || c.leap >= 10000 || c.types > 256 ||
	    c.isstd > 256 || c.isutc > 256)
		return false;
	skip = 44 + block(&c, 4);
	if (len < skip + 44 || memcmp(p + skip, "TZif", 4))
		return false;
	p += skip;
	len -= skip;
	c = counts_of(p);
	if (!small(&c) || len < 44 + block(&c, 8) + 2)
		return false;
	times = p + 44;
	index = times + c.times * 8ul;
	types = index + c.times;
	z->at = calloc(c.times + 1ul, sizeof(*z->at));
	z->offset = calloc(c.times + 1ul, sizeof(*z->offset));
	if (!z->at || !z->offset)
		return false;
	z->n = c.times;
	z->first = (int32_t)be32(types);
	for (i = 0; i < c.times; i++) {
		z->at[i] = be64(times + i * 8ul);
		if (index[i] >= c.types || (i && z->at[i] <= z->at[i - 1]))
			return false;
		z->offset[i] = (int32_t)be32(types + index[i] * 6ul);
	}
	p += 44 + block(&c, 8);
	len -= 44 + block(&c, 8);
	if (p[0] != '\n')
		return false;
	end = memchr(p + 1, '\n', len - 1);
	if (!end)
		return false;
	*end = 0;
	return footer(z, (const char *)p + 1);
}

static bool fixed(struct tgd_zone *z, const char *name)
{
	int h, m, n = 0;

	if (!strcmp(name, "UTC"))
		return true;
	if ((*name != '+' && *name != '-') || strlen(name) != 6 ||
	    sscanf(name + 1, "%2d:%2d%n", &h, &m, &n) != 2 || n != 5 || h > 14 || m > 59 || h < 0 ||
	    m < 0)
		return false;
	z->first = (*name == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

void tgd_zone_free(struct tgd_zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->offset);
	free(z);
}

struct tgd_zone *tgd_zone_load(const char *dir, const char *name)
{
	struct tgd_zone *z = calloc(1, sizeof(*z));
	unsigned char *bytes = NULL;
	char path[PATH_MAX];
	size_t len = 0;
	FILE *f = NULL;
	bool ok;

	if (!z || fixed(z, name))
		return z;
	/* A name under the zoneinfo directory and nothing else. */
	if (!*name || *name == '/' || *name == '.' || strstr(name, "..") ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", dir ? dir : "/usr/share/zoneinfo",
			     name) >= sizeof(path)) {
		errno = EINVAL;
		goto bad;
	}
	f = fopen(path, "re");
	if (!f)
		goto bad;
	bytes = malloc(MAX_FILE + 1);
	len = bytes ? fread(bytes, 1, MAX_FILE, f) : 0;
	ok = bytes && !ferror(f) && parse(z, bytes, len);
	fclose(f);
	free(bytes);
	if (ok)
		return z;
	errno = EBADMSG;
bad:
	tgd_zone_free(z);
	return NULL;
}
