/*
 * The baseline of the suite "rings": what vport does with a queue, in plain C, called on the very memory that vport has in the
 * next round. Made into a library by the suite. All state is the caller's: a struct bench of rings_size() cleared bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "driver.h"

enum { FIRST_SEGMENTS = 4, COPY_BYTES = 64 * 1024, PIPE_BYTES = 1 << 20 };

/* Where a queue's bytes go, or come from. */
enum path { DISCARD, FILL, WRITE, READ, HAND, ASK };

struct bench {
	struct memory memory;
	struct driver driver;
	struct batch batch;
	struct ring ring;
	struct packed packed;
	int64_t calls, moved;
	int fd, epoll, kick, call, stop;
	enum path path;
	pthread_t thread;
	uint64_t (*port)(uint8_t *, uint64_t);
	uint8_t copy[COPY_BYTES];
};

#define EXPORT __attribute__((visibility("default")))

/* ---- set-up */

EXPORT int64_t rings_size(void) {
	return sizeof(struct bench);
}

EXPORT int64_t rings_region(struct bench *bench, int64_t guest, int64_t size, int64_t host, int64_t taken) {
	int i = bench->memory.count++;
	bench->memory.region[i] = (struct region) { guest, size, guest, (uint8_t *)host };
	bench->driver.room[i] = taken;
	return i;
}

/* Lays a ring out; 0, or -1 if the memory is too small for it. */
EXPORT int64_t rings_layout(struct bench *bench, int64_t packed, int64_t size, int64_t length, int64_t indirect,
		int64_t writable, int64_t bytes) {
	struct driver *driver = &bench->driver;
	driver->packed = packed;
	driver->size = size;
	driver->length = length;
	driver->indirect = indirect;
	driver->writable = writable;
	driver->bytes = bytes;
	return driver_layout(driver, &bench->memory);
}

EXPORT int64_t rings_address(const struct bench *bench, int64_t part) {
	return part == 0 ? bench->driver.descriptors : part == 1 ? bench->driver.available : bench->driver.used;
}

EXPORT int64_t rings_entries(const struct bench *bench) {
	return bench->driver.size;
}

/* Bytes of the first region that are taken. */
EXPORT int64_t rings_taken(const struct bench *bench) {
	return bench->driver.room[0];
}

/* Where the driver stands, as SET_VRING_BASE has it. */
EXPORT int64_t rings_base(const struct bench *bench) {
	const struct driver *driver = &bench->driver;
	return driver->packed ? driver->next * driver_slots(driver) | driver->wrap << 15 : driver->index;
}

/* All that was offered counts as having come back; the device of this library begins where the driver stands. */
EXPORT int64_t rings_open(struct bench *bench) {
	struct driver *driver = &bench->driver;
	void *descriptors = driver_at(&bench->memory, driver->descriptors);
	void *available = driver_at(&bench->memory, driver->available), *used = driver_at(&bench->memory, driver->used);
	if (!driver->packed) /* the driver may have run alone meanwhile */
		((struct used *)used)->index = driver->index;
	if (driver->packed)
		packed_open(&bench->packed, &bench->memory, driver->size, descriptors, available, used, 1, 1,
				driver->next * driver_slots(driver), driver->wrap);
	else
		ring_open(&bench->ring, &bench->memory, driver->size, descriptors, available, used, 1, 1, driver->index);
	return 0;
}

/* ---- the driver, for both */

EXPORT int64_t rings_offer(struct bench *bench, int64_t chains) {
	driver_offer(&bench->driver, &bench->memory, chains);
	return 0;
}

EXPORT int64_t rings_has_all(const struct bench *bench) {
	return driver_has_all(&bench->driver, &bench->memory);
}

/* Offers a chain that holds one control message. */
EXPORT int64_t rings_offer_control(struct bench *bench, int64_t id, int64_t event, int64_t value) {
	struct driver *driver = &bench->driver;
	int chain = driver->packed ? driver->next : driver->index % driver->chains;
	struct descriptor *table = driver_at(&bench->memory, driver->descriptors);
	uint64_t message = (uint32_t)id | (uint64_t)event << 32 | (uint64_t)value << 48;
	memcpy(driver_at(&bench->memory, table[chain * driver_slots(driver)].address), &message, sizeof message);
	driver_offer(driver, &bench->memory, 1);
	return 0;
}

/* ---- the device */

static inline int fetch(struct bench *bench, int writable, int segments, uint64_t bytes) {
	return bench->driver.packed ? packed_fetch(&bench->packed, &bench->batch, writable, segments, bytes)
			: ring_fetch(&bench->ring, &bench->batch, writable, segments, bytes);
}

static inline void consume(struct bench *bench, uint64_t bytes) {
	if (bench->driver.packed)
		packed_consume(&bench->packed, &bench->batch, bytes);
	else
		ring_consume(&bench->ring, &bench->batch, bytes);
}

static inline void fill(struct bench *bench, uint64_t bytes) {
	if (bench->driver.packed)
		packed_fill(&bench->packed, &bench->batch, bytes);
	else
		ring_fill(&bench->ring, &bench->batch, bytes);
}

static inline void publish(struct bench *bench) {
	if (bench->driver.packed)
		packed_publish(&bench->packed);
	else
		ring_publish(&bench->ring);
}

