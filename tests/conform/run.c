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
#include "message.h"
#include "words.h"

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

void conv_must(struct conv *c, enum tg_reason why, const char *what)
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
	conv_must(c, link_step(c, TG_IN_ENGINE, 0, &c->params, sizeof(c->params)), "engine");
	conv_must(c, link_step(c, TG_IN_VENUE, 0, &c->venue, sizeof(c->venue)), "venue");
	conv_must(c, link_step(c, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), "instrument");
	conv_must(c, link_step(c, TG_IN_ACCOUNT, 0, &a, sizeof(a)), "account");
	conv_must(c, link_step(c, TG_IN_PERMIT, 0, &p, sizeof(p)), "permit");
	l.scope = TG_SCOPE_FIRM;
	conv_must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	l.scope = TG_SCOPE_ACCOUNT;
	l.id = 1;
	conv_must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	l.scope = TG_SCOPE_INSTRUMENT;
	conv_must(c, link_step(c, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
	conv_must(c, link_step(c, TG_IN_MODE, 0, &m, sizeof(m)), "mode");
	conv_must(c, link_step(c, TG_IN_CLIENT_OPEN, 1, &cl, sizeof(cl)), "client");
	link_ready(c);
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
				ok = words_setting(c, p);
			continue;
		}
		if (!c->link) {
			start(c);
			ok = !c->error[0];
		}
		ok = ok && words_line(c, text) && !c->error[0];
	}
	if (ok && !c->link)
		return conv_failed(c, "an empty script");
	return ok && link_verify(c) && message_none(c);
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
	FILE *sent = NULL;
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
		message_keep(sent);
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
