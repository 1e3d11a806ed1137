/* SPDX-License-Identifier: MIT */
/*
 * Names of tags, values and message types, for people. Not in the module: nothing there is decided by a name.
 * What a venue or a version does not name itself is looked for in its version, then in the newest one: venues of FIX 4.4 send tags of 5.0.
 */
#ifndef TG_FIX_NAMES_H
#define TG_FIX_NAMES_H

#include "fix/dict.h"

/* NULL = unknown. */
const char *tg_fix_tag_name(const struct tg_fix_dict *d, u32 tag);			/* "ClOrdID" */
const char *tg_fix_msg_name(const struct tg_fix_dict *d, u32 msg_type);			/* TG_MT1('D'): "NewOrderSingle" */
const char *tg_fix_value_name(const struct tg_fix_dict *d, u32 tag, const void *val, u32 len);	/* 54, "1": "BUY" */

#endif
