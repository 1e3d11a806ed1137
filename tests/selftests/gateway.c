// SPDX-License-Identifier: MIT
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "gateway.h"
#include "ktap.h"

void gw_need(struct gnl *n)
{
	int err;

	if (geteuid())
		ktap_skip_all("needs root");
	err = gnl_open(n);
	if (err == -ENOENT)
		ktap_skip_all("the module tickgate is not loaded");
	if (err)
		ktap_bail("netlink: %s", strerror(-err));
	if (access("/dev/tickgate0", F_OK))
		ktap_bail("/dev/tickgate0 is missing");
	/* what a test that died left behind */
	gw_stop(n, true);
}

void gw_params(struct tg_in_engine *p, struct tg_nl_host *h)
{
	memset(p, 0, sizeof(*p));
	p->abi_version = TG_ABI_VERSION;
	p->engine_id = 1;
	p->epoch = 1;
	p->max_venues = MAX_VENUES;
	p->max_instruments = MAX_INSTRUMENTS;
	p->max_feeds = 4;
	p->max_accounts = 4;
	p->max_clients = MAX_CLIENTS;
	p->max_permits = 8;
	p->max_orders = 256;
	p->max_limits = 64;
	p->book_levels = 64;
	p->md_pending = 64;
	p->exec_ids = 256;
	p->rx_buffer_bytes = 65536;
	memset(h, 0, sizeof(*h));
	/*
	 * not the isolated core: a test must also run on a host that has none. It sleeps, so that
	 * it costs nothing.
	 */
	h->cpu = 0;
	h->wait = TG_WAIT_BLOCK;
	h->flags = TG_HOST_FORCE_CPU;
	h->public_slots = 1024;
}

int gw_start_with(struct gnl *n, const struct tg_in_engine *p, const struct tg_nl_host *h)
{
	struct gnl_msg m;

	gnl_begin(&m, TG_CMD_START);
	gnl_put(&m, TG_A_ENGINE, p, sizeof(*p));
	gnl_put(&m, TG_A_HOST, h, sizeof(*h));
	return gnl_call(n, &m);
}

int gw_stop(struct gnl *n, bool force)
{
	struct gnl_msg m;

	gnl_begin(&m, TG_CMD_STOP);
	if (force)
		gnl_put(&m, TG_A_FORCE, NULL, 0);
	return gnl_call(n, &m);
}

int gw_input(struct gnl *n, enum tg_in type, const void *payload, __u32 len, __u32 *reason)
{
	struct gnl_msg m;
	__u16 t = (__u16)type;
	int err;

	gnl_begin(&m, TG_CMD_INPUT);
	gnl_put(&m, TG_A_TYPE, &t, sizeof(t));
	if (len)
		gnl_put(&m, TG_A_PAYLOAD, payload, len);
	err = gnl_call(n, &m);
	if (reason)
		*reason = n->attr[TG_A_REASON] ? *(const __u16 *)n->attr[TG_A_REASON] : ~0u;
	return err;
}

static void must(struct gnl *n, enum tg_in type, const void *payload, __u32 len, const char *what)
{
	int err = gw_input(n, type, payload, len, NULL);

	if (err)
		ktap_bail("%s refused: %s: %s", what, strerror(-err), n->text);
}

void gw_configure(struct gnl *n)
{
	static const char *const symbols[] = { "TESTUSD", "OTHERUSD", "THIRDUSD" };
	static const __u16 scopes[] = { TG_SCOPE_FIRM, TG_SCOPE_ACCOUNT, TG_SCOPE_INSTRUMENT,
					TG_SCOPE_INSTRUMENT, TG_SCOPE_INSTRUMENT };
	static const __u32 ids[] = { 0, 1, 1, 2, 3 };
	struct tg_in_venue v = {
		.venue_id = 1,
		.dialect = TG_DIALECT_SIM,
		.heartbeat_s = 30,
		.flags = TG_VENUE_RESET_ON_LOGON | TG_VENUE_MD_TCP | TG_VENUE_ORDERS,
		.logon_timeout_ms = 5000,
		.logout_timeout_ms = 1000,
		.name = "fake",
		.sender_comp_id = "GATE",
		.target_comp_id = "FAKE",
	};
	struct tg_in_account a = { .account_id = 1, .name = "A1" };
	struct tg_in_mode mode = { .mode = TG_MODE_LEADER };
	__u32 i;

	must(n, TG_IN_VENUE, &v, sizeof(v), "venue");
	for (i = 0; i < 3; i++) {
		struct tg_in_instrument d = {
			.instrument_id = i + 1,
			.venue_id = 1,
			.flags = TG_INSTRUMENT_SUBSCRIBE,
			.tick = CENT,
			.lot = TG_SCALE / 1000,
		};

		memcpy(d.symbol, symbols[i], strlen(symbols[i]));
		must(n, TG_IN_INSTRUMENT, &d, sizeof(d), symbols[i]);
	}
	must(n, TG_IN_ACCOUNT, &a, sizeof(a), "account");
	for (i = 0; i < 2; i++) {
		struct tg_in_permit p = {
			.permit_id = (__u16)(i + 1), .account_id = 1, .uid = i ? NOBODY : 0,
			.flags = TG_PERMIT_TRADE | TG_PERMIT_MARKET,
		};

		must(n, TG_IN_PERMIT, &p, sizeof(p), "permit");
	}
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct tg_in_limits l = {
			.scope = scopes[i],
			.id = ids[i],
			.max_order_qty = TG_PX_MAX,
			.max_order_notional = TG_PX_MAX,
			.max_position = TG_PX_MAX,
			.collar_bps = ~0u,
			.max_open_orders = ~0u,
			.rate_per_s = ~0u,
			.rate_burst = ~0u,
		};

		must(n, TG_IN_LIMITS, &l, sizeof(l), "limits");
	}
	must(n, TG_IN_MODE, &mode, sizeof(mode), "mode");
}

