/* SPDX-License-Identifier: MIT */
/*
 * The family "tickgate" over a bare netlink socket: unlike a library this one sends whatever is
 * wanted, wrong sizes included.
 */
#ifndef SELFTESTS_GNL_H
#define SELFTESTS_GNL_H

#include <linux/netlink.h>
#include <linux/genetlink.h>
#include <tickgate/tickgate.h>

struct gnl {
	int fd;
	__u16 family;
	__u32 group;
	__u32 seq;
	/* of the last call */
	char text[200];			/* the kernel's words, if it had any */
	int messages;			/* data messages that came */
	const void *attr[TG_A_MAX_PLUS_1];	/* of the last of them */
	__u32 attr_len[TG_A_MAX_PLUS_1];
	char buf[65536];
};

struct gnl_msg {
	struct nlmsghdr h;
	struct genlmsghdr g;
	char attrs[16384];
};

/* 0, -ENOENT when the family is not there. */
int gnl_open(struct gnl *n);
void gnl_close(struct gnl *n);
void gnl_begin(struct gnl_msg *m, __u8 cmd);
void gnl_put(struct gnl_msg *m, __u16 attr, const void *data, __u32 len);
/*
 * Sends with NLM_F_ACK, or as a dump; returns 0 or the kernel's -errno. `row` (may be NULL) is
 * called for each data message.
 */
int gnl_call(struct gnl *n, struct gnl_msg *m);
int gnl_dump(struct gnl *n, struct gnl_msg *m, void (*row)(struct gnl *n, void *arg), void *arg);
/* Joins the multicast group; then one event or -EAGAIN after timeout_ms. */
int gnl_listen(struct gnl *n);
int gnl_event(struct gnl *n, struct tg_pub_event *ev, int timeout_ms);

#endif
