// SPDX-License-Identifier: MIT
// Moves the market forward in time and carries each event to the exchange, the feed and the sessions.
#pragma once
#include "feed.hpp"
#include "market.hpp"
#include "matching.hpp"
#include "others.hpp"

#include <memory>

namespace venue {

class driver {
public:
	driver(const options &opt, exchange &ex, feed &f, md_desk &desk);

	// Sets the starting books. The market must outlive the driver.
	void load(std::unique_ptr<market> m);

	// Plays what is due; returns the next due time (monotonic), UINT64_MAX when waiting for nothing.
	uint64_t run(uint64_t now_ns, size_t backlog);
	void pause();
	void resume(uint64_t now_ns);
	// Plays until n more updates are out, whatever the pace; returns how many were.
	uint64_t step(uint64_t n);
	// The same, rendered before the first datagram of it is sent.
	uint64_t burst(uint64_t n);
	// Publishes what client orders changed, when they are published.
	void publish_touched();

	bool started() const { return started_; }
	bool paused() const { return paused_; }
	bool done() const { return done_; }
	uint64_t updates() const { return updates_; }
	uint64_t trades() const { return trades_; }

private:
	bool fetch();
	void play();
	uint64_t due_ns(uint64_t now_ns) const;
	void publish(const std::string &symbol, uint64_t first_id, uint64_t last_id,
		     const std::vector<md_entry> &entries, const uint32_t *checksum);

	const options &opt_;
	exchange &exchange_;
	feed &feed_;
	md_desk &desk_;
	others others_;
	std::unique_ptr<market> market_;
	market_event next_;
	bool have_next_ = false;
	bool started_ = false, paused_ = false, done_ = false;
	uint64_t start_ns_ = 0, paused_at_ns_ = 0;
	uint64_t updates_ = 0, trades_ = 0;
	uint64_t free_run_ns_ = 0;	// earliest next update when --rate caps --speed max
};

}
