// SPDX-License-Identifier: GPL-2.0
/*
 * Venue transports: connected TCP sockets that the daemon hands over. Reads become TG_IN_TCP_RX
 * records, FIX messages from the outbox are sent without waiting; what the socket does not take
 * waits in a bounded buffer.
 *
 * Everything here runs on the engine thread, but for tgk_tcp_attach()'s checks (caller's context),
 * tgk_tcp_shut() (the dead-man timer's worker) and on_wake() (any context: it sets flags and wakes
 * the thread). The module owns a reference of
 * the socket's file, so the daemon may close its descriptor or restart.
 *
 * Readiness comes from an entry in the socket's wait queue, as epoll has it, and not from replaced
 * sk_data_ready/sk_write_space callbacks: with kernel TLS underneath, a record that completes later
 * is announced by the callback TLS saved, past anything stacked on top of it; and a callback that
 * somebody stacks upon ours could not be taken out again before the module goes. A wait-queue entry
 * sees all of these, and remove_wait_queue() alone makes it dead. (T) on_wake() sets conn->ready,
 * then tcp_ready; the thread clears tcp_ready, then ready, then reads the socket: data that came
 * after the read finds both clear.
 *
 * A transport ends in one place, take_down(): peer's FIN, an error, a TLS alert or key update,
 * TG_OUT_CLOSE, an overflowing send buffer, DISCONNECT. The core then gets TG_IN_TCP_DOWN, once.
 *
 * What TLS says besides data is in tls_records.h.
 */
#include <linux/file.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/wait.h>
#include <net/sock.h>
#include <net/tcp.h>
#include "tickgate.h"
#include "tls_records.h"
#include "trace.h"

#define TGK_RX_CHUNK	(32u << 10)	/* one TCP_RX record at most */
#define TGK_TX_BUFFER	(1u << 20)	/* per venue: what the socket would not take */

struct tgk_conn {
	struct tgk_engine *eng;
	struct socket *sock;
	wait_queue_entry_t wait;
	int ready;			/* (T) */
	u16 venue_id;
	bool tls;			/* kernel TLS in both directions */
	struct tgk_tls_rx tls_rx;
	u8 *tx;				/* tx_len bytes from tx_off wait to be sent */
	u32 tx_off, tx_len;
	unsigned long tx_tried;		/* jiffies */
};

struct tgk_tcp {
	u8 *rx;				/* TGK_RX_CHUNK + TGK_RX_PAD */
	u32 waiting;			/* venues with tx_len != 0 */
	struct mutex shut_lock;		/* conn in the table comes and goes: for tgk_tcp_shut() */
	struct {
		struct tgk_conn *conn;
		int error;		/* why it is closing */
		bool closing;
	} venue[];			/* [max_venues + 1] */
};

/* ---- connections ---- */

static int on_wake(wait_queue_entry_t *wait, unsigned int mode, int flags, void *key)
{
	struct tgk_conn *c = container_of(wait, struct tgk_conn, wait);

	WRITE_ONCE(c->ready, 1);
	smp_wmb();			/* (T) */
	atomic_set(&c->eng->tcp_ready, 1);
	tgk_wake(c->eng);
	return 0;
}

static struct tgk_conn *conn_new(struct tgk_engine *eng, u16 venue_id, struct socket *sock)
{
	struct tgk_conn *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->tx = kvmalloc(TGK_TX_BUFFER, GFP_KERNEL);
	if (!c->tx) {
		kfree(c);
		return NULL;
	}
	c->eng = eng;
	c->sock = sock;
	c->venue_id = venue_id;
	c->tls = tgk_socket_is_ktls(sock->sk);
	c->ready = 1;			/* bytes may have come before the hand-over */
	init_waitqueue_func_entry(&c->wait, on_wake);
	add_wait_queue(sk_sleep(sock->sk), &c->wait);
	return c;
}

static void conn_free(struct tgk_conn *c)
{
	remove_wait_queue(sk_sleep(c->sock->sk), &c->wait);
	sockfd_put(c->sock);
	kvfree(c->tx);
	kfree(c);
}

static void close_later(struct tgk_engine *eng, u16 venue_id, int error)
{
	if (eng->tcp->venue[venue_id].closing)
		return;
	eng->tcp->venue[venue_id].closing = true;
	eng->tcp->venue[venue_id].error = error;
	eng->tcp_work = true;
}

/* Never contended but by the dead-man timer's worker, and then the thread stands still. */
static void set_conn(struct tgk_tcp *tcp, u16 venue_id, struct tgk_conn *c)
{
	mutex_lock(&tcp->shut_lock);
	tcp->venue[venue_id].conn = c;
	mutex_unlock(&tcp->shut_lock);
}

