// SPDX-License-Identifier: MIT
#include "market.hpp"
#include "random.hpp"

#include <map>

namespace venue {

// Each symbol is a ladder of `depth` levels a side around a best bid that walks tick by tick. The
// inside level of each side is always there, so the book is never empty or crossed.
class seeded_market : public market {
public:
	explicit seeded_market(const options &opt)
		: random_(opt.seed), depth_(static_cast<int64_t>(opt.depth)),
		  interval_ns_(opt.rate ? 1000000000ULL / opt.rate : 0)
	{
		for (const instrument &ins : opt.symbols) {
			ladder l;

			l.ins = ins;
			l.best_bid = ins.start_px;
			for (int64_t i = 0; i < depth_; i++) {
				l.qty[MD_BID][l.best_bid - i * ins.tick_px] = random_qty(ins);
				l.qty[MD_OFFER][l.best_bid + (i + 1) * ins.tick_px] = random_qty(ins);
			}
			ladders_.push_back(l);
		}
	}

	void initial(const std::string &symbol, std::vector<level_key> *keys,
		     std::vector<int64_t> *qtys, uint64_t *last_id) const override
	{
		*last_id = 0;
		for (const ladder &l : ladders_) {
			if (l.ins.symbol != symbol)
				continue;
			for (md_side side : { MD_BID, MD_OFFER }) {
				for (const auto &level : l.qty[side]) {
					if (level.first <= 0)
						continue;
					keys->push_back(level_key{ side, level.first });
					qtys->push_back(level.second);
				}
			}
		}
	}

	bool next(market_event *ev) override
	{
		if (have_pending_) {
			*ev = pending_;
			have_pending_ = false;
			return true;
		}
		ladder &l = ladders_[random_.below(ladders_.size())];
		uint64_t dice = random_.below(100);

		*ev = market_event();
		ev->due_ns = count_++ * interval_ns_;
		ev->symbol = l.ins.symbol;
		if (dice < 12) {
			walk(l, random_.below(2) ? 1 : -1, ev);
		} else if (dice < 30) {
			trade(l, ev);
		} else if (dice < 45) {
			toggle(l, ev);
		} else {
			uint64_t n = 1 + random_.below(3);

			for (uint64_t i = 0; i < n; i++) {
				md_side side = random_.below(2) ? MD_OFFER : MD_BID;
				int64_t px = at(l, side, static_cast<int64_t>(random_.below(5)));

				set(l, ev, side, px, random_qty(l.ins));
			}
		}
		return true;
	}

private:
	struct ladder {
		instrument ins;
		int64_t best_bid = 0;
		std::map<int64_t, int64_t> qty[2];
	};

	int64_t random_qty(const instrument &ins)
	{
		return static_cast<int64_t>(1 + random_.below(100000)) * ins.lot_qty;
	}

	static int64_t at(const ladder &l, md_side side, int64_t depth)
	{
		return side == MD_BID ? l.best_bid - depth * l.ins.tick_px
				      : l.best_bid + (depth + 1) * l.ins.tick_px;
	}

	// A level appears once in a change set; a later word on it replaces the earlier one.
	static void set(ladder &l, market_event *ev, md_side side, int64_t px, int64_t qty)
	{
		if (px <= 0)
			return;
		if (qty)
			l.qty[side][px] = qty;
		else
			l.qty[side].erase(px);
		for (size_t i = 0; i < ev->keys.size(); i++) {
			if (ev->keys[i].side == side && ev->keys[i].px == px) {
				ev->qtys[i] = qty;
				return;
			}
		}
		ev->keys.push_back(level_key{ side, px });
		ev->qtys.push_back(qty);
	}

