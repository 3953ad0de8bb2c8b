package guest.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class ControlMessageTest {

	@Test
	void bytes_ofKnownMessage_littleEndian() {
		var bytes = new ControlMessage(ControlMessage.NO_ID, ControlMessage.DEVICE_READY, 1).encode();
		assertArrayEquals(new byte[] { -1, -1, -1, -1, 0, 0, 1, 0 }, bytes);
		assertArrayEquals(new byte[] { 2, 1, 0, 0, 7, 0, 1, 2, 'a' },
				new ControlMessage(258, 7, 513, (byte) 'a').encode());
	}

	@Test
	void message_roundTrip_equal() {
		var message = ControlMessage.decode(new ControlMessage(5, 65535, 65534, (byte) 1, (byte) 2).encode());
		assertEquals(5, message.id());
		assertEquals(65535, message.event());
		assertEquals(65534, message.value());
		assertArrayEquals(new byte[] { 1, 2 }, message.rest());
	}

	@Test
	void name_withAndWithoutNul_same() {
		assertEquals("ab", new ControlMessage(1, 7, 1, (byte) 'a', (byte) 'b').name());
		assertEquals("ab", new ControlMessage(1, 7, 1, (byte) 'a', (byte) 'b', (byte) 0).name());
		assertEquals("", new ControlMessage(1, 7, 1, (byte) 0).name());
	}

	@Test
	void message_short_refused() {
		assertThrows(DeviceViolationException.class, () -> ControlMessage.decode(new byte[7]));
	}
}
