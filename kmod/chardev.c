// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/tickgate0: the file face of the gateway. open() costs nothing and shows nothing;
 * TG_IOC_ATTACH makes the file a client, TG_IOC_JOURNAL makes it the journal's reader. A file never
 * changes its client: once set, the pointers below stay until release(), so every other path reads
 * them without a lock. A mapping holds the file: the client ends when descriptor and mappings are
 * gone.
 *
 * poll(): EPOLLIN while the public or the private ring has events that came after the last read();
 * EPOLLHUP once the engine has stopped. read(): two __u64, the heads of the public and the private
 * ring, and they count as seen from then on. It never blocks. A client that wants to sleep: read(),
 * look at the rings, poll(). One that has subscribed is readable only for the public events that it
 * asked for. For a journal reader EPOLLIN means that bytes wait. Trading needs a
 * file that was opened for writing; one opened read-only must attach with TG_CLIENT_READ_ONLY.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <tickgate/abi_layout.h>
#include <tickgate/ring.h>
#include "tickgate.h"
#include "client.h"

#define PRIVATE_SLOTS_MIN	64u
#define PRIVATE_SLOTS_MAX	65536u
#define SUBMISSION_SLOTS_MIN	16u
#define SUBMISSION_SLOTS_MAX	4096u
#define CLIENT_FLAGS		(TG_CLIENT_AUTO_CANCEL | TG_CLIENT_READ_ONLY)
#define SUBSCRIBE_FLAGS		(TG_SUBSCRIBE_LEVELS | TG_SUBSCRIBE_TOP | TG_SUBSCRIBE_TRADES | \
				 TG_SUBSCRIBE_STATE | TG_SUBSCRIBE_PRODUCT)
#define SUBSCRIBE_DEPTH_MAX	65535u
#define FEATURES		(TG_FEATURE_RINGS | TG_FEATURE_IOCTL_SUBMIT | \
				 TG_FEATURE_BOOK_IMAGES | TG_FEATURE_XDP_KFUNC | \
				 TG_FEATURE_PRODUCTS | TG_FEATURE_SUBSCRIBE)

struct tgk_file {
	struct mutex lock;		/* attaching and becoming the journal's reader */
	struct tgk_client *client;	/* set once, with release */
	struct tgk_engine *journal;	/* set once, with release; with a reference */
	struct tg_in_client opener; /* credentials of open(), whoever holds the descriptor now */
	u64 seen_pub, seen_priv;	/* heads at the last read() */
};

static int tickgate_open(struct inode *inode, struct file *file)
{
	struct tgk_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);

	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	f->opener.uid = from_kuid(&init_user_ns, file->f_cred->euid);
	f->opener.gid = from_kgid(&init_user_ns, file->f_cred->egid);
	f->opener.pid = task_tgid_nr(current);
	file->private_data = f;
	return stream_open(inode, file);
}

static int tickgate_release(struct inode *inode, struct file *file)
{
	struct tgk_file *f = file->private_data;

	if (f->client)
		tgk_client_detach(f->client);
	if (f->journal) {
		atomic_set(&f->journal->journal.attached, 0);
		tgk_wake(f->journal); /* the thread may have to stop trading for want of a reader */
		tgk_engine_put(f->journal);
	}
	kfree(f);
	return 0;
}

static bool all_zero(const void *p, size_t bytes)
{
	return !memchr_inv(p, 0, bytes);
}

/* 0 = the default */
static bool slots_ok(u32 n, u32 min, u32 max)
{
	return !n || (is_power_of_2(n) && n >= min && n <= max);
}

static struct tgk_client *file_client(struct tgk_file *f)
{
	return smp_load_acquire(&f->client);
}

