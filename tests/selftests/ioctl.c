// SPDX-License-Identifier: MIT
/*
 * Every ioctl of the device with one thing wrong at a time in otherwise valid data: sizes, flags,
 * reserved fields, state, permission.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "gateway.h"
#include "ktap.h"

#define DEVICE "/dev/tickgate0"

static int dev(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		ktap_bail(DEVICE ": %s", strerror(errno));
	return fd;
}

static int io(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static struct tg_ioc_attach attach_good(void)
{
	struct tg_ioc_attach a = {
		.size = sizeof(a),
		.abi_version = TG_ABI_VERSION,
		.abi_hash = TG_ABI_HASH,
		.name = "ioctl",
	};

	return a;
}

static void info(void)
{
	struct tg_ioc_info good = { .size = sizeof(good) }, i;
	int fd = dev(O_RDONLY), k;

	i = good;
	ktap_is(io(fd, TG_IOC_INFO, &i), 0, "INFO without an engine");
	ktap_ok(i.abi_version == TG_ABI_VERSION && i.abi_hash == TG_ABI_HASH && !i.engine_running,
		"INFO tells ABI, hash and that no engine runs");
	i = good;
	i.size++;
	ktap_is(io(fd, TG_IOC_INFO, &i), -EINVAL, "INFO: size too large");
	i = good;
	i.size = 0;
	ktap_is(io(fd, TG_IOC_INFO, &i), -EINVAL, "INFO: size 0");
	i = good;
	i.reserved0 = 1;
	ktap_is(io(fd, TG_IOC_INFO, &i), -EINVAL, "INFO: reserved0");
	for (k = 0; k < 4; k++) {
		i = good;
		i.reserved[k] = 1ULL << 63;
		ktap_is(io(fd, TG_IOC_INFO, &i), -EINVAL, "INFO: reserved[%d]", k);
	}
	ktap_is(io(fd, TG_IOC_INFO, (void *)16), -EFAULT, "INFO: bad pointer");
	ktap_is(io(fd, _IOWR(TG_IOC_MAGIC, 0, char[60]), &i), -ENOTTY,
		"INFO's number with another size");
	ktap_is(io(fd, _IO(TG_IOC_MAGIC, 99), NULL), -ENOTTY, "unknown number");
	ktap_is(io(fd, _IO(0x33, 3), NULL), -ENOTTY, "another magic");
	close(fd);
}

static void without_engine(void)
{
	struct tg_ioc_submit s = { .size = sizeof(s) };
	struct tg_ioc_instrument d = { .size = sizeof(d), .instrument_id = 1 };
	struct tg_ioc_journal j = { .size = sizeof(j) };
	struct tg_ioc_attach a = attach_good();
	struct pollfd p = { .events = POLLIN };
	__u64 heads[2];
	int fd = dev(O_RDWR);

	ktap_is(io(fd, TG_IOC_ATTACH, &a), -ENODEV, "ATTACH without an engine");
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), -ENODEV, "JOURNAL without an engine");
	ktap_is(io(fd, TG_IOC_SUBMIT, &s), -ENOTCONN, "SUBMIT before ATTACH");
	ktap_is(io(fd, TG_IOC_WAKE, NULL), -ENOTCONN, "WAKE before ATTACH");
	ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), -ENOTCONN, "INSTRUMENT before ATTACH");
	ktap_is(read(fd, heads, sizeof(heads)) < 0 ? -errno : 0, -ENOTCONN, "read before ATTACH");
	p.fd = fd;
	ktap_ok(poll(&p, 1, 0) == 1 && p.revents == POLLERR, "poll before ATTACH is POLLERR");
	ktap_ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, TG_MMAP_SUB_KERNEL) == MAP_FAILED &&
			errno == ENOTCONN,
		"mmap before ATTACH");
	ktap_is(write(fd, heads, 8) < 0 ? -errno : 0, -EINVAL, "write is not for this device");
	close(fd);
}

static void attach_negative(void)
{
	static const __u32 bad_private[] = { 32, 63, 65, 131072, ~0u };
	static const __u32 bad_submission[] = { 8, 17, 8192, ~0u };
	struct tg_ioc_attach a;
	int fd = dev(O_RDWR), ro = dev(O_RDONLY);
	unsigned int k;

	a = attach_good();
	a.size--;
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: size");
	for (k = 2; k < 32; k++) {
		a = attach_good();
		a.flags = 1u << k;
		if (io(fd, TG_IOC_ATTACH, &a) != -EINVAL)
			break;
	}
	ktap_is(k, 32, "ATTACH: every unknown flag is refused");
	for (k = 0; k < 5; k++) {
		a = attach_good();
		a.private_slots = bad_private[k];
		ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: private_slots %u",
			bad_private[k]);
	}
	for (k = 0; k < 4; k++) {
		a = attach_good();
		a.submission_slots = bad_submission[k];
		ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: submission_slots %u",
			bad_submission[k]);
	}
	a = attach_good();
	memset(a.name, 'x', sizeof(a.name));
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: name without an end");
	a = attach_good();
	a.reserved0 = 1;
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: reserved0");
	for (k = 0; k < 2; k++) {
		a = attach_good();
		a.reserved[k] = 1;
		ktap_is(io(fd, TG_IOC_ATTACH, &a), -EINVAL, "ATTACH: reserved[%u]", k);
	}
	a = attach_good();
	a.abi_version++;
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -ESTALE, "ATTACH: another ABI version");
	a = attach_good();
	a.abi_hash ^= 1;
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -ESTALE, "ATTACH: other headers");
	ktap_is(io(fd, TG_IOC_ATTACH, (void *)16), -EFAULT, "ATTACH: bad pointer");
	a = attach_good();
	ktap_is(io(ro, TG_IOC_ATTACH, &a), -EPERM, "ATTACH to trade on a file opened read-only");
	a.flags = TG_CLIENT_READ_ONLY;
	ktap_is(io(ro, TG_IOC_ATTACH, &a), 0, "ATTACH read-only on such a file");
	ktap_ok(a.client_id >= 1 && a.client_id <= MAX_CLIENTS &&
			a.max_instruments == MAX_INSTRUMENTS && a.public_slots == 1024 &&
			a.private_slots && a.submission_slots && a.books_bytes && a.features,
		"what ATTACH gives back");
	ktap_is(io(ro, TG_IOC_ATTACH, &a), -EBUSY, "ATTACH twice");
	close(ro);
	close(fd);
}

static void attach_full(void)
{
	int fd[MAX_CLIENTS + 1];
	struct tg_ioc_attach a;
	unsigned int k, got = 0;

	for (k = 0; k <= MAX_CLIENTS; k++)
		fd[k] = dev(O_RDWR);
	for (k = 0; k < MAX_CLIENTS; k++) {
		a = attach_good();
		got += io(fd[k], TG_IOC_ATTACH, &a) == 0;
	}
	ktap_is(got, MAX_CLIENTS, "as many clients as there are slots");
	a = attach_good();
	ktap_is(io(fd[MAX_CLIENTS], TG_IOC_ATTACH, &a), -ENOSPC, "one more");
	close(fd[0]);
	ktap_is(io(fd[MAX_CLIENTS], TG_IOC_ATTACH, &a), 0, "and when one has gone");
	for (k = 1; k <= MAX_CLIENTS; k++)
		close(fd[k]);
}

static struct tg_ioc_submit submit_good(void)
{
	struct tg_ioc_submit s = { .size = sizeof(s), .sub = { .type = TG_SUB_DOWNLOAD } };

	return s;
}

static void submit_negative(void)
{
	struct tg_ioc_attach a = attach_good();
	struct tg_ioc_submit s;
	int fd = dev(O_RDWR), k;

	ktap_is(io(fd, TG_IOC_ATTACH, &a), 0, "a client");
	s = submit_good();
	s.size--;
	ktap_is(io(fd, TG_IOC_SUBMIT, &s), -EINVAL, "SUBMIT: size");
	s = submit_good();
	s.flags = 1;
	ktap_is(io(fd, TG_IOC_SUBMIT, &s), -EINVAL, "SUBMIT: flags");
	s = submit_good();
	s.reserved0 = 1;
	ktap_is(io(fd, TG_IOC_SUBMIT, &s), -EINVAL, "SUBMIT: reserved0");
	for (k = 0; k < 2; k++) {
		s = submit_good();
		s.reserved[k] = 1;
		ktap_is(io(fd, TG_IOC_SUBMIT, &s), -EINVAL, "SUBMIT: reserved[%d]", k);
	}
	ktap_is(io(fd, TG_IOC_SUBMIT, (void *)16), -EFAULT, "SUBMIT: bad pointer");
	s = submit_good();
	ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_OK, "SUBMIT of a download");
	for (k = 0; k < 8; k++) {
		s = submit_good();
		s.sub.reserved[k] = 1;
		ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_BAD_REQUEST,
			"submission.reserved[%d]: verdict BAD_REQUEST", k);
	}
	s = submit_good();
	s.sub.pad2 = 1;
	ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_BAD_REQUEST,
		"submission.pad2: BAD_REQUEST");
	s = submit_good();
	s.sub.type = 77;
	ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_BAD_REQUEST,
		"unknown type: BAD_REQUEST");
	s = submit_good();
	s.sub.flags = 0x8000;
	ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_BAD_REQUEST,
		"unknown flag: BAD_REQUEST");
	s = submit_good();
	s.sub.type = TG_SUB_CANCEL;
	s.sub.order_id = 0xdeadbeef;
	ktap_ok(io(fd, TG_IOC_SUBMIT, &s) == 0 && s.reason == TG_REASON_BAD_ORDER,
		"cancel of no order: BAD_ORDER");
	close(fd);
}

static void instrument(void)
{
	struct tg_ioc_instrument good = { .size = sizeof(good), .instrument_id = 2 }, d;
	struct tg_ioc_attach a = attach_good();
	static const __u32 none[] = { 0, 4, MAX_INSTRUMENTS, MAX_INSTRUMENTS + 1, ~0u };
	int fd = dev(O_RDWR), k;

	ktap_is(io(fd, TG_IOC_ATTACH, &a), 0, "a client");
	d = good;
	ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), 0, "INSTRUMENT");
	ktap_ok(!strcmp(d.symbol, "OTHERUSD") && d.tick == CENT && d.venue_id == 1,
		"its definition");
	for (k = 0; k < 5; k++) {
		d = good;
		d.instrument_id = none[k];
		ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), -ENOENT, "INSTRUMENT %u is not defined",
			none[k]);
	}
	d = good;
	d.size = 4;
	ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), -EINVAL, "INSTRUMENT: size");
	d = good;
	d.reserved[2] = 1;
	ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), -EINVAL, "INSTRUMENT: reserved[2]");
	ktap_is(io(fd, TG_IOC_INSTRUMENT, (void *)16), -EFAULT, "INSTRUMENT: bad pointer");
	close(fd);
}

static int journal_as_nobody(void *arg)
{
	struct tg_ioc_journal j = { .size = sizeof(j) };

	return io(*(int *)arg, TG_IOC_JOURNAL, &j);
}

static int open_as_nobody(void *arg)
{
	(void)arg;
	return open(DEVICE, O_RDONLY) < 0 ? -errno : 0;
}

static void journal(void)
{
	struct tg_ioc_journal good = { .size = sizeof(good) }, j;
	int fd = dev(O_RDWR), other = dev(O_RDWR);

	j = good;
	j.size++;
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), -EINVAL, "JOURNAL: size");
	j = good;
	j.flags = 1;
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), -EINVAL, "JOURNAL: flags");
	j = good;
	j.reserved[0] = 1;
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), -EINVAL, "JOURNAL: reserved[0]");
	ktap_is(as_nobody(journal_as_nobody, &fd), -EPERM,
		"JOURNAL without CAP_NET_ADMIN, on root's own file");
	j = good;
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), 0, "JOURNAL");
	ktap_ok(j.ring_bytes >= 1 << 20 && j.map_bytes == j.ring_bytes + 4096, "its sizes");
	j = good;
	ktap_is(io(fd, TG_IOC_JOURNAL, &j), -EBUSY, "JOURNAL twice");
	ktap_is(io(other, TG_IOC_JOURNAL, &j), -EBUSY, "a second reader");
	close(fd);
	ktap_is(io(other, TG_IOC_JOURNAL, &j), 0, "and when the first has gone");
	close(other);
	ktap_is(as_nobody(open_as_nobody, NULL), -EACCES, "the device is not everybody's");
}

static void after_stop(struct gnl *n)
{
	struct tg_ioc_submit s = submit_good();
	struct tg_ioc_instrument d = { .size = sizeof(d), .instrument_id = 1 };
	struct tg_ioc_attach a = attach_good();
	struct pollfd p = { .events = POLLIN };
	int fd = dev(O_RDWR);

	ktap_is(io(fd, TG_IOC_ATTACH, &a), 0, "a client");
	ktap_is(gw_stop(n, false), -EBUSY, "STOP while a client is attached");
	ktap_is(gw_stop(n, true), 0, "STOP by force");
	ktap_is(io(fd, TG_IOC_SUBMIT, &s), -ENODEV, "SUBMIT after the engine has stopped");
	ktap_is(io(fd, TG_IOC_WAKE, NULL), -ENODEV, "WAKE then");
	ktap_is(io(fd, TG_IOC_INSTRUMENT, &d), -ENODEV, "INSTRUMENT then");
	p.fd = fd;
	ktap_ok(poll(&p, 1, 0) == 1 && p.revents & POLLHUP, "poll says POLLHUP");
	ktap_is(io(fd, TG_IOC_ATTACH, &a), -ENODEV, "ATTACH again");
	close(fd);
}

int main(int argc, char **argv)
{
	static struct gnl n;

	ktap_usage(argc, argv, "the device's ioctls, one thing wrong at a time");
	ktap_begin();
	gw_need(&n);
	info();
	without_engine();
	gw_start(&n);
	attach_negative();
	attach_full();
	submit_negative();
	instrument();
	journal();
	after_stop(&n);
	return ktap_end();
}
