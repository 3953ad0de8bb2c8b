package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;

/** Mistakes in configurations: one line that names the key and what is allowed; the others go on; correcting helps. */
@Timeout(60)
class ConfigurationTest {
	private static final String OUT_OF_RANGE = "virtio-serial-bus: Out-of-range port id specified, max. allowed: 6";
	private static final String TO_BIND = "; allowed: an address that can be bound";

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	/**
	 * @param line instead of the good line with the same key, or besides the good lines
	 * @param problem what is to be told
	 */
	private record Mistake(String line, String... problem) {

		private String key() {
			return line.substring(0, line.indexOf('='));
		}

		/** A line without a value is taken out. */
		String[] in(List<String> good) {
			var rest = good.stream().filter(other -> !other.startsWith(key() + "="));
			return Stream.concat(rest, Stream.of(line).filter(own -> !own.endsWith("="))).toArray(String[]::new);
		}

		boolean toldIn(String text) {
			return Stream.of(problem).allMatch(text::contains);
		}
	}

	private void assertEachRefusedThenCorrected(String pid, List<String> good, Mistake... mistakes) throws Exception {
		operator.bus("vm1");
		operator.plug("port.socket~neighbour", "bus=vm1", "name=n", "id=6", "listen=unix:" + operator.path("n"));
		var guest = operator.guest("vm1");
		try (var echo = EchoTraffic.start(operator.path("n"), Operator.opened(guest, "n"))) {
			for (var mistake : mistakes) {
				log.expect(mistake.problem()[0]);
				operator.configure(pid, mistake.in(good));
				var refused = operator.await(pid, mistake.line() + " refused with " + List.of(mistake.problem()),
						port -> port.state() == PortInfo.State.REFUSED && mistake.toldIn(port.problem()));
				assertFalse(refused.problem().contains("\n"), refused.problem());
				assertEquals(1, guest.ports().size());
				echo.awaitMore();
				operator.plug(pid, good.toArray(String[]::new));
				var port = guest.awaitPort("org.example.x", Await.PATIENCE);
				operator.delete(pid);
				Await.until("unplugged", port::isRemoved);
			}
		}
	}

	@Test
	void socketPort_eachMistake_isRefusedThenCorrected() throws Exception {
		var folder = operator.path("nowhere");
		assertEachRefusedThenCorrected("port.socket~x",
				List.of("bus=vm1", "name=org.example.x", "listen=unix:" + operator.path("x")),
				new Mistake("listen=nonsense", "listen=nonsense; allowed: unix:PATH, unix:@NAME, tcp:HOST:PORT"),
				new Mistake("listen=", "listen is missing; allowed: unix:PATH, unix:@NAME, tcp:HOST:PORT"),
				new Mistake("listen=tcp:127.0.0.1:70000", "listen=tcp:127.0.0.1:70000; allowed: unix:PATH"),
				new Mistake("listen=unix:" + folder + "/x", "listen=unix:" + folder + "/x", TO_BIND),
				new Mistake("listen=unix:" + operator.path("n"), "another process listens", "listen=", TO_BIND),
				new Mistake("listen=tcp:203.0.113.1:5000", "listen=tcp:203.0.113.1:5000", TO_BIND),
				new Mistake("listen=tcp:no.such.host.invalid:5000", "no.such.host.invalid", "listen=", TO_BIND),
				new Mistake("lisen=x", "unknown key lisen; did you mean listen? allowed keys: absent, allow, buffer, bus,"),
				new Mistake("connect=unix:/x", "connect=unix:/x; allowed: without listen="),
				new Mistake("clients=all", "clients=all; allowed: what becomes of a client while there is one: wait, refuse"),
				new Mistake("buffer=0", "buffer=0; allowed: bytes, 1 to 16777216"),
				new Mistake("ca=/x", "ca=/x; allowed: only with listen=tls:HOST:PORT"),
				new Mistake("allow=1000", "allow=1000; allowed: uid:NUMBER, user:NAME or name:NAME"),
				new Mistake("id=three", "id=three; allowed: a port number, 1 to 126"),
				new Mistake("id=127", OUT_OF_RANGE, "id=127"),
				new Mistake("bus=", "bus is missing; allowed: NAME of the bus"));
	}

