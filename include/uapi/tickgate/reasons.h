/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Why something was refused. One list: the enum, the text, the per-reason counter and the documentation row all come from it.
 * TG_REASONS(X): X(NAME, "short text for people"). Codes are ABI: append only, before the end mark.
 */
#ifndef _UAPI_TICKGATE_REASONS_H
#define _UAPI_TICKGATE_REASONS_H

#define TG_REASONS(X) \
	X(OK,			"accepted") \
	X(FULL,			"submission ring full") \
	X(BAD_REQUEST,		"malformed request: size, type, flag or reserved field") \
	X(BAD_INSTRUMENT,	"unknown instrument") \
	X(BAD_ACCOUNT,		"unknown account") \
	X(BAD_ORDER,		"no such order, or not this client's") \
	X(BAD_SIDE,		"side is neither buy nor sell") \
	X(BAD_TYPE,		"order type or time in force not supported") \
	X(BAD_PRICE,		"price not positive, out of range or off tick") \
	X(BAD_QUANTITY,		"quantity not positive, out of range or off lot") \
	X(NOT_PERMITTED,	"client has no permission for this account or instrument") \
	X(NOT_READY,		"client download not complete") \
	X(NOT_LEADER,		"engine is not the leader") \
	X(SESSION_DOWN,		"venue session is not logged on") \
	X(KILLED,		"kill switch is on") \
	X(NO_LIMITS,		"no limits loaded for this scope") \
	X(MAX_QUANTITY,		"order quantity above limit") \
	X(MAX_NOTIONAL,		"order notional above limit") \
	X(NO_REFERENCE_PRICE,	"no live reference price for the collar") \
	X(PRICE_COLLAR,		"price outside the collar") \
	X(POSITION,		"position would exceed limit") \
	X(OPEN_ORDERS,		"too many open orders") \
	X(ORDER_RATE,		"order rate above limit") \
	X(DUPLICATE_ORDER,	"same order again within the duplicate window") \
	X(OVERFLOW,		"arithmetic overflow in a risk check") \
	X(CAPACITY,		"a fixed-size table is full") \
	X(ORDER_STATE,		"order's state does not allow this request") \
	X(VENUE_REJECT,		"rejected by the venue") \
	X(CANCEL_REJECT,	"cancel or replace rejected by the venue") \
	X(SESSION_LOST,		"session lost while a request was in flight") \
	X(CLIENT_GONE,		"client went away: automatic cancel") \
	X(CONFIG,		"configuration record refused") \
	X(DUPLICATE_ID,		"identifier already in use") \
	X(SUSPECT,		"impossible execution report") \
	X(JOURNAL,		"journal is not writing") \
	X(NO_OUTBOX,		"output buffer full") \
	X(UNSUPPORTED,		"venue has no such order or request") \
	X(NO_TICK,		"the venue has not told the instrument's tick yet") \
	X(SELF_CROSS,		"would cross a working order of the firm") \
	X(FILL_AFTER_END,	"fill of an order that had ended") \
	X(LIFE_AFTER_END,	"ended order told of as if it worked") \
	X(TWO_ENDS,		"two ends of one order that contradict each other") \
	X(REJECTED_LATE,	"reject of an order that had worked or traded") \
	X(REPLACED_OTHERWISE,	"replaced otherwise than asked") \
	X(BAD_NUMBERS,		"report's quantities cannot be true") \
	X(OTHER_ORDER,		"report's symbol or side is not the order's") \
	X(FILL_WITHOUT_PX,	"fill without a price") \
	X(EXEC_REF,		"bust or correction of a trade that is not known") \
	X(FORGOTTEN,		"venue does not know an order that it had taken") \
	X(FEWER_FILLS,		"venue tells of fewer fills than it had reported") \
	X(BAD_STRATEGY,		"no permit of this client names that strategy") \
	X(STALE_LIMITS,		"limits are out of sequence, or their lease is over") \
	X(RESTRICTED,		"trading is restricted here") \
	X(TRADING_STATUS,	"instrument's trading status does not allow this order") \
	X(REDUCE_ONLY,		"only orders that reduce the position are allowed") \
	X(WINDOW_COLLAR,	"price outside the collar of the time window") \
	X(TOTAL_POSITION,	"position of the whole scope would exceed limit") \
	X(GROSS_NOTIONAL,	"gross notional would exceed limit") \
	X(NET_NOTIONAL,		"net notional would exceed limit") \
	X(CAPITAL,		"capital tied up would exceed limit") \
	X(DAILY_LOSS,		"daily loss limit was passed") \
	X(EXECUTIONS,		"repeated-execution throttle has acted") \
	X(VENUE_RATE,		"message budget of the venue is used up") \
	X(CLIENT_RATE,		"message budget of the client is used up") \
	X(SOURCE_RATE,		"message budget of the source address is used up") \
	X(BAD_ROUTING,		"routing id has no room in the venue's client order ids") \
	X(TRIGGERED,		"a trigger or the venue's health has acted")

enum tg_reason {
#define X(name, text) TG_REASON_##name,
	TG_REASONS(X)
#undef X
	TG_REASON_MAX
};

#endif
