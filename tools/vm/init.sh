#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
#
# First stage in the guest, inside the initramfs: loads the modules for 9p and overlay, puts
# a tmpfs overlay over the host's read-only `/` and continues there with guest.sh as PID 1.
# switch_root and not chroot: a chrooted process may not create user namespaces, and tests
# of permissions want them.

b=/bin/busybox

# PID 1 must not return; powering off without a `booted` mark is what the host takes for
# a failed boot.
fail()
{
	echo "vm-init: $*" >/dev/console
	$b sleep 0.2
	$b poweroff -f
}

$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev || fail "no devtmpfs"
while read -r m; do
	$b insmod "/mod/$m" || fail "insmod $m failed"
done </mod/order

# The host's tree does not change while a guest looks at it: cache it.
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose root /lower ||
	fail "cannot mount the host's / over 9p (is 9p in this kernel?)"
$b mount -t tmpfs -o mode=755,size=75% mem /mem || fail "no tmpfs"
$b mkdir /mem/upper /mem/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/mem/upper,workdir=/mem/work overlay /new ||
	fail "cannot mount the overlay (is overlay in this kernel?)"
$b mkdir -p /new/dev /new/proc /new/sys /new/run
$b mount -t tmpfs -o mode=755 run /new/run || fail "no tmpfs for /run"
$b mkdir -p /new/run/tickgate-vm/ctl
$b cp /bin/busybox /guest.sh /new/run/tickgate-vm/
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none ctl \
	/new/run/tickgate-vm/ctl || fail "cannot mount the control directory"
for d in dev proc sys; do
	$b mount --move "/$d" "/new/$d"
done
exec $b switch_root /new /run/tickgate-vm/busybox sh /run/tickgate-vm/guest.sh
