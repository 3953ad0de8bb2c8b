package bus.itest;

import static bus.itest.QtestBench.CONSOLE;
import static bus.itest.QtestBench.DATA;
import static bus.itest.QtestBench.OTHER;
import static bus.itest.QtestControl.CONSOLE_PORT;
import static bus.itest.QtestControl.DEVICE_READY;
import static bus.itest.QtestControl.PORT_ADD;
import static bus.itest.QtestControl.PORT_OPEN;
import static bus.itest.QtestControl.PORT_READY;
import static bus.itest.QtestControl.PORT_REMOVE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import bus.itest.QtestConsole.Layout;
import bus.itest.QtestRing.Buffer;

/** The control channel, message by message and buffer by buffer, through QEMU's front-end. */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestControlTest {

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench();

	private static final QtestControl CONSOLE_NAME = QtestControl.name(CONSOLE, "org.vport.console");
	private static final QtestControl DATA_NAME = QtestControl.name(DATA, "org.vport.data");

	private static QtestConsole bootWithBuffers(Layout layout) throws Exception {
		var guest = BENCH.boot();
		guest.start(layout);
		guest.postControl(20);
		return guest;
	}

	@ParameterizedTest
	@EnumSource
	void s14_s19_s21_deviceReady_allPortsAnnounced_eachTime(Layout layout) throws Exception {
		var guest = bootWithBuffers(layout);
		guest.assertNothingSaid();
		guest.deviceReady(CONSOLE, DATA, OTHER);
		guest.deviceReady(CONSOLE, DATA, OTHER);
		guest.assertNothingSaid();
	}

	@Test
	void s24_s49_portReady_console_kindNameOpen() throws Exception {
		var guest = bootWithBuffers(Layout.SPLIT);
		guest.deviceReady(CONSOLE, DATA, OTHER);
		guest.send(new QtestControl(CONSOLE, PORT_READY, 1));
		guest.expect(new QtestControl(CONSOLE, CONSOLE_PORT, 1), CONSOLE_NAME, new QtestControl(CONSOLE, PORT_OPEN, 1));
		guest.assertNothingSaid();
	}

	@Test
	void s24_s46_s49_portReady_socket_openFollowsItsClient() throws Exception {
		var guest = bootWithBuffers(Layout.SPLIT);
		guest.deviceReady(CONSOLE, DATA, OTHER);
		guest.send(new QtestControl(DATA, PORT_READY, 1));
		guest.expect(DATA_NAME);
		guest.assertNothingSaid();
		try (var client = BENCH.connect(guest)) {
			guest.send(new QtestControl(DATA, PORT_READY, 1));
			guest.expect(DATA_NAME, new QtestControl(DATA, PORT_OPEN, 1));
			guest.assertNothingSaid();
			client.send("last words");
		}
		guest.open(DATA, true);
		guest.assertNothingSaid(); // the words are still to be had
		guest.post(QtestConsole.in(DATA), guest.writable("last words".length()));
		assertEquals("last words".length(), guest.take(QtestConsole.in(DATA)).length());
		guest.expect(new QtestControl(DATA, PORT_OPEN, 0));
	}

	@ParameterizedTest
	@EnumSource
	void s28_s29_noControlBuffers_postedOneByOne_nothingLostAndInOrder(Layout layout) throws Exception {
		var guest = BENCH.boot();
		guest.start(layout);
		guest.send(new QtestControl(-1, DEVICE_READY, 1));
		guest.send(new QtestControl(CONSOLE, PORT_READY, 1));
		guest.send(new QtestControl(DATA, PORT_READY, 1));
		var added = IntStream.range(0, 3).mapToObj(i -> {
			guest.assertNothingSaid();
			guest.postControl(1);
			return guest.next();
		}).sorted((a, b) -> a.id() - b.id()).toList();
		assertEquals(IntStream.range(0, 3).mapToObj(id -> new QtestControl(id, PORT_ADD, 1)).toList(), added);
		for (var message : Arrays.asList(new QtestControl(CONSOLE, CONSOLE_PORT, 1), CONSOLE_NAME,
				new QtestControl(CONSOLE, PORT_OPEN, 1), DATA_NAME)) {
			guest.assertNothingSaid();
			guest.postControl(1);
			guest.expect(message);
		}
		guest.postControl(1);
		guest.assertNothingSaid();
	}

	@Test
	void s29_s51_messagesThatWaitForBuffers_nextDriverDoesNotGetThem() throws Exception {
		var guest = BENCH.boot();
		guest.start(Layout.SPLIT);
		guest.send(new QtestControl(-1, DEVICE_READY, 1));
		guest.start(Layout.SPLIT);
		guest.postControl(10);
		guest.assertNothingSaid();
		guest.deviceReady(CONSOLE, DATA, OTHER);
	}

	@ParameterizedTest
	@EnumSource
	void s30_s32_shortControlBuffer_cutAndSaid_nextOneWhole(Layout layout) throws Exception {
		BENCH.expectComplaint("the guest's control buffer has 10 bytes, a message of 22 was cut");
		var guest = BENCH.boot();
		guest.start(layout);
		guest.postControl(3);
		guest.deviceReady(CONSOLE, DATA, OTHER);
		guest.postControlBuffer(10);
		guest.send(new QtestControl(DATA, PORT_READY, 1));
		assertArrayEquals(new byte[] { DATA, 0, 0, 0, 7, 0, 1, 0, 'o', 'r' }, guest.nextBytes());
		guest.postControl(1);
		guest.send(new QtestControl(DATA, PORT_READY, 1));
		guest.expect(DATA_NAME);
	}

	@Test
	void s16_s17_s18_controlPackets_shortLongScattered() throws Exception {
		var guest = bootWithBuffers(Layout.SPLIT);
		var ready = new QtestControl(-1, DEVICE_READY, 1).bytes();
		guest.send(guest.readable(Arrays.copyOf(ready, 7)));
		guest.send(guest.writable(ready.length)); // nothing in it is the driver's
		guest.assertNothingSaid();
		guest.send(guest.readable(Arrays.copyOf(ready, 1000)));
		for (int i = 0; i < 3; i++)
			assertEquals(PORT_ADD, guest.next().event());
		guest.send(piece(guest, ready, 0, 1), piece(guest, ready, 1, 5), piece(guest, ready, 5, 7),
				piece(guest, ready, 7, 8));
		for (int i = 0; i < 3; i++)
			assertEquals(PORT_ADD, guest.next().event());
		guest.assertNothingSaid();
	}

	private static Buffer piece(QtestConsole guest, byte[] bytes, int from, int to) {
		return guest.readable(Arrays.copyOfRange(bytes, from, to));
	}

	@Test
	void s20_s22_s23_s26_messagesThatMeanNothing_loggedOrIgnored_buffersComeBack() throws Exception {
		BENCH.expectComplaint("virtio-serial-bus: Guest failure in adding device vm1");
		BENCH.expectComplaint("virtio-serial-bus: Unexpected port id 5 for device vm1");
		BENCH.expectComplaint("virtio-serial-bus: Unexpected port id 4294967295 for device vm1");
		BENCH.expectComplaint("virtio-serial-bus: Guest failure in adding port 1 for device vm1");
		var guest = bootWithBuffers(Layout.SPLIT);
		guest.send(new QtestControl(0, DEVICE_READY, 0));
		guest.send(new QtestControl(5, PORT_OPEN, 1));
		guest.send(new QtestControl(-1, PORT_READY, 1));
		guest.send(new QtestControl(DATA, PORT_READY, 0));
		for (int event : new int[] { PORT_ADD, PORT_REMOVE, CONSOLE_PORT, 5, QtestControl.PORT_NAME, 8, 0xffff })
			guest.send(new QtestControl(DATA, event, 1));
		guest.assertNothingSaid();
		guest.deviceReady(CONSOLE, DATA, OTHER);
	}

	@ParameterizedTest
	@EnumSource
	void s27_manyMessagesAtOnce_buffersComeBackInOrder(Layout layout) throws Exception {
		var guest = BENCH.boot();
		guest.start(layout);
		var ring = guest.ring(QtestConsole.CONTROL_OUT);
		var message = guest.readable(new QtestControl(DATA, PORT_OPEN, 1).bytes());
		var ids = IntStream.range(0, QtestConsole.RING).map(i -> ring.add(message)).toArray();
		guest.device().kick(QtestConsole.CONTROL_OUT);
		for (int id : ids)
			guest.takeUnwritten(QtestConsole.CONTROL_OUT, id);
	}

	@Test
	void s55_s56_unplugAndPlug_offeredComesBack_buffersForTheGuestStay() throws Exception {
		var guest = BENCH.bootAndOpen(Layout.SPLIT);
		int data = QtestConsole.out(DATA);
		try (var client = BENCH.connect(guest)) {
			var waiting = guest.writable(100);
			int waitingId = guest.post(QtestConsole.in(DATA), waiting);
			int throttled = guest.post(data, guest.readable(new byte[512 << 10]));
			client.receive(1);
			guest.assertNothingUsed(data);

			BENCH.host().configuration().remove("port.socket-data");
			guest.takeUnwritten(data, throttled);
			guest.expect(new QtestControl(DATA, PORT_REMOVE, 1));
			guest.takeUnwritten(data, guest.post(data, guest.readable(new byte[10])));
			guest.assertNothingUsed(QtestConsole.in(DATA));

			BENCH.host().configuration().socket("data", "vm1", DATA);
			guest.expect(new QtestControl(DATA, PORT_ADD, 1));
			guest.readyAndOpen(DATA, DATA_NAME);
			try (var next = BENCH.connect(guest)) {
				next.send("again");
				assertEquals(new QtestRing.Used(waitingId, 5), guest.take(QtestConsole.in(DATA)));
				assertEquals("again", new String(guest.bytes(waiting, 5)));
			}
		}
	}
}
