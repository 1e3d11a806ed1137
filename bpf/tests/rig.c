// SPDX-License-Identifier: MIT
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "fixture.h"
#include "rig.h"

static unsigned int done, failed;

void plan(unsigned int n)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", n);
}

void check(bool good, const char *fmt, ...)
{
	va_list ap;

	if (!good)
		failed++;
	printf("%sok %u ", good ? "" : "not ", ++done);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

int totals(void)
{
	printf("# Totals: pass:%u fail:%u skip:0\n", done - failed, failed);
	return failed != 0;
}

static void must(int err, const char *what)
{
	if (!err)
		return;
	printf("Bail out! %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static int fd_of(struct rig *r, const char *map)
{
	int fd = bpf_object__find_map_fd_by_name(r->obj, map);

	must(fd < 0 ? fd : 0, map);
	return fd;
}

static void load(struct rig *r, const char *object)
{
	struct bpf_program *prog;

	r->obj = bpf_object__open(object);
	if (!r->obj)
		must(errno, object);
	must(bpf_object__load(r->obj), "load of the XDP program");
	prog = bpf_object__find_program_by_name(r->obj, "tickgate_xdp");
	if (!prog)
		must(ENOENT, "program tickgate_xdp");
	r->prog = bpf_program__fd(prog);
	r->feeds = fd_of(r, "tickgate_feeds");
	r->stats = fd_of(r, "tickgate_stats");
	r->global = fd_of(r, "tickgate_global");
}

void rig_journal_open(struct rig *r)
{
	struct tg_ioc_journal j = { .size = sizeof(j) };
	void *p;

	r->dev = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	if (r->dev < 0)
		must(errno, "/dev/tickgate0");
	if (ioctl(r->dev, TG_IOC_JOURNAL, &j))
		must(errno, "TG_IOC_JOURNAL");
	r->map_bytes = j.map_bytes;
	p = mmap(NULL, j.map_bytes, PROT_READ, MAP_SHARED, r->dev, TG_MMAP_JOURNAL);
	if (p == MAP_FAILED)
		must(errno, "mmap of the journal");
	r->journal = p;
	r->bytes = (const __u8 *)p + TG_SHM_PAGE;
	p = mmap(NULL, TG_SHM_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, r->dev,
		 TG_MMAP_JOURNAL_USER);
	if (p == MAP_FAILED)
		must(errno, "mmap of the journal's user page");
	r->user = p;
	r->tail = r->user->tail;
}

void rig_journal_close(struct rig *r)
{
	munmap((void *)r->journal, r->map_bytes);
	munmap(r->user, TG_SHM_PAGE);
	close(r->dev);
	r->journal = NULL;
}

void rig_open(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	if (tg_nl_open(&r->nl)) {
		printf("1..0 # SKIP %s\n", tg_nl_error(r->nl));
		exit(4);
	}
}

void rig_start(struct rig *r, const char *object, struct tg_nl_host host)
{
	struct tg_in_engine engine = {
		.abi_version = TG_ABI_VERSION,
		.engine_id = RIG_ENGINE,
		.epoch = 1,
		.max_feeds = RIG_MAX_FEEDS,
	};

	host.cpu = 1;
	host.flags |= TG_HOST_FORCE_CPU;
	if (tg_nl_start(r->nl, &engine, &host)) {
		printf("Bail out! start: %s\n", tg_nl_error(r->nl));
		exit(1);
	}
	load(r, object);
}

void rig_stop(struct rig *r)
{
	bpf_object__close(r->obj);
	if (r->journal)
		rig_journal_close(r);
	must(tg_nl_stop(r->nl, false), "stop");
}

void rig_steer(struct rig *r, int family, unsigned int vlan, struct tg_steer_value v)
{
	static const __u8 addr4[4] = ADDR4, addr6[16] = ADDR6;
	struct tg_steer_key k = { .family = family, .vlan = vlan, .port = __builtin_bswap16(PORT) };

	if (family == 4) {
		k.addr[10] = k.addr[11] = 0xff;
		memcpy(k.addr + 12, addr4, 4);
	} else {
		memcpy(k.addr, addr6, 16);
	}
	must(bpf_map_update_elem(r->feeds, &k, &v, BPF_ANY), "steering entry");
}

bool rig_udp(struct rig *r, struct tg_record *rec, const __u8 **payload)
{
	static __u8 copy[TG_RECORD_MAX_PAYLOAD];
	struct timespec nap = { .tv_nsec = 1000000 };
	__u32 mask = r->journal->slots - 1;
	int naps = 0;

	for (;;) {
		__u64 head = __atomic_load_n(&r->journal->head, __ATOMIC_ACQUIRE);
		__u32 at = r->tail & mask;

		if (r->tail == head) {
			if (++naps > 2000)
				return false;
			nanosleep(&nap, NULL);
			continue;
		}
		if (r->journal->slots - at < sizeof(*rec)) {
			r->tail += r->journal->slots - at;
			continue;
		}
		memcpy(rec, r->bytes + at, sizeof(*rec));
		if (rec->type == TG_IN_UDP)
			memcpy(copy, r->bytes + at + sizeof(*rec), rec->len);
		r->tail += rec->type == TG_IN_NONE ? sizeof(*rec) + rec->len
						   : TG_RECORD_SIZE(rec->len);
		__atomic_store_n(&r->user->tail, r->tail, __ATOMIC_RELEASE);
		if (rec->type == TG_IN_UDP) {
			*payload = copy;
			return true;
		}
	}
}

static void sum(int map, __u32 key, __u64 *out, unsigned int n)
{
	int cpus = libbpf_num_possible_cpus(), cpu;
	__u64 *all = calloc(cpus, n * sizeof(__u64));
	unsigned int i;

	if (!all)
		must(ENOMEM, "statistics");
	must(bpf_map_lookup_elem(map, &key, all), "statistics");
	memset(out, 0, n * sizeof(__u64));
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < n; i++)
			out[i] += all[cpu * n + i];
	free(all);
}

struct tg_xdp_feed_stats rig_feed(struct rig *r, __u32 feed_id)
{
	struct tg_xdp_feed_stats s;

	sum(r->stats, feed_id, (__u64 *)&s, TG_XF_MAX);
	return s;
}

struct tg_xdp_global_stats rig_global(struct rig *r)
{
	struct tg_xdp_global_stats s;

	sum(r->global, 0, (__u64 *)&s, TG_XG_MAX);
	return s;
}

__u64 rig_host(struct rig *r, enum tg_host_counter c)
{
	struct tg_nl_counters all;

	must(tg_nl_counters(r->nl, &all), "counters");
	return all.host[c];
}
