// SPDX-License-Identifier: MIT
/* Generic netlink client over libnl: one exchange function, typed wrappers. */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "nl.h"

struct tg_nl {
	struct nl_sock *sock;
	int family;
	bool subscribed;
	struct tg_pub_event event[64];	/* read and not yet handed out */
	unsigned int events, next_event;
	char error[256];
};

/* What one exchange collects: up to `want` attributes of fixed size, or an array of one attribute's
 * payloads (dumps). */
struct want {
	__u16 attr;
	void *out;
	size_t len;
	bool got;
};

struct exchange {
	struct tg_nl *nl;
	struct want *want;
	unsigned int wants;
	/* dump: */
	__u16 dump_attr;
	size_t dump_len;
	char *array;
	__u32 n, cap;
	int (*message)(struct nlattr **attr, void *arg);
	void *arg;
	/* result */
	int err;
	bool done;
};

const char *tg_nl_error(const struct tg_nl *nl)
{
	return nl ? nl->error : "out of memory";
}

static int fail(struct tg_nl *nl, int err, const char *what)
{
	snprintf(nl->error, sizeof(nl->error), "%s", what);
	return err;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[TG_A_MAX_PLUS_1];
	struct exchange *x = arg;
	unsigned int i;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attr, TG_A_MAX_PLUS_1 - 1, NULL) < 0) {
		x->err = -EPROTO;
		return NL_SKIP;
	}
	for (i = 0; i < x->wants; i++) {
		struct want *w = &x->want[i];
		size_t len;

		if (!attr[w->attr])
			continue;
		/* A newer module may have longer arrays (counters are append-only); shorter means
		 * another ABI. */
		len = (size_t)nla_len(attr[w->attr]);
		memcpy(w->out, nla_data(attr[w->attr]), len < w->len ? len : w->len);
		w->got = len >= w->len;
	}
	if (x->message && !x->err)
		x->err = x->message(attr, x->arg);
	if (x->dump_attr && attr[x->dump_attr] &&
	    (size_t)nla_len(attr[x->dump_attr]) == x->dump_len) {
		if (x->n == x->cap) {
			__u32 cap = x->cap ? x->cap * 2 : 64;
			char *array = realloc(x->array, cap * x->dump_len);

			if (!array) {
				x->err = -ENOMEM;
				return NL_SKIP;
			}
			x->array = array;
			x->cap = cap;
		}
		memcpy(x->array + x->n++ * x->dump_len, nla_data(attr[x->dump_attr]), x->dump_len);
	}
	return NL_OK;
}

/* The text of NLMSGERR_ATTR_MSG, or NULL (include/uapi/linux/netlink.h: attributes follow the
 * possibly capped original message). */
static const char *ack_text(struct nlmsghdr *hdr, struct nlmsgerr *e)
{
	size_t used = NLMSG_HDRLEN + sizeof(*e);
	struct nlattr *attr[NLMSGERR_ATTR_MAX + 1];

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		used += e->msg.nlmsg_len - NLMSG_HDRLEN;
	used = NLMSG_ALIGN(used);
	if (used >= hdr->nlmsg_len)
		return NULL;
	if (nla_parse(attr, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)hdr + used),
		      (int)(hdr->nlmsg_len - used), NULL) < 0)
		return NULL;
	return attr[NLMSGERR_ATTR_MSG] ? nla_get_string(attr[NLMSGERR_ATTR_MSG]) : NULL;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	struct exchange *x = arg;
	const char *text = ack_text(hdr, e);

	(void)from;
	x->err = e->error;
	x->done = true;
	snprintf(x->nl->error, sizeof(x->nl->error), "%s%s%s", text ? text : strerror(-e->error),
		 e->error == -EPERM ? ": needs CAP_NET_ADMIN (run as root)" : "", "");
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	(void)msg;
	x->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct exchange *x = arg;

	/* NLMSG_DONE carries the dump's result */
	if (hdr->nlmsg_len >= NLMSG_HDRLEN + sizeof(int)) {
		int err = *(int *)nlmsg_data(hdr);

		if (err < 0) {
			x->err = err;
			snprintf(x->nl->error, sizeof(x->nl->error), "%s", strerror(-err));
		}
	}
	x->done = true;
	return NL_STOP;
}

