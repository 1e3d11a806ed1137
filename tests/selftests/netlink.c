// SPDX-License-Identifier: MIT
/*
 * Every command of the family with one thing wrong at a time: attributes missing, of another size,
 * of another command, permissions.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway.h"
#include "ktap.h"

static struct gnl n;

struct spec {
	__u8 cmd;
	const char *name;
	bool admin, dump;
	struct { __u16 attr; __u32 len; } attrs[2];
};

static const struct spec specs[] = {
	{ TG_CMD_STATUS, "STATUS", false, false, {} },
	{ TG_CMD_START,
	  "START",
	  true,
	  false,
	  { { TG_A_ENGINE, sizeof(struct tg_in_engine) },
	    { TG_A_HOST, sizeof(struct tg_nl_host) } } },
	{ TG_CMD_STOP, "STOP", true, false, {} },
	{ TG_CMD_INPUT, "INPUT", true, false, { { TG_A_TYPE, 2 } } },
	{ TG_CMD_CONNECT, "CONNECT", true, false, { { TG_A_VENUE, 2 }, { TG_A_FD, 4 } } },
	{ TG_CMD_DISCONNECT, "DISCONNECT", true, false, { { TG_A_VENUE, 2 } } },
	{ TG_CMD_BIND, "BIND", true, false, { { TG_A_IFINDEX, 4 } } },
	{ TG_CMD_UNBIND, "UNBIND", true, false, { { TG_A_IFINDEX, 4 } } },
	{ TG_CMD_COUNTERS, "COUNTERS", false, false, {} },
	{ TG_CMD_LATENCY, "LATENCY", false, true, {} },
	{ TG_CMD_ORDERS, "ORDERS", false, true, {} },
	{ TG_CMD_PARENTS, "PARENTS", false, true, {} },
	{ TG_CMD_POSITIONS, "POSITIONS", false, true, {} },
	{ TG_CMD_SESSIONS, "SESSIONS", false, true, {} },
	{ TG_CMD_BOOK, "BOOK", false, false, { { TG_A_INSTRUMENT, 4 } } },
	{ TG_CMD_INSTRUMENTS, "INSTRUMENTS", false, true, {} },
	{ TG_CMD_CLIENTS, "CLIENTS", false, true, {} },
	{ TG_CMD_RESET_LATENCY, "RESET_LATENCY", true, false, {} },
};
#define SPECS (sizeof(specs) / sizeof(specs[0]))

/* Values that are right where a value matters before the thing under test is looked at. */
static void put_good(struct gnl_msg *m, __u16 attr, __u32 len)
{
	static char zeros[512];
	struct tg_in_engine p;
	struct tg_nl_host h;
	__u32 one = 1;
	__u16 type = TG_IN_CHECKPOINT;

	gw_params(&p, &h);
	switch (attr) {
	case TG_A_ENGINE:
		gnl_put(m, attr, len == sizeof(p) ? (void *)&p : zeros, len);
		break;
	case TG_A_HOST:
		gnl_put(m, attr, len == sizeof(h) ? (void *)&h : zeros, len);
		break;
	case TG_A_TYPE:
		gnl_put(m, attr, len == 2 ? (void *)&type : zeros, len);
		break;
	default:
		gnl_put(m, attr, len <= 4 ? (void *)&one : zeros, len);
	}
}

static void build(struct gnl_msg *m, const struct spec *s)
{
	int k;

	gnl_begin(m, s->cmd);
	for (k = 0; k < 2 && s->attrs[k].attr; k++)
		put_good(m, s->attrs[k].attr, s->attrs[k].len);
}

static int send_it(struct gnl_msg *m, const struct spec *s)
{
	return s->dump ? gnl_dump(&n, m, NULL, NULL) : gnl_call(&n, m);
}

static bool refused(int err)
{
	return err == -EINVAL || err == -ERANGE;
}

