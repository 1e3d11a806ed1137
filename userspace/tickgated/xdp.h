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
/*
 * Feeds added and removed while the engine runs. drop: those that c no longer has are steered no
 * more; before the engine is told to forget them. update: interfaces, steering and groups as c has
 * them; *x may be NULL before and is then begun. 0 or -errno, logged: what could be done is.
 */
void tgd_xdp_drop(struct tgd_xdp_state *x, const struct tgd_config *c);
int tgd_xdp_update(struct tgd_xdp_state **x, const struct tgd_config *c, struct tg_nl *nl);
/* Link states: to poll (-1 = nothing), and to call when readable. */
int tgd_xdp_fd(const struct tgd_xdp_state *x);
void tgd_xdp_links(struct tgd_xdp_state *x);
/* keep: leave program, pins, bindings and settings as they are (the engine keeps running). */
void tgd_xdp_end(struct tgd_xdp_state *x, struct tg_nl *nl, bool keep);

#endif
