// SPDX-License-Identifier: MIT
// The command line, checked whole before anything is opened.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dialect.hpp"

namespace venue {

struct instrument {
	std::string symbol;
	int64_t tick_px = 0;
	int64_t lot_qty = 0;
	int64_t start_px = 0;
	int px_decimals = 0, qty_decimals = 0;	// of tick and lot, or the recording's
};

struct udp_target {
	std::string host;
	std::string port;
	std::string interface;	// local IPv4 address or interface name; may be empty
};

struct options {
	std::string bind = "127.0.0.1";
	uint64_t fix_port = 0;
	std::string comp_id = "VENUE";
	std::vector<std::string> clients, drop_copies;
	std::string store;
	std::string log;
	bool reset_on_logon = false;
	bool reset_on_logout = false;
	bool reset_on_disconnect = false;
	bool cancel_on_disconnect = false;
	uint64_t check_latency_s = 0;
	std::string dialect_name = "sim", fix_version, credentials_file;
	dialect speech;
	credentials secrets;

	bool replay = false;
	uint64_t seed = 1;
	std::vector<instrument> symbols;
	uint64_t rate = 100;
	bool rate_set = false;
	uint64_t depth = 20;
	std::string recording;
	int64_t speed = 100000000;	// factor scaled by 1e8; 0 = as fast as possible
	bool start_now = false;
	uint64_t count = 0;
	uint64_t linger_s = 0;
	bool linger = false;
	std::string ticker_truth;

	std::vector<udp_target> udp;
	uint64_t mtu = 1400;
	uint64_t ttl = 1;
	uint64_t udp_pack = 1;
	bool udp_orders = false;
	uint64_t heartbeat_ms = 0;
	udp_target snapshot_udp;
	uint64_t snapshot_ms = 1000;
	uint64_t fault_seed = 1;
	int min_decimals = -1;		// -1: 8 where the dialect pads, else none

	int64_t maker_fee_bps = 0;		// scaled by 1e8
	int64_t taker_fee_bps = 100000000;	// scaled by 1e8
	uint64_t max_orders = 1000000;
	bool publish_client_orders = false;
	bool pending_acks = false;
	uint64_t others = 0;

	std::string control;
	bool control_stdin = false;
};

// 0: run; 1: printed help or version, exit 0; 2: usage error, told on stderr.
int parse_options(int argc, char **argv, options *out);

}
