// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <tickgate/tickgate.h>
#include "journal.h"
#include "log.h"

#define IDLE_NS		500000		/* pause when the ring is empty: far below what fills it */
#define RETRY_NS	1000000000
/* Taken note of after each: on a disk that is nearly full, what fits is not written again and
 * again. */
#define BATCH_BYTES (128u << 10)

struct tgd_journal_writer {
	int dev, file;
	__u32 ring_bytes;
	size_t map_bytes;
	const struct tg_ring_header *hdr;	/* kernel's, read only */
	const __u8 *ring;
	struct tg_journal_user *user;		/* ours to write */
	unsigned int sync_ms;
	pthread_t thread;
	atomic_bool stop;
	pthread_mutex_t lock;			/* of progress */
	struct tgd_journal_progress p;
	/* thread only */
	__u64 tail;
	__u64 first_unsynced_ns;
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000u + (__u64)t.tv_nsec;
}

static void pause_ns(long ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&t, NULL);
}

/* Length of the run of whole records at tail that is contiguous in the ring; *skip: filler bytes to
 * step over before or instead. */
static __u32 next_run(struct tgd_journal_writer *w, __u64 head, __u32 *skip, __u64 *records,
		      __u64 *last_seq, __u64 *holes)
{
	__u32 at = (__u32)(w->tail & (w->ring_bytes - 1)), run = 0, left = w->ring_bytes - at;
	__u64 avail = head - w->tail;

	*skip = 0;
	while (run < avail) {
		const struct tg_record *r = (const struct tg_record *)(w->ring + at + run);

		if (left - run < sizeof(*r)) {	/* too short for a header: the writer skipped it */
			*skip = left - run;
			break;
		}
		if (r->type == TG_IN_NONE) {
			*skip = (__u32)sizeof(*r) + r->len;
			break;
		}
		if (*last_seq && r->seq != *last_seq + 1 && r->type != TG_IN_ENGINE)
			++*holes;
		*last_seq = r->seq;
		++*records;
		run += (__u32)TG_RECORD_SIZE(r->len);
		if (run == left || run >= BATCH_BYTES)
			break;
	}
	return run;
}

