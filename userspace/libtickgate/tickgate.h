/* SPDX-License-Identifier: MIT */
/*
 * libtickgate: what a trading strategy links.
 *
 *	struct tg_handle *c;
 *	tg_open(&c, NULL);
 *	tg_attach(c, &(struct tg_attach_options){ .name = "mm" }, &callbacks, me);
 *	while (running) {
 *		if (!tg_poll(c, 64))
 *			tg_wait(c, 100);	(or poll again at once, on a core of one's own)
 *	}
 *	tg_close(c);
 *
 * One thread per client: nothing here locks. Nothing allocates after tg_attach(). tg_poll(),
 * tg_submit() and tg_book() make no system call but where said. Functions return 0 or a count, or
 * -errno; tg_error() then has the words.
 *
 * Prices and quantities are __s64 scaled by 10^8 everywhere (types.h).
 */
#ifndef LIBTICKGATE_TICKGATE_H
#define LIBTICKGATE_TICKGATE_H

#include <stdbool.h>
#include <tickgate/tickgate.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TG_DEVICE	"/dev/tickgate0"
#define TG_PX_TEXT	24	/* bytes that tg_px_format() needs */

struct tg_handle;

struct tg_attach_options {
	const char *name; /* for people; at most TG_NAME_LEN - 1 bytes; NULL = program name */
	__u32 flags;			/* TG_CLIENT_* */
	__u32 private_slots;		/* 0 = default */
	__u32 submission_slots;		/* 0 = default */
};

enum tg_slow_ring { TG_SLOW_PUBLIC = 1, TG_SLOW_PRIVATE = 2 };

/*
 * Called from tg_poll() only. Any may be NULL. Events are copies, good until the callback returns.
 * Callbacks may submit and read books, but not poll, wait or close.
 */
struct tg_callbacks {
	/* public */
	void (*on_level)(void *user, const struct tg_pub_event *ev);
	void (*on_trade)(void *user, const struct tg_pub_event *ev);
	/* and TG_PUB_CLEAR: see ev->type */
	void (*on_book_state)(void *user, const struct tg_pub_event *ev);
	void (*on_session)(void *user, const struct tg_pub_event *ev);
	void (*on_kill)(void *user, const struct tg_pub_event *ev);
	void (*on_resume)(void *user, const struct tg_pub_event *ev);
	/* a soft limit was reached: ev->u.alert */
	void (*on_alert)(void *user, const struct tg_pub_event *ev);
	/* a venue's health has changed its level: ev->u.health; what may be sent there has too */
	void (*on_health)(void *user, const struct tg_pub_event *ev);
	/* a position is not the venue's, or is again: ev->u.mismatch; an order at a venue that is not the firm's: ev->u.unknown */
	void (*on_mismatch)(void *user, const struct tg_pub_event *ev);
	void (*on_unknown_order)(void *user, const struct tg_pub_event *ev);
	/* the gateway has acted by itself: ev->u.trigger */
	void (*on_trigger)(void *user, const struct tg_pub_event *ev);
	void (*on_mode)(void *user, const struct tg_pub_event *ev);
	/* its definition: tg_instrument() */
	void (*on_new_instrument)(void *user, const struct tg_pub_event *ev);
	void (*on_shutdown)(void *user, const struct tg_pub_event *ev);
	/* best bid or offer of an instrument; of a product over its venues, fees counted */
	void (*on_top)(void *user, const struct tg_pub_event *ev);
	void (*on_product_top)(void *user, const struct tg_pub_event *ev);
	/* one order of a book that is kept order by order */
	void (*on_order)(void *user, const struct tg_pub_event *ev);
	/* enum tg_trading_status */
	void (*on_status)(void *user, const struct tg_pub_event *ev);
	/* a book is not to be trusted, and why; it is again */
	void (*on_gap)(void *user, const struct tg_pub_event *ev);
	void (*on_recovered)(void *user, const struct tg_pub_event *ev);

	/* private */
	void (*on_attached)(void *user, const struct tg_priv_event *ev);
	void (*on_download_begin)(void *user, const struct tg_priv_event *ev);
	/* orders are taken from now on */
	void (*on_download_end)(void *user, const struct tg_priv_event *ev);
	void (*on_instrument)(void *user, const struct tg_priv_event *ev);
	void (*on_position)(void *user, const struct tg_priv_event *ev);
	/* u.order.origin: the gateway's or the venue's; the gateway's tells of message budgets: tg_budget_left() */
	void (*on_order_ack)(void *user, const struct tg_priv_event *ev);
	void (*on_order_update)(void *user, const struct tg_priv_event *ev);
	void (*on_fill)(void *user, const struct tg_priv_event *ev);
	void (*on_cancel_reject)(void *user, const struct tg_priv_event *ev);
	/* the answer to tg_queue() */
	void (*on_queue)(void *user, const struct tg_priv_event *ev);
	/* a trade taken back by the venue; of a corrected one on_fill follows */
	void (*on_bust)(void *user, const struct tg_priv_event *ev);
	/* a parent as it is now; state DONE comes once. Its orders: u.order.parent_id of their events */
	void (*on_parent)(void *user, const struct tg_priv_event *ev);

