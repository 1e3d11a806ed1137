/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Counters. One list: enum, text name (debugfs, netlink, tgctl, metrics) and help. CORE counters live in the engine's arena and
 * replay with the journal; HOST counters belong to the kernel host. Per-reason reject counters follow reasons.h and are separate.
 * TG_CORE_COUNTERS(X), TG_HOST_COUNTERS(X): X(NAME, text, help). Append only.
 */
#ifndef _UAPI_TICKGATE_COUNTERS_H
#define _UAPI_TICKGATE_COUNTERS_H

#define TG_CORE_COUNTERS(X) \
	X(RECORDS,		"records",		"input records consumed") \
	X(RECORDS_BAD,		"records_bad",		"input records refused: unknown type or size") \
	X(FIX_RX,		"fix_rx",		"FIX messages accepted, all sources") \
	X(FIX_TX,		"fix_tx",		"FIX messages produced") \
	X(FIX_GARBLED,		"fix_garbled",		"messages dropped: framing, BodyLength or CheckSum wrong") \
	X(FIX_GARBAGE_BYTES,	"fix_garbage_bytes",	"bytes skipped to find the next message") \
	X(FIX_REJECTED,		"fix_rejected",		"messages that framed well but whose fields were refused") \
	X(FIX_UNKNOWN_TYPE,	"fix_unknown_type",	"well-formed messages of a type with no handler") \
	X(SESSION_GAPS,		"session_gaps",		"sequence gaps seen on order sessions") \
	X(SESSION_RESEND_TX,	"session_resend_tx",	"ResendRequests sent") \
	X(SESSION_RESEND_RX,	"session_resend_rx",	"ResendRequests received") \
	X(SESSION_LOW_SEQ,	"session_low_seq",	"messages with MsgSeqNum too low") \
	X(SESSION_POSSDUP,	"session_possdup",	"possible duplicates ignored") \
	X(SESSION_HELD,		"session_held",		"application messages dropped behind a gap until it is filled") \
	X(MD_MESSAGES,		"md_messages",		"market-data messages applied") \
	X(MD_ENTRIES,		"md_entries",		"market-data entries applied") \
	X(MD_STALE_DROPPED,	"md_stale_dropped",	"entries older than the book, dropped") \
	X(MD_GAPS,		"md_gaps",		"book update-id gaps") \
	X(MD_FEED_GAPS,		"md_feed_gaps",		"feed datagrams missing by MsgSeqNum") \
	X(MD_FEED_DUPS,		"md_feed_dups",		"feed datagrams seen before") \
	X(MD_PENDING,		"md_pending",		"entries held while a snapshot was on its way") \
	X(MD_PENDING_OVERFLOW,	"md_pending_overflow",	"times the holding area overflowed") \
	X(MD_SNAPSHOT_REQUESTS,	"md_snapshot_requests",	"MarketDataRequests sent") \
	X(MD_UNKNOWN_SYMBOL,	"md_unknown_symbol",	"entries for symbols not configured") \
	X(BOOK_EVICTED,		"book_evicted",		"levels pushed out because a side was full") \
	X(BOOK_UNKNOWN_DELETE,	"book_unknown_delete",	"deletes of levels not in the book") \
	X(BOOK_CROSSED,		"book_crossed",		"times a book was seen crossed or locked") \
	X(ORDERS_SUBMITTED,	"orders_submitted",	"new, cancel and replace requests from clients") \
	X(ORDERS_SENT,		"orders_sent",		"new orders sent to a venue") \
	X(CANCELS_SENT,		"cancels_sent",		"cancel requests sent") \
	X(REPLACES_SENT,	"replaces_sent",	"replace requests sent") \
	X(EXEC_REPORTS,		"exec_reports",		"execution reports applied") \
	X(EXEC_DUPLICATES,	"exec_duplicates",	"execution reports seen before, ignored") \
	X(EXEC_UNKNOWN_ORDER,	"exec_unknown_order",	"execution reports for no order of ours") \
	X(FILLS,		"fills",		"fills applied") \
	X(ORDERS_SUSPECT,	"orders_suspect",	"orders made SUSPECT by an impossible report") \
	X(AUTO_CANCELS,		"auto_cancels",		"orders cancelled because their client went away") \
	X(KILLS,		"kills",		"times a kill switch was latched") \
	X(OUTBOX_FULL,		"outbox_full",		"outputs lost because the outbox was full") \
	X(DOWNLOADS,		"downloads",		"downloads completed to clients") \
	X(MD_REJECTED,		"md_rejected",		"MarketDataRequests refused by a venue") \
	X(FILLS_CAUGHT_UP,	"fills_caught_up",	"fills applied from CumQty because a report before was missed") \
	X(SESSION_REPLAYED,	"session_replayed",	"messages sent again for a ResendRequest") \
	X(SESSION_FILLED,	"session_filled",	"sequence numbers filled over for a ResendRequest") \
	X(SESSION_STORE_EVICTED, "session_store_evicted", "messages that fell out of a full session store") \
	X(SESSION_LEASE,	"session_lease",	"times a session had used all sequence numbers granted to it") \
	X(BUSINESS_REJECTS_TX,	"business_rejects_tx",	"messages of a type with no handler answered with 35=j") \
	X(MD_CHECKSUMS,		"md_checksums",		"books found equal to the venue's checksum") \
	X(MD_CHECKSUM_BAD,	"md_checksum_bad",	"books that differed from the venue's checksum") \
	X(MD_TRADES,		"md_trades",		"trades published") \
	X(MD_STATUS,		"md_status",		"trading status changes") \
	X(MD_DEFINITIONS,	"md_definitions",	"instrument definitions learnt from the venue") \
	X(MD_ACKS,		"md_acks",		"entries without an order id: acknowledgements that do not touch the book") \
	X(MD_RECOVERED,		"md_recovered",		"books recovered") \
	X(MD_SILENCE,		"md_silence",		"feeds silent for too long") \
	X(MD_PUBLISHED,		"md_published",		"book entries published by clients") \
	X(MD_UNSUBSCRIBED,	"md_unsubscribed",	"market data subscriptions ended") \
	X(BOOK_LOCKED,		"book_locked",		"times a book was seen locked") \
	X(L3_UNKNOWN_ORDER,	"l3_unknown_order",	"changes and deletes of orders not in the L3 book") \
	X(L3_DUPLICATE_ORDER,	"l3_duplicate_order",	"orders entered again under an id that is in the L3 book") \
	X(L3_FULL,		"l3_full",		"orders that an L3 book had no room for") \
	X(L3_BAD_ID,		"l3_bad_id",		"orders without an id, or with one too long") \
	X(PRODUCT_CROSSED,	"product_crossed",	"times a product's venues were seen crossed, fees counted") \
	X(QUEUE_REQUESTS,	"queue_requests",	"queue positions asked for") \
	X(FILLS_LATE,		"fills_late",		"trades reported after CumQty had told of them: price and fee put right") \
	X(SELF_CROSSES,		"self_crosses",		"new orders and replaces that would have crossed an order of the firm") \
	X(SELF_TRADE_REDUCED,	"self_trade_reduced",	"new orders cut so that they do not reach an order of the firm") \
	X(SELF_TRADE_CANCELS,	"self_trade_cancels",	"working orders cancelled because a new one would have crossed them") \
	X(BUSTS,		"busts",		"trades taken back by the venue") \
	X(CORRECTIONS,		"corrections",		"trades changed by the venue") \
	X(EXEC_REF_UNKNOWN,	"exec_ref_unknown",	"busts and corrections of trades that are not known, or no longer") \
	X(MASS_STATUS,		"mass_status",		"mass status requests sent") \
	X(VENUE_ORDERS_UNKNOWN,	"venue_orders_unknown",	"working orders at the venue, told of in answers to status requests, that are none of ours") \
	X(PARENTS,		"parents",		"parent orders taken") \
	X(PARENTS_DONE,		"parents_done",		"parent orders ended") \
	X(PARENTS_FULL,		"parents_full",		"intents refused because the table of parents was full") \
	X(PARENT_ILLEGAL,	"parent_illegal",	"events that a parent's state does not allow: nothing was done") \
	X(PARENT_ORPHANS,	"parent_orphans",	"reports of child orders whose parent is not there: the kill switch was latched") \
	X(HEDGES,		"hedges",		"hedges of unbalanced legs sent") \
	X(TIMERS_FULL,		"timers_full",		"timers that could not be armed because all are in use") \
	X(RISK_ALERTS,		"risk_alerts",		"soft limits reached") \
	X(RISK_MARKS,		"risk_marks",		"instruments whose positions were valued anew by the timer") \
	X(CANCELS_PACED,	"cancels_paced",	"cancels that waited for the message budget of a venue or source address") \
	X(STATUS_PACED,		"status_paced",		"status requests that waited for it") \
	X(TRIGGERS,		"triggers",		"times a trigger has acted") \
	X(VENUE_DEGRADED,	"venue_degraded",	"times a venue's health became worse and exposure there was reduced") \
	X(VENUE_RECOVERED,	"venue_recovered",	"times it became better and that was lifted, in part or whole") \
	X(POSITION_REQUESTS,	"position_requests",	"questions for positions sent") \
	X(POSITION_DIFFERENCES,	"position_differences",	"answers in which a position was not ours") \
	X(POSITION_MISMATCHES,	"position_mismatches",	"positions that were not the venue's for longer than fills need") \
	X(POSITIONS_UNKNOWN,	"positions_unknown",	"answers about accounts, questions or instruments that are not ours, or without a quantity") \
	X(POSITIONS_REFUSED,	"positions_refused",	"questions for positions that a venue refused") \
	X(ORDERS_UNKNOWN,	"orders_unknown",	"reports of orders that are not and were not ours") \
	X(STRAY_CANCELS,	"stray_cancels",	"cancels sent for such orders") \
	X(COPIES,		"copies",		"reports of a drop copy") \
	X(COPY_MISMATCHES,	"copy_mismatches",	"fills in a drop copy that the order itself does not have") \
	X(STATUS_UNANSWERED,	"status_unanswered",	"questions about an order that the venue left without an answer for 10 s")

