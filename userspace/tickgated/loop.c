// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "credentials.h"
#include "gate.h"
#include "log.h"
#include "loop.h"
#include "records.h"
#include "reload.h"
#include "rundir.h"
#include "venue.h"

#define MS		1000000ull
#define HOUSEKEEPING_NS	(1000 * MS)
#define CANCEL_MS	2000

struct loop {
	struct tgd_control *ct;
	struct tgd_config *c;
	struct tgd_records *rs;
	const struct tgd_loop_options *opt;
	struct tg_nl *events;
	struct tgd_ask *ask;	/* NULL: no venue has credentials */
	struct tgd_conn *conn;
	struct tgd_gate *gate;	/* of each conn: its schedule */
	struct pollfd *pfd;
	int sigfd;
	__u64 housekeeping_ns;
	bool stop, gone, refresh;
	bool silent;		/* the engine gave no answer at the last housekeeping */
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000u + (__u64)t.tv_nsec;
}

static struct tgd_conn *conn_of(struct loop *l, unsigned int venue_id)
{
	unsigned int i;

	for (i = 0; i < l->c->venues; i++)
		if (l->conn[i].venue->id == venue_id)
			return &l->conn[i];
	return NULL;
}

/* ---- what the engine tells ---- */

static void refresh_sessions(struct loop *l, bool adopt)
{
	struct tg_nl_session *s;
	__u32 n, i;

	l->refresh = false;
	if (tg_nl_sessions(l->ct->nl, &s, &n))
		return;
	for (i = 0; i < n; i++) {
		struct tgd_conn *c = conn_of(l, s[i].venue_id);

		s[i].text[sizeof(s[i].text) - 1] = 0;
		if (c && adopt)
			tgd_conn_adopt(c, &s[i]);
		else if (c)
			tgd_conn_session(c, s[i].state, 0, s[i].text);
	}
	tgd_sessions_poll(l->ct->sessions, l->ct->nl, s, n);
	free(s);
}

/* ---- credentials ---- */

static void answer(struct loop *l, struct tg_in_credentials *cred)
{
	/* An answer that comes too late finds another state and is refused: nothing is lost. */
	if (tg_nl_input(l->ct->nl, TG_IN_CREDENTIALS, cred, sizeof(*cred), NULL, NULL))
		tgd_log(LOG_WARNING, "venue %u: credentials: %s", cred->venue_id,
			tg_nl_error(l->ct->nl));
}

static void ask(struct loop *l, unsigned int venue_id, __u64 msg_seq, __u64 sending_time_ns)
{
	struct tgd_conn *c = conn_of(l, venue_id);
	struct tg_in_credentials none = { .venue_id = (__u16)venue_id,
					  .flags = TG_CREDENTIALS_FAILED,
					  .msg_seq = msg_seq,
					  .sending_time_ns = sending_time_ns };
	int err;

	if (!c || !l->ask || !c->venue->credentials[0]) {
		tgd_log(LOG_ERR, "venue %u: the engine wants credentials and none are configured",
			venue_id);
		answer(l, &none);
		return;
	}
	c->asked_seq = msg_seq;
	c->asked_ns = sending_time_ns;
	err = tgd_ask(l->ask, c->venue, c->asked_seq, c->asked_ns);
	if (err)
		answer(l, &none);
}

static void one_answer(struct loop *l, struct tgd_answer *a)
{
	struct tgd_conn *c = conn_of(l, a->cred.venue_id);
	int err;

	if (!c || c->asked_seq != a->cred.msg_seq || c->asked_ns != a->cred.sending_time_ns)
		return;		/* of a transport that is gone */
	if (a->logon_len) {
		err = tgd_conn_write_logon(c, a->logon, a->logon_len);
		if (err) {
			snprintf(a->error, sizeof(a->error), "the Logon could not be sent: %s",
				 strerror(-err));
			a->cred.flags = TG_CREDENTIALS_FAILED;
		}
	}
	if (a->cred.flags & TG_CREDENTIALS_FAILED)
		tgd_conn_credentials_failed(c, a->error);
	answer(l, &a->cred);
	tgd_conn_answered(c);
}

static void read_answers(struct loop *l)
{
	struct tgd_answer *a;

	while ((a = tgd_ask_take(l->ask))) {
		one_answer(l, a);
		tgd_secret_free(a);
	}
}

