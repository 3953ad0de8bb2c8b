package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that is frozen: whoever writes to it hangs in the kernel, where nothing wakes him. */
@Timeout(60)
class HangingDiskTest {
	private static final long IMAGE = 16 << 20;

	@TempDir
	Path folder;

	private final LoneGuest guest = new LoneGuest();
	private final byte[] sent = new byte[2 << 20];
	private Path disk;

	@BeforeEach
	void mount() throws Exception {
		new Random(1).nextBytes(sent);
		var image = folder.resolve("image");
		try (var file = new RandomAccessFile(image.toFile(), "rw")) {
			file.setLength(IMAGE);
		}
		disk = Files.createDirectory(folder.resolve("disk"));
		boolean mounted = run("mkfs.ext4", "-q", image.toString())
				&& run("mount", "-o", "loop", image.toString(), disk.toString());
		if (!mounted)
			System.out.println("skipped: a loop device cannot be mounted here; it needs root and mkfs.ext4");
		assumeTrue(mounted, "needs root, to mount and freeze a file system");
	}

	private static boolean run(String... command) throws InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
					.start().waitFor() == 0;
		} catch (IOException e) {
			return false; // there is no such program
		}
	}

	private void freeze() throws Exception {
		assertTrue(run("fsfreeze", "-f", disk.toString()));
	}

	private void thaw() throws Exception {
		assertTrue(run("fsfreeze", "-u", disk.toString()));
	}

	@AfterEach
	void unmount() throws Exception {
		run("fsfreeze", "-u", disk.toString());
		run("umount", "-l", disk.toString());
	}

	private Path path() {
		return disk.resolve("y.log");
	}

	private FilePort plugged() throws Exception {
		var port = Configured.port(path());
		port.plugged(guest.port());
		return port;
	}

	@Test
	void hangs_portSaysSo_goesOnWhenItAnswers_nothingLost() throws Exception {
		var port = plugged();
		freeze();
		int taken = fill(port);
		Await.until(() -> port.figures().get("held").toString().startsWith("the disk does not answer since "));
		thaw();
		guest.write(port, ByteBuffer.wrap(sent, taken, sent.length - taken));
		port.unplugged();
		assertArrayEquals(sent, Files.readAllBytes(path()));
	}

	/** Two buffers are taken, whatever becomes of the disk. */
	private int fill(FilePort port) throws Exception {
		int[] taken = { 0 };
		Await.until(() -> {
			int more = guest.writeNow(port, sent, taken[0]);
			taken[0] += more;
			return more == 0 && taken[0] == 2 * Appender.BUFFER;
		});
		return taken[0];
	}

	@Test
	void hangs_unplugAndPlugEndInTime_andWhatWasTakenIsWrittenWhenItAnswers() throws Exception {
		var port = plugged();
		freeze();
		int taken = fill(port);
		long begun = System.nanoTime();
		port.unplugged();
		System.out.println("unplugged after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
		begun = System.nanoTime();
		var other = Configured.port(disk.resolve("other"));
		var refusal = assertThrows(IOException.class, () -> other.plugged(guest.port()));
		System.out.println("refused after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
		assertEquals("path=" + disk + "/other cannot be opened (no answer in 5 s); allowed: PATH on a disk that works",
				refusal.getMessage());
		thaw();
		Await.until(() -> Files.size(path()) == taken);
		var again = plugged();
		guest.write(again, ByteBuffer.wrap(sent, taken, sent.length - taken));
		again.unplugged();
		assertArrayEquals(sent, Files.readAllBytes(path()));
	}
}
