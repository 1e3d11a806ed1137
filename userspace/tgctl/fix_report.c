// SPDX-License-Identifier: MIT
/* tgctl fix: a line or an object for each message, and the sums. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "fix.h"
#include "fix_names.h"

#define KEYS	4096 /* sessions told apart; more are counted as "(others)" */
#define KEY_MAX 132

struct tally {
	char key[KEY_MAX];
	u64 valid, refused;
	u8 key_len;
	bool used;
};

struct tallies {
	struct tally slot[KEYS];
	struct tally others;
	u32 n;
	struct tally *last; /* messages of one session come in a row */
};

struct fix_stats {
	struct tallies type, session;
	u64 verdict[FIX_CODES], valid, refused, bytes;
	const struct fix_origin *told;
};

bool fix_stats_new(struct fix_run *run)
{
	run->stats = calloc(1, sizeof(*run->stats));
	return run->stats;
}

void fix_counts(const struct fix_run *run, u64 *valid, u64 *refused)
{
	*valid = run->stats->valid;
	*refused = run->stats->refused;
}

void fix_stats_free(struct fix_run *run)
{
	u32 i;

	for (i = 0; i < run->notes; i++)
		free(run->note[i]);
	free(run->note);
	free(run->stats);
}

void fix_note(struct fix_run *run, const char *fmt, ...)
{
	char **note = realloc(run->note, (run->notes + 1) * sizeof(*note));
	va_list ap;

	if (!note)
		return;
	run->note = note;
	va_start(ap, fmt);
	if (vasprintf(&note[run->notes], fmt, ap) >= 0)
		run->notes++;
	va_end(ap);
}

static struct tally *tally(struct tallies *t, const char *key, u32 len)
{
	u32 i, h = 2166136261u, k;

	if (t->last && t->last->key_len == len && !memcmp(t->last->key, key, len))
		return t->last;
	for (k = 0; k < len; k++)
		h = (h ^ (u8)key[k]) * 16777619u;
	for (i = 0; i < KEYS; i++) {
		struct tally *x = &t->slot[(h + i) % KEYS];

		if (!x->used) {
			if (t->n >= KEYS / 2)
				break;
			t->n++;
			x->used = true;
			x->key_len = (u8)len;
			memcpy(x->key, key, len);
			return t->last = x;
		}
		if (x->key_len == len && !memcmp(x->key, key, len))
			return t->last = x;
	}
	return &t->others;
}

static u32 put(char *to, u32 cap, const u8 *v, u32 len)
{
	u32 i, n = len < cap ? len : cap;

	for (i = 0; i < n; i++)
		to[i] = v[i] > ' ' && v[i] < 0x7f ? (char)v[i] : '?';
	return n;
}

static u32 session_key(const struct fix_header *h, char key[KEY_MAX])
{
	u32 n;

	if (!h->sender && !h->target)
		return 0;
	n = put(key, 64, h->sender, h->sender_len);
	memcpy(key + n, "->", 2);
	return n + 2 + put(key + n + 2, 64, h->target, h->target_len);
}

static void count(struct fix_stats *st, const struct fix_found *m, const struct fix_verdict *v,
		  const char *type, u32 type_len, const char *session, u32 session_len)
{
	struct tally *x = tally(&st->type, type, type_len);

	st->verdict[v->code]++;
	st->bytes += m->code == TG_FIX_GARBAGE ? m->bytes : m->len;
	*(v->code ? &st->refused : &st->valid) += 1;
	*(v->code ? &x->refused : &x->valid) += 1;
	x = tally(&st->session, session, session_len);
	*(v->code ? &x->refused : &x->valid) += 1;
}

/* ---- one message ---- */

static u64 file_byte(const struct fix_found *m, const struct fix_verdict *v)
{
	return m->offset + v->byte;
}

static void value_text(const u8 *v, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		putchar(v[i] == TG_SOH ? '|' : v[i] >= ' ' && v[i] < 0x7f ? v[i] : '?');
}

static void json_value(struct tg_json *j, const char *key, const u8 *v, u32 len)
{
	char *text = malloc((size_t)len + 1);
	u32 i;

	for (i = 0; text && i < len; i++)
		text[i] = v[i] ? (char)v[i] : '?';
	if (text)
		tg_json_strn(j, key, text, len);
	free(text);
}

/* Calls fn for each tag=value of p[0, n), however broken; a data field is taken by its length. tag
 * 0: no number stands before '='. */
