// SPDX-License-Identifier: MIT
/*
 * desk [--name TEXT]: a client that is told by standard input what to submit, one command a line, and answers each with one line. For tests of the whole system that want a
 * control refused by name, not a strategy.
 *
 *	new|quote|sweep|legs [KEY=VALUE]...	side px qty type tif post instrument account strategy px2 qty2 side2 instrument2 leg_ms hedge
 *	replace id= px= qty=, cancel id=
 *		REASON ID			the gateway's verdict, and the order's or the parent's id
 *	parent ID MS				END REASON CUM CUM2, when it is done; else "working"
 *	busts					trades that the venue took back, as this client was told
 *	told KIND				how many events of that kind came, and what the last one said:
 *						kill, resume SCOPE CAUSE; trigger ON ACTION; health LEVEL PREVIOUS; mismatch DIFFERS BY_COPY;
 *						unknown VENUE ACCOUNT; position DIFFERS INSTRUMENT
 *	touch [INSTRUMENT]			BID ASK, of the live book; else "none"
 *	quit
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libtickgate/tickgate.h>

#define PARENTS 64u

struct parent {
	uint64_t id;
	struct tg_priv_event done;
};

static struct tg_handle *handle;
static struct parent parents[PARENTS];
static uint32_t parent_count;
static uint64_t busts, refs;

static const char *const ends[] = { "NONE", "COMPLETED", "CANCELED", "EXPIRED", "RISK_REJECTED", "HEDGE_FAILED", "KILL_SWITCH", "ABORTED" };

static void on_parent(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	if (ev->u.parent.state != TG_PARENT_DONE)
		return;
	parents[parent_count++ % PARENTS] = (struct parent){ .id = ev->u.parent.parent_id, .done = *ev };
}

static void on_bust(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	(void)ev;
	busts++;
}

/* Counted, with two things that the last one said. */
enum kind { KILL, RESUME, TRIGGER, HEALTH, MISMATCH, UNKNOWN, POSITION, KINDS };
static const char *const kinds[KINDS] = { "kill", "resume", "trigger", "health", "mismatch", "unknown", "position" };
static struct { uint64_t n, a, b; } told[KINDS];

static void tell(enum kind k, uint64_t a, uint64_t b)
{
	told[k].n++;
	told[k].a = a;
	told[k].b = b;
}

static void on_kill(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	tell(ev->type == TG_PUB_KILL ? KILL : RESUME, ev->u.kill.scope, ev->u.kill.cause);
}

static void on_trigger(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	tell(TRIGGER, ev->u.trigger.on, ev->u.trigger.action);
}

static void on_health(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	tell(HEALTH, ev->u.health.level, ev->u.health.previous);
}

static void on_mismatch(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	tell(MISMATCH, ev->u.mismatch.differs, !!ev->u.mismatch.order_id);
}

static void on_unknown(void *user, const struct tg_pub_event *ev)
{
	(void)user;
	tell(UNKNOWN, ev->u.unknown.venue_id, ev->u.unknown.account_id);
}

