/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * A struct for each message type that this side sends or takes, decoded and encoded by one table-driven pair of functions. The paths where nanoseconds count have
 * decoders and encoders of their own (decode.h, encode.h); these are for all others, and for tools.
 *
 * One list per message: X(S, tag, KIND, name, REQ or OPT, the entry's list of a group or none). It makes the struct, the has-bits and the table; its order is the
 * order on the wire. m.has.name tells whether the field is there; a field that is not has the value zero. Slices point into the message.
 *
 * A group is the bytes of its entries, as they came or as they will be sent: struct tg_fix_group. Entries are read by an iterator and written by
 * tg_msg_put_entry() into any memory. Sources: FIX 4.4 volumes 2 to 5 and FIX 5.0SP2 for what each message holds.
 */
#ifndef TG_FIX_MESSAGES_H
#define TG_FIX_MESSAGES_H

#include "fix/decode.h"
#include "fix/dict.h"
#include "fix/encode.h"

struct tg_fix_group {
	const u8 *p;	/* first byte of the first entry's delimiter */
	u32 len;
	u32 count;
};

/* Entries of groups. The first field is the delimiter. */
#define TG_ENTRY_SUB_ID(X, S) \
	X(S, 523, STR, id, REQ, none) X(S, 803, UINT, type, OPT, none)
#define TG_ENTRY_PARTY(X, S) \
	X(S, 448, STR, id, REQ, none) X(S, 447, CHAR, source, OPT, none) X(S, 452, UINT, role, OPT, none) X(S, 802, GROUP, sub_ids, OPT, sub_id)
#define TG_ENTRY_SESSION(X, S) \
	X(S, 336, STR, id, REQ, none) X(S, 625, STR, sub_id, OPT, none)
#define TG_ENTRY_SYMBOL(X, S) \
	X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none)
#define TG_ENTRY_TYPE(X, S) \
	X(S, 269, CHAR, type, REQ, none)
#define TG_ENTRY_AFFECTED(X, S) \
	X(S, 41, STR, orig_cl_ord_id, REQ, none) X(S, 535, STR, order_id, OPT, none) X(S, 536, STR, secondary_id, OPT, none)
#define TG_ENTRY_FEE(X, S) \
	X(S, 137, E8, amount, REQ, none) X(S, 138, STR, currency, OPT, none) X(S, 139, STR, type, OPT, none)
