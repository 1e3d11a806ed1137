/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel TLS under a venue's transport: records that are no data, and the closing alert.
 *
 * A post-handshake message may be cut into several records, though not mixed with other types
 * (RFC 8446, 5.1), so its header and length are remembered from one to the next. Session tickets
 * (4) mean nothing to us: no session is ever resumed. A KeyUpdate (24) changes a key that this
 * kernel cannot change (6.12 answers EBADMSG from the next record on), so the transport is given
 * up at once, in order, rather than at the next message. HelloRequest (0) asks for a renegotiation
 * in TLS 1.2 and may be ignored (RFC 5246, 7.4.1.1).
 */
#ifndef TGK_TLS_RECORDS_H
#define TGK_TLS_RECORDS_H

#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <net/inet_connection_sock.h>
#include <net/tls.h>

#define TGK_TLS_ALERT		21	/* RFC 8446, 5.1: ContentType */
#define TGK_TLS_HANDSHAKE	22
#define TGK_TLS_DATA		23

enum tgk_tls_verdict { TGK_TLS_IGNORE, TGK_TLS_CLOSE, TGK_TLS_KEY_UPDATE, TGK_TLS_FATAL };

/* Where we are in the stream of post-handshake messages. */
struct tgk_tls_rx {
	u32 left;			/* bytes of the message still to come */
	u8 header[4];
	u8 header_len;			/* of a header cut in two */
};

static inline enum tgk_tls_verdict tgk_tls_handshake(struct tgk_tls_rx *rx, const u8 *p, u32 len)
{
	while (len) {
		u32 n = min(len, rx->left);

		rx->left -= n;
		p += n;
		len -= n;
		if (!len)
			break;
		rx->header[rx->header_len++] = *p++;
		len--;
		if (rx->header[0] == 24)
			return TGK_TLS_KEY_UPDATE;
		if (rx->header[0] != 4 && rx->header[0] != 0)
			return TGK_TLS_FATAL;
		if (rx->header_len < sizeof(rx->header))
			continue;
		rx->left = rx->header[1] << 16 | rx->header[2] << 8 | rx->header[3];
		rx->header_len = 0;
	}
	return TGK_TLS_IGNORE;
}

static inline enum tgk_tls_verdict tgk_tls_control(struct tgk_tls_rx *rx, u8 type, const u8 *p,
						   u32 len)
{
	if (type == TGK_TLS_HANDSHAKE)
		return tgk_tls_handshake(rx, p, len);
	/* close_notify (0), whatever its level; all others end the connection (RFC 8446, 6) */
	if (type == TGK_TLS_ALERT && len == 2 && p[1] == 0)
		return TGK_TLS_CLOSE;
	return TGK_TLS_FATAL;
}

/* From what recvmsg() left in the control buffer. */
static inline u8 tgk_tls_record_type(const void *control, size_t used)
{
	const struct cmsghdr *cm = control;

	if (used < sizeof(*cm) + 1 || cm->cmsg_level != SOL_TLS ||
	    cm->cmsg_type != TLS_GET_RECORD_TYPE)
		return TGK_TLS_DATA;
	return *(const u8 *)CMSG_DATA(cm);
}

/* The peer may tell an end from a cut (RFC 8446, 6.1). Best effort. */
static inline void tgk_tls_close_notify(struct socket *sock)
{
	u8 control[CMSG_SPACE(sizeof(u8))] __aligned(sizeof(size_t)) = { };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct cmsghdr *cm = (void *)control;
	u8 alert[2] = { 1, 0 };		/* warning, close_notify */
	struct kvec vec = { .iov_base = alert, .iov_len = sizeof(alert) };

	cm->cmsg_level = SOL_TLS;
	cm->cmsg_type = TLS_SET_RECORD_TYPE;
	cm->cmsg_len = CMSG_LEN(sizeof(u8));
	*(u8 *)CMSG_DATA(cm) = TGK_TLS_ALERT;
	msg.msg_control = control;
	msg.msg_controllen = sizeof(control);
	kernel_sendmsg(sock, &msg, &vec, 1, sizeof(alert));
}

/* Both keys were given to the kernel. They cannot be taken away again while the socket lives. */
static inline bool tgk_socket_is_ktls(struct sock *sk)
{
	const struct tcp_ulp_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	const struct tls_context *ctx;

	if (!ops || strcmp(ops->name, "tls"))
		return false;
	ctx = tls_get_ctx(sk);
	return ctx && ctx->tx_conf != TLS_BASE && ctx->rx_conf != TLS_BASE;
}

#endif
