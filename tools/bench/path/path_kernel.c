// SPDX-License-Identifier: MIT
/*
 * The strategy side of the path through the module: the same decision as tg-path-user's, over the rings. Prints what its own part costs: from an event being
 * visible in the ring to the submission being written. The module's histograms have the rest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libtickgate/client.h>
#include "strategy.h"

#define MAX_SAMPLES	100000u

static u_int32_t orders_left = 500, nsamples, accepted, refused;
static uint64_t samples[MAX_SAMPLES];
static struct tg_handle *client;
static bool ready;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

static uint64_t poll_from;

/*
 * Under the instruction clock the processors of the guest take turns, so an event never appears while this one runs: it is there when its turn begins. The clock is
 * therefore read only once there is something to read. Read before looking, it would be read before the turn in every second sample, which then held all that the
 * engine's processor did meanwhile.
 */
static bool something_to_read(void)
{
	return tg_ring_head(client->pub.hdr) != client->pub.next || tg_ring_head(client->priv.hdr) != client->priv.next;
}

static void on_level(void *user, const struct tg_pub_event *ev)
{
	struct tg_submission sub;

	(void)user;
	if (!ready || !orders_left || !path_strategy(ev, &sub))
		return;
	if (tg_submit(client, &sub))
		return;
	orders_left--;
	if (nsamples < MAX_SAMPLES)
		samples[nsamples++] = now_ns() - poll_from;
}

static void on_download_end(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	(void)ev;
	ready = true;
}

static void on_order_ack(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	if (ev->u.order.origin != TG_ORIGIN_GATEWAY)
		return;
	if (ev->u.order.reason == TG_REASON_OK)
		accepted++;
	else if (!refused++)
		fprintf(stderr, "tg-path-kernel: first refusal: %s\n", tg_strreason_text(ev->u.order.reason));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static const struct tg_callbacks cb = {
		.on_level = on_level, .on_download_end = on_download_end, .on_order_ack = on_order_ack,
	};
	static const struct option longs[] = {
		{ "orders", required_argument, NULL, 'n' }, { "cpu", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	struct tg_attach_options opt = { .name = "path", .flags = TG_CLIENT_AUTO_CANCEL };
	uint64_t give_up;
	int o, rc;

	while ((o = getopt_long(argc, argv, "n:c:h", longs, NULL)) != -1) {
		cpu_set_t set;

		switch (o) {
		case 'n': orders_left = (u_int32_t)atoi(optarg); break;
		case 'c':
			CPU_ZERO(&set);
			CPU_SET(atoi(optarg), &set);
			if (sched_setaffinity(0, sizeof(set), &set))
				perror("--cpu");
			break;
		case 'h':
			printf("usage: tg-path-kernel [--orders N] [--cpu N]\nSends N immediate-or-cancel orders, one for each change of the bid; prints one JSON line.\n");
			return 0;
		default: return 2;
		}
	}
	rc = tg_open(&client, NULL);
	if (!rc)
		rc = tg_attach(client, &opt, &cb, NULL);
	if (rc) {
		fprintf(stderr, "tg-path-kernel: %s\n", client ? tg_error(client) : strerror(-rc));
		return 1;
	}
	give_up = now_ns() + 120ULL * 1000000000ULL;
	while (orders_left && now_ns() < give_up) {
		if (!something_to_read())
			continue;
		poll_from = now_ns();
		tg_poll(client, 64);
	}
	for (give_up = now_ns() + 1000000000ULL; now_ns() < give_up; )
		tg_poll(client, 64);
	tg_close(client);
	if (!nsamples || !accepted) {
		fprintf(stderr, "tg-path-kernel: no order was accepted\n");
		return 1;
	}
	qsort(samples, nsamples, sizeof(samples[0]), by_value);
	printf("{\"path\":\"strategy\",\"samples\":%u,\"accepted\":%u,\"refused\":%u,\"min\":%" PRIu64 ",\"p50\":%" PRIu64 ",\"p90\":%" PRIu64 ",\"p99\":%" PRIu64 "}\n", nsamples,
	       accepted, refused, samples[0], samples[nsamples / 2], samples[nsamples * 9ULL / 10], samples[nsamples * 99ULL / 100]);
	return 0;
}
