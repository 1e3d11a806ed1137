// SPDX-License-Identifier: MIT
/*
 * tgctl fix: TCP segments of a capture to the bytes of each direction in order (RFC 9293 3.4:
 * sequence numbers are modulo 2^32, compared by their difference).
 *
 * Each direction is one flow. A segment that comes early is held; what came before (a
 * retransmission) is dropped; what a capture never had is a gap, which ends the wait when too much
 * is held, or the capture does. Flows in which no "8=FIX" comes soon are not FIX and cost nothing
 * more.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "fix.h"

#define BUCKETS	   4096
#define MAX_FLOWS  65536
#define HELD_BYTES (4u << 20) /* of one flow: more means that what lacks will not come */
#define LOOK_BYTES 65536u     /* of a flow, for its first "8=FIX" */

struct held {
	struct held *next;
	u32 seq, len;
	u64 packet, time_ns;
	u8 data[];
};

struct flow {
	struct flow *chain; /* of the bucket */
	struct flow *next;  /* as they came */
	struct fix_flow_key key;
	char name[128];
	bool started, syn, fix, other;
	u32 seq;	   /* of the next byte in order */
	struct held *held; /* by sequence number */
	u32 held_bytes;
	u8 *buf; /* in order, not yet done with */
	u32 len, cap;
	u64 gaps, again;
	struct fix_scan scan;
};

struct fix_flows {
	struct fix_run *run;
	const char *file;
	struct flow *bucket[BUCKETS];
	struct flow *first, **last;
	u32 n;
	u64 dropped; /* packets of flows beyond MAX_FLOWS */
};

struct fix_flows *fix_flows_new(struct fix_run *run, const char *file)
{
	struct fix_flows *fl = calloc(1, sizeof(*fl));

	if (fl) {
		fl->run = run;
		fl->file = file;
		fl->last = &fl->first;
	}
	return fl;
}

static struct flow *flow_of(struct fix_flows *fl, const struct fix_flow_key *key)
{
	char src[INET6_ADDRSTRLEN] = "?", dst[INET6_ADDRSTRLEN] = "?";
	u32 h = 2166136261u, i;
	struct flow *f;

	for (i = 0; i < sizeof(*key); i++)
		h = (h ^ ((const u8 *)key)[i]) * 16777619u;
	h = (h ^ h >> 15) % BUCKETS;
	for (f = fl->bucket[h]; f; f = f->chain)
		if (!memcmp(&f->key, key, sizeof(*key)))
			return f;
	f = fl->n < MAX_FLOWS ? calloc(1, sizeof(*f)) : NULL;
	if (!f) {
		fl->dropped++;
		return NULL;
	}
	fl->n++;
	f->key = *key;
	f->chain = fl->bucket[h];
	fl->bucket[h] = f;
	*fl->last = f;
	fl->last = &f->next;
	inet_ntop(key->version == 6 ? AF_INET6 : AF_INET, key->src, src, sizeof(src));
	inet_ntop(key->version == 6 ? AF_INET6 : AF_INET, key->dst, dst, sizeof(dst));
	snprintf(f->name, sizeof(f->name),
		 key->version == 6 ? "[%s]:%u > [%s]:%u %s" : "%s:%u > %s:%u %s", src, key->sport,
		 dst, key->dport, key->proto == 6 ? "tcp" : "udp");
	fix_scan_init(&f->scan, fl->run, fl->file);
	f->scan.origin.flow = f->name;
	f->scan.keep_newlines = true;
	return f;
}

static void drop_held(struct flow *f)
{
	struct held *h;

	while ((h = f->held)) {
		f->held = h->next;
		free(h);
	}
	f->held_bytes = 0;
}

/* Nothing of this flow will be looked at again. */
static void not_fix(struct flow *f)
{
	f->other = true;
	drop_held(f);
	free(f->buf);
	f->buf = NULL;
	f->len = f->cap = 0;
}

static void scan(struct fix_flows *fl, struct flow *f, bool last)
{
	u32 used;

	if (!f->fix) {
		if (fix_start(f->buf, 0, f->len) == f->len) {
			if (last || f->len >= LOOK_BYTES)
				not_fix(f);
			return;
		}
		f->fix = true;
		f->scan.resync = !f->syn;
	}
	used = fix_scan_stream(&f->scan, f->buf, f->len, last);
	/* A message cannot be longer than this: one that keeps us waiting for more is judged by
	 * what there is. */
	if (!used && f->len > fl->run->opt.max_message + LOOK_BYTES)
		used = fix_scan_stream(&f->scan, f->buf, f->len, true);
	f->len -= used;
	memmove(f->buf, f->buf + used, f->len);
}

static bool append(struct fix_flows *fl, struct flow *f, const u8 *data, u32 len, u64 packet,
		   u64 time_ns)
{
	if (len > f->cap - f->len) {
		u32 cap = (f->len + len) * 2 < 8192 ? 8192 : (f->len + len) * 2;
		u8 *buf = realloc(f->buf, cap);

		if (!buf) {
			fl->run->failed = true;
			return false;
		}
		f->buf = buf;
		f->cap = cap;
	}
	memcpy(f->buf + f->len, data, len);
	f->len += len;
	f->seq += len;
	f->scan.origin.packet = packet;
	f->scan.origin.time_ns = time_ns;
	scan(fl, f, false);
	return true;
}