static void each_field(const u8 *p, u32 n, void (*fn)(void *arg, u32 tag, const u8 *v, u32 len),
		       void *arg)
{
	u32 at = 0, tag, i, data = 0, data_len = 0, end;
	const u8 *soh;

	while (at < n) {
		for (tag = 0, i = at; i < n && i < at + 6 && p[i] >= '0' && p[i] <= '9'; i++)
			tag = tag * 10 + (p[i] - '0');
		if (i == n || p[i] != '=')
			tag = 0;
		i = tag ? i + 1 : at;
		if (tag && tag == data && data_len < n - i && p[i + data_len] == TG_SOH) {
			end = i + data_len;
		} else {
			soh = memchr(p + i, TG_SOH, n - i);
			end = soh ? (u32)(soh - p) : n;
		}
		fn(arg, tag, p + i, end - i);
		data = fix_data_tag(tag);
		if (data && !tg_fix_u32(p + i, end - i, &data_len))
			data = 0;
		at = end + 1;
	}
}

static const char *type_name(const struct tg_fix_dict *d, const void *type, u32 len)
{
	const u8 *b = type;
	u32 t = 0, i;

	if (!d || !len || len > 4)
		return NULL;
	for (i = 0; i < len; i++)
		t |= (u32)b[i] << 8 * i;
	return tg_fix_msg_name(d, t);
}

/* The dictionary to name things by: of the message's version, read of its first bytes even if it is
 * broken. */
static const struct tg_fix_dict *names_of(const struct fix_run *run, const struct fix_found *m)
{
	u16 version = 50;

	if (m->frame)
		version = m->frame->version;
	else if (m->len > 9 && !memcmp(m->p, "8=FIX.4.", 8))
		version = m->p[8] == '2' ? 42 : 44;
	return fix_dict_of(run, version);
}

struct show {
	const struct tg_fix_dict *names; /* NULL: numbers only */
	struct tg_json *j;
};

static const char *meaning(const struct show *s, u32 tag, const u8 *v, u32 len)
{
	return !s->names   ? NULL
	       : tag == 35 ? type_name(s->names, v, len)
			   : tg_fix_value_name(s->names, tag, v, len);
}

static void show_text(void *arg, u32 tag, const u8 *v, u32 len)
{
	const struct show *s = arg;
	const char *name = s->names ? tg_fix_tag_name(s->names, tag) : NULL,
		   *value = meaning(s, tag, v, len);

	if (!tag)
		printf("    ?      ");
	else if (s->names)
		printf("    %6u %-22s ", tag, name ? name : "?");
	else
		printf("    %6u ", tag);
	fputs("= ", stdout);
	value_text(v, len);
	if (value)
		printf(" (%s)", value);
	putchar('\n');
}

static void show_json(void *arg, u32 tag, const u8 *v, u32 len)
{
	const struct show *s = arg;
	const char *name = s->names ? tg_fix_tag_name(s->names, tag) : NULL,
		   *value = meaning(s, tag, v, len);

	tg_json_object(s->j, NULL);
	tg_json_u64(s->j, "tag", tag);
	if (name)
		tg_json_str(s->j, "name", name);
	json_value(s->j, "value", v, len);
	if (value)
		tg_json_str(s->j, "meaning", value);
	tg_json_end(s->j, '}');
}

static void place(const struct fix_found *m)
{
	if (m->origin->packet)
		printf("%s#%llu", m->origin->file, (unsigned long long)m->origin->packet);
	else if (m->line)
		printf("%s:%llu", m->origin->file, (unsigned long long)m->line);
	else
		printf("%s+%llu", m->origin->file, (unsigned long long)m->offset);
}

static void text_message(struct fix_run *run, const struct fix_found *m, const struct fix_header *h,
			 const struct fix_verdict *v, const char *session, u32 session_len)
{
	struct show s = { .names = run->opt.names ? names_of(run, m) : NULL };
	const char *name = h->type ? type_name(s.names, h->type, h->type_len) : NULL;

	place(m);
	fputs("  ", stdout);
	value_text(h->type ? h->type : (const u8 *)"-", h->type ? h->type_len : 1);
	printf("%s%s  %.*s  ", name ? " " : "", name ? name : "",
	       session_len ? (int)session_len : 1, session_len ? session : "-");
	if (h->seq) {
		value_text(h->seq, h->seq_len);
		fputs("  ", stdout);
	} else {
		fputs("-  ", stdout);
	}
	if (!v->code) {
		fputs("valid\n", stdout);
	} else {
		printf("%s at byte %u", fix_code_name(v->code), v->byte);
		if (m->offset && !m->origin->packet)
			printf(" (of the file: %llu)", (unsigned long long)file_byte(m, v));
		printf(": %s\n", v->text);
	}
	if (run->opt.fields)
		each_field(m->p, m->len, show_text, &s);
}

