// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Trading status (35=h: 340, 35=f: 326 and 1682) and definitions (35=y, 35=d) as the venues tell
 * them. A definition is compared with the configuration, which stays in force: a tick that changed
 * under an order would be worse than one that is refused. Precision (2349, 5010) is taken where the
 * configuration has none: checksums need it.
 */
#include "state.h"

struct definition {
	struct tg_instrument *i;
	s64 tick;		/* 969, or what 2349 says; 0 = not told */
	u32 px_digits, qty_digits;
	bool has_px_digits, has_qty_digits;
};

static bool same(const struct tg_fix_cursor *c, const char *word)
{
	u32 n;

	for (n = 0; n < c->len; n++) {
		u8 ch = c->val[n];

		if (ch >= 'A' && ch <= 'Z')
			ch |= 0x20;
		if (ch != (u8)word[n])
			return false;
	}
	return !word[n];
}

/* TradSesStatus (FIX 4.4 volume 6, 340). */
static u16 session_status(u32 v)
{
	switch (v) {
	case 1: return TG_TRADING_HALTED;
	case 2: return TG_TRADING_OPEN;
	case 3: case 5: return TG_TRADING_CLOSED;
	case 4: return TG_TRADING_AUCTION;
	default: return TG_TRADING_UNKNOWN;
	}
}

/* SecurityTradingStatus (FIX 4.4 and 5.0SP2 volume 6, 326). */
static u16 security_status(u32 v)
{
	switch (v) {
	case 1: case 2: case 9: return TG_TRADING_HALTED;	/* opening delay, halt, no open */
	case 3: case 17: case 23: return TG_TRADING_OPEN;	/* resume, ready to trade, fast market */
	case 18: case 19: return TG_TRADING_CLOSED;
	case 4: case 5: return TG_TRADING_HALTED;		/* no resume */
	case 21: case 22: case 24: case 25: case 26: return TG_TRADING_AUCTION;
	default: return TG_TRADING_UNKNOWN;
	}
}

/* MDSecurityTradingStatus (1682) where a venue writes words into it (Coinbase). */
static u16 word_status(const struct tg_fix_cursor *c)
{
	static const struct { char word[16]; u16 status; } words[] = {
		{ "online", TG_TRADING_OPEN },		{ "open", TG_TRADING_OPEN },
		{ "offline", TG_TRADING_CLOSED },	{ "closed", TG_TRADING_CLOSED },
		{ "delisted", TG_TRADING_CLOSED },	{ "internal", TG_TRADING_CLOSED },
		{ "halted", TG_TRADING_HALTED },	{ "maintenance", TG_TRADING_HALTED },
		{ "auction", TG_TRADING_AUCTION },	{ "cancel_only", TG_TRADING_CANCEL_ONLY },
		{ "post_only", TG_TRADING_POST_ONLY },	{ "limit_only", TG_TRADING_LIMIT_ONLY },
		{ "reduce_only", TG_TRADING_REDUCE_ONLY },
		{ "cancel-only", TG_TRADING_CANCEL_ONLY }, { "post-only", TG_TRADING_POST_ONLY },
		{ "limit-only", TG_TRADING_LIMIT_ONLY },
	};
	u32 n, v;

	if (tg_fix_u32(c->val, c->len, &v))
		return security_status(v);
	for (n = 0; n < sizeof(words) / sizeof(words[0]); n++)
		if (same(c, words[n].word))
			return words[n].status;
	return TG_TRADING_UNKNOWN;
}

static void set_status(struct tg_engine *e, struct tg_instrument *i, u16 status,
		       struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	if (i->trading_status == status)
		return;
	tg_cc(e, TG_CC_MD_STATUS);
	ev = tg_pub(e, ob, TG_PUB_STATUS, i->def.instrument_id, TG_EV_LAST);
	if (ev) {
		ev->u.status.status = status;
		ev->u.status.previous = i->trading_status;
	}
	i->trading_status = status;
	tg_book_dirty(e, i, ob);
}

static s64 tick_of(u32 digits)
{
	s64 tick = TG_SCALE;

	if (digits > TG_SCALE_DIGITS)
		return 0;
	while (digits--)
		tick /= 10;
	return tick;
}

