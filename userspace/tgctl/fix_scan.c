// SPDX-License-Identifier: MIT
/*
 * tgctl fix: where messages are, in a stream (one behind the other, as a session sends them) and in
 * a log (a prefix, a message, the line's end).
 *
 * In a stream the lexer's word counts: a length that reaches beyond the input is a message that did
 * not come whole, and a session would wait for the rest. In a log each line was whole when it was
 * written: a trailer at the line's end says that the length is wrong.
 */
#include <stdlib.h>
#include <string.h>
#include "fix.h"

/* A message whose end cannot be found is waited for only so long: what is looked at again with
 * every packet must stay short. */
#define LOOK_BYTES 65536u

void fix_scan_init(struct fix_scan *s, struct fix_run *run, const char *file)
{
	*s = (struct fix_scan){
		.run = run, .origin = { .file = file }, .line = 1, .sep = run->opt.sep
	};
}

void fix_scan_free(struct fix_scan *s)
{
	free(s->text);
	s->text = NULL;
	s->text_cap = 0;
}

bool fix_scan_room(struct fix_scan *s, u32 n)
{
	u8 *text;

	if (n <= s->text_cap)
		return true;
	n = n < 65536 ? 65536 : n + n / 2;
	text = realloc(s->text, n);
	if (!text)
		return false;
	s->text = text;
	s->text_cap = n;
	return true;
}

static void found(struct fix_scan *s, const u8 *p, u32 n, u32 at, u32 code,
		  const struct tg_fix_frame *f)
{
	struct fix_found m = { .origin = &s->origin,
			       .p = p,
			       .len = n,
			       .sep_len = 1,
			       .offset = s->offset + at,
			       .code = code,
			       .frame = f };

	fix_found(s->run, &m);
}

/* ---- stream ---- */

static void garbage_end(struct fix_scan *s)
{
	struct fix_found m = { .origin = &s->origin,
			       .sep_len = 1,
			       .offset = s->garbage_offset,
			       .code = TG_FIX_GARBAGE,
			       .bytes = s->garbage };

	if (s->garbage && s->resync)
		s->skipped += s->garbage;
	else if (s->garbage)
		fix_found(s->run, &m);
	s->garbage = 0;
}

/* Bytes at p[at, at + n) that belong to no message. Newlines between messages are a file's, not a
 * peer's. */
static void garbage(struct fix_scan *s, const u8 *p, u32 at, u32 n)
{
	u32 i;

	for (i = 0;
	     i < n && !s->garbage && !s->keep_newlines && (p[at + i] == '\n' || p[at + i] == '\r');
	     i++)
		;
	if (i == n)
		return;
	if (!s->garbage)
		s->garbage_offset = s->offset + at + i;
	s->garbage += n - i;
}

void fix_scan_lost(struct fix_scan *s, const u8 *p, u32 n, u64 missing)
{
	struct fix_found m = { .origin = &s->origin,
			       .p = p,
			       .len = n,
			       .sep_len = 1,
			       .offset = s->offset,
			       .code = FIX_LOST,
			       .bytes = missing };

	if (n)
		fix_found(s->run, &m);
	s->resync = true;
}

u32 fix_scan_stream(struct fix_scan *s, const u8 *p, u32 n, bool last)
{
	u32 at = 0, used, end, max = s->run->opt.max_message;
	struct tg_fix_frame f;
	enum tg_fix_error err;

	while (at < n && !s->run->stop) {
		err = tg_fix_frame(p + at, n - at, max, &f, &used);
		if (err == TG_FIX_GARBAGE) {
			garbage(s, p, at, used);
			at += used;
			continue;
		}
		if (!err && !used) {
			if (!last)
				break;
			end = fix_start(p, at + 1, n);
			garbage_end(s);
			found(s, p + at, end - at, at, FIX_INCOMPLETE, NULL);
			s->resync = false;
			at = end;
			continue;
		}
		garbage_end(s);
		if (!err) {
			found(s, p + at, used, at, TG_FIX_OK, &f);
			s->resync = false;
			at += used;
			continue;
		}
		/* Broken. It ends with its trailer, if it has one before the next message; what
		 * follows that is looked at for itself. */
		end = fix_trailer(p, at, at + used);
		if (end)
			used = end + 7 - at;
		else if (at + used == n && !last && used < LOOK_BYTES)
			break;
		found(s, p + at, used, at, err, NULL);
		s->resync = false;
		at += used;
	}
	if (last)
		garbage_end(s);
	s->offset += at;
	return at;
}

