// SPDX-License-Identifier: MIT
/* What a venue's dialect takes and what not: told here by key and line, as the engine's own refusal is only one word. */
#include "config.h"
#include "venue/venue.h"

#define ERROR(key, text, ...) tgd_error(e, tgd_key_line(TGD_VENUE, &v->s, key), "[venue %s] " key ": " text, v->s.name, __VA_ARGS__)

static unsigned int version_bit(unsigned int version)
{
	return version == 42 ? TG_FIX_VERSION_42 : version == 44 ? TG_FIX_VERSION_44 : TG_FIX_VERSION_50;
}

void tgd_check_dialect(const struct tgd_venue *v, struct tgd_errors *e)
{
	static const unsigned int versions[] = { 0, 42, 44, 50 };	/* the words of the key */
	const struct tg_venue_caps *c = tg_venue_caps((u16)v->dialect);
	unsigned int version = versions[v->fix_version & 3];

	if (!c)
		return;		/* missing or wrong: already told */
	if (version && !(c->fix_versions & version_bit(version)))
		ERROR("fix_version", "dialect %s does not speak it; leave the key out", c->name);
	if (c->logon_reset && !v->reset_on_logon)
		ERROR("reset_on_logon", "dialect %s takes no Logon without it; say yes", c->name);
	if (v->cancel_on_disconnect && !c->cancel_on_disconnect)
		ERROR("cancel_on_disconnect", "dialect %s cannot ask for it; say no", c->name);
	if (v->self_trade == TG_SELF_TRADE_VENUE && !c->stp.newest)
		ERROR("self_trade", "dialect %s has no tag for it; say skip, reduce, cancel or off", c->name);
	if (v->heartbeat_s < c->heartbeat_min_s || (c->heartbeat_max_s && (v->heartbeat_s > c->heartbeat_max_s || !v->heartbeat_s)))
		ERROR("heartbeat_s", "%lld; dialect %s takes %u to %u", v->heartbeat_s, c->name,
		      c->heartbeat_min_s ? c->heartbeat_min_s : 1u, c->heartbeat_max_s);
}

void tgd_check_subscription(const struct tgd_instrument *in, const struct tgd_venue *v, struct tgd_errors *e)
{
	const struct tg_venue_caps *c = tg_venue_caps((u16)v->dialect);
	int line = tgd_key_line(TGD_INSTRUMENT, &in->s, "subscribe");

	if (c && in->self_trade == TG_SELF_TRADE_VENUE && !c->stp.newest)
		tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "self_trade"),
			  "[instrument %s] self_trade: dialect %s has no tag for it; say skip, reduce, cancel or off", in->s.name, c->name);
	if (!c || in->published)
		return;
	if (in->l3 && c->md_level != TG_MD_L3 && c->md_level != TG_MD_L2_L3)
		tgd_error(e, tgd_key_line(TGD_INSTRUMENT, &in->s, "l3"), "[instrument %s] l3: dialect %s sends no market data order by order; say no",
			  in->s.name, c->name);
	if (!in->subscribe)
		return;
	if (c->md_level == TG_MD_L3 && !in->l3)
		tgd_error(e, line, "[instrument %s] subscribe: dialect %s sends market data order by order; set l3 = yes, or say no",
			  in->s.name, c->name);
	else if ((c->md_request & TG_MDREQ_NO_SNAPSHOT) && !v->md_over_tcp)
		tgd_error(e, line, "[instrument %s] subscribe: dialect %s gives no snapshot without updates; set md_over_tcp = yes in [venue %s] or say no",
			  in->s.name, c->name, v->s.name);
}

const char *tgd_dialect_name(unsigned int dialect)
{
	const struct tg_venue_caps *c = tg_venue_caps((u16)dialect);

	return c ? c->name : "?";
}
