// SPDX-License-Identifier: MIT
/*
 * A venue's schedule carried out, minute by minute: when it may be connected, when it is logged out, when a period's numbers begin; and the times of connects over
 * restarts. The engine and the leases are stood in for here.
 */
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
#include "connects.h"
#include "gate.h"
#include "tickgate/record.h"

#define S		1000000000ull
#define NEVER		(~0ull)
#define MONDAY		1700438400	/* 2023-11-20 00:00 UTC */
#define AT(h, m)	(MONDAY + (h) * 3600 + (m) * 60)

/* ---- stand-ins ---- */

static struct {
	time_t period;		/* on disk */
	unsigned int begun, resets, logouts;
	int begin_err, input_err;
} fake;

bool tgd_sessions_period(const struct tgd_sessions *s, const struct tgd_venue *v, time_t period)
{
	(void)s;
	(void)v;
	return fake.period == period;
}

int tgd_sessions_new_period(struct tgd_sessions *s, struct tg_nl *nl, const struct tgd_venue *v,
			    time_t period, bool reset)
{
	(void)s;
	(void)nl;
	(void)v;
	if (fake.begin_err)
		return fake.begin_err;
	fake.period = period;
	fake.begun++;
	fake.resets += reset;
	return 0;
}

int tg_nl_input(struct tg_nl *nl, enum tg_in type, const void *payload, __u32 len,
		enum tg_reason *reason, __u64 *seq)
{
	const struct tg_in_session *c = payload;

	(void)nl;
	(void)reason;
	(void)seq;
	assert_int_equal(type, TG_IN_SESSION);
	assert_int_equal(len, sizeof(*c));
	assert_int_equal(c->command, TG_SESSION_CMD_LOGOUT);
	assert_int_equal(c->venue_id, 3);
	fake.logouts++;
	return fake.input_err;
}

const char *tg_nl_error(const struct tg_nl *nl)
{
	(void)nl;
	return "stand-in";
}

/* ---- schedules ---- */

static struct tgd_venue venue;
static struct tgd_conn conn;
static struct tgd_gate gate;

static void set(const char *start, const char *end, enum tgd_conn_state state)
{
	memset(&fake, 0, sizeof(fake));
	memset(&venue, 0, sizeof(venue));
	memset(&conn, 0, sizeof(conn));
	venue.id = 3;
	strcpy(venue.s.name, "v");
	strcpy(venue.session_start, start);
	strcpy(venue.session_end, end);
	strcpy(venue.session_zone, "UTC");
	venue.session_reset = 1;
	conn.venue = &venue;
	conn.state = state;
	assert_int_equal(tgd_gate_init(&gate, &venue), 0);
}

static bool open_at(time_t now)
{
	return tgd_gate_open(&gate, &conn, NULL, NULL, now);
}

static void done(void)
{
	tgd_gate_free(&gate);
}

static void always(void **state)
{
	(void)state;
	set("", "", TGD_CONN_WAITING);
	assert_true(open_at(AT(3, 0)));
	assert_int_equal(fake.begun, 0);
	done();
}

/* A day: closed, open with numbers at 1, logged out once when it is over, closed again. */
static void day(void **state)
{
	(void)state;
	set("09:00", "17:00", TGD_CONN_WAITING);
	assert_false(open_at(AT(8, 59)));
	assert_true(conn.deadline_ns == NEVER);
	assert_int_equal(fake.begun, 0);

	assert_true(open_at(AT(9, 0)));
	assert_true(conn.deadline_ns == 0);		/* at once */
	assert_int_equal(fake.begun, 1);
	assert_int_equal(fake.resets, 1);
	assert_int_equal(fake.period, AT(9, 0));

	/* a drop within the period is connected again when the backoff says, with the numbers that it has */
	conn.deadline_ns = 77;
	assert_true(open_at(AT(9, 1)));
	assert_true(conn.deadline_ns == 77);
	assert_int_equal(fake.begun, 1);

	conn.state = TGD_CONN_HANDED;
	assert_true(open_at(AT(16, 59)));
	assert_int_equal(fake.logouts, 0);
	assert_true(open_at(AT(17, 0)));
	assert_true(open_at(AT(17, 1)));
	assert_int_equal(fake.logouts, 1);

	conn.state = TGD_CONN_WAITING;
	conn.deadline_ns = 0;
	assert_false(open_at(AT(17, 2)));
	assert_true(conn.deadline_ns == NEVER);
	assert_true(open_at(AT(33, 0)));
	assert_int_equal(fake.begun, 2);

	/* and the next day's end logs out once more */
	conn.state = TGD_CONN_HANDED;
	assert_true(open_at(AT(41, 0)));
	assert_int_equal(fake.logouts, 2);
	done();
}

/* The clock jumps into the next period while the session is up: this one ends first. */
static void next_period_while_up(void **state)
{
	(void)state;
	set("09:00", "09:00", TGD_CONN_WAITING);	/* open always, a period a day */
	assert_true(open_at(AT(10, 0)));
	assert_int_equal(fake.begun, 1);
	conn.state = TGD_CONN_HANDED;
	assert_true(open_at(AT(32, 59)));
	assert_int_equal(fake.logouts, 0);
	assert_true(open_at(AT(33, 0)));
	assert_int_equal(fake.logouts, 1);
	assert_int_equal(fake.begun, 1);		/* numbers are the old period's until it is down */
	conn.state = TGD_CONN_WAITING;
	assert_true(open_at(AT(33, 1)));
	assert_int_equal(fake.begun, 2);
	assert_int_equal(fake.period, AT(33, 0));
	done();
}

