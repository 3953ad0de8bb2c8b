package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import bus.api.Attachable;
import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;
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
	/** What the loop has not come to; null if it comes to everything at once. */
	private List<Runnable> late;
	private final Map<Integer, Runnable> watches = new HashMap<>();
	/** What an instance has left, and what the next one is to find. */
	private final Map<String, Integer> left = new HashMap<>();
	private final Map<String, Integer> kept = new HashMap<>();

	@BeforeEach
	void plug() throws Exception {
		link = folder.resolve("z");
		port = port(link);
		epoll = new Epoll(8);
		port.plugged(guest());
	}

	@AfterEach
	void unplug() {
		port.unplugged();
		assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
		left.values().forEach(Linux::close);
		epoll.close();
	}

	@Test
	void terminal_portUpdated_itsProgramGoesOn() throws Exception {
		try (var slave = slave()) {
			epoll.close(); // the bus has ended its watches by then
			epoll = new Epoll(8);
			port.unplugged();
			kept.putAll(left);
			left.clear();
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

	/** The bus closes a port that takes less than nothing. */
	@Test
	void ptyFarBehind_replayMadeSmaller_theLossIsNotTheNextBytes() throws Exception {
		port.unplugged();
		left.values().forEach(Linux::close);
		left.clear();
		epoll.close();
		epoll = new Epoll(8);
		port = Configured.port("link=" + link, "replay=1000000");
		port.plugged(guest());
		for (int i = 0; i < 500; i++)
			port.guestData(ByteBuffer.allocate(1000));
		epoll.close(); // the bus has ended its watches by then
		epoll = new Epoll(8);
		port.unplugged();
		kept.putAll(left);
		left.clear();
		port = port(link);
		port.plugged(guest());
		int taken = port.guestData(ByteBuffer.allocate(100));
		assertTrue(taken >= 0 && taken <= 100, taken + " taken");
		assertTrue((Long) port.figures().get("lost at pty") > 300_000);
	}

	@Test
	void client_typesBehindItsGoodbye_doesNotWrite() throws Exception {
		var address = UnixDomainSocketAddress.of(folder.resolve("sock"));
		var net = Configured.port("listen=unix:" + address, "escape=^Ec");
		net.plugged(guest());
		try (var client = SocketChannel.open(address)) {
			awaitFigure(net, "writer", "uid:");
			client.write(ascii("\005c.x\005cf\005ca"));
			awaitFigure(net, "watching", "0");
			awaitFigure(net, "writer", "nobody");
		}
		net.unplugged();
	}

	@Test
	void telnet_clientAsks_answeredThoughTheGuestIsSilent() throws Exception {
		var address = UnixDomainSocketAddress.of(folder.resolve("sock"));
		var net = Configured.port("listen=unix:" + address, "protocol=telnet");
		net.plugged(guest());
		try (var client = SocketChannel.open(address)) {
			client.configureBlocking(false);
			awaitFigure(net, "writer", "uid:");
			var heard = ByteBuffer.allocate(4096);
			assertTimeoutPreemptively(DEADLINE, () -> {
				while (!StandardCharsets.ISO_8859_1.decode(heard.duplicate().flip()).toString().endsWith("write]\r\n")) {
					turn(20);
					client.read(heard);
				}
			});
			heard.clear();
			client.write(ByteBuffer.wrap(new byte[] { (byte) 255, (byte) 253, 6 })); // DO TIMING-MARK
			assertTimeoutPreemptively(DEADLINE, () -> {
				while (heard.position() < 3) {
					turn(20);
					client.read(heard);
				}
			});
			assertEquals(ByteBuffer.wrap(new byte[] { (byte) 255, (byte) 252, 6 }), heard.flip());
		}
		net.unplugged();
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
	void visitor_comesLate_seesWhatWasSaidBetweenMarks() {
		port.guestData(ascii("boot log\r\n"));
		var shown = new StringBuilder();
		visit("alice", Wish.ATTACH, shown);
		assertEquals("\r\n[vport: the last 10 bytes that were said before]\r\nboot log\r\n"
				+ "\r\n[vport: end of what was said before]\r\n"
				+ "\r\n[vport: you are at vm1 port 0 vm1 and write]\r\n", shown.toString());
	}

	@Test
	void session_loopHearsOfItLate_missesNothing() {
		port.guestData(ascii("old"));
		late = new ArrayList<>();
		var shown = new StringBuilder();
		port.attach(data -> shown.append(StandardCharsets.US_ASCII.decode(data)));
		port.guestData(ascii("$ "));
		late.forEach(Runnable::run);
		late = null;
		port.guestData(ascii("ls"));
		assertEquals("$ ls", shown.toString());
	}

	@Test
	void visitors_takeOver_andLeave_eachHears() {
		var alices = new StringBuilder();
		var bobs = new StringBuilder();
		var carols = new StringBuilder();
		var alice = visit("alice", Wish.ATTACH, alices);
		var bob = visit("bob", Wish.ATTACH, bobs);
		assertTrue(alice.writes());
		assertFalse(bob.writes());
		assertTrue(bobs.toString().contains("and watch; alice writes]"), bobs.toString());
		assertEquals(0, bob.type(ascii("x")));
		assertTrue(bobs.toString().endsWith("[vport: you are watching, what you type goes nowhere; alice writes]\r\n"),
				bobs.toString());
		var carol = visit("carol", Wish.FORCE, carols);
		assertTrue(carol.writes());
		assertTrue(alices.toString().endsWith("[vport: carol has taken the console; you are watching]\r\n"),
				alices.toString());
		assertTrue(carols.toString().endsWith("and write; watching: 2]\r\n"), carols.toString());
		assertEquals("carol", port.figures().get("writer"));
		carol.close();
		assertTrue(bob.writes(), "bob has waited longer than alice, who was sent away");
		assertTrue(bobs.toString().endsWith("[vport: carol has left the console; you write now]\r\n"), bobs.toString());
		bob.close();
		assertTrue(alice.writes());
	}

	@Test
	void spy_types_nothingReachesTheGuest_andTheSeatIsNotIts() {
		var shown = new StringBuilder();
		var spy = visit("spy", Wish.SPY, shown);
		assertEquals(0, spy.type(ascii("x")));
		assertTrue(shown.toString().endsWith("[vport: you watch only; what you type goes nowhere]\r\n"), shown.toString());
		assertEquals(0, port.hostData(ByteBuffer.allocate(10)));
		assertEquals("nobody", port.figures().get("writer"));
	}

	@Test
	void writersSize_isTheGuests_alsoAfterATakeOver() {
		var alice = visit("alice", Wish.ATTACH, new StringBuilder());
		alice.resize(100, 30);
		alice.resize(0, 0);
		var bob = visit("bob", Wish.SPY, new StringBuilder());
		bob.resize(50, 20);
		var carol = visit("carol", Wish.FORCE, new StringBuilder());
		carol.resize(132, 43);
		assertEquals(List.of("resize[100, 30]", "resize[132, 43]"),
				calls.stream().filter(call -> call.startsWith("resize")).toList());
		alice.resize(90, 25);
		carol.close();
		assertEquals("resize[90, 25]", calls.stream().filter(call -> call.startsWith("resize")).toList().getLast());
	}

	@Test
	void terminalsSize_changed_isTheGuestsUnlessSomebodyElseWrites() throws Exception {
		try (var slave = slave()) {
			resizeTerminal(111, 44);
			slave.write(ascii("x"));
			turn();
			assertTrue(calls.contains("resize[111, 44]"), calls.toString());
			visit("bob", Wish.FORCE, new StringBuilder());
			resizeTerminal(50, 20);
			slave.write(ascii("x"));
			turn();
			assertFalse(calls.contains("resize[50, 20]"), calls.toString());
		}
	}

	@Test
	void terminal_typesWhileSomebodyWrites_toldOnceAndNothingTyped_thenItsTurnComes() throws Exception {
		var bob = visit("bob", Wish.ATTACH, new StringBuilder());
		try (var slave = slave()) {
			slave.write(ascii("rm"));
			turn();
			assertEquals("\r\n[vport: you are watching, what you type goes nowhere; bob writes]\r\n", text(slave, 60));
			assertEquals(0, port.hostData(ByteBuffer.allocate(10)));
			bob.close();
			assertEquals("\r\n[vport: bob has left the console; you write now]\r\n", text(slave, 50));
			slave.write(ascii("ls"));
			turn();
			assertEquals(2, port.hostData(ByteBuffer.allocate(10)));
			assertEquals("pty", port.figures().get("writer"));
		}
		turn();
		assertEquals("nobody", port.figures().get("writer"), "its program has gone");
	}

	@Test
	void somebodySees_whatThePtyForgets_countsAsTaken() {
		visit("alice", Wish.SPY, new StringBuilder());
		for (int i = 0; i < 300; i++)
			assertEquals(1000, port.guestData(ByteBuffer.allocate(1000)));
		assertTrue((Long) port.figures().get("lost at pty") > 0);
	}

	@Test
	void clients_beyondTheLimit_toldAndSentAway_andNoneLeavesAnything() throws Exception {
		var address = UnixDomainSocketAddress.of(folder.resolve("sock"));
		var net = Configured.port("listen=unix:" + address, "maxconnections=2");
		net.plugged(guest());
		long before = 0;
		for (int i = 0; i < 10; i++) {
			if (i == 1) // what Java opens once is open
				before = descriptors();
			try (var first = SocketChannel.open(address); var second = SocketChannel.open(address);
					var third = SocketChannel.open(address)) {
				assertTrue(first.isConnected() && second.isConnected());
				var told = ByteBuffer.allocate(100);
				awaitFigure(net, "watching", "1");
				while (third.read(told) >= 0)
					turn(0);
				assertEquals("\r\n[vport: full: maxconnections=2]\r\n",
						StandardCharsets.US_ASCII.decode(told.flip()).toString());
			}
			awaitFigure(net, "writer", "nobody");
		}
		assertEquals(before, descriptors());
		net.unplugged();
	}

	private void awaitFigure(ConsolePort of, String name, String beginning) {
		assertTimeoutPreemptively(DEADLINE, () -> {
			while (!of.figures().get(name).toString().startsWith(beginning))
				turn(20);
		});
	}

	private static long descriptors() throws IOException {
		try (var all = Files.list(Path.of("/proc/self/fd"))) {
			return all.count();
		}
	}

	private Attachable.Attachment visit(String name, Wish wish, StringBuilder shown) {
		return port.attach(new Visitor(name, wish), data -> shown.append(StandardCharsets.US_ASCII.decode(data)));
	}

	private void resizeTerminal(int columns, int rows) throws Exception {
		var stty = new ProcessBuilder("stty", "-F", link.toString(), "columns", "" + columns, "rows", "" + rows)
				.inheritIO().start();
		assertEquals(0, stty.waitFor());
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
	void session_oneTooMany_itsOutputThrows_consoleGoesOn() throws Exception {
		var small = Configured.port("maxconnections=1");
		small.plugged(guest());
		var shown = new StringBuilder();
		var first = small.attach(data -> shown.append(StandardCharsets.US_ASCII.decode(data)));
		var second = small.attach(data -> { // on the loop, where the bus closes the port that throws
			throw new IllegalStateException("on purpose");
		});
		assertFalse(second.isOpen());
		small.guestData(ascii("x"));
		assertEquals("x", shown.toString());
		first.close();
		small.unplugged();
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

	/** One turn of the loop: waits for an event. */
	private void turn() throws IOException {
		assertTrue(turn(10_000), "no event");
	}

	private boolean turn(int milliseconds) throws IOException {
		int count = epoll.await(milliseconds);
		var ready = new ArrayList<Runnable>();
		for (int i = 0; i < count; i++)
			ready.add(watches.get((int) epoll.data(i)));
		ready.forEach(Runnable::run);
		return count > 0;
	}

	private void turnUntilInterrupted() {
		try {
			while (!Thread.currentThread().isInterrupted())
				turn(20);
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
						epoll.add((Integer) arguments[0], Epoll.IN | Epoll.OUT | Epoll.ET, (Integer) arguments[0]);
						watches.put((Integer) arguments[0], (Runnable) arguments[1]);
					}
					if (method.getName().equals("unwatch"))
						epoll.remove((Integer) arguments[0]);
					if (method.getName().equals("execute"))
						if (late == null)
							((Runnable) arguments[0]).run();
						else
							late.add((Runnable) arguments[0]);
					if (method.getName().equals("keep"))
						left.put((String) arguments[0], (Integer) arguments[1]);
					return switch (method.getReturnType().getName()) {
						case "int" -> method.getName().equals("kept")
								? Objects.requireNonNullElse(kept.remove(arguments[0]), -1) : 0;
						case "java.lang.String" -> "vm1";
						default -> null;
					};
				});
	}

	static ConsolePort port(Path link) {
		return Configured.port("link=" + link);
	}
}
