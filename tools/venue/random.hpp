// SPDX-License-Identifier: MIT
// What happens at random happens by a seed.
#pragma once
#include <cstdint>

namespace venue {

// splitmix64: one word of state, the same numbers on every machine.
class generator {
public:
	explicit generator(uint64_t seed) : state_(seed) {}
	uint64_t next()
	{
		uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		return z ^ (z >> 31);
	}
	uint64_t below(uint64_t n) { return next() % n; }
	// So many times of a million. Without a chance no number is used up.
	bool chance(uint64_t ppm) { return ppm && below(1000000) < ppm; }

private:
	uint64_t state_;
};

}
