// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "tickgate": configuration, control and reading of state.
 *
 * Runs in the caller's context, in parallel with other callers; whatever touches the core goes
 * through tgk_call(). A dump is taken when it starts, in chunks small enough that the engine thread
 * is not held up: each row is consistent in itself, rows of different chunks may be some
 * microseconds apart.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include "tickgate.h"
#include "client.h"

/* A dump looks at this many table entries, or fills this many rows, per call on the thread. */
#define CHUNK_ENTRIES	1024u
#define CHUNK_ROWS	64u

static struct genl_family tickgate_family;
static bool registered;

#define ATTRS			(TG_A_MAX_PLUS_1)
#define STRUCT_POLICY(type)	NLA_POLICY_EXACT_LEN(sizeof(type))

static const struct netlink_range_validation fd_range = { .min = 0, .max = S32_MAX };
static const struct netlink_range_validation ifindex_range = { .min = 1, .max = S32_MAX };

/* One policy a command: an attribute that a command does not know is refused, not ignored. */
static const struct nla_policy start_policy[ATTRS] = {
	[TG_A_ENGINE] = STRUCT_POLICY(struct tg_in_engine),
	[TG_A_HOST] = STRUCT_POLICY(struct tg_nl_host),
};
static const struct nla_policy stop_policy[ATTRS] = {
	[TG_A_FORCE] = { .type = NLA_FLAG },
};
static const struct nla_policy input_policy[ATTRS] = {
	[TG_A_TYPE] = NLA_POLICY_RANGE(NLA_U16, TG_IN_CONTROL_FIRST, TG_IN_MAX - 1),
	/* far above any control record; the engine knows each one's size */
	[TG_A_PAYLOAD] = { .type = NLA_BINARY, .len = 8192 },
};
static const struct nla_policy venue_policy[ATTRS] = {
	[TG_A_VENUE] = NLA_POLICY_MIN(NLA_U16, 1),
};
static const struct nla_policy connect_policy[ATTRS] = {
	[TG_A_VENUE] = NLA_POLICY_MIN(NLA_U16, 1),
	[TG_A_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &fd_range),
};
static const struct nla_policy ifindex_policy[ATTRS] = {
	[TG_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
};
static const struct nla_policy book_policy[ATTRS] = {
	[TG_A_INSTRUMENT] = NLA_POLICY_MIN(NLA_U32, 1),
};

static bool missing(struct genl_info *info, enum tg_attr attr, const char *name)
{
	if (info->attrs[attr])
		return false;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, attr);
	NL_SET_ERR_MSG_FMT(info->extack, "%s is missing", name);
	return true;
}

static struct tgk_engine *engine_or_say(struct netlink_ext_ack *extack)
{
	struct tgk_engine *eng = tgk_engine_get();

	if (!eng)
		NL_SET_ERR_MSG(extack, "no engine runs: TG_CMD_START first");
	return eng;
}

