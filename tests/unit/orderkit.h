/* SPDX-License-Identifier: MIT */
/* What the tests of orders share. */
#ifndef ORDERKIT_H
#define ORDERKIT_H

#include "fixture.h"

#define BUY TG_SIDE_BUY
#define SELL TG_SIDE_SELL
#define STATUS(f, id) (fx_order(f, id)->status)

static inline void tag_is(const struct tg_out *o, u32 tag, const char *want)
{
	char v[128];

	assert_non_null(o);
	assert_true(fx_tag(o, tag, v, sizeof(v)));
	assert_string_equal(v, want);
}

#endif
