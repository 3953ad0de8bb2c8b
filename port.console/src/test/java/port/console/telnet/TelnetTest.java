package port.console.telnet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class TelnetTest {
	private final Heard heard = new Heard();
	private Telnet telnet = new Telnet(heard);

	private static final class Heard implements Telnet.Peer {
		final ByteArrayOutputStream keys = new ByteArrayOutputStream();
		final ByteArrayOutputStream replies = new ByteArrayOutputStream();
		final List<String> events = new ArrayList<>();

		@Override
		public void key(byte key) {
			keys.write(key);
		}

		@Override
		public void size(int columns, int rows) {
			events.add(columns + "x" + rows);
		}

		@Override
		public void signal(byte command) {
			events.add("signal " + (command & 0xff));
		}

		@Override
		public void reply(byte... bytes) {
			replies.writeBytes(bytes);
		}

		String replied() {
			String hex = HexFormat.of().formatHex(replies.toByteArray());
			replies.reset();
			return hex;
		}
	}

	@Test
	void begin_offersAndAsks() {
		telnet.begin();
		assertEquals("fffb00" + "fffd00" + "fffb01" + "fffb03" + "fffd03" + "fffd1f", heard.replied());
	}

	@Test
	void answersToWhatWasAsked_areNotAnswered() {
		telnet.begin();
		heard.replied();
		receive("fffd00" + "fffb00" + "fffd01" + "fffd03" + "fffb03" + "fffb1f");
		assertEquals("", heard.replied());
		receive("fffd00" + "fffb1f");
		assertEquals("", heard.replied(), "nothing has changed");
	}

	@Test
	void wishes_ofTheClient_answeredOnce() {
		receive("fffd01" + "fffd01");
		assertEquals("fffb01", heard.replied());
		receive("fffe01" + "fffe01");
		assertEquals("fffc01", heard.replied());
	}

	@Test
	void options_notSpokenHere_refused() {
		receive("fffb18" + "fffd22" + "fffc18" + "fffe22");
		assertEquals("fffe18" + "fffc22", heard.replied());
	}

	@Test
	void naws_withADoubled255_understood() {
		receive("fffb1f" + "fffa1f" + "00ffff0018" + "fff0" + "fffa1f00500018fff0");
		assertEquals(List.of("255x24", "80x24"), heard.events);
		assertEquals(0, heard.keys.size());
	}

	@Test
	void subnegotiation_tooLongOrUnknownOrCutShort_meansNothing() {
		receive("fffa1f" + "00".repeat(1000) + "fff0" + "fffa18aabbfff0" + "fffa1f0050fff0" + "fffa1f00500018fff1" + "61");
		assertEquals(List.of(), heard.events);
		assertEquals("a", heard.keys.toString());
	}

	@Test
	void returnKey_ofANetworkTerminal_isOneCr() {
		receive("610d00" + "620d0a" + "630d64");
		assertEquals("610d620d630d64", HexFormat.of().formatHex(heard.keys.toByteArray()));
	}

	@Test
	void binary_client_everyByteIsAKey() {
		receive("fffb00");
		receive("0d000d0affff");
		assertEquals("0d000d0aff", HexFormat.of().formatHex(heard.keys.toByteArray()));
	}

	@Test
	void signals_areTold() {
		receive("fff3" + "fff4" + "fff6" + "fff1");
		assertEquals(List.of("signal 243", "signal 244", "signal 246", "signal 241"), heard.events);
	}

	@Test
	void console_toANetworkTerminal_lonelyCrIsMadeWhole() {
		assertEquals("610d0a620d0063ffff", sent("610d0a620d63ff"));
		assertEquals("0d", sent("0d"));
		assertEquals("0064", sent("64"), "a CR at the end of one piece");
	}

	@Test
	void console_toABinaryClient_only255IsDoubled() {
		receive("fffd00");
		assertEquals("610d620d0affff", sent("610d620d0aff"));
	}

	@Test
	void everyStream_inPiecesOfEverySize_andSavedInBetween_meansTheSame() throws IOException {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var random = new Random(seed);
		for (int round = 0; round < 500; round++) {
			var stream = stream(random);
			var whole = new Heard();
			new Telnet(whole).receive(ByteBuffer.wrap(stream));
			var pieces = new Heard();
			var split = new Telnet(pieces);
			for (int at = 0; at < stream.length;) {
				int count = 1 + random.nextInt(Math.min(4, stream.length - at));
				split.receive(ByteBuffer.wrap(stream, at, count));
				at += count;
				if (random.nextInt(10) == 0)
					split = again(split, pieces);
			}
			assertArrayEquals(whole.keys.toByteArray(), pieces.keys.toByteArray());
			assertArrayEquals(whole.replies.toByteArray(), pieces.replies.toByteArray());
			assertEquals(whole.events, pieces.events);
		}
	}

	/** Rich in commands, whole and broken. */
	private static byte[] stream(Random random) {
		var stream = new byte[1 + random.nextInt(200)];
		byte[] likely = { Telnet.IAC, Telnet.IAC, (byte) 250, (byte) 240, (byte) 251, (byte) 253, (byte) 254, 0, 1, 3, 31,
				'\r', '\n', 'a' };
		for (int i = 0; i < stream.length; i++)
			stream[i] = random.nextInt(5) == 0 ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
		return stream;
	}

	private static Telnet again(Telnet telnet, Heard heard) throws IOException {
		var bytes = new ByteArrayOutputStream();
		telnet.save(new DataOutputStream(bytes));
		var next = new Telnet(heard);
		next.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
		return next;
	}

	@Test
	void whatTheConsoleSays_throughAClientOfTheSameRules_comesOutUnchanged() {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var random = new Random(seed);
		for (int round = 0; round < 200; round++) {
			telnet = new Telnet(heard);
			var client = new Heard();
			var reading = new Telnet(client);
			if (random.nextBoolean()) {
				receive("fffd00"); // both binary
				reading.receive(ByteBuffer.wrap(HexFormat.of().parseHex("fffb00")));
			}
			var said = new byte[1000];
			byte[] likely = { '\r', '\n', 0, Telnet.IAC, 'a' };
			for (int i = 0; i < said.length; i++)
				said[i] = random.nextBoolean() ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
			boolean binary = client.replies.size() > 0;
			var from = ByteBuffer.wrap(said);
			while (from.hasRemaining()) {
				var wire = ByteBuffer.allocate(3 + random.nextInt(20));
				telnet.send(from, wire);
				reading.receive(wire.flip());
			}
			if (binary)
				assertArrayEquals(said, client.keys.toByteArray());
			else
				assertEquals(text(said).replace("\r\n", "\r"), text(client.keys.toByteArray()));
		}
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private void receive(String hex) {
		telnet.receive(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
	}

	private String sent(String hex) {
		var wire = ByteBuffer.allocate(1000);
		telnet.send(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), wire);
		return HexFormat.of().formatHex(wire.array(), 0, wire.position());
	}
}
