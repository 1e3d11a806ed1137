// SPDX-License-Identifier: MIT
// Participants without a session: they quote around the touch, take liquidity and cancel, by the seed and with the market's own steps.
#pragma once
#include "matching.hpp"
#include "random.hpp"

#include <deque>
#include <vector>

namespace venue {

class others {
public:
	others(const options &opt, exchange &ex);
	// One of them does something, now and then.
	void act(const std::string &symbol);

private:
	struct participant {
		std::string name;
		std::deque<std::string> orders;		// ClOrdIDs that may still work
	};

	void quote(participant &p, const std::string &symbol, md_side side);
	void take(participant &p, const std::string &symbol, md_side side);
	void cancel_oldest(participant &p);
	void submit(participant &p, const std::string &symbol, md_side side, int64_t px, char tif);

	exchange &exchange_;
	generator random_;
	std::vector<participant> participants_;
	uint64_t count_ = 0;
};

}
