/* SPDX-License-Identifier: MIT */
/*
 * A conversation at work, and what it is held with: library.c is an engine in this process, module.c the one in the kernel, over TCP and
 * netlink. run.c, words.c and message.c know the language and neither of them.
 */
#ifndef CONFORM_CONV_H
#define CONFORM_CONV_H

#include <stdbool.h>
#include "state.h"

#define MS	1000000ULL
#define SOH	1
#define VARS	32

struct conv {
	const char *path;
	u32 line;
	bool split;
	struct link *link;	/* NULL before the first line that needs it */
	struct tg_in_engine params;
	struct tg_in_venue venue;
	bool subscribe;
	int length_digits;	/* of BodyLength in what the venue sends; 0 = as many as it takes */
	struct tg_in_instrument instrument;	/* settings of scripts */
	u32 store_bytes, store_messages, rx_buffer;
	u64 now, user_ref, last_order, asked_seq, asked_ns;
	enum tg_reason verdict;
	char *out[256];		/* TCP messages not yet expected; "close" for a CLOSE */
	u32 out_head, out_tail;
	struct { char name[16], value[64]; } var[VARS];
	u32 vars;
	char error[2048];
};

/* Notes the first error only; false. */
bool conv_failed(struct conv *c, const char *fmt, ...);
/* The same unless OK, while something is set up. */
void conv_must(struct conv *c, enum tg_reason why, const char *what);
/* Something the gateway did: "close", "credentials". Takes the string. */
void conv_did(struct conv *c, char *what);
/* A message that the gateway sent. */
void conv_message(struct conv *c, const void *bytes, u32 len);

/* ---- the link ---- */

#define LINK_UID	(link_uid())

/* Why this script cannot be held here, NULL = it can. exact_ms: time that it lets pass, and counts on; wait_ms: how long it waits at most for something. */
const char *link_cannot(u64 exact_ms, u64 wait_ms);
unsigned int link_uid(void);		/* whom the test's client runs as */
/* An engine with c->params; c->now is set. */
void link_open(struct conv *c);
/* Everything is configured and the client is attached: to where orders are taken. */
void link_ready(struct conv *c);
/* One record; the verdict. What it brought about may come at once, or later (link_again). */
enum tg_reason link_step(struct conv *c, u16 type, u16 source, const void *payload, u32 len);
void link_pass_time(struct conv *c, u64 ns);
/* Until something is sent, at most this long. */
void link_wait(struct conv *c, u64 ns);
/* What was sent has had its effect. */
void link_settled(struct conv *c);
void link_now(struct conv *c);		/* c->now */
/* Something is not yet as expected: true = look again. Never in the library, where all is done when link_step() returns. */
bool link_again(struct conv *c);
void link_patience(struct conv *c);	/* link_again() counts from here */
bool link_session(struct conv *c, struct tg_nl_session *out);
u32 link_stored(struct conv *c, u32 otherwise);	/* messages kept for resending; `otherwise` where it cannot be seen */
u64 link_counter(struct conv *c, enum tg_core_counter which);
/* Status of the order, TG_OS_NONE = there is no such. */
enum tg_ord_status link_order(struct conv *c, u64 order_id);
/* Best level of the one instrument; false = the side is empty. */
bool link_best(struct conv *c, enum tg_book_side side, struct tg_level *out);
/* The conversation is over and went well: what can be checked besides. */
bool link_verify(struct conv *c);
void link_close(struct conv *c);

#endif
