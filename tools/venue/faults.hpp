// SPDX-License-Identifier: MIT
// Faults ordered over the control socket and not yet spent. The transport, the feed and the session
// each take theirs from here, so that one place knows what is still armed.
#pragma once
#include <cstdint>
#include <string>

namespace venue {

enum silent_mode {
	SILENT_OFF,
	SILENT_ON,	// order messages are thrown away unread
	SILENT_WORK,	// order messages are worked, their reports are kept back
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

	// Parses "drop|dup|reorder", "N" (or with ppm: of a million) and an optional line letter; text says what was wrong.
	int arm_udp(const std::string &what, const std::string &count, const std::string &line, unsigned int lines, bool ppm,
		    std::string *text);
	static bool take(uint64_t *counter);
	std::string json() const;
};

}
