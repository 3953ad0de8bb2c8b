/*
 * The back-end's side of a vhost-user session in plain C: what QEMU's and user-mode Linux' front-ends say, and nothing else. A
 * mistake of the front-end's ends the program with one line: it is the baseline of a measurement, not a product.
 */
#ifndef VHOST_H
#define VHOST_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring.h"

enum { QUEUES = 64, CONFIG_BYTES = 12, MOST_FDS = 8 };

enum {
	GET_FEATURES = 1, SET_FEATURES, SET_OWNER, RESET_OWNER, SET_MEM_TABLE, SET_LOG_BASE, SET_LOG_FD, SET_VRING_NUM,
	SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE, SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR, GET_PROTOCOL_FEATURES,
	SET_PROTOCOL_FEATURES, GET_QUEUE_NUM, SET_VRING_ENABLE, SET_BACKEND_REQ_FD = 21, GET_CONFIG = 24, SET_CONFIG
};
enum { VERSION = 1, REPLY = 4, NEED_REPLY = 8, NO_DESCRIPTOR = 0x100 };

/* virtio's and vhost-user's features; protocol features */
static const uint64_t MULTIPORT = 1ul << 1, INDIRECT = 1ul << 28, EVENT_IDX = 1ul << 29, PROTOCOL = 1ul << 30, VERSION_1 = 1ul << 32;
static const uint64_t MQ = 1 << 0, REPLY_ACK = 1 << 3, BACKEND_REQ = 1 << 5, CONFIG = 1 << 9;

struct message {
	uint32_t request, flags, size;
	union {
		uint64_t number;
		struct {
			uint32_t index, value;
		} vring;
		struct {
			uint32_t index, flags;
			uint64_t descriptors, used, available, log;
		} address;
		struct {
			uint32_t count, padding;
			struct {
				uint64_t guest, size, user, offset;
			} region[MOST_FDS];
		} memory;
		struct {
			uint32_t offset, size, flags;
			uint8_t bytes[CONFIG_BYTES];
		} config;
		uint8_t bytes[512];
	};
} __attribute__((packed));

struct vring {
	struct ring ring;
	uint64_t descriptors, available, used;
	uint32_t size;
	uint16_t base;
	int kick, call;
	int enabled, started;
};

struct session {
	int socket, queues;
	int requests; /* nothing is ever asked there, but without it user-mode Linux takes no interrupt */
	uint64_t features;
	struct memory memory;
	uint64_t mapped[MEMORY_REGIONS];
	struct vring vring[QUEUES];
	uint32_t config[CONFIG_BYTES / 4];
};

/* of whoever uses the session: a ring runs, or is about to stop */
static void vring_started(struct session *session, int index);
static void vring_stopping(struct session *session, int index);

