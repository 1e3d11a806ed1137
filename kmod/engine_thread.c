// SPDX-License-Identifier: GPL-2.0
/*
 * The engine and its thread: start, stop, calls from outside, and the loop.
 *
 * One turn of the loop, in this order, each source with its budget; the outbox is carried out after
 * each record or burst of a source:
 *
 *	1. control calls (tgk_call): configuration, kill switch, queries
 *	2. venue TCP: execution reports come before market data, so that orders and positions are
 *	   never older than the book
 *	3. NAPI instances of bound interfaces: XDP runs here and steps inline
 *	4. per-CPU packet rings: what XDP saw elsewhere
 *	5. submissions, one at a time; control calls are looked at before every one, so a kill
 *	   holds for the very next order
 *	6. timers: a deadline of the core that has come
 *
 * Wait strategies. busy: never sleeps. adaptive: spins spin_ns after the last work, then sleeps.
 * block: sleeps at once. Sleep ends at tgk_wake(), at the core's next deadline, or after 10 ms
 * while interfaces are bound (a NAPI instance that was busy-polled may have its interrupts
 * deferred). A spinning thread reports quiescent states on each turn and calls schedule() every 50
 * ms: on a nohz_full core nothing else would tell RCU that it has let go.
 *
 * Locking. start_lock serialises start and stop. tgk_live is the running engine, read under RCU.
 * call_lock guards the list of calls and `dead`. Barriers of the sleep: (S) the thread stores
 * `sleeping`, full barrier, looks at all its sources again; (W) a waker makes its work visible,
 * full barrier, loads `sleeping`. One of the two sees the other.
 *
 * Journal required (TG_HOST_JOURNAL_REQUIRED): while no reader is attached, or records were lost,
 * trading is halted by TG_IN_KILL with scope FIRM and cause JOURNAL. It is given at the start, when
 * the reader goes, after the record that did not fit, and again after a TG_IN_RESUME that comes
 * while the journal still does not write. Between a lost record and the kill lies at most the rest
 * of one NAPI poll's market data; no submission. The record that did not fit has been stepped, and
 * what it sent is on its way.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include "compat.h"
#include "tickgate.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define TGK_CALL_BUDGET		16u
#define TGK_TCP_BUDGET		(64u << 10)	/* bytes */
#define TGK_NAPI_BUDGET		8u		/* packets, per instance */
#define TGK_PACKET_BUDGET	64u
#define TGK_SUBMIT_BUDGET	16u
#define TGK_TIMER_BUDGET	4u

#define TGK_QUIESCE_JIFFIES	(HZ / 20 ? HZ / 20 : 1)
#define TGK_SLEEP_MAX_NS	NSEC_PER_SEC
#define TGK_SLEEP_BOUND_NS	(10 * NSEC_PER_MSEC)
#define TGK_STALL_NS		NSEC_PER_MSEC
#define TGK_CALL_TIMEOUT	HZ

/* Inline steps of one NAPI poll share the outbox: room for a burst above what any step needs. */
#define TGK_OUTBOX_BURST	(256u << 10)

#define TGK_PUBLIC_SLOTS	65536u
#define TGK_PUBLIC_SLOTS_MIN	64u
#define TGK_PUBLIC_SLOTS_MAX	(1u << 22)
#define TGK_JOURNAL_BYTES	(16u << 20)
#define TGK_JOURNAL_BYTES_MIN	(1u << 20)	/* holds several of the largest records */
#define TGK_JOURNAL_BYTES_MAX	(1u << 30)
#define TGK_PACKET_SLOTS	1024u
#define TGK_PACKET_SLOTS_MIN	16u
#define TGK_PACKET_SLOTS_MAX	65536u
#define TGK_SPIN_NS		50000u
#define TGK_DEADMAN_MS_MAX	60000u

struct tgk_call_item {
	struct list_head list;
	int (*fn)(struct tgk_engine *eng, void *arg);
	void *arg;
	int ret;
	struct completion done;
};

struct tgk_engine __rcu *tgk_live;
static DEFINE_MUTEX(start_lock);
static int hotplug_state;

/* ---- references ---- */

static void engine_free(struct kref *ref)
{
	struct tgk_engine *eng = container_of(ref, struct tgk_engine, ref);

	tgk_journal_destroy(eng);
	tgk_ring_put(eng->products);
	tgk_ring_put(eng->books);
	tgk_ring_put(eng->pub);
	tgk_stats_destroy(eng);
	bitmap_free(eng->product_dirty);
	bitmap_free(eng->book_dirty);
	vfree(eng->ob.buf);
	vfree(eng->core);
	kfree(eng);
}

