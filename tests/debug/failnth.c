// SPDX-License-Identifier: MIT
/*
 * Every way into the module, once for each allocation (and copy from or to the caller) on that way: the n-th one fails, n from 1
 * until a call needs no more of them. Each call works or says why not; none hangs, and what failed half-way is undone: the call
 * after it finds the module as it was. What is leaked, used after its end or locked wrongly is for the kernel to tell
 * (tools/vm/oracle.sh). Needs a kernel with fault injection: tests/debug/kernel.config.
 *
 * ONLY_LOAD=1: loading the module, and nothing else.
 *
 * Beyond 128 not every n is taken, each memory page of a large ring is one: the steps grow with n.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake_venue.h"
#include "gateway.h"
#include "ktap.h"

#define NTH_MAX 20000u

struct way {
	const char *name;
	void (*before)(void);		/* not counted */
	int (*act)(void);		/* 0 or -errno */
	bool (*after)(int err);		/* not counted; false: what act() said is not what it did */
};

static const char *module_path;
static struct gnl n;
static struct fake_venue venue;
static struct tg_ioc_attach at;
static struct tg_ioc_journal jo;
static int dev = -1, venue_fd = -1, own_nth = -1;
static const char *debugfs_file;
static __u8 dump_cmd;

/* ---- the n-th allocation ---- */

static void nth_write(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	/* the copy of this very text may be the one that fails */
	while (pwrite(fd, text, (size_t)len, 0) < 0)
		if (errno != EFAULT)
			ktap_bail("fail-nth: %s", strerror(errno));
}

/* Ends the count; did it come to its end before? */
static bool nth_end(int fd)
{
	char text[16] = "";
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);
	bool fired = got > 0 && !atoi(text);

	nth_write(fd, 0);
	return fired;
}

/* What a call may say when memory was short; copies from and to the caller fail with EFAULT. */
static bool said_why(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -EFAULT;
}

static void sweep(const struct way *w)
{
	unsigned int nth, injected = 0, refused = 0, wrong = 0;
	int err = 0;
	bool fired = true, told;

	for (nth = 1; nth < NTH_MAX; nth += 1 + nth / 128) {
		if (w->before)
			w->before();
		nth_write(own_nth, nth);
		err = w->act();
		fired = nth_end(own_nth);
		told = !w->after || w->after(err);
		wrong += !told;
		if (!told)
			ktap_note("%s: failure %u: said %s, but did otherwise", w->name, nth, strerror(-err));
		if (!fired)
			break;
		injected++;
		refused += err != 0;
		if (err && !said_why(err)) {
			wrong++;
			ktap_note("%s: failure %u: %s", w->name, nth, strerror(-err));
		}
	}
	ktap_ok(!fired && !err && !wrong, "%s: %u failures, %u refused, then %s", w->name, injected, refused,
		fired ? "no end" : strerror(-err));
}

/* ---- the module ---- */

static bool loaded(void)
{
	return !access("/sys/module/tickgate", F_OK);
}

