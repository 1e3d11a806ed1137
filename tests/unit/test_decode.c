// SPDX-License-Identifier: MIT
/* Typed decoders: what each takes, and that every malformed variant is refused with the tag at fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fix/decode.h"

struct msg {
	struct tg_fix_frame f;
	u8 *p;
};

/* A FIX.4.4 message of exactly its size on the heap; '|' is SOH, body with 35= first. */
static void make(struct msg *m, const char *body)
{
	char text[8192];
	u32 n, i, sum = 0, used;

	n = (u32)snprintf(text, sizeof(text), "8=FIX.4.4|9=%zu|%s", strlen(body), body);
	for (i = 0; i < n; i++) {
		if (text[i] == '|')
			text[i] = 1;
		sum += (u8)text[i];
	}
	n += (u32)snprintf(text + n, sizeof(text) - n, "10=%03u\1", sum & 255);
	m->p = malloc(n);
	memcpy(m->p, text, n);
	assert_int_equal(tg_fix_frame(m->p, n, 65536, &m->f, &used), TG_FIX_OK);
	assert_int_equal(used, n);
}

#define HDR "49=V|56=GW|34=12|52=20231114-22:13:20.123|"

static bool is(const struct tg_fix_slice *s, const char *text)
{
	return s->len == strlen(text) && !memcmp(s->p, text, s->len);
}

static enum tg_fix_error header(const char *body, struct tg_fix_header *h, u32 *rest)
{
	struct tg_fix_cursor c;
	enum tg_fix_error err;
	struct msg m;

	make(&m, body);
	err = tg_fix_decode_header(&m.f, &c, h);
	if (!err && rest)
		*rest = (u32)(m.p + m.f.len - c.p);
	free(m.p);
	return err;
}

static void headers(void **state)
{
	static const struct { const char *body; enum tg_fix_error err; u32 tag; } t[] = {
		{ "35=0|49=V|56=GW|34=12|52=20231114-22:13:20.123|", TG_FIX_OK, 0 },
		{ "35=0|34=12|49=V|52=20231114-22:13:20|56=GW|", TG_FIX_OK, 0 },
		{ "35=0|34=12|43=Y|49=V|50=x|52=20231114-22:13:20|56=GW|57=y|97=N|115=z|122=20231114-22:13:19|", TG_FIX_OK, 0 },
		{ "35=0|90=3|91=a|b|49=V|56=GW|34=12|52=20231114-22:13:20|", TG_FIX_OK, 0 },
		{ "35=0|49=V|56=GW|52=20231114-22:13:20|", TG_FIX_MISSING, 34 },
		{ "35=0|56=GW|34=12|52=20231114-22:13:20|", TG_FIX_MISSING, 49 },
		{ "35=0|49=V|34=12|52=20231114-22:13:20|", TG_FIX_MISSING, 56 },
		{ "35=0|49=V|56=GW|34=12|", TG_FIX_MISSING, 52 },
		{ "35=0|", TG_FIX_MISSING, 34 },
		{ "35=0|49=V|56=GW|112=x|34=12|52=20231114-22:13:20|", TG_FIX_MISSING, 34 },
		{ "35=0|49=V|49=V|56=GW|34=12|52=20231114-22:13:20|", TG_FIX_DUPLICATE, 49 },
		{ "35=0|49=V|56=GW|34=12|34=12|52=20231114-22:13:20|", TG_FIX_DUPLICATE, 34 },
		{ "35=0|49=V|56=GW|34=x|52=20231114-22:13:20|", TG_FIX_FORMAT, 34 },
		{ "35=0|49=V|56=GW|34=0|52=20231114-22:13:20|", TG_FIX_FORMAT, 34 },
		{ "35=0|49=V|56=GW|34=-1|52=20231114-22:13:20|", TG_FIX_FORMAT, 34 },
		{ "35=0|49=V|56=GW|34=12|52=20231114|", TG_FIX_FORMAT, 52 },
		{ "35=0|49=V|56=GW|34=12|43=X|52=20231114-22:13:20|", TG_FIX_FORMAT, 43 },
		{ "35=0|49=V|56=GW|34=12|43=YY|52=20231114-22:13:20|", TG_FIX_FORMAT, 43 },
		{ "35=0|49=|56=GW|34=12|52=20231114-22:13:20|", TG_FIX_VALUE, 49 },
		{ "35=0|49=V|56=GW|34=12|5a=20231114-22:13:20|", TG_FIX_TAG, 0 },
		{ "35=0|49=V|56=GW|34=12|35=0|52=20231114-22:13:20|", TG_FIX_DUPLICATE, 35 },
	};
	struct tg_fix_header h;
	u32 i, rest = 0;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err = header(t[i].body, &h, NULL);

		if (err != t[i].err || h.bad_tag != t[i].tag)
			fail_msg("%s: %s, tag %u", t[i].body, tg_fix_error_text(err), h.bad_tag);
	}
	assert_int_equal(header("35=8|" HDR "37=1|", &h, &rest), TG_FIX_OK);
	assert_int_equal(rest, strlen("37=1|10=000|"));
	assert_int_equal(h.msg_type, '8');
	assert_int_equal(h.seq, 12);
	assert_int_equal(h.sending_time_ns, 1700000000123000000);
	assert_false(h.poss_dup);
	assert_int_equal(header("35=0|34=12|43=Y|49=V|52=20231114-22:13:20|56=GW|97=Y|122=20231114-22:13:19|112=x|", &h, &rest), TG_FIX_OK);
	assert_true(h.poss_dup && h.poss_resend);
	assert_int_equal(h.orig_sending_time_ns, 1699999999000000000);
	assert_int_equal(rest, strlen("112=x|10=000|"));
}

