// SPDX-License-Identifier: MIT
/* The frozen layout, seen by a user-space compiler; kmod/chardev.c holds it against the kernel's. */
#include <tickgate/abi_layout.h>

/* Lists that are ABI by position: an entry put in the middle would renumber what clients have compiled in. */
_Static_assert(TG_REASON_OK == 0 && TG_REASON_FULL == 1, "reasons are append-only");
_Static_assert(TG_REASON_NOT_READY == 11 && TG_REASON_KILLED == 14, "reasons are append-only");
_Static_assert(TG_REASON_NO_OUTBOX == 35, "reasons are append-only");
_Static_assert(TG_CC_RECORDS == 0 && TG_CC_DOWNLOADS == 39, "core counters are append-only");
_Static_assert(TG_HC_INLINE_PACKETS == 0 && TG_HC_STALLS == 22, "host counters are append-only");
_Static_assert(TG_STAGE_VENUE_ACK == 6, "stages are append-only");
_Static_assert(TG_CMD_RESET_LATENCY == 18 && TG_A_PAD == 25, "netlink numbers are append-only");
_Static_assert(TG_IOC_INFO == 0xc040b700 && TG_IOC_WAKE == 0xb703, "ioctl numbers carry the sizes");

int tg_abi_layout_checked;
