/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel host's inner header: one engine, its thread, and who may touch what.
 *
 * Locking model. One kthread per engine, bound to its CPU, is the only caller of the core and the
 * only one that touches fields marked [thread]. Everybody else asks it through tgk_call(): the
 * function given runs on the thread between two records. The NIC path runs on the thread too
 * (inline, bottom halves off, inside napi_busy_loop()), or in softirq elsewhere, where it may only
 * push to its per-CPU packet ring. A mutex in engine_thread.c serialises start and stop;
 * tgk_engine_get()/put() keep the engine alive for callers that are not the thread. The XDP path
 * holds no reference: it reads the RCU pointer tgk_live under the RCU read lock that every XDP
 * program runs in. Teardown: make dead (tgk_live = NULL, then synchronize_net(): no new gets, no
 * kfunc inside), stop the thread, tear down what it used (venue sockets, interface bindings,
 * clients), drop the start's reference; the last holder frees.
 */
#ifndef TGK_TICKGATE_H
#define TGK_TICKGATE_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/completion.h>
#include <linux/netlink.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/mm_types.h>
#include <net/sock.h>
#include "core/engine.h"

struct tgk_client;
struct tgk_tcp;
struct tgk_stats;
struct tgk_packets;
struct tgk_binding;

/* inline packets between two flushes whose PUBLISH latency is kept */
#define TGK_PUBLISH_PENDING	64
/* readable bytes behind every payload: the core may load past its end */
#define TGK_RX_PAD		16

/*
 * Memory that userspace maps: vmalloc_user()'d, one struct tg_ring_header page then the slots.
 * Lives as long as its last mapping. (ring.c)
 */
struct tgk_ring {
	struct kref ref;
	void *mem;
	size_t bytes;		/* of mem, page multiple */
	struct tg_ring_header *hdr;
	u8 *slots;
	u64 head;		/* [thread] the kernel's own; hdr->head is a copy for readers */
	u32 nslots;		/* 2^k */
	u32 slot_bytes;
};

struct tgk_journal {
	struct tgk_ring *ring;			/* slot_bytes 1 */
	struct tgk_ring *user;			/* one page: struct tg_journal_user */
	u64 tail;				/* [thread] last good value read */
	bool overrun;				/* [thread] latched until a reader catches up */
	atomic_t attached;
	wait_queue_head_t wait;			/* its reader poll()s here */
};

/* deadman.c: all but fired belong to the timer */
struct tgk_deadman {
	struct hrtimer timer;
	struct work_struct work;
	ktime_t period;
	u64 loops;				/* as it was at the last look */
	u32 same;				/* looks since it moved */
	bool acted;				/* once for each time that it stands still */
	bool fired;				/* for the thread: halt before anything else */
};

struct tgk_engine {
	/* written once at start */
	struct kref ref;
	struct tg_in_engine params;
	struct tg_nl_host host;
	struct tg_engine *core;			/* [thread] the arena */
	struct tg_outbox ob;			/* [thread] */
	/* tg_engine_outbox_bytes(): what a step other than UDP must find free */
	u32 step_room;
	struct task_struct *thread;
	u64 started_ns;

	/* [thread] */
	u64 seq;				/* of the last record */
	u64 last_time_ns;
	struct tgk_client **clients;		/* [max_clients + 1], by client id */
	/* client.c: attached ones in a row, round-robin cursor */
	struct tgk_client_set *client_set;
	struct tgk_tcp *tcp;			/* tcp.c: the venues' transports */
	/* inside napi_busy_loop(): a kfunc on this thread may step inline */
	bool polling;
	/* TG_IN_KILL for the journal was given and not resumed since */
	bool journal_kill;
	/* tgk_tcp_close() left a venue for tgk_tcp_poll() to take down */
	bool tcp_work;
	/* bitmap of instruments: images to rewrite at the end of this flush */
	unsigned long *book_dirty;
	unsigned long *product_dirty;		/* likewise, of products */
	struct tg_product_image product;
	/* one image at work; with 1 KiB too large for the stack */
	struct tg_book_image image;
	u32 filters;				/* clients that have subscribed: client.c */
	u32 publish_pending;			/* entries in publish_from_ns */
	/* XDP entry of the packets stepped since the last flush */
	u64 publish_from_ns[TGK_PUBLISH_PENDING];

	/* shared */
	struct tgk_ring *pub;			/* thread writes, clients map */
	/* struct tg_book_image [max_instruments + 1], no header page */
	struct tgk_ring *books;
	/* struct tg_product_image [max_products + 1]; NULL without products */
	struct tgk_ring *products;
	struct tgk_journal journal;
	/* host counters and histograms; thread writes, others read torn-free u64 */
	struct tgk_stats *stats;
	u64 __percpu *counter_cpu;		/* [TG_HC_MAX]: what tgk_count_any() counted */
	struct tgk_packets __percpu *packets;	/* ingress.c: one ring a CPU */
	/* ingress.c: interfaces bound and their NAPI instances */
	struct tgk_binding *binding;
	atomic_t packets_waiting;		/* in all per-CPU rings */
	/* a venue's socket called back since the thread last looked */
	atomic_t tcp_ready;

