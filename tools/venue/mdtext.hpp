// SPDX-License-Identifier: MIT
// Bodies of market-data messages in each dialect: W, X, h, f, y and d. What is published once is written here for every stream in the way that it was asked for.
#pragma once
#include "options.hpp"
#include "queues.hpp"

namespace venue {

enum class trading { open, halted, closed, auction, cancel_only, post_only };

bool trading_of(const std::string &word, trading *out);

// One thing that happened to one symbol.
struct md_change {
	std::string symbol;
	bool trade = false;
	int64_t px = 0, qty = 0;		// of the trade
	md_side aggressor = MD_BID;
	uint64_t first_id = 0, last_id = 0;	// by price
	std::vector<md_entry> entries;
	uint64_t first_order_id = 0;		// order by order: sets without an order are left out, so the ids join again here
	std::vector<order_entry> orders;
	uint64_t rpt_seq = 0;			// 83 of the first order, or of the trade
	uint32_t checksum = 0;
};

// How one receiver gets a symbol.
struct md_stream {
	std::string request_id;			// 262; empty on a feed
	bool by_order = false;			// 266=N
	bool full = false;			// 265=0: a whole W each time
	uint64_t depth = 0;
	size_t room = 0;			// bytes that a body may have; 0 = any
};

struct md_snapshot {
	std::string symbol;
	uint64_t last_id = 0, rpt_seq = 0;
	uint32_t checksum = 0;
	std::vector<md_level> bids, offers;
	std::vector<order_entry> orders;	// bids, then offers
};

class md_text {
public:
	explicit md_text(const options &opt) : opt_(opt) {}

	std::vector<std::string> snapshot(const md_snapshot &s, const md_stream &to) const;
	// entries: what this stream shows of the change, which for a cut depth is not all of it.
	std::vector<std::string> changes(const md_change &c, const md_stream &to, const std::vector<md_entry> &entries) const;
	std::string trade(const md_change &c, const md_stream &to) const;
	// *type: h or f, or empty where the dialect tells of no status by itself.
	std::string status(const std::string &symbol, trading what, const std::string &request_id, std::string *type) const;
	// 35=y of all symbols; 35=d of one.
	std::string security_list(const std::string &request_id, const std::vector<instrument> &list) const;
	std::string security_definition(const std::string &request_id, const instrument &ins) const;

private:
	std::string order_text(const md_change &c, size_t i, bool first) const;
	std::string level_text(const md_change &c, const md_entry &e, bool first) const;
	std::string definition(const instrument &ins) const;

	const options &opt_;
};

}
