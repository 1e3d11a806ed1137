// SPDX-License-Identifier: GPL-2.0
/*
 * Clients: slots, submission rings, private events.
 *
 * Everything here runs on the engine thread but for tgk_client_attach(), _detach() and _submit(),
 * which ask it. Nothing that a client writes is trusted: its tail is read once a poll and bounded,
 * a submission is copied out before it is looked at, and the head is the kernel's own. A client
 * dies by its file: release() sets `closing`, the thread sees it at its next poll. That needs no
 * allocation and no call that a fatal signal could cut short, so a killed process is closed as
 * surely as one that exits.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <tickgate/ring.h>
#include "tickgate.h"
#include "client.h"

#define PRIVATE_DEFAULT_SLOTS		4096u
#define SUBMISSION_DEFAULT_SLOTS	256u

static void client_free(struct kref *ref)
{
	struct tgk_client *c = container_of(ref, struct tgk_client, ref);

	tgk_ring_put(c->priv);
	tgk_ring_put(c->sub_kernel);
	tgk_ring_put(c->sub_user);
	tgk_engine_put(c->eng);
	kvfree(c->filter);
	kfree(c);
}

int tgk_clients_init(struct tgk_engine *eng)
{
	u32 max = eng->params.max_clients;
	struct tgk_client_set *set = kvzalloc(struct_size(set, rows, max), GFP_KERNEL);

	eng->clients = kvcalloc(max + 1, sizeof(*eng->clients), GFP_KERNEL);
	if (!set || !eng->clients) {
		kvfree(set);
		kvfree(eng->clients);
		eng->clients = NULL;
		return -ENOMEM;
	}
	set->max = max;
	eng->client_set = set;
	return 0;
}

/*
 * [thread, or after its end] Takes the client out of the tables and gives the thread's reference
 * back.
 */
static void client_remove(struct tgk_engine *eng, struct tgk_client *c)
{
	struct tgk_client_set *set = eng->client_set;
	u32 last = set->live - 1;

	eng->clients[c->id] = NULL;
	set->rows[c->row] = set->rows[last];
	set->rows[c->row]->row = c->row;
	set->rows[last] = NULL;
	if (c->filter)
		eng->filters--;
	WRITE_ONCE(set->live, last);
	WRITE_ONCE(c->dead, true);
	wake_up_all(&c->wait);
	complete(&c->closed);
	kref_put(&c->ref, client_free);
}

void tgk_clients_destroy(struct tgk_engine *eng)
{
	struct tgk_client_set *set = eng->client_set;

	while (set && set->live)
		client_remove(eng, set->rows[set->live - 1]);
	wake_up_all(&eng->journal.wait);
	kvfree(set);
	kvfree(eng->clients);
	eng->client_set = NULL;
	eng->clients = NULL;
}

/* ---- opening ---- */

/* [thread] */
static int open_on_thread(struct tgk_engine *eng, void *arg)
{
	struct tgk_client_set *set = eng->client_set;
	struct tgk_client *c = arg;
	enum tg_reason reason;
	u32 id = set->last_id, n;

	if (set->live == set->max)
		return -ENOSPC;
	for (n = 0; n < set->max; n++) {
		id = id % set->max + 1;
		if (!eng->clients[id])
			break;
	}
	set->last_id = id;
	c->id = id;
	c->row = set->live;
	/* in the tables first: the record's own outputs are private events of this client */
	kref_get(&c->ref);
	eng->clients[id] = c;
	set->rows[c->row] = c;
	WRITE_ONCE(set->live, set->live + 1);
	reason = tgk_step(eng, TG_IN_CLIENT_OPEN, id, &c->who, sizeof(c->who));
	tgk_flush(eng);
	if (reason == TG_REASON_OK)
		return 0;
	client_remove(eng, c);
	if (reason == TG_REASON_CAPACITY)
		return -ENOSPC;
	return reason == TG_REASON_NOT_PERMITTED ? -EPERM : -EINVAL;
}

