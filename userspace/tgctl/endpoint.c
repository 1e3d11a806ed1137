// SPDX-License-Identifier: MIT
#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "decimal.h"

#define RECEIVE_BYTES	(16 << 20)	/* asked for; the kernel may give less */
#define HOPS		1		/* of what is sent to a group: it stays in this network */

static int fail(char *error, size_t cap, const char *what)
{
	snprintf(error, cap, "%s", what);
	return -1;
}

int tg_endpoint_parse(const char *text, struct sockaddr_storage *out, socklen_t *len, char *error,
		      size_t cap)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t n = colon ? (size_t)(colon - text) : 0;
	__u64 port;

	memset(out, 0, sizeof(*out));
	if (!colon || !n || n >= sizeof(host) || tg_uint_parse(colon + 1, 65535, &port) || !port)
		return fail(error, cap, "give ADDR:PORT or [ADDR]:PORT");
	memcpy(host, text, n);
	host[n] = 0;
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = 0;
		if (inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1) {
			six->sin6_family = AF_INET6;
			six->sin6_port = htons((unsigned short)port);
			*len = sizeof(*six);
			return 0;
		}
	} else if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((unsigned short)port);
		*len = sizeof(*four);
		return 0;
	}
	return fail(error, cap, "the address is neither IPv4 nor [IPv6]; names are not looked up");
}

static bool is_group(const struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)a;
	const struct sockaddr_in *four = (const struct sockaddr_in *)a;

	return a->ss_family == AF_INET ? IN_MULTICAST(ntohl(four->sin_addr.s_addr))
				       : IN6_IS_ADDR_MULTICAST(&six->sin6_addr);
}

static int index_of(const char *interface, unsigned int *out, char *error, size_t cap)
{
	*out = interface ? if_nametoindex(interface) : 0;
	return interface && !*out ? fail(error, cap, "there is no such interface") : 0;
}

static int join(int fd, const struct sockaddr_storage *a, unsigned int ifindex)
{
	if (a->ss_family == AF_INET) {
		struct ip_mreqn m = { .imr_multiaddr = ((const struct sockaddr_in *)a)->sin_addr,
				      .imr_ifindex = (int)ifindex };

		return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
	} else {
		struct ipv6_mreq m = { .ipv6mr_multiaddr = ((const struct sockaddr_in6 *)a)->sin6_addr,
				       .ipv6mr_interface = ifindex };

		return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
	}
}

static int opened(const char *text, const char *interface, struct sockaddr_storage *a,
		  socklen_t *len, unsigned int *ifindex, char *error, size_t cap)
{
	int fd;

	if (tg_endpoint_parse(text, a, len, error, cap) || index_of(interface, ifindex, error, cap))
		return -1;
	fd = socket(a->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? fail(error, cap, strerror(errno)) : fd;
}

int tg_endpoint_listen(const char *text, const char *interface, char *error, size_t cap)
{
	struct sockaddr_storage a;
	unsigned int ifindex;
	int fd, on = 1, bytes = RECEIVE_BYTES;
	socklen_t len;

	fd = opened(text, interface, &a, &len, &ifindex, error, cap);
	if (fd < 0)
		return -1;
	/* beside another reader of the group */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(fd, (struct sockaddr *)&a, len) || (is_group(&a) && join(fd, &a, ifindex))) {
		fail(error, cap, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

int tg_endpoint_connect(const char *text, const char *interface, char *error, size_t cap)
{
	struct ip_mreqn via = { 0 };
	struct sockaddr_storage a;
	unsigned int ifindex;
	int fd, err = 0, hops = HOPS;
	socklen_t len;

	fd = opened(text, interface, &a, &len, &ifindex, error, cap);
	if (fd < 0)
		return -1;
	via.imr_ifindex = (int)ifindex;
	if (is_group(&a) && a.ss_family == AF_INET)
		err = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops)) ||
		      (ifindex && setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof(via)));
	else if (is_group(&a))
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) ||
		      (ifindex && setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)));
	if (err || connect(fd, (struct sockaddr *)&a, len)) {
		fail(error, cap, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}
