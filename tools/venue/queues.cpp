// SPDX-License-Identifier: MIT
#include "queues.hpp"
#include "decimal.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace venue {

// Orders at a level; with more, two become one, so that a level that only grows stays bounded.
static const size_t queue_max = 24;

static uint64_t mixed(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

uint64_t order_queues::random()
{
	return mixed(state_ += 0x9e3779b97f4a7c15ULL);
}

// The forms that the venues use: a UUID version 4, Kraken's three groups, or a number.
std::string order_queues::new_id()
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint64_t a = mixed(++count_), b = mixed(a);
	char text[40];

	switch (form_) {
	case id_form::uuid:
		snprintf(text, sizeof(text), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned int>(a >> 32),
			 static_cast<unsigned int>(a >> 16 & 0xffff), static_cast<unsigned int>(a & 0xfff),
			 static_cast<unsigned int>(0x8000 | (b >> 48 & 0x3fff)), static_cast<unsigned long long>(b & 0xffffffffffffULL));
		return text;
	case id_form::kraken: {
		std::string out = "O";

		for (int i = 0; i < 16; i++, a = a >> 5 | b << 59, b >>= 5) {
			if (i == 5 || i == 10)
				out += '-';
			out += letters[a & 31];
		}
		return out;
	}
	default:
		snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(a));
		return text;
	}
}

void order_queues::join(queue *q, order_entry e, bool own, std::vector<order_entry> *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	e.action = '0';
	e.time_ns = static_cast<uint64_t>(ts.tv_sec) * 1000000000ULL + static_cast<uint64_t>(ts.tv_nsec);
	// Times of one queue rise, so that a reader who sorts by them finds the order of the queue.
	if (!q->empty() && e.time_ns <= q->back().time_ns)
		e.time_ns = q->back().time_ns + 1;
	q->push_back(queued{ e.id, e.qty, e.time_ns, own });
	out->push_back(e);
}

void order_queues::set_level(const std::string &symbol, md_side side, int64_t px, int64_t total, const std::vector<own_order> &own,
			     std::vector<order_entry> *out)
{
	queue &q = books_[symbol].side[side][px];
	int64_t have = 0, want = total;
	auto gone = [&](size_t i) {
		out->push_back(order_entry{ '2', side, px, 0, q[i].id, q[i].time_ns });
		q.erase(q.begin() + static_cast<std::ptrdiff_t>(i));
	};
	auto shrink = [&](size_t i, int64_t qty) {
		q[i].qty = qty;
		out->push_back(order_entry{ '1', side, px, qty, q[i].id, q[i].time_ns });
	};

	for (const own_order &o : own)
		want -= o.qty;
	for (size_t i = 0; i < q.size();) {
		auto same = std::find_if(own.begin(), own.end(), [&](const own_order &o) { return o.id == q[i].id; });

		if (q[i].own && (same == own.end() || same->qty > q[i].qty)) {
			gone(i);	// cancelled, filled, or larger: then it joins again at the end
			continue;
		}
		if (q[i].own && same->qty < q[i].qty)
			shrink(i, same->qty);
		if (!q[i].own)
			have += q[i].qty;
		i++;
	}
	while (have > want) {
		std::vector<size_t> others;

		for (size_t i = 0; i < q.size(); i++)
			if (!q[i].own)
				others.push_back(i);
		// A fill takes from the front, a cancel from anywhere.
		size_t i = random() & 1 ? others.front() : others[random() % others.size()];

		if (q[i].qty <= have - want) {
			have -= q[i].qty;
			gone(i);
		} else {
			shrink(i, q[i].qty - (have - want));
			have = want;
		}
	}
	if (have < want) {
		int64_t more = want - have;

		if (q.size() >= queue_max) {
			for (size_t i = 0; i < q.size(); i++) {
				if (!q[i].own) {
					more += q[i].qty;
					gone(i);
					break;
				}
			}
		}
		if (more % 2 == 0 && more > 2 && q.size() + 1 < queue_max && random() % 4 == 0) {
			join(&q, order_entry{ '0', side, px, more / 2, new_id(), 0 }, false, out);
			more /= 2;
		}
		join(&q, order_entry{ '0', side, px, more, new_id(), 0 }, false, out);
	}
	for (const own_order &o : own) {
		auto same = std::find_if(q.begin(), q.end(), [&](const queued &x) { return x.id == o.id; });

		if (same == q.end())
			join(&q, order_entry{ '0', side, px, o.qty, o.id, 0 }, true, out);
	}
	if (q.empty())
		books_[symbol].side[side].erase(px);
}

std::vector<order_entry> order_queues::all(const std::string &symbol, md_side side, uint64_t levels) const
{
	std::vector<order_entry> out;
	auto found = books_.find(symbol);
	uint64_t n = 0;
	auto add = [&](int64_t px, const queue &q) {
		for (const queued &o : q)
			out.push_back(order_entry{ '0', side, px, o.qty, o.id, o.time_ns });
		return !levels || ++n < levels;
	};

	if (found == books_.end())
		return out;
	const std::map<int64_t, queue> &map = found->second.side[side];

	if (side == MD_BID) {
		for (auto it = map.rbegin(); it != map.rend() && add(it->first, it->second); ++it)
			;
	} else {
		for (auto it = map.begin(); it != map.end() && add(it->first, it->second); ++it)
			;
	}
	return out;
}

std::string order_queues::json(const std::string &symbol, uint64_t levels, int min_decimals) const
{
	std::string out = "{";

	for (md_side side : { MD_BID, MD_OFFER }) {
		bool first = true;

		out += side == MD_BID ? "\"bids\":[" : ",\"offers\":[";
		for (const order_entry &o : all(symbol, side, levels)) {
			out += std::string(first ? "" : ",") + "[\"" + format_decimal(o.px, min_decimals) + "\",\"" +
			       format_decimal(o.qty, min_decimals) + "\",\"" + o.id + "\"]";
			first = false;
		}
		out += "]";
	}
	return out + "}";
}

}
