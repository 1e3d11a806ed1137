// SPDX-License-Identifier: MIT
/* Typed messages: what is encoded decodes to the same, in each version, and the dictionary finds it valid; what is malformed is refused with the tag at fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "msgkit.h"
#include "fix/lexer_inline.h"

static const struct tg_msg_layout *const layouts[] = {
#define EACH(name, LIST, type) &tg_layout_##name,
	TG_MESSAGES(EACH)
#undef EACH
};
#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static void bits(void **state)
{
	struct tg_msg_new_order m = { 0 };

	assert_ptr_equal(tg_msg_layout('D'), &tg_layout_new_order);
	assert_ptr_equal(tg_msg_layout(TG_MT2('A', 'N')), &tg_layout_positions_request);
	assert_null(tg_msg_layout(TG_MT2('A', 'E')));
	m.has.account = 1;	/* the third field of the list */
	assert_int_equal(m.has_bits, 4);
}

/* encode, frame, judge by the dictionary, decode: the same struct; encode again: the same bytes. */
static bool round_trip(const struct tg_msg_layout *l, const void *m, u16 version, u32 flags, bool judge)
{
	const struct tg_fix_dict *d = tg_fix_dict(version, 0);
	static u8 buf[65536], again[65536];
	struct tg_fix_verdict v;
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	struct tg_fix_frame f;
	u32 n, used, bad;
	u64 out[128];

	assert_true(l->size <= sizeof(out));
	n = kit_encode(l, m, version, d, buf, sizeof(buf));
	if (!n)
		return false;
	assert_int_equal(tg_fix_frame(buf, n, sizeof(buf), &f, &used), TG_FIX_OK);
	assert_int_equal(used, n);
	if (judge && !tg_fix_validate(d, &f, flags, &v))
		fail_msg("%u %.*s: %s, tag %u at %u: %.*s", version, 4, (const char *)&l->msg_type, tg_fix_error_text(v.err), v.ref_tag, v.offset, (int)n, buf);
	assert_int_equal(tg_fix_decode_header(&f, &c, &h), TG_FIX_OK);
	if (tg_msg_decode(l, &c, out, &bad))
		fail_msg("%u %.*s: decode refuses tag %u: %.*s", version, 4, (const char *)&l->msg_type, bad, (int)n, buf);
	if (kit_differs(l, m, out))
		fail_msg("%u %.*s: tag %u differs: %.*s", version, 4, (const char *)&l->msg_type, kit_differs(l, m, out), (int)n, buf);
	assert_int_equal(kit_encode(l, out, version, d, again, sizeof(again)), n);
	assert_memory_equal(buf, again, n);
	return true;
}

static void every_field(void **state)
{
	static const u16 versions[] = { 44, 42, 50 };
	static struct kit k;
	u32 i, v, tried = 0;
	u64 m[128];

	k.seed = 12345;
	for (i = 0; i < N_LAYOUTS; i++) {
		for (v = 0; v < 3; v++) {
			const struct tg_fix_dict *d = tg_fix_dict(versions[v], 0);

			k.used = 0;
			kit_fill(&k, layouts[i], m, versions[v], d, true);
			/* what a version requires of groups is its own; 4.4 is the one that the lists follow */
			tried += round_trip(layouts[i], m, versions[v], 0, versions[v] == 44);
		}
	}
	assert_true(tried >= 29 + 2 * 20);
}

static void some_fields(void **state)
{
	static struct kit k;
	u32 i, n;
	u64 m[128];

	k.seed = 777;
	for (n = 0; n < 200; n++) {
		for (i = 0; i < N_LAYOUTS; i++) {
			k.used = 0;
			kit_fill(&k, layouts[i], m, 44, tg_fix_dict(44, 0), false);
			assert_true(round_trip(layouts[i], m, 44, 0, false));
		}
	}
}

