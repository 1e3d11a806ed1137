// SPDX-License-Identifier: MIT
/* Submitting, by ring and by ioctl. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "client.h"

TG_API int tg_submit(struct tg_handle *c, const struct tg_submission *s)
{
	if (!c->sub.user)
		return tg_fail(
			c, EPERM,
			"no submission ring: not attached, or the device is open for reading only");
	if (tg_load(&c->sub.kernel->flags) & TG_SUBK_BROKEN)
		return tg_fail(
			c, EPIPE,
			"the engine has disabled this submission ring: its tail was out of range");
	if (tg_sub_push(&c->sub, s))
		return TG_REASON_FULL;
	if (tg_sub_needs_wake(&c->sub) && ioctl(c->fd, TG_IOC_WAKE))
		return tg_fail(c, errno, "waking the engine: %s", strerror(errno));
	return 0;
}

TG_API int tg_submit_ioctl(struct tg_handle *c, const struct tg_submission *s, __u64 *order_id)
{
	struct tg_ioc_submit io = { .size = sizeof(io), .sub = *s };

	if (ioctl(c->fd, TG_IOC_SUBMIT, &io))
		return tg_fail(c, errno, "submit: %s", strerror(errno));
	if (order_id)
		*order_id = io.order_id;
	return io.reason;
}

TG_API int tg_download(struct tg_handle *c)
{
	struct tg_submission s = { .type = TG_SUB_DOWNLOAD };
	int r = c->sub.user ? tg_submit(c, &s) : TG_REASON_FULL;

	/* a full or missing ring must not keep a slow client slow */
	if (r == TG_REASON_FULL || r == -EPIPE)
		r = tg_submit_ioctl(c, &s, NULL);
	if (r > 0)
		return tg_fail(c, EPROTO, "download refused: %s", tg_strreason_text(r));
	return r;
}

TG_API int tg_queue(struct tg_handle *c, __u64 order_id, __u64 user_ref)
{
	struct tg_submission s = { .type = TG_SUB_QUEUE, .order_id = order_id, .user_ref = user_ref };

	return tg_submit(c, &s);
}

/* ---- a book of one's own ---- */

static int publish(struct tg_handle *c, const struct tg_publish *u, const struct tg_submission *what)
{
	struct tg_submission s = *what;

	s.type = TG_SUB_BOOK;
	s.instrument_id = u->instrument_id;
	s.user_ref = u->update_id;
	s.cause_time_ns = u->cause_time_ns;
	return tg_submit(c, &s);
}

TG_API int tg_publish_clear(struct tg_handle *c, const struct tg_publish *u)
{
	return publish(c, u, &(struct tg_submission){
		.flags = TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_NONE });
}

TG_API int tg_publish_level(struct tg_handle *c, const struct tg_publish *u, enum tg_book_side side,
			    __s64 px, __s64 qty)
{
	return publish(c, u, &(struct tg_submission){
		.side = side == TG_BID ? TG_SIDE_BUY : TG_SIDE_SELL,
		.action = qty ? TG_MD_CHANGE : TG_MD_DELETE,
		.px = px,
		.qty = qty });
}

TG_API int tg_publish_order(struct tg_handle *c, const struct tg_publish *u,
			    enum tg_md_action action, enum tg_book_side side, __s64 px, __s64 qty,
			    __u64 order)
{
	return publish(c, u, &(struct tg_submission){
		.side = side == TG_BID ? TG_SIDE_BUY : TG_SIDE_SELL,
		.action = (__u8)action,
		.px = px,
		.qty = qty,
		.order_id = order });
}

TG_API int tg_publish_trade(struct tg_handle *c, const struct tg_publish *u, __u8 aggressor,
			    __s64 px, __s64 qty)
{
	return publish(c, u, &(struct tg_submission){
		.flags = TG_SUB_BOOK_TRADE, .side = aggressor, .px = px, .qty = qty });
}

TG_API int tg_publish_end(struct tg_handle *c, const struct tg_publish *u)
{
	return publish(c, u, &(struct tg_submission){
		.flags = TG_SUB_BOOK_LAST | TG_SUB_BOOK_NONE });
}

TG_API struct tg_submission tg_submission_new(__u32 instrument_id, __u16 account_id,
					      enum tg_side side, __s64 px, __s64 qty,
					      __u64 user_ref)
{
	return (struct tg_submission){
		.type = TG_SUB_NEW,
		.instrument_id = instrument_id,
		.account_id = account_id,
		.side = side,
		.ord_type = TG_ORD_LIMIT,
		.tif = TG_TIF_DAY,
		.px = px,
		.qty = qty,
		.user_ref = user_ref,
	};
}

TG_API struct tg_submission tg_submission_cancel(__u64 order_id, __u64 user_ref)
{
	return (struct tg_submission){ .type = TG_SUB_CANCEL,
				       .order_id = order_id,
				       .user_ref = user_ref };
}

TG_API struct tg_submission tg_submission_replace(__u64 order_id, __s64 px, __s64 qty,
						  __u64 user_ref)
{
	return (struct tg_submission){
		.type = TG_SUB_REPLACE,
		.order_id = order_id,
		.px = px,
		.qty = qty,
		.user_ref = user_ref,
	};
}

TG_API struct tg_submission tg_submission_intent(enum tg_exec exec, __u32 instrument_id,
						 __u16 account_id, enum tg_side side, __s64 px,
						 __s64 qty, __u64 user_ref)
{
	struct tg_submission s = tg_submission_new(instrument_id, account_id, side, px, qty, user_ref);

	s.type = TG_SUB_INTENT;
	s.intent.exec = (__u8)exec;
	if (exec == TG_EXEC_SWEEP)
		s.tif = TG_TIF_IOC;
	return s;
}

TG_API struct tg_submission tg_submission_quote(__u32 instrument_id, __u16 account_id, __s64 bid,
						__s64 bid_qty, __s64 ask, __s64 ask_qty,
						__u64 user_ref)
{
	struct tg_submission s = tg_submission_intent(TG_EXEC_QUOTE, instrument_id, account_id, 0,
						      bid, bid_qty, user_ref);

	s.flags = TG_SUB_POST_ONLY;
	s.intent.px2 = ask;
	s.intent.qty2 = ask_qty;
	return s;
}

TG_API long long tg_budget_left(const struct tg_priv_event *ev)
{
	return ev->type == TG_PRIV_ORDER_ACK && (ev->flags & TG_EV_BUDGET) ? (long long)ev->u.order.budget_left : -1;
}

TG_API struct tg_submission tg_submission_intent_cancel(__u32 parent_id, __u64 user_ref)
{
	return (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL,
				       .order_id = parent_id,
				       .user_ref = user_ref };
}

TG_API struct tg_submission tg_submission_intent_replace(__u32 parent_id, __s64 px, __s64 qty,
							 __s64 px2, __s64 qty2, __u64 user_ref)
{
	return (struct tg_submission){ .type = TG_SUB_INTENT_REPLACE,
				       .order_id = parent_id,
				       .px = px,
				       .qty = qty,
				       .user_ref = user_ref,
				       .intent = { .px2 = px2, .qty2 = qty2 } };
}
