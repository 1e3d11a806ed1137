// SPDX-License-Identifier: MIT
/*
 * Datagrams over a veth pair whose one end is bound to the engine: the engine's thread polls its
 * NAPI instance and steps inline, softirq on another CPU queues; either way every datagram the
 * program took is in the journal once and in order. Runs in a guest; see run.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "fixture.h"
#include "rig.h"

#define PACKETS		3000u
#define FEED		5

static void run(const char *cmd)
{
	if (system(cmd)) {
		printf("Bail out! %s\n", cmd);
		exit(1);
	}
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
}

static int raw_socket(const char *ifname)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		printf("Bail out! packet socket: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

static void send_numbers(int fd, unsigned int first, unsigned int n)
{
	struct timespec nap = { .tv_nsec = 100000 };
	unsigned int i, off, len;
	__u8 frame[FRAME_MAX];
	char text[32];

	for (i = first; i < first + n; i++) {
		struct frame_spec spec = { .family = 4, .payload = text, .len = sizeof(text) };

		memset(text, 0, sizeof(text));
		snprintf(text, sizeof(text), "packet %u", i);
		len = frame_make(&spec, frame, &off);
		while (send(fd, frame, len, 0) < 0 && errno == ENOBUFS)
			nanosleep(&nap, NULL);
		if (i % 16 == 15)
			nanosleep(&nap, NULL);
	}
}

static unsigned int receive_numbers(struct rig *r, unsigned int first, unsigned int n)
{
	const __u8 *payload;
	struct tg_record rec;
	unsigned int i;
	char text[32];

	for (i = first; i < first + n; i++) {
		if (!rig_udp(r, &rec, &payload))
			break;
		memset(text, 0, sizeof(text));
		snprintf(text, sizeof(text), "packet %u", i);
		if (rec.source != FEED || rec.len != sizeof(text) ||
		    memcmp(payload, text, sizeof(text))) {
			printf("# wanted \"%s\", got \"%.*s\"\n", text, (int)rec.len, payload);
			break;
		}
	}
	return i - first;
}

static bool wait_unbound(struct rig *r, __u32 ifindex)
{
	struct timespec nap = { .tv_nsec = 10000000 };
	int i;

	/* `ip link del` may return before the last steps; the notifier has run when this is so. */
	for (i = 0; i < 100; i++) {
		if (tg_nl_unbind(r->nl, ifindex) == -ENOENT)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

int main(int argc, char **argv)
{
	__u64 before, after, inlined, queued;
	struct tg_nl_latency lat[TG_STAGE_MAX];
	struct tg_xdp_feed_stats s;
	struct rig r;
	__u32 ifindex;
	unsigned int got;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: veth_test tickgate_xdp.bpf.o\n");
		return 2;
	}
	plan(11);
	if (unshare(CLONE_NEWNET)) {
		printf("Bail out! unshare: %s\n", strerror(errno));
		return 1;
	}
	run("mount -t sysfs -o nosuid none /sys 2>/dev/null || mount -t sysfs none /sys");
	run("ip link add tg0 type veth peer name tg1 && ip link set tg0 up && ip link set tg1 up");
	ifindex = if_nametoindex("tg0");

	rig_open(&r);
	rig_start(&r, argv[1], (struct tg_nl_host){ .wait = TG_WAIT_BUSY, .packet_slots = 4096 });
	rig_journal_open(&r);
	rig_steer(&r, 4, TG_XDP_VLAN_ANY, (struct tg_steer_value){ RIG_ENGINE, FEED, 0 });
	if (bpf_xdp_attach(ifindex, r.prog, XDP_FLAGS_DRV_MODE, NULL)) {
		printf("Bail out! XDP attach: %s\n", strerror(errno));
		return 1;
	}
	put("/sys/class/net/tg0/napi_defer_hard_irqs", "100");
	/* emulated processors lose the host for milliseconds: the safety timer must not win */
	put("/sys/class/net/tg0/gro_flush_timeout", "50000000");
	check(tg_nl_bind(r.nl, 999999) == -ENODEV, "bind: no such interface");
	check(!tg_nl_bind(r.nl, ifindex), "bind");
	check(tg_nl_bind(r.nl, ifindex) == -EEXIST, "bind: twice is refused");
	fd = raw_socket("tg1");

	before = rig_host(&r, TG_HC_NAPI_POLLS);
	usleep(50000);
	after = rig_host(&r, TG_HC_NAPI_POLLS);
	check(after > before, "the thread polls: %llu times in 50 ms", after - before);

	send_numbers(fd, 0, PACKETS);
	got = receive_numbers(&r, 0, PACKETS);
	check(got == PACKETS, "%u of %u datagrams in the journal, in order", got, PACKETS);
	s = rig_feed(&r, FEED);
	inlined = rig_host(&r, TG_HC_INLINE_PACKETS);
	queued = rig_host(&r, TG_HC_QUEUED_PACKETS);
	check(s.taken == PACKETS && inlined + queued == PACKETS,
	      "taken %llu: %llu inline, %llu queued", s.taken, inlined, queued);
	check(inlined * 100 > PACKETS * 95, "more than 95 %% went inline");
	check(!tg_nl_latency(r.nl, lat) && lat[TG_STAGE_MD_STEP].h.count == PACKETS &&
		      lat[TG_STAGE_RECEIVE].h.count && lat[TG_STAGE_PUBLISH].h.count,
	      "latency of receive, step and publish is kept");

	check(!tg_nl_unbind(r.nl, ifindex), "unbind");
	send_numbers(fd, PACKETS, 100);
	got = receive_numbers(&r, PACKETS, 100);
	check(got == 100 && rig_host(&r, TG_HC_INLINE_PACKETS) == inlined,
	      "unbound: all are queued, none inline");

	if (tg_nl_bind(r.nl, ifindex)) {
		printf("Bail out! second bind: %s\n", tg_nl_error(r.nl));
		return 1;
	}
	close(fd);
	run("ip link del tg0");
	check(wait_unbound(&r, ifindex), "the interface goes: its binding goes too");
	rig_stop(&r);
	tg_nl_close(r.nl);
	return totals();
}
