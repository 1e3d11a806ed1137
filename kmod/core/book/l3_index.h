/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The L3 book's index of ids, a part of l3.c. Buckets of six with one byte of each id's hash, which
 * are compared all at once; only where one is equal the order is looked at, and its id decides.
 */
#ifndef TG_L3_INDEX_H
#define TG_L3_INDEX_H

#include "book/l3_places.h"

/* Where the index holds an order: `steps` buckets behind the one it belongs to. */
struct spot { struct bucket *at; u64 slot; u32 steps; };
struct found { u32 handle, at, slot, steps; };	/* at: offset from the book's start */

/* By an offset in bytes among the buckets, any multiple: the last is followed by the first. */
static __always_inline struct bucket *bucket_at(const struct tg_l3 *b, u64 off)
{
	return (struct bucket *)((u8 *)b + sizeof(*b) + (off & b->bucket_mask));
}

static __always_inline struct bucket *home_of(const struct tg_l3 *b, u64 hash)
{
	return bucket_at(b, hash >> 32);
}

static __always_inline u64 word_at(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static __always_inline u32 half_at(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static __always_inline u64 mul_fold(u64 x, u64 y)
{
	unsigned __int128 p = (unsigned __int128)x * y;

	return (u64)p ^ (u64)(p >> 64);
}

/*
 * Ids are taken in words that may overlap where the length is no multiple of eight, never beyond
 * the end: whoever has the same length has the same words. A venue's ids have one length, or few,
 * so that the branches are foreseen. All of the id goes into the hash, under the seed, and so does
 * its length. keep: the id is copied on the way. false = no length that an id has.
 */
static __always_inline bool hash_of(const struct tg_l3 *b, const u8 *id, u64 len, bool keep,
				    u8 *copy, u64 *hash)
{
	u64 h = len, x, y;

	if (likely(len > 16)) {
		if (likely(len > 32)) {
			if (unlikely(len > TG_L3_ID_MAX))
				return false;
			x = word_at(id + 16);
			if (keep)
				memcpy(copy + 16, &x, 8);
			h ^= x;
		}
		x = word_at(id + len - 16);
		y = word_at(id + len - 8);
		if (keep) {
			memcpy(copy + len - 16, &x, 8);
			memcpy(copy + len - 8, &y, 8);
		}
		h ^= mul_fold(x ^ b->seed[2], y ^ b->seed[3]);
		x = word_at(id);
		y = word_at(id + 8);
		if (keep) {
			memcpy(copy, &x, 8);
			memcpy(copy + 8, &y, 8);
		}
	} else if (len >= 8) {
		x = word_at(id);
		y = word_at(id + len - 8);
		if (keep) {
			memcpy(copy, &x, 8);
			memcpy(copy + len - 8, &y, 8);
		}
	} else {
		if (len >= 4) {
			x = half_at(id);
			y = half_at(id + len - 4);
			if (keep) {
				memcpy(copy, &x, 4);
				memcpy(copy + len - 4, &y, 4);
			}
		} else {
			if (unlikely(!len))
				return false;
			x = id[0];
			y = id[len >> 1] | (u64)id[len - 1] << 8;
			if (keep) {
				copy[0] = id[0];
				copy[len >> 1] = id[len >> 1];
				copy[len - 1] = id[len - 1];
			}
		}
	}
	h ^= mul_fold(x ^ b->seed[0], y ^ b->seed[1]);
	*hash = h * b->seed[4];
	return true;
}

static __always_inline bool same_id(const struct tg_l3_order *o, const u8 *id, u64 len)
{
	const u8 *p = o->id;
	u64 d;

	if (unlikely(tg_l3_id_len(o) != len))
		return false;
	if (likely(len > 16)) {
		d = word_at(p) ^ word_at(id);
		d |= word_at(p + 8) ^ word_at(id + 8);
		d |= word_at(p + len - 16) ^ word_at(id + len - 16);
		d |= word_at(p + len - 8) ^ word_at(id + len - 8);
		if (likely(len > 32))
			d |= word_at(p + 16) ^ word_at(id + 16);
		return !d;
	}
	if (len >= 8)
		return !((word_at(p) ^ word_at(id)) |
			 (word_at(p + len - 8) ^ word_at(id + len - 8)));
	if (len >= 4)
		return !((half_at(p) ^ half_at(id)) |
			 (half_at(p + len - 4) ^ half_at(id + len - 4)));
	return !((p[0] ^ id[0]) | (p[len >> 1] ^ id[len >> 1]) | (p[len - 1] ^ id[len - 1]));
}

static __always_inline u64 tag_of(u64 hash)
{
	return (hash >> 8 & 0xff) | 0x80;
}

/* Bytes that are zero in x; now and then one too many, so the id decides. */
static __always_inline u64 hits_of(u64 tags, u64 hash)
{
	u64 x = tags ^ tag_of(hash) * TAG_ONES;

	return (x - TAG_ONES) & ~x & TAG_USED;
}

/* From the bucket where the id belongs, as far as there are passed ones. handle 0 = not there. */
static __attribute__((__noinline__)) struct found search_far(const struct tg_l3 *b, const u8 *id,
							      u32 len)
{
	struct found f = { .handle = 0 };
	u64 hash;

	if (!hash_of(b, id, len, false, NULL, &hash))
		return f;
	for (; f.steps < TG_L3_PROBES; f.steps++) {
		const struct bucket *at = bucket_at(b, (hash >> 32) + f.steps * sizeof(*at));
		u64 hits = hits_of(at->tags, hash);

		for (; hits; hits &= hits - 1) {
			f.slot = (u32)__builtin_ctzll(hits) >> 3;
			f.handle = at->order[f.slot];
			f.at = (u32)((const u8 *)at - (const u8 *)b);
			if (same_id(order_at(b, f.handle), id, len))
				return f;
		}
		if (!(at->tags >> PASSED_SHIFT))
			break;
	}
	f.handle = 0;
	return f;
}

/* The order's handle and where the index holds it. Nearly always the first hit is it. */
static __always_inline enum tg_l3_result lookup(const struct tg_l3 *b, const u8 *id, u64 len,
						u64 *handle, struct spot *s)
{
	struct found f;
	u64 hash, hits;

	if (unlikely(!hash_of(b, id, len, false, NULL, &hash)))
		return TG_L3_REFUSED;
	s->at = home_of(b, hash);
	s->steps = 0;
	hits = hits_of(s->at->tags, hash);
	if (likely(hits)) {
		s->slot = (u64)__builtin_ctzll(hits) >> 3;
		*handle = s->at->order[s->slot];
		if (likely(same_id(order_at(b, *handle), id, len)))
			return 0;
	}
	f = search_far(b, id, (u32)len);
	*handle = f.handle;
	s->slot = f.slot;
	s->steps = f.steps;
	s->at = (struct bucket *)((u8 *)b + f.at);
	return f.handle ? 0 : TG_L3_UNKNOWN;
}

/*
 * A slot for an id whose home is full, or was passed, or seems to hold it. Known: handle is not 0;
 * no slot within reach: slot is SLOTS.
 */
static __attribute__((__noinline__)) struct found slot_far(const struct tg_l3 *b, const u8 *id,
							    u32 len)
{
	struct found f = search_far(b, id, len);
	u64 hash;

	if (!f.handle && hash_of(b, id, len, false, NULL, &hash)) {
		for (f.steps = 0; f.steps < TG_L3_PROBES; f.steps++) {
			const struct bucket *at =
				bucket_at(b, (hash >> 32) + f.steps * sizeof(*at));
			u64 empty = ~at->tags & TAG_USED;

			if (!empty)
				continue;
			f.slot = (u32)__builtin_ctzll(empty) >> 3;
			f.at = (u32)((const u8 *)at - (const u8 *)b);
			return f;
		}
	}
	f.slot = SLOTS;
	return f;
}

/* Buckets that an order has to pass on the way to its own count it: a search goes on there. */
static __attribute__((__noinline__)) void pass(const struct tg_l3 *b, const struct bucket *at,
					       u32 steps, u64 by)
{
	u64 off = (u64)((const u8 *)at - (const u8 *)bucket_at(b, 0));

	for (; steps; steps--)
		bucket_at(b, off - steps * sizeof(*at))->tags += by;
}

static __always_inline void take_slot(const struct tg_l3 *b, const struct spot *s, u64 hash,
				      u64 handle)
{
	((u8 *)&s->at->tags)[s->slot] = (u8)tag_of(hash);
	s->at->order[s->slot] = (u32)handle;
	if (unlikely(s->steps))
		pass(b, s->at, s->steps, PASSED_ONE);
}

static __always_inline void leave_slot(const struct tg_l3 *b, const struct spot *s)
{
	((u8 *)&s->at->tags)[s->slot] = 0;
	if (unlikely(s->steps))
		pass(b, s->at, s->steps, -PASSED_ONE);
}

#endif
