// SPDX-License-Identifier: MIT
/* write_journal FILE [FROM-RECORD [TO-RECORD [CORRUPT-OFFSET]]]: the kit's journal, whole or cut,
 * or with one byte changed. */
#include <stdio.h>
#include <stdlib.h>
#include "journal_kit.h"

int main(int argc, char **argv)
{
	u32 from = argc > 2 ? (u32)atoi(argv[2]) : 1, to;
	struct kit k;
	u64 end;
	FILE *f;

	if (argc < 2)
		return 2;
	kit_make(&k);
	to = argc > 3 ? (u32)atoi(argv[3]) : k.records;
	end = to < k.records ? k.at[to] : k.len;
	if (argc > 4)
		k.bytes[atoi(argv[4])] ^= 1;
	f = fopen(argv[1], "w");
	if (!f || fwrite(k.bytes + k.at[from - 1], end - k.at[from - 1], 1, f) != 1 || fclose(f))
		return 1;
	kit_free(&k);
	return 0;
}