/* Frame with a body that may hold anything between 35= and the trailer. false: no frame. */
static bool make_bytes(struct msg *m, const u8 *bytes, u32 n)
{
	u8 text[1024];
	u32 i, sum = 0, used, at = (u32)snprintf((char *)text, sizeof(text), "8=FIX.4.4\0019=%u\001", n);

	memcpy(text + at, bytes, n);
	at += n;
	for (i = 0; i < at; i++)
		sum += text[i];
	at += (u32)snprintf((char *)text + at, sizeof(text) - at, "10=%03u\001", sum & 255);
	m->p = malloc(at);
	memcpy(m->p, text, at);
	if (!tg_fix_frame(m->p, at, 65536, &m->f, &used) && used == at)
		return true;
	free(m->p);
	return false;
}

static bool same_header(const struct tg_fix_header *a, const struct tg_fix_header *b)
{
	return a->msg_type == b->msg_type && a->seq == b->seq && a->sender.p == b->sender.p && a->sender.len == b->sender.len &&
	       a->target.p == b->target.p && a->target.len == b->target.len && a->sending_time_ns == b->sending_time_ns &&
	       a->orig_sending_time_ns == b->orig_sending_time_ns && a->poss_dup == b->poss_dup && a->poss_resend == b->poss_resend &&
	       a->bad_tag == b->bad_tag;
}

/* With this hint and without one: the same. */
static void agree(const struct msg *m, const struct tg_fix_hint *hint)
{
	struct tg_fix_hint copy = *hint;
	struct tg_fix_cursor c = { .p = NULL }, k = { .p = NULL };
	struct tg_fix_header h, g;
	enum tg_fix_error err = tg_fix_decode_header(&m->f, &c, &h), like = tg_fix_decode_header_like(&m->f, &copy, &k, &g);

	if (err != like || (err ? h.bad_tag != g.bad_tag : !same_header(&h, &g) || c.p != k.p || c.end != k.end || c.err != k.err))
		fail_msg("%.*s: %s, with a hint %s", (int)m->f.len, (const char *)m->p, tg_fix_error_text(err), tg_fix_error_text(like));
}