void gw_start(struct gnl *n)
{
	struct tg_in_engine p;
	struct tg_nl_host h;
	int err;

	gw_params(&p, &h);
	err = gw_start_with(n, &p, &h);
	if (err)
		ktap_bail("start: %s: %s", strerror(-err), n->text);
	gw_configure(n);
}

int gw_kill(struct gnl *n, enum tg_scope scope, __u32 id, bool resume)
{
	struct tg_in_kill k = {
		.scope = (__u16)scope,
		.cause = TG_KILL_OPERATOR,
		.id = id,
		.who = "selftest",
		.text = "selftest",
	};

	return gw_input(n, resume ? TG_IN_RESUME : TG_IN_KILL, &k, sizeof(k), NULL);
}

int gw_status(struct gnl *n, struct tg_nl_status *st)
{
	struct gnl_msg m;
	int err;

	gnl_begin(&m, TG_CMD_STATUS);
	err = gnl_call(n, &m);
	if (err)
		return err;
	if (!n->attr[TG_A_STATUS] || n->attr_len[TG_A_STATUS] != sizeof(*st))
		return -EPROTO;
	memcpy(st, n->attr[TG_A_STATUS], sizeof(*st));
	return 0;
}

static __u64 counter(struct gnl *n, enum tg_attr attr, __u32 i)
{
	struct gnl_msg m;
	__u64 v;

	gnl_begin(&m, TG_CMD_COUNTERS);
	if (gnl_call(n, &m) || !n->attr[attr] || n->attr_len[attr] < (i + 1) * 8)
		ktap_bail("counters cannot be read: %s", n->text);
	memcpy(&v, (const char *)n->attr[attr] + 8 * i, sizeof(v));	/* attributes are aligned to 4 */
	return v;
}

__u64 gw_core_counter(struct gnl *n, enum tg_core_counter c)
{
	return counter(n, TG_A_CORE_COUNTERS, c);
}

__u64 gw_host_counter(struct gnl *n, enum tg_host_counter c)
{
	return counter(n, TG_A_HOST_COUNTERS, c);
}

static void session_row(struct gnl *n, void *arg)
{
	const struct tg_nl_session *s = n->attr[TG_A_SESSION];

	if (s && s->venue_id == 1)
		*(int *)arg = s->state;
}

enum tg_session_state gw_session(struct gnl *n)
{
	int state = TG_SESSION_DOWN;
	struct gnl_msg m;

	gnl_begin(&m, TG_CMD_SESSIONS);
	gnl_dump(n, &m, session_row, &state);
	return (enum tg_session_state)state;
}

bool gw_wait_session(struct gnl *n, enum tg_session_state want)
{
	__u64 end = deadline_ms(5000);

	while (now_ms() < end) {
		if (gw_session(n) == want)
			return true;
		sleep_ms(10);
	}
	return false;
}

bool gw_wait_book_live(struct gnl *n, __u32 instrument)
{
	__u64 end = deadline_ms(5000);
	const struct tg_book_image *b;
	struct gnl_msg m;

	while (now_ms() < end) {
		gnl_begin(&m, TG_CMD_BOOK);
		gnl_put(&m, TG_A_INSTRUMENT, &instrument, sizeof(instrument));
		if (!gnl_call(n, &m)) {
			b = n->attr[TG_A_BOOK];
			if (b && b->state == TG_BOOK_LIVE)
				return true;
		}
		sleep_ms(10);
	}
	return false;
}

int gw_connect(struct gnl *n, int fd)
{
	struct gnl_msg m;
	__u16 venue = 1;
	__u32 f = (__u32)fd;

	gnl_begin(&m, TG_CMD_CONNECT);
	gnl_put(&m, TG_A_VENUE, &venue, sizeof(venue));
	gnl_put(&m, TG_A_FD, &f, sizeof(f));
	return gnl_call(n, &m);
}

int as_nobody(int (*fn)(void *arg), void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ktap_bail("fork: %s", strerror(errno));
	if (!pid) {
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			_exit(127);
		_exit(fn(arg) & 0xff);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -128;
	return (signed char)WEXITSTATUS(status);
}

__u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000 + (__u64)t.tv_nsec / 1000000;
}

__u64 deadline_ms(unsigned int ms)
{
	const char *slow = getenv("TG_SLOW");

	return now_ms() + (__u64)ms * (slow && atoi(slow) > 1 ? (unsigned int)atoi(slow) : 1);
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}
