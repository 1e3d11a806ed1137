// SPDX-License-Identifier: MIT
/*
 * tg-publisher: a book for a venue without FIX. Reads normalised updates from standard input, CSV or
 * JSON lines, and publishes them through its submission ring (permit with publish = yes, instrument
 * with published = yes). What speaks the venue's own protocol writes the lines.
 *
 * Prices and quantities are decimals in text: in JSON they are strings, a number with a point is
 * refused, as it would pass through a float.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tickgate.h>
#include "program.h"

#define PROGRAM "tg-publisher"

struct publisher {
	struct tg_handle *h;
	struct tg_publish u;	/* the update that is open */
	bool open;
	unsigned long long line, updates, entries, refused, full;
	bool told[TG_REASON_MAX];
	bool down;
	unsigned int downloads;	/* complete ones */
};

static const char usage_text[] =
	"usage: tg-publisher [options] <LINES\n"
	"Publishes books from lines on standard input. A line is CSV, one entry:\n"
	"  INSTRUMENT,UPDATE,clear                                the book is emptied, a snapshot follows\n"
	"  INSTRUMENT,UPDATE,level,bid|ask,PX,QTY                 new total at a price, 0 = gone\n"
	"  INSTRUMENT,UPDATE,order,bid|ask,PX,QTY,ID,new|change|delete|execute\n"
	"  INSTRUMENT,UPDATE,trade,buy|sell|-,PX,QTY              the aggressor's side\n"
	"  INSTRUMENT,UPDATE,end                                  last of its update\n"
	"or JSON, one update, closed by the line's end:\n"
	"  {\"instrument\":1,\"update\":7,\"snapshot\":true,\"bids\":[[\"100.5\",\"2\"]],\"asks\":[],\n"
	"   \"trades\":[[\"buy\",\"100.5\",\"1\"]],\"orders\":[[\"new\",\"bid\",\"100.5\",\"2\",42]]}\n"
	"INSTRUMENT is an id or a symbol. An update that has another number than the one before closes it.\n"
	"  --device PATH      default " TG_DEVICE "\n"
	"  --quiet            no summary\n"
	"  --help, --version\n"
	"exit status: 0 all was taken; 1 a line was wrong, or the engine refused; 2 wrong usage\n";

static bool wrong(const struct publisher *p, const char *what, const char *text)
{
	fprintf(stderr, PROGRAM ": line %llu: %s: \"%.60s\"\n", p->line, what, text ? text : "");
	return false;
}

/* ---- the ring ---- */

static void on_ack(void *user, const struct tg_priv_event *ev)
{
	struct publisher *p = user;
	__u32 reason = ev->u.order.reason;

	if (ev->u.order.request != TG_SUB_BOOK || !reason)
		return;
	p->refused++;
	if (reason < TG_REASON_MAX && !p->told[reason]) {
		p->told[reason] = true;
		fprintf(stderr, PROGRAM ": instrument %u, update %llu: refused: %s\n",
			ev->instrument_id, (unsigned long long)ev->u.order.user_ref,
			tg_strreason_text(reason));
	}
}

static void on_download_end(void *user, const struct tg_priv_event *ev)
{
	(void)ev;
	((struct publisher *)user)->downloads++;
}

static void on_shutdown(void *user, const struct tg_pub_event *ev)
{
	(void)ev;
	((struct publisher *)user)->down = true;
}

static const struct tg_callbacks callbacks = {
	.on_order_ack = on_ack, .on_download_end = on_download_end, .on_shutdown = on_shutdown
};

static int drain(struct publisher *p)
{
	int n;

	do
		n = tg_poll(p->h, 256);
	while (n > 0);
	return p->down ? -ENODEV : n;
}

/* Full means that the engine is busy: it is given a moment, and the same entry tried again. */
static bool again(struct publisher *p, int r)
{
	static const struct timespec moment = { .tv_nsec = 50000 };

	if (r != TG_REASON_FULL || program_stopped || drain(p))
		return false;
	p->full++;
	nanosleep(&moment, NULL);
	return true;
}

/* One call of tg_publish_*(), as often as it takes. */
#define PUBLISH(p, call) ({						\
	int r_;								\
									\
	do								\
		r_ = (call);						\
	while (again(p, r_));						\
	r_ ? wrong(p, "not published", tg_error((p)->h)) : ((p)->entries++, true); })

