/* SPDX-License-Identifier: MIT */
/*
 * The generic netlink family "tickgate" as functions. Every request returns 0 or -errno;
 * tg_nl_error() then says in words what went wrong (the kernel's extended-ack message where there
 * is one). Not thread safe: one struct tg_nl per thread.
 */
#ifndef TG_NL_H
#define TG_NL_H

#include <stdbool.h>
#include <tickgate/tickgate.h>

struct tg_nl;

/* -ENOENT: the module is not loaded. *out is set even then, so that tg_nl_error() works; close it
 * in any case. */
int tg_nl_open(struct tg_nl **out);
void tg_nl_close(struct tg_nl *nl);
const char *tg_nl_error(const struct tg_nl *nl);

int tg_nl_status(struct tg_nl *nl, struct tg_nl_status *out);
int tg_nl_start(struct tg_nl *nl, const struct tg_in_engine *engine, const struct tg_nl_host *host);
int tg_nl_stop(struct tg_nl *nl, bool force);

/* One control record. *reason and *seq may be NULL; a refusal is -EINVAL, -EEXIST or -ENOSPC with
 * *reason telling why (0 = the kernel gave none). */
int tg_nl_input(struct tg_nl *nl, enum tg_in type, const void *payload, __u32 len,
		enum tg_reason *reason, __u64 *seq);

/* fd: a connected TCP socket of this process; the caller may close it afterwards. */
int tg_nl_connect(struct tg_nl *nl, __u16 venue_id, int fd);
int tg_nl_disconnect(struct tg_nl *nl, __u16 venue_id);
int tg_nl_bind(struct tg_nl *nl, __u32 ifindex);
int tg_nl_unbind(struct tg_nl *nl, __u32 ifindex);

struct tg_nl_counters {
	__u64 core[TG_CC_MAX];
	__u64 host[TG_HC_MAX];
	__u64 reason[TG_REASON_MAX];
};
int tg_nl_counters(struct tg_nl *nl, struct tg_nl_counters *out);

struct tg_nl_latency {
	struct tg_nl_hist h;
	__u64 bucket[TG_HIST_BUCKETS];
};
int tg_nl_latency(struct tg_nl *nl, struct tg_nl_latency out[TG_STAGE_MAX]);
int tg_nl_reset_latency(struct tg_nl *nl);

/* Dumps. *out is malloc'ed (free it; NULL when *n is 0). */
int tg_nl_orders(struct tg_nl *nl, struct tg_nl_order **out, __u32 *n);
int tg_nl_parents(struct tg_nl *nl, struct tg_nl_parent **out, __u32 *n);
int tg_nl_positions(struct tg_nl *nl, struct tg_nl_position **out, __u32 *n);
int tg_nl_sessions(struct tg_nl *nl, struct tg_nl_session **out, __u32 *n);
int tg_nl_rates(struct tg_nl *nl, struct tg_nl_rate **out, __u32 *n);
int tg_nl_restrictions(struct tg_nl *nl, struct tg_nl_restriction **out, __u32 *n);
int tg_nl_clients(struct tg_nl *nl, struct tg_nl_client **out, __u32 *n);
int tg_nl_instruments(struct tg_nl *nl, struct tg_in_instrument **out, __u32 *n);
int tg_nl_feeds(struct tg_nl *nl, struct tg_nl_feed **out, __u32 *n);
int tg_nl_md(struct tg_nl *nl, struct tg_nl_md **out, __u32 *n);
int tg_nl_products(struct tg_nl *nl, struct tg_product_image **out, __u32 *n);
int tg_nl_book(struct tg_nl *nl, __u32 instrument_id, struct tg_book_image *out);

/* Multicast group "state": poll the descriptor, then read. A struct tg_nl that subscribed must not
 * make requests. */
int tg_nl_subscribe(struct tg_nl *nl);
int tg_nl_fd(const struct tg_nl *nl);
/* 1 one event, 0 nothing there, -ENOBUFS events were lost (read on), other -errno. */
int tg_nl_event(struct tg_nl *nl, struct tg_pub_event *out);

#endif
