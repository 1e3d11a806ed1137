// SPDX-License-Identifier: MIT
#include "feed.hpp"
#include "transport.hpp"

namespace venue {

// Datagrams sent on one line before the next has its turn: lines of an exchange are not far apart.
static const size_t turn = 32;

int feed::open(std::string *why)
{
	for (const udp_target &target : opt_.udp) {
		lines_.emplace_back(target, lines(), opt_.fault_seed * 1000);
		int err = lines_.back().open(opt_.ttl, why);

		if (err)
			return err;
	}
	if (!opt_.snapshot_udp.host.empty()) {
		channel_.reset(new udp_line(opt_.snapshot_udp, faults::snapshot_line, opt_.fault_seed * 1000));
		return channel_->open(opt_.ttl, why);
	}
	return 0;
}

// Bytes that a body may have: the largest frame has 7 digits of length and 20 of sequence.
size_t feed::room() const
{
	size_t around = frame("X", opt_.comp_id, "MD", UINT64_MAX, utc_timestamp(), "").size() + 8;

	return opt_.mtu > around + 64 ? opt_.mtu - around : 64;
}

void feed::emit()
{
	if (packed_.empty())
		return;
	if (holding_) {
		held_.push_back(packed_);
	} else {
		for (udp_line &l : lines_) {
			l.put(packed_, &faults_);
			l.flush();
		}
	}
	packed_.clear();
	in_packed_ = 0;
}

void feed::release()
{
	emit();
	holding_ = false;
	for (size_t i = 0; i < held_.size(); i += turn) {
		for (udp_line &l : lines_) {
			for (size_t n = i; n < held_.size() && n < i + turn; n++)
				l.put(held_[n], &faults_);
			l.flush();
		}
	}
	held_.clear();
}

void feed::send_message(const std::string &type, const std::string &body)
{
	std::string message = padded(opt_.speech, frame(type, opt_.comp_id, "MD", seq_++, utc_timestamp(), body));

	log_.write("udp", "MD", message);
	if (!packed_.empty() && packed_.size() + message.size() > opt_.mtu)
		emit();
	packed_ += message;
	last_sent_ns_ = monotonic_ns();
	if (++in_packed_ >= opt_.udp_pack)
		emit();
}

void feed::publish(const md_change &c)
{
	if (lines_.empty())
		return;
	for (const std::string &body : desk_.feed_changes(c, room()))
		send_message("X", body);
}

void feed::publish_status(const std::string &symbol)
{
	std::string type, body = desk_.status_body(symbol, &type);

	if (!lines_.empty() && !type.empty())
		send_message(type, body);
}

// One symbol a time, so that the channel is a stream and not a burst once a round.
void feed::send_snapshots()
{
	const std::string &symbol = desk_.instruments()[next_symbol_++ % desk_.instruments().size()].symbol;
	md_stream to;
	std::string type, status = desk_.status_body(symbol, &type);
	std::vector<std::pair<std::string, std::string>> messages;

	to.by_order = desk_.feed_by_order();
	to.room = room();
	for (const std::string &body : desk_.snapshot(symbol, to))
		messages.emplace_back("W", body);
	if (!type.empty())
		messages.emplace_back(type, status);
	for (const auto &m : messages) {
		std::string message = padded(opt_.speech, frame(m.first, opt_.comp_id, "MD", channel_seq_++, utc_timestamp(), m.second));

		log_.write("udp", "MDS", message);
		channel_->put(message, &faults_);
	}
	channel_->flush();
}

void feed::run(uint64_t now_ns)
{
	if (opt_.heartbeat_ms && !lines_.empty() && !holding_ && now_ns >= last_sent_ns_ + opt_.heartbeat_ms * 1000000)
		send_message("0", "");
	if (channel_ && now_ns >= next_snapshot_ns_) {
		// What the snapshot holds went out before it.
		emit();
		send_snapshots();
		next_snapshot_ns_ = now_ns + opt_.snapshot_ms * 1000000 / desk_.instruments().size();
	}
	if (!holding_)
		emit();
}

uint64_t feed::next_due_ns() const
{
	uint64_t due = UINT64_MAX;

	if (opt_.heartbeat_ms && !lines_.empty())
		due = last_sent_ns_ + opt_.heartbeat_ms * 1000000;
	if (channel_ && next_snapshot_ns_ < due)
		due = next_snapshot_ns_;
	return due;
}

uint64_t feed::datagrams() const
{
	uint64_t n = 0;

	for (const udp_line &l : lines_)
		n += l.sent();
	return n;
}

uint64_t feed::errors() const
{
	uint64_t n = 0;

	for (const udp_line &l : lines_)
		n += l.errors();
	return n;
}

std::string feed::lines_json() const
{
	std::string out = "[";

	for (const udp_line &l : lines_)
		out += (out.size() > 1 ? "," : "") + l.json();
	out += "],\"snapshot_channel\":";
	return out + (channel_ ? channel_->json() : "null");
}

}
