/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * ioctls of /dev/tickgateN. open() makes a client; ATTACH gives it an id, rings and a download; close() ends it.
 * Errors: EINVAL size, flags or reserved bytes wrong; EPERM permission; EBUSY already attached; ENOTCONN not attached; ESTALE header hash differs;
 * ENODEV engine not running; EFAULT bad pointer; ENOTTY unknown command; ENOSPC no client slot; ETIMEDOUT engine gave no answer in 1 s.
 */
#ifndef _UAPI_TICKGATE_IOCTL_H
#define _UAPI_TICKGATE_IOCTL_H

#include <linux/ioctl.h>
#include <tickgate/event.h>

struct tg_ioc_attach {
	__u32 size;		/* in: sizeof(struct tg_ioc_attach) */
	__u32 abi_version;	/* in: TG_ABI_VERSION */
	__u64 abi_hash;		/* in: TG_ABI_HASH of the headers the client was built with (abi_hash.h) */
	__u32 flags;		/* in: TG_CLIENT_* */
	__u32 private_slots;	/* in: 2^k from 64 to 65536, 0 = default; out: what was given */
	__u32 submission_slots;	/* in: 2^k from 16 to 4096, 0 = default; out */
	__u32 client_id;	/* out */
	__u32 public_slots;	/* out */
	__u32 max_instruments;	/* out */
	__u64 public_bytes;	/* out: sizes to mmap */
	__u64 private_bytes;
	__u64 sub_user_bytes;
	__u64 books_bytes;
	__u64 features;		/* out: TG_FEATURE_* */
	char name[TG_NAME_LEN];	/* in: for people; NUL terminated */
	__u64 products_bytes;	/* out: to mmap at TG_MMAP_PRODUCTS; 0 = no products */
	__u32 max_products;	/* out */
	__u32 reserved0;	/* zero */
	__u64 reserved[2];	/* zero */
};

struct tg_ioc_submit {
	__u32 size;		/* in */
	__u32 flags;		/* 0 */
	struct tg_submission sub;	/* in */
	__u64 order_id;		/* out: NEW; INTENT: the parent's id */
	__u32 reason;		/* out: enum tg_reason; the ioctl itself returns 0 when the engine gave a verdict */
	__u32 reserved0;
	__u64 reserved[2];
};

struct tg_ioc_instrument {
	__u32 size;		/* in */
	__u32 instrument_id;	/* in: 1..max_instruments; ENOENT when not defined */
	char symbol[TG_SYMBOL_LEN];	/* out */
	__s64 tick, lot, min_qty;
	__u16 venue_id;
	__u16 flags;
	__u16 product_id;
	__u16 trading_status;	/* enum tg_trading_status */
	__s32 taker_fee_e8, maker_fee_e8;
	__u64 reserved[3];
};

/*
 * What poll() wakes this client for. The rings always hold everything; this only says for which public events a sleeping reader is
 * woken. Until the first SUBSCRIBE: for all. Private events always wake. depth counts levels from the best: 1 = changes of the top only, 0 = any depth.
 */
struct tg_ioc_subscribe {
	__u32 size;		/* in */
	__u32 instrument_id;	/* in: 0 = all instruments */
	__u32 depth;		/* in: for TG_SUBSCRIBE_LEVELS */
	__u32 flags;		/* in: TG_SUBSCRIBE_*; 0 = no more */
	__u64 reserved[4];
};
#define TG_SUBSCRIBE_LEVELS	1u
#define TG_SUBSCRIBE_TOP	2u
#define TG_SUBSCRIBE_TRADES	4u
#define TG_SUBSCRIBE_STATE	8u	/* book states, gaps, trading status */
#define TG_SUBSCRIBE_PRODUCT	16u	/* best bid and offer of the instrument's product */

/* Journal reader (CAP_NET_ADMIN; one at a time: EBUSY). Does not need ATTACH. */
struct tg_ioc_journal {
	__u32 size;		/* in */
	__u32 flags;		/* 0 */
	__u64 ring_bytes;	/* out: of the byte ring */
	__u64 map_bytes;	/* out: what to mmap at TG_MMAP_JOURNAL */
	__u64 reserved[4];
};

struct tg_ioc_info {
	__u32 size;		/* in */
	__u32 abi_version;	/* out */
	__u64 abi_hash;		/* out */
	__u64 features;		/* out */
	__u32 engine_running;	/* out */
	__u32 reserved0;
	__u64 reserved[4];
};

#define TG_FEATURE_RINGS	1ULL
#define TG_FEATURE_IOCTL_SUBMIT	2ULL
#define TG_FEATURE_BOOK_IMAGES	4ULL
#define TG_FEATURE_XDP_KFUNC	8ULL
#define TG_FEATURE_PRODUCTS	16ULL
#define TG_FEATURE_SUBSCRIBE	32ULL

#define TG_IOC_MAGIC		0xB7
#define TG_IOC_INFO		_IOWR(TG_IOC_MAGIC, 0, struct tg_ioc_info)
#define TG_IOC_ATTACH		_IOWR(TG_IOC_MAGIC, 1, struct tg_ioc_attach)
#define TG_IOC_SUBMIT		_IOWR(TG_IOC_MAGIC, 2, struct tg_ioc_submit)
#define TG_IOC_WAKE		_IO(TG_IOC_MAGIC, 3)
#define TG_IOC_INSTRUMENT	_IOWR(TG_IOC_MAGIC, 4, struct tg_ioc_instrument)
#define TG_IOC_JOURNAL		_IOWR(TG_IOC_MAGIC, 5, struct tg_ioc_journal)
#define TG_IOC_SUBSCRIBE	_IOWR(TG_IOC_MAGIC, 6, struct tg_ioc_subscribe)

#endif