static void one_event(struct loop *l, const struct tg_pub_event *ev)
{
	struct tgd_conn *c;

	switch (ev->type) {
	case TG_PUB_SESSION:
		c = conn_of(l, ev->id);
		/* A drop's words are in the session, not in the event. */
		if (c && ev->u.state.state != TG_SESSION_UP)
			l->refresh = true;
		if (c && ev->u.state.state == TG_SESSION_UP)
			tgd_conn_session(c, TG_SESSION_UP, ev->time_ns, NULL);
		break;
	case TG_PUB_CREDENTIALS:
		ask(l, ev->id, ev->u.logon.msg_seq, ev->u.logon.sending_time_ns);
		break;
	case TG_PUB_KILL:
		tgd_log(LOG_WARNING, "trading halted: scope %u id %u cause %u", ev->u.kill.scope,
			ev->u.kill.id, ev->u.kill.cause);
		break;
	case TG_PUB_ALERT:
		tgd_log(LOG_WARNING, "soft limit: scope %u id %u at %u %% (controls %#x)", ev->u.alert.scope,
			ev->u.alert.id, ev->u.alert.percent, ev->u.alert.controls);
		break;
	case TG_PUB_HEALTH:
		tgd_log(ev->u.health.level > ev->u.health.previous ? LOG_WARNING : LOG_NOTICE,
			"venue %u: health %u (was %u), score %u: ack %llu ns, rejects %u %%, stale %u %%, gaps %u",
			ev->id, ev->u.health.level, ev->u.health.previous, ev->u.health.score,
			(unsigned long long)ev->u.health.ack_ns, ev->u.health.reject_percent,
			ev->u.health.stale_percent, ev->u.health.gaps);
		break;
	case TG_PUB_MISMATCH:
		tgd_log(LOG_WARNING, "venue %u account %u instrument %u: position %s the venue's", ev->u.mismatch.venue_id,
			ev->u.mismatch.account_id, ev->id, ev->u.mismatch.differs ? "is not" : "is again");
		break;
	case TG_PUB_UNKNOWN_ORDER:
		tgd_log(LOG_WARNING, "venue %u account %u instrument %u: an order that is not ours (150=%c, 39=%c)",
			ev->u.unknown.venue_id, ev->u.unknown.account_id, ev->id, ev->u.unknown.exec_type,
			ev->u.unknown.ord_status);
		break;
	case TG_PUB_TRIGGER:
		tgd_log(LOG_WARNING, "trigger %u: on %u, action %u, scope %u id %u", ev->u.trigger.trigger_id,
			ev->u.trigger.on, ev->u.trigger.action, ev->u.trigger.act_scope, ev->u.trigger.act_id);
		break;
	case TG_PUB_RESUME:
		tgd_log(LOG_NOTICE, "trading resumed: scope %u id %u", ev->u.kill.scope,
			ev->u.kill.id);
		break;
	case TG_PUB_SHUTDOWN:
		l->gone = true;
		break;
	default:
		break;
	}
}

static void read_events(struct loop *l)
{
	struct tg_pub_event ev;
	int ret;

	while ((ret = tg_nl_event(l->events, &ev)) > 0 || ret == -ENOBUFS) {
		if (ret > 0)
			one_event(l, &ev);
		else
			l->refresh = true;	/* events were lost: ask for the state instead */
	}
}

/* ---- what we tell ---- */

void tgd_names_write(const struct tgd_config *c)
{
	FILE *f = tg_rundir_begin("names");
	unsigned int i;

	if (!f) {
		tgd_log(LOG_WARNING, "%s: %s; tgctl will show numbers for names", tg_rundir(),
			strerror(errno));
		return;
	}
	for (i = 0; i < c->accounts; i++)
		fprintf(f, "account %lld\t%s\n", c->account[i].id, c->account[i].s.name);
	for (i = 0; i < c->venues; i++)
		fprintf(f, "venue %lld\t%s\n", c->venue[i].id, c->venue[i].s.name);
	for (i = 0; i < c->instruments; i++)
		fprintf(f, "instrument %lld\t%s\n", c->instrument[i].id, c->instrument[i].s.name);
	for (i = 0; i < c->products; i++)
		fprintf(f, "product %lld\t%s\n", c->product[i].id, c->product[i].s.name);
	for (i = 0; i < c->strategies; i++)
		fprintf(f, "strategy %lld\t%s\n", c->strategy[i].id, c->strategy[i].s.name);
	for (i = 0; i < c->feeds; i++)
		fprintf(f, "feed %lld\t%s\n", c->feed[i].id, c->feed[i].s.name);
	if (tg_rundir_commit("names", f))
		tgd_log(LOG_WARNING, "%s/names: %s", tg_rundir(), strerror(errno));
}

static void write_connects(struct loop *l)
{
	bool changed = false;
	struct tg_json j;
	unsigned int i;
	FILE *f;

	for (i = 0; i < l->c->venues; i++)
		changed |= l->conn[i].changed;
	f = changed ? tg_rundir_begin("connects.json") : NULL;
	if (!f)
		return;
	tg_json_begin(&j, f);
	tg_json_array(&j, NULL);
	for (i = 0; i < l->c->venues; i++)
		tgd_conn_write(&l->conn[i], &j);
	tg_json_end(&j, ']');
	tg_rundir_commit("connects.json", f);
}

