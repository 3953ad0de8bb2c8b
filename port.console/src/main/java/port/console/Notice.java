package port.console;

import java.nio.charset.StandardCharsets;

/**
 * What vport says in the midst of what the guest says.
 *
 * @param at the place in the guest's words that it stands before
 */
record Notice(long at, byte[] text) {

	static byte[] text(String words) {
		return ("\r\n[vport: " + words + "]\r\n").getBytes(StandardCharsets.UTF_8);
	}

	static byte[] lost(long count) {
		return text(count + " bytes lost");
	}
}