static struct sk_buff *reply_new(struct genl_info *info, size_t bytes, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(bytes, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &tickgate_family, 0, info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static int reply_send(struct sk_buff *skb, void *hdr, struct genl_info *info)
{
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* ---- status, start, stop ---- */

/* [thread] */
static int status_on_thread(struct tgk_engine *eng, void *arg)
{
	struct tg_nl_status *st = arg;

	st->running = 1;
	st->cpu = eng->host.cpu;
	st->wait = eng->host.wait;
	st->mode = tg_engine_mode(eng->core);
	st->record_seq = tg_engine_seq(eng->core);
	st->digest = tg_engine_digest(eng->core);
	st->time_ns = tg_engine_time_ns(eng->core);
	st->arena_bytes = tg_engine_size(&eng->params);
	st->clients = tgk_clients_attached(eng);
	st->working_orders = tg_engine_working_orders(eng->core);
	st->killed = tg_engine_kills(eng->core);
	st->journal_attached = atomic_read(&eng->journal.attached);
	st->journal_head = eng->journal.ring->head;
	st->journal_tail = eng->journal.tail;
	st->public_head = eng->pub->head;
	st->started_ns = eng->started_ns;
	return 0;
}

static int cmd_status(struct sk_buff *req, struct genl_info *info)
{
	struct tg_nl_status st = { .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH };
	struct tgk_engine *eng = tgk_engine_get();
	struct sk_buff *skb;
	void *hdr;
	int err;

	if (eng) {
		err = tgk_call(eng, status_on_thread, &st);
		tgk_engine_put(eng);
		if (err && err != -ENODEV)
			return err;
	}
	skb = reply_new(info, nla_total_size(sizeof(st)), &hdr);
	if (!skb)
		return -ENOMEM;
	err = nla_put(skb, TG_A_STATUS, sizeof(st), &st);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return reply_send(skb, hdr, info);
}

static int cmd_start(struct sk_buff *req, struct genl_info *info)
{
	struct tg_in_engine params;
	struct tg_nl_host host;

	if (missing(info, TG_A_ENGINE, "TG_A_ENGINE") || missing(info, TG_A_HOST, "TG_A_HOST"))
		return -EINVAL;
	nla_memcpy(&params, info->attrs[TG_A_ENGINE], sizeof(params));
	nla_memcpy(&host, info->attrs[TG_A_HOST], sizeof(host));
	if (memchr_inv(host.reserved, 0, sizeof(host.reserved))) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TG_A_HOST],
				    "reserved fields of TG_A_HOST must be 0");
		return -EINVAL;
	}
	if (host.flags & ~(TG_HOST_FORCE_CPU | TG_HOST_JOURNAL_REQUIRED) ||
	    host.wait > TG_WAIT_BLOCK) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[TG_A_HOST],
				    "unknown flag or wait strategy in TG_A_HOST");
		return -EINVAL;
	}
	return tgk_engine_start(&params, &host, info->extack);
}

static int cmd_stop(struct sk_buff *req, struct genl_info *info)
{
	int err = tgk_engine_stop(!!info->attrs[TG_A_FORCE]);

	if (err == -EBUSY)
		NL_SET_ERR_MSG(info->extack, "clients are attached; TG_A_FORCE cuts them off");
	else if (err == -ENODEV)
		NL_SET_ERR_MSG(info->extack, "no engine runs");
	return err;
}

/* ---- control records ---- */

struct input {
	u16 type;
	u32 len;
	void *payload;
	enum tg_reason reason;
	u64 seq;
};

/* [thread] */
static int input_on_thread(struct tgk_engine *eng, void *arg)
{
	struct input *in = arg;

	in->reason = tgk_step(eng, in->type, 0, in->payload, in->len);
	in->seq = eng->seq;
	tgk_count(eng, TG_HC_CONTROL_RECORDS);
	tgk_flush(eng);
	return 0;
}

static int reason_errno(enum tg_reason reason)
{
	switch (reason) {
	case TG_REASON_OK:
		return 0;
	case TG_REASON_DUPLICATE_ID:
		return -EEXIST;
	case TG_REASON_CAPACITY:
		return -ENOSPC;
	default:
		return -EINVAL;
	}
}

