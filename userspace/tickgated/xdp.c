// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "groups.h"
#include "log.h"
#include "rundir.h"
#include "tickgate_xdp.h"
#include "xdp.h"

#define MAX_INTERFACES	16
#define PROGRAM		"tickgate_xdp"

struct iface {
	char name[IF_NAMESIZE];
	unsigned int ifindex;
	bool attached, bound, up;
	bool running;			/* the link, as was told last */
	__u32 flags;			/* XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE */
	char old_defer[24], old_flush[24];	/* "" = was not changed */
};

struct tgd_xdp_state {
	struct bpf_object *obj;
	int prog_fd;
	struct iface iface[MAX_INTERFACES];
	unsigned int n;
	struct tgd_group *group;
	unsigned int groups;
	struct tgd_xdp cfg;		/* as it was when the program was loaded */
	int links;			/* link states; < 0 = not told */
};

static int libbpf_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[512];
	size_t n;

	vsnprintf(line, sizeof(line), fmt, ap);
	n = strlen(line);
	if (n && line[n - 1] == '\n')
		line[n - 1] = 0;
	tgd_log(level == LIBBPF_WARN ? LOG_WARNING : LOG_DEBUG, "%s", line);
	return 0;
}

/* ---- interfaces ---- */

static struct iface *iface_of(struct tgd_xdp_state *x, const char *name)
{
	unsigned int i;

	for (i = 0; i < x->n; i++)
		if (!strcmp(x->iface[i].name, name))
			return &x->iface[i];
	return NULL;
}

static int collect_interfaces(struct tgd_xdp_state *x, const struct tgd_config *c)
{
	unsigned int i;

	for (i = 0; i < c->feeds; i++) {
		struct iface *f = iface_of(x, c->feed[i].interface);

		if (f)
			continue;
		if (x->n == MAX_INTERFACES) {
			tgd_log(LOG_ERR, "[feed %s] interface: more than %u interfaces",
				c->feed[i].s.name, MAX_INTERFACES);
			return -E2BIG;
		}
		f = &x->iface[x->n];
		memset(f, 0, sizeof(*f));
		memcpy(f->name, c->feed[i].interface, sizeof(f->name));
		f->running = true;
		f->ifindex = if_nametoindex(f->name);
		if (!f->ifindex) {
			tgd_log(LOG_ERR, "[feed %s] interface: no interface \"%s\"",
				c->feed[i].s.name, f->name);
			return -ENODEV;
		}
		x->n++;
	}
	return 0;
}

static int sysfs(const char *iface, const char *file, char *old, size_t len, const char *value)
{
	char path[160];
	FILE *f;
	int err = 0;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", iface, file);
	if (old) {
		f = fopen(path, "re");
		if (!f || !fgets(old, (int)len, f))
			old[0] = 0;
		old[strcspn(old, "\n")] = 0;
		if (f)
			fclose(f);
	}
	f = fopen(path, "we");
	if (!f || fprintf(f, "%s\n", value) < 0)
		err = -errno;
	if (f && fclose(f) && !err)
		err = -errno;
	if (err) {
		tgd_log(LOG_WARNING, "%s: %s", path, strerror(-err));
		if (old)
			old[0] = 0;
	}
	return err;
}

/*
 * What the settings were is kept in /run/tickgate, so that the daemon that ends the engine can put
 * them back even if another one made them.
 */
static void tune(struct iface *f, const struct tgd_xdp *cfg, bool adopted)
{
	char text[24], file[40], defer[24], flush[24];
	FILE *out;

	snprintf(text, sizeof(text), "%lld", cfg->defer_hard_irqs);
	sysfs(f->name, "napi_defer_hard_irqs", f->old_defer, sizeof(f->old_defer), text);
	snprintf(text, sizeof(text), "%lld", cfg->gro_flush_timeout_ns);
	sysfs(f->name, "gro_flush_timeout", f->old_flush, sizeof(f->old_flush), text);
	snprintf(file, sizeof(file), "napi-%s", f->name);
	if (adopted && tg_rundir_get(file, "napi_defer_hard_irqs", defer, sizeof(defer)) &&
	    tg_rundir_get(file, "gro_flush_timeout", flush, sizeof(flush))) {
		memcpy(f->old_defer, defer, sizeof(defer));
		memcpy(f->old_flush, flush, sizeof(flush));
	}
	out = tg_rundir_begin(file);
	if (!out)
		return;
	fprintf(out, "napi_defer_hard_irqs\t%s\ngro_flush_timeout\t%s\n", f->old_defer,
		f->old_flush);
	tg_rundir_commit(file, out);
}

