// SPDX-License-Identifier: MIT
/* tickgated: options, and the order in which things are set up and taken down. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "credentials.h"
#include "engine.h"
#include "json.h"
#include "log.h"
#include "loop.h"
#include "rundir.h"
#include "secrets.h"
#include "version.h"
#include "xdp.h"

#define DEFAULT_CONFIG	"/etc/tickgate/tickgated.conf"

struct options {
	const char *config;
	bool check, dry_run, json, keep_engine, help_config, man;
};

static void usage(FILE *f)
{
	fputs("usage: tickgated [OPTIONS]\n"
	      "       tickgated --check-config [FILE]\n"
	      "Owns the tickgate engine: configures and starts it, loads XDP, connects venues, writes the journal.\n\n"
	      "  -c, --config FILE    configuration (default " DEFAULT_CONFIG ")\n"
	      "      --check-config   check the configuration and exit: 0 it is good, 1 it has errors\n"
	      "      --dry-run        print the records that would be sent, send nothing\n"
	      "      --json           --check-config and --dry-run: JSON, one object a line\n"
	      "      --help-config    describe every configuration key\n"
	      "      --keep-engine    at exit leave engine, sessions and XDP running for the next tickgated\n"
	      "      --foreground     stay in the foreground (always so; accepted for scripts)\n"
	      "  -v, --verbose        more words\n"
	      "  -h, --help           this text\n"
	      "  -V, --version        version\n\n"
	      "SIGHUP reloads limits and permits. SIGTERM cancels, logs out, stops the engine.\n",
	      f);
}

/* ---- without an engine ---- */

/* What only the core knows of a dialect. */
static int check_dialects(const char *file, const struct tgd_config *c)
{
	unsigned int i;
	int errors = 0;

	for (i = 0; i < c->venues; i++) {
		const struct tgd_venue *v = &c->venue[i];
		int line = tgd_key_line(TGD_VENUE, &v->s, "credentials");

		if (v->credentials[0] && tgd_sign_of(v->dialect) == TG_CRED_NONE) {
			fprintf(stderr,
				"%s:%d: [venue %s] credentials: the dialect has none; drop the key\n",
				file, line, v->s.name);
			errors++;
		} else if (v->credentials[0] && !v->tls && tgd_sign_logon_secret(v->dialect)) {
			fprintf(stderr,
				"%s:%d: [venue %s] credentials: this dialect's Logon holds a passphrase; set tls = yes\n",
				file, line, v->s.name);
			errors++;
		} else if (!v->credentials[0] && v->tls && v->orders &&
			   tgd_sign_of(v->dialect) != TG_CRED_NONE) {
			/* Not the core's to refuse: a test venue in this dialect may want none. */
			fprintf(stderr,
				"%s:%d: [venue %s] credentials: missing, and the dialect's venue takes no Logon without; name their place, or set tls = no for a test venue that wants none\n",
				file, line, v->s.name);
			errors++;
		}
	}
	return errors;
}

static int check(const struct options *o, struct tgd_config *c)
{
	struct tg_in_engine params;
	struct tg_nl_host host;
	int errors;

	errors = tgd_config_load(o->config, c, stderr);
	if (!errors) {
		tgd_engine_params(c, &params, &host);
		if (!tg_engine_size(&params)) {
			fprintf(stderr,
				"%s:%d: [engine]: the core refuses these capacities; lower max_orders, book_levels or md_pending\n",
				o->config, c->engine.s.line);
			errors = 1;
		}
	}
	if (!errors)
		errors = check_dialects(o->config, c);
	if (errors)
		return errors;
	if (o->check && o->json) {
		struct tg_json j;

		tg_json_begin(&j, stdout);
		tg_json_object(&j, NULL);
		tg_json_bool(&j, "ok", true);
		tg_json_u64(&j, "venues", c->venues);
		tg_json_u64(&j, "instruments", c->instruments);
		tg_json_u64(&j, "feeds", c->feeds);
		tg_json_u64(&j, "accounts", c->accounts);
		tg_json_u64(&j, "permits", c->permits);
		tg_json_u64(&j, "limits", c->n_limits);
		tg_json_u64(&j, "arena_bytes", tg_engine_size(&params));
		tg_json_end(&j, '}');
	} else if (o->check) {
		printf("ok: %u venues, %u instruments, %u feeds, %u accounts, %u permits, %u limits; arena %llu KiB\n",
		       c->venues, c->instruments, c->feeds, c->accounts, c->permits, c->n_limits,
		       (unsigned long long)tg_engine_size(&params) >> 10);
	}
	return 0;
}

