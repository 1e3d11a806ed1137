// SPDX-License-Identifier: MIT
/*
 * tgctl plot: a journal replayed through the core, and spread, depth and latency over time as
 * tables and pictures.
 */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ctl.h"
#include "fix/lexer.h"
#include "replay.h"

#define DEPTH_LEVELS	10u
#define WIDTH		1280u
#define HEIGHT		720u

extern char **environ;

struct series {			/* one instrument */
	u32 id;
	char name[TG_SYMBOL_LEN + 16];	/* of its files */
	FILE *f;
	u64 rows, last_ns;
	bool live;		/* the last row was of a LIVE book */
};

struct plot {
	const struct ctl_command *self;
	const char *dir, *instrument;
	u64 every_ns;
	struct series *series;
	u32 n;
	FILE *latency;
	u64 latencies, begun_ns, records;
	int err;
};

static FILE *create(struct plot *p, const char *name, const char *heads)
{
	char path[4096];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", p->dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		f = NULL;
	} else {
		f = fopen(path, "we");
	}
	if (!f) {
		fprintf(stderr, "tgctl %s: %s/%s: %s\n", p->self->name, p->dir, name, strerror(errno));
		p->err = 1;
		return NULL;
	}
	if (heads)
		fprintf(f, "%s\n", heads);
	return f;
}

/* ---- tables ---- */

static bool chosen(const struct plot *p, const struct tg_in_instrument *in)
{
	u64 id;

	if (!p->instrument || !strncmp(in->symbol, p->instrument, sizeof(in->symbol)))
		return true;
	return !tg_uint_parse(p->instrument, 0xffffffffu, &id) && id == in->instrument_id;
}

static void new_instrument(struct plot *p, const struct tg_in_instrument *in)
{
	struct series *s;
	char name[sizeof(s->name) + 8], *c;
	u32 i;

	for (i = 0; i < p->n; i++)
		if (p->series[i].id == in->instrument_id)
			return;
	if (!chosen(p, in))
		return;
	s = realloc(p->series, sizeof(*s) * (p->n + 1));
	if (!s) {
		p->err = 1;
		return;
	}
	p->series = s;
	s += p->n++;
	memset(s, 0, sizeof(*s));
	s->id = in->instrument_id;
	snprintf(s->name, sizeof(s->name), "%.*s-%u", TG_SYMBOL_LEN, in->symbol, in->instrument_id);
	for (c = s->name; *c; c++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *c))
			*c = '-';
	snprintf(name, sizeof(name), "%s.tsv", s->name);
	s->f = create(p, name,
		      "# time_ns\tseconds\tbid\tbid_qty\task\task_qty\tspread\tbid_depth\task_depth\tbid_levels\task_levels");
}

static void put_e8(FILE *f, s64 v)
{
	char text[TG_DECIMAL_LEN];

	fprintf(f, "\t%s", tg_decimal_format(v, text));
}

static void put_time(struct plot *p, FILE *f, u64 ns)
{
	u64 at = ns - p->begun_ns;

	fprintf(f, "%llu\t%llu.%06llu", (unsigned long long)ns, (unsigned long long)(at / 1000000000),
		(unsigned long long)(at % 1000000000 / 1000));
}

static s64 depth(const struct tg_replay *r, u32 id, enum tg_book_side side)
{
	struct tg_level l;
	s64 sum = 0;
	u32 d;

	for (d = 0; d < DEPTH_LEVELS && tg_engine_book_level(r->core, id, side, d, &l); d++)
		if (__builtin_add_overflow(sum, l.qty, &sum))
			return TG_PX_MAX;
	return sum;
}

static void book_row(struct plot *p, struct series *s, struct tg_replay *r, u64 ns)
{
	struct tg_book_image b;

	if (!s->f || !tg_engine_book(r->core, s->id, &b))
		return;
	if (b.state != TG_BOOK_LIVE || !b.bid_levels || !b.ask_levels) {
		if (s->live)
			fputc('\n', s->f);	/* the line in the picture ends here */
		s->live = false;
		return;
	}
	if (s->live && p->every_ns && ns - s->last_ns < p->every_ns)
		return;
	s->live = true;
	s->last_ns = ns;
	s->rows++;
	put_time(p, s->f, ns);
	put_e8(s->f, b.bid[0].px);
	put_e8(s->f, b.bid[0].qty);
	put_e8(s->f, b.ask[0].px);
	put_e8(s->f, b.ask[0].qty);
	put_e8(s->f, b.ask[0].px - b.bid[0].px);
	put_e8(s->f, depth(r, s->id, TG_BID));
	put_e8(s->f, depth(r, s->id, TG_ASK));
	fprintf(s->f, "\t%u\t%u\n", tg_engine_book_levels(r->core, s->id, TG_BID),
		tg_engine_book_levels(r->core, s->id, TG_ASK));
}

