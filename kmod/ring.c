// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that userspace maps, and the two things the engine thread writes into it: events and book
 * images.
 *
 * A ring is referenced by who owns it (engine, client) and by each of its mappings, so it outlives
 * close(), the engine and the client for as long as somebody still looks at it. The module cannot
 * go meanwhile: a mapping holds its file, the file holds the module.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <tickgate/ring.h>
#include "tickgate.h"

struct tgk_ring *tgk_ring_alloc(u32 slot_bytes, u32 nslots)
{
	size_t header = slot_bytes ? TG_SHM_PAGE : 0;
	struct tgk_ring *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	kref_init(&r->ref);
	r->nslots = nslots;
	r->slot_bytes = slot_bytes;
	r->bytes = PAGE_ALIGN(header + (size_t)nslots * max(slot_bytes, 1u));
	r->mem = vmalloc_user(r->bytes);	/* zeroed: no old kernel bytes in a mapping */
	if (!r->mem) {
		kfree(r);
		return NULL;
	}
	r->slots = (u8 *)r->mem + header;
	if (header) {
		r->hdr = r->mem;
		r->hdr->magic = TG_RING_MAGIC;
		r->hdr->slot_bytes = slot_bytes;
		r->hdr->slots = nslots;
	}
	return r;
}

static void ring_free(struct kref *ref)
{
	struct tgk_ring *r = container_of(ref, struct tgk_ring, ref);

	vfree(r->mem);
	kfree(r);
}

void tgk_ring_put(struct tgk_ring *r)
{
	if (r)
		kref_put(&r->ref, ring_free);
}

/* A mapping was duplicated: fork, or split by a partial munmap. */
static void ring_vm_open(struct vm_area_struct *vma)
{
	struct tgk_ring *r = vma->vm_private_data;

	kref_get(&r->ref);
}

static void ring_vm_close(struct vm_area_struct *vma)
{
	tgk_ring_put(vma->vm_private_data);
}

static const struct vm_operations_struct ring_vm_ops = {
	.open = ring_vm_open,
	.close = ring_vm_close,
};

int tgk_ring_mmap(struct tgk_ring *r, struct vm_area_struct *vma, bool writable)
{
	int err;

	if (vma->vm_end - vma->vm_start != r->bytes)
		return -EINVAL;
	/*
	 * VM_MAYSHARE and not VM_SHARED: a shared mapping of a file opened read-only has lost the
	 * latter
	 */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (!writable) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		/* or mprotect() would make it writable later */
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	vm_flags_clear(vma, VM_MAYEXEC);
	err = remap_vmalloc_range(vma, r->mem, 0);
	if (err)
		return err;
	kref_get(&r->ref);
	vma->vm_private_data = r;
	vma->vm_ops = &ring_vm_ops;
	return 0;
}

void tgk_ring_publish(struct tgk_ring *r, void *event)
{
	*(u64 *)event = r->head + 1;
	tg_ring_write(r->hdr, r->slots, r->nslots, r->slot_bytes, r->head, event);
	r->head++;
}

void tgk_book_publish(struct tgk_engine *eng, u32 instrument_id)
{
	struct tg_book_image *images = (struct tg_book_image *)eng->books->slots;

	if (!instrument_id || instrument_id > eng->params.max_instruments)
		return;
	if (!tg_engine_book_update(eng->core, instrument_id, &eng->image))
		return;
	tg_image_write(&images[instrument_id], &eng->image);
}

void tgk_product_publish(struct tgk_engine *eng, u32 product_id)
{
	struct tg_product_image *images;

	if (!product_id || !eng->products)
		return;
	images = (struct tg_product_image *)eng->products->slots;
	if (tg_engine_product(eng->core, product_id, &eng->product))
		tg_product_write(&images[product_id], &eng->product);
}
