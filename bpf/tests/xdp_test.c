// SPDX-License-Identifier: MIT
/*
 * The XDP program on made-up frames (bpf_prog_test_run), against the module: verdict, counter, and
 * for what the engine took the bytes that arrived in its journal. Runs in a guest; see run.
 */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fixture.h"
#include "rig.h"

#define TEXT	"8=FIXT.1.1\0019=5\00135=X\00110=000\001"
#define WITH	.payload = TEXT, .len = sizeof(TEXT) - 1
#define FEED4	1		/* untagged IPv4 */
#define FEED6	2
#define FEED_V	3		/* VLAN 100 */
#define FEED_ANY 4		/* IPv6, any VLAN */

struct fixture {
	const char *name;
	struct frame_spec spec;
	int feed;		/* taken by this feed; 0 = passed, with this global counter: */
	int counter;
};

static const struct fixture fixtures[] = {
	{ "IPv4", { .family = 4, WITH }, FEED4, 0 },
	{ "IPv4 with options", { .family = 4, .options = 3, WITH }, FEED4, 0 },
	{ "IPv4 with all options", { .family = 4, .options = 10, WITH }, FEED4, 0 },
	{ "IPv4 padded by Ethernet", { .family = 4, .padding = 18, WITH }, FEED4, 0 },
	{ "IPv4, do not fragment", { .family = 4, .frag = 0x4000, WITH }, FEED4, 0 },
	{ "IPv4 in a VLAN", { .family = 4, .vlan = { 100 }, WITH }, FEED_V, 0 },
	{ "IPv4 in QinQ", { .family = 4, .vlan = { 900, 100 }, WITH }, FEED_V, 0 },
	{ "IPv6", { .family = 6, WITH }, FEED6, 0 },
	{ "IPv6 in a VLAN, matched by any", { .family = 6, .vlan = { 77 }, WITH }, FEED_ANY, 0 },
	{ "IPv6 in QinQ, matched by any", { .family = 6, .vlan = { 900, 78 }, WITH }, FEED_ANY, 0 },

	{ "other VLAN", { .family = 4, .vlan = { 101 }, WITH }, 0, TG_XG_NOT_OURS },
	{ "outer tag does not steer",
	  { .family = 4, .vlan = { 100, 101 }, WITH }, 0, TG_XG_NOT_OURS },
	{ "three tags", { .family = 4, .vlan = { 900, 901, 100 }, WITH }, 0, TG_XG_VLAN_DEPTH },
	{ "other port", { .family = 4, .port = PORT + 1, WITH }, 0, TG_XG_NOT_OURS },
	{ "port with its bytes swapped", { .family = 4, .port = 0x3175, WITH }, 0, TG_XG_NOT_OURS },
	{ "other IPv4 address", { .family = 4, .other_address = 1, WITH }, 0, TG_XG_NOT_OURS },
	{ "other IPv6 address", { .family = 6, .other_address = 1, WITH }, 0, TG_XG_NOT_OURS },
	{ "TCP", { .family = 4, .proto = IPPROTO_TCP, WITH }, 0, TG_XG_NOT_UDP },
	{ "TCP over IPv6", { .family = 6, .proto = IPPROTO_TCP, WITH }, 0, TG_XG_NOT_UDP },
	{ "first fragment", { .family = 4, .frag = 0x2000, WITH }, 0, TG_XG_FRAGMENTS },
	{ "middle fragment", { .family = 4, .frag = 0x2010, WITH }, 0, TG_XG_FRAGMENTS },
	{ "last fragment", { .family = 4, .frag = 0x0010, WITH }, 0, TG_XG_FRAGMENTS },
	{ "IPv6 fragment header", { .family = 6, .proto = 44, WITH }, 0, TG_XG_FRAGMENTS },
	{ "IPv6 hop-by-hop options",
	  { .family = 6, .proto = 256 /* 0 in the frame */, WITH }, 0, TG_XG_IP6_EXTENSION },
	{ "IPv6 routing header", { .family = 6, .proto = 43, WITH }, 0, TG_XG_IP6_EXTENSION },
	{ "IPv6 destination options", { .family = 6, .proto = 60, WITH }, 0, TG_XG_IP6_EXTENSION },
	{ "ARP", { .family = 4, .ethertype = 0x0806, WITH }, 0, TG_XG_NOT_IP },
	{ "IPv4 in an IPv6 frame", { .family = 4, .ethertype = 0x86dd, WITH }, 0, TG_XG_SHORT },
	{ "IPv6 in an IPv4 frame", { .family = 6, .ethertype = 0x0800, WITH }, 0, TG_XG_SHORT },
	{ "IPv4 version 5", { .family = 4, .version = 5, WITH }, 0, TG_XG_SHORT },
	{ "UDP length 7", { .family = 4, .udp_len = 7, WITH }, 0, TG_XG_SHORT },
	{ "UDP longer than IPv4",
	  { .family = 4, .padding = 4, .udp_len = 8 + sizeof(TEXT), WITH }, 0, TG_XG_SHORT },
	{ "UDP longer than IPv6",
	  { .family = 6, .padding = 4, .udp_len = 8 + sizeof(TEXT), WITH }, 0, TG_XG_SHORT },
	{ "UDP and IPv4 longer than the frame",
	  { .family = 4, .udp_len = 1000, .ip_len = 1020, WITH }, 0, TG_XG_SHORT },
	{ "IPv4 total length below its header",
	  { .family = 4, .ip_len = 19, WITH }, 0, TG_XG_SHORT },
};

