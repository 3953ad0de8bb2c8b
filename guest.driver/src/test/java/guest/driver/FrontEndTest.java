package guest.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.linux.MessageSocket;

@Timeout(30)
final class FrontEndTest {
	private static final FrontEndSettings SMALL = FrontEndSettings.qemu(1).withRamSize(1 << 20)
			.withTimeout(Duration.ofSeconds(5));

	@Test
	void message_bytes_asTheProtocolSays() {
		var bytes = new Message(24, 9, new byte[] { 1, 2 }).encode();
		assertArrayEquals(new byte[] { 24, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1, 2 }, bytes);
		assertArrayEquals(new byte[] { 1, 0, 0, 0, -1, -1, -1, -1 }, Message.u32s(1, -1));
	}

	@Test
	void channel_messageInPieces_putTogether() throws Exception {
		var pair = MessageChannel.pair();
		var a = pair[0];
		try (var b = pair[1]) {
			var bytes = new Message(1, 1, new byte[] { 5, 6, 7 }).encode();
			for (int cut : List.of(0, 5, 12, 14)) {
				a.sendBytes(Arrays.copyOfRange(bytes, 0, cut), Duration.ofSeconds(1));
				assertNull(b.receive(Duration.ZERO), "cut=" + cut);
				a.sendBytes(Arrays.copyOfRange(bytes, cut, bytes.length), Duration.ofSeconds(1));
				assertArrayEquals(new byte[] { 5, 6, 7 }, b.receive(Duration.ofSeconds(1)).payload(), "cut=" + cut);
			}
			a.close();
			assertThrows(EOFException.class, () -> b.receive(Duration.ofSeconds(1)));
		}
	}

	private static ScriptedBackEnd backEnd(MessageSocket[] pair, long protocolFeatures) throws IOException {
		return new ScriptedBackEnd(pair[1], VirtioFeature.AS_LINUX, protocolFeatures, 1);
	}

