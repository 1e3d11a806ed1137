// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "connects.h"

#define HEAD "tickgate connects 1"

static int path_of(char *path, size_t len, const char *dir, const char *venue)
{
	int n = snprintf(path, len, "%s/session-%s.connects", dir, venue);

	/* A name is one path component. */
	return n < 0 || (size_t)n >= len || strchr(venue, '/') ? -ENAMETOOLONG : 0;
}

/* Of the monotonic clock; what was before the host started is as old as the host. */
static __u64 monotonic(__u64 then, __u64 now_ns, __u64 real_ns)
{
	__u64 age = then < real_ns ? real_ns - then : 0;

	return age < now_ns ? now_ns - age : 0;
}

static int take(FILE *f, struct tgd_plan *p, __u64 window_ns, __u64 now_ns, __u64 real_ns)
{
	char line[64], *end;
	unsigned int lines = 0;
	__u64 t;

	while (fgets(line, sizeof(line), f)) {
		if (!strchr(line, '\n') || lines > TGD_PLAN_CONNECTS + 1)
			return -EBADMSG;
		line[strcspn(line, "\n")] = 0;
		if (!lines++) {
			if (strcmp(line, HEAD))
				return -EBADMSG;
			continue;
		}
		if (!strcmp(line, "end"))
			return 0;
		errno = 0;
		t = strtoull(line, &end, 10);
		if (line[0] < '0' || line[0] > '9' || *end || errno)
			return -EBADMSG;
		if (t > real_ns || real_ns - t < window_ns)
			tgd_plan_connected(p, monotonic(t, now_ns, real_ns));
	}
	return -EBADMSG;
}

int tgd_connects_load(const char *dir, const char *venue, struct tgd_plan *p, unsigned int limit,
		      __u64 window_ns, __u64 now_ns, __u64 real_ns, char *what, size_t len)
{
	char path[PATH_MAX];
	FILE *f = NULL;
	int err = path_of(path, sizeof(path), dir, venue);

	if (!err) {
		f = fopen(path, "re");
		err = f ? take(f, p, window_ns, now_ns, real_ns) : errno == ENOENT ? 0 : -errno;
	}
	if (f)
		fclose(f);
	if (!err)
		return 0;
	snprintf(what, len, "%s/session-%s.connects: %s", dir, venue,
		 err == -EBADMSG ? "not the times of connects" : strerror(-err));
	for (; limit; limit--)
		tgd_plan_connected(p, now_ns);
	return err;
}

int tgd_connects_save(const char *dir, const char *venue, const struct tgd_plan *p,
		      unsigned int limit, __u64 now_ns, __u64 real_ns)
{
	char path[PATH_MAX], new[PATH_MAX + 8];
	unsigned int n = p->n < limit ? p->n : limit;
	FILE *f;
	int err = path_of(path, sizeof(path), dir, venue);

	if (err)
		return err;
	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(new, "we");
	if (!f)
		return -errno;
	fputs(HEAD "\n", f);
	for (; n; n--) {
		__u64 t = p->connect_ns[(p->head + TGD_PLAN_CONNECTS - n) % TGD_PLAN_CONNECTS];

		fprintf(f, "%llu\n", (unsigned long long)(real_ns - (now_ns - t)));
	}
	fputs("end\n", f);
	if (fflush(f))
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(new, path))
		err = -errno;
	return err;
}
