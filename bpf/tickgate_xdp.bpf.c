// SPDX-License-Identifier: GPL-2.0
/*
 * XDP: finds the UDP datagrams of our feeds and hands their payload to the engine. Everything else
 * goes to the stack untouched, counted by why.
 *
 * Ethernet II, up to two VLAN tags (802.1Q, 802.1ad), IPv4 with or without options, IPv6 without
 * extension headers. Fragments are never steered: only the first has a port, and reassembly is the
 * stack's work.
 *
 * The module has to be loaded first: libbpf finds tickgate_rx in its BTF.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "tickgate_xdp.h"

#define IP_MORE_FRAGMENTS	0x2000
#define IP_OFFSET_MASK		0x1fff
#define VLAN_ID_MASK		0x0fff

#ifndef IPPROTO_FRAGMENT
#define IPPROTO_FRAGMENT	44
#endif

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TG_XDP_MAX_STEER);
	__type(key, struct tg_steer_key);
	__type(value, struct tg_steer_value);
} tickgate_feeds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TG_XDP_MAX_FEEDS);
	__type(key, __u32);
	__type(value, struct tg_xdp_feed_stats);
} tickgate_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tg_xdp_global_stats);
} tickgate_global SEC(".maps");

extern int tickgate_rx(struct xdp_md *ctx, __u32 engine_id, __u32 feed_id, __u32 payload_off,
		       __u32 payload_len) __ksym;

/* What the headers said. off: of the next byte to look at, from the frame's start. */
struct walk {
	struct tg_steer_key key;
	__u32 off;
	__u32 left;		/* bytes of the IP packet after its header */
	__be16 proto;
};

static __always_inline void count(struct tg_xdp_global_stats *g, enum tg_xdp_global_counter c)
{
	((__u64 *)g)[c]++;	/* per CPU, bottom halves off */
}

/* 0, or the counter of why not (never 0 for a failure: TG_XG_FRAMES is 0). */
static __always_inline int walk_ethernet(void *data, void *end, struct walk *w)
{
	struct ethhdr *eth = data;
	struct vlan_tag *tag;
	int i;

	if ((void *)(eth + 1) > end)
		return TG_XG_SHORT;
	w->proto = eth->h_proto;
	w->off = sizeof(*eth);
#pragma unroll
	for (i = 0; i < 3; i++) {
		if (w->proto != bpf_htons(ETH_P_8021Q) && w->proto != bpf_htons(ETH_P_8021AD))
			return 0;
		if (i == 2)
			break;
		tag = data + w->off;
		if ((void *)(tag + 1) > end)
			return TG_XG_SHORT;
		w->key.vlan = bpf_ntohs(tag->tci) & VLAN_ID_MASK;
		w->proto = tag->proto;
		w->off += sizeof(*tag);
	}
	return TG_XG_VLAN_DEPTH;
}

static __always_inline int walk_ipv4(void *data, void *end, struct walk *w)
{
	struct iphdr *ip = data + w->off;
	__u32 header, total;

	if ((void *)(ip + 1) > end)
		return TG_XG_SHORT;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip) || total < header)
		return TG_XG_SHORT;
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET_MASK))
		return TG_XG_FRAGMENTS;
	if (ip->protocol != IPPROTO_UDP)
		return TG_XG_NOT_UDP;
	w->key.family = 4;
	w->key.addr[10] = 0xff;
	w->key.addr[11] = 0xff;
	__builtin_memcpy(w->key.addr + 12, &ip->daddr, 4);
	w->off += header;
	w->left = total - header;
	return 0;
}

static __always_inline int walk_ipv6(void *data, void *end, struct walk *w)
{
	struct ipv6hdr *ip = data + w->off;

	if ((void *)(ip + 1) > end)
		return TG_XG_SHORT;
	if (ip->version != 6)
		return TG_XG_SHORT;
	switch (ip->nexthdr) {
	case IPPROTO_UDP:
		break;
	case IPPROTO_FRAGMENT:
		return TG_XG_FRAGMENTS;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
		return TG_XG_IP6_EXTENSION;
	default:
		return TG_XG_NOT_UDP;
	}
	w->key.family = 6;
	__builtin_memcpy(w->key.addr, &ip->daddr, 16);
	w->off += sizeof(*ip);
	w->left = bpf_ntohs(ip->payload_len);
	return 0;
}

static __always_inline int walk_headers(void *data, void *end, struct walk *w, __u32 *payload_len)
{
	struct udphdr *udp;
	__u32 len;
	int why;

	why = walk_ethernet(data, end, w);
	if (why)
		return why;
	if (w->proto == bpf_htons(ETH_P_IP))
		why = walk_ipv4(data, end, w);
	else if (w->proto == bpf_htons(ETH_P_IPV6))
		why = walk_ipv6(data, end, w);
	else
		why = TG_XG_NOT_IP;
	if (why)
		return why;

	udp = data + w->off;
	if ((void *)(udp + 1) > end)
		return TG_XG_SHORT;
	len = bpf_ntohs(udp->len);
	/* Ethernet pads short frames, so the frame may be longer than the packet, never shorter. */
	if (len < sizeof(*udp) || len > w->left || (__u64)w->off + len > (__u64)(end - data))
		return TG_XG_SHORT;
	w->key.port = udp->dest;
	w->off += sizeof(*udp);
	*payload_len = len - sizeof(*udp);
	return 0;
}

SEC("xdp")
int tickgate_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct tg_xdp_global_stats *g;
	struct tg_xdp_feed_stats *f;
	struct tg_steer_value *v;
	struct walk w = { };
	__u32 zero = 0, len = 0, feed;
	int why;

	g = bpf_map_lookup_elem(&tickgate_global, &zero);
	if (!g)
		return XDP_PASS;
	count(g, TG_XG_FRAMES);

	why = walk_headers(data, end, &w, &len);
	if (why) {
		if (why > 0 && why < TG_XG_MAX)
			count(g, why);
		return XDP_PASS;
	}

	v = bpf_map_lookup_elem(&tickgate_feeds, &w.key);
	if (!v) {
		w.key.vlan = TG_XDP_VLAN_ANY;
		v = bpf_map_lookup_elem(&tickgate_feeds, &w.key);
	}
	if (!v) {
		count(g, TG_XG_NOT_OURS);
		return XDP_PASS;
	}
	feed = v->feed_id;
	f = bpf_map_lookup_elem(&tickgate_stats, &feed);
	if (!f) {
		count(g, TG_XG_NOT_OURS);
		return XDP_PASS;
	}
	f->packets++;
	f->bytes += len;

	if (!tickgate_rx(ctx, v->engine_id, feed, w.off, len)) {
		f->taken++;
		if (!(v->flags & TG_STEER_COPY))
			return XDP_DROP;
	} else {
		f->errors++;
		if (!(v->flags & (TG_STEER_COPY | TG_STEER_PASS_ON_ERROR))) {
			f->dropped++;
			return XDP_DROP;
		}
	}
	f->passed++;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
