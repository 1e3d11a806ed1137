// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Venue health. What is noted (answers, refusals, gaps) goes into buckets and is looked at by a
 * timer, ten times a second; books and requests without an answer are looked at themselves. Noting
 * costs a branch where no venue is watched.
 *
 * The level rises at once and falls a step only after the score has been below recover_percent of
 * the level's threshold for recover_ns. What has left the window says nothing: a venue to which
 * nothing is sent any more is tried again after window and recovery time.
 */
#include "state.h"

#define NEVER		(~0ULL)
#define HUNDRED		100
#define SCORE_MAX	1000000u
#define LOOK_AT		256u		/* of the youngest working orders: the others have had their answers */
#define NS_MAX		86400000000000ULL

static bool scored(const struct tg_in_watch *w)
{
	return w->ack_ns || w->reject_percent || w->stale_percent || w->gaps;
}

static bool levels_ok(const struct tg_in_watch *w)
{
	u32 low = 0, i;
	const u16 at[] = { w->reduce_percent, w->stop_percent, w->cancel_percent };

	for (i = 0; i < 3; i++) {
		if (at[i] && at[i] <= low)
			return false;
		if (at[i])
			low = at[i];
	}
	return low;
}

static bool health_ok(const struct tg_in_watch *w)
{
	if (w->reject_percent > HUNDRED || w->stale_percent > HUNDRED || w->window_ns > NS_MAX ||
	    w->recover_ns > NS_MAX || w->ack_ns > NS_MAX || w->stale_ns > NS_MAX)
		return false;
	return !scored(w) || (w->window_ns && levels_ok(w) && w->recover_percent && w->recover_percent <= HUNDRED);
}

static u32 threshold(const struct tg_in_watch *w, u32 level)
{
	switch (level) {
	case TG_HEALTH_REDUCE_ONLY: return w->reduce_percent;
	case TG_HEALTH_STOPPED: return w->stop_percent;
	case TG_HEALTH_CANCELLED: return w->cancel_percent;
	default: return 0;
	}
}

/* ---- what is noted ---- */

static struct tg_health *of(const struct tg_engine *e, u16 venue_id)
{
	struct tg_session *s = tg_session(e, venue_id);

	return s && s->health.width_ns ? &s->health : NULL;
}

static void take_out(struct tg_health_bucket *sum, struct tg_health_bucket *b)
{
	sum->ack_sum_ns -= b->ack_sum_ns;
	sum->acks -= b->acks;
	sum->answers -= b->answers;
	sum->rejects -= b->rejects;
	sum->gaps -= b->gaps;
	memset(b, 0, sizeof(*b));
}

static struct tg_health_bucket *now(const struct tg_engine *e, struct tg_health *h)
{
	u64 at = e->time_ns / h->width_ns;

	if (at - h->at >= TG_HEALTH_BUCKETS) {
		memset(&h->sum, 0, sizeof(h->sum));
		memset(h->bucket, 0, sizeof(h->bucket));
		h->at = at;
	}
	while (h->at < at)
		take_out(&h->sum, &h->bucket[++h->at % TG_HEALTH_BUCKETS]);
	return &h->bucket[at % TG_HEALTH_BUCKETS];
}

void tg_health_ack(struct tg_engine *e, u16 venue_id, u64 ns)
{
	struct tg_health *h = of(e, venue_id);
	struct tg_health_bucket *b;

	if (!h)
		return;
	b = now(e, h);
	if (ns > NS_MAX)
		ns = NS_MAX;
	b->ack_sum_ns += ns;
	h->sum.ack_sum_ns += ns;
	b->acks++;
	h->sum.acks++;
	b->answers++;
	h->sum.answers++;
}

void tg_health_reject(struct tg_engine *e, const struct tg_order *o)
{
	struct tg_health *h = of(e, o->venue_id);
	/* The first report of an order was counted as an answer; what is no report was not. */
	u32 answer = !o->acked || o->req_type == TG_SUB_REPLACE;
	struct tg_health_bucket *b;

	if (!h)
		return;
	b = now(e, h);
	b->rejects++;
	h->sum.rejects++;
	b->answers += answer;
	h->sum.answers += answer;
}

void tg_health_gap(struct tg_engine *e, u16 venue_id)
{
	struct tg_health *h = of(e, venue_id);

	if (!h)
		return;
	now(e, h)->gaps++;
	h->sum.gaps++;
}

