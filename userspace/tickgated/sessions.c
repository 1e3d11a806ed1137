// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "engine.h"
#include "session/session.h"
#include "log.h"
#include "replay.h"
#include "sessions.h"

/* Numbers granted at once. Half of it must outlast the pause between two polls (1 s). */
#define LEASE		65536ull
#define FILES_MAX	1000u

struct one {
	const struct tgd_venue *venue;
	struct tg_lease lease;
	__u64 granted;		/* what the engine was told */
	bool known;		/* there was a lease */
	bool restore;
	__u64 tx, rx;
};

struct tgd_sessions {
	const char *dir;
	unsigned int n;
	struct one *one;
	struct tg_replay replay;	/* the last engine's journal; core NULL = none */
	bool replayed;
};

struct tgd_numbers tgd_numbers_after(const struct tg_lease *l, bool have_journal, __u64 jtx,
				     __u64 jrx)
{
	struct tgd_numbers out = { .tx = tg_lease_next_tx(l), .rx = l->rx };

	if (!have_journal)
		return out;
	/* An orderly stop wrote exact numbers, and somebody may have changed them since. Then what
	 * the journal's messages are called is no longer what the venue knows. */
	if (l->clean) {
		out.restore = jtx == l->tx;
		return out;
	}
	/* Numbers above the bound never came from this lease: it was set back behind the journal's
	 * back. */
	if (jtx > l->bound)
		return out;
	out.restore = true;
	out.rx = jrx;
	return out;
}

/* ---- the last journal ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files of the newest engine start: "journal-<ns>-<number>.tgj". Start times have 19 digits until
 * the year 2286, so that names sort by time. */
static unsigned int last_files(const char *dir, char **out)
{
	char *names[FILES_MAX];
	unsigned int n = 0, i, first, k = 0;
	struct dirent *d;
	DIR *dp = opendir(dir);

	while (dp && (d = readdir(dp)) && n < FILES_MAX) {
		size_t len = strlen(d->d_name);

		if (strncmp(d->d_name, "journal-", 8) || len < 12 ||
		    strcmp(d->d_name + len - 4, ".tgj"))
			continue;
		if (asprintf(&names[n], "%s/%s", dir, d->d_name) < 0)
			break;
		n++;
	}
	if (dp)
		closedir(dp);
	qsort(names, n, sizeof(names[0]), by_name);
	for (first = n; first > 0; first--) {
		const char *cut = strrchr(names[n - 1], '-');

		if (strncmp(names[first - 1], names[n - 1], (size_t)(cut - names[n - 1]) + 1))
			break;
	}
	for (i = 0; i < n; i++) {
		if (i < first)
			free(names[i]);
		else
			out[k++] = names[i];
	}
	return k;
}

static void replay_last(struct tgd_sessions *s, long long max_mib)
{
	char *files[FILES_MAX];
	unsigned int n = last_files(s->dir, files), i;
	unsigned long long bytes = 0;
	struct stat st;
	int ret = 0;

	for (i = 0; i < n; i++)
		if (!stat(files[i], &st))
			bytes += (unsigned long long)st.st_size;
	if (n && bytes > (unsigned long long)max_mib << 20) {
		tgd_log(LOG_WARNING,
			"sessions: the last journal has %llu MiB, more than restore_max_mib; messages sent before will be gap-filled",
			bytes >> 20);
	} else if (n) {
		tg_replay_init(&s->replay);
		ret = tg_replay_files(&s->replay, files, n, NULL, NULL);
		s->replayed = !ret && s->replay.core;
		if (ret)
			tgd_log(LOG_WARNING,
				"sessions: the last journal does not replay (%s); messages sent before will be gap-filled",
				s->replay.error[0] ? s->replay.error : "it differs");
	}
	for (i = 0; i < n; i++)
		free(files[i]);
}

/* The same session in the last engine: by name and CompIDs, its id may have changed. 0 = none. */
static __u32 in_journal(const struct tgd_sessions *s, const struct tgd_venue *v,
			struct tg_nl_session *q)
{
	__u32 id, max = s->replayed ? tg_engine_params(s->replay.core)->max_venues : 0;

	for (id = 1; id <= max; id++)
		if (tg_engine_session(s->replay.core, id, q) &&
		    !strncmp(q->name, v->s.name, TG_NAME_LEN) &&
		    !strncmp(q->sender_comp_id, v->sender, TG_COMPID_LEN) &&
		    !strncmp(q->target_comp_id, v->target, TG_COMPID_LEN))
			return id;
	return 0;
}

