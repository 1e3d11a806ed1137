// SPDX-License-Identifier: MIT
/*
 * Copies of books. The order of things that makes them right: the kernel writes events, then the
 * images, then `settled` (shm.h). A reader that goes on from `settled` and reads an image after it
 * finds in the image all that the events before `settled` said; events of the image's record_seq or
 * before are in it, later ones are not.
 */
#include <errno.h>
#include <string.h>
#include "client.h"

/* A side that is shorter than this and not whole is filled again: the image has more. */
#define SHORT	(TG_IMAGE_LEVELS / 2)

static void fill(struct tg_copy_side *s, const struct tg_level *level, __u32 n)
{
	memcpy(s->level, level, n * sizeof(*level));
	s->levels = n;
	s->whole = n < TG_IMAGE_LEVELS;
}

/* From the image, unless that is older than what the copy has. */
static int refill(struct tg_handle *c, struct tg_book_copy *b, bool older)
{
	struct tg_book_image image;
	int err = tg_book(c, b->instrument_id, &image);

	if (err || (!older && image.record_seq < b->record_seq))
		return err;
	b->state = image.state;
	b->record_seq = b->filled_seq = image.record_seq;
	b->update_id = image.update_id;
	b->slow = c->slow;
	fill(&b->side[TG_BID], image.bid, image.bid_levels);
	fill(&b->side[TG_ASK], image.ask, image.ask_levels);
	return 0;
}

TG_API int tg_copy_begin(struct tg_handle *c, __u32 instrument_id, struct tg_book_copy *out)
{
	memset(out, 0, sizeof(*out));
	out->instrument_id = instrument_id;
	return refill(c, out, true);
}

TG_API int tg_copy_mend(struct tg_handle *c, struct tg_book_copy *b)
{
	return b->slow == c->slow ? 0 : refill(c, b, true);
}

static void set(struct tg_copy_side *s, bool bid, __s64 px, __s64 qty)
{
	__u32 i;

	for (i = 0; i < s->levels; i++)
		if (bid ? px >= s->level[i].px : px <= s->level[i].px)
			break;
	if (i < s->levels && s->level[i].px == px) {
		if (qty) {
			s->level[i].qty = qty;
			return;
		}
		s->levels--;
		memmove(&s->level[i], &s->level[i + 1], (s->levels - i) * sizeof(s->level[0]));
		return;
	}
	/* behind the last that is known there may be others in between: not to be kept */
	if (!qty || (i == s->levels && !s->whole))
		return;
	if (s->levels == TG_COPY_LEVELS) {
		s->whole = false;
		if (i == s->levels)
			return;
		s->levels--;
	}
	memmove(&s->level[i + 1], &s->level[i], (s->levels - i) * sizeof(s->level[0]));
	s->level[i] = (struct tg_level){ .px = px, .qty = qty };
	s->levels++;
}

TG_API int tg_copy_event(struct tg_handle *c, struct tg_book_copy *b, const struct tg_pub_event *ev)
{
	struct tg_copy_side *s;
	int err;

	if (ev->id != b->instrument_id)
		return 0;
	if (b->slow != c->slow) {
		err = refill(c, b, true);
		if (err)
			return err;
	}
	if (ev->record_seq <= b->filled_seq)
		return 0;
	switch (ev->type) {
	case TG_PUB_CLEAR:
		for (s = b->side; s < b->side + 2; s++)
			*s = (struct tg_copy_side){ .whole = true };
		break;
	case TG_PUB_BOOK_STATE:
		b->state = ev->u.state.state;
		break;
	case TG_PUB_LEVEL:
		s = &b->side[ev->u.level.side == TG_BID ? TG_BID : TG_ASK];
		set(s, s == &b->side[TG_BID], ev->u.level.px, ev->u.level.qty);
		b->update_id = ev->u.level.update_id;
		break;
	default:
		return 0;
	}
	b->record_seq = ev->record_seq;
	for (s = b->side; s < b->side + 2; s++) {
		if (s->whole || s->levels >= SHORT)
			continue;
		err = refill(c, b, false);
		if (err && err != -EAGAIN)	/* else with the next event */
			return err;
	}
	return 1;
}
