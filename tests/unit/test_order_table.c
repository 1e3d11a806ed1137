// SPDX-License-Identifier: MIT
/*
 * The order table is total: a real engine is brought into every state by a conversation, and is sent
 * every ExecType (150) with every OrdStatus (39), also those that no venue sends, each with numbers
 * that fit, with more filled, with less, and with numbers that do not add up. What must come of the
 * forms that mean something is written down here once more, by hand, from FIX 4.4 volume 4; whatever
 * else comes must keep what always holds, and must change nothing when it comes again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"
#include "order/table.h"

#define QTY 4

/* ---- states ---- */

enum { NONE, CANCEL, REPLACE, LOST };	/* beside what is confirmed */

struct place { u8 prior; u8 beside; };

static const struct place places[] = {
	{ TG_OS_PENDING_NEW, NONE }, { TG_OS_PENDING_NEW, CANCEL }, { TG_OS_PENDING_NEW, LOST },
	{ TG_OS_NEW, NONE }, { TG_OS_NEW, CANCEL }, { TG_OS_NEW, REPLACE }, { TG_OS_NEW, LOST },
	{ TG_OS_PARTIALLY_FILLED, NONE }, { TG_OS_PARTIALLY_FILLED, CANCEL }, { TG_OS_PARTIALLY_FILLED, REPLACE },
	{ TG_OS_PARTIALLY_FILLED, LOST },
	{ TG_OS_SUSPENDED, NONE }, { TG_OS_SUSPENDED, CANCEL }, { TG_OS_SUSPENDED, LOST },
	{ TG_OS_DONE_FOR_DAY, NONE }, { TG_OS_DONE_FOR_DAY, CANCEL }, { TG_OS_DONE_FOR_DAY, LOST },
	{ TG_OS_SUSPECT, NONE }, { TG_OS_SUSPECT, CANCEL }, { TG_OS_SUSPECT, LOST },
	{ TG_OS_FILLED, NONE }, { TG_OS_CANCELED, NONE }, { TG_OS_REJECTED, NONE }, { TG_OS_EXPIRED, NONE },
};

static u64 reach(struct fx *f, const struct place *p, u8 tif)
{
	struct tg_submission s = fx_limit(BUY, PX(100), PX(QTY));
	u64 id;

	s.tif = tif;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	id = tg_engine_last_order_id(f->e);
	if (p->prior != TG_OS_PENDING_NEW && p->prior != TG_OS_REJECTED)
		REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(QTY));
	if (p->prior == TG_OS_PARTIALLY_FILLED || p->prior == TG_OS_FILLED || p->prior == TG_OS_CANCELED || p->prior == TG_OS_EXPIRED)
		REPORT(f, id, .exec = 'F', .status = '1', .exec_id = "first", .cum = PX(1), .leaves = PX(QTY - 1),
		       .last_qty = PX(1), .last_px = PX(100));
	switch (p->prior) {
	case TG_OS_SUSPENDED:
		REPORT(f, id, .exec = '9', .status = '9', .leaves = PX(QTY));
		break;
	case TG_OS_DONE_FOR_DAY:
		REPORT(f, id, .exec = '3', .status = '3');
		break;
	case TG_OS_SUSPECT:
		REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(QTY), .side = '2');
		break;
	case TG_OS_FILLED:
		REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(QTY), .last_qty = PX(QTY - 1), .last_px = PX(100));
		break;
	case TG_OS_CANCELED:
		REPORT(f, id, .exec = '4', .status = '4', .cum = PX(1));
		break;
	case TG_OS_REJECTED:
		REPORT(f, id, .exec = '8', .status = '8');
		break;
	case TG_OS_EXPIRED:
		REPORT(f, id, .exec = 'C', .status = 'C', .cum = PX(1));
		break;
	}
	if (p->beside == REPLACE)
		assert_int_equal(fx_replace(f, 1, id, PX(101), PX(QTY + 2)), TG_REASON_OK);
	else if (p->beside != NONE)
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	if (p->beside == LOST) {
		fx_disconnect(f);
		fx_logon(f);
	}
	assert_int_equal(fx_order(f, id)->prior_status, p->prior);
	return id;
}

