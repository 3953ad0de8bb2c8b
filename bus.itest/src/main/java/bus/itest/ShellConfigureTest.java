package bus.itest;

import static bus.itest.Gogo.assertLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import bus.api.PortInfo;

/** The commands of scope vport that make, change and remove ports and buses, with the folder that File Install watches. */
@Timeout(120)
class ShellConfigureTest {

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private Path folder;

	@BeforeEach
	void bus() throws Exception {
		folder = Path.of(operator.framework().getProperty("felix.fileinstall.dir")).toAbsolutePath();
		Files.createDirectories(folder);
		operator.bus("vm1");
	}

	/**
	 * What comes by Config Admin stays out of the folder: File Install would hear too late that it went with its test, and
	 * delete what the next test calls by the same name.
	 */
	@BeforeAll
	static void saveNothing() throws Exception {
		components().disableComponent(saver()).getValue();
	}

	@AfterAll
	static void saveAgain() throws Exception {
		Files.delete(Path.of(context().getProperty("felix.fileinstall.dir")));
		components().enableComponent(saver()).getValue();
	}

	private static BundleContext context() {
		return FrameworkUtil.getBundle(ShellConfigureTest.class).getBundleContext();
	}

	private static ServiceComponentRuntime components() {
		return context().getService(context().getServiceReference(ServiceComponentRuntime.class));
	}

	private static ComponentDescriptionDTO saver() {
		return Arrays.stream(context().getBundles()).filter(bundle -> bundle.getSymbolicName().equals("bus.app"))
				.map(bundle -> components().getComponentDescriptionDTO(bundle, "bus.app.SavedConfigurations"))
				.findFirst().orElseThrow();
	}

	/** What a test has left behind: File Install is to have seen it before another test makes the same. */
	@AfterEach
	void deleteFiles() throws Exception {
		var admin = operator.service(ConfigurationAdmin.class);
		for (String file : files()) {
			Files.delete(folder.resolve(file));
			Await.until(file + " forgotten",
					() -> admin.listConfigurations("(felix.fileinstall.filename=*/" + file + ")") == null);
		}
	}

