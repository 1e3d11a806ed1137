// SPDX-License-Identifier: MIT
/* The table of keys as text and as mdoc(7) for tickgated.conf(5). */
#include <string.h>
#include "config.h"
#include "decimal.h"

static void words(FILE *f, const char *w, const char *sep)
{
	for (; *w; w++) {
		if (*w == ' ')
			fputs(sep, f);
		else
			fputc(*w, f);
	}
}

static void value(FILE *f, const struct tgd_key *k)
{
	char min[TG_DECIMAL_LEN], max[TG_DECIMAL_LEN];

	switch (k->type) {
	case TGD_UINT:
		fprintf(f, "%lld to %lld", k->min, k->max);
		break;
	case TGD_LIMIT:
		fprintf(f, "%lld to %lld or unlimited", k->min, k->max);
		break;
	case TGD_BOOL:
		fputs("yes or no", f);
		break;
	case TGD_ENUM:
		words(f, k->words, " or ");
		break;
	case TGD_E8:
	case TGD_E8_LIMIT:
		fprintf(f, "decimal, %s to %s%s", tg_decimal_format(k->min, min),
			tg_decimal_format(k->max, max),
			k->type == TGD_E8_LIMIT ? " or unlimited" : "");
		break;
	case TGD_TEXT:
		fprintf(f, "text, at most %lld bytes", k->max - 1);
		break;
	case TGD_USER:
		fputs("user name or uid", f);
		break;
	case TGD_ADDRESS:
		fputs("IPv4 or IPv6 address", f);
		break;
	case TGD_ADDRESSES:
		fprintf(f, "up to %d addresses", TGD_SOURCES);
		break;
	case TGD_VLAN:
		fprintf(f, "%lld to %lld or any", k->min, k->max);
		break;
	}
}

/* mdoc(7): a new sentence on a new line. */
static void sentences(FILE *f, const char *text, bool man)
{
	for (; *text; text++)
		fputc(man && *text == ' ' && text[-1] == '.' ? '\n' : *text, f);
}

static void section(FILE *f, enum tgd_kind kind, bool man)
{
	const struct tgd_kind_info *info = &tgd_kinds[kind];
	const struct tgd_key *k;

	fprintf(f, man ? ".Ss [%s%s%s]\n" : "[%s%s%s]\n", info->word, info->argument ? " " : "",
		info->argument ? info->argument : "");
	sentences(f, info->help, man);
	fputs(info->required ? man ? "\nRequired.\n" : " Required.\n" : "\n", f);
	if (man)
		fputs(".Bl -tag -width Ds\n", f);
	for (k = tgd_keys; k->name; k++) {
		if (k->kind != kind)
			continue;
		fprintf(f, man ? ".It Ic %s\n" : "  %s: ", k->name);
		sentences(f, k->help, man);
		fputs(man ? ".\n(" : ". (", f);
		value(f, k);
		if (!k->def)
			fputs("; required)\n", f);
		else
			fprintf(f, "; default %s)\n", *k->def ? k->def : "empty");
	}
	fputs(man ? ".El\n" : "\n", f);
}

void tgd_config_help(FILE *f, bool man)
{
	int kind;

	for (kind = 0; kind < TGD_KINDS; kind++)
		section(f, (enum tgd_kind)kind, man);
}
