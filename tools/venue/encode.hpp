// SPDX-License-Identifier: MIT
// Bytes of the market-data messages W and X, and the framing of messages sent outside a FIX session.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace venue {

constexpr char SOH = '\001';

enum md_side { MD_BID = 0, MD_OFFER = 1 };

// One entry of a book change set: action is the value of tag 279 (0 new, 1 change, 2 delete).
struct md_entry {
	char action;
	md_side side;
	int64_t px;
	int64_t qty;
};

struct md_level {
	int64_t px;
	int64_t qty;
};

// Tag=value pairs, each ended by SOH.
void append_field(std::string &out, int tag, const std::string &value);

// Current UTC as FIX UTCTimestamp with milliseconds (or nanoseconds when nanos is set).
std::string utc_timestamp(bool nanos = false);

// Adds 8, 9, header and 10 around a body whose fields all end with SOH.
std::string frame(const std::string &msg_type, const std::string &sender,
		  const std::string &target, uint64_t seq, const std::string &sending_time,
		  const std::string &body);

// One group entry of X. The first entry of a message carries symbol and update ids.
std::string encode_entry(const md_entry &entry, const std::string *symbol, uint64_t first_id,
			 uint64_t last_id, int min_decimals);

// From tag 268 on: one trade.
std::string encode_trade(const std::string &symbol, int64_t px, int64_t qty, int min_decimals);

}
