// SPDX-License-Identifier: MIT
/* Configuration: whole error output, byte by byte, for every kind of error; values; records; what a
 * reload sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "applied.h"
#include "configkit.h"
#include "plan.h"

/* ---- form ---- */

static void form(void **state)
{
	(void)state;
	expect("",
	       "t.conf: [engine]: section missing; The engine: its core, its rings and its capacities.\n"
	       "t.conf: [journal]: section missing; Where the input records go.\n");
	expect(ENGINE "nonsense\n", "t.conf:5: neither [section] nor key = value\n");
	expect(ENGINE "= 3\n", "t.conf:5: no key before =; write key = value\n");
	expect(ENGINE "a b = 3\n",
	       "t.conf:5: character not allowed in a key; use letters, digits and _\n");
	expect(ENGINE "[venue v\n", "t.conf:5: no closing ]; write [section] or [section NAME]\n");
	expect(ENGINE "[]\n", "t.conf:5: empty section name; write [section] or [section NAME]\n");
	expect(ENGINE "[a:b]\n",
	       "t.conf:5: character not allowed in a section; use letters, digits and _ . - /\n");
	expect(ENGINE "[xdp] yes\n",
	       "t.conf:5: text after ]; write the section alone on its line\n");
	expect("cpu = 1\n" ENGINE,
	       "t.conf:1: cpu: key before the first section; put it under a [section]\n");
	expect(ENGINE "sync_ms = \"5\n", "t.conf:5: no closing quote\n");
	expect(ENGINE "sync_ms = '5' 6\n", "t.conf:5: text after the closing quote\n");
	expect(ENGINE "sync_ms = 5 \\\n",
	       "t.conf:5: line ends with a backslash; continued lines are not supported, write it on one line\n");
	expect(ENGINE "sync_ms = 5\xc3\xa4\n",
	       "t.conf:5: byte outside ASCII; only comments may have one\n");
	expect(ENGINE "sync_ms = 5\x01\n", "t.conf:5: control character; use plain text\n");
	expect(ENGINE "sync_ms = 5\nSYNC_MS = 6\n",
	       "t.conf:6: [journal] sync_ms: key given twice, first in line 5; keep one\n");
	expect(ENGINE "[Engine]\ncpu = 3\n",
	       "t.conf:5: [Engine]: section given twice, first in line 1; put its keys there\n");
}

#define DIALECT(dialect, more) ENGINE "[venue v]\nid=1\nhost=h\nport=1\nsender=S\ntarget=T\ndialect=" dialect "\n" more
#define INSTRUMENT_OF_V "[instrument i]\nid=1\nvenue=v\ntick=1\nlot=1\n"

static void dialects(void **state)
{
	(void)state;
	expect(DIALECT("binance", ""), "t.conf:5: [venue v] reset_on_logon: dialect binance takes no Logon without it; say yes\n");
	expect(DIALECT("binance", "reset_on_logon=yes\nheartbeat_s=61\n"), "t.conf:13: [venue v] heartbeat_s: 61; dialect binance takes 5 to 60\n");
	expect(DIALECT("binance", "reset_on_logon=yes\ncancel_on_disconnect=yes\n"),
	       "t.conf:13: [venue v] cancel_on_disconnect: dialect binance cannot ask for it; say no\n");
	expect(DIALECT("coinbase", "heartbeat_s=0\n"), "t.conf:12: [venue v] heartbeat_s: 0; dialect coinbase takes 1 to 30\n");
	expect(DIALECT("kraken", "fix_version=4.2\n"), "t.conf:12: [venue v] fix_version: dialect kraken does not speak it; leave the key out\n");
	expect(DIALECT("coinbase", INSTRUMENT_OF_V),
	       "t.conf:12: [instrument i] subscribe: dialect coinbase sends market data order by order; set l3 = yes, or say no\n");
	expect(DIALECT("binance", "reset_on_logon=yes\n" INSTRUMENT_OF_V),
	       "t.conf:13: [instrument i] subscribe: dialect binance gives no snapshot without updates; set md_over_tcp = yes in [venue v] or say no\n");
	expect(DIALECT("binance", "reset_on_logon=yes\nmd_over_tcp=yes\n" INSTRUMENT_OF_V), "");
	expect(DIALECT("coinbase", "cancel_on_disconnect=yes\n" INSTRUMENT_OF_V "subscribe=no\npx_digits=8\n"), "");
	expect(DIALECT("deribit", INSTRUMENT_OF_V "qty_digits=2\n"), "");
	expect(DIALECT("sim", "fix_version=5.0\n"), "");
}

static void long_line_and_nul(void **state)
{
	static const char nul[] = ENGINE "sync\0ms = 5\n";
	char text[2048] = ENGINE "# ", *err = NULL;
	struct tgd_config c;

	(void)state;
	assert_int_equal(load(nul, sizeof(nul) - 1, &c, &err), 1);
	assert_string_equal(err, "t.conf:5: NUL byte; a configuration file is text\n");
	free(err);
	tgd_config_free(&c);
	memset(text + strlen(text), 'x', 1000);
	expect(text, "t.conf:5: line longer than 900 bytes\n");
}

static void too_large(void **state)
{
	char *text = malloc(TGD_MAX_BYTES + 1), *err = NULL;
	struct tgd_config c;

	(void)state;
	memset(text, '\n', TGD_MAX_BYTES + 1);
	assert_int_equal(load(text, TGD_MAX_BYTES + 1, &c, &err), 1);
	assert_string_equal(err, "t.conf: file larger than 1048576 bytes\n");
	free(err);
	free(text);
	tgd_config_free(&c);
}

/* ---- sections and keys ---- */

