// SPDX-License-Identifier: MIT
// QuickFIX as the venue: `quickfix-peer ssl SETTINGS` is its own SSL acceptor, an implementation of TLS
// and FIX that shares nothing with the gateway; `plain` is what stands behind a TLS terminator. Prints
// logons and logouts; ends on SIGTERM.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unistd.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated"
#define HAVE_SSL 1
#include <quickfix/Application.h>
#include <quickfix/FileLog.h>
#include <quickfix/MessageStore.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSSLSocketAcceptor.h>
#include <quickfix/ThreadedSocketAcceptor.h>

namespace {

class application : public FIX::Application {
	void onCreate(const FIX::SessionID &) override {}
	void onLogon(const FIX::SessionID &id) override { say("logon", id); }
	void onLogout(const FIX::SessionID &id) override { say("logout", id); }
	void toAdmin(FIX::Message &, const FIX::SessionID &) override {}
	void toApp(FIX::Message &, const FIX::SessionID &) throw(FIX::DoNotSend) override {}
	void fromAdmin(const FIX::Message &, const FIX::SessionID &) throw(
		FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		FIX::RejectLogon) override
	{
	}
	void fromApp(const FIX::Message &, const FIX::SessionID &) throw(
		FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		FIX::UnsupportedMessageType) override
	{
	}
	static void say(const char *what, const FIX::SessionID &id)
	{
		std::printf("%s %s\n", what, id.toString().c_str());
		std::fflush(stdout);
	}
};

} // namespace
#pragma GCC diagnostic pop

int main(int argc, char **argv)
{
	if (argc != 3 || (std::strcmp(argv[1], "ssl") && std::strcmp(argv[1], "plain"))) {
		std::fprintf(stderr, "usage: quickfix-peer ssl|plain SETTINGS\n");
		return 2;
	}
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	try {
		FIX::SessionSettings settings{std::string(argv[2])};
		application app;
		FIX::MemoryStoreFactory store;
		FIX::FileLogFactory log(settings);
		std::unique_ptr<FIX::Acceptor> acceptor;

		if (!std::strcmp(argv[1], "ssl"))
			acceptor.reset(new FIX::ThreadedSSLSocketAcceptor(app, store, settings, log));
		else
			acceptor.reset(new FIX::ThreadedSocketAcceptor(app, store, settings, log));
		acceptor->start();
		std::printf("ready\n");
		std::fflush(stdout);
		int sig = 0;
		sigwait(&set, &sig);
		std::fflush(stdout);
		_exit(0);	// stop() waits for logouts that no longer come
	} catch (const std::exception &e) {
		std::fprintf(stderr, "quickfix-peer: %s\n", e.what());
		return 1;
	}
	return 0;
}
