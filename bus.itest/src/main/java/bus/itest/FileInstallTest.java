package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;

/** The configuration files in a folder, as {@code ./vport run --config} has them. */
@Timeout(60)
class FileInstallTest {

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private Path folder;

	@BeforeEach
	void watchFolder() throws IOException {
		folder = Files.createDirectory(operator.path("config"));
		operator.configure("org.apache.felix.fileinstall~itest", "felix.fileinstall.dir=" + folder,
				"felix.fileinstall.poll=100", "felix.fileinstall.noInitialDelay=true",
				"felix.fileinstall.filter=.*[.](cfg|config)", "felix.fileinstall.enableConfigSave=false",
				"felix.fileinstall.tmpdir=" + operator.path("tmp"));
	}

	private void write(String file, String... lines) throws IOException {
		Files.write(folder.resolve(file), List.of(lines));
	}

	private void writeBus() throws IOException {
		write("bus.vhostuser-vm1.cfg", "socket=" + operator.socket("vm1"), "ports=" + Operator.PORTS);
		Await.until("bus vm1", () -> operator.hasBus("vm1"));
	}

	@Test
	void files_written_busAndPortsAreThere() throws Exception {
		writeBus();
		write("port.socket-x.cfg", "bus=vm1", "name=org.example.x", "id=3", "listen=unix:" + operator.path("x"));
		write("port.file-y.cfg", "bus=vm1", "name=org.example.y", "path=" + operator.path("y"));
		write("port.console-z.cfg", "bus=vm1", "link=" + operator.path("z"));
		assertEquals(3, operator.await("port.socket~x", PortInfo.State.PLUGGED).id());
		assertEquals("file", operator.await("port.file~y", PortInfo.State.PLUGGED).type());
		assertEquals(0, operator.await("port.console~z", PortInfo.State.PLUGGED).id());
		var guest = operator.guest("vm1");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "org.example.x"))) {
			echo.awaitMore();
		}
	}

	@Test
	void file_editedAndDeleted_onlyItsPortFollows() throws Exception {
		writeBus();
		write("port.socket-x.cfg", "bus=vm1", "name=x", "listen=unix:" + operator.path("x"));
		operator.await("port.socket~x", PortInfo.State.PLUGGED);
		var guest = operator.guest("vm1");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			write("port.file-y.cfg", "bus=vm1", "name=before", "path=" + operator.path("y"));
			var before = guest.awaitPort("before", Await.PATIENCE);
			write("port.file-y.cfg", "bus=vm1", "name=afterwards", "path=" + operator.path("y"));
			guest.awaitPort("afterwards", Await.PATIENCE);
			Await.until("unplugged", before::isRemoved);
			echo.awaitMore();
			Files.delete(folder.resolve("port.file-y.cfg"));
			Await.until("unplugged", () -> guest.ports().size() == 1);
			assertEquals(null, operator.port("port.file~y"));
			echo.awaitMore();
		}
	}

	@Test
	void mistakes_nameTheFile_correctedIsPlugged() throws Exception {
		log.expect("port.file-y.cfg: unknown key paht; did you mean path?");
		log.expect("bus.vhostuser-vm2.cfg: ports=0: Maximum number of serial ports not specified; allowed: 1 to 127");
		writeBus();
		write("bus.vhostuser-vm2.cfg", "socket=" + operator.socket("vm2"), "ports=0");
		write("port.file-y.cfg", "bus=vm1", "name=y", "paht=" + operator.path("y"));
		operator.await("port.file~y", PortInfo.State.REFUSED);
		log.awaitLine("bus.vhostuser-vm2.cfg: ports=0");
		write("port.file-y.cfg", "bus=vm1", "name=y", "path=" + operator.path("y"));
		operator.await("port.file~y", PortInfo.State.PLUGGED);
		write("bus.vhostuser-vm2.cfg", "socket=" + operator.socket("vm2"));
		Await.until("bus vm2", () -> operator.hasBus("vm2"));
	}
}
