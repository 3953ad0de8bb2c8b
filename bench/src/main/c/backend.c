/*
 * backend SOCKET PREFIX PORTS FOLDER: a whole virtio console as a vhost-user back-end in plain C, against which the bus is
 * measured. Ports 1 to PORTS are named PREFIX.1 and so on, and each has a socket FOLDER/PREFIX.1 where one client at a time is
 * let in. What a Java program has to beat is not a better design but the same one without Java: one thread, one edge-triggered
 * epoll, kicks that are never read, writev and readv between the guest's memory and the sockets, 64 buffers and 256 KiB a call,
 * turns of 256 KiB, one call to the guest for each turn, kicks and calls of a stream as stride.h says, sockets watched for
 * writing only while somebody waits to write, no read after a short one. It prints "ready" when it listens, and ends when its
 * front-end leaves.
 */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/un.h>
#include <time.h>

#include "stride.h"
#include "vhost.h"

enum { PORTS = 31, TURN_BYTES = 256 * 1024, FIRST_SEGMENTS = 4, FLOWING_PART = 4, EVENTS = 256, TICK_MILLIS = 1, CONTROL_IN = 2, CONTROL_OUT = 3 };
enum { FRONT_END, KICK, LISTENER, CLIENT };
enum { DEVICE_READY, PORT_ADD, PORT_READY = 3, PORT_OPEN = 6, PORT_NAME = 7 };
enum { MESSAGES = 256, NAME_BYTES = 64 };

struct control {
	uint32_t id;
	uint16_t event, value;
	char name[NAME_BYTES];
	uint32_t size;
};

struct port {
	int listener, client, readable, writable, watched_for_writing, ending, flowing, answered, guest_ready, guest_open;
	struct stride stride;
	char name[NAME_BYTES];
};

static struct session session;
static struct port ports[PORTS + 1];
static int last_port, epoll;
static uint64_t work; /* a bit for each queue that wants a turn */
static struct batch batch;
static struct control waiting[MESSAGES];
static unsigned put, taken;
static int ticking;
static uint64_t tick_due;

static int queue_in(int port) {
	return 2 * port + 2;
}

static void want(int queue) {
	work |= 1ul << queue;
}

static void control_epoll(int operation, int descriptor, int kind, int index, unsigned wanted) {
	struct epoll_event event = { wanted, { .u64 = (uint64_t)kind << 32 | index } };
	if (epoll_ctl(epoll, operation, descriptor, &event) < 0)
		quit("epoll_ctl");
}

/* A message of the front-end's or a client at a time, of all else only that there is something new. */
static void watch(int descriptor, int kind, int index) {
	unsigned edge = kind == CLIENT ? EPOLLET | EPOLLRDHUP : kind == KICK ? EPOLLET : 0;
	control_epoll(EPOLL_CTL_ADD, descriptor, kind, index, EPOLLIN | edge);
}

/* With each read of its peer's a socket becomes writable anew: who has nothing to write would be woken for nothing. */
static void watch_writing(int id, int wanted) {
	if (ports[id].watched_for_writing == wanted)
		return;
	ports[id].watched_for_writing = wanted;
	control_epoll(EPOLL_CTL_MOD, ports[id].client, CLIENT, id, EPOLLIN | EPOLLET | EPOLLRDHUP | (wanted ? EPOLLOUT : 0));
}

static void vring_started(struct session *of, int index) {
	watch(of->vring[index].kick, KICK, index);
	want(index);
}

static void vring_stopping(struct session *of, int index) {
	epoll_ctl(epoll, EPOLL_CTL_DEL, of->vring[index].kick, NULL);
	work &= ~(1ul << index);
}

/* ---- the control channel */

static void say(int id, int event, int value, const char *name) {
	struct control *message = &waiting[put++ % MESSAGES];
	if (put - taken > MESSAGES)
		refuse("control messages waiting", put - taken);
	*message = (struct control) { id, event, value, "", 8 };
	if (name) {
		strcpy(message->name, name);
		message->size += strlen(name);
	}
	want(CONTROL_IN);
}

static void control_in(struct ring *ring) {
	while (put != taken) {
		int chains = ring_fetch(ring, &batch, 1, BATCH_SEGMENTS, 1);
		if (chains < 0)
			refuse("control queue broken, queue", CONTROL_IN);
		if (!chains && !ring_arm_kick(ring, 1))
			return;
		if (!chains)
			continue;
		struct control *message = &waiting[taken++ % MESSAGES];
		batch_copy_from(&batch, (uint8_t *)message, message->size);
		ring_fill(ring, &batch, message->size);
		ring_publish(ring);
	}
}

