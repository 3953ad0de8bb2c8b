/*
 * The device's side of a split virtqueue (virtio 1.3, section 2.7) in plain C, for the baselines: the same rules, checks and
 * order of accesses as bus.core.virtio, and nothing that makes it faster or slower than one would write it.
 *
 * Look first, complete later: ring_fetch translates what the driver offers into an iovec array and takes nothing; ring_consume
 * and ring_fill complete chains as bytes really moved; ring_publish shows it; ring_call_due says whether to write to the call
 * descriptor; ring_arm_kick asks for the next kick. One thread a ring.
 */
#ifndef RING_H
#define RING_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

enum { BATCH_SEGMENTS = 64, BATCH_BYTES = 256 * 1024, BATCH_DESCRIPTORS = 4096, MEMORY_REGIONS = 32, RING_MAX_SIZE = 32768 };
enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, AVAIL_NO_INTERRUPT = 1 };

/* What ring_fetch answers when the driver broke a rule: the ring must be left alone from then on. */
enum { RING_BROKEN = -1 };

struct region {
	uint64_t guest, size; /* guest addresses */
	uint64_t user;        /* where the front-end sees it: ring addresses are given so */
	uint8_t *host;        /* where it is mapped here */
};

struct memory {
	int count;
	struct region region[MEMORY_REGIONS];
};

struct batch {
	struct iovec iovec[BATCH_SEGMENTS];
	int id[BATCH_SEGMENTS];
	int slots[BATCH_SEGMENTS];
	uint64_t length[BATCH_SEGMENTS];
	uint8_t whole[BATCH_SEGMENTS];
	int segments, chains, descriptors, limit;
	uint64_t bytes, skip;
};

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

struct used_entry {
	uint32_t id, length;
};

struct ring {
	const struct memory *memory;
	struct descriptor *descriptors;
	struct available {
		uint16_t flags;
		_Atomic uint16_t index;
		uint16_t ring[]; /* and used_event */
	} *available;
	struct used {
		uint16_t flags;
		_Atomic uint16_t index;
		struct used_entry ring[]; /* and avail_event */
	} *used;
	volatile uint16_t *used_event, *avail_event;
	int size, event_idx, indirect;
	uint16_t next, used_index, published, called;
	uint64_t offset; /* bytes of the first incomplete chain that are consumed */
};

/* The address here of guest bytes, and how many of them, at most *length, lie in one region; NULL if none. */
static inline uint8_t *memory_find(const struct memory *memory, uint64_t guest, uint64_t *length) {
	for (int i = 0; i < memory->count; i++) {
		const struct region *region = &memory->region[i];
		uint64_t offset = guest - region->guest;
		if (offset < region->size) {
			if (*length > region->size - offset)
				*length = region->size - offset;
			return region->host + offset;
		}
	}
	return NULL;
}

/* The address here of a part of a ring, given as the front-end sees it; NULL if no region holds all of it. */
static inline void *memory_user(const struct memory *memory, uint64_t user, uint64_t length) {
	for (int i = 0; i < memory->count; i++) {
		const struct region *region = &memory->region[i];
		uint64_t offset = user - region->user;
		if (offset < region->size && length <= region->size - offset)
			return region->host + offset;
	}
	return NULL;
}

static inline void batch_clear(struct batch *batch, int limit) {
	batch->segments = batch->chains = batch->descriptors = 0;
	batch->bytes = 0;
	batch->limit = limit < BATCH_SEGMENTS ? limit : BATCH_SEGMENTS;
}

static inline int batch_is_full(const struct batch *batch) {
	return batch->segments >= batch->limit || batch->chains >= BATCH_SEGMENTS || batch->descriptors >= BATCH_DESCRIPTORS;
}

static inline void batch_begin(struct batch *batch, uint64_t skip) {
	batch->length[batch->chains] = 0;
	batch->skip = skip;
}

static inline void batch_end(struct batch *batch, int id, int slots, int whole) {
	batch->id[batch->chains] = id;
	batch->slots[batch->chains] = slots;
	batch->whole[batch->chains++] = whole;
}

