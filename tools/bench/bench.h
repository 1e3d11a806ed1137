/* SPDX-License-Identifier: MIT */
/*
 * Benchmark of the core in the kernel's code generation, in a process of its own. See README.md for
 * what the figures mean.
 */
#ifndef TG_BENCH_H
#define TG_BENCH_H

#include "port.h"

/* ---- workloads: workload.c ---- */

#define WL_ENTRIES	32u

struct wl_entry { s64 px, id, qty; u32 secid, nord, pos; char act, type; };

/* What a reader of a message must get out of it. All prices e8. */
struct wl_out {
	u32 seq, secid, n;
	u64 order_id, cl_ord_id, exec_id;
	s64 qty, px, last_qty, last_px, leaves, cum, avg_px;
	char msg_type, exec_type, ord_status, side;
	struct wl_entry e[WL_ENTRIES];
};

u64 wl_hash(const struct wl_out *o);
/* Independent of the core: splits at SOH, strtoll. false = not one of ours. */
bool wl_reference(const u8 *msg, u32 len, struct wl_out *o);

struct wl_msg { const u8 *p; u32 len; u64 truth; };
struct wl_class { const char *name; struct wl_msg *m; u32 n; };
#define WL_CLASSES 6u
/*
 * dir NULL: made here, the same on every machine; else files of the workload generator. NULL +
 * message on failure.
 */
struct wl_class *wl_fix(const char *dir);

struct wl_update { s32 px; u32 side; u64 qty; };
struct wl_l2 { struct wl_update *u; u64 warm, n, truth; };
bool wl_l2(const char *dir, struct wl_l2 *w);
static inline u64 wl_mix(u64 h, u64 v)
{
	h ^= v + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
	return h * 0xff51afd7ed558ccdULL;
}

/* ---- measured code that is not in the core: parse.c, built as the core is ---- */

/* Frame, header, every field that wl_hash() wants; all checks of the core. false = refused. */
struct tg_fix_hint;
bool parse_message(const u8 *p, u32 len, struct tg_fix_hint *hint, struct wl_out *o);

/* The yardstick: the same work by a plain loop; scalar.c, built with all that this processor has. */
bool scalar_message(const u8 *p, u32 len, struct wl_out *o);

/* ---- jobs ---- */

struct job {
	const char *name;
	const char *unit;
	u32 ops;			/* of one pass */
	u32 sample;			/* of the pass whose instructions are counted */
	void *ctx;
	void (*reset)(void *ctx);	/* not measured; before every pass */
	void (*pass)(void *ctx, u32 ops);
	const char *(*verify)(void *ctx);	/* NULL = right; else what is wrong */
	double bar_ns, bar_instructions;	/* what we want to reach; 0 = none */
	void (*scalar)(void *ctx, u32 ops);	/* the yardstick over the same work; NULL = none */
	double bar_scalar;		/* our time over its time; 0 = not known */
	const char *symbol;		/* the function in `pass`, for the simulation of branches; NULL = none */
};

u32 jobs_fix(const char *dir, struct job *out);
u32 jobs_book(const char *dir, struct job *out);
u32 jobs_l3(const char *dir, struct job *out);	/* l3.c, with its workload */
u32 jobs_books(const char *dir, struct job *out);	/* books.c */
u32 jobs_engine(struct job *out);

/*
 * ---- count.c: user-mode instructions of one pass; < 0 = cannot be counted here, *how says by what
 * or why ----
 */
s64 count_instructions(const struct job *j, u32 ops, const char **how);
/* Of one pass, by the processor's counter; < 0 = it has none for us. */
s64 count_branch_misses(const struct job *j);

/* simulate.c: of one operation, by valgrind's predictor; < 0 = no valgrind, or no symbol. */
double simulated_misses(const struct job *j, const char *dir);

#endif