static int cmd_input(struct sk_buff *req, struct genl_info *info)
{
	struct nlattr *payload = info->attrs[TG_A_PAYLOAD];
	struct tgk_engine *eng;
	struct input in = {};
	struct sk_buff *skb;
	void *hdr;
	int err;

	if (missing(info, TG_A_TYPE, "TG_A_TYPE"))
		return -EINVAL;
	in.type = nla_get_u16(info->attrs[TG_A_TYPE]);
	if (payload && nla_len(payload)) {
		in.len = nla_len(payload);
		/* attributes are aligned to 4 only, records want 8 */
		in.payload = kmemdup(nla_data(payload), in.len, GFP_KERNEL);
		if (!in.payload)
			return -ENOMEM;
	}
	/* who gave the order is what the kernel knows, not what the message says */
	if ((in.type == TG_IN_KILL || in.type == TG_IN_RESUME) &&
	    in.len == sizeof(struct tg_in_kill))
		((struct tg_in_kill *)in.payload)->uid =
			from_kuid(&init_user_ns, NETLINK_CREDS(req)->uid);

	/* The answer's memory first: what was carried out must not be told to have failed for want of it. */
	skb = reply_new(info, nla_total_size(sizeof(u16)) + nla_total_size_64bit(sizeof(u64)),
			&hdr);
	if (!skb) {
		err = -ENOMEM;
		goto free;
	}
	eng = engine_or_say(info->extack);
	if (!eng) {
		err = -ENODEV;
		goto free;
	}
	err = tgk_call(eng, input_on_thread, &in);
	tgk_engine_put(eng);
	if (err)
		goto free;
	if (nla_put_u16(skb, TG_A_REASON, in.reason) ||
	    nla_put_u64_64bit(skb, TG_A_RECORD_SEQ, in.seq, TG_A_PAD)) {
		err = -EMSGSIZE;
		goto free;
	}
	kfree(in.payload);
	err = reply_send(skb, hdr, info);
	if (err)
		return err;
	if (in.reason != TG_REASON_OK)
		NL_SET_ERR_MSG_FMT(info->extack, "%s: %s", tg_reason_name(in.reason),
				   tg_reason_text(in.reason));
	return reason_errno(in.reason);

free:
	nlmsg_free(skb);	/* NULL is none */
	kfree(in.payload);
	return err;
}

/* ---- transports and interfaces ---- */

static int venue_of(struct tgk_engine *eng, struct genl_info *info, u16 *venue)
{
	*venue = nla_get_u16(info->attrs[TG_A_VENUE]);
	if (*venue > eng->params.max_venues) {
		NL_SET_ERR_MSG_FMT(info->extack, "venue %u is above the engine's capacity of %u",
				   *venue, eng->params.max_venues);
		return -EINVAL;
	}
	return 0;
}

static int cmd_connect(struct sk_buff *req, struct genl_info *info)
{
	struct tgk_engine *eng;
	u16 venue;
	int err;

	if (missing(info, TG_A_VENUE, "TG_A_VENUE") || missing(info, TG_A_FD, "TG_A_FD"))
		return -EINVAL;
	eng = engine_or_say(info->extack);
	if (!eng)
		return -ENODEV;
	err = venue_of(eng, info, &venue);
	if (!err)
		err = tgk_tcp_attach(eng, venue, nla_get_u32(info->attrs[TG_A_FD]), info->extack);
	tgk_engine_put(eng);
	return err;
}

static int cmd_disconnect(struct sk_buff *req, struct genl_info *info)
{
	struct tgk_engine *eng;
	u16 venue;
	int err;

	if (missing(info, TG_A_VENUE, "TG_A_VENUE"))
		return -EINVAL;
	eng = engine_or_say(info->extack);
	if (!eng)
		return -ENODEV;
	err = venue_of(eng, info, &venue);
	if (!err)
		err = tgk_tcp_detach(eng, venue);
	tgk_engine_put(eng);
	return err;
}

static int cmd_bind(struct sk_buff *req, struct genl_info *info)
{
	struct tgk_engine *eng;
	int ifindex, err;

	if (missing(info, TG_A_IFINDEX, "TG_A_IFINDEX"))
		return -EINVAL;
	eng = engine_or_say(info->extack);
	if (!eng)
		return -ENODEV;
	ifindex = nla_get_u32(info->attrs[TG_A_IFINDEX]);
	err = info->genlhdr->cmd == TG_CMD_BIND ?
		tgk_ingress_bind(eng, genl_info_net(info), ifindex, info->extack) :
		tgk_ingress_unbind(eng, genl_info_net(info), ifindex);
	tgk_engine_put(eng);
	return err;
}

/* ---- counters, books ---- */

struct counters {
	u64 core[TG_CC_MAX];
	u64 reasons[TG_REASON_MAX];
	u64 host[TG_HC_MAX];
};

/* [thread] */
static int counters_on_thread(struct tgk_engine *eng, void *arg)
{
	struct counters *c = arg;

	memcpy(c->core, tg_engine_counters(eng->core), sizeof(c->core));
	memcpy(c->reasons, tg_engine_reasons(eng->core), sizeof(c->reasons));
	return 0;
}

