package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import bus.api.GuestPort;
import bus.linux.Epoll;
import bus.linux.Linux;

/** Assumes the kernel's pseudo terminals; the test plays the loop, with the epoll flags that the bus uses. */
class ConsolePortTest {
	private static final Duration DEADLINE = Duration.ofSeconds(20);

	@TempDir
	Path folder;
	private Path link;
	private ConsolePort port;
	private final List<String> calls = new ArrayList<>();
	private Epoll epoll;
	private Runnable ready;
	/** What an instance has left, and what the next one is to find. */
	private int left = -1;
	private int kept = -1;

	@BeforeEach
	void plug() throws Exception {
		link = folder.resolve("z");
		port = port(link);
		epoll = new Epoll(4);
		port.plugged(guest());
	}

	@AfterEach
	void unplug() {
		port.unplugged();
		assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
		Linux.close(left);
		epoll.close();
	}

	@Test
	void terminal_portUpdated_itsProgramGoesOn() throws Exception {
		try (var slave = slave()) {
			epoll.close(); // the bus has ended its watches by then
			epoll = new Epoll(4);
			port.unplugged();
			kept = left;
			port = port(link);
			port.plugged(guest());
			slave.write(ascii("typed"));
			var room = ByteBuffer.allocate(10);
			assertEquals(5, port.hostData(room));
			assertEquals(5, port.guestData(ascii("hello")));
			assertEquals("hello", text(slave, 5));
			try (var again = slave()) {
				port.guestData(ascii("x"));
				assertEquals("x", text(again, 1), "the link leads to the same terminal");
			}
		}
	}

	@Test
	void bothDirections_throughTheLink_bytesUnchanged() throws Exception {
		assertEquals(4, port.guestData(ascii("a\r\n\004")));
		try (var slave = slave()) {
			assertEquals("a\r\n\004", text(slave, 4));
			slave.write(ascii("b\003\r"));
			turn();
			assertTrue(calls.contains("readable"));
			var room = ByteBuffer.allocate(10);
			assertEquals(3, port.hostData(room));
			assertEquals("b\003\r", StandardCharsets.US_ASCII.decode(room.flip()).toString());
			assertEquals(0, port.hostData(ByteBuffer.allocate(10)));
		}
	}

	@Test
	void s63_nobodyReads_megabyteWritten_allTakenAndTheLossMarked() {
		assertTimeoutPreemptively(DEADLINE, () -> {
			byte[] much = new byte[1000];
			Arrays.fill(much, (byte) 'x');
			int taken = 0;
			for (int i = 0; i < 1000; i++)
				taken += port.guestData(ByteBuffer.wrap(much));
			taken += port.guestData(ascii("THE END"));
			var seen = new StringBuilder();
			var loop = Thread.ofPlatform().daemon().start(this::turnUntilInterrupted);
			try (var slave = slave()) {
				while (!seen.toString().endsWith("THE END"))
					seen.append(text(slave, 1));
			}
			loop.interrupt();
			loop.join();
			var mark = Pattern.compile("\r\n\\[vport: ([0-9]+) bytes lost\\]\r\n").matcher(seen);
			int lost = 0;
			int marks = 0;
			while (mark.find()) { // more than one if the kernel made room meanwhile
				lost += Integer.parseInt(mark.group(1));
				marks += mark.group().length();
			}
			assertTrue(lost > 0, "a mark");
			assertTrue(1_000_007 - lost >= 64 << 10, 1_000_007 - lost + " bytes have waited");
			assertEquals(1_000_007, lost + seen.length() - marks);
			assertEquals(1_000_007, lost + taken, "the bus hears of the loss");
		});
	}

	@Test
	void s49_readersComeAndGo_consoleIsOpenAllTheTime() throws Exception {
		slave().close();
		turn();
		assertEquals(0, port.hostData(ByteBuffer.allocate(10)));
		port.guestData(ascii("later"));
		try (var slave = slave()) {
			assertEquals("later", text(slave, 5));
		}
		port.attach(data -> {
		}).close();
		assertEquals(List.of("open"), calls.stream().filter(call -> call.equals("open") || call.equals("close")).toList());
	}