static void heard(const struct control *message) {
	if (message->event == DEVICE_READY)
		for (int id = 1; id <= last_port; id++)
			say(id, PORT_ADD, 1, NULL);
	if (message->id < 1 || message->id > (uint32_t)last_port)
		return;
	struct port *port = &ports[message->id];
	if (message->event == PORT_READY) {
		port->guest_ready = message->value;
		say(message->id, PORT_NAME, 1, port->name);
		if (port->client >= 0)
			say(message->id, PORT_OPEN, 1, NULL);
	} else if (message->event == PORT_OPEN) {
		port->guest_open = message->value;
		want(queue_in(message->id));
	}
}

static void control_out(struct ring *ring) {
	while (1) {
		int chains = ring_fetch(ring, &batch, 0, BATCH_SEGMENTS, 1);
		if (chains < 0)
			refuse("control queue broken, queue", CONTROL_OUT);
		if (!chains && !ring_arm_kick(ring, 1))
			return;
		if (!chains)
			continue;
		struct control message = { 0 };
		if (batch_copy_to(&batch, (uint8_t *)&message, 8) == 8)
			heard(&message);
		ring_consume(ring, &batch, batch.bytes);
		ring_publish(ring);
	}
}

/* ---- data */

static void client_left(int id) {
	struct port *port = &ports[id];
	close_if_open(&port->client);
	if (port->guest_ready)
		say(id, PORT_OPEN, 0, NULL);
	watch(port->listener, LISTENER, id);
}

static int charge(ssize_t moved) {
	return moved > 1024 ? moved : 1024;
}

/* Whether the queue wants another turn, as all of these. */
static int guest_to_host(struct ring *ring, int id) {
	struct port *port = &ports[id];
	if (port->answered)
		stride_end(&port->stride);
	else
		stride_begin(&port->stride, ring);
	port->answered = 0;
	for (long budget = TURN_BYTES; budget > 0;) {
		if (port->client < 0 || !port->writable) {
			stride_pause(&port->stride);
			return 0;
		}
		int chains = ring_fetch(ring, &batch, 0, BATCH_SEGMENTS, budget);
		if (chains < 0)
			refuse("queue broken, port", id);
		if (!chains && !ring_arm_kick(ring, 1))
			return 0;
		if (!chains)
			continue;
		ssize_t written = writev(port->client, batch.iovec, batch.segments);
		if (written < 0 && errno == EAGAIN) {
			port->writable = 0;
			watch_writing(id, 1);
		}
		if (written < 0)
			return 0;
		ring_consume(ring, &batch, written);
		ring_publish(ring);
		budget -= charge(written);
		if ((uint64_t)written == batch.bytes && stride_is_enough(&port->stride, ring, &batch))
			return 0;
	}
	return 1;
}

static int host_to_guest(struct ring *ring, int id) {
	struct port *port = &ports[id];
	int segments = port->flowing ? BATCH_SEGMENTS : FIRST_SEGMENTS;
	for (long budget = TURN_BYTES; budget > 0;) {
		if (port->client < 0 || !port->guest_open || !port->readable)
			return 0;
		int chains = ring_fetch(ring, &batch, 1, segments, budget);
		if (chains < 0)
			refuse("queue broken, port", id);
		if (!chains && !ring_arm_kick(ring, 1))
			return 0;
		if (!chains)
			continue;
		ssize_t got = readv(port->client, batch.iovec, batch.segments);
		if (got == 0)
			client_left(id);
		else if (got < 0 && errno == EAGAIN)
			port->readable = 0;
		if (got <= 0)
			return 0;
		uint64_t room = batch.bytes, filled = got;
		port->answered = 1;
		ring_fill(ring, &batch, filled);
		ring_publish(ring);
		if (filled < room && !port->ending)
			port->readable = 0; /* it is a stream: the next byte comes with an edge */
		port->flowing = filled == room || (port->flowing && filled > room / FLOWING_PART);
		segments = port->flowing ? BATCH_SEGMENTS : FIRST_SEGMENTS;
		budget -= charge(got);
	}
	return 1;
}

/* ---- the clock of those whose drivers do not kick for each chain */

static uint64_t now(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ul + time.tv_nsec;
}

static void tick_after(uint64_t when) {
	ticking = 1;
	tick_due = when + TICK_MILLIS * 1000000ul;
}

