package bus.itest;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import guest.driver.ConsoleDriver;

/** A vport process that is hot-deployed to for months: what a bundle leaves behind when it goes would end it. */
@Tag("guest")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class LeakTest {
	private static final int TIMES = 1000;
	/** In one command of the shell. */
	private static final int BATCH = 20;
	/** Compilers, caches and pools have their size after so many. */
	private static final int WARM = 200;
	/** What may differ by chance; a thousandth of a leak that counts. */
	private static final int SLACK = 9;
	private static final int PATIENCE_SECONDS = 40;

	@TempDir
	Path jars;

	private VportProcess vport;
	private Talk talk;
	private long bundle;

	@Test
	void portBundle_installedUpdatedUninstalled1000Times_leavesNothing() throws Exception {
		try (var host = new GuestHost(LeakTest.class, "port.socket")) {
			Figures.machine();
			var files = host.configuration();
			var socket = files.bus("vm1", 7);
			var address = files.socket("talk", "vm1");
			files.file("log", "vm1");
			files.write("bus.whiteboard", "grace=1");

			host.startOnTerminal();
			vport = host.vport();
			vport.await(process -> process.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
			try (var guest = ConsoleDriver.connect(socket, 7);
					var talking = new Talk(guest, "org.vport.talk", address)) {
				talk = talking;
				cycles();
			}
		}
	}

	private void cycles() throws Exception {
		var first = BundleJar.built("port.socket").version("1.0.1", jars);
		var second = BundleJar.built("port.socket").version("1.0.2", jars);
		var built = vport.ask("lb", "^ +(\\d+)\\|Active +\\| +\\d+\\|port\\.socket ").group(1);
		vport.ask("uninstall " + built + "; echo go\"\"ne", "\\bgone$");
		bundle = Long.parseLong(vport.ask("install " + first.url(), "Bundle ID: (\\d+)\\s").group(1));
		vport.ask("uninstall " + bundle + "; echo go\"\"ne", "\\bgone$");
		Census warm = null;
		long begun = System.nanoTime();
		for (int done = BATCH; done <= TIMES; done += BATCH) {
			batch(first, second);
			if (done == WARM)
				warm = census(done);
			else if (done % WARM == 0)
				census(done);
		}
		Figures.print("leak", "cycles=%d seconds=%.1f cycles/s=%.1f answers=%d", TIMES, seconds(begun),
				TIMES / seconds(begun), talk.answers());
		assertNotGrown(warm);
	}

	private static double seconds(long since) {
		return (System.nanoTime() - since) / 1e9;
	}

	/** The last one of it slowly, so that bytes have gone through each of its bundles. */
	private void batch(BundleJar first, BundleJar second) throws Exception {
		var ids = IntStream.range(1, BATCH).mapToObj(i -> String.valueOf(bundle + i)).collect(Collectors.joining(" "));
		command("each [" + ids + "] { install " + first.url() + "; start $it; update $it " + second.url()
				+ "; uninstall $it }");
		bundle += BATCH;
		command("install " + first.url() + "; start " + bundle);
		talk.awaitMore();
		command("update " + bundle + " " + second.url());
		talk.awaitMore();
		command("uninstall " + bundle);
	}

	private void command(String command) throws Exception {
		vport.ask(command + "; echo do\"\"ne " + bundle, "\\bdone " + bundle + "$");
	}

	private Census census(int done) throws Exception {
		var census = Census.of(vport.java());
		Figures.print("leak", "cycles=%d %s", done, census.figures());
		return census;
	}

	/** What was let go of may wait for another collection, and a port's place for the end of its grace time. */
	private void assertNotGrown(Census warm) throws Exception {
		var now = Census.of(vport.java());
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
		while (now.hasGrownSince(warm, SLACK) && System.nanoTime() - deadline < 0)
			now = Census.of(vport.java());
		assertFalse(now.hasGrownSince(warm, SLACK), "after " + WARM + " cycles: " + warm + "\nafter " + TIMES + ": "
				+ now);
	}
}