	// One tick up or down: the level in the way goes, a new one opens behind it, and the far end
	// of each side moves along.
	void walk(ladder &l, int64_t direction, market_event *ev)
	{
		md_side hit = direction > 0 ? MD_OFFER : MD_BID;
		md_side other = direction > 0 ? MD_BID : MD_OFFER;

		// Stay away from price zero.
		if (direction < 0 && l.best_bid <= (depth_ + 2) * l.ins.tick_px)
			return walk(l, 1, ev);
		set(l, ev, hit, at(l, hit, 0), 0);
		if (l.qty[other].count(at(l, other, depth_ - 1)))
			set(l, ev, other, at(l, other, depth_ - 1), 0);
		l.best_bid += direction * l.ins.tick_px;
		set(l, ev, other, at(l, other, 0), random_qty(l.ins));
		if (!l.qty[hit].count(at(l, hit, 0)))
			set(l, ev, hit, at(l, hit, 0), random_qty(l.ins));
		set(l, ev, hit, at(l, hit, depth_ - 1), random_qty(l.ins));
	}

	// A level away from the inside disappears or comes back.
	void toggle(ladder &l, market_event *ev)
	{
		md_side side = random_.below(2) ? MD_OFFER : MD_BID;
		int64_t i = 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(depth_ - 1)));
		int64_t px = at(l, side, i);

		set(l, ev, side, px, l.qty[side].count(px) ? 0 : random_qty(l.ins));
		if (ev->keys.empty())
			set(l, ev, MD_BID, at(l, MD_BID, 0), random_qty(l.ins));
	}

	// A trade on the inside, and the book change it makes as the next event.
	void trade(ladder &l, market_event *ev)
	{
		md_side side = random_.below(2) ? MD_OFFER : MD_BID;
		int64_t px = at(l, side, 0);
		int64_t there = l.qty[side][px];
		uint64_t lots = static_cast<uint64_t>(there / l.ins.lot_qty);
		int64_t qty = static_cast<int64_t>(1 + random_.below(lots)) * l.ins.lot_qty;

		ev->is_trade = true;
		ev->px = px;
		ev->qty = qty;
		ev->aggressor = side == MD_OFFER ? MD_BID : MD_OFFER;
		pending_ = market_event();
		pending_.due_ns = ev->due_ns;
		pending_.symbol = ev->symbol;
		if (qty == there)
			walk(l, side == MD_OFFER ? 1 : -1, &pending_);
		else
			set(l, &pending_, side, px, there - qty);
		have_pending_ = true;
	}

	generator random_;
	int64_t depth_;
	uint64_t interval_ns_;
	uint64_t count_ = 0;
	std::vector<ladder> ladders_;
	market_event pending_;
	bool have_pending_ = false;
};

class replay_market : public market {
public:
	explicit replay_market(const recording &rec) : rec_(rec) {}

	void initial(const std::string &symbol, std::vector<level_key> *keys, std::vector<int64_t> *qtys,
		     uint64_t *last_id) const override
	{
		*last_id = 0;
		for (const recorded_book &b : rec_.books) {
			if (b.symbol != symbol)
				continue;
			*keys = b.snapshot_keys;
			*qtys = b.snapshot_qtys;
			*last_id = b.snapshot_id;
		}
	}

	bool next(market_event *ev) override
	{
		if (at_ >= rec_.events.size())
			return false;
		const recorded_event &from = rec_.events[at_++];
		uint64_t start = rec_.events.front().local_ns;

		ev->due_ns = from.local_ns > start ? from.local_ns - start : 0;
		ev->is_trade = from.is_trade;
		ev->symbol = rec_.books[from.book].symbol;
		ev->has_checksum = from.has_checksum;
		ev->checksum = from.checksum;
		ev->first_id = from.first_id;
		ev->last_id = from.last_id;
		ev->keys = from.keys;
		ev->qtys = from.qtys;
		ev->px = from.px;
		ev->qty = from.qty;
		ev->aggressor = from.aggressor;
		return true;
	}

private:
	const recording &rec_;
	size_t at_ = 0;
};

std::unique_ptr<market> make_seeded_market(const options &opt)
{
	return std::unique_ptr<market>(new seeded_market(opt));
}

std::unique_ptr<market> make_replay_market(const recording &rec)
{
	return std::unique_ptr<market>(new replay_market(rec));
}

}