static void untune(struct iface *f)
{
	char file[40];

	snprintf(file, sizeof(file), "napi-%s", f->name);
	tg_rundir_remove(file);
	if (f->old_defer[0])
		sysfs(f->name, "napi_defer_hard_irqs", NULL, 0, f->old_defer);
	if (f->old_flush[0])
		sysfs(f->name, "gro_flush_timeout", NULL, 0, f->old_flush);
}

/* ---- program and maps ---- */

static int load(struct tgd_xdp_state *x, const struct tgd_config *c, bool adopted)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	char path[160];
	int err;

	if (mkdir(TGD_PIN_DIR, 0755) && errno != EEXIST) {
		err = -errno;
		tgd_log(LOG_ERR, "%s: %s (is bpffs mounted?)", TGD_PIN_DIR, strerror(-err));
		return err;
	}
	x->obj = bpf_object__open_file(c->xdp.object, NULL);
	if (!x->obj) {
		err = -errno;
		tgd_log(LOG_ERR, "[xdp] object: %s: %s", c->xdp.object, strerror(-err));
		return err;
	}
	bpf_object__for_each_map(map, x->obj) {
		if (strncmp(bpf_map__name(map), "tickgate_", 9))
			continue;
		snprintf(path, sizeof(path), "%s/%s", TGD_PIN_DIR, bpf_map__name(map));
		/* What a dead engine left behind counts for nobody; a running one's maps are taken
		 * over. */
		if (!adopted)
			unlink(path);
		err = bpf_map__set_pin_path(map, path);
		if (err)
			return err;
	}
	err = bpf_object__load(x->obj);
	if (err) {
		tgd_log(LOG_ERR, "[xdp] object: %s: load: %s", c->xdp.object, strerror(-err));
		return err;
	}
	prog = bpf_object__find_program_by_name(x->obj, PROGRAM);
	x->prog_fd = prog ? bpf_program__fd(prog) : -ENOENT;
	if (x->prog_fd < 0)
		tgd_log(LOG_ERR, "[xdp] object: %s: no program \"%s\" in it", c->xdp.object,
			PROGRAM);
	return x->prog_fd < 0 ? -ENOENT : 0;
}

static void steer_key(const struct tgd_feed *f, struct tg_steer_key *k)
{
	memset(k, 0, sizeof(*k));
	memcpy(k->addr, &f->address.in6, sizeof(k->addr));
	k->port = htons((__u16)f->port);
	k->vlan = f->vlan < 0 ? TG_XDP_VLAN_ANY : (__u16)f->vlan;
	k->family = f->address.family == AF_INET ? 4 : 6;
}

/* Entries of no feed. */
static void unsteer(struct tgd_xdp_state *x, const struct tgd_config *c)
{
	int fd = bpf_object__find_map_fd_by_name(x->obj, "tickgate_feeds");
	struct tg_steer_key k, next;
	unsigned int i;
	int err;

	err = fd < 0 ? fd : bpf_map_get_next_key(fd, NULL, &next);
	while (!err) {
		struct tg_steer_key have = next;
		bool wanted = false;

		err = bpf_map_get_next_key(fd, &have, &next);
		for (i = 0; i < c->feeds && !wanted; i++) {
			steer_key(&c->feed[i], &k);
			wanted = !memcmp(&k, &have, sizeof(k));
		}
		if (!wanted)
			bpf_map_delete_elem(fd, &have);
	}
}

static int steer(struct tgd_xdp_state *x, const struct tgd_config *c)
{
	int fd = bpf_object__find_map_fd_by_name(x->obj, "tickgate_feeds");
	struct tg_steer_key k;
	unsigned int i;
	int err;

	if (fd < 0)
		return fd;
	/* New entries first: a feed that both configurations have is never without one. */
	for (i = 0; i < c->feeds; i++) {
		const struct tgd_feed *f = &c->feed[i];
		struct tg_steer_value v = {
			.engine_id = (__u16)c->engine.id,
			.feed_id = (__u16)f->id,
			.flags = (f->pass_on_error ? TG_STEER_PASS_ON_ERROR : 0) |
				 (f->copy ? TG_STEER_COPY : 0),
		};

		steer_key(f, &k);
		err = bpf_map_update_elem(fd, &k, &v, BPF_ANY);
		if (err) {
			tgd_log(LOG_ERR, "[feed %s]: steering map: %s", f->s.name, strerror(-err));
			return err;
		}
	}
	unsteer(x, c);
	return 0;
}

