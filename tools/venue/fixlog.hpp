// SPDX-License-Identifier: MIT
// One log file for everything: "<UTC, ns> <in|out|udp|evt> <session> <bytes>\n", SOH kept.
#pragma once
#include <cstdio>
#include <string>

#include <quickfix/Log.h>

namespace venue {

class fix_log {
public:
	~fix_log();
	// 0 or -errno. An empty path means no log.
	int open(const std::string &path);
	void write(const char *direction, const std::string &who, const std::string &text);

private:
	FILE *file_ = nullptr;
};

class fix_log_factory : public FIX::LogFactory {
public:
	explicit fix_log_factory(fix_log &log) : log_(log) {}
	FIX::Log *create() override;
	FIX::Log *create(const FIX::SessionID &id) override;
	void destroy(FIX::Log *log) override;

private:
	fix_log &log_;
};

}
