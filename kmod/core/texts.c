// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Names and texts, each from the one list that also makes the enum. */
#include "engine.h"
#include "fix/lexer.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *lookup(const char *const *table, u32 n, u32 i)
{
	return i < n && table[i] ? table[i] : "?";
}

const char *tg_reason_name(u32 reason)
{
	static const char *const t[] = {
#define X(name, text) #name,
		TG_REASONS(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), reason);
}

const char *tg_reason_text(u32 reason)
{
	static const char *const t[] = {
#define X(name, text) text,
		TG_REASONS(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), reason);
}

const char *tg_core_counter_name(u32 counter)
{
	static const char *const t[] = {
#define X(name, text, help) text,
		TG_CORE_COUNTERS(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), counter);
}

const char *tg_host_counter_name(u32 counter)
{
	static const char *const t[] = {
#define X(name, text, help) text,
		TG_HOST_COUNTERS(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), counter);
}

const char *tg_stage_name(u32 stage)
{
	static const char *const t[] = {
#define X(name, text, help) text,
		TG_STAGES(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), stage);
}

const char *tg_fix_error_text(u32 err)
{
	static const char *const t[] = {
#define X(name, text) text,
		TG_FIX_ERRORS(X)
#undef X
	};

	return lookup(t, ARRAY_LEN(t), err);
}

const char *tg_ord_status_name(u32 status)
{
	static const char *const t[TG_OS_MAX] = {
		[TG_OS_NONE] = "none",
		[TG_OS_PENDING_NEW] = "pending_new",
		[TG_OS_NEW] = "new",
		[TG_OS_PARTIALLY_FILLED] = "partially_filled",
		[TG_OS_FILLED] = "filled",
		[TG_OS_PENDING_CANCEL] = "pending_cancel",
		[TG_OS_PENDING_REPLACE] = "pending_replace",
		[TG_OS_CANCELED] = "canceled",
		[TG_OS_REJECTED] = "rejected",
		[TG_OS_EXPIRED] = "expired",
		[TG_OS_UNKNOWN] = "unknown",
		[TG_OS_SUSPECT] = "suspect",
		[TG_OS_SUSPENDED] = "suspended",
		[TG_OS_DONE_FOR_DAY] = "done_for_day",
	};

	return lookup(t, ARRAY_LEN(t), status);
}

const char *tg_parent_state_name(u32 state)
{
	static const char *const t[TG_PARENT_STATES] = {
		[TG_PARENT_NONE] = "none",
		[TG_PARENT_PENDING] = "pending",
		[TG_PARENT_WORKING] = "working",
		[TG_PARENT_PARTIALLY_FILLED] = "partially_filled",
		[TG_PARENT_HEDGING] = "hedging",
		[TG_PARENT_CANCEL_PENDING] = "cancel_pending",
		[TG_PARENT_DONE] = "done",
	};

	return lookup(t, ARRAY_LEN(t), state);
}

const char *tg_parent_end_name(u32 end)
{
	static const char *const t[] = {
		[TG_PARENT_END_NONE] = "none",
		[TG_PARENT_COMPLETED] = "completed",
		[TG_PARENT_CANCELED_BY_PARENT] = "canceled_by_parent",
		[TG_PARENT_EXPIRED] = "expired",
		[TG_PARENT_RISK_REJECTED] = "risk_rejected",
		[TG_PARENT_HEDGE_FAILED] = "hedge_failed",
		[TG_PARENT_KILL_SWITCH] = "kill_switch",
		[TG_PARENT_EXECUTION_ABORTED] = "execution_aborted",
	};

	return lookup(t, ARRAY_LEN(t), end);
}

const char *tg_exec_name(u32 exec)
{
	static const char *const t[TG_EXEC_MAX] = {
		"none",
		[TG_EXEC_DIRECT] = "direct",
		[TG_EXEC_QUOTE] = "post_only_quote",
		[TG_EXEC_SWEEP] = "sweep",
		[TG_EXEC_MULTI_LEG] = "multi_leg",
	};

	return lookup(t, ARRAY_LEN(t), exec);
}

const char *tg_session_state_name(u32 state)
{
	static const char *const t[] = {
		[TG_SESSION_DOWN] = "down",
		[TG_SESSION_LOGON_SENT] = "logon_sent",
		[TG_SESSION_UP] = "up",
		[TG_SESSION_RECOVERING] = "recovering",
		[TG_SESSION_LOGOUT_SENT] = "logout_sent",
		[TG_SESSION_HALTED] = "halted",
		[TG_SESSION_CREDENTIALS] = "credentials",
	};

	return lookup(t, ARRAY_LEN(t), state);
}

const char *tg_book_state_name(u32 state)
{
	static const char *const t[] = {
		[TG_BOOK_EMPTY] = "empty",
		[TG_BOOK_LIVE] = "live",
		[TG_BOOK_RECOVERING] = "recovering",
		[TG_BOOK_STALE] = "stale",
	};

	return lookup(t, ARRAY_LEN(t), state);
}

const char *tg_mode_name(u32 mode)
{
	static const char *const t[] = {
		[TG_MODE_BOOTSTRAP] = "bootstrap",
		[TG_MODE_FOLLOWER] = "follower",
		[TG_MODE_LEADER] = "leader",
		[TG_MODE_ABORTED] = "aborted",
	};

	return lookup(t, ARRAY_LEN(t), mode);
}
