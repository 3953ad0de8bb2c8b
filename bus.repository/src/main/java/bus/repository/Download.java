package bus.repository;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Fetches jars into the folder, under names that {@link FolderScan} does not see.
 *
 * @param folder where the jars are going to be: a move within one file system is done at once or not at all
 * @param shown where progress is told if it takes longer than two seconds
 */
record Download(Path folder, PrintStream shown) {
	private static final long SILENT_NS = TimeUnit.SECONDS.toNanos(2);
	private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);
	private static final int BLOCK = 1 << 16;
	private static final int KB = 1 << 10;

	/** @throws InstallException if it is not the jar that the index means; then no file is left */
	Jar fetch(Offer offer) throws IOException {
		var part = folder.resolve("." + offer.name() + ".jar.part");
		boolean good = false;
		try {
			copy(offer, part);
			check(offer, part);
			good = true;
			return Jar.read(part);
		} catch (IOException e) {
			throw new InstallException(offer + ": " + offer.url() + " cannot be fetched: " + e.getMessage()
					+ "; nothing was installed");
		} finally {
			if (!good)
				Files.deleteIfExists(part);
		}
	}

	private static void check(Offer offer, Path part) throws IOException {
		var digest = Jar.sha256(part);
		if (!offer.sha256().isEmpty() && !offer.sha256().equals(digest))
			throw new InstallException(offer + ": " + offer.url() + " has sha-256 " + digest + ", but its index says "
					+ offer.sha256() + "; nothing was installed");
		var jar = Jar.read(part);
		if (!jar.name().equals(offer.name()) || !jar.version().equals(offer.version()))
			throw new InstallException(offer + ": " + offer.url() + " is " + jar + "; nothing was installed");
	}

	private void copy(Offer offer, Path part) throws IOException {
		long next = System.nanoTime() + SILENT_NS;
		long done = 0;
		boolean told = false;
		try (var in = Index.open(offer.url()); var out = Files.newOutputStream(part)) {
			var block = new byte[BLOCK];
			for (int n = in.read(block); n >= 0; n = in.read(block)) {
				if (Thread.interrupted())
					throw new IOException("interrupted");
				out.write(block, 0, n);
				done += n;
				if (System.nanoTime() - next >= 0) {
					next = System.nanoTime() + PAUSE_NS;
					told = true;
					shown.print("\r" + offer + ": " + done / KB + (offer.size() < 0 ? "" : " of " + offer.size() / KB) + " kB");
					shown.flush();
				}
			}
		}
		if (told)
			shown.println();
	}
}
