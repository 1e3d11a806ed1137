// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Positions compared with the venue's (RTS 6 art. 17: reconciliation with what the venue has). The
 * venue is asked (35=AN, FIX 4.4 volume 5, "Request For Positions") for each account at every logon
 * and every position_ns; its answers (35=AP, and 35=AO where it has none) are compared with what
 * execution reports have made. A fill may be on its way while the venue answers, so a difference
 * counts once it has been there for grace_ns, at every answer in between; it is asked for again.
 *
 * An instrument that an answer leaves out has no position there: known when all the answers that it
 * announces (727) have come, else when the next question goes out.
 */
#include "state.h"
#include "fix/messages.h"
#include "fix/lexer.h"

#define NEVER		(~0ULL)
#define ACCOUNT_BITS	9u	/* of PosReqID (710): accounts are fewer */
#define PER_STEP	16u	/* questions in one record */
#define STEP_NS		1000000ULL
#define NO_POSITIONS	2u	/* 728 */

static u32 stride(const struct tg_in_engine *p)
{
	return p->max_instruments + 1u + p->max_venues;
}

u64 tg_reconcile_bytes(const struct tg_in_engine *p)
{
	return sizeof(struct tg_venue_position) * (p->max_accounts + 1ULL) * stride(p);
}

struct tg_venue_position *tg_venue_position(const struct tg_engine *e, u32 account_id, u32 instrument_id)
{
	return TG_TABLE(e, off_venue_positions, struct tg_venue_position) +
	       (u64)account_id * stride(&e->params) + instrument_id;
}

/* Behind the instruments, one row a venue: how far the answer to one account's question has come. */
static struct tg_venue_position *answer_of(const struct tg_engine *e, u32 account_id, u32 venue_id)
{
	return tg_venue_position(e, account_id, e->params.max_instruments + venue_id);
}

/* ---- comparing ---- */

static void tell(struct tg_engine *e, const struct tg_session *s, u16 account_id, u32 instrument_id, bool differs,
		 struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_MISMATCH, instrument_id, TG_EV_LAST);

	if (ev) {
		ev->u.mismatch.venue_id = s->cfg.venue_id;
		ev->u.mismatch.account_id = account_id;
		ev->u.mismatch.differs = differs;
	}
	/* The figures are for those who may see the account. */
	tg_client_tell_position(e, account_id, instrument_id, ob);
}

static void ask_by(struct tg_engine *e, struct tg_session *s, u64 ns)
{
	if (ns < s->reconcile.ask_ns)
		s->reconcile.ask_ns = ns;
	if (ns < e->reconcile_ns)
		e->reconcile_ns = ns;
}

static bool equal(const struct tg_in_watch *w, s64 venue, s64 base, s64 ours)
{
	__int128 d = (__int128)venue - base - ours;

	return (d < 0 ? -d : d) <= w->tolerance_qty;
}

static void compare(struct tg_engine *e, struct tg_session *s, u16 account_id, u32 instrument_id, struct tg_outbox *ob)
{
	struct tg_venue_position *v = tg_venue_position(e, account_id, instrument_id);
	const struct tg_in_watch *w = &s->health.cfg;
	struct tg_risk_request about = { .account_id = account_id, .venue_id = s->cfg.venue_id, .instrument_id = instrument_id };
	s64 ours = tg_position(e, account_id, instrument_id)->qty;

	if ((w->flags & TG_WATCH_BASE_FIRST) && !v->based && !tg_sub_s64(v->qty, ours, &v->base))
		v->base = 0;
	v->based = 1;
	if (equal(w, v->qty, v->base, ours)) {
		v->off_ns = 0;
		if (v->told) {
			v->told = 0;
			tell(e, s, account_id, instrument_id, false, ob);
		}
		return;
	}
	tg_cc(e, TG_CC_POSITION_DIFFERENCES);
	if (!v->off_ns)
		v->off_ns = e->time_ns;
	if (v->told)
		return;
	if (e->time_ns - v->off_ns < w->grace_ns) {
		ask_by(e, s, v->off_ns + w->grace_ns);
		return;
	}
	v->told = 1;
	tg_cc(e, TG_CC_POSITION_MISMATCHES);
	tg_trigger(e, TG_TRIGGER_POSITION, &about);
	tell(e, s, account_id, instrument_id, true, ob);
}

