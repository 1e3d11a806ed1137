// SPDX-License-Identifier: MIT
/* tgctl fix: the command. See fix.h for the parts. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fix.h"

#define WINDOW_BYTES (4u << 20)

static const struct {
	const char *name;
	u16 dialect;
} venues[] = {
	{ "standard", 0 },
	{ "sim", TG_DIALECT_SIM },
	{ "binance", TG_DIALECT_BINANCE },
	{ "kraken", TG_DIALECT_KRAKEN },
	{ "coinbase", TG_DIALECT_COINBASE },
	{ "deribit", TG_DIALECT_DERIBIT },
};

static const char *const formats[] = { "auto", "stream", "log", "unframed", "pcap" };
static const char *const levels[] = { "framing", "fields", "dictionary" };

static bool word(const char *text, const char *const *list, u32 n, u32 *out)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (!strcmp(text, list[i])) {
			*out = i;
			return true;
		}
	return false;
}

/* YYYYMMDD-HH:MM:SS[.fraction], or a day, which is its first instant. */
static bool time_option(const char *text, u64 *out)
{
	char full[32];
	size_t n = strlen(text);

	if (n == 8) {
		snprintf(full, sizeof(full), "%s-00:00:00", text);
		text = full;
		n = strlen(full);
	}
	return tg_fix_time_ns((const u8 *)text, (u32)n, out);
}

static bool judge_window(struct fix_run *run, struct fix_source *src)
{
	static u32 (*const scans[])(struct fix_scan *, const u8 *, u32, bool) = {
		[FIX_STREAM] = fix_scan_stream,
		[FIX_LOG] = fix_scan_log,
		[FIX_UNFRAMED] = fix_scan_unframed,
	};
	const char *name = strcmp(src->name, "-") ? src->name : "stdin";
	enum fix_format format = run->opt.format, seen;
	struct fix_sep sep;
	struct fix_scan s;
	bool more = true;
	u32 used;
	FILE *f;

	while (src->end < 65536 && fix_source_fill(src))
		;
	seen = fix_detect(src->buf, src->end, &sep);
	if (format == FIX_AUTO)
		format = seen;
	if (run->opt.sep.len && (format == FIX_STREAM || format == FIX_LOG))
		format = run->opt.sep.len == 1 && run->opt.sep.text[0] == TG_SOH ? format : FIX_LOG;
	if (format == FIX_PCAP) {
		f = fix_source_stream(src);
		return f && fix_pcap(run, f, name);
	}
	fix_scan_init(&s, run, name);
	if (format == FIX_UNFRAMED && !s.sep.len)
		s.sep = sep;
	while (!run->stop) {
		used = scans[format](&s, src->buf + src->start, src->end - src->start, !more);
		fix_source_take(src, used);
		if (!more && src->start == src->end && src->eof)
			break;
		/* A full window of which nothing is done with has no room for more: it is judged as
		 * it is. */
		more = fix_source_fill(src);
	}
	fix_scan_free(&s);
	return true;
}

static void judge_file(struct fix_run *run, const struct ctl_command *self, const char *name)
{
	u32 cap = run->opt.max_message * 2 > WINDOW_BYTES ? run->opt.max_message * 2 : WINDOW_BYTES;
	struct fix_source src;
	int err = fix_source_open(&src, name, cap, run->opt.progress && !run->opt.json);

	if (err) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, name, strerror(-err));
		run->failed = true;
		return;
	}
	if (!judge_window(run, &src))
		run->failed = true;
	run->bytes += src.offset + (src.end - src.start);
	if (src.err) {
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, name, strerror(src.err));
		run->failed = true;
	}
	fix_source_close(&src);
}

