/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP: the configuration is read again, checked whole, and what a running engine can take is
 * applied: limits and permits, feeds that came, changed or went, products and instruments that came.
 * Each other difference is told with its section and left as it is.
 */
#ifndef TGD_RELOAD_H
#define TGD_RELOAD_H

#include "control.h"
#include "loop.h"

/* c gets the new feeds, products and instruments; rs becomes what the engine has now. */
void tgd_reload(struct tgd_control *ct, struct tgd_config *c, struct tgd_records *rs,
		const struct tgd_loop_options *opt);

#endif
