/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the XDP program and its loader share. Include <linux/types.h> before.
 *
 * Maps, pinned by name in TG_XDP_PIN_DIR so that they outlive a restart of the daemon and bpftool
 * can show them:
 *
 *	tickgate_feeds	hash, struct tg_steer_key -> struct tg_steer_value: whose datagrams
 *	tickgate_stats	per-CPU array, index = feed id, struct tg_xdp_feed_stats
 *	tickgate_global	per-CPU array, one entry, struct tg_xdp_global_stats: what became of
 *			frames that reached no feed
 *
 * A frame is steered by destination address, destination port and VLAN. The program looks for the
 * frame's own VLAN id first (the inner one of two tags; 0 when untagged), then for TG_XDP_VLAN_ANY.
 * A card that strips VLAN tags before XDP makes every frame look untagged: the loader turns that
 * off or uses TG_XDP_VLAN_ANY. UDP checksums are left to the card.
 */
#ifndef TICKGATE_XDP_H
#define TICKGATE_XDP_H

#define TG_XDP_PIN_DIR		"/sys/fs/bpf/tickgate"
#define TG_XDP_MAX_FEEDS	1024u	/* tickgate_stats: ids 1..1023 */
#define TG_XDP_MAX_STEER	4096u	/* tickgate_feeds */
#define TG_XDP_VLAN_ANY		0xffffu

struct tg_steer_key {
	__u8 addr[16];		/* IPv6, or IPv4 as ::ffff:a.b.c.d */
	__be16 port;
	__u16 vlan;		/* id in host order; 0 = untagged; TG_XDP_VLAN_ANY */
	__u8 family;		/* 4 or 6 */
	__u8 pad[3];		/* zero */
};

struct tg_steer_value {
	__u16 engine_id;
	__u16 feed_id;		/* 1..TG_XDP_MAX_FEEDS - 1 */
	__u32 flags;		/* TG_STEER_* */
};

#define TG_STEER_PASS_ON_ERROR	1u	/* what the engine refuses goes to the stack, not dropped */
#define TG_STEER_COPY		2u	/* the stack gets every frame of this feed too */

/* X(NAME, member, help): the members' names are what bpftool shows. Append only. Of a frame that reached a feed: packets = taken + errors. */
#define TG_XDP_FEED_COUNTERS(X) \
	X(PACKETS, packets,	"datagrams that matched the feed") \
	X(BYTES, bytes,	"their UDP payload bytes") \
	X(TAKEN, taken,	"handed to the engine, inline or queued") \
	X(ERRORS, errors,	"the engine refused: not running, queue full, frame in several buffers, empty payload") \
	X(PASSED, passed,	"went to the network stack as well or instead") \
	X(DROPPED, dropped,	"refused by the engine and not passed: lost")

#define TG_XDP_GLOBAL_COUNTERS(X) \
	X(FRAMES, frames,	"frames seen") \
	X(SHORT, cut_short,	"cut off within a header, or lengths that contradict each other") \
	X(NOT_IP, not_ip,	"neither IPv4 nor IPv6") \
	X(VLAN_DEPTH, vlan_depth,	"more than two VLAN tags") \
	X(FRAGMENTS, fragments,	"IP fragments: passed, never steered") \
	X(IP6_EXTENSION, ip6_extension, "IPv6 with extension headers: passed, never steered") \
	X(NOT_UDP, not_udp,	"another protocol") \
	X(NOT_OURS, not_ours,	"UDP for no feed")

enum tg_xdp_feed_counter {
#define X(name, member, help) TG_XF_##name,
	TG_XDP_FEED_COUNTERS(X)
#undef X
	TG_XF_MAX
};

enum tg_xdp_global_counter {
#define X(name, member, help) TG_XG_##name,
	TG_XDP_GLOBAL_COUNTERS(X)
#undef X
	TG_XG_MAX
};

struct tg_xdp_feed_stats {
#define X(name, member, help) __u64 member;
	TG_XDP_FEED_COUNTERS(X)
#undef X
};

struct tg_xdp_global_stats {
#define X(name, member, help) __u64 member;
	TG_XDP_GLOBAL_COUNTERS(X)
#undef X
};

#endif
