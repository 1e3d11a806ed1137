// SPDX-License-Identifier: MIT
/*
 * Lines of an ini file. iniparser 4.1 forgets line numbers, overwrites duplicates, lower-cases
 * names and cuts long lines, so the form is checked here first and only lines that passed reach it.
 * Accepted: blank lines, comments (# or ;), [section], key = value. Line continuation by a
 * backslash is refused: it would hide what a line says.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "config.h"

#define LINE_MAX_BYTES	900u	/* iniparser's buffer is 1024 */

void tgd_error(struct tgd_errors *e, int line, const char *fmt, ...)
{
	va_list ap;

	e->count++;
	if (line)
		fprintf(e->err, "%s:%d: ", e->file, line);
	else
		fprintf(e->err, "%s: ", e->file);
	va_start(ap, fmt);
	vfprintf(e->err, fmt, ap);
	va_end(ap);
	fputc('\n', e->err);
}

static struct tgd_entry *add(struct tgd_index *ix, int line)
{
	struct tgd_entry *en;

	if (ix->n == ix->cap) {
		unsigned int cap = ix->cap ? ix->cap * 2 : 128;

		en = realloc(ix->entry, cap * sizeof(*en));
		if (!en)
			return NULL;
		ix->entry = en;
		ix->cap = cap;
	}
	en = &ix->entry[ix->n++];
	memset(en, 0, sizeof(*en));
	en->line = line;
	return en;
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || strchr("_.-/", c);
}

/* Bytes that no value may have; comments may have anything but NUL. Returns a text, or NULL when
 * the line is fine. */
static const char *bad_byte(const char *s, size_t n)
{
	bool comment = false;
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!c)
			return "NUL byte; a configuration file is text";
		if (c == '#' || c == ';')
			comment = true;
		if (!comment && c >= 0x80)
			return "byte outside ASCII; only comments may have one";
		if (c < 0x20 && c != '\t')
			return "control character; use plain text";
	}
	return NULL;
}

/* [kind NAME] or [limits kind NAME] to "kind NAME" with single blanks. */
static const char *section_name(const char *s, size_t n, char *out, size_t cap)
{
	const char *end = memchr(s, ']', n);
	size_t o = 0, i;

	if (!end)
		return "no closing ]; write [section] or [section NAME]";
	for (i = (size_t)(end - s) + 1; i < n && isblank((unsigned char)s[i]); i++)
		;
	if (i < n && s[i] != '#' && s[i] != ';')
		return "text after ]; write the section alone on its line";
	for (i = 1; s + i < end; i++) {
		if (isblank((unsigned char)s[i])) {
			if (o && out[o - 1] != ' ' && o + 1 < cap)
				out[o++] = ' ';
			continue;
		}
		if (!name_char(s[i]))
			return "character not allowed in a section; use letters, digits and _ . - /";
		if (o + 1 >= cap)
			return "section name too long";
		out[o++] = s[i];
	}
	if (o && out[o - 1] == ' ')
		o--;
	out[o] = 0;
	return o ? NULL : "empty section name; write [section] or [section NAME]";
}

static const char *key_name(const char *s, size_t n, char *out, size_t cap)
{
	const char *eq = memchr(s, '=', n);
	size_t k, i;

	if (!eq)
		return "neither [section] nor key = value";
	for (k = (size_t)(eq - s); k && isblank((unsigned char)s[k - 1]); k--)
		;
	if (!k)
		return "no key before =; write key = value";
	if (k >= cap)
		return "key too long";
	for (i = 0; i < k; i++) {
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return "character not allowed in a key; use letters, digits and _";
		out[i] = (char)tolower((unsigned char)s[i]);
	}
	out[k] = 0;
	return NULL;
}

/* iniparser drops what follows a closing quote and does not miss one: nobody would see that half of
 * a value is gone. */
static const char *bad_quotes(const char *s, size_t n)
{
	const char *v = memchr(s, '=', n), *end = s + n, *q;

	for (v++; v < end && isblank((unsigned char)*v); v++)
		;
	if (v == end || (*v != '"' && *v != '\''))
		return NULL;
	q = memchr(v + 1, *v, (size_t)(end - v - 1));
	if (!q)
		return "no closing quote";
	for (q++; q < end && isblank((unsigned char)*q); q++)
		;
	return q == end || *q == '#' || *q == ';' ? NULL : "text after the closing quote";
}

