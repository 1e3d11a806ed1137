// SPDX-License-Identifier: MIT
/*
 * Runs FIX conversations, written as text, against a whole engine. README.md has the language.
 *
 * Every script runs twice: with each message in one piece, and cut after every byte. Whom it is held with, conv.h says.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conv.h"

#ifndef TG_VERSION
#define TG_VERSION "0"
#endif


bool conv_failed(struct conv *c, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (c->error[0])
		return false;
	n = snprintf(c->error, sizeof(c->error), "%s:%u: ", c->path, c->line);
	va_start(ap, fmt);
	vsnprintf(c->error + n, sizeof(c->error) - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

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

static FILE *sent;	/* --sent: what the gateway sent in each conversation, in hexadecimal, for tests/conform/judge */

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

static void must(struct conv *c, enum tg_reason why, const char *what)
{
	if (why)
		conv_failed(c, "setting up %s: %s", what, tg_reason_name(why));
}

static void start(struct conv *c)
{
	struct tg_in_instrument in = c->instrument;
	struct tg_in_account a = { .account_id = 1, .name = "ACC1" };
	struct tg_in_permit p = { .permit_id = 1, .account_id = 1, .uid = link_uid(), .flags = TG_PERMIT_TRADE | TG_PERMIT_MARKET };
	struct tg_in_limits l = { .max_order_qty = TG_PX_MAX, .max_order_notional = TG_PX_MAX, .max_position = TG_PX_MAX, .collar_bps = 0xffffffff,
				  .max_open_orders = 0xffffffff, .rate_per_s = 0xffffffff, .rate_burst = 0xffffffff };
	struct tg_in_client cl = { .uid = link_uid(), .name = "test" };
	struct tg_in_mode m = { .mode = TG_MODE_LEADER };

	if (!c->store_bytes)
		c->store_bytes = 65536;
	if (!c->store_messages)
		c->store_messages = 64;
	c->params = (struct tg_in_engine){ .epoch = 1, .max_venues = 1, .max_instruments = 1, .max_feeds = 1, .max_accounts = 1, .max_clients = 1,
					   .max_permits = 1, .max_orders = 16, .max_limits = 4, .book_levels = 16, .md_pending = 16, .exec_ids = 16,
					   .rx_buffer_bytes = c->rx_buffer ? c->rx_buffer : 4096, .session_store_bytes = c->store_bytes,
					   .session_store_messages = c->store_messages };
	tg_engine_defaults(&c->params);
	link_open(c);
	if (c->subscribe)
		in.flags = TG_INSTRUMENT_SUBSCRIBE;
	must(c, link_step(c, TG_IN_ENGINE, 0, &c->params, sizeof(c->params)), "engine");
	must(c, link_step(c, TG_IN_VENUE, 0, &c->venue, sizeof(c->venue)), "venue");
	must(c, link_step(c, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), "instrument");
	must(c, link_step(c, TG_IN_ACCOUNT, 0, &a, sizeof(a)), "account");
	must(c, link_step(c, TG_IN_PERMIT, 0, &p, sizeof(p)), "permit");
	l.scope = TG_SCOPE_FIRM;
	must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	l.scope = TG_SCOPE_ACCOUNT;
	l.id = 1;
	must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	l.scope = TG_SCOPE_INSTRUMENT;
	must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	must(c, link_step(c, TG_IN_MODE, 0, &m, sizeof(m)), "mode");
	must(c, link_step(c, TG_IN_CLIENT_OPEN, 1, &cl, sizeof(cl)), "client");
	link_ready(c);
}


/* ---- messages ---- */

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

static bool send_raw(struct conv *c, const char *text)
{
	char with_times[16384];
	u8 bytes[16384];

	stamped(c, text, with_times, sizeof(with_times));
	return feed(c, bytes, bytes_of(with_times, bytes));
}

static bool send_line(struct conv *c, const char *text)
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

