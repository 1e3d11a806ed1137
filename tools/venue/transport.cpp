// SPDX-License-Identifier: MIT
#include "transport.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace venue {

static const uint64_t timer_ns = 100000000;
static const uint64_t logon_timeout_ns = 10000000000ULL;

uint64_t monotonic_ns()
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return static_cast<uint64_t>(ts.tv_sec) * 1000000000ULL + static_cast<uint64_t>(ts.tv_nsec);
}

class transport::connection : public FIX::Responder {
public:
	connection(transport &owner, int fd) : owner_(owner), fd_(fd), opened_ns_(monotonic_ns()) {}
	~connection() override { ::close(fd_); }

	bool send(const std::string &plain) override
	{
		const std::string message = padded(owner_.speech_, plain);

		if (closed_)
			return false;
		if (owner_.faults_.cut_next_message) {
			owner_.faults_.cut_next_message = false;
			push(message.substr(0, message.size() / 2));
			closed_ = flush_close_ = true;
			return true;
		}
		push(message);
		write_due();
		return true;
	}

	void disconnect() override
	{
		// Logout and Reject are sent just before: let them out first.
		closed_ = flush_close_ = true;
	}

	void drop()
	{
		closed_ = true;
		flush_close_ = false;
	}

	bool finished() const { return closed_ && (!flush_close_ || out_.empty()); }
	bool wants_write() const { return !out_.empty() && out_.front().due_ns <= monotonic_ns(); }
	uint64_t due_ns() const { return out_.empty() ? UINT64_MAX : out_.front().due_ns; }
	size_t backlog() const { return backlog_; }
	int fd() const { return fd_; }
	FIX::Session *session() const { return session_; }
	bool closed() const { return closed_; }

	void write_due()
	{
		uint64_t now = monotonic_ns();

		while (!out_.empty() && out_.front().due_ns <= now) {
			pending &p = out_.front();
			ssize_t n = ::send(fd_, p.bytes.data() + p.sent, p.bytes.size() - p.sent,
					   MSG_NOSIGNAL | MSG_DONTWAIT);

			if (n < 0) {
				if (errno != EAGAIN && errno != EINTR)
					drop();
				return;
			}
			p.sent += static_cast<size_t>(n);
			backlog_ -= static_cast<size_t>(n);
			if (p.sent < p.bytes.size())
				return;
			out_.pop_front();
		}
	}

	void read_some()
	{
		char buffer[65536];
		ssize_t n = recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
		std::string message;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			drop();
			return;
		}
		parser_.addToStream(buffer, static_cast<size_t>(n));
		while (!closed_ && read_message(&message))
			handle(message);
	}

	void timer()
	{
		if (session_ && !closed_)
			session_->next();
		else if (!session_ && monotonic_ns() - opened_ns_ > logon_timeout_ns)
			drop();
	}

	void release()
	{
		FIX::Session *session = session_;

		session_ = nullptr;
		if (session)
			session->disconnect();
	}

private:
	struct pending {
		uint64_t due_ns;
		std::string bytes;
		size_t sent;
	};

	void push(const std::string &bytes)
	{
		uint64_t due = monotonic_ns() + owner_.faults_.delay_tcp_ns;

		// A shorter delay later must not let a message pass one sent before.
		if (!out_.empty() && due < out_.back().due_ns)
			due = out_.back().due_ns;
		out_.push_back(pending{ due, bytes, 0 });
		backlog_ += bytes.size();
	}

	bool read_message(std::string *message)
	{
		for (;;) {
			try {
				return parser_.readFixMessage(*message);
			} catch (FIX::MessageParseError &) {
				// The parser has thrown the damaged bytes away; go on behind them.
				owner_.log_.write("evt", "-", "message framing error");
			}
		}
	}

	void handle(const std::string &message)
	{
		if (!session_) {
			session_ = owner_.claim(message, this);
			if (!session_) {
				drop();
				return;
			}
			session_->setResponder(this);
		}
		try {
			session_->next(message, FIX::UtcTimeStamp());
		} catch (FIX::InvalidMessage &) {
			if (!session_->isLoggedOn())
				disconnect();
		}
	}

	transport &owner_;
	int fd_;
	uint64_t opened_ns_;
	FIX::Session *session_ = nullptr;
	FIX::Parser parser_;
	std::deque<pending> out_;
	size_t backlog_ = 0;
	bool closed_ = false;
	bool flush_close_ = false;
};