int cmd_fix(int argc, char **argv, const struct ctl_command *self)
{
	const char *venue = NULL, *separator = NULL, *format = NULL, *check = NULL, *from = NULL,
		   *to = NULL, *max = NULL, *max_message = NULL;
	struct fix_run run = { .opt = { .level = FIX_LEVEL_DICT,
					.max_message = FIX_MAX_MESSAGE,
					.max = ~0ull,
					.to_ns = ~0ull } };
	bool unframed = false, progress = false, all_valid;
	struct fix_options *o = &run.opt;
	const struct ctl_option opts[] = {
		{ "venue", NULL, &venue, "NAME",
		  "sim, binance, kraken, coinbase, deribit: with that venue's tags (default: the bare standard)" },
		{ "separator", NULL, &separator, "SEP",
		  "between the fields: soh, pipe, ^A, \\x01, or the text itself (default: found out)" },
		{ "format", NULL, &format, "FORMAT",
		  "stream, log, unframed or pcap (default: found out)" },
		{ "unframed", &unframed, NULL, NULL,
		  "lines of tag=value that need no 8=, 9= and 10=: --format unframed" },
		{ "check", NULL, &check, "HOW",
		  "framing, fields or dictionary (the default): how far a message is judged" },
		{ "strict", &o->strict, NULL, NULL,
		  "a tag that the dictionary does not know is a fault" },
		{ "fields", &o->fields, NULL, NULL, "print each field" },
		{ "names", &o->names, NULL, NULL,
		  "print each field, with the names of tags and values" },
		{ "type", NULL, &o->type, "TYPE", "only this MsgType (35)" },
		{ "session", NULL, &o->session, "ID",
		  "only of this session: SENDER->TARGET, or one CompID" },
		{ "from", NULL, &from, "TIME", "only sent (52) at or after: YYYYMMDD[-HH:MM:SS]" },
		{ "to", NULL, &to, "TIME", "only sent (52) before" },
		{ "only-invalid", &o->only_invalid, NULL, NULL, "print only what is refused" },
		{ "quiet", &o->quiet, NULL, NULL, "print only the summary" },
		{ "max", NULL, &max, "N", "stop after N messages" },
		{ "max-message", NULL, &max_message, "BYTES",
		  "longest message taken (default 1048576)" },
		{ "progress", &progress, NULL, NULL,
		  "show progress even when stderr is no terminal, and bytes a second" },
		{ 0 },
	};
	u64 began, n;
	u32 i;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &o->json, 1, 1 << 20);
	if (ret != CTL_GO_ON)
		return ret;
	if (venue) {
		for (i = 0; i < sizeof(venues) / sizeof(venues[0]) && strcmp(venue, venues[i].name);
		     i++)
			;
		if (i == sizeof(venues) / sizeof(venues[0]))
			return ctl_usage_error(
				self,
				"--venue \"%s\": give standard, sim, binance, kraken, coinbase or deribit",
				venue);
		o->dialect = venues[i].dialect;
	}
	if (separator && !fix_sep_named(separator, &o->sep))
		return ctl_usage_error(
			self,
			"--separator \"%s\": give soh, pipe, semicolon, ^A, \\x01 or at most %u characters without digits and =",
			separator, FIX_SEP_MAX);
	if (format && !word(format, formats, 5, &i))
		return ctl_usage_error(self, "--format \"%s\": give stream, log, unframed or pcap",
				       format);
	o->format = unframed ? FIX_UNFRAMED : format ? (enum fix_format)i : FIX_AUTO;
	if (check && !word(check, levels, 3, &i))
		return ctl_usage_error(self, "--check \"%s\": give framing, fields or dictionary",
				       check);
	if (check)
		o->level = (enum fix_level)i;
	if (from && !time_option(from, &o->from_ns))
		return ctl_usage_error(self, "--from \"%s\": give YYYYMMDD or YYYYMMDD-HH:MM:SS",
				       from);
	if (to && !time_option(to, &o->to_ns))
		return ctl_usage_error(self, "--to \"%s\": give YYYYMMDD or YYYYMMDD-HH:MM:SS", to);
	if (max && !ctl_number(self, "--max", max, 1, ~0ull, &o->max))
		return CTL_USAGE;
	if (max_message) {
		if (!ctl_number(self, "--max-message", max_message, 64, 1u << 28, &n))
			return CTL_USAGE;
		o->max_message = (u32)n;
	}
	o->fields |= o->names;
	o->progress = progress || isatty(STDERR_FILENO);
	if (!fix_stats_new(&run)) {
		fprintf(stderr, "tgctl %s: out of memory\n", self->name);
		return 1;
	}
	began = fix_clock_ns();
	for (i = 0; i < (u32)(argc - optind) && !run.stop; i++)
		judge_file(&run, self, argv[optind + (int)i]);
	o->progress = progress;
	all_valid = fix_summary(&run, i, fix_clock_ns() - began);
	fix_stats_free(&run);
	return all_valid && !run.failed ? 0 : 1;
}