static void json_message(struct fix_run *run, const struct fix_found *m, const struct fix_header *h,
			 const struct fix_verdict *v)
{
	struct tg_json j;
	struct show s = { .names = run->opt.names ? names_of(run, m) : NULL, .j = &j };
	const char *name = h->type ? type_name(s.names, h->type, h->type_len) : NULL;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_str(&j, "file", m->origin->file);
	if (m->line)
		tg_json_u64(&j, "line", m->line);
	if (m->origin->packet) {
		tg_json_u64(&j, "packet", m->origin->packet);
		tg_json_u64(&j, "time_ns", m->origin->time_ns);
		tg_json_str(&j, "flow", m->origin->flow);
	}
	tg_json_u64(&j, "offset", m->offset);
	tg_json_u64(&j, "length", m->code == TG_FIX_GARBAGE ? m->bytes : m->len);
	if (h->type)
		json_value(&j, "type", h->type, h->type_len);
	if (name)
		tg_json_str(&j, "type_name", name);
	if (h->seq)
		json_value(&j, "seq", h->seq, h->seq_len);
	if (h->sender)
		json_value(&j, "sender", h->sender, h->sender_len);
	if (h->target)
		json_value(&j, "target", h->target, h->target_len);
	if (h->time)
		json_value(&j, "sending_time", h->time, h->time_len);
	tg_json_bool(&j, "valid", !v->code);
	if (v->code) {
		tg_json_str(&j, "verdict", fix_code_name(v->code));
		tg_json_u64(&j, "byte", v->byte);
		if (v->tag)
			tg_json_u64(&j, "tag", v->tag);
		if (v->by_dict)
			tg_json_u64(&j, "reject_reason", v->reason);
		tg_json_str(&j, "text", v->text);
	}
	if (run->opt.fields) {
		tg_json_array(&j, "fields");
		each_field(m->p, m->len, show_json, &s);
		tg_json_end(&j, ']');
	}
	tg_json_end(&j, '}');
}

void fix_report(struct fix_run *run, const struct fix_found *m, const struct fix_header *h,
		const struct fix_verdict *v)
{
	char key[KEY_MAX];
	u32 n = session_key(h, key);

	count(run->stats, m, v, h->type ? (const char *)h->type : "",
	      h->type ? (h->type_len < 4 ? h->type_len : 4) : 0, key, n);
	if (!run->opt.quiet && (v->code || !run->opt.only_invalid)) {
		if (run->opt.json)
			json_message(run, m, h, v);
		else
			text_message(run, m, h, v, key, n);
	}
	run->stop = run->stats->valid + run->stats->refused >= run->opt.max;
}

/* ---- the sums ---- */

static int by_count(const void *a, const void *b)
{
	const struct tally *x = *(struct tally *const *)a, *y = *(struct tally *const *)b;
	u64 n = x->valid + x->refused, k = y->valid + y->refused;

	return n != k ? (n < k ? 1 : -1) : strcmp(x->key, y->key);
}

static u32 sorted(struct tallies *t, struct tally *out[KEYS + 1])
{
	u32 i, n = 0;

	for (i = 0; i < KEYS; i++)
		if (t->slot[i].used)
			out[n++] = &t->slot[i];
	qsort(out, n, sizeof(*out), by_count);
	if (t->others.valid + t->others.refused) {
		strcpy(t->others.key, "(others)");
		t->others.key_len = 8;
		out[n++] = &t->others;
	}
	return n;
}