static int cmd_counters(struct sk_buff *req, struct genl_info *info)
{
	struct tgk_engine *eng = engine_or_say(info->extack);
	struct sk_buff *skb = NULL;
	struct counters *c;
	void *hdr;
	int err, i;

	if (!eng)
		return -ENODEV;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	err = c ? tgk_call(eng, counters_on_thread, c) : -ENOMEM;
	for (i = 0; !err && i < TG_HC_MAX; i++)
		c->host[i] = tgk_counter_read(eng, i);
	tgk_engine_put(eng);
	if (err)
		goto out;
	err = -ENOMEM;
	skb = reply_new(info, sizeof(*c) + 3 * NLA_HDRLEN, &hdr);
	if (!skb)
		goto out;
	err = nla_put(skb, TG_A_CORE_COUNTERS, sizeof(c->core), c->core) ?:
	      nla_put(skb, TG_A_HOST_COUNTERS, sizeof(c->host), c->host) ?:
	      nla_put(skb, TG_A_REASON_COUNTERS, sizeof(c->reasons), c->reasons);
	if (!err)
		err = reply_send(skb, hdr, info);
	else
		nlmsg_free(skb);
out:
	kfree(c);
	return err;
}

/* [thread] */
static int book_on_thread(struct tgk_engine *eng, void *arg)
{
	struct tg_book_image *book = arg;

	return tg_engine_book(eng->core, book->instrument_id, book) ? 0 : -ENOENT;
}

static int cmd_book(struct sk_buff *req, struct genl_info *info)
{
	struct tg_book_image *book;
	struct tgk_engine *eng;
	struct sk_buff *skb;
	void *hdr;
	int err = -ENOENT;

	if (missing(info, TG_A_INSTRUMENT, "TG_A_INSTRUMENT"))
		return -EINVAL;
	book = kzalloc(sizeof(*book), GFP_KERNEL);
	if (!book)
		return -ENOMEM;
	eng = engine_or_say(info->extack);
	if (!eng) {
		err = -ENODEV;
		goto free;
	}
	book->instrument_id = nla_get_u32(info->attrs[TG_A_INSTRUMENT]);
	if (book->instrument_id <= eng->params.max_instruments)
		err = tgk_call(eng, book_on_thread, book);
	tgk_engine_put(eng);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "no such instrument");
	if (err)
		goto free;
	skb = reply_new(info, nla_total_size(sizeof(*book)), &hdr);
	if (!skb) {
		err = -ENOMEM;
		goto free;
	}
	err = nla_put(skb, TG_A_BOOK, sizeof(*book), book);
	if (err)
		nlmsg_free(skb);
	else
		err = reply_send(skb, hdr, info);
free:
	kfree(book);
	return err;
}

/* [thread] */
static int reset_on_thread(struct tgk_engine *eng, void *arg)
{
	tgk_hist_reset(eng);
	return 0;
}

static int cmd_reset_latency(struct sk_buff *req, struct genl_info *info)
{
	struct tgk_engine *eng = engine_or_say(info->extack);
	int err;

	if (!eng)
		return -ENODEV;
	err = tgk_call(eng, reset_on_thread, NULL);
	tgk_engine_put(eng);
	return err;
}

/* ---- dumps ---- */

/* What a dump needs to know of its table. */
struct table {
	u8 cmd;
	u16 attr;
	u16 row_bytes;
	u64 (*entries)(const struct tgk_engine *eng);
	bool (*fill)(struct tgk_engine *eng, u64 entry, void *row); /* [thread]; row is zeroed */
	bool (*early)(const void *row); /* rows for which this holds come first; may be NULL */
};

struct chunk {
	struct list_head list;
	const struct table *table;
	u64 next, entries;
	u32 rows;
	u8 row[];
};

struct dump {
	struct list_head chunks;
	const struct table *table;
	int pass;		/* 0 early rows, 1 the others */
	struct chunk *at;
	u32 row;
};

static u64 orders_entries(const struct tgk_engine *eng)
{
	return eng->params.max_orders;
}

static bool orders_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_order_at(eng->core, entry, row);
}

