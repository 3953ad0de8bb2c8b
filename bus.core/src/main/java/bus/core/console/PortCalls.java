package bus.core.console;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import bus.api.HostPort;

/**
 * The one edge over which port code is called. A port that throws, answers nonsense or blocks is closed and named here;
 * nothing else notices. Loop thread.
 */
final class PortCalls {
	/** The answer of a call that failed; no port can give it. */
	static final int FAILED = Integer.MIN_VALUE;

	/** Closes a port for good. */
	interface Fault {
		void close(PortSlot slot, String reason);
	}

	private static final String REMEDY = "; port code must not block, plug it again when it is mended";

	/** What a port is to hear of. */
	private record Notice(PortSlot slot, String what, Consumer<HostPort> call) {
	}

	private final Loop loop;
	private final Fault fault;
	/** At most a few for each port and message of the monitor's, as there is a turn between messages. */
	private final ArrayDeque<Notice> notices = new ArrayDeque<>();
	/** The port whose code runs, and which: for the thread that takes over if it does not come back. */
	private PortSlot running;
	private String call;

	PortCalls(Loop loop, Fault fault) {
		this.loop = loop;
		this.fault = fault;
	}

	/** Bytes that the port took of the buffer's, or {@link #FAILED}. */
	int guestData(PortSlot slot, ByteBuffer data) {
		int offered = data.remaining();
		int taken = 0;
		Throwable thrown = null;
		var outer = enter(slot, "guestData");
		try {
			taken = slot.port.guestData(data.order(ByteOrder.BIG_ENDIAN));
		} catch (Throwable t) {
			thrown = t;
		}
		int answer = judge(slot, "guestData", thrown, taken, 0, offered);
		leave(outer);
		return answer;
	}

	/** Bytes that the port put into the buffer, -1 at its end, or {@link #FAILED}. */
	int hostData(PortSlot slot, ByteBuffer room) {
		int offered = room.remaining();
		int put = 0;
		Throwable thrown = null;
		var outer = enter(slot, "hostData");
		try {
			put = slot.port.hostData(room.order(ByteOrder.BIG_ENDIAN));
		} catch (Throwable t) {
			thrown = t;
		}
		int answer = judge(slot, "hostData", thrown, put, -1, offered);
		leave(outer);
		return answer;
	}

	/**
	 * Tells a port what has happened to it, at the next {@link #deliver}. Not at once: the loop may be answering the monitor,
	 * who must not wait for a port that blocks. Not one that is just taking another's place: that hears it all then.
	 */
	void tell(PortSlot slot, String what, Consumer<HostPort> call) {
		if (slot.held)
			return;
		notices.add(new Notice(slot, what, call));
		loop.requestTurn();
	}

	/** Tells the ports what they are to hear. If one of them does not come back, another thread goes on with the rest. */
	void deliver() {
		for (var next = notices.poll(); next != null; next = notices.poll()) {
			var notice = next;
			run(notice.slot, notice.what, () -> notice.call.accept(notice.slot.port));
		}
	}

	/** The port that was called last has kept the thread that had this device before. */
	void abandon() {
		fault.close(running, call + " has blocked the bus for more than " + TimeUnit.NANOSECONDS.toMillis(Loop.BLOCKED_NANOS)
				+ " ms and has not come back" + REMEDY);
		running = null;
	}

	/** Answers whose code called this code, or null. */
	private PortSlot enter(PortSlot slot, String what) {
		var outer = running;
		running = slot;
		call = what;
		loop.enterPort();
		return outer;
	}

	/** Any other call; it answers nothing. Not made to a port that failed or was unplugged. */
	void run(PortSlot slot, String what, Runnable call) {
		if (slot.fault != null || slot.unplugged)
			return;
		Throwable thrown = null;
		var outer = enter(slot, what);
		try {
			call.run();
		} catch (Throwable t) {
			thrown = t;
		}
		judge(slot, what, thrown, 0, 0, 0);
		leave(outer);
	}

	private void leave(PortSlot outer) {
		running = outer;
		call = "its code"; // of which call, if of one, only the outer one knows
	}

	private int judge(PortSlot slot, String what, Throwable thrown, int answer, int least, int most) {
		long nanos = loop.leavePort();
		if (thrown == null && nanos <= Loop.BLOCKED_NANOS && answer >= least && answer <= most)
			return answer;
		fault.close(slot, what + verdict(thrown, nanos, answer, least, most));
		return FAILED;
	}

	private static String verdict(Throwable thrown, long nanos, int answer, int least, int most) {
		if (thrown != null) {
			var at = thrown.getStackTrace();
			return " threw " + thrown + (at.length > 0 ? " at " + at[0] : "");
		}
		if (nanos > Loop.BLOCKED_NANOS)
			return " blocked the bus for " + TimeUnit.NANOSECONDS.toMillis(nanos)
					+ " ms" + REMEDY;
		return " answered " + answer + ", allowed: " + least + " to " + most;
	}
}
