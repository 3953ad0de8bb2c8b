package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A port whose file is rotated and compressed, as it runs. */
@Timeout(60)
class RotationTest {
	@TempDir
	Path folder;

	private final LoneGuest guest = new LoneGuest();

	private Path path() {
		return folder.resolve("y.log");
	}

	private FilePort plugged(String... more) throws Exception {
		var lines = new String[more.length + 1];
		lines[0] = "path=" + path();
		System.arraycopy(more, 0, lines, 1, more.length);
		var port = Configured.port(lines);
		port.plugged(guest.port());
		return port;
	}

	/** Sizes, pieces, lines and updates as they come: put together, the files have every byte once and in order. */
	@RepeatedTest(12)
	void anySizes_allFilesTogether_areWhatWasWritten() throws Exception {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		var random = new Random(seed);
		int size = 4096 + random.nextInt(60_000);
		var options = new String[] { "size=" + size, "rotate=999", "compress=" + (random.nextBoolean() ? "on" : "off"),
				"sync=" + (random.nextBoolean() ? "none" : "always") };
		System.out.println("vport.seed=" + seed + " " + String.join(" ", options));
		boolean lines = random.nextBoolean();
		var sent = new ByteArrayOutputStream();
		var port = plugged(options);
		int total = 20 * size;
		while (sent.size() < total) {
			var piece = lines ? line(random) : bytes(random);
			guest.write(port, ByteBuffer.wrap(piece));
			sent.writeBytes(piece);
			if (random.nextInt(200) == 0) {
				port.unplugged();
				port = plugged(options);
			}
		}
		port.unplugged();
		var files = new Rotated(path()).files();
		assertArrayEquals(sent.toByteArray(), new Rotated(path()).content());
		assertTrue(files.size() > 10, files.size() + " files");
		for (var file : files.subList(0, files.size() - 1)) {
			assertTrue(file.length >= size && file.length <= size + Cut.LONGEST_LINE, file.length + " bytes");
			assertTrue(!lines || file[file.length - 1] == '\n', "a line was cut");
		}
	}

	private static byte[] line(Random random) {
		return ("x".repeat(random.nextInt(Cut.LONGEST_LINE - 1)) + "\n").getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] bytes(Random random) {
		var bytes = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? 200_000 : 2000)];
		random.nextBytes(bytes);
		return bytes;
	}

	@Test
	void compress_rotatedOnes_haveTheirAccessAndTime_andNoTraceIsLeft() throws Exception {
		Files.createFile(path());
		Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r-----"));
		var port = plugged("size=4k", "compress=on");
		var rotated = new Rotated(path());
		guest.write(port, ascii("x".repeat(4095) + "\ny\n"));
		Await.until(() -> rotated.exists(1, ".gz") && !rotated.exists(1, ""));
		assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(rotated.file(1, ".gz"))));
		Await.until(() -> Integer.valueOf(1).equals(port.figures().get("compressed")));
		assertEquals(1, port.figures().get("rotations"));
		port.unplugged();
		assertEquals("[y.log, y.log.1.gz]", rotated.names().toString());
		assertEquals("x".repeat(4095) + "\ny\n", new String(rotated.content(), StandardCharsets.US_ASCII));
	}

	/** What a port without compress=on has left, and one that was stopped in the midst. */
	@Test
	void uncompressedOnesOfBefore_areCompressedAtTheStart() throws Exception {
		var rotated = new Rotated(path());
		for (int number = 1; number <= 3; number++)
			Files.writeString(rotated.file(number, ""), number + "\n");
		Files.write(folder.resolve(".y.log.compressing"), new byte[] { 0x1f, (byte) 0x8b, 8 });
		var port = plugged("size=4k", "compress=on");
		Await.until(() -> rotated.exists(1, ".gz") && !rotated.exists(1, ""));
		port.unplugged();
		assertEquals("[y.log, y.log.1.gz, y.log.2.gz, y.log.3.gz]", rotated.names().toString());
		assertEquals("3\n2\n1\n", new String(rotated.content(), StandardCharsets.US_ASCII));
	}

	/** The compressed one was whole, and the crash came before the other was removed. */
	@Test
	void crashAfterCompressing_oneIsLeft() throws Exception {
		var rotated = new Rotated(path());
		Files.writeString(rotated.file(2, ""), "both\n".repeat(100_000));
		gzip(rotated.file(2, ".gz"), "both\n".repeat(100_000));
		var port = plugged("size=4k", "compress=on");
		Await.until(() -> !rotated.exists(2, ""));
		port.unplugged();
		assertEquals("[y.log, y.log.2.gz]", rotated.names().toString());
	}

	@Test
	void strangersFileWithTheName_neitherIsTouched_othersAreCompressed() throws Exception {
		var rotated = new Rotated(path());
		Files.writeString(rotated.file(3, ""), "ours\n");
		gzip(rotated.file(3, ".gz"), "theirs\n");
		Files.writeString(rotated.file(2, ""), "ours\n");
		Files.write(rotated.file(2, ".gz"), new byte[] { 1, 2, 3 });
		Files.writeString(rotated.file(1, ""), "ours\n");
		var port = plugged("size=4k", "compress=on");
		Await.until(() -> !rotated.exists(1, ""));
		port.unplugged();
		assertEquals("[y.log, y.log.1.gz, y.log.2, y.log.2.gz, y.log.3, y.log.3.gz]", rotated.names().toString());
	}

	private static void gzip(Path path, String text) throws Exception {
		try (var out = new GZIPOutputStream(Files.newOutputStream(path))) {
			out.write(text.getBytes(StandardCharsets.US_ASCII));
		}
	}

	private static ByteBuffer ascii(String text) {
		return StandardCharsets.US_ASCII.encode(text);
	}
}
