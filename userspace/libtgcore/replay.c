// SPDX-License-Identifier: MIT
/* Journals: validation and replay. See replay.h. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "replay.h"

#define ANY	0xffffffffu
#define TAIL	4096u

/* One list: name and exact payload size of each record type (record.h). */
static const struct {
	const char *name;
	u32 len;
} inputs[TG_IN_MAX] = {
	[TG_IN_ENGINE] = { "ENGINE", sizeof(struct tg_in_engine) },
	[TG_IN_TIMER] = { "TIMER", 0 },
	[TG_IN_UDP] = { "UDP", ANY },
	[TG_IN_TCP_UP] = { "TCP_UP", 0 },
	[TG_IN_TCP_RX] = { "TCP_RX", ANY },
	[TG_IN_TCP_DOWN] = { "TCP_DOWN", 0 },
	[TG_IN_CLIENT_OPEN] = { "CLIENT_OPEN", sizeof(struct tg_in_client) },
	[TG_IN_CLIENT_CLOSE] = { "CLIENT_CLOSE", 0 },
	[TG_IN_SUBMIT] = { "SUBMIT", sizeof(struct tg_submission) },
	[TG_IN_VENUE] = { "VENUE", sizeof(struct tg_in_venue) },
	[TG_IN_INSTRUMENT] = { "INSTRUMENT", sizeof(struct tg_in_instrument) },
	[TG_IN_FEED] = { "FEED", sizeof(struct tg_in_feed) },
	[TG_IN_ACCOUNT] = { "ACCOUNT", sizeof(struct tg_in_account) },
	[TG_IN_PERMIT] = { "PERMIT", sizeof(struct tg_in_permit) },
	[TG_IN_LIMITS] = { "LIMITS", sizeof(struct tg_in_limits) },
	[TG_IN_RATE] = { "RATE", sizeof(struct tg_in_rate) },
	[TG_IN_KILL] = { "KILL", sizeof(struct tg_in_kill) },
	[TG_IN_RESUME] = { "RESUME", sizeof(struct tg_in_kill) },
	[TG_IN_MODE] = { "MODE", sizeof(struct tg_in_mode) },
	[TG_IN_SESSION] = { "SESSION", sizeof(struct tg_in_session) },
	[TG_IN_CREDENTIALS] = { "CREDENTIALS", sizeof(struct tg_in_credentials) },
	[TG_IN_STORED] = { "STORED", ANY },
	[TG_IN_STRATEGY] = { "STRATEGY", sizeof(struct tg_in_strategy) },
	[TG_IN_TRIGGER] = { "TRIGGER", sizeof(struct tg_in_trigger) },
	[TG_IN_WATCH] = { "WATCH", sizeof(struct tg_in_watch) },
	[TG_IN_PRODUCT] = { "PRODUCT", sizeof(struct tg_in_product) },
	[TG_IN_CHECKPOINT] = { "CHECKPOINT", 0 },
};

const char *tg_input_name(u16 type)
{
	return type < TG_IN_MAX && inputs[type].name ? inputs[type].name : "?";
}

bool tg_record_len_ok(u16 type, u32 len)
{
	if (type >= TG_IN_MAX || !inputs[type].name || len > TG_RECORD_MAX_PAYLOAD)
		return false;
	return inputs[type].len == ANY || inputs[type].len == len;
}