static void write_journal_progress(struct loop *l)
{
	struct tgd_journal_progress p;
	FILE *f = tg_rundir_begin("journal");

	if (!f)
		return;
	tgd_journal_progress(l->ct->journal, &p);
	fprintf(f, "path\t%s\nrecords\t%llu\nbytes\t%llu\nsynced_bytes\t%llu\nlast_seq\t%llu\n",
		p.path, (unsigned long long)p.records, (unsigned long long)p.bytes,
		(unsigned long long)p.synced_bytes, (unsigned long long)p.last_seq);
	fprintf(f,
		"max_unsynced_bytes\t%llu\nmax_unsynced_ns\t%llu\nmax_ring_bytes\t%llu\nholes\t%llu\nfailing\t%u\n",
		(unsigned long long)p.max_unsynced_bytes, (unsigned long long)p.max_unsynced_ns,
		(unsigned long long)p.max_ring_bytes, (unsigned long long)p.holes, p.failing);
	tg_rundir_commit("journal", f);
}

static void read_signals(struct loop *l)
{
	struct signalfd_siginfo si;

	while (read(l->sigfd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP) {
			tgd_reload(l->ct, l->c, l->rs, l->opt);
			continue;
		}
		tgd_log(LOG_NOTICE, "signal %u: stopping", si.ssi_signo);
		l->stop = true;
	}
}

static void housekeeping(struct loop *l, __u64 now)
{
	struct tg_nl_status st;
	int err = tg_nl_status(l->ct->nl, &st);
	bool silent = err == -ETIMEDOUT;

	l->housekeeping_ns = now + HOUSEKEEPING_NS;
	/* Its thread stands still: the module's dead-man timer sees to that. It may come back. */
	if (silent != l->silent)
		tgd_log(silent ? LOG_ERR : LOG_NOTICE, "the engine %s",
			silent ? "gives no answer" : "answers again");
	l->silent = silent;
	if (silent)
		return;
	if (err || !st.running || st.started_ns != l->ct->started_ns)
		l->gone = true;
	l->refresh = true;
	write_journal_progress(l);
}

/* ---- the loop ---- */

static int turn(struct loop *l)
{
	__u64 now = now_ns(), due = l->housekeeping_ns;
	unsigned int i, n = 4, at[64];
	int timeout;

	l->pfd[0] = (struct pollfd){ .fd = l->sigfd, .events = POLLIN };
	l->pfd[1] = (struct pollfd){ .fd = tg_nl_fd(l->events), .events = POLLIN };
	l->pfd[2] = (struct pollfd){ .fd = l->ask ? tgd_ask_fd(l->ask) : -1, .events = POLLIN };
	l->pfd[3] = (struct pollfd){ .fd = tgd_xdp_fd(*l->opt->xdp), .events = POLLIN };
	for (i = 0; i < l->c->venues; i++) {
		__u64 d = tgd_conn_deadline(&l->conn[i]);

		if (d < due)
			due = d;
		at[i] = tgd_conn_pollfd(&l->conn[i], &l->pfd[n]) ? n++ : 0;
	}
	timeout = due <= now ? 0 : (int)((due - now + MS - 1) / MS);
	if (poll(l->pfd, n, timeout) < 0 && errno != EINTR)
		return -errno;
	now = now_ns();
	if (l->pfd[0].revents)
		read_signals(l);
	if (l->pfd[1].revents)
		read_events(l);
	if (l->pfd[2].revents)
		read_answers(l);
	if (l->pfd[3].revents)
		tgd_xdp_links(*l->opt->xdp);
	if (now >= l->housekeeping_ns)
		housekeeping(l, now);
	if (l->refresh && !l->gone)
		refresh_sessions(l, false);
	for (i = 0; i < l->c->venues && !l->stop && !l->gone; i++)
		if (tgd_gate_open(&l->gate[i], &l->conn[i], l->ct->sessions, l->ct->nl, time(NULL)))
			tgd_conn_run(&l->conn[i], l->ct->nl, now,
				     at[i] ? l->pfd[at[i]].revents : 0);
	write_connects(l);
	return 0;
}

