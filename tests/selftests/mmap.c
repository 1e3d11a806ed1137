// SPDX-License-Identifier: MIT
/*
 * Mappings: only whole areas at their offsets, read-only ones stay read-only, and they outlive
 * file, client and engine.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gateway.h"
#include "ktap.h"

static struct gnl n;
static int fd, jfd;
static struct tg_ioc_attach at;
static struct tg_ioc_journal jo;

struct area {
	const char *name;
	__u64 offset;
	size_t bytes;
	bool writable, journal;
};

static long try_map(int f, __u64 offset, size_t bytes, int prot, int flags, void **out)
{
	void *p = mmap(NULL, bytes, prot, flags, f, (off_t)offset);

	if (p == MAP_FAILED)
		return -errno;
	if (out)
		*out = p;
	else
		munmap(p, bytes);
	return 0;
}

static void area(const struct area *a)
{
	int f = a->journal ? jfd : fd, prot = a->writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *p = NULL;

	ktap_is(try_map(f, a->offset, a->bytes, prot, MAP_SHARED, NULL), 0, "%s", a->name);
	ktap_is(try_map(f, a->offset, a->bytes + 4096, prot, MAP_SHARED, NULL), -EINVAL,
		"%s: a page too much", a->name);
	if (a->bytes > 4096)
		ktap_is(try_map(f, a->offset, a->bytes - 4096, prot, MAP_SHARED, NULL), -EINVAL,
			"%s: a page too few", a->name);
	ktap_is(try_map(f, a->offset + 4096, a->bytes, prot, MAP_SHARED, NULL), -EINVAL,
		"%s: a page further on", a->name);
	ktap_is(try_map(f, a->offset, a->bytes, prot, MAP_PRIVATE, NULL), -EINVAL,
		"%s: MAP_PRIVATE", a->name);
	ktap_is(try_map(f, a->offset, a->bytes, prot | PROT_EXEC, MAP_SHARED, NULL), -EPERM,
		"%s: PROT_EXEC", a->name);
	if (try_map(f, a->offset, a->bytes, PROT_READ, MAP_SHARED, &p)) {
		ktap_ok(false, "%s: PROT_READ", a->name);
		return;
	}
	if (!a->writable) {
		ktap_is(try_map(f, a->offset, a->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, NULL),
			-EPERM, "%s: PROT_WRITE", a->name);
		ktap_is(mprotect(p, a->bytes, PROT_READ | PROT_WRITE) ? -errno : 0, -EACCES,
			"%s: mprotect to writable", a->name);
	}
	ktap_is(mprotect(p, a->bytes, PROT_READ | PROT_EXEC) ? -errno : 0, -EACCES,
		"%s: mprotect to executable", a->name);
	ktap_ok(mremap(p, a->bytes, a->bytes + 4096, MREMAP_MAYMOVE) == MAP_FAILED,
		"%s: mremap to more", a->name);
	munmap(p, a->bytes);
}

static void attach(void)
{
	at = (struct tg_ioc_attach){
		.size = sizeof(at),
		.abi_version = TG_ABI_VERSION,
		.abi_hash = TG_ABI_HASH,
		.name = "mmap",
	};
	fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TG_IOC_ATTACH, &at))
		ktap_bail("attach: %s", strerror(errno));
}

static void areas(void)
{
	const struct area all[] = {
		{ "public ring", TG_MMAP_PUBLIC, at.public_bytes, false, false },
		{ "private ring", TG_MMAP_PRIVATE, at.private_bytes, false, false },
		{ "submission head", TG_MMAP_SUB_KERNEL, 4096, false, false },
		{ "submission ring", TG_MMAP_SUB_USER, at.sub_user_bytes, true, false },
		{ "books", TG_MMAP_BOOKS, at.books_bytes, false, false },
		{ "journal", TG_MMAP_JOURNAL, jo.map_bytes, false, true },
		{ "journal tail", TG_MMAP_JOURNAL_USER, 4096, true, true },
	};
	unsigned int i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		area(&all[i]);
	ktap_is(try_map(fd, 0x800000000ULL, 4096, PROT_READ, MAP_SHARED, NULL), -EINVAL,
		"an offset that means nothing");
	ktap_is(try_map(fd, TG_MMAP_PRODUCTS, 4096, PROT_READ, MAP_SHARED, NULL), -EINVAL,
		"products of an engine that has none");
	ktap_is(try_map(fd, TG_MMAP_JOURNAL, jo.map_bytes, PROT_READ, MAP_SHARED, NULL), -ENOTCONN,
		"the journal on a file that is not its reader");
	ktap_is(try_map(jfd, TG_MMAP_PUBLIC, at.public_bytes, PROT_READ, MAP_SHARED, NULL),
		-ENOTCONN, "the public ring on a file that is no client");
}

static sigjmp_buf jump;

static void on_fault(int sig)
{
	siglongjmp(jump, sig);
}

static void lives_on(void)
{
	struct tg_ring_header *h = NULL;
	volatile __u64 *word;
	void *half;
	int fault;

	try_map(fd, TG_MMAP_PUBLIC, at.public_bytes, PROT_READ, MAP_SHARED, (void **)&h);
	if (!h)
		ktap_bail("the public ring cannot be mapped");
	signal(SIGSEGV, on_fault);
	fault = sigsetjmp(jump, 1);
	if (!fault) {
		word = &h->head;
		*word = 0;
	}
	ktap_is(fault, SIGSEGV, "a store into a read-only ring faults");
	signal(SIGSEGV, SIG_DFL);
	if (!fork())
		_exit(h->magic == TG_RING_MAGIC ? 0 : 1);
	wait(&fault);
	ktap_is(fault, 0, "a child has the mapping too");
	/* split in two: each half holds the ring */
	half = (char *)h + 4096;
	munmap(half, 4096);
	close(fd);
	ktap_ok(h->magic == TG_RING_MAGIC, "the mapping outlives the descriptor");
	close(jfd);
	ktap_is(gw_stop(&n, false), -EBUSY, "and holds the file: the client is still there");
	ktap_is(gw_stop(&n, true), 0, "stopped by force");
	ktap_ok(h->magic == TG_RING_MAGIC && h->slot_bytes == sizeof(struct tg_pub_event),
		"the mapping outlives the engine");
	gw_start(&n);
	ktap_ok(h->magic == TG_RING_MAGIC, "and is not the next engine's");
	munmap(h, at.public_bytes);
	ktap_is(gw_stop(&n, false), 0, "stopped");
}

int main(int argc, char **argv)
{
	ktap_usage(argc, argv, "mappings of the device");
	ktap_begin();
	gw_need(&n);
	gw_start(&n);
	attach();
	jfd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	jo = (struct tg_ioc_journal){ .size = sizeof(jo) };
	if (jfd < 0 || ioctl(jfd, TG_IOC_JOURNAL, &jo))
		ktap_bail("journal: %s", strerror(errno));
	areas();
	lives_on();
	return ktap_end();
}