static void dry_run(const struct options *o, const struct tgd_config *c,
		    const struct tgd_records *rs)
{
	struct tg_in_engine params;
	struct tg_nl_host host;
	unsigned int i;

	tgd_engine_params(c, &params, &host);
	tgd_engine_print(stdout, &params, &host, o->json);
	for (i = 0; i < rs->n; i++)
		tgd_record_print(stdout, &rs->r[i], o->json);
}

/* ---- with one ---- */

/* One daemon at a time: a second one would fight for the journal and for the sessions. */
static int take_lock(void)
{
	char path[300];
	int fd;

	if (mkdir(tg_rundir(), 0755) && errno != EEXIST) {
		tgd_log(LOG_ERR, "%s: %s", tg_rundir(), strerror(errno));
		return -errno;
	}
	snprintf(path, sizeof(path), "%s/lock", tg_rundir());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		tgd_log(LOG_ERR, "%s: %s", path,
			errno == EWOULDBLOCK ? "another tickgated runs" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EBUSY;
	}
	return fd;
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(const struct options *o, struct tgd_config *c, struct tgd_records *rs)
{
	struct tgd_loop_options lo = { .config_path = o->config, .keep_engine = o->keep_engine };
	struct tgd_control ct = { 0 };
	struct tgd_xdp_state *xdp = NULL;
	bool keep;
	int lock, err;

	tgd_secrets_begin();
	lock = take_lock();
	if (lock < 0)
		return lock;
	err = tg_nl_open(&ct.nl);
	if (err) {
		tgd_log(LOG_ERR, "netlink: %s", tg_nl_error(ct.nl));
		goto out;
	}
	err = tgd_control_begin(&ct, c, rs);
	if (err)
		goto out;
	tgd_names_write(c);
	err = tgd_xdp_begin(&xdp, c, ct.nl, ct.adopted);
	if (!err) {
		tgd_log(LOG_NOTICE, "running: %u venues, %u instruments, %u feeds", c->venues,
			c->instruments, c->feeds);
		lo.xdp = &xdp;
		err = tgd_loop(&ct, c, rs, &lo);
	}
	/* Packets first, then the engine they go to. An engine that was there before us and that we
	 * failed to serve stays; one that is gone needs no program either. */
	keep = err != -ENODEV && (o->keep_engine || (err && ct.adopted));
	tgd_xdp_end(xdp, ct.nl, keep);
	if (err == -ENODEV || keep)
		tgd_journal_stop(ct.journal);
	else
		tgd_control_end(&ct);
	if (!keep)
		tg_rundir_remove("names");
out:
	tgd_sessions_free(ct.sessions);
	tg_nl_close(ct.nl);
	close(lock);
	return err;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	enum { CHECK = 256, DRY_RUN, JSON, HELP_CONFIG, MAN, KEEP, FOREGROUND };
	static const struct option longopts[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, CHECK },
		{ "dry-run", no_argument, NULL, DRY_RUN },
		{ "json", no_argument, NULL, JSON },
		{ "help-config", no_argument, NULL, HELP_CONFIG },
		{ "man", no_argument, NULL, MAN },
		{ "keep-engine", no_argument, NULL, KEEP },
		{ "foreground", no_argument, NULL, FOREGROUND },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "c:vhV", longopts, NULL)) != -1) {
		switch (opt) {
		case 'c':
			o->config = optarg;
			break;
		case CHECK:
			o->check = true;
			break;
		case DRY_RUN:
			o->dry_run = true;
			break;
		case JSON:
			o->json = true;
			break;
		case HELP_CONFIG:
			o->help_config = true;
			break;
		case MAN:
			o->man = true;
			break;
		case KEEP:
			o->keep_engine = true;
			break;
		case FOREGROUND:
			break;
		case 'v':
			tgd_log_verbose(1);
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'V':
			tg_version_print("tickgated");
			exit(0);
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc && o->check)
		o->config = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "tickgated: unexpected argument \"%s\"\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .config = DEFAULT_CONFIG };
	struct tgd_records rs = { 0 };
	struct tgd_config c;
	int ret;

	ret = parse_options(argc, argv, &o);
	if (ret)
		return ret;
	if (o.help_config) {
		tgd_config_help(stdout, o.man);
		return 0;
	}
	ret = check(&o, &c);
	if (ret > 0)
		fprintf(stderr, "%s: %d error%s; nothing was applied\n", o.config, ret,
			ret == 1 ? "" : "s");
	if (!ret && !o.check)
		ret = tgd_records_build(&c, &rs);
	if (!ret && o.dry_run) {
		dry_run(&o, &c, &rs);
	} else if (!ret && !o.check) {
		block_signals();
		ret = run(&o, &c, &rs);
	}
	tgd_records_free(&rs);
	tgd_config_free(&c);
	return ret ? 1 : 0;
}