static void sections(void **state)
{
	(void)state;
	expect(ENGINE "[frob]\n",
	       "t.conf:5: [frob]: unknown section; known are: engine journal venue product strategy instrument account permit limits rate trigger watch feed xdp vault\n");
	expect(ENGINE "[account]\n", "t.conf:5: [account]: write [account NAME]\n");
	expect(ENGINE "[xdp x]\n", "t.conf:5: [xdp x]: write [xdp]\n");
	expect(ENGINE "[account a b]\nid=1\n",
	       "t.conf:5: [account a b]: a name is one word of at most 23 bytes\n");
	expect(ENGINE "[account aaaaaaaaaaaaaaaaaaaaaaaa]\nid=1\n",
	       "t.conf:5: [account aaaaaaaaaaaaaaaaaaaaaaaa]: a name is one word of at most 23 bytes\n");
	expect(ENGINE "[account a]\nid=1\nidd=2\n",
	       "t.conf:7: [account a] idd: unknown key; known are: id\n");
	expect(ENGINE "[account a]\n",
	       "t.conf:5: [account a] id: missing; give number, 1 to max_accounts\n");
	expect(ENGINE "[limits world]\n",
	       "t.conf:5: [limits world]: write [limits firm], [limits account NAME], [limits instrument NAME], "
	       "[limits venue NAME], [limits strategy NAME] or [limits client N]\n");
	expect(ENGINE "[limits firm x]\n",
	       "t.conf:5: [limits firm x]: write [limits firm], [limits account NAME], [limits instrument NAME], "
	       "[limits venue NAME], [limits strategy NAME] or [limits client N]\n");
	expect(ENGINE "[limits account]\n",
	       "t.conf:5: [limits account]: write [limits firm], [limits account NAME], [limits instrument NAME], "
	       "[limits venue NAME], [limits strategy NAME] or [limits client N]\n");
}

static void values(void **state)
{
	(void)state;
	expect("[engine]\ncpu=-1\n[journal]\npath=/j\n",
	       "t.conf:2: [engine] cpu: \"-1\" is not allowed; give a whole number from 0 to 8191\n");
	expect("[engine]\ncpu=\n[journal]\npath=/j\n",
	       "t.conf:2: [engine] cpu: \"\" is not allowed; give a whole number from 0 to 8191\n");
	expect("[engine]\ncpu=0x1\n[journal]\npath=/j\n",
	       "t.conf:2: [engine] cpu: \"0x1\" is not allowed; give a whole number from 0 to 8191\n");
	expect("[engine]\ncpu=99999999999999999999\n[journal]\npath=/j\n",
	       "t.conf:2: [engine] cpu: \"99999999999999999999\" is not allowed; give a whole number from 0 to 8191\n");
	expect(ENGINE "[engine2]\n",
	       "t.conf:5: [engine2]: unknown section; known are: engine journal venue product strategy instrument account permit limits rate trigger watch feed xdp vault\n");
	expect("[engine]\ncpu=1\nwait=often\n[journal]\npath=/j\n",
	       "t.conf:3: [engine] wait: \"often\" is not allowed; give one of: busy adaptive block\n");
	expect("[engine]\ncpu=1\nforce_cpu=true\n[journal]\npath=/j\n",
	       "t.conf:3: [engine] force_cpu: \"true\" is not allowed; give yes or no\n");
	expect("[engine]\ncpu=1\npublic_slots=1000\n[journal]\npath=/j\n",
	       "t.conf:3: [engine] public_slots: 1000 is not a power of two; use 512 or 1024\n");
	expect("[engine]\ncpu=1\n[journal]\npath=j\n",
	       "t.conf:4: [journal] path: \"j\" is relative; give an absolute directory\n");
	expect("[engine]\ncpu=1\n[journal]\npath=\n",
	       "t.conf:4: [journal] path: empty; give directory of the journal files; made if missing\n");
	expect(ENGINE VENUE "[instrument I]\nid=1\nvenue=v\ntick=-1\nlot=1e5\n",
	       "t.conf:15: [instrument I] tick: \"-1\" is not allowed; give a decimal from 0 to 90000000000 with at most 8 decimals\n"
	       "t.conf:16: [instrument I] lot: \"1e5\" is not allowed; give a decimal from 0.00000001 to 90000000000 with at most 8 decimals\n");
	expect(ENGINE
	       "[limits firm]\nmax_order_qty=-1\nmax_order_notional=1.123456789\nmax_position=90000000001\ncollar_bps=many\n"
	       "max_open_orders=4294967295\nrate_per_s=1\nrate_burst=1\n",
	       "t.conf:6: [limits firm] max_order_qty: \"-1\" is not allowed; give a decimal from 0 to 90000000000 with at most 8 decimals, or unlimited\n"
	       "t.conf:7: [limits firm] max_order_notional: \"1.123456789\" is not allowed; give a decimal from 0 to 90000000000 with at most 8 decimals, or unlimited\n"
	       "t.conf:8: [limits firm] max_position: \"90000000001\" is not allowed; give a decimal from 0 to 90000000000 with at most 8 decimals, or unlimited\n"
	       "t.conf:9: [limits firm] collar_bps: \"many\" is not allowed; give a whole number from 0 to 4294967294, or unlimited\n"
	       "t.conf:10: [limits firm] max_open_orders: \"4294967295\" is not allowed; give a whole number from 0 to 4294967294, or unlimited\n");
	expect(ENGINE "[account a]\nid=1\n[limits account a]\n" FIRM "duplicate_scope=yes\ncollar_window_ms=5\n[limits firm]\n" FIRM "collar_window_ms=5\n",
	       "t.conf:15: [limits] duplicate_scope: yes without a time to look back; give duplicate_window_ms\n"
	       "t.conf:16: [limits] collar_window_ms: give it in [limits firm] or [limits instrument NAME]; window_collar_bps may stay here\n");
	expect(ENGINE VENUE "source=1.2.3.4,example.org\n",
	       "t.conf:12: [venue v] source: \"1.2.3.4,example.org\" is not allowed; give IPv4 or IPv6 addresses separated by commas (no names)\n");
	expect(ENGINE VENUE "source=::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9\n",
	       "t.conf:12: [venue v] source: \"::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9\" has too many addresses; at most 8\n");
	expect(ENGINE
	       "[venue v]\nid=1\ndialect=sim\nhost=h\nport=1\nsender=SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS\ntarget=T\n",
	       "t.conf:10: [venue v] sender: \"SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS\" is too long; at most 31 bytes\n");
	expect(ENGINE "[account a]\nid=1\n[permit p]\nid=1\nuser=no_such_user_here\naccount=a\n",
	       "t.conf:9: [permit p] user: \"no_such_user_here\" is no user of this machine; give a user name or a uid\n");
	expect(ENGINE VENUE
	       "[feed f]\nid=1\nvenue=v\ninterface=eth0\naddress=group\nport=1\nvlan=4095\n[xdp]\n",
	       "t.conf:16: [feed f] address: \"group\" is not allowed; give an IPv4 or IPv6 address (no name)\n"
	       "t.conf:18: [feed f] vlan: \"4095\" is not allowed; give a whole number from 0 to 4094\n");
}

