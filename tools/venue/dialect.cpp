// SPDX-License-Identifier: MIT
#include "dialect.hpp"
#include "encode.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace venue {

bool make_dialect(const std::string &name, const std::string &version, dialect *out, std::string *why)
{
	dialect d;

	if (name == "sim") {
		if (version != "" && version != "42" && version != "44" && version != "50") {
			*why = "--fix-version: must be 42, 44 or 50 (got '" + version + "')";
			return false;
		}
		d.version = version.empty() ? 44 : std::stoi(version);
		d.orders = d.mass_status = d.positions = true;
	} else if (name == "binance") {
		d.name = tongue::binance;
		d.tifs = "134";
		d.account = d.time = d.cancel_side = d.replace = d.status = d.resend = d.snapshot_only = false;
		d.length_digits = 7;
		d.aggregated = true;
	} else if (name == "kraken") {
		d.name = tongue::kraken;
		d.tifs = "134";
		d.post_only = "P";
		d.account = false;
		d.reject_as_j = true;
		d.aggregated = true;
		d.update_ids = false;
		d.entry_ids = d.orders = true;
		d.depths = { 0, 1, 10, 25, 100, 500, 1000 };
	} else if (name == "coinbase") {
		d.name = tongue::coinbase;
		d.version = 50;
		d.tifs = "134";
		d.post_only = "A";
		d.account = false;
		d.orders = true;
		d.update_ids = d.snapshot_only = false;
	} else if (name == "deribit") {
		d.name = tongue::deribit;
		d.tifs = "134";
		d.post_only = "6A";
		d.account = d.time = d.cancel_side = d.status = d.resend = false;
		d.mass_status = d.swapped = true;
		d.update_ids = false;
		d.symbol_above = true;
		d.depths = { 0 };
	} else {
		*why = "--dialect: must be sim, binance, kraken, coinbase or deribit (got '" + name + "')";
		return false;
	}
	if (name != "sim" && !version.empty()) {
		*why = "--fix-version: only dialect sim has more than one";
		return false;
	}
	d.begin = d.version == 42 ? "FIX.4.2" : d.version == 50 ? "FIXT.1.1" : "FIX.4.4";
	*out = d;
	return true;
}

bool credentials::load(const std::string &path, std::string *why)
{
	std::ifstream in(path);
	std::string line;
	int number = 0;

	if (!in) {
		*why = "--credentials " + path + ": cannot be read";
		return false;
	}
	while (std::getline(in, line)) {
		std::istringstream words(line);
		std::string key, text, more;

		number++;
		if (line.empty() || line[0] == '#')
			continue;
		if (!(words >> key >> text) || words >> more ||
		    (key != "username" && key != "secret" && key != "passphrase" && key != "public_key")) {
			*why = "--credentials " + path + ":" + std::to_string(number) +
			       ": KEY VALUE expected, KEY one of username, secret, passphrase, public_key";
			return false;
		}
		value[key] = text;
	}
	given = true;
	return true;
}

static std::string base64(const std::string &bytes)
{
	std::string out(4 * ((bytes.size() + 2) / 3) + 1, 0);
	int n = EVP_EncodeBlock(reinterpret_cast<unsigned char *>(&out[0]), reinterpret_cast<const unsigned char *>(bytes.data()),
				static_cast<int>(bytes.size()));

	out.resize(static_cast<size_t>(n));
	return out;
}

static std::string unbase64(const std::string &text)
{
	std::string out(3 * (text.size() / 4) + 1, 0);
	size_t pad = 0;
	int n = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(&out[0]), reinterpret_cast<const unsigned char *>(text.data()),
				static_cast<int>(text.size()));

	while (pad < 2 && pad < text.size() && text[text.size() - 1 - pad] == '=')
		pad++;
	out.resize(n < 0 ? 0 : static_cast<size_t>(n) - pad);
	return out;
}

static std::string sha256(const std::string &bytes)
{
	unsigned char out[SHA256_DIGEST_LENGTH];

	SHA256(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(), out);
	return std::string(reinterpret_cast<char *>(out), sizeof(out));
}

static std::string hmac(const EVP_MD *md, const std::string &key, const std::string &bytes)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	HMAC(md, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(), out, &n);
	return std::string(reinterpret_cast<char *>(out), n);
}

static bool ed25519_ok(const std::string &key, const std::string &bytes, const std::string &signature)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char *>(key.data()), key.size());
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = pkey && EVP_DigestVerifyInit(ctx, nullptr, nullptr, nullptr, pkey) == 1 &&
		  EVP_DigestVerify(ctx, reinterpret_cast<const unsigned char *>(signature.data()), signature.size(),
				   reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size()) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ok;
}

static std::string get(const FIX::FieldMap &m, int tag)
{
	return m.isSetField(tag) ? m.getField(tag) : std::string();
}

static std::string joined(const std::vector<std::string> &values)
{
	std::string out;

	for (size_t i = 0; i < values.size(); i++)
		out += (i ? std::string(1, SOH) : std::string()) + values[i];
	return out;
}

