// SPDX-License-Identifier: GPL-2.0
/*
 * Market data from XDP to the engine.
 *
 * Inline: the engine thread polls the NAPI instances of bound interfaces with napi_busy_loop(); the
 * XDP program runs on the thread itself, bottom halves off, and tgk_ingress() steps the engine.
 * Only the outbox is filled there; the thread flushes when the poll has returned.
 *
 * Queued: when XDP runs anywhere else (an interrupt came first, another CPU) the payload is copied
 * to the ring of that CPU. Bottom halves are off there, so that a CPU's ring has one producer at a
 * time; the thread is the only consumer. (Q) the producer fills the slot, then releases `tail`; the
 * thread acquires `tail` before it reads. (R) the thread is done with a slot, then releases `head`;
 * the producer acquires `head` before it reuses the slot.
 *
 * Order. The packets of one NAPI instance may be handled by one CPU and then another (an interrupt,
 * then our poll), so order within a ring is not enough. While anything is queued, packets that
 * could be stepped inline queue up behind it; and the rings are drained merged by time of arrival.
 * An instance runs on one CPU at a time, so whatever came before a packet was published before it:
 * rings are looked at once for what may be taken, then again for what is oldest, and the second
 * look sees every elder of what the first saw.
 *
 * Bindings. The table of bound interfaces belongs to the rtnl lock. An entry holds no reference:
 * the notifier removes it when the device goes, under the same lock. The ids of NAPI instances are
 * numbers that napi_busy_loop() looks up each time, so a stale one is harmless; they are collected
 * again each second and when a bound device comes up, because attaching XDP or changing channels
 * replaces them. The thread reads the set of ids under RCU and never takes rtnl.
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/busy_poll.h>
#include "compat.h"
#include "tickgate.h"
#include "trace.h"

#define TGK_SLOT_PAYLOAD	2048u
#define TGK_BOUND_MAX		8u	/* interfaces */
#define TGK_NAPI_MAX		128u	/* instances of all of them */
#define TGK_RESCAN		HZ

struct tgk_packet {
	u64 xdp_time_ns;
	u32 len;
	u16 feed_id;
	u16 pad;
	u8 payload[TGK_SLOT_PAYLOAD + TGK_RX_PAD];
};

struct tgk_packets {
	struct tgk_packet *slot;
	u32 mask;
	u32 tail ____cacheline_aligned;		/* producer: this CPU, bottom halves off */
	u32 head ____cacheline_aligned;		/* consumer: the engine thread */
	u32 limit;				/* [thread] tail at the first look */
};

struct tgk_napi_set {
	struct rcu_head rcu;
	u32 n;
	u32 id[TGK_NAPI_MAX];
};

struct tgk_binding {
	struct tgk_engine *eng;
	struct notifier_block nb;
	struct delayed_work rescan;
	struct tgk_napi_set __rcu *set;		/* written under rtnl */
	u32 bound;				/* rtnl: entries of at[] */
	struct {
		struct net *net; /* compared only; valid as long as the entry is there */
		int ifindex;
	} at[TGK_BOUND_MAX];
};

/* ---- packets ---- */

static int enqueue(struct tgk_engine *eng, u16 feed_id, const void *payload, u32 len,
		   u64 xdp_time_ns)
{
	struct tgk_packets *q = this_cpu_ptr(eng->packets);
	struct tgk_packet *p;
	u32 tail = q->tail;

	if (len > TGK_SLOT_PAYLOAD) {
		tgk_count_any(eng, TG_HC_QUEUE_OVERSIZE);
		return -EMSGSIZE;
	}
	if (tail - smp_load_acquire(&q->head) > q->mask) {	/* (R) */
		tgk_count_any(eng, TG_HC_QUEUE_DROPS);
		return -ENOBUFS;
	}
	p = &q->slot[tail & q->mask];
	p->xdp_time_ns = xdp_time_ns;
	p->feed_id = feed_id;
	p->len = len;
	memcpy(p->payload, payload, len);
	memset(p->payload + len, 0, TGK_RX_PAD);
	atomic_inc(&eng->packets_waiting); /* first: the count is never below what the rings hold */
	smp_store_release(&q->tail, tail + 1);			/* (Q) */
	tgk_count_any(eng, TG_HC_QUEUED_PACKETS);
	tgk_wake(eng);
	return 0;
}

static void step_packet(struct tgk_engine *eng, u16 feed_id, const void *payload, u32 len,
			u64 xdp_time_ns)
{
	tgk_hist_add(eng, TG_STAGE_RECEIVE, ktime_get_real_ns() - xdp_time_ns);
	/*
	 * The time of arrival is the record's time: a submission that hands it back measures from
	 * the wire.
	 */
	tgk_step_at(eng, TG_IN_UDP, feed_id, payload, len, xdp_time_ns);
	if (eng->publish_pending < TGK_PUBLISH_PENDING)
		eng->publish_from_ns[eng->publish_pending++] = xdp_time_ns;
}