__attribute__((format(printf, 2, 3)))
static int bad(struct tg_journal *j, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(j->error, sizeof(j->error), "%s: offset %llu: ", j->path,
			 (unsigned long long)j->pos);

	if (n < 0 || (size_t)n >= sizeof(j->error))
		return -EBADMSG;
	va_start(ap, fmt);
	vsnprintf(j->error + n, sizeof(j->error) - (size_t)n, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

void tg_journal_open_memory(struct tg_journal *j, const char *name, const void *bytes, u64 len)
{
	*j = (struct tg_journal){ .path = name, .map = bytes, .bytes = len, .fd = -1 };
}

int tg_journal_open(struct tg_journal *j, const char *path)
{
	struct stat st;
	void *map;
	int err;

	tg_journal_open_memory(j, path, NULL, 0);
	j->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (j->fd < 0 || fstat(j->fd, &st))
		goto fail;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		goto fail;
	}
	j->bytes = (u64)st.st_size;
	if (!j->bytes)
		return 0;
	/* Decoders may load a word past a payload's end: readable zeros follow the file even where
	 * it fills its last page. */
	map = mmap(NULL, j->bytes + TAIL, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		goto fail;
	j->map = map;
	if (mmap(map, j->bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, j->fd, 0) == MAP_FAILED)
		goto fail;
	return 0;
fail:
	err = errno;
	snprintf(j->error, sizeof(j->error), "%s: %s", path, strerror(err));
	tg_journal_close(j);
	return -err;
}

void tg_journal_close(struct tg_journal *j)
{
	if (j->fd >= 0) {
		if (j->map)
			munmap((void *)j->map, j->bytes + TAIL);
		close(j->fd);
	}
	j->map = NULL;
	j->bytes = j->pos = 0;
	j->fd = -1;
}

int tg_journal_next(struct tg_journal *j, const struct tg_record **rec, const void **payload)
{
	u64 left = j->bytes - j->pos;
	const struct tg_record *r;
	const u8 *p;
	u32 i, size;

	if (!left)
		return 0;
	r = (const struct tg_record *)(j->map + j->pos);
	if (left < sizeof(*r)) {
		j->torn_bytes = left;
		return 0;
	}
	if (!tg_record_len_ok(r->type, r->len))
		return bad(j, "type %u (%s) with %u payload bytes is no record", r->type,
			   tg_input_name(r->type), r->len);
	size = TG_RECORD_SIZE(r->len);
	if (left < size) {
		j->torn_bytes = left;
		return 0;
	}
	p = (const u8 *)(r + 1);
	for (i = r->len; i < size - sizeof(*r); i++)
		if (p[i])
			return bad(j, "record %llu: padding is not zero",
				   (unsigned long long)r->seq);
	if (r->type == TG_IN_ENGINE ? r->seq != 1 : !r->seq)
		return bad(j, "%s record with seq %llu", tg_input_name(r->type),
			   (unsigned long long)r->seq);
	if (j->last_seq && r->type != TG_IN_ENGINE) {
		if (r->seq != j->last_seq + 1)
			return bad(j, "seq %llu after %llu: records are missing",
				   (unsigned long long)r->seq, (unsigned long long)j->last_seq);
		if (r->time_ns < j->last_time_ns)
			return bad(j, "record %llu: time goes back", (unsigned long long)r->seq);
	}
	j->last_seq = r->seq;
	j->last_time_ns = r->time_ns;
	j->pos += size;
	j->records++;
	*rec = r;
	*payload = p;
	return 1;
}

void tg_replay_init(struct tg_replay *r)
{
	memset(r, 0, sizeof(*r));
}

void tg_replay_destroy(struct tg_replay *r)
{
	free(r->arena);
	free(r->ob.buf);
	r->arena = NULL;
	r->core = NULL;
	r->ob.buf = NULL;
}

static int begin_engine(struct tg_replay *r, const char *path, const struct tg_in_engine *p)
{
	u64 bytes = tg_engine_size(p);
	int err;

	tg_replay_destroy(r);
	if (p->abi_version != TG_ABI_VERSION) {
		snprintf(r->error, sizeof(r->error),
			 "%s: written with ABI %u, this program replays ABI %d", path,
			 p->abi_version, TG_ABI_VERSION);
		return -EPROTO;
	}
	if (!bytes) {
		snprintf(r->error, sizeof(r->error),
			 "%s: ENGINE record: the core refuses these capacities", path);
		return -EINVAL;
	}
	bytes = (bytes + 63) & ~63ull;
	r->arena = aligned_alloc(64, bytes);
	r->ob.cap = tg_engine_outbox_bytes(p);
	r->ob.buf = malloc(r->ob.cap);
	if (!r->arena || !r->ob.buf) {
		snprintf(r->error, sizeof(r->error), "%s: no memory for an arena of %llu bytes",
			 path, (unsigned long long)bytes);
		return -ENOMEM;
	}
	err = tg_engine_init(r->arena, bytes, p);
	if (err) {
		snprintf(r->error, sizeof(r->error), "%s: ENGINE record: tg_engine_init: %s", path,
			 strerror(-err));
		return err;
	}
	r->core = r->arena;
	r->engines++;
	return 0;
}

static int step(struct tg_replay *r, const char *path, const struct tg_record *rec,
		const void *payload, enum tg_reason *verdict)
{
	int err;

	if (rec->type == TG_IN_ENGINE) {
		err = begin_engine(r, path, payload);
		if (err)
			return err;
	}
	if (!r->core) {
		snprintf(
			r->error, sizeof(r->error),
			"%s: begins with record %llu, not with an ENGINE record: give the files before it too",
			path, (unsigned long long)rec->seq);
		return -ENODATA;
	}
	r->ob.len = 0;
	*verdict = tg_engine_step(r->core, rec, payload, &r->ob);
	r->records++;
	r->digest = tg_engine_digest(r->core);
	if (r->digest == rec->digest)
		return 0;
	if (!r->differs) {
		r->differs = true;
		r->diff_path = path;
		r->diff_seq = rec->seq;
		r->diff_type = rec->type;
		r->diff_journal = rec->digest;
		r->diff_replay = r->digest;
	}
	return 1;
}

int tg_replay_step(struct tg_replay *r, const char *path, const struct tg_record *rec,
		   const void *payload)
{
	enum tg_reason verdict;

	return step(r, path, rec, payload, &verdict);
}

/* A continuation must begin at or before the record after the last one. */
static int replay_file(struct tg_replay *r, struct tg_journal *j, tg_replay_fn *fn, void *arg)
{
	const struct tg_record *rec;
	enum tg_reason verdict;
	const void *payload;
	int got, ret;

	while ((got = tg_journal_next(j, &rec, &payload)) > 0) {
		if (rec->type != TG_IN_ENGINE && r->core) {
			u64 last = tg_engine_seq(r->core);

			if (rec->seq <= last) {
				r->repeated++;
				continue;
			}
			if (rec->seq != last + 1) {
				snprintf(r->error, sizeof(r->error),
					 "%s: record %llu after %llu: records are missing", j->path,
					 (unsigned long long)rec->seq, (unsigned long long)last);
				return -EBADMSG;
			}
		}
		ret = step(r, j->path, rec, payload, &verdict);
		if (!ret && fn)
			ret = fn(r, rec, payload, verdict, arg);
		if (ret)
			return ret;
	}
	if (got < 0)
		memcpy(r->error, j->error, sizeof(j->error));
	return got;
}

int tg_replay_files(struct tg_replay *r, char *const *paths, u32 n, tg_replay_fn *fn, void *arg)
{
	struct tg_journal j;
	u32 i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++) {
		ret = tg_journal_open(&j, paths[i]);
		if (ret) {
			memcpy(r->error, j.error, sizeof(j.error));
			return ret;
		}
		ret = replay_file(r, &j, fn, arg);
		r->torn_bytes += j.torn_bytes;
		tg_journal_close(&j);
	}
	if (!ret && !r->records) {
		snprintf(r->error, sizeof(r->error), "%s: no records", n ? paths[0] : "(no file)");
		return -ENODATA;
	}
	return ret;
}
