package bus.itest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.Attachable;
import guest.driver.ConsoleDriver;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;

/** Port type console. */
@Timeout(60)
class ConsolePortTest {
	private static final Pattern MARK = Pattern.compile("\r\n\\[vport: (\\d+) bytes lost\\]\r\n");

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();
	@Order(3)
	@RegisterExtension
	final Seed seed = new Seed();

	private Path link;

	@BeforeEach
	void console() throws Exception {
		operator.bus("vm1");
		link = operator.path("console");
		plug();
	}

	private void plug() throws Exception {
		operator.plug("port.console~z", "bus=vm1", "name=org.example.z", "link=" + link);
	}

	private HostTerminal terminal() throws Exception {
		return operator.keep(HostTerminal.open(link));
	}

	private static GuestSidePort hvc0(ConsoleDriver guest) throws Exception {
		var port = guest.awaitPort(0, Await.PATIENCE);
		Await.until("a console with its host open", () -> port.isConsole() && port.hostConnected());
		return port;
	}

	@Test
	void pseudoTerminal_throughItsLink_bothWays() throws Exception {
		var port = hvc0(operator.guest("vm1"));
		assertEquals("org.example.z", port.name());
		var terminal = terminal();
		port.writeFully("login: ".getBytes(US_ASCII), Await.PATIENCE);
		assertEquals("login: ", new String(terminal.show(7), US_ASCII));
		terminal.type("root\n".getBytes(US_ASCII));
		assertEquals("root\n", new String(port.readNBytes(5, Await.PATIENCE), US_ASCII));
	}

	@Test
	void s49_link_isStableWhileGuestsAndReadersComeAndGo_andRemovedAtTheEnd() throws Exception {
		var slave = Files.readSymbolicLink(link);
		for (int i = 0; i < 2; i++)
			try (var guest = ConsoleDriver.connect(operator.socket("vm1"), Operator.PORTS);
					var terminal = HostTerminal.open(link)) {
				hvc0(guest).writeFully("boot".getBytes(US_ASCII), Await.PATIENCE);
				assertEquals("boot", new String(terminal.show(4), US_ASCII));
				assertEquals(slave, Files.readSymbolicLink(link));
			}
		operator.delete("port.console~z");
		Await.until("link removed", () -> !Files.exists(link, NOFOLLOW_LINKS));
		plug();
		assertTrue(Files.exists(link), "it leads to a terminal again");
	}

	@Test
	void s63_nobodyReads_guestNeverWaits_lossIsCountedAndMarked() throws Exception {
		var port = hvc0(operator.guest("vm1"));
		var sent = seed.letters(1 << 20);
		port.writeFully(sent, Await.PATIENCE);

		var shown = new ByteArrayOutputStream();
		var terminal = terminal();
		while (shown.size() - marks(shown) + lost(shown) < sent.length)
			shown.writeBytes(terminal.show());
		assertEquals(sent.length, shown.size() - marks(shown) + lost(shown));
		assertTrue(lost(shown) > sent.length / 2, lost(shown) + " bytes lost");
		String tail = shown.toString(ISO_8859_1).substring(shown.size() - 1000);
		assertEquals(new String(sent, sent.length - 1000, 1000, ISO_8859_1), tail, "the newest is kept");
		assertEquals(lost(shown), operator.port("port.console~z").traffic().lost());
	}

	/** What the marks say. */
	private static long lost(ByteArrayOutputStream shown) {
		return MARK.matcher(shown.toString(ISO_8859_1)).results().mapToLong(mark -> Long.parseLong(mark.group(1))).sum();
	}

	/** How long the marks are. */
	private static long marks(ByteArrayOutputStream shown) {
		return MARK.matcher(shown.toString(ISO_8859_1)).results().mapToLong(mark -> mark.group().length()).sum();
	}

	@Test
	void attachedSession_seesOutput_andTypes() throws Exception {
		var port = hvc0(operator.guest("vm1"));
		var console = operator.service(Attachable.class, "(service.pid=port.console~z)");
		var shown = new ByteArrayOutputStream();
		var session = operator.keep(console.attach(data -> shown.writeBytes(bytes(data))));
		port.writeFully("$ ".getBytes(US_ASCII), Await.PATIENCE);
		Await.until("prompt", () -> shown.toString(US_ASCII).equals("$ "));
		assertEquals(3, session.type(ByteBuffer.wrap("ls\n".getBytes(US_ASCII))));
		assertArrayEquals("ls\n".getBytes(US_ASCII), port.readNBytes(3, Await.PATIENCE));
		session.resize(100, 30);
		Await.until("the session's size", () -> port.columns() == 100 && port.rows() == 30);
		operator.delete("port.console~z");
		Await.until("session ended by the unplugging", () -> !session.isOpen());
	}

	private static byte[] bytes(ByteBuffer data) {
		var bytes = new byte[data.remaining()];
		data.get(bytes);
		return bytes;
	}

	@Test
	void guestThatDoesNotRead_keysAreHeld_sessionIsToldWhenFull() throws Exception {
		var guest = operator.guest("vm1");
		var port = hvc0(guest);
		var session = operator.keep(operator.service(Attachable.class, "(service.pid=port.console~z)").attach(data -> {
		}));
		guest.pause();
		var keys = seed.letters(100_000);
		int[] typed = { 0 };
		Await.until("the keyboard is full", () -> {
			int taken = session.type(ByteBuffer.wrap(keys, typed[0], Math.min(1000, keys.length - typed[0])));
			typed[0] += taken;
			return taken == 0;
		});
		assertTrue(typed[0] < keys.length);
		guest.resume();
		var received = port.readNBytes(typed[0], Await.PATIENCE);
		assertEquals(new String(keys, 0, typed[0], US_ASCII), new String(received, US_ASCII));
	}

	@Test
	void s60_emergencyWrite_beforeTheDriverStarts_reachesTheTerminal() throws Exception {
		var terminal = terminal();
		var frontEnd = operator.keep(FrontEnd.connect(operator.socket("vm1"), FrontEndSettings.qemu(Operator.PORTS)));
		frontEnd.handshake();
		assertFalse(frontEnd.running());
		frontEnd.writeConfig(8, new byte[] { '!', 0, 0, 0 });
		assertEquals("!", new String(terminal.show(1), US_ASCII));
	}
}
