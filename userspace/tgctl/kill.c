// SPDX-License-Identifier: MIT
#include <string.h>
#include "ctl.h"

int cmd_kill(int argc, char **argv, const struct ctl_command *self)
{
	const char *scope = "firm", *reason = NULL, *who = NULL;
	bool json = false, cancel = false;
	const struct ctl_option opts[] = {
		{ "reason", NULL, &reason, "TEXT", "why, at most 63 bytes; goes into the journal" },
		{ "scope", NULL, &scope, "SCOPE",
		  "firm (default), venue:NAME, account:NAME, instrument:SYMBOL, client:N" },
		{ "cancel", &cancel, NULL, NULL, "cancel the scope's working orders too" },
		{ "who", NULL, &who, "NAME", "who says so (default: the user's name)" },
		{ 0 },
	};
	struct tg_in_kill k = { .cause = TG_KILL_OPERATOR };
	struct ctl c;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (!reason || !*reason || strlen(reason) >= sizeof(k.text))
		return ctl_usage_error(self, "--reason TEXT is needed, 1 to %zu bytes",
				       sizeof(k.text) - 1);
	if (!who)
		who = ctl_who();
	if (!*who || strlen(who) >= sizeof(k.who))
		return ctl_usage_error(self, "--who NAME: 1 to %zu bytes", sizeof(k.who) - 1);
	strcpy(k.text, reason);
	strcpy(k.who, who);
	k.flags = cancel ? TG_KILL_CANCEL : 0;
	/* The firm-wide kill needs no names, so it asks for nothing that could be slow or missing.
	 */
	if (ctl_open(&c, self, strcmp(scope, "firm")))
		return 1;
	ret = ctl_find_scope(&c, self, scope, &k.scope, &k.id);
	if (!ret)
		ret = ctl_kill_or_resume(&c, self, TG_IN_KILL, &k, json);
	ctl_close(&c);
	return ret;
}