static int run_many(struct rig *r, const __u8 *frame, unsigned int len, unsigned int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = len, .repeat = repeat);
	int err = bpf_prog_test_run_opts(r->prog, &o);

	return err ? err : (int)o.retval;
}

static bool arrived(struct rig *r, int feed, const __u8 *payload, unsigned int len)
{
	const __u8 *got;
	struct tg_record rec;

	return rig_udp(r, &rec, &got) && rec.source == feed && rec.len == len &&
	       !memcmp(got, payload, len);
}

static bool one_more(const __u64 *before, const __u64 *after, unsigned int n, __u64 mask)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (after[i] - before[i] != (mask >> i & 1))
			return false;
	return true;
}

static void run_fixture(struct rig *r, const struct fixture *f)
{
	struct tg_xdp_global_stats g = rig_global(r), g2;
	struct tg_xdp_feed_stats s = rig_feed(r, f->feed), s2;
	unsigned int off, len;
	__u8 frame[FRAME_MAX];
	bool good;
	int action;

	len = frame_make(&f->spec, frame, &off);
	action = run_many(r, frame, len, 1);
	g2 = rig_global(r);
	s2 = rig_feed(r, f->feed);
	if (f->feed) {
		s.bytes += f->spec.len;
		good = action == XDP_DROP &&
		       one_more((__u64 *)&g, (__u64 *)&g2, TG_XG_MAX, 1 << TG_XG_FRAMES) &&
		       one_more((__u64 *)&s, (__u64 *)&s2, TG_XF_MAX,
				1 << TG_XF_PACKETS | 1 << TG_XF_TAKEN) &&
		       arrived(r, f->feed, frame + off, f->spec.len);
		check(good, "taken: %s", f->name);
	} else {
		good = action == XDP_PASS && one_more((__u64 *)&g, (__u64 *)&g2, TG_XG_MAX,
						      1 << TG_XG_FRAMES | 1ull << f->counter);
		check(good, "passed: %s", f->name);
	}
}

/* Every length below the whole frame is passed and counted short, whatever it ends in. */
static void run_lengths(struct rig *r, const struct fixture *f)
{
	struct tg_xdp_global_stats g = rig_global(r), g2;
	unsigned int off, len, n, bad = 0;
	__u8 frame[FRAME_MAX];

	len = frame_make(&f->spec, frame, &off) - f->spec.padding;
	for (n = 14; n < len; n++) {
		/* its own allocation, so that the kernel copies no byte more */
		__u8 *cut = malloc(n);

		if (!cut)
			exit(1);
		memcpy(cut, frame, n);
		if (run_many(r, cut, n, 1) != XDP_PASS)
			bad++;
		free(cut);
	}
	g2 = rig_global(r);
	check(!bad && g2.cut_short - g.cut_short == len - 14,
	      "short at each of %u lengths: %s", len - 14, f->name);
}

static const struct frame_spec plain = { .family = 4, WITH };

static void run_refused(struct rig *r, const char *name, struct tg_steer_value v,
			const struct frame_spec *spec, int action, __u64 counters, int host)
{
	struct tg_xdp_feed_stats s = rig_feed(r, v.feed_id), s2;
	__u64 h = rig_host(r, host), h2;
	unsigned int off, len;
	__u8 frame[FRAME_MAX];
	int got;

	rig_steer(r, 4, 0, v);
	len = frame_make(spec, frame, &off);
	got = run_many(r, frame, len, 1);
	s2 = rig_feed(r, v.feed_id);
	s.bytes = s2.bytes;
	h2 = rig_host(r, host);
	check(got == action &&
		      one_more((__u64 *)&s, (__u64 *)&s2, TG_XF_MAX, counters | 1 << TG_XF_PACKETS) &&
		      h2 == h + 1,
	      "refused: %s", name);
}

