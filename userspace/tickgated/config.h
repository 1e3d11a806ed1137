/* SPDX-License-Identifier: MIT */
/*
 * tickgated.conf: loaded whole, checked whole, every error reported, nothing applied if there is
 * one.
 *
 * config_keys.c has the one table of keys: the parser, --help-config and the manual page come from
 * it. config_index.c finds lines, duplicates and malformed lines (iniparser keeps neither and is
 * given only lines that passed), config.c converts values, config_check.c looks at what no single
 * key can tell: references, duplicate ids, what an instrument or account lacks.
 *
 * Numbers are long long here and range-checked by the table; records.c narrows them. Prices and
 * quantities are e8.
 */
#ifndef TGD_CONFIG_H
#define TGD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <netinet/in.h>
#include <tickgate/tickgate.h>

#define TGD_PATH_LEN		256
#define TGD_HOST_LEN		256
#define TGD_SOURCES		8
#define TGD_KEYS_MAX		64	/* of one kind */
#define TGD_MAX_BYTES		(1u << 20)	/* of a configuration file */
#define TGD_MAX_SECTIONS	4096u

struct tgd_address {
	int family;			/* AF_INET, AF_INET6; 0 = none */
	struct in6_addr in6;		/* IPv4 mapped */
};

/* Every section begins with this. */
struct tgd_section {
	char name[TG_NAME_LEN];		/* as written; "" where the kind has none */
	int line;
	int key_line[TGD_KEYS_MAX]; /* of the kind's keys, in the table's order; the section's line
				       where not written */
};

struct tgd_engine {
	struct tgd_section s;
	long long id, cpu, wait, force_cpu, spin_us, deadman_ms, public_slots, packet_slots, journal_mib,
		journal_required, mode;
	long long cancel_on_exit;
	long long max_venues, max_instruments, max_feeds, max_accounts, max_clients, max_permits,
		max_orders, max_limits, max_parents, max_timers;
	long long book_levels, md_pending, exec_ids, rx_buffer_bytes, session_store_bytes,
		session_store_messages;
	long long l3_books, l3_orders, max_products, max_strategies, day_start_min;
};

struct tgd_journal {
	struct tgd_section s;
	char path[TGD_PATH_LEN];
	long long sync_ms, restore_max_mib;
};

struct tgd_venue {
	struct tgd_section s;
	long long id, dialect, fix_version, port, heartbeat_s, reset_on_logon, md_over_tcp, md_depth, orders;
	long long max_skew_ms, logon_timeout_ms, logout_timeout_ms, backoff_min_ms, backoff_max_ms,
		connect_timeout_ms;
	long long cancel_on_disconnect, heartbeat_min_s, validate, next_expected, resend_policy, resend_max_age_ms,
		resend_max, session_reset;
	long long tls, tls_min_version;	/* 12, 13 */
	long long connect_limit, connect_window_s, source_rest_s;	/* 0 = the dialect's, for the first two */
	long long crossed, self_trade;
	char session_start[24], session_end[24], session_zone[64];
	char host[TGD_HOST_LEN];
	char tls_server_name[TGD_HOST_LEN]; /* "" = host */
	char tls_ca[TGD_PATH_LEN];	/* "" = the system's */
	char credentials[TGD_PATH_LEN];	/* where the secret is, never what it is; "" = none */
	char sender[TG_COMPID_LEN], target[TG_COMPID_LEN];
	struct tgd_address source[TGD_SOURCES];
	long long sources;
};

/* Instruments of several venues that are the same thing. */
struct tgd_product {
	struct tgd_section s;
	long long id;
};

/* A name under which orders are booked and limited. */
struct tgd_strategy {
	struct tgd_section s;
	long long id;
};

struct tgd_instrument {
	struct tgd_section s;
	long long id, tick, lot, min_qty, px_digits, qty_digits, stale_ms, subscribe;
	long long l3, published, depth, self_trade;
	long long taker_fee_bps, maker_fee_bps;	/* e8 of a basis point */
	char symbol[TG_SYMBOL_LEN];
	char venue[TG_NAME_LEN], product[TG_NAME_LEN];
	long long venue_id, product_id;	/* of the names; set by the check */
};

struct tgd_account {
	struct tgd_section s;
	long long id;
};

