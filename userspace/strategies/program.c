// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "program.h"

volatile sig_atomic_t program_stopped;

__u64 option_number(const char *program, const char *name, const char *text, __u64 min, __u64 max)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || v < min || v > max) {
		fprintf(stderr, "%s: %s %s: a number from %llu to %llu is wanted\n", program, name,
			text, (unsigned long long)min, (unsigned long long)max);
		exit(2);
	}
	return v;
}

__s64 option_decimal(const char *program, const char *name, const char *text)
{
	__s64 v;

	if (tg_px_parse(text, &v) || v <= 0) {
		fprintf(stderr, "%s: %s %s: a number above 0 with at most 8 decimals is wanted\n",
			program, name, text);
		exit(2);
	}
	return v;
}

void option_other(const char *program, int option, const char *usage)
{
	if (option == 'v')
		printf("%s %s (ABI %u, hash 0x%016llx)\n", program, TG_VERSION, TG_ABI_VERSION,
		       (unsigned long long)TG_ABI_HASH);
	else
		fputs(usage, option == 'h' ? stdout : stderr);
	exit(option == 'v' || option == 'h' ? 0 : 2);
}

void option_no_arguments(const char *program, int argc, char **argv)
{
	if (optind == argc)
		return;
	fprintf(stderr, "%s: unexpected argument \"%s\"\n", program, argv[optind]);
	exit(2);
}

static void on_signal(int sig)
{
	(void)sig;
	program_stopped = 1;
}

struct tg_handle *program_attach(const char *program, const char *device,
				 const struct tg_attach_options *o, const struct tg_callbacks *cb,
				 void *user)
{
	struct tg_handle *h;
	int err = tg_open(&h, device);

	if (err) {
		fprintf(stderr, "%s: %s: %s\n", program, device ? device : TG_DEVICE, strerror(-err));
		return NULL;
	}
	if (tg_attach(h, o, cb, user)) {
		fprintf(stderr, "%s: %s\n", program, tg_error(h));
		tg_close(h);
		return NULL;
	}
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	return h;
}

int program_instrument(const char *program, struct tg_handle *h, const char *wanted,
		       struct tg_ioc_instrument *def)
{
	char *end;
	unsigned long id = strtoul(wanted, &end, 10);
	__u32 i;

	for (i = 1; i <= tg_max_instruments(h); i++) {
		if (tg_instrument(h, i, def))
			continue;
		if (!*end ? i != id : strncmp(def->symbol, wanted, sizeof(def->symbol)) != 0)
			continue;
		def->instrument_id = i;
		if (def->tick)
			return 0;
		fprintf(stderr, "%s: %s: its venue has not told its tick yet\n", program, wanted);
		return -EAGAIN;
	}
	fprintf(stderr, "%s: the gateway has no instrument %s\n", program, wanted);
	return -ENOENT;
}

int program_qty(const char *program, const struct tg_ioc_instrument *def, __s64 *qty)
{
	char lot[TG_PX_TEXT];

	if (!*qty)
		*qty = def->min_qty ? def->min_qty : def->lot;
	if (*qty % def->lot == 0)
		return 0;
	fprintf(stderr, "%s: --qty is not a multiple of the instrument's lot, %s\n", program,
		tg_px_format(def->lot, lot));
	return -EINVAL;
}

bool program_covers(struct tg_handle *h, const struct tg_pub_event *ev,
		    const struct tg_ioc_instrument *def, __u16 account, __u16 strategy)
{
	__u32 id = ev->u.kill.id;

	switch (ev->u.kill.scope) {
	case TG_SCOPE_FIRM:
		return true;
	case TG_SCOPE_VENUE:
		return id == def->venue_id;
	case TG_SCOPE_ACCOUNT:
		return id == account;
	case TG_SCOPE_CLIENT:
		return id == tg_client_id(h);
	case TG_SCOPE_INSTRUMENT:
		return id == def->instrument_id;
	case TG_SCOPE_STRATEGY:
		return strategy && id == strategy;
	default:
		return false;
	}
}

__u64 program_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000 + (__u64)t.tv_nsec / 1000000;
}
