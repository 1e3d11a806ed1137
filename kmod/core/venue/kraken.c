// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Dialect `kraken`: Kraken spot FIX. Trading and market data are two sessions, a venue record each; the market-data one has no credentials.
 * The derivatives gateway looks alike and is not this dialect: no 35=G, no 35=H, other ExecInst (18).
 */
#include "venue/dialects.h"

const struct tg_venue_caps tg_kraken_caps = {
	.dialect = TG_DIALECT_KRAKEN,
	.fix_version = 44,
	.fix_versions = TG_FIX_VERSION_44,
	.name = "kraken",
	.resend = TG_RESEND_BOTH,
	.credentials = TG_CRED_KRAKEN_HMAC_SHA512,
	.tls = 1,
	.cancel_on_disconnect = 1,
	.cod_tag = 8674,
	.cod_on = '0',		/* the venue's own default, and the other way round than elsewhere */
	.cod_off = '1',
	.replace = TG_REPLACE_G,
	.status_request = TG_STATUS_H,
	.mass_cancel = TG_MASS_SYMBOL | TG_MASS_SESSION | TG_MASS_ALL,
	.ord_fields = TG_ORD_TIME | TG_ORD_CANCEL_SIDE | TG_ORD_VENUE_ID,
	.cl_ord_id = TG_ID_TIME_UUID4,
	.cl_ord_id_max = 36,
	.cancel_reject = TG_CANCEL_REJECT_J,
	.exec_missing = TG_EXEC_NO_ORDER_ID,	/* of rejected orders */
	.tifs = 1 << TG_TIF_GTC | 1 << TG_TIF_IOC | 1 << TG_TIF_FOK,
	.ord_types = 1 << TG_ORD_MARKET | 1 << TG_ORD_LIMIT,
	.post_only = "P",
	.stp = { .tag = 7928, .newest = '1', .oldest = '2', .both = '0' },
	.md_level = TG_MD_L2_L3,
	.md_gap = TG_MD_GAP_CHECKSUM,
	.md_ids = TG_MD_ID_SIDE_PX,
	.md_checksum_tag = 5041,
	.md_request = TG_MDREQ_UPDATE_TYPE | TG_MDREQ_AGGREGATED,
	.md_depth_max = 1000,
	.md_depth_kept = 1,
	.security_list = 1,
	.trading_status = 'g',
};

void tg_kraken_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	if (!cred)
		return;		/* market data */
	tg_fix_put_str(w, 553, cred->username, sizeof(cred->username));
	tg_fix_put_str(w, 554, cred->password, sizeof(cred->password));
	tg_fix_put_str(w, 5025, cred->nonce, sizeof(cred->nonce));
	tg_body_cancel_on_disconnect(v, tg_kraken_caps.cod_on, tg_kraken_caps.cod_off, tg_fix_tag_bytes(8674), w);
}

/* 264 is one of 10, 25, 100, 500, 1000: the next that is not shallower. */
u32 tg_kraken_depth(u32 wanted)
{
	if (!wanted || wanted > 500)
		return 1000;
	return wanted > 100 ? 500 : wanted > 25 ? 100 : wanted > 10 ? 25 : 10;
}
