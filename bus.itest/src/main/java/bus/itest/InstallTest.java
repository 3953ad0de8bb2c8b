package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.api.PortInfo;

/** The command vport:install. */
@Timeout(60)
class InstallTest {
	private static final String[] NOTHING = {};

	@Order(0)
	@RegisterExtension
	final ConfigurationFolder folder = new ConfigurationFolder(test -> empty());
	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private void empty() throws IOException {
		folder.deleteFiles();
		Await.until("no bundle of the folder left", () -> ours().isEmpty());
	}

	private List<String> ours() {
		return Arrays.stream(operator.framework().getBundles())
				.filter(bundle -> bundle.getSymbolicName().matches("test[.].*|port.note")).map(bundle -> bundle
						.getSymbolicName() + " " + bundle.getVersion() + (bundle.getState() == Bundle.ACTIVE ? "" : " idle"))
				.sorted().toList();
	}

	private Path write(String name, String version, String header) throws IOException {
		return PortJar.bundle(name, version, header).write(operator.path(name + "-" + version + ".jar"));
	}

	private TestIndex needy(TestIndex index, String version) throws IOException {
		return index.add(write("test.needy", version, "Import-Package: org.example.dep;version=\"[1.0.0,2.0.0)\""),
				"test.needy", version, "", NOTHING, "package org.example.dep 1.0.0");
	}

	private TestIndex giver(TestIndex index, String version) throws IOException {
		return index.add(write("test.giver", version, "Export-Package: org.example.dep;version=\"" + version + "\""),
				"test.giver", version, "", new String[] { "package org.example.dep " + version });
	}

	private String install(String name) throws Exception {
		return Gogo.run(operator, "vport:install " + name + " --from " + operator.path("index.xml"));
	}

	private String refused(String name) {
		return assertThrows(Exception.class, () -> install(name)).toString();
	}

	@Test
	void bundle_comesWithWhatItNeeds_andIsUpdatedInPlace() throws Exception {
		giver(giver(needy(new TestIndex(), "1.0.0"), "1.0.0"), "1.2.0").write(operator.path("index.xml"));
		assertTrue(install("test.needy").matches("test.needy 1.0.0 runs as bundle \\d+\ntest.giver 1.2.0 runs as bundle \\d+"));
		assertEquals(List.of("test.giver 1.2.0", "test.needy 1.0.0"), ours());
		assertEquals(List.of("test.giver.jar", "test.needy.jar"), folder.files());
		long id = operator.bundle("test.needy").getBundleId();
		giver(needy(new TestIndex(), "1.1.0"), "1.3.0").write(operator.path("index.xml"));
		assertEquals("test.needy 1.1.0 runs as bundle " + id + ", was 1.0.0", install("test.needy"));
		assertEquals(List.of("test.giver 1.2.0", "test.needy 1.1.0"), ours());
		assertEquals("test.needy 1.1.0 is installed already, as bundle " + id + "; the newest that an index has is 1.1.0",
				install("test.needy"));
		assertEquals(List.of("test.giver.jar", "test.needy.jar"), folder.files());
	}

	@Test
	void kindOfPort_isPluggedAtOnce() throws Exception {
		operator.bus("vm1");
		operator.configure("port.note~n", "bus=vm1", "name=n", "path=" + operator.path("n"));
		var jar = PortJar.of(operator, "port.note", "1.0.0").write(operator.path("any-name.jar"));
		assertTrue(Gogo.run(operator, "vport:install port.note --from " + jar).startsWith("port.note 1.0.0 runs as"));
		operator.await("port.note~n", PortInfo.State.PLUGGED);
		assertEquals(List.of("port.note-n.cfg", "port.note.jar"), folder.files().stream().filter(file -> file.contains("note"))
				.toList());
		operator.deleteConfigurations("port.note");
	}

	@Test
	void requirementThatNobodyFulfils_isNamedWithWhoWantsIt_andNothingChanges() throws Exception {
		new TestIndex().add(write("test.top", "1.0.0", ""), "test.top", "1.0.0", "", NOTHING, "package org.example.mid 1.0.0")
				.add(write("test.mid", "1.0.0", ""), "test.mid", "1.0.0", "", new String[] { "package org.example.mid 1.0.0" },
						"package org.example.none 1.5.0")
				.write(operator.path("index.xml"));
		assertEquals("test.top 1.0.0 was not installed: test.mid 1.0.0 needs package org.example.none version [1.5.0,2.0.0),"
				+ " which neither a bundle here nor an index has", refused("test.top"));
		assertEquals(List.of(), ours());
		assertEquals(List.of(), folder.files());
	}