struct tgk_client *tgk_client_attach(struct tgk_engine *eng, struct tg_ioc_attach *att,
				     const struct tg_in_client *who)
{
	u32 priv_slots = att->private_slots ? att->private_slots : PRIVATE_DEFAULT_SLOTS;
	u32 sub_slots = att->submission_slots ? att->submission_slots : SUBMISSION_DEFAULT_SLOTS;
	struct tgk_client *c = kzalloc(sizeof(*c), GFP_KERNEL);
	struct tg_sub_kernel *sk;
	int err = -ENOMEM;

	if (!c)
		return ERR_PTR(-ENOMEM);
	kref_init(&c->ref);
	kref_get(&eng->ref);
	c->eng = eng;
	init_waitqueue_head(&c->wait);
	init_completion(&c->closed);
	c->who = *who;
	c->who.flags = att->flags;
	strscpy_pad(c->who.name, att->name, sizeof(c->who.name));
	c->priv = tgk_ring_alloc(sizeof(struct tg_priv_event), priv_slots);
	c->sub_kernel = tgk_ring_alloc(0, TG_SHM_PAGE);
	c->sub_user = tgk_ring_alloc(0, TG_SHM_PAGE + sub_slots * sizeof(struct tg_submission));
	if (!c->priv || !c->sub_kernel || !c->sub_user)
		goto fail;
	sk = c->sub_kernel->mem;
	sk->slots = sub_slots;

	err = tgk_call(eng, open_on_thread, c);
	if (err)
		goto fail;
	att->private_slots = priv_slots;
	att->submission_slots = sub_slots;
	att->client_id = c->id;
	att->public_slots = eng->pub->nslots;
	att->max_instruments = eng->params.max_instruments;
	att->public_bytes = eng->pub->bytes;
	att->private_bytes = c->priv->bytes;
	att->sub_user_bytes = c->sub_user->bytes;
	att->books_bytes = eng->books->bytes;
	att->max_products = eng->params.max_products;
	att->products_bytes = eng->products ? eng->products->bytes : 0;
	tgk_count_any(eng, TG_HC_CLIENTS_OPENED);
	return c;
fail:
	kref_put(&c->ref, client_free);
	return ERR_PTR(err);
}

void tgk_client_detach(struct tgk_client *c)
{
	tgk_count_any(c->eng, TG_HC_CLIENTS_CLOSED);
	WRITE_ONCE(c->closing, true);
	tgk_wake(c->eng);
	/*
	 * not killable: the process may be dying of a signal already. When the time is over the
	 * thread frees what is left.
	 */
	wait_for_completion_timeout(&c->closed, HZ);
	kref_put(&c->ref, client_free);
}

/* ---- submitting ---- */

/* [thread] */
static void submit(struct tgk_engine *eng, struct tgk_submit *s)
{
	s->reason = tgk_step(eng, TG_IN_SUBMIT, s->client->id, &s->sub, sizeof(s->sub));
	s->order_id = 0;
	if (s->reason == TG_REASON_OK && (s->sub.type == TG_SUB_NEW || s->sub.type == TG_SUB_INTENT))
		s->order_id = tg_engine_last_order_id(eng->core);
	tgk_flush(eng);
}

/* [thread] */
static int submit_on_thread(struct tgk_engine *eng, void *arg)
{
	struct tgk_submit *s = arg;

	if (s->client->dead)
		return -ENODEV;
	tgk_count(eng, TG_HC_SUB_IOCTL);
	submit(eng, s);
	return 0;
}

int tgk_client_submit(struct tgk_client *c, struct tgk_submit *s)
{
	s->client = c;
	return tgk_call(c->eng, submit_on_thread, s);
}

/* [thread] One submission of this client's ring; false when there is none. */
static bool poll_one(struct tgk_engine *eng, struct tgk_client *c)
{
	const struct tg_sub_user *user = c->sub_user->mem;
	struct tg_sub_kernel *sk = c->sub_kernel->mem;
	struct tgk_submit s = { .client = c };

	if (c->broken)
		return false;
	switch (tg_sub_pop(user, (const void *)(c->sub_user->slots + TG_SHM_PAGE), sk->slots,
			   c->sub_head, &s.sub)) {
	case TG_SUB_GOOD:
		break;
	case TG_SUB_BAD:
		c->broken = true;
		tg_store(&sk->flags, sk->flags | TG_SUBK_BROKEN);
		tgk_count(eng, TG_HC_SUB_BAD_INDEX);
		return false;
	case TG_SUB_NONE:
		return false;
	}
	tg_sub_consumed(sk, ++c->sub_head);
	tgk_count(eng, TG_HC_SUB_RECORDS);
	submit(eng, &s);
	return true;
}

/* [thread] */
static void close_on_thread(struct tgk_engine *eng, struct tgk_client *c)
{
	tgk_step(eng, TG_IN_CLIENT_CLOSE, c->id, NULL, 0);
	tgk_flush(eng);
	client_remove(eng, c);
}

