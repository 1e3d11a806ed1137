// SPDX-License-Identifier: MIT
/* tgctl book --watch and --once: the ladder, in the terminal or printed; products by their shared memory. */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tickgate/abi_hash.h>
#include "book.h"

#define DEVICE	"/dev/tickgate0"
#define TRIES	1000u		/* of a copy that the writer disturbed */

/* ---- products ---- */

static int find_product(const struct ctl_command *self, const char *text, __u32 max, __u32 *id)
{
	char key[32], name[TG_NAME_LEN];
	__u64 v;
	__u32 i;

	for (i = 1; i <= max; i++) {
		snprintf(key, sizeof(key), "product %u", i);
		if (tg_rundir_get("names", key, name, sizeof(name)) && !strcmp(name, text)) {
			*id = i;
			return 0;
		}
	}
	if (!tg_uint_parse(text, max, &v) && v) {
		*id = (__u32)v;
		return 0;
	}
	if (max)
		fprintf(stderr, "tgctl %s: no product \"%s\"; give its configured name, or an id from 1 to %u\n",
			self->name, text, max);
	else
		fprintf(stderr, "tgctl %s: the engine keeps no products ([engine] max_products)\n", self->name);
	return 1;
}

/* Attached as a reader: that is how images are mapped. */
int book_product_open(struct book_view *v, const struct ctl_command *self, const char *text)
{
	struct tg_ioc_attach a = { .size = sizeof(a), .abi_version = TG_ABI_VERSION, .abi_hash = TG_ABI_HASH,
				   .flags = TG_CLIENT_READ_ONLY, .name = "tgctl" };

	v->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (v->fd < 0 || ioctl(v->fd, TG_IOC_ATTACH, &a)) {
		fprintf(stderr, "tgctl %s: " DEVICE ": %s\n", self->name, strerror(errno));
		return 1;
	}
	if (find_product(self, text, a.products_bytes ? a.max_products : 0, &v->id))
		return 1;
	v->map = mmap(NULL, a.products_bytes, PROT_READ, MAP_SHARED, v->fd, TG_MMAP_PRODUCTS);
	if (v->map == MAP_FAILED) {
		v->map = NULL;
		fprintf(stderr, "tgctl %s: " DEVICE ": products: %s\n", self->name, strerror(errno));
		return 1;
	}
	v->map_bytes = a.products_bytes;
	return 0;
}

static int read_product(const struct book_view *v, struct tg_product_image *out)
{
	const struct tg_product_image *p = (const struct tg_product_image *)v->map + v->id;
	__u32 before, tries;

	for (tries = 0; tries < TRIES; tries++) {
		before = __atomic_load_n(&p->seqcount, __ATOMIC_ACQUIRE);
		memcpy(out, p, sizeof(*out));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(before & 1) && __atomic_load_n(&p->seqcount, __ATOMIC_RELAXED) == before)
			return 0;
	}
	return -EAGAIN;
}

void book_product_close(struct book_view *v)
{
	if (v->map)
		munmap(v->map, v->map_bytes);
	if (v->fd >= 0)
		close(v->fd);
}

/* ---- frames ---- */

static const char *where(void *arg, __u32 instrument_id)
{
	struct ctl *c = arg;
	__u32 i;

	for (i = 0; i < c->instruments; i++)
		if (c->instrument[i].instrument_id == instrument_id)
			return ctl_venue(c, c->instrument[i].venue_id);
	return "?";
}

static int frame(struct book_view *v, const struct ctl_command *self)
{
	struct tg_product_image product;
	struct tg_book_image book;
	int err;

	if (v->map) {
		err = read_product(v, &product);
		if (err) {
			fprintf(stderr, "tgctl %s: %s: %s\n", self->name, v->name, strerror(-err));
			return 1;
		}
		ladder_product(&v->ladder, v->name, &product, v->depth, where, v->c);
		return 0;
	}
	err = tg_nl_book(v->c->nl, v->id, &book);
	if (err)
		return ctl_fail(v->c, self, v->name, err);
	ladder_frame(&v->ladder, v->name, &book, v->depth);
	return 0;
}

int book_print(struct book_view *v, const struct ctl_command *self)
{
	unsigned int i;

	if (frame(v, self))
		return 1;
	for (i = 0; i < v->ladder.rows; i++)
		puts(v->ladder.row[i]);
	fflush(stdout);
	return 0;
}

/* ---- terminal ---- */

static void draw(const struct book_view *v)
{
	static const int attributes[] = {
		[LADDER_HEAD] = A_BOLD, [LADDER_PLAIN] = 0, [LADDER_BID] = COLOR_PAIR(1),
		[LADDER_ASK] = COLOR_PAIR(2), [LADDER_OWN] = A_BOLD | COLOR_PAIR(3), [LADDER_WARN] = A_REVERSE,
	};
	unsigned int i;

	erase();
	for (i = 0; i < v->ladder.rows && (int)i < LINES - 1; i++) {
		attrset(attributes[v->ladder.kind[i]]);
		mvaddnstr((int)i, 0, v->ladder.row[i], COLS);
	}
	attrset(A_DIM);
	mvaddnstr(LINES - 1, 0, "q quit   + more levels   - fewer", COLS);
	refresh();
}

int book_terminal(struct book_view *v, const struct ctl_command *self, int interval_ms)
{
	int key, ret = 0;

	if (!initscr())
		return 1;
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_GREEN, -1);
		init_pair(2, COLOR_RED, -1);
		init_pair(3, COLOR_YELLOW, -1);
	}
	timeout(interval_ms);
	for (;;) {
		/* a message of what failed would be lost on this screen */
		ret = frame(v, self);
		if (ret)
			break;
		draw(v);
		key = getch();
		if (key == 'q' || key == 'Q')
			break;
		if (key == '+' && v->depth < TG_IMAGE_LEVELS)
			v->depth++;
		if (key == '-' && v->depth > 1)
			v->depth--;
	}
	endwin();
	if (ret)
		frame(v, self);		/* says it again */
	return ret;
}
