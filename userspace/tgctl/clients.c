// SPDX-License-Identifier: MIT
#include <pwd.h>
#include <stdlib.h>
#include "ctl.h"

static const char *user(__u32 uid)
{
	const struct passwd *pw = getpwuid(uid);
	static char text[16];

	if (pw)
		return pw->pw_name;
	snprintf(text, sizeof(text), "%u", uid);
	return text;
}

static void text(const struct tg_nl_client *p, __u32 n)
{
	static const char *const heads[] = { ">CLIENT", "NAME",	       "USER",
					     ">PID",	">WORKING",    ">SUBMISSIONS",
					     ">EVENTS", "AUTO-CANCEL", "STATE" };
	struct tg_table tab;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < n; i++, p++) {
		tg_table_cell(&tab, "%u", p->client_id);
		tg_table_cell(&tab, "%.*s", TG_NAME_LEN, p->name);
		tg_table_cell(&tab, "%s", user(p->uid));
		tg_table_cell(&tab, "%u", p->pid);
		tg_table_cell(&tab, "%u", p->working_orders);
		tg_table_cell(&tab, "%llu", (unsigned long long)p->submissions);
		tg_table_cell(&tab, "%llu", (unsigned long long)p->private_head);
		tg_table_cell(&tab, "%s", p->flags & TG_CLIENT_AUTO_CANCEL ? "yes" : "no");
		tg_table_cell(&tab, "%s",
			      p->broken			       ? "submission ring disabled"
			      : p->flags & TG_CLIENT_READ_ONLY ? "read only"
							       : "ok");
	}
	tg_table_print(&tab, stdout);
}

static void json_out(const struct tg_nl_client *p, __u32 n)
{
	struct tg_json j;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "clients");
	for (i = 0; i < n; i++, p++) {
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "client_id", p->client_id);
		tg_json_strn(&j, "name", p->name, TG_NAME_LEN);
		tg_json_str(&j, "user", user(p->uid));
		tg_json_u64(&j, "uid", p->uid);
		tg_json_u64(&j, "pid", p->pid);
		tg_json_bool(&j, "auto_cancel", p->flags & TG_CLIENT_AUTO_CANCEL);
		tg_json_bool(&j, "read_only", p->flags & TG_CLIENT_READ_ONLY);
		tg_json_u64(&j, "working_orders", p->working_orders);
		tg_json_u64(&j, "submissions", p->submissions);
		tg_json_u64(&j, "private_events", p->private_head);
		tg_json_bool(&j, "broken", p->broken);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	tg_json_end(&j, '}');
}

int cmd_clients(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_client *p;
	bool json = false;
	struct ctl c;
	__u32 n;
	int ret, err;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, false))
		return 1;
	err = tg_nl_clients(c.nl, &p, &n);
	ret = err ? ctl_fail(&c, self, "clients", err) : 0;
	if (!err && json)
		json_out(p, n);
	else if (!err)
		text(p, n);
	free(p);
	ctl_close(&c);
	return ret;
}