#define TGD_EXEC_LEN	64
struct tgd_permit {
	struct tgd_section s;
	long long id, uid, trade, market_orders, publish;
	char account[TG_NAME_LEN], instrument[TG_NAME_LEN];
	char strategy[TG_NAME_LEN];
	char exec[TGD_EXEC_LEN];
	unsigned int execs;	/* TG_EXEC_BIT() of the words; set by the check */
	long long account_id, instrument_id, strategy_id;
};

struct tgd_limits {
	struct tgd_section s;		/* name: what the scope applies to */
	long long scope, scope_id;
	long long max_order_qty, max_order_notional, max_position;
	long long collar_bps, max_open_orders, rate_per_s, rate_burst, duplicate_window_ms;
	/* off where unlimited, 0 or no */
	long long max_total_position, max_gross_notional, max_net_notional, max_capital, max_daily_loss;
	long long window_collar_bps, collar_window_ms, max_executions, warn_percent;
	long long duplicate_scope, reduce_only, restricted;
	long long seq, lease_ms;
};

/* Message budgets of one venue, client or source address. */
struct tgd_rate {
	struct tgd_section s;
	char venue[TG_NAME_LEN], client[TG_NAME_LEN];
	struct tgd_address source;
	long long id;			/* of a source */
	long long window_ms, messages[TG_RATE_OPS], burst_percent, cancel_reserve_percent;
	long long scope, scope_id;	/* set by the check */
};

#define TGD_SCOPE_LEN	(TG_NAME_LEN + 12)
struct tgd_trigger {
	struct tgd_section s;
	long long on, action, max, window_ms;
	char scope_text[TGD_SCOPE_LEN], target_text[TGD_SCOPE_LEN];	/* "firm", "venue sim" */
	long long scope, scope_id, act_scope, act_id;			/* of the texts; set by the check */
};

/* NAME is a venue's. */
struct tgd_watch {
	struct tgd_section s;
	long long venue_id, copy_of_id;		/* of the names; set by the check */
	long long window_ms, ack_us, reject_percent, min_answers, stale_ms, stale_percent, gaps;
	long long reduce_at, stop_at, cancel_at, recover_percent, recover_ms;
	long long positions_s, grace_ms, tolerance, base;
	char drop_copy_of[TG_NAME_LEN];
};

struct tgd_feed {
	struct tgd_section s;
	long long id, port, line_no, vlan;	/* vlan -1 = any */
	long long pass_on_error, copy, snapshot, silence_ms;
	char venue[TG_NAME_LEN];
	char interface[16];
	struct tgd_address source[TGD_SOURCES];	/* of a group: joined for these senders only */
	long long sources;
	struct tgd_address address;
	long long venue_id;
};

struct tgd_vault {
	struct tgd_section s;
	char address[TGD_HOST_LEN];	/* "https://127.0.0.1:8200" */
	char token[TGD_PATH_LEN];	/* where the token is */
	char ca[TGD_PATH_LEN];
	long long timeout_ms;
};

struct tgd_xdp {
	struct tgd_section s;
	char object[TGD_PATH_LEN];
	long long mode, defer_hard_irqs, gro_flush_timeout_ns, bind_napi;
};

struct tgd_config {
	struct tgd_engine engine;
	struct tgd_journal journal;
	struct tgd_xdp xdp;
	struct tgd_vault vault;
	struct tgd_venue *venue;
	struct tgd_product *product;
	struct tgd_strategy *strategy;
	struct tgd_instrument *instrument;
	struct tgd_account *account;
	struct tgd_permit *permit;
	struct tgd_limits *limits;
	struct tgd_rate *rate;
	struct tgd_trigger *trigger;
	struct tgd_watch *watch;
	struct tgd_feed *feed;
	unsigned int venues, products, strategies, instruments, accounts, permits, n_limits, rates, triggers, watches, feeds;
};

enum tgd_xdp_mode { TGD_XDP_AUTO = 0, TGD_XDP_NATIVE = 1, TGD_XDP_GENERIC = 2 };

/*
 * 0, or the number of errors (each one line on err: "FILE:LINE: [section] key: what is wrong; what
 * would be right"), or -errno when the file could not be read or memory ran out (also told on err).
 * After anything but 0 *out is empty; freeing it is allowed and not needed.
 */
int tgd_config_load(const char *path, struct tgd_config *out, FILE *err);
int tgd_config_load_buffer(const char *name, const char *text, size_t len, struct tgd_config *out,
			   FILE *err);
void tgd_config_free(struct tgd_config *c);

