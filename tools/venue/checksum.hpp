// SPDX-License-Identifier: MIT
// Kraken's book checksum (tag 5041): CRC32 over the ten best offers, then the ten best bids, each as its price and its quantity written with the instrument's
// decimals, without the point and without zeros in front (docs.kraken.com, FIX guide "Checksums").
#pragma once
#include "encode.hpp"

namespace venue {

// Digits of a value that is scaled by 1e8, as the checksum takes them. false: the value has more decimals than that.
bool checksum_digits(int64_t value, int decimals, std::string *out);
uint32_t book_checksum(const std::vector<md_level> &bids, const std::vector<md_level> &offers, int px_decimals, int qty_decimals);

}