// Debian ships no dictionary files and the session needs just this much of one: which tags of V are
// groups. Without it QuickFIX takes a second 269 or 55 for a repeated tag and rejects the message. A
// dictionary without version checks nothing else, so all other rules stay with the application.
static FIX::DataDictionaryProvider request_groups(const std::string &begin)
{
	FIX::DataDictionaryProvider provider;
	ptr::shared_ptr<FIX::DataDictionary> dictionary(new FIX::DataDictionary);
	FIX::DataDictionary types, instruments;

	types.addField(269);
	for (int tag : { 55, 65, 48, 22, 460, 461, 167, 207 })
		instruments.addField(tag);
	dictionary->addGroup("V", 267, 269, types);
	dictionary->addGroup("V", 146, 55, instruments);
	provider.addTransportDataDictionary(FIX::BeginString(begin), dictionary);
	if (begin == "FIXT.1.1")
		provider.addApplicationDataDictionary(FIX::ApplVerID(FIX::ApplVerID_FIX50SP2), dictionary);
	return provider;
}

transport::transport(FIX::Application &app, FIX::MessageStoreFactory &store,
		     const FIX::SessionSettings &settings, FIX::LogFactory &logs, faults &f,
		     fix_log &log, const dialect &speech)
	: FIX::Acceptor(app, store, settings, logs), faults_(f), log_(log), speech_(speech)
{
	for (const FIX::SessionID &id : getSessions())
		getSession(id)->setDataDictionaryProvider(request_groups(speech.begin));
}

transport::~transport()
{
	for (auto &c : connections_)
		c->release();
	connections_.clear();
	if (listen_fd_ >= 0)
		::close(listen_fd_);
}

int transport::listen_on(const std::string &address, uint64_t port, uint16_t *bound,
			 std::string *why)
{
	struct addrinfo hints, *found = nullptr;
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int one = 1, err;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
	if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found)) {
		*why = "--bind " + address + ": must be a numeric IPv4 or IPv6 address";
		return -EINVAL;
	}
	listen_fd_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listen_fd_ >= 0)
		setsockopt(listen_fd_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (listen_fd_ < 0 || bind(listen_fd_, found->ai_addr, found->ai_addrlen) ||
	    ::listen(listen_fd_, 16) ||
	    getsockname(listen_fd_, reinterpret_cast<struct sockaddr *>(&addr), &len)) {
		err = -errno;
		freeaddrinfo(found);
		*why = "cannot listen on " + address + " port " + std::to_string(port) + ": " +
		       strerror(-err);
		return err;
	}
	freeaddrinfo(found);
	if (addr.ss_family == AF_INET)
		*bound = ntohs(reinterpret_cast<struct sockaddr_in *>(&addr)->sin_port);
	else
		*bound = ntohs(reinterpret_cast<struct sockaddr_in6 *>(&addr)->sin6_port);
	return 0;
}

void transport::accept_one()
{
	int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int one = 1;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	connections_.emplace_back(new connection(*this, fd));
}

// The session a first message belongs to; null when there is none or it is already connected.
FIX::Session *transport::claim(const std::string &logon, connection *by)
{
	FIX::Session *session = FIX::Session::lookupSession(logon, true);

	if (!session) {
		log_.write("evt", "-", "no session for message: " + logon);
		return nullptr;
	}
	for (auto &c : connections_) {
		if (c.get() != by && c->session() == session) {
			log_.write("evt", session->getSessionID().getTargetCompID().getValue(),
				   "second connection refused: session is in use");
			return nullptr;
		}
	}
	return session;
}

