// SPDX-License-Identifier: MIT
#include "decimal.hpp"

namespace venue {

bool parse_unsigned(const std::string &text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.empty())
		return false;
	for (char c : text) {
		if (c < '0' || c > '9')
			return false;
		uint64_t digit = static_cast<uint64_t>(c - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool parse_decimal(const std::string &text, int64_t *out)
{
	size_t i = 0;
	bool negative = false, digits = false, point = false;
	int decimals = 0;
	__int128 value = 0;

	if (i < text.size() && text[i] == '-') {
		negative = true;
		i++;
	}
	for (; i < text.size(); i++) {
		char c = text[i];

		if (c == '.') {
			if (point)
				return false;
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		digits = true;
		if (point) {
			// Decimals beyond the eighth are lost money unless they are zero.
			if (decimals == 8) {
				if (c != '0')
					return false;
				continue;
			}
			decimals++;
		}
		value = value * 10 + (c - '0');
		if (value > INT64_MAX)
			return false;
	}
	if (!digits)
		return false;
	for (; decimals < 8; decimals++) {
		value *= 10;
		if (value > INT64_MAX)
			return false;
	}
	*out = static_cast<int64_t>(negative ? -value : value);
	return true;
}

void append_decimal(std::string &out, int64_t value, int min_decimals)
{
	uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
	uint64_t whole = magnitude / scale, fraction = magnitude % scale;
	char digits[9];
	int used = 8;

	if (value < 0)
		out += '-';
	out += std::to_string(whole);
	for (int i = 7; i >= 0; i--) {
		digits[i] = static_cast<char>('0' + fraction % 10);
		fraction /= 10;
	}
	while (used > min_decimals && digits[used - 1] == '0')
		used--;
	if (used > 0) {
		out += '.';
		out.append(digits, static_cast<size_t>(used));
	}
}

std::string format_decimal(int64_t value, int min_decimals)
{
	std::string out;

	append_decimal(out, value, min_decimals);
	return out;
}

int64_t notional(int64_t px, int64_t qty)
{
	__int128 value = static_cast<__int128>(px) * qty / scale;

	if (value > INT64_MAX)
		return INT64_MAX;
	if (value < -static_cast<__int128>(INT64_MAX))
		return -INT64_MAX;
	return static_cast<int64_t>(value);
}

}
