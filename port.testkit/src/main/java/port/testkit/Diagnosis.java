package port.testkit;

import java.util.Arrays;
import java.util.stream.Collectors;

import bus.api.PortInfo;

/** Finds words for what is the matter with a port: what it did, and what to do instead. */
final class Diagnosis {
	private static final int SHOWN_FRAMES = 4;
	/** So many bytes that look alike are no accident. */
	private static final int CERTAIN = 12;
	private static final int FAR = 1 << 17;

	private final TestBus bus;
	private final String name;
	private final ExaminedPort port;

	Diagnosis(TestBus bus, String name, ExaminedPort port) {
		this.bus = bus;
		this.name = name;
		this.port = port;
	}

	/** What the port has done that it must not; empty if it works. */
	String fault() {
		if (!port.faults().isEmpty())
			return String.join("; ", port.faults());
		var info = bus.info(name);
		return info.state() == PortInfo.State.FAILED
				? "the bus has closed the port: " + info.problem() + advice(info.problem()) + place() : "";
	}

	/** Where the port's code is, if it has not come back; empty if none runs. */
	private String place() {
		var running = port.running();
		return running == null ? "" : "; it is at " + Arrays.stream(running.getStackTrace()).limit(SHOWN_FRAMES)
				.map(StackTraceElement::toString).collect(Collectors.joining(" < "));
	}

	private static String advice(String problem) {
		if (problem.contains(" threw "))
			return "; catch what may go wrong, and close the host side with guest.close() if nothing can be taken or"
					+ " given";
		if (problem.contains(" answered "))
			return "; the answer is the number of bytes, counted from the buffer's position when it was handed over";
		if (problem.contains(" blocked "))
			return "; give the work to a thread of the port's own, take less than offered, say guest.writable() later";
		return "";
	}

	/** Why nothing moves. */
	String standstill(boolean fromGuest, boolean toGuest) {
		String fault = fault();
		if (!fault.isEmpty())
			return fault;
		var info = bus.info(name);
		if (!info.hostOpen())
			return "the host side is closed; the port must say guest.open() (or attach) "
					+ (port.everOpened() ? "again, when it can take bytes"
							: "in plugged, or when its far end is there");
		if (fromGuest && port.waiting() != null)
			return port.waiting() + ", and guest.writable() has not been said since: say it, from any thread, when there"
					+ " is room again";
		if (fromGuest && info.throttled())
			return "the port's descriptor takes nothing, though the far end reads";
		if (toGuest)
			return "the port has said guest.readable() " + port.readables()
					+ " times: say it whenever bytes for the guest have come, and answer 0 from hostData only if there are"
					+ " none";
		return "the port has taken " + info.traffic().fromGuest()
				+ " bytes, and not all of them came out at the far end: what guestData has answered must be delivered";
	}

	/** Why a byte is not the one that was sent. */
	static String difference(String way, byte[] sent, int place, byte[] seen, int at, int length) {
		String where = way + ": byte " + place + " is not the one that was sent";
		int certain = Math.min(CERTAIN, length - at);
		if (all(seen, at, certain, Buffers.POISON))
			return where + ", but what the buffer of a call is filled with afterwards: keep no buffer, copy what is"
					+ " taken (guestData); put as many bytes as answered, from the buffer's position on (hostData)";
		for (int shift = 1; shift < FAR; shift++) {
			if (same(sent, place + shift, seen, at, certain))
				return where + ": " + shift + " bytes are lost; what guestData has not taken comes again, what it has"
						+ " taken does not";
			if (same(sent, place - shift, seen, at, certain))
				return where + ": " + shift + " bytes come twice; what guestData has not taken is offered again";
		}
		return where + ": bytes are lost, come twice or in another order; what guestData has not taken is offered"
				+ " again";
	}

	private static boolean all(byte[] bytes, int from, int count, byte value) {
		for (int i = from; i < from + count; i++)
			if (bytes[i] != value)
				return false;
		return true;
	}

	private static boolean same(byte[] a, int aFrom, byte[] b, int bFrom, int count) {
		return aFrom >= 0 && aFrom + count <= a.length
				&& Arrays.equals(a, aFrom, aFrom + count, b, bFrom, bFrom + count);
	}
}