#define TG_HOST_COUNTERS(X) \
	X(INLINE_PACKETS,	"inline_packets",	"packets stepped inline while the engine polled the NIC") \
	X(QUEUED_PACKETS,	"queued_packets",	"packets that took the per-CPU ring") \
	X(QUEUE_DROPS,		"queue_drops",		"packets dropped: per-CPU ring full") \
	X(QUEUE_OVERSIZE,	"queue_oversize",	"packets dropped: payload larger than a ring slot") \
	X(KFUNC_NO_ENGINE,	"kfunc_no_engine",	"packets for an engine that does not run") \
	X(KFUNC_BAD_ARGS,	"kfunc_bad_args",	"kfunc calls refused: bounds or feed wrong") \
	X(NAPI_POLLS,		"napi_polls",		"NAPI polls done by the engine thread") \
	X(LOOPS,		"loops",		"engine thread loops") \
	X(SLEEPS,		"sleeps",		"times the engine thread slept") \
	X(TCP_RX_BYTES,		"tcp_rx_bytes",		"bytes read from venues") \
	X(TCP_TX_BYTES,		"tcp_tx_bytes",		"bytes written to venues") \
	X(TCP_TX_PARTIAL,	"tcp_tx_partial",	"sends that the socket took only in part") \
	X(TCP_TX_OVERFLOW,	"tcp_tx_overflow",	"sessions closed because the send buffer overflowed") \
	X(SUB_BAD_INDEX,	"sub_bad_index",	"submission rings disabled: index out of range") \
	X(SUB_RECORDS,		"sub_records",		"submissions taken from rings") \
	X(SUB_IOCTL,		"sub_ioctl",		"submissions taken by ioctl") \
	X(JOURNAL_RECORDS,	"journal_records",	"records written to the journal ring") \
	X(JOURNAL_LOST,		"journal_lost",		"records that found the journal ring full") \
	X(CONTROL_RECORDS,	"control_records",	"control records taken from netlink") \
	X(OUTBOX_DEFER,		"outbox_defer",		"inline packets sent to the ring because the outbox was nearly full") \
	X(CLIENTS_OPENED,	"clients_opened",	"opens of the device") \
	X(CLIENTS_CLOSED,	"clients_closed",	"closes of the device") \
	X(STALLS,		"stalls",		"loops that took longer than 1 ms") \
	X(TLS_IGNORED,		"tls_ignored",		"TLS records without data that change nothing: session tickets") \
	X(TLS_CLOSE_NOTIFY,	"tls_close_notify",	"TLS connections that the venue ended in order") \
	X(TLS_KEY_UPDATES,	"tls_key_updates",	"TLS connections given up because the venue changed its key") \
	X(TLS_ALERTS,		"tls_alerts",		"TLS connections that an alert or an unexpected record ended") \
	X(TLS_ERRORS,		"tls_errors",		"TLS connections that ended in an error: decryption, reset") \
	X(DEADMAN,		"deadman",		"times the dead-man timer found the engine thread standing still")

