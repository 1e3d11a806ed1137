// SPDX-License-Identifier: MIT
/* [rate] sections, what a venue's dialect says where there is none, numbers and leases of limits; and what a reload makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "records.h"

#define HEAD \
	"[engine]\ncpu=1\n[journal]\npath=/j\n" \
	"[venue v]\nid=1\ndialect=sim\nhost=h\nport=1\nsender=S\ntarget=T\n" \
	"[venue w]\nid=2\ndialect=coinbase\nreset_on_logon=yes\nhost=h\nport=1\nsender=S\ntarget=T\n" /* lines 1 to 19 */

#define NONE TG_RATE_NONE

/* The records; what is wrong with the text has to be `want`, and with "" they are built. */
static struct tgd_records build(const char *text, struct tgd_config *c, const char *want)
{
	struct tgd_records rs = { 0 };
	char *err = NULL;
	size_t n;
	FILE *f = open_memstream(&err, &n);

	tgd_config_load_buffer("t.conf", text, strlen(text), c, f);
	fclose(f);
	if (strcmp(err, want))
		fail_msg("got:\n%swanted:\n%s", err, want);
	free(err);
	if (!*want)
		assert_int_equal(tgd_records_build(c, &rs), 0);
	return rs;
}

static void expect(const char *text, const char *want)
{
	struct tgd_config c;

	build(text, &c, want);
	tgd_config_free(&c);
}

static const struct tg_in_rate *rate(const struct tgd_records *rs, unsigned int scope, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < rs->n; i++)
		if (rs->r[i].type == TG_IN_RATE && rs->r[i].u.rate.scope == scope && rs->r[i].u.rate.id == id)
			return &rs->r[i].u.rate;
	return NULL;
}

