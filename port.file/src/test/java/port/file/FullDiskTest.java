package port.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real file system without room. */
@Timeout(60)
class FullDiskTest {
	private static final int ROOM = 1 << 20;

	@TempDir
	Path folder;

	private final LoneGuest guest = new LoneGuest();
	private SmallDisk disk;
	private byte[] sent;
	private int taken;

	@BeforeEach
	void mount() throws Exception {
		disk = SmallDisk.mount(folder.resolve("disk"), "size=" + ROOM);
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		sent = new byte[3 * ROOM];
		new Random(seed).nextBytes(sent);
	}

	@AfterEach
	void unmount() throws Exception {
		if (disk != null)
			disk.unmount();
	}

	private Path path() {
		return folder.resolve("disk/y.log");
	}

	private FilePort plugged(String... more) throws Exception {
		var lines = Arrays.copyOf(more, more.length + 1);
		lines[more.length] = "path=" + path();
		var port = Configured.port(lines);
		port.plugged(guest.port());
		return port;
	}

	/** Until nothing is taken any more, and the port has said why. */
	private void fill(FilePort port) throws Exception {
		Await.until(() -> {
			int more = guest.writeNow(port, sent, taken);
			taken += more;
			return more == 0 && held(port).startsWith("No space left on device since ");
		});
	}

	private static String held(FilePort port) {
		return port.figures().get("held").toString();
	}

	private void writeRest(FilePort port) throws InterruptedException {
		guest.write(port, ByteBuffer.wrap(sent, taken, sent.length - taken));
		taken = sent.length;
	}

	@Test
	void full_roomAgain_nothingLost() throws Exception {
		var port = plugged();
		fill(port);
		assertTrue(taken >= ROOM && taken < ROOM + 3 * Appender.BUFFER, "taken " + taken);
		disk.remount("size=" + 4 * ROOM);
		writeRest(port);
		port.unplugged();
		assertArrayEquals(sent, Files.readAllBytes(path()));
	}

	@Test
	void full_updated_roomAgain_nothingLost() throws Exception {
		var port = plugged("append=off");
		fill(port);
		for (int i = 0; i < 2; i++) {
			port.unplugged();
			port = plugged("append=off");
			assertEquals(ROOM, Files.size(path()));
			fill(port);
		}
		port.unplugged();
		disk.remount("size=" + 4 * ROOM);
		port = plugged("append=off");
		writeRest(port);
		port.unplugged();
		assertArrayEquals(sent, Files.readAllBytes(path()));
	}

	/** Not updated but gone: what nobody takes over is lost, and append=off begins anew. */
	@Test
	void unpluggedForGood_appendOff_nextOneBeginsAnew() throws Exception {
		var port = plugged("append=off");
		guest.write(port, ByteBuffer.wrap(sent, 0, 1000));
		port.unplugged();
		guest.forgetKept();
		assertEquals(1000, Files.size(path()));
		port = plugged("append=off");
		assertEquals(0, Files.size(path()));
		port.unplugged();
	}

	/** Rotated files fill the disk; neither their shifting nor what there is no room to compress loses any. */
	@Test
	void full_whileRotatingAndCompressing_roomAgain_nothingLost() throws Exception {
		var port = plugged("size=100k", "rotate=999", "compress=on");
		fill(port);
		assertTrue((Integer) port.figures().get("rotations") >= 8, port.figures().toString());
		disk.remount("size=" + 8 * ROOM);
		writeRest(port);
		Await.until(() -> guest.writeNow(port, new byte[0], 0) == 0 && held(port).equals("no"));
		port.unplugged();
		assertArrayEquals(sent, new Rotated(path()).content());
		assertTrue(new Rotated(path()).names().stream().noneMatch(name -> name.startsWith(".")));
	}

	/** No room for a name, so no new file: the one that is there grows. */
	@Test
	void noInodes_goesOnInTheFile_rotatedWhenThereAre() throws Exception {
		disk.remount("nr_inodes=2,size=" + 8 * ROOM);
		var port = plugged("size=100k", "rotate=999");
		guest.write(port, ByteBuffer.wrap(sent, 0, ROOM));
		Await.until(() -> port.figures().get("written").equals((long) ROOM));
		assertEquals(ROOM, Files.size(path()));
		assertEquals("no", held(port));
		disk.remount("nr_inodes=100");
		taken = ROOM;
		Await.until(() -> {
			if (taken < sent.length)
				taken += port.guestData(ByteBuffer.wrap(sent, taken, 1));
			return (Integer) port.figures().get("rotations") == 1;
		});
		writeRest(port);
		port.unplugged();
		assertArrayEquals(sent, new Rotated(path()).content());
	}

	@Test
	void readOnly_refused_writableAgain_goesOn() throws Exception {
		var port = plugged();
		guest.write(port, ByteBuffer.wrap(sent, 0, 1000));
		Await.until(() -> Files.size(path()) == 1000);
		port.unplugged();
		disk.remount("ro");
		var refused = Configured.port("path=" + path());
		var e = assertThrows(IOException.class,
				() -> refused.plugged(guest.port()));
		assertTrue(e.getMessage().startsWith("path=" + path() + " cannot be opened (FileSystemException: Read-only"),
				e.getMessage());
		disk.remount("rw,size=" + 8 * ROOM);
		var again = plugged();
		taken = 1000;
		writeRest(again);
		again.unplugged();
		assertArrayEquals(sent, Files.readAllBytes(path()));
	}
}
