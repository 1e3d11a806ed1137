// SPDX-License-Identifier: MIT
#include "checksum.hpp"

#include <algorithm>
#include <zlib.h>

namespace venue {

static const size_t checksum_levels = 10;

bool checksum_digits(int64_t value, int decimals, std::string *out)
{
	bool exact = true;

	for (int d = decimals; d < 8; d++) {
		exact = exact && value % 10 == 0;
		value /= 10;
	}
	*out = value ? std::to_string(value) : "";
	if (value)
		out->append(static_cast<size_t>(std::max(0, decimals - 8)), '0');
	return exact;
}

uint32_t book_checksum(const std::vector<md_level> &bids, const std::vector<md_level> &offers, int px_decimals, int qty_decimals)
{
	std::string text, digits;

	for (const std::vector<md_level> *side : { &offers, &bids }) {
		for (size_t i = 0; i < side->size() && i < checksum_levels; i++) {
			checksum_digits((*side)[i].px, px_decimals, &digits);
			text += digits;
			checksum_digits((*side)[i].qty, qty_decimals, &digits);
			text += digits;
		}
	}
	return static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef *>(text.data()), static_cast<uInt>(text.size())));
}

}