struct tgk_engine *tgk_engine_get(void)
{
	struct tgk_engine *eng;

	rcu_read_lock();
	eng = rcu_dereference(tgk_live);
	if (eng && !kref_get_unless_zero(&eng->ref))
		eng = NULL;
	rcu_read_unlock();
	return eng;
}

void tgk_engine_put(struct tgk_engine *eng)
{
	kref_put(&eng->ref, engine_free);
}

/* ---- calls and wakeups ---- */

void tgk_wake(struct tgk_engine *eng)
{
	smp_mb();	/* (W) pairs with (S) in sleep_until_work() */
	if (READ_ONCE(eng->sleeping))
		wake_up(&eng->wait);
}

int tgk_call(struct tgk_engine *eng, int (*fn)(struct tgk_engine *eng, void *arg), void *arg)
{
	struct tgk_call_item it = { .fn = fn, .arg = arg };
	long left;

	if (current == eng->thread)
		return fn(eng, arg);

	init_completion(&it.done);
	spin_lock(&eng->call_lock);
	if (eng->dead) {
		spin_unlock(&eng->call_lock);
		return -ENODEV;
	}
	list_add_tail(&it.list, &eng->calls);
	spin_unlock(&eng->call_lock);
	tgk_wake(eng);

	left = wait_for_completion_killable_timeout(&it.done, TGK_CALL_TIMEOUT);
	if (left > 0)
		return it.ret;

	spin_lock(&eng->call_lock);
	if (!list_empty(&it.list)) {
		list_del(&it.list);
		spin_unlock(&eng->call_lock);
		return left < 0 ? -EINTR : -ETIMEDOUT;
	}
	spin_unlock(&eng->call_lock);
	/* The thread has taken it: `it` is on our stack, so its end has to be waited for. */
	wait_for_completion(&it.done);
	return it.ret;
}

static struct tgk_call_item *next_call(struct tgk_engine *eng)
{
	struct tgk_call_item *it;

	if (list_empty_careful(&eng->calls))
		return NULL;
	spin_lock(&eng->call_lock);
	it = list_first_entry_or_null(&eng->calls, struct tgk_call_item, list);
	if (it)
		list_del_init(&it->list);
	spin_unlock(&eng->call_lock);
	return it;
}

static u32 serve_calls(struct tgk_engine *eng)
{
	struct tgk_call_item *it;
	u32 n;

	for (n = 0; n < TGK_CALL_BUDGET; n++) {
		it = next_call(eng);
		if (!it)
			break;
		it->ret = it->fn(eng, it->arg);
		/* The caller returns to a world in which its outputs are out. */
		if (eng->ob.len)
			tgk_flush(eng);
		complete(&it->done);
	}
	return n;
}

static void refuse_calls(struct tgk_engine *eng)
{
	struct tgk_call_item *it;

	while ((it = next_call(eng))) {
		it->ret = -ENODEV;
		complete(&it->done);
	}
}

/* ---- stepping ---- */

static void journal_guard(struct tgk_engine *eng)
{
	struct tg_in_kill kill = {
		.scope = TG_SCOPE_FIRM, .cause = TG_KILL_JOURNAL,
		.who = "tickgate", .text = "journal required: no reader, or records lost",
	};

	if (!(eng->host.flags & TG_HOST_JOURNAL_REQUIRED))
		return;
	if (atomic_read(&eng->journal.attached) && !eng->journal.overrun) {
		eng->journal_kill = false;
		return;
	}
	if (eng->journal_kill)
		return;
	eng->journal_kill = true;	/* before the step: it comes back here */
	tgk_step(eng, TG_IN_KILL, 0, &kill, sizeof(kill));
}

/*
 * Before every step, so that nothing follows what the timer stopped but its kill. Not inline: what
 * such a step sends finds its socket shut.
 */
static void deadman_guard(struct tgk_engine *eng)
{
	if (unlikely(READ_ONCE(eng->deadman.fired)) && !eng->polling)
		tgk_deadman_halt(eng);
}

