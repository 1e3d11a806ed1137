// SPDX-License-Identifier: MIT
// The way of reports to their clients: at once, or late, twice or kept back on command. Each gets its sequence number when it leaves, so that
// one that is overtaken is out of order and not a gap.
#pragma once
#include "faults.hpp"

#include <deque>
#include <functional>
#include <string>

#include <quickfix/Message.h>

namespace venue {

class post {
public:
	using sender = std::function<void(FIX::Message &, const std::string &)>;
	post(faults &f, sender send) : faults_(f), send_(send) {}

	void put(FIX::Message &m, const std::string &client);
	void hold() { holding_ = true; }
	// Sends what was kept back, the last first when reverse is set, and keeps nothing more. Returns how many.
	size_t release(bool reverse);
	// Sends what was late for long enough.
	void run(uint64_t now_ns);
	uint64_t next_due_ns() const;
	std::string json() const;

private:
	struct letter {
		FIX::Message m;
		std::string client;
		uint64_t due_ns;
	};

	faults &faults_;
	sender send_;
	std::deque<letter> held_, late_;
	bool holding_ = false;
	uint64_t late_count_ = 0, repeated_ = 0;
};

}
