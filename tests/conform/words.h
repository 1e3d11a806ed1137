/* SPDX-License-Identifier: MIT */
#ifndef CONFORM_WORDS_H
#define CONFORM_WORDS_H

#include "conv.h"

/* One key=value of a config line, which it takes apart. */
bool words_setting(struct conv *c, char *word);
/* Any other line but a comment. */
bool words_line(struct conv *c, char *text);

#endif
