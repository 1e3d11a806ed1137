// SPDX-License-Identifier: MIT
// TCP under the QuickFIX sessions. QuickFIX's own acceptor listens on every address and hides its
// socket; this one binds where it is told and owns the bytes, so that a message can be delayed or cut
// in half. Session logic stays QuickFIX's. Everything runs on the caller's thread.
#pragma once
#include "faults.hpp"
#include "fixlog.hpp"
#include "options.hpp"

#include <deque>
#include <list>
#include <memory>
#include <poll.h>
#include <string>
#include <vector>

#include <quickfix/Acceptor.h>
#include <quickfix/Parser.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>

// The base class declares dynamic exception specifications; an override has to repeat them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated"

namespace venue {

uint64_t monotonic_ns();

class transport : public FIX::Acceptor {
public:
	transport(FIX::Application &app, FIX::MessageStoreFactory &store,
		  const FIX::SessionSettings &settings, FIX::LogFactory &logs, faults &f,
		  fix_log &log, const dialect &speech);
	~transport() override;

	// 0 or -errno; *port is what was bound.
	int listen_on(const std::string &address, uint64_t port, uint16_t *bound, std::string *why);

	void add_poll(std::vector<struct pollfd> *fds) const;
	// After poll(): accepts, reads, runs sessions, writes what is due.
	void run(const std::vector<struct pollfd> &fds);
	// When the next delayed message or session timer is due.
	uint64_t next_due_ns() const;
	// Bytes waiting in all connections: the market stops feeding while this is large.
	size_t backlog() const;

	// Faults on one client, or on all when client is empty. Return how many were hit.
	unsigned int disconnect(const std::string &client);
	unsigned int disconnect_midmessage(const std::string &client);
	unsigned int test_request(const std::string &client, const std::string &id);
	unsigned int skip_sequence(const std::string &client, uint64_t n);

	std::string sessions_json() const;
	// Sends Logout to all and writes it out as far as the sockets take it.
	void shutdown();

private:
	class connection;

	void onConfigure(const FIX::SessionSettings &) throw(FIX::ConfigError) override {}
	void onInitialize(const FIX::SessionSettings &) throw(FIX::RuntimeError) override {}
	void onStart() override {}
	bool onPoll(double) override { return false; }
	void onStop() override {}

	void accept_one();
	FIX::Session *claim(const std::string &logon, connection *by);
	template <typename F> unsigned int each(const std::string &client, F action);

	faults &faults_;
	fix_log &log_;
	const dialect &speech_;
	int listen_fd_ = -1;
	uint64_t next_timer_ns_ = 0;
	std::list<std::unique_ptr<connection>> connections_;
};

}

#pragma GCC diagnostic pop
