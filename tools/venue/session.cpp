// SPDX-License-Identifier: MIT
#include "session.hpp"
#include "fields.hpp"

#include <quickfix/Session.h>

namespace venue {

session_app::session_app(const options &opt, faults &f, const std::string &id_prefix)
	: opt_(opt), faults_(f), id_prefix_(id_prefix),
	  post_(f, [this](FIX::Message &m, const std::string &client) { send(m, client); })
{
}

std::string session_app::check_id(const FIX::Message &m, int tag) const
{
	const std::string &id = m.getField(tag);

	if (!cl_ord_id_ok(opt_.speech, id))
		throw FIX::IncorrectTagValue(tag);
	return id;
}

// The request's own id; *orig: of the order that it is about.
std::string session_app::own_id(const FIX::Message &m, const std::string &client, std::string *orig)
{
	std::string id = check_id(m, 11);

	if (!opt_.speech.swapped) {
		*orig = check_id(m, 41);
		return id;
	}
	const order *found = exchange_->find(client, id);

	*orig = found ? found->cl_ord_id : id;
	// 41 is the venue's own id.
	if (m.isSetField(41) && found && found->order_id != m.getField(41))
		throw FIX::IncorrectTagValue(41);
	return id + "#" + std::to_string(++chain_);
}

void session_app::send(FIX::Message &m, const std::string &client)
{
	// Clients are the sessions made at the start, and those stay. Not connected is no reason to
	// lose the message: it gets its number and waits in the store for a ResendRequest.
	FIX::Session *session = FIX::Session::lookupSession(
		FIX::SessionID(opt_.speech.begin, opt_.comp_id, client));

	if (session)
		session->send(m);
}

static order request_of(const FIX::Message &m, const std::string &client, const dialect &d)
{
	order o;
	std::string tif = optional(m, 59), instructions = optional(m, 18);

	o.client = client;
	o.cl_ord_id = m.getField(11);
	o.account = optional(m, 1);
	o.symbol = m.getField(55);
	o.side = side_of(m);
	o.type = one_of(m, 40, "12");
	o.qty = decimal_of(m, 38);
	if (o.type == '2')
		o.px = decimal_of(m, 44);
	if (d.name == tongue::deribit)
		o.tif = '1';	// absent: good till cancelled
	if (!tif.empty())
		o.tif = one_of(m, 59, d.tifs.c_str());
	if (!instructions.empty() && instructions != d.post_only)
		throw FIX::IncorrectTagValue(18);
	o.post_only = !instructions.empty();
	if (d.time)
		m.getField(60);
	if (!d.account && m.isSetField(1))
		throw FIX::IncorrectTagValue(1);
	if (!d.time && m.isSetField(60))
		throw FIX::IncorrectTagValue(60);
	if (d.version == 42)
		m.getField(21);
	return o;
}

void session_app::new_order(const FIX::Message &m, const std::string &client)
{
	order o = request_of(m, client, opt_.speech);

	check_id(m, 11);

	if (faults::take(&faults_.reject_orders) || faults_.chance(CHANCE_REJECT))
		exchange_->reject(o, 0, "rejected on command");
	else if (exchange_->has(o.symbol) && !exchange_->trading(o.symbol))
		exchange_->reject(o, 2, "not trading");
	else
		exchange_->submit(o);
}

// Only of an order that works: of another there is a better reason.
bool session_app::refused(chance_kind kind, uint64_t *armed, const std::string &client, const std::string &orig)
{
	const order *o = exchange_->find(client, orig);

	return o && o->working() && (faults::take(armed) || faults_.chance(kind));
}

void session_app::cancel_order(const FIX::Message &m, const std::string &client)
{
	order *found = nullptr;
	std::string text;

	if (opt_.speech.time)
		m.getField(60);
	std::string orig, id = own_id(m, client, &orig);
	pending(client, id, orig, STATUS_PENDING_CANCEL);
	exchange_->race(client, orig);
	const order *known = exchange_->find(client, orig);

	if (refused(CHANCE_REFUSE_CANCEL, &faults_.refuse_cancels, client, orig))
		return cancel_reject(m, client, known, '1', faults_.refuse_reason, "refused on command");
	// Where the side is not said it is the order's own.
	md_side side = opt_.speech.cancel_side ? side_of(m) : known ? known->side : MD_BID;
	int result = exchange_->cancel(client, id, orig, m.getField(55), side, &found, &text);

	if (result)
		cancel_reject(m, client, found, '1', result - 1, text);
}

void session_app::replace_order(const FIX::Message &m, const std::string &client)
{
	order *found = nullptr;
	std::string text;
	char type = one_of(m, 40, "12");

	if (opt_.speech.time)
		m.getField(60);
	if (opt_.speech.name == tongue::kraken)
		m.getField(37);
	std::string orig, id = own_id(m, client, &orig);
	pending(client, id, orig, STATUS_PENDING_REPLACE);
	exchange_->race(client, orig);
	if (refused(CHANCE_REFUSE_REPLACE, &faults_.refuse_replaces, client, orig))
		return cancel_reject(m, client, exchange_->find(client, orig), '2', faults_.refuse_reason, "refused on command");
	int result = exchange_->replace(client, id, orig, m.getField(55),
					side_of(m), type, type == '2' ? decimal_of(m, 44) : 0,
					decimal_of(m, 38), &found, &text);

	if (result)
		cancel_reject(m, client, found, '2', result - 1, text);
}

void session_app::mass_cancel(const FIX::Message &m, const std::string &client)
{
	std::string scope = m.getField(530);
	std::string symbol = scope == "1" ? m.getField(55) : std::string();
	FIX::Message r;

	check_id(m, 11);
	if (opt_.speech.time)
		m.getField(60);
	if (scope == "6")	// a session is all that a client has here
		scope = "7";
	r.getHeader().setField(FIX::MsgType("r"));
	set(r, 11, m.getField(11));
	set(r, 37, id_prefix_ + "M" + std::to_string(++mass_count_));
	set(r, 530, scope);
	if ((scope != "7" && scope != "1") || (scope == "1" && !exchange_->has(symbol))) {
		set(r, 531, '0');
		set(r, 532, scope == "1" ? "1" : "0");
		set(r, 58, scope == "1" ? "unknown symbol" : "530 must be 7 (all) or 1 (one symbol)");
	} else {
		set(r, 531, scope);
		set(r, 533, std::to_string(exchange_->cancel_all(client, symbol, "mass cancel")));
	}
	set(r, 60, utc_timestamp());
	if (faults_.silent == SILENT_OFF && !opt_.speech.reject_as_j)
		send(r, client);
}

// A message body written by our own encoder goes into QuickFIX as one field whose value runs on into
// the rest: groups then keep their order, and QuickFIX still frames, numbers and counts it.
static void set_body(FIX::Message &m, const std::string &type, const std::string &body)
{
	size_t equal = body.find('=');

	m.getHeader().setField(FIX::MsgType(type));
	set(m, std::stoi(body.substr(0, equal)), body.substr(equal + 1, body.size() - equal - 2));
}

void session_app::send_body(const std::string &type, const std::string &body, const std::string &client)
{
	FIX::Message m;

	set_body(m, type, body);
	send(m, client);
}

void session_app::onLogout(const FIX::SessionID &id)
{
	const std::string &client = id.getTargetCompID().getValue();

	desk_->drop(client);
	if (opt_.cancel_on_disconnect || cancel_on_disconnect_[client])
		exchange_->cancel_all(client, "", "cancel on disconnect");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated"

void session_app::fromAdmin(const FIX::Message &m, const FIX::SessionID &id)
	throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon)
{
	const std::string &type = m.getHeader().getField(35);

	if (type == "A") {
		std::string fault = logon_fault(opt_.speech, opt_.secrets, m);

		if (!fault.empty())
			throw FIX::RejectLogon(fault);
		cancel_on_disconnect_[id.getTargetCompID().getValue()] = cancels_on_disconnect(opt_.speech, m);
	}
	if (type == "2" && !opt_.speech.resend)
		throw FIX::IncorrectTagValue(35);	// the venue has no resend
}

void session_app::toApp(FIX::Message &m, const FIX::SessionID &) throw(FIX::DoNotSend)
{
	const std::string &type = m.getHeader().getField(35);

	// Old market data is worth nothing, and a stored message read back without a dictionary loses
	// the order of its groups: a resend fills the gap instead (FIX 4.4 vol 2, SequenceReset).
	if (m.getHeader().isSetField(43) && (type == "W" || type == "X" || type == "Y" || type == "y" || type == "d" || type == "h" || type == "f" ||
						type == "AP"))
		throw FIX::DoNotSend();
}

void session_app::fromApp(const FIX::Message &m, const FIX::SessionID &id)
	throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
	      FIX::UnsupportedMessageType)
{
	const std::string &type = m.getHeader().getField(35);
	const std::string &client = id.getTargetCompID().getValue();

	for (const std::string &id_of_copies : opt_.drop_copies)
		if (client == id_of_copies)
			throw FIX::UnsupportedMessageType();	// copies are all that it gets
	if (type == "V" || type == "x" || type == "c" || type == "e" || type == "g")
		return desk_->request(type, m, client);
	if (type != "D" && type != "F" && (type != "G" || !opt_.speech.replace) && (type != "H" || !opt_.speech.status) &&
	    (type != "AF" || !opt_.speech.mass_status) && (type != "AN" || !opt_.speech.positions) && type != "q")
		throw FIX::UnsupportedMessageType();
	if (faults_.silent == SILENT_ON)
		return;
	if (type == "D")
		new_order(m, client);
	else if (type == "F")
		cancel_order(m, client);
	else if (type == "G")
		replace_order(m, client);
	else if (type == "AN")
		positions(m, client);
	else if (type == "AF")
		mass_status(m, client);
	else if (type == "H")
		order_status_request(m, client);
	else
		mass_cancel(m, client);
}

#pragma GCC diagnostic pop

}
