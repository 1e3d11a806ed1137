// SPDX-License-Identifier: MIT
/*
 * Messages as scripts write them: what is left out is put in, what the gateway sent is compared. Length and checksum are computed here,
 * not by the core.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conv.h"
#include "message.h"

/* Length and checksum of what the engine sent, computed here and not by the core. */
static bool well_formed(const void *bytes, u32 len)
{
	const u8 *p = bytes, *body = memchr(p, SOH, len);
	u32 sum = 0, i;
	char want[16];

	if (!body || len < 30 || memcmp(body + 1, "9=", 2) || p[len - 1] != SOH || memcmp(p + len - 7, "10=", 3))
		return false;
	body = memchr(body + 1, SOH, len - (u32)(body + 1 - p));
	if (!body)
		return false;
	body++;
	snprintf(want, sizeof(want), "9=%u%c", (u32)(p + len - 7 - body), SOH);
	if (memcmp(body - strlen(want), want, strlen(want)))
		return false;
	for (i = 0; i < len - 7; i++)
		sum += p[i];
	snprintf(want, sizeof(want), "10=%03u%c", sum & 255, SOH);
	return !memcmp(p + len - 7, want, 7);
}

static FILE *sent;	/* what the gateway sent in each conversation, in hexadecimal, for tests/conform/judge */

void message_keep(FILE *f)
{
	sent = f;
}

static void keep_sent(const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		fprintf(sent, "%02x", p[i]);
	fputc('\n', sent);
}

void conv_did(struct conv *c, char *what)
{
	if (c->out_tail - c->out_head == 256)
		conv_failed(c, "too much output");
	else
		c->out[c->out_tail++ % 256] = what;
}

void conv_message(struct conv *c, const void *bytes, u32 len)
{
	char *s = strndup(bytes, len);
	u32 i;

	if (!well_formed(bytes, len))
		conv_failed(c, "BodyLength or CheckSum of our own message is wrong");
	if (sent && !c->split)
		keep_sent(bytes, len);
	for (i = 0; i < len; i++)
		if (s[i] == SOH)
			s[i] = '|';
	conv_did(c, s);
}

static const char *variable(struct conv *c, const char *name)
{
	u32 i;

	for (i = 0; i < c->vars; i++)
		if (!strcmp(c->var[i].name, name))
			return c->var[i].value;
	return NULL;
}

static void time_text(u64 ns, char *out)
{
	struct tg_fix_writer w;
	u8 buf[128];

	tg_fix_begin(&w, buf, sizeof(buf), 44, '0');
	w.p = buf;
	tg_fix_put_time(&w, 1, ns);
	memcpy(out, buf + 2, 21);
	out[21] = 0;
}

/* "\xNN" and '|'. */
static u32 bytes_of(const char *text, u8 *out)
{
	u32 n = 0;

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x') {
			char hex[3] = { text[2], text[3], 0 };

			out[n++] = (u8)strtoul(hex, NULL, 16);
			text += 4;
		} else {
			out[n++] = *text == '|' ? SOH : (u8)*text;
			text++;
		}
	}
	return n;
}

/* "{now}", "{now+MS}", "{now-MS}" in what the venue sends: a time, wherever it stands. */
static void stamped(const struct conv *c, const char *text, char *out, u32 cap)
{
	u32 n = 0;

	while (*text && n + 32 < cap) {
		s64 ms;

		if (strncmp(text, "{now", 4)) {
			out[n++] = *text++;
			continue;
		}
		ms = strtoll(text + 4, NULL, 10);	/* none: 0 */
		time_text(c->now + (u64)(ms * (s64)MS), out + n);
		n += (u32)strlen(out + n);
		text += strcspn(text, "}");
		text += *text != 0;
	}
	out[n] = 0;
}

static const char *begin_string(const struct conv *c)
{
	u16 version = tg_venue_version(&c->venue);

	return version == 42 ? "FIX.4.2" : version == 50 ? "FIXT.1.1" : "FIX.4.4";
}

/*
 * What a script leaves out of a message is put in: 8 and 9 when it begins with 35, 49 and 56 after 35 when they are missing, 52 after 34, 10 at the end.
 * "52=*" is the time now (for input), "52=+N" and "52=-N" N ms from it.
 */
