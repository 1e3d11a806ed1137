// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Downloads: what a client has to know before it may act, in chunks, so that neither its ring nor
 * one step overflows. Orders: the client's own and those without an owner on accounts it sees.
 * Changes that happen meanwhile are told as usual: an event sent later is the newer one.
 */
#include "parent/parent.h"
#include "state.h"

#define SCAN_MAX 4096u /* places looked at per step: a sparse table must not make a long step */

static struct tg_priv_event *item(struct tg_engine *e, struct tg_client *c, u16 client_id,
				  enum tg_priv_type type, u32 instrument_id, struct tg_outbox *ob)
{
	c->count++;
	return tg_priv(e, ob, client_id, type, instrument_id, TG_EV_DOWNLOAD);
}

static void send_instrument(struct tg_engine *e, struct tg_client *c, u16 client_id,
			    const struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_priv_event *ev =
		item(e, c, client_id, TG_PRIV_INSTRUMENT, i->def.instrument_id, ob);

	if (!ev)
		return;
	memcpy(ev->u.instrument.symbol, i->def.symbol, sizeof(ev->u.instrument.symbol));
	ev->u.instrument.tick = tg_instrument_tick(i);
	ev->u.instrument.lot = i->def.lot;
	ev->u.instrument.min_qty = i->def.min_qty;
	ev->u.instrument.venue_id = i->def.venue_id;
	ev->u.instrument.book_state = i->state;
}

static void send_order(struct tg_engine *e, struct tg_client *c, u16 client_id,
		       const struct tg_order *o, struct tg_outbox *ob)
{
	u16 owner = tg_order_owner(e, o);
	struct tg_priv_event *ev;

	if (!o->working ||
	    (owner != client_id && (owner || !tg_client_sees(e, client_id, o->account_id))))
		return;
	ev = item(e, c, client_id, TG_PRIV_ORDER_UPDATE, o->instrument_id, ob);
	if (ev)
		tg_order_event(o, TG_PRIV_ORDER_UPDATE, ev);
}

static void send_parent(struct tg_engine *e, struct tg_client *c, u16 client_id,
			const struct tg_parent *p, struct tg_outbox *ob)
{
	u16 owner;

	if (tg_parent_is_over(p))
		return;
	owner = tg_parent_owner(e, p);
	if (owner != client_id && (owner || !tg_client_sees(e, client_id, p->account_id)))
		return;
	c->count++;
	tg_parent_tell_one(e, client_id, p, TG_EV_DOWNLOAD, ob);
}

static void send_position(struct tg_engine *e, struct tg_client *c, u16 client_id, u32 at,
			  struct tg_outbox *ob)
{
	u32 row = e->params.max_instruments + 1u;
	u16 account_id = (u16)(at / row);
	struct tg_nl_position p;

	if (!tg_account(e, account_id) || !tg_client_sees(e, client_id, account_id) ||
	    !tg_position_query(e, TG_BOOK_OF_ACCOUNT, account_id, at % row, &p))
		return;
	c->count++;
	tg_position_event(e, client_id, account_id, at % row, TG_EV_DOWNLOAD, ob);
}

/* End of the phase's table. */
static u32 phase_end(const struct tg_engine *e, u8 phase)
{
	switch (phase) {
	case TG_DL_INSTRUMENTS:
		return e->params.max_instruments + 1u;
	case TG_DL_ORDERS:
		return e->orders_used;
	case TG_DL_PARENTS:
		return e->params.max_parents;
	case TG_DL_POSITIONS:
		return (e->params.max_accounts + 1u) * (e->params.max_instruments + 1u);
	default:
		return 0;
	}
}

void tg_download_begin(struct tg_engine *e, u16 client_id, struct tg_outbox *ob)
{
	struct tg_client *c = tg_client(e, client_id);
	struct tg_priv_event *ev;

	if (!c)
		return;
	c->phase = TG_DL_INSTRUMENTS;
	c->cursor = 0;
	c->count = 0;
	ev = tg_priv(e, ob, client_id, TG_PRIV_DOWNLOAD_BEGIN, 0, TG_EV_DOWNLOAD);
	if (ev)
		ev->u.download.client_id = client_id;
	tg_download_step(e, client_id, ob);
}

void tg_download_step(struct tg_engine *e, u16 client_id, struct tg_outbox *ob)
{
	struct tg_client *c = tg_client(e, client_id);
	struct tg_priv_event *ev;
	u32 scanned, until;

	if (!c || c->phase == TG_DL_NONE)
		return;
	until = c->count + TG_DOWNLOAD_CHUNK;
	for (scanned = 0; c->phase != TG_DL_END && c->count < until && scanned < SCAN_MAX;
	     scanned++) {
		u32 at = c->cursor++;

		if (at >= phase_end(e, c->phase)) {
			c->phase++;
			c->cursor = 0;
			continue;
		}
		switch (c->phase) {
		case TG_DL_INSTRUMENTS:
			if (tg_instrument(e, at))
				send_instrument(e, c, client_id, tg_instrument(e, at), ob);
			break;
		case TG_DL_ORDERS:
			send_order(e, c, client_id, tg_order_slot(e, at), ob);
			break;
		case TG_DL_PARENTS:
			send_parent(e, c, client_id, tg_parent_slot(e, at), ob);
			break;
		default:
			send_position(e, c, client_id, at, ob);
			break;
		}
	}
	if (c->phase != TG_DL_END) {
		c->due_ns = e->time_ns + TG_DOWNLOAD_PACE_NS;
		if (c->due_ns < e->client_deadline_ns)
			e->client_deadline_ns = c->due_ns;
		return;
	}
	ev = tg_priv(e, ob, client_id, TG_PRIV_DOWNLOAD_END, 0, TG_EV_DOWNLOAD);
	if (ev) {
		ev->u.download.client_id = client_id;
		ev->u.download.count = c->count;
	}
	c->phase = TG_DL_NONE;
	c->cursor = 0;
	tg_cc(e, TG_CC_DOWNLOADS);
}
