// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>
#include "fixture.h"

static void put16(__u8 *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

unsigned int frame_make(const struct frame_spec *s, __u8 *out, unsigned int *payload_off)
{
	static const __u8 addr4[4] = ADDR4, addr6[16] = ADDR6;
	unsigned int off = 12, header = 20 + 4 * s->options, i;
	unsigned int udp_len = 8 + s->len;
	unsigned int proto = s->proto ? s->proto : IPPROTO_UDP;
	__u8 *ip;

	memset(out, 0, FRAME_MAX);
	memset(out, 0xff, 6);
	out[6] = 2;
	for (i = 0; i < 3 && s->vlan[i]; i++) {
		put16(out + off, i < 2 && s->vlan[i + 1] ? ETH_P_8021AD : ETH_P_8021Q);
		/* with a priority, which is no part of the id */
		put16(out + off + 2, 0x6000 | s->vlan[i]);
		off += 4;
	}
	put16(out + off, s->ethertype ? s->ethertype : s->family == 6 ? ETH_P_IPV6 : ETH_P_IP);
	off += 2;

	ip = out + off;
	if (s->family == 6) {
		ip[0] = (s->version ? s->version : 6) << 4;
		put16(ip + 4, s->ip_len ? (unsigned int)s->ip_len : udp_len);
		ip[6] = proto;
		ip[7] = 64;
		ip[23] = 1;
		memcpy(ip + 24, addr6, 16);
		if (s->other_address)
			ip[39]++;
		off += 40;
	} else {
		ip[0] = (s->version ? s->version : 4) << 4 | header / 4;
		put16(ip + 2, s->ip_len ? (unsigned int)s->ip_len : header + udp_len);
		put16(ip + 6, s->frag);
		ip[8] = 64;
		ip[9] = proto;
		ip[12] = 10;
		ip[15] = 1;
		memcpy(ip + 16, addr4, 4);
		if (s->other_address)
			ip[19]++;
		memset(ip + 20, 1, 4 * s->options);	/* no-operation options */
		off += header;
	}
	put16(out + off, 40000);
	put16(out + off + 2, s->port ? s->port : PORT);
	put16(out + off + 4, s->udp_len ? (unsigned int)s->udp_len : udp_len);
	off += 8;
	*payload_off = off;
	if (s->len)
		memcpy(out + off, s->payload, s->len);
	return off + s->len + s->padding;
}