static void take_down(struct tgk_engine *eng, u16 venue_id, int error)
{
	struct tgk_tcp *tcp = eng->tcp;
	struct tgk_conn *c = tcp->venue[venue_id].conn;

	set_conn(tcp, venue_id, NULL);
	tcp->venue[venue_id].closing = false;
	if (c->tx_len)
		tcp->waiting--;
	else if (c->tls && !error)
		tgk_tls_close_notify(c->sock);
	kernel_sock_shutdown(c->sock, SHUT_RDWR);
	conn_free(c);
	trace_tcp_state(venue_id, false, error);
	tgk_step(eng, TG_IN_TCP_DOWN, venue_id, NULL, 0);
	tgk_flush(eng);
}

/* ---- sending ---- */

/* Bytes taken, 0 when the socket is full, -errno when it is gone. */
static int push(struct tgk_engine *eng, struct tgk_conn *c, const void *bytes, u32 len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = (void *)bytes, .iov_len = len };
	int n = kernel_sendmsg(c->sock, &msg, &vec, 1, len);

	if (n == -EAGAIN)
		n = 0;
	if (n > 0)
		tgk_count_add(eng, TG_HC_TCP_TX_BYTES, n);
	if (n >= 0 && n < len)
		tgk_count(eng, TG_HC_TCP_TX_PARTIAL);
	return n;
}

static void push_waiting(struct tgk_engine *eng, struct tgk_conn *c)
{
	int n;

	c->tx_tried = jiffies;
	n = push(eng, c, c->tx + c->tx_off, c->tx_len);
	if (n < 0) {
		close_later(eng, c->venue_id, n);
		return;
	}
	c->tx_off += n;
	c->tx_len -= n;
	if (!c->tx_len) {
		c->tx_off = 0;
		eng->tcp->waiting--;
	}
}

static int keep(struct tgk_engine *eng, struct tgk_conn *c, const u8 *bytes, u32 len)
{
	if (c->tx_len + len > TGK_TX_BUFFER) {
		tgk_count(eng, TG_HC_TCP_TX_OVERFLOW);
		close_later(eng, c->venue_id, -ENOBUFS);
		return -ENOBUFS;
	}
	if (c->tx_off + c->tx_len + len > TGK_TX_BUFFER) {
		memmove(c->tx, c->tx + c->tx_off, c->tx_len);
		c->tx_off = 0;
	}
	memcpy(c->tx + c->tx_off + c->tx_len, bytes, len);
	if (!c->tx_len)
		eng->tcp->waiting++;
	c->tx_len += len;
	return 0;
}

int tgk_tcp_send(struct tgk_engine *eng, u16 venue_id, const void *bytes, u32 len)
{
	struct tgk_conn *c;
	int n;

	if (venue_id > eng->params.max_venues)
		return -EINVAL;
	c = eng->tcp->venue[venue_id].conn;
	if (!c || eng->tcp->venue[venue_id].closing)
		return -ENOTCONN;
	if (c->tx_len) {
		n = keep(eng, c, bytes, len);	/* behind what waits already */
		if (!n)
			push_waiting(eng, c);
		return n;
	}
	n = push(eng, c, bytes, len);
	if (n < 0) {
		close_later(eng, venue_id, n);
		return n;
	}
	return n < len ? keep(eng, c, (const u8 *)bytes + n, len - n) : 0;
}

/*
 * From the flush, that is from inside a walk of the outbox: the DOWN record has to wait for
 * tgk_tcp_poll().
 */
void tgk_tcp_close(struct tgk_engine *eng, u16 venue_id)
{
	struct tgk_conn *c;

	if (venue_id > eng->params.max_venues)
		return;
	c = eng->tcp->venue[venue_id].conn;
	if (!c)
		return;
	/* a Logout, say; what does not fit now is lost with the transport */
	if (c->tx_len)
		push_waiting(eng, c);
	close_later(eng, venue_id, 0);
}

u32 tgk_tcp_shut(struct tgk_engine *eng)
{
	struct tgk_tcp *tcp = eng->tcp;
	u32 id, n = 0;

	for (id = 1; id <= eng->params.max_venues; id++) {
		struct socket *sock = NULL;

		mutex_lock(&tcp->shut_lock);
		if (tcp->venue[id].conn) {
			sock = tcp->venue[id].conn->sock;
			get_file(sock->file);
		}
		mutex_unlock(&tcp->shut_lock);
		if (!sock)
			continue;
		kernel_sock_shutdown(sock, SHUT_RDWR);
		sockfd_put(sock);
		n++;
	}
	return n;
}

