/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel host's inner header: one engine, its thread, and who may touch what.
 *
 * Locking model. One kthread per engine, bound to its CPU, is the only caller of the core and the only one that touches fields marked
 * [thread]. Everybody else asks it through tgk_call(): the function given runs on the thread between two records. The NIC path runs on the thread
 * too (inline, bottom halves off, inside napi_busy_loop()), or in softirq elsewhere, where it may only push to its per-CPU packet ring.
 * tgk_lock (mutex) serialises start and stop; tgk_engine_get()/put() keep the engine alive for callers that are not the thread.
 * Teardown: make dead (no new gets, no new kfunc entries: synchronize_net()), stop the thread, free.
 */
#ifndef TGK_TICKGATE_H
#define TGK_TICKGATE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/completion.h>
#include <linux/netlink.h>
#include <linux/wait.h>
#include <linux/mm_types.h>
#include <net/sock.h>
#include "core/engine.h"

struct tgk_client;
struct tgk_venue;
struct tgk_stats;
struct tgk_packets;

/* Memory that userspace maps: vmalloc_user()'d, one struct tg_ring_header page then the slots. Lives as long as its last mapping. (ring.c) */
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

struct tgk_engine {
	/* written once at start */
	struct kref ref;
	struct tg_in_engine params;
	struct tg_nl_host host;
	struct tg_engine *core;			/* [thread] the arena */
	struct tg_outbox ob;			/* [thread] */
	struct task_struct *thread;
	u64 started_ns;

	/* [thread] */
	u64 seq;				/* of the last record */
	u64 last_time_ns;
	struct tgk_client **clients;		/* [max_clients + 1], by client id */
	struct tgk_client_set *client_set;	/* client.c: attached ones in a row, round-robin cursor */
	struct tgk_venue *venues;		/* [max_venues + 1] (tcp.c) */
	bool polling;				/* inside napi_busy_loop(): a kfunc on this thread may step inline */

	/* shared */
	struct tgk_ring *pub;			/* thread writes, clients map */
	struct tgk_ring *books;			/* struct tg_book_image [max_instruments + 1], no header page */
	struct tgk_journal journal;
	struct tgk_stats *stats;		/* host counters and histograms; thread writes, others read torn-free u64 */
	struct tgk_packets __percpu *packets;	/* ingress.c */
	atomic_t packets_waiting;

	spinlock_t call_lock;
	struct list_head calls;			/* struct tgk_call_item */
	wait_queue_head_t wait;			/* the thread sleeps here */
	int sleeping;				/* store by thread, then full barrier, then it looks again; pairs with tgk_wake() */
	bool dead;				/* no new calls */
};

/* ---- engine_thread.c ---- */

/* The running engine with a reference, or NULL. */
struct tgk_engine *tgk_engine_get(void);
void tgk_engine_put(struct tgk_engine *eng);
int tgk_engine_start(const struct tg_in_engine *params, const struct tg_nl_host *host, struct netlink_ext_ack *extack);
/* EBUSY while clients are attached unless force. */
int tgk_engine_stop(bool force);

/*
 * Runs fn(eng, arg) on the engine thread between two records and returns its result. May sleep; killable; waits at most 1 s (-ETIMEDOUT:
 * fn did not and will not run; -ENODEV: engine is stopping). Control calls are served before anything else in the thread's loop.
 */
int tgk_call(struct tgk_engine *eng, int (*fn)(struct tgk_engine *eng, void *arg), void *arg);

/* Wakes the thread if it sleeps. Any context. */
void tgk_wake(struct tgk_engine *eng);

/* [thread] Makes one record, steps the core, journals it. Outputs stay in the outbox until tgk_flush(). */
enum tg_reason tgk_step(struct tgk_engine *eng, enum tg_in type, u16 source, const void *payload, u32 len);

/* ---- flush.c: [thread] carries out and empties the outbox: rings, images, TCP ---- */
void tgk_flush(struct tgk_engine *eng);

