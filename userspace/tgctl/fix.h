/* SPDX-License-Identifier: MIT */
/*
 * tgctl fix: FIX messages in files, judged. One file one purpose:
 *
 *	fix.c		the command: options, files, exit status
 *	fix_read.c	bytes of a file or a pipe, through a window of bounded size; progress
 *	fix_sep.c	what stands between the fields, and what kind of file this is
 *	fix_scan.c	where messages are in a stream and in a log
 *	fix_unframed.c	lines of tag=value without BodyLength and CheckSum
 *	fix_pcap.c	packets: link layers, IP, UDP
 *	fix_tcp.c	TCP: the bytes of each direction in order
 *	fix_judge.c	the verdict on one message, and the byte
 *	fix_report.c	printing, JSON, sums
 *
 * Nothing here decides what valid FIX is: the core's lexer and dictionary do (kmod/core/fix). What
 * this adds is the place of a fault.
 */
#ifndef TGCTL_FIX_H
#define TGCTL_FIX_H

#include <stdbool.h>
#include <stdio.h>
#include "ctl.h"
#include "fix/dict.h"
#include "fix/lexer.h"

#define FIX_MAX_MESSAGE (1u << 20) /* twice what the engine takes */
#define FIX_SEP_MAX	8
#define FIX_TEXT	208

enum fix_format { FIX_AUTO, FIX_STREAM, FIX_LOG, FIX_UNFRAMED, FIX_PCAP };
enum fix_level { FIX_LEVEL_FRAMING, FIX_LEVEL_FIELDS, FIX_LEVEL_DICT };

/* A verdict's code: enum tg_fix_error, or one of these. */
enum {
	FIX_INCOMPLETE = TG_FIX_ERROR_MAX, /* the input ends before the message does */
	FIX_LOST,			   /* bytes of it are not in the capture */
	FIX_CODES
};

struct fix_sep {
	u8 len; /* 0 = not known */
	char text[FIX_SEP_MAX + 1];
};

/* Where a message was found. */
struct fix_origin {
	const char *file;
	const char *flow; /* "10.0.0.1:5000 > 10.0.0.2:9880 tcp"; NULL = not from a capture */
	u64 packet;	  /* the one that completed it, from 1 */
	u64 time_ns;	  /* of that packet */
};

/* Bytes that are or should be a message. */
struct fix_found {
	const struct fix_origin *origin;
	const u8 *p; /* SOH between the fields */
	u32 len;
	u32 sep_len; /* of the separator in the file */
	u64 offset;  /* of the first byte, in the file or in the TCP direction */
	u64 line;    /* from 1; 0 = this input has no lines */
	u32 code;    /* TG_FIX_OK: frame is set */
	const struct tg_fix_frame *frame;
	const u32 *map; /* fix_unframed.c: offset in the line of each byte of p; NULL = they are the
			   same */
	bool unframed;	/* frame was made for the core: the message came without one */
	u64 bytes; /* FIX_LOST: how many the capture lacks; TG_FIX_GARBAGE: how many there are */
};

struct fix_verdict {
	u32 code;
	u32 reason; /* enum tg_fix_reject; only when `by_dict` */
	u32 tag;    /* at fault; 0 = none */
	u32 byte;   /* from the first byte of the message as it stands in the file */
	bool by_dict;
	char text[FIX_TEXT];
};

/* What can be read of a header, even of a broken one. len 0 = not there. */
struct fix_header {
	const u8 *type, *seq, *sender, *target, *time;
	u32 type_len, seq_len, sender_len, target_len, time_len;
};

struct fix_options {
	u16 dialect;
	enum fix_level level;
	enum fix_format format;
	struct fix_sep sep;
	u32 max_message;
	const char *type; /* filters; NULL = all */
	const char *session;
	u64 from_ns, to_ns;
	u64 max; /* messages */
	bool strict, fields, names, only_invalid, quiet, json, progress;
};

struct fix_stats;

struct fix_run {
	struct fix_options opt;
	struct fix_stats *stats; /* fix_report.c */
	u64 bytes;		 /* read, of all files */
	bool stop;		 /* --max is reached */
	bool failed;		 /* a file could not be read to its end */
	char **note;		 /* what the user should know besides: printed with the summary */
	u32 notes;
};

__attribute__((format(printf, 2, 3))) void fix_note(struct fix_run *run, const char *fmt, ...);

/* ---- fix_read.c ---- */

struct fix_source {
	const char *name;
	int fd;
	u8 *buf;
	u32 cap, start, end;
	u64 offset; /* in the file, of buf[start] */
	u64 size;   /* 0 = not known */
	bool eof;
	int err;
	bool progress;
	u64 shown_ns, began_ns;
};

/* 0 or -errno. name "-" = standard input. */
int fix_source_open(struct fix_source *s, const char *name, u32 cap, bool progress);
void fix_source_close(struct fix_source *s);
/* Reads more behind what is there; false = nothing more: the end, an error (s->err) or no room. */
bool fix_source_fill(struct fix_source *s);
void fix_source_take(struct fix_source *s, u32 n);
/* A stdio stream over what is left of the source. */
FILE *fix_source_stream(struct fix_source *s);
u64 fix_clock_ns(void);