/* ---- receiving ---- */

/* A TLS record that is no data. 0: read on. */
static int tls_record(struct tgk_engine *eng, struct tgk_conn *c, u8 type, const u8 *bytes, u32 len)
{
	switch (tgk_tls_control(&c->tls_rx, type, bytes, len)) {
	case TGK_TLS_IGNORE:
		tgk_count(eng, TG_HC_TLS_IGNORED);
		return 0;
	case TGK_TLS_CLOSE:
		tgk_count(eng, TG_HC_TLS_CLOSE_NOTIFY);
		close_later(eng, c->venue_id, 0);
		return 1;
	case TGK_TLS_KEY_UPDATE:
		tgk_count(eng, TG_HC_TLS_KEY_UPDATES);
		close_later(eng, c->venue_id, -EKEYEXPIRED);
		return 1;
	default:
		tgk_count(eng, TG_HC_TLS_ALERTS);
		close_later(eng, c->venue_id, -ECONNRESET);
		return 1;
	}
}

static u32 receive(struct tgk_engine *eng, struct tgk_conn *c, u32 budget)
{
	struct tgk_tcp *tcp = eng->tcp;
	u16 venue_id = c->venue_id;
	u32 total = 0;

	while (!tcp->venue[venue_id].closing) {
		/* With room for the record's type, recvmsg() gives every record; without, it stops
		 * at the first that is no data, and a ticket would end the session. */
		u8 control[CMSG_SPACE(sizeof(u8))] __aligned(sizeof(size_t));
		struct msghdr msg = { };
		struct kvec vec = { .iov_base = tcp->rx, .iov_len = TGK_RX_CHUNK };
		u8 type = TGK_TLS_DATA;
		int n;

		if (total >= budget) {
			WRITE_ONCE(c->ready, 1);
			atomic_set(&eng->tcp_ready, 1);
			break;
		}
		if (c->tls) {
			msg.msg_control = control;
			msg.msg_controllen = sizeof(control);
		}
		n = kernel_recvmsg(c->sock, &msg, &vec, 1, TGK_RX_CHUNK, MSG_DONTWAIT);
		if (n == -EAGAIN)
			break;
		if (c->tls && n >= 0)
			type = tgk_tls_record_type(control, sizeof(control) - msg.msg_controllen);
		if (type != TGK_TLS_DATA) {
			total += n;
			if (tls_record(eng, c, type, tcp->rx, n))
				break;
			continue;
		}
		if (n <= 0) {
			if (c->tls && n < 0)
				tgk_count(eng, TG_HC_TLS_ERRORS);
			close_later(eng, venue_id, n);
			break;
		}
		memset(tcp->rx + n, 0, TGK_RX_PAD);
		tgk_count_add(eng, TG_HC_TCP_RX_BYTES, n);
		total += n;
		tgk_step(eng, TG_IN_TCP_RX, venue_id, tcp->rx, n);
		tgk_flush(eng);
	}
	return total;
}

u32 tgk_tcp_poll(struct tgk_engine *eng, u32 budget_bytes)
{
	struct tgk_tcp *tcp = eng->tcp;
	u32 total = 0, id;

	if (!atomic_read(&eng->tcp_ready) && !eng->tcp_work && !tcp->waiting)
		return 0;
	atomic_set(&eng->tcp_ready, 0);
	eng->tcp_work = false;
	smp_mb();			/* (T) */

	for (id = 1; id <= eng->params.max_venues; id++) {
		struct tgk_conn *c = tcp->venue[id].conn;

		if (!c)
			continue;
		if (c->tx_len && (READ_ONCE(c->ready) || c->tx_tried != jiffies))
			push_waiting(eng, c);
		if (READ_ONCE(c->ready)) {
			WRITE_ONCE(c->ready, 0);
			smp_mb();	/* (T) */
			total += receive(eng, c, budget_bytes);
		}
		if (tcp->venue[id].closing) {
			take_down(eng, id, tcp->venue[id].error);
			total++;
		}
	}
	return total;
}

bool tgk_tcp_pending(struct tgk_engine *eng)
{
	return atomic_read(&eng->tcp_ready) || eng->tcp_work;
}

/* ---- hand-over ---- */

