// SPDX-License-Identifier: MIT
/* What venues say in tests/conform/venues, which follows their pages, is valid by the dictionary of each. usage: golden FILE...  TAP. */
#include <stdio.h>
#include <string.h>

#include "fix/dict.h"
#include <tickgate/types.h>

#define H	"|49=V|56=G|52=20231114-22:13:20.000|"

static const struct { const char *file; u16 version, dialect; const char *begin; } kinds[] = {
	{ "sim-42", 42, TG_DIALECT_SIM, "FIX.4.2" }, { "sim-50", 50, TG_DIALECT_SIM, "FIXT.1.1" }, { "binance-", 44, TG_DIALECT_BINANCE, "FIX.4.4" },
	{ "kraken-", 44, TG_DIALECT_KRAKEN, "FIX.4.4" }, { "coinbase-", 50, TG_DIALECT_COINBASE, "FIXT.1.1" }, { "deribit-", 44, TG_DIALECT_DERIBIT, "FIX.4.4" },
};

/* "35=X|rest" of kind k: its verdict. */
static bool judge(u32 k, const char *type, const char *rest, struct tg_fix_verdict *v)
{
	char body[20000], text[20100];
	struct tg_fix_frame f;
	u32 n, i, sum = 0, used;

	snprintf(body, sizeof(body), "%s" H "%s|", type, rest);
	n = (u32)snprintf(text, sizeof(text), "8=%s|9=%zu|%s", kinds[k].begin, strlen(body), body);
	for (i = 0; i < n; i++) {
		if (text[i] == '|')
			text[i] = TG_SOH;
		sum += (u8)text[i];
	}
	n += (u32)sprintf(text + n, "10=%03u\1", sum & 255);
	return !tg_fix_frame((const u8 *)text, n, sizeof(text), &f, &used) && tg_fix_validate(tg_fix_dict(kinds[k].version, kinds[k].dialect), &f, 0, v);
}

/* Lines that begin with "> 35=" are the venue's. */
static u32 file(const char *path, u32 k, u32 *messages)
{
	FILE *f = fopen(path, "r");
	struct tg_fix_verdict v;
	char line[16384], *rest;
	u32 wrong = 0;

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		rest = strchr(line, '|');
		if (strncmp(line, "> 35=", 5) || !rest)
			continue;
		*rest++ = 0;
		++*messages;
		if (judge(k, line + 2, rest, &v))
			continue;
		printf("# %s|%s: %s, tag %u\n", line + 2, rest, tg_fix_error_text(v.err), v.ref_tag);
		wrong++;
	}
	if (f)
		fclose(f);
	return wrong;
}

int main(int argc, char **argv)
{
	u32 k, n, wrong;
	int i, rc = 0, test = 0;

	for (i = 1; i < argc; i++) {
		const char *name = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];

		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && strncmp(name, kinds[k].file, strlen(kinds[k].file)); k++)
			;
		if (k == sizeof(kinds) / sizeof(kinds[0]))
			continue;
		n = 0;
		wrong = file(argv[i], k, &n);
		rc |= wrong || !n;
		printf("%s %d - %s: %u messages of the venue, %u not valid\n", wrong || !n ? "not ok" : "ok", ++test, name, n, wrong);
	}
	printf("1..%d\n", test);
	return rc || !test;
}
