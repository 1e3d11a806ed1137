// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "lease.h"

#define HEAD "tickgate session 1"
#define SEQ_MAX (1ull << 62)

static int path_of(char *path, size_t len, const char *dir, const char *venue)
{
	int n = snprintf(path, len, "%s/session-%s.lease", dir, venue);

	/* A name is one path component. */
	return n < 0 || (size_t)n >= len || strchr(venue, '/') ? -ENAMETOOLONG : 0;
}

static bool number(const char *text, __u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out <= SEQ_MAX;
}

static bool text(char *to, size_t len, const char *from)
{
	if (strlen(from) >= len)
		return false;
	memset(to, 0, len);
	memcpy(to, from, strlen(from));
	return true;
}

/* One "key value" line; the bit of the key, 0 = not understood. */
static unsigned int take(struct tg_lease *l, char *line)
{
	char *v = strchr(line, ' ');
	__u64 n;

	if (!v)
		return 0;
	*v++ = 0;
	if (!strcmp(line, "venue"))
		return text(l->venue, sizeof(l->venue), v) ? 1 : 0;
	if (!strcmp(line, "sender"))
		return text(l->sender, sizeof(l->sender), v) ? 2 : 0;
	if (!strcmp(line, "target"))
		return text(l->target, sizeof(l->target), v) ? 4 : 0;
	if (!number(v, &n))
		return 0;
	if (!strcmp(line, "tx"))
		return l->tx = n, n ? 8 : 0;
	if (!strcmp(line, "rx"))
		return l->rx = n, n ? 16 : 0;
	if (!strcmp(line, "bound"))
		return l->bound = n, n ? 32 : 0;
	if (!strcmp(line, "period"))
		return l->period = n, 128;
	if (!strcmp(line, "clean"))
		return l->clean = n, n <= 1 ? 64 : 0;
	return 0;
}

int tg_lease_read(const char *dir, const char *venue, struct tg_lease *out, char *what, size_t len)
{
	char path[PATH_MAX], line[256];
	unsigned int seen = 0, bit, lines = 0;
	bool ended = false;
	FILE *f;
	int err = path_of(path, sizeof(path), dir, venue);

	if (err) {
		snprintf(what, len, "%s/session-%s.lease: %s", dir, venue, strerror(-err));
		return err;
	}
	memset(out, 0, sizeof(*out));
	f = fopen(path, "re");
	if (!f) {
		err = -errno;
		snprintf(what, len, "%s: %s", path, strerror(errno));
		return err;
	}
	while (!err && fgets(line, sizeof(line), f)) {
		lines++;
		if (!strchr(line, '\n')) {
			err = -EBADMSG;	/* cut short, or no file of ours */
			break;
		}
		line[strcspn(line, "\n")] = 0;
		if (lines == 1) {
			if (strcmp(line, HEAD))
				err = -EBADMSG;
		} else if (!strcmp(line, "end")) {
			ended = true;
			break;
		} else {
			bit = take(out, line);
			if (!bit || seen & bit)
				err = -EBADMSG;
			seen |= bit;
		}
	}
	fclose(f);
	if (!err && (!ended || seen != 255 || strcmp(out->venue, venue) || out->bound < out->tx))
		err = -EBADMSG;
	if (err)
		snprintf(what, len, "%s:%u: not a session's numbers", path, lines);
	return err;
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	return err;
}

int tg_lease_write(const char *dir, const struct tg_lease *l)
{
	char path[PATH_MAX], new[PATH_MAX + 8];
	FILE *f;
	int err = path_of(path, sizeof(path), dir, l->venue);

	if (err)
		return err;
	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(new, "we");
	if (!f)
		return -errno;
	fprintf(f,
		HEAD "\nvenue %s\nsender %s\ntarget %s\ntx %llu\nrx %llu\nbound %llu\nperiod %llu\nclean %u\nend\n",
		l->venue, l->sender, l->target, (unsigned long long)l->tx,
		(unsigned long long)l->rx, (unsigned long long)l->bound,
		(unsigned long long)l->period, l->clean);
	if (fflush(f) || fsync(fileno(f)))
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(new, path))
		err = -errno;
	return err ? err : sync_dir(dir);
}

__u64 tg_lease_next_tx(const struct tg_lease *l)
{
	return l->clean ? l->tx : l->bound;
}

int tg_lease_audit(const char *dir, const char *who, const char *what)
{
	char path[PATH_MAX], line[512], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int fd, n, err = 0;

	snprintf(path, sizeof(path), "%s/session-audit.log", dir);
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	n = snprintf(line, sizeof(line), "%s %s (uid %u) %s\n", stamp, who, (unsigned int)getuid(),
		     what);
	if (n < 0 || (size_t)n >= sizeof(line))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	if (write(fd, line, (size_t)n) != n || fsync(fd))
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}
