// SPDX-License-Identifier: MIT
/* Helper of load.sh: holds the device in one way, says "held", and waits for its stdin to close. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "gateway.h"
#include "ktap.h"

int main(int argc, char **argv)
{
	static struct gnl n;
	struct tg_ioc_attach a = {
		.size = sizeof(a), .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH, .name = "hold",
		.flags = TG_CLIENT_READ_ONLY,
	};
	void *map = NULL;
	char byte;
	int fd;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		puts("usage: hold fd | client | mmap | stop");
		return 0;
	}
	if (argc != 2)
		ktap_usage(0, argv, "");
	fd = open("/dev/tickgate0", O_RDONLY);
	if (fd < 0) {
		perror("/dev/tickgate0");
		return 1;
	}
	if (strcmp(argv[1], "fd")) {
		gw_need(&n);
		if (!strcmp(argv[1], "stop"))
			return 0;	/* gw_need() has stopped the engine */
		gw_start(&n);
		gnl_close(&n);
		if (ioctl(fd, TG_IOC_ATTACH, &a)) {
			perror("attach");
			return 1;
		}
	}
	if (!strcmp(argv[1], "mmap")) {
		map = mmap(NULL, a.public_bytes, PROT_READ, MAP_SHARED, fd, TG_MMAP_PUBLIC);
		if (map == MAP_FAILED) {
			perror("mmap");
			return 1;
		}
		close(fd);
	}
	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
