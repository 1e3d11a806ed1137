// SPDX-License-Identifier: MIT
/* What the daemon keeps of a session: leases on disk, where to go on after each way of ending; schedules with the clocks' changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lease.h"
#include "schedule.h"
#include "sessions.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/tg-lease-XXXXXX", P_tmpdir);
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char cmd[96];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static const struct tg_lease sample = { .venue = "sim", .sender = "GW", .target = "VENUE X", .tx = 5, .rx = 7, .bound = 65541, .period = 9 };

static void put_file(const char *bytes, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/session-sim.lease", dir);
	f = fopen(path, "w");
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void round_trip(void **state)
{
	struct tg_lease l = sample, got;
	char what[200];

	(void)state;
	assert_int_equal(tg_lease_read(dir, "sim", &got, what, sizeof(what)), -ENOENT);
	assert_int_equal(tg_lease_write(dir, &l), 0);
	assert_int_equal(tg_lease_read(dir, "sim", &got, what, sizeof(what)), 0);
	assert_memory_equal(&l, &got, sizeof(l));
	assert_int_equal(tg_lease_next_tx(&got), 65541);
	l.clean = true;
	assert_int_equal(tg_lease_write(dir, &l), 0);
	assert_int_equal(tg_lease_read(dir, "sim", &got, what, sizeof(what)), 0);
	assert_int_equal(tg_lease_next_tx(&got), 5);
	assert_int_equal(tg_lease_read(dir, "../sim", &got, what, sizeof(what)), -ENAMETOOLONG);
}

/* Cut short anywhere, or changed: never taken for numbers that it is not. */
static void damaged(void **state)
{
	static const char *const bad[] = {
		"", "tickgate session 2\n", "tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 0\nrx 1\nbound 9\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 9\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx -9\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 2\ntx 2\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 2\nrx 1\nbound 8\nperiod 0\nclean 2\nend\n",
		"tickgate session 1\nvenue mis\nsender A\ntarget B\ntx 2\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 2x\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
		"tickgate session 1\nvenue sim\nsender A\ntarget B\ntx 99999999999999999999\nrx 1\nbound 8\nperiod 0\nclean 1\nend\n",
	};
	struct tg_lease got;
	char whole[512], what[200], path[128];
	size_t n, i;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_file(bad[i], strlen(bad[i]));
		assert_int_equal(tg_lease_read(dir, "sim", &got, what, sizeof(what)), -EBADMSG);
		assert_non_null(strstr(what, "session-sim.lease:"));
	}
	assert_int_equal(tg_lease_write(dir, &sample), 0);
	snprintf(path, sizeof(path), "%s/session-sim.lease", dir);
	f = fopen(path, "r");
	n = fread(whole, 1, sizeof(whole), f);
	fclose(f);
	for (i = 0; i < n - 1; i++) {
		put_file(whole, i);
		assert_int_equal(tg_lease_read(dir, "sim", &got, what, sizeof(what)), -EBADMSG);
	}
}

/* Where sending goes on. Whatever the journal's end says, nothing below a bound that was not closed cleanly. */
static void after_each_end(void **state)
{
	struct tg_lease l = sample;
	struct tgd_numbers n;

	(void)state;
	n = tgd_numbers_after(&l, false, 0, 0);		/* crash, journal gone */
	assert_int_equal(n.tx, 65541);
	assert_int_equal(n.rx, 7);
	assert_false(n.restore);
	n = tgd_numbers_after(&l, true, 900, 800);	/* crash: the journal's tail may be lost */
	assert_int_equal(n.tx, 65541);
	assert_int_equal(n.rx, 800);
	assert_true(n.restore);
	n = tgd_numbers_after(&l, true, 70000, 800);	/* the lease was set back since */
	assert_int_equal(n.tx, 65541);
	assert_int_equal(n.rx, 7);
	assert_false(n.restore);
	l.clean = true;
	l.tx = l.bound = 900;
	n = tgd_numbers_after(&l, true, 900, 800);	/* orderly: exact */
	assert_int_equal(n.tx, 900);
	assert_int_equal(n.rx, 7);
	assert_true(n.restore);
	n = tgd_numbers_after(&l, true, 950, 800);	/* changed offline: other numbers than the journal's */
	assert_int_equal(n.tx, 900);
	assert_false(n.restore);
}