#define TG_ENTRY_LEVEL(X, S) \
	X(S, 269, CHAR, type, REQ, none) X(S, 270, E8, px, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 271, E8, qty, OPT, none) \
	X(S, 272, STR, date, OPT, none) X(S, 273, STR, time, OPT, none) X(S, 276, STR, condition, OPT, none) X(S, 277, STR, trade_condition, OPT, none) \
	X(S, 37, STR, order_id, OPT, none) X(S, 346, UINT, orders, OPT, none) X(S, 290, UINT, position, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_ENTRY_CHANGE(X, S) \
	X(S, 279, CHAR, action, REQ, none) X(S, 285, CHAR, delete_reason, OPT, none) X(S, 269, CHAR, type, OPT, none) X(S, 278, STR, id, OPT, none) \
	X(S, 280, STR, ref_id, OPT, none) X(S, 55, STR, symbol, OPT, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) \
	X(S, 270, E8, px, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 271, E8, qty, OPT, none) X(S, 272, STR, date, OPT, none) \
	X(S, 273, STR, time, OPT, none) X(S, 37, STR, order_id, OPT, none) X(S, 346, UINT, orders, OPT, none) X(S, 290, UINT, position, OPT, none) \
	X(S, 58, STR, text, OPT, none)
#define TG_ENTRY_INSTRUMENT(X, S) \
	X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) X(S, 167, STR, type, OPT, none) \
	X(S, 107, STR, description, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 231, E8, multiplier, OPT, none) X(S, 561, E8, round_lot, OPT, none) \
	X(S, 562, E8, min_qty, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_ENTRY_POSITION(X, S) \
	X(S, 703, STR, type, REQ, none) X(S, 704, E8, long_qty, OPT, none) X(S, 705, E8, short_qty, OPT, none) X(S, 706, UINT, status, OPT, none)
#define TG_ENTRY_AMOUNT(X, S) \
	X(S, 707, STR, type, REQ, none) X(S, 708, E8, amount, OPT, none)
#define TG_ENTRY_LIST_ORDER(X, S) \
	X(S, 11, STR, cl_ord_id, REQ, none) X(S, 67, UINT, number, REQ, none) X(S, 1, STR, account, OPT, none) X(S, 18, STR, exec_inst, OPT, none) \
	X(S, 55, STR, symbol, REQ, none) X(S, 54, CHAR, side, REQ, none) X(S, 60, TIME, transact_time_ns, OPT, none) X(S, 38, E8, qty, OPT, none) \
	X(S, 40, CHAR, ord_type, OPT, none) X(S, 44, E8, px, OPT, none) X(S, 99, E8, stop_px, OPT, none) X(S, 59, CHAR, tif, OPT, none)
#define TG_ENTRY_LINE(X, S) \
	X(S, 58, STR, text, REQ, none) X(S, 355, DATA, encoded_text, OPT, none)

/* Every kind of entry, those with groups of their own last. */
#define TG_ENTRIES(X) \
	X(sub_id, SUB_ID) X(session, SESSION) X(symbol, SYMBOL) X(type, TYPE) X(affected, AFFECTED) X(fee, FEE) X(level, LEVEL) X(change, CHANGE) \
	X(instrument, INSTRUMENT) X(position, POSITION) X(amount, AMOUNT) X(list_order, LIST_ORDER) X(line, LINE) X(party, PARTY)

/* Session. */
#define TG_MSG_LOGON(X, S) \
	X(S, 98, UINT, encrypt_method, REQ, none) X(S, 108, UINT, heartbeat_s, REQ, none) X(S, 96, DATA, raw_data, OPT, none) X(S, 141, BOOL, reset_seq, OPT, none) \
	X(S, 789, UINT, next_expected, OPT, none) X(S, 383, UINT, max_message, OPT, none) X(S, 464, BOOL, test_message, OPT, none) X(S, 553, STR, username, OPT, none) \
	X(S, 554, STR, password, OPT, none) X(S, 1137, STR, appl_version, OPT, none) X(S, 1409, UINT, session_status, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_MSG_HEARTBEAT(X, S) \
	X(S, 112, STR, test_req_id, OPT, none)
#define TG_MSG_TEST_REQUEST(X, S) \
	X(S, 112, STR, test_req_id, REQ, none)
#define TG_MSG_RESEND_REQUEST(X, S) \
	X(S, 7, UINT, begin_seq, REQ, none) X(S, 16, UINT, end_seq, REQ, none)
#define TG_MSG_REJECT(X, S) \
	X(S, 45, UINT, ref_seq, REQ, none) X(S, 371, UINT, ref_tag, OPT, none) X(S, 372, STR, ref_msg_type, OPT, none) X(S, 373, UINT, reason, OPT, none) \
	X(S, 58, STR, text, OPT, none) X(S, 355, DATA, encoded_text, OPT, none)
#define TG_MSG_SEQUENCE_RESET(X, S) \
	X(S, 123, BOOL, gap_fill, OPT, none) X(S, 36, UINT, new_seq, REQ, none)
#define TG_MSG_LOGOUT(X, S) \
	X(S, 1409, UINT, session_status, OPT, none) X(S, 58, STR, text, OPT, none) X(S, 355, DATA, encoded_text, OPT, none)
#define TG_MSG_BUSINESS_REJECT(X, S) \
	X(S, 45, UINT, ref_seq, OPT, none) X(S, 372, STR, ref_msg_type, REQ, none) X(S, 379, STR, ref_id, OPT, none) X(S, 380, UINT, reason, REQ, none) \
	X(S, 58, STR, text, OPT, none) X(S, 355, DATA, encoded_text, OPT, none)

/* Orders. */
#define TG_MSG_NEW_ORDER(X, S) \
	X(S, 11, STR, cl_ord_id, REQ, none) X(S, 453, GROUP, parties, OPT, party) X(S, 1, STR, account, OPT, none) X(S, 21, CHAR, handl_inst, OPT, none) \
	X(S, 18, STR, exec_inst, OPT, none) X(S, 110, E8, min_qty, OPT, none) X(S, 111, E8, max_floor, OPT, none) X(S, 386, GROUP, sessions, OPT, session) \
	X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) X(S, 54, CHAR, side, REQ, none) \
	X(S, 60, TIME, transact_time_ns, REQ, none) X(S, 38, E8, qty, OPT, none) X(S, 152, E8, cash_qty, OPT, none) X(S, 40, CHAR, ord_type, REQ, none) \
	X(S, 44, E8, px, OPT, none) X(S, 99, E8, stop_px, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 59, CHAR, tif, OPT, none) \
	X(S, 126, TIME, expire_time_ns, OPT, none) X(S, 528, CHAR, capacity, OPT, none) X(S, 58, STR, text, OPT, none) X(S, 210, E8, max_show, OPT, none)
#define TG_MSG_CANCEL(X, S) \
	X(S, 41, STR, orig_cl_ord_id, REQ, none) X(S, 37, STR, order_id, OPT, none) X(S, 11, STR, cl_ord_id, REQ, none) X(S, 453, GROUP, parties, OPT, party) \
	X(S, 1, STR, account, OPT, none) X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) \
	X(S, 54, CHAR, side, REQ, none) X(S, 60, TIME, transact_time_ns, REQ, none) X(S, 38, E8, qty, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_MSG_REPLACE(X, S) \
	X(S, 37, STR, order_id, OPT, none) X(S, 453, GROUP, parties, OPT, party) X(S, 41, STR, orig_cl_ord_id, REQ, none) X(S, 11, STR, cl_ord_id, REQ, none) \
	X(S, 1, STR, account, OPT, none) X(S, 21, CHAR, handl_inst, OPT, none) X(S, 18, STR, exec_inst, OPT, none) X(S, 110, E8, min_qty, OPT, none) \
	X(S, 111, E8, max_floor, OPT, none) X(S, 386, GROUP, sessions, OPT, session) X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) \
	X(S, 22, STR, id_source, OPT, none) X(S, 54, CHAR, side, REQ, none) X(S, 60, TIME, transact_time_ns, REQ, none) X(S, 38, E8, qty, OPT, none) \
	X(S, 40, CHAR, ord_type, REQ, none) X(S, 44, E8, px, OPT, none) X(S, 99, E8, stop_px, OPT, none) X(S, 15, STR, currency, OPT, none) \
	X(S, 59, CHAR, tif, OPT, none) X(S, 126, TIME, expire_time_ns, OPT, none) X(S, 58, STR, text, OPT, none) X(S, 210, E8, max_show, OPT, none)