/* ---- ring.c ---- */
struct tgk_ring *tgk_ring_alloc(u32 slot_bytes, u32 nslots);	/* slot_bytes 0: nslots bytes without header */
void tgk_ring_put(struct tgk_ring *r);
int tgk_ring_mmap(struct tgk_ring *r, struct vm_area_struct *vma, bool writable);	/* takes a reference for the mapping's life */
void tgk_ring_publish(struct tgk_ring *r, void *event);		/* [thread] broadcast algorithm of shm.h; sets event's ring_seq */
void tgk_book_publish(struct tgk_engine *eng, u32 instrument_id);	/* [thread] rewrites one image under its seqcount */

/* ---- journal.c ---- */
int tgk_journal_init(struct tgk_engine *eng);
void tgk_journal_destroy(struct tgk_engine *eng);
/* [thread] false: no room; the record is counted lost and eng->journal.overrun latched. */
bool tgk_journal_append(struct tgk_engine *eng, const struct tg_record *rec, const void *payload);

/* ---- client.c: a client's rings; chardev.c: its file ---- */
/* Start, before the thread runs: fills eng->clients and eng->client_set. Stop, after it ended: clients still attached are cut off. */
int tgk_clients_init(struct tgk_engine *eng);
void tgk_clients_destroy(struct tgk_engine *eng);
/*
 * [thread] closes clients whose file is gone, then takes up to budget submissions from all rings in round-robin order, the outbox
 * flushed after each; returns how much it did.
 */
u32 tgk_clients_poll(struct tgk_engine *eng, u32 budget);
/* [thread] */
void tgk_client_publish(struct tgk_engine *eng, u16 client_id, struct tg_priv_event *ev);
/* [thread] tells clients' TG_SUBK_NEED_WAKE and whether any ring has work (checked after the flag is set). */
bool tgk_clients_prepare_sleep(struct tgk_engine *eng, bool sleeping);
/* [thread] after tgk_flush(): wakes poll()ers of the public and private rings if anything was published since the last time. */
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
u32 tgk_tcp_poll(struct tgk_engine *eng, u32 budget_bytes);		/* [thread] reads and steps; returns bytes */
void tgk_tcp_send(struct tgk_engine *eng, u16 venue_id, const void *bytes, u32 len);	/* [thread] */
void tgk_tcp_close(struct tgk_engine *eng, u16 venue_id);		/* [thread] */

/* ---- ingress.c, kfunc.c ---- */
int tgk_ingress_init(struct tgk_engine *eng);
void tgk_ingress_destroy(struct tgk_engine *eng);
/* Any context with bottom halves off. Steps inline when the engine's own poll led here, else queues. */
int tgk_ingress(struct tgk_engine *eng, u16 feed_id, const void *payload, u32 len, u64 xdp_time_ns);
u32 tgk_ingress_drain(struct tgk_engine *eng, u32 budget);		/* [thread] per-CPU rings */
u32 tgk_ingress_poll_napi(struct tgk_engine *eng, u32 budget);		/* [thread] every bound NAPI instance once */
int tgk_ingress_bind(struct tgk_engine *eng, struct net *net, int ifindex, struct netlink_ext_ack *extack);
int tgk_ingress_unbind(struct tgk_engine *eng, struct net *net, int ifindex);
int tgk_kfunc_init(void);

/* ---- stats.c, debugfs.c ---- */
struct tgk_hist {
	struct tg_nl_hist h;
	u64 bucket[TG_HIST_BUCKETS];
};
struct tgk_stats {
	u64 counter[TG_HC_MAX];		/* written by the thread, or with tgk_count_any() from elsewhere */
	struct tgk_hist hist[TG_STAGE_MAX];
};
static inline void tgk_count(struct tgk_engine *eng, enum tg_host_counter c)
{
	WRITE_ONCE(eng->stats->counter[c], eng->stats->counter[c] + 1);
}
void tgk_count_any(struct tgk_engine *eng, enum tg_host_counter c);	/* any context: per-CPU, summed on reading */
u64 tgk_counter_read(struct tgk_engine *eng, enum tg_host_counter c);
void tgk_hist_add(struct tgk_engine *eng, enum tg_stage s, u64 ns);	/* [thread] */
int tgk_debugfs_init(void);
void tgk_debugfs_exit(void);

/* ---- netlink.c ---- */
int tgk_netlink_init(void);
void tgk_netlink_exit(void);
/* [thread] multicasts a state event; allocation failure is counted by netlink itself, never waited for. */
void tgk_netlink_event(struct tgk_engine *eng, const struct tg_pub_event *ev);

#endif
