// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/tickgate/: status, counters, latency, sessions, books, feeds, products. Text for people;
 * programs use netlink. stall_ms is for tests. What lies in the core's arena is read on the engine thread, into a copy.
 * With no engine running each file says so in one line.
 */
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "tickgate.h"

#define TGK_DEPTH	5u	/* levels shown of a book */

static struct dentry *dir;

struct copy {
	struct tg_nl_status status;
	u64 core_counter[TG_CC_MAX];
	u64 reason[TG_REASON_MAX];
};

static int copy_core(struct tgk_engine *eng, void *arg)
{
	struct copy *c = arg;

	c->status.mode = tg_engine_mode(eng->core);
	c->status.record_seq = eng->seq;
	c->status.digest = tg_engine_digest(eng->core);
	c->status.time_ns = eng->last_time_ns;
	c->status.working_orders = tg_engine_working_orders(eng->core);
	c->status.killed = tg_engine_kills(eng->core);
	c->status.clients = tgk_clients_attached(eng);
	memcpy(c->core_counter, tg_engine_counters(eng->core), sizeof(c->core_counter));
	memcpy(c->reason, tg_engine_reasons(eng->core), sizeof(c->reason));
	return 0;
}

/* The engine and a copy, or NULL after a line that says why not. */
static struct tgk_engine *begin(struct seq_file *m, struct copy **c)
{
	struct tgk_engine *eng = tgk_engine_get();
	int err;

	if (!eng) {
		seq_puts(m, "no engine running\n");
		return NULL;
	}
	*c = kzalloc(sizeof(**c), GFP_KERNEL);
	err = *c ? tgk_call(eng, copy_core, *c) : -ENOMEM;
	if (!err)
		return eng;
	seq_printf(m, "engine gives no answer: error %d\n", err);
	kfree(*c);
	tgk_engine_put(eng);
	return NULL;
}

static void end(struct tgk_engine *eng, struct copy *c)
{
	kfree(c);
	tgk_engine_put(eng);
}