static int exchange(struct tg_nl *nl, struct nl_msg *msg, struct exchange *x)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret;

	x->nl = nl;
	if (!cb) {
		nlmsg_free(msg);
		return fail(nl, -ENOMEM, "out of memory");
	}
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, x);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, x);
	ret = nl_send_auto(nl->sock, msg);
	nlmsg_free(msg);
	if (ret < 0) {
		x->err = -EIO;
		fail(nl, -EIO, nl_geterror(ret));
	}
	while (ret >= 0 && !x->done) {
		ret = nl_recvmsgs(nl->sock, cb);
		if (ret < 0 && !x->done) {
			x->err = ret == -NLE_NOMEM ? -ENOBUFS : -EIO;
			fail(nl, x->err, nl_geterror(ret));
		}
	}
	nl_cb_put(cb);
	return x->err;
}

static struct nl_msg *request(struct tg_nl *nl, enum tg_cmd cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(TG_RECORD_MAX_PAYLOAD + 4096);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0, flags, cmd,
				 TG_GENL_VERSION)) {
		nlmsg_free(msg);
		fail(nl, -ENOMEM, "out of memory");
		return NULL;
	}
	return msg;
}

int tg_nl_open(struct tg_nl **out)
{
	struct tg_nl *nl = calloc(1, sizeof(*nl));
	int one = 1, ret;

	*out = nl;
	if (!nl)
		return -ENOMEM;
	nl->sock = nl_socket_alloc();
	if (!nl->sock)
		return fail(nl, -ENOMEM, "out of memory");
	ret = genl_connect(nl->sock);
	if (ret < 0)
		return fail(nl, -EIO, nl_geterror(ret));
	/* Extended acks carry the kernel's words; without the cap they would repeat our whole
	 * request. */
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	nl_socket_set_buffer_size(nl->sock, 1 << 20, 0);
	nl_socket_set_msg_buf_size(nl->sock, 1 << 16);
	nl->family = genl_ctrl_resolve(nl->sock, TG_GENL_NAME);
	if (nl->family < 0)
		return fail(nl, -ENOENT, "the tickgate module is not loaded (modprobe tickgate)");
	return 0;
}