static void form(const struct spec *s)
{
	__u16 foreign = s->cmd == TG_CMD_BOOK ? TG_A_VENUE : TG_A_INSTRUMENT;
	struct gnl_msg m;
	int k, l, err;

	for (k = 0; k < 2 && s->attrs[k].attr; k++) {
		gnl_begin(&m, s->cmd);
		for (l = 0; l < 2 && s->attrs[l].attr; l++)
			if (l != k)
				put_good(&m, s->attrs[l].attr, s->attrs[l].len);
		err = send_it(&m, s);
		ktap_ok(err == -EINVAL && n.text[0], "%s: attribute %u missing (\"%s\")", s->name,
			s->attrs[k].attr, n.text);

		for (l = -1; l <= 1; l += 2) {
			int other;

			gnl_begin(&m, s->cmd);
			for (other = 0; other < 2 && s->attrs[other].attr; other++)
				put_good(&m, s->attrs[other].attr,
					 s->attrs[other].len + (other == k ? (__u32)l : 0));
			err = send_it(&m, s);
			ktap_ok(refused(err), "%s: attribute %u one byte too %s", s->name,
				s->attrs[k].attr, l < 0 ? "short" : "long");
		}
	}
	build(&m, s);
	put_good(&m, foreign, 4);
	ktap_ok(refused(send_it(&m, s)), "%s: an attribute of another command", s->name);
	build(&m, s);
	gnl_put(&m, TG_A_MAX_PLUS_1 + 3, &m, 4);
	ktap_ok(refused(send_it(&m, s)), "%s: an attribute that does not exist", s->name);
	build(&m, s);
	m.g.reserved = 1;
	ktap_ok(refused(send_it(&m, s)), "%s: reserved field of the header", s->name);
	build(&m, s);
	m.h.nlmsg_len = NLMSG_ALIGN(m.h.nlmsg_len) + 3;
	ktap_ok(refused(send_it(&m, s)), "%s: bytes behind the attributes", s->name);
	build(&m, s);
	err = s->dump ? gnl_call(&n, &m) : gnl_dump(&n, &m, NULL, NULL);
	ktap_ok(err == -EOPNOTSUPP, "%s as %s", s->name, s->dump ? "a single request" : "a dump");
}

static int send_as_nobody(void *arg)
{
	const struct spec *s = arg;
	struct gnl_msg m;

	build(&m, s);
	return send_it(&m, s);
}

static void permission(const struct spec *s)
{
	int err = as_nobody(send_as_nobody, (void *)s);

	if (s->admin)
		ktap_is(err, -EPERM, "%s without CAP_NET_ADMIN", s->name);
	else
		ktap_ok(err == 0 || err == -ENODEV || err == -ENOENT, "%s may be read by everybody",
			s->name);
}

static void no_engine(void)
{
	struct gnl_msg m;
	struct tg_nl_status st;
	unsigned int k;

	ktap_ok(!gw_status(&n, &st) && !st.running && st.abi_version == TG_ABI_VERSION &&
			st.abi_hash == TG_ABI_HASH,
		"STATUS without an engine: ABI, not running");
	for (k = 0; k < SPECS; k++) {
		if (specs[k].cmd == TG_CMD_STATUS || specs[k].cmd == TG_CMD_START)
			continue;
		build(&m, &specs[k]);
		ktap_is(send_it(&m, &specs[k]), -ENODEV, "%s without an engine", specs[k].name);
	}
}

static void start(void)
{
	struct tg_in_engine p, good_p;
	struct tg_nl_host h, good_h;
	int k;

	gw_params(&good_p, &good_h);
	p = good_p;
	p.reserved0 = 1;
	ktap_is(gw_start_with(&n, &p, &good_h), -EINVAL, "START: engine.reserved0");
	h = good_h;
	h.reserved0 = 1;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: host.reserved0");
	h = good_h;
	h.deadman_ms = 60001;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: host.deadman_ms too long");
	for (k = 0; k < (int)(sizeof(h.reserved) / sizeof(h.reserved[0])); k++) {
		h = good_h;
		h.reserved[k] = 1;
		ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: host.reserved[%d]", k);
	}
	p = good_p;
	p.flags = 1;
	ktap_is(gw_start_with(&n, &p, &good_h), -EINVAL, "START: engine.flags");
	p = good_p;
	p.abi_version = 99;
	ktap_is(gw_start_with(&n, &p, &good_h), -EINVAL, "START: engine.abi_version");
	p = good_p;
	p.max_orders = ~0u;
	ktap_is(gw_start_with(&n, &p, &good_h), -EINVAL,
		"START: more orders than an id can number");
	h = good_h;
	h.flags |= 0x80;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: host.flags");
	h = good_h;
	h.wait = 3;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: host.wait");
	h = good_h;
	h.cpu = 4000;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: a CPU that does not exist");
	h = good_h;
	h.flags = 0;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL,
		"START: a CPU that is not isolated (\"%s\")", n.text);
	h = good_h;
	h.public_slots = 1000;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: public_slots no power of two");
	h = good_h;
	h.journal_bytes = 4096;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: a journal ring too small");
	h = good_h;
	h.packet_slots = 3;
	ktap_is(gw_start_with(&n, &good_p, &h), -EINVAL, "START: packet_slots no power of two");
	ktap_is(gw_start_with(&n, &good_p, &good_h), 0, "START");
	ktap_is(gw_start_with(&n, &good_p, &good_h), -EBUSY, "START twice");
	gw_configure(&n);
}

