package bus.itest;

import static bus.itest.QtestBench.DATA;
import static bus.itest.QtestBench.OTHER;
import static bus.itest.QtestControl.PORT_OPEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import bus.itest.QtestConsole.Layout;
import bus.itest.QtestRing.Buffer;
import bus.itest.QtestRing.Used;

/** Drivers, machines, devices and memory come, pause and go while bytes are under way. */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestLifeTest {
	/** More than a socket holds. */
	private static final int MORE_THAN_FITS = 512 << 10;
	private static final int OUT = QtestConsole.out(DATA);
	private static final int IN = QtestConsole.in(DATA);
	/** Of the ACPI hot-plug of a machine of type pc: which slots the guest lets go. */
	private static final int EJECT = 0xae08;
	private static final int SLOT = 5;

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench();

	@RegisterExtension
	final Seed seed = new Seed();

	/** How a driver may end without a word. */
	private enum End {
		RESET(Layout.SPLIT), RESET_OF_PACKED(Layout.PACKED), SYSTEM_RESET(Layout.SPLIT), CRASH(Layout.SPLIT);

		final Layout layout;

		End(Layout layout) {
			this.layout = layout;
		}

		/** Answers what the next driver drives. */
		QtestConsole of(QtestConsole guest) throws Exception {
			return switch (this) {
				case RESET, RESET_OF_PACKED -> {
					guest.reset();
					yield guest;
				}
				case SYSTEM_RESET -> {
					BENCH.machine().qmp().execute("system_reset");
					BENCH.machine().qmp().awaitEvent("RESET", "host-qmp-system-reset");
					yield new QtestConsole(BENCH.machine().qtest(), QtestMachine.MEMORY / 2);
				}
				case CRASH -> {
					BENCH.crash();
					yield BENCH.boot();
				}
			};
		}
	}

	@ParameterizedTest
	@EnumSource
	void s51_s52_driverEndsInMidElement_nextOneFindsNothingOfIt(End end) throws Exception {
		var guest = BENCH.bootAndOpen(end.layout);
		var old = seed.bytes(MORE_THAN_FITS);
		try (var client = BENCH.connect(guest)) {
			guest.post(OUT, guest.readable(old));
			client.receive(1);
			guest.assertNothingUsed(OUT);
			assertFreshDriver(end.of(guest), client, end.layout, Arrays.copyOfRange(old, 1, old.length));
		}
	}

	/** A client from before gets so much of the old as it had got by the reset, and then what the new driver writes. */
	private void assertFreshDriver(QtestConsole guest, PortClient client, Layout layout, byte[] old) throws Exception {
		QtestBench.takePorts(guest, layout, DATA);
		var fresh = seed.bytes(1000);
		int id = guest.post(OUT, guest.readable(fresh));
		var seen = new ByteArrayOutputStream();
		while (!guest.ring(OUT).hasUsed())
			seen.write(client.pending());
		guest.takeUnwritten(OUT, id);
		seen.write(client.pending());
		int kept = seen.size() - fresh.length;
		assertTrue(kept > 0 && kept < old.length, "of the old " + kept);
		assertArrayEquals(Arrays.copyOf(old, kept), Arrays.copyOf(seen.toByteArray(), kept));
		assertArrayEquals(fresh, Arrays.copyOfRange(seen.toByteArray(), kept, seen.size()));
	}

	@ParameterizedTest
	@EnumSource
	void s54_s41_pauseInMidElement_nothingMoves_thenGoesOnAtTheByte(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		var sent = seed.bytes(MORE_THAN_FITS);
		try (var client = BENCH.connect(guest)) {
			int first = guest.post(OUT, guest.readable(sent));
			int second = guest.post(OUT, guest.readable("end\n".getBytes()));
			var seen = new ByteArrayOutputStream();
			seen.write(client.receive(1));
			guest.assertNothingUsed(OUT);

			BENCH.machine().qmp().execute("stop");
			seen.write(client.pending());
			client.send("typed in the pause");
			var other = PortClient.connect(BENCH.other()); // the guest hears of it afterwards
			guest.settle();
			assertEquals(0, client.pending().length);
			assertTrue(seen.size() < sent.length);
			guest.assertNothingUsed(OUT);
			guest.assertNothingSaid();
			BENCH.machine().qmp().execute("cont");
			guest.expect(new QtestControl(OTHER, PORT_OPEN, 1));
			other.close();
			guest.expect(new QtestControl(OTHER, PORT_OPEN, 0));

			seen.write(client.receive(sent.length - seen.size()));
			assertArrayEquals(sent, seen.toByteArray());
			guest.takeUnwritten(OUT, first);
			guest.takeUnwritten(OUT, second);
			assertEquals("end", client.line());
			assertEquals(new Used(guest.post(IN, guest.writable(100)), 18), guest.take(IN));
			guest.assertNothingSaid();
		}
	}

	/** After two turns a packed ring is where it was at its beginning, and so is what QEMU says of it. */
	@ParameterizedTest
	@EnumSource
	void s54_s51_pauseAfterTwoTurnsOfTheControlRing_isNoFreshDriver(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		for (int said = 5; said < 2 * QtestConsole.RING; said++) // five by bootAndOpen
			guest.open(OTHER, true);
		BENCH.machine().qmp().execute("stop");
		BENCH.machine().qmp().execute("cont");
		try (var client = BENCH.connect(guest)) {
			client.send("still open");
			assertEquals(new Used(guest.post(IN, guest.writable(100)), 10), guest.take(IN));
		}
	}

	/** QEMU begins anew on the same connection. */
	@Test
	void device_unpluggedInMidElementAndPluggedAgain_freshHandshake_worksAsBefore() throws Exception {
		// where a device can be unplugged without a bridge above it
		var arguments = QtestMachine.device(BENCH.socket(), QtestBench.QUEUES, QtestConsole.RING, "-M", "pc");
		arguments.set(3, arguments.get(3) + ",addr=" + SLOT);
		var guest = BENCH.boot(arguments);
		QtestBench.takePorts(guest, Layout.SPLIT);
		try (var client = BENCH.connect(guest)) {
			guest.post(OUT, guest.readable(new byte[MORE_THAN_FITS]));
			client.receive(1);
			guest.assertNothingUsed(OUT);

			var qmp = BENCH.machine().qmp();
			qmp.execute("device_del", "\"id\": \"vport\"");
			BENCH.machine().qtest().out32(EJECT, 1 << SLOT);
			qmp.awaitEvent("DEVICE_DELETED", "\"device\": \"vport\"");
			client.pending();
			qmp.execute("device_add", """
					"driver": "vhost-user-test-device-pci", "id": "vport", "chardev": "vport", "virtio-id": 3, \
					"num_vqs": %d, "config_size": 12, "addr": "%d\"""".formatted(QtestBench.QUEUES, SLOT));
			var again = new QtestConsole(BENCH.machine().qtest(), QtestMachine.MEMORY / 2);
			QtestBench.takePorts(again, Layout.SPLIT, DATA);
			again.takeUnwritten(OUT, again.post(OUT, again.readable("again\n".getBytes())));
			assertEquals("again", client.line());
			client.send("too");
			assertEquals(new Used(again.post(IN, again.writable(100)), 3), again.take(IN));
		}
	}

	/** A buffer that reaches from one memory file into the next, in memory that came while the rings ran. */
	@Test
	void memoryHotPlugged_ringsGoOn_bufferOverTwoRegionsIsWhole() throws Exception {
		var guest = BENCH.boot(QtestMachine.device(BENCH.socket(), QtestBench.QUEUES, QtestConsole.RING, "-m",
				"64M,slots=2,maxmem=1G"));
		QtestBench.takePorts(guest, Layout.SPLIT);
		var qmp = BENCH.machine().qmp();
		for (int i = 0; i < 2; i++) {
			qmp.execute("object-add", """
					"qom-type": "memory-backend-memfd", "id": "m%d", "size": %d, "share": true""".formatted(i,
					QtestMachine.MEMORY));
			qmp.execute("device_add", """
					"driver": "pc-dimm", "memdev": "m%d", "addr": %d""".formatted(i,
					(4L << 30) + (long) i * QtestMachine.MEMORY));
		}
		long border = (4L << 30) + QtestMachine.MEMORY;
		var sent = seed.bytes(2000);
		BENCH.machine().qtest().write(border - 1000, sent);
		try (var client = BENCH.connect(guest)) {
			guest.takeUnwritten(OUT, guest.post(OUT, Buffer.readable(border - 1000, 2000)));
			assertArrayEquals(sent, client.receive(2000));
			client.send(sent);
			var room = Buffer.writable(border - 500, 2000);
			assertEquals(new Used(guest.post(IN, room), 2000), guest.take(IN));
			assertArrayEquals(sent, guest.bytes(room, 2000));
		}
	}
}