void tg_nl_close(struct tg_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

static int simple(struct tg_nl *nl, enum tg_cmd cmd, int attr, const void *data, int len)
{
	struct nl_msg *msg = request(nl, cmd, NLM_F_ACK);
	struct exchange x = { 0 };

	if (!msg)
		return -ENOMEM;
	if (attr && nla_put(msg, attr, len, data) < 0) {
		nlmsg_free(msg);
		return fail(nl, -EMSGSIZE, "request too large");
	}
	return exchange(nl, msg, &x);
}

static int collect(struct tg_nl *nl, struct nl_msg *msg, struct want *want, unsigned int n)
{
	struct exchange x = { .want = want, .wants = n };
	unsigned int i;
	int err;

	if (!msg)
		return -ENOMEM;
	err = exchange(nl, msg, &x);
	for (i = 0; i < n && !err; i++)
		if (!want[i].got)
			return fail(
				nl, -EPROTO,
				"the module's reply is too short: module and program are of different versions");
	return err;
}

int tg_nl_status(struct tg_nl *nl, struct tg_nl_status *out)
{
	struct want w = { TG_A_STATUS, out, sizeof(*out), false };

	memset(out, 0, sizeof(*out));
	return collect(nl, request(nl, TG_CMD_STATUS, NLM_F_ACK), &w, 1);
}

int tg_nl_start(struct tg_nl *nl, const struct tg_in_engine *engine, const struct tg_nl_host *host)
{
	struct nl_msg *msg = request(nl, TG_CMD_START, NLM_F_ACK);
	struct exchange x = { 0 };

	if (!msg)
		return -ENOMEM;
	nla_put(msg, TG_A_ENGINE, sizeof(*engine), engine);
	nla_put(msg, TG_A_HOST, sizeof(*host), host);
	return exchange(nl, msg, &x);
}

int tg_nl_stop(struct tg_nl *nl, bool force)
{
	return simple(nl, TG_CMD_STOP, force ? TG_A_FORCE : 0, NULL, 0);
}

int tg_nl_input(struct tg_nl *nl, enum tg_in type, const void *payload, __u32 len,
		enum tg_reason *reason, __u64 *seq)
{
	struct nl_msg *msg = request(nl, TG_CMD_INPUT, NLM_F_ACK);
	__u64 record_seq = 0;
	__u16 verdict = 0;
	struct want w[] = {
		{ TG_A_REASON, &verdict, sizeof(verdict), false },
		{ TG_A_RECORD_SEQ, &record_seq, sizeof(record_seq), false },
	};
	struct exchange x = { .want = w, .wants = 2 };
	int err;

	if (!msg)
		return -ENOMEM;
	nla_put_u16(msg, TG_A_TYPE, (__u16)type);
	if (len && nla_put(msg, TG_A_PAYLOAD, (int)len, payload) < 0) {
		nlmsg_free(msg);
		return fail(nl, -EMSGSIZE, "record too large");
	}
	err = exchange(nl, msg, &x);
	if (!err && verdict != TG_REASON_OK)
		err = fail(nl,
			   verdict == TG_REASON_DUPLICATE_ID ? -EEXIST
			   : verdict == TG_REASON_CAPACITY   ? -ENOSPC
							     : -EINVAL,
			   "refused");
	if (reason)
		*reason = verdict;
	if (seq)
		*seq = record_seq;
	return err;
}

int tg_nl_connect(struct tg_nl *nl, __u16 venue_id, int fd)
{
	struct nl_msg *msg = request(nl, TG_CMD_CONNECT, NLM_F_ACK);
	struct exchange x = { 0 };

	if (!msg)
		return -ENOMEM;
	nla_put_u16(msg, TG_A_VENUE, venue_id);
	nla_put_u32(msg, TG_A_FD, (__u32)fd);
	return exchange(nl, msg, &x);
}

int tg_nl_disconnect(struct tg_nl *nl, __u16 venue_id)
{
	return simple(nl, TG_CMD_DISCONNECT, TG_A_VENUE, &venue_id, sizeof(venue_id));
}

int tg_nl_bind(struct tg_nl *nl, __u32 ifindex)
{
	return simple(nl, TG_CMD_BIND, TG_A_IFINDEX, &ifindex, sizeof(ifindex));
}

int tg_nl_unbind(struct tg_nl *nl, __u32 ifindex)
{
	return simple(nl, TG_CMD_UNBIND, TG_A_IFINDEX, &ifindex, sizeof(ifindex));
}

int tg_nl_reset_latency(struct tg_nl *nl)
{
	return simple(nl, TG_CMD_RESET_LATENCY, 0, NULL, 0);
}

int tg_nl_counters(struct tg_nl *nl, struct tg_nl_counters *out)
{
	struct want w[] = {
		{ TG_A_CORE_COUNTERS, out->core, sizeof(out->core), false },
		{ TG_A_HOST_COUNTERS, out->host, sizeof(out->host), false },
		{ TG_A_REASON_COUNTERS, out->reason, sizeof(out->reason), false },
	};

	memset(out, 0, sizeof(*out));
	return collect(nl, request(nl, TG_CMD_COUNTERS, NLM_F_ACK), w, 3);
}

static int on_hist(struct nlattr **attr, void *arg)
{
	struct tg_nl_latency *out = arg;
	__u16 stage;

	if (!attr[TG_A_STAGE] || !attr[TG_A_HIST] || nla_len(attr[TG_A_HIST]) != (int)sizeof(*out))
		return -EPROTO;
	stage = nla_get_u16(attr[TG_A_STAGE]);
	if (stage < TG_STAGE_MAX)
		memcpy(&out[stage], nla_data(attr[TG_A_HIST]), sizeof(*out));
	return 0;
}

int tg_nl_latency(struct tg_nl *nl, struct tg_nl_latency out[TG_STAGE_MAX])
{
	struct nl_msg *msg = request(nl, TG_CMD_LATENCY, NLM_F_DUMP);
	struct exchange x = { .message = on_hist, .arg = out };
	int err;

	memset(out, 0, TG_STAGE_MAX * sizeof(*out));
	if (!msg)
		return -ENOMEM;
	err = exchange(nl, msg, &x);
	return err == -EPROTO
		       ? fail(nl, err,
			      "histograms of another size: module and program are of different versions")
		       : err;
}

static int dump(struct tg_nl *nl, enum tg_cmd cmd, __u16 attr, size_t len, void **out, __u32 *n)
{
	struct nl_msg *msg = request(nl, cmd, NLM_F_DUMP);
	struct exchange x = { .dump_attr = attr, .dump_len = len };
	int err;

	*out = NULL;
	*n = 0;
	if (!msg)
		return -ENOMEM;
	err = exchange(nl, msg, &x);
	if (err) {
		free(x.array);
		return err;
	}
	*out = x.array;
	*n = x.n;
	return 0;
}

int tg_nl_orders(struct tg_nl *nl, struct tg_nl_order **out, __u32 *n)
{
	return dump(nl, TG_CMD_ORDERS, TG_A_ORDER, sizeof(**out), (void **)out, n);
}

int tg_nl_parents(struct tg_nl *nl, struct tg_nl_parent **out, __u32 *n)
{
	return dump(nl, TG_CMD_PARENTS, TG_A_PARENT, sizeof(**out), (void **)out, n);
}

int tg_nl_positions(struct tg_nl *nl, struct tg_nl_position **out, __u32 *n)
{
	return dump(nl, TG_CMD_POSITIONS, TG_A_POSITION, sizeof(**out), (void **)out, n);
}

int tg_nl_sessions(struct tg_nl *nl, struct tg_nl_session **out, __u32 *n)
{
	return dump(nl, TG_CMD_SESSIONS, TG_A_SESSION, sizeof(**out), (void **)out, n);
}

int tg_nl_clients(struct tg_nl *nl, struct tg_nl_client **out, __u32 *n)
{
	return dump(nl, TG_CMD_CLIENTS, TG_A_CLIENT, sizeof(**out), (void **)out, n);
}

int tg_nl_rates(struct tg_nl *nl, struct tg_nl_rate **out, __u32 *n)
{
	return dump(nl, TG_CMD_RATES, TG_A_RATE, sizeof(**out), (void **)out, n);
}

int tg_nl_restrictions(struct tg_nl *nl, struct tg_nl_restriction **out, __u32 *n)
{
	return dump(nl, TG_CMD_RESTRICTIONS, TG_A_RESTRICTION, sizeof(**out), (void **)out, n);
}

int tg_nl_instruments(struct tg_nl *nl, struct tg_in_instrument **out, __u32 *n)
{
	return dump(nl, TG_CMD_INSTRUMENTS, TG_A_INSTRUMENT_DEF, sizeof(**out), (void **)out, n);
}

int tg_nl_feeds(struct tg_nl *nl, struct tg_nl_feed **out, __u32 *n)
{
	return dump(nl, TG_CMD_FEEDS, TG_A_FEED, sizeof(**out), (void **)out, n);
}

int tg_nl_md(struct tg_nl *nl, struct tg_nl_md **out, __u32 *n)
{
	return dump(nl, TG_CMD_MD, TG_A_MD, sizeof(**out), (void **)out, n);
}

int tg_nl_products(struct tg_nl *nl, struct tg_product_image **out, __u32 *n)
{
	return dump(nl, TG_CMD_PRODUCTS, TG_A_PRODUCT, sizeof(**out), (void **)out, n);
}

int tg_nl_book(struct tg_nl *nl, __u32 instrument_id, struct tg_book_image *out)
{
	struct nl_msg *msg = request(nl, TG_CMD_BOOK, NLM_F_ACK);
	struct want w = { TG_A_BOOK, out, sizeof(*out), false };

	memset(out, 0, sizeof(*out));
	if (msg)
		nla_put_u32(msg, TG_A_INSTRUMENT, instrument_id);
	return collect(nl, msg, &w, 1);
}

static int on_event(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[TG_A_MAX_PLUS_1];
	struct tg_nl *nl = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attr, TG_A_MAX_PLUS_1 - 1, NULL) < 0)
		return NL_SKIP;
	if (attr[TG_A_PUB_EVENT] &&
	    nla_len(attr[TG_A_PUB_EVENT]) == (int)sizeof(struct tg_pub_event) &&
	    nl->events < sizeof(nl->event) / sizeof(nl->event[0]))
		memcpy(&nl->event[nl->events++], nla_data(attr[TG_A_PUB_EVENT]),
		       sizeof(struct tg_pub_event));
	return NL_OK;
}