	private List<String> files() throws IOException {
		try (var files = Files.list(folder)) {
			return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".cfg")).sorted().toList();
		}
	}

	private String run(String command) throws Exception {
		return Gogo.run(operator, command);
	}

	private String refusal(String command) {
		String message = assertThrows(Exception.class, () -> run(command)).toString();
		assertFalse(message.contains("\n"), "one line: " + message);
		return message;
	}

	@Test
	void port_addedSetRemoved_theFileIsTheTruth() throws Exception {
		assertEquals("x is plugged on vm1, port 1 org.x",
				run("vport:add socket vm1 x name=org.x listen=unix:" + operator.path("x")));
		var file = folder.resolve("port.socket-x.cfg");
		assertTrue(Files.readString(file).contains("listen=unix:" + operator.path("x") + "\n"), Files.readString(file));
		Files.writeString(file, "# asked for by Ann\n" + Files.readString(file));
		assertEquals("x is plugged on vm1, port 3 org.x", run("vport:set x id=3"));
		assertTrue(Files.readString(file).startsWith("# asked for by Ann\n"), Files.readString(file));
		assertEquals("x is plugged on vm1, port 1 org.x", run("vport:set x id="));
		assertTrue(run("vport:set x name=org.x").startsWith("x is unchanged"));
		assertLine(run("vport:show x"), "file", file.toString());
		assertLine(run("vport:show x"), "listen", "unix:" + operator.path("x"));
		assertTrue(run("vport:remove x").startsWith("x is unplugged"));
		assertFalse(files().contains("port.socket-x.cfg"), "removed with its port");
		assertEquals(null, operator.port("port.socket~x"));
	}

	@Test
	void mistakes_areSaidBeforeAnythingIsWritten() throws Exception {
		operator.plug("port.file~log", "bus=vm1", "path=" + operator.path("log"));
		var before = files();
		assertEquals("no type sokcet; did you mean socket? types: console, file, guestagent, socket", refusal("vport:add sokcet vm1 x"));
		assertEquals("no bus vm2; did you mean vm1? buses: vm1", refusal("vport:add socket vm2 x listen=unix:/x"));
		assertEquals("unknown key lisen; did you mean listen? allowed keys: absent, allow, buffer, bus, ca, cert, clients, connect,"
				+ " id, keepalive, key, listen, max_clients, name, nodelay, reconnect, slow, slow_seconds",
				refusal("vport:add socket vm1 x lisen=unix:/x"));
		assertTrue(refusal("vport:add socket vm1 x listen=unix:/x clients=all").startsWith("clients=all; allowed: "));
		assertTrue(refusal("vport:add socket vm1 x listen=unix:/x id=three").startsWith("id=three; allowed: "));
		assertTrue(refusal("vport:add file vm1 log path=/x").startsWith("there is a port file-log; vport:set"));
		assertTrue(refusal("vport:set log paht=/x").startsWith("unknown key paht; did you mean path?"));
		assertEquals("no port lag; did you mean log? ports: log", refusal("vport:set lag path=/x"));
		assertTrue(refusal("vport:add-bus vm2 sokcet=/x").startsWith("unknown key sokcet; did you mean socket?"));
		assertTrue(refusal("vport:add-bus vm2 socket=/x packed=yes").startsWith("packed=yes; allowed: "));
		assertEquals(before, files());
	}

	@Test
	void port_refused_isAFailureThatNamesTheReason_correctedIsPlugged() throws Exception {
		log.expect("port.socket-x.cfg: listen=nonsense");
		String said = refusal("vport:add socket vm1 x listen=nonsense");
		assertTrue(said.startsWith("x is refused: listen=nonsense; allowed: "), said);
		assertTrue(said.endsWith("its configuration stays: vport:set or vport:remove socket-x"), said);
		assertEquals("x is plugged on vm1, port 1", run("vport:set x listen=unix:" + operator.path("x")));
	}

	@Test
	void configuration_ofAnotherTool_isChangedAndRemoved() throws Exception {
		operator.plug("port.file~log", "bus=vm1", "path=" + operator.path("log"));
		assertEquals("log is plugged on vm1, port 5", run("vport:set log id=5"));
		assertTrue(run("vport:remove log").startsWith("log is unplugged"));
		assertFalse(files().contains("port.file-log.cfg"), "nor is it left behind by another");
	}

	@Test
	void bus_addedAndRemoved_onlyWithConsent() throws Exception {
		assertEquals("bus vm2 listens on " + operator.socket("vm2"),
				run("vport:add-bus vm2 ports=7 socket=" + operator.socket("vm2")));
		assertTrue(files().contains("bus.vhostuser-vm2.cfg"));
		operator.plug("port.socket~y", "bus=vm2", "listen=unix:" + operator.path("y"));
		operator.guest("vm2");
		Await.until("running", () -> Gogo.hasLine(run("vport:buses vm2"), "vm2", "running"));
		assertEquals("VM vm2 is attached to bus vm2 (running) and loses its virtio-serial device for good; 1 port is"
				+ " unplugged: y. Nobody is there to agree; use --yes", refusal("vport:remove-bus vm2"));
		assertTrue(operator.hasBus("vm2"));
		log.expect("bus vm2: closes under a virtual machine");
		assertEquals("bus vm2 is removed", run("vport:remove-bus --yes vm2"));
		assertFalse(files().contains("bus.vhostuser-vm2.cfg"), "removed with its bus");
		operator.await("port.socket~y", PortInfo.State.WAITING);
		assertEquals("no bus vm2; did you mean vm1? buses: vm1", refusal("vport:remove-bus --yes vm2"));
	}

	@Test
	void bus_refused_saysWhatItsLogSays() throws Exception {
		log.expect("bus.vhostuser-vm2.cfg: mode=worldwide");
		String said = refusal("vport:add-bus vm2 mode=worldwide socket=" + operator.socket("vm2"));
		assertTrue(said.startsWith("bus.vhostuser-vm2.cfg: mode=worldwide"), said);
		assertTrue(said.contains("its configuration stays"), said);
	}

	@Test
	void hostSide_closedAndOpened_theGuestSees() throws Exception {
		operator.plug("port.file~log", "bus=vm1", "name=org.log", "path=" + operator.path("log"));
		var port = Operator.opened(operator.guest("vm1"), "org.log");
		Await.until("host open", port::hostConnected);
		assertEquals("log is shut, its host side closed", run("vport:close log"));
		Await.until("host closed", () -> !port.hostConnected());
		assertEquals("log is plugged, its host side open", run("vport:open log"));
		Await.until("host open", port::hostConnected);
		port.writeFully("after".getBytes(UTF_8), Await.PATIENCE);
		Await.until("written", () -> Files.readString(operator.path("log")).equals("after"));
	}
}
