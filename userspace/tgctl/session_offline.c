// SPDX-License-Identifier: MIT
/*
 * Sequence numbers on disk, without an engine: `tgctl session [list|set-seq NAME] --offline DIR`. DIR is the journal's directory. A change is written to DIR's audit
 * log first, and refused while tickgated or an engine runs: they would overwrite it, or worse, not know of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "ctl.h"
#include "lease.h"
#include "rundir.h"

#define NAMES_MAX 256u

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_in(const char *dir, char **names, unsigned int *n)
{
	struct dirent *d;
	DIR *dp = opendir(dir);

	if (!dp)
		return -errno;
	*n = 0;
	while ((d = readdir(dp)) && *n < NAMES_MAX) {
		size_t len = strlen(d->d_name);

		if (len > 14 && !strncmp(d->d_name, "session-", 8) && !strcmp(d->d_name + len - 6, ".lease")) {
			names[*n] = strndup(d->d_name + 8, len - 14);
			if (names[*n])
				(*n)++;
		}
	}
	closedir(dp);
	qsort(names, *n, sizeof(names[0]), by_name);
	return 0;
}

static int list(const struct ctl_command *self, const char *dir, bool json)
{
	static const char *const heads[] = { "VENUE", "SENDER", "TARGET", ">NEXT TX", ">NEXT RX", "STOPPED", ">LAST SEEN TX", "FILE" };
	char *names[NAMES_MAX], what[512];
	struct tg_lease l;
	struct tg_table tab;
	struct tg_json j;
	unsigned int n = 0, i;
	int err = names_in(dir, names, &n), bad = 0;

	if (err) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, dir, strerror(-err));
		return 1;
	}
	if (json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_array(&j, "sessions");
	} else {
		tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	}
	for (i = 0; i < n; i++) {
		err = tg_lease_read(dir, names[i], &l, what, sizeof(what));
		if (err) {
			fprintf(stderr, "tgctl %s: %s\n", self->name, what);
			bad = 1;
		} else if (json) {
			tg_json_object(&j, NULL);
			tg_json_str(&j, "venue", l.venue);
			tg_json_str(&j, "sender", l.sender);
			tg_json_str(&j, "target", l.target);
			tg_json_u64(&j, "next_tx_seq", tg_lease_next_tx(&l));
			tg_json_u64(&j, "next_rx_seq", l.rx);
			tg_json_bool(&j, "clean", l.clean);
			tg_json_u64(&j, "last_seen_tx_seq", l.tx);
			tg_json_end(&j, '}');
		} else {
			tg_table_cell(&tab, "%s", l.venue);
			tg_table_cell(&tab, "%s", l.sender);
			tg_table_cell(&tab, "%s", l.target);
			tg_table_cell(&tab, "%llu", (unsigned long long)tg_lease_next_tx(&l));
			tg_table_cell(&tab, "%llu", (unsigned long long)l.rx);
			tg_table_cell(&tab, "%s", l.clean ? "orderly" : "no: runs, or crashed");
			tg_table_cell(&tab, "%llu", (unsigned long long)l.tx);
			tg_table_cell(&tab, "session-%s.lease", l.venue);
		}
		free(names[i]);
	}
	if (json) {
		tg_json_end(&j, ']');
		tg_json_end(&j, '}');
	} else {
		tg_table_print(&tab, stdout);
	}
	return bad;
}

/* Holds tickgated's lock while the change is made. -1 = something runs, told. */
static int alone(const struct ctl_command *self)
{
	struct tg_nl_status st = { 0 };
	struct tg_nl *nl = NULL;
	char path[512];
	bool runs;
	int fd;

	runs = !tg_nl_open(&nl) && !tg_nl_status(nl, &st) && st.running;
	tg_nl_close(nl);
	if (runs) {
		fprintf(stderr, "tgctl %s: an engine runs; use set-seq without --offline\n", self->name);
		return -1;
	}
	snprintf(path, sizeof(path), "%s/lock", tg_rundir());
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return open("/dev/null", O_RDWR | O_CLOEXEC);	/* no daemon has run since boot */
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, path, errno == EWOULDBLOCK ? "tickgated runs; use set-seq without --offline" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int set(const struct ctl_command *self, const struct ctl_offline *o, bool json)
{
	char what[512], text[256];
	struct tg_lease l, old;
	struct tg_json j;
	int err = tg_lease_read(o->dir, o->venue, &l, what, sizeof(what)), lock;

	if (err == -EBADMSG && o->tx && o->rx && o->force && o->sender && o->target) {
		/* A damaged file: everything is given anew. */
		memset(&l, 0, sizeof(l));
		l.tx = l.rx = l.bound = 1;
		if (snprintf(l.venue, sizeof(l.venue), "%s", o->venue) >= (int)sizeof(l.venue) ||
		    snprintf(l.sender, sizeof(l.sender), "%s", o->sender) >= (int)sizeof(l.sender) ||
		    snprintf(l.target, sizeof(l.target), "%s", o->target) >= (int)sizeof(l.target))
			return ctl_usage_error(self, "a name is too long");
		err = 0;
	}
	if (err) {
		fprintf(stderr, "tgctl %s: %s%s\n", self->name, what,
			err == -EBADMSG ? "; --tx, --rx, --sender, --target and --force together write a new one" : "");
		return 1;
	}
	old = l;
	if (o->tx && o->tx < tg_lease_next_tx(&l) && !o->force) {
		fprintf(stderr, "tgctl %s: --tx %llu is below %llu, the first number that cannot have been used; --force takes it all the same\n", self->name,
			(unsigned long long)o->tx, (unsigned long long)tg_lease_next_tx(&l));
		return 1;
	}
	lock = alone(self);
	if (lock < 0)
		return 1;
	l.tx = o->tx ? o->tx : tg_lease_next_tx(&old);
	l.rx = o->rx ? o->rx : l.rx;
	l.bound = l.tx;
	l.clean = true;
	snprintf(text, sizeof(text), "venue %s: tx %llu to %llu, rx %llu to %llu%s, offline", l.venue, (unsigned long long)tg_lease_next_tx(&old),
		 (unsigned long long)l.tx, (unsigned long long)old.rx, (unsigned long long)l.rx, o->force ? ", forced" : "");
	err = tg_lease_audit(o->dir, ctl_who(), text);
	if (!err)
		err = tg_lease_write(o->dir, &l);
	close(lock);
	if (err) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, o->dir, strerror(-err));
		return 1;
	}
	if (!json) {
		printf("%s\n", text);
		return 0;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_bool(&j, "ok", true);
	tg_json_str(&j, "venue", l.venue);
	tg_json_u64(&j, "next_tx_seq", l.tx);
	tg_json_u64(&j, "next_rx_seq", l.rx);
	tg_json_end(&j, '}');
	return 0;
}

int ctl_session_offline(const struct ctl_command *self, const struct ctl_offline *o, bool json)
{
	return o->venue ? set(self, o, json) : list(self, o->dir, json);
}
