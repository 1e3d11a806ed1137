// SPDX-License-Identifier: MIT
// UDP publisher: whole messages, the same bytes on every line; a channel of snapshots in a loop; heartbeats while nothing else is sent.
#pragma once
#include "fixlog.hpp"
#include "mddesk.hpp"
#include "udp.hpp"

#include <list>
#include <memory>

namespace venue {

class feed {
public:
	feed(const options &opt, faults &f, fix_log &log, md_desk &desk) : opt_(opt), faults_(f), log_(log), desk_(desk) {}

	// 0 or -errno; why names the line and what was wrong.
	int open(std::string *why);
	unsigned int lines() const { return static_cast<unsigned int>(lines_.size()); }

	void publish(const md_change &c);
	// Trading status of one symbol.
	void publish_status(const std::string &symbol);
	// Heartbeat and snapshots that are due; then sends what waits to be packed.
	void run(uint64_t now_ns);
	uint64_t next_due_ns() const;
	// Held back until released: then as fast as the sockets take it, on all lines in turns.
	void hold() { holding_ = true; }
	void release();
	// The publisher starts again: MsgSeqNum from 1.
	void restart() { seq_ = 1; }

	uint64_t datagrams() const;	// over all lines, duplicates counted
	uint64_t errors() const;
	uint64_t next_seq() const { return seq_; }
	std::string lines_json() const;

private:
	size_t room() const;
	void send_message(const std::string &type, const std::string &body);
	void emit();
	void send_snapshots();

	const options &opt_;
	faults &faults_;
	fix_log &log_;
	md_desk &desk_;
	std::list<udp_line> lines_;
	std::unique_ptr<udp_line> channel_;
	std::string packed_;		// messages that wait for more of them
	size_t in_packed_ = 0;
	bool holding_ = false;
	std::vector<std::string> held_;
	uint64_t seq_ = 1, channel_seq_ = 1;
	uint64_t last_sent_ns_ = 0, next_snapshot_ns_ = 0;
	size_t next_symbol_ = 0;
};

}