static void input(void)
{
	static const __u16 bad_types[] = { 0,  TG_IN_TIMER, TG_IN_UDP, TG_IN_SUBMIT,
					   31, TG_IN_MAX,   0xffff };
	struct tg_in_account a = { .account_id = 2, .name = "A2" };
	struct tg_in_venue v = {
		.venue_id = 1,
		.dialect = TG_DIALECT_SIM,
		.heartbeat_s = 30,
		.logon_timeout_ms = 1,
		.logout_timeout_ms = 1,
		.name = "twice",
		.sender_comp_id = "A",
		.target_comp_id = "B",
	};
	struct tg_in_kill k = { .scope = TG_SCOPE_FIRM, .cause = TG_KILL_OPERATOR };
	struct tg_nl_status before, after;
	__u32 reason;
	unsigned int i;

	for (i = 0; i < sizeof(bad_types) / sizeof(bad_types[0]); i++)
		ktap_ok(refused(gw_input(&n, bad_types[i], &a, sizeof(a), NULL)), "INPUT: type %u",
			bad_types[i]);
	gw_status(&n, &before);
	ktap_ok(gw_input(&n, TG_IN_ACCOUNT, &a, sizeof(a) - 8, &reason) == -EINVAL &&
			reason == TG_REASON_BAD_REQUEST,
		"INPUT: record too short (\"%s\")", n.text);
	gw_status(&n, &after);
	ktap_is((long)(after.record_seq - before.record_seq), 1,
		"a refused record has been consumed");
	a.reserved[1] = 1;
	ktap_ok(gw_input(&n, TG_IN_ACCOUNT, &a, sizeof(a), &reason) == -EINVAL &&
			reason == TG_REASON_CONFIG,
		"INPUT: reserved field of a record");
	a.reserved[1] = 0;
	ktap_ok(!gw_input(&n, TG_IN_ACCOUNT, &a, sizeof(a), &reason) && reason == TG_REASON_OK,
		"INPUT");
	ktap_ok(gw_input(&n, TG_IN_VENUE, &v, sizeof(v), &reason) == -EEXIST &&
			reason == TG_REASON_DUPLICATE_ID,
		"INPUT: an id twice is EEXIST");
	ktap_ok(gw_input(&n, TG_IN_RESUME, &k, sizeof(k), &reason) == -EINVAL &&
			reason == TG_REASON_BAD_REQUEST,
		"RESUME without a name and a reason");
	ktap_ok(n.attr[TG_A_RECORD_SEQ] != NULL, "the reply has the record's number");
}

static int connect_fd(int fd, __u16 venue)
{
	struct gnl_msg m;
	__u32 f = (__u32)fd;

	gnl_begin(&m, TG_CMD_CONNECT);
	gnl_put(&m, TG_A_VENUE, &venue, sizeof(venue));
	gnl_put(&m, TG_A_FD, &f, sizeof(f));
	return gnl_call(&n, &m);
}

static void transports(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
	__u32 nowhere = 4000;
	struct gnl_msg m;
	__u16 venue;
	int err;

	ktap_is(connect_fd(999, 1), -EBADF, "CONNECT: no such descriptor");
	ktap_is(connect_fd(n.fd, 1), -EPROTONOSUPPORT, "CONNECT: a netlink socket");
	err = connect_fd(STDOUT_FILENO, 1);
	ktap_is(err, -ENOTSOCK, "CONNECT: not a socket");
	ktap_is(connect_fd(udp, 1), -EPROTONOSUPPORT, "CONNECT: a UDP socket");
	ktap_is(connect_fd(tcp, 1), -ENOTCONN, "CONNECT: a TCP socket that is not connected");
	ktap_ok(refused(connect_fd(tcp, 0)), "CONNECT: venue 0");
	ktap_ok(refused(connect_fd(tcp, MAX_VENUES + 1)), "CONNECT: venue above the capacity");
	ktap_ok(refused(connect_fd(-1, 1)), "CONNECT: descriptor -1");
	for (venue = 1; venue <= MAX_VENUES; venue++) {
		gnl_begin(&m, TG_CMD_DISCONNECT);
		gnl_put(&m, TG_A_VENUE, &venue, sizeof(venue));
		ktap_is(gnl_call(&n, &m), -ENOTCONN,
			"DISCONNECT of venue %u, which is not connected", venue);
	}
	gnl_begin(&m, TG_CMD_BIND);
	gnl_put(&m, TG_A_IFINDEX, &nowhere, sizeof(nowhere));
	ktap_is(gnl_call(&n, &m), -ENODEV, "BIND: no such interface");
	gnl_begin(&m, TG_CMD_UNBIND);
	gnl_put(&m, TG_A_IFINDEX, &nowhere, sizeof(nowhere));
	err = gnl_call(&n, &m);
	ktap_ok(err == -ENODEV || err == -ENOENT, "UNBIND: not bound (%s)", strerror(-err));
	close(udp);
	close(tcp);
}

