// SPDX-License-Identifier: MIT
#include <string.h>
#include "ctl.h"

int cmd_resume(int argc, char **argv, const struct ctl_command *self)
{
	const char *scope = "firm", *reason = NULL, *who = NULL;
	bool json = false;
	const struct ctl_option opts[] = {
		{ "who", NULL, &who, "NAME", "who takes the responsibility, at most 23 bytes" },
		{ "reason", NULL, &reason, "TEXT", "why it is safe again, at most 63 bytes" },
		{ "scope", NULL, &scope, "SCOPE",
		  "as given to kill: firm (default), venue:NAME, account:NAME, instrument:SYMBOL, client:N" },
		{ 0 },
	};
	struct tg_in_kill k = { .cause = TG_KILL_OPERATOR };
	struct ctl c;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (!who || !*who || strlen(who) >= sizeof(k.who))
		return ctl_usage_error(self, "--who NAME is needed, 1 to %zu bytes",
				       sizeof(k.who) - 1);
	if (!reason || !*reason || strlen(reason) >= sizeof(k.text))
		return ctl_usage_error(self, "--reason TEXT is needed, 1 to %zu bytes",
				       sizeof(k.text) - 1);
	strcpy(k.text, reason);
	strcpy(k.who, who);
	if (ctl_open(&c, self, strcmp(scope, "firm")))
		return 1;
	ret = ctl_find_scope(&c, self, scope, &k.scope, &k.id);
	if (!ret)
		ret = ctl_kill_or_resume(&c, self, TG_IN_RESUME, &k, json);
	ctl_close(&c);
	return ret;
}
