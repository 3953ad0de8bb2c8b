package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.virtio.RingKind;

/** A port's object goes and another comes: the guest keeps the port, and its data wait. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class HoldTest {
	private static final PortRequest REQUEST = new PortRequest("a", "test", "a", 1, false);

	private final DeviceRig rig;

	HoldTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	private void hold(RecordingPort port) {
		rig.bus.hold(port);
		rig.run();
	}

	/** Another object for port 1. */
	private RecordingPort next() throws Exception {
		var next = rig.plugged("a", 1);
		rig.run();
		return next;
	}

	@Test
	void hold_saysClosed_nextSaysOpen_noByteIsLostOrDoubled() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		hold(port);
		rig.write(OUT, "def");
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertEquals(0, rig.drain(OUT));
		assertEquals(PortInfo.State.HELD, rig.info(1).state());
		assertEquals("unplugged", port.calls.getLast());
		var next = next();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
		assertEquals(2, rig.drain(OUT));
		assertEquals("a", port.taken.toString());
		assertEquals("bcdef", next.taken.toString());
		assertEquals(new PortInfo.Traffic(6, 0, 0), rig.info(1).traffic());
		assertEquals(PortInfo.State.PLUGGED, rig.info(1).state());
	}

	@Test
	void hold_whatWasDiscardedBefore_isNotHeld() throws Exception {
		var port = rig.port();
		port.allowance = 0;
		rig.write(OUT, "old");
		port.guest.close();
		hold(port);
		rig.write(OUT, "new");
		assertEquals(1, rig.drain(OUT), "the client before it has gone");
		assertEquals("new", next().taken.toString());
	}

	@Test
	void hold_bytesForTheGuest_goOn() throws Exception {
		var port = rig.port();
		port.toGive = "ab";
		port.guest.readable();
		hold(port);
		var next = next();
		next.toGive = "cd";
		next.guest.readable();
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(List.of("cd"), rig.readRaw(IN));
		assertEquals("ab", port.toGive, "what the port had not given is its own affair");
	}

	@Test
	void next_hearsHowThingsStand_thatWhichWentHearsNothing() throws Exception {
		var port = rig.port();
		hold(port);
		port.calls.clear();
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		var next = next();
		assertEquals(List.of("running true", "ready", "opened"), next.calls);
		assertTrue(next.guest.guestOpen());
		port.guest.close();
		port.guest.open();
		port.guest.resize(1, 1);
		rig.run();
		assertEquals(List.of(), port.calls);
		assertEquals(List.of("PORT_OPEN 1 0", "PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void next_guestHasClosedMeanwhile_isNotToldThatItIsOpen() throws Exception {
		hold(rig.port());
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		assertEquals(List.of("running true", "ready"), next().calls);
	}

	@Test
	void nextFails_heldForAnother() throws Exception {
		var port = rig.port();
		hold(port);
		rig.write(OUT, "abc");
		var broken = new RecordingPort();
		broken.opensItself = true;
		broken.plugFailure = new IllegalStateException("path=x");
		assertThrows(PortRefusedException.class, () -> rig.plug("a", 1, false, broken));
		broken.guest.open();
		rig.run();
		assertEquals(PortInfo.State.HELD, rig.info(1).state());
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertEquals("abc", next().taken.toString());
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void release_theGuestLosesThePort_anotherMayHaveItsName() throws Exception {
		hold(rig.port());
		rig.write(OUT, "abc");
		rig.received();
		rig.bus.release(REQUEST);
		rig.run();
		assertEquals(List.of("PORT_REMOVE 1 1"), rig.received());
		assertEquals(1, rig.drain(OUT));
		assertEquals(List.of(), rig.bus.ports());
		assertEquals("", rig.plugged("a", 2).taken.toString());
	}

	@Test
	void release_ofAPortThatIsNotHeld_leavesIt() throws Exception {
		rig.port();
		rig.bus.release(REQUEST);
		rig.run();
		assertEquals(List.of(), rig.received());
	}

	@Test
	void anotherRequest_whileHeld_refusedAsADuplicate() throws Exception {
		hold(rig.port());
		var refused = assertThrows(PortRefusedException.class, () -> rig.plug("a", 2, false, new RecordingPort()));
		assertEquals("virtio-serial-bus: A port already exists by name a", refused.getMessage());
	}

	@Test
	void freshDriver_whileHeld_isToldOfAClosedPort() throws Exception {
		hold(rig.port());
		rig.bootGuest();
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("PORT_NAME 1 1 a"), rig.received());
		next();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void console_whileHeld_isNotThrottled_theLossCounts() throws Exception {
		var port = rig.plugged("", 0);
		rig.bootGuest();
		hold(port);
		rig.write(1, "abc");
		assertEquals(1, rig.drain(1));
		assertEquals(3, rig.info(0).traffic().lost());
	}

	@Test
	void hold_withinItsOwnCall_whatItHasNotTakenWaits() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		port.duringGuestData = () -> rig.bus.hold(port);
		rig.write(OUT, "abc");
		rig.write(OUT, "def");
		assertEquals("a", port.taken.toString());
		assertEquals("bcdef", next().taken.toString());
	}

	@Test
	void failedPort_whileHeldAndAfter_works() throws Exception {
		var port = rig.port();
		port.duringGuestData = () -> {
			throw new IllegalStateException("a mistake");
		};
		rig.write(OUT, "abc");
		assertEquals(PortInfo.State.FAILED, rig.info(1).state());
		rig.drain(OUT);
		hold(port);
		rig.write(OUT, "def");
		assertEquals("def", next().taken.toString());
		assertEquals(PortInfo.State.PLUGGED, rig.info(1).state());
	}

	@Test
	void busGoes_heldPortIsGivenUp() throws Exception {
		hold(rig.port());
		rig.bus.unplugAll();
		assertEquals(List.of(), rig.bus.ports());
	}

	@Test
	void sameObject_pluggedTwice_secondRefused_firstGoesOn() throws Exception {
		var port = rig.port();
		var refused = assertThrows(PortRefusedException.class, () -> rig.plug("b", 2, false, port));
		assertEquals("the same object is plugged as port 1 (a) already; register an object of its own for each port",
				refused.getMessage());
		rig.write(OUT, "abc");
		assertEquals("abc", port.taken.toString());
	}

	@Test
	void operatorCloses_guestSeesIt_dataAreLostAndCounted_portCannotOpen() throws Exception {
		var port = rig.port();
		port.allowance = 0;
		rig.write(OUT, "abc");
		rig.bus.close(1);
		port.guest.open();
		rig.write(OUT, "de");
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertEquals(2, rig.drain(OUT));
		assertEquals(PortInfo.State.SHUT, rig.info(1).state());
		assertEquals(5, rig.info(1).traffic().lost());
		port.toGive = "for the guest";
		port.guest.readable();
		port.allowance = 9;
		rig.postRoom(IN, 64);
		rig.bus.open(1);
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
		assertEquals(List.of("for the guest"), rig.readRaw(IN));
		rig.write(OUT, "fg");
		assertEquals("fg", port.taken.toString());
	}

	@Test
	void operatorCloses_outlivesAnUpdate_andThePortsOwnClosing() throws Exception {
		var port = rig.port();
		rig.bus.close(1);
		hold(port);
		var next = next();
		assertEquals(PortInfo.State.SHUT, rig.info(1).state());
		next.guest.close();
		rig.bus.open(1);
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received(), "the port itself has it closed");
		next.guest.open();
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void operatorNamesNoPort_isTold() throws Exception {
		rig.port();
		var wrong = assertThrows(IllegalArgumentException.class, () -> rig.bus.close(3));
		assertEquals("id=3: no such port on bus vm1; ports: 1", wrong.getMessage());
	}
}