static int load_one(struct tgd_sessions *s, struct one *o)
{
	char what[300];
	int err = tg_lease_read(s->dir, o->venue->s.name, &o->lease, what, sizeof(what));

	if (!err && (strcmp(o->lease.sender, o->venue->sender) ||
		     strcmp(o->lease.target, o->venue->target))) {
		tgd_log(LOG_NOTICE,
			"venue %s: the numbers on disk are of %s to %s; this session begins at 1",
			o->venue->s.name, o->lease.sender, o->lease.target);
		err = -ENOENT;
	}
	o->known = !err;
	if (err == -ENOENT) {
		o->lease = (struct tg_lease){ .tx = 1, .rx = 1, .bound = 1, .clean = true };
		snprintf(o->lease.venue, sizeof(o->lease.venue), "%s", o->venue->s.name);
		snprintf(o->lease.sender, sizeof(o->lease.sender), "%s", o->venue->sender);
		snprintf(o->lease.target, sizeof(o->lease.target), "%s", o->venue->target);
		err = 0;
	}
	if (err)
		tgd_log(LOG_ERR,
			"%s; ask the venue for the next numbers and give them with `tgctl session set-seq %s --offline %s --tx N --rx N`",
			what, o->venue->s.name, s->dir);
	return err;
}

int tgd_sessions_load(struct tgd_sessions **out, const struct tgd_config *c, bool replay)
{
	struct tgd_sessions *s = calloc(1, sizeof(*s));
	unsigned int i;
	int err = 0;

	*out = s;
	if (!s)
		return -ENOMEM;
	s->dir = c->journal.path;
	s->one = calloc(c->venues + 1, sizeof(*s->one));
	if (!s->one)
		return -ENOMEM;
	for (i = 0; i < c->venues && !err; i++) {
		if (c->venue[i].reset_on_logon)
			continue;
		s->one[s->n].venue = &c->venue[i];
		err = load_one(s, &s->one[s->n++]);
	}
	for (i = 0; i < s->n && !err && replay; i++)
		if (s->one[i].known) {
			replay_last(s, c->journal.restore_max_mib);
			break;
		}
	for (i = 0; i < s->n && !err; i++) {
		struct one *o = &s->one[i];
		struct tg_nl_session q = { 0 };
		bool have = o->known && in_journal(s, o->venue, &q);
		struct tgd_numbers at =
			tgd_numbers_after(&o->lease, have, q.next_tx_seq, q.next_rx_seq);

		o->tx = at.tx;
		o->rx = at.rx;
		o->restore = at.restore;
	}
	return err;
}

/* ---- the engine ---- */

/* On disk first, then told. */
static int grant(struct tgd_sessions *s, struct tg_nl *nl, struct one *o, __u64 tx, __u64 rx)
{
	struct tg_in_session cmd = { .venue_id = (__u16)o->venue->id,
				     .command = TG_SESSION_CMD_GRANT };
	int err;

	o->lease.tx = tx;
	o->lease.rx = rx;
	o->lease.bound = tx + LEASE;
	o->lease.clean = false;
	err = tg_lease_write(s->dir, &o->lease);
	if (err) {
		tgd_log(LOG_ERR, "venue %s: %s/session-%s.lease: %s; no more numbers are granted",
			o->venue->s.name, s->dir, o->venue->s.name, strerror(-err));
		return err;
	}
	cmd.next_tx_seq = o->lease.bound;
	err = tg_nl_input(nl, TG_IN_SESSION, &cmd, sizeof(cmd), NULL, NULL);
	if (err)
		tgd_log(LOG_ERR, "venue %s: granting numbers: %s", o->venue->s.name,
			tg_nl_error(nl));
	else
		o->granted = o->lease.bound;
	return err;
}

static int set_numbers(struct tg_nl *nl, const struct one *o, __u64 tx, __u64 rx)
{
	struct tg_in_session cmd = { .venue_id = (__u16)o->venue->id,
				     .command = TG_SESSION_CMD_SET_SEQ,
				     .next_tx_seq = tx,
				     .next_rx_seq = rx };
	int err = tg_nl_input(nl, TG_IN_SESSION, &cmd, sizeof(cmd), NULL, NULL);

	if (err)
		tgd_log(LOG_ERR, "venue %s: setting numbers %llu, %llu: %s", o->venue->s.name,
			(unsigned long long)tx, (unsigned long long)rx, tg_nl_error(nl));
	return err;
}

/* Messages that cannot be put back are filled over when asked for: no reason not to start. */
static unsigned int restore(struct tgd_sessions *s, struct tg_nl *nl, const struct one *o)
{
	struct {
		struct tg_in_stored head;
		__u8 bytes[TG_FIX_TX_MAX];
	} in;
	struct tg_nl_session q;
	const __u8 *bytes;
	__u32 id = in_journal(s, o->venue, &q), k;
	unsigned int n = 0;

	for (k = 0; id && tg_session_stored(s->replay.core, id, k, &in.head, &bytes); k++) {
		in.head.venue_id = (__u16)o->venue->id;
		memcpy(in.bytes, bytes, in.head.len);
		if (!tg_nl_input(nl, TG_IN_STORED, &in, (__u32)sizeof(in.head) + in.head.len, NULL,
				 NULL))
			n++;
	}
	if (n != k)
		tgd_log(LOG_WARNING, "venue %s: %u of %u stored messages were refused",
			o->venue->s.name, k - n, k);
	return n;
}

