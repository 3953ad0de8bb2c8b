package bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import bench.Settings;

/** The application on a folder, and what the kernel says of its process. */
final class Vport implements AutoCloseable {
	private static final long START_SECONDS = 300;
	private static final double TICKS_PER_SECOND = 100;

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

	/** Processor seconds that it has used. */
	double cpuSeconds() throws IOException {
		var stat = Files.readString(proc("stat"));
		var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // from the third on
		return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
	}

	int descriptors() throws IOException {
		try (var open = Files.list(proc("fd"))) {
			return (int) open.count();
		}
	}

	int threads() throws IOException {
		return (int) status("Threads:");
	}

	private long status(String key) throws IOException {
		return number(proc("status"), key);
	}

	private static long number(Path file, String key) throws IOException {
		return Files.readAllLines(file).stream().filter(line -> line.startsWith(key))
				.mapToLong(line -> Long.parseLong(line.substring(key.length()).strip().split(" ")[0])).findFirst()
				.orElseThrow(() -> new IOException(file + " has no line " + key));
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
		for (var line : Files.readAllLines(proc("smaps")))
			if (line.startsWith("Rss:")) {
				long size = Long.parseLong(line.substring(4).strip().split(" ")[0]);
				guests += name.contains("guest-ram") ? size : 0;
				heap += name.contains("java_heap") ? size : 0;
			} else if (line.matches("[0-9a-f]+-[0-9a-f]+ .*"))
				name = line;
		return new Resident(status("VmRSS:"), guests, heap);
	}

	/** Bytes of live objects; collects first. */
	long liveHeap() throws IOException, InterruptedException {
		var jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				String.valueOf(process.pid()), "GC.class_histogram").redirectErrorStream(true).start();
		var lines = jcmd.inputReader().lines().toList();
		jcmd.waitFor();
		var total = lines.stream().filter(line -> line.startsWith("Total")).findFirst()
				.orElseThrow(() -> new IOException("jcmd says " + lines.stream().findFirst().orElse("nothing")));
		return Long.parseLong(total.strip().split(" +")[2]);
	}

	/** KiB of the kernel's own objects, of the whole machine. */
	static long slab() throws IOException {
		return number(Path.of("/proc/meminfo"), "Slab:");
	}

	private Path proc(String file) {
		return Path.of("/proc", String.valueOf(process.pid()), file);
	}

	@Override
	public void close() {
		process.toHandle().destroy(); // its own destroy would close the streams before the last words
		process.onExit().completeOnTimeout(process, 60, TimeUnit.SECONDS).join();
		process.destroyForcibly();
	}
}
