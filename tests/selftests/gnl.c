// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gnl.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

void gnl_begin(struct gnl_msg *m, __u8 cmd)
{
	memset(m, 0, sizeof(*m));
	m->h.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->g.cmd = cmd;
	m->g.version = TG_GENL_VERSION;
}

void gnl_put(struct gnl_msg *m, __u16 attr, const void *data, __u32 len)
{
	struct nlattr *a = (struct nlattr *)((char *)m + NLMSG_ALIGN(m->h.nlmsg_len));

	a->nla_type = attr;
	a->nla_len = (__u16)(NLA_HDRLEN + len);
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	m->h.nlmsg_len = NLMSG_ALIGN(m->h.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

static void take_text(struct gnl *n, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	const char *end = (const char *)h + h->nlmsg_len, *p = (const char *)(e + 1);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		p += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)p;

		if (a->nla_len < NLA_HDRLEN)
			break;
		if (a->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(n->text, sizeof(n->text), "%.*s", a->nla_len - NLA_HDRLEN,
				 p + NLA_HDRLEN);
		p += NLA_ALIGN(a->nla_len);
	}
}

static void take_attrs(struct gnl *n, const struct nlmsghdr *h)
{
	const char *end = (const char *)h + h->nlmsg_len;
	const char *p = (const char *)NLMSG_DATA(h) + GENL_HDRLEN;

	memset(n->attr, 0, sizeof(n->attr));
	n->messages++;
	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)p;
		__u16 type = a->nla_type & NLA_TYPE_MASK;

		if (a->nla_len < NLA_HDRLEN)
			break;
		if (type < TG_A_MAX_PLUS_1) {
			n->attr[type] = p + NLA_HDRLEN;
			n->attr_len[type] = a->nla_len - NLA_HDRLEN;
		}
		p += NLA_ALIGN(a->nla_len);
	}
}

static int call(struct gnl *n, struct gnl_msg *m, __u16 flags,
		void (*row)(struct gnl *n, void *arg), void *arg)
{
	struct nlmsghdr *h;
	size_t used = 0;
	ssize_t got;

	n->text[0] = 0;
	n->messages = 0;
	memset(n->attr, 0, sizeof(n->attr));
	if (!m->h.nlmsg_type)
		m->h.nlmsg_type = n->family;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	m->h.nlmsg_seq = ++n->seq;
	if (send(n->fd, m, m->h.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		/*
		 * behind what came before: the attributes of a reply must outlive the
		 * acknowledgement after it
		 */
		if (sizeof(n->buf) - used < sizeof(n->buf) / 2)
			used = 0;
		got = recv(n->fd, n->buf + used, sizeof(n->buf) - used, 0);
		if (got < 0)
			return -errno;
		h = (void *)(n->buf + used);
		used += NLMSG_ALIGN((size_t)got);
		for (; NLMSG_OK(h, (size_t)got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_seq != n->seq)
				continue;	/* an event */
			switch (h->nlmsg_type) {
			case NLMSG_ERROR:
				take_text(n, h);
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			case NLMSG_DONE:
				return *(int *)NLMSG_DATA(h);
			default:
				take_attrs(n, h);
				if (row)
					row(n, arg);
			}
		}
	}
}

int gnl_call(struct gnl *n, struct gnl_msg *m)
{
	return call(n, m, NLM_F_ACK, NULL, NULL);
}

int gnl_dump(struct gnl *n, struct gnl_msg *m, void (*row)(struct gnl *n, void *arg), void *arg)
{
	return call(n, m, NLM_F_DUMP, row, arg);
}

static int resolve(struct gnl *n)
{
	struct gnl_msg m;
	const struct nlattr *a;
	const char *p, *end;
	int err;

	gnl_begin(&m, CTRL_CMD_GETFAMILY);
	m.h.nlmsg_type = GENL_ID_CTRL;
	gnl_put(&m, CTRL_ATTR_FAMILY_NAME, TG_GENL_NAME, sizeof(TG_GENL_NAME));
	err = gnl_call(n, &m);
	if (err)
		return err;
	/* attribute numbers of the controller: ours in name only */
	n->family = *(const __u16 *)n->attr[CTRL_ATTR_FAMILY_ID];
	p = n->attr[CTRL_ATTR_MCAST_GROUPS];
	if (!p)
		return -ENOENT;
	a = (const void *)p;		/* the one group, nested in an array of one */
	end = p + a->nla_len;
	for (p += NLA_HDRLEN; p < end; p += NLA_ALIGN(a->nla_len)) {
		a = (const void *)p;
		if (a->nla_type == CTRL_ATTR_MCAST_GRP_ID)
			n->group = *(const __u32 *)(p + NLA_HDRLEN);
	}
	return 0;
}

int gnl_open(struct gnl *n)
{
	struct sockaddr_nl me = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 10 };
	int on = 1, big = 1 << 20, err;

	memset(n, 0, sizeof(*n));
	n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (n->fd < 0)
		return -errno;
	bind(n->fd, (struct sockaddr *)&me, sizeof(me));
	setsockopt(n->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(n->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(n->fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	setsockopt(n->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	err = resolve(n);
	if (err)
		gnl_close(n);
	return err;
}

void gnl_close(struct gnl *n)
{
	close(n->fd);
	n->fd = -1;
}

int gnl_listen(struct gnl *n)
{
	return setsockopt(n->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &n->group, sizeof(n->group))
		       ? -errno
		       : 0;
}

int gnl_event(struct gnl *n, struct tg_pub_event *ev, int timeout_ms)
{
	struct pollfd p = { .fd = n->fd, .events = POLLIN };
	struct nlmsghdr *h = (void *)n->buf;
	ssize_t got;

	if (poll(&p, 1, timeout_ms) <= 0)
		return -EAGAIN;
	got = recv(n->fd, n->buf, sizeof(n->buf), 0);
	if (got < 0)
		return -errno;
	if (!NLMSG_OK(h, (size_t)got) || h->nlmsg_type != n->family)
		return -EPROTO;
	take_attrs(n, h);
	if (!n->attr[TG_A_PUB_EVENT] || n->attr_len[TG_A_PUB_EVENT] != sizeof(*ev))
		return -EPROTO;
	memcpy(ev, n->attr[TG_A_PUB_EVENT], sizeof(*ev));
	return 0;
}