/* ---- what is looked at ---- */

/* How long the venue has owed an answer. */
static u64 owed_ns(const struct tg_engine *e, u16 venue_id)
{
	u32 at = e->working_tail, n;
	u64 oldest = 0, age;

	for (n = 0; at && n < LOOK_AT; n++) {
		const struct tg_order *o = tg_order_slot(e, at - 1);

		at = o->prev;
		if (o->venue_id != venue_id || o->lost)
			continue;
		age = !o->acked ? e->time_ns - o->sent_ns : o->req_type ? e->time_ns - o->req_cl_ord_ns : 0;
		if (age > oldest)
			oldest = age;
	}
	return oldest;
}

/* Of the books that are wanted of the venue, in percent. */
static u32 stale_percent(const struct tg_engine *e, const struct tg_session *s)
{
	u32 all = 0, stale = 0, i;

	for (i = 1; i <= e->params.max_instruments; i++) {
		const struct tg_instrument *in = tg_instrument(e, i);
		u64 since;

		if (!in || in->def.venue_id != s->cfg.venue_id || !(in->def.flags & TG_INSTRUMENT_SUBSCRIBE))
			continue;
		all++;
		if (in->state == TG_BOOK_LIVE)
			continue;
		since = in->gap_ns ? in->gap_ns : s->up_since_ns;
		if (since && e->time_ns - since >= s->health.cfg.stale_ns)
			stale++;
	}
	return all ? stale * HUNDRED / all : 0;
}

static void worst(u32 *score, u64 value, u64 limit)
{
	u64 percent;

	if (!limit)
		return;
	if (!tg_muldiv_u64(value, HUNDRED, limit, &percent) || percent > SCORE_MAX)
		percent = SCORE_MAX;
	if (percent > *score)
		*score = (u32)percent;
}

static void score(const struct tg_engine *e, const struct tg_session *s, struct tg_health *h)
{
	const struct tg_in_watch *w = &h->cfg;
	u64 owed;

	now(e, h);
	h->score = 0;
	owed = s->state == TG_SESSION_UP ? owed_ns(e, s->cfg.venue_id) : 0;
	h->ack_ns = h->sum.acks && h->sum.acks >= w->min_answers ? h->sum.ack_sum_ns / h->sum.acks : 0;
	if (owed > h->ack_ns)
		h->ack_ns = owed;
	h->reject_percent = h->sum.answers && h->sum.answers >= w->min_answers ?
				    (u32)((u64)h->sum.rejects * HUNDRED / h->sum.answers) : 0;
	h->stale_percent = stale_percent(e, s);
	h->gaps = h->sum.gaps;
	worst(&h->score, h->ack_ns, w->ack_ns);
	worst(&h->score, h->reject_percent, w->reject_percent);
	worst(&h->score, h->stale_percent, w->stale_percent);
	worst(&h->score, h->gaps, w->gaps);
}

/* ---- what is done ---- */

static void tell(struct tg_engine *e, const struct tg_session *s, u32 before, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_HEALTH, s->cfg.venue_id, TG_EV_LAST);

	if (!ev)
		return;
	ev->u.health.level = (u16)s->health.level;
	ev->u.health.previous = (u16)before;
	ev->u.health.score = s->health.score;
	ev->u.health.ack_ns = s->health.ack_ns;
	ev->u.health.reject_percent = s->health.reject_percent;
	ev->u.health.stale_percent = s->health.stale_percent;
	ev->u.health.gaps = s->health.gaps;
}

static void set(struct tg_engine *e, struct tg_session *s, u32 level, struct tg_outbox *ob)
{
	struct tg_risk_request about = { .venue_id = s->cfg.venue_id };
	u32 before = s->health.level;
	u32 state = level >= TG_HEALTH_STOPPED ? TG_LIMITS_RESTRICTED : level ? TG_LIMITS_REDUCE_ONLY : 0;

	s->health.level = level;
	s->health.level_ns = e->time_ns;
	s->health.better_ns = 0;
	tg_risk_set_state(e, TG_SCOPE_VENUE, s->cfg.venue_id, state, ~state & (TG_LIMITS_RESTRICTED | TG_LIMITS_REDUCE_ONLY));
	if (level == TG_HEALTH_CANCELLED && before < level)
		tg_order_cancel_scope(e, TG_SCOPE_VENUE, s->cfg.venue_id, TG_REASON_TRIGGERED, ob);
	if (level > before) {
		tg_cc(e, TG_CC_VENUE_DEGRADED);
		tg_trigger(e, TG_TRIGGER_DEGRADED, &about);
	} else {
		tg_cc(e, TG_CC_VENUE_RECOVERED);
	}
	tell(e, s, before, ob);
}

