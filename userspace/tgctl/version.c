// SPDX-License-Identifier: MIT
#include "ctl.h"
#include "version.h"

int cmd_version(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_status st = { 0 };
	struct tg_nl *nl = NULL;
	struct tg_json j;
	bool json = false, loaded;
	int ret;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	loaded = !tg_nl_open(&nl) && !tg_nl_status(nl, &st);
	tg_nl_close(nl);
	if (json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_str(&j, "version", TG_VERSION);
		tg_json_u64(&j, "abi_version", TG_ABI_VERSION);
		tg_json_hex(&j, "abi_hash", TG_ABI_HASH);
		tg_json_bool(&j, "module_loaded", loaded);
		if (loaded) {
			tg_json_u64(&j, "module_abi_version", st.abi_version);
			tg_json_hex(&j, "module_abi_hash", st.abi_hash);
		}
		tg_json_end(&j, '}');
	} else {
		tg_version_print("tgctl");
		if (loaded)
			printf("module: ABI %u, hash 0x%016llx\n", st.abi_version,
			       (unsigned long long)st.abi_hash);
		else
			printf("module: not loaded\n");
	}
	if (loaded && (st.abi_version != TG_ABI_VERSION || st.abi_hash != TG_ABI_HASH)) {
		fprintf(stderr,
			"tgctl version: module and program do not match: install both from the same version\n");
		return 1;
	}
	return 0;
}