/* The engine ran before this daemon: a session of this period goes on, one of another is logged out. */
static void found_up(void **state)
{
	(void)state;
	set("09:00", "17:00", TGD_CONN_HANDED);
	fake.period = AT(9, 0);
	assert_true(open_at(AT(12, 0)));
	assert_int_equal(fake.logouts, 0);
	assert_int_equal(fake.begun, 0);
	done();

	set("09:00", "17:00", TGD_CONN_HANDED);
	fake.period = AT(-15, 0);
	fake.input_err = -EIO;				/* told, and no reason to give up */
	assert_true(open_at(AT(12, 0)));
	assert_int_equal(fake.logouts, 1);
	assert_int_equal(fake.begun, 0);
	done();

	set("09:00", "17:00", TGD_CONN_HANDED);
	assert_true(open_at(AT(18, 0)));
	assert_int_equal(fake.logouts, 1);
	done();
}

/* A daemon that starts anew within a period: the numbers on disk are this period's and stay. */
static void restarted(void **state)
{
	(void)state;
	set("09:00", "17:00", TGD_CONN_WAITING);
	fake.period = AT(9, 0);
	assert_true(open_at(AT(12, 0)));
	assert_int_equal(fake.begun, 0);
	done();
}

/* A period that cannot be noted on disk does not begin: the next daemon would go on with the last one's numbers. */
static void cannot_begin(void **state)
{
	(void)state;
	set("09:00", "17:00", TGD_CONN_WAITING);
	fake.begin_err = -ENOSPC;
	assert_false(open_at(AT(9, 0)));
	assert_true(conn.deadline_ns == NEVER);
	assert_false(open_at(AT(9, 1)));
	fake.begin_err = 0;
	assert_true(open_at(AT(9, 2)));
	assert_true(conn.deadline_ns == 0);
	assert_int_equal(fake.begun, 1);
	done();
}

/* An attempt under way ends by itself; a halted session is an operator's, but its period may begin. */
static void other_states(void **state)
{
	(void)state;
	set("09:00", "17:00", TGD_CONN_CONNECTING);
	conn.deadline_ns = 5;
	assert_true(open_at(AT(8, 0)));
	assert_true(conn.deadline_ns == 5);
	conn.state = TGD_CONN_HALTED;
	assert_false(open_at(AT(8, 0)));
	conn.deadline_ns = NEVER;
	assert_true(open_at(AT(9, 0)));
	assert_int_equal(fake.begun, 1);
	assert_true(conn.deadline_ns == NEVER);
	assert_int_equal(fake.logouts, 0);
	done();
}

/* ---- connects ---- */

static char dir[64], what[256];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/tg-connects-XXXXXX", P_tmpdir);
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char cmd[96];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void put_file(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/session-v.connects", dir);
	f = fopen(path, "w");
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

#define REAL (1700000000 * S)

static __u64 allowed(__u64 now, __u64 real, int err)
{
	struct tgd_plan p = { 0 };

	assert_int_equal(tgd_connects_load(dir, "v", &p, 3, 30 * S, now, real, what, sizeof(what)), err);
	return tgd_plan_allowed_ns(&p, 3, 30 * S, now);
}

/* Three connects in 30 s; the daemon dies, and the next one has another monotonic clock. */
static void survive(void **state)
{
	struct tgd_plan p = { 0 };

	(void)state;
	assert_true(allowed(1000 * S, REAL, 0) == 1000 * S);	/* no file yet */
	tgd_plan_connected(&p, 1000 * S);
	tgd_plan_connected(&p, 1010 * S);
	assert_int_equal(tgd_connects_save(dir, "v", &p, 3, 1010 * S, REAL), 0);
	assert_true(allowed(1011 * S, REAL + 1 * S, 0) == 1011 * S);	/* two: room for one */
	tgd_plan_connected(&p, 1012 * S);
	tgd_plan_connected(&p, 1013 * S);
	assert_int_equal(tgd_connects_save(dir, "v", &p, 3, 1013 * S, REAL + 3 * S), 0);
	/* 10, 12 and 13 are in the window; the first of them leaves it at 40 */
	assert_true(allowed(1015 * S, REAL + 5 * S, 0) == 1040 * S);
	assert_true(allowed(515 * S, REAL + 5 * S, 0) == 540 * S);	/* the host was started anew */
	assert_true(allowed(2 * S, REAL + 5 * S, 0) == 30 * S);		/* a moment ago: never sooner */
	assert_true(allowed(1041 * S, REAL + 31 * S, 0) == 1041 * S);
	assert_true(allowed(1015 * S, REAL - 500 * S, 0) == 1045 * S);	/* the clock was set back: as if now */
	assert_int_equal(tgd_connects_save(dir, "../v", &p, 3, 1013 * S, REAL), -ENAMETOOLONG);
}

/* What cannot be read is taken as the worst. */
static void damaged(void **state)
{
	static const char *const bad[] = {
		"", "tickgate connects 1\n", "tickgate connects 1\n17000000", "tickgate connects 1\n1700000000000000000\n",
		"tickgate connects 2\nend\n", "tickgate connects 1\n-5\nend\n", "tickgate connects 1\n5x\nend\n", "tickgate connects 1\n99999999999999999999\nend\n",
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_file(bad[i]);
		assert_true(allowed(1000 * S, REAL, -EBADMSG) == 1030 * S);
		assert_non_null(strstr(what, "session-v.connects: not the times of connects"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(always),
		cmocka_unit_test(day),
		cmocka_unit_test(next_period_while_up),
		cmocka_unit_test(found_up),
		cmocka_unit_test(restarted),
		cmocka_unit_test(cannot_begin),
		cmocka_unit_test(other_states),
		cmocka_unit_test(survive),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
