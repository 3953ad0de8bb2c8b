package bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import bench.ProcessView;
import bench.Settings;

/** The application on a folder, and what the kernel says of its process. */
final class Vport implements AutoCloseable {
	private static final long START_SECONDS = 300;

	private final Process process;
	private final long began = System.nanoTime();
	private final CountDownLatch ready = new CountDownLatch(1);
	private final CountDownLatch listening;
	private volatile double readySeconds;
	private volatile double listeningSeconds;

	Vport(Settings settings, Fleet fleet) throws IOException {
		listening = new CountDownLatch(fleet.guests());
		process = new ProcessBuilder(settings.vport().toString(), "run", "--config", fleet.conf().toString())
				.redirectErrorStream(true).start();
		var log = settings.build().resolve("scale.log");
		Files.createDirectories(settings.build());
		Thread.ofPlatform().daemon().start(() -> read(log));
	}

	private void read(Path log) {
		try (var copy = Files.newBufferedWriter(log); var lines = process.inputReader()) {
			for (var line = lines.readLine(); line != null; line = lines.readLine()) {
				copy.append(line).append('\n').flush();
				if (line.contains("bus.vhostuser: bus v") && line.contains(": listening on")) {
					listeningSeconds = (System.nanoTime() - began) / 1e9;
					listening.countDown();
				} else if (line.equals("vport ready")) {
					readySeconds = (System.nanoTime() - began) / 1e9;
					ready.countDown();
				}
			}
		} catch (IOException e) {
			System.err.println("vport: " + log + ": " + e.getMessage());
		}
	}

	void awaitReady() throws IOException, InterruptedException {
		if (!ready.await(START_SECONDS, TimeUnit.SECONDS) || !listening.await(1, TimeUnit.SECONDS))
			throw new IOException("vport is not ready after " + START_SECONDS + " s; see build/bench/scale.log");
	}

	double readySeconds() {
		return readySeconds;
	}

	double listeningSeconds() {
		return listeningSeconds;
	}

	ProcessView process() {
		return new ProcessView(process.pid());
	}

	/**
	 * KiB in memory: all, and of those the pages of guests' memory, which are the guests' own in the first place, and the
	 * pages of the Java heap.
	 */
	record Resident(long all, long guests, long heap) {
	}

	Resident resident() throws IOException {
		long guests = 0;
		long heap = 0;
		String name = "";
		for (var line : Files.readAllLines(process().proc("smaps")))
			if (line.startsWith("Rss:")) {
				long size = Long.parseLong(line.substring(4).strip().split(" ")[0]);
				guests += name.contains("guest-ram") ? size : 0;
				heap += name.contains("java_heap") ? size : 0;
			} else if (line.matches("[0-9a-f]+-[0-9a-f]+ .*"))
				name = line;
		return new Resident(process().residentKiB(), guests, heap);
	}

	/** Bytes of live objects; collects first. */
	long liveHeap() throws IOException, InterruptedException {
		var total = process().jcmd("GC.class_histogram").lines().filter(line -> line.startsWith("Total")).findFirst()
				.orElseThrow(() -> new IOException("jcmd GC.class_histogram gives no total"));
		return Long.parseLong(total.strip().split(" +")[2]);
	}

	/** KiB of the kernel's own objects, of the whole machine. */
	static long slab() throws IOException {
		return ProcessView.number(Path.of("/proc/meminfo"), "Slab:");
	}

	@Override
	public void close() {
		process.toHandle().destroy(); // its own destroy would close the streams before the last words
		process.onExit().completeOnTimeout(process, 60, TimeUnit.SECONDS).join();
		process.destroyForcibly();
	}
}
