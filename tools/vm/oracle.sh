# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the kernel itself says of a test: its log, and on a debug kernel (tests/debug) leaks. Sourced.

# Lines that the kernel should never have to say: its own checks, KASAN, UBSAN, lockdep, debug objects, watchdogs.
kernel_trouble='WARNING:|BUG:|Oops|Call Trace:|general protection|unable to handle|KASAN|UBSAN|ODEBUG|refcount_t|list_(add|del) corruption|'
kernel_trouble+='possible (circular|recursive|irq|deadlock)|inconsistent lock state|[iI]nvalid wait context|suspicious RCU usage|bad unlock balance|'
kernel_trouble+='held lock freed|lock held (when|at)|locking correctness validator|DEBUG_LOCKS|irqs? (not|were) (dis|en)abled|'
kernel_trouble+='sleeping function|scheduling while atomic|using (smp_processor_id|__this_cpu)|kmemleak: [1-9].* new suspected|kmemleak: .*(disabled|exhausted)|'
kernel_trouble+='INFO: task|non-static key|hung task|soft lockup|stalls? on CPU|self-detected|rcu:.*stall|unregister_netdevice|ref_tracker:'

# kernel_log_clean [MARK]: the log, from the line with MARK on, has none of it; prints what it has. Lockdep gives up after its first
# report or when its tables are full: then nothing was looked at, and that is no better.
kernel_log_clean()
{
	local bad

	bad=$(dmesg | awk -v m="${1:-}" 'm == "" || found { print } m != "" && index($0, m) { found = 1 }' |
		grep -E -A 45 "$kernel_trouble" | head -n 150)
	[ -z "$bad" ] || echo "# ${bad//$'\n'/$'\n'# }"
	if [ -r /proc/lockdep_stats ] && ! grep -qE '^ *debug_locks: *1$' /proc/lockdep_stats; then
		echo "# lockdep is off"
		return 1
	fi
	[ -z "$bad" ]
}

# kernel_no_leaks: where the kernel has kmemleak, no memory that nobody points to. What is younger than 5 s it does not judge, and
# one look may miss a pointer that is in a register just then: two looks.
kernel_no_leaks()
{
	local f=/sys/kernel/debug/kmemleak bad

	[ -w "$f" ] || return 0
	sleep 6
	if ! echo scan >"$f" || ! sleep 1 || ! echo scan >"$f"; then
		echo "# kmemleak is off"
		return 1
	fi
	bad=$(head -n 200 "$f")
	[ -z "$bad" ] || echo "# ${bad//$'\n'/$'\n'# }"
	[ -z "$bad" ]
}
