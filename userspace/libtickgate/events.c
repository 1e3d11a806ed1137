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
	}
	if (f)
		f(c->user, ev);
}

/* The writer overtook this reader: go on from the head, with a fresh download. */
static int lapped(struct tg_handle *c, struct tg_reader *r, enum tg_slow_ring ring)
{
	__u64 head = tg_ring_head(r->hdr);
	__u64 lost = head - r->next;

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

TG_API int tg_wait(struct tg_handle *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	__u64 heads[2];
	int n;

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

TG_API int tg_instrument(struct tg_handle *c, __u32 instrument_id, struct tg_ioc_instrument *out)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->instrument_id = instrument_id;
	if (ioctl(c->fd, TG_IOC_INSTRUMENT, out))
		return tg_fail(c, errno, "instrument %u: %s", instrument_id, strerror(errno));
	return 0;
}