static bool end_update(struct publisher *p)
{
	if (!p->open)
		return true;
	p->open = false;
	p->updates++;
	if (!PUBLISH(p, tg_publish_end(p->h, &p->u)))
		return false;
	p->entries--;	/* it says nothing of the book */
	return drain(p) >= 0 || wrong(p, "the engine", tg_error(p->h));
}

static bool begin_update(struct publisher *p, __u32 instrument, __u64 update)
{
	if (p->open && p->u.instrument_id == instrument && p->u.update_id == update)
		return true;
	if (!end_update(p))
		return false;
	p->u = (struct tg_publish){ .instrument_id = instrument, .update_id = update };
	p->open = true;
	return true;
}

/* ---- words ---- */

static __u32 find_instrument(struct publisher *p, const char *text)
{
	static char last[TG_SYMBOL_LEN];
	static __u32 last_id;
	struct tg_ioc_instrument d;
	char *end;
	__u32 id;

	id = (__u32)strtoul(text, &end, 10);
	if (*text && !*end)
		return id;
	if (last_id && !strcmp(last, text))
		return last_id;
	for (id = 1; id <= tg_max_instruments(p->h); id++) {
		if (tg_instrument(p->h, id, &d) || strncmp(d.symbol, text, TG_SYMBOL_LEN))
			continue;
		snprintf(last, sizeof(last), "%s", text);
		last_id = id;
		return id;
	}
	return 0;
}

static int word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (text && !strcmp(text, words[i]))
			return i;
	return -1;
}

static const char *const sides[] = { "bid", "ask", NULL };
static const char *const aggressors[] = { "-", "buy", "sell", NULL };	/* enum tg_side */
static const char *const actions[] = { "new", "change", "delete", "execute", NULL };

static bool amounts(struct publisher *p, const char *px, const char *qty, __s64 *v)
{
	if (!px || tg_px_parse(px, &v[0]))
		return wrong(p, "no price", px);
	if (!qty || tg_px_parse(qty, &v[1]) || v[1] < 0)
		return wrong(p, "no quantity", qty);
	return true;
}

static bool level(struct publisher *p, const char *side, const char *px, const char *qty)
{
	int s = word(side, sides);
	__s64 v[2];

	if (s < 0)
		return wrong(p, "neither bid nor ask", side);
	return amounts(p, px, qty, v) &&
	       PUBLISH(p, tg_publish_level(p->h, &p->u, (enum tg_book_side)s, v[0], v[1]));
}

static bool trade(struct publisher *p, const char *side, const char *px, const char *qty)
{
	int s = word(side, aggressors);
	__s64 v[2];

	if (s < 0)
		return wrong(p, "none of buy, sell, -", side);
	return amounts(p, px, qty, v) &&
	       PUBLISH(p, tg_publish_trade(p->h, &p->u, (__u8)s, v[0], v[1]));
}

static bool order(struct publisher *p, const char *action, const char *side, const char *px,
		  const char *qty, __u64 id)
{
	int a = word(action, actions), s = word(side, sides);
	__s64 v[2];

	if (a < 0)
		return wrong(p, "none of new, change, delete, execute", action);
	if (s < 0)
		return wrong(p, "neither bid nor ask", side);
	if (!id)
		return wrong(p, "no order id", "0");
	return amounts(p, px, qty, v) &&
	       PUBLISH(p, tg_publish_order(p->h, &p->u, (enum tg_md_action)a,
					   (enum tg_book_side)s, v[0], v[1], id));
}

/* ---- CSV ---- */

static bool csv(struct publisher *p, char *line)
{
	char *f[9] = { NULL }, *end;
	unsigned int n = 0;
	__u64 update, id;
	__u32 instrument;

	for (f[n++] = line; n < 9 && (line = strchr(line, ',')); f[n++] = line)
		*line++ = 0;
	if (n < 3)
		return wrong(p, "fewer than three fields", f[0]);
	instrument = find_instrument(p, f[0]);
	if (!instrument)
		return wrong(p, "no such instrument", f[0]);
	update = strtoull(f[1], &end, 10);
	if (!*f[1] || *end)
		return wrong(p, "no update number", f[1]);
	if (!begin_update(p, instrument, update))
		return false;
	if (n == 3 && !strcmp(f[2], "clear"))
		return PUBLISH(p, tg_publish_clear(p->h, &p->u));
	if (n == 3 && !strcmp(f[2], "end"))
		return end_update(p);
	if (n == 6 && !strcmp(f[2], "level"))
		return level(p, f[3], f[4], f[5]);
	if (n == 6 && !strcmp(f[2], "trade"))
		return trade(p, f[3], f[4], f[5]);
	if (n == 8 && !strcmp(f[2], "order")) {
		id = strtoull(f[6], &end, 10);
		return *end ? wrong(p, "no order id", f[6]) :
			      order(p, f[7], f[3], f[4], f[5], id);
	}
	return wrong(p, "no such kind, or not its fields", f[2]);
}

