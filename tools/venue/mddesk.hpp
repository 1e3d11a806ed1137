// SPDX-License-Identifier: MIT
// The market-data desk: who asked for what (35=V, x, c, e, g), and what each of them and the feed gets of a change.
#pragma once
#include "faults.hpp"
#include "matching.hpp"
#include "mdtext.hpp"

#include <functional>

#include <quickfix/Message.h>

namespace venue {

// The levels that one stream of limited depth shows.
class md_window {
public:
	// Brings it to the given levels; what came, changed, went, or fell out of the depth (action 2 with a quantity).
	std::vector<md_entry> update(const std::vector<md_level> &bids, const std::vector<md_level> &offers,
				     const std::function<int64_t(md_side, int64_t)> &there);

private:
	std::map<level_key, int64_t> shown_;
};

class md_desk {
public:
	using sender = std::function<void(const std::string &type, const std::string &body, const std::string &client)>;

	md_desk(const options &opt, faults &f, sender send);
	void attach(exchange *ex) { exchange_ = ex; }
	// The book of a symbol is there; to be called once for each.
	void open(const instrument &ins);

	// Answers a request; throws what QuickFIX turns into a reject.
	void request(const std::string &type, const FIX::Message &m, const std::string &client);
	void drop(const std::string &client);
	bool subscribed() const { return subscribed_; }

	// A change as all streams need it; truth: the checksum that the exchange itself gave, or null.
	md_change change(const std::string &symbol, uint64_t first_id, uint64_t last_id, const std::vector<md_entry> &entries,
			 const uint32_t *truth);
	md_change trade(const std::string &symbol, int64_t px, int64_t qty, md_side aggressor);
	void send(const md_change &c);
	// For the feed: bodies of X, or of W.
	std::vector<std::string> feed_changes(const md_change &c, size_t room);
	std::vector<std::string> snapshot(const std::string &symbol, const md_stream &to);
	bool feed_by_order() const { return opt_.udp_orders || opt_.speech.name == tongue::coinbase; }

	// Trading status; told to those who asked for it. "" or what is wrong.
	std::string set_status(const std::string &symbol, const std::string &word);
	trading status(const std::string &symbol) const { return status_.at(symbol); }
	std::string status_body(const std::string &symbol, std::string *type) const;
	const std::vector<instrument> &instruments() const { return instruments_; }

	const order_queues &queues() const { return queues_; }
	uint64_t checksum_differs() const { return checksum_differs_; }

private:
	struct subscription {
		std::string client;
		md_stream stream;
		std::vector<std::string> symbols;
		bool book, trades;
		std::map<std::string, md_window> windows;
	};

	void market_data(const FIX::Message &m, const std::string &client);
	void answer_status(const std::string &type, const FIX::Message &m, const std::string &client);
	void send_snapshot(subscription &s, const std::string &symbol);
	void refuse(const std::string &client, const std::string &request_id, char reason, const std::string &text);
	std::vector<md_entry> shown(md_window &w, const std::string &symbol, uint64_t depth);
	uint32_t checksum(const std::string &symbol) const;
	const instrument *find(const std::string &symbol) const;

	const options &opt_;
	faults &faults_;
	sender send_;
	md_text text_;
	order_queues queues_;
	exchange *exchange_ = nullptr;
	std::vector<instrument> instruments_;
	std::vector<subscription> subscriptions_;
	std::map<std::string, md_window> feed_windows_;
	std::map<std::string, uint64_t> order_ids_, rpt_seqs_, changes_;
	std::map<std::string, trading> status_;
	std::map<std::string, std::string> status_wanted_;	// client: request id
	bool subscribed_ = false;
	uint64_t checksum_differs_ = 0;
};

}
