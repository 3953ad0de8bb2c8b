/*
 * traffic SEED PORT:PIECE:MICROSECONDS...: writes to each port /dev/virtio-ports/PORT a piece of so many bytes (at most 32768)
 * every so often, 0 for as fast as it goes, and reads what comes there. All at once, waiting for none.
 *
 * What goes each way is a sequence of bytes without an end that both sides can make: 64-bit numbers, each the mixture of a seed
 * and its place. So every byte is checked as it comes, and one that is lost, doubled or elsewhere shows at once:
 *
 *   wrong PORT at=BYTES                 bytes before it were right; printed once for each port
 *
 * Commands are letters on the standard input. m: print of each port what was read and written and, since the last m, the
 * longest time without a byte and how often the host was found closed; then "end":
 *
 *   port PORT in=BYTES out=BYTES longest_us=N closed=N
 *
 * s: stop writing. q: leave.
 *
 * A host that is closed is nothing special: a read answers 0, a write EAGAIN, and both are tried again.
 */
#include "guest.h"

enum { PORTS = 32, LARGEST = 32768, LOOK_AGAIN_MS = 1 };

struct port {
	const char *name;
	long descriptor;
	word piece, period, due;
	word seeds[2], in, out;
	word last, longest, closed;
	int is_closed, is_wrong;
};

struct poll {
	int descriptor;
	short wanted, is;
};

static struct port ports[PORTS];
static int count, stopped;

static word mixed(word seed, word place) {
	word x = seed + place * 0x9e3779b97f4a7c15ul;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ul;
	x = (x ^ x >> 27) * 0x94d049bb133111ebul;
	return x ^ x >> 31;
}

/* so many bytes of the sequence from one on */
static void make(byte *bytes, word seed, word from, word size) {
	for (word i = 0; i < size;) {
		word value = mixed(seed, (from + i) / 8) >> (from + i) % 8 * 8;
		do {
			bytes[i] = value;
			value >>= 8;
		} while (++i < size && (from + i) % 8);
	}
}

static word parsed(const char **at) {
	word value = 0;
	while (**at >= '0' && **at <= '9')
		value = value * 10 + *(*at)++ - '0';
	if (**at == ':')
		++*at;
	return value;
}

static void open_port(struct port *port, char *argument, word seed) {
	static char path[128];
	int at = 0;
	const char *folder = "/dev/virtio-ports/", *rest = argument;
	while (*folder)
		path[at++] = *folder++;
	port->name = argument;
	while (*rest && *rest != ':')
		path[at++] = *rest++;
	path[at] = 0;
	argument[rest - argument] = 0;
	rest++;
	port->piece = parsed(&rest);
	port->period = parsed(&rest) * 1000;
	port->seeds[0] = seed;     /* of what the host writes */
	port->seeds[1] = seed + 1; /* of what we write */
	port->due = port->last = now();
	port->descriptor = sys(OPEN, (long)path, RDWR | NONBLOCK, 0, 0, 0);
	if (port->descriptor < 0 || !port->piece || port->piece > LARGEST)
		fail("cannot open", argument);
}

static void waited(struct port *port, word time) {
	if (time - port->last > port->longest)
		port->longest = time - port->last;
}

static void arrived(struct port *port, const byte *bytes, word size) {
	static byte right[LARGEST];
	word time = now();
	make(right, port->seeds[0], port->in, size);
	for (word i = 0; i < size && !port->is_wrong; i++)
		if (bytes[i] != right[i]) {
			port->is_wrong = 1;
			text("wrong ");
			text(port->name);
			text(" at=");
			number(port->in + i);
			end_line();
		}
	port->in += size;
	waited(port, time);
	port->last = time;
	port->is_closed = 0;
}

static void take(struct port *port) {
	static byte bytes[LARGEST];
	long size = sys(READ, port->descriptor, (long)bytes, LARGEST, 0, 0);
	if (size > 0)
		arrived(port, bytes, size);
	else if (size == 0) {
		if (!port->is_closed)
			port->closed++;
		port->is_closed = 1;
	} else if (size != -EAGAIN)
		fail("cannot read", port->name);
}

static void give(struct port *port, word time) {
	static byte bytes[LARGEST];
	make(bytes, port->seeds[1], port->out, port->piece);
	long size = sys(WRITE, port->descriptor, (long)bytes, port->piece, 0, 0);
	if (size == -EAGAIN)
		return;
	if (size < 0)
		fail("cannot write", port->name);
	port->out += size;
	port->due += port->period;
	if (port->due < time) /* what was missed is not made up for */
		port->due = time;
}

static void report(void) {
	word time = now();
	for (int i = 0; i < count; i++) {
		struct port *port = &ports[i];
		waited(port, time);
		text("port ");
		text(port->name);
		text(" in=");
		number(port->in);
		text(" out=");
		number(port->out);
		text(" longest_us=");
		number(port->longest / 1000);
		text(" closed=");
		number(port->closed);
		end_line();
		port->longest = port->closed = 0;
	}
	text("end");
	end_line();
}

static void obey(void) {
	char command;
	if (sys(READ, 0, (long)&command, 1, 0, 0) != 1 || command == 'q')
		leave(0);
	if (command == 'm')
		report();
	else if (command == 's')
		stopped = 1;
}

/* until a port or the commands want something, or the next piece is due */
static void wait(struct poll *polls) {
	word time = now();
	word limit = time + 100000000;
	for (int i = 0; i < count; i++) {
		struct port *port = &ports[i];
		int writes = !stopped && port->due <= time;
		polls[i].descriptor = port->descriptor;
		polls[i].wanted = IN | (writes ? OUT : 0);
		if (port->is_closed) { /* it would say HUP for ever */
			polls[i].descriptor = -1;
			if (limit > time + LOOK_AGAIN_MS * 1000000)
				limit = time + LOOK_AGAIN_MS * 1000000;
		} else if (!stopped && !writes && port->due < limit)
			limit = port->due;
	}
	polls[count].descriptor = 0;
	polls[count].wanted = IN;
	sys(POLL, (long)polls, count + 1, (limit - time + 999999) / 1000000, 0, 0);
}

void begin(long *stack) {
	static struct poll polls[PORTS + 1];
	char **arguments = (char **)(stack + 1);
	if (stack[0] < 3 || stack[0] - 2 > PORTS)
		fail("usage:", "traffic SEED PORT:PIECE:MICROSECONDS...");
	const char *seed = arguments[1];
	word first = parsed(&seed);
	for (count = 0; count < stack[0] - 2; count++)
		open_port(&ports[count], arguments[2 + count], first + 2 * count);
	while (1) {
		wait(polls);
		word time = now();
		for (int i = 0; i < count; i++) {
			if (polls[i].descriptor < 0 || polls[i].is)
				take(&ports[i]);
			if (!stopped && ports[i].due <= time)
				give(&ports[i], time);
		}
		if (polls[count].is)
			obey();
	}
}