static void hints(void **state)
{
	static const char *const shapes[] = {
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|34=1037|49=EXCHANGE|52=20260822-13:17:10.537|56=CLIENT01|37=1|11=2|",
		"35=D|52=20260822-13:17:10.537|34=1037|49=EXCHANGE|56=CLIENT01|11=1|",
		"35=AE|49=E|56=C|50=desk|34=1|57=x|52=20260822-13:17:10.537|115=who|571=1|55=abcdefgh|",
		"35=8|90=3|91=a|b|49=V|56=GW|34=12|52=20260822-13:17:10.537|17=123456789012345678|11=2|",
		/* what falls off: other lengths, forms, days, order, fields more and fields less */
		"35=X|49=EXCHANGE|56=CLIENT01|34=1|52=20260822-13:17:10.537|268=1|279=0|269=0|270=1|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=12345678|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=123456789012345|52=20260822-23:59:60.999|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1234567890123456|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=0|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=10x7|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260823-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537123|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-24:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:60:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:61.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.53|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822|37=1|11=2|",
		"35=8|49=XXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|39=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGES|56=CLIENT01|34=1037|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|43=Y|122=20260822-13:00:00|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|43=Q|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|34=1037|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|49=EXCHANGE|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|57=me|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|97=Y|52=20260822-13:17:10.537|37=1|11=2|",
		"35=8|49=EXCHANGE|56=CLIENT01|34=1037|37=1|11=2|1=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|",
		"35=8|49=EXCHANGE|56=CLIENT01|37=1|11=2|1=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|",
		"35=0|49=EXCHANGE|56=CLIENT01|34=1037|52=20260822-13:17:10.537|",
		"35=0|49=EXCHANGE|56=CLIENT01|34=1037|",
		"35=0|49=EXCHANGE|56=CLIENT01|34=1|",
		"35=0|49=EXCHANGE|",
		"35=0|",
	};
	enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };
	static const char any[] = "0123456789=\001|AYz.:-\377\200\0";
	struct tg_fix_hint hint;
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	struct msg teacher, m;
	u32 i, k, n, turn;
	u64 rng = 11;
	u8 body[512];

	for (i = 0; i < SHAPES; i++) {
		memset(&hint, 0, sizeof(hint));
		make(&teacher, shapes[i]);
		tg_fix_decode_header_like(&teacher.f, &hint, &c, &h);
		for (k = 0; k < SHAPES; k++) {
			make(&m, shapes[k]);
			agree(&m, &hint);
			free(m.p);
		}
		n = teacher.f.body_len;
		for (turn = 0; turn < 3000; turn++) {
			memcpy(body, teacher.p + teacher.f.body_off, n);
			for (k = 0; k < 1 + turn % 3; k++) {
				rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
				body[(rng >> 33) % n] = (u8)any[(rng >> 20) % (sizeof(any) - 1)];
			}
			body[n - 1] = 1;
			if (make_bytes(&m, body, n)) {
				agree(&m, &hint);
				free(m.p);
			}
		}
		free(teacher.p);
	}
	/* What is remembered is used: a wrong memory of where 49's value lies shows. And a message of another shape replaces it. */
	memset(&hint, 0, sizeof(hint));
	for (i = 0; i < 3; i++) {
		make(&m, shapes[i]);
		assert_int_equal(tg_fix_decode_header_like(&m.f, &hint, &c, &h), TG_FIX_OK);
		assert_true(is(&h.sender, "EXCHANGE") && is(&h.target, "CLIENT01") && hint.words[0]);
		hint.sender_len = 3;
		assert_int_equal(tg_fix_decode_header_like(&m.f, &hint, &c, &h), TG_FIX_OK);
		assert_true(is(&h.sender, "EXC"));
		assert_int_equal(h.seq, 1037);
		assert_int_equal(h.sending_time_ns, 1787404630537000000);
		free(m.p);
	}
	/* A header too long to remember is forgotten, and read. */
	make(&m, "35=8|49=V|56=GW|50=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|"
		 "34=12|52=20231114-22:13:20.123|37=1|");
	assert_int_equal(tg_fix_decode_header_like(&m.f, &hint, &c, &h), TG_FIX_OK);
	assert_int_equal(hint.words[0], 0);
	free(m.p);
}

static struct msg kept;		/* slices point into it */

static struct tg_fix_cursor body(char type, const char *fields)
{
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	char text[4096];

	free(kept.p);
	snprintf(text, sizeof(text), "35=%c|" HDR "%s", type, fields);
	make(&kept, text);
	assert_int_equal(tg_fix_decode_header(&kept.f, &c, &h), TG_FIX_OK);
	return c;
}

