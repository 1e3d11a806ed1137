/* SPDX-License-Identifier: MIT */
/*
 * The network side of feeds: XDP program loaded and attached, steering map filled, maps pinned in
 * TGD_PIN_DIR, multicast groups joined, NAPI settings made and put back, interfaces bound to the
 * engine.
 *
 * A program that is attached to an interface already and is ours (pinned maps there, same name) is
 * kept on adoption: its feeds run on.
 */
#ifndef TGD_XDP_H
#define TGD_XDP_H

#include "config.h"
#include "nl.h"

#define TGD_PIN_DIR	"/sys/fs/bpf/tickgate"

struct tgd_xdp_state;

/* 0 (also without feeds: *out is NULL then) or -errno, logged; what was done is undone. */
int tgd_xdp_begin(struct tgd_xdp_state **out, const struct tgd_config *c, struct tg_nl *nl,
		  bool adopted);
/* keep: leave program, pins, bindings and settings as they are (the engine keeps running). */
void tgd_xdp_end(struct tgd_xdp_state *x, struct tg_nl *nl, bool keep);

#endif