static void complete(struct conv *c, const char *in, const char *sender, const char *target, bool input, char *out, u32 cap)
{
	char *copy = strdup(in), *field, *save = NULL;
	bool comp = strstr(in, "|49=") || !strncmp(in, "49=", 3), time = strstr(in, "|52=") != NULL, bare = !strncmp(in, "35=", 3);
	u32 n = 0;

	if (bare)
		n += (u32)snprintf(out + n, cap - n, "8=%s|9=*|", begin_string(c));
	for (field = strtok_r(copy, "|", &save); field; field = strtok_r(NULL, "|", &save)) {
		char *eq = strchr(field, '='), stamp[32];

		if (eq && eq[1] == '$' && variable(c, eq + 2)) {
			n += (u32)snprintf(out + n, cap - n, "%.*s=%s|", (int)(eq - field), field, variable(c, eq + 2));
		} else if (input && !strncmp(field, "52=", 3) && strchr("*+-", field[3])) {
			s64 ms = strtoll(field + 4, NULL, 10);

			time_text(c->now + (u64)((field[3] == '-' ? -ms : ms) * (s64)MS), stamp);
			n += (u32)snprintf(out + n, cap - n, "52=%s|", stamp);
		} else {
			n += (u32)snprintf(out + n, cap - n, "%s|", field);
		}
		if (bare && !comp && !strncmp(field, "35=", 3))
			n += (u32)snprintf(out + n, cap - n, "49=%s|56=%s|", sender, target);
		if (bare && !time && !strncmp(field, "34=", 3)) {
			time_text(c->now, stamp);
			n += (u32)snprintf(out + n, cap - n, "52=%s|", input ? stamp : "*");
		}
	}
	if (bare)
		n += (u32)snprintf(out + n, cap - n, "10=*|");
	free(copy);
}

/* Fills in 9=* and 10=*. */
static u32 encode(const char *text, int length_digits, u8 *out)
{
	const char *len = strstr(text, "9=*|"), *sum = strstr(text, "|10=*|");
	char with_len[16384];
	u32 n, i, total = 0;

	if (len && (len == text || len[-1] == '|')) {
		const char *body = len + 4, *end = sum ? sum + 1 : text + strlen(text);
		u8 tmp[16384];

		snprintf(with_len, sizeof(with_len), "%.*s", (int)(end - body), body);
		i = bytes_of(with_len, tmp);
		snprintf(with_len, sizeof(with_len), "%.*s9=%0*u|%s", (int)(len - text), text, length_digits, i, body);
		text = with_len;
		sum = strstr(text, "|10=*|");
	}
	if (!sum)
		return bytes_of(text, out);
	{
		char *cut = strndup(text, (size_t)(sum - text) + 1), trailer[16];

		n = bytes_of(cut, out);
		free(cut);
		for (i = 0; i < n; i++)
			total += out[i];
		snprintf(trailer, sizeof(trailer), "10=%03u|", total & 255);
		n += bytes_of(trailer, out + n);
	}
	return n + bytes_of(sum + 6, out + n);
}

static bool feed(struct conv *c, const u8 *bytes, u32 n)
{
	u32 i;

	if (!c->split) {
		link_step(c, TG_IN_TCP_RX, 1, bytes, n);
		return true;
	}
	for (i = 0; i < n; i++)
		link_step(c, TG_IN_TCP_RX, 1, bytes + i, 1);
	return true;
}

bool message_send_raw(struct conv *c, const char *text)
{
	char with_times[16384];
	u8 bytes[16384];

	stamped(c, text, with_times, sizeof(with_times));
	return feed(c, bytes, bytes_of(with_times, bytes));
}

bool message_send(struct conv *c, const char *text)
{
	char full[16384], with_times[16384];
	u8 bytes[16384];

	stamped(c, text, with_times, sizeof(with_times));
	complete(c, with_times, "VENUE", "GW", true, full, sizeof(full));
	return feed(c, bytes, encode(full, c->length_digits, bytes));
}

static bool field_matches(struct conv *c, const char *want, const char *got)
{
	const char *eq = strchr(want, '='), *ge = strchr(got, '=');

	if (!eq || !ge || eq - want != ge - got || strncmp(want, got, (size_t)(eq - want)))
		return false;
	if (!strcmp(eq + 1, "*"))
		return true;
	if (eq[1] == '$' && !variable(c, eq + 2) && c->vars < VARS) {
		snprintf(c->var[c->vars].name, sizeof(c->var[0].name), "%s", eq + 2);
		snprintf(c->var[c->vars++].value, sizeof(c->var[0].value), "%s", ge + 1);
		return true;
	}
	return !strcmp(eq + 1, ge + 1);
}

