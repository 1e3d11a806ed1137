/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Outbox: what one step wants done, in order. The host gives the buffer, the engine appends, the host carries out and empties.
 * Entry = struct tg_out, then `len` bytes, then zero padding to 8.
 */
#ifndef TG_CORE_OUTBOX_H
#define TG_CORE_OUTBOX_H

#include "port.h"

enum tg_out_type {
	TG_OUT_PUBLIC = 1,	/* struct tg_pub_event */
	TG_OUT_PRIVATE = 2,	/* struct tg_priv_event; target = client id */
	TG_OUT_TCP = 3,		/* one FIX message; target = venue id; arg = cause_time_ns of the submission behind it, 0 = none */
	TG_OUT_CLOSE = 4,	/* close the transport; target = venue id */
	TG_OUT_BOOK = 5,	/* book changed, rewrite its image; arg = instrument id; no bytes */
	TG_OUT_STAT = 6,	/* target = enum tg_stage, arg = nanoseconds between two records; no bytes */
	TG_OUT_PRODUCT = 7,	/* consolidated book changed, rewrite its image; arg = product id; no bytes */
};

struct tg_out {
	u16 type;
	u16 target;
	u32 len;
	u64 arg;
};

struct tg_outbox {
	u8 *buf;	/* 8-byte aligned */
	u32 cap;
	u32 len;
	u32 lost;	/* entries that did not fit since the host last looked; the engine counts them too */
};

#define TG_OUT_SIZE(len) (sizeof(struct tg_out) + (((len) + 7u) & ~7u))

/* Space for an entry of at most `max` bytes, or NULL (counted in ob->lost). Becomes real with tg_outbox_commit(). */
static inline u8 *tg_outbox_reserve(struct tg_outbox *ob, u32 max)
{
	if (unlikely((u64)ob->len + TG_OUT_SIZE((u64)max) > ob->cap)) {
		ob->lost++;
		return NULL;
	}
	return ob->buf + ob->len + sizeof(struct tg_out);
}

/* Commits the space reserved last, of which `len` <= max bytes were written and are followed by zeros up to a multiple of 8. */
static inline void tg_outbox_commit_padded(struct tg_outbox *ob, u16 type, u16 target, u64 arg, u32 len)
{
	struct tg_out *o = (struct tg_out *)(ob->buf + ob->len);

	o->type = type;
	o->target = target;
	o->len = len;
	o->arg = arg;
	ob->len += TG_OUT_SIZE(len);
}

/* The same; writes the zeros. */
static inline void tg_outbox_commit(struct tg_outbox *ob, u16 type, u16 target, u64 arg, u32 len)
{
	u32 pad = (0u - len) & 7u;

	if (pad)
		memset(ob->buf + ob->len + sizeof(struct tg_out) + len, 0, pad);
	tg_outbox_commit_padded(ob, type, target, arg, len);
}

/* Iterate: for (pos = 0; (o = tg_outbox_next(ob, &pos)); ). The bytes follow the header: tg_out_bytes(o). */
static inline const struct tg_out *tg_outbox_next(const struct tg_outbox *ob, u32 *pos)
{
	const struct tg_out *o = (const struct tg_out *)(ob->buf + *pos);

	if (*pos >= ob->len)
		return NULL;
	*pos += TG_OUT_SIZE(o->len);
	return o;
}

static inline const void *tg_out_bytes(const struct tg_out *o)
{
	return o + 1;
}

#endif
