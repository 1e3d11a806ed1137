// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Execution ids seen lately: a ring of params.exec_ids entries with a chained hash over it. The
 * oldest falls out. A second line of defence stands behind it: fills are applied by cumulative
 * quantity, so an id that fell out does no harm when its report comes again. A bust of a trade that
 * fell out makes its order SUSPECT (bust.c).
 */
#include "state.h"

static u32 exec_buckets(const struct tg_engine *e)
{
	u32 n = e->params.exec_ids;

	return n < 2 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

void tg_exec_ids_init(struct tg_engine *e)
{
	memset(TG_TABLE(e, off_exec_buckets, u32), 0, (u64)exec_buckets(e) * sizeof(u32));
	memset(TG_TABLE(e, off_exec_ids, struct tg_exec_id), 0,
	       (u64)e->params.exec_ids * sizeof(struct tg_exec_id));
	e->exec_next = 0;
	e->exec_count = 0;
}

/* Takes entry i out of its chain. */
static void exec_unlink(struct tg_exec_id *ids, u32 *bucket, u32 i)
{
	u32 *link = bucket;

	while (*link && *link != i + 1)
		link = &ids[*link - 1].next;
	if (*link)
		*link = ids[i].next;
}

/* An id as it is kept: in words, which are compared and copied without a call. */
struct key {
	u64 word[TG_EXEC_ID_LEN / 8], hash;
	u32 len;
};

static __always_inline void make_key(struct key *key, u16 venue_id, const u8 *id, u32 len)
{
	u64 k = 0, left = len;

	memset(key->word, 0, sizeof(key->word));
	key->hash = tg_hash_bytes(venue_id, id, len);
	key->len = len;
	/* Too long to keep whole: its beginning and the hash of all of it stand for it. */
	if (unlikely(len > TG_EXEC_ID_LEN)) {
		key->len = TG_EXEC_ID_LEN;
		key->word[TG_EXEC_ID_LEN / 8 - 1] = key->hash;
		left = TG_EXEC_ID_LEN - 8;
	}
	for (; left >= 8; left -= 8, k++)
		key->word[k] = tg_load64(id + 8 * k);
	if (left)
		key->word[k] = tg_load_tail(id + 8 * k, left, len);
}

static_assert(TG_EXEC_ID_LEN == 40, "five words");
static __always_inline bool same_words(const u8 *bytes, const u64 *word)
{
	return !((tg_load64(bytes) ^ word[0]) | (tg_load64(bytes + 8) ^ word[1]) |
		 (tg_load64(bytes + 16) ^ word[2]) | (tg_load64(bytes + 24) ^ word[3]) |
		 (tg_load64(bytes + 32) ^ word[4]));
}

static __always_inline struct tg_exec_id *look_up(const struct tg_engine *e, u16 venue_id,
						  const struct key *key)
{
	struct tg_exec_id *ids = TG_TABLE(e, off_exec_ids, struct tg_exec_id), *x;
	const u32 *buckets = TG_TABLE(e, off_exec_buckets, u32);
	u32 i;

	for (i = buckets[key->hash & (exec_buckets(e) - 1)]; i; i = x->next) {
		x = &ids[i - 1];
		if (unlikely(x->hash == key->hash) && x->venue_id == venue_id &&
		    x->len == key->len && same_words(x->bytes, key->word))
			return x;
	}
	return NULL;
}

struct tg_exec_id *tg_exec_id_find(const struct tg_engine *e, u16 venue_id, const u8 *id, u32 len)
{
	struct key key;

	if (!len)
		return NULL;
	make_key(&key, venue_id, id, len);
	return look_up(e, venue_id, &key);
}

static __always_inline void put_word(struct tg_exec_id *x, u32 k, const struct key *key)
{
	memcpy(x->bytes + 8 * k, &key->word[k], 8);
}

/* The oldest gives its place to the newest. */
static __always_inline struct tg_exec_id *remember(struct tg_engine *e, u16 venue_id,
						   const struct key *key)
{
	struct tg_exec_id *ids = TG_TABLE(e, off_exec_ids, struct tg_exec_id), *x = ids + e->exec_next;
	u32 *buckets = TG_TABLE(e, off_exec_buckets, u32), *bucket;
	u64 mask = exec_buckets(e) - 1;

	if (likely(e->exec_count == e->params.exec_ids))
		exec_unlink(ids, &buckets[x->hash & mask], e->exec_next);
	else
		e->exec_count++;
	bucket = &buckets[key->hash & mask];
	/* Field by field: zeroed as a whole it would be by a string instruction. */
	x->hash = key->hash;
	x->order_id = 0;
	x->px = 0;
	x->qty = 0;
	x->fee = 0;
	x->next = *bucket;
	x->successor = 0;
	x->instrument_id = 0;
	x->strategy_id = 0;
	x->venue_id = venue_id;
	x->account_id = 0;
	x->len = (u8)key->len;
	x->state = TG_EXEC_PLAIN;
	x->side = 0;
	x->pad = 0;
	put_word(x, 0, key);
	put_word(x, 1, key);
	put_word(x, 2, key);
	put_word(x, 3, key);
	put_word(x, 4, key);
	*bucket = e->exec_next + 1;
	if (++e->exec_next == e->params.exec_ids)
		e->exec_next = 0;
	e->exec_total++;
	return x;
}

static __attribute__((__noinline__)) struct tg_exec_id *note_any(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len)
{
	struct tg_exec_id *x;
	struct key key;

	make_key(&key, venue_id, id, len);
	x = look_up(e, venue_id, &key);
	return x ? x : remember(e, venue_id, &key);
}

struct tg_exec_id *tg_exec_id_note(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len)
{
	struct tg_exec_id *x;
	struct key key;

	if (!len || !e->params.exec_ids)
		return NULL;
	if (unlikely(len - 8 >= 8))
		return note_any(e, venue_id, id, len);
	/* As many have it. The same key, in registers. */
	key.word[0] = tg_load64(id);
	key.word[1] = tg_load_second(id, len);
	key.word[2] = 0;
	key.word[3] = 0;
	key.word[4] = 0;
	key.hash = tg_hash_two(venue_id, key.word[0], key.word[1], len);
	key.len = len;
	x = look_up(e, venue_id, &key);
	return unlikely(x) ? x : remember(e, venue_id, &key);
}

bool tg_exec_id_seen(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len,
		     struct tg_exec_id **out)
{
	u64 total = e->exec_total;

	*out = tg_exec_id_note(e, venue_id, id, len);
	return *out && e->exec_total == total;
}

struct tg_exec_id *tg_exec_id_last(const struct tg_engine *e, struct tg_exec_id *x)
{
	struct tg_exec_id *ids = TG_TABLE(e, off_exec_ids, struct tg_exec_id);
	u32 n;

	/* Each is younger than the one before, so there are no circles; the bound is for the
	 * reader. */
	for (n = 0; n < e->params.exec_ids && x->state == TG_EXEC_BUSTED && x->successor; n++)
		x = &ids[x->successor - 1];
	return x;
}

void tg_exec_id_supersede(const struct tg_engine *e, struct tg_exec_id *old,
			  const struct tg_exec_id *by)
{
	old->state = TG_EXEC_BUSTED;
	old->successor = by ? (u32)(by - TG_TABLE(e, off_exec_ids, struct tg_exec_id)) + 1 : 0;
}

bool tg_exec_ids_complete(const struct tg_engine *e, u64 since)
{
	return e->exec_total - since < e->params.exec_ids;
}
