# SPDX-License-Identifier: MIT
# What every component's Makefile shares. A component sets TOP, includes this, builds below
# $(BUILD)/<component> and has the targets all, check and clean.
#
#   BUILD=DIR   where everything goes (default $(TOP)/build)
#   KDIR=DIR    kernel headers the module is built against
#   SAN=1       userspace under ASan and UBSan
#   V=1         show commands

BUILD ?= $(TOP)/build
# relative to the tree, whichever component's directory make runs in
override BUILD := $(abspath $(if $(filter /%,$(BUILD)),$(BUILD),$(TOP)/$(BUILD)))
export BUILD

CLANG ?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL ?= $(or $(shell command -v bpftool 2>/dev/null),/usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
PYTHON ?= python3
TG_VERSION := $(shell cat $(TOP)/VERSION)

# Debian's 6.12 for servers (rt and cloud are other flavours); headers whose kernel is
# installed too come first, because that kernel is the one the VM boots.
ifndef KDIR
tg-headers := $(shell ls -d /usr/src/linux-headers-6.12*-amd64 2>/dev/null | \
	grep -v -e rt-amd64 -e cloud-amd64 | sort -V)
KDIR := $(lastword $(tg-headers) $(foreach h,$(tg-headers), \
	$(if $(wildcard $(subst /usr/src/linux-headers-,/boot/vmlinuz-,$(h))),$(h))))
endif
export KDIR

TG_WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
tg-comma := ,
ifeq ($(SAN),1)
TG_SAN := -fsanitize=address$(tg-comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
TG_CFLAGS := -std=gnu11 -O2 -g $(TG_WARN) $(TG_SAN) -I$(TOP)/include/uapi -I$(TOP)/include \
	-DTG_VERSION='"$(TG_VERSION)"'

MAKEFLAGS += --no-print-directory
ifneq ($(V),1)
Q := @
endif