/* [thread] Is there something in the ring? */
static bool ring_pending(const struct tgk_client *c)
{
	const struct tg_sub_user *user = c->sub_user->mem;

	return !c->broken && tg_load_acquire(&user->tail) != c->sub_head;
}

u32 tgk_clients_poll(struct tgk_engine *eng, u32 budget)
{
	struct tgk_client_set *set = eng->client_set;
	u32 done = 0, idle = 0, row;

	for (row = 0; row < set->live; ) {
		struct tgk_client *c = set->rows[row];

		/*
		 * What it submitted before it closed is carried out first, in its turn: a cancel
		 * must not be lost because its sender was quick to leave. Nobody can add to the
		 * ring any more, the mappings are gone.
		 */
		if (likely(!READ_ONCE(c->closing)) || ring_pending(c)) {
			row++;
			continue;
		}
		close_on_thread(eng, c);
		done++;
	}
	while (done < budget && idle < set->live) {
		if (set->cursor >= set->live)
			set->cursor = 0;
		if (poll_one(eng, set->rows[set->cursor++])) {
			done++;
			idle = 0;
		} else {
			idle++;
		}
	}
	return done;
}

/* ---- subscribing ---- */

struct subscribe {
	struct tgk_client *client;
	const struct tg_ioc_subscribe *io;
	struct tgk_filter *fresh;	/* what the client takes if it has none */
};

/* [thread] */
static int subscribe_on_thread(struct tgk_engine *eng, void *arg)
{
	struct subscribe *s = arg;
	const struct tg_ioc_subscribe *io = s->io;
	struct tgk_client *c = s->client;
	struct tg_in_instrument def = {};
	struct tgk_want *w;

	if (c->dead)
		return -ENODEV;
	if (io->instrument_id && (io->instrument_id > eng->params.max_instruments ||
				  !tg_engine_instrument(eng->core, io->instrument_id, &def)))
		return -ENOENT;
	if (!c->filter) {
		/* what came before counts as asked for: it was, and has perhaps not been read */
		WRITE_ONCE(c->wanted, eng->pub->head);
		c->wanted_notified = c->wanted;
		smp_store_release(&c->filter, s->fresh);
		s->fresh = NULL;
		eng->filters++;
	}
	w = &c->filter->want[io->instrument_id];
	if (def.product_id && def.product_id <= eng->params.max_products)
		c->filter->products[def.product_id] += !!(io->flags & TG_SUBSCRIBE_PRODUCT) -
						       !!(w->flags & TG_SUBSCRIBE_PRODUCT);
	w->flags = io->flags;
	w->depth = io->depth;
	return 0;
}

int tgk_client_subscribe(struct tgk_client *c, const struct tg_ioc_subscribe *io)
{
	u32 wants = c->eng->params.max_instruments + 1u, products = c->eng->params.max_products + 1u;
	struct subscribe s = { .client = c, .io = io };
	int err;

	s.fresh = kvzalloc(struct_size(s.fresh, want, wants) + products * sizeof(u16),
			   GFP_KERNEL_ACCOUNT);
	if (!s.fresh)
		return -ENOMEM;
	s.fresh->products = (u16 *)&s.fresh->want[wants];
	err = tgk_call(c->eng, subscribe_on_thread, &s);
	kvfree(s.fresh);
	return err;
}

/* Is this level, or was it until now, among the best `depth`? */
static bool near_best(struct tgk_engine *eng, u32 id, u8 side, s64 px, u16 depth)
{
	struct tg_level l;

	if (!depth || !tg_engine_book_level(eng->core, id, side, depth - 1u, &l))
		return true;
	return side == TG_BID ? px >= l.px : px <= l.px;
}

static bool wants(struct tgk_engine *eng, const struct tgk_want *w, const struct tg_pub_event *ev)
{
	switch (ev->type) {
	case TG_PUB_LEVEL:
		return w->flags & TG_SUBSCRIBE_LEVELS &&
		       near_best(eng, ev->id, ev->u.level.side, ev->u.level.px, w->depth);
	case TG_PUB_ORDER:
		return w->flags & TG_SUBSCRIBE_LEVELS &&
		       near_best(eng, ev->id, ev->u.order.side, ev->u.order.px, w->depth);
	case TG_PUB_TOP:
		return w->flags & TG_SUBSCRIBE_TOP;
	case TG_PUB_TRADE:
		return w->flags & TG_SUBSCRIBE_TRADES;
	case TG_PUB_CLEAR:
		return w->flags & (TG_SUBSCRIBE_STATE | TG_SUBSCRIBE_LEVELS);
	case TG_PUB_BOOK_STATE:
	case TG_PUB_STATUS:
	case TG_PUB_GAP:
	case TG_PUB_RECOVERED:
		return w->flags & TG_SUBSCRIBE_STATE;
	default:
		return false;
	}
}