static void quit(const char *what) {
	fprintf(stderr, "backend: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void refuse(const char *what, unsigned long value) {
	fprintf(stderr, "backend: %s=%lu\n", what, value);
	exit(1);
}

static void close_if_open(int *descriptor) {
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static void session_begin(struct session *session, int socket, int ports) {
	memset(session, 0, sizeof *session);
	session->socket = socket;
	session->queues = 2 * (ports + 1);
	session->config[1] = ports;
	for (int i = 0; i < QUEUES; i++)
		session->vring[i].kick = session->vring[i].call = -1;
}

static void receive_all(int socket, void *to, size_t size) {
	for (size_t at = 0; at < size;) {
		ssize_t n = read(socket, (char *)to + at, size - at);
		if (n <= 0)
			quit("the front-end's message ends early");
		at += n;
	}
}

/* Answers 0 when the front-end has left. */
static int receive(int socket, struct message *message, int *fds) {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(MOST_FDS * sizeof(int))];
	} control;
	struct iovec iovec = { message, 12 };
	struct msghdr header = { .msg_iov = &iovec, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	ssize_t n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return 0;
	for (int i = 0; i < MOST_FDS; i++)
		fds[i] = -1;
	struct cmsghdr *part = CMSG_FIRSTHDR(&header);
	if (part && part->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(part), part->cmsg_len - CMSG_LEN(0));
	receive_all(socket, (char *)message + n, 12 - n);
	if (message->size > sizeof message->bytes)
		refuse("message too long, size", message->size);
	receive_all(socket, message->bytes, message->size);
	return 1;
}

static void answer(int socket, struct message *message, uint32_t size) {
	message->flags = VERSION | REPLY;
	message->size = size;
	if (write(socket, message, 12 + size) != 12 + size)
		quit("answer to the front-end");
}

static void answer_number(int socket, struct message *message, uint64_t number) {
	message->number = number;
	answer(socket, message, sizeof number);
}

static void map_memory(struct session *session, const struct message *message, const int *fds) {
	struct memory *memory = &session->memory;
	for (int i = 0; i < memory->count; i++)
		munmap(memory->region[i].host + memory->region[i].size - session->mapped[i], session->mapped[i]);
	memory->count = message->memory.count;
	if (memory->count > MOST_FDS)
		refuse("memory regions", memory->count);
	for (int i = 0; i < memory->count; i++) {
		uint64_t size = message->memory.region[i].size, offset = message->memory.region[i].offset;
		uint8_t *host = mmap(NULL, size + offset, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
		if (host == MAP_FAILED)
			quit("mmap of the guest's memory");
		close(fds[i]);
		session->mapped[i] = size + offset;
		memory->region[i] = (struct region) { message->memory.region[i].guest, size, message->memory.region[i].user,
			host + offset };
	}
}

static void start_if_complete(struct session *session, int index) {
	struct vring *vring = &session->vring[index];
	if (vring->started || !vring->enabled || vring->kick < 0)
		return;
	void *descriptors = memory_user(&session->memory, vring->descriptors, 16 * vring->size);
	void *available = memory_user(&session->memory, vring->available, 6 + 2 * vring->size);
	void *used = memory_user(&session->memory, vring->used, 6 + 8 * vring->size);
	if (!descriptors || !available || !used)
		refuse("memory is not shared (share=on), or ring outside of it: ring", index);
	ring_open(&vring->ring, &session->memory, vring->size, descriptors, available, used,
		!!(session->features & EVENT_IDX), !!(session->features & INDIRECT), vring->base);
	vring->started = 1;
	vring_started(session, index);
}

static void stop(struct session *session, int index) {
	struct vring *vring = &session->vring[index];
	if (vring->started) {
		vring_stopping(session, index);
		vring->base = vring->ring.next;
	}
	vring->started = 0;
	close_if_open(&vring->kick);
}

static void vring_message(struct session *session, struct message *message, const int *fds) {
	uint32_t index = message->vring.index & (message->request >= SET_VRING_KICK && message->request <= SET_VRING_ERR ? 0xff : ~0u);
	if (index >= QUEUES)
		refuse("queue", index);
	struct vring *vring = &session->vring[index];
	switch (message->request) {
	case SET_VRING_NUM:
		vring->size = message->vring.value;
		if (!vring->size || vring->size > RING_MAX_SIZE || vring->size & (vring->size - 1))
			refuse("queue size", vring->size);
		break;
	case SET_VRING_ADDR:
		vring->descriptors = message->address.descriptors;
		vring->available = message->address.available;
		vring->used = message->address.used;
		break;
	case SET_VRING_BASE:
		vring->base = message->vring.value;
		break;
	case SET_VRING_KICK:
		stop(session, index);
		vring->kick = fds[0];
		start_if_complete(session, index);
		break;
	case SET_VRING_CALL:
		close_if_open(&vring->call);
		vring->call = fds[0];
		break;
	case SET_VRING_ERR:
		if (fds[0] >= 0)
			close(fds[0]);
		break;
	case SET_VRING_ENABLE:
		vring->enabled = message->vring.value;
		start_if_complete(session, index);
		break;
	}
}

/* Answers 1 if the message has its own answer, which was given. */
static int answered(struct session *session, struct message *message) {
	switch (message->request) {
	case GET_FEATURES:
		answer_number(session->socket, message, MULTIPORT | INDIRECT | EVENT_IDX | PROTOCOL | VERSION_1);
		return 1;
	case GET_PROTOCOL_FEATURES:
		answer_number(session->socket, message, MQ | REPLY_ACK | BACKEND_REQ | CONFIG);
		return 1;
	case GET_QUEUE_NUM:
		answer_number(session->socket, message, session->queues);
		return 1;
	case GET_CONFIG:
		if (message->config.offset + message->config.size > CONFIG_BYTES)
			refuse("config space up to byte", message->config.offset + message->config.size);
		memcpy(message->config.bytes, (uint8_t *)session->config + message->config.offset, message->config.size);
		answer(session->socket, message, message->size);
		return 1;
	case GET_VRING_BASE:
		if (message->vring.index >= QUEUES)
			refuse("queue", message->vring.index);
		stop(session, message->vring.index);
		message->vring.value = session->vring[message->vring.index].base;
		answer(session->socket, message, sizeof message->vring);
		return 1;
	}
	return 0;
}

/* One message of the front-end's; 0 when it has left. */
static int session_serve(struct session *session) {
	struct message message;
	int fds[MOST_FDS];
	if (!receive(session->socket, &message, fds))
		return 0;
	if (answered(session, &message))
		return 1;
	if (message.request == SET_FEATURES)
		session->features = message.number;
	else if (message.request == SET_MEM_TABLE)
		map_memory(session, &message, fds);
	else if (message.request == SET_BACKEND_REQ_FD)
		session->requests = fds[0];
	else if (message.request >= SET_VRING_NUM && message.request <= SET_VRING_ENABLE &&
		message.request != SET_PROTOCOL_FEATURES)
		vring_message(session, &message, fds);
	if (message.flags & NEED_REPLY)
		answer_number(session->socket, &message, 0);
	return 1;
}

#endif
