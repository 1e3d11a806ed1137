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
	void (*on_mode)(void *user, const struct tg_pub_event *ev);
	/* its definition: tg_instrument() */
	void (*on_new_instrument)(void *user, const struct tg_pub_event *ev);
	void (*on_shutdown)(void *user, const struct tg_pub_event *ev);

	/* private */
	void (*on_attached)(void *user, const struct tg_priv_event *ev);
	void (*on_download_begin)(void *user, const struct tg_priv_event *ev);
	/* orders are taken from now on */
	void (*on_download_end)(void *user, const struct tg_priv_event *ev);
	void (*on_instrument)(void *user, const struct tg_priv_event *ev);
	void (*on_position)(void *user, const struct tg_priv_event *ev);
	/* u.order.origin: the gateway's or the venue's */
	void (*on_order_ack)(void *user, const struct tg_priv_event *ev);
	void (*on_order_update)(void *user, const struct tg_priv_event *ev);
	void (*on_fill)(void *user, const struct tg_priv_event *ev);
	void (*on_cancel_reject)(void *user, const struct tg_priv_event *ev);

	/*
	 * This client did not keep up and `lost` events of one ring are gone. Forget orders,
	 * positions and levels: a fresh download has been asked for and follows; books are in
	 * tg_book().
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

/* A zeroed submission of one type; the caller fills in the rest. */
struct tg_submission tg_submission_new(__u32 instrument_id, __u16 account_id, enum tg_side side,
				       __s64 px, __s64 qty, __u64 user_ref);
struct tg_submission tg_submission_cancel(__u64 order_id, __u64 user_ref);
struct tg_submission tg_submission_replace(__u64 order_id, __s64 px, __s64 qty, __u64 user_ref);

/* Asks for a fresh download. */
int tg_download(struct tg_handle *c);

/*
 * Latest image of a book: 0; -ENOENT no such id; -EAGAIN the writer kept changing it (try again).
 */
int tg_book(struct tg_handle *c, __u32 instrument_id, struct tg_book_image *out);

/* Definition of an instrument (a system call): 0, -ENOENT. */
int tg_instrument(struct tg_handle *c, __u32 instrument_id, struct tg_ioc_instrument *out);

__u32 tg_client_id(const struct tg_handle *c);
__u32 tg_max_instruments(const struct tg_handle *c);
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
const char *tg_strsession(__u32 state);		/* enum tg_session_state: "UP" */

#ifdef __cplusplus
}
#endif
#endif