enum tg_reason tgk_step_at(struct tgk_engine *eng, enum tg_in type, u16 source, const void *payload,
			   u32 len, u64 time_ns)
{
	struct tg_record rec = { .len = len, .type = type, .source = source };
	u32 room = type == TG_IN_UDP ? tg_engine_udp_outbox_bytes(len) : eng->step_room;
	enum tg_reason reason;
	u64 from, took;

	deadman_guard(eng);	/* may step: number and time come after it */
	rec.seq = eng->seq + 1;
	rec.time_ns = max(eng->last_time_ns, time_ns);
	/* Inline there is no flushing; tgk_ingress() has looked at the room already. */
	if (unlikely(eng->ob.cap - eng->ob.len < room) && !eng->polling)
		tgk_flush(eng);

	from = ktime_get_ns();
	reason = tg_engine_step(eng->core, &rec, payload, &eng->ob);
	took = ktime_get_ns() - from;
	if (unlikely(tg_engine_seq(eng->core) != rec.seq))
		return reason;		/* not consumed: too long, or no room */

	eng->seq = rec.seq;
	eng->last_time_ns = rec.time_ns;
	rec.digest = tg_engine_digest(eng->core);
	tgk_journal_append(eng, &rec, payload);

	if (type == TG_IN_UDP)
		tgk_hist_add(eng, TG_STAGE_MD_STEP, took);
	else if (type == TG_IN_SUBMIT)
		tgk_hist_add(eng, TG_STAGE_ORDER_STEP, took);
	trace_record(&rec, reason, eng->ob.len);
	if (unlikely(reason))
		trace_reject(type, source, reason);

	/*
	 * Inline steps leave the guard to the loop, which runs it before the next submission: the
	 * outbox may lack the room for what a kill puts in, and bottom halves are off.
	 */
	if (!eng->polling) {
		if (type == TG_IN_RESUME)
			eng->journal_kill = false;
		journal_guard(eng);
	}
	return reason;
}

enum tg_reason tgk_step(struct tgk_engine *eng, enum tg_in type, u16 source, const void *payload,
			u32 len)
{
	return tgk_step_at(eng, type, source, payload, len, ktime_get_real_ns());
}

/* ---- the loop ---- */

static u32 run_submissions(struct tgk_engine *eng)
{
	u32 n = 0;

	while (n < TGK_SUBMIT_BUDGET) {
		serve_calls(eng);
		if (!tgk_clients_poll(eng, 1))
			break;
		if (eng->ob.len)
			tgk_flush(eng);
		n++;
	}
	return n;
}

static u32 run_timers(struct tgk_engine *eng)
{
	u32 n;

	for (n = 0; n < TGK_TIMER_BUDGET; n++) {
		u64 now = max(eng->last_time_ns, ktime_get_real_ns());

		if (tg_engine_deadline_ns(eng->core) > now)
			break;
		tgk_step_at(eng, TG_IN_TIMER, 0, NULL, 0, now);
		if (eng->ob.len)
			tgk_flush(eng);
	}
	return n;
}

static u32 run_once(struct tgk_engine *eng)
{
	u32 work;

	work = serve_calls(eng);
	deadman_guard(eng);
	journal_guard(eng);
	if (eng->ob.len)
		tgk_flush(eng);
	if (tgk_tcp_poll(eng, TGK_TCP_BUDGET))
		work++;
	work += tgk_ingress_poll_napi(eng, TGK_NAPI_BUDGET);
	journal_guard(eng);
	if (eng->ob.len)
		tgk_flush(eng);
	work += tgk_ingress_drain(eng, TGK_PACKET_BUDGET);
	work += run_submissions(eng);
	work += run_timers(eng);
	return work;
}

static bool journal_wants_kill(struct tgk_engine *eng)
{
	return (eng->host.flags & TG_HOST_JOURNAL_REQUIRED) && !eng->journal_kill &&
	       (!atomic_read(&eng->journal.attached) || eng->journal.overrun);
}