/* Events of no instrument are rare and matter to everybody: a kill, a session, the end. */
static bool of_instrument(const struct tg_pub_event *ev)
{
	switch (ev->type) {
	case TG_PUB_LEVEL:
	case TG_PUB_ORDER:
	case TG_PUB_TOP:
	case TG_PUB_TRADE:
	case TG_PUB_CLEAR:
	case TG_PUB_BOOK_STATE:
	case TG_PUB_STATUS:
	case TG_PUB_GAP:
	case TG_PUB_RECOVERED:
		return true;
	default:
		return false;
	}
}

void tgk_clients_want(struct tgk_engine *eng, const struct tg_pub_event *ev)
{
	struct tgk_client_set *set = eng->client_set;
	bool instrument = of_instrument(ev) && ev->id <= eng->params.max_instruments;
	u32 row;

	for (row = 0; row < set->live; row++) {
		struct tgk_client *c = set->rows[row];
		const struct tgk_filter *f = c->filter;
		bool want = true;

		if (!f)
			continue;
		if (instrument)
			want = wants(eng, &f->want[ev->id], ev) || wants(eng, &f->want[0], ev);
		else if (ev->type == TG_PUB_PRODUCT_TOP)
			want = f->want[0].flags & TG_SUBSCRIBE_PRODUCT ||
			       (ev->id <= eng->params.max_products && f->products[ev->id]);
		if (want)
			WRITE_ONCE(c->wanted, eng->pub->head);
	}
}

/* ---- telling ---- */

void tgk_client_publish(struct tgk_engine *eng, u16 client_id, struct tg_priv_event *ev)
{
	struct tgk_client *c;

	if (client_id > eng->params.max_clients)
		return;
	c = eng->clients[client_id];
	if (c)
		tgk_ring_publish(c->priv, ev);
}

bool tgk_clients_prepare_sleep(struct tgk_engine *eng, bool sleeping)
{
	struct tgk_client_set *set = eng->client_set;
	bool work = false;
	u32 row;

	for (row = 0; row < set->live; row++) {
		struct tg_sub_kernel *sk = set->rows[row]->sub_kernel->mem;
		u32 flags = sk->flags & ~TG_SUBK_NEED_WAKE;

		tg_store(&sk->flags, sleeping ? flags | TG_SUBK_NEED_WAKE : flags);
	}
	if (!sleeping)
		return false;
	tg_mb();							/* (G') */
	for (row = 0; row < set->live && !work; row++) {
		struct tgk_client *c = set->rows[row];

		work = READ_ONCE(c->closing) || ring_pending(c);
	}
	return work;
}

void tgk_clients_notify(struct tgk_engine *eng)
{
	struct tgk_client_set *set = eng->client_set;
	bool pub = eng->pub->head != set->pub_notified;
	bool journal = eng->journal.ring->head != set->journal_notified;
	u32 row;

	/*
	 * heads are written before the wait queues are looked at; pairs with the barrier in
	 * poll_wait()
	 */
	smp_mb();
	for (row = 0; row < set->live; row++) {
		struct tgk_client *c = set->rows[row];
		bool news = c->filter ? c->wanted != c->wanted_notified : pub;

		if (!news && c->priv->head == c->notified)
			continue;
		c->notified = c->priv->head;
		c->wanted_notified = c->wanted;
		if (waitqueue_active(&c->wait))
			wake_up_interruptible_poll(&c->wait, EPOLLIN | EPOLLRDNORM);
	}
	set->pub_notified = eng->pub->head;
	set->journal_notified = eng->journal.ring->head;
	if (journal && waitqueue_active(&eng->journal.wait))
		wake_up_interruptible_poll(&eng->journal.wait, EPOLLIN | EPOLLRDNORM);
}

u32 tgk_clients_attached(struct tgk_engine *eng)
{
	struct tgk_client_set *set = eng->client_set;

	return set ? READ_ONCE(set->live) : 0;
}

void tgk_client_fill(struct tgk_engine *eng, struct tg_nl_client *row)
{
	struct tgk_client *c =
		row->client_id <= eng->params.max_clients ? eng->clients[row->client_id] : NULL;

	row->broken = c && c->broken;
	row->private_head = c ? c->priv->head : 0;
}
