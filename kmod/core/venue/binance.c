// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Dialect `binance`: Binance Spot FIX API. One session carries either orders (fix-oe) or market data
 * (fix-md): a venue record each. No resend, no cancel on disconnect, no 35=G, no 35=H.
 */
#include "venue/dialects.h"

#define SEQUENTIAL	'2'	/* 25035: answers in the order of the requests; our state machine expects no other */
#define EVERYTHING	'1'	/* 25036: acknowledgements and reports; ONLY_ACKS would keep fills from us */
#define DEPTH_MIN	2u	/* 264=1 is the best-price ticker, another stream */
#define DEPTH_MAX	5000u

const struct tg_venue_caps tg_binance_caps = {
	.dialect = TG_DIALECT_BINANCE,
	.fix_version = 44,
	.fix_versions = TG_FIX_VERSION_44,
	.name = "binance",
	.resend = TG_RESEND_NONE,
	.logon_reset = 1,
	.credentials = TG_CRED_BINANCE_ED25519,
	.tls = 1,
	.heartbeat_min_s = 5,
	.heartbeat_max_s = 60,
	.rate_messages = 10000,
	.rate_window_ms = 10000,
	.connects = 15,
	.connects_window_ms = 30000,
	.connections = 10,
	.replace = TG_REPLACE_XCN,
	.status_request = TG_STATUS_NONE,
	.mass_cancel = TG_MASS_SYMBOL,
	.cl_ord_id = TG_ID_HEX16,
	.cl_ord_id_max = 36,
	.cancel_reject = TG_CANCEL_REJECT_9,
	.exec_missing = TG_EXEC_NO_ORDER_ID | TG_EXEC_NO_EXEC_ID,	/* of rejected orders */
	.cxlrej_missing = TG_CXLREJ_NO_STATUS,
	.tifs = 1 << TG_TIF_GTC | 1 << TG_TIF_IOC | 1 << TG_TIF_FOK,
	.ord_types = 1 << TG_ORD_MARKET | 1 << TG_ORD_LIMIT,
	.post_only = "6",
	.stp = { .tag = 25001, .none = '1', .newest = '2', .oldest = '3', .both = '4', .decrement = '5' },
	.md_level = TG_MD_L2,
	.md_gap = TG_MD_GAP_CHAIN,
	.md_omit_delete_qty = 1,
	.md_inherit = 1,
	.md_request = TG_MDREQ_AGGREGATED | TG_MDREQ_END_SHORT | TG_MDREQ_NO_SNAPSHOT,
	.md_fragments = 1,
	.md_depth_max = DEPTH_MAX,
	.security_list = 1,
};

void tg_binance_put_logon(const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	if (cred) {
		tg_body_raw_data(cred, w);
		tg_fix_put_str(w, 553, cred->username, sizeof(cred->username));
	}
	tg_fix_put_char(w, 25035, SEQUENTIAL);
	tg_fix_put_char(w, 25036, EVERYTHING);
}

u32 tg_binance_depth(u32 wanted)
{
	if (!wanted || wanted > DEPTH_MAX)
		return DEPTH_MAX;
	return wanted < DEPTH_MIN ? DEPTH_MIN : wanted;
}
