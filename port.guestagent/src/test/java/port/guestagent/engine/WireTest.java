package port.guestagent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import bus.api.GuestPort;

/** Bounded one way, one message the other way, and nothing for whom it was not meant. */
class WireTest {
	private static final int LARGE = 1 << 20;

	private final List<String> asked = new ArrayList<>();
	private final Wire wire = new Wire();

	@BeforeEach
	void plugAndOpen() {
		wire.plugged((GuestPort) Proxy.newProxyInstance(GuestPort.class.getClassLoader(),
				new Class<?>[] { GuestPort.class }, (proxy, method, arguments) -> {
					asked.add(method.getName());
					return method.getName().equals("guestOpen") ? false : null;
				}));
		wire.opened();
		asked.clear();
	}

	@Test
	void guest_saysMoreThanThereIsRoomFor_waitsAndIsCalledWhenThereIs() {
		int taken = wire.take(ByteBuffer.allocate(LARGE));
		assertTrue(taken > 0 && taken < LARGE, "taken=" + taken);
		assertEquals(0, wire.take(ByteBuffer.allocate(1)));
		assertEquals(List.of(), asked);
		wire.read(ByteBuffer.allocate(100));
		assertEquals(List.of("writable"), asked);
		assertEquals(100, wire.take(ByteBuffer.allocate(LARGE)));
	}

	@Test
	void guest_closesWhileItWaits_isCalled() {
		wire.take(ByteBuffer.allocate(LARGE));
		wire.closed();
		assertEquals(List.of("writable"), asked);
		assertEquals(0, wire.read(ByteBuffer.allocate(1)));
	}

	@Test
	void message_inPieces_isWhole() {
		wire.send(ByteBuffer.wrap(new byte[] { 1, 2, 3 }), wire.situation().opening());
		assertEquals(List.of("readable"), asked);
		assertEquals(2, wire.give(ByteBuffer.allocate(2)));
		assertEquals(1, wire.give(ByteBuffer.allocate(2)));
		assertEquals(0, wire.give(ByteBuffer.allocate(2)));
		assertTrue(wire.sent());
	}

	@Test
	void message_forTheOneBefore_isNotSaid() {
		int before = wire.situation().opening();
		wire.closed();
		wire.send(ByteBuffer.allocate(1), before);
		assertEquals(0, wire.give(ByteBuffer.allocate(1)));
		wire.opened();
		wire.send(ByteBuffer.allocate(1), before);
		assertEquals(0, wire.give(ByteBuffer.allocate(1)));
	}

	@Test
	void opened_twiceInARow_isOneOpening() {
		int opening = wire.situation().opening();
		wire.opened();
		assertEquals(opening, wire.situation().opening());
	}
}