	@Test
	void messages_asQemu_inOrder() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			frontEnd.handshake();
			assertEquals(ScriptedBackEnd.ALL, frontEnd.protocolFeatures());
			var expected = new ArrayList<>(List.of("GET_FEATURES", "GET_PROTOCOL_FEATURES", "SET_PROTOCOL_FEATURES",
					"GET_QUEUE_NUM", "GET_MAX_MEM_SLOTS", "SET_BACKEND_REQ_FD R +fd", "SET_OWNER", "GET_FEATURES"));
			for (int i = 0; i < 4; i++)
				expected.addAll(List.of("SET_VRING_CALL R +fd", "SET_VRING_ERR R +fd"));
			assertEquals(expected, device.log);
			device.log.clear();
			assertArrayEquals(Message.u32s(80 | 25 << 16, 1, 0), frontEnd.readConfig());
			var ring = DriverRing.create(frontEnd.ram(), 64, VirtioFeature.AS_LINUX);
			frontEnd.start(VirtioFeature.AS_LINUX, Arrays.asList(ring, null, null, null), false);
			expected = new ArrayList<>(List.of("GET_CONFIG", "SET_FEATURES", "ADD_MEM_REG R +fd", "SET_VRING_NUM",
					"SET_VRING_BASE", "SET_VRING_ADDR", "SET_VRING_KICK R +fd", "SET_VRING_CALL R +fd"));
			expected.addAll(Collections.nCopies(4, "SET_VRING_ENABLE R"));
			expected.addAll(Collections.nCopies(4, "SET_VRING_CALL R +fd"));
			assertEquals(expected, device.log);
			device.log.clear();
			device.baseLie = 7;
			assertEquals(ring.startBase() + 7, frontEnd.stop()[0]);
			frontEnd.start(VirtioFeature.AS_LINUX, Arrays.asList(ring, null, null, null), true);
			assertEquals(ring.startBase() + 7, device.base(0));
			assertTrue(device.log.indexOf("SET_VRING_ENABLE R") < device.log.indexOf("GET_VRING_BASE"));
			assertTrue(!device.log.contains("ADD_MEM_REG R +fd"), "memory is told once: " + device.log);
		}
	}

	@Test
	void messages_withoutReplyAck_featuresAsBarrier() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ProtocolFeature.CONFIG); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			frontEnd.handshake();
			frontEnd.start(VirtioFeature.AS_LINUX, List.of(), false);
			frontEnd.stop();
			int start = device.log.indexOf("SET_FEATURES");
			assertEquals(List.of("SET_FEATURES", "SET_MEM_TABLE +fd", "SET_VRING_ENABLE", "GET_FEATURES"),
					device.log.subList(start, start + 4));
		}
	}

	@Test
	void handshake_secondTime_tellsEverythingAgain() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			for (int i = 0; i < 2; i++) {
				device.log.clear();
				frontEnd.handshake();
				frontEnd.start(VirtioFeature.AS_LINUX, List.of(), false);
				frontEnd.stop();
				assertTrue(device.log.containsAll(List.of("SET_BACKEND_REQ_FD R +fd", "ADD_MEM_REG R +fd")),
						"round " + i);
			}
		}
	}

	@Test
	void features_asUml_onlyThree() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL);
				var frontEnd = new FrontEnd(pair[0], SMALL.withProtocolFeatures(ProtocolFeature.AS_UML))) {
			frontEnd.handshake();
			assertEquals(0x228, frontEnd.protocolFeatures());
			assertTrue(!device.log.contains("GET_QUEUE_NUM"), device.log.toString());
		}
	}

	@Test
	void order_refused_throwsWithItsName() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			frontEnd.handshake();
			device.refused = Request.ADD_MEM_REG;
			var e = assertThrows(BackEndException.class, () -> frontEnd.start(0, List.of(), false));
			assertTrue(e.getMessage().contains("ADD_MEM_REG"), e.getMessage());
		}
	}

	@Test
	void answer_wrong_refused() throws Exception {
		for (var wrong : List.of(new Message(2, 5, new byte[8]), new Message(1, 1, new byte[8]),
				new Message(1, 5, new byte[4]), new Message(1, 13, new byte[8]))) {
			var pair = MessageSocket.pair();
			try (var device = new MessageChannel(pair[1]); var frontEnd = new FrontEnd(pair[0], SMALL)) {
				device.send(wrong, Duration.ofSeconds(1));
				assertThrows(BackEndException.class, frontEnd::handshake, wrong.toString());
			}
		}
	}

	@Test
	void answer_none_namedAfterTheDeadline() throws Exception {
		var pair = MessageSocket.pair();
		try (var silent = new MessageChannel(pair[1]);
				var frontEnd = new FrontEnd(pair[0], SMALL.withTimeout(Duration.ofMillis(20)))) {
			var e = assertThrows(BackEndException.class, frontEnd::handshake);
			assertTrue(e.getMessage().contains("GET_FEATURES in 20 ms"), e.getMessage());
			assertEquals(1, silent.receive(Duration.ofSeconds(1)).request());
		}
	}

	@Test
	void config_written_wholeCopyGoes() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			frontEnd.handshake();
			frontEnd.writeConfig(8, Message.u32s('B'));
			frontEnd.writeConfig(0, new byte[] { 1, 2 });
			assertEquals(List.of((int) 'B', (int) 'B'), device.console.emergency, "stale, as QEMU's");
		}
	}

	@Test
	void backEndChannel_configChange_received() throws Exception {
		var pair = MessageSocket.pair();
		try (var device = backEnd(pair, ScriptedBackEnd.ALL); var frontEnd = new FrontEnd(pair[0], SMALL)) {
			frontEnd.handshake();
			device.post(device::changeConfig);
			assertEquals(2, frontEnd.backEndMessage(Duration.ofSeconds(5)).request());
			assertNull(frontEnd.backEndMessage(Duration.ZERO));
		}
	}
}
