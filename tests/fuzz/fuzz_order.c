// SPDX-License-Identifier: MIT
/*
 * Order commands and everything that meets them: the input is a script of requests, reports that
 * make sense, reports that do not, rejects, lost sessions, kills, limits, clients that come and go,
 * an outbox that runs full. After every step the tables are checked against each other (fixture.c).
 */
#include "../unit/fixture.c"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct script {
	const u8 *p, *end;
};

static u8 byte(struct script *s)
{
	return s->p < s->end ? *s->p++ : 0;
}

static u64 bytes(struct script *s, u32 n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | byte(s);
	return v;
}

/* Small numbers mostly, the edges sometimes. */
static s64 amount(struct script *s)
{
	static const s64 edges[] = {
		0, 1, -1, TG_PX_MAX, TG_PX_MAX + 1, TG_PX_NONE, 0x7fffffffffffffffLL, TG_SCALE / 100
	};
	u8 b = byte(s);

	if (b < 240)
		return PX(1 + b % 16);
	if (b < 248)
		return edges[b - 240];
	return (s64)bytes(s, 8);
}

static struct fx *base;
static u8 *image;

static struct fx *start(void)
{
	if (!base) {
		base = fx_ready();
		fx_open(base, 2, 1001, 0);
		fx_open(base, 3, 1002, TG_CLIENT_AUTO_CANCEL);
		image = malloc(base->e->bytes);
	}
	return base;
}

/* A message of the venue in sequence, whatever came before; only while there is a transport. */
static void venue_ready(struct fx *f)
{
	f->venue_seq = tg_session(f->e, 1)->next_rx_seq;
}

static struct tg_order *some_order(struct fx *f, struct script *s)
{
	struct tg_order *o;
	u8 b = byte(s);

	if (!f->e->orders_used)
		return NULL;
	o = tg_order_slot(f->e, b % f->e->orders_used);
	return o->order_id ? o : NULL;
}

static u16 client(struct script *s)
{
	return 1 + byte(s) % 4;
}

/* What a sane venue says next of this order. */
static void sane_report(struct fx *f, struct tg_order *o, u8 kind)
{
	struct fx_report r = { .exec = '0', .status = '0', .cum = o->cum_qty };
	s64 left = o->qty > o->cum_qty ? o->qty - o->cum_qty : 0,
	    part = left / 2 / (TG_SCALE / 1000) * (TG_SCALE / 1000);

	r.leaves = left;
	switch (kind % 8) {
	case 0:
		break;
	case 1:
		r.exec = 'F';
		r.status = '1';
		r.last_px = o->px > 0 ? o->px : PX(100);
		r.last_qty = part;
		r.cum += part;
		r.leaves -= part;
		break;
	case 2:
		r.exec = 'F';
		r.status = '2';
		r.last_px = o->px > 0 ? o->px : PX(100);
		r.last_qty = left;
		r.cum += left;
		r.leaves = 0;
		break;
	case 3:
		r.exec = r.status = '4';
		r.leaves = 0;
		break;
	case 4:
		r.exec = '5';
		r.status = o->cum_qty ? '1' : '0';
		r.qty = o->req_qty;
		r.px = o->req_px;
		r.leaves = o->req_qty > o->cum_qty ? o->req_qty - o->cum_qty : 0;
		break;
	case 5:
		r.exec = r.status = '8';
		r.leaves = 0;
		break;
	case 6:
		r.exec = 'I';
		r.status = o->cum_qty ? '1' : '0';
		break;
	case 7:
		r.exec = r.status = 'C';
		r.leaves = 0;
		break;
	}
	fx_report(f, o->order_id, &r);
}

static void wild_report(struct fx *f, struct tg_order *o, struct script *s)
{
	static const char kinds[] = "0123456789ABCDEFGHIz";
	struct fx_report r = { 0 };
	u8 flags = byte(s);
	char id[8];

	r.exec = kinds[byte(s) % (sizeof(kinds) - 1)];
	r.status = kinds[byte(s) % (sizeof(kinds) - 1)];
	r.cum = amount(s);
	r.leaves = amount(s);
	if (flags & 1)
		r.last_qty = amount(s);
	if (flags & 2)
		r.last_px = amount(s);
	if (flags & 4)
		r.qty = amount(s);
	if (flags & 8)
		r.px = amount(s);
	if (flags & 16)
		r.avg_px = amount(s);
	if (flags & 32)
		r.fee = amount(s);
	if (flags & 64)
		r.id = o->order_id | byte(s);
	if (flags & 128) {
		snprintf(id, sizeof(id), "X%u", byte(s) % 16);
		r.exec_id = id;
		r.no_leaves = byte(s) & 1;
	}
	/* %lld of the least number: the fixture prints magnitudes */
	if (r.cum == TG_PX_NONE)
		r.cum = 0;
	if (r.leaves == TG_PX_NONE)
		r.leaves = 0;
	fx_report(f, o->order_id, &r);
}

static void submit(struct fx *f, struct script *s, u8 type)
{
	struct tg_submission sub = { .type = type };
	u16 c = client(s);
	struct tg_order *o;

	if (type == TG_SUB_NEW) {
		u8 b = byte(s);

		sub = fx_limit(1 + (b & 1), amount(s), amount(s));
		sub.instrument_id = 1 + (b >> 1 & 1);
		sub.account_id = c == 3 ? 2 : 1;
		if (b & 8) {
			sub.ord_type = TG_ORD_MARKET;
			sub.px = 0;
		}
		sub.tif = b >> 4 & 3;
	} else {
		o = some_order(f, s);
		sub.order_id = o ? o->order_id : 0;
		sub.px = type == TG_SUB_REPLACE ? amount(s) : 0;
		sub.qty = type == TG_SUB_REPLACE ? amount(s) : 0;
	}
	fx_submit(f, c, sub);
}

