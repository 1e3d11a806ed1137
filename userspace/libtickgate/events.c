// SPDX-License-Identifier: MIT
/* Reading: rings to callbacks, waiting, books. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "client.h"

#define BOOK_TRIES 1000

static void dispatch_public(struct tg_handle *c, const struct tg_pub_event *ev)
{
	const struct tg_callbacks *cb = c->cb;
	void (*f)(void *user, const struct tg_pub_event *ev) = NULL;

	switch (ev->type) {
	case TG_PUB_LEVEL:
		f = cb->on_level;
		break;
	case TG_PUB_TRADE:
		f = cb->on_trade;
		break;
	case TG_PUB_BOOK_STATE:
	case TG_PUB_CLEAR:
		f = cb->on_book_state;
		break;
	case TG_PUB_SESSION:
		f = cb->on_session;
		break;
	case TG_PUB_KILL:
		f = cb->on_kill;
		break;
	case TG_PUB_RESUME:
		f = cb->on_resume;
		break;
	case TG_PUB_MODE:
		f = cb->on_mode;
		break;
	case TG_PUB_INSTRUMENT:
		f = cb->on_new_instrument;
		break;
	case TG_PUB_SHUTDOWN:
		f = cb->on_shutdown;
		break;
	case TG_PUB_ALERT:
		f = cb->on_alert;
		break;
	case TG_PUB_TRIGGER:
		f = cb->on_trigger;
		break;
	case TG_PUB_HEALTH:
		f = cb->on_health;
		break;
	case TG_PUB_MISMATCH:
		f = cb->on_mismatch;
		break;
	case TG_PUB_UNKNOWN_ORDER:
		f = cb->on_unknown_order;
		break;
	case TG_PUB_TOP:
		f = cb->on_top;
		break;
	case TG_PUB_PRODUCT_TOP:
		f = cb->on_product_top;
		break;
	case TG_PUB_ORDER:
		f = cb->on_order;
		break;
	case TG_PUB_STATUS:
		f = cb->on_status;
		break;
	case TG_PUB_GAP:
		f = cb->on_gap;
		break;
	case TG_PUB_RECOVERED:
		f = cb->on_recovered;
		break;
	}
	if (f)
		f(c->user, ev);
}

static void dispatch_private(struct tg_handle *c, const struct tg_priv_event *ev)
{
	const struct tg_callbacks *cb = c->cb;
	void (*f)(void *user, const struct tg_priv_event *ev) = NULL;

	switch (ev->type) {
	case TG_PRIV_ATTACHED:
		f = cb->on_attached;
		break;
	case TG_PRIV_DOWNLOAD_BEGIN:
		c->ready = false;
		f = cb->on_download_begin;
		break;
	case TG_PRIV_DOWNLOAD_END:
		c->ready = true;
		c->tries = 0;
		f = cb->on_download_end;
		break;
	case TG_PRIV_INSTRUMENT:
		f = cb->on_instrument;
		break;
	case TG_PRIV_POSITION:
		f = cb->on_position;
		break;
	case TG_PRIV_ORDER_ACK:
		f = cb->on_order_ack;
		break;
	case TG_PRIV_ORDER_UPDATE:
		f = cb->on_order_update;
		break;
	case TG_PRIV_FILL:
		f = cb->on_fill;
		break;
	case TG_PRIV_CANCEL_REJECT:
		f = cb->on_cancel_reject;
		break;
	case TG_PRIV_QUEUE:
		f = cb->on_queue;
		break;
	case TG_PRIV_BUST:
		f = cb->on_bust;
		break;
	case TG_PRIV_PARENT:
		f = cb->on_parent;
		break;
	}
	if (f)
		f(c->user, ev);
}

/*
 * The writer overtook this reader: go on with a fresh download, from the head, or in the public ring
 * from where the images have all that came before.
 */
static int lapped(struct tg_handle *c, struct tg_reader *r, enum tg_slow_ring ring)
{
	__u64 head = r == &c->pub ? tg_ring_settled(r->hdr) : tg_ring_head(r->hdr);
	__u64 lost;

	/* one flush may write more than the ring holds: its own events are then not there either */
	if (head <= r->next)
		head = tg_ring_head(r->hdr);
	lost = head - r->next;

	r->next = head;
	c->slow++;
	c->ready = false;
	if (c->cb->on_slow)
		c->cb->on_slow(c->user, ring, lost);
	if (++c->tries > TG_DOWNLOAD_TRIES)
		return tg_fail(c, EOVERFLOW,
			       "%u downloads in a row were overwritten before they could be read: "
			       "attach with more private_slots (now %u) or poll more often",
			       TG_DOWNLOAD_TRIES, c->priv.nslots);
	return tg_download(c);
}