	@Test
	void filePort_eachMistake_isRefusedThenCorrected() throws Exception {
		var folder = operator.path("folder");
		Files.createDirectory(folder);
		assertEachRefusedThenCorrected("port.file~x",
				List.of("bus=vm1", "name=org.example.x", "path=" + operator.path("x")),
				new Mistake("path=", "path is missing; allowed: PATH of the file to append to"),
				new Mistake("path=" + folder, "path=" + folder + " is not a regular file, a FIFO or /dev/null; allowed: PATH"),
				new Mistake("path=/dev/full", "path=/dev/full is not a regular file, a FIFO or /dev/null"),
				new Mistake("size=1T", "size=1T; allowed: a number of bytes from 4k on"),
				new Mistake("sync=often", "sync=often; allowed: none "),
				new Mistake("append=no", "append=no; allowed: on, or off"),
				new Mistake("frequency=yearly", "frequency=yearly; allowed: hourly, daily, weekly, monthly or never"),
				new Mistake("maxage=-1", "maxage=-1; allowed: days after which a rotated file is removed, 0 to 36500"),
				new Mistake("pipe=" + folder + "/p", "pipe=" + folder + "/p together with path="),
				new Mistake("input=" + folder, "input=" + folder + " is not a regular file or a FIFO; allowed: PATH"),
				new Mistake("path=" + folder + "/a/b", "path=" + folder + "/a/b cannot be opened", "; allowed: PATH"),
				new Mistake("paht=x", "unknown key paht; did you mean path? allowed keys: append, bus, compress"),
				new Mistake("id=-2", "id=-2; allowed: a port number, 0 to 126"),
				new Mistake("id=127", OUT_OF_RANGE, "id=127"));
	}

	@Test
	void consolePort_eachMistake_isRefusedThenCorrected() throws Exception {
		var file = Files.writeString(operator.path("file"), "precious");
		var away = operator.path("nowhere/console");
		assertEachRefusedThenCorrected("port.console~x",
				List.of("bus=vm1", "name=org.example.x", "link=" + operator.path("x")),
				new Mistake("link=" + file, "link=" + file + " is there and not a symbolic link; allowed: PATH"),
				new Mistake("link=" + away, "link=" + away + " cannot be made", "; allowed: PATH"),
				new Mistake("lnk=x", "unknown key lnk; did you mean link? allowed keys: access, allow, bus, ca, cert,"),
				new Mistake("replay=-1", "replay=-1; allowed: 0 to 4194304 bytes"),
				new Mistake("maxconnections=0", "maxconnections=0; allowed: at most so many visitors at a time, 1 to 128"),
				new Mistake("log=" + away, "log=" + away + " cannot be opened (NoSuchFileException); allowed: PATH of a file"),
				new Mistake("log=" + operator.path("x").getParent(), "is not a regular file; allowed: PATH of a file"),
				new Mistake("logappend=maybe", "logappend=maybe; allowed: on: what is in the log stays"),
				new Mistake("logfilemax=5m", "logfilemax=5m; allowed: only with log="),
				new Mistake("record=" + away, "record=" + away + ": console-", "allowed: PATH of a file, in an existing"),
				new Mistake("recordinput=on", "recordinput=on; allowed: only with record="),
				new Mistake("listen=nonsense", "listen=nonsense; allowed: unix:PATH"),
				new Mistake("protocol=telnet", "protocol=telnet; allowed: only with listen="),
				new Mistake("protocol=ssh", "protocol=ssh; allowed: what is spoken at listen=: raw, or telnet"),
				new Mistake("access=spy", "access=spy; allowed: only with listen="),
				new Mistake("escape=^Ec", "escape=^Ec; allowed: only with listen="),
				new Mistake("onbreak=panic", "onbreak=panic; allowed: what the guest gets for a BREAK"),
				new Mistake("id=x", "id=x; allowed: a port number, 0 to 126"));
		assertEquals("precious", Files.readString(file));
	}