static void admins(void **state)
{
	static const struct { char type; const char *fields; enum tg_fix_error err; u32 tag; } t[] = {
		{ 'A', "98=0|108=30|", TG_FIX_OK, 0 }, { 'A', "98=0|", TG_FIX_MISSING, 108 }, { 'A', "108=x|", TG_FIX_FORMAT, 108 },
		{ 'A', "108=30|141=Z|", TG_FIX_FORMAT, 141 }, { 'A', "108=30|108=30|", TG_FIX_DUPLICATE, 108 }, { 'A', "108=|", TG_FIX_VALUE, 108 },
		{ '0', "", TG_FIX_OK, 0 }, { '1', "112=x|", TG_FIX_OK, 0 }, { '1', "", TG_FIX_MISSING, 112 }, { '1', "112=x|34=5|", TG_FIX_DUPLICATE, 34 },
		{ '2', "7=1|16=0|", TG_FIX_OK, 0 }, { '2', "16=0|", TG_FIX_MISSING, 7 }, { '2', "7=1|", TG_FIX_MISSING, 16 }, { '2', "7=-1|16=0|", TG_FIX_FORMAT, 7 },
		{ '4', "36=9|", TG_FIX_OK, 0 }, { '4', "123=Y|", TG_FIX_MISSING, 36 }, { '4', "36=9|123=1|", TG_FIX_FORMAT, 123 },
		{ '3', "45=3|", TG_FIX_OK, 0 }, { '3', "58=x|", TG_FIX_MISSING, 45 }, { 'j', "45=3|372=D|380=3|", TG_FIX_OK, 0 }, { 'j', "372=D|", TG_FIX_MISSING, 45 },
		{ '5', "", TG_FIX_OK, 0 }, { '5', "58=bye|5x=1|", TG_FIX_TAG, 0 }, { '5', "95=2|96=|||", TG_FIX_OK, 0 },
	};
	struct tg_fix_admin a;
	struct tg_fix_cursor c;
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err;

		c = body(t[i].type, t[i].fields);
		err = tg_fix_decode_admin((u8)t[i].type, 0, &c, &a);
		if (err != t[i].err || a.bad_tag != t[i].tag)
			fail_msg("%c %s: %s, tag %u", t[i].type, t[i].fields, tg_fix_error_text(err), a.bad_tag);
	}
	c = body('3', "45=77|371=38|372=D|373=5|58=no|");
	assert_int_equal(tg_fix_decode_admin('3', 0, &c, &a), TG_FIX_OK);
	assert_int_equal(a.ref_seq, 77);
	assert_int_equal(a.ref_tag, 38);
	assert_int_equal(a.reject_reason, 5);
	assert_true(is(&a.ref_msg_type, "D") && is(&a.text, "no"));
	c = body('4', "123=Y|36=99|");
	assert_int_equal(tg_fix_decode_admin('4', 0, &c, &a), TG_FIX_OK);
	assert_true(a.gap_fill && a.new_seq == 99);
	c = body('A', "98=0|108=20|141=Y|789=5|");
	assert_int_equal(tg_fix_decode_admin('A', 0, &c, &a), TG_FIX_OK);
	assert_true(a.reset_seq && a.heartbeat_s == 20 && a.next_expected == 5);
}

#define EXEC "37=O1|11=C1|17=E1|150=F|39=1|1=ACC|55=BTCUSDT|54=1|38=10|40=2|44=61837.63|59=0|32=4|31=61837.5|151=6|14=4|6=61837.5|60=20231114-22:13:20.1|"