/* ---- JSON ---- */

static const char *text_at(json_t *array, size_t i)
{
	return json_string_value(json_array_get(array, i));
}

static bool levels(struct publisher *p, json_t *update, const char *key, const char *side)
{
	json_t *l;
	size_t i;

	json_array_foreach(json_object_get(update, key), i, l)
		if (!level(p, side, text_at(l, 0), text_at(l, 1)))
			return false;
	return true;
}

static bool json_update(struct publisher *p, json_t *o)
{
	json_t *in = json_object_get(o, "instrument"), *n = json_object_get(o, "update"), *e;
	__u32 instrument = json_is_string(in) ? find_instrument(p, json_string_value(in)) :
						(__u32)json_integer_value(in);
	size_t i;

	if (!instrument)
		return wrong(p, "no such instrument", json_string_value(in));
	if (!json_is_integer(n) || json_integer_value(n) < 0)
		return wrong(p, "no update number", json_string_value(n));
	if (!begin_update(p, instrument, (__u64)json_integer_value(n)))
		return false;
	if (json_is_true(json_object_get(o, "snapshot")) &&
	    !PUBLISH(p, tg_publish_clear(p->h, &p->u)))
		return false;
	if (!levels(p, o, "bids", "bid") || !levels(p, o, "asks", "ask"))
		return false;
	json_array_foreach(json_object_get(o, "orders"), i, e)
		if (!order(p, text_at(e, 0), text_at(e, 1), text_at(e, 2), text_at(e, 3),
			   (__u64)json_integer_value(json_array_get(e, 4))))
			return false;
	json_array_foreach(json_object_get(o, "trades"), i, e)
		if (!trade(p, text_at(e, 0), text_at(e, 1), text_at(e, 2)))
			return false;
	return end_update(p);
}

static bool json(struct publisher *p, const char *line)
{
	json_error_t err;
	json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, &err);
	bool good;

	if (!o)
		return wrong(p, err.text, line);
	good = json_update(p, o);
	json_decref(o);
	return good;
}

/* ---- all of it ---- */

static bool run(struct publisher *p)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool good = true;

	while (good && !program_stopped && (n = getline(&line, &cap, stdin)) > 0) {
		p->line++;
		while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = 0;
		if (n && *line != '#')
			good = *line == '{' ? json(p, line) : csv(p, line);
	}
	free(line);
	return good && end_update(p);
}

/* Until this many downloads are complete. */
static bool wait_download(struct publisher *p, unsigned int n)
{
	while (!drain(p) && p->downloads < n && !program_stopped && tg_wait(p->h, 2000) > 0)
		;
	return p->downloads >= n;
}

/* Refusals of the last entries are on their way. */
static bool last_verdicts(struct publisher *p)
{
	struct tg_submission s = { .type = TG_SUB_DOWNLOAD };
	int r;

	/* after all entries in the ring, and answered in its turn: behind their verdicts */
	while ((r = tg_submit(p->h, &s)) == TG_REASON_FULL && again(p, r))
		;
	return !r && wait_download(p, p->downloads + 1) && !p->refused;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "device", 1, NULL, 'd' }, { "quiet", 0, NULL, 'q' },
		{ "help", 0, NULL, 'h' },   { "version", 0, NULL, 'v' },
		{},
	};
	struct tg_attach_options o = { .name = PROGRAM, .submission_slots = 4096 };
	const char *device = NULL;
	struct publisher p = {};
	bool quiet = false, good;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			device = optarg;
			break;
		case 'q':
			quiet = true;
			break;
		default:
			option_other(PROGRAM, c, usage_text);
		}
	}
	option_no_arguments(PROGRAM, argc, argv);
	p.h = program_attach(PROGRAM, device, &o, &callbacks, &p);
	if (!p.h)
		return 1;
	good = wait_download(&p, 1) && run(&p);
	good = last_verdicts(&p) && good;
	if (!quiet)
		printf("%llu updates, %llu entries, %llu refused\n", p.updates, p.entries, p.refused);
	tg_close(p.h);
	return good ? 0 : 1;
}
