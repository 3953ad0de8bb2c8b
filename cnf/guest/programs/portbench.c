/*
 * portbench: measures ports from within, as the standard input says, a line for each measurement:
 *
 *   write NAME PORTS PIECE BYTES         to ports NAME.1 and so on, so many bytes each, in pieces of so many
 *   read NAME PORTS BYTES CHECK          from them; CHECK is 1 if every byte is to be looked at, which takes time
 *   echo NAME PIECE COUNT                sends back what comes
 *   ping NAME PIECE COUNT                sends, waits for it to come back, and keeps each time
 *
 * Each is answered with one line: "= bytes=N ns=N p50=N p99=N p999=N interrupts=N", or "= wrong" and what. Times of a read are
 * from its first to its last byte. Interrupts are those of all virtio devices.
 *
 * Byte n of a port's stream is one that both sides can make, byte n + 7919 * PORT of a pattern that repeats after PERIOD, a
 * prime number: a piece that is lost or doubled shows.
 */
#include "guest.h"

enum { PORTS = 8, PERIOD = 1048573, LARGEST = 1048576, APART = 7919, MOST = 100000, READ_BYTES = 32768 };

struct port {
	long descriptor;
	word at, left;
};

struct poll {
	int descriptor;
	short wanted, is;
};

static byte pattern[PERIOD + LARGEST];
static byte taken[READ_BYTES + 8];
static word times[MOST];
static struct port ports[PORTS];
static char opened[8][16];
static long descriptors[8][PORTS];
static int count;

static void answer_wrong(const char *what, word value) {
	text("= wrong ");
	text(what);
	text("=");
	number(value);
	end_line();
}

/* Of /proc/interrupts: the numbers in the lines that name virtio. */
static word interrupts(void) {
	static char table[32768];
	long file = sys(OPEN, (long)"/proc/interrupts", 0, 0, 0, 0), size = 0, more;
	while (size < (long)sizeof table - 1 && (more = sys(READ, file, (long)table + size, sizeof table - 1 - size, 0, 0)) > 0)
		size += more;
	sys(CLOSE, file, 0, 0, 0, 0);
	word all = 0, of_line = 0;
	int is_virtio = 0, colon = 0;
	for (long i = 0; i < size; i++) {
		if (table[i] == ':')
			colon = 1;
		if (table[i] == 'v' && i + 6 <= size && table[i + 1] == 'i' && table[i + 2] == 'r' && table[i + 3] == 't' &&
			table[i + 4] == 'i' && table[i + 5] == 'o')
			is_virtio = 1;
		if (colon && table[i - 1] == ' ' && table[i] >= '0' && table[i] <= '9') {
			word value = 0;
			while (table[i] >= '0' && table[i] <= '9')
				value = value * 10 + table[i++] - '0';
			if (table[i] == ' ')
				of_line += value;
		}
		if (table[i] == '\n') {
			all += is_virtio ? of_line : 0;
			of_line = is_virtio = colon = 0;
		}
	}
	return all;
}

