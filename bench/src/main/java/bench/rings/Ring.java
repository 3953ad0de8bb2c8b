package bench.rings;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

import bus.core.virtio.GuestMemory;
import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import bus.linux.LinuxException;
import guest.driver.MemfdRegion;

/** A ring in shared memory, with a driver in C, for whichever device has its turn. One thread at a time. */
final class Ring implements AutoCloseable {
	private static final long FIRST_ADDRESS = 0x4000_0000L;
	private static final long ADDRESS_STEP = 0x1000_0000L;
	private static final long REGION_BYTES = 32L << 20;

	/** The address of its struct bench. */
	final long bench;
	final Shape shape;
	final GuestMemory memory;
	private final Arena arena = Arena.ofShared();
	private final List<MemfdRegion> regions;
	private final boolean ownsRegions;

	/** In memory of its own. */
	Ring(Shape shape) throws LinuxException {
		this(shape, regions(shape.regions()), 0, true);
	}

	/** In the memory of another, which must live longer. */
	Ring(Shape shape, Ring beside) {
		this(shape, beside.regions, Native.taken(beside.bench), false);
	}

	private Ring(Shape shape, List<MemfdRegion> regions, long taken, boolean ownsRegions) {
		this.shape = shape;
		this.regions = regions;
		this.ownsRegions = ownsRegions;
		bench = arena.allocate(Native.size(), 64).address();
		for (var region : regions)
			Native.region(bench, region.ram().base(), REGION_BYTES, region.ram().memory().address(),
					region == regions.getFirst() ? taken : 0);
		if (Native.layout(bench, shape.packed() ? 1 : 0, Shape.ENTRIES, shape.length(), shape.indirect() ? 1 : 0,
				shape.writable() ? 1 : 0, shape.bytes()) != 0)
			throw new IllegalArgumentException(shape + " does not fit into regions of " + REGION_BYTES + " bytes");
		memory = new GuestMemory(regions.stream()
				.map(region -> new GuestMemory.Region(region.ram().base(), region.ram().base(), region.ram().memory()))
				.toList());
	}

	private static List<MemfdRegion> regions(int count) throws LinuxException {
		var regions = new ArrayList<MemfdRegion>();
		for (int i = 0; i < count; i++)
			regions.add(MemfdRegion.create(FIRST_ADDRESS + i * ADDRESS_STEP, REGION_BYTES, 0));
		return regions;
	}

	/** Begins anew where the driver stands, with C's device. */
	void openForC() {
		Native.open(bench);
	}

	/** Begins anew where the driver stands, with vport's. */
	Virtqueue open() {
		Native.open(bench);
		var addresses = new RingSetup.Addresses(Native.address(bench, 0), Native.address(bench, 1), Native.address(bench, 2));
		var setup = RingSetup.find(memory, (int) Native.entries(bench), addresses, shape.features(), false);
		return Virtqueue.open(memory, setup, shape.features(), new RingPosition((int) Native.base(bench), 0));
	}

	@Override
	public void close() {
		if (ownsRegions)
			regions.forEach(MemfdRegion::close);
		arena.close();
	}
}
