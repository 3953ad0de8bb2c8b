/*
 * The device's side of a packed virtqueue (virtio 1.3, section 2.8) in plain C, as ring.h has the split one.
 */
#ifndef PACKED_H
#define PACKED_H

#include "ring.h"

enum { PACKED_AVAIL = 1 << 7, PACKED_USED = 1 << 15, EVENT_DISABLE = 1, EVENT_DESC = 2 };

/* The next field of a split ring's descriptor is where this one has its flags, and the flags where this has its id. */
struct packed_descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t id;
	_Atomic uint16_t flags;
};

struct packed {
	const struct memory *memory;
	struct packed_descriptor *descriptors;
	_Atomic uint32_t *driver_event, *device_event;
	int size, event_idx, indirect;
	int next, wrap;
	uint64_t offset;
	int first, unpublished, uncalled; /* the entry that the driver looks at first is shown last */
	struct { uint32_t length; uint16_t id, flags; } first_entry;
};

static inline void packed_open(struct packed *ring, const struct memory *memory, int size, void *descriptors,
		void *driver_event, void *device_event, int event_idx, int indirect, int next, int wrap) {
	ring->memory = memory;
	ring->descriptors = descriptors;
	ring->driver_event = driver_event;
	ring->device_event = device_event;
	ring->size = size;
	ring->event_idx = event_idx;
	ring->indirect = indirect;
	ring->next = next;
	ring->wrap = wrap;
	ring->offset = 0;
	ring->unpublished = ring->uncalled = 0;
	atomic_store_explicit(ring->device_event, 0, memory_order_relaxed);
}

static inline int packed_is_available(const struct packed *ring, int index, int wrap) {
	int flags = atomic_load_explicit(&ring->descriptors[index].flags, memory_order_acquire);
	return !(flags & PACKED_AVAIL) == !wrap && !(flags & PACKED_USED) != !wrap;
}

/* An indirect table (section 2.8.7): all its entries in a row. Answers as batch_add. */
static inline int packed_walk_table(struct packed *ring, struct batch *batch, uint64_t table, uint32_t bytes, int writable) {
	uint32_t entries = bytes / 16;
	if (!ring->indirect || bytes % 16 || !entries || entries > RING_MAX_SIZE)
		return RING_BROKEN;
	for (uint32_t i = 0; i < entries; i++) {
		batch->descriptors++;
		uint64_t length = 16;
		uint8_t *at = memory_find(ring->memory, table + 16 * (uint64_t)i, &length);
		if (!at || length < 16)
			return RING_BROKEN;
		struct descriptor entry = descriptor_read((struct descriptor *)at);
		int flags = entry.next;
		if (flags & DESC_INDIRECT)
			return RING_BROKEN;
		if (!(flags & DESC_WRITE) == !writable) {
			int added = batch_add(batch, ring->memory, entry.address, entry.length);
			if (added <= 0)
				return added;
		}
	}
	return 1;
}

/* Adds the chain at `start`, to its end even if the batch is full before: the descriptors that it takes, or RING_BROKEN. */
static inline int packed_walk(struct packed *ring, struct batch *batch, int start, int writable) {
	int room = 1, index = start;
	for (int slots = 1; slots <= ring->size; slots++) {
		batch->descriptors++;
		struct descriptor entry = descriptor_read((struct descriptor *)&ring->descriptors[index]);
		int flags = entry.next, id = entry.flags;
		if (flags & DESC_INDIRECT) {
			if (slots > 1 || flags & DESC_NEXT)
				return RING_BROKEN;
			room = packed_walk_table(ring, batch, entry.address, entry.length, writable);
		} else if (room && !(flags & DESC_WRITE) == !writable) {
			room = batch_add(batch, ring->memory, entry.address, entry.length);
		}
		if (room < 0)
			return RING_BROKEN;
		if (!(flags & DESC_NEXT)) {
			batch_end(batch, id, slots, room);
			return slots;
		}
		if (++index == ring->size)
			index = 0;
	}
	return RING_BROKEN;
}

