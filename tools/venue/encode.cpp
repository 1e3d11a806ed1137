// SPDX-License-Identifier: MIT
#include "encode.hpp"
#include "decimal.hpp"

#include <cstdio>
#include <ctime>

namespace venue {

void append_field(std::string &out, int tag, const std::string &value)
{
	out += std::to_string(tag);
	out += '=';
	out += value;
	out += SOH;
}

std::string utc_timestamp(bool nanos)
{
	struct timespec ts;
	struct tm tm;
	char day[32], text[64];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y%m%d-%H:%M:%S", &tm);
	if (nanos)
		snprintf(text, sizeof(text), "%s.%09ld", day, ts.tv_nsec);
	else
		snprintf(text, sizeof(text), "%s.%03ld", day, ts.tv_nsec / 1000000);
	return text;
}

std::string frame(const std::string &msg_type, const std::string &sender,
		  const std::string &target, uint64_t seq, const std::string &sending_time,
		  const std::string &body)
{
	std::string counted, out;
	unsigned int sum = 0;
	char trailer[16];

	counted.reserve(body.size() + 96);
	append_field(counted, 35, msg_type);
	append_field(counted, 49, sender);
	append_field(counted, 56, target);
	append_field(counted, 34, std::to_string(seq));
	append_field(counted, 52, sending_time);
	counted += body;

	out.reserve(counted.size() + 32);
	append_field(out, 8, "FIX.4.4");
	append_field(out, 9, std::to_string(counted.size()));
	out += counted;
	for (char c : out)
		sum += static_cast<unsigned char>(c);
	snprintf(trailer, sizeof(trailer), "10=%03u%c", sum & 255U, SOH);
	out += trailer;
	return out;
}

std::string encode_entry(const md_entry &entry, const std::string *symbol, uint64_t first_id,
			 uint64_t last_id, int min_decimals)
{
	std::string out;

	out += "279=";
	out += entry.action;
	out += SOH;
	out += entry.side == MD_BID ? "269=0" : "269=1";
	out += SOH;
	if (symbol)
		append_field(out, 55, *symbol);
	out += "270=";
	append_decimal(out, entry.px, min_decimals);
	out += SOH;
	if (entry.action != '2') {
		out += "271=";
		append_decimal(out, entry.qty, min_decimals);
		out += SOH;
	}
	if (symbol) {
		append_field(out, 25043, std::to_string(first_id));
		append_field(out, 25044, std::to_string(last_id));
	}
	return out;
}

std::string encode_trade(const std::string &symbol, int64_t px, int64_t qty, int min_decimals)
{
	std::string out;

	append_field(out, 268, "1");
	append_field(out, 279, "0");
	append_field(out, 269, "2");
	append_field(out, 55, symbol);
	append_field(out, 270, format_decimal(px, min_decimals));
	append_field(out, 271, format_decimal(qty, min_decimals));
	return out;
}

}
