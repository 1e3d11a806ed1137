// SPDX-License-Identifier: MIT
/*
 * tgctl fix: the verdict on one message. That there is a fault, and which, is the core's word; this
 * file finds the byte and says it in words that help.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "fix.h"
#include "fix_names.h"

#define PEEK_FIELDS 48 /* of a broken message: its header is looked for no further */

const char *fix_code_name(u32 code)
{
	static const char *const names[] = {
#define X(name, text) #name,
		TG_FIX_ERRORS(X)
#undef X
	};

	return code < TG_FIX_ERROR_MAX	? names[code]
	       : code == FIX_INCOMPLETE ? "INCOMPLETE"
					: "LOST";
}

u32 fix_data_tag(u32 tag)
{
	switch (tag) {
	case 90: return 91;
	case 93: return 89;
	case 95: return 96;
	case 212: return 213;
	case 348:
	case 350:
	case 352:
	case 354:
	case 356:
	case 358:
	case 360:
	case 362:
	case 364: return tag + 1;
	case 445: return 446;
	case 618: return 619;
	case 621: return 622;
	default: return 0;
	}
}

u32 fix_trailer(const u8 *p, u32 from, u32 n)
{
	const u8 *q;

	while (from + 8 <= n && (q = memmem(p + from, n - from - 4, "\00110=", 4))) {
		u32 at = (u32)(q - p) + 1, i;

		for (i = 3; i < 6 && at + i < n && p[at + i] >= '0' && p[at + i] <= '9'; i++)
			;
		if (i == 6 && at + 6 < n && p[at + 6] == TG_SOH)
			return at;
		from = at;
	}
	return 0;
}

void fix_peek(const u8 *p, u32 len, struct fix_header *h)
{
	const u8 *end = p + len, *eq, *soh;
	u32 fields, left = 5;

	memset(h, 0, sizeof(*h));
	for (fields = 0; p < end && left && fields < PEEK_FIELDS; fields++, p = soh + 1) {
		soh = memchr(p, TG_SOH, (size_t)(end - p));
		if (!soh)
			soh = end;
		eq = p + 2;
		if (soh - p < 4 || *eq != '=')
			continue;
#define TAKE(a, b, what)                                                                           \
	if (p[0] == (a) && p[1] == (b) && !h->what) {                                              \
		h->what = eq + 1;                                                                  \
		h->what##_len = (u32)(soh - eq - 1);                                               \
		left--;                                                                            \
		continue;                                                                          \
	}
		TAKE('3', '5', type)
		TAKE('3', '4', seq)
		TAKE('4', '9', sender)
		TAKE('5', '6', target)
		TAKE('5', '2', time)
#undef TAKE
	}
}

/* ---- where a frame is broken ---- */

__attribute__((format(printf, 3, 4))) static void say(struct fix_verdict *v, u32 byte,
						      const char *fmt, ...)
{
	va_list ap;

	v->byte = byte;
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
}

struct shape {
	u32 length_at; /* of 9= */
	u32 body;      /* of what follows it; 0 = 9= is not a number and SOH */
	u64 length;
	u32 digits;
};

/* 8= and 9=, as far as they can be read. */
static void shape(const u8 *p, u32 n, struct shape *s)
{
	const u8 *q = memchr(p, TG_SOH, n);
	u32 i;

	memset(s, 0, sizeof(*s));
	s->length_at = q ? (u32)(q - p) + 1 : n;
	if (n - s->length_at < 3 || memcmp(p + s->length_at, "9=", 2))
		return;
	for (i = s->length_at + 2; i < n && p[i] >= '0' && p[i] <= '9' && s->digits < 10;
	     i++, s->digits++)
		s->length = s->length * 10 + (p[i] - '0');
	if (s->digits && i < n && p[i] == TG_SOH)
		s->body = i + 1;
}