int tgk_ingress(struct tgk_engine *eng, u16 feed_id, const void *payload, u32 len, u64 xdp_time_ns)
{
	bool polled = current == eng->thread && eng->polling && in_softirq();
	int err = 0;

	if (polled && atomic_read(&eng->packets_waiting))
		polled = false;
	if (polled && eng->ob.cap - eng->ob.len < tg_engine_udp_outbox_bytes(len)) {
		tgk_count(eng, TG_HC_OUTBOX_DEFER);
		polled = false;
	}
	if (polled) {
		step_packet(eng, feed_id, payload, len, xdp_time_ns);
		tgk_count(eng, TG_HC_INLINE_PACKETS);
	} else {
		err = enqueue(eng, feed_id, payload, len, xdp_time_ns);
	}
	trace_packet(feed_id, len, polled, err);
	return err;
}

static struct tgk_packets *oldest(struct tgk_engine *eng)
{
	struct tgk_packets *best = NULL;
	u64 best_ns = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct tgk_packets *q = per_cpu_ptr(eng->packets, cpu);
		const struct tgk_packet *p = &q->slot[q->head & q->mask];

		if (smp_load_acquire(&q->tail) == q->head)		/* (Q) */
			continue;
		if (!best || p->xdp_time_ns < best_ns) {
			best = q;
			best_ns = p->xdp_time_ns;
		}
	}
	return best;
}

u32 tgk_ingress_drain(struct tgk_engine *eng, u32 budget)
{
	u32 n;
	int cpu;

	if (!atomic_read(&eng->packets_waiting))
		return 0;
	for_each_possible_cpu(cpu) {
		struct tgk_packets *q = per_cpu_ptr(eng->packets, cpu);

		q->limit = smp_load_acquire(&q->tail);			/* (Q) */
	}
	for (n = 0; n < budget; n++) {
		struct tgk_packets *q = oldest(eng);
		struct tgk_packet *p;

		/* The oldest came after the first look: its elders may be on their way yet. */
		if (!q || q->head == q->limit)
			break;
		p = &q->slot[q->head & q->mask];
		step_packet(eng, p->feed_id, p->payload, p->len, p->xdp_time_ns);
		smp_store_release(&q->head, q->head + 1);		/* (R) */
		atomic_dec(&eng->packets_waiting);
		tgk_flush(eng);
	}
	return n;
}

/* ---- polling ---- */

u32 tgk_ingress_poll_napi(struct tgk_engine *eng, u32 budget)
{
	u32 work = 0, i, id, n;

	for (i = 0; ; i++) {
		const struct tgk_napi_set *set;
		u64 before;

		rcu_read_lock();
		set = rcu_dereference(eng->binding->set);
		n = set ? set->n : 0;
		id = i < n ? set->id[i] : 0;
		rcu_read_unlock();
		if (!id)
			break;

		before = eng->seq;
		eng->polling = true;
		barrier();	/* the kfunc may run anywhere inside the poll, on this thread */
		napi_busy_loop(id, NULL, NULL, true, budget);
		barrier();
		eng->polling = false;
		tgk_count(eng, TG_HC_NAPI_POLLS);
		work += eng->seq - before;
		if (eng->ob.len || eng->publish_pending)
			tgk_flush(eng);
	}
	return work;
}

bool tgk_ingress_bound(struct tgk_engine *eng)
{
	return rcu_access_pointer(eng->binding->set);
}

/* ---- bindings: rtnl ---- */

static void replace_set(struct tgk_binding *b, struct tgk_napi_set *set)
{
	struct tgk_napi_set *old = rtnl_dereference(b->set);

	rcu_assign_pointer(b->set, set);
	if (old)
		kfree_rcu(old, rcu);
	tgk_wake(b->eng);
}

/* False: no memory, the old set stays; the next scan tries again. */
static bool collect(struct tgk_binding *b)
{
	struct tgk_napi_set *old = rtnl_dereference(b->set), *set = NULL;
	struct napi_struct *napi;
	struct net_device *dev;
	u32 i;

	if (b->bound) {
		set = kzalloc(sizeof(*set), GFP_KERNEL);
		if (!set)
			return false;
	}
	for (i = 0; i < b->bound; i++) {
		dev = __dev_get_by_index(b->at[i].net, b->at[i].ifindex);
		if (!dev)
			continue;
		list_for_each_entry(napi, &dev->napi_list, dev_list) {
			/* Instances that cannot be polled (transmit only) have no id. */
			if (napi->napi_id && set->n < TGK_NAPI_MAX)
				set->id[set->n++] = napi->napi_id;
		}
	}
	if (set && old && set->n == old->n && !memcmp(set->id, old->id, sizeof(set->id))) {
		kfree(set);
		return true;
	}
	replace_set(b, set);
	return true;
}