/* ---- what must come of it ---- */

/*
 * n, p, f, c, r, x, s, d: the state; w: NEW or PARTIALLY_FILLED by what is filled; =: as before; .: as before, and counted as
 * told again; capitals: SUSPECT, for L fill after the end, A life after it, T two ends, R a late reject, U a replace that nobody
 * asked for, E a trade that is not known, S what can never be. Where nothing was filled, a bust or correction has overtaken its trade.
 * Columns: ack, pending, calculated, partial, fill, cancelled, replaced, rejected, expired, done, suspended, working, correct, bust.
 */
static const struct { u8 prior; const char *row; } expected[] = {
	{ TG_OS_PENDING_NEW,	  "w==wfcUrxdswww" },
	{ TG_OS_NEW,		  "===wfcUrxdswww" },
	{ TG_OS_PARTIALLY_FILLED, "===wfcURxdswww" },
	{ TG_OS_SUSPENDED,	  "w===fcUrxd=w==" },
	{ TG_OS_DONE_FOR_DAY,	  "w==wfcUrx=sw==" },
	{ TG_OS_SUSPECT,	  "====fcUrx=====" },
	{ TG_OS_FILLED,		  "...L.TATT.AAww" },
	{ TG_OS_CANCELED,	  "...LL.ATT.AA==" },
	{ TG_OS_REJECTED,	  "A..LLTA.TTAAEE" },
	{ TG_OS_EXPIRED,	  "...LLTAT..AA==" },
};

static const char *expected_row(u8 prior)
{
	u32 i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (expected[i].prior == prior)
			return expected[i].row;
	return NULL;
}

static enum tg_reason reason_of(char c)
{
	switch (c) {
	case 'L': return TG_REASON_FILL_AFTER_END;
	case 'A': return TG_REASON_LIFE_AFTER_END;
	case 'T': return TG_REASON_TWO_ENDS;
	case 'R': return TG_REASON_REJECTED_LATE;
	case 'U': return TG_REASON_REPLACED_OTHERWISE;
	case 'E': return TG_REASON_EXEC_REF;
	default: return TG_REASON_OK;
	}
}

static u8 state_of(char c, const struct tg_order *o)
{
	switch (c) {
	case 'w': return o->cum_qty ? TG_OS_PARTIALLY_FILLED : TG_OS_NEW;
	case 'f': return TG_OS_FILLED;
	case 'c': return TG_OS_CANCELED;
	case 'r': return TG_OS_REJECTED;
	case 'x': return TG_OS_EXPIRED;
	case 's': return TG_OS_SUSPENDED;
	case 'd': return TG_OS_DONE_FOR_DAY;
	default: return TG_OS_SUSPECT;
	}
}

/* The table itself against the hand-written one, also in the rows of states that are never a prior one. */
static void table_as_written(void **state)
{
	u32 s, ev, cells = 0;

	(void)state;
	for (s = 0; s < TG_OS_MAX; s++)
		for (ev = 0; ev < TG_OE_MAX; ev++, cells++) {
			struct tg_order_rule r = tg_order_rule((u8)s, (enum tg_order_event)ev);
			const char *row = expected_row((u8)s);
			char c = row ? row[ev] : 'S';

			assert_int_equal(r.action == TG_OA_SUSPECT, r.reason != TG_REASON_OK);
			if (!row)
				assert_int_equal(r.reason, TG_REASON_SUSPECT);
			else if (strchr("LAT", c))
				assert_int_equal(r.reason, reason_of(c));
			else if (ev == TG_OE_CORRECT || ev == TG_OE_BUST)
				assert_int_equal(r.action, s == TG_OS_REJECTED ? TG_OA_SUSPECT : TG_OA_BUST);
			else if (c == '.')
				assert_int_equal(r.action, TG_OA_AGAIN);
			else if (c == '=')
				assert_true(r.action == TG_OA_KEEP);
		}
	assert_int_equal(tg_order_rule(TG_OS_MAX, TG_OE_ACK).reason, TG_REASON_SUSPECT);
	assert_int_equal(tg_order_rule(255, TG_OE_BUST).reason, TG_REASON_SUSPECT);
	print_message("# %u cells of the table\n", cells);
}

