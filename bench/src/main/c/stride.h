/*
 * When the driver of a stream's queue kicks and is called: the rules of bus.core.virtio.Stride. A driver that runs ahead is asked
 * to kick for a dozen or two of chains, and called when half of its queue was full; a clock catches up with the rest.
 */
#ifndef STRIDE_H
#define STRIDE_H

#include "ring.h"

enum { STRIDE_CHAINS = 24, STRIDE_BYTES = 128 * 1024, STRIDE_FEWEST_CHAINS = 4, STRIDE_SMALLEST_QUEUE = 64 };
enum { STRIDE_FEWEST_AHEAD = 16, STRIDE_MOST_AHEAD = 4096 };

struct stride {
	int length; /* chains until the next kick; 0 while there is one for each */
	int moved, ahead, needed_ahead, served, late, call_wanted;
};

static inline int stride_offers(struct ring *ring, int chains) {
	return ring_offered(ring) >= chains;
}

/* Nobody takes what is offered. */
static inline void stride_pause(struct stride *stride) {
	stride->length = stride->moved = 0;
}

/* Somebody waits. */
static inline void stride_end(struct stride *stride) {
	if (stride->length && (stride->needed_ahead *= 4) > STRIDE_MOST_AHEAD)
		stride->needed_ahead = STRIDE_MOST_AHEAD;
	stride_pause(stride);
	stride->ahead = 0;
}

/* A turn begins. */
static inline void stride_begin(struct stride *stride, struct ring *ring) {
	if (!stride->length) {
		stride->ahead += stride->moved > 1 ? stride->moved - 1 : 0;
		if (stride->ahead > STRIDE_MOST_AHEAD)
			stride->ahead = STRIDE_MOST_AHEAD;
		stride->moved = 0;
		return;
	}
	stride->call_wanted |= stride->late;
	if (stride->late && !stride_offers(ring, stride->length / 4))
		stride_end(stride);
	else if (stride_offers(ring, stride->length))
		stride->needed_ahead -= stride->needed_ahead / 8 + 1;
	if (stride->needed_ahead < STRIDE_FEWEST_AHEAD)
		stride->needed_ahead = STRIDE_FEWEST_AHEAD;
	stride->late = 0;
}

/* The batch was moved whole and is published: whether the queue may be left alone. */
static inline int stride_is_enough(struct stride *stride, struct ring *ring, const struct batch *batch) {
	stride->moved += batch->chains;
	if (!stride->length && (!ring->event_idx || ring->size < STRIDE_SMALLEST_QUEUE || stride->ahead < stride->needed_ahead))
		return 0;
	uint64_t average = batch->bytes / batch->chains;
	uint64_t fitting = STRIDE_BYTES / (average ? average : 1);
	stride->length = fitting < STRIDE_FEWEST_CHAINS ? 0 : fitting < STRIDE_CHAINS ? (int)fitting : STRIDE_CHAINS;
	if (!stride->length)
		return 0;
	stride->served = 1;
	int more = ring_arm_kick(ring, stride->length);
	stride->call_wanted |= batch->chains >= ring->size / 2 || stride_offers(ring, ring->size / 2 - batch->chains);
	return !more;
}

/* The clock ticks: whether the queue is to have a turn. */
static inline int stride_is_late(struct stride *stride) {
	stride->late = !stride->served;
	stride->served = 0;
	return stride->late;
}

/* A turn is over: whether the driver is to be called if it wants that. */
static inline int stride_wants_call(struct stride *stride) {
	int wanted = stride->call_wanted || !stride->length;
	stride->call_wanted = 0;
	return wanted;
}

#endif