/* As ring_fetch. */
static inline int packed_fetch(struct packed *ring, struct batch *batch, int writable, int max_segments, uint64_t max_bytes) {
	batch_clear(batch, max_segments);
	int at = ring->next, wrap = ring->wrap, left = ring->size;
	uint64_t skip = ring->offset;
	while (left > 0 && !batch_is_full(batch) && batch->bytes < max_bytes && packed_is_available(ring, at, wrap)) {
		batch_begin(batch, skip);
		int slots = packed_walk(ring, batch, at, writable);
		if (slots < 0)
			return RING_BROKEN;
		left -= slots;
		at += slots;
		if (at >= ring->size) {
			at -= ring->size;
			wrap = !wrap;
		}
		skip = 0;
	}
	return batch->chains;
}

static inline void packed_complete(struct packed *ring, int id, int slots, uint32_t written) {
	uint16_t flags = (ring->wrap ? PACKED_AVAIL | PACKED_USED : 0) | (written ? DESC_WRITE : 0);
	if (!ring->unpublished) {
		ring->unpublished = 1;
		ring->first = ring->next;
		ring->first_entry.length = written;
		ring->first_entry.id = id;
		ring->first_entry.flags = flags;
	} else {
		struct packed_descriptor *entry = &ring->descriptors[ring->next];
		entry->length = written;
		entry->id = id;
		atomic_store_explicit(&entry->flags, flags, memory_order_relaxed);
	}
	ring->next += slots;
	if (ring->next >= ring->size) {
		ring->next -= ring->size;
		ring->wrap = !ring->wrap;
	}
	ring->uncalled = ring->uncalled + slots < ring->size ? ring->uncalled + slots : ring->size;
}

/* As ring_consume. */
static inline void packed_consume(struct packed *ring, const struct batch *batch, uint64_t bytes) {
	for (int i = 0; i < batch->chains; i++) {
		if (bytes < batch->length[i] || !batch->whole[i]) {
			ring->offset += bytes;
			return;
		}
		bytes -= batch->length[i];
		ring->offset = 0;
		packed_complete(ring, batch->id[i], batch->slots[i], 0);
	}
}

/* As ring_fill. */
static inline void packed_fill(struct packed *ring, const struct batch *batch, uint64_t bytes) {
	for (int i = 0; i < batch->chains; i++) {
		uint64_t written = bytes < batch->length[i] ? bytes : batch->length[i];
		if (!written && batch->length[i])
			return;
		packed_complete(ring, batch->id[i], batch->slots[i], written);
		bytes -= written;
	}
}

static inline void packed_publish(struct packed *ring) {
	if (!ring->unpublished)
		return;
	struct packed_descriptor *entry = &ring->descriptors[ring->first];
	entry->length = ring->first_entry.length;
	entry->id = ring->first_entry.id;
	atomic_store_explicit(&entry->flags, ring->first_entry.flags, memory_order_release);
	ring->unpublished = 0;
}

/* As ring_call_due; the arithmetic is that of section 2.8.21.3.1. */
static inline int packed_call_due(struct packed *ring) {
	int given = ring->uncalled;
	if (!given)
		return 0;
	ring->uncalled = 0;
	/* the flags must be seen before the event is read, or both sides go to sleep */
	atomic_thread_fence(memory_order_seq_cst);
	uint32_t event = atomic_load_explicit(ring->driver_event, memory_order_relaxed);
	int flags = event >> 16 & 3;
	if (!ring->event_idx || flags != EVENT_DESC)
		return flags != EVENT_DISABLE;
	int index = (event & 0x7fff) - (!(event & 0x8000) == !ring->wrap ? 0 : ring->size);
	return given == ring->size || (uint16_t)(ring->next - index - 1) < given;
}

/* As ring_arm_kick. */
static inline int packed_arm_kick(struct packed *ring) {
	if (ring->event_idx)
		atomic_store_explicit(ring->device_event, (uint32_t)(ring->next | ring->wrap << 15) | EVENT_DESC << 16,
				memory_order_release);
	/* the event must be visible before the flags are read again: the driver does it the other way round */
	atomic_thread_fence(memory_order_seq_cst);
	return packed_is_available(ring, ring->next, ring->wrap);
}

#endif