/* 1: a program of ours is attached (*fd, *flags); 0: none; -EBUSY: somebody else's. */
static int attached_program(const struct iface *f, int *fd, __u32 *flags)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int err;

	err = bpf_xdp_query((int)f->ifindex, 0, &q);
	if (err || !q.prog_id)
		return err;
	*fd = bpf_prog_get_fd_by_id(q.prog_id);
	if (*fd < 0)
		return -errno;
	err = bpf_obj_get_info_by_fd(*fd, &info, &len);
	if (err || strncmp(info.name, PROGRAM, sizeof(info.name) - 1)) {
		tgd_log(LOG_ERR,
			"interface %s: another XDP program (\"%.15s\", id %u) is attached; detach it first",
			f->name, info.name, q.prog_id);
		close(*fd);
		return -EBUSY;
	}
	*flags = q.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	return 1;
}

static int attach(struct tgd_xdp_state *x, struct iface *f, const struct tgd_xdp *cfg)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	__u32 old_flags = 0;
	int old, err;

	err = attached_program(f, &old, &old_flags);
	if (err < 0)
		return err;
	if (err) {
		/* Ours, of a daemon before: replaced in one step, in its mode, no packet goes
		 * astray. */
		opts.old_prog_fd = old;
		f->flags = old_flags;
		err = bpf_xdp_attach((int)f->ifindex, x->prog_fd, f->flags | XDP_FLAGS_REPLACE,
				     &opts);
		close(old);
	} else {
		f->flags = cfg->mode == TGD_XDP_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
		err = bpf_xdp_attach((int)f->ifindex, x->prog_fd,
				     f->flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
		if (err && cfg->mode == TGD_XDP_AUTO) {
			tgd_log(LOG_NOTICE, "interface %s: no native XDP (%s); generic is used",
				f->name, strerror(-err));
			f->flags = XDP_FLAGS_SKB_MODE;
			err = bpf_xdp_attach((int)f->ifindex, x->prog_fd,
					     f->flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
		}
	}
	if (err) {
		tgd_log(LOG_ERR, "interface %s: XDP attach (%s): %s", f->name,
			f->flags == XDP_FLAGS_SKB_MODE ? "generic" : "native", strerror(-err));
		return err;
	}
	f->attached = true;
	tgd_log(LOG_INFO, "interface %s: XDP attached (%s)", f->name,
		f->flags == XDP_FLAGS_SKB_MODE ? "generic" : "native");
	return 0;
}

/* ---- interfaces, up and down ---- */

static int iface_up(struct tgd_xdp_state *x, struct iface *f, struct tg_nl *nl, bool adopted)
{
	int err = attach(x, f, &x->cfg);

	if (err)
		return err;
	tune(f, &x->cfg, adopted);
	f->up = true;
	/* NAPI instances of a veth exist only once XDP is attached: bind last. */
	if (!x->cfg.bind_napi)
		return 0;
	err = tg_nl_bind(nl, f->ifindex);
	f->bound = !err || err == -EEXIST;
	if (f->bound)
		return 0;
	tgd_log(LOG_ERR, "interface %s: bind: %s", f->name, tg_nl_error(nl));
	return err;
}

static void iface_down(struct tgd_xdp_state *x, struct iface *f, struct tg_nl *nl)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	int err;

	opts.old_prog_fd = x->prog_fd;
	if (f->bound && tg_nl_unbind(nl, f->ifindex))
		tgd_log(LOG_DEBUG, "interface %s: unbind: %s", f->name, tg_nl_error(nl));
	if (f->up)
		untune(f);
	f->bound = f->up = false;
	if (!f->attached)
		return;
	f->attached = false;
	/* Only what we attached: somebody may have replaced it. */
	err = bpf_xdp_detach((int)f->ifindex, f->flags | XDP_FLAGS_REPLACE, &opts);
	if (err && err != -ENODEV)
		tgd_log(LOG_WARNING, "interface %s: XDP detach: %s", f->name, strerror(-err));
}

/* Those without a feed go; a new one is brought up. */
static int interfaces(struct tgd_xdp_state *x, const struct tgd_config *c, struct tg_nl *nl,
		      bool adopted)
{
	unsigned int i, k, n = 0;
	int err;

	for (i = 0; i < x->n; i++) {
		for (k = 0; k < c->feeds; k++)
			if (!strcmp(c->feed[k].interface, x->iface[i].name))
				break;
		if (k < c->feeds)
			x->iface[n++] = x->iface[i];
		else
			iface_down(x, &x->iface[i], nl);
	}
	x->n = n;
	err = collect_interfaces(x, c);
	for (i = 0; i < x->n && !err; i++)
		if (!x->iface[i].up)
			err = iface_up(x, &x->iface[i], nl, adopted);
	return err;
}

