// SPDX-License-Identifier: MIT
/*
 * The session's edges that conversations (tests/conform) do not reach: reassembly at every cut, a long message in pieces, a full outbox, deadlines that always move,
 * sends that are refused, what the query says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "dispatch.h"

static struct tg_session *session(struct fx *f)
{
	return tg_session(f->e, 1);
}

static char msg[16384];

/* Venue 1's message, without sending it: the bytes are in msg. */
static u32 message( const char *type, u64 seq, const char *body)
{
	static char text[16384];
	u32 n, i, sum = 0;

	n = (u32)snprintf(text, sizeof(text), "35=%s|49=VENUE1|56=GW|34=%llu|52=20231114-22:13:20.000|%s", type, (unsigned long long)seq, body);
	n = (u32)snprintf(msg, sizeof(msg), "8=FIX.4.4|9=%u|%s", n, text);
	for (i = 0; i < n; i++) {
		if (msg[i] == '|')
			msg[i] = 1;
		sum += (u8)msg[i];
	}
	return n + (u32)snprintf(msg + n, sizeof(msg) - n, "10=%03u\1", sum & 255);
}

static void rx(struct fx *f, const void *bytes, u32 n)
{
	fx_step(f, TG_IN_TCP_RX, 1, bytes, n);
}

/* Three messages cut into two at every place, and into three at many: all taken, nothing counted as garbage. */
static void every_cut(void **state)
{
	char stream[2048];
	u32 n = 0, i, k, one;

	struct fx *probe = fx_new();

	fx_logon(probe);
	for (i = 0; i < 3; i++) {
		one = message("0", session(probe)->next_rx_seq + i, "112=hello|");
		memcpy(stream + n, msg, one);
		n += one;
	}
	fx_free(probe);
	for (i = 1; i < n; i++) {
		for (k = i; k < n; k += k < i + 4 ? 1 : 37) {
			struct fx *f = fx_new();
			u64 next;

			f->check = false;
			fx_logon(f);
			next = session(f)->next_rx_seq;
			rx(f, stream, i);
			if (k > i)
				rx(f, stream + i, k - i);
			rx(f, stream + k, n - k);
			assert_int_equal(session(f)->next_rx_seq, next + 3);
			assert_int_equal(session(f)->rx_len, 0);
			assert_int_equal(fx_counter(f, TG_CC_FIX_GARBLED), 0);
			assert_int_equal(fx_counter(f, TG_CC_FIX_GARBAGE_BYTES), 0);
			fx_drop(f);
		}
	}
}

/* A message as long as the buffer allows is taken in pieces; one byte more is refused by its length. */
static void longest_message(void **state)
{
	struct fx *f = fx_new();
	u32 max = f->params.rx_buffer_bytes, n, fill, at;
	char body[8192];

	fx_logon(f);
	n = message("0", session(f)->next_rx_seq, "58=x|");
	fill = max - n + 1 - 2;		/* BodyLength grows by two digits */
	memset(body, 'y', sizeof(body));
	memcpy(body, "58=", 3);
	body[3 + fill] = '|';
	body[4 + fill] = 0;
	n = message("0", session(f)->next_rx_seq, body);
	assert_int_equal(n, max);
	for (at = 0; at < n; at += 100)
		rx(f, msg + at, n - at < 100 ? n - at : 100);
	assert_int_equal(session(f)->state, TG_SESSION_UP);
	assert_int_equal(session(f)->rx_len, 0);
	assert_int_equal(fx_counter(f, TG_CC_FIX_GARBLED), 0);

	body[3 + fill] = 'y';
	body[4 + fill] = '|';
	body[5 + fill] = 0;
	at = message("0", session(f)->next_rx_seq, body);
	assert_int_equal(at, max + 1);
	rx(f, msg, 100);
	assert_int_equal(session(f)->state, TG_SESSION_DOWN);
	assert_non_null(fx_tcp(f, '5', 0));
	fx_free(f);
}

/* Garbage that could be the start of a message, over and over, then a message. */
static void garbage_pieces(void **state)
{
	static const char *const junk[] = { "8", "8=", "8=F", "8=FI", "8=FIX", "8=FIX.", "8=FIX.4", "8=FIX.4.4", "8=FIX.4.4\1", "8=FIX.4.4\0019", "8=FIX.4.4\0019=", "8=FIX.4.4\0019=1" };
	u32 i, k, n;

	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct fx *f = fx_new();

		fx_logon(f);
		for (k = 0; k < strlen(junk[i]); k++)
			rx(f, junk[i] + k, 1);
		rx(f, "~", 1);
		n = message("0", session(f)->next_rx_seq, "");
		rx(f, msg, n);
		assert_int_equal(session(f)->state, TG_SESSION_UP);
		assert_int_equal(session(f)->rx_len, 0);
		assert_int_equal(session(f)->next_rx_seq, 3);
		fx_free(f);
	}
}