static int ioc_info(struct tgk_file *f, void __user *arg)
{
	struct tg_ioc_info info, out = { .size = sizeof(out) };
	struct tgk_engine *eng;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	if (info.size != sizeof(info) || info.reserved0 ||
	    !all_zero(info.reserved, sizeof(info.reserved)))
		return -EINVAL;
	out.abi_version = TG_ABI_VERSION;
	out.abi_hash = TG_ABI_HASH;
	out.features = FEATURES;
	eng = tgk_engine_get();
	if (eng) {
		out.engine_running = 1;
		tgk_engine_put(eng);
	}
	return copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
}

static int ioc_attach(struct tgk_file *f, struct file *file, void __user *arg)
{
	struct tg_ioc_attach att;
	struct tgk_engine *eng;
	struct tgk_client *c;
	int err;

	if (copy_from_user(&att, arg, sizeof(att)))
		return -EFAULT;
	if (att.size != sizeof(att) || att.flags & ~CLIENT_FLAGS ||
	    att.reserved0 || !all_zero(att.reserved, sizeof(att.reserved)))
		return -EINVAL;
	if (!slots_ok(att.private_slots, PRIVATE_SLOTS_MIN, PRIVATE_SLOTS_MAX) ||
	    !slots_ok(att.submission_slots, SUBMISSION_SLOTS_MIN, SUBMISSION_SLOTS_MAX))
		return -EINVAL;
	if (!memchr(att.name, 0, sizeof(att.name)))
		return -EINVAL;
	if (att.abi_version != TG_ABI_VERSION || att.abi_hash != TG_ABI_HASH)
		return -ESTALE;
	if (!(file->f_mode & FMODE_WRITE) && !(att.flags & TG_CLIENT_READ_ONLY))
		return -EPERM;

	eng = tgk_engine_get();
	if (!eng)
		return -ENODEV;
	err = mutex_lock_interruptible(&f->lock);
	if (err)
		goto put;
	if (f->client) {
		err = -EBUSY;
		goto unlock;
	}
	c = tgk_client_attach(eng, &att, &f->opener);
	if (IS_ERR(c)) {
		err = PTR_ERR(c);
		goto unlock;
	}
	smp_store_release(&f->client, c);
	att.features = FEATURES;
	/* a bad pointer does not undo it: the client is there and ends with the file */
	err = copy_to_user(arg, &att, sizeof(att)) ? -EFAULT : 0;
unlock:
	mutex_unlock(&f->lock);
put:
	tgk_engine_put(eng);
	return err;
}

static int ioc_submit(struct tgk_file *f, void __user *arg)
{
	struct tgk_client *c = file_client(f);
	struct tg_ioc_submit io;
	struct tgk_submit s;
	int err;

	if (copy_from_user(&io, arg, sizeof(io)))
		return -EFAULT;
	if (io.size != sizeof(io) || io.flags || io.reserved0 ||
	    !all_zero(io.reserved, sizeof(io.reserved)))
		return -EINVAL;
	if (!c)
		return -ENOTCONN;
	s.sub = io.sub;
	err = tgk_client_submit(c, &s);
	if (err)
		return err;
	io.order_id = s.order_id;
	io.reason = s.reason;
	return copy_to_user(arg, &io, sizeof(io)) ? -EFAULT : 0;
}

static int ioc_wake(struct tgk_file *f)
{
	struct tgk_client *c = file_client(f);

	if (!c)
		return -ENOTCONN;
	if (READ_ONCE(c->dead))
		return -ENODEV;
	tgk_wake(c->eng);
	return 0;
}

struct instrument_query {
	u32 id;
	u16 trading_status;
	struct tg_in_instrument def;
};

/* [thread] */
static int instrument_on_thread(struct tgk_engine *eng, void *arg)
{
	struct instrument_query *q = arg;
	struct tg_nl_md md;

	if (!q->id || q->id > eng->params.max_instruments)
		return -ENOENT;
	if (!tg_engine_instrument(eng->core, q->id, &q->def))
		return -ENOENT;
	if (tg_engine_md(eng->core, q->id, &md))
		q->trading_status = md.trading_status;
	return 0;
}

