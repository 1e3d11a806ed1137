// SPDX-License-Identifier: MIT
#include "udp.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

namespace venue {

// Datagrams in one system call.
static const size_t batch = 64;

udp_line::udp_line(udp_line &&o) noexcept
	: target_(o.target_), index_(o.index_), random_(o.random_), fd_(o.fd_), to_(o.to_), to_len_(o.to_len_)
{
	o.fd_ = -1;
}

udp_line::~udp_line()
{
	if (fd_ >= 0)
		close(fd_);
}

static bool is_multicast(const struct sockaddr_storage &addr)
{
	if (addr.ss_family == AF_INET) {
		const auto *in = reinterpret_cast<const struct sockaddr_in *>(&addr);

		return IN_MULTICAST(ntohl(in->sin_addr.s_addr));
	}
	const auto *in6 = reinterpret_cast<const struct sockaddr_in6 *>(&addr);

	return IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
}

// The interface may be a name, or for IPv4 a local address.
static int set_interface(int fd, int family, const std::string &interface)
{
	unsigned int index = if_nametoindex(interface.c_str());
	struct ip_mreqn req;
	int ifindex = static_cast<int>(index);

	if (family == AF_INET6) {
		if (!index)
			return -ENODEV;
		return setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)) ?
			-errno : 0;
	}
	memset(&req, 0, sizeof(req));
	if (index)
		req.imr_ifindex = ifindex;
	else if (inet_pton(AF_INET, interface.c_str(), &req.imr_address) != 1)
		return -ENODEV;
	return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &req, sizeof(req)) ? -errno : 0;
}

// The same for unicast: leave through that interface, or from that local address.
static int set_source(int fd, int family, const std::string &from)
{
	struct sockaddr_in in = {};
	struct sockaddr_in6 in6 = {};

	if (if_nametoindex(from.c_str()))
		return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, from.c_str(),
				  static_cast<socklen_t>(from.size())) ? -errno : 0;
	in.sin_family = AF_INET;
	in6.sin6_family = AF_INET6;
	if (family == AF_INET && inet_pton(AF_INET, from.c_str(), &in.sin_addr) == 1)
		return bind(fd, reinterpret_cast<struct sockaddr *>(&in), sizeof(in)) ? -errno : 0;
	if (family == AF_INET6 && inet_pton(AF_INET6, from.c_str(), &in6.sin6_addr) == 1)
		return bind(fd, reinterpret_cast<struct sockaddr *>(&in6), sizeof(in6)) ? -errno : 0;
	return -ENODEV;
}

int udp_line::open(uint64_t hops, std::string *why)
{
	struct addrinfo hints, *found = nullptr;
	int ttl = static_cast<int>(hops), size = 4 << 20, err;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(target_.host.c_str(), target_.port.c_str(), &hints, &found)) {
		*why = "--udp " + target_.host + ": must be a numeric IPv4 or IPv6 address";
		return -EINVAL;
	}
	memcpy(&to_, found->ai_addr, found->ai_addrlen);
	to_len_ = found->ai_addrlen;
	freeaddrinfo(found);
	fd_ = socket(to_.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd_ < 0) {
		err = -errno;
		*why = "--udp " + target_.host + ": " + strerror(-err);
		return err;
	}
	// A full send buffer blocks for a moment instead of losing a datagram nobody asked to lose.
	setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (is_multicast(to_)) {
		if (to_.ss_family == AF_INET)
			setsockopt(fd_, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
		else
			setsockopt(fd_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof(ttl));
		if (!target_.interface.empty() && set_interface(fd_, to_.ss_family, target_.interface)) {
			*why = "--udp " + target_.host + "@" + target_.interface + ": no such interface or local address";
			return -ENODEV;
		}
	} else if (!target_.interface.empty()) {
		err = set_source(fd_, to_.ss_family, target_.interface);
		if (err) {
			*why = "--udp " + target_.host + "@" + target_.interface + ": cannot send from there: " + strerror(-err);
			return err;
		}
	}
	return 0;
}

void udp_line::put(const std::string &datagram, faults *f)
{
	if (faults::take(&f->drop_udp[index_]) || random_.chance(f->drop_ppm[index_])) {
		dropped_++;
		return;
	}
	if (held_.empty() && (faults::take(&f->reorder_udp[index_]) || random_.chance(f->reorder_ppm[index_]))) {
		held_ = datagram;
		reordered_++;
		return;
	}
	queue_.push_back(datagram);
	if (faults::take(&f->dup_udp[index_]) || random_.chance(f->dup_ppm[index_])) {
		queue_.push_back(datagram);
		duplicated_++;
	}
	if (!held_.empty()) {
		queue_.push_back(held_);
		held_.clear();
	}
}

void udp_line::flush()
{
	struct mmsghdr headers[batch];
	struct iovec vectors[batch];
	size_t at = 0;

	while (at < queue_.size()) {
		unsigned int n = 0;
		int done;

		for (; n < batch && at + n < queue_.size(); n++) {
			memset(&headers[n], 0, sizeof(headers[n]));
			vectors[n] = { const_cast<char *>(queue_[at + n].data()), queue_[at + n].size() };
			headers[n].msg_hdr.msg_name = &to_;
			headers[n].msg_hdr.msg_namelen = to_len_;
			headers[n].msg_hdr.msg_iov = &vectors[n];
			headers[n].msg_hdr.msg_iovlen = 1;
		}
		done = sendmmsg(fd_, headers, n, 0);
		if (done <= 0) {	// the first of them cannot be sent
			if (errno == EINTR)
				continue;
			errors_++;
			at++;
			continue;
		}
		sent_ += static_cast<uint64_t>(done);
		at += static_cast<size_t>(done);
	}
	queue_.clear();
}

std::string udp_line::json() const
{
	return "{\"datagrams\":" + std::to_string(sent_) + ",\"errors\":" + std::to_string(errors_) + ",\"dropped\":" +
	       std::to_string(dropped_) + ",\"duplicated\":" + std::to_string(duplicated_) + ",\"reordered\":" +
	       std::to_string(reordered_) + "}";
}

}
