package bench.rings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Collections;

/** The functions of {@code rings.c}, under their names without the prefix. {@code bench} is the address of a struct bench. */
final class Native {
	/** System property: where the library is. */
	static final String LIBRARY = "bench.rings.library";

	private static final SymbolLookup SYMBOLS = symbols();
	private static final MethodHandle SIZE = function("size", 0);
	private static final MethodHandle REGION = function("region", 5);
	private static final MethodHandle LAYOUT = function("layout", 7);
	private static final MethodHandle ADDRESS = function("address", 2);
	private static final MethodHandle ENTRIES = function("entries", 1);
	private static final MethodHandle TAKEN = function("taken", 1);
	private static final MethodHandle BASE = function("base", 1);
	private static final MethodHandle OPEN = function("open", 1);
	private static final MethodHandle OFFER = function("offer", 2);
	private static final MethodHandle HAS_ALL = function("has_all", 1);
	private static final MethodHandle OFFER_CONTROL = function("offer_control", 4);
	private static final MethodHandle PATH = function("path", 3);
	private static final MethodHandle OTHER_END = function("other_end", 3);
	private static final MethodHandle WIDEN = function("widen", 1);
	private static final MethodHandle RUN = function("run", 4);
	private static final MethodHandle DRIVER_ALONE = function("driver_alone", 3);
	private static final MethodHandle MEMCPY = function("memcpy", 3);
	private static final MethodHandle LOOP_START = function("loop_start", 5);
	private static final MethodHandle LOOP_STOP = function("loop_stop", 1);
	private static final MethodHandle BLOCKING_EVENTFD = function("blocking_eventfd", 0);
	private static final MethodHandle ROUND_TRIPS = function("round_trips", 6);
	private static final MethodHandle CONTROL = function("control", 2);
	private static final MethodHandle SERVE_MESSAGES = function("serve_messages", 2);
	private static final MethodHandle FRONT_END = function("front_end", 2);

	private Native() {
	}

	@SuppressWarnings("restricted") // the library is ours
	private static SymbolLookup symbols() {
		return SymbolLookup.libraryLookup(Path.of(System.getProperty(LIBRARY)), Arena.global());
	}

	@SuppressWarnings("restricted") // every function takes and answers 64-bit numbers, and nothing else
	private static MethodHandle function(String name, int arguments) {
		var types = Collections.nCopies(arguments, JAVA_LONG).toArray(MemoryLayout[]::new);
		return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow("rings_" + name),
				FunctionDescriptor.of(JAVA_LONG, types));
	}

	/** What a downcall throws is nobody's fault but ours. */
	private static AssertionError wrong(Throwable thrown) {
		return new AssertionError(thrown);
	}

	/** Bytes of a struct bench. */
	static long size() {
		try {
			return (long) SIZE.invokeExact();
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Adds a region, of whose bytes so many are taken already. */
	static long region(long bench, long guest, long size, long host, long taken) {
		try {
			return (long) REGION.invokeExact(bench, guest, size, host, taken);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Lays a ring and its buffers out; -1 if they do not fit. */
	static long layout(long bench, long packed, long size, long length, long indirect, long writable, long bytes) {
		try {
			return (long) LAYOUT.invokeExact(bench, packed, size, length, indirect, writable, bytes);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The guest address of a part of the ring: 0 descriptors, 1 driver's, 2 device's. */
	static long address(long bench, long part) {
		try {
			return (long) ADDRESS.invokeExact(bench, part);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The ring's size. */
	static long entries(long bench) {
		try {
			return (long) ENTRIES.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Bytes of the first region that are taken. */
	static long taken(long bench) {
		try {
			return (long) TAKEN.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Where the driver stands, as SET_VRING_BASE has it. */
	static long base(long bench) {
		try {
			return (long) BASE.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** All that was offered counts as having come back; C's device begins there. */
	static long open(long bench) {
		try {
			return (long) OPEN.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The driver offers chains. */
	static long offer(long bench, long chains) {
		try {
			return (long) OFFER.invokeExact(bench, chains);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** 1 if all that the driver offered has come back. */
	static long hasAll(long bench) {
		try {
			return (long) HAS_ALL.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The driver sends a control message. */
	static long offerControl(long bench, long id, long event, long value) {
		try {
			return (long) OFFER_CONTROL.invokeExact(bench, id, event, value);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Says where C's device takes bytes, or gets them from: {@link DataPath} has the numbers. */
	static long path(long bench, long path, long fd) {
		try {
			return (long) PATH.invokeExact(bench, path, fd);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** What the other end of a pipe does. */
	static long otherEnd(long path, long fd, long bytes) {
		try {
			return (long) OTHER_END.invokeExact(path, fd, bytes);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Makes a pipe take a MiB. */
	static long widen(long fd) {
		try {
			return (long) WIDEN.invokeExact(fd);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Rounds of C's device; calls that were due, or a negative error number. */
	static long run(long bench, long rounds, long chains, long other) {
		try {
			return (long) RUN.invokeExact(bench, rounds, chains, other);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The same rounds with nothing but the driver. */
	static long driverAlone(long bench, long rounds, long chains) {
		try {
			return (long) DRIVER_ALONE.invokeExact(bench, rounds, chains);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** The same bytes with nothing but memcpy. */
	static long memcpy(long bench, long rounds, long chains) {
		try {
			return (long) MEMCPY.invokeExact(bench, rounds, chains);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Starts C's loop in a thread of its own. */
	static long loopStart(long bench, long kick, long call, long others, long count) {
		try {
			return (long) LOOP_START.invokeExact(bench, kick, call, others, count);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Ends it. */
	static long loopStop(long bench) {
		try {
			return (long) LOOP_STOP.invokeExact(bench);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** An eventfd at which its reader waits. */
	static long blockingEventfd() {
		try {
			return (long) BLOCKING_EVENTFD.invokeExact();
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** Offers, kicks, sleeps until the call; so many times. */
	static long roundTrips(long bench, long rounds, long chains, long kick, long call, long other) {
		try {
			return (long) ROUND_TRIPS.invokeExact(bench, rounds, chains, kick, call, other);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** C's device takes control messages. */
	static long control(long bench, long rounds) {
		try {
			return (long) CONTROL.invokeExact(bench, rounds);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** C's back-end takes a front-end's messages until none is left. */
	static long serveMessages(long fd, long features) {
		try {
			return (long) SERVE_MESSAGES.invokeExact(fd, features);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}

	/** A front-end's half: 0 and 1 send a message without and with a reply, 2 takes the reply. */
	static long frontEnd(long fd, long step) {
		try {
			return (long) FRONT_END.invokeExact(fd, step);
		} catch (Throwable t) {
			throw wrong(t);
		}
	}
}