static int ioc_instrument(struct tgk_file *f, void __user *arg)
{
	struct tgk_client *c = file_client(f);
	struct tg_ioc_instrument io, out = { .size = sizeof(out) };
	struct instrument_query q = {};
	int err;

	if (copy_from_user(&io, arg, sizeof(io)))
		return -EFAULT;
	if (io.size != sizeof(io) || !all_zero(io.reserved, sizeof(io.reserved)))
		return -EINVAL;
	if (!c)
		return -ENOTCONN;
	q.id = io.instrument_id;
	err = tgk_call(c->eng, instrument_on_thread, &q);
	if (err)
		return err;
	out.instrument_id = q.id;
	memcpy(out.symbol, q.def.symbol, sizeof(out.symbol));
	out.tick = q.def.tick;
	out.lot = q.def.lot;
	out.min_qty = q.def.min_qty;
	out.venue_id = q.def.venue_id;
	out.flags = q.def.flags;
	out.product_id = q.def.product_id;
	out.trading_status = q.trading_status;
	out.taker_fee_e8 = q.def.taker_fee_e8;
	out.maker_fee_e8 = q.def.maker_fee_e8;
	return copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
}

static int ioc_subscribe(struct tgk_file *f, void __user *arg)
{
	struct tgk_client *c = file_client(f);
	struct tg_ioc_subscribe io;

	if (copy_from_user(&io, arg, sizeof(io)))
		return -EFAULT;
	if (io.size != sizeof(io) || !all_zero(io.reserved, sizeof(io.reserved)) ||
	    io.flags & ~SUBSCRIBE_FLAGS || io.depth > SUBSCRIBE_DEPTH_MAX ||
	    (io.depth && !(io.flags & TG_SUBSCRIBE_LEVELS)))
		return -EINVAL;
	if (!c)
		return -ENOTCONN;
	return tgk_client_subscribe(c, &io);
}

static int ioc_journal(struct tgk_file *f, void __user *arg)
{
	struct tg_ioc_journal io, out = { .size = sizeof(out) };
	struct tgk_engine *eng;
	int err;

	if (copy_from_user(&io, arg, sizeof(io)))
		return -EFAULT;
	if (io.size != sizeof(io) || io.flags || !all_zero(io.reserved, sizeof(io.reserved)))
		return -EINVAL;
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	eng = tgk_engine_get();
	if (!eng)
		return -ENODEV;
	err = mutex_lock_interruptible(&f->lock);
	if (err)
		goto put;
	if (f->journal || atomic_cmpxchg(&eng->journal.attached, 0, 1)) {
		err = -EBUSY;
		goto unlock;
	}
	kref_get(&eng->ref);
	smp_store_release(&f->journal, eng);
	tgk_wake(eng);
	out.ring_bytes = eng->journal.ring->nslots;
	out.map_bytes = eng->journal.ring->bytes;
	err = copy_to_user(arg, &out, sizeof(out)) ? -EFAULT : 0;
unlock:
	mutex_unlock(&f->lock);
put:
	tgk_engine_put(eng);
	return err;
}

static long tickgate_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tgk_file *f = file->private_data;
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TG_IOC_INFO:
		return ioc_info(f, p);
	case TG_IOC_ATTACH:
		return ioc_attach(f, file, p);
	case TG_IOC_SUBMIT:
		return ioc_submit(f, p);
	case TG_IOC_WAKE:
		return ioc_wake(f);
	case TG_IOC_INSTRUMENT:
		return ioc_instrument(f, p);
	case TG_IOC_SUBSCRIBE:
		return ioc_subscribe(f, p);
	case TG_IOC_JOURNAL:
		return ioc_journal(f, p);
	default:
		return -ENOTTY;
	}
}