/* --help-config; man: the same as mdoc for tickgated.conf(5). */
void tgd_config_help(FILE *f, bool man);

/* ---- between the files of the parser ---- */

enum tgd_kind {
	TGD_ENGINE,
	TGD_JOURNAL,
	TGD_VENUE,
	TGD_PRODUCT,
	TGD_STRATEGY,
	TGD_INSTRUMENT,
	TGD_ACCOUNT,
	TGD_PERMIT,
	TGD_LIMITS,
	TGD_RATE,
	TGD_TRIGGER,
	TGD_WATCH,
	TGD_FEED,
	TGD_XDP,
	TGD_VAULT,
	TGD_KINDS
};

enum tgd_type {
	TGD_UINT,		/* min..max */
	TGD_LIMIT,		/* TGD_UINT or "unlimited" (0xffffffff) */
	TGD_BOOL,		/* yes, no */
	TGD_ENUM,		/* words, numbered as listed from min */
	TGD_E8,			/* decimal, min..max */
	TGD_E8_LIMIT,		/* TGD_E8 or "unlimited" (TG_PX_MAX) */
	TGD_TEXT,		/* printable, 1..max bytes */
	TGD_USER,		/* user name or uid */
	TGD_ADDRESS,
	TGD_ADDRESSES,		/* comma-separated; count in the long long after the array */
	TGD_VLAN,		/* 0..4094, or "any" */
};

struct tgd_key {
	enum tgd_kind kind;
	const char *name;
	enum tgd_type type;
	size_t offset;
	long long min, max; /* TGD_TEXT: max = bytes of the field; TGD_ENUM: min = number of the
			       first word */
	const char *words;		/* TGD_ENUM: space-separated */
	const char *def; /* NULL = must be given; "" = empty or none allowed and the default */
	const char *help;
};

struct tgd_kind_info {
	const char *word;		/* "venue" */
	const char *argument;		/* "NAME"; NULL = none */
	bool required;			/* must be there at least once */
	size_t size;			/* of the struct */
	const char *help;
};

extern const struct tgd_key tgd_keys[];		/* ends with name NULL */
extern const struct tgd_kind_info tgd_kinds[TGD_KINDS];

/* One section or key of the file. */
struct tgd_entry {
	int line;
	int section;			/* key: index of its section; section: its own index */
	bool is_section, ignored;	/* ignored: malformed or duplicate, already reported */
	char name[128]; /* section: as written, whitespace normalised ("venue sim"); key: lower case
			 */
};

struct tgd_index {
	struct tgd_entry *entry;
	unsigned int n, cap;
	char *clean; /* the text with the lines blanked that must not reach iniparser */
	size_t clean_len;
};

struct tgd_errors {
	const char *file;
	FILE *err;
	int count;
};

__attribute__((format(printf, 3, 4))) void tgd_error(struct tgd_errors *e, int line,
						     const char *fmt, ...);
int tgd_index_build(struct tgd_index *ix, const char *text, size_t len, struct tgd_errors *e);
void tgd_index_free(struct tgd_index *ix);
int tgd_key_line(enum tgd_kind kind, const struct tgd_section *s, const char *key);
int tgd_config_check(struct tgd_config *c, struct tgd_errors *e);
/* config_rate.c */
void tgd_check_rates(struct tgd_config *c, struct tgd_errors *e);
/* Number of the source that sessions from this local address are counted in; 0 = none. */
unsigned int tgd_rate_source(const struct tgd_config *c, const struct tgd_address *local);
/* config_watch.c */
const char *tgd_scope_word(unsigned int scope);
long long tgd_scope_id(const struct tgd_config *c, unsigned int scope, const char *name);	/* 0 = there is none */
void tgd_check_watch(struct tgd_config *c, struct tgd_errors *e);
/* Dialects: config_venue.c. */
void tgd_check_dialect(const struct tgd_venue *v, struct tgd_errors *e);
void tgd_check_subscription(const struct tgd_instrument *in, const struct tgd_venue *v,
			    struct tgd_errors *e);
const char *tgd_dialect_name(unsigned int dialect);

#define TGD_BPS	10000	/* basis points in a whole */
bool tgd_address_multicast(const struct tgd_address *a);
int tgd_address_parse(const char *text, struct tgd_address *out);
const char *tgd_address_format(const struct tgd_address *a, char buf[INET6_ADDRSTRLEN]);

#endif