static int fresh(struct tgd_sessions *s, struct tg_nl *nl, struct one *o)
{
	unsigned int n = 0;
	int err = set_numbers(nl, o, o->tx, o->rx);

	if (!err && o->restore)
		n = restore(s, nl, o);
	if (!err)
		err = grant(s, nl, o, o->tx, o->rx);
	if (!err && o->known)
		tgd_log(LOG_NOTICE, "venue %s: goes on at %llu, expects %llu, %u messages kept",
			o->venue->s.name, (unsigned long long)o->tx, (unsigned long long)o->rx, n);
	return err;
}

int tgd_sessions_begin(struct tgd_sessions *s, struct tg_nl *nl, bool adopted)
{
	struct tg_nl_session *list = NULL;
	unsigned int i;
	__u32 n = 0;
	int err = 0;

	for (i = 0; i < s->n && !adopted && !err; i++)
		err = fresh(s, nl, &s->one[i]);
	if (adopted && s->n) {
		err = tg_nl_sessions(nl, &list, &n);
		if (err)
			tgd_log(LOG_ERR, "sessions: %s", tg_nl_error(nl));
		else
			tgd_sessions_poll(s, nl, list, n);
		free(list);
	}
	/* The arena of the last engine is as large as the engine's own. */
	if (s->replayed)
		tg_replay_destroy(&s->replay);
	s->replayed = false;
	return err;
}

void tgd_sessions_poll(struct tgd_sessions *s, struct tg_nl *nl, const struct tg_nl_session *list,
		       __u32 n)
{
	unsigned int i;
	__u32 k;

	for (i = 0; i < s->n; i++) {
		struct one *o = &s->one[i];

		for (k = 0; k < n && list[k].venue_id != o->venue->id; k++)
			;
		if (k == n)
			continue;
		/* What the engine has is what counts: another daemon may have granted it. */
		o->granted = list[k].granted_tx_seq;
		if (!o->granted || list[k].next_tx_seq + LEASE / 2 > o->granted)
			grant(s, nl, o, list[k].next_tx_seq, list[k].next_rx_seq);
	}
}

static struct one *of(const struct tgd_sessions *s, const struct tgd_venue *v)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->one[i].venue == v)
			return &s->one[i];
	return NULL;	/* it resets at every logon */
}

bool tgd_sessions_period(const struct tgd_sessions *s, const struct tgd_venue *v, time_t period)
{
	const struct one *o = of(s, v);

	return !o || o->lease.period == (__u64)period;
}

int tgd_sessions_new_period(struct tgd_sessions *s, struct tg_nl *nl, const struct tgd_venue *v,
			    time_t period, bool reset)
{
	struct one *o = of(s, v);
	char text[80];
	int err = 0;

	if (!o)
		return 0;
	o->lease.period = (__u64)period;
	if (!reset)
		return tg_lease_write(s->dir, &o->lease);
	err = set_numbers(nl, o, 1, 1);
	if (!err)
		err = grant(s, nl, o, 1, 1);
	if (!err) {
		tgd_log(LOG_NOTICE, "venue %s: numbers reset for a new period", v->s.name);
		snprintf(text, sizeof(text), "venue %s: reset by schedule, tx 1 rx 1", v->s.name);
		tg_lease_audit(s->dir, "tickgated", text);
	} else {
		o->lease.period = 0;
	}
	return err;
}

void tgd_sessions_end(struct tgd_sessions *s, struct tg_nl *nl)
{
	struct tg_nl_session *list = NULL;
	unsigned int i;
	__u32 n, k;
	int err;

	if (!s->n || tg_nl_sessions(nl, &list, &n))
		return;
	for (i = 0; i < s->n; i++) {
		struct one *o = &s->one[i];

		for (k = 0; k < n && list[k].venue_id != o->venue->id; k++)
			;
		/* A transport that is still there may send yet: the bound stays what counts. */
		if (k == n || (list[k].state != TG_SESSION_DOWN &&
			       list[k].state != TG_SESSION_HALTED))
			continue;
		o->lease.tx = o->lease.bound = list[k].next_tx_seq;
		o->lease.rx = list[k].next_rx_seq;
		o->lease.clean = true;
		err = tg_lease_write(s->dir, &o->lease);
		if (err)
			tgd_log(LOG_ERR, "venue %s: session-%s.lease: %s", o->venue->s.name,
				o->venue->s.name, strerror(-err));
	}
	free(list);
}

void tgd_sessions_free(struct tgd_sessions *s)
{
	if (!s)
		return;
	if (s->replayed)
		tg_replay_destroy(&s->replay);
	free(s->one);
	free(s);
}