/* Logout on every session, then waits for all of them to be down. */
static void log_out(struct loop *l)
{
	long long longest = 0;
	bool up = true;
	unsigned int i;
	__u64 until;

	for (i = 0; i < l->c->venues; i++) {
		struct tgd_conn *c = &l->conn[i];
		struct tg_in_session cmd = { .venue_id = (__u16)c->venue->id,
					     .command = TG_SESSION_CMD_LOGOUT };

		if (c->state != TGD_CONN_HANDED) {
			tgd_conn_close(c);
			continue;
		}
		if (c->venue->logout_timeout_ms > longest)
			longest = c->venue->logout_timeout_ms;
		if (tg_nl_input(l->ct->nl, TG_IN_SESSION, &cmd, sizeof(cmd), NULL, NULL))
			tgd_log(LOG_WARNING, "venue %s: logout: %s", c->venue->s.name,
				tg_nl_error(l->ct->nl));
	}
	until = now_ns() + ((__u64)longest + 500) * MS;
	while (up && longest && now_ns() < until) {
		struct tg_nl_session *s;
		__u32 n, k;

		poll(NULL, 0, 10);
		up = false;
		if (tg_nl_sessions(l->ct->nl, &s, &n))
			break;
		for (k = 0; k < n; k++)
			up |= s[k].state != TG_SESSION_DOWN && s[k].state != TG_SESSION_HALTED;
		free(s);
	}
	if (up && longest)
		tgd_log(LOG_WARNING, "a venue did not answer the logout in time");
	for (i = 0; i < l->c->venues; i++)
		tg_nl_disconnect(l->ct->nl,
				 (__u16)l->c->venue[i].id); /* -ENOTCONN is what we want */
	tgd_sessions_end(l->ct->sessions, l->ct->nl);
}

/* A Logon that waited for the daemon before us: its event is gone with that one. */
static void answer_waiting(struct loop *l)
{
	struct tg_nl_session *s;
	__u32 n, i;

	if (tg_nl_sessions(l->ct->nl, &s, &n))
		return;
	for (i = 0; i < n; i++)
		if (s[i].state == TG_SESSION_CREDENTIALS)
			ask(l, s[i].venue_id, s[i].next_tx_seq, s[i].logon_ns);
	free(s);
}

static int prepare(struct loop *l)
{
	sigset_t set;
	bool secrets = false;
	unsigned int i;
	int err;

	l->conn = calloc(l->c->venues + 1, sizeof(*l->conn));
	l->pfd = calloc(l->c->venues + 4, sizeof(*l->pfd));
	l->gate = calloc(l->c->venues + 1, sizeof(*l->gate));
	if (!l->conn || !l->pfd || !l->gate)
		return -ENOMEM;
	for (i = 0; i < l->c->venues; i++) {
		tgd_conn_init(&l->conn[i], l->c, &l->c->venue[i], l->c->journal.path);
		secrets |= l->c->venue[i].credentials[0];
	}
	for (i = 0; i < l->c->venues; i++) {
		err = tgd_gate_init(&l->gate[i], &l->c->venue[i]);
		if (err) {
			tgd_log(LOG_ERR, "venue %s: schedule: %s", l->c->venue[i].s.name,
				strerror(-err));
			return err;
		}
	}
	err = secrets ? tgd_ask_begin(&l->ask, l->c->vault.s.line ? &l->c->vault : NULL) : 0;
	if (err) {
		tgd_log(LOG_ERR, "credentials: %s", strerror(-err));
		return err;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	l->sigfd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->sigfd < 0)
		return -errno;
	err = tg_nl_open(&l->events);
	if (!err)
		err = tg_nl_subscribe(l->events);
	if (err) {
		tgd_log(LOG_ERR, "events: %s", tg_nl_error(l->events));
		return err;
	}
	refresh_sessions(l, true);
	answer_waiting(l);
	return 0;
}

int tgd_loop(struct tgd_control *ct, struct tgd_config *c, struct tgd_records *rs,
	     const struct tgd_loop_options *opt)
{
	struct loop l = { .ct = ct, .c = c, .rs = rs, .opt = opt, .sigfd = -1 };
	bool busy = false;
	unsigned int i;
	int err;

	err = prepare(&l);
	while (!err && !l.stop && !l.gone)
		err = turn(&l);
	if (l.gone && !l.stop) {
		tgd_log(LOG_ERR, "the engine was stopped by somebody else");
		err = -ENODEV;
	}
	if (!err && !opt->keep_engine) {
		if (c->engine.cancel_on_exit)
			tgd_control_cancel_all(ct, CANCEL_MS);
		log_out(&l);
	}
	if (!l.gone)
		write_journal_progress(&l);
	tgd_ask_end(l.ask);
	if (!opt->keep_engine)
		tg_rundir_remove("connects.json");
	for (i = 0; l.conn && i < c->venues; i++)
		busy |= !tgd_conn_close(&l.conn[i]);
	if (l.sigfd >= 0)
		close(l.sigfd);
	tg_nl_close(l.events);
	if (!busy)
		free(l.conn);
	for (i = 0; l.gate && i < c->venues; i++)
		tgd_gate_free(&l.gate[i]);
	free(l.gate);
	free(l.pfd);
	return err;
}