static void sections(void **state)
{
	struct tgd_address local;
	const struct tg_in_rate *r;
	struct tgd_records rs;
	struct tgd_config c;

	(void)state;
	rs = build(HEAD "[rate a]\nvenue=v\nwindow_ms=10000\nall=1000\nnew=15\nburst_percent=20\ncancel_reserve_percent=10\n"
			"[rate b]\nclient=all\nall=3\n[rate c]\nclient=4\nreplace=100\n[rate d]\nsource=10.0.0.1\nid=7\nall=2\ncancel=unlimited\n"
			"[rate e]\nsource=fd00::1\nid=8\nall=1\n",
		   &c, "");
	r = rate(&rs, TG_RATE_VENUE, 1);
	assert_int_equal(r->window_ns, 10000000000);
	assert_int_equal(r->messages[TG_RATE_ALL], 1000);
	assert_int_equal(r->burst[TG_RATE_ALL], 200);
	assert_int_equal(r->cancel_reserve, 20);
	assert_int_equal(r->messages[TG_RATE_NEW], 15);
	assert_int_equal(r->burst[TG_RATE_NEW], 3);
	assert_int_equal(r->messages[TG_RATE_CANCEL], NONE);
	assert_int_equal(r->burst[TG_RATE_CANCEL], 0);
	r = rate(&rs, TG_RATE_CLIENT, 0);
	assert_int_equal(r->window_ns, 1000000000);
	assert_int_equal(r->messages[TG_RATE_ALL], 3);
	assert_int_equal(r->burst[TG_RATE_ALL], 1);
	assert_int_equal(r->cancel_reserve, 0);
	r = rate(&rs, TG_RATE_CLIENT, 4);
	assert_int_equal(r->messages[TG_RATE_REPLACE], 100);
	assert_int_equal(r->burst[TG_RATE_REPLACE], 10);
	assert_int_equal(r->messages[TG_RATE_ALL], NONE);
	r = rate(&rs, TG_RATE_SOURCE, 7);
	assert_int_equal(r->messages[TG_RATE_ALL], 2);
	assert_int_equal(r->cancel_reserve, 0);	/* of one at once nothing can be kept back */

	assert_int_equal(tgd_address_parse("10.0.0.1", &local), 0);
	assert_int_equal(tgd_rate_source(&c, &local), 7);
	assert_int_equal(tgd_address_parse("::ffff:10.0.0.1", &local), 0);
	assert_int_equal(tgd_rate_source(&c, &local), 7);
	assert_int_equal(tgd_address_parse("fd00::1", &local), 0);
	assert_int_equal(tgd_rate_source(&c, &local), 8);
	assert_int_equal(tgd_address_parse("10.0.0.2", &local), 0);
	assert_int_equal(tgd_rate_source(&c, &local), 0);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

static void what_the_venue_allows(void **state)
{
	const struct tg_in_rate *r;
	struct tgd_records rs;
	struct tgd_config c;

	(void)state;
	rs = build(HEAD, &c, "");
	assert_null(rate(&rs, TG_RATE_VENUE, 1));
	r = rate(&rs, TG_RATE_VENUE, 2);
	assert_int_equal(r->window_ns, 1000000000);
	assert_int_equal(r->messages[TG_RATE_ALL], 100);
	assert_int_equal(r->burst[TG_RATE_ALL], 10);
	assert_int_equal(r->cancel_reserve, 3);
	assert_int_equal(r->messages[TG_RATE_NEW], NONE);
	tgd_records_free(&rs);
	tgd_config_free(&c);
	/* a section is the last word, also one that says nothing */
	rs = build(HEAD "[rate a]\nvenue=w\n", &c, "");
	assert_int_equal(rate(&rs, TG_RATE_VENUE, 2)->messages[TG_RATE_ALL], NONE);
	tgd_records_free(&rs);
	tgd_config_free(&c);
	rs = build(HEAD "orders=no\n", &c, "");
	assert_null(rate(&rs, TG_RATE_VENUE, 2));
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

static void what_is_wrong(void **state)
{
	(void)state;
	expect(HEAD "[rate a]\nall=1\n", "t.conf:20: [rate a]: give one of venue, client and source\n");
	expect(HEAD "[rate a]\nvenue=v\nclient=1\n", "t.conf:20: [rate a]: give one of venue, client and source\n");
	expect(HEAD "[rate a]\nvenue=x\n", "t.conf:21: [rate a] venue: no [venue x]; add it or name another\n");
	expect(HEAD "[rate a]\nclient=17\n",
	       "t.conf:21: [rate a] client: 17; give all, or a client number from 1 to [engine] max_clients = 16\n");
	expect(HEAD "[rate a]\nclient=1\ncancel=5\nstatus=5\n",
	       "t.conf:22: [rate a] cancel: a client's cancels are never held back; leave the key out\n"
	       "t.conf:23: [rate a] status: clients send none; leave the key out\n");
	expect(HEAD "[rate a]\nsource=::1\n", "t.conf:20: [rate a] id: missing; give a number from 1 to 128, another one for each source\n");
	expect(HEAD "[rate a]\nsource=::1\nid=129\n", "t.conf:22: [rate a] id: \"129\" is not allowed; give a whole number from 0 to 128\n"
	       "t.conf:22: [rate a] id: missing; give a number from 1 to 128, another one for each source\n");
	expect(HEAD "[rate a]\nvenue=v\nid=1\n", "t.conf:22: [rate a] id: of a source only; leave it out\n");
	expect(HEAD "[rate a]\nvenue=v\n[rate b]\nvenue=v\n",
	       "t.conf:22: [rate b]: of the same venue, client or source as [rate a] in line 20; put them together\n");
	expect(HEAD "[rate a]\nsource=::1\nid=1\n[rate b]\nsource=::1\nid=2\n",
	       "t.conf:23: [rate b]: of the same venue, client or source as [rate a] in line 20; put them together\n");
	expect(HEAD "[rate a]\nsource=::1\nid=1\n[rate b]\nsource=::2\nid=1\n",
	       "t.conf:23: [rate b]: of the same venue, client or source as [rate a] in line 20; put them together\n");
}

static void a_reload(void **state)
{
	struct tgd_records a, b, d;
	struct tgd_config ca, cb;

	(void)state;
	a = build(HEAD "[rate a]\nvenue=v\nall=5\n[rate b]\nclient=all\nnew=5\n", &ca, "");
	b = build(HEAD "[rate b]\nclient=all\nnew=6\n", &cb, "");
	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 2);
	assert_true(d.r[0].gone);
	assert_int_equal(d.r[0].u.rate.scope, TG_RATE_VENUE);
	assert_int_equal(d.r[0].u.rate.messages[TG_RATE_ALL], NONE);
	assert_int_equal(d.r[0].u.rate.burst[TG_RATE_ALL], 0);
	assert_true(d.r[0].u.rate.window_ns);
	assert_int_equal(d.r[1].u.rate.messages[TG_RATE_NEW], 6);
	tgd_records_free(&a);
	tgd_records_free(&b);
	tgd_records_free(&d);
	tgd_config_free(&ca);
	tgd_config_free(&cb);
}

#define FIRM \
	"[limits firm]\nmax_order_qty=1\nmax_order_notional=2\nmax_position=3\ncollar_bps=4\nmax_open_orders=5\nrate_per_s=6\nrate_burst=7\n"

static void numbered_limits(void **state)
{
	struct tgd_records a, b, d, known;
	struct tgd_config ca, cb;
	unsigned int i;

	(void)state;
	a = build(HEAD FIRM "seq=5\nlease_ms=1500\n", &ca, "");
	for (i = 0; a.r[i].type != TG_IN_LIMITS; i++)
		;
	assert_int_equal(a.r[i].u.limits.seq, 5);
	assert_int_equal(a.r[i].u.limits.lease_ns, 1500000000);
	/* of what a daemon before us gave, the number alone is known: it is that, and is not sent again */
	known = (struct tgd_records){ .r = calloc(1, sizeof(*known.r)), .n = 1 };
	known.r[0].type = TG_IN_LIMITS;
	known.r[0].u.limits.scope = TG_SCOPE_FIRM;
	known.r[0].u.limits.seq = 4;
	tgd_records_numbered(&known, &a);
	assert_int_equal(known.r[0].u.limits.lease_ns, 0);
	known.r[0].u.limits.seq = 5;
	tgd_records_numbered(&known, &a);
	assert_int_equal(known.r[0].u.limits.lease_ns, 1500000000);
	tgd_records_free(&known);
	/* taken back under a higher number, for a lower one would be refused */
	b = build(HEAD, &cb, "");
	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.r[0].u.limits.seq, 6);
	assert_int_equal(d.r[0].u.limits.lease_ns, 0);
	assert_int_equal(d.r[0].u.limits.max_order_qty, 0);
	tgd_records_free(&a);
	tgd_records_free(&b);
	tgd_records_free(&d);
	tgd_config_free(&ca);
	tgd_config_free(&cb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections),
		cmocka_unit_test(what_the_venue_allows),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(a_reload),
		cmocka_unit_test(numbered_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
