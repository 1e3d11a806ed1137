// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Read-only views for hosts. Nothing here writes the arena. */
#include "parent/parent.h"
#include "state.h"

const struct tg_in_engine *tg_engine_params(const struct tg_engine *e) { return &e->params; }
enum tg_mode tg_engine_mode(const struct tg_engine *e) { return (enum tg_mode)e->mode; }
const u64 *tg_engine_counters(const struct tg_engine *e) { return e->counters; }
const u64 *tg_engine_reasons(const struct tg_engine *e) { return e->reasons; }
u32 tg_engine_working_orders(const struct tg_engine *e) { return e->working; }
u32 tg_engine_kills(const struct tg_engine *e) { return e->kills.n; }
u64 tg_engine_last_order_id(const struct tg_engine *e) { return e->last_order_id; }
u64 tg_engine_seq(const struct tg_engine *e) { return e->seq; }
u64 tg_engine_time_ns(const struct tg_engine *e) { return e->time_ns; }
u64 tg_engine_digest(const struct tg_engine *e) { return e->digest; }
u64 tg_engine_deadline_ns(const struct tg_engine *e) { return e->deadline_ns; }

bool tg_engine_session(const struct tg_engine *e, u32 venue_id, struct tg_nl_session *out)
{
	const struct tg_session *s = tg_session(e, venue_id);

	if (!s)
		return false;
	memset(out, 0, sizeof(*out));
	tg_session_query(s, out);
	tg_health_query(s, out);
	return true;
}

u16 tg_engine_venue_flags(const struct tg_engine *e, u32 venue_id)
{
	const struct tg_session *s = tg_session(e, venue_id);

	return s ? s->cfg.flags : 0;
}

bool tg_engine_instrument(const struct tg_engine *e, u32 instrument_id, struct tg_in_instrument *out)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (!i)
		return false;
	*out = i->def;
	out->tick = tg_instrument_tick(i);
	return true;
}

bool tg_engine_feed(const struct tg_engine *e, u32 feed_id, struct tg_nl_feed *out)
{
	const struct tg_feed *f = tg_feed(e, feed_id);

	if (!f)
		return false;
	memset(out, 0, sizeof(*out));
	tg_feed_query(f, out);
	return true;
}

bool tg_engine_md(const struct tg_engine *e, u32 instrument_id, struct tg_nl_md *out)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (!i)
		return false;
	memset(out, 0, sizeof(*out));
	tg_md_query(i, out);
	return true;
}

bool tg_engine_account(const struct tg_engine *e, u32 account_id, struct tg_in_account *out)
{
	const struct tg_account *a = tg_account(e, account_id);

	if (!a)
		return false;
	*out = a->cfg;
	return true;
}

bool tg_engine_client(const struct tg_engine *e, u32 client_id, struct tg_nl_client *out)
{
	const struct tg_client *c = tg_client(e, client_id);

	if (!c)
		return false;
	memset(out, 0, sizeof(*out));
	out->client_id = client_id;
	out->uid = c->info.uid;
	out->pid = c->info.pid;
	out->flags = c->info.flags;
	out->working_orders = c->working_orders;
	out->submissions = c->submissions;
	memcpy(out->name, c->info.name, sizeof(out->name));
	return true;
}

u64 tg_engine_rates(const struct tg_engine *e)
{
	return tg_rate_places(&e->params);
}

bool tg_engine_rate(const struct tg_engine *e, u64 at, struct tg_nl_rate *out)
{
	return tg_rate_query(e, at, out);
}

u64 tg_engine_restrictions(const struct tg_engine *e)
{
	return tg_restriction_places(e);
}

bool tg_engine_restriction(const struct tg_engine *e, u64 at, struct tg_nl_restriction *out)
{
	return tg_restriction_query(e, at, out);
}

bool tg_engine_order_at(const struct tg_engine *e, u32 index, struct tg_nl_order *out)
{
	const struct tg_order *o;

	if (index >= e->params.max_orders)
		return false;
	o = tg_order_slot(e, index);
	if (!o->order_id)
		return false;
	memset(out, 0, sizeof(*out));
	tg_order_query(e, o, out);
	return true;
}

bool tg_engine_parent_at(const struct tg_engine *e, u32 index, struct tg_nl_parent *out)
{
	const struct tg_parent *p = index < e->params.max_parents ? tg_parent_slot(e, index) : NULL;

	if (!p || !p->id)
		return false;
	memset(out, 0, sizeof(*out));
	tg_parent_query(e, p, out);
	return true;
}

bool tg_engine_position(const struct tg_engine *e, u32 account_id, u32 instrument_id, struct tg_nl_position *out)
{
	if (!tg_account(e, account_id) || !tg_instrument(e, instrument_id))
		return false;
	return tg_position_query(e, TG_BOOK_OF_ACCOUNT, account_id, instrument_id, out);
}

bool tg_engine_strategy_position(const struct tg_engine *e, u32 strategy_id, u32 instrument_id, struct tg_nl_position *out)
{
	if (!tg_strategy(e, strategy_id) || !tg_instrument(e, instrument_id))
		return false;
	return tg_position_query(e, TG_BOOK_OF_STRATEGY, strategy_id, instrument_id, out);
}

bool tg_engine_firm_position(const struct tg_engine *e, u32 instrument_id, struct tg_nl_position *out)
{
	return tg_instrument(e, instrument_id) && tg_position_query(e, TG_BOOK_OF_FIRM, 0, instrument_id, out);
}

bool tg_engine_strategy(const struct tg_engine *e, u32 strategy_id, struct tg_in_strategy *out)
{
	const struct tg_strategy *s = tg_strategy(e, strategy_id);

	if (!s)
		return false;
	*out = s->cfg;
	return true;
}

bool tg_engine_book(const struct tg_engine *e, u32 instrument_id, struct tg_book_image *out)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (!i)
		return false;
	memset(out, 0, sizeof(*out));
	tg_book_image(e, i, out);
	return true;
}

bool tg_engine_book_update(const struct tg_engine *e, u32 instrument_id, struct tg_book_image *out)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (!i)
		return false;
	tg_book_image(e, i, out);
	return true;
}

bool tg_engine_product(const struct tg_engine *e, u32 product_id, struct tg_product_image *out)
{
	const struct tg_product *p = tg_product(e, product_id);

	if (!p)
		return false;
	tg_product_image(e, p, out);
	return true;
}

u32 tg_engine_book_levels(const struct tg_engine *e, u32 instrument_id, enum tg_book_side side)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	return i ? tg_l2_count(tg_l2_of(e, i), side) : 0;
}

bool tg_engine_book_level(const struct tg_engine *e, u32 instrument_id, enum tg_book_side side, u32 depth,
			  struct tg_level *out)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	return i && tg_l2_level(tg_l2_of(e, i), side, depth, out);
}