	/*
	 * This client did not keep up and `lost` events of one ring are gone. Forget orders,
	 * positions and levels: a fresh download has been asked for and follows; books are in
	 * tg_book(), and copies of them (tg_copy_event()) mend themselves.
	 */
	void (*on_slow)(void *user, enum tg_slow_ring ring, __u64 lost);
};

/*
 * Opens the device (NULL: TG_DEVICE) for reading and writing, or reading only where writing is not
 * permitted. *out is set on success.
 */
int tg_open(struct tg_handle **out, const char *device);

/*
 * Becomes a client: id, rings, download. cb and user are kept; cb must live as long as the client.
 * -ESTALE: built with other headers than the module; -ENODEV: no engine runs; -ENOSPC: no client
 * slot; -EBUSY: attached already.
 */
int tg_attach(struct tg_handle *c, const struct tg_attach_options *o, const struct tg_callbacks *cb,
	      void *user);

/* Ends the client; with TG_CLIENT_AUTO_CANCEL its working orders are cancelled. NULL is fine. */
void tg_close(struct tg_handle *c);

/*
 * Dispatches at most `budget` events, the client's own before public ones. Returns how many.
 * -EOVERFLOW: downloads do not fit into the private ring (attach with more private_slots).
 */
int tg_poll(struct tg_handle *c, int budget);

/*
 * Sleeps until there are events: 1; 0 after timeout_ms (-1: no limit); -EINTR; -ENODEV: the engine
 * has stopped, nothing will come.
 */
int tg_wait(struct tg_handle *c, int timeout_ms);

/*
 * Submits through the ring: 0; TG_REASON_FULL at once when it is full; -EPIPE when the engine has
 * disabled the ring. The verdict comes as on_order_ack. One system call, only when the engine
 * sleeps.
 */
int tg_submit(struct tg_handle *c, const struct tg_submission *s);

/*
 * Submits by system call and waits for the gateway's verdict: enum tg_reason, or -errno. order_id
 * (may be NULL) is set for TG_SUB_NEW.
 */
int tg_submit_ioctl(struct tg_handle *c, const struct tg_submission *s, __u64 *order_id);

/*
 * What an ORDER_ACK tells of message budgets: new orders that this client may send to the
 * instrument's venue at once, whoever the budgets are shared with; -1 = it does not tell, as none
 * applies or it is no ORDER_ACK of the gateway.
 */
long long tg_budget_left(const struct tg_priv_event *ev);

/* A zeroed submission of one type; the caller fills in the rest. */
struct tg_submission tg_submission_new(__u32 instrument_id, __u16 account_id, enum tg_side side,
				       __s64 px, __s64 qty, __u64 user_ref);
struct tg_submission tg_submission_cancel(__u64 order_id, __u64 user_ref);
struct tg_submission tg_submission_replace(__u64 order_id, __s64 px, __s64 qty, __u64 user_ref);

/*
 * Parent orders: intents that the gateway works by itself (a permit with exec = ...). Fill in what the
 * strategy needs beside the order (struct tg_intent), and submit; the ORDER_ACK has the parent's id
 * as order_id. A quote has no side; a sweep is immediate-or-cancel.
 */
struct tg_submission tg_submission_intent(enum tg_exec exec, __u32 instrument_id, __u16 account_id,
					  enum tg_side side, __s64 px, __s64 qty, __u64 user_ref);
struct tg_submission tg_submission_quote(__u32 instrument_id, __u16 account_id, __s64 bid,
					 __s64 bid_qty, __s64 ask, __s64 ask_qty, __u64 user_ref);
struct tg_submission tg_submission_intent_cancel(__u32 parent_id, __u64 user_ref);
/* px2, qty2: of a quote, else 0. */
struct tg_submission tg_submission_intent_replace(__u32 parent_id, __s64 px, __s64 qty, __s64 px2,
						  __s64 qty2, __u64 user_ref);

/* Asks for a fresh download. */
int tg_download(struct tg_handle *c);

/*
 * Latest image of a book: 0; -ENOENT no such id; -EAGAIN the writer kept changing it (try again).
 */
int tg_book(struct tg_handle *c, __u32 instrument_id, struct tg_book_image *out);

/* Latest image of a product's consolidated book: as tg_book(). */
int tg_product(struct tg_handle *c, __u32 product_id, struct tg_product_image *out);

/*
 * A reader that needs no event but only the state at its own pace reads tg_book() and tg_product()
 * when it likes, and polls nothing: it is never slow. strategies/conflated.c does.
 *
 * One that follows every change of a book has a copy: filled from the image, then kept by the
 * events. An image has TG_IMAGE_LEVELS levels a side, events are of all: the copy knows each side
 * down to a price, and beyond it nothing. When a side has become too short for what the image could
 * tell, or events were lost (SLOW), it is filled again by itself.
 */