static void sleep_until_work(struct tgk_engine *eng)
{
	u64 limit = tgk_ingress_bound(eng) ? TGK_SLEEP_BOUND_NS : TGK_SLEEP_MAX_NS;
	DEFINE_WAIT(wait);
	u64 now, deadline;
	ktime_t timeout;

	WRITE_ONCE(eng->sleeping, 1);
	prepare_to_wait(&eng->wait, &wait, TASK_IDLE);
	smp_mb();	/* (S) pairs with (W) in tgk_wake() */
	if (!tgk_clients_prepare_sleep(eng, true) && list_empty_careful(&eng->calls) &&
	    !atomic_read(&eng->packets_waiting) && !tgk_tcp_pending(eng) &&
	    !journal_wants_kill(eng) && !kthread_should_stop() && !kthread_should_park()) {
		now = ktime_get_real_ns();
		deadline = tg_engine_deadline_ns(eng->core);
		if (deadline > now) {
			timeout = ns_to_ktime(min(limit, deadline - now));
			tgk_count(eng, TG_HC_SLEEPS);
			schedule_hrtimeout_range(&timeout, 0, HRTIMER_MODE_REL);
		}
	}
	finish_wait(&eng->wait, &wait);
	WRITE_ONCE(eng->sleeping, 0);
	tgk_clients_prepare_sleep(eng, false);
}

static void loop(struct tgk_engine *eng)
{
	unsigned long quiesce_at = jiffies + TGK_QUIESCE_JIFFIES;
	u64 idle_from = 0, from, now;

	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();

		from = ktime_get_ns();
		tgk_count(eng, TG_HC_LOOPS);
		if (run_once(eng)) {
			idle_from = 0;
			now = ktime_get_ns();
			if (now - from > TGK_STALL_NS)
				tgk_count(eng, TG_HC_STALLS);
		} else if (eng->host.wait == TG_WAIT_BLOCK) {
			sleep_until_work(eng);
		} else if (eng->host.wait == TG_WAIT_ADAPTIVE) {
			if (!idle_from)
				idle_from = from;
			if (from - idle_from >= eng->host.spin_ns) {
				sleep_until_work(eng);
				idle_from = 0;
			} else {
				cpu_relax();
			}
		} else {
			cpu_relax();
		}

		tgk_quiesce();
		if (time_after_eq(jiffies, quiesce_at)) {
			schedule();
			quiesce_at = jiffies + TGK_QUIESCE_JIFFIES;
		}
	}
}

static int engine_main(void *arg)
{
	struct tgk_engine *eng = arg;
	struct tg_pub_event ev = { .type = TG_PUB_SHUTDOWN };

	loop(eng);

	tgk_tcp_stop(eng);
	if (eng->ob.len)
		tgk_flush(eng);
	ev.time_ns = eng->last_time_ns;
	ev.record_seq = eng->seq;
	tgk_ring_publish(eng->pub, &ev);
	if (eng->filters)
		tgk_clients_want(eng, &ev);
	tgk_netlink_event(eng, &ev);
	tgk_clients_notify(eng);
	refuse_calls(eng);
	return 0;
}

/* ---- start and stop ---- */

static int take_pow2(u32 *v, u32 deflt, u32 low, u32 high)
{
	if (!*v)
		*v = deflt;
	return is_power_of_2(*v) && *v >= low && *v <= high ? 0 : -EINVAL;
}

static int check_host(struct tg_nl_host *h, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(h->reserved); i++) {
		if (h->reserved[i] || h->reserved0) {
			NL_SET_ERR_MSG_MOD(extack, "host: reserved fields must be zero");
			return -EINVAL;
		}
	}
	if (h->flags & ~(TG_HOST_FORCE_CPU | TG_HOST_JOURNAL_REQUIRED)) {
		NL_SET_ERR_MSG_MOD(extack, "host.flags: unknown flag");
		return -EINVAL;
	}
	if (h->wait > TG_WAIT_BLOCK) {
		NL_SET_ERR_MSG_MOD(extack, "host.wait: 0 busy, 1 adaptive, 2 block");
		return -EINVAL;
	}
	if (take_pow2(&h->public_slots, TGK_PUBLIC_SLOTS, TGK_PUBLIC_SLOTS_MIN,
		      TGK_PUBLIC_SLOTS_MAX)) {
		NL_SET_ERR_MSG_MOD(extack, "host.public_slots: power of two from 64 to 4194304");
		return -EINVAL;
	}
	if (take_pow2(&h->journal_bytes, TGK_JOURNAL_BYTES, TGK_JOURNAL_BYTES_MIN,
		      TGK_JOURNAL_BYTES_MAX)) {
		NL_SET_ERR_MSG_MOD(extack, "host.journal_bytes: power of two from 1 MiB to 1 GiB");
		return -EINVAL;
	}
	if (take_pow2(&h->packet_slots, TGK_PACKET_SLOTS, TGK_PACKET_SLOTS_MIN,
		      TGK_PACKET_SLOTS_MAX)) {
		NL_SET_ERR_MSG_MOD(extack, "host.packet_slots: power of two from 16 to 65536");
		return -EINVAL;
	}
	if (!h->spin_ns)
		h->spin_ns = TGK_SPIN_NS;
	if (h->deadman_ms > TGK_DEADMAN_MS_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "host.deadman_ms: 0 to 60000");
		return -EINVAL;
	}
	return 0;
}

