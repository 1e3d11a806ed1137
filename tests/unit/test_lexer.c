// SPDX-License-Identifier: MIT
/* Framing, the field walk and values. Every message is looked at in a heap block of exactly its size, so that ASan sees one byte too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fix/lexer_inline.h"

#define MAX	65536u

/* '|' becomes SOH. */
static u32 soh(u8 *to, const char *text)
{
	u32 n = 0;

	for (; *text; text++)
		to[n++] = *text == '|' ? 1 : (u8)*text;
	return n;
}

/* Body with 35= first: the whole message with right length and sum. */
static u32 wrap(u8 *to, const char *begin, const char *body)
{
	char text[8192];
	u32 n, i, sum = 0;

	snprintf(text, sizeof(text), "8=%s|9=%zu|%s", begin, strlen(body), body);
	n = soh(to, text);
	for (i = 0; i < n; i++)
		sum += to[i];
	snprintf(text, sizeof(text), "10=%03u|", sum & 255);
	return n + soh(to + n, text);
}

static enum tg_fix_error frame(const u8 *bytes, u32 n, struct tg_fix_frame *f, u32 *used)
{
	u8 *p = malloc(n ? n : 1);
	enum tg_fix_error err;

	memcpy(p, bytes, n);
	err = tg_fix_frame(p, n, MAX, f, used);
	free(p);
	return err;
}

static enum tg_fix_error frame_text(const char *text, u32 *used)
{
	struct tg_fix_frame f;
	u8 m[8192];

	return frame(m, soh(m, text), &f, used);
}

static void whole_messages(void **state)
{
	static const struct { const char *begin; u16 version; } v[] = { { "FIX.4.2", 42 }, { "FIX.4.4", 44 }, { "FIXT.1.1", 50 } };
	struct tg_fix_frame f;
	u8 m[8192];
	u32 i, n, used;

	for (i = 0; i < 3; i++) {
		n = wrap(m, v[i].begin, "35=AE|49=A|56=B|34=1|");
		assert_int_equal(frame(m, n, &f, &used), TG_FIX_OK);
		assert_int_equal(used, n);
		assert_int_equal(f.len, n);
		assert_int_equal(f.version, v[i].version);
		assert_int_equal(f.msg_type, TG_MT2('A', 'E'));
		assert_memory_equal(m + f.body_off, "35=AE", 5);
		assert_memory_equal(m + f.fields_off, "49=A", 4);
		assert_memory_equal(m + f.body_off + f.body_len, "10=", 3);
	}
	/* leading zeros of BodyLength, and a second message behind the first */
	n = soh(m, "8=FIX.4.4|9=0005|35=0|10=051|8=FIX");
	assert_int_equal(frame(m, n, &f, &used), TG_FIX_OK);
	assert_int_equal(used, n - 5);
}