static void latency_row(struct plot *p, u64 ns, const char *what, u64 latency_ns)
{
	if (!p->latency)
		return;
	put_time(p, p->latency, ns);
	fprintf(p->latency, "\t%s\t%llu\n", what, (unsigned long long)latency_ns);
	p->latencies++;
}

/* 52 of the first message in a datagram: from the venue's clock to ours, as far as both agree. */
static bool sent_at(const u8 *bytes, u32 len, u64 *ns)
{
	static const char key[] = "\00152=";
	u32 i, n;

	for (i = 0; i + 4 < len && i < 256; i++) {
		if (memcmp(bytes + i, key, 4))
			continue;
		for (n = 0; i + 4 + n < len && bytes[i + 4 + n] != 1; n++)
			;
		return tg_fix_time_ns(bytes + i + 4, n, ns);
	}
	return false;
}

static int on_step(struct tg_replay *r, const struct tg_record *rec, const void *payload,
		   enum tg_reason verdict, void *arg)
{
	const struct tg_submission *sub = payload;
	const struct tg_out *o;
	struct plot *p = arg;
	u32 pos = 0, i;
	u64 ns;

	p->records++;
	if (!p->begun_ns)
		p->begun_ns = rec->time_ns;
	if (rec->type == TG_IN_INSTRUMENT && !verdict)
		new_instrument(p, payload);
	if (rec->type == TG_IN_UDP && sent_at(payload, rec->len, &ns) && ns <= rec->time_ns)
		latency_row(p, rec->time_ns, "feed", rec->time_ns - ns);
	if (rec->type == TG_IN_SUBMIT && sub->cause_time_ns && sub->cause_time_ns <= rec->time_ns)
		latency_row(p, rec->time_ns, "reaction", rec->time_ns - sub->cause_time_ns);
	while ((o = tg_outbox_next(&r->ob, &pos))) {
		if (o->type == TG_OUT_STAT && o->target == TG_STAGE_VENUE_ACK)
			latency_row(p, rec->time_ns, "venue_ack", o->arg);
		if (o->type != TG_OUT_BOOK)
			continue;
		for (i = 0; i < p->n; i++)
			if (p->series[i].id == o->arg)
				book_row(p, &p->series[i], r, rec->time_ns);
	}
	if (!(p->records % 100000) && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%llu records", (unsigned long long)p->records);
	return p->err ? 3 : 0;
}

/* ---- pictures ---- */

static void script(struct plot *p, FILE *f)
{
	u32 i;

	fprintf(f, "set terminal pngcairo size %u,%u\nset grid\nset xlabel 'seconds'\nset key top left\n"
		   "set style data steps\nset datafile separator '\\t'\n", WIDTH, HEIGHT);
	for (i = 0; i < p->n; i++) {
		const char *n = p->series[i].name;

		if (!p->series[i].rows)
			continue;
		fprintf(f, "set output '%s.spread.png'\nset title '%s: spread'\nset ylabel 'price'\n"
			   "plot '%s.tsv' using 2:7 title 'ask - bid'\n", n, n, n);
		fprintf(f, "set output '%s.depth.png'\nset title '%s: quantity on %u levels a side'\n"
			   "set ylabel 'quantity'\n"
			   "plot '%s.tsv' using 2:8 title 'bid', '' using 2:9 title 'ask'\n",
			n, n, DEPTH_LEVELS, n);
	}
	if (!p->latencies)
		return;
	fprintf(f, "set output 'latency.png'\nset title 'latency'\nset ylabel 'microseconds'\nset logscale y\n"
		   "set style data points\nplot for [s in 'feed reaction venue_ack'] 'latency.tsv' "
		   "using 2:(strcol(3) eq s && $4 > 0 ? $4 / 1000.0 : NaN) title s noenhanced\n");
}

static int draw(struct plot *p)
{
	char *argv[] = { (char *)"gnuplot", (char *)"plot.gp", NULL };
	posix_spawn_file_actions_t actions;
	int err, status;
	pid_t pid;
	FILE *f = create(p, "plot.gp", NULL);

	if (!f)
		return 1;
	script(p, f);
	fclose(f);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, p->dir);
	err = posix_spawnp(&pid, "gnuplot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err) {
		fprintf(stderr, "tgctl %s: gnuplot: %s%s; the tables are in %s\n", p->self->name,
			strerror(err), err == ENOENT ? " (Debian package gnuplot-nox)" : "", p->dir);
		return 1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		/* what execvp cannot find is only known to the child in some C libraries */
		fprintf(stderr, "tgctl %s: gnuplot failed%s; the tables and its script are in %s\n",
			p->self->name,
			WIFEXITED(status) && WEXITSTATUS(status) == 127 ?
				": is it installed? (Debian package gnuplot-nox)" : "",
			p->dir);
		return 1;
	}
	return 0;
}

