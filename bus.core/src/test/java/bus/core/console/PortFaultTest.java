package bus.core.console;

import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.api.GuestPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.core.virtio.RingKind;
import bus.linux.Linux;

/** What the contract of {@code bus.api} promises when ports, or the bus, are at their end. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class PortFaultTest {
	private final DeviceRig rig;

	PortFaultTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.ended = false;
		rig.close();
	}

	@Test
	void closedPort_isNotCalledAnyMore() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.duringGuestData = () -> {
			throw new IllegalStateException("oops");
		};
		rig.write(OUT, "x");
		port.calls.clear();
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		rig.send(1, ControlEvent.PORT_READY, 1);
		rig.stopDriver();
		port.guest.execute(() -> port.calls.add("executed"));
		assertEquals(List.of(), port.calls);
	}

	@Test
	void portThatIsBeingPlugged_isNotCalledByTheLoop() throws Exception {
		rig.bootGuest();
		var port = new RecordingPort() {
			@Override
			public void plugged(GuestPort half) {
				half.open();
				for (int queue = 0; queue < rig.device.queueCount(); queue++)
					rig.start(queue, rig.device.stop(queue));
				rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
				calls.add("plugged");
			}
		};
		rig.plug("con", 0, true, port);
		assertEquals(List.of("plugged"), port.calls);
		assertEquals("", port.taken.toString());
	}

	@Test
	void plug_portThrowsAnError_isRefusedAndTheSlotIsFree() throws Exception {
		var broken = new RecordingPort() {
			@Override
			public void plugged(GuestPort half) {
				throw new AssertionError("assertion of the port");
			}
		};
		var e = assertThrows(PortRefusedException.class, () -> rig.plug("a", 1, false, broken));
		assertEquals("assertion of the port", e.getMessage());
		assertEquals(1, rig.plug("a", 1, false, new RecordingPort()).id());
	}

	@Test
	void unplug_portThrowsAnError_isLoggedOnly() throws Exception {
		var port = new RecordingPort() {
			@Override
			public void unplugged() {
				throw new AssertionError("oops");
			}
		};
		rig.plug("a", 1, false, port);
		assertDoesNotThrow(() -> rig.bus.unplug(port));
	}

	@Test
	void busClosesWhileAPortIsPlugged_portIsRefusedAndLetGo() throws Exception {
		var port = new RecordingPort() {
			@Override
			public void plugged(GuestPort half) {
				rig.ended = true;
			}
		};
		assertThrows(PortRefusedException.class, () -> rig.plug("a", 1, false, port));
		assertEquals(List.of("unplugged"), port.calls);
	}

	@Test
	void handle_afterTheLoopEnded_doesNothing_andClosesWhatItIsGiven() throws Exception {
		var port = rig.plugged("a", 1);
		rig.offLoop(() -> {
			rig.ended = true;
			port.guest.readable();
			port.guest.readable();
			port.guest.writable();
			port.guest.open();
			port.guest.close();
			port.guest.detach();
			port.guest.resize(80, 25);
			port.guest.unwatch(77);
			port.guest.execute(() -> port.calls.add("executed"));
			int descriptor = (int) Linux.eventfd(0);
			port.guest.attach(descriptor);
			assertTrue(Linux.fcntl(descriptor, Linux.F_GETFD, 0) < 0, "the bus owns it from the call on");
		});
		assertFalse(port.calls.contains("executed"));
	}

	@Test
	void signal_thatTheLoopCouldNotTake_isNotTheLast() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.offLoop(() -> {
			rig.full = true;
			assertThrows(IllegalStateException.class, port.guest::writable);
			rig.full = false;
			port.allowance = 100;
			port.guest.writable();
		});
		rig.run();
		assertEquals("abc", port.taken.toString());
	}

	@Test
	void guestBreaksARule_queueIsLatchedAndOthersGoOn() throws Exception {
		var port = rig.port();
		var other = rig.plugged("b", 2);
		rig.bootGuest();
		rig.lie(OUT);
		rig.kick(OUT);
		rig.kick(OUT);
		assertEquals(List.of(OUT), rig.errors, "reported once");
		rig.write(7, "fine");
		assertEquals("fine", other.taken.toString());
		assertEquals("", port.taken.toString());
		rig.stopDriver();
		rig.bootGuest();
		rig.write(OUT, "again");
		assertEquals("again", port.taken.toString());
	}

	@Test
	void portThrows_isClosedAndNamedAndOthersGoOn() throws Exception {
		var port = rig.port();
		var other = rig.plugged("b", 2);
		rig.bootGuest();
		port.duringGuestData = () -> {
			throw new IllegalStateException("oops");
		};
		rig.write(OUT, "x");
		assertEquals(PortInfo.State.FAILED, rig.info(1).state());
		assertTrue(rig.info(1).problem().contains("oops"), rig.info(1).problem());
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
		assertEquals(1, rig.drain(OUT));
		rig.write(7, "fine");
		assertEquals("fine", other.taken.toString());
	}

	@Test
	void portTakesMoreThanOffered_isClosed() throws Exception {
		var port = rig.port();
		port.claim = 2;
		rig.write(OUT, "x");
		assertEquals("guestData answered 2, allowed: 0 to 1", rig.info(1).problem());
	}

	@Test
	void portBlocksItsLoop_isClosedAndNamed() throws Exception {
		var port = rig.port();
		rig.portNanos = TimeUnit.SECONDS.toNanos(3);
		rig.write(OUT, "x");
		assertTrue(rig.info(1).problem().startsWith("guestData blocked the bus for 3000 ms"), rig.info(1).problem());
		assertEquals("x", port.taken.toString());
	}
}
