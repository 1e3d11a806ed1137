// SPDX-License-Identifier: MIT
#include "driver.hpp"
#include "decimal.hpp"
#include "transport.hpp"

namespace venue {

// While this much waits to be written, the market waits too: memory stays bounded at any speed.
static const size_t backlog_max = 8 << 20;
// Events played before sockets are looked at again.
static const int batch = 64;

driver::driver(const options &opt, exchange &ex, feed &f, md_desk &desk)
	: opt_(opt), exchange_(ex), feed_(f), desk_(desk), others_(opt, ex)
{
}

void driver::load(std::unique_ptr<market> m)
{
	market_ = std::move(m);
	for (const std::string &symbol : exchange_.symbols()) {
		std::vector<level_key> keys;
		std::vector<int64_t> qtys;
		uint64_t last_id;

		market_->initial(symbol, &keys, &qtys, &last_id);
		exchange_.apply_external(symbol, keys, qtys);
		exchange_.take_touched(symbol);
		exchange_.set_last_id(symbol, last_id);
	}
}

bool driver::fetch()
{
	if (have_next_)
		return true;
	if (done_ || (opt_.count && updates_ >= opt_.count) || !market_->next(&next_)) {
		done_ = true;
		return false;
	}
	have_next_ = true;
	return true;
}

uint64_t driver::due_ns(uint64_t now_ns) const
{
	// Both clocks fit 64 bits for centuries; the product of time and scale does not.
	__int128 at;

	if (opt_.replay && opt_.speed == 0)
		return opt_.rate_set && opt_.rate ? free_run_ns_ : now_ns;
	if (!opt_.replay && opt_.rate == 0)
		return now_ns;
	at = next_.due_ns;
	if (opt_.replay)
		at = at * scale / opt_.speed;
	return start_ns_ + static_cast<uint64_t>(at);
}

uint64_t driver::run(uint64_t now_ns, size_t backlog)
{
	if (!started_) {
		if (paused_ || (!opt_.start_now && !desk_.subscribed()))
			return UINT64_MAX;
		started_ = true;
		start_ns_ = now_ns;
	}
	for (int i = 0; i < batch; i++) {
		if (paused_ || !fetch() || backlog > backlog_max)
			return UINT64_MAX;
		uint64_t due = due_ns(now_ns);

		if (due > now_ns)
			return due;
		if (opt_.rate && !next_.is_trade)
			free_run_ns_ = now_ns + 1000000000ULL / opt_.rate;
		play();
	}
	return now_ns;
}

void driver::publish(const std::string &symbol, uint64_t first_id, uint64_t last_id,
		     const std::vector<md_entry> &entries, const uint32_t *checksum)
{
	if (entries.empty())
		return;
	if (!first_id) {
		first_id = exchange_.last_id(symbol) + 1;
		last_id = exchange_.last_id(symbol) + entries.size();
	}
	exchange_.set_last_id(symbol, last_id);
	md_change c = desk_.change(symbol, first_id, last_id, entries, checksum);

	feed_.publish(c);
	desk_.send(c);
}

void driver::play()
{
	have_next_ = false;
	if (next_.is_trade) {
		trades_++;
		md_change c = desk_.trade(next_.symbol, next_.px, next_.qty, next_.aggressor);

		feed_.publish(c);
		desk_.send(c);
		exchange_.trade_external(next_.symbol, next_.px, next_.qty, next_.aggressor);
	} else {
		std::vector<md_entry> entries = exchange_.apply_external(next_.symbol, next_.keys,
									 next_.qtys);

		updates_++;
		publish(next_.symbol, next_.first_id, next_.last_id, entries, next_.has_checksum ? &next_.checksum : nullptr);
		exchange_.match_external(next_.symbol);
		others_.act(next_.symbol);
	}
	if (opt_.publish_client_orders)
		publish_touched();
}

void driver::publish_touched()
{
	if (!opt_.publish_client_orders)
		return;
	for (const std::string &symbol : exchange_.symbols())
		publish(symbol, 0, 0, exchange_.take_touched(symbol), nullptr);
}

void driver::pause()
{
	if (paused_)
		return;
	paused_ = true;
	paused_at_ns_ = monotonic_ns();
}

void driver::resume(uint64_t now_ns)
{
	if (!paused_)
		return;
	paused_ = false;
	// Time spent paused is not market time.
	if (started_)
		start_ns_ += now_ns - paused_at_ns_;
}

uint64_t driver::step(uint64_t n)
{
	uint64_t before = updates_;

	if (!started_) {
		started_ = true;
		start_ns_ = monotonic_ns();
	}
	while (updates_ - before < n && fetch())
		play();
	return updates_ - before;
}

uint64_t driver::burst(uint64_t n)
{
	// Rendered first and held, some at a time, so that memory stays bounded and the sockets are the limit.
	static const uint64_t at_once = 250000;
	uint64_t done = 0, before;

	do {
		feed_.hold();
		before = done;
		done += step(n - done < at_once ? n - done : at_once);
		feed_.release();
	} while (done < n && done != before);
	return done;
}

}
