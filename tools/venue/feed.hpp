// SPDX-License-Identifier: MIT
// UDP publisher: every datagram is one complete X message, the same bytes on every line.
#pragma once
#include "encode.hpp"
#include "faults.hpp"
#include "fixlog.hpp"
#include "options.hpp"

#include <sys/socket.h>

namespace venue {

class feed {
public:
	feed(const options &opt, faults &f, fix_log &log) : opt_(opt), faults_(f), log_(log) {}
	~feed();

	// 0 or -errno; why names the line and what was wrong.
	int open(std::string *why);
	unsigned int lines() const { return static_cast<unsigned int>(lines_.size()); }

	void publish_changes(const std::string &symbol, uint64_t first_id, uint64_t last_id,
			     const std::vector<md_entry> &entries);
	void publish_trade(const std::string &symbol, int64_t px, int64_t qty);

	uint64_t datagrams() const { return sent_; }	// over all lines, duplicates counted
	uint64_t errors() const { return errors_; }
	uint64_t next_seq() const { return seq_; }

private:
	struct line {
		int fd;
		struct sockaddr_storage to;
		socklen_t to_len;
		std::string held;	// datagram kept back by a reorder
	};

	int open_line(const udp_target &target, line *out, std::string *why);
	void send_message(const std::string &body);
	void put(const line &l, const std::string &datagram);

	const options &opt_;
	faults &faults_;
	fix_log &log_;
	std::vector<line> lines_;
	uint64_t seq_ = 1;
	uint64_t sent_ = 0;
	uint64_t errors_ = 0;
};

}