/* ---- log ---- */

static u64 lines(const u8 *p, u32 from, u32 to)
{
	const u8 *q = p + from;
	u64 n = 0;

	while (from < to && (q = memchr(q, '\n', (size_t)(p + to - q)))) {
		n++;
		if (++q == p + to)
			break;
	}
	return n;
}

/*
 * The message at p[at], whose line ends at `end`. Sets m, the frame, and *used, the bytes of the
 * file that it took. false = more is needed.
 */
static bool log_message(struct fix_scan *s, const u8 *p, u32 at, u32 end, u32 n, bool last,
			struct fix_found *m, struct tg_fix_frame *f, u32 *used)
{
	u32 max = s->run->opt.max_message, got, text_len, cut, t;
	struct fix_sep sep = s->sep;
	bool plain;

	if (!sep.len && !fix_sep_at(p + at, end - at, &sep)) {
		sep.len = 1;
		sep.text[0] = TG_SOH;
	}
	plain = sep.len == 1 && sep.text[0] == TG_SOH;
	*m = (struct fix_found){
		.origin = &s->origin, .sep_len = sep.len, .offset = s->offset + at, .line = s->line
	};
	/* The line first. Where it is too short for the length, whatever follows: a data field may
	 * hold a newline. */
	for (cut = end;; cut = n) {
		m->p = p + at;
		text_len = cut - at;
		if (!plain) {
			if (!fix_scan_room(s, text_len + 8)) {
				s->run->failed = true;
				*used = text_len;
				return true;
			}
			text_len = fix_translate(&sep, p + at, text_len, s->text);
			m->p = s->text;
			/* A log that leaves out the last separator. */
			if (cut == end && text_len > 7 && s->text[text_len - 7] == TG_SOH &&
			    !memcmp(s->text + text_len - 6, "10=", 3))
				s->text[text_len++] = TG_SOH;
		}
		m->code = (u32)tg_fix_frame(m->p, text_len, max, f, &got);
		if (m->code || got || cut == n)
			break;
	}
	if (!m->code && got) {
		m->frame = f;
		m->len = got;
		*used = fix_untranslate(m->p, got, sep.len);
		if (*used > cut - at)
			*used = cut - at;
		return true;
	}
	if (!m->code && !last)
		return false;
	/* Broken: up to its trailer, the next message or the line's end. */
	if (!plain && cut != end) {
		text_len = fix_translate(&sep, p + at, end - at, s->text);
	} else {
		text_len = plain ? end - at : text_len;
	}
	t = fix_start(m->p, 1, text_len);
	cut = fix_trailer(m->p, 0, t);
	m->len = cut ? cut + 7 : t;
	if (m->len > text_len)
		m->len = text_len;
	/* The trailer stands at the end, even if its own last byte is missing: the line is whole,
	 * its length is not right. */
	if (!m->code)
		m->code = cut || (m->len > 7 && m->p[m->len - 7] == TG_SOH &&
				  !memcmp(m->p + m->len - 6, "10=", 3))
				  ? TG_FIX_BODY_LENGTH
				  : FIX_INCOMPLETE;
	*used = fix_untranslate(m->p, m->len, sep.len);
	if (*used > end - at)
		*used = end - at;
	return true;
}

u32 fix_scan_log(struct fix_scan *s, const u8 *p, u32 n, bool last)
{
	struct tg_fix_frame f;
	struct fix_found m;
	u32 at = 0, start, end, used;
	const u8 *q;

	while (at < n && !s->run->stop) {
		start = fix_start(p, at, n);
		if (start == n) {
			/* "8=FI" may be its beginning, and the byte before that counts too */
			start = last ? n : n - at > 6 ? n - 6 : at;
			s->line += lines(p, at, start);
			at = start;
			break;
		}
		s->line += lines(p, at, start);
		at = start;
		q = memchr(p + at, '\n', n - at);
		if (!q && !last)
			break;
		end = q ? (u32)(q - p) : n;
		if (end > at && p[end - 1] == '\r')
			end--;
		if (!log_message(s, p, at, end, n, last, &m, &f, &used))
			break;
		fix_found(s->run, &m);
		s->line += lines(p, at, at + used);
		at += used;
	}
	s->offset += at;
	return at;
}
