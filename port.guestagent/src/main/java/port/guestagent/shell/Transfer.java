package port.guestagent.shell;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import bus.shell.command.Shown;
import bus.shell.command.Words;

/**
 * A file that was copied, as scripts read it.
 *
 * @param label of the agent's port
 * @param sha256 of what went through
 */
public record Transfer(String label, String from, String to, long bytes, long millis, String sha256) implements Shown {

	/** One that is under way. */
	static final class Counting {
		private final String label;
		private final MessageDigest digest;
		private final long began = System.nanoTime();
		private long bytes;

		Counting(String label) {
			this.label = label;
			try {
				digest = MessageDigest.getInstance("SHA-256");
			} catch (NoSuchAlgorithmException e) {
				throw new IllegalStateException(e); // every Java has it
			}
		}

		void add(byte[] piece, int count) {
			digest.update(piece, 0, count);
			bytes += count;
		}

		long bytes() {
			return bytes;
		}

		long nanos() {
			return System.nanoTime() - began;
		}

		Transfer done() {
			return new Transfer(label, "", "", bytes, TimeUnit.NANOSECONDS.toMillis(nanos()),
					HexFormat.of().formatHex(digest.digest()));
		}
	}

	Transfer of(String source, String target) {
		return new Transfer(label, source, target, bytes, millis, sha256);
	}

	@Override
	public String table() {
		return String.format(Locale.ROOT, "%s: %d bytes in %.1f s, %sB/s%nsha256 %s", to, bytes, millis / 1e3,
				Words.scaled(1000 * bytes / Math.max(millis, 1)), sha256);
	}

	@Override
	public String line() {
		return to + " " + bytes + " bytes";
	}
}
