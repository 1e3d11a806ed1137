/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints at the host's boundaries; a no-op each while off. Format of each:
 * /sys/kernel/tracing/events/tickgate/NAME/format.
 *
 *	record		every input record, after its step
 *	packet		every datagram handed over by XDP: stepped inline, queued, or refused
 *	order_sent	every FIX message given to a venue's socket
 *	reject		every record with a verdict other than OK
 *	kill		trading halted or resumed
 *	tcp_state	a venue's transport came or went
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tickgate

#if !defined(TGK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TGK_TRACE_H

#include <linux/tracepoint.h>
#include <tickgate/tickgate.h>

TRACE_EVENT(record,
	TP_PROTO(const struct tg_record *rec, u16 reason, u32 outbox_len),
	TP_ARGS(rec, reason, outbox_len),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u64, time_ns)
		__field(u64, digest)
		__field(u32, len)
		__field(u32, outbox_len)
		__field(u16, type)
		__field(u16, source)
		__field(u16, reason)
	),
	TP_fast_assign(
		__entry->seq = rec->seq;
		__entry->time_ns = rec->time_ns;
		__entry->digest = rec->digest;
		__entry->len = rec->len;
		__entry->outbox_len = outbox_len;
		__entry->type = rec->type;
		__entry->source = rec->source;
		__entry->reason = reason;
	),
	TP_printk("seq=%llu type=%u source=%u len=%u time_ns=%llu reason=%u outbox=%u digest=%016llx",
		  __entry->seq, __entry->type, __entry->source, __entry->len, __entry->time_ns,
		  __entry->reason, __entry->outbox_len, __entry->digest)
);

TRACE_EVENT(packet,
	TP_PROTO(u16 feed_id, u32 len, bool polled, int result),
	TP_ARGS(feed_id, len, polled, result),
	TP_STRUCT__entry(
		__field(u32, len)
		__field(int, result)
		__field(u16, feed_id)
		__field(bool, polled)
	),
	TP_fast_assign(
		__entry->len = len;
		__entry->result = result;
		__entry->feed_id = feed_id;
		__entry->polled = polled;
	),
	TP_printk("feed=%u len=%u path=%s result=%d", __entry->feed_id, __entry->len,
		  __entry->polled ? "inline" : "queue", __entry->result)
);

TRACE_EVENT(order_sent,
	TP_PROTO(u16 venue_id, u32 len, int result, u64 cause_time_ns),
	TP_ARGS(venue_id, len, result, cause_time_ns),
	TP_STRUCT__entry(
		__field(u64, cause_time_ns)
		__field(u32, len)
		__field(int, result)
		__field(u16, venue_id)
	),
	TP_fast_assign(
		__entry->cause_time_ns = cause_time_ns;
		__entry->len = len;
		__entry->result = result;
		__entry->venue_id = venue_id;
	),
	TP_printk("venue=%u len=%u result=%d cause_time_ns=%llu", __entry->venue_id, __entry->len,
		  __entry->result, __entry->cause_time_ns)
);

TRACE_EVENT(reject,
	TP_PROTO(u16 type, u16 source, u16 reason),
	TP_ARGS(type, source, reason),
	TP_STRUCT__entry(
		__field(u16, type)
		__field(u16, source)
		__field(u16, reason)
	),
	TP_fast_assign(
		__entry->type = type;
		__entry->source = source;
		__entry->reason = reason;
	),
	TP_printk("type=%u source=%u reason=%u", __entry->type, __entry->source, __entry->reason)
);

TRACE_EVENT(kill,
	TP_PROTO(bool on, u16 scope, u32 id, u16 cause),
	TP_ARGS(on, scope, id, cause),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u16, scope)
		__field(u16, cause)
		__field(bool, on)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->scope = scope;
		__entry->cause = cause;
		__entry->on = on;
	),
	TP_printk("%s scope=%u id=%u cause=%u", __entry->on ? "halt" : "resume", __entry->scope,
		  __entry->id, __entry->cause)
);

TRACE_EVENT(tcp_state,
	TP_PROTO(u16 venue_id, bool up, int error),
	TP_ARGS(venue_id, up, error),
	TP_STRUCT__entry(
		__field(int, error)
		__field(u16, venue_id)
		__field(bool, up)
	),
	TP_fast_assign(
		__entry->error = error;
		__entry->venue_id = venue_id;
		__entry->up = up;
	),
	TP_printk("venue=%u %s error=%d", __entry->venue_id, __entry->up ? "up" : "down",
		  __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
