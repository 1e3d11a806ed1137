// SPDX-License-Identifier: MIT
/* tgctl journal verify, tgctl journal print: need neither module nor engine. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "ctl.h"
#include "replay.h"

#define SOH	1

/* ---- verify ---- */

static void verify_json(const struct tg_replay *r, int ret)
{
	struct tg_json j;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_bool(&j, "equal", !ret);
	tg_json_u64(&j, "records", r->records);
	tg_json_u64(&j, "engines", r->engines);
	tg_json_u64(&j, "repeated", r->repeated);
	tg_json_u64(&j, "torn_bytes", r->torn_bytes);
	tg_json_hex(&j, "digest", r->digest);
	if (ret < 0)
		tg_json_str(&j, "error", r->error);
	if (ret > 0) {
		tg_json_object(&j, "difference");
		tg_json_str(&j, "file", r->diff_path);
		tg_json_u64(&j, "seq", r->diff_seq);
		tg_json_str(&j, "type", tg_input_name(r->diff_type));
		tg_json_hex(&j, "journal", r->diff_journal);
		tg_json_hex(&j, "replay", r->diff_replay);
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, '}');
}

static int verify(const struct ctl_command *self, char **files, int n, bool json)
{
	struct tg_replay r;
	int ret;

	tg_replay_init(&r);
	ret = tg_replay_files(&r, files, (u32)n, NULL, NULL);
	if (json)
		verify_json(&r, ret);
	if (ret < 0)
		fprintf(stderr, "tgctl %s verify: %s; %llu records before it replayed equal\n",
			self->name, r.error, (unsigned long long)r.records);
	else if (ret && !json)
		printf("DIFFERENT at record %llu, type %s, in %s:\n  digest in the journal 0x%016llx\n  digest of the replay  0x%016llx\n"
		       "%llu records before it were equal\n",
		       (unsigned long long)r.diff_seq, tg_input_name(r.diff_type), r.diff_path,
		       (unsigned long long)r.diff_journal, (unsigned long long)r.diff_replay,
		       (unsigned long long)r.records - 1);
	else if (!json)
		printf("%llu records replayed, digests equal (last 0x%016llx)\n",
		       (unsigned long long)r.records, (unsigned long long)r.digest);
	if (ret >= 0 && r.torn_bytes && !json)
		printf("note: %llu bytes of a record cut short at the end of a file were left out\n",
		       (unsigned long long)r.torn_bytes);
	tg_replay_destroy(&r);
	return ret ? 1 : 0;
}

/* ---- print ---- */

struct print {
	__u64 from, count;
	const char *type;
	bool json;
	struct tg_json j;
};

static void put_fix(const char *p, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		putchar(p[i] == SOH ? '|' : p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '?');
}

static void json_fix(struct tg_json *j, const char *key, const char *p, u32 n)
{
	char *text = malloc(n + 1);
	u32 i;

	for (i = 0; text && i < n; i++)
		text[i] = p[i] == SOH ? '|' : p[i] ? p[i] : '?';
	if (text) {
		text[n] = 0;
		tg_json_str(j, key, text);
	}
	free(text);
}

static void text_submission(const struct tg_submission *s)
{
	static const char *const types[] = { "?",	"NEW",	    "CANCEL",
					     "REPLACE", "DOWNLOAD", "CANCEL_ALL" };
	char px[TG_DECIMAL_LEN], qty[TG_DECIMAL_LEN];

	printf(" %s instrument %u %s %s @ %s account %u order %016llX ref %llu",
	       types[s->type < 6 ? s->type : 0], s->instrument_id, ctl_side(s->side),
	       tg_decimal_format(s->qty, qty),
	       s->ord_type == TG_ORD_MARKET ? "market" : tg_decimal_format(s->px, px),
	       s->account_id, (unsigned long long)s->order_id, (unsigned long long)s->user_ref);
}

static void text_payload(const struct tg_record *rec, const void *p)
{
	const struct tg_in_kill *k = p;

	switch (rec->type) {
	case TG_IN_UDP:
	case TG_IN_TCP_RX:
		putchar(' ');
		put_fix(p, rec->len);
		break;
	case TG_IN_SUBMIT:
		text_submission(p);
		break;
	case TG_IN_KILL:
	case TG_IN_RESUME:
		printf(" %s %u cause %s by %.*s (uid %u): %.*s", ctl_scope_name(k->scope), k->id,
		       ctl_kill_cause(k->cause), TG_NAME_LEN, k->who, k->uid, (int)sizeof(k->text),
		       k->text);
		break;
	case TG_IN_ENGINE:
		printf(" id %u epoch %u", ((const struct tg_in_engine *)p)->engine_id,
		       ((const struct tg_in_engine *)p)->epoch);
		break;
	case TG_IN_VENUE:
		printf(" %u %.*s", ((const struct tg_in_venue *)p)->venue_id, TG_NAME_LEN,
		       ((const struct tg_in_venue *)p)->name);
		break;
	case TG_IN_INSTRUMENT:
		printf(" %u %.*s", ((const struct tg_in_instrument *)p)->instrument_id,
		       TG_SYMBOL_LEN, ((const struct tg_in_instrument *)p)->symbol);
		break;
	case TG_IN_CLIENT_OPEN:
		printf(" %.*s uid %u pid %u", TG_NAME_LEN, ((const struct tg_in_client *)p)->name,
		       ((const struct tg_in_client *)p)->uid,
		       ((const struct tg_in_client *)p)->pid);
		break;
	default:
		break;
	}
}