static void on_position(void *user, const struct tg_priv_event *ev)
{
	(void)user;
	tell(POSITION, ev->u.position.venue_differs, ev->instrument_id);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static __s64 decimal(const char *text)
{
	__s64 v;

	if (tg_px_parse(text, &v)) {
		fprintf(stderr, "desk: %s is no decimal\n", text);
		exit(2);
	}
	return v;
}

static uint8_t side_of(const char *text)
{
	return !strcmp(text, "buy") ? TG_SIDE_BUY : !strcmp(text, "sell") ? TG_SIDE_SELL : 0;
}

static uint8_t tif_of(const char *text)
{
	return !strcmp(text, "ioc") ? TG_TIF_IOC : !strcmp(text, "fok") ? TG_TIF_FOK : !strcmp(text, "gtc") ? TG_TIF_GTC : TG_TIF_DAY;
}

static void set(struct tg_submission *s, const char *key, const char *value)
{
	unsigned long long n = strtoull(value, NULL, 0);

	if (!strcmp(key, "side"))
		s->side = side_of(value);
	else if (!strcmp(key, "px"))
		s->px = decimal(value);
	else if (!strcmp(key, "qty"))
		s->qty = decimal(value);
	else if (!strcmp(key, "type"))
		s->ord_type = !strcmp(value, "market") ? TG_ORD_MARKET : TG_ORD_LIMIT;
	else if (!strcmp(key, "tif"))
		s->tif = tif_of(value);
	else if (!strcmp(key, "post"))
		s->flags |= TG_SUB_POST_ONLY;
	else if (!strcmp(key, "instrument"))
		s->instrument_id = (uint32_t)n;
	else if (!strcmp(key, "account"))
		s->account_id = (uint16_t)n;
	else if (!strcmp(key, "strategy"))
		s->strategy_id = (uint16_t)n;
	else if (!strcmp(key, "id"))
		s->order_id = n;
	else if (!strcmp(key, "px2"))
		s->intent.px2 = decimal(value);
	else if (!strcmp(key, "qty2"))
		s->intent.qty2 = decimal(value);
	else if (!strcmp(key, "side2"))
		s->intent.side2 = side_of(value);
	else if (!strcmp(key, "instrument2"))
		s->intent.instrument_id2 = (uint32_t)n;
	else if (!strcmp(key, "leg_ms"))
		s->intent.leg_timeout_ns = n * 1000000;
	else if (!strcmp(key, "hedge"))
		s->intent.hedge_ticks = (uint32_t)n;
	else
		fprintf(stderr, "desk: unknown key %s\n", key);
}

/* false: it is none of these. */
static bool blank(const char *verb, struct tg_submission *s)
{
	if (!strcmp(verb, "new"))
		*s = tg_submission_new(1, 1, TG_SIDE_BUY, 0, 0, ++refs);
	else if (!strcmp(verb, "quote"))
		*s = tg_submission_quote(1, 1, 0, 0, 0, 0, ++refs);
	else if (!strcmp(verb, "sweep"))
		*s = tg_submission_intent(TG_EXEC_SWEEP, 1, 1, TG_SIDE_BUY, 0, 0, ++refs);
	else if (!strcmp(verb, "legs"))
		*s = tg_submission_intent(TG_EXEC_MULTI_LEG, 1, 1, TG_SIDE_BUY, 0, 0, ++refs);
	else if (!strcmp(verb, "replace"))
		*s = tg_submission_replace(0, 0, 0, ++refs);
	else if (!strcmp(verb, "cancel"))
		*s = tg_submission_cancel(0, ++refs);
	else
		return false;
	return true;
}

static void tell_parent(uint64_t id, uint64_t ms)
{
	uint64_t end = now_ms() + ms;
	char a[TG_PX_TEXT], b[TG_PX_TEXT];
	uint32_t i;

	do {
		tg_poll(handle, 256);
		for (i = 0; i < PARENTS; i++) {
			const struct tg_priv_event *ev = &parents[i].done;

			if (parents[i].id != id || !id)
				continue;
			printf("%s %s %s %s\n", ends[ev->u.parent.end < 8 ? ev->u.parent.end : 0], tg_strreason(ev->u.parent.reason),
			       tg_px_format(ev->u.parent.cum_qty, a), tg_px_format(ev->u.parent.cum_qty2, b));
			return;
		}
		tg_wait(handle, 20);
	} while (now_ms() < end);
	puts("working");
}

static void tell_told(const char *word)
{
	int k = 0;

	while (k < KINDS && (!word || strcmp(word, kinds[k])))
		k++;
	if (k == KINDS)
		puts("ERROR no such kind");
	else
		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", told[k].n, told[k].a, told[k].b);
}

static void tell_touch(uint32_t instrument)
{
	char a[TG_PX_TEXT], b[TG_PX_TEXT];
	struct tg_book_image img;
	int tries = 1000;

	while (tg_book(handle, instrument, &img) == -EAGAIN && --tries)
		;
	if (!tries || img.state != TG_BOOK_LIVE || !img.bid_levels || !img.ask_levels)
		puts("none");
	else
		printf("%s %s\n", tg_px_format(img.bid[0].px, a), tg_px_format(img.ask[0].px, b));
}

/* false: the end. */
static bool execute(char *line)
{
	char *verb = strtok(line, " \n"), *word, *value;
	struct tg_submission s;
	uint64_t id = 0;
	int r;

	if (!verb || !strcmp(verb, "quit"))
		return false;
	if (!strcmp(verb, "busts")) {
		printf("%" PRIu64 "\n", busts);
	} else if (!strcmp(verb, "told")) {
		tell_told(strtok(NULL, " \n"));
	} else if (!strcmp(verb, "touch")) {
		word = strtok(NULL, " \n");
		tell_touch(word ? (uint32_t)strtoul(word, NULL, 0) : 1);
	} else if (!strcmp(verb, "parent")) {
		word = strtok(NULL, " \n");
		value = strtok(NULL, " \n");
		tell_parent(word ? strtoull(word, NULL, 0) : 0, value ? strtoull(value, NULL, 0) : 0);
	} else if (blank(verb, &s)) {
		while ((word = strtok(NULL, " \n")) != NULL) {
			value = strchr(word, '=');
			if (value)
				*value++ = 0;
			set(&s, word, value ? value : "");
		}
		r = tg_submit_ioctl(handle, &s, (__u64 *)&id);
		if (r < 0)
			printf("ERROR %s\n", tg_error(handle));
		else
			printf("%s %" PRIu64 "\n", tg_strreason((uint32_t)r), id);
	} else {
		printf("ERROR unknown command %s\n", verb);
	}
	return true;
}

int main(int argc, char **argv)
{
	static const struct tg_callbacks cb = {
		.on_parent = on_parent, .on_bust = on_bust, .on_kill = on_kill, .on_resume = on_kill, .on_trigger = on_trigger,
		.on_health = on_health, .on_mismatch = on_mismatch, .on_unknown_order = on_unknown, .on_position = on_position,
	};
	struct tg_attach_options o = { .name = argc == 3 ? argv[2] : "desk", .flags = TG_CLIENT_AUTO_CANCEL };
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t end = now_ms() + 20000;
	char line[1024];
	bool more = true;

	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (tg_open(&handle, NULL) || tg_attach(handle, &o, &cb, NULL)) {
		perror("desk");
		return 1;
	}
	while (!tg_ready(handle) && now_ms() < end) {
		tg_poll(handle, 256);
		tg_wait(handle, 20);
	}
	puts(tg_ready(handle) ? "ready" : "ERROR no download");
	while (more) {
		tg_poll(handle, 256);
		if (poll(&in, 1, 20) > 0)
			more = fgets(line, sizeof(line), stdin) && execute(line);
	}
	tg_close(handle);
	return 0;
}