static bool orders_early(const void *row)
{
	const struct tg_nl_order *o = row;

	switch (o->status) {
	case TG_OS_FILLED:
	case TG_OS_CANCELED:
	case TG_OS_REJECTED:
	case TG_OS_EXPIRED:
		return false;
	default:
		return true;
	}
}

static u64 parents_entries(const struct tgk_engine *eng)
{
	return eng->params.max_parents;
}

static bool parents_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_parent_at(eng->core, entry, row);
}

static bool parents_early(const void *row)
{
	const struct tg_nl_parent *p = row;

	return p->state != TG_PARENT_DONE;
}

static u64 positions_entries(const struct tgk_engine *eng)
{
	return (1ULL + eng->params.max_accounts + eng->params.max_strategies) * eng->params.max_instruments;
}

static bool positions_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	u32 n = eng->params.max_instruments, accounts = eng->params.max_accounts, book = (u32)entry / n, i = (u32)entry % n + 1;

	/* Accounts, then strategies, the firm at last. */
	if (book < accounts)
		return tg_engine_position(eng->core, book + 1, i, row);
	if (book < accounts + eng->params.max_strategies)
		return tg_engine_strategy_position(eng->core, book - accounts + 1, i, row);
	return tg_engine_firm_position(eng->core, i, row);
}

static u64 sessions_entries(const struct tgk_engine *eng)
{
	return eng->params.max_venues;
}

static bool sessions_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_session(eng->core, entry + 1, row);
}

static u64 instruments_entries(const struct tgk_engine *eng)
{
	return eng->params.max_instruments;
}

static bool instruments_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_instrument(eng->core, entry + 1, row);
}

static u64 feeds_entries(const struct tgk_engine *eng)
{
	return eng->params.max_feeds;
}

static bool feeds_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_feed(eng->core, entry + 1, row);
}

static bool md_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_md(eng->core, entry + 1, row);
}

static u64 products_entries(const struct tgk_engine *eng)
{
	return eng->params.max_products;
}

static bool products_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_product(eng->core, entry + 1, row);
}

static u64 clients_entries(const struct tgk_engine *eng)
{
	return eng->params.max_clients;
}

static bool clients_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	if (!tg_engine_client(eng->core, entry + 1, row))
		return false;
	tgk_client_fill(eng, row);
	return true;
}

static u64 rates_entries(const struct tgk_engine *eng)
{
	return tg_engine_rates(eng->core);
}

static bool rates_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_rate(eng->core, entry, row);
}

static u64 restrictions_entries(const struct tgk_engine *eng)
{
	return tg_engine_restrictions(eng->core);
}

static bool restrictions_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	return tg_engine_restriction(eng->core, entry, row);
}

static u64 latency_entries(const struct tgk_engine *eng)
{
	return TG_STAGE_MAX;
}

static bool latency_fill(struct tgk_engine *eng, u64 entry, void *row)
{
	memcpy(row, &eng->stats->hist[entry], sizeof(struct tgk_hist));
	return true;
}

static const struct table tables[] = {
	{ TG_CMD_ORDERS, TG_A_ORDER, sizeof(struct tg_nl_order), orders_entries, orders_fill,
	  orders_early },
	{ TG_CMD_PARENTS, TG_A_PARENT, sizeof(struct tg_nl_parent), parents_entries, parents_fill,
	  parents_early },
	{ TG_CMD_POSITIONS, TG_A_POSITION, sizeof(struct tg_nl_position), positions_entries,
	  positions_fill, NULL },
	{ TG_CMD_SESSIONS, TG_A_SESSION, sizeof(struct tg_nl_session), sessions_entries,
	  sessions_fill, NULL },
	{ TG_CMD_INSTRUMENTS, TG_A_INSTRUMENT_DEF, sizeof(struct tg_in_instrument),
	  instruments_entries, instruments_fill, NULL },
	{ TG_CMD_CLIENTS, TG_A_CLIENT, sizeof(struct tg_nl_client), clients_entries, clients_fill,
	  NULL },
	{ TG_CMD_FEEDS, TG_A_FEED, sizeof(struct tg_nl_feed), feeds_entries, feeds_fill, NULL },
	{ TG_CMD_MD, TG_A_MD, sizeof(struct tg_nl_md), instruments_entries, md_fill, NULL },
	{ TG_CMD_PRODUCTS, TG_A_PRODUCT, sizeof(struct tg_product_image), products_entries,
	  products_fill, NULL },
	{ TG_CMD_RATES, TG_A_RATE, sizeof(struct tg_nl_rate), rates_entries, rates_fill, NULL },
	{ TG_CMD_RESTRICTIONS, TG_A_RESTRICTION, sizeof(struct tg_nl_restriction),
	  restrictions_entries, restrictions_fill, NULL },
	{ TG_CMD_LATENCY, TG_A_HIST, sizeof(struct tgk_hist), latency_entries, latency_fill, NULL },
};