static void body_length(const u8 *p, u32 n, const struct shape *s, struct fix_verdict *v)
{
	u32 t = s->body ? fix_trailer(p, s->body, n) : 0;
	u64 end = s->body + s->length;
	bool cut = !t && n > 7 && p[n - 7] == TG_SOH && !memcmp(p + n - 6, "10=", 3);

	v->tag = 9;
	if (n - s->length_at < 2 || memcmp(p + s->length_at, "9=", 2))
		say(v, s->length_at, "the second field is not 9=");
	else if (!s->body || s->digits > 9)
		say(v, s->length_at + 2, "9= is not a number of at most nine digits");
	else if (s->length < 5)
		say(v, s->length_at + 2,
		    "9=%llu: shorter than the shortest 35=", (unsigned long long)s->length);
	else if (t || cut)
		say(v, end < n ? (u32)end : n, "9= says %llu, but 10= stands after %u",
		    (unsigned long long)s->length, (t ? t : n - 6) - s->body);
	else
		say(v, end < n ? (u32)end : n, "9= says %llu, and there is no 10= in that place",
		    (unsigned long long)s->length);
}

static void incomplete(const struct fix_found *m, const struct shape *s, struct fix_verdict *v)
{
	u32 t = s->body ? fix_trailer(m->p, s->body, m->len) : 0;
	u64 need = s->body + s->length + 7;
	char hint[48] = "";

	v->tag = s->body ? 9 : 0;
	if (t)
		snprintf(hint, sizeof(hint), " (10= stands after %u)", t - s->body);
	if (m->code == FIX_LOST)
		say(v, m->len, "%llu bytes are not in the capture", (unsigned long long)m->bytes);
	else if (s->body && need > m->len)
		say(v, m->len, "the input ends here, 9= says %llu: %llu bytes are missing%s",
		    (unsigned long long)s->length, (unsigned long long)(need - m->len), hint);
	else
		say(v, m->len, "the input ends here");
}

static void broken(struct fix_run *run, const struct fix_found *m, struct fix_verdict *v)
{
	const u8 *p = m->p;
	u32 n = m->len, i;
	struct shape s;

	v->code = m->code;
	if (m->code == TG_FIX_GARBAGE) {
		say(v, 0, "%llu bytes that belong to no message", (unsigned long long)m->bytes);
		return;
	}
	shape(p, n, &s);
	switch (m->code) {
	case TG_FIX_BEGIN_STRING:
		v->tag = 8;
		say(v, 2, "8=%.*s: only FIX.4.2, FIX.4.4 and FIXT.1.1 are known",
		    s.length_at > 3 ? (int)s.length_at - 3 : 0, p + 2);
		break;
	case TG_FIX_BODY_LENGTH:
		if (m->unframed)
			goto other;
		body_length(p, n, &s, v);
		break;
	case TG_FIX_RANGE:
		v->tag = 9;
		say(v, s.length_at + 2, "9=%llu: a message longer than --max-message %u",
		    (unsigned long long)s.length, run->opt.max_message);
		break;
	case TG_FIX_CHECKSUM:
		v->tag = 10;
		i = (u32)(s.body + s.length);
		if (m->unframed)
			goto other;
		if (s.body && i + 6 < n && p[i + 6] == TG_SOH && p[i + 3] >= '0' &&
		    p[i + 3] <= '9' && p[i + 4] >= '0' && p[i + 4] <= '9' && p[i + 5] >= '0' &&
		    p[i + 5] <= '9')
			say(v, i + 3, "10=%.3s, but the bytes before it sum to %03u", p + i + 3,
			    tg_fix_sum(p, i));
		else
			say(v, s.body && i + 3 < n ? i + 3 : n, "10= is not three digits");
		break;
	case TG_FIX_MSG_TYPE:
		v->tag = 35;
		if (m->unframed)
			goto other;
		say(v, s.body,
		    s.body && n - s.body > 3 && !memcmp(p + s.body, "35=", 3)
			    ? "35= is not 1 to 4 printable bytes"
			    : "the third field is not 35=");
		break;
	case FIX_INCOMPLETE:
	case FIX_LOST: incomplete(m, &s, v); break;
	default: say(v, 0, "%s", tg_fix_error_text(m->code));
	}
	return;
other:
	fix_judge_unframed(m, v);
}

/* ---- what stands in a whole frame ---- */

/* A venue that does not speak a version has no dictionary for it: then the bare standard's. */
const struct tg_fix_dict *fix_dict_of(const struct fix_run *run, u16 version)
{
	const struct tg_fix_dict *d = tg_fix_dict(version, run->opt.dialect);

	return d ? d : tg_fix_dict(version, 0);
}

