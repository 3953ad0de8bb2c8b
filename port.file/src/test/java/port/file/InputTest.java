package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file for the guest to read; FIFOs have the contract. */
@Timeout(60)
class InputTest {
	@TempDir
	Path folder;

	private final LoneGuest guest = new LoneGuest();

	private FilePort plugged() throws Exception {
		var port = Configured.port("path=/dev/null", "input=" + folder.resolve("seed"));
		port.plugged(guest.port());
		return port;
	}

	private byte[] file(int size) throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var bytes = new byte[size];
		new Random(seed).nextBytes(bytes);
		Files.write(folder.resolve("seed"), bytes);
		return bytes;
	}

	@Test
	void file_isReadOnce_inPiecesOfEverySize_overUpdates() throws Exception {
		var bytes = file(1 << 20);
		var random = new Random(bytes[0]);
		var read = ByteBuffer.allocate(bytes.length);
		var port = plugged();
		while (read.hasRemaining()) {
			int piece = Math.min(read.remaining(), 1 + random.nextInt(random.nextBoolean() ? 100 : 100_000));
			guest.read(port, read.slice(read.position(), piece));
			read.position(read.position() + piece);
			assertEquals((long) read.position(), port.figures().get("position"));
			if (random.nextInt(8) == 0) {
				port.unplugged();
				port = plugged();
			}
		}
		assertArrayEquals(bytes, read.array());
		var last = port;
		Await.until(() -> "at its end".equals(last.figures().get("input state")));
		port.unplugged();
		port = plugged();
		var again = port;
		Await.until(() -> "at its end".equals(again.figures().get("input state")));
		assertEquals(0, port.hostData(ByteBuffer.allocate(10)));
		port.unplugged();
		guest.forgetKept();
	}

	/** Gone for good and back is from the beginning. */
	@Test
	void file_pluggedAnew_isReadAgain() throws Exception {
		var bytes = file(1000);
		for (int i = 0; i < 2; i++) {
			var port = plugged();
			var read = ByteBuffer.allocate(bytes.length);
			guest.read(port, read);
			assertArrayEquals(bytes, read.array());
			port.unplugged();
			guest.forgetKept();
		}
	}

	@Test
	void nowhere_takesEverything() throws Exception {
		file(1);
		var port = plugged();
		assertEquals(1 << 20, port.guestData(ByteBuffer.allocate(1 << 20)));
		assertEquals("/dev/null", port.figures().get("writes to"));
		port.unplugged();
		guest.forgetKept();
		assertTrue(Files.exists(folder.resolve("seed")));
	}
}