/* One instrument's definition is complete. */
static void defined(struct tg_engine *e, struct definition *d, struct tg_outbox *ob)
{
	struct tg_instrument *i = d->i;
	s64 tick = d->tick ? d->tick : d->has_px_digits ? tick_of(d->px_digits) : 0;

	if (!i)
		return;
	if (!i->definition_known) {
		i->definition_known = 1;
		tg_cc(e, TG_CC_MD_DEFINITIONS);
	}
	if (!i->def.px_digits && !i->def.qty_digits && (d->has_px_digits || d->has_qty_digits)) {
		i->px_digits = d->px_digits <= TG_DIGITS_MAX ? (u8)d->px_digits : TG_DIGITS_MAX;
		i->qty_digits = d->has_qty_digits && d->qty_digits <= TG_DIGITS_MAX ?
					(u8)d->qty_digits :
					TG_SCALE_DIGITS;
		i->digits_known = 1;
		i->check.valid = 0;
	}
	if (tick <= 0 || tick == i->venue_tick)
		return;
	i->venue_tick = tick;
	if (tick != i->def.tick)
		tg_pub(e, ob, TG_PUB_INSTRUMENT, i->def.instrument_id, TG_EV_LAST);
}

static struct tg_instrument *instrument(struct tg_engine *e, const struct tg_session *s,
					const struct tg_fix_cursor *c)
{
	struct tg_instrument *i = tg_instrument_by_symbol(e, s->cfg.venue_id, c->val, c->len);

	return i && !(i->def.flags & TG_INSTRUMENT_PUBLISHED) ? i : NULL;
}

static enum tg_fix_error definitions(struct tg_engine *e, struct tg_session *s,
				     struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	struct definition d = { .i = NULL };
	bool ok = true;

	while (ok && tg_fix_next(c)) {
		switch (c->tag) {
		case 55:
			defined(e, &d, ob);
			memset(&d, 0, sizeof(d));
			d.i = instrument(e, s, c);
			break;
		case 969:
			ok = tg_fix_e8(c->val, c->len, &d.tick) && d.tick >= 0;
			break;
		case 2349:
			ok = d.has_px_digits = tg_fix_u32(c->val, c->len, &d.px_digits);
			break;
		case 5010:
			ok = d.has_qty_digits = tg_fix_u32(c->val, c->len, &d.qty_digits);
			break;
		}
	}
	if (!ok || c->err) {
		*bad_tag = c->tag;
		return c->err ? c->err : TG_FIX_FORMAT;
	}
	defined(e, &d, ob);
	return TG_FIX_OK;
}

static enum tg_fix_error status(struct tg_engine *e, struct tg_session *s, u32 msg_type,
				struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	struct tg_instrument *one = NULL;
	u16 word = 0, number = 0;
	bool symbol = false, told = false;
	u32 n, v;

	while (tg_fix_next(c)) {
		switch (c->tag) {
		case 55:
			symbol = true;
			one = instrument(e, s, c);
			break;
		case 340:
		case 326:
			if ((c->tag == 340) != (msg_type == TG_MT1('h')))
				break;
			if (!tg_fix_u32(c->val, c->len, &v)) {
				*bad_tag = c->tag;
				return TG_FIX_FORMAT;
			}
			number = c->tag == 340 ? session_status(v) : security_status(v);
			told = true;
			break;
		case 1682:
			word = word_status(c);
			told = true;
			break;
		}
	}
	if (c->err) {
		*bad_tag = c->tag;
		return c->err;
	}
	if (!told)
		return TG_FIX_OK;
	if (!symbol && msg_type == TG_MT1('f')) {
		*bad_tag = 55;
		return TG_FIX_MISSING;
	}
	if (symbol) {
		if (one)
			set_status(e, one, word ? word : number, ob);
		else
			tg_cc(e, TG_CC_MD_UNKNOWN_SYMBOL);
		return TG_FIX_OK;
	}
	/* Of the whole venue. */
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (i && i->def.venue_id == s->cfg.venue_id &&
		    !(i->def.flags & TG_INSTRUMENT_PUBLISHED))
			set_status(e, i, word ? word : number, ob);
	}
	return TG_FIX_OK;
}

enum tg_fix_error tg_md_status(struct tg_engine *e, struct tg_session *s, u32 msg_type,
			       struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	if (msg_type == TG_MT1('y') || msg_type == TG_MT1('d'))
		return definitions(e, s, c, bad_tag, ob);
	return status(e, s, msg_type, c, bad_tag, ob);
}