/* The one-look frame and the byte-by-byte one must agree about versions, types of one to four bytes, and BodyLength with any number of leading zeros. */
static void frame_forms(void **state)
{
	static const char *const begins[] = { "FIX.4.2", "FIX.4.4", "FIXT.1.1" }, *const types[] = { "8", "AE", "UAB", "UABC" };
	char body[64], text[128];
	struct tg_fix_frame f;
	u32 b, t, zeros, n, i, sum, used;
	u8 m[256];

	for (b = 0; b < 3; b++)
		for (t = 0; t < 4; t++)
			for (zeros = 0; zeros < 10; zeros++) {
				snprintf(body, sizeof(body), "35=%s|49=AAAAAAAAAA|56=B|34=1|52=x|", types[t]);
				snprintf(text, sizeof(text), "8=%s|9=%.*s%zu|%s", begins[b], (int)zeros, "0000000000", strlen(body), body);
				n = soh(m, text);
				for (sum = 0, i = 0; i < n; i++)
					sum += m[i];
				snprintf(text, sizeof(text), "10=%03u|", sum & 255);
				n += soh(m + n, text);
				if (zeros > 7) {
					assert_int_equal(frame(m, n, &f, &used), TG_FIX_BODY_LENGTH);
					continue;
				}
				assert_int_equal(frame(m, n, &f, &used), TG_FIX_OK);
				assert_int_equal(used, n);
				assert_int_equal(f.version, b == 0 ? 42 : b == 1 ? 44 : 50);
				assert_int_equal(f.body_len, strlen(body));
				assert_int_equal(f.fields_off, f.body_off + 4 + strlen(types[t]));
				assert_int_equal(f.msg_type, types[t][0] | (t > 0) * types[t][1] << 8 | (t > 1) * types[t][2 * (t > 1)] << 16 |
						 (u32)((t > 2) * types[t][3 * (t > 2)]) << 24);
			}
	/* no MsgType at all, unprintable ones, one of five bytes */
	assert_int_equal(frame(m, wrap(m, "FIX.4.4", "35=|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_MSG_TYPE);
	assert_int_equal(frame(m, wrap(m, "FIX.4.4", "35= |49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_MSG_TYPE);
	assert_int_equal(frame(m, wrap(m, "FIX.4.4", "35=A\177|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_MSG_TYPE);
	assert_int_equal(frame(m, wrap(m, "FIX.4.2", "35=\003A|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_MSG_TYPE);
	assert_int_equal(frame(m, wrap(m, "FIXT.1.1", "35=ABCDE|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_MSG_TYPE);
	assert_int_equal(frame(m, wrap(m, "FIX.4.3", "35=AB|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_BEGIN_STRING);
	assert_int_equal(frame(m, wrap(m, "FIXT.1.2", "35=AB|49=AAAAAAAAAA|56=B|"), &f, &used), TG_FIX_BEGIN_STRING);
}

/* A length field brings its data field, SOH inside and all; the data field alone, and another field after the length, are refused. */
static void data_pairs(void **state)
{
	static const u32 pairs[][2] = { { 90, 91 }, { 93, 89 }, { 95, 96 }, { 212, 213 }, { 348, 349 }, { 354, 355 }, { 364, 365 }, { 445, 446 },
		{ 618, 619 }, { 621, 622 }, { 1184, 1185 }, { 1277, 1278 }, { 1280, 1281 }, { 1282, 1283 }, { 1397, 1398 }, { 1401, 1402 },
		{ 1403, 1404 }, { 1468, 1469 }, { 1525, 1527 }, { 1678, 1697 }, { 2111, 2112 }, { 2372, 2371 }, { 2815, 2814 }, { 40978, 40979 },
		{ 42947, 42948 }, { 43109, 42684 }, { 43110, 42486 }, { 43111, 42982 } };
	struct tg_fix_cursor c;
	struct tg_fix_frame f;
	char text[128];
	u32 i, used;
	u8 m[256];

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		snprintf(text, sizeof(text), "35=8|58=before|%u=3|%u=a|b|58=x|", pairs[i][0], pairs[i][1]);
		assert_int_equal(tg_fix_frame(m, wrap(m, "FIX.4.4", text), MAX, &f, &used), TG_FIX_OK);
		tg_fix_cursor_init(&c, &f);
		assert_true(tg_fix_next(&c) && tg_fix_next(&c));
		assert_int_equal(c.tag, pairs[i][1]);
		assert_int_equal(c.len, 3);
		assert_memory_equal(c.val, "a\001b", 3);
		assert_true(tg_fix_next(&c));
		assert_int_equal(c.tag, 58);
		snprintf(text, sizeof(text), "35=8|%u=a|58=xxxxxxxx|", pairs[i][1]);
		assert_int_equal(tg_fix_frame(m, wrap(m, "FIX.4.4", text), MAX, &f, &used), TG_FIX_OK);
		tg_fix_cursor_init(&c, &f);
		assert_false(tg_fix_next(&c));
		assert_int_equal(c.err, TG_FIX_DATA_LENGTH);
		snprintf(text, sizeof(text), "35=8|%u=1|58=x|58=xxxxxxxxx|", pairs[i][0]);
		assert_int_equal(tg_fix_frame(m, wrap(m, "FIX.4.4", text), MAX, &f, &used), TG_FIX_OK);
		tg_fix_cursor_init(&c, &f);
		assert_false(tg_fix_next(&c));
		assert_int_equal(c.err, TG_FIX_DATA_LENGTH);
	}
}

/* Every prefix of a good message asks for more and drops nothing. */
static void prefixes(void **state)
{
	struct tg_fix_frame f;
	u8 m[8192];
	u32 i, k, n, used;
	static const char *const begin[] = { "FIX.4.2", "FIX.4.4", "FIXT.1.1" };

	for (k = 0; k < 3; k++) {
		n = wrap(m, begin[k], "35=8|49=A|56=B|34=1|37=x|");
		for (i = 0; i < n; i++) {
			assert_int_equal(frame(m, i, &f, &used), TG_FIX_OK);
			assert_int_equal(used, 0);
		}
	}
}

/* Any one byte changed: refused, or (only in the BodyLength that grows) waited for; never taken. */
static void any_byte_wrong(void **state)
{
	struct tg_fix_frame f;
	u8 m[8192];
	u32 i, n, used, v;

	n = wrap(m, "FIX.4.4", "35=8|49=A|56=B|34=1|37=x|");
	for (i = 0; i < n; i++) {
		u8 was = m[i];

		for (v = 0; v < 256; v++) {
			enum tg_fix_error err;

			if (v == was)
				continue;
			m[i] = (u8)v;
			err = frame(m, n, &f, &used);
			if (!err)
				assert_int_equal(used, 0);
			else
				assert_in_range(used, 1, n);
		}
		m[i] = was;
	}
}

static void refusals(void **state)
{
	static const struct { const char *text; enum tg_fix_error err; u32 used; } t[] = {
		{ "hello", TG_FIX_GARBAGE, 5 },
		{ "xx8=FIX.4.4|", TG_FIX_GARBAGE, 2 },
		{ "xx8=F", TG_FIX_GARBAGE, 2 },
		{ "8=FIX.4.3|9=5|35=0|10=000|", TG_FIX_BEGIN_STRING, 26 },
		{ "8=FIX.4.5|9=5|8=FIX.4.4|", TG_FIX_BEGIN_STRING, 14 },
		{ "8=FIX8=FIX.4", TG_FIX_GARBAGE, 5 },
		{ "8=FIX.4.4.4.4.4|", TG_FIX_GARBAGE, 16 },
		{ "8=FIX.5", TG_FIX_OK, 0 },
		{ "8=FIX.5|", TG_FIX_BEGIN_STRING, 8 },
		{ "8=FIX.4.4|35=0|", TG_FIX_BODY_LENGTH, 15 },
		{ "8=FIX.4.4|9=|35=0|10=000|", TG_FIX_BODY_LENGTH, 25 },
		{ "8=FIX.4.4|9=x|35=0|10=000|", TG_FIX_BODY_LENGTH, 26 },
		{ "8=FIX.4.4|9=-5|35=0|10=000|", TG_FIX_BODY_LENGTH, 27 },
		{ "8=FIX.4.4|9=4|35=0|10=161|", TG_FIX_BODY_LENGTH, 26 },
		{ "8=FIX.4.4|9=6|35=0|10=161|8=FIX.4.4|", TG_FIX_BODY_LENGTH, 26 },
		{ "8=FIX.4.4|9=0000000005|", TG_FIX_BODY_LENGTH, 23 },
		{ "8=FIX.4.4|9=65999|", TG_FIX_RANGE, 18 },
		{ "8=FIX.4.4|9=5|35=0|10=000|", TG_FIX_CHECKSUM, 26 },
		{ "8=FIX.4.4|9=5|35=0|10=16a|", TG_FIX_CHECKSUM, 26 },
		{ "8=FIX.4.4|9=5|34=0|10=160|", TG_FIX_MSG_TYPE, 26 },
		{ "8=FIX.4.4|9=6|35=||10=160|", TG_FIX_MSG_TYPE, 26 },
		{ "8=FIX.4.4|9=9|35=ABCDE|10=160|", TG_FIX_MSG_TYPE, 30 },
		{ "8=FIX.4.4|9=6|35= 0|10=160|", TG_FIX_MSG_TYPE, 27 },
	};
	u32 i, used;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err = frame_text(t[i].text, &used);

		if (err != t[i].err || used != t[i].used)
			fail_msg("%s: %s, %u bytes dropped", t[i].text, tg_fix_error_text(err), used);
	}
}

/* A wrong sum drops the message whole, though a message is hidden in its data. */
static void hidden_message(void **state)
{
	u8 inner[256], m[1024];
	struct tg_fix_frame f;
	u32 n, used, len;
	char text[256];

	n = wrap(inner, "FIX.4.4", "35=5|49=A|56=B|34=1|");
	len = (u32)snprintf(text, sizeof(text), "8=FIX.4.4|9=%u|35=0|95=%u|96=", 5 + 6 + 3 + n + 1, n);
	len = soh(m, text);
	memcpy(m + len, inner, n);
	len += n;
	len += soh(m + len, "|10=000|");
	assert_int_equal(frame(m, len, &f, &used), TG_FIX_CHECKSUM);
	assert_int_equal(used, len);
}

static void long_message_in_pieces(void **state)
{
	u32 size = 400000, i, n, used, head;
	u8 *m = malloc(size + 64);
	struct tg_fix_frame f;
	u32 sum = 0;

	n = head = soh(m, "8=FIX.4.4|9=400000|35=B|");
	for (i = 0; i < size - 5; i++)
		m[n++] = i % 100 == 99 || i == size - 6 ? 1 : i % 100 == 0 ? '5' : i % 100 == 1 ? '8' : i % 100 == 2 ? '=' : 'x';
	for (i = 0; i < n; i++)
		sum += m[i];
	n += (u32)sprintf((char *)m + n, "10=%03u\1", sum & 255);
	for (i = 4096; i < n; i += 4096) {
		assert_int_equal(tg_fix_frame(m, i, 1u << 20, &f, &used), TG_FIX_OK);
		assert_int_equal(used, 0);
	}
	assert_int_equal(tg_fix_frame(m, n, 1u << 20, &f, &used), TG_FIX_OK);
	assert_int_equal(used, n);
	free(m);
}

static void too_many_fields(void **state)
{
	u32 fields, n, used, i, sum;
	u8 *m = malloc(600000);
	struct tg_fix_frame f;

	for (fields = TG_FIX_MAX_FIELDS - 1; fields <= TG_FIX_MAX_FIELDS; fields++) {
		n = (u32)sprintf((char *)m, "8=FIX.4.4\001" "9=%u\001" "35=B\001", fields * 5 + 5);
		for (i = 0; i < fields; i++, n += 5)
			memcpy(m + n, "1=ab\1", 5);
		for (i = sum = 0; i < n; i++)
			sum += m[i];
		n += (u32)sprintf((char *)m + n, "10=%03u\1", sum & 255);
		assert_int_equal(tg_fix_frame(m, n, 1u << 20, &f, &used), fields < TG_FIX_MAX_FIELDS ? TG_FIX_OK : TG_FIX_TOO_MANY);
		assert_int_equal(used, n);
	}
	free(m);
}

/* Walks a body's fields; writes "tag=value;" of each. Returns the cursor's verdict. */
static enum tg_fix_error walk(const char *fields, char *out, u32 cap)
{
	char body[4096];
	struct tg_fix_cursor c;
	struct tg_fix_frame f;
	u8 m[8192], *p;
	u32 n, used, at = 0;
	enum tg_fix_error err;

	snprintf(body, sizeof(body), "35=B|%s", fields);
	n = wrap(m, "FIX.4.4", body);
	p = malloc(n);
	memcpy(p, m, n);
	assert_int_equal(tg_fix_frame(p, n, MAX, &f, &used), TG_FIX_OK);
	tg_fix_cursor_init(&c, &f);
	out[0] = 0;
	while (tg_fix_next(&c))
		at += (u32)snprintf(out + at, cap - at, "%u=%.*s;", c.tag, (int)c.len, (const char *)c.val);
	err = c.err;
	free(p);
	return err;
}

static void fields(void **state)
{
	static const struct { const char *in; enum tg_fix_error err; const char *out; } t[] = {
		{ "", TG_FIX_OK, "" },
		{ "1=a|", TG_FIX_OK, "1=a;" },
		{ "58=hello world, longer than eight|999999=z|", TG_FIX_OK, "58=hello world, longer than eight;999999=z;" },
		{ "58==|58===5|1==|262===|", TG_FIX_OK, "58==;58===5;1==;262===;" },
		{ "58=1234567|58=12345678|58=123456789|", TG_FIX_OK, "58=1234567;58=12345678;58=123456789;" },
		{ "0=a|", TG_FIX_TAG, "" },
		{ "01=a|", TG_FIX_TAG, "" },
		{ "1a=a|", TG_FIX_TAG, "" },
		{ "27x=a|", TG_FIX_TAG, "" },
		{ "=a|", TG_FIX_TAG, "" },
		{ "-1=a|", TG_FIX_TAG, "" },
		{ "1000000=a|", TG_FIX_TAG, "" },
		{ "58|", TG_FIX_TAG, "" },
		{ "5|", TG_FIX_TAG, "" },
		{ "1=a|58|", TG_FIX_TAG, "1=a;" },
		{ "58=|", TG_FIX_VALUE, "" },
		{ "|", TG_FIX_VALUE, "" },
		{ "1=a||", TG_FIX_VALUE, "1=a;" },
		{ "1=a||2=b|", TG_FIX_TAG, "1=a;" },
		{ "35=B|", TG_FIX_DUPLICATE, "" },
		{ "8=FIX.4.4|", TG_FIX_DUPLICATE, "" },
		{ "10=123|1=a|", TG_FIX_DUPLICATE, "" },
		{ "95=5|96=a|b=c|1=d|", TG_FIX_OK, "96=a\1b=c;1=d;" },
		{ "354=1|355=\377|", TG_FIX_OK, "355=\377;" },
		{ "95=2|96=a||", TG_FIX_OK, "96=a\1;" },
		{ "95=6|96=a|b=c|1=d|", TG_FIX_DATA_LENGTH, "" },
		{ "95=4|96=a|b=c|1=d|", TG_FIX_DATA_LENGTH, "" },
		{ "95=999999999|96=a|", TG_FIX_DATA_LENGTH, "" },
		{ "95=4294967295|96=a|", TG_FIX_DATA_LENGTH, "" },
		{ "95=0|96=|", TG_FIX_DATA_LENGTH, "" },
		{ "95=1|58=a|", TG_FIX_DATA_LENGTH, "" },
		{ "95=1|", TG_FIX_DATA_LENGTH, "" },
		{ "95=x|96=a|", TG_FIX_FORMAT, "" },
		{ "96=a|", TG_FIX_DATA_LENGTH, "" },
	};
	char out[4096];
	u32 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err = walk(t[i].in, out, sizeof(out));

		if (err != t[i].err || strcmp(out, t[i].out))
			fail_msg("%s: %s, fields %s", t[i].in, tg_fix_error_text(err), out);
	}
}

/* One field through the hot functions: the value in a frame. */
struct taken { bool ok_u64, ok_u32, ok_e8, ok_char; u64 u; u32 u32; s64 e8; u8 ch; bool ends; };

static struct taken taken(const char *value)
{
	struct tg_fix_cursor c, start;
	struct taken r = { 0 };
	struct tg_fix_frame f;
	char body[4096];
	u8 m[8192], *p;
	u32 n, used, small;
	s64 px;

	snprintf(body, sizeof(body), "35=B|270=%s|", value);
	n = wrap(m, "FIX.4.4", body);
	p = malloc(n);
	memcpy(p, m, n);
	assert_int_equal(tg_fix_frame(p, n, MAX, &f, &used), TG_FIX_OK);
	tg_fix_cursor_init(&start, &f);
	assert_false(tg_fix_at(&start, TG_K3('2', '7', '1')));
	assert_false(tg_fix_at(&start, TG_K2('2', '7')));
	assert_false(tg_fix_at(&start, TG_K5('2', '7', '0', '4', '4')));
	assert_true(tg_fix_at(&start, TG_K3('2', '7', '0')));
	c = start;
	r.ok_u64 = tg_fix_take_u64(&c, &r.u);
	assert_int_equal(r.ok_u64, !c.err);
	r.ends = r.ok_u64 && tg_fix_done(&c);
	c = start;
	r.ok_u32 = tg_fix_take_u32(&c, &r.u32);
	c = start;
	assert_int_equal(tg_fix_take_small(&c, &small), r.ok_u32);
	if (r.ok_u32)
		assert_true(small == r.u32 && tg_fix_done(&c));
	c = start;
	assert_int_equal(tg_fix_take(&c), value[0] != 0);
	if (value[0])
		assert_true(c.len == strlen(value) && tg_fix_done(&c));
	c = start;
	assert_int_equal(tg_fix_take_long(&c), value[0] != 0);
	if (value[0])
		assert_true(c.len == strlen(value) && tg_fix_done(&c));
	c = start;
	r.ok_e8 = tg_fix_take_e8(&c, &r.e8);
	assert_int_equal(r.ok_e8, !c.err);
	if (r.ok_e8)
		assert_true(tg_fix_done(&c));
	c = start;
	assert_int_equal(tg_fix_take_px(&c, &px), r.ok_e8);
	assert_int_equal(r.ok_e8, !c.err);
	if (r.ok_e8)
		assert_true(px == r.e8 && tg_fix_done(&c));
	c = start;
	assert_int_equal(tg_fix_take_short(&c), value[0] != 0);
	if (value[0])
		assert_true(c.len == strlen(value) && tg_fix_done(&c));
	c = start;
	r.ok_char = tg_fix_take_char(&c, &r.ch);
	assert_int_equal(r.ok_char, !c.err);
	if (!r.ok_e8 && !r.ok_char && value[0])
		assert_int_equal(tg_fix_bad_tag(start.val), 270);
	free(p);
	return r;
}

static void integers(void **state)
{
	static const struct { const char *in; bool ok; u64 v; } t[] = {
		{ "0", true, 0 }, { "7", true, 7 }, { "007", true, 7 }, { "1234567", true, 1234567 }, { "12345678", true, 12345678 },
		{ "123456789", true, 123456789 }, { "1234567890123456", true, 1234567890123456 }, { "12345678901234567", true, 12345678901234567 },
		{ "4294967295", true, 4294967295 }, { "4294967296", true, 4294967296 }, { "18446744073709551615", true, ~0ULL },
		{ "18446744073709551616", false, 0 }, { "99999999999999999999", false, 0 }, { "-1", false, 0 }, { "+1", false, 0 }, { "1.0", false, 0 },
		{ " 1", false, 0 }, { "1 ", false, 0 }, { "1x", false, 0 }, { "x", false, 0 }, { "12345678x", false, 0 }, { "x23456789", false, 0 },
		{ "1234567/", false, 0 }, { "1234567:", false, 0 }, { ":", false, 0 }, { "/", false, 0 }, { "\200", false, 0 }, { "1\377", false, 0 },
		{ "00000000000000000000000001", true, 1 }, { "12\2", false, 0 }, { "\2", false, 0 }, { "123456789\2", false, 0 }, { "12345678\377", false, 0 },
	};
	u32 i, w;
	u64 v;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct taken r = taken(t[i].in);
		bool ok = tg_fix_u64((const u8 *)t[i].in, (u32)strlen(t[i].in), &v);

		if (r.ok_u64 != t[i].ok || ok != t[i].ok || (ok && (r.u != t[i].v || v != t[i].v || !r.ends)))
			fail_msg("%s: %d %llu", t[i].in, r.ok_u64, (unsigned long long)r.u);
		assert_int_equal(r.ok_u32, t[i].ok && t[i].v <= 0xffffffff);
		assert_int_equal(tg_fix_u32((const u8 *)t[i].in, (u32)strlen(t[i].in), &w), t[i].ok && t[i].v <= 0xffffffff);
	}
	assert_false(tg_fix_u64((const u8 *)"", 0, &v));
}

static void decimals(void **state)
{
	static const struct { const char *in; bool ok; s64 v; } t[] = {
		{ "0", true, 0 }, { "1", true, 100000000 }, { "61837.63", true, 6183763000000 }, { "0.00001", true, 1000 }, { "5", true, 500000000 },
		{ "-5", true, -500000000 }, { "-0.5", true, -50000000 }, { ".5", true, 50000000 }, { "5.", true, 500000000 }, { "0005.10", true, 510000000 },
		{ "1234.5678", true, 123456780000 }, { "12345678.12345678", true, 1234567812345678 }, { "0.12345678", true, 12345678 },
		{ "123456.7", true, 12345670000000 }, { "1234567.", true, 123456700000000 }, { ".1234567", true, 12345670 }, { ".12345678", true, 12345678 },
		{ "0.123456780", true, 12345678 }, { "0.123456781", false, 0 }, { "1.0000000000000000000000000", true, 100000000 },
		{ "90000000000", true, 9000000000000000000 }, { "90000000000.00000001", false, 0 }, { "99999999999", false, 0 },
		{ "123456789012345678901234567890", false, 0 }, { ".", false, 0 }, { "-", false, 0 }, { "-.", false, 0 }, { "1..2", false, 0 }, { "1.2.3", false, 0 },
		{ "+5", false, 0 }, { "1e5", false, 0 }, { "1,5", false, 0 }, { "5 ", false, 0 }, { "x", false, 0 }, { "1-", false, 0 }, { "--1", false, 0 },
		{ "61837.6x", false, 0 }, { "6x837.63", false, 0 }, { "12345678x", false, 0 }, { "12345678.x", false, 0 }, { "1234.567\200", false, 0 },
		{ "-1234567.12345678", true, -123456712345678 }, { "100000000", true, 10000000000000000 }, { "9.87654321", true, 987654321 },
		{ "1.5\2", false, 0 }, { "15\2", false, 0 }, { "1234.567\2", false, 0 }, { "1234.5678\2", false, 0 }, { "1\2.5", false, 0 }, { ".5x", false, 0 },
		{ "123456789.5", true, 12345678950000000 }, { "12345.678", true, 1234567800000 }, { "0.0", true, 0 }, { "..5", false, 0 },
	};
	u32 i;
	s64 v;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct taken r = taken(t[i].in);
		bool ok = tg_fix_e8((const u8 *)t[i].in, (u32)strlen(t[i].in), &v);

		if (r.ok_e8 != t[i].ok || ok != t[i].ok || (ok && (r.e8 != t[i].v || v != t[i].v)))
			fail_msg("%s: %d %lld, slow %d %lld", t[i].in, r.ok_e8, (long long)r.e8, ok, (long long)v);
	}
	assert_false(tg_fix_e8((const u8 *)"", 0, &v));
	assert_true(taken("x").ok_char);
	assert_int_equal(taken("x").ch, 'x');
	assert_false(taken("xy").ok_char);
}

/* Random digits with and without point, all lengths: the hot forms and the plain ones agree with sums done here. */
static void random_values(void **state)
{
	u64 rng = 7;
	u32 i, k;

	for (i = 0; i < 100000; i++) {
		char text[32];
		u32 len, point, n = 0;
		u64 whole = 0, frac = 0;
		struct taken r;

		rng ^= rng >> 12;
		rng ^= rng << 25;
		rng ^= rng >> 27;
		len = 2 + rng % 15;
		point = rng >> 8 & 1 ? rng / 16 % len : len;
		if (point > 10 || len - point > 9)
			continue;
		for (k = 0; k < len; k++) {
			u32 d = (u32)((rng >> 20) * 2685821657736338717ULL >> (k + 30)) % 10;

			if (k == point) {
				text[n++] = '.';
				continue;
			}
			text[n++] = (char)('0' + d);
			if (k < point)
				whole = whole * 10 + d;
			else
				frac = frac * 10 + d;
		}
		text[n] = 0;
		for (k = len - point - (point < len); k < 8; k++)
			frac *= 10;
		r = taken(text);
		if (point == len) {
			assert_true(r.ok_u64);
			assert_int_equal(r.u, whole);
		}
		if (!r.ok_e8 || r.e8 != (s64)(whole * 100000000 + (point < len ? frac : 0)))
			fail_msg("%s: %d %lld", text, r.ok_e8, (long long)r.e8);
	}
}

static void times(void **state)
{
	static const struct { const char *in; bool ok; u64 v; } t[] = {
		{ "19700101-00:00:00", true, 0 },
		{ "20231114-22:13:20", true, 1700000000000000000 },
		{ "20231114-22:13:20.5", true, 1700000000500000000 },
		{ "20231114-22:13:20.123456789", true, 1700000000123456789 },
		{ "20240229-00:00:00.000", true, 1709164800000000000 },
		{ "20161231-23:59:60.000", true, 1483228800000000000 },
		{ "20260822-13:59:59.999", true, 1787407199999000000 },
		{ "22610101-00:00:00", true, 9183110400000000000 },
		{ "20230229-00:00:00", false, 0 }, { "21000229-00:00:00", false, 0 }, { "20231301-00:00:00", false, 0 }, { "20230001-00:00:00", false, 0 },
		{ "20230132-00:00:00", false, 0 }, { "20230100-00:00:00", false, 0 }, { "20230431-00:00:00", false, 0 }, { "19691231-23:59:59", false, 0 },
		{ "22620101-00:00:00", false, 0 }, { "20231114-24:00:00", false, 0 }, { "20231114-22:60:00", false, 0 }, { "20231114-22:13:61", false, 0 },
		{ "20231114-22:13:20.", false, 0 }, { "20231114-22:13:20.1234567890", false, 0 }, { "20231114-22:13:20,5", false, 0 },
		{ "20231114 22:13:20", false, 0 }, { "20231114-22-13-20", false, 0 }, { "2023111x-22:13:20", false, 0 }, { "20231114-2x:13:20", false, 0 },
		{ "20231114-22:13", false, 0 }, { "20231114", false, 0 }, { "", false, 0 }, { "20231114-22:13:20.x", false, 0 },
		{ "20231114-22:13:20.123", true, 1700000000123000000 }, { "20231114-24:13:20.123", false, 0 }, { "20231114-22:60:20.123", false, 0 },
		{ "20231114-22:13:61.123", false, 0 }, { "20231114-22:13:60.999", true, 1700000040999000000 }, { "20231114-2x:13:20.123", false, 0 },
		{ "20231114-22:13:20.1x3", false, 0 }, { "20231114-22:13:20.12345", true, 1700000000123450000 }, { "20231114-22:13:20;123", false, 0 },
		{ "20231114-22:13:20.12", true, 1700000000120000000 }, { "20231114-22:13:2\20020.123", false, 0 }, { "20231114-22:13:/0.123", false, 0 },
	};
	u64 date = 0, date_ns = 0;
	u32 i, k;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		u32 n = (u32)strlen(t[i].in);
		u8 *p = malloc(n ? n : 1);
		u64 v = 0;
		bool ok;

		memcpy(p, t[i].in, n);
		ok = tg_fix_time_ns(p, n, &v);
		if (ok != t[i].ok || v != t[i].v)
			fail_msg("%s: %d %llu", t[i].in, ok, (unsigned long long)v);
		free(p);
		/* From a cursor, in a message that ends with it: first on an unknown day, then on that same day, then on another. */
		for (k = 0; k < 3; k++) {
			struct tg_fix_cursor c;
			struct tg_fix_frame f;
			char body[128];
			u8 m[256];
			u32 used;

			snprintf(body, sizeof(body), "35=8|60=%s|", t[i].in);
			n = wrap(m, "FIX.4.4", body);
			p = malloc(n);
			memcpy(p, m, n);
			assert_int_equal(tg_fix_frame(p, n, MAX, &f, &used), TG_FIX_OK);
			tg_fix_cursor_init(&c, &f);
			if (k) {
				c.date = k == 2 ? tg_load64("20260822") : date;
				c.date_ns = k == 2 ? 1787356800000000000 : date_ns;
			}
			assert_true(tg_fix_at(&c, TG_K2('6', '0')));
			v = 0;
			ok = tg_fix_take_time(&c, &v);
			if (ok != t[i].ok || (ok && (v != t[i].v || !tg_fix_done(&c))) || (!ok && !c.err))
				fail_msg("%s, turn %u: %d %llu", t[i].in, k, ok, (unsigned long long)v);
			date = c.date;
			date_ns = c.date_ns;
			free(p);
		}
	}
}

static void sums(void **state)
{
	u32 n, i, want, size = 70000;
	u8 *p = malloc(size);
	u64 rng = 3;

	for (i = 0; i < size; i++) {
		rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
		p[i] = (u8)(rng >> 56);
	}
	for (n = 0; n < 300; n++) {
		for (i = want = 0; i < n; i++)
			want += p[i];
		assert_int_equal(tg_fix_sum(p, n), want & 255);
	}
	memset(p, 0xff, size);		/* the lanes at their fullest */
	for (n = size - 9; n <= size; n++)
		assert_int_equal(tg_fix_sum(p, n), n * 255 & 255);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_messages),
		cmocka_unit_test(frame_forms),
		cmocka_unit_test(data_pairs),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(any_byte_wrong),
		cmocka_unit_test(refusals),
		cmocka_unit_test(hidden_message),
		cmocka_unit_test(long_message_in_pieces),
		cmocka_unit_test(too_many_fields),
		cmocka_unit_test(fields),
		cmocka_unit_test(integers),
		cmocka_unit_test(decimals),
		cmocka_unit_test(random_values),
		cmocka_unit_test(times),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}