	@Test
	void session_attached_seesTypesResizesAndEnds() {
		var shown = new StringBuilder();
		var session = port.attach(data -> shown.append(StandardCharsets.US_ASCII.decode(data)));
		port.guestData(ascii("login: "));
		assertEquals("login: ", shown.toString());
		assertEquals(5, session.type(ascii("root\r")));
		session.resize(100, 30);
		assertTrue(calls.contains("resize[100, 30]"), calls.toString());
		var room = ByteBuffer.allocate(3);
		assertEquals(3, port.hostData(room));
		assertEquals(2, port.hostData(ByteBuffer.allocate(10)));
		session.close();
		assertFalse(session.isOpen());
		assertEquals(0, session.type(ascii("x")));
	}

	@Test
	void session_itsOutputThrows_onlyItEnds() {
		var session = port.attach(data -> {
			throw new IllegalStateException("on purpose");
		});
		assertEquals(1, port.guestData(ascii("x")));
		assertFalse(session.isOpen());
	}

	@Test
	void link_takenByAFile_refusedWithTheKey() throws Exception {
		var file = Files.createFile(folder.resolve("file"));
		var refusal = assertThrows(IOException.class, () -> port(file).plugged(guest()));
		assertEquals("link=" + file + " is there and not a symbolic link; allowed: PATH of a symbolic link to make",
				refusal.getMessage());
	}

	@Test
	void link_dangling_replaced() throws Exception {
		var other = Files.createSymbolicLink(folder.resolve("other"), folder.resolve("nowhere"));
		var second = port(other);
		second.plugged(guest());
		assertTrue(Files.readSymbolicLink(other).startsWith("/dev/pts"));
		second.unplugged();
	}

	/** One turn of the loop: waits for the terminal's event. */
	private void turn() throws IOException {
		assertTrue(epoll.await(10_000) > 0, "no event");
		ready.run();
	}

	private void turnUntilInterrupted() {
		try {
			while (!Thread.currentThread().isInterrupted())
				if (epoll.await(20) > 0)
					ready.run();
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	private FileChannel slave() throws IOException {
		return FileChannel.open(link, StandardOpenOption.READ, StandardOpenOption.WRITE);
	}

	/** Reads at least {@code count} bytes. */
	private static String text(FileChannel slave, int count) throws IOException {
		var bytes = ByteBuffer.allocate(64 << 10);
		while (bytes.position() < count)
			slave.read(bytes);
		return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
	}

	private static ByteBuffer ascii(String text) {
		return StandardCharsets.US_ASCII.encode(text);
	}

	private GuestPort guest() {
		return (GuestPort) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { GuestPort.class },
				(proxy, method, arguments) -> {
					calls.add(method.getName() + (arguments == null ? "" : List.of(arguments)));
					if (method.getName().equals("watch")) {
						epoll.add((Integer) arguments[0], Epoll.IN | Epoll.OUT | Epoll.ET, 0);
						ready = (Runnable) arguments[1];
					}
					if (method.getName().equals("keep"))
						left = (Integer) arguments[1];
					return switch (method.getReturnType().getName()) {
						case "int" -> method.getName().equals("kept") ? kept : 0;
						case "java.lang.String" -> "vm1";
						default -> null;
					};
				});
	}

	static ConsolePort port(Path link) {
		return new ConsolePort(new ConsolePort.Config() {

			@Override
			public Class<? extends Annotation> annotationType() {
				return ConsolePort.Config.class;
			}

			@Override
			public String bus() {
				return "vm1";
			}

			@Override
			public String name() {
				return "org.example.z";
			}

			@Override
			public int id() {
				return -1;
			}

			@Override
			public String link() {
				return link.toString();
			}
		});
	}
}