#define TG_MSG_STATUS_REQUEST(X, S) \
	X(S, 37, STR, order_id, OPT, none) X(S, 11, STR, cl_ord_id, OPT, none) X(S, 453, GROUP, parties, OPT, party) X(S, 790, STR, request_id, OPT, none) \
	X(S, 1, STR, account, OPT, none) X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) \
	X(S, 54, CHAR, side, REQ, none)
#define TG_MSG_MASS_STATUS(X, S) \
	X(S, 584, STR, request_id, REQ, none) X(S, 585, UINT, type, REQ, none) X(S, 453, GROUP, parties, OPT, party) X(S, 1, STR, account, OPT, none) \
	X(S, 55, STR, symbol, OPT, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) X(S, 54, CHAR, side, OPT, none)
#define TG_MSG_MASS_CANCEL(X, S) \
	X(S, 11, STR, cl_ord_id, REQ, none) X(S, 530, CHAR, scope, REQ, none) X(S, 336, STR, session_id, OPT, none) X(S, 55, STR, symbol, OPT, none) \
	X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) X(S, 54, CHAR, side, OPT, none) X(S, 60, TIME, transact_time_ns, OPT, none) \
	X(S, 58, STR, text, OPT, none)
#define TG_MSG_MASS_CANCEL_REPORT(X, S) \
	X(S, 11, STR, cl_ord_id, OPT, none) X(S, 37, STR, order_id, OPT, none) X(S, 530, CHAR, scope, REQ, none) X(S, 531, CHAR, response, REQ, none) \
	X(S, 532, STR, reason, OPT, none) X(S, 533, UINT, total, OPT, none) X(S, 534, GROUP, affected, OPT, affected) X(S, 55, STR, symbol, OPT, none) \
	X(S, 54, CHAR, side, OPT, none) X(S, 60, TIME, transact_time_ns, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_MSG_EXECUTION(X, S) \
	X(S, 37, STR, order_id, REQ, none) X(S, 11, STR, cl_ord_id, OPT, none) X(S, 41, STR, orig_cl_ord_id, OPT, none) X(S, 790, STR, status_req_id, OPT, none) \
	X(S, 584, STR, mass_req_id, OPT, none) X(S, 911, UINT, total_reports, OPT, none) X(S, 912, BOOL, last_report, OPT, none) X(S, 453, GROUP, parties, OPT, party) \
	X(S, 66, STR, list_id, OPT, none) X(S, 17, STR, exec_id, REQ, none) X(S, 20, CHAR, trans_type, OPT, none) X(S, 19, STR, ref_id, OPT, none) \
	X(S, 150, CHAR, exec_type, REQ, none) X(S, 39, CHAR, ord_status, REQ, none) X(S, 636, BOOL, working, OPT, none) X(S, 103, UINT, rej_reason, OPT, none) \
	X(S, 378, UINT, restatement, OPT, none) X(S, 1, STR, account, OPT, none) X(S, 55, STR, symbol, OPT, none) X(S, 48, STR, security_id, OPT, none) \
	X(S, 22, STR, id_source, OPT, none) X(S, 54, CHAR, side, OPT, none) X(S, 38, E8, qty, OPT, none) X(S, 40, CHAR, ord_type, OPT, none) X(S, 44, E8, px, OPT, none) \
	X(S, 99, E8, stop_px, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 59, CHAR, tif, OPT, none) X(S, 126, TIME, expire_time_ns, OPT, none) \
	X(S, 18, STR, exec_inst, OPT, none) X(S, 32, E8, last_qty, OPT, none) X(S, 31, E8, last_px, OPT, none) X(S, 851, UINT, liquidity, OPT, none) \
	X(S, 151, E8, leaves_qty, OPT, none) X(S, 14, E8, cum_qty, OPT, none) X(S, 6, E8, avg_px, OPT, none) X(S, 60, TIME, transact_time_ns, OPT, none) \
	X(S, 12, E8, commission, OPT, none) X(S, 13, CHAR, commission_type, OPT, none) X(S, 479, STR, commission_currency, OPT, none) \
	X(S, 110, E8, min_qty, OPT, none) X(S, 111, E8, max_floor, OPT, none) X(S, 58, STR, text, OPT, none) X(S, 136, GROUP, fees, OPT, fee)
#define TG_MSG_CANCEL_REJECT(X, S) \
	X(S, 37, STR, order_id, OPT, none) X(S, 11, STR, cl_ord_id, REQ, none) X(S, 41, STR, orig_cl_ord_id, OPT, none) X(S, 39, CHAR, ord_status, REQ, none) \
	X(S, 1, STR, account, OPT, none) X(S, 60, TIME, transact_time_ns, OPT, none) X(S, 434, CHAR, response_to, REQ, none) X(S, 102, UINT, reason, OPT, none) \
	X(S, 58, STR, text, OPT, none)
#define TG_MSG_LIST(X, S) \
	X(S, 66, STR, list_id, REQ, none) X(S, 394, UINT, bid_type, OPT, none) X(S, 433, CHAR, exec_inst_type, OPT, none) X(S, 69, STR, exec_inst, OPT, none) \
	X(S, 68, UINT, total, OPT, none) X(S, 73, GROUP, orders, REQ, list_order)

/* Market data and reference data. */
#define TG_MSG_MD_REQUEST(X, S) \
	X(S, 262, STR, request_id, REQ, none) X(S, 263, CHAR, subscription, REQ, none) X(S, 264, UINT, depth, OPT, none) X(S, 265, UINT, update_type, OPT, none) \
	X(S, 266, BOOL, aggregated, OPT, none) X(S, 267, GROUP, types, OPT, type) X(S, 146, GROUP, symbols, OPT, symbol)
#define TG_MSG_MD_SNAPSHOT(X, S) \
	X(S, 262, STR, request_id, OPT, none) X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) \
	X(S, 268, GROUP, levels, REQ, level)
