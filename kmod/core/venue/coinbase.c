// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Dialect `coinbase`: Coinbase Exchange, FIX 5.0SP2 over FIXT.1.1. The Logon holds the passphrase (554), so the daemon sends it. Market data is order by
 * order; no book here takes it. Prime, International, Derivatives and Predictions are other dialects.
 */
#include "venue/dialects.h"

const struct tg_venue_caps tg_coinbase_caps = {
	.dialect = TG_DIALECT_COINBASE,
	.fix_version = 50,
	.fix_versions = TG_FIX_VERSION_50,
	.name = "coinbase",
	.resend = TG_RESEND_UNSURE,
	.resend_max = 1000,
	.credentials = TG_CRED_COINBASE_HMAC_SHA256,
	.logon_secret = 1,
	.tls = 1,
	.heartbeat_max_s = 30,
	.cancel_on_disconnect = 1,
	.cod_tag = 8013,
	.cod_on = 'S',		/* this session's orders; Y would take those of every other program of the profile too */
	.rate_messages = 100,
	.rate_window_ms = 1000,
	.connects = 2,
	.connects_window_ms = 1000,
	.connections = 75,
	.replace = TG_REPLACE_G,
	.status_request = TG_STATUS_H,
	.mass_cancel = TG_MASS_SESSION,
	.ord_fields = TG_ORD_TIME | TG_ORD_CANCEL_SIDE | TG_ORD_VENUE_ID,
	.cl_ord_id = TG_ID_UUID4,
	.cl_ord_id_max = 36,
	.cancel_reject = TG_CANCEL_REJECT_9,
	.exec_missing = TG_EXEC_NO_ORDER_ID,	/* of rejected orders */
	.tifs = 1 << TG_TIF_GTC | 1 << TG_TIF_IOC | 1 << TG_TIF_FOK,
	.ord_types = 1 << TG_ORD_MARKET | 1 << TG_ORD_LIMIT,
	.post_only = "A",
	.stp = { .tag = 7928, .newest = 'N', .oldest = 'O', .both = 'B', .decrement = 'D', .in_replace = 1 },
	.md_level = TG_MD_L3,
	.md_gap = TG_MD_GAP_RPT_SEQ,
	.md_ids = TG_MD_ID_ORDER,
	.md_fragments = 1,
	.md_request = TG_MDREQ_END_SHORT,
	.security_list = 1,
	.trading_status = 'e',
};

void tg_coinbase_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	if (cred) {
		tg_fix_put_str(w, 553, cred->username, sizeof(cred->username));
		tg_fix_put_str(w, 554, cred->password, sizeof(cred->password));
		tg_body_raw_data(cred, w);
	}
	if (v->flags & TG_VENUE_ORDERS)
		tg_body_cancel_on_disconnect(v, tg_coinbase_caps.cod_on, tg_coinbase_caps.cod_off, tg_fix_tag_bytes(8013), w);
}

/* No depth, no entry types: a subscription is to a symbol's orders. */
void tg_coinbase_put_md_request(const struct tg_in_instrument *i, u64 req_id, bool unsubscribe, struct tg_fix_writer *w)
{
	tg_fix_put_u64(w, 262, req_id);
	tg_fix_put_char(w, 263, unsubscribe ? '2' : '1');
	tg_fix_put_char(w, 146, '1');
	tg_fix_put_str(w, 55, i->symbol, TG_SYMBOL_LEN);
}
