// SPDX-License-Identifier: GPL-2.0
/*
 * Journal ring: every record the engine consumed, in order, for the one reader that writes them to
 * disk.
 *
 * The thread writes, the reader (CAP_NET_ADMIN) moves `tail` in its own page. What that page says
 * is checked: a tail that went back, or past what was written, is not believed, so that a broken
 * reader makes the ring full and nothing worse. Records are kept from the engine's start, before
 * any reader is there, since a journal must begin with TG_IN_ENGINE. When there is no room the
 * record is counted lost and `overrun` latched; nothing is written until the reader has caught up,
 * so that what it missed is one hole in `seq` and not many.
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include <tickgate/ring.h>
#include "tickgate.h"

#define JOURNAL_DEFAULT_BYTES	SZ_16M
#define JOURNAL_MIN_BYTES	SZ_1M	/* holds several of the largest records */
#define JOURNAL_MAX_BYTES	SZ_1G

int tgk_journal_init(struct tgk_engine *eng)
{
	struct tgk_journal *j = &eng->journal;
	u32 bytes = eng->host.journal_bytes ? eng->host.journal_bytes : JOURNAL_DEFAULT_BYTES;

	if (!is_power_of_2(bytes) || bytes < JOURNAL_MIN_BYTES || bytes > JOURNAL_MAX_BYTES)
		return -EINVAL;
	init_waitqueue_head(&j->wait);
	atomic_set(&j->attached, 0);
	j->tail = 0;
	j->overrun = false;
	j->ring = tgk_ring_alloc(1, bytes);
	j->user = tgk_ring_alloc(0, TG_SHM_PAGE);
	if (!j->ring || !j->user) {
		tgk_journal_destroy(eng);
		return -ENOMEM;
	}
	return 0;
}

void tgk_journal_destroy(struct tgk_engine *eng)
{
	tgk_ring_put(eng->journal.ring);
	tgk_ring_put(eng->journal.user);
	eng->journal.ring = NULL;
	eng->journal.user = NULL;
}

static u64 reader_tail(struct tgk_journal *j)
{
	const struct tg_journal_user *u = j->user->mem;
	u64 tail = tg_load_acquire(&u->tail);

	/*
	 * from j->tail to head is all that a sound reader can say; the subtraction is safe when
	 * indices wrap
	 */
	if (tail - j->tail <= j->ring->head - j->tail)
		WRITE_ONCE(j->tail, tail);
	return j->tail;
}

bool tgk_journal_append(struct tgk_engine *eng, const struct tg_record *rec, const void *payload)
{
	struct tgk_journal *j = &eng->journal;
	struct tgk_ring *r = j->ring;
	u32 need = TG_RECORD_SIZE(rec->len);
	u32 at = r->head & (r->nslots - 1);
	u32 to_end = r->nslots - at;
	u32 skip = need > to_end ? to_end : 0;
	u32 pad = (0u - rec->len) & 7u;
	u64 used = r->head - reader_tail(j);
	u8 *p;

	if (j->overrun && !used)
		WRITE_ONCE(j->overrun, false);
	if (j->overrun || used + skip + need > r->nslots) {
		WRITE_ONCE(j->overrun, true);
		tgk_count(eng, TG_HC_JOURNAL_LOST);
		return false;
	}
	if (skip) {
		if (skip >= sizeof(*rec)) {
			struct tg_record fill = { .type = TG_IN_NONE, .len = skip - sizeof(*rec) };

			memcpy(r->slots + at, &fill, sizeof(fill));
		}
		at = 0;
	}
	p = r->slots + at;
	memcpy(p, rec, sizeof(*rec));
	if (rec->len)
		memcpy(p + sizeof(*rec), payload, rec->len);
	if (pad)
		memset(p + sizeof(*rec) + rec->len, 0, pad);
	r->head += skip + need;
	tg_store_release(&r->hdr->head, r->head);	/* (D) */
	tgk_count(eng, TG_HC_JOURNAL_RECORDS);
	return true;
}