static int adopt(struct tgk_engine *eng, void *arg)
{
	struct tgk_conn *c = arg;
	struct tg_nl_session session;

	if (!tg_engine_session(eng->core, c->venue_id, &session))
		return -ENOENT;
	if ((tg_engine_venue_flags(eng->core, c->venue_id) & TG_VENUE_TLS) && !c->tls)
		return -EPROTO;
	if (eng->tcp->venue[c->venue_id].conn)
		return -EBUSY;
	set_conn(eng->tcp, c->venue_id, c);
	eng->tcp->venue[c->venue_id].closing = false;
	atomic_set(&eng->tcp_ready, 1);
	trace_tcp_state(c->venue_id, true, 0);
	tgk_step(eng, TG_IN_TCP_UP, c->venue_id, NULL, 0);
	return 0;
}

static int check_socket(const struct socket *sock, struct netlink_ext_ack *extack)
{
	if (!sk_is_tcp(sock->sk)) {
		NL_SET_ERR_MSG_MOD(extack, "fd is not a TCP socket");
		return -EPROTONOSUPPORT;
	}
	if (READ_ONCE(sock->sk->sk_state) != TCP_ESTABLISHED) {
		NL_SET_ERR_MSG_MOD(extack, "fd is not connected");
		return -ENOTCONN;
	}
	return 0;
}

int tgk_tcp_attach(struct tgk_engine *eng, u16 venue_id, int fd, struct netlink_ext_ack *extack)
{
	struct tgk_conn *c;
	struct socket *sock;
	int err;

	if (!venue_id || venue_id > eng->params.max_venues) {
		NL_SET_ERR_MSG_MOD(extack, "venue id is 0 or above max_venues");
		return -EINVAL;
	}
	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		NL_SET_ERR_MSG_MOD(extack, "fd is not an open socket of the caller");
		return err;
	}
	err = check_socket(sock, extack);
	if (err)
		goto err_sock;
	tcp_sock_set_nodelay(sock->sk);
	/* The thread sends: it must neither enter reclaim nor use the page fragment of a task. */
	sock->sk->sk_allocation = GFP_ATOMIC;
	sock->sk->sk_use_task_frag = false;

	c = conn_new(eng, venue_id, sock);
	if (!c) {
		err = -ENOMEM;
		goto err_sock;
	}
	err = tgk_call(eng, adopt, c);
	if (!err)
		return 0;
	if (err == -ENOENT)
		NL_SET_ERR_MSG_MOD(extack, "no venue with this id is configured");
	else if (err == -EPROTO)
		NL_SET_ERR_MSG_MOD(extack, "venue demands kernel TLS in both directions; this socket has it not");
	else if (err == -EBUSY)
		NL_SET_ERR_MSG_MOD(extack, "venue has a transport already: disconnect it first");
	conn_free(c);
	return err;

err_sock:
	sockfd_put(sock);
	return err;
}

static int drop(struct tgk_engine *eng, void *arg)
{
	u16 venue_id = *(u16 *)arg;

	if (!eng->tcp->venue[venue_id].conn)
		return -ENOTCONN;
	if (eng->ob.len)
		tgk_flush(eng);
	take_down(eng, venue_id, 0);
	return 0;
}

int tgk_tcp_detach(struct tgk_engine *eng, u16 venue_id)
{
	if (!venue_id || venue_id > eng->params.max_venues)
		return -EINVAL;
	return tgk_call(eng, drop, &venue_id);
}

/* ---- start and stop ---- */

void tgk_tcp_stop(struct tgk_engine *eng)
{
	u32 id;

	if (eng->ob.len)
		tgk_flush(eng);
	for (id = 1; id <= eng->params.max_venues; id++)
		if (eng->tcp->venue[id].conn)
			take_down(eng, id, -ESHUTDOWN);
}

int tgk_venues_init(struct tgk_engine *eng)
{
	struct tgk_tcp *tcp;

	tcp = kvzalloc(struct_size(tcp, venue, eng->params.max_venues + 1u), GFP_KERNEL);
	if (!tcp)
		return -ENOMEM;
	tcp->rx = kvzalloc(TGK_RX_CHUNK + TGK_RX_PAD, GFP_KERNEL);
	if (!tcp->rx) {
		kvfree(tcp);
		return -ENOMEM;
	}
	mutex_init(&tcp->shut_lock);
	eng->tcp = tcp;
	return 0;
}

/* The thread is gone; it took its venues down, unless it never ran. */
void tgk_venues_destroy(struct tgk_engine *eng)
{
	u32 id;

	for (id = 1; id <= eng->params.max_venues; id++)
		if (eng->tcp->venue[id].conn)
			conn_free(eng->tcp->venue[id].conn);
	kvfree(eng->tcp->rx);
	kvfree(eng->tcp);
	eng->tcp = NULL;
}