static void audited(void **state)
{
	char path[128], line[256];
	FILE *f;

	(void)state;
	assert_int_equal(tg_lease_audit(dir, "ann", "venue sim: tx 1 to 5"), 0);
	assert_int_equal(tg_lease_audit(dir, "bob", "venue sim: tx 5 to 9"), 0);
	snprintf(path, sizeof(path), "%s/session-audit.log", dir);
	f = fopen(path, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, " ann (uid "));
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, "venue sim: tx 5 to 9\n"));
	fclose(f);
}

/* ---- schedules ---- */

static time_t utc(int y, int mo, int d, int h, int mi)
{
	struct tm tm = { .tm_year = y - 1900, .tm_mon = mo - 1, .tm_mday = d, .tm_hour = h, .tm_min = mi };

	return timegm(&tm);
}

static struct tgd_zone *zone;

static struct tgd_schedule schedule(const char *start, const char *end, const char *name)
{
	struct tgd_schedule s;

	assert_true(tgd_schedule_parse(start, end, &s));
	zone = tgd_zone_load(NULL, name);
	assert_non_null(zone);
	s.zone = zone;
	return s;
}

static void open_at(const struct tgd_schedule *s, time_t at, bool open, time_t change)
{
	time_t next;

	assert_int_equal(tgd_schedule_open(s, at, &next), open);
	assert_int_equal(next, change);
}

static void forms(void **state)
{
	static const char *const bad[][2] = {
		{ "8:00", "17:00" }, { "08:00", "" }, { "", "08:00" }, { "24:00", "01:00" }, { "08:60", "09:00" }, { "08:00:60", "09:00" },
		{ "mon 08:00", "17:00" }, { "xyz 08:00", "fri 17:00" }, { "08:00x", "17:00" }, { "08:00:00:00", "17:00" }, { "mon", "fri" },
	};
	struct tgd_schedule s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(tgd_schedule_parse(bad[i][0], bad[i][1], &s));
	assert_true(tgd_schedule_parse("", "", &s));
	assert_true(s.always);
	open_at(&s, 12345, true, 0);
	assert_true(tgd_schedule_parse("Sun 23:59:59", "fri 17:05", &s));
	assert_true(s.weekly && s.start_wday == 0 && s.end_wday == 5 && s.start_s == 86399);
}

static void zones(void **state)
{
	struct tgd_zone *z;

	(void)state;
	assert_null(tgd_zone_load(NULL, "Nowhere/Town"));
	assert_null(tgd_zone_load(NULL, "../../etc/passwd"));
	assert_null(tgd_zone_load(NULL, "/etc/passwd"));
	assert_null(tgd_zone_load("/etc", "passwd"));
	assert_int_equal(errno, EBADMSG);
	z = tgd_zone_load(NULL, "-05:30");
	assert_int_equal(tgd_zone_offset(z, 0), -19800);
	tgd_zone_free(z);
	z = tgd_zone_load(NULL, "America/New_York");
	assert_int_equal(tgd_zone_offset(z, utc(2026, 3, 8, 6, 59)), -18000);
	assert_int_equal(tgd_zone_offset(z, utc(2026, 3, 8, 7, 0)), -14400);
	assert_int_equal(tgd_zone_offset(z, utc(2026, 11, 1, 5, 59)), -14400);
	assert_int_equal(tgd_zone_offset(z, utc(2026, 11, 1, 6, 0)), -18000);
	/* behind the last transition in the file: the footer's rule */
	assert_int_equal(tgd_zone_offset(z, utc(2060, 1, 15, 0, 0)), -18000);
	assert_int_equal(tgd_zone_offset(z, utc(2060, 7, 15, 0, 0)), -14400);
	assert_int_equal(tgd_zone_offset(z, utc(2060, 3, 14, 6, 59)), -18000);
	assert_int_equal(tgd_zone_offset(z, utc(2060, 3, 14, 7, 0)), -14400);
	tgd_zone_free(z);
	z = tgd_zone_load(NULL, "Australia/Sydney");	/* summer over the new year */
	assert_int_equal(tgd_zone_offset(z, utc(2060, 1, 15, 0, 0)), 39600);
	assert_int_equal(tgd_zone_offset(z, utc(2060, 7, 15, 0, 0)), 36000);
	tgd_zone_free(z);
}

/* Every zone and hour for two years, against libc. */
static void zones_like_libc(void **state)
{
	static const char *const names[] = { "America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Tokyo" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tgd_zone *z = tgd_zone_load(NULL, names[i]);
		time_t t;

		setenv("TZ", names[i], 1);
		tzset();
		assert_non_null(z);
		for (t = utc(2036, 1, 1, 0, 0); t < utc(2040, 1, 1, 0, 0); t += 1800) {
			struct tm tm;

			localtime_r(&t, &tm);
			assert_int_equal(tgd_zone_offset(z, t), tm.tm_gmtoff);
		}
		tgd_zone_free(z);
	}
	unsetenv("TZ");
}

