// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>
#include "applied.h"
#include "log.h"
#include "reload.h"

/* Steering to a feed that the engine does not have would only be counted as errors. */
static void without_refused(struct tgd_config *c, const struct tgd_records *change)
{
	unsigned int i, k, n = 0;

	for (k = 0; k < c->feeds; k++) {
		bool refused = false;

		for (i = 0; i < change->n; i++)
			refused |= change->r[i].refused && !change->r[i].gone &&
				   change->r[i].type == TG_IN_FEED &&
				   change->r[i].u.feed.feed_id == c->feed[k].id;
		if (!refused)
			c->feed[n++] = c->feed[k];
	}
	c->feeds = n;
}

#define SWAP(a, b) do { __typeof__(a) t_ = (a); (a) = (b); (b) = t_; } while (0)

/* Venues stay: their connections point at them. */
static void take_sections(struct tgd_config *c, struct tgd_config *next)
{
	SWAP(c->rate, next->rate);
	SWAP(c->rates, next->rates);
	SWAP(c->feed, next->feed);
	SWAP(c->feeds, next->feeds);
	SWAP(c->product, next->product);
	SWAP(c->products, next->products);
	SWAP(c->strategy, next->strategy);
	SWAP(c->strategies, next->strategies);
	SWAP(c->instrument, next->instrument);
	SWAP(c->instruments, next->instruments);
	if (!c->xdp.s.line)
		c->xdp = next->xdp;
}

static bool xdp_differs(const struct tgd_xdp *a, const struct tgd_xdp *b)
{
	return a->s.line && b->s.line &&
	       (strcmp(a->object, b->object) || a->mode != b->mode ||
		a->defer_hard_irqs != b->defer_hard_irqs ||
		a->gro_flush_timeout_ns != b->gro_flush_timeout_ns || a->bind_napi != b->bind_napi);
}

static void tell_fixed(const struct tgd_config *c, const struct tgd_config *next,
		       const struct tgd_records *rs, const struct tgd_records *to)
{
	struct tg_in_engine was, wanted;
	struct tg_nl_host host_was, host_wanted;
	const struct tgd_record *r;
	unsigned int pos = 0;

	tgd_engine_params(c, &was, &host_was);
	tgd_engine_params(next, &wanted, &host_wanted);
	if (memcmp(&was, &wanted, sizeof(was)) || memcmp(&host_was, &host_wanted, sizeof(host_was)))
		tgd_log(LOG_WARNING, "reload: [engine]: refused, left as it is: needs a restart");
	while ((r = tgd_records_fixed_difference(rs, to, &pos)))
		tgd_log(LOG_WARNING,
			"reload: %s: refused, left as it is: a running engine takes limits, message budgets, permits, triggers, watches, feeds and new products, strategies and instruments; the rest needs a restart",
			r->label);
	if (xdp_differs(&c->xdp, &next->xdp))
		tgd_log(LOG_WARNING, "reload: [xdp]: refused, left as it is: needs a restart");
}

void tgd_reload(struct tgd_control *ct, struct tgd_config *c, struct tgd_records *rs,
		const struct tgd_loop_options *opt)
{
	struct tgd_records to = { 0 }, change = { 0 };
	struct tgd_config next;
	int refused;

	if (tgd_config_load(opt->config_path, &next, stderr)) {
		tgd_log(LOG_ERR, "reload: %s has errors; nothing was changed", opt->config_path);
		return;
	}
	if (tgd_records_build(&next, &to) || tgd_records_reload(rs, &to, &change)) {
		tgd_log(LOG_ERR, "reload: out of memory; nothing was changed");
		goto out;
	}
	tell_fixed(c, &next, rs, &to);
	tgd_xdp_drop(*opt->xdp, &next);
	refused = tgd_control_send(ct, &change, true);
	if (refused < 0) {
		tgd_log(LOG_ERR, "reload: broken off: the engine gives no answer");
		goto out;
	}
	/* The next reload compares with what the engine has now. */
	if (tgd_records_apply(rs, &change))
		tgd_log(LOG_ERR, "reload: out of memory");
	tgd_applied_write(rs, ct->started_ns);
	without_refused(&next, &change);
	take_sections(c, &next);
	if (tgd_xdp_update(opt->xdp, c, ct->nl))
		tgd_log(LOG_ERR, "reload: not all feeds can be received");
	tgd_names_write(c);
	tgd_log(refused ? LOG_ERR : LOG_NOTICE, "reload: %u changes, %d refused", change.n, refused);
out:
	tgd_records_free(&to);
	tgd_records_free(&change);
	tgd_config_free(&next);
}
