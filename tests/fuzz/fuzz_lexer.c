// SPDX-License-Identifier: MIT
/*
 * Framing, field walk and every decoder on any bytes. The input is taken as a stream; each byte string is also given a right length and sum, so that
 * the decoders are reached without luck. Checked besides memory: the walk ends, both value parsers agree, a frame is what it says.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "fix/decode.h"
#include "fix/encode.h"
#include "fix/lexer_inline.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void values(struct tg_fix_cursor c)
{
	u64 a, b;
	s64 x, y;
	u32 n, m;
	bool ok = tg_fix_u64(c.val, c.len, &a);
	struct tg_fix_cursor k = c;

	assert(tg_fix_take_u64(&k, &b) == ok && (!ok || (a == b && k.p == c.p)));
	k = c;
	ok = tg_fix_e8(c.val, c.len, &x);
	assert(tg_fix_take_e8(&k, &y) == ok && (!ok || (x == y && k.p == c.p)));
	k = c;
	assert(tg_fix_take_px(&k, &y) == ok && (!ok || (x == y && k.p == c.p)));
	ok = tg_fix_time_ns(c.val, c.len, &a);
	k = c;
	assert(tg_fix_take_time(&k, &b) == ok && (!ok || a == b));
	k = c;
	k.date = tg_load64(c.val);
	if (tg_fix_date_ns(k.date, &k.date_ns))
		assert(tg_fix_take_time(&k, &b) == ok && (!ok || a == b));
	k = c;
	ok = tg_fix_u32(c.val, c.len, &n);
	assert(tg_fix_take_small(&k, &m) == ok && (!ok || (n == m && k.p == c.p)));
	k = c;
	assert(tg_fix_take(&k) && k.len == c.len && k.p == c.p);
	k = c;
	assert(tg_fix_take_short(&k) && k.len == c.len && k.p == c.p);
	k = c;
	assert(tg_fix_take_long(&k) && k.len == c.len && k.p == c.p);
	tg_fix_hex64(c.val, c.len, &a);
}

/* Kept over the messages of one input; it must change nothing. */
static struct tg_fix_hint hint;

static void decode(const struct tg_fix_frame *f)
{
	struct tg_fix_header g;
	struct tg_fix_cursor c, k;
	struct tg_fix_header h;
	struct tg_fix_admin a;
	struct tg_fix_exec x;
	struct tg_fix_cancel_reject r;
	struct tg_fix_md_reject y;
	struct tg_fix_md_iter it;
	struct tg_fix_md_entry e;
	enum tg_fix_error err;
	static const char admin[] = "0123456A5j";
	u32 i, n = 0;
	bool last;

	tg_fix_cursor_init(&c, f);
	while (tg_fix_next(&c)) {
		assert(c.len && c.val + c.len <= c.end && ++n <= f->body_len / 4);
		if (!memchr(c.val, TG_SOH, c.len))
			values(c);
	}
	assert(c.err || c.p == c.end + 1);
	assert(c.err < TG_FIX_ERROR_MAX);
	err = tg_fix_decode_header_like(f, &hint, &k, &g);
	assert(tg_fix_decode_header(f, &c, &h) == err && h.bad_tag == g.bad_tag);
	if (err)
		return;
	assert(c.p == k.p && c.end == k.end && !k.err && h.seq == g.seq && h.sending_time_ns == g.sending_time_ns && h.sender.p == g.sender.p);
	assert(h.sender.len == g.sender.len && h.target.p == g.target.p && h.target.len == g.target.len && h.poss_dup == g.poss_dup);
	assert(h.orig_sending_time_ns == g.orig_sending_time_ns && h.poss_resend == g.poss_resend);
	for (i = 0; i < sizeof(admin) - 1; i++) {
		k = c;
		tg_fix_decode_admin((u8)admin[i], 0, &k, &a);
	}
	k = c;
	tg_fix_decode_exec(&k, &x);
	k = c;
	tg_fix_decode_cancel_reject(&k, &r);
	k = c;
	tg_fix_decode_md_reject(&k, &y);
	for (i = 0; i < 2; i++) {
		u32 type = i ? 'X' : 'W';

		n = 0;
		err = tg_fix_md_begin(&it, type, &c);
		if (!err) {
			while (tg_fix_md_next(&it, &e))
				n++;
			err = it.err;
			assert(err || n == it.count);
		}
		assert(tg_fix_md_check(type, &c, &last) == err);
	}
}

static void stream(const u8 *data, size_t size)
{
	u8 *p = malloc(size ? size : 1);
	struct tg_fix_frame f;
	u32 at = 0, used;

	memcpy(p, data, size);
	while (at < size) {
		enum tg_fix_error err = tg_fix_frame(p + at, (u32)size - at, 1u << 16, &f, &used);

		assert(used <= size - at);
		if (!used) {
			assert(!err);
			break;
		}
		if (!err) {
			assert(f.len == used && f.body_off + f.body_len + 7 == used && f.fields_off > f.body_off);
			decode(&f);
		}
		at += used;
	}
	free(p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *m;
	struct tg_fix_frame f;
	struct tg_fix_writer w;
	u32 n, i, used;

	if (size > 60000)
		return 0;
	memset(&hint, 0, sizeof(hint));
	stream(data, size);
	/* The same as a body, '|' for SOH too, with a right frame around it, in a block of exactly its size. */
	m = malloc(size + 128);
	tg_fix_begin(&w, m, (u32)size + 128, 44, 'X');
	if (size > 1) {
		for (i = 0; i < size; i++)
			w.p[i] = data[i] == '|' ? TG_SOH : data[i];
		w.p += size;
		if (w.p[-1] != TG_SOH)
			*w.p++ = TG_SOH;
	}
	n = tg_fix_end(&w);
	assert(n);
	m = realloc(m, n);
	assert(!tg_fix_frame(m, n, 1u << 16, &f, &used) && used == n);
	decode(&f);
	decode(&f);	/* with the hint of the first time */
	free(m);
	return 0;
}
