// SPDX-License-Identifier: MIT
#include "others.hpp"

#include <algorithm>

namespace venue {

// Orders that one of them has at a time.
static const size_t orders_max = 8;

others::others(const options &opt, exchange &ex) : exchange_(ex), random_(opt.seed ^ 0x6f7468657273ULL)
{
	for (uint64_t i = 0; i < opt.others; i++)
		participants_.push_back({ "~" + std::to_string(i + 1), {} });
}

void others::submit(participant &p, const std::string &symbol, md_side side, int64_t px, char tif)
{
	order o;

	if (px <= 0)
		return;
	o.client = p.name;
	o.cl_ord_id = "X" + std::to_string(++count_);
	o.symbol = symbol;
	o.side = side;
	o.px = px;
	o.tif = tif;
	o.qty = static_cast<int64_t>(1 + random_.below(20000)) * exchange_.lot(symbol);
	o.other = true;
	exchange_.submit(o);
	p.orders.push_back(o.cl_ord_id);
}

// At the best price of its side, some ticks behind it or one in front.
void others::quote(participant &p, const std::string &symbol, md_side side)
{
	int64_t best, ticks = static_cast<int64_t>(random_.below(8)) - 1, step = exchange_.tick(symbol);

	if (p.orders.size() >= orders_max || !exchange_.best(symbol, side, &best))
		return;
	submit(p, symbol, side, side == MD_BID ? best - ticks * step : best + ticks * step, '0');
}

// What is there at the other side's best price, or up to three ticks through it.
void others::take(participant &p, const std::string &symbol, md_side side)
{
	int64_t best, ticks = static_cast<int64_t>(random_.below(4)), step = exchange_.tick(symbol);

	if (!exchange_.best(symbol, side == MD_BID ? MD_OFFER : MD_BID, &best))
		return;
	submit(p, symbol, side, side == MD_BID ? best + ticks * step : best - ticks * step, '3');
}

void others::cancel_oldest(participant &p)
{
	order *found;
	std::string text;
	const order *o = p.orders.empty() ? nullptr : exchange_.find(p.name, p.orders.front());

	if (o && o->working())
		exchange_.cancel(p.name, o->cl_ord_id + "c", o->cl_ord_id, o->symbol, o->side, &found, &text);
}

void others::act(const std::string &symbol)
{
	if (participants_.empty() || random_.below(2))
		return;
	participant &p = participants_[random_.below(participants_.size())];
	md_side side = random_.below(2) ? MD_OFFER : MD_BID;
	uint64_t dice = random_.below(10);

	if (!exchange_.trading(symbol))
		return;
	if (dice < 5)
		quote(p, symbol, side);
	else if (dice < 8)
		take(p, symbol, side);
	else
		cancel_oldest(p);
	for (auto it = p.orders.begin(); it != p.orders.end();) {
		const order *o = exchange_.find(p.name, *it);

		if (o && o->working()) {
			++it;
			continue;
		}
		exchange_.forget(p.name, *it);
		it = p.orders.erase(it);
	}
}

}
