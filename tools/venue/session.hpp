// SPDX-License-Identifier: MIT
// The FIX application: orders to the exchange, its reports back, market-data requests.
#pragma once
#include "faults.hpp"
#include "matching.hpp"

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
	void attach(exchange *ex) { exchange_ = ex; }

	// True from the first MarketDataRequest that was answered with a snapshot.
	bool subscribed() const { return subscribed_; }

	void send_changes(const std::string &symbol, uint64_t first_id, uint64_t last_id,
			  const std::vector<md_entry> &entries);
	void send_trade(const std::string &symbol, int64_t px, int64_t qty);

	void on_report(const report &rep) override;

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
	struct subscription {
		std::string client, request_id;
		std::vector<std::string> symbols;
		bool book, trades;
	};

	void new_order(const FIX::Message &m, const std::string &client);
	void cancel_order(const FIX::Message &m, const std::string &client);
	void replace_order(const FIX::Message &m, const std::string &client);
	void order_status_request(const FIX::Message &m, const std::string &client);
	void mass_status(const FIX::Message &m, const std::string &client);
	void status_of(const std::string &client, const std::string &cl_ord_id, const std::string &symbol,
		       md_side side);
	std::string own_id(const FIX::Message &m, const std::string &client, std::string *orig);
	std::string check_id(const FIX::Message &m, int tag) const;
	void mass_cancel(const FIX::Message &m, const std::string &client);
	void market_data(const FIX::Message &m, const std::string &client);
	void cancel_reject(const FIX::Message &m, const std::string &client, const order *found,
			   char response_to, int reason, const std::string &text);
	void market_data_reject(const std::string &client, const std::string &request_id,
				char reason, const std::string &text);
	void send(FIX::Message &m, const std::string &client);

	const options &opt_;
	faults &faults_;
	std::string id_prefix_;
	exchange *exchange_ = nullptr;
	std::vector<subscription> subscriptions_;
	bool subscribed_ = false;
	uint64_t exec_count_ = 0, chain_ = 0;
	std::map<std::string, bool> cancel_on_disconnect_;	// as the client's Logon asked
};

}

#pragma GCC diagnostic pop