/* With cpus_read_lock held, so that the answer stays true until the engine is published. */
static int check_cpu(const struct tg_nl_host *h, struct netlink_ext_ack *extack)
{
	if (h->cpu >= nr_cpu_ids || !cpu_online(h->cpu)) {
		NL_SET_ERR_MSG_MOD(extack, "host.cpu: no such CPU, or offline");
		return -EINVAL;
	}
	if (!(h->flags & TG_HOST_FORCE_CPU) && !tgk_cpu_is_isolated(h->cpu)) {
		NL_SET_ERR_MSG_MOD(extack, "host.cpu: not isolated (isolcpus=), and not forced");
		return -EINVAL;
	}
	return 0;
}

static int alloc_engine(struct tgk_engine **out, const struct tg_in_engine *params,
			const struct tg_nl_host *host, struct netlink_ext_ack *extack)
{
	u64 bytes = tg_engine_size(params);
	struct tgk_engine *eng;
	int err;

	if (!bytes) {
		NL_SET_ERR_MSG_MOD(extack,
				   "engine: capacity out of range, or reserved field not zero");
		return -EINVAL;
	}
	if (bytes + tg_engine_outbox_bytes(params) > (u64)totalram_pages() << (PAGE_SHIFT - 1)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "engine: these capacities need more than half of the memory");
		return -ENOMEM;
	}
	eng = kzalloc(sizeof(*eng), GFP_KERNEL);
	if (!eng)
		return -ENOMEM;
	kref_init(&eng->ref);
	eng->params = *params;
	eng->host = *host;
	eng->started_ns = ktime_get_real_ns();
	spin_lock_init(&eng->call_lock);
	INIT_LIST_HEAD(&eng->calls);
	init_waitqueue_head(&eng->wait);

	err = -ENOMEM;
	eng->core = tgk_arena_alloc(bytes);
	if (!eng->core)
		goto err_eng;
	eng->step_room = tg_engine_outbox_bytes(params);
	eng->ob.cap = round_up(eng->step_room, 8) + TGK_OUTBOX_BURST;
	eng->ob.buf = __vmalloc(eng->ob.cap, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!eng->ob.buf)
		goto err_core;
	eng->book_dirty = bitmap_zalloc(params->max_instruments + 1, GFP_KERNEL);
	eng->product_dirty = bitmap_zalloc(params->max_products + 1, GFP_KERNEL);
	if (!eng->book_dirty || !eng->product_dirty)
		goto err_dirty;
	err = tgk_stats_init(eng);
	if (err)
		goto err_dirty;
	err = -ENOMEM;
	eng->pub = tgk_ring_alloc(sizeof(struct tg_pub_event), host->public_slots);
	if (!eng->pub)
		goto err_stats;
	eng->books =
		tgk_ring_alloc(0, (params->max_instruments + 1) * sizeof(struct tg_book_image));
	if (!eng->books)
		goto err_pub;
	if (params->max_products) {
		eng->products = tgk_ring_alloc(0, (params->max_products + 1) *
						  sizeof(struct tg_product_image));
		if (!eng->products)
			goto err_books;
	}
	err = tgk_journal_init(eng);
	if (err)
		goto err_products;
	err = tg_engine_init(eng->core, bytes, params);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "engine: the core refused the parameters");
		goto err_journal;
	}
	*out = eng;
	return 0;

err_journal:
	tgk_journal_destroy(eng);
err_products:
	tgk_ring_put(eng->products);
err_books:
	tgk_ring_put(eng->books);
err_pub:
	tgk_ring_put(eng->pub);
err_stats:
	tgk_stats_destroy(eng);
err_dirty:
	bitmap_free(eng->product_dirty);
	bitmap_free(eng->book_dirty);
	vfree(eng->ob.buf);
err_core:
	vfree(eng->core);
err_eng:
	kfree(eng);
	return err;
}