static void run_engine_refusals(struct rig *r)
{
	static __u8 big[3000];
	struct frame_spec empty = { .family = 4 },
			  oversize = { .family = 4, .payload = big, .len = sizeof(big) };
	__u64 dropped = 1 << TG_XF_ERRORS | 1 << TG_XF_DROPPED,
	      passed = 1 << TG_XF_ERRORS | 1 << TG_XF_PASSED;
	struct tg_steer_value v = { .engine_id = RIG_ENGINE, .feed_id = 10 };

	memset(big, 'x', sizeof(big));
	v.engine_id = RIG_ENGINE + 1;
	run_refused(r, "another engine: dropped", v, &plain, XDP_DROP, dropped,
		    TG_HC_KFUNC_NO_ENGINE);
	v.flags = TG_STEER_PASS_ON_ERROR;
	run_refused(r, "another engine: passed when told so", v, &plain, XDP_PASS, passed,
		    TG_HC_KFUNC_NO_ENGINE);
	v.engine_id = RIG_ENGINE;
	v.feed_id = RIG_MAX_FEEDS + 1;
	run_refused(r, "feed beyond the engine's", v, &plain, XDP_PASS, passed,
		    TG_HC_KFUNC_BAD_ARGS);
	v.feed_id = 10;
	run_refused(r, "empty payload", v, &empty, XDP_PASS, passed, TG_HC_KFUNC_BAD_ARGS);
	run_refused(r, "payload above a queue slot", v, &oversize, XDP_PASS, passed,
		    TG_HC_QUEUE_OVERSIZE);
	v.flags = TG_STEER_COPY;
	run_refused(r, "nothing here, but a copy goes to the stack", v, &plain, XDP_PASS,
		    1 << TG_XF_TAKEN | 1 << TG_XF_PASSED, TG_HC_QUEUED_PACKETS);
	check(arrived(r, 10, (const __u8 *)TEXT, sizeof(TEXT) - 1),
	      "the copied one is in the journal");
}

/* A queue of 16 and a burst: what did not fit is refused and told, what fitted arrives. */
static void run_queue_full(struct rig *r)
{
	struct tg_steer_value v = { .engine_id = RIG_ENGINE,
				    .feed_id = 11,
				    .flags = TG_STEER_PASS_ON_ERROR };
	__u64 drops = rig_host(r, TG_HC_QUEUE_DROPS), queued = rig_host(r, TG_HC_QUEUED_PACKETS);
	struct tg_xdp_feed_stats s;
	unsigned int off, len, n;
	__u8 frame[FRAME_MAX];

	rig_steer(r, 4, 0, v);
	len = frame_make(&plain, frame, &off);
	run_many(r, frame, len, 20000);
	s = rig_feed(r, 11);
	drops = rig_host(r, TG_HC_QUEUE_DROPS) - drops;
	queued = rig_host(r, TG_HC_QUEUED_PACKETS) - queued;
	check(s.packets == 20000 && drops && s.errors == drops &&
		      s.taken == queued,
	      "queue full: %llu of 20000 refused, each counted", drops);
	for (n = 0; n < queued; n++)
		if (!arrived(r, 11, (const __u8 *)TEXT, sizeof(TEXT) - 1))
			break;
	check(n == queued, "queue full: all %llu taken are in the journal", queued);
}

int main(int argc, char **argv)
{
	static const int cut[] = { 0, 1, 2, 5, 6, 7, 8 };
	unsigned int n = sizeof(fixtures) / sizeof(fixtures[0]),
		     ncut = sizeof(cut) / sizeof(cut[0]), i;
	struct rig r;

	if (argc != 2) {
		fprintf(stderr, "usage: xdp_test tickgate_xdp.bpf.o\n");
		return 2;
	}
	plan(n + ncut + 9);
	rig_open(&r);
	rig_start(&r, argv[1], (struct tg_nl_host){ .wait = TG_WAIT_BLOCK, .packet_slots = 16 });
	rig_journal_open(&r);
	rig_steer(&r, 4, 0, (struct tg_steer_value){ RIG_ENGINE, FEED4, 0 });
	rig_steer(&r, 6, 0, (struct tg_steer_value){ RIG_ENGINE, FEED6, 0 });
	rig_steer(&r, 4, 100, (struct tg_steer_value){ RIG_ENGINE, FEED_V, 0 });
	rig_steer(&r, 6, TG_XDP_VLAN_ANY, (struct tg_steer_value){ RIG_ENGINE, FEED_ANY, 0 });

	for (i = 0; i < n; i++)
		run_fixture(&r, &fixtures[i]);
	for (i = 0; i < ncut; i++)
		run_lengths(&r, &fixtures[cut[i]]);
	run_engine_refusals(&r);
	run_queue_full(&r);
	rig_stop(&r);
	tg_nl_close(r.nl);
	return totals();
}
