package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.api.PortInfo;

/**
 * Configurations that come through Config Admin are files of the configuration folder when update returns. Each test has
 * a bus and a port of its own: File Install may still be busy with the files of the test before.
 */
@Timeout(60)
class SavedConfigurationsTest {

	@Order(0)
	@RegisterExtension
	final ConfigurationFolder folder = new ConfigurationFolder(test -> noFileStays());
	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private void noFileStays() throws IOException {
		assertEquals(List.of(), folder.files());
	}

	private Path file(String name) {
		return folder.file(name);
	}

	/** A file that comes later is read later: File Install has looked at those before. */
	private void awaitFileInstall(String bus) throws IOException {
		for (var name : List.of("first", "second")) {
			Files.writeString(file("port.file-" + name + ".cfg"), "bus=" + bus + "\nname=" + name + "\npath="
					+ operator.path(name) + "\n");
			operator.await("port.file~" + name, PortInfo.State.PLUGGED);
			Files.delete(file("port.file-" + name + ".cfg"));
			Await.until("unplugged", () -> operator.port("port.file~" + name) == null);
		}
	}

	@Test
	void configuration_withoutAFile_getsOne_andFileInstallKnowsItAgain() throws Exception {
		operator.bus("vma");
		operator.plug("port.file~a", "bus=vma", "name=y", "path=" + operator.path("y"));
		assertEquals(List.of("bus = vma", "name = y", "path = " + operator.path("y")),
				Files.readAllLines(file("port.file-a.cfg")).stream().sorted().toList());
		var port = operator.guest("vma").awaitPort("y", Await.PATIENCE);
		awaitFileInstall("vma");
		assertFalse(port.isRemoved());
		assertEquals(1, operator.service(ConfigurationAdmin.class)
				.listConfigurations("(service.factoryPid=port.file)").length);
		Files.delete(file("port.file-a.cfg"));
		Await.until("unplugged", port::isRemoved);
	}

	@Test
	void file_editedByHand_takesEffect_andIsNotWrittenAgain() throws Exception {
		operator.bus("vmb");
		operator.plug("port.file~b", "bus=vmb", "name=y", "path=" + operator.path("y"));
		awaitFileInstall("vmb");
		var hand = "# mine\nbus=vmb\n\n#the name\nname: after\npath=" + operator.path("y");
		Files.writeString(file("port.file-b.cfg"), hand);
		operator.await("port.file~b", "renamed", port -> port.name().equals("after"));
		awaitFileInstall("vmb");
		assertEquals(hand, Files.readString(file("port.file-b.cfg")));
	}

	@Test
	void handWrittenFile_changedThroughConfigAdmin_keepsItsComments() throws Exception {
		operator.bus("vmc");
		Files.writeString(file("port.file-c.cfg"), "# mine\nbus=vmc\n#the name\nname=y\npath=" + operator.path("y") + "\n");
		operator.await("port.file~c", PortInfo.State.PLUGGED);
		operator.configure("port.file~c", "bus=vmc", "name=z", "path=" + operator.path("y"));
		assertEquals(List.of("# mine", "bus=vmc", "#the name", "name = z", "path=" + operator.path("y")),
				Files.readAllLines(file("port.file-c.cfg")));
		operator.await("port.file~c", "renamed", port -> port.name().equals("z"));
		awaitFileInstall("vmc");
		assertEquals("z", operator.port("port.file~c").name());
	}

	@Test
	void configuration_deleted_itsFileGoes_unlessItSaysSomethingNew() throws Exception {
		operator.bus("vmd");
		operator.plug("port.file~d", "bus=vmd", "name=y", "path=" + operator.path("y"));
		operator.delete("port.file~d");
		assertFalse(Files.exists(file("port.file-d.cfg")));
		awaitFileInstall("vmd");
		operator.plug("port.file~d", "bus=vmd", "name=y", "path=" + operator.path("y"));
		Files.writeString(file("port.file-d.cfg"), "bus=vmd\nname=mine\npath=" + operator.path("y"));
		operator.delete("port.file~d");
		assertTrue(Files.exists(file("port.file-d.cfg")));
		operator.await("port.file~d", "as its file says", port -> port.name().equals("mine"));
	}

	@Test
	void typedValues_areKeptWithTheirTypes() throws Exception {
		operator.bus("vme");
		var configuration = operator.service(ConfigurationAdmin.class).getFactoryConfiguration("port.file", "e", "?");
		var values = new java.util.Hashtable<String, Object>();
		values.put("bus", "vme");
		values.put("id", 5);
		values.put("name", "y");
		values.put("path", operator.path("y").toString());
		configuration.update(values);
		assertEquals(5, operator.await("port.file~e", PortInfo.State.PLUGGED).id());
		assertTrue(Files.readAllLines(file("port.file-e.config")).contains("id = I\"5\""));
		var port = operator.guest("vme").awaitPort("y", Await.PATIENCE);
		awaitFileInstall("vme");
		assertFalse(port.isRemoved());
		assertSame(5, operator.port("port.file~e").id());
	}

	@Test
	void value_thatNoFileHolds_isTold() throws Exception {
		log.expect("configuration port.file~f will be lost with the next start: name= y cannot be read back");
		operator.bus("vmf");
		operator.plug("port.file~f", "bus=vmf", "name= y", "path=" + operator.path("y"));
		assertFalse(Files.exists(file("port.file-f.cfg")));
	}
}
