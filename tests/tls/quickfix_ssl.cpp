// SPDX-License-Identifier: MIT
// QuickFIX's own SSL acceptor with one FIX 4.4 session: an implementation of TLS and FIX at the other
// end that shares nothing with the gateway. Prints logons and logouts; ends on SIGTERM.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unistd.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated"
#define HAVE_SSL 1
#include <quickfix/Application.h>
#include <quickfix/FileLog.h>
#include <quickfix/Log.h>
#include <quickfix/MessageStore.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSSLSocketAcceptor.h>

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
	if (argc != 2) {
		std::fprintf(stderr, "usage: quickfix-ssl SETTINGS\n");
		return 2;
	}
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	try {
		FIX::SessionSettings settings{std::string(argv[1])};
		application app;
		FIX::MemoryStoreFactory store;
		FIX::FileLogFactory log(settings);
		FIX::ThreadedSSLSocketAcceptor acceptor(app, store, settings, log);

		acceptor.start();
		std::printf("ready\n");
		std::fflush(stdout);
		int sig = 0;
		sigwait(&set, &sig);
		acceptor.stop(true);
	} catch (const std::exception &e) {
		std::fprintf(stderr, "quickfix-ssl: %s\n", e.what());
		return 1;
	}
	return 0;
}
