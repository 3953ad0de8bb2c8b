package bus.vhostuser;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

import bus.linux.Linux;
import bus.linux.MappedFile;
import guest.driver.DriverRing;
import guest.driver.EventCounter;
import guest.driver.GuestRam;
import guest.driver.Request;
import guest.driver.SplitDriverRing;

/**
 * A guest of one queue, the transmitq of port 0, without MULTIPORT: every message and every byte of memory is the test's.
 * The rings are in the first page, buffers from {@link #BUFFERS} on.
 */
final class RawGuest implements AutoCloseable {
	static final long FAR = 1L << 40;
	static final int PAGE = 4096;
	static final int BUFFERS = 8 * PAGE;
	static final long VERSION_1 = 1L << 32;
	static final long PROTOCOL = 1L << 30;
	private static final int SIZE = 16;
	private static final int SEAL_SEAL = 1;

	final Wire wire;
	final EventCounter kick = new EventCounter();
	final EventCounter call = new EventCounter();
	final EventCounter err = new EventCounter();
	final DriverRing ring;
	private final long features;
	final int file;
	private final MappedFile mapping;
	private final GuestRam ram;
	private int buffers;

	/** The file cannot be sealed, so nobody can keep it from being truncated. */
	RawGuest(Wire wire) throws IOException {
		this(wire, VERSION_1);
	}

	RawGuest(Wire wire, long features) throws IOException {
		this.wire = wire;
		this.features = features;
		file = Wire.probe("raw", 16 * PAGE);
		Linux.fcntl(file, Linux.F_ADD_SEALS, SEAL_SEAL);
		mapping = MappedFile.map(file, 0, 16 * PAGE);
		ram = new GuestRam(mapping.segment(), FAR);
		ring = DriverRing.create(ram, SIZE, features);
	}

	/** With protocol features: order of OpenVMM, KICK before CALL and ENABLE last. */
	void start(int base) throws IOException {
		wire.assertDone(Request.SET_FEATURES, Wire.u64s(features | PROTOCOL));
		wire.assertDone(Request.ADD_MEM_REG, Wire.u64s(0, FAR, 16 * PAGE, FAR, 0), file);
		setRing(base);
		wire.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(1, 1));
	}

	void setRing(int base) throws IOException {
		wire.assertDone(Request.SET_VRING_NUM, Wire.u32s(1, SIZE));
		wire.assertDone(Request.SET_VRING_ADDR, Wire.u64s(1, ring.descAddress(), ring.usedAddress(), ring.availAddress(), 0));
		wire.assertDone(Request.SET_VRING_BASE, Wire.u32s(1, base));
		wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(1), kick.descriptor());
		wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(1), call.descriptor());
		wire.assertDone(Request.SET_VRING_ERR, Wire.u64s(1), err.descriptor());
	}

	/** Adds a buffer, each on a page of its own, without a kick. */
	void offer(String text) {
		var buffer = mapping.segment().asSlice(BUFFERS + PAGE * (buffers++ % 8), text.length());
		buffer.copyFrom(MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1)));
		ring.add(List.of(buffer), List.of());
	}

	void write(String text) {
		offer(text);
		kick.ring();
	}

	/** Where the ring stands that has given everything back; it is a split one. */
	int lastUsed() {
		return ((SplitDriverRing) ring).lastUsed();
	}

	void truncate(long size) {
		Linux.ftruncate(file, size);
	}

	@Override
	public void close() {
		kick.close();
		call.close();
		err.close();
		mapping.close();
		Linux.close(file);
	}
}
