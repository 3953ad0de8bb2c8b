/* Part of rings.c: a loop that sleeps in epoll until it is kicked, and the driver's half of a round trip. */

static int watch(int epoll, int fd, uint32_t events, uint64_t data) {
	struct epoll_event event = { .events = events, .data.u64 = data };
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void *loop(void *argument) {
	struct bench *bench = argument;
	uint64_t one = 1;
	struct epoll_event events[256];
	while (1) {
		int count = epoll_wait(bench->epoll, events, 256, -1);
		for (int i = 0; i < count; i++) {
			if (events[i].data.u64 == (uint64_t)bench->stop)
				return NULL;
			if (events[i].data.u64 == (uint64_t)bench->kick && turn(bench, bench->path) > 0
					&& write(bench->call, &one, sizeof one) != sizeof one)
				return NULL;
		}
	}
}

/* Starts a thread that serves the ring at each kick; `others` are descriptors that it watches as well. 0, or an error. */
EXPORT int64_t rings_loop_start(struct bench *bench, int64_t kick, int64_t call, const int32_t *others, int64_t count) {
	bench->kick = kick;
	bench->call = call;
	bench->stop = eventfd(0, EFD_CLOEXEC);
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (watch(bench->epoll, bench->stop, EPOLLIN, bench->stop)
			|| watch(bench->epoll, bench->kick, EPOLLIN | EPOLLET, bench->kick))
		return -errno;
	for (int64_t i = 0; i < count; i++)
		if (watch(bench->epoll, others[i], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, others[i]))
			return -errno;
	turn(bench, bench->path);
	return -pthread_create(&bench->thread, NULL, loop, bench);
}

EXPORT int64_t rings_loop_stop(struct bench *bench) {
	uint64_t one = 1;
	int64_t failed = write(bench->stop, &one, sizeof one) != sizeof one;
	pthread_join(bench->thread, NULL);
	close(bench->stop);
	close(bench->epoll);
	return failed;
}

/* An eventfd at which its reader waits. */
EXPORT int64_t rings_blocking_eventfd(void) {
	return eventfd(0, EFD_CLOEXEC);
}

/*
 * So many times: offer, kick, sleep until the call, see that all is back. `other` is the other end of the pipe that the loop
 * writes to or reads from, or -1.
 */
EXPORT int64_t rings_round_trips(struct bench *bench, int64_t rounds, int64_t chains, int64_t kick, int64_t call,
		int64_t other) {
	int64_t bytes = chains * bench->driver.length * bench->driver.bytes;
	for (int64_t i = 0; i < rounds; i++) {
		uint64_t count = 1;
		if (other >= 0 && bench->path == READ && rings_other_end(READ, other, bytes))
			return -EIO;
		driver_offer(&bench->driver, &bench->memory, chains);
		if (write(kick, &count, sizeof count) != sizeof count)
			return -errno;
		while (!driver_has_all(&bench->driver, &bench->memory))
			if (read(call, &count, sizeof count) != sizeof count)
				return -errno;
		if (other >= 0 && bench->path == WRITE && rings_other_end(WRITE, other, bytes))
			return -EIO;
	}
	return 0;
}
