// SPDX-License-Identifier: MIT
/* tgctl fix: what stands between the fields (FIX says SOH; people's logs say |, ;, ^A and more),
 * and what kind of file this is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "fix.h"

static const struct {
	const char *name, *text;
} named[] = {
	{ "soh", "\001" }, { "pipe", "|" },  { "semicolon", ";" }, { "caret-a", "^A" },
	{ "tab", "\t" },   { "comma", "," }, { "space", " " },	   { "<SOH>", "<SOH>" },
};

#define N_NAMED (sizeof(named) / sizeof(named[0]))

static void set(struct fix_sep *sep, const void *text, u32 n)
{
	memcpy(sep->text, text, n);
	sep->text[n] = 0;
	sep->len = (u8)n;
}

bool fix_sep_named(const char *text, struct fix_sep *sep)
{
	char out[FIX_SEP_MAX];
	u32 i, n = 0;

	for (i = 0; i < N_NAMED; i++)
		if (!strcasecmp(text, named[i].name)) {
			set(sep, named[i].text, (u32)strlen(named[i].text));
			return true;
		}
	while (*text) {
		if (n == sizeof(out))
			return false;
		if (text[0] == '\\' && text[1] == 'x' && isxdigit((u8)text[2]) &&
		    isxdigit((u8)text[3])) {
			char hex[3] = { text[2], text[3], 0 };

			out[n++] = (char)strtoul(hex, NULL, 16);
			text += 4;
		} else {
			out[n++] = *text++;
		}
	}
	/* A digit or '=' could not be told from the fields, a line's end not from the next message,
	 * and NUL ends a text. */
	for (i = 0; i < n; i++)
		if (isdigit((u8)out[i]) || strchr("=\n\r", out[i]))
			return false;
	if (!n)
		return false;
	set(sep, out, n);
	return true;
}

/* Digits and '=' at p: the length of a tag with '='; 0 = none. */
static u32 tag_at(const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n && i < 7 && isdigit(p[i]); i++)
		;
	return i && i < n && p[i] == '=' ? i + 1 : 0;
}

bool fix_sep_at(const u8 *p, u32 n, struct fix_sep *sep)
{
	u32 i, k;

	for (i = 2; i < n && i < 16 && (isupper(p[i]) || isdigit(p[i]) || p[i] == '.'); i++)
		;
	for (k = 1; k <= FIX_SEP_MAX && i + k + 2 <= n; k++) {
		if (p[i + k - 1] == '\n' || !p[i + k - 1])
			return false;
		if (p[i + k] == '9' && p[i + k + 1] == '=') {
			set(sep, p + i, k);
			return true;
		}
	}
	return false;
}

u32 fix_start(const u8 *p, u32 from, u32 n)
{
	const u8 *q;

	while (from < n && (q = memmem(p + from, n - from, "8=FIX", 5))) {
		u32 at = (u32)(q - p);

		if (!at || !isdigit(q[-1]))
			return at;
		from = at + 5;
	}
	return n;
}

static u32 count_before_tags(const struct fix_sep *sep, const u8 *p, u32 n)
{
	u32 i, found = 0;

	for (i = 0; i + sep->len < n; i++)
		if (p[i] == (u8)sep->text[0] && !memcmp(p + i, sep->text, sep->len) &&
		    tag_at(p + i + sep->len, n - i - sep->len))
			found++;
	return found;
}

enum fix_format fix_detect(const u8 *p, u32 n, struct fix_sep *sep)
{
	static const u8 magic[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 }, /* libpcap, microseconds */
		{ 0xa1, 0xb2, 0x3c, 0x4d }, { 0x4d, 0x3c, 0xb2, 0xa1 }, /* nanoseconds */
		{ 0x0a, 0x0d, 0x0d, 0x0a },				/* pcapng */
	};
	u32 i, at, first, line, best = 0;
	struct fix_sep s = { 0 };

	sep->len = 0;
	for (i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (n >= 4 && !memcmp(p, magic[i], 4))
			return FIX_PCAP;
	first = fix_start(p, 0, n);
	for (at = first; at < n && !fix_sep_at(p + at, n - at, sep); at = fix_start(p, at + 1, n))
		;
	if (first < n) {
		if (sep->len && (sep->len != 1 || sep->text[0] != TG_SOH))
			return FIX_LOG;
		for (line = first; line && p[line - 1] != '\n'; line--)
			;
		/* A prefix makes a log, unless it is the end of a message that was cut. */
		return line == first || memchr(p + line, TG_SOH, first - line) ? FIX_STREAM
									       : FIX_LOG;
	}
	for (i = 0; i < N_NAMED; i++) {
		set(&s, named[i].text, (u32)strlen(named[i].text));
		at = count_before_tags(&s, p, n);
		if (at > best) {
			best = at;
			*sep = s;
		}
	}
	for (i = 0; i < n && isspace(p[i]); i++)
		;
	return best && tag_at(p + i, n - i) ? FIX_UNFRAMED : FIX_LOG;
}

u32 fix_translate(const struct fix_sep *sep, const u8 *p, u32 n, u8 *out)
{
	const u8 *end = p + n, *q;
	u8 *to = out;

	while (p < end) {
		q = memchr(p, sep->text[0], (size_t)(end - p));
		if (!q)
			q = end;
		memcpy(to, p, (size_t)(q - p));
		to += q - p;
		p = q;
		if (p == end)
			break;
		q = p + sep->len;
		if (q <= end && !memcmp(p, sep->text, sep->len) &&
		    (q == end || *q == '\n' || *q == '\r' || tag_at(q, (u32)(end - q)) ||
		     (to - out >= 7 && !memcmp(to - 6, "10=", 3) && to[-7] == TG_SOH))) {
			*to++ = TG_SOH;
			p = q;
		} else {
			*to++ = *p++;
		}
	}
	return (u32)(to - out);
}

u32 fix_untranslate(const u8 *text, u32 used, u32 sep_len)
{
	u32 i, n = used;

	if (sep_len > 1)
		for (i = 0; i < used; i++)
			n += text[i] == TG_SOH ? sep_len - 1 : 0;
	return n;
}