static bool expect(struct conv *c, const char *text)
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

/* ---- lines ---- */

static s64 e8(const char *text)
{
	s64 v = 0;

	return tg_fix_e8((const u8 *)text, (u32)strlen(text), &v) ? v : -1;
}

static bool verdict_is(struct conv *c, const char *want)
{
	if (!strcmp(tg_reason_name(c->verdict), want))
		return true;
	return conv_failed(c, "expected verdict %s, got %s", want, tg_reason_name(c->verdict));
}

static bool submit(struct conv *c, struct tg_submission s, const char *want)
{
	s.user_ref = ++c->user_ref;
	if (s.type == TG_SUB_NEW) {
		s.account_id = 1;
		s.instrument_id = 1;
	}
	link_step(c, TG_IN_SUBMIT, 1, &s, sizeof(s));
	return verdict_is(c, want);
}

static bool command(struct conv *c, const char *name, u64 tx, u64 rx, const char *want)
{
	static const char *const names[] = { "", "logout", "setseq", "enable", "testrequest", "grant" };
	struct tg_in_session s = { .venue_id = 1, .next_tx_seq = tx, .next_rx_seq = rx };

	for (s.command = 1; s.command < 6 && strcmp(names[s.command], name); s.command++)
		;
	if (s.command == 6)
		return conv_failed(c, "unknown command %s", name);
	link_step(c, TG_IN_SESSION, 0, &s, sizeof(s));
	return verdict_is(c, want);
}

/* The answer to the request for credentials that came last; `how` may spoil it. */
static bool credentials(struct conv *c, const char *how, const char *want)
{
	struct tg_in_credentials k = { .venue_id = 1, .msg_seq = c->asked_seq, .sending_time_ns = c->asked_ns, .username = "user", .raw_data = "signature" };

	if (!strcmp(how, "sent"))
		k.flags = TG_CREDENTIALS_SENT;
	else if (!strcmp(how, "failed"))
		k.flags = TG_CREDENTIALS_FAILED;
	else if (!strcmp(how, "both"))
		k.flags = TG_CREDENTIALS_SENT | TG_CREDENTIALS_FAILED;
	else if (!strcmp(how, "otherseq"))
		k.msg_seq++;
	else if (!strcmp(how, "othertime"))
		k.sending_time_ns++;
	else if (!strcmp(how, "othervenue"))
		k.venue_id = 2;
	else if (!strcmp(how, "soh"))
		k.username[1] = SOH;
	else if (!strcmp(how, "unended"))
		memset(k.nonce, 'x', sizeof(k.nonce));
	else if (!strcmp(how, "all")) {
		strcpy(k.password, "password");
		strcpy(k.nonce, "1700000010000");
	} else if (strcmp(how, "good"))
		return conv_failed(c, "unknown kind of credentials %s", how);
	link_step(c, TG_IN_CREDENTIALS, 0, &k, sizeof(k));
	return verdict_is(c, want);
}

/* What the daemon would write for this session under that number, now: the core's encoder without an engine. */
static bool expect_encoded(struct conv *c, const char *want)
{
	struct tg_in_credentials k = { .username = "user", .raw_data = "signature", .password = "password" };
	u8 bytes[TG_FIX_TX_MAX];
	u32 n = tg_session_encode_logon(&c->venue, &k, c->asked_seq, c->asked_ns, bytes, sizeof(bytes)), i;

	for (i = 0; i < n; i++)
		if (bytes[i] == SOH)
			bytes[i] = '|';
	c->out[c->out_tail++ % 256] = strndup((char *)bytes, n);
	return expect(c, want);
}

/* A message of ours from an earlier life, sent now, into the store. */
static bool restore(struct conv *c, u64 seq, const char *text, const char *want)
{
	struct { struct tg_in_stored head; u8 bytes[8192]; } in = { .head = { .venue_id = 1, .seq = seq, .sending_time_ns = c->now } };
	char full[16384];

	complete(c, text, "GW", "VENUE", true, full, sizeof(full));
	in.head.len = encode(full, 0, in.bytes);
	link_step(c, TG_IN_STORED, 0, &in, (u32)sizeof(in.head) + in.head.len);
	return verdict_is(c, want);
}

