// SPDX-License-Identifier: GPL-2.0
/*
 * Carries out what the engine put in the outbox, in its order, and empties it. Runs on the engine
 * thread only (and once in the starter, before the thread exists). Book images come last and once
 * per instrument: a burst of levels rewrites an image once.
 */
#include <linux/bitmap.h>
#include <linux/timekeeping.h>
#include <tickgate/ring.h>
#include "tickgate.h"
#include "trace.h"

static void publish(struct tgk_engine *eng, struct tg_pub_event *ev)
{
	tgk_ring_publish(eng->pub, ev);
	if (unlikely(eng->filters))
		tgk_clients_want(eng, ev);

	switch (ev->type) {
	case TG_PUB_KILL:
	case TG_PUB_RESUME:
		trace_kill(ev->type == TG_PUB_KILL, ev->u.kill.scope, ev->u.kill.id,
			   ev->u.kill.cause);
		fallthrough;
	case TG_PUB_SESSION:
	case TG_PUB_CREDENTIALS:
	case TG_PUB_ALERT:
	case TG_PUB_TRIGGER:
	case TG_PUB_HEALTH:
	case TG_PUB_MISMATCH:
	case TG_PUB_UNKNOWN_ORDER:
	case TG_PUB_MODE:
	case TG_PUB_BOOK_STATE:
		tgk_netlink_event(eng, ev);
		break;
	default:
		break;
	}
}

static void send(struct tgk_engine *eng, u16 venue_id, const void *bytes, u32 len,
		 u64 cause_time_ns)
{
	u64 from = ktime_get_ns();
	int err;

	err = tgk_tcp_send(eng, venue_id, bytes, len);
	trace_order_sent(venue_id, len, err, cause_time_ns);
	if (err)
		return;
	tgk_hist_add(eng, TG_STAGE_SEND, ktime_get_ns() - from);
	if (cause_time_ns)
		tgk_hist_add(eng, TG_STAGE_TICK_TO_ORDER, ktime_get_real_ns() - cause_time_ns);
}

static void publish_books(struct tgk_engine *eng)
{
	u32 bits = eng->params.max_instruments + 1u;
	unsigned long id;

	for_each_set_bit(id, eng->book_dirty, bits)
		tgk_book_publish(eng, id);
	bitmap_zero(eng->book_dirty, bits);
}

static void publish_products(struct tgk_engine *eng)
{
	u32 bits = eng->params.max_products + 1u;
	unsigned long id;

	for_each_set_bit(id, eng->product_dirty, bits)
		tgk_product_publish(eng, id);
	bitmap_zero(eng->product_dirty, bits);
}

void tgk_flush(struct tgk_engine *eng)
{
	const struct tg_out *o;
	bool books = false, products = false;
	u32 pos = 0, i;
	u64 now;

	while ((o = tg_outbox_next(&eng->ob, &pos))) {
		/* the outbox is ours: rings number the event in place */
		void *bytes = (void *)tg_out_bytes(o);

		switch (o->type) {
		case TG_OUT_PUBLIC:
			publish(eng, bytes);
			break;
		case TG_OUT_PRIVATE:
			tgk_client_publish(eng, o->target, bytes);
			break;
		case TG_OUT_TCP:
			send(eng, o->target, bytes, o->len, o->arg);
			break;
		case TG_OUT_CLOSE:
			tgk_tcp_close(eng, o->target);
			break;
		case TG_OUT_BOOK:
			if (o->arg <= eng->params.max_instruments) {
				__set_bit(o->arg, eng->book_dirty);
				books = true;
			}
			break;
		case TG_OUT_PRODUCT:
			if (o->arg <= eng->params.max_products) {
				__set_bit(o->arg, eng->product_dirty);
				products = true;
			}
			break;
		case TG_OUT_STAT:
			if (o->target < TG_STAGE_MAX)
				tgk_hist_add(eng, o->target, o->arg);
			break;
		default:
			WARN_ON_ONCE(1);	/* core and host of different sources */
			break;
		}
	}
	eng->ob.len = 0;
	eng->ob.lost = 0;	/* the core has counted them */

	if (books)
		publish_books(eng);
	if (products)
		publish_products(eng);
	/* A reader that was lapped goes on from here: the images have all that came before. */
	tg_store_release(&eng->pub->hdr->settled, eng->pub->head);	/* (S) */
	if (eng->publish_pending) {
		now = ktime_get_real_ns();
		for (i = 0; i < eng->publish_pending; i++)
			tgk_hist_add(eng, TG_STAGE_PUBLISH, now - eng->publish_from_ns[i]);
		eng->publish_pending = 0;
	}
	tgk_clients_notify(eng);
}
