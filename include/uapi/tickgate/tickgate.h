/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/* Everything of the ABI. include/uapi is the include path: #include <tickgate/tickgate.h>. */
#ifndef _UAPI_TICKGATE_TICKGATE_H
#define _UAPI_TICKGATE_TICKGATE_H

#include <tickgate/types.h>
#include <tickgate/reasons.h>
#include <tickgate/counters.h>
#include <tickgate/record.h>
#include <tickgate/event.h>
#include <tickgate/shm.h>
#include <tickgate/ioctl.h>
#include <tickgate/netlink.h>
#include <tickgate/abi_hash.h>

#endif
