# SPDX-License-Identifier: MIT
# Included by every component that uses userspace/common: flags, the archive and how to build it. Set TOP first.

.DEFAULT_GOAL := all
-include $(TOP)/config.mk
BUILD ?= $(TOP)/build
CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config

VERSION_TEXT := $(shell cat $(TOP)/VERSION)
COMMON_WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
COMMON_CFLAGS := -std=gnu11 -O2 -g $(COMMON_WARN) -fno-strict-aliasing -fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE \
	-I$(TOP)/include/uapi -I$(TOP)/include -I$(TOP)/userspace/common -DTG_VERSION='"$(VERSION_TEXT)"' -MMD -MP \
	$(shell $(PKG_CONFIG) --cflags libnl-genl-3.0)
COMMON_VARIANT := common
ifeq ($(SAN),1)
COMMON_CFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(COMMON_CFLAGS)) -fsanitize=address,undefined -fno-sanitize-recover=all
COMMON_LDFLAGS := -fsanitize=address,undefined
COMMON_VARIANT := common-asan
endif
COMMON_LIBS := $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)

COMMON_OUT := $(BUILD)/userspace/$(COMMON_VARIANT)
COMMON_LIB := $(COMMON_OUT)/libtgcommon.a
COMMON_OBJS := $(addprefix $(COMMON_OUT)/,decimal.o json.o lease.o nl.o rundir.o table.o)

$(COMMON_OUT)/%.o: $(TOP)/userspace/common/%.c $(TOP)/userspace/common/common.mk $(TOP)/VERSION
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON_CFLAGS) -c -o $@ $<
$(COMMON_LIB): $(COMMON_OBJS)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(COMMON_OBJS)
-include $(COMMON_OBJS:.o=.d)

# The core's archive: texts, replay.
TGCORE_LIB := $(BUILD)/userspace/libtgcore/libtgcore$(if $(filter 1,$(SAN)),-asan).a
.PHONY: FORCE
FORCE:
# Its makefile knows best whether it is up to date; nothing is linked again when it was.
$(TGCORE_LIB): FORCE
	+$(Q)$(MAKE) --no-print-directory -C $(TOP)/userspace/libtgcore BUILD=$(BUILD) $(TGCORE_LIB)