static int write_all(struct tgd_journal_writer *w, const __u8 *p, size_t n)
{
	__u64 at = w->p.bytes;	/* of this thread's own making: no lock to read it */
	ssize_t got;

	/* At its place, not appended: a retry after half a write overwrites the half. */
	while (n) {
		got = pwrite(w->file, p, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		p += got;
		n -= (size_t)got;
		at += (__u64)got;
	}
	return 0;
}

static void sync_file(struct tgd_journal_writer *w)
{
	__u64 window_ns, bytes = w->p.bytes - w->p.synced_bytes;

	if (!bytes || fdatasync(w->file))
		return;
	window_ns = now_ns() - w->first_unsynced_ns;
	pthread_mutex_lock(&w->lock);
	w->p.synced_bytes = w->p.bytes;
	if (bytes > w->p.max_unsynced_bytes)
		w->p.max_unsynced_bytes = bytes;
	if (window_ns > w->p.max_unsynced_ns)
		w->p.max_unsynced_ns = window_ns;
	pthread_mutex_unlock(&w->lock);
}

/* One batch; false when the ring is empty or the disk failed. */
static bool write_batch(struct tgd_journal_writer *w)
{
	__u64 head = __atomic_load_n(&w->hdr->head, __ATOMIC_ACQUIRE);	/* pairs with (D) */
	__u64 records = 0, holes = 0, last_seq = w->p.last_seq;
	__u32 run, skip;
	int err = 0;

	if (head == w->tail)
		return false;
	run = next_run(w, head, &skip, &records, &last_seq, &holes);
	if (run)
		err = write_all(w, w->ring + (w->tail & (w->ring_bytes - 1)), run);
	if (err) {
		if (!w->p.failing)
			tgd_log(LOG_ERR, "journal %s: %s; trying again each second", w->p.path,
				strerror(-err));
		pthread_mutex_lock(&w->lock);
		w->p.failing = true;
		pthread_mutex_unlock(&w->lock);
		return false;
	}
	if (w->p.failing)
		tgd_log(LOG_NOTICE, "journal %s: writing again", w->p.path);
	if (holes)
		tgd_log(LOG_ERR,
			"journal %s: records are missing before seq %llu: the ring was full",
			w->p.path, (unsigned long long)last_seq);
	if (run && w->p.bytes == w->p.synced_bytes)
		w->first_unsynced_ns = now_ns();
	pthread_mutex_lock(&w->lock);
	if (head - w->tail > w->p.max_ring_bytes)
		w->p.max_ring_bytes = head - w->tail;
	w->p.bytes += run;
	w->p.records += records;
	w->p.last_seq = last_seq;
	w->p.holes += holes;
	w->p.failing = false;
	pthread_mutex_unlock(&w->lock);
	w->tail += run + skip;
	__atomic_store_n(&w->user->tail, w->tail, __ATOMIC_RELEASE);
	return true;
}

static void *writer(void *arg)
{
	struct tgd_journal_writer *w = arg;
	bool stop;

	for (;;) {
		stop = atomic_load(&w->stop);
		if (write_batch(w)) {
			if (!w->sync_ms ||
			    now_ns() - w->first_unsynced_ns >= (__u64)w->sync_ms * 1000000u)
				sync_file(w);
			continue;
		}
		/* The loss window is bounded by time also when records trickle. */
		if (w->p.bytes != w->p.synced_bytes &&
		    (stop || now_ns() - w->first_unsynced_ns >= (__u64)w->sync_ms * 1000000u))
			sync_file(w);
		if (stop)
			break;
		pause_ns(w->p.failing ? RETRY_NS : IDLE_NS);
	}
	return NULL;
}

static int make_dirs(const char *dir)
{
	char path[300];
	size_t i;

	if (snprintf(path, sizeof(path), "%s/", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (i = 1; path[i]; i++) {
		if (path[i] != '/')
			continue;
		path[i] = 0;
		if (mkdir(path, 0750) && errno != EEXIST)
			return -errno;
		path[i] = '/';
	}
	return 0;
}

static int open_file(struct tgd_journal_writer *w, const char *dir, __u64 started_ns)
{
	unsigned int n;
	int d;

	for (n = 0; n < 1000; n++) {
		snprintf(w->p.path, sizeof(w->p.path), "%s/journal-%llu-%03u.tgj", dir,
			 (unsigned long long)started_ns, n);
		w->file = open(w->p.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
		if (w->file >= 0)
			break;
		if (errno != EEXIST)
			return -errno;
	}
	if (w->file < 0)
		return -EEXIST;
	/* The name must survive a crash as well as the bytes. */
	d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d >= 0) {
		fsync(d);
		close(d);
	}
	return 0;
}

static int attach(struct tgd_journal_writer *w, const char *device)
{
	struct tg_ioc_journal j = { .size = sizeof(j) };
	__u64 head, tail;

	w->dev = open(device, O_RDWR | O_CLOEXEC);
	if (w->dev < 0 || ioctl(w->dev, TG_IOC_JOURNAL, &j))
		return -errno;
	w->map_bytes = j.map_bytes;
	w->ring_bytes = (__u32)j.ring_bytes;
	w->hdr = mmap(NULL, w->map_bytes, PROT_READ, MAP_SHARED, w->dev, TG_MMAP_JOURNAL);
	if (w->hdr == MAP_FAILED)
		return -errno;
	w->user = mmap(NULL, TG_SHM_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, w->dev,
		       TG_MMAP_JOURNAL_USER);
	if (w->user == MAP_FAILED)
		return -errno;
	if (w->hdr->magic != TG_RING_MAGIC || w->hdr->slot_bytes != 1 ||
	    w->hdr->slots != w->ring_bytes)
		return -EPROTO;
	w->ring = (const __u8 *)w->hdr + TG_SHM_PAGE;
	/* Go on where the last reader stopped; 0 for the first one. */
	head = __atomic_load_n(&w->hdr->head, __ATOMIC_ACQUIRE);
	tail = w->user->tail;
	w->tail = head - tail <= w->ring_bytes ? tail : head;
	return 0;
}

static void release(struct tgd_journal_writer *w)
{
	if (w->hdr && w->hdr != MAP_FAILED)
		munmap((void *)w->hdr, w->map_bytes);
	if (w->user && w->user != MAP_FAILED)
		munmap(w->user, TG_SHM_PAGE);
	if (w->file >= 0)
		close(w->file);
	if (w->dev >= 0)
		close(w->dev);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int tgd_journal_start(struct tgd_journal_writer **out, const char *device, const char *dir,
		      __u64 engine_started_ns, unsigned int sync_ms)
{
	struct tgd_journal_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->dev = w->file = -1;
	w->sync_ms = sync_ms;
	pthread_mutex_init(&w->lock, NULL);
	err = make_dirs(dir);
	if (err) {
		tgd_log(LOG_ERR, "[journal] path: %s: %s", dir, strerror(-err));
		goto fail;
	}
	err = attach(w, device);
	if (err) {
		tgd_log(LOG_ERR, "journal: %s: %s", device,
			err == -EBUSY ? "another program reads the journal" : strerror(-err));
		goto fail;
	}
	err = open_file(w, dir, engine_started_ns);
	if (err) {
		tgd_log(LOG_ERR, "journal: %s: %s", w->p.path, strerror(-err));
		goto fail;
	}
	err = -pthread_create(&w->thread, NULL, writer, w);
	if (err) {
		tgd_log(LOG_ERR, "journal: thread: %s", strerror(-err));
		goto fail;
	}
	tgd_log(LOG_INFO, "journal: writing %s", w->p.path);
	*out = w;
	return 0;
fail:
	release(w);
	return err;
}

void tgd_journal_progress(struct tgd_journal_writer *w, struct tgd_journal_progress *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->p;
	pthread_mutex_unlock(&w->lock);
}

bool tgd_journal_drain(struct tgd_journal_writer *w, unsigned int timeout_ms)
{
	__u64 until = now_ns() + (__u64)timeout_ms * 1000000u;
	struct tgd_journal_progress p;

	for (;;) {
		__u64 head = __atomic_load_n(&w->hdr->head, __ATOMIC_ACQUIRE);

		tgd_journal_progress(w, &p);
		if (__atomic_load_n(&w->user->tail, __ATOMIC_ACQUIRE) == head &&
		    p.bytes == p.synced_bytes)
			return true;
		if (now_ns() > until)
			return false;
		pause_ns(IDLE_NS);
	}
}

void tgd_journal_stop(struct tgd_journal_writer *w)
{
	if (!w)
		return;
	atomic_store(&w->stop, true);
	pthread_join(w->thread, NULL);
	tgd_log(LOG_INFO,
		"journal: %llu records, %llu bytes in %s; largest loss window %llu bytes, %llu us",
		(unsigned long long)w->p.records, (unsigned long long)w->p.bytes, w->p.path,
		(unsigned long long)w->p.max_unsynced_bytes,
		(unsigned long long)(w->p.max_unsynced_ns / 1000u));
	release(w);
}

int tgd_journal_next_epoch(const char *dir, __u16 *epoch)
{
	char path[320], new[340], text[16] = "";
	long v = 0;
	ssize_t n;
	int fd, err;

	err = make_dirs(dir);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/epoch", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n > 0)
			v = strtol(text, NULL, 10);
	} else if (errno != ENOENT) {
		return -errno;
	}
	v = v < 0 || v >= 65535 ? 1 : v + 1;
	snprintf(new, sizeof(new), "%s.new", path);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%ld\n", v);
	err = write(fd, text, (size_t)n) == n && !fsync(fd) ? 0 : -EIO;
	close(fd);
	if (!err && rename(new, path))
		err = -errno;
	*epoch = (__u16)v;
	return err;
}
