// SPDX-License-Identifier: MIT
// One thread, one loop: signals, sockets, control, then the market. Nothing else runs, so that a seed
// and a sequence of inputs always give the same outputs.
#include "control.hpp"
#include "decimal.hpp"
#include "driver.hpp"
#include "encode.hpp"
#include "feed.hpp"
#include "fixlog.hpp"
#include "matching.hpp"
#include "options.hpp"
#include "recording.hpp"
#include "session.hpp"
#include "transport.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <quickfix/FileStore.h>
#include <quickfix/MessageStore.h>
#include <quickfix/SessionSettings.h>

namespace venue {

static std::string clock_text(time_t when)
{
	struct tm tm;
	char text[16];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	return text;
}

static FIX::SessionSettings session_settings(const options &opt)
{
	FIX::SessionSettings settings;
	FIX::Dictionary d;
	time_t now = time(nullptr);

	// QuickFIX resets sequence numbers where one session day ends and the next begins. Put that
	// border half a day away, so that a test that runs over midnight is not cut in two.
	d.setString(FIX::START_TIME, clock_text(now + 43200));
	d.setString(FIX::END_TIME, clock_text(now + 43199));
	d.setString(FIX::CONNECTION_TYPE, "acceptor");
	d.setString(FIX::USE_DATA_DICTIONARY, "N");
	if (opt.speech.version == 50)
		d.setString(FIX::DEFAULT_APPLVERID, "FIX.5.0SP2");
	d.setString(FIX::RESET_ON_LOGON, opt.reset_on_logon ? "Y" : "N");
	d.setString(FIX::RESET_ON_LOGOUT, opt.reset_on_logout ? "Y" : "N");
	d.setString(FIX::RESET_ON_DISCONNECT, opt.reset_on_disconnect ? "Y" : "N");
	d.setString(FIX::CHECK_LATENCY, opt.check_latency_s ? "Y" : "N");
	if (opt.check_latency_s)
		d.setString(FIX::MAX_LATENCY, std::to_string(opt.check_latency_s));
	if (!opt.store.empty())
		d.setString(FIX::FILE_STORE_PATH, opt.store);
	settings.set(d);
	for (const std::vector<std::string> *ids : { &opt.clients, &opt.drop_copies })
		for (const std::string &client : *ids)
			settings.set(FIX::SessionID(opt.speech.begin, opt.comp_id, client), FIX::Dictionary());
	return settings;
}

static int fail(const std::string &why)
{
	fprintf(stderr, "tg-venue: %s\n", why.c_str());
	return 1;
}

static int run(options &opt)
{
	sigset_t signals;
	std::string why, id_prefix;
	recording rec;
	std::vector<instrument> recorded;
	faults f;
	fix_log log;
	uint16_t port = 0;
	int err, signal_fd;
	bool told_done = false;
	uint64_t done_ns = 0;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, nullptr);
	signal(SIGPIPE, SIG_IGN);
	signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return fail(std::string("signalfd: ") + strerror(errno));

	if (opt.replay) {
		if (opt.speech.name == tongue::kraken ? rec.load_kraken(opt.recording, &why) : rec.load(opt.recording, &why))
			return fail(why);
		for (const recorded_book &b : rec.books) {
			instrument ins;

			ins.symbol = b.symbol;
			ins.tick_px = scale;
			for (int d = std::min(b.px_decimals, 8); d > 0; d--)
				ins.tick_px /= 10;
			ins.lot_qty = opt.speech.name == tongue::kraken ? 1 : 1000;
			ins.px_decimals = b.px_decimals;
			ins.qty_decimals = b.qty_decimals;
			if (!opt.symbols.empty() && opt.symbols[0].symbol == b.symbol) {
				ins.tick_px = opt.symbols[0].tick_px;
				ins.lot_qty = opt.symbols[0].lot_qty;
			}
			recorded.push_back(ins);
		}
		if (!opt.symbols.empty() && (recorded.size() > 1 || opt.symbols[0].symbol != recorded[0].symbol))
			return fail("--symbols: the recording holds " + recorded[0].symbol + (recorded.size() > 1 ? " and others" : ""));
		opt.symbols = recorded;
		if (!opt.ticker_truth.empty()) {
			err = rec.write_ticker_truth(opt.ticker_truth, opt.count);
			if (err < 0)
				return fail("--ticker-truth " + opt.ticker_truth + ": " + strerror(-err));
		}
	}
	if (!opt.credentials_file.empty() && !opt.secrets.load(opt.credentials_file, &why))
		return fail(why);
	err = log.open(opt.log);
	if (err)
		return fail("--log " + opt.log + ": " + strerror(-err));
	if (!opt.store.empty()) {
		if (mkdir(opt.store.c_str(), 0700) && errno != EEXIST)
			return fail("--store " + opt.store + ": " + strerror(errno));
		// Sequence numbers outlive this process, so identifiers must not repeat either.
		id_prefix = std::to_string(time(nullptr)) + "-";
	}

