/* SPDX-License-Identifier: MIT */
/*
 * Multicast memberships of feeds: IGMPv2/3 for IPv4, MLDv1/2 for IPv6, of any sender or of those
 * that the feed names. A membership is a socket that stays open and is never read: while it is, the
 * kernel answers queries, and reports again when the interface is set up again.
 */
#ifndef TGD_GROUPS_H
#define TGD_GROUPS_H

#include "config.h"

struct tgd_group {
	int fd;				/* -1 = none */
	unsigned int ifindex;
	struct tgd_feed feed;		/* a copy: whose, and what was joined */
};

/* 0 or -errno, logged. */
int tgd_group_join(struct tgd_group *g, const struct tgd_feed *f, unsigned int ifindex);
/* The membership is that of this feed on this interface. */
bool tgd_group_is(const struct tgd_group *g, const struct tgd_feed *f, unsigned int ifindex);
/*
 * Leaves and joins: a switch that forgot the port while the link was down learns of it now and not
 * with the router's next query, two minutes later.
 */
void tgd_group_again(struct tgd_group *g);
void tgd_group_leave(struct tgd_group *g);

/* Link states: a netlink socket to poll, or -errno. */
int tgd_links_open(void);
/*
 * Reads what there is and tells of each interface: its index, and whether it carries frames now
 * (gone: false).
 */
void tgd_links_read(int fd, void (*tell)(void *arg, unsigned int ifindex, bool up), void *arg);

#endif