/* Nothing but the caller knows the engine yet: it may do what is the thread's later. */
static int first_record(struct tgk_engine *eng, struct netlink_ext_ack *extack)
{
	enum tg_reason reason = tgk_step(eng, TG_IN_ENGINE, 0, &eng->params, sizeof(eng->params));

	tgk_flush(eng);
	if (!reason)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "engine: first record refused: %s", tg_reason_name(reason));
	return -EINVAL;
}

static int start_locked(const struct tg_in_engine *params, const struct tg_nl_host *host,
			struct netlink_ext_ack *extack)
{
	struct tgk_engine *eng;
	int err;

	err = alloc_engine(&eng, params, host, extack);
	if (err)
		return err;
	err = tgk_clients_init(eng);
	if (err)
		goto err_put;
	err = tgk_venues_init(eng);
	if (err)
		goto err_clients;
	err = tgk_ingress_init(eng);
	if (err)
		goto err_venues;
	err = first_record(eng, extack);
	if (err)
		goto err_ingress;

	eng->thread = kthread_create(engine_main, eng, "tickgate/%u", params->engine_id);
	if (IS_ERR(eng->thread)) {
		err = PTR_ERR(eng->thread);
		goto err_ingress;
	}
	cpus_read_lock();
	err = check_cpu(host, extack);
	if (err) {
		cpus_read_unlock();
		goto err_thread;
	}
	kthread_bind(eng->thread, host->cpu);
	rcu_assign_pointer(tgk_live, eng);
	cpus_read_unlock();
	wake_up_process(eng->thread);
	tgk_deadman_start(eng);
	return 0;

err_thread:
	kthread_stop(eng->thread);
err_ingress:
	tgk_ingress_destroy(eng);
err_venues:
	tgk_venues_destroy(eng);
err_clients:
	tgk_clients_destroy(eng);
err_put:
	tgk_engine_put(eng);
	return err;
}

int tgk_engine_start(const struct tg_in_engine *params, const struct tg_nl_host *host,
		     struct netlink_ext_ack *extack)
{
	struct tg_in_engine p = *params;
	struct tg_nl_host h = *host;
	int err;

	err = check_host(&h, extack);
	if (err)
		return err;
	tg_engine_defaults(&p);
	cpus_read_lock();
	err = check_cpu(&h, extack);	/* before anything is allocated; again when it counts */
	cpus_read_unlock();
	if (err)
		return err;

	mutex_lock(&start_lock);
	if (rcu_access_pointer(tgk_live)) {
		NL_SET_ERR_MSG_MOD(extack, "an engine is running: stop it first");
		err = -EBUSY;
	} else {
		err = start_locked(&p, &h, extack);
	}
	mutex_unlock(&start_lock);
	return err;
}

int tgk_engine_stop(bool force)
{
	struct tgk_engine *eng;
	int err = 0;

	mutex_lock(&start_lock);
	eng = rcu_dereference_protected(tgk_live, lockdep_is_held(&start_lock));
	if (!eng) {
		err = -ENODEV;
		goto out;
	}
	if (!force && tgk_clients_attached(eng)) {
		err = -EBUSY;
		goto out;
	}

	/* Make dead: no new references, no new calls, no kfunc inside. */
	spin_lock(&eng->call_lock);
	eng->dead = true;
	spin_unlock(&eng->call_lock);
	rcu_assign_pointer(tgk_live, NULL);
	synchronize_net();

	tgk_deadman_stop(eng);
	kthread_stop(eng->thread);
	refuse_calls(eng);	/* the thread may have been stopped before it ran at all */
	tgk_ingress_destroy(eng);
	tgk_venues_destroy(eng);
	tgk_clients_destroy(eng);
	tgk_engine_put(eng);
out:
	mutex_unlock(&start_lock);
	return err;
}

/* ---- module ---- */

static int refuse_offline(unsigned int cpu)
{
	struct tgk_engine *eng;
	int err = 0;

	rcu_read_lock();
	eng = rcu_dereference(tgk_live);
	if (eng && eng->host.cpu == cpu)
		err = -EBUSY;
	rcu_read_unlock();
	return err;
}

int tgk_engine_init(void)
{
	hotplug_state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "tickgate:engine", NULL,
						  refuse_offline);
	return hotplug_state < 0 ? hotplug_state : 0;
}

void tgk_engine_exit(void)
{
	tgk_engine_stop(true);
	cpuhp_remove_state_nocalls(hotplug_state);
}
