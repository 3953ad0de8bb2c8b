/*
 * A driver that costs as little as it can, so that what is measured is the device: its chains lie at fixed places and are
 * offered over and over again. Both contestants have this one.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "packed.h"

struct driver {
	uint64_t room[MEMORY_REGIONS]; /* bytes of each region that are taken */
	uint64_t descriptors, available, used; /* guest addresses */
	int packed, size, event_idx;
	int length, indirect, writable;        /* buffers of a chain; whether in a table of its own; who writes */
	int chains;                            /* chains that there are: a power of two if the ring is split */
	uint32_t bytes;                        /* of a buffer */
	uint16_t index;                        /* split: the available index */
	int next, wrap;                        /* packed: the next chain, and its wrap counter */
};

/* Takes guest bytes of a region, 64-byte aligned and cleared; their guest address, or 0 if there are no more. */
static inline uint64_t driver_allocate(struct driver *driver, const struct memory *memory, int region, uint64_t length) {
	uint64_t at = driver->room[region];
	if (length > memory->region[region].size - at)
		return 0;
	driver->room[region] = (at + length + 63) & ~(uint64_t)63;
	memset(memory->region[region].host + at, 0, length);
	return memory->region[region].guest + at;
}

static inline void *driver_at(const struct memory *memory, uint64_t guest) {
	uint64_t length = 1;
	return memory_find(memory, guest, &length);
}

static inline int driver_slots(const struct driver *driver) {
	return driver->indirect ? 1 : driver->length;
}

/* One descriptor, in either layout: a packed one's flags are where the split one's next is. */
static inline struct descriptor driver_descriptor(const struct driver *driver, uint64_t address, uint32_t length, int flags,
		int id_or_next) {
	return driver->packed ? (struct descriptor) { address, length, id_or_next, flags }
			: (struct descriptor) { address, length, flags, id_or_next };
}

/* Writes the chain's buffers into `table`, from entry `at` on; which of the regions they are in changes with every buffer. */
static inline int driver_fill_table(struct driver *driver, const struct memory *memory, int chain, struct descriptor *table,
		int at) {
	for (int i = 0; i < driver->length; i++) {
		int region = (chain * driver->length + i) % memory->count;
		uint64_t buffer = driver_allocate(driver, memory, region, driver->bytes);
		if (!buffer)
			return -1;
		int flags = (i + 1 < driver->length ? DESC_NEXT : 0) | (driver->writable ? DESC_WRITE : 0);
		table[at + i] = driver_descriptor(driver, buffer, driver->bytes, flags, driver->packed ? chain : at + i + 1);
	}
	return 0;
}

/* Lays everything out anew; -1 if it does not fit. */
static inline int driver_layout(struct driver *driver, const struct memory *memory) {
	int slots = driver_slots(driver);
	if (driver->packed)
		driver->size = driver->size / slots * slots; /* so that no chain wraps */
	int size = driver->size;
	driver->descriptors = driver_allocate(driver, memory, 0, 16 * size);
	driver->available = driver_allocate(driver, memory, 0, 6 + 2 * size);
	driver->used = driver_allocate(driver, memory, 0, 6 + 8 * size);
	driver->index = driver->next = 0;
	driver->wrap = 1;
	for (driver->chains = 1; 2 * driver->chains * slots <= size; driver->chains *= 2)
		;
	if (driver->packed)
		driver->chains = size / slots;
	if (!driver->descriptors || !driver->available || !driver->used)
		return -1;
	struct descriptor *table = driver_at(memory, driver->descriptors);
	for (int chain = 0; chain < driver->chains; chain++) {
		int at = chain * slots;
		if (!driver->indirect) {
			if (driver_fill_table(driver, memory, chain, table, at))
				return -1;
			continue;
		}
		uint64_t own = driver_allocate(driver, memory, 0, 16 * driver->length);
		if (!own || driver_fill_table(driver, memory, chain, driver_at(memory, own), 0))
			return -1;
		table[at] = driver_descriptor(driver, own, 16 * driver->length, DESC_INDIRECT, driver->packed ? chain : 0);
	}
	if (!driver->packed)
		for (int i = 0; i < size; i++)
			((struct available *)driver_at(memory, driver->available))->ring[i] = i % driver->chains * slots;
	return 0;
}

/* A packed chain becomes available when its first descriptor does; the device has overwritten what follows the address. */
static inline void driver_offer_packed(struct driver *driver, struct packed_descriptor *table) {
	int slots = driver_slots(driver);
	struct packed_descriptor *first = &table[driver->next * slots];
	int side = driver->wrap ? PACKED_AVAIL : PACKED_USED;
	for (int i = slots - 1; i >= 0; i--) {
		int flags = side | (driver->indirect ? DESC_INDIRECT : driver->writable ? DESC_WRITE : 0)
				| (i + 1 < slots ? DESC_NEXT : 0);
		first[i].length = driver->indirect ? 16 * (uint32_t)driver->length : driver->bytes;
		first[i].id = driver->next;
		atomic_store_explicit(&first[i].flags, flags, memory_order_release);
	}
	if (++driver->next == driver->chains) {
		driver->next = 0;
		driver->wrap = !driver->wrap;
	}
}

/* Offers so many chains, and asks for a call when the last of them comes back. */
static inline void driver_offer(struct driver *driver, const struct memory *memory, int chains) {
	if (driver->packed) {
		struct packed_descriptor *table = driver_at(memory, driver->descriptors);
		int last = (driver->next + chains - 1) % driver->chains;
		int wrap = driver->next + chains - 1 < driver->chains ? driver->wrap : !driver->wrap;
		uint32_t event = last * driver_slots(driver) | wrap << 15 | EVENT_DESC << 16;
		atomic_store_explicit((_Atomic uint32_t *)driver_at(memory, driver->available), event, memory_order_relaxed);
		for (int i = 0; i < chains; i++)
			driver_offer_packed(driver, table);
		return;
	}
	struct available *available = driver_at(memory, driver->available);
	driver->index += chains;
	*(volatile uint16_t *)((uint8_t *)available + 4 + 2 * driver->size) = driver->index - 1;
	atomic_store_explicit(&available->index, driver->index, memory_order_release);
}

/* Whether all that was offered has come back. */
static inline int driver_has_all(const struct driver *driver, const struct memory *memory) {
	if (!driver->packed)
		return atomic_load_explicit(&((struct used *)driver_at(memory, driver->used))->index, memory_order_acquire)
				== driver->index;
	/* the last chain's first descriptor: both its bits are the wrap counter that it was offered with */
	int last = (driver->next + driver->chains - 1) % driver->chains;
	int wrap = driver->next ? driver->wrap : !driver->wrap;
	struct packed_descriptor *table = driver_at(memory, driver->descriptors);
	int flags = atomic_load_explicit(&table[last * driver_slots(driver)].flags, memory_order_acquire);
	return !(flags & PACKED_AVAIL) == !wrap && !(flags & PACKED_USED) == !wrap;
}

#endif
