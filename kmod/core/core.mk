# SPDX-License-Identifier: GPL-2.0 OR MIT
# The engine's files, the one list that the module and the userspace library share. Order: what leans on nothing first.
tg-core-objs := \
	texts.o \
	num.o \
	fix/lexer.o \
	fix/value.o \
	fix/decode.o \
	fix/decode_md.o \
	fix/encode.o \
	fix/dict.o \
	fix/dict_tables.o \
	fix/messages.o \
	session/session.o \
	session/inbound.o \
	session/admin.o \
	session/logon.o \
	session/store.o \
	venue/venue.o \
	venue/ids.o \
	venue/body.o \
	venue/quick.o \
	venue/sim.o \
	venue/binance.o \
	venue/kraken.o \
	venue/coinbase.o \
	venue/deribit.o \
	book/l2.o \
	book/l3.o \
	book/l3_read.o \
	book/book.o \
	md/md.o \
	md/recovery.o \
	md/feed.o \
	risk/limits.o \
	risk/position.o \
	risk/kill.o \
	order/slots.o \
	order/order.o \
	order/report.o \
	order/recover.o \
	order/exec_ids.o \
	client/client.o \
	client/download.o \
	config.o \
	query.o \
	engine.o
