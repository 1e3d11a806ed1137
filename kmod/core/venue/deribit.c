// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Dialect `deribit`: FIX 4.4 with some tags of 5.0. Reports carry the venue's id in 11 and our ClOrdID of the new order in 41, whatever the request was;
 * cancels and replaces name the order the same way round and have no id of their own.
 */
#include "venue/dialects.h"

const struct tg_venue_caps tg_deribit_caps = {
	.dialect = TG_DIALECT_DERIBIT,
	.fix_version = 44,
	.fix_versions = TG_FIX_VERSION_44,
	.name = "deribit",
	.resend = TG_RESEND_NONE,	/* its answer to 35=4 is a 35=2, and it only goes forward */
	.credentials = TG_CRED_DERIBIT_SHA256,
	.logon_bare_data = 96,	/* its Logon says our 96 back, without 95 */
	.cancel_on_disconnect = 1,
	.cod_tag = 9001,
	.cod_on = 'Y',
	.cod_off = 'N',		/* always said: absent, the account's own setting would count */
	.replace = TG_REPLACE_G,
	.status_request = TG_STATUS_AF,
	.mass_cancel = TG_MASS_SYMBOL | TG_MASS_TYPE | TG_MASS_ALL,
	.cl_ord_id = TG_ID_HEX16,
	.cl_ord_id_max = 64,
	.id_echo_swapped = 1,
	.cancel_reject = TG_CANCEL_REJECT_9,
	.exec_missing = TG_EXEC_NO_ORDER_ID | TG_EXEC_NO_EXEC_ID | TG_EXEC_NO_TYPE,
	.cxlrej_missing = TG_CXLREJ_NO_ID | TG_CXLREJ_NO_STATUS | TG_CXLREJ_NO_RESPONSE,
	.tifs = 1 << TG_TIF_GTC | 1 << TG_TIF_IOC | 1 << TG_TIF_FOK,
	.tif_default = '0' + TG_TIF_GTC,
	.ord_types = 1 << TG_ORD_MARKET | 1 << TG_ORD_LIMIT,
	.post_only = "6A",	/* rejected when it would take; 6 alone would change the price */
	.reduce_only = "E",
	.md_level = TG_MD_L2,
	.md_gap = TG_MD_GAP_MSG_SEQ,
	.md_request = TG_MDREQ_UPDATE_TYPE | TG_MDREQ_TRADES,
	.security_list = 1,
	.trading_status = 'e',
};

void tg_deribit_put_logon(const struct tg_in_venue *v, const struct tg_in_credentials *cred, struct tg_fix_writer *w)
{
	if (cred) {
		tg_body_raw_data(cred, w);
		tg_fix_put_str(w, 553, cred->username, sizeof(cred->username));
		tg_fix_put_str(w, 554, cred->password, sizeof(cred->password));
	}
	tg_body_cancel_on_disconnect(v, tg_deribit_caps.cod_on, tg_deribit_caps.cod_off, tg_fix_tag_bytes(9001), w);
	tg_fix_put_char(w, 9015, 'Y');	/* each fill as a report with 150=F, not as a group in another one */
}
