package bench;

import java.nio.file.Path;

/**
 * How suites are to run.
 *
 * @param root the tree's top, where {@code ./vport} is
 * @param into the folder for figures
 * @param quick whether to show that everything works rather than to measure it
 */
public record Settings(Path root, Path into, boolean quick) {

	/** The folder for what suites make for themselves; it is not cleaned. */
	public Path build() {
		return root.resolve("build/bench");
	}

	/** The application, as {@code ./vport run} starts it. */
	public Path vport() {
		return root.resolve("vport");
	}

	/** One of two numbers. */
	public int choose(int full, int forQuick) {
		return quick ? forQuick : full;
	}
}
