// SPDX-License-Identifier: MIT
// The market order by order: each price level's total made up of orders in a queue. What the market says of a level becomes orders that come, shrink and go;
// client orders, where they are published, stand in it under their own OrderID. The same calls make the same orders.
#pragma once
#include "encode.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace venue {

enum class id_form { hex16, kraken, uuid };

struct order_entry {
	char action;		// 279
	md_side side;
	int64_t px, qty;	// qty: what is left; 0 when it is gone
	std::string id;		// 278
	uint64_t time_ns;	// when it joined the queue
};

struct own_order {
	std::string id;
	int64_t qty;
};

class order_queues {
public:
	explicit order_queues(id_form form) : form_(form) {}

	// Makes the queue at a level add up to total, of which the own orders are a part; appends what changed.
	void set_level(const std::string &symbol, md_side side, int64_t px, int64_t total, const std::vector<own_order> &own,
		       std::vector<order_entry> *out);
	// All orders, best price first, in the order of their queues; 0 = all levels.
	std::vector<order_entry> all(const std::string &symbol, md_side side, uint64_t levels) const;
	std::string json(const std::string &symbol, uint64_t levels, int min_decimals) const;

private:
	struct queued {
		std::string id;
		int64_t qty;
		uint64_t time_ns;
		bool own;
	};
	using queue = std::deque<queued>;
	struct book {
		std::map<int64_t, queue> side[2];
	};

	uint64_t random();
	std::string new_id();
	void join(queue *q, order_entry e, bool own, std::vector<order_entry> *out);

	id_form form_;
	uint64_t state_ = 1, count_ = 0;
	std::map<std::string, book> books_;
};

}
