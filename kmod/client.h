/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client: what TG_IOC_ATTACH makes of an open file. The file and the engine thread hold a
 * reference each. The thread's ends when it has stepped TG_IN_CLIENT_CLOSE (or the engine stopped);
 * the file's at release(), which waits for the former: after close() the engine knows that the
 * client is gone.
 */
#ifndef TGK_CLIENT_H
#define TGK_CLIENT_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/wait.h>
#include "tickgate.h"

struct tgk_client {
	struct kref ref;
	struct tgk_engine *eng;		/* with a reference */
	struct tgk_ring *priv;
	struct tgk_ring *sub_kernel;	/* one page, struct tg_sub_kernel */
	struct tgk_ring *sub_user;	/* struct tg_sub_user page, then slots */
	struct tg_in_client who;
	wait_queue_head_t wait;		/* poll() */
	struct completion closed;	/* the thread has let go */
	bool closing;			/* written by release(), read by the thread */
	bool dead; /* written by the thread or the engine's end: no more events will come */

	/* [thread] */
	u32 id;
	u32 row;			/* in the set's rows */
	u64 sub_head;			/* trusted; the page's copy is for the client */
	u64 notified;			/* private head at the last wake-up */
	bool broken;
	u64 wanted_notified;		/* of wanted, at the last wake-up */
	u64 wanted;	/* public head after the last event subscribed to; poll() reads it */
	struct tgk_filter *filter;	/* NULL: woken for all public events; set once */
};

/* What a client asked to be woken for: index 0 is for all instruments. */
struct tgk_want {
	u8 flags;			/* TG_SUBSCRIBE_* */
	u16 depth;			/* of levels; 0 = any */
};
struct tgk_filter {
	u16 *products;	/* [max_products + 1]: subscribed instruments of it; behind want[] */
	struct tgk_want want[];		/* [max_instruments + 1] */
};

/* What the thread knows of all attached clients. */
struct tgk_client_set {
	u32 max;
	u32 live;			/* rows in use; read by others */
	u32 last_id; /* ids go round, so that one just freed is used again last */
	u32 cursor;
	u64 pub_notified;
	u64 journal_notified;
	struct tgk_client *rows[];
};

struct tgk_submit {
	struct tgk_client *client;
	struct tg_submission sub;
	enum tg_reason reason;
	u64 order_id;
};

/*
 * Makes a client and lets the engine open it. att has been checked; who is the opener. On success
 * att's out fields are filled.
 */
struct tgk_client *tgk_client_attach(struct tgk_engine *eng, struct tg_ioc_attach *att,
				     const struct tg_in_client *who);
/* Gives the file's reference back; waits up to 1 s for the engine to take note. */
void tgk_client_detach(struct tgk_client *c);
/* Changes what wakes the client. io has been checked but for its instrument. */
int tgk_client_subscribe(struct tgk_client *c, const struct tg_ioc_subscribe *io);
/* A submission without the ring. 0 = the engine gave a verdict. */
int tgk_client_submit(struct tgk_client *c, struct tgk_submit *s);
/* [thread] the host's share of a dump row. */
void tgk_client_fill(struct tgk_engine *eng, struct tg_nl_client *row);

#endif