/* Adds a buffer, which may reach over several regions: 1, or 0 if there is no room for all of it, or RING_BROKEN. */
static inline int batch_add(struct batch *batch, const struct memory *memory, uint64_t guest, uint64_t length) {
	while (length > 0) {
		uint64_t piece = length;
		uint8_t *host = memory_find(memory, guest, &piece);
		if (!host)
			return RING_BROKEN;
		guest += piece;
		length -= piece;
		if (batch->skip >= piece) {
			batch->skip -= piece;
			continue;
		}
		if (batch->segments >= batch->limit)
			return 0;
		struct iovec *iovec = &batch->iovec[batch->segments++];
		iovec->iov_base = host + batch->skip;
		iovec->iov_len = piece - batch->skip;
		batch->skip = 0;
		batch->length[batch->chains] += iovec->iov_len;
		batch->bytes += iovec->iov_len;
	}
	return 1;
}

/* Copies the batch's bytes out of guest memory, at most `room`. */
static inline uint64_t batch_copy_to(const struct batch *batch, uint8_t *target, uint64_t room) {
	uint64_t copied = 0;
	for (int i = 0; i < batch->segments && copied < room; i++) {
		uint64_t n = batch->iovec[i].iov_len < room - copied ? batch->iovec[i].iov_len : room - copied;
		memcpy(target + copied, batch->iovec[i].iov_base, n);
		copied += n;
	}
	return copied;
}

/* Copies `length` bytes into guest memory. */
static inline void batch_copy_from(const struct batch *batch, const uint8_t *source, uint64_t length) {
	uint64_t copied = 0;
	for (int i = 0; i < batch->segments && copied < length; i++) {
		uint64_t n = batch->iovec[i].iov_len < length - copied ? batch->iovec[i].iov_len : length - copied;
		memcpy(batch->iovec[i].iov_base, source + copied, n);
		copied += n;
	}
}

/*
 * Opens a ring. `next` is SET_VRING_BASE's; `size` a power of two up to RING_MAX_SIZE, the parts as memory_user finds them:
 * 16 * size, 6 + 2 * size and 6 + 8 * size bytes.
 */
static inline void ring_open(struct ring *ring, const struct memory *memory, int size, void *descriptors, void *available,
		void *used, int event_idx, int indirect, uint16_t next) {
	ring->memory = memory;
	ring->descriptors = descriptors;
	ring->available = available;
	ring->used = used;
	ring->used_event = (uint16_t *)((uint8_t *)available + 4 + 2 * size);
	ring->avail_event = (uint16_t *)((uint8_t *)used + 4 + 8 * size);
	ring->size = size;
	ring->event_idx = event_idx;
	ring->indirect = indirect;
	ring->next = next;
	ring->offset = 0;
	ring->used_index = ring->published = ring->called = atomic_load_explicit(&ring->used->index, memory_order_acquire);
	ring->used->flags = 0;
}

static inline int ring_offered(const struct ring *ring) {
	return (uint16_t)(atomic_load_explicit(&ring->available->index, memory_order_acquire) - ring->next);
}

/* A descriptor is read once, and what was read is checked: the driver may write to it meanwhile. */
static inline struct descriptor descriptor_read(const struct descriptor *from) {
	const volatile uint64_t *words = (const volatile uint64_t *)from;
	uint64_t address = words[0], word = words[1];
	return (struct descriptor) { address, (uint32_t)word, (uint16_t)(word >> 32), (uint16_t)(word >> 48) };
}

/* The table that ends a chain (section 2.7.5.3): answers as batch_add. */
static inline int ring_walk_table(struct ring *ring, struct batch *batch, struct descriptor table, int writable) {
	uint32_t entries = table.length / 16;
	if (!ring->indirect || table.flags & DESC_NEXT || table.length % 16 || !entries || entries > RING_MAX_SIZE)
		return RING_BROKEN;
	uint32_t index = 0;
	for (uint32_t left = entries; left > 0; left--) {
		batch->descriptors++;
		uint64_t length = 16;
		uint8_t *at = memory_find(ring->memory, table.address + 16 * (uint64_t)index, &length);
		if (!at || length < 16)
			return RING_BROKEN;
		struct descriptor entry = descriptor_read((struct descriptor *)at);
		if (entry.flags & DESC_INDIRECT)
			return RING_BROKEN;
		if (!(entry.flags & DESC_WRITE) == !writable) {
			int added = batch_add(batch, ring->memory, entry.address, entry.length);
			if (added <= 0)
				return added;
		}
		if (!(entry.flags & DESC_NEXT))
			return 1;
		index = entry.next;
		if (index >= entries)
			return RING_BROKEN;
	}
	return RING_BROKEN;
}

