// SPDX-License-Identifier: MIT
#include "options.hpp"
#include "decimal.hpp"

#include <cstdio>
#include <functional>
#include <map>

namespace venue {

static const char help_text[] =
"usage: tg-venue --client ID [options]\n"
"A FIX 4.4 exchange for tests and demos: order entry, matching, market data over TCP and UDP, faults on command.\n"
"\n"
"FIX session\n"
"  --bind ADDR             address to listen on (127.0.0.1)\n"
"  --fix-port N            TCP port; 0 takes a free one, told in the ready line (0)\n"
"  --comp-id ID            our CompID (VENUE)\n"
"  --client ID             CompID of a client allowed to log on; repeatable, at least one\n"
"  --drop-copy ID          CompID of a session that gets a copy of every execution report, and nothing else; repeatable\n"
"  --store DIR             keep sequence numbers and messages in DIR (memory)\n"
"  --reset-on-logon, --reset-on-logout, --reset-on-disconnect\n"
"                          start both sequence numbers from 1 at that moment\n"
"  --cancel-on-disconnect  cancel a client's orders when its session ends\n"
"  --check-latency S       refuse messages whose SendingTime is more than S seconds off (off)\n"
"  --dialect NAME          sim, binance, kraken, coinbase or deribit (sim)\n"
"  --fix-version N         42, 44 or 50 (5.0SP2 over FIXT.1.1), of dialect sim (44)\n"
"  --credentials FILE      check the signature of Logons too: lines username, secret, passphrase, public_key, each with its value\n"
"  --log FILE              every FIX message in and out, SOH kept, with its time\n"
"\n"
"Market\n"
"  --market seeded|replay  generated liquidity, or a recording (seeded)\n"
"  --symbols LIST          SYMBOL:TICK:LOT[:STARTPX],... (BTCUSDT:0.01:0.00001:60000)\n"
"  --seed N                seed of the generator (1)\n"
"  --rate N                updates per second, 0 = as fast as possible (100); a cap for --speed max\n"
"  --depth N               price levels a side of the generated book (20)\n"
"  --recording FILE        Binance: gzip, lines '<local ns> <json>'; dialect kraken: lines '<local s>: <json>' with checksums\n"
"  --speed recorded|max|F  replay speed, F a factor such as 10 or 0.5 (recorded)\n"
"  --start subscribe|now   when the market starts: first MarketDataRequest, or at once (subscribe)\n"
"  --count N               stop the market after N book updates (0 = never, or end of recording)\n"
"  --linger S              exit S seconds after the market is done (stay up)\n"
"  --ticker-truth FILE     write best bid and offer of the recording's own tickers at equal update ids\n"
"\n"
"UDP feed\n"
"  --udp HOST:PORT[@IF]    send X here; repeatable: same bytes on every line. IPv6 as [addr]:port\n"
"  --mtu N                 largest datagram payload in bytes, 256 to 65000 (1400)\n"
"  --ttl N                 multicast TTL or hop limit (1)\n"
"  --udp-pack N            messages in a datagram, as far as --mtu allows (1)\n"
"  --udp-orders            order by order instead of by price (dialects sim, kraken; coinbase always)\n"
"  --udp-heartbeat MS      35=0 when nothing else was sent for so long (off)\n"
"  --snapshot-udp HOST:PORT[@IF]  a channel with a W of each symbol in a loop\n"
"  --snapshot-ms MS        one round of it (1000)\n"
"  --fault-seed N          of faults at random, see 'rate' of the control socket (1)\n"
"  --min-decimals N        decimals always written in 270 and 271, 0 to 8 (8; 0 where the dialect does not pad)\n"
"\n"
"Matching\n"
"  --maker-fee-bps N       commission on added liquidity in basis points, may be negative (0)\n"
"  --taker-fee-bps N       commission on removed liquidity in basis points (1)\n"
"  --max-orders N          orders kept, working or done; more are rejected with 103=3 (1000000)\n"
"  --pending-acks          say first that a request is pending: 150=A, 6 or E before 0, 4 or 5\n"
"  --others N              so many participants trade here too, at most 1000 (0)\n"
"  --publish-client-orders put client orders into the published book (seeded market only)\n"
"\n"
"Control\n"
"  --control PATH          unix stream socket, one command a line; 'help' lists them\n"
"  --control-stdin         the same commands on standard input\n"
"  --help, --version\n"
"\n"
"Exit status: 0 clean end, 1 failure, 2 usage.\n";

static int usage(const std::string &text)
{
	fprintf(stderr, "tg-venue: %s\nTry 'tg-venue --help'.\n", text.c_str());
	return 2;
}

static std::vector<std::string> split(const std::string &text, char separator)
{
	std::vector<std::string> out(1);

	for (char c : text) {
		if (c == separator)
			out.emplace_back();
		else
			out.back() += c;
	}
	return out;
}

static int decimals_of(int64_t step)
{
	int n = 8;

	for (; n > 0 && step % 10 == 0; n--)
		step /= 10;
	return n;
}

static bool parse_symbols(const std::string &text, std::vector<instrument> *out, std::string *why)
{
	for (const std::string &item : split(text, ',')) {
		std::vector<std::string> part = split(item, ':');
		instrument ins;

		if (part.size() < 3 || part.size() > 4 || part[0].empty()) {
			*why = "--symbols: '" + item + "' must be SYMBOL:TICK:LOT[:STARTPX]";
			return false;
		}
		ins.symbol = part[0];
		ins.start_px = 60000 * scale;
		if (!parse_decimal(part[1], &ins.tick_px) || ins.tick_px <= 0 ||
		    !parse_decimal(part[2], &ins.lot_qty) || ins.lot_qty <= 0 ||
		    (part.size() == 4 &&
		     (!parse_decimal(part[3], &ins.start_px) || ins.start_px <= 0))) {
			*why = "--symbols: '" + item +
			       "': tick, lot and start price must be decimals above 0";
			return false;
		}
		if (ins.start_px % ins.tick_px != 0) {
			*why = "--symbols: '" + item + "': start price must be a multiple of the tick";
			return false;
		}
		ins.px_decimals = decimals_of(ins.tick_px);
		ins.qty_decimals = decimals_of(ins.lot_qty);
		for (const instrument &other : *out) {
			if (other.symbol == ins.symbol) {
				*why = "--symbols: " + ins.symbol + " appears twice";
				return false;
			}
		}
		out->push_back(ins);
	}
	return true;
}

static bool parse_udp(const std::string &text, udp_target *out, std::string *why)
{
	std::string address = text;
	size_t at = text.find('@');
	size_t colon;
	uint64_t port;

	if (at != std::string::npos) {
		out->interface = text.substr(at + 1);
		address = text.substr(0, at);
	}
	colon = address.rfind(':');
	if (colon == std::string::npos || colon == 0 ||
	    !parse_unsigned(address.substr(colon + 1), &port) || port == 0 || port > 65535) {
		*why = "--udp: '" + text + "' must be HOST:PORT[@IF], the port 1 to 65535";
		return false;
	}
	out->port = address.substr(colon + 1);
	out->host = address.substr(0, colon);
	if (out->host.size() > 2 && out->host.front() == '[' && out->host.back() == ']')
		out->host = out->host.substr(1, out->host.size() - 2);
	return true;
}

int parse_options(int argc, char **argv, options *out)
{
	options &o = *out;
	std::string why;
	std::map<std::string, bool *> flags = {
		{ "--reset-on-logon", &o.reset_on_logon },
		{ "--reset-on-logout", &o.reset_on_logout },
		{ "--reset-on-disconnect", &o.reset_on_disconnect },
		{ "--cancel-on-disconnect", &o.cancel_on_disconnect },
		{ "--publish-client-orders", &o.publish_client_orders },
		{ "--control-stdin", &o.control_stdin }, { "--udp-orders", &o.udp_orders },
		{ "--pending-acks", &o.pending_acks },
	};
	std::map<std::string, std::string *> strings = {
		{ "--bind", &o.bind }, { "--comp-id", &o.comp_id }, { "--store", &o.store },
		{ "--dialect", &o.dialect_name }, { "--fix-version", &o.fix_version },
		{ "--credentials", &o.credentials_file }, { "--log", &o.log }, { "--recording", &o.recording },
		{ "--ticker-truth", &o.ticker_truth }, { "--control", &o.control },
	};
	std::map<std::string, uint64_t *> numbers = {
		{ "--fix-port", &o.fix_port }, { "--check-latency", &o.check_latency_s },
		{ "--seed", &o.seed }, { "--rate", &o.rate }, { "--depth", &o.depth },
		{ "--count", &o.count }, { "--linger", &o.linger_s }, { "--mtu", &o.mtu },
		{ "--ttl", &o.ttl }, { "--max-orders", &o.max_orders }, { "--udp-pack", &o.udp_pack },
		{ "--udp-heartbeat", &o.heartbeat_ms }, { "--snapshot-ms", &o.snapshot_ms }, { "--fault-seed", &o.fault_seed },
		{ "--others", &o.others },
	};
	using handler = std::function<bool(const std::string &)>;
	auto either = [&](bool *target, const char *name, const char *no, const char *yes) -> handler {
		return [=, &why](const std::string &v) {
			why = std::string(name) + ": must be " + no + " or " + yes;
			*target = v == yes;
			return v == yes || v == no;
		};
	};
	auto bps = [&](int64_t *target, const char *name) -> handler {
		return [=, &why](const std::string &v) {
			why = std::string(name) + ": must be a decimal from -10000 to 10000";
			return parse_decimal(v, target) && *target >= -10000 * scale &&
			       *target <= 10000 * scale;
		};
	};
	std::map<std::string, handler> special = {
		{ "--market", either(&o.replay, "--market", "seeded", "replay") },
		{ "--start", either(&o.start_now, "--start", "subscribe", "now") },
		{ "--maker-fee-bps", bps(&o.maker_fee_bps, "--maker-fee-bps") },
		{ "--taker-fee-bps", bps(&o.taker_fee_bps, "--taker-fee-bps") },
		{ "--client", [&](const std::string &v) {
			why = "--client: needs an ID";
			o.clients.push_back(v);
			return !v.empty();
		} },
		{ "--drop-copy", [&](const std::string &v) {
			why = "--drop-copy: needs an ID";
			o.drop_copies.push_back(v);
			return !v.empty();
		} },
		{ "--symbols", [&](const std::string &v) {
			return parse_symbols(v, &o.symbols, &why);
		} },
		{ "--udp", [&](const std::string &v) {
			udp_target target;

			if (!parse_udp(v, &target, &why))
				return false;
			o.udp.push_back(target);
			return true;
		} },
		{ "--snapshot-udp", [&](const std::string &v) { return parse_udp(v, &o.snapshot_udp, &why); } },
		{ "--speed", [&](const std::string &v) {
			why = "--speed: must be recorded, max or a factor above 0";
			if (v == "recorded")
				o.speed = scale;
			else if (v == "max")
				o.speed = 0;
			else
				return parse_decimal(v, &o.speed) && o.speed > 0;
			return true;
		} },
		{ "--min-decimals", [&](const std::string &v) {
			why = "--min-decimals: must be 0 to 8";
			o.min_decimals = v.size() == 1 ? v[0] - '0' : -1;
			return o.min_decimals >= 0 && o.min_decimals <= 8;
		} },
	};

	for (int i = 1; i < argc; i++) {
		std::string key = argv[i], value;
		size_t equal = key.find('=');
		bool have_value = equal != std::string::npos;

		if (have_value) {
			value = key.substr(equal + 1);
			key = key.substr(0, equal);
		}
		if (key == "--help") {
			fputs(help_text, stdout);
			return 1;
		}
		if (key == "--version") {
			puts("tg-venue " TG_VERSION);
			return 1;
		}
		if (flags.count(key)) {
			if (have_value)
				return usage(key + " takes no value");
			*flags[key] = true;
			continue;
		}
		if (!strings.count(key) && !numbers.count(key) && !special.count(key))
			return usage("unknown argument '" + key + "'");
		if (!have_value) {
			if (i + 1 >= argc)
				return usage(key + " needs a value");
			value = argv[++i];
		}
		if (strings.count(key)) {
			*strings[key] = value;
		} else if (numbers.count(key)) {
			if (!parse_unsigned(value, numbers[key]))
				return usage(key + ": '" + value + "' must be a whole number");
			o.rate_set = o.rate_set || key == "--rate";
			o.linger = o.linger || key == "--linger";
		} else if (!special[key](value)) {
			return usage(why + " (got '" + value + "')");
		}
	}
	if (!make_dialect(o.dialect_name, o.fix_version, &o.speech, &why))
		return usage(why);
	if (o.min_decimals < 0)
		o.min_decimals = o.speech.name == tongue::sim || o.speech.name == tongue::binance ? 8 : o.speech.name == tongue::kraken ? 1 : 0;
	if (o.clients.empty())
		return usage("--client ID is needed at least once");
	for (const std::string &copy : o.drop_copies)
		for (const std::string &client : o.clients)
			if (copy == client)
				return usage("--drop-copy: " + copy + " is a --client already");
	if (o.others > 1000)
		return usage("--others: must be at most 1000");
	if (o.fix_port > 65535)
		return usage("--fix-port: must be 0 to 65535");
	if (o.mtu < 256 || o.mtu > 65000)
		return usage("--mtu: must be 256 to 65000");
	if (o.udp_pack < 1 || o.udp_pack > 1000)
		return usage("--udp-pack: must be 1 to 1000");
	if (o.heartbeat_ms > 3600000 || o.snapshot_ms < 1 || o.snapshot_ms > 3600000)
		return usage("--udp-heartbeat must be at most 3600000, --snapshot-ms 1 to 3600000");
	if (o.udp_orders && !o.speech.orders)
		return usage("--udp-orders: dialect " + o.dialect_name + " has no order-by-order data");
	if (o.ttl > 255)
		return usage("--ttl: must be 0 to 255");
	if (o.depth < 2 || o.depth > 5000)
		return usage("--depth: must be 2 to 5000");
	if (o.rate > 1000000000)
		return usage("--rate: must be at most 1000000000");
	if (o.linger_s > 1000000)
		return usage("--linger: must be at most 1000000");
	if (o.udp.size() > 8)
		return usage("--udp: at most 8 lines");
	if (o.replay && o.recording.empty())
		return usage("--market replay needs --recording FILE.gz");
	if (!o.replay && !o.recording.empty())
		return usage("--recording needs --market replay");
	if (!o.replay && !o.ticker_truth.empty())
		return usage("--ticker-truth needs --market replay");
	if (o.replay && o.publish_client_orders)
		return usage("--publish-client-orders would break the recording's update ids; "
			     "use --market seeded");
	if (o.replay && o.symbols.size() > 1)
		return usage("--symbols: a recording holds one symbol");
	if (!o.replay && o.symbols.empty())
		parse_symbols("BTCUSDT:0.01:0.00001:60000", &o.symbols, &why);
	return 0;
}

}
