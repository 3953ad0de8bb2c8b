package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that does what the test says. */
@Timeout(60)
class TapeTest {
	private final Disk disk = new Disk();

	private static final class Disk implements Tape.Sink {
		private final StringBuffer written = new StringBuffer();
		private final Semaphore may = new Semaphore(0);
		private final CountDownLatch failed = new CountDownLatch(1);
		private final CountDownLatch closed = new CountDownLatch(1);
		private volatile boolean full;

		@Override
		public ByteBuffer encode(byte kind, long millis, long nanos, ByteBuffer data) {
			return data;
		}

		@Override
		public ByteBuffer lost(long millis, long nanos, long count) {
			return ByteBuffer.wrap(Notice.lost(count));
		}

		@Override
		public void write(ByteBuffer text) throws IOException {
			may.acquireUninterruptibly();
			may.release();
			if (full) {
				written.append((char) text.get()); // some of it, as a full disk does
				failed.countDown();
				throw new IOException("no space left on device");
			}
			written.append(StandardCharsets.US_ASCII.decode(text));
		}

		@Override
		public void close() {
			closed.countDown();
		}
	}

	@Test
	void quickDisk_hasAllInOrder() throws Exception {
		disk.may.release();
		var said = new StringBuilder();
		try (var tape = new Tape("log=x", disk)) {
			for (int i = 0; i < 2000; i++) {
				tape.put(Tape.OUTPUT, ascii("line " + i + "\n"));
				said.append("line ").append(i).append('\n');
			}
			tape.put(Tape.INPUT, ascii("k"));
			assertEquals(0, tape.lost());
		}
		assertEquals(said + "k", disk.written.toString());
		assertTrue(disk.closed.await(10, TimeUnit.SECONDS));
	}

	@Test
	void stuckDisk_nobodyWaits_theRestIsCountedAndMarked() {
		var tape = new Tape("log=x", disk);
		byte[] piece = new byte[1000];
		Arrays.fill(piece, (byte) 'x');
		for (int i = 0; i < 2000; i++)
			tape.put(Tape.OUTPUT, ByteBuffer.wrap(piece));
		assertTrue(tape.lost() > 1_000_000, "lost " + tape.lost());
		disk.may.release();
		tape.close();
		assertWhole(2_000_000, tape.lost());
	}

	@Test
	void fullDisk_thenRoomAgain_goesOnAtTheByte() throws Exception {
		disk.full = true;
		disk.may.release();
		var tape = new Tape("log=x", disk);
		byte[] piece = new byte[1000];
		Arrays.fill(piece, (byte) 'x');
		for (int i = 0; i < 1000; i++)
			tape.put(Tape.OUTPUT, ByteBuffer.wrap(piece));
		assertTrue(disk.failed.await(10, TimeUnit.SECONDS));
		disk.full = false;
		tape.close();
		assertWhole(1_000_000, tape.lost());
	}

	@Test
	void diskThatNeverAnswers_closeReturns() {
		var tape = new Tape("log=x", disk);
		tape.put(Tape.OUTPUT, ascii("x"));
		tape.close();
		disk.may.release();
	}

	private void assertWhole(int said, long lost) {
		var mark = Pattern.compile("\r\n\\[vport: (\\d+) bytes lost]\r\n").matcher(disk.written);
		long marked = mark.results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
		assertEquals(lost, marked);
		assertEquals(said, mark.replaceAll("").length() + lost);
	}

	private static ByteBuffer ascii(String text) {
		return StandardCharsets.US_ASCII.encode(text);
	}
}