/* ---- groups ---- */

static int groups(struct tgd_xdp_state *x, const struct tgd_config *c)
{
	struct tgd_group *now = calloc(c->feeds + 1, sizeof(*now));
	unsigned int i, k, n = 0;
	int err = 0;

	if (!now)
		return -ENOMEM;
	/* What stays joined is not left for a moment. */
	for (i = 0; i < c->feeds && !err; i++) {
		const struct tgd_feed *f = &c->feed[i];
		unsigned int ifindex = iface_of(x, f->interface)->ifindex;

		if (!tgd_address_multicast(&f->address))
			continue;
		for (k = 0; k < x->groups; k++)
			if (tgd_group_is(&x->group[k], f, ifindex))
				break;
		if (k < x->groups) {
			now[n++] = x->group[k];
			x->group[k].fd = -1;
		} else {
			err = tgd_group_join(&now[n], f, ifindex);
			n += !err;
		}
	}
	for (k = 0; k < x->groups; k++)
		tgd_group_leave(&x->group[k]);
	free(x->group);
	x->group = now;
	x->groups = n;
	return err;
}

static void link_told(void *arg, unsigned int ifindex, bool up)
{
	struct tgd_xdp_state *x = arg;
	unsigned int i, k;

	for (i = 0; i < x->n; i++) {
		struct iface *f = &x->iface[i];

		if (f->ifindex != ifindex || f->running == up)
			continue;
		f->running = up;
		tgd_log(up ? LOG_NOTICE : LOG_WARNING, "interface %s: link is %s", f->name,
			up ? "up" : "down");
		for (k = 0; k < x->groups && up; k++)
			if (x->group[k].ifindex == ifindex)
				tgd_group_again(&x->group[k]);
	}
}

int tgd_xdp_fd(const struct tgd_xdp_state *x)
{
	return x ? x->links : -1;
}

void tgd_xdp_links(struct tgd_xdp_state *x)
{
	tgd_links_read(x->links, link_told, x);
}

/* ---- all of it ---- */

static int bring_up(struct tgd_xdp_state *x, const struct tgd_config *c, struct tg_nl *nl,
		    bool adopted)
{
	int err;

	x->links = tgd_links_open();
	if (x->links < 0)
		tgd_log(LOG_WARNING, "link states: %s; groups are not joined again after a link was down",
			strerror(-x->links));
	err = collect_interfaces(x, c);
	if (!err)
		err = load(x, c, adopted);
	if (!err)
		err = steer(x, c);
	if (!err)
		err = interfaces(x, c, nl, adopted);
	if (!err)
		err = groups(x, c);
	return err;
}

int tgd_xdp_begin(struct tgd_xdp_state **out, const struct tgd_config *c, struct tg_nl *nl,
		  bool adopted)
{
	struct tgd_xdp_state *x;
	int err;

	*out = NULL;
	if (!c->feeds)
		return 0;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->cfg = c->xdp;
	libbpf_set_print(libbpf_log);
	err = bring_up(x, c, nl, adopted);
	if (err) {
		tgd_xdp_end(x, nl, adopted);
		return err;
	}
	*out = x;
	return 0;
}

void tgd_xdp_drop(struct tgd_xdp_state *x, const struct tgd_config *c)
{
	if (x)
		unsteer(x, c);
}

int tgd_xdp_update(struct tgd_xdp_state **xp, const struct tgd_config *c, struct tg_nl *nl)
{
	struct tgd_xdp_state *x = *xp;
	int err;

	if (!x)
		return tgd_xdp_begin(xp, c, nl, false);
	err = interfaces(x, c, nl, false);
	if (!err)
		err = steer(x, c);
	return err ? err : groups(x, c);
}

void tgd_xdp_end(struct tgd_xdp_state *x, struct tg_nl *nl, bool keep)
{
	static const char *const maps[] = { "tickgate_feeds", "tickgate_stats", "tickgate_global" };
	char path[160];
	unsigned int i;

	if (!x)
		return;
	for (i = 0; i < x->n && !keep; i++)
		iface_down(x, &x->iface[i], nl);
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]) && !keep; i++) {
		snprintf(path, sizeof(path), "%s/%s", TGD_PIN_DIR, maps[i]);
		unlink(path);
	}
	if (!keep)
		rmdir(TGD_PIN_DIR);
	for (i = 0; i < x->groups; i++)
		tgd_group_leave(&x->group[i]);
	if (x->links >= 0)
		close(x->links);
	bpf_object__close(x->obj);
	free(x->group);
	free(x);
}
