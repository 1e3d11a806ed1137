/* SPDX-License-Identifier: MIT */
/*
 * When a venue with a connect limit was connected to, over restarts of the daemon: one small text
 * file a venue in the journal's directory, in realtime, as the monotonic clock ends with the host.
 */
#ifndef TGD_CONNECTS_H
#define TGD_CONNECTS_H

#include <stddef.h>
#include "plan.h"

/*
 * DIR/session-NAME.connects into the plan: those of the last window. No file: none. 0; or -EBADMSG
 * or another -errno with words in what, and then the plan is full as of now: what is not known is
 * taken as the worst. A time that lies ahead (the clock was set back) counts as now.
 */
int tgd_connects_load(const char *dir, const char *venue, struct tgd_plan *p, unsigned int limit,
		      __u64 window_ns, __u64 now_ns, __u64 real_ns, char *what, size_t len);
/* The last `limit` of the plan. Atomic; 0 or -errno. */
int tgd_connects_save(const char *dir, const char *venue, const struct tgd_plan *p,
		      unsigned int limit, __u64 now_ns, __u64 real_ns);

#endif