static void execs(void **state)
{
	static const struct { const char *fields; enum tg_fix_error err; u32 tag; } t[] = {
		{ EXEC, TG_FIX_OK, 0 },
		{ "14=4|39=1|150=F|17=E1|37=O1|", TG_FIX_OK, 0 },
		{ EXEC "5001=custom|30=X|", TG_FIX_OK, 0 },
		{ "17=E|150=0|39=0|14=0|", TG_FIX_MISSING, 37 }, { "37=O|150=0|39=0|14=0|", TG_FIX_MISSING, 17 },
		{ "37=O|17=E|39=0|14=0|", TG_FIX_MISSING, 150 }, { "37=O|17=E|150=0|14=0|", TG_FIX_MISSING, 39 }, { "37=O|17=E|150=0|39=0|", TG_FIX_MISSING, 14 },
		{ EXEC "38=10|", TG_FIX_DUPLICATE, 38 }, { EXEC "37=O1|", TG_FIX_DUPLICATE, 37 }, { EXEC "34=1|", TG_FIX_DUPLICATE, 34 },
		{ EXEC "851=12|", TG_FIX_FORMAT, 851 }, { EXEC "103=x|", TG_FIX_FORMAT, 103 }, { EXEC "103=65536|", TG_FIX_RANGE, 103 },
		{ EXEC "12=1e3|", TG_FIX_FORMAT, 12 }, { EXEC "58=|", TG_FIX_VALUE, 58 }, { EXEC "x=1|", TG_FIX_TAG, 0 },
		{ "37=O1|17=E1|150=F|39=1|38=1x|14=0|", TG_FIX_FORMAT, 38 }, { "37=O1|17=E1|150=F|39=1|44=1.123456789|14=0|", TG_FIX_FORMAT, 44 },
		{ "37=O1|17=E1|150=F|39=1|14=0|60=yesterday|", TG_FIX_FORMAT, 60 }, { "37=O1|17=E1|150=FF|39=1|14=0|", TG_FIX_FORMAT, 150 },
	};
	struct tg_fix_exec x;
	struct tg_fix_cursor c;
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err;

		c = body('8', t[i].fields);
		err = tg_fix_decode_exec(&c, &x);
		if (err != t[i].err || x.bad_tag != t[i].tag)
			fail_msg("%s: %s, tag %u", t[i].fields, tg_fix_error_text(err), x.bad_tag);
	}
	c = body('8', EXEC "851=2|12=0.25|13=3|41=C0|103=99|58=hello|");
	assert_int_equal(tg_fix_decode_exec(&c, &x), TG_FIX_OK);
	assert_true(is(&x.order_id, "O1") && is(&x.cl_ord_id, "C1") && is(&x.orig_cl_ord_id, "C0") && is(&x.exec_id, "E1"));
	assert_true(is(&x.symbol, "BTCUSDT") && is(&x.account, "ACC") && is(&x.text, "hello"));
	assert_true(x.exec_type == 'F' && x.ord_status == '1' && x.side == '1' && x.ord_type == '2' && x.tif == '0' && x.liquidity == 2);
	assert_true(x.has_qty && x.has_px && x.has_last && x.has_leaves && x.has_cum);
	assert_true(x.qty == 1000000000 && x.px == 6183763000000 && x.last_qty == 400000000 && x.last_px == 6183750000000);
	assert_true(x.leaves_qty == 600000000 && x.cum_qty == 400000000 && x.avg_px == 6183750000000 && x.commission == 25000000);
	assert_int_equal(x.transact_time_ns, 1700000000100000000);
	assert_int_equal(x.ord_rej_reason, 99);
	c = body('8', "37=O1|17=E1|150=0|39=0|14=0|6=61837.333333333333|12=3|13=2|");
	assert_int_equal(tg_fix_decode_exec(&c, &x), TG_FIX_OK);
	assert_int_equal(x.avg_px, 6183733333333);
	assert_int_equal(x.commission, 0);
	assert_false(x.has_qty || x.has_px || x.has_last || x.has_leaves);
	assert_int_equal(x.liquidity, 0);
	c = body('8', "37=O1|17=E1|150=0|39=0|14=0|6=61837.33333333333x|");
	assert_int_equal(tg_fix_decode_exec(&c, &x), TG_FIX_FORMAT);
}