	FIX::SessionSettings settings = session_settings(opt);
	FIX::FileStoreFactory file_store(settings);
	FIX::MemoryStoreFactory memory_store;
	FIX::MessageStoreFactory &store = opt.store.empty()
		? static_cast<FIX::MessageStoreFactory &>(memory_store) : file_store;
	fix_log_factory logs(log);
	f.random = generator(opt.fault_seed);
	session_app app(opt, f, id_prefix);
	exchange ex(opt, f, app, id_prefix);
	md_desk desk(opt, f, [&](const std::string &type, const std::string &body, const std::string &client) {
		app.send_body(type, body, client);
	});
	feed udp(opt, f, log, desk);
	driver market_driver(opt, ex, udp, desk);

	app.attach(&ex, &desk);
	desk.attach(&ex);
	for (const instrument &ins : opt.symbols)
		ex.add_instrument(ins);
	market_driver.load(opt.replay ? make_replay_market(rec) : make_seeded_market(opt));
	for (const instrument &ins : opt.symbols)
		desk.open(ins);
	if (udp.open(&why))
		return fail(why);

	transport tcp(app, store, settings, logs, f, log, opt.speech);
	control commands(opt, f, ex, app, udp, desk, market_driver, tcp);

	if (tcp.listen_on(opt.bind, opt.fix_port, &port, &why) || commands.open(&why))
		return fail(why);
	printf("ready fix=%u\n", port);
	fflush(stdout);

	while (!commands.quit()) {
		std::vector<struct pollfd> fds;
		uint64_t now = monotonic_ns();
		uint64_t due = market_driver.run(now, tcp.backlog());
		uint64_t other = tcp.next_due_ns();
		struct timespec wait = {};

		udp.run(now);
		app.mail().run(now);
		other = std::min(other, std::min(udp.next_due_ns(), app.mail().next_due_ns()));

		if (market_driver.done() && !told_done) {
			printf("market done updates=%llu\n",
			       static_cast<unsigned long long>(market_driver.updates()));
			fflush(stdout);
			told_done = true;
			done_ns = now;
		}
		if (told_done && opt.linger) {
			uint64_t end = done_ns + opt.linger_s * 1000000000ULL;

			if (now >= end)
				break;
			due = std::min(due, end);
		}
		due = std::min(due, other);
		if (due > now) {
			wait.tv_sec = static_cast<time_t>((due - now) / 1000000000ULL);
			wait.tv_nsec = static_cast<long>((due - now) % 1000000000ULL);
		}
		fds.push_back(pollfd{ signal_fd, POLLIN, 0 });
		tcp.add_poll(&fds);
		commands.add_poll(&fds);
		if (ppoll(fds.data(), fds.size(), &wait, nullptr) < 0 && errno != EINTR)
			return fail(std::string("poll: ") + strerror(errno));
		if (fds[0].revents)
			break;
		tcp.run(fds);
		market_driver.publish_touched();
		commands.run(fds);
		udp.run(monotonic_ns());
	}
	tcp.shutdown();
	close(signal_fd);
	return 0;
}

}

int main(int argc, char **argv)
{
	venue::options opt;
	int status = venue::parse_options(argc, argv, &opt);

	if (status)
		return status == 1 ? 0 : status;
	try {
		return venue::run(opt);
	} catch (std::exception &e) {
		fprintf(stderr, "tg-venue: %s\n", e.what());
		return 1;
	}
}
