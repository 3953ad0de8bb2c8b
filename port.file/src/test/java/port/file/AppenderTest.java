package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;

import org.junit.jupiter.api.Test;

class AppenderTest {
	private static final Duration DEADLINE = Duration.ofSeconds(20);

	@Test
	void fullDisk_roomAgain_nothingLost() {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		byte[] sent = new byte[3 << 20];
		new Random(seed).nextBytes(sent);
		var disk = new FlakyDisk();
		var room = new Semaphore(0);
		assertTimeoutPreemptively(DEADLINE, () -> {
			try (var appender = new Appender(disk, "flaky", room::release)) {
				var data = ByteBuffer.wrap(sent);
				while (data.hasRemaining()) {
					int taken = appender.take(data.duplicate());
					data.position(data.position() + taken);
					if (data.hasRemaining())
						room.acquire();
				}
			}
		});
		assertArrayEquals(sent, disk.written.toByteArray());
	}

	@Test
	void stuckDisk_offeredMore_takesWhatFitsAndNoMore() {
		var disk = new FullDisk();
		assertTimeoutPreemptively(DEADLINE, () -> {
			var appender = new Appender(disk, "full", () -> {
			});
			int taken = 0;
			for (int last = 1; taken < 256 << 10; taken += last) // until the writer has taken the first buffer away
				last = appender.take(ByteBuffer.allocate(1 << 20));
			assertEquals(256 << 10, taken);
			assertEquals(0, appender.take(ByteBuffer.allocate(1)));
			appender.close();
		});
		assertTrue(disk.closed);
	}

	/** Refuses every third write and takes odd pieces in the others. */
	private static final class FlakyDisk implements WritableByteChannel {
		final ByteArrayOutputStream written = new ByteArrayOutputStream();
		private int calls;

		@Override
		public int write(ByteBuffer data) throws IOException {
			if (++calls % 3 == 0)
				throw new IOException("No space left on device");
			byte[] piece = new byte[Math.min(data.remaining(), 77_777)];
			data.get(piece);
			written.write(piece);
			return piece.length;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
			// nothing is open
		}
	}

	private static final class FullDisk implements WritableByteChannel {
		volatile boolean closed;

		@Override
		public int write(ByteBuffer data) throws IOException {
			throw new IOException("No space left on device");
		}

		@Override
		public boolean isOpen() {
			return !closed;
		}

		@Override
		public void close() {
			closed = true;
		}
	}
}