static void reject(struct fx *f, struct tg_order *o, struct script *s)
{
	char body[256];
	u8 b = byte(s);
	u64 id = b & 1 ? o->req_cl_ord_id : o->order_id | byte(s);

	if (b & 2) {
		fx_cancel_reject(f, o->order_id, id ? id : 1, b & 4 ? '2' : '1', b >> 4, '0');
		return;
	}
	if (b & 4)
		snprintf(body, sizeof(body), "45=%llu|372=D|380=%u|379=%016llX|",
			 (unsigned long long)o->new_seq, b >> 4, (unsigned long long)id);
	else
		snprintf(body, sizeof(body), "45=%llu|372=F|373=%u|",
			 (unsigned long long)(b & 8 ? o->req_seq : o->new_seq), b >> 4);
	fx_venue(f, b & 4 ? "j" : "3", body);
}

static void session(struct fx *f, u8 up)
{
	struct tg_session *v = tg_session(f->e, 1);

	if (!up) {
		fx_disconnect(f);
		return;
	}
	if (v->state != TG_SESSION_DOWN)
		return;
	fx_step(f, TG_IN_TCP_UP, 1, NULL, 0);
	venue_ready(f);
	fx_venue(f, "A", "98=0|108=30|");
}

static void limits(struct fx *f, struct script *s)
{
	u8 b = byte(s), scope = 1 + b % 5;
	struct tg_in_limits l = fx_unlimited(scope, scope == TG_SCOPE_FIRM ? 0 : 1 + (b >> 4) % 3);

	b = byte(s);
	if (b & 1)
		l.max_order_qty = amount(s);
	if (b & 2)
		l.max_order_notional = amount(s);
	if (b & 4)
		l.max_position = amount(s);
	if (b & 8)
		l.collar_bps = byte(s) * 100u;
	if (b & 16)
		l.max_open_orders = byte(s) % 16;
	if (b & 32)
		l.rate_per_s = byte(s);
	if (b & 64)
		l.rate_burst = byte(s);
	if (b & 128)
		l.duplicate_window_ns = byte(s) * MS;
	fx_limits(f, l);
}

static void one(struct fx *f, struct script *s)
{
	u8 op = byte(s) % 24;
	struct tg_submission raw;
	struct tg_order *o;
	char body[200];
	u32 i, n;
	bool online = tg_session(f->e, 1)->transport;

	switch (op) {
	case 0:
	case 1:
	case 2:
	case 3:
		submit(f, s, TG_SUB_NEW);
		break;
	case 4:
	case 5:
		submit(f, s, TG_SUB_CANCEL);
		break;
	case 6:
	case 7:
		submit(f, s, TG_SUB_REPLACE);
		break;
	case 8:
		submit(f, s, TG_SUB_CANCEL_ALL);
		break;
	case 9:
		submit(f, s, TG_SUB_DOWNLOAD);
		break;
	case 10:
	case 11:
	case 12:
	case 13:
		o = some_order(f, s);
		venue_ready(f);
		if (o && online)
			sane_report(f, o, byte(s));
		break;
	case 14:
	case 15:
		o = some_order(f, s);
		venue_ready(f);
		if (o && online)
			wild_report(f, o, s);
		break;
	case 16:
	case 17:
		o = some_order(f, s);
		venue_ready(f);
		if (o && online)
			reject(f, o, s);
		break;
	case 18:
		session(f, byte(s) & 1);
		break;
	case 19:
		n = byte(s);
		fx_kill(f, n & 1 ? TG_IN_KILL : TG_IN_RESUME, (u16)(1 + (n >> 1) % 5),
			(n >> 1) % 5 ? 1 + (n >> 6) : 0, n & 32 ? TG_KILL_CANCEL : 0);
		break;
	case 20:
		n = client(s);
		if (tg_client(f->e, n))
			fx_close(f, (u16)n);
		else
			fx_open(f, (u16)n, 999 + n + byte(s) % 3, byte(s) & 3);
		break;
	case 21:
		limits(f, s);
		break;
	case 22:
		n = byte(s);
		if (n & 1) {
			f->e->outbox_bytes =
				n & 2 ? tg_engine_outbox_bytes(&f->params) : 4096 + n * 32;
		} else {
			f->now += n * 100 * MS;
			fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		}
		break;
	default:
		if (byte(s) & 1) {
			for (i = 0; i < sizeof(raw); i++)
				((u8 *)&raw)[i] = i < 64 ? byte(s) : 0;
			fx_submit(f, 1, raw);
			break;
		}
		for (i = 0; i < sizeof(body) - 1 && s->p < s->end && *s->p != 0xff; i++)
			body[i] = (char)byte(s);
		body[i] = 0;
		venue_ready(f);
		if (online)
			fx_venue(f, byte(s) & 1 ? "8" : "9", body);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct script s = { data, data + size };
	struct fx *f = start();
	struct fx saved = *f;
	u32 steps;

	memcpy(image, f->e, f->e->bytes);
	for (steps = 0; s.p < s.end && steps < 2000; steps++) {
		f->records_len = 0;	/* nothing is replayed here */
		one(f, &s);
	}
	memcpy(f->e, image, f->e->bytes);
	saved.records = f->records;
	saved.records_cap = f->records_cap;
	*f = saved;
	return 0;
}