static void cancel_rejects(void **state)
{
	struct tg_fix_cancel_reject x;
	struct tg_fix_cursor c = body('9', "37=NONE|11=C2|41=C1|39=8|434=1|102=1|58=Unknown order|");

	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_OK);
	assert_true(is(&x.order_id, "NONE") && is(&x.cl_ord_id, "C2") && is(&x.orig_cl_ord_id, "C1") && is(&x.text, "Unknown order"));
	assert_true(x.ord_status == '8' && x.response_to == '1' && x.reason == 1);
	c = body('9', "37=NONE|41=C1|39=8|434=1|");
	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_MISSING);
	assert_int_equal(x.bad_tag, 11);
	c = body('9', "11=C2|434=1|");
	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_MISSING);
	assert_int_equal(x.bad_tag, 39);
	c = body('9', "11=C2|39=8|");
	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_MISSING);
	assert_int_equal(x.bad_tag, 434);
	c = body('9', "11=C2|39=8|434=1|102=x|");
	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_FORMAT);
	assert_int_equal(x.bad_tag, 102);
	c = body('9', "11=C2|39=8|434=1|11=C2|");
	assert_int_equal(tg_fix_decode_cancel_reject(&c, &x), TG_FIX_DUPLICATE);
}

static void md_rejects(void **state)
{
	struct tg_fix_md_reject r;
	struct tg_fix_cursor c = body('Y', "262=5|281=0|58=no such symbol|");

	assert_int_equal(tg_fix_decode_md_reject(&c, &r), TG_FIX_OK);
	assert_true(is(&r.req_id, "5") && is(&r.text, "no such symbol") && r.reason == '0');
	c = body('Y', "281=0|");
	assert_int_equal(tg_fix_decode_md_reject(&c, &r), TG_FIX_MISSING);
	c = body('Y', "262=5|281=00|");
	assert_int_equal(tg_fix_decode_md_reject(&c, &r), TG_FIX_FORMAT);
}

static void market_data(void **state)
{
	static const struct { char type; const char *fields; enum tg_fix_error err; u32 tag; } t[] = {
		{ 'W', "262=1|55=B|25044=9|268=2|269=0|270=1|271=2|269=1|270=3|271=4|", TG_FIX_OK, 0 },
		{ 'W', "262=1|55=B|25044=9|268=0|", TG_FIX_OK, 0 },
		{ 'W', "55=B|268=0|5001=x|893=Y|", TG_FIX_OK, 0 },
		{ 'W', "268=1|269=0|270=1|271=2|", TG_FIX_MISSING, 55 },
		{ 'W', "55=B|", TG_FIX_MISSING, 268 },
		{ 'W', "55=B|268=1|", TG_FIX_GROUP_COUNT, 268 },
		{ 'W', "55=B|268=2|269=0|270=1|271=2|", TG_FIX_GROUP_COUNT, 268 },
		{ 'W', "55=B|268=1|269=0|270=1|271=2|269=1|270=3|271=4|", TG_FIX_GROUP_COUNT, 268 },
		{ 'W', "55=B|268=0|269=0|270=1|", TG_FIX_GROUP_COUNT, 268 },
		{ 'W', "55=B|268=1|270=1|269=0|271=2|", TG_FIX_GROUP_COUNT, 268 },
		{ 'W', "55=B|268=1|269=0|270=1|270=1|", TG_FIX_DUPLICATE, 270 },
		{ 'W', "55=B|55=B|268=1|269=0|", TG_FIX_DUPLICATE, 55 },
		{ 'W', "55=B|268=x|269=0|", TG_FIX_FORMAT, 268 },
		{ 'W', "55=B|268=4294967296|269=0|", TG_FIX_RANGE, 268 },
		{ 'W', "55=B|268=1|269=00|", TG_FIX_FORMAT, 269 },
		{ 'W', "55=B|268=1|269=0|270=x|", TG_FIX_FORMAT, 270 },
		{ 'W', "55=B|268=1|269=0|27x=1|", TG_FIX_TAG, 0 },
		{ 'X', "268=1|279=0|269=0|55=B|270=1|271=2|25043=5|25044=6|", TG_FIX_OK, 0 },
		{ 'X', "268=1|279=0|269=0|55=B|270=1|271=2|346=3|1023=1|25043=5|25044=6|893=N|", TG_FIX_OK, 0 },
		{ 'X', "268=1|279=3|269=0|55=B|", TG_FIX_FORMAT, 279 },
		{ 'X', "268=1|279=0|55=B|270=1|271=2|", TG_FIX_MISSING, 269 },
		{ 'X', "268=1|269=0|279=0|55=B|", TG_FIX_GROUP_COUNT, 268 },
		{ 'X', "268=2|279=0|269=0|55=B|", TG_FIX_GROUP_COUNT, 268 },
		{ 'X', "268=1|279=0|269=0|55=B|279=0|269=0|", TG_FIX_GROUP_COUNT, 268 },
		{ 'X', "268=1|279=0|269=0|55=B|893=X|", TG_FIX_FORMAT, 893 },
		{ 'X', "893=N|268=1|279=0|269=0|55=B|893=N|", TG_FIX_DUPLICATE, 893 },
		{ 'X', "268=1|279=0|269=0|55=B|25043=x|", TG_FIX_FORMAT, 25043 },
		{ 'X', "268=1|279=0|269=0|55=B|34=5|", TG_FIX_DUPLICATE, 34 },
		{ 'X', "", TG_FIX_MISSING, 268 },
	};
	struct tg_fix_md_iter it;
	struct tg_fix_md_entry e;
	struct tg_fix_cursor c;
	bool last;
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		c = body(t[i].type, t[i].fields);
		if (!tg_fix_md_begin(&it, (u8)t[i].type, &c))
			while (tg_fix_md_next(&it, &e))
				;
		if (it.err != t[i].err || it.bad_tag != t[i].tag)
			fail_msg("%c %s: %s, tag %u", t[i].type, t[i].fields, tg_fix_error_text(it.err), it.bad_tag);
		assert_int_equal(tg_fix_md_check((u8)t[i].type, &c, &last), t[i].err);
	}
}