	@Test
	void jarWithAnotherDigest_isRefused_andNothingChanges() throws Exception {
		giver(new TestIndex(), "1.0.0")
				.add(write("test.forged", "1.0.0", "Import-Package: org.example.dep"), "test.forged", "1.0.0", "0".repeat(64),
						NOTHING, "package org.example.dep 1.0.0")
				.write(operator.path("index.xml"));
		var message = refused("test.forged");
		assertTrue(message.contains("but its index says 000000"), message);
		assertTrue(message.endsWith("; nothing was installed"), message);
		assertEquals(List.of(), ours());
		assertEquals(List.of(), folder.files());
	}

	@Test
	void bundleThatDoesNotStart_isTakenBack_withWhatItNeeds() throws Exception {
		log.expect("test.dies.jar: ");
		new TestIndex().add(PortJar.bundle("test.dies", "1.0.0", "Import-Package: org.example.dep")
				.with("Bundle-Activator", "org.example.None").write(operator.path("dies.jar")), "test.dies", "1.0.0", "",
				NOTHING, "package org.example.dep 1.0.0").add(write("test.giver", "1.0.0",
						"Export-Package: org.example.dep;version=1.0.0"), "test.giver", "1.0.0", "",
						new String[] { "package org.example.dep 1.0.0" }).write(operator.path("index.xml"));
		var message = refused("test.dies");
		assertTrue(message.startsWith("test.dies 1.0.0 was not installed: test.dies.jar: "), message);
		assertEquals(List.of(), ours());
		assertEquals(List.of(), folder.files());
	}

	@Test
	void newVersionThatDoesNotStart_leavesTheOldOneRunning() throws Exception {
		log.expect("test.x.jar: ");
		new TestIndex().add(write("test.x", "1.0.0", ""), "test.x", "1.0.0", "", NOTHING).write(operator.path("index.xml"));
		install("test.x");
		long id = operator.bundle("test.x").getBundleId();
		new TestIndex().add(PortJar.bundle("test.x", "2.0.0", "").with("Bundle-Activator", "org.example.None")
				.write(operator.path("x2.jar")), "test.x", "2.0.0", "", NOTHING).write(operator.path("index.xml"));
		refused("test.x");
		assertEquals(List.of("test.x 1.0.0"), ours());
		assertEquals(id, operator.bundle("test.x").getBundleId());
		assertEquals(List.of("test.x.jar"), folder.files());
	}

	@Test
	void service_thatNobodyHasRegistered_isBrought_ifAnIndexHasIt() throws Exception {
		new TestIndex().add(write("test.client", "1.0.0", ""), "test.client", "1.0.0", "", NOTHING,
				"service org.example.Broker", "service org.example.Nowhere", "service org.osgi.service.cm.ConfigurationAdmin")
				.add(write("test.broker", "1.0.0", ""), "test.broker", "1.0.0", "", new String[] { "service org.example.Broker" })
				.add(write("test.admin", "1.0.0", ""), "test.admin", "1.0.0", "",
						new String[] { "service org.osgi.service.cm.ConfigurationAdmin" })
				.write(operator.path("index.xml"));
		install("test.client");
		assertEquals(List.of("test.broker 1.0.0", "test.client 1.0.0"), ours());
	}

	@Test
	void requirement_findsTheNewest_andAWrongNameListsAll() throws Exception {
		giver(giver(new TestIndex(), "1.0.0"), "1.4.0").write(operator.path("index.xml"));
		assertEquals("no index has test.givre; there are: test.giver", refused("test.givre"));
		assertTrue(install("'osgi.wiring.package(osgi.wiring.package=org.example.dep)'").startsWith("test.giver 1.4.0 runs"));
	}

	@Test
	void index_thatCannotBeRead_isNamed() throws Exception {
		Files.writeString(operator.path("index.xml"), "<html/>");
		assertTrue(refused("x").matches("index file:.*index.xml cannot be read: .*"), refused("x"));
		Files.delete(operator.path("index.xml"));
		assertTrue(refused("x").endsWith("index.xml cannot be read: not found"), refused("x"));
	}

	@Test
	void configuredIndexes_areUsed_andListed() throws Exception {
		giver(new TestIndex(), "1.0.0").write(operator.path("index.xml"));
		needy(new TestIndex(), "1.0.0").write(operator.path("more.xml"));
		var properties = new Hashtable<String, Object>();
		properties.put("index", operator.path("index.xml") + ", " + operator.path("more.xml").toUri());
		var configuration = operator.service(ConfigurationAdmin.class).getConfiguration("bus.repository", "?");
		configuration.update(properties);
		Await.until("both", () -> Gogo.run(operator, "vport:bundles").lines().toList()
				.equals(List.of("test.giver", "test.needy")));
		Gogo.run(operator, "vport:install test.needy");
		assertEquals(List.of("test.giver 1.0.0", "test.needy 1.0.0"), ours());
		configuration.delete();
	}
}