static bool dialect(struct conv *c, const char *name)
{
	const struct tg_venue_caps *caps;
	u16 d;

	for (d = 1; (caps = tg_venue_caps(d)); d++)
		if (!strcmp(caps->name, name)) {
			c->venue.dialect = d;
			return true;
		}
	return conv_failed(c, "unknown dialect %s", name);
}

/* ---- mirrored scripts (mirror.py): what is looser than in conversations of our own ---- */

static bool pending(const struct conv *c, const char *what)
{
	return c->out_head != c->out_tail && !strcmp(c->out[c->out_head % 256], what);
}

/* The fields named must be there with their values, in any order; others may be. */
static bool expect_fields(struct conv *c, const char *text)
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
static bool expect_close(struct conv *c)
{
	u32 i;

	for (i = 0; i < 100; i++) {
		if (c->out_head == c->out_tail)
			link_wait(c, 60000 * MS);
		if (c->out_head == c->out_tail)
			break;
		if (pending(c, "close")) {
			free(c->out[c->out_head++ % 256]);
			return true;
		}
		free(c->out[c->out_head++ % 256]);
	}
	return conv_failed(c, "the connection was not closed");
}

/* Disconnected, numbers back to 1, as the acceptor that the scripts were written for does after each connection. */
static void afresh(struct conv *c)
{
	struct tg_in_session s = { .venue_id = 1, .command = TG_SESSION_CMD_ENABLE };

	link_step(c, TG_IN_TCP_DOWN, 1, NULL, 0);
	link_step(c, TG_IN_SESSION, 0, &s, sizeof(s));
	s.command = TG_SESSION_CMD_SET_SEQ;
	s.next_tx_seq = s.next_rx_seq = 1;
	must(c, link_step(c, TG_IN_SESSION, 0, &s, sizeof(s)), "numbers");
}

static bool setting(struct conv *c, char *word)
{
	char *eq = strchr(word, '=');
	u64 v;

	if (!eq)
		return conv_failed(c, "%s: key=value expected", word);
	*eq = 0;
	v = strtoull(eq + 1, NULL, 10);
	if (!strcmp(word, "heartbeat"))
		c->venue.heartbeat_s = (u16)v;
	else if (!strcmp(word, "reset"))
		c->venue.flags = (u16)((c->venue.flags & ~TG_VENUE_RESET_ON_LOGON) | (v ? TG_VENUE_RESET_ON_LOGON : 0));
	else if (!strcmp(word, "md_tcp"))
		c->venue.flags |= TG_VENUE_MD_TCP;
	else if (!strcmp(word, "credentials"))
		c->venue.flags |= TG_VENUE_CREDENTIALS;
	else if (!strcmp(word, "fix_version"))
		c->venue.fix_version = (u16)v;
	else if (!strcmp(word, "resend_policy"))
		c->venue.resend_policy = (u16)v;
	else if (!strcmp(word, "resend_age_ms"))
		c->venue.resend_max_age_ns = v * MS;
	else if (!strcmp(word, "resend_max"))
		c->venue.resend_max = (u16)v;
	else if (!strcmp(word, "heartbeat_min"))
		c->venue.heartbeat_min_s = (u16)v;
	else if (!strcmp(word, "validate"))
		c->venue.flags |= TG_VENUE_VALIDATE;
	else if (!strcmp(word, "next_expected"))
		c->venue.flags |= TG_VENUE_NEXT_EXPECTED;
	else if (!strcmp(word, "store_bytes"))
		c->store_bytes = (u32)v;
	else if (!strcmp(word, "rx_buffer"))
		c->rx_buffer = (u32)v;
	else if (!strcmp(word, "store_messages"))
		c->store_messages = (u32)v;
	else if (!strcmp(word, "skew_ms"))
		c->venue.sending_time_max_skew_ms = (u32)v;
	else if (!strcmp(word, "logon_ms"))
		c->venue.logon_timeout_ms = (u32)v;
	else if (!strcmp(word, "logout_ms"))
		c->venue.logout_timeout_ms = (u32)v;
	else if (!strcmp(word, "dialect"))
		return dialect(c, eq + 1);
	else if (!strcmp(word, "cancel_on_disconnect"))
		c->venue.flags |= TG_VENUE_CANCEL_ON_DISCONNECT;
	else if (!strcmp(word, "orders"))
		c->venue.flags = (u16)((c->venue.flags & ~TG_VENUE_ORDERS) | (v ? TG_VENUE_ORDERS : 0));
	else if (!strcmp(word, "length_digits"))
		c->length_digits = (int)v;
	else if (!strcmp(word, "depth"))
		c->venue.md_depth = (u32)v;
	else if (!strcmp(word, "px_digits"))
		c->instrument.px_digits = (u8)v;
	else if (!strcmp(word, "qty_digits"))
		c->instrument.qty_digits = (u8)v;
	else if (!strcmp(word, "symbol"))
		snprintf(c->instrument.symbol, sizeof(c->instrument.symbol), "%s", eq + 1);
	else if (!strcmp(word, "subscribe"))
		c->subscribe = v;
	else
		return conv_failed(c, "unknown setting %s", word);
	return true;
}

