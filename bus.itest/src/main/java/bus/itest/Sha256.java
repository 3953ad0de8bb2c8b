package bus.itest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Compares what is too long to print. */
final class Sha256 {
	private Sha256() {
	}

	static String of(byte[] bytes) {
		try {
			return bytes.length + " bytes " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
		} catch (NoSuchAlgorithmException e) {
			throw new IllegalStateException("every Java has SHA-256", e);
		}
	}
}
