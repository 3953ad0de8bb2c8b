package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** vport as features of a real Apache Karaf, set up as docs/frameworks.md says. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class KarafTest {
	private static final String FEATURES = "framework, vport-gogo, vport-port-console, vport-port-socket, vport-port-file,"
			+ " vport-guest";

	@TempDir
	Path folder;

	private Path karaf;
	private Path etc;

	@BeforeEach
	void setUp() throws IOException {
		var root = VportProcess.root();
		try (var unpacked = Files.list(root.resolve("bus.itest/target/karaf"))) {
			karaf = unpacked.filter(it -> it.getFileName().toString().startsWith("apache-karaf")).findFirst().orElseThrow();
		}
		copy(root.resolve("bus.karaf/target/system"), karaf.resolve("system"));
		etc = folder.resolve("etc");
		copy(karaf.resolve("etc"), etc);
		Files.createDirectory(folder.resolve("data"));
		var lines = Files.readString(root.resolve("bus.karaf/src/main/etc/custom.properties"));
		Files.writeString(etc.resolve("custom.properties"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		var features = etc.resolve("org.apache.karaf.features.cfg");
		var repositories = Files.readString(features).lines().map(String::strip)
				.filter(line -> line.startsWith("mvn:") && line.contains("/framework/")).toList();
		assertEquals(1, repositories.size());
		Files.write(features, List.of("featuresRepositories = " + repositories.getFirst() + ", " + features(),
				"featuresBoot = " + FEATURES));
	}

	private String features() throws IOException {
		try (var files = Files.walk(karaf.resolve("system/vport/features"))) {
			return files.filter(Files::isRegularFile).findFirst().orElseThrow().toUri().toString();
		}
	}

	private static void copy(Path from, Path to) throws IOException {
		try (var files = Files.walk(from)) {
			for (var file : files.toList()) {
				var copy = to.resolve(from.relativize(file));
				if (Files.isDirectory(file))
					Files.createDirectories(copy);
				else
					Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
			}
		}
	}

	@Test
	void features_busAndPortFromEtc_listedAndEchoes() throws Exception {
		var files = new Configuration(etc);
		var socket = files.bus("vm1", 7);
		var address = files.socket("data", "vm1");
		files.write("guest.driver-g", "socket=" + socket, "ports=7");
		long start = System.nanoTime();
		try (var process = new VportProcess(List.of(karaf.resolve("bin/karaf").toString(), "server"),
				VportProcess.logs(KarafTest.class, "features"), environment())) {
			process.await(it -> it.out().stream().anyMatch(line -> line.startsWith("g! ")), "prompt of Gogo");
			while (!process.ask("vport:list", "(?s)BUS .*^g! ").group().contains("plugged  open"))
				Thread.onSpinWait();
			System.out.println("Karaf, from its start to a port that the guest has open: "
					+ TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
			process.ask("vport:buses", "vm1 +running +1 ");
			try (var client = PortClient.connect(address)) {
				client.send("hello\n");
				assertEquals("echo: hello", client.line());
			}
			assertEquals(0, process.leave("(${.context} getBundle 0) stop"));
		}
		var log = Files.readAllLines(folder.resolve("data/log/karaf.log"));
		assertEquals(List.of(), log.stream().filter(line -> line.contains("| ERROR |")).toList());
	}

	/** Karaf's own JAVA_OPTS allow a security manager, which a JDK 25 refuses to start with. */
	private Map<String, String> environment() {
		return Map.of("JAVA_HOME", System.getProperty("java.home"), "KARAF_ETC", etc.toString(), "KARAF_DATA",
				folder.resolve("data").toString(), "JAVA_OPTS",
				"--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow", "TERM", VportProcess.DUMB);
	}
}
