/* SPDX-License-Identifier: MIT */
/* Frames made to order. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <linux/types.h>

#define FRAME_MAX	3400u

struct frame_spec {
	/* outermost first; 0 = end. Two or more: the outer ones are 802.1ad */
	int vlan[3];
	int ethertype;		/* 0 = from family */
	int family;		/* 4 or 6 */
	int options;		/* IPv4: 32-bit words of options */
	int frag;		/* IPv4: flags and offset field */
	int proto;		/* 0 = UDP */
	int port;		/* 0 = PORT */
	int other_address;	/* not the one steered */
	int udp_len;		/* 0 = right; else what the header claims */
	int ip_len;		/* same for IPv4 total / IPv6 payload length */
	int version;		/* 0 = right */
	int padding;		/* bytes after the packet */
	const void *payload;
	unsigned int len;
};

#define PORT		30001
#define ADDR4		{ 239, 1, 2, 3 }
#define ADDR6		{ 0xff, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34 }

/* Bytes written; the payload begins at *payload_off. */
unsigned int frame_make(const struct frame_spec *s, __u8 *out, unsigned int *payload_off);

#endif
