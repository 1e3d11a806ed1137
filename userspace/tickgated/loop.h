/* SPDX-License-Identifier: MIT */
/* The daemon's life after the engine runs: venues, session events, reload, shutdown. */
#ifndef TGD_LOOP_H
#define TGD_LOOP_H

#include "config.h"
#include "control.h"
#include "xdp.h"

struct tgd_loop_options {
	const char *config_path;
	bool keep_engine;
	struct tgd_xdp_state **xdp;	/* a reload may be what begins it */
};

/*
 * Runs until SIGTERM or SIGINT (0), or until the engine is gone (-ENODEV). c and rs belong to the
 * loop: a reload replaces what can be, see reload.h. Signals must be blocked by the caller before
 * any thread starts.
 */
int tgd_loop(struct tgd_control *ct, struct tgd_config *c, struct tgd_records *rs,
	     const struct tgd_loop_options *opt);

/* Writes /run/tickgate/names. */
void tgd_names_write(const struct tgd_config *c);

#endif