static int load(void)
{
	int fd = open(module_path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	/* ELOOP comes from the kernel's own BTF code; nothing of ours says it */
	if (syscall(SYS_finit_module, fd, "", 0))
		err = errno == ELOOP ? -ENOMEM : -errno;
	close(fd);
	return err;
}

static bool unload(int err)
{
	bool there = loaded();

	if (there && syscall(SYS_delete_module, "tickgate", O_NONBLOCK))
		ktap_bail("unload: %s", strerror(errno));
	return there == !err;
}

/* ---- the engine ---- */

/* One without what a call that failed may have left unread. */
static void open_socket(void)
{
	gnl_close(&n);
	if (gnl_open(&n))
		ktap_bail("netlink");
}

static bool fresh_socket(int err)
{
	(void)err;
	open_socket();
	return true;
}

static int start(void)
{
	struct tg_in_engine p;
	struct tg_nl_host h;

	gw_params(&p, &h);
	p.max_products = 4;
	/* little memory: every page of it is one of the failures */
	h.journal_bytes = 1u << 20;
	h.public_slots = 64;
	h.packet_slots = 16;
	return gw_start_with(&n, &p, &h);
}

/* ENOBUFS and EFAULT may be an answer lost on its way to us; ENOMEM says that nothing was done. */
static bool stopped(int err)
{
	int end;

	open_socket();
	end = gw_stop(&n, true);
	if (end && end != -ENODEV)
		ktap_bail("stop: %s", strerror(-end));
	return err != -ENOMEM || end == -ENODEV;
}

static bool stopped_already(int err)
{
	stopped(0);
	return err != -ENODEV;
}

static void must_run(void)
{
	struct tg_nl_status st;

	open_socket();
	if (!gw_status(&n, &st) && st.running)
		return;
	if (start())
		ktap_bail("start: %s", n.text);
	gw_configure(&n);
}

static int stop(void)
{
	return gw_stop(&n, true);
}

/* ---- netlink ---- */

static int simple(__u8 cmd)
{
	struct gnl_msg m;

	gnl_begin(&m, cmd);
	return gnl_call(&n, &m);
}

static int status(void) { return simple(TG_CMD_STATUS); }
static int counters(void) { return simple(TG_CMD_COUNTERS); }
static int reset(void) { return simple(TG_CMD_RESET_LATENCY); }

static int book(void)
{
	struct gnl_msg m;
	__u32 id = 1;

	gnl_begin(&m, TG_CMD_BOOK);
	gnl_put(&m, TG_A_INSTRUMENT, &id, sizeof(id));
	return gnl_call(&n, &m);
}

static int dump(void)
{
	struct gnl_msg m;

	gnl_begin(&m, dump_cmd);
	return gnl_dump(&n, &m, NULL, NULL);
}

static int kill_all(void) { return gw_kill(&n, TG_SCOPE_FIRM, 0, false); }
static int resume_all(void) { return gw_kill(&n, TG_SCOPE_FIRM, 0, true); }

static bool resumed(int err)
{
	struct tg_nl_status st;
	bool killed;

	open_socket();
	killed = !gw_status(&n, &st) && st.killed;
	resume_all();
	return err != -ENOMEM || !killed;
}

static void kill_before(void)
{
	open_socket();
	kill_all();
}

static int of_interface(__u8 cmd)
{
	struct gnl_msg m;
	__u32 index = 1;	/* lo; asked for by name, that could fail too */

	gnl_begin(&m, cmd);
	gnl_put(&m, TG_A_IFINDEX, &index, sizeof(index));
	return gnl_call(&n, &m);
}

static int bind_lo(void) { return of_interface(TG_CMD_BIND); }
static int unbind_lo(void) { return of_interface(TG_CMD_UNBIND); }

static void bound(void)
{
	bind_lo();
}

static bool unbound(int err)
{
	(void)err;
	open_socket();
	unbind_lo();
	return true;
}

/* ---- the venue's socket ---- */

static void dial(void)
{
	venue_fd = fake_venue_dial(&venue);
	if (venue_fd < 0)
		ktap_bail("dial: %s", strerror(-venue_fd));
}

static int connect_venue(void)
{
	return gw_connect(&n, venue_fd);
}

static int disconnect_venue(void)
{
	struct gnl_msg m;
	__u16 id = 1;

	gnl_begin(&m, TG_CMD_DISCONNECT);
	gnl_put(&m, TG_A_VENUE, &id, sizeof(id));
	return gnl_call(&n, &m);
}

static bool hang_up(int err)
{
	(void)err;
	open_socket();
	disconnect_venue();
	close(venue_fd);
	venue_fd = -1;
	return true;
}

static void connected(void)
{
	dial();
	if (connect_venue() || !gw_wait_session(&n, TG_SESSION_UP))
		ktap_bail("connect: %s", n.text);
}

/* ---- the file ---- */

static int open_attach(void)
{
	at = (struct tg_ioc_attach){
		.size = sizeof(at), .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH,
		.name = "failnth", .private_slots = 64, .submission_slots = 16,
	};
	dev = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	return dev < 0 || ioctl(dev, TG_IOC_ATTACH, &at) ? -errno : 0;
}

static bool closed(int err)
{
	(void)err;
	if (dev >= 0)
		close(dev);
	dev = -1;
	return true;
}

static void attached(void)
{
	if (open_attach())
		ktap_bail("attach: %s", strerror(errno));
}

static int open_journal(void)
{
	jo = (struct tg_ioc_journal){ .size = sizeof(jo) };
	dev = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	return dev < 0 || ioctl(dev, TG_IOC_JOURNAL, &jo) ? -errno : 0;
}

static void journal_open(void)
{
	if (open_journal())
		ktap_bail("journal: %s", strerror(errno));
}

static int map(__u64 offset, __u64 bytes, int prot)
{
	void *p = mmap(NULL, bytes, prot, MAP_SHARED, dev, (off_t)offset);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, bytes);
	return 0;
}

