package bus.core.console;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

	/** A port that kept its loop so long is closed: every other port of the bus stood still meanwhile. */
	static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** Closes a port for good. */
	interface Fault {
		void close(PortSlot slot, String reason);
	}

	private final Loop loop;
	private final Fault fault;

	PortCalls(Loop loop, Fault fault) {
		this.loop = loop;
		this.fault = fault;
	}

	/** Bytes that the port took of the buffer's, or {@link #FAILED}. */
	int guestData(PortSlot slot, ByteBuffer data) {
		int offered = data.remaining();
		int taken = 0;
		Throwable thrown = null;
		loop.enterPort();
		try {
			taken = slot.port.guestData(data.order(ByteOrder.BIG_ENDIAN));
		} catch (Throwable t) {
			thrown = t;
		}
		return judge(slot, "guestData", thrown, taken, 0, offered);
	}

	/** Bytes that the port put into the buffer, -1 at its end, or {@link #FAILED}. */
	int hostData(PortSlot slot, ByteBuffer room) {
		int offered = room.remaining();
		int put = 0;
		Throwable thrown = null;
		loop.enterPort();
		try {
			put = slot.port.hostData(room.order(ByteOrder.BIG_ENDIAN));
		} catch (Throwable t) {
			thrown = t;
		}
		return judge(slot, "hostData", thrown, put, -1, offered);
	}

	/** Tells a port what has happened to it. Not one that is just taking another's place: that hears it all then. */
	void tell(PortSlot slot, String what, Consumer<HostPort> call) {
		if (!slot.held)
			run(slot, what, () -> call.accept(slot.port));
	}

	/** Any other call; it answers nothing. Not made to a port that failed or was unplugged. */
	void run(PortSlot slot, String what, Runnable call) {
		if (slot.fault != null || slot.unplugged)
			return;
		Throwable thrown = null;
		loop.enterPort();
		try {
			call.run();
		} catch (Throwable t) {
			thrown = t;
		}
		judge(slot, what, thrown, 0, 0, 0);
	}

	private int judge(PortSlot slot, String what, Throwable thrown, int answer, int least, int most) {
		long nanos = loop.leavePort();
		if (thrown == null && nanos <= BLOCKED_NANOS && answer >= least && answer <= most)
			return answer;
		fault.close(slot, what + verdict(thrown, nanos, answer, least, most));
		return FAILED;
	}

	private static String verdict(Throwable thrown, long nanos, int answer, int least, int most) {
		if (thrown != null) {
			var at = thrown.getStackTrace();
			return " threw " + thrown + (at.length > 0 ? " at " + at[0] : "");
		}
		if (nanos > BLOCKED_NANOS)
			return " blocked the bus for " + TimeUnit.NANOSECONDS.toMillis(nanos)
					+ " ms; port code must not block, plug it again when it is mended";
		return " answered " + answer + ", allowed: " + least + " to " + most;
	}
}
