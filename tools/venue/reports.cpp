// SPDX-License-Identifier: MIT
// Execution reports (8), cancel rejects (9, j) and their copies.
#include "fields.hpp"
#include "session.hpp"

namespace venue {

// With swapped ids a cancel or replace has no id of its own; the exchange gets one behind a '#'.
static std::string new_id(const std::string &cl_ord_id)
{
	return cl_ord_id.substr(0, cl_ord_id.find('#'));
}

FIX::Message session_app::execution_report(const report &rep) const
{
	const order &o = *rep.ord;
	const dialect &d = opt_.speech;
	FIX::Message m;
	char exec_type = rep.exec_type, ord_status = rep.ord_status ? rep.ord_status : static_cast<char>(o.status);
	bool trade = rep.exec_type == 'F' || rep.exec_type == 'G' || rep.exec_type == 'H';

	m.getHeader().setField(FIX::MsgType("8"));
	if (d.swapped) {
		// 11 is the venue's id and 41 the new order's, whatever was asked; ExecID is 527.
		set(m, 11, o.order_id);
		set(m, 41, new_id(o.cl_ord_id));
		set(m, 527, rep.exec_id);
	} else {
		if (d.name == tongue::sim || rep.exec_type != '8')
			set(m, 37, o.order_id);
		set(m, 11, rep.cl_ord_id.empty() ? o.cl_ord_id : rep.cl_ord_id);
		if (!rep.orig_cl_ord_id.empty())
			set(m, 41, rep.orig_cl_ord_id);
		if (d.name != tongue::binance || rep.exec_type != '8')
			set(m, 17, rep.exec_id);
	}
	if (d.version == 42) {
		// ExecTransType, and trades by their outcome (FIX 4.2 volume 4).
		set(m, 20, exec_type == 'I' ? '3' : exec_type == 'G' ? '2' : exec_type == 'H' ? '1' : '0');
		if (exec_type == 'I' || trade)
			exec_type = ord_status;
	}
	set(m, 150, exec_type);
	set(m, 39, ord_status);
	if (!rep.exec_ref_id.empty())
		set(m, 19, rep.exec_ref_id);
	if (d.account && !o.account.empty())
		set(m, 1, o.account);
	set(m, 55, o.symbol);
	set(m, 54, o.side == MD_BID ? '1' : '2');
	set_decimal(m, 38, o.qty);
	set(m, 40, o.type);
	set(m, 59, o.tif);
	if (o.post_only)
		set(m, 18, d.post_only);
	if (o.type == '2')
		set_decimal(m, 44, o.px);
	if (trade) {
		set_decimal(m, 32, rep.last_qty);
		set_decimal(m, 31, rep.last_px);
		if (d.version != 42 && rep.liquidity)
			set(m, 851, rep.liquidity);
		set_decimal(m, 12, d.swapped ? 0 : rep.fee);
		if (!d.swapped)
			set(m, 13, '3');
	}
	set_decimal(m, 151, o.leaves_qty());
	set_decimal(m, 14, o.cum_qty);
	set_decimal(m, 6, o.avg_px());
	set(m, 60, utc_timestamp());
	if (rep.reject_reason >= 0)
		set(m, 103, std::to_string(rep.reject_reason));
	if (!rep.text.empty())
		set(m, 58, rep.text);
	return m;
}

void session_app::on_report(const report &rep)
{
	if (faults_.silent != SILENT_OFF && opt_.drop_copies.empty())
		return;
	FIX::Message m = execution_report(rep);

	if (rep.exec_type != 'I')
		copy(m, rep.ord->client);
	if (faults_.silent == SILENT_OFF)
		post_.put(m, rep.ord->client);
}

// A copy knows nothing of what delays or loses the report itself.
void session_app::copy(const FIX::Message &m, const std::string &client)
{
	if (opt_.drop_copies.empty())
		return;
	if (faults::take(&faults_.lose_copies) || faults_.chance(CHANCE_LOSE_COPY)) {
		copies_lost_++;
		return;
	}
	for (const std::string &to : opt_.drop_copies) {
		FIX::Message again = m;

		again.getHeader().setField(FIX::StringField(115, client));
		set(again, 797, 'Y');
		send(again, to);
	}
}

// The word of the venue that it has the request, before the one that it has done it.
void session_app::pending(const std::string &client, const std::string &cl_ord_id, const std::string &orig, order_status as)
{
	const order *o = exchange_->find(client, orig);

	if (!opt_.pending_acks || !o || !o->working())
		return;
	report rep(o, static_cast<char>(as), orig);

	rep.ord_status = static_cast<char>(as);
	rep.cl_ord_id = cl_ord_id;
	rep.exec_id = exchange_->next_exec_id();
	on_report(rep);
}

void session_app::cancel_reject(const FIX::Message &m, const std::string &client,
				const order *found, char response_to, int reason,
				const std::string &text)
{
	FIX::Message r;

	if (faults_.silent != SILENT_OFF)
		return;
	if (opt_.speech.reject_as_j) {
		r.getHeader().setField(FIX::MsgType("j"));
		set(r, 45, m.getHeader().getField(34));
		set(r, 372, m.getHeader().getField(35));
		set(r, 379, m.getField(11));
		set(r, 380, reason == 1 ? "101" : reason == 0 ? "104" : "0");
		set(r, 58, text);
		return post_.put(r, client);
	}
	r.getHeader().setField(FIX::MsgType("9"));
	if (opt_.speech.swapped) {
		if (found)
			set(r, 11, found->order_id);
		set(r, 41, m.getField(11));
		set(r, 58, text);
		return post_.put(r, client);
	}
	set(r, 37, found ? found->order_id : "NONE");
	set(r, 11, m.getField(11));
	set(r, 41, m.getField(41));
	if (opt_.speech.name != tongue::binance)
		set(r, 39, found ? static_cast<char>(found->status) : '8');
	else
		set(r, 25016, "-1");
	set(r, 434, response_to);
	set(r, 102, std::to_string(reason));
	set(r, 58, text);
	set(r, 60, utc_timestamp());
	post_.put(r, client);
}

}
