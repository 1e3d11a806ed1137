// SPDX-License-Identifier: MIT
/*
 * The dictionary's walk and the typed messages. The input is a type, a dictionary and a body ('|' is SOH): whatever is in it, the walk ends with a verdict that
 * points into the message, and what decodes is encoded to something that decodes to the same. The same bytes also seed a message made up by its layout.
 */
#include <assert.h>
#include "fix/dict_tables.h"
#include "../unit/msgkit.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const struct tg_msg_layout *const layouts[] = {
#define EACH(name, LIST, type) &tg_layout_##name,
	TG_MESSAGES(EACH)
#undef EACH
};
#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static bool decode(const struct tg_msg_layout *l, u8 *msg, u32 n, struct tg_fix_frame *f, void *out)
{
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	u32 used, bad;

	assert(!tg_fix_frame(msg, n, 1u << 20, f, &used) && used == n);
	return !tg_fix_decode_header(f, &c, &h) && !tg_msg_decode(l, &c, out, &bad);
}

/* Encoded to a block of exactly its size. */
static u8 *encode(const struct tg_msg_layout *l, const void *m, u16 version, u32 *n)
{
	u32 cap = 1u << 18;
	u8 *p = malloc(cap);

	*n = kit_encode(l, m, version, NULL, p, cap);
	assert(*n);
	return realloc(p, *n);
}

static void same_again(const struct tg_msg_layout *l, const void *m, u16 version)
{
	struct tg_fix_frame f;
	u8 *p, *q;
	u64 out[128];
	u32 n, k;

	p = encode(l, m, version, &n);
	assert(decode(l, p, n, &f, out));
	assert(!kit_differs(l, m, out));
	q = encode(l, out, version, &k);
	assert(n == k && !memcmp(p, q, n));
	free(p);
	free(q);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const struct tg_fix_dict *d;
	const struct tg_msg_layout *l;
	struct tg_fix_verdict v;
	struct tg_fix_writer w;
	struct tg_fix_frame f;
	static struct kit k;
	u32 n, i, used;
	u64 m[128];
	u8 *p;

	if (size < 8 || size > 30000)
		return 0;
	l = layouts[data[0] % N_LAYOUTS];
	d = &tg_dict_all[data[1] % tg_dict_count];
	p = malloc(size + 256);
	tg_fix_begin(&w, p, (u32)size + 256, d->version, l->msg_type);
	if (data[2] & 1) {
		tg_fix_put_bytes(&w, 49, "GW", 2);
		tg_fix_put_bytes(&w, 56, "V", 1);
		tg_fix_put_u64(&w, 34, 7);
		tg_fix_put_time(&w, 52, 1700000000123000000ULL);
	}
	for (i = 3; i < size; i++)
		*w.p++ = data[i] == '|' ? TG_SOH : data[i];
	if (w.p[-1] != TG_SOH)
		*w.p++ = TG_SOH;
	n = tg_fix_end(&w);
	assert(n);
	p = realloc(p, n);
	assert(!tg_fix_frame(p, n, 1u << 20, &f, &used));
	if (!tg_fix_validate(d, &f, data[2] & 2 ? TG_VALIDATE_UNKNOWN : 0, &v))
		assert(v.err && v.err < TG_FIX_ERROR_MAX && v.offset < n && v.ref_tag <= TG_FIX_MAX_TAG && (v.reason <= TG_REJECT_EMBEDDED_SOH || v.reason == TG_REJECT_OTHER));
	else
		assert(!v.err);
	if (decode(l, p, n, &f, m))
		same_again(l, m, d->version);
	memcpy(&k.seed, data, 8);
	k.seed |= 1;
	k.used = 0;
	kit_fill(&k, l, m, d->version, NULL, data[2] & 4);
	same_again(l, m, d->version);
	free(p);
	return 0;
}
