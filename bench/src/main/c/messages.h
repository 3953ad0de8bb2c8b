/* Part of rings.c: control messages, and a front-end's messages on its socket. */

enum { HEADER = 12, PAYLOAD = 4096, MESSAGE_GET_FEATURES = 1, MESSAGE_SET_VRING_NUM = 8, VERSION = 1, REPLY = 4 };
enum { PORT_READY = 3, PORT_OPEN = 6, PORTS = 31 };

/* So many times: the driver sends a PORT_OPEN of port 1, in turn 1 and 0, and the device notes it. */
EXPORT int64_t rings_control(struct bench *bench, int64_t rounds) {
	static uint8_t open[PORTS + 1];
	for (int64_t i = 0; i < rounds; i++) {
		rings_offer_control(bench, 1, PORT_OPEN, i & 1);
		while (1) {
			int chains = fetch(bench, 0, 16, BATCH_BYTES);
			if (chains < 0)
				return -EPROTO;
			if (!chains && !arm_kick(bench))
				break;
			uint64_t message = 0;
			if (!chains || batch_copy_to(&bench->batch, (uint8_t *)&message, 8) < 8)
				continue;
			uint32_t id = message;
			uint16_t event = message >> 32, value = message >> 48;
			if (id <= PORTS && event == PORT_OPEN && open[id] != value) {
				open[id] = value;
				bench->port(bench->copy, value);
			}
			consume(bench, bench->batch.bytes);
			publish(bench);
		}
		bench->calls += call_due(bench);
	}
	return 0;
}

/* Receives what there is of a message; -1 if it is not all there. */
static int message_part(int fd, uint8_t *bytes, int *received, int wanted) {
	char control[CMSG_SPACE(16 * sizeof(int))];
	while (*received < wanted) {
		struct iovec part = { bytes + *received, wanted - *received };
		struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
		int n = recvmsg(fd, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n <= 0)
			return -1;
		*received += n;
	}
	return 0;
}

static int ring_sizes[16];

/* Serves a front-end until nothing is left of what it has sent; -1 if it sent nonsense. */
EXPORT int64_t rings_serve_messages(int64_t fd, int64_t features) {
	while (1) {
		uint8_t bytes[HEADER + PAYLOAD];
		int received = 0;
		if (message_part(fd, bytes, &received, HEADER))
			return 0;
		uint32_t header[3], payload[2];
		memcpy(header, bytes, sizeof header);
		if ((header[1] & 3) != VERSION || header[1] & REPLY || header[2] > PAYLOAD
				|| message_part(fd, bytes, &received, HEADER + header[2]))
			return -1;
		switch (header[0]) {
		case MESSAGE_GET_FEATURES:
			if (header[2])
				return -1;
			header[1] = VERSION | REPLY;
			header[2] = sizeof features;
			memcpy(bytes, header, sizeof header);
			memcpy(bytes + HEADER, &features, sizeof features);
			struct iovec part = { bytes, HEADER + sizeof features };
			struct msghdr out = { .msg_iov = &part, .msg_iovlen = 1 };
			if (sendmsg(fd, &out, MSG_NOSIGNAL) != HEADER + sizeof features)
				return -1;
			break;
		case MESSAGE_SET_VRING_NUM:
			memcpy(payload, bytes + HEADER, sizeof payload);
			if (header[2] != 8 || payload[0] >= 16 || payload[1] - 1 >= RING_MAX_SIZE || payload[1] & (payload[1] - 1))
				return -1;
			ring_sizes[payload[0]] = payload[1];
			break;
		default:
			return -1;
		}
	}
}

/* The front-end's half, before and after the back-end's: 0 sends SET_VRING_NUM, 1 sends GET_FEATURES, 2 takes the reply. */
EXPORT int64_t rings_front_end(int64_t fd, int64_t step) {
	uint32_t message[5] = { MESSAGE_GET_FEATURES, VERSION, 0 };
	if (step == 2)
		return recv(fd, message, sizeof message, MSG_DONTWAIT) == sizeof message ? 0 : -1;
	int size = HEADER;
	if (step == 0) {
		message[0] = MESSAGE_SET_VRING_NUM;
		message[2] = 8;
		message[3] = 1;
		message[4] = 256;
		size += 8;
	}
	return send(fd, message, size, MSG_NOSIGNAL) == size ? 0 : -1;
}
