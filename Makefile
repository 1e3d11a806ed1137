# SPDX-License-Identifier: MIT
# The front door. `make help` lists the targets; each component below builds by itself too:
# make -C <component> all|check|clean.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
include $(TOP)/config.mk

PREFIX ?= /usr/local
FUZZ_SECONDS ?= 600

# What users run, in order of dependency: the libraries are complete before anything links
# them, so that parallel makes never build one archive twice.
libraries := userspace/libtgcore userspace/common userspace/libtickgate
programs := userspace/tickgated userspace/tgctl userspace/strategies kmod bpf \
	tools/venue tools/replay tools/bench tools/lab tools/demo
# What only checks, in the order of `make check`: what is quick and close to the core first.
checks := tools/core-check tests/run-test tests/abi tests/dict tests/unit tests/model tests/random tests/tls tests/conform tests/replay \
	tests/fuzz tools/vm tests/dkms tests/selftests tests/system tests/soak

# all processors, unless the caller said how many
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

quiet := $(if $(filter 1,$(V)),,-s)

present = $(patsubst %/Makefile,%,$(wildcard $(addsuffix /Makefile,$(1))))
libs := $(call present,$(libraries))
progs := $(call present,$(programs))
all-components := $(libs) $(progs) $(call present,$(checks))

.DEFAULT_GOAL := all
.PHONY: all help deps demo check bench burst kill-trials debug-check fuzz soak lint clean install dkms-check check-fresh vm-shell \
	$(libs) $(progs)

all: $(libs) $(progs)	## build everything: userspace, BPF, module, tools
$(libs) $(progs):
	$(if $(V),,@echo '  BUILD   $@')
	+$(Q)$(MAKE) $(quiet) -C $@ all
$(progs): | $(libs)
$(filter-out userspace/libtgcore,$(libs)): | $(filter userspace/libtgcore,$(libs))

help:	## this list
	@echo 'tickgate $(TG_VERSION)'
	@sed -n 's/^\([a-z][a-z-]*\):.*##  *\(.*\)/\1\t\2/p' $(TOP)/Makefile | \
		while IFS="$$(printf '\t')" read -r t d; do printf '  make %-12s %s\n' "$$t" "$$d"; done
	@echo
	@sed -n '/^#   [A-Z]/s/^#/ /p' $(TOP)/config.mk
	@echo
	@echo '  one component: make -C DIR all|check|clean, DIR one of'
	@echo '    $(all-components)' | fold -s -w 96 | sed '2,$$s/^/    /'

deps:	## install what building and testing need (apt, as root)
	$(Q)$(TOP)/tools/deploy/deps build vm check demo bench lint fuzz

# The deps step comes before the build and not beside it: no parallel prerequisites here.
demo:	## install what is missing, build, trade in a VM against a FIX venue, show it
	$(Q)$(TOP)/tools/deploy/deps build vm demo
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tools/demo run

check:	## install what is missing, build, run every test
	$(Q)$(TOP)/tools/deploy/deps build vm check fuzz
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(TOP)/tests/run $(all-components)

bench:	## measure: parse, book, risk, encode, step, whole path
	$(Q)$(TOP)/tools/deploy/deps build vm bench
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tools/bench bench

fuzz:	## longer fuzzing, FUZZ_SECONDS for each harness (default 600)
	$(Q)$(TOP)/tools/deploy/deps fuzz
	+$(Q)$(MAKE) -C tests/fuzz check SECONDS_EACH=$(FUZZ_SECONDS)
	+$(Q)$(MAKE) $(quiet) -C tests/fuzz report

soak:	## long: 100,000 messages and 200 disconnects in each FIX version; 10 minutes of bad market data
	$(Q)$(TOP)/tools/deploy/deps build vm check
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tests/soak soak

kill-trials:	## long: the kill switch under load 1,000 times, the slowest printed
	$(Q)$(TOP)/tools/deploy/deps build vm check
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tests/system kill-trials

burst:	## long: 1,000,000 updates over XDP on two lines, every one accounted for
	$(Q)$(TOP)/tools/deploy/deps build vm check
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tests/system burst

debug-check:	## very long: builds a kernel with KASAN, lockdep, kmemleak and fault injection, runs the module in it
	$(Q)$(TOP)/tools/deploy/deps build vm check debug
	+$(Q)$(MAKE) $(jobs) all
	+$(Q)$(MAKE) -C tests/debug check

lint:	## shellcheck, cppcheck, sparse, mandoc, licence lines
	$(Q)$(TOP)/tools/deploy/deps build lint
	$(Q)$(TOP)/tools/lint/run

dkms-check:	## add, build and install by DKMS into a scratch root
	$(Q)$(TOP)/tools/deploy/deps build check
	+$(Q)$(MAKE) -C tests/dkms check

check-fresh:	## make demo and make check in a new Debian 12 (debootstrap, as root)
	$(Q)$(TOP)/tests/fresh/run demo
	$(Q)$(TOP)/tests/fresh/run check

vm-shell:	## a shell in the guest
	$(Q)$(TOP)/tools/vm/vm shell

install: all	## install to $(DESTDIR)$(PREFIX), the module below $(DESTDIR)/lib/modules
	$(Q)DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' KDIR='$(KDIR)' $(TOP)/tools/deploy/install

clean:	## remove what was built (the VM's images and the debug kernel stay: make distclean removes them)
	+$(Q)for c in $(all-components) tests/debug; do $(MAKE) -C $$c clean || exit 1; done
	$(Q)rm -rf $(BUILD)/test-logs

distclean:	## remove build/
	$(Q)rm -rf $(BUILD)
.PHONY: distclean
