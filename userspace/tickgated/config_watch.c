// SPDX-License-Identifier: MIT
/* Scopes by their words, and the sections that watch: [trigger], [watch]. */
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "venue/venue.h"

static const struct {
	const char *word;
	enum tg_scope scope;
} scopes[] = {
	{ "firm", TG_SCOPE_FIRM },	  { "venue", TG_SCOPE_VENUE },
	{ "account", TG_SCOPE_ACCOUNT },  { "client", TG_SCOPE_CLIENT },
	{ "instrument", TG_SCOPE_INSTRUMENT }, { "strategy", TG_SCOPE_STRATEGY },
};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

const char *tgd_scope_word(unsigned int scope)
{
	size_t i;

	for (i = 0; i < SCOPES; i++)
		if (scopes[i].scope == scope)
			return scopes[i].word;
	return "?";
}

/* 0 = none of that name. */
static long long named(const void *array, unsigned int n, size_t size, size_t at, const char *name)
{
	const char *p = array;
	unsigned int i;

	for (i = 0; i < n; i++, p += size)
		if (!strcmp(((const struct tgd_section *)p)->name, name))
			return *(const long long *)(p + at);
	return 0;
}
#define NAMED(array, n, name) named(array, n, sizeof(*(array)), offsetof(__typeof__(*(array)), id), name)

long long tgd_scope_id(const struct tgd_config *c, unsigned int scope, const char *name)
{
	unsigned long n;
	char *end;

	switch (scope) {
	case TG_SCOPE_VENUE:
		return NAMED(c->venue, c->venues, name);
	case TG_SCOPE_ACCOUNT:
		return NAMED(c->account, c->accounts, name);
	case TG_SCOPE_INSTRUMENT:
		return NAMED(c->instrument, c->instruments, name);
	case TG_SCOPE_STRATEGY:
		return NAMED(c->strategy, c->strategies, name);
	case TG_SCOPE_CLIENT:
		n = strtoul(name, &end, 10);
		return *name && *name != '-' && !*end && n <= (unsigned long)c->engine.max_clients ? (long long)n : 0;
	default:
		return 0;
	}
}

/* "firm", or a word and a name: "venue sim". false = told. */
static bool scope(const struct tgd_config *c, const struct tgd_trigger *t, const char *key, const char *text,
		  long long *out, long long *id, struct tgd_errors *e)
{
	int line = tgd_key_line(TGD_TRIGGER, &t->s, key);
	size_t w = strcspn(text, " "), i;

	for (i = 0; i < SCOPES; i++)
		if (strlen(scopes[i].word) == w && !memcmp(scopes[i].word, text, w))
			break;
	if (i == SCOPES || (text[w] == ' ') != (scopes[i].scope != TG_SCOPE_FIRM)) {
		tgd_error(e, line,
			  "[trigger %s] %s: \"%s\" is no scope; give firm, venue NAME, account NAME, client N, instrument NAME or strategy NAME",
			  t->s.name, key, text);
		return false;
	}
	*out = scopes[i].scope;
	*id = text[w] ? tgd_scope_id(c, scopes[i].scope, text + w + 1) : 0;
	if (*id || scopes[i].scope == TG_SCOPE_FIRM)
		return true;
	tgd_error(e, line, "[trigger %s] %s: no %s %s; name one that there is", t->s.name, key, scopes[i].word,
		  text + w + 1);
	return false;
}