/* Held segments that are due now, or have become a repetition. */
static void take_held(struct fix_flows *fl, struct flow *f)
{
	struct held *h;

	while ((h = f->held) && (s32)(h->seq - f->seq) <= 0) {
		u32 had = f->seq - h->seq;

		f->held = h->next;
		f->held_bytes -= h->len;
		if (had < h->len)
			append(fl, f, h->data + had, h->len - had, h->packet, h->time_ns);
		else
			f->again++;
		free(h);
		if (f->other)
			return;
	}
}

/* What lacks before the first held segment will not come. */
static void gap(struct fix_flows *fl, struct flow *f)
{
	u32 missing = f->held->seq - f->seq;

	f->gaps++;
	if (f->fix) {
		f->scan.origin.packet = f->held->packet;
		f->scan.origin.time_ns = f->held->time_ns;
		fix_scan_lost(&f->scan, f->buf, f->len, missing);
		f->scan.offset += f->len + missing;
	} else {
		f->scan.offset += f->len + missing;
		f->syn = false; /* what comes now is not its beginning */
	}
	f->len = 0;
	f->seq = f->held->seq;
	take_held(fl, f);
}

static void hold(struct fix_flows *fl, struct flow *f, u32 seq, const u8 *data, u32 len, u64 packet,
		 u64 time_ns)
{
	struct held **at = &f->held, *h;

	while (*at && (s32)((*at)->seq - seq) < 0)
		at = &(*at)->next;
	if (*at && (*at)->seq == seq && (*at)->len >= len) {
		f->again++;
		return;
	}
	h = malloc(sizeof(*h) + len);
	if (!h) {
		fl->run->failed = true;
		return;
	}
	*h = (struct held){
		.next = *at, .seq = seq, .len = len, .packet = packet, .time_ns = time_ns
	};
	memcpy(h->data, data, len);
	*at = h;
	f->held_bytes += len;
	if (f->held_bytes > HELD_BYTES)
		gap(fl, f);
}

static void flush(struct fix_flows *fl, struct flow *f)
{
	while (f->held && !f->other)
		gap(fl, f);
	if (f->len)
		scan(fl, f, true);
}

void fix_tcp_segment(struct fix_flows *fl, const struct fix_flow_key *key, u32 seq, u32 flags,
		     const u8 *data, u32 len, u64 packet, u64 time_ns)
{
	struct flow *f = flow_of(fl, key);
	u32 behind;

	if (!f)
		return;
	if (flags & FIX_TCP_SYN) {
		if (f->started && f->seq == seq + 1)
			return; /* the SYN again */
		/* The same two ports once more: another connection. */
		flush(fl, f);
		drop_held(f);
		f->len = 0;
		f->scan.resync = false;
		f->fix = f->other = false;
		f->started = f->syn = true;
		f->seq = ++seq;
	}
	if (!len || f->other)
		return;
	if (!f->started) {
		f->started = true;
		f->seq = seq;
	}
	if ((s32)(seq - f->seq) > 0) {
		hold(fl, f, seq, data, len, packet, time_ns);
		return;
	}
	behind = f->seq - seq;	/* up to 2^31, which has no negative */
	if (behind >= len) {
		f->again++;
		return;
	}
	if (append(fl, f, data + behind, len - behind, packet, time_ns))
		take_held(fl, f);
}

void fix_udp_datagram(struct fix_flows *fl, const struct fix_flow_key *key, const u8 *data, u32 len,
		      u32 wire_len, u64 packet, u64 time_ns)
{
	struct flow *f = flow_of(fl, key);
	u32 at;

	if (!f)
		return;
	if (!f->fix && fix_start(data, 0, len) == len)
		return;
	f->fix = true;
	f->scan.origin.packet = packet;
	f->scan.origin.time_ns = time_ns;
	f->scan.offset = 0;
	f->scan.resync = false;
	/* A datagram stands for itself: nothing of the next one belongs to it. */
	at = wire_len > len ? fix_scan_stream(&f->scan, data, len, false) : 0;
	if (wire_len > len)
		fix_scan_lost(&f->scan, data + at, len - at, wire_len - len);
	else
		fix_scan_stream(&f->scan, data, len, true);
}

void fix_flows_end(struct fix_flows *fl)
{
	u64 gaps = 0, again = 0, skipped = 0, other = 0;
	struct flow *f, *next;

	for (f = fl->first; f; f = f->next)
		flush(fl, f);
	for (f = fl->first; f; f = next) {
		next = f->next;
		if (f->fix) {
			gaps += f->gaps;
			again += f->again;
			skipped += f->scan.skipped;
		} else if (f->key.proto == 6) {
			other++;
		}
		not_fix(f);
		fix_scan_free(&f->scan);
		free(f);
	}
	if (again)
		fix_note(fl->run, "%s: %llu TCP segments came again and were dropped", fl->file,
			 (unsigned long long)again);
	if (gaps)
		fix_note(fl->run, "%s: the capture lacks bytes of TCP at %llu places", fl->file,
			 (unsigned long long)gaps);
	if (skipped)
		fix_note(
			fl->run,
			"%s: %llu bytes between such a place, or the capture's beginning, and the next message were passed over",
			fl->file, (unsigned long long)skipped);
	if (other)
		fix_note(fl->run, "%s: %llu TCP directions carry no FIX in clear", fl->file,
			 (unsigned long long)other);
	if (fl->dropped)
		fix_note(fl->run, "%s: %llu packets of more than %u flows were passed over",
			 fl->file, (unsigned long long)fl->dropped, MAX_FLOWS);
	free(fl);
}
