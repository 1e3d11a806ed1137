/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Where the session hands over to the parts above it; in engine.c. Direct calls, no callbacks: the engine is one program. */
#ifndef TG_CORE_DISPATCH_H
#define TG_CORE_DISPATCH_H

#include "session/session.h"

/* An application message in sequence. The cursor stands before the first body field. Returns TG_FIX_OK, or why its fields were refused (bad_tag set): the session answers with 35=3. */
enum tg_fix_error tg_app_message(struct tg_engine *e, struct tg_session *s, const struct tg_fix_frame *f,
				 const struct tg_fix_header *h, struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);
/* 35=3 or 35=j about a message of ours: ref_seq, text for people. */
void tg_app_rejected(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob);
/* State changed: told to clients; orders and books react. */
void tg_app_session_state(struct tg_engine *e, struct tg_session *s, u16 previous, struct tg_outbox *ob);

#endif
