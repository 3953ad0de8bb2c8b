package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.linux.LinuxException;

/** Assumes a kernel that has vsock and its loopback; others only refuse. */
@Timeout(60)
class VsockTest {

	@Test
	void loopback_bothWays_served() throws Exception {
		if (!Files.exists(Path.of("/sys/module/vsock_loopback")))
			skip(new IOException("the kernel module vsock_loopback is not there, so that CID 1 does not answer"));
		try (var door = new Door("vsock:any:0", Access.DEFAULT)) {
			int client = connect(door.port());
			try (var connection = door.next(); var other = Connection.of(client)) {
				Door.write(connection, "welcome");
				assertEquals("welcome", Door.read(other, 7));
				Door.write(other, "hello");
				assertEquals("hello", Door.read(connection, 5));
				assertTrue(connection.peer().startsWith("vsock:1:"), connection.peer());
			}
		} catch (IOException e) {
			skip(e);
		}
	}

	private static int connect(int port) throws LinuxException {
		return Vsock.connect(1, port);
	}

	private static void skip(IOException e) {
		System.out.println("skipped: " + e.getMessage());
		assumeTrue(false, e.getMessage());
	}
}