/* A required field missing, an empty value, SOH in a text, a tag that the version does not have: nothing is sent. */
static void refusals(void **state)
{
	struct tg_msg_logon a = { 0 };
	struct tg_msg_test_request t = { 0 };
	struct tg_msg_execution x = { 0 };
	u8 buf[4096], tiny[64];

	assert_int_equal(kit_encode(&tg_layout_test_request, &t, 44, NULL, buf, sizeof(buf)), 0);
	t.has.test_req_id = 1;
	assert_int_equal(kit_encode(&tg_layout_test_request, &t, 44, NULL, buf, sizeof(buf)), 0);
	t.test_req_id = (struct tg_fix_slice){ (const u8 *)"a\1b", 3 };
	assert_int_equal(kit_encode(&tg_layout_test_request, &t, 44, NULL, buf, sizeof(buf)), 0);
	t.test_req_id.len = 1;
	assert_int_not_equal(kit_encode(&tg_layout_test_request, &t, 44, NULL, buf, sizeof(buf)), 0);
	assert_int_equal(kit_encode(&tg_layout_test_request, &t, 44, NULL, tiny, sizeof(tiny)), 0);
	a.has.encrypt_method = a.has.heartbeat_s = 1;
	assert_int_not_equal(kit_encode(&tg_layout_logon, &a, 44, tg_fix_dict(44, 0), buf, sizeof(buf)), 0);
	a.has.appl_version = 1;
	a.appl_version = (struct tg_fix_slice){ (const u8 *)"9", 1 };
	assert_int_equal(kit_encode(&tg_layout_logon, &a, 44, tg_fix_dict(44, 0), buf, sizeof(buf)), 0);
	assert_int_not_equal(kit_encode(&tg_layout_logon, &a, 50, tg_fix_dict(50, 0), buf, sizeof(buf)), 0);
	a.has.raw_data = 1;
	assert_int_equal(kit_encode(&tg_layout_logon, &a, 50, NULL, buf, sizeof(buf)), 0);
	x.has.order_id = x.has.exec_id = x.has.exec_type = x.has.ord_status = 1;
	x.order_id = x.exec_id = t.test_req_id;
	x.exec_type = '0';
	assert_int_equal(kit_encode(&tg_layout_execution, &x, 44, NULL, buf, sizeof(buf)), 0);	/* 39 is no character */
	x.ord_status = '0';
	assert_int_not_equal(kit_encode(&tg_layout_execution, &x, 44, NULL, buf, sizeof(buf)), 0);
	x.has.fees = 1;
	x.fees.count = 1;
	assert_int_equal(kit_encode(&tg_layout_execution, &x, 44, NULL, buf, sizeof(buf)), 0);
}

struct msg { struct tg_fix_frame f; u8 *p; };

static void make(struct msg *m, const char *begin, const char *body)
{
	char text[8192];
	u32 n, i, sum = 0, used;

	n = (u32)snprintf(text, sizeof(text), "8=%s|9=%zu|%s", begin, strlen(body), body);
	for (i = 0; i < n; i++) {
		if (text[i] == '|' || text[i] == '~')
			text[i] = TG_SOH;
		sum += (u8)text[i];
	}
	n += (u32)snprintf(text + n, sizeof(text) - n, "10=%03u\1", sum & 255);
	m->p = malloc(n);
	memcpy(m->p, text, n);
	assert_int_equal(tg_fix_frame(m->p, n, 65536, &m->f, &used), TG_FIX_OK);
}

#define H "34=2|49=V|52=20231114-22:13:20.123|56=GW|"

static enum tg_fix_error decode(const char *body, void *out, u32 *bad)
{
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	enum tg_fix_error err;
	struct msg m;

	make(&m, "FIX.4.4", body);
	assert_int_equal(tg_fix_decode_header(&m.f, &c, &h), TG_FIX_OK);
	err = tg_msg_decode(tg_msg_layout(m.f.msg_type), &c, out, bad);
	free(m.p);
	return err;
}