static inline int arm_kick(struct bench *bench) {
	return bench->driver.packed ? packed_arm_kick(&bench->packed) : ring_arm_kick(&bench->ring, 1);
}

static inline int call_due(struct bench *bench) {
	return bench->driver.packed ? packed_call_due(&bench->packed) : ring_call_due(&bench->ring);
}

/* Ports with a call of their own, which the compiler must not look into. */
static uint64_t swallow(uint8_t *bytes, uint64_t length) {
	return length;
}

static uint64_t give(uint8_t *bytes, uint64_t length) {
	static uint8_t source[COPY_BYTES];
	memcpy(bytes, source, length);
	return length;
}

static int64_t min(int64_t a, int64_t b) {
	return a < b ? a : b;
}

/* Moves one batch; bytes moved, or a negative error number. */
static inline int64_t move(struct bench *bench, enum path path) {
	struct batch *batch = &bench->batch;
	int64_t moved = batch->bytes;
	switch (path) {
	case WRITE:
		moved = writev(bench->fd, batch->iovec, batch->segments);
		break;
	case READ:
		moved = readv(bench->fd, batch->iovec, batch->segments);
		break;
	case HAND:
		moved = bench->port(bench->copy, batch_copy_to(batch, bench->copy, COPY_BYTES));
		break;
	case ASK:
		moved = bench->port(bench->copy, min(batch->bytes, COPY_BYTES));
		batch_copy_from(batch, bench->copy, moved);
		break;
	default:
		break;
	}
	if (moved < 0)
		return -errno;
	if (bench->driver.writable)
		fill(bench, moved);
	else
		consume(bench, moved);
	return moved;
}

/* What a kick leads to: the queue is served until it is empty, and the driver is told if it wants to be. */
static inline int64_t turn(struct bench *bench, enum path path) {
	int writable = bench->driver.writable;
	int segments = path == READ || path == ASK ? FIRST_SEGMENTS : BATCH_SEGMENTS;
	while (1) {
		int chains = fetch(bench, writable, segments, BATCH_BYTES);
		if (chains < 0)
			return -EPROTO;
		if (!chains) {
			if (!arm_kick(bench))
				return call_due(bench);
			continue;
		}
		int64_t moved = move(bench, path);
		if (moved == -EINTR)
			continue;
		if (moved < 0)
			return moved;
		if ((uint64_t)moved == bench->batch.bytes)
			segments = BATCH_SEGMENTS;
		publish(bench);
		bench->moved += moved;
	}
}

/* Says where bytes go from now on. */
EXPORT int64_t rings_path(struct bench *bench, int64_t path, int64_t fd) {
	bench->path = path;
	bench->fd = fd;
	bench->port = path == HAND ? swallow : give;
	return 0;
}

/* What the other end of a pipe does between two turns: it takes all that is there, or puts there what will be read. */
EXPORT int64_t rings_other_end(int64_t path, int64_t fd, int64_t bytes) {
	static uint8_t source[BATCH_BYTES];
	static int null = -1;
	if (null < 0)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	for (int64_t left = bytes; left > 0;) {
		int64_t n = path == WRITE ? splice(fd, NULL, null, NULL, left, SPLICE_F_MOVE) : write(fd, source, min(left, BATCH_BYTES));
		if (n <= 0)
			return n ? -errno : -EPIPE;
		left -= n;
	}
	return 0;
}

EXPORT int64_t rings_widen(int64_t fd) {
	return fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES) < 0 ? -errno : 0;
}

/* Rounds of: the driver offers, the device serves. `other` is the other end of a pipe, or -1. Calls that were due, or an error. */
EXPORT int64_t rings_run(struct bench *bench, int64_t rounds, int64_t chains, int64_t other) {
	int64_t calls = 0, bytes = chains * bench->driver.length * bench->driver.bytes;
	for (int64_t i = 0; i < rounds; i++) {
		if (other >= 0 && bench->path == READ && rings_other_end(READ, other, bytes))
			return -EIO;
		driver_offer(&bench->driver, &bench->memory, chains);
		int64_t due = turn(bench, bench->path);
		if (due < 0)
			return due;
		calls += due;
		if (other >= 0 && bench->path == WRITE && rings_other_end(WRITE, other, bytes))
			return -EIO;
	}
	return calls;
}

/* The same with nothing of the device but that all comes back: what the driver itself costs. */
EXPORT int64_t rings_driver_alone(struct bench *bench, int64_t rounds, int64_t chains) {
	for (int64_t i = 0; i < rounds; i++)
		driver_offer(&bench->driver, &bench->memory, chains);
	return 0;
}

/* The bytes of that many chains, to or from a buffer, by nothing but memcpy. */
EXPORT int64_t rings_memcpy(struct bench *bench, int64_t rounds, int64_t chains) {
	static uint8_t buffer[COPY_BYTES];
	struct descriptor *table = driver_at(&bench->memory, bench->driver.descriptors);
	uint64_t bytes = bench->driver.bytes;
	for (int64_t i = 0; i < rounds * chains; i++) {
		void *at = driver_at(&bench->memory, table[i % bench->driver.chains].address);
		if (bench->driver.writable)
			memcpy(at, buffer, bytes);
		else
			memcpy(buffer, at, bytes);
		__asm__ volatile("" ::: "memory");
	}
	return 0;
}

#include "loop.h"
#include "messages.h"
