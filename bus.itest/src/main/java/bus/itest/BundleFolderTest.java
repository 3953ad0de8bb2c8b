package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;

import bus.api.PortInfo;

/** Jars in the configuration folder. */
@Timeout(60)
class BundleFolderTest {
	private static final String NOTE = "port.note";

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
		Await.until("no bundle of the folder left", () -> Arrays.stream(operator.framework().getBundles())
				.noneMatch(bundle -> bundle.getSymbolicName().startsWith("test.") || isNote(bundle)));
	}

	private static boolean isNote(Bundle bundle) {
		return NOTE.equals(bundle.getSymbolicName());
	}

	private Path jar(String file) {
		return folder.file(file);
	}

	private Bundle awaitBundle(String name, String version) {
		return Await.value(name + " " + version + " active", () -> Arrays.stream(operator.framework().getBundles())
				.filter(bundle -> bundle.getSymbolicName().equals(name) && bundle.getState() == Bundle.ACTIVE
						&& bundle.getVersion().toString().equals(version)).findFirst().orElse(null));
	}

	private void awaitGone(String name) {
		Await.until(name + " gone", () -> Arrays.stream(operator.framework().getBundles())
				.noneMatch(bundle -> bundle.getSymbolicName().equals(name)));
	}

	@Test
	void kindOfPort_comes_isUpdatedInPlace_andGoes() throws Exception {
		operator.configureAlone("bus.whiteboard", "grace=1");
		operator.bus("vm1");
		Files.writeString(folder.file("port.note-n.cfg"), "bus=vm1\nname=n\npath=" + operator.path("n") + "\n");
		PortJar.of(operator, NOTE, "1.0.0").write(jar("note.jar"));
		assertEquals("note", operator.await("port.note~n", PortInfo.State.PLUGGED).type());
		var guest = operator.guest("vm1");
		guest.awaitPort("n", Await.PATIENCE);
		long id = awaitBundle(NOTE, "1.0.0").getBundleId();
		PortJar.of(operator, NOTE, "1.1.0").write(jar("note.jar"));
		assertEquals(id, awaitBundle(NOTE, "1.1.0").getBundleId());
		operator.await("port.note~n", PortInfo.State.PLUGGED);
		Files.delete(jar("note.jar"));
		awaitGone(NOTE);
		Await.until("unplugged", () -> operator.port("port.note~n") == null);
		Files.delete(folder.file("port.note-n.cfg"));
		Await.until("guest", () -> guest.ports().isEmpty());
	}

	@Test
	void jar_movedHereWithItsOldTimeAndSize_isUpdated() throws Exception {
		var other = PortJar.bundle("test.moved", "1.0.1", "").write(operator.path("moved"));
		PortJar.bundle("test.moved", "1.0.0", "").write(jar("a.jar"));
		awaitBundle("test.moved", "1.0.0");
		assertEquals(Files.size(other), Files.size(jar("a.jar")));
		Files.setLastModifiedTime(other, Files.getLastModifiedTime(jar("a.jar")));
		Files.move(other, jar("a.jar"), StandardCopyOption.REPLACE_EXISTING);
		awaitBundle("test.moved", "1.0.1");
	}

	@Test
	void jar_touched_isNotUpdated() throws Exception {
		PortJar.bundle("test.touched", "1.0.0", "").write(jar("a.jar"));
		long modified = awaitBundle("test.touched", "1.0.0").getLastModified();
		Files.setLastModifiedTime(jar("a.jar"), FileTime.fromMillis(1_000_000_000_000L));
		awaitLaterLook();
		assertEquals(modified, awaitBundle("test.touched", "1.0.0").getLastModified());
	}

	/** A jar that comes later is seen later. */
	private void awaitLaterLook() throws Exception {
		PortJar.bundle("test.later", "1.0.0", "").write(jar("later.jar"));
		awaitBundle("test.later", "1.0.0");
		Files.delete(jar("later.jar"));
		awaitGone("test.later");
	}

	@Test
	void jar_writtenSlowly_isTakenWhole() throws Exception {
		var whole = Files.readAllBytes(PortJar.of(operator, "test.slow", "1.0.0").write(operator.path("slow")));
		try (var out = Files.newOutputStream(jar("slow.jar"))) {
			for (int i = 0; i < whole.length; i++) {
				out.write(whole, i, 1);
				if (i % 100 == 0)
					LockSupport.parkNanos(5_000_000); // over half a second: several looks
			}
		}
		awaitBundle("test.slow", "1.0.0");
	}

	@Test
	void olderVersionBesideANewer_isNotUsed_untilTheNewerGoes() throws Exception {
		log.expect("old.jar: not used, because new.jar has test.twice 1.1.0; delete one of the two");
		PortJar.bundle("test.twice", "1.0.0", "").write(jar("old.jar"));
		var bundle = awaitBundle("test.twice", "1.0.0");
		PortJar.bundle("test.twice", "1.1.0", "").write(jar("new.jar"));
		assertEquals(bundle, awaitBundle("test.twice", "1.1.0"));
		Files.delete(jar("new.jar"));
		assertEquals(bundle, awaitBundle("test.twice", "1.0.0"));
	}

	@Test
	void jarOfAnApplicationsBundle_takesItsPlace_andGivesItBack() throws Exception {
		var bundle = operator.bundle("port.file");
		var own = bundle.getVersion().toString();
		PortJar.of(operator, "port.file", "9.0.0").write(jar("file.jar"));
		assertEquals(bundle, awaitBundle("port.file", "9.0.0"));
		Files.delete(jar("file.jar"));
		assertEquals(bundle, awaitBundle("port.file", own));
	}

	@Test
	void jarOlderThanTheApplicationsBundle_isNotUsed() throws Exception {
		log.expect("older.jar: not used, because vport has the newer port.file");
		var own = operator.bundle("port.file").getVersion().toString();
		PortJar.of(operator, "port.file", "0.0.1").write(jar("older.jar"));
		log.expect("older.jar: not used, because newer.jar has port.file 9.0.0; delete one of the two");
		log.awaitLine("older.jar: not used");
		PortJar.of(operator, "port.file", "9.0.0").write(jar("newer.jar"));
		awaitBundle("port.file", "9.0.0");
		Files.delete(jar("newer.jar"));
		awaitBundle("port.file", own);
		Await.until("told again", () -> log.count("older.jar: not used, because vport has the newer port.file") == 2);
	}

	@Test
	void jarOfTheBusItself_isRefused() throws Exception {
		log.expect("core.jar: the application has bus.core");
		log.expect("scr.jar: the application has org.apache.felix.scr");
		PortJar.bundle("bus.core", "9.0.0", "").write(jar("core.jar"));
		PortJar.bundle("org.apache.felix.scr", "9.0.0", "").write(jar("scr.jar"));
		log.awaitLine("core.jar: the application has bus.core");
		log.awaitLine("scr.jar: the application has org.apache.felix.scr");
		assertFalse(operator.bundle("bus.core").getVersion().toString().equals("9.0.0"));
	}

	@Test
	void jarThatLacksAPackage_isTold_andStartsWhenItComes() throws Exception {
		log.expect("needy.jar: needs package org.example.late version [1.0.0,2.0.0), which no bundle here provides");
		PortJar.bundle("test.needy", "1.0.0", "Import-Package: org.example.late;version=\"[1.0.0,2.0.0)\"")
				.write(jar("needy.jar"));
		log.awaitLine("needy.jar: needs package");
		PortJar.bundle("test.giver", "1.0.0", "Export-Package: org.example.late;version=\"1.2.0\"").write(jar("giver.jar"));
		awaitBundle("test.needy", "1.0.0");
	}

	@Test
	void brokenJar_isTold_andDoesNotHarmTheBundleThatRuns() throws Exception {
		log.expect("a.jar: zip END header not found");
		log.expect("plain.jar: is not a bundle: no Bundle-SymbolicName in its manifest");
		PortJar.bundle("test.harm", "1.0.0", "").write(jar("a.jar"));
		var bundle = awaitBundle("test.harm", "1.0.0");
		Files.write(jar("a.jar"), Arrays.copyOf(Files.readAllBytes(jar("a.jar")), 100));
		log.awaitLine("a.jar: zip END header not found");
		PortJar.plain().write(jar("plain.jar"));
		log.awaitLine("plain.jar: is not a bundle");
		assertEquals(Bundle.ACTIVE, bundle.getState());
		assertNull(operator.framework().getBundle(jar("plain.jar").toUri().toString()));
	}

	@Test
	void bundleThatTheOperatorStopped_staysStopped() throws Exception {
		PortJar.bundle("test.stopped", "1.0.0", "").write(jar("a.jar"));
		var bundle = awaitBundle("test.stopped", "1.0.0");
		bundle.stop();
		awaitLaterLook();
		assertEquals(Bundle.RESOLVED, bundle.getState());
	}
}