static void tick(uint64_t when) {
	ticking = 0;
	for (int id = 1; id <= last_port; id++)
		if (ports[id].stride.length) {
			tick_after(when);
			if (stride_is_late(&ports[id].stride))
				want(queue_in(id) + 1);
		}
}

static void take_turn(int queue) {
	static const uint64_t ONE = 1;
	struct vring *vring = &session.vring[queue];
	struct ring *ring = &vring->ring;
	int id = queue / 2 - 1;
	work &= ~(1ul << queue);
	if (!vring->started)
		return;
	if (queue == CONTROL_IN)
		control_in(ring);
	else if (queue == CONTROL_OUT)
		control_out(ring);
	else if (queue > CONTROL_OUT && id <= last_port && (queue % 2 ? guest_to_host(ring, id) : host_to_guest(ring, id)))
		want(queue);
	if (queue > CONTROL_OUT && queue % 2 && id <= last_port) {
		if (ports[id].stride.length && !ticking)
			tick_after(now());
		if (!stride_wants_call(&ports[id].stride))
			return;
	}
	if (ring_call_due(ring) && vring->call >= 0 && write(vring->call, &ONE, sizeof ONE) < 0)
		quit("call of the guest");
}

/* ---- descriptors */

static int listener(const char *path) {
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof address.sun_path)
		refuse("socket path too long, bytes", strlen(path));
	strcpy(address.sun_path, path);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 || listen(descriptor, 1) < 0)
		quit(path);
	return descriptor;
}

static void client_came(int id) {
	struct port *port = &ports[id];
	port->client = accept4(port->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (port->client < 0)
		return;
	epoll_ctl(epoll, EPOLL_CTL_DEL, port->listener, NULL); /* the next one waits until this one has left */
	watch(port->client, CLIENT, id);
	port->readable = port->writable = 1;
	port->ending = port->watched_for_writing = 0;
	if (port->guest_ready)
		say(id, PORT_OPEN, 1, NULL);
	want(queue_in(id));
	want(queue_in(id) + 1);
}

static void client_event(int id, unsigned events) {
	struct port *port = &ports[id];
	if (events == EPOLLOUT && port->writable) {
		watch_writing(id, 0); /* nobody has waited for it */
		return;
	}
	port->ending |= !!(events & (EPOLLRDHUP | EPOLLHUP));
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) {
		port->readable = 1;
		want(queue_in(id));
	}
	if (events & EPOLLOUT && !port->writable) {
		port->writable = 1;
		want(queue_in(id) + 1);
	}
}

static void event_came(const struct epoll_event *event) {
	int index = (uint32_t)event->data.u64;
	switch (event->data.u64 >> 32) {
	case FRONT_END:
		if (!session_serve(&session))
			exit(0);
		break;
	case KICK:
		want(index);
		break;
	case LISTENER:
		client_came(index);
		break;
	case CLIENT:
		client_event(index, event->events);
		break;
	}
}

int main(int count, char **arguments) {
	if (count != 5 || (last_port = atoi(arguments[3])) < 1 || last_port > PORTS - 1) {
		fprintf(stderr, "usage: backend SOCKET PREFIX PORTS FOLDER, with PORTS from 1 to %d\n", PORTS - 1);
		return 2;
	}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	int machine = listener(arguments[1]);
	for (int id = 1; id <= last_port; id++) {
		static char path[4096];
		snprintf(ports[id].name, NAME_BYTES, "%s.%d", arguments[2], id);
		snprintf(path, sizeof path, "%s/%s", arguments[4], ports[id].name);
		ports[id].client = -1;
		ports[id].stride.needed_ahead = STRIDE_FEWEST_AHEAD;
		ports[id].listener = listener(path);
		watch(ports[id].listener, LISTENER, id);
	}
	puts("ready");
	fflush(stdout);
	session_begin(&session, accept4(machine, NULL, NULL, SOCK_CLOEXEC), last_port + 1);
	watch(session.socket, FRONT_END, 0);
	while (1) {
		struct epoll_event events[EVENTS];
		int happened = epoll_wait(epoll, events, EVENTS, work ? 0 : ticking ? TICK_MILLIS : -1);
		for (int i = 0; i < happened; i++)
			event_came(&events[i]);
		uint64_t when = ticking ? now() : 0;
		if (ticking && when >= tick_due)
			tick(when);
		uint64_t turns = work;
		for (int queue = 0; queue < QUEUES && turns >> queue; queue++)
			if (turns >> queue & 1)
				take_turn(queue);
	}
}