#define TG_COPY_LEVELS	64u
struct tg_copy_side {
	struct tg_level level[TG_COPY_LEVELS];	/* best first */
	__u32 levels;
	bool whole;		/* these are all; else the venue has more behind */
};
struct tg_book_copy {
	__u32 instrument_id;
	__u32 state;		/* enum tg_book_state */
	__u64 record_seq;	/* of the last change that is in it */
	__u64 update_id;
	__u64 filled_seq;	/* of the image that it was last filled from */
	__u64 slow;		/* tg_slow_count() when it was filled */
	struct tg_copy_side side[2];	/* TG_BID, TG_ASK */
};
/* Fills the copy from the image: 0 or as tg_book(). */
int tg_copy_begin(struct tg_handle *c, __u32 instrument_id, struct tg_book_copy *out);
/*
 * From the callbacks on_level and on_book_state, with every event of that instrument (of others: 0).
 * 1: the copy has changed; 0; or as tg_book(). Between two events with TG_EV_LAST a book may be
 * half way through a message.
 */
int tg_copy_event(struct tg_handle *c, struct tg_book_copy *b, const struct tg_pub_event *ev);
/* After on_slow, when the copy is wanted before the next event: 0 or as tg_book(). */
int tg_copy_mend(struct tg_handle *c, struct tg_book_copy *b);

/*
 * What tg_wait() and poll(2) wake for (a system call): TG_SUBSCRIBE_* of one instrument, or of all
 * (0). depth: of levels, from the best; 0 = any. The first call turns off that all public events
 * wake. Sessions, kills, the end, and all private events wake always. tg_poll() still dispatches
 * every event: what did not wake is there when something does.
 */
int tg_subscribe(struct tg_handle *c, __u32 instrument_id, __u32 flags, __u32 depth);

/* Asks where an own order stands in the queue at its price; on_queue has the answer. As tg_submit(). */
int tg_queue(struct tg_handle *c, __u64 order_id, __u64 user_ref);

/*
 * Publishing a book (permit with publish = yes, instrument with published = yes): entries, then
 * tg_publish_end(). A snapshot begins with tg_publish_clear(). All entries of one update have the
 * same update_id, which grows by 1 from update to update. Each returns as tg_submit(): after
 * TG_REASON_FULL try the same entry again.
 */
struct tg_publish {
	__u32 instrument_id;
	__u64 update_id;
	__u64 cause_time_ns;	/* 0 = not known */
};
int tg_publish_clear(struct tg_handle *c, const struct tg_publish *u);
/* New total at a price; 0 = gone. */
int tg_publish_level(struct tg_handle *c, const struct tg_publish *u, enum tg_book_side side,
		     __s64 px, __s64 qty);
/* One order; `order` names it, never 0. */
int tg_publish_order(struct tg_handle *c, const struct tg_publish *u, enum tg_md_action action,
		     enum tg_book_side side, __s64 px, __s64 qty, __u64 order);
/* aggressor: enum tg_side, 0 = not known. */
int tg_publish_trade(struct tg_handle *c, const struct tg_publish *u, __u8 aggressor, __s64 px,
		     __s64 qty);
int tg_publish_end(struct tg_handle *c, const struct tg_publish *u);

/* Definition of an instrument (a system call): 0, -ENOENT. */
int tg_instrument(struct tg_handle *c, __u32 instrument_id, struct tg_ioc_instrument *out);

__u32 tg_client_id(const struct tg_handle *c);
__u32 tg_max_instruments(const struct tg_handle *c);
__u32 tg_max_products(const struct tg_handle *c);	/* 0 = no consolidated books */
/*
 * For poll(2) and epoll(7) of one's own: readable when there are events since the last tg_wait().
 */
int tg_fd(const struct tg_handle *c);
/* Times on_slow was due. */
__u64 tg_slow_count(const struct tg_handle *c);
/* Is the download of attach or of SLOW complete? */
bool tg_ready(const struct tg_handle *c);
/* What went wrong last, in words. */
const char *tg_error(const struct tg_handle *c);

/* No more events will change this order (FILLED, CANCELED, REJECTED, EXPIRED). */
bool tg_order_is_complete(enum tg_ord_status status);

/* "[-]digits[.digits]", at most 8 decimals, no exponent: 0; -EINVAL; -ERANGE. */
int tg_px_parse(const char *text, __s64 *out);
/* Shortest text that parses back; TG_PX_NONE is "-". Returns buf. */
const char *tg_px_format(__s64 px, char buf[TG_PX_TEXT]);

const char *tg_strreason(__u32 reason);		/* "MAX_QUANTITY" */
const char *tg_strreason_text(__u32 reason);	/* "order quantity above limit" */
const char *tg_strstatus(__u32 status);		/* enum tg_ord_status: "PENDING_NEW" */
const char *tg_strbookstate(__u32 state);	/* enum tg_book_state: "LIVE" */
const char *tg_strtrading(__u32 status);	/* enum tg_trading_status: "OPEN" */
const char *tg_strgap(__u32 cause);		/* enum tg_gap_cause: "CHECKSUM" */
const char *tg_strsession(__u32 state);		/* enum tg_session_state: "UP" */

#ifdef __cplusplus
}
#endif
#endif
