package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.api.PortInfo;

/** Configurations that come through Config Admin are files of the configuration folder when update returns. */
@Timeout(60)
class SavedConfigurationsTest {

	/** Runs after the operator has deleted every configuration. */
	@Order(0)
	@RegisterExtension
	final AfterEachCallback noFileStays = test -> removeEmptyFolder();
	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private final Path folder = Path.of(operator.framework().getProperty("felix.fileinstall.dir"));

	@BeforeEach
	void makeFolder() throws IOException {
		Files.createDirectories(folder);
	}

	private void removeEmptyFolder() throws IOException {
		try (var files = Files.list(folder)) {
			assertEquals(List.of(), files.toList());
		}
		Files.delete(folder);
	}

	private Path file(String name) {
		return folder.resolve(name);
	}

	/** A file that comes later is read later: File Install has looked at those before. */
	private void awaitFileInstall() throws IOException {
		for (var name : List.of("first", "second")) {
			Files.writeString(file("port.file-" + name + ".cfg"), "bus=vm1\nname=" + name + "\npath="
					+ operator.path(name) + "\n");
			operator.await("port.file~" + name, PortInfo.State.PLUGGED);
			Files.delete(file("port.file-" + name + ".cfg"));
			Await.until("unplugged", () -> operator.port("port.file~" + name) == null);
		}
	}

	@Test
	void configuration_withoutAFile_getsOne_andFileInstallKnowsItAgain() throws Exception {
		operator.bus("vm1");
		operator.plug("port.file~y", "bus=vm1", "name=y", "path=" + operator.path("y"));
		assertEquals(List.of("bus = vm1", "name = y", "path = " + operator.path("y")),
				Files.readAllLines(file("port.file-y.cfg")).stream().sorted().toList());
		var port = operator.guest("vm1").awaitPort("y", Await.PATIENCE);
		awaitFileInstall();
		assertFalse(port.isRemoved());
		assertEquals(1, operator.service(ConfigurationAdmin.class)
				.listConfigurations("(service.factoryPid=port.file)").length);
		Files.delete(file("port.file-y.cfg"));
		Await.until("unplugged", port::isRemoved);
	}

	@Test
	void file_editedByHand_takesEffect_andIsNotWrittenAgain() throws Exception {
		operator.bus("vm1");
		operator.plug("port.file~y", "bus=vm1", "name=y", "path=" + operator.path("y"));
		awaitFileInstall();
		var hand = "# mine\nbus=vm1\n\n#the name\nname: after\npath=" + operator.path("y");
		Files.writeString(file("port.file-y.cfg"), hand);
		operator.await("port.file~y", "renamed", port -> port.name().equals("after"));
		awaitFileInstall();
		assertEquals(hand, Files.readString(file("port.file-y.cfg")));
	}

	@Test
	void handWrittenFile_changedThroughConfigAdmin_keepsItsComments() throws Exception {
		operator.bus("vm1");
		Files.writeString(file("port.file-y.cfg"), "# mine\nbus=vm1\n#the name\nname=y\npath=" + operator.path("y") + "\n");
		operator.await("port.file~y", PortInfo.State.PLUGGED);
		operator.configure("port.file~y", "bus=vm1", "name=z", "path=" + operator.path("y"));
		assertEquals(List.of("# mine", "bus=vm1", "#the name", "name = z", "path=" + operator.path("y")),
				Files.readAllLines(file("port.file-y.cfg")));
		operator.await("port.file~y", "renamed", port -> port.name().equals("z"));
		awaitFileInstall();
		assertEquals("z", operator.port("port.file~y").name());
	}

	@Test
	void configuration_deleted_itsFileGoes_unlessItSaysSomethingNew() throws Exception {
		operator.bus("vm1");
		operator.plug("port.file~y", "bus=vm1", "name=y", "path=" + operator.path("y"));
		operator.delete("port.file~y");
		assertFalse(Files.exists(file("port.file-y.cfg")));
		operator.plug("port.file~y", "bus=vm1", "name=y", "path=" + operator.path("y"));
		Files.writeString(file("port.file-y.cfg"), "bus=vm1\nname=mine\npath=" + operator.path("y"));
		operator.delete("port.file~y");
		assertTrue(Files.exists(file("port.file-y.cfg")));
		operator.await("port.file~y", "as its file says", port -> port.name().equals("mine"));
	}

	@Test
	void typedValues_areKeptWithTheirTypes() throws Exception {
		operator.bus("vm1");
		var configuration = operator.service(ConfigurationAdmin.class).getFactoryConfiguration("port.file", "y", "?");
		var values = new java.util.Hashtable<String, Object>();
		values.put("bus", "vm1");
		values.put("id", 5);
		values.put("name", "y");
		values.put("path", operator.path("y").toString());
		configuration.update(values);
		assertEquals(5, operator.await("port.file~y", PortInfo.State.PLUGGED).id());
		assertTrue(Files.readAllLines(file("port.file-y.config")).contains("id = I\"5\""));
		var port = operator.guest("vm1").awaitPort("y", Await.PATIENCE);
		awaitFileInstall();
		assertFalse(port.isRemoved());
		assertSame(5, operator.port("port.file~y").id());
	}

	@Test
	void value_thatNoFileHolds_isTold() throws Exception {
		log.expect("configuration port.file~y will be lost with the next start: name= y cannot be read back");
		operator.bus("vm1");
		operator.plug("port.file~y", "bus=vm1", "name= y", "path=" + operator.path("y"));
		assertFalse(Files.exists(file("port.file-y.cfg")));
	}
}