/* ---- forms ---- */

/* The event that a form with sound numbers means; TG_OE_MAX: it means none, its 39 contradicts its 150. */
static enum tg_order_event meaning(char exec, char status, s64 cum)
{
	static const struct { const char *forms; enum tg_order_event ev; } means[] = {
		{ "00", TG_OE_ACK }, { "AA66EE77", TG_OE_PENDING }, { "BB", TG_OE_CALCULATED }, { "F1", TG_OE_PARTIAL },
		{ "F2D2", TG_OE_FILL }, { "44D4", TG_OE_CANCELED }, { "50", TG_OE_REPLACED }, { "88", TG_OE_REJECTED },
		{ "CCDC", TG_OE_EXPIRED }, { "33D3", TG_OE_DONE }, { "99D9", TG_OE_SUSPENDED }, { "D0", TG_OE_WORKING },
		{ "G1", TG_OE_CORRECT }, { "H0", TG_OE_BUST },
	};
	u32 i, k;

	if (status == '1' && cum && (exec == '0' || exec == '5' || exec == 'D'))
		status = '0';		/* of an order with fills */
	for (i = 0; i < sizeof(means) / sizeof(means[0]); i++)
		for (k = 0; means[i].forms[k]; k += 2)
			if (means[i].forms[k] == exec && means[i].forms[k + 1] == status)
				return means[i].ev;
	return TG_OE_MAX;
}

static bool end_status(char c)
{
	return c == '2' || c == '3' || c == '4' || c == '8' || c == 'C' || c == 'B';
}

enum { SOUND, MORE, FEWER, ODD, VARIANTS };

/* A report about this order; false: this variant is no other than the sound one. */
static bool make(const struct tg_order *o, char exec, char status, u32 variant, struct fx_report *r)
{
	s64 cum = o->cum_qty;

	memset(r, 0, sizeof(*r));
	r->exec = exec;
	r->status = status;
	r->id = o->req_type && strchr("456E", exec) ? o->req_cl_ord_id : o->cl_ord_id;
	if (exec == 'F') {
		r->last_qty = status == '2' && o->qty > cum ? o->qty - cum : PX(1);
		r->last_px = PX(100);
		cum += status == '2' && cum == o->qty ? 0 : r->last_qty;
	} else if (exec == 'G') {
		r->last_qty = PX(1);
		r->last_px = PX(99);
	} else if (exec == 'H' && cum >= PX(1)) {
		cum -= PX(1);
	} else if (status == '2') {
		cum = o->qty;
		r->avg_px = PX(100);
	}
	if (variant == MORE) {
		cum += PX(1);
		r->avg_px = PX(100);
	} else if (variant == FEWER) {
		if (!cum)
			return false;
		cum -= PX(1);
	}
	r->cum = cum;
	if (exec == '5' && o->req_type == TG_SUB_REPLACE) {
		r->qty = o->req_qty;
		r->px = o->req_px;
	}
	r->leaves = end_status(status) ? 0 : (r->qty ? r->qty : o->qty) - cum;
	if (r->leaves < 0)
		r->leaves = 0;
	if (variant == ODD)
		r->leaves += PX(1);
	return true;
}

static void send(struct fx *f, u64 id, const struct fx_report *r, const char *exec_id)
{
	struct fx_report named = *r;

	named.exec_id = exec_id;
	fx_report(f, id, &named);
}

/* fx_report() has no 19: the trade that a bust is about is named in one written here. */
static void send_bust(struct fx *f, u64 id, const struct fx_report *r, const char *exec_id)
{
	char body[512];

	snprintf(body, sizeof(body), "37=V0|11=%016llX|17=%s|19=first|150=%c|39=%c|55=BTCUSDT|54=1|151=%lld|14=%lld|6=100|",
		 (unsigned long long)fx_order(f, id)->cl_ord_id, exec_id, r->exec, r->status, (long long)(r->leaves / TG_SCALE),
		 (long long)(r->cum / TG_SCALE));
	if (r->exec == 'G')
		strcat(body, "32=1|31=99|");
	fx_venue(f, "8", body);
}

/* ---- what always holds ---- */

static char at[96];	/* for people: the pair at work */

