// SPDX-License-Identifier: MIT
/*
 * tgctl fix on any bytes: streams, logs, unframed lines, captures, TCP segments in any order. The
 * first byte chooses. Checked besides memory: everything is done with at the end, a stream cut into
 * windows shows the valid messages that it shows whole, and a stream cut into segments does too, in
 * whatever order they come.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "fix.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct fix_run run;

static u64 valid(void)
{
	u64 v, r;

	fix_counts(&run, &v, &r);
	return v;
}

typedef u32 (*scan_fn)(struct fix_scan *, const u8 *, u32, bool);

/* Through windows of `step` bytes, each on a block of its own size. */
static u64 windows(scan_fn fn, const u8 *p, u32 n, u32 step, const struct fix_sep *sep)
{
	u64 before = valid();
	u32 from = 0, to = 0, used;
	struct fix_scan s;

	fix_scan_init(&s, &run, "fuzz");
	if (sep)
		s.sep = *sep;
	while (from < n || to < n) {
		u8 *w;

		to = to + step < n ? to + step : n;
		w = malloc(to - from + 1);
		memcpy(w, p + from, to - from);
		used = fn(&s, w, to - from, to == n);
		free(w);
		assert(used <= to - from);
		assert(to != n || used == to - from);
		from += used;
	}
	assert(s.offset == n);
	fix_scan_free(&s);
	return valid() - before;
}

static const struct fix_flow_key key = { .src = { 10, 0, 0, 1 },
					 .dst = { 10, 0, 0, 2 },
					 .sport = 1,
					 .dport = 2,
					 .proto = 6,
					 .version = 4 };

/* The bytes as one TCP direction in pieces of `step`, order and repetition taken from the bytes
 * themselves. */
static u64 segments(const u8 *p, u32 n, u32 step, u32 seq)
{
	u64 before = valid();
	struct fix_flows *fl = fix_flows_new(&run, "fuzz");
	u32 pieces = (n + step - 1) / step, i, k;

	fix_tcp_segment(fl, &key, seq - 1, FIX_TCP_SYN, NULL, 0, 1, 0);
	for (i = 0; i < pieces; i++) {
		/* within each eight, turned by what stands there; then all once more, so that none
		 * lacks */
		k = (i & ~7u) + ((i + p[i]) & 7);
		if (k < pieces)
			fix_tcp_segment(fl, &key, seq + k * step, 0, p + k * step,
					n - k * step < step ? n - k * step : step, i + 2, 0);
		if ((i & 7) == 7 || i + 1 == pieces)
			for (k = i & ~7u; k <= i; k++)
				fix_tcp_segment(fl, &key, seq + k * step, 0, p + k * step,
						n - k * step < step ? n - k * step : step, i + 2,
						0);
	}
	fix_flows_end(fl);
	return valid() - before;
}

static void wild_segments(const u8 *p, u32 n)
{
	struct fix_flows *fl = fix_flows_new(&run, "fuzz");
	struct fix_flow_key k = key;
	u64 packet = 0;

	while (n > 4) {
		u32 len = p[3] < n - 4 ? p[3] : n - 4;

		k.sport = p[0] & 1;
		k.proto = p[0] & 8 ? 17 : 6;
		if (k.proto == 6)
			fix_tcp_segment(fl, &k, 0xffffff00u + p[1] + p[2] * 7u,
					p[0] >> 1 & 7 & (p[0] >> 4), p + 4, len, ++packet, 0);
		else
			fix_udp_datagram(fl, &k, p + 4, len, len + p[2] / 64, ++packet, 0);
		p += 4 + len;
		n -= 4 + len;
	}
	fix_flows_end(fl);
}

static void capture(const u8 *p, u32 n)
{
	FILE *f;

	if (!n)
		return;
	f = fmemopen((void *)(uintptr_t)p, n, "r");
	if (f)
		fix_pcap(&run, f, "fuzz");
}

static void drop_notes(void)
{
	while (run.notes)
		free(run.note[--run.notes]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const scan_fn fns[] = { fix_scan_stream, fix_scan_log, fix_scan_unframed };
	static const char *const seps[] = { "soh", "pipe", ";", "^A" };
	struct fix_sep sep;
	const u8 *p = data + 2;
	u32 n, how, step;
	u8 *copy;

	if (!run.stats) {
		run.opt = (struct fix_options){ .level = FIX_LEVEL_DICT,
						.max_message = 8192,
						.max = ~0ull,
						.to_ns = ~0ull,
						.fields = true,
						.names = true };
		if (!freopen("/dev/null", "w", stdout) || !fix_stats_new(&run))
			return 0;
	}
	if (size < 3 || size > 60000)
		return 0;
	n = (u32)size - 2;
	how = data[0];
	step = data[1] + 1u;
	run.opt.json = how & 128;
	switch (how % 8) {
	case 0:
		assert(windows(fix_scan_stream, p, n, step, NULL) ==
		       windows(fix_scan_stream, p, n, n, NULL));
		break;
	case 1:
	case 2:
		fix_sep_named(seps[how >> 3 & 3], &sep);
		windows(fns[how % 8], p, n, step, how & 64 ? NULL : &sep);
		break;
	case 3: assert(fix_detect(p, n, &sep) <= FIX_PCAP); break;
	case 4: wild_segments(p, n); break;
	case 5:
		copy = malloc(n); /* in order: what the pieces must come to */
		memcpy(copy, p, n);
		if (fix_start(p, 0, n) == 0)
			assert(segments(copy, n, step, 0xfffffff0u) ==
			       windows(fix_scan_stream, p, n, n, NULL));
		free(copy);
		break;
	default: capture(p, n);
	}
	drop_notes();
	return 0;
}
