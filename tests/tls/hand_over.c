// SPDX-License-Identifier: MIT
/* hand-over VENUE-ID ADDRESS PORT: gives the module a plain TCP connection for this venue and prints
 * what it says. Exit status 0 when it was taken, 1 when refused. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "nl.h"

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct tg_nl *nl;
	int fd, err;

	if (argc != 4 || inet_pton(AF_INET, argv[2], &a.sin_addr) != 1) {
		fprintf(stderr, "usage: hand-over VENUE-ID ADDRESS PORT\n");
		return 2;
	}
	a.sin_port = htons((unsigned short)atoi(argv[3]));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		perror("hand-over: connect");
		return 2;
	}
	err = tg_nl_open(&nl);
	if (!err)
		err = tg_nl_connect(nl, (__u16)atoi(argv[1]), fd);
	puts(err ? tg_nl_error(nl) : "taken");
	tg_nl_close(nl);
	return err ? 1 : 0;
}
