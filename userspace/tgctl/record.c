// SPDX-License-Identifier: MIT
/*
 * tgctl record: market data into a journal of its own. From journals: what one venue or feed said,
 * without orders and clients. From the network: datagrams of a feed, by a plain socket. Either way
 * the records go through an engine, so that numbers and digests are those of a journal that
 * verifies, plots and plays.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ctl.h"
#include "endpoint.h"
#include "replay.h"

#define SYMBOLS		32u
#define DATAGRAM	65536u

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* ---- a journal being written ---- */

struct writer {
	const char *path;
	FILE *f;
	struct tg_engine *e;
	struct tg_outbox ob;
	u64 seq, time_ns, bytes;
	u64 kept[TG_IN_MAX];
};

static int write_failed(const struct ctl_command *self, const struct writer *w)
{
	fprintf(stderr, "tgctl %s: %s: %s\n", self->name, w->path, strerror(errno));
	return 1;
}

/* The engine's memory goes with its first record. */
static int begin(const struct ctl_command *self, struct writer *w, const struct tg_in_engine *p)
{
	u64 bytes = tg_engine_size(p);

	w->e = bytes ? aligned_alloc(64, (bytes + 63) & ~63ull) : NULL;
	w->ob.cap = tg_engine_outbox_bytes(p);
	w->ob.buf = aligned_alloc(8, (w->ob.cap + 7u) & ~7u);
	if (w->e && w->ob.buf && !tg_engine_init(w->e, bytes, p))
		return 0;
	fprintf(stderr, "tgctl %s: no engine of these capacities\n", self->name);
	return 1;
}

/* payload: 8-byte aligned. */
static int put(const struct ctl_command *self, struct writer *w, u16 type, u16 source, u64 time_ns,
	       const void *payload, u32 len)
{
	struct tg_record rec = { .seq = w->seq + 1,
				 .time_ns = time_ns > w->time_ns ? time_ns : w->time_ns,
				 .len = len,
				 .type = type,
				 .source = source };
	static const char zero[TG_RECORD_ALIGN];
	u32 pad = TG_RECORD_SIZE(len) - (u32)sizeof(rec) - len;

	if (type == TG_IN_ENGINE && !w->e && begin(self, w, payload))
		return 1;
	w->ob.len = 0;
	w->ob.lost = 0;
	if (tg_engine_step(w->e, &rec, payload, &w->ob) == TG_REASON_NO_OUTBOX) {
		fprintf(stderr, "tgctl %s: record %llu: outbox too small\n", self->name,
			(unsigned long long)rec.seq);
		return 1;
	}
	rec.digest = tg_engine_digest(w->e);
	if (fwrite(&rec, sizeof(rec), 1, w->f) != 1 || (len && fwrite(payload, len, 1, w->f) != 1) ||
	    (pad && fwrite(zero, pad, 1, w->f) != 1))
		return write_failed(self, w);
	w->seq++;
	w->time_ns = rec.time_ns;
	w->bytes += TG_RECORD_SIZE(len);
	w->kept[type]++;
	return 0;
}

static int finish(const struct ctl_command *self, struct writer *w, int ret, bool json)
{
	struct tg_json j;

	if (w->f && (fflush(w->f) || fclose(w->f)) && !ret)
		ret = write_failed(self, w);
	if (!ret && json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_str(&j, "file", w->path);
		tg_json_u64(&j, "records", w->seq);
		tg_json_u64(&j, "datagrams", w->kept[TG_IN_UDP]);
		tg_json_u64(&j, "tcp_reads", w->kept[TG_IN_TCP_RX]);
		tg_json_u64(&j, "bytes", w->bytes);
		tg_json_end(&j, '}');
	} else if (!ret) {
		printf("%s: %llu records, of them %llu datagrams and %llu TCP reads; %llu bytes\n",
		       w->path, (unsigned long long)w->seq,
		       (unsigned long long)w->kept[TG_IN_UDP],
		       (unsigned long long)w->kept[TG_IN_TCP_RX], (unsigned long long)w->bytes);
	}
	free(w->e);
	free(w->ob.buf);
	return ret;
}

/* ---- from journals ---- */

struct filter {
	const char *venue, *feed, *instrument;
	u16 venue_id, feed_id;
	u64 venues, feeds, instruments;	/* definitions taken */
};

static bool named(const char *want, const char *name, u32 max, u64 id)
{
	u64 v;

	return !want || (strlen(want) < max && !strncmp(name, want, max)) ||
	       (!tg_uint_parse(want, 0xffffffffu, &v) && v == id);
}

/*
 * Which records stay. Definitions come before what they define, so that one pass will do. Messages
 * of instruments that are left out stay too (without them numbers would be missing): the engine
 * passes over a symbol that it does not know.
 */
