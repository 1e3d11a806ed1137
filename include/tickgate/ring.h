/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The ring algorithms of <tickgate/shm.h>, one copy for every world: the kernel module, libtickgate
 * and the tests.
 *
 * Barriers (letters as in shm.h; the partner stands beside each):
 *
 *   broadcast writer                         broadcast reader
 *   (A) slot.ring_seq = 0, then wmb          (A') rmb, then ring_seq again: a torn copy is seen
 *   (B) the slot's other words               (B') the slot's other words
 *   (C) slot.ring_seq = i + 1, release       (C') ring_seq, acquire: the words are there
 *   (D) header.head = i + 1, release         (D') head, acquire: where a lapped reader goes on
 *
 *   submission producer (client)             submission consumer (engine thread)
 *   (E) user.tail, release                   (E') tail, acquire: the slots before it are written
 *   (F') kernel.head, acquire: slot free     (F) kernel.head, release: the copy out is finished
 *   (G) full barrier between tail and the    (G') full barrier between NEED_WAKE and the look
 *       look at NEED_WAKE                         at tail: one of the two sees the other, so that
 *                                                 no submission sleeps with the engine
 *
 *   image writer                             image reader
 *   (S) header.settled, release, after all   (S') settled, acquire: the images read after it hold
 *       images of a flush                         what the events before it say
 *   (H) seqcount odd, then wmb               (H') rmb, then seqcount again
 *   (I) seqcount even, release               (I') seqcount, acquire
 *
 * Shared words are read and written one machine word at a time, never twice where the other side
 * could change them between.
 */
#ifndef TG_RING_H
#define TG_RING_H

#include <tickgate/shm.h>

#ifdef __KERNEL__
#include <asm/barrier.h>
#include <linux/compiler.h>
#define tg_load(p)		READ_ONCE(*(p))
#define tg_store(p, v)		WRITE_ONCE(*(p), v)
#define tg_load_acquire(p)	smp_load_acquire(p)
#define tg_store_release(p, v)	smp_store_release(p, v)
#define tg_rmb()		smp_rmb()
#define tg_wmb()		smp_wmb()
#define tg_mb()			smp_mb()
#else
#define tg_load(p)		__atomic_load_n(p, __ATOMIC_RELAXED)
#define tg_store(p, v)		__atomic_store_n(p, v, __ATOMIC_RELAXED)
#define tg_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define tg_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define tg_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define tg_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define tg_mb()			__atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

/* A word of any struct: without may_alias a compiler could move stores to fields past the copy. */
typedef __u64 __attribute__((__may_alias__)) tg_word;

/* Copy of whole 8-byte words from or to memory that somebody else may touch at the same time. */
static inline void tg_words_copy(tg_word *dst, const tg_word *src, __u32 words)
{
	__u32 i;

	for (i = 0; i < words; i++)
		tg_store(&dst[i], tg_load(&src[i]));
}

/* ---- broadcast ring: slots begin with __u64 ring_seq, slot_bytes % 8 == 0, nslots = 2^k ---- */

/* Writer: event number `i` (from 0). The event's own ring_seq word is ignored. */
static inline void tg_ring_write(struct tg_ring_header *hdr, void *slots, __u32 nslots,
				 __u32 slot_bytes, __u64 i, const void *event)
{
	tg_word *slot = (tg_word *)((char *)slots + (i & (nslots - 1)) * slot_bytes);

	tg_store(&slot[0], 0);						/* (A) */
	tg_wmb();							/* (A) */
	tg_words_copy(slot + 1, (const tg_word *)event + 1, slot_bytes / 8 - 1);	/* (B) */
	tg_store_release(&slot[0], i + 1);				/* (C) */
	tg_store_release(&hdr->head, i + 1);				/* (D) */
}

enum tg_ring_read {
	TG_RING_EMPTY = 0,	/* event i is not there yet */
	TG_RING_GOOD = 1,	/* copied */
	TG_RING_LAPPED = 2,	/* event i is gone: SLOW; on from tg_ring_head(), with a download */
};

static inline enum tg_ring_read tg_ring_read(const void *slots, __u32 nslots, __u32 slot_bytes,
					     __u64 i, void *event)
{
	const tg_word *slot =
		(const tg_word *)((const char *)slots + (i & (nslots - 1)) * slot_bytes);
	__u64 seq = tg_load_acquire(&slot[0]);				/* (C') */

	if (seq != i + 1)
		return seq > i + 1 ? TG_RING_LAPPED : TG_RING_EMPTY;
	*(tg_word *)event = seq;
	tg_words_copy((tg_word *)event + 1, slot + 1, slot_bytes / 8 - 1);	/* (B') */
	tg_rmb();							/* (A') */
	return tg_load(&slot[0]) == seq ? TG_RING_GOOD : TG_RING_LAPPED;
}

static inline __u64 tg_ring_head(const struct tg_ring_header *hdr)
{
	return tg_load_acquire(&hdr->head);				/* (D') */
}

static inline __u64 tg_ring_settled(const struct tg_ring_header *hdr)
{
	return tg_load_acquire(&hdr->settled);				/* (S') */
}

/* ---- submission ring: the client's side ---- */

struct tg_sub_ring {
	struct tg_sub_user *user;
	const struct tg_sub_kernel *kernel;
	struct tg_submission *slots;
	__u32 nslots;
	__u64 tail;		/* own copy */
	__u64 head;		/* last seen */
};

/* 0 = written; -1 = full: the caller is told at once, nothing waits. */
static inline int tg_sub_push(struct tg_sub_ring *r, const struct tg_submission *s)
{
	if (r->tail - r->head >= r->nslots) {
		r->head = tg_load_acquire(&r->kernel->head);		/* (F') */
		if (r->tail - r->head >= r->nslots)
			return -1;
	}
	tg_words_copy((tg_word *)&r->slots[r->tail & (r->nslots - 1)], (const tg_word *)s,
		      sizeof(*s) / 8);
	tg_store_release(&r->user->tail, ++r->tail);			/* (E) */
	return 0;
}

/* After tg_sub_push(): must the engine be woken with TG_IOC_WAKE? */
static inline int tg_sub_needs_wake(const struct tg_sub_ring *r)
{
	tg_mb();							/* (G) */
	return !!(tg_load(&r->kernel->flags) & TG_SUBK_NEED_WAKE);
}

/* ---- submission ring: the engine's side; `head` is its own, nothing else is trusted ---- */

enum tg_sub_pop { TG_SUB_NONE = 0, TG_SUB_GOOD = 1, TG_SUB_BAD = 2 };

/* Copies submission `head` out if there is one. BAD: an impossible index; the ring is finished. */
static inline enum tg_sub_pop tg_sub_pop(const struct tg_sub_user *user,
					 const struct tg_submission *slots, __u32 nslots,
					 __u64 head, struct tg_submission *out)
{
	__u64 tail = tg_load_acquire(&user->tail);			/* (E'), read once */

	if (tail == head)
		return TG_SUB_NONE;
	if (tail - head > nslots)
		return TG_SUB_BAD;
	tg_words_copy((tg_word *)out, (const tg_word *)&slots[head & (nslots - 1)],
		      sizeof(*out) / 8);
	return TG_SUB_GOOD;
}

static inline void tg_sub_consumed(struct tg_sub_kernel *k, __u64 head)
{
	tg_store_release(&k->head, head);				/* (F) */
}

/* ---- images: of books, of products; the first word is the sequence count and the id ---- */

struct tg_image_head {
	__u32 seqcount, id;
} __attribute__((__may_alias__));

static inline void tg_seq_write(void *to, const void *from, __u32 bytes)
{
	struct tg_image_head *dst = (struct tg_image_head *)to;
	__u32 seq = dst->seqcount;	/* one writer: nobody else changes it */

	tg_store(&dst->seqcount, seq + 1);				/* (H) */
	tg_wmb();							/* (H) */
	tg_store(&dst->id, ((const struct tg_image_head *)from)->id);
	tg_words_copy((tg_word *)to + 1, (const tg_word *)from + 1, bytes / 8 - 1);
	tg_store_release(&dst->seqcount, seq + 2);			/* (I) */
}

static inline int tg_seq_read(void *to, const void *from, __u32 bytes)
{
	const struct tg_image_head *src = (const struct tg_image_head *)from;
	struct tg_image_head *dst = (struct tg_image_head *)to;
	__u32 seq = tg_load_acquire(&src->seqcount);			/* (I') */

	if (seq & 1)
		return 0;
	dst->id = tg_load(&src->id);
	tg_words_copy((tg_word *)to + 1, (const tg_word *)from + 1, bytes / 8 - 1);
	dst->seqcount = seq;
	tg_rmb();							/* (H') */
	return tg_load(&src->seqcount) == seq;
}

/* Words from one member of a book image up to, not with, another. */
#define TG_IMAGE_WORDS(from, to)						\
	((__builtin_offsetof(struct tg_book_image, to) -			\
	  __builtin_offsetof(struct tg_book_image, from)) / 8)
#define TG_LEVEL_WORDS	(sizeof(struct tg_level) / 8)

/*
 * Levels and own orders that neither the old image nor the new one has are zero in both: they are
 * not copied. src: seqcount is not looked at; levels and own[] past their numbers are zero.
 */
static inline void tg_image_write(struct tg_book_image *dst, const struct tg_book_image *src)
{
	__u32 seq = dst->seqcount;	/* one writer: nobody else changes it */
	__u32 bids = dst->bid_levels > src->bid_levels ? dst->bid_levels : src->bid_levels;
	__u32 asks = dst->ask_levels > src->ask_levels ? dst->ask_levels : src->ask_levels;
	__u32 own = dst->own_orders > src->own_orders ? dst->own_orders : src->own_orders;

	tg_store(&dst->seqcount, seq + 1);				/* (H) */
	tg_wmb();							/* (H) */
	tg_store(&dst->instrument_id, src->instrument_id);
	tg_words_copy((tg_word *)dst + 1, (const tg_word *)src + 1,
		      TG_IMAGE_WORDS(seqcount, bid) - 1);
	tg_words_copy((tg_word *)dst->bid, (const tg_word *)src->bid, bids * TG_LEVEL_WORDS);
	tg_words_copy((tg_word *)dst->ask, (const tg_word *)src->ask, asks * TG_LEVEL_WORDS);
	tg_words_copy((tg_word *)&dst->external_bid, (const tg_word *)&src->external_bid,
		      TG_IMAGE_WORDS(external_bid, own));
	tg_words_copy((tg_word *)dst->own, (const tg_word *)src->own,
		      own * (__u32)(sizeof(dst->own[0]) / 8));
	tg_store_release(&dst->seqcount, seq + 2);			/* (I) */
}

/* 1 = a consistent copy is in *dst; 0 = the writer was at it, try again. */
static inline int tg_image_read(struct tg_book_image *dst, const struct tg_book_image *src)
{
	return tg_seq_read(dst, src, sizeof(*dst));
}

static inline void tg_product_write(struct tg_product_image *dst,
				    const struct tg_product_image *src)
{
	tg_seq_write(dst, src, sizeof(*dst));
}

static inline int tg_product_read(struct tg_product_image *dst, const struct tg_product_image *src)
{
	return tg_seq_read(dst, src, sizeof(*dst));
}

#endif
