// SPDX-License-Identifier: MIT
/* A client's routing id: in the ClOrdIDs of its orders, in their events, and of no other order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

#define MARK 0xdeadbeefu

static u64 marked(struct fx *f, u32 routing)
{
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));

	s.routing_id = routing;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	return tg_engine_last_order_id(f->e);
}

/* The ClOrdID in the message that went out last. */
static void id_is(struct fx *f, char type, u32 tag, u64 id, u32 routing)
{
	char want[32];

	snprintf(want, sizeof(want), routing ? "%016llX%08X" : "%016llX", (unsigned long long)id, routing);
	tag_is(fx_tcp(f, type, 0), tag, want);
}

static void report(struct fx *f, u64 id, u32 routing, char exec, char status, const char *more)
{
	char body[256], cl[32];

	snprintf(cl, sizeof(cl), routing ? "%016llX%08X" : "%016llX", (unsigned long long)id, routing);
	snprintf(body, sizeof(body), "37=V1|11=%s|17=R%u|150=%c|39=%c|55=BTCUSDT|54=1|6=0|%s", cl, ++f->exec_id, exec, status, more);
	fx_venue(f, "8", body);
}

static void told(const struct fx *f, u16 type, u32 routing)
{
	const struct tg_priv_event *ev = fx_priv(f, 1, type, 0);

	assert_non_null(ev);
	assert_int_equal(ev->u.order.routing_id, routing);
}

static void through_an_order_s_life(void **state)
{
	static const u32 marks[] = { MARK, 1, 0 };
	u32 k;

	(void)state;
	for (k = 0; k < 3; k++) {
		struct fx *f = fx_ready();
		u64 id = marked(f, marks[k]);

		id_is(f, 'D', 11, id | 1, marks[k]);
		told(f, TG_PRIV_ORDER_ACK, marks[k]);
		report(f, id | 1, marks[k], '0', '0', "14=0|151=1|");
		assert_int_equal(STATUS(f, id), TG_OS_NEW);
		told(f, TG_PRIV_ORDER_ACK, marks[k]);
		told(f, TG_PRIV_ORDER_UPDATE, marks[k]);
		assert_int_equal(fx_replace(f, 1, id, PX(99), PX(2)), TG_REASON_OK);
		id_is(f, 'G', 11, id | 2, marks[k]);
		id_is(f, 'G', 41, id | 1, marks[k]);
		report(f, id | 2, marks[k], '5', '0', "38=2|44=99|14=0|151=2|");
		assert_int_equal(fx_order(f, id)->qty, PX(2));
		report(f, id | 2, marks[k], 'F', '1', "32=1|31=99|14=1|151=1|");
		told(f, TG_PRIV_FILL, marks[k]);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		id_is(f, 'F', 11, id | 3, marks[k]);
		id_is(f, 'F', 41, id | 2, marks[k]);
		/* a client that comes later is told in its download */
		assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_DOWNLOAD }), TG_REASON_OK);
		while (!fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)) {
			f->now = tg_engine_deadline_ns(f->e);
			fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		}
		told(f, TG_PRIV_ORDER_UPDATE, marks[k]);
		report(f, id | 3, marks[k], '4', '4', "14=1|151=0|");
		assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
		fx_free(f);
	}
}

static void another_s_id_names_nothing(void **state)
{
	struct fx *f = fx_ready();
	u64 a = marked(f, MARK), b = marked(f, 0);

	(void)state;
	report(f, a | 1, MARK + 1, '0', '0', "14=0|151=1|");
	assert_int_equal(STATUS(f, a), TG_OS_PENDING_NEW);
	report(f, a | 1, 0, '0', '0', "14=0|151=1|");
	assert_int_equal(STATUS(f, a), TG_OS_PENDING_NEW);
	report(f, b | 1, MARK, '0', '0', "14=0|151=1|");
	assert_int_equal(STATUS(f, b), TG_OS_PENDING_NEW);
	assert_int_equal(fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER), 3);
	report(f, a | 1, MARK, '0', '0', "14=0|151=1|");
	assert_int_equal(STATUS(f, a), TG_OS_NEW);
	/* refused as a message: by its id */
	{
		char body[128];

		snprintf(body, sizeof(body), "45=999|372=D|379=%016llX%08X|380=4|58=no|", (unsigned long long)(b | 1), MARK);
		fx_venue(f, "j", body);
		assert_int_equal(STATUS(f, b), TG_OS_PENDING_NEW);
		snprintf(body, sizeof(body), "45=999|372=D|379=%016llX|380=4|58=no|", (unsigned long long)(b | 1));
		fx_venue(f, "j", body);
		assert_int_equal(STATUS(f, b), TG_OS_REJECTED);
	}
	fx_free(f);
}

/* After a restart: another epoch, no orders; what the venue still tells of gives the mark back. */
static void from_the_id_alone(void **state)
{
	u16 d;

	(void)state;
	for (d = TG_DIALECT_SIM; d <= TG_DIALECT_DERIBIT; d++) {
		const struct tg_venue_caps *c = tg_venue_caps(d);
		u32 mark = MARK & tg_venue_routing_max(c), routing = 0, len;
		struct fx *f = fx_ready();
		u8 text[TG_CL_ORD_ID_LEN];
		u64 id, ours = (tg_order_make_id(f->e, 7, 3) ^ 1ULL << 52) | 2;	/* of an epoch before this one */

		len = tg_venue_cl_ord_id_text(c, ours, mark, FX_T0, text);
		assert_true(tg_venue_cl_ord_id(c, text, len, &id, &routing));
		assert_int_equal(routing, mark);
		assert_true(id == ours);
		assert_null(tg_order_find(f->e, id, 0));
		fx_free(f);
	}
}

static void no_room_in_the_venue_s_ids(void **state)
{
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	struct fx *f = fx_ready();

	(void)state;
	tg_session(f->e, 2)->cfg.dialect = TG_DIALECT_KRAKEN;
	s.instrument_id = 3;
	s.tif = TG_TIF_GTC;
	s.routing_id = 256;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_ROUTING);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.routing_id, 256);
	s.routing_id = 255;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_SESSION_DOWN);
	fx_drop(f);
}

static void only_where_it_belongs(void **state)
{
	struct fx *f = fx_ready();
	u64 id = marked(f, MARK);

	(void)state;
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_CANCEL, .order_id = id, .routing_id = MARK }),
			 TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_CANCEL_ALL, .routing_id = 1 }), TG_REASON_BAD_REQUEST);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_an_order_s_life),
		cmocka_unit_test(another_s_id_names_nothing),
		cmocka_unit_test(from_the_id_alone),
		cmocka_unit_test(no_room_in_the_venue_s_ids),
		cmocka_unit_test(only_where_it_belongs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
