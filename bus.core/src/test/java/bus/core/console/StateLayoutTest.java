package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.core.virtio.RingPosition;

/** The bytes are as documented, and whatever is not such bytes is refused. */
class StateLayoutTest {
	private static final DeviceState STATE = new DeviceState(0x1_3000_0003L, 4, true,
			List.of(new DeviceState.Port(0, true, true, true, true, 100, 30),
					new DeviceState.Port(2, false, true, false, true, -1, 0)),
			List.of(new DeviceState.Begun(7, new RingPosition(0xfffe, 5))),
			List.of(ControlMessage.encode(2, ControlEvent.PORT_OPEN, 1)));

	/** The example of docs/device-state.md. */
	private static final String BYTES = "76706f7274646576 0100 0100 50000000 0300003001000000 0400 0200 0100 0100"
			+ " 0000 1f00 6400 1e00  0200 0a00 0000 0000"
			+ " 0700 feff 00000000 0500000000000000"
			+ " 08000000 02000000 0600 0100";

	private static byte[] state() throws StateRefusedException {
		return STATE.encode();
	}

	/** The bytes with another one at a place, and a CRC that is right for them. */
	private static byte[] with(int at, int value) throws StateRefusedException {
		var bytes = state();
		bytes[at] = (byte) value;
		return sealed(bytes);
	}

	private static byte[] sealed(byte[] bytes) {
		var crc = new CRC32C();
		crc.update(bytes, 0, bytes.length - 4);
		ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 4, (int) crc.getValue());
		return bytes;
	}

	private static String refusal(byte[] bytes) {
		String why = assertThrows(StateRefusedException.class, () -> DeviceState.decode(bytes)).getMessage();
		assertEquals(1, why.lines().count());
		return why;
	}

	@Test
	void layout_isTheDocumentedOne() throws Exception {
		var wanted = HexFormat.of().parseHex(BYTES.replace(" ", ""));
		assertArrayEquals(wanted, Arrays.copyOf(state(), state().length - 4));
		assertArrayEquals(state(), sealed(state()));
	}

	@Test
	void roundTrip_isTheSame() throws Exception {
		var back = DeviceState.decode(state());
		assertEquals(STATE.ports(), back.ports());
		assertEquals(STATE.begun(), back.begun());
		assertEquals(STATE.features(), back.features());
		assertTrue(back.deviceReady());
		assertArrayEquals(state(), back.encode());
	}

	@Test
	void nothing_isAStateToo() throws Exception {
		var nothing = new DeviceState(0, 1, false, List.of(), List.of(), List.of()).encode();
		assertArrayEquals(nothing, DeviceState.decode(nothing).encode());
	}

	@Test
	void everyShorterPiece_isRefused() throws Exception {
		for (int length = 0; length < state().length; length++)
			refusal(Arrays.copyOf(state(), length));
		assertTrue(refusal(Arrays.copyOf(state(), state().length - 1)).contains("is not whole: 79 bytes came, it has length=80"));
		assertTrue(refusal(Arrays.copyOf(state(), state().length + 1)).contains("is not whole: 81 bytes came, it has length=80"));
	}

	@Test
	void everyDamagedBit_isRefused() throws Exception {
		for (int bit = 0; bit < 8 * state().length; bit++) {
			var bytes = state();
			bytes[bit / 8] ^= (byte) (1 << bit % 8);
			refusal(bytes);
		}
	}

	@Test
	void otherBytes_areRefused() {
		assertTrue(refusal(new byte[100]).startsWith("no state of a vport device"));
		assertTrue(refusal(new byte[0]).startsWith("no state of a vport device"));
	}

	@Test
	void otherVersion_isRefusedWithARemedy() throws Exception {
		assertEquals("version=2 of the state, known here: 1; load it with the release of vport that saved it",
				refusal(with(8, 2)));
	}

	@ParameterizedTest
	@CsvSource({ "10, 2, flags=0x2", "24, 0, max_nr_ports=0", "24, 128, max_nr_ports=128", "26, 9, ports=9",
			"26, 3, port id=7 flags=0xfffe", "28, 2, queues=2", "28, 0, message length=4294836231", "30, 2, messages=2",
			"30, 0, bytes=12 too many", "40, 0, port id=0 twice", "40, 127, port id=127", "34, 63, port id=0 flags=0x3f",
			"48, 10, queue=10", "48, 11, queue=11", "48, 4, queue=4 offset=5",
			"56, 0, queue=7 offset=0", "63, 128, offset=-9223372036854775803", "52, 1, queue=7",
			"64, 9, message length=9", "64, 7, message length=7", "67, 255, message length=4278190088" })
	void wrongNumber_underARightCrc_isRefused(int at, int value, String named) throws Exception {
		String why = refusal(with(at, value));
		assertTrue(why.contains(named) && why.endsWith("which no device of vport can have"), why);
	}

	@Test
	void queueTwice_isRefused() throws Exception {
		var begun = STATE.begun().getFirst();
		var twice = new DeviceState(0, 4, true, List.of(), List.of(begun, begun), List.of()).encode();
		assertTrue(refusal(twice).contains("queue=7 twice"));
	}

	@Test
	void moreMessagesThanAreKept_areRefused() throws Exception {
		var many = Collections.nCopies(1025, new byte[8]);
		assertTrue(refusal(new DeviceState(0, 4, true, List.of(), List.of(), many).encode()).contains("messages=1025"));
	}

	@Test
	void tooLarge_isNotSaved() {
		var messages = Collections.nCopies(1024, new byte[1024]);
		var state = new DeviceState(0, 4, true, List.of(), List.of(), messages);
		assertTrue(assertThrows(StateRefusedException.class, state::encode).getMessage().contains("allowed: up to 1048576"));
	}

	/** Nothing but the exception that says so, whatever the bytes. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 4, 16 })
	void randomBytes_underARightCrc_areRefusedOrRead(int changes) throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		for (int round = 0; round < 20_000; round++) {
			var bytes = state();
			for (int i = 0; i < changes; i++)
				bytes[16 + random.nextInt(bytes.length - 20)] = (byte) random.nextInt();
			try {
				DeviceState.decode(sealed(bytes)).encode();
			} catch (StateRefusedException e) {
				assertEquals(1, e.getMessage().lines().count());
			}
		}
	}
}
