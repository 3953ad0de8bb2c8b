package guest.driver;

import java.lang.invoke.VarHandle;
import java.util.List;

final class SplitRingDevice implements RingDevice {
	private final GuestRam ram;
	private final SplitRingMemory ring;
	private final boolean eventIdx;
	private final boolean inOrder;
	private int lastAvail;
	private int usedIdx;
	private int signalled;

	SplitRingDevice(GuestRam ram, SplitRingMemory ring, long features, int base) {
		this.lastAvail = base;
		this.usedIdx = base;
		this.signalled = base;
		this.ram = ram;
		this.ring = ring;
		this.eventIdx = RingDevice.has(features, VirtioFeature.EVENT_IDX);
		this.inOrder = RingDevice.has(features, VirtioFeature.IN_ORDER);
	}

	@Override
	public int base() {
		return lastAvail;
	}

	@Override
	public Chain next() {
		if (ring.availIdx() == lastAvail) {
			if (eventIdx)
				ring.availEvent(lastAvail);
			VarHandle.fullFence();
			if (ring.availIdx() == lastAvail)
				return null;
		}
		int head = ring.availRing(lastAvail & ring.size() - 1);
		lastAvail = lastAvail + 1 & 0xffff;
		var chain = new Chain(head, 0);
		if ((ring.descriptorFlags(head) & SplitRingMemory.INDIRECT) != 0) {
			var table = ram.at(ring.descriptorAddress(head), ring.descriptorLength(head));
			walk(new SplitRingMemory((int) table.byteSize() / 16, table, ring.available(), ring.used()), 0, chain);
		} else {
			walk(ring, head, chain);
		}
		return chain;
	}

	private void walk(SplitRingMemory table, int first, Chain chain) {
		int at = first;
		for (int i = 0; i < table.size(); i++) {
			int flags = table.descriptorFlags(at);
			var part = ram.at(table.descriptorAddress(at), table.descriptorLength(at));
			((flags & SplitRingMemory.WRITE) != 0 ? chain.writable() : chain.readable()).add(part);
			if ((flags & SplitRingMemory.NEXT) == 0)
				return;
			if (inOrder && table == ring && table.descriptorNext(at) != (at + 1) % table.size())
				throw new AssertionError("IN_ORDER: the next of " + at + " is " + table.descriptorNext(at));
			at = table.descriptorNext(at);
		}
		throw new AssertionError("the chain of head=" + first + " does not end");
	}

	@Override
	public void complete(List<Chain> batch, int lengthOfLast) {
		if (!inOrder)
			for (var chain : batch.subList(0, batch.size() - 1))
				entry(chain, (int) chain.writable().stream().mapToLong(part -> part.byteSize()).sum(), 1);
		entry(batch.getLast(), lengthOfLast, inOrder ? batch.size() : 1);
	}

	private void entry(Chain chain, int length, int chains) {
		ring.usedElement(usedIdx & ring.size() - 1, chain.head(), length);
		usedIdx = usedIdx + chains & 0xffff;
		ring.usedIdx(usedIdx);
	}

	@Override
	public boolean callNeeded() {
		VarHandle.fullFence();
		int old = signalled;
		signalled = usedIdx;
		if (eventIdx)
			return SplitDriverRing.passed(ring.usedEvent(), usedIdx, old);
		return old != usedIdx && (ring.availFlags() & SplitRingMemory.NO_INTERRUPT) == 0;
	}
}
