#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
#
# Second stage in the guest, PID 1 on the overlay of the host's `/`: finishes the mounts, runs
# the command and reports. The control directory is a 9p share without cache: what is written
# there is on the host when write() returns, so nothing is lost when the guest panics.

vm=/run/tickgate-vm
ctl=$vm/ctl
b=$vm/busybox

# Written by the host's `vm`: out, cwd, mode, moddir, tmp
out='' cwd=/ mode=run moddir='' tmp=yes
# shellcheck source=/dev/null
. $ctl/settings

finish()
{
	$b dmesg >$ctl/dmesg.txt
	echo "$1" >$ctl/status.new
	$b mv $ctl/status.new $ctl/status
	[ -z "$out" ] || $b umount "$out" 2>/dev/null
	$b sync
	$b poweroff -f
}

trouble()
{
	echo "vm-guest: $*" >/dev/console
	echo "$*" >$ctl/trouble
	$b sync
	$b poweroff -f
}

$b mkdir -p /dev/pts /dev/shm
$b mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
$b mount -t tmpfs -o mode=1777 shm /dev/shm
[ -e /dev/fd ] || $b ln -s /proc/self/fd /dev/fd
[ -e /dev/stdin ] || $b ln -s /proc/self/fd/0 /dev/stdin
[ -e /dev/stdout ] || $b ln -s /proc/self/fd/1 /dev/stdout
[ -e /dev/stderr ] || $b ln -s /proc/self/fd/2 /dev/stderr
# `tmp` is no when the caller works below /tmp: a fresh tmpfs would hide it. Writes there
# end in the overlay's memory either way.
[ "$tmp" = no ] || $b mount -t tmpfs -o mode=1777 tmp /tmp
for m in debugfs:/sys/kernel/debug tracefs:/sys/kernel/tracing bpf:/sys/fs/bpf \
	cgroup2:/sys/fs/cgroup; do
	# a kernel without the facility lacks the directory; the test that needs it says so
	[ ! -d "${m#*:}" ] || $b mount -t "${m%%:*}" "${m%%:*}" "${m#*:}"
done
$b mkdir -p /run/lock /run/netns
$b ip link set lo up
$b hostname tickgate
$b sysctl -q -w kernel.core_pattern=core 2>/dev/null
if [ -n "$moddir" ]; then
	$b mkdir -p "/lib/modules/$($b uname -r)"
	$b mount --bind "$moddir" "/lib/modules/$($b uname -r)" ||
		trouble "$moddir: cannot be mounted on /lib/modules/$($b uname -r)"
fi
if [ -n "$out" ]; then
	$b mkdir -p "$out"
	# cache=loose: only the guest writes there, and its own idea of a file's size is the right one. With cache=mmap each stat() takes the host's,
	# and what was appended meanwhile is gone; with cache=none a shared writable mapping (journals) fails.
	$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose out "$out" ||
		trouble "$out: cannot be mounted"
fi
$b cut -d' ' -f1 /proc/uptime >$ctl/booted

if [ "$mode" = shell ]; then
	cd "$cwd" || cd /
	$b setsid $b cttyhack /bin/bash $ctl/command.sh
	finish $?
fi

# Pipes and not the files themselves as stdout and stderr: a program that opens /dev/stdout by
# name would truncate a file.
$b mkfifo $vm/out $vm/err
$b cat <$vm/out >$ctl/stdout &
o=$!
$b cat <$vm/err >$ctl/stderr &
e=$!
$b setsid /bin/bash $ctl/command.sh </dev/null >$vm/out 2>$vm/err
status=$?
# A background process that outlives the command holds the pipes open: wait for the end of
# output, but not for ever.
(
	$b sleep 2
	$b kill $o $e
) 2>/dev/null &
wait $o $e
finish $status