static void daily(void **state)
{
	struct tgd_schedule s = schedule("08:00", "17:00", "UTC");

	(void)state;
	open_at(&s, utc(2026, 5, 4, 7, 59), false, utc(2026, 5, 4, 8, 0));
	open_at(&s, utc(2026, 5, 4, 8, 0), true, utc(2026, 5, 4, 17, 0));
	open_at(&s, utc(2026, 5, 4, 17, 0), false, utc(2026, 5, 5, 8, 0));
	tgd_zone_free(zone);
	/* over midnight */
	s = schedule("17:05", "17:00", "America/New_York");
	open_at(&s, utc(2026, 1, 10, 22, 2), false, utc(2026, 1, 10, 22, 5));
	open_at(&s, utc(2026, 1, 10, 22, 5), true, utc(2026, 1, 11, 22, 0));
	assert_int_equal(tgd_schedule_period(&s, utc(2026, 1, 11, 3, 0)), utc(2026, 1, 10, 22, 5));
	/* the night the clocks go forward has 23 hours, the other one 25 */
	open_at(&s, utc(2026, 3, 7, 22, 5), true, utc(2026, 3, 8, 21, 0));
	open_at(&s, utc(2026, 10, 31, 21, 5), true, utc(2026, 11, 1, 22, 0));
	tgd_zone_free(zone);
}

static void skipped_and_doubled(void **state)
{
	/* 02:30 does not exist in New York on 2026-03-08 and 01:30 comes twice on 2026-11-01. */
	struct tgd_schedule s = schedule("02:30", "12:00", "America/New_York");

	(void)state;
	assert_int_equal(tgd_schedule_period(&s, utc(2026, 3, 8, 12, 0)), utc(2026, 3, 8, 7, 30));
	open_at(&s, utc(2026, 3, 8, 7, 29), false, utc(2026, 3, 8, 7, 30));
	tgd_zone_free(zone);
	s = schedule("01:30", "12:00", "America/New_York");
	open_at(&s, utc(2026, 11, 1, 5, 29), false, utc(2026, 11, 1, 5, 30));
	assert_int_equal(tgd_schedule_period(&s, utc(2026, 11, 1, 6, 30)), utc(2026, 11, 1, 5, 30));
	tgd_zone_free(zone);
}

static void weekly(void **state)
{
	struct tgd_schedule s = schedule("sun 17:00", "fri 17:00", "America/New_York");

	(void)state;
	/* Friday 2026-03-06 22:00 UTC closes, Sunday opens an hour earlier in UTC: the clocks changed. */
	open_at(&s, utc(2026, 3, 4, 12, 0), true, utc(2026, 3, 6, 22, 0));
	open_at(&s, utc(2026, 3, 6, 22, 0), false, utc(2026, 3, 8, 21, 0));
	open_at(&s, utc(2026, 3, 8, 21, 0), true, utc(2026, 3, 13, 21, 0));
	tgd_zone_free(zone);
	s = schedule("mon 00:00", "mon 00:00", "UTC");	/* always, a new period each week */
	open_at(&s, utc(2026, 5, 6, 0, 0), true, utc(2026, 5, 11, 0, 0));
	assert_int_equal(tgd_schedule_period(&s, utc(2026, 5, 10, 23, 59)), utc(2026, 5, 4, 0, 0));
	assert_int_equal(tgd_schedule_period(&s, utc(2026, 5, 11, 0, 0)), utc(2026, 5, 11, 0, 0));
	tgd_zone_free(zone);
	s = schedule("00:00", "00:00", "UTC");
	open_at(&s, utc(2026, 5, 6, 0, 0), true, utc(2026, 5, 7, 0, 0));
	tgd_zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trip, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(damaged, make_dir, drop_dir),
		cmocka_unit_test(after_each_end),
		cmocka_unit_test_setup_teardown(audited, make_dir, drop_dir),
		cmocka_unit_test(forms),
		cmocka_unit_test(zones),
		cmocka_unit_test(zones_like_libc),
		cmocka_unit_test(daily),
		cmocka_unit_test(skipped_and_doubled),
		cmocka_unit_test(weekly),
	};

	return cmocka_run_group_tests_name("session_disk", tests, NULL, NULL);
}
