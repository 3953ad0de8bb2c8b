package bus.shell;

import java.io.IOException;
import java.io.OutputStream;

import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.utils.NonBlockingInputStream;

import bus.api.Attachable.Attachment;

/** The shell's JLine terminal, every key as it is pressed. The one class that needs JLine. */
final class RawTerminal implements Conversation.Keys, AutoCloseable {
	/** How late the end of a port is noticed while nobody types. */
	private static final long PATIENCE_MS = 200;

	private final Terminal terminal;
	private final Attributes before;
	private final Terminal.SignalHandler sizeBefore;
	private volatile Attachment session;

	/**
	 * @param terminal Gogo's session variable; an object so that callers need not know JLine
	 */
	RawTerminal(Object terminal) {
		this.terminal = (Terminal) terminal;
		this.before = this.terminal.enterRawMode();
		var all = this.terminal.getAttributes(); // JLine's raw mode leaves ^C to the shell and ^V to the kernel
		all.setLocalFlag(Attributes.LocalFlag.ISIG, false);
		all.setControlChar(Attributes.ControlChar.VLNEXT, 0);
		this.terminal.setAttributes(all);
		this.sizeBefore = this.terminal.handle(Terminal.Signal.WINCH, signal -> tellSize());
	}

	/** Whether there is a terminal indeed: JLine makes something like it of a pipe too. */
	static boolean isReal(Object terminal) {
		return !(terminal instanceof DumbTerminal);
	}

	/** Whether a picture can be drawn there, rather than lines alone. */
	static boolean isScreen(Object terminal) {
		return isReal(terminal) && !((Terminal) terminal).getType().startsWith(Terminal.TYPE_DUMB);
	}

	int height() {
		return terminal.getHeight();
	}

	OutputStream output() {
		return terminal.output();
	}

	@Override
	public int read() throws IOException {
		return read(PATIENCE_MS);
	}

	int read(long millis) throws IOException {
		var input = terminal.input();
		if (!(input instanceof NonBlockingInputStream patient))
			return input.read();
		int key = patient.read(millis);
		return key == NonBlockingInputStream.READ_EXPIRED ? NOTHING_YET : key;
	}

	@Override
	public void tellSize(Attachment session) {
		this.session = session;
		tellSize();
	}

	private void tellSize() {
		var to = session;
		if (to != null && terminal.getWidth() > 0)
			to.resize(terminal.getWidth(), terminal.getHeight());
	}

	@Override
	public void close() {
		terminal.handle(Terminal.Signal.WINCH, sizeBefore);
		terminal.setAttributes(before);
	}
}