/* What the engine would refuse, in words. */
static void check_trigger(const struct tgd_config *c, struct tgd_trigger *t, struct tgd_errors *e)
{
	bool firm_only = t->on == TG_TRIGGER_ORPHAN || t->on == TG_TRIGGER_HEDGE;
	bool of_order = t->on == TG_TRIGGER_POSITION || t->on == TG_TRIGGER_UNKNOWN_ORDER;

	if (scope(c, t, "scope", t->scope_text, &t->scope, &t->scope_id, e)) {
		int line = tgd_key_line(TGD_TRIGGER, &t->s, "scope");

		if (firm_only && t->scope != TG_SCOPE_FIRM)
			tgd_error(e, line, "[trigger %s] scope: this is told of the firm as a whole; give firm, and a narrower target",
				  t->s.name);
		else if (of_order && (t->scope == TG_SCOPE_CLIENT || t->scope == TG_SCOPE_STRATEGY))
			tgd_error(e, line, "[trigger %s] scope: the venue knows neither clients nor strategies; give firm, venue, account or instrument",
				  t->s.name);
		else if (t->on == TG_TRIGGER_DEGRADED && t->scope != TG_SCOPE_FIRM && t->scope != TG_SCOPE_VENUE)
			tgd_error(e, line, "[trigger %s] scope: health is a venue's; give firm or venue NAME", t->s.name);
	}
	if (!t->target_text[0]) {
		t->act_scope = t->scope;
		t->act_id = t->scope_id;
	} else {
		scope(c, t, "target", t->target_text, &t->act_scope, &t->act_id, e);
	}
	if (!t->max != !t->window_ms)
		tgd_error(e, tgd_key_line(TGD_TRIGGER, &t->s, t->max ? "max" : "window_ms"),
			  "[trigger %s] max and window_ms: give both, or neither for every single one", t->s.name);
}

/* Each level above the one before. */
static void check_levels(const struct tgd_watch *w, struct tgd_errors *e)
{
	static const char *const names[] = { "reduce_at", "stop_at", "cancel_at" };
	const long long at[] = { w->reduce_at, w->stop_at, w->cancel_at };
	unsigned int i, before = 3;

	for (i = 0; i < 3; i++) {
		if (at[i] && before < 3 && at[i] <= at[before])
			tgd_error(e, tgd_key_line(TGD_WATCH, &w->s, names[i]),
				  "[watch %s] %s: %lld is not above %s = %lld; raise it, or say 0 for never", w->s.name,
				  names[i], at[i], names[before], at[before]);
		if (at[i])
			before = i;
	}
	if (before == 3)
		tgd_error(e, tgd_key_line(TGD_WATCH, &w->s, "reduce_at"),
			  "[watch %s] reduce_at, stop_at, cancel_at: all are 0, so nothing would be done; give one",
			  w->s.name);
}

static bool health(const struct tgd_watch *w)
{
	return w->ack_us || w->reject_percent || w->stale_percent || w->gaps;
}

static void check_venue(struct tgd_config *c, struct tgd_watch *w, struct tgd_errors *e)
{
	unsigned int i;

	w->venue_id = tgd_scope_id(c, TG_SCOPE_VENUE, w->s.name);
	if (!w->venue_id)
		tgd_error(e, w->s.line, "[watch %s]: no [venue %s]; add it or name another", w->s.name, w->s.name);
	if (health(w))
		check_levels(w, e);
	for (i = 0; i < c->venues; i++) {
		const struct tg_venue_caps *caps = tg_venue_caps((__u16)c->venue[i].dialect);

		if (c->venue[i].id == w->venue_id && w->positions_s && caps && !caps->positions)
			tgd_error(e, tgd_key_line(TGD_WATCH, &w->s, "positions_s"),
				  "[watch %s] positions_s: dialect %s has no question for positions; say 0", w->s.name, caps->name);
	}
	if (!w->drop_copy_of[0])
		return;
	w->copy_of_id = tgd_scope_id(c, TG_SCOPE_VENUE, w->drop_copy_of);
	if (!w->copy_of_id || w->copy_of_id == w->venue_id)
		tgd_error(e, tgd_key_line(TGD_WATCH, &w->s, "drop_copy_of"),
			  "[watch %s] drop_copy_of: no other [venue %s]; name the one that takes the orders", w->s.name,
			  w->drop_copy_of);
}

void tgd_check_watch(struct tgd_config *c, struct tgd_errors *e)
{
	unsigned int i;

	for (i = 0; i < c->triggers; i++)
		check_trigger(c, &c->trigger[i], e);
	for (i = 0; i < c->watches; i++)
		check_venue(c, &c->watch[i], e);
	if (c->triggers > TG_TRIGGERS)
		tgd_error(e, c->trigger[TG_TRIGGERS].s.line, "[trigger %s]: at most %u triggers; leave some out",
			  c->trigger[TG_TRIGGERS].s.name, TG_TRIGGERS);
}