static bool counter_is(struct conv *c, const char *name, u64 want)
{
	u64 got;
	u32 i;

	for (i = 0; i < TG_CC_MAX; i++)
		if (!strcmp(tg_core_counter_name(i), name)) {
			do {
				got = link_counter(c, i);
			} while (got != want && link_again(c));
			return got == want ? true : conv_failed(c, "counter %s: expected %llu, got %llu", name, (unsigned long long)want,
								(unsigned long long)got);
		}
	return conv_failed(c, "unknown counter %s", name);
}

static bool status_is(struct conv *c, const char *want)
{
	const char *got;

	do {
		got = tg_ord_status_name(link_order(c, c->last_order));
	} while (strcmp(got, want) && link_again(c));
	return !strcmp(got, want) ? true : conv_failed(c, "order is %s, expected %s", got, want);
}

static bool state_is(struct conv *c, const char *want)
{
	struct tg_nl_session s;

	do {
		if (!link_session(c, &s))
			return conv_failed(c, "no session");
	} while (strcasecmp(tg_session_state_name(s.state), want) && link_again(c));
	return !strcasecmp(tg_session_state_name(s.state), want) ? true :
		conv_failed(c, "state is %s, expected %s", tg_session_state_name(s.state), want);
}

static bool text_is(struct conv *c, const char *want)
{
	struct tg_nl_session s;

	do {
		if (!link_session(c, &s))
			return conv_failed(c, "no session");
	} while (strcmp(s.text, want) && link_again(c));
	return !strcmp(s.text, want) ? true : conv_failed(c, "text is \"%s\"", s.text);
}

static bool numbers_are(struct conv *c, u64 tx, u64 rx)
{
	struct tg_nl_session s;

	do {
		if (!link_session(c, &s))
			return conv_failed(c, "no session");
	} while ((s.next_tx_seq != tx || s.next_rx_seq != rx) && link_again(c));
	return s.next_tx_seq == tx && s.next_rx_seq == rx ? true :
		conv_failed(c, "next numbers are %llu %llu", (unsigned long long)s.next_tx_seq, (unsigned long long)s.next_rx_seq);
}

/* Anything that makes the engine do something must find its earlier output consumed. */
static bool nothing_left(struct conv *c)
{
	return c->out_head == c->out_tail ? true : conv_failed(c, "not expected: %s", c->out[c->out_head % 256]);
}