static void md_entries(void **state)
{
	struct tg_fix_cursor c = body('X', "262=7|268=4|279=0|269=0|55=BTCUSDT|270=61837.63|271=0.5|25043=5|25044=6|279=2|269=1|270=61838|"
					   "279=1|269=1|271=3|270=61839|279=0|269=0|55=ETHUSDT|270=1|271=1|25043=90|25044=90|893=N|");
	struct tg_fix_md_iter it;
	struct tg_fix_md_entry e;
	bool last = true;

	assert_int_equal(tg_fix_md_check('X', &c, &last), TG_FIX_OK);
	assert_false(last);
	assert_int_equal(tg_fix_md_begin(&it, 'X', &c), TG_FIX_OK);
	assert_true(is(&it.req_id, "7") && it.count == 4);
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(e.action == '0' && e.type == '0' && e.has_px && e.has_qty && e.px == 6183763000000 && e.qty == 50000000);
	assert_true(is(&e.symbol, "BTCUSDT") && e.first_id == 5 && e.last_id == 6);
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(e.action == '2' && e.type == '1' && e.has_px && !e.has_qty && e.px == 6183800000000 && e.qty == 0);
	assert_true(is(&e.symbol, "BTCUSDT") && e.first_id == 5 && e.last_id == 6);
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(e.action == '1' && e.qty == 300000000 && e.px == 6183900000000);
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(is(&e.symbol, "ETHUSDT") && e.first_id == 90 && e.last_id == 90);
	assert_false(tg_fix_md_next(&it, &e));
	assert_int_equal(it.err, TG_FIX_OK);
	assert_false(it.last_fragment);

	c = body('W', "262=8|55=BTCUSDT|25044=77|268=2|269=0|270=1|271=2|269=1|270=3|271=4|290=1|");
	assert_int_equal(tg_fix_md_begin(&it, 'W', &c), TG_FIX_OK);
	assert_int_equal(it.update_id, 77);
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(e.action == '0' && e.type == '0' && e.px == 100000000 && e.qty == 200000000 && e.last_id == 77 && is(&e.symbol, "BTCUSDT"));
	assert_true(tg_fix_md_next(&it, &e));
	assert_true(e.type == '1' && e.px == 300000000 && e.qty == 400000000);
	assert_false(tg_fix_md_next(&it, &e));
	assert_int_equal(it.err, TG_FIX_OK);
	assert_true(it.last_fragment);
	free(kept.p);
	kept.p = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(hints),
		cmocka_unit_test(admins),
		cmocka_unit_test(execs),
		cmocka_unit_test(cancel_rejects),
		cmocka_unit_test(md_rejects),
		cmocka_unit_test(market_data),
		cmocka_unit_test(md_entries),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
