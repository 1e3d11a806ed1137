// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Execution ids seen lately: a ring of params.exec_ids entries with a chained hash over it. The
 * oldest falls out. A second line of defence stands behind it: fills are applied by cumulative
 * quantity, so an id that fell out does no harm when its report comes again.
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

bool tg_exec_id_seen(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len, u64 *hash)
{
	struct tg_exec_id *ids = TG_TABLE(e, off_exec_ids, struct tg_exec_id), *x;
	u32 *buckets = TG_TABLE(e, off_exec_buckets, u32);
	u64 mask = exec_buckets(e) - 1, h = tg_hash_bytes(venue_id, id, len);
	u8 key[TG_EXEC_ID_LEN];
	u32 i, n = len;

	*hash = h;
	if (!len || !e->params.exec_ids)
		return false;
	memset(key, 0, sizeof(key));
	if (len > TG_EXEC_ID_LEN) {
		/* Too long to keep whole: its beginning and the hash of all of it stand for it. */
		n = TG_EXEC_ID_LEN;
		memcpy(key, id, TG_EXEC_ID_LEN - 8);
		memcpy(key + TG_EXEC_ID_LEN - 8, &h, 8);
	} else {
		memcpy(key, id, len);
	}
	for (i = buckets[h & mask]; i; i = ids[i - 1].next) {
		x = &ids[i - 1];
		if (x->hash == h && x->venue_id == venue_id && x->len == n &&
		    !memcmp(x->bytes, key, TG_EXEC_ID_LEN))
			return true;
	}
	x = &ids[e->exec_next];
	if (e->exec_count == e->params.exec_ids)
		exec_unlink(ids, &buckets[x->hash & mask], e->exec_next);
	else
		e->exec_count++;
	x->hash = h;
	x->venue_id = venue_id;
	x->len = (u8)n;
	memcpy(x->bytes, key, TG_EXEC_ID_LEN);
	x->pad = 0;
	x->next = buckets[h & mask];
	buckets[h & mask] = e->exec_next + 1;
	if (++e->exec_next == e->params.exec_ids)
		e->exec_next = 0;
	return false;
}