static int same(const char *a, const char *b) {
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Opens the ports of that name when they are first asked for; they stay open. */
static long descriptor_of(const char *name, int port) {
	static char path[64];
	int group = 0, at = 0;
	while (opened[group][0] && !same(opened[group], name))
		group++;
	if (descriptors[group][port] > 0)
		return descriptors[group][port];
	for (const char *from = "/dev/virtio-ports/"; *from;)
		path[at++] = *from++;
	for (const char *from = name; *from;)
		path[at++] = *from++;
	path[at++] = '.';
	path[at++] = '1' + port;
	path[at] = 0;
	for (at = 0; name[at] && at < 15; at++)
		opened[group][at] = name[at];
	return descriptors[group][port] = sys(OPEN, (long)path, RDWR, 0, 0, 0);
}

/* 0 if a port cannot be opened; that was said then */
static int prepare(const char *name, int wanted, word bytes) {
	for (count = 0; count < wanted && count < PORTS; count++) {
		struct port *port = &ports[count];
		port->descriptor = descriptor_of(name, count);
		port->at = (word)count * APART % PERIOD;
		port->left = bytes;
		if (port->descriptor < 0) {
			answer_wrong("open", -port->descriptor);
			return 0;
		}
	}
	return 1;
}

static void moved(struct port *port, word size) {
	port->left -= size;
	port->at += size;
	while (port->at >= PERIOD)
		port->at -= PERIOD;
}

static int give(struct port *port, word piece) {
	long size = sys(WRITE, port->descriptor, (long)(pattern + port->at), piece < port->left ? piece : port->left, 0, 0);
	if (size > 0)
		moved(port, size);
	return size >= 0;
}

static int is_right(const byte *bytes, const byte *right, word size, int check) {
	word last = size >= 8 ? size - 8 : 0;
	if (size < 8 || check) {
		for (word i = 0; i + 8 <= size; i += 8)
			if (*(word *)(bytes + i) != *(word *)(right + i))
				return 0;
		for (word i = size & ~7ul; i < size; i++)
			if (bytes[i] != right[i])
				return 0;
		return 1;
	}
	return *(word *)bytes == *(word *)right && *(word *)(bytes + last) == *(word *)(right + last);
}

static int take(struct port *port, int check) {
	long size = sys(READ, port->descriptor, (long)taken, READ_BYTES < port->left ? READ_BYTES : port->left, 0, 0);
	if (size < 0 || !is_right(taken, pattern + port->at, size, check))
		return 0;
	moved(port, size);
	return 1;
}

static word left(void) {
	word all = 0;
	for (int i = 0; i < count; i++)
		all += ports[i].left;
	return all;
}

/* Which ports are ready, of those with something left; one alone need not be asked. */
static void wait(struct poll *polls, int wanted) {
	for (int i = 0; i < count; i++) {
		polls[i].descriptor = ports[i].left ? ports[i].descriptor : -1;
		polls[i].wanted = wanted;
		polls[i].is = wanted;
	}
	if (count > 1)
		sys(POLL, (long)polls, count, -1, 0, 0);
}

static void figure(const char *name, word value) {
	text(" ");
	text(name);
	text("=");
	number(value);
}

static void answer_stream(word bytes, word nanos, word calls) {
	text("=");
	figure("bytes", bytes);
	figure("ns", nanos);
	figure("interrupts", calls);
	end_line();
}

/* The last argument of a write is its piece, of a read whether it checks. */
static void stream(int writes, word argument) {
	static struct poll polls[PORTS];
	word all = left(), before = interrupts(), began = now(), first = 0;
	while (left()) {
		wait(polls, writes ? OUT : IN);
		for (int i = 0; i < count; i++)
			if (ports[i].left && polls[i].is & (writes ? OUT : IN) &&
				!(writes ? give(&ports[i], argument) : take(&ports[i], argument))) {
				answer_wrong("byte", all - left());
				return;
			}
		if (!writes && !first && (first = all - left()))
			began = now();
	}
	word ended = now();
	answer_stream(all - first, ended - began, interrupts() - before);
}

static int give_all(struct port *port, word piece) {
	for (port->at = 0, port->left = piece; port->left;)
		if (!give(port, piece))
			return 0;
	return 1;
}

static int take_all(struct port *port, word piece) {
	for (port->at = 0, port->left = piece; port->left;)
		if (!take(port, 1))
			return 0;
	return 1;
}

static void sort(word *numbers, long size) {
	for (long gap = size / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
		for (long i = gap; i < size; i++) {
			word value = numbers[i];
			long at = i;
			for (; at >= gap && numbers[at - gap] > value; at -= gap)
				numbers[at] = numbers[at - gap];
			numbers[at] = value;
		}
}

static void round_trips(int pings, word piece, word rounds) {
	struct port *port = &ports[0];
	if (rounds > MOST)
		rounds = MOST;
	word before = interrupts();
	for (word i = 0; i < rounds; i++) {
		word began = now();
		if (pings ? !give_all(port, piece) || !take_all(port, piece) : !take_all(port, piece) || !give_all(port, piece)) {
			answer_wrong("round", i);
			return;
		}
		times[i] = now() - began;
	}
	word calls = interrupts() - before;
	sort(times, rounds);
	text("=");
	figure("bytes", piece * rounds);
	figure("p50", times[rounds / 2]);
	figure("p99", times[rounds * 99 / 100]);
	figure("p999", times[rounds * 999 / 1000]);
	figure("interrupts", calls);
	end_line();
}

static word parsed(const char *text) {
	word value = 0;
	while (*text >= '0' && *text <= '9')
		value = value * 10 + *text++ - '0';
	return value;
}

static int words(char *command, char **into, int most) {
	int found = 0;
	for (int between = 1; *command; command++)
		if (*command == ' ' || *command == '\n' || *command == '\r') {
			*command = 0;
			between = 1;
		} else if (between && found < most) {
			into[found++] = command;
			between = 0;
		}
	return found;
}

static void obey(char *command) {
	char *word[5];
	if (words(command, word, 5) < 4)
		answer_wrong("command", 0);
	else if (same(word[0], "write")) {
		if (prepare(word[1], parsed(word[2]), parsed(word[4])))
			stream(1, parsed(word[3]));
	} else if (same(word[0], "read")) {
		if (prepare(word[1], parsed(word[2]), parsed(word[3])))
			stream(0, parsed(word[4]));
	} else if (prepare(word[1], 1, 0))
		round_trips(same(word[0], "ping"), parsed(word[2]), parsed(word[3]));
}

void begin(long *stack) {
	static char command[256];
	for (word i = 0; i < PERIOD; i++) {
		word x = (i + 1) * 0x9e3779b97f4a7c15ul;
		pattern[i] = (x ^ x >> 29) * 0x9e3779b97f4a7c15ul >> 56;
	}
	for (word i = 0; i < LARGEST; i++)
		pattern[PERIOD + i] = pattern[i];
	text("= ready");
	end_line();
	while (1) {
		long size = sys(READ, 0, (long)command, sizeof command - 1, 0, 0);
		if (size <= 0)
			leave(1);
		command[size] = 0;
		obey(command);
	}
}
