// SPDX-License-Identifier: MIT
/* The model of the risk controls beside an engine. */
#include <stdint.h>
#include <stdio.h>
#include "risk_model.h"

static char text[256];

#define DISAGREE(...) (snprintf(text, sizeof(text), __VA_ARGS__), text)

static bool killed(const struct rm *m, u16 scope, u32 id)
{
	u32 i;

	for (i = 0; i < m->n_kills; i++)
		if (m->kill[i].scope == scope && m->kill[i].id == id)
			return true;
	return false;
}

const char *rm_kills_agree(struct rm *m, const struct tg_engine *e)
{
	u32 i, id;
	u16 k;

	rm_look(m);
	for (i = 0; i < e->kills.n; i++) {
		const struct tg_in_kill *have = &e->kills.k[i];
		const struct rm_scope *s = &m->scope[have->scope][have->id];

		if (killed(m, have->scope, have->id))
			continue;
		if (have->cause == TG_KILL_LOSS ? !s->was_over_loss : have->cause == TG_KILL_EXECUTIONS ? !s->over_executions : true)
			return DISAGREE("scope %u id %u is killed, cause %u, for nothing", have->scope, have->id, have->cause);
		rm_kill(m, have->scope, have->id, have->cause);
	}
	if (e->kills.n != m->n_kills)
		return DISAGREE("%u kills, the model has %u", e->kills.n, m->n_kills);
	for (k = TG_SCOPE_FIRM; k < RM_SCOPES; k++)
		for (id = 0; id < RM_IDS; id++) {
			const struct rm_scope *s = &m->scope[k][id];

			if (((s->over_loss && !s->loss_before) || (s->over_executions && !s->executions_before)) && !killed(m, k, id))
				return DISAGREE("scope %u id %u: %s, and no kill", k, id, s->over_loss ? "its loss is above the limit" : "executions used up");
		}
	return NULL;
}

static s64 average(const struct rm_book *b)
{
	rm_wide q = b->qty < 0 ? -(rm_wide)b->qty : b->qty, c = b->cost < 0 ? -(rm_wide)b->cost : b->cost;

	return q && c * TG_SCALE / q <= TG_PX_MAX ? (s64)(c * TG_SCALE / q) : 0;
}

static s64 unrealised(const struct rm *m, const struct rm_book *b, u32 i)
{
	rm_wide q = b->qty < 0 ? -(rm_wide)b->qty : b->qty, v = m->reference[i] * q / TG_SCALE, r;

	if (!b->qty || m->reference[i] <= 0 || v > TG_PX_MAX)
		return 0;
	r = (b->qty < 0 ? -v : v) - b->cost;
	return r > INT64_MAX || r < INT64_MIN ? 0 : (s64)r;
}

static void open_of(const struct rm *m, enum tg_book_of of, u32 id, u32 instrument, rm_wide open[2])
{
	u32 i;

	open[0] = open[1] = 0;
	for (i = 0; i < m->n_working; i++) {
		const struct rm_order *o = &m->orders[m->working[i]];
		s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;

		if (o->instrument == instrument && most > o->cum &&
		    (of == TG_BOOK_OF_FIRM || (of == TG_BOOK_OF_ACCOUNT && o->account == id) || (of == TG_BOOK_OF_STRATEGY && o->strategy == id) ||
		     (of == TG_BOOK_OF_CLIENT && o->client == id)))
			open[o->side == TG_SIDE_SELL] += most - o->cum;
	}
}

