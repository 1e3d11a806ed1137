/* SPDX-License-Identifier: MIT */
/* The messages of a conversation: '|' is SOH, README.md says what may be left out. All that return bool have said what was wrong. */
#ifndef CONFORM_MESSAGE_H
#define CONFORM_MESSAGE_H

#include <stdio.h>
#include "conv.h"

/* What the gateway sends from now on is written here, a line of hexadecimal each; NULL = no more. */
void message_keep(FILE *f);
/* The venue sends: a message completed, or the bytes as they stand. */
bool message_send(struct conv *c, const char *text);
bool message_send_raw(struct conv *c, const char *text);
/* The next that the gateway did: exactly this message, "close" or "credentials"; the fields named, in any order; the end, whatever comes before it. */
bool message_expect(struct conv *c, const char *text);
bool message_expect_fields(struct conv *c, const char *text);
bool message_expect_close(struct conv *c);
/* A Logon with credentials as the daemon would write it, by the core's encoder without an engine. */
bool message_expect_encoded(struct conv *c, const char *want);
bool message_next_is(const struct conv *c, const char *what);
/* Anything that makes the engine do something must find its earlier output consumed. */
bool message_none(struct conv *c);
/* A message of ours, sent now, in at most 8,192 bytes; how many. */
u32 message_of_ours(struct conv *c, const char *text, u8 *out);

#endif