static int status_show(struct seq_file *m, void *unused)
{
	static const char * const waits[] = { "busy", "adaptive", "block" };
	struct tgk_engine *eng;
	struct copy *c;

	eng = begin(m, &c);
	if (!eng)
		return 0;
	seq_printf(m, "engine\t\t%u\nepoch\t\t%u\ncpu\t\t%u\nwait\t\t%s\nmode\t\t%s\n",
		   eng->params.engine_id, eng->params.epoch, eng->host.cpu, waits[eng->host.wait],
		   tg_mode_name(c->status.mode));
	seq_printf(m, "record_seq\t%llu\ndigest\t\t%016llx\ntime_ns\t\t%llu\nstarted_ns\t%llu\n",
		   c->status.record_seq, c->status.digest, c->status.time_ns, eng->started_ns);
	seq_printf(m, "arena_bytes\t%llu\nclients\t\t%u\nworking_orders\t%u\nkills\t\t%u\n",
		   tg_engine_size(&eng->params), c->status.clients, c->status.working_orders,
		   c->status.killed);
	seq_printf(m, "journal\t\t%s%s\n",
		   atomic_read(&eng->journal.attached) ? "attached" : "no reader",
		   READ_ONCE(eng->journal.overrun) ? ", records lost" : "");
	end(eng, c);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(status);

static int counters_show(struct seq_file *m, void *unused)
{
	struct tgk_engine *eng;
	struct copy *c;
	u32 i;

	eng = begin(m, &c);
	if (!eng)
		return 0;
	for (i = 0; i < TG_CC_MAX; i++)
		seq_printf(m, "%-24s %llu\n", tg_core_counter_name(i), c->core_counter[i]);
	for (i = 0; i < TG_HC_MAX; i++)
		seq_printf(m, "%-24s %llu\n", tg_host_counter_name(i), tgk_counter_read(eng, i));
	for (i = 0; i < TG_REASON_MAX; i++)
		seq_printf(m, "verdict.%-16s %llu\n", tg_reason_name(i), c->reason[i]);
	end(eng, c);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int latency_show(struct seq_file *m, void *unused)
{
	struct tgk_engine *eng = tgk_engine_get();
	u32 s;

	if (!eng) {
		seq_puts(m, "no engine running\n");
		return 0;
	}
	seq_printf(m, "%-14s %9s %10s %10s %10s %10s %10s %10s   ns\n", "stage", "count", "min",
		   "p50", "p90", "p99", "p99.9", "max");
	for (s = 0; s < TG_STAGE_MAX; s++) {
		const struct tgk_hist *h = &eng->stats->hist[s];

		seq_printf(m, "%-14s %9llu %10llu %10llu %10llu %10llu %10llu %10llu\n",
			   tg_stage_name(s), READ_ONCE(h->h.count), READ_ONCE(h->h.min_ns),
			   tgk_hist_percentile(h, 50000), tgk_hist_percentile(h, 90000),
			   tgk_hist_percentile(h, 99000), tgk_hist_percentile(h, 99900),
			   READ_ONCE(h->h.max_ns));
	}
	tgk_engine_put(eng);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(latency);

struct one {
	u32 id;
	bool found;
	struct tg_nl_session session;
	struct tg_in_instrument instrument;
	struct tg_book_image book;
	struct tg_nl_md md;
	struct tg_nl_feed feed;
	struct tg_product_image product;
};

static int copy_session(struct tgk_engine *eng, void *arg)
{
	struct one *o = arg;

	o->found = tg_engine_session(eng->core, o->id, &o->session);
	return 0;
}

static int copy_book(struct tgk_engine *eng, void *arg)
{
	struct one *o = arg;

	o->found = tg_engine_instrument(eng->core, o->id, &o->instrument) &&
		   tg_engine_book(eng->core, o->id, &o->book) &&
		   tg_engine_md(eng->core, o->id, &o->md);
	return 0;
}

static int copy_feed(struct tgk_engine *eng, void *arg)
{
	struct one *o = arg;

	o->found = tg_engine_feed(eng->core, o->id, &o->feed);
	return 0;
}

static int copy_product(struct tgk_engine *eng, void *arg)
{
	struct one *o = arg;

	o->found = tg_engine_product(eng->core, o->id, &o->product);
	return 0;
}

static void show_session(struct seq_file *m, const struct one *o)
{
	const struct tg_nl_session *s = &o->session;

	seq_printf(m, "%u %.*s %s tx_seq=%llu rx_seq=%llu tx=%llu rx=%llu", s->venue_id,
		   TG_NAME_LEN, s->name, tg_session_state_name(s->state), s->next_tx_seq, s->next_rx_seq,
		   s->tx_messages, s->rx_messages);
	seq_printf(m, " logons=%u drops=%u text=%.*s\n", s->logons, s->drops, (int)sizeof(s->text),
		   s->text);
}

static void show_levels(struct seq_file *m, const char *name, const struct tg_level *l, u32 n)
{
	u32 i;

	seq_printf(m, "  %s", name);
	for (i = 0; i < n && i < TGK_DEPTH; i++)
		seq_printf(m, " %lldx%lld", l[i].px, l[i].qty);
	seq_putc(m, '\n');
}

static void show_book(struct seq_file *m, const struct one *o)
{
	seq_printf(m, "%u %.*s venue=%u %s trading=%u gaps=%llu recoveries=%llu update=%llu record=%llu last=%lldx%lld (e8)\n", o->id,
		   TG_SYMBOL_LEN, o->instrument.symbol, o->instrument.venue_id,
		   tg_book_state_name(o->book.state), o->md.trading_status, o->md.gaps,
		   o->md.recoveries, o->book.update_id, o->book.record_seq,
		   o->book.last_px, o->book.last_qty);
	show_levels(m, "bid", o->book.bid, o->book.bid_levels);
	show_levels(m, "ask", o->book.ask, o->book.ask_levels);
}

static void show_feed(struct seq_file *m, const struct one *o)
{
	const struct tg_nl_feed *f = &o->feed;

	seq_printf(m, "%u %.*s venue=%u line=%c%s messages=%llu first=%llu duplicates=%llu lost=%llu gaps=%llu next_seq=%llu last_ns=%llu%s\n",
		   f->feed_id, TG_NAME_LEN, f->name, f->venue_id, f->line ? 'b' : 'a',
		   f->flags & TG_FEED_SNAPSHOT ? " snapshot" : "", f->messages, f->first,
		   f->duplicates, f->lost, f->gaps, f->next_seq, f->last_ns,
		   f->silent ? " silent" : "");
}

static void show_product_side(struct seq_file *m, const char *name,
			      const struct tg_product_level *l, u32 n)
{
	u32 i;

	seq_printf(m, "  %s", name);
	for (i = 0; i < n && i < TGK_DEPTH; i++)
		seq_printf(m, " %lldx%lld@%u", l[i].px, l[i].qty, l[i].instrument_id);
	seq_putc(m, '\n');
}

static void show_product(struct seq_file *m, const struct one *o)
{
	const struct tg_product_image *p = &o->product;

	seq_printf(m, "%u instruments=%u live=%u%s record=%llu (e8@instrument)\n", p->product_id,
		   p->instruments, p->live, p->crossed ? " crossed" : "", p->record_seq);
	show_product_side(m, "bid", p->bid, p->bid_levels);
	show_product_side(m, "ask", p->ask, p->ask_levels);
}

static u32 all_venues(const struct tgk_engine *eng)
{
	return eng->params.max_venues;
}

static u32 all_instruments(const struct tgk_engine *eng)
{
	return eng->params.max_instruments;
}

static u32 all_feeds(const struct tgk_engine *eng)
{
	return eng->params.max_feeds;
}

static u32 all_products(const struct tgk_engine *eng)
{
	return eng->params.max_products;
}

static int show_all(struct seq_file *m, int (*copy)(struct tgk_engine *eng, void *arg),
		    void (*show)(struct seq_file *m, const struct one *o),
		    u32 (*all)(const struct tgk_engine *eng))
{
	struct tgk_engine *eng = tgk_engine_get();
	struct one *o;
	u32 last;
	int err;

	if (!eng) {
		seq_puts(m, "no engine running\n");
		return 0;
	}
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	if (!o) {
		tgk_engine_put(eng);
		return -ENOMEM;
	}
	last = all(eng);
	for (o->id = 1; o->id <= last; o->id++) {
		err = tgk_call(eng, copy, o);
		if (err) {
			seq_printf(m, "engine gives no answer: error %d\n", err);
			break;
		}
		if (o->found)
			show(m, o);
	}
	kfree(o);
	tgk_engine_put(eng);
	return 0;
}

static int sessions_show(struct seq_file *m, void *unused)
{
	return show_all(m, copy_session, show_session, all_venues);
}
DEFINE_SHOW_ATTRIBUTE(sessions);

static int books_show(struct seq_file *m, void *unused)
{
	return show_all(m, copy_book, show_book, all_instruments);
}
DEFINE_SHOW_ATTRIBUTE(books);

static int feeds_show(struct seq_file *m, void *unused)
{
	return show_all(m, copy_feed, show_feed, all_feeds);
}
DEFINE_SHOW_ATTRIBUTE(feeds);

static int products_show(struct seq_file *m, void *unused)
{
	return show_all(m, copy_product, show_product, all_products);
}
DEFINE_SHOW_ATTRIBUTE(products);

/*
 * For tests only, and only where the module was loaded with test_hooks=1: the engine thread stands
 * still for as many milliseconds as are written here.
 */
static bool test_hooks;
module_param(test_hooks, bool, 0400);
MODULE_PARM_DESC(test_hooks, "debugfs file stall_ms, which stops the engine thread for a while (tests only)");

#define STALL_MS_MAX	15000u	/* the soft lockup watchdog barks at 20 s */

static int stall(struct tgk_engine *eng, void *arg)
{
	u64 end = ktime_get_ns() + *(u64 *)arg * NSEC_PER_MSEC;

	while (ktime_get_ns() < end)
		cpu_relax();
	return 0;
}

static int stall_ms_set(void *data, u64 ms)
{
	struct tgk_engine *eng;
	int err;

	if (!ms || ms > STALL_MS_MAX)
		return -EINVAL;
	eng = tgk_engine_get();
	if (!eng)
		return -ENODEV;
	err = tgk_call(eng, stall, &ms);
	tgk_engine_put(eng);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(stall_ms_fops, NULL, stall_ms_set, "%llu\n");

/* A kernel without debugfs, or one locked down, is no reason not to load: these are then no-ops. */
int tgk_debugfs_init(void)
{
	dir = debugfs_create_dir("tickgate", NULL);
	debugfs_create_file("status", 0400, dir, NULL, &status_fops);
	debugfs_create_file("counters", 0400, dir, NULL, &counters_fops);
	debugfs_create_file("latency", 0400, dir, NULL, &latency_fops);
	debugfs_create_file("sessions", 0400, dir, NULL, &sessions_fops);
	debugfs_create_file("books", 0400, dir, NULL, &books_fops);
	debugfs_create_file("feeds", 0400, dir, NULL, &feeds_fops);
	debugfs_create_file("products", 0400, dir, NULL, &products_fops);
	if (test_hooks)
		debugfs_create_file("stall_ms", 0200, dir, NULL, &stall_ms_fops);
	return 0;
}

void tgk_debugfs_exit(void)
{
	debugfs_remove(dir);
}