static void print_outputs(struct print *pr, const struct tg_outbox *ob)
{
	const struct tg_out *o;
	u32 pos = 0;

	if (pr->json)
		tg_json_array(&pr->j, "sent");
	while ((o = tg_outbox_next(ob, &pos))) {
		if (o->type != TG_OUT_TCP)
			continue;
		if (pr->json) {
			json_fix(&pr->j, NULL, tg_out_bytes(o), o->len);
			continue;
		}
		printf("    -> venue %u ", o->target);
		put_fix(tg_out_bytes(o), o->len);
		putchar('\n');
	}
	if (pr->json)
		tg_json_end(&pr->j, ']');
}

/* verdict and ob: NULL when the core was not asked. */
static bool print_record(struct print *pr, const struct tg_record *rec, const void *payload,
			 const enum tg_reason *verdict, const struct tg_outbox *ob)
{
	char t[TG_TIME_LEN];

	if (rec->seq < pr->from || (pr->type && strcmp(pr->type, tg_input_name(rec->type))))
		return true;
	if (pr->json) {
		tg_json_begin(&pr->j, stdout);
		tg_json_object(&pr->j, NULL);
		tg_json_u64(&pr->j, "seq", rec->seq);
		tg_json_u64(&pr->j, "time_ns", rec->time_ns);
		tg_json_str(&pr->j, "type", tg_input_name(rec->type));
		tg_json_u64(&pr->j, "source", rec->source);
		tg_json_u64(&pr->j, "len", rec->len);
		tg_json_hex(&pr->j, "digest", rec->digest);
		if (rec->type == TG_IN_UDP || rec->type == TG_IN_TCP_RX)
			json_fix(&pr->j, "fix", payload, rec->len);
		if (verdict)
			tg_json_str(&pr->j, "verdict", tg_reason_name(*verdict));
		if (ob)
			print_outputs(pr, ob);
		tg_json_end(&pr->j, '}');
	} else {
		printf("%llu %s %s %u %u", (unsigned long long)rec->seq,
		       tg_time_format(rec->time_ns, t), tg_input_name(rec->type), rec->source,
		       rec->len);
		text_payload(rec, payload);
		if (verdict && *verdict)
			printf(" REFUSED: %s", tg_reason_text(*verdict));
		putchar('\n');
		if (ob)
			print_outputs(pr, ob);
	}
	return --pr->count;
}

static int on_replayed(struct tg_replay *r, const struct tg_record *rec, const void *payload,
		       enum tg_reason verdict, void *arg)
{
	return print_record(arg, rec, payload, &verdict, &r->ob) ? 0 : 2;
}

static int print_plain(const struct ctl_command *self, struct print *pr, char **files, int n)
{
	const struct tg_record *rec;
	struct tg_journal j;
	const void *payload;
	bool more = true;
	int i, ret = 0;

	for (i = 0; i < n && !ret && more; i++) {
		ret = tg_journal_open(&j, files[i]);
		while (!ret && more && (ret = tg_journal_next(&j, &rec, &payload)) > 0) {
			more = print_record(pr, rec, payload, NULL, NULL);
			ret = 0;
		}
		if (ret < 0)
			fprintf(stderr, "tgctl %s print: %s\n", self->name, j.error);
		else if (j.torn_bytes)
			fprintf(stderr, "%s: %llu bytes of a record cut short at the end\n",
				files[i], (unsigned long long)j.torn_bytes);
		tg_journal_close(&j);
		if (ret < 0)
			return 1;
		ret = 0;
	}
	return 0;
}

static int print_replayed(const struct ctl_command *self, struct print *pr, char **files, int n)
{
	struct tg_replay r;
	int ret;

	tg_replay_init(&r);
	ret = tg_replay_files(&r, files, (u32)n, on_replayed, pr);
	if (ret < 0)
		fprintf(stderr, "tgctl %s print: %s\n", self->name, r.error);
	else if (ret == 1)
		fprintf(stderr,
			"tgctl %s print: record %llu replays differently; `tgctl journal verify` tells more\n",
			self->name, (unsigned long long)r.diff_seq);
	tg_replay_destroy(&r);
	return ret == 0 || ret == 2 ? 0 : 1;
}

int cmd_journal(int argc, char **argv, const struct ctl_command *self)
{
	const char *from = NULL, *count = NULL, *type = NULL;
	bool json = false, outputs = false;
	const struct ctl_option opts[] = {
		{ "from", NULL, &from, "SEQ", "print: begin with this record" },
		{ "count", NULL, &count, "N", "print: at most N records" },
		{ "type", NULL, &type, "TYPE",
		  "print: only this type (TCP_RX, UDP, SUBMIT, KILL, ...)" },
		{ "outputs", &outputs, NULL, NULL,
		  "print: replay, and show verdicts and the FIX messages sent" },
		{ 0 },
	};
	struct print pr = { .count = ~0ull };
	u16 t;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 2, 1 << 20);
	if (ret != CTL_GO_ON)
		return ret;
	if (!strcmp(argv[optind], "verify")) {
		if (from || count || type || outputs)
			return ctl_usage_error(self, "verify takes files only");
		return verify(self, argv + optind + 1, argc - optind - 1, json);
	}
	if (strcmp(argv[optind], "print"))
		return ctl_usage_error(self, "\"%s\": give verify or print", argv[optind]);
	if ((from && !ctl_number(self, "--from", from, 1, ~0ull, &pr.from)) ||
	    (count && !ctl_number(self, "--count", count, 1, ~0ull, &pr.count)))
		return CTL_USAGE;
	for (t = 1; type && t < TG_IN_MAX && strcmp(tg_input_name(t), type); t++)
		;
	if (type && t == TG_IN_MAX)
		return ctl_usage_error(self, "--type \"%s\": no such record type", type);
	pr.type = type;
	pr.json = json;
	return outputs ? print_replayed(self, &pr, argv + optind + 1, argc - optind - 1) :
			 print_plain(self, &pr, argv + optind + 1, argc - optind - 1);
}
