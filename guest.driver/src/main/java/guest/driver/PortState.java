package guest.driver;

import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** What the driver knows of a port, and the port's way through the queues. Under the driver's lock. */
final class PortState {
	final int id;
	final GuestSidePort port;
	ReceiveQueue in;
	TransmitQueue out;
	String name = "";
	boolean console;
	boolean open;
	boolean hostConnected;
	boolean removed;
	boolean keepWhileClosed;
	long limit;
	int columns;
	int rows;
	long bytesReceived;
	long bytesSent;
	long bytesDiscarded;

	PortState(ConsoleDriver driver, int id, DriverSettings settings) {
		this.id = id;
		this.port = new GuestSidePort(driver, this);
		this.keepWhileClosed = settings.keepWhileClosed();
		this.limit = settings.limit();
	}

	/** The queues outlive the port, and the port may get others after hibernation. */
	void attach(QueueSet queues) {
		in = queues.in(id);
		out = queues.out(id);
		in.limit(limit);
		queues.fill(in);
	}

	void becomeConsole() {
		console = true;
		open = true;
	}

	void remove() {
		removed = true;
		hostConnected = false;
		open = false;
		bytesDiscarded += in.discard(); // the next port of this id must not read what is left
	}

	/** The device has called. */
	void collect() {
		if (open || keepWhileClosed)
			in.collect();
		else
			bytesDiscarded += in.discard();
	}

	boolean hasData() {
		in.collect();
		return in.peek() != null;
	}

	/** A read has something to say: bytes, or that there will be none. */
	boolean readable() {
		return removed || hasData() || atEnd();
	}

	/** The host is not there; for a console that means nothing. */
	boolean atEnd() {
		return !console && !hostConnected;
	}

	boolean writable() {
		return (console || hostConnected) && !out.full();
	}

	int read(byte[] target, int offset, int length) {
		int done = 0;
		for (var data = in.peek(); data != null && done < length; data = in.peek()) {
			int n = (int) Math.min(data.byteSize(), length - done);
			MemorySegment.copy(data, JAVA_BYTE, 0, target, offset + done, n);
			in.consume(n);
			done += n;
		}
		bytesReceived += done;
		return done;
	}

	/** In poll's bits. */
	int readiness() {
		if (removed)
			return GuestSidePort.HUP;
		return (readable() ? GuestSidePort.IN : 0) | (writable() ? GuestSidePort.OUT : 0)
				| (atEnd() ? GuestSidePort.HUP : 0);
	}

	@Override
	public String toString() {
		return "port " + id + " '" + name + "'" + (console ? " console" : "") + (open ? " open" : " closed")
				+ (hostConnected ? " host=open" : " host=closed") + (removed ? " unplugged" : "");
	}
}
