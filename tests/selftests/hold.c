// SPDX-License-Identifier: MIT
/*
 * Helper of the shell tests. The holding ways say "held" and wait for their stdin to close; the
 * others act and end.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fake_venue.h"
#include "gateway.h"
#include "ktap.h"

static const char usage_text[] =
	"usage: hold fd          an open file\n"
	"       hold client      an attached client, on an engine it starts\n"
	"       hold mmap        a mapping whose descriptor is closed\n"
	"       hold venue       an engine with a session to a venue that acknowledges\n"
	"       hold fill        the same with a venue that fills every order\n"
	"       hold kill|resume the kill switch, whole firm\n"
	"       hold noise       2000 public events\n"
	"       hold stop        stops the engine by force\n";

static struct gnl n;

static void until_eof(void)
{
	char byte;

	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int hold_device(const char *way)
{
	struct tg_ioc_attach a = {
		.size = sizeof(a),
		.abi_version = TG_ABI_VERSION,
		.abi_hash = TG_ABI_HASH,
		.name = "hold",
		.flags = TG_CLIENT_READ_ONLY,
	};
	int fd = open("/dev/tickgate0", O_RDONLY);

	if (fd < 0) {
		perror("/dev/tickgate0");
		return 1;
	}
	if (strcmp(way, "fd")) {
		gw_need(&n);
		gw_start(&n);
		gnl_close(&n);
		if (ioctl(fd, TG_IOC_ATTACH, &a)) {
			perror("attach");
			return 1;
		}
	}
	if (!strcmp(way, "mmap")) {
		if (mmap(NULL, a.public_bytes, PROT_READ, MAP_SHARED, fd, TG_MMAP_PUBLIC) ==
		    MAP_FAILED) {
			perror("mmap");
			return 1;
		}
		close(fd);
	}
	until_eof();
	return 0;
}

static int hold_venue(bool fill)
{
	static struct fake_venue v;
	int fd, i;

	gw_need(&n);
	v.fill = fill;
	if (fake_venue_start(&v))
		return 1;
	gw_start(&n);
	fd = fake_venue_dial(&v);
	if (fd < 0 || gw_connect(&n, fd) || !gw_wait_session(&n, TG_SESSION_UP))
		return 1;
	close(fd);
	for (i = 1; i <= 3; i++)
		if (!gw_wait_book_live(&n, (__u32)i))
			return 1;
	until_eof();
	gw_stop(&n, true);
	fake_venue_stop(&v);
	return 0;
}

int main(int argc, char **argv)
{
	const char *way = argc == 2 ? argv[1] : "";
	int i;

	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(way, "--help")) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (!strcmp(way, "--version"))
		ktap_usage(argc, argv, "");
	if (!strcmp(way, "fd") || !strcmp(way, "client") || !strcmp(way, "mmap"))
		return hold_device(way);
	if (!strcmp(way, "venue") || !strcmp(way, "fill"))
		return hold_venue(!strcmp(way, "fill"));
	if (strcmp(way, "kill") && strcmp(way, "resume") && strcmp(way, "noise") &&
	    strcmp(way, "stop")) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (gnl_open(&n))
		return 1;
	if (!strcmp(way, "stop"))
		return gw_stop(&n, true) ? 1 : 0;
	if (strcmp(way, "noise"))
		return gw_kill(&n, TG_SCOPE_FIRM, 0, !strcmp(way, "resume")) ? 1 : 0;
	for (i = 0; i < 1000; i++)
		if (gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, false) ||
		    gw_kill(&n, TG_SCOPE_INSTRUMENT, 3, true))
			return 1;
	return 0;
}