static bool wanted(struct filter *f, const struct tg_record *rec, const void *payload)
{
	const struct tg_in_instrument *i = payload;
	const struct tg_in_venue *v = payload;
	const struct tg_in_feed *fd = payload;

	switch (rec->type) {
	case TG_IN_ENGINE:
	case TG_IN_TIMER:
	case TG_IN_PRODUCT:
		return true;
	case TG_IN_VENUE:
		if (!named(f->venue, v->name, sizeof(v->name), v->venue_id))
			return false;
		f->venue_id = v->venue_id;
		f->venues++;
		return true;
	case TG_IN_FEED:
		if ((f->venue && fd->venue_id != f->venue_id) ||
		    !named(f->feed, fd->name, sizeof(fd->name), fd->feed_id))
			return false;
		f->feed_id = fd->feed_id;
		f->feeds++;
		return true;
	case TG_IN_INSTRUMENT:
		if ((f->venue && i->venue_id != f->venue_id) ||
		    !named(f->instrument, i->symbol, sizeof(i->symbol), i->instrument_id))
			return false;
		f->instruments++;
		return true;
	case TG_IN_UDP:
		return f->feeds && (!f->feed || rec->source == f->feed_id);
	case TG_IN_TCP_UP:
	case TG_IN_TCP_RX:
	case TG_IN_TCP_DOWN:
		return f->venues && (!f->venue || rec->source == f->venue_id);
	case TG_IN_SESSION:
		return !f->venue || ((const struct tg_in_session *)payload)->venue_id == f->venue_id;
	case TG_IN_CREDENTIALS:
		return !f->venue ||
		       ((const struct tg_in_credentials *)payload)->venue_id == f->venue_id;
	}
	return false;	/* orders, clients, accounts, limits: no market data */
}

static int copy(const struct ctl_command *self, struct writer *w, struct filter *f, char **files,
		int n)
{
	const struct tg_record *rec;
	const void *payload;
	struct tg_journal j;
	u64 last = 0;
	int i, ret = 0;

	for (i = 0; !ret && i < n; i++) {
		if (tg_journal_open(&j, files[i])) {
			fprintf(stderr, "tgctl %s: %s\n", self->name, j.error);
			return 1;
		}
		while (!ret && !stopped && (ret = tg_journal_next(&j, &rec, &payload)) > 0) {
			ret = 0;
			if (rec->seq <= last)
				continue;	/* a continuation may repeat */
			last = rec->seq;
			if (rec->type == TG_IN_ENGINE && w->seq) {
				fprintf(stderr, "tgctl %s: %s: another engine's journal; record one engine at a time\n",
					self->name, files[i]);
				ret = 1;
			} else if (wanted(f, rec, payload)) {
				ret = put(self, w, rec->type, rec->source, rec->time_ns, payload,
					  rec->len);
			}
		}
		if (ret < 0)
			fprintf(stderr, "tgctl %s: %s\n", self->name, j.error);
		tg_journal_close(&j);
	}
	if (ret)
		return 1;
	if ((f->venue && !f->venues) || (f->feed && !f->feeds) || (f->instrument && !f->instruments)) {
		fprintf(stderr, "tgctl %s: no %s \"%s\" in there\n", self->name,
			f->venue && !f->venues ? "venue" : f->feed && !f->feeds ? "feed" : "instrument",
			f->venue && !f->venues ? f->venue : f->feed && !f->feeds ? f->feed :
			f->instrument);
		return 1;
	}
	return 0;
}

/* ---- from the network ---- */

struct capture {
	const char *at, *interface;
	const char *symbol[SYMBOLS];
	u32 symbols;
	u64 count, seconds;
};

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static int describe(const struct ctl_command *self, struct writer *w, const struct capture *c)
{
	struct tg_in_engine p = { .abi_version = TG_ABI_VERSION, .engine_id = 1, .epoch = 1 };
	struct tg_in_venue v = { .venue_id = 1,
				 .dialect = TG_DIALECT_SIM,
				 .name = "recorded",
				 .sender_comp_id = "RECORDER",
				 .target_comp_id = "VENUE",
				 .logon_timeout_ms = 5000,
				 .logout_timeout_ms = 2000 };
	struct tg_in_feed f = { .feed_id = 1, .venue_id = 1, .name = "recorded" };
	u64 t = now_ns();
	u32 i;

	tg_engine_defaults(&p);
	if (put(self, w, TG_IN_ENGINE, 0, t, &p, sizeof(p)) ||
	    put(self, w, TG_IN_VENUE, 0, t, &v, sizeof(v)) ||
	    put(self, w, TG_IN_FEED, 0, t, &f, sizeof(f)))
		return 1;
	for (i = 0; i < c->symbols; i++) {
		struct tg_in_instrument in = { .instrument_id = i + 1,
					       .venue_id = 1,
					       .flags = TG_INSTRUMENT_SUBSCRIBE,
					       .tick = 1,
					       .lot = 1 };

		snprintf(in.symbol, sizeof(in.symbol), "%s", c->symbol[i]);
		if (put(self, w, TG_IN_INSTRUMENT, 0, t, &in, sizeof(in)))
			return 1;
	}
	return 0;
}