#define WANT(x) want(x, #x, __LINE__)
static void want(bool holds, const char *what, int line)
{
	if (!holds)
		print_error("%s: line %d: %s\n", at, line, what);
	assert_true(holds);
}

static void holds(const struct fx *f, const struct tg_order *was, const struct tg_order *o, const struct fx_report *r)
{
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;
	bool bust = r->exec == 'G' || r->exec == 'H', ended = tg_ord_terminal(was->prior_status);
	struct tg_order d = *o;

	WANT(o->status > TG_OS_NONE && o->status < TG_OS_MAX);
	WANT(o->cum_qty >= 0 && o->cum_qty <= most);
	WANT(o->cum_qty >= was->cum_qty || bust);
	WANT(o->working == (!tg_ord_terminal(o->status)));
	if (o->working) {
		/* Or the replace in flight was taken: more is filled than the old quantity. */
		WANT(o->cum_qty + o->leaves_qty == o->qty || (o->cum_qty > o->qty && o->req_qty && !o->leaves_qty));
		tg_order_derive(&d);
		WANT(d.status == (o->status));
	} else {
		WANT(o->leaves_qty == (0));
	}
	if (o->status == TG_OS_FILLED)
		WANT(o->cum_qty == (o->qty));
	WANT(o->leaves_qty <= was->leaves_qty || r->exec == '5' || r->exec == 'I' || bust ||
		    (ended && o->prior_status == TG_OS_SUSPECT));
	/* An end is left by a bust, or as something for a person. */
	if (ended && !bust)
		WANT(o->prior_status == was->prior_status || o->prior_status == TG_OS_SUSPECT);
	if (o->prior_status == TG_OS_SUSPECT && was->prior_status != TG_OS_SUSPECT)
		WANT(o->reason != TG_REASON_OK);
	WANT(fx_position(f, 1, 1)->qty == (o->cum_qty));
	WANT(fx_position(f, 1, 1)->cost - fx_position(f, 1, 1)->realised_pnl == (o->value));
}

/* The state that the hand-written table wants. */
static void as_expected(const struct fx *f, const struct place *p, const struct tg_order *was, const struct tg_order *o,
			enum tg_order_event ev, const u64 *counters, const struct fx_report *r)
{
	char c = expected_row(p->prior)[ev];
	u64 again = fx_counter(f, TG_CC_EXEC_DUPLICATES) - counters[TG_CC_EXEC_DUPLICATES],
	    suspects = fx_counter(f, TG_CC_ORDERS_SUSPECT) - counters[TG_CC_ORDERS_SUSPECT];

	if (c == 'U' && p->beside == REPLACE)
		c = 'w';
	if (c == '=' || c == '.') {
		WANT(o->prior_status == (p->prior));
		WANT(again == (c == '.'));
		WANT(suspects == (0));
	} else if (c >= 'A' && c <= 'Z') {
		WANT(o->prior_status == (TG_OS_SUSPECT));
		if (p->prior != TG_OS_SUSPECT) {
			WANT(suspects == (1));
			WANT(o->reason == (reason_of(c)));
		}
		WANT(o->cum_qty == (was->cum_qty));
	} else {
		WANT(o->prior_status == (state_of(c, o)));
		WANT(suspects + again == (0));
		WANT(o->cum_qty == (r->exec != 'G' ? r->cum : was->cum_qty ? was->cum_qty : PX(1)));
	}
}

static u32 pairs, meant, outcomes[TG_OS_MAX][TG_OS_MAX];

