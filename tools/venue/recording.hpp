// SPDX-License-Identifier: MIT
// Readers of recordings. Binance: gzip, each line "<local ns> <json>", with one REST depth snapshot and the streams depthUpdate, bookTicker and trade of one
// symbol. Kraken: plain or gzip, each line "<local s>: <json>", the book channel of any number of symbols, with the exchange's checksum in every update.
// The whole recording is read and checked before use.
#pragma once
#include "matching.hpp"

#include <cstdint>
#include <string>
#include <vector>
#include <zlib.h>

namespace venue {

struct recorded_event {
	uint64_t local_ns = 0;
	size_t book = 0;		// index of its symbol
	bool is_trade = false;
	uint64_t first_id = 0;		// U; the first one published is made to follow the snapshot
	uint64_t last_id = 0;		// u
	std::vector<level_key> keys;
	std::vector<int64_t> qtys;
	int64_t px = 0;
	int64_t qty = 0;
	md_side aggressor = MD_BID;
	bool has_checksum = false;
	uint32_t checksum = 0;
};

struct recorded_ticker {
	uint64_t id;
	std::string bid_px, bid_qty, offer_px, offer_qty;
};

struct recorded_book {
	std::string symbol;
	uint64_t snapshot_id = 0;
	std::vector<level_key> snapshot_keys;
	std::vector<int64_t> snapshot_qtys;
	int px_decimals = 2, qty_decimals = 8;
};

struct recording {
	std::vector<recorded_book> books;
	std::vector<recorded_event> events;	// diffs after the snapshot, and trades since then
	std::vector<recorded_ticker> tickers;
	uint64_t diffs = 0;

	// 0 or -errno; why names file, line and what was expected.
	int load(const std::string &path, std::string *why);
	int load_kraken(const std::string &path, std::string *why);

	// Writes "u bid_px bid_qty ask_px ask_qty" for tickers whose id is the last id of one of the
	// first `count` diffs (0 = all). Returns lines written or -errno.
	int write_ticker_truth(const std::string &path, uint64_t count) const;
};

// The next line without its end, of any length; false at the end of the file.
bool read_recording_line(gzFile file, std::string *line);

}
