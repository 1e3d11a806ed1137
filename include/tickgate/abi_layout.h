/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The ABI's layout, frozen: size of every struct in include/uapi/tickgate and offset of every field.
 * Built into the module and into tests/abi, so a change that moves a field fails both builds. A field
 * may be renamed out of a reserved one; its number here stays.
 */
#ifndef TG_ABI_LAYOUT_H
#define TG_ABI_LAYOUT_H

#include <tickgate/tickgate.h>

#define TG_SIZE(s, n) \
	_Static_assert(sizeof(struct s) == (n), "size of struct " #s " changed")
#define TG_OFFSET(s, f, n) \
	_Static_assert(__builtin_offsetof(struct s, f) == (n), "offset of " #s "." #f " changed")

/* tg_record */
TG_SIZE(tg_record, 32);
TG_OFFSET(tg_record, seq, 0);
TG_OFFSET(tg_record, time_ns, 8);
TG_OFFSET(tg_record, digest, 16);
TG_OFFSET(tg_record, len, 24);
TG_OFFSET(tg_record, type, 28);
TG_OFFSET(tg_record, source, 30);

/* tg_in_engine */
TG_SIZE(tg_in_engine, 80);
TG_OFFSET(tg_in_engine, abi_version, 0);
TG_OFFSET(tg_in_engine, engine_id, 4);
TG_OFFSET(tg_in_engine, epoch, 6);
TG_OFFSET(tg_in_engine, max_venues, 8);
TG_OFFSET(tg_in_engine, max_instruments, 10);
TG_OFFSET(tg_in_engine, max_feeds, 12);
TG_OFFSET(tg_in_engine, max_accounts, 14);
TG_OFFSET(tg_in_engine, max_clients, 16);
TG_OFFSET(tg_in_engine, max_permits, 18);
TG_OFFSET(tg_in_engine, max_orders, 20);
TG_OFFSET(tg_in_engine, max_limits, 24);
TG_OFFSET(tg_in_engine, book_levels, 28);
TG_OFFSET(tg_in_engine, md_pending, 32);
TG_OFFSET(tg_in_engine, exec_ids, 36);
TG_OFFSET(tg_in_engine, rx_buffer_bytes, 40);
TG_OFFSET(tg_in_engine, flags, 44);
TG_OFFSET(tg_in_engine, session_store_bytes, 48);
TG_OFFSET(tg_in_engine, session_store_messages, 52);
TG_OFFSET(tg_in_engine, l3_orders, 56);
TG_OFFSET(tg_in_engine, l3_books, 60);
TG_OFFSET(tg_in_engine, max_products, 62);
TG_OFFSET(tg_in_engine, max_strategies, 64);
TG_OFFSET(tg_in_engine, reserved0, 66);
TG_OFFSET(tg_in_engine, day_start_s, 68);
TG_OFFSET(tg_in_engine, max_parents, 72);
TG_OFFSET(tg_in_engine, max_timers, 76);

/* tg_in_venue */
TG_SIZE(tg_in_venue, 144);
TG_OFFSET(tg_in_venue, venue_id, 0);
TG_OFFSET(tg_in_venue, dialect, 2);
TG_OFFSET(tg_in_venue, heartbeat_s, 4);
TG_OFFSET(tg_in_venue, flags, 6);
TG_OFFSET(tg_in_venue, sending_time_max_skew_ms, 8);
TG_OFFSET(tg_in_venue, logon_timeout_ms, 12);
TG_OFFSET(tg_in_venue, logout_timeout_ms, 16);
TG_OFFSET(tg_in_venue, md_depth, 20);
TG_OFFSET(tg_in_venue, name, 24);
TG_OFFSET(tg_in_venue, sender_comp_id, 48);
TG_OFFSET(tg_in_venue, target_comp_id, 80);
TG_OFFSET(tg_in_venue, fix_version, 112);
TG_OFFSET(tg_in_venue, resend_policy, 114);
TG_OFFSET(tg_in_venue, resend_max, 116);
TG_OFFSET(tg_in_venue, heartbeat_min_s, 118);
TG_OFFSET(tg_in_venue, resend_max_age_ns, 120);
TG_OFFSET(tg_in_venue, crossed_policy, 128);
TG_OFFSET(tg_in_venue, self_trade, 130);
TG_OFFSET(tg_in_venue, reserved1, 132);
TG_OFFSET(tg_in_venue, reserved, 136);

/* tg_in_instrument */
TG_SIZE(tg_in_instrument, 96);
TG_OFFSET(tg_in_instrument, instrument_id, 0);
TG_OFFSET(tg_in_instrument, venue_id, 4);
TG_OFFSET(tg_in_instrument, flags, 6);
TG_OFFSET(tg_in_instrument, tick, 8);
TG_OFFSET(tg_in_instrument, lot, 16);
TG_OFFSET(tg_in_instrument, min_qty, 24);
TG_OFFSET(tg_in_instrument, stale_ns_lo, 32);
TG_OFFSET(tg_in_instrument, stale_ns_hi, 36);
TG_OFFSET(tg_in_instrument, symbol, 40);
TG_OFFSET(tg_in_instrument, px_digits, 64);
TG_OFFSET(tg_in_instrument, qty_digits, 65);
TG_OFFSET(tg_in_instrument, product_id, 66);
TG_OFFSET(tg_in_instrument, taker_fee_e8, 68);
TG_OFFSET(tg_in_instrument, maker_fee_e8, 72);
TG_OFFSET(tg_in_instrument, md_depth, 76);
TG_OFFSET(tg_in_instrument, self_trade, 80);
TG_OFFSET(tg_in_instrument, reserved0, 81);
TG_OFFSET(tg_in_instrument, reserved, 88);

/* tg_in_product */
TG_SIZE(tg_in_product, 48);
TG_OFFSET(tg_in_product, product_id, 0);
TG_OFFSET(tg_in_product, flags, 2);
TG_OFFSET(tg_in_product, reserved0, 4);
TG_OFFSET(tg_in_product, name, 8);
TG_OFFSET(tg_in_product, reserved, 32);

/* tg_in_feed */
TG_SIZE(tg_in_feed, 48);
TG_OFFSET(tg_in_feed, feed_id, 0);
TG_OFFSET(tg_in_feed, venue_id, 2);
TG_OFFSET(tg_in_feed, line, 4);
TG_OFFSET(tg_in_feed, flags, 6);
TG_OFFSET(tg_in_feed, name, 8);
TG_OFFSET(tg_in_feed, silence_ms, 32);
TG_OFFSET(tg_in_feed, reserved0, 36);
TG_OFFSET(tg_in_feed, reserved, 40);

/* tg_in_account */
TG_SIZE(tg_in_account, 48);
TG_OFFSET(tg_in_account, account_id, 0);
TG_OFFSET(tg_in_account, flags, 2);
TG_OFFSET(tg_in_account, reserved0, 4);
TG_OFFSET(tg_in_account, name, 8);
TG_OFFSET(tg_in_account, reserved, 32);

/* tg_in_strategy */
TG_SIZE(tg_in_strategy, 48);
TG_OFFSET(tg_in_strategy, strategy_id, 0);
TG_OFFSET(tg_in_strategy, flags, 2);
TG_OFFSET(tg_in_strategy, reserved0, 4);
TG_OFFSET(tg_in_strategy, name, 8);
TG_OFFSET(tg_in_strategy, reserved, 32);

/* tg_in_trigger */
TG_SIZE(tg_in_trigger, 72);
TG_OFFSET(tg_in_trigger, trigger_id, 0);
TG_OFFSET(tg_in_trigger, on, 2);
TG_OFFSET(tg_in_trigger, scope, 4);
TG_OFFSET(tg_in_trigger, act_scope, 6);
TG_OFFSET(tg_in_trigger, id, 8);
TG_OFFSET(tg_in_trigger, act_id, 12);
TG_OFFSET(tg_in_trigger, action, 16);
TG_OFFSET(tg_in_trigger, reserved0, 18);
TG_OFFSET(tg_in_trigger, max, 20);
TG_OFFSET(tg_in_trigger, window_ns, 24);
TG_OFFSET(tg_in_trigger, name, 32);
TG_OFFSET(tg_in_trigger, reserved, 56);

/* tg_in_watch */
TG_SIZE(tg_in_watch, 104);
TG_OFFSET(tg_in_watch, venue_id, 0);
TG_OFFSET(tg_in_watch, flags, 2);
TG_OFFSET(tg_in_watch, reduce_percent, 4);
TG_OFFSET(tg_in_watch, stop_percent, 6);
TG_OFFSET(tg_in_watch, cancel_percent, 8);
TG_OFFSET(tg_in_watch, recover_percent, 10);
TG_OFFSET(tg_in_watch, reject_percent, 12);
TG_OFFSET(tg_in_watch, stale_percent, 14);
TG_OFFSET(tg_in_watch, window_ns, 16);
TG_OFFSET(tg_in_watch, ack_ns, 24);
TG_OFFSET(tg_in_watch, stale_ns, 32);
TG_OFFSET(tg_in_watch, recover_ns, 40);
TG_OFFSET(tg_in_watch, gaps, 48);
TG_OFFSET(tg_in_watch, min_answers, 52);
TG_OFFSET(tg_in_watch, position_ns, 56);
TG_OFFSET(tg_in_watch, grace_ns, 64);
TG_OFFSET(tg_in_watch, tolerance_qty, 72);
TG_OFFSET(tg_in_watch, copy_of, 80);
TG_OFFSET(tg_in_watch, reserved0, 82);
TG_OFFSET(tg_in_watch, reserved1, 84);
TG_OFFSET(tg_in_watch, reserved, 88);

/* tg_in_permit */
TG_SIZE(tg_in_permit, 32);
TG_OFFSET(tg_in_permit, permit_id, 0);
TG_OFFSET(tg_in_permit, account_id, 2);
TG_OFFSET(tg_in_permit, uid, 4);
TG_OFFSET(tg_in_permit, instrument_id, 8);
TG_OFFSET(tg_in_permit, flags, 12);
TG_OFFSET(tg_in_permit, strategy_id, 16);
TG_OFFSET(tg_in_permit, exec, 18);
TG_OFFSET(tg_in_permit, reserved1, 20);
TG_OFFSET(tg_in_permit, reserved, 24);

/* tg_in_limits */
TG_SIZE(tg_in_limits, 168);
TG_OFFSET(tg_in_limits, scope, 0);
TG_OFFSET(tg_in_limits, flags, 2);
TG_OFFSET(tg_in_limits, id, 4);
TG_OFFSET(tg_in_limits, max_order_qty, 8);
TG_OFFSET(tg_in_limits, max_order_notional, 16);
TG_OFFSET(tg_in_limits, max_position, 24);
TG_OFFSET(tg_in_limits, collar_bps, 32);
TG_OFFSET(tg_in_limits, max_open_orders, 36);
TG_OFFSET(tg_in_limits, rate_per_s, 40);
TG_OFFSET(tg_in_limits, rate_burst, 44);
TG_OFFSET(tg_in_limits, duplicate_window_ns, 48);
TG_OFFSET(tg_in_limits, max_total_position, 56);
TG_OFFSET(tg_in_limits, max_gross_notional, 64);
TG_OFFSET(tg_in_limits, max_net_notional, 72);
TG_OFFSET(tg_in_limits, max_capital, 80);
TG_OFFSET(tg_in_limits, max_daily_loss, 88);
TG_OFFSET(tg_in_limits, collar_window_ns, 96);
TG_OFFSET(tg_in_limits, window_collar_bps, 104);
TG_OFFSET(tg_in_limits, max_executions, 108);
TG_OFFSET(tg_in_limits, seq, 112);
TG_OFFSET(tg_in_limits, lease_ns, 120);
TG_OFFSET(tg_in_limits, warn_percent, 128);
TG_OFFSET(tg_in_limits, reserved0, 130);
TG_OFFSET(tg_in_limits, reserved1, 132);
TG_OFFSET(tg_in_limits, reserved, 136);

/* tg_in_rate */
TG_SIZE(tg_in_rate, 80);
TG_OFFSET(tg_in_rate, scope, 0);
TG_OFFSET(tg_in_rate, flags, 2);
TG_OFFSET(tg_in_rate, id, 4);
TG_OFFSET(tg_in_rate, window_ns, 8);
TG_OFFSET(tg_in_rate, messages, 16);
TG_OFFSET(tg_in_rate, burst, 36);
TG_OFFSET(tg_in_rate, cancel_reserve, 56);
TG_OFFSET(tg_in_rate, reserved0, 60);
TG_OFFSET(tg_in_rate, reserved, 64);

/* tg_in_kill */
TG_SIZE(tg_in_kill, 104);
TG_OFFSET(tg_in_kill, scope, 0);
TG_OFFSET(tg_in_kill, cause, 2);
TG_OFFSET(tg_in_kill, id, 4);
TG_OFFSET(tg_in_kill, flags, 8);
TG_OFFSET(tg_in_kill, uid, 12);
TG_OFFSET(tg_in_kill, who, 16);
TG_OFFSET(tg_in_kill, text, 40);

/* tg_in_mode */
TG_SIZE(tg_in_mode, 8);
TG_OFFSET(tg_in_mode, mode, 0);
TG_OFFSET(tg_in_mode, reserved0, 2);
TG_OFFSET(tg_in_mode, reserved1, 4);

/* tg_in_session */
TG_SIZE(tg_in_session, 24);
TG_OFFSET(tg_in_session, venue_id, 0);
TG_OFFSET(tg_in_session, command, 2);
TG_OFFSET(tg_in_session, reserved0, 4);
TG_OFFSET(tg_in_session, next_tx_seq, 8);
TG_OFFSET(tg_in_session, next_rx_seq, 16);

/* tg_in_credentials */
TG_SIZE(tg_in_credentials, 600);
TG_OFFSET(tg_in_credentials, venue_id, 0);
TG_OFFSET(tg_in_credentials, flags, 2);
TG_OFFSET(tg_in_credentials, reserved0, 4);
TG_OFFSET(tg_in_credentials, msg_seq, 8);
TG_OFFSET(tg_in_credentials, sending_time_ns, 16);
TG_OFFSET(tg_in_credentials, username, 24);
TG_OFFSET(tg_in_credentials, password, 152);
TG_OFFSET(tg_in_credentials, raw_data, 344);
TG_OFFSET(tg_in_credentials, nonce, 536);
TG_OFFSET(tg_in_credentials, reserved, 568);

/* tg_in_stored */
TG_SIZE(tg_in_stored, 24);
TG_OFFSET(tg_in_stored, venue_id, 0);
TG_OFFSET(tg_in_stored, flags, 2);
TG_OFFSET(tg_in_stored, len, 4);
TG_OFFSET(tg_in_stored, seq, 8);
TG_OFFSET(tg_in_stored, sending_time_ns, 16);

/* tg_in_client */
TG_SIZE(tg_in_client, 56);
TG_OFFSET(tg_in_client, uid, 0);
TG_OFFSET(tg_in_client, gid, 4);
TG_OFFSET(tg_in_client, pid, 8);
TG_OFFSET(tg_in_client, flags, 12);
TG_OFFSET(tg_in_client, name, 16);
TG_OFFSET(tg_in_client, reserved, 40);

/* tg_pub_event */
TG_SIZE(tg_pub_event, 64);
TG_OFFSET(tg_pub_event, ring_seq, 0);
TG_OFFSET(tg_pub_event, time_ns, 8);
TG_OFFSET(tg_pub_event, record_seq, 16);
TG_OFFSET(tg_pub_event, id, 24);
TG_OFFSET(tg_pub_event, type, 28);
TG_OFFSET(tg_pub_event, flags, 30);
TG_OFFSET(tg_pub_event, u, 32);
TG_OFFSET(tg_pub_event, u.level, 32);
TG_OFFSET(tg_pub_event, u.level.px, 32);
TG_OFFSET(tg_pub_event, u.level.qty, 40);
TG_OFFSET(tg_pub_event, u.level.update_id, 48);
TG_OFFSET(tg_pub_event, u.level.side, 56);
TG_OFFSET(tg_pub_event, u.level.pad, 57);
TG_OFFSET(tg_pub_event, u.trade, 32);
TG_OFFSET(tg_pub_event, u.trade.px, 32);
TG_OFFSET(tg_pub_event, u.trade.qty, 40);
TG_OFFSET(tg_pub_event, u.trade.update_id, 48);
TG_OFFSET(tg_pub_event, u.trade.aggressor, 56);
TG_OFFSET(tg_pub_event, u.trade.pad, 57);
TG_OFFSET(tg_pub_event, u.state, 32);
TG_OFFSET(tg_pub_event, u.state.state, 32);
TG_OFFSET(tg_pub_event, u.state.previous, 36);
TG_OFFSET(tg_pub_event, u.state.pad, 40);
TG_OFFSET(tg_pub_event, u.kill, 32);
TG_OFFSET(tg_pub_event, u.kill.scope, 32);
TG_OFFSET(tg_pub_event, u.kill.cause, 34);
TG_OFFSET(tg_pub_event, u.kill.id, 36);
TG_OFFSET(tg_pub_event, u.kill.pad, 40);
TG_OFFSET(tg_pub_event, u.logon, 32);
TG_OFFSET(tg_pub_event, u.logon.msg_seq, 32);
TG_OFFSET(tg_pub_event, u.logon.sending_time_ns, 40);
TG_OFFSET(tg_pub_event, u.top, 32);
TG_OFFSET(tg_pub_event, u.top.bid_px, 32);
TG_OFFSET(tg_pub_event, u.top.bid_qty, 40);
TG_OFFSET(tg_pub_event, u.top.ask_px, 48);
TG_OFFSET(tg_pub_event, u.top.ask_qty, 56);
TG_OFFSET(tg_pub_event, u.product_top, 32);
TG_OFFSET(tg_pub_event, u.product_top.bid_px, 32);
TG_OFFSET(tg_pub_event, u.product_top.ask_px, 40);
TG_OFFSET(tg_pub_event, u.product_top.bid_instrument, 48);
TG_OFFSET(tg_pub_event, u.product_top.ask_instrument, 52);
TG_OFFSET(tg_pub_event, u.order, 32);
TG_OFFSET(tg_pub_event, u.order.px, 32);
TG_OFFSET(tg_pub_event, u.order.qty, 40);
TG_OFFSET(tg_pub_event, u.order.handle, 48);
TG_OFFSET(tg_pub_event, u.order.side, 56);
TG_OFFSET(tg_pub_event, u.order.action, 57);
TG_OFFSET(tg_pub_event, u.status, 32);
TG_OFFSET(tg_pub_event, u.status.status, 32);
TG_OFFSET(tg_pub_event, u.status.previous, 36);
TG_OFFSET(tg_pub_event, u.gap, 32);
TG_OFFSET(tg_pub_event, u.gap.expected, 32);
TG_OFFSET(tg_pub_event, u.gap.got, 40);
TG_OFFSET(tg_pub_event, u.gap.cause, 48);
TG_OFFSET(tg_pub_event, u.recovered, 32);
TG_OFFSET(tg_pub_event, u.recovered.update_id, 32);
TG_OFFSET(tg_pub_event, u.recovered.outage_ns, 40);
TG_OFFSET(tg_pub_event, u.recovered.held, 48);
TG_OFFSET(tg_pub_event, u.alert, 32);
TG_OFFSET(tg_pub_event, u.alert.scope, 32);
TG_OFFSET(tg_pub_event, u.alert.percent, 34);
TG_OFFSET(tg_pub_event, u.alert.id, 36);
TG_OFFSET(tg_pub_event, u.alert.controls, 40);
TG_OFFSET(tg_pub_event, u.alert.pad0, 44);
TG_OFFSET(tg_pub_event, u.alert.pad, 48);
TG_OFFSET(tg_pub_event, u.raw, 32);

/* tg_priv_event */
TG_SIZE(tg_priv_event, 128);
TG_OFFSET(tg_priv_event, ring_seq, 0);
TG_OFFSET(tg_priv_event, time_ns, 8);
TG_OFFSET(tg_priv_event, record_seq, 16);
TG_OFFSET(tg_priv_event, instrument_id, 24);
TG_OFFSET(tg_priv_event, type, 28);
TG_OFFSET(tg_priv_event, flags, 30);
TG_OFFSET(tg_priv_event, u, 32);
TG_OFFSET(tg_priv_event, u.order, 32);
TG_OFFSET(tg_priv_event, u.order.order_id, 32);
TG_OFFSET(tg_priv_event, u.order.user_ref, 40);
TG_OFFSET(tg_priv_event, u.order.px, 48);
TG_OFFSET(tg_priv_event, u.order.qty, 56);
TG_OFFSET(tg_priv_event, u.order.cum_qty, 64);
TG_OFFSET(tg_priv_event, u.order.leaves_qty, 72);
TG_OFFSET(tg_priv_event, u.order.last_px, 80);
TG_OFFSET(tg_priv_event, u.order.last_qty, 88);
TG_OFFSET(tg_priv_event, u.order.reason, 96);
TG_OFFSET(tg_priv_event, u.order.venue_reason, 98);
TG_OFFSET(tg_priv_event, u.order.account_id, 100);
TG_OFFSET(tg_priv_event, u.order.status, 102);
TG_OFFSET(tg_priv_event, u.order.side, 103);
TG_OFFSET(tg_priv_event, u.order.origin, 104);
TG_OFFSET(tg_priv_event, u.order.request, 105);
TG_OFFSET(tg_priv_event, u.order.liquidity, 106);
TG_OFFSET(tg_priv_event, u.order.pad, 107);
TG_OFFSET(tg_priv_event, u.order.routing_id, 108);
TG_OFFSET(tg_priv_event, u.order.exec_hash, 112);
TG_OFFSET(tg_priv_event, u.order.parent_id, 120);
TG_OFFSET(tg_priv_event, u.order.budget_left, 124);
TG_OFFSET(tg_priv_event, u.position, 32);
TG_OFFSET(tg_priv_event, u.position.qty, 32);
TG_OFFSET(tg_priv_event, u.position.avg_px, 40);
TG_OFFSET(tg_priv_event, u.position.realised_pnl, 48);
TG_OFFSET(tg_priv_event, u.position.fees, 56);
TG_OFFSET(tg_priv_event, u.position.open_buy_qty, 64);
TG_OFFSET(tg_priv_event, u.position.open_sell_qty, 72);
TG_OFFSET(tg_priv_event, u.position.account_id, 80);
TG_OFFSET(tg_priv_event, u.position.venue_differs, 82);
TG_OFFSET(tg_priv_event, u.position.pad0, 84);
TG_OFFSET(tg_priv_event, u.position.unrealised_pnl, 88);
TG_OFFSET(tg_priv_event, u.position.venue_qty, 96);
TG_OFFSET(tg_priv_event, u.position.venue_ns, 104);
TG_OFFSET(tg_priv_event, u.position.pad, 112);
TG_OFFSET(tg_priv_event, u.instrument, 32);
TG_OFFSET(tg_priv_event, u.instrument.symbol, 32);
TG_OFFSET(tg_priv_event, u.instrument.tick, 56);
TG_OFFSET(tg_priv_event, u.instrument.lot, 64);
TG_OFFSET(tg_priv_event, u.instrument.min_qty, 72);
TG_OFFSET(tg_priv_event, u.instrument.venue_id, 80);
TG_OFFSET(tg_priv_event, u.instrument.book_state, 82);
TG_OFFSET(tg_priv_event, u.instrument.pad0, 84);
TG_OFFSET(tg_priv_event, u.instrument.pad, 88);
TG_OFFSET(tg_priv_event, u.download, 32);
TG_OFFSET(tg_priv_event, u.download.client_id, 32);
TG_OFFSET(tg_priv_event, u.download.count, 36);
TG_OFFSET(tg_priv_event, u.download.pad, 40);
TG_OFFSET(tg_priv_event, u.queue, 32);
TG_OFFSET(tg_priv_event, u.queue.order_id, 32);
TG_OFFSET(tg_priv_event, u.queue.user_ref, 40);
TG_OFFSET(tg_priv_event, u.queue.px, 48);
TG_OFFSET(tg_priv_event, u.queue.leaves_qty, 56);
TG_OFFSET(tg_priv_event, u.queue.ahead_qty, 64);
TG_OFFSET(tg_priv_event, u.queue.behind_qty, 72);
TG_OFFSET(tg_priv_event, u.queue.ahead_adjusted_qty, 80);
TG_OFFSET(tg_priv_event, u.queue.orders_ahead, 88);
TG_OFFSET(tg_priv_event, u.queue.fill_ppm, 92);
TG_OFFSET(tg_priv_event, u.queue.flags, 96);
TG_OFFSET(tg_priv_event, u.queue.latency_ns, 104);
TG_OFFSET(tg_priv_event, u.queue.pad, 112);
TG_OFFSET(tg_priv_event, u.parent, 32);
TG_OFFSET(tg_priv_event, u.parent.parent_id, 32);
TG_OFFSET(tg_priv_event, u.parent.user_ref, 40);
TG_OFFSET(tg_priv_event, u.parent.qty, 48);
TG_OFFSET(tg_priv_event, u.parent.cum_qty, 56);
TG_OFFSET(tg_priv_event, u.parent.avg_px, 64);
TG_OFFSET(tg_priv_event, u.parent.qty2, 72);
TG_OFFSET(tg_priv_event, u.parent.cum_qty2, 80);
TG_OFFSET(tg_priv_event, u.parent.avg_px2, 88);
TG_OFFSET(tg_priv_event, u.parent.instrument_id2, 96);
TG_OFFSET(tg_priv_event, u.parent.account_id, 100);
TG_OFFSET(tg_priv_event, u.parent.reason, 102);
TG_OFFSET(tg_priv_event, u.parent.children, 104);
TG_OFFSET(tg_priv_event, u.parent.state, 106);
TG_OFFSET(tg_priv_event, u.parent.end, 107);
TG_OFFSET(tg_priv_event, u.parent.exec, 108);
TG_OFFSET(tg_priv_event, u.parent.side, 109);
TG_OFFSET(tg_priv_event, u.parent.side2, 110);
TG_OFFSET(tg_priv_event, u.parent.pad, 111);
TG_OFFSET(tg_priv_event, u.parent.pad2, 112);
TG_OFFSET(tg_priv_event, u.raw, 32);

/* tg_intent */
TG_SIZE(tg_intent, 64);
TG_OFFSET(tg_intent, px2, 0);
TG_OFFSET(tg_intent, qty2, 8);
TG_OFFSET(tg_intent, life_ns, 16);
TG_OFFSET(tg_intent, leg_timeout_ns, 24);
TG_OFFSET(tg_intent, instrument_id2, 32);
TG_OFFSET(tg_intent, hedge_ticks, 36);
TG_OFFSET(tg_intent, exec, 40);
TG_OFFSET(tg_intent, side2, 41);
TG_OFFSET(tg_intent, pad, 42);
TG_OFFSET(tg_intent, reserved, 48);

/* tg_submission */
TG_SIZE(tg_submission, 128);
TG_OFFSET(tg_submission, type, 0);
TG_OFFSET(tg_submission, flags, 2);
TG_OFFSET(tg_submission, instrument_id, 4);
TG_OFFSET(tg_submission, user_ref, 8);
TG_OFFSET(tg_submission, order_id, 16);
TG_OFFSET(tg_submission, px, 24);
TG_OFFSET(tg_submission, qty, 32);
TG_OFFSET(tg_submission, cause_time_ns, 40);
TG_OFFSET(tg_submission, account_id, 48);
TG_OFFSET(tg_submission, side, 50);
TG_OFFSET(tg_submission, ord_type, 51);
TG_OFFSET(tg_submission, tif, 52);
TG_OFFSET(tg_submission, action, 53);
TG_OFFSET(tg_submission, strategy_id, 54);
TG_OFFSET(tg_submission, routing_id, 56);
TG_OFFSET(tg_submission, pad2, 60);
TG_OFFSET(tg_submission, reserved, 64);
TG_OFFSET(tg_submission, intent, 64);

/* tg_ring_header */
TG_SIZE(tg_ring_header, 64);
TG_OFFSET(tg_ring_header, magic, 0);
TG_OFFSET(tg_ring_header, slot_bytes, 8);
TG_OFFSET(tg_ring_header, slots, 12);
TG_OFFSET(tg_ring_header, head, 16);
TG_OFFSET(tg_ring_header, settled, 24);
TG_OFFSET(tg_ring_header, reserved, 32);

/* tg_sub_kernel */
TG_SIZE(tg_sub_kernel, 64);
TG_OFFSET(tg_sub_kernel, head, 0);
TG_OFFSET(tg_sub_kernel, slots, 8);
TG_OFFSET(tg_sub_kernel, flags, 12);
TG_OFFSET(tg_sub_kernel, reserved, 16);

/* tg_sub_user */
TG_SIZE(tg_sub_user, 64);
TG_OFFSET(tg_sub_user, tail, 0);
TG_OFFSET(tg_sub_user, reserved, 8);

/* tg_journal_user */
TG_SIZE(tg_journal_user, 64);
TG_OFFSET(tg_journal_user, tail, 0);
TG_OFFSET(tg_journal_user, reserved, 8);

/* tg_level */
TG_SIZE(tg_level, 16);
TG_OFFSET(tg_level, px, 0);
TG_OFFSET(tg_level, qty, 8);

/* tg_image_own */
TG_SIZE(tg_image_own, 48);
TG_OFFSET(tg_image_own, order_id, 0);
TG_OFFSET(tg_image_own, px, 8);
TG_OFFSET(tg_image_own, leaves_qty, 16);
TG_OFFSET(tg_image_own, ahead_qty, 24);
TG_OFFSET(tg_image_own, behind_qty, 32);
TG_OFFSET(tg_image_own, fill_ppm, 40);
TG_OFFSET(tg_image_own, side, 44);
TG_OFFSET(tg_image_own, flags, 45);
TG_OFFSET(tg_image_own, client_id, 46);

/* tg_book_image */
TG_SIZE(tg_book_image, 1024);
TG_OFFSET(tg_book_image, seqcount, 0);
TG_OFFSET(tg_book_image, instrument_id, 4);
TG_OFFSET(tg_book_image, state, 8);
TG_OFFSET(tg_book_image, bid_levels, 12);
TG_OFFSET(tg_book_image, ask_levels, 14);
TG_OFFSET(tg_book_image, time_ns, 16);
TG_OFFSET(tg_book_image, record_seq, 24);
TG_OFFSET(tg_book_image, update_id, 32);
TG_OFFSET(tg_book_image, last_px, 40);
TG_OFFSET(tg_book_image, last_qty, 48);
TG_OFFSET(tg_book_image, trading_status, 56);
TG_OFFSET(tg_book_image, own_orders, 58);
TG_OFFSET(tg_book_image, flags, 60);
TG_OFFSET(tg_book_image, bid, 64);
TG_OFFSET(tg_book_image, ask, 320);
TG_OFFSET(tg_book_image, external_bid, 576);
TG_OFFSET(tg_book_image, external_ask, 592);
TG_OFFSET(tg_book_image, mid_px, 608);
TG_OFFSET(tg_book_image, micro_px, 616);
TG_OFFSET(tg_book_image, spread_px, 624);
TG_OFFSET(tg_book_image, imbalance_ppm, 632);
TG_OFFSET(tg_book_image, crossed, 636);
TG_OFFSET(tg_book_image, own, 640);

/* tg_product_level */
TG_SIZE(tg_product_level, 32);
TG_OFFSET(tg_product_level, px, 0);
TG_OFFSET(tg_product_level, qty, 8);
TG_OFFSET(tg_product_level, cost_px, 16);
TG_OFFSET(tg_product_level, instrument_id, 24);
TG_OFFSET(tg_product_level, pad, 28);

/* tg_product_image */
TG_SIZE(tg_product_image, 1088);
TG_OFFSET(tg_product_image, seqcount, 0);
TG_OFFSET(tg_product_image, product_id, 4);
TG_OFFSET(tg_product_image, bid_levels, 8);
TG_OFFSET(tg_product_image, ask_levels, 10);
TG_OFFSET(tg_product_image, instruments, 12);
TG_OFFSET(tg_product_image, live, 14);
TG_OFFSET(tg_product_image, crossed, 16);
TG_OFFSET(tg_product_image, reserved0, 20);
TG_OFFSET(tg_product_image, time_ns, 24);
TG_OFFSET(tg_product_image, record_seq, 32);
TG_OFFSET(tg_product_image, reserved, 40);
TG_OFFSET(tg_product_image, bid, 64);
TG_OFFSET(tg_product_image, ask, 576);

/* tg_ioc_attach */
TG_SIZE(tg_ioc_attach, 136);
TG_OFFSET(tg_ioc_attach, size, 0);
TG_OFFSET(tg_ioc_attach, abi_version, 4);
TG_OFFSET(tg_ioc_attach, abi_hash, 8);
TG_OFFSET(tg_ioc_attach, flags, 16);
TG_OFFSET(tg_ioc_attach, private_slots, 20);
TG_OFFSET(tg_ioc_attach, submission_slots, 24);
TG_OFFSET(tg_ioc_attach, client_id, 28);
TG_OFFSET(tg_ioc_attach, public_slots, 32);
TG_OFFSET(tg_ioc_attach, max_instruments, 36);
TG_OFFSET(tg_ioc_attach, public_bytes, 40);
TG_OFFSET(tg_ioc_attach, private_bytes, 48);
TG_OFFSET(tg_ioc_attach, sub_user_bytes, 56);
TG_OFFSET(tg_ioc_attach, books_bytes, 64);
TG_OFFSET(tg_ioc_attach, features, 72);
TG_OFFSET(tg_ioc_attach, name, 80);
TG_OFFSET(tg_ioc_attach, products_bytes, 104);
TG_OFFSET(tg_ioc_attach, max_products, 112);
TG_OFFSET(tg_ioc_attach, reserved0, 116);
TG_OFFSET(tg_ioc_attach, reserved, 120);

/* tg_ioc_submit */
TG_SIZE(tg_ioc_submit, 168);
TG_OFFSET(tg_ioc_submit, size, 0);
TG_OFFSET(tg_ioc_submit, flags, 4);
TG_OFFSET(tg_ioc_submit, sub, 8);
TG_OFFSET(tg_ioc_submit, order_id, 136);
TG_OFFSET(tg_ioc_submit, reason, 144);
TG_OFFSET(tg_ioc_submit, reserved0, 148);
TG_OFFSET(tg_ioc_submit, reserved, 152);

/* tg_ioc_instrument */
TG_SIZE(tg_ioc_instrument, 96);
TG_OFFSET(tg_ioc_instrument, size, 0);
TG_OFFSET(tg_ioc_instrument, instrument_id, 4);
TG_OFFSET(tg_ioc_instrument, symbol, 8);
TG_OFFSET(tg_ioc_instrument, tick, 32);
TG_OFFSET(tg_ioc_instrument, lot, 40);
TG_OFFSET(tg_ioc_instrument, min_qty, 48);
TG_OFFSET(tg_ioc_instrument, venue_id, 56);
TG_OFFSET(tg_ioc_instrument, flags, 58);
TG_OFFSET(tg_ioc_instrument, product_id, 60);
TG_OFFSET(tg_ioc_instrument, trading_status, 62);
TG_OFFSET(tg_ioc_instrument, taker_fee_e8, 64);
TG_OFFSET(tg_ioc_instrument, maker_fee_e8, 68);
TG_OFFSET(tg_ioc_instrument, reserved, 72);

/* tg_ioc_subscribe */
TG_SIZE(tg_ioc_subscribe, 48);
TG_OFFSET(tg_ioc_subscribe, size, 0);
TG_OFFSET(tg_ioc_subscribe, instrument_id, 4);
TG_OFFSET(tg_ioc_subscribe, depth, 8);
TG_OFFSET(tg_ioc_subscribe, flags, 12);
TG_OFFSET(tg_ioc_subscribe, reserved, 16);

/* tg_ioc_journal */
TG_SIZE(tg_ioc_journal, 56);
TG_OFFSET(tg_ioc_journal, size, 0);
TG_OFFSET(tg_ioc_journal, flags, 4);
TG_OFFSET(tg_ioc_journal, ring_bytes, 8);
TG_OFFSET(tg_ioc_journal, map_bytes, 16);
TG_OFFSET(tg_ioc_journal, reserved, 24);

/* tg_ioc_info */
TG_SIZE(tg_ioc_info, 64);
TG_OFFSET(tg_ioc_info, size, 0);
TG_OFFSET(tg_ioc_info, abi_version, 4);
TG_OFFSET(tg_ioc_info, abi_hash, 8);
TG_OFFSET(tg_ioc_info, features, 16);
TG_OFFSET(tg_ioc_info, engine_running, 24);
TG_OFFSET(tg_ioc_info, reserved0, 28);
TG_OFFSET(tg_ioc_info, reserved, 32);

/* tg_nl_host */
TG_SIZE(tg_nl_host, 56);
TG_OFFSET(tg_nl_host, cpu, 0);
TG_OFFSET(tg_nl_host, wait, 4);
TG_OFFSET(tg_nl_host, flags, 6);
TG_OFFSET(tg_nl_host, public_slots, 8);
TG_OFFSET(tg_nl_host, journal_bytes, 12);
TG_OFFSET(tg_nl_host, spin_ns, 16);
TG_OFFSET(tg_nl_host, packet_slots, 20);
TG_OFFSET(tg_nl_host, deadman_ms, 24);
TG_OFFSET(tg_nl_host, reserved0, 28);
TG_OFFSET(tg_nl_host, reserved, 32);

/* tg_nl_status */
TG_SIZE(tg_nl_status, 136);
TG_OFFSET(tg_nl_status, abi_version, 0);
TG_OFFSET(tg_nl_status, running, 4);
TG_OFFSET(tg_nl_status, abi_hash, 8);
TG_OFFSET(tg_nl_status, cpu, 16);
TG_OFFSET(tg_nl_status, wait, 20);
TG_OFFSET(tg_nl_status, mode, 22);
TG_OFFSET(tg_nl_status, record_seq, 24);
TG_OFFSET(tg_nl_status, digest, 32);
TG_OFFSET(tg_nl_status, time_ns, 40);
TG_OFFSET(tg_nl_status, arena_bytes, 48);
TG_OFFSET(tg_nl_status, clients, 56);
TG_OFFSET(tg_nl_status, working_orders, 60);
TG_OFFSET(tg_nl_status, killed, 64);
TG_OFFSET(tg_nl_status, journal_attached, 68);
TG_OFFSET(tg_nl_status, journal_head, 72);
TG_OFFSET(tg_nl_status, journal_tail, 80);
TG_OFFSET(tg_nl_status, public_head, 88);
TG_OFFSET(tg_nl_status, started_ns, 96);
TG_OFFSET(tg_nl_status, reserved, 104);

/* tg_nl_hist */
TG_SIZE(tg_nl_hist, 32);
TG_OFFSET(tg_nl_hist, count, 0);
TG_OFFSET(tg_nl_hist, sum_ns, 8);
TG_OFFSET(tg_nl_hist, min_ns, 16);
TG_OFFSET(tg_nl_hist, max_ns, 24);

/* tg_nl_order */
TG_SIZE(tg_nl_order, 128);
TG_OFFSET(tg_nl_order, order_id, 0);
TG_OFFSET(tg_nl_order, user_ref, 8);
TG_OFFSET(tg_nl_order, instrument_id, 16);
TG_OFFSET(tg_nl_order, client_id, 20);
TG_OFFSET(tg_nl_order, account_id, 22);
TG_OFFSET(tg_nl_order, px, 24);
TG_OFFSET(tg_nl_order, qty, 32);
TG_OFFSET(tg_nl_order, cum_qty, 40);
TG_OFFSET(tg_nl_order, leaves_qty, 48);
TG_OFFSET(tg_nl_order, avg_px, 56);
TG_OFFSET(tg_nl_order, created_ns, 64);
TG_OFFSET(tg_nl_order, updated_ns, 72);
TG_OFFSET(tg_nl_order, reason, 80);
TG_OFFSET(tg_nl_order, status, 82);
TG_OFFSET(tg_nl_order, side, 83);
TG_OFFSET(tg_nl_order, ord_type, 84);
TG_OFFSET(tg_nl_order, tif, 85);
TG_OFFSET(tg_nl_order, pad, 86);
TG_OFFSET(tg_nl_order, venue_order_id, 88);

/* tg_nl_parent */
TG_SIZE(tg_nl_parent, 120);
TG_OFFSET(tg_nl_parent, user_ref, 0);
TG_OFFSET(tg_nl_parent, created_ns, 8);
TG_OFFSET(tg_nl_parent, px, 16);
TG_OFFSET(tg_nl_parent, qty, 24);
TG_OFFSET(tg_nl_parent, cum_qty, 32);
TG_OFFSET(tg_nl_parent, avg_px, 40);
TG_OFFSET(tg_nl_parent, px2, 48);
TG_OFFSET(tg_nl_parent, qty2, 56);
TG_OFFSET(tg_nl_parent, cum_qty2, 64);
TG_OFFSET(tg_nl_parent, avg_px2, 72);
TG_OFFSET(tg_nl_parent, parent_id, 80);
TG_OFFSET(tg_nl_parent, uid, 84);
TG_OFFSET(tg_nl_parent, instrument_id, 88);
TG_OFFSET(tg_nl_parent, instrument_id2, 92);
TG_OFFSET(tg_nl_parent, client_id, 96);
TG_OFFSET(tg_nl_parent, account_id, 98);
TG_OFFSET(tg_nl_parent, strategy_id, 100);
TG_OFFSET(tg_nl_parent, reason, 102);
TG_OFFSET(tg_nl_parent, children, 104);
TG_OFFSET(tg_nl_parent, state, 106);
TG_OFFSET(tg_nl_parent, end, 107);
TG_OFFSET(tg_nl_parent, exec, 108);
TG_OFFSET(tg_nl_parent, side, 109);
TG_OFFSET(tg_nl_parent, side2, 110);
TG_OFFSET(tg_nl_parent, ord_type, 111);
TG_OFFSET(tg_nl_parent, tif, 112);
TG_OFFSET(tg_nl_parent, hedged, 113);
TG_OFFSET(tg_nl_parent, pad, 114);

/* tg_nl_position */
TG_SIZE(tg_nl_position, 120);
TG_OFFSET(tg_nl_position, instrument_id, 0);
TG_OFFSET(tg_nl_position, account_id, 4);
TG_OFFSET(tg_nl_position, strategy_id, 6);
TG_OFFSET(tg_nl_position, qty, 8);
TG_OFFSET(tg_nl_position, avg_px, 16);
TG_OFFSET(tg_nl_position, realised_pnl, 24);
TG_OFFSET(tg_nl_position, unrealised_pnl, 32);
TG_OFFSET(tg_nl_position, fees, 40);
TG_OFFSET(tg_nl_position, open_buy_qty, 48);
TG_OFFSET(tg_nl_position, open_sell_qty, 56);
TG_OFFSET(tg_nl_position, bought_qty, 64);
TG_OFFSET(tg_nl_position, sold_qty, 72);
TG_OFFSET(tg_nl_position, fills, 80);
TG_OFFSET(tg_nl_position, venue_qty, 88);
TG_OFFSET(tg_nl_position, venue_ns, 96);
TG_OFFSET(tg_nl_position, venue_base, 104);
TG_OFFSET(tg_nl_position, venue_differs, 112);
TG_OFFSET(tg_nl_position, reserved0, 116);

/* tg_nl_session */
TG_SIZE(tg_nl_session, 280);
TG_OFFSET(tg_nl_session, venue_id, 0);
TG_OFFSET(tg_nl_session, state, 2);
TG_OFFSET(tg_nl_session, dialect, 4);
TG_OFFSET(tg_nl_session, heartbeat_s, 6);
TG_OFFSET(tg_nl_session, next_tx_seq, 8);
TG_OFFSET(tg_nl_session, next_rx_seq, 16);
TG_OFFSET(tg_nl_session, rx_messages, 24);
TG_OFFSET(tg_nl_session, tx_messages, 32);
TG_OFFSET(tg_nl_session, last_rx_ns, 40);
TG_OFFSET(tg_nl_session, last_tx_ns, 48);
TG_OFFSET(tg_nl_session, up_since_ns, 56);
TG_OFFSET(tg_nl_session, logons, 64);
TG_OFFSET(tg_nl_session, drops, 68);
TG_OFFSET(tg_nl_session, name, 72);
TG_OFFSET(tg_nl_session, sender_comp_id, 96);
TG_OFFSET(tg_nl_session, target_comp_id, 128);
TG_OFFSET(tg_nl_session, granted_tx_seq, 160);
TG_OFFSET(tg_nl_session, stored, 168);
TG_OFFSET(tg_nl_session, resending, 172);
TG_OFFSET(tg_nl_session, text, 176);
TG_OFFSET(tg_nl_session, logon_ns, 240);
TG_OFFSET(tg_nl_session, health, 248);
TG_OFFSET(tg_nl_session, health_on, 250);
TG_OFFSET(tg_nl_session, health_score, 252);
TG_OFFSET(tg_nl_session, health_ack_ns, 256);
TG_OFFSET(tg_nl_session, health_reject_percent, 264);
TG_OFFSET(tg_nl_session, health_stale_percent, 268);
TG_OFFSET(tg_nl_session, health_gaps, 272);
TG_OFFSET(tg_nl_session, reserved0, 276);

/* tg_nl_restriction */
TG_SIZE(tg_nl_restriction, 128);
TG_OFFSET(tg_nl_restriction, kind, 0);
TG_OFFSET(tg_nl_restriction, scope, 2);
TG_OFFSET(tg_nl_restriction, id, 4);
TG_OFFSET(tg_nl_restriction, cause, 8);
TG_OFFSET(tg_nl_restriction, level, 10);
TG_OFFSET(tg_nl_restriction, flags, 12);
TG_OFFSET(tg_nl_restriction, time_ns, 16);
TG_OFFSET(tg_nl_restriction, who, 24);
TG_OFFSET(tg_nl_restriction, text, 48);
TG_OFFSET(tg_nl_restriction, reserved, 112);

/* tg_nl_feed */
TG_SIZE(tg_nl_feed, 112);
TG_OFFSET(tg_nl_feed, feed_id, 0);
TG_OFFSET(tg_nl_feed, venue_id, 2);
TG_OFFSET(tg_nl_feed, line, 4);
TG_OFFSET(tg_nl_feed, flags, 6);
TG_OFFSET(tg_nl_feed, name, 8);
TG_OFFSET(tg_nl_feed, messages, 32);
TG_OFFSET(tg_nl_feed, first, 40);
TG_OFFSET(tg_nl_feed, duplicates, 48);
TG_OFFSET(tg_nl_feed, lost, 56);
TG_OFFSET(tg_nl_feed, gaps, 64);
TG_OFFSET(tg_nl_feed, next_seq, 72);
TG_OFFSET(tg_nl_feed, last_ns, 80);
TG_OFFSET(tg_nl_feed, silence_ms, 88);
TG_OFFSET(tg_nl_feed, silent, 92);
TG_OFFSET(tg_nl_feed, reserved, 96);

/* tg_nl_md */
TG_SIZE(tg_nl_md, 80);
TG_OFFSET(tg_nl_md, instrument_id, 0);
TG_OFFSET(tg_nl_md, state, 4);
TG_OFFSET(tg_nl_md, trading_status, 6);
TG_OFFSET(tg_nl_md, update_id, 8);
TG_OFFSET(tg_nl_md, since_ns, 16);
TG_OFFSET(tg_nl_md, gaps, 24);
TG_OFFSET(tg_nl_md, recoveries, 32);
TG_OFFSET(tg_nl_md, held, 40);
TG_OFFSET(tg_nl_md, venue_tick, 48);
TG_OFFSET(tg_nl_md, subscribed, 56);
TG_OFFSET(tg_nl_md, request, 57);
TG_OFFSET(tg_nl_md, reject_reason, 58);
TG_OFFSET(tg_nl_md, unsubscribed, 59);
TG_OFFSET(tg_nl_md, px_digits, 60);
TG_OFFSET(tg_nl_md, qty_digits, 61);
TG_OFFSET(tg_nl_md, pad, 62);
TG_OFFSET(tg_nl_md, reserved, 64);

/* tg_nl_client */
TG_SIZE(tg_nl_client, 64);
TG_OFFSET(tg_nl_client, client_id, 0);
TG_OFFSET(tg_nl_client, uid, 4);
TG_OFFSET(tg_nl_client, pid, 8);
TG_OFFSET(tg_nl_client, flags, 12);
TG_OFFSET(tg_nl_client, working_orders, 16);
TG_OFFSET(tg_nl_client, broken, 20);
TG_OFFSET(tg_nl_client, submissions, 24);
TG_OFFSET(tg_nl_client, private_head, 32);
TG_OFFSET(tg_nl_client, name, 40);

/* tg_nl_rate */
TG_SIZE(tg_nl_rate, 240);
TG_OFFSET(tg_nl_rate, scope, 0);
TG_OFFSET(tg_nl_rate, source, 2);
TG_OFFSET(tg_nl_rate, id, 4);
TG_OFFSET(tg_nl_rate, window_ns, 8);
TG_OFFSET(tg_nl_rate, messages, 16);
TG_OFFSET(tg_nl_rate, burst, 36);
TG_OFFSET(tg_nl_rate, left, 56);
TG_OFFSET(tg_nl_rate, cancel_reserve, 76);
TG_OFFSET(tg_nl_rate, sent, 80);
TG_OFFSET(tg_nl_rate, refused, 120);
TG_OFFSET(tg_nl_rate, waiting, 160);
TG_OFFSET(tg_nl_rate, reserved0, 164);
TG_OFFSET(tg_nl_rate, reserved, 168);

#undef TG_SIZE
#undef TG_OFFSET

#endif