static bool new_order(struct conv *c, char *words[], const char *how, const char *want)
{
	struct tg_submission s = { .type = TG_SUB_NEW, .side = !strcmp(words[1], "buy") ? TG_SIDE_BUY : TG_SIDE_SELL, .ord_type = TG_ORD_LIMIT,
				   .tif = TG_TIF_GTC, .px = e8(words[2]), .qty = e8(words[3]) };

	if (!strcmp(how, "day"))
		s.tif = TG_TIF_DAY;
	else if (!strcmp(how, "ioc"))
		s.tif = TG_TIF_IOC;
	else if (!strcmp(how, "fok"))
		s.tif = TG_TIF_FOK;
	else if (!strcmp(how, "post"))
		s.flags = TG_SUB_POST_ONLY;
	else if (!strcmp(how, "reduce"))
		s.flags = TG_SUB_REDUCE_ONLY;
	else if (!strcmp(how, "market"))
		s.ord_type = TG_ORD_MARKET, s.px = 0, s.tif = TG_TIF_IOC;
	else if (strcmp(how, "gtc"))
		return conv_failed(c, "unknown kind of order %s", how);
	return submit(c, s, want);
}

/* best BID QTY ASK QTY; - = none */
static bool best_is(struct conv *c, char *words[])
{
	u32 side;

	for (side = 0; side < 2; side++) {
		struct tg_level l = { 0 };
		bool there = link_best(c, side, &l), none = !strcmp(words[1 + 2 * side], "-");

		if (there == none || (there && (l.px != e8(words[1 + 2 * side]) || l.qty != e8(words[2 + 2 * side]))))
			return conv_failed(c, "best %s is %lld of %lld", side ? "offer" : "bid", there ? (long long)l.qty : 0LL, there ? (long long)l.px : 0LL);
	}
	return true;
}

/* Has the engine a transport, after all that it was sent? */
static bool connected(struct conv *c)
{
	struct tg_nl_session s;

	link_settled(c);
	return link_session(c, &s) && s.state != TG_SESSION_DOWN && s.state != TG_SESSION_HALTED;
}

