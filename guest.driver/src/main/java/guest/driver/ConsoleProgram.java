package guest.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A tty with a shell of five commands on it. */
final class ConsoleProgram implements PortProgram {
	private static final int LONGEST_LINE = 256;
	private static final int CTRL_C = 0x03;
	private static final int BACKSPACE = 0x08;
	private static final int CTRL_U = 0x15;
	private static final int ESCAPE = 0x1b;
	private static final int DELETE = 0x7f;
	private static final String PROMPT = "guest# ";
	private static final String ERASE = "\b \b";

	private final PortStream stream;
	private final Supplier<List<GuestSidePort>> ports;
	private final byte[] line = new byte[LONGEST_LINE];
	private int length;
	private boolean hostWasConnected;
	/** Inside of what a cursor key sends: 0 no, 1 after ESC, 2 after ESC [. */
	private int escape;

	ConsoleProgram(GuestSidePort port, Supplier<List<GuestSidePort>> ports) {
		this.stream = new PortStream(port);
		this.ports = ports;
	}

	@Override
	public Duration step() throws IOException {
		boolean connected = stream.port().hostConnected();
		if (connected && !hostWasConnected)
			stream.print("\r\nWelcome to the simulated guest of vport, on port " + stream.port().id()
					+ ". Try 'help'.\r\n" + PROMPT);
		hostWasConnected = connected;
		return stream.pump(this::type) ? Duration.ZERO : WHEN_SOMETHING_HAPPENS;
	}

	private void type(int character) {
		if (escape > 0) {
			escape = escape == 1 && character == '[' ? 2 : escape == 2 && character < '@' ? 2 : 0;
			return;
		}
		switch (character) {
			case ESCAPE -> escape = 1;
			case '\r', '\n' -> enter();
			case BACKSPACE, DELETE -> erase();
			case CTRL_U -> {
				while (length > 0)
					erase();
			}
			case CTRL_C -> {
				length = 0;
				stream.print("^C\r\n" + PROMPT);
			}
			default -> insert(character);
		}
	}

	private void insert(int character) {
		if (character < ' ' || length == LONGEST_LINE)
			return;
		line[length++] = (byte) character;
		stream.print(new byte[] { (byte) character }, 1);
	}

	private void erase() {
		if (length == 0)
			return;
		while (length > 1 && (line[length - 1] & 0xc0) == 0x80) // the rest of a UTF-8 character
			length--;
		length--;
		stream.print(ERASE);
	}

	private void enter() {
		String command = new String(line, 0, length, StandardCharsets.UTF_8).strip();
		length = 0;
		stream.print("\r\n");
		if (!command.isEmpty())
			run(command);
		stream.print(PROMPT);
	}

	private void run(String command) {
		int space = command.indexOf(' ');
		String verb = space < 0 ? command : command.substring(0, space);
		switch (verb) {
			case "help" -> say("help  ports  uname  echo WORDS  exit");
			case "ports" -> ports.get().forEach(port -> say(port.toString()));
			case "uname" -> say("vport simulated guest, Java " + System.getProperty("java.version") + " "
					+ System.getProperty("os.arch"));
			case "echo" -> say(space < 0 ? "" : command.substring(space + 1).strip());
			case "exit" -> say("A console does not end. Detach on the host's side.");
			default -> say("sh: " + verb + ": not found; try 'help'");
		}
	}

	private void say(String text) {
		stream.print(text + "\r\n");
	}
}
