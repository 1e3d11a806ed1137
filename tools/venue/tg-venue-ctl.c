// SPDX-License-Identifier: MIT
/* tg-venue-ctl PATH COMMAND...: one command to a running tg-venue's control socket; its answer on stdout. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "tg-venue-ctl: %s: %s\n", what, why);
	return 1;
}

int main(int argc, char **argv)
{
	static char answer[16 << 20];
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = 30 };
	char line[4096] = "";
	size_t used = 0, got = 0;
	ssize_t n;
	int fd, i;

	if (argc >= 2 && !strcmp(argv[1], "--help")) {
		puts("usage: tg-venue-ctl PATH COMMAND...\nSends one command to the control socket of a running tg-venue ('help' lists them) and prints the answer.\n"
		     "Exit status: 0 the venue said ok, 1 it did not or could not be reached, 2 usage.");
		return 0;
	}
	if (argc >= 2 && !strcmp(argv[1], "--version")) {
		puts("tg-venue-ctl " TG_VERSION);
		return 0;
	}
	if (argc < 3 || strlen(argv[1]) >= sizeof(sa.sun_path)) {
		fputs("usage: tg-venue-ctl PATH COMMAND...\n", stderr);
		return 2;
	}
	for (i = 2; i < argc; i++) {
		int len = snprintf(line + used, sizeof(line) - used, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n');

		if (len < 0 || (size_t)len >= sizeof(line) - used)
			return fail("command", "too long");
		used += (size_t)len;
	}
	memcpy(sa.sun_path, argv[1], strlen(argv[1]));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) ||
	    write(fd, line, used) != (ssize_t)used)
		return fail(argv[1], strerror(errno));
	while (got < sizeof(answer) - 1 && (n = read(fd, answer + got, sizeof(answer) - 1 - got)) > 0) {
		got += (size_t)n;
		if (answer[got - 1] == '\n')
			break;
	}
	close(fd);
	if (!got)
		return fail(argv[1], "no answer in 30 s");
	if (!strncmp(answer, "ok", 2)) {
		fputs(answer + (answer[2] == ' ' ? 3 : 2), stdout);
		return 0;
	}
	fputs(answer, stderr);
	return 1;
}
