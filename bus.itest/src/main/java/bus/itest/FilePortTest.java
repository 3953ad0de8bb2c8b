package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;
import guest.driver.GuestSidePort;

/** Port type file. */
@Timeout(60)
class FilePortTest {
	private static final String NAME = "org.example.y";
	/** A regular file that anybody may open and that refuses text (EINVAL), as a disk that fails. */
	private static final Path FAILING = Path.of("/proc/self/oom_score_adj");

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();
	@Order(3)
	@RegisterExtension
	final Seed seed = new Seed();

	private Path file;

	@BeforeEach
	void bus() throws Exception {
		operator.bus("vm1");
		file = operator.path("y.log");
	}

	private void plug() throws Exception {
		operator.plug("port.file~y", "bus=vm1", "name=" + NAME, "id=3", "path=" + file);
	}

	private void awaitSize(long size) {
		Await.until(file + " has " + size + " bytes", () -> Files.exists(file) && Files.size(file) >= size);
	}

	@Test
	void piecesOfManySizes_areAppendedInOrder() throws Exception {
		plug();
		var port = Operator.opened(operator.guest("vm1"), NAME);
		var all = new ByteArrayOutputStream();
		while (all.size() < 2 << 20) {
			var piece = seed.bytes(1 + seed.below(50_000));
			port.writeFully(piece, Await.PATIENCE);
			all.writeBytes(piece);
		}
		awaitSize(all.size());
		assertEquals(Sha256.of(all.toByteArray()), Sha256.of(Files.readAllBytes(file)));
	}

	@Test
	void pluggedAgain_keepsWhatWasThere() throws Exception {
		Files.writeString(file, "before\n");
		var guest = operator.guest("vm1");
		for (int i = 0; i < 3; i++) {
			plug();
			var port = Operator.opened(guest, NAME);
			assertEquals(3, port.id());
			port.writeFully(("time " + i + "\n").getBytes(US_ASCII), Await.PATIENCE);
			port.awaitTaken(Await.PATIENCE);
			operator.delete("port.file~y");
			Await.until("unplugged", port::isRemoved);
		}
		awaitSize("before\ntime 0\ntime 1\ntime 2\n".length());
		assertEquals("before\ntime 0\ntime 1\ntime 2\n", Files.readString(file));
	}

	@Test
	void failingDisk_itsPortHolds_othersGoOn() throws Exception {
		log.expect(FAILING + ": Invalid argument; the guest waits");
		log.expect(FAILING + ": unplugged with");
		operator.plug("port.file~bad", "bus=vm1", "name=bad", "path=" + FAILING);
		operator.plug("port.socket~x", "bus=vm1", "name=x", "listen=unix:" + operator.path("x"));
		plug();
		var guest = operator.guest("vm1");
		var bad = Operator.opened(guest, "bad");
		fill(bad);
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			echo.awaitMore();
			Operator.opened(guest, NAME).writeFully("good".getBytes(US_ASCII), Await.PATIENCE);
			awaitSize(4);
			assertEquals(GuestSidePort.WOULD_BLOCK, bad.writeNow(new byte[1], 0, 1));
			operator.delete("port.file~bad");
			Await.until("the failing one is unplugged", bad::isRemoved);
			echo.awaitMore();
		}
	}

	/** What fits each key alone, the bus finds out from Metatype; what does not fit together, the port. */
	@Test
	void keysThatDoNotFitTogether_refusedInOneLine() throws Exception {
		String alone = "compress=on has nothing to rotate; allowed: together with size= or frequency=";
		log.expect(alone);
		operator.configure("port.file~y", "bus=vm1", "name=" + NAME, "path=" + file, "compress=on");
		assertEquals(alone, operator.await("port.file~y", PortInfo.State.REFUSED).problem());
		String range = "rotate=1000; allowed: how many rotated files are kept, 0 to 999";
		log.expect(range);
		operator.configure("port.file~y", "bus=vm1", "name=" + NAME, "path=" + file, "size=10M", "rotate=1000");
		operator.await("port.file~y", range, port -> port.problem().equals(range));
		operator.plug("port.file~y", "bus=vm1", "name=" + NAME, "path=" + file, "size=10M", "compress=on");
	}

	/** Rotated and compressed while its bundle is updated in the midst of traffic. */
	@Test
	void bundleUpdated_whileRotating_everyByteIsInTheFilesOnce() throws Exception {
		operator.plug("port.file~y", "bus=vm1", "name=" + NAME, "path=" + file, "size=64k", "rotate=999", "append=off");
		var port = Operator.opened(operator.guest("vm1"), NAME);
		var all = new ByteArrayOutputStream();
		for (int i = 0; i < 4; i++) {
			for (int before = all.size(); all.size() < before + (1 << 20);) {
				var piece = seed.bytes(1 + seed.below(50_000));
				port.writeFully(piece, Await.PATIENCE);
				all.writeBytes(piece);
			}
			operator.bundle("port.file").update();
		}
		operator.await("port.file~y", PortInfo.State.PLUGGED);
		port.awaitTaken(Await.PATIENCE);
		var written = Await.value("everything is written", () -> whole(all.size()));
		assertEquals(Sha256.of(all.toByteArray()), Sha256.of(written));
	}

	/** Null while there is less, or a rotation gives the files other names. */
	private byte[] whole(int size) throws Exception {
		try {
			var content = rotated();
			return content.length == size ? content : null;
		} catch (NoSuchFileException e) {
			return null;
		}
	}

	private byte[] rotated() throws Exception {
		var content = new ByteArrayOutputStream();
		int oldest = 1;
		while (Files.exists(Path.of(file + "." + oldest)))
			oldest++;
		while (--oldest > 0)
			content.writeBytes(Files.readAllBytes(Path.of(file + "." + oldest)));
		content.writeBytes(Files.readAllBytes(file));
		return content.toByteArray();
	}

	private void fill(GuestSidePort bad) {
		var text = new byte[GuestSidePort.MAX_WRITE];
		Arrays.fill(text, (byte) 'x');
		Await.until("guest waits", () -> bad.writeNow(text, 0, text.length) == GuestSidePort.WOULD_BLOCK
				&& operator.port("port.file~bad").throttled());
	}
}
