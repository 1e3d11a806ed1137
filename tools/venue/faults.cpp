// SPDX-License-Identifier: MIT
#include "faults.hpp"
#include "decimal.hpp"

#include <cerrno>

namespace venue {

int faults::arm_udp(const std::string &what, const std::string &count, const std::string &line,
		    unsigned int lines, bool ppm, std::string *text)
{
	uint64_t n;
	unsigned int from = 0, to = lines;
	uint64_t *counters;

	if (lines == 0) {
		*text = "no UDP line: start with --udp HOST:PORT";
		return -ENODEV;
	}
	if (!parse_unsigned(count, &n) || (ppm && n > 1000000)) {
		*text = ppm ? "PPM must be 0 to 1000000" : "N must be a whole number";
		return -EINVAL;
	}
	if (what == "drop")
		counters = ppm ? drop_ppm : drop_udp;
	else if (what == "dup")
		counters = ppm ? dup_ppm : dup_udp;
	else if (what == "reorder")
		counters = ppm ? reorder_ppm : reorder_udp;
	else {
		*text = "expected drop, dup or reorder";
		return -EINVAL;
	}
	if (line == "S") {
		counters[snapshot_line] = n;
		return 0;
	}
	if (!line.empty()) {
		if (line.size() != 1 || line[0] < 'A' || line[0] >= static_cast<char>('A' + lines)) {
			*text = "unknown line '" + line + "': lines are A to " +
				std::string(1, static_cast<char>('A' + lines - 1));
			return -EINVAL;
		}
		from = static_cast<unsigned int>(line[0] - 'A');
		to = from + 1;
	}
	for (unsigned int i = from; i < to; i++)
		counters[i] = n;
	return 0;
}

static const char *const kinds[CHANCE_KINDS] = {
	"reject", "partial", "race", "refuse-cancel", "refuse-replace", "unsolicited", "bust", "correct", "late", "repeat", "lose-copy",
};

bool faults::arm_chance(const std::string &kind, const std::string &ppm, std::string *text)
{
	bool known = kind == "all";
	uint64_t n;

	if (!parse_unsigned(ppm, &n) || n > 1000000) {
		*text = "PPM must be 0 to 1000000";
		return false;
	}
	for (unsigned int i = 0; i < CHANCE_KINDS; i++) {
		if (kind != "all" && kind != kinds[i])
			continue;
		chances_ppm[i] = n;
		known = true;
	}
	if (known)
		return true;
	*text = "unknown kind '" + kind + "'; one of all";
	for (const char *name : kinds)
		*text += std::string(", ") + name;
	return false;
}

bool faults::take(uint64_t *counter)
{
	if (*counter == 0)
		return false;
	(*counter)--;
	return true;
}

static std::string list(const uint64_t *values)
{
	std::string out = "[";

	for (unsigned int i = 0; i < faults::all_lines; i++) {
		if (i)
			out += ",";
		out += std::to_string(values[i]);
	}
	return out + "]";
}

std::string faults::json() const
{
	static const char *const names[] = { "off", "on", "work" };

	std::string chances;

	for (unsigned int i = 0; i < CHANCE_KINDS; i++)
		chances += std::string(i ? "," : "") + "\"" + kinds[i] + "\":" + std::to_string(chances_ppm[i]);
	return "{\"drop_udp\":" + list(drop_udp) + ",\"dup_udp\":" + list(dup_udp) +
	       ",\"reorder_udp\":" + list(reorder_udp) + ",\"drop_ppm\":" + list(drop_ppm) + ",\"dup_ppm\":" + list(dup_ppm) +
	       ",\"reorder_ppm\":" + list(reorder_ppm) + ",\"bad_checksums\":" + std::to_string(bad_checksums) +
	       ",\"delay_tcp_ns\":" + std::to_string(delay_tcp_ns) +
	       ",\"reject_orders\":" + std::to_string(reject_orders) +
	       ",\"silent\":\"" + names[silent] + "\",\"cut_next_message\":" +
	       (cut_next_message ? "true" : "false") + ",\"refuse_cancels\":" + std::to_string(refuse_cancels) +
	       ",\"refuse_replaces\":" + std::to_string(refuse_replaces) + ",\"races\":" + std::to_string(races) +
	       ",\"late_reports\":" + std::to_string(late_reports) + ",\"repeat_reports\":" + std::to_string(repeat_reports) +
	       ",\"lose_copies\":" + std::to_string(lose_copies) + ",\"chances_ppm\":{" + chances + "}}";
}

}
