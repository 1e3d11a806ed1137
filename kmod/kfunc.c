// SPDX-License-Identifier: GPL-2.0
/*
 * The call that XDP programs make. Nothing of its arguments is trusted: the payload's bounds are
 * checked against the frame itself, so a program with a bug loses a packet and no more.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/module.h>
#include <linux/timekeeping.h>
#include <net/xdp.h>
#include "compat.h"
#include "tickgate.h"

TGK_KFUNC_DEFS_START;

/**
 * tickgate_rx - hand one UDP payload to the engine
 * @ctx: the frame
 * @engine_id: from the steering map; must be the running engine's
 * @feed_id: 1..max_feeds
 * @payload_off: bytes from ctx->data
 * @payload_len: at least 1
 *
 * Return: 0 the engine has it, or has a copy: drop the frame. Otherwise the engine knows nothing of
 * it: -ENODEV no such engine, -EINVAL bounds or feed wrong, -EOPNOTSUPP frame in several buffers,
 * -EMSGSIZE too long to queue, -ENOBUFS queue full.
 */
__bpf_kfunc int tickgate_rx(struct xdp_md *ctx, u32 engine_id, u32 feed_id, u32 payload_off,
			    u32 payload_len)
{
	struct xdp_buff *xdp = (struct xdp_buff *)ctx;
	u64 now_ns = ktime_get_real_ns();
	struct tgk_engine *eng;
	u32 frame;

	/* XDP runs with bottom halves off: an RCU reader, which synchronize_net() waits for. */
	eng = rcu_dereference_check(tgk_live, rcu_read_lock_bh_held());
	if (!eng || eng->params.engine_id != engine_id) {
		tgk_count_any(NULL, TG_HC_KFUNC_NO_ENGINE);
		return -ENODEV;
	}
	if (xdp_buff_has_frags(xdp)) {
		tgk_count_any(eng, TG_HC_KFUNC_BAD_ARGS);
		return -EOPNOTSUPP;
	}
	frame = xdp->data_end - xdp->data;
	if (!feed_id || feed_id > eng->params.max_feeds || !payload_len || payload_off > frame ||
	    payload_len > frame - payload_off) {
		tgk_count_any(eng, TG_HC_KFUNC_BAD_ARGS);
		return -EINVAL;
	}
	return tgk_ingress(eng, feed_id, xdp->data + payload_off, payload_len, now_ns);
}

TGK_KFUNC_DEFS_END;

TGK_KFUNCS_START(tgk_kfuncs)
BTF_ID_FLAGS(func, tickgate_rx)
TGK_KFUNCS_END(tgk_kfuncs)

static const struct btf_kfunc_id_set kfunc_set = {
	.owner = THIS_MODULE,
	.set = &tgk_kfuncs,
};

/*
 * Registered until the module goes. Without .BTF in the module this warns and returns 0; the build
 * checks that the section is there.
 */
int tgk_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &kfunc_set);
}