static void malformed(void **state)
{
	static const struct { const char *body; enum tg_fix_error err; u32 tag; } t[] = {
		{ "35=1|" H "112=x|", TG_FIX_OK, 0 },
		{ "35=1|" H, TG_FIX_MISSING, 112 },
		{ "35=1|" H "112=x|112=y|", TG_FIX_DUPLICATE, 112 },
		{ "35=1|" H "112=x|34=2|", TG_FIX_DUPLICATE, 34 },
		{ "35=1|" H "112=|", TG_FIX_VALUE, 112 },
		{ "35=1|" H "112=x|9999=1|9999=2|", TG_FIX_OK, 0 },
		{ "35=1|" H "112=x|99x=1|", TG_FIX_TAG, 0 },
		{ "35=2|" H "7=1|16=x|", TG_FIX_FORMAT, 16 },
		{ "35=2|" H "7=-1|16=0|", TG_FIX_FORMAT, 7 },
		{ "35=4|" H "36=1|123=X|", TG_FIX_FORMAT, 123 },
		{ "35=A|" H "98=0|108=30|95=3|96=a~b|", TG_FIX_OK, 0 },
		{ "35=A|" H "98=0|108=30|95=2|96=a~b|", TG_FIX_DATA_LENGTH, 95 },
		{ "35=A|" H "98=0|108=30|96=ab|", TG_FIX_DATA_LENGTH, 96 },
		{ "35=3|" H "45=1|354=3|355=~~~|58=x|", TG_FIX_OK, 0 },
		{ "35=Y|" H "262=1|281=12|", TG_FIX_FORMAT, 281 },
		{ "35=W|" H "55=B|268=2|269=0|270=1|271=2|269=1|270=3|271=4|", TG_FIX_OK, 0 },
		{ "35=W|" H "55=B|268=0|", TG_FIX_OK, 0 },
		{ "35=W|" H "55=B|268=0|9999=1|", TG_FIX_OK, 0 },
		{ "35=W|" H "55=B|268=0|269=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=3|269=0|269=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=1|269=0|269=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=1|270=1|269=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=1|9999=1|269=1|", TG_FIX_GROUP_COUNT, 268 },
		{ "35=W|" H "55=B|268=x|269=1|", TG_FIX_FORMAT, 268 },
		{ "35=W|" H "55=B|268=1|269=0|270=1|270=1|", TG_FIX_DUPLICATE, 270 },
		{ "35=W|" H "55=B|268=1|269=0|270=1.123456789|", TG_FIX_FORMAT, 270 },
		{ "35=W|" H "55=B|268=1|269=0|270=|", TG_FIX_VALUE, 270 },
		{ "35=D|" H "11=1|453=1|448=A|802=2|523=a|523=b|803=1|55=B|54=1|60=20231114-22:13:20|40=1|", TG_FIX_OK, 0 },
		{ "35=D|" H "11=1|453=1|448=A|802=2|523=a|55=B|54=1|60=20231114-22:13:20|40=1|", TG_FIX_GROUP_COUNT, 802 },
		{ "35=D|" H "11=1|453=1|448=A|802=1|523=a|803=x|55=B|54=1|60=20231114-22:13:20|40=1|", TG_FIX_FORMAT, 803 },
		{ "35=D|" H "11=1|453=1|448=A|447=DD|55=B|54=1|60=20231114-22:13:20|40=1|", TG_FIX_FORMAT, 447 },
		{ "35=D|" H "11=1|55=B|54=1|60=20231114-25:13:20|40=1|", TG_FIX_FORMAT, 60 },
		{ "35=E|" H "66=L|73=1|11=a|67=1|55=B|54=1|", TG_FIX_OK, 0 },
		{ "35=E|" H "66=L|73=1|11=a|67=1|54=1|", TG_FIX_MISSING, 55 },
	};
	u64 out[128];
	u32 i, bad;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum tg_fix_error err = decode(t[i].body, out, &bad);

		if (err != t[i].err || bad != t[i].tag)
			fail_msg("%s: %s, tag %u", t[i].body, tg_fix_error_text(err), bad);
	}
}

static void entries(void **state)
{
	struct tg_msg_new_order m;
	struct tg_entry_party party;
	struct tg_entry_sub_id sub;
	struct tg_msg_iter it, inner;
	struct tg_fix_header h;
	struct tg_fix_cursor c;
	struct msg raw;
	u32 bad;

	make(&raw, "FIX.4.4", "35=D|" H "11=1|453=2|448=A|447=D|452=1|802=2|523=a|803=1|523=b|448=B|7777=x|55=S|54=1|60=20231114-22:13:20.123456789|40=2|44=-1.5|");
	assert_int_equal(tg_fix_decode_header(&raw.f, &c, &h), TG_FIX_OK);
	assert_int_equal(tg_msg_decode(&tg_layout_new_order, &c, &m, &bad), TG_FIX_OK);
	assert_true(m.has.parties && m.parties.count == 2 && m.has.px && m.px == -150000000 && !m.has.qty && m.side == '1');
	assert_int_equal(m.transact_time_ns, 1700000000123456789ULL);
	tg_msg_entries(&it, &tg_layout_entry_party, &m.parties);
	assert_true(tg_msg_next(&it, &party));
	assert_true(party.id.len == 1 && party.id.p[0] == 'A' && party.source == 'D' && party.role == 1 && party.sub_ids.count == 2);
	tg_msg_entries(&inner, &tg_layout_entry_sub_id, &party.sub_ids);
	assert_true(tg_msg_next(&inner, &sub) && sub.id.p[0] == 'a' && sub.has.type && sub.type == 1);
	assert_true(tg_msg_next(&inner, &sub) && sub.id.p[0] == 'b' && !sub.has.type);
	assert_false(tg_msg_next(&inner, &sub) || inner.err);
	assert_true(tg_msg_next(&it, &party) && party.id.p[0] == 'B' && !party.has.source);
	assert_false(tg_msg_next(&it, &party) || it.err);
	free(raw.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits),
		cmocka_unit_test(every_field),
		cmocka_unit_test(some_fields),
		cmocka_unit_test(refusals),
		cmocka_unit_test(malformed),
		cmocka_unit_test(entries),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
