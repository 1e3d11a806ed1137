// SPDX-License-Identifier: MIT
/*
 * tgctl feed: lines of market data and their counters. Feeds are added and removed by the
 * configuration and a reload of the daemon: it owns steering and groups.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "ctl.h"

static void text(struct ctl *c, const struct tg_nl_feed *f, __u32 n)
{
	static const char *const heads[] = { "FEED",   "VENUE",	  "LINE",  ">MESSAGES", ">FIRST",
					     ">DUP",   ">LOST",	  ">GAPS", ">NEXT SEQ", "LAST",
					     "STATE" };
	struct tg_table tab;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, f++) {
		tg_table_cell(&tab, "%.*s", TG_NAME_LEN, f->name);
		tg_table_cell(&tab, "%s", ctl_venue(c, f->venue_id));
		tg_table_cell(&tab, "%s", f->flags & TG_FEED_SNAPSHOT ? "snapshot" :
						    f->line ? "b" : "a");
		tg_table_cell(&tab, "%llu", (unsigned long long)f->messages);
		tg_table_cell(&tab, "%llu", (unsigned long long)f->first);
		tg_table_cell(&tab, "%llu", (unsigned long long)f->duplicates);
		tg_table_cell(&tab, "%llu", (unsigned long long)f->lost);
		tg_table_cell(&tab, "%llu", (unsigned long long)f->gaps);
		tg_table_cell(&tab, "%llu", (unsigned long long)f->next_seq);
		tg_table_time(&tab, f->last_ns);
		tg_table_cell(&tab, "%s", f->silent ? "silent" : f->messages ? "ok" : "no data yet");
	}
	tg_table_print(&tab, stdout);
}

static void json_out(struct ctl *c, const struct tg_nl_feed *f, __u32 n)
{
	struct tg_json j;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "feeds");
	for (i = 0; i < n; i++, f++) {
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "feed_id", f->feed_id);
		tg_json_strn(&j, "name", f->name, TG_NAME_LEN);
		tg_json_str(&j, "venue", ctl_venue(c, f->venue_id));
		tg_json_str(&j, "line", f->line ? "b" : "a");
		tg_json_bool(&j, "snapshot", f->flags & TG_FEED_SNAPSHOT);
		tg_json_u64(&j, "messages", f->messages);
		tg_json_u64(&j, "first", f->first);
		tg_json_u64(&j, "duplicates", f->duplicates);
		tg_json_u64(&j, "lost", f->lost);
		tg_json_u64(&j, "gaps", f->gaps);
		tg_json_u64(&j, "next_seq", f->next_seq);
		tg_json_u64(&j, "last_ns", f->last_ns);
		tg_json_u64(&j, "silence_ms", f->silence_ms);
		tg_json_bool(&j, "silent", f->silent);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_feed(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_feed *f = NULL;
	bool json = false;
	struct ctl c;
	__u32 n = 0;
	int ret, err;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 1);
	if (ret != CTL_GO_ON)
		return ret;
	if (optind < argc && strcmp(argv[optind], "list"))
		return ctl_usage_error(self, "\"%s\" is not list; feeds are added and removed in the configuration, then `systemctl reload tickgated`",
				       argv[optind]);
	if (ctl_open(&c, self, true))
		return 1;
	err = tg_nl_feeds(c.nl, &f, &n);
	ret = err ? ctl_fail(&c, self, "feeds", err) : 0;
	if (!err && json)
		json_out(&c, f, n);
	else if (!err)
		text(&c, f, n);
	free(f);
	ctl_close(&c);
	return ret;
}
