// SPDX-License-Identifier: MIT
// Questions about orders (H, AF) and positions (AN).
#include "fields.hpp"
#include "session.hpp"

#include <algorithm>

namespace venue {

void session_app::order_status_request(const FIX::Message &m, const std::string &client)
{
	status_of(client, m.getField(11), m.getField(55), side_of(m));
}

// 35=AF where it asks for all orders that work: of the client (585=7), or of one instrument (585=1).
void session_app::all_status(const FIX::Message &m, const std::string &client)
{
	std::string kind = m.getField(585), id = m.getField(584), symbol = kind == "1" ? m.getField(55) : std::string();
	std::vector<const order *> found;
	order none;

	if (kind != "7" && kind != "1")
		throw FIX::IncorrectTagValue(585);
	found = exchange_->working(client, symbol);
	if (found.empty()) {
		none.client = client;
		none.cl_ord_id = none.order_id = "NONE";
		none.symbol = symbol.empty() ? "NONE" : symbol;
		none.status = STATUS_REJECTED;
	}
	for (size_t i = 0; i < std::max<size_t>(found.size(), 1) && faults_.silent == SILENT_OFF; i++) {
		report rep(found.empty() ? &none : found[i], 'I', "", found.empty() ? "no working orders" : "");

		rep.exec_id = exchange_->next_exec_id();
		FIX::Message r = execution_report(rep);

		set(r, 584, id);
		set(r, 911, std::to_string(found.size()));
		set(r, 912, i + 1 >= found.size() ? 'Y' : 'N');
		post_.put(r, client);
	}
}

// 35=AF: where it is for one order, by its ClOrdID (585=7, 9014=1).
void session_app::mass_status(const FIX::Message &m, const std::string &client)
{
	if (opt_.speech.name == tongue::sim)
		return all_status(m, client);
	if (m.getField(585) != "7")
		throw FIX::IncorrectTagValue(585);
	if (m.getField(9014) != "1")
		throw FIX::IncorrectTagValue(9014);
	status_of(client, m.getField(584), m.getField(55), MD_BID);
}

void session_app::status_of(const std::string &client, const std::string &cl_ord_id,
			    const std::string &symbol, md_side side)
{
	const order *found = exchange_->find(client, cl_ord_id);
	order unknown;

	if (found) {
		report rep(found, 'I');

		rep.exec_id = exchange_->next_exec_id();
		on_report(rep);
		return;
	}
	unknown.client = client;
	unknown.cl_ord_id = cl_ord_id;
	unknown.order_id = "NONE";
	unknown.symbol = symbol;
	unknown.side = side;
	unknown.status = STATUS_REJECTED;
	report rep(&unknown, 'I', "", "unknown order");

	rep.reject_reason = 5;
	rep.exec_id = exchange_->next_exec_id();
	on_report(rep);
}

// 35=AN: an AP for each account and instrument that has traded, or AO when there is none (or 724 is not 0).
void session_app::positions(const FIX::Message &m, const std::string &client)
{
	std::string id = m.getField(710), kind = m.getField(724), account = optional(m, 1), symbol = optional(m, 55), day = utc_timestamp().substr(0, 8);
	std::vector<std::pair<position_key, position>> found;
	std::string body;

	if (faults_.silent != SILENT_OFF)
		return;
	for (const auto &entry : exchange_->positions())
		if (entry.first.client == client && (account.empty() || entry.first.account == account) && (symbol.empty() || entry.first.symbol == symbol))
			found.push_back(entry);
	if (kind != "0" || found.empty()) {
		append_field(body, 721, id_prefix_ + "P" + std::to_string(++position_count_));
		append_field(body, 710, id);
		append_field(body, 727, "0");
		append_field(body, 728, kind != "0" ? "4" : "2");
		append_field(body, 729, kind != "0" ? "2" : "0");
		if (!account.empty())
			append_field(body, 1, account);
		append_field(body, 58, kind != "0" ? "724 must be 0 (positions)" : "no positions");
		return send_body("AO", body, client);
	}
	for (const auto &entry : found) {
		const position &p = entry.second;

		body.clear();
		append_field(body, 721, id_prefix_ + "P" + std::to_string(++position_count_));
		append_field(body, 710, id);
		append_field(body, 724, "0");
		append_field(body, 727, std::to_string(found.size()));
		append_field(body, 728, "0");
		append_field(body, 715, day);
		if (!entry.first.account.empty())
			append_field(body, 1, entry.first.account);
		append_field(body, 55, entry.first.symbol);
		append_field(body, 730, format_decimal(p.last_px, 0));
		append_field(body, 731, "1");
		append_field(body, 734, format_decimal(p.last_px, 0));
		append_field(body, 702, "1");
		append_field(body, 703, "TOT");
		append_field(body, 704, format_decimal(p.qty > 0 ? p.qty : 0, 0));
		append_field(body, 705, format_decimal(p.qty < 0 ? -p.qty : 0, 0));
		append_field(body, 706, "0");
		send_body("AP", body, client);
	}
}

}