static bool line(struct conv *c, char *text)
{
	char *words[8], *copy, *p, *save = NULL, *rest;
	u32 n = 0;
	bool ok = true;
	const char *want = "OK";

	link_now(c);
	link_patience(c);
	if (!strncmp(text, "< ", 2))
		return expect(c, text + 2);
	if (!strcmp(text, "close") || !strcmp(text, "credentials"))
		return expect(c, text);
	if (!strncmp(text, "<~ ", 3))
		return expect_fields(c, text + 3);
	if (!strcmp(text, "close~"))
		return expect_close(c);
	if (!strncmp(text, "wait~", 5)) {
		link_wait(c, 60000 * MS);
		return true;
	}
	if (!strncmp(text, ">? ", 3)) {
		if (pending(c, "close") || !connected(c))
			return true;
		if (!strncmp(text + 3, "raw ", 4))
			return send_raw(c, text + 7);
		return nothing_left(c) && send_line(c, text + 3);
	}
	if (!strcmp(text, "fresh")) {
		afresh(c);
		return true;
	}
	if (!strncmp(text, "encoded ", 8))
		return expect_encoded(c, text + 8);
	rest = strchr(text, ' ');
	rest = rest ? rest + 1 : text + strlen(text);
	copy = strdup(text);
	for (p = strtok_r(copy, " ", &save); p && n < 8; p = strtok_r(NULL, " ", &save))
		words[n++] = p;
	if (n > 2 && !strcmp(words[n - 2], "=")) {
		want = words[n - 1];
		n -= 2;
	}
#define IS(word, args) (!strcmp(words[0], word) && n == 1 + (args))
	if (IS("state", 1)) {
		ok = state_is(c, words[1]);
	} else if (!strcmp(words[0], "text")) {
		ok = text_is(c, rest);
	} else if (IS("seq", 2)) {
		ok = numbers_are(c, strtoull(words[1], NULL, 10), strtoull(words[2], NULL, 10));
	} else if (IS("counter", 2)) {
		ok = counter_is(c, words[1], strtoull(words[2], NULL, 10));
	} else if (IS("status", 1)) {
		ok = status_is(c, words[1]);
	} else if (!nothing_left(c)) {
		ok = false;
	} else if (!strcmp(words[0], ">")) {
		ok = send_line(c, rest);
	} else if (!strcmp(words[0], ">raw")) {
		ok = send_raw(c, rest);
	} else if (IS("up", 0)) {
		link_step(c, TG_IN_TCP_UP, 1, NULL, 0);
	} else if (IS("down", 0)) {
		link_step(c, TG_IN_TCP_DOWN, 1, NULL, 0);
	} else if (words[0][0] == '~') {
		link_pass_time(c, strtoull(words[0] + 1, NULL, 10) * MS);
	} else if (IS("answer", 1)) {
		ok = credentials(c, words[1], want);
	} else if (IS("stored", 1)) {
		n = (u32)strtoul(words[1], NULL, 10);
		if (link_stored(c, n) != n)
			ok = conv_failed(c, "%u messages are kept", link_stored(c, n));
	} else if (IS("restore", 2)) {
		ok = restore(c, strtoull(words[1], NULL, 10), words[2], want);
	} else if (IS("cmd", 1)) {
		ok = command(c, words[1], 0, 0, want);
	} else if (IS("cmd", 3)) {
		ok = command(c, words[1], strtoull(words[2], NULL, 10), strtoull(words[3], NULL, 10), want);
	} else if (IS("new", 3) || IS("new", 4)) {
		ok = new_order(c, words, n == 5 ? words[4] : "gtc", want);
	} else if (IS("best", 4)) {
		ok = best_is(c, words);
	} else if (IS("cancel", 0)) {
		ok = submit(c, (struct tg_submission){ .type = TG_SUB_CANCEL, .order_id = c->last_order }, want);
	} else if (IS("replace", 2)) {
		ok = submit(c, (struct tg_submission){ .type = TG_SUB_REPLACE, .order_id = c->last_order, .px = e8(words[1]), .qty = e8(words[2]) }, want);
	} else {
		ok = conv_failed(c, "not understood: %s", text);
	}
#undef IS
	free(copy);
	return ok;
}

static bool script(struct conv *c, FILE *f)
{
	char text[8192];
	bool ok = true;

	c->venue = (struct tg_in_venue){ .venue_id = 1, .dialect = TG_DIALECT_SIM, .heartbeat_s = 30, .flags = TG_VENUE_ORDERS | TG_VENUE_RESET_ON_LOGON,
					 .logon_timeout_ms = 5000, .logout_timeout_ms = 2000 };
	c->instrument = (struct tg_in_instrument){ .instrument_id = 1, .venue_id = 1, .tick = TG_SCALE / 100, .lot = TG_SCALE / 1000,
						   .symbol = "BTCUSDT" };
	strcpy(c->venue.name, "venue");
	strcpy(c->venue.sender_comp_id, "GW");
	strcpy(c->venue.target_comp_id, "VENUE");
	while (ok && fgets(text, sizeof(text), f)) {
		char *p, *save = NULL;

		c->line++;
		text[strcspn(text, "\n")] = 0;
		if (!text[0] || text[0] == '#')
			continue;
		if (!strncmp(text, "config ", 7)) {
			if (c->link)
				return conv_failed(c, "config comes first");
			for (p = strtok_r(text + 7, " ", &save); p && ok; p = strtok_r(NULL, " ", &save))
				ok = setting(c, p);
			continue;
		}
		if (!c->link) {
			start(c);
			ok = !c->error[0];
		}
		ok = ok && line(c, text) && !c->error[0];
	}
	if (ok && !c->link)
		return conv_failed(c, "an empty script");
	return ok && link_verify(c) && nothing_left(c);
}

