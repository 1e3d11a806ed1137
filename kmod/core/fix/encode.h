/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * FIX encoder: fields are appended in order; tg_fix_end() puts BodyLength and CheckSum. Works in the outbox's own memory.
 * Overflowing the buffer sets w->full and writes nothing more; tg_fix_end() then returns 0.
 */
#ifndef TG_FIX_ENCODE_H
#define TG_FIX_ENCODE_H

#include "port.h"
#include <tickgate/types.h>

#define TG_FIX_TX_MAX	4096u	/* longest message we produce */

struct tg_fix_writer {
	u8 *buf;	/* message will start here */
	u8 *p;		/* next byte */
	u8 *end;
	bool full;
};

/* begin: version 44 writes 8=FIX.4.4; room for 9= is kept. */
void tg_fix_begin(struct tg_fix_writer *w, u8 *buf, u32 cap, u16 version, u32 msg_type);
u32 tg_fix_end(struct tg_fix_writer *w);	/* total bytes, starting at w->buf; 0 = did not fit */

void tg_fix_put_bytes(struct tg_fix_writer *w, u32 tag, const void *v, u32 len);	/* len 0: the field is left out */
void tg_fix_put_str(struct tg_fix_writer *w, u32 tag, const char *padded, u32 max);	/* NUL padded; empty: left out */
void tg_fix_put_char(struct tg_fix_writer *w, u32 tag, u8 v);
void tg_fix_put_u64(struct tg_fix_writer *w, u32 tag, u64 v);
void tg_fix_put_e8(struct tg_fix_writer *w, u32 tag, s64 v);		/* shortest exact decimal: 61837.63, 5, 0.00001 */
void tg_fix_put_time(struct tg_fix_writer *w, u32 tag, u64 time_ns);	/* YYYYMMDD-HH:MM:SS.sss */
void tg_fix_put_hex64(struct tg_fix_writer *w, u32 tag, u64 v);		/* 16 upper-case hex digits: our ClOrdID */

/* Parses what tg_fix_put_hex64 wrote; false = not ours. */
bool tg_fix_hex64(const u8 *v, u32 len, u64 *out);

#endif
