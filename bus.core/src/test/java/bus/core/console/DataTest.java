package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;

/** Bytes in both directions; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class DataTest {
	private final DeviceRig rig;

	DataTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	// ---- guest to host

	@Test
	void s40_guestWrites_portTakesInOrder() throws Exception {
		var port = rig.port();
		rig.write(OUT, "ab", "c");
		rig.write(OUT, "d");
		assertEquals("abcd", port.taken.toString());
		assertEquals(2, rig.drain(OUT));
		assertEquals(4, rig.info(1).traffic().fromGuest());
	}

	@Test
	void s38_s50_s64_hostClosed_dataIsDiscardedAndCounted() throws Exception {
		rig.plug("a", 1, false, new RecordingPort());
		rig.bootGuest();
		rig.write(OUT, "lost");
		assertEquals(1, rig.drain(OUT));
		assertEquals(4, rig.info(1).traffic().lost());
	}

	@Test
	void s38_noPort_dataIsDiscarded() throws Exception {
		rig.port();
		rig.write(7, "nobody");
		assertEquals(1, rig.drain(7));
	}

	@Test
	void s39_s40_s41_shortTake_throttlesAtTheByte() throws Exception {
		var port = rig.port();
		port.allowance = 3;
		rig.write(OUT, "abcdef");
		rig.write(OUT, "gh");
		for (int taken = 3; taken < 6; taken++) {
			assertEquals("abcdef".substring(0, taken), port.taken.toString());
			assertTrue(rig.info(1).throttled());
			assertEquals(0, rig.drain(OUT), "s40: the buffer stays with us");
			port.allowance = 1;
			rig.kick(OUT);
			assertEquals(taken, port.taken.length(), "s39: a kick does not end throttling");
			port.guest.writable();
			rig.run();
		}
		assertEquals(1, rig.drain(OUT));
		port.allowance = 100;
		port.guest.writable();
		rig.write(OUT, "ij");
		assertEquals("abcdefghij", port.taken.toString());
		assertEquals(2, rig.drain(OUT));
		assertEquals(0, rig.info(1).traffic().lost());
	}

	@Test
	void s42_consoleTakesLess_restIsLostAndCounted() throws Exception {
		var console = rig.plugged("con", 0);
		rig.bootGuest();
		console.allowance = 2;
		rig.write(1, "abcd");
		rig.write(1, "ef");
		assertEquals("ab", console.taken.toString());
		assertEquals(2, rig.drain(1), "a console is never throttled");
		assertEquals(4, rig.info(0).traffic().lost());
	}

	@Test
	void s43_s47_portClosesInItsCall_flushStopsThere() throws Exception {
		var port = rig.port();
		port.duringGuestData = () -> port.guest.close();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.write(OUT, "def");
		assertEquals("a", port.taken.toString());
		assertFalse(rig.info(1).throttled());
		assertEquals(2, rig.drain(OUT), "s47: the rest is discarded");
	}

	@Test
	void s43_portIsUnpluggedInItsCall_flushStopsThere() throws Exception {
		var port = rig.port();
		port.duringGuestData = () -> {
			rig.bus.unplug(port);
			rig.rings.get(OUT).add(List.of(rig.ram.allocate(3, 1)), List.of()); // meanwhile the guest goes on
		};
		rig.write(OUT, "abc");
		rig.kick(OUT);
		assertEquals("abc", port.taken.toString());
		assertEquals(2, rig.drain(OUT));
	}

	@Test
	void s48_closeWhileThrottled_givesTheHalfConsumedBufferBack() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		port.guest.close();
		rig.run();
		assertEquals(1, rig.drain(OUT));
		port.allowance = 100;
		port.guest.open();
		rig.write(OUT, "xyz");
		assertEquals("axyz", port.taken.toString(), "the next buffer is read from its first byte");
	}

	@Test
	void hostileEmptyChains_doNotKeepTheLoop() throws Exception {
		rig.port();
		var ring = rig.rings.get(OUT);
		for (int i = 0; i < DeviceRig.RING; i++)
			ring.add(List.of(rig.ram.allocate(0, 1)), List.of());
		rig.kick(OUT);
		assertEquals(DeviceRig.RING, rig.drain(OUT));
	}

	// ---- host to guest

	@Test
	void s34_hostGives_buffersAreFilledInOrderAndTheRestWaits() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 2);
		rig.postRoom(IN, 2);
		port.toGive = "abcde";
		port.guest.readable();
		rig.run();
		assertEquals(List.of("ab", "cd"), rig.readRaw(IN));
		rig.postRoom(IN, 2);
		rig.kick(IN);
		assertEquals(List.of("e"), rig.readRaw(IN));
		assertEquals(5, rig.info(1).traffic().toGuest());
	}

	@Test
	void s34_lastBufferIsNotFull_itsLengthSaysSo() throws Exception {
		var port = rig.port();
		for (int i = 0; i < 3; i++)
			rig.postRoom(IN, 2);
		port.toGive = "abc";
		port.guest.readable();
		rig.run();
		assertEquals(List.of("ab", "c"), rig.readRaw(IN));
	}

	@Test
	void s33_hostHasNotOpened_itsDataWaits() throws Exception {
		var port = new RecordingPort();
		rig.plug("a", 1, false, port);
		rig.bootGuest();
		rig.postRoom(IN, 8);
		port.toGive = "early";
		port.guest.readable();
		rig.run();
		assertEquals(0, port.asked);
		port.guest.open();
		rig.run();
		assertEquals(List.of("early"), rig.readRaw(IN));
	}

	@Test
	void hostData_thatAnsweredZero_isNotAskedAgainUntilReadable() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 8);
		port.guest.readable();
		rig.run();
		int asked = port.asked;
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(1, asked);
		assertEquals(asked, port.asked);
	}

	@Test
	void s33_guestHasNotOpened_hostDataWaits() throws Exception {
		var port = rig.port();
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		rig.postRoom(IN, 8);
		port.toGive = "early";
		port.guest.readable();
		rig.run();
		assertEquals(List.of(), rig.readRaw(IN));
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		assertEquals(List.of("early"), rig.readRaw(IN));
	}

	@Test
	void receive_bufferWithoutRoom_goesBackEmpty() throws Exception {
		var port = rig.port();
		rig.rings.get(IN).add(List.of(), List.of(rig.ram.allocate(0, 1)));
		rig.postRoom(IN, 4);
		port.toGive = "abc";
		port.guest.readable();
		rig.run();
		var ring = rig.rings.get(IN);
		assertEquals(0, ring.poll().length());
		assertEquals(3, ring.poll().length());
	}

	@Test
	void receive_portEndsItsData_closesTheHostSide() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 4);
		port.ended = true;
		port.guest.readable();
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertFalse(rig.info(1).hostOpen());
	}
}
