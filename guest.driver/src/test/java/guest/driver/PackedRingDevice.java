package guest.driver;

import java.lang.invoke.VarHandle;
import java.util.List;

final class PackedRingDevice implements RingDevice {
	private final GuestRam ram;
	private final PackedRingMemory ring;
	private final boolean eventIdx;
	private final boolean inOrder;
	private int available;
	private boolean availableWrap;
	private int used;
	private boolean usedWrap;
	/** Slots returned since the last look at what the driver wants. */
	private int unsignalled;

	PackedRingDevice(GuestRam ram, PackedRingMemory ring, long features, int base) {
		this.available = base & 0x7fff;
		this.availableWrap = (base & 0x8000) != 0;
		this.used = base >>> 16 & 0x7fff;
		this.usedWrap = base < 0;
		this.ram = ram;
		this.ring = ring;
		this.eventIdx = RingDevice.has(features, VirtioFeature.EVENT_IDX);
		this.inOrder = RingDevice.has(features, VirtioFeature.IN_ORDER);
	}

	@Override
	public int base() {
		return available | (availableWrap ? 0x8000 : 0) | used << 16 | (usedWrap ? 0x8000_0000 : 0);
	}

	@Override
	public Chain next() {
		if (!isAvailable()) {
			ring.deviceEventOffset(available | (availableWrap ? 0x8000 : 0));
			ring.deviceEventFlags(eventIdx ? PackedRingMemory.EVENTS_AT : PackedRingMemory.EVENTS_ENABLE);
			VarHandle.fullFence();
			if (!isAvailable())
				return null;
		}
		int first = available;
		int slots = 1;
		for (int at = first; (ring.descriptorFlags(at) & PackedRingMemory.NEXT) != 0; at = (at + 1) % ring.size())
			if (++slots > ring.size())
				throw new AssertionError("the chain at slot=" + first + " does not end");
		int last = (first + slots - 1) % ring.size();
		var chain = new Chain(ring.descriptorId(last), slots);
		if ((ring.descriptorFlags(first) & PackedRingMemory.INDIRECT) != 0) {
			int entries = ring.descriptorLength(first) / 16;
			var table = ram.at(ring.descriptorAddress(first), 16L * entries);
			walk(new PackedRingMemory(entries, table, ring.driverEvent(), ring.deviceEvent()), 0, entries, chain);
		} else {
			walk(ring, first, slots, chain);
		}
		available += slots;
		if (available >= ring.size()) {
			available -= ring.size();
			availableWrap = !availableWrap;
		}
		return chain;
	}

	private boolean isAvailable() {
		int flags = ring.descriptorFlags(available);
		return (flags & 0x80) != 0 == availableWrap && (flags & 0x8000) != 0 != availableWrap;
	}

	private void walk(PackedRingMemory table, int first, int count, Chain chain) {
		for (int i = 0; i < count; i++) {
			int at = (first + i) % table.size();
			var part = ram.at(table.descriptorAddress(at), table.descriptorLength(at));
			((table.descriptorFlags(at) & PackedRingMemory.WRITE) != 0 ? chain.writable() : chain.readable()).add(part);
		}
	}

	@Override
	public void complete(List<Chain> batch, int lengthOfLast) {
		if (!inOrder)
			for (var chain : batch.subList(0, batch.size() - 1))
				entry(chain, (int) chain.writable().stream().mapToLong(part -> part.byteSize()).sum(), chain.slots());
		entry(batch.getLast(), lengthOfLast,
				inOrder ? batch.stream().mapToInt(Chain::slots).sum() : batch.getLast().slots());
	}

	private void entry(Chain chain, int length, int slots) {
		ring.descriptorId(used, chain.head());
		ring.descriptorLength(used, length);
		ring.descriptorFlags(used, (usedWrap ? 0x8080 : 0) | (length > 0 ? PackedRingMemory.WRITE : 0));
		used += slots;
		if (used >= ring.size()) {
			used -= ring.size();
			usedWrap = !usedWrap;
		}
		unsignalled += slots;
	}

	@Override
	public boolean callNeeded() {
		VarHandle.fullFence();
		int done = unsignalled;
		unsignalled = 0;
		int wish = ring.driverEventFlags();
		if (done == 0 || wish == PackedRingMemory.EVENTS_DISABLE)
			return false;
		if (wish == PackedRingMemory.EVENTS_ENABLE)
			return true;
		int place = ring.driverEventOffset();
		int behind = used - (place & 0x7fff) + ((place & 0x8000) != 0 == usedWrap ? 0 : ring.size());
		return behind > 0 && behind <= done;
	}
}