TG_API int tg_poll(struct tg_handle *c, int budget)
{
	struct tg_priv_event priv;
	struct tg_pub_event pub;
	int done = 0, err;

	if (!c->pub.slots || !c->priv.slots)
		return tg_fail(c, ENOTCONN, "not attached");
	while (done < budget) {
		/* own orders first: what they say matters more than the next level */
		switch (tg_ring_read(c->priv.slots, c->priv.nslots, sizeof(priv), c->priv.next,
				     &priv)) {
		case TG_RING_GOOD:
			c->priv.next++;
			dispatch_private(c, &priv);
			done++;
			continue;
		case TG_RING_LAPPED:
			err = lapped(c, &c->priv, TG_SLOW_PRIVATE);
			if (err)
				return err;
			done++;
			continue;
		case TG_RING_EMPTY:
			break;
		}
		switch (tg_ring_read(c->pub.slots, c->pub.nslots, sizeof(pub), c->pub.next, &pub)) {
		case TG_RING_GOOD:
			c->pub.next++;
			dispatch_public(c, &pub);
			done++;
			continue;
		case TG_RING_LAPPED:
			err = lapped(c, &c->pub, TG_SLOW_PUBLIC);
			if (err)
				return err;
			done++;
			continue;
		case TG_RING_EMPTY:
			break;
		}
		break;
	}
	return done;
}

/*
 * A subscriber marks first and reads then: what it has not asked for would else keep it awake, and
 * what it has asked for must not count as seen before it was read.
 */
static int wait_subscribed(struct tg_handle *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	int n;

	if (c->pub.next < c->marked[0] || c->priv.next < c->marked[1])
		return 1;
	n = poll(&p, 1, timeout_ms);
	if (n < 0)
		return tg_fail(c, errno, "poll: %s", strerror(errno));
	if (p.revents & POLLIN) {
		if (read(c->fd, c->marked, sizeof(c->marked)) != sizeof(c->marked))
			return tg_fail(c, errno, "read of the device: %s", strerror(errno));
		return 1;
	}
	if (p.revents & (POLLHUP | POLLERR))
		return tg_fail(c, ENODEV, "the engine has stopped");
	return 0;
}

TG_API int tg_wait(struct tg_handle *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	__u64 heads[2];
	int n;

	if (c->subscribed)
		return wait_subscribed(c, timeout_ms);
	/*
	 * marks the heads as seen: poll() then tells of what comes after, and what came before is
	 * looked for here
	 */
	if (read(c->fd, heads, sizeof(heads)) != sizeof(heads))
		return tg_fail(c, errno, "read of the device: %s", strerror(errno));
	if (heads[0] != c->pub.next || heads[1] != c->priv.next)
		return 1;
	n = poll(&p, 1, timeout_ms);
	if (n < 0)
		return tg_fail(c, errno, "poll: %s", strerror(errno));
	if (p.revents & POLLIN)
		return 1;
	if (p.revents & (POLLHUP | POLLERR))
		return tg_fail(c, ENODEV, "the engine has stopped");
	return 0;
}

TG_API int tg_book(struct tg_handle *c, __u32 instrument_id, struct tg_book_image *out)
{
	int i;

	if (!c->books)
		return tg_fail(c, ENOTCONN, "not attached");
	if (!instrument_id || instrument_id > c->max_instruments)
		return tg_fail(c, ENOENT, "no instrument %u: ids are 1 to %u", instrument_id,
			       c->max_instruments);
	for (i = 0; i < BOOK_TRIES; i++)
		if (tg_image_read(out, &c->books[instrument_id]))
			return 0;
	return tg_fail(c, EAGAIN, "the book of instrument %u kept changing", instrument_id);
}

TG_API int tg_product(struct tg_handle *c, __u32 product_id, struct tg_product_image *out)
{
	int i;

	if (!c->books)
		return tg_fail(c, ENOTCONN, "not attached");
	if (!product_id || product_id > c->max_products || !c->products)
		return tg_fail(c, ENOENT, "no product %u: the engine has %u", product_id,
			       c->max_products);
	for (i = 0; i < BOOK_TRIES; i++)
		if (tg_product_read(out, &c->products[product_id]))
			return 0;
	return tg_fail(c, EAGAIN, "product %u kept changing", product_id);
}

TG_API int tg_subscribe(struct tg_handle *c, __u32 instrument_id, __u32 flags, __u32 depth)
{
	struct tg_ioc_subscribe io = { .size = sizeof(io),
				       .instrument_id = instrument_id,
				       .depth = depth,
				       .flags = flags };

	if (ioctl(c->fd, TG_IOC_SUBSCRIBE, &io))
		return tg_fail(c, errno, "subscribing to instrument %u: %s", instrument_id,
			       strerror(errno));
	c->subscribed = true;
	return 0;
}

TG_API int tg_instrument(struct tg_handle *c, __u32 instrument_id, struct tg_ioc_instrument *out)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->instrument_id = instrument_id;
	if (ioctl(c->fd, TG_IOC_INSTRUMENT, out))
		return tg_fail(c, errno, "instrument %u: %s", instrument_id, strerror(errno));
	return 0;
}
