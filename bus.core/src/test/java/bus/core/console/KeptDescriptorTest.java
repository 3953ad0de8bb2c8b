package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import bus.api.GuestPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.virtio.RingKind;
import bus.linux.Linux;
import bus.linux.MessageSocket;

/** Descriptors that a port leaves to its next instance. */
class KeptDescriptorTest {
	private static final int F_DUPFD_CLOEXEC = 1030;

	private final DeviceRig rig = new DeviceRig(RingKind.USUAL, 4);
	private final MessageSocket[] pair;
	/** The bus's end. */
	private final int end;

	KeptDescriptorTest() throws Exception {
		pair = MessageSocket.pair();
		end = (int) Linux.fcntl(pair[0].descriptor(), F_DUPFD_CLOEXEC, 0);
		pair[0].close();
	}

	@AfterEach
	void close() {
		pair[1].close();
		rig.close();
	}

	/** Asks for what was kept when it is plugged. */
	private static final class Heir extends RecordingPort {
		private final String key;
		private int got;

		Heir(String key) {
			this.key = key;
		}

		@Override
		public void plugged(GuestPort half) {
			super.plugged(half);
			got = half.kept(key);
			assertEquals(-1, half.kept(key), "once");
		}
	}

	private Heir plug(String key) throws Exception {
		var port = new Heir(key);
		rig.plug("a", 1, false, port);
		return port;
	}

	private void hold(RecordingPort port) {
		rig.bus.hold(port);
		rig.run();
	}

	private boolean isOpen() {
		return Files.exists(Path.of("/proc/self/fd/" + end), LinkOption.NOFOLLOW_LINKS);
	}

	private void assertWritten(String text) {
		var bytes = rig.arena.allocate(64);
		int read = (int) Linux.read(pair[1].descriptor(), bytes.address(), 64);
		assertEquals(text, new String(bytes.asSlice(0, Math.max(0, read)).toArray(ValueLayout.JAVA_BYTE),
				StandardCharsets.ISO_8859_1));
	}

	@Test
	void attachedWithKey_nextAttachesIt_clientLosesNothing() throws Exception {
		var port = plug("client");
		rig.bootGuest();
		port.guest.attach(end, "client");
		rig.write(DeviceRig.OUT, "ab");
		assertWritten("ab");
		hold(port);
		assertEquals(0, rig.watches.size());
		rig.write(DeviceRig.OUT, "cd");
		Linux.write(pair[1].descriptor(), rig.arena.allocateFrom("for").address(), 3);
		var next = plug("client");
		assertEquals(end, next.got);
		next.guest.attach(next.got, "client");
		rig.postRoom(DeviceRig.IN, 8);
		rig.kick(DeviceRig.IN);
		assertWritten("cd");
		assertEquals("for", rig.readRaw(DeviceRig.IN).getFirst());
		hold(next);
		assertEquals(end, plug("client").got, "and again");
	}

	@Test
	void attachedWithoutKey_isClosed() throws Exception {
		var port = plug("client");
		port.guest.attach(end);
		hold(port);
		assertFalse(isOpen());
	}

	@Test
	void nextAsksForAnotherKey_isClosedWhenThatIsPlugged() throws Exception {
		var port = plug("client");
		port.guest.attach(end, "client of tcp:1");
		hold(port);
		assertTrue(isOpen());
		assertEquals(-1, plug("client of tcp:2").got);
		assertFalse(isOpen());
	}

	@Test
	void nextFails_keptForAnother() throws Exception {
		var port = plug("client");
		port.guest.attach(end, "client");
		hold(port);
		var broken = new RecordingPort();
		broken.plugFailure = new IllegalStateException("path=x");
		try {
			rig.plug("a", 1, false, broken);
		} catch (PortRefusedException e) {
			assertEquals("path=x", e.getMessage());
		}
		assertEquals(end, plug("client").got);
	}

	@Test
	void released_isClosed() throws Exception {
		var port = plug("client");
		port.guest.attach(end, "client");
		hold(port);
		rig.bus.release(new PortRequest("a", "test", "a", 1, false));
		assertFalse(isOpen());
	}

	@Test
	void unpluggedForGood_isClosed() throws Exception {
		var port = plug("client");
		port.guest.attach(end, "client");
		rig.bus.unplug(port);
		assertFalse(isOpen());
	}

	/** Leaves a descriptor of its own when it goes. */
	private final class Leaver extends RecordingPort {

		@Override
		public void unplugged() {
			guest.keep("own", end);
		}
	}

	@Test
	void ownOne_keptWhenHeld_closedWhenUnplugged() throws Exception {
		var port = new Leaver();
		rig.plug("a", 1, false, port);
		hold(port);
		assertEquals(end, plug("own").got);
	}

	@Test
	void ownOne_unplugged_isClosed() throws Exception {
		var port = new Leaver();
		rig.plug("a", 1, false, port);
		rig.bus.unplug(port);
		assertFalse(isOpen());
	}

	@Test
	void ownOne_tooLate_isClosed() throws Exception {
		var port = new RecordingPort();
		rig.plug("a", 1, false, port);
		hold(port);
		plug("own");
		port.guest.keep("own", end);
		assertFalse(isOpen());
	}
}
