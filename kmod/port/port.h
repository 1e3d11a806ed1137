/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What the core may use, in the kernel. userspace/libtgcore/port.h is its twin; nothing else of the kernel is visible to the core. */
#ifndef TG_PORT_H
#define TG_PORT_H

#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/errno.h>

#endif
