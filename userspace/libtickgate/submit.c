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
