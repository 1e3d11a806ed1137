// SPDX-License-Identifier: MIT
// The FIX application: orders to the exchange, its reports back; market-data requests go to the desk.
#pragma once
#include "faults.hpp"
#include "matching.hpp"
#include "mddesk.hpp"
#include "post.hpp"

#include <map>
#include <string>
#include <vector>

#include <quickfix/Application.h>
#include <quickfix/Message.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated"

namespace venue {

class session_app : public FIX::Application, public report_sink {
public:
	session_app(const options &opt, faults &f, const std::string &id_prefix);
	void attach(exchange *ex, md_desk *desk)
	{
		exchange_ = ex;
		desk_ = desk;
	}

	// A message whose body the desk has written.
	void send_body(const std::string &type, const std::string &body, const std::string &client);

	void on_report(const report &rep) override;
	post &mail() { return post_; }
	uint64_t copies_lost() const { return copies_lost_; }

	void onCreate(const FIX::SessionID &) override {}
	void onLogon(const FIX::SessionID &) override {}
	void onLogout(const FIX::SessionID &id) override;
	void toAdmin(FIX::Message &, const FIX::SessionID &) override {}
	void toApp(FIX::Message &m, const FIX::SessionID &) throw(FIX::DoNotSend) override;
	void fromAdmin(const FIX::Message &m, const FIX::SessionID &id)
		throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		      FIX::RejectLogon) override;
	void fromApp(const FIX::Message &m, const FIX::SessionID &id)
		throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		      FIX::UnsupportedMessageType) override;

private:
	void new_order(const FIX::Message &m, const std::string &client);
	void cancel_order(const FIX::Message &m, const std::string &client);
	void replace_order(const FIX::Message &m, const std::string &client);
	void order_status_request(const FIX::Message &m, const std::string &client);
	void mass_status(const FIX::Message &m, const std::string &client);
	void all_status(const FIX::Message &m, const std::string &client);
	void positions(const FIX::Message &m, const std::string &client);
	void pending(const std::string &client, const std::string &cl_ord_id, const std::string &orig, order_status as);
	bool refused(chance_kind kind, uint64_t *armed, const std::string &client, const std::string &orig);
	FIX::Message execution_report(const report &rep) const;
	void copy(const FIX::Message &m, const std::string &client);
	void status_of(const std::string &client, const std::string &cl_ord_id, const std::string &symbol,
		       md_side side);
	std::string own_id(const FIX::Message &m, const std::string &client, std::string *orig);
	std::string check_id(const FIX::Message &m, int tag) const;
	void mass_cancel(const FIX::Message &m, const std::string &client);
	void cancel_reject(const FIX::Message &m, const std::string &client, const order *found,
			   char response_to, int reason, const std::string &text);
	void send(FIX::Message &m, const std::string &client);

	const options &opt_;
	faults &faults_;
	std::string id_prefix_;
	exchange *exchange_ = nullptr;
	md_desk *desk_ = nullptr;
	post post_;
	uint64_t chain_ = 0, mass_count_ = 0, position_count_ = 0, copies_lost_ = 0;
	std::map<std::string, bool> cancel_on_disconnect_;	// as the client's Logon asked
};

}

#pragma GCC diagnostic pop
