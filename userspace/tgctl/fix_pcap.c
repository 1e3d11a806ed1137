// SPDX-License-Identifier: MIT
/*
 * tgctl fix: captures (pcap and pcapng, by libpcap). Link layers to IP, IP to TCP and UDP. A packet
 * that says of itself what is not so is passed over and counted: nothing here trusts a length.
 */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include "fix.h"

#ifndef DLT_LINUX_SLL2
#define DLT_LINUX_SLL2 276
#endif
#define ETH_IP	0x0800
#define ETH_IP6 0x86dd

struct packets {
	struct fix_flows *flows;
	int link;
	u64 n, not_ip, broken, fragments;
	u64 time_ns;
};

static u32 be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static u32 be32(const u8 *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static void transport(struct packets *pk, struct fix_flow_key *key, const u8 *p, u32 len)
{
	u32 head, udp;

	if (key->proto == 17) {
		if (len < 8)
			goto broken;
		udp = be16(p + 4);
		key->sport = (u16)be16(p);
		key->dport = (u16)be16(p + 2);
		if (udp < 8)
			goto broken;
		fix_udp_datagram(pk->flows, key, p + 8, (udp < len ? udp : len) - 8, udp - 8, pk->n,
				 pk->time_ns);
	} else if (key->proto == 6) {
		if (len < 20)
			goto broken;
		head = (u32)(p[12] >> 4) * 4;
		if (head < 20 || head > len)
			goto broken;
		key->sport = (u16)be16(p);
		key->dport = (u16)be16(p + 2);
		fix_tcp_segment(pk->flows, key, be32(p + 4), p[13], p + head, len - head, pk->n,
				pk->time_ns);
	}
	return;
broken:
	pk->broken++;
}

static void ip4(struct packets *pk, const u8 *p, u32 len)
{
	struct fix_flow_key key = { .version = 4 };
	u32 head, total;

	if (len < 20 || (head = (u32)(p[0] & 15) * 4) < 20 || head > len) {
		pk->broken++;
		return;
	}
	total = be16(p + 2);
	if (!total)
		total = len; /* segmentation offload: the card fills it in */
	if (total < head) {
		pk->broken++;
		return;
	}
	if (be16(p + 6) & 0x1fff) {
		pk->fragments++; /* no ports in it; the first fragment's message is told as cut */
		return;
	}
	memcpy(key.src, p + 12, 4);
	memcpy(key.dst, p + 16, 4);
	key.proto = p[9];
	transport(pk, &key, p + head, (total < len ? total : len) - head);
}

static void ip6(struct packets *pk, const u8 *p, u32 len)
{
	struct fix_flow_key key = { .version = 6 };
	u32 at = 40, total, head, n;
	u8 next;

	if (len < 40) {
		pk->broken++;
		return;
	}
	total = be16(p + 4) ? 40 + be16(p + 4) : len;
	if (total > len)
		total = len;
	memcpy(key.src, p + 8, 16);
	memcpy(key.dst, p + 24, 16);
	/* Extension headers (RFC 8200 section 4): hop by hop, routing, destination options; a
	 * fragment's has a fixed size. */
	for (next = p[6], n = 0; n < 8 && (next == 0 || next == 43 || next == 60 || next == 44);
	     n++) {
		if (at + 8 > total) {
			pk->broken++;
			return;
		}
		if (next == 44 && (be16(p + at + 2) & 0xfff8)) {
			pk->fragments++;
			return;
		}
		head = next == 44 ? 8 : ((u32)p[at + 1] + 1) * 8;
		next = p[at];
		at += head;
		if (at > total) {
			pk->broken++;
			return;
		}
	}
	key.proto = next;
	transport(pk, &key, p + at, total - at);
}

static void network(struct packets *pk, u32 type, const u8 *p, u32 len)
{
	while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && len >= 4) {
		type = be16(p + 2);
		p += 4;
		len -= 4;
	}
	if (type == ETH_IP)
		ip4(pk, p, len);
	else if (type == ETH_IP6)
		ip6(pk, p, len);
	else
		pk->not_ip++;
}

static void by_version(struct packets *pk, const u8 *p, u32 len)
{
	network(pk, len && p[0] >> 4 == 4 ? ETH_IP : len && p[0] >> 4 == 6 ? ETH_IP6 : 0, p, len);
}

static bool known_link(int link)
{
	return link == DLT_EN10MB || link == DLT_LINUX_SLL || link == DLT_LINUX_SLL2 ||
	       link == DLT_RAW || link == DLT_IPV4 || link == DLT_IPV6 || link == DLT_NULL ||
	       link == DLT_LOOP;
}

static void packet(struct packets *pk, const u8 *p, u32 len)
{
	u32 head = pk->link == DLT_EN10MB			  ? 14
		   : pk->link == DLT_LINUX_SLL			  ? 16
		   : pk->link == DLT_LINUX_SLL2			  ? 20
		   : pk->link == DLT_NULL || pk->link == DLT_LOOP ? 4
								  : 0;

	if (len < head) {
		pk->broken++;
		return;
	}
	switch (pk->link) {
	case DLT_EN10MB: network(pk, be16(p + 12), p + head, len - head); break;
	case DLT_LINUX_SLL: network(pk, be16(p + 14), p + head, len - head); break;
	case DLT_LINUX_SLL2: network(pk, be16(p), p + head, len - head); break;
	default: /* raw; the family of a loopback header is the writer's own number, the IP version
		    says the same */
		by_version(pk, p + head, len - head);
	}
}

bool fix_pcap(struct fix_run *run, FILE *f, const char *name)
{
	struct packets pk = { 0 };
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *p;
	pcap_t *pcap;
	int ret = 0;

	pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!pcap) {
		fprintf(stderr, "tgctl fix: %s: %s\n", name, error);
		fclose(f);
		return false;
	}
	pk.link = pcap_datalink(pcap);
	if (!known_link(pk.link)) {
		const char *link = pcap_datalink_val_to_name(pk.link);

		fprintf(stderr,
			"tgctl fix: %s: link type %s (%d) is not read; Ethernet, Linux cooked (SLL, SLL2), raw IP and loopback are\n",
			name, link ? link : "?", pk.link);
		pcap_close(pcap);
		return false;
	}
	pk.flows = fix_flows_new(run, name);
	while (pk.flows && !run->stop && (ret = pcap_next_ex(pcap, &h, &p)) == 1) {
		pk.n++;
		pk.time_ns = (u64)h->ts.tv_sec * 1000000000ull + (u64)h->ts.tv_usec;
		packet(&pk, p, h->caplen);
	}
	if (pk.flows)
		fix_flows_end(pk.flows);
	if (pk.fragments)
		fix_note(run, "%s: %llu IP fragments were not put together", name,
			 (unsigned long long)pk.fragments);
	if (pk.broken)
		fix_note(run, "%s: %llu packets whose headers are cut or wrong were passed over",
			 name, (unsigned long long)pk.broken);
	if (ret == -1)
		fprintf(stderr, "tgctl fix: %s: packet %llu: %s\n", name,
			(unsigned long long)pk.n + 1, pcap_geterr(pcap));
	pcap_close(pcap);
	return pk.flows && ret != -1;
}
