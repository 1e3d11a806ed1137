// SPDX-License-Identifier: MIT
/* Mass status (35=AF): one question after a logon with many open orders, its answers, what they leave out, and venues that refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

static const struct tg_out *mass_request(const struct fx *f)
{
	const struct tg_out *o;
	char type[8];
	u32 pos = 0;

	while ((o = tg_outbox_next(&f->ob, &pos)))
		if (o->type == TG_OUT_TCP && fx_tag(o, 35, type, sizeof(type)) && !strcmp(type, "AF"))
			return o;
	return NULL;
}

/* Five orders without a word of the venue yet, and the connection lost and found. 584 of the question. */
static u64 five_lost(struct fx *f, u64 *id)
{
	char req[32];
	u32 i;

	for (i = 0; i < 5; i++)
		id[i] = fx_send(f, BUY, PX(100), PX(1));
	fx_disconnect(f);
	fx_logon(f);
	assert_non_null(mass_request(f));
	tag_is(mass_request(f), 585, "7");
	assert_null(fx_tcp(f, 'H', 0));
	assert_true(fx_tag(mass_request(f), 584, req, sizeof(req)));
	assert_int_equal(fx_counter(f, TG_CC_MASS_STATUS), 1);
	return strtoull(req, NULL, 10);
}

static void answer(struct fx *f, u64 cl_ord_id, u64 req, bool last)
{
	char body[256];

	snprintf(body, sizeof(body), "37=V|11=%016llX|17=0|150=I|39=0|55=BTCUSDT|54=1|38=1|44=100|151=1|14=0|6=0|584=%llu|911=3|912=%c|",
		 (unsigned long long)cl_ord_id, (unsigned long long)req, last ? 'Y' : 'N');
	fx_venue(f, "8", body);
}

static void answers_are_reconciled(void **state)
{
	struct fx *f = fx_ready();
	u64 id[5], req = five_lost(f, id);

	(void)state;
	answer(f, id[0] | 1, req, false);
	assert_int_equal(STATUS(f, id[0]), TG_OS_NEW);
	answer(f, 0x123456789abcdef1ULL, req, false);	/* works at the venue, and is none of ours */
	assert_int_equal(fx_counter(f, TG_CC_VENUE_ORDERS_UNKNOWN), 1);
	answer(f, 0x123456789abcdef1ULL, req + 1, true);	/* the answer to another question ends nothing */
	assert_null(fx_tcp(f, 'H', 0));
	answer(f, id[1] | 1, req, true);
	assert_int_equal(STATUS(f, id[1]), TG_OS_NEW);
	/* the other three are asked for by themselves */
	assert_non_null(fx_tcp(f, 'H', 2));
	assert_null(fx_tcp(f, 'H', 3));
	REPORT(f, id[2], .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, id[2]), TG_OS_REJECTED);
	REPORT(f, id[3], .exec = 'I', .status = '2', .cum = PX(1), .avg_px = PX(99));
	assert_int_equal(STATUS(f, id[3]), TG_OS_FILLED);
	REPORT(f, id[4], .exec = 'I', .status = '0', .leaves = PX(1));
	assert_int_equal(STATUS(f, id[4]), TG_OS_NEW);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	assert_int_equal(fx_counter(f, TG_CC_ORDERS_SUSPECT), 0);
	fx_free(f);
}

static void no_order_at_the_venue(void **state)
{
	struct fx *f = fx_ready();
	u64 id[5], req = five_lost(f, id);
	char body[128];

	(void)state;
	snprintf(body, sizeof(body), "37=NONE|17=0|150=I|39=8|151=0|14=0|6=0|584=%llu|911=0|", (unsigned long long)req);
	fx_venue(f, "8", body);
	assert_non_null(fx_tcp(f, 'H', 4));
	assert_int_equal(fx_counter(f, TG_CC_VENUE_ORDERS_UNKNOWN), 0);
	fx_free(f);
}

static void venue_refuses(void **state)
{
	struct fx *f = fx_ready();
	u64 id[5], req = five_lost(f, id);

	(void)state;
	(void)req;
	fx_venue(f, "j", "45=3|372=AF|380=3|");
	assert_non_null(fx_tcp(f, 'H', 4));
	/* and is not asked that way again */
	fx_disconnect(f);
	fx_logon(f);
	assert_null(mass_request(f));
	assert_non_null(fx_tcp(f, 'H', 4));
	fx_free(f);
}

/* Few are asked for one by one; a question is forgotten with its session. */
static void few_orders_and_a_lost_session(void **state)
{
	struct fx *f = fx_ready();
	u64 id[5], req;

	(void)state;
	fx_send(f, BUY, PX(100), PX(1));
	fx_disconnect(f);
	fx_logon(f);
	assert_null(mass_request(f));
	assert_non_null(fx_tcp(f, 'H', 0));
	fx_free(f);
	f = fx_ready();
	req = five_lost(f, id);
	fx_disconnect(f);
	fx_logon(f);
	assert_non_null(mass_request(f));
	answer(f, id[0] | 1, req, true);
	assert_null(fx_tcp(f, 'H', 0));
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_reconciled),
		cmocka_unit_test(no_order_at_the_venue),
		cmocka_unit_test(venue_refuses),
		cmocka_unit_test(few_orders_and_a_lost_session),
	};

	return cmocka_run_group_tests_name("order-mass", tests, NULL, NULL);
}
