// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Dialect `sim`: the test exchange of tools/venue, in each FIX version. Field order follows FIX 4.4 volume 4 (orders) and volume 3 (market data). */
#include "venue/dialects.h"

const struct tg_venue_caps tg_sim_caps = {
	.dialect = TG_DIALECT_SIM,
	.fix_version = 44,
	.fix_versions = TG_FIX_VERSION_42 | TG_FIX_VERSION_44 | TG_FIX_VERSION_50,
	.name = "sim",
	.resend = TG_RESEND_BOTH,
	.replace = TG_REPLACE_G,
	.status_request = TG_STATUS_H,
	.mass_status = 1,
	.positions = 1,
	.mass_cancel = TG_MASS_SYMBOL | TG_MASS_ALL,
	.ord_fields = TG_ORD_ACCOUNT | TG_ORD_TIME | TG_ORD_CANCEL_SIDE,
	.cl_ord_id = TG_ID_HEX16,
	.cl_ord_id_max = 36,
	.cancel_reject = TG_CANCEL_REJECT_9,
	.tifs = 1 << TG_TIF_DAY | 1 << TG_TIF_GTC | 1 << TG_TIF_IOC | 1 << TG_TIF_FOK,
	.tif_market = 1,
	.ord_types = 1 << TG_ORD_MARKET | 1 << TG_ORD_LIMIT,
	.post_only = "6",
	.md_level = TG_MD_L2_L3,
	.md_gap = TG_MD_GAP_CHAIN,
	.md_omit_delete_qty = 1,
	.md_inherit = 1,
	.md_fragments = 1,
	.md_request = TG_MDREQ_UPDATE_TYPE | TG_MDREQ_TRADES,
};
