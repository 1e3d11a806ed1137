// SPDX-License-Identifier: MIT
// One way out for datagrams: a socket to an address, unicast or multicast, that loses, repeats and reorders what it is told to.
#pragma once
#include "faults.hpp"
#include "options.hpp"
#include "random.hpp"

#include <sys/socket.h>

namespace venue {

class udp_line {
public:
	udp_line(const udp_target &target, unsigned int index, uint64_t seed) : target_(target), index_(index), random_(seed + index) {}
	udp_line(udp_line &&o) noexcept;
	udp_line(const udp_line &) = delete;
	~udp_line();

	// 0 or -errno; why names the line and what was wrong.
	int open(uint64_t ttl, std::string *why);
	// Queues what the faults leave of it; flush() sends.
	void put(const std::string &datagram, faults *f);
	void flush();
	std::string json() const;
	uint64_t sent() const { return sent_; }
	uint64_t errors() const { return errors_; }

private:
	udp_target target_;
	unsigned int index_;
	generator random_;	// its own: what happens on one line does not depend on another
	int fd_ = -1;
	struct sockaddr_storage to_ = {};
	socklen_t to_len_ = 0;
	std::string held_;		// datagram kept back by a reorder
	std::vector<std::string> queue_;
	uint64_t sent_ = 0, errors_ = 0, dropped_ = 0, duplicated_ = 0, reordered_ = 0;
};

}