/* names: of the keys, which are types; NULL = they are sessions. */
static void text_tallies(struct tallies *t, const struct tg_fix_dict *names)
{
	const char *heads[] = { names ? "type" : "session", ">valid", ">refused", "name" };
	static struct tally *x[KEYS + 1];
	u32 n = sorted(t, x), i;
	struct tg_table out;
	const char *name;

	tg_table_begin(&out, heads, names ? 4 : 3);
	for (i = 0; i < n; i++) {
		if (x[i]->key_len)
			tg_table_cell(&out, "%.*s", x[i]->key_len, x[i]->key);
		else
			tg_table_cell(&out, "(none)");
		tg_table_cell(&out, "%llu", (unsigned long long)x[i]->valid);
		tg_table_cell(&out, "%llu", (unsigned long long)x[i]->refused);
		name = names ? type_name(names, x[i]->key, x[i]->key_len) : NULL;
		if (names)
			tg_table_cell(&out, "%s", name ? name : "");
	}
	tg_table_print(&out, stdout);
}

static void json_tallies(struct tg_json *j, struct tallies *t, const char *array, const char *key)
{
	static struct tally *x[KEYS + 1];
	u32 n = sorted(t, x), i;

	tg_json_array(j, array);
	for (i = 0; i < n; i++) {
		tg_json_object(j, NULL);
		tg_json_strn(j, key, x[i]->key, x[i]->key_len);
		tg_json_u64(j, "valid", x[i]->valid);
		tg_json_u64(j, "refused", x[i]->refused);
		tg_json_end(j, '}');
	}
	tg_json_end(j, ']');
}

static void text_summary(struct fix_run *run, u32 files, u64 took_ns)
{
	struct fix_stats *st = run->stats;
	const char *heads[] = { "verdict", ">messages", "meaning" };
	u64 n = st->valid + st->refused;
	struct tg_table t;
	u32 i;

	if (n) {
		if (!run->opt.quiet)
			putchar('\n');
		text_tallies(&st->type, fix_dict_of(run, 50));
		putchar('\n');
		text_tallies(&st->session, NULL);
		putchar('\n');
		tg_table_begin(&t, heads, 3);
		for (i = 0; i < FIX_CODES; i++)
			if (st->verdict[i]) {
				tg_table_cell(&t, "%s", i ? fix_code_name(i) : "valid");
				tg_table_cell(&t, "%llu", (unsigned long long)st->verdict[i]);
				tg_table_cell(&t, "%s",
					      !i ? ""
					      : i == FIX_INCOMPLETE
						      ? "the input ends before the message does"
					      : i == FIX_LOST ? "part of it is not in the capture"
							      : tg_fix_error_text(i));
			}
		tg_table_print(&t, stdout);
		putchar('\n');
	}
	printf("%llu message%s in %u file%s: %llu valid, %llu refused\n", (unsigned long long)n,
	       n == 1 ? "" : "s", files, files == 1 ? "" : "s", (unsigned long long)st->valid,
	       (unsigned long long)st->refused);
	if (run->opt.progress && took_ns)
		printf("%llu bytes in %.3f s: %.1f MB/s\n", (unsigned long long)run->bytes,
		       (double)took_ns / 1e9, (double)run->bytes * 1e3 / (double)took_ns);
	for (i = 0; i < run->notes; i++)
		printf("note: %s\n", run->note[i]);
}

static void json_summary(struct fix_run *run, u32 files, u64 took_ns)
{
	struct fix_stats *st = run->stats;
	struct tg_json j;
	u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_object(&j, "summary");
	tg_json_u64(&j, "files", files);
	tg_json_u64(&j, "bytes", run->bytes);
	tg_json_u64(&j, "messages", st->valid + st->refused);
	tg_json_u64(&j, "valid", st->valid);
	tg_json_u64(&j, "refused", st->refused);
	if (run->opt.progress) {
		tg_json_u64(&j, "took_ns", took_ns);
		tg_json_u64(&j, "bytes_per_s",
			    took_ns ? (u64)((double)run->bytes * 1e9 / (double)took_ns) : 0);
	}
	json_tallies(&j, &st->type, "types", "type");
	json_tallies(&j, &st->session, "sessions", "session");
	tg_json_object(&j, "verdicts");
	for (i = 0; i < FIX_CODES; i++)
		if (st->verdict[i])
			tg_json_u64(&j, i ? fix_code_name(i) : "valid", st->verdict[i]);
	tg_json_end(&j, '}');
	tg_json_array(&j, "notes");
	for (i = 0; i < run->notes; i++)
		tg_json_str(&j, NULL, run->note[i]);
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
	tg_json_end(&j, '}');
}

bool fix_summary(struct fix_run *run, u32 files, u64 took_ns)
{
	(run->opt.json ? json_summary : text_summary)(run, files, took_ns);
	return run->stats->valid && !run->stats->refused;
}
