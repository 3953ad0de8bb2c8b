package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole application on the other framework. It has the tag because it is as slow as the tests with guests. */
@Tag("guest")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EquinoxApplicationTest {
	@TempDir
	Path folder;

	@Test
	void oneBusOnePortOneGuest_echoShellAndExitZero() throws Exception {
		var files = new Configuration(folder);
		var socket = files.bus("vm1", 7);
		var address = files.socket("data", "vm1");
		files.write("guest.driver-g", "socket=" + socket, "ports=7");
		var logs = VportProcess.logs(EquinoxApplicationTest.class, "echo");
		try (var vport = VportProcess.onEquinox(folder, logs)) {
			vport.awaitReady();
			vport.await(process -> process.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
			vport.ask("(${.context} getBundle 0) symbolicName", "^org\\.eclipse\\.osgi$");
			vport.listWhen(list -> list.contains("plugged  open"));
			try (var client = PortClient.connect(address)) {
				client.send("hello\n");
				assertEquals("echo: hello", client.line());
			}
			assertEquals(0, vport.leave());
			assertEquals(List.of(), vport.complaints());
		}
	}
}