/* ---- what belongs together ---- */

static void references(void **state)
{
	(void)state;
	expect(ENGINE INST,
	       "t.conf:7: [instrument I] venue: no [venue v]; add it or name another\n");
	expect(ENGINE VENUE INST "min_qty=0.0015\n",
	       "t.conf:17: [instrument I] min_qty: 0.0015 is no multiple of lot = 0.001\n");
	expect(ENGINE VENUE INST "[instrument J]\nid=1\nvenue=v\ntick=1\nlot=1\n",
	       "t.conf:18: [instrument J] id: 1 is already the id of [instrument I] in line 12; ids are unique\n");
	expect(ENGINE VENUE INST "[instrument J]\nid=2\nvenue=v\nsymbol=I\ntick=1\nlot=1\n",
	       "t.conf:20: [instrument J] symbol: \"I\" of venue v is already [instrument I] in line 12\n");
	expect(ENGINE VENUE "[instrument I]\nid=65\nvenue=v\ntick=1\nlot=1\n",
	       "t.conf:13: [instrument I] id: 65 is above [engine] max_instruments = 64; use a smaller id or raise it\n");
	expect(ENGINE "[permit p]\nid=1\nuser=0\naccount=a\ninstrument=X\n",
	       "t.conf:8: [permit p] account: no [account a]; add it or name another\n"
	       "t.conf:9: [permit p] instrument: no [instrument X]; name one, or all\n");
	expect(ENGINE "[account a]\nid=1\n[permit p]\nid=1\nuser=0\naccount=a\nmarket_orders=yes\n",
	       "t.conf:11: [permit p] market_orders: yes without trade = yes; allow trade or drop it\n");
	expect(ENGINE "[limits account a]\n" FIRM "[limits instrument i]\n" FIRM
		      "[limits venue v]\n" FIRM "[limits client 17]\n" FIRM,
	       "t.conf:5: [limits account a]: no [account a]; add it or name another\n"
	       "t.conf:13: [limits instrument i]: no [instrument i]; add it or name another\n"
	       "t.conf:21: [limits venue v]: no [venue v]; add it or name another\n"
	       "t.conf:29: [limits client 17]: give a client number from 1 to [engine] max_clients = 16\n");
	expect(ENGINE VENUE "backoff_min_ms=5000\nbackoff_max_ms=100\n",
	       "t.conf:12: [venue v] backoff_min_ms: 5000 is above backoff_max_ms = 100\n");
	expect(ENGINE VENUE
	       "[feed f]\nid=1\nvenue=w\ninterface=e\naddress=::1\nport=1\n[feed g]\nid=2\nvenue=v\ninterface=e\naddress=::1\nport=1\n",
	       "t.conf:14: [feed f] venue: no [venue w]; add it or name another\n"
	       "t.conf:22: [feed g] address: same address, port and vlan as [feed f] in line 12\n"
	       "t.conf:12: [feed f]: feeds need an [xdp] section; add one (it may be empty)\n");
	expect("[engine]\ncpu=1\nmax_limits=1\n[journal]\npath=/j\n[limits firm]\n" FIRM
	       "[limits client 1]\n" FIRM,
	       "t.conf:3: [engine] max_limits: 1 is too small for 2 [limits] sections\n");
}

#define STRATEGY "[strategy S]\nid=2\n" /* 2 lines */
#define PERMIT_S "[account a]\nid=7\n[permit p]\nid=3\nuser=1000\naccount=a\ntrade=yes\nstrategy=S\n"
#define MANY "[engine]\ncpu=1\nmax_strategies=3\nday_start_min=90\n[journal]\npath=/j\n" /* 6 lines */