static const char *book(const struct rm *m, const struct tg_engine *e, enum tg_book_of of, u32 id, u32 i, const struct rm_book *b)
{
	static const char *const whose[] = { "firm", "account", "strategy", "client" };
	struct tg_nl_position p = { 0 };
	rm_wide open[2];

	open_of(m, of, id, i, open);
	tg_position_query(e, of, id, i, &p);	/* false: nothing there, all zero */
#define SAME(field, want) \
	do { \
		if (p.field != (want)) \
			return DISAGREE("%s %u instrument %u: " #field " %lld, the model has %lld", whose[of], id, i, (long long)p.field, (long long)(want)); \
	} while (0)
	SAME(qty, b->qty);
	SAME(avg_px, average(b));
	SAME(realised_pnl, b->realised);
	SAME(unrealised_pnl, unrealised(m, b, i));
	SAME(fees, b->fees);
	SAME(open_buy_qty, open[0]);
	SAME(open_sell_qty, open[1]);
	SAME(bought_qty, b->bought);
	SAME(sold_qty, b->sold);
	SAME(fills, b->fills);
#undef SAME
	return NULL;
}

/* All trades once more, from the first: is what was kept beside them still their sum? (A client's begins anew with its session.) */
static bool folded(const struct rm *m)
{
	static struct rm_book firm[RM_IDS], account[RM_IDS][RM_IDS], strategy[RM_IDS][RM_IDS];
	u32 n, i;

	memset(firm, 0, sizeof(firm));
	memset(account, 0, sizeof(account));
	memset(strategy, 0, sizeof(strategy));
	for (n = 0; n < m->n_trades; n++) {
		const struct rm_trade *t = &m->trades[n];

		rm_fold(&firm[t->instrument], t->side, &t->t);
		rm_fold(&account[t->account][t->instrument], t->side, &t->t);
		if (t->strategy)
			rm_fold(&strategy[t->strategy][t->instrument], t->side, &t->t);
	}
	/* what they are worth is the market's */
	for (n = 0; n < RM_IDS; n++) {
		firm[n].value = m->firm[n].value;
		for (i = 0; i < RM_IDS; i++) {
			account[n][i].value = m->account[n][i].value;
			strategy[n][i].value = m->strategy[n][i].value;
		}
	}
	return !memcmp(firm, m->firm, sizeof(firm)) && !memcmp(account, m->account, sizeof(account)) &&
	       !memcmp(strategy, m->strategy, sizeof(strategy));
}

const char *rm_books_agree(const struct rm *m, const struct tg_engine *e)
{
	const char *wrong = folded(m) ? NULL : DISAGREE("the model's books are not the sum of its trades");
	u32 n, i;

	for (i = 1; i < RM_IDS && !wrong; i++) {
		if (!tg_instrument(e, i))
			continue;
		wrong = book(m, e, TG_BOOK_OF_FIRM, 0, i, &m->firm[i]);
		for (n = 1; n <= e->params.max_accounts && !wrong; n++)
			wrong = book(m, e, TG_BOOK_OF_ACCOUNT, n, i, &m->account[n][i]);
		for (n = 1; n <= e->params.max_strategies && !wrong; n++)
			wrong = book(m, e, TG_BOOK_OF_STRATEGY, n, i, &m->strategy[n][i]);
		for (n = 1; n <= e->params.max_clients && !wrong; n++)
			wrong = book(m, e, TG_BOOK_OF_CLIENT, n, i, &m->client[n][i]);
	}
	return wrong;
}

/* Every refusal that a control of docs/RISK.md makes. */
bool rm_is_risk(enum tg_reason why)
{
	switch (why) {
	case TG_REASON_KILLED:
	case TG_REASON_NO_LIMITS:
	case TG_REASON_MAX_QUANTITY:
	case TG_REASON_MAX_NOTIONAL:
	case TG_REASON_NO_REFERENCE_PRICE:
	case TG_REASON_PRICE_COLLAR:
	case TG_REASON_POSITION:
	case TG_REASON_OPEN_ORDERS:
	case TG_REASON_ORDER_RATE:
	case TG_REASON_DUPLICATE_ORDER:
	case TG_REASON_OVERFLOW:
	case TG_REASON_STALE_LIMITS:
	case TG_REASON_RESTRICTED:
	case TG_REASON_TRADING_STATUS:
	case TG_REASON_REDUCE_ONLY:
	case TG_REASON_WINDOW_COLLAR:
	case TG_REASON_TOTAL_POSITION:
	case TG_REASON_GROSS_NOTIONAL:
	case TG_REASON_NET_NOTIONAL:
	case TG_REASON_CAPITAL:
	case TG_REASON_DAILY_LOSS:
	case TG_REASON_EXECUTIONS:
		return true;
	default:
		return false;
	}
}

const char *rm_reason_missing(const u64 seen[TG_REASON_MAX])
{
	u32 k;

	for (k = 0; k < TG_REASON_MAX; k++)
		if (rm_is_risk((enum tg_reason)k) && !seen[k])
			return tg_reason_name((enum tg_reason)k);
	return NULL;
}
