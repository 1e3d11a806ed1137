// SPDX-License-Identifier: MIT
// External liquidity as a sequence of events in market time: a seeded generator or a recording.
#pragma once
#include "recording.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace venue {

struct market_event {
	uint64_t due_ns = 0;		// since the market started, at speed 1
	bool is_trade = false;
	std::string symbol;
	uint64_t first_id = 0;		// 0: the venue numbers the change set itself
	uint64_t last_id = 0;
	std::vector<level_key> keys;
	std::vector<int64_t> qtys;
	int64_t px = 0;
	int64_t qty = 0;
	md_side aggressor = MD_BID;
	bool has_checksum = false;	// the exchange's own word on the book after this
	uint32_t checksum = 0;
};

class market {
public:
	virtual ~market() {}
	// The next event, or false at the end.
	virtual bool next(market_event *ev) = 0;
	// The book before the first event.
	virtual void initial(const std::string &symbol, std::vector<level_key> *keys,
			     std::vector<int64_t> *qtys, uint64_t *last_id) const = 0;
};

std::unique_ptr<market> make_seeded_market(const options &opt);
std::unique_ptr<market> make_replay_market(const recording &rec);

}
