package bus.itest;

/**
 * A virtio device on PCI bus 0 as a driver meets it (virtio 1.3, section 4.1), with a {@link Qtest} for a processor:
 * found by its configuration space, given an address, driven by its registers.
 *
 * <pre>
 *   common   0: feature select    4: features        8: accepted select   12: accepted     18: queues u16
 *           20: status u8        22: queue u16      24: size u16          28: enable u16   30: notify offset u16
 *           32: descriptors u64  40: driver's u64   48: device's u64
 * </pre>
 */
final class VirtioPci {
	static final int ACKNOWLEDGE = 1;
	static final int DRIVER = 2;
	static final int DRIVER_OK = 4;
	static final int FEATURES_OK = 8;

	/** In what {@link #interrupts} answers. */
	static final int QUEUE_INTERRUPT = 1;
	static final int CONFIG_INTERRUPT = 2;

	private static final int VIRTIO = 0x1af4;
	private static final int BAR_ADDRESS = 0xe0000000;
	private static final int QUEUES = 256;
	private static final int COMMON = 1;
	private static final int NOTIFY = 2;
	private static final int ISR = 3;
	private static final int CONFIG = 4;
	private static final int CAPABILITIES = 5;

	private final Qtest qtest;
	private final int slot;
	private final long[] structure = new long[CAPABILITIES];
	private final int[] notifyOffset = new int[QUEUES];
	private int notifyMultiplier;

	private VirtioPci(Qtest qtest, int slot) {
		this.qtest = qtest;
		this.slot = slot;
	}

	/** The only virtio device there is, at an address, ready for a driver. */
	static VirtioPci find(Qtest qtest) {
		for (int slot = 0; slot < 32; slot++) {
			var device = new VirtioPci(qtest, slot);
			if ((device.id() & 0xffff) == VIRTIO) {
				device.enable();
				return device;
			}
		}
		throw new AssertionError("no virtio device on PCI bus 0");
	}

	/** Its vendor and, in the upper half, its device id. */
	int id() {
		return pci(0);
	}

	private int pci(int offset) {
		select(offset);
		return qtest.in32(0xcfc);
	}

	private void pci(int offset, int value) {
		select(offset);
		qtest.out32(0xcfc, value);
	}

	private void select(int offset) {
		qtest.out32(0xcf8, 1 << 31 | slot << 11 | offset);
	}

	private int pciByte(int offset) {
		return pci(offset & ~3) >>> 8 * (offset & 3) & 0xff;
	}

	private void enable() {
		for (int at = pciByte(0x34); at != 0; at = pciByte(at + 1)) {
			int type = pciByte(at + 3);
			if (pciByte(at) != 9 || type >= CAPABILITIES)
				continue;
			int bar = 0x10 + 4 * pciByte(at + 4);
			pci(bar, BAR_ADDRESS);
			if ((pci(bar) & 4) != 0)
				pci(bar + 4, 0); // the upper half of its address
			structure[type] = (BAR_ADDRESS & 0xffffffffL) + pci(at + 8);
			if (type == NOTIFY)
				notifyMultiplier = pci(at + 16);
		}
		pci(4, pci(4) & 0xffff | 6); // memory, and to be master of the bus
	}

	int status() {
		return qtest.read8(structure[COMMON] + 20);
	}

	/** Writes the status; 0 is a reset. */
	void status(int value) {
		qtest.write8(structure[COMMON] + 20, value);
	}

	long offered() {
		qtest.write32(structure[COMMON], 1);
		long upper = qtest.read32(structure[COMMON] + 4);
		qtest.write32(structure[COMMON], 0);
		return upper << 32 | qtest.read32(structure[COMMON] + 4) & 0xffffffffL;
	}

	void accept(long features) {
		for (int half = 0; half < 2; half++) {
			qtest.write32(structure[COMMON] + 8, half);
			qtest.write32(structure[COMMON] + 12, (int) (features >>> 32 * half));
		}
	}

	int queues() {
		return qtest.read16(structure[COMMON] + 18);
	}

	/** How many entries a queue may have. */
	int queueSize(int queue) {
		qtest.write16(structure[COMMON] + 22, queue);
		return qtest.read16(structure[COMMON] + 24);
	}

	void setUp(int queue, QtestRing ring) {
		long common = structure[COMMON];
		qtest.write16(common + 22, queue);
		qtest.write16(common + 24, ring.size());
		address(common + 32, ring.descriptors());
		address(common + 40, ring.driverArea());
		address(common + 48, ring.deviceArea());
		qtest.write16(common + 28, 1);
		notifyOffset[queue] = qtest.read16(common + 30);
	}

	private void address(long register, long value) {
		qtest.write32(register, (int) value);
		qtest.write32(register + 4, (int) (value >>> 32));
	}

	/** Says that a queue has something new. */
	void kick(int queue) {
		qtest.write16(structure[NOTIFY] + (long) notifyOffset[queue] * notifyMultiplier, queue);
	}

	/** The interrupts since this was last asked. */
	int interrupts() {
		return qtest.read8(structure[ISR]);
	}

	/** The address of a byte of the device's configuration space; each access is a message to the back-end. */
	long config(int offset) {
		return structure[CONFIG] + offset;
	}
}