/* ---- fix_sep.c ---- */

bool fix_sep_named(const char *text, struct fix_sep *sep); /* false: no such separator */
/* The separator after the BeginString at p ("8=FIX..."): what stands between it and 9=. false =
 * none. */
bool fix_sep_at(const u8 *p, u32 n, struct fix_sep *sep);
/* "8=FIX" in p[from, n), not inside a longer tag; n = not there. */
u32 fix_start(const u8 *p, u32 from, u32 n);
/* Format and separator of a file from its first bytes. */
enum fix_format fix_detect(const u8 *p, u32 n, struct fix_sep *sep);
/* Copies with SOH for each separator that a tag or the end follows. Returns the length, at most n.
 */
u32 fix_translate(const struct fix_sep *sep, const u8 *p, u32 n, u8 *out);
/* Bytes of the file that the first `used` bytes of a translated text stand for. */
u32 fix_untranslate(const u8 *text, u32 used, u32 sep_len);

/* ---- fix_scan.c ---- */

struct fix_scan {
	struct fix_run *run;
	struct fix_origin origin;
	struct fix_sep sep; /* len 0 = of each message its own */
	u64 offset;	    /* of the window's first byte */
	u64 line;
	u8 *text; /* translated */
	u32 text_cap;
	u64 garbage, garbage_offset; /* bytes before 8= that were not yet reported */
	bool resync; /* what comes before the next 8= is no fault: the capture began in the middle,
			or lost bytes */
	bool keep_newlines; /* between messages they are garbage: bytes of a wire, not of a file */
	u64 skipped;	    /* bytes passed over so */
};

void fix_scan_init(struct fix_scan *s, struct fix_run *run, const char *file);
void fix_scan_free(struct fix_scan *s);
/* Room for n translated bytes; false = no memory. */
bool fix_scan_room(struct fix_scan *s, u32 n);

/*
 * Each looks for messages in p[0, n), reports them, and returns how many bytes are done with: the
 * rest must come again with more behind it. last: nothing more will come, so all is done with.
 */
u32 fix_scan_stream(struct fix_scan *s, const u8 *p, u32 n, bool last);
u32 fix_scan_log(struct fix_scan *s, const u8 *p, u32 n, bool last);
u32 fix_scan_unframed(struct fix_scan *s, const u8 *p, u32 n, bool last);
/* A message that the capture cut: p[0, n) is what there is of it. */
void fix_scan_lost(struct fix_scan *s, const u8 *p, u32 n, u64 missing);

/* ---- fix_pcap.c, fix_tcp.c ---- */

/* Judges a capture; f: positioned at its start, closed here. false = not readable, told on stderr.
 */
bool fix_pcap(struct fix_run *run, FILE *f, const char *name);

struct fix_flow_key {
	u8 src[16], dst[16];
	u16 sport, dport;
	u8 proto, version;
	u8 pad[2];
};

#define FIX_TCP_FIN 1u
#define FIX_TCP_SYN 2u
#define FIX_TCP_RST 4u

struct fix_flows;

struct fix_flows *fix_flows_new(struct fix_run *run, const char *file);
void fix_tcp_segment(struct fix_flows *fl, const struct fix_flow_key *key, u32 seq, u32 flags,
		     const u8 *data, u32 len, u64 packet, u64 time_ns);
void fix_udp_datagram(struct fix_flows *fl, const struct fix_flow_key *key, const u8 *data, u32 len,
		      u32 wire_len, u64 packet, u64 time_ns);
/* Judges what is left of each direction, tells what was passed over, frees. */
void fix_flows_end(struct fix_flows *fl);

/* ---- fix_judge.c ---- */

/* The one way into the report: judges, filters, counts, prints. */
void fix_found(struct fix_run *run, const struct fix_found *m);
void fix_judge(struct fix_run *run, const struct fix_found *m, struct fix_verdict *v);
void fix_judge_unframed(const struct fix_found *m, struct fix_verdict *v); /* fix_unframed.c */
void fix_peek(const u8 *p, u32 len, struct fix_header *h);
const struct tg_fix_dict *fix_dict_of(const struct fix_run *run, u16 version);
const char *fix_code_name(u32 code);
/* The data field that a length field announces; 0 = it is none. */
u32 fix_data_tag(u32 tag);
/* Where SOH 10=ddd stands in p[from, n): offset of the '1'; 0 = nowhere. The first one. */
u32 fix_trailer(const u8 *p, u32 from, u32 n);

/* ---- fix_report.c ---- */

bool fix_stats_new(struct fix_run *run);
void fix_report(struct fix_run *run, const struct fix_found *m, const struct fix_header *h,
		const struct fix_verdict *v);
/* The summary; returns true when there was a message and all were valid. */
bool fix_summary(struct fix_run *run, u32 files, u64 took_ns);
void fix_counts(const struct fix_run *run, u64 *valid, u64 *refused);
void fix_stats_free(struct fix_run *run);

#endif
