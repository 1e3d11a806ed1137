// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "applied.h"
#include "control.h"
#include "log.h"

#define DRAIN_MS	5000
#define DETACH_MS	1000
#define STEP_MS		20

static void pause_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

int tgd_control_send(struct tgd_control *ct, struct tgd_records *rs, bool tell)
{
	enum tg_reason reason;
	unsigned int i;
	int refused = 0, err;

	for (i = 0; i < rs->n; i++) {
		struct tgd_record *r = &rs->r[i];

		err = tg_nl_input(ct->nl, r->type, &r->u, r->len, &reason, NULL);
		if (err && reason == TG_REASON_OK) {
			tgd_log(LOG_ERR, "%s: %s", r->label, tg_nl_error(ct->nl));
			return err;
		}
		if (err) {
			refused++;
			r->refused = true;
			tgd_log(LOG_ERR, "%s: the engine refused it: %s", r->label,
				tg_nl_error(ct->nl));
		} else if (tell) {
			char *text = NULL;
			size_t len = 0;
			FILE *f = open_memstream(&text, &len);

			if (f) {
				tgd_record_print(f, r, false);
				fclose(f);
				text[strcspn(text, "\n")] = 0;
				tgd_log(LOG_NOTICE, "%s: %s", r->label, text);
			}
			free(text);
		}
	}
	return refused;
}

static int start_fresh(struct tgd_control *ct, const struct tgd_config *c, struct tg_nl_status *st)
{
	struct tg_in_engine params;
	struct tg_nl_host host;
	int err;

	tgd_engine_params(c, &params, &host);
	err = tgd_journal_next_epoch(c->journal.path, &params.epoch);
	if (err) {
		tgd_log(LOG_ERR, "[journal] path: %s/epoch: %s", c->journal.path, strerror(-err));
		return err;
	}
	err = tg_nl_start(ct->nl, &params, &host);
	if (!err)
		err = tg_nl_status(ct->nl, st);
	if (err)
		tgd_log(LOG_ERR, "[engine]: start: %s", tg_nl_error(ct->nl));
	return err;
}

/* The engine halts itself while nobody reads its journal. On a fresh start that halt is the only
 * one there can be. */
static int clear_journal_halt(struct tgd_control *ct)
{
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM,
				.cause = TG_KILL_JOURNAL,
				.who = "tickgated",
				.text = "journal attached at start" };
	struct tg_nl_status st;
	int err = tg_nl_status(ct->nl, &st);

	if (!err && st.killed)
		err = tg_nl_input(ct->nl, TG_IN_RESUME, &k, sizeof(k), NULL, NULL);
	if (err)
		tgd_log(LOG_ERR, "clearing the journal's halt: %s", tg_nl_error(ct->nl));
	return err;
}

static void compare(struct tgd_control *ct, const struct tgd_records *rs)
{
	struct tg_in_instrument *in;
	struct tg_nl_session *s;
	__u32 n_in = 0, n_s = 0, k;
	unsigned int i;

	if (tg_nl_instruments(ct->nl, &in, &n_in) || tg_nl_sessions(ct->nl, &s, &n_s)) {
		tgd_log(LOG_WARNING, "comparing with the running engine: %s", tg_nl_error(ct->nl));
		return;
	}
	for (i = 0; i < rs->n; i++) {
		const struct tgd_record *r = &rs->r[i];
		/* an instrument that the engine does not have is new: adopt() sends it */
		bool same = r->type != TG_IN_VENUE;

		for (k = 0; k < n_in && r->type == TG_IN_INSTRUMENT; k++)
			if (in[k].instrument_id == r->u.instrument.instrument_id)
				same = in[k].venue_id == r->u.instrument.venue_id &&
				       (in[k].tick == r->u.instrument.tick ||
					!r->u.instrument.tick) &&
				       in[k].lot == r->u.instrument.lot &&
				       !strncmp(in[k].symbol, r->u.instrument.symbol,
						TG_SYMBOL_LEN);
		for (k = 0; k < n_s && r->type == TG_IN_VENUE; k++)
			if (s[k].venue_id == r->u.venue.venue_id)
				same = !strncmp(s[k].sender_comp_id, r->u.venue.sender_comp_id,
						TG_COMPID_LEN) &&
				       !strncmp(s[k].target_comp_id, r->u.venue.target_comp_id,
						TG_COMPID_LEN);
		if (!same)
			tgd_log(LOG_WARNING,
				"%s: differs from what the running engine has; it takes effect after a restart of the engine",
				r->label);
	}
	free(in);
	free(s);
}

/* Without knowing what is there, what can only be added is left alone. */
static void limits_and_permits(struct tgd_records *rs)
{
	unsigned int i, n = 0;

	for (i = 0; i < rs->n; i++)
		if (rs->r[i].type == TG_IN_LIMITS || rs->r[i].type == TG_IN_RATE || rs->r[i].type == TG_IN_PERMIT)
			rs->r[n++] = rs->r[i];
	rs->n = n;
}

