package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import port.console.LogFile.Keeping;

class LogFileTest {
	private static final long NOON = 1_800_000_000_123L;

	@TempDir
	Path folder;

	@Test
	void log_appendedTo_orBegunAnew() throws IOException {
		var path = Files.writeString(folder.resolve("log"), "before\n");
		try (var log = LogFile.open(path.toString(), true, new Keeping(0, 0, false))) {
			say(log, "after\n");
		}
		assertEquals("before\nafter\n", Files.readString(path));
		try (var log = LogFile.open(path.toString(), false, new Keeping(0, 0, false))) {
			say(log, "anew\n");
		}
		assertEquals("anew\n", Files.readString(path));
	}

	@Test
	void stamps_atTheBeginningOfLines_alsoOfThoseThatComeInPieces() throws IOException {
		try (var log = log(0, 0, true)) {
			say(log, "lo");
			say(log, "gin: \r\n\r\nx");
			say(log, "y");
		}
		String stamp = "2027-01-15T08:00:00.123Z ";
		assertEquals(stamp + "login: \r\n" + stamp + "\r\n" + stamp + "xy", read("log"));
	}

	@Test
	void size_reached_rotatedBetweenLines_theOldestGo() throws IOException {
		try (var log = log(1024, 2, false)) {
			for (int i = 0; i < 100; i++)
				say(log, "line %03d of a hundred lines that say nothing new\n".formatted(i));
			assertEquals(4, log.rotations());
		}
		String all = read("log.2") + read("log.1") + read("log");
		assertTrue(all.startsWith("line 040"), all.substring(0, 60));
		assertTrue(all.endsWith("line 099 of a hundred lines that say nothing new\n"));
		for (String name : new String[] { "log", "log.1", "log.2" }) {
			assertTrue(read(name).startsWith("line ") && read(name).endsWith("\n"), "whole lines");
			assertTrue(Files.size(folder.resolve(name)) <= 1024);
		}
		assertFalse(Files.exists(folder.resolve("log.3")));
	}

	/** As it is when the first attempt has renamed it and could not make a new one. */
	@Test
	void file_notThereWhenItIsRotated_theOldOnesStay() throws IOException {
		try (var log = log(1024, 2, false)) {
			for (int i = 0; i < 50; i++)
				say(log, "line %03d of a hundred lines that say nothing new\n".formatted(i));
			String newest = read("log.1");
			Files.delete(folder.resolve("log"));
			for (int i = 0; i < 20; i++)
				say(log, "line %03d of a hundred lines that say nothing new\n".formatted(i));
			assertEquals(3, log.rotations());
			assertEquals(newest, read("log.1"));
		}
	}

	@Test
	void noOldOnes_wanted_theFileBeginsAnew() throws IOException {
		try (var log = log(1024, 0, false)) {
			for (int i = 0; i < 50; i++)
				say(log, "line %03d of a hundred lines that say nothing new\n".formatted(i));
		}
		assertTrue(Files.size(folder.resolve("log")) <= 1024);
		assertFalse(Files.exists(folder.resolve("log.1")));
	}

	@Test
	void everyStream_rotated_nothingLostOrDoubled() throws IOException {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var random = new Random(seed);
		var said = new StringBuilder();
		try (var log = log(1024, 99, false)) {
			for (int i = 0; i < 200; i++) {
				var text = new StringBuilder();
				for (int k = random.nextInt(300); k > 0; k--)
					text.append(random.nextInt(200) == 0 ? '\n' : (char) ('a' + random.nextInt(26)));
				say(log, text.toString());
				said.append(text);
			}
		}
		var all = new StringBuilder();
		for (int i = 99; i > 0; i--)
			if (Files.exists(folder.resolve("log." + i))) {
				assertTrue(Files.size(folder.resolve("log." + i)) <= 1024);
				all.append(read("log." + i));
			}
		assertEquals(said.toString(), all.append(read("log")).toString());
	}

	private LogFile log(long most, int old, boolean stamped) throws IOException {
		return LogFile.open(folder.resolve("log").toString(), true, new Keeping(most, old, stamped));
	}

	private static void say(LogFile log, String text) throws IOException {
		var bytes = log.encode(Tape.OUTPUT, NOON, 0, StandardCharsets.US_ASCII.encode(text));
		while (bytes.hasRemaining())
			log.write(bytes);
		assertEquals(ByteBuffer.allocate(0), log.encode(Tape.INPUT, NOON, 0, ByteBuffer.allocate(3)), "no keys in a log");
	}

	private String read(String name) throws IOException {
		return Files.readString(folder.resolve(name), StandardCharsets.US_ASCII);
	}
}
