// SPDX-License-Identifier: MIT
// Prices and quantities as signed 64-bit integers scaled by 1e8. No floating point comes near them.
#pragma once
#include <cstdint>
#include <string>

namespace venue {

constexpr int64_t scale = 100000000;

// Reads "[-]digits[.digits]" with at most 8 decimals; false when it is anything else or too large.
bool parse_decimal(const std::string &text, int64_t *out);

// Writes at least min_decimals (0..8) decimals; further ones only when they are not zero.
void append_decimal(std::string &out, int64_t value, int min_decimals);
std::string format_decimal(int64_t value, int min_decimals);

bool parse_unsigned(const std::string &text, uint64_t *out);

// px * qty with both scaled, the result scaled; rounds towards zero, clamps at the 64-bit limits.
int64_t notional(int64_t px, int64_t qty);

}