/* What the answer has left out is not there. */
static void end_of_answer(struct tg_engine *e, struct tg_session *s, u16 account_id, struct tg_outbox *ob)
{
	struct tg_venue_position *a = answer_of(e, account_id, s->cfg.venue_id);
	u32 i;

	if (a->told)
		return;
	a->told = 1;
	for (i = 1; i <= e->params.max_instruments; i++) {
		const struct tg_instrument *in = tg_instrument(e, i);
		struct tg_venue_position *v = tg_venue_position(e, account_id, i);

		if (!in || in->def.venue_id != s->cfg.venue_id || v->round == s->reconcile.round ||
		    (!v->round && !tg_position(e, account_id, i)->qty))
			continue;
		v->qty = 0;
		v->time_ns = e->time_ns;
		v->round = s->reconcile.round;
		compare(e, s, account_id, i, ob);
	}
}

/* ---- asking ---- */

static bool asks(const struct tg_session *s)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);

	return s->health.cfg.position_ns && caps && caps->positions && !s->reconcile.refused;
}

/* One question; false: it could not be sent now. */
static bool ask(struct tg_engine *e, struct tg_session *s, u16 account_id, struct tg_outbox *ob)
{
	struct tg_venue_position *a = answer_of(e, account_id, s->cfg.venue_id);
	struct tg_fix_writer w;

	if (!tg_session_can_send(s) || !tg_session_begin(e, s, TG_MT2('A', 'N'), &w, ob))
		return false;
	tg_venue_put_positions(tg_account(e, account_id)->cfg.name, s->reconcile.round << ACCOUNT_BITS | account_id, e->time_ns, &w);
	if (!tg_session_send(e, s, &w, 0, ob))
		return false;
	a->round = s->reconcile.round;
	a->qty = 0;
	a->told = 0;
	tg_cc(e, TG_CC_POSITION_REQUESTS);
	return true;
}

/* All accounts in turn, from where the last step stopped. */
static void ask_all(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	struct tg_reconcile *r = &s->reconcile;
	u32 n = 0, i;

	if (!r->at) {
		/* Answers that did not say how many they are end here. */
		for (i = 1; i <= e->params.max_accounts; i++)
			if (r->round && answer_of(e, i, s->cfg.venue_id)->round == r->round && answer_of(e, i, s->cfg.venue_id)->qty)
				end_of_answer(e, s, (u16)i, ob);
		r->round = e->seq;
		r->at = 1;
	}
	for (; r->at <= e->params.max_accounts && n < PER_STEP; r->at++) {
		if (!tg_account(e, r->at))
			continue;
		if (!ask(e, s, (u16)r->at, ob))
			break;
		n++;
	}
	if (r->at <= e->params.max_accounts) {
		r->ask_ns = e->time_ns + STEP_NS;
		return;
	}
	r->at = 0;
	r->ask_ns = e->time_ns + s->health.cfg.position_ns;
}

static void next_deadline(struct tg_engine *e)
{
	u32 v;

	e->reconcile_ns = NEVER;
	for (v = 1; v <= e->params.max_venues; v++) {
		const struct tg_session *s = tg_session(e, v);

		if (s && s->reconcile.ask_ns < e->reconcile_ns)
			e->reconcile_ns = s->reconcile.ask_ns;
	}
	if (e->copies_used && e->copies[0].due_ns < e->reconcile_ns)
		e->reconcile_ns = e->copies[0].due_ns;
}

void tg_reconcile_start(struct tg_engine *e, struct tg_session *s)
{
	s->reconcile.at = 0;
	s->reconcile.ask_ns = asks(s) && s->state == TG_SESSION_UP ? e->time_ns : NEVER;
	next_deadline(e);
}

void tg_reconcile_session(struct tg_engine *e, struct tg_session *s)
{
	s->reconcile.refused = 0;
	s->reconcile.round = 0;		/* answers to earlier questions are too old */
	tg_reconcile_start(e, s);
}

void tg_reconcile_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 v;

	for (v = 1; v <= e->params.max_venues; v++) {
		struct tg_session *s = tg_session(e, v);

		if (s && s->reconcile.ask_ns <= e->time_ns)
			ask_all(e, s, ob);
	}
	tg_drop_copy_timer(e, ob);
	next_deadline(e);
}

/* ---- answers ---- */

static bool is_name(const struct tg_fix_slice *v, const char *name)
{
	u32 i;

	for (i = 0; i < TG_NAME_LEN && name[i]; i++)
		if (i >= v->len || v->p[i] != (u8)name[i])
			return false;
	return i == v->len;
}

