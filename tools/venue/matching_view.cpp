// SPDX-License-Identifier: MIT
// What the exchange shows: levels for the feed, and what it knows as JSON on one line.
#include "decimal.hpp"
#include "matching.hpp"

#include <algorithm>

namespace venue {

int64_t exchange::shown_qty(const book &b, md_side side, int64_t px) const
{
	auto ext = b.ext[side].find(px);
	auto own = b.own[side].find(px);
	int64_t qty = 0;

	if (!opt_.publish_client_orders)
		return ext == b.ext[side].end() ? 0 : ext->second.qty;
	if (ext != b.ext[side].end())
		qty += ext->second.available();
	if (own != b.own[side].end())
		for (const order *o : own->second)
			qty += o->leaves_qty();
	return qty;
}

std::vector<md_level> exchange::levels(const std::string &symbol, md_side side,
				       uint64_t depth) const
{
	const book &b = books_.at(symbol);
	std::vector<md_level> out;
	std::map<int64_t, int64_t> merged;

	for (const auto &level : b.ext[side])
		merged[level.first] = shown_qty(b, side, level.first);
	if (opt_.publish_client_orders)
		for (const auto &level : b.own[side])
			merged[level.first] = shown_qty(b, side, level.first);
	for (const auto &level : merged)
		if (level.second > 0)
			out.push_back(md_level{ level.first, level.second });
	if (side == MD_BID)
		std::reverse(out.begin(), out.end());
	if (depth && out.size() > depth)
		out.resize(depth);
	return out;
}

std::vector<own_order> exchange::own_at(const std::string &symbol, md_side side, int64_t px) const
{
	const book &b = books_.at(symbol);
	std::vector<own_order> out;
	auto own = b.own[side].find(px);

	if (opt_.publish_client_orders && own != b.own[side].end())
		for (const order *o : own->second)
			if (o->leaves_qty())
				out.push_back(own_order{ o->order_id, o->leaves_qty() });
	return out;
}

std::vector<md_entry> exchange::take_touched(const std::string &symbol)
{
	book &b = books_.at(symbol);
	std::vector<md_entry> out;

	for (const level_key &level : b.touched) {
		int64_t qty = shown_qty(b, level.side, level.px);
		auto before = b.published.find(level);
		bool existed = before != b.published.end();

		if (qty == (existed ? before->second : 0))
			continue;
		out.push_back(md_entry{ qty == 0 ? '2' : existed ? '1' : '0', level.side, level.px, qty });
		if (qty)
			b.published[level] = qty;
		else
			b.published.erase(before);
	}
	b.touched.clear();
	return out;
}

static std::string json_text(const std::string &text)
{
	std::string out = "\"";

	for (char c : text) {
		if (c == '"' || c == '\\')
			out += '\\';
		out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
	}
	return out + "\"";
}

std::string exchange::orders_json(bool others) const
{
	std::string out = "[";

	for (const order &o : orders_) {
		if (o.other != others || o.client.empty())
			continue;
		if (out.size() > 1)
			out += ",";
		out += "{\"client\":" + json_text(o.client) + ",\"cl_ord_id\":" + json_text(o.cl_ord_id) +
		       ",\"order_id\":" + json_text(o.order_id) + ",\"symbol\":" + json_text(o.symbol) +
		       ",\"side\":" + (o.side == MD_BID ? "\"buy\"" : "\"sell\"") +
		       ",\"status\":\"" + static_cast<char>(o.status) + "\"" +
		       ",\"px\":\"" + format_decimal(o.px, 0) + "\",\"qty\":\"" +
		       format_decimal(o.qty, 0) + "\",\"cum_qty\":\"" +
		       format_decimal(o.cum_qty, 0) + "\",\"leaves_qty\":\"" +
		       format_decimal(o.leaves_qty(), 0) + "\",\"ahead_qty\":\"" +
		       format_decimal(o.ahead_qty, 0) + "\"}";
	}
	return out + "]";
}

std::string exchange::trades_json(uint64_t n) const
{
	std::string out = "[";

	for (size_t i = n && n < trades_.size() ? trades_.size() - n : 0; i < trades_.size(); i++) {
		const trade &t = trades_[i];

		out += std::string(out.size() > 1 ? "," : "") + "{\"exec_id\":" + json_text(t.exec_id) + ",\"client\":" + json_text(t.ord->client) +
		       ",\"cl_ord_id\":" + json_text(t.ord->cl_ord_id) + ",\"symbol\":" + json_text(t.ord->symbol) + ",\"side\":" +
		       (t.ord->side == MD_BID ? "\"buy\"" : "\"sell\"") + ",\"px\":\"" + format_decimal(t.px, 0) + "\",\"qty\":\"" +
		       format_decimal(t.qty, 0) + "\",\"fee\":\"" + format_decimal(t.fee, 0) + "\",\"gone\":" + (t.gone ? "true" : "false") + "}";
	}
	return out + "]";
}

std::string exchange::positions_json() const
{
	std::string out = "[";

	for (const auto &entry : positions_) {
		const position &p = entry.second;

		out += std::string(out.size() > 1 ? "," : "") + "{\"client\":" + json_text(entry.first.client) + ",\"account\":" +
		       json_text(entry.first.account) + ",\"symbol\":" + json_text(entry.first.symbol) + ",\"qty\":\"" + format_decimal(p.qty, 0) +
		       "\",\"bought_qty\":\"" + format_decimal(p.bought_qty, 0) + "\",\"sold_qty\":\"" + format_decimal(p.sold_qty, 0) +
		       "\",\"fees\":\"" + format_decimal(p.fees, 0) + "\"}";
	}
	return out + "]";
}

std::string exchange::book_json(const std::string &symbol, uint64_t depth) const
{
	std::string out = "{\"symbol\":" + json_text(symbol) + ",\"last_id\":" +
			  std::to_string(last_id(symbol));

	for (md_side side : { MD_BID, MD_OFFER }) {
		bool first = true;

		out += side == MD_BID ? ",\"bids\":[" : ",\"offers\":[";
		for (const md_level &level : levels(symbol, side, depth)) {
			out += std::string(first ? "" : ",") + "[\"" +
			       format_decimal(level.px, opt_.min_decimals) + "\",\"" +
			       format_decimal(level.qty, opt_.min_decimals) + "\"]";
			first = false;
		}
		out += "]";
	}
	return out + "}";
}

}