/* Without room in the outbox nothing is sent, no number is used, and the timer's deadline still moves. */
static void full_outbox(void **state)
{
	struct fx *f = fx_new();
	struct tg_fix_writer w;
	struct tg_outbox none = { .buf = f->ob.buf, .cap = 64 };
	u64 tx, due;

	fx_logon(f);
	tx = session(f)->next_tx_seq;
	assert_false(tg_session_begin(f->e, session(f), 'D', &w, &none));
	due = tg_session_deadline_ns(session(f));
	f->e->time_ns = due;
	tg_session_timer(f->e, session(f), &none);
	assert_true(tg_session_deadline_ns(session(f)) > due);
	assert_int_equal(session(f)->next_tx_seq, tx);
	assert_true(fx_counter(f, TG_CC_OUTBOX_FULL) > 0);
	fx_drop(f);
}

/* Orders may be sent only while logged on and without a gap. */
static void when_sends_are_held(void **state)
{
	struct fx *f = fx_new();
	struct tg_fix_writer w;

	assert_false(tg_session_begin(f->e, session(f), 'D', &w, &f->ob));
	fx_step(f, TG_IN_TCP_UP, 1, NULL, 0);
	assert_int_equal(session(f)->state, TG_SESSION_LOGON_SENT);
	assert_false(tg_session_begin(f->e, session(f), 'D', &w, &f->ob));
	fx_step(f, TG_IN_TCP_DOWN, 1, NULL, 0);
	fx_logon(f);
	f->ob.len = 0;
	assert_true(tg_session_begin(f->e, session(f), 'D', &w, &f->ob));
	rx(f, msg, message("0", session(f)->next_rx_seq + 1, ""));
	assert_int_equal(session(f)->state, TG_SESSION_RECOVERING);
	assert_false(tg_session_can_send(session(f)));
	assert_false(tg_session_begin(f->e, session(f), 'D', &w, &f->ob));
	fx_free(f);
}

/* A body too long for one message: refused as a whole, the number stays. */
static void message_too_long_to_send(void **state)
{
	struct fx *f = fx_new();
	struct tg_fix_writer w;
	static char big[TG_FIX_TX_MAX];
	u32 len;
	u64 tx;

	fx_logon(f);
	f->ob.len = 0;
	memset(big, 'x', sizeof(big));
	tx = session(f)->next_tx_seq;
	assert_true(tg_session_begin(f->e, session(f), 'B', &w, &f->ob));
	len = f->ob.len;
	tg_fix_put_bytes(&w, 58, big, sizeof(big));
	assert_false(tg_session_send(f->e, session(f), &w, 0, &f->ob));
	assert_int_equal(f->ob.len, len);
	assert_int_equal(session(f)->next_tx_seq, tx);
	fx_drop(f);
}

/* Whatever state, once the timer has run at its deadline the next deadline is later. */
static void deadlines_move(void **state)
{
	struct fx *f = fx_new();
	u32 i;

	fx_logon(f);
	rx(f, msg, message("0", session(f)->next_rx_seq + 5, ""));
	for (i = 0; i < 100 && tg_session_deadline_ns(session(f)) != ~0ULL; i++) {
		u64 due = tg_session_deadline_ns(session(f));

		assert_true(due > f->e->time_ns);
		f->now = due;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	}
	assert_int_equal(session(f)->state, TG_SESSION_HALTED);
	fx_free(f);
}

static void queries(void **state)
{
	struct fx *f = fx_new();
	struct tg_nl_session q;

	assert_true(tg_engine_session(f->e, 1, &q));
	assert_int_equal(q.state, TG_SESSION_DOWN);
	fx_logon(f);
	assert_true(tg_engine_session(f->e, 1, &q));
	assert_int_equal(q.state, TG_SESSION_UP);
	assert_int_equal(q.venue_id, 1);
	assert_int_equal(q.heartbeat_s, 30);
	assert_int_equal(q.logons, 1);
	assert_int_equal(q.drops, 0);
	assert_int_equal(q.next_rx_seq, 2);
	assert_int_equal(q.up_since_ns, f->e->time_ns);
	assert_string_equal(q.sender_comp_id, "GW");
	assert_string_equal(q.target_comp_id, "VENUE1");
	fx_step(f, TG_IN_TCP_DOWN, 1, NULL, 0);
	assert_true(tg_engine_session(f->e, 1, &q));
	assert_int_equal(q.drops, 1);
	assert_int_equal(q.up_since_ns, 0);
	assert_string_equal(q.text, "connection lost");
	assert_false(tg_engine_session(f->e, 0, &q));
	assert_false(tg_engine_session(f->e, 99, &q));
	fx_free(f);
}

static void text_is_printable(void **state)
{
	struct fx *f = fx_new();
	u8 raw[256];
	u32 i;

	for (i = 0; i < 256; i++)
		raw[i] = (u8)i;
	for (i = 0; i < 256; i += 32) {
		const char *p;

		tg_session_text(session(f), raw + i, 256 - i);
		assert_int_equal(strlen(session(f)->text), 256 - i < 63 ? 256 - i : 63);
		for (p = session(f)->text; *p; p++)
			assert_in_range(*p, ' ', '~');
	}
	fx_drop(f);
}

