// SPDX-License-Identifier: MIT
// Faults ordered over the control socket and not yet spent. The transport, the feed, the exchange and the
// session each take theirs from here, so that one place knows what is still armed.
#pragma once
#include "random.hpp"

#include <cstdint>
#include <string>

namespace venue {

enum silent_mode {
	SILENT_OFF,
	SILENT_ON,	// order messages are thrown away unread
	SILENT_WORK,	// order messages are worked, their reports are kept back
};

// What befalls orders and reports at random, so many times of a million.
enum chance_kind {
	CHANCE_REJECT,		// a new order is rejected
	CHANCE_PARTIAL,		// an order that comes to rest is filled in part
	CHANCE_RACE,		// a cancel or replace finds the order filled, in part or whole
	CHANCE_REFUSE_CANCEL,
	CHANCE_REFUSE_REPLACE,
	CHANCE_UNSOLICITED,	// another working order of the client is canceled when one comes to rest
	CHANCE_BUST,		// a fill is taken back
	CHANCE_CORRECT,		// a fill is corrected
	CHANCE_LATE,		// a report is overtaken by others
	CHANCE_REPEAT,		// a report is sent twice
	CHANCE_LOSE_COPY,	// a drop copy is not sent
	CHANCE_KINDS,
};

struct faults {
	static const unsigned int lines_max = 8;
	// after the lines: the snapshot channel, line S
	static const unsigned int snapshot_line = lines_max, all_lines = lines_max + 1;

	uint64_t drop_udp[all_lines] = {};
	uint64_t dup_udp[all_lines] = {};
	uint64_t reorder_udp[all_lines] = {};
	// of a million datagrams, at random
	uint64_t drop_ppm[all_lines] = {}, dup_ppm[all_lines] = {}, reorder_ppm[all_lines] = {};
	uint64_t delay_tcp_ns = 0;
	uint64_t reject_orders = 0;
	uint64_t bad_checksums = 0;
	silent_mode silent = SILENT_OFF;
	bool cut_next_message = false;

	uint64_t refuse_cancels = 0, refuse_replaces = 0;
	int refuse_reason = 2;		// tag 102
	uint64_t races = 0;
	int64_t race_qty = 0;		// 0: all that is left
	uint64_t late_reports = 0, repeat_reports = 0, lose_copies = 0;
	uint64_t late_ns = 20000000;
	uint64_t chances_ppm[CHANCE_KINDS] = {};
	generator random{ 1 };

	// Parses "drop|dup|reorder", "N" (or with ppm: of a million) and an optional line letter; text says what was wrong.
	int arm_udp(const std::string &what, const std::string &count, const std::string &line, unsigned int lines, bool ppm,
		    std::string *text);
	// A kind by its name, or all of them; false with what would be right.
	bool arm_chance(const std::string &kind, const std::string &ppm, std::string *text);
	bool chance(chance_kind kind) { return random.chance(chances_ppm[kind]); }
	static bool take(uint64_t *counter);
	std::string json() const;
};

}
