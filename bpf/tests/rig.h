/* SPDX-License-Identifier: MIT */
/*
 * A running engine, its journal and the loaded XDP program, for tests in a guest. Any step that
 * fails ends the test.
 */
#ifndef RIG_H
#define RIG_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <tickgate/tickgate.h>
#include "../tickgate_xdp.h"
#include "nl.h"

struct rig {
	struct tg_nl *nl;
	struct bpf_object *obj;
	int prog, feeds, stats, global;
	int dev;
	const struct tg_ring_header *journal;
	const __u8 *bytes;
	struct tg_journal_user *user;
	__u64 tail;
	size_t map_bytes;
};

#define RIG_ENGINE	7
#define RIG_MAX_FEEDS	64

/*
 * host: wait, packet_slots, journal_bytes, flags; the CPU is 1. Exit 4 with a SKIP line where the
 * module cannot run.
 */
void rig_open(struct rig *r);
void rig_start(struct rig *r, const char *object, struct tg_nl_host host);
void rig_journal_open(struct rig *r);
void rig_journal_close(struct rig *r);
void rig_stop(struct rig *r);
void rig_steer(struct rig *r, int family, unsigned int vlan, struct tg_steer_value v);

/*
 * Next TG_IN_UDP record of the journal; false when none comes within 2 s. payload stays until the
 * next call.
 */
bool rig_udp(struct rig *r, struct tg_record *rec, const __u8 **payload);
/* Sums over CPUs. */
struct tg_xdp_feed_stats rig_feed(struct rig *r, __u32 feed_id);
struct tg_xdp_global_stats rig_global(struct rig *r);
__u64 rig_host(struct rig *r, enum tg_host_counter c);

/* KTAP. */
void plan(unsigned int n);
void check(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints the totals; the exit status. */
int totals(void);

#endif
