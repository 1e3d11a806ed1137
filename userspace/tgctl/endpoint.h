/* SPDX-License-Identifier: MIT */
/* UDP sockets from "ADDR:PORT" or "[ADDR]:PORT": IPv4 and IPv6, unicast and multicast. */
#ifndef TG_ENDPOINT_H
#define TG_ENDPOINT_H

#include <stddef.h>
#include <sys/socket.h>

/* 0, or -1 with the reason in error. */
int tg_endpoint_parse(const char *text, struct sockaddr_storage *out, socklen_t *len, char *error,
		      size_t cap);
/* Bound to the address and port; a group is joined (interface NULL: where the routing table says). A descriptor, or -1 with the reason. */
int tg_endpoint_listen(const char *text, const char *interface, char *error, size_t cap);
/* Connected, so that an ICMP error is heard of. */
int tg_endpoint_connect(const char *text, const char *interface, char *error, size_t cap);

#endif