static struct tgd_entry *find_section(struct tgd_index *ix, const char *name)
{
	unsigned int i;

	for (i = 0; i < ix->n; i++)
		if (ix->entry[i].is_section && !ix->entry[i].ignored &&
		    !strcasecmp(ix->entry[i].name, name))
			return &ix->entry[i];
	return NULL;
}

/* Current section -2: none seen yet; -1: a section that is ignored. */
static int take_line(struct tgd_index *ix, const char *s, size_t n, int line, int *section,
		     struct tgd_errors *e, bool *keep)
{
	const char *wrong = n > LINE_MAX_BYTES ? "line longer than 900 bytes" : bad_byte(s, n);
	const struct tgd_entry *first;
	struct tgd_entry *en;
	unsigned int i;

	*keep = false;
	while (n && isblank((unsigned char)s[n - 1]))
		n--;
	for (; n && isblank((unsigned char)*s); s++, n--)
		;
	if (!n || *s == '#' || *s == ';') {
		if (wrong)
			tgd_error(e, line, "%s", wrong);
		return 0;
	}
	if (!wrong && s[n - 1] == '\\')
		wrong = "line ends with a backslash; continued lines are not supported, write it on one line";
	en = add(ix, line);
	if (!en)
		return -ENOMEM;
	en->is_section = *s == '[';
	if (!wrong)
		wrong = en->is_section ? section_name(s, n, en->name, sizeof(en->name))
				       : key_name(s, n, en->name, sizeof(en->name));
	if (!wrong && !en->is_section)
		wrong = bad_quotes(s, n);
	if (wrong) {
		tgd_error(e, line, "%s", wrong);
		en->ignored = true;
		if (en->is_section)
			*section = -1;
		return 0;
	}
	if (en->is_section) {
		en->ignored = true;	/* so that it does not find itself */
		first = find_section(ix, en->name);
		*section = -1;
		if (first) {
			tgd_error(e, line,
				  "[%s]: section given twice, first in line %d; put its keys there",
				  en->name, first->line);
			return 0;
		}
		en->ignored = false;
		*section = en->section = (int)(en - ix->entry);
		*keep = true;
		return 0;
	}
	en->section = *section;
	if (*section == -2)
		tgd_error(e, line, "%s: key before the first section; put it under a [section]",
			  en->name);
	en->ignored = *section < 0;
	for (i = en->ignored ? 0 : (unsigned int)*section + 1; !en->ignored && i < ix->n - 1; i++) {
		first = &ix->entry[i];
		if (first->ignored || first->is_section || strcmp(first->name, en->name))
			continue;
		tgd_error(e, line, "[%s] %s: key given twice, first in line %d; keep one",
			  ix->entry[*section].name, en->name, first->line);
		en->ignored = true;
	}
	*keep = !en->ignored;
	return 0;
}

int tgd_index_build(struct tgd_index *ix, const char *text, size_t len, struct tgd_errors *e)
{
	int line = 1, section = -2, err;
	size_t pos = 0, n;
	bool keep;

	memset(ix, 0, sizeof(*ix));
	ix->clean = malloc(len + 2);
	if (!ix->clean)
		return -ENOMEM;
	for (; pos < len; pos += n + 1, line++) {
		const char *nl = memchr(text + pos, '\n', len - pos);

		n = nl ? (size_t)(nl - (text + pos)) : len - pos;
		err = take_line(ix, text + pos, n && text[pos + n - 1] == '\r' ? n - 1 : n, line,
				&section, e, &keep);
		if (err)
			return err;
		if (keep && ix->entry[ix->n - 1].is_section) {
			ix->clean_len += (size_t)sprintf(ix->clean + ix->clean_len, "[%s]",
							 ix->entry[ix->n - 1].name);
		} else if (keep) {
			memcpy(ix->clean + ix->clean_len, text + pos, n);
			ix->clean_len += n;
		}
		ix->clean[ix->clean_len++] = '\n';
		if (ix->n > TGD_MAX_SECTIONS * 4) {
			tgd_error(e, line, "more than %u lines of configuration",
				  TGD_MAX_SECTIONS * 4);
			return -E2BIG;
		}
	}
	ix->clean[ix->clean_len] = 0;
	return 0;
}

void tgd_index_free(struct tgd_index *ix)
{
	free(ix->entry);
	free(ix->clean);
	memset(ix, 0, sizeof(*ix));
}
