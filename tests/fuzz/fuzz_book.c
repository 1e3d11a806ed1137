// SPDX-License-Identifier: MIT
/*
 * L3 book against its reference (tests/unit/ref_l3.h): the input chooses capacities, ids, prices and
 * every step, snapshots included. Checked besides memory: every result, and at the end the whole
 * book, order by order.
 */
#include "../unit/ops_l3.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 *in, *end;

/* When the input has ended, always the same. */
static u32 pick(u32 n)
{
	u32 v = in < end ? *in++ : 0;

	if (n > 256)
		v = v << 8 | (in < end ? *in++ : 0);
	return v % n;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct ref ref;
	struct l3_world w = { .r = &ref, .pick = pick, .clock = 1000000 };
	u32 n;

	in = data;
	end = data + size;
	ref.n = 0;
	ref.order_cap = 1 + pick(64);
	ref.level_cap = 1 + pick(16);
	w.ids = pick(L3_IDS_KINDS);
	w.population = ref.order_cap * 2;
	w.spread = 1 + pick(32);
	w.tick = 1 + pick(1000) * 100000;
	w.keyed = pick(2);
	w.b = aligned_alloc(64, tg_l3_bytes(ref.order_cap, ref.level_cap));
	if (!w.b)
		return 0;
	tg_l3_init(w.b, ref.order_cap, ref.level_cap, pick(256));
	for (n = 1; in < end; n++) {
		if (!pick(100))
			l3_load(&w);
		l3_step(&w);
		if (n % 64 == 0)
			ref_same(w.b, &ref);
	}
	ref_same(w.b, &ref);
	free(w.b);
	return 0;
}
