// SPDX-License-Identifier: MIT
/* The words of a script: settings, what the client and the operator do, what must hold. README.md has them all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conv.h"
#include "message.h"
#include "words.h"

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

/* A message of ours from an earlier life, sent now, into the store. */
static bool restore(struct conv *c, u64 seq, const char *text, const char *want)
{
	struct { struct tg_in_stored head; u8 bytes[8192]; } in = { .head = { .venue_id = 1, .seq = seq, .sending_time_ns = c->now } };

	in.head.len = message_of_ours(c, text, in.bytes);
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

/* Disconnected, numbers back to 1, as the acceptor that the scripts were written for does after each connection. */
static void afresh(struct conv *c)
{
	struct tg_in_session s = { .venue_id = 1, .command = TG_SESSION_CMD_ENABLE };

	link_step(c, TG_IN_TCP_DOWN, 1, NULL, 0);
	link_step(c, TG_IN_SESSION, 0, &s, sizeof(s));
	s.command = TG_SESSION_CMD_SET_SEQ;
	s.next_tx_seq = s.next_rx_seq = 1;
	conv_must(c, link_step(c, TG_IN_SESSION, 0, &s, sizeof(s)), "numbers");
}

bool words_setting(struct conv *c, char *word)
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

bool words_line(struct conv *c, char *text)
{
	char *words[8], *copy, *p, *save = NULL, *rest;
	u32 n = 0;
	bool ok = true;
	const char *want = "OK";

	link_now(c);
	link_patience(c);
	if (!strncmp(text, "< ", 2))
		return message_expect(c, text + 2);
	if (!strcmp(text, "close") || !strcmp(text, "credentials"))
		return message_expect(c, text);
	if (!strncmp(text, "<~ ", 3))
		return message_expect_fields(c, text + 3);
	if (!strcmp(text, "close~"))
		return message_expect_close(c);
	if (!strncmp(text, "wait~", 5)) {
		link_wait(c, 60000 * MS);
		return true;
	}
	if (!strncmp(text, ">? ", 3)) {
		if (message_next_is(c, "close") || !connected(c))
			return true;
		if (!strncmp(text + 3, "raw ", 4))
			return message_send_raw(c, text + 7);
		return message_none(c) && message_send(c, text + 3);
	}
	if (!strcmp(text, "fresh")) {
		afresh(c);
		return true;
	}
	if (!strncmp(text, "encoded ", 8))
		return message_expect_encoded(c, text + 8);
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
	} else if (!message_none(c)) {
		ok = false;
	} else if (!strcmp(words[0], ">")) {
		ok = message_send(c, rest);
	} else if (!strcmp(words[0], ">raw")) {
		ok = message_send_raw(c, rest);
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