static int map_client(void)
{
	int err = map(TG_MMAP_PUBLIC, at.public_bytes, PROT_READ);

	if (!err)
		err = map(TG_MMAP_PRIVATE, at.private_bytes, PROT_READ);
	if (!err)
		err = map(TG_MMAP_SUB_KERNEL, TG_SHM_PAGE, PROT_READ);
	if (!err)
		err = map(TG_MMAP_SUB_USER, at.sub_user_bytes, PROT_READ | PROT_WRITE);
	if (!err)
		err = map(TG_MMAP_BOOKS, at.books_bytes, PROT_READ);
	return err ? err : map(TG_MMAP_PRODUCTS, at.products_bytes, PROT_READ);
}

static int map_journal(void)
{
	int err = map(TG_MMAP_JOURNAL, jo.map_bytes, PROT_READ);

	return err ? err : map(TG_MMAP_JOURNAL_USER, TG_SHM_PAGE, PROT_READ | PROT_WRITE);
}

static int submit(const struct tg_submission *s, __u64 *order_id)
{
	struct tg_ioc_submit io = { .size = sizeof(io), .sub = *s };

	if (ioctl(dev, TG_IOC_SUBMIT, &io))
		return -errno;
	if (order_id)
		*order_id = io.order_id;
	return 0;
}

static int cancel_all(void)
{
	struct tg_submission s = { .type = TG_SUB_CANCEL_ALL };

	return submit(&s, NULL);
}

static int ioctls(void)
{
	struct tg_ioc_info info = { .size = sizeof(info) };
	struct tg_ioc_instrument in = { .size = sizeof(in), .instrument_id = 1 };
	struct tg_ioc_subscribe sub = { .size = sizeof(sub), .instrument_id = 1, .flags = TG_SUBSCRIBE_TOP };
	__u64 heads[2];

	if (ioctl(dev, TG_IOC_INFO, &info) || ioctl(dev, TG_IOC_INSTRUMENT, &in) ||
	    ioctl(dev, TG_IOC_SUBSCRIBE, &sub) || ioctl(dev, TG_IOC_WAKE) || read(dev, heads, sizeof(heads)) < 0)
		return -errno;
	return cancel_all();
}

static int debugfs(void)
{
	char path[96], buf[4096];
	int fd, err = 0;
	ssize_t got;

	snprintf(path, sizeof(path), "/sys/kernel/debug/tickgate/%s", debugfs_file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((got = read(fd, buf, sizeof(buf))) > 0)
		;
	if (got < 0)
		err = -errno;
	close(fd);
	return err;
}

/* ---- what the engine's thread allocates ---- */

static int open_thread_nth(void)
{
	char path[300], comm[32];
	struct dirent *e;
	int fd, got;
	DIR *d = opendir("/proc");

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		got = (int)read(fd, comm, sizeof(comm) - 1);
		close(fd);
		if (got < 10 || memcmp(comm, "tickgate/1", 10))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fail-nth", e->d_name);
		closedir(d);
		return open(path, O_RDWR | O_CLOEXEC);
	}
	ktap_bail("no thread tickgate/1");
}

static bool order_and_cancel(void)
{
	struct tg_submission s = {
		.type = TG_SUB_NEW, .instrument_id = 1, .account_id = 1, .side = TG_SIDE_BUY,
		.ord_type = TG_ORD_LIMIT, .tif = TG_TIF_DAY, .px = E8(90), .qty = E8(1), .user_ref = 1,
	};
	__u64 id = 0;
	int i;

	if (submit(&s, &id))
		return false;
	for (i = 0; i < 5; i++) {
		sleep_ms(10);
		cancel_all();
	}
	return true;
}

