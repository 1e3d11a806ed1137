// SPDX-License-Identifier: MIT
#include "ctl.h"

int cmd_checkpoint(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_status st;
	struct tg_json j;
	bool json = false;
	__u64 seq = 0;
	struct ctl c;
	int ret, err;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, false))
		return 1;
	err = tg_nl_input(c.nl, TG_IN_CHECKPOINT, NULL, 0, NULL, &seq);
	if (!err)
		err = tg_nl_status(c.nl, &st);
	ret = err ? ctl_fail(&c, self, "checkpoint", err) : 0;
	if (!err && json) {
		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_u64(&j, "record_seq", seq);
		if (st.record_seq == seq)
			tg_json_hex(&j, "digest", st.digest);
		tg_json_end(&j, '}');
	} else if (!err) {
		printf("checkpoint: record %llu", (unsigned long long)seq);
		if (st.record_seq == seq)
			printf(", digest 0x%016llx", (unsigned long long)st.digest);
		putchar('\n');
	}
	ctl_close(&c);
	return ret;
}
