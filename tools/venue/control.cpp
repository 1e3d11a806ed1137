// SPDX-License-Identifier: MIT
#include "control.hpp"
#include "decimal.hpp"

#include <cerrno>
#include <cstring>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace venue {

// A command is short; a peer that sends more without a newline is not speaking this protocol.
static const size_t line_max = 4096;

static const char commands[] =
"drop|dup|reorder udp N [LINE]; rate drop|dup|reorder PPM [LINE]; bad-checksum N; status SYMBOL|all WORD; restart feed; delay tcp MS; disconnect [midmessage [next]] [CLIENT]; reject N; "
"silent on|work|off; gap N [CLIENT]; testrequest [CLIENT]; fill CLORDID QTY|all [PX]; race N QTY|all; refuse cancel|replace N [REASON]; "
"bust EXECID|last; correct EXECID|last QTY PX; cancel-unsolicited|expire|done|suspend|reinstate CLORDID; late N [MS]; repeat N; hold; "
"release [reverse]; lose-copies N; chance KIND|all PPM; position CLIENT SYMBOL QTY [ACCOUNT]; stray CLIENT SYMBOL buy|sell QTY PX [ACCOUNT]; pause; resume; "
"step N; burst N; stats; book SYMBOL [DEPTH]; queue SYMBOL [DEPTH]; orders [others]; trades [N]; positions; quit";

control::control(const options &opt, faults &f, exchange &ex, session_app &app, feed &fd, md_desk &desk, driver &d,
		 transport &t)
	: opt_(opt), faults_(f), exchange_(ex), app_(app), feed_(fd), desk_(desk), driver_(d), transport_(t)
{
}

control::~control()
{
	for (peer &p : peers_)
		if (p.in_fd != STDIN_FILENO)
			close(p.in_fd);
	if (listen_fd_ >= 0) {
		close(listen_fd_);
		unlink(opt_.control.c_str());
	}
}

int control::open(std::string *why)
{
	struct sockaddr_un addr;
	int err;

	if (opt_.control_stdin)
		peers_.push_back(peer{ STDIN_FILENO, STDOUT_FILENO, "" });
	if (opt_.control.empty())
		return 0;
	memset(&addr, 0, sizeof(addr));
	addr.sun_family = AF_UNIX;
	if (opt_.control.size() >= sizeof(addr.sun_path)) {
		*why = "--control " + opt_.control + ": path is too long for a unix socket";
		return -ENAMETOOLONG;
	}
	memcpy(addr.sun_path, opt_.control.c_str(), opt_.control.size());
	listen_fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	// A socket left by a run that was killed answers nobody: take its place.
	if (listen_fd_ >= 0 &&
	    connect(listen_fd_, reinterpret_cast<struct sockaddr *>(&addr), sizeof(addr)) &&
	    errno == ECONNREFUSED)
		unlink(opt_.control.c_str());
	if (listen_fd_ >= 0) {
		close(listen_fd_);
		listen_fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	if (listen_fd_ < 0 ||
	    bind(listen_fd_, reinterpret_cast<struct sockaddr *>(&addr), sizeof(addr)) ||
	    listen(listen_fd_, 4)) {
		err = -errno;
		*why = "--control " + opt_.control + ": " + strerror(-err);
		if (listen_fd_ >= 0)
			close(listen_fd_);
		listen_fd_ = -1;
		return err;
	}
	return 0;
}

void control::add_poll(std::vector<struct pollfd> *fds) const
{
	if (listen_fd_ >= 0)
		fds->push_back(pollfd{ listen_fd_, POLLIN, 0 });
	for (const peer &p : peers_)
		fds->push_back(pollfd{ p.in_fd, POLLIN, 0 });
}

bool control::read_from(peer &p)
{
	char chunk[4096];
	ssize_t n = read(p.in_fd, chunk, sizeof(chunk));
	size_t end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	p.buffer.append(chunk, static_cast<size_t>(n));
	while ((end = p.buffer.find('\n')) != std::string::npos) {
		std::string answer = execute(p.buffer.substr(0, end)) + "\n";
		size_t at = 0;

		p.buffer.erase(0, end + 1);
		while (at < answer.size()) {
			n = p.in_fd == p.out_fd
				? send(p.out_fd, answer.data() + at, answer.size() - at, MSG_NOSIGNAL)
				: write(p.out_fd, answer.data() + at, answer.size() - at);
			if (n <= 0)
				return false;
			at += static_cast<size_t>(n);
		}
	}
	return p.buffer.size() <= line_max;
}

void control::run(const std::vector<struct pollfd> &fds)
{
	for (const struct pollfd &ready : fds) {
		if (!ready.revents)
			continue;
		if (ready.fd == listen_fd_) {
			int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);

			if (fd >= 0)
				peers_.push_back(peer{ fd, fd, "" });
			continue;
		}
		for (auto it = peers_.begin(); it != peers_.end(); ++it) {
			if (it->in_fd != ready.fd)
				continue;
			if (!read_from(*it)) {
				if (it->in_fd != STDIN_FILENO)
					close(it->in_fd);
				peers_.erase(it);
			}
			break;
		}
	}
}