static bool fields(const struct tg_fix_frame *f, struct fix_verdict *v)
{
	struct tg_fix_cursor c;

	tg_fix_cursor_init(&c, f);
	while (tg_fix_next(&c))
		;
	if (!c.err)
		return true;
	v->code = (u32)c.err;
	v->tag = c.tag;
	v->byte = (u32)(c.p - f->msg);
	snprintf(v->text, sizeof(v->text), "%s", tg_fix_error_text(c.err));
	return false;
}

/* What the dictionary of the message's version and venue says, with names. */
static bool by_dictionary(const struct fix_run *run, const struct fix_found *m,
			  struct fix_verdict *v)
{
	const struct tg_fix_dict *d = fix_dict_of(run, m->frame->version);
	struct tg_fix_verdict x;
	const char *name;

	if (!d)
		return fields(m->frame, v);
	if (tg_fix_validate(d, m->frame,
			    (run->opt.strict ? TG_VALIDATE_UNKNOWN : 0) |
				    (m->unframed ? TG_VALIDATE_SHAPE : 0),
			    &x))
		return true;
	v->by_dict = true;
	v->code = (u32)x.err;
	v->reason = x.reason;
	v->tag = x.ref_tag;
	v->byte = x.offset;
	name = x.ref_tag ? tg_fix_tag_name(d, x.ref_tag) : NULL;
	if (x.ref_tag)
		snprintf(v->text, sizeof(v->text), "%s: %u%s%s (373=%u)",
			 tg_fix_error_text((u32)x.err), x.ref_tag, name ? " " : "",
			 name ? name : "", x.reason);
	else
		snprintf(v->text, sizeof(v->text), "%s (373=%u)", tg_fix_error_text((u32)x.err),
			 x.reason);
	return false;
}

void fix_judge(struct fix_run *run, const struct fix_found *m, struct fix_verdict *v)
{
	memset(v, 0, sizeof(*v));
	if (m->code) {
		broken(run, m, v);
	} else if (run->opt.level != FIX_LEVEL_FRAMING) {
		if (!(run->opt.level == FIX_LEVEL_DICT ? by_dictionary(run, m, v)
						       : fields(m->frame, v)) &&
		    m->map)
			v->byte = m->map[v->byte];
	}
	if (v->code && m->sep_len > 1)
		v->byte = fix_untranslate(m->p, v->byte < m->len ? v->byte : m->len, m->sep_len);
}

/* ---- filters ---- */

static bool session_matches(const char *want, const struct fix_header *h)
{
	const char *arrow = strstr(want, "->");
	size_t n = arrow ? (size_t)(arrow - want) : strlen(want);

	if (!h->sender || !h->target)
		return true;
	if (!arrow)
		return (h->sender_len == n && !memcmp(h->sender, want, n)) ||
		       (h->target_len == n && !memcmp(h->target, want, n));
	return h->sender_len == n && !memcmp(h->sender, want, n) &&
	       h->target_len == strlen(arrow + 2) && !memcmp(h->target, arrow + 2, h->target_len);
}

/* What a broken message does not tell cannot take it out: nothing refused may be hidden by a
 * filter. */
static bool selected(const struct fix_options *o, const struct fix_header *h)
{
	u64 t;

	if (o->type && h->type &&
	    (h->type_len != strlen(o->type) || memcmp(h->type, o->type, h->type_len)))
		return false;
	if (o->session && !session_matches(o->session, h))
		return false;
	if ((o->from_ns || o->to_ns != ~0ull) && h->time &&
	    tg_fix_time_ns(h->time, h->time_len, &t))
		return t >= o->from_ns && t < o->to_ns;
	return true;
}

void fix_found(struct fix_run *run, const struct fix_found *m)
{
	struct fix_verdict v;
	struct fix_header h;

	if (run->stop)
		return;
	/* A message of the core's begins with 8= and 9=: the header starts behind them. */
	if (m->frame && !m->unframed)
		fix_peek(m->p + m->frame->body_off, m->len - m->frame->body_off, &h);
	else if (m->code != TG_FIX_GARBAGE)
		fix_peek(m->p, m->len, &h);
	else
		memset(&h, 0, sizeof(h));
	if (!selected(&run->opt, &h))
		return;
	fix_judge(run, m, &v);
	fix_report(run, m, &h, &v);
}
