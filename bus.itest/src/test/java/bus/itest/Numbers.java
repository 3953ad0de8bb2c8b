package bus.itest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What {@code seq FIRST LAST} prints: a text that both sides can make, and in which a place is told from another. */
record Numbers(int first, int last) {

	byte[] bytes() {
		var text = new ByteArrayOutputStream();
		for (int i = first; i <= last; i++)
			text.writeBytes((i + "\n").getBytes(StandardCharsets.US_ASCII));
		return text.toByteArray();
	}

	/** How programs tell what they have read. */
	static String digest(byte[] data) {
		try {
			return data.length + " bytes, sha256=" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
					.digest(data));
		} catch (NoSuchAlgorithmException e) {
			throw new AssertionError(e); // every Java has it
		}
	}

	static String digest(String text) {
		return digest(text.getBytes(StandardCharsets.US_ASCII));
	}
}
