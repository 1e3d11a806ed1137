// SPDX-License-Identifier: GPL-2.0
/*
 * Module init and exit: the ladder, nothing else.
 *
 * Unload is refused by the module's reference count while a file of /dev/tickgate0 is open, a
 * mapping of it lives, or an XDP program that calls tickgate_rx() is loaded. When it runs, nothing
 * can submit or deliver any more: a running engine is stopped, then freed.
 */
#include <linux/module.h>
#include "tickgate.h"

static int __init tgk_init(void)
{
	int err;

	err = tgk_engine_init();
	if (err)
		return err;
	err = tgk_kfunc_init();
	if (err)
		goto err_engine;
	err = tgk_chardev_init();
	if (err)
		goto err_engine;
	err = tgk_debugfs_init();
	if (err)
		goto err_chardev;
	err = tgk_netlink_init();
	if (err)
		goto err_debugfs;
	return 0;

err_debugfs:
	tgk_debugfs_exit();
err_chardev:
	tgk_chardev_exit();
err_engine:
	tgk_engine_exit();
	return err;
}

static void __exit tgk_exit(void)
{
	tgk_netlink_exit();
	tgk_debugfs_exit();
	tgk_chardev_exit();
	tgk_engine_exit();
}

module_init(tgk_init);
module_exit(tgk_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The tickgate developers");
MODULE_DESCRIPTION("FIX trading gateway");
MODULE_VERSION(TGK_VERSION);
