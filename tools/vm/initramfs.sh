# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Builds the guest's initramfs: busybox, the two guest scripts and the modules without
# which the host's file system cannot be mounted. Sourced by `vm`.

# Dependencies come from modules.dep. A name found in modules.builtin needs no file.
vm_boot_modules="virtio_pci 9pnet_virtio 9p overlay"

# vm_module_files MODDIR NAME: prints the files to insmod, in order.
vm_module_files()
{
	local moddir=$1 name=$2 line

	line=$(awk -F: -v n="$name" '
		{ f = $1; sub(/.*\//, "", f); sub(/\.ko.*/, "", f); gsub(/-/, "_", f) }
		f == n { print $1 " " $2; exit }' "$moddir/modules.dep" 2>/dev/null)
	if [ -n "$line" ]; then
		# modules.dep lists the nearest dependency first, insmod wants it last
		# shellcheck disable=SC2086
		printf '%s\n' $line | tac
		return 0
	fi
	grep -q "/${name}\.ko\$" "$moddir/modules.builtin" 2>/dev/null && return 0
	return 1
}

# vm_unpack FILE DEST: busybox insmod does not read compressed modules.
vm_unpack()
{
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*.zst) zstd -q -dc "$1" >"$2" ;;
	*.gz) gzip -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# vm_initramfs RELEASE MODDIR STATE: prints the path of a cached initramfs. The key is the
# kernel release, the module directory and the content of our scripts, so that a kernel
# upgrade, a second kernel or an edited script each get an image of their own.
vm_initramfs()
{
	local rel=$1 moddir=$2 state=$3 busybox key img tmp name files f base
	local -A seen=()

	busybox=$(command -v busybox) || vm_die "busybox is missing: run tools/deploy/deps vm"
	key=$( { echo "$rel $moddir $vm_boot_modules"
		# shellcheck disable=SC2154
		cat "$vm_dir/initramfs.sh" "$vm_dir/init.sh" "$vm_dir/guest.sh"
		stat -Lc '%s %Y' "$busybox" "$moddir/modules.dep" 2>/dev/null
		} | sha256sum | cut -c1-12)
	img=$state/initramfs-$rel-$key.cpio
	if [ -s "$img" ]; then
		echo "$img"
		return 0
	fi

	# images of scripts and kernels that are gone, and what a killed run left
	find "$state" -maxdepth 1 \( -name 'initramfs*' -o -name 'vmlinux-*' -o -name 'run.*' \) \
		-mtime +7 -exec rm -rf {} + 2>/dev/null
	tmp=$(mktemp -d "$state/initramfs.XXXXXX") || return 1
	mkdir -p "$tmp"/{bin,dev,proc,sys,mod,new,lower,mem}
	if ! cp "$busybox" "$tmp/bin/busybox"; then
		rm -rf "$tmp"
		return 1
	fi
	: >"$tmp/mod/order"
	for name in $vm_boot_modules; do
		if [ "$moddir" = none ]; then
			continue
		fi
		if ! files=$(vm_module_files "$moddir" "$name"); then
			rm -rf "$tmp"
			vm_die "$moddir: module $name is neither in modules.dep nor in modules.builtin"
		fi
		for f in $files; do
			base=${f##*/}
			base=${base%%.ko*}.ko
			[ -z "${seen[$base]:-}" ] || continue
			seen[$base]=1
			if ! vm_unpack "$moddir/$f" "$tmp/mod/$base"; then
				rm -rf "$tmp"
				vm_die "$moddir/$f: cannot be unpacked"
			fi
			echo "$base" >>"$tmp/mod/order"
		done
	done
	install -m 755 "$vm_dir/init.sh" "$tmp/init"
	install -m 755 "$vm_dir/guest.sh" "$tmp/guest.sh"
	# Written beside and renamed: two first runs at once must not see half an image.
	if ! (cd "$tmp" && find . | cpio --quiet -o -H newc) >"$img.$$"; then
		rm -rf "$tmp" "$img.$$"
		vm_die "cpio failed"
	fi
	mv -f "$img.$$" "$img"
	rm -rf "$tmp"
	echo "$img"
}

# vm_plain_kernel RELEASE BZIMAGE STATE: prints the path of a cached unpacked kernel, or the
# bzImage itself when it cannot be unpacked or has no PVH entry. Emulated, the kernel's own
# decompressor takes 2 s of every boot; on the host it takes 0.3 s, once.
vm_plain_kernel()
{
	local rel=$1 image=$2 state=$3 key plain setup off len unpack notes

	key=$(stat -Lc '%n %s %Y' "$image" | sha256sum | cut -c1-12)
	plain=$state/vmlinux-$rel-$key
	if [ -s "$plain" ]; then
		echo "$plain"
		return 0
	fi
	# Linux/x86 boot protocol: setup_sects at 0x1f1, payload_offset (from the end of the
	# setup sectors) at 0x248, payload_length at 0x24c. The payload's last four bytes are
	# its unpacked length.
	setup=$(od -An -tu1 -j 497 -N 1 "$image")
	off=$(($(od -An -tu4 -j 584 -N 4 "$image") + (setup + 1) * 512))
	len=$(($(od -An -tu4 -j 588 -N 4 "$image") - 4))
	case $(od -An -tx1 -j $off -N 4 "$image" | tr -d ' ') in
	28b52ffd) unpack="zstd -q -dc" ;;
	fd377a58) unpack="xz -dc" ;;
	1f8b*) unpack="gzip -dc" ;;
	*) echo "$image"; return 0 ;;
	esac
	notes=
	if dd if="$image" bs=64K skip=$off count=$len iflag=skip_bytes,count_bytes status=none |
		$unpack >"$plain.$$" 2>/dev/null; then
		notes=$(readelf -n "$plain.$$" 2>/dev/null | grep 'Xen .*(0x00000012)')
	fi
	if [ -n "$notes" ]; then
		mv -f "$plain.$$" "$plain"
		echo "$plain"
	else
		rm -f "$plain.$$"
		echo "$image"
	fi
}
