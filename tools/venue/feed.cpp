// SPDX-License-Identifier: MIT
#include "feed.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

namespace venue {

feed::~feed()
{
	for (const line &l : lines_)
		close(l.fd);
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

int feed::open_line(const udp_target &target, line *out, std::string *why)
{
	struct addrinfo hints, *found = nullptr;
	int ttl = static_cast<int>(opt_.ttl), size = 4 << 20, err;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found)) {
		*why = "--udp " + target.host + ": must be a numeric IPv4 or IPv6 address";
		return -EINVAL;
	}
	memset(&out->to, 0, sizeof(out->to));
	memcpy(&out->to, found->ai_addr, found->ai_addrlen);
	out->to_len = found->ai_addrlen;
	freeaddrinfo(found);
	out->fd = socket(out->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (out->fd < 0) {
		err = -errno;
		*why = "--udp " + target.host + ": " + strerror(-err);
		return err;
	}
	// A full send buffer blocks for a moment instead of losing a datagram nobody asked to lose.
	setsockopt(out->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (is_multicast(out->to)) {
		if (out->to.ss_family == AF_INET)
			setsockopt(out->fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
		else
			setsockopt(out->fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof(ttl));
		if (!target.interface.empty()) {
			err = set_interface(out->fd, out->to.ss_family, target.interface);
			if (err) {
				*why = "--udp " + target.host + "@" + target.interface +
				       ": no such interface or local address";
				close(out->fd);
				return err;
			}
		}
	} else if (!target.interface.empty()) {
		err = set_source(out->fd, out->to.ss_family, target.interface);
		if (err) {
			*why = "--udp " + target.host + "@" + target.interface +
			       ": cannot send from there: " + strerror(-err);
			close(out->fd);
			return err;
		}
	}
	return 0;
}

int feed::open(std::string *why)
{
	for (const udp_target &target : opt_.udp) {
		line l{};
		int err = open_line(target, &l, why);

		if (err)
			return err;
		lines_.push_back(l);
	}
	return 0;
}

void feed::put(const line &l, const std::string &datagram)
{
	ssize_t n = sendto(l.fd, datagram.data(), datagram.size(), 0,
			   reinterpret_cast<const struct sockaddr *>(&l.to), l.to_len);

	if (n == static_cast<ssize_t>(datagram.size()))
		sent_++;
	else
		errors_++;
}

void feed::send_message(const std::string &body)
{
	std::string datagram = frame("X", opt_.comp_id, "MD", seq_++, utc_timestamp(), body);

	log_.write("udp", "MD", datagram);
	for (size_t i = 0; i < lines_.size(); i++) {
		line &l = lines_[i];

		if (faults::take(&faults_.drop_udp[i]))
			continue;
		if (l.held.empty() && faults::take(&faults_.reorder_udp[i])) {
			l.held = datagram;
			continue;
		}
		put(l, datagram);
		if (faults::take(&faults_.dup_udp[i]))
			put(l, datagram);
		if (!l.held.empty()) {
			put(l, l.held);
			l.held.clear();
		}
	}
}

void feed::publish_changes(const std::string &symbol, uint64_t first_id, uint64_t last_id,
			   const std::vector<md_entry> &entries)
{
	// The largest frame: 6-digit length, 20-digit sequence, 893=N and a 6-digit 268.
	size_t overhead = frame("X", opt_.comp_id, "MD", UINT64_MAX, utc_timestamp(),
				"893=N\001268=999999\001").size() + 4;
	std::string group;
	size_t in_group = 0;

	if (lines_.empty())
		return;
	for (size_t i = 0; i < entries.size(); i++) {
		std::string next = encode_entry(entries[i], in_group ? nullptr : &symbol, first_id,
						last_id, opt_.min_decimals);

		if (in_group && overhead + group.size() + next.size() > opt_.mtu) {
			send_message("893=N\001268=" + std::to_string(in_group) + SOH + group);
			group.clear();
			in_group = 0;
			next = encode_entry(entries[i], &symbol, first_id, last_id, opt_.min_decimals);
		}
		group += next;
		in_group++;
	}
	send_message("268=" + std::to_string(in_group) + SOH + group);
}

void feed::publish_trade(const std::string &symbol, int64_t px, int64_t qty)
{
	if (!lines_.empty())
		send_message(encode_trade(symbol, px, qty, opt_.min_decimals));
}

}