int tg_nl_subscribe(struct tg_nl *nl)
{
	int group = genl_ctrl_resolve_grp(nl->sock, TG_GENL_NAME, TG_GENL_MCGRP);
	int ret;

	if (group < 0)
		return fail(nl, -ENOENT, "the module has no multicast group \"" TG_GENL_MCGRP "\"");
	nl_socket_disable_seq_check(nl->sock);
	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_CUSTOM, on_event, nl);
	ret = nl_socket_add_membership(nl->sock, group);
	if (ret < 0)
		return fail(nl, ret == -NLE_PERM ? -EPERM : -EIO, nl_geterror(ret));
	nl_socket_set_nonblocking(nl->sock);
	nl->subscribed = true;
	return 0;
}

int tg_nl_fd(const struct tg_nl *nl)
{
	return nl_socket_get_fd(nl->sock);
}

int tg_nl_event(struct tg_nl *nl, struct tg_pub_event *out)
{
	int ret;

	if (nl->next_event == nl->events) {
		nl->next_event = nl->events = 0;
		ret = nl_recvmsgs_default(nl->sock);
		if (ret < 0 && ret != -NLE_AGAIN)
			return fail(nl, ret == -NLE_NOMEM ? -ENOBUFS : -EIO, nl_geterror(ret));
	}
	if (nl->next_event == nl->events)
		return 0;
	*out = nl->event[nl->next_event++];
	return 1;
}