/* Adds the chain at `head`: answers as batch_add. */
static inline int ring_walk(struct ring *ring, struct batch *batch, int head, int writable) {
	int index = head;
	for (int left = ring->size; left > 0; left--) { /* more steps than descriptors: the chain bites its tail */
		batch->descriptors++;
		struct descriptor entry = descriptor_read(&ring->descriptors[index]);
		if (entry.flags & DESC_INDIRECT)
			return ring_walk_table(ring, batch, entry, writable);
		if (!(entry.flags & DESC_WRITE) == !writable) {
			int added = batch_add(batch, ring->memory, entry.address, entry.length);
			if (added <= 0)
				return added;
		}
		if (!(entry.flags & DESC_NEXT))
			return 1;
		index = entry.next;
		if (index >= ring->size)
			return RING_BROKEN;
	}
	return RING_BROKEN;
}

/*
 * Snapshots the next chains without taking them: those buffers that the device writes if `writable`, or those that it reads. No
 * further chain is begun when max_bytes are reached. Answers the chains in the batch, or RING_BROKEN.
 */
static inline int ring_fetch(struct ring *ring, struct batch *batch, int writable, int max_segments, uint64_t max_bytes) {
	batch_clear(batch, max_segments);
	int offered = ring_offered(ring);
	if (offered > ring->size)
		return RING_BROKEN;
	uint64_t skip = ring->offset;
	for (int i = 0; i < offered && !batch_is_full(batch) && batch->bytes < max_bytes; i++) {
		int head = *(volatile uint16_t *)&ring->available->ring[(ring->next + i) & (ring->size - 1)];
		if (head >= ring->size)
			return RING_BROKEN;
		batch_begin(batch, skip);
		int whole = ring_walk(ring, batch, head, writable);
		if (whole < 0)
			return RING_BROKEN;
		batch_end(batch, head, 1, whole);
		skip = 0;
	}
	return batch->chains;
}

static inline void ring_complete(struct ring *ring, int head, uint32_t written) {
	ring->used->ring[ring->used_index++ & (ring->size - 1)] = (struct used_entry) { head, written };
	ring->next++;
}

/* The device read so many bytes of the batch: completes the chains that are used up, remembers the rest. */
static inline void ring_consume(struct ring *ring, const struct batch *batch, uint64_t bytes) {
	for (int i = 0; i < batch->chains; i++) {
		if (bytes < batch->length[i] || !batch->whole[i]) {
			ring->offset += bytes;
			return;
		}
		bytes -= batch->length[i];
		ring->offset = 0;
		ring_complete(ring, batch->id[i], 0);
	}
}

/* The device wrote so many bytes into the batch: completes each chain that holds some, the last one short. */
static inline void ring_fill(struct ring *ring, const struct batch *batch, uint64_t bytes) {
	for (int i = 0; i < batch->chains; i++) {
		uint64_t written = bytes < batch->length[i] ? bytes : batch->length[i];
		if (!written && batch->length[i])
			return;
		ring_complete(ring, batch->id[i], written);
		bytes -= written;
	}
}

/* Shows the driver what was completed. */
static inline void ring_publish(struct ring *ring) {
	if (ring->used_index == ring->published)
		return;
	atomic_store_explicit(&ring->used->index, ring->used_index, memory_order_release);
	ring->published = ring->used_index;
}

/* Whether the driver wants to be told of what was published since this was last asked. */
static inline int ring_call_due(struct ring *ring) {
	uint16_t old = ring->called, published = ring->published;
	if (published == old)
		return 0;
	ring->called = published;
	/* the index must be seen before the event is read, or both sides go to sleep (section 2.7.7.2) */
	atomic_thread_fence(memory_order_seq_cst);
	if (!ring->event_idx)
		return !(*(volatile uint16_t *)&ring->available->flags & AVAIL_NO_INTERRUPT);
	return (uint16_t)(published - *ring->used_event - 1) < (uint16_t)(published - old);
}

/* Asks for a kick when so many chains are offered, more than one only with EVENT_IDX. 1 if they are meanwhile: look again. */
static inline int ring_arm_kick(struct ring *ring, int chains) {
	if (ring->event_idx)
		*ring->avail_event = ring->next + chains - 1;
	/* the event must be visible before the index is read again: the driver does it the other way round */
	atomic_thread_fence(memory_order_seq_cst);
	return ring_offered(ring) >= chains;
}

#endif
