package bus.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import bus.api.Attachable.Attachment;
import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;

/**
 * A person at a guest's console, until the escape key, the end of input, or the end of the port. While the port's bundle is
 * being replaced the person waits, and what is typed meanwhile is typed afterwards.
 */
final class Conversation {
	static final int ESCAPE = 0x1d; // ^]

	private static final byte BELL = 7;
	/** Keys that wait for a port; more are answered with a bell. */
	private static final int WAITING = 256;

	/** Where keys come from. */
	interface Keys {
		int END = -1;
		int NOTHING_YET = -2;

		/** The next byte, or one of the constants. */
		int read() throws IOException;

		/** Called for each session: from now on it is told the terminal's size, beginning with the present one. */
		void tellSize(Attachment session);
	}

	/** How one comes to the console. */
	interface Door {

		/** Begins a session; null if the port is not there. */
		Attachment attach(Visitor visitor, Consumer<ByteBuffer> output);

		/** Whether the port has a place on its bus, perhaps only while its bundle is being replaced. */
		boolean mayComeBack();
	}

	private enum End {
		ESCAPED, UNPLUGGED
	}

	private final Door door;
	private final Visitor visitor;
	private final Keys keys;
	private final OutputStream output;
	private final int escape;
	private final Screen screen = new Screen();
	private final ByteBuffer waiting = ByteBuffer.allocate(WAITING);

	Conversation(Door door, Visitor visitor, Keys keys, OutputStream output, int escape) {
		this.door = door;
		this.visitor = visitor;
		this.keys = keys;
		this.output = output;
		this.escape = escape;
	}

	/** Answers why it ended. */
	String hold() throws IOException {
		var shower = Thread.ofPlatform().daemon().name("vport:attach").start(this::show);
		try {
			return talk();
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

	private void show() {
		try {
			screen.show(output);
		} catch (IOException e) {
			throw new UncheckedIOException(e); // the shell's terminal is gone: its keys end too
		}
	}

	private String talk() throws IOException {
		var session = door.attach(visitor, screen);
		// who has the console when it is back has it rightly
		var again = new Visitor(visitor.name(), visitor.wish() == Wish.SPY ? Wish.SPY : Wish.ATTACH);
		while (isOpen(session)) {
			try (var here = session) {
				if (type(here) == End.ESCAPED)
					return "disconnected";
			}
			session = door.attach(again, screen);
			if (isOpen(session) || !door.mayComeBack())
				continue;
			say("the port is being replaced");
			while (!isOpen(session) && door.mayComeBack()) {
				if (keepKeys() == End.ESCAPED)
					return "disconnected";
				session = door.attach(again, screen);
			}
		}
		return session == null ? "the port was unplugged" : "the console takes nobody";
	}

	private static boolean isOpen(Attachment session) {
		return session != null && session.isOpen();
	}

	private End type(Attachment session) throws IOException {
		keys.tellSize(session);
		waiting.flip();
		session.type(waiting);
		waiting.clear();
		while (session.isOpen()) {
			int key = keys.read();
			if (key == escape || key == Keys.END)
				return End.ESCAPED;
			if (key == Keys.NOTHING_YET)
				continue;
			if (!session.isOpen())
				waiting.put((byte) key);
			else if (session.type(ByteBuffer.wrap(new byte[] { (byte) key })) == 0)
				ring(); // as a terminal does when nobody reads
		}
		return End.UNPLUGGED;
	}

	/** The bus ends the wait: it does not keep a port's place for ever. */
	private End keepKeys() throws IOException {
		int key = keys.read();
		if (key == escape || key == Keys.END)
			return End.ESCAPED;
		if (key != Keys.NOTHING_YET && waiting.hasRemaining())
			waiting.put((byte) key);
		else if (key != Keys.NOTHING_YET)
			ring();
		return End.UNPLUGGED;
	}

	private void ring() {
		screen.accept(ByteBuffer.wrap(new byte[] { BELL }));
	}

	private void say(String words) {
		screen.accept(StandardCharsets.UTF_8.encode("\r\n[vport: " + words + "]\r\n"));
	}
}