enum tg_core_counter {
#define X(name, text, help) TG_CC_##name,
	TG_CORE_COUNTERS(X)
#undef X
	TG_CC_MAX
};

enum tg_host_counter {
#define X(name, text, help) TG_HC_##name,
	TG_HOST_COUNTERS(X)
#undef X
	TG_HC_MAX
};

/*
 * Latency stages, each a log-linear histogram kept by the host. The engine has no clock, so a stage is what a host can see from
 * outside a step. X(NAME, text, help).
 */
#define TG_STAGES(X) \
	X(RECEIVE,	"receive",	"XDP entry to the start of the step") \
	X(MD_STEP,	"md_step",	"one market-data step: parse, book, events") \
	X(PUBLISH,	"publish",	"XDP entry to the events being visible in the ring") \
	X(ORDER_STEP,	"order_step",	"one submission step: risk, order, encode") \
	X(SEND,		"send",		"outbox to tcp_sendmsg returned") \
	X(TICK_TO_ORDER, "tick_to_order", "XDP entry of the causing packet to tcp_sendmsg returned") \
	X(VENUE_ACK,	"venue_ack",	"order sent to first report of it")

enum tg_stage {
#define X(name, text, help) TG_STAGE_##name,
	TG_STAGES(X)
#undef X
	TG_STAGE_MAX
};

/* Bucket b < 16 holds value b; above, 16 linear buckets for each power of two: relative error <= 1/16. Values in ns. */
#define TG_HIST_SUB_BITS	4
#define TG_HIST_BUCKETS		(16 * 41)	/* up to 2^44 ns, about 4.8 hours; larger values land in the last bucket */

#endif
