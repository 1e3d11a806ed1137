// SPDX-License-Identifier: MIT
// Commands, one a line, over a unix stream socket or standard input; each is answered by one line
// that starts with "ok" or "err".
#pragma once
#include "driver.hpp"
#include "faults.hpp"
#include "session.hpp"
#include "transport.hpp"

#include <list>
#include <poll.h>
#include <string>
#include <vector>

namespace venue {

class control {
public:
	control(const options &opt, faults &f, exchange &ex, session_app &app, feed &fd, md_desk &desk, driver &d,
		transport &t);
	~control();

	// 0 or -errno
	int open(std::string *why);
	void add_poll(std::vector<struct pollfd> *fds) const;
	void run(const std::vector<struct pollfd> &fds);
	bool quit() const { return quit_; }

private:
	struct peer {
		int in_fd;
		int out_fd;
		std::string buffer;
	};

	// False when the peer is gone.
	bool read_from(peer &p);
	std::string execute(const std::string &line);
	using words = std::vector<std::string>;
	// Commands about orders (control_orders.cpp); false: it is none of them.
	bool order_command(const words &w, std::string *answer);
	std::string arm(const words &w);
	std::string incident(const words &w);
	std::string adjust(const words &w);
	std::string stray(const words &w);
	std::string stats() const;

	const options &opt_;
	faults &faults_;
	exchange &exchange_;
	session_app &app_;
	feed &feed_;
	md_desk &desk_;
	driver &driver_;
	transport &transport_;
	int listen_fd_ = -1;
	std::list<peer> peers_;
	uint64_t strays_ = 0;
	bool quit_ = false;
};

}
