package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsciicastTest {
	private static final Pattern EVENT = Pattern
			.compile("\\[\\d+\\.\\d{6}, \"([oir])\", \"((?:[^\"\\\\\\x00-\\x1f]|\\\\.)*)\"]");

	@TempDir
	Path folder;

	@Test
	void recording_ofAMoment_headAndEvents() throws IOException {
		var lines = recorded(cast -> {
			write(cast, Tape.RESIZE, new byte[] { 0, 100, 0, 30 });
			write(cast, Tape.OUTPUT, "say \"hi\" \\ \033[0m\r\n".getBytes(StandardCharsets.UTF_8));
			write(cast, Tape.INPUT, new byte[] { 3 });
			write(cast, cast.lost(0, System.nanoTime(), 7));
		});
		assertTrue(lines.getFirst().matches(
				"\\{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": \\d{10}, \"title\": \"vm1 \\\\\"x\\\\\"\"}"),
				lines.getFirst());
		assertEquals(List.of("r 100x30", "o say \\\"hi\\\" \\\\ \\u001b[0m\\u000d\\u000a", "i \\u0003",
				"o \\u000d\\u000a[vport: 7 bytes lost]\\u000d\\u000a"), events(lines));
	}

	@Test
	void characters_inPieces_andBytesThatAreNone() throws IOException {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var random = new Random(seed);
		byte[] text = "grüße, 世界 \ud83d\ude00 ".repeat(50).getBytes(StandardCharsets.UTF_8);
		var lines = recorded(cast -> {
			for (int at = 0; at < text.length;) {
				int count = Math.min(1 + random.nextInt(5), text.length - at);
				write(cast, Tape.OUTPUT, Arrays.copyOfRange(text, at, at + count));
				at += count;
			}
			write(cast, Tape.OUTPUT, new byte[] { 'a', (byte) 0xff, 'b' });
		});
		var all = new StringBuilder();
		events(lines).forEach(event -> all.append(event.substring(2)));
		assertEquals(new String(text, StandardCharsets.UTF_8) + "a\ufffdb", all.toString());
	}

	@Test
	void recording_withKeys_isForItsOwnerAlone() throws IOException {
		var cast = Asciicast.open(folder.resolve("x.cast").toString(), "", true);
		cast.close();
		assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cast.path())));
	}

	@Test
	void recordings_ofTheSameSecond_haveFilesOfTheirOwn() throws IOException {
		for (int i = 0; i < 3; i++)
			Asciicast.open(folder.resolve("x.cast").toString(), "", false).close();
		try (var files = Files.list(folder)) {
			var names = files.map(path -> path.getFileName().toString()).toList();
			assertEquals(3, names.size());
			assertTrue(names.stream().allMatch(name -> name.matches("x-\\d{8}-\\d{6}(-[23])?\\.cast")), names.toString());
		}
		var refusal = assertThrows(IOException.class, () -> Asciicast.open(folder.resolve("no/x").toString(), "", false));
		assertTrue(refusal.getMessage().startsWith("record=" + folder.resolve("no/x") + ": x-"), refusal.getMessage());
	}

	@FunctionalInterface
	private interface Recording {
		void to(Asciicast cast) throws IOException;
	}

	private List<String> recorded(Recording recording) throws IOException {
		var cast = Asciicast.open(folder.resolve("x.cast").toString(), "vm1 \"x\"", false);
		try (cast) {
			recording.to(cast);
		}
		return Files.readAllLines(cast.path());
	}

	private static void write(Asciicast cast, byte kind, byte[] data) throws IOException {
		write(cast, cast.encode(kind, 0, System.nanoTime(), ByteBuffer.wrap(data)));
	}

	private static void write(Asciicast cast, ByteBuffer text) throws IOException {
		while (text.hasRemaining())
			cast.write(text);
	}

	private static List<String> events(List<String> lines) {
		return lines.stream().skip(1).map(line -> {
			var event = EVENT.matcher(line);
			assertTrue(event.matches(), line);
			return event.group(1) + " " + event.group(2);
		}).toList();
	}
}
