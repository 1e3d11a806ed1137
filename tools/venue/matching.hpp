// SPDX-License-Identifier: MIT
// Order books: external liquidity (generated or recorded) and client orders, matched by price and time.
//
// Client orders take external quantity at its levels. What was taken stays taken until the market
// next states that level. A client order that rests joins behind the external quantity at its price;
// recorded trades at the price use up that queue first, trades through the price do not wait for it.
#pragma once
#include "encode.hpp"
#include "faults.hpp"
#include "options.hpp"
#include "queues.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace venue {

// Values of tag 39.
enum order_status : char {
	STATUS_NEW = '0',
	STATUS_PARTIAL = '1',
	STATUS_FILLED = '2',
	STATUS_DONE_FOR_DAY = '3',
	STATUS_CANCELED = '4',
	STATUS_PENDING_CANCEL = '6',	// of a report, never of an order
	STATUS_REJECTED = '8',
	STATUS_SUSPENDED = '9',
	STATUS_PENDING_NEW = 'A',	// the same
	STATUS_EXPIRED = 'C',
	STATUS_PENDING_REPLACE = 'E',	// the same
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
	bool other = false;		// of a participant that has no session

	int64_t leaves_qty() const;
	bool working() const { return status == STATUS_NEW || status == STATUS_PARTIAL || status == STATUS_SUSPENDED; }
	// Ended for another reason than that all of it was filled.
	bool over() const { return !working() && status != STATUS_FILLED; }
	int64_t avg_px() const;
};

// One execution report to be.
struct report {
	report(const order *o, char type, const std::string &orig = "", const std::string &words = "")
		: ord(o), exec_type(type), orig_cl_ord_id(orig), text(words)
	{
	}

	const order *ord;
	char exec_type;			// tag 150
	char ord_status = 0;		// tag 39 when it is not the order's
	std::string exec_id;		// tag 17
	std::string exec_ref_id;	// tag 19 of H and G
	std::string cl_ord_id;		// tag 11 when it is not the order's
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

// A fill of a client's order, as it stands.
struct trade {
	std::string exec_id;
	order *ord = nullptr;
	int64_t px = 0, qty = 0, fee = 0;
	bool gone = false;		// taken back, or corrected by another
};

// What an account of a client has, from its trades here.
struct position {
	int64_t qty = 0, bought_qty = 0, sold_qty = 0, fees = 0, last_px = 0;
};

struct position_key {
	std::string client, account, symbol;
	bool operator<(const position_key &o) const
	{
		return std::tie(client, account, symbol) < std::tie(o.client, o.account, o.symbol);
	}
};

struct exchange_stats {
	uint64_t orders = 0, fills = 0, rejects = 0, cancels = 0, replaces = 0, busts = 0, corrections = 0;
	uint64_t other_orders = 0, other_fills = 0;	// of participants without a session
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
	exchange(const options &opt, faults &f, report_sink &sink, const std::string &id_prefix);

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
	unsigned int cancel_all(const std::string &client, const std::string &symbol,
				const std::string &text);
	const order *find(const std::string &client, const std::string &cl_ord_id) const;
	std::vector<const order *> working(const std::string &client, const std::string &symbol) const;
	std::string next_exec_id() { return id_prefix_ + "E" + std::to_string(++exec_count_); }
	// An order that is done is no longer known; its place is used again. Only of others.
	void forget(const std::string &client, const std::string &cl_ord_id);

	// Incidents (incidents.cpp). "" or what was wrong.
	std::string cancel_unsolicited(const std::string &cl_ord_id, const std::string &text);
	std::string fill_order(const std::string &cl_ord_id, int64_t qty, int64_t px);
	std::string expire(const std::string &cl_ord_id, order_status as);
	std::string suspend(const std::string &cl_ord_id);
	std::string reinstate(const std::string &cl_ord_id);
	// "last" is the last trade of any client.
	std::string bust(const std::string &exec_id);
	std::string correct(const std::string &exec_id, int64_t qty, int64_t px);
	// Before a cancel or replace is looked at: the fill that was quicker, if one was ordered.
	void race(const std::string &client, const std::string &cl_ord_id);
	// A trade of the account that was made somewhere else.
	void adjust_position(const position_key &key, int64_t qty) { positions_[key].qty += qty; }
	const std::map<position_key, position> &positions() const { return positions_; }

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
	std::string orders_json(bool others) const;
	std::string trades_json(uint64_t n) const;
	std::string positions_json() const;
	int64_t tick(const std::string &symbol) const { return books_.at(symbol).ins.tick_px; }
	int64_t lot(const std::string &symbol) const { return books_.at(symbol).ins.lot_qty; }
	// The best price that an order could trade at, of anyone's.
	bool best(const std::string &symbol, md_side side, int64_t *px) const { return best_opposite(books_.at(symbol), side, px); }
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
	void close(order *o, const std::string &orig, const std::string &text, order_status as = STATUS_CANCELED);
	void tell(report rep);
	void fill_resting(order *o, int64_t qty, int64_t px);
	order *working_order(const std::string &cl_ord_id);
	int64_t fee_of(int64_t px, int64_t qty, char liquidity) const;
	void book_trade(const order &o, int64_t px, int64_t qty, int64_t fee);
	void record(order *o, const report &rep);
	trade *live_trade(const std::string &exec_id, std::string *why);
	void change(trade *t, int64_t qty, int64_t px);
	void settle();
	int64_t random_lots(const book &b, int64_t most);
	void finish_new(book &b, order *o);
	void touch(book &b, md_side side, int64_t px);
	int64_t shown_qty(const book &b, md_side side, int64_t px) const;
	void consume_ahead(book &b, md_side side, int64_t px, int64_t qty);
	order *lookup(const std::string &client, const std::string &cl_ord_id) const;
	static std::string key(const std::string &client, const std::string &cl_ord_id);
	order *cancelable(const std::string &client, const std::string &orig,
			  const std::string &symbol, md_side side, int *reason,
			  order **found, std::string *text);

	struct due_incident {
		chance_kind kind;
		order *ord;
		std::string exec_id;
	};

	const options &opt_;
	faults &faults_;
	report_sink &sink_;
	std::string id_prefix_;
	std::map<std::string, book> books_;
	std::deque<order> orders_;
	std::vector<order *> free_;	// places of orders that were forgotten
	std::deque<trade> trades_;	// the last of them
	std::unordered_map<std::string, trade *> trade_by_id_;
	std::map<position_key, position> positions_;
	std::vector<due_incident> due_;	// until what is going on is finished
	std::map<std::string, order *> rested_;	// of each client: the order that came to rest last
	uint64_t exec_count_ = 0;
	std::unordered_map<std::string, order *> by_id_;
	exchange_stats stats_;
};

}
