/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/* Made by tools/gen/abi_hash; do not edit. First 8 bytes of the SHA-256 of the other headers here. */
#ifndef _UAPI_TICKGATE_ABI_HASH_H
#define _UAPI_TICKGATE_ABI_HASH_H
#define TG_ABI_HASH	0xf6b7129dcfda9078ULL
#endif
