package guest.driver;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/** The device's side of a ring, just enough of it to test the driver's: written from the specification's text. */
final class RingDevice {
	/** Buffers of one chain. */
	record Chain(int head, List<MemorySegment> readable, List<MemorySegment> writable) {
		byte[] text() {
			var all = new ByteArrayOutputStream();
			readable.forEach(part -> all.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
			return all.toByteArray();
		}

		/** Writes into the writable buffers in turn. */
		int fill(byte[] data) {
			int done = 0;
			for (var part : writable) {
				int n = (int) Math.min(part.byteSize(), data.length - done);
				MemorySegment.copy(data, done, part, ValueLayout.JAVA_BYTE, 0, n);
				done += n;
			}
			return done;
		}
	}

	private final GuestRam ram;
	private final RingMemory ring;
	private final boolean eventIdx;
	private int lastAvail;
	private int usedIdx;
	private int signalled;

	RingDevice(GuestRam ram, RingMemory ring, boolean eventIdx) {
		this(ram, ring, eventIdx, 0);
	}

	/** A device that goes on where one that had completed everything it took has stopped. */
	RingDevice(GuestRam ram, RingMemory ring, boolean eventIdx, int base) {
		this.lastAvail = base;
		this.usedIdx = base;
		this.signalled = base;
		this.ram = ram;
		this.ring = ring;
		this.eventIdx = eventIdx;
	}

	int base() {
		return lastAvail;
	}

	/** The next chain or null; asks for a kick when there is none. */
	Chain next() {
		if (ring.availIdx() == lastAvail) {
			if (eventIdx)
				ring.availEvent(lastAvail);
			VarHandle.fullFence();
			if (ring.availIdx() == lastAvail)
				return null;
		}
		int head = ring.availRing(lastAvail & ring.size() - 1);
		lastAvail = lastAvail + 1 & 0xffff;
		var chain = new Chain(head, new ArrayList<>(), new ArrayList<>());
		if ((ring.descriptorFlags(head) & RingMemory.INDIRECT) != 0) {
			var table = ram.at(ring.descriptorAddress(head), ring.descriptorLength(head));
			walk(new RingMemory((int) table.byteSize() / 16, table, ring.available(), ring.used()), 0, chain);
		} else {
			walk(ring, head, chain);
		}
		return chain;
	}

	private void walk(RingMemory table, int first, Chain chain) {
		int at = first;
		for (int i = 0; i < table.size(); i++) {
			int flags = table.descriptorFlags(at);
			var part = ram.at(table.descriptorAddress(at), table.descriptorLength(at));
			((flags & RingMemory.WRITE) != 0 ? chain.writable : chain.readable).add(part);
			if ((flags & RingMemory.NEXT) == 0)
				return;
			at = table.descriptorNext(at);
		}
		throw new AssertionError("the chain of head=" + first + " does not end");
	}

	void complete(Chain chain, int length) {
		ring.usedElement(usedIdx & ring.size() - 1, chain.head(), length);
		usedIdx = usedIdx + 1 & 0xffff;
		ring.usedIdx(usedIdx);
	}

	/** Whether the driver is to be called for what was completed since the last call of this method. */
	boolean callNeeded() {
		VarHandle.fullFence();
		int old = signalled;
		signalled = usedIdx;
		if (eventIdx)
			return DriverRing.passed(ring.usedEvent(), usedIdx, old);
		return old != usedIdx && (ring.availFlags() & RingMemory.NO_INTERRUPT) == 0;
	}
}