	struct tgk_deadman deadman;

	spinlock_t call_lock;
	struct list_head calls;			/* struct tgk_call_item */
	wait_queue_head_t wait;			/* the thread sleeps here */
	/* store by thread, then full barrier, then it looks again; pairs with tgk_wake() */
	int sleeping;
	bool dead;				/* no new calls */
};

/* ---- engine_thread.c ---- */

/* The running engine; NULL when there is none. For the XDP path, under RCU. */
extern struct tgk_engine __rcu *tgk_live;

/* CPU hotplug hook: the engine's CPU cannot be taken offline. */
int tgk_engine_init(void);
void tgk_engine_exit(void);

/* The running engine with a reference, or NULL. */
struct tgk_engine *tgk_engine_get(void);
void tgk_engine_put(struct tgk_engine *eng);
int tgk_engine_start(const struct tg_in_engine *params, const struct tg_nl_host *host,
		     struct netlink_ext_ack *extack);
/* EBUSY while clients are attached unless force. */
int tgk_engine_stop(bool force);

/*
 * Runs fn(eng, arg) on the engine thread between two records and returns its result. May sleep;
 * killable; waits at most 1 s (-ETIMEDOUT: fn did not and will not run; -ENODEV: engine is
 * stopping). Control calls are served before anything else in the thread's loop.
 */
int tgk_call(struct tgk_engine *eng, int (*fn)(struct tgk_engine *eng, void *arg), void *arg);

/* Wakes the thread if it sleeps. Any context. */
void tgk_wake(struct tgk_engine *eng);

/*
 * [thread] Makes one record, steps the core, journals it. Outputs stay in the outbox until
 * tgk_flush().
 */
enum tg_reason tgk_step(struct tgk_engine *eng, enum tg_in type, u16 source, const void *payload,
			u32 len);
/*
 * [thread] The same with the time of the input where it was taken earlier; raised to the last
 * record's if that is later.
 */
enum tg_reason tgk_step_at(struct tgk_engine *eng, enum tg_in type, u16 source, const void *payload,
			   u32 len, u64 time_ns);


/* ---- deadman.c ---- */
/* After the thread is there; before it is stopped. */
void tgk_deadman_start(struct tgk_engine *eng);
void tgk_deadman_stop(struct tgk_engine *eng);
void tgk_deadman_halt(struct tgk_engine *eng);	/* [thread] it was given up: latches the kill */

/* ---- flush.c: [thread] carries out and empties the outbox: rings, images, TCP ---- */
void tgk_flush(struct tgk_engine *eng);

/* ---- ring.c ---- */
/* slot_bytes 0: nslots bytes without header */
struct tgk_ring *tgk_ring_alloc(u32 slot_bytes, u32 nslots);
void tgk_ring_put(struct tgk_ring *r);
/* takes a reference for the mapping's life */
int tgk_ring_mmap(struct tgk_ring *r, struct vm_area_struct *vma, bool writable);
/* [thread] broadcast algorithm of shm.h; sets event's ring_seq */
void tgk_ring_publish(struct tgk_ring *r, void *event);
/* [thread] rewrites one image under its seqcount */
void tgk_book_publish(struct tgk_engine *eng, u32 instrument_id);
void tgk_product_publish(struct tgk_engine *eng, u32 product_id);

/* ---- journal.c ---- */
int tgk_journal_init(struct tgk_engine *eng);
void tgk_journal_destroy(struct tgk_engine *eng);
/* [thread] false: no room; the record is counted lost and eng->journal.overrun latched. */
bool tgk_journal_append(struct tgk_engine *eng, const struct tg_record *rec, const void *payload);

/* ---- client.c: a client's rings; chardev.c: its file ---- */
/*
 * Start, before the thread runs: fills eng->clients and eng->client_set. Stop, after it ended:
 * clients still attached are cut off.
 */
int tgk_clients_init(struct tgk_engine *eng);
void tgk_clients_destroy(struct tgk_engine *eng);
/*
 * [thread] closes clients whose file is gone, then takes up to budget submissions from all rings in
 * round-robin order, the outbox flushed after each; returns how much it did.
 */
u32 tgk_clients_poll(struct tgk_engine *eng, u32 budget);
/* [thread] */
void tgk_client_publish(struct tgk_engine *eng, u16 client_id, struct tg_priv_event *ev);
/*
 * [thread] tells clients' TG_SUBK_NEED_WAKE and whether any ring has work (checked after the flag
 * is set).
 */
bool tgk_clients_prepare_sleep(struct tgk_engine *eng, bool sleeping);
/*
 * [thread] after an event went to the public ring, only while eng->filters: notes which clients
 * are to be woken for it.
 */
