// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Configuration records: venues, instruments, feeds, accounts. Each is checked whole before anything is written. Ids are immutable: a second definition of
 * an id is refused. Limits, permits and kills belong to risk/ and client/.
 */
#include "state.h"
#include "fix/dict.h"

/* NUL padded, at least one character, printable ASCII without '=' or SOH: what may stand in a FIX field. */
bool tg_text_ok(const char *s, u32 max, bool may_be_empty)
{
	u32 n = 0, i;

	while (n < max && s[n])
		n++;
	if (n == max || (!n && !may_be_empty))
		return false;
	for (i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	for (; i < max; i++)
		if (s[i])
			return false;
	return true;
}

static bool zero_u64(const __u64 *v, u32 n)
{
	u64 or = 0;

	while (n--)
		or |= *v++;
	return !or;
}

static bool zero_u8(const __u8 *v, u32 n)
{
	u8 or = 0;

	while (n--)
		or |= *v++;
	return !or;
}

/* Left to a venue that cannot be asked, it would be left to nobody. */
static bool self_trade_ok(u16 dialect, u32 action)
{
	return action <= TG_SELF_TRADE_CANCEL && (action != TG_SELF_TRADE_VENUE || tg_venue_caps(dialect)->stp.newest);
}

enum tg_reason tg_config_venue(struct tg_engine *e, const struct tg_in_venue *v)
{
	struct tg_session *s;

	if (!v->venue_id || v->venue_id > e->params.max_venues || !tg_venue_accepts(v) ||
	    (v->flags & ~(TG_VENUE_RESET_ON_LOGON | TG_VENUE_MD_TCP | TG_VENUE_ORDERS | TG_VENUE_CREDENTIALS | TG_VENUE_TLS | TG_VENUE_CANCEL_ON_DISCONNECT |
			  TG_VENUE_VALIDATE | TG_VENUE_NEXT_EXPECTED)) ||
	    ((v->flags & TG_VENUE_VALIDATE) && !tg_fix_dict(tg_venue_version(v), v->dialect)) ||
	    v->resend_policy > TG_RESEND_YOUNG || (v->heartbeat_s && v->heartbeat_min_s > v->heartbeat_s) ||
	    !v->logon_timeout_ms || !v->logout_timeout_ms ||
	    !tg_text_ok(v->name, sizeof(v->name), false) ||
	    !tg_text_ok(v->sender_comp_id, sizeof(v->sender_comp_id), false) ||
	    !tg_text_ok(v->target_comp_id, sizeof(v->target_comp_id), false) ||
	    v->crossed_policy > TG_CROSSED_RECOVER || !self_trade_ok(v->dialect, v->self_trade) || v->reserved1 || !zero_u64(v->reserved, 1))
		return TG_REASON_CONFIG;
	s = TG_TABLE(e, off_sessions, struct tg_session) + v->venue_id;
	if (s->cfg.venue_id)
		return TG_REASON_DUPLICATE_ID;
	tg_session_config(e, s, v);
	return TG_REASON_OK;
}

static u32 symbol_bucket(u16 venue_id, const u8 *symbol, u32 len)
{
	return (u32)tg_hash_bytes(venue_id, symbol, len) & (TG_SYMBOL_BUCKETS - 1);
}

static u32 padded_len(const char *s, u32 max)
{
	u32 n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

struct tg_instrument *tg_instrument_by_symbol(const struct tg_engine *e, u16 venue_id, const u8 *symbol, u32 len)
{
	const u32 *bucket = TG_TABLE(e, off_symbols, u32);
	u32 b, probes;

	if (!len || len >= TG_SYMBOL_LEN)
		return NULL;
	b = symbol_bucket(venue_id, symbol, len);
	for (probes = 0; probes < TG_SYMBOL_BUCKETS && bucket[b]; probes++) {
		struct tg_instrument *i = TG_TABLE(e, off_instruments, struct tg_instrument) + bucket[b];

		if (i->def.venue_id == venue_id && !memcmp(i->def.symbol, symbol, len) && !i->def.symbol[len])
			return i;
		b = (b + 1) & (TG_SYMBOL_BUCKETS - 1);
	}
	return NULL;
}

/* A book by price that is not by price, or a snapshot that the venue does not give, would never become live. */
static bool subscription_ok(const struct tg_in_venue *v, const struct tg_in_instrument *def)
{
	const struct tg_venue_caps *c = tg_venue_caps(v->dialect);

	bool orders = def->flags & TG_INSTRUMENT_L3;

	if (def->flags & TG_INSTRUMENT_PUBLISHED)
		return !(def->flags & TG_INSTRUMENT_SUBSCRIBE);
	if (orders && c->md_level != TG_MD_L3 && c->md_level != TG_MD_L2_L3)
		return false;
	return !(def->flags & TG_INSTRUMENT_SUBSCRIBE) ||
	       ((c->md_level == TG_MD_L2_L3 || c->md_level == (orders ? TG_MD_L3 : TG_MD_L2)) &&
		(!(c->md_request & TG_MDREQ_NO_SNAPSHOT) || (v->flags & TG_VENUE_MD_TCP)));
}

/* More than all of the notional is no fee. */
static bool fee_ok(s32 fee_e8)
{
	return fee_e8 >= -(s32)TG_SCALE && fee_e8 <= (s32)TG_SCALE;
}

enum tg_reason tg_config_instrument(struct tg_engine *e, const struct tg_in_instrument *def, struct tg_outbox *ob)
{
	u32 *bucket = TG_TABLE(e, off_symbols, u32);
	const struct tg_session *s = tg_session(e, def->venue_id);
	struct tg_instrument *i;
	u64 book_off, pending_off;
	u32 b, len;

	if (!def->instrument_id || def->instrument_id > e->params.max_instruments || !s || !subscription_ok(&s->cfg, def) ||
	    (def->flags & ~(TG_INSTRUMENT_SUBSCRIBE | TG_INSTRUMENT_L3 | TG_INSTRUMENT_PUBLISHED)) || def->tick < 0 || def->lot <= 0 || def->tick > TG_PX_MAX ||
	    def->lot > TG_PX_MAX || def->min_qty < 0 || def->min_qty > TG_PX_MAX || def->min_qty % def->lot ||
	    def->px_digits > TG_DIGITS_MAX || def->qty_digits > TG_DIGITS_MAX || !fee_ok(def->taker_fee_e8) || !fee_ok(def->maker_fee_e8) ||
	    !tg_book_accepts(e, def) || !self_trade_ok(s->cfg.dialect, def->self_trade) ||
	    !tg_text_ok(def->symbol, sizeof(def->symbol), false) || !zero_u64(def->reserved, 1) || !zero_u8(def->reserved0, sizeof(def->reserved0)))
		return TG_REASON_CONFIG;
	i = TG_TABLE(e, off_instruments, struct tg_instrument) + def->instrument_id;
	if (i->def.instrument_id)
		return TG_REASON_DUPLICATE_ID;
	len = padded_len(def->symbol, sizeof(def->symbol));
	if (tg_instrument_by_symbol(e, def->venue_id, (const u8 *)def->symbol, len))
		return TG_REASON_DUPLICATE_ID;

	book_off = i->book_off;
	pending_off = i->pending_off;
	memset(i, 0, sizeof(*i));
	i->book_off = book_off;
	i->pending_off = pending_off;
	i->def = *def;
	i->last_px = TG_PX_NONE;
	tg_book_init(e, i);

	b = symbol_bucket(def->venue_id, (const u8 *)def->symbol, len);
	while (bucket[b])	/* ends: max_instruments < TG_SYMBOL_BUCKETS */
		b = (b + 1) & (TG_SYMBOL_BUCKETS - 1);
	bucket[b] = def->instrument_id;

	if (!i->def.min_qty)
		i->def.min_qty = i->def.lot;
	if (!i->def.self_trade)
		i->def.self_trade = s->cfg.self_trade ? (u8)s->cfg.self_trade : TG_SELF_TRADE_OFF;
	tg_pub(e, ob, TG_PUB_INSTRUMENT, def->instrument_id, TG_EV_LAST);
	tg_out_note(e, ob, TG_OUT_BOOK, 0, def->instrument_id);
	tg_md_config(e, i, ob);
	return TG_REASON_OK;
}

enum tg_reason tg_config_feed(struct tg_engine *e, const struct tg_in_feed *f)
{
	struct tg_feed *slot;

	if (!f->feed_id || f->feed_id > e->params.max_feeds || !tg_session(e, f->venue_id) || f->line > 1 ||
	    (f->flags & ~(TG_FEED_SNAPSHOT | TG_FEED_REMOVE)) ||
	    !tg_text_ok(f->name, sizeof(f->name), false) || f->reserved0 || !zero_u64(f->reserved, 1))
		return TG_REASON_CONFIG;
	slot = TG_TABLE(e, off_feeds, struct tg_feed) + f->feed_id;
	if (f->flags & TG_FEED_REMOVE) {
		if (slot->cfg.feed_id != f->feed_id || slot->cfg.venue_id != f->venue_id)
			return TG_REASON_CONFIG;
		memset(slot, 0, sizeof(*slot));
		return TG_REASON_OK;
	}
	if (slot->cfg.feed_id)
		return TG_REASON_DUPLICATE_ID;
	memset(slot, 0, sizeof(*slot));
	slot->cfg = *f;
	tg_feed_config(e, slot);
	return TG_REASON_OK;
}

enum tg_reason tg_config_account(struct tg_engine *e, const struct tg_in_account *a)
{
	struct tg_account *slot;

	if (!a->account_id || a->account_id > e->params.max_accounts || a->flags || a->reserved0 ||
	    !tg_text_ok(a->name, sizeof(a->name), false) || !zero_u64(a->reserved, 2))
		return TG_REASON_CONFIG;
	slot = TG_TABLE(e, off_accounts, struct tg_account) + a->account_id;
	if (slot->cfg.account_id)
		return TG_REASON_DUPLICATE_ID;
	slot->cfg = *a;
	return TG_REASON_OK;
}

enum tg_reason tg_config_strategy(struct tg_engine *e, const struct tg_in_strategy *s)
{
	struct tg_strategy *slot;

	if (!s->strategy_id || s->strategy_id > e->params.max_strategies || s->flags || s->reserved0 ||
	    !tg_text_ok(s->name, sizeof(s->name), false) || !zero_u64(s->reserved, 2))
		return TG_REASON_CONFIG;
	slot = TG_TABLE(e, off_strategies, struct tg_strategy) + s->strategy_id;
	if (slot->cfg.strategy_id)
		return TG_REASON_DUPLICATE_ID;
	slot->cfg = *s;
	return TG_REASON_OK;
}
