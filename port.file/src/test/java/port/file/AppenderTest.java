package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppenderTest {
	private static final Duration DEADLINE = Duration.ofSeconds(30);
	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	@TempDir
	Path folder;

	private Path path() {
		return folder.resolve("y.log");
	}

	/** A file whose disk is bad; reading is not of interest. */
	private LogFile file(UnaryOperator<FileChannel> disk, String... more) throws IOException {
		var lines = new String[more.length + 1];
		lines[0] = "path=" + path();
		System.arraycopy(more, 0, lines, 1, more.length);
		Backups.Opener opener = (path, how, attributes) -> disk.apply(FileChannel.open(path, how, attributes));
		var options = Configured.options(lines);
		var backups = new Backups(path(), 4, Duration.ZERO, InstantSource.system(), opener);
		return new LogFile(path(), options, backups, new Cut(options, ZoneOffset.UTC), () -> {
		}, opener, InstantSource.system());
	}

	private static byte[] random(int size) {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var bytes = new byte[size];
		new Random(seed).nextBytes(bytes);
		return bytes;
	}

	private static void feed(Appender appender, byte[] bytes, Semaphore room) throws InterruptedException {
		var data = ByteBuffer.wrap(bytes);
		while (data.hasRemaining()) {
			int taken = appender.take(data.duplicate());
			data.position(data.position() + taken);
			if (data.hasRemaining())
				room.acquire();
		}
	}

	@Test
	void fullDisk_roomAgain_nothingLost() {
		var sent = random(3 << 20);
		var room = new Semaphore(0);
		assertTimeoutPreemptively(DEADLINE, () -> {
			try (var appender = new Appender(file(FlakyDisk::new), "flaky", NOTHING, room::release)) {
				feed(appender, sent, room);
			}
		});
		assertArrayEquals(sent, assertReads());
	}

	/** A disk that takes everything and says when it is asked to keep it that it has thrown it away. */
	@Test
	void syncAlways_fails_whatWasThrownAwayIsWrittenAgain() {
		var sent = random(1 << 20);
		var room = new Semaphore(0);
		assertTimeoutPreemptively(DEADLINE, () -> {
			try (var appender = new Appender(file(ForgetfulDisk::new, "sync=always"), "forgetful", NOTHING,
					room::release)) {
				feed(appender, sent, room);
			}
		});
		assertArrayEquals(sent, assertReads());
	}

	private byte[] assertReads() {
		try {
			return Files.readAllBytes(path());
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	@Test
	void stuckDisk_offeredMore_takesWhatFitsAndNoMore_andSaysWhatIsLeft() {
		var sent = random(2 * Appender.BUFFER);
		assertTimeoutPreemptively(DEADLINE, () -> {
			var disk = new FullDisk[1];
			var appender = new Appender(file(file -> disk[0] = new FullDisk(file)), "full", NOTHING, () -> {
			});
			for (int taken = 0; taken < sent.length;) // until the writer has taken the first buffer away
				taken += appender.take(ByteBuffer.wrap(sent, taken, sent.length - taken));
			assertEquals(0, appender.take(ByteBuffer.allocate(1)));
			Await.until(() -> appender.held() != null);
			assertEquals("No space left on device", appender.held().why());
			assertEquals(ByteBuffer.wrap(sent), appender.finish());
			assertTrue(!disk[0].isOpen());
		});
	}

	@Test
	void bytesOfTheInstanceBefore_areWrittenFirst() {
		var before = random(2 * Appender.BUFFER);
		var sent = random(1 << 20);
		var room = new Semaphore(0);
		assertTimeoutPreemptively(DEADLINE, () -> {
			try (var appender = new Appender(file(file -> file), "next", ByteBuffer.wrap(before), room::release)) {
				feed(appender, sent, room);
			}
		});
		assertEquals(ByteBuffer.allocate(before.length + sent.length).put(before).put(sent).flip(),
				ByteBuffer.wrap(assertReads()));
	}

	/** A write that does not return, as to a network's disk that is away: it is told, and the unplugging does not wait. */
	@Test
	void hangingDisk_saysSo_unplugEndsInTime_andWhenItAnswersTheRestIsWritten() {
		var sent = random(2 * Appender.BUFFER);
		assertTimeoutPreemptively(DEADLINE, () -> {
			var answers = new CountDownLatch(1);
			var appender = new Appender(file(file -> new HangingDisk(file, answers)), "hanging", NOTHING, () -> {
			});
			for (int taken = 0; taken < sent.length;)
				taken += appender.take(ByteBuffer.wrap(sent, taken, sent.length - taken));
			assertEquals(0, appender.take(ByteBuffer.allocate(1)));
			assertNull(appender.held());
			Await.until(() -> appender.held() != null);
			assertEquals("the disk does not answer", appender.held().why());
			long begun = System.nanoTime();
			assertEquals(0, appender.finish().remaining());
			System.out.println("unplugged after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
			answers.countDown();
			Await.until(() -> Files.size(path()) == sent.length);
		});
		assertArrayEquals(sent, assertReads());
	}

	/** The guest is sent away once before the disk hangs and once after: only the second time matters. */
	@Test
	void diskThatHangsAfterAWhile_saysSo() {
		var bytes = new byte[Appender.BUFFER];
		assertTimeoutPreemptively(DEADLINE, () -> {
			var writes = new Semaphore(0);
			var appender = new Appender(file(file -> new CountedDisk(file, writes)), "hanging", NOTHING, () -> {
			});
			Await.until(() -> appender.take(ByteBuffer.wrap(bytes)) > 0);
			Await.until(() -> appender.take(ByteBuffer.wrap(bytes)) > 0);
			assertEquals(0, appender.take(ByteBuffer.allocate(1)));
			writes.release();
			Await.until(() -> appender.take(ByteBuffer.wrap(bytes)) > 0);
			assertEquals(0, appender.take(ByteBuffer.allocate(1)));
			Await.until(() -> appender.held() != null);
			assertEquals("the disk does not answer", appender.held().why());
			writes.release(9);
			appender.close();
		});
		assertEquals(3 * bytes.length, assertReads().length);
	}

	/** Refuses every third write and takes odd pieces in the others. */
	private static final class FlakyDisk extends FaultyChannel {
		private int calls;

		FlakyDisk(FileChannel file) {
			super(file);
		}

		@Override
		public int write(ByteBuffer data) throws IOException {
			if (++calls % 3 == 0)
				throw new IOException(calls % 2 == 0 ? "No space left on device" : "Input/output error");
			var piece = data.slice(data.position(), Math.min(data.remaining(), 77_777));
			int count = super.write(piece);
			data.position(data.position() + count);
			return count;
		}
	}

	private static final class ForgetfulDisk extends FaultyChannel {
		private int calls;

		ForgetfulDisk(FileChannel file) {
			super(file);
		}

		@Override
		public void force(boolean metaData) throws IOException {
			if (++calls % 3 == 0)
				throw new IOException("Input/output error");
			super.force(metaData);
		}
	}

	private static final class FullDisk extends FaultyChannel {
		FullDisk(FileChannel file) {
			super(file);
		}

		@Override
		public int write(ByteBuffer data) throws IOException {
			throw new IOException("No space left on device");
		}
	}

	/** Answers so many writes. */
	private static final class CountedDisk extends FaultyChannel {
		private final Semaphore writes;

		CountedDisk(FileChannel file, Semaphore writes) {
			super(file);
			this.writes = writes;
		}

		@Override
		public int write(ByteBuffer data) throws IOException {
			writes.acquireUninterruptibly();
			return super.write(data);
		}
	}

	private static final class HangingDisk extends FaultyChannel {
		private final CountDownLatch answers;

		HangingDisk(FileChannel file, CountDownLatch answers) {
			super(file);
			this.answers = answers;
		}

		@Override
		public int write(ByteBuffer data) throws IOException {
			try {
				answers.await();
			} catch (InterruptedException e) {
				throw new IOException(e);
			}
			return super.write(data);
		}
	}
}