bool message_expect(struct conv *c, const char *text)
{
	char want[16384], *got, *g, *w, *gs = NULL, *ws = NULL, *copy;
	bool same = true;

	while (c->out_head == c->out_tail && link_again(c))
		;
	if (c->out_head == c->out_tail)
		return conv_failed(c, "expected %s, nothing was sent", text);
	got = c->out[c->out_head++ % 256];
	complete(c, text, "GW", "VENUE", false, want, sizeof(want));
	copy = strdup(got);
	if (!strcmp(text, "close") || !strcmp(got, "close") || !strcmp(text, "credentials") || !strcmp(got, "credentials")) {
		same = !strcmp(text, got);
	} else {
		w = strtok_r(want, "|", &ws);
		g = strtok_r(copy, "|", &gs);
		while (same && (w || g)) {
			same = w && g && field_matches(c, w, g);
			w = strtok_r(NULL, "|", &ws);
			g = strtok_r(NULL, "|", &gs);
		}
	}
	if (!same)
		conv_failed(c, "expected %s, got %s", text, got);
	free(copy);
	free(got);
	return same;
}

/* What the daemon would write for this session under that number, now: the core's encoder without an engine. */
bool message_expect_encoded(struct conv *c, const char *want)
{
	struct tg_in_credentials k = { .username = "user", .raw_data = "signature", .password = "password" };
	u8 bytes[TG_FIX_TX_MAX];
	u32 n = tg_session_encode_logon(&c->venue, &k, c->asked_seq, c->asked_ns, bytes, sizeof(bytes)), i;

	for (i = 0; i < n; i++)
		if (bytes[i] == SOH)
			bytes[i] = '|';
	c->out[c->out_tail++ % 256] = strndup((char *)bytes, n);
	return message_expect(c, want);
}

/* ---- mirrored scripts (mirror.py): what is looser than in conversations of our own ---- */

bool message_next_is(const struct conv *c, const char *what)
{
	return c->out_head != c->out_tail && !strcmp(c->out[c->out_head % 256], what);
}

/* The fields named must be there with their values, in any order; others may be. */
bool message_expect_fields(struct conv *c, const char *text)
{
	char *want = strdup(text), *w, *save = NULL, *got, field[256];
	bool same = true;

	while (c->out_head == c->out_tail && link_again(c))
		;
	if (c->out_head == c->out_tail) {
		free(want);
		return conv_failed(c, "expected %s, nothing was sent", text);
	}
	got = c->out[c->out_head++ % 256];
	for (w = strtok_r(want, "|", &save); w && same; w = strtok_r(NULL, "|", &save)) {
		bool any = strlen(w) > 2 && !strcmp(w + strlen(w) - 2, "=*");

		snprintf(field, sizeof(field), "|%.*s%s", (int)(strlen(w) - (any ? 1 : 0)), w, any ? "" : "|");
		same = strstr(got, field) != NULL;
	}
	/* a repeat is one only when it is expected */
	same = same && !strstr(text, "|43=") == !strstr(got, "|43=Y|");
	if (!same)
		conv_failed(c, "expected %s, got %s", text, got);
	free(want);
	free(got);
	return same;
}

/* The end of the connection, now or when a timeout says so; what was said before it is the gateway's business. */
bool message_expect_close(struct conv *c)
{
	u32 i;

	for (i = 0; i < 100; i++) {
		if (c->out_head == c->out_tail)
			link_wait(c, 60000 * MS);
		if (c->out_head == c->out_tail)
			break;
		if (message_next_is(c, "close")) {
			free(c->out[c->out_head++ % 256]);
			return true;
		}
		free(c->out[c->out_head++ % 256]);
	}
	return conv_failed(c, "the connection was not closed");
}

u32 message_of_ours(struct conv *c, const char *text, u8 *out)
{
	char full[16384];

	complete(c, text, "GW", "VENUE", true, full, sizeof(full));
	return encode(full, 0, out);
}

bool message_none(struct conv *c)
{
	return c->out_head == c->out_tail ? true : conv_failed(c, "not expected: %s", c->out[c->out_head % 256]);
}
