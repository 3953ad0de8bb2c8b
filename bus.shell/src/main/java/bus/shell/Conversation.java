package bus.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

import bus.api.Attachable;
import bus.api.Attachable.Attachment;

/** A person at a guest's console, until the escape key, the end of input, or the end of the port. */
record Conversation(Attachable console, Keys keys, OutputStream output) {
	static final int ESCAPE = 0x1d; // ^]

	private static final byte BELL = 7;

	/** Where keys come from. */
	interface Keys {
		int END = -1;
		int NOTHING_YET = -2;

		/** The next byte, or one of the constants. */
		int read() throws IOException;

		/** Called once: from now on the terminal's size is to be told, beginning with the present one. */
		void tellSize(Attachment session);
	}

	/** Answers why it ended. */
	String hold() throws IOException {
		var screen = new Screen();
		var shower = Thread.ofPlatform().daemon().name("vport:attach").start(() -> show(screen));
		try (var session = console.attach(screen)) {
			keys.tellSize(session);
			return type(session, screen);
		} finally {
			screen.end();
			join(shower);
		}
	}

	private static void join(Thread shower) {
		try {
			shower.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt(); // the shell is being stopped
		}
	}

	private void show(Screen screen) {
		try {
			screen.show(output);
		} catch (IOException e) {
			throw new UncheckedIOException(e); // the shell's terminal is gone: its keys end too
		}
	}

	private String type(Attachment session, Screen screen) throws IOException {
		while (session.isOpen()) {
			int key = keys.read();
			if (key == ESCAPE || key == Keys.END)
				return "disconnected";
			if (key != Keys.NOTHING_YET && session.type(ByteBuffer.wrap(new byte[] { (byte) key })) == 0)
				screen.accept(ByteBuffer.wrap(new byte[] { BELL })); // as a terminal does when nobody reads
		}
		return "the port was unplugged";
	}
}