/*
 * What a script asks of the clock. exact_ms: time that it lets pass to the millisecond, or times of the library's clock that it expects; wait_ms: the longest that
 * it waits for something to come.
 */
static void clock_needs(FILE *f, u64 *exact_ms, u64 *wait_ms)
{
	u64 heartbeat_ms = 30000, ms;
	char text[8192];
	const char *h;

	*exact_ms = *wait_ms = 0;
	while (fgets(text, sizeof(text), f)) {
		h = strncmp(text, "config ", 7) ? NULL : strstr(text, " heartbeat=");
		if (h)
			heartbeat_ms = strtoull(h + 11, NULL, 10) * 1000;
		/* a Heartbeat comes after the interval, a TestRequest after a fifth more */
		ms = strncmp(text, "wait~", 5) ? 0 : atoi(text + 5) ? heartbeat_ms + heartbeat_ms / 5 : heartbeat_ms;
		if (ms > *wait_ms)
			*wait_ms = ms;
		if (text[0] == '~')
			*exact_ms += strtoull(text + 1, NULL, 10);
		else if (((text[0] == '<' || !strncmp(text, "encoded", 7)) && strstr(text, "=2023")) || !strncmp(text, "config skew_ms", 14))
			*exact_ms += 1000;
	}
	rewind(f);
}

static bool run(const char *path, bool split, u32 number)
{
	struct conv *c = calloc(1, sizeof(*c));
	const char *base = strstr(path, "conform/");
	FILE *f = fopen(path, "r");
	u64 exact_ms = 0, wait_ms = 0;
	const char *why;
	bool ok;

	c->path = base ? base + 8 : path;
	c->split = split;
	if (f)
		clock_needs(f, &exact_ms, &wait_ms);
	why = link_cannot(exact_ms, wait_ms);
	if (why) {
		printf("ok %u - %s%s # SKIP %s\n", number, c->path, split ? " (byte by byte)" : "", why);
		if (f)
			fclose(f);
		free(c);
		return true;
	}
	ok = f ? script(c, f) : conv_failed(c, "%s", strerror(errno));
	if (f)
		fclose(f);
	printf("%sok %u - %s%s\n", ok ? "" : "not ", number, c->path, split ? " (byte by byte)" : "");
	if (!ok)
		printf("# %s\n", c->error);
	while (c->out_head != c->out_tail)
		free(c->out[c->out_head++ % 256]);
	if (c->link)
		link_close(c);
	free(c);
	return ok;
}

int main(int argc, char **argv)
{
	bool whole = false;
	u32 number = 0;
	int i, bad = 0;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("conform (tickgate) %s\n", TG_VERSION);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "--sent")) {
		sent = fopen(argv[2], "w");
		if (!sent) {
			perror(argv[2]);
			return 1;
		}
		argc -= 2;
		argv += 2;
	}
	if (argc > 2 && !strcmp(argv[1], "--whole")) {
		whole = true;
		argc--;
		argv++;
	}
	if (argc < 2 || argv[1][0] == '-') {
		fprintf(argc == 2 && !strcmp(argv[1], "--help") ? stdout : stderr, "usage: run [--sent FILE] [--whole] SCRIPT...\nRuns FIX conversations against the engine; see tests/conform/README.md.\n"
			"--sent FILE  keep what the gateway sends\n--whole      messages in one piece only, not cut after every byte too\n");
		return argc == 2 && !strcmp(argv[1], "--help") ? 0 : 2;
	}
	for (i = 1; i < argc; i++) {
		bad += !run(argv[i], false, ++number);
		if (!whole)
			bad += !run(argv[i], true, ++number);
	}
	printf("1..%u\n", number);
	if (sent && fclose(sent)) {
		perror("--sent");
		return 1;
	}
	return bad ? 1 : 0;
}