	@Test
	void bus_eachMistake_isRefusedThenCorrected() throws Exception {
		operator.bus("vm2");
		var good = List.of("socket=" + operator.socket("vm1"), "ports=" + Operator.PORTS);
		var away = operator.path("nowhere/vm1.sock");
		for (var mistake : List.of(
				new Mistake("socket=", "bus.vhostuser~vm1: socket is missing; allowed: the PATH of the UNIX socket"),
				new Mistake("socket=" + away, "bus.vhostuser~vm1: socket=" + away, "; allowed: a path that can be made"),
				new Mistake("socket=" + operator.socket("vm2"), "bus.vhostuser~vm1: socket=" + operator.socket("vm2")),
				new Mistake("ports=0", "ports=0: Maximum number of serial ports not specified; allowed: 1 to 127"),
				new Mistake("ports=128", "ports=128: maximum ports supported: 127; allowed: 1 to 127"),
				new Mistake("ports=few", "ports=few; allowed: 1 to 127"), new Mistake("mode=999", "mode=999; allowed: octal"),
				new Mistake("loop=mine", "loop=mine; allowed: shared, own"),
				new Mistake("packed=yes", "packed=yes; allowed: on, off"),
				new Mistake("resize=rows", "resize=rows; allowed: spec, legacy, off"),
				new Mistake("sockt=x", "unknown key sockt; allowed: socket, ports, vm, mode, loop, packed"))) {
			log.expect(mistake.problem()[0]);
			operator.configure("bus.vhostuser~vm1", mistake.in(good));
			assertTrue(mistake.toldIn(log.awaitLine(mistake.problem()[0])));
			assertEquals(List.of("vm2"), operator.runtime().buses().stream().map(bus -> bus.name()).toList());
			operator.bus("vm1");
			operator.guest("vm1").close();
			operator.guest("vm2").close();
			operator.delete("bus.vhostuser~vm1");
			Await.until("bus gone", () -> !operator.hasBus("vm1"));
		}
	}

	@Test
	void s08_twoBusesOfOneMachine_haveANameOnce() throws Exception {
		for (String bus : List.of("vm1", "vm2")) {
			operator.configure("bus.vhostuser~" + bus, "socket=" + operator.socket(bus), "ports=3", "vm=twins");
			Await.until("bus", () -> operator.hasBus(bus));
		}
		operator.plug("port.file~a", "bus=vm1", "name=x", "path=" + operator.path("a"));
		log.expect("virtio-serial-bus: A port already exists by name x (on bus vm1 of the same vm)");
		operator.configure("port.file~b", "bus=vm2", "name=x", "path=" + operator.path("b"));
		operator.await("port.file~b", PortInfo.State.REFUSED);
		operator.delete("port.file~a");
		operator.await("port.file~b", PortInfo.State.PLUGGED);
	}

	@Test
	void bus_brokenWhileInUse_staysAsItWas() throws Exception {
		log.expect("ports=0: Maximum number of serial ports not specified; allowed: 1 to 127; the old configuration stays");
		log.expect("a virtual machine is attached and would lose its device; the old configuration stays in force");
		operator.bus("vm1");
		operator.plug("port.socket~x", "bus=vm1", "name=x", "listen=unix:" + operator.path("x"));
		var guest = operator.guest("vm1");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			operator.configure("bus.vhostuser~vm1", "socket=" + operator.socket("vm1"), "ports=0");
			log.awaitLine("the old configuration stays in force");
			echo.awaitMore();
			operator.configure("bus.vhostuser~vm1", "socket=" + operator.path("other.sock"), "ports=5");
			log.awaitLine("a virtual machine is attached");
			echo.awaitMore();
			assertTrue(Files.notExists(operator.path("other.sock")));
		}
	}

	@Test
	void port_brokenWhilePlugged_isNamed_unpluggedWhenTheGraceTimeIsOver_correctedIsBack() throws Exception {
		operator.configureAlone("bus.whiteboard", "grace=2");
		operator.bus("vm1");
		var good = List.of("bus=vm1", "name=x", "path=" + operator.path("x"));
		operator.plug("port.file~x", good.toArray(String[]::new));
		var guest = operator.guest("vm1");
		var port = guest.awaitPort("x", Await.PATIENCE);
		var mistake = new Mistake("id=x", "id=x; allowed: a port number, 1 to 126");
		log.expect(mistake.problem()[0]);
		operator.configure("port.file~x", mistake.in(good));
		operator.await("port.file~x", PortInfo.State.REFUSED);
		assertEquals(List.of(port), guest.ports());
		Await.until("unplugged", port::isRemoved);
		operator.plug("port.file~x", good.toArray(String[]::new));
		guest.awaitPort("x", Await.PATIENCE);
	}
}