void transport::add_poll(std::vector<struct pollfd> *fds) const
{
	fds->push_back(pollfd{ listen_fd_, POLLIN, 0 });
	for (const auto &c : connections_) {
		short events = c->closed() ? 0 : POLLIN;

		if (c->wants_write())
			events |= POLLOUT;
		fds->push_back(pollfd{ c->fd(), events, 0 });
	}
}

void transport::run(const std::vector<struct pollfd> &fds)
{
	uint64_t now = monotonic_ns();
	bool timer = now >= next_timer_ns_;

	for (const struct pollfd &p : fds) {
		if (!p.revents)
			continue;
		if (p.fd == listen_fd_) {
			accept_one();
			continue;
		}
		for (auto &c : connections_)
			if (c->fd() == p.fd && !c->closed())
				c->read_some();
	}
	for (auto it = connections_.begin(); it != connections_.end();) {
		connection &c = **it;

		if (timer)
			c.timer();
		c.write_due();
		if (!c.finished()) {
			++it;
			continue;
		}
		c.release();
		it = connections_.erase(it);
	}
	if (timer)
		next_timer_ns_ = now + timer_ns;
}

uint64_t transport::next_due_ns() const
{
	uint64_t due = next_timer_ns_, now = monotonic_ns();

	// What is due already waits for POLLOUT, not for time.
	for (const auto &c : connections_)
		if (c->due_ns() > now && c->due_ns() < due)
			due = c->due_ns();
	return due;
}

size_t transport::backlog() const
{
	size_t n = 0;

	for (const auto &c : connections_)
		n += c->backlog();
	return n;
}

template <typename F> unsigned int transport::each(const std::string &client, F action)
{
	unsigned int n = 0;

	for (auto &c : connections_) {
		FIX::Session *s = c->session();

		if (!s || c->closed() ||
		    (!client.empty() && s->getSessionID().getTargetCompID().getValue() != client))
			continue;
		action(*c, *s);
		n++;
	}
	return n;
}

unsigned int transport::disconnect(const std::string &client)
{
	return each(client, [](connection &c, FIX::Session &) { c.drop(); });
}

static void send_test_request(FIX::Session &s, const std::string &id)
{
	FIX::Message m;

	m.getHeader().setField(FIX::MsgType("1"));
	m.setField(FIX::TestReqID(id));
	s.send(m);
}

unsigned int transport::disconnect_midmessage(const std::string &client)
{
	return each(client, [this](connection &, FIX::Session &s) {
		faults_.cut_next_message = true;
		send_test_request(s, "CUT");
	});
}

unsigned int transport::test_request(const std::string &client, const std::string &id)
{
	return each(client, [&](connection &, FIX::Session &s) { send_test_request(s, id); });
}

unsigned int transport::skip_sequence(const std::string &client, uint64_t n)
{
	return each(client, [&](connection &, FIX::Session &s) {
		s.setNextSenderMsgSeqNum(s.getExpectedSenderNum() + static_cast<int>(n));
	});
}

std::string transport::sessions_json() const
{
	std::string out = "[";

	for (const FIX::SessionID &id : getSessions()) {
		FIX::Session *s = getSession(id);

		if (out.size() > 1)
			out += ",";
		out += "{\"client\":\"" + id.getTargetCompID().getValue() + "\",\"state\":\"" +
		       (s->isLoggedOn() ? "logged_on" : "logged_off") + "\",\"next_out\":" +
		       std::to_string(s->getExpectedSenderNum()) + ",\"next_in\":" +
		       std::to_string(s->getExpectedTargetNum()) + "}";
	}
	return out + "]";
}

void transport::shutdown()
{
	uint64_t end = monotonic_ns() + 200000000;

	faults_.delay_tcp_ns = 0;
	each("", [](connection &, FIX::Session &s) {
		s.logout("venue stops");
		s.next();
	});
	while (monotonic_ns() < end && !connections_.empty()) {
		std::vector<struct pollfd> fds;

		add_poll(&fds);
		fds[0].events = 0;
		::poll(fds.data(), fds.size(), 20);
		run(fds);
	}
}

}