static int tickgate_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct tgk_file *f = file->private_data;
	struct tgk_engine *j = smp_load_acquire(&f->journal);
	struct tgk_client *c = file_client(f);
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;

	switch (offset) {
	case TG_MMAP_JOURNAL:
	case TG_MMAP_JOURNAL_USER:
		if (!j)
			return -ENOTCONN;
		return offset == TG_MMAP_JOURNAL ? tgk_ring_mmap(j->journal.ring, vma, false) :
						   tgk_ring_mmap(j->journal.user, vma, true);
	case TG_MMAP_PUBLIC:
	case TG_MMAP_PRIVATE:
	case TG_MMAP_SUB_KERNEL:
	case TG_MMAP_SUB_USER:
	case TG_MMAP_BOOKS:
	case TG_MMAP_PRODUCTS:
		break;
	default:
		return -EINVAL;
	}
	if (!c)
		return -ENOTCONN;
	switch (offset) {
	case TG_MMAP_PUBLIC:
		return tgk_ring_mmap(c->eng->pub, vma, false);
	case TG_MMAP_PRIVATE:
		return tgk_ring_mmap(c->priv, vma, false);
	case TG_MMAP_SUB_KERNEL:
		return tgk_ring_mmap(c->sub_kernel, vma, false);
	case TG_MMAP_SUB_USER:
		return tgk_ring_mmap(c->sub_user, vma, true);
	case TG_MMAP_PRODUCTS:
		return c->eng->products ? tgk_ring_mmap(c->eng->products, vma, false) : -EINVAL;
	default:
		return tgk_ring_mmap(c->eng->books, vma, false);
	}
}

static __poll_t tickgate_poll(struct file *file, struct poll_table_struct *pt)
{
	struct tgk_file *f = file->private_data;
	struct tgk_engine *j = smp_load_acquire(&f->journal);
	struct tgk_client *c = file_client(f);
	__poll_t mask = 0;

	if (!c && !j)
		return EPOLLERR;
	if (c)
		poll_wait(file, &c->wait, pt);
	if (j)
		poll_wait(file, &j->journal.wait, pt);
	/* on the wait queue before the heads are looked at; pairs with tgk_clients_notify() */
	smp_mb();
	if (c) {
		u64 seen = READ_ONCE(f->seen_pub);

		/* wanted: the head after the last event that a subscriber asked for */
		if ((smp_load_acquire(&c->filter) ? READ_ONCE(c->wanted) > seen :
					    READ_ONCE(c->eng->pub->head) != seen) ||
		    READ_ONCE(c->priv->head) != READ_ONCE(f->seen_priv))
			mask |= EPOLLIN | EPOLLRDNORM;
		if (READ_ONCE(c->dead))
			mask |= EPOLLHUP;
	}
	if (j) {
		const struct tg_journal_user *u = j->journal.user->mem;

		if (READ_ONCE(j->journal.ring->head) != READ_ONCE(u->tail))
			mask |= EPOLLIN | EPOLLRDNORM;
		if (READ_ONCE(j->dead))
			mask |= EPOLLHUP;
	}
	return mask;
}

static ssize_t tickgate_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct tgk_file *f = file->private_data;
	struct tgk_client *c = file_client(f);
	u64 heads[2];

	if (!c)
		return -ENOTCONN;
	if (len != sizeof(heads))
		return -EINVAL;
	heads[0] = READ_ONCE(c->eng->pub->head);
	heads[1] = READ_ONCE(c->priv->head);
	if (copy_to_user(buf, heads, sizeof(heads)))
		return -EFAULT;
	WRITE_ONCE(f->seen_pub, heads[0]);
	WRITE_ONCE(f->seen_priv, heads[1]);
	return sizeof(heads);
}

static const struct file_operations tickgate_fops = {
	.owner = THIS_MODULE,
	.open = tickgate_open,
	.release = tickgate_release,
	.unlocked_ioctl = tickgate_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = tickgate_mmap,
	.poll = tickgate_poll,
	.read = tickgate_read,
};

static struct miscdevice tickgate_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tickgate0",
	.fops = &tickgate_fops,
	.mode = 0660,
};

int tgk_chardev_init(void)
{
	return misc_register(&tickgate_misc);
}

void tgk_chardev_exit(void)
{
	misc_deregister(&tickgate_misc);
}