/* [thread] */
static int chunk_on_thread(struct tgk_engine *eng, void *arg)
{
	struct chunk *c = arg;
	u64 end = min(c->next + CHUNK_ENTRIES, c->entries);

	for (; c->next < end && c->rows < CHUNK_ROWS; c->next++)
		if (c->table->fill(eng, c->next, c->row + c->rows * c->table->row_bytes))
			c->rows++;
	return 0;
}

static void dump_free(struct dump *d)
{
	struct chunk *c, *tmp;

	list_for_each_entry_safe(c, tmp, &d->chunks, list)
		kvfree(c);
	kfree(d);
}

static int dump_take(struct tgk_engine *eng, struct dump *d)
{
	size_t bytes = sizeof(struct chunk) + CHUNK_ROWS * d->table->row_bytes;
	struct chunk *c = NULL;
	u64 next = 0, entries = d->table->entries(eng);
	int err = 0;

	while (next < entries) {
		if (!c) {
			c = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
			if (!c)
				return -ENOMEM;
			c->table = d->table;
			c->entries = entries;
		}
		c->next = next;
		err = tgk_call(eng, chunk_on_thread, c);
		if (err)
			break;
		next = c->next;
		if (c->rows == CHUNK_ROWS || next >= entries) {
			list_add_tail(&c->list, &d->chunks);
			c = NULL;
		}
	}
	kvfree(c);
	return err;
}

static int dump_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct tgk_engine *eng;
	struct dump *d;
	int err, i;

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	INIT_LIST_HEAD(&d->chunks);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (tables[i].cmd == info->genlhdr->cmd)
			d->table = &tables[i];
	eng = engine_or_say(cb->extack);
	if (!eng) {
		kfree(d);
		return -ENODEV;
	}
	err = dump_take(eng, d);
	tgk_engine_put(eng);
	if (err) {
		dump_free(d);
		return err;
	}
	d->at = list_first_entry_or_null(&d->chunks, struct chunk, list);
	/* a histogram is larger than the usual message buffer */
	cb->min_dump_alloc = d->table->row_bytes + 256;
	cb->args[0] = (long)d;
	return 0;
}

