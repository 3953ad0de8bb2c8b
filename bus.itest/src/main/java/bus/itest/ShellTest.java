package bus.itest;

import static bus.itest.Gogo.assertLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;

/** The commands of scope vport, as the Gogo shell runs them. */
@Timeout(60)
class ShellTest {

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	@BeforeEach
	void oneOfEach() throws Exception {
		log.allow("bad: listen=nonsense");
		operator.bus("vm1");
		operator.plug("port.console~z", "bus=vm1", "name=org.example.z", "link=" + operator.path("z"));
		operator.plug("port.socket~x", "bus=vm1", "name=org.example.x", "id=3", "listen=unix:" + operator.path("x"));
		operator.configure("port.socket~bad", "bus=vm1", "name=org.example.bad", "listen=nonsense");
		operator.await("port.socket~bad", PortInfo.State.REFUSED);
	}

	private String run(String command) throws Exception {
		return Gogo.run(operator, command);
	}

	@Test
	void list_showsEveryPort_andWhyOneIsNotPlugged() throws Exception {
		String list = run("vport:list");
		assertLine(list, "BUS", "ID", "NAME", "TYPE", "LABEL", "STATE", "GUEST", "HOST");
		assertLine(list, "vm1", "0", "org.example.z", "console", "z", "plugged", "closed", "open");
		assertLine(list, "vm1", "3", "org.example.x", "socket", "x", "plugged", "closed", "closed");
		assertLine(list, "vm1", "-", "org.example.bad", "socket", "bad", "refused");
		assertLine(list, "listen=nonsense; allowed: unix:PATH, unix:@NAME, tcp:HOST:PORT");
	}

	@Test
	void s67_list_followsTheGuest() throws Exception {
		Operator.opened(operator.guest("vm1"), "org.example.x");
		operator.await("port.socket~x", "guest open", PortInfo::guestOpen);
		assertLine(run("vport:list"), "org.example.x", "socket", "x", "plugged", "open", "closed");
	}

	@Test
	void buses_showsStateAndSocket() throws Exception {
		assertLine(run("vport:buses"), "vm1", "listening");
		assertTrue(run("vport:buses").contains(operator.socket("vm1").toString()));
		operator.guest("vm1");
		assertLine(run("vport:buses"), "vm1", "running", "2", "7 of 7", "16");
	}

	@Test
	void s67_show_tellsAllOfAPort_orWhichThereAre() throws Exception {
		String shown = run("vport:show x");
		assertLine(shown, "type", "socket");
		assertLine(shown, "id", "3");
		assertLine(shown, "name", "org.example.x");
		var e = assertThrows(Exception.class, () -> run("vport:show nonsense"));
		assertTrue(e.getMessage().contains("no port nonsense; ports: "), e.getMessage());
		assertLine(shown, "listen", "unix:" + operator.path("x"));
	}

	@Test
	void answers_areRecords_thatScriptsRead() throws Exception {
		assertEquals("plugged", run("(vport:show x) state"));
		assertEquals("x", run("port = (vport:show x); $port label"));
		assertEquals("3", run("(vport:list vm1) size"));
		assertEquals("vm1", run("((vport:buses) get 0) name"));
		assertEquals("true", run("((((vport:types socket) get 0) options) get 0) required"));
		assertEquals("unix:" + operator.path("x"), run("((vport:show x) options) get listen"));
	}

	@Test
	void types_ofEveryPortAndOfABus_withTheirKeys() throws Exception {
		String types = run("vport:types");
		assertLine(types, "socket A UNIX, TCP, TLS or vsock socket");
		assertLine(types, "listen", "text", "-", "unix:PATH, unix:@NAME, tcp:HOST:PORT");
		assertLine(types, "id", "number", "-1", "a port number, 1 to 126");
		assertLine(types, "packed", "text", "off", "on: packed rings are offered (on, off)");
		assertTrue(types.lines().allMatch(line -> line.length() <= 80), types);
		var e = assertThrows(Exception.class, () -> run("vport:types flie"));
		assertEquals("no type flie; did you mean file? types: console, file, guestagent, socket, bus", e.toString());
	}

	@Test
	void stat_countsWhatMoves() throws Exception {
		var port = Operator.opened(operator.guest("vm1"), "org.example.x");
		try (var echo = EchoTraffic.start(operator.path("x"), port)) {
			echo.awaitMore();
			assertLine(run("vport:stat x"), "vm1", "3", "x", "open", "open");
			Await.until("rates", () -> !run("((vport:stat x) get 0) fromGuestRate").equals("0"));
		}
		assertThrows(Exception.class, () -> run("vport:stat -n soon"));
	}

	@Test
	void trace_printsWhatHappens_onePortAlone() throws Exception {
		var guest = operator.guest("vm1");
		Await.until("console", () -> guest.awaitPort(0, Await.PATIENCE).isConsole());
		var shown = new ByteArrayOutputStream();
		var trace = Background
				.start(() -> Gogo.run(operator, "vport:trace -c 8 z", InputStream.nullInputStream(), shown));
		Await.until("eight events", () -> { // it may begin between any two of them
			run("vport:close x");
			run("vport:close z");
			run("vport:open x");
			run("vport:open z");
			return trace.isDone();
		});
		trace.join();
		String lines = shown.toString(UTF_8);
		assertEquals(8, lines.lines().count(), lines);
		assertLine(lines, "vm1", "0", "z", "host closed");
		assertLine(lines, "vm1", "0", "z", "to guest", "PORT_OPEN 1");
		assertFalse(lines.contains(" x "), lines);
	}

	@Test
	void log_lastLines_andAFilter() throws Exception {
		assertLine(run("vport:log -n 50"), "bad: listen=nonsense");
		var e = assertThrows(Exception.class, () -> run("vport:log -n 5000"));
		assertEquals("-n 5000; allowed: 1 to 1000", e.toString());
	}

	@Test
	void qemu_printsTheCommandLine() throws Exception {
		String line = run("vport:qemu vm1");
		assertTrue(line.contains("path=" + operator.socket("vm1")), line);
		assertTrue(line.contains("num_vqs=" + 2 * (Operator.PORTS + 1)), line);
		assertTrue(line.contains("virtio-id=3") && line.contains("config_size=12"), line);
		assertThrows(Exception.class, () -> run("vport:qemu vm9"));
	}

	@Test
	void attach_showsTheConsole_andTypes_untilTheEscape() throws Exception {
		var guest = operator.guest("vm1");
		var console = guest.awaitPort(0, Await.PATIENCE);
		Await.until("console", () -> console.isConsole() && console.hostConnected());
		var shown = new ByteArrayOutputStream();
		try (var keys = new PipedOutputStream(); var keyboard = new PipedInputStream(keys)) {
			var session = Background.start(() -> Gogo.run(operator, "vport:attach z", keyboard, shown));
			Await.until("connected", () -> shown.toString(UTF_8).contains("Connected to z"));
			keys.write("ls\n".getBytes(UTF_8));
			keys.flush();
			assertEquals("ls\n", new String(console.readNBytes(3, Await.PATIENCE), UTF_8));
			console.writeFully("a.txt".getBytes(UTF_8), Await.PATIENCE);
			Await.until("output", () -> shown.toString(UTF_8).contains("a.txt"));
			keys.write(0x1d); // ^]
			keys.flush();
			session.join();
		}
	}
}
