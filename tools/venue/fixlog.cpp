// SPDX-License-Identifier: MIT
#include "fixlog.hpp"
#include "encode.hpp"

#include <cerrno>

namespace venue {

fix_log::~fix_log()
{
	if (file_)
		fclose(file_);
}

int fix_log::open(const std::string &path)
{
	if (path.empty())
		return 0;
	file_ = fopen(path.c_str(), "we");
	if (!file_)
		return -errno;
	// A line at a time, so that a test may read the log while the venue runs.
	setvbuf(file_, nullptr, _IOLBF, 1 << 16);
	return 0;
}

void fix_log::write(const char *direction, const std::string &who, const std::string &text)
{
	if (!file_)
		return;
	fprintf(file_, "%s %s %s ", utc_timestamp(true).c_str(), direction, who.c_str());
	fwrite(text.data(), 1, text.size(), file_);
	fputc('\n', file_);
}

class session_log : public FIX::Log {
public:
	session_log(fix_log &log, const std::string &who) : log_(log), who_(who) {}
	void clear() override {}
	void backup() override {}
	void onIncoming(const std::string &text) override { log_.write("in", who_, text); }
	void onOutgoing(const std::string &text) override { log_.write("out", who_, text); }
	void onEvent(const std::string &text) override { log_.write("evt", who_, text); }

private:
	fix_log &log_;
	std::string who_;
};

FIX::Log *fix_log_factory::create()
{
	return new session_log(log_, "-");
}

FIX::Log *fix_log_factory::create(const FIX::SessionID &id)
{
	return new session_log(log_, id.getTargetCompID().getValue());
}

void fix_log_factory::destroy(FIX::Log *log)
{
	delete log;
}

}
