// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include "journal_kit.h"

#define CAP	(64u << 10)

struct making {
	struct kit *k;
	struct tg_engine *e;
	struct tg_outbox ob;
};

static void put(struct making *m, enum tg_in type, u16 source, const void *payload, u32 len)
{
	struct kit *k = m->k;
	struct tg_record rec = { .seq = k->records + 1,
				 .time_ns = 1795302478000000000ull + k->records,
				 .len = len,
				 .type = type,
				 .source = source };
	u8 *p = k->bytes + k->len;

	/* 8-byte aligned copy of the payload, zero padding behind */
	memcpy(p + sizeof(rec), payload ? payload : "", len);
	m->ob.len = 0;
	tg_engine_step(m->e, &rec, p + sizeof(rec), &m->ob);
	rec.digest = tg_engine_digest(m->e);
	memcpy(p, &rec, sizeof(rec));
	k->at[k->records++] = k->len;
	k->len += TG_RECORD_SIZE(len);
}

void kit_make(struct kit *k)
{
	static const char garbage[] = "8=FIX.4.4\0019=5\00135=0\00110=161\001";
	struct tg_in_engine p = { .abi_version = TG_ABI_VERSION, .engine_id = 1, .epoch = 1 };
	struct tg_in_venue v = { .venue_id = 1,
				 .dialect = TG_DIALECT_SIM,
				 .name = "sim",
				 .sender_comp_id = "S",
				 .target_comp_id = "T",
				 .logon_timeout_ms = 1000,
				 .logout_timeout_ms = 1000,
				 .flags = TG_VENUE_ORDERS };
	struct tg_in_instrument in = { .instrument_id = 1,
				       .venue_id = 1,
				       .tick = 1000000,
				       .lot = 1000,
				       .symbol = "BTCUSDT" };
	struct tg_in_account a = { .account_id = 1, .name = "main" };
	struct tg_in_limits l = { .scope = TG_SCOPE_FIRM, .max_order_qty = TG_SCALE };
	struct tg_in_mode mode = { .mode = TG_MODE_LEADER };
	struct tg_in_kill kill = { .scope = TG_SCOPE_FIRM,
				   .cause = TG_KILL_OPERATOR,
				   .who = "somebody",
				   .text = "a reason" };
	struct making m = { .k = k };
	u64 bytes;

	memset(k, 0, sizeof(*k));
	tg_engine_defaults(&p);
	bytes = (tg_engine_size(&p) + 63) & ~63ull;
	m.e = aligned_alloc(64, bytes);
	m.ob.cap = tg_engine_outbox_bytes(&p);
	m.ob.buf = malloc(m.ob.cap);
	k->bytes = aligned_alloc(64, CAP);
	if (!m.e || !m.ob.buf || !k->bytes || tg_engine_init(m.e, bytes, &p))
		abort();
	memset(k->bytes, 0, CAP);
	put(&m, TG_IN_ENGINE, 0, &p, sizeof(p));
	put(&m, TG_IN_VENUE, 0, &v, sizeof(v));
	put(&m, TG_IN_INSTRUMENT, 0, &in, sizeof(in));
	put(&m, TG_IN_ACCOUNT, 0, &a, sizeof(a));
	put(&m, TG_IN_LIMITS, 0, &l, sizeof(l));
	put(&m, TG_IN_MODE, 0, &mode, sizeof(mode));
	put(&m, TG_IN_TCP_UP, 1, NULL, 0);
	put(&m, TG_IN_TCP_RX, 1, garbage, sizeof(garbage) - 1);
	put(&m, TG_IN_KILL, 0, &kill, sizeof(kill));
	put(&m, TG_IN_CHECKPOINT, 0, NULL, 0);
	free(m.e);
	free(m.ob.buf);
}

void kit_free(struct kit *k)
{
	free(k->bytes);
	k->bytes = NULL;
}
