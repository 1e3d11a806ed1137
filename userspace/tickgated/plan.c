// SPDX-License-Identifier: MIT
#include "plan.h"

__u64 tgd_plan_allowed_ns(const struct tgd_plan *p, unsigned int limit, __u64 window_ns,
			  __u64 now_ns)
{
	__u64 first;

	if (!limit || limit > TGD_PLAN_CONNECTS || p->n < limit)
		return now_ns;
	/* with the limit-th last connect out of the window there is room for one more */
	first = p->connect_ns[(p->head + TGD_PLAN_CONNECTS - limit) % TGD_PLAN_CONNECTS];
	return first + window_ns;
}

void tgd_plan_connected(struct tgd_plan *p, __u64 now_ns)
{
	p->connect_ns[p->head] = now_ns;
	p->head = (p->head + 1) % TGD_PLAN_CONNECTS;
	if (p->n < TGD_PLAN_CONNECTS)
		p->n++;
}

int tgd_plan_source(struct tgd_plan *p, const struct tgd_address *source, unsigned int sources,
		    int family, __u64 now_ns)
{
	int best = -1;
	unsigned int i, k;

	for (i = 0; i < sources; i++) {
		k = (p->turn + i) % sources;
		if (source[k].family != family)
			continue;
		if (p->rest_ns[k] <= now_ns) {
			best = (int)k;
			break;
		}
		if (best < 0 || p->rest_ns[k] < p->rest_ns[best])
			best = (int)k;
	}
	if (best >= 0)
		p->turn = ((unsigned int)best + 1) % sources;
	return best;
}

void tgd_plan_rest(struct tgd_plan *p, int source, __u64 until_ns)
{
	if (source >= 0 && source < TGD_SOURCES)
		p->rest_ns[source] = until_ns;
}

__u64 tgd_backoff_ms(long long min_ms, long long max_ms, unsigned int failures, __u32 random)
{
	__u64 ms = (__u64)min_ms;

	for (; failures > 1 && ms < (__u64)max_ms; failures--)
		ms *= 2;
	if (ms > (__u64)max_ms)
		ms = (__u64)max_ms;
	/* Many gateways that lost one venue together must not come back together. */
	return ms - ms / 2 * (random % 1024) / 1023;
}
