package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.LinuxException;

/** A read that brings less than it might has emptied a stream, but nothing else. */
class ShortReadTest {
	private static final int STREAM = Linux.SOCK_STREAM;
	private static final int DATAGRAM = 2;
	private static final int SEQPACKET = 5;

	private final DeviceRig rig = new DeviceRig(3);
	private int farEnd = -1;
	private int descriptor;

	@AfterEach
	void close() {
		rig.close();
		if (farEnd >= 0)
			Linux.close(farEnd);
	}

	/** Port 1 has one end of a pair of sockets, and the guest has posted four buffers. */
	private void attach(int type) throws Exception {
		var pair = rig.arena.allocate(8, 4);
		LinuxException.check(Linux.socketpair(Linux.AF_UNIX, type, pair.address()), "socketpair");
		descriptor = pair.get(ValueLayout.JAVA_INT, 0);
		farEnd = pair.get(ValueLayout.JAVA_INT, 4);
		var port = rig.port();
		for (int i = 0; i < 4; i++)
			rig.postRoom(IN, 4);
		port.guest.attach(descriptor);
		rig.run();
	}

	private void send(String text) {
		var bytes = rig.arena.allocate(text.length())
				.copyFrom(MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1)));
		assertEquals(text.length(), Linux.write(farEnd, bytes.address(), text.length()));
	}

	private void edge(int events) {
		rig.watches.get(descriptor).ready(events);
		rig.run();
	}

	/** Without an edge nobody looks: that is the read which only says EAGAIN. */
	@Test
	void stream_afterAShortRead_isReadAgainWithTheNextEdge() throws Exception {
		attach(STREAM);
		send("abc");
		edge(Epoll.IN);
		assertEquals(List.of("abc"), rig.readRaw(IN));
		send("d");
		rig.kick(IN);
		assertEquals(List.of(), rig.readRaw(IN));
		edge(Epoll.IN);
		assertEquals(List.of("d"), rig.readRaw(IN));
	}

	@Test
	void stream_thatFillsAllThereIs_isReadOn() throws Exception {
		attach(STREAM);
		send("0123456789abcdefgh");
		edge(Epoll.IN);
		assertEquals(List.of("0123", "4567", "89ab", "cdef"), rig.readRaw(IN));
		rig.postRoom(IN, 4);
		rig.kick(IN);
		assertEquals(List.of("gh"), rig.readRaw(IN));
	}

	@ParameterizedTest
	@ValueSource(ints = { DATAGRAM, SEQPACKET })
	void messages_eachShort_areAllRead(int type) throws Exception {
		attach(type);
		send("a");
		send("b");
		send("c");
		edge(Epoll.IN);
		assertEquals(List.of("a", "b", "c"), rig.readRaw(IN));
	}

	@Test
	void stream_endedWithItsLastBytes_closesTheHostAtOnce() throws Exception {
		attach(STREAM);
		rig.received();
		send("abc");
		Linux.close(farEnd);
		farEnd = -1;
		edge(Epoll.IN | Epoll.RDHUP | Epoll.HUP);
		assertEquals(List.of("abc"), rig.readRaw(IN));
		assertFalse(rig.info(1).hostOpen());
	}

	@Test
	void stream_thatEndsAfterAShortRead_closesTheHostWithTheEdge() throws Exception {
		attach(STREAM);
		send("abc");
		edge(Epoll.IN);
		assertTrue(rig.info(1).hostOpen());
		Linux.close(farEnd);
		farEnd = -1;
		edge(Epoll.IN | Epoll.RDHUP | Epoll.HUP);
		assertEquals(List.of("abc"), rig.readRaw(IN));
		assertFalse(rig.info(1).hostOpen());
	}
}
