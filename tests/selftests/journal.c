// SPDX-License-Identifier: MIT
/*
 * The journal ring: whole records without a hole from TG_IN_ENGINE on, overrun told, a reader that
 * lies does no harm, a new reader goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tickgate/ring.h>
#include "gateway.h"
#include "ktap.h"

static struct gnl n;

struct reader {
	int fd;
	struct tg_ioc_journal io;
	const struct tg_ring_header *hdr;
	struct tg_journal_user *user;
	const char *bytes;
	__u64 at, seq, digest;
	__u64 records, fillers, holes, bad;
	__u16 first_type;
	int checkpoints;
};

static void open_reader(struct reader *r)
{
	memset(r, 0, sizeof(*r));
	r->io.size = sizeof(r->io);
	r->fd = open("/dev/tickgate0", O_RDWR | O_CLOEXEC);
	if (r->fd < 0 || ioctl(r->fd, TG_IOC_JOURNAL, &r->io))
		ktap_bail("journal: %s", strerror(errno));
	r->hdr = mmap(NULL, r->io.map_bytes, PROT_READ, MAP_SHARED, r->fd, TG_MMAP_JOURNAL);
	r->user = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, TG_MMAP_JOURNAL_USER);
	if (r->hdr == MAP_FAILED || r->user == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	r->bytes = (const char *)r->hdr + TG_SHM_PAGE;
	r->at = tg_load(&r->user->tail);
}

static void close_reader(struct reader *r)
{
	munmap((void *)r->hdr, r->io.map_bytes);
	munmap(r->user, 4096);
	close(r->fd);
}

static void read_all(struct reader *r)
{
	__u64 head = tg_load_acquire(&r->hdr->head);

	while (r->at != head) {
		__u64 pos = r->at & (r->io.ring_bytes - 1), rest = r->io.ring_bytes - pos;
		struct tg_record rec;

		if (rest < sizeof(rec)) {
			r->at += rest;
			continue;
		}
		memcpy(&rec, r->bytes + pos, sizeof(rec));
		if (sizeof(rec) + rec.len > rest) {
			r->bad++;
			return;
		}
		r->at += TG_RECORD_SIZE(rec.len);
		if (rec.type == TG_IN_NONE) {
			r->fillers++;
			continue;
		}
		if (!r->records++)
			r->first_type = rec.type;
		else if (rec.seq != r->seq + 1)
			r->holes++;
		r->bad += rec.type >= TG_IN_MAX || !rec.digest || rec.digest == r->digest;
		r->checkpoints += rec.type == TG_IN_CHECKPOINT;
		r->seq = rec.seq;
		r->digest = rec.digest;
	}
	tg_store_release(&r->user->tail, r->at);
}

static void controls(unsigned int count)
{
	struct tg_in_limits l = {
		.scope = TG_SCOPE_FIRM,
		.max_order_qty = TG_PX_MAX,
		.max_order_notional = TG_PX_MAX,
		.max_position = TG_PX_MAX,
		.collar_bps = ~0u,
		.max_open_orders = ~0u,
		.rate_per_s = ~0u,
		.rate_burst = ~0u,
	};

	while (count--)
		if (gw_input(&n, TG_IN_LIMITS, &l, sizeof(l), NULL))
			ktap_bail("limits refused: %s", n.text);
}

int main(int argc, char **argv)
{
	struct pollfd p = { .events = POLLIN };
	struct tg_nl_status st;
	struct tg_in_engine params;
	struct tg_nl_host host;
	struct reader r;
	__u64 lost, seq;
	__u32 i;

	ktap_usage(argc, argv, "the journal ring");
	ktap_begin();
	gw_need(&n);
	gw_params(&params, &host);
	host.journal_bytes = 1 << 20;
	if (gw_start_with(&n, &params, &host))
		ktap_bail("start: %s", n.text);
	gw_configure(&n);

	open_reader(&r);
	p.fd = r.fd;
	ktap_ok(poll(&p, 1, 0) == 1 && p.revents & POLLIN,
		"what was before the reader makes it readable");
	read_all(&r);
	gw_status(&n, &st);
	ktap_is(r.first_type, TG_IN_ENGINE, "the first record is TG_IN_ENGINE");
	ktap_ok(!r.bad && !r.holes && r.records == r.seq,
		"records are whole and without a hole (%llu)", (unsigned long long)r.records);
	ktap_ok(r.seq == st.record_seq && r.digest == st.digest,
		"the last one is the engine's, with its digest");
	ktap_is(poll(&p, 1, 0), 0, "nothing more to read");
	ktap_is((long)st.journal_attached, 1, "the status shows the reader");
	ktap_is(gw_input(&n, TG_IN_CHECKPOINT, NULL, 0, NULL), 0, "a checkpoint");
	ktap_ok(poll(&p, 1, 2000) == 1, "wakes the reader");
	read_all(&r);
	ktap_is(r.checkpoints, 1, "and is in the journal");

	/* round the ring several times: 120 bytes a record, 1 MiB */
	for (i = 0; i < 10; i++) {
		controls(3000);
		/* records of another length, so that the ring's end is met at ever other places */
		gw_input(&n, TG_IN_CHECKPOINT, NULL, 0, NULL);
		read_all(&r);
	}
	ktap_ok(!r.bad && !r.holes && r.fillers && r.at > 3 * r.io.ring_bytes,
		"three times round the ring: no hole, none torn");
	ktap_note("%llu records, %llu fillers", (unsigned long long)r.records,
		  (unsigned long long)r.fillers);
	ktap_is((long)gw_host_counter(&n, TG_HC_JOURNAL_LOST), 0, "none lost");

	/* a tail that cannot be: not believed */
	tg_store_release(&r.user->tail, r.at + (1 << 20));
	controls(10);
	tg_store_release(&r.user->tail, 8);
	controls(10);
	tg_store_release(&r.user->tail, r.at);
	gw_status(&n, &st);
	ktap_ok(st.journal_tail <= st.journal_head &&
			st.journal_head - st.journal_tail <= r.io.ring_bytes,
		"a tail that lies is not believed");
	read_all(&r);
	ktap_ok(!r.bad && !r.holes, "and nothing is lost by it");

	/* not read: full, counted, one hole */
	controls(10000);
	lost = gw_host_counter(&n, TG_HC_JOURNAL_LOST);
	ktap_ok(lost > 0, "a reader that does not read: %llu records lost and counted",
		(unsigned long long)lost);
	read_all(&r);
	ktap_ok(!r.bad && !r.holes, "what is in the ring is whole");
	seq = r.seq;
	controls(5);
	read_all(&r);
	ktap_is((long)r.holes, 1, "then there is one hole");
	ktap_ok(r.seq > seq + lost && !r.bad, "of the records that were counted");

	/* a second reader goes on where the first was */
	controls(3);
	read_all(&r);
	seq = r.seq;
	controls(2);
	close_reader(&r);
	gw_status(&n, &st);
	ktap_is((long)st.journal_attached, 0, "the reader has gone");
	controls(2);
	open_reader(&r);
	read_all(&r);
	ktap_ok(r.records == 4 && r.seq == seq + 4 && !r.bad, "the next one goes on where it was");
	close_reader(&r);
	ktap_is(gw_stop(&n, false), 0, "stopped");
	return ktap_end();
}