static void one(struct fx *f, const struct place *p, u64 id, char exec, char status, u32 variant)
{
	struct tg_order was = *fx_order(f, id), first;
	u64 counters[TG_CC_MAX];
	enum tg_order_event ev;
	struct fx_report r;

	if (!make(&was, exec, status, variant, &r))
		return;
	snprintf(at, sizeof(at), "%s beside %u, 150=%c 39=%c, variant %u", tg_ord_status_name(p->prior), p->beside, exec, status,
		 variant);
	memcpy(counters, tg_engine_counters(f->e), sizeof(counters));
	if (exec == 'G' || exec == 'H')
		send_bust(f, id, &r, "form");
	else
		send(f, id, &r, "form");
	first = *fx_order(f, id);
	holds(f, &was, &first, &r);
	ev = variant == SOUND ? meaning(exec, status, was.cum_qty) : TG_OE_MAX;
	/* The sound form of a bust depends on what is there to be busted. */
	if (ev == TG_OE_BUST && (was.cum_qty > PX(1) || tg_ord_terminal(p->prior)))
		ev = TG_OE_MAX;
	if (ev == TG_OE_CORRECT && tg_ord_terminal(p->prior))
		ev = TG_OE_MAX;
	/* A trade that is new by its id, and that CumQty has no place for: a bust is on its way, and nobody knows of what. */
	if (exec == 'F' && p->prior == TG_OS_FILLED)
		ev = TG_OE_MAX;
	if (ev != TG_OE_MAX && !(ev == TG_OE_PARTIAL && tg_ord_terminal(p->prior)) &&
	    !((ev == TG_OE_FILL || ev == TG_OE_PARTIAL) && p->beside == REPLACE) && !(ev == TG_OE_REPLACED && p->beside == LOST)) {
		as_expected(f, p, &was, &first, ev, counters, &r);
		meant++;
	}
	outcomes[was.prior_status][first.prior_status]++;
	/* and once more */
	if (exec == 'G' || exec == 'H')
		send_bust(f, id, &r, "form");
	else
		send(f, id, &r, "form");
	if (exec != 'I') {
		first.asked = fx_order(f, id)->asked;
		assert_memory_equal(&first, fx_order(f, id), sizeof(first));
		assert_null(fx_priv(f, 0, 0, 0));
	} else if (first.prior_status != TG_OS_SUSPECT || was.prior_status == TG_OS_SUSPECT) {
		/* One that has just become SUSPECT takes the numbers when a status tells them again. */
		WANT(fx_order(f, id)->cum_qty == (first.cum_qty));
		WANT(fx_order(f, id)->value == (first.value));
		WANT(fx_order(f, id)->qty == (first.qty));
	}
	pairs++;
}

static void every_pair(void **state)
{
	static const char execs[] = "0123456789ABCDEFGHIz", statuses[] = "0123456789ABCDE";
	const char *e, *s;
	u32 i, variant;

	(void)state;
	fx_small_store = true;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct fx *f = fx_ready();
		u64 id = reach(f, &places[i], TG_TIF_GTC), seq = f->seq, venue_seq = f->venue_seq;
		u8 *image = malloc(f->e->bytes);

		memcpy(image, f->e, f->e->bytes);
		for (e = execs; *e; e++)
			for (s = statuses; *s; s++)
				for (variant = 0; variant < VARIANTS; variant++) {
					memcpy(f->e, image, f->e->bytes);
					f->seq = seq;
					f->venue_seq = venue_seq;
					f->records_len = 0;
					one(f, &places[i], id, *e, *s, variant);
				}
		free(image);
		fx_drop(f);
	}
	fx_small_store = false;
	assert_true(meant > 450);
	print_message("# %u reports: %u states by %u forms, %u of them with a meaning of their own\n", pairs,
		      (u32)(sizeof(places) / sizeof(places[0])), (u32)((sizeof(execs) - 1) * (sizeof(statuses) - 1)), meant);
}

/* Done for day is the end of an order that is not good till cancelled. */
static void done_for_day_by_time_in_force(void **state)
{
	static const struct place live[] = {
		{ TG_OS_PENDING_NEW, NONE }, { TG_OS_NEW, NONE }, { TG_OS_PARTIALLY_FILLED, NONE }, { TG_OS_SUSPENDED, NONE },
	};
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		struct fx *f = fx_ready();
		u64 id = reach(f, &live[i], TG_TIF_DAY);

		REPORT(f, id, .exec = '3', .status = '3', .cum = fx_order(f, id)->cum_qty);
		assert_int_equal(STATUS(f, id), TG_OS_EXPIRED);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
		fx_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_as_written),
		cmocka_unit_test(every_pair),
		cmocka_unit_test(done_for_day_by_time_in_force),
	};

	return cmocka_run_group_tests_name("order-table", tests, NULL, NULL);
}