static int capture(const struct ctl_command *self, struct writer *w, const struct capture *c)
{
	static u64 buf[DATAGRAM / 8];	/* records want their payload aligned */
	u64 begun = now_ns(), n = 0, until = c->seconds ? begun + c->seconds * 1000000000u : ~0ull;
	char error[200];
	int fd, ret;

	fd = tg_endpoint_listen(c->at, c->interface, error, sizeof(error));
	if (fd < 0) {
		fprintf(stderr, "tgctl %s: --udp %s: %s\n", self->name, c->at, error);
		return 1;
	}
	ret = describe(self, w, c);
	fflush(w->f);
	if (!ret)
		fprintf(stderr, "tgctl %s: listening to %s\n", self->name, c->at);
	while (!ret && !stopped && n < c->count && now_ns() < until) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t len;

		if (poll(&p, 1, 100) <= 0)
			continue;
		len = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (len <= 0)
			continue;
		ret = put(self, w, TG_IN_UDP, 1, now_ns(), buf, (u32)len);
		n++;
		if (isatty(STDERR_FILENO) && !(n % 1000))
			fprintf(stderr, "\r%llu datagrams", (unsigned long long)n);
	}
	if (isatty(STDERR_FILENO) && n >= 1000)
		fputc('\n', stderr);
	close(fd);
	return ret;
}

/* ---- */

static bool symbols(struct capture *c, char *list)
{
	char *at, *name;

	for (name = strtok_r(list, ",", &at); name; name = strtok_r(NULL, ",", &at)) {
		if (c->symbols == SYMBOLS || strlen(name) >= TG_SYMBOL_LEN)
			return false;
		c->symbol[c->symbols++] = name;
	}
	return c->symbols;
}

int cmd_record(int argc, char **argv, const struct ctl_command *self)
{
	const char *out = NULL, *list = NULL, *count = NULL, *seconds = NULL;
	struct filter f = { 0 };
	struct capture c = { .count = ~0ull };
	struct writer w = { 0 };
	bool json = false;
	const struct ctl_option opts[] = {
		{ "output", NULL, &out, "FILE", "the journal to write; must not exist" },
		{ "venue", NULL, &f.venue, "NAME", "from journals: of this venue (name or id)" },
		{ "feed", NULL, &f.feed, "NAME", "from journals: datagrams of this feed only" },
		{ "instrument", NULL, &f.instrument, "SYMBOL", "from journals: this instrument's book only" },
		{ "udp", NULL, &c.at, "ADDR:PORT", "from the network: a group to join, or an own address" },
		{ "interface", NULL, &c.interface, "NAME", "with --udp: where to join" },
		{ "symbols", NULL, &list, "A,B", "with --udp: instruments whose books are kept (dialect sim)" },
		{ "count", NULL, &count, "N", "with --udp: stop after N datagrams" },
		{ "seconds", NULL, &seconds, "S", "with --udp: stop after so long" },
		{ 0 },
	};
	char *copied = NULL;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 1 << 20);
	if (ret != CTL_GO_ON)
		return ret;
	if (!out)
		return ctl_usage_error(self, "--output FILE is missing");
	if (!c.at == (argc == optind))
		return ctl_usage_error(self, "give journal files, or --udp ADDR:PORT");
	if (c.at && (f.venue || f.feed || f.instrument))
		return ctl_usage_error(self, "--venue, --feed and --instrument choose from journals");
	if (!c.at && (c.interface || list || count || seconds))
		return ctl_usage_error(self, "--interface, --symbols, --count and --seconds belong to --udp");
	if ((count && !ctl_number(self, "--count", count, 1, ~0ull, &c.count)) ||
	    (seconds && !ctl_number(self, "--seconds", seconds, 1, 31536000, &c.seconds)))
		return CTL_USAGE;
	if (list && (!(copied = strdup(list)) || !symbols(&c, copied)))
		return ctl_usage_error(self, "--symbols \"%s\": give up to %u symbols of up to %u characters",
				       list, SYMBOLS, TG_SYMBOL_LEN - 1);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	w.path = out;
	w.f = fopen(out, "wbx");
	if (!w.f) {
		ret = write_failed(self, &w);
	} else {
		ret = c.at ? capture(self, &w, &c) :
			     copy(self, &w, &f, argv + optind, argc - optind);
		ret = finish(self, &w, ret, json);
		if (ret)
			unlink(out);
	}
	free(copied);
	return ret;
}