static int dump_row(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d,
		    const void *row)
{
	const struct genl_info *info = genl_info_dump(cb);
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&tickgate_family, NLM_F_MULTI, info->genlhdr->cmd);

	if (!hdr)
		return -EMSGSIZE;
	if ((d->table->attr == TG_A_HIST && nla_put_u16(skb, TG_A_STAGE, d->row)) ||
	    nla_put(skb, d->table->attr, d->table->row_bytes, row)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_next(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	const struct table *t = d->table;

	while (d->at) {
		for (; d->row < d->at->rows; d->row++) {
			const void *row = d->at->row + d->row * t->row_bytes;
			bool early = !t->early || t->early(row);

			if (early != (d->pass == 0))
				continue;
			if (dump_row(skb, cb, d, row))
				return skb->len;
		}
		d->row = 0;
		if (!list_is_last(&d->at->list, &d->chunks)) {
			d->at = list_next_entry(d->at, list);
		} else if (t->early && d->pass == 0) {
			d->pass = 1;
			d->at = list_first_entry(&d->chunks, struct chunk, list);
		} else {
			d->at = NULL;
		}
	}
	return skb->len;
}

static int dump_done(struct netlink_callback *cb)
{
	if (cb->args[0])
		dump_free((struct dump *)cb->args[0]);
	return 0;
}

/* ---- events ---- */

void tgk_netlink_event(struct tgk_engine *eng, const struct tg_pub_event *ev)
{
	struct sk_buff *skb;
	void *hdr;

	if (!READ_ONCE(registered))
		return;
	skb = genlmsg_new(nla_total_size(sizeof(*ev)), GFP_NOWAIT | __GFP_NOWARN);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &tickgate_family, 0, TG_CMD_EVENT);
	if (!hdr || nla_put(skb, TG_A_PUB_EVENT, sizeof(*ev), ev)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	rcu_read_lock();
	genlmsg_multicast_allns(&tickgate_family, skb, 0, 0);
	rcu_read_unlock();
}

/* ---- family ---- */

#define WITH_POLICY(p)	.policy = p, .maxattr = ATTRS - 1
#define DUMP(c)		{ .cmd = c, .start = dump_start, .dumpit = dump_next, .done = dump_done }
#define ADMIN		.flags = GENL_ADMIN_PERM

static const struct genl_ops tickgate_ops[] = {
	{ .cmd = TG_CMD_STATUS, .doit = cmd_status },
	{ .cmd = TG_CMD_START, .doit = cmd_start, ADMIN, WITH_POLICY(start_policy) },
	{ .cmd = TG_CMD_STOP, .doit = cmd_stop, ADMIN, WITH_POLICY(stop_policy) },
	{ .cmd = TG_CMD_INPUT, .doit = cmd_input, ADMIN, WITH_POLICY(input_policy) },
	{ .cmd = TG_CMD_CONNECT, .doit = cmd_connect, ADMIN, WITH_POLICY(connect_policy) },
	{ .cmd = TG_CMD_DISCONNECT, .doit = cmd_disconnect, ADMIN, WITH_POLICY(venue_policy) },
	{ .cmd = TG_CMD_BIND, .doit = cmd_bind, ADMIN, WITH_POLICY(ifindex_policy) },
	{ .cmd = TG_CMD_UNBIND, .doit = cmd_bind, ADMIN, WITH_POLICY(ifindex_policy) },
	{ .cmd = TG_CMD_COUNTERS, .doit = cmd_counters },
	DUMP(TG_CMD_LATENCY),
	DUMP(TG_CMD_ORDERS),
	DUMP(TG_CMD_POSITIONS),
	DUMP(TG_CMD_SESSIONS),
	{ .cmd = TG_CMD_BOOK, .doit = cmd_book, WITH_POLICY(book_policy) },
	DUMP(TG_CMD_INSTRUMENTS),
	DUMP(TG_CMD_CLIENTS),
	DUMP(TG_CMD_FEEDS),
	DUMP(TG_CMD_MD),
	DUMP(TG_CMD_PRODUCTS),
	DUMP(TG_CMD_PARENTS),
	DUMP(TG_CMD_RATES),
	DUMP(TG_CMD_RESTRICTIONS),
	{ .cmd = TG_CMD_RESET_LATENCY, .doit = cmd_reset_latency, ADMIN },
};

static const struct genl_multicast_group tickgate_groups[] = {
	{ .name = TG_GENL_MCGRP },
};

static struct genl_family tickgate_family __ro_after_init = {
	.name = TG_GENL_NAME,
	.version = TG_GENL_VERSION,
	.module = THIS_MODULE,
	/* an interface may be bound from the namespace that has it */
	.netnsok = true,
	/* a call on the engine thread must not hold up all of generic netlink */
	.parallel_ops = true,
	/* strict: reserved header fields and trailing bytes are refused for every command */
	.resv_start_op = 1,
	.ops = tickgate_ops,
	.n_ops = ARRAY_SIZE(tickgate_ops),
	.mcgrps = tickgate_groups,
	.n_mcgrps = ARRAY_SIZE(tickgate_groups),
};

int tgk_netlink_init(void)
{
	int err = genl_register_family(&tickgate_family);

	if (!err)
		WRITE_ONCE(registered, true);
	return err;
}

void tgk_netlink_exit(void)
{
	WRITE_ONCE(registered, false);
	genl_unregister_family(&tickgate_family);
}
