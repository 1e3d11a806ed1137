// SPDX-License-Identifier: MIT
#include "post.hpp"
#include "transport.hpp"

#include <algorithm>

namespace venue {

void post::put(FIX::Message &m, const std::string &client)
{
	if (holding_) {
		held_.push_back(letter{ m, client, 0 });
		return;
	}
	if (faults::take(&faults_.late_reports) || faults_.chance(CHANCE_LATE)) {
		late_.push_back(letter{ m, client, monotonic_ns() + faults_.late_ns });
		late_count_++;
		return;
	}
	if (faults::take(&faults_.repeat_reports) || faults_.chance(CHANCE_REPEAT)) {
		FIX::Message again = m;

		send_(again, client);
		repeated_++;
	}
	send_(m, client);
}

size_t post::release(bool reverse)
{
	std::deque<letter> out;

	out.swap(held_);
	holding_ = false;
	if (reverse)
		std::reverse(out.begin(), out.end());
	for (letter &l : out)
		send_(l.m, l.client);
	return out.size();
}

void post::run(uint64_t now_ns)
{
	for (auto it = late_.begin(); it != late_.end();) {
		if (it->due_ns > now_ns) {
			++it;
			continue;
		}
		send_(it->m, it->client);
		it = late_.erase(it);
	}
}

uint64_t post::next_due_ns() const
{
	uint64_t due = UINT64_MAX;

	for (const letter &l : late_)
		due = std::min(due, l.due_ns);
	return due;
}

std::string post::json() const
{
	return "{\"holding\":" + std::string(holding_ ? "true" : "false") + ",\"held\":" + std::to_string(held_.size()) + ",\"late\":" +
	       std::to_string(late_count_) + ",\"repeated\":" + std::to_string(repeated_) + "}";
}

}
