package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;

import guest.driver.GuestSidePort;

/** A terminal program and a guest's console that say each other's lines without a pause. */
final class ConsoleTraffic implements AutoCloseable {
	private final HostTerminal terminal;
	private final GuestSidePort console;
	private final Rounds rounds;

	private ConsoleTraffic(HostTerminal terminal, GuestSidePort console) {
		this.terminal = terminal;
		this.console = console;
		this.rounds = new Rounds(console.toString(), this::talk);
	}

	/** Begins; the console is open. */
	static ConsoleTraffic start(Path link, GuestSidePort console) throws Exception {
		Await.until("a console with its host open", () -> console.isConsole() && console.hostConnected());
		return new ConsoleTraffic(HostTerminal.open(link), console);
	}

	/** A line of each at a time: a console does not wait for who is slow. */
	private void talk(long number) throws Exception {
		var line = "line " + number + "\n";
		terminal.type(line.getBytes(US_ASCII));
		assertEquals(line, new String(console.readNBytes(line.length(), Await.PATIENCE), US_ASCII));
		// what a console cannot give away at once is lost, and while it is closed nobody takes anything
		Await.until("host open", console::hostConnected);
		console.writeFully(line.getBytes(US_ASCII), Await.PATIENCE);
		assertEquals(line, new String(terminal.show(line.length()), US_ASCII));
	}

	/** Waits until more has gone to and fro, begun after this call. */
	void awaitMore() {
		rounds.awaitMore();
	}

	/** Ends it; fails the test if it had failed. */
	@Override
	public void close() throws IOException {
		try {
			rounds.end();
		} finally {
			terminal.close();
		}
	}
}
