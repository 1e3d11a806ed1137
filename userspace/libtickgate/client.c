// SPDX-License-Identifier: MIT
/* Opening, attaching, mapping, closing. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "client.h"

int tg_fail(struct tg_handle *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	return -err;
}

TG_API int tg_open(struct tg_handle **out, const char *device)
{
	struct tg_handle *c = calloc(1, sizeof(*c));
	int err;

	*out = NULL;
	if (!c)
		return -ENOMEM;
	if (!device)
		device = TG_DEVICE;
	c->writable = true;
	c->fd = open(device, O_RDWR | O_CLOEXEC);
	if (c->fd < 0 && errno == EACCES) {
		c->writable = false;
		c->fd = open(device, O_RDONLY | O_CLOEXEC);
	}
	if (c->fd < 0) {
		err = errno;
		free(c);
		return -err;
	}
	*out = c;
	return 0;
}

static int attach_failed(struct tg_handle *c, int err)
{
	switch (err) {
	case ESTALE:
		return tg_fail(c, err,
			       "the module was built with other headers (ABI %u, hash %#llx here)",
			       TG_ABI_VERSION, (unsigned long long)TG_ABI_HASH);
	case ENODEV:
		return tg_fail(c, err, "no engine runs");
	case ENOSPC:
		return tg_fail(c, err, "all client slots of the engine are taken");
	case EPERM:
		return tg_fail(c, err, "not permitted: the device is not writable for this user; "
			       "TG_CLIENT_READ_ONLY would do");
	case EBUSY:
		return tg_fail(c, err, "attached already");
	default:
		return tg_fail(c, err, "attach: %s", strerror(err));
	}
}

static void *map(struct tg_handle *c, __u64 offset, size_t bytes, int prot)
{
	void *p = mmap(NULL, bytes, prot, MAP_SHARED, c->fd, (off_t)offset);

	if (p != MAP_FAILED)
		return p;
	tg_fail(c, errno, "mmap of %zu bytes at %#llx: %s", bytes, (unsigned long long)offset,
		strerror(errno));
	return NULL;
}

static int map_ring(struct tg_handle *c, struct tg_reader *r, __u64 offset, size_t bytes)
{
	r->map = map(c, offset, bytes, PROT_READ);
	if (!r->map)
		return -errno;
	r->bytes = bytes;
	r->hdr = r->map;
	if (r->hdr->magic != TG_RING_MAGIC)
		return tg_fail(c, EPROTO, "the ring at %#llx has no ring header",
			       (unsigned long long)offset);
	r->slots = (const char *)r->map + TG_SHM_PAGE;
	r->nslots = r->hdr->slots;
	return 0;
}

static int map_all(struct tg_handle *c, const struct tg_ioc_attach *a)
{
	int err = map_ring(c, &c->pub, TG_MMAP_PUBLIC, a->public_bytes);

	if (err)
		return err;
	/* public events from now on; what was before is in the book images */
	c->pub.next = tg_ring_settled(c->pub.hdr);
	err = map_ring(c, &c->priv, TG_MMAP_PRIVATE, a->private_bytes);
	if (err)
		return err;
	c->books = map(c, TG_MMAP_BOOKS, a->books_bytes, PROT_READ);
	if (!c->books)
		return -errno;
	c->books_bytes = a->books_bytes;
	if (a->products_bytes) {
		c->products = map(c, TG_MMAP_PRODUCTS, a->products_bytes, PROT_READ);
		if (!c->products)
			return -errno;
		c->products_bytes = a->products_bytes;
	}
	if (!c->writable)
		return 0;
	c->sub_kernel_map = map(c, TG_MMAP_SUB_KERNEL, TG_SHM_PAGE, PROT_READ);
	if (!c->sub_kernel_map)
		return -errno;
	c->sub.user = map(c, TG_MMAP_SUB_USER, a->sub_user_bytes, PROT_READ | PROT_WRITE);
	if (!c->sub.user)
		return -errno;
	c->sub_user_bytes = a->sub_user_bytes;
	c->sub.kernel = c->sub_kernel_map;
	c->sub.slots = (struct tg_submission *)((char *)c->sub.user + TG_SHM_PAGE);
	c->sub.nslots = a->submission_slots;
	return 0;
}

static void unmap_all(struct tg_handle *c)
{
	if (c->pub.map)
		munmap(c->pub.map, c->pub.bytes);
	if (c->priv.map)
		munmap(c->priv.map, c->priv.bytes);
	if (c->books)
		munmap((void *)c->books, c->books_bytes);
	if (c->products)
		munmap((void *)c->products, c->products_bytes);
	if (c->sub_kernel_map)
		munmap(c->sub_kernel_map, TG_SHM_PAGE);
	if (c->sub.user)
		munmap(c->sub.user, c->sub_user_bytes);
}

TG_API int tg_attach(struct tg_handle *c, const struct tg_attach_options *o,
		     const struct tg_callbacks *cb, void *user)
{
	struct tg_ioc_attach a = {
		.size = sizeof(a), .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH,
	};
	const char *name = o && o->name ? o->name : program_invocation_short_name;

	if (c->attached)
		return attach_failed(c, EBUSY);
	if (o && o->name && strlen(name) >= sizeof(a.name))
		return tg_fail(c, EINVAL, "client name \"%s\" is longer than %zu bytes", name,
			       sizeof(a.name) - 1);
	snprintf(a.name, sizeof(a.name), "%s", name);
	if (o) {
		a.flags = o->flags;
		a.private_slots = o->private_slots;
		a.submission_slots = o->submission_slots;
	}
	if (ioctl(c->fd, TG_IOC_ATTACH, &a))
		return attach_failed(c, errno);
	c->attached = true;
	c->id = a.client_id;
	c->max_instruments = a.max_instruments;
	c->max_products = a.max_products;
	c->cb = cb;
	c->user = user;
	return map_all(c, &a);
}

TG_API void tg_close(struct tg_handle *c)
{
	if (!c)
		return;
	unmap_all(c);
	close(c->fd);
	free(c);
}

TG_API __u32 tg_client_id(const struct tg_handle *c)
{
	return c->id;
}

TG_API __u32 tg_max_instruments(const struct tg_handle *c)
{
	return c->max_instruments;
}

TG_API __u32 tg_max_products(const struct tg_handle *c)
{
	return c->max_products;
}

TG_API int tg_fd(const struct tg_handle *c)
{
	return c->fd;
}

TG_API __u64 tg_slow_count(const struct tg_handle *c)
{
	return c->slow;
}

TG_API bool tg_ready(const struct tg_handle *c)
{
	return c->ready;
}

TG_API const char *tg_error(const struct tg_handle *c)
{
	return c->error;
}
