// SPDX-License-Identifier: MIT
// How the venue speaks: one of the gateway's dialects in a FIX version, as rules and as data. Written from the venues' published pages and from nothing of the gateway.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <quickfix/Message.h>

namespace venue {

enum class tongue { sim, binance, kraken, coinbase, deribit };

struct dialect {
	tongue name = tongue::sim;
	int version = 44;		// 42, 44, 50
	std::string begin = "FIX.4.4";

	// orders
	std::string tifs = "0134";
	std::string post_only = "6";	// the whole of tag 18
	bool account = true;		// tag 1 is taken
	bool time = true;		// tag 60 is required
	bool cancel_side = true;	// tag 54 is required in F and H
	bool replace = true;		// 35=G
	bool status = true;		// 35=H
	bool mass_status = false;	// 35=AF
	bool positions = false;		// 35=AN
	bool swapped = false;		// 11 and 41 of reports
	bool reject_as_j = false;
	bool resend = true;
	int length_digits = 0;		// of BodyLength

	// market data
	bool orders = false;		// order by order can be asked for
	bool update_ids = true;
	bool aggregated = false;	// 266=Y is required
	bool snapshot_only = true;	// 263=0 is taken
	bool entry_ids = false;		// 278 is side and price
	bool symbol_above = false;	// X: 55 stands before the group
	std::vector<uint64_t> depths;	// 264; empty = any
};

// Known name and version, or false with what would be right.
bool make_dialect(const std::string &name, const std::string &version, dialect *out, std::string *why);

// Secrets to check a Logon with; without them only its form is checked. Lines of a file: KEY VALUE, the keys username, secret (as the venue gives it),
// passphrase and public_key (Ed25519, base64 of the 32 bytes).
struct credentials {
	bool given = false;
	std::map<std::string, std::string> value;
	bool load(const std::string &path, std::string *why);
};

// "" = the Logon is as the dialect wants it; else why not.
std::string logon_fault(const dialect &d, const credentials &c, const FIX::Message &m);
// The Logon asks that its orders are cancelled when the session ends.
bool cancels_on_disconnect(const dialect &d, const FIX::Message &m);
// A client-order-id that the venue takes.
bool cl_ord_id_ok(const dialect &d, const std::string &id);
// BodyLength padded with zeros to the dialect's digits, and the checksum made right again.
std::string padded(const dialect &d, const std::string &message);

}
