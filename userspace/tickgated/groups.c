// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "groups.h"
#include "log.h"

/* RFC 3678: one interface for both families, by index. */
static void sockaddr_of(const struct tgd_address *a, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	out->ss_family = (sa_family_t)a->family;
	if (a->family == AF_INET)
		memcpy(&in4->sin_addr, &a->in6.s6_addr[12], 4);
	else
		in6->sin6_addr = a->in6;
}

static int member(const struct tgd_group *g, bool join)
{
	const struct tgd_feed *f = &g->feed;
	int level = f->address.family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_source_req gs = { .gsr_interface = g->ifindex };
	struct group_req gr = { .gr_interface = g->ifindex };
	long long i;

	if (!f->sources) {
		sockaddr_of(&f->address, &gr.gr_group);
		return setsockopt(g->fd, level, join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &gr,
				  sizeof(gr)) ? -errno : 0;
	}
	sockaddr_of(&f->address, &gs.gsr_group);
	for (i = 0; i < f->sources; i++) {
		sockaddr_of(&f->source[i], &gs.gsr_source);
		if (setsockopt(g->fd, level, join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
			       &gs, sizeof(gs)))
			return -errno;
	}
	return 0;
}

int tgd_group_join(struct tgd_group *g, const struct tgd_feed *f, unsigned int ifindex)
{
	int err;

	*g = (struct tgd_group){ .ifindex = ifindex, .feed = *f };
	g->fd = socket(f->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = g->fd < 0 ? -errno : member(g, true);
	if (!err)
		return 0;
	tgd_log(LOG_ERR, "[feed %s] address: joining the group on %s: %s", f->s.name, f->interface,
		strerror(-err));
	tgd_group_leave(g);
	return err;
}

bool tgd_group_is(const struct tgd_group *g, const struct tgd_feed *f, unsigned int ifindex)
{
	return g->fd >= 0 && g->feed.id == f->id && g->ifindex == ifindex &&
	       !memcmp(&g->feed.address, &f->address, sizeof(f->address)) &&
	       g->feed.sources == f->sources &&
	       !memcmp(g->feed.source, f->source, sizeof(f->source));
}

void tgd_group_again(struct tgd_group *g)
{
	int err;

	member(g, false);
	err = member(g, true);
	if (err)
		tgd_log(LOG_ERR, "[feed %s] address: joining the group again on %s: %s",
			g->feed.s.name, g->feed.interface, strerror(-err));
	else
		tgd_log(LOG_INFO, "[feed %s] address: group joined again: %s is up",
			g->feed.s.name, g->feed.interface);
}

void tgd_group_leave(struct tgd_group *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

/* ---- links ---- */

int tgd_links_open(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err;

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

void tgd_links_read(int fd, void (*tell)(void *arg, unsigned int ifindex, bool up), void *arg)
{
	char buf[16384] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		struct nlmsghdr *h;
		int left = (int)n;

		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, (unsigned int)left);
		     h = NLMSG_NEXT(h, left)) {
			const struct ifinfomsg *i = NLMSG_DATA(h);

			if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*i)))
				continue;
			if (h->nlmsg_type == RTM_NEWLINK)
				tell(arg, (unsigned int)i->ifi_index,
				     (i->ifi_flags & IFF_UP) && (i->ifi_flags & IFF_RUNNING));
			else if (h->nlmsg_type == RTM_DELLINK)
				tell(arg, (unsigned int)i->ifi_index, false);
		}
	}
}
