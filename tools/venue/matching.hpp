// SPDX-License-Identifier: MIT
// Order books: external liquidity (generated or recorded) and client orders, matched by price and time.
//
// Client orders take external quantity at its levels. What was taken stays taken until the market
// next states that level. A client order that rests joins behind the external quantity at its price;
// recorded trades at the price use up that queue first, trades through the price do not wait for it.
#pragma once
#include "encode.hpp"
#include "options.hpp"
#include "queues.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace venue {

// Values of tag 39.
enum order_status : char {
	STATUS_NEW = '0',
	STATUS_PARTIAL = '1',
	STATUS_FILLED = '2',
	STATUS_CANCELED = '4',
	STATUS_REJECTED = '8',
};

struct order {
	std::string client;
	std::string cl_ord_id;		// of the last accepted request in the chain
	std::string order_id;
	std::string account;
	std::string symbol;
	md_side side = MD_BID;
	char type = '2';		// tag 40
	char tif = '0';			// tag 59
	bool post_only = false;
	int64_t px = 0;
	int64_t qty = 0;
	int64_t cum_qty = 0;
	__int128 px_qty_sum = 0;	// of all fills, for tag 6
	order_status status = STATUS_NEW;
	int64_t ahead_qty = 0;		// external quantity still in front of it

	int64_t leaves_qty() const;
	bool working() const { return status == STATUS_NEW || status == STATUS_PARTIAL; }
	int64_t avg_px() const;
};

// One execution report to be.
struct report {
	const order *ord;
	char exec_type;			// tag 150
	std::string orig_cl_ord_id;	// tag 41, may be empty
	int64_t last_px = 0;
	int64_t last_qty = 0;
	char liquidity = 0;		// tag 851: '1' added, '2' removed, 0 none
	int64_t fee = 0;
	int reject_reason = -1;		// tag 103
	std::string text;
};

class report_sink {
public:
	virtual ~report_sink() {}
	virtual void on_report(const report &rep) = 0;
};

struct exchange_stats {
	uint64_t orders = 0, fills = 0, rejects = 0, cancels = 0, replaces = 0;
};

struct level_key {
	md_side side;
	int64_t px;
	bool operator<(const level_key &o) const
	{
		return side != o.side ? side < o.side : px < o.px;
	}
};

class exchange {
public:
	exchange(const options &opt, report_sink &sink, const std::string &id_prefix);

	void add_instrument(const instrument &ins);
	bool has(const std::string &symbol) const { return books_.count(symbol) != 0; }
	std::vector<std::string> symbols() const;

	// Client side. submit() takes an order with its request fields filled in. cancel() and
	// replace() return 0 or the CxlRejReason (tag 102) + 1, with text.
	void submit(const order &request);
	void reject(const order &request, int reason, const std::string &text);
	int cancel(const std::string &client, const std::string &cl_ord_id,
		   const std::string &orig, const std::string &symbol, md_side side,
		   order **found, std::string *text);
	int replace(const std::string &client, const std::string &cl_ord_id,
		    const std::string &orig, const std::string &symbol, md_side side,
		    char type, int64_t px, int64_t qty, order **found, std::string *text);
	bool cancel_unsolicited(const std::string &cl_ord_id, const std::string &text);
	unsigned int cancel_all(const std::string &client, const std::string &symbol,
				const std::string &text);
	const order *find(const std::string &client, const std::string &cl_ord_id) const;

	// Market side. Returns the entries of the change set as the market stated it; empty when
	// client orders are published, because take_touched() then has the merged ones.
	std::vector<md_entry> apply_external(const std::string &symbol,
					     const std::vector<level_key> &keys,
					     const std::vector<int64_t> &qtys);
	void match_external(const std::string &symbol);
	void trade_external(const std::string &symbol, int64_t px, int64_t qty, md_side aggressor);

	// What the feed shows: external quantity, with client orders when they are published.
	std::vector<md_level> levels(const std::string &symbol, md_side side, uint64_t depth) const;
	// One level of it, and the client orders that are part of it, in the order of their queue.
	int64_t shown(const std::string &symbol, md_side side, int64_t px) const { return shown_qty(books_.at(symbol), side, px); }
	std::vector<own_order> own_at(const std::string &symbol, md_side side, int64_t px) const;
	// Orders are refused while an instrument does not trade.
	bool trading(const std::string &symbol) const { return books_.at(symbol).trading; }
	void set_trading(const std::string &symbol, bool on) { books_.at(symbol).trading = on; }
	// What changed in the merged book since the last call.
	std::vector<md_entry> take_touched(const std::string &symbol);

	uint64_t last_id(const std::string &symbol) const { return books_.at(symbol).last_id; }
	void set_last_id(const std::string &symbol, uint64_t id) { books_.at(symbol).last_id = id; }

	const exchange_stats &stats() const { return stats_; }
	std::string orders_json() const;
	std::string book_json(const std::string &symbol, uint64_t depth) const;

private:
	struct ext_level {
		int64_t qty = 0;
		int64_t taken_qty = 0;
		int64_t available() const { return qty > taken_qty ? qty - taken_qty : 0; }
	};
	using order_queue = std::list<order *>;
	struct book {
		instrument ins;
		std::map<int64_t, ext_level> ext[2];
		std::map<int64_t, order_queue> own[2];
		// Used when client orders are published: levels to publish next, and what was last told.
		std::set<level_key> touched;
		std::map<level_key, int64_t> published;
		uint64_t last_id = 0;
		bool trading = true;
	};

	bool acceptable(const order &o, int64_t px) const;
	bool best_opposite(const book &b, md_side side, int64_t *px) const;
	int64_t fillable(const book &b, const order &o) const;
	void aggress(book &b, order *o);
	void rest(book &b, order *o);
	void unrest(book &b, order *o);
	void fill(book &b, order *o, int64_t px, int64_t qty, char liquidity);
	void close(order *o, const std::string &orig, const std::string &text);
	void finish_new(book &b, order *o);
	void touch(book &b, md_side side, int64_t px);
	int64_t shown_qty(const book &b, md_side side, int64_t px) const;
	void consume_ahead(book &b, md_side side, int64_t px, int64_t qty);
	order *lookup(const std::string &client, const std::string &cl_ord_id) const;
	static std::string key(const std::string &client, const std::string &cl_ord_id);
	order *cancelable(const std::string &client, const std::string &orig,
			  const std::string &symbol, md_side side, int *reason,
			  order **found, std::string *text);

	const options &opt_;
	report_sink &sink_;
	std::string id_prefix_;
	std::map<std::string, book> books_;
	std::deque<order> orders_;
	std::unordered_map<std::string, order *> by_id_;
	exchange_stats stats_;
};

}
