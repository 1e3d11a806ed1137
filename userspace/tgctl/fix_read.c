// SPDX-License-Identifier: MIT
/*
 * tgctl fix: a file or a pipe as a window of bounded size. read(), not mmap(): a log that is cut
 * short by its writer while we look must not end in SIGBUS, and a pipe takes the same way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "fix.h"

#define SHOW_NS 200000000ull

u64 fix_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

int fix_source_open(struct fix_source *s, const char *name, u32 cap, bool progress)
{
	struct stat st;

	*s = (struct fix_source){ .name = name, .cap = cap, .progress = progress };
	s->fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (s->fd < 0)
		return -errno;
	if (!fstat(s->fd, &st)) {
		if (S_ISDIR(st.st_mode)) {
			fix_source_close(s);
			return -EISDIR;
		}
		if (S_ISREG(st.st_mode))
			s->size = (u64)st.st_size;
	}
	s->buf = malloc(cap);
	if (!s->buf) {
		fix_source_close(s);
		return -ENOMEM;
	}
	s->began_ns = s->shown_ns = fix_clock_ns();
	return 0;
}

static void show(struct fix_source *s, bool done)
{
	u64 now = fix_clock_ns(), at = s->offset + (s->end - s->start), ns = now - s->began_ns;
	double rate = ns ? (double)at * 1e3 / (double)ns : 0;

	if (!s->progress || (!done && now - s->shown_ns < SHOW_NS))
		return;
	if (done && s->shown_ns == s->began_ns)
		return; /* nothing was shown: nothing to wipe */
	s->shown_ns = now;
	if (done)
		fputs("\r\033[K", stderr);
	else if (s->size)
		fprintf(stderr, "\r%s: %3llu %% of %.1f MB, %.0f MB/s ", s->name,
			(unsigned long long)(at * 100 / s->size), (double)s->size / 1e6, rate);
	else
		fprintf(stderr, "\r%s: %.1f MB, %.0f MB/s ", s->name, (double)at / 1e6, rate);
	fflush(stderr);
}

void fix_source_close(struct fix_source *s)
{
	show(s, true);
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	free(s->buf);
	s->buf = NULL;
}

bool fix_source_fill(struct fix_source *s)
{
	ssize_t n;

	if (s->eof)
		return false;
	if (s->start) {
		memmove(s->buf, s->buf + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->end == s->cap)
		return false;
	do
		n = read(s->fd, s->buf + s->end, s->cap - s->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		s->eof = true;
		s->err = n < 0 ? errno : 0;
		return false;
	}
	s->end += (u32)n;
	show(s, false);
	return true;
}

void fix_source_take(struct fix_source *s, u32 n)
{
	s->start += n;
	s->offset += n;
}

static ssize_t stream_read(void *cookie, char *out, size_t n)
{
	struct fix_source *s = cookie;

	if (s->start == s->end && !fix_source_fill(s)) {
		errno = s->err;
		return s->err ? -1 : 0;
	}
	if (n > s->end - s->start)
		n = s->end - s->start;
	memcpy(out, s->buf + s->start, n);
	fix_source_take(s, (u32)n);
	return (ssize_t)n;
}

FILE *fix_source_stream(struct fix_source *s)
{
	return fopencookie(s, "r", (cookie_io_functions_t){ .read = stream_read });
}