// Whether the signature is that of the known secret over the bytes that the venue's page names.
static bool signature_ok(const dialect &d, const credentials &c, const FIX::Message &m)
{
	const FIX::Header &h = m.getHeader();
	auto secret = [&](const char *key) { return c.value.count(key) ? c.value.at(key) : std::string(); };
	std::string seq = get(h, 34), sender = get(h, 49), target = get(h, 56), time = get(h, 52), bytes;

	if (get(m, 553) != secret("username"))
		return false;
	switch (d.name) {
	case tongue::binance:
		return ed25519_ok(unbase64(secret("public_key")), joined({ "A", sender, target, seq, time }), unbase64(get(m, 96)));
	case tongue::kraken:
		for (const std::string field : { "35=A", "34=", "49=", "56=", "553=" }) {
			bytes += field;
			bytes += field == "34=" ? seq : field == "49=" ? sender : field == "56=" ? target : field == "553=" ? get(m, 553) : "";
			bytes += SOH;
		}
		return base64(hmac(EVP_sha512(), unbase64(secret("secret")), sha256(bytes + get(m, 5025)))) == get(m, 554);
	case tongue::coinbase:
		return get(m, 554) == secret("passphrase") &&
		       base64(hmac(EVP_sha256(), unbase64(secret("secret")), joined({ time, "A", seq, sender, target, secret("passphrase") }))) == get(m, 96);
	case tongue::deribit:
		return base64(sha256(get(m, 96) + secret("secret"))) == get(m, 554);
	default:
		return true;
	}
}

std::string logon_fault(const dialect &d, const credentials &c, const FIX::Message &m)
{
	std::vector<int> needed;
	std::string time = get(m.getHeader(), 52);
	bool market_data = false;

	switch (d.name) {
	case tongue::sim:
		return "";
	case tongue::binance:
		needed = { 95, 96, 553, 25035 };
		break;
	case tongue::kraken:
		// A market-data session has no credentials (and no other session may be without).
		market_data = !m.isSetField(553);
		if (!market_data)
			needed = { 553, 554, 5025 };
		break;
	case tongue::coinbase:
		needed = { 95, 96, 553, 554, 1137 };
		break;
	case tongue::deribit:
		needed = { 96, 553, 554 };
		break;
	}
	for (int tag : needed)
		if (get(m, tag).empty())
			return "tag " + std::to_string(tag) + " is required";
	if (m.isSetField(95) && get(m, 95) != std::to_string(get(m, 96).size()))
		return "tag 95 is not the length of 96";
	if (d.name == tongue::binance && get(m, 141) != "Y")
		return "141 must be Y";
	if (d.name == tongue::binance && get(m, 25035) != "1" && get(m, 25035) != "2")
		return "25035 must be 1 or 2";
	if (d.name == tongue::binance && (atoi(get(m, 108).c_str()) < 5 || atoi(get(m, 108).c_str()) > 60))
		return "108 must be 5 to 60";
	if (d.name == tongue::coinbase && atoi(get(m, 108).c_str()) > 30)
		return "108 must be at most 30";
	if (d.name == tongue::coinbase && (time.size() != 21 || time[17] != '.'))
		return "52 must have three decimals";
	if (c.given && !market_data && !signature_ok(d, c, m))
		return "invalid signature";
	return "";
}

bool cancels_on_disconnect(const dialect &d, const FIX::Message &m)
{
	switch (d.name) {
	case tongue::kraken: return m.isSetField(553) && get(m, 8674) != "1";	// unsaid: cancel
	case tongue::coinbase: return get(m, 8013) == "S" || get(m, 8013) == "Y";
	case tongue::deribit: return get(m, 9001) == "Y";
	default: return false;
	}
}

static bool uuid4(const std::string &id)
{
	if (id.size() != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? id[i] != '-' : !((id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f')))
			return false;
	}
	return id[14] == '4' && std::string("89ab").find(id[19]) != std::string::npos;
}

bool cl_ord_id_ok(const dialect &d, const std::string &id)
{
	std::string allowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

	switch (d.name) {
	case tongue::binance:
		return !id.empty() && id.size() <= 36 && id.find_first_not_of(allowed) == std::string::npos;
	case tongue::kraken:
		return uuid4(id) || (!id.empty() && id.size() <= 18 && id.find_first_not_of("0123456789") == std::string::npos);
	case tongue::coinbase:
		return uuid4(id);
	case tongue::deribit:
		return !id.empty() && id.size() <= 64;
	default:
		return true;
	}
}

std::string padded(const dialect &d, const std::string &message)
{
	size_t at = message.find("\0019=") + 3, end = message.find(SOH, at), trailer = message.rfind("\00110=");
	unsigned int sum = 0;
	std::string out;
	char text[16];

	if (!d.length_digits || at < 3 || end == std::string::npos || trailer == std::string::npos)
		return message;
	snprintf(text, sizeof(text), "%0*lu", d.length_digits, std::stoul(message.substr(at, end - at)));
	out = message.substr(0, at) + text + message.substr(end, trailer + 1 - end);
	for (char c : out)
		sum += static_cast<unsigned char>(c);
	snprintf(text, sizeof(text), "10=%03u%c", sum & 255U, SOH);
	return out + text;
}

}
