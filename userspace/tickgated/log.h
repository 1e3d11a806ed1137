/* SPDX-License-Identifier: MIT */
/* Lines on stderr: with systemd's "<priority>" prefix unless it is a terminal. Safe from every
 * thread. */
#ifndef TGD_LOG_H
#define TGD_LOG_H

#include <syslog.h>

/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG. */
__attribute__((format(printf, 2, 3))) void tgd_log(int priority, const char *fmt, ...);

/* LOG_DEBUG lines are dropped unless verbose. */
void tgd_log_verbose(int on);

#endif
