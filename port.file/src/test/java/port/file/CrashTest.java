package port.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that rotates and compresses as fast as it can is killed, again and again. */
@Timeout(120)
class CrashTest {
	private static final int KILLS = 8;
	/** A number and what is hard to compress. */
	private static final int LINE = 200;
	private static final String[] OPTIONS = { "size=64k", "rotate=60", "compress=on" };

	@TempDir
	Path folder;

	private Path path() {
		return folder.resolve("y.log");
	}

	/** The process that is killed. */
	static final class Writer {

		private Writer() {
		}

		public static void main(String[] arguments) throws Exception {
			var guest = new LoneGuest();
			var port = Configured.port("path=" + arguments[0], OPTIONS[0], OPTIONS[1], OPTIONS[2]);
			port.plugged(guest.port());
			guest.write(port, ascii("\n")); // behind what was cut short
			boolean said = false;
			for (int number = Integer.parseInt(arguments[1]);; number++) {
				guest.write(port, ascii(line(number)));
				if (!said && (Long) port.figures().get("written") > LINE) {
					System.out.write('.');
					System.out.flush();
					said = true;
				}
			}
		}
	}

	private static ByteBuffer ascii(String text) {
		return StandardCharsets.US_ASCII.encode(text);
	}

	private static String line(int number) {
		var line = new StringBuilder("%010d ".formatted(number));
		var random = new Random(number);
		while (line.length() < LINE - 1)
			line.append((char) ('a' + random.nextInt(26)));
		return line.append('\n').toString();
	}

	@Test
	void killedInTheMidst_everyFileIsWhole_andNoLineIsMissing() throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		int next = 0;
		for (int kill = 1; kill <= KILLS; kill++) {
			run(next, random.nextInt(400));
			System.out.println("killed with "
					+ new Rotated(path()).names().stream().filter(it -> !it.endsWith(".gz")).toList());
			int last = assertComplete(kill);
			assertTrue(last >= next, "nothing was written from " + next + " on");
			next = last + 1;
		}
		var port = Configured.port("path=" + path(), OPTIONS[0], OPTIONS[1], OPTIONS[2]);
		var guest = new LoneGuest();
		port.plugged(guest.port());
		guest.write(port, ascii("\n"));
		Await.until(() -> new Rotated(path()).names().stream().allMatch(name -> name.matches("y\\.log(\\..*gz)?")));
		port.unplugged();
		assertEquals(next - 1, assertComplete(KILLS + 1));
	}

	/** Until it has written something, and then for a while. */
	private void run(int first, int millis) throws Exception {
		var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
		var process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				Writer.class.getName(), path().toString(), String.valueOf(first))
				.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		try {
			assertEquals('.', process.getInputStream().read());
			process.waitFor(millis, TimeUnit.MILLISECONDS);
			assertTrue(process.isAlive());
		} finally {
			process.destroyForcibly().waitFor();
		}
	}

	/** Answers the number of the last line. */
	private int assertComplete(int cuts) throws Exception {
		var text = new String(new Rotated(path()).content(), StandardCharsets.US_ASCII);
		List<String> lines = text.lines().toList();
		int last = -1;
		int cut = 0;
		for (var line : lines) {
			if (line.length() < LINE - 1) {
				cut += line.isEmpty() ? 0 : 1;
				continue;
			}
			int number = Integer.parseInt(line.substring(0, 10));
			assertEquals(line(number), line + "\n");
			assertTrue(last < 0 || number == last + 1, "after line " + last + " comes " + number);
			last = number;
		}
		assertTrue(cut <= cuts, cut + " lines are cut");
		return last;
	}
}