/* n cancels sent at times of their own, as if by orders; returns the first number. */
static u64 sent_before(struct fx *f, u32 n, u32 body)
{
	struct tg_session *s = session(f);
	u64 first = s->next_tx_seq;
	char fill[1024];
	u8 bytes[TG_FIX_TX_MAX];

	memset(fill, 'c', sizeof(fill));
	while (n--) {
		struct tg_fix_writer w;

		tg_session_header(&w, &s->cfg, 'F', s->next_tx_seq, f->now - n * MS, bytes, sizeof(bytes));
		tg_fix_put_bytes(&w, 11, fill, body);
		tg_session_store(f->e, s, s->next_tx_seq++, 'F', f->now - n * MS, bytes, tg_fix_end(&w));
	}
	return first;
}

/* Takes what this step sent again; numbers must go on without a hole. */
static u32 take_replayed(struct fx *f, u64 *next)
{
	char v[64];
	u32 n, bytes = 0;

	for (n = 0; fx_tcp(f, 'F', n); n++) {
		assert_true(fx_tag(fx_tcp(f, 'F', n), 34, v, sizeof(v)));
		assert_int_equal(strtoull(v, NULL, 10), (*next)++);
		assert_true(fx_tag(fx_tcp(f, 'F', n), 43, v, sizeof(v)));
		assert_string_equal(v, "Y");
		bytes += fx_tcp(f, 'F', n)->len;
	}
	assert_true(bytes <= TG_SESSION_RESEND_CHUNK + TG_FIX_TX_MAX);
	return n;
}

/* A long answer to a ResendRequest goes out in pieces; what is new waits for its end; no piece is larger than a step may send. */
static void resend_in_pieces(void **state)
{
	struct fx *f = fx_ready();
	u64 first, next, due;
	u32 n, pieces = 0;
	char body[64];

	f->check = false;
	first = next = sent_before(f, 250, 150);
	assert_true(session(f)->store_count >= 250);
	snprintf(body, sizeof(body), "7=%llu|16=0|", (unsigned long long)first);
	rx(f, msg, message("2", session(f)->next_rx_seq, body));
	assert_false(tg_session_can_send(session(f)));
	assert_int_equal(fx_submit(f, 1, fx_limit(TG_SIDE_BUY, PX(100), PX(1))), TG_REASON_SESSION_DOWN);
	next = first;
	/* the first piece was in the step of the request; ask again to see it */
	rx(f, msg, message("2", session(f)->next_rx_seq, body));
	do {
		n = take_replayed(f, &next);
		assert_true(n > 0 && n < 250);
		pieces++;
		due = tg_engine_deadline_ns(f->e);
		if (!session(f)->resend_tx_next)
			break;
		assert_true(due > f->now && due <= f->now + TG_SESSION_RESEND_PACE_NS);
		f->now = due;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	} while (pieces < 100);
	assert_int_equal(next, first + 250);
	assert_true(pieces >= 4);
	assert_true(tg_session_can_send(session(f)));
	assert_int_equal(f->ob.lost, 0);
	fx_drop(f);
}

/* The ring of bytes: whatever the lengths, what is kept is the newest, whole and in order. */
static void store_wraps(void **state)
{
	struct fx *f = fx_ready();
	u32 i, k, seed = 1;

	f->check = false;
	for (i = 0; i < 3000; i++) {
		struct tg_session *s = session(f);
		u64 last = 0, bytes = 0;
		struct tg_in_stored m;
		const u8 *p;

		seed = seed * 1664525 + 1013904223;
		sent_before(f, 1, 1 + (seed >> 20) % 1000);
		for (k = 0; tg_session_stored(f->e, 1, k, &m, &p); k++) {
			assert_true(!k || m.seq == last + 1);
			last = m.seq;
			bytes += m.len;
			if (k < 2 || i % 100 == 0) {
				assert_memory_equal(p, "8=FIX.4.4\0019=", 12);
				assert_int_equal(p[m.len - 1], 1);
				assert_memory_equal(p + m.len - 7, "10=", 3);
			}
		}
		assert_int_equal(last, s->next_tx_seq - 1);
		assert_true(bytes <= f->params.session_store_bytes);
		/* not much less than fits is kept */
		assert_true(i < 400 || bytes + 2 * 1200 > f->params.session_store_bytes || k == 512);
	}
	assert_true(fx_counter(f, TG_CC_SESSION_STORE_EVICTED) > 2000);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut),
		cmocka_unit_test(longest_message),
		cmocka_unit_test(garbage_pieces),
		cmocka_unit_test(full_outbox),
		cmocka_unit_test(when_sends_are_held),
		cmocka_unit_test(message_too_long_to_send),
		cmocka_unit_test(deadlines_move),
		cmocka_unit_test(queries),
		cmocka_unit_test(text_is_printable),
		cmocka_unit_test(resend_in_pieces),
		cmocka_unit_test(store_wraps),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
