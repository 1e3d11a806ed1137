// SPDX-License-Identifier: MIT
/* Journals: what is refused, and replay: equal, different, continued, cut short. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "journal_kit.h"

static struct kit kit;

/* Walks a copy of the kit in which `change` was made; the count of good records, and the error. */
static u64 walk(u64 len, u64 at, u8 xor, char *error)
{
	u8 *copy = aligned_alloc(64, (kit.len + 127) & ~63ull);
	const struct tg_record *rec;
	struct tg_journal j;
	const void *payload;
	int ret;

	memset(copy, 0, (kit.len + 127) & ~63ull);
	memcpy(copy, kit.bytes, kit.len);
	copy[at] ^= xor;
	tg_journal_open_memory(&j, "j", copy, len);
	while ((ret = tg_journal_next(&j, &rec, &payload)) > 0)
		;
	if (ret)
		assert_int_equal(ret, -EBADMSG);
	snprintf(error, sizeof(j.error), "%s", ret ? j.error : "");
	free(copy);
	return j.records;
}

static void refused(void **state)
{
	struct {
		u32 record;
		size_t offset;
		u8 xor;
		const char *want;	/* after "j: offset N: " */
	} t[] = {
		{ 2, offsetof(struct tg_record, type), 0x40,
		  "type 96 (?) with 144 payload bytes is no record" },
		{ 2, offsetof(struct tg_record, len), 1,
		  "type 32 (VENUE) with 145 payload bytes is no record" },
		{ 2, offsetof(struct tg_record, len) + 3, 0x80,
		  "type 32 (VENUE) with 2147483792 payload bytes is no record" },
		{ 2, offsetof(struct tg_record, seq), 1, "seq 3 after 1: records are missing" },
		{ 3, offsetof(struct tg_record, time_ns) + 6, 0x08, "record 3: time goes back" },
		{ 1, offsetof(struct tg_record, seq), 2, "ENGINE record with seq 3" },
	};
	char error[192], want[192];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		u64 at = kit.at[t[i].record - 1];

		assert_int_equal(walk(kit.len, at + t[i].offset, t[i].xor, error), t[i].record - 1);
		snprintf(want, sizeof(want), "j: offset %llu: %s", (unsigned long long)at,
			 t[i].want);
		assert_string_equal(error, want);
	}
	/* the byte behind an odd payload */
	assert_int_equal(walk(kit.len, kit.at[8] - 1, 1, error), 7);
	assert_non_null(strstr(error, "record 8: padding is not zero"));
}

/* Every cut is either clean or told as torn; never an error, never a read past the end (ASan
 * watches). */
static void every_cut(void **state)
{
	const struct tg_record *rec;
	const void *payload;
	u64 len;

	(void)state;
	for (len = 0; len <= kit.len; len++) {
		u8 *copy = aligned_alloc(8, (len + 7) & ~7ull ?: 8);
		struct tg_journal j;
		u32 n = 0;
		int ret;

		memcpy(copy, kit.bytes, len);
		tg_journal_open_memory(&j, "j", copy, len);
		while ((ret = tg_journal_next(&j, &rec, &payload)) > 0)
			n++;
		assert_int_equal(ret, 0);
		assert_true(n == kit.records
				    ? len == kit.len
				    : len < kit.at[n] + (n + 1 < kit.records
								 ? kit.at[n + 1] - kit.at[n]
								 : kit.len));
		assert_int_equal(j.torn_bytes, len - j.pos);
		free(copy);
	}
}

static char *file_of(u64 from, u64 to)
{
	char *path = strdup("/tmp/tgctl-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, kit.bytes + from, to - from), to - from);
	close(fd);
	return path;
}

static int replay(struct tg_replay *r, char **files, u32 n)
{
	int ret;

	tg_replay_init(r);
	ret = tg_replay_files(r, files, n, NULL, NULL);
	for (; n; n--) {
		unlink(files[n - 1]);
		free(files[n - 1]);
	}
	tg_replay_destroy(r);
	return ret;
}

static void replays(void **state)
{
	struct tg_replay r;
	char *f[3];

	(void)state;
	f[0] = file_of(0, kit.len);
	assert_int_equal(replay(&r, f, 1), 0);
	assert_int_equal(r.records, kit.records);
	assert_int_equal(r.engines, 1);

	/* cut, with records 4 and 5 in both files and half of record 6 at the first one's end */
	f[0] = file_of(0, kit.at[5] + 20);
	f[1] = file_of(kit.at[3], kit.len);
	assert_int_equal(replay(&r, f, 2), 0);
	assert_int_equal(r.records, kit.records);
	assert_int_equal(r.repeated, 2);
	assert_int_equal(r.torn_bytes, 20);

	/* two engines, one after the other */
	f[0] = file_of(0, kit.len);
	f[1] = file_of(0, kit.len);
	assert_int_equal(replay(&r, f, 2), 0);
	assert_int_equal(r.engines, 2);

	/* a file missing between two */
	f[0] = file_of(0, kit.at[3]);
	f[1] = file_of(kit.at[5], kit.len);
	assert_int_equal(replay(&r, f, 2), -EBADMSG);
	assert_non_null(strstr(r.error, "record 6 after 3: records are missing"));

	/* the beginning missing */
	f[0] = file_of(kit.at[3], kit.len);
	assert_int_equal(replay(&r, f, 1), -ENODATA);
	assert_non_null(strstr(r.error, "begins with record 4, not with an ENGINE record"));

	f[0] = file_of(0, 0);
	assert_int_equal(replay(&r, f, 1), -ENODATA);
}

static void difference(void **state)
{
	u64 at =
		kit.at[4] + sizeof(struct tg_record) + offsetof(struct tg_in_limits, max_order_qty);
	struct tg_replay r;
	char *f[1];

	(void)state;
	kit.bytes[at] ^= 1;
	f[0] = file_of(0, kit.len);
	kit.bytes[at] ^= 1;
	assert_int_equal(replay(&r, f, 1), 1);
	assert_true(r.differs);
	assert_int_equal(r.diff_seq, 5);
	assert_int_equal(r.diff_type, TG_IN_LIMITS);
	assert_true(r.diff_journal != r.diff_replay);
}

/* Journals are files that anybody may have touched: an ENGINE record with wild capacities must not
 * take the program down. */
static void wild_engine(void **state)
{
	size_t at = sizeof(struct tg_record), end = at + sizeof(struct tg_in_engine);
	struct tg_replay r;
	char *f[1];

	(void)state;
	for (; at < end; at += 2) {
		u8 old = kit.bytes[at];

		kit.bytes[at] = 0xff;
		f[0] = file_of(0, kit.len);
		kit.bytes[at] = old;
		assert_int_not_equal(replay(&r, f, 1), 0);
	}
}

static int setup(void **state)
{
	(void)state;
	kit_make(&kit);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kit_free(&kit);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),     cmocka_unit_test(every_cut),
		cmocka_unit_test(replays),     cmocka_unit_test(difference),
		cmocka_unit_test(wild_engine),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