static void rescan(struct work_struct *work)
{
	struct tgk_binding *b = container_of(work, struct tgk_binding, rescan.work);

	rtnl_lock();
	collect(b);
	if (b->bound)
		schedule_delayed_work(&b->rescan, TGK_RESCAN);
	rtnl_unlock();
}

static int find(const struct tgk_binding *b, const struct net *net, int ifindex)
{
	u32 i;

	for (i = 0; i < b->bound; i++)
		if (b->at[i].net == net && b->at[i].ifindex == ifindex)
			return i;
	return -1;
}

static void forget(struct tgk_binding *b, int i)
{
	b->at[i] = b->at[--b->bound];
	/* Without memory for what is left: none is polled until the next scan, rather than what was let go. */
	if (!collect(b))
		replace_set(b, NULL);
}

static int on_netdev(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct tgk_binding *b = container_of(nb, struct tgk_binding, nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	int i = find(b, dev_net(dev), dev->ifindex);

	if (i < 0)
		return NOTIFY_DONE;
	if (event == NETDEV_UNREGISTER)
		forget(b, i);
	else if (event == NETDEV_UP || event == NETDEV_CHANGE)
		mod_delayed_work(system_wq, &b->rescan, 0);
	return NOTIFY_DONE;
}

int tgk_ingress_bind(struct tgk_engine *eng, struct net *net, int ifindex,
		     struct netlink_ext_ack *extack)
{
	struct tgk_binding *b = eng->binding;
	int err = 0;

	rtnl_lock();
	if (READ_ONCE(eng->dead)) {
		err = -ENODEV;
	} else if (!__dev_get_by_index(net, ifindex)) {
		NL_SET_ERR_MSG_MOD(extack, "no interface with this index");
		err = -ENODEV;
	} else if (find(b, net, ifindex) >= 0) {
		NL_SET_ERR_MSG_MOD(extack, "interface is bound already");
		err = -EEXIST;
	} else if (b->bound == TGK_BOUND_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "too many interfaces bound");
		err = -ENOSPC;
	} else {
		b->at[b->bound].net = net;
		b->at[b->bound++].ifindex = ifindex;
		collect(b);
		mod_delayed_work(system_wq, &b->rescan, TGK_RESCAN);
	}
	rtnl_unlock();
	return err;
}

static int nothing(struct tgk_engine *eng, void *arg)
{
	return 0;
}

/* When it returns 0 the thread does not poll the interface any more. */
int tgk_ingress_unbind(struct tgk_engine *eng, struct net *net, int ifindex)
{
	int err = -ENOENT, i;

	rtnl_lock();
	i = find(eng->binding, net, ifindex);
	if (i >= 0) {
		forget(eng->binding, i);
		err = 0;
	}
	rtnl_unlock();
	/* The thread may be inside a poll of it still; a call is served between polls. Its own error is that the engine is stopping. */
	if (!err)
		tgk_call(eng, nothing, NULL);
	return err;
}

/* ---- start and stop ---- */

static void free_packets(struct tgk_engine *eng)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(eng->packets, cpu)->slot);
	free_percpu(eng->packets);
	eng->packets = NULL;
}

int tgk_ingress_init(struct tgk_engine *eng)
{
	struct tgk_binding *b;
	int cpu, err;

	eng->packets = alloc_percpu(struct tgk_packets);
	if (!eng->packets)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct tgk_packets *q = per_cpu_ptr(eng->packets, cpu);

		q->mask = eng->host.packet_slots - 1;
		q->slot = kvcalloc(eng->host.packet_slots, sizeof(*q->slot), GFP_KERNEL);
		if (!q->slot) {
			err = -ENOMEM;
			goto err_packets;
		}
	}
	err = -ENOMEM;
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		goto err_packets;
	b->eng = eng;
	b->nb.notifier_call = on_netdev;
	INIT_DELAYED_WORK(&b->rescan, rescan);
	eng->binding = b;
	err = register_netdevice_notifier(&b->nb);
	if (err)
		goto err_binding;
	return 0;

err_binding:
	eng->binding = NULL;
	kfree(b);
err_packets:
	free_packets(eng);
	return err;
}

/* The thread has ended and no kfunc is inside (synchronize_net() after tgk_live went NULL). */
void tgk_ingress_destroy(struct tgk_engine *eng)
{
	struct tgk_binding *b = eng->binding;

	unregister_netdevice_notifier(&b->nb);
	rtnl_lock();
	b->bound = 0;
	collect(b);
	rtnl_unlock();
	cancel_delayed_work_sync(&b->rescan);
	eng->binding = NULL;
	kfree(b);
	free_packets(eng);
}
