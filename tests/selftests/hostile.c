// SPDX-License-Identifier: MIT
/*
 * A client that does what it wants with its submission ring: impossible indices, slots that change
 * while they are read. The engine disables the ring or judges each submission as it copied it;
 * others are not disturbed.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tickgate/ring.h>
#include "gateway.h"
#include "ktap.h"

#define SLOTS 16u

static struct gnl n;

struct raw {
	int fd;
	struct tg_ioc_attach at;
	struct tg_sub_user *user;
	struct tg_submission *slots;
	const struct tg_sub_kernel *kernel;
};

static void raw_open(struct raw *r)
{
	r->at = (struct tg_ioc_attach){
		.size = sizeof(r->at),
		.abi_version = TG_ABI_VERSION,
		.abi_hash = TG_ABI_HASH,
		.name = "hostile",
		.submission_slots = SLOTS,
	};
	r->fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	if (r->fd < 0 || ioctl(r->fd, TG_IOC_ATTACH, &r->at))
		ktap_bail("attach: %s", strerror(errno));
	r->kernel = mmap(NULL, 4096, PROT_READ, MAP_SHARED, r->fd, TG_MMAP_SUB_KERNEL);
	r->user = mmap(NULL, r->at.sub_user_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       TG_MMAP_SUB_USER);
	if (r->kernel == MAP_FAILED || r->user == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	r->slots = (void *)((char *)r->user + TG_SHM_PAGE);
}

static void raw_close(struct raw *r)
{
	munmap((void *)r->kernel, 4096);
	munmap(r->user, r->at.sub_user_bytes);
	close(r->fd);
}

static bool wait_head(struct raw *r, __u64 head)
{
	__u64 end = now_ms() + 3000;

	while (tg_load_acquire(&r->kernel->head) != head && now_ms() < end)
		sleep_ms(1);
	return tg_load_acquire(&r->kernel->head) == head;
}

static bool wait_broken(struct raw *r)
{
	__u64 end = now_ms() + 3000;

	while (!(tg_load(&r->kernel->flags) & TG_SUBK_BROKEN) && now_ms() < end)
		sleep_ms(1);
	return tg_load(&r->kernel->flags) & TG_SUBK_BROKEN;
}

static void bad_tail(__u64 tail, const char *what)
{
	struct tg_submission s = { .type = TG_SUB_DOWNLOAD };
	__u64 before = gw_host_counter(&n, TG_HC_SUB_BAD_INDEX);
	struct raw r;

	raw_open(&r);
	r.slots[0] = s;
	tg_store_release(&r.user->tail, 1);
	ioctl(r.fd, TG_IOC_WAKE);
	ktap_ok(wait_head(&r, 1), "%s: a good submission first", what);
	tg_store_release(&r.user->tail, tail);
	ioctl(r.fd, TG_IOC_WAKE);
	ktap_ok(wait_broken(&r), "%s: the ring is disabled", what);
	ktap_is((long)(gw_host_counter(&n, TG_HC_SUB_BAD_INDEX) - before), 1, "%s: counted once",
		what);
	tg_store_release(&r.user->tail, 2);
	ioctl(r.fd, TG_IOC_WAKE);
	sleep_ms(20);
	ktap_is((long)tg_load_acquire(&r.kernel->head), 1, "%s: for good", what);
	raw_close(&r);
}

static volatile bool stop;

static void *scribble(void *arg)
{
	struct raw *r = arg;
	__u64 x = 88172645463325252ULL;
	__u32 i;

	while (!stop) {
		for (i = 0; i < SLOTS * sizeof(struct tg_submission) / 8; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			tg_store(&((__u64 *)r->slots)[i], x);
		}
	}
	return NULL;
}

/* Types that are valid, with everything else changing under the reader. */
static void *flip(void *arg)
{
	struct raw *r = arg;
	__u32 i, k = 0;

	while (!stop) {
		for (i = 0; i < SLOTS; i++) {
			struct tg_submission s = {
				.type = (__u16)(1 + k % 5),
				.instrument_id = k % 3,
				.account_id = 1,
				.side = 1 + k % 2,
				.ord_type = TG_ORD_LIMIT,
				.px = k & 1 ? E8(100) : -1,
				.qty = k & 2 ? E8(1) : TG_PX_NONE,
			};

			tg_words_copy((tg_word *)&r->slots[i], (const tg_word *)&s, sizeof(s) / 8);
			k++;
		}
	}
	return NULL;
}

static void changing(void *(*fn)(void *arg), const char *what)
{
	__u64 before = gw_host_counter(&n, TG_HC_SUB_RECORDS), taken, end = now_ms() + 700;
	struct tg_nl_status st;
	struct raw r;
	pthread_t t;
	__u64 tail = 0;

	raw_open(&r);
	stop = false;
	pthread_create(&t, NULL, fn, &r);
	while (now_ms() < end) {
		if (tail - tg_load_acquire(&r.kernel->head) < SLOTS)
			tg_store_release(&r.user->tail, ++tail);
		tg_mb();
		if (tg_load(&r.kernel->flags) & TG_SUBK_NEED_WAKE)
			ioctl(r.fd, TG_IOC_WAKE);
	}
	stop = true;
	pthread_join(t, NULL);
	ioctl(r.fd, TG_IOC_WAKE);
	ktap_ok(wait_head(&r, tail), "%s: all are taken", what);
	taken = gw_host_counter(&n, TG_HC_SUB_RECORDS) - before;
	ktap_is((long)taken, (long)tail, "%s: each was one record", what);
	ktap_ok(!gw_status(&n, &st) && st.running, "%s: the engine runs", what);
	ktap_note("%llu submissions", (unsigned long long)tail);
	raw_close(&r);
}

static void lost_wake(void)
{
	struct tg_submission s = { .type = TG_SUB_CANCEL_ALL };
	__u64 i, late = 0;
	struct raw r;

	/*
	 * the engine sleeps when it has nothing to do: each submission must be seen by flag and
	 * wake alone
	 */
	raw_open(&r);
	for (i = 0; i < 300; i++) {
		r.slots[i % SLOTS] = s;
		tg_store_release(&r.user->tail, i + 1);
		tg_mb();
		if (tg_load(&r.kernel->flags) & TG_SUBK_NEED_WAKE)
			ioctl(r.fd, TG_IOC_WAKE);
		late += !wait_head(&r, i + 1);
		if (late)
			break;
	}
	ktap_is((long)late, 0, "no submission sleeps with the engine");
	raw_close(&r);
}

int main(int argc, char **argv)
{
	struct tg_nl_status st;

	ktap_usage(argc, argv, "hostile submission rings");
	ktap_begin();
	gw_need(&n);
	gw_start(&n);
	bad_tail(0, "tail behind the head");
	bad_tail(1 + SLOTS + 1, "tail one too far");
	bad_tail(~0ULL, "tail all ones");
	bad_tail(1ULL << 63, "tail far away");
	lost_wake();
	changing(scribble, "random bytes");
	changing(flip, "double fetch");
	ktap_ok(!gw_status(&n, &st) && !st.working_orders, "no order came of it");
	ktap_is(gw_stop(&n, false), 0, "no client is left behind");
	return ktap_end();
}