#define TG_MSG_MD_UPDATE(X, S) \
	X(S, 262, STR, request_id, OPT, none) X(S, 268, GROUP, changes, REQ, change)
#define TG_MSG_MD_REJECT(X, S) \
	X(S, 262, STR, request_id, REQ, none) X(S, 281, CHAR, reason, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_MSG_INSTRUMENTS_REQUEST(X, S) \
	X(S, 320, STR, request_id, REQ, none) X(S, 559, UINT, type, OPT, none) X(S, 55, STR, symbol, OPT, none) X(S, 58, STR, text, OPT, none) \
	X(S, 336, STR, session_id, OPT, none) X(S, 263, CHAR, subscription, OPT, none)
#define TG_MSG_INSTRUMENTS(X, S) \
	X(S, 320, STR, request_id, OPT, none) X(S, 322, STR, response_id, OPT, none) X(S, 560, UINT, result, OPT, none) X(S, 393, UINT, total, OPT, none) \
	X(S, 893, BOOL, last_fragment, OPT, none) X(S, 146, GROUP, instruments, OPT, instrument)
#define TG_MSG_SESSION_STATUS(X, S) \
	X(S, 335, STR, request_id, OPT, none) X(S, 336, STR, session_id, OPT, none) X(S, 340, UINT, status, REQ, none) X(S, 325, BOOL, unsolicited, OPT, none) \
	X(S, 341, TIME, start_ns, OPT, none) X(S, 342, TIME, open_ns, OPT, none) X(S, 344, TIME, close_ns, OPT, none) X(S, 345, TIME, end_ns, OPT, none) \
	X(S, 58, STR, text, OPT, none)
#define TG_MSG_INSTRUMENT_STATUS(X, S) \
	X(S, 324, STR, request_id, OPT, none) X(S, 55, STR, symbol, REQ, none) X(S, 48, STR, security_id, OPT, none) X(S, 22, STR, id_source, OPT, none) \
	X(S, 336, STR, session_id, OPT, none) X(S, 325, BOOL, unsolicited, OPT, none) X(S, 326, UINT, status, OPT, none) X(S, 60, TIME, transact_time_ns, OPT, none) \
	X(S, 31, E8, last_px, OPT, none)

/* Positions, news. */
#define TG_MSG_POSITIONS_REQUEST(X, S) \
	X(S, 710, STR, request_id, REQ, none) X(S, 724, UINT, type, REQ, none) X(S, 263, CHAR, subscription, OPT, none) X(S, 453, GROUP, parties, OPT, party) \
	X(S, 1, STR, account, OPT, none) X(S, 581, UINT, account_type, OPT, none) X(S, 55, STR, symbol, OPT, none) X(S, 715, STR, date, OPT, none) \
	X(S, 60, TIME, transact_time_ns, OPT, none) X(S, 58, STR, text, OPT, none)
#define TG_MSG_POSITION_REPORT(X, S) \
	X(S, 721, STR, report_id, REQ, none) X(S, 710, STR, request_id, OPT, none) X(S, 724, UINT, type, OPT, none) X(S, 727, UINT, total, OPT, none) \
	X(S, 728, UINT, result, OPT, none) X(S, 715, STR, date, OPT, none) X(S, 453, GROUP, parties, OPT, party) X(S, 1, STR, account, OPT, none) \
	X(S, 581, UINT, account_type, OPT, none) X(S, 55, STR, symbol, OPT, none) X(S, 15, STR, currency, OPT, none) X(S, 730, E8, settle_px, OPT, none) \
	X(S, 731, UINT, settle_px_type, OPT, none) X(S, 734, E8, prior_settle_px, OPT, none) X(S, 702, GROUP, positions, OPT, position) \
	X(S, 753, GROUP, amounts, OPT, amount) X(S, 58, STR, text, OPT, none)
#define TG_MSG_NEWS(X, S) \
	X(S, 42, TIME, orig_time_ns, OPT, none) X(S, 61, CHAR, urgency, OPT, none) X(S, 148, STR, headline, REQ, none) X(S, 146, GROUP, symbols, OPT, symbol) \
	X(S, 33, GROUP, lines, OPT, line) X(S, 149, STR, url, OPT, none) X(S, 96, DATA, raw_data, OPT, none)

/* Every message: X(name, LIST, MsgType). */
#define TG_MESSAGES(X) \
	X(logon, LOGON, TG_MT1('A')) X(heartbeat, HEARTBEAT, TG_MT1('0')) X(test_request, TEST_REQUEST, TG_MT1('1')) \
	X(resend_request, RESEND_REQUEST, TG_MT1('2')) X(reject, REJECT, TG_MT1('3')) X(sequence_reset, SEQUENCE_RESET, TG_MT1('4')) \
	X(logout, LOGOUT, TG_MT1('5')) X(business_reject, BUSINESS_REJECT, TG_MT1('j')) X(new_order, NEW_ORDER, TG_MT1('D')) \
	X(cancel, CANCEL, TG_MT1('F')) X(replace, REPLACE, TG_MT1('G')) X(status_request, STATUS_REQUEST, TG_MT1('H')) \
	X(mass_status, MASS_STATUS, TG_MT2('A', 'F')) X(mass_cancel, MASS_CANCEL, TG_MT1('q')) \
	X(mass_cancel_report, MASS_CANCEL_REPORT, TG_MT1('r')) X(execution, EXECUTION, TG_MT1('8')) X(cancel_reject, CANCEL_REJECT, TG_MT1('9')) \
	X(md_request, MD_REQUEST, TG_MT1('V')) X(md_snapshot, MD_SNAPSHOT, TG_MT1('W')) X(md_update, MD_UPDATE, TG_MT1('X')) \
	X(md_reject, MD_REJECT, TG_MT1('Y')) X(instruments_request, INSTRUMENTS_REQUEST, TG_MT1('x')) X(instruments, INSTRUMENTS, TG_MT1('y')) \
	X(session_status, SESSION_STATUS, TG_MT1('h')) X(instrument_status, INSTRUMENT_STATUS, TG_MT1('f')) \
	X(positions_request, POSITIONS_REQUEST, TG_MT2('A', 'N')) X(position_report, POSITION_REPORT, TG_MT2('A', 'P')) X(list, LIST, TG_MT1('E')) \
	X(news, NEWS, TG_MT1('B'))

enum tg_msg_kind { TG_KIND_STR, TG_KIND_DATA, TG_KIND_CHAR, TG_KIND_BOOL, TG_KIND_UINT, TG_KIND_E8, TG_KIND_TIME, TG_KIND_GROUP };

#define TG_C_STR	struct tg_fix_slice
#define TG_C_DATA	struct tg_fix_slice	/* may hold SOH; its length field is written and read with it */
#define TG_C_CHAR	u8
#define TG_C_BOOL	bool
#define TG_C_UINT	u64
#define TG_C_E8		s64
#define TG_C_TIME	u64
#define TG_C_GROUP	struct tg_fix_group

#define TG_HAS_BIT(S, tag, kind, name, need, sub)	u64 name : 1;
#define TG_FIELD(S, tag, kind, name, need, sub)	TG_C_##kind name;
#define TG_STRUCT(prefix, name, LIST) \
	struct prefix##name { union { struct { LIST(TG_HAS_BIT, 0) } has; u64 has_bits; }; LIST(TG_FIELD, 0) };

/* struct tg_entry_party, struct tg_msg_new_order, ... */
#define TG_DECLARE_ENTRY(name, LIST)		TG_STRUCT(tg_entry_, name, TG_ENTRY_##LIST) extern const struct tg_msg_layout tg_layout_entry_##name;
#define TG_DECLARE_MSG(name, LIST, type)	TG_STRUCT(tg_msg_, name, TG_MSG_##LIST) extern const struct tg_msg_layout tg_layout_##name;
TG_ENTRIES(TG_DECLARE_ENTRY)
TG_MESSAGES(TG_DECLARE_MSG)

struct tg_msg_field {
	u32 tag;
	u16 offset;
	u8 kind;	/* enum tg_msg_kind */
	u8 required;
	const struct tg_msg_layout *sub;	/* GROUP: its entries */
};

struct tg_msg_layout {
	u32 msg_type;		/* 0: an entry */
	u16 size;		/* of the struct; has_bits is its first member */
	u16 n_fields;		/* at most 64 */
	const struct tg_msg_field *fields;
};

/* NULL: none of the messages above. */
const struct tg_msg_layout *tg_msg_layout(u32 msg_type);

/*
 * From just after the header (tg_fix_decode_header()) to the trailer; m is l->size bytes. Fields that the list does not have are skipped. Groups have as many
 * entries as their count says, entries and the groups in them are well formed, or the message is refused. *bad_tag: the tag at fault, 0 = unknown.
 */
enum tg_fix_error tg_msg_decode(const struct tg_msg_layout *l, struct tg_fix_cursor *c, void *m, u32 *bad_tag);

/*
 * Appends the body to a message that tg_fix_begin() and the header's fields have begun. False: nothing that may be sent, because a required field is missing,
 * a value is empty or holds SOH, or d (which may be NULL: any) does not have the field in this message. w->full is looked at by tg_fix_end().
 */
bool tg_msg_encode(const struct tg_msg_layout *l, struct tg_fix_writer *w, const struct tg_fix_dict *d, const void *m);

/* Writing entries: tg_msg_begin_group() on memory of one's own, entries by tg_msg_put_entry(), tg_msg_end_group() gives the group; false = did not fit, or wrong. */
void tg_msg_begin_group(struct tg_fix_writer *w, u8 *buf, u32 cap);
bool tg_msg_put_entry(const struct tg_msg_layout *entry, struct tg_fix_writer *w, const void *e);
bool tg_msg_end_group(struct tg_fix_writer *w, u32 count, struct tg_fix_group *g);

/* Reading entries of a group that tg_msg_decode() or tg_msg_end_group() made: false = no more, or it.err. */
struct tg_msg_iter {
	const struct tg_msg_layout *entry;
	struct tg_fix_cursor c;
	enum tg_fix_error err;
	u32 bad_tag;
};
void tg_msg_entries(struct tg_msg_iter *it, const struct tg_msg_layout *entry, const struct tg_fix_group *g);
bool tg_msg_next(struct tg_msg_iter *it, void *e);

#endif
