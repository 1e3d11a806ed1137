# SPDX-License-Identifier: MIT
# What the programs of tests/model and tests/random are built with: every core file and what tests/unit has for all, optimised, without sanitisers. OUT is set before.

BUILD ?= $(TOP)/build
CC ?= cc
run := $(TOP)/tests/run-one

include $(TOP)/kmod/core/core.mk

warn := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter -Werror
inc := -I$(TOP)/userspace/libtgcore -I$(TOP)/kmod/core -I$(TOP)/include/uapi -I$(TOP)/include -I$(TOP)/tests/unit
flags := -std=gnu11 -O2 -g $(warn) $(inc) -fno-strict-aliasing -MMD -MP
core := $(tg-core-objs:%=$(OUT)/core/%)

$(OUT)/core/%.o: $(TOP)/kmod/core/%.c
	@mkdir -p $(@D)
	$(CC) $(flags) -c -o $@ $<
$(OUT)/unit/%.o: $(TOP)/tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(flags) -c -o $@ $<
$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(flags) -c -o $@ $<

-include $(wildcard $(OUT)/*.d $(OUT)/unit/*.d $(OUT)/core/*.d $(OUT)/core/*/*.d)