/* A session from its logon to its end, in it an order; then the thread's next session is good. */
static void sweep_thread(void)
{
	unsigned int nth, injected = 0, lost = 0, in_a_row = 0, bad = 0;
	struct tg_nl_status st;
	int fd = open_thread_nth();
	bool fired = true;

	attached();
	for (nth = 1; nth < 1000 && fired; nth++) {
		dial();
		nth_write(fd, nth);
		connect_venue();
		if (!gw_wait_session(&n, TG_SESSION_UP)) {
			/*
			 * TCP sends no FIN that it has no memory for: the venue still waits on the
			 * connection before, and this one said nothing about its own allocations.
			 */
			lost++;
			in_a_row++;
			fake_venue_stop(&venue);
			if (fake_venue_start(&venue))
				ktap_bail("venue");
			nth_end(fd);
			hang_up(0);
			nth--;
			if (in_a_row > 2)
				ktap_bail("thread: failure %u: no session", nth + 1);
			continue;
		}
		in_a_row = 0;
		bad += !order_and_cancel();
		disconnect_venue();
		fired = nth_end(fd);
		hang_up(0);
		injected += fired;
		if (gw_status(&n, &st)) {
			bad++;
			ktap_note("thread: failure %u: no status: %s", nth, n.text);
		}
	}
	ktap_ok(!fired && !bad, "engine thread, a session with an order: %u failures, %u sessions lost", injected, lost);
	connected();
	ktap_ok(order_and_cancel(), "a session after them works");
	hang_up(0);
	closed(0);
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct way loading = { "module load", NULL, load, unload };
	static const struct way starting = { "start", open_socket, start, stopped };
	static const struct way stopping = { "stop", must_run, stop, stopped_already };
	static const struct way ways[] = {
		{ "status", NULL, status, fresh_socket },
		{ "counters", NULL, counters, fresh_socket },
		{ "reset latency", NULL, reset, fresh_socket },
		{ "book", NULL, book, fresh_socket },
		{ "kill", NULL, kill_all, resumed },
		{ "resume", kill_before, resume_all, fresh_socket },
		{ "bind", NULL, bind_lo, unbound },
		{ "unbind", bound, unbind_lo, unbound },
		{ "connect", dial, connect_venue, hang_up },
		{ "disconnect", connected, disconnect_venue, hang_up },
		{ "open and attach", NULL, open_attach, closed },
		{ "journal", NULL, open_journal, closed },
		{ "client's mappings", attached, map_client, closed },
		{ "journal's mappings", journal_open, map_journal, closed },
		{ "other calls of a client", attached, ioctls, closed },
	};
	static const struct { const char *name; __u8 cmd; } dumps[] = {
		{ "dump of latency", TG_CMD_LATENCY }, { "dump of orders", TG_CMD_ORDERS },
		{ "dump of positions", TG_CMD_POSITIONS }, { "dump of sessions", TG_CMD_SESSIONS },
		{ "dump of instruments", TG_CMD_INSTRUMENTS }, { "dump of clients", TG_CMD_CLIENTS },
		{ "dump of feeds", TG_CMD_FEEDS }, { "dump of market data", TG_CMD_MD },
		{ "dump of products", TG_CMD_PRODUCTS }, { "dump of parents", TG_CMD_PARENTS },
		{ "dump of rates", TG_CMD_RATES },
	};
	static const char *const files[] = { "status", "counters", "latency", "sessions", "books", "feeds", "products" };
	unsigned int i;

	module_path = getenv("MODULE");
	if (argc != 1 || !module_path)
		ktap_usage(argc, argv, "each allocation fails once; MODULE=tickgate.ko, not loaded; tests/debug/failslab.sh calls it");
	ktap_begin();
	own_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (own_nth < 0)
		ktap_skip_all("no fault injection in this kernel");
	if (loaded())
		ktap_bail("the module is loaded already");

	if (getenv("ONLY_LOAD")) {
		sweep(&loading);
		return ktap_end();
	}
	if (load())
		ktap_bail("load: %s", strerror(errno));
	gw_need(&n);
	sweep(&starting);
	sweep(&stopping);
	must_run();
	if (fake_venue_start(&venue))
		ktap_bail("venue");
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		sweep(&ways[i]);
	for (i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		struct way w = { dumps[i].name, NULL, dump, fresh_socket };

		dump_cmd = dumps[i].cmd;
		sweep(&w);
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct way w = { files[i], NULL, debugfs, NULL };

		debugfs_file = files[i];
		sweep(&w);
	}
	sweep_thread();
	gw_stop(&n, true);
	gnl_close(&n);
	fake_venue_stop(&venue);
	unload(0);
	ktap_ok(!loaded(), "unloaded");
	return ktap_end();
}