static void expect_len(struct gnl *g, void *arg)
{
	const struct { __u16 attr; __u32 len; int good; } *want = arg;
	int *good = (int *)((char *)arg + 8);

	*good += g->attr[want->attr] && g->attr_len[want->attr] == want->len;
}

static void reading(void)
{
	struct { __u16 attr; __u32 len; int good; } want;
	struct gnl_msg m;
	__u32 id = 1;

	gnl_begin(&m, TG_CMD_COUNTERS);
	ktap_ok(!gnl_call(&n, &m) && n.attr_len[TG_A_CORE_COUNTERS] == TG_CC_MAX * 8 &&
			n.attr_len[TG_A_HOST_COUNTERS] == TG_HC_MAX * 8 &&
			n.attr_len[TG_A_REASON_COUNTERS] == TG_REASON_MAX * 8,
		"COUNTERS: three arrays of the lists' lengths");
	want.attr = TG_A_HIST;
	want.len = sizeof(struct tg_nl_hist) + TG_HIST_BUCKETS * 8;
	want.good = 0;
	gnl_begin(&m, TG_CMD_LATENCY);
	ktap_ok(!gnl_dump(&n, &m, expect_len, &want) && want.good == TG_STAGE_MAX,
		"LATENCY: a histogram for each stage");
	want.attr = TG_A_INSTRUMENT_DEF;
	want.len = sizeof(struct tg_in_instrument);
	want.good = 0;
	gnl_begin(&m, TG_CMD_INSTRUMENTS);
	ktap_ok(!gnl_dump(&n, &m, expect_len, &want) && want.good == 3, "INSTRUMENTS: the three");
	want.attr = TG_A_SESSION;
	want.len = sizeof(struct tg_nl_session);
	want.good = 0;
	gnl_begin(&m, TG_CMD_SESSIONS);
	ktap_ok(!gnl_dump(&n, &m, expect_len, &want) && want.good == 1, "SESSIONS: the one");
	gnl_begin(&m, TG_CMD_ORDERS);
	ktap_ok(!gnl_dump(&n, &m, NULL, NULL) && !n.messages, "ORDERS: none");
	gnl_begin(&m, TG_CMD_PARENTS);
	ktap_ok(!gnl_dump(&n, &m, NULL, NULL) && !n.messages, "PARENTS: none");
	gnl_begin(&m, TG_CMD_BOOK);
	gnl_put(&m, TG_A_INSTRUMENT, &id, sizeof(id));
	ktap_ok(!gnl_call(&n, &m) && n.attr_len[TG_A_BOOK] == sizeof(struct tg_book_image), "BOOK");
	for (id = MAX_INSTRUMENTS; id <= MAX_INSTRUMENTS + 1; id++) {
		gnl_begin(&m, TG_CMD_BOOK);
		gnl_put(&m, TG_A_INSTRUMENT, &id, sizeof(id));
		ktap_is(gnl_call(&n, &m), -ENOENT, "BOOK of instrument %u", id);
	}
	gnl_begin(&m, 77);
	ktap_is(gnl_call(&n, &m), -EOPNOTSUPP, "an unknown command");
}

static void events(void)
{
	static struct gnl l;
	struct tg_pub_event ev;
	int err;

	if (gnl_open(&l) || gnl_listen(&l))
		ktap_bail("the multicast group cannot be joined");
	ktap_is(gw_kill(&n, TG_SCOPE_INSTRUMENT, 2, false), 0, "KILL");
	err = gnl_event(&l, &ev, 2000);
	ktap_ok(!err && ev.type == TG_PUB_KILL && ev.u.kill.scope == TG_SCOPE_INSTRUMENT &&
			ev.u.kill.id == 2,
		"listeners hear of it");
	ktap_is(gw_kill(&n, TG_SCOPE_INSTRUMENT, 2, true), 0, "RESUME");
	err = gnl_event(&l, &ev, 2000);
	ktap_ok(!err && ev.type == TG_PUB_RESUME, "and of that");
	gnl_close(&l);
}

int main(int argc, char **argv)
{
	unsigned int k;

	ktap_usage(argc, argv, "the netlink family, one thing wrong at a time");
	ktap_begin();
	gw_need(&n);
	no_engine();
	start();
	for (k = 0; k < SPECS; k++)
		form(&specs[k]);
	for (k = 0; k < SPECS; k++)
		permission(&specs[k]);
	input();
	transports();
	reading();
	events();
	ktap_is(gw_stop(&n, false), 0, "STOP");
	ktap_is(gw_stop(&n, false), -ENODEV, "STOP twice");
	return ktap_end();
}