static int adopt(struct tgd_control *ct, const struct tgd_records *rs,
		 const struct tg_nl_status *st)
{
	struct tgd_records before, some;
	int refused;
	bool known;

	compare(ct, rs);
	if (tgd_applied_read(&before, st->started_ns))
		return -ENOMEM;
	known = before.n;
	if (!known)
		tgd_log(LOG_WARNING,
			"what the engine was given before is not known: permits, limits and feeds that the configuration no longer has stay in force, new feeds and instruments wait for a restart of the engine");
	tgd_records_numbered(&before, rs);
	if (tgd_records_reload(&before, rs, &some)) {
		tgd_records_free(&before);
		return -ENOMEM;
	}
	if (!known)
		limits_and_permits(&some);
	refused = tgd_control_send(ct, &some, false);
	tgd_records_free(&some);
	tgd_records_free(&before);
	if (st->killed)
		tgd_log(LOG_WARNING,
			"trading is halted (%u kill switches on); `tgctl resume` lets it go on",
			st->killed);
	return refused > 0 ? -EINVAL : refused;
}

int tgd_control_begin(struct tgd_control *ct, const struct tgd_config *c,
		      struct tgd_records *rs)
{
	struct tg_nl_status st;
	int err = tg_nl_status(ct->nl, &st);

	if (err) {
		tgd_log(LOG_ERR, "engine status: %s", tg_nl_error(ct->nl));
		return err;
	}
	if (st.abi_version != TG_ABI_VERSION || st.abi_hash != TG_ABI_HASH) {
		tgd_log(LOG_ERR,
			"the module has ABI %u (0x%016llx), this program %d (0x%016llx): install both from the same version",
			st.abi_version, (unsigned long long)st.abi_hash, TG_ABI_VERSION,
			(unsigned long long)TG_ABI_HASH);
		return -ESTALE;
	}
	ct->adopted = st.running;
	/* Before the new engine's journal becomes the last one. */
	err = tgd_sessions_load(&ct->sessions, c, !st.running);
	if (!err && !st.running)
		err = start_fresh(ct, c, &st);
	if (err)
		return err;
	ct->started_ns = st.started_ns;
	err = tgd_journal_start(&ct->journal, TGD_DEVICE, c->journal.path, st.started_ns,
				(unsigned int)c->journal.sync_ms);
	if (!err && ct->adopted) {
		tgd_log(LOG_NOTICE, "engine runs already: adopted at record %llu",
			(unsigned long long)st.record_seq);
		err = tg_nl_status(ct->nl, &st);
		if (!err)
			err = adopt(ct, rs, &st);
	} else if (!err) {
		err = clear_journal_halt(ct);
		if (!err)
			err = tgd_control_send(ct, rs, false) ? -EINVAL : 0;
	}
	if (!err)
		err = tgd_sessions_begin(ct->sessions, ct->nl, ct->adopted);
	if (!err) {
		tgd_applied_write(rs, ct->started_ns);
		return 0;
	}
	if (!ct->adopted)
		tg_nl_stop(ct->nl, true);
	tgd_journal_stop(ct->journal);
	ct->journal = NULL;
	return err;
}

void tgd_control_cancel_all(struct tgd_control *ct, unsigned int timeout_ms)
{
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM,
				.cause = TG_KILL_DAEMON_LOST,
				.flags = TG_KILL_CANCEL,
				.who = "tickgated",
				.text = "daemon stops: working orders are cancelled" };
	struct tg_nl_status st = { 0 };

	if (tg_nl_status(ct->nl, &st) || !st.running || !st.working_orders)
		return;
	tgd_log(LOG_NOTICE, "cancelling %u working orders", st.working_orders);
	if (tg_nl_input(ct->nl, TG_IN_KILL, &k, sizeof(k), NULL, NULL))
		tgd_log(LOG_ERR, "cancelling: %s", tg_nl_error(ct->nl));
	for (; timeout_ms >= STEP_MS; timeout_ms -= STEP_MS) {
		if (tg_nl_status(ct->nl, &st) || !st.working_orders)
			return;
		pause_ms(STEP_MS);
	}
	tgd_log(LOG_ERR, "%u orders still work at the venue", st.working_orders);
}

void tgd_control_end(struct tgd_control *ct)
{
	unsigned int ms;
	int err = -EBUSY;

	tg_nl_input(ct->nl, TG_IN_CHECKPOINT, NULL, 0, NULL, NULL);
	if (!tgd_journal_drain(ct->journal, DRAIN_MS))
		tgd_log(LOG_ERR, "journal: not everything could be written within %u ms", DRAIN_MS);
	for (ms = 0; ms < DETACH_MS && err == -EBUSY; ms += STEP_MS) {
		err = tg_nl_stop(ct->nl, false);
		if (err == -EBUSY)
			pause_ms(STEP_MS);
	}
	if (err == -EBUSY) {
		tgd_log(LOG_NOTICE, "clients are still attached: cut off");
		err = tg_nl_stop(ct->nl, true);
	}
	if (err && err != -ENODEV)
		tgd_log(LOG_ERR, "engine stop: %s", tg_nl_error(ct->nl));
	/* What the engine recorded while it stopped is still in the ring: the mapping outlives the
	 * engine. */
	tgd_journal_drain(ct->journal, DRAIN_MS);
	tgd_journal_stop(ct->journal);
	ct->journal = NULL;
}