void tgk_clients_want(struct tgk_engine *eng, const struct tg_pub_event *ev);
/*
 * [thread] after tgk_flush(): wakes poll()ers of the public and private rings if anything was
 * published since the last time.
 */
void tgk_clients_notify(struct tgk_engine *eng);
u32 tgk_clients_attached(struct tgk_engine *eng);
int tgk_chardev_init(void);
void tgk_chardev_exit(void);

/* ---- tcp.c ---- */
int tgk_venues_init(struct tgk_engine *eng);
void tgk_venues_destroy(struct tgk_engine *eng);
/* Process context of the caller who owns fd. Takes its own reference of the socket. */
int tgk_tcp_attach(struct tgk_engine *eng, u16 venue_id, int fd, struct netlink_ext_ack *extack);
int tgk_tcp_detach(struct tgk_engine *eng, u16 venue_id);
/* [thread] reads and steps; returns bytes */
u32 tgk_tcp_poll(struct tgk_engine *eng, u32 budget_bytes);
/* [thread] asked before it sleeps */
bool tgk_tcp_pending(struct tgk_engine *eng);
/* [thread] at its end: TCP_DOWN for every venue that is up */
void tgk_tcp_stop(struct tgk_engine *eng);
/* [thread] 0: the socket or the send buffer has it all */
int tgk_tcp_send(struct tgk_engine *eng, u16 venue_id, const void *bytes, u32 len);
void tgk_tcp_close(struct tgk_engine *eng, u16 venue_id);		/* [thread] */
/*
 * Not the thread, which stands still: shuts every venue's socket, so that nothing more goes out.
 * May sleep. Returns how many.
 */
u32 tgk_tcp_shut(struct tgk_engine *eng);

/* ---- ingress.c, kfunc.c ---- */
int tgk_ingress_init(struct tgk_engine *eng);
void tgk_ingress_destroy(struct tgk_engine *eng);
/*
 * Any context with bottom halves off. Steps inline when the engine's own poll led here, else
 * queues.
 */
int tgk_ingress(struct tgk_engine *eng, u16 feed_id, const void *payload, u32 len, u64 xdp_time_ns);
u32 tgk_ingress_drain(struct tgk_engine *eng, u32 budget);		/* [thread] per-CPU rings */
/* [thread] every bound NAPI instance once */
u32 tgk_ingress_poll_napi(struct tgk_engine *eng, u32 budget);
int tgk_ingress_bind(struct tgk_engine *eng, struct net *net, int ifindex,
		     struct netlink_ext_ack *extack);
int tgk_ingress_unbind(struct tgk_engine *eng, struct net *net, int ifindex);
bool tgk_ingress_bound(struct tgk_engine *eng);			/* any NAPI instance to poll */
int tgk_kfunc_init(void);

/* ---- stats.c, debugfs.c ---- */
struct tgk_hist {
	struct tg_nl_hist h;
	u64 bucket[TG_HIST_BUCKETS];
};
struct tgk_stats {
	/* written by the thread, or with tgk_count_any() from elsewhere */
	u64 counter[TG_HC_MAX];
	struct tgk_hist hist[TG_STAGE_MAX];
};
static inline void tgk_count(struct tgk_engine *eng, enum tg_host_counter c)
{
	WRITE_ONCE(eng->stats->counter[c], eng->stats->counter[c] + 1);
}
static inline void tgk_count_add(struct tgk_engine *eng, enum tg_host_counter c, u64 n)
{
	WRITE_ONCE(eng->stats->counter[c], eng->stats->counter[c] + n);
}
int tgk_stats_init(struct tgk_engine *eng);
void tgk_stats_destroy(struct tgk_engine *eng);
/*
 * Any context: per-CPU, summed on reading. eng NULL: counted for the module, shown with every
 * engine.
 */
void tgk_count_any(struct tgk_engine *eng, enum tg_host_counter c);
u64 tgk_counter_read(struct tgk_engine *eng, enum tg_host_counter c);
/*
 * [thread] s64: two readings of CLOCK_REALTIME may lie a clock step apart; a negative distance is
 * not counted.
 */
void tgk_hist_add(struct tgk_engine *eng, enum tg_stage s, s64 ns);
void tgk_hist_reset(struct tgk_engine *eng);			/* [thread] */
/*
 * Upper bound in ns of the bucket that holds the given part (per 100,000) of the values; 0 when
 * empty.
 */
u64 tgk_hist_percentile(const struct tgk_hist *h, u32 per_100000);
int tgk_debugfs_init(void);
void tgk_debugfs_exit(void);

/* ---- netlink.c ---- */
int tgk_netlink_init(void);
void tgk_netlink_exit(void);
/*
 * [thread] multicasts a state event; allocation failure is counted by netlink itself, never waited
 * for.
 */
void tgk_netlink_event(struct tgk_engine *eng, const struct tg_pub_event *ev);

#endif
