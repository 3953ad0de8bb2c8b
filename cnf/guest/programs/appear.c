/*
 * appear FOLDER...: writes the name of everything that appears in the folders, a line each, as soon as it is there. Begins with
 * a line "ready".
 */
#include "guest.h"

enum { CREATE = 0x100 };

struct event {
	int watch;
	unsigned mask, cookie, length;
	char name[];
};

void begin(long *stack) {
	static byte events[65536];
	long inotify = sys(INOTIFY_INIT, 0, 0, 0, 0, 0);
	for (long i = 1; i < stack[0]; i++)
		if (sys(INOTIFY_ADD_WATCH, inotify, stack[1 + i], CREATE, 0, 0) < 0)
			fail("cannot watch", (char *)stack[1 + i]);
	text("ready");
	end_line();
	while (1) {
		long count = sys(READ, inotify, (long)events, sizeof events, 0, 0);
		if (count < 0)
			leave(1);
		for (long at = 0; at < count;) {
			struct event *event = (struct event *)(events + at);
			text(event->name);
			end_line();
			at += sizeof *event + event->length;
		}
	}
}
