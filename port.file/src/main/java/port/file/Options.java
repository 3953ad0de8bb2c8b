package port.file;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What the configuration asks for, checked as far as that goes without looking at files.
 *
 * @param path of the file or FIFO that the guest writes to; null with a pipe
 * @param append false: what is there when the port comes is thrown away
 * @param size from which on a file is rotated; 0: however large
 * @param rotate how many rotated files are kept
 * @param maxage in days, of a rotated file; 0: any
 * @param compress rotated files
 * @param input of a file or FIFO for the guest to read; null for none
 * @param pipe PATH of PATH.in and PATH.out; null for none
 */
record Options(Path path, boolean append, Sync sync, long size, int rotate, Frequency frequency, int maxage,
		boolean compress, Path input, Path pipe) {
	static final String SIZE = "a number of bytes from 4k on, with k, M or G behind it if you like, for instance 10M:"
			+ " a larger file is rotated; without it files grow";
	static final String PATH = "PATH of the file to append to, or of a FIFO to write to";
	/** logrotate's. */
	static final int ROTATE = 4;

	private static final long SMALLEST = 4 << 10;

	/**
	 * @throws IllegalArgumentException with one line for the operator
	 */
	static Options of(FilePort.Config config) {
		var options = new Options(path(config.path()), on("append", config.append()), Sync.parse(config.sync()),
				size(config.size().strip()), config.rotate(), Frequency.parse(config.frequency()), config.maxage(),
				on("compress", config.compress()), path(config.input()), path(config.pipe()));
		options.check();
		return options;
	}

	private static Path path(String text) {
		return text.isBlank() ? null : Path.of(text.strip());
	}

	private static boolean on(String key, String word) {
		return switch (word.strip()) {
			case "on" -> true;
			case "off" -> false;
			default -> throw new IllegalArgumentException(key + "=" + word.strip() + "; allowed: on, off");
		};
	}

	private static long size(String text) {
		if (text.isEmpty())
			return 0;
		if (text.matches("[0-9]{1,12}[kMG]?")) {
			char unit = text.charAt(text.length() - 1);
			int shift = unit == 'k' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
			long number = Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1));
			if (number << shift >= SMALLEST && number <= Long.MAX_VALUE >> shift)
				return number << shift;
		}
		throw new IllegalArgumentException("size=" + text + "; allowed: " + SIZE);
	}

	private void check() {
		if (path == null && pipe == null)
			throw new IllegalArgumentException("path is missing; allowed: " + PATH + "; or pipe=PATH instead of it");
		if (pipe != null && path != null)
			throw new IllegalArgumentException("pipe=" + pipe + " together with path=" + path
					+ "; allowed: one of the two, as a pipe is the guest's output already");
		if (pipe != null && input != null)
			throw new IllegalArgumentException("pipe=" + pipe + " together with input=" + input
					+ "; allowed: one of the two, as a pipe is the guest's input already");
		if (!rotates())
			refuse(" has nothing to rotate; allowed: together with size= or frequency=", false);
		if (pipe != null)
			onlyForFiles("pipe=" + pipe + " is a pair of FIFOs");
	}

	boolean rotates() {
		return size > 0 || frequency != Frequency.NEVER;
	}

	/**
	 * Refuses what is asked for besides the bare writing.
	 *
	 * @param instead what is written to, if it is not a regular file
	 */
	void onlyForFiles(String instead) {
		refuse("; allowed: for a regular file, but " + instead, true);
	}

	private void refuse(String why, boolean all) {
		if (all && !append)
			throw new IllegalArgumentException("append=off" + why);
		if (all && !sync.equals(Sync.parse("none")))
			throw new IllegalArgumentException("sync=" + sync + why);
		if (all && size > 0)
			throw new IllegalArgumentException("size=" + size + why);
		if (all && frequency != Frequency.NEVER)
			throw new IllegalArgumentException("frequency=" + frequency.name().toLowerCase(Locale.ROOT) + why);
		if (rotate != ROTATE)
			throw new IllegalArgumentException("rotate=" + rotate + why);
		if (maxage > 0)
			throw new IllegalArgumentException("maxage=" + maxage + why);
		if (compress)
			throw new IllegalArgumentException("compress=on" + why);
	}
}
