package guest.driver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The guest's memory and what the back-end has been told of it, by whichever of the two ways is in force. */
final class SharedMemory implements AutoCloseable {
	private final List<MemfdRegion> regions = new ArrayList<>();
	private final List<MemfdRegion> announced = new ArrayList<>();
	private final Exchange exchange;
	/** {@link ProtocolFeature#CONFIGURE_MEM_SLOTS}: regions are told one by one, and only once. */
	private boolean slotwise;
	/** {@link ProtocolFeature#GPA_ADDRESSES}: user addresses are guest-physical ones. */
	private boolean guestAddresses;
	private long slots;
	/** What is added to guest-physical addresses to make user addresses; null where they are true addresses. */
	private Long userOffset;
	/** Entries of the table at least; the rest is zeros. */
	private int leastEntries;

	SharedMemory(Exchange exchange) {
		this.exchange = exchange;
	}

	/** A new session: the back-end knows of nothing. */
	void negotiated(long protocolFeatures, long maxSlots) {
		announced.clear();
		slotwise = (protocolFeatures & ProtocolFeature.CONFIGURE_MEM_SLOTS) != 0;
		guestAddresses = (protocolFeatures & ProtocolFeature.GPA_ADDRESSES) != 0;
		slots = maxSlots;
	}

	/** A monitor that does not map the memory itself, or at its guest-physical addresses. */
	void userOffset(long offset) {
		userOffset = offset;
	}

	void leastEntries(int entries) {
		leastEntries = entries;
	}

	GuestRam first() {
		return regions.getFirst().ram();
	}

	void add(MemfdRegion region) {
		regions.add(region);
	}

	/** Whether the whole table has to be told again. */
	boolean remove(MemfdRegion region) throws IOException {
		regions.remove(region);
		if (!slotwise)
			return true;
		if (announced.remove(region))
			exchange.order(Request.REM_MEM_REG, Message.u64s(0, region.ram().base(), region.ram().size(),
					userAddress(region), region.offset()));
		return false;
	}

	/** Tells the back-end what it does not know yet. */
	void share() throws IOException {
		if (!slotwise) {
			shareTable();
			return;
		}
		if (regions.size() > slots)
			throw new BackEndException("regions=" + regions.size() + " but the back-end has memory slots=" + slots);
		for (var region : regions)
			if (!announced.contains(region))
				addRegion(region);
	}

	private void addRegion(MemfdRegion region) throws IOException {
		announced.add(region);
		exchange.order(Request.ADD_MEM_REG, Message.u64s(0, region.ram().base(), region.ram().size(),
				userAddress(region), region.offset()), region.descriptor());
	}

	/** SET_MEM_TABLE. */
	void shareTable() throws IOException {
		long[] table = new long[1 + 4 * Math.max(regions.size(), leastEntries)];
		table[0] = regions.size(); // u32 count, u32 padding
		for (int i = 0; i < regions.size(); i++) {
			var region = regions.get(i);
			table[1 + 4 * i] = region.ram().base();
			table[2 + 4 * i] = region.ram().size();
			table[3 + 4 * i] = userAddress(region);
			table[4 + 4 * i] = region.offset();
		}
		exchange.order(Request.SET_MEM_TABLE, Message.u64s(table),
				regions.stream().mapToInt(MemfdRegion::descriptor).toArray());
		announced.clear();
		announced.addAll(regions);
	}

	private long userAddress(MemfdRegion region) {
		if (userOffset != null)
			return region.ram().base() + userOffset;
		return guestAddresses ? region.ram().base() : region.userAddress();
	}

	/** The payload of SET_VRING_ADDR. */
	byte[] ringAddresses(int queue, DriverRing ring, long log) {
		return Message.u64s(queue, ringAddress(ring.descAddress()), ringAddress(ring.usedAddress()),
				ringAddress(ring.availAddress()), log);
	}

	private long ringAddress(long guestAddress) {
		for (var region : regions)
			if (region.holds(guestAddress))
				return guestAddress - region.ram().base() + userAddress(region);
		throw new IllegalArgumentException("no region holds 0x" + Long.toHexString(guestAddress));
	}

	@Override
	public void close() {
		regions.forEach(MemfdRegion::close);
	}
}