/* A name under which orders are booked and limited: of permits and of limits. */
static void strategies(void **state)
{
	struct tg_in_engine e;
	struct tg_nl_host h;
	struct tgd_records rs;
	struct tgd_config c;
	unsigned int i, seen = 0;

	(void)state;
	expect(ENGINE STRATEGY,
	       "t.conf:5: [strategy S]: the engine has no room for strategies; set [engine] max_strategies\n");
	expect(MANY "[strategy S]\nid=4\n",
	       "t.conf:8: [strategy S] id: 4 is above [engine] max_strategies = 3; use a smaller id or raise it\n");
	expect(MANY PERMIT_S,
	       "t.conf:14: [permit p] strategy: no [strategy S]; add it or name another\n");
	expect(MANY "[limits strategy S]\n" FIRM,
	       "t.conf:7: [limits strategy S]: no [strategy S]; add it or name another\n");
	good(MANY STRATEGY PERMIT_S "[limits strategy S]\n" FIRM, &c);
	tgd_engine_params(&c, &e, &h);
	assert_int_equal(e.max_strategies, 3);
	assert_int_equal(e.day_start_s, 90 * 60);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	for (i = 0; i < rs.n; i++) {
		const struct tgd_record *r = &rs.r[i];

		if (r->type == TG_IN_STRATEGY) {
			assert_int_equal(r->len, sizeof(struct tg_in_strategy));
			assert_int_equal(r->u.strategy.strategy_id, 2);
			assert_string_equal(r->u.strategy.name, "S");
			assert_int_equal(seen, 0);	/* before what names it */
			seen |= 1;
		} else if (r->type == TG_IN_PERMIT) {
			assert_int_equal(r->u.permit.strategy_id, 2);
			seen |= 2;
		} else if (r->type == TG_IN_LIMITS) {
			assert_int_equal(r->u.limits.scope, TG_SCOPE_STRATEGY);
			assert_int_equal(r->u.limits.id, 2);
			assert_string_equal(r->label, "[limits strategy S]");
			seen |= 4;
		}
	}
	assert_int_equal(seen, 7);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

/* What acts by itself: scopes by their words, and what the engine would refuse. */
static void triggers(void **state)
{
	struct tgd_records rs, none = { 0 }, d = { 0 };
	struct tgd_config c;
	unsigned int i;

	(void)state;
#define T "[trigger t]\naction=kill\non="
	expect(ENGINE "[trigger t]\n", "t.conf:5: [trigger t] on: missing; give what is counted: orders and replaces that the venue refuses; that the risk checks refuse; orders that become suspect; sessions, clients that are lost while orders work; child orders without a parent; hedges that fail; positions that are not the venue's; reports of orders that are not ours; venues whose health becomes worse\n"
	       "t.conf:5: [trigger t] action: missing; give alert = an event; cancel = working orders are cancelled (of unknown_order: that order); reduce_only, restrict = until resumed, only what reduces the position, only cancels; kill; kill_cancel = working orders too\n");
	expect(ENGINE T "rejects\nscope=world\n", "t.conf:8: [trigger t] scope: \"world\" is no scope; give firm, venue NAME, account NAME, client N, instrument NAME or strategy NAME\n");
	expect(ENGINE T "rejects\nscope=venue v\ntarget=client 17\n", "t.conf:8: [trigger t] scope: no venue v; name one that there is\n"
	       "t.conf:9: [trigger t] target: no client 17; name one that there is\n");
	expect(ENGINE T "hedge\nscope=client 1\n", "t.conf:8: [trigger t] scope: this is told of the firm as a whole; give firm, and a narrower target\n");
	expect(ENGINE T "unknown_order\nscope=client 1\n", "t.conf:8: [trigger t] scope: the venue knows neither clients nor strategies; give firm, venue, account or instrument\n");
	expect(ENGINE T "degraded\nscope=client 1\n", "t.conf:8: [trigger t] scope: health is a venue's; give firm or venue NAME\n");
	expect(ENGINE T "rejects\nmax=3\n", "t.conf:8: [trigger t] max and window_ms: give both, or neither for every single one\n");
	good(ENGINE VENUE "[trigger a]\non=suspect\naction=alert\n[trigger b]\non=rejects\naction=kill_cancel\nscope=client 2\ntarget=venue v\nmax=5\nwindow_ms=100\n", &c);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	for (i = 0; i < rs.n && rs.r[i].type != TG_IN_TRIGGER; i++)
		;
	assert_int_equal(rs.r[i].u.trigger.trigger_id, 1);
	assert_int_equal(rs.r[i].u.trigger.scope, TG_SCOPE_FIRM);
	assert_int_equal(rs.r[i].u.trigger.act_scope, TG_SCOPE_FIRM);
	assert_int_equal(rs.r[i].u.trigger.action, TG_ACTION_ALERT);
	i++;
	assert_string_equal(rs.r[i].label, "[trigger b]");
	assert_string_equal(rs.r[i].u.trigger.name, "b");
	assert_int_equal(rs.r[i].u.trigger.trigger_id, 2);
	assert_int_equal(rs.r[i].u.trigger.on, TG_TRIGGER_REJECTS);
	assert_int_equal(rs.r[i].u.trigger.scope, TG_SCOPE_CLIENT);
	assert_int_equal(rs.r[i].u.trigger.id, 2);
	assert_int_equal(rs.r[i].u.trigger.act_scope, TG_SCOPE_VENUE);
	assert_int_equal(rs.r[i].u.trigger.act_id, 1);
	assert_int_equal(rs.r[i].u.trigger.max, 5);
	assert_int_equal(rs.r[i].u.trigger.window_ns, 100000000);
	/* taken back: the id alone */
	assert_int_equal(tgd_records_reload(&rs, &none, &d), 0);
	assert_int_equal(d.n, 2);
	assert_true(d.r[1].gone);
	assert_int_equal(d.r[1].u.trigger.trigger_id, 2);
	assert_int_equal(d.r[1].u.trigger.on, 0);
	assert_int_equal(d.r[1].u.trigger.name[0], 0);
	tgd_records_free(&d);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

static void watches(void **state)
{
	struct tgd_records rs;
	struct tgd_config c;
	unsigned int i;

	(void)state;
	expect(ENGINE "[watch v]\n", "t.conf:5: [watch v]: no [venue v]; add it or name another\n");
	expect(ENGINE VENUE "[watch v]\ngaps=3\nreduce_at=150\n", "t.conf:12: [watch v] stop_at: 150 is not above reduce_at = 150; raise it, or say 0 for never\n");
	expect(ENGINE VENUE "[watch v]\ngaps=3\nreduce_at=0\nstop_at=0\n", "t.conf:14: [watch v] reduce_at, stop_at, cancel_at: all are 0, so nothing would be done; give one\n");
	expect(ENGINE VENUE "[watch v]\ndrop_copy_of=v\n", "t.conf:13: [watch v] drop_copy_of: no other [venue v]; name the one that takes the orders\n");
	expect(ENGINE "[venue v]\nid=1\ndialect=kraken\nhost=h\nport=1\nsender=S\ntarget=T\nmd_over_tcp=yes\nreset_on_logon=yes\n[watch v]\npositions_s=9\n",
	       "t.conf:15: [watch v] positions_s: dialect kraken has no question for positions; say 0\n");
	good(ENGINE VENUE "[watch v]\ngaps=3\nack_us=5\nreject_percent=6\nstale_percent=7\nstale_ms=8\nwindow_ms=9\nmin_answers=10\nreduce_at=11\nstop_at=12\ncancel_at=13\nrecover_percent=14\nrecover_ms=15\npositions_s=16\ngrace_ms=17\ntolerance=0.5\nbase=first\n", &c);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	for (i = 0; i < rs.n && rs.r[i].type != TG_IN_WATCH; i++)
		;
	assert_string_equal(rs.r[i].label, "[watch v]");
	assert_int_equal(rs.r[i].u.watch.venue_id, 1);
	assert_int_equal(rs.r[i].u.watch.gaps, 3);
	assert_int_equal(rs.r[i].u.watch.ack_ns, 5000);
	assert_int_equal(rs.r[i].u.watch.reject_percent, 6);
	assert_int_equal(rs.r[i].u.watch.stale_percent, 7);
	assert_int_equal(rs.r[i].u.watch.stale_ns, 8000000);
	assert_int_equal(rs.r[i].u.watch.window_ns, 9000000);
	assert_int_equal(rs.r[i].u.watch.min_answers, 10);
	assert_int_equal(rs.r[i].u.watch.reduce_percent, 11);
	assert_int_equal(rs.r[i].u.watch.stop_percent, 12);
	assert_int_equal(rs.r[i].u.watch.cancel_percent, 13);
	assert_int_equal(rs.r[i].u.watch.recover_percent, 14);
	assert_int_equal(rs.r[i].u.watch.recover_ns, 15000000);
	assert_int_equal(rs.r[i].u.watch.position_ns, 16000000000);
	assert_int_equal(rs.r[i].u.watch.grace_ns, 17000000);
	assert_int_equal(rs.r[i].u.watch.tolerance_qty, TG_SCALE / 2);
	assert_int_equal(rs.r[i].u.watch.flags, TG_WATCH_BASE_FIRST);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

#define PRODUCT "[product P]\nid=1\n" /* 2 lines */

/* Books beyond one venue's levels: products, orders, fees, published ones. */
static void books(void **state)
{
	(void)state;
	expect(ENGINE PRODUCT,
	       "t.conf:5: [product P]: the engine has no room for products; set [engine] max_products\n");
	expect("[engine]\ncpu=1\nmax_products=1\n[journal]\npath=/j\n" PRODUCT "[product Q]\nid=1\n[product R]\nid=2\n",
	       "t.conf:9: [product Q] id: 1 is already the id of [product P] in line 6; ids are unique\n"
	       "t.conf:11: [product R] id: 2 is above [engine] max_products = 1; use a smaller id or raise it\n");
	expect(ENGINE VENUE INST "product=P\n",
	       "t.conf:17: [instrument I] product: no [product P]; add it or name another\n");
	expect(ENGINE VENUE INST "l3=yes\n",
	       "t.conf:17: [instrument I] l3: the engine has room for 0 such books; raise [engine] l3_books\n");
	expect("[engine]\ncpu=1\nl3_orders=100\n[journal]\npath=/j\n",
	       "t.conf:3: [engine] l3_orders: 100 without l3_books; set both or neither\n");
	expect("[engine]\ncpu=1\nl3_books=1\n[journal]\npath=/j\n" VENUE INST "l3=yes\n[instrument J]\nid=2\nvenue=v\ntick=1\nlot=1\nl3=yes\n",
	       "t.conf:24: [instrument J] l3: the engine has room for 1 such books; raise [engine] l3_books\n");
	expect(ENGINE VENUE INST "published=yes\nsubscribe=yes\n",
	       "t.conf:18: [instrument I] subscribe: yes with published = yes; the book comes from one of the two\n");
	expect(ENGINE VENUE INST "taker_fee_bps=2.60001\nmaker_fee_bps=-1000.1\n",
	       "t.conf:18: [instrument I] maker_fee_bps: \"-1000.1\" is not allowed; give a decimal from -1000 to 1000 with at most 8 decimals\n"
	       "t.conf:17: [instrument I] taker_fee_bps: 2.60001 has more than 4 decimals\n");
	expect(ENGINE VENUE "crossed=maybe\n",
	       "t.conf:12: [venue v] crossed: \"maybe\" is not allowed; give one of: count stale recover\n");
	expect(DIALECT("kraken", INSTRUMENT_OF_V), "");
	expect("[engine]\ncpu=1\nl3_books=1\n[journal]\npath=/j\n[venue v]\nid=1\nhost=h\nport=1\nsender=S\ntarget=T\ndialect=deribit\n" INSTRUMENT_OF_V "l3=yes\n",
	       "t.conf:18: [instrument i] l3: dialect deribit sends no market data order by order; say no\n");
	expect(DIALECT("coinbase", INSTRUMENT_OF_V "l3=yes\n"),
	       "t.conf:17: [instrument i] l3: the engine has room for 0 such books; raise [engine] l3_books\n");
}

#define FEED "[xdp]\n[feed f]\nid=1\nvenue=v\ninterface=e\nport=1\n" /* 6 lines */

static void groups(void **state)
{
	struct tgd_config c;

	(void)state;
	expect(ENGINE VENUE FEED "address=10.0.0.1\nsource=10.0.0.2\n",
	       "t.conf:19: [feed f] source: address is no multicast group; drop one of them\n");
	expect(ENGINE VENUE FEED "address=239.1.1.1\nsource=::2\n",
	       "t.conf:19: [feed f] source: address is IPv4 and a source is not; give sources of its family\n");
	expect(ENGINE VENUE FEED "address=ff3e::1\nsource=ff3e::2\n",
	       "t.conf:19: [feed f] source: a multicast group is no sender; give a host's address\n");
	expect(ENGINE VENUE FEED "address=239.1.1.1\nline=b\nsnapshot=yes\n",
	       "t.conf:20: [feed f] snapshot: a snapshot channel has no line b; say line = a\n");
	good(ENGINE VENUE FEED "address=ff3e::1\nsource=2001:db8::1, 2001:db8::2\nsnapshot=yes\nsilence_ms=1500\n", &c);
	assert_int_equal(c.feed[0].sources, 2);
	assert_int_equal(c.feed[0].source[1].in6.s6_addr[15], 2);
	assert_true(tgd_address_multicast(&c.feed[0].address));
	assert_false(tgd_address_multicast(&c.feed[0].source[0]));
	tgd_config_free(&c);
}

static void book_records(void **state)
{
	struct tg_in_engine e;
	struct tg_nl_host h;
	struct tgd_records rs;
	struct tgd_config c;

	(void)state;
	good("[engine]\ncpu=1\nmax_products=3\nl3_books=2\n[journal]\npath=/j\n" VENUE "crossed=recover\n" PRODUCT INST
	     "product=P\nl3=yes\npublished=yes\ndepth=25\ntaker_fee_bps=26\nmaker_fee_bps=-0.0001\n"
	     "[account a]\nid=7\n[permit p]\nid=3\nuser=1000\naccount=a\npublish=yes\n" FEED
	     "address=239.1.1.1\nsnapshot=yes\nsilence_ms=1500\n",
	     &c);
	tgd_engine_params(&c, &e, &h);
	assert_int_equal(e.l3_books, 2);
	assert_int_equal(e.l3_orders, 65536);
	assert_int_equal(e.max_products, 3);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	assert_int_equal(rs.n, 7);
	assert_int_equal(rs.r[0].u.venue.crossed_policy, TG_CROSSED_RECOVER);
	/* before the instruments, which name it */
	assert_int_equal(rs.r[1].type, TG_IN_PRODUCT);
	assert_int_equal(rs.r[1].len, sizeof(struct tg_in_product));
	assert_int_equal(rs.r[1].u.product.product_id, 1);
	assert_string_equal(rs.r[1].u.product.name, "P");
	assert_int_equal(rs.r[2].u.instrument.product_id, 1);
	assert_int_equal(rs.r[2].u.instrument.flags, TG_INSTRUMENT_L3 | TG_INSTRUMENT_PUBLISHED);
	assert_int_equal(rs.r[2].u.instrument.md_depth, 25);
	assert_int_equal(rs.r[2].u.instrument.taker_fee_e8, 260000);
	assert_int_equal(rs.r[2].u.instrument.maker_fee_e8, -1);
	assert_int_equal(rs.r[3].u.feed.flags, TG_FEED_SNAPSHOT);
	assert_int_equal(rs.r[3].u.feed.silence_ms, 1500);
	assert_int_equal(rs.r[5].u.permit.flags, TG_PERMIT_PUBLISH);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

static void whole(void **state)
{
	struct tgd_config c;

	(void)state;
	good("# \xc3\xa4\n" ENGINE "; c\n" VENUE "source = 10.0.0.1, ::1 ; two\r\n" INST
	     "[account Main]\nid=7\n"
	     "[permit p]\nid=3\nuser=0\naccount=Main\ntrade=yes\n[limits firm]\n" FIRM
	     "[limits account Main]\nmax_order_qty=unlimited\nmax_order_notional=0.00000001\nmax_position=90000000000\ncollar_bps=unlimited\n"
	     "max_open_orders=0\nrate_per_s=1\nrate_burst=1\nduplicate_window_ms=5\n"
	     "[feed f]\nid=1\nvenue=v\ninterface=\"eth0\"\naddress=239.1.2.3\nport=5\nline=b\nvlan=0\n[XDP]\n",
	     &c);
	assert_int_equal(c.venue[0].sources, 2);
	assert_int_equal(c.venue[0].source[0].family, AF_INET);
	assert_int_equal(c.venue[0].source[1].family, AF_INET6);
	assert_string_equal(c.account[0].s.name, "Main");
	assert_int_equal(c.permit[0].account_id, 7);
	assert_int_equal(c.permit[0].instrument_id, 0);
	assert_int_equal(c.instrument[0].tick, 1000000);
	assert_int_equal(c.instrument[0].venue_id, 1);
	assert_string_equal(c.instrument[0].symbol, "I");
	assert_int_equal(c.limits[1].max_order_qty, TG_PX_MAX);
	assert_int_equal(c.limits[1].max_order_notional, 1);
	assert_int_equal(c.limits[1].max_position, TG_PX_MAX);
	assert_int_equal(c.limits[1].collar_bps, 0xffffffff);
	assert_int_equal(c.limits[1].max_open_orders, 0);
	assert_int_equal(c.limits[1].scope_id, 7);
	assert_string_equal(c.feed[0].interface, "eth0");
	assert_int_equal(c.feed[0].line_no, 1);
	assert_int_equal(c.feed[0].vlan, 0);
	assert_int_equal(c.xdp.defer_hard_irqs, 100);
	tgd_config_free(&c);
}

static void controls(void **state)
{
	const struct tg_in_limits *l;
	struct tgd_records rs;
	struct tgd_config c;
	unsigned int i;

	(void)state;
	good(ENGINE VENUE INST "[account Main]\nid=7\n[limits firm]\n" FIRM
	     "max_total_position=1\nmax_gross_notional=2\nmax_net_notional=3\nmax_capital=4\nmax_daily_loss=0\nwindow_collar_bps=100\n"
	     "collar_window_ms=1000\nmax_executions=6\nwarn_percent=80\nduplicate_scope=yes\nduplicate_window_ms=5\nreduce_only=yes\n"
	     "[limits account Main]\n" FIRM "restricted=yes\nmax_net_notional=unlimited\n",
	     &c);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	for (i = 0; i < rs.n && rs.r[i].type != TG_IN_LIMITS; i++)
		;
	assert_true(i + 2 <= rs.n);
	l = &rs.r[i].u.limits;
	assert_int_equal(l->flags, TG_LIMITS_TOTAL_POSITION | TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL | TG_LIMITS_DAILY_LOSS |
				   TG_LIMITS_WINDOW_COLLAR | TG_LIMITS_EXECUTIONS | TG_LIMITS_DUPLICATE_SCOPE | TG_LIMITS_REDUCE_ONLY);
	assert_int_equal(l->max_total_position, TG_SCALE);
	assert_int_equal(l->max_gross_notional, 2 * TG_SCALE);
	assert_int_equal(l->max_net_notional, 3 * TG_SCALE);
	assert_int_equal(l->max_capital, 4 * TG_SCALE);
	assert_int_equal(l->max_daily_loss, 0);
	assert_int_equal(l->window_collar_bps, 100);
	assert_int_equal(l->collar_window_ns, 1000000000);
	assert_int_equal(l->max_executions, 6);
	assert_int_equal(l->warn_percent, 80);
	l = &rs.r[i + 1].u.limits;
	assert_int_equal(l->flags, TG_LIMITS_RESTRICTED);
	assert_int_equal(l->max_net_notional, 0);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

/* ---- records ---- */

static void records(void **state)
{
	static const enum tg_in order[] = { TG_IN_VENUE,   TG_IN_INSTRUMENT, TG_IN_FEED,
					    TG_IN_ACCOUNT, TG_IN_PERMIT,     TG_IN_LIMITS,
					    TG_IN_MODE };
	struct tg_in_engine e;
	struct tg_nl_host h;
	struct tgd_records rs;
	struct tgd_config c;
	unsigned int i;

	(void)state;
	good(ENGINE VENUE
	     "reset_on_logon=yes\n" INST
	     "stale_ms=5000000\n[account a]\nid=7\n[permit p]\nid=3\nuser=1000\naccount=a\ntrade=yes\n"
	     "[limits account a]\n" FIRM
	     "[feed f]\nid=1\nvenue=v\ninterface=e\naddress=::1\nport=5\n[xdp]\n",
	     &c);
	tgd_engine_params(&c, &e, &h);
	assert_int_equal(e.abi_version, TG_ABI_VERSION);
	assert_int_equal(h.cpu, 1);
	assert_int_equal(h.journal_bytes, 16 << 20);
	assert_int_equal(h.flags, TG_HOST_JOURNAL_REQUIRED);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	assert_int_equal(rs.n, sizeof(order) / sizeof(order[0]));
	for (i = 0; i < rs.n; i++)
		assert_int_equal(rs.r[i].type, order[i]);
	assert_int_equal(rs.r[0].u.venue.flags, TG_VENUE_RESET_ON_LOGON | TG_VENUE_ORDERS);
	assert_string_equal(rs.r[0].u.venue.target_comp_id, "T");
	assert_int_equal((uint64_t)rs.r[1].u.instrument.stale_ns_hi << 32 |
				 rs.r[1].u.instrument.stale_ns_lo,
			 5000000000000ull);
	assert_int_equal(rs.r[4].u.permit.uid, 1000);
	assert_int_equal(rs.r[4].u.permit.flags, TG_PERMIT_TRADE);
	assert_int_equal(rs.r[5].u.limits.scope, TG_SCOPE_ACCOUNT);
	assert_int_equal(rs.r[5].u.limits.id, 7);
	assert_int_equal(rs.r[5].u.limits.max_position, 3 * TG_SCALE);
	assert_int_equal(rs.r[6].u.mode.mode, TG_MODE_LEADER);
	tgd_records_free(&rs);
	tgd_config_free(&c);
}

static void reload(void **state)
{
	static const char *const before = ENGINE VENUE
		"[account a]\nid=1\n[permit p]\nid=1\nuser=1\naccount=a\ntrade=yes\n[limits firm]\n" FIRM
		"[limits account a]\n" FIRM "[limits venue v]\n" FIRM;
	static const char *const after = ENGINE VENUE
		"heartbeat_s=5\n[account a]\nid=1\n[permit q]\nid=2\nuser=1\naccount=a\ntrade=yes\n[limits firm]\n"
		"max_order_qty=9\nmax_order_notional=2\nmax_position=3\ncollar_bps=4\nmax_open_orders=5\nrate_per_s=6\nrate_burst=7\n";
	struct tgd_records a, b, d;
	struct tgd_config ca, cb;
	unsigned int pos = 0;

	(void)state;
	good(before, &ca);
	good(after, &cb);
	assert_int_equal(tgd_records_build(&ca, &a), 0);
	assert_int_equal(tgd_records_build(&cb, &b), 0);
	assert_int_equal(tgd_records_reload(&a, &a, &d), 0);
	assert_int_equal(d.n, 0);
	assert_null(tgd_records_fixed_difference(&a, &a, &pos));
	tgd_records_free(&d);

	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 5);
	/* taken back: permit 1 without rights, account closed, venue open */
	assert_int_equal(d.r[0].u.permit.permit_id, 1);
	assert_int_equal(d.r[0].u.permit.flags, 0);
	assert_int_equal(d.r[0].u.permit.uid, 0xffffffff);
	assert_int_equal(d.r[1].u.limits.scope, TG_SCOPE_ACCOUNT);
	assert_int_equal(d.r[1].u.limits.max_order_qty, 0);
	assert_int_equal(d.r[1].u.limits.rate_per_s, 0);
	assert_int_equal(d.r[2].u.limits.scope, TG_SCOPE_VENUE);
	assert_int_equal(d.r[2].u.limits.max_order_qty, TG_PX_MAX);
	assert_int_equal(d.r[2].u.limits.rate_per_s, 0xffffffff);
	/* new and changed */
	assert_int_equal(d.r[3].u.permit.permit_id, 2);
	assert_int_equal(d.r[4].u.limits.max_order_qty, 9 * TG_SCALE);
	pos = 0;
	assert_string_equal(tgd_records_fixed_difference(&a, &b, &pos)->label, "[venue v]");
	assert_null(tgd_records_fixed_difference(&a, &b, &pos));
	/* the engine refused one: the next reload sends that one again, and nothing else */
	d.r[4].refused = true;
	assert_int_equal(tgd_records_apply(&a, &d), 0);
	tgd_records_free(&d);
	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.r[0].u.limits.max_order_qty, 9 * TG_SCALE);
	tgd_records_free(&a);
	tgd_records_free(&b);
	tgd_records_free(&d);
	tgd_config_free(&ca);
	tgd_config_free(&cb);
}

#define TWO_FEEDS \
	"[feed f]\nid=1\nvenue=v\ninterface=e\nport=1\naddress=239.1.1.1\n" \
	"[feed g]\nid=2\nvenue=v\ninterface=e\nport=2\naddress=239.1.1.1\n[xdp]\n"
#define OTHER_FEEDS \
	"[feed g]\nid=2\nvenue=v\ninterface=e\nport=2\naddress=239.1.1.1\nsilence_ms=7\n" \
	"[feed h]\nid=3\nvenue=v\ninterface=e\nport=3\naddress=239.1.1.1\n[xdp]\n"

/* Feeds come, change and go; products and instruments come, and nothing else. */
static void reload_feeds(void **state)
{
	static const char *const engine = "[engine]\ncpu=1\nmax_products=2\n[journal]\npath=/j\n" VENUE INST;
	struct tgd_records a, b, d;
	struct tgd_config ca, cb;
	char text[2][2048];
	unsigned int pos = 0;

	(void)state;
	snprintf(text[0], sizeof(text[0]), "%s" TWO_FEEDS, engine);
	snprintf(text[1], sizeof(text[1]),
		 "%s" PRODUCT "[instrument J]\nid=2\nvenue=v\ntick=1\nlot=1\nproduct=P\n" OTHER_FEEDS, engine);
	good(text[0], &ca);
	good(text[1], &cb);
	assert_int_equal(tgd_records_build(&ca, &a), 0);
	assert_int_equal(tgd_records_build(&cb, &b), 0);
	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 6);
	assert_int_equal(d.r[0].u.feed.feed_id, 1);
	assert_int_equal(d.r[0].u.feed.flags, TG_FEED_REMOVE);
	assert_int_equal(d.r[1].u.feed.feed_id, 2);
	assert_int_equal(d.r[1].u.feed.flags, TG_FEED_REMOVE);
	assert_int_equal(d.r[2].type, TG_IN_PRODUCT);
	assert_int_equal(d.r[3].u.instrument.instrument_id, 2);
	assert_int_equal(d.r[3].u.instrument.product_id, 1);
	assert_int_equal(d.r[4].u.feed.silence_ms, 7);
	assert_int_equal(d.r[5].u.feed.feed_id, 3);
	assert_null(tgd_records_fixed_difference(&a, &b, &pos));
	assert_int_equal(tgd_records_apply(&a, &d), 0);
	tgd_records_free(&d);
	assert_int_equal(tgd_records_reload(&a, &b, &d), 0);
	assert_int_equal(d.n, 0);
	tgd_records_free(&d);
	/* and back: an instrument does not go */
	tgd_records_free(&a);
	assert_int_equal(tgd_records_build(&ca, &a), 0);
	pos = 0;
	assert_string_equal(tgd_records_fixed_difference(&b, &a, &pos)->label, "[product P]");
	assert_string_equal(tgd_records_fixed_difference(&b, &a, &pos)->label, "[instrument J]");
	assert_null(tgd_records_fixed_difference(&b, &a, &pos));
	assert_int_equal(tgd_records_reload(&b, &a, &d), 0);
	assert_int_equal(d.n, 4);
	tgd_records_free(&d);
	tgd_records_free(&a);
	tgd_records_free(&b);
	tgd_config_free(&ca);
	tgd_config_free(&cb);
}

/* What an adopting daemon knows of the one before: ids, of this engine only. */
static void applied(void **state)
{
	static const char *const text = ENGINE VENUE INST TWO_FEEDS "[account a]\nid=7\n[permit p]\nid=3\nuser=1\naccount=a\n[limits account a]\n" FIRM;
	char dir[] = "/tmp/tgd-test-XXXXXX", path[64];
	struct tgd_records rs, before, empty = { 0 }, d;
	struct tgd_config c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("TICKGATE_RUNDIR", dir, 1);
	good(text, &c);
	assert_int_equal(tgd_records_build(&c, &rs), 0);
	tgd_applied_write(&rs, 42);
	assert_int_equal(tgd_applied_read(&before, 43), 0);
	assert_int_equal(before.n, 0);
	tgd_records_free(&before);
	assert_int_equal(tgd_applied_read(&before, 42), 0);
	assert_int_equal(before.n, 5);
	/* the same configuration: permit and limits again, feeds and instruments not */
	assert_int_equal(tgd_records_reload(&before, &rs, &d), 0);
	assert_int_equal(d.n, 2);
	assert_int_equal(d.r[0].u.permit.uid, 1);
	tgd_records_free(&d);
	/* an empty one: all taken back that can be */
	assert_int_equal(tgd_records_reload(&before, &empty, &d), 0);
	assert_int_equal(d.n, 4);
	assert_int_equal(d.r[0].u.feed.feed_id, 1);
	assert_int_equal(d.r[0].u.feed.flags, TG_FEED_REMOVE);
	assert_int_equal(d.r[2].u.permit.permit_id, 3);
	assert_int_equal(d.r[2].u.permit.account_id, 7);
	assert_int_equal(d.r[2].u.permit.uid, 0xffffffff);
	assert_int_equal(d.r[2].u.permit.flags, 0);
	assert_int_equal(d.r[3].u.limits.id, 7);
	assert_int_equal(d.r[3].u.limits.max_order_qty, 0);
	assert_int_equal(d.r[3].u.limits.duplicate_window_ns, 0);
	tgd_records_free(&d);
	tgd_records_free(&before);
	tgd_records_free(&rs);
	tgd_config_free(&c);
	snprintf(path, sizeof(path), "%s/applied", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void backoff(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(tgd_backoff_ms(100, 2000, 1, 0), 100);
	assert_int_equal(tgd_backoff_ms(100, 2000, 2, 0), 200);
	assert_int_equal(tgd_backoff_ms(100, 2000, 5, 0), 1600);
	assert_int_equal(tgd_backoff_ms(100, 2000, 6, 0), 2000);
	assert_int_equal(tgd_backoff_ms(100, 2000, 4000000000u, 0), 2000);
	assert_int_equal(tgd_backoff_ms(100, 2000, 6, 1023), 1000);
	for (i = 0; i < 5000; i++)
		assert_in_range(tgd_backoff_ms(100, 2000, 6, i * 2654435761u), 1000, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form),	     cmocka_unit_test(dialects), cmocka_unit_test(long_line_and_nul),
		cmocka_unit_test(too_large), cmocka_unit_test(sections),
		cmocka_unit_test(values),    cmocka_unit_test(references),
		cmocka_unit_test(strategies), cmocka_unit_test(triggers), cmocka_unit_test(watches), cmocka_unit_test(books),     cmocka_unit_test(groups),	 cmocka_unit_test(book_records),
		cmocka_unit_test(whole),     cmocka_unit_test(controls),  cmocka_unit_test(records),
		cmocka_unit_test(reload), cmocka_unit_test(reload_feeds), cmocka_unit_test(applied),cmocka_unit_test(backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
