package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;
import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.MessageSocket;

/** Descriptors that move a port's bytes; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class DescriptorTest {
	/** No open descriptor has such a number. */
	private static final int FIRST = 1_000_000;
	private static final int SECOND = 1_000_001;

	private static final int F_DUPFD_CLOEXEC = 1030;
	private static final String TEXT = "x".repeat(5000);

	private final DeviceRig rig;
	/** Buffers that came back while the guest wrote. */
	private int given;
	private final List<MessageSocket> opened = new ArrayList<>();

	DescriptorTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		opened.forEach(MessageSocket::close);
		rig.close();
	}

	private MessageSocket[] pair;

	/** One end is the host's program, the other one's copy is the bus's. */
	private int connect() throws Exception {
		pair = MessageSocket.pair();
		opened.addAll(List.of(pair));
		return (int) Linux.fcntl(pair[0].descriptor(), F_DUPFD_CLOEXEC, 0);
	}

	private RecordingPort attached(int id, int descriptor) throws Exception {
		var port = new RecordingPort();
		rig.plug("a", id, id == 0, port);
		rig.bootGuest();
		port.guest.attach(descriptor);
		rig.run();
		return port;
	}

	/** The guest writes until it has to wait, or until something is lost; bytes written. */
	private int fill(int id, int queue) {
		int written = 0;
		while (!rig.info(id).throttled() && rig.info(id).traffic().lost() == 0) {
			given += rig.drain(queue);
			rig.write(queue, TEXT);
			written += TEXT.length();
		}
		return written;
	}

	/** Reads what the host's program finds, at most {@code limit} bytes. */
	private int read(int limit) {
		var bytes = rig.arena.allocate(limit);
		int read = 0;
		for (int n = 1; n > 0 && read < limit; read += Math.max(n, 0))
			n = (int) Linux.read(pair[1].descriptor(), bytes.address(), limit - read);
		return read;
	}

	private void ready(int descriptor, int events) {
		rig.watches.get(descriptor).ready(events);
		rig.run();
	}

	@Test
	void s62_fullDescriptor_throttlesUntilThereIsRoom_andNothingIsLost() throws Exception {
		int descriptor = connect();
		attached(1, descriptor);
		int written = fill(1, OUT);
		given += rig.drain(OUT);
		assertEquals(written / TEXT.length() - 1, given, "the last one waits");
		int read = read(written / 2);
		rig.kick(OUT);
		assertTrue(rig.info(1).throttled(), "nobody has said that there is room");
		assertEquals(Set.of(descriptor), rig.writing);
		ready(descriptor, Epoll.OUT);
		assertFalse(rig.info(1).throttled());
		assertEquals(1, rig.drain(OUT));
		assertEquals(written, read + read(2 * written));
		assertEquals(0, rig.info(1).traffic().lost());
		assertEquals(written, rig.info(1).traffic().fromGuest());
	}

	/** With each read of its peer's a socket becomes writable anew. */
	@Test
	void descriptor_isWatchedForWritingOnlyWhileSomebodyWaits() throws Exception {
		int descriptor = connect();
		attached(1, descriptor);
		rig.write(OUT, "abc");
		assertEquals(Set.of(), rig.writing);
		fill(1, OUT);
		read(1 << 20);
		ready(descriptor, Epoll.OUT);
		assertFalse(rig.info(1).throttled());
		assertEquals(Set.of(descriptor), rig.writing, "it fills again, as like as not");
		ready(descriptor, Epoll.OUT);
		assertEquals(Set.of(), rig.writing);
		fill(1, OUT);
		assertEquals(Set.of(descriptor), rig.writing);
	}

	@Test
	void s62_descriptorThatFails_takesNothing() throws Exception {
		attached(1, FIRST);
		rig.write(OUT, "abc");
		assertFalse(rig.info(1).throttled());
		assertEquals(0, rig.info(1).traffic().fromGuest());
		assertEquals(3, rig.info(1).traffic().lost());
		assertEquals(1, rig.drain(OUT));
	}

	@Test
	void s63_s42_consoleOnAFullDescriptor_isNeverThrottled_losesAndCounts() throws Exception {
		attached(0, connect());
		int written = fill(0, 1);
		assertFalse(rig.info(0).throttled());
		assertEquals(written / TEXT.length(), given + rig.drain(1));
		var traffic = rig.info(0).traffic();
		assertEquals(written, traffic.lost() + traffic.fromGuest());
		assertEquals(traffic.fromGuest(), read(2 * written));
	}

	@Test
	void s49_descriptorComesAndEnds_hostOpensAndCloses() throws Exception {
		int descriptor = connect();
		var port = attached(1, descriptor);
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
		assertTrue(rig.info(1).hostOpen());
		rig.postRoom(IN, 8);
		pair[1].close();
		ready(descriptor, Epoll.IN | Epoll.RDHUP);
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertFalse(rig.info(1).hostOpen());
		port.guest.attach(connect());
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void s49_farEndLeaves_guestPostsNoBuffer_hostClosesAllTheSame() throws Exception {
		int descriptor = connect();
		attached(1, descriptor);
		rig.received();
		pair[1].close();
		ready(descriptor, Epoll.IN | Epoll.RDHUP);
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
	}

	@Test
	void s49_farEndLeaves_whatItWroteBefore_isDeliveredFirst() throws Exception {
		int descriptor = connect();
		attached(1, descriptor);
		rig.received();
		var bytes = rig.arena.allocateFrom("bye");
		Linux.write(pair[1].descriptor(), bytes.address(), 3);
		pair[1].close();
		ready(descriptor, Epoll.IN | Epoll.RDHUP);
		assertEquals(List.of(), rig.received(), "the guest has no room for it yet");
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(List.of("bye"), rig.readRaw(IN));
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
	}

	@Test
	void s66_fullDescriptorExchanged_bytesGoOnAtTheNewOne() throws Exception {
		var port = attached(1, connect());
		int written = fill(1, OUT);
		int read = read(2 * written);
		rig.kick(OUT);
		assertTrue(rig.info(1).throttled());
		port.guest.attach(connect());
		rig.run();
		assertFalse(rig.info(1).throttled());
		assertEquals(written - read, read(2 * written));
		assertEquals(0, rig.info(1).traffic().lost());
	}

	@Test
	void turn_descriptorTakesAll_endsAfterItsBudget() throws Exception {
		attached(1, (int) Linux.memfd_create("all"));
		var buffer = rig.ram.allocate(128 * 1024, 1);
		for (int i = 0; i < DeviceRig.RING; i++)
			rig.rings.get(OUT).add(List.of(buffer), List.of());
		rig.device.kick(OUT);
		rig.turnOnce();
		assertEquals(GuestToHost.BYTES_PER_TURN, rig.info(1).traffic().fromGuest());
		rig.run();
		assertEquals(DeviceRig.RING * buffer.byteSize(), rig.info(1).traffic().fromGuest());
	}

	@Test
	void s65_descriptorEnds_isNotWatchedAnyMoreWhenThePortHears() throws Exception {
		var watchedAtHangup = new ArrayList<Integer>();
		var port = new RecordingPort() {
			@Override
			public void hangup() {
				watchedAtHangup.addAll(rig.watches.keySet());
				calls.add("hangup");
			}
		};
		rig.plug("a", 1, false, port);
		rig.bootGuest();
		port.guest.attach(FIRST);
		rig.run();
		rig.received();
		rig.postRoom(IN, 8);
		rig.watches.get(FIRST).ready(Epoll.IN | Epoll.HUP); // reading it fails, as there is no such descriptor
		rig.run();
		assertTrue(port.calls.contains("hangup"));
		assertEquals(List.of(), watchedAtHangup);
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
	}

	@Test
	void s66_descriptorExchanged_guestDoesNotNotice() throws Exception {
		var port = new RecordingPort();
		rig.plug("a", 1, false, port);
		rig.bootGuest();
		port.guest.attach(FIRST);
		port.guest.attach(SECOND);
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
		assertEquals(List.of(SECOND), List.copyOf(rig.watches.keySet()));
	}
}