static void tell(const struct plot *p, bool json, bool drawn)
{
	struct tg_json j;
	u32 i;

	if (!json) {
		printf("%llu records\n", (unsigned long long)p->records);
		for (i = 0; i < p->n; i++)
			printf("%s/%s.tsv: %llu rows%s\n", p->dir, p->series[i].name,
			       (unsigned long long)p->series[i].rows,
			       p->series[i].rows && drawn ? "; .spread.png, .depth.png" : "");
		printf("%s/latency.tsv: %llu rows%s\n", p->dir, (unsigned long long)p->latencies,
		       p->latencies && drawn ? "; latency.png" : "");
		return;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_u64(&j, "records", p->records);
	tg_json_array(&j, "instruments");
	for (i = 0; i < p->n; i++) {
		tg_json_object(&j, NULL);
		tg_json_str(&j, "name", p->series[i].name);
		tg_json_u64(&j, "rows", p->series[i].rows);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_u64(&j, "latencies", p->latencies);
	tg_json_bool(&j, "drawn", drawn);
	tg_json_end(&j, '}');
}

int cmd_plot(int argc, char **argv, const struct ctl_command *self)
{
	const char *every = NULL;
	bool json = false, tables = false;
	struct plot p = { .self = self, .every_ns = 100000000 };
	const struct ctl_option opts[] = {
		{ "output", NULL, &p.dir, "DIR", "where the tables and pictures go (also -o); made if missing" },
		{ "instrument", NULL, &p.instrument, "SYMBOL", "or id; default all" },
		{ "every", NULL, &every, "MS", "at most one row in so long; 0 = at every change (default 100)" },
		{ "tables", &tables, NULL, NULL, "no pictures: needs no gnuplot" },
		{ 0 },
	};
	struct tg_replay r;
	u64 ms, rows = 0;
	u32 i;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 1, 1 << 20);
	if (ret != CTL_GO_ON)
		return ret;
	if (!p.dir)
		return ctl_usage_error(self, "--output DIR is missing");
	if (every) {
		if (!ctl_number(self, "--every", every, 0, 86400000, &ms))
			return CTL_USAGE;
		p.every_ns = ms * 1000000;
	}
	if (mkdir(p.dir, 0755) && errno != EEXIST) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, p.dir, strerror(errno));
		return 1;
	}
	p.latency = create(&p, "latency.tsv", "# time_ns\tseconds\tseries\tlatency_ns");
	if (!p.latency)
		return 1;
	tg_replay_init(&r);
	ret = tg_replay_files(&r, argv + optind, (u32)(argc - optind), on_step, &p);
	if (ret < 0)
		fprintf(stderr, "tgctl %s: %s\n", self->name, r.error);
	else if (ret == 1)
		fprintf(stderr, "tgctl %s: record %llu replays differently; `tgctl journal verify` tells more\n",
			self->name, (unsigned long long)r.diff_seq);
	tg_replay_destroy(&r);
	ret = ret ? 1 : 0;
	for (i = 0; i < p.n; i++) {
		rows += p.series[i].rows;
		if (p.series[i].f && fclose(p.series[i].f))
			ret = 1;
	}
	if (fclose(p.latency))
		ret = 1;
	if (!ret && p.instrument && !p.n) {
		fprintf(stderr, "tgctl %s: no instrument \"%s\" in there\n", self->name, p.instrument);
		ret = 1;
	} else if (!ret && !rows && !p.latencies) {
		fprintf(stderr, "tgctl %s: nothing to draw: no book was LIVE and nothing was measured\n", self->name);
		ret = 1;
	}
	if (!ret && !tables)
		ret = draw(&p);
	if (!ret)
		tell(&p, json, !tables);
	free(p.series);
	return ret;
}