static void judge(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	struct tg_health *h = &s->health;
	u32 level, to = TG_HEALTH_GOOD;

	for (level = TG_HEALTH_REDUCE_ONLY; level <= TG_HEALTH_CANCELLED; level++)
		if (threshold(&h->cfg, level) && h->score >= threshold(&h->cfg, level))
			to = level;
	if (to > h->level) {
		set(e, s, to, ob);
		return;
	}
	/* The lowest that the score has not left behind. */
	for (level = h->level, to = TG_HEALTH_GOOD; level; level--) {
		if (threshold(&h->cfg, level) &&
		    (u64)h->score * HUNDRED >= (u64)threshold(&h->cfg, level) * h->cfg.recover_percent) {
			to = level;
			break;
		}
	}
	if (to == h->level) {
		h->better_ns = 0;
		return;
	}
	if (!h->better_ns)
		h->better_ns = e->time_ns;
	if (e->time_ns - h->better_ns >= h->cfg.recover_ns)
		set(e, s, to, ob);
}

static void configure(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	struct tg_health *h = &s->health;
	u32 v;

	if (h->level)
		set(e, s, TG_HEALTH_GOOD, ob);	/* it shows again what it is worth by the new measure */
	h->width_ns = scored(&h->cfg) ? (h->cfg.window_ns + TG_HEALTH_BUCKETS - 2) / (TG_HEALTH_BUCKETS - 1) : 0;
	h->score = h->reject_percent = h->stale_percent = h->gaps = 0;
	h->ack_ns = 0;
	h->at = 0;
	memset(&h->sum, 0, sizeof(h->sum));
	memset(h->bucket, 0, sizeof(h->bucket));
	e->health_on = 0;
	for (v = 1; v <= e->params.max_venues; v++)
		if (of(e, (u16)v))
			e->health_on = 1;
	e->health_ns = e->health_on ? e->time_ns + TG_HEALTH_NS : NEVER;
}

void tg_health_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 v;

	for (v = 1; v <= e->params.max_venues; v++) {
		struct tg_session *s = tg_session(e, v);

		if (!s || !s->health.width_ns)
			continue;
		score(e, s, &s->health);
		judge(e, s, ob);
	}
	e->health_ns = e->time_ns + TG_HEALTH_NS;
}

void tg_health_query(const struct tg_session *s, struct tg_nl_session *out)
{
	const struct tg_health *h = &s->health;

	out->health = (u16)h->level;
	out->health_on = h->width_ns != 0;
	out->health_score = h->score;
	out->health_ack_ns = h->ack_ns;
	out->health_reject_percent = h->reject_percent;
	out->health_stale_percent = h->stale_percent;
	out->health_gaps = h->gaps;
}

/* ---- the record ---- */

static bool form_ok(const struct tg_engine *e, const struct tg_in_watch *w)
{
	const struct tg_session *s = tg_session(e, w->venue_id);

	return s && !(w->flags & ~TG_WATCH_BASE_FIRST) && !(w->reserved0 | w->reserved1 | w->reserved[0] | w->reserved[1]) &&
	       w->position_ns <= NS_MAX && w->grace_ns <= NS_MAX && w->tolerance_qty >= 0 && w->tolerance_qty <= TG_PX_MAX &&
	       (!w->copy_of || (w->copy_of != w->venue_id && tg_session(e, w->copy_of))) && health_ok(w);
}

enum tg_reason tg_watch_config(struct tg_engine *e, const struct tg_in_watch *w, struct tg_outbox *ob)
{
	struct tg_session *s;
	u32 v;

	if (!form_ok(e, w))
		return TG_REASON_CONFIG;
	s = tg_session(e, w->venue_id);
	s->health.cfg = *w;
	configure(e, s, ob);
	e->copy_sessions = 0;
	for (v = 1; v <= e->params.max_venues; v++)
		if (tg_session(e, v) && tg_session(e, v)->health.cfg.copy_of)
			e->copy_sessions = 1;
	tg_reconcile_start(e, s);
	return TG_REASON_OK;
}
