/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What a message may hold: the dictionary's tables, generated from tools/gen/fix.dict, and the walk that judges a whole message by them. The hot decoders do not
 * come here; a session that validates (TG_VENUE_VALIDATE) and `tgctl fix` do.
 *
 * A dictionary is one FIX version plus what one venue adds to it: tags collide across venues, so there is no table for all of them.
 */
#ifndef TG_FIX_DICT_H
#define TG_FIX_DICT_H

#include "fix/lexer.h"

struct tg_fix_dict;

/* SessionRejectReason (373; FIX 4.4 volume 6, field dictionary). */
enum tg_fix_reject {
	TG_REJECT_INVALID_TAG = 0, TG_REJECT_REQUIRED_MISSING = 1, TG_REJECT_NOT_FOR_TYPE = 2, TG_REJECT_UNDEFINED_TAG = 3, TG_REJECT_NO_VALUE = 4,
	TG_REJECT_VALUE = 5, TG_REJECT_FORMAT = 6, TG_REJECT_DECRYPTION = 7, TG_REJECT_SIGNATURE = 8, TG_REJECT_COMP_ID = 9,
	TG_REJECT_SENDING_TIME = 10, TG_REJECT_MSG_TYPE = 11, TG_REJECT_XML = 12, TG_REJECT_DUPLICATE = 13, TG_REJECT_ORDER = 14,
	TG_REJECT_GROUP_ORDER = 15, TG_REJECT_GROUP_COUNT = 16, TG_REJECT_EMBEDDED_SOH = 17, TG_REJECT_OTHER = 99,
};

struct tg_fix_verdict {
	enum tg_fix_error err;	/* TG_FIX_OK: valid */
	u32 reason;		/* enum tg_fix_reject; meaningless when valid */
	u32 ref_tag;		/* 371; 0 = no single tag is at fault */
	u32 offset;		/* of the byte at which it was seen, from the start of the message */
};

#define TG_VALIDATE_UNKNOWN	1u	/* flags: a tag that the dictionary does not know is a fault; else it is skipped, in constant time */
/*
 * Only the shape: no tag twice outside a group, groups with as many entries as they say, counts and data lengths. For what is no message of a session (published
 * instrument files): nothing is required, values are the publisher's own, and a group's entries begin with whatever its first one begins with.
 */
#define TG_VALIDATE_SHAPE	2u

/* version: 42, 44, 50 (FIXT.1.1 and 5.0SP2); dialect: enum tg_dialect, 0 = the bare standard. NULL = there is none. */
const struct tg_fix_dict *tg_fix_dict(u16 version, u16 dialect);

/*
 * A whole frame, header and body: known MsgType, header before body, required tags, tags that belong to the message, no tag twice outside a group, enumerated
 * values, formats, groups that begin with their delimiter and have as many entries as their count says. True when valid.
 */
bool tg_fix_validate(const struct tg_fix_dict *d, const struct tg_fix_frame *f, u32 flags, struct tg_fix_verdict *v);

/* May a message of this type have this tag outside groups? A type whose members are not known may have any that the dictionary knows. */
bool tg_fix_dict_allows(const struct tg_fix_dict *d, u32 msg_type, u32 tag);

#endif