u16 tg_account_by_name(const struct tg_engine *e, const struct tg_fix_slice *name)
{
	u32 i;

	for (i = 1; i <= e->params.max_accounts; i++)
		if (tg_account(e, i) && is_name(name, tg_account(e, i)->cfg.name))
			return (u16)i;
	return 0;
}

/* By the question that it answers, and by name (1) where the venue says it. 0 = nobody's. */
static u16 account_of(const struct tg_engine *e, const struct tg_session *s, const struct tg_msg_position_report *m)
{
	u32 i = 0;
	u64 id;

	if (m->has.request_id) {
		if (!s->reconcile.round || !tg_fix_u64(m->request_id.p, m->request_id.len, &id) ||
		    id >> ACCOUNT_BITS != s->reconcile.round)
			return 0;
		i = (u32)(id & ((1u << ACCOUNT_BITS) - 1));
		if (!tg_account(e, i))
			return 0;
	}
	if (!m->has.account)
		return (u16)i;
	if (i)
		return is_name(&m->account, tg_account(e, i)->cfg.name) ? (u16)i : 0;
	return tg_account_by_name(e, &m->account);
}

static u32 rank(const struct tg_fix_slice *type)
{
	if (type->len == 3 && !memcmp(type->p, "TOT", 3))
		return 3;
	if (type->len == 3 && !memcmp(type->p, "FIN", 3))
		return 2;
	return type->len == 2 && !memcmp(type->p, "TQ", 2);
}

/* Long less short of the entry that says most: total, final, transactions. false = none of them, or it cannot be. */
static bool net(const struct tg_msg_position_report *m, s64 *qty)
{
	struct tg_entry_position p;
	struct tg_msg_iter it;
	u32 best = 0;
	bool ok = true;

	*qty = 0;
	tg_msg_entries(&it, &tg_layout_entry_position, &m->positions);
	while (tg_msg_next(&it, &p)) {
		if (rank(&p.type) <= best)
			continue;
		best = rank(&p.type);
		ok = p.long_qty >= 0 && p.short_qty >= 0 && tg_sub_s64(p.long_qty, p.short_qty, qty);
	}
	return best && ok && !it.err;
}

static void one(struct tg_engine *e, struct tg_session *s, u16 account_id, const struct tg_msg_position_report *m,
		struct tg_outbox *ob)
{
	const struct tg_instrument *in = tg_instrument_by_symbol(e, s->cfg.venue_id, m->symbol.p, m->symbol.len);
	struct tg_venue_position *v;
	s64 qty;

	if (!in || !net(m, &qty)) {
		tg_cc(e, TG_CC_POSITIONS_UNKNOWN);
		return;
	}
	v = tg_venue_position(e, account_id, in->def.instrument_id);
	v->qty = qty;
	v->time_ns = e->time_ns;
	v->round = s->reconcile.round ? s->reconcile.round : e->seq;
	compare(e, s, account_id, in->def.instrument_id, ob);
}

enum tg_fix_error tg_position_report(struct tg_engine *e, struct tg_session *s, struct tg_fix_cursor *c, bool ack, u32 *bad_tag,
				     struct tg_outbox *ob)
{
	struct tg_msg_position_report m;
	struct tg_venue_position *a;
	enum tg_fix_error err;
	u16 account_id;

	if (!s->health.cfg.position_ns)
		return TG_FIX_OK;	/* hearsay */
	err = tg_msg_decode(&tg_layout_position_report, c, &m, bad_tag);
	if (err)
		return err;
	account_id = account_of(e, s, &m);
	if (!account_id) {
		tg_cc(e, TG_CC_POSITIONS_UNKNOWN);
		return TG_FIX_OK;
	}
	a = answer_of(e, account_id, s->cfg.venue_id);
	if (m.has.result && m.result && m.result != NO_POSITIONS) {
		tg_cc(e, TG_CC_POSITIONS_REFUSED);
		return TG_FIX_OK;
	}
	if (!ack && m.result != NO_POSITIONS) {
		one(e, s, account_id, &m, ob);
		a->qty++;	/* answers so far */
	}
	if (m.has.request_id && (m.result == NO_POSITIONS || (!ack && m.has.total && (u64)a->qty >= m.total)))
		end_of_answer(e, s, account_id, ob);
	return TG_FIX_OK;
}

void tg_positions_refused(struct tg_engine *e, struct tg_session *s)
{
	tg_cc(e, TG_CC_POSITIONS_REFUSED);
	s->reconcile.refused = 1;
	s->reconcile.at = 0;
	s->reconcile.ask_ns = NEVER;
	next_deadline(e);
}