std::string control::stats() const
{
	const exchange_stats &s = exchange_.stats();
	const char *state = driver_.done() ? "done" : driver_.paused() ? "paused" :
			    driver_.started() ? "running" : "waiting";

	return "{\"orders\":" + std::to_string(s.orders) + ",\"fills\":" + std::to_string(s.fills) +
	       ",\"rejects\":" + std::to_string(s.rejects) + ",\"cancels\":" +
	       std::to_string(s.cancels) + ",\"replaces\":" + std::to_string(s.replaces) + ",\"busts\":" + std::to_string(s.busts) + ",\"corrections\":" +
	       std::to_string(s.corrections) + ",\"other_orders\":" + std::to_string(s.other_orders) + ",\"other_fills\":" +
	       std::to_string(s.other_fills) + ",\"reports\":" + app_.mail().json() + ",\"copies_lost\":" + std::to_string(app_.copies_lost()) +
	       ",\"updates\":" + std::to_string(driver_.updates()) + ",\"trades\":" +
	       std::to_string(driver_.trades()) + ",\"datagrams\":" +
	       std::to_string(feed_.datagrams()) + ",\"datagram_errors\":" +
	       std::to_string(feed_.errors()) + ",\"next_feed_seq\":" +
	       std::to_string(feed_.next_seq()) + ",\"lines\":" + feed_.lines_json() + ",\"checksum_differs\":" +
	       std::to_string(desk_.checksum_differs()) + ",\"market\":\"" + state + "\",\"sessions\":" +
	       transport_.sessions_json() + ",\"faults\":" + faults_.json() + "}";
}

static std::string hit(unsigned int n)
{
	return n ? "ok sessions=" + std::to_string(n) : "err no such client is connected";
}

std::string control::execute(const std::string &line)
{
	std::istringstream in(line);
	std::string verb, a, b, c, text;
	uint64_t n = 0;

	words all;

	while (in >> text)
		all.push_back(text);
	text.clear();
	if (!all.empty() && order_command(all, &text))
		return text;
	if (all.size() > 4)
		return "err too many words";
	all.resize(4);
	verb = all[0];
	a = all[1];
	b = all[2];
	c = all[3];
	if (verb == "drop" || verb == "dup" || verb == "reorder") {
		if (a != "udp" || b.empty())
			return "err usage: " + verb + " udp N [LINE]";
		return faults_.arm_udp(verb, b, c, feed_.lines(), false, &text) ? "err " + text : "ok";
	}
	if (verb == "rate") {
		if (b.empty())
			return "err usage: rate drop|dup|reorder PPM [LINE]";
		return faults_.arm_udp(a, b, c, feed_.lines(), true, &text) ? "err " + text : "ok";
	}
	if (verb == "bad-checksum") {
		if (!parse_unsigned(a, &n))
			return "err usage: bad-checksum N";
		faults_.bad_checksums = n;
		return "ok";
	}
	if (verb == "status") {
		text = desk_.set_status(a, b);
		if (!text.empty())
			return "err " + text;
		for (const instrument &ins : desk_.instruments()) {
			if (a != "all" && a != ins.symbol)
				continue;
			exchange_.set_trading(ins.symbol, b != "halted" && b != "closed" && b != "cancel-only");
			feed_.publish_status(ins.symbol);
		}
		return "ok";
	}
	if (verb == "restart") {
		if (a != "feed")
			return "err usage: restart feed";
		feed_.restart();
		return "ok";
	}
	if (verb == "delay") {
		if (a != "tcp" || !parse_unsigned(b, &n) || n > 600000)
			return "err usage: delay tcp MS, at most 600000";
		faults_.delay_tcp_ns = n * 1000000;
		return "ok";
	}
	if (verb == "disconnect") {
		if (a != "midmessage")
			return hit(transport_.disconnect(a));
		if (b == "next") {
			faults_.cut_next_message = true;
			return "ok armed";
		}
		return hit(transport_.disconnect_midmessage(b));
	}
	if (verb == "silent") {
		if (a != "on" && a != "off" && a != "work")
			return "err usage: silent on|work|off";
		faults_.silent = a == "on" ? SILENT_ON : a == "work" ? SILENT_WORK : SILENT_OFF;
		return "ok";
	}
	if (verb == "gap") {
		if (!parse_unsigned(a, &n) || n == 0 || n > 1000000)
			return "err usage: gap N [CLIENT], N from 1 to 1000000";
		return hit(transport_.skip_sequence(b, n));
	}
	if (verb == "testrequest")
		return hit(transport_.test_request(a, "VENUE-TEST"));
	if (verb == "pause") {
		driver_.pause();
		return "ok";
	}
	if (verb == "resume") {
		driver_.resume(monotonic_ns());
		return "ok";
	}
	if (verb == "step") {
		if (!parse_unsigned(a, &n) || n == 0 || n > 1000000)
			return "err usage: step N, N from 1 to 1000000";
		return "ok updates=" + std::to_string(driver_.step(n));
	}
	if (verb == "burst") {
		if (!parse_unsigned(a, &n) || n == 0 || n > 100000000)
			return "err usage: burst N, N from 1 to 100000000";
		return "ok updates=" + std::to_string(driver_.burst(n));
	}
	if (verb == "stats")
		return "ok " + stats();
	if (verb == "book") {
		if (!exchange_.has(a))
			return "err unknown symbol '" + a + "'";
		if (!b.empty() && !parse_unsigned(b, &n))
			return "err usage: book SYMBOL [DEPTH]";
		return "ok " + exchange_.book_json(a, n);
	}
	if (verb == "queue") {
		if (!exchange_.has(a))
			return "err unknown symbol '" + a + "'";
		if (!b.empty() && !parse_unsigned(b, &n))
			return "err usage: queue SYMBOL [DEPTH]";
		return "ok " + desk_.queues().json(a, n, opt_.min_decimals);
	}
	if (verb == "help")
		return std::string("ok ") + commands;
	if (verb == "quit") {
		quit_ = true;
		return "ok";
	}
	return "err unknown command '" + verb + "'; try help";
}

}
